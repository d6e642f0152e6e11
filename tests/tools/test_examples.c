/* The example configs, run by the program as a user would, and their numbers compared with the peers'. */
#include "check.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "golden.h"

/* Runs an example into `folder`; what it prints goes to <folder>.txt. Returns the exit status. */
static int run_example(const char *config, const char *more, const char *folder)
{
  char command[2048];
  snprintf(command, sizeof command, "'%s' run '%s/pipelines/examples/%s' --quiet -o '%s' %s >'%s.txt' 2>&1", BALEEN_BIN,
           BALEEN_SOURCE_DIR, config, folder, more, folder);
  int s = system(command);
  return WIFEXITED(s) ? WEXITSTATUS(s) : -1;
}

static json_t *metrics_of(const char *folder)
{
  char path[1024];
  json_error_t error;
  snprintf(path, sizeof path, "%s/metrics.json", folder);
  json_t *root = json_load_file(path, 0, &error);
  if (!root) fail_msg("%s: %s", path, error.text);
  return root;
}

static json_t *model_of(json_t *root, const char *name)
{
  json_t *models = json_object_get(root, "models");
  for (size_t i = 0; i < json_array_size(models); i++) {
    json_t *m = json_array_get(models, i);
    if (!strcmp(json_string_value(json_object_get(m, "model")), name)) return m;
  }
  fail_msg("no model '%s' in metrics.json", name);
  return NULL;
}

static double mean_of(json_t *root, const char *model, const char *metric)
{
  return json_number_value(json_object_get(json_object_get(model_of(root, model), "mean"), metric));
}

static void check_exists(const char *folder, const char *file)
{
  char path[1024];
  struct stat st;
  snprintf(path, sizeof path, "%s/%s", folder, file);
  if (stat(path, &st) || !st.st_size) fail_msg("%s is missing or empty", path);
}

static void check_says(const char *folder, const char *file, const char *part)
{
  char path[1024];
  snprintf(path, sizeof path, "%s/%s", folder, file);
  FILE *f = fopen(path, "r");
  if (!f) fail_msg("%s: cannot be opened", path);
  char *text = calloc(1, 1 << 23);
  size_t n = fread(text, 1, (1 << 23) - 1, f);
  fclose(f);
  text[n] = '\0';
  if (!strstr(text, part)) fail_msg("%s does not hold '%s'", path, part);
  free(text);
}

static const char *fresh_folder(void)
{
  static char folder[256];
  const char *base = getenv("TMPDIR");
  snprintf(folder, sizeof folder, "%s/baleen-run-XXXXXX", base && *base ? base : "/tmp");
  if (!mkdtemp(folder)) fail_msg("no temporary folder");
  return folder;
}

static void remove_folder(const char *folder)
{
  char command[600];
  snprintf(command, sizeof command, "rm -rf '%s' '%s.txt'", folder, folder);
  if (system(command)) fail_msg("cannot remove %s", folder);
}

static json_t *run_whole(const char *config, const char *more, const char *folder)
{
  int code = run_example(config, more, folder);
  if (code) {
    char path[600], text[3000] = "";
    snprintf(path, sizeof path, "%s.txt", folder);
    FILE *f = fopen(path, "r");
    size_t n = f ? fread(text, 1, sizeof text - 1, f) : 0;
    text[n] = '\0';
    if (f) fclose(f);
    fail_msg("%s: exit status %d: %s", config, code, text);
  }
  static const char *const files[] = {
      "config.yaml",     "rows.npy",     "rows.csv",          "features.json", "folds.csv",
      "predictions.csv", "metrics.json", "model.safetensors", "report.html",   NULL};
  for (size_t i = 0; files[i]; i++) check_exists(folder, files[i]);
  return metrics_of(folder);
}

/* Per-fold scores equal scikit-learn's on the same folds. */
static void check_folds(json_t *root, const char *model, const char *metric, golden *g, const char *array, double tol)
{
  json_t *folds = json_object_get(model_of(root, model), "folds");
  const golden_array *want = golden_get(g, array);
  assert_int_equal(json_array_size(folds), want->rows * want->cols);
  for (size_t k = 0; k < json_array_size(folds); k++)
    check_near(json_number_value(json_object_get(json_array_get(folds, k), metric)), want->v[k], tol);
}

