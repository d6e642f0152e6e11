/* bioacoustics_index: the area under the mean spectrum in decibels, above its lowest value, between two frequencies (Boelman et
 * al., Ecol. Appl. 17 (2007) 2137). Row: [channel], dB/Hz.
 *
 * maad.features.bioacoustics_index with R_compatible soundecology: 20 log10 of the mean amplitude of each bin from the one
 * nearest to fmin to the one nearest to fmax, less the smallest of them, summed and divided by the distance of bins (soundecology
 * divides where an area would multiply; numbers of published work are so). NaN for silence. */
#include "spectrogram.h"

typedef struct params {
  double fmin, fmax;
} params;

static const bl_opt opts[] = {
    BL_REAL(params, fmin, "2000", 0, 1e9, "Hz", "lower end of the band"),
    BL_REAL_ABOVE(params, fmax, "15000", 0, 1e9, "Hz", "upper end of the band"),
    BL_OPT_END,
};

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_feature_names *out)
{
  const params *p = pp;
  char c[24];
  bl_status s = bl_spectrogram_check(ctx, "bioacoustics_index", in);
  if (!s && !(p->fmin < p->fmax))
    s = bl_fail(ctx, BL_E_CONFIG, "bioacoustics_index: fmin %g Hz is not below fmax %g Hz", p->fmin, p->fmax);
  if (!s && p->fmin >= in->bin_hz[in->n_bins - 1])
    s = bl_fail(ctx, BL_E_RANGE, "bioacoustics_index: fmin %g Hz is not below the highest bin, %g Hz", p->fmin,
                in->bin_hz[in->n_bins - 1]);
  for (size_t i = 0; !s && i < in->n_channels; i++)
    s = bl_feature_add(ctx, out, bl_channel_name(in, i, c), NULL, "bi", "dB/Hz");
  return s;
}

static void area(bl_spectrogram *s, size_t channel, float *out)
{
  const params *p = s->params;
  size_t first, last;
  double least = INFINITY, sum = 0;
  bl_spectrogram_band(s, p->fmin, p->fmax, &first, &last);
  for (size_t k = first; k <= last; k++) {
    double mean = 0;
    for (size_t i = 0; i < s->n; i++) mean += sqrt((double)bl_spectrogram_frame(s, i, channel)[k]);
    double db = 20 * log10(mean / (double)s->n);
    sum += db;
    least = fmin(least, db);
  }
  sum -= least * (double)(last + 1 - first);
  *out = (float)(sum / (s->in->bin_hz[1] - s->in->bin_hz[0]));
}

static bl_status finish(bl_ctx *ctx, void *sp, float *row)
{
  return bl_spectrogram_finish(ctx, "bioacoustics_index", sp, 1, 1, area, row);
}

const bl_summary_class bl_summary_bioacoustics_index = {
    .name = "bioacoustics_index",
    .summary = "area under the mean spectrum above its lowest value, between two frequencies (BI)",
    .source = "maad.features.bioacoustics_index; soundecology; Boelman et al. 2007",
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(bl_spectrogram),
    .shape = shape,
    .init = bl_spectrogram_init,
    .begin = bl_spectrogram_begin,
    .push = bl_spectrogram_push,
    .finish = finish,
    .release = bl_spectrogram_release,
};
