/* extractor_events: epochs and windows by the events that a stage finds; the same rows for any blocks, and as when the
 * same events are told beforehand. */
#include "baleen/extractor.h"

#include <stdlib.h>

#include "cut.h"
#include "feature_help.h"

enum { N = 6000, MAX_ROWS = 300, MAX_FOUND = 100 };
static const double RATE = 100, START_S = 3.5;

typedef struct rows {
  size_t n;
  bl_status status[MAX_ROWS];
  double start_s[MAX_ROWS];
  float v[MAX_ROWS][3]; /* std, event_count, event_seconds */
  size_t n_found;
  bl_event found[MAX_FOUND];
} rows;

static bl_status take(void *user, bl_ctx *ctx, const bl_span *span, bl_status status, const float *row)
{
  rows *r = user;
  (void)ctx;
  assert_true(r->n < MAX_ROWS);
  r->status[r->n] = status;
  r->start_s[r->n] = span->start_s;
  if (!status) memcpy(r->v[r->n], row, sizeof r->v[0]);
  r->n++;
  return BL_OK;
}

static bl_status option(bl_ctx *ctx, const bl_stage *st, const char *name, const char *value)
{
  return bl_opts_set(ctx, st->cls->name, st->cls->opts, st->params, name, value);
}

static bl_status make_recipe(bl_ctx *ctx, bl_recipe *r)
{
  bl_branch *b;
  bl_stage *st;
  bl_summary *m;
  *r = (bl_recipe){0};
  bl_status s = bl_recipe_add_branch(ctx, r, "b", &b);
  if (!s) s = bl_branch_add_stage(ctx, b, "detrend", &st); /* events lag behind this, too */
  if (!s) s = bl_branch_add_stage(ctx, b, "threshold_events", &st);
  if (!s) s = option(ctx, st, "on", "5");
  if (!s) s = option(ctx, st, "off", "3");
  if (!s) s = option(ctx, st, "of", "magnitude");
  if (!s) s = option(ctx, st, "min_gap_s", "0.05");
  if (!s) s = option(ctx, st, "min_duration_s", "0.1");
  if (!s) s = option(ctx, st, "max_duration_s", "1");
  if (!s) s = bl_branch_add_summary(ctx, b, "std", &m);
  return s ? s : bl_branch_add_summary(ctx, b, "event_count", &m);
}

/* What was found since the last step to the segmentation; the spans that come of it to the extractor. */
static void step(bl_ctx *ctx, bl_extractor *e, bl_segment_run *seg, double until, rows *out)
{
  bl_findings found = {0};
  bl_spans spans = {0};
  bl_event events[MAX_FOUND];
  bl_news news = {events, 0, 0};
  check_ok(ctx, bl_extractor_events(ctx, e, &found, &news.known_s));
  assert_true(found.n + out->n_found <= MAX_FOUND);
  for (; news.n < found.n; news.n++) {
    events[news.n] = found.v[news.n].event;
    out->found[out->n_found] = events[news.n];
    out->found[out->n_found++].label = "burst"; /* outlives the recipe */
  }
  check_ok(ctx, seg->cls->advance(ctx, seg->state, until, &news, &spans));
  for (size_t i = 0; i < spans.n; i++) check_ok(ctx, bl_extractor_add_span(ctx, e, &spans.v[i]));
  bl_spans_free(ctx, &spans);
  bl_findings_free(ctx, &found);
}

/* known: events that are told beforehand, in place of those found. */
static void go(bl_ctx *ctx, const char *segment, const char *options, const float *x, size_t most, const rows *known,
               rows *out)
{
  bl_recipe recipe;
  bl_segment g;
  bl_segment_run seg;
  bl_extractor *e;
  bl_stream in;
  double lag;
  const bl_run_info run = {.start_s = START_S, .end_s = START_S + N / RATE, .rate_hz = RATE};
  bl_rng r = bl_rng_make(most, "cuts", 0);
  *out = (rows){0};
  check_ok(ctx, make_recipe(ctx, &recipe));
  check_ok(ctx, make_stream(ctx, 1, 1, RATE, &in));
  check_ok(ctx, make_segment(ctx, segment, options, &g));
  check_ok(ctx, bl_extractor_new(ctx, &recipe, &in, take, out, &e));
  assert_true(bl_extractor_finds_events(e, &lag));
  check_near(lag, 0.5 + 1 + 1 / RATE, 1e-9);
  check_ok(ctx, bl_extractor_set_history(ctx, e, bl_segment_look_back(&g, &run) + lag + (double)most / RATE));
  check_ok(ctx, bl_extractor_begin(ctx, e, START_S));
  check_ok(ctx, bl_segment_open(ctx, &g, &run, &seg));
  if (known) {
    bl_spans spans = {0};
    const bl_news news = {known->found, known->n_found, INFINITY};
    check_ok(ctx, seg.cls->advance(ctx, seg.state, INFINITY, &news, &spans));
    for (size_t i = 0; i < spans.n; i++) check_ok(ctx, bl_extractor_add_span(ctx, e, &spans.v[i]));
    bl_spans_free(ctx, &spans);
  }
  for (size_t at = 0, n; at < N; at += n) {
    n = known ? N : 1 + (size_t)bl_rng_below(&r, most);
    if (n > N - at) n = N - at;
    if (!known) step(ctx, e, &seg, bl_extractor_announce_s(e, n), out);
    check_ok(ctx, bl_extractor_push(ctx, e, x + at, n));
  }
  check_ok(ctx, bl_extractor_end(ctx, e));
  if (!known) step(ctx, e, &seg, INFINITY, out);
  check_ok(ctx, bl_extractor_finish(ctx, e));
  bl_segment_stop(ctx, &seg);
  bl_extractor_free(ctx, e);
  bl_segment_free(ctx, &g);
  bl_stream_free(ctx, &in);
  bl_recipe_free(ctx, &recipe);
}

