/* mdm, fgmdm, tangent_space, whitening, shrinkage and riemannian_potato against pyRiemann 0.11. Rows are float32, which moves
 * an entry by up to 6e-8 of itself; the matrices have condition numbers of some hundreds, so that distances agree to about 1e-5. */
#include <math.h>
#include <stdlib.h>

#include "learn.h"
#include "learned.h"
#include "npy.h"

enum { CHANNELS = 16, COLS = CHANNELS * (CHANNELS + 1) / 2, N = 45, TRAIN = 30 };

static void triangles(const npy *m, size_t from, size_t n, float *to)
{
  size_t p = m->dim[m->n_dims - 1];
  for (size_t i = from; i < from + n; i++)
    for (size_t r = 0; r < p; r++)
      for (size_t c = r; c < p; c++) *to++ = (float)m->v[(i * p + r) * p + c];
}

static bl_cmat rows_of(const float *x, size_t n) { return (bl_cmat){.v = x, .rows = n, .cols = COLS, .stride = COLS}; }

static void compare(const char *name, const double *got, size_t n, double tol)
{
  npy *want = npy_open(name);
  double most = 0;
  assert_int_equal(want->n, n);
  for (size_t i = 0; i < n; i++) most = fmax(most, fabs(want->v[i]));
  for (size_t i = 0; i < n; i++)
    if (!(fabs(got[i] - want->v[i]) <= tol * most)) fail_msg("%s[%zu]: %.17g, not %.17g", name, i, got[i], want->v[i]);
  npy_close(want);
}

/* Fits on the first 30 epochs; distances (by way of decisions), probabilities and predictions of the other 15. */
static void check_mdm(const char *text, const char *name, bool probabilities)
{
  bl_ctx *ctx = bl_ctx_new();
  npy *in = npy_open("pyriemann/cov_in"), *y = npy_open("pyriemann/mi16_y");
  static float x[N * COLS];
  double predicted[N - TRAIN], proba[2 * (N - TRAIN)], decision[N - TRAIN], difference[N - TRAIN];
  char file[80];
  bl_estimator *e;
  triangles(in, 0, N, x);
  check_ok(ctx, bl_estimator_parse(ctx, text, &e));
  check_ok(ctx, bl_fit(ctx, e, &(bl_data){.X = rows_of(x, TRAIN), .y = y->v}));
  bl_cmat X = rows_of(x + TRAIN * COLS, N - TRAIN);
  check_ok(ctx, bl_apply(ctx, e, BL_PREDICT, &X, NULL, predicted));
  check_ok(ctx, bl_apply(ctx, e, BL_PREDICT_PROBA, &X, NULL, proba));
  check_ok(ctx, bl_apply(ctx, e, BL_DECISION, &X, NULL, decision));
  snprintf(file, sizeof file, "pyriemann/%s_dist", name);
  if (!probabilities) snprintf(file, sizeof file, "pyriemann/%s", name);
  npy *d = npy_open(file);
  for (size_t i = 0; i < N - TRAIN; i++) difference[i] = d->v[2 * i] * d->v[2 * i] - d->v[2 * i + 1] * d->v[2 * i + 1];
  double most = 0;
  for (size_t i = 0; i < d->n; i++) most = fmax(most, d->v[i] * d->v[i]);
  for (size_t i = 0; i < N - TRAIN; i++) assert_true(fabs(decision[i] - difference[i]) <= 1e-5 * most);
  npy_close(d);
  if (probabilities) {
    snprintf(file, sizeof file, "pyriemann/%s_proba", name);
    compare(file, proba, 2 * (N - TRAIN), 1e-5);
    snprintf(file, sizeof file, "pyriemann/%s_pred", name);
    compare(file, predicted, N - TRAIN, 0);
  }
  bl_estimator_free(ctx, e);
  npy_close(in);
  npy_close(y);
  check_free(ctx);
}

static void mdm(void **state)
{
  (void)state;
  check_mdm("mdm", "mdm_riemann", true);
  check_mdm("{mdm: {metric: logeuclid}}", "mdm_logeuclid", true);
  check_mdm("{mdm: {metric: logeuclid, distance: riemann}}", "mdm_mixed", false);
}

