#include "linear_classifier.h"

#include <math.h>

#include "kit.h"

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

double bl_softmax(double *z, size_t k)
{
  double top = z[0], sum = 0;
  for (size_t i = 1; i < k; i++) top = z[i] > top ? z[i] : top;
  for (size_t i = 0; i < k; i++) sum += z[i] = exp(z[i] - top);
  for (size_t i = 0; i < k; i++) z[i] /= sum;
  return top + log(sum);
}

/* One row's k scores z, which may be overwritten, into what was asked. */
static void finish_row(bl_op op, size_t k, double *z, double *out, size_t row)
{
  if (op == BL_PREDICT) {
    size_t best = k == 1 && z[0] > 0;
    for (size_t c = 1; c < k; c++) best = z[c] > z[best] ? c : best;
    out[row] = (double)best;
  } else if (k == 1) {
    out[2 * row + 1] = bl_sigmoid(z[0]);
    out[2 * row] = 1 - out[2 * row + 1];
  } else {
    bl_softmax(z, k);
    for (size_t c = 0; c < k; c++) out[row * k + c] = z[c];
  }
}

bl_status bl_linear_apply(bl_ctx *ctx, const bl_linear_scores *m, bl_op op, const bl_cmat *X, double *out)
{
  size_t k = m->n_outputs;
  if (op == BL_DECISION) return bl_kit_linear(ctx, X, NULL, m->coef, m->intercept, k, out);
  double *z = bl_calloc(ctx, X->rows, k * sizeof *z);
  if (!z) return bl_fail_nomem(ctx, "scores");
  bl_status s = bl_kit_linear(ctx, X, NULL, m->coef, m->intercept, k, z);
  for (size_t i = 0; !s && i < X->rows; i++) finish_row(op, k, z + i * k, out, i);
  bl_free(ctx, z);
  return s;
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
