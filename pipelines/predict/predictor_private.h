/* predictor_private.h: what a predictor is made of. predictor.c: the model; predictor_stream.c: a recording through it;
 * predictor_events.c: its events. */
#ifndef BL_PREDICTOR_PRIVATE_H
#define BL_PREDICTOR_PRIVATE_H

#include "baleen/common_runs.h"
#include "baleen/predictor.h"
#include "cutter.h"
#include "model_recipe.h"
#include "prepared.h"
#include "selection.h"
#include "tally.h"

/* Rows that wait for the model: of a file several at a time, live each by itself. */
typedef struct bl_waiting_rows {
  float *v; /* [room x features] */
  bl_span *span;
  double *prediction, *score;
  size_t n, room;
} bl_waiting_rows;

/* The events told that may still matter, and the labels that they and the open segments borrow. */
typedef struct bl_told_events {
  bl_event *v;
  size_t n, cap;
  bl_texts labels; /* each once */
  bl_tally tally;  /* of all that were told, when the segments ask for some */
  double known_s;
} bl_told_events;

struct bl_predictor {
  bl_estimator *estimator;
  bl_model_recipe recipe;
  bl_op scores; /* BL_PREDICT_PROBA, BL_SCORE_SAMPLES, BL_DECISION of labels, or BL_N_OPS when there are none */
  bl_texts score_names, targets;
  bl_applier *applier;
  bl_waiting_rows rows;
  bl_stock stock; /* extractors, for recordings of the same kind */

  /* of the recording at hand */
  bl_predict_stream what;
  bl_selection selection;
  size_t *streams;       /* [selection.in.n]: their numbers */
  bl_common_runs runs;   /* of a file */
  bl_prepared *prepared; /* its extractor, lent by the stock */
  bl_cutter cutter;
  bl_live live;
  bl_told_events events;
  size_t run; /* its number; with runs that are known, their index */
  bool open;  /* a run has begun */
  size_t n_rows, n_left_out;
};

/* Room for n rows at a time, and the model ready for them; refuses features of other names, where they are given. */
bl_status bl_predictor_room(bl_ctx *ctx, bl_predictor *p, size_t n, const bl_texts *names) BL_MUST_CHECK;
/* Hands out the rows that wait. */
bl_status bl_predictor_flush(bl_ctx *ctx, bl_predictor *p) BL_MUST_CHECK;
/* A row that is known, to be handed out now or with others. */
bl_status bl_predictor_add(bl_ctx *ctx, bl_predictor *p, const bl_span *span, const float *row) BL_MUST_CHECK;
/* Ends the recording at hand, whatever became of it. */
void bl_predictor_forget(bl_ctx *ctx, bl_predictor *p);

/* ---- predictor_events.c ------------------------------------------------------------------------------------------ */

/* Copies events to be told, their labels owned by t; *fresh points to them until the next call. */
bl_status bl_told_events_add(bl_ctx *ctx, bl_told_events *t, const bl_config *c, const bl_event *v, size_t n,
                             const bl_event **fresh) BL_MUST_CHECK;
/* Forgets those that are over before a time. */
void bl_told_events_pass(bl_told_events *t, double before_s);
void bl_told_events_free(bl_ctx *ctx, bl_told_events *t);

/* ---- predict_feed.c, predict_table.c: one file through a predictor ------------------------------------------------ */

/* What one file's rows are handed to. name: the row's recording; times are NAN in a table. */
typedef struct bl_rows_out {
  bl_status (*row)(void *user, bl_ctx *ctx, const char *name, double start_s, double end_s, const double *prediction,
                   const double *scores);
  bl_status (*pause)(void *user, bl_ctx *ctx, bool live); /* what was handed out may be written */
  void *user;
} bl_rows_out;

/* A table of events, of all the recordings. */
typedef struct bl_event_table {
  const char *path; /* NULL: none, events are those inside the recordings */
  bl_annotations all;
  size_t *owner; /* of each, which recording's: bl_annotations_deal() */
  size_t at;     /* the recording at hand */
} bl_event_table;

bl_status bl_predict_recording(bl_ctx *ctx, bl_predictor *p, const char *file, const bl_event_table *events,
                               const bl_rows_out *out) BL_MUST_CHECK;
bl_status bl_predict_table(bl_ctx *ctx, bl_predictor *p, const char *file, const bl_rows_out *out) BL_MUST_CHECK;

#endif
