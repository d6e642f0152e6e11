/* frequency_entropy: how evenly the power of a segment is spread over frequency, and over time in each bin. Row: [channel][4]: hf,
 * eas, ecu, ecv; with output temporal_per_bin [channel][bin].
 *
 * maad.features.frequency_entropy and spectral_entropy. Entropies are Shannon's divided by that of equal shares: 1 for white
 * noise and for silence, 0 for a tone. hf: of the mean power of each bin (QUT; Towsey 2017), or of its square root (seewave;
 * Sueur et al. 2008). eas, ecu, ecv: 1 less the entropy of the mean power, of its variance over time, and of variance over
 * mean, of bins from the one nearest to fmin to the one nearest to fmax. temporal_per_bin: of each bin's power (QUT) or
 * amplitude (seewave) over frames. */
#include "spectrogram.h"

enum { QUT, SEEWAVE };
static const char *const compatibilities[] = {"QUT", "seewave", NULL};
enum { SCALARS, PER_BIN };
static const char *const outputs[] = {"scalars", "temporal_per_bin", NULL};

typedef struct params {
  bl_word fmax;
  double fmin;
  int compatibility, output;
} params;

static const bl_opt opts[] = {
    BL_ENUM(params, compatibility, "QUT", compatibilities, "entropies of powers, or of amplitudes"),
    BL_REAL(params, fmin, "482", 0, 1e9, "Hz", "lower end of the band of eas, ecu and ecv"),
    BL_WORD(params, fmax, "auto", bl_loud_auto, 0, 1e9, BL_OPT_OPEN_LO, "Hz",
            "upper end of it; auto: 8820, or the highest bin where that is lower"),
    BL_ENUM(params, output, "scalars", outputs, "four numbers, or one for each bin"),
    BL_OPT_END,
};

typedef struct state {
  bl_spectrogram s;
  double *series; /* [cap_series]: a bin over time */
  size_t cap_series;
} state;

static size_t n_values(const params *p, const bl_stream *in)
{
  return p->output == SCALARS ? 4 : bl_spectrogram_bins(in);
}

static double top_of(const params *p, const bl_stream *in)
{
  return p->fmax.word == 0 ? fmin(8820, in->bin_hz[in->n_bins - 1]) : p->fmax.real;
}

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_feature_names *out)
{
  static const char *const names[] = {"hf", "eas", "ecu", "ecv"};
  const params *p = pp;
  char c[24], b[BL_BIN_NAME];
  bl_status s = bl_spectrogram_check(ctx, "frequency_entropy", in);
  if (!s && p->output == SCALARS && p->fmin >= top_of(p, in))
    s = bl_fail(ctx, p->fmax.word == 0 ? BL_E_RANGE : BL_E_CONFIG,
                "frequency_entropy: fmin %g Hz is not below the band's upper end, %g Hz", p->fmin, top_of(p, in));
  for (size_t i = 0; !s && i < in->n_channels; i++)
    for (size_t k = 0; !s && k < n_values(p, in); k++)
      s = bl_feature_add(ctx, out, bl_channel_name(in, i, c), p->output == SCALARS ? NULL : bl_bin_name(in, k, b),
                         p->output == SCALARS ? names[k] : "ht", "1");
  return s;
}

/* 1 less the entropies of mean, variance and their ratio, of bins first .. last. */
static void in_band(bl_spectrogram *s, size_t channel, float *out)
{
  const params *p = s->params;
  const double *mean = bl_spectrogram_mean(s, channel);
  double *other = s->room + s->in->n_bins;
  size_t first, last;
  bl_spectrogram_band(s, p->fmin, top_of(p, s->in), &first, &last);
  size_t n = last + 1 - first;
  if (last <= first) {
    out[0] = out[1] = out[2] = NAN;
    return;
  }
  out[0] = (float)(1 - bl_even_entropy(mean + first, n));
  for (size_t k = 0; k < n; k++) {
    double sum = 0;
    for (size_t i = 0; i < s->n; i++) {
      double d = (double)bl_spectrogram_frame(s, i, channel)[first + k] - mean[first + k];
      sum += d * d;
    }
    other[k] = sum / (double)s->n;
  }
  out[1] = (float)(1 - bl_even_entropy(other, n));
  for (size_t k = 0; k < n; k++) other[k] = other[k] > 0 ? other[k] / mean[first + k] : 0;
  out[2] = (float)(1 - bl_even_entropy(other, n));
}

static void over_time(state *st, size_t channel, float *out)
{
  const bl_spectrogram *s = &st->s;
  bool root = ((const params *)s->params)->compatibility == SEEWAVE;
  for (size_t k = 0; k < s->n_bins; k++) {
    for (size_t i = 0; i < s->n; i++) {
      double v = (double)bl_spectrogram_frame(s, i, channel)[k];
      st->series[i] = root ? sqrt(v) : v;
    }
    out[k] = (float)bl_even_entropy(st->series, s->n);
  }
}

static void entropies(bl_spectrogram *s, size_t channel, float *out)
{
  const params *p = s->params;
  if (p->output == PER_BIN) {
    over_time((state *)s, channel, out); /* whose first member it is */
    return;
  }
  in_band(s, channel, out + 1);
  const double *mean = bl_spectrogram_mean(s, channel);
  double *other = s->room + s->in->n_bins;
  for (size_t k = 0; k < s->n_bins; k++) other[k] = p->compatibility == SEEWAVE ? sqrt(mean[k]) : mean[k];
  out[0] = (float)bl_even_entropy(other, s->n_bins);
}

static bl_status finish(bl_ctx *ctx, void *sp, float *row)
{
  state *st = sp;
  const params *p = st->s.params;
  void *v = st->series;
  bl_status s = bl_grow(ctx, &v, &st->cap_series, st->s.n, sizeof *st->series, "frequency_entropy: a bin over time");
  st->series = v;
  return s ? s : bl_spectrogram_finish(ctx, "frequency_entropy", &st->s, 2, n_values(p, st->s.in), entropies, row);
}

static void release(bl_ctx *ctx, void *sp)
{
  bl_free(ctx, ((state *)sp)->series);
  bl_spectrogram_release(ctx, sp);
}

const bl_summary_class bl_summary_frequency_entropy = {
    .name = "frequency_entropy",
    .summary = "how evenly power is spread over frequency, and over time in each bin",
    .source = "maad.features.frequency_entropy, spectral_entropy; Sueur et al. 2008; Towsey 2017",
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(state),
    .shape = shape,
    .init = bl_spectrogram_init,
    .begin = bl_spectrogram_begin,
    .push = bl_spectrogram_push,
    .finish = finish,
    .release = release,
};
