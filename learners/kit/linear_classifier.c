#include "linear_classifier.h"

#include <math.h>
#include <string.h>

size_t bl_linear_outputs(size_t n_classes) { return n_classes > 2 ? n_classes : 1; }

size_t bl_linear_width(const bl_estimator *self, bl_op op)
{
  if (op == BL_PREDICT) return 1;
  if (op == BL_PREDICT_PROBA) return self->n_classes ? self->n_classes : 1;
  if (op == BL_DECISION) return bl_linear_outputs(self->n_classes);
  return 0;
}

double bl_sigmoid(double z)
{
  if (z >= 0) return 1 / (1 + exp(-z));
  double e = exp(z);
  return e / (1 + e);
}

double bl_top_class(const double *z, size_t k)
{
  size_t best = 0;
  for (size_t c = 0; c < k; c++) {
    if (isnan(z[c])) return (double)NAN;
    best = z[c] > z[best] ? c : best;
  }
  return isfinite(z[best]) ? (double)best : (double)NAN;
}

double bl_softmax(double *z, size_t k)
{
  double top = z[0], sum = 0;
  for (size_t i = 1; i < k; i++) top = z[i] > top ? z[i] : top;
  for (size_t i = 0; i < k; i++) sum += z[i] = exp(z[i] - top);
  for (size_t i = 0; i < k; i++) z[i] /= sum;
  return top + log(sum);
}

size_t bl_linear_doubles(const bl_linear_scores *m) { return m->n_outputs * (m->n_features + 1); }

void bl_linear_fill(const bl_linear_scores *m, double *doubles, bl_linear_room *out)
{
  size_t k = m->n_outputs, d = m->n_features;
  bl_kit_turn(k, d, m->coef, doubles);
  *out = (bl_linear_room){{.d = d, .k = k, .Wt = doubles, .bias = m->intercept}, doubles + k * d, BL_LINK_SOFTMAX};
}

static double chance_of(bl_linear_link link, double z)
{
  if (link != BL_LINK_CLIPPED) return bl_sigmoid(z);
  return isnan(z) ? z : z <= -1 ? 0 : z >= 1 ? 1 : (z + 1) / 2;
}

/* One row's k scores z, which may be overwritten, into probabilities. */
static void probabilities(bl_linear_link link, size_t k, double *z, double *out)
{
  double sum = 0;
  if (k == 1) {
    out[1] = chance_of(link, z[0]);
    out[0] = 1 - out[1];
    return;
  }
  if (link == BL_LINK_SOFTMAX) bl_softmax(z, k);
  for (size_t c = 0; c < k; c++) sum += out[c] = link == BL_LINK_SOFTMAX ? z[c] : chance_of(link, z[c]);
  for (size_t c = 0; c < k && link != BL_LINK_SOFTMAX; c++) out[c] = sum > 0 ? out[c] / sum : 1 / (double)k;
}

void bl_linear_apply(const bl_linear_room *r, const bl_cmat *X, const bl_answer *out)
{
  size_t k = r->map.k, n_classes = k > 1 ? k : 2;
  double *z = r->z;
  for (size_t i = 0; i < X->rows; i++) {
    bl_kit_linear(&r->map, bl_crow(X, i), z);
    if (out->v[BL_DECISION]) memcpy(out->v[BL_DECISION] + i * k, z, k * sizeof *z);
    if (out->v[BL_PREDICT])
      out->v[BL_PREDICT][i] = k > 1 ? bl_top_class(z, k) : isnan(z[0]) ? (double)NAN : (double)(z[0] > 0);
    if (out->v[BL_PREDICT_PROBA]) probabilities(r->link, k, z, out->v[BL_PREDICT_PROBA] + i * n_classes);
  }
}

bl_status bl_linear_prepare(bl_ctx *ctx, const bl_linear_scores *m, void **room)
{
  double *doubles;
  if (!(*room = bl_kit_room(ctx, sizeof(bl_linear_room), bl_linear_doubles(m), &doubles)))
    return bl_fail_nomem(ctx, "a linear model");
  bl_linear_fill(m, doubles, *room);
  return BL_OK;
}

bl_status bl_linear_check(bl_ctx *ctx, const bl_estimator *self, const bl_linear_scores *m)
{
  const char *who = self->cls->name;
  if (self->n_classes < 2)
    return bl_fail(ctx, BL_E_FORMAT, "%s: %zu classes, wanted two or more", who, self->n_classes);
  if (!m->coef || !m->intercept) return bl_fail(ctx, BL_E_FORMAT, "%s: coef or intercept is missing", who);
  if (m->n_features != self->n_features || m->n_outputs != bl_linear_outputs(self->n_classes))
    return bl_fail(ctx, BL_E_FORMAT, "%s: coef is %zu x %zu, wanted %zu x %zu", who, m->n_outputs, m->n_features,
                   bl_linear_outputs(self->n_classes), self->n_features);
  return BL_OK;
}

/* ---- for states that begin with bl_linear_scores ------------------------------------------------------------------ */

bl_status bl_linear_scores_begin(bl_ctx *ctx, size_t n_classes, size_t d, bl_linear_scores *m)
{
  m->n_outputs = bl_linear_outputs(n_classes);
  m->n_features = d;
  m->coef = bl_calloc(ctx, m->n_outputs, d * sizeof *m->coef);
  m->intercept = bl_calloc(ctx, m->n_outputs, sizeof *m->intercept);
  return m->coef && m->intercept ? BL_OK : bl_fail_nomem(ctx, "a linear model");
}

size_t bl_linear_scores_width(const bl_estimator *self, bl_op op)
{
  return op == BL_PREDICT_PROBA ? 0 : bl_linear_width(self, op);
}

bl_status bl_linear_scores_prepare(bl_ctx *ctx, const bl_estimator *self, unsigned ops, size_t rows, void **room)
{
  (void)ops, (void)rows;
  return bl_linear_prepare(ctx, self->state, room);
}

bl_status bl_linear_scores_apply(bl_ctx *ctx, const bl_estimator *self, void *room, const bl_cmat *X,
                                 const bl_answer *out)
{
  (void)ctx, (void)self;
  bl_linear_apply(room, X, out);
  return BL_OK;
}

bl_status bl_linear_scores_check(bl_ctx *ctx, const bl_estimator *self)
{
  return bl_linear_check(ctx, self, self->state);
}
