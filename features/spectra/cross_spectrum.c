/* cross_spectrum.c: see cross_spectrum.h. */
#include "cross_spectrum.h"

#include <math.h>
#include <string.h>

#include "baleen/wide.h"

const char *const bl_con_names[] = {"coh", "cohy_re", "cohy_im",       "imcoh", "plv",  "ciplv",
                                    "ppc", "pli",     "pli2_unbiased", "dpli",  "wpli", "wpli2_debiased",
                                    "psi", NULL};

bl_status bl_con_find(bl_ctx *ctx, const char *who, const bl_texts *names, bool asked[BL_N_CON])
{
  memset(asked, 0, BL_N_CON * sizeof *asked);
  for (size_t i = 0; i < names->n; i++) {
    size_t k = 0;
    while (k < BL_N_CON && strcmp(names->v[i], bl_con_names[k])) k++;
    if (!strcmp(names->v[i], "cohy")) asked[BL_CON_COHY_RE] = asked[BL_CON_COHY_IM] = true;
    else if (k < BL_N_CON) asked[k] = true;
    else
      return bl_fail(
          ctx, BL_E_CONFIG,
          "%s: method: unknown '%s'; there are coh, cohy, imcoh, plv, ciplv, ppc, pli, pli2_unbiased, dpli, wpli, "
          "wpli2_debiased, psi",
          who, names->v[i]);
  }
  return names->n ? BL_OK : bl_fail(ctx, BL_E_CONFIG, "%s: method is empty; name at least one, as [wpli]", who);
}

static bool any(const bool asked[BL_N_CON], bl_con first, bl_con last)
{
  for (bl_con k = first; k <= last; k++)
    if (asked[k]) return true;
  return false;
}

bl_status bl_cross_init(bl_ctx *ctx, const char *who, size_t n_channels, size_t n_bins, const bool asked[BL_N_CON],
                        bl_cross *c)
{
  *c = (bl_cross){.n_channels = n_channels, .n_bins = n_bins, .n_wide = n_bins};
  bool coherent = any(asked, BL_CON_COH, BL_CON_IMCOH) || asked[BL_CON_PSI];
  bool weighted = any(asked, BL_CON_WPLI, BL_CON_WPLI2_DEBIASED), phase = any(asked, BL_CON_PLV, BL_CON_PPC);
  bool wanted[BL_N_CROSS] = {
      [BL_CROSS_RE] = coherent,
      [BL_CROSS_IM] = coherent || weighted,
      [BL_CROSS_PHASE_RE] = phase,
      [BL_CROSS_PHASE_IM] = phase,
      [BL_CROSS_SIGN] = any(asked, BL_CON_PLI, BL_CON_DPLI),
      [BL_CROSS_ABS] = weighted,
      [BL_CROSS_SQUARES] = asked[BL_CON_WPLI2_DEBIASED],
  };
  size_t n_pairs = n_channels * (n_channels - 1) / 2;
  bool whole = true;
  for (int k = 0; k < BL_N_CROSS; k++)
    if (wanted[k]) whole = (c->sum[k] = bl_calloc(ctx, n_pairs, n_bins * sizeof(double))) && whole;
  if (coherent) whole = (c->power = bl_calloc(ctx, n_channels, n_bins * sizeof(double))) && whole;
  c->re = bl_calloc(ctx, n_bins, sizeof(double));
  c->im = bl_calloc(ctx, n_bins, sizeof(double));
  return whole && c->re && c->im ? BL_OK : bl_fail_nomem(ctx, who);
}

void bl_cross_begin(bl_cross *c)
{
  size_t n_pairs = c->n_channels * (c->n_channels - 1) / 2;
  c->n = 0;
  c->n_bins = c->n_wide;
  for (int k = 0; k < BL_N_CROSS; k++)
    if (c->sum[k]) memset(c->sum[k], 0, n_pairs * c->n_bins * sizeof(double));
  if (c->power) memset(c->power, 0, c->n_channels * c->n_bins * sizeof(double));
}

/* ---- one pair ---------------------------------------------------------------------------------------------------- */

BL_WIDE static void add_real(const double *restrict ar, const double *restrict ai, const double *restrict br,
                             const double *restrict bi, double *restrict re, size_t n)
{
  for (size_t k = 0; k < n; k++) re[k] += ar[k] * br[k] + ai[k] * bi[k];
}

