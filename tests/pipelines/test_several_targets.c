/* Several labels a row and several targets: what problems are made of rows, the folds they are given, and memory that runs
 * out anywhere between. What a user sees of it is in tools/test_several_labels.c. */
#include "detections.h"
#include "pipe.h"

enum { N = 12 };

/* Rows of one feature; columns "x" and "y" say of one label each, "u" and "v" are numbers, the label has several. */
static void make_rows(bl_ctx *ctx, bl_dataset *d)
{
  static const char *const extra_names[] = {"x", "y", "u", "v"};
  bl_texts features = {0}, extra = {0};
  check_ok(ctx, bl_texts_add(ctx, &features, "f"));
  for (size_t k = 0; k < 4; k++) check_ok(ctx, bl_texts_add(ctx, &extra, extra_names[k]));
  check_ok(ctx, bl_dataset_init(ctx, &features, NULL, &extra, d));
  for (int i = 0; i < N; i++) {
    bool a = i % 2, b = i % 3 == 0;
    char u[16], group[16];
    snprintf(u, sizeof u, "%d", 3 * i);
    snprintf(group, sizeof group, "g%d", i / 2);
    const char *more[] = {a ? "1" : "0", i == 5 ? "" : b ? "yes" : "no", u, "2.5"};
    const char *label = i == 4 ? "" : a && b ? "b, a" : a ? "a" : b ? " b ," : ",";
    float f = (float)(i % 6);
    bl_row_info info = {"r", label, group, i, i + 1, 1, more};
    check_ok(ctx, bl_dataset_add(ctx, d, &f, &info));
  }
  bl_texts_free(ctx, &features);
  bl_texts_free(ctx, &extra);
}

typedef struct work {
  const bl_config *config;
  const bl_dataset *rows;
} work;

static bl_status evaluate(bl_ctx *ctx, void *arg)
{
  const work *w = arg;
  bl_problem p;
  bl_results r = {0};
  bl_status s = bl_problem_make(ctx, w->config, w->rows, &p);
  if (!s) s = bl_evaluate(ctx, w->config, &p, &r);
  bl_results_free(ctx, &r);
  bl_problem_free(ctx, &p);
  return s;
}

static const struct row {
  const char *name, *config, *classes, *targets, *y;
  size_t n; /* rows taken */
} rows[] = {
    {"labels in one column", "model: {knn: {n_neighbors: 1}}\nrows: {label_separator: \",\"}\n", "a|b", "a|b",
     "01 10 00 11 10 01 10 00 11 00 10", 11},
    {"some of them, in another order",
     "model: {knn: {n_neighbors: 1}}\nrows: {label_separator: \",\", classes: [b, a]}\n", "b|a", "b|a",
     "10 01 00 11 01 10 01 00 11 00 01", 11},
    {"a column a label", "model: {knn: {n_neighbors: 1}}\nrows: {label: [x, y]}\n", "x|y", "x|y",
     "01 10 00 11 00 01 10 00 11 00 10", 11},
    {"numbers", "model: ridge\nrows: {label: [v, u]}\n", "", "v|u", NULL, 12},
};

static void join(const bl_texts *t, char *out, size_t room)
{
  *out = '\0';
  for (size_t i = 0; i < t->n; i++) {
    if (i) check_append(out, room, "|");
    check_append(out, room, t->v[i]);
  }
}

static void problems(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    const struct row *r = &rows[i];
    bl_ctx *ctx = bl_ctx_new();
    bl_config c;
    bl_dataset d;
    bl_problem p;
    char text[400], got[200] = "";
    make_rows(ctx, &d);
    snprintf(text, sizeof text, "source: {files: {recordings: \"*.wav\"}}\nfeatures: {m: {summaries: [rms]}}\n%s",
             r->config);
    check_ok(ctx, pipe_config(ctx, text, &c));
    check_ok(ctx, bl_problem_make(ctx, &c, &d, &p));
    assert_int_equal(p.n, r->n);
    assert_int_equal(p.n_targets, 2);
    join(&p.classes, got, sizeof got);
    assert_string_equal(got, r->classes);
    join(&p.targets, got, sizeof got);
    assert_string_equal(got, r->targets);
    *got = '\0';
    for (size_t k = 0; r->y && k < 2 * p.n; k++) {
      if (k && k % 2 == 0) check_append(got, sizeof got, " ");
      check_append(got, sizeof got, p.y[k] > 0 ? "1" : "0");
    }
    if (r->y) assert_string_equal(got, r->y);
    else check_near(p.y[2 * 7 + 1], 21, 0);
    bl_problem_free(ctx, &p);
    check_every_allocation_failing(evaluate, &(work){&c, &d});
    bl_dataset_free(ctx, &d);
    bl_config_free(ctx, &c);
    check_free(ctx);
  }
}

/* ---- metrics of events ------------------------------------------------------------------------------------------- */

typedef struct heard {
  const bl_config *config;
  const bl_extraction *x;
  double f1, recall;
  bl_event_tally tally;
} heard;

static bl_status evaluate_events(bl_ctx *ctx, void *arg)
{
  heard *h = arg;
  bl_problem p;
  bl_results r = {0};
  bl_status s = bl_problem_make(ctx, h->config, &h->x->rows, &p);
  if (!s) s = bl_evaluate(ctx, h->config, &p, &r);
  if (!s) s = bl_evaluate_events(ctx, h->config, h->x, &p, &r);
  if (!s) h->f1 = r.v[0].pooled[1], h->recall = r.v[0].mean[2], h->tally = r.v[0].events;
  bl_results_free(ctx, &r);
  bl_problem_free(ctx, &p);
  return s;
}

/* Three recordings with a tone from 2 to 4 s, which windows of 1 s find; the third has a mark that no window is long
 * enough for. */
