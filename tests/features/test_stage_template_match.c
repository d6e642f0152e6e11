/* template_match: OpenCV's scores, what stage.h promises, and flat stretches, which score 0. */
#include "golden.h"
#include "matcher.h"
#include "stage_conformance.h"

#define MEL    "stft n_fft=64 | power | mel n_mels=9 | db"
#define TWO    "template=[[1,4,2],[3,0.5,-2]]"
#define COLUMN "template=[[2],[-1],[0.5],[1],[3],[0],[1],[0],[2]]"

/* two bins from bin 3 of two frames, and one bin of five */
#define BANK  "templates=[[7,3,2,1,4,0,0,0],[7,4,2,3,-2,0,0,0],[9,1,5,1,2,3,1,0]]"
#define ROW   "[1,0,2,1,0,3,1,0,2,1]"
#define LARGE "template=[" ROW "," ROW "," ROW "," ROW "," ROW "," ROW "," ROW ",[0,1,0,1,0,1,0,1,0,1]]"

static const stage_case cases[] = {
    {.input = MEL, .options = TWO, .length = 3, .start = 1, .reach = 1},
    {.input = MEL, .options = TWO " first_bin=5 slack=1 cut_from=[a.wav]", .length = 3, .start = 1, .reach = 1},
    {.input = MEL, .options = TWO " first_bin=7", .length = 3, .start = 1, .reach = 1},
    {.input = MEL, .options = COLUMN},
    {.options = "template=[1,-2,3,0.5]", .length = 4, .start = 1.5, .reach = 1.5},
    {.input = MEL, .options = TWO " method=sqdiff_normed", .length = 3, .start = 1, .reach = 1},
    {.input = MEL, .options = BANK " slack=2 method=ccorr_normed", .length = 5, .start = 2, .reach = 2},
    /* so large that it is done by transforms */
    {.input = POWER_SPECTRUM, .options = LARGE, .length = 10, .start = 4.5, .reach = 5},
};

/* ---- against OpenCV ---------------------------------------------------------------------------------------------- */

static void image_stream(bl_ctx *ctx, size_t n_bins, bl_stream *out)
{
  double hz[200];
  for (size_t i = 0; i < n_bins; i++) hz[i] = 43.0 * (double)i;
  check_ok(ctx, chain_wave(ctx, 344.5, "a", "dB", out));
  out->source_rate_hz = 22050;
  check_ok(ctx, bl_stream_set_bins(ctx, out, n_bins, hz, NULL));
}

/* Frame by frame of a golden image [bin][frame]. */
static float *frames_of(const golden_array *image)
{
  float *x = test_malloc(image->rows * image->cols * sizeof *x);
  for (size_t t = 0; t < image->cols; t++)
    for (size_t b = 0; b < image->rows; b++) x[t * image->rows + b] = (float)image->v[b * image->cols + t];
  return x;
}

static bl_status started(bl_ctx *ctx, const golden_array *template, const char *method, const bl_stream *in,
                         bl_stage *stage, bl_stage_run *run)
{
  bl_status s = bl_stage_new(ctx, "template_match", stage);
  if (!s)
    s = bl_array_fill(ctx, bl_opts_array(stage->cls->opts, stage->params, "template"), template->rows, template->cols,
                      template->v);
  if (!s) s = bl_opts_set(ctx, "template_match", stage->cls->opts, stage->params, "method", method);
  return s ? s : bl_stage_start(ctx, stage, in, run);
}

static void check_scores(const char *template, const char *method, const char *scores)
{
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("template");
  const golden_array *image = golden_get(g, "image"), *want = golden_get(g, scores);
  bl_stream in;
  bl_stage stage;
  bl_stage_run run;
  bl_frames out = {0};
  float *x = frames_of(image), *turned = test_malloc(want->rows * want->cols * sizeof *turned);
  image_stream(ctx, image->rows, &in);
  check_ok(ctx, started(ctx, golden_get(g, template), method, &in, &stage, &run));
  out.width = bl_stream_width(&run.out);
  assert_int_equal(run.out.n_bins, want->rows);
  check_near(run.out.bin_hz[3], 129, 0); /* a place is named by the bin on which the template's lowest row lies */
  assert_string_equal(run.out.bins.v[3], "place3");
  assert_string_equal(run.out.units.v[0], "");
  check_ok(ctx, run.cls->push(ctx, run.state, x, image->cols, &out));
  assert_int_equal(out.n, want->cols);
  for (size_t t = 0; t < out.n; t++)
    for (size_t b = 0; b < want->rows; b++) turned[b * want->cols + t] = out.v[t * want->rows + b];
  golden_compare_f32(want, turned, scores);
  bl_frames_free(ctx, &out);
  bl_stage_stop(ctx, &run);
  bl_stage_free(ctx, &stage);
  bl_stream_free(ctx, &in);
  test_free(x);
  test_free(turned);
  golden_close(g);
  check_free(ctx);
}

