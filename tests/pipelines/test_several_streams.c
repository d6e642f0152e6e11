/* Branches of several streams of a recording: one row has the numbers of each stream by itself, whatever gaps there are,
 * however the streams are pushed. And which stream is taken where nothing says so. */
#include "pipe.h"

#include "baleen/common_runs.h"
#include "baleen/file.h"
#include "extract.h"
#include "psg.h"

#define FILES(recordings) "source: {files: {recordings: [" recordings "], labels: annotations}}\n"
#define EEG                                                                                                            \
  "{stages: [{pick: {include: ['EEG C3', 'EEG O1']}}, {fir: {h_freq: 40}}], summaries: [std, {quantile: {q: [0.1, 0.9]}}]}"
#define ECG  "{stream: {rate_hz: 400}, stages: [{stft: {n_fft: 64}}, power], summaries: [mean]}"
#define SLOW "{stream: {channels: ['Aux*']}, summaries: [max]}"

/* ---- a row of two streams ---------------------------------------------------------------------------------------- */

static void take(bl_ctx *ctx, const char *segments, const char *features, bl_extraction *x)
{
  bl_config c;
  char text[2000];
  snprintf(text, sizeof text, FILES("psg.edf") "segments: %s\nfeatures: {%s}\n", segments, features);
  check_ok(ctx, pipe_config(ctx, text, &c));
  check_ok(ctx, bl_extract(ctx, &c, x));
  bl_config_free(ctx, &c);
}

/* Columns from `first` on of the rows of several are those of one. */
static void check_columns(const bl_extraction *several, size_t first, const bl_extraction *one)
{
  assert_int_equal(several->rows.X.rows, one->rows.X.rows);
  for (size_t i = 0; i < one->rows.X.rows; i++) {
    check_near(bl_packed_get(&several->rows.start_s, i), bl_packed_get(&one->rows.start_s, i), 0);
    check_near(bl_packed_get(&several->rows.end_s, i), bl_packed_get(&one->rows.end_s, i), 0);
    if (memcmp(bl_row(&several->rows.X, i) + first, bl_row(&one->rows.X, i), one->rows.X.cols * sizeof(float)))
      fail_msg("row %zu, at %g s, columns from %zu on", i, bl_packed_get(&one->rows.start_s, i), first);
  }
}

static const struct cut {
  const char *name, *segments;
} cuts[] = {
    {"windows", "{window: {length_s: 1.7, hop_s: 0.31}}"},
    {"epochs", "{epochs: {events: [go], tmin: -0.4, tmax: 0.9, baseline: ['null', 0]}}"},
    {"whole", "whole"},
};

static void one_row_has_the_numbers_of_each(void **state)
{
  const struct cut *r = *state;
  bl_ctx *ctx = bl_ctx_new();
  bl_extraction several, eeg, ecg;
  take(ctx, r->segments, "eeg: " EEG ", ecg: " ECG, &several);
  take(ctx, r->segments, "eeg: " EEG, &eeg);
  take(ctx, r->segments, "ecg: " ECG, &ecg);
  assert_true(several.rows.X.rows > 0);
  assert_int_equal(several.rows.X.cols, eeg.rows.X.cols + ecg.rows.X.cols);
  check_columns(&several, 0, &eeg);
  check_columns(&several, eeg.rows.X.cols, &ecg);
  assert_int_equal(several.inputs.n, 2);
  check_near(several.inputs.v[0].rate_hz, PSG_EEG_HZ, 0);
  check_near(several.inputs.v[1].rate_hz, PSG_ECG_HZ, 0);
  assert_string_equal(several.rows.features.v[0], "eeg.EEG_C3.std");
  assert_int_equal(several.outcomes[0].n_dropped, eeg.outcomes[0].n_dropped);
  bl_extraction_free(ctx, &several);
  bl_extraction_free(ctx, &eeg);
  bl_extraction_free(ctx, &ecg);
  check_free(ctx);
}

static bool has_row_at(const bl_extraction *x, double start_s)
{
  for (size_t i = 0; i < x->rows.X.rows; i++)
    if (fabs(bl_packed_get(&x->rows.start_s, i) - start_s) < 1e-9) return true;
  return false;
}