BL_WIDE static void add_imaginary(const double *restrict ar, const double *restrict ai, const double *restrict br,
                                  const double *restrict bi, double *restrict im, size_t n)
{
  for (size_t k = 0; k < n; k++) im[k] += ai[k] * br[k] - ar[k] * bi[k];
}

BL_WIDE static void add_each(const double *restrict x, double *restrict sum, size_t n)
{
  for (size_t k = 0; k < n; k++) sum[k] += x[k];
}

BL_WIDE static void add_phases(const double *restrict re, const double *restrict im, double *restrict to_re,
                               double *restrict to_im, size_t n)
{
  for (size_t k = 0; k < n; k++) {
    double size = sqrt(re[k] * re[k] + im[k] * im[k]);
    to_re[k] += re[k] / size;
    to_im[k] += im[k] / size;
  }
}

/* A NaN has no sign, and shows. */
BL_WIDE static void add_signs(const double *restrict x, double *restrict sum, size_t n)
{
  for (size_t k = 0; k < n; k++) sum[k] += x[k] > 0 ? 1 : x[k] < 0 ? -1 : 0 * x[k];
}

BL_WIDE static void add_sizes(const double *restrict x, double *restrict sum, size_t n)
{
  for (size_t k = 0; k < n; k++) sum[k] += fabs(x[k]);
}

BL_WIDE static void add_squares(const double *restrict x, double *restrict sum, size_t n)
{
  for (size_t k = 0; k < n; k++) sum[k] += x[k] * x[k];
}

/* What S of one pair, in c->re and c->im, adds to the sums at `at`. */
static void add_pair(bl_cross *c, size_t at, size_t n)
{
  double *const *sum = c->sum;
  if (sum[BL_CROSS_RE]) add_each(c->re, sum[BL_CROSS_RE] + at, n);
  if (sum[BL_CROSS_IM]) add_each(c->im, sum[BL_CROSS_IM] + at, n);
  if (sum[BL_CROSS_PHASE_RE]) add_phases(c->re, c->im, sum[BL_CROSS_PHASE_RE] + at, sum[BL_CROSS_PHASE_IM] + at, n);
  if (sum[BL_CROSS_SIGN]) add_signs(c->im, sum[BL_CROSS_SIGN] + at, n);
  if (sum[BL_CROSS_ABS]) add_sizes(c->im, sum[BL_CROSS_ABS] + at, n);
  if (sum[BL_CROSS_SQUARES]) add_squares(c->im, sum[BL_CROSS_SQUARES] + at, n);
}

void bl_cross_add(bl_cross *c, size_t first, size_t count, size_t n_tapers, const double *re, const double *im,
                  size_t taper_stride, size_t channel_stride)
{
  bool real = c->sum[BL_CROSS_RE] || c->sum[BL_CROSS_PHASE_RE];
  for (size_t a = 0, at = first; a < c->n_channels; a++) {
    const double *ar = re + a * channel_stride, *ai = im + a * channel_stride;
    for (size_t t = 0; c->power && t < n_tapers; t++)
      add_real(ar + t * taper_stride, ai + t * taper_stride, ar + t * taper_stride, ai + t * taper_stride,
               c->power + a * c->n_bins + first, count);
    for (size_t b = a + 1; b < c->n_channels; b++, at += c->n_bins) {
      const double *br = re + b * channel_stride, *bi = im + b * channel_stride;
      memset(c->re, 0, count * sizeof *c->re);
      memset(c->im, 0, count * sizeof *c->im);
      for (size_t t = 0, o = 0; t < n_tapers; t++, o += taper_stride) {
        if (real) add_real(ar + o, ai + o, br + o, bi + o, c->re, count);
        add_imaginary(ar + o, ai + o, br + o, bi + o, c->im, count);
      }
      add_pair(c, at, count);
    }
  }
}

static void fold_rows(double *v, size_t rows, size_t n, size_t lanes)
{
  for (size_t i = 0; v && i < rows * n; i++) { /* what is read lies at what is written, or behind it */
    double sum = 0;
    for (size_t k = 0; k < lanes; k++) sum += v[i * lanes + k];
    v[i] = sum;
  }
}