static void scores_of_opencv(void **unused)
{
  (void)unused;
  check_scores("template_a", "ccoeff_normed", "ccoeff_normed_a");
  check_scores("template_a", "ccoeff_normed", "ccoeff_normed_a.loop");
  check_scores("template_mask", "ccoeff_normed", "ccoeff_normed_mask");
  check_scores("template_mask", "ccoeff_normed", "ccoeff_normed_mask.loop");
  check_scores("template_a", "ccorr_normed", "tm_ccorr_normed_a");
  check_scores("template_a", "sqdiff_normed", "tm_sqdiff_normed_a");
}

/* Many templates at once, by transforms and directly, give what each gives alone, in a quiet part of the spectrum beside a
 * loud one too: what a transform rounds is 1e-16 of the loudest, which is 1e8 times the quiet. */
static void several_at_once(void **unused)
{
  (void)unused;
  enum { BINS_IN = 60, FRAMES_IN = 50, N = 4 };
  bl_ctx *ctx = bl_ctx_new();
  static float x[FRAMES_IN * BINS_IN];
  static double v[20 * 30];
  bl_rng r = bl_rng_make(5, "templates", 0);
  for (size_t i = 0; i < 20 * 30; i++) v[i] = bl_rng_normal(&r);
  for (size_t i = 0; i < FRAMES_IN * BINS_IN; i++)
    x[i] = (float)(bl_rng_normal(&r) * (i % BINS_IN < 10 ? 1e5 : 1e-3)); /* squares 16 orders of magnitude apart */
  const bl_template t[N] = {
      {v, 30, 20, 30, 3, 35}, {v, 30, 20, 30, 20, 1}, {v + 5, 30, 7, 11, 0, 54}, {v, 30, 2, 1, 30, 3}};
  for (int method = 0; method < 3; method++) {
    bl_matcher *all, *alone;
    double got[BINS_IN], want[BINS_IN];
    check_ok(ctx, bl_matcher_new(ctx, "test", (bl_match_method)method, t, N, 1, BINS_IN, &all));
    for (size_t at = 0; at < FRAMES_IN; at += 25) bl_matcher_take(all, x + at * BINS_IN, 25);
    for (size_t i = 0; i < N; i++)
      for (size_t y = 0; y < t[i].places; y++) { /* a place by itself is summed directly */
        bl_template one = t[i];
        one.first += y;
        one.places = 1;
        check_ok(ctx, bl_matcher_new(ctx, "test", (bl_match_method)method, &one, 1, 1, BINS_IN, &alone));
        for (size_t at = 0; at < FRAMES_IN; at += 10) bl_matcher_take(alone, x + at * BINS_IN, 10);
        for (uint64_t last = 40; last < FRAMES_IN; last += 3) {
          bl_matcher_scores(all, i, 0, last, got);
          bl_matcher_scores(alone, 0, 0, last, want);
          check_near(got[y], want[0], one.first >= 10 ? 1e-7 : 1e-12);
        }
        bl_matcher_free(ctx, alone);
      }
    bl_matcher_free(ctx, all);
  }
  check_free(ctx);
}

/* ---- edges ------------------------------------------------------------------------------------------------------- */

enum { BINS = 3, FRAMES = 5 };
/* [frame][bin]; the third frame and the last are one value throughout */
static const float edges[FRAMES * BINS] = {1, 2, 4, 3, 1, 2, 2, 2, 2, 8, 4, 2, 0.5f, 0.5f, 0.5f};

static const struct edge {
  const char *name, *options;
  float want[FRAMES];
  const char *why;
} rows[] = {
    {"its own column", "template=[[1],[2],[4]]", {1, -0.3273268354f, 0, -0.9285714286f, 0}, "correlation coefficients"},
    {"twice and moved", "template=[[12],[14],[18]]", {1, -0.3273268354f, 0, -0.9285714286f, 0}, "scale falls out"},
    {"a flat template", "template=[[0.1],[0.1],[0.1]]", {0}, "no variance: 0, not OpenCV's 1"},
};

