/* event_match.h: which detection finds which true event, by the times at which they begin and end (collars), and what
 * the metrics that count such pairs share: their options, and scores a label or over all.
 *
 * A detection may find an event of its label and recording whose onset lies at most t_collar from its own, and whose
 * offset lies at most max(t_collar, percentage_of_length x the event's length) from its own. One finds one at most;
 * `optimal` pairs as many as can be (a maximum matching, as sed_eval and ohun have it), `greedy` takes the true events
 * in the order given and for each the first that is left. Times within a nanosecond of a collar are within it, so that
 * 5.2 is 0.2 from 5, as 10.2 is from 10: in binary it is not, and sed_eval, which has no such allowance, disagrees
 * there. */
#ifndef BL_LEARNERS_EVENT_MATCH_H
#define BL_LEARNERS_EVENT_MATCH_H

#include "baleen/event_metric.h"

enum { BL_MATCH_OPTIMAL, BL_MATCH_GREEDY };
enum { BL_EVENTS_MICRO, BL_EVENTS_MACRO };

typedef struct bl_event_match {
  double t_collar, percentage_of_length;
  bool evaluate_onset, evaluate_offset;
  int matching;
  int average;
  bl_word threshold; /* none, or detections of a lower score do not count */
} bl_event_match;
extern const char *const bl_event_matchings[], *const bl_event_averages[], *const bl_event_none[];

/* Rows for the option table of a metric whose params T are a bl_event_match, named and set by default as sed_eval's. */
/* clang-format off */
#define BL_EVENT_MATCH_OPTS(T)                                                                                         \
  BL_REAL(T, t_collar, "0.2", 0, 1e9, "s", "how far apart an event and a detection of it may begin, or end"),          \
  BL_REAL(T, percentage_of_length, "0.5", 0, 1, "", "share of the event's length that their ends may be apart too"),   \
  BL_BOOL(T, evaluate_onset, "true", "where they begin must agree"),                                                   \
  BL_BOOL(T, evaluate_offset, "true", "where they end must agree"),                                                    \
  BL_ENUM(T, matching, "optimal", bl_event_matchings, "as many pairs as can be, or the first that fits"),              \
  BL_WORD(T, threshold, "none", bl_event_none, -1e300, 1e300, 0, "",                                                   \
          "detections whose score is lower do not count; none: all do")
#define BL_EVENT_AVERAGE_OPT(T)                                                                                        \
  BL_ENUM(T, average, "micro", bl_event_averages, "over all events, or the mean over the labels that there are")
/* clang-format on */

typedef struct bl_event_counts {
  double hits, truth, found; /* pairs, true events, detections that count */
} bl_event_counts;
/* Counts of each label, out[n_labels]. */
bl_status bl_event_count(bl_ctx *ctx, const bl_event_match *how, const bl_spotted_data *d,
                         bl_event_counts *out) BL_MUST_CHECK;

typedef struct bl_event_ratio {
  double above, below;
} bl_event_ratio;
/* The ratio that `of` makes of counts: of all labels together, or its mean over labels that have an event or a
 * detection. A label whose ratio is 0 / 0 counts 0 in a mean; alone it is NaN, with a warning. */
bl_status bl_event_score(bl_ctx *ctx, const char *who, const bl_event_match *how, const bl_spotted_data *d,
                         bl_event_ratio (*of)(const bl_event_counts *), double *out) BL_MUST_CHECK;

#endif
