/* spectral_flatness: the geometric over the arithmetic mean of a spectrum: 1 for white noise, near 0 for a tone.
 * [frame][channel][bin] -> [frame][channel][1].
 *
 * librosa.feature.spectral_flatness, which takes magnitudes: the means are those of max(amin, x^power). 1 for silence,
 * as there. A negative magnitude counts as its size does. */
#include <string.h>

#include "descriptor.h"
#include "fast_log.h"

typedef struct params {
  double amin, power;
} params;

static const bl_opt opts[] = {
    BL_REAL_ABOVE(params, amin, "1e-10", 1e-30, 1e30, "", "smaller powers count as this"),
    BL_REAL_ABOVE(params, power, "2", 0, 16, "", "of magnitudes, to make powers of them; 1 where powers come in"),
    BL_OPT_END,
};

typedef struct state {
  bl_descriptor s;
  params p;
  float *powers, *logs; /* [n_bins] */
} state;

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  static const char *const names[] = {"flatness"};
  (void)pp;
  return bl_descriptor_shape(ctx, "spectral_flatness", in, 1, names, "1", out);
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  state *st = sp;
  st->p = *(const params *)pp;
  bl_status s = bl_descriptor_init(ctx, "spectral_flatness", in, out, &st->s);
  st->powers = bl_calloc(ctx, in->n_bins, sizeof *st->powers);
  st->logs = bl_calloc(ctx, in->n_bins, sizeof *st->logs);
  if (!s && !(st->powers && st->logs)) s = bl_fail_nomem(ctx, "spectral_flatness");
  return s;
}

static void flatness(const void *sp, const float *x, float *y)
{
  const state *st = sp;
  size_t n = st->s.n_bins;
  float least = (float)st->p.amin, *v = st->powers;
  if (st->p.power == 2)
    for (size_t k = 0; k < n; k++) v[k] = x[k] * x[k];
  else if (st->p.power == 1)
    for (size_t k = 0; k < n; k++) v[k] = fabsf(x[k]);
  else
    for (size_t k = 0; k < n; k++) v[k] = (float)pow(fabs((double)x[k]), st->p.power);
  for (size_t k = 0; k < n; k++) v[k] = v[k] < least ? least : v[k];
  bl_fast_log(v, st->logs, n, least, 1, 0);
  double mean = bl_descriptor_sum(v, n) / (double)n, logs = 0;
  for (size_t k = 0; k < n; k++) logs += (double)st->logs[k];
  *y = (float)(exp(logs / (double)n) / mean);
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  return bl_descriptor_push(ctx, sp, flatness, x, n, out);
}

static void release(bl_ctx *ctx, void *sp)
{
  state *st = sp;
  bl_free(ctx, st->powers);
  bl_free(ctx, st->logs);
  bl_descriptor_release(ctx, sp);
}

const bl_stage_class bl_stage_spectral_flatness = {
    .name = "spectral_flatness",
    .summary = "Geometric over arithmetic mean of each frame of a spectrum: noise against tone",
    .source = "librosa.feature.spectral_flatness",
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(state),
    .shape = shape,
    .init = init,
    .push = push,
    .release = release,
    .warm_up = bl_memoryless,
};
