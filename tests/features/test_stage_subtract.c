/* subtract, and what it is the first to need: stages with several parents, recipes of several streams. */
#include "baleen/extractor.h"
#include "feature_help.h"
#include "stage_conformance.h"

enum { CH = 2, RATE = 200, SECONDS = 6, N = RATE * SECONDS, MAX_ROWS = 40, MAX_WIDTH = 16 };

/* A branch under test: its stages as "name option=value", "|" between; summaries by name, "," between. */
typedef struct branch_text {
  const char *name, *rate_hz, *stages, *summaries;
} branch_text;

static bl_status add_stages(bl_ctx *ctx, bl_branch *b, const char *text)
{
  char copy[200], *save = NULL;
  bl_status s = BL_OK;
  snprintf(copy, sizeof copy, "%s", text);
  for (char *one = strtok_r(copy, "|", &save); !s && one; one = strtok_r(NULL, "|", &save)) {
    char *inner = NULL, *word = strtok_r(one, " ", &inner);
    bl_stage *stage;
    s = bl_branch_add_stage(ctx, b, word, &stage);
    while (!s && (word = strtok_r(NULL, " ", &inner)) != NULL) {
      char *is = strchr(word, '=');
      *is = '\0';
      s = bl_opts_set(ctx, stage->cls->name, stage->cls->opts, stage->params, word, is + 1);
    }
  }
  return s;
}

static bl_status make_recipe(bl_ctx *ctx, const branch_text *v, size_t n, bl_recipe *r)
{
  *r = (bl_recipe){0};
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < n; i++) {
    bl_branch *b;
    char copy[80], *save = NULL;
    s = bl_recipe_add_branch(ctx, r, v[i].name, &b);
    if (!s && v[i].rate_hz) s = bl_opts_set(ctx, "stream", bl_branch_stream_opts, &b->stream, "rate_hz", v[i].rate_hz);
    if (!s) s = add_stages(ctx, b, v[i].stages);
    snprintf(copy, sizeof copy, "%s", v[i].summaries);
    for (char *one = strtok_r(copy, ",", &save); !s && one; one = strtok_r(NULL, ",", &save)) {
      bl_summary *m;
      s = bl_branch_add_summary(ctx, b, one, &m);
    }
  }
  return s;
}

typedef struct rows {
  float v[MAX_ROWS][MAX_WIDTH];
  bl_status status[MAX_ROWS];
  size_t n, width;
} rows;

static bl_status take(void *user, bl_ctx *ctx, const bl_span *span, bl_status status, const float *row)
{
  rows *r = user;
  (void)ctx, (void)span;
  assert_true(r->n < MAX_ROWS && r->width <= MAX_WIDTH);
  r->status[r->n] = status;
  if (row) memcpy(r->v[r->n], row, r->width * sizeof *row);
  r->n++;
  return BL_OK;
}

/* x[k]: input k, `rates[k]` a second, SECONDS long. Windows of 1 s, half overlapping; pushes of at most `most` frames of
 * the first input, the others up to the same time. */
static bl_status run(bl_ctx *ctx, const bl_recipe *recipe, const bl_stream *in, size_t n_in, float *const *x,
                     size_t most, rows *r)
{
  bl_extractor *e = NULL;
  size_t at[4] = {0}, total = (size_t)in[0].rate_hz * SECONDS;
  bl_rng rng = bl_rng_make(most, "cuts", 0);
  r->n = 0;
  bl_status s = bl_extractor_new(ctx, recipe, in, take, r, &e);
  if (!s) r->width = bl_extractor_width(e);
  if (!s) s = bl_extractor_begin(ctx, e, 10);
  for (size_t i = 0; !s && i + 1 < 2 * SECONDS; i++) {
    bl_span span = {.start_s = 10 + (double)i / 2, .end_s = 11 + (double)i / 2, .anchor_s = 10 + (double)i / 2};
    s = bl_extractor_add_span(ctx, e, &span);
  }
  while (!s && at[0] < total) {
    size_t now = most == 1 ? 1 : 1 + (size_t)bl_rng_below(&rng, most);
    if (now > total - at[0]) now = total - at[0];
    s = bl_extractor_push(ctx, e, x[0] + at[0] * in[0].n_channels, now);
    at[0] += now;
    for (size_t k = 1; !s && k < n_in; k++) {
      size_t to = (size_t)((double)at[0] / in[0].rate_hz * in[k].rate_hz);
      s = bl_extractor_push_to(ctx, e, k, x[k] + at[k] * in[k].n_channels, to - at[k]);
      at[k] = to;
    }
  }
  if (!s) s = bl_extractor_finish(ctx, e);
  bl_extractor_free(ctx, e);
  return s;
}

