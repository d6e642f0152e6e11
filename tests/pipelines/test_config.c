/* Configs: what is refused and how it is said; what is printed reads back to the same. */
#include "check.h"

#include <stdio.h>
#include <string.h>

#include "baleen/config.h"

#define TABLE "source: {table: {file: x.csv}}\n"
#define FILES "source: {files: {recordings: [x.wav]}}\nfeatures: {f: {summaries: [mean]}}\n"

#define EPOCHS(options) FILES "segments: {epochs: {" options "}}\n"
#define WINDOW(options) FILES "segments: {window: {" options "}}\n"

static const struct bad {
  const char *name, *text, *part;
  /* clang-format off */
} bads[] = {
    {"unknown section", TABLE "modle: lda\n", "t.yaml:2:1: error: unknown key 'modle' in the config; did you mean 'model'?"},
    {"unknown option", TABLE "model: [{lda: {solvr: svd}}]\n", "t.yaml:2:16: error: lda: unknown option 'solvr'; did you mean 'solver'?"},
    {"bad value", TABLE "model: [{lda: {solver: svdd}}]\n", "t.yaml:2:24: error: lda: solver: 'svdd' is not valid; did you mean 'svd'?"},
    {"out of bounds", TABLE "model: {logistic_regression: {C: -1}}\n", "t.yaml:2:34: error: logistic_regression: C: '-1' is not valid"},
    {"unknown estimator", TABLE "model: [standard_scaler, logistic_regresion]\n", "t.yaml:2:26: error: unknown estimator 'logistic_regresion'; did you mean 'logistic_regression'?"},
    {"option deep inside", TABLE "model:\n- bagging:\n    estimator: [pca, {knn: {n_neighbours: 3}}]\n",
     "t.yaml:4:29: error: knn: unknown option 'n_neighbours'; did you mean 'n_neighbors'?"},
    {"option beside a child", TABLE "model: [{columns: {transformers: {a: {colums: x, estimator: pca}}}}, lda]\n",
     "t.yaml:2:39: error: a: unknown option 'colums'; did you mean 'columns'?"},
    {"needed child", TABLE "model: [pca, {bagging: {n_estimators: 3}}]\n", "t.yaml:2:15: error: bagging: 'estimator' must be given"},
    {"unfit child", TABLE "model: {voting: [lda, ridge]}\n", "t.yaml:2:9: error: voting: 'ridge' is a regressor but 'lda' is a classifier"},
    {"unfit order", TABLE "model: [knn, lda]\n", "t.yaml:2:8: error: chain: step 'knn' cannot stand before 'lda'"},
    {"unknown stage", "source: {files: {recordings: [x.wav]}}\nfeatures:\n  f:\n    stages: [stft, powr]\n    summaries: [mean]\n",
     "t.yaml:4:20: error: unknown stage 'powr'; did you mean 'power'?"},
    {"baseline of one end", EPOCHS("baseline: [0]"), "t.yaml:3:11: error: epochs: baseline: 1 values; wanted two"},
    {"baseline of words", EPOCHS("baseline: [a, 0]"), "baseline: 'a' is no time"},
    {"baseline backwards", EPOCHS("baseline: [0, -0.1]"), "from 0 s to -0.1 s; swap them"},
    {"baseline outside", EPOCHS("baseline: [null, -0.3]"), "t.yaml:3:11: error: epochs: baseline: -0.2 to -0.3 s does not lie within the epoch"},
    {"baseline partly outside", EPOCHS("baseline: [-0.5, 0]"), "-0.5 to 0 s does not lie within the epoch, -0.2 to 0.5 s; move tmin"},
    {"flat above reject", EPOCHS("reject: 10, flat: 20"), "so that every segment is dropped"},
    {"reject by type, as MNE has it", EPOCHS("reject: {eeg: 100}"),
     "t.yaml:3:29: error: epochs: reject takes one value, for all channels; those of single ones, by name or pattern, go into limits"},
    {"a map for a number", EPOCHS("tmin: {eeg: 100}"), "epochs: tmin takes one value, not a list or map"},
    {"no part to look at", EPOCHS("reject_tmin: 0.6"), "no part of the epoch"},
    {"no sample to look at", EPOCHS("reject: 5, reject_tmin: 0.1, reject_tmax: 0.1"), "no part of the epoch, -0.2 to 0.5 s; move them"},
    {"a mode of no baseline", EPOCHS("baseline_mode: zscore"), "t.yaml:3:11: error: epochs: baseline_mode has no effect without baseline"},
    {"a part of nothing", EPOCHS("reject_tmax: 0.3, reject_by_annotation: false"), "epochs: reject_tmax has no effect without reject, flat"},
    {"coverage by nothing", WINDOW("min_coverage: 0.7"), "window: min_coverage has no effect without label_from: events; give that"},
    {"share of nothing", WINDOW("coverage_of: event"), "window: coverage_of has no effect without label_from: events"},
    {"otherwise than nothing", WINDOW("otherwise: x"), "window: otherwise has no effect without label_from: events"},
    {"epochs backwards", EPOCHS("tmin: 1, tmax: 0"), "swap them"},
    {"no source", "model: lda\n", "'source' is missing"},
    {"no features", "source: {files: {recordings: [x.wav]}}\n", "'features' is missing"},
    {"features of a table", TABLE "features: {f: {summaries: [mean]}}\n", "gives rows already"},
    {"needed option", "source: {files: {}}\nfeatures: {f: {summaries: [mean]}}\n", "'recordings' must be given"},
    {"list for a number", TABLE "model: {lda: {tol: [1, 2]}}\n", "t.yaml:2:20: error: lda: tol takes one value"},
    {"both models", TABLE "model: lda\nmodels: {a: lda}\n", "two answers to one question"},
    {"mixed kinds", TABLE "models: {a: lda, b: ridge}\n", "model 'b' is a regressor but 'a' is a classifier"},
    {"ends in a transformer", TABLE "model: [standard_scaler, pca]\n", "ends in a transformer"},
    {"model name with a slash", TABLE "models: {a/b: lda}\n", "cannot name a model"},
    {"split twice", TABLE "model: lda\nevaluate: {split: k_fold, split_file: x.csv}\n", "two answers to one question"},
    {"unknown option of a branch's stream",
     "source: {files: {recordings: [x.wav]}}\nfeatures:\n  f:\n    stream: {rate: 200}\n    summaries: [mean]\n",
     "t.yaml:4:14: error: stream: unknown option 'rate'; did you mean 'rate_hz'?"},
    {"a rate of a branch's stream that is none",
     "source: {files: {recordings: [x.wav]}}\nfeatures: {f: {stream: {rate_hz: fast}, summaries: [mean]}}\n",
     "t.yaml:2:34: error: "},
    {"a branch's stream that is a number",
     "source: {files: {recordings: [x.wav]}}\nfeatures: {f: {stream: 200, summaries: [mean]}}\n",
     "t.yaml:2:24: error: stream: wanted options as 'name: value'"},
    {"unknown key of a branch",
     "source: {files: {recordings: [x.wav]}}\nfeatures: {f: {steam: {rate_hz: 200}, summaries: [mean]}}\n",
     "t.yaml:2:16: error: unknown key 'steam' in a branch of features; did you mean 'stream'?"},
    {"no summaries", "source: {files: {recordings: [x.wav]}}\nfeatures: {f: {stages: [stft]}}\n", "at least one"},
    {"a list", "- a\n- b\n", "a config is a map of sections"},
    {"seed", TABLE "seed: -4\n", "t.yaml:2:7: error: config: seed: '-4' is not valid"},
};
/* clang-format on */

