/* synthetic_report.h: a small run made by hand, for the report: two learners on six folds with a class named
 * <b>&"x'. */
#ifndef BL_TEST_SYNTHETIC_REPORT_H
#define BL_TEST_SYNTHETIC_REPORT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "baleen/report.h"
#include "check.h"

#define NASTY "<b>&\"x'"

enum { N_ROWS = 240, N_FOLDS = 6, N_PARTS = 4 };

typedef struct synthetic {
  bl_config c;
  bl_extraction x;
  bl_stream sound;
  bl_problem p;
  bl_results r;
  bl_result result[2];
  bl_fold fold[N_FOLDS];
  uint32_t index[N_ROWS], train[N_FOLDS][N_ROWS], test[N_FOLDS][N_ROWS];
  double y[N_ROWS], start[N_ROWS], end[N_ROWS], score[2][N_FOLDS * 2], pooled[2][2], mean[2][2], sd[2][2];
  int32_t group[N_ROWS];
  double place[N_ROWS]; /* each row has texts of its own */
  uint32_t cv_row[N_ROWS], cv_fold[N_ROWS];
  double pred[2][N_ROWS], proba[2][3 * N_ROWS], decision[2][N_ROWS], classes[3], confusion[2][9],
      part_score[2][N_PARTS][2];
  double roc_x[2][N_ROWS + 2], roc_y[2][N_ROWS + 2], threshold[2][N_ROWS + 2], published[N_FOLDS];
  bl_status status[N_FOLDS];
  bl_part parts[2][N_PARTS];
  bl_column extra[1];
  bl_outcome outcomes[3];
  bl_published pub[1];
  bl_metric metrics[2];
  char *names[N_ROWS], *labels[N_ROWS], *snr[N_ROWS], *score_names[2], *class_names[3], *list[1], *groups[N_FOLDS];
  char text[N_ROWS][2][48];
} synthetic;

/* Numbers that repeat: Knuth's MMIX multiplier, the upper bits as a fraction. */
static inline double noise(uint64_t *state)
{
  *state = *state * 6364136223846793005u + 1442695040888963407u;
  return (double)(*state >> 11) / 9007199254740992.0;
}

static bl_status no_load(bl_ctx *ctx, const void *params, const char *folder, bl_dataset *out)
{
  (void)params;
  (void)folder;
  (void)out;
  return bl_fail(ctx, BL_E_UNSUPPORTED, "synthetic: nothing to load");
}
static const bl_source_class synthetic_source = {.name = "synthetic", .summary = "made by a test", .load = no_load};
static const bl_splitter_class synthetic_splitter = {.name = "group_k_fold", .summary = "Groups & folds"};
static const bl_metric_class synthetic_metric = {.name = "roc_auc", .greater_is_better = true};
static const bl_metric_class second_metric = {.name = "accuracy", .greater_is_better = true};

static int falling(const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;
  return (x < y) - (x > y);
}

/* The ROC curve by the slow, obvious way: one point a threshold. */
static inline void slow_roc(synthetic *s, size_t which)
{
  bl_curve *c = &s->result[which].roc;
  double sorted[N_ROWS];
  for (size_t i = 0; i < N_ROWS; i++) sorted[i] = s->decision[which][i];
  qsort(sorted, N_ROWS, sizeof *sorted, falling);
  *c = (bl_curve){s->roc_x[which], s->roc_y[which], s->threshold[which], 1};
  c->threshold[0] = INFINITY;
  for (size_t t = 0; t < N_ROWS; t++) {
    double hit = 0, alarm = 0, all = 0;
    for (size_t i = 0; i < N_ROWS; i++) {
      bool positive = s->y[s->cv_row[i]] == 1;
      all += positive;
      if (s->decision[which][i] >= sorted[t]) positive ? hit++ : alarm++;
    }
    c->x[c->n] = alarm / (N_ROWS - all);
    c->y[c->n] = hit / all;
    c->threshold[c->n++] = sorted[t];
  }
}

