/* current_source_density: the surface Laplacian of EEG by spherical splines, which no reference changes. Unit per square
 * metre; channels unchanged.
 *
 * As mne.preprocessing.compute_current_source_density: electrodes stand where the montage standard_1005 has them (channel.h),
 * on `sphere`. Unless it is given, it has the radius of the sphere fitted to them, but the head frame's origin for its
 * centre: MNE means to take the fitted centre, but takes from it the same point in the device's frame, which is the same for
 * EEG, so that nothing is left; its numbers are kept. Every channel of type eeg becomes minus the Laplacian, there, of the
 * spline through all of them. What is excluded stays as it is and counts for nothing; bad channels are to be excluded, or
 * interpolated before.
 *
 * A NaN or infinity of one of them reaches all in its frame. Of n channels n - 1 are independent afterwards. Frame by
 * frame, so fit for a live run. */
#include <string.h>

#include "scalp.h"
#include "stage_util.h"

typedef struct params {
  bl_texts exclude;
  bl_reals sphere;
  double lambda2, stiffness;
  int64_t n_legendre_terms;
} params;

static const bl_opt opts[] = {
    BL_TEXTS(params, exclude, NULL, "names or patterns of channels that are left as they are and not used"),
    BL_REALS(
        params, sphere, NULL, -1, 1, "m",
        "x, y and z of the centre in the head frame, and the radius; none given: the frame's origin, and the radius of "
        "the sphere fitted to the electrodes"),
    BL_REAL(params, lambda2, "1e-5", 0, 1, "", "smoothness: added to the diagonal of the spline's matrix"),
    BL_REAL(params, stiffness, "4", 1.5, 20, "", "exponent of the spline: more makes it smoother"),
    BL_INT(params, n_legendre_terms, "50", 1, 10000, "", "Legendre polynomials in the sums"),
    BL_OPT_END,
};

typedef struct state {
  size_t n_channels;
  bl_channel_map map;
} state;

static bl_status find_sphere(bl_ctx *ctx, const params *p, const bl_scalp *scalp, double sphere[4])
{
  if (!p->sphere.n) {
    bl_status s = bl_scalp_fit(ctx, "current_source_density", scalp, sphere);
    memset(sphere, 0, 3 * sizeof *sphere);
    return s;
  }
  if (p->sphere.n != 4)
    return bl_fail(ctx, BL_E_CONFIG,
                   "current_source_density: sphere has %zu numbers; it takes x, y and z of its centre, and its radius",
                   p->sphere.n);
  memcpy(sphere, p->sphere.v, 4 * sizeof *sphere);
  if (sphere[3] > 0) return BL_OK;
  return bl_fail(ctx, BL_E_RANGE, "current_source_density: a sphere of radius %g m; it takes one above 0", sphere[3]);
}

/* The electrodes on their sphere, to be freed by the caller, also after a failure. */
static bl_status prepare(bl_ctx *ctx, const params *p, const bl_stream *in, bl_scalp *scalp, double sphere[4])
{
  bl_status s = bl_scalp_pick(ctx, "current_source_density", in, &p->exclude, scalp);
  if (!s && scalp->n < 2)
    s = bl_fail(ctx, BL_E_CONFIG, "current_source_density: '%s' is the only electrode; it takes 2 or more",
                in->channels.v[scalp->index[0]]);
  if (!s) s = find_sphere(ctx, p, scalp, sphere);
  if (!s) s = bl_scalp_project(ctx, "current_source_density", in, sphere, scalp);
  return s;
}

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  bl_scalp scalp = {0};
  double sphere[4];
  bl_status s = bl_need_waveform(ctx, "current_source_density", in);
  if (!s) s = prepare(ctx, pp, in, &scalp, sphere);
  for (size_t i = 0; !s && i < scalp.n; i++) s = bl_stream_set_unit(ctx, out, scalp.index[i], "%s/m^2");
  bl_scalp_free(ctx, &scalp);
  return s;
}

/* Each electrode takes all of them. */
static bl_status needs(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, const bool *wanted,
                       bool *needed)
{
  bl_scalp scalp = {0};
  double sphere[4];
  bool any = false;
  bl_status s = prepare(ctx, pp, in, &scalp, sphere);
  for (size_t i = 0; !s && i < scalp.n; i++) any = any || wanted[scalp.index[i]];
  for (size_t i = 0; any && i < scalp.n; i++) needed[scalp.index[i]] = true;
  for (size_t c = 0; !s && c < out->n_channels; c++) needed[c] = needed[c] || wanted[c];
  bl_scalp_free(ctx, &scalp);
  return s;
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  const params *p = pp;
  const bl_spline_params spline = {p->stiffness, p->lambda2, (size_t)p->n_legendre_terms};
  state *st = sp;
  bl_scalp scalp = {0};
  double sphere[4];
  (void)out;
  st->n_channels = in->n_channels;
  bl_status s = prepare(ctx, p, in, &scalp, sphere);
  if (!s) s = bl_channel_map_init(ctx, scalp.n, scalp.n, &st->map);
  if (!s) {
    memcpy(st->map.from, scalp.index, scalp.n * sizeof *scalp.index);
    memcpy(st->map.to, scalp.index, scalp.n * sizeof *scalp.index);
    s = bl_spline_laplacian(ctx, &spline, scalp.at, scalp.n, sphere[3], st->map.w);
  }
  bl_scalp_free(ctx, &scalp);
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

const bl_stage_class bl_stage_current_source_density = {
    .name = "current_source_density",
    .summary = "The surface Laplacian of EEG, by spherical splines",
    .source = "mne.preprocessing.compute_current_source_density",
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
