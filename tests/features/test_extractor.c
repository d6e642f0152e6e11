/* extractor: shared prefixes, overlapping spans, rows in order, the same bits for any cut, runs, errors by name.
 *
 * Most stages here are the test's own: a gain, and a moving sum that looks ahead and owes frames at the end. */
#include "baleen/extractor.h"

#include "feature_help.h"

enum { N = 3000, CH = 2, MAX_ROWS = 200, MAX_WIDTH = 16 };
static const double RATE = 100;

/* ---- stages of the test ------------------------------------------------------------------------------------------ */

typedef struct gain_params {
  double gain;
} gain_params;
typedef struct gain_state {
  double gain;
  size_t width;
} gain_state;
static const bl_opt gain_opts[] = {BL_REAL(gain_params, gain, "1", -100, 100, "", "factor"), BL_OPT_END};

static size_t gain_frames; /* frames that all gains together have seen: shared ones are seen once */

static bl_status gain_shape(bl_ctx *ctx, const void *params, const bl_stream *in, bl_stream *out)
{
  (void)in, (void)out;
  const gain_params *p = params;
  return p->gain == 13 ? bl_fail(ctx, BL_E_RANGE, "gain: 13 is not a gain") : BL_OK;
}
static bl_status gain_init(bl_ctx *ctx, const void *params, const bl_stream *in, const bl_stream *out, void *state)
{
  (void)ctx, (void)out;
  *(gain_state *)state = (gain_state){((const gain_params *)params)->gain, bl_stream_width(in)};
  return BL_OK;
}
static bl_status gain_push(bl_ctx *ctx, void *state, const float *x, size_t n, bl_frames *out)
{
  const gain_state *s = state;
  float *y = bl_frames_add(ctx, out, n);
  if (!y) return BL_E_NOMEM;
  for (size_t i = 0; i < n * s->width; i++) y[i] = (float)(s->gain * (double)x[i]);
  gain_frames += n;
  return BL_OK;
}
/* clang-format off */
static const bl_stage_class gain_class = {
  .name = "gain", .summary = "a factor", .source = "", .opts = gain_opts, .params_size = sizeof(gain_params),
  .state_size = sizeof(gain_state), .shape = gain_shape, .init = gain_init, .push = gain_push};
/* clang-format on */

/* y[i] = x[i] + x[i + 1] + ... + x[i + 4], zeros behind the end: frame i is known 4 frames late. */
enum { AHEAD = 4 };
typedef struct sum_state {
  float held[AHEAD * CH];
  size_t n, width;
} sum_state;
static bl_status ahead_shape(bl_ctx *ctx, const void *params, const bl_stream *in, bl_stream *out)
{
  (void)ctx, (void)params;
  out->latency_s += AHEAD / in->rate_hz;
  return BL_OK;
}
static bl_status ahead_init(bl_ctx *ctx, const void *params, const bl_stream *in, const bl_stream *out, void *state)
{
  (void)ctx, (void)params, (void)out;
  ((sum_state *)state)->width = bl_stream_width(in);
  return BL_OK;
}
static bl_status ahead_push(bl_ctx *ctx, void *state, const float *x, size_t n, bl_frames *out)
{
  sum_state *s = state;
  for (size_t f = 0; f < n; f++, x += s->width) {
    if (s->n == AHEAD) {
      float *y = bl_frames_add(ctx, out, 1);
      if (!y) return BL_E_NOMEM;
      for (size_t i = 0; i < s->width; i++) {
        y[i] = x[i];
        for (size_t k = 0; k < AHEAD; k++) y[i] += s->held[k * s->width + i];
      }
      memmove(s->held, s->held + s->width, (AHEAD - 1) * s->width * sizeof(float));
      s->n--;
    }
    memcpy(s->held + s->n++ * s->width, x, s->width * sizeof(float));
  }
  return BL_OK;
}
static bl_status ahead_finish(bl_ctx *ctx, void *state, bl_frames *out)
{
  sum_state *s = state;
  const float zero[CH] = {0};
  bl_status status = BL_OK;
  for (size_t i = s->n; !status && i < AHEAD; i++) { /* a run shorter than the look-ahead */
    status = ahead_push(ctx, state, zero, 1, out);
  }
  size_t owed = s->n < AHEAD ? s->n : AHEAD;
  for (size_t i = 0; !status && i < owed; i++) status = ahead_push(ctx, state, zero, 1, out);
  return status;
}
static void ahead_reset(void *state) { ((sum_state *)state)->n = 0; }
/* clang-format off */
static const bl_stage_class ahead_class = {
  .name = "ahead", .summary = "a sum of what comes", .source = "", .state_size = sizeof(sum_state), .tags = 0,
  .shape = ahead_shape, .init = ahead_init, .push = ahead_push, .finish = ahead_finish, .reset = ahead_reset};
