/* max_abs_scaler: each column divided by its largest magnitude; what is 0 stays 0. NaN is passed on, a column of nothing
 * but 0 is left as it is. */
#include <math.h>

#include "columnwise.h"
#include "kit.h"

typedef struct state {
  size_t n_features;
  double *max_abs;
} state;

static const bl_field fields[] = {
    BL_FIELD_VECTOR(state, max_abs, BL_F64, n_features, "largest magnitude in each column, 0 where it has no number"),
    BL_FIELD_END};

/* From nothing, or on from the rows before; what was learnt is changed only once all is there. */
static bl_status learn(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  state *s = self->state, next = {0};
  size_t d = t->X.cols;
  double *lo = bl_calloc(ctx, d, sizeof *lo);
  bl_status status = lo ? bl_kit_new_vectors(ctx, self->cls, &next, d) : bl_fail_nomem(ctx, "max_abs_scaler");
  if (!status) status = bl_kit_extent(ctx, &t->X, lo, next.max_abs);
  for (size_t j = 0; !status && j < d; j++) {
    next.max_abs[j] = fmax(0, fmax(fabs(lo[j]), fabs(next.max_abs[j])));
    if (s->max_abs) next.max_abs[j] = fmax(next.max_abs[j], s->max_abs[j]);
  }
  bl_free(ctx, lo);
  state old = *s;
  if (!status) *s = next;
  bl_fields_release(ctx, fields, status ? &next : &old);
  return status;
}

static bl_status apply(bl_ctx *ctx, const bl_estimator *self, void *room, const bl_cmat *X, const bl_answer *out)
{
  const state *s = self->state;
  (void)ctx, (void)room;
  for (size_t i = 0; out->transform.v && i < X->rows; i++) {
    const float *x = bl_crow(X, i);
    float *o = bl_row(&out->transform, i);
    for (size_t j = 0; j < X->cols; j++) o[j] = s->max_abs[j] > 0 ? (float)((double)x[j] / s->max_abs[j]) : x[j];
  }
  return BL_OK;
}

static bl_status blocks_out(bl_ctx *ctx, const bl_estimator *self, bl_blocks *out)
{
  return bl_kit_input_blocks(ctx, self, "1", out);
}

/* clang-format off */
const bl_estimator_class bl_estimator_max_abs_scaler = {
    .name = "max_abs_scaler", .summary = "each column divided by its largest magnitude",
    .source = "scikit-learn MaxAbsScaler", .kind = BL_TRANSFORMER, .tags = BL_TAG_NAN_OK | BL_TAG_INCREMENTAL,
    .state_version = 1, .fields = fields, .state_size = sizeof(state),
    .fit = learn, .partial_fit = learn, .width = bl_kit_same_width, .apply = apply,
    .names_out = bl_kit_input_names, .blocks_out = blocks_out, .check = bl_kit_check_vectors};
/* clang-format on */
