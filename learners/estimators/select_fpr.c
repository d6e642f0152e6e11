/* select_fpr: columns whose score chance gives rarely, each by itself: of columns of noise a share of alpha passes. */
#include "univariate.h"

typedef struct params {
  bl_univariate_params own;
  double alpha;
} params;

static const bl_opt opts[] = {BL_UNIVARIATE_OPTS(params),
                              BL_REAL(params, alpha, "0.05", 0, 1, "", "columns with a p-value below it are kept"),
                              BL_OPT_END};

static void choose(const void *vp, const bl_univariate *s, const double *sorted, size_t n, bool *keep)
{
  const params *p = vp;
  (void)sorted;
  for (size_t j = 0; j < n; j++) keep[j] = s->pvalues[j] < p->alpha;
}

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  return bl_univariate_fit(ctx, self, t, true, choose);
}

/* clang-format off */
const bl_estimator_class bl_estimator_select_fpr = {
    .name = "select_fpr", .summary = "columns with a p-value below alpha", .source = "scikit-learn SelectFpr",
    .kind = BL_TRANSFORMER, .tags_of = bl_univariate_tags, .state_version = 1,
    .opts = opts, .params_size = sizeof(params), .fields = bl_univariate_fields, .state_size = sizeof(bl_univariate),
    .fit = fit, .width = bl_kept_width, .apply = bl_kept_apply, .names_out = bl_kept_names_out,
    .blocks_out = bl_kept_blocks_out, .check = bl_kept_check};
/* clang-format on */
