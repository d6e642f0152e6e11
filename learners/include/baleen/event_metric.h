/* event_metric.h: scores of detections against true events: how many were found, not how many rows were right.
 *
 * Detections are spans with a score; a metric decides which of them find which of the true events, within one
 * recording, and counts. Rates need the hours listened, which no list of events tells.
 *
 * To add one: learners/event_metrics/<name>.c with `const bl_event_metric_class bl_event_metric_<name>`, a line in
 * event_metrics.def. */
#ifndef BALEEN_EVENT_METRIC_H
#define BALEEN_EVENT_METRIC_H

#include "baleen/option.h"

/* One event. Times in seconds of its recording, end_s >= start_s. */
typedef struct bl_spotted {
  double start_s, end_s;
  double score;             /* of a detection: higher is surer; of a true event it does not count */
  int32_t label, recording; /* codes from 0 */
} bl_spotted;

/* Truth and detections of all recordings that were listened to, in any order. */
typedef struct bl_spotted_data {
  const bl_spotted *truth, *found;
  size_t n_truth, n_found;
  size_t n_labels; /* codes are below it */
  double hours;    /* listened in all; 0: not known */
} bl_spotted_data;

typedef struct bl_event_metric_class {
  const char *name, *summary, *source;
  bool greater_is_better;
  bool needs_hours;
  const bl_opt *opts;
  size_t params_size;
  /* What is undefined (no event at all) is NaN and a BL_W_UNDEFINED warning, not an error. */
  bl_status (*score)(bl_ctx *ctx, const void *params, const bl_spotted_data *d, double *out);
} bl_event_metric_class;

const bl_event_metric_class *bl_event_metric_at(size_t i);
const bl_event_metric_class *bl_event_metric_find(const char *name);
typedef struct bl_event_metric {
  const bl_event_metric_class *cls;
  void *params;
} bl_event_metric;
bl_status bl_event_metric_new(bl_ctx *ctx, const char *name, bl_event_metric *out) BL_MUST_CHECK;
void bl_event_metric_free(bl_ctx *ctx, bl_event_metric *x);
/* Checks the events (finite times in order, codes in bounds: BL_E_RANGE), then scores. */
bl_status bl_event_metric_score(bl_ctx *ctx, const bl_event_metric *m, const bl_spotted_data *d,
                                double *out) BL_MUST_CHECK;

#endif
