/* bads.c: see bads.h. */
#include "baleen/bads.h"

#include <math.h>
#include <string.h>

#include "baleen/blas.h"
#include "baleen/random.h"
#include "baleen/sort.h"
#include "baleen/stage_chain.h"
#include "ransac.h"
#include "scalp.h"
#include "select.h"
#include "series.h"
#include "stage_util.h"

static const char who[] = "bads";
static const double least_rate = 130; /* room for the filter's transition */

/* Samples by channel: as they are, and what lies below 50 Hz of them (NULL where the rate leaves nothing above). */
typedef struct columns {
  size_t n, c;
  double rate_hz;
  double *x, *low; /* [channel][n] */
  double *room;    /* [n] */
  double *all;     /* [channel], two rows */
} columns;

static void release(bl_ctx *ctx, columns *k)
{
  bl_free(ctx, k->x);
  bl_free(ctx, k->low);
  bl_free(ctx, k->room);
  bl_free(ctx, k->all);
}

static void turn(const float *x, size_t n, size_t c, size_t first, size_t total, double *to)
{
  for (size_t i = 0; i < n; i++)
    for (size_t k = 0; k < c; k++) to[k * total + first + i] = (double)x[i * c + k];
}

/* What lies below 50 Hz. */
static bl_status filter(bl_ctx *ctx, const bl_stream *of, const float *x, columns *k)
{
  bl_stage_chain *chain = NULL;
  const float *y;
  size_t got = 0, more = 0;
  bl_status s = bl_stage_chain_new(ctx, of, &chain);
  if (!s) s = bl_stage_chain_add_text(ctx, chain, "[{fir: {h_freq: 50}}]", NULL);
  if (!s) s = bl_stage_chain_push(ctx, chain, x, k->n, &y, &got);
  if (!s) turn(y, got, k->c, 0, k->n, k->low);
  if (!s) s = bl_stage_chain_finish(ctx, chain, &y, &more);
  if (!s) turn(y, more, k->c, got, k->n, k->low);
  bl_stage_chain_free(ctx, chain);
  return s;
}

static bl_status load(bl_ctx *ctx, const bl_stream *of, const float *x, size_t n, columns *k)
{
  *k = (columns){.n = n, .c = of->n_channels, .rate_hz = of->rate_hz};
  k->x = bl_calloc(ctx, k->c, n * sizeof *k->x);
  k->room = bl_calloc(ctx, n, sizeof *k->room);
  k->all = bl_calloc(ctx, k->c, 2 * sizeof *k->all);
  if (!k->x || !k->room || !k->all) return bl_fail_nomem(ctx, who);
  turn(x, n, k->c, 0, n, k->x);
  if (k->rate_hz < least_rate) return BL_OK;
  if (!(k->low = bl_calloc(ctx, k->c, n * sizeof *k->low))) return bl_fail_nomem(ctx, who);
  return filter(ctx, of, x, k);
}

/* ---- amplitudes ---------------------------------------------------------------------------------------------------- */

/* 0.7413 times the interquartile range, which is the standard deviation of normal numbers; v is sorted. */
static double spread(double *v, size_t n)
{
  bl_sort(v, n);
  return 0.7413 * (bl_quantile(v, n, 0.75) - bl_quantile(v, n, 0.25));
}

/* Median distance from the median; v is moved about. */
static double distance(double *v, size_t n)
{
  double middle = bl_median_by_sort(v, n);
  for (size_t i = 0; i < n; i++) v[i] = fabs(v[i] - middle);
  return bl_median_by_sort(v, n);
}

static bool is_flat(const double *v, size_t n)
{
  bool varies = false, finite = true;
  for (size_t i = 0; i < n; i++) {
    varies = varies || v[i] != v[0];
    finite = finite && isfinite(v[i]);
  }
  return !varies || !finite;
}

/* Numbers of the channels that are not flat to z-scores, by their median and one of the spreads. NAN is none of them: a
 * channel that stands still for most of the time has no noise to compare, and the others are judged without it. */
static void standardise(columns *k, const bl_bad_channel *ch, double (*scale)(double *, size_t), double *v)
{
  size_t m = 0;
  double *good = k->all + k->c;
  for (size_t c = 0; c < k->c; c++)
    if (!ch[c].flat && !isnan(v[c])) good[m++] = v[c];
  if (!m) return;
  double middle = bl_median_by_sort(good, m), by = scale(good, m);
  for (size_t c = 0; c < k->c; c++) v[c] = by > 0 ? (v[c] - middle) / by : v[c] == middle ? 0 : NAN;
}

