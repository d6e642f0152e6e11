/* reference: subtracts the mean of the reference channels, frame by frame. Shape unchanged.
 *
 * y[c] = x[c] - mean over `channels` of x, all but the excluded by default: the common average reference of MNE's
 * set_eeg_reference("average"); one channel named: that channel's reference, which itself becomes 0. With `types`, only
 * channels of these types (channel.h) count and change, as MNE takes those of type eeg. What is excluded (eyes,
 * triggers) neither counts nor changes. A NaN or infinity in a reference channel reaches every referenced channel of
 * its frame.
 *
 * The average over n channels is the projection I - 1/n (MNE's set_eeg_reference(projection=True)): the same numbers,
 * and of n channels n - 1 are independent. `projector` insists on it: it refuses `channels`, whose mean would make the
 * stage no projection, and logs the rank that is left. */
#include <string.h>

#include "channels.h"
#include "stage_util.h"

enum { ERROR, SKIP };
static const char *const rules[] = {"error", "skip", NULL};

typedef struct params {
  bl_texts channels, exclude, types;
  bool projector;
  int missing;
} params;

static const bl_opt opts[] = {
    BL_TEXTS(params, channels, NULL,
             "names or patterns of the channels to average; none given: all that are not excluded"),
    BL_TEXTS(params, exclude, NULL, "names or patterns of channels that are left as they are"),
    BL_TEXTS(params, types, NULL, "types of channels to reference, told by the name, such as eeg; none given: all"),
    BL_BOOL(params, projector, "false", "the average of all as a projection, which lowers the rank by one; says so"),
    BL_ENUM(params, missing, "error", rules, "a name of channels or exclude that is not there: an error, or left out"),
    BL_OPT_END,
};

typedef struct state {
  size_t n_channels, n_bins, n_from, n_to;
  size_t *from, *to; /* channels averaged, channels referenced */
  double *mean;      /* n_bins */
} state;

/* The names of `from` that are there, or all of them when a missing one is an error. */
static bl_status there(bl_ctx *ctx, const params *p, const bl_stream *in, const bl_texts *from, bl_texts *to)
{
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < from->n; i++)
    if (p->missing == ERROR || bl_channels_has(in, from->v[i])) s = bl_texts_add(ctx, to, from->v[i]);
  return s;
}

/* The channels that are averaged and those that are referenced; both lists are freed by the caller. */
static bl_status choose(bl_ctx *ctx, const params *p, const bl_stream *in, size_t **from, size_t *n_from, size_t **to,
                        size_t *n_to)
{
  static const bl_texts all = {0};
  bl_texts channels = {0}, exclude = {0};
  if (p->projector && p->channels.n)
    return bl_fail(ctx, BL_E_CONFIG,
                   "reference: projector: true is the average of all channels, but channels names %zu; "
                   "leave one of the two out",
                   p->channels.n);
  bl_status s = there(ctx, p, in, &p->channels, &channels);
  if (!s) s = there(ctx, p, in, &p->exclude, &exclude);
  if (!s && p->channels.n && !channels.n)
    s = bl_fail(ctx, BL_E_CONFIG, "reference: none of the %zu channels to average is there, '%s' first", p->channels.n,
                p->channels.v[0]);
  if (!s) s = bl_channels_pick(ctx, "reference", in, &channels, &exclude, from, n_from);
  if (!s && !p->channels.n) s = bl_channels_keep_types(ctx, "reference", in, &p->types, *from, n_from);
  if (!s) s = bl_channels_pick(ctx, "reference", in, &all, &exclude, to, n_to);
  if (!s) s = bl_channels_keep_types(ctx, "reference", in, &p->types, *to, n_to);
  bl_texts_free(ctx, &channels);
  bl_texts_free(ctx, &exclude);
  return s;
}