static void refused(void **state)
{
  const struct bad *b = *state;
  bl_ctx *ctx = bl_ctx_new();
  bl_config c;
  check_fails(ctx, bl_config_parse(ctx, "t.yaml", b->text, strlen(b->text), NULL, &c), BL_E_CONFIG, b->part);
  check_free(ctx);
}

static void count_errors(void *user, bl_log_level level, const char *text)
{
  (void)text;
  if (level == BL_LOG_ERROR) ++*(int *)user;
}

static void all_mistakes_at_once(void **state)
{
  (void)state;
  const char *text = TABLE
      "modle: x\nrows: {labl: y}\nmodel: [{lda: {solver: no}}, {ridge: {alfa: 1}}]\nevaluate: {metrics: [acuracy]}\n";
  bl_ctx *ctx = bl_ctx_new();
  int n = 0;
  bl_ctx_set_log(ctx, count_errors, &n, BL_LOG_ERROR);
  bl_config c;
  check_fails(ctx, bl_config_parse(ctx, "t.yaml", text, strlen(text), NULL, &c), BL_E_CONFIG, "5 mistakes");
  assert_int_equal(n, 5);
  check_free(ctx);
}

static const char *const whole =
    "seed: 11\nsource: {files: {recordings: [\"*.wav\", b.flac], labels: folder}}\nsegments: {window: {length_s: 2, hop_s: 0.5}}\n"
    "features:\n  a: {stages: [{stft: {n_fft: 256}}, power], summaries: [mean, {quantile: {q: [0.1, 0.9]}}]}\n"
    "  b: {summaries: [std]}\n"
    "rows: {positive: whale}\nmodels:\n  one: [{pca: {}, as: eigen}, standard_scaler, {logistic_regression: {C: 0.25}}]\n  two: lda\n"
    "evaluate: {split: {group_k_fold: {n_splits: 3}}, metrics: [accuracy, {f1: {average: macro}}], by: snr, by_edges: [0, 1]}\n"
    "report: {title: \"A: test\", published: {x: [0.5, 0.25]}}\n";

