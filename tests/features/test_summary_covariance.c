/* covariance against numpy and pyRiemann, and flatten, whose row is the input. */
#include "feature_help.h"
#include "golden.h"

enum { P = 5, T = 120, PAIRS = P * (P + 1) / 2 };

static const struct row {
  const char *options, *want;
} rows[] = {
    {"", "cov0"},
    {"ddof=1", "cov"},
    {"center=false", "uncentred"},
    {"center=false;trace=true", "uncentred.trace1"},
};

static void test_golden(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("covariance");
  const golden_array *a = golden_get(g, "x");
  bl_stream in;
  float x[P * T], got[PAIRS];
  for (size_t i = 0; i < P; i++)
    for (size_t f = 0; f < T; f++) x[f * P + i] = (float)a->v[i * T + f];
  check_ok(ctx, make_stream(ctx, P, 1, 160, &in));
  for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
    const golden_array *want = golden_get(g, rows[k].want);
    summarise(ctx, "covariance", rows[k].options, &in, x, T, got, PAIRS);
    float full[P * P];
    for (size_t i = 0, at = 0; i < P; i++)
      for (size_t j = i; j < P; j++) full[i * P + j] = full[j * P + i] = got[at++];
    golden_compare_f32(want, full, rows[k].want);
  }
  summarise(ctx, "covariance", "center=false", &in, x, T, got, PAIRS);
  golden_compare_f32(golden_get(g, "upper"), got, "rows of the upper triangle");
  bl_stream_free(ctx, &in);
  golden_close(g);
  check_free(ctx);
}

/* The segment x [channel][sample] as frames, with one of the faults that pyRiemann's edge numbers have. */
static void lay(const golden_array *x, const char *edge, float *to)
{
  for (size_t f = 0; f < x->cols; f++) {
    double mean = 0;
    for (size_t i = 0; i < x->rows; i++) mean += x->v[i * x->cols + f] / (double)x->rows;
    for (size_t i = 0; i < x->rows; i++)
      to[f * x->rows + i] = (float)(x->v[i * x->cols + f] - (!strcmp(edge, "car") ? mean : 0));
    if (!strcmp(edge, "const")) to[f * x->rows + 5] = 7;
  }
  if (!strcmp(edge, "nan")) to[10 * x->rows + 3] = NAN;
}

static void compare_with_pyriemann(bl_ctx *ctx, const golden *g, const char *options, const char *edge,
                                   const char *name)
{
  enum { Q = 16, N = 320 };
  bl_stream in;
  static float x[Q * N], got[Q * (Q + 1) / 2], full[Q * Q];
  lay(golden_get(g, "x"), edge, x);
  check_ok(ctx, make_stream(ctx, Q, 1, 160, &in));
  summarise(ctx, "covariance", options, &in, x, N, got, Q * (Q + 1) / 2);
  for (size_t i = 0, at = 0; i < Q; i++)
    for (size_t j = i; j < Q; j++) full[i * Q + j] = full[j * Q + i] = got[at++];
  golden_compare_f32(golden_get(g, name), full, name);
  bl_stream_free(ctx, &in);
}

static void test_pyriemann(void **state)
{
  (void)state;
  static const char *const kinds[] = {"scm", "cov", "corr", "oas", "lwf", "sch", "hub", "stu", "tyl"};
  static const char *const edges[] = {"const", "car", "nan"};
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("pyriemann_cov");
  char option[64], name[64];
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    snprintf(option, sizeof option, "estimator=%s", kinds[i]);
    compare_with_pyriemann(ctx, g, option, "", kinds[i]);
    for (size_t e = 0; e < 3; e++) {
      snprintf(name, sizeof name, "edge.%s.%s", kinds[i], edges[e]);
      if (strcmp(kinds[i], "cov") && i < 6 && strcmp(name, "edge.lwf.nan"))
        compare_with_pyriemann(ctx, g, option, edges[e], name);
    }
  }
  compare_with_pyriemann(ctx, g, "center=false", "", "assume_centered");
  golden_close(g);
  check_free(ctx);
}