/* clang-format on */
/* clang-format off */
static const bl_stage_class whole_class = {
  .name = "wholly", .summary = "as ahead", .source = "", .state_size = sizeof(sum_state), .tags = BL_STAGE_WHOLE,
  .shape = ahead_shape, .init = ahead_init, .push = ahead_push, .finish = ahead_finish, .reset = ahead_reset};
/* clang-format on */

/* ---- recipes ----------------------------------------------------------------------------------------------------- */

static bl_status add_stage(bl_ctx *ctx, bl_recipe *r, size_t branch, const bl_stage_class *c, const char *gain)
{
  bl_branch *b = &r->branches[branch];
  bl_stage stage = {.cls = c, .params = bl_calloc(ctx, 1, c->params_size)};
  bl_status s = stage.params ? BL_OK : bl_fail_nomem(ctx, "a test's stage");
  if (!s && gain) s = bl_opts_set(ctx, c->name, c->opts, stage.params, "gain", gain);
  bl_stage *v = s ? NULL : bl_realloc(ctx, b->stages, b->n_stages + 1, sizeof *v);
  if (!v) {
    bl_free(ctx, stage.params);
    return s ? s : bl_fail_nomem(ctx, "a test's stage");
  }
  b->stages = v;
  v[b->n_stages++] = stage;
  return BL_OK;
}

static bl_status add_branch(bl_ctx *ctx, bl_recipe *r, const char *name, const char *summary)
{
  bl_branch *b;
  bl_summary *m;
  bl_status s = bl_recipe_add_branch(ctx, r, name, &b);
  return s ? s : bl_branch_add_summary(ctx, b, summary, &m);
}

/* raw: mean, std of the input. slow: gain 2, ahead, quantile. fast: gain 2, max. Gain 2 is shared. */
static bl_status make_recipe(bl_ctx *ctx, bl_recipe *r)
{
  bl_summary *m;
  *r = (bl_recipe){0};
  bl_status s = add_branch(ctx, r, "raw", "mean");
  if (!s) s = bl_branch_add_summary(ctx, &r->branches[0], "std", &m);
  if (!s) s = add_branch(ctx, r, "slow", "quantile");
  if (!s) s = add_stage(ctx, r, 1, &gain_class, "2");
  if (!s) s = add_stage(ctx, r, 1, &ahead_class, NULL);
  if (!s) s = add_branch(ctx, r, "fast", "max");
  if (!s) s = add_stage(ctx, r, 2, &gain_class, "2.0");
  return s;
}
enum { WIDTH = 4 + 6 + 2, STAGES = 2 };

typedef struct rows {
  size_t n;
  bl_span span[MAX_ROWS];
  bl_status status[MAX_ROWS];
  float v[MAX_ROWS][MAX_WIDTH];
  size_t width;
} rows;

static bl_status take(void *user, bl_ctx *ctx, const bl_span *span, bl_status status, const float *row)
{
  rows *r = user;
  (void)ctx;
  assert_true(r->n < MAX_ROWS);
  assert_true(!status == !!row);
  r->span[r->n] = *span;
  r->status[r->n] = status;
  if (row) memcpy(r->v[r->n], row, r->width * sizeof *row);
  r->n++;
  return BL_OK;
}

static void fill(float *x, uint64_t index)
{
  bl_rng r = bl_rng_make(17, "extractor", index);
  for (size_t i = 0; i < N * CH; i++) x[i] = (float)(2.385 * bl_rng_normal(&r) + 0.7);
}

