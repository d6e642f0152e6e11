/* select_k_best: the columns with the highest scores. In a chain, so that each fold chooses for itself. */
#include "univariate.h"

typedef struct params {
  bl_univariate_params own;
  bl_word k;
} params;

static const char *const k_words[] = {"all", NULL};
static const bl_opt opts[] = {
    BL_UNIVARIATE_OPTS(params),
    BL_WORD(params, k, "10", k_words, 1, 1e7, BL_OPT_WHOLE, "", "how many columns are kept, or all"), BL_OPT_END};

/* Of equal scores the later columns are kept, as scikit-learn has it. */
static void choose(const void *vp, const bl_univariate *s, const double *sorted, size_t n, bool *keep)
{
  const params *p = vp;
  size_t k = p->k.word == 0 || p->k.real >= (double)n ? n : (size_t)p->k.real, taken = 0;
  double least = sorted[n - k];
  for (size_t j = 0; j < n; j++) taken += keep[j] = s->scores[j] > least;
  for (size_t j = n; j-- > 0 && taken < k;)
    if (s->scores[j] == least) keep[j] = true, taken++;
}

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  return bl_univariate_fit(ctx, self, t, false, choose);
}

/* clang-format off */
const bl_estimator_class bl_estimator_select_k_best = {
    .name = "select_k_best", .summary = "the k columns that tell most of the target", .source = "scikit-learn SelectKBest",
    .kind = BL_TRANSFORMER, .tags_of = bl_univariate_tags, .state_version = 1,
    .opts = opts, .params_size = sizeof(params), .fields = bl_univariate_fields, .state_size = sizeof(bl_univariate),
    .fit = fit, .width = bl_kept_width, .apply = bl_kept_apply, .names_out = bl_kept_names_out,
    .blocks_out = bl_kept_blocks_out, .check = bl_kept_check};
/* clang-format on */