static double normal_distance(double *v, size_t n) { return 1.4826 * distance(v, n); }

static void amplitudes(const bl_bads_params *p, columns *k, bl_bad_channel *ch)
{
  for (size_t c = 0; c < k->c; c++) {
    ch[c].flat = is_flat(k->x + c * k->n, k->n);
    memcpy(k->room, k->x + c * k->n, k->n * sizeof *k->room);
    k->all[c] = ch[c].flat ? 0 : spread(k->room, k->n);
  }
  standardise(k, ch, spread, k->all);
  for (size_t c = 0; c < k->c; c++) {
    ch[c].deviation = ch[c].flat ? NAN : k->all[c];
    ch[c].bad = ch[c].flat || fabs(ch[c].deviation) > p->deviation;
  }
}

static void noise(const bl_bads_params *p, columns *k, bl_bad_channel *ch)
{
  for (size_t c = 0; c < k->c; c++) {
    ch[c].noise = NAN;
    if (!k->low || ch[c].flat) continue;
    const double *x = k->x + c * k->n, *low = k->low + c * k->n;
    for (size_t i = 0; i < k->n; i++) k->room[i] = x[i] - low[i];
    double above = distance(k->room, k->n);
    memcpy(k->room, low, k->n * sizeof *k->room);
    k->all[c] = above / distance(k->room, k->n);
  }
  if (!k->low) return;
  standardise(k, ch, normal_distance, k->all);
  for (size_t c = 0; c < k->c; c++) {
    if (!ch[c].flat) ch[c].noise = k->all[c];
    ch[c].bad = ch[c].bad || ch[c].noise > p->noise;
  }
}

/* ---- likeness ------------------------------------------------------------------------------------------------------ */

static double likeness(const double *a, const double *b, size_t n)
{
  double ma = bl_mean(a, n), mb = bl_mean(b, n), aa = 0, bb = 0, ab = 0;
  for (size_t i = 0; i < n; i++) {
    aa += (a[i] - ma) * (a[i] - ma);
    bb += (b[i] - mb) * (b[i] - mb);
    ab += (a[i] - ma) * (b[i] - mb);
  }
  return aa > 0 && bb > 0 ? fabs(ab / sqrt(aa * bb)) : 0;
}

static void correlations(const bl_bads_params *p, columns *k, bl_bad_channel *ch)
{
  size_t length = (size_t)rint(k->rate_hz), n_windows = k->n / length;
  const double *v = k->low ? k->low : k->x;
  for (size_t c = 0; c < k->c; c++) {
    size_t low = 0;
    ch[c].uncorrelated = NAN;
    if (ch[c].flat) continue;
    for (size_t w = 0; w < n_windows; w++) {
      size_t m = 0;
      for (size_t o = 0; o < k->c; o++)
        if (o != c && !ch[o].flat) k->all[m++] = likeness(v + c * k->n + w * length, v + o * k->n + w * length, length);
      bl_sort(k->all, m);
      low += m && bl_quantile(k->all, m, 0.98) < p->correlation;
    }
    ch[c].uncorrelated = (double)low / (double)n_windows;
    ch[c].bad = ch[c].bad || ch[c].uncorrelated > p->bad_time;
  }
}

/* ---- foretold by the others ---------------------------------------------------------------------------------------- */

/* Draws among the electrodes that are good, ascending each. */
static void draw(const bl_bads_params *p, const bool *good, size_t n, size_t n_drawn, uint32_t *order, size_t *subsets)
{
  for (int64_t d = 0; d < p->n_resample; d++) {
    bl_rng rng = bl_rng_make((uint64_t)p->seed, "ransac", (uint64_t)d);
    uint32_t m = 0;
    for (size_t i = 0; i < n; i++)
      if (good[i]) order[m++] = (uint32_t)i;
    bl_rng_shuffle(&rng, order, m);
    for (size_t i = 0; i < n_drawn; i++) subsets[(size_t)d * n_drawn + i] = order[i];
  }
}

/* The electrodes' samples by frame; those that are flat are silent. */
static void gather(const columns *k, const bl_scalp *scalp, const bl_bad_channel *ch, size_t n, double *to)
{
  for (size_t i = 0; i < scalp->n; i++) {
    const double *v = k->x + scalp->index[i] * k->n;
    for (size_t f = 0; f < n; f++) to[f * scalp->n + i] = ch[scalp->index[i]].flat ? 0 : v[f];
  }
}

