/* Several labels a row and several targets, as a user meets them: a column a label, labels in one column, numbers; what is
 * written, what predict says, and slips told at their place. */
#include <math.h>
#include <stdlib.h>

#include "program.h"
#include "tree.h"

#define ROOT tree_root()

/* 40 rows of two features; labels "low" where a is below 2, "odd" where b is 1; numbers that follow from both. */
static void put_tables(void)
{
  char columns[4000] = "a,b,low,odd,sum,twice\n", cells[4000] = "a,b,tags\n", line[100];
  for (int i = 0; i < 40; i++) {
    double a = i % 4 + 0.01 * i;
    int odd = i % 3 == 1;
    snprintf(line, sizeof line, "%g,%d,%d,%s,%g,%g\n", a, odd, a < 2, odd ? "true" : "false", a + odd, 2 * a);
    check_append(columns, sizeof columns, line);
    snprintf(line, sizeof line, "%g,%d,%s%s%s\n", a, odd, odd ? "odd" : "", odd && a < 2 ? " | " : "",
             a < 2 ? "low" : "");
    check_append(cells, sizeof cells, line);
  }
  tree_text("columns.csv", columns);
  tree_text("cells.csv", cells);
  tree_text("new.csv", "b,a\n1,0.5\n0,3.2\n1,3.1\n");
}

static void put_config(const char *name, const char *text)
{
  put_tables();
  tree_text(name, text);
}

static void a_column_a_label(void **unused)
{
  (void)unused;
  put_config("columns.yaml", "source:\n"
                             "  table: {file: columns.csv, target: [low, odd], drop: [sum, twice]}\n"
                             "models: {near: [standard_scaler, {knn: {n_neighbors: 3}}],\n"
                             "  rest: {one_vs_rest: {estimator: logistic_regression}}, chance: dummy_classifier}\n");
  assert_int_equal(baleen("run %s/columns.yaml -o %s/columns", ROOT, ROOT), 0);
  check_says("40 rows of 2 features, 2 labels, 40 groups");
  check_says("no split is given: k_fold is taken");
  check_says("  near         1.0000 (0.0000)     1.0000 (0.0000)     0.0000 (0.0000)");
  check_says("near by label, over all out-of-fold predictions:");
  check_says("  odd                          13         13         13     1.0000     1.0000     1.0000     1.0000");
  assert_int_equal(baleen("predict %s/columns/models/near.safetensors %s/new.csv", ROOT, ROOT), 0);
  assert_string_equal(said,
                      "recording,start_s,end_s,prediction,p_low,p_odd\nnew.csv:2,,,\"low;odd\",1,1\nnew.csv:3,,,,0,0\n"
                      "new.csv:4,,,odd,0,1\n");
  char path[600];
  snprintf(path, sizeof path, "%s/columns/predictions.csv", ROOT);
  read_said(path);
  check_says("model,fold,row,recording,start_s,end_s,label,group,low,odd,prediction,p_low,p_odd,score_low,score_odd\n"
             "near,1,0,columns.csv:2,,,low,columns.csv:2,1,false,low,1,0,,\n"
             "near,1,1,columns.csv:3,,,\"low;odd\",columns.csv:3,1,true,\"low;odd\",1,1,,\n");
  snprintf(path, sizeof path, "%s/columns/metrics.json", ROOT);
  read_said(path);
  check_says("\"classes\": [\n    \"low\",\n    \"odd\"\n  ]");
  check_says("\"average_precision\": 1.0");
  check_says_not("confusion");
  snprintf(path, sizeof path, "%s/columns/report.html", ROOT);
  read_said(path);
  check_says("Labels of <em>near</em>");
  check_says("<dt>labels</dt>");
}

/* The same labels in one column give the same scores; an empty cell has none of them. */
static void labels_in_one_column(void **unused)
{
  (void)unused;
  put_config("cells.yaml", "source: {table: {file: cells.csv, target: tags}}\n"
                           "rows: {label_separator: \"|\"}\n"
                           "model: [standard_scaler, {knn: {n_neighbors: 3}}]\n"
                           "evaluate: {metrics: [{f1: {average: samples}}, hamming_loss]}\n");
  assert_int_equal(baleen("run %s/cells.yaml -o %s/cells", ROOT, ROOT), 0);
  check_says("40 rows of 2 features, 2 labels, 40 groups");
  assert_int_equal(baleen("predict %s/cells/model.safetensors %s/new.csv", ROOT, ROOT), 0);
  check_says("new.csv:2,,,\"low;odd\",1,1\n");
  /* some of the labels, in another order */
  assert_int_equal(baleen("run %s/cells.yaml -o %s/cells --set 'rows.classes=[odd, low]'", ROOT, ROOT), 0);
  assert_int_equal(baleen("predict %s/cells/model.safetensors %s/new.csv", ROOT, ROOT), 0);
  check_says("p_odd,p_low\nnew.csv:2,,,\"odd;low\",1,1\n");
  assert_int_equal(baleen("run %s/cells.yaml -o %s/cells --set 'rows.classes=[odd, high]'", ROOT, ROOT), 2);
  check_says("rows: classes: no row is labelled 'high'");
  assert_int_equal(baleen("run %s/cells.yaml -o %s/cells --set 'rows.label_separator=/'", ROOT, ROOT), 0);
  check_says("3 labels"); /* low, odd, and "odd | low" */
}