static void prints_what_reads_back(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_config a, b;
  bl_buf first = {0}, second = {0};
  check_ok(ctx, bl_config_parse(ctx, "dir/t.yaml", whole, strlen(whole), NULL, &a));
  assert_string_equal(a.folder, "dir");
  assert_string_equal(a.name, "t");
  check_ok(ctx, bl_config_print(ctx, &a, &first));
  check_ok(ctx, bl_config_parse(ctx, "dir/t.yaml", bl_buf_text(&first), first.len, NULL, &b));
  check_ok(ctx, bl_config_print(ctx, &b, &second));
  assert_string_equal(bl_buf_text(&first), bl_buf_text(&second));
  assert_non_null(strstr(bl_buf_text(&first), "C: 0.25"));
  assert_non_null(strstr(bl_buf_text(&first), "as: eigen"));
  assert_string_equal(a.score_names[1], "f1: {average: macro}"); /* as it may be written */
  assert_non_null(strstr(bl_buf_text(&first), "max_iter: 100")); /* a default, filled in */
  bl_buf_free(ctx, &first);
  bl_buf_free(ctx, &second);
  bl_config_free(ctx, &a);
  bl_config_free(ctx, &b);
  check_free(ctx);
}

static void seed_reaches_plug_ins(void **state)
{
  (void)state;
  static const char *const text = TABLE "seed: 42\nmodel: isolation_forest\n";
  bl_ctx *ctx = bl_ctx_new();
  bl_config c;
  bl_buf seed = {0};
  check_ok(ctx, bl_config_parse(ctx, "t.yaml", text, strlen(text), NULL, &c));
  check_ok(ctx, bl_estimator_get(ctx, c.learners[0].estimator, "random_state", &seed));
  assert_string_equal(bl_buf_text(&seed), "42");
  bl_buf_free(ctx, &seed);
  bl_config_free(ctx, &c);
  check_free(ctx);
}