/* A segment that is out of bounds in one of the streams gives no row. */
static void what_one_stream_rejects_is_rejected(void **state)
{
  static const char segments[] = "{window: {length_s: 2, hop_s: 0.5, reject: 40}}";
  bl_ctx *ctx = bl_ctx_new();
  bl_extraction several, eeg, ecg;
  size_t n = 0;
  (void)state;
  take(ctx, segments, "eeg: " EEG ", ecg: " ECG, &several);
  take(ctx, segments, "eeg: " EEG, &eeg);
  take(ctx, segments, "ecg: " ECG, &ecg);
  for (size_t i = 0; i < eeg.rows.X.rows; i++) {
    bool both = has_row_at(&ecg, bl_packed_get(&eeg.rows.start_s, i));
    n += both;
    assert_int_equal(both, has_row_at(&several, bl_packed_get(&eeg.rows.start_s, i)));
  }
  assert_int_equal(several.rows.X.rows, n);
  assert_true(n > 10 && ecg.outcomes[0].n_dropped > 3);
  bl_extraction_free(ctx, &several);
  bl_extraction_free(ctx, &eeg);
  bl_extraction_free(ctx, &ecg);
  check_free(ctx);
}

/* ---- gaps that differ -------------------------------------------------------------------------------------------- */

enum { FAST = 100, SLOW_HZ = 40 };
static float value(size_t stream, uint64_t i) { return (float)((double)(i * (stream ? 7919 : 104729) % 1009) - 500); }

static bl_status read_frames(bl_ctx *ctx, bl_recording *rec, size_t stream, uint64_t first, size_t n, float *out,
                             size_t *got)
{
  (void)ctx, (void)rec;
  for (size_t i = 0; i < n; i++) out[i] = value(stream, first + i);
  *got = n;
  return BL_OK;
}

typedef struct told {
  double start_s[200];
  float v[200][2];
  size_t n;
} told;

static bl_status on_row(void *user, bl_ctx *ctx, const bl_span *span, bl_status status, const float *row)
{
  told *t = user;
  check_ok(ctx, status);
  assert_true(t->n < 200);
  t->start_s[t->n] = span->start_s;
  memcpy(t->v[t->n++], row, sizeof t->v[0]);
  return BL_OK;
}

/* The mean of a stream's frames in a window of a second, of which all must be there. */
static double mean_of(const bl_rec_stream *s, size_t stream, double start_s)
{
  double sum = 0;
  const bl_stretch *run = s->runs;
  while (run < s->runs + s->n_runs && run->start_s + (double)run->n / s->rate_hz < start_s + 1 - 1e-9) run++;
  if (run == s->runs + s->n_runs || start_s < run->start_s - 1e-9) fail_msg("the window at %g s is not whole", start_s);
  uint64_t first = run->first + (uint64_t)rint((start_s - run->start_s) * s->rate_hz);
  for (uint64_t i = first; i < first + (uint64_t)s->rate_hz; i++) sum += (double)value(stream, i);
  return sum / s->rate_hz;
}

/* Rows come where all streams are known, and begin afresh behind a gap of any. */
static void gaps_of_one_are_gaps_of_all(void **state)
{
  (void)state;
  static const bl_reader_class reader = {.name = "test", .read = read_frames};
  static bl_stretch fast[] = {{0, 0, 2030}, {25, 2030, 1000}}, slow[] = {{1.5, 0, 200}, {8.25, 200, 1200}};
  static told t;
  bl_channel a = {.name = (char *)(uintptr_t) "a", .unit = (char *)(uintptr_t) "V"}, b = a;
  b.name = (char *)(uintptr_t) "b";
  bl_rec_stream streams[] = {{FAST, 1, &a, 3030, fast, 2}, {SLOW_HZ, 1, &b, 1400, slow, 2}};
  bl_recording rec = {.cls = &reader,
                      .path = (char *)(uintptr_t) "here",
                      .format = (char *)(uintptr_t) "test",
                      .streams = streams,
                      .n_streams = 2,
                      .duration_s = 38.25};
  bl_ctx *ctx = bl_ctx_new();
  bl_config c;
  bl_stock stock;
  check_ok(ctx, pipe_config(ctx,
                            FILES("x") "segments: {window: {length_s: 1, hop_s: 0.5}}\n"
                                       "features: {a: {stream: {channels: [a]}, summaries: [mean]}, "
                                       "b: {stream: {rate_hz: 40}, summaries: [mean]}}\n",
                            &c));
  bl_stock_init(&stock, &c);
  bl_recording_job job = {.config = &c, .name = "here", .rec = &rec, .stock = &stock, .on_row = on_row, .user = &t};
  t.n = 0;
  check_ok(ctx, bl_recording_extract(ctx, &job));
  /* 1.5 to 6.5, 8.25 to 20.3, 25 to 35 */
  assert_int_equal(t.n, 9 + 23 + 19);
  check_near(t.start_s[0], 1.5, 0);
  check_near(t.start_s[9], 8.25, 0);
  check_near(t.start_s[32], 25, 0);
  for (size_t i = 0; i < t.n; i++) {
    check_near((double)t.v[i][0], mean_of(&streams[0], 0, t.start_s[i]), 1e-4);
    check_near((double)t.v[i][1], mean_of(&streams[1], 1, t.start_s[i]), 1e-4);
  }
  check_near(job.seconds, 5 + 12.05 + 10, 1e-9);
  bl_stock_free(ctx, &stock);
  bl_config_free(ctx, &c);
  check_free(ctx);
}

