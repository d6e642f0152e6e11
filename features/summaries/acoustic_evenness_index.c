/* acoustic_evenness_index: how unevenly sound is spread over bands of frequency (Villanueva-Rivera et al., Landscape Ecol. 26
 * (2011) 1233). Row: [channel].
 *
 * maad.features.acoustic_eveness_index: Gini's coefficient of the scores of bands that acoustic_diversity_index is made of,
 * 2 sum i x_i / (n sum x) - (n + 1) / n with x in order of size: 0 when all bands are alike, near 1 when one has all.
 * Silence gives 0, as in maad. */

#include "series.h"
#include "spectrogram.h"

typedef struct params {
  bl_loud_params loud;
} params;

static const bl_opt opts[] = {
    BL_LOUD_OPTS(params, loud, "500"),
    BL_OPT_END,
};

typedef struct state {
  bl_spectrogram s;
  double *scores;
  size_t n;
} state;

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_feature_names *out)
{
  char c[24];
  size_t n;
  bl_status s = bl_spectrogram_check(ctx, "acoustic_evenness_index", in);
  if (!s) s = bl_loud_bands(ctx, "acoustic_evenness_index", &((const params *)pp)->loud, in, &n);
  for (size_t i = 0; !s && i < in->n_channels; i++)
    s = bl_feature_add(ctx, out, bl_channel_name(in, i, c), NULL, "aei", "1");
  return s;
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, void *sp)
{
  state *st = sp;
  bl_status s = bl_spectrogram_init(ctx, pp, in, &st->s);
  if (!s) s = bl_loud_bands(ctx, "acoustic_evenness_index", &((const params *)pp)->loud, in, &st->n);
  if (!s && !(st->scores = bl_calloc(ctx, st->n, sizeof *st->scores)))
    s = bl_fail_nomem(ctx, "acoustic_evenness_index");
  return s;
}

static void evenness(bl_spectrogram *s, size_t channel, float *out)
{
  state *st = (state *)s; /* whose first member it is */
  double sum = 0, weighted = 0, n = (double)st->n;
  bl_loud_scores(s, &((const params *)s->params)->loud, channel, st->scores, st->n);
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

static void release(bl_ctx *ctx, void *sp)
{
  bl_free(ctx, ((state *)sp)->scores);
  bl_spectrogram_release(ctx, sp);
}

const bl_summary_class bl_summary_acoustic_evenness_index = {
    .name = "acoustic_evenness_index",
    .summary = "how unevenly sound is spread over bands of frequency (AEI)",
    .source = "maad.features.acoustic_eveness_index; Villanueva-Rivera et al. 2011",
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(state),
    .shape = shape,
    .init = init,
    .begin = bl_spectrogram_begin,
    .push = bl_spectrogram_push,
    .finish = finish,
    .release = release,
};