static void events(void **state)
{
  (void)state;
  enum { RATE = 200, SECONDS = 6 };
  float v[RATE * SECONDS];
  bl_ctx *ctx = bl_ctx_new();
  bl_config c;
  bl_extraction x;
  for (size_t i = 0; i < RATE * SECONDS; i++)
    v[i] = (float)(i % 2) * 0.01f + (i >= 2 * RATE && i < 4 * RATE ? (float)(i % 10) * 0.1f : 0);
  tree_wav("e/a.wav", RATE, 1, RATE * SECONDS, v);
  tree_wav("e/b.wav", RATE, 1, RATE * SECONDS, v);
  tree_wav("e/c.wav", RATE, 1, RATE * SECONDS, v);
  tree_text("marks.csv", "file,onset_s,duration_s,label\ne/a.wav,2,2,tone\ne/b.wav,2,2,tone\ne/b.wav,5,0.4,bad\n"
                         "e/c.wav,2,2,tone\ne/c.wav,5.2,0.1,tone\n");
  const char *text = "source: {files: {recordings: \"e/*.wav\", labels: table, label_file: marks.csv}}\n"
                     "segments: {window: {length_s: 1, label_from: events, otherwise: sea}}\n"
                     "features: {m: {summaries: [rms]}}\nmodel: {knn: {n_neighbors: 1}}\n"
                     "evaluate: {metrics: [event_f1, accuracy, event_recall], split: leave_one_group_out}\n";
  check_ok(ctx, pipe_config(ctx, text, &c));
  assert_int_equal(c.n_scores, 3);
  assert_string_equal(c.score_names[0], "accuracy"); /* of rows first */
  check_ok(ctx, bl_extract(ctx, &c, &x));
  assert_int_equal(x.outcomes[1].marks.n, 1); /* a bad stretch is none */
  heard h = {.config = &c, .x = &x};
  check_ok(ctx, evaluate_events(ctx, &h));
  assert_int_equal(h.tally.n_true, 4);
  assert_int_equal(h.tally.n_found, 3);
  check_near(h.tally.hours, 18 / 3600.0, 1e-12); /* the window that a bad stretch leaves out was listened to */
  check_near(h.f1, 2 * 3 / 7.0, 1e-15);
  check_near(h.recall, (1 + 1 + 0.5) / 3, 1e-15);
  check_every_allocation_failing(evaluate_events, &h);
  bl_extraction_free(ctx, &x);
  bl_config_free(ctx, &c);
  check_free(ctx);
}

#define MARKED                                                                                                         \
  "source: {files: {recordings: \"e/*.wav\", labels: table, label_file: marks.csv}}\n"                                 \
  "segments: {window: {length_s: 1, label_from: events, otherwise: sea}}\nfeatures: {m: {summaries: [rms]}}\n"         \
  "model: {knn: {n_neighbors: 1}}\n"                                                                                   \
  "evaluate: {metrics: [accuracy, {event_recall: {threshold: 0.9}}], event_threshold: 0.2, split: leave_one_group_out}\n"

/* Of rows that are one detection the highest score is its own; by a decision the first of two classes is what lies
 * below 0. */
static void scores_of_detections(void **state)
{
  (void)state;
  static const char *const orders[] = {"rows: {classes: [sea, tone]}\n", "rows: {classes: [tone, sea]}\n"};
  for (int k = 0; k < 2; k++) {
    char text[1200];
    double decision[18], pred[18], accuracy = 1, pooled[2], mean[2], sd[2];
    uint32_t row[18], fold[18] = {0};
    bl_status fine = BL_OK;
    bl_ctx *ctx = bl_ctx_new();
    bl_config c;
    bl_extraction x;
    bl_problem p;
    snprintf(text, sizeof text, MARKED "%s", orders[k]);
    check_ok(ctx, pipe_config(ctx, text, &c));
    check_ok(ctx, bl_extract(ctx, &c, &x));
    check_ok(ctx, bl_problem_make(ctx, &c, &x.rows, &p));
    assert_int_equal(p.n, 17);
    for (uint32_t i = 0; i < p.n; i++) {
      double start = bl_packed_get(&x.rows.start_s, i), score = start == 2 ? 0.3 : start == 3 ? 0.95 : -1;
      row[i] = i;
      decision[i] = k ? -score : score;
      pred[i] = k; /* the threshold decides, and not what is predicted */
    }
    bl_result one = {.name = "by hand",
                     .cv = {.n_folds = 1,
                            .n_metrics = 1,
                            .n_classes = 2,
                            .n_targets = 1,
                            .status = &fine,
                            .n_rows = p.n,
                            .row = row,
                            .fold = fold,
                            .pred = pred,
                            .decision = decision},
                     .pooled = pooled,
                     .mean = mean,
                     .sd = sd};
    one.cv.score = bl_calloc(ctx, 1, sizeof accuracy); /* becomes wider */
    assert_non_null(one.cv.score);
    *one.cv.score = accuracy;
    bl_results r = {.v = &one, .n = 1};
    check_ok(ctx, bl_evaluate_events(ctx, &c, &x, &p, &r));
    assert_int_equal(one.events.n_found, 3);
    check_near(pooled[1], 3 / 4.0, 1e-15);
    check_near(mean[1], 3 / 4.0, 1e-15);
    check_near(one.cv.score[0], 1, 0);
    bl_free(ctx, one.cv.score);
    bl_problem_free(ctx, &p);
    bl_extraction_free(ctx, &x);
    bl_config_free(ctx, &c);
    check_free(ctx);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(problems), cmocka_unit_test(events),
                                     cmocka_unit_test(scores_of_detections)};
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  tree_done();
  return failed;
}
