/* extractor_epoch: rules of segments in the extractor: held frames, judged waveforms, the same bits for any cut. */
#include "baleen/extractor.h"

#include "feature_help.h"

enum { N = 3000, CH = 3, MAX_ROWS = 80, MAX_WIDTH = 40 };
static const double RATE = 100;

typedef struct rows {
  size_t n, width;
  bl_status status[MAX_ROWS];
  float v[MAX_ROWS][MAX_WIDTH];
  char why[MAX_ROWS][200];
} rows;

static bl_status take(void *user, bl_ctx *ctx, const bl_span *span, bl_status status, const float *row)
{
  rows *r = user;
  assert_true(r->n < MAX_ROWS);
  (void)span;
  r->status[r->n] = status;
  if (status) snprintf(r->why[r->n], sizeof r->why[0], "%s", bl_ctx_error(ctx));
  else memcpy(r->v[r->n], row, r->width * sizeof *row);
  r->n++;
  return BL_OK;
}

/* wave: mean, std, min. spec: stft, power, mean. */
static bl_status make_recipe(bl_ctx *ctx, bl_recipe *r)
{
  static const char *const summaries[] = {"mean", "std", "min"};
  bl_branch *b;
  bl_summary *m;
  bl_stage *st;
  *r = (bl_recipe){0};
  bl_status s = bl_recipe_add_branch(ctx, r, "wave", &b);
  for (size_t i = 0; !s && i < 3; i++) s = bl_branch_add_summary(ctx, b, summaries[i], &m);
  if (!s) s = bl_recipe_add_branch(ctx, r, "spec", &b);
  if (!s) s = bl_branch_add_stage(ctx, b, "stft", &st);
  if (!s) s = bl_opts_set(ctx, "stft", st->cls->opts, st->params, "n_fft", "16");
  if (!s) s = bl_branch_add_stage(ctx, b, "power", &st);
  if (!s) s = bl_branch_add_summary(ctx, b, "mean", &m);
  return s;
}

static void fill(float *x)
{
  bl_rng r = bl_rng_make(23, "epochs", 0);
  for (size_t f = 0; f < N; f++)
    for (size_t c = 0; c < CH; c++) x[f * CH + c] = (float)(3.7 * bl_rng_normal(&r) + 50 * (double)(c + 1));
}

/* Overlapping epochs, -0.2 .. 0.5 s around every 0.4 s. */
static bl_status run(bl_ctx *ctx, bl_extractor *e, const float *x, size_t n, size_t most, uint64_t seed)
{
  bl_rng r = bl_rng_make(seed, "cuts", 0);
  bl_status s = bl_extractor_begin(ctx, e, 7);
  for (double t = 7.3; !s && t < 36; t += 0.4) {
    bl_span span = {.start_s = t - 0.2, .end_s = t + 0.5, .anchor_s = t, .end_included = true, .event = BL_NO_EVENT};
    s = bl_extractor_add_span(ctx, e, &span);
  }
  for (size_t at = 0; !s && at < n;) {
    size_t now = most >= n ? n : (size_t)bl_rng_below(&r, most + 1);
    if (now > n - at) now = n - at;
    s = bl_extractor_push(ctx, e, x + at * CH, now);
    at += now;
  }
  return s ? s : bl_extractor_finish(ctx, e);
}

static const bl_epoch_rules rules = {.baseline = true,
                                     .mode = BL_BASELINE_MEAN,
                                     .baseline_from_s = -INFINITY,
                                     .reject = 21,
                                     .flat = NAN,
                                     .reject_from_s = -INFINITY,
                                     .reject_to_s = INFINITY};