/* Of each row by the events that were found: how many touch it, and for how long. */
static void check_counts(const rows *r, double length_s)
{
  for (size_t i = 0; i < r->n; i++) {
    double from = r->start_s[i], to = from + length_s, count = 0, seconds = 0;
    for (size_t k = 0; k < r->n_found; k++) {
      const bl_event *e = &r->found[k];
      if (e->onset_s >= to || e->onset_s + e->duration_s <= from) continue;
      count++;
      seconds += fmin(to, e->onset_s + e->duration_s) - fmax(from, e->onset_s);
    }
    check_near((double)r->v[i][1], count, 0);
    check_near((double)r->v[i][2], seconds, 1e-5);
  }
}

static void test_rows(void **state)
{
  (void)state;
  static float x[N];
  static rows want, got;
  static const char *const segments[][2] = {{"epochs", "tmin=-0.4;tmax=0.5;events=burst"},
                                            {"epochs", "tmin=0;tmax=0.2;reject_by_annotation=false;baseline=[0, 0.1]"},
                                            {"window", "length_s=1;hop_s=0.4;label_from=events;min_coverage=0.1"}};
  bl_rng r = bl_rng_make(37, "bursts", 0);
  for (size_t i = 0; i < N; i++) x[i] = (float)bl_rng_normal(&r);
  for (size_t k = 0; k < 25; k++) {
    size_t from = 100 + 230 * k + (size_t)bl_rng_below(&r, 50), n = 5 + (size_t)bl_rng_below(&r, 60);
    for (size_t i = from; i < from + n; i++) x[i] += i % 2 ? 8 : -8;
  }
  for (size_t i = N - 30; i < N; i++) x[i] += i % 2 ? 8 : -8; /* one that the end cuts off */
  for (size_t k = 0; k < 3; k++) {
    bl_ctx *ctx = bl_ctx_new();
    go(ctx, segments[k][0], segments[k][1], x, 400, NULL, &want);
    assert_in_range(want.n_found, 18, 30);
    assert_true(want.n > 15);
    if (k == 2) check_counts(&want, 1);
    for (size_t most = 1; most < 3000; most = most * 7 + 3) {
      go(ctx, segments[k][0], segments[k][1], x, most, NULL, &got);
      if (got.n != want.n) fail_msg("%s, blocks up to %zu: %zu rows, wanted %zu", segments[k][1], most, got.n, want.n);
      for (size_t i = 0; i < want.n; i++)
        if (got.start_s[i] != want.start_s[i] || got.status[i] != want.status[i] ||
            memcmp(got.v[i], want.v[i], sizeof got.v[i]))
          fail_msg("%s, blocks up to %zu: row %zu is another", segments[k][1], most, i);
    }
    go(ctx, segments[k][0], segments[k][1], x, 1, &want, &got);
    assert_int_equal(got.n, want.n);
    assert_memory_equal(got.v, want.v, sizeof got.v);
    check_free(ctx);
  }
}

static void test_refused(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_recipe recipe = {0};
  bl_branch *b;
  bl_summary *m;
  bl_stream in;
  bl_extractor *e;
  check_ok(ctx, bl_recipe_add_branch(ctx, &recipe, "b", &b));
  check_ok(ctx, bl_branch_add_summary(ctx, b, "event_count", &m));
  check_ok(ctx, make_stream(ctx, 1, 1, RATE, &in));
  check_fails(ctx, bl_extractor_new(ctx, &recipe, &in, take, NULL, &e), BL_E_CONFIG, "no stage before it finds any");
  bl_stream_free(ctx, &in);
  bl_recipe_free(ctx, &recipe);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows), cmocka_unit_test(test_refused)};
  return cmocka_run_group_tests_name("extractor_events", tests, NULL, NULL);
}
