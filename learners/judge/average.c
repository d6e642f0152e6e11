/* Precision, recall, F1 and Jaccard's index over classes, as scikit-learn averages them: binary (class pos_label), macro (plain
 * mean over the classes seen in truth or prediction), weighted (by their weight in the truth), micro (counts pooled
 * first). Of several labels a row: macro is over all of them, and samples scores each row's labels and takes the mean
 * over rows. Undefined fractions take zero_division; nan leaves the class, label or row out of the mean. */
#include <math.h>

#include "baleen/option.h"
#include "metric_private.h"

enum { AUTO, BINARY, MACRO, WEIGHTED, MICRO, SAMPLES, CLASS };
enum { ZERO, ONE, NOTHING };
const char *const bl_averages[] = {"auto", "binary", "macro", "weighted", "micro", "samples", "class", NULL};
const char *const bl_stand_ins[] = {"0", "1", "nan", NULL};

const bl_opt bl_average_opts[] = {BL_AVERAGE_OPTS, BL_OPT_END};

typedef bl_counts counts;

/* Of each class, from the confusion. */
static bl_status count_classes(bl_ctx *ctx, const bl_scored *s, counts *out)
{
  double *confusion;
  size_t n = s->n_classes;
  bl_status e = bl_confusion_new(ctx, s, &confusion);
  for (size_t k = 0; !e && k < n; k++) {
    out[k].true_pos = confusion[k * n + k];
    for (size_t j = 0; j < n; j++) {
      if (j == k) continue;
      out[k].false_neg += confusion[k * n + j];
      out[k].false_pos += confusion[j * n + k];
    }
    for (size_t i = 0; i < n * n; i++)
      if (i / n != k && i % n != k) out[k].true_neg += confusion[i];
  }
  bl_free(ctx, confusion);
  return e;
}

static void count_cell(const bl_scored *s, size_t row, size_t label, double w, counts *c)
{
  size_t at = row * s->n_classes + label;
  bool is = s->y[at] > 0, said = s->pred[at] > 0;
  if (is && said) c->true_pos += w;
  else if (said) c->false_pos += w;
  else if (is) c->false_neg += w;
  else c->true_neg += w;
}

static bl_status count_each(bl_ctx *ctx, const bl_scored *s, counts *out)
{
  if (bl_truth_of(s) == BL_CLASSES) return count_classes(ctx, s, out);
  for (size_t i = 0; i < s->n; i++)
    for (size_t k = 0; k < s->n_classes; k++) count_cell(s, i, k, bl_weight_of(s, i), &out[k]);
  return BL_OK;
}

static double value_of(const bl_average_params *p, bl_fraction f, size_t *n_undefined)
{
  if (f.under > 0) return f.over / f.under;
  ++*n_undefined;
  return p->zero_division == ZERO ? 0 : p->zero_division == ONE ? 1 : (double)NAN;
}

static double fraction_of(const bl_average_params *p, bl_count_fn count, const counts *c, size_t *n_undefined)
{
  return value_of(p, count(p, c), n_undefined);
}

static double micro(const bl_average_params *p, const counts *c, size_t n, bl_count_fn count, size_t *n_undefined)
{
  counts all = {0};
  for (size_t k = 0; k < n; k++) {
    all.true_pos += c[k].true_pos;
    all.false_pos += c[k].false_pos;
    all.false_neg += c[k].false_neg;
    all.true_neg += c[k].true_neg;
  }
  return fraction_of(p, count, &all, n_undefined);
}

/* `all`: what was not seen at all counts too. */
static double mean_over(const bl_average_params *p, int average, bool all, const counts *c, size_t n, bl_count_fn count,
                        size_t *n_undefined)
{
  double sum = 0, weight = 0, seen = 0;
  for (size_t k = 0; k < n; k++) {
    double support = c[k].true_pos + c[k].false_neg;
    seen += support;
    if (!all && !(support + c[k].false_pos > 0)) continue;
    double v = fraction_of(p, count, &c[k], n_undefined);
    if (isnan(v)) continue;
    double w = average == WEIGHTED ? support : 1;
    sum += w * v;
    weight += w;
  }
  if (weight > 0) return sum / weight;
  return average == WEIGHTED && !(seen > 0) ? micro(p, c, n, count, n_undefined) : (double)NAN;
}

/* Each row's labels by themselves. */
static double mean_over_samples(const bl_average_params *p, const bl_scored *s, bl_count_fn count, size_t *n_undefined)
{
  double sum = 0, weight = 0;
  for (size_t i = 0; i < s->n; i++) {
    counts c = {0};
    double w = bl_weight_of(s, i);
    for (size_t k = 0; k < s->n_classes; k++) count_cell(s, i, k, 1, &c);
    double v = fraction_of(p, count, &c, n_undefined);
    if (isnan(v)) continue;
    sum += w * v;
    weight += w;
  }
  return weight > 0 ? sum / weight : (double)NAN;
}

static bl_status check_average(bl_ctx *ctx, const char *who, int average, int64_t pos_label, const bl_scored *s)
{
  bool labels = bl_truth_of(s) == BL_LABELS;
  if (average == BINARY && labels)
    return bl_fail(ctx, BL_E_CLASSES,
                   "%s: average binary is of one class a row; of several labels take macro, "
                   "weighted, micro or samples",
                   who);
  if (average == BINARY && s->n_classes != 2)
    return bl_fail(ctx, BL_E_CLASSES,
                   "%s: average binary needs two classes, found %zu; take macro, weighted or micro, or class", who,
                   s->n_classes);
  if ((average == BINARY || average == CLASS) && pos_label >= (int64_t)s->n_classes)
    return bl_fail(ctx, BL_E_CLASSES, "%s: pos_label %lld, but there are %zu classes, counted from 0", who,
                   (long long)pos_label, s->n_classes);
  if (average == SAMPLES && !labels)
    return bl_fail(ctx, BL_E_CLASSES, "%s: average samples is of several labels a row; take macro, weighted or micro",
                   who);
  return BL_OK;
}

bl_status bl_average_score(bl_ctx *ctx, const char *who, const bl_average_params *p, const bl_scored *s,
                           bl_count_fn count, double *out)
{
  bool labels = bl_truth_of(s) == BL_LABELS;
  int average = p->average != AUTO ? p->average : s->n_classes == 2 && !labels ? BINARY : MACRO;
  bl_status e = check_average(ctx, who, average, p->pos_label, s);
  if (e) return e;
  counts *c = bl_calloc(ctx, s->n_classes, sizeof *c);
  if (!c) return bl_fail_nomem(ctx, who);
  size_t n_undefined = 0;
  e = count_each(ctx, s, c);
  if (e) *out = (double)NAN;
  else if (average == BINARY || average == CLASS) *out = fraction_of(p, count, &c[p->pos_label], &n_undefined);
  else if (average == MICRO) *out = micro(p, c, s->n_classes, count, &n_undefined);
  else if (average == SAMPLES) *out = mean_over_samples(p, s, count, &n_undefined);
  else *out = mean_over(p, average, labels, c, s->n_classes, count, &n_undefined);
  if (!e && n_undefined)
    bl_warn(ctx, BL_W_UNDEFINED, "%s: undefined for %zu of %zu %s, taken as %s", who, n_undefined,
            average == SAMPLES ? s->n : s->n_classes,
            average == SAMPLES ? "rows"
            : labels           ? "labels"
                               : "classes",
            bl_stand_ins[p->zero_division]);
  bl_free(ctx, c);
  return e;
}
