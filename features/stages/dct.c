/* dct: the step from log mel bands to cepstra (MFCC). [frame][channel][N bins] -> [frame][channel][n_mfcc - first].
 *
 * dct_type and norm as scipy.fft.dct has them; with x[0 .. N - 1] and w = pi k:
 *   2, the default: c[k] = 2 sum x[n] cos(w (2 n + 1) / (2 N)); ortho: times sqrt(1 / (2 N)), c[0] times sqrt(1 / 2)
 *   1: c[k] = x[0] + (-1)^k x[N - 1] + 2 sum x[n] cos(w n / (N - 1)) over the n between; ortho: x[0] and x[N - 1] times
 *      sqrt(2), c[k] times sqrt(1 / (2 (N - 1))), the first and the last of all N times sqrt(1 / 2)
 *   3: c[k] = x[0] + 2 sum x[n] cos(pi (2 k + 1) n / (2 N)), n from 1; ortho: x[0] / sqrt(N) + sqrt(2 / N) sum ...
 * norm htk: type 2 times sqrt(1 / (2 N)), c[0] as well, as HTK has it. Of type 2, ortho is librosa.feature.mfcc.
 *
 * lifter L > 0 multiplies c[k] by 1 + (L / 2) sin(pi (k + 1) / L), librosa's, or with lifter_from 0 by 1 + (L / 2) sin(pi
 * k / L), which leaves c0: HTK's and python_speech_features'. Coefficients first .. n_mfcc - 1 are put out: first 1 drops
 * c0; c0_last puts it behind the others, as HTK's files have it. append_energy: the last bin that comes in is the
 * logarithm of the energy (mel, append_energy, and log), which takes the place of c0. Bins "mfcc_<k>". */
#include "stage_util.h"

#include <stdio.h>

#include "baleen/wide.h"

static const double pi = 3.14159265358979323846;

typedef struct params {
  int64_t n_mfcc, first, lifter_from;
  double lifter;
  int dct_type, norm;
  bool append_energy, c0_last;
} params;

enum { TYPE_2, TYPE_1, TYPE_3 };
enum { ORTHO, UNSCALED, HTK };
static const char *const types[] = {"2", "1", "3", NULL};
static const char *const norms[] = {"ortho", "none", "htk", NULL};

static const bl_opt opts[] = {
    BL_INT(params, n_mfcc, "20", 1, 4096, "", "coefficients from 0 up to this, itself not included"),
    BL_INT(params, first, "0", 0, 4095, "", "the first one put out; 1 drops the level c0"),
    BL_REAL(params, lifter, "0", 0, 1e6, "", "liftering, 0: none"),
    BL_INT(params, lifter_from, "1", 0, 1, "", "what the lifter counts from, 1: librosa; 0, which leaves c0: HTK"),
    BL_ENUM(params, dct_type, "2", types, "of the transform, scipy.fft.dct's"),
    BL_ENUM(params, norm, "ortho", norms, "ortho: orthonormal; none: as scipy's None; htk: of type 2, c0 no smaller"),
    BL_BOOL(params, append_energy, "false", "the last bin, the logarithm of the energy, takes the place of c0"),
    BL_BOOL(params, c0_last, "false", "c0 behind the others"),
    BL_OPT_END,
};

typedef struct state {
  size_t n_series, n_in, n_out; /* n_in: values of a frame, the energy, if any, among them */
  double *basis;                /* [n_in][room_of(n_out)], zeros behind n_out */
} state;

enum { LANES = 8 }; /* coefficients that are summed side by side */
static size_t room_of(size_t n_out) { return (n_out + LANES - 1) / LANES * LANES; }

/* Which coefficient stands in place j of what is put out. */
static size_t coefficient_at(const params *p, size_t j)
{
  if (!p->c0_last) return (size_t)p->first + j;
  return j + 1 == (size_t)p->n_mfcc ? 0 : j + 1;
}