static void edge(void **state)
{
  const struct edge *r = *state;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain c;
  char text[200];
  image_stream(ctx, BINS, &in);
  snprintf(text, sizeof text, "template_match %s", r->options);
  check_ok(ctx, chain_run(ctx, text, &in, edges, FRAMES, &c));
  assert_int_equal(chain_out(&c)->n, FRAMES);
  for (size_t i = 0; i < FRAMES; i++) check_near((double)chain_out(&c)->v[i], (double)r->want[i], 1e-7);
  chain_stop(ctx, &c);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

/* Of many equal values the sums are off in their last digits; what is left of these is no variance. */
static void levels_are_flat(void **unused)
{
  (void)unused;
  enum { LONG = 16 };
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  image_stream(ctx, BINS, &in);
  for (int k = 1; k <= 40; k++) {
    chain c;
    float level[LONG * BINS];
    for (size_t i = 0; i < LONG * BINS; i++) level[i] = -3.7F * (float)k + 0.1F;
    check_ok(ctx, chain_run(ctx, "template_match template=[[1,2,4,2,1,0,7],[3,1,0,1,3,5,9],[0,0,1,0,2,2,6]]", &in,
                            level, LONG, &c));
    assert_int_equal(chain_out(&c)->n, LONG - 6);
    for (size_t i = 0; i < LONG - 6; i++) check_near((double)chain_out(&c)->v[i], 0, 0);
    chain_stop(ctx, &c);
  }
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

/* Of differences the least is the best; and under a template of 4 frames one of a single frame lies on the third. */
static void least_difference_of_a_bank(void **unused)
{
  (void)unused;
  enum { LONG = 6 };
  static const float x[LONG * BINS] = {9, 1, 9, 9, 4, 9, 1, 2, 9, 9, 1, 2, 9, 5, 9, 9, 9, 9};
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain c;
  image_stream(ctx, BINS, &in);
  check_ok(ctx, chain_run(ctx,
                          "template_match method=sqdiff_normed slack=1 "
                          "templates=[[0,0,4,1,2,3,5],[1,0,1,1,0,0,0],[1,1,1,2,0,0,0]]",
                          &in, x, LONG, &c));
  const float *y = chain_out(&c)->v;
  assert_int_equal(chain_out(&c)->n, LONG - 3);
  check_near((double)y[1], 0, 1e-9);     /* frame 2, from bin 0 on */
  check_near((double)y[2 + 1], 0, 1e-9); /* frame 3, from bin 1 on */
  assert_true(y[4 + 1] > 0.1f);
  chain_stop(ctx, &c);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

static void refusals(void **unused)
{
  (void)unused;
  static const struct {
    const char *options, *said;
    bl_status status;
  } bad[] = {
      {"template_match", "has no template", BL_E_CONFIG},
      {"template_match template=[[1,2]] templates=[[0,0,1,2]]", "both", BL_E_CONFIG},
      {"template_match templates=[[0,0,1,2]] first_bin=1", "first_bin", BL_E_CONFIG},
      {"template_match templates=[[0,0,2,2]]", "row 1 says template 0, bin 0, 2 frames, in 4 columns", BL_E_CONFIG},
      {"template_match templates=[[0,0,1,2],[0,2,1,2]]", "row 2 does not go on with template 0", BL_E_CONFIG},
      {"template_match templates=[[0,0,1,2],[1,3,1,2]]", "a bin is 3", BL_E_RANGE},
      {"template_match template=there.npy", "has not been read from 'there.npy'", BL_E_CONFIG},
      {"template_match template=[[1,2],[3]]", "it takes an array", BL_E_CONFIG},
      {"template_match template=[[1,nan]]", "it takes an array", BL_E_CONFIG},
      {"template_match template=[[1],[2],[3],[4]]", "4 bins high, but what comes in has 3", BL_E_RANGE},
      {"template_match template=[[1],[2]] first_bin=2", "fits at 0 to 1 of the 3", BL_E_RANGE},
      {"template_match template=[[1],[2]] slack=2", "slack", BL_E_CONFIG},
  };
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  chain c;
  image_stream(ctx, BINS, &in);
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    check_fails(ctx, chain_start(ctx, bad[i].options, &in, &c), bad[i].status, bad[i].said);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

int main(void)
{
  enum { N = sizeof rows / sizeof *rows };
  struct CMUnitTest own[N + 5] = {cmocka_unit_test(least_difference_of_a_bank), cmocka_unit_test(scores_of_opencv),
                                  cmocka_unit_test(refusals), cmocka_unit_test(levels_are_flat),
                                  cmocka_unit_test(several_at_once)};
  for (size_t i = 0; i < N; i++)
    own[5 + i] =
        (struct CMUnitTest){.name = rows[i].name, .test_func = edge, .initial_state = (void *)(uintptr_t)&rows[i]};
  return STAGE_SUITE("template_match", cases, own, N + 5);
}
