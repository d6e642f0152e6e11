/* A long recording is cut into pieces that threads work on: its rows, and what is said of it, are those of the whole. */
#include "pipe.h"

#include "extract.h"
#include "pieces.h"
#include "psg.h"
#include "survey.h"

enum { RATE = 8000, FRAMES = 4400000 }; /* two pieces of 275 s */
enum { RECORDS = 6700 };                /* of a second: two pieces of EEG, five of all that STREAMS takes */

/* The recording as one, its rows appended; see bl_recording_extract(). */
typedef struct whole {
  bl_recording_job job;
  bl_dataset rows;
  size_t n_left_out;
} whole;

static bl_status add_row(void *user, bl_ctx *ctx, const bl_span *span, bl_status status, const float *row)
{
  whole *w = user;
  if (status) return status == BL_E_NOMEM ? status : BL_OK;
  bl_status s = BL_OK;
  if (!w->rows.X.rows) s = bl_dataset_init(ctx, &w->job.names->names, NULL, NULL, &w->rows);
  bl_row_info info = {.label = span->label, .start_s = span->start_s, .end_s = span->end_s};
  return s ? s : bl_dataset_add(ctx, &w->rows, row, &info);
}

static bl_status count_left_out(void *user, bl_ctx *ctx, const bl_left_out *one)
{
  (void)ctx, (void)one;
  ((whole *)user)->n_left_out++;
  return BL_OK;
}

static void take_whole(bl_ctx *ctx, const bl_config *c, bl_survey *v, whole *w)
{
  *w = (whole){.job = {.config = c,
                       .name = v->items.v[0].name,
                       .annotations = &v->items.v[0].annotations,
                       .annotated = v->items.v[0].annotated,
                       .stock = &v->stock,
                       .on_row = add_row,
                       .user = w,
                       .on_left_out = count_left_out}};
  check_ok(ctx, bl_recording_open(ctx, v->items.v[0].path, &w->job.rec));
  check_ok(ctx, bl_recording_extract(ctx, &w->job));
  bl_recording_close(ctx, w->job.rec);
}

static void check_same_rows(const bl_dataset *got, const bl_dataset *want)
{
  assert_int_equal(got->X.rows, want->X.rows);
  assert_int_equal(got->X.cols, want->X.cols);
  for (size_t i = 0; i < want->X.rows; i++) {
    check_near(bl_packed_get(&got->start_s, i), bl_packed_get(&want->start_s, i), 0);
    check_near(bl_packed_get(&got->end_s, i), bl_packed_get(&want->end_s, i), 0);
    if (memcmp(bl_row(&got->X, i), bl_row(&want->X, i), want->X.cols * sizeof(float)))
      fail_msg("row %zu, at %g s, differs", i, bl_packed_get(&want->start_s, i));
  }
}

#define FEATURES                                                                                                       \
  "features: {f: {stages: [{fir: {l_freq: 200, h_freq: 2000}}, {stft: {n_fft: 512}}, power], summaries: [mean]}, "     \
  "g: {stages: [{resample: {rate_hz: 3000}}], summaries: [std]}}\n"
#define PSG    "source: {files: {recordings: psg.edf, labels: annotations}}\n"
#define OF_EEG "{stages: [{pick: {include: ['EEG*']}}, {fir: {l_freq: 1, h_freq: 40}}], summaries: [std]}"
#define OF_ECG "{stream: {rate_hz: 400}, stages: [{stft: {n_fft: 100, hop_length: 30}}, power], summaries: [mean]}"
#define SLOW   "{stream: {channels: ['EEG C3']}, stages: [{pick: {include: ['EEG C3']}}, {resample: {rate_hz: 100}}]}"
#define HALF                                                                                                           \
  "{stream: {rate_hz: 400}, stages: [{decimate: {factor: 4}}, {subtract: {branches: [slow]}}], summaries: [std]}"
#define STREAMS "features: {eeg: " OF_EEG ", ecg: " OF_ECG ", slow: " SLOW ", half: " HALF "}\n"
static const struct row {
  const char *name, *text;
  size_t n_pieces, n_left_out;
} rows[] = {
    {"windows", "source: {files: {recordings: long.wav}}\nsegments: {window: {length_s: 1.7, hop_s: 0.31}}\n" FEATURES,
     2, 0},
    {"epochs, before the start, across the border, behind the end, far apart",
     "source: {files: {recordings: long.wav, labels: audacity}}\n"
     "segments: {epochs: {tmin: -0.8, tmax: 1.3}}\n" FEATURES,
     2, 2},
    {"a stage that must see it all",
     "source: {files: {recordings: long.wav}}\nsegments: {window: {length_s: 5}}\n"
     "features: {f: {stages: [{iir: {h_freq: 500}}], summaries: [std]}}\n",
     1, 0},
    {"two rates, gaps, and the difference of branches of two streams",
     PSG "segments: {window: {length_s: 1.7, hop_s: 0.9}}\n" STREAMS, 5, 0},
    {"epochs in two rates with gaps", PSG "segments: {epochs: {events: [go], tmin: -0.8, tmax: 1.3}}\n" STREAMS, 5, 7},
    {"one rate with gaps",
     PSG "segments: {epochs: {events: [stop], tmin: -0.1, tmax: 2}}\n"
         "features: {eeg: {stages: [{pick: {include: ['EEG*']}}], summaries: [std]}}\n",
     2, 5},
    {"one segment", "source: {files: {recordings: long.wav}}\nfeatures: {f: {summaries: [std]}}\n", 1, 0},
};

