/* remove_background: each bin less its level over the whole run, in decibels. Shape unchanged.
 *
 * The level of a bin is the median (or mean) of its finite values over the run; the levels are then smoothed by the mean of
 * `smooth` bins around each, beyond the edges the nearest one. What lies below is 0, unless clip is false. maad.sound.
 * remove_background_along_axis, modes median and mean, with N = smooth. It needs the whole run before its first output, so
 * it cannot run live: denoise and whiten can. NaN and infinity come out as NaN. */
#include "select.h"
#include "stage_util.h"

enum { MEDIAN, MEAN };
static const char *const modes[] = {"median", "mean", NULL};

typedef struct params {
  int mode;
  int64_t smooth;
  bool clip;
} params;

static const bl_opt opts[] = {
    BL_ENUM(params, mode, "median", modes, "what a bin's level is"),
    BL_INT(params, smooth, "25", 1, 9999, "bins",
           "levels are means over so many of them, an odd number; 1: as they are"),
    BL_BOOL(params, clip, "true", "what lies below the level is 0"),
    BL_OPT_END,
};

typedef struct state {
  bl_frames all; /* the run so far */
  params p;
  size_t n_channels, n_bins;
  bl_frames column;       /* the values of one bin */
  double *level, *smooth; /* of a channel's bins */
} state;

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  const params *p = pp;
  if (p->smooth % 2 == 0)
    return bl_fail(ctx, BL_E_CONFIG,
                   "remove_background: smooth: %d is even; take an odd number, so that there is a middle",
                   (int)p->smooth);
  if (bl_is_complex(in))
    return bl_fail(ctx, BL_E_CONFIG,
                   "remove_background: needs decibels, but what comes in is complex; put power and db before it");
  out->latency_s = HUGE_VAL; /* until the run ends */
  return bl_stream_set_units(ctx, out, "%d");
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  state *st = sp;
  (void)out;
  *st = (state){.p = *(const params *)pp,
                .n_channels = in->n_channels,
                .n_bins = in->n_bins,
                .all = {.width = bl_stream_width(in)},
                .column = {.width = 1}};
  st->level = bl_calloc(ctx, in->n_bins, sizeof *st->level);
  st->smooth = bl_calloc(ctx, in->n_bins, sizeof *st->smooth);
  return st->level && st->smooth ? BL_OK : bl_fail_nomem(ctx, "remove_background");
}

/* NaN when none of the n values is finite, which are moved about. */
static double level_of(float *v, size_t n, int mode)
{
  size_t finite = 0;
  double sum = 0;
  for (size_t i = 0; i < n; i++)
    if (isfinite(v[i])) {
      sum += (double)v[i];
      v[finite++] = v[i];
    }
  if (!finite) return NAN;
  if (mode == MEAN) return sum / (double)finite;
  return bl_median(v, finite);
}

/* The mean of the levels around each bin that there are. */
static void smooth_levels(const state *st)
{
  int64_t half = st->p.smooth / 2, n = (int64_t)st->n_bins;
  for (int64_t b = 0; b < n; b++) {
    double sum = 0, known = 0;
    for (int64_t k = b - half; k <= b + half; k++) {
      double level = st->level[k < 0 ? 0 : k < n ? k : n - 1];
      if (isfinite(level)) sum += level, known++;
    }
    st->smooth[b] = known > 0 ? sum / known : (double)NAN;
  }
}

static bl_status finish(bl_ctx *ctx, void *sp, bl_frames *out)
{
  state *st = sp;
  size_t n = st->all.n, width = st->all.width;
  st->column.n = 0;
  float *to = bl_frames_add(ctx, out, n), *column = bl_frames_add(ctx, &st->column, n);
  if (!to || !column) return BL_E_NOMEM;
  for (size_t c = 0; c < st->n_channels; c++) {
    for (size_t b = 0; b < st->n_bins; b++) {
      for (size_t i = 0; i < n; i++) column[i] = st->all.v[i * width + c * st->n_bins + b];
      st->level[b] = level_of(column, n, st->p.mode);
    }
    smooth_levels(st);
    for (size_t i = 0; i < n; i++)
      for (size_t b = 0; b < st->n_bins; b++) {
        size_t at = i * width + c * st->n_bins + b;
        double y = (double)st->all.v[at] - st->smooth[b];
        to[at] = !isfinite(st->all.v[at]) ? NAN : st->p.clip && y < 0 ? 0 : (float)y;
      }
  }
  return BL_OK;
}

static void release(bl_ctx *ctx, void *sp)
{
  state *st = sp;
  bl_frames_free(ctx, &st->all);
  bl_frames_free(ctx, &st->column);
  bl_free(ctx, st->level);
  bl_free(ctx, st->smooth);
}

const bl_stage_class bl_stage_remove_background = {
    .name = "remove_background",
    .summary = "Decibels less the level of each bin over the whole run",
    .source = "maad.sound.remove_background_along_axis",
    .tags = BL_STAGE_WHOLE,
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(state),
    .shape = shape,
    .init = init,
    .push = bl_keep_push,
    .finish = finish,
    .reset = bl_keep_reset,
    .release = release,
};
