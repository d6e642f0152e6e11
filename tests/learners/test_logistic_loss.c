/* logistic_loss: gradient and Hessian against differences, scores that would overflow, the way back to plain columns.
 * */
#include "logistic_loss.h"

#include "learn.h"

enum { N = 1300, D = 3, MOST = 12 }; /* three chunks, one of them short */

typedef struct problem {
  bl_mat rows;
  bl_cmat X;
  double y[N], weight[N], shift[D], scale[D];
  bl_logistic_loss loss;
} problem;

static void make(bl_ctx *ctx, problem *q, size_t n_outputs, bool intercept)
{
  bl_rng r = bl_rng_make(5, "logistic_loss", n_outputs);
  learn_noise(ctx, "logistic_loss.x", N, D, &q->rows);
  q->X = bl_mat_view(&q->rows);
  q->loss = (bl_logistic_loss){&q->X, q->y, q->weight, 0, n_outputs, intercept, 0.03, q->shift, q->scale};
  for (size_t i = 0; i < N; i++) {
    q->y[i] = (double)bl_rng_below(&r, n_outputs > 1 ? n_outputs : 2);
    q->loss.weight_sum += q->weight[i] = bl_rng_between(&r, 0.1, 2);
  }
  for (size_t j = 0; j < D; j++) {
    q->shift[j] = intercept ? bl_rng_normal(&r) : 0;
    q->scale[j] = bl_rng_between(&r, 0.3, 3);
  }
}

/* The sum written down once more, on plain columns. */
static double plain(const problem *q, const double *theta)
{
  size_t k = q->loss.n_outputs;
  double coef[MOST], constant[4], f = 0;
  bl_logistic_coef(&q->loss, theta, coef, constant);
  for (size_t i = 0; i < N; i++) {
    double z[4], sum = k == 1 ? 1 : 0;
    for (size_t c = 0; c < k; c++) {
      z[c] = constant[c];
      for (size_t j = 0; j < D; j++) z[c] += coef[c * D + j] * (double)bl_crow(&q->X, i)[j];
      sum += exp(z[c]);
    }
    size_t y = (size_t)q->y[i];
    f += q->weight[i] * (log(sum) - (k == 1 ? (y ? z[0] : 0) : z[y])) / q->loss.weight_sum;
  }
  for (size_t j = 0; j < k * D; j++) f += q->loss.ridge / 2 * coef[j] * coef[j];
  return f;
}

static void derivatives_are_those_of_the_sum(void **unused)
{
  (void)unused;
  static const struct {
    size_t n_outputs;
    bool intercept;
  } cases[] = {{1, true}, {1, false}, {3, true}, {3, false}};
  bl_ctx *ctx = bl_ctx_new();
  for (size_t t = 0; t < 4; t++) {
    problem q;
    make(ctx, &q, cases[t].n_outputs, cases[t].intercept);
    size_t n = cases[t].n_outputs * (D + cases[t].intercept);
    double theta[MOST], f, g[MOST], h[MOST * MOST], up[MOST], down[MOST], other, step = 1e-5;
    bl_rng r = bl_rng_make(6, "theta", t);
    for (size_t i = 0; i < n; i++) theta[i] = bl_rng_normal(&r);
    check_ok(ctx, bl_logistic_value(ctx, &q.loss, theta, &f, g, h));
    check_near(f, plain(&q, theta), 1e-12);
    for (size_t i = 0; i < n; i++) {
      double at = theta[i];
      theta[i] = at + step;
      double above = plain(&q, theta);
      check_ok(ctx, bl_logistic_value(ctx, &q.loss, theta, &other, up, NULL));
      theta[i] = at - step;
      double below = plain(&q, theta);
      check_ok(ctx, bl_logistic_value(ctx, &q.loss, theta, &other, down, NULL));
      theta[i] = at;
      check_near(g[i], (above - below) / (2 * step), 1e-8);
      for (size_t j = 0; j < n; j++) check_near(h[i * n + j], (up[j] - down[j]) / (2 * step), 1e-8);
    }
    bl_mat_free(ctx, &q.rows);
  }
  check_free(ctx);
}

static void huge_scores_stay_finite(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  for (size_t k = 1; k <= 3; k += 2) {
    problem q;
    double theta[MOST] = {1e5, -1e5, 1e5, 1e5, -1e5}, f, g[MOST], h[MOST * MOST];
    make(ctx, &q, k, true);
    check_ok(ctx, bl_logistic_value(ctx, &q.loss, theta, &f, g, h));
    assert_true(isfinite(f) && f > 1000);
    for (size_t i = 0; i < k * (D + 1); i++) assert_true(isfinite(g[i]));
    for (size_t i = 0; i < k * (D + 1) * k * (D + 1); i++) assert_true(isfinite(h[i]));
    bl_mat_free(ctx, &q.rows);
  }
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(derivatives_are_those_of_the_sum),
                                     cmocka_unit_test(huge_scores_stay_finite)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
