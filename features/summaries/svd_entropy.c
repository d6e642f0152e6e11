/* svd_entropy: entropy in bits of the singular values of the signal's delay embedding (embed.h).
 *
 * How many patterns it takes to describe the signal: 0 for one, log2(order) for all alike; normalize divides by that.
 * antropy looks at 3 samples, mne-features at 10 that are 2 apart. Silence has none: NaN and a warning. */
#include <math.h>

#include "embed.h"

typedef struct svd_entropy_params {
  int64_t order, delay;
  bool normalize;
} svd_entropy_params;

static const bl_opt opts[] = {
    BL_EMBED_OPTS(svd_entropy_params, "3", "1"),
    BL_BOOL(svd_entropy_params, normalize, "false", "whether it is divided by log2(order), its largest value"),
    BL_OPT_END};

static bl_status values(bl_ctx *ctx, bl_series *s, double *x, size_t n, double *out)
{
  const svd_entropy_params *p = s->params;
  double *singular;
  bl_status status = bl_embed_singular(ctx, s, x, n, p->order, p->delay, &singular);
  if (status) return status;
  *out = bl_entropy_bits(singular, (size_t)p->order);
  if (p->normalize) *out /= log2((double)p->order);
  return BL_OK;
}

static const char *const what[] = {"svd_entropy"}, *const units[] = {"bit"};
static const bl_series_form form = {"svd_entropy", what, units, 1, 2, values};

static bl_status shape(bl_ctx *ctx, const void *params, const bl_stream *in, bl_feature_names *out)
{
  const svd_entropy_params *p = params;
  return bl_features_each(ctx, in, form.name, p->normalize ? "1" : "bit", out);
}

static bl_status init(bl_ctx *ctx, const void *params, const bl_stream *in, void *state)
{
  return bl_series_init(ctx, state, in, &form, 0, params);
}

const bl_summary_class bl_summary_svd_entropy = {
    .name = "svd_entropy",
    .summary = "entropy of the singular values of the delay embedding of each channel and bin",
    .source = "Roberts and others 1999; antropy.svd_entropy",
    .opts = opts,
    .params_size = sizeof(svd_entropy_params),
    BL_SERIES_SLOTS,
};
