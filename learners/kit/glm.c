/* Newton steps over the halves of unit deviances as functions of the score; as scikit-learn's (Nelder and Wedderburn 1972;
 * Jorgensen 1987). Constants that hang on y alone are left out. */
#include "glm.h"

#include <math.h>

#include "minimise.h"
#include "row_loss.h"

enum { NEWTON_COLUMNS = 1000 };

static bl_row_slope identity(const void *arg, double y, double z)
{
  (void)arg;
  return (bl_row_slope){0.5 * (y - z) * (y - z), z - y, 1};
}

/* With mu = exp(z): mu^(2-p) / (2-p) - y mu^(1-p) / (1-p), whose limits at p = 1 and 2 are logarithms. */
static bl_row_slope logarithm(const void *arg, double y, double z)
{
  double p = *(const double *)arg, a = exp((2 - p) * z), b = p == 1 ? y : y * exp((1 - p) * z);
  double first = p == 2 ? z : a / (2 - p), second = p == 1 ? y * z : b / (1 - p);
  return (bl_row_slope){first - second, (p == 2 ? 1 : a) - b, (p == 2 ? 0 : (2 - p) * a) - (p == 1 ? 0 : (1 - p) * b)};
}

/* Targets that the distribution has. */
static bl_status check_targets(bl_ctx *ctx, const char *who, double p, const bl_train *t)
{
  for (size_t i = 0; i < t->X.rows; i++) {
    double y = t->y[i];
    if (p <= 0 || y > 0 || (y >= 0 && p < 2)) continue;
    return bl_fail(ctx, BL_E_RANGE, "%s: y of row %zu is %g; wanted %s", who, i, y,
                   p < 2 ? "0 or more" : "more than 0");
  }
  return BL_OK;
}

bl_status bl_glm_fit(bl_ctx *ctx, const char *who, const bl_glm_params *p, const bl_train *t, bl_glm_state *s)
{
  size_t d = t->X.cols, n = d + p->fit_intercept;
  bool by_log = p->link == BL_GLM_LOG || (p->link == BL_GLM_AUTO && p->power > 0);
  double *shift = bl_calloc(ctx, 3 * d + 1, sizeof *shift), mean = 0;
  bl_status status = shift ? check_targets(ctx, who, p->power, t) : bl_fail_nomem(ctx, who);
  if (!status) status = bl_linear_targets_begin(ctx, t, &s->map);
  if (status) goto done;
  double *scale = shift + d, *theta = scale + d;
  bl_row_loss loss = {.X = &t->X,
                      .y = t->y,
                      .weight = t->weight,
                      .weight_sum = bl_kit_weight_sum(t->X.rows, t->weight),
                      .ridge = p->alpha,
                      .intercept = p->fit_intercept,
                      .shift = shift,
                      .scale = scale,
                      .fn = by_log ? logarithm : identity,
                      .arg = &p->power};
  if ((status = bl_kit_moments(ctx, &t->X, t->weight, shift, scale))) goto done;
  for (size_t j = 0; j < d; j++) {
    scale[j] += p->fit_intercept ? 0 : shift[j] * shift[j];
    shift[j] = p->fit_intercept ? shift[j] : 0;
    scale[j] = scale[j] + p->alpha > 0 ? 1 / sqrt(scale[j] + p->alpha) : 1;
  }
  for (size_t i = 0; i < t->X.rows; i++) mean += (t->weight ? t->weight[i] : 1) * t->y[i] / loss.weight_sum;
  if (p->fit_intercept) theta[d] = !by_log ? mean : mean > 0 ? log(mean) : 0;
  bl_minimise m = {.n = n, .fn = bl_row_loss_value, .arg = &loss, .tol = p->tol, .max_iter = (size_t)p->max_iter};
  status = n <= NEWTON_COLUMNS ? bl_minimise_newton(ctx, &m, theta) : bl_minimise_lbfgs(ctx, &m, theta);
  if (status) goto done;
  bl_row_loss_coef(&loss, theta, s->map.coef, s->map.intercept);
  s->n_iter = (int64_t)m.n_iter;
  if (!m.converged)
    bl_warn(ctx, BL_W_NO_CONVERGENCE,
            "%s: stopped after %zu steps with a gradient of %.3g, wanted %.3g; raise max_iter, tol or alpha", who,
            m.n_iter, m.grad_max, p->tol);
done:
  bl_free(ctx, shift);
  return status;
}

bl_status bl_glm_apply_log(bl_ctx *ctx, const bl_estimator *self, void *room, const bl_cmat *X, const bl_answer *out)
{
  bl_status s = bl_linear_targets_apply(ctx, self, room, X, out);
  for (size_t i = 0; out->v[BL_PREDICT] && i < X->rows; i++) out->v[BL_PREDICT][i] = exp(out->v[BL_PREDICT][i]);
  return s;
}