static void several_numbers(void **unused)
{
  (void)unused;
  put_config("numbers.yaml", "source: {table: {file: columns.csv, target: [sum, twice], drop: [low, odd]}}\n"
                             "models: {line: linear_regression, near: knn_regressor}\n");
  assert_int_equal(baleen("run %s/numbers.yaml -o %s/numbers", ROOT, ROOT), 0);
  check_says("40 rows of 2 features, 2 targets, 40 groups");
  check_says("  line         1.0000 (0.0000)      0.0000 (0.0000)          0.0000 (0.0000)");
  check_says("line by target, over all out-of-fold predictions:");
  assert_int_equal(baleen("predict %s/numbers/model.safetensors %s/new.csv", ROOT, ROOT), 0);
  check_says("recording,start_s,end_s,prediction_sum,prediction_twice\nnew.csv:2,,,1.");
  char path[600];
  snprintf(path, sizeof path, "%s/numbers/predictions.csv", ROOT);
  read_said(path);
  check_says("label,group,sum,twice,prediction_sum,prediction_twice\n");
}

static void what_no_label_is(void **unused)
{
  (void)unused;
  tree_text("marks.csv", "a,x,y\n1,1,0\n2,0,2\n");
  tree_text("marks.yaml", "source: {table: {file: marks.csv, target: [x, y]}}\nmodel: {knn: {n_neighbors: 1}}\n");
  assert_int_equal(baleen("run %s/marks.yaml -o %s/marks", ROOT, ROOT), 2);
  check_says("marks.csv:3 (row 1): label 'y': '2' is neither 1 (the row has it) nor 0");
  /* a row of which one label is not known is left out */
  tree_text("marks.csv", "a,x,y\n1,1,0\n2,0,\n3,0,1\n4,1,1\n5,NA,1\n6,0,0\n7,1,0\n8,0,1\n");
  assert_int_equal(baleen("run %s/marks.yaml -o %s/marks", ROOT, ROOT), 0);
  check_says("2 rows without a label are left out");
}

/* clang-format off */
static const struct slip { const char *text, *told; } slips[] = {
  {"model: [standard_scaler, lda]\n", ":2:8: error: model 'lda' learns one class a row, but rows have several targets; what learns several: one_vs_rest, knn "
   "(one_vs_rest makes several of any classifier)"},
  {"models:\n  a: knn\n  b: gaussian_nb\n", ":4:6: error: model 'b' learns one class a row"},
  {"model: {bagging: {estimator: ridge}}\n", ":2:8: error: model 'bagging' learns one target, but rows have several targets; what learns several: linear_regression"},
  {"model: isolation_forest\n", ":2:8: error: model 'isolation_forest' detects outliers, which takes one label"},
  {"model: knn\nevaluate:\n  metrics: [f1, log_loss]\n", ":4:17: error: log_loss: scores classes, but the targets are several labels a row; choose one of accuracy"},
  {"model: knn\nevaluate:\n  metrics: [{f1: {average: binary}}]\n", ":4:13: error: f1: average binary is of one class a row"},
  {"model: knn\nevaluate: {metrics: r2}\n", ":3:21: error: r2: scores numbers"},
  {"model: ridge\nevaluate: {metrics: [r2, accuracy]}\n", ":3:26: error: accuracy: scores classes, but the targets are numbers"},
  {"model: knn\nevaluate: {split: stratified_k_fold}\n", ":3:19: error: split: stratified_k_fold goes by one class a row, but rows have several targets; take k_fold"},
  {"model: knn\nevaluate: {split: stratified_group_k_fold}\n", ":3:19: error: split: stratified_group_k_fold goes by one class a row, but rows have several targets; take group_k_fold"},
  {"model: knn\nrows: {positive: low}\n", ":3:18: error: rows: positive: of several labels a row each is told from none; leave it out"},
  {"model: knn\nrows: {label_separator: \";\"}\n", ":3:25: error: rows: label_separator and several columns of labels are two answers to one question"},
  {"model: knn\nrows: {label_separator: \"\"}\n", ":3:25: error: rows: label_separator is empty"},
  {"model: ridge\nrows: {label_separator: \";\"}\n", ":3:25: error: rows: label_separator stands between labels; a regressor's targets have a column each"},
};
/* clang-format on */

