/* What the results say about one out-of-fold entry, the same for classifiers and outlier detectors. */
#include <math.h>
#include <string.h>

#include "report_private.h"

double bl_report_score(const bl_report *rep, const bl_result *res, size_t i)
{
  const bl_cv *cv = &res->cv;
  if (rep->p->task == BL_TASK_ANOMALY) return cv->decision ? cv->decision[i] : NAN;
  if (cv->n_classes == 2 && cv->proba) return cv->proba[2 * i + 1];
  if (cv->n_classes == 2 && cv->decision) return cv->decision[i];
  return NAN;
}

const char *bl_report_score_name(const bl_report *rep, const bl_result *res)
{
  if (rep->p->task == BL_TASK_ANOMALY) return "anomaly score";
  return res->cv.proba ? "probability" : "decision value";
}

long bl_report_truth(const bl_report *rep, const bl_result *res, size_t i)
{
  uint32_t row = res->cv.row[i];
  if (!rep->p->y || row >= rep->p->n || !isfinite(rep->p->y[row])) return -1;
  return lrint(rep->p->y[row]);
}

long bl_report_predicted(const bl_report *rep, const bl_result *res, size_t i)
{
  double v = res->cv.pred ? res->cv.pred[i] : NAN;
  if (!isfinite(v)) return -1;
  if (rep->p->task == BL_TASK_ANOMALY && !res->cv.n_classes) return v < 0; /* without labels: -1 and +1 as they come */
  return lrint(v);
}

const char *bl_report_class(const bl_report *rep, long code)
{
  return code >= 0 && (size_t)code < rep->p->classes.n ? rep->p->classes.v[code] : "?";
}

double bl_curve_area(const bl_curve *c)
{
  double area = 0;
  for (size_t i = 1; i < c->n; i++) area += (c->x[i] - c->x[i - 1]) * (c->y[i] + c->y[i - 1]) / 2;
  return c->n ? area : NAN;
}

const char *bl_part_label(const bl_report *rep, const bl_part *part)
{
  const char *by = rep->c->evaluate.by;
  size_t n = by ? strlen(by) : 0;
  if (n && !strncmp(part->name, by, n) && part->name[n] == ' ') return part->name + n + 1;
  return part->name;
}
