/* variance_threshold: columns that vary. It looks at no target, and yet belongs into the chain: what varies is learnt. */
#include "columnwise.h"
#include "kit.h"
#include "selection.h"

typedef struct params {
  double threshold;
} params;

typedef struct state {
  size_t n_kept;
  int64_t *kept;
  size_t n_features;
  double *variances;
} state;
_Static_assert(offsetof(state, kept) == offsetof(bl_kept, kept), "its state begins with a bl_kept");

static const bl_opt opts[] = {
    BL_REAL(params, threshold, "0", 0, 1e30, "", "columns with a variance above it pass; 0: all that are not constant"),
    BL_OPT_END};

static const bl_field fields[] = {BL_KEPT_FIELD(state),
                                  BL_FIELD_VECTOR(state, variances, BL_F64, n_features, "variance of each column"),
                                  BL_FIELD_END};

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  const params *p = self->params;
  state *s = self->state;
  size_t d = t->X.cols;
  s->n_features = d;
  s->variances = bl_calloc(ctx, d, sizeof *s->variances);
  double *room = bl_calloc(ctx, 3 * d, sizeof *room);
  bool *keep = bl_calloc(ctx, d, sizeof *keep), any = false;
  bl_status status = s->variances && room && keep ? BL_OK : bl_fail_nomem(ctx, "variance_threshold");
  if (!status) status = bl_kit_moments(ctx, &t->X, NULL, room, s->variances);
  if (!status) status = bl_kit_extent(ctx, &t->X, room + d, room + 2 * d);
  for (size_t j = 0; !status && j < d; j++) {
    bool varies = room[2 * d + j] > room[d + j]; /* rounding alone gives a constant some variance */
    any |= keep[j] = varies && (p->threshold <= 0 || s->variances[j] > p->threshold);
  }
  if (!status && !any)
    status =
        bl_fail(ctx, BL_E_RANGE, "variance_threshold: of %zu columns none has a variance above %g", d, p->threshold);
  if (!status) status = bl_kept_set(ctx, self, self->state, keep, d);
  bl_free(ctx, room);
  bl_free(ctx, keep);
  return status;
}

/* clang-format off */
const bl_estimator_class bl_estimator_variance_threshold = {
    .name = "variance_threshold", .summary = "columns that vary", .source = "scikit-learn VarianceThreshold",
    .kind = BL_TRANSFORMER, .state_version = 1,
    .opts = opts, .params_size = sizeof(params), .fields = fields, .state_size = sizeof(state),
    .fit = fit, .width = bl_kept_width, .apply = bl_kept_apply, .names_out = bl_kept_names_out,
    .blocks_out = bl_kept_blocks_out, .check = bl_kept_check};
/* clang-format on */
