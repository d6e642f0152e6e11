/* Functionals of a segment's course against numpy's and scipy's numbers, and what is stated of edges. */
#include "feature_help.h"
#include "golden.h"

#include <math.h>
#include <stdlib.h>

enum { BINS = 3, MOST = 400 * BINS };

/* The row of n frames of BINS bins. */
static size_t row_of(bl_ctx *ctx, const char *name, const char *options, const float *x, size_t n, float *row)
{
  bl_stream in;
  bl_summary m;
  sum_run r;
  check_ok(ctx, make_stream(ctx, 1, BINS, 31.25, &in));
  check_ok(ctx, bl_summary_new(ctx, name, &m));
  set_options(ctx, &m, options);
  check_ok(ctx, sum_start(ctx, &m, &in, &r));
  size_t n_out = r.names.names.n;
  assert_true(n_out <= MOST);
  check_ok(ctx, sum_segment(ctx, &r, x, n, BINS, NULL, row));
  sum_stop(ctx, &r);
  bl_summary_free(ctx, &m);
  bl_stream_free(ctx, &in);
  return n_out;
}

static void against_numpy(void **state)
{
  (void)state;
  static float x[MOST], row[MOST];
  golden *g = golden_open("functionals");
  const golden_array *in = golden_get(g, "x");
  long n_cases = strtol(golden_text(g, "n_cases"), NULL, 10);
  for (size_t i = 0; i < in->rows * BINS; i++) x[i] = (float)in->v[i];
  for (long i = 0; i < n_cases; i++) {
    char key[32], name[64];
    bl_ctx *ctx = bl_ctx_new();
    snprintf(key, sizeof key, "case_%ld", i);
    const char *text = golden_text(g, key), *blank = strchr(text, ' ');
    snprintf(name, sizeof name, "%.*s", (int)(blank ? blank - text : (long)strlen(text)), text);
    size_t n = row_of(ctx, name, blank ? blank + 1 : "", x, in->rows, row);
    snprintf(key, sizeof key, "want_%ld", i);
    const golden_array *want = golden_get(g, key);
    if (n != want->rows * want->cols) fail_msg("%s: %zu numbers, wanted %zu", text, n, want->rows * want->cols);
    golden_compare_f32(want, row, text);
    check_free(ctx);
  }
  golden_close(g);
}

/* What is stated of edges, of a segment whose bins are a, b, c throughout or in its few frames. */
static const struct edge {
  const char *name, *options;
  size_t n;
  float x[3]; /* of every bin, frame by frame; the last one goes on */
  size_t n_want;
  double want[9];
} edges[] = {
    {"extremes", "", 9, {2, 2, 2}, 4, {0, 0, 0, 0}},
    {"extremes", "", 1, {2}, 4, {0, 0, 0, 0}},
    {"interquartile_range", "", 9, {0, 0, 0}, 3, {0, 0, 0}},
    {"interquartile_range", "", 1, {5}, 3, {0, 0, 0}},
    {"regression", "", 9, {3, 3, 3}, 9, {0, 3, 0, 0, 0, 0, 3, 0, 0}},
    {"regression", "", 2, {3, 4}, 4, {31.25, 3, 0, 0}}, /* two frames: a line, no parabola */
    {"peaks", "", 9, {1, 1, 1}, 4, {0, NAN, NAN, NAN}},
    {"peaks", "none=zero", 9, {0, 0, 0}, 4, {0, 0, 0, 0}},
    {"peaks", "", 3, {1, 4, 1}, 4, {1, NAN, 4, 2}},
    {"mean_crossings", "", 9, {0.1f, 0.1f, 0.1f}, 1, {0}}, /* the rounded mean is not 0.1 */
    {"mean_crossings", "", 3, {0, 3, 0}, 1, {2}},
    {"times", "", 9, {7, 7, 7}, 8, {0, 0, 0, 0, 0, 0, 0, 0}},
    {"times", "", 1, {7}, 8, {0, 0, 0, 0, 0, 0, 0, 0}},
    {"times", "", 3, {0, 1, 3}, 8, {2. / 3, 1. / 3, 1. / 3, 1. / 3, 1, 0, 1, 0}},
    {"time_centroid", "", 9, {0, 0, 0}, 3, {NAN, NAN, NAN}},
    {"time_centroid", "", 9, {-1, -1, -1}, 3, {NAN, NAN, NAN}},
    {"time_centroid", "", 1, {4}, 3, {0, 0, NAN}},
    {"time_centroid", "weight=abs", 3, {-1, 1, -1}, 3, {1 / 31.25, 0.02612789058, 0}},
};

