/* Precision, recall and F1 over classes, as scikit-learn averages them: binary (class 1), macro (plain mean over the
 * classes seen in truth or prediction), weighted (by their weight in the truth), micro (counts pooled first).
 * Undefined fractions take zero_division; nan leaves the class out of the mean. */
#include <math.h>

#include "baleen/option.h"
#include "metric_private.h"

enum { AUTO, BINARY, MACRO, WEIGHTED, MICRO };
enum { ZERO, ONE, NOTHING };
static const char *const averages[] = {"auto", "binary", "macro", "weighted", "micro", NULL};
static const char *const stand_ins[] = {"0", "1", "nan", NULL};

const bl_opt bl_average_opts[] = {
    BL_ENUM(bl_average_params, average, "auto", averages,
            "Over classes: binary scores class 1 alone; auto is binary with two classes, else macro"),
    BL_ENUM(bl_average_params, zero_division, "0", stand_ins, "Value of a score whose denominator is zero"),
    BL_OPT_END};

typedef struct counts {
  double true_pos, false_pos, false_neg;
} counts;

static counts count_class(const double *confusion, size_t n_classes, size_t k)
{
  counts c = {.true_pos = confusion[k * n_classes + k]};
  for (size_t j = 0; j < n_classes; j++) {
    if (j == k) continue;
    c.false_neg += confusion[k * n_classes + j];
    c.false_pos += confusion[j * n_classes + k];
  }
  return c;
}

static double value_of(const bl_average_params *p, bl_fraction f, size_t *n_undefined)
{
  if (f.under > 0) return f.over / f.under;
  ++*n_undefined;
  return p->zero_division == ZERO ? 0 : p->zero_division == ONE ? 1 : (double)NAN;
}

static double mean_over_classes(const bl_average_params *p, int average, const double *confusion, size_t n_classes,
                                bl_count_fn count, size_t *n_undefined)
{
  double sum = 0, weight = 0;
  for (size_t k = 0; k < n_classes; k++) {
    counts c = count_class(confusion, n_classes, k);
    double support = c.true_pos + c.false_neg;
    if (!(support + c.false_pos > 0)) continue; /* not seen at all */
    double v = value_of(p, count(c.true_pos, c.false_pos, c.false_neg), n_undefined);
    if (isnan(v)) continue;
    double w = average == WEIGHTED ? support : 1;
    sum += w * v;
    weight += w;
  }
  return weight > 0 ? sum / weight : (double)NAN;
}

static double micro(const bl_average_params *p, const double *confusion, size_t n_classes, bl_count_fn count,
                    size_t *n_undefined)
{
  counts all = {0};
  for (size_t k = 0; k < n_classes; k++) {
    counts c = count_class(confusion, n_classes, k);
    all.true_pos += c.true_pos;
    all.false_pos += c.false_pos;
    all.false_neg += c.false_neg;
  }
  return value_of(p, count(all.true_pos, all.false_pos, all.false_neg), n_undefined);
}

bl_status bl_average_score(bl_ctx *ctx, const char *who, const bl_average_params *p, const bl_scored *s,
                           bl_count_fn count, double *out)
{
  int average = p->average != AUTO ? p->average : s->n_classes == 2 ? BINARY : MACRO;
  if (average == BINARY && s->n_classes != 2)
    return bl_fail(ctx, BL_E_CLASSES, "%s: average binary needs two classes, found %zu; take macro, weighted or micro",
                   who, s->n_classes);
  double *confusion;
  bl_status e = bl_confusion_new(ctx, s, &confusion);
  if (e) return e;
  size_t n_undefined = 0;
  if (average == BINARY) {
    counts c = count_class(confusion, 2, 1);
    *out = value_of(p, count(c.true_pos, c.false_pos, c.false_neg), &n_undefined);
  } else if (average == MICRO) {
    *out = micro(p, confusion, s->n_classes, count, &n_undefined);
  } else {
    *out = mean_over_classes(p, average, confusion, s->n_classes, count, &n_undefined);
  }
  if (n_undefined)
    bl_warn(ctx, BL_W_UNDEFINED, "%s: undefined for %zu of %zu classes, taken as %s", who, n_undefined, s->n_classes,
            stand_ins[p->zero_division]);
  bl_free(ctx, confusion);
  return BL_OK;
}
