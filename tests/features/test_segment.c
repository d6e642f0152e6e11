/* segment: the frames a span covers, and the ways to cut a run into spans but windows, which are in
 * test_segment_window.c. */
#include <stdio.h>
#include <string.h>

#include "segments.h"

/* ---- frames ------------------------------------------------------------------------------------------------------ */

static const struct frames {
  double rate, stream_start, run_start;
  size_t bins;
  bl_span span;
  uint64_t first, behind;
  const char *why;
} frame_rows[] = {
    {100, 0, 0, 1, {.start_s = 1, .end_s = 2, .anchor_s = 1}, 100, 200, "half open"},
    {100, 0, 0, 1, {.start_s = 1, .end_s = 2, .anchor_s = 1, .end_included = true}, 100, 201, "end included"},
    {160, 0, 0, 1, {.start_s = 4, .end_s = 4.7, .anchor_s = 4.2, .end_included = true}, 640, 753, "672 - 32, + 80"},
    {2, 0, 0, 1, {.start_s = 1.25, .end_s = 1.75, .anchor_s = 1.25}, 2, 3, "2.5 rounds to the even 2; 2 + 1"},
    {2, 0, 0, 1, {.start_s = 1.75, .end_s = 2.25, .anchor_s = 1.75}, 4, 5, "3.5 rounds to the even 4"},
    {100, 0, 10.004, 1, {.start_s = 11, .end_s = 12, .anchor_s = 11}, 100, 200, "a run that starts between samples"},
    {100, 0, 10, 1, {.start_s = 9, .end_s = 11, .anchor_s = 9}, 0, 100, "never below the run's first"},
    {100, 0, 10, 1, {.start_s = 8, .end_s = 9, .anchor_s = 8}, 0, 0, "wholly before the run"},
    {100, 0, 10, 1, {.start_s = -INFINITY, .end_s = INFINITY, .anchor_s = 10}, 0, UINT64_MAX, "all"},
    {10, 0, 0, 4, {.start_s = 0.3, .end_s = 0.6, .anchor_s = 0.3}, 3, 6, "centres 0.3, 0.4, 0.5; 0.6 is out"},
    {10, 0, 0, 4, {.start_s = 0.31, .end_s = 0.61, .anchor_s = 0.31}, 4, 7, "centres 0.4, 0.5, 0.6"},
    {10, 0.05, 0, 4, {.start_s = 0.3, .end_s = 0.6, .anchor_s = 0.3}, 3, 6, "centres 0.35, 0.45, 0.55"},
    {10, 0.05, 7, 4, {.start_s = 7.3, .end_s = 7.6, .anchor_s = 7.3}, 3, 6, "the same, in a later run"},
    {10, -0.1, 0, 4, {.start_s = 0, .end_s = 0.2, .anchor_s = 0}, 1, 3, "a frame before the run's start is left out"},
    {10, 0.05, 0, 1, {.start_s = 0.3, .end_s = 0.6, .anchor_s = 0.3}, 3, 6, "one bin, but frames: centres count"},
    {10, 0, 0, 4, {.start_s = 0.31, .end_s = 0.35, .anchor_s = 0.31}, 4, 4, "no centre inside"},
};

static void test_frames(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof frame_rows / sizeof *frame_rows; i++) {
    const struct frames *r = &frame_rows[i];
    bl_stream stream = {.rate_hz = r->rate, .start_s = r->stream_start, .n_channels = 1, .n_bins = r->bins};
    uint64_t first, behind;
    bl_span_frames(&r->span, r->run_start, &stream, &first, &behind);
    if (first != r->first || behind != r->behind)
      fail_msg("%s: got [%llu, %llu)", r->why, (unsigned long long)first, (unsigned long long)behind);
  }
}

/* ---- cuts -------------------------------------------------------------------------------------------------------- */

