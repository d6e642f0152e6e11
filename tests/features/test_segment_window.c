/* segment window: where windows lie, what labels them, and which are kept. */
#include <stdio.h>
#include <string.h>

#include "segments.h"

static void test_windows(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_segment g;
  bl_spans out;
  size_t skipped = plan(ctx, "window", "length_s=3", &run, &g, &out);
  assert_int_equal(out.n, 6); /* 18 of 20 s; the last 2 are dropped */
  assert_int_equal(skipped, 0);
  for (size_t i = 0; i < out.n; i++) {
    check_near(out.v[i].start_s, 3.0 * (double)i, 0);
    check_near(out.v[i].end_s, 3.0 * (double)i + 3, 1e-12);
    assert_null(out.v[i].label);
  }
  done(ctx, &g, &out);
  bl_run_info later = {.start_s = 100, .end_s = 110, .rate_hz = 160};
  plan(ctx, "window", "length_s=2;hop_s=0.5;start_s=1", &later, &g, &out);
  assert_int_equal(out.n, 15); /* 101 .. 108 */
  check_near(out.v[14].start_s, 108, 1e-12);
  check_near(out.v[14].end_s, 110, 1e-12);
  done(ctx, &g, &out);
  skipped = plan(ctx, "window", "length_s=21", &run, &g, &out);
  assert_int_equal(out.n, 0);
  assert_int_equal(skipped, 1);
  done(ctx, &g, &out);
  check_ok(ctx, make_segment(ctx, "window", "hop_s=0.001", &g));
  out = (bl_spans){0};
  check_fails(ctx, cut(ctx, &g, &run, events, N_EVENTS, &out, &skipped), BL_E_RANGE, "hop_s");
  done(ctx, &g, &out);
  check_free(ctx);
}

/* An event without a label labels nothing; one that covers just min_coverage does. */
static void test_label_edges(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  const bl_event at[] = {{0, 2, ""}, {3, 1, "half"}, {5.01, 1, "less"}};
  const bl_run_info r = {.start_s = 0, .end_s = 6, .rate_hz = 100};
  const char *want[] = {NULL, "half", NULL};
  bl_segment g;
  bl_spans out = {0};
  size_t skipped = 0;
  check_ok(ctx, make_segment(ctx, "window", "length_s=2;label_from=events", &g));
  check_ok(ctx, cut(ctx, &g, &r, at, 3, &out, &skipped));
  assert_int_equal(out.n, 3);
  for (size_t i = 0; i < 3; i++) {
    if (want[i]) assert_string_equal(out.v[i].label, want[i]);
    else assert_null(out.v[i].label);
  }
  done(ctx, &g, &out);
  check_free(ctx);
}

/* T1 covers 4.2 to 8.3, T0 8.3 to 12.5, T2 12.5 to 16.6, T1 from 19.8 on. */
static void test_window_labels(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_segment g;
  bl_spans out;
  plan(ctx, "window", "length_s=2;label_from=events;otherwise=rest", &run, &g, &out);
  const char *want[] = {"rest", "rest", "T1", "T1", "T0", "T0", "T2", "T2", "rest", "rest"};
  assert_int_equal(out.n, 10);
  for (size_t i = 0; i < 10; i++) assert_string_equal(out.v[i].label, want[i]);
  done(ctx, &g, &out);
  plan(ctx, "window", "length_s=2;label_from=events;min_coverage=0.95", &run, &g, &out);
  const char *strict[] = {NULL, NULL, NULL, "T1", NULL, "T0", NULL, "T2", NULL, NULL};
  for (size_t i = 0; i < 10; i++) { /* 4-6: T1 covers 0.9; 8-10: T0 0.85; 12-14: T2 0.75 */
    if (strict[i]) assert_string_equal(out.v[i].label, strict[i]);
    else assert_null(out.v[i].label);
  }
  done(ctx, &g, &out);
  check_free(ctx);
}

