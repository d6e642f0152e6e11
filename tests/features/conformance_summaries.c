/* Walks the registry of summaries: what summary.h promises must hold for each of them. */
#include <ctype.h>

#include "baleen/extractor.h"
#include "feature_help.h"

enum { N = 600, MAX_WIDTH = 8, SPECTRA = 1, FLAT = 2, FRAMES = 4, ALONE = 8, WAVES = 16 };

/* Options that a summary needs to take N frames of anything, and what it may refuse. */
static const struct special {
  const char *name, *option, *value;
  int refuses;
  const char *why;
} specials[] = {
    {"erp_means", "windows", "{early: [0, 0.1], late: [0.5, 3.5]}", 0, "windows of time must be told"},
    {"energy_freq_bands", "bands", "{low: [2, 5], high: [5, 12]}", 0, "half of 31.25 Hz is below the default bands"},
    {"flatten", "frames", "600", 0, "the row's width is the segment's length, so it must be told"},
    {"event_count", NULL, NULL, FRAMES, "counts events: what frames hold does not matter"},
    {"covariance", NULL, NULL, SPECTRA, "defined between channels of a waveform"},
    {"spectral_connectivity_epochs", "method", "[coh, plv, pli, wpli, wpli2_debiased]", SPECTRA | ALONE,
     "compares channels of a waveform; of flat ones some measures are 0 / 0"},
    {"spectral_connectivity_time", "freqs", "[20]", SPECTRA | ALONE,
     "compares channels of a waveform at told frequencies"},
    {"phase_amplitude_coupling", NULL, NULL, SPECTRA, "makes its own waves, of a waveform"},
    {"envelope_correlation", NULL, NULL, SPECTRA | ALONE, "compares channels of a waveform"},
    {"time_corr", NULL, NULL, SPECTRA | ALONE, "compares channels of a waveform"},
    {"max_cross_corr", NULL, NULL, SPECTRA | ALONE, "compares channels of a waveform"},
    {"phase_lock_val", NULL, NULL, SPECTRA | ALONE, "compares channels of a waveform"},
    {"band_power", NULL, NULL, SPECTRA, "makes its own spectrum, from a waveform"},
    {"tuning", "fmin", "0", WAVES, "looks at a spectrum"},
    {"template_match", "template", "[[1, 2, 0.5]]", 0, "a template must be told"},
    {"tfr", "freqs", "[20, 40]", SPECTRA, "makes its own spectrum, from a waveform"},
    {"multitaper", NULL, NULL, SPECTRA, "makes its own spectrum, from a waveform"},
    {"spect_entropy", NULL, NULL, SPECTRA, "makes its own spectrum, from a waveform"},
    {"spect_edge_freq", NULL, NULL, SPECTRA, "makes its own spectrum, from a waveform"},
    {"spect_slope", NULL, NULL, SPECTRA, "makes its own spectrum, from a waveform"},
    {"irasa", NULL, NULL, SPECTRA, "makes its own spectrum, from a waveform"},
    {"aperiodic", NULL, NULL, SPECTRA, "makes its own spectrum, from a waveform"},
    {"peak_freq", NULL, NULL, SPECTRA, "makes its own spectrum, from a waveform"},
    {"hjorth_spect", NULL, NULL, SPECTRA, "makes its own spectrum, from a waveform"},
    {"welch", NULL, NULL, SPECTRA, "makes its own spectrum, from a waveform"},
    {"log_variance", NULL, NULL, FLAT, "the logarithm of 0 is no number"},
    {"acoustic_complexity_index", NULL, NULL, WAVES, "looks at a power spectrum"},
    {"acoustic_diversity_index", "bin_step", "10", WAVES, "looks at a power spectrum, of many kHz by default"},
    {"acoustic_evenness_index", "bin_step", "10", WAVES, "looks at a power spectrum, of many kHz by default"},
    {"bioacoustics_index", "fmin", "0", WAVES, "looks at a power spectrum, of many kHz by default"},
    {"soundscape_index", "bin_step", "10", WAVES, "looks at a power spectrum, of many kHz by default"},
    {"frequency_entropy", "fmin", "0", WAVES, "looks at a power spectrum, of many kHz by default"},
    {"temporal_entropy", "Nt", "50", SPECTRA, "makes an envelope of a waveform, of long pieces by default"},
};

static const struct special *special_of(const char *name)
{
  static const struct special plain = {0};
  for (size_t i = 0; i < sizeof specials / sizeof *specials; i++)
    if (!strcmp(specials[i].name, name)) return &specials[i];
  return &plain;
}

static const struct form {
  size_t channels, bins;
  double rate;
} forms[] = {{1, 1, 160}, {3, 1, 160}, {2, 4, 31.25}};

static void fill(float *x, size_t n, uint64_t index)
{
  bl_rng r = bl_rng_make(7, "conformance", index);
  for (size_t i = 0; i < n; i++) x[i] = (float)(3.7 * bl_rng_normal(&r) + 11.3);
}

