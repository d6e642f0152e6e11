/* The report of a run made by hand: pictures hold the numbers, the page is well-formed, escaped and self-contained. */
#include <sys/stat.h>
#include <unistd.h>

#include "markup.h"
#include "sink.h"
#include "synthetic_report.h"

static synthetic run;

static const char *folder(void)
{
  static char path[512];
  snprintf(path, sizeof path, "%s", check_tmp_path("run"));
  mkdir(path, 0777);
  return path;
}

static const char *inside(const char *name)
{
  static char path[4][800];
  static unsigned turn;
  char *p = path[turn++ % 4];
  snprintf(p, sizeof path[0], "%s/%s", folder(), name);
  return p;
}

static char *write_report(bl_ctx *ctx, synthetic *s, size_t *n)
{
  check_ok(ctx, bl_report_write(ctx, &s->c, &s->x, &s->p, &s->r, folder()));
  return slurp(inside("report.html"), n);
}

/* What every page must keep, whatever is in it. */
static void check_page(const char *page, size_t n)
{
  const char *why = unbalanced(page), *id = repeated_id(page);
  if (why) fail_msg("%s", why);
  if (id) fail_msg("id '%s' stands twice", id);
  assert_true(n < 3u << 20);
  assert_non_null(strstr(page, "default-src 'none'"));
  static const char *const outside[] = {"http:", "https:", "src=\"/", "<script", "<link", "@import", "url(h"};
  for (size_t i = 0; i < sizeof outside / sizeof *outside; i++)
    if (strstr(page, outside[i])) fail_msg("the page holds '%s'", outside[i]);
  assert_null(strstr(page, "<b>"));
  assert_null(strstr(page, ">nan<"));
}

static void check_has(const char *text, const char *part)
{
  if (!strstr(text, part)) fail_msg("'%s' is missing", part);
}

static void test_page(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  size_t n;
  synthetic_make(&run);
  char *page = write_report(ctx, &run, &n);
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_SKIPPED), 0);
  check_page(page, n);
  check_has(page, "<h1>Whale calls &lt;b&gt;&amp;&quot;x&#39;</h1>");
  check_has(page, "logistic &lt;regression&gt;");
  check_has(page, "b&lt;&amp;&gt;.flac: cut after 44 bytes");
  check_has(page, "14.0 minutes");
  check_has(page, "none of the 6 groups stands on both sides");
  check_has(page, "paper &lt;1&gt;");
  check_has(page, "group_k_fold");
  check_has(page, "baleen run whale_calls.yaml");
  check_has(page, "seed: 7");
  check_has(page, "the best of 2 models; chance: 0.5000</p>");
  check_has(page, "<th scope=\"row\">chance</th><td class=\"n\">0.5000 <span");
  char number[100];
  for (size_t i = 0; i < 2; i++)
    for (size_t m = 0; m < 2; m++) {
      snprintf(number, sizeof number, "%.4f <span class=\"sd\">&plusmn; %.4f", run.mean[i][m], run.sd[i][m]);
      check_has(page, number);
    }
  for (size_t f = 0; f < N_FOLDS; f++) {
    snprintf(number, sizeof number, ">%.4f</td><td class=\"n\">%.4f</td></tr>", run.score[1][2 * f], run.published[f]);
    check_has(page, number);
  }
  free(page);
  check_free(ctx);
}

/* Chance that a positive scores above a negative, by counting pairs. */
static double pair_auc(const synthetic *s, size_t which)
{
  double won = 0, all = 0;
  for (size_t i = 0; i < N_ROWS; i++)
    for (size_t j = 0; j < N_ROWS; j++)
      if (s->y[s->cv_row[i]] == 1 && s->y[s->cv_row[j]] == 0) {
        double a = s->decision[which][i], b = s->decision[which][j];
        won += a > b ? 1 : a == b ? 0.5 : 0;
        all++;
      }
  return won / all;
}

