/* min_max_scaler: each column moved and scaled so that what it learnt from spans a given range. NaN is passed on. A column
 * whose numbers are all the same is moved to the range's lower end and not scaled.
 *
 * scikit-learn takes a column for constant whose range is below ten times the rounding of 1, whatever its unit, so that
 * volts or teslas of float32 data are not scaled there; here it must be exactly 0. */
#include <math.h>

#include "columnwise.h"
#include "kit.h"

typedef struct params {
  bl_reals feature_range;
  bool clip;
} params;

typedef struct state {
  size_t n_features;
  double *data_min, *data_max;
} state;

static const bl_opt opts[] = {
    BL_REALS(params, feature_range, "[0, 1]", -1e14, 1e14, "",
             "where the smallest and the largest number of a column go"),
    BL_BOOL(params, clip, "false", "numbers beyond those that it learnt from are set to the range's ends"), BL_OPT_END};

static const bl_field fields[] = {
    BL_FIELD_VECTOR(state, data_min, BL_F64, n_features, "smallest number of each column, NaN where it has none"),
    BL_FIELD_VECTOR(state, data_max, BL_F64, n_features, "largest number of each column, NaN where it has none"),
    BL_FIELD_END};

static bool is_constant(const void *arg, size_t j)
{
  const state *s = arg;
  return !(s->data_max[j] > s->data_min[j]);
}

/* From nothing, or on from the rows before; what was learnt is changed only once all is there. */
static bl_status learn(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  const params *p = self->params;
  state *s = self->state, next = {0};
  bl_status status = BL_OK;
  if (p->feature_range.n != 2 || !(p->feature_range.v[0] < p->feature_range.v[1]))
    return bl_fail(ctx, BL_E_RANGE, "min_max_scaler: feature_range: wanted two numbers, the smaller one first");
  status = bl_kit_new_vectors(ctx, self->cls, &next, t->X.cols);
  if (!status) status = bl_kit_extent(ctx, &t->X, next.data_min, next.data_max);
  bool first = !s->data_min;
  for (size_t j = 0; !status && !first && j < t->X.cols; j++) {
    next.data_min[j] = fmin(next.data_min[j], s->data_min[j]);
    next.data_max[j] = fmax(next.data_max[j], s->data_max[j]);
  }
  if (!status && first) bl_kit_warn_columns(ctx, self, is_constant, &next, "are constant and not scaled");
  state old = *s;
  if (!status) *s = next;
  bl_fields_release(ctx, fields, status ? &next : &old);
  return status;
}

typedef struct map {
  double scale, shift;
} map;

static bl_status prepare(bl_ctx *ctx, const bl_estimator *self, unsigned ops, size_t rows, void **room)
{
  const params *p = self->params;
  const state *s = self->state;
  double lo = p->feature_range.v[0], width = p->feature_range.v[1] - lo;
  map *m = *room = bl_calloc(ctx, self->n_features, sizeof *m);
  (void)ops, (void)rows;
  if (!m) return bl_fail_nomem(ctx, "min_max_scaler");
  for (size_t j = 0; j < self->n_features; j++) {
    double range = s->data_max[j] - s->data_min[j];
    m[j].scale = width / (range > 0 ? range : 1);
    m[j].shift = isnan(range) ? 0 : lo - s->data_min[j] * m[j].scale;
  }
  return BL_OK;
}

static bl_status apply(bl_ctx *ctx, const bl_estimator *self, void *room, const bl_cmat *X, const bl_answer *out)
{
  const params *p = self->params;
  const map *m = room;
  (void)ctx;
  for (size_t i = 0; out->transform.v && i < X->rows; i++) {
    const float *x = bl_crow(X, i);
    float *o = bl_row(&out->transform, i);
    for (size_t j = 0; j < X->cols; j++) {
      double v = (double)x[j] * m[j].scale + m[j].shift;
      if (p->clip && v < p->feature_range.v[0]) v = p->feature_range.v[0];
      if (p->clip && v > p->feature_range.v[1]) v = p->feature_range.v[1];
      o[j] = (float)v;
    }
  }
  return BL_OK;
}

static bl_status blocks_out(bl_ctx *ctx, const bl_estimator *self, bl_blocks *out)
{
  return bl_kit_input_blocks(ctx, self, "1", out);
}

static bl_status check(bl_ctx *ctx, const bl_estimator *self)
{
  const params *p = self->params;
  if (p->feature_range.n != 2) return bl_fail(ctx, BL_E_FORMAT, "min_max_scaler: its feature_range is not two numbers");
  return bl_kit_check_vectors(ctx, self);
}

/* clang-format off */
const bl_estimator_class bl_estimator_min_max_scaler = {
    .name = "min_max_scaler", .summary = "each column moved and scaled into a range", .source = "scikit-learn MinMaxScaler",
    .kind = BL_TRANSFORMER, .tags = BL_TAG_NAN_OK | BL_TAG_INCREMENTAL, .state_version = 1,
    .opts = opts, .params_size = sizeof(params), .fields = fields, .state_size = sizeof(state),
    .fit = learn, .partial_fit = learn, .width = bl_kit_same_width, .prepare = prepare, .apply = apply,
    .names_out = bl_kit_input_names, .blocks_out = blocks_out, .check = check};
/* clang-format on */
