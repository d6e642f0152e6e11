/* erp_means: the windows of mne.Epochs.crop, around events, with and without baseline; what it refuses. */
#include "baleen/extractor.h"

#include <stdlib.h>

#include "cut.h"
#include "feature_help.h"
#include "golden.h"

enum { CH = 3, N_WINDOWS = 5, MAX_EPOCHS = 8, WIDTH = CH * N_WINDOWS };
static const double RATE = 160;

typedef struct rows {
  bl_extractor *e;
  size_t n;
  float v[MAX_EPOCHS][WIDTH];
  bl_status status;
  char why[300];
} rows;

static bl_status take(void *user, bl_ctx *ctx, const bl_span *span, bl_status status, const float *row)
{
  rows *r = user;
  (void)span;
  assert_true(r->n < MAX_EPOCHS && bl_extractor_width(r->e) <= WIDTH);
  if (status) snprintf(r->why, sizeof r->why, "%s", bl_ctx_error(ctx));
  else memcpy(r->v[r->n], row, bl_extractor_width(r->e) * sizeof *row);
  r->status = status;
  r->n++;
  return BL_OK;
}

/* Epochs around n onsets of a recording of `frames` frames, in blocks. */
static void run_epochs(const char *options, const char *windows, const double *onsets, size_t n, const float *x,
                       size_t frames, size_t block, rows *out)
{
  bl_ctx *ctx = bl_ctx_new();
  bl_recipe recipe = {0};
  bl_branch *b;
  bl_summary *m;
  bl_segment g;
  bl_epoch_rules rules;
  bl_stream in;
  bl_spans spans = {0};
  bl_event events[MAX_EPOCHS];
  const bl_run_info run = {.end_s = (double)frames / RATE, .rate_hz = RATE};
  size_t skipped = 0;
  for (size_t i = 0; i < n; i++) events[i] = (bl_event){onsets[i], 0, "x"};
  *out = (rows){0};
  check_ok(ctx, make_stream(ctx, CH, 1, RATE, &in));
  check_ok(ctx, bl_recipe_add_branch(ctx, &recipe, "b", &b));
  check_ok(ctx, bl_branch_add_summary(ctx, b, "erp_means", &m));
  check_ok(ctx, bl_opts_set(ctx, "erp_means", m->cls->opts, m->params, "windows", windows));
  check_ok(ctx, make_segment(ctx, "epochs", options, &g));
  check_ok(ctx, cut(ctx, &g, &run, events, n, &spans, &skipped));
  check_ok(ctx, bl_extractor_new(ctx, &recipe, &in, take, out, &out->e));
  check_ok(ctx, g.cls->rules(ctx, g.params, &rules));
  check_ok(ctx, bl_extractor_set_rules(ctx, out->e, &rules));
  check_ok(ctx, bl_extractor_begin(ctx, out->e, 0));
  for (size_t i = 0; i < spans.n; i++) check_ok(ctx, bl_extractor_add_span(ctx, out->e, &spans.v[i]));
  for (size_t at = 0; at < frames; at += block)
    check_ok(ctx, bl_extractor_push(ctx, out->e, x + at * CH, frames - at < block ? frames - at : block));
  check_ok(ctx, bl_extractor_finish(ctx, out->e));
  bl_spans_free(ctx, &spans);
  bl_segment_free(ctx, &g);
  bl_extractor_free(ctx, out->e);
  bl_recipe_free(ctx, &recipe);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

static void test_golden(void **state)
{
  (void)state;
  golden *g = golden_open("erp_means");
  const golden_array *input = golden_get(g, "input"), *windows = golden_get(g, "windows");
  const golden_array *onsets = golden_get(g, "onsets");
  char text[300] = "{";
  size_t len = 1, frames = input->rows;
  assert_int_equal(windows->rows, N_WINDOWS);
  for (size_t w = 0; w < N_WINDOWS; w++)
    len += (size_t)snprintf(text + len, sizeof text - len, "%sw%zu: [%.9g, %.9g]", w ? ", " : "", w, windows->v[2 * w],
                            windows->v[2 * w + 1]);
  snprintf(text + len, sizeof text - len, "}");
  float *x = malloc(frames * CH * sizeof *x);
  for (size_t i = 0; i < frames * CH; i++) x[i] = (float)input->v[i];
  static const char *const names[] = {"plain", "baseline"}, *const options[] = {"", "baseline=[null, 0]"};
  for (size_t k = 0; k < 2; k++) {
    rows all, cut_up;
    run_epochs(options[k], text, onsets->v, onsets->rows, x, frames, frames, &all);
    run_epochs(options[k], text, onsets->v, onsets->rows, x, frames, 7, &cut_up);
    assert_int_equal(all.n, onsets->rows);
    golden_compare_f32(golden_get(g, names[k]), &all.v[0][0], names[k]);
    assert_memory_equal(all.v, cut_up.v, sizeof all.v);
  }
  free(x);
  golden_close(g);
}

static void test_refused(void **state)
{
  (void)state;
  static const struct {
    const char *windows, *message;
  } table[] = {{"{N1: [-0.3, 0]}", "window N1 begins -0.3 s after the event, the segment -0.2 s"},
               {"{N1: [0.08, 0.12], P3: [0.3, 0.6]}", "window P3 ends 0.6 s after the event, 16 frames behind"}};
  float x[320 * CH] = {0};
  const double onset = 1;
  rows got;
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
    run_epochs("", table[i].windows, &onset, 1, x, 320, 320, &got);
    assert_int_equal(got.n, 1);
    assert_int_equal(got.status, BL_E_SHAPE);
    if (!strstr(got.why, table[i].message)) fail_msg("'%s', wanted '%s'", got.why, table[i].message);
  }
}

/* Of spectra: frames whose centre lies within, both ends included. Bin 1 of frame t is t, the others 0. */
static void test_spectra(void **state)
{
  (void)state;
  enum { BINS = 4, FRAMES = 20 };
  float x[FRAMES * BINS] = {0}, row[BINS * 2];
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  bl_summary m;
  sum_run r;
  for (size_t f = 0; f < FRAMES; f++) x[f * BINS + 1] = (float)f;
  check_ok(ctx, make_stream(ctx, 1, BINS, 10, &in));
  check_ok(ctx, make_summary(ctx, "erp_means", "windows", "{a: [0, 0.2], b: [0.26, 0.44]}", &m));
  check_ok(ctx, sum_start(ctx, &m, &in, &r));
  assert_string_equal(r.names.names.v[2], "12.5Hz.a");
  assert_string_equal(r.names.units.v[2], "uV");
  check_ok(ctx, r.cls->begin(ctx, r.state, &(bl_span){.start_s = 4, .end_s = 6, .anchor_s = 4.5}, -0.45));
  check_ok(ctx, r.cls->push(ctx, r.state, x, FRAMES));
  check_ok(ctx, r.cls->finish(ctx, r.state, row));
  check_near(row[2], 5.5, 1e-6); /* frames 5 and 6, at 0.05 and 0.15 */
  check_near(row[3], 8, 1e-6);   /* frame 8 alone, at 0.35 */
  check_fails(ctx, r.cls->begin(ctx, r.state, &(bl_span){.end_s = 6}, 0.2), BL_E_SHAPE, "window a begins");
  sum_stop(ctx, &r);
  bl_summary_free(ctx, &m);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_golden), cmocka_unit_test(test_refused),
                                     cmocka_unit_test(test_spectra)};
  return cmocka_run_group_tests_name("erp_means", tests, NULL, NULL);
}