static void test_pictures(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  synthetic_make(&run);
  free(write_report(ctx, &run, NULL));
  static const char *const names[] = {"roc",
                                      "folds",
                                      "by",
                                      "confusion_knn",
                                      "confusion_logistic__regression_",
                                      "scores_knn",
                                      "scores_logistic__regression_"};
  char name[100], text[100];
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    size_t n;
    snprintf(name, sizeof name, "%s.svg", names[i]);
    char *svg = slurp(inside(name), &n);
    const char *why = unbalanced(svg);
    if (why) fail_msg("%s: %s", name, why);
    check_has(svg, "</svg>");
    if (strstr(names[i], "confusion")) {
      for (size_t k = 0; k < 4; k++) {
        snprintf(text, sizeof text, ">%.0f<", run.confusion[!!strstr(names[i], "knn")][k]);
        check_has(svg, text);
      }
      check_has(svg, "&lt;b>&amp;"); /* gnuplot leaves > as it is, as XML allows */
    }
    if (!strcmp(names[i], "roc"))
      for (size_t k = 0; k < 2; k++) {
        snprintf(text, sizeof text, "(AUC %.3f)", pair_auc(&run, k));
        check_has(svg, text);
      }
    if (!strcmp(names[i], "by")) check_has(svg, "n = 79");
    free(svg);
    snprintf(name, sizeof name, "%s.png", names[i]);
    char *png = slurp(inside(name), &n);
    assert_true(n > 1000 && !memcmp(png, "\x89PNG\r\n\x1a\n", 8));
    free(png);
    snprintf(name, sizeof name, "plots/%s.gp", names[i]);
    char *script = slurp(inside(name), &n);
    check_has(script, ".dat");
    free(script);
  }
  check_free(ctx);
}

static void test_without_gnuplot(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  size_t n;
  synthetic_make(&run);
  char *path = strdup(getenv("PATH"));
  setenv("PATH", "/no/such/folder", 1);
  char *page = write_report(ctx, &run, &n);
  setenv("PATH", path, 1);
  free(path);
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_SKIPPED), 1);
  check_page(page, n);
  assert_null(strstr(page, "<svg"));
  check_has(page, "gnuplot was not found");
  assert_int_equal(access(inside("plots/roc.gp"), R_OK), 0);
  free(page);
  check_free(ctx);
}

/* Misses: positives that were told to be negative, lowest score first. Checked against a plain search. */
static void test_mistakes(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  synthetic_make(&run);
  run.c.evaluate.n_worst = 1;
  char *page = write_report(ctx, &run, NULL), text[200];
  for (int truth = 1; truth >= 0; truth--) {
    size_t worst = N_ROWS;
    for (size_t i = 0; i < N_ROWS; i++) {
      if ((int)run.y[run.cv_row[i]] != truth || (int)run.pred[0][i] == truth) continue;
      double sign = truth ? 1 : -1;
      if (worst == N_ROWS || sign * run.decision[0][i] < sign * run.decision[0][worst]) worst = i;
    }
    assert_true(worst < N_ROWS);
    bl_sink k = {.ctx = ctx};
    bl_sink_printf(&k, "<td class=\"n\">1</td><td>");
    bl_sink_html(&k, run.names[run.cv_row[worst]]);
    bl_sink_puts(&k, "</td>");
    check_has(strstr(page, truth ? "Strongest misses" : "Strongest false alarms"), bl_buf_text(&k.buf));
    bl_sink_free(&k);
    snprintf(text, sizeof text, "<td class=\"n\">%.4f</td><td class=\"n\">%s</td></tr>", run.proba[0][2 * worst + 1],
             run.snr[run.cv_row[worst]]);
    check_has(page, text);
  }
  free(page);
  check_free(ctx);
}

static void test_anomaly(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  size_t n;
  synthetic_make(&run);
  run.p.task = BL_TASK_ANOMALY;
  for (size_t k = 0; k < 2; k++) run.result[k].confusion = NULL, run.result[k].cv.proba = NULL;
  char *page = write_report(ctx, &run, &n);
  check_page(page, n);
  check_has(page, "Ranked by strangeness");
  check_has(page, "The first 200 of 240");
  size_t top = 0;
  for (size_t i = 1; i < N_ROWS; i++)
    if (run.decision[0][i] > run.decision[0][top]) top = i;
  bl_sink k = {.ctx = ctx};
  bl_sink_puts(&k, "<td class=\"n\">1</td><td>");
  bl_sink_html(&k, run.names[run.cv_row[top]]);
  check_has(page, bl_buf_text(&k.buf));
  bl_sink_free(&k);
  free(page);
  check_free(ctx);
}

static void test_regression(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  size_t n;
  synthetic_make(&run);
  run.p.task = BL_TASK_REGRESSION;
  for (size_t i = 0; i < N_ROWS; i++) run.y[i] = run.decision[1][i];
  for (size_t k = 0; k < 2; k++) {
    run.result[k].confusion = NULL;
    run.result[k].roc.n = 0;
    run.result[k].cv.proba = run.result[k].cv.decision = NULL;
    run.result[k].cv.n_classes = 0;
    for (size_t i = 0; i < N_ROWS; i++) run.pred[k][i] = run.decision[0][i];
  }
  char *page = write_report(ctx, &run, &n);
  check_page(page, n);
  check_has(page, "Furthest from the truth");
  free(slurp(inside("predicted_knn.svg"), NULL));
  free(page);
  check_free(ctx);
}

