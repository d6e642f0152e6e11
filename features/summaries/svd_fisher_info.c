/* svd_fisher_info: Fisher information of the singular values of the signal's delay embedding (embed.h).
 *
 * The sum of (s[i + 1] - s[i])^2 / s[i], s the singular values divided by their sum: 1 for one pattern, 0 for all alike.
 * Silence has none: NaN and a warning. */
#include <math.h>

#include "embed.h"

typedef struct svd_fisher_info_params {
  int64_t order, delay;
} svd_fisher_info_params;

static const bl_opt opts[] = {BL_EMBED_OPTS(svd_fisher_info_params, "10", "2"), BL_OPT_END};

static bl_status values(bl_ctx *ctx, bl_series *s, double *x, size_t n, double *out)
{
  const svd_fisher_info_params *p = s->params;
  double *singular, sum = 0;
  bl_status status = bl_embed_singular(ctx, s, x, n, p->order, p->delay, &singular);
  if (status) return status;
  for (int64_t i = 0; i < p->order; i++) sum += singular[i];
  *out = sum > 0 ? 0 : (double)NAN;
  for (int64_t i = 0; i + 1 < p->order && singular[i] > 0; i++) {
    double step = singular[i + 1] - singular[i];
    *out += step * step / singular[i] / sum;
  }
  return BL_OK;
}

static const char *const what[] = {"svd_fisher_info"}, *const units[] = {"1"};
static const bl_series_form form = {"svd_fisher_info", what, units, 1, 2, values};

BL_SERIES_FUNCTIONS(form)

const bl_summary_class bl_summary_svd_fisher_info = {
    .name = "svd_fisher_info",
    .summary = "Fisher information of the singular values of the delay embedding of each channel and bin",
    .source = "Roberts and others 1999; mne_features.univariate.compute_svd_fisher_info",
    .opts = opts,
    .params_size = sizeof(svd_fisher_info_params),
    BL_SERIES_SLOTS,
};
