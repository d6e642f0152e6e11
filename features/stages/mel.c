/* mel: triangular filters, even on the mel scale. power spectrum [frame][channel][bin] -> [frame][channel][n_mels].
 *
 * librosa's filters: n_mels + 2 points even in mel from fmin to fmax; filter i is the triangle, linear in Hz, over
 * points i, i + 1, i + 2; norm slaney multiplies it by 2 / (f[i + 2] - f[i]), so that each has the same area.
 * Scales: Slaney (Auditory Toolbox, 1998), linear below 1000 Hz, logarithmic above; HTK, 2595 log10(1 + f / 700).
 * Only the bins within a triangle are stored and summed. Bins "mel_<i>" at the triangles' peaks. */
#include <string.h>

#include "baleen/wide.h"
#include "finite.h"
#include "stage_util.h"

typedef struct params {
  int64_t n_mels;
  double fmin;
  bl_word fmax;
  bool htk;
  int norm;
} params;

static const char *const auto_word[] = {"auto", NULL};
static const char *const norms[] = {"slaney", "none", NULL};

static const bl_opt opts[] = {
    BL_INT(params, n_mels, "128", 1, 4096, "", "how many filters"),
    BL_REAL(params, fmin, "0", 0, 1e9, "Hz", "lower end of the first filter"),
    {"fmax", BL_OPT_WORD, offsetof(params, fmax), "auto", 0, 1e9, BL_OPT_OPEN_LO, auto_word, "Hz",
     "upper end of the last filter; auto: half the sampling rate", NULL},
    BL_BOOL(params, htk, "false", "HTK's mel scale; false: Slaney's"),
    BL_ENUM(params, norm, "slaney", norms, "slaney: all filters of equal area; none: of equal height 1"),
    BL_OPT_END,
};

enum { LANES = 4 };
typedef double lanes __attribute__((vector_size(LANES * sizeof(double))));

typedef struct row {
  size_t first, n, at; /* first bin, count of bins, where its weights begin: n of them, then zeros to a whole LANES */
} row;
typedef struct state {
  size_t n_series, n_bins, n_mels;
  row *rows;
  double *weights, *four; /* four: LANES frames of n_bins and LANES zeros */
} state;

static double to_mel(double hz, bool htk)
{
  if (htk) return 2595 * log10(1 + hz / 700);
  return hz < 1000 ? hz / (200.0 / 3) : 15 + 27 * log(hz / 1000) / log(6.4);
}

static double to_hz(double mel, bool htk)
{
  if (htk) return 700 * (pow(10, mel / 2595) - 1);
  return mel < 15 ? mel * (200.0 / 3) : 1000 * exp((mel - 15) * log(6.4) / 27);
}

/* The n_mels + 2 corner frequencies; freed by the caller. */
static bl_status corners(bl_ctx *ctx, const params *p, const bl_stream *in, double **out)
{
  size_t n = (size_t)p->n_mels + 2;
  double top = in->source_rate_hz / 2, fmax = p->fmax.word == 0 ? top : p->fmax.real;
  if (!(p->fmin < fmax)) return bl_fail(ctx, BL_E_RANGE, "mel: fmin %g Hz is not below fmax %g Hz", p->fmin, fmax);
  if (fmax > top * (1 + 1e-9))
    return bl_fail(ctx, BL_E_RANGE, "mel: fmax %g Hz is above half the sampling rate, %g Hz", fmax, top);
  double *f = *out = bl_calloc(ctx, n, sizeof *f), lo = to_mel(p->fmin, p->htk), hi = to_mel(fmax, p->htk);
  if (!f) return bl_fail_nomem(ctx, "mel");
  for (size_t i = 0; i < n; i++) f[i] = to_hz(lo + (hi - lo) * (double)i / (double)(n - 1), p->htk);
  return BL_OK;
}

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  const params *p = pp;
  double *f = NULL;
  bl_status s = bl_need_spectrum(ctx, "mel", in);
  if (!s) s = corners(ctx, p, in, &f);
  if (!s) s = bl_number_bins(ctx, out, "mel_", 0, (size_t)p->n_mels, f + 1);
  bl_free(ctx, f);
  return s;
}

static double weight(const double *f, double hz, bool slaney)
{
  double up = (hz - f[0]) / (f[1] - f[0]), down = (f[2] - hz) / (f[2] - f[1]), w = up < down ? up : down;
  return w > 0 ? slaney ? w * (2 / (f[2] - f[0])) : w : 0;
}

