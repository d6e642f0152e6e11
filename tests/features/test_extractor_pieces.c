/* extractor_pieces: rows of a run that is done in pieces are those of the run in one, bit for bit. */
#include "baleen/extractor.h"

#include <stdlib.h>

#include "cut.h"
#include "feature_help.h"

enum { N = 60000, CH = 3, MAX_ROWS = 2000, MAX_WIDTH = 300 };
static const double RATE = 250, START_S = 7.004;

typedef struct rows {
  size_t n, width;
  double start_s[MAX_ROWS];
  bl_status status[MAX_ROWS];
  float v[MAX_ROWS][MAX_WIDTH];
} rows;

static bl_status take(void *user, bl_ctx *ctx, const bl_span *span, bl_status status, const float *row)
{
  rows *r = user;
  (void)ctx;
  assert_true(r->n < MAX_ROWS && r->width <= MAX_WIDTH);
  r->start_s[r->n] = span->start_s;
  r->status[r->n] = status;
  if (!status) memcpy(r->v[r->n], row, r->width * sizeof *row);
  r->n++;
  return BL_OK;
}

/* Branches as "name=value" chains: stages by " | ", the last word a summary. */
typedef struct recipe_text {
  const char *stages[8]; /* "stft n_fft=64", NULL behind the last */
  const char *summary;   /* NULL: another branch takes it */
} recipe_text;

static bl_status add_stage(bl_ctx *ctx, bl_branch *b, const char *text)
{
  char copy[200], *save = NULL;
  bl_stage *st;
  snprintf(copy, sizeof copy, "%s", text);
  bl_status s = bl_branch_add_stage(ctx, b, strtok_r(copy, " ", &save), &st);
  for (char *word; !s && (word = strtok_r(NULL, " ", &save));) {
    char *eq = strchr(word, '=');
    *eq = '\0';
    s = bl_opts_set(ctx, st->cls->name, st->cls->opts, st->params, word, eq + 1);
  }
  return s;
}

static bl_status make_recipe(bl_ctx *ctx, const recipe_text *t, size_t n, bl_recipe *r)
{
  bl_status s = BL_OK;
  *r = (bl_recipe){0};
  for (size_t i = 0; !s && i < n; i++) {
    char name[24];
    bl_branch *b;
    bl_summary *m;
    snprintf(name, sizeof name, "b%zu", i);
    s = bl_recipe_add_branch(ctx, r, name, &b);
    for (size_t k = 0; !s && t[i].stages[k]; k++) s = add_stage(ctx, b, t[i].stages[k]);
    if (!s && t[i].summary) s = bl_branch_add_summary(ctx, b, t[i].summary, &m);
  }
  return s;
}

static const recipe_text plain[] = {
    {{"fir l_freq=1 h_freq=40", NULL}, "std"}, /* by FFT */
    {{"fir l_freq=1 h_freq=40", "resample rate_hz=100", "stft n_fft=64", "power", NULL}, "mean"},
    {{"pre_emphasis", "fir h_freq=30 method=direct phase=causal", "detrend window_s=1.5", NULL}, "std"},
    {{"decimate factor=3", "stft n_fft=50 hop_length=7 pad_mode=reflect", "power", "smooth", "db", NULL}, "max"},
    {{"reference", "frame length=30 hop=11", NULL}, "min"},
};
/* What the second filter needs comes on top of what the branch that is taken needs; sums
 * at each sample, so that no block hides a few frames too few. */
static const recipe_text joint[] = {{{"fir h_freq=10 method=direct", NULL}, NULL},
                                    {{"subtract branches=[b0]", "fir l_freq=60 method=direct", NULL}, "rms"}};
static const recipe_text with_iir[] = {{{"reference", NULL}, "mean"}, {{"iir l_freq=1", NULL}, "std"}};

typedef struct job {
  bl_extractor *e;
  bl_segment window;
  bl_spans spans;
  const float *x;
} job;

/* The piece of spans that begin in [from, to), in blocks of this size. */
static void do_piece(bl_ctx *ctx, job *j, double from, double to, size_t block)
{
  uint64_t first = bl_extractor_first_frame(j->e, START_S, from), at = first;
  check_ok(ctx, bl_extractor_begin_at(ctx, j->e, START_S, first));
  for (size_t i = 0; i < j->spans.n; i++)
    if (j->spans.v[i].start_s >= from && j->spans.v[i].start_s < to)
      check_ok(ctx, bl_extractor_add_span(ctx, j->e, &j->spans.v[i]));
  while (at < N && bl_extractor_n_open(j->e)) {
    size_t n = N - at < block ? (size_t)(N - at) : block;
    check_ok(ctx, bl_extractor_push(ctx, j->e, j->x + at * CH, n));
    at += n;
  }
  if (bl_extractor_n_open(j->e)) check_ok(ctx, bl_extractor_finish(ctx, j->e));
}