void bl_cross_fold(bl_cross *c, size_t lanes)
{
  c->n_bins /= lanes;
  for (int k = 0; k < BL_N_CROSS; k++) fold_rows(c->sum[k], c->n_channels * (c->n_channels - 1) / 2, c->n_bins, lanes);
  fold_rows(c->power, c->n_channels, c->n_bins, lanes);
}

/* ---- measures ---------------------------------------------------------------------------------------------------- */

typedef struct pair {
  const bl_cross *c;
  size_t at; /* of bin 0 among the sums */
  size_t a, b;
} pair;

static double sum_at(const pair *p, int what, size_t bin) { return p->c->sum[what][p->at + bin]; }

static double both_powers(const pair *p, size_t bin)
{
  const bl_cross *c = p->c;
  return sqrt(c->power[p->a * c->n_bins + bin] * c->power[p->b * c->n_bins + bin]);
}

static double coherency(const pair *p, int part, size_t bin) { return sum_at(p, part, bin) / both_powers(p, bin); }

static double phase_measure(const pair *p, bl_con what, size_t bin)
{
  double n = (double)p->c->n, re = sum_at(p, BL_CROSS_PHASE_RE, bin), im = sum_at(p, BL_CROSS_PHASE_IM, bin);
  if (what == BL_CON_PLV) return sqrt(re * re + im * im) / n;
  if (what == BL_CON_PPC) return (re * re + im * im - n) / (n * (n - 1));
  return fabs(im / n) / sqrt(1 - re / n * (re / n));
}

static double ratio(double above, double below) { return below == 0 ? 0 : above / below; }

static double lag_measure(const pair *p, bl_con what, size_t bin)
{
  double n = (double)p->c->n;
  if (what == BL_CON_WPLI) return ratio(fabs(sum_at(p, BL_CROSS_IM, bin)), sum_at(p, BL_CROSS_ABS, bin));
  if (what == BL_CON_WPLI2_DEBIASED) {
    double im = sum_at(p, BL_CROSS_IM, bin), size = sum_at(p, BL_CROSS_ABS, bin), sq = sum_at(p, BL_CROSS_SQUARES, bin);
    return ratio(im * im - sq, size * size - sq);
  }
  double mean = sum_at(p, BL_CROSS_SIGN, bin) / n;
  if (what == BL_CON_DPLI) return (1 + mean) / 2; /* the mean of H is that of (1 + sign) / 2 */
  return what == BL_CON_PLI ? fabs(mean) : (n * mean * mean - 1) / (n - 1);
}

static double slope_index(const pair *p, size_t first, size_t behind)
{
  double sum = 0;
  for (size_t k = first + 1; k + 2 < behind; k++)
    sum += coherency(p, BL_CROSS_RE, k) * coherency(p, BL_CROSS_IM, k + 1) -
           coherency(p, BL_CROSS_IM, k) * coherency(p, BL_CROSS_RE, k + 1);
  return sum;
}

double bl_cross_measure(const bl_cross *c, bl_con what, size_t a, size_t b, size_t bin, size_t behind)
{
  size_t before = a * c->n_channels - a * (a + 1) / 2 + (b - a - 1);
  const pair p = {c, before * c->n_bins, a, b};
  switch (what) {
  case BL_CON_COH: return hypot(coherency(&p, BL_CROSS_RE, bin), coherency(&p, BL_CROSS_IM, bin));
  case BL_CON_COHY_RE: return coherency(&p, BL_CROSS_RE, bin);
  case BL_CON_COHY_IM:
  case BL_CON_IMCOH: return coherency(&p, BL_CROSS_IM, bin);
  case BL_CON_PLV:
  case BL_CON_CIPLV:
  case BL_CON_PPC: return phase_measure(&p, what, bin);
  case BL_CON_PSI: return slope_index(&p, bin, behind);
  default: return lag_measure(&p, what, bin);
  }
}

void bl_cross_release(bl_ctx *ctx, bl_cross *c)
{
  for (int k = 0; k < BL_N_CROSS; k++) bl_free(ctx, c->sum[k]);
  bl_free(ctx, c->power);
  bl_free(ctx, c->re);
  bl_free(ctx, c->im);
  *c = (bl_cross){0};
}