static bl_status name_bins(bl_ctx *ctx, const params *p, bl_stream *out)
{
  size_t n = (size_t)(p->n_mfcc - p->first);
  if (!p->c0_last) return bl_number_bins(ctx, out, "mfcc_", (size_t)p->first, n, NULL);
  char *text = bl_calloc(ctx, n, BL_BIN_NAME);
  const char **names = bl_calloc(ctx, n, sizeof *names);
  bl_status s = text && names ? BL_OK : bl_fail_nomem(ctx, "dct");
  for (size_t j = 0; !s && j < n; j++) {
    names[j] = text + j * BL_BIN_NAME;
    snprintf(text + j * BL_BIN_NAME, BL_BIN_NAME, "mfcc_%zu", coefficient_at(p, j));
  }
  if (!s) s = bl_stream_set_bins(ctx, out, n, NULL, names);
  bl_free(ctx, names);
  bl_free(ctx, text);
  return s;
}

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  const params *p = pp;
  if (p->first >= p->n_mfcc)
    return bl_fail(ctx, BL_E_CONFIG, "dct: first %lld leaves nothing of n_mfcc %lld; make it smaller",
                   (long long)p->first, (long long)p->n_mfcc);
  if ((size_t)p->n_mfcc + p->append_energy > in->n_bins)
    return bl_fail(ctx, BL_E_RANGE, "dct: n_mfcc %lld is more than the %zu bins that come in%s", (long long)p->n_mfcc,
                   in->n_bins - p->append_energy, p->append_energy ? " beside the energy" : "");
  if (p->dct_type == TYPE_1 && in->n_bins < 2 + (size_t)p->append_energy)
    return bl_fail(ctx, BL_E_RANGE, "dct: dct_type 1 needs two bins or more");
  if (p->norm == HTK && p->dct_type != TYPE_2)
    return bl_fail(ctx, BL_E_CONFIG, "dct: norm htk is one of dct_type 2; take that, or another norm");
  if (p->first > 0 && (p->c0_last || p->append_energy))
    return bl_fail(ctx, BL_E_CONFIG, "dct: first %lld leaves c0 out, which %s would move; leave one of them out",
                   (long long)p->first, p->c0_last ? "c0_last" : "append_energy");
  bl_status s = BL_OK;
  if (!(p->lifter > 0)) s = bl_opts_refuse_idle(ctx, "dct", opts, pp, "lifter_from", "lifter");
  return s ? s : name_bins(ctx, p, out);
}

/* How bin i of n weighs in coefficient k. */
static double weight_of(const params *p, double k, double i, double n)
{
  bool ortho = p->norm == ORTHO, edge = i <= 0 || i >= n - 1;
  if (p->dct_type == TYPE_1) {
    double w = (edge ? 1 : 2) * cos(pi * k * i / (n - 1));
    return ortho ? w * (edge ? sqrt(2) : 1) * sqrt((k > 0 && k < n - 1 ? 1 : 0.5) / (2 * (n - 1))) : w;
  }
  if (p->dct_type == TYPE_3) {
    double w = cos(pi * (2 * k + 1) * i / (2 * n));
    return ortho ? w * sqrt((i > 0 ? 2 : 1) / n) : i > 0 ? 2 * w : w;
  }
  double scale = ortho ? sqrt((k > 0 ? 2 : 1) / n) : p->norm == HTK ? sqrt(2 / n) : 2;
  return scale * cos(pi * k * (2 * i + 1) / (2 * n));
}

static double lift(const params *p, double k)
{
  return p->lifter > 0 ? 1 + p->lifter / 2 * sin(pi * (k + (double)p->lifter_from) / p->lifter) : 1;
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  const params *p = pp;
  state *st = sp;
  *st = (state){.n_series = in->n_channels, .n_in = in->n_bins, .n_out = out->n_bins};
  size_t room = room_of(st->n_out), n = st->n_in - p->append_energy;
  st->basis = bl_calloc(ctx, st->n_in * room, sizeof *st->basis);
  if (!st->basis) return bl_fail_nomem(ctx, "dct");
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < st->n_out; j++) {
      size_t k = coefficient_at(p, j);
      if (k == 0 && p->append_energy) continue;
      st->basis[i * room + j] = (double)(float)(weight_of(p, (double)k, (double)i, (double)n) * lift(p, (double)k));
    }
  for (size_t j = 0; p->append_energy && j < st->n_out; j++)
    if (coefficient_at(p, j) == 0) st->basis[n * room + j] = 1;
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
    .summary = "Cepstra (MFCC) from log mel bands by a cosine transform",
    .source = "librosa.feature.mfcc; HTK",
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(state),
    .shape = shape,
    .init = init,
    .push = push,
    .release = release,
    .warm_up = bl_memoryless,
};
