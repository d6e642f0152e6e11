/* connectivity.c: see connectivity.h. */
#include "connectivity.h"

#include "moments.h"

char *bl_pair_name(bl_ctx *ctx, const bl_stream *in, size_t a, size_t b)
{
  char of_a[24], of_b[24];
  const char *first = bl_channel_name(in, a, of_a), *second = bl_channel_name(in, b, of_b);
  return bl_strf(ctx, "%s*%s", first ? first : "0", second ? second : "0");
}

static bl_status add_bins(bl_ctx *ctx, const char *who, bl_con what, const bl_con_bins *bins, const double *hz,
                          const char *pair, bl_feature_names *out)
{
  if (what == BL_CON_PSI && (!bins->name || bins->behind - bins->first < 4))
    return bl_fail(
        ctx, BL_E_RANGE,
        "%s: psi is the slope of the phase within a band of four bins or more, but %s has %zu; take wider bands, "
        "longer epochs, and faverage: true",
        who, bins->name ? bins->name : "a bin", bins->behind - bins->first);
  if (bins->name) return bl_feature_add(ctx, out, pair, bins->name, bl_con_names[what], "1");
  bl_status s = BL_OK;
  for (size_t k = bins->first; !s && k < bins->behind; k++) {
    char *bin = bl_strf(ctx, "%gHz", rint(hz[k] * 1000) / 1000);
    s = bin ? bl_feature_add(ctx, out, pair, bin, bl_con_names[what], "1") : bl_fail_nomem(ctx, who);
    bl_free(ctx, bin);
  }
  return s;
}

static bl_status add_measure(bl_ctx *ctx, const char *who, const bl_stream *in, bl_con what, const bl_con_bins *bins,
                             size_t n, const double *hz, bl_feature_names *out)
{
  bl_status s = BL_OK;
  size_t before = out->names.n;
  for (size_t a = 0; !s && a < in->n_channels; a++)
    for (size_t b = a + 1; !s && b < in->n_channels; b++) {
      char *pair = bl_pair_name(ctx, in, a, b);
      s = pair ? BL_OK : bl_fail_nomem(ctx, who);
      for (size_t i = 0; !s && i < n; i++) s = add_bins(ctx, who, what, &bins[i], hz, pair, out);
      bl_free(ctx, pair);
    }
  return s ? s : bl_features_block(ctx, out, bl_con_names[what], BL_BLOCK_SCALARS, (size_t[3]){out->names.n - before});
}

bl_status bl_con_names_add(bl_ctx *ctx, const char *who, const bl_stream *in, const bool asked[BL_N_CON],
                           const bl_con_bins *bins, size_t n, const double *hz, bl_feature_names *out)
{
  bl_status s = BL_OK;
  for (bl_con k = 0; !s && k < BL_N_CON; k++)
    if (asked[k]) s = add_measure(ctx, who, in, k, bins, n, hz, out);
  return s;
}

static float *put(const bl_cross *c, bl_con what, size_t a, size_t b, const bl_con_bins *bins, float *row)
{
  if (!bins->name || what == BL_CON_PSI) {
    size_t behind = what == BL_CON_PSI ? bins->first + 1 : bins->behind;
    for (size_t k = bins->first; k < behind; k++) *row++ = (float)bl_cross_measure(c, what, a, b, k, bins->behind);
    return row;
  }
  double sum = 0;
  for (size_t k = bins->first; k < bins->behind; k++) sum += bl_cross_measure(c, what, a, b, k, k + 1);
  *row = (float)(sum / (double)(bins->behind - bins->first));
  return row + 1;
}

void bl_con_row(const bl_cross *c, const bool asked[BL_N_CON], const bl_con_bins *bins, size_t n, float *row)
{
  for (bl_con k = 0; k < BL_N_CON; k++)
    for (size_t a = 0; asked[k] && a < c->n_channels; a++)
      for (size_t b = a + 1; b < c->n_channels; b++)
        for (size_t i = 0; i < n; i++) row = put(c, k, a, b, &bins[i], row);
}
