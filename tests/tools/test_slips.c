/* Configs with one slip each: told once, in its place, with what was found and what to do, before anything is written. */
#include "program.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "tree.h"

#define IRIS  "source: {table: {file: iris.csv}}\n"
#define SUGAR "source: {table: {file: diabetes.csv}}\n"
#define EEG                                                                                                             \
  "source:\n  files: {recordings: [\"S001R{06,10,14}.edf\"], labels: annotations}\nsegments:\n  epochs: {events: [T1, " \
  "T2], tmin: 1, tmax: 2}\n"
#define COV   "features:\n  c:\n    stages: [{fir: {l_freq: 7, h_freq: 30}}]\n    summaries: [covariance]\n"
#define SOUND "source:\n  files: {recordings: [\"sea/*.wav\", \"call/*.wav\"], labels: folder}\n"
#define MEL                                                                                                            \
  "features:\n  m:\n    stages: [{stft: {n_fft: 256, hop_length: 128}}, power, {mel: {n_mels: 8}}, db]\n    summaries: [mean]\n"
#define CSP "model: [csp, lda]\n"

static const struct slip {
  const char *config, *set; /* set: further arguments, or NULL */
  const char *place;        /* "line:column", or "--set ..." */
  const char *says;
  int status;
} slips[] = {
    /* clang-format off */
    /* at reading */
    {IRIS "modle: knn\n", NULL, "2:1", "unknown key 'modle' in the config; did you mean 'model'?", 2},
    {IRIS "model: xgboost\n", NULL, "2:8", "unknown estimator 'xgboost'; see 'baleen list'", 2},
    {IRIS "model: knnn\n", NULL, "2:8", "did you mean 'knn'?", 2},
    {IRIS "model: {knn: {n_neighbours: 3}}\n", NULL, "2:15", "did you mean 'n_neighbors'?", 2},
    {IRIS "model: {knn: {n_neighbors: 0}}\n", NULL, "2:28", "it takes a whole number from 1 to 100000000", 2},
    {IRIS "model: {knn: {n_neighbors: 1e300}}\n", NULL, "2:28", "'1e300' is not valid", 2},
    {IRIS "seed: 99999999999999999999999\nmodel: knn\n", NULL, "2:7", "it takes a whole number from 0 to 9e+15", 2},
    {IRIS "model: knn\nmodel: lda\n", NULL, "3:1", "the key 'model' is there already, in line 2", 2},
    {IRIS "model: knn\nseed: 1\nmodel: lda\nseed: 2\n", NULL, "5:1", "the key 'seed' is there already, in line 3", 2},
    {IRIS "model: [knn, lda]\n", NULL, "2:8", "step 'knn' cannot stand before 'lda'", 2},
    {IRIS "model: [standard_scaler, pca]\n", NULL, "2:8", "ends in a transformer", 2},
    {IRIS "model: lda\nmodels: {a: knn}\n", NULL, "2:1", "two answers to one question", 2},
    {IRIS "models: {a: lda, b: ridge}\n", NULL, "2:18", "model 'b' is a regressor but 'a' is a classifier", 2},
    {IRIS "evaluate: {split: k_fold}\n", NULL, "2:1", "there is no model to evaluate; add 'model: ...'", 2},
    {IRIS "rows: {positive: setosa}\n", NULL, "2:18", "rows: positive has no effect without a model", 2},
    {IRIS "report: {title: x}\n", NULL, "2:17", "report: title has no effect without a model", 2},
    {IRIS "model: knn\nrows: {block_s: 10}\n", NULL, "3:17", "block_s has no effect on a table, whose rows have no time", 2},
    {IRIS "model: knn\nrows: {block_s: 10, time: sepal_length}\n", NULL, "3:27", "'sepal_length' is a feature of the rows; name it in the table's keep", 2},
    {IRIS "model: knn\nrows: {block: sesion}\n", NULL, "3:15", "rows: block: the rows have no column 'sesion'", 2},
    {IRIS "model: knn\nsegments: whole\n", NULL, "3:1", "segments: has no effect on a table", 2},
    {IRIS "model: knn\nstream: {rate_hz: 100}\n", NULL, "3:1", "stream: has no effect on a table", 2},
    {IRIS "model: knn\nfeatures: {f: {summaries: [mean]}}\n", NULL, "3:1", "gives rows already", 2},
    {IRIS "model: knn\nrows: {task: regression}\n", NULL, "3:14", "model 'knn' is a classifier; leave task out, or take a regressor", 2},
    {IRIS "model: knn\nevaluate: {split: k_fold, split_file: x.csv}\n", NULL, "3:19", "two answers to one question", 2},
    {IRIS "model: knn\nevaluate: {by_edges: [0, 1]}\n", NULL, "3:22", "by_edges has no effect without by", 2},
    {IRIS "model: knn\nevaluate: {fold: part}\n", NULL, "3:18", "fold has no effect without split: predefined", 2},
    {IRIS "model: knn\nevaluate: {split: {k_fold: {n_splits: 1}}}\n", NULL, "3:39", "it takes a whole number from 2", 2},
    {IRIS "model: knn\nevaluate: {metrics: [acuracy]}\n", NULL, "3:22", "did you mean 'accuracy'?", 2},
    {IRIS "model: knn\nreport: {published: {they: [0.9]}, published_metric: f2}\n", NULL, "3:10", "'f2' is not among the metrics of this run", 2},
    {SUGAR "model: ridge\nevaluate: {split: k_fold, metrics: [accuracy, r2]}\n", NULL, "3:37", "accuracy: scores classes, but the targets are numbers; choose one of r2", 2},
    {SUGAR "model: ridge\nevaluate: {metrics: roc_auc}\n", NULL, "3:21", "roc_auc: scores classes", 2},
    {IRIS "model: knn\nevaluate: {metrics: [accuracy, r2]}\n", NULL, "3:32", "r2: scores numbers, but the targets are classes; choose one of accuracy", 2},
    {SUGAR "model: ridge\nrows: {positive: a}\n", NULL, "3:18", "positive has no effect without classes to learn", 2},
    {IRIS "model: knn\nrows: {classes: [setosa, virginica], positive: versicolor}\n", NULL, "3:48", "'versicolor' is none of the classes to keep", 2},
    {SOUND "features: {m: {stages: [stft, power], summaries: [{quantile: {q: [0.1, 1.5, x]}}]}}\nmodel: knn\n", NULL, "3:72", "quantile: q: '1.5' is not valid; each is a number from 0 to 1", 2},
    {SOUND "features: {m: {stages: [stft, power], summaries: [{quantile: {q: [0.1, 1.5, x]}}]}}\nmodel: knn\n", NULL, "3:77", "quantile: q: 'x' is not valid", 2},
    {EEG "features:\n  p: {summaries: [{band_power: {bands: {alpha: [13, 8], b: [8, 13]}}}]}\nmodel: lda\n", NULL, "6:48", "alpha: '[13, 8]' is not valid; the first must lie below the second", 2},
    {EEG "features:\n  p: {summaries: [{band_power: {bands: {alpha: [8, 13], b: [1]}}}]}\nmodel: lda\n", NULL, "6:60", "b: '[1]' is not valid; each is [low, high]", 2},
    {"source: {files: {recordings: [sea]}}\nmodel: knn\n", NULL, "1:1", "'features' is missing", 2},
    {"model: knn\n", NULL, "1:1", "'source' is missing", 2},
    {IRIS "model: [knn\n", NULL, "3:1", "did not find expected", 2},
    {IRIS "model: {voting: [lda, ridge]}\n", NULL, "2:9", "'ridge' is a regressor but 'lda' is a classifier", 2},
    /* --set */
    {IRIS "model: knn\n", "--set model.knn.n_neighbors=-2", "--set model.knn.n_neighbors=-2", "'-2' is not valid", 2},
    {IRIS "model: knn\n", "--set model.knn.neighbors=2", "--set model.knn.neighbors=2", "unknown option 'neighbors'; did you mean 'n_neighbors'?", 2},
    {IRIS "model: knn\n", "--set evaluate.split=k_fild", "--set evaluate.split=k_fild", "did you mean 'k_fold'?", 2},
    {IRIS "model: knn\n", "--set rows.label=kind", "--set rows.label=kind", "no column 'kind'", 2},
    {IRIS "model: knn\n", "--set seed=[1", "--set seed=[1", "did not find expected", 2},
    /* tables */
    {"source: {table: {file: nowhere.csv}}\nmodel: knn\n", NULL, "1:24", "nowhere.csv: cannot open it: No such file", 2},
    {"source: {table: {file: iris.csv, target: spezies}}\nmodel: knn\n", NULL, "1:42", "no column 'spezies'", 2},
    {"source: {table: {file: iris.csv, drop: [petal]}}\nmodel: knn\n", NULL, "1:41", "no column 'petal'", 2},
    {"source: {table: {file: words.csv}}\nmodel: knn\n", NULL, "1:9", "'y' is not a number, as most of the column are", 2},
    {IRIS "model: knn\nrows: {label: kind}\n", NULL, "3:15", "no column 'kind'", 2},
    {IRIS "model: knn\nrows: {group: who}\n", NULL, "3:15", "no column 'who'", 2},
    {IRIS "model: knn\nrows: {positive: virginia}\n", NULL, "3:18", "no row is labelled 'virginia'; did you mean 'virginica'?", 2},
    {IRIS "model: knn\nrows: {classes: [setosa, rose]}\n", NULL, "3:26", "no row is labelled 'rose'; there are setosa (50), versicolor (50), virginica (50)", 2},
    {IRIS "model: knn\nrows: {classes: [setosa]}\n", NULL, "2:8", "all 50 rows are of one class (setosa), and two at least", 2},
    {IRIS "model: ridge\n", NULL, "2:8", "'setosa' is no finite number, which a regressor needs", 2},
    {IRIS "model: {knn: {n_neighbors: 1000}}\n", NULL, "2:28", "n_neighbors is 1000, but there are 120 rows to learn from; take 120 or fewer", 2},
    {IRIS "model: [{pca: {n_components: 9}}, lda]\n", NULL, "2:30", "n_components: 9 of at most 4", 2},
    {IRIS "model: [{columns: {transformers: {a: {columns: petals, estimator: pca}}}}, lda]\n", NULL, "2:48", "no column is called 'petals'", 2},
    {IRIS "model: knn\nevaluate: {split: {stratified_k_fold: {n_splits: 100}}}\n", NULL, "3:50", "the largest class has 50 rows, fewer than 100 folds; set n_splits to 50 or less", 2},
    {IRIS "model: knn\nevaluate: {split: {k_fold: {n_splits: 151}}}\n", NULL, "3:39", "150 rows are fewer than 151 folds; set n_splits to 150 or less", 2},
    {IRIS "model: knn\nevaluate: {by: site}\n", NULL, "3:16", "no column 'site'", 2},
    {IRIS "model: knn\nevaluate: {split: predefined}\n", NULL, "3:1", "no column 'fold'", 2},
    {IRIS "model: knn\nevaluate: {split_file: no.csv}\n", NULL, "3:24", "no.csv: cannot open it", 2},
    {IRIS "model: knn\nevaluate: {split: none}\n", NULL, "3:19", "scores a model on the rows it learnt from", 4},
    /* headers */
    {"source: {files: {recordings: [\"none/*.wav\"], labels: folder}}\n" MEL "model: knn\n", NULL, "1:31", "no recording matches 'none/*.wav'", 2},
    {"source: {files: {recordings: [sea], labels: csv, label_file: no.csv}}\n" MEL "model: knn\n", NULL, "1:62", "no.csv: cannot open it", 2},
    {"source: {files: {recordings: [sea], labels: csv, label_file: who.csv, label_column: kind}}\n" MEL "model: knn\n", NULL, "1:85", "no column 'kind'", 2},
    {EEG "features: {c: {stages: [{fir: {h_freq: 300}}], summaries: [covariance]}}\n" CSP, NULL, "5:40", "h_freq 300 Hz must be below half the sampling rate, 80 Hz; give a lower one, or leave h_freq out (S001R06.edf: 64 channels at 160 Hz)", 2},
    {EEG "features: {c: {stages: [{pick: {include: [C3.., XYZ9]}}], summaries: [covariance]}}\n" CSP, NULL, "5:49", "pick: no channel 'XYZ9'", 2},
    {EEG COV "model: [{csp: {n_components: 4}}, lda]\nevaluate: {split: {k_fold: {shuffle: true}}}\n", NULL, "10:19", "3 recordings or groups, and k_fold tears them apart", 4},
    {EEG COV "model: [csp, lda]\nevaluate: {split: {group_k_fold: {n_splits: 7}}}\n", NULL, "10:45", "3 groups are fewer than 7 folds; set n_splits to 3 or less", 2},
    {"source:\n  files: {recordings: [S001R06.edf], labels: annotations}\nsegments:\n  epochs: {events: [T1, T2], tmin: 1, tmax: 2}\n" COV CSP "evaluate: {split: group_k_fold}\n", NULL, "10:19", "there are fewer than 2 groups", 2},
    {"source:\n  files: {recordings: [S001R06.edf], labels: annotations}\nsegments:\n  epochs: {events: [T1], tmin: 1, tmax: 2}\n" COV CSP, NULL, "9:8", "rows are of one class (T1), and two at least are needed", 2},
    {"source:\n  files: {recordings: [S001R06.edf], labels: annotations}\nsegments:\n  epochs: {events: [T7, T8], tmin: 1, tmax: 2}\n" COV CSP, NULL, "4:21", "no event is called 'T7'", 2},
    {"source:\n  files: {recordings: [S001R06.edf], labels: none}\nsegments:\n  epochs: {events: [T1, T2], tmin: 1, tmax: 2}\n" COV CSP, NULL, "9:8", "have no label (the source's labels says where they come from)", 2},
    {EEG "features: {p: {summaries: [mean, {band_power: {bands: {x: [90, 95]}}}]}}\nmodel: lda\n", NULL, "5:55", "bands: x begins at 90 Hz", 2},
    {EEG "features: {p: {stages: [{subtract: {branches: [q]}}], summaries: [mean]}}\nmodel: lda\n", NULL, "5:48", "there is no branch 'q'", 2},
    {SOUND "features:\n  m: {stages: [{mel: {n_mels: 20}}, power], summaries: [mean]}\nmodel: knn\n", NULL, "4:17", "mel: needs a spectrum", 2},
    {SOUND "features:\n  m: {stages: [stft, power, {mel: {fmax: 9000}}], summaries: [mean]}\nmodel: knn\n", NULL, "4:42", "fmax 9000 Hz is above half the sampling rate, 4000 Hz", 2},
    {SOUND "features:\n  m: {stages: [stft, power], summaries: [mean, mean]}\nmodel: knn\n", NULL, "4:48", "two features are named", 2},
    {SOUND "features:\n  m: {stages: [{stft: {n_fft: 1048576, hop_length: 1}}], summaries: [mean]}\nmodel: knn\n", NULL, "4:", "above the bound of 16384; take a longer hop", 2},
    {SOUND MEL CSP, NULL, "7:9", "csp: learns from one triangle of covariances, but a row is made of 'mean' (scalars: 8 columns)", 2},
    {SOUND MEL "model: knn\nevaluate: {split: {stratified_k_fold: {n_splits: 9}}}\n", NULL, "8:50", "fewer than 9 folds; set n_splits to 4 or less", 2},
    {"source:\n  files: {recordings: [\"sea/*.wav\", \"call/*.wav\", \"fast/*.wav\"], labels: folder}\n" MEL "model: knn\nrows: {classes: [sea, fast]}\n", NULL, "8:23", "1 of 9 recordings were left out, the first: fast/f.wav: ", 2},
    {"source:\n  files: {recordings: [sea/0.wav, sea/1.wav, sea/2.wav, fast/f.wav], labels: folder}\n" MEL "model: knn\n", NULL, "7:8", "1 of 4 recordings were left out, the first: fast/f.wav: ", 2},
    {"source: {files: {recordings: [\"sea/*.wav\"], labels: folder}}\nstream: {rate_hz: 16000}\n" MEL "model: knn\n", NULL, "2:9", "no stream of 16000 Hz", 2},
    /* clang-format on */
};
enum { N = sizeof slips / sizeof *slips };

