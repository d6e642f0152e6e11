/* ica: takes learnt sources out of the channels, or gives the sources. [frame][channel] waveforms.
 *
 * `baleen ica` learns the array (baleen/ica.h: rows of unmixing, of mixing, and the mean) from recordings. Of source k with
 * unmixing u_k and mixing m_k, output cleaned gives x - sum over exclude of m_k (u_k . (x - mean)): what MNE's ICA.apply gives,
 * for principal components that were not kept stay in the data. sources gives u_k . (x - mean) of all k, channels ICA000,
 * ICA001 and so on, in standard deviations. Channels are found by the names that they were learnt under; others pass
 * through unchanged (cleaned) or are left out (sources).
 *
 * What is learnt from recordings is training on them: learnt_from names them, and no row of theirs is then tested on
 * (template_match has the same rule). Frame by frame, so fit for a live run. */
#include <string.h>

#include "channels.h"
#include "stage_util.h"

enum { CLEANED, SOURCES };
static const char *const outputs[] = {"cleaned", "sources", NULL};

typedef struct params {
  bl_array array;
  bl_texts channels, learnt_from;
  bl_reals exclude;
  int output;
} params;

static const bl_opt opts[] = {
    BL_ARRAY(params, array, BL_OPT_NEEDED, "what was learnt, of baleen ica"),
    BL_TEXTS(params, channels, NULL, "channels that it was learnt from, in the order of its columns; none given: all"),
    BL_REALS(params, exclude, NULL, 0, 1e5, "", "numbers of the sources to take out, from 0"),
    BL_ENUM(params, output, "cleaned", outputs, "the channels without those sources, or the sources"),
    {.name = "learnt_from",
     .kind = BL_OPT_TEXTS,
     .offset = offsetof(params, learnt_from),
     .flags = BL_OPT_OF_TRAINING,
     .unit = "",
     .help = "recordings that it was learnt from: a split that tests on them is refused as leakage"},
    BL_OPT_END,
};

typedef struct state {
  const params *params;
  size_t n_channels, n, c; /* of the stream; sources; channels of the array */
  size_t *index;           /* [c], places of the array's channels in the stream */
  size_t *out;             /* sources to take out, ascending, or all of them */
  size_t n_out;
  double *s; /* [n_out] of the frame in hand */
} state;

/* Places of the array's channels; *index is freed by the caller. */
static bl_status find(bl_ctx *ctx, const params *p, const bl_stream *in, size_t **index)
{
  static const bl_texts none = {0};
  size_t n = 0;
  if (!p->array.v) return bl_fail(ctx, BL_E_CONFIG, "ica: the array has not been read from '%s'", p->array.path);
  bl_status s = bl_channels_pick(ctx, "ica", in, &p->channels, &none, index, &n);
  if (!s && (p->array.rows < 3 || p->array.rows % 2 == 0 || n != p->array.cols))
    s = bl_fail(
        ctx, BL_E_SHAPE,
        "ica: an array of %zu x %zu for %zu channels; it has a column for each channel, and the rows of unmixing, of "
        "mixing, and the mean, as baleen ica writes it: say channels",
        p->array.rows, p->array.cols, n);
  return s;
}

static bl_status check_exclude(bl_ctx *ctx, const params *p)
{
  size_t n = (p->array.rows - 1) / 2;
  if (p->output == SOURCES && p->exclude.n)
    return bl_fail(ctx, BL_E_CONFIG, "ica: exclude takes sources out of the channels; output: sources gives them all");
  for (size_t i = 0; i < p->exclude.n; i++)
    if (!(p->exclude.v[i] < (double)n) || p->exclude.v[i] != rint(p->exclude.v[i]))
      return bl_fail(ctx, BL_E_RANGE, "ica: exclude names %g, but there are the sources 0 to %zu", p->exclude.v[i],
                     n - 1);
  return BL_OK;
}

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  const params *p = pp;
  size_t *index = NULL;
  bl_status s = bl_need_waveform(ctx, "ica", in);
  if (!s) s = find(ctx, p, in, &index);
  if (!s) s = check_exclude(ctx, p);
  bl_free(ctx, index);
  if (s || p->output == CLEANED) return s;
  bl_texts_free(ctx, &out->channels);
  bl_texts_free(ctx, &out->units);
  out->n_channels = (p->array.rows - 1) / 2;
  for (size_t k = 0; !s && k < out->n_channels; k++) {
    s = bl_texts_addf(ctx, &out->channels, "ICA%03zu", k);
    if (!s) s = bl_texts_add(ctx, &out->units, "1");
  }
  return s;
}

/* Every channel of the array goes into every source. */
static bl_status needs(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, const bool *wanted,
                       bool *needed)
{
  const params *p = pp;
  size_t *index = NULL;
  bl_status s = find(ctx, p, in, &index);
  for (size_t i = 0; !s && i < p->array.cols; i++) needed[index[i]] = true;
  for (size_t c = 0; !s && p->output == CLEANED && c < out->n_channels; c++) needed[c] = needed[c] || wanted[c];
  bl_free(ctx, index);
  return s;
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  const params *p = pp;
  state *st = sp;
  (void)out;
  st->params = p;
  st->n_channels = in->n_channels;
  st->n = (p->array.rows - 1) / 2;
  st->c = p->array.cols;
  bl_status s = find(ctx, p, in, &st->index);
  if (s) return s;
  st->out = bl_calloc(ctx, st->n, sizeof *st->out);
  st->s = bl_calloc(ctx, st->n, sizeof *st->s);
  if (!st->out || !st->s) return bl_fail_nomem(ctx, "ica");
  for (size_t k = 0; k < st->n; k++) {
    bool taken = p->output == SOURCES;
    for (size_t i = 0; i < p->exclude.n; i++) taken = taken || (size_t)p->exclude.v[i] == k;
    if (taken) st->out[st->n_out++] = k;
  }
  return BL_OK;
}

static void sources(const state *st, const float *x)
{
  const double *mean = st->params->array.v + 2 * st->n * st->c;
  for (size_t i = 0; i < st->n_out; i++) {
    const double *u = st->params->array.v + st->out[i] * st->c;
    double sum = 0;
    for (size_t c = 0; c < st->c; c++) sum += u[c] * ((double)x[st->index[c]] - mean[c]);
    st->s[i] = sum;
  }
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  const state *st = sp;
  bool clean = st->params->output == CLEANED;
  size_t width = clean ? st->n_channels : st->n;
  float *y = bl_frames_add(ctx, out, n);
  if (!y) return BL_E_NOMEM;
  for (size_t f = 0; f < n; f++, x += st->n_channels, y += width) {
    sources(st, x);
    if (clean) memcpy(y, x, width * sizeof *y);
    for (size_t k = 0; !clean && k < st->n; k++) y[k] = (float)st->s[k];
    for (size_t c = 0; clean && st->n_out && c < st->c; c++) {
      double gone = 0;
      for (size_t i = 0; i < st->n_out; i++) gone += st->params->array.v[(st->n + st->out[i]) * st->c + c] * st->s[i];
      y[st->index[c]] = (float)((double)x[st->index[c]] - gone);
    }
  }
  return BL_OK;
}

static void release(bl_ctx *ctx, void *sp)
{
  state *st = sp;
  bl_free(ctx, st->index);
  bl_free(ctx, st->out);
  bl_free(ctx, st->s);
}

const bl_stage_class bl_stage_ica = {
    .name = "ica",
    .summary = "Sources learnt by independent component analysis, taken out or given out",
    .source = "mne.preprocessing.ICA.apply, get_sources",
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
