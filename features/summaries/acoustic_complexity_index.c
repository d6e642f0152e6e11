/* acoustic_complexity_index: how much the amplitude of each frequency goes up and down (Pieretti, Farina and Morri, Ecol.
 * Indic. 11 (2011) 868). Row: [channel], or [channel][bin] with output per_bin.
 *
 * maad.features.acoustic_complexity_index: of each bin the sum of |a[t + 1] - a[t]| over the sum of a[t], a being
 * amplitudes (spectrogram.h), and the sum of that over bins. Over the whole segment: it grows with the segment's length, as
 * seewave's and soundecology's (which sum pieces of 5 s) do not; segments of 5 s give those. A bin of silence makes the sum
 * NaN, as in maad. */
#include <string.h>

#include "spectrogram.h"

enum { SUM, PER_BIN };
static const char *const outputs[] = {"sum", "per_bin", NULL};

typedef struct params {
  int output;
} params;

static const bl_opt opts[] = {
    BL_ENUM(params, output, "sum", outputs, "over all bins, or of each"),
    BL_OPT_END,
};

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_feature_names *out)
{
  const params *p = pp;
  char c[24], b[BL_BIN_NAME];
  bl_status s = bl_spectrogram_check(ctx, "acoustic_complexity_index", in);
  if (s) return s;
  size_t n = p->output == PER_BIN ? bl_spectrogram_bins(in) : 1;
  for (size_t i = 0; i < in->n_channels; i++)
    for (size_t k = 0; !s && k < n; k++)
      s = bl_feature_add(ctx, out, bl_channel_name(in, i, c), p->output == PER_BIN ? bl_bin_name(in, k, b) : NULL,
                         "aci", "1");
  return s;
}

static void complexity(bl_spectrogram *s, size_t channel, float *out)
{
  double *change = s->room, *sum = s->room + s->in->n_bins, all = 0;
  const params *p = s->params;
  memset(s->room, 0, 2 * s->in->n_bins * sizeof *s->room);
  for (size_t i = 0; i < s->n; i++) {
    const float *x = bl_spectrogram_frame(s, i, channel), *before = i ? bl_spectrogram_frame(s, i - 1, channel) : x;
    for (size_t k = 0; k < s->n_bins; k++) {
      double a = sqrt((double)x[k]);
      sum[k] += a;
      change[k] += fabs(a - sqrt((double)before[k]));
    }
  }
  for (size_t k = 0; k < s->n_bins; k++) {
    all += change[k] / sum[k];
    if (p->output == PER_BIN) out[k] = (float)(change[k] / sum[k]);
  }
  if (p->output == SUM) *out = (float)all;
}

static bl_status finish(bl_ctx *ctx, void *state, float *row)
{
  bl_spectrogram *s = state;
  size_t n = ((const params *)s->params)->output == PER_BIN ? s->n_bins : 1;
  return bl_spectrogram_finish(ctx, "acoustic_complexity_index", s, 2, n, complexity, row);
}

const bl_summary_class bl_summary_acoustic_complexity_index = {
    .name = "acoustic_complexity_index",
    .summary = "how much the amplitude of each frequency goes up and down (ACI)",
    .source = "maad.features.acoustic_complexity_index; Pieretti et al. 2011",
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