/* ---- which stream ------------------------------------------------------------------------------------------------ */

static const struct which {
  const char *name, *text;
  double rate_hz; /* of the first input */
  const char *said;
} whiches[] = {
    {"most channels", "features: {f: {summaries: [mean]}}\n", 1, NULL},
    {"the one that has the channels that are picked",
     "features: {f: {stages: [{pick: {include: [EEG C3]}}], summaries: [mean]}}\n", 200, NULL},
    {"the one that has the pairs",
     "features: {f: {stages: [{bipolar: {pairs: [EEG C3-EEG O1], keep: none}}], summaries: [mean]}}\n", 200, NULL},
    {"the one that has all that the branches pick",
     "features: {f: {stages: [{pick: {include: [ECG]}}], summaries: [mean]}, g: {stages: [{pick: {include: [E*]}}], "
     "summaries: [mean]}}\n",
     400, NULL},
    {"the one that is asked for", "stream: {rate_hz: 200}\nfeatures: {f: {summaries: [mean]}}\n", 200, NULL},
    {"the one that a branch asks for",
     "stream: {rate_hz: 200}\nfeatures: {f: {stream: {rate_hz: 400}, summaries: [mean]}}\n", 400, NULL},
    {"by channels", "features: {f: {stream: {channels: [ECG]}, summaries: [mean]}}\n", 400, NULL},
    {"by most channels", "features: {f: {stream: {channels: [ECG, EEG C3, 'EEG O?']}, summaries: [mean]}}\n", 200,
     NULL},
    {"channels of two streams",
     "features:\n  f: {stages: [{pick: {include: [EEG C3]}}], summaries: [mean]}\n  g: {stages: [{pick: {include: "
     "[ECG]}}], summaries: [mean]}\n",
     0, "the one of 200 Hz would do: say stream: {rate_hz: 200} in branch 'f'"},
    {"channels of another stream than the one in force",
     "stream: {rate_hz: 1}\nfeatures: {f: {stages: [{pick: {include: [EEG C3]}}], summaries: [mean]}}\n", 0,
     "no channel 'EEG C3'"},
    {"and which one that is",
     "stream: {rate_hz: 1}\nfeatures: {f: {stages: [{pick: {include: [EEG C3]}}], summaries: [mean]}}\n", 0,
     "that is the stream of 1 Hz, where the one of 200 Hz would do: say stream: {rate_hz: 200} in branch 'f'"},
    {"channels of another stream in a branch that another takes",
     "features: {ref: {stages: [{pick: {include: [ECG]}}]}, f: {stages: [{pick: {include: [EEG C3]}}, {subtract: "
     "{branches: [ref]}}], summaries: [mean]}}\n",
     0, "in branch 'ref'"},
    {"channels that no stream has", "features: {f: {stages: [{pick: {include: [EEG Fz]}}], summaries: [mean]}}\n", 0,
     "no channel 'EEG Fz'"},
    {"a rate that is not there", "features: {f: {stream: {rate_hz: 256}, summaries: [mean]}}\n", 0,
     "has no stream of 256 Hz; it has 400 Hz (ECG), 200 Hz (EEG C3, EEG C4, EEG O1), 1 Hz (Aux0, Aux1, Aux2, Aux3 ...)"},
    {"channels that are not there", "features: {f: {stream: {channels: [EMG]}, summaries: [mean]}}\n", 0,
     "has no channel 'EMG', which the stream of branch 'f' is chosen by; it has 400 Hz (ECG)"},
};