/* Overlapping windows of two lengths, ascending, some of odd starts; the last ends with the run. */
static size_t make_spans(bl_span *v, double run_start_s)
{
  size_t n = 0;
  for (double t = 0; t + 2 <= 30; t += 0.37, n++)
    v[n] = (bl_span){.start_s = run_start_s + t,
                     .end_s = run_start_s + t + (n % 3 ? 2 : 0.51),
                     .anchor_s = run_start_s + t,
                     .event = n};
  v[n] = (bl_span){.start_s = run_start_s + 29, .end_s = run_start_s + 30, .anchor_s = run_start_s + 29, .event = n};
  return n + 1;
}

/* The frames of a branch, worked out in one go and by hand. */
static void leaf_frames(const float *x, size_t branch, float *y)
{
  for (size_t f = 0; f < N; f++)
    for (size_t c = 0; c < CH; c++) {
      float *to = &y[f * CH + c];
      *to = branch ? 2 * x[f * CH + c] : x[f * CH + c];
      if (branch != 1) continue;
      *to = f + AHEAD < N ? 2 * x[(f + AHEAD) * CH + c] : 0;
      for (size_t k = 0; k < AHEAD; k++) *to += f + k < N ? 2 * x[(f + k) * CH + c] : 0;
    }
}

static void want_row(bl_ctx *ctx, const bl_stream *in, const float *x, const bl_span *span, double run_start_s,
                     float *row)
{
  static float y[N * CH];
  const struct {
    const char *summary;
    size_t branch, column, n;
  } part[] = {{"mean", 0, 0, 2}, {"std", 0, 2, 2}, {"quantile", 1, 4, 6}, {"max", 2, 10, 2}};
  uint64_t first, behind;
  bl_span_frames(span, run_start_s, in, &first, &behind);
  for (size_t i = 0; i < 4; i++) {
    leaf_frames(x, part[i].branch, y);
    summarise(ctx, part[i].summary, "", in, y + first * CH, (size_t)(behind - first), row + part[i].column, part[i].n);
  }
}

/* ---- tests ------------------------------------------------------------------------------------------------------- */

static void run_once(bl_ctx *ctx, bl_extractor *e, const float *x, double run_start_s, bl_rng *rng, size_t most)
{
  bl_span spans[MAX_ROWS];
  size_t n = make_spans(spans, run_start_s), added = 0;
  check_ok(ctx, bl_extractor_begin(ctx, e, run_start_s));
  for (size_t at = 0; at < N;) {
    size_t now = most == N ? N : (size_t)bl_rng_below(rng, most + 1);
    if (now > N - at) now = N - at;
    /* a span may be announced at any time before its first frame */
    while (added < n && spans[added].start_s < run_start_s + (double)(at + now) / RATE + 0.3)
      check_ok(ctx, bl_extractor_add_span(ctx, e, &spans[added++]));
    check_ok(ctx, bl_extractor_push(ctx, e, x + at * CH, now));
    at += now;
  }
  while (added < n) check_ok(ctx, bl_extractor_add_span(ctx, e, &spans[added++]));
  check_ok(ctx, bl_extractor_finish(ctx, e));
}

