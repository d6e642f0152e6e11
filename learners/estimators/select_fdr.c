/* select_fdr: columns among which the share of noise is expected to be at most alpha: the false discovery rate. */
#include "univariate.h"

typedef struct params {
  bl_univariate_params own;
  double alpha;
} params;

static const bl_opt opts[] = {
    BL_UNIVARIATE_OPTS(params),
    BL_REAL(params, alpha, "0.05", 0, 1, "", "share of noise among the columns that pass, at most"), BL_OPT_END};

/* The largest p-value that its place among all of them allows for, and all below it. */
static void choose(const void *vp, const bl_univariate *s, const double *sorted, size_t n, bool *keep)
{
  const params *p = vp;
  double largest = -1;
  for (size_t i = 0; i < n; i++)
    if (sorted[i] <= p->alpha * (double)(i + 1) / (double)n) largest = sorted[i];
  for (size_t j = 0; j < n; j++) keep[j] = s->pvalues[j] <= largest;
}

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  return bl_univariate_fit(ctx, self, t, true, choose);
}

/* clang-format off */
const bl_estimator_class bl_estimator_select_fdr = {
    .name = "select_fdr", .summary = "columns with a false discovery rate of at most alpha", .source = "scikit-learn SelectFdr; Benjamini and Hochberg 1995",
    .kind = BL_TRANSFORMER, .tags_of = bl_univariate_tags, .state_version = 1,
    .opts = opts, .params_size = sizeof(params), .fields = bl_univariate_fields, .state_size = sizeof(bl_univariate),
    .fit = fit, .width = bl_kept_width, .apply = bl_kept_apply, .names_out = bl_kept_names_out,
    .blocks_out = bl_kept_blocks_out, .check = bl_kept_check};
/* clang-format on */