/* Whether so many electrodes can be drawn; told where not, for the other criteria stand all the same. */
static bool can_draw(bl_ctx *ctx, size_t n_drawn, size_t n, size_t n_good)
{
  if (n_drawn >= 2 && n_drawn <= n_good) return true;
  bl_warn(ctx, BL_W_FEW_ROWS,
          "%s: ransac is left out: a draw is %zu of %zu electrodes, %zu of which are good by the rest; %s", who,
          n_drawn, n, n_good,
          n_good < 2 ? "it takes two good ones" : "another min_channels draws from 2 to as many as are good");
  return false;
}

static bl_status foretell(bl_ctx *ctx, const bl_bads_params *p, const columns *k, const bl_scalp *scalp,
                          bl_bad_channel *ch)
{
  size_t n = scalp->n, length = (size_t)rint(p->window_s * k->rate_hz), n_windows = k->n / length, n_good = 0;
  size_t n_drawn = (size_t)(p->min_channels * (double)n);
  for (size_t i = 0; i < n; i++) n_good += !ch[scalp->index[i]].bad;
  if (!can_draw(ctx, n_drawn, n, n_good)) return BL_OK;
  bool *good = bl_calloc(ctx, n, sizeof *good);
  uint32_t *order = bl_calloc(ctx, n, sizeof *order);
  size_t *subsets = bl_calloc(ctx, (size_t)p->n_resample, n * sizeof *subsets);
  double *x = bl_calloc(ctx, n_windows * length, n * sizeof *x), *corr = bl_calloc(ctx, n_windows, n * sizeof *corr);
  bl_status s = good && order && subsets && x && corr ? BL_OK : bl_fail_nomem(ctx, who);
  for (size_t i = 0; !s && i < n; i++) good[i] = !ch[scalp->index[i]].bad;
  if (!s) {
    draw(p, good, n, n_drawn, order, subsets);
    gather(k, scalp, ch, n_windows * length, x);
    s = bl_ransac_correlations(ctx, scalp->at, n, subsets, (size_t)p->n_resample, n_drawn, x, n_windows, length, corr);
  }
  for (size_t i = 0; !s && i < n; i++) {
    bl_bad_channel *to = &ch[scalp->index[i]];
    size_t low = 0;
    for (size_t w = 0; w < n_windows; w++) low += !(corr[w * n + i] >= p->min_corr);
    to->alone = (double)low / (double)n_windows;
    to->bad = to->bad || to->alone > p->unbroken_time;
  }
  bl_free(ctx, good);
  bl_free(ctx, order);
  bl_free(ctx, subsets);
  bl_free(ctx, x);
  bl_free(ctx, corr);
  return s;
}

static bl_status ransac(bl_ctx *ctx, const bl_bads_params *p, const bl_stream *of, const columns *k, bl_bad_channel *ch)
{
  static const double centre[3] = {0}; /* of the head frame, as autoreject has it */
  static const bl_texts none = {0};
  bl_scalp scalp = {0};
  bl_status s = bl_blas_open(ctx);
  if (!s) s = bl_scalp_pick(ctx, who, of, &none, &scalp);
  if (!s) s = bl_scalp_project(ctx, who, of, centre, &scalp);
  if (!s) s = foretell(ctx, p, k, &scalp, ch);
  bl_scalp_free(ctx, &scalp);
  return s;
}

bl_status bl_bads_find(bl_ctx *ctx, const bl_bads_params *p, const bl_stream *of, const float *x, size_t n,
                       bl_bad_channel *out)
{
  double window = fmax(1, p->ransac ? p->window_s : 0), shortest = fmin(1, p->ransac ? p->window_s : 1);
  columns k = {0};
  bl_status s = bl_need_waveform(ctx, who, of);
  if (!s && of->n_channels < 3)
    s = bl_fail(ctx, BL_E_SHAPE, "%s: %zu channels; it takes three or more, to compare them", who, of->n_channels);
  if (!s && rint(shortest * of->rate_hz) < 2)
    s = bl_fail(ctx, BL_E_RANGE, "%s: at %g Hz there are no two samples in a window of %g s, to correlate", who,
                of->rate_hz, shortest);
  if (!s && (double)n < 2 * rint(window * of->rate_hz))
    s = bl_fail(ctx, BL_E_SHAPE, "%s: %.3g s are less than two windows of %g s; take a longer stretch", who,
                (double)n / of->rate_hz, window);
  for (size_t c = 0; c < of->n_channels; c++) out[c] = (bl_bad_channel){.alone = NAN};
  if (!s) s = load(ctx, of, x, n, &k);
  if (!s) {
    amplitudes(p, &k, out);
    noise(p, &k, out);
    correlations(p, &k, out);
    if (p->ransac) s = ransac(ctx, p, of, &k, out);
  }
  release(ctx, &k);
  return s;
}
