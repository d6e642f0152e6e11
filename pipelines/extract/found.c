#include "baleen/found.h"

#include <math.h>
#include <string.h>

#include "baleen/text.h"

/* The value of that name which a stage's finding bears; NAN when it names none. */
static double value_of(const bl_stage_class *cls, const bl_finding *f, const char *name)
{
  for (size_t k = 0; cls->event_values && cls->event_values[k]; k++)
    if (!strcmp(cls->event_values[k], name)) return f->value[k];
  return (double)NAN;
}

bl_status bl_found_annotations(bl_ctx *ctx, const bl_stage_run *run, double from_s, bl_annotations *out)
{
  bl_findings found = {0};
  double known_s;
  bl_status s = run->cls->events ? run->cls->events(ctx, run->state, &found, &known_s) : BL_OK;
  for (size_t i = 0; !s && i < found.n; i++) {
    const bl_event *e = &found.v[i].event;
    char *label = bl_strdup(ctx, e->label);
    bl_annotation one = {.onset_s = from_s + e->onset_s,
                         .duration_s = e->duration_s,
                         .low_hz = value_of(run->cls, &found.v[i], "min_hz"),
                         .high_hz = value_of(run->cls, &found.v[i], "max_hz"),
                         .label = label};
    s = label ? bl_annotations_add(ctx, out, &one) : bl_fail_nomem(ctx, "an event that was found");
    bl_free(ctx, label);
  }
  bl_findings_free(ctx, &found);
  return s;
}
