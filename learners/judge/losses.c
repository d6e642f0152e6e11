/* Losses of numbers, row by row, and what is made of them: means, and D2, the share of the loss that a model takes away from
 * that of the best constant. */
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "metric_private.h"

double bl_squared_error(const void *unused, double y, double pred)
{
  (void)unused;
  return (y - pred) * (y - pred);
}

double bl_absolute_error(const void *unused, double y, double pred)
{
  (void)unused;
  return fabs(y - pred);
}

double bl_squared_log_error(const void *unused, double y, double pred)
{
  (void)unused;
  double d = log1p(y) - log1p(pred);
  return y < 0 || pred < 0 ? (double)NAN : d * d;
}

double bl_pinball_loss(const void *alpha, double y, double pred)
{
  double a = *(const double *)alpha;
  return y >= pred ? a * (y - pred) : (1 - a) * (pred - y);
}

double bl_mean_loss(const bl_scored *s, size_t target, bl_loss_fn loss, const void *p)
{
  double sum = 0, all = 0;
  size_t k = bl_n_targets(s);
  for (size_t i = 0; i < s->n; i++) {
    double w = bl_weight_of(s, i);
    if (!(w > 0)) continue;
    sum += w * loss(p, s->y[i * k + target], s->pred[i * k + target]);
    all += w;
  }
  return sum / all;
}

double bl_mean_losses(const bl_scored *s, bl_loss_fn loss, const void *p)
{
  double sum = 0;
  for (size_t c = 0; c < bl_n_targets(s); c++) sum += bl_mean_loss(s, c, loss, p);
  return sum / (double)bl_n_targets(s);
}

const char *const bl_multioutput_names[] = {"uniform_average", "variance_weighted", NULL};

/* ---- against the best constant ----------------------------------------------------------------------------------- */

static double of_constant(const bl_scored *s, size_t target, bl_loss_fn loss, const void *p, double constant)
{
  double sum = 0, all = 0;
  size_t k = bl_n_targets(s);
  for (size_t i = 0; i < s->n; i++) {
    double w = bl_weight_of(s, i);
    if (w > 0) sum += w * loss(p, s->y[i * k + target], constant), all += w;
  }
  return sum / all;
}

bl_status bl_d2(bl_ctx *ctx, const char *who, const bl_scored *s, bl_loss_fn loss, bl_constant_fn constant,
                const void *p, double *out)
{
  size_t k = bl_n_targets(s);
  double sum = 0, *y = NULL;
  *out = (double)NAN;
  if (s->n < 2) {
    bl_warn(ctx, BL_W_UNDEFINED, "%s: undefined for one row", who);
    return BL_OK;
  }
  if (!(y = bl_calloc(ctx, s->n, sizeof *y))) return bl_fail_nomem(ctx, who);
  for (size_t c = 0; c < k; c++) {
    for (size_t i = 0; i < s->n; i++) y[i] = s->y[i * k + c];
    double own = bl_mean_loss(s, c, loss, p), best = of_constant(s, c, loss, p, constant(p, y, s->weight, s->n));
    bool flat = !(best > DBL_EPSILON * fabs(y[0])); /* a constant target, whose mean need not be it to the last bit */
    if (flat) bl_warn(ctx, BL_W_UNDEFINED, "%s: the target is constant, taken as %d", who, !(own > 0));
    sum += !flat ? 1 - own / best : own > 0 ? 0 : 1;
  }
  *out = sum / (double)k;
  bl_free(ctx, y);
  return BL_OK;
}

/* ---- quantiles --------------------------------------------------------------------------------------------------- */

static int ascending(const void *a, const void *b)
{
  double x = ((const bl_weighed *)a)->v, y = ((const bl_weighed *)b)->v;
  return (x > y) - (x < y);
}

double bl_weighed_quantile(bl_weighed *v, size_t n, double level, bool weighted)
{
  qsort(v, n, sizeof *v, ascending);
  if (!weighted) {
    double at = level * (double)(n - 1);
    size_t i = (size_t)at;
    return i + 1 < n ? v[i].v + (at - (double)i) * (v[i + 1].v - v[i].v) : v[n - 1].v;
  }
  double all = 0, sum = 0;
  for (size_t i = 0; i < n; i++) all += v[i].w;
  for (size_t i = 0; i < n; i++) {
    sum += v[i].w;
    if (sum > 0 && sum >= level * all) return v[i].v;
  }
  return v[n - 1].v;
}

typedef struct pinball {
  double alpha; /* first: all that its loss looks at */
  bl_weighed *room;
} pinball;

static double own_quantile(const void *vp, const double *y, const double *weight, size_t n)
{
  const pinball *p = vp;
  for (size_t i = 0; i < n; i++) p->room[i] = (bl_weighed){y[i], weight ? weight[i] : 1};
  return bl_weighed_quantile(p->room, n, p->alpha, weight != NULL);
}

bl_status bl_d2_pinball(bl_ctx *ctx, const char *who, const bl_scored *s, double alpha, double *out)
{
  pinball p = {alpha, bl_calloc(ctx, s->n, sizeof *p.room)};
  bl_status e = p.room ? bl_d2(ctx, who, s, bl_pinball_loss, own_quantile, &p, out) : bl_fail_nomem(ctx, who);
  bl_free(ctx, p.room);
  return e;
}

/* ---- Tweedie ----------------------------------------------------------------------------------------------------- */

const bl_opt bl_tweedie_opts[] = {
    BL_REAL(bl_tweedie_params, power, "0", -1e3, 1e3, "",
            "Variance goes with this power of the mean: 0 normal, 1 Poisson, 2 gamma, 3 inverse Gaussian"),
    BL_OPT_END};

double bl_tweedie_loss(const void *power, double y, double pred)
{
  double p = *(const double *)power;
  if (p == 0) return (y - pred) * (y - pred);
  if (p == 1) return 2 * ((y > 0 ? y * log(y / pred) : 0) - y + pred);
  if (p == 2) return 2 * (log(pred / y) + y / pred - 1);
  double above = p < 0 ? fmax(y, 0) : y;
  return 2 * (pow(above, 2 - p) / ((1 - p) * (2 - p)) - y * pow(pred, 1 - p) / (1 - p) + pow(pred, 2 - p) / (2 - p));
}

bl_status bl_tweedie_defined(bl_ctx *ctx, const char *who, const bl_scored *s, double power, bool *defined)
{
  *defined = true;
  if (power > 0 && power < 1)
    return bl_fail(ctx, BL_E_CONFIG, "%s: no distribution has power %g; wanted 0 or less, or 1 or more", who, power);
  for (size_t i = 0; power != 0 && i < s->n * bl_n_targets(s); i++) {
    double y = s->y[i], pred = s->pred[i];
    if (!(bl_weight_of(s, i / bl_n_targets(s)) > 0)) continue;
    if (pred > 0 && (power < 0 || y > 0 || (power < 2 && y == 0))) continue;
    bl_warn(ctx, BL_W_UNDEFINED,
            "%s: truth %g and prediction %g of row %zu: with power %g the prediction must be above 0%s", who, y, pred,
            i / bl_n_targets(s), power,
            power < 0   ? ""
            : power < 2 ? ", the truth 0 or more"
                        : ", the truth too");
    *defined = false;
    return BL_OK;
  }
  return BL_OK;
}
