/* pick: keeps the named channels, in the order named. [frame][channel][bin] -> [frame][picked channel][bin].
 *
 * How names are compared is said in channels.h; which type a name tells, in channel.h. `include` says which (all, when
 * it is empty), `types` keeps those of some types among them, `exclude` takes away. What becomes of a channel that was
 * asked for and is not there is `missing`'s to say: error; skip, it is left out with a warning; zero or nan, a channel
 * of its name is put in its place, in the unit of the first picked one, with a warning. A pattern names nothing that
 * could be put in place, so it must match unless missing is skip. A pattern of `exclude` may match none. */
#include <string.h>

#include "baleen/channel.h"
#include "channels.h"
#include "stage_util.h"

enum { ERROR, SKIP, ZERO, NANS };
static const char *const rules[] = {"error", "skip", "zero", "nan", NULL};

typedef struct params {
  bl_texts include, exclude, types;
  int missing;
} params;

static const bl_opt opts[] = {
    BL_TEXTS(params, include, NULL, "names or patterns of channels to keep, in this order; none given: all"),
    BL_TEXTS(params, exclude, NULL, "names or patterns of channels to leave out"),
    BL_TEXTS(
        params, types, NULL,
        "types to keep, told by the name: eeg, eog, ecg, emg, seeg, ecog, resp, stim, audio, misc; none given: all"),
    BL_ENUM(params, missing, "error", rules,
            "a name of include that is not there: an error, left out, or a channel of zeros or of NaN in its place"),
    BL_OPT_END,
};

/* index[i]: a channel of the input, or n_channels + k for the missing include[k]. */
typedef struct state {
  size_t *index, n, n_channels, n_bins;
  float fill;
} state;

static bool named_before(const params *p, size_t i)
{
  for (size_t k = 0; k < i; k++)
    if (!strcmp(p->include.v[k], p->include.v[i])) return true;
  return false;
}

/* Which channels, in which order; index[] has room for all that are and all that are named. */
static bl_status choose(bl_ctx *ctx, const params *p, const bl_stream *in, size_t *index, size_t *n)
{
  bl_status s = BL_OK;
  *n = 0;
  for (size_t i = 0; !p->include.n && i < in->n_channels; i++) index[(*n)++] = i;
  for (size_t i = 0; !s && i < p->include.n; i++) {
    const char *name = p->include.v[i];
    bool fill = p->missing >= ZERO && !bl_channels_is_pattern(name);
    if (bl_channels_has(in, name) || p->missing == ERROR || (p->missing != SKIP && !fill))
      s = bl_channels_add(ctx, "pick", in, name, true, index, n);
    else if (fill && !named_before(p, i)) index[(*n)++] = in->n_channels + i;
  }
  return s ? s : bl_channels_keep_types(ctx, "pick", in, &p->types, index, n);
}

static bl_status leave_out(bl_ctx *ctx, const params *p, const bl_stream *in, size_t *index, size_t *n)
{
  size_t *out = bl_calloc(ctx, in->n_channels, sizeof *out), n_out = 0, kept = 0;
  if (!out) return bl_fail_nomem(ctx, "pick");
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < p->exclude.n; i++)
    if (p->missing != SKIP || bl_channels_has(in, p->exclude.v[i]))
      s = bl_channels_add(ctx, "pick", in, p->exclude.v[i], false, out, &n_out);
  for (size_t i = 0; !s && i < *n; i++) {
    bool gone = false;
    for (size_t k = 0; k < n_out; k++) gone = gone || out[k] == index[i];
    if (!gone) index[kept++] = index[i];
  }
  bl_free(ctx, out);
  *n = kept;
  if (s || kept) return s;
  return bl_fail(ctx, BL_E_CONFIG, "pick: no channel is left of %zu; exclude fewer, or include others", in->n_channels);
}

/* *index is freed by the caller. */
static bl_status plan(bl_ctx *ctx, const params *p, const bl_stream *in, size_t **index, size_t *n)
{
  *index = bl_calloc(ctx, in->n_channels + p->include.n, sizeof **index);
  if (!*index) return bl_fail_nomem(ctx, "pick");
  bl_status s = choose(ctx, p, in, *index, n);
  return s ? s : leave_out(ctx, p, in, *index, n);
}

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  const params *p = pp;
  size_t *index = NULL, n = 0;
  bl_status s = plan(ctx, p, in, &index, &n);
  if (s) goto done;
  const char *unit = "";
  for (size_t i = n; i-- > 0;)
    if (index[i] < in->n_channels) unit = bl_unit_of(in, index[i]);
  bl_texts_free(ctx, &out->channels);
  bl_texts_free(ctx, &out->units);
  for (size_t i = 0; !s && i < n; i++) {
    bool there = index[i] < in->n_channels;
    s = bl_texts_add(ctx, &out->channels, there ? in->channels.v[index[i]] : p->include.v[index[i] - in->n_channels]);
    if (!s) s = bl_texts_add(ctx, &out->units, there ? bl_unit_of(in, index[i]) : unit);
  }
  out->n_channels = n;
done:
  bl_free(ctx, index);
  return s;
}

/* What is asked for by its name may be absent, unless that is an error. */
static bl_status needs(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, const bool *wanted,
                       bool *needed)
{
  const params *p = pp;
  size_t *index = NULL, *named = bl_calloc(ctx, in->n_channels, sizeof *named), n = 0, n_named = 0;
  bl_status s = named ? plan(ctx, p, in, &index, &n) : bl_fail_nomem(ctx, "pick");
  for (size_t i = 0; !s && i < p->include.n && p->missing != ERROR; i++)
    if (!bl_channels_is_pattern(p->include.v[i]) && bl_channels_has(in, p->include.v[i]))
      s = bl_channels_add(ctx, "pick", in, p->include.v[i], true, named, &n_named);
  for (size_t i = 0; !s && i < out->n_channels; i++)
    if (wanted[i] && index[i] < in->n_channels) needed[index[i]] = true;
  for (size_t i = 0; !s && i < n_named; i++) needed[named[i]] = false;
  bl_free(ctx, index);
  bl_free(ctx, named);
  return s;
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  const params *p = pp;
  state *st = sp;
  (void)out;
  st->n_channels = in->n_channels;
  st->n_bins = in->n_bins;
  st->fill = p->missing == NANS ? (float)NAN : 0;
  bl_status s = plan(ctx, p, in, &st->index, &st->n);
  for (size_t i = 0; !s && i < p->include.n; i++)
    if (!bl_channels_has(in, p->include.v[i]))
      bl_warn(ctx, BL_W_MISSING, "pick: no channel '%s'; %s", p->include.v[i],
              p->missing == SKIP   ? "it is left out"
              : p->missing == ZERO ? "zeros stand in its place"
                                   : "NaN stands in its place");
  return s;
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  const state *st = sp;
  float *y = bl_frames_add(ctx, out, n);
  if (!y) return BL_E_NOMEM;
  for (size_t i = 0; i < n; i++, x += st->n_channels * st->n_bins)
    for (size_t c = 0; c < st->n; c++, y += st->n_bins)
      if (st->index[c] < st->n_channels) memcpy(y, x + st->index[c] * st->n_bins, st->n_bins * sizeof *y);
      else
        for (size_t k = 0; k < st->n_bins; k++) y[k] = st->fill;
  return BL_OK;
}

static void release(bl_ctx *ctx, void *sp) { bl_free(ctx, ((state *)sp)->index); }

const bl_stage_class bl_stage_pick = {
    .name = "pick",
    .summary = "Channels chosen by name, pattern or type",
    .source = "mne.pick_channels, mne.pick_types",
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
