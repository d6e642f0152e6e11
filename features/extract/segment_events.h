/* segment_events.h: what segments around events and windows share: which events count, which stretches are bad, which
 * amplitudes are too large, and the options that say so. */
#ifndef BL_FEATURES_SEGMENT_EVENTS_H
#define BL_FEATURES_SEGMENT_EVENTS_H

#include "baleen/segment.h"

/* ---- which events
 * ------------------------------------------------------------------------------------------------- */

/* Which of n events are asked for: want[n]. Each by its own label: the others in the file change nothing. */
void bl_events_choose(const bl_asked *asked, const bl_event *events, size_t n, bool *want);
/* MNE's mark for a bad stretch: the label begins with "bad", in any case. */
bool bl_event_is_bad(const bl_event *e);

/* Some events by onset, and those among them that can touch the span at hand, in the same order. */
typedef struct bl_near {
  const bl_event **v, **now;
  size_t n, next, n_now;
} bl_near;
/* Of n events those that take[] marks. */
bl_status bl_near_new(bl_ctx *ctx, const bl_event *events, size_t n, const bool *take, bl_near *out) BL_MUST_CHECK;
void bl_near_free(bl_ctx *ctx, bl_near *t);
/* Moves on to [lo, hi); both never go back. */
void bl_near_move(bl_near *t, double lo, double hi);
/* Shares time with [lo, hi). A mark without length does while it lies inside. */
bool bl_event_touches(const bl_event *e, double lo, double hi);

/* ---- which segments are rejected
 * ------------------------------------------------------------------------------------- */

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
  {"reject", BL_OPT_WORD, offsetof(T, m.reject), "none", 0, 1e300, 0, bl_rejection_none, "the channel's unit",           \
   "drop the " one " when any channel's peak-to-peak amplitude is above this"},                                          \
  {"flat", BL_OPT_WORD, offsetof(T, m.flat), "none", 0, 1e300, 0, bl_rejection_none, "the channel's unit",               \
   "drop the " one " when any channel's peak-to-peak amplitude is below this"},                                          \
  {"limits", BL_OPT_RANGES, offsetof(T, m.limits), NULL, 0, 1e300, 0, NULL, "the channel's unit",                        \
   "flat and reject of single channels, by name or pattern, in place of those two: {\"EOG*\": [0, 300]}; peak to peak "  \
   "alone counts, so that a channel of marks that is set throughout passes"},                                            \
  {"reject_by_annotation", BL_OPT_BOOL, offsetof(T, m.reject_by_annotation), "true", 0, 0, 0, NULL, "",                  \
   "drop each " one " that touches an event whose label begins with 'bad'; such events are then marks only"}
/* clang-format on */

/* Fills in the limits. BL_E_CONFIG when they leave nothing; `who` is the segmentation. */
bl_status bl_rejection_rules(bl_ctx *ctx, const char *who, const bl_rejection *r, bl_epoch_rules *out) BL_MUST_CHECK;
/* The stretches marked as bad, none when annotations do not reject. */
bl_status bl_rejection_marks(bl_ctx *ctx, const bl_rejection *r, const bl_event *events, size_t n,
                             bl_near *out) BL_MUST_CHECK;
/* True when one of them shares time with [lo, hi), as MNE compares. Asked with lo and hi that never go back. */
bool bl_rejection_marked(bl_near *marks, double lo, double hi);
#define BL_REJECTION_WHY "touches a stretch marked as bad"

#endif
