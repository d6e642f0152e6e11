/* predictor.h: scores as a stream. A model is put to what comes, and each row's prediction and scores are handed out when
 * they are known; nothing of the rows is kept. Predicting files, detecting, running live and reviewing are this one
 * thing with other ends.
 *
 *   bl_predictor_open(ctx, "model.safetensors", &p)
 *   bl_predictor_begin(ctx, p, &stream)         a recording's header: its streams are matched with what the model needs
 *   bl_predictor_events(ctx, p, ...)            events, if the model asks for any
 *   bl_predictor_push(ctx, p, frames, n)        ... as often as one likes; on_scores is called from within
 *   bl_predictor_gap(ctx, p, start_s)           time was lost: a new run begins
 *   bl_predictor_finish(ctx, p)                 the end
 *
 * Rows have the same bits as those of a run over the same recording in a file, in blocks of any size, and so have their
 * scores. One predictor serves one thread. */
#ifndef BALEEN_PREDICTOR_H
#define BALEEN_PREDICTOR_H

#include "baleen/feed.h"
#include "baleen/run.h"

typedef struct bl_predictor bl_predictor;

/* A row's prediction (a class's value, a number; -1 and 1 of outlier detectors, 1 being an inlier; one for each of several
 * targets: a number, or 1 where the row has a label, else 0) and its scores, as many as bl_predictor_scores() names.
 * Lives during the call. Returning non-OK stops the stream. */
typedef bl_status (*bl_scores_fn)(void *user, bl_ctx *ctx, const bl_span *span, const double *prediction,
                                  const double *scores);

/* The file holds the whole recipe: BL_E_FORMAT when it holds none. */
bl_status bl_predictor_open(bl_ctx *ctx, const char *model_path, bl_predictor **out) BL_MUST_CHECK;
void bl_predictor_close(bl_ctx *ctx, bl_predictor *p);

/* Names of the scores: "p_<class>" for each class's or label's probability, "score_<label>" for each label's decision where
 * there are no probabilities, or "anomaly_score" (higher is more unusual), or none. */
const bl_texts *bl_predictor_scores(const bl_predictor *p);
/* Names of the several targets that a row's prediction has, or none where it has one. */
const bl_texts *bl_predictor_targets(const bl_predictor *p);
/* The targets are labels. */
bool bl_predictor_has_labels(const bl_predictor *p);
/* A prediction in words, appended: the class's name, "inlier" or "outlier", or the number; the labels that the row has,
 * behind one another with ';'; several numbers likewise. */
bl_status bl_predictor_answer(bl_ctx *ctx, const bl_predictor *p, const double *prediction, bl_buf *out) BL_MUST_CHECK;
/* True when the model was made on a table of features: it takes rows (bl_predictor_row), no recordings. */
bool bl_predictor_is_of_tables(const bl_predictor *p);
/* The features that a row of it has, in order. */
const bl_texts *bl_predictor_features(const bl_predictor *p);
/* What those columns are; none where it is not known. */
const bl_blocks *bl_predictor_blocks(const bl_predictor *p);
/* One row, at once. *prediction and *scores are the predictor's, until the next call. */
bl_status bl_predictor_row(bl_ctx *ctx, bl_predictor *p, const float *row, const double **prediction,
                           const double **scores) BL_MUST_CHECK;
/* What of the recipe needs the whole recording, as "segments: whole", so that no endless one will do; NULL: nothing. */
const char *bl_predictor_needs_whole(const bl_predictor *p);

/* What begins. All borrowed until bl_predictor_finish(). */
typedef struct bl_predict_stream {
  const char *name; /* for warnings */
  const bl_rec_stream
      *streams; /* as headers say; runs and lengths where they are known, which is not of what is live */
  size_t n_streams;
  bool live;      /* nobody knows when it ends: rows go out one by one, and what needs the whole is refused by name */
  double delay_s; /* how late its samples come themselves (bl_feed_delay_s) */
  bl_scores_fn on_scores;
  /* called for each segment that gives no row, with the reason; may be NULL */
  bl_status (*on_left_out)(void *user, bl_ctx *ctx, double start_s, const char *why);
  void *user;
} bl_predict_stream;
/* Channels are found by name in any order; one that a feature needs and that is missing, and a rate or unit that no
 * stage brings to the model's, are BL_E_MISMATCH, and so is what needs the whole of a live recording. */
bl_status bl_predictor_begin(bl_ctx *ctx, bl_predictor *p, const bl_predict_stream *what) BL_MUST_CHECK;
/* Which of its streams are to be pushed, *n of them: mostly one; a model of several rates takes several, side by side. */
const size_t *bl_predictor_streams(const bl_predictor *p, size_t *n);
/* How long after its segment's end a row is known, the samples' own delay included. */
double bl_predictor_latency_s(const bl_predictor *p);
/* n events (labels are copied), and that all with an onset before known_s have now been told: INFINITY when there will
 * be no others. Without a word of it, events are taken to be told as they happen. */
bl_status bl_predictor_events(bl_ctx *ctx, bl_predictor *p, const bl_event *events, size_t n,
                              double known_s) BL_MUST_CHECK;
/* n[k] frames of stream k of bl_predictor_streams(), all its channels. Those of the others go as far in time as those of
 * the first, but for a frame that is still to come. */
bl_status bl_predictor_push(bl_ctx *ctx, bl_predictor *p, const float *const *frames, const size_t *n) BL_MUST_CHECK;
/* The next frame lies start_s seconds after the recording's start: what is open ends, stages start afresh. */
bl_status bl_predictor_gap(bl_ctx *ctx, bl_predictor *p, double start_s) BL_MUST_CHECK;
bl_status bl_predictor_finish(bl_ctx *ctx, bl_predictor *p) BL_MUST_CHECK;

/* Takes a text as it comes to be known; non-OK stops. */
typedef bl_status (*bl_text_fn)(void *user, bl_ctx *ctx, const char *text, size_t n);
/* Puts a model file to recordings (or to tables, when it was trained on one) and hands out CSV, a header line first:
 * recording,start_s,end_s,prediction and the scores. `files` are as bl_feed_open() has them; from a pipe each row is
 * handed out when it is known, else several together. A file that fails is reported by a warning and counted (rows
 * that were known before stay); all failing is the last one's error. Tables: .npy, else text; rows are named
 * "<file>:<line>". Epochs lie around the events inside each recording, or around those of a table, `annotations` (NULL:
 * none), that names the recording, or none; windows are all given, whatever is marked. What is marked as bad, in file
 * or table, is left out as in a run. */
bl_status bl_predict_files(bl_ctx *ctx, const char *model_path, const bl_texts *files, const char *annotations,
                           bl_text_fn write, void *user, size_t *n_failed) BL_MUST_CHECK;

#endif
