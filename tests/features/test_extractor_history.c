/* extractor_history: segments whose events are told as they happen have the rows, bit for bit, that they have when all
 * is known beforehand; whatever the blocks. */
#include "baleen/extractor.h"

#include <stdlib.h>

#include "cut.h"
#include "feature_help.h"

enum { N = 4000, CH = 3, MAX_ROWS = 400, MAX_WIDTH = 40, N_EVENTS = 30 };
static const double RATE = 100, START_S = 7.004;

typedef struct rows {
  size_t n, width;
  bl_status status[MAX_ROWS];
  double start_s[MAX_ROWS];
  float v[MAX_ROWS][MAX_WIDTH];
} rows;

static bl_status take(void *user, bl_ctx *ctx, const bl_span *span, bl_status status, const float *row)
{
  rows *r = user;
  (void)ctx;
  assert_true(r->n < MAX_ROWS && r->width <= MAX_WIDTH);
  r->status[r->n] = status;
  r->start_s[r->n] = span->start_s;
  if (!status) memcpy(r->v[r->n], row, r->width * sizeof *row);
  r->n++;
  return BL_OK;
}

/* Samples as they are; behind a filter that looks ahead; a spectrum at a tenth of the rate. */
static bl_status make_recipe(bl_ctx *ctx, bl_recipe *r)
{
  bl_branch *b;
  bl_summary *m;
  bl_stage *st;
  *r = (bl_recipe){0};
  bl_status s = bl_recipe_add_branch(ctx, r, "wave", &b);
  if (!s) s = bl_branch_add_summary(ctx, b, "std", &m);
  if (!s) s = bl_recipe_add_branch(ctx, r, "late", &b);
  if (!s) s = bl_branch_add_stage(ctx, b, "fir", &st);
  if (!s) s = bl_opts_set(ctx, "fir", st->cls->opts, st->params, "h_freq", "20");
  if (!s) s = bl_branch_add_summary(ctx, b, "erp_means", &m);
  if (!s) s = bl_opts_set(ctx, "erp_means", m->cls->opts, m->params, "windows", "{a: [0, 0.1], b: [0.1, 0.3]}");
  if (!s) s = bl_recipe_add_branch(ctx, r, "spec", &b);
  if (!s) s = bl_branch_add_stage(ctx, b, "stft", &st);
  if (!s) s = bl_opts_set(ctx, "stft", st->cls->opts, st->params, "n_fft", "16");
  if (!s) s = bl_opts_set(ctx, "stft", st->cls->opts, st->params, "hop_length", "10");
  if (!s) s = bl_branch_add_stage(ctx, b, "power", &st);
  if (!s) s = bl_branch_add_summary(ctx, b, "mean", &m);
  return s;
}

static int by_onset(const void *pa, const void *pb)
{
  const bl_event *a = pa, *b = pb;
  return a->onset_s < b->onset_s ? -1 : a->onset_s > b->onset_s;
}

typedef struct work {
  const char *segment, *options;
  const float *x;
  bl_event events[N_EVENTS];
} work;

/* Blocks of up to `most` frames (0: all at once, events known beforehand). Live, each event is told with the block that
 * holds it, `late_s` behind time. */
static bl_status go(bl_ctx *ctx, const work *w, size_t most, double late_s, double history_s, rows *out)
{
  bl_recipe recipe;
  bl_segment g = {0};
  bl_segment_run seg = {0};
  bl_extractor *e = NULL;
  bl_stream in = {0};
  bl_spans spans = {0};
  bl_epoch_rules rules;
  const bl_run_info run = {.start_s = START_S, .end_s = START_S + N / RATE, .rate_hz = RATE};
  bl_rng r = bl_rng_make(most, "cuts", 0);
  size_t told = 0;
  *out = (rows){0};
  bl_status s = make_recipe(ctx, &recipe);
  if (!s) s = make_stream(ctx, CH, 1, RATE, &in);
  if (!s) s = make_segment(ctx, w->segment, w->options, &g);
  if (!s) s = bl_extractor_new(ctx, &recipe, &in, take, out, &e);
  if (!s) s = g.cls->rules(ctx, g.params, &rules);
  if (!s) s = bl_extractor_set_rules(ctx, e, &rules);
  if (!s && most)
    s = bl_extractor_set_history(ctx, e, isnan(history_s) ? bl_segment_look_back(&g, &run) + late_s : history_s);
  if (!s) s = bl_extractor_begin(ctx, e, START_S);
  if (!s) s = bl_segment_open(ctx, &g, &run, &seg);
  if (!s) out->width = bl_extractor_width(e);
  for (size_t at = 0; !s && at < N;) {
    size_t n = most ? 1 + (size_t)bl_rng_below(&r, most) : N;
    if (n > N - at) n = N - at;
    double reached = START_S + (double)(at + n) / RATE - late_s;
    bl_news news = {w->events + told, 0, most ? reached : INFINITY};
    for (; told < N_EVENTS && (!most || w->events[told].onset_s < reached); told++) news.n++;
    s = seg.cls->advance(ctx, seg.state, bl_extractor_announce_s(e, n), &news, &spans);
    for (size_t i = 0; !s && i < spans.n; i++) s = bl_extractor_add_span(ctx, e, &spans.v[i]);
    bl_spans_clear(&spans);
    if (!s) s = bl_extractor_push(ctx, e, w->x + at * CH, n);
    at += n;
  }
  if (!s) s = seg.cls->close(ctx, seg.state, &run, &spans);
  for (size_t i = 0; !s && i < spans.n; i++) s = bl_extractor_add_span(ctx, e, &spans.v[i]);
  if (!s) s = bl_extractor_finish(ctx, e);
  bl_segment_stop(ctx, &seg);
  bl_spans_free(ctx, &spans);
  bl_extractor_free(ctx, e);
  if (g.cls) bl_segment_free(ctx, &g);
  bl_stream_free(ctx, &in);
  bl_recipe_free(ctx, &recipe);
  return s;
}

