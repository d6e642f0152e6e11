/* event.h: something marked in a recording, by people beforehand or by a stage that finds it. */
#ifndef BALEEN_EVENT_H
#define BALEEN_EVENT_H

#include "baleen/memory.h"

/* Times in seconds from the recording's start. label is borrowed; "" when none. */
typedef struct bl_event {
  double onset_s, duration_s;
  const char *label;
} bl_event;

#define BL_NO_EVENT ((size_t)-1)

/* What a stage found, with numbers that it names (bl_stage_class.event_values). */
enum { BL_EVENT_VALUES = 10 };
typedef struct bl_finding {
  bl_event event;
  double value[BL_EVENT_VALUES];
} bl_finding;
typedef struct bl_findings {
  bl_finding *v;
  size_t n, cap;
} bl_findings;
bl_status bl_findings_add(bl_ctx *ctx, bl_findings *f, const bl_finding *one) BL_MUST_CHECK;
void bl_findings_free(bl_ctx *ctx, bl_findings *f);

#endif
