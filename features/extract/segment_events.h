/* segment_events.h: what segments around events and windows share: which events count, which stretches are bad, which
 * amplitudes are too large, and the options that say so. */
#ifndef BL_FEATURES_SEGMENT_EVENTS_H
#define BL_FEATURES_SEGMENT_EVENTS_H

#include "baleen/segment.h"

/* ---- which events ------------------------------------------------------------------------------------------------ */

/* True when the event is asked for. Each by its own label: the others in the file change nothing. */
bool bl_event_wanted(const bl_asked *asked, const bl_event *e);
/* MNE's mark for a bad stretch: the label begins with "bad", in any case. */
bool bl_event_is_bad(const bl_event *e);

/* An event, and how many were told before it. */
typedef struct bl_told_event {
  bl_event e;
  size_t number;
} bl_told_event;
/* Events that were told and are still to be dealt with, [next, n): by onset after bl_told_sort(), those of one onset as
 * they were told. Room of what lies before `next` is used again, so that an endless recording takes no more. */
typedef struct bl_told {
  bl_told_event *v;
  size_t next, n, cap;
  bool unsorted;
} bl_told;
bl_status bl_told_add(bl_ctx *ctx, bl_told *t, const bl_event *e, size_t number) BL_MUST_CHECK;
void bl_told_sort(bl_told *t);
void bl_told_free(bl_ctx *ctx, bl_told *t);

/* Events by onset, and those among them that can touch the span at hand, in the same order. */
typedef struct bl_near {
  bl_told told;
  bl_told_event *now;
  size_t n_now, cap_now;
} bl_near;
bl_status bl_near_tell(bl_ctx *ctx, bl_near *t, const bl_event *e, size_t number) BL_MUST_CHECK;
/* *out is empty after a failure. */
bl_status bl_near_copy(bl_ctx *ctx, const bl_near *from, bl_near *out) BL_MUST_CHECK;
void bl_near_free(bl_ctx *ctx, bl_near *t);
/* Moves on to [lo, hi); both never go back, and what is told later begins behind hi. */
void bl_near_move(bl_near *t, double lo, double hi);
/* Shares time with [lo, hi). A mark without length does while it lies inside. */
bool bl_event_touches(const bl_event *e, double lo, double hi);

/* n labels, each once, sorted, with `between` between them, as a text that `kept` owns, each such once. */
bl_status bl_join_labels(bl_ctx *ctx, const char **labels, size_t n, const char *between, bl_texts *kept,
                         const char **out) BL_MUST_CHECK;

/* ---- which segments are rejected --------------------------------------------------------------------------------- */

/* Members of the parameters of both; the rows of their tables below. */
typedef struct bl_rejection {
  bl_word reject, flat;
  bl_ranges limits;
  bool reject_by_annotation;
} bl_rejection;

extern const char *const bl_rejection_none[]; /* the choices of reject and flat */
/* Rows for a struct T whose member `m` is a bl_rejection; `one` is what a segment is called. */
/* clang-format off */
#define BL_REJECTION_OPTS(T, m, one) \
  {"reject", BL_OPT_WORD, offsetof(T, m.reject), "none", 0, 1e300, 0, bl_rejection_none, "the channel's unit",         \
   "drop the " one " when any channel's peak-to-peak amplitude is above this", NULL},                                  \
  {"flat", BL_OPT_WORD, offsetof(T, m.flat), "none", 0, 1e300, 0, bl_rejection_none, "the channel's unit",             \
   "drop the " one " when any channel's peak-to-peak amplitude is below this", NULL},                                  \
  {"limits", BL_OPT_RANGES, offsetof(T, m.limits), NULL, 0, 1e300, 0, NULL, "the channel's unit",                      \
   "flat and reject of single channels, by name or pattern, in place of those two: {\"EOG*\": [0, 300]}; peak to peak "  \
   "alone counts, so that a channel of marks that is set throughout passes", NULL},                                    \
  {"reject_by_annotation", BL_OPT_BOOL, offsetof(T, m.reject_by_annotation), "true", 0, 0, 0, NULL, "",                \
   "drop each " one " that touches an event whose label begins with 'bad'; such events are then marks only", NULL}
/* clang-format on */

/* Fills in the limits. BL_E_CONFIG when they leave nothing; `who` is the segmentation. */
bl_status bl_rejection_rules(bl_ctx *ctx, const char *who, const bl_rejection *r, bl_epoch_rules *out) BL_MUST_CHECK;
/* Keeps an event that marks a bad stretch, if annotations reject; others are none of its business. */
bl_status bl_rejection_tell(bl_ctx *ctx, const bl_rejection *r, const bl_event *e, bl_near *marks) BL_MUST_CHECK;
/* True when one of them shares time with [lo, hi), as MNE compares. Asked with lo and hi that never go back. */
bool bl_rejection_marked(bl_near *marks, double lo, double hi);
#define BL_REJECTION_WHY "touches a stretch marked as bad"

#endif
