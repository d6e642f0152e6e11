/* dct: the step from log mel bands to cepstra (MFCC). [frame][channel][N bins] -> [frame][channel][n_mfcc - first].
 *
 * Orthonormal DCT-II: c[k] = a(k) sum_n x[n] cos(pi k (2 n + 1) / (2 N)), a(0) = sqrt(1/N), else sqrt(2/N), as
 * scipy.fft.dct(norm="ortho") and librosa.feature.mfcc. lifter L > 0 multiplies c[k] by 1 + (L/2) sin(pi (k + 1) / L),
 * librosa's. Coefficients first .. n_mfcc - 1 are put out: first 1 drops c0. Bins "mfcc_<k>". */
#include "stage_util.h"

#include "baleen/wide.h"

static const double pi = 3.14159265358979323846;

typedef struct params {
  int64_t n_mfcc, first;
  double lifter;
} params;

static const bl_opt opts[] = {
    BL_INT(params, n_mfcc, "20", 1, 4096, "", "coefficients from 0 up to this, itself not included"),
    BL_INT(params, first, "0", 0, 4095, "", "the first one put out; 1 drops the level c0"),
    BL_REAL(params, lifter, "0", 0, 1e6, "", "liftering, 0: none"),
    BL_OPT_END,
};

typedef struct state {
  size_t n_series, n_in, n_out;
  double *basis; /* [n_in][room_of(n_out)], zeros behind n_out */
} state;

enum { LANES = 8 }; /* coefficients that are summed side by side */
static size_t room_of(size_t n_out) { return (n_out + LANES - 1) / LANES * LANES; }

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  const params *p = pp;
  if (p->first >= p->n_mfcc)
    return bl_fail(ctx, BL_E_CONFIG, "dct: first %lld leaves nothing of n_mfcc %lld; make it smaller",
                   (long long)p->first, (long long)p->n_mfcc);
  if ((size_t)p->n_mfcc > in->n_bins)
    return bl_fail(ctx, BL_E_RANGE, "dct: n_mfcc %lld is more than the %zu bins that come in", (long long)p->n_mfcc,
                   in->n_bins);
  return bl_number_bins(ctx, out, "mfcc_", (size_t)p->first, (size_t)(p->n_mfcc - p->first), NULL);
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  const params *p = pp;
  state *st = sp;
  *st = (state){.n_series = in->n_channels, .n_in = in->n_bins, .n_out = out->n_bins};
  size_t room = room_of(st->n_out);
  st->basis = bl_calloc(ctx, st->n_in * room, sizeof *st->basis);
  if (!st->basis) return bl_fail_nomem(ctx, "dct");
  double n = (double)st->n_in;
  for (size_t i = 0; i < st->n_in; i++)
    for (size_t j = 0; j < st->n_out; j++) {
      double k = (double)j + (double)p->first, scale = sqrt((k > 0 ? 2 : 1) / n);
      if (p->lifter > 0) scale *= 1 + p->lifter / 2 * sin(pi * (k + 1) / p->lifter);
      st->basis[i * room + j] = (double)(float)(scale * cos(pi * k * (2 * (double)i + 1) / (2 * n)));
    }
  return BL_OK;
}

/* Each coefficient is summed over the bins in their order, whatever is beside it. */
BL_WIDE static void transform(const double *restrict basis, size_t n_in, size_t room, const float *restrict x,
                              float *restrict y, size_t n_out)
{
  for (size_t j = 0; j < room; j += LANES) {
    double sum[LANES] = {0};
    for (size_t i = 0; i < n_in; i++) {
      const double *b = basis + i * room + j, v = (double)x[i];
      for (size_t k = 0; k < LANES; k++) sum[k] += v * b[k];
    }
    for (size_t k = 0; k < LANES && j + k < n_out; k++) y[j + k] = (float)sum[k];
  }
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  const state *st = sp;
  float *y = bl_frames_add(ctx, out, n);
  if (!y) return BL_E_NOMEM;
  for (size_t f = 0; f < n * st->n_series; f++, x += st->n_in, y += st->n_out)
    transform(st->basis, st->n_in, room_of(st->n_out), x, y, st->n_out);
  return BL_OK;
}

static void release(bl_ctx *ctx, void *sp)
{
  state *st = sp;
  bl_free(ctx, st->basis);
}

const bl_stage_class bl_stage_dct = {
    .name = "dct",
    .summary = "Cepstra (MFCC) from log mel bands by DCT-II",
    .source = "librosa.feature.mfcc",
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(state),
    .shape = shape,
    .init = init,
    .push = push,
    .release = release,
    .warm_up = bl_memoryless,
};
