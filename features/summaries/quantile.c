/* quantile: quantiles of each channel and bin over the segment's frames, by default the quartiles.
 *
 * As bl_quantile() has them (series.h), which is numpy's default. A NaN among the frames makes them NaN,
 * infinity counts as a number, as in numpy. Keeps all frames of the segment in memory. Row: [channel][bin][q]. */
#include <math.h>
#include <stdio.h>

#include "baleen/sort.h"
#include "baleen/text.h"
#include "series.h"

typedef struct quantile_params {
  bl_reals q;
} quantile_params;

static const bl_opt opts[] = {
    BL_REALS(quantile_params, q, "[0.25, 0.5, 0.75]", 0, 1, "", "which quantiles: 0 the smallest value, 1 the largest"),
    BL_OPT_END};

static bl_status shape(bl_ctx *ctx, const void *params, const bl_stream *in, bl_feature_names *out)
{
  const quantile_params *p = params;
  char c[24], b[BL_BIN_NAME], q[32], what[40];
  bl_status s = BL_OK;
  if (!p->q.n) return bl_fail(ctx, BL_E_CONFIG, "quantile: q is empty; name at least one number from 0 to 1");
  for (size_t i = 0; i < in->n_channels; i++)
    for (size_t k = 0; k < in->n_bins; k++)
      for (size_t j = 0; !s && j < p->q.n; j++) {
        snprintf(what, sizeof what, "q%s", bl_format_real(p->q.v[j], q));
        s = bl_feature_add(ctx, out, bl_channel_name(in, i, c), bl_bin_name(in, k, b), what, bl_channel_unit(in, i));
      }
  return s;
}

/* Has no `values`: in a bl_series infinity is no number, here it is the largest. */
static const bl_series_form form = {.name = "quantile", .need = 1};

static bl_status init(bl_ctx *ctx, const void *params, const bl_stream *in, void *state)
{
  return bl_series_init(ctx, state, in, &form, ((const quantile_params *)params)->q.n, params);
}

static bl_status finish(bl_ctx *ctx, void *state, float *row)
{
  bl_series *s = state;
  const bl_reals *q = &((const quantile_params *)s->params)->q;
  double *column;
  bl_status status = bl_series_need(ctx, s, s->n, form.need);
  if (!status) status = bl_series_room(ctx, s, s->n, &column);
  for (size_t i = 0; !status && i < s->width; i++) {
    bool bad = false;
    for (size_t f = 0; f < s->n; f++) {
      column[f] = (double)s->frames[f * s->width + i];
      bad = bad || isnan(column[f]);
    }
    if (!bad) bl_sort(column, s->n);
    for (size_t j = 0; j < q->n; j++) row[i * q->n + j] = bad ? NAN : (float)bl_quantile(column, s->n, q->v[j]);
  }
  return status;
}

const bl_summary_class bl_summary_quantile = {
    .name = "quantile",
    .summary = "quantiles over time of each channel and bin",
    .source = "numpy.quantile",
    .opts = opts,
    .params_size = sizeof(quantile_params),
    .state_size = sizeof(bl_series),
    .shape = shape,
    .init = init,
    .begin = bl_series_begin,
    .push = bl_series_push,
    .finish = finish,
    .release = bl_series_release,
};