static void fgmdm(void **state)
{
  (void)state;
  check_mdm("fgmdm", "fgmdm", true);
}

/* In microvolts^2 squared distances are some 1e7, and the softmax is 0 or 1: rounding decides no bit of it. */
static void mdm_euclid(void **state)
{
  (void)state;
  check_mdm("{mdm: {metric: euclid}}", "mdm_euclid", true);
}

static void check_transform(const char *text, const float *fit, size_t n_fit, size_t cols, const float *x, size_t n,
                            const double *want, double tol)
{
  bl_ctx *ctx = bl_ctx_new();
  bl_estimator *e;
  bl_mat z;
  double most = 0;
  bl_cmat train = {.v = fit, .rows = n_fit, .cols = cols, .stride = cols},
          X = {.v = x, .rows = n, .cols = cols, .stride = cols};
  check_ok(ctx, bl_estimator_parse(ctx, text, &e));
  check_ok(ctx, bl_fit(ctx, e, &(bl_data){.X = train}));
  check_ok(ctx, bl_transform(ctx, e, &X, NULL, &z));
  for (size_t i = 0; i < n * cols; i++) most = fmax(most, fabs(want[i]));
  for (size_t i = 0; i < n * cols; i++) {
    double got = (double)z.v[i / cols * z.stride + i % cols];
    if (!(fabs(got - want[i]) <= tol * most)) fail_msg("%s, entry %zu: %.9g, not %.9g", text, i, got, want[i]);
  }
  bl_mat_free(ctx, &z);
  bl_estimator_free(ctx, e);
  check_free(ctx);
}

/* The golden vectors of all metrics are at one point, the affine invariant mean, which is put in the place of what was learnt. */
static void tangent_space(void **state)
{
  (void)state;
  enum { P = 6, D = P * (P + 1) / 2, M = 12 };
  static const char *const metrics[] = {"riemann", "logeuclid", "euclid"};
  static const double tol[] = {2e-6, 1e-5, 1e-6};
  bl_ctx *ctx = bl_ctx_new();
  npy *in = npy_open("pyriemann/spd6_in"), *at = npy_open("pyriemann/ts_ref");
  static float x[M * D];
  triangles(in, 0, M, x);
  bl_cmat X = {.v = x, .rows = M, .cols = D, .stride = D};
  for (size_t k = 0; k < 3; k++) {
    char text[60];
    bl_estimator *e;
    bl_mat z;
    snprintf(text, sizeof text, "pyriemann/ts_%s", metrics[k]);
    npy *want = npy_open(text);
    double most = 0;
    snprintf(text, sizeof text, "{tangent_space: {metric: %s}}", metrics[k]);
    check_ok(ctx, bl_estimator_parse(ctx, text, &e));
    check_ok(ctx, bl_fit(ctx, e, &(bl_data){.X = X}));
    double *reference = (double *)learned(e, "reference").v; /* the test puts another in its place */
    for (size_t i = 0; i < P * P; i++) {
      if (k == 0) assert_true(fabs(reference[i] - at->v[i]) < 1e-6 * fabs(at->v[0]));
      reference[i] = at->v[i];
    }
    check_ok(ctx, bl_transform(ctx, e, &X, NULL, &z));
    for (size_t i = 0; i < want->n; i++) most = fmax(most, fabs(want->v[i]));
    for (size_t i = 0; i < want->n; i++)
      if (!(fabs((double)bl_row(&z, i / D)[i % D] - want->v[i]) <= tol[k] * most))
        fail_msg("%s, entry %zu: %.9g, not %.9g", text, i, (double)bl_row(&z, i / D)[i % D], want->v[i]);
    npy_close(want);
    bl_mat_free(ctx, &z);
    bl_estimator_free(ctx, e);
  }
  npy_close(in);
  npy_close(at);
  check_free(ctx);
}