static int prepare(void **state)
{
  (void)state;
  static float tone[8000];
  char command[2000];
  for (size_t i = 0; i < 8000; i++) tone[i] = (float)(i % 40) / 80;
  for (int i = 0; i < 4; i++) {
    char name[40];
    snprintf(name, sizeof name, "sea/%d.wav", i);
    tree_wav(name, 8000, 1, 8000, tone);
    snprintf(name, sizeof name, "call/%d.wav", i);
    tree_wav(name, 8000, 1, 4000 + 100 * (size_t)i, tone);
  }
  tree_wav("fast/f.wav", 16000, 1, 8000, tone);
  tree_text("words.csv", "a,b,label\n1,3,p\n2,y,q\n3,4,p\n");
  tree_text("who.csv", "path,label\nsea/0.wav,a\n");
  snprintf(command, sizeof command,
           "cd '%s' && cp '%s'/tables/iris.csv '%s'/tables/diabetes.csv . && ln -s '%s'/eegmmidb-s001/*.edf .",
           tree_root(), BALEEN_SETS, BALEEN_SETS, BALEEN_SETS);
  return system(command);
}

static int clear(void **state)
{
  (void)state;
  tree_done();
  return 0;
}

static void told(void **state)
{
  const struct slip *s = *state;
  struct stat st;
  char command[3000], want[600], out[900];
  tree_text("c.yaml", s->config);
  snprintf(command, sizeof command, "cd '%s' && '%s' run c.yaml -o new/out %s 2>&1", tree_root(), BALEEN_BIN,
           s->set ? s->set : "");
  int status = said_by(command);
  if (status != s->status)
    fail_msg("%s%s\nexit %d, wanted %d: %s", s->config, s->set ? s->set : "", status, s->status, said);
  bool by_set = !strncmp(s->place, "--set", 5);
  snprintf(want, sizeof want, "%s%s", by_set ? "" : "c.yaml:", s->place);
  const char *at = strstr(said, want), *end = at ? strchr(at, '\n') : NULL, *says = strstr(said, s->says);
  if (!at || !end || !says) fail_msg("%s\nwanted %s: %s, in: %s", s->config, want, s->says, said);
  /* the place and the text stand in one line, and once */
  for (at = said; (at = strstr(at, want)) && !(strchr(at, '\n') > strstr(at, s->says) && strstr(at, s->says));) at++;
  if (!at) fail_msg("%s\n'%s' is not told at %s: %s", s->config, s->says, want, said);
  if (strstr(strstr(at, s->says) + 1, s->says) && !strstr(s->says, "left out")) fail_msg("told twice: %s", said);
  snprintf(out, sizeof out, "%s/new", tree_root());
  if (!stat(out, &st)) fail_msg("%s\nleft a folder behind: %s", s->config, said);
}

int main(void)
{
  struct CMUnitTest tests[N];
  char names[N][24];
  for (size_t i = 0; i < N; i++) {
    snprintf(names[i], sizeof names[i], "slip %zu", i + 1);
    tests[i] = (struct CMUnitTest){.name = names[i], .test_func = told, .initial_state = (void *)(uintptr_t)&slips[i]};
  }
  return cmocka_run_group_tests(tests, prepare, clear);
}