static void at_edges(void **state)
{
  const struct edge *e = *state;
  static float x[MOST], row[MOST];
  bl_ctx *ctx = bl_ctx_new();
  for (size_t i = 0; i < e->n * BINS; i++) x[i] = e->x[i / BINS < 2 ? i / BINS : 2];
  size_t each = row_of(ctx, e->name, e->options, x, e->n, row) / BINS;
  for (size_t i = 0; i < e->n_want; i++)
    for (size_t b = 0; b < BINS; b++) {
      double got = (double)row[b * each + i];
      bool same = isnan(e->want[i]) ? isnan(got) : fabs(got - e->want[i]) <= 1e-6 * (1 + fabs(e->want[i]));
      if (!same) fail_msg("%s %s: number %zu of bin %zu is %g, wanted %g", e->name, e->options, i, b, got, e->want[i]);
    }
  check_free(ctx);
}

/* Of peaks as high that are too near the later stays, as scipy.signal.find_peaks has it. */
static void later_of_equals_stays(void **state)
{
  static const float heights[] = {0, 2, 0, 2, 0, 0, 0, 0, 2, 0};
  enum { N = sizeof heights / sizeof *heights };
  float x[N * BINS], row[4 * BINS];
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  for (size_t i = 0; i < N * BINS; i++) x[i] = heights[i / BINS];
  assert_int_equal(row_of(ctx, "peaks", "distance_s=0.09", x, N, row), 4 * BINS);
  assert_float_equal(row[0], 2, 0);
  check_near((double)row[1], 5 / 31.25, 1e-6);
  check_free(ctx);
}

/* One bin that is not finite leaves the others alone; frames themselves go through as they are. */
static void a_nan_stays_in_its_place(void **state)
{
  (void)state;
  static const char *const names[] = {"extremes", "interquartile_range", "regression", "peaks", "mean_crossings",
                                      "times",    "time_centroid"};
  static float x[60 * BINS], row[MOST];
  for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
    bl_ctx *ctx = bl_ctx_new();
    for (size_t i = 0; i < 60 * BINS; i++) x[i] = (float)(i * 7 % 11) + 1;
    x[20 * BINS + 1] = NAN;
    size_t each = row_of(ctx, names[k], "", x, 60, row) / BINS;
    for (size_t i = 0; i < each * BINS; i++)
      if (!isnan(row[i]) != (i / each != 1)) fail_msg("%s: number %zu is %g", names[k], i, (double)row[i]);
    check_free(ctx);
  }
}

/* Peaks two frames apart stay where distance_s is two frames but for rounding, and not where it is more. */
static void a_distance_of_whole_frames_is_one(void **state)
{
  (void)state;
  static float x[5 * BINS], row[MOST];
  bl_ctx *ctx = bl_ctx_new();
  for (size_t i = 0; i < 5 * BINS; i++) x[i] = (float)(i / BINS % 2);
  row_of(ctx, "peaks", "distance_s=0.064000000001", x, 5, row);
  check_near((double)row[0], 2, 0);
  row_of(ctx, "peaks", "distance_s=0.065", x, 5, row);
  check_near((double)row[0], 1, 0);
  check_free(ctx);
}

