/* A predictor gives the run's own rows and scores, to the bit, however its frames come. */
#include "pipe.h"

#include "baleen/model_file.h"

enum { MOST_ROWS = 400, MOST_SCORES = 4 };

static char windows[600], wholes[600], epochs[600];

static const char *at(const char *name)
{
  static char path[8][900];
  static unsigned turn;
  char *p = path[turn++ % 8];
  snprintf(p, sizeof path[0], "%s/%s", tree_root(), name);
  return p;
}

/* Rows as they were handed out. */
typedef struct got_row {
  double start_s, end_s, prediction, score[MOST_SCORES];
} got_row;
typedef struct got {
  const bl_predictor *p;
  got_row row[MOST_ROWS];
  size_t n, n_left_out;
  double pushed_s; /* how far the frames were when the last row came */
  double late_s;   /* how long behind its segment's end a row came, at the most, in frames pushed */
  char why[200];
} got;

static bl_status take(void *user, bl_ctx *ctx, const bl_span *span, const double *prediction, const double *scores)
{
  got *g = user;
  (void)ctx;
  assert_true(g->n < MOST_ROWS);
  got_row *r = &g->row[g->n++];
  *r = (got_row){.start_s = span->start_s, .end_s = span->end_s, .prediction = *prediction};
  for (size_t k = 0; k < bl_predictor_scores(g->p)->n; k++) r->score[k] = scores[k];
  g->late_s = fmax(g->late_s, g->pushed_s - span->end_s);
  return BL_OK;
}

static bl_status miss(void *user, bl_ctx *ctx, double start_s, const char *why)
{
  got *g = user;
  (void)ctx, (void)start_s;
  if (!g->n_left_out++) snprintf(g->why, sizeof g->why, "%s", why);
  return BL_OK;
}

/* A recording's frames, pushed in blocks. */
typedef struct pushing {
  const char *model, *file;
  size_t block;
  bool live;
  double gap_at_s, gap_to_s; /* 0: none */
  const bl_event *events;    /* told when they happen */
  size_t n_events;
  got *out;
} pushing;

static bl_status push_all(bl_ctx *ctx, const pushing *q, bl_predictor *p, bl_recording *rec)
{
  size_t n_streams, stream = bl_predictor_streams(p, &n_streams)[0];
  const bl_rec_stream *s = &rec->streams[stream];
  assert_int_equal(n_streams, 1);
  float *v = bl_calloc(ctx, q->block * s->n_channels, sizeof *v);
  bl_status status = v ? BL_OK : bl_fail_nomem(ctx, "a block");
  double shift = 0;
  size_t told = 0, n;
  for (uint64_t done = 0; !status && done < s->n_frames; done += n) {
    status = bl_recording_read(ctx, rec, stream, done, q->block, v, &n);
    double now = (double)(done + n) / s->rate_hz + shift;
    if (!status && q->gap_to_s > 0 && shift == 0 && (double)done / s->rate_hz >= q->gap_at_s) {
      shift = q->gap_to_s - (double)done / s->rate_hz;
      status = bl_predictor_gap(ctx, p, q->gap_to_s);
    }
    for (; !status && told < q->n_events && q->events[told].onset_s < now; told++)
      status = bl_predictor_events(ctx, p, &q->events[told], 1, -INFINITY);
    q->out->pushed_s = now;
    if (!status) status = bl_predictor_push(ctx, p, (const float *const[]){v}, &n);
  }
  bl_free(ctx, v);
  return status ? status : bl_predictor_finish(ctx, p);
}

static bl_status predict(bl_ctx *ctx, void *arg)
{
  const pushing *q = arg;
  bl_predictor *p = NULL;
  bl_recording *rec = NULL;
  *q->out = (got){0};
  bl_status s = bl_predictor_open(ctx, q->model, &p);
  if (!s) s = bl_recording_open(ctx, q->file, &rec);
  q->out->p = p;
  if (!s) {
    bl_predict_stream what = {.name = "here",
                              .streams = rec->streams,
                              .n_streams = rec->n_streams,
                              .live = q->live,
                              .on_scores = take,
                              .on_left_out = miss,
                              .user = q->out};
    s = bl_predictor_begin(ctx, p, &what);
  }
  if (!s) s = push_all(ctx, q, p, rec);
  bl_recording_close(ctx, rec);
  bl_predictor_close(ctx, p);
  q->out->p = NULL;
  return s;
}

