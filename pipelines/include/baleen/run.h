/* run.h: a config carried out: extract, evaluate, train, report. All it makes lies in one folder. */
#ifndef BALEEN_RUN_H
#define BALEEN_RUN_H

#include "baleen/annotation.h"
#include "baleen/compare.h"
#include "baleen/config.h"
#include "baleen/cross_validate.h"
#include "baleen/dataset.h"

/* A segment, or row of a table, that was left out. Owned texts. */
typedef struct bl_dropped {
  char *recording; /* of a table's row; NULL: the outcome's that lists it */
  double start_s;
  char *label, *reason;
  bool rejected; /* by what its frames hold; else it was not cut at all */
} bl_dropped;
/* What became of one recording. */
typedef struct bl_outcome {
  char *recording;
  bl_status status;
  char *message; /* why it failed, and what was warned of it; "" when all is well */
  size_t n_rows, n_skipped;
  double seconds;             /* of recording read */
  double rate_hz, duration_s; /* of its fastest stream, and from its start to its end; 0 when it could not be opened */
  char *channels;             /* of all streams, with commas between; NULL when it could not be opened */
  bl_dropped *dropped;        /* the skipped segments that have a time of their own, by time */
  size_t n_dropped;
  bool marked;          /* metrics of events are asked for, and what is marked in it is known */
  bl_annotations marks; /* then: the events that the segments ask for, but for marks of bad stretches */
} bl_outcome;

/* How long after its segment's end a row can be known, were the recording a live one. */
typedef struct bl_live {
  bool known;           /* recordings were read */
  double latency_s;     /* INFINITY when the whole recording is needed */
  const char *whole;    /* what needs it, or NULL; a constant text */
  char *advice;         /* which stage costs most of the latency, and what would lower it; NULL: none does */
  bl_stage_part *parts; /* of each stage; their texts are the config's */
  size_t n;
} bl_live;

/* Rows out of a source, and how each recording fared. */
typedef struct bl_extraction {
  bl_dataset rows;
  bl_outcome *outcomes;
  size_t n_outcomes, n_failed;
  bl_dropped *dropped; /* rows of a table */
  size_t n_dropped;
  double seconds;    /* of recordings, together */
  bl_streams inputs; /* what the model must find again in a recording: one for each input of the recipe */
  bl_live live;
} bl_extraction;
/* Runs the source through stages, segments and summaries, recordings in parallel, rows in the source's order. A
 * recording that fails is an outcome, not an error; all failing is. The most common rate and channels decide (of
 * equals, those that come first); recordings of others are taken as a predictor takes them (predictor.h). No rows at all:
 * BL_E_SHAPE, and *out holds the outcomes and what was left out, to be freed. */
bl_status bl_extract(bl_ctx *ctx, const bl_config *c, bl_extraction *out) BL_MUST_CHECK;
void bl_extraction_free(bl_ctx *ctx, bl_extraction *x);

/* Rows made ready for learners: labels coded, groups coded, unlabelled rows left out. */
typedef struct bl_problem {
  const bl_dataset *rows;
  bl_task task;    /* never AUTO */
  uint32_t *index; /* rows taken, ascending [n] */
  size_t n;
  bl_cmat X;             /* [n x features]: a view of the rows taken, which it borrows */
  double *y;             /* [n x n_targets] codes, or numbers, or labels as 1 and 0; NULL: no labels */
  size_t n_targets;      /* 1, or more */
  int32_t *group, *fold; /* fold may be NULL */
  double *weight;        /* NULL when all are 1 */
  double *time;          /* of each row, NULL when the config names no column of it */
  bl_texts classes, groups;
  bl_texts targets; /* names of several targets; of labels those of the classes */
  bool grouped;     /* some group has several rows */
} bl_problem;
/* A row has several labels. */
static inline bool bl_problem_labels(const bl_problem *p)
{
  return p->task == BL_TASK_CLASSIFICATION && p->n_targets > 1;
}
bl_status bl_problem_make(bl_ctx *ctx, const bl_config *c, const bl_dataset *rows, bl_problem *out) BL_MUST_CHECK;
void bl_problem_free(bl_ctx *ctx, bl_problem *p);
/* The name of the group whose rows are all that the fold tests, where rows belong to groups; else "". */
const char *bl_tested_group(const bl_problem *p, const bl_fold *f);

/* One score over all out-of-fold predictions of a part of the rows ("snr_db 0..5", "fold 2"). */
typedef struct bl_part {
  char *name;
  size_t n;
  double *score; /* [n_scores]; NaN of events */
} bl_part;
/* Scores of each of several targets alone, over all out-of-fold predictions: of labels rows that have it, rows said to have
 * it, rows of both, precision, recall, f1, roc_auc, average_precision; of numbers r2 and errors. */
