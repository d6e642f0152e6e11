/* temporal_entropy: how evenly the envelope of a waveform is spread over a segment's time. Row: [channel].
 *
 * maad.features.temporal_entropy, mode fast: the envelope is the largest |x| of each Nt samples (what is left at the end does
 * not count); Shannon's entropy of the envelope (seewave; Sueur et al. 2008) or of its square (QUT; Towsey 2017), divided by
 * that of equal shares: 1 for a steady sound and for silence, near 0 for a click. Times hf of frequency_entropy it is
 * their H. */
#include "moments.h"
#include "spectrogram.h"

enum { QUT, SEEWAVE };
static const char *const compatibilities[] = {"QUT", "seewave", NULL};

typedef struct params {
  int64_t Nt;
  int compatibility;
} params;

static const bl_opt opts[] = {
    BL_INT(params, Nt, "512", 1, 1 << 24, "samples", "of a piece of which one value of the envelope is made"),
    BL_ENUM(params, compatibility, "QUT", compatibilities, "entropy of the envelope's square, or of the envelope"),
    BL_OPT_END,
};

typedef struct state {
  const params *p;
  size_t n_channels, filled, n, cap; /* samples of the piece at hand; pieces */
  float *envelope;                   /* [piece][channel]; the last one is at hand */
  double *series;                    /* [cap_series] */
  size_t cap_series;
} state;

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_feature_names *out)
{
  char c[24];
  (void)pp;
  bl_status s = BL_OK;
  if (in->n_bins != 1)
    return bl_fail(ctx, BL_E_SHAPE, "temporal_entropy: needs a waveform, but what comes in has %zu bins a frame",
                   in->n_bins);
  for (size_t i = 0; !s && i < in->n_channels; i++)
    s = bl_feature_add(ctx, out, bl_channel_name(in, i, c), NULL, "ht", "1");
  return s;
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, void *sp)
{
  (void)ctx;
  *(state *)sp = (state){.p = pp, .n_channels = in->n_channels};
  return BL_OK;
}

static bl_status begin(bl_ctx *ctx, void *sp, const bl_span *span, double first_s)
{
  state *st = sp;
  (void)ctx, (void)span, (void)first_s;
  st->n = st->filled = 0;
  return BL_OK;
}

static bl_status grow_by_a_piece(bl_ctx *ctx, state *st)
{
  void *v = st->envelope;
  bl_status s =
      bl_grow(ctx, &v, &st->cap, st->n + 1, st->n_channels * sizeof *st->envelope, "temporal_entropy: an envelope");
  st->envelope = v;
  return s;
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n)
{
  state *st = sp;
  size_t width = st->n_channels;
  for (size_t i = 0; i < n; i++, x += width) {
    bl_status s = st->filled ? BL_OK : grow_by_a_piece(ctx, st);
    if (s) return s;
    float *top = st->envelope + st->n * width;
    for (size_t c = 0; c < width; c++) {
      float a = fabsf(x[c]);
      if (!st->filled || a > top[c] || isnan(a)) top[c] = a;
    }
    if (++st->filled == (size_t)st->p->Nt) st->n++, st->filled = 0;
  }
  return BL_OK;
}

static bl_status finish(bl_ctx *ctx, void *sp, float *row)
{
  state *st = sp;
  void *v = st->series;
  if (st->n < 2)
    return bl_fail(ctx, BL_E_SHAPE,
                   "temporal_entropy: the segment holds %zu pieces of %lld samples, at least 2 are needed; take longer "
                   "segments or a smaller Nt",
                   st->n, (long long)st->p->Nt);
  bl_status s = bl_grow(ctx, &v, &st->cap_series, st->n, sizeof *st->series, "temporal_entropy: an envelope");
  if (s) return s;
  st->series = v;
  for (size_t c = 0; c < st->n_channels; c++) {
    for (size_t i = 0; i < st->n; i++) {
      double e = (double)st->envelope[i * st->n_channels + c];
      st->series[i] = st->p->compatibility == QUT ? e * e : e;
    }
    row[c] = (float)bl_even_entropy(st->series, st->n);
  }
  return BL_OK;
}

static void release(bl_ctx *ctx, void *sp)
{
  state *st = sp;
  bl_free(ctx, st->envelope);
  bl_free(ctx, st->series);
}

const bl_summary_class bl_summary_temporal_entropy = {
    .name = "temporal_entropy",
    .summary = "how evenly the envelope of a waveform is spread over time",
    .source = "maad.features.temporal_entropy; Sueur et al. 2008; Towsey 2017",
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(state),
    .shape = shape,
    .init = init,
    .begin = begin,
    .push = push,
    .finish = finish,
    .release = release,
};