static void slips_are_told_at_their_place(void **unused)
{
  (void)unused;
  put_tables();
  for (size_t i = 0; i < sizeof slips / sizeof *slips; i++) {
    char text[600];
    snprintf(text, sizeof text, "source: {table: {file: columns.csv, target: [low, odd], drop: [sum, twice]}}\n%s",
             slips[i].text);
    tree_text("slip.yaml", text);
    int status = baleen("run %s/slip.yaml -o %s/slip", ROOT, ROOT);
    if (status != 2) fail_msg("%s: exit status %d: %s", slips[i].text, status, said);
    check_says(slips[i].told);
    assert_int_equal(said_by("test -e $PWD/slip"), 1);
  }
}

/* ---- recordings -------------------------------------------------------------------------------------------------- */

enum { RATE = 2000, SECONDS = 40, FILES = 4 };

/* Two tones that come and go, each for some seconds, also at the same time, over noise; and the table that tells of
 * them. */
static void put_recordings(void)
{
  static const double from[2][3] = {{3, 14, 27}, {5, 16, 33}}, to[2][3] = {{8, 19, 30}, {11, 21, 38}},
                      hz[2] = {200, 600};
  char table[4000] = "file,start,end,label,score\n", line[100], name[40];
  float *v = malloc(sizeof *v * RATE * SECONDS);
  unsigned seed = 1;
  assert_non_null(v);
  for (int f = 0; f < FILES; f++) {
    for (int i = 0; i < RATE * SECONDS; i++) {
      double t = (double)i / RATE, x = 0;
      seed = seed * 1664525u + 1013904223u;
      for (int k = 0; k < 2; k++)
        for (int e = 0; e < 3; e++)
          if (t >= from[k][e] + f && t < to[k][e] + f) x += 0.2 * sin(6.283185307179586 * hz[k] * t);
      v[i] = (float)(x + 0.05 * ((double)seed / 4294967296.0 - 0.5));
    }
    snprintf(name, sizeof name, "rec/%d.wav", f);
    tree_wav(name, RATE, 1, (size_t)RATE * SECONDS, v);
    for (int k = 0; k < 2; k++)
      for (int e = 0; e < 3; e++) {
        snprintf(line, sizeof line, "rec/%d.wav,%g,%g,%s,0.5\n", f, from[k][e] + f, fmin(to[k][e] + f, SECONDS),
                 k ? "high" : "low");
        check_append(table, sizeof table, line);
      }
  }
  tree_text("calls.csv", table);
  free(v);
}

#define RECORDINGS                                                                                                     \
  "source: {files: {recordings: \"rec/*.wav\", labels: table, label_file: calls.csv}}\n"                               \
  "rows: {label_separator: \";\"}\n"                                                                                   \
  "segments: {window: {length_s: 1, label_from: events}}\n"                                                            \
  "features: {bands: {summaries: [{band_power: {bands: {low: [150, 250], high: [550, 650]}}}]}}\n"

/* A window has each label that covers it; one that none covers is learnt from too. */
static void overlapping_events(void **unused)
{
  (void)unused;
  char path[600];
  put_recordings();
  tree_text("tones.yaml", RECORDINGS "models: {near: [standard_scaler, {knn: {n_neighbors: 3}}],\n"
                                     "  rest: [standard_scaler, {one_vs_rest: {estimator: logistic_regression}}]}\n");
  assert_int_equal(baleen("run %s/tones.yaml -o %s/tones", ROOT, ROOT), 0);
  check_says("4 recordings, 2.7 minutes, 160 rows of 2 features, 2 labels, 4 groups");
  check_says("no split is given: leave_one_group_out is taken");
  check_says("near         1.0000 (0.0000)     1.0000 (0.0000)");
  snprintf(path, sizeof path, "%s/tones/rows.csv", ROOT);
  read_said(path);
  check_says("\n0.wav,0,1,\";\",0.wav,1\n"); /* looked at, and nothing there */
  check_says("\n0.wav,3,4,low,0.wav,1\n");
  check_says("\n0.wav,5,6,\"high;low\",0.wav,1\n");
  assert_int_equal(baleen("predict %s/tones/model.safetensors %s/rec/1.wav", ROOT, ROOT), 0);
  check_says("recording,start_s,end_s,prediction,p_high,p_low\n");
  check_says("1.wav\",0,1,,0,0\n");
  check_says("1.wav\",6,7,\"high;low\",1,1\n");
}

