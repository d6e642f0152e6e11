/* units of levels over the registry: every stage and summary, with its defaults, sees levels in "dB re uV" and the same levels
 * 20 dB higher. What does not change is a difference, and must not claim a reference; what rises by 20 dB is a level, and must
 * keep its own. */
#include <string.h>

#include "chain.h"
#include "feature_help.h"

enum { N = 300, N_CHANNELS = 4, N_BINS = 33, RISE = 20 };

static void levels(size_t n, float rise, float *x)
{
  bl_rng rng = bl_rng_make(5, "levels", 0);
  for (size_t i = 0; i < n; i++) x[i] = (float)(-40 + 6 * bl_rng_normal(&rng)) + rise;
}

/* Waveforms, or with bins a spectrum. */
static void stream_of(bl_ctx *ctx, bool spectrum, bl_stream *in)
{
  double hz[N_BINS];
  check_ok(ctx, chain_wave(ctx, 250, "Fp1 C3 Cz O2", "dB re uV", in));
  for (size_t k = 0; k < N_BINS; k++) hz[k] = 125.0 * (double)k / (N_BINS - 1);
  if (spectrum) check_ok(ctx, bl_stream_set_bins(ctx, in, N_BINS, hz, NULL));
}

/* How values changed: all by nothing, all by the rise, or otherwise. */
typedef struct change {
  bool none, rise;
  double lo, hi; /* of the values before */
} change;
static const change untried = {true, true, INFINITY, -INFINITY};

static void note(change *c, double before, double after)
{
  double by = after - before;
  c->none = c->none && fabs(by) < 2e-3;
  c->rise = c->rise && fabs(by - RISE) < 2e-3;
  c->lo = fmin(c->lo, before);
  c->hi = fmax(c->hi, before);
}

static void check_unit(const change *c, const char *unit, const char *who, const char *what, bool varies, size_t *seen)
{
  bool told = varies ? c->hi - c->lo > 1e-2 : c->lo != 0;
  if (told && c->none && strstr(unit, " re ")) fail_msg("%s: %s is a difference, but is told in '%s'", who, what, unit);
  if (told && c->rise && strcmp(unit, "dB re uV"))
    fail_msg("%s: %s is a level in 'dB re uV', but is told in '%s'", who, what, unit);
  *seen += told && (c->none || c->rise);
}

static bool pass(bl_ctx *ctx, const bl_stage *stage, const bl_stream *in, const float *x, bl_stage_run *run,
                 bl_frames *out)
{
  bl_status s = bl_stage_start(ctx, stage, in, run);
  if (s) return false;
  *out = (bl_frames){.width = bl_stream_width(&run->out)};
  check_ok(ctx, run->cls->push(ctx, run->state, x, N, out));
  if (run->cls->finish) check_ok(ctx, run->cls->finish(ctx, run->state, out));
  return true;
}

static void try_stage(const bl_stage_class *cls, bool spectrum, const float *low, const float *high, size_t *seen)
{
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  bl_stage stage;
  bl_stage_run a, b;
  bl_frames before, after;
  stream_of(ctx, spectrum, &in);
  check_ok(ctx, bl_stage_new(ctx, cls->name, &stage));
  if (!cls->branches && pass(ctx, &stage, &in, low, &a, &before)) {
    assert_true(pass(ctx, &stage, &in, high, &b, &after));
    assert_int_equal(before.n, after.n);
    for (size_t c = 0; c < a.out.n_channels; c++) {
      change made = untried;
      for (size_t i = 0; i < before.n * before.width; i++)
        if (i % before.width / a.out.n_bins == c && isfinite(before.v[i]))
          note(&made, (double)before.v[i], (double)after.v[i]);
      check_unit(&made, a.out.units.n > c ? a.out.units.v[c] : "", cls->name, a.out.channels.v[c], true, seen);
    }
    bl_frames_free(ctx, &before);
    bl_frames_free(ctx, &after);
    bl_stage_stop(ctx, &a);
    bl_stage_stop(ctx, &b);
  }
  bl_stage_free(ctx, &stage);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

static void test_stages(void **state)
{
  (void)state;
  static float low[N * N_CHANNELS * N_BINS], high[N * N_CHANNELS * N_BINS];
  size_t seen = 0;
  levels(N * N_CHANNELS * N_BINS, 0, low);
  levels(N * N_CHANNELS * N_BINS, RISE, high);
  for (size_t i = 0; bl_stage_at(i); i++)
    for (int spectrum = 0; spectrum < 2; spectrum++) try_stage(bl_stage_at(i), spectrum, low, high, &seen);
  print_message("%zu channels of stages are levels or differences\n", seen);
  assert_true(seen > 40);
}

static void try_summary(const bl_summary_class *cls, bool spectrum, const float *low, const float *high, size_t *seen)
{
  static float before[20000], after[20000];
  bl_ctx *ctx = bl_ctx_new();
  bl_stream in;
  bl_summary m;
  sum_run run = {0};
  stream_of(ctx, spectrum, &in);
  check_ok(ctx, bl_summary_new(ctx, cls->name, &m));
  if (!sum_start(ctx, &m, &in, &run)) {
    size_t n = run.names.names.n;
    assert_true(n <= 20000);
    bl_status s = sum_segment(ctx, &run, low, N, 0, NULL, before);
    if (!s) check_ok(ctx, sum_segment(ctx, &run, high, N, 0, NULL, after));
    for (size_t i = 0; !s && i < n; i++) {
      change made = untried;
      if (!isfinite(before[i])) continue;
      note(&made, (double)before[i], (double)after[i]);
      check_unit(&made, run.names.units.v[i], cls->name, run.names.names.v[i], false, seen);
    }
    sum_stop(ctx, &run);
  }
  bl_summary_free(ctx, &m);
  bl_stream_free(ctx, &in);
  check_free(ctx);
}

static void test_summaries(void **state)
{
  (void)state;
  static float low[N * N_CHANNELS * N_BINS], high[N * N_CHANNELS * N_BINS];
  size_t seen = 0;
  levels(N * N_CHANNELS * N_BINS, 0, low);
  levels(N * N_CHANNELS * N_BINS, RISE, high);
  for (size_t i = 0; bl_summary_at(i); i++)
    for (int spectrum = 0; spectrum < 2; spectrum++) try_summary(bl_summary_at(i), spectrum, low, high, &seen);
  print_message("%zu columns of summaries are levels or differences\n", seen);
  assert_true(seen > 1000);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_stages), cmocka_unit_test(test_summaries)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
