/* spectrogram.c: see spectrogram.h. */
#include "spectrogram.h"

#include <string.h>

#include "stage_util.h"

const char *const bl_loud_auto[] = {"auto", NULL};

bl_status bl_spectrogram_check(bl_ctx *ctx, const char *who, const bl_stream *in)
{
  if (in->n_bins < 3)
    return bl_fail(ctx, BL_E_SHAPE,
                   "%s: needs a power spectrum, but %zu bins come in; put stft (output: power) before it", who,
                   in->n_bins);
  return bl_need_linear(ctx, who, in);
}

size_t bl_spectrogram_bins(const bl_stream *in)
{
  bool half = fabs(in->bin_hz[in->n_bins - 1] - in->source_rate_hz / 2) <= 1e-9 * in->source_rate_hz;
  return in->n_bins - half;
}

bl_status bl_spectrogram_init(bl_ctx *ctx, const void *params, const bl_stream *in, void *state)
{
  bl_spectrogram *s = state;
  *s = (bl_spectrogram){.params = params, .in = in, .n_bins = bl_spectrogram_bins(in)};
  s->room = bl_calloc(ctx, 2 * in->n_bins, sizeof *s->room);
  return s->room ? BL_OK : bl_fail_nomem(ctx, "the bins of a spectrogram");
}

bl_status bl_spectrogram_begin(bl_ctx *ctx, void *state, const bl_span *span, double first_s)
{
  (void)ctx, (void)span, (void)first_s;
  ((bl_spectrogram *)state)->n = 0;
  return BL_OK;
}

bl_status bl_spectrogram_push(bl_ctx *ctx, void *state, const float *x, size_t n)
{
  bl_spectrogram *s = state;
  size_t width = bl_stream_width(s->in);
  void *v = s->frames;
  if (!n) return BL_OK;
  bl_status status = bl_grow(ctx, &v, &s->cap, s->n + n, width * sizeof(float), "the spectrogram of a segment");
  if (status) return status;
  s->frames = v;
  memcpy(s->frames + s->n * width, x, n * width * sizeof(float));
  s->n += n;
  return BL_OK;
}

void bl_spectrogram_release(bl_ctx *ctx, void *state)
{
  bl_spectrogram *s = state;
  bl_free(ctx, s->frames);
  bl_free(ctx, s->room);
}

static bool broken(const bl_spectrogram *s, size_t channel)
{
  for (size_t i = 0; i < s->n; i++) {
    const float *x = bl_spectrogram_frame(s, i, channel);
    for (size_t k = 0; k < s->n_bins; k++)
      if (!(x[k] >= 0) || isinf(x[k])) return true;
  }
  return false;
}

bl_status bl_spectrogram_finish(bl_ctx *ctx, const char *who, bl_spectrogram *s, uint64_t need, size_t n_values,
                                bl_spectrogram_fn fn, float *row)
{
  bl_status status = bl_need_frames(ctx, who, s->n, need);
  for (size_t c = 0; !status && c < s->in->n_channels; c++, row += n_values) {
    if (!broken(s, c)) fn(s, c, row);
    else
      for (size_t k = 0; k < n_values; k++) row[k] = NAN;
  }
  return status;
}

static size_t nearest(const bl_spectrogram *s, double hz)
{
  const double *f = s->in->bin_hz;
  size_t best = 0;
  for (size_t k = 1; k < s->n_bins; k++)
    if (fabs(f[k] - hz) < fabs(f[best] - hz)) best = k;
  return best;
}

void bl_spectrogram_band(const bl_spectrogram *s, double lo, double hi, size_t *first, size_t *last)
{
  *first = nearest(s, lo);
  *last = nearest(s, hi);
}

const double *bl_spectrogram_mean(bl_spectrogram *s, size_t channel)
{
  memset(s->room, 0, s->n_bins * sizeof *s->room);
  for (size_t i = 0; i < s->n; i++) {
    const float *x = bl_spectrogram_frame(s, i, channel);
    for (size_t k = 0; k < s->n_bins; k++) s->room[k] += (double)x[k];
  }
  for (size_t k = 0; k < s->n_bins; k++) s->room[k] /= (double)s->n;
  return s->room;
}