/* Labels of the windows of a run of 10 s, as one text; '-' where there is none. */
static void check_several(const char *options, const char *between, const bl_event *at, size_t n, const char *want)
{
  bl_ctx *ctx = bl_ctx_new();
  const bl_run_info r = {.start_s = 0, .end_s = 10, .rate_hz = 100, .between_labels = between};
  bl_segment g;
  bl_spans out = {0};
  bl_segment_run keep = {0};
  size_t len = 0;
  char got[200] = "";
  check_ok(ctx, make_segment(ctx, "window", options, &g));
  check_ok(ctx, cut_and_keep(ctx, &g, &r, at, n, &keep, &out)); /* which owns the labels that it joined */
  for (size_t i = 0; i < out.n && len < 150; i++)
    len += (size_t)snprintf(got + len, sizeof got - len, "%s%g%s", i ? " " : "", out.v[i].start_s,
                            out.v[i].label ? out.v[i].label : "-");
  if (strcmp(got, want)) fail_msg("%s: %s, wanted %s", options, got, want);
  bl_segment_stop(ctx, &keep);
  done(ctx, &g, &out);
  check_free(ctx);
}

static void check_labels(const char *options, const bl_event *at, size_t n, const char *want)
{
  check_several(options, NULL, at, n, want);
}

/* Each label that covers enough, once, sorted; a window that none covers has what stands between them alone. */
static void test_window_several(void **state)
{
  (void)state;
  static const bl_event at[] = {{0, 2, "b"},     {1, 1.5, "a"}, {1.2, 0.1, "c"}, {2.5, 0.3, "a"},
                                {2.8, 0.2, "b"}, {5, 1, "a"},   {5, 0.4, "a"}};
  check_several("length_s=1;label_from=events", "|", at, 7, "0b 1a|b 2a 3| 4| 5a 6| 7| 8| 9|");
  check_several("length_s=1;label_from=events;min_coverage=0.1", "; ", at, 7,
                "0b 1a; b; c 2a; b 3;  4;  5a 6;  7;  8;  9; ");
  check_several("length_s=1;label_from=events;coverage_of=event;min_coverage=1", ";", at, 7,
                "0b 1a;b;c 2a;b 3; 4; 5a 6; 7; 8; 9;");
  check_several("length_s=1;label_from=events;otherwise=n;negatives_share=0", ";", at, 7, "0b 1a;b 2a 5a");
  check_several("length_s=1", ";", at, 7, "0- 1- 2- 3- 4- 5- 6- 7- 8- 9-"); /* no label is asked for */
}

/* Windows that touch a bad stretch are left out, as by mne.make_fixed_length_epochs; it labels none. */
static void test_window_bad(void **state)
{
  (void)state;
  static const bl_event at[] = {{0, 8, "a"}, {2.5, 1.5, "bad blink"}, {6, 0, "BAD"}, {7.5, 0, "Bad"}};
  check_labels("length_s=1", at, 4, "0- 1- 4- 5- 6- 8- 9-"); /* 4 begins where it ends; at 6 nothing lies within */
  check_labels("length_s=1;label_from=events", at, 4, "0a 1a 4a 5a 6a 8- 9-");
  check_labels("length_s=1;label_from=events;reject_by_annotation=false;events=bad*", at, 4,
               "0- 1- 2bad blink 3bad blink 4- 5- 6- 7- 8- 9-");
  check_labels("length_s=1;label_from=events;guard_s=0;events=[x, y?]", at, 4,
               "0- 1- 4- 5- 6- 8- 9-"); /* no event that counts */
  bl_ctx *ctx = bl_ctx_new();
  const bl_run_info r = {.start_s = 0, .end_s = 10, .rate_hz = 100};
  bl_segment g;
  bl_spans out = {0};
  size_t skipped = 0;
  check_ok(ctx, make_segment(ctx, "window", "", &g));
  check_ok(ctx, cut(ctx, &g, &r, at, 4, &out, &skipped));
  assert_true(skipped == 3 && out.n_left_out == 3);
  check_near(out.left_out[2].start_s, 7, 0);
  assert_string_equal(out.left_out[0].why, "touches a stretch marked as bad");
  done(ctx, &g, &out);
  check_free(ctx);
}