static void test_rows(void **state)
{
  (void)state;
  static float x[N * CH];
  static rows first, other;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  bl_recipe recipe;
  bl_extractor *e;
  bl_span spans[MAX_ROWS];
  check_ok(ctx, make_stream(ctx, CH, 1, RATE, &in));
  check_ok(ctx, make_recipe(ctx, &recipe));
  const size_t most[] = {N, 1, 7, 500, 2999};
  for (size_t i = 0; i < 5; i++) {
    rows *r = i ? &other : &first;
    memset(r, 0, sizeof *r);
    r->width = WIDTH;
    check_ok(ctx, bl_extractor_new(ctx, &recipe, &in, take, r, &e));
    assert_int_equal(bl_extractor_width(e), WIDTH);
    assert_int_equal(bl_extractor_n_stages(e), STAGES);
    bl_rng rng = bl_rng_make(i, "cuts", 0);
    gain_frames = 0;
    fill(x, 0);
    run_once(ctx, e, x, 0, &rng, most[i]);
    assert_int_equal(gain_frames, N); /* the shared stage worked once */
    fill(x, 1);                       /* behind a gap: another run, at an odd time */
    run_once(ctx, e, x, 100.123, &rng, most[i]);
    bl_extractor_free(ctx, e);
    assert_int_equal(r->n, 2 * make_spans(spans, 0));
    for (size_t k = 0; k < r->n; k++) {
      assert_int_equal(r->status[k], BL_OK);
      assert_int_equal(r->span[k].event, spans[k % (r->n / 2)].event); /* in the order they were added */
    }
    if (i) assert_memory_equal(first.v, other.v, sizeof first.v);
  }
  for (size_t k = 0; k < first.n; k++) {
    float want[WIDTH];
    double start = k < first.n / 2 ? 0 : 100.123;
    fill(x, k >= first.n / 2);
    want_row(ctx, &in, x, &first.span[k], start, want);
    for (size_t i = 0; i < WIDTH; i++)
      check_near((double)first.v[k][i], (double)want[i], 2e-6 * fabs((double)want[i]) + 1e-6);
  }
  bl_recipe_free(ctx, &recipe);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

static void test_names(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  bl_recipe recipe;
  bl_extractor *e;
  const char *whole;
  rows r = {0};
  check_ok(ctx, make_stream(ctx, CH, 1, RATE, &in));
  check_ok(ctx, make_recipe(ctx, &recipe));
  check_ok(ctx, bl_extractor_new(ctx, &recipe, &in, take, &r, &e));
  const bl_feature_names *names = bl_extractor_names(e);
  assert_string_equal(names->names.v[0], "raw.ch_0.mean");
  assert_string_equal(names->names.v[4], "slow.ch_0.q0.25");
  assert_string_equal(names->names.v[11], "fast.ch_1.max");
  assert_string_equal(names->units.v[11], "uV");
  check_ok(ctx, bl_blocks_check(ctx, "row", &names->blocks, names->names.n));
  assert_int_equal(names->blocks.n, 4);
  assert_string_equal(bl_blocks_at(&names->blocks, 4)->name, "slow.quantile");
  assert_string_equal(names->blocks.v[3].name, "fast.max");
  assert_non_null(strstr(names->blocks.v[3].source, " > max"));
  check_near(bl_extractor_latency(e, &whole), AHEAD / RATE, 1e-12);
  assert_null(whole);
  bl_extractor_free(ctx, e);
  check_ok(ctx, add_stage(ctx, &recipe, 2, &whole_class, NULL));
  check_ok(ctx, bl_extractor_new(ctx, &recipe, &in, take, &r, &e));
  assert_int_equal(bl_extractor_n_stages(e), STAGES + 1);
  (void)bl_extractor_latency(e, &whole);
  assert_string_equal(whole, "wholly");
  double sum = 0;
  size_t n_whole = 0;
  for (size_t i = 0; i < STAGES + 1; i++) {
    bl_stage_part part = bl_extractor_stage(e, i);
    assert_true(part.branch && part.stage);
    n_whole += part.whole;
    if (part.whole) assert_string_equal(part.stage, "wholly");
    else sum += part.latency_s;
  }
  assert_int_equal(n_whole, 1);
  assert_true(sum >= AHEAD / RATE - 1e-12); /* what the branch with look-ahead waits, and no part is lost */
  bl_extractor_free(ctx, e);
  bl_recipe_free(ctx, &recipe);
  check_ok(ctx, add_branch(ctx, &recipe, "only", "mean"));
  check_ok(ctx, bl_extractor_new(ctx, &recipe, &in, take, &r, &e));
  assert_string_equal(bl_extractor_names(e)->names.v[1], "ch_1.mean"); /* one branch: no prefix */
  bl_extractor_free(ctx, e);
  bl_recipe_free(ctx, &recipe);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

static void test_refusals(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  bl_recipe recipe = {0};
  bl_extractor *e;
  bl_branch *b;
  bl_summary *m;
  rows r = {.width = WIDTH};
  static float x[N * CH];
  check_ok(ctx, make_stream(ctx, CH, 1, RATE, &in));
  check_fails(ctx, bl_extractor_new(ctx, &recipe, &in, take, &r, &e), BL_E_CONFIG, "none are asked for");
  check_ok(ctx, bl_recipe_add_branch(ctx, &recipe, "empty", &b));
  check_fails(ctx, bl_extractor_new(ctx, &recipe, &in, take, &r, &e), BL_E_CONFIG, "'empty' has no summary");
  check_fails(ctx, bl_recipe_add_branch(ctx, &recipe, "empty", &b), BL_E_CONFIG, "two branches");
  check_fails(ctx, bl_branch_add_summary(ctx, &recipe.branches[0], "meen", &m), BL_E_CONFIG, "did you mean 'mean'");
  check_ok(ctx, bl_branch_add_summary(ctx, &recipe.branches[0], "mean", &m));
  check_ok(ctx, bl_branch_add_summary(ctx, &recipe.branches[0], "mean", &m));
  check_fails(ctx, bl_extractor_new(ctx, &recipe, &in, take, &r, &e), BL_E_CONFIG, "named 'ch_0.mean'");
  bl_recipe_free(ctx, &recipe);
  check_ok(ctx, make_recipe(ctx, &recipe));
  check_ok(ctx, add_stage(ctx, &recipe, 1, &gain_class, "13"));
  check_fails(ctx, bl_extractor_new(ctx, &recipe, &in, take, &r, &e), BL_E_RANGE,
              "branch 'slow', stage 'gain': gain: 13");
  bl_recipe_free(ctx, &recipe);

  check_ok(ctx, make_recipe(ctx, &recipe));
  check_ok(ctx, bl_extractor_new(ctx, &recipe, &in, take, &r, &e));
  check_ok(ctx, bl_extractor_begin(ctx, e, 0));
  check_ok(ctx, bl_extractor_push(ctx, e, x, 100));
  bl_span late = {.start_s = 0.99, .end_s = 2}, next = {.start_s = 1, .end_s = 1.5, .event = 1};
  check_fails(ctx, bl_extractor_add_span(ctx, e, &late), BL_E_ARG, "before their first frame");
  check_ok(ctx, bl_extractor_add_span(ctx, e, &next));
  bl_span back = {.start_s = 0.999, .end_s = 1.5}, wrong = {.start_s = 2, .end_s = 1};
  check_fails(ctx, bl_extractor_add_span(ctx, e, &back), BL_E_ARG, "ascending");
  check_fails(ctx, bl_extractor_add_span(ctx, e, &wrong), BL_E_ARG, "must not end before");
  bl_span none = {.start_s = 1.2, .end_s = 1.2, .event = 2}, cut = {.start_s = 1.3, .end_s = 1.9, .event = 3};
  check_ok(ctx, bl_extractor_add_span(ctx, e, &none));
  check_ok(ctx, bl_extractor_add_span(ctx, e, &cut));
  check_ok(ctx, bl_extractor_push(ctx, e, x, 80));
  assert_int_equal(r.n, 2);
  check_ok(ctx, bl_extractor_finish(ctx, e));
  assert_int_equal(r.n, 3);
  const bl_status want[] = {BL_OK, BL_E_SHAPE, BL_E_SHAPE}; /* whole, without frames, cut off by the run's end */
  for (size_t i = 0; i < 3; i++) {
    assert_int_equal(r.status[i], want[i]);
    assert_int_equal(r.span[i].event, i + 1);
  }
  assert_non_null(strstr(bl_ctx_error(ctx), "the run ended at 1.8 s"));
  bl_extractor_free(ctx, e);
  bl_recipe_free(ctx, &recipe);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

/* A segment that a summary refuses does not stop the others; a callback that says stop does. */
static bl_status stop_at_two(void *user, bl_ctx *ctx, const bl_span *span, bl_status status, const float *row)
{
  bl_status s = take(user, ctx, span, status, row);
  return !s && ((rows *)user)->n == 2 ? bl_fail(ctx, BL_E_CANCELLED, "enough") : s;
}

static void test_one_bad_segment(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  bl_recipe recipe = {0};
  bl_extractor *e;
  rows r = {.width = CH};
  static float x[N * CH];
  fill(x, 0);
  memset(x + 100 * CH, 0, 100 * CH * sizeof *x); /* the second of three windows is silent */
  check_ok(ctx, make_stream(ctx, CH, 1, RATE, &in));
  check_ok(ctx, add_branch(ctx, &recipe, "b", "log_variance"));
  check_ok(ctx, bl_extractor_new(ctx, &recipe, &in, take, &r, &e));
  check_ok(ctx, bl_extractor_begin(ctx, e, 0));
  for (size_t i = 0; i < 3; i++) {
    bl_span span = {.start_s = (double)i, .end_s = (double)i + 1, .anchor_s = (double)i};
    check_ok(ctx, bl_extractor_add_span(ctx, e, &span));
  }
  check_ok(ctx, bl_extractor_push(ctx, e, x, 250));
  assert_non_null(strstr(bl_ctx_error(ctx), "summary 'log_variance': log_variance: ch 0 is flat"));
  check_ok(ctx, bl_extractor_push(ctx, e, x + 250 * CH, 50));
  assert_int_equal(r.n, 3);
  assert_int_equal(r.status[0], BL_OK);
  assert_int_equal(r.status[1], BL_E_RANGE);
  assert_int_equal(r.status[2], BL_OK);
  bl_extractor_free(ctx, e);
  r.n = 0;
  check_ok(ctx, bl_extractor_new(ctx, &recipe, &in, stop_at_two, &r, &e));
  check_ok(ctx, bl_extractor_begin(ctx, e, 0));
  for (size_t i = 0; i < 3; i++) {
    bl_span span = {.start_s = (double)i, .end_s = (double)i + 1, .anchor_s = (double)i};
    check_ok(ctx, bl_extractor_add_span(ctx, e, &span));
  }
  check_fails(ctx, bl_extractor_push(ctx, e, x, 300), BL_E_CANCELLED, "enough");
  assert_int_equal(r.n, 2);
  bl_ctx_cancel(ctx);
  check_ok(ctx, bl_extractor_begin(ctx, e, 0));
  check_fails(ctx, bl_extractor_push(ctx, e, x, 300), BL_E_CANCELLED, "stopped on request");
  bl_extractor_free(ctx, e);
  bl_recipe_free(ctx, &recipe);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

/* The whole run as one segment, look-ahead's padding included; memory does not follow the run's length. */
static void test_whole_and_memory(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  bl_recipe recipe = {0};
  bl_extractor *e;
  rows r = {.width = CH};
  static float x[N * CH];
  fill(x, 0);
  check_ok(ctx, make_stream(ctx, CH, 1, RATE, &in));
  check_ok(ctx, add_branch(ctx, &recipe, "b", "mean"));
  check_ok(ctx, add_stage(ctx, &recipe, 0, &ahead_class, NULL));
  check_ok(ctx, bl_extractor_new(ctx, &recipe, &in, take, &r, &e));
  bl_span all = {.start_s = -INFINITY, .end_s = INFINITY, .anchor_s = 5, .event = BL_NO_EVENT};
  size_t bytes = 0;
  for (size_t run = 0; run < 3; run++) {
    check_ok(ctx, bl_extractor_begin(ctx, e, 5));
    check_ok(ctx, bl_extractor_add_span(ctx, e, &all));
    for (size_t i = 0; i < (run ? 50u : 1u); i++) {
      for (double t = 0; run == 2 && t < 30; t += 0.5) { /* many short ones: their states are used again */
        bl_span span = {.start_s = 5 + 30 * (double)i + t, .end_s = 5.5 + 30 * (double)i + t};
        span.anchor_s = span.start_s;
        check_ok(ctx, bl_extractor_add_span(ctx, e, &span));
        r.n = 0;
      }
      check_ok(ctx, bl_extractor_push(ctx, e, x, N));
      if (run == 0) bytes = bl_ctx_live_bytes(ctx);
      if (run == 1) assert_int_equal(bl_ctx_live_bytes(ctx), bytes);
      if (run == 2) {
        r.n = 0;
        break; /* `all` came first, so nothing goes out before the run's end */
      }
    }
    check_ok(ctx, bl_extractor_finish(ctx, e));
    if (run < 2) {
      assert_int_equal(r.n, 1);
      assert_int_equal(r.status[0], BL_OK);
      double sum = 0;
      for (size_t k = 0; k <= AHEAD; k++) /* k frames at the front are looked over when the run begins */
        for (size_t f = k; f < N; f++) sum += (double)x[f * CH];
      if (run == 0) check_near((double)r.v[0][0], sum / N, 1e-5);
    }
    r.n = 0;
  }
  bl_extractor_free(ctx, e);
  bl_recipe_free(ctx, &recipe);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

/* Real stages: one STFT for two branches, centred (frames before the run's first sample), cut at random. */
static void test_real_chain(void **state)
{
  (void)state;
  static const char *const chain[] = {"stft", "power", "mel", "db"};
  static float x[N * CH];
  static rows first, other;
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  bl_recipe recipe = {0};
  bl_extractor *e;
  bl_stage *stage;
  bl_span spans[MAX_ROWS];
  fill(x, 5);
  check_ok(ctx, make_stream(ctx, CH, 1, RATE, &in));
  for (size_t b = 0; b < 2; b++) { /* a: to dB, mean. b: the mel bands themselves, max */
    check_ok(ctx, add_branch(ctx, &recipe, b ? "b" : "a", b ? "max" : "mean"));
    for (size_t k = 0; k < 4 - b; k++) {
      check_ok(ctx, bl_branch_add_stage(ctx, &recipe.branches[b], chain[k], &stage));
      if (k == 0) check_ok(ctx, bl_opts_set(ctx, "stft", stage->cls->opts, stage->params, "n_fft", "32"));
      if (k == 2) check_ok(ctx, bl_opts_set(ctx, "mel", stage->cls->opts, stage->params, "n_mels", "4"));
    }
  }
  for (uint64_t round = 0; round < 4; round++) {
    rows *r = round ? &other : &first;
    memset(r, 0, sizeof *r);
    r->width = CH * 4 * 2;
    bl_rng rng = bl_rng_make(round, "cuts", 1);
    check_ok(ctx, bl_extractor_new(ctx, &recipe, &in, take, r, &e));
    assert_int_equal(bl_extractor_n_stages(e), 4);
    assert_int_equal(bl_extractor_width(e), r->width);
    run_once(ctx, e, x, 3.3, &rng, round ? 300 : N);
    bl_extractor_free(ctx, e);
    assert_int_equal(r->n, make_spans(spans, 3.3));
    for (size_t i = 0; i < r->n; i++) {
      assert_int_equal(r->status[i], BL_OK);
      for (size_t k = 0; k < r->width; k++) assert_true(isfinite(r->v[i][k]));
    }
    if (round) assert_memory_equal(first.v, other.v, sizeof first.v);
  }
  bl_recipe_free(ctx, &recipe);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

static bl_status whole_work(bl_ctx *ctx, void *arg)
{
  static float x[N * CH];
  rows *r = arg;
  bl_stream in = {0};
  bl_recipe recipe = {0};
  bl_extractor *e = NULL;
  r->n = 0;
  fill(x, 0);
  bl_status s = make_stream(ctx, CH, 1, RATE, &in);
  if (!s) s = make_recipe(ctx, &recipe);
  if (!s) s = bl_extractor_new(ctx, &recipe, &in, take, r, &e);
  if (!s) s = bl_extractor_begin(ctx, e, 0);
  for (size_t i = 0; !s && i < 12; i++) {
    bl_span span = {.start_s = 0.2 * (double)i, .end_s = 0.2 * (double)i + 0.5};
    s = bl_extractor_add_span(ctx, e, &span);
  }
  if (!s) s = bl_extractor_push(ctx, e, x, 250);
  if (!s) s = bl_extractor_finish(ctx, e);
  bl_extractor_free(ctx, e);
  bl_recipe_free(ctx, &recipe);
  bl_stream_free(ctx, &in);
  return s;
}

static void test_allocations(void **state)
{
  (void)state;
  static rows r = {.width = WIDTH};
  check_every_allocation_failing(whole_work, &r);
  assert_int_equal(r.n, 12);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows),
                                     cmocka_unit_test(test_names),
                                     cmocka_unit_test(test_refusals),
                                     cmocka_unit_test(test_one_bad_segment),
                                     cmocka_unit_test(test_whole_and_memory),
                                     cmocka_unit_test(test_real_chain),
                                     cmocka_unit_test(test_allocations)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
