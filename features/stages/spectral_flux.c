/* spectral_flux: how much a spectrum changes from one frame to the next. [frame][channel][bin] -> [frame][channel][1].
 *
 * Of d = x[t] - x[t-1]: with norm l2 sqrt(sum d^2), with l1 sum |d| (Essentia's Flux); half_rectify counts only what
 * grows, max(0, d), as onset detectors do (Dixon, DAFx 2006). normalize first divides each frame by its own sum, so that
 * the level does not count (Peeters 2004); a silent frame stays 0. The first frame of a run has none before it: 0.
 * Magnitudes and powers, and logarithms or decibels too where nothing is normalised. */
#include <string.h>

#include "baleen/wide.h"
#include "descriptor.h"

enum { L2, L1 };
static const char *const norms[] = {"l2", "l1", NULL};

typedef struct params {
  int norm;
  bool half_rectify, normalize;
} params;

static const bl_opt opts[] = {
    BL_ENUM(params, norm, "l2", norms, "root of the sum of squares, or sum of sizes"),
    BL_BOOL(params, half_rectify, "false", "count only bins that grow"),
    BL_BOOL(params, normalize, "false", "divide each frame by its sum first, so that the level does not count"),
    BL_OPT_END,
};

typedef struct state {
  bl_descriptor s;
  params p;
  bool begun;
  float *last, *now; /* [n_series][n_bins], [n_bins] */
} state;

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  static const char *const names[] = {"flux"};
  const params *p = pp;
  if (p->normalize) return bl_descriptor_shape(ctx, "spectral_flux", in, 1, names, "1", out);
  bl_status s = bl_need_spectrum(ctx, "spectral_flux", in);
  if (!s) s = bl_stream_set_bins(ctx, out, 1, NULL, names);
  return s ? s : bl_stream_set_units(ctx, out, "%d");
}

static void reset(void *sp) { ((state *)sp)->begun = false; }

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  state *st = sp;
  st->p = *(const params *)pp;
  bl_status s = bl_descriptor_init(ctx, "spectral_flux", in, out, &st->s);
  st->last = bl_calloc(ctx, in->n_channels, in->n_bins * sizeof *st->last);
  st->now = bl_calloc(ctx, in->n_bins, sizeof *st->now);
  return !s && !(st->last && st->now) ? bl_fail_nomem(ctx, "spectral_flux") : s;
}

/* Sum of |d| or d^2, eight sums side by side. */
BL_WIDE static double change(const float *restrict x, const float *restrict last, size_t n, bool squares, bool rectify)
{
  enum { LANES = 8 };
  double a[LANES] = {0}, sum = 0;
  float least = rectify ? 0 : -INFINITY;
  size_t i = 0;
  for (; i + LANES <= n; i += LANES)
    for (size_t k = 0; k < LANES; k++) {
      float d = x[i + k] - last[i + k];
      double v = (double)(d < least ? least : d);
      a[k] += squares ? v * v : fabs(v);
    }
  for (size_t k = 0; i < n; i++, k++) {
    float d = x[i] - last[i];
    double v = (double)(d < least ? least : d);
    a[k] += squares ? v * v : fabs(v);
  }
  for (size_t k = 0; k < LANES; k++) sum += a[k];
  return sum;
}

/* One channel's frame; what it is compared with the next time goes to `last`. */
static float flux(const state *st, const float *x, float *last)
{
  size_t n = st->s.n_bins;
  if (st->p.normalize) {
    double sum = bl_descriptor_sum(x, n);
    double by = sum > 0 || isnan(sum) ? 1 / sum : 0; /* as a float it would be infinite for the faintest of frames */
    for (size_t k = 0; k < n; k++) st->now[k] = (float)((double)x[k] * by);
    x = st->now;
  }
  double d = st->begun ? change(x, last, n, st->p.norm == L2, st->p.half_rectify) : 0;
  memcpy(last, x, n * sizeof *last);
  return (float)(st->p.norm == L2 ? sqrt(d) : d);
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  state *st = sp;
  float *y = bl_frames_add(ctx, out, n);
  if (!y) return BL_E_NOMEM;
  for (size_t i = 0; i < n; i++, st->begun = true)
    for (size_t c = 0; c < st->s.n_series; c++, x += st->s.n_bins) *y++ = flux(st, x, st->last + c * st->s.n_bins);
  return BL_OK;
}

static void release(bl_ctx *ctx, void *sp)
{
  state *st = sp;
  bl_free(ctx, st->last);
  bl_free(ctx, st->now);
  bl_descriptor_release(ctx, sp);
}

static bool warm_up(const void *sp, bl_warm_up *out)
{
  (void)sp;
  *out = (bl_warm_up){1, 1};
  return true;
}

const bl_stage_class bl_stage_spectral_flux = {
    .name = "spectral_flux",
    .summary = "How much a spectrum changes from one frame to the next",
    .source = "Essentia, Flux; Dixon, DAFx 2006",
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(state),
    .shape = shape,
    .init = init,
    .push = push,
    .reset = reset,
    .release = release,
    .warm_up = warm_up,
};