static void test_window_coverage(void **state)
{
  (void)state;
  const bl_event calls[] = {{0.25, 0.5, "a"}, {3, 4, "b"}, {8, 0, "c"}, {9.8, 0.4, "d"}};
  enum { N_CALLS = 4 };
  check_labels("length_s=2;label_from=events;min_coverage=0.25", calls, N_CALLS, "0a 2b 4b 6b 8-");
  check_labels("length_s=2;label_from=events;min_coverage=0.26", calls, N_CALLS, "0- 2b 4b 6b 8-");
  /* of the event: 0.25 .. 0.75 lies whole in window 0, half of d in the last, the mark c at its start */
  check_labels("length_s=2;label_from=events;coverage_of=event;min_coverage=1", calls, N_CALLS, "0a 2- 4b 6- 8c");
  check_labels("length_s=2;label_from=events;coverage_of=event", calls + 3, 1, "0- 2- 4- 6- 8d");
  check_labels("length_s=2;label_from=events;coverage_of=event;min_coverage=0.51", calls + 3, 1, "0- 2- 4- 6- 8-");
  /* what two events of a label cover together counts once */
  const bl_event twice[] = {{0, 0.9, "a"}, {0.1, 0.8, "a"}, {4, 0.6, "b"}, {4.5, 0.5, "b"}};
  check_labels("length_s=2;label_from=events", twice, 4, "0- 2- 4b 6- 8-");
  /* an event that outlasts later ones is not forgotten */
  const bl_event nested[] = {{0, 10, "long"}, {0.5, 0.1, "x"}, {2.5, 0.1, "x"}};
  check_labels("length_s=2;label_from=events", nested, 3, "0long 2long 4long 6long 8long");
}

static void test_window_overlap(void **state)
{
  (void)state;
  check_labels("length_s=4;overlap=0.5", NULL, 0, "0- 2- 4- 6-");
  check_labels("length_s=4;overlap=0.75;start_s=3", NULL, 0, "3- 4- 5- 6-");
  bl_ctx *ctx = bl_ctx_new();
  static const struct {
    const char *options, *message;
  } bad[] = {{"hop_s=1;overlap=0.5", "two answers to one question"},
             {"guard_s=1", "say label_from: events"},
             {"negatives_per_positive=2", "say label_from: events"},
             {"negatives_share=0.5", "say label_from: events"}};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    bl_segment g;
    bl_epoch_rules rules;
    check_ok(ctx, make_segment(ctx, "window", bad[i].options, &g));
    check_fails(ctx, g.cls->rules(ctx, g.params, &rules), BL_E_CONFIG, bad[i].message);
    bl_segment_free(ctx, &g);
  }
  bl_segment g;
  bl_spans out = {0};
  size_t skipped = 0;
  check_ok(ctx, make_segment(ctx, "window", "overlap=0.999", &g));
  check_fails(ctx, cut(ctx, &g, &run, events, N_EVENTS, &out, &skipped), BL_E_RANGE, "window: overlap");
  done(ctx, &g, &out);
  check_free(ctx);
}

static void test_window_guard(void **state)
{
  (void)state;
  const bl_event call[] = {{4.1, 0.6, "a"}, {7.5, 0, ""}};
  check_labels("length_s=1;label_from=events;otherwise=n", call, 2, "0n 1n 2n 3n 4a 5n 6n 7n 8n 9n");
  check_labels("length_s=1;label_from=events;otherwise=n;guard_s=0", call, 2, "0n 1n 2n 3n 4a 5n 6n 8n 9n");
  check_labels("length_s=1;label_from=events;otherwise=n;guard_s=0.31", call, 2, "0n 1n 2n 4a 6n 8n 9n");
  check_labels("length_s=1;label_from=events;guard_s=0;min_coverage=0.7", call, 2, "0- 1- 2- 3- 5- 6- 8- 9-");
}