static void the_stream_that_is_meant(void **state)
{
  const struct which *r = *state;
  bl_ctx *ctx = bl_ctx_new();
  bl_config c;
  bl_extraction x;
  char text[1000];
  snprintf(text, sizeof text, FILES("psg.edf") "segments: {window: {length_s: 2}}\n%s", r->text);
  check_ok(ctx, pipe_config(ctx, text, &c));
  if (r->said) {
    check_fails(ctx, bl_extract(ctx, &c, &x), BL_E_CONFIG, r->said);
  } else {
    check_ok(ctx, bl_extract(ctx, &c, &x));
    check_near(x.inputs.v[0].rate_hz, r->rate_hz, 0);
    bl_extraction_free(ctx, &x);
  }
  bl_config_free(ctx, &c);
  check_free(ctx);
}

/* ---- recordings that are not alike ------------------------------------------------------------------------------- */

/* A copy in which the first and the third channel have changed their names: another order, to whoever goes by names. */
static void put_turned(bl_ctx *ctx, const char *from, const char *to)
{
  char path[700], *v, kept[16];
  size_t n;
  snprintf(path, sizeof path, "%s/%s", tree_root(), from);
  check_ok(ctx, bl_file_read(ctx, path, 0, &v, &n));
  memcpy(kept, v + 256, 16);
  memcpy(v + 256, v + 256 + 2 * 16, 16);
  memcpy(v + 256 + 2 * 16, kept, 16);
  tree_put(to, v, n);
  bl_free(ctx, v);
}

#define THREE "source: {files: {recordings: [turned.edf, few.edf, psg.edf]}}\nsegments: {window: {length_s: 1}}\n"

/* Channels of each stream are found by name; the most common kind of streams decides. */
static void channels_in_another_order(void **state)
{
  (void)state;
  static const char *const features[] = {"eeg: " EEG ", ecg: " ECG, "eeg: " EEG, "ecg: " ECG};
  bl_ctx *ctx = bl_ctx_new();
  bl_extraction x[3];
  put_turned(ctx, "few.edf", "turned.edf");
  for (size_t k = 0; k < 3; k++) {
    bl_config c;
    char text[1500];
    snprintf(text, sizeof text, THREE "features: {%s}\n", features[k]);
    check_ok(ctx, pipe_config(ctx, text, &c));
    check_ok(ctx, bl_extract(ctx, &c, &x[k]));
    assert_int_equal(x[k].n_failed, 0);
    bl_config_free(ctx, &c);
  }
  assert_string_equal(x[0].inputs.v[0].channels.v[0], "EEG C3");
  check_columns(&x[0], 0, &x[1]);
  check_columns(&x[0], x[1].rows.X.cols, &x[2]);
  for (size_t k = 0; k < 3; k++) bl_extraction_free(ctx, &x[k]);
  check_free(ctx);
}

/* ---- a model of several streams ---------------------------------------------------------------------------------- */

typedef struct scores {
  double v[400];
  size_t n;
} scores;

static bl_status take_scores(void *user, bl_ctx *ctx, const bl_span *span, const double *prediction, const double *v)
{
  scores *t = user;
  (void)ctx, (void)prediction;
  assert_true(t->n + 2 <= 400);
  t->v[t->n++] = span->start_s;
  t->v[t->n++] = v[0];
  return BL_OK;
}

/* A file's streams side by side, `block` frames of the first one at a time. */
static void push_all(bl_ctx *ctx, bl_predictor *p, bl_recording *rec, size_t block, scores *out)
{
  static float room[2][20000 * PSG_EEG];
  size_t n_streams, n[2];
  bl_common_runs runs;
  bl_predict_stream what = {
      .name = "here", .streams = rec->streams, .n_streams = rec->n_streams, .on_scores = take_scores, .user = out};
  out->n = 0;
  check_ok(ctx, bl_predictor_begin(ctx, p, &what));
  const size_t *which = bl_predictor_streams(p, &n_streams);
  assert_int_equal(n_streams, 2);
  check_ok(ctx, bl_common_runs_find(ctx, rec->streams, which, 2, &runs));
  for (size_t i = 0; i < runs.n; i++) {
    if (i) check_ok(ctx, bl_predictor_gap(ctx, p, runs.v[i].start_s));
    uint64_t at[2] = {0}, to[2];
    for (; at[0] < runs.v[i].of[0].n; at[0] = to[0], at[1] = to[1]) {
      to[0] = at[0] + block < runs.v[i].of[0].n ? at[0] + block : runs.v[i].of[0].n;
      to[1] = to[0] == runs.v[i].of[0].n ? runs.v[i].of[1].n : to[0] * PSG_ECG_HZ / PSG_EEG_HZ;
      for (size_t k = 0; k < 2; k++)
        check_ok(ctx, bl_recording_read(ctx, rec, which[k], runs.v[i].of[k].first + at[k], (size_t)(to[k] - at[k]),
                                        room[k], &n[k]));
      check_ok(ctx, bl_predictor_push(ctx, p, (const float *const[]){room[0], room[1]}, n));
    }
  }
  check_ok(ctx, bl_predictor_finish(ctx, p));
  bl_common_runs_free(ctx, &runs);
}