static void test_epochs(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  const bl_stream wave = {.rate_hz = 160, .n_channels = 1, .n_bins = 1};
  bl_segment g;
  bl_spans out;
  uint64_t first, behind;
  size_t skipped = plan(ctx, "epochs", "", &run, &g, &out);
  assert_int_equal(out.n, 3);   /* 4.2, 8.3, 12.5, sorted */
  assert_int_equal(skipped, 3); /* 0.1 - 0.2 and 19.8 + 0.5 are cut off; 30 lies behind the end */
  const size_t order[] = {0, 3, 2};
  for (size_t i = 0; i < 3; i++) {
    assert_int_equal(out.v[i].event, order[i]);
    assert_string_equal(out.v[i].label, events[order[i]].label);
    bl_span_frames(&out.v[i], 0, &wave, &first, &behind);
    assert_int_equal(first, (uint64_t)rint(events[order[i]].onset_s * 160) - 32);
    assert_int_equal(behind - first, 113); /* -32 .. 80, both included */
  }
  done(ctx, &g, &out);
  skipped = plan(ctx, "epochs", "events=[T1, T2];tmin=0.5;tmax=2.5", &run, &g, &out);
  assert_int_equal(out.n, 2);
  assert_int_equal(skipped, 2);
  done(ctx, &g, &out);
  skipped = plan(ctx, "epochs", "events=T9", &run, &g, &out);
  assert_int_equal(out.n + skipped, 0);
  done(ctx, &g, &out);
  check_ok(ctx, make_segment(ctx, "epochs", "tmin=1;tmax=0.5", &g));
  check_fails(ctx, cut(ctx, &g, &run, events, N_EVENTS, &out, &skipped), BL_E_CONFIG, "swap them");
  done(ctx, &g, &out);
  check_free(ctx);
}

/* An epoch's last sample may be the run's last, not one behind it. */
static void test_epoch_edges(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  const bl_event at[] = {{1, 0, "a"}};
  const double end[] = {1.5, 1.51};
  for (size_t i = 0; i < 2; i++) {
    bl_segment g;
    bl_spans out = {0};
    size_t skipped = 0;
    bl_run_info r = {.start_s = 0.8, .end_s = end[i], .rate_hz = 100}; /* samples 80 .. 149 or 150 */
    check_ok(ctx, make_segment(ctx, "epochs", "", &g));
    check_ok(ctx, cut(ctx, &g, &r, at, 1, &out, &skipped));
    assert_int_equal(out.n, i); /* wants 80 .. 150 */
    assert_int_equal(skipped, 1 - i);
    done(ctx, &g, &out);
  }
  check_free(ctx);
}

/* Stretches marked as bad take the epochs that touch them, and why each is left out is noted. */
static void test_epochs_left_out(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  const bl_event at[] = {{0.1, 0, "a"}, {2, 0, "a"},   {2.5, 0.3, "BAD_blink"},
                         {3.0, 0, "b"}, {3.1, 0, "a"}, {9.8, 0, "b"}};
  const char *why[] = {"cut off by the recording's start", "marked as bad", "cut off by the recording's end"};
  const bl_run_info r = {.start_s = 0, .end_s = 10, .rate_hz = 100};
  for (size_t i = 0; i < 2; i++) {
    bl_segment g;
    bl_spans out = {0};
    size_t skipped = 0;
    check_ok(ctx, make_segment(ctx, "epochs", i ? "reject_by_annotation=false;events=[a, b]" : "", &g));
    check_ok(ctx, cut(ctx, &g, &r, at, 6, &out, &skipped));
    assert_int_equal(out.n, i ? 3 : 2); /* 2.0 + 0.5 touches 2.5 with its last sample; 3.0 - 0.2 begins where it ends */
    assert_int_equal(skipped, i ? 2 : 3);
    assert_int_equal(out.n_left_out, skipped);
    for (size_t k = 0; k < out.n_left_out; k++) assert_non_null(strstr(out.left_out[k].why, why[i && k ? 2 : k]));
    check_near(out.left_out[0].start_s, -0.1, 1e-12);
    assert_string_equal(out.left_out[skipped - 1].label, "b");
    done(ctx, &g, &out);
  }
  check_free(ctx);
}