/* The highest modulation frequency is given, too: 0.15 / 0.05 is less than 3 by rounding alone. */
static void a_whole_number_of_frequencies_is_one(void **state)
{
  (void)state;
  enum { FRAMES = 625 };
  static float x[FRAMES];
  float row[4];
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  for (size_t i = 0; i < FRAMES; i++) x[i] = (float)(i * 7 % 11);
  check_ok(ctx, make_stream(ctx, 1, 1, 31.25, &in));
  summarise(ctx, "modulation_spectrum", "window_s=20;f_max=0.15", &in, x, FRAMES, row, 4);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

/* A segment shorter than a part is one, as of a waveform; refused, the option that would take it is named. */
static void a_short_course_is_one_part(void **state)
{
  (void)state;
  enum { FRAMES = 300, BINS_OF_PART = 313 };
  static float x[FRAMES];
  float row[BINS_OF_PART], same[BINS_OF_PART];
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  bl_summary m;
  sum_run r;
  for (size_t i = 0; i < FRAMES; i++) x[i] = (float)(i * 7 % 11);
  check_ok(ctx, make_stream(ctx, 1, 1, 31.25, &in));
  summarise(ctx, "modulation_spectrum", "window_s=20;short=shrink", &in, x, FRAMES, row, BINS_OF_PART);
  summarise(ctx, "welch", "window_s=20;short=shrink", &in, x, FRAMES, same, BINS_OF_PART);
  for (size_t i = 0; i < BINS_OF_PART; i++) assert_float_equal(row[i], same[i], 0);
  check_ok(ctx, make_summary(ctx, "modulation_spectrum", "window_s", "20", &m));
  check_ok(ctx, sum_start(ctx, &m, &in, &r));
  check_fails(ctx, sum_segment(ctx, &r, x, FRAMES, 1, NULL, row), BL_E_SHAPE, "or set short: shrink");
  sum_stop(ctx, &r);
  bl_summary_free(ctx, &m);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

/* The last frames, whatever the length and the blocks; of a long segment no more than these are kept. */
static void flatten_keeps_the_end_alone(void **state)
{
  (void)state;
  enum { LONG = 30000, KEPT = 7 };
  static float x[LONG];
  float row[KEPT];
  bl_ctx *ctx = bl_ctx_new();
  bl_rng cut = bl_rng_make(8, "flatten", 0);
  bl_stream in;
  bl_summary m;
  sum_run r;
  for (size_t i = 0; i < LONG; i++) x[i] = (float)i + 1;
  check_ok(ctx, make_stream(ctx, 1, 1, 100, &in));
  check_ok(ctx, make_summary(ctx, "flatten", "frames", "7", &m));
  check_ok(ctx, bl_opts_set(ctx, "x", m.cls->opts, m.params, "fit", "pad_crop"));
  check_ok(ctx, bl_opts_set(ctx, "x", m.cls->opts, m.params, "crop", "end"));
  check_ok(ctx, sum_start(ctx, &m, &in, &r));
  static const size_t lengths[] = {3, 6, 7, 8, 13, 14, 15, 100, LONG};
  for (size_t k = 0; k < 2 * sizeof lengths / sizeof *lengths; k++) {
    size_t n = lengths[k / 2];
    check_ok(ctx, sum_segment(ctx, &r, x, n, 1, k % 2 ? &cut : NULL, row));
    for (size_t i = 0; i < KEPT; i++) assert_float_equal(row[i], n < KEPT ? (i < n ? x[i] : 0) : x[n - KEPT + i], 0);
  }
  assert_true(bl_ctx_peak_bytes(ctx) < LONG);
  sum_stop(ctx, &r);
  bl_summary_free(ctx, &m);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

static void flatten_says_what_is_idle(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  bl_summary m;
  bl_feature_names names;
  check_ok(ctx, make_stream(ctx, 1, BINS, 31.25, &in));
  check_ok(ctx, bl_summary_new(ctx, "flatten", &m));
  set_options(ctx, &m, "fit=resample;pad=reflect");
  check_fails(ctx, bl_summary_shape(ctx, &m, &in, &names), BL_E_CONFIG, "pad");
  bl_summary_free(ctx, &m);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

int main(void)
{
  enum { N = sizeof edges / sizeof *edges };
  struct CMUnitTest tests[5 + N] = {cmocka_unit_test(against_numpy),
                                    cmocka_unit_test(a_nan_stays_in_its_place),
                                    cmocka_unit_test(a_distance_of_whole_frames_is_one),
                                    cmocka_unit_test(a_whole_number_of_frequencies_is_one),
                                    cmocka_unit_test(a_short_course_is_one_part),
                                    cmocka_unit_test(flatten_keeps_the_end_alone),
                                    cmocka_unit_test(flatten_says_what_is_idle),
                                    cmocka_unit_test(later_of_equals_stays)};
  for (size_t i = 0; i < N; i++)
    tests[5 + i] = (struct CMUnitTest){
        .name = edges[i].name, .test_func = at_edges, .initial_state = (void *)(uintptr_t)&edges[i]};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
