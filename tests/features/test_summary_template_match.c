/* template_match, the summary: the best score and its place, against OpenCV's minMaxLoc of the same part. */
#include <math.h>

#include "feature_help.h"
#include "golden.h"

enum { BINS = 56, FRAMES = 60 };

static void image_stream(bl_ctx *ctx, bl_stream *in)
{
  double hz[BINS];
  check_ok(ctx, make_stream(ctx, 1, 2, 100, in));
  for (size_t i = 0; i < BINS; i++) hz[i] = 43.0 * (double)i;
  check_ok(ctx, bl_stream_set_bins(ctx, in, BINS, hz, NULL));
}

static void load(const golden_array *image, float *x)
{
  for (size_t t = 0; t < FRAMES; t++)
    for (size_t b = 0; b < BINS; b++) x[t * BINS + b] = (float)image->v[b * FRAMES + t];
}

/* Rows of a bank: number, bin, frames, values. */
static size_t add_rows(double *bank, size_t cols, double number, double bin, const golden_array *t)
{
  for (size_t b = 0; b < t->rows; b++) {
    double *row = bank + b * cols;
    row[0] = number;
    row[1] = bin + (double)b;
    row[2] = (double)t->cols;
    memcpy(row + 3, t->v + b * t->cols, t->cols * sizeof *row);
  }
  return t->rows;
}

static bl_status run_bank(bl_ctx *ctx, const golden *g, const char *slack, const char *method, const bl_stream *in,
                          const float *x, size_t n, float *row, bl_feature_names *names)
{
  static double bank[64 * 30];
  const golden_array *a = golden_get(g, "template_a"), *mask = golden_get(g, "template_mask");
  size_t cols = a->cols + 4, rows = add_rows(bank, cols, 3, 12, a);
  rows += add_rows(bank + rows * cols, cols, 4, 10, mask);
  bl_summary m;
  sum_run r = {0};
  check_ok(ctx, make_summary(ctx, "template_match", "slack", slack, &m));
  check_ok(ctx, bl_opts_set(ctx, "template_match", m.cls->opts, m.params, "method", method));
  check_ok(ctx, bl_array_fill(ctx, bl_opts_array(m.cls->opts, m.params, "templates"), rows, cols, bank));
  check_ok(ctx, bl_summary_shape(ctx, &m, in, names));
  bl_status s = sum_start(ctx, &m, in, &r);
  if (!s) s = sum_segment(ctx, &r, x, n, BINS, NULL, row);
  sum_stop(ctx, &r);
  bl_summary_free(ctx, &m);
  return s;
}

/* The best of OpenCV's scores among the places `at` - slack to `at` + slack. */
static void best_of(const golden_array *scores, size_t at, size_t slack, double want[3])
{
  want[0] = -2;
  for (size_t t = 0; t < scores->cols; t++)
    for (size_t y = at > slack ? at - slack : 0; y <= at + slack && y < scores->rows; y++)
      if (scores->v[y * scores->cols + t] > want[0]) {
        want[0] = scores->v[y * scores->cols + t];
        want[1] = (double)t / 100;
        want[2] = 43.0 * (double)y;
      }
}

static void test_against_opencv(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("template");
  static float x[BINS * FRAMES];
  float row[6];
  double want[6];
  bl_stream in;
  image_stream(ctx, &in);
  load(golden_get(g, "image"), x);
  for (int wide = 0; wide < 2; wide++) {
    bl_feature_names names;
    check_ok(ctx, run_bank(ctx, g, wide ? "100" : "3", "ccoeff_normed", &in, x, FRAMES, row, &names));
    best_of(golden_get(g, "ccoeff_normed_a.loop"), 12, wide ? 100 : 3, want);
    best_of(golden_get(g, "ccoeff_normed_mask.loop"), 10, wide ? 100 : 3, want + 3);
    for (size_t i = 0; i < 6; i++) check_near((double)row[i], want[i], 1e-6);
    assert_string_equal(names.names.v[0], "template0.score");
    assert_string_equal(names.names.v[4], "template1.time");
    assert_string_equal(names.units.v[5], "Hz");
    bl_feature_names_free(ctx, &names);
  }
  bl_stream_free(ctx, &in);
  golden_close(g);
  check_free(ctx);
}

/* The template lies in the image it was cut from: of squared differences the least is the best. */
static void test_least_difference(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("template");
  static float x[BINS * FRAMES];
  float row[6], other[6];
  bl_stream in;
  bl_feature_names names;
  image_stream(ctx, &in);
  load(golden_get(g, "image"), x);
  check_ok(ctx, run_bank(ctx, g, "100", "ccoeff_normed", &in, x, FRAMES, row, &names));
  bl_feature_names_free(ctx, &names);
  check_ok(ctx, run_bank(ctx, g, "100", "sqdiff_normed", &in, x, FRAMES, other, &names));
  bl_feature_names_free(ctx, &names);
  check_near((double)row[0], 1, 1e-6);
  check_near((double)other[0], 0, 1e-6);
  check_near((double)other[1], (double)row[1], 0);
  check_near((double)other[2], (double)row[2], 0);
  bl_stream_free(ctx, &in);
  golden_close(g);
  check_free(ctx);
}

static void test_edges(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("template");
  static float x[BINS * FRAMES];
  float row[6];
  bl_stream in;
  bl_feature_names names;
  image_stream(ctx, &in);
  check_ok(ctx, run_bank(ctx, g, "3", "ccoeff_normed", &in, x, FRAMES, row, &names)); /* silence: no likeness */
  bl_feature_names_free(ctx, &names);
  check_near((double)row[0], 0, 0);
  check_near((double)row[1], 0, 0);
  check_near((double)row[2], 43.0 * 9, 0);
  load(golden_get(g, "image"), x);
  check_fails(ctx, run_bank(ctx, g, "3", "ccoeff_normed", &in, x, 23, row, &names), BL_E_SHAPE, "widest template 24");
  bl_feature_names_free(ctx, &names);
  x[30 * BINS + 4] = NAN; /* below every place of both */
  check_ok(ctx, run_bank(ctx, g, "0", "ccoeff_normed", &in, x, FRAMES, row, &names));
  bl_feature_names_free(ctx, &names);
  assert_true(isfinite(row[0]) && isfinite(row[3]));
  x[30 * BINS + 11] = NAN; /* under the second template alone */
  check_ok(ctx, run_bank(ctx, g, "0", "ccoeff_normed", &in, x, FRAMES, row, &names));
  bl_feature_names_free(ctx, &names);
  assert_true(isfinite(row[0]) && isnan(row[3]) && isnan(row[4]) && isnan(row[5]));
  bl_stream_free(ctx, &in);
  golden_close(g);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_against_opencv),
      cmocka_unit_test(test_least_difference),
      cmocka_unit_test(test_edges),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