static bl_status start(bl_ctx *ctx, const char *name, const struct form *f, bl_stream *in, bl_summary *m, sum_run *r)
{
  const struct special *sp = special_of(name);
  *m = (bl_summary){0};
  bl_status s = make_stream(ctx, f->channels, f->bins, f->rate, in);
  if (!s) s = make_summary(ctx, name, sp->option, sp->value, m);
  if (!s) s = sum_start(ctx, m, in, r);
  return s;
}

static void stop(bl_ctx *ctx, bl_stream *in, bl_summary *m, sum_run *r)
{
  sum_stop(ctx, r);
  if (m->cls) bl_summary_free(ctx, m);
  bl_stream_free(ctx, in);
}

static void check_names(const sum_run *r)
{
  assert_true(r->names.names.n > 0);
  assert_int_equal(r->names.names.n, r->names.units.n);
  for (size_t i = 0; i < r->names.names.n; i++) {
    const char *a = r->names.names.v[i];
    assert_true(*a);
    if (!*r->names.units.v[i]) fail_msg("%s: '%s' has no unit; a number without one says 1", r->cls->name, a);
    for (const char *c = a; *c; c++)
      if (isspace((unsigned char)*c)) fail_msg("'%s' has a blank", a);
    for (size_t k = 0; k < i && i < 200; k++)
      if (!strcmp(a, r->names.names.v[k])) fail_msg("two features are named '%s'", a);
  }
}

static int same(const float *a, const float *b, size_t n) { return !memcmp(a, b, n * sizeof *a); }

/* Blocks cover the row, and their units are those of the features. */
static void check_blocks(bl_ctx *ctx, const sum_run *r)
{
  const bl_feature_names *f = &r->names;
  assert_true(f->blocks.n > 0);
  check_ok(ctx, bl_blocks_check(ctx, r->cls->name, &f->blocks, f->names.n));
  for (size_t i = 0; i < f->blocks.n; i++) {
    const bl_block *b = &f->blocks.v[i];
    assert_true(*b->source);
    for (size_t k = 0; k < b->n; k++)
      if (strcmp(bl_block_unit(b, k), f->units.v[b->first + k]))
        fail_msg("block '%s': column %zu is in '%s', its feature '%s' in '%s'", b->name, k, bl_block_unit(b, k),
                 f->names.v[b->first + k], f->units.v[b->first + k]);
  }
}

/* Cuts, begin(), width, inputs untouched, one and no frame, constant, NaN, infinity: one running summary. */
static void check_run(bl_ctx *ctx, const bl_summary_class *c, const struct form *f, sum_run *r)
{
  size_t width = f->channels * f->bins, n_out = r->names.names.n;
  float *x = bl_calloc(ctx, N * MAX_WIDTH, sizeof *x), *copy = bl_calloc(ctx, N * MAX_WIDTH, sizeof *x);
  float *row = bl_calloc(ctx, n_out + 1, sizeof *row), *other = bl_calloc(ctx, n_out + 1, sizeof *row);
  fill(x, N * width, 1);
  for (size_t i = 0; special_of(c->name)->refuses & WAVES && i < N * width; i++) x[i] = fabsf(x[i]); /* powers */
  memcpy(copy, x, N * width * sizeof *x);
  const float guard = 123.456f;
  for (size_t i = 0; i <= n_out; i++) row[i] = guard;
  check_ok(ctx, sum_segment(ctx, r, x, N, width, NULL, row));
  assert_true(same(&row[n_out], &guard, 1)); /* not one more than names */
  for (size_t i = 0; i < n_out; i++)
    if (!isfinite(row[i])) fail_msg("%s: %s is not finite", c->name, r->names.names.v[i]);
  assert_memory_equal(x, copy, N * width * sizeof *x);
  for (uint64_t round = 0; round < 5; round++) {
    bl_rng rng = bl_rng_make(round, "cuts", 0);
    check_ok(ctx, sum_segment(ctx, r, x, N, width, &rng, other)); /* begin() starts afresh, too */
    if (!same(row, other, n_out)) fail_msg("%s: blocks of other sizes give other bits", c->name);
  }
  bl_status s = sum_segment(ctx, r, x, 1, width, NULL, other); /* one frame: numbers or a word */
  if (s && s != BL_E_SHAPE && s != BL_E_RANGE) fail_msg("%s: one frame: %s", c->name, bl_status_name(s));
  check_fails(ctx, sum_segment(ctx, r, x, 0, width, NULL, other), BL_E_SHAPE, c->name);
  for (int silent = 0; silent < 2; silent++) {
    for (size_t i = 0; i < N * width; i++) x[i] = silent ? 0 : 2.385f;
    s = sum_segment(ctx, r, x, N, width, NULL, other);
    if (special_of(c->name)->refuses & FLAT) check_fails(ctx, s, BL_E_RANGE, "flat");
    else check_ok(ctx, s);
  }
  const float bad[] = {NAN, INFINITY};
  for (size_t b = 0; b < 2; b++) {
    fill(x, N * width, 2);
    x[width * 100] = bad[b];
    s = sum_segment(ctx, r, x, N, width, NULL, other);
    int odd = s == BL_E_NONFINITE;
    for (size_t i = 0; !s && i < n_out; i++) odd = odd || !isfinite(other[i]);
    if (special_of(c->name)->refuses & FRAMES) continue;
    if (!odd && !(b == 1 && (!strcmp(c->name, "min") || !strcmp(c->name, "quantile"))))
      fail_msg("%s: %g that came in does not show", c->name, (double)bad[b]);
  }
  bl_free(ctx, x);
  bl_free(ctx, copy);
  bl_free(ctx, row);
  bl_free(ctx, other);
}