static void pieces_give_the_whole(void **state)
{
  const struct row *r = *state;
  bl_ctx *ctx = bl_ctx_new();
  bl_config c;
  bl_survey v;
  bl_extraction x;
  whole w;
  bl_ctx_set_threads(ctx, 2);
  check_ok(ctx, pipe_config(ctx, r->text, &c));
  check_ok(ctx, bl_survey_make(ctx, &c, &v));
  assert_int_equal(v.seen[0].n_pieces, r->n_pieces);
  check_ok(ctx, bl_extract_surveyed(ctx, &v, NULL, &x));
  take_whole(ctx, &c, &v, &w);
  check_same_rows(&x.rows, &w.rows);
  assert_int_equal(x.outcomes[0].n_rows, w.job.n_rows);
  assert_int_equal(x.outcomes[0].n_skipped, w.job.n_skipped);
  assert_int_equal(x.outcomes[0].n_dropped, w.n_left_out);
  assert_int_equal(w.n_left_out, r->n_left_out);
  check_near(x.seconds, strstr(r->text, "psg") ? RECORDS : (double)FRAMES / RATE, 1e-6);
  bl_dataset_free(ctx, &w.rows);
  bl_extraction_free(ctx, &x);
  bl_survey_free(ctx, &v);
  bl_config_free(ctx, &c);
  check_free(ctx);
}

/* Gaps count for nothing: of three runs of 10 s the middle lies in the second. */
static void pieces_are_equal(void **state)
{
  (void)state;
  bl_common_run runs[] = {{.start_s = 0, .end_s = 10}, {.start_s = 20, .end_s = 30}, {.start_s = 40, .end_s = 50}};
  bl_ctx *ctx = bl_ctx_new();
  for (size_t n = 1; n <= 3; n++) {
    const bl_known known = {.runs = {.v = runs, .n = 3}, .n_floats = 2e6 * (double)n + 1};
    bl_piece *v = NULL;
    size_t got = 1;
    check_ok(ctx, bl_pieces_make(ctx, &known, &v, &got));
    assert_int_equal(got, n);
    for (size_t k = 1; k < n; k++) {
      assert_int_equal(v[k - 1].last_run, n == 2 ? 1 : k);
      check_near(v[k - 1].to_s, n == 2 ? 25 : 20 * (double)k, 1e-9);
      assert_true(v[k].first_run == v[k - 1].last_run && v[k].from_s == v[k - 1].to_s);
    }
    if (v) assert_true(!v->first_run && isinf(v->from_s) && v[n - 1].last_run == 2 && isinf(v[n - 1].to_s));
    bl_free(ctx, v);
  }
  check_free(ctx);
}

/* 9 of full size: 7 of these, and 4 halves at the end. */
static void last_pieces_are_halves(void **state)
{
  (void)state;
  bl_common_run runs[] = {{.start_s = 100, .end_s = 190}};
  bl_ctx *ctx = bl_ctx_new();
  const bl_known known = {.runs = {.v = runs, .n = 1}, .n_floats = 18e6};
  bl_piece *v = NULL;
  size_t n = 1;
  check_ok(ctx, bl_pieces_make(ctx, &known, &v, &n));
  assert_int_equal(n, 11);
  static const double end_s[] = {110, 120, 130, 140, 150, 160, 170, 175, 180, 185};
  for (size_t k = 0; k < 10; k++) {
    check_near(v[k].to_s, end_s[k], 1e-9);
    check_near(v[k + 1].from_s, end_s[k], 1e-9);
  }
  assert_true(isinf(v[0].from_s) && isinf(v[10].to_s));
  bl_free(ctx, v);
  check_free(ctx);
}

int main(void)
{
  pipe_wav("long.wav", RATE, 1, FRAMES, 5, 700);
  /* pieces meet at 1340 s and 3350 s of what is known, where there is a gap, and elsewhere within a run */
  static const size_t gaps[] = {1000, 1339, 3349, 3349, 3360};
  psg_put("psg.edf", RECORDS, gaps, 5);
  /* 275 s is where the pieces meet */
  tree_text("long.txt", "0.2\t0.4\tearly\n3\t4\ta\n274\t274.5\ta\n274.95\t275\tb\n275\t276\ta\n275.9\t276\tb\n"
                        "402.2\t403\ta\n549.5\t549.6\tlate\n");
  enum { N = sizeof rows / sizeof *rows };
  struct CMUnitTest tests[N + 2] = {[N] = cmocka_unit_test(pieces_are_equal),
                                    [N + 1] = cmocka_unit_test(last_pieces_are_halves)};
  for (size_t i = 0; i < N; i++)
    tests[i] = (struct CMUnitTest){rows[i].name, pieces_give_the_whole, NULL, NULL, (void *)(uintptr_t)&rows[i]};
  int failed = _cmocka_run_group_tests("pieces", tests, N + 2, NULL, NULL);
  tree_done();
  return failed;
}
