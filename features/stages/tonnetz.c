/* tonnetz: where the pitch classes of each frame lie together on the circles of fifths, minor thirds and major thirds.
 * [frame][channel][class] -> [frame][channel][6]; librosa.feature.tonnetz.
 *
 * Classes (chroma, any number of them in the octave) are divided by their sum; class c of n then counts at the angle of
 * 7/6, 3/2 and 2/3 times 12 c / n half turns, with radius 1, 1 and 1/2: sine and cosine of each. Silence is 0. Harte and
 * others, Proc. ACM Workshop on Audio and Music Computing Multimedia (2006) 21-26. */
#include <math.h>

#include "stage_util.h"

static const double pi = 3.14159265358979323846;
enum { N_OUT = 6 };

typedef struct state {
  size_t n_series, n_in;
  double *weights; /* [class][N_OUT] */
} state;

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  static const char *const names[] = {"fifths_sin", "fifths_cos", "minor_sin", "minor_cos", "major_sin", "major_cos"};
  (void)pp;
  if (in->n_bins < 2 || in->bin_hz)
    return bl_fail(ctx, BL_E_CONFIG, "tonnetz: needs pitch classes; put chroma before it");
  bl_status s = bl_stream_set_bins(ctx, out, N_OUT, NULL, names);
  return s ? s : bl_stream_set_units(ctx, out, "");
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  static const double turns[] = {7.0 / 6, 3.0 / 2, 2.0 / 3}, radius[] = {1, 1, 0.5};
  state *st = sp;
  (void)pp, (void)out;
  st->n_series = in->n_channels;
  st->n_in = in->n_bins;
  st->weights = bl_calloc(ctx, st->n_in, N_OUT * sizeof *st->weights);
  if (!st->weights) return bl_fail_nomem(ctx, "tonnetz");
  for (size_t c = 0; c < st->n_in; c++)
    for (size_t i = 0; i < 3; i++) {
      double angle = pi * turns[i] * 12 * (double)c / (double)st->n_in;
      st->weights[c * N_OUT + 2 * i] = radius[i] * sin(angle);
      st->weights[c * N_OUT + 2 * i + 1] = radius[i] * cos(angle);
    }
  return BL_OK;
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  state *st = sp;
  float *y = bl_frames_add(ctx, out, n);
  if (!y) return BL_E_NOMEM;
  for (size_t i = 0; i < n * st->n_series; i++, x += st->n_in, y += N_OUT) {
    double sum = 0, at[N_OUT] = {0};
    for (size_t c = 0; c < st->n_in; c++) {
      sum += fabs((double)x[c]);
      for (size_t j = 0; j < N_OUT; j++) at[j] += st->weights[c * N_OUT + j] * (double)x[c];
    }
    for (size_t j = 0; j < N_OUT; j++) y[j] = (float)(sum > 0 || isnan(sum) ? at[j] / sum : 0);
  }
  return BL_OK;
}

static void release(bl_ctx *ctx, void *sp) { bl_free(ctx, ((state *)sp)->weights); }

const bl_stage_class bl_stage_tonnetz = {
    .name = "tonnetz",
    .summary = "Where pitch classes lie on the circles of fifths and thirds",
    .source = "librosa.feature.tonnetz",
    .params_size = 0,
    .state_size = sizeof(state),
    .shape = shape,
    .init = init,
    .push = push,
    .release = release,
    .warm_up = bl_memoryless,
};
