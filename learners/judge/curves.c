/* Rankings of rows by a score: ROC and precision-recall curves, the areas under them. Conventions of scikit-learn:
 * rows of weight zero do not count, equal scores make one point, no point is dropped.
 * Area under the ROC curve: the weighted Mann-Whitney statistic, ties a half (Hanley and McNeil 1982). */
#include <math.h>
#include <string.h>

#include "metric_private.h"

typedef struct ranked {
  double score, pos, neg; /* weight on either side */
} ranked;

/* ---- sorting ----------------------------------------------------------------------------------------------------- */

/* A score as a number whose order is the reverse of the scores', and the row it is of. */
typedef struct keyed {
  uint64_t key;
  uint32_t row;
} keyed;

static uint64_t descending_key(double score)
{
  uint64_t bits;
  score += 0.0; /* -0 is 0 */
  memcpy(&bits, &score, sizeof bits);
  return bits >> 63 ? bits : ~bits & ~(UINT64_C(1) << 63); /* negative ones come after all others, the largest last */
}

enum { RADIX_BITS = 11, BINS = 1 << RADIX_BITS, PASSES = 6, FEW = 2048 };

/* Stable, so that rows of one score stay in their order. Digits that all keys share cost nothing: scores of float32 have
 * three passes, not six. Returns where the sorted keys lie: v or other. */
static keyed *sort_keys(keyed *v, keyed *other, size_t n, size_t (*count)[BINS])
{
  memset(count, 0, PASSES * sizeof *count);
  for (size_t i = 0; i < n; i++)
    for (size_t p = 0; p < PASSES; p++) count[p][v[i].key >> p * RADIX_BITS & (BINS - 1)]++;
  for (size_t p = 0; p < PASSES; p++) {
    size_t *c = count[p], shift = p * RADIX_BITS, at = 0;
    if (c[v[0].key >> shift & (BINS - 1)] == n) continue;
    for (size_t b = 0; b < BINS; b++) {
      size_t here = c[b];
      c[b] = at;
      at += here;
    }
    for (size_t i = 0; i < n; i++) other[c[v[i].key >> shift & (BINS - 1)]++] = v[i];
    keyed *swap = v;
    v = other;
    other = swap;
  }
  return v;
}

/* Of a few rows: stable, without the bins. */
static keyed *merge_keys(keyed *v, keyed *other, size_t n)
{
  for (size_t width = 1; width < n; width *= 2) {
    for (size_t lo = 0; lo < n; lo += 2 * width) {
      size_t mid = lo + width < n ? lo + width : n, hi = lo + 2 * width < n ? lo + 2 * width : n, i = lo, j = mid;
      for (size_t k = lo; k < hi; k++) other[k] = j >= hi || (i < mid && v[i].key <= v[j].key) ? v[i++] : v[j++];
    }
    keyed *swap = v;
    v = other;
    other = swap;
  }
  return v;
}

static bl_status check_scores(bl_ctx *ctx, size_t n, const double *score, const double *weight)
{
  if (n > UINT32_MAX) return bl_fail(ctx, BL_E_RANGE, "ranking: %zu rows; at most %u are ranked", n, UINT32_MAX);
  for (size_t i = 0; i < n; i++) {
    if (!isfinite(score[i]))
      return bl_fail(ctx, BL_E_NONFINITE, "ranking: score of row %zu is %g, wanted a number", i, score[i]);
    if (weight && !(weight[i] >= 0 && isfinite(weight[i])))
      return bl_fail(ctx, BL_E_RANGE, "ranking: weight of row %zu is %g, wanted 0 or more", i, weight[i]);
  }
  return BL_OK;
}

/* One entry for each distinct score, descending; pos and neg summed over its rows, then over all entries up to here. */
static bl_status rank(bl_ctx *ctx, size_t n, const double *truth, const double *score, const double *weight,
                      ranked **out, size_t *n_out)
{
  *out = NULL;
  *n_out = 0;
  bl_status s = check_scores(ctx, n, score, weight);
  if (s) return s;
  keyed *v = bl_calloc(ctx, 2 * n, sizeof *v), *sorted;
  size_t(*count)[BINS] = bl_calloc(ctx, n > FEW ? PASSES : 0, sizeof *count), m = 0, last = 0;
  ranked *r = NULL;
  double pos = 0, neg = 0;
  if (!v || !count) goto done;
  for (size_t i = 0; i < n; i++)
    if (!weight || weight[i] > 0) v[m++] = (keyed){descending_key(score[i]), (uint32_t)i};
  sorted = n > FEW && m ? sort_keys(v, v + n, m, count) : merge_keys(v, v + n, m);
  for (size_t i = 0; i < m; i++) last += !i || sorted[i].key != sorted[i - 1].key;
  if (!(r = bl_calloc(ctx, last, sizeof *r))) goto done;
  for (size_t i = 0, k = 0; i < m; i++) {
    size_t row = sorted[i].row;
    double w = weight ? weight[row] : 1;
    if (truth[row] != 0) pos += w;
    else neg += w;
    k += i && sorted[i].key != sorted[i - 1].key;
    r[k] = (ranked){score[row], pos, neg};
  }
  *n_out = last;
  *out = r;
done:
  bl_free(ctx, v);
  bl_free(ctx, count);
  return r ? BL_OK : bl_fail_nomem(ctx, "a ranking");
}

/* ---- curves ------------------------------------------------------------------------------------------------------ */

bl_status bl_curve_new(bl_ctx *ctx, size_t n, bl_curve *out)
{
  *out = (bl_curve){.n = n};
  out->x = bl_calloc(ctx, n, sizeof *out->x);
  out->y = bl_calloc(ctx, n, sizeof *out->y);
  out->threshold = bl_calloc(ctx, n, sizeof *out->threshold);
  if (out->x && out->y && out->threshold) return BL_OK;
  bl_curve_free(ctx, out);
  return bl_fail_nomem(ctx, "a curve");
}

