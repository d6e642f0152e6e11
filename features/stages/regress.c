/* regress: takes out of channels what they share with channels that see an artefact, such as the eyes, by given
 * coefficients. [frame][channel] waveforms, shape unchanged.
 *
 * y[c] = x[c] - sum over a of betas[c][a] (x[a] - means[a]), a over picks_artifact (all of type eog by default), c over picks
 * (all of type eeg by default) but those of picks_artifact: what mne.preprocessing.EOGRegression.apply gives, whose means are
 * those of the recording in hand. Without means, they are 0: pass through a high-pass before. Gratton, Coles and Donchin,
 * Electroencephalogr. Clin. Neurophysiol. 55 (1983) 468-484.
 *
 * Coefficients learnt from recordings are training on them: learnt_from names them, and no row of theirs is then tested on
 * (ica has the same rule). A NaN or infinity of an artefact channel reaches all picks in its frame. Frame by frame, so fit
 * for a live run. */
#include <string.h>

#include "channels.h"
#include "stage_util.h"

typedef struct params {
  bl_array betas;
  bl_texts picks, picks_artifact, learnt_from;
  bl_reals means;
} params;

static const bl_opt opts[] = {
    BL_ARRAY(params, betas, BL_OPT_NEEDED,
             "coefficients: a row for each of picks, a column for each of picks_artifact"),
    BL_TEXTS(params, picks, NULL, "names or patterns of the channels to change; none given: all of type eeg"),
    BL_TEXTS(params, picks_artifact, NULL,
             "names or patterns of the channels that see the artefact; none given: all of type eog"),
    BL_REALS(params, means, NULL, -1e30, 1e30, "",
             "means of picks_artifact, in their units, which count for nothing; none given: 0"),
    {.name = "learnt_from",
     .kind = BL_OPT_TEXTS,
     .offset = offsetof(params, learnt_from),
     .flags = BL_OPT_OF_TRAINING,
     .unit = "",
     .help = "recordings that betas were learnt from: a split that tests on them is refused as leakage"},
    BL_OPT_END,
};

typedef struct state {
  const params *params;
  size_t n_channels, n_picks, n_artifact;
  size_t *picks, *artifact; /* places in the stream */
  double *a;                /* [n_artifact], of the frame in hand */
} state;

/* The channels that `names` means, or all of one type when it is empty. */
static bl_status choose(bl_ctx *ctx, const bl_stream *in, const bl_texts *names, const char *type, size_t **index,
                        size_t *n)
{
  static const bl_texts none = {0};
  bl_texts types = {0};
  bl_status s = bl_channels_pick(ctx, "regress", in, names, &none, index, n);
  if (!s && !names->n) s = bl_texts_add(ctx, &types, type);
  if (!s && !names->n) s = bl_channels_keep_types(ctx, "regress", in, &types, *index, n);
  bl_texts_free(ctx, &types);
  return s;
}

static bl_status check_sizes(bl_ctx *ctx, const params *p, size_t n_picks, size_t n_artifact)
{
  if (!p->betas.v) return bl_fail(ctx, BL_E_CONFIG, "regress: betas has not been read from '%s'", p->betas.path);
  if (p->betas.rows != n_picks || p->betas.cols != n_artifact)
    return bl_fail(
        ctx, BL_E_SHAPE,
        "regress: betas is %zu x %zu, but there are %zu channels to change and %zu that see the artefact; it "
        "has a row for each of the first and a column for each of the second: say picks and picks_artifact",
        p->betas.rows, p->betas.cols, n_picks, n_artifact);
  if (p->means.n && p->means.n != n_artifact)
    return bl_fail(ctx, BL_E_SHAPE, "regress: there are %zu means for %zu channels of picks_artifact", p->means.n,
                   n_artifact);
  return BL_OK;
}

/* Both lists; freed by the caller, also after a failure. */
static bl_status find(bl_ctx *ctx, const params *p, const bl_stream *in, state *to)
{
  size_t kept = 0;
  bl_status s = choose(ctx, in, &p->picks_artifact, "eog", &to->artifact, &to->n_artifact);
  if (!s) s = choose(ctx, in, &p->picks, "eeg", &to->picks, &to->n_picks);
  for (size_t i = 0; !s && i < to->n_picks; i++) {
    bool own = false;
    for (size_t k = 0; k < to->n_artifact; k++) own = own || to->artifact[k] == to->picks[i];
    if (!own) to->picks[kept++] = to->picks[i];
  }
  to->n_picks = kept;
  if (!s) s = check_sizes(ctx, p, to->n_picks, to->n_artifact);
  return s;
}

static void release(bl_ctx *ctx, void *sp)
{
  state *st = sp;
  bl_free(ctx, st->picks);
  bl_free(ctx, st->artifact);
  bl_free(ctx, st->a);
}

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  state found = {0};
  (void)out;
  bl_status s = bl_need_waveform(ctx, "regress", in);
  if (!s) s = find(ctx, pp, in, &found);
  release(ctx, &found);
  return s;
}

static bl_status needs(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, const bool *wanted,
                       bool *needed)
{
  state found = {0};
  bool any = false;
  bl_status s = find(ctx, pp, in, &found);
  for (size_t i = 0; !s && i < found.n_picks; i++) any = any || wanted[found.picks[i]];
  for (size_t i = 0; any && i < found.n_artifact; i++) needed[found.artifact[i]] = true;
  for (size_t c = 0; !s && c < out->n_channels; c++) needed[c] = needed[c] || wanted[c];
  release(ctx, &found);
  return s;
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  state *st = sp;
  (void)out;
  st->params = pp;
  st->n_channels = in->n_channels;
  bl_status s = find(ctx, pp, in, st);
  if (!s && !(st->a = bl_calloc(ctx, st->n_artifact, sizeof *st->a))) s = bl_fail_nomem(ctx, "regress");
  return s;
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  const state *st = sp;
  const bl_reals *means = &st->params->means;
  float *y = bl_frames_add(ctx, out, n);
  if (!y) return BL_E_NOMEM;
  if (n) memcpy(y, x, n * st->n_channels * sizeof *y);
  for (size_t f = 0; f < n; f++, x += st->n_channels, y += st->n_channels) {
    for (size_t k = 0; k < st->n_artifact; k++) st->a[k] = (double)x[st->artifact[k]] - (means->n ? means->v[k] : 0);
    for (size_t i = 0; i < st->n_picks; i++) {
      const double *beta = st->params->betas.v + i * st->n_artifact;
      double gone = 0;
      for (size_t k = 0; k < st->n_artifact; k++) gone += beta[k] * st->a[k];
      y[st->picks[i]] = (float)((double)x[st->picks[i]] - gone);
    }
  }
  return BL_OK;
}

const bl_stage_class bl_stage_regress = {
    .name = "regress",
    .summary = "What channels share with those that see an artefact, taken out by given coefficients",
    .source = "mne.preprocessing.EOGRegression.apply",
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(state),
    .shape = shape,
    .needs = needs,
    .init = init,
    .push = push,
    .release = release,
    .warm_up = bl_memoryless,
};