/* The rows of one recording of a run, through its model. */
static void want_of_run(bl_ctx *ctx, const char *folder, const char *recording, got *want)
{
  char model[700];
  bl_estimator *e;
  bl_dataset d;
  snprintf(model, sizeof model, "%s/model.safetensors", folder);
  check_ok(ctx, bl_model_load(ctx, model, &e, NULL));
  check_ok(ctx, bl_dataset_read(ctx, folder, &d));
  bl_cmat X = bl_dataset_view(&d);
  size_t width = bl_op_width(e, BL_PREDICT_PROBA);
  double *pred = calloc(X.rows, sizeof *pred), *proba = calloc(X.rows * width, sizeof *proba);
  check_ok(ctx, bl_apply(ctx, e, BL_PREDICT, &X, &d.features, pred));
  check_ok(ctx, bl_apply(ctx, e, BL_PREDICT_PROBA, &X, &d.features, proba));
  *want = (got){0};
  for (size_t i = 0; i < X.rows; i++) {
    if (strcmp(bl_column_text(&d.recording, i), recording)) continue;
    got_row *r = &want->row[want->n++];
    *r = (got_row){.start_s = bl_packed_get(&d.start_s, i), .end_s = bl_packed_get(&d.end_s, i), .prediction = pred[i]};
    memcpy(r->score, proba + i * width, width * sizeof *proba);
  }
  free(pred);
  free(proba);
  bl_dataset_free(ctx, &d);
  bl_estimator_free(ctx, e);
  assert_true(want->n > 10);
}

static void check_rows(const got *g, const got *want)
{
  assert_int_equal(g->n, want->n);
  assert_memory_equal(g->row, want->row, g->n * sizeof *g->row);
}

static void any_block(void **arg)
{
  (void)arg;
  static const size_t blocks[] = {1, 37, 4096, 100000};
  static got g, want;
  bl_ctx *ctx = bl_ctx_new();
  want_of_run(ctx, windows, "hum/long.wav", &want);
  for (size_t k = 0; k < 8; k++) {
    char model[700];
    snprintf(model, sizeof model, "%s/model.safetensors", windows);
    pushing q = {.model = model, .file = at("hum/long.wav"), .block = blocks[k / 2], .live = k % 2, .out = &g};
    check_ok(ctx, predict(ctx, &q));
    check_rows(&g, &want);
    assert_int_equal(g.n_left_out, 0); /* a window that the end cuts off is none */
    /* known with the very block that its last frame is in; the centred STFT looks half a frame ahead */
    if (q.live) assert_true(g.late_s <= 128 / 8000.0 + (double)q.block / 8000 + 1e-9);
  }
  check_free(ctx);
}

static void gaps(void **arg)
{
  (void)arg;
  static got g;
  bl_ctx *ctx = bl_ctx_new();
  char model[700];
  snprintf(model, sizeof model, "%s/model.safetensors", windows);
  pushing q = {.model = model,
               .file = at("hum/long.wav"),
               .block = 1000,
               .live = true,
               .gap_at_s = 2,
               .gap_to_s = 50,
               .out = &g};
  check_ok(ctx, predict(ctx, &q));
  size_t before = 0;
  for (size_t i = 0; i < g.n; i++) {
    assert_true(g.row[i].start_s < 2 || g.row[i].start_s >= 50); /* no window spans the gap */
    before += g.row[i].start_s < 2;
  }
  assert_int_equal(before, 6); /* 0, 0.37 .. 1.48, and from 1.85 on a padded one */
  check_near(g.row[6].start_s, 50, 0);
  check_near(g.row[7].start_s, 50.37, 1e-9);
  check_free(ctx);
}

/* Epochs that begin before their event, which is told when it happens. */
static void events_as_they_happen(void **arg)
{
  (void)arg;
  static const size_t blocks[] = {1, 53, 800, 100000};
  static const bl_event events[] = {{0.1, 0, "go"},   {1.5, 0, "go"},    {2.25, 0.5, "go"}, {2.5, 0, "rest"},
                                    {4.125, 0, "go"}, {5.5, 0.5, "bad"}, {5.75, 0, "go"},   {9, 0, "go"}};
  static got g, first;
  bl_ctx *ctx = bl_ctx_new();
  char model[700];
  snprintf(model, sizeof model, "%s/model.safetensors", epochs);
  for (size_t k = 0; k < 4; k++) {
    pushing q = {.model = model,
                 .file = at("hum/long.wav"),
                 .block = blocks[k],
                 .live = true,
                 .events = events,
                 .n_events = 8,
                 .out = &g};
    check_ok(ctx, predict(ctx, &q));
    assert_int_equal(g.n, 5);
    check_near(g.row[0].start_s, 1.25, 0);
    check_near(g.row[3].start_s, 3.875, 0);
    check_near(g.row[4].start_s, 8.75, 0); /* that at 5.75 s touches what is marked as bad */
    assert_int_equal(g.n_left_out, 2);     /* and the first is cut off by the start */
    if (!k) first = g;
    check_rows(&g, &first);
  }
  check_free(ctx);
}