void bl_curve_free(bl_ctx *ctx, bl_curve *c)
{
  bl_free(ctx, c->x);
  bl_free(ctx, c->y);
  bl_free(ctx, c->threshold);
  *c = (bl_curve){0};
}

/* A ranking with both sides present, and an empty curve of one point more than it has. */
static bl_status begin_curve(bl_ctx *ctx, const char *who, size_t n, const double *truth, const double *score,
                             const double *weight, ranked **r, size_t *m, bl_curve *out)
{
  *out = (bl_curve){0};
  bl_status e = rank(ctx, n, truth, score, weight, r, m);
  if (e) return e;
  if (!*m || !((*r)[*m - 1].pos > 0) || !((*r)[*m - 1].neg > 0))
    e = bl_fail(ctx, BL_E_CLASSES, "%s: %zu rows, but none that is %s; a curve needs both sides", who, n,
                *m && (*r)[*m - 1].pos > 0 ? "negative" : "positive");
  return e ? e : bl_curve_new(ctx, *m + 1, out);
}

bl_status bl_roc_curve(bl_ctx *ctx, size_t n, const double *truth, const double *score, const double *weight,
                       bl_curve *out)
{
  ranked *r;
  size_t m;
  bl_status e = begin_curve(ctx, "roc curve", n, truth, score, weight, &r, &m, out);
  if (!e) {
    out->threshold[0] = (double)INFINITY; /* nothing called positive */
    for (size_t i = 0; i < m; i++) {
      out->x[i + 1] = r[i].neg / r[m - 1].neg;
      out->y[i + 1] = r[i].pos / r[m - 1].pos;
      out->threshold[i + 1] = r[i].score;
    }
  }
  bl_free(ctx, r);
  return e;
}

bl_status bl_precision_recall_curve(bl_ctx *ctx, size_t n, const double *truth, const double *score,
                                    const double *weight, bl_curve *out)
{
  ranked *r;
  size_t m;
  bl_status e = begin_curve(ctx, "precision-recall curve", n, truth, score, weight, &r, &m, out);
  if (!e) {
    for (size_t i = 0; i < m; i++) {
      const ranked *p = &r[m - 1 - i];
      out->x[i] = p->pos / r[m - 1].pos;
      out->y[i] = p->pos / (p->pos + p->neg);
      out->threshold[i] = p->score;
    }
    out->x[m] = 0;
    out->y[m] = 1;
    out->threshold[m] = (double)INFINITY;
  }
  bl_free(ctx, r);
  return e;
}

bl_status bl_roc_auc(bl_ctx *ctx, size_t n, const double *truth, const double *score, const double *weight, double *out)
{
  *out = (double)NAN;
  ranked *r;
  size_t m;
  bl_status e = rank(ctx, n, truth, score, weight, &r, &m);
  if (e) return e;
  double area = 0, pos = 0, neg = 0;
  for (size_t i = 0; i < m; i++) { /* each negative counts the positives above it, and half of those beside it */
    area += (r[i].neg - neg) * (pos + 0.5 * (r[i].pos - pos));
    pos = r[i].pos;
    neg = r[i].neg;
  }
  if (pos > 0 && neg > 0) *out = area / (pos * neg);
  bl_free(ctx, r);
  return BL_OK;
}

bl_status bl_average_precision(bl_ctx *ctx, size_t n, const double *truth, const double *score, const double *weight,
                               double *out)
{
  *out = (double)NAN;
  ranked *r;
  size_t m;
  bl_status e = rank(ctx, n, truth, score, weight, &r, &m);
  if (e) return e;
  double sum = 0, pos = 0;
  for (size_t i = 0; i < m; i++) {
    sum += (r[i].pos - pos) * (r[i].pos / (r[i].pos + r[i].neg));
    pos = r[i].pos;
  }
  if (pos > 0) *out = sum / pos;
  bl_free(ctx, r);
  return BL_OK;
}

bl_status bl_rank_class(bl_ctx *ctx, const bl_scored *s, bl_ranking_fn score, size_t k, size_t against, double *share,
                        double *out)
{
  /* Two classes rank by decision where there is one, and so does each label; more classes by probability, which can be
   * compared between them. */
  size_t classes = s->n_classes;
  bool labels = bl_truth_of(s) == BL_LABELS, single = !labels && classes == 2 && s->decision,
       by_proba = !single && s->proba;
  const double *from = labels ? bl_label_scores(s) : by_proba ? s->proba : s->decision;
  size_t step = single ? 1 : classes, column = single ? 0 : k;
  double *v = bl_calloc(ctx, 3 * s->n, sizeof *v), total = 0, inside = 0;
  if (!v) return bl_fail_nomem(ctx, "a ranking");
  double *truth = v, *value = v + s->n, *weight = v + 2 * s->n;
  for (size_t i = 0; i < s->n; i++) {
    size_t y = !labels ? (size_t)s->y[i] : s->y[i * classes + k] > 0 ? k : classes; /* classes: none of them */
    double w = bl_weight_of(s, i);
    truth[i] = y == k;
    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): what a metric needs is checked before it is asked */
    value[i] = single && k == 0 ? -from[i] : from[i * step + column];
    weight[i] = y == k || against == SIZE_MAX || y == against ? w : 0;
    total += w;
    if (y == k || (against != SIZE_MAX && y == against)) inside += w;
  }
  *share = inside / total;
  bl_status e = score(ctx, s->n, truth, value, weight, out);
  bl_free(ctx, v);
  return e;
}
