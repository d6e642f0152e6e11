/* config.h: a run's YAML config, read, checked and filled in.
 *
 *   seed: 0                          random draws of the run
 *   relative_to: ..                  the folder that paths in it are relative to; not given: the one that it lies in
 *   source: {files: {...}}           one of data/sources.def, with its options
 *   stream: {...}                    which stream of a recording, for all branches that name none; see bl_stream_opts
 *   segments: whole                  one of features/segments.def, with its options
 *   features:                        named branches; chains that begin alike share their beginning
 *     logmel: {stages: [stft, power, mel, db], summaries: [mean, std]}
 *     ecg: {stream: {rate_hz: 400}, stages: [...], summaries: [...]}   of another stream than the others; the row has
 *     the numbers of both. See bl_branch_stream_opts
 *     (a branch that only a stage of one below takes, as subtract does, needs no summaries)
 *   rows: {...}                      label, group, task; see bl_rows_opts
 *   model: [standard_scaler, lda]    or  models: {name: [...], ...}
 *   evaluate: {split: {...}, metrics: [...], ...}   see bl_evaluate_opts
 *   report: {...}                    see bl_report_opts
 *
 * Every mistake is reported at once, each as file:line:column with the nearest name and what is allowed. */
#ifndef BALEEN_CONFIG_H
#define BALEEN_CONFIG_H

#include "baleen/estimator.h"
#include "baleen/event_metric.h"
#include "baleen/extractor.h"
#include "baleen/metric.h"
#include "baleen/source.h"
#include "baleen/split.h"

typedef struct bl_stream_params {
  bl_word rate_hz; /* auto (the stream with most channels of those that the stages can be carried out on; the faster of
                      equals), or the rate of the stream wanted */
} bl_stream_params;
extern const bl_opt bl_stream_opts[];

typedef enum bl_task { BL_TASK_AUTO, BL_TASK_CLASSIFICATION, BL_TASK_REGRESSION, BL_TASK_ANOMALY } bl_task;
enum { BL_NAN_KEEP, BL_NAN_DROP };
typedef struct bl_rows_params {
  bl_texts label;        /* column that holds what is to be learnt, or several */
  char *label_separator; /* what stands between several labels of a row; NULL: it has one */
  char *group;           /* column whose rows belong together */
  char *block;           /* column of each row's block, by which groups are cut, or NULL */
  char *time;            /* column of each row's time, or NULL */
  double block_s;        /* > 0: groups are cut into blocks of that much time, and rows across a border are left out */
  char *positive;        /* class counted as positive: last in the order of classes */
  bl_texts classes;      /* labels to keep, in this order; empty: all, sorted */
  int task;              /* bl_task */
  int nan;               /* what becomes of rows with a feature that is NaN */
} bl_rows_params;
extern const bl_opt bl_rows_opts[];

typedef struct bl_evaluate_params {
  char *split_file;  /* CSV of test rows, columns split,row */
  char *fold;        /* column for the predefined splitter */
  char *by;          /* scores also by this column */
  bl_reals by_edges; /* edges of intervals for a numeric `by` column */
  bool allow_leakage;
  int64_t n_worst;                 /* how many of the strongest mistakes to list */
  bl_word event_threshold;         /* auto, or the least score of a row that is part of a detection */
  double event_gap_s, event_min_s; /* detections that lie closer together are one; shorter ones are none */
} bl_evaluate_params;
extern const bl_opt bl_evaluate_opts[];

typedef struct bl_report_params {
  char *title, *text;     /* heading and a paragraph of the report */
  bl_texts list;          /* columns of predictions named in the lists of mistakes */
  char *published_metric; /* metric that the published numbers are of */
  int64_t n_shown;        /* of each of these lists, how many are drawn */
} bl_report_params;
extern const bl_opt bl_report_opts[];

/* A published score to stand beside ours: one number a fold. */
typedef struct bl_published {
  char *name;
  bl_reals folds;
} bl_published;

typedef struct bl_learner {
  char *name;
  bl_estimator *estimator;
} bl_learner;

typedef struct bl_config {
  char *path, *folder, *name; /* file, the folder that paths are relative to, file's stem */
  int64_t seed;
  bl_source source;
  bl_stream_params stream;
  bl_segment segment;
  bl_recipe recipe;
  bl_rows_params rows;
  bl_learner *learners;
  size_t n_learners;
  bool has_split;
  bl_splitter splitter; /* cls NULL with a split_file, or split: none */
  bl_metric *metrics;   /* of rows */
  size_t n_metrics;
  bl_event_metric *event_metrics; /* of detections made of rows */
  size_t n_event_metrics;
  char **score_names; /* of both, those of rows first; as written: "f1", or with options "f1: {average: macro}" */
  size_t n_scores;
  bl_evaluate_params evaluate;
  bl_report_params report;
  bl_published *published;
  size_t n_published;
  bl_flow tree; /* as it was read, so that what turns out later can be told in its place */
  bl_texts set; /* the overrides, which its nodes without a line name by their number (column) */
} bl_config;

/* overrides: "path=value" texts, applied in order, as of --set. Mistakes are logged one by one at BL_LOG_ERROR; the
 * returned BL_E_CONFIG's text holds the first ones and their number. */
bl_status bl_config_read(bl_ctx *ctx, const char *path, const bl_texts *overrides, bl_config *out) BL_MUST_CHECK;
/* The same for bl_run_rows() with these frames, which are all that a branch named among them needs to be good for: it may
 * be without summaries. */
bl_status bl_config_read_for_frames(bl_ctx *ctx, const char *path, const bl_texts *overrides, const bl_texts *frames,
                                    bl_config *out) BL_MUST_CHECK;
/* From a text; `path` names it in messages and gives the folder. */
bl_status bl_config_parse(bl_ctx *ctx, const char *path, const char *text, size_t n, const bl_texts *overrides,
                          bl_config *out) BL_MUST_CHECK;
/* The config with every default filled in, as YAML that bl_config_parse() reads back to the same. */
bl_status bl_config_print(bl_ctx *ctx, const bl_config *c, bl_buf *out) BL_MUST_CHECK;
void bl_config_free(bl_ctx *ctx, bl_config *c);
/* Of the m-th score: is greater better? */
bool bl_config_greater_is_better(const bl_config *c, size_t m);
/* The score that tables by fold and pictures show: that of the published numbers where there are some, else the first. */
size_t bl_config_main_metric(const bl_config *c);

#endif