/* At the metric's own mean all rows sum to nothing. */
static void tangent_vectors_are_centred(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  npy *in = npy_open("pyriemann/cov_in");
  static float x[N * COLS];
  static const char *const text[] = {"tangent_space", "{tangent_space: {metric: logeuclid}}"};
  triangles(in, 0, N, x);
  for (size_t k = 0; k < 2; k++) {
    bl_estimator *e;
    bl_mat z;
    bl_cmat X = rows_of(x, N);
    check_ok(ctx, bl_estimator_parse(ctx, text[k], &e));
    check_ok(ctx, bl_fit(ctx, e, &(bl_data){.X = X}));
    check_ok(ctx, bl_transform(ctx, e, &X, NULL, &z));
    for (size_t c = 0; c < COLS; c++) {
      double sum = 0, size = 0;
      for (size_t i = 0; i < N; i++) {
        sum += (double)bl_row(&z, i)[c];
        size += fabs((double)bl_row(&z, i)[c]);
      }
      assert_true(fabs(sum) < 1e-5 * size);
    }
    bl_mat_free(ctx, &z);
    bl_estimator_free(ctx, e);
  }
  npy_close(in);
  check_free(ctx);
}

static void whitening_and_shrinkage(void **state)
{
  (void)state;
  npy *in = npy_open("pyriemann/cov_in");
  static float x[N * COLS], scm[4 * COLS];
  static float want_f[4 * COLS];
  static double want[4 * COLS];
  static const struct {
    const char *text, *file;
  } cases[] = {{"whitening", "pyriemann/whitening_out"},
               {"{whitening: {metric: riemann}}", "pyriemann/whitening_riemann"}};
  triangles(in, 0, N, x);
  for (size_t k = 0; k < 2; k++) {
    npy *m = npy_open(cases[k].file);
    triangles(m, 0, 2, want_f);
    for (size_t i = 0; i < 2 * COLS; i++) want[i] = (double)want_f[i];
    check_transform(cases[k].text, x, N, COLS, x, 2, want, 1e-5);
    npy_close(m);
  }
  npy *from = npy_open("pyriemann/cov_scm"), *m = npy_open("pyriemann/shrinkage");
  triangles(from, 0, 4, scm);
  triangles(m, 0, 4, want_f);
  for (size_t i = 0; i < 4 * COLS; i++) want[i] = (double)want_f[i];
  check_transform("shrinkage", scm, 4, COLS, scm, 4, want, 1e-6);
  npy_close(from);
  npy_close(m);
  npy_close(in);
}

/* Tangent space and a classifier of vectors: pyRiemann's TSClassifier, whose logistic regression is driven to convergence. */
static void tangent_space_classifier(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  npy *in = npy_open("pyriemann/cov_in"), *y = npy_open("pyriemann/mi16_y");
  static float x[N * COLS];
  double proba[2 * (N - TRAIN)], predicted[N - TRAIN];
  bl_estimator *e;
  triangles(in, 0, N, x);
  check_ok(ctx, bl_estimator_parse(ctx, "[tangent_space, {logistic_regression: {tol: 1e-10, max_iter: 2000}}]", &e));
  check_ok(ctx, bl_fit(ctx, e, &(bl_data){.X = rows_of(x, TRAIN), .y = y->v}));
  bl_cmat X = rows_of(x + TRAIN * COLS, N - TRAIN);
  check_ok(ctx, bl_apply(ctx, e, BL_PREDICT_PROBA, &X, NULL, proba));
  check_ok(ctx, bl_apply(ctx, e, BL_PREDICT, &X, NULL, predicted));
  compare("pyriemann/tsclf_proba", proba, 2 * (N - TRAIN), 1e-5);
  compare("pyriemann/tsclf_pred", predicted, N - TRAIN, 0);
  bl_estimator_free(ctx, e);
  npy_close(in);
  npy_close(y);
  check_free(ctx);
}