/* What a model that looks at no feature scores on the same folds. */
static void check_chance(json_t *root, const char *metric, double want, double tol)
{
  json_t *mean = json_object_get(json_object_get(root, "chance"), "mean");
  check_near(json_number_value(json_object_get(mean, metric)), want, tol);
}

static void iris(void **state)
{
  (void)state;
  const char *folder = fresh_folder();
  json_t *root = run_whole("iris.yaml", "", folder);
  golden *g = golden_open("cv");
  check_folds(root, "logistic_regression", "accuracy", g, "iris.lr", 1e-3);
  check_folds(root, "lda", "accuracy", g, "iris.lda", 1e-3);
  check_folds(root, "knn", "accuracy", g, "iris.scaler_knn", 1e-3);
  check_chance(root, "accuracy", 1.0 / 3, 1e-12);
  golden_close(g);
  json_decref(root);
  remove_folder(folder);
}

static void digits(void **state)
{
  (void)state;
  const char *folder = fresh_folder();
  json_t *root = run_whole("digits.yaml", "", folder);
  golden *g = golden_open("cv");
  check_folds(root, "logistic_regression", "accuracy", g, "digits.lr", 1e-3);
  check_folds(root, "lda", "accuracy", g, "digits.lda", 1e-3);
  /* equal distances between 8 x 8 pictures of small whole numbers are common: the two libraries may vote apart on a
   * row */
  check_folds(root, "knn", "accuracy", g, "digits.knn", 1.0 / 359 + 1e-9);
  golden_close(g);
  json_decref(root);
  remove_folder(folder);
  FILE *f = fopen(BALEEN_SOURCE_DIR "/pipelines/examples/digits.yaml", "r");
  int lines = 0;
  for (int c; (c = fgetc(f)) != EOF;) lines += c == '\n';
  fclose(f);
  assert_true(lines <= 10);
}

/* Two points of its grid: scikit-learn's GridSearchCV within cross_val_score, the same folds. */
static void digits_search(void **state)
{
  (void)state;
  static const double want[] = {0.97222222, 0.95, 0.9637883, 0.94707521, 0.94707521};
  const char *folder = fresh_folder();
  json_t *root =
      run_whole("digits_search.yaml", "--set 'model.grid_search.param_grid={C: [10], gamma: [0.1, 0.01]}'", folder);
  json_t *folds = json_object_get(model_of(root, "grid_search"), "folds");
  assert_int_equal(json_array_size(folds), 5);
  for (size_t k = 0; k < 5; k++)
    check_near(json_number_value(json_object_get(json_array_get(folds, k), "accuracy")), want[k], 1e-7);
  json_decref(root);
  remove_folder(folder);
}

static void diabetes(void **state)
{
  (void)state;
  const char *folder = fresh_folder();
  json_t *root = run_whole("diabetes.yaml", "", folder);
  golden *g = golden_open("cv");
  check_folds(root, "ridge", "r2", g, "diabetes.ridge", 1e-3);
  check_folds(root, "scaled_ridge", "r2", g, "diabetes.scaler_ridge", 1e-3);
  check_chance(root, "r2", -0.02750604135376733, 1e-9); /* scikit-learn's DummyRegressor() on the same folds */
  golden_close(g);
  json_decref(root);
  remove_folder(folder);
}

/* Several labels a row. Of the logistic regressions one row in 600 lies on the border, where solvers part. */
static void frogs(void **state)
{
  (void)state;
  const char *folder = fresh_folder();
  json_t *root = run_whole("frogs.yaml", "", folder);
  golden *g = golden_open("frogs");
  check_folds(root, "one_vs_rest", "f1", g, "ovr.f1_macro", 5e-3);
  check_folds(root, "one_vs_rest", "f1: {average: samples}", g, "ovr.f1_samples", 5e-3);
  check_folds(root, "one_vs_rest", "accuracy", g, "ovr.accuracy", 1.0 / 120 + 1e-9);
  check_folds(root, "knn", "f1", g, "knn.f1_macro", 1e-9);
  check_folds(root, "knn", "f1: {average: samples}", g, "knn.f1_samples", 1e-9);
  check_folds(root, "knn", "accuracy", g, "knn.accuracy", 1e-9);
  assert_string_equal(json_string_value(json_array_get(json_object_get(root, "targets"), 0)),
                      golden_text(g, "first_label"));
  golden_close(g);
  json_decref(root);
  remove_folder(folder);
}