static size_t whole(size_t n) { return (n + LANES - 1) / LANES * LANES; }

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  const params *p = pp;
  state *st = sp;
  *st = (state){.n_series = in->n_channels, .n_bins = in->n_bins, .n_mels = out->n_bins};
  double *f = NULL;
  size_t empty = 0, cap = 0;
  bl_status s = corners(ctx, p, in, &f);
  if (s) return s;
  st->rows = bl_calloc(ctx, st->n_mels, sizeof *st->rows);
  st->four = bl_calloc(ctx, LANES, (st->n_bins + LANES) * sizeof *st->four);
  if (!st->rows || !st->four) s = bl_fail_nomem(ctx, "mel");
  for (size_t m = 0, at = 0, k = 0; !s && m < st->n_mels; m++) {
    row *r = &st->rows[m];
    while (k < st->n_bins && in->bin_hz[k] <= f[m]) k++; /* later filters begin no earlier */
    *r = (row){.first = k, .at = at};
    while (r->first + r->n < st->n_bins && weight(f + m, in->bin_hz[r->first + r->n], false) > 0) r->n++;
    empty += r->n == 0;
    void *v = st->weights;
    s = bl_grow(ctx, &v, &cap, at + whole(r->n), sizeof *st->weights, "mel filters");
    st->weights = v;
    for (size_t i = 0; !s && i < whole(r->n); i++)
      st->weights[at++] = i < r->n ? weight(f + m, in->bin_hz[r->first + i], p->norm == 0) : 0;
  }
  if (!s && empty)
    bl_warn(ctx, BL_W_CONSTANT,
            "mel: %zu of %zu filters hold no frequency of the spectrum and are always 0; fewer n_mels "
            "or a longer n_fft avoids that",
            empty, st->n_mels);
  bl_free(ctx, f);
  return s;
}

static inline double fold(double a, double b, double c, double d) { return (a + b) + (c + d); }

/* One frame, filter by filter: LANES partial sums, always folded in the same order. */
static void sum_filters(const state *st, const float *x, float *y)
{
  for (size_t m = 0; m < st->n_mels; m++) {
    const row *r = &st->rows[m];
    double sum[LANES] = {0};
    for (size_t i = 0; i < r->n; i++) sum[i % LANES] += st->weights[r->at + i] * (double)x[r->first + i];
    y[m] = (float)fold(sum[0], sum[1], sum[2], sum[3]);
  }
}

BL_WIDE static void widen(const float *restrict x, double *restrict to, size_t n)
{
  for (size_t k = 0; k < n; k++) to[k] = (double)x[k];
}

/* The same bits for LANES frames at a time, side by side, so that each weight is fetched once for all of them. The
 * zeros behind a filter's weights add nothing, unless they meet a NaN or an infinity, which then shows in the sum.
 * v: frames of n_bins + LANES doubles. */
BL_WIDE static void sum_filters_of_four(const state *st, const double *v, float *y)
{
  size_t next = st->n_bins + LANES, n_mels = st->n_mels;
  for (size_t m = 0; m < n_mels; m++) {
    const row *r = &st->rows[m];
    const double *w = st->weights + r->at, *x = v + r->first;
    lanes a = {0}, b = {0}, c = {0}, d = {0}, k, p, q, s, t;
    for (size_t i = 0; i < r->n; i += LANES) {
      memcpy(&k, w + i, sizeof k);
      memcpy(&p, x + i, sizeof p);
      memcpy(&q, x + next + i, sizeof q);
      memcpy(&s, x + 2 * next + i, sizeof s);
      memcpy(&t, x + 3 * next + i, sizeof t);
      a += k * p, b += k * q, c += k * s, d += k * t;
    }
    /* fold() of each: the two sums of two, then their sum */
    p = __builtin_shufflevector(a, b, 0, 4, 2, 6) + __builtin_shufflevector(a, b, 1, 5, 3, 7);
    q = __builtin_shufflevector(c, d, 0, 4, 2, 6) + __builtin_shufflevector(c, d, 1, 5, 3, 7);
    s = __builtin_shufflevector(p, q, 0, 1, 4, 5) + __builtin_shufflevector(p, q, 2, 3, 6, 7);
    for (size_t f = 0; f < LANES; f++) y[f * n_mels + m] = (float)s[f];
  }
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  const state *st = sp;
  float *y = bl_frames_add(ctx, out, n);
  if (!y) return BL_E_NOMEM;
  size_t left = n * st->n_series;
  for (size_t some; left; left -= some, x += some * st->n_bins, y += some * st->n_mels) {
    some = left < LANES ? 1 : LANES;
    if (some == LANES) {
      for (size_t f = 0; f < LANES; f++) widen(x + f * st->n_bins, st->four + f * (st->n_bins + LANES), st->n_bins);
      sum_filters_of_four(st, st->four, y);
      if (bl_all_finite_f32(y, LANES * st->n_mels)) continue;
    }
    for (size_t f = 0; f < some; f++) sum_filters(st, x + f * st->n_bins, y + f * st->n_mels);
  }
  return BL_OK;
}

static void release(bl_ctx *ctx, void *sp)
{
  state *st = sp;
  bl_free(ctx, st->rows);
  bl_free(ctx, st->weights);
  bl_free(ctx, st->four);
}

const bl_stage_class bl_stage_mel = {
    .name = "mel",
    .summary = "Mel filter bank on a power spectrum",
    .source = "librosa.filters.mel",
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(state),
    .shape = shape,
    .init = init,
    .push = push,
    .release = release,
    .warm_up = bl_memoryless,
};