double bl_even_entropy(const double *v, size_t n)
{
  double sum = 0, h = 0;
  for (size_t i = 0; i < n; i++) sum += v[i];
  if (sum == 0) return 1;
  for (size_t i = 0; i < n; i++) h -= v[i] == 0 ? 0 : v[i] / sum * log(v[i] / sum);
  return h / log((double)n);
}

static double top_of(const bl_loud_params *p, const bl_stream *in)
{
  return p->fmax.word == 0 ? fmin(20000, in->bin_hz[in->n_bins - 1]) : p->fmax.real;
}

/* How many bands there are. */
static bl_status count_bands(bl_ctx *ctx, const char *who, const bl_loud_params *p, const bl_stream *in, size_t *n)
{
  double bands = floor((top_of(p, in) - p->fmin) / p->bin_step + 1e-9);
  *n = bands > 0 ? (size_t)bands : 0;
  if (bands < 1 || bands > 1e5)
    return bl_fail(ctx, BL_E_RANGE,
                   "%s: bands of bin_step %g Hz from fmin %g to fmax %g Hz are %g; take a bin_step "
                   "that makes 1 to 100000",
                   who, p->bin_step, p->fmin, top_of(p, in), fmax(bands, 0));
  if (top_of(p, in) > in->bin_hz[in->n_bins - 1] * (1 + 1e-9))
    return bl_fail(ctx, BL_E_RANGE, "%s: fmax %g Hz is above the highest bin, %g Hz", who, top_of(p, in),
                   in->bin_hz[in->n_bins - 1]);
  return BL_OK;
}

bl_status bl_loud_shape(bl_ctx *ctx, const char *who, const char *what, const bl_loud_params *p, const bl_stream *in,
                        bl_feature_names *out)
{
  char c[24];
  size_t n;
  bl_status s = bl_spectrogram_check(ctx, who, in);
  if (!s) s = count_bands(ctx, who, p, in, &n);
  for (size_t i = 0; !s && i < in->n_channels; i++)
    s = bl_feature_add(ctx, out, bl_channel_name(in, i, c), NULL, what, "1");
  return s;
}

bl_status bl_loud_init(bl_ctx *ctx, const char *who, const void *params, const bl_stream *in, bl_loud *s)
{
  bl_status status = bl_spectrogram_init(ctx, params, in, &s->s);
  if (!status) status = count_bands(ctx, who, params, in, &s->n);
  if (!status && !(s->scores = bl_calloc(ctx, s->n, sizeof *s->scores))) status = bl_fail_nomem(ctx, who);
  return status;
}

void bl_loud_release(bl_ctx *ctx, void *state)
{
  bl_loud *s = state;
  bl_free(ctx, s->scores);
  bl_spectrogram_release(ctx, &s->s);
}

static double loudest(const bl_spectrogram *s, size_t channel)
{
  float most = 0;
  for (size_t i = 0; i < s->n; i++) {
    const float *x = bl_spectrogram_frame(s, i, channel);
    for (size_t k = 0; k < s->n_bins; k++) most = x[k] > most ? x[k] : most;
  }
  return (double)most;
}

void bl_loud_scores(bl_loud *st, size_t channel)
{
  const bl_spectrogram *s = &st->s;
  const bl_loud_params *p = s->params;
  double least = loudest(s, channel) * pow(10, p->dB_threshold / 10);
  for (size_t j = 0; j < st->n; j++) {
    double lo = p->fmin + p->bin_step * (double)j;
    size_t first, last, loud = 0;
    bl_spectrogram_band(s, lo, lo + p->bin_step, &first, &last);
    for (size_t i = 0; i < s->n; i++) {
      const float *x = bl_spectrogram_frame(s, i, channel);
      for (size_t k = first; k <= last; k++) loud += (double)x[k] > least;
    }
    st->scores[j] = (double)loud / ((double)s->n * (double)(last + 1 - first));
  }
}
