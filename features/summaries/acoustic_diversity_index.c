/* acoustic_diversity_index: over how many bands of frequency sound is spread (Villanueva-Rivera et al., Landscape Ecol. 26
 * (2011) 1233). Row: [channel].
 *
 * maad.features.acoustic_diversity_index: the score of a band is the share of its values (bins and frames) that lie above
 * dB_threshold against the loudest value of the segment; bands reach from the bin nearest to their lower end to the one
 * nearest to their upper, so that neighbours share a bin. Of the scores as shares p of their sum: shannon - sum p ln p,
 * simpson 1 - sum p^2, invsimpson 1 / sum p^2. Silence gives that of equal shares, as in maad. */
#include "spectrogram.h"

enum { SHANNON, SIMPSON, INVSIMPSON };
static const char *const indices[] = {"shannon", "simpson", "invsimpson", NULL};

typedef struct params {
  bl_loud_params loud; /* first, for bl_loud_init() */
  int index;
} params;

static const bl_opt opts[] = {
    BL_LOUD_OPTS(params, loud, "1000"),
    BL_ENUM(params, index, "shannon", indices, "how the shares of bands become one number"),
    BL_OPT_END,
};

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_feature_names *out)
{
  return bl_loud_shape(ctx, "acoustic_diversity_index", "adi", pp, in, out);
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, void *sp)
{
  return bl_loud_init(ctx, "acoustic_diversity_index", pp, in, sp);
}

static void diversity(bl_spectrogram *s, size_t channel, float *out)
{
  bl_loud *st = (bl_loud *)s; /* whose first member it is */
  const params *p = s->params;
  double sum = 0, squares = 0, n = (double)st->n;
  bl_loud_scores(st, channel);
  for (size_t i = 0; i < st->n; i++) sum += st->scores[i];
  for (size_t i = 0; i < st->n; i++) squares += sum > 0 ? st->scores[i] / sum * (st->scores[i] / sum) : 1 / (n * n);
  if (p->index == SHANNON) *out = (float)(st->n > 1 ? bl_even_entropy(st->scores, st->n) * log(n) : 0);
  else *out = (float)(p->index == SIMPSON ? 1 - squares : 1 / squares);
}

static bl_status finish(bl_ctx *ctx, void *sp, float *row)
{
  return bl_spectrogram_finish(ctx, "acoustic_diversity_index", sp, 1, 1, diversity, row);
}

const bl_summary_class bl_summary_acoustic_diversity_index = {
    .name = "acoustic_diversity_index",
    .summary = "over how many bands of frequency sound is spread (ADI)",
    .source = "maad.features.acoustic_diversity_index; Villanueva-Rivera et al. 2011",
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
