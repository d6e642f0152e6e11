/* interpolate: channels known to be bad, made anew from the others by spherical splines. Shape unchanged.
 *
 * As MNE's Raw.interpolate_bads (method spline): electrodes stand where the montage standard_1005 has them (channel.h), on
 * a sphere around `origin`, which is fitted to all of them unless it is given; the spline (stiffness 4, 50 terms, 1e-5 added
 * to the diagonal) goes through the channels of type eeg that are not bad. origin: [0, 0, 0] is what autoreject does. What
 * is excluded stays as it is and counts for nothing.
 *
 * A NaN or infinity of a channel that is not bad reaches every bad channel in its frame; those of bad ones are gone. A bad
 * channel holds nothing of its own afterwards: of n channels, as many fewer are independent. Frame by frame, so fit for a
 * live run. */
#include <string.h>

#include "channels.h"
#include "scalp.h"
#include "stage_util.h"

enum { ERROR, SKIP };
static const char *const rules[] = {"error", "skip", NULL};

typedef struct params {
  bl_texts bads, exclude;
  int missing;
  bl_reals origin;
} params;

static const bl_opt opts[] = {
    {.name = "bads",
     .kind = BL_OPT_TEXTS,
     .offset = offsetof(params, bads),
     .flags = BL_OPT_NEEDED,
     .unit = "",
     .help = "names or patterns of the channels to make anew"},
    BL_TEXTS(params, exclude, NULL, "names or patterns of channels that are left as they are and not used"),
    BL_ENUM(params, missing, "error", rules, "a name of bads that is not there: an error, or left out with a warning"),
    BL_REALS(params, origin, NULL, -1, 1, "m",
             "x, y and z of the sphere's centre in the head frame; none given: fitted to the electrodes"),
    BL_OPT_END,
};

typedef struct state {
  size_t n_channels;
  bl_channel_map map;
} state;

/* Marks bad[i] of the electrodes i. */
static bl_status mark(bl_ctx *ctx, const params *p, const bl_stream *in, const bl_scalp *scalp, bool *bad)
{
  size_t *index = bl_calloc(ctx, in->n_channels, sizeof *index), n = 0, n_bad = 0;
  bl_status s = index ? BL_OK : bl_fail_nomem(ctx, "interpolate");
  for (size_t i = 0; !s && i < p->bads.n; i++)
    if (p->missing == ERROR || bl_channels_has(in, p->bads.v[i]))
      s = bl_channels_add(ctx, "interpolate", in, p->bads.v[i], true, index, &n);
  for (size_t b = 0; !s && b < n; b++) {
    size_t i = 0;
    while (i < scalp->n && scalp->index[i] != index[b]) i++;
    if (i == scalp->n)
      s = bl_fail(ctx, BL_E_CONFIG, "interpolate: '%s' is bad, but excluded or no electrode on the scalp",
                  in->channels.v[index[b]]);
    else n_bad += !bad[i], bad[i] = true;
  }
  if (!s && n_bad == scalp->n)
    s = bl_fail(ctx, BL_E_CONFIG, "interpolate: all of the %zu electrodes are bad; one or more must be left", n_bad);
  bl_free(ctx, index);
  return s;
}

static bl_status centre(bl_ctx *ctx, const params *p, const bl_scalp *scalp, double sphere[4])
{
  if (!p->origin.n) return bl_scalp_fit(ctx, "interpolate", scalp, sphere);
  if (p->origin.n != 3)
    return bl_fail(ctx, BL_E_CONFIG, "interpolate: origin has %zu numbers; it takes x, y and z", p->origin.n);
  memcpy(sphere, p->origin.v, 3 * sizeof *sphere);
  return BL_OK;
}

