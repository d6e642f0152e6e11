/* Time is open: a night of windows takes no more memory than an hour, and neither do events that are told all along. */
#include "baleen/extractor.h"

#include "cut.h"
#include "feature_help.h"

enum { RATE = 20, BLOCK = 1000, HOUR = 3600 };

typedef struct night {
  bool live;
  bl_extractor *e;
  bl_segment_run seg;
  bl_spans spans;
  uint64_t pushed;
  size_t told, n_rows, n_left_out;
} night;

static bl_status count_row(void *user, bl_ctx *ctx, const bl_span *span, bl_status status, const float *row)
{
  (void)ctx, (void)span, (void)row;
  ((night *)user)->n_rows += status == BL_OK;
  return BL_OK;
}

/* One block: events are told, some seconds before they happen or, live, as they do; spans announced, frames pushed. */
static void push_block(bl_ctx *ctx, night *v, const float *x)
{
  enum { EVERY_S = 7, AHEAD_S = 10 };
  bl_event events[2 + BLOCK / RATE / EVERY_S + AHEAD_S / EVERY_S];
  bl_news news = {events, 0, (double)(v->pushed + BLOCK) / RATE + (v->live ? 0 : AHEAD_S)};
  for (; (double)(v->told * EVERY_S) < news.known_s; v->told++)
    events[news.n++] = (bl_event){(double)(v->told * EVERY_S), 1, v->told % 50 ? "a" : "BAD"};
  check_ok(ctx, v->seg.cls->advance(ctx, v->seg.state, bl_extractor_announce_s(v->e, BLOCK), &news, &v->spans));
  for (size_t i = 0; i < v->spans.n; i++) check_ok(ctx, bl_extractor_add_span(ctx, v->e, &v->spans.v[i]));
  v->n_left_out += v->spans.n_left_out;
  bl_spans_clear(&v->spans);
  check_ok(ctx, bl_extractor_push(ctx, v->e, x, BLOCK));
  v->pushed += BLOCK;
}

/* What the context counts, which sanitizers do not change. */
static double peak_mib(const bl_ctx *ctx) { return (double)bl_ctx_peak_bytes(ctx) / (1 << 20); }

static void go_through(bool live)
{
  float x[BLOCK];
  bl_ctx *ctx = bl_ctx_new();
  bl_recipe recipe = {0};
  bl_branch *branch;
  bl_summary *summary;
  bl_segment window;
  night v = {.live = live};
  bl_stream in;
  const bl_run_info run = {.start_s = 0, .end_s = 24 * HOUR, .rate_hz = RATE};
  check_ok(ctx, make_stream(ctx, 1, 1, RATE, &in));
  for (size_t i = 0; i < BLOCK; i++) x[i] = (float)(i % 17);
  check_ok(ctx, bl_recipe_add_branch(ctx, &recipe, "b", &branch));
  check_ok(ctx, bl_branch_add_summary(ctx, branch, "mean", &summary));
  check_ok(ctx, make_segment(ctx, "window", "length_s=1;hop_s=0.1;label_from=events", &window));
  check_ok(ctx, bl_extractor_new(ctx, &recipe, &in, count_row, &v, &v.e));
  if (live) check_ok(ctx, bl_extractor_set_history(ctx, v.e, bl_segment_look_back(&window, &run)));
  check_ok(ctx, bl_extractor_begin(ctx, v.e, 0));
  check_ok(ctx, bl_segment_open(ctx, &window, &run, &v.seg));
  double after_an_hour = 0;
  while (v.pushed < (uint64_t)24 * HOUR * RATE) {
    push_block(ctx, &v, x);
    if (v.pushed == (uint64_t)HOUR * RATE) after_an_hour = peak_mib(ctx);
  }
  check_ok(ctx, v.seg.cls->close(ctx, v.seg.state, &run, &v.spans));
  for (size_t i = 0; i < v.spans.n; i++) check_ok(ctx, bl_extractor_add_span(ctx, v.e, &v.spans.v[i]));
  assert_true(v.spans.n <= 1); /* all but one whose end rounding puts behind what was known */
  check_ok(ctx, bl_extractor_finish(ctx, v.e));
  assert_int_equal(v.n_rows + v.n_left_out, 24 * HOUR * 10 - 9);
  assert_in_range(v.n_left_out, 4000, 6000); /* 247 stretches of a second are bad: some 19 windows touch each */
  if (peak_mib(ctx) - after_an_hour > 1)
    fail_msg("%.2f MiB after an hour, %.2f MiB after 24", after_an_hour, peak_mib(ctx));
  bl_segment_stop(ctx, &v.seg);
  bl_spans_free(ctx, &v.spans);
  bl_extractor_free(ctx, v.e);
  bl_segment_free(ctx, &window);
  bl_recipe_free(ctx, &recipe);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

static void known_beforehand(void **state)
{
  (void)state;
  go_through(false);
}

static void told_as_they_happen(void **state)
{
  (void)state;
  go_through(true);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(known_beforehand), cmocka_unit_test(told_as_they_happen)};
  return cmocka_run_group_tests_name("open_time", tests, NULL, NULL);
}
