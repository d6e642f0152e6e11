/* pool: bands of a spectrum, each by its strongest bin or the mean of its bins. [frame][channel][bin] ->
 * [frame][channel][n_bands], units unchanged.
 *
 * Band i reaches from fmin + i w (included) to fmin + (i + 1) w (excluded, but for fmax itself), w = (fmax - fmin) /
 * n_bands. The maximum keeps what stands out in one bin, a tone, which a mean such as mel's evens out (max pooling, as
 * networks do it). Bins "band_<i>" at the middles. A NaN in a band makes it NaN, as numpy's max. */
#include <math.h>

#include "stage_util.h"

enum { MAX, MEAN };
static const char *const methods[] = {"max", "mean", NULL};
static const char *const auto_word[] = {"auto", NULL};

typedef struct params {
  int method;
  int64_t n_bands;
  double fmin;
  bl_word fmax;
} params;

static const bl_opt opts[] = {
    BL_ENUM(params, method, "max", methods, "what stands for a band: its largest value, or the mean"),
    BL_INT(params, n_bands, "12", 1, 4096, "", "how many bands, of equal width"),
    BL_REAL(params, fmin, "0", 0, 1e9, "Hz", "lower end of the first band"),
    BL_WORD(params, fmax, "auto", auto_word, 0, 1e9, BL_OPT_OPEN_LO, "Hz",
            "upper end of the last band; auto: the highest bin"),
    BL_OPT_END,
};

typedef struct state {
  int method;
  size_t n_series, n_bins, n_bands;
  size_t *first; /* bin of each band, and where the last one ends */
} state;

static double top_of(const params *p, const bl_stream *in)
{
  return p->fmax.word == 0 ? in->bin_hz[in->n_bins - 1] : p->fmax.real;
}

/* The first bin at or above the lower end of band i; for i = n_bands behind the last one at or below fmax. */
static size_t begin_of(const params *p, const bl_stream *in, size_t i)
{
  double top = top_of(p, in), edge = p->fmin + (top - p->fmin) * (double)i / (double)p->n_bands;
  size_t k = 0;
  bool last = i == (size_t)p->n_bands;
  while (k < in->n_bins && (last ? in->bin_hz[k] <= top : in->bin_hz[k] < edge)) k++;
  return k;
}

static bl_status check(bl_ctx *ctx, const params *p, const bl_stream *in)
{
  double top = top_of(p, in);
  if (!(p->fmin < top)) return bl_fail(ctx, BL_E_RANGE, "pool: fmin %g Hz is not below fmax %g Hz", p->fmin, top);
  if (top > in->source_rate_hz / 2 * (1 + 1e-9))
    return bl_fail(ctx, BL_E_RANGE, "pool: fmax %g Hz is above half the sampling rate, %g Hz", top,
                   in->source_rate_hz / 2);
  for (size_t i = 0; i < (size_t)p->n_bands; i++)
    if (begin_of(p, in, i) == begin_of(p, in, i + 1))
      return bl_fail(ctx, BL_E_RANGE,
                     "pool: band %zu of %d holds no frequency of the spectrum; take fewer n_bands, a wider range or a "
                     "longer n_fft",
                     i, (int)p->n_bands);
  return BL_OK;
}

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  const params *p = pp;
  bl_status s = bl_need_spectrum(ctx, "pool", in);
  if (!s) s = check(ctx, p, in);
  if (s) return s;
  size_t n = (size_t)p->n_bands;
  double *middle = bl_calloc(ctx, n, sizeof *middle), width = (top_of(p, in) - p->fmin) / (double)n;
  if (!middle) return bl_fail_nomem(ctx, "pool");
  for (size_t i = 0; i < n; i++) middle[i] = p->fmin + ((double)i + 0.5) * width;
  s = bl_number_bins(ctx, out, "band_", 0, n, middle);
  bl_free(ctx, middle);
  return s;
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  const params *p = pp;
  state *st = sp;
  *st = (state){.method = p->method, .n_series = in->n_channels, .n_bins = in->n_bins, .n_bands = out->n_bins};
  st->first = bl_calloc(ctx, st->n_bands + 1, sizeof *st->first);
  if (!st->first) return bl_fail_nomem(ctx, "pool");
  for (size_t i = 0; i <= st->n_bands; i++) st->first[i] = begin_of(p, in, i);
  return BL_OK;
}

static float largest(const float *x, size_t n)
{
  float best = x[0];
  for (size_t i = 1; i < n; i++)
    if (!isnan(best) && !(x[i] <= best)) best = x[i];
  return best;
}

static float mean(const float *x, size_t n)
{
  double sum = 0;
  for (size_t i = 0; i < n; i++) sum += (double)x[i];
  return (float)(sum / (double)n);
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  const state *st = sp;
  float *y = bl_frames_add(ctx, out, n);
  if (!y) return BL_E_NOMEM;
  for (size_t k = 0; k < n * st->n_series; k++, x += st->n_bins)
    for (size_t i = 0; i < st->n_bands; i++) {
      const float *band = x + st->first[i];
      size_t width = st->first[i + 1] - st->first[i];
      *y++ = st->method == MAX ? largest(band, width) : mean(band, width);
    }
  return BL_OK;
}

static void release(bl_ctx *ctx, void *sp) { bl_free(ctx, ((state *)sp)->first); }

const bl_stage_class bl_stage_pool = {
    .name = "pool",
    .summary = "Bands of a spectrum, each by its strongest bin or its mean",
    .source = "max pooling, as convolutional networks do it",
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(state),
    .shape = shape,
    .init = init,
    .push = push,
    .release = release,
    .warm_up = bl_memoryless,
};
