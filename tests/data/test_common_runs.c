/* common_runs: where several streams of a recording are known at once. */
#include "baleen/common_runs.h"

#include "check.h"

enum { MOST = 4 };
typedef struct runs {
  double rate_hz;
  size_t n;
  bl_stretch v[MOST];
} runs;

static const struct row {
  const char *name;
  runs streams[2];
  size_t n, n_want;
  struct {
    double start_s, end_s;
    bl_stretch of[2];
  } want[MOST];
} rows[] = {
    {"one stream: its own runs",
     {{100, 2, {{0, 0, 150}, {7.505, 150, 30}}}},
     1,
     2,
     {{0, 1.5, {{0, 0, 150}}}, {7.505, 7.805, {{7.505, 150, 30}}}}},
    {"the same gaps",
     {{200, 2, {{0, 0, 400}, {5, 400, 200}}}, {400, 2, {{0, 0, 800}, {5, 800, 400}}}},
     2,
     2,
     {{0, 2, {{0, 0, 400}, {0, 0, 800}}}, {5, 6, {{5, 400, 200}, {5, 800, 400}}}}},
    {"gaps of one, within a run of the other",
     {{200, 1, {{0, 0, 2000}}}, {100, 2, {{1, 0, 200}, {4, 200, 900}}}},
     2,
     2,
     {{1, 3, {{1, 200, 400}, {1, 0, 200}}}, {4, 10, {{4, 800, 1200}, {4, 200, 600}}}}},
    {"gaps that overlap",
     {{10, 2, {{0, 0, 30}, {5, 30, 50}}}, {10, 2, {{0, 0, 40}, {6, 40, 10}}}},
     2,
     2,
     {{0, 3, {{0, 0, 30}, {0, 0, 30}}}, {6, 7, {{6, 40, 10}, {6, 40, 10}}}}},
    {"never at once", {{10, 1, {{0, 0, 30}}}, {10, 1, {{3, 0, 30}}}}, 2, 0, {{.start_s = 0}}},
    {"less than half a frame in common", {{10, 1, {{0, 0, 30}}}, {1000, 1, {{2.99, 0, 3000}}}}, 2, 0, {{.start_s = 0}}},
    {"one that holds nothing", {{10, 1, {{0, 0, 30}}}, {1, 0, {{.n = 0}}}}, 2, 0, {{.start_s = 0}}},
};

static void row(void **state)
{
  const struct row *r = *state;
  bl_rec_stream streams[3] = {{0}};
  const size_t which[] = {2, 0}; /* not in the order in which they lie */
  bl_common_runs got;
  bl_ctx *ctx = bl_ctx_new();
  for (size_t k = 0; k < r->n; k++)
    streams[which[k]] = (bl_rec_stream){
        .rate_hz = r->streams[k].rate_hz, .runs = (bl_stretch *)(uintptr_t)r->streams[k].v, .n_runs = r->streams[k].n};
  check_ok(ctx, bl_common_runs_find(ctx, streams, which, r->n, &got));
  assert_int_equal(got.n, r->n_want);
  for (size_t i = 0; i < got.n; i++) {
    check_near(got.v[i].start_s, r->want[i].start_s, 0);
    check_near(got.v[i].end_s, r->want[i].end_s, 1e-12);
    for (size_t k = 0; k < r->n; k++) {
      check_near(got.v[i].of[k].start_s, r->want[i].of[k].start_s, 1e-12);
      assert_int_equal(got.v[i].of[k].first, r->want[i].of[k].first);
      assert_int_equal(got.v[i].of[k].n, r->want[i].of[k].n);
    }
  }
  bl_common_runs_free(ctx, &got);
  check_free(ctx);
}

static bl_status work(bl_ctx *ctx, void *arg)
{
  static bl_stretch run = {0, 0, 10};
  const bl_rec_stream stream = {.rate_hz = 1, .runs = &run, .n_runs = 1};
  bl_common_runs got;
  (void)arg;
  bl_status s = bl_common_runs_find(ctx, &stream, (const size_t[]){0, 0}, 2, &got);
  if (!s) bl_common_runs_free(ctx, &got);
  return s;
}

static void allocations(void **state)
{
  (void)state;
  check_every_allocation_failing(work, NULL);
}

int main(void)
{
  enum { N = sizeof rows / sizeof *rows };
  struct CMUnitTest tests[N + 1];
  for (size_t i = 0; i < N; i++)
    tests[i] = (struct CMUnitTest){rows[i].name, row, NULL, NULL, (void *)(uintptr_t)&rows[i]};
  tests[N] = (struct CMUnitTest)cmocka_unit_test(allocations);
  return _cmocka_run_group_tests("common_runs", tests, N + 1, NULL, NULL);
}