static void open_job(bl_ctx *ctx, bl_recipe *recipe, const char *segment, const char *options, const bl_event *events,
                     size_t n_events, rows *out, job *j)
{
  bl_stream in;
  bl_epoch_rules rules;
  size_t skipped = 0;
  const bl_run_info run = {.start_s = START_S, .end_s = START_S + N / RATE, .rate_hz = RATE};
  check_ok(ctx, make_stream(ctx, CH, 1, RATE, &in));
  check_ok(ctx, make_segment(ctx, segment, options, &j->window));
  check_ok(ctx, cut(ctx, &j->window, &run, events, n_events, &j->spans, &skipped));
  check_ok(ctx, bl_extractor_new(ctx, recipe, &in, take, out, &j->e));
  check_ok(ctx, j->window.cls->rules(ctx, j->window.params, &rules));
  check_ok(ctx, bl_extractor_set_rules(ctx, j->e, &rules));
  out->n = 0;
  out->width = bl_extractor_width(j->e);
  bl_stream_free(ctx, &in);
}

static void close_job(bl_ctx *ctx, job *j)
{
  bl_extractor_free(ctx, j->e);
  bl_spans_free(ctx, &j->spans);
  bl_segment_free(ctx, &j->window);
}

static float *make_noise(void)
{
  float *x = malloc(N * CH * sizeof *x);
  bl_rng r = bl_rng_make(31, "pieces", 0);
  for (size_t i = 0; i < N * CH; i++) x[i] = (float)(3.7 * bl_rng_normal(&r) + 50 * (double)(i % CH + 1));
  return x;
}

static const struct {
  const char *segment, *options;
  const recipe_text *recipe;
  size_t n_branches;
} segments[] = {{"window", "length_s=1.7;hop_s=0.31;start_s=0.123;reject=19", plain, sizeof plain / sizeof *plain},
                {"epochs", "tmin=-0.6;tmax=1;baseline=[null, 0]", plain, sizeof plain / sizeof *plain},
                {"window", "length_s=1.7;hop_s=0.31", joint, sizeof joint / sizeof *joint}};

static void test_same_bits(void **state)
{
  (void)state;
  static rows want, got;
  float *x = make_noise();
  bl_event events[60];
  for (size_t i = 0; i < 60; i++) events[i] = (bl_event){START_S + 1 + 3.97 * (double)i, 0, "a"};
  for (size_t k = 0; k < sizeof segments / sizeof *segments; k++) {
    bl_ctx *ctx = bl_ctx_new();
    bl_recipe recipe;
    job j = {.x = x};
    check_ok(ctx, make_recipe(ctx, segments[k].recipe, segments[k].n_branches, &recipe));
    open_job(ctx, &recipe, segments[k].segment, segments[k].options, events, 60, &want, &j);
    assert_null(bl_extractor_uncut(j.e));
    do_piece(ctx, &j, -INFINITY, INFINITY, N);
    assert_int_equal(want.n, j.spans.n);
    close_job(ctx, &j);
    size_t rejected = 0;
    for (size_t i = 0; i < want.n; i++) rejected += want.status[i] == BL_E_REJECTED;
    if (k == 0) assert_in_range(rejected, 20, want.n - 20);
    static const double lengths[] = {17.3, 36.33, 76.293};
    for (size_t l = 0; l < sizeof lengths / sizeof *lengths; l++) {
      double length = lengths[l];
      j = (job){.x = x};
      open_job(ctx, &recipe, segments[k].segment, segments[k].options, events, 60, &got, &j);
      for (size_t i = 0; START_S - 1 + (double)i * length < START_S + N / RATE; i++)
        do_piece(ctx, &j, START_S - 1 + (double)i * length, START_S - 1 + (double)(i + 1) * length, 997);
      assert_int_equal(got.n, want.n);
      for (size_t i = 0; i < want.n; i++)
        if (got.start_s[i] != want.start_s[i] || got.status[i] != want.status[i] ||
            memcmp(got.v[i], want.v[i], want.width * sizeof(float)))
          fail_msg("%s, pieces of %g s: the row from %g s is another", segments[k].segment, length, want.start_s[i]);
      close_job(ctx, &j);
    }
    bl_recipe_free(ctx, &recipe);
    check_free(ctx);
  }
  free(x);
}