static inline void synthetic_learner(synthetic *s, size_t which, double skill, uint64_t *seed)
{
  bl_result *r = &s->result[which];
  for (size_t i = 0; i < N_ROWS; i++) {
    double u = noise(seed) + noise(seed) + noise(seed) - 1.5, v = u + (s->y[s->cv_row[i]] == 1 ? skill : -skill);
    s->decision[which][i] = v;
    s->proba[which][2 * i + 1] = 1 / (1 + exp(-3 * v));
    s->proba[which][2 * i] = 1 - s->proba[which][2 * i + 1];
    s->pred[which][i] = v > 0;
    s->confusion[which][2 * (int)s->y[s->cv_row[i]] + (v > 0)]++;
  }
  for (size_t f = 0; f < N_FOLDS; f++) {
    s->score[which][2 * f] = 0.75 + 0.2 * skill + 0.05 * noise(seed);
    s->score[which][2 * f + 1] = 0.70 + 0.2 * skill + 0.08 * noise(seed);
    for (size_t m = 0; m < 2; m++) s->mean[which][m] += s->score[which][2 * f + m] / N_FOLDS;
  }
  static char *part_names[N_PARTS] = {"snr_db -10..-5", "snr_db -5..0", "snr_db 0..5", "snr_db 5..10"};
  for (size_t q = 0; q < N_PARTS; q++) {
    for (size_t m = 0; m < 2; m++) s->part_score[which][q][m] = 0.6 + 0.1 * (double)q * skill + 0.02 * noise(seed);
    s->parts[which][q] = (bl_part){part_names[q], 40 + 13 * q, s->part_score[which][q]};
  }
  static char *learner[2] = {"logistic <regression>", "knn"}; /* the first needs care in HTML and in a file's name */
  for (size_t m = 0; m < 2; m++) s->pooled[which][m] = s->mean[which][m] - 0.004, s->sd[which][m] = 0.0213;
  r->name = learner[which];
  r->pooled = s->pooled[which], r->mean = s->mean[which], r->sd = s->sd[which];
  r->confusion = s->confusion[which];
  r->parts = s->parts[which], r->n_parts = N_PARTS, r->seconds = 1.25;
  r->cv = (bl_cv){.n_folds = N_FOLDS,
                  .n_metrics = 2,
                  .n_classes = 2,
                  .score = s->score[which],
                  .status = s->status,
                  .classes = s->classes,
                  .n_rows = N_ROWS,
                  .row = s->cv_row,
                  .fold = s->cv_fold,
                  .pred = s->pred[which],
                  .proba = s->proba[which],
                  .decision = s->decision[which]};
  slow_roc(s, which);
}

static inline void synthetic_rows(synthetic *s, uint64_t *seed)
{
  static char *group_names[N_FOLDS] = {"g0", "g1", "g2", "g3", "g4", "g5"};
  size_t n_test[N_FOLDS] = {0}, n_train[N_FOLDS] = {0}, at = 0;
  for (size_t i = 0; i < N_ROWS; i++) {
    s->index[i] = (uint32_t)i;
    s->y[i] = noise(seed) < 0.4;
    s->group[i] = (int32_t)(i / (N_ROWS / N_FOLDS));
    s->place[i] = (double)i;
    s->start[i] = 3.5 * (double)i, s->end[i] = s->start[i] + 3.5;
    snprintf(s->text[i][0], sizeof s->text[i][0], i % 7 ? "noise/%zu.flac" : "noise/<%zu>&.flac", i);
    snprintf(s->text[i][1], sizeof s->text[i][1], "%.1f", 20 * noise(seed) - 10);
    s->names[i] = s->text[i][0], s->snr[i] = s->text[i][1];
    for (size_t f = 0; f < N_FOLDS; f++) {
      if ((size_t)s->group[i] == f) s->test[f][n_test[f]++] = (uint32_t)i;
      else s->train[f][n_train[f]++] = (uint32_t)i;
    }
  }
  for (size_t f = 0; f < N_FOLDS; f++) {
    s->fold[f] = (bl_fold){s->train[f], s->test[f], n_train[f], n_test[f]};
    s->groups[f] = group_names[f];
    for (size_t i = 0; i < n_test[f]; i++) s->cv_row[at] = s->test[f][i], s->cv_fold[at++] = (uint32_t)f;
  }
}