static void fill(work *w, float *x)
{
  bl_rng r = bl_rng_make(29, "history", 0);
  for (size_t i = 0; i < N * CH; i++) x[i] = (float)(3.7 * bl_rng_normal(&r) + 50 * (double)(i % CH + 1));
  for (size_t i = 0; i < N_EVENTS; i++)
    w->events[i] = (bl_event){bl_rng_between(&r, START_S - 1, START_S + 41), bl_rng_uniform(&r),
                              i % 6 == 1 ? "BAD"
                              : i % 2    ? "a"
                                         : "b"};
  qsort(w->events, N_EVENTS, sizeof *w->events, by_onset);
  w->x = x;
}

static const struct {
  const char *segment, *options;
} segments[] = {
    {"epochs", "tmin=-0.5;tmax=0.7"},
    {"epochs", "tmin=-1.5;tmax=0.4;baseline=[-1.5, -0.2];reject=24;reject_by_annotation=false;events=[a, b]"},
    {"epochs",
     "tmin=-0.313;tmax=0.4;baseline=[null, 0];baseline_mode=zscore;reject=22;reject_tmin=-0.1;reject_tmax=0.3"},
    {"window", "length_s=2;hop_s=0.31;start_s=0.123"},
    {"window", "length_s=0.5;hop_s=0.25;label_from=events;guard_s=0.3;flat=1"},
};

static void test_live(void **state)
{
  (void)state;
  static float x[N * CH];
  static rows want, got;
  work w;
  fill(&w, x);
  for (size_t i = 0; i < sizeof segments / sizeof *segments; i++) {
    static const struct {
      size_t most;
      double late_s;
    } ways[] = {{1, 0}, {7, 0}, {150, 0}, {3000, 0}, {30, 1.234}};
    bl_ctx *ctx = bl_ctx_new();
    w.segment = segments[i].segment;
    w.options = segments[i].options;
    check_ok(ctx, go(ctx, &w, 0, 0, NAN, &want));
    assert_true(want.n > 10);
    for (size_t k = 0; k < sizeof ways / sizeof *ways; k++) {
      check_ok(ctx, go(ctx, &w, ways[k].most, ways[k].late_s, NAN, &got));
      if (got.n != want.n) fail_msg("%s, way %zu: %zu rows, wanted %zu", w.options, k, got.n, want.n);
      for (size_t j = 0; j < want.n; j++)
        if (got.status[j] != want.status[j] || got.start_s[j] != want.start_s[j] ||
            memcmp(got.v[j], want.v[j], sizeof got.v[j]))
          fail_msg("%s, way %zu: the row from %g s has other bits", w.options, k, want.start_s[j]);
    }
    check_free(ctx);
  }
}

static void test_too_short(void **state)
{
  (void)state;
  static float x[N * CH];
  static rows got;
  work w = {.segment = "epochs", .options = "tmin=-0.5;tmax=0.7"};
  bl_ctx *ctx = bl_ctx_new();
  fill(&w, x);
  check_fails(ctx, go(ctx, &w, 7, 0, 0.2, &got), BL_E_ARG, "of which the last 0.2 s are kept");
  check_fails(ctx, go(ctx, &w, 7, 0, -1, &got), BL_E_ARG, "a history of -1 s");
  check_free(ctx);
}

/* All of a run kept, for events that a stage tells when it has ended: the rows of those that are told late. */
static void test_endless(void **state)
{
  (void)state;
  static float x[N * CH];
  static rows want, got;
  work w = {.segment = "epochs", .options = "tmin=-0.5;tmax=0.7"};
  bl_ctx *ctx = bl_ctx_new();
  fill(&w, x);
  check_ok(ctx, go(ctx, &w, 7, 9.5, NAN, &want));
  check_ok(ctx, go(ctx, &w, 7, 9.5, INFINITY, &got));
  assert_true(want.n > 10 && got.n == want.n);
  for (size_t j = 0; j < want.n; j++) assert_memory_equal(got.v[j], want.v[j], sizeof got.v[j]);
  check_free(ctx);
}

static bl_status live_work(bl_ctx *ctx, void *arg)
{
  static rows got;
  return go(ctx, arg, 300, 0, NAN, &got);
}

static void test_allocations(void **state)
{
  (void)state;
  static float x[N * CH];
  work w = {.segment = segments[1].segment, .options = segments[1].options};
  fill(&w, x);
  check_every_allocation_failing(live_work, &w);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_live), cmocka_unit_test(test_too_short),
                                     cmocka_unit_test(test_endless), cmocka_unit_test(test_allocations)};
  return cmocka_run_group_tests_name("extractor_history", tests, NULL, NULL);
}