/* What an estimator cannot do is refused: too few samples, flat channels, an option of another. */
static void test_refused(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  bl_summary m;
  sum_run r;
  float x[4 * 20], row[10];
  bl_rng rng = bl_rng_make(3, "covariance", 0);
  for (size_t i = 0; i < 80; i++) x[i] = i % 4 == 2 ? 5 : (float)bl_rng_normal(&rng);
  check_ok(ctx, make_stream(ctx, 4, 1, 160, &in));
  check_ok(ctx, make_summary(ctx, "covariance", "estimator", "tyl", &m));
  check_ok(ctx, sum_start(ctx, &m, &in, &r));
  assert_string_equal(r.names.units.v[1], "1");
  check_fails(ctx, sum_segment(ctx, &r, x, 20, 4, NULL, row), BL_E_RANGE, "is singular; take longer segments");
  sum_stop(ctx, &r);
  check_ok(ctx, bl_opts_set(ctx, "covariance", m.cls->opts, m.params, "estimator", "cov"));
  check_ok(ctx, sum_start(ctx, &m, &in, &r));
  check_fails(ctx, sum_segment(ctx, &r, x, 1, 4, NULL, row), BL_E_SHAPE, "covariance");
  sum_stop(ctx, &r);
  check_ok(ctx, bl_opts_set(ctx, "covariance", m.cls->opts, m.params, "ddof", "1"));
  check_fails(ctx, sum_start(ctx, &m, &in, &r), BL_E_CONFIG, "estimator: scm");
  bl_summary_free(ctx, &m);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

/* Block sizes change no bit of an estimator that keeps the segment, and a second segment knows nothing of the first. */
static bl_status robust(bl_ctx *ctx, void *arg)
{
  (void)arg;
  bl_stream in = {0};
  bl_summary m = {0};
  sum_run r = {0};
  float x[3 * 50], row[6], again[6];
  bl_rng rng = bl_rng_make(4, "covariance", 0), cut = bl_rng_make(5, "covariance", 0);
  for (size_t i = 0; i < 150; i++) x[i] = (float)bl_rng_normal(&rng);
  bl_status s = make_stream(ctx, 3, 1, 160, &in);
  if (!s) s = make_summary(ctx, "covariance", "estimator", "hub", &m);
  if (!s) s = sum_start(ctx, &m, &in, &r);
  if (!s) s = sum_segment(ctx, &r, x, 50, 3, NULL, row);
  if (!s) s = sum_segment(ctx, &r, x + 30, 40, 3, NULL, again);
  if (!s) s = sum_segment(ctx, &r, x, 50, 3, &cut, again);
  if (!s) assert_memory_equal(row, again, sizeof row);
  if (r.cls) sum_stop(ctx, &r);
  if (m.cls) bl_summary_free(ctx, &m);
  bl_stream_free(ctx, &in);
  return s;
}

static void test_blocks_and_memory(void **state)
{
  (void)state;
  check_every_allocation_failing(robust, NULL);
}

static void test_names(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  bl_summary m;
  sum_run r;
  check_ok(ctx, make_stream(ctx, 3, 1, 160, &in));
  check_ok(ctx, make_summary(ctx, "covariance", NULL, NULL, &m));
  check_ok(ctx, sum_start(ctx, &m, &in, &r));
  const char *want[] = {"ch_0*ch_0", "ch_0*ch_1", "ch_0*ch_2", "ch_1*ch_1", "ch_1*ch_2", "ch_2*ch_2"};
  for (size_t i = 0; i < 6; i++) assert_string_equal(r.names.names.v[i], want[i]);
  assert_string_equal(r.names.units.v[1], "uV^2");
  sum_stop(ctx, &r);
  bl_summary_free(ctx, &m);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

static void test_flatten(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  bl_summary m;
  sum_run r;
  float x[3 * 4 * 2], row[24];
  for (size_t i = 0; i < 24; i++) x[i] = (float)i * 1.37f;
  check_ok(ctx, make_stream(ctx, 2, 4, 25, &in));
  check_ok(ctx, make_summary(ctx, "flatten", "frames", "3", &m));
  check_ok(ctx, sum_start(ctx, &m, &in, &r));
  assert_string_equal(r.names.names.v[23], "ch_1.37.5Hz.t2");
  check_ok(ctx, sum_segment(ctx, &r, x, 3, 8, NULL, row));
  assert_memory_equal(x, row, sizeof x);
  check_fails(ctx, sum_segment(ctx, &r, x, 2, 8, NULL, row), BL_E_SHAPE, "set 'frames: 2'");
  check_ok(ctx, r.cls->begin(ctx, r.state, &(bl_span){.end_s = 1}, 0));
  check_ok(ctx, r.cls->push(ctx, r.state, x, 3));
  check_ok(ctx, r.cls->push(ctx, r.state, x, 3));
  check_fails(ctx, r.cls->finish(ctx, r.state, row), BL_E_SHAPE, "has 6 frames");
  sum_stop(ctx, &r);
  bl_summary_free(ctx, &m);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_golden),
                                     cmocka_unit_test(test_names),
                                     cmocka_unit_test(test_pyriemann),
                                     cmocka_unit_test(test_refused),
                                     cmocka_unit_test(test_blocks_and_memory),
                                     cmocka_unit_test(test_flatten)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