/* z-scores of all 45 epochs after one or several turns in which the odd ones were left out; and who is odd. */
static void riemannian_potato(void **state)
{
  (void)state;
  enum { P = 6, D = P * (P + 1) / 2 };
  static const struct {
    const char *text, *z, *pred;
  } cases[] = {{"riemannian_potato", "pyriemann/potato_t3_z", "pyriemann/potato_t3_pred"},
               {"{riemannian_potato: {threshold: 2}}", "pyriemann/potato_t2_z", "pyriemann/potato_t2_pred"},
               {"{riemannian_potato: {threshold: 1.5}}", "pyriemann/potato_t15_z", NULL},
               {"{riemannian_potato: {threshold: 2, metric: logeuclid}}", "pyriemann/potato_logeuclid", NULL}};
  bl_ctx *ctx = bl_ctx_new();
  npy *in = npy_open("pyriemann/potato_in");
  static float x[N * D];
  double got[N];
  triangles(in, 0, N, x);
  bl_cmat X = {.v = x, .rows = N, .cols = D, .stride = D};
  for (size_t k = 0; k < 4; k++) {
    bl_estimator *e = learn_parse(ctx, cases[k].text);
    check_ok(ctx, bl_fit(ctx, e, &(bl_data){.X = X}));
    check_ok(ctx, bl_apply(ctx, e, BL_SCORE_SAMPLES, &X, NULL, got));
    for (size_t i = 0; i < N; i++) got[i] = -got[i];
    compare(cases[k].z, got, N, 1e-4);
    check_ok(ctx, bl_apply(ctx, e, BL_PREDICT, &X, NULL, got));
    for (size_t i = 0; i < N; i++) got[i] = got[i] > 0;
    if (cases[k].pred) compare(cases[k].pred, got, N, 0);
    bl_estimator_free(ctx, e);
  }
  bl_estimator *e = learn_parse(ctx, "riemannian_potato");
  check_ok(ctx, bl_fit(ctx, e, &(bl_data){.X = X}));
  float flat[D] = {0}; /* an epoch in which nothing was recorded is an artefact, not an error */
  bl_cmat none = {.v = flat, .rows = 1, .cols = D, .stride = D};
  check_ok(ctx, bl_apply(ctx, e, BL_PREDICT, &none, NULL, got));
  assert_true(got[0] == -1);
  X.rows = 1;
  check_fails(ctx, bl_fit(ctx, e, &(bl_data){.X = X}), BL_E_RANGE, "riemannian_potato: 1 matrices all lie as far");
  bl_estimator_free(ctx, e);
  npy_close(in);
  check_free(ctx);
}

/* A flat channel has no logarithm: in training and later, told by row and with what to do. */
static void flat_channels(void **state)
{
  (void)state;
  enum { P = 6, D = P * (P + 1) / 2, M = 12 };
  bl_ctx *ctx = bl_ctx_new();
  npy *in = npy_open("pyriemann/spd6_in");
  static float x[M * D], flat[M * D];
  double y[M], got[M];
  triangles(in, 0, M, x);
  for (size_t i = 0; i < M * D; i++) flat[i] = x[i];
  for (size_t k = 0; k < P; k++) flat[5 * D + k] = 0;
  for (size_t i = 0; i < M; i++) y[i] = (double)(i % 2);
  bl_cmat X = {.v = x, .rows = M, .cols = D, .stride = D}, bad = {.v = flat, .rows = M, .cols = D, .stride = D};
  bl_estimator *e;
  bl_mat z;
  check_ok(ctx, bl_estimator_parse(ctx, "tangent_space", &e));
  check_fails(ctx, bl_fit(ctx, e, &(bl_data){.X = bad}), BL_E_RANGE, "row 5 is not a positive definite matrix");
  check_ok(ctx, bl_fit(ctx, e, &(bl_data){.X = X}));
  check_fails(ctx, bl_transform(ctx, e, &bad, NULL, &z), BL_E_RANGE, "put shrinkage before it");
  bl_estimator_free(ctx, e);
  check_ok(ctx, bl_estimator_parse(ctx, "[{shrinkage: {shrinkage: 0.05}}, mdm]", &e));
  check_ok(ctx, bl_fit(ctx, e, &(bl_data){.X = bad, .y = y}));
  check_ok(ctx, bl_apply(ctx, e, BL_PREDICT, &bad, NULL, got));
  bl_estimator_free(ctx, e);
  npy_close(in);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(mdm),
                                     cmocka_unit_test(mdm_euclid),
                                     cmocka_unit_test(fgmdm),
                                     cmocka_unit_test(tangent_space),
                                     cmocka_unit_test(tangent_vectors_are_centred),
                                     cmocka_unit_test(whitening_and_shrinkage),
                                     cmocka_unit_test(tangent_space_classifier),
                                     cmocka_unit_test(riemannian_potato),
                                     cmocka_unit_test(flat_channels)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