static void overrides_reach_options(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_config c;
  bl_texts set = {0};
  bl_buf value = {0};
  check_ok(ctx, bl_texts_add(ctx, &set, "models.one.logistic_regression.C=8"));
  check_ok(ctx, bl_config_parse(ctx, "t.yaml", whole, strlen(whole), &set, &c));
  check_ok(ctx, bl_estimator_get(ctx, c.learners[0].estimator, "logistic_regression.C", &value));
  assert_string_equal(bl_buf_text(&value), "8");
  bl_config_free(ctx, &c);
  check_ok(ctx, bl_texts_add(ctx, &set, "modles.one=lda"));
  check_fails(ctx, bl_config_parse(ctx, "t.yaml", whole, strlen(whole), &set, &c), BL_E_CONFIG,
              "did you mean 'models'?");
  bl_buf_free(ctx, &value);
  bl_texts_free(ctx, &set);
  check_free(ctx);
}

static const char *const nested = TABLE
    "seed: 7\nmodel:\n- columns: {transformers: {x: {columns: \"a*\", estimator: [standard_scaler, {pca: {}, as: axis}]}}}\n"
    "- voting: {estimators: [{bagging: {estimator: knn}}, {lda: {}, as: far}]}\n";

/* Paths of --set, and of the built model: the same, and both reach every child. */
static void overrides_reach_children(void **state)
{
  (void)state;
  static const struct {
    const char *set, *path, *want;
  } rows[] = {
      {"model.voting.bagging.estimator.n_neighbors=3", "voting.bagging.estimator.n_neighbors", "3"},
      {"model.voting.bagging.estimator.knn.n_neighbors=3", "voting.bagging.estimator.knn.n_neighbors", "3"},
      {"model.voting.far.solver=lsqr", "voting.far.solver", "lsqr"},
      {"model.columns.x.axis.whiten=true", "columns.x.axis.whiten", "true"},
      {"model.columns.x.columns=[b, c]", "columns.x.columns", "[b, c]"},
      {"model.0.remainder=passthrough", "columns.remainder", "passthrough"},
      {"model.voting.bagging.estimator=gaussian_nb", "voting.bagging.estimator",
       "{gaussian_nb: {priors: [], var_smoothing: 1e-09, class_weight: none}}"},
      {"model.voting.far.solver=lsqr", "voting.bagging.random_state", "7"}, /* the config's seed, however deep */
  };
  bl_ctx *ctx = bl_ctx_new();
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    bl_texts set = {0};
    bl_config c;
    bl_buf value = {0};
    check_ok(ctx, bl_texts_add(ctx, &set, rows[i].set));
    check_ok(ctx, bl_config_parse(ctx, "t.yaml", nested, strlen(nested), &set, &c));
    check_ok(ctx, bl_estimator_get(ctx, c.learners[0].estimator, rows[i].path, &value));
    assert_string_equal(bl_buf_text(&value), rows[i].want);
    bl_buf_free(ctx, &value);
    bl_config_free(ctx, &c);
    bl_texts_free(ctx, &set);
  }
  check_free(ctx);
}

static void nested_prints_what_reads_back(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_config a, b;
  bl_buf text = {0};
  check_ok(ctx, bl_config_parse(ctx, "t.yaml", nested, strlen(nested), NULL, &a));
  check_ok(ctx, bl_config_print(ctx, &a, &text));
  check_ok(ctx, bl_config_parse(ctx, "t.yaml", bl_buf_text(&text), text.len, NULL, &b));
  assert_true(bl_estimator_equal(a.learners[0].estimator, b.learners[0].estimator));
  bl_buf_free(ctx, &text);
  bl_config_free(ctx, &a);
  bl_config_free(ctx, &b);
  check_free(ctx);
}

