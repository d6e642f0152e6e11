/* acoustic_evenness_index: how unevenly sound is spread over bands of frequency (Villanueva-Rivera et al., Landscape Ecol. 26
 * (2011) 1233). Row: [channel].
 *
 * maad.features.acoustic_eveness_index: Gini's coefficient of the scores of bands that acoustic_diversity_index is made of,
 * 2 sum i x_i / (n sum x) - (n + 1) / n with x in order of size: 0 when all bands are alike, near 1 when one has all.
 * Silence gives 0, as in maad. */

#include "baleen/sort.h"
#include "series.h"
#include "spectrogram.h"

typedef struct params {
  bl_loud_params loud;
} params;

static const bl_opt opts[] = {
    BL_LOUD_OPTS(params, loud, "500"),
    BL_OPT_END,
};

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_feature_names *out)
{
  return bl_loud_shape(ctx, "acoustic_evenness_index", "aei", pp, in, out);
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, void *sp)
{
  return bl_loud_init(ctx, "acoustic_evenness_index", pp, in, sp);
}

static void evenness(bl_spectrogram *s, size_t channel, float *out)
{
  bl_loud *st = (bl_loud *)s; /* whose first member it is */
  double sum = 0, weighted = 0, n = (double)st->n;
  bl_loud_scores(st, channel);
  bl_sort(st->scores, st->n);
  for (size_t i = 0; i < st->n; i++) {
    sum += st->scores[i];
    weighted += st->scores[i] * (double)(i + 1);
  }
  *out = (float)(sum > 0 ? (2 * weighted / sum - (n + 1)) / n : 0);
}

static bl_status finish(bl_ctx *ctx, void *sp, float *row)
{
  return bl_spectrogram_finish(ctx, "acoustic_evenness_index", sp, 1, 1, evenness, row);
}

const bl_summary_class bl_summary_acoustic_evenness_index = {
    .name = "acoustic_evenness_index",
    .summary = "how unevenly sound is spread over bands of frequency (AEI)",
    .source = "maad.features.acoustic_eveness_index; Villanueva-Rivera et al. 2011",
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(bl_loud),
    .shape = shape,
    .init = init,
    .begin = bl_spectrogram_begin,
    .push = bl_spectrogram_push,
    .finish = finish,
    .release = bl_loud_release,
};