/* Scores are the same bits in blocks of any size. */
static void a_model_takes_blocks_of_any_size(void **state)
{
  (void)state;
  static scores first, other;
  static const size_t blocks[] = {1, 17, 5000};
  char folder[600], path[700];
  bl_ctx *ctx = bl_ctx_new();
  bl_config c;
  bl_run_summary done;
  bl_predictor *p;
  bl_recording *rec;
  snprintf(folder, sizeof folder, "%s/run", tree_root());
  check_ok(ctx, pipe_config(ctx,
                            FILES("psg.edf") "segments: {window: {length_s: 0.8, hop_s: 0.35}}\n"
                                             "features: {eeg: " EEG ", ecg: " ECG "}\n"
                                             "model: [standard_scaler, isolation_forest]\nevaluate: {split: none}\n",
                            &c));
  check_ok(ctx, bl_run(ctx, &c, folder, NULL, NULL, &done));
  snprintf(path, sizeof path, "%s/model.safetensors", folder);
  check_ok(ctx, bl_predictor_open(ctx, path, &p));
  snprintf(path, sizeof path, "%s/psg.edf", tree_root());
  check_ok(ctx, bl_recording_open(ctx, path, &rec));
  push_all(ctx, p, rec, 20000, &first);
  assert_true(first.n > 200);
  for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
    push_all(ctx, p, rec, blocks[i], &other);
    assert_int_equal(other.n, first.n);
    assert_memory_equal(other.v, first.v, first.n * sizeof *first.v);
  }
  bl_recording_close(ctx, rec);
  bl_predictor_close(ctx, p);
  bl_run_summary_free(ctx, &done);
  bl_config_free(ctx, &c);
  check_free(ctx);
}

/* ---- memory ------------------------------------------------------------------------------------------------------ */

static void allocations(void **state)
{
  (void)state;
  pipe_extract_failing(FILES("few.edf") "segments: {window: {length_s: 2}}\n"
                                        "features: {eeg: {stages: [{pick: {include: [EEG C3]}}], summaries: [mean]}, "
                                        "ecg: {stream: {rate_hz: 400}, summaries: [mean]}, slow: " SLOW "}\n");
}

int main(void)
{
  enum { N_CUTS = sizeof cuts / sizeof *cuts, N_WHICH = sizeof whiches / sizeof *whiches };
  static struct CMUnitTest tests[N_CUTS + N_WHICH + 5];
  static const size_t gaps[] = {11, 12, 30};
  psg_put("psg.edf", 50, gaps, 3);
  psg_put("few.edf", 6, gaps, 0);
  size_t n = 0;
  for (size_t i = 0; i < N_CUTS; i++)
    tests[n++] =
        (struct CMUnitTest){cuts[i].name, one_row_has_the_numbers_of_each, NULL, NULL, (void *)(uintptr_t)&cuts[i]};
  for (size_t i = 0; i < N_WHICH; i++)
    tests[n++] =
        (struct CMUnitTest){whiches[i].name, the_stream_that_is_meant, NULL, NULL, (void *)(uintptr_t)&whiches[i]};
  tests[n++] = (struct CMUnitTest)cmocka_unit_test(what_one_stream_rejects_is_rejected);
  tests[n++] = (struct CMUnitTest)cmocka_unit_test(gaps_of_one_are_gaps_of_all);
  tests[n++] = (struct CMUnitTest)cmocka_unit_test(channels_in_another_order);
  tests[n++] = (struct CMUnitTest)cmocka_unit_test(a_model_takes_blocks_of_any_size);
  tests[n++] = (struct CMUnitTest)cmocka_unit_test(allocations);
  int failed = _cmocka_run_group_tests("several_streams", tests, n, NULL, NULL);
  tree_done();
  return failed;
}
