/* normalize_whole: brings the values of a run to a common range, by its extremes. Shape unchanged.
 *
 * min_max: (x - min) / (max - min), as librosa.onset.onset_detect does before it picks peaks; max_abs: x / max |x|. Extremes
 * are those of each channel, over its bins and the whole run, of finite values; over all channels with `together`. A
 * range of nothing gives 0. Decibels below the loudest: top_db with ref: max. It needs the whole run before its first output, so that it cannot run live. */
#include <float.h>
#include <math.h>

#include "stage_util.h"

enum { MIN_MAX, MAX_ABS };
static const char *const modes[] = {"min_max", "max_abs", NULL};

typedef struct params {
  int mode;
  bool together;
} params;

static const bl_opt opts[] = {
    BL_ENUM(params, mode, "min_max", modes, "from 0 to 1, or within -1 and 1"),
    BL_BOOL(params, together, "false", "by the extremes of all channels, not of each"),
    BL_OPT_END,
};

typedef struct state {
  bl_frames all; /* the run so far */
  params p;
  size_t n_channels, n_bins;
} state;

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  (void)pp;
  out->latency_s = HUGE_VAL;
  if (bl_is_complex(in))
    return bl_fail(ctx, BL_E_CONFIG, "normalize_whole: what comes in is complex; put power before it");
  return bl_stream_set_units(ctx, out, "1");
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  (void)ctx, (void)out;
  *(state *)sp = (state){.p = *(const params *)pp,
                         .n_channels = in->n_channels,
                         .n_bins = in->n_bins,
                         .all = {.width = bl_stream_width(in)}};
  return BL_OK;
}

/* Of values first .. first + n - 1 of every frame. */
static void extremes(const bl_frames *all, size_t first, size_t n, double *least, double *most)
{
  *least = INFINITY, *most = -INFINITY;
  for (size_t i = 0; i < all->n; i++)
    for (size_t k = first; k < first + n; k++) {
      double v = (double)all->v[i * all->width + k];
      if (!isfinite(v)) continue;
      *least = v < *least ? v : *least;
      *most = v > *most ? v : *most;
    }
}

static double brought(const params *p, double v, double least, double most)
{
  if (p->mode == MAX_ABS) return v / (fmax(fabs(least), fabs(most)) + DBL_MIN);
  return (v - least) / (most - least + DBL_MIN);
}

static bl_status finish(bl_ctx *ctx, void *sp, bl_frames *out)
{
  state *st = sp;
  const bl_frames *all = &st->all;
  size_t group = st->p.together ? all->width : st->n_bins;
  float *to = bl_frames_add(ctx, out, all->n);
  if (!to) return BL_E_NOMEM;
  for (size_t first = 0; first < all->width; first += group) {
    double least, most;
    extremes(all, first, group, &least, &most);
    for (size_t i = 0; i < all->n; i++)
      for (size_t k = first; k < first + group; k++)
        to[i * all->width + k] = (float)brought(&st->p, (double)all->v[i * all->width + k], least, most);
  }
  return BL_OK;
}

static void release(bl_ctx *ctx, void *sp) { bl_frames_free(ctx, &((state *)sp)->all); }

static bl_status needs(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, const bool *wanted,
                       bool *needed)
{
  const params *p = pp;
  bool any = false;
  (void)ctx;
  for (size_t c = 0; c < out->n_channels; c++) any = any || wanted[c];
  for (size_t c = 0; c < in->n_channels; c++) needed[c] = p->together ? any : wanted[c];
  return BL_OK;
}

const bl_stage_class bl_stage_normalize_whole = {
    .name = "normalize_whole",
    .summary = "Values brought to a common range by the extremes of the whole run",
    .source = "librosa.onset.onset_detect; sklearn.preprocessing.minmax_scale, maxabs_scale",
    .tags = BL_STAGE_WHOLE,
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(state),
    .shape = shape,
    .needs = needs,
    .init = init,
    .push = bl_keep_push,
    .finish = finish,
    .reset = bl_keep_reset,
    .release = release,
};
