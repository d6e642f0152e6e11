/* soundscape_index: sound of animals against sound of machines, by their bands of frequency (Kasten et al., Ecol. Inform. 12
 * (2012) 50). Row: [channel][4]: ndsi, ratio_ba, antro_ph, bio_ph.
 *
 * maad.features.soundscape_index: the powers of the segment in bins of bin_step (the mean of the spectrum's bins in each,
 * times the mean number of them, summed over frames); biophony is the sum of those nearest to bio_fmin .. bio_fmax,
 * anthropophony of those nearest to antro_fmin .. antro_fmax, both ends included; ndsi (bio - antro) / (bio + antro), ratio_ba
 * bio / antro. compatibility seewave leaves out the lowest bin, of wind and of the recorder, so that the bin at 1000 Hz
 * counts on both sides. NaN for silence, as in maad. */
#include "spectrogram.h"

enum { SOUNDECOLOGY, SEEWAVE };
enum { MOST_STEPS = 100000 };
static const char *const compatibilities[] = {"soundecology", "seewave", NULL};

typedef struct params {
  double bio_fmin, bio_fmax, antro_fmin, antro_fmax, bin_step;
  int compatibility;
} params;

static const bl_opt opts[] = {
    BL_REAL(params, bio_fmin, "1000", 0, 1e9, "Hz", "lower end of the band of animals"),
    BL_REAL_ABOVE(params, bio_fmax, "10000", 0, 1e9, "Hz", "upper end of the band of animals"),
    BL_REAL(params, antro_fmin, "0", 0, 1e9, "Hz", "lower end of the band of machines"),
    BL_REAL_ABOVE(params, antro_fmax, "1000", 0, 1e9, "Hz", "upper end of the band of machines"),
    BL_REAL_ABOVE(params, bin_step, "1000", 0, 1e9, "Hz", "width of the bins that powers are gathered in"),
    BL_ENUM(params, compatibility, "soundecology", compatibilities, "whose numbers: seewave leaves out the lowest bin"),
    BL_OPT_END,
};

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_feature_names *out)
{
  static const char *const names[] = {"ndsi", "ratio_ba", "antro_ph", "bio_ph"};
  const params *p = pp;
  char c[24];
  bl_status s = bl_spectrogram_check(ctx, "soundscape_index", in);
  if (!s && (p->bio_fmin >= p->bio_fmax || p->antro_fmin >= p->antro_fmax))
    s = bl_fail(ctx, BL_E_CONFIG, "soundscape_index: a band's lower end is not below its upper end");
  if (!s && in->bin_hz[in->n_bins - 1] < 2 * p->bin_step)
    s = bl_fail(ctx, BL_E_RANGE, "soundscape_index: the highest bin is %g Hz, which is less than two of bin_step %g Hz",
                in->bin_hz[in->n_bins - 1], p->bin_step);
  if (!s && in->bin_hz[in->n_bins - 1] > MOST_STEPS * p->bin_step)
    s = bl_fail(ctx, BL_E_RANGE,
                "soundscape_index: bin_step %g Hz makes more than %d bins up to %g Hz; take a wider one", p->bin_step,
                MOST_STEPS, in->bin_hz[in->n_bins - 1]);
  for (size_t i = 0; !s && i < in->n_channels; i++)
    for (size_t k = 0; !s && k < 4; k++)
      s = bl_feature_add(ctx, out, bl_channel_name(in, i, c), NULL, names[k], k < 2 ? "1" : bl_channel_unit(in, i));
  return s;
}

/* Steps of bin_step up to the highest bin: as many as reach beyond it. */
static size_t n_steps(const bl_spectrogram *s, double step)
{
  return (size_t)ceil(s->in->bin_hz[s->n_bins - 1] / step);
}

/* The mean of the bins from lo on, below hi; 0 when there are none. */
static double mean_between(const bl_spectrogram *s, const double *mean, double lo, double hi)
{
  double sum = 0;
  size_t n = 0;
  for (size_t k = 0; k < s->n_bins; k++)
    if (s->in->bin_hz[k] >= lo && s->in->bin_hz[k] < hi) sum += mean[k], n++;
  return n ? sum / (double)n : 0;
}

/* The step of first .. n - 1 whose lower end is nearest to hz; the lower of two. */
static size_t nearest(size_t first, size_t n, double step, double hz)
{
  size_t best = first;
  for (size_t j = first + 1; j < n; j++)
    if (fabs((double)j * step - hz) < fabs((double)best * step - hz)) best = j;
  return best;
}

static double power_of(const bl_spectrogram *s, const double *mean, double lo, double hi)
{
  const params *p = s->params;
  double step = p->bin_step, sum = 0;
  size_t first = p->compatibility == SEEWAVE, n = n_steps(s, step);
  for (size_t j = nearest(first, n, step, lo), end = nearest(first, n, step, hi); j <= end; j++)
    sum += mean_between(s, mean, (double)j * step, (double)(j + 1) * step);
  return sum * (double)s->n * (double)s->n_bins / (double)n;
}

static void index_of(bl_spectrogram *s, size_t channel, float *out)
{
  const params *p = s->params;
  const double *mean = bl_spectrogram_mean(s, channel);
  double antro = power_of(s, mean, p->antro_fmin, p->antro_fmax), bio = power_of(s, mean, p->bio_fmin, p->bio_fmax);
  out[0] = (float)((bio - antro) / (bio + antro));
  out[1] = (float)(bio / antro);
  out[2] = (float)antro;
  out[3] = (float)bio;
}

static bl_status finish(bl_ctx *ctx, void *sp, float *row)
{
  return bl_spectrogram_finish(ctx, "soundscape_index", sp, 1, 4, index_of, row);
}

const bl_summary_class bl_summary_soundscape_index = {
    .name = "soundscape_index",
    .summary = "sound of animals against sound of machines, by bands of frequency (NDSI)",
    .source = "maad.features.soundscape_index; Kasten et al. 2012",
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
