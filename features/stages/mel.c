/* mel: triangular filters, even on the mel scale. power spectrum [frame][channel][bin] -> [frame][channel][n_mels].
 *
 * librosa's filters: n_mels + 2 points even in mel from fmin to fmax; filter i is the triangle, linear in Hz, over
 * points i, i + 1, i + 2; norm slaney multiplies it by 2 / (f[i + 2] - f[i]), so that each has the same area.
 * Scales: Slaney (Auditory Toolbox, 1998), linear below 1000 Hz, logarithmic above; HTK, 2595 log10(1 + f / 700).
 * Only the bins within a triangle are stored and summed. Bins "mel_<i>" at the triangles' peaks. */
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
     "upper end of the last filter; auto: half the sampling rate"},
    BL_BOOL(params, htk, "false", "HTK's mel scale; false: Slaney's"),
    BL_ENUM(params, norm, "slaney", norms, "slaney: all filters of equal area; none: of equal height 1"),
    BL_OPT_END,
};

typedef struct row {
  size_t first, n, at; /* first bin, count of bins, where its weights begin */
} row;
typedef struct state {
  size_t n_series, n_bins, n_mels;
  row *rows;
  double *weights, *spectrum; /* spectrum: n_bins, one frame of one channel */
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
  st->spectrum = bl_calloc(ctx, st->n_bins, sizeof *st->spectrum);
  if (!st->rows || !st->spectrum) s = bl_fail_nomem(ctx, "mel");
  for (size_t m = 0, at = 0; !s && m < st->n_mels; m++) {
    row *r = &st->rows[m];
    size_t k = 0;
    while (k < st->n_bins && !(weight(f + m, in->bin_hz[k], false) > 0)) k++;
    *r = (row){.first = k, .at = at};
    while (k < st->n_bins && weight(f + m, in->bin_hz[k], false) > 0) k++;
    r->n = k - r->first;
    empty += r->n == 0;
    void *v = st->weights;
    s = bl_grow(ctx, &v, &cap, at + r->n, sizeof *st->weights, "mel filters");
    st->weights = v;
    for (size_t i = 0; !s && i < r->n; i++) st->weights[at++] = weight(f + m, in->bin_hz[r->first + i], p->norm == 0);
  }
  if (!s && empty)
    bl_warn(ctx, BL_W_CONSTANT,
            "mel: %zu of %zu filters hold no frequency of the spectrum and are always 0; fewer n_mels "
            "or a longer n_fft avoids that",
            empty, st->n_mels);
  bl_free(ctx, f);
  return s;
}

/* Four partial sums, always folded in the same order. */
static double dot(const double *w, const double *x, size_t n)
{
  double a[4] = {0};
  size_t i = 0;
  for (; i + 4 <= n; i += 4)
    for (size_t j = 0; j < 4; j++) a[j] += w[i + j] * x[i + j];
  for (size_t j = 0; i < n; i++, j++) a[j] += w[i] * x[i];
  return (a[0] + a[1]) + (a[2] + a[3]);
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  const state *st = sp;
  float *y = bl_frames_add(ctx, out, n);
  if (!y) return BL_E_NOMEM;
  for (size_t i = 0; i < n * st->n_series; i++, x += st->n_bins) {
    for (size_t k = 0; k < st->n_bins; k++) st->spectrum[k] = (double)x[k];
    for (size_t m = 0; m < st->n_mels; m++) {
      const row *r = &st->rows[m];
      *y++ = (float)dot(st->weights + r->at, st->spectrum + r->first, r->n);
    }
  }
  return BL_OK;
}

static void release(bl_ctx *ctx, void *sp)
{
  state *st = sp;
  bl_free(ctx, st->rows);
  bl_free(ctx, st->weights);
  bl_free(ctx, st->spectrum);
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