/* The patterns of the model that is saved, as maps: of each component the class in which it has more of its power, in the
 * unit of the electrodes. */
static void check_patterns(const char *folder)
{
  static const char *const parts[] = {"csp1: T2 82 %", "csp4: T1 73 %", ">µV<"};
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) check_says(folder, "patterns_csp_lda.svg", parts[i]);
  check_says(folder, "report.html", "how each component shows at the electrodes");
}

/* MNE-Python's example: 0.9333 over the same ten splits. */
static void motor_imagery(void **state)
{
  (void)state;
  const char *folder = fresh_folder();
  json_t *root = run_whole("motor_imagery.yaml", "", folder);
  golden *g = golden_open("motor_imagery");
  check_folds(root, "csp_lda", "accuracy", g, "ref.accuracy", 1e-9);
  check_near(mean_of(root, "csp_lda", "accuracy"), 0.93333333, 1e-6);
  check_patterns(folder);
  assert_int_equal(json_integer_value(json_object_get(root, "rows")), 45);
  golden_close(g);
  json_decref(root);
  remove_folder(folder);
}

/* The AUC that PyOD and scikit-learn reach on these rows; the forest draws, and is told by its spread over seeds. */
static void adbench(void **state)
{
  (void)state;
  static const struct {
    const char *model;
    double roc_auc, near;
  } peer[] = {{"ecod", 0.9350, 6e-4},
              {"one_class_svm", 0.8739, 6e-4},
              {"knn_distance", 0.7127, 6e-4},
              {"lof", 0.5471, 3e-3},
              {"isolation_forest", 0.9318, 0.04}};
  const char *folder = fresh_folder();
  json_t *root = run_whole("adbench.yaml", "", folder);
  for (size_t i = 0; i < sizeof peer / sizeof *peer; i++)
    check_near(mean_of(root, peer[i].model, "roc_auc"), peer[i].roc_auc, peer[i].near);
  json_decref(root);
  remove_folder(folder);
}

/* pyRiemann's and scikit-learn's scores of six decoders on the same folds (pyRiemann 0.11, 1.2.1). */
static void moabb_s001(void **state)
{
  (void)state;
  static const struct {
    const char *model;
    double roc_auc, accuracy;
  } peer[] = {{"csp_lda", 1, 43.0 / 45}, {"csp_shrinkage_lda", 0.99, 43.0 / 45}, {"mdm", 1, 43.0 / 45},
              {"fgmdm", 1, 43.0 / 45},   {"tangent_space_lr", 1, 42.0 / 45},     {"filter_bank_svm", 0.96, 38.0 / 45}};
  const char *folder = fresh_folder();
  json_t *root = run_whole("moabb_s001.yaml", "", folder);
  for (size_t i = 0; i < sizeof peer / sizeof *peer; i++) {
    check_near(mean_of(root, peer[i].model, "roc_auc"), peer[i].roc_auc, 1e-9);
    check_near(mean_of(root, peer[i].model, "accuracy"), peer[i].accuracy, 1e-9);
  }
  json_decref(root);
  remove_folder(folder);
}

/* Six bands of covariances and band powers in one row, each block to an estimator of its own. The numbers of such a bank
 * are compared with mne's in learners.test_columns. */
