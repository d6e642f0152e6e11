/* Names and numbers that several parts of the report show. */
#include <math.h>
#include <string.h>

#include "report_private.h"

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