/* The electrodes on their sphere, bad ones marked; both are freed by the caller, also after a failure. */
static bl_status prepare(bl_ctx *ctx, const params *p, const bl_stream *in, bl_scalp *scalp, bool **bad)
{
  double sphere[4];
  *bad = NULL;
  bl_status s = bl_scalp_pick(ctx, "interpolate", in, &p->exclude, scalp);
  if (!s && !(*bad = bl_calloc(ctx, scalp->n, sizeof **bad))) s = bl_fail_nomem(ctx, "interpolate");
  if (!s) s = mark(ctx, p, in, scalp, *bad);
  if (!s) s = centre(ctx, p, scalp, sphere);
  if (!s) s = bl_scalp_project(ctx, "interpolate", in, sphere, scalp);
  return s;
}

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  bl_scalp scalp = {0};
  bool *bad = NULL;
  (void)out;
  bl_status s = bl_need_waveform(ctx, "interpolate", in);
  if (!s) s = prepare(ctx, pp, in, &scalp, &bad);
  bl_scalp_free(ctx, &scalp);
  bl_free(ctx, bad);
  return s;
}

/* A bad channel takes all electrodes, itself for the place of the sphere. */
static bl_status needs(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, const bool *wanted,
                       bool *needed)
{
  bl_scalp scalp = {0};
  bool *bad = NULL, any = false;
  bl_status s = prepare(ctx, pp, in, &scalp, &bad);
  for (size_t i = 0; !s && i < scalp.n; i++) any = any || (bad[i] && wanted[scalp.index[i]]);
  for (size_t i = 0; any && i < scalp.n; i++) needed[scalp.index[i]] = true;
  for (size_t c = 0; !s && c < out->n_channels; c++) needed[c] = needed[c] || wanted[c];
  bl_scalp_free(ctx, &scalp);
  bl_free(ctx, bad);
  return s;
}

/* Brings good electrodes to the front of at[], in order, bad ones behind them, and notes their channels. */
static void part(const bl_scalp *scalp, const bool *bad, bl_channel_map *map, double *at)
{
  size_t n_from = 0, n_to = 0;
  for (size_t i = 0; i < scalp->n; i++) {
    size_t place = bad[i] ? map->n_from + n_to : n_from;
    memcpy(at + 3 * place, scalp->at + 3 * i, 3 * sizeof *at);
    if (bad[i]) map->to[n_to++] = scalp->index[i];
    else map->from[n_from++] = scalp->index[i];
  }
}

static void warn_missing(bl_ctx *ctx, const params *p, const bl_stream *in)
{
  for (size_t i = 0; i < p->bads.n; i++)
    if (!bl_channels_has(in, p->bads.v[i]))
      bl_warn(ctx, BL_W_MISSING, "interpolate: no channel '%s'; it is left out", p->bads.v[i]);
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  static const bl_spline_params spline = {.stiffness = 4, .regularisation = 1e-5, .n_terms = 50};
  state *st = sp;
  bl_scalp scalp = {0};
  bool *bad = NULL;
  double *at = NULL;
  size_t n_bad = 0;
  (void)out;
  st->n_channels = in->n_channels;
  warn_missing(ctx, pp, in);
  bl_status s = prepare(ctx, pp, in, &scalp, &bad);
  for (size_t i = 0; !s && i < scalp.n; i++) n_bad += bad[i];
  if (!s && n_bad) s = bl_channel_map_init(ctx, scalp.n - n_bad, n_bad, &st->map);
  if (!s && n_bad && !(at = bl_calloc(ctx, 3 * scalp.n, sizeof *at))) s = bl_fail_nomem(ctx, "interpolate");
  if (!s && n_bad) {
    part(&scalp, bad, &st->map, at);
    s = bl_spline_interpolation(ctx, &spline, at, st->map.n_from, at + 3 * st->map.n_from, n_bad, st->map.w);
  }
  bl_scalp_free(ctx, &scalp);
  bl_free(ctx, bad);
  bl_free(ctx, at);
  return s;
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  const state *st = sp;
  float *y = bl_frames_add(ctx, out, n);
  if (!y) return BL_E_NOMEM;
  bl_channel_map_apply(&st->map, x, n, st->n_channels, y);
  return BL_OK;
}

static void release(bl_ctx *ctx, void *sp) { bl_channel_map_release(ctx, &((state *)sp)->map); }

const bl_stage_class bl_stage_interpolate = {
    .name = "interpolate",
    .summary = "Bad channels made anew from the others, by spherical splines",
    .source = "mne.io.Raw.interpolate_bads",
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