static void filter_bank(void **state)
{
  (void)state;
  const char *folder = fresh_folder();
  json_t *root = run_whole("filter_bank.yaml", "", folder);
  check_near(mean_of(root, "filter_bank", "accuracy"), 43.0 / 45, 1e-9);
  assert_int_equal(json_integer_value(json_object_get(root, "rows")), 45);
  char path[1024];
  snprintf(path, sizeof path, "%s/features.json", folder);
  json_t *features = json_load_file(path, 0, NULL), *blocks = json_object_get(features, "blocks");
  assert_int_equal(json_array_size(blocks), 7);
  for (size_t i = 0; i < 7; i++) {
    const json_t *b = json_array_get(blocks, i);
    assert_string_equal(json_string_value(json_object_get(b, "form")), i < 6 ? "triangle" : "scalars");
    assert_int_equal((size_t)json_integer_value(json_object_get(b, "first")), i * 231);
    assert_string_equal(json_string_value(json_object_get(b, "unit")), i < 6 ? "uV^2" : "ln uV^2");
  }
  assert_string_equal(json_string_value(json_object_get(json_array_get(blocks, 1), "name")), "mu.covariance");
  json_decref(features);
  json_decref(root);
  remove_folder(folder);
}

static void eyes_closed(void **state)
{
  (void)state;
  const char *folder = fresh_folder();
  json_t *root = run_whole("eyes_closed.yaml", "", folder);
  assert_true(mean_of(root, "logistic_regression", "accuracy") > 0.9);
  assert_int_equal(json_integer_value(json_object_get(root, "rows")), 60);
  assert_int_equal(json_integer_value(json_object_get(root, "groups")), 12);
  json_decref(root);
  remove_folder(folder);
}

/* README shows what this run prints. */
static void check_readme(const char *model, double mean)
{
  char line[100];
  snprintf(line, sizeof line, "\n  %-23s %.4f (", model, mean);
  check_says(BALEEN_SOURCE_DIR, "README.md", line);
}

static void whale_calls(void **state)
{
  (void)state;
  const char *folder = fresh_folder();
  json_t *root = run_whole("whale_calls.yaml", "", folder);
  /* tools/seeds has the means over ten mixes; this one may lie below them */
  double auc = mean_of(root, "logistic_regression", "roc_auc"), plain = mean_of(root, "log_mel_means", "roc_auc");
  if (!(auc > 0.85 && auc > plain + 0.05)) fail_msg("ROC AUC %.4f, of plain means %.4f", auc, plain);
  check_readme("logistic_regression", auc);
  check_readme("log_mel_means", plain);
  /* louder calls are easier: the best level of noise beats the worst */
  json_t *by = json_object_get(model_of(root, "logistic_regression"), "by");
  assert_int_equal(json_array_size(by), 4);
  assert_true(json_number_value(json_object_get(json_array_get(by, 3), "roc_auc")) >
              json_number_value(json_object_get(json_array_get(by, 0), "roc_auc")));
  check_exists(folder, "roc.svg");
  check_exists(folder, "roc.png");
  check_exists(folder, "confusion_logistic_regression.svg");
  check_says(folder, "report.html", "src=\"mistakes/row_");    /* the strongest mistakes can be heard, */
  check_says(folder, "report.html", "<img alt=\"spectrogram"); /* and seen */
  check_says(folder, "rows.csv", ",snr_db,snr_full_db,");
  json_decref(root);
  /* the model file alone is enough, and says the same again for the same file */
  char command[2048];
  snprintf(command, sizeof command,
           "'%s' predict '%s/model.safetensors' '%s/sea-waves/1-28135-A.ogg' --quiet >'%s.txt'", BALEEN_BIN, folder,
           BALEEN_SETS, folder);
  assert_int_equal(system(command), 0);
  char path[600], line[600] = "";
  snprintf(path, sizeof path, "%s.txt", folder);
  FILE *f = fopen(path, "r");
  assert_non_null(fgets(line, sizeof line, f));
  assert_string_equal(line, "recording,start_s,end_s,prediction,p_noise,p_call\n");
  assert_non_null(fgets(line, sizeof line, f));
  assert_non_null(strstr(line, "1-28135-A.ogg,0,"));
  fclose(f);
  remove_folder(folder);
}

static void anomaly(void **state)
{
  (void)state;
  const char *folder = fresh_folder();
  json_t *root = run_whole("anomaly.yaml", "", folder);
  assert_true(mean_of(root, "isolation_forest", "roc_auc") > 0.9);
  json_decref(root);
  remove_folder(folder);
}