static void test_refused(void **state)
{
  (void)state;
  static rows got;
  bl_ctx *ctx = bl_ctx_new();
  bl_recipe recipe, iir;
  job j = {0}, k = {0};
  check_ok(ctx, make_recipe(ctx, plain, 2, &recipe));
  check_ok(ctx, make_recipe(ctx, with_iir, 2, &iir));
  open_job(ctx, &recipe, "window", "", NULL, 0, &got, &j);
  uint64_t first = bl_extractor_first_frame(j.e, START_S, START_S + 100);
  assert_in_range(first, 16360, 100 * (size_t)RATE); /* 5 blocks of the filter, so that resample meets a whole frame */
  check_fails(ctx, bl_extractor_begin_at(ctx, j.e, START_S, first + 1), BL_E_ARG, "want a multiple of");
  check_ok(ctx, bl_extractor_begin_at(ctx, j.e, START_S, first));
  bl_span early = {.start_s = START_S + 66, .end_s = START_S + 101, .anchor_s = START_S + 66, .event = BL_NO_EVENT};
  bl_span fine = {.start_s = START_S + 100, .end_s = START_S + 101, .anchor_s = START_S + 100, .event = BL_NO_EVENT};
  check_fails(ctx, bl_extractor_add_span(ctx, j.e, &early), BL_E_ARG, "begun in its middle");
  check_ok(ctx, bl_extractor_add_span(ctx, j.e, &fine));
  assert_int_equal(bl_extractor_n_open(j.e), 1);
  assert_int_equal(bl_extractor_first_frame(j.e, START_S, START_S + 0.1), 0);
  open_job(ctx, &iir, "window", "", NULL, 0, &got, &k);
  assert_string_equal(bl_extractor_uncut(k.e), "iir");
  assert_int_equal(bl_extractor_first_frame(k.e, START_S, START_S + 100), 0);
  check_fails(ctx, bl_extractor_begin_at(ctx, k.e, START_S, 1000), BL_E_ARG,
              "'iir' has to see a run from its beginning");
  close_job(ctx, &j);
  close_job(ctx, &k);
  bl_recipe_free(ctx, &recipe);
  bl_recipe_free(ctx, &iir);
  check_free(ctx);
}

/* Two streams can be begun in their middle where so many frames of one take as long as so many of the other. */
static void test_rates(void **state)
{
  (void)state;
  static const struct {
    double second_hz, from_s;
    const char *uncut;
    uint64_t first, second;
  } rates[] = {{500, 10, NULL, 2498, 4996},
               {0.5, 10, NULL, 1500, 3},
               {250.00001, 10, "streams whose rates have no common measure", 0, 0}};
  for (size_t i = 0; i < sizeof rates / sizeof *rates; i++) {
    static const recipe_text text[] = {{{NULL}, "mean"}, {{NULL}, "max"}};
    static rows got;
    bl_ctx *ctx = bl_ctx_new();
    bl_recipe recipe;
    bl_stream in[2];
    bl_extractor *e;
    check_ok(ctx, make_recipe(ctx, text, 2, &recipe));
    recipe.branches[1].stream.rate_hz = (bl_word){.word = -1, .real = rates[i].second_hz};
    check_ok(ctx, make_stream(ctx, 1, 1, RATE, &in[0]));
    check_ok(ctx, make_stream(ctx, 1, 1, rates[i].second_hz, &in[1]));
    check_ok(ctx, bl_extractor_new(ctx, &recipe, in, take, &got, &e));
    uint64_t first = bl_extractor_first_frame(e, 0, rates[i].from_s);
    if (rates[i].uncut) assert_string_equal(bl_extractor_uncut(e), rates[i].uncut);
    else assert_null(bl_extractor_uncut(e));
    assert_int_equal(first, rates[i].first);
    check_ok(ctx, bl_extractor_begin_at(ctx, e, 0, first));
    assert_int_equal(bl_extractor_pushed(e, 0), rates[i].first);
    assert_int_equal(bl_extractor_pushed(e, 1), rates[i].second);
    bl_extractor_free(ctx, e);
    bl_stream_free(ctx, &in[0]);
    bl_stream_free(ctx, &in[1]);
    bl_recipe_free(ctx, &recipe);
    check_free(ctx);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_same_bits), cmocka_unit_test(test_refused),
                                     cmocka_unit_test(test_rates)};
  return cmocka_run_group_tests_name("extractor_pieces", tests, NULL, NULL);
}