static bl_status same_unit(bl_ctx *ctx, const bl_stream *in, size_t a, size_t b)
{
  if (!strcmp(bl_unit_of(in, a), bl_unit_of(in, b))) return BL_OK;
  return bl_fail(
      ctx, BL_E_CONFIG,
      "reference: channel '%s' is in '%s' but '%s' in '%s'; exclude one, or bring them to one unit by to_unit",
      in->channels.v[a], bl_unit_of(in, a), in->channels.v[b], bl_unit_of(in, b));
}

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  size_t *from = NULL, *to = NULL, n_from = 0, n_to = 0;
  bl_status s = choose(ctx, pp, in, &from, &n_from, &to, &n_to);
  for (size_t i = 1; !s && i < n_from; i++) s = same_unit(ctx, in, from[i], from[0]);
  for (size_t i = 0; !s && i < n_to; i++) s = same_unit(ctx, in, to[i], from[0]);
  for (size_t i = 0; !s && i < n_to; i++) s = bl_stream_set_unit(ctx, out, to[i], "%d");
  bl_free(ctx, from);
  bl_free(ctx, to);
  return s;
}

/* A channel that is averaged by its name may be absent where missing is skip; one that `wanted` marks may not. */
static bl_status needs(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, const bool *wanted,
                       bool *needed)
{
  const params *p = pp;
  size_t *from = NULL, *to = NULL, n_from = 0, n_to = 0;
  bool any = false;
  bl_status s = choose(ctx, p, in, &from, &n_from, &to, &n_to);
  for (size_t i = 0; !s && i < n_to; i++) any = any || wanted[to[i]];
  for (size_t i = 0; any && i < n_from; i++) needed[from[i]] = !p->channels.n || p->missing == ERROR;
  for (size_t c = 0; !s && c < out->n_channels; c++) needed[c] = needed[c] || wanted[c];
  bl_free(ctx, from);
  bl_free(ctx, to);
  return s;
}

static void warn_missing(bl_ctx *ctx, const bl_stream *in, const bl_texts *names)
{
  for (size_t i = 0; i < names->n; i++)
    if (!bl_channels_has(in, names->v[i]))
      bl_warn(ctx, BL_W_MISSING, "reference: no channel '%s'; it is left out", names->v[i]);
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  const params *p = pp;
  state *st = sp;
  (void)out;
  st->n_channels = in->n_channels;
  st->n_bins = in->n_bins;
  bl_status s = choose(ctx, p, in, &st->from, &st->n_from, &st->to, &st->n_to);
  if (!s && !(st->mean = bl_calloc(ctx, in->n_bins, sizeof *st->mean))) s = bl_fail_nomem(ctx, "reference");
  if (s) return s;
  warn_missing(ctx, in, &p->channels);
  if (p->missing == SKIP) warn_missing(ctx, in, &p->exclude);
  if (p->projector)
    bl_log(ctx, BL_LOG_INFO, "reference: of %zu channels on their average, %zu are independent", st->n_from,
           st->n_from - 1);
  return BL_OK;
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  state *st = sp;
  size_t n_bins = st->n_bins, width = st->n_channels * n_bins;
  float *y = bl_frames_add(ctx, out, n);
  if (!y) return BL_E_NOMEM;
  if (n) memcpy(y, x, n * width * sizeof *y);
  for (size_t i = 0; i < n; i++, x += width, y += width) {
    for (size_t k = 0; k < n_bins; k++) st->mean[k] = 0;
    for (size_t c = 0; c < st->n_from; c++)
      for (size_t k = 0; k < n_bins; k++) st->mean[k] += (double)x[st->from[c] * n_bins + k];
    for (size_t k = 0; k < n_bins; k++) st->mean[k] /= (double)st->n_from;
    for (size_t c = 0; c < st->n_to; c++)
      for (size_t k = 0; k < n_bins; k++) {
        size_t at = st->to[c] * n_bins + k;
        y[at] = (float)((double)x[at] - st->mean[k]);
      }
  }
  return BL_OK;
}

static void release(bl_ctx *ctx, void *sp)
{
  state *st = sp;
  bl_free(ctx, st->from);
  bl_free(ctx, st->to);
  bl_free(ctx, st->mean);
}

const bl_stage_class bl_stage_reference = {
    .name = "reference",
    .summary = "Channels against the mean of all, of some, or against one",
    .source = "mne.set_eeg_reference",
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
