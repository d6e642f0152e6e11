/* segment.h: which spans of time become rows: the whole run, sliding windows, epochs around events.
 *
 * To add one: features/segments/<name>.c with `const bl_segment_class bl_segment_<name>`, a line in segments.def. */
#ifndef BALEEN_SEGMENT_H
#define BALEEN_SEGMENT_H

#include "baleen/epoch.h"
#include "baleen/event.h"
#include "baleen/option.h"
#include "baleen/stream.h"

/* A span of time, in seconds from the recording's start. On a stream of rate r (one bin, start_s 0) it covers frames
 * rint(anchor r) + rint((start - anchor) r) up to rint(anchor r) + rint((end - anchor) r), that last one included only
 * if end_included: half to even, as MNE counts samples. On streams of spectra it covers the frames whose centre lies in
 * [start, end). start -INFINITY and end INFINITY: all frames of the run, whatever padding put at its edges. */
typedef struct bl_span {
  double start_s, end_s, anchor_s;
  bool end_included;
  size_t event;      /* the event it belongs to, counted as they were told from 0 on, or BL_NO_EVENT */
  const char *label; /* of the event, or NULL; borrowed from whoever told it, or from the segmentation */
} bl_span;
/* A segment that is left out, and why: a constant text. label is borrowed. */
typedef struct bl_left_out {
  double start_s;
  const char *label, *why;
} bl_left_out;
typedef struct bl_spans {
  bl_span *v;
  size_t n, cap;
  bl_left_out *left_out;
  size_t n_left_out, cap_left_out;
} bl_spans;
bl_status bl_spans_add(bl_ctx *ctx, bl_spans *s, const bl_span *span) BL_MUST_CHECK;
bl_status bl_spans_leave_out(bl_ctx *ctx, bl_spans *s, double start_s, const char *label,
                             const char *why) BL_MUST_CHECK;
/* Empties both lists and keeps their room, for the next step of a segmentation. */
void bl_spans_clear(bl_spans *s);
void bl_spans_free(bl_ctx *ctx, bl_spans *s);

/* A contiguous stretch of a recording; rate_hz is the waveform's. Each event has one owner: the run that it lies in,
 * that before the gap it lies in, the first when it lies before them all. A run alone owns them all. */
typedef struct bl_run_info {
  double start_s, end_s, rate_hz; /* end_s INFINITY: it goes on, and nobody knows yet when it ends */
  bool follows, followed;         /* another run lies before it, behind it */
  double next_start_s;            /* when followed: where the next one begins */
  const char *between_labels; /* a segment may have several labels, and this stands between them; NULL: it has one */
  bool unlabelled; /* segments for prediction: labels decide neither which there are nor which are kept; bad marks do */
} bl_run_info;

/* Which events a segmentation asks for. */
typedef struct bl_asked {
  const bl_texts *names; /* labels, or patterns: see bl_event_fits(); NULL, or "all" among them: any */
  bool without_bad;      /* what begins with "bad" marks bad stretches and is no event */
} bl_asked;
bool bl_asked_any(const bl_asked *asked);
/* True when a name asks for events of this label: the label itself, always, or a pattern of * and [ab]. '?' is a plain
 * character, for it marks what annotators are not sure of: 'call?' is not 'calls'. */
bool bl_event_fits(const char *name, const char *label);
/* MNE's mark for a bad stretch: the label begins with "bad", in any case. */
bool bl_label_is_bad(const char *label);

/* What else is true of a segmentation. */
#define BL_SEGMENT_WHOLE     1u /* a segment ends with its run, however long that is */
#define BL_SEGMENT_AT_EVENTS 2u /* segments lie around events: none without them. Elsewhere events are but labels */

/* What becomes known of a recording's events in one step of a segmentation. */
typedef struct bl_news {
  const bl_event *events; /* in any order; their labels are borrowed until the rows of the run are out */
  size_t n;
  double known_s; /* all events with an onset before this have now been told; INFINITY: there will be no others */
} bl_news;

/* What is put behind a run's end, at the samples, before all stages, so that its last segment is whole. Sample i of the
 * segment, of which the run holds m, is 0, or that of number bl_fill_from(rule, i, m). */
typedef enum bl_fill { BL_FILL_DROP, BL_FILL_ZERO, BL_FILL_REFLECT, BL_FILL_REPEAT } bl_fill;
typedef struct bl_padding {
  bl_fill rule;
  bl_span span; /* the segment; valid where the run's end is known */
} bl_padding;
/* reflect: there and back, the samples at the turns once (numpy.pad); repeat: from the segment's beginning again. */
size_t bl_fill_from(bl_fill rule, size_t i, size_t m);