/* Over runs with a gap between each event is a row or a line of the drop log, and of one run alone. */
static void test_epochs_owners(void **state)
{
  (void)state;
  static const bl_run_info runs[] = {
      {.start_s = 0.05, .end_s = 10, .rate_hz = 100, .followed = true, .next_start_s = 20},
      {.start_s = 20, .end_s = 30, .rate_hz = 100, .follows = true, .followed = true, .next_start_s = 40},
      {.start_s = 40, .end_s = 50, .rate_hz = 100, .follows = true},
  };
  static const bl_event at[] = {{-5, 0, "a"},    {0.04, 0, "a"}, {0.1, 0, "a"},    {5, 0, "a"},      {9.9, 0, "a"},
                                {9.996, 0, "a"}, {15, 0, "a"},   {19.994, 0, "a"}, {19.996, 0, "a"}, {25, 0, "a"},
                                {30, 0, "a"},    {45, 0, "a"},   {49.9, 0, "a"},   {200, 0, "a"}};
  static const struct {
    size_t run;
    const char *why; /* NULL: a row */
  } want[] = {{0, "lies before the recording"},
              {0, "lies before the recording"},
              {0, "is cut off by the recording's start"},
              {0, NULL},
              {0, "is cut off by a gap"},
              {0, "lies in a gap"}, /* rounds to the sample behind the last */
              {0, "lies in a gap"},
              {0, "lies in a gap"},
              {1, "is cut off by a gap"}, /* rounds to the first */
              {1, NULL},
              {1, "lies in a gap"},
              {2, NULL},
              {2, "is cut off by the recording's end"},
              {2, "lies behind the recording's end"}};
  enum { N = sizeof at / sizeof *at };
  bl_ctx *ctx = bl_ctx_new();
  bl_segment g;
  size_t seen[N] = {0};
  check_ok(ctx, make_segment(ctx, "epochs", "", &g));
  for (size_t k = 0; k < 3; k++) {
    bl_spans out = {0};
    size_t skipped = 0;
    check_ok(ctx, cut(ctx, &g, &runs[k], at, N, &out, &skipped));
    assert_int_equal(skipped, out.n_left_out);
    for (size_t i = 0; i < N; i++) {
      size_t rows = 0, lines = 0;
      for (size_t j = 0; j < out.n; j++) rows += out.v[j].event == i;
      for (size_t j = 0; j < out.n_left_out; j++)
        if (fabs(out.left_out[j].start_s - (at[i].onset_s - 0.2)) < 1e-9) {
          lines++;
          assert_non_null(want[i].why);
          assert_string_equal(out.left_out[j].why, want[i].why);
        }
      if (rows + lines != (want[i].run == k))
        fail_msg("event %zu (%g s) in run %zu: %zu rows, %zu lines", i, at[i].onset_s, k, rows, lines);
      if (rows) assert_null(want[i].why);
      seen[i] += rows + lines;
    }
    bl_spans_free(ctx, &out);
  }
  for (size_t i = 0; i < N; i++) assert_int_equal(seen[i], 1);
  bl_segment_free(ctx, &g);
  check_free(ctx);
}

/* Rows as "onset label", left out as "-label", by time. */
static void check_epochs(const char *options, const bl_event *at, size_t n, const char *want)
{
  bl_ctx *ctx = bl_ctx_new();
  const bl_run_info r = {.start_s = 0, .end_s = 100, .rate_hz = 100};
  bl_segment g;
  bl_spans out = {0};
  bl_segment_run keep;
  size_t len = 0;
  char got[300] = "";
  check_ok(ctx, make_segment(ctx, "epochs", options, &g));
  check_ok(ctx, cut_and_keep(ctx, &g, &r, at, n, &keep, &out));
  for (size_t i = 0; i < out.n && len < 250; i++)
    len += (size_t)snprintf(got + len, sizeof got - len, "%s%g%s", i ? " " : "", out.v[i].anchor_s, out.v[i].label);
  for (size_t i = 0; i < out.n_left_out && len < 250; i++)
    len += (size_t)snprintf(got + len, sizeof got - len, " -%s", out.left_out[i].label);
  if (strcmp(got, want)) fail_msg("%s: %s, wanted %s", options, got, want);
  bl_segment_stop(ctx, &keep);
  done(ctx, &g, &out);
  check_free(ctx);
}

/* The label itself or a pattern, whatever else the file holds; '?' is a plain character; "bad" is a mark unless
 * reject_by_annotation is false. */