/* Over a long run: as many as asked for, the same again, others by another seed, and a window's lot is its own. */
static void test_window_negatives(void **state)
{
  (void)state;
  enum { CALLS = 40 };
  bl_ctx *ctx = bl_ctx_new();
  bl_event at[CALLS];
  for (size_t i = 0; i < CALLS; i++) at[i] = (bl_event){25 * (double)i + 3, 1, "call"};
  const bl_run_info r = {.start_s = 0, .end_s = 1000, .rate_hz = 100},
                    quiet = {.start_s = 2000, .end_s = 3000, .rate_hz = 100};
  static const struct {
    const char *options;
    size_t lo, hi;
  } rows[] = {{"", 960, 960},
              {";negatives_per_positive=2", 80, 80},
              {";negatives_per_positive=2;seed=1", 80, 80},
              {";negatives_per_positive=0", 0, 0},
              {";negatives_per_positive=100", 960, 960},
              {";negatives_per_positive=0.5", 20, 20},
              {";negatives_share=0.25", 200, 280},
              {";negatives_share=0", 0, 0},
              {";negatives_share=0.25;negatives_per_positive=1", 40, 40}};
  double sum[2] = {0};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    bl_segment g;
    bl_spans out = {0}, again = {0}, none = {0};
    char options[200];
    size_t skipped = 0, positives = 0;
    snprintf(options, sizeof options, "label_from=events;otherwise=noise%s", rows[i].options);
    check_ok(ctx, make_segment(ctx, "window", options, &g));
    check_ok(ctx, cut(ctx, &g, &r, at, CALLS, &out, &skipped));
    check_ok(ctx, cut(ctx, &g, &r, at, CALLS, &again, &skipped));
    assert_int_equal(skipped, 0);
    assert_int_equal(out.n, again.n);
    for (size_t k = 0; k < out.n; k++) {
      assert_true(out.v[k].start_s == again.v[k].start_s);
      assert_true(!k || out.v[k].start_s > out.v[k - 1].start_s);
      positives += !strcmp(out.v[k].label, "call");
      if (i == 1 || i == 2) sum[i - 1] += out.v[k].start_s;
    }
    assert_int_equal(positives, CALLS);
    assert_in_range(out.n - positives, rows[i].lo, rows[i].hi);
    check_ok(ctx, cut(ctx, &g, &quiet, at, CALLS, &none, &skipped));
    if (i == 1) assert_int_equal(none.n, 2); /* nothing there counts as one */
    bl_spans_free(ctx, &again);
    bl_spans_free(ctx, &none);
    done(ctx, &g, &out);
  }
  assert_true(fabs(sum[0] - sum[1]) > 0.5);
  check_free(ctx);
}

/* To predict: every window, whatever events and options say, but for bad stretches. */
static void test_window_unlabelled(void **state)
{
  (void)state;
  const bl_event at[] = {{4.1, 0.6, "a"}, {7.2, 0.3, "BAD"}};
  const bl_run_info r = {.start_s = 0, .end_s = 10, .rate_hz = 100, .unlabelled = true};
  bl_ctx *ctx = bl_ctx_new();
  bl_segment g;
  bl_spans out = {0};
  size_t skipped = 0;
  check_ok(ctx, make_segment(ctx, "window", "label_from=events;otherwise=n;guard_s=1;negatives_share=0", &g));
  check_ok(ctx, cut(ctx, &g, &r, at, 2, &out, &skipped));
  assert_int_equal(out.n, 9);
  assert_int_equal(skipped, 1);
  for (size_t i = 0; i < out.n; i++) assert_null(out.v[i].label);
  done(ctx, &g, &out);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_window_bad),       cmocka_unit_test(test_windows),
                                     cmocka_unit_test(test_window_labels),    cmocka_unit_test(test_label_edges),
                                     cmocka_unit_test(test_window_coverage),  cmocka_unit_test(test_window_overlap),
                                     cmocka_unit_test(test_window_several),   cmocka_unit_test(test_window_guard),
                                     cmocka_unit_test(test_window_negatives), cmocka_unit_test(test_window_unlabelled)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