/* A segmentation works its way along one run, so that no list of all spans of a night exists: open, then advance as
 * often as one likes, then close, then release. Where a run is cut into steps changes no span.
 *
 * Rules that look ahead wait for what they look at: whether an epoch touches a bad stretch, say, is settled once known_s
 * has passed the epoch's end. Where all events are known beforehand (a file), known_s is INFINITY and each span comes
 * out before its first frame. Where they are told as they happen (live), known_s is the time reached, and a span may
 * come out when its first frames have gone by: at most look_back_s before known_s, which is the history that the
 * extractor keeps (bl_extractor_set_history). */
typedef struct bl_segment_class {
  const char *name, *summary, *source;
  unsigned version; /* as in bl_stage_class */
  unsigned tags;
  const bl_opt *opts;
  size_t params_size, state_size; /* state: a zeroed block that the caller owns */
  /* A run begins; params are borrowed until release. BL_E_CONFIG or BL_E_RANGE when they do not fit it. */
  bl_status (*open)(bl_ctx *ctx, const void *params, const bl_run_info *run, void *state);
  /* Adds to *out all spans that begin before until_s, ascending by start over all calls, lie wholly within what is known
   * of the run, and that no later news can change; and notes in out->left_out what is settled and gives no span (an
   * epoch that a gap or the file's end cuts off, an event outside of the recording). until_s and known_s never go back,
   * and until_s is finite while the run's end is not known. */
  bl_status (*advance)(bl_ctx *ctx, void *state, double until_s, const bl_news *news, bl_spans *out);
  /* The run has ended, as `run` now says for good, and no event will be told: adds and notes what is left. A span that
   * came out while the end was not known may reach behind it; the extractor says so when its turn comes. */
  bl_status (*close)(bl_ctx *ctx, void *state, const bl_run_info *run, bl_spans *out);
  /* Exactly once, on any zeroed or partly used state; labels of spans may be gone then. NULL: nothing to free. */
  void (*release)(bl_ctx *ctx, void *state);
  /* How long before known_s the first frame of a span may lie that comes out only then, in seconds; 0 where spans come
   * out before they begin, INFINITY where they are known at the run's end alone. NULL: 0. */
  double (*look_back_s)(const void *params, const bl_run_info *run);
  /* What is done to the frames of each segment, which borrows from params; BL_E_CONFIG when options do not go together.
   * NULL: nothing is. */
  bl_status (*rules)(bl_ctx *ctx, const void *params, bl_epoch_rules *out);
  /* The padding of a run: false when there is none, and nothing is to be. Where the end is not known yet, true when there
   * may be some, and span.end_s - span.start_s is as long as it can get. NULL: there never is. */
  bool (*pads)(const void *params, const bl_run_info *run, bl_padding *out);
  /* Which events it asks for, borrowed from params: false when it asks for none. NULL: it never does. */
  bool (*asks)(const void *params, bl_asked *out);
} bl_segment_class;

const bl_segment_class *bl_segment_at(size_t i);
const bl_segment_class *bl_segment_find(const char *name);
typedef struct bl_segment {
  const bl_segment_class *cls;
  void *params;
} bl_segment;
bl_status bl_segment_new(bl_ctx *ctx, const char *name, bl_segment *out) BL_MUST_CHECK;
void bl_segment_free(bl_ctx *ctx, bl_segment *x);

/* A segmentation at work on a run: state + open in one; the slots of cls go on from there. */
typedef struct bl_segment_run {
  const bl_segment_class *cls;
  void *state;
} bl_segment_run;
/* The segment is borrowed until bl_segment_stop(), which takes zeroed and half-built ones too. */
bl_status bl_segment_open(bl_ctx *ctx, const bl_segment *segment, const bl_run_info *run,
                          bl_segment_run *out) BL_MUST_CHECK;
void bl_segment_stop(bl_ctx *ctx, bl_segment_run *run);
double bl_segment_look_back(const bl_segment *segment, const bl_run_info *run);

/* The frames [*first, *behind) of a run's stream that a span covers; start_s of the run given. Not clipped to what the
 * run holds at its end; *first is never negative. */
void bl_span_frames(const bl_span *span, double run_start_s, const bl_stream *stream, uint64_t *first,
                    uint64_t *behind);

#endif