static void test_epochs_names(void **state)
{
  (void)state;
  static const bl_event at[] = {{1, 0, "T1"},    {2, 0, "T12"}, {3, 0, "stim/a"}, {4, 0, "T*"},
                                {5, 0, "BAD_x"}, {6, 0, ""},    {7, 0, "all"}};
  check_epochs("events=T1", at, 7, "1T1");
  check_epochs("events=T*", at, 3, "1T1 2T12");
  check_epochs("events=T*", at, 7, "1T1 2T12 4T*"); /* an event is called so, which makes it no less a pattern */
  check_epochs("events=T[*]", at, 7, "4T*");
  check_epochs("events=[stim/*, T1, \"T[1]\"]", at, 7, "1T1 3stim/a");
  check_epochs("events=[T9, all]", at, 7, "1T1 2T12 3stim/a 4T* 6 7all");
  check_epochs("events=[BAD_x, T1]", at, 7, "1T1");
  check_epochs("events=[BAD_x, T1];reject_by_annotation=false", at, 7, "1T1 5BAD_x");
  check_epochs("events=t1", at, 7, ""); /* case counts */
  static const bl_event unsure[] = {{1, 0, "call?"}, {2, 0, "calls"}, {3, 0, "[x]"}, {4, 0, "x"}, {5, 0, "call?2"}};
  check_epochs("events=\"call?\"", unsure, 5, "1call?");
  check_epochs("events=\"call?\"", unsure + 1, 4, ""); /* the same where no event bears it */
  check_epochs("events=\"*l?*\"", unsure, 5, "1call? 5call?2");
  check_epochs("events=[\"[x]\"]", unsure, 5, "3[x] 4x");
}

/* Several events at one sample, as mne.Epochs: among those wanted alone. */
static void test_epochs_repeated(void **state)
{
  (void)state;
  static const bl_event at[] = {{10.001, 1, "b"}, {10, 1, "a"}, {10, 1, "b"},    {20, 1, "c"},
                                {20.004, 1, "c"}, {30, 0, "a"}, {30.006, 0, "a"}};
  check_epochs("event_repeated=drop", at, 7, "10.001b 20c 30a 30.006a -a -b -c");
  check_epochs("event_repeated=merge", at, 7, "10.001a/b 20c 30a 30.006a");
  check_epochs("event_repeated=keep", at, 7, "10a 10b 10.001b 20c 20.004c 30a 30.006a");
  check_epochs("events=a", at, 7, "10a 30a 30.006a"); /* alone among the wanted */
  static const bl_event all[] = {{5, 0, "x"}, {5.001, 0, "c"}, {5.002, 0, "b"}, {5.003, 0, "x"}};
  check_epochs("event_repeated=merge", all, 4, "5b/c/x");
  bl_ctx *ctx = bl_ctx_new();
  const bl_run_info r = {.start_s = 0, .end_s = 100, .rate_hz = 100};
  bl_segment g;
  bl_spans out = {0};
  size_t skipped = 0;
  check_ok(ctx, make_segment(ctx, "epochs", "", &g));
  check_fails(ctx, cut(ctx, &g, &r, at, 7, &out, &skipped), BL_E_CONFIG,
              "3 events at one sample, at 10.001 s, labelled 'a', 'b'; say event_repeated: drop");
  done(ctx, &g, &out);
  check_free(ctx);
}

typedef struct planning {
  const char *name, *options;
} planning;

static bl_status plan_once(bl_ctx *ctx, void *arg)
{
  static const bl_event at[] = {{1, 1, "b"}, {1, 1, "a"}, {2.5, 0, "BAD"}, {2, 1, "c"}, {5, 0, "a"}, {-3, 0, "a"}};
  const bl_run_info r = {.start_s = 0, .end_s = 8, .rate_hz = 100};
  const planning *w = arg;
  bl_segment g = {0};
  bl_spans out = {0};
  size_t skipped = 0;
  bl_status s = make_segment(ctx, w->name, w->options, &g);
  if (!s) s = cut(ctx, &g, &r, at, 6, &out, &skipped);
  bl_spans_free(ctx, &out);
  bl_segment_free(ctx, &g);
  return s;
}