static inline void synthetic_make(synthetic *s)
{
  static char title[] = "Whale calls " NASTY, text[] = "A paragraph with " NASTY " & more.", by[] = "snr_db",
              path[] = "here/whale_calls.yaml", name[] = "whale_calls", auc[] = "roc_auc", accuracy[] = "accuracy",
              noise_class[] = NASTY, call[] = "call", pub[] = "paper <1>", good[] = "a.flac", bad[] = "b<&>.flac",
              why[] = "b<&>.flac: cut after 44 bytes", fine[] = "", channel[] = "ch1";
  static char *channels[] = {channel};
  uint64_t seed = 20240607;
  memset(s, 0, sizeof *s);
  synthetic_rows(s, &seed);
  s->classes[1] = 1, s->classes[2] = 2;
  s->class_names[0] = noise_class, s->class_names[1] = call;
  synthetic_learner(s, 0, 0.6, &seed);
  synthetic_learner(s, 1, 0.25, &seed);
  s->extra[0] = (bl_column){.name = by, .values = {s->snr, N_ROWS}, .code = {.open = s->place, .n = N_ROWS}};
  bl_dataset *d = &s->x.rows;
  *d = (bl_dataset){.X = {.rows = N_ROWS, .cols = 80},
                    .recording = {.values = {s->names, N_ROWS}, .code = {.open = s->place, .n = N_ROWS}},
                    .start_s = {.open = s->start, .n = N_ROWS},
                    .end_s = {.open = s->end, .n = N_ROWS},
                    .extra = s->extra,
                    .n_extra = 1};
  s->outcomes[0] = (bl_outcome){.recording = good, .message = fine, .n_rows = 120, .n_skipped = 2, .seconds = 420};
  s->outcomes[1] = (bl_outcome){.recording = bad, .status = BL_E_FORMAT, .message = why};
  s->outcomes[2] = (bl_outcome){.recording = good, .message = fine, .n_rows = 120, .seconds = 420};
  s->x.outcomes = s->outcomes, s->x.n_outcomes = 3, s->x.n_failed = 1, s->x.seconds = 840;
  s->sound = (bl_stream){.rate_hz = 48000, .n_channels = 1, .n_bins = 1, .channels = {channels, 1}};
  s->x.inputs = (bl_streams){&s->sound, 1};
  s->p = (bl_problem){.rows = d,
                      .task = BL_TASK_CLASSIFICATION,
                      .index = s->index,
                      .n = N_ROWS,
                      .y = s->y,
                      .n_targets = 1,
                      .group = s->group,
                      .classes = {s->class_names, 2},
                      .groups = {s->groups, N_FOLDS},
                      .grouped = true};
  static double chance[2] = {0.5, 0.625}, none[2];
  s->r = (bl_results){.folds = {.v = s->fold, .n = N_FOLDS}, .v = s->result, .n = 2};
  s->r.chance = (bl_result){.name = (char *)"chance", .mean = chance, .sd = none, .pooled = chance};
  s->r.chance.cv.n_metrics = 2;
  s->metrics[0].cls = &synthetic_metric, s->metrics[1].cls = &second_metric;
  s->score_names[0] = auc, s->score_names[1] = accuracy;
  s->list[0] = by;
  for (size_t f = 0; f < N_FOLDS; f++) s->published[f] = 0.78 + 0.01 * (double)f;
  s->pub[0] = (bl_published){pub, {s->published, N_FOLDS}};
  s->c = (bl_config){.path = path,
                     .name = name,
                     .seed = 7,
                     .source.cls = &synthetic_source,
                     .has_split = true,
                     .splitter.cls = &synthetic_splitter,
                     .metrics = s->metrics,
                     .score_names = s->score_names,
                     .n_metrics = 2,
                     .n_scores = 2,
                     .evaluate = {.by = by, .n_worst = 8},
                     .published = s->pub,
                     .n_published = 1,
                     .report = {.title = title, .text = text, .list = {s->list, 1}, .published_metric = auc}};
}

#endif