/* The way that columns came, as features.json tells it: "threshold_events > mean", of each column. */
static void check_way(bl_ctx *ctx, const bl_summary_class *c, const struct form *f)
{
  const struct special *sp = special_of(c->name);
  bl_recipe recipe = {0};
  bl_branch *b;
  bl_stage *stage;
  bl_summary *m;
  bl_stream in;
  bl_extractor *e;
  check_ok(ctx, make_stream(ctx, f->channels, f->bins, f->rate, &in));
  check_ok(ctx, bl_recipe_add_branch(ctx, &recipe, "a", &b));
  check_ok(ctx, bl_branch_add_stage(ctx, b, "threshold_events", &stage)); /* finds events, for those that take some */
  check_ok(ctx, bl_opts_set(ctx, "threshold_events", stage->cls->opts, stage->params, "on", "1"));
  check_ok(ctx, bl_branch_add_summary(ctx, b, c->name, &m));
  if (sp->option) check_ok(ctx, bl_opts_set(ctx, c->name, c->opts, m->params, sp->option, sp->value));
  check_ok(ctx, bl_extractor_new(ctx, &recipe, &in, NULL, NULL, &e));
  const bl_feature_names *names = bl_extractor_names(e);
  size_t covered = 0;
  for (size_t i = 0; i < names->blocks.n; i++) {
    const bl_block *block = &names->blocks.v[i];
    if (strncmp(block->source, "threshold_events > ", 19))
      fail_msg("%s: block '%s' came by '%s'", c->name, block->name, block->source);
    covered += block->n;
  }
  assert_int_equal(covered, names->names.n);
  bl_extractor_free(ctx, e);
  bl_recipe_free(ctx, &recipe);
  bl_stream_free(ctx, &in);
}

static void test_contract(void **state)
{
  (void)state;
  size_t seen = 0;
  for (size_t i = 0; bl_summary_at(i); i++) {
    const bl_summary_class *c = bl_summary_at(i);
    assert_true(c->name && *c->name && c->summary && *c->summary && c->source);
    assert_true(c->shape && c->begin && c->push && c->finish && c->init);
    assert_ptr_equal(bl_summary_find(c->name), c);
    for (size_t k = 0; k < sizeof forms / sizeof *forms; k++) {
      bl_ctx *ctx = bl_ctx_new();
      bl_stream in;
      bl_summary m;
      sum_run r = {0};
      bl_status s = start(ctx, c->name, &forms[k], &in, &m, &r);
      int refuses = special_of(c->name)->refuses;
      if ((forms[k].bins > 1 && refuses & SPECTRA) || (forms[k].channels == 1 && refuses & ALONE) ||
          (forms[k].bins == 1 && refuses & WAVES)) {
        check_fails(ctx, s, BL_E_SHAPE, c->name);
      } else {
        check_ok(ctx, s);
        check_names(&r);
        check_blocks(ctx, &r);
        check_run(ctx, c, &forms[k], &r);
        check_way(ctx, c, &forms[k]);
        seen++;
      }
      stop(ctx, &in, &m, &r);
      check_free(ctx);
    }
  }
  assert_true(seen >= 30);
}

static bl_status whole_work(bl_ctx *ctx, void *name)
{
  static float x[N * MAX_WIDTH], row[4096];
  bl_stream in = {0};
  bl_summary m = {0};
  sum_run r = {0};
  fill(x, N * MAX_WIDTH, 3);
  const struct form *f = &forms[special_of(name)->refuses & WAVES ? 2 : 1];
  bl_status s = start(ctx, name, f, &in, &m, &r);
  if (!s) s = sum_segment(ctx, &r, x, N, f->channels * f->bins, NULL, row);
  stop(ctx, &in, &m, &r);
  return s;
}

static void test_allocations(void **state)
{
  (void)state;
  for (size_t i = 0; bl_summary_at(i); i++)
    if (strcmp(bl_summary_at(i)->name, "flatten")) /* as many allocations as names; a sweep is quadratic in them */
      check_every_allocation_failing(whole_work, (void *)(uintptr_t)bl_summary_at(i)->name);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_contract), cmocka_unit_test(test_allocations)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