static void fill(float *x, size_t n, uint64_t index)
{
  bl_rng r = bl_rng_make(11, "test", index);
  for (size_t i = 0; i < n; i++) x[i] = (float)(10 * bl_rng_normal(&r) + 3);
}

static void same_rows(const rows *a, const rows *b, const char *what)
{
  assert_int_equal(a->n, b->n);
  for (size_t i = 0; i < a->n; i++) {
    assert_int_equal(a->status[i], b->status[i]);
    if (memcmp(a->v[i], b->v[i], a->width * sizeof(float))) fail_msg("%s: row %zu has other bits", what, i);
  }
}

/* The difference of two channels, and of a wave and its low frequencies, whose frames come later. */
static void check_difference(void **state)
{
  (void)state;
  static const branch_text text[] = {{"left", NULL, "pick include=[ch_0]", ""},
                                     {"low", NULL, "pick include=[ch_1] | fir h_freq=20", ""},
                                     {"diff", NULL, "pick include=[ch_1] | subtract branches=[left]", "mean,rms"},
                                     {"high", NULL, "pick include=[ch_1] | subtract branches=[low]", "rms"},
                                     {"both", NULL, "pick include=[ch_1] | subtract branches=[left,low]", "mean"}};
  static float x[N * CH];
  static rows first, other;
  float *const inputs[] = {x};
  bl_ctx *ctx = bl_ctx_new();
  bl_recipe recipe;
  bl_stream in;
  fill(x, N * CH, 0);
  check_ok(ctx, make_stream(ctx, CH, 1, RATE, &in));
  for (size_t c = 0; c < CH; c++) in.channels.v[c][2] = '_';
  check_ok(ctx, make_recipe(ctx, text, 5, &recipe));
  check_ok(ctx, run(ctx, &recipe, &in, 1, inputs, N, &first));
  assert_int_equal(first.n, 2 * SECONDS - 1);
  assert_int_equal(first.width, 4);
  for (size_t w = 0; w < first.n; w++) {
    double sum = 0, squares = 0;
    for (size_t i = w * RATE / 2; i < w * RATE / 2 + RATE; i++) {
      double d = (double)(float)((double)x[i * CH + 1] - (double)x[i * CH]);
      sum += d;
      squares += d * d;
    }
    assert_int_equal(first.status[w], BL_OK);
    check_near((double)first.v[w][0], sum / RATE, 1e-5);
    check_near((double)first.v[w][1], sqrt(squares / RATE), 1e-5);
    /* 20 Hz of 100 are taken away: the power that is left is near four fifths */
    assert_true(first.v[w][2] > 7.5F && first.v[w][2] < 10.5F);
  }
  const size_t most[] = {1, 7, 333};
  for (size_t k = 0; k < 3; k++) {
    check_ok(ctx, run(ctx, &recipe, &in, 1, inputs, most[k], &other));
    same_rows(&first, &other, "blocks of other sizes");
  }
  bool needed[CH];
  check_ok(ctx, bl_recipe_needs(ctx, &recipe, &in, false, needed));
  assert_true(needed[0] && needed[1]); /* the first only by way of the branch that is taken */
  check_ok(ctx, bl_recipe_same(ctx, &recipe, &in, &in, false));
  bl_recipe_free(ctx, &recipe);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

/* Each branch takes the two above it: what a recipe needs is found in one pass, and not once for each way through it. */
static void check_ladder(void **state)
{
  (void)state;
  enum { RUNGS = 60 };
  bl_ctx *ctx = bl_ctx_new();
  bl_recipe recipe = {0};
  bl_stream in;
  bool needed[CH];
  check_ok(ctx, make_stream(ctx, CH, 1, RATE, &in));
  for (size_t i = 0; i < RUNGS; i++) {
    bl_branch *b;
    bl_stage *stage;
    bl_summary *m;
    char name[24], above[64];
    snprintf(name, sizeof name, "b%zu", i);
    snprintf(above, sizeof above, "[b%zu, b%zu]", i - 1, i - 2);
    check_ok(ctx, bl_recipe_add_branch(ctx, &recipe, name, &b));
    if (i > 1) check_ok(ctx, bl_branch_add_stage(ctx, b, "subtract", &stage));
    if (i > 1) check_ok(ctx, bl_opts_set(ctx, name, stage->cls->opts, stage->params, "branches", above));
    if (i == RUNGS - 1) check_ok(ctx, bl_branch_add_summary(ctx, b, "mean", &m));
  }
  check_ok(ctx, bl_recipe_needs(ctx, &recipe, &in, false, needed));
  for (size_t c = 0; c < CH; c++) assert_true(needed[c]);
  check_ok(ctx, bl_recipe_same(ctx, &recipe, &in, &in, false));
  bl_extractor *e;
  bl_summary *count;
  check_ok(ctx, bl_branch_add_summary(ctx, &recipe.branches[RUNGS - 1], "event_count", &count));
  check_fails(ctx, bl_extractor_new(ctx, &recipe, &in, take, NULL, &e), BL_E_CONFIG, "no stage before it finds any");
  bl_stage *finder;
  check_ok(ctx, bl_branch_add_stage(ctx, &recipe.branches[0], "threshold_events", &finder));
  check_ok(ctx, bl_opts_set(ctx, "threshold_events", finder->cls->opts, finder->params, "on", "0"));
  check_ok(ctx, bl_extractor_new(ctx, &recipe, &in, take, NULL, &e)); /* the lowest rung finds them for the highest */
  bl_extractor_free(ctx, e);
  bl_recipe_free(ctx, &recipe);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

/* Two rates in one row: the same numbers as each by itself. */
static void check_streams(void **state)
{
  (void)state;
  static const branch_text text[] = {{"eeg", "200", "fir l_freq=1 h_freq=40", "std"},
                                     {"ecg", "400", "", "rms"},
                                     {"eeg_raw", "200", "", "mean"},
                                     {"slow", "400", "decimate factor=2", ""},
                                     {"across", "200", "pick include=[ch_1] | subtract branches=[slow]", "mean"}};
  static float x[N * CH], y[2 * N];
  static rows first, other, alone;
  float *const inputs[] = {x, y}, *const second[] = {y};
  bl_ctx *ctx = bl_ctx_new();
  bl_recipe recipe, ecg;
  bl_stream in[2];
  fill(x, N * CH, 1);
  fill(y, 2 * N, 2);
  check_ok(ctx, make_stream(ctx, CH, 1, RATE, &in[0]));
  check_ok(ctx, make_stream(ctx, 1, 1, 2 * RATE, &in[1]));
  for (size_t c = 0; c < CH; c++) in[0].channels.v[c][2] = '_';
  check_ok(ctx, make_recipe(ctx, text, 5, &recipe));
  assert_int_equal(bl_recipe_n_inputs(&recipe), 2);
  assert_int_equal(bl_recipe_input(&recipe, 2), 0);
  assert_string_equal(bl_recipe_input_branch(&recipe, 1)->name, "ecg");
  check_ok(ctx, run(ctx, &recipe, in, 2, inputs, N, &first));
  assert_int_equal(first.width, 6);
  check_ok(ctx, make_recipe(ctx, &(branch_text){"ecg", NULL, "", "rms"}, 1, &ecg));
  check_ok(ctx, run(ctx, &ecg, &in[1], 1, second, N, &alone));
  assert_int_equal(first.n, alone.n);
  for (size_t w = 0; w < first.n; w++) {
    assert_int_equal(first.status[w], BL_OK);
    check_near((double)first.v[w][2], (double)alone.v[w][0], 0);
  }
  for (size_t most = 1; most < 400; most += 133) {
    check_ok(ctx, run(ctx, &recipe, in, 2, inputs, most, &other));
    same_rows(&first, &other, "pushes of other sizes");
  }
  bool needed[CH + 1];
  check_ok(ctx, bl_recipe_needs(ctx, &recipe, in, false, needed));
  assert_true(needed[0] && needed[1] && needed[2]);
  bl_recipe_free(ctx, &recipe);
  bl_recipe_free(ctx, &ecg);
  bl_stream_free(ctx, &in[0]);
  bl_stream_free(ctx, &in[1]);
  check_free(ctx);
}

static void check_refusals(void **state)
{
  (void)state;
  static const struct {
    branch_text v[2];
    const char *says;
  } bad[] = {
      {{{"a", NULL, "", "mean"}, {"b", NULL, "subtract branches=[c]", "mean"}}, "there is no branch 'c'"},
      {{{"a", NULL, "subtract branches=[b]", "mean"}, {"b", NULL, "", "mean"}}, "branch 'b' is not above this one"},
      {{{"a", NULL, "", ""}, {"b", NULL, "", "mean"}}, "branch 'a' has no summary"},
      {{{"a", NULL, "decimate factor=2", ""}, {"b", NULL, "subtract branches=[a]", "mean"}},
       "branch 'a' gives 100 frames a second, but 200 come before it"},
      {{{"a", NULL, "mono", ""}, {"b", NULL, "subtract branches=[a]", "mean"}}, "has 1 channels of 1 bins, but 2 of 1"},
      {{{"a", NULL, "to_unit unit=mV", ""}, {"b", NULL, "subtract branches=[a]", "mean"}}, "is in 'mV'"},
      {{{"a", NULL, "", ""}, {"b", NULL, "subtract", "mean"}}, "branch 'a' has no summary"},
      {{{"a", NULL, "", "mean"}, {"b", NULL, "subtract", "mean"}}, "branches"},
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    bl_ctx *ctx = bl_ctx_new();
    bl_recipe recipe;
    bl_stream in;
    bl_extractor *e;
    check_ok(ctx, make_stream(ctx, CH, 1, RATE, &in));
    check_ok(ctx, make_recipe(ctx, bad[i].v, 2, &recipe));
    check_fails(ctx, bl_extractor_new(ctx, &recipe, &in, take, NULL, &e), BL_E_CONFIG, bad[i].says);
    bl_recipe_free(ctx, &recipe);
    bl_stream_free(ctx, &in);
    check_free(ctx);
  }
  bl_ctx *ctx = bl_ctx_new(); /* outside of a recipe there are no branches */
  bl_stream in;
  chain c;
  check_ok(ctx, make_stream(ctx, CH, 1, RATE, &in));
  check_fails(ctx, chain_start(ctx, "subtract branches=[a]", &in, &c), BL_E_CONFIG,
              "in the features of a config alone");
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

static bl_status work(bl_ctx *ctx, void *arg)
{
  static const branch_text text[] = {
      {"low", NULL, "fir h_freq=20", ""},
      {"high", NULL, "subtract branches=[low] | threshold_events on=0", "rms,event_count"},
      {"ecg", "400", "", "rms"}};
  static rows r;
  float *const *inputs = arg;
  bl_recipe recipe = {0};
  bl_stream in[2] = {{0}};
  bool needed[CH + 1];
  bl_status s = make_stream(ctx, CH, 1, RATE, &in[0]);
  if (!s) s = make_stream(ctx, 1, 1, 2 * RATE, &in[1]);
  if (!s) s = make_recipe(ctx, text, 3, &recipe);
  if (!s) s = bl_recipe_needs(ctx, &recipe, in, true, needed);
  if (!s) s = bl_recipe_same(ctx, &recipe, in, in, true);
  if (!s) s = run(ctx, &recipe, in, 2, inputs, 500, &r);
  bl_recipe_free(ctx, &recipe);
  bl_stream_free(ctx, &in[0]);
  bl_stream_free(ctx, &in[1]);
  return s;
}

static void check_allocations(void **state)
{
  (void)state;
  static float x[N * CH], y[2 * N];
  float *inputs[] = {x, y};
  fill(x, N * CH, 1);
  fill(y, 2 * N, 2);
  check_every_allocation_failing(work, inputs);
}

static const stage_case cases[] = {
    {.options = "branches=[half]", .branches = {"scale factor=0.5"}},
    {.options = "branches=[half,flat]", .branches = {"scale factor=0.5", "pre_emphasis"}},
    {.options = "branches=[loud]", .input = POWER_SPECTRUM, .branches = {"scale factor=3"}},
};

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(check_difference), cmocka_unit_test(check_ladder),
                                     cmocka_unit_test(check_streams), cmocka_unit_test(check_refusals),
                                     cmocka_unit_test(check_allocations)};
  return STAGE_SUITE("subtract", cases, tests, sizeof tests / sizeof *tests);
}
