/* select_percentile: a share of the columns, those with the highest scores. In a chain, so that each fold chooses for itself. */
#include "columnwise.h"
#include "univariate.h"

typedef struct params {
  bl_univariate_params own;
  double percentile;
} params;

static const bl_opt opts[] = {BL_UNIVARIATE_OPTS(params),
                              BL_REAL(params, percentile, "10", 0, 100, "%", "share of the columns that is kept"),
                              BL_OPT_END};

/* Those above the score that the other share lies below; of those that have just that score the first, as long as the
 * share is not full. */
static void choose(const void *vp, const bl_univariate *s, const double *sorted, size_t n, bool *keep)
{
  const params *p = vp;
  size_t most = (size_t)((double)n * p->percentile / 100), taken = 0;
  double least = bl_kit_quantile(sorted, n, 1 - p->percentile / 100);
  for (size_t j = 0; j < n; j++) taken += keep[j] = s->scores[j] > least;
  for (size_t j = 0; j < n && taken < most; j++)
    if (s->scores[j] == least) keep[j] = true, taken++;
}

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  return bl_univariate_fit(ctx, self, t, false, choose);
}

/* clang-format off */
const bl_estimator_class bl_estimator_select_percentile = {
    .name = "select_percentile", .summary = "the share of columns that tells most of the target", .source = "scikit-learn SelectPercentile",
    .kind = BL_TRANSFORMER, .tags_of = bl_univariate_tags, .state_version = 1,
    .opts = opts, .params_size = sizeof(params), .fields = bl_univariate_fields, .state_size = sizeof(bl_univariate),
    .fit = fit, .width = bl_kept_width, .apply = bl_kept_apply, .names_out = bl_kept_names_out,
    .blocks_out = bl_kept_blocks_out, .check = bl_kept_check};
/* clang-format on */