/* Labels that always come together are two all the same: what is looked at before the run joins them as the run does. */
static void labels_that_come_together(void **unused)
{
  (void)unused;
  char table[2000] = "file,start,end,label\n", line[200];
  put_recordings();
  for (int f = 0; f < FILES; f++) {
    snprintf(line, sizeof line, "rec/%d.wav,%d,%d,low\nrec/%d.wav,%d,%d,high\n", f, 3 + f, 8 + f, f, 3 + f, 8 + f);
    check_append(table, sizeof table, line);
  }
  tree_text("calls.csv", table);
  tree_text("together.yaml", RECORDINGS "model: [standard_scaler, {knn: {n_neighbors: 3}}]\n");
  assert_int_equal(baleen("run %s/together.yaml -o %s/together", ROOT, ROOT), 0);
  check_says("160 rows of 2 features, 2 labels, 4 groups");
}

/* Windows out of fold make detections that are compared with the marks: each tone is found at its window's edges. */
static void events_of_rows(void **unused)
{
  (void)unused;
  char path[600];
  put_recordings();
  tree_text("events.yaml",
            RECORDINGS "model: [standard_scaler, {knn: {n_neighbors: 3}}]\n"
                       "evaluate:\n"
                       "  metrics: [event_f1, f1, {event_recall: {t_collar: 0.01}}, false_alarms_per_hour]\n");
  assert_int_equal(baleen("run %s/events.yaml -o %s/events", ROOT, ROOT), 0);
  check_says("                    f1            event_f1  event_recall: {t_collar: 0.01}  false_alarms_per_hour\n");
  check_says("1.0000 (0.0000)     1.0000 (0.0000)                 1.0000 (0.0000)        0.0000 (0.0000)\n");
  check_says("knn: 24 detections, 24 true events, 0.04444 hours listened to\n");
  snprintf(path, sizeof path, "%s/events/metrics.json", ROOT);
  read_said(path);
  check_says("\"detections\": 24");
  snprintf(path, sizeof path, "%s/events/config.yaml", ROOT);
  read_said(path);
  check_says("- event_f1:");
  /* one tone of each file lasts 3 s, which is then too short */
  assert_int_equal(baleen("run %s/events.yaml -o %s/events --set evaluate.event_min_s=4", ROOT, ROOT), 0);
  check_says("knn: 20 detections, 24 true events");
  check_says("0.9091 (0.0000)"); /* 2 * 20 / (24 + 20) */
  assert_int_equal(baleen("run %s/events.yaml -o %s/events --set evaluate.event_gap_s=7", ROOT, ROOT), 0);
  check_says("knn: 16 detections, 24 true events"); /* 8 to 14 is bridged, 19 to 27 is not */
  assert_int_equal(baleen("run %s/events.yaml -o %s/events --set evaluate.event_threshold=1.5", ROOT, ROOT), 0);
  check_says("knn: 0 detections, 24 true events");
  /* windows that overlap make no event longer */
  assert_int_equal(baleen("run %s/events.yaml -o %s/events --set segments.window.overlap=0.5", ROOT, ROOT), 0);
  check_says("knn: 24 detections, 24 true events, 0.04444 hours");
  /* several folds of one recording: marks count where rows were tested */
  assert_int_equal(
      baleen("run %s/events.yaml -o %s/events --set rows.block_s=10 --set evaluate.split=group_k_fold", ROOT, ROOT), 0);
  check_says(" 24 true events, 0.04444 hours listened to"); /* a mark counts in the fold that it begins in */
  tree_text("files.csv", "path,label\nrec/0.wav,low\nrec/1.wav,high\nrec/2.wav,low;high\nrec/3.wav,low\n");
  assert_int_equal(baleen("run %s/events.yaml -o %s/events --set source.files.labels=csv --set "
                          "source.files.label_file=files.csv --set segments.window.label_from=none",
                          ROOT, ROOT),
                   2);
  check_says("event_f1: no recording tells of its events; the source's labels say where marks come from");
  assert_int_equal(baleen("run %s/events.yaml -o %s/events --set model=ridge", ROOT, ROOT), 2);
  check_says("event_f1: scores what a classifier names, and the model is a regressor");
  assert_int_equal(
      baleen("run %s/events.yaml -o %s/events --set evaluate.metrics=f1 --set evaluate.event_gap_s=1", ROOT, ROOT), 2);
  check_says("evaluate: event_gap_s does nothing without a metric of events, such as event_f1");
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(a_column_a_label),
                                     cmocka_unit_test(labels_in_one_column),
                                     cmocka_unit_test(several_numbers),
                                     cmocka_unit_test(what_no_label_is),
                                     cmocka_unit_test(slips_are_told_at_their_place),
                                     cmocka_unit_test(overlapping_events),
                                     cmocka_unit_test(labels_that_come_together),
                                     cmocka_unit_test(events_of_rows)};
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  tree_done();
  return failed;
}