typedef struct bl_target_scores {
  const char *const *names; /* constant texts */
  size_t n;                 /* 0: there is one target */
  double *v;                /* [n_targets x n] */
} bl_target_scores;
/* What metrics of events counted over all folds. */
typedef struct bl_event_tally {
  double hours; /* listened to; 0: there are no such metrics */
  size_t n_true, n_found;
} bl_event_tally;
/* Spatial patterns that a model has learnt from all rows (csp): how each of its sources shows at the channels. */
typedef struct bl_patterns {
  bl_texts channels, titles; /* a title for each pattern */
  const char *unit;          /* as it is written; a constant text */
  size_t n;                  /* those that the model uses, best first */
  double *v;                 /* [n][channels] */
} bl_patterns;
typedef struct bl_patterns_list {
  bl_patterns *v;
  size_t n;
} bl_patterns_list;
/* A learner's evaluation. Row arrays of cv index the problem's rows. */
typedef struct bl_result {
  char *name; /* the learner's */
  bl_cv cv;
  double *pooled;    /* [n_scores]: scores over all out-of-fold predictions together */
  double *mean, *sd; /* [n_scores] over folds */
  double *confusion; /* [n_classes x n_classes] out of fold, or NULL */
  bl_curve roc;      /* two classes or anomaly; n 0 otherwise */
  bl_target_scores by_target;
  bl_event_tally events;
  bl_part *parts; /* by the `by` column */
  size_t n_parts;
  double seconds;
  bl_patterns_list patterns; /* of the model that is saved */
  /* 95 % intervals of the config's main metric, NaN where not known: about its mean over folds (corrected for training rows
   * that folds share), and about its pooled value, groups drawn anew */
  double fold_interval[2], pooled_interval[2];
} bl_result;
/* Two learners by the main metric on the same folds, see baleen/compare.h; effects above 0 speak for a. */
typedef struct bl_versus {
  size_t a, b;    /* which of the results */
  bl_test folds;  /* corrected resampled t */
  bl_test ranks;  /* Wilcoxon's, of the same scores */
  bl_test groups; /* signs turned, where each fold tests one group; p one-sided for a */
  bl_test rows;   /* McNemar's, of classes; else p is NaN */
} bl_versus;
/* Rows that are the same, or nearly, on the two sides of a split: rows tested while another such is trained on. */
typedef struct bl_twins {
  size_t n_same, n_near;
  uint32_t same[2], near[2]; /* a pair of each, rows of the problem: one that is tested, one that is trained on */
  bool too_many;             /* near ones were not looked for */
} bl_twins;
/* What predicts the label by itself and says nothing of what is to be learnt. */
typedef struct bl_giveaway {
  const char *what; /* "sampling rate"; a constant text */
  const char
      *target; /* of several labels or numbers the one that it tells best; borrowed from the problem; else NULL */
  const char *score_name; /* balanced_accuracy, or r2; a constant text */
  double score, chance;   /* over all folds; and of who knows nothing */
} bl_giveaway;
typedef struct bl_giveaways {
  bl_giveaway *v;
  size_t n;
} bl_giveaways;
/* What may make the scores better than those on new recordings will be, though no rule refuses it. */
typedef struct bl_leaks {
  bl_twins twins;
  bl_giveaways giveaways;
  bl_texts told; /* a sentence each */
} bl_leaks;
typedef struct bl_results {
  bl_folds folds;
  bl_result *v;
  size_t n;
  bl_result chance;  /* of a model that looks at no feature, on the same folds; name NULL: there is none */
  bl_leaks leaks;    /* by bl_look_for_leaks() */
  bl_versus *versus; /* of every two learners, when they are not too many */
  size_t n_versus;
} bl_results;
/* Refuses leakage (BL_E_LEAKAGE) unless allowed, then cross-validates every learner on the same folds. */
bl_status bl_evaluate(bl_ctx *ctx, const bl_config *c, const bl_problem *p, bl_results *out) BL_MUST_CHECK;
/* Looks for equal rows on both sides of the split, and for what tells the label that should not, on the same folds; warns
 * of each that is found. */
bl_status bl_look_for_leaks(bl_ctx *ctx, const bl_config *c, const bl_extraction *x, const bl_problem *p,
                            bl_results *r) BL_MUST_CHECK;
void bl_results_free(bl_ctx *ctx, bl_results *r);

/* What a run says at its end. */
typedef struct bl_run_summary {
  char *folder;
  size_t n_failed; /* recordings */
} bl_run_summary;
/* Told the scores, as tables for a person to read on a terminal, as soon as they are known: models, pictures and the
 * report come after. The text lives during the call. */
typedef void (*bl_tables_fn)(void *user, const char *text);
/* folder NULL: runs/<config's name>, numbered when taken. Writes config.yaml, rows.*, features.json, recordings.csv,
 * dropped.csv, folds.csv, predictions.csv, metrics.json, model.safetensors (the best by the first metric; all of them
 * in models/ when there are several), pictures, report.html. `told` may be NULL. */
bl_status bl_run(bl_ctx *ctx, const bl_config *c, const char *folder, bl_tables_fn told, void *user,
                 bl_run_summary *out) BL_MUST_CHECK;
/* The rows alone, whatever models the config names: a run without a model. With them go the frames that the branches
 * named in `frames` end in ("all": all of them; NULL or none: no frames), one .npy and one .json a recording and branch
 * in <folder>/frames; memory does not grow with them. BL_E_CONFIG of a table, and when no branch is called so. */
bl_status bl_run_rows(bl_ctx *ctx, const bl_config *c, const char *folder, const bl_texts *frames, bl_tables_fn told,
                      void *user, bl_run_summary *out) BL_MUST_CHECK;
void bl_run_summary_free(bl_ctx *ctx, bl_run_summary *r);

#endif