/* The clips are not bundled: where they are, the published table is met within two points, and passed with more features. */
static void esc10(void **state)
{
  (void)state;
  struct stat st;
  char where[700];
  const char *clips = getenv("BALEEN_ESC10");
  snprintf(where, sizeof where, "%s/dog_bark", clips ? clips : BALEEN_SETS "/esc10");
  if (stat(where, &st)) {
    print_message("esc10: left out, for there is no folder %s; BALEEN_ESC10 names the one that holds the clips\n",
                  where);
    skip();
  }
  snprintf(where, sizeof where, "--set 'source.files.recordings=[\"%s/*/*.ogg\"]'",
           clips ? clips : BALEEN_SETS "/esc10");
  const char *folder = fresh_folder();
  json_t *root = run_whole("esc10.yaml", where, folder);
  double knn = mean_of(root, "knn", "accuracy");
  if (!(fabs(knn - 0.667) <= 0.02)) fail_msg("kNN %.4f, published 0.667", knn);
  double forest = mean_of(root, "random_forest", "accuracy"), svm = mean_of(root, "linear_svm", "accuracy");
  if (!(fabs(forest - 0.727) <= 0.02)) fail_msg("random forest %.4f, published 0.727", forest);
  if (!(fabs(svm - 0.675) <= 0.02)) fail_msg("linear SVM %.4f, published 0.675", svm);
  json_decref(root);
  remove_folder(folder);
  folder = fresh_folder();
  root = run_whole("esc10_rich.yaml", where, folder);
  double boosting = mean_of(root, "boosting", "accuracy");
  if (!(boosting >= 0.85)) fail_msg("boosting on richer features %.4f, wanted 0.85", boosting);
  json_decref(root);
  remove_folder(folder);
}

/* Plain k-fold on rows of few recordings is refused with exit status 4, unless the config says so in words. */
static void leakage_is_refused(void **state)
{
  (void)state;
  const char *folder = fresh_folder();
  assert_int_equal(run_example("eyes_closed.yaml", "--set evaluate.split=stratified_k_fold", folder), 4);
  char path[600], text[2000] = "";
  snprintf(path, sizeof path, "%s.txt", folder);
  FILE *f = fopen(path, "r");
  text[fread(text, 1, sizeof text - 1, f)] = '\0';
  fclose(f);
  assert_non_null(strstr(text, "allow_leakage: true"));
  assert_int_equal(run_example("eyes_closed.yaml",
                               "--set evaluate.split=stratified_k_fold --set evaluate.allow_leakage=true", folder),
                   0);
  remove_folder(folder);
}

/* The same rows and scores, bit for bit, on one thread and on two. */
static void threads_change_nothing(void **state)
{
  (void)state;
  char one[256], command[2400];
  snprintf(one, sizeof one, "%s", fresh_folder());
  const char *two = fresh_folder();
  static const char *const configs[] = {"eyes_closed.yaml", "anomaly.yaml", "frogs.yaml"};
  for (size_t i = 0; i < 3; i++) {
    assert_int_equal(run_example(configs[i], "-j 1", one), 0);
    assert_int_equal(run_example(configs[i], "-j 2", two), 0);
    snprintf(
        command, sizeof command,
        "cmp '%s/rows.npy' '%s/rows.npy' && cmp '%s/predictions.csv' '%s/predictions.csv' && cmp '%s/model.safetensors' "
        "'%s/model.safetensors'",
        one, two, one, two, one, two);
    assert_int_equal(system(command), 0);
  }
  remove_folder(one);
  remove_folder(two);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(iris),
      cmocka_unit_test(digits),
      cmocka_unit_test(digits_search),
      cmocka_unit_test(diabetes),
      cmocka_unit_test(frogs),
      cmocka_unit_test(motor_imagery),
      cmocka_unit_test(moabb_s001),
      cmocka_unit_test(adbench),
      cmocka_unit_test(filter_bank),
      cmocka_unit_test(eyes_closed),
      cmocka_unit_test(whale_calls),
      cmocka_unit_test(anomaly),
      cmocka_unit_test(esc10),
      cmocka_unit_test(leakage_is_refused),
      cmocka_unit_test(threads_change_nothing),
  };
  return cmocka_run_group_tests_name("examples", tests, NULL, NULL);
}