static void test_three_classes(void **state)
{
  (void)state;
  static char third[] = "third";
  bl_ctx *ctx = bl_ctx_new();
  size_t n;
  synthetic_make(&run);
  run.class_names[2] = third;
  run.p.classes.n = 3;
  for (size_t k = 0; k < 2; k++) {
    run.result[k].cv.n_classes = 3;
    run.result[k].cv.decision = NULL;
    run.result[k].roc.n = 0;
    for (size_t i = 0; i < 9; i++) run.confusion[k][i] = (double)(11 * i + 100 * k);
    for (size_t i = 0; i < 3 * N_ROWS; i++) run.proba[k][i] = 1.0 / 3;
  }
  char *page = write_report(ctx, &run, &n);
  check_page(page, n);
  check_has(page, "Most confident mistakes");
  char *svg = slurp(inside("confusion_knn.svg"), NULL);
  check_has(svg, ">188<");
  free(svg);
  free(page);
  check_free(ctx);
}

static void test_leak_is_told(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  synthetic_make(&run);
  run.group[0] = 3;
  run.c.evaluate.allow_leakage = true;
  char *page = write_report(ctx, &run, NULL);
  check_has(page, "Rows of one group stand on both sides of the split");
  check_has(page, "allow_leakage: true");
  free(page);
  check_free(ctx);
}

static void test_no_split(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  synthetic_make(&run);
  run.c.splitter.cls = NULL;
  char *page = write_report(ctx, &run, NULL);
  check_has(page, "tested on the rows that they had learnt from");
  assert_null(strstr(page, "Checked:"));
  free(page);
  check_free(ctx);
}

static void test_nothing_evaluated(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  size_t n;
  synthetic_make(&run);
  check_ok(ctx, bl_report_write(ctx, &run.c, &run.x, NULL, NULL, folder()));
  char *page = slurp(inside("report.html"), &n);
  check_page(page, n);
  check_has(page, "Nothing was evaluated");
  free(page);
  check_free(ctx);
}

static void test_no_folder(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  synthetic_make(&run);
  check_fails(ctx, bl_report_write(ctx, &run.c, &run.x, &run.p, &run.r, "/no/such/folder"), BL_E_IO, "/no/such/folder");
  check_free(ctx);
}

static bl_status whole(bl_ctx *ctx, void *arg)
{
  (void)arg;
  return bl_report_write(ctx, &run.c, &run.x, &run.p, &run.r, folder());
}

/* Without gnuplot, whose own part is swept in test_gnuplot.c: hundreds of allocations, each a whole report. */
static void test_memory(void **state)
{
  (void)state;
  synthetic_make(&run);
  char *path = strdup(getenv("PATH"));
  setenv("PATH", "/no/such/folder", 1);
  check_every_allocation_failing(whole, NULL);
  setenv("PATH", path, 1);
  free(path);
}

static int tidy(void **state)
{
  (void)state;
  static const char *const names[] = {"roc",
                                      "folds",
                                      "by",
                                      "confusion_knn",
                                      "confusion_logistic__regression_",
                                      "scores_knn",
                                      "scores_logistic__regression_",
                                      "predicted_knn",
                                      "predicted_logistic__regression_"};
  static const char *const forms[][2] = {{"", ".svg"}, {"", ".png"}, {"plots/", ".gp"}, {"plots/", ".dat"}};
  char name[100];
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    for (size_t k = 0; k < sizeof forms / sizeof *forms; k++) {
      snprintf(name, sizeof name, "%s%s%s", forms[k][0], names[i], forms[k][1]);
      unlink(inside(name));
    }
  unlink(inside("report.html"));
  rmdir(inside("plots"));
  rmdir(folder());
  check_tmp_done();
  return 0;
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_page),
                                     cmocka_unit_test(test_pictures),
                                     cmocka_unit_test(test_without_gnuplot),
                                     cmocka_unit_test(test_mistakes),
                                     cmocka_unit_test(test_anomaly),
                                     cmocka_unit_test(test_regression),
                                     cmocka_unit_test(test_three_classes),
                                     cmocka_unit_test(test_leak_is_told),
                                     cmocka_unit_test(test_nothing_evaluated),
                                     cmocka_unit_test(test_no_folder),
                                     cmocka_unit_test(test_no_split),
                                     cmocka_unit_test(test_memory)};
  return cmocka_run_group_tests(tests, NULL, tidy);
}