/* Rows and verdicts against the obvious; the same for any cut, with rules set again in between. */
static void by_hand(void **state)
{
  (void)state;
  static float x[N * CH];
  static rows first, other;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  bl_recipe recipe;
  bl_extractor *e;
  fill(x);
  check_ok(ctx, make_stream(ctx, CH, 1, RATE, &in));
  check_ok(ctx, make_recipe(ctx, &recipe));
  const size_t most[] = {N, 1, 13, 400};
  for (size_t i = 0; i < 4; i++) {
    rows *r = i ? &other : &first;
    memset(r, 0, sizeof *r);
    check_ok(ctx, bl_extractor_new(ctx, &recipe, &in, take, r, &e));
    r->width = bl_extractor_width(e);
    assert_in_range(r->width, 9 + CH, MAX_WIDTH);
    check_ok(ctx, bl_extractor_set_rules(ctx, e, &(bl_epoch_rules){.reject = 1, .flat = NAN, .reject_to_s = INFINITY}));
    check_ok(ctx, bl_extractor_set_rules(ctx, e, &rules));
    check_ok(ctx, run(ctx, e, x, N, most[i], i));
    bl_extractor_free(ctx, e);
    if (i) assert_memory_equal(&first, &other, sizeof first);
  }
  size_t kept = 0, k = 0;
  for (double t = 7.3; t < 36; t += 0.4, k++) {
    size_t zero = (size_t)rint(t * RATE) - 700, a = zero - 20, b = zero + 50;
    double worst = 0, mean[CH];
    for (size_t c = 0; c < CH; c++) {
      double lo = INFINITY, hi = -INFINITY, base = 0, sum = 0;
      for (size_t f = a; f <= b; f++) {
        double v = (double)x[f * CH + c];
        lo = fmin(lo, v), hi = fmax(hi, v), sum += v / 71;
        if (f <= zero) base += v / 21;
      }
      worst = fmax(worst, hi - lo);
      mean[c] = sum - base;
    }
    assert_int_equal(first.status[k], worst > 21 ? BL_E_REJECTED : BL_OK);
    if (first.status[k]) {
      assert_non_null(strstr(first.why[k], "uV peak to peak, limit 21"));
      continue;
    }
    kept++;
    for (size_t c = 0; c < CH; c++) check_near((double)first.v[k][c], mean[c], 2e-5);
  }
  assert_int_equal(first.n, k);
  if (kept < 5 || kept > k - 5) fail_msg("%zu of %zu kept: the limit tests nothing", kept, k);
  bl_recipe_free(ctx, &recipe);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

/* One epoch, t = 7.3: what makes it stay or go. */
static void verdicts(void **state)
{
  (void)state;
  static const struct {
    double at_s; /* a spike of 8 on channel 1 there, seconds after the event */
    float spike;
    bl_epoch_rules r;
    bl_status want;
    const char *why;
  } cases[] = {
      {0.1, 8, {.reject = 8, .flat = NAN}, BL_OK, ""}, /* strictly above */
      {0.1, 8, {.reject = 7.99, .flat = NAN}, BL_E_REJECTED, "ch 1 is too large: 8 uV peak to peak, limit 7.99"},
      {0.5, 8, {.reject = 7, .flat = NAN}, BL_E_REJECTED, "ch 1"}, /* the last sample is in it */
      {0.51, 8, {.reject = 7, .flat = NAN}, BL_OK, ""},
      {-0.2, 8, {.reject = 7, .flat = NAN}, BL_E_REJECTED, "ch 1"},
      {0.1, 8, {.reject = 7, .flat = NAN, .reject_from_s = 0.11, .reject_to_s = 0.5}, BL_OK, ""},
      {0.1,
       8,
       {.reject = 7, .flat = NAN, .reject_from_s = 0.1, .reject_to_s = 0.11},
       BL_OK,
       ""}, /* one sample: no amplitude */
      {0.1,
       8,
       {.reject = 6, .flat = NAN, .reject_from_s = 0.08, .reject_to_s = 0.1},
       BL_OK,
       ""}, /* the last stays out */
      {0.1, 8, {.reject = 6, .flat = NAN, .reject_from_s = 0.09, .reject_to_s = 0.11}, BL_E_REJECTED, "ch 1"},
      {0.1,
       8,
       {.reject = 6, .flat = NAN, .reject_from_s = 0.1, .reject_to_s = 0.1},
       BL_E_REJECTED,
       "infinite samples, or none"},
      {0.1, 8, {.reject = NAN, .flat = 1}, BL_OK, ""}, /* strictly below */
      {0.1,
       8,
       {.reject = NAN, .flat = 1.01},
       BL_E_REJECTED,
       "ch 0 is flat: 1 uV peak to peak, limit 1.01; ch 2 is flat"},
      {0.1, NAN, {.reject = 100, .flat = NAN}, BL_E_REJECTED, "ch 1 has NaN or infinite samples"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    static float x[100 * CH];
    static rows r;
    bl_ctx *ctx = bl_ctx_new();
    bl_stream in;
    bl_recipe recipe;
    bl_extractor *e;
    memset(&r, 0, sizeof r);
    for (size_t f = 0; f < 100; f++)
      for (size_t c = 0; c < CH; c++) x[f * CH + c] = (float)(f % 2);
    x[(size_t)rint((0.3 + cases[i].at_s) * RATE) * CH + 1] = cases[i].spike;
    bl_epoch_rules rule = cases[i].r;
    if (!(fabs(rule.reject_to_s) > 0)) rule.reject_from_s = -INFINITY, rule.reject_to_s = INFINITY;
    check_ok(ctx, make_stream(ctx, CH, 1, RATE, &in));
    check_ok(ctx, make_recipe(ctx, &recipe));
    check_ok(ctx, bl_extractor_new(ctx, &recipe, &in, take, &r, &e));
    r.width = bl_extractor_width(e);
    check_ok(ctx, bl_extractor_set_rules(ctx, e, &rule));
    check_ok(ctx, bl_extractor_begin(ctx, e, 7));
    bl_span span = {.start_s = 7.1, .end_s = 7.8, .anchor_s = 7.3, .end_included = true, .event = BL_NO_EVENT};
    check_ok(ctx, bl_extractor_add_span(ctx, e, &span));
    check_ok(ctx, bl_extractor_push(ctx, e, x, 100));
    check_ok(ctx, bl_extractor_finish(ctx, e));
    assert_int_equal(r.n, 1);
    if (r.status[0] != cases[i].want || !strstr(r.why[0], cases[i].why)) fail_msg("case %zu: %s", i, r.why[0]);
    bl_extractor_free(ctx, e);
    bl_recipe_free(ctx, &recipe);
    bl_stream_free(ctx, &in);
    check_free(ctx);
  }
}

static void refusals(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in, spectrum;
  bl_recipe recipe = {0};
  bl_branch *b;
  bl_summary *m;
  bl_stage *st;
  bl_extractor *e;
  rows r = {0};
  bl_range v[] = {{(char *)"ch 9", 0, 5}};
  const bl_ranges limits = {v, 1};
  check_ok(ctx, make_stream(ctx, CH, 1, RATE, &in));
  check_ok(ctx, make_stream(ctx, CH, 4, RATE, &spectrum));
  check_ok(ctx, bl_recipe_add_branch(ctx, &recipe, "b", &b));
  check_ok(ctx, bl_branch_add_summary(ctx, b, "mean", &m));
  check_ok(ctx, bl_extractor_new(ctx, &recipe, &in, take, &r, &e));
  bl_epoch_rules rule = {.reject = NAN, .flat = NAN, .limits = &limits};
  check_fails(ctx, bl_extractor_set_rules(ctx, e, &rule), BL_E_CONFIG, "no channel is called 'ch 9'; is 'ch 0' meant?");
  bl_extractor_free(ctx, e);
  check_ok(ctx, bl_branch_add_stage(ctx, b, "pick", &st));
  check_ok(ctx, bl_opts_set(ctx, "pick", st->cls->opts, st->params, "include", "[ch 0, ch 1]"));
  check_ok(ctx, bl_extractor_new(ctx, &recipe, &in, take, &r, &e));
  v[0].name = (char *)"ch 2";
  check_fails(ctx, bl_extractor_set_rules(ctx, e, &rule), BL_E_CONFIG,
              "'ch 2' is there, but stage 'pick' gives no channel of that name on");
  v[0].name = (char *)"ch 1";
  check_ok(ctx, bl_extractor_set_rules(ctx, e, &rule));
  bl_extractor_free(ctx, e);
  check_ok(ctx, bl_extractor_new(ctx, &recipe, &spectrum, take, &r, &e));
  check_fails(ctx, bl_extractor_set_rules(ctx, e, &rules), BL_E_CONFIG, "the input is a spectrum");
  bl_extractor_free(ctx, e);
  bl_recipe_free(ctx, &recipe);
  bl_stream_free(ctx, &in);
  bl_stream_free(ctx, &spectrum);
  check_free(ctx);
}

/* Features bear the unit that the baseline leaves, in the summary's own shape, and their old one when the rules go. */
static void units(void **state)
{
  (void)state;
  static const struct {
    bl_baseline_mode mode;
    const char *mean, *variance, *log_variance, *power, *pair;
  } cases[] = {{BL_BASELINE_MEAN, "uV", "uV^2", "ln uV^2", "uV^2", "uV^2"},
               {BL_BASELINE_RATIO, "1", "1", "ln 1", "1", "1"},
               {BL_BASELINE_LOGRATIO, "log10", "log10^2", "ln log10^2", "log10", "log10^2"},
               {BL_BASELINE_PERCENT, "1", "1", "ln 1", "1", "1"},
               {BL_BASELINE_ZSCORE, "sd", "sd^2", "ln sd^2", "sd", "sd^2"},
               {BL_BASELINE_ZLOGRATIO, "sd", "sd^2", "ln sd^2", "sd", "sd^2"}};
  static const char *const summaries[] = {"mean", "variance", "log_variance", "covariance"};
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  bl_recipe recipe = {0};
  bl_branch *b;
  bl_summary *m;
  bl_stage *st;
  bl_extractor *e;
  rows r = {0};
  check_ok(ctx, make_stream(ctx, 1, 1, RATE, &in));
  check_ok(ctx, bl_recipe_add_branch(ctx, &recipe, "wave", &b));
  for (size_t i = 0; i < 4; i++) check_ok(ctx, bl_branch_add_summary(ctx, b, summaries[i], &m));
  check_ok(ctx, bl_recipe_add_branch(ctx, &recipe, "spec", &b));
  check_ok(ctx, bl_branch_add_stage(ctx, b, "stft", &st));
  check_ok(ctx, bl_branch_add_stage(ctx, b, "power", &st));
  check_ok(ctx, bl_branch_add_summary(ctx, b, "max", &m));
  check_ok(ctx, bl_extractor_new(ctx, &recipe, &in, take, &r, &e));
  for (size_t i = 0; i <= sizeof cases / sizeof *cases; i++) {
    size_t k = i % (sizeof cases / sizeof *cases); /* the first again: what was corrected goes back */
    const bl_epoch_rules rule = {.baseline = true, .mode = cases[k].mode, .reject = NAN, .flat = NAN};
    check_ok(ctx, bl_extractor_set_rules(ctx, e, &rule));
    const bl_feature_names *f = bl_extractor_names(e);
    const char *want[] = {cases[k].mean, cases[k].variance, cases[k].log_variance, cases[k].pair, cases[k].power};
    for (size_t c = 0; c < 5; c++) assert_string_equal(f->units.v[c], want[c]);
    assert_string_equal(f->names.v[0], "wave.mean");
  }
  const bl_epoch_rules zscore = {.baseline = true, .mode = BL_BASELINE_ZSCORE, .reject = NAN, .flat = NAN};
  check_ok(ctx, bl_extractor_set_rules(ctx, e, &zscore));
  check_ok(ctx, bl_extractor_set_rules(ctx, e, &(bl_epoch_rules){.reject = NAN, .flat = NAN}));
  assert_string_equal(bl_extractor_names(e)->units.v[1], "uV^2");
  bl_extractor_free(ctx, e);
  bl_recipe_free(ctx, &recipe);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

static bl_status sweep(bl_ctx *ctx, void *arg)
{
  (void)arg;
  static float x[N * CH];
  static rows r;
  bl_stream in = {0};
  bl_recipe recipe = {0};
  bl_extractor *e = NULL;
  memset(&r, 0, sizeof r);
  fill(x);
  bl_status s = make_stream(ctx, CH, 1, RATE, &in);
  if (!s) s = make_recipe(ctx, &recipe);
  if (!s) s = bl_extractor_new(ctx, &recipe, &in, take, &r, &e);
  if (!s) r.width = bl_extractor_width(e);
  bl_epoch_rules zscore = rules;
  zscore.mode = BL_BASELINE_ZSCORE;
  if (!s) s = bl_extractor_set_rules(ctx, e, &zscore);
  if (!s) s = run(ctx, e, x, 250, 60, 1);
  bl_extractor_free(ctx, e);
  bl_recipe_free(ctx, &recipe);
  bl_stream_free(ctx, &in);
  return s;
}

static void allocations(void **state)
{
  (void)state;
  check_every_allocation_failing(sweep, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(by_hand), cmocka_unit_test(verdicts), cmocka_unit_test(refusals),
                                     cmocka_unit_test(units), cmocka_unit_test(allocations)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
