/* quantile: quantiles of each channel and bin over the segment's frames, by default the quartiles.
 *
 * As bl_quantile() has them (series.h), which is numpy's default. A NaN among
 * the frames makes them NaN, as in numpy. Keeps all frames of the segment in memory. Row: [channel][bin][q]. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "baleen/text.h"
#include "series.h"

typedef struct quantile_params {
  bl_reals q;
} quantile_params;

typedef struct quantile_state {
  const quantile_params *params;
  size_t width, n, cap;
  float *frames;  /* [frame][place] */
  double *column; /* one place, in order of size */
  size_t cap_column;
} quantile_state;

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

static bl_status init(bl_ctx *ctx, const void *params, const bl_stream *in, void *state)
{
  (void)ctx;
  quantile_state *s = state;
  s->params = params;
  s->width = bl_stream_width(in);
  return BL_OK;
}

static bl_status begin(bl_ctx *ctx, void *state, const bl_span *span, double first_s)
{
  (void)ctx, (void)span, (void)first_s;
  ((quantile_state *)state)->n = 0;
  return BL_OK;
}

static bl_status push(bl_ctx *ctx, void *state, const float *x, size_t n)
{
  quantile_state *s = state;
  if (!n) return BL_OK;
  void *v = s->frames;
  bl_status status = bl_grow(ctx, &v, &s->cap, s->n + n, s->width * sizeof(float), "quantile: the frames of a segment");
  if (status) return status;
  s->frames = v;
  memcpy(s->frames + s->n * s->width, x, n * s->width * sizeof(float));
  s->n += n;
  return BL_OK;
}

static bl_status finish(bl_ctx *ctx, void *state, float *row)
{
  quantile_state *s = state;
  const bl_reals *q = &s->params->q;
  bl_status status = bl_need_frames(ctx, "quantile", s->n, 1);
  if (status) return status;
  void *v = s->column;
  if ((status = bl_grow(ctx, &v, &s->cap_column, s->n, sizeof(double), "quantile: one channel of a segment")))
    return status;
  s->column = v;
  for (size_t i = 0; i < s->width; i++) {
    bool bad = false;
    for (size_t f = 0; f < s->n; f++) {
      s->column[f] = (double)s->frames[f * s->width + i];
      bad = bad || isnan(s->column[f]);
    }
    if (!bad) bl_sort(s->column, s->n);
    for (size_t j = 0; j < q->n; j++) row[i * q->n + j] = bad ? NAN : (float)bl_quantile(s->column, s->n, q->v[j]);
  }
  return BL_OK;
}

static void release(bl_ctx *ctx, void *state)
{
  quantile_state *s = state;
  bl_free(ctx, s->frames);
  bl_free(ctx, s->column);
}

const bl_summary_class bl_summary_quantile = {
    .name = "quantile",
    .summary = "quantiles over time of each channel and bin",
    .source = "numpy.quantile",
    .opts = opts,
    .params_size = sizeof(quantile_params),
    .state_size = sizeof(quantile_state),
    .shape = shape,
    .init = init,
    .begin = begin,
    .push = push,
    .finish = finish,
    .release = release,
};
