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
  bl_loud_params loud;
  int index;
} params;

static const bl_opt opts[] = {
    BL_LOUD_OPTS(params, loud, "1000"),
    BL_ENUM(params, index, "shannon", indices, "how the shares of bands become one number"),
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
  bl_status s = bl_spectrogram_check(ctx, "acoustic_diversity_index", in);
  if (!s) s = bl_loud_bands(ctx, "acoustic_diversity_index", &((const params *)pp)->loud, in, &n);
  for (size_t i = 0; !s && i < in->n_channels; i++)
    s = bl_feature_add(ctx, out, bl_channel_name(in, i, c), NULL, "adi", "1");
  return s;
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, void *sp)
{
  state *st = sp;
  bl_status s = bl_spectrogram_init(ctx, pp, in, &st->s);
  if (!s) s = bl_loud_bands(ctx, "acoustic_diversity_index", &((const params *)pp)->loud, in, &st->n);
  if (!s && !(st->scores = bl_calloc(ctx, st->n, sizeof *st->scores)))
    s = bl_fail_nomem(ctx, "acoustic_diversity_index");
  return s;
}

static void diversity(bl_spectrogram *s, size_t channel, float *out)
{
  state *st = (state *)s; /* whose first member it is */
  const params *p = s->params;
  double sum = 0, squares = 0, n = (double)st->n;
  bl_loud_scores(s, &p->loud, channel, st->scores, st->n);
  for (size_t i = 0; i < st->n; i++) sum += st->scores[i];
  for (size_t i = 0; i < st->n; i++) squares += sum > 0 ? st->scores[i] / sum * (st->scores[i] / sum) : 1 / (n * n);
  if (p->index == SHANNON) *out = (float)(st->n > 1 ? bl_even_entropy(st->scores, st->n) * log(n) : 0);
  else *out = (float)(p->index == SIMPSON ? 1 - squares : 1 / squares);
}

static bl_status finish(bl_ctx *ctx, void *sp, float *row)
{
  return bl_spectrogram_finish(ctx, "acoustic_diversity_index", sp, 1, 1, diversity, row);
}

static void release(bl_ctx *ctx, void *sp)
{
  bl_free(ctx, ((state *)sp)->scores);
  bl_spectrogram_release(ctx, sp);
}

const bl_summary_class bl_summary_acoustic_diversity_index = {
    .name = "acoustic_diversity_index",
    .summary = "over how many bands of frequency sound is spread (ADI)",
    .source = "maad.features.acoustic_diversity_index; Villanueva-Rivera et al. 2011",
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