/* A branch that another takes needs no summaries, and comes back from what is printed; one that none takes is a slip. */
static void branches_that_are_taken(void **state)
{
  (void)state;
  static const char text[] = "source: {files: {recordings: \"*.edf\"}}\n"
                             "features:\n"
                             "  raw: {}\n"
                             "  ecg: {stream: {rate_hz: 400, channels: [ECG, 'X*']}}\n"
                             "  low: {stages: [{fir: {h_freq: 8}}]}\n"
                             "  high: {stages: [{subtract: {branches: [raw, ecg, low]}}], summaries: [std]}\n";
  static const char idle[] = "source: {files: {recordings: \"*.edf\"}}\n"
                             "features:\n"
                             "  low: {stages: [{fir: {h_freq: 8}}]}\n"
                             "  high: {summaries: [std]}\n";
  bl_ctx *ctx = bl_ctx_new();
  bl_config a, b;
  bl_buf first = {0}, second = {0};
  check_ok(ctx, bl_config_parse(ctx, "t.yaml", text, strlen(text), NULL, &a));
  check_ok(ctx, bl_config_print(ctx, &a, &first));
  check_ok(ctx, bl_config_parse(ctx, "t.yaml", bl_buf_text(&first), first.len, NULL, &b));
  check_ok(ctx, bl_config_print(ctx, &b, &second));
  assert_string_equal(bl_buf_text(&first), bl_buf_text(&second));
  assert_int_equal(b.recipe.n_branches, 4);
  assert_int_equal(b.recipe.branches[2].n_summaries, 0);
  check_near(b.recipe.branches[1].stream.rate_hz.real, 400, 0);
  assert_string_equal(b.recipe.branches[1].stream.channels.v[1], "X*");
  assert_int_equal(bl_recipe_n_inputs(&b.recipe), 2);
  bl_config_free(ctx, &b);
  check_fails(
      ctx, bl_config_parse(ctx, "t.yaml", idle, strlen(idle), NULL, &b), BL_E_CONFIG,
      "t.yaml:3:3: error: branch 'low' needs 'summaries: [...]', at least one; its frames alone are written by 'baleen extract --frames low'");
  bl_buf_free(ctx, &first);
  bl_buf_free(ctx, &second);
  bl_config_free(ctx, &a);
  check_free(ctx);
}

static bl_status read_whole(bl_ctx *ctx, void *arg)
{
  (void)arg;
  bl_config c;
  bl_buf out = {0};
  bl_status s = bl_config_parse(ctx, "t.yaml", whole, strlen(whole), NULL, &c);
  if (!s) s = bl_config_print(ctx, &c, &out);
  bl_buf_free(ctx, &out);
  bl_config_free(ctx, &c);
  return s;
}

/* The metric of published numbers, where there are any; a default that speaks of them decides nothing without. */
static void the_score_that_is_shown(void **state)
{
  (void)state;
  static const struct {
    const char *more;
    size_t want;
  } cases[] = {{"", 0},
               {"report: {published: {theirs: [0.5, 0.6]}}\n", 2},
               {"report: {published: {theirs: [0.5, 0.6]}, published_metric: f1}\n", 0},
               {"report: {published_metric: balanced_accuracy}\n", 0}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    bl_ctx *ctx = bl_ctx_new();
    bl_config c;
    char text[400];
    snprintf(text, sizeof text,
             TABLE "model: knn\nevaluate: {metrics: [{f1: {average: micro}}, balanced_accuracy, accuracy]}\n%s",
             cases[i].more);
    check_ok(ctx, bl_config_parse(ctx, "t.yaml", text, strlen(text), NULL, &c));
    assert_int_equal(bl_config_main_metric(&c), cases[i].want);
    bl_config_free(ctx, &c);
    check_free(ctx);
  }
}

static void failing_allocations(void **state)
{
  (void)state;
  check_every_allocation_failing(read_whole, NULL);
}

int main(void)
{
  struct CMUnitTest tests[64] = {
      cmocka_unit_test(all_mistakes_at_once),     cmocka_unit_test(prints_what_reads_back),
      cmocka_unit_test(seed_reaches_plug_ins),    cmocka_unit_test(overrides_reach_options),
      cmocka_unit_test(overrides_reach_children), cmocka_unit_test(nested_prints_what_reads_back),
      cmocka_unit_test(branches_that_are_taken),  cmocka_unit_test(failing_allocations),
      cmocka_unit_test(the_score_that_is_shown)};
  size_t n = check_listed(tests);
  for (size_t i = 0; i < sizeof bads / sizeof *bads; i++)
    tests[n++] = (struct CMUnitTest){bads[i].name, refused, NULL, NULL, (void *)(uintptr_t)&bads[i]};
  return _cmocka_run_group_tests("config", tests, n, NULL, NULL);
}
