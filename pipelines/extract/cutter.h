/* cutter.h: segments and extractor along the runs of one recording, a file's or of what has no end: frames and events
 * go in, rows come out, and so do the segments that are left out. */
#ifndef BL_CUTTER_H
#define BL_CUTTER_H

#include "heard.h"
#include "tail.h"

/* A piece of a recording: of its runs first_run to last_run the segments that begin at from_s or later in the first one,
 * before to_s in the last one. Together, pieces that touch give what the whole gives, to the bit. */
typedef struct bl_piece {
  size_t first_run, last_run;
  double from_s, to_s; /* -INFINITY, INFINITY: the run's edges */
} bl_piece;

typedef struct bl_cutter {
  /* set by the caller */
  const bl_config *config; /* segment and rows.nan */
  bl_extractor *extractor; /* made with bl_cutter_row and this cutter, its rules set */
  bl_row_fn on_row;        /* times of whole-run spans are filled in; a row left out for its NaN is BL_E_REJECTED */
  bl_status (*on_left_out)(void *user, bl_ctx *ctx, const bl_left_out *one); /* may be NULL */
  void *user;
  bool reads_all;       /* a run that holds no segment is wanted, too */
  const char *name;     /* of the recording, before warnings of stages */
  const bl_streams *in; /* the extractor's; the first one tells the time */
  size_t *done;         /* room for a number of each */
  size_t n_left_out;
  /* its own */
  bl_run_info run;
  double from_s, to_s; /* segments that begin in [from_s, to_s) are wanted of it */
  bl_segment_run segments;
  bl_spans spans;                   /* of the last step */
  double until_s, known_s, found_s; /* known_s: of what is told; found_s: of what stages find */
  bl_heard found;
  bool finds;     /* stages find events */
  bool pads;      /* something may be put behind the run's end */
  bl_tail *tails; /* then: the last frames of each input [n_tails] */
  size_t n_tails;
  uint64_t pushed;  /* frames of the run's first stream */
  bool any, looked; /* a span has come; whether one will was looked at */
} bl_cutter;

/* The extractor's on_row; user is the cutter. */
bl_status bl_cutter_row(void *cutter, bl_ctx *ctx, const bl_span *span, bl_status status,
                        const float *row) BL_MUST_CHECK;
/* A run begins; its end_s is INFINITY while nobody knows it. known_s as in bl_cutter_tell(): INFINITY saves the history
 * that events which are told as they happen need. */
bl_status bl_cutter_begin(bl_ctx *ctx, bl_cutter *c, const bl_run_info *run, double known_s) BL_MUST_CHECK;
/* The same of a part of a run that is known to its end: the segments that begin in [from_s, to_s). Its first frames are
 * those that bl_extractor_pushed() tells then. */
bl_status bl_cutter_begin_part(bl_ctx *ctx, bl_cutter *c, const bl_run_info *run, double from_s,
                               double to_s) BL_MUST_CHECK;
/* n events, and that all with an onset before known_s have now been told (bl_news). Labels are borrowed until
 * bl_cutter_end(). */
bl_status bl_cutter_tell(bl_ctx *ctx, bl_cutter *c, const bl_event *events, size_t n, double known_s) BL_MUST_CHECK;
/* Sets c->any when a segment lies in the run, which can be seen where its end and all events are known: then a run
 * without any need not be read. */
bl_status bl_cutter_look(bl_ctx *ctx, bl_cutter *c) BL_MUST_CHECK;
/* All segments of a part are done: no more frames are needed. Never so of a whole run, and of its last part. */
bool bl_cutter_done(const bl_cutter *c);
/* n[k] frames of each input, x[k], which go as far in time as those of the first, but for a frame that is still to come.
 * Where no event is to come and no segment lies in the run, they are passed over. */
bl_status bl_cutter_push(bl_ctx *ctx, bl_cutter *c, const float *const *x, const size_t *n) BL_MUST_CHECK;
/* The run has ended as `run` says. */
bl_status bl_cutter_end(bl_ctx *ctx, bl_cutter *c, const bl_run_info *run) BL_MUST_CHECK;
/* Frees its own parts, in any state. */
void bl_cutter_free(bl_ctx *ctx, bl_cutter *c);
/* Where the run is: the time behind the last frame pushed. */
double bl_cutter_now(const bl_cutter *c);

#endif
