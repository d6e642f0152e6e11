/* whitening: covariances brought around the identity. Rows are upper triangles of symmetric matrices C; with M their mean, each
 * becomes M^-1/2 C M^-1/2. By the affine invariant mean this is recentring: sessions and subjects whose electrodes sit otherwise
 * come to lie on one another. Numbers are pyRiemann's Whitening without reduction (0.11). */
#include <math.h>
#include <string.h>

#include "columnwise.h"
#include "kit.h"
#include "spd.h"

static const char who[] = "whitening";

typedef struct params {
  int metric;
} params;

typedef struct state {
  size_t n_channels;
  double *filters; /* [channel][channel] */
} state;

static const bl_opt opts[] = {BL_ENUM(params, metric, "euclid", bl_spd_metrics, "of the mean"), BL_OPT_END};

static const bl_field fields[] = {
    BL_FIELD_MATRIX(state, filters, BL_F64, n_channels, n_channels, "the inverse root of the mean"), BL_FIELD_END};

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  const params *p = self->params;
  state *s = self->state;
  bl_spd_set set = {.n = bl_spd_channels(t->X.cols), .count = t->X.rows, .rows = &t->X};
  size_t n2 = set.n * set.n;
  s->n_channels = set.n;
  s->filters = bl_calloc(ctx, n2, sizeof *s->filters);
  double *mean = bl_calloc(ctx, n2 + bl_spd_room(set.n), sizeof *mean);
  bl_status status = s->filters && mean ? bl_spd_mean(ctx, who, &set, t->weight, (bl_spd_metric)p->metric, mean)
                                        : bl_fail_nomem(ctx, who);
  if (!status) status = bl_spd_need_rank(ctx, who, set.n, mean);
  if (!status && !bl_spd_apply(set.n, mean, bl_spd_inverse_sqrt, s->filters, mean + n2))
    status = bl_fail(ctx, BL_E_RANGE, "%s: the mean is not positive definite; put shrinkage before it", who);
  bl_free(ctx, mean);
  return status;
}

/* ---- the class --------------------------------------------------------------------------------------------------- */

typedef struct room {
  double *a, *work;
} room;

static bl_status prepare(bl_ctx *ctx, const bl_estimator *self, unsigned ops, size_t rows, void **out)
{
  size_t n2 = ((const state *)self->state)->n_channels * ((const state *)self->state)->n_channels;
  double *v;
  (void)ops, (void)rows;
  room *r = *out = bl_kit_room(ctx, sizeof *r, 2 * n2, &v);
  if (!r) return bl_fail_nomem(ctx, who);
  *r = (room){.a = v, .work = v + n2};
  return BL_OK;
}

static bl_status apply(bl_ctx *ctx, const bl_estimator *self, void *of_whitening, const bl_cmat *X,
                       const bl_answer *out)
{
  const state *s = self->state;
  const room *r = of_whitening;
  size_t n = s->n_channels;
  (void)ctx;
  for (size_t i = 0; out->transform.v && i < X->rows; i++) {
    float *to = bl_row(&out->transform, i);
    bl_spd_of_row(n, bl_crow(X, i), r->a);
    bl_spd_around(n, s->filters, r->a, r->a, r->work);
    for (size_t c = 0; c < n; c++)
      for (size_t k = c; k < n; k++) *to++ = (float)r->a[c * n + k];
  }
  return BL_OK;
}

static double cost(const bl_estimator *self)
{
  double n = (double)bl_spd_channels(self->n_features);
  return 4 * n * n * n;
}

static bl_status blocks_out(bl_ctx *ctx, const bl_estimator *self, bl_blocks *out)
{
  return bl_kit_input_blocks(ctx, self, "", out);
}

static bl_status check(bl_ctx *ctx, const bl_estimator *self)
{
  const state *s = self->state;
  size_t n = bl_spd_channels(self->n_features);
  if (!s->filters) return bl_fail(ctx, BL_E_FORMAT, "%s: filters are missing", who);
  if (n * (n + 1) / 2 != self->n_features || s->n_channels != n)
    return bl_fail(ctx, BL_E_FORMAT, "%s: filters of %zu channels do not fit %zu columns", who, s->n_channels,
                   self->n_features);
  return BL_OK;
}

const bl_estimator_class bl_estimator_whitening = {.name = "whitening",
                                                   .summary = "covariances brought around the identity by their mean",
                                                   .source = "pyRiemann Whitening",
                                                   .kind = BL_TRANSFORMER,
                                                   .tags = BL_TAG_COVARIANCE_ROWS | BL_TAG_WEIGHTS,
                                                   .state_version = 1,
                                                   .opts = opts,
                                                   .params_size = sizeof(params),
                                                   .fields = fields,
                                                   .state_size = sizeof(state),
                                                   .fit = fit,
                                                   .width = bl_kit_same_width,
                                                   .prepare = prepare,
                                                   .apply = apply,
                                                   .work = cost,
                                                   .names_out = bl_kit_input_names,
                                                   .blocks_out = blocks_out,
                                                   .check = check};