static void refusals(void **arg)
{
  (void)arg;
  static got g;
  bl_ctx *ctx = bl_ctx_new();
  char model[700];
  snprintf(model, sizeof model, "%s/model.safetensors", wholes);
  pushing q = {.model = model, .file = at("hum/0.wav"), .block = 1000, .live = true, .out = &g};
  check_fails(ctx, predict(ctx, &q), BL_E_MISMATCH, "cannot run live: segments: whole needs the whole recording");
  q.live = false;
  check_ok(ctx, predict(ctx, &q));
  assert_int_equal(g.n, 1);
  q.file = at("odd/rate.wav");
  check_fails(ctx, predict(ctx, &q), BL_E_MISMATCH, "is not what the model needs: its rate is 11025 Hz");
  bl_predictor *p;
  check_ok(ctx, bl_predictor_open(ctx, model, &p));
  assert_string_equal(bl_predictor_needs_whole(p), "segments: whole");
  assert_int_equal(bl_predictor_scores(p)->n, 2);
  assert_string_equal(bl_predictor_scores(p)->v[1], "p_song");
  bl_buf answer = {0};
  check_ok(ctx, bl_predictor_answer(ctx, p, &(double){1}, &answer));
  assert_string_equal(bl_buf_text(&answer), "song");
  bl_buf_free(ctx, &answer);
  assert_int_equal(bl_predictor_targets(p)->n, 0);
  bl_predictor_close(ctx, p);
  check_free(ctx);
}

static void allocations(void **arg)
{
  (void)arg;
  static got g;
  static const bl_event events[] = {{0.25, 0, "go"}, {0.5, 0, "go"}};
  char model[700];
  snprintf(model, sizeof model, "%s/model.safetensors", epochs);
  pushing q = {.model = model,
               .file = at("hum/0.wav"),
               .block = 3000,
               .live = true,
               .gap_at_s = 0.7,
               .gap_to_s = 3,
               .events = events,
               .n_events = 2,
               .out = &g};
  check_every_allocation_failing(predict, &q);
}

static void run_into(const char *text, const char *name, char folder[600])
{
  bl_ctx *ctx = bl_ctx_new();
  bl_config c;
  bl_run_summary done;
  snprintf(folder, 600, "%s/%s", tree_root(), name);
  check_ok(ctx, pipe_config(ctx, text, &c));
  check_ok(ctx, bl_run(ctx, &c, folder, NULL, NULL, &done));
  bl_run_summary_free(ctx, &done);
  bl_config_free(ctx, &c);
  check_free(ctx);
}

static int prepare(void **state)
{
  (void)state;
  setenv("PATH", "", 1); /* no gnuplot: pictures are not the point here */
  pipe_wav("hum/long.wav", 8000, 1, 90001, 11, 311);
  pipe_wav("song/long.wav", 8000, 1, 70003, 12, 1297);
  pipe_wav("odd/rate.wav", 11025, 1, 11025, 5, 0);
  pipe_eight();
  pipe_wav("hum/0.wav", 8000, 1, 8000, 13, 311);
  tree_text("marks.csv",
            "file,onset_s,duration_s,label\nhum/long.wav,1,0,go\nhum/long.wav,3,0,rest\nhum/long.wav,5,0,go\n"
            "song/long.wav,2,0,rest\nsong/long.wav,4,0,go\nsong/long.wav,6,0,rest\n");
#define EVALUATE                                                                                                       \
  "model: [standard_scaler, logistic_regression]\nevaluate: {split: stratified_k_fold, allow_leakage: true}\n"
  run_into("source: {files: {recordings: ['*/long.wav'], labels: folder}}\n"
           "segments: {window: {length_s: 0.5, hop_s: 0.37, pad: reflect}}\n"
           "features: {f: {stages: [{stft: {n_fft: 256}}, power, {mel: {n_mels: 5}}, db], summaries: [mean]}, "
           "g: {summaries: [std]}}\n" EVALUATE,
           "windows", windows);
  run_into("source: {files: {recordings: ['*/?.wav'], labels: folder}}\n" PIPE_MEL
           "model: [standard_scaler, logistic_regression]\n"
           "evaluate: {split: {k_fold: {n_splits: 2, shuffle: true}}, allow_leakage: true}\n",
           "wholes", wholes);
  run_into("source: {files: {recordings: ['*/long.wav'], labels: table, label_file: marks.csv}}\n"
           "segments: {epochs: {events: [go, rest], tmin: -0.25, tmax: 0.5}}\n"
           "features: {f: {stages: [{stft: {n_fft: 256}}, power, {mel: {n_mels: 5}}, db], summaries: [mean]}}\n"
           "model: [standard_scaler, lda]\nevaluate: {split: {k_fold: {n_splits: 2}}, allow_leakage: true}\n",
           "epochs", epochs);
  return 0;
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(any_block), cmocka_unit_test(gaps),
                                     cmocka_unit_test(events_as_they_happen), cmocka_unit_test(refusals),
                                     cmocka_unit_test(allocations)};
  int failed = cmocka_run_group_tests_name("predictor", tests, prepare, NULL);
  tree_done();
  return failed;
}