static void test_option_allocations(void **state)
{
  (void)state;
  planning all[] = {{"epochs", "event_repeated=merge"},
                    {"epochs", "event_repeated=drop"},
                    {"window", "label_from=events;negatives_share=0.5"}};
  for (size_t i = 0; i < 3; i++) check_every_allocation_failing(plan_once, &all[i]);
}

/* Both segmentations read their limits of amplitudes alike. */
static void test_rejection(void **state)
{
  (void)state;
  static const char *const names[] = {"epochs", "window"};
  for (size_t i = 0; i < 2; i++) {
    bl_ctx *ctx = bl_ctx_new();
    bl_segment g;
    bl_epoch_rules r;
    check_ok(ctx, make_segment(ctx, names[i], "reject=150;flat=1;limits={EOG: [0, 300]}", &g));
    check_ok(ctx, g.cls->rules(ctx, g.params, &r));
    assert_true(bl_epoch_rejects(&r) && r.reject == 150 && r.flat == 1 && r.limits->n == 1 && !r.baseline);
    assert_true(isinf(r.reject_from_s) && isinf(r.reject_to_s));
    check_ok(ctx, bl_opts_set(ctx, names[i], g.cls->opts, g.params, "flat", "151"));
    check_fails(ctx, g.cls->rules(ctx, g.params, &r), BL_E_CONFIG, "flat 151 is above reject 150");
    bl_segment_free(ctx, &g);
    check_ok(ctx, make_segment(ctx, names[i], "", &g));
    check_ok(ctx, g.cls->rules(ctx, g.params, &r));
    assert_false(bl_epoch_rejects(&r));
    bl_segment_free(ctx, &g);
    check_free(ctx);
  }
}

static void test_baseline_ends(void **state)
{
  (void)state;
  static const struct {
    const char *options, *message; /* NULL: fine */
  } rows[] = {{"baseline=[-0.5, 0]", "-0.5 to 0 s does not lie within the epoch, -0.2 to 0.5 s"},
              {"baseline=[-0.2, 0.6]", "does not lie within"},
              {"baseline=[null, 0.6]", "does not lie within"},
              {"baseline=[null, -0.3]", "does not lie within"},
              {"baseline=[0.6, null]", "does not lie within"},
              {"baseline=[0.1, -0.1]", "swap them"},
              {"baseline=[-0.2005, 0]", NULL}, /* MNE: within a sample */
              {"baseline=[-0.2, 0.5]", NULL},
              {"baseline=[null, 0]", NULL},
              {"baseline=[null, null]", NULL}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    bl_ctx *ctx = bl_ctx_new();
    bl_segment g;
    bl_epoch_rules r;
    check_ok(ctx, make_segment(ctx, "epochs", rows[i].options, &g));
    bl_status s = g.cls->rules(ctx, g.params, &r);
    if (rows[i].message) check_fails(ctx, s, BL_E_CONFIG, rows[i].message);
    else check_ok(ctx, s);
    bl_segment_free(ctx, &g);
    check_free(ctx);
  }
}

static bl_status plan_work(bl_ctx *ctx, void *name)
{
  bl_segment g;
  bl_spans out = {0};
  size_t skipped = 0;
  bl_status s = make_segment(
      ctx, name, strcmp(name, "window") ? "" : "label_from=events;otherwise=x;guard_s=0.5;negatives_per_positive=1",
      &g);
  if (!s) s = cut(ctx, &g, &run, events, N_EVENTS, &out, &skipped);
  bl_spans_free(ctx, &out);
  if (g.cls) bl_segment_free(ctx, &g);
  return s;
}

static void test_allocations(void **state)
{
  (void)state;
  for (size_t i = 0; bl_segment_at(i); i++)
    check_every_allocation_failing(plan_work, (void *)(uintptr_t)bl_segment_at(i)->name);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_frames),          cmocka_unit_test(test_epochs),
                                     cmocka_unit_test(test_epoch_edges),     cmocka_unit_test(test_epochs_left_out),
                                     cmocka_unit_test(test_epochs_owners),   cmocka_unit_test(test_epochs_names),
                                     cmocka_unit_test(test_epochs_repeated), cmocka_unit_test(test_option_allocations),
                                     cmocka_unit_test(test_rejection),       cmocka_unit_test(test_baseline_ends),
                                     cmocka_unit_test(test_allocations)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
