/* reference: subtracts the mean of the reference channels, frame by frame. Shape unchanged.
 *
 * y[c] = x[c] - mean over `channels` of x, all but the excluded by default: the common average reference of MNE's
 * set_eeg_reference("average"). Excluded channels (eyes, triggers) neither count nor change. A NaN or infinity in a
 * reference channel reaches every referenced channel of its frame. */
#include <string.h>

#include "channels.h"
#include "stage_util.h"

typedef struct params {
  bl_texts channels, exclude;
} params;

static const bl_opt opts[] = {
    BL_TEXTS(params, channels, NULL,
             "names or patterns of the channels to average; none given: all that are not excluded"),
    BL_TEXTS(params, exclude, NULL, "names or patterns of channels that are left as they are"),
    BL_OPT_END,
};

typedef struct state {
  size_t n_channels, n_bins, n_from, n_to;
  size_t *from, *to; /* channels averaged, channels referenced */
  double *mean;      /* n_bins */
} state;

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  const params *p = pp;
  size_t *index = NULL, n = 0;
  (void)out;
  bl_status s = bl_channels_pick(ctx, "reference", in, &p->channels, &p->exclude, &index, &n);
  for (size_t i = 1; !s && i < n; i++)
    if (strcmp(bl_unit_of(in, index[i]), bl_unit_of(in, index[0])))
      s = bl_fail(
          ctx, BL_E_CONFIG, "reference: channel '%s' is in '%s' but '%s' in '%s'; exclude one, or scale it first",
          in->channels.v[index[i]], bl_unit_of(in, index[i]), in->channels.v[index[0]], bl_unit_of(in, index[0]));
  bl_free(ctx, index);
  return s;
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  const params *p = pp;
  state *st = sp;
  static const bl_texts all = {0};
  (void)out;
  st->n_channels = in->n_channels;
  st->n_bins = in->n_bins;
  bl_status s = bl_channels_pick(ctx, "reference", in, &p->channels, &p->exclude, &st->from, &st->n_from);
  if (!s) s = bl_channels_pick(ctx, "reference", in, &all, &p->exclude, &st->to, &st->n_to);
  if (!s && !(st->mean = bl_calloc(ctx, in->n_bins, sizeof *st->mean))) s = bl_fail_nomem(ctx, "reference");
  return s;
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
  .summary = "Channels against the mean of all, or of some",
  .source = "mne.set_eeg_reference",
  .opts = opts,
  .params_size = sizeof(params),
  .state_size = sizeof(state),
  .shape = shape,
  .init = init,
  .push = push,
  .release = release,
};
