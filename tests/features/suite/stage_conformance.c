/* What stage.h promises, tested on the cases of one stage; see stage_conformance.h. */
#include "bench.h"

/* Blocks of any size, and a run after reset, give the same bits; inputs stay as they are. */
static void check_blocks_of(const stage_case *r, signal_fn signal, uint64_t cuts)
{
  bench b;
  chain one, c;
  bench_open(&b, r, signal, 0, CHANNELS);
  size_t n = b.x.n, bytes = n * b.x.width * sizeof(float);
  float *copy = malloc(bytes);
  memcpy(copy, b.x.v, bytes);
  bench_start(&b, &one);
  bench_feed(&b, &one, n, 0);
  for (uint64_t cut = 1; cut <= cuts; cut++) {
    bench_start(&b, &c);
    bench_feed(&b, &c, n, cut);
    same_frames(chain_out(&c), chain_out(&one), cut == 1 ? "frame by frame" : "random blocks");
    chain_reset(&c);
    bench_feed(&b, &c, n, cut + 10);
    same_frames(chain_out(&c), chain_out(&one), "after reset");
    chain_reset(&c);
    check_ok(b.ctx, bench_push(b.ctx, &b, &c, b.x.v, n / 3, false));
    chain_reset(&c); /* in the middle of a run */
    bench_feed(&b, &c, n, 0);
    same_frames(chain_out(&c), chain_out(&one), "after reset within a run");
    chain_stop(b.ctx, &c);
  }
  assert_memory_equal(copy, b.x.v, bytes);
  free(copy);
  chain_stop(b.ctx, &one);
  bench_close(&b);
}
static void check_blocks(void **arg)
{
  check_blocks_of(*arg, noise, 5);
  check_blocks_of(*arg, spikes, 2);
}

/* A run longer than any carry-over, so that buffers are moved: the input over and over, for ever other lengths. Of
 * spectra a stage holds some thousand frames at most. */
static void check_long_runs(void **arg)
{
  bench b;
  chain one, c;
  bench_open(&b, *arg, noise, 0, CHANNELS);
  bench_start(&b, &one);
  bench_start(&b, &c);
  for (size_t turn = 0; turn < 2; turn++) {
    bl_rng r = bl_rng_make(turn, "long", 0);
    size_t rounds = (b.r->input ? 9000 : 20000) / b.x.n + 1, rest = bl_rng_below(&r, b.x.n);
    size_t total = rounds * b.x.n + rest;
    chain_reset(&one);
    chain_reset(&c);
    for (size_t i = 0; i <= rounds; i++)
      check_ok(b.ctx, bench_push(b.ctx, &b, &one, b.x.v, i < rounds ? b.x.n : rest, false));
    for (size_t i = 0; i <= rounds; i++)
      for (size_t at = 0, n = i < rounds ? b.x.n : rest, k; at < n; at += k) {
        k = 1 + bl_rng_below(&r, 1700);
        if (k > n - at) k = n - at;
        check_ok(b.ctx, bench_push(b.ctx, &b, &c, b.x.v + at * b.x.width, k, false));
      }
    check_ok(b.ctx, bench_push(b.ctx, &b, &one, b.x.v, 0, true));
    check_ok(b.ctx, bench_push(b.ctx, &b, &c, b.x.v, 0, true));
    same_frames(chain_out(&c), chain_out(&one), "a long run");
    assert_int_equal(chain_out(&c)->n, expected_frames(b.r, total));
  }
  chain_stop(b.ctx, &one);
  chain_stop(b.ctx, &c);
  bench_close(&b);
}

/* Runs of few frames, or none: as many frames out as the formula says, cut anyhow. */
static void check_short_runs(void **arg)
{
  bench b;
  chain one, c;
  bench_open(&b, *arg, noise, 0, CHANNELS);
  static const size_t sizes[] = {0, 1, 2, 3, 7, 16, 31, 40, 83, 100};
  bench_start(&b, &one);
  bench_start(&b, &c);
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    size_t n = sizes[i] < b.x.n ? sizes[i] : b.x.n;
    chain_reset(&one);
    chain_reset(&c);
    bench_feed(&b, &one, n, 0);
    bench_feed(&b, &c, n, 1);
    same_frames(chain_out(&c), chain_out(&one), "a short run");
    if (chain_out(&one)->n != expected_frames(b.r, n))
      fail_msg("%zu frames in: %zu out, not %zu", n, chain_out(&one)->n, expected_frames(b.r, n));
  }
  chain_reset(&one);
  bench_feed(&b, &one, b.x.n, 0);
  assert_int_equal(chain_out(&one)->n, expected_frames(b.r, b.x.n));
  chain_stop(b.ctx, &one);
  chain_stop(b.ctx, &c);
  bench_close(&b);
}

static void same_stream(const bl_stream *a, const bl_stream *b)
{
  assert_true(a->rate_hz == b->rate_hz && a->start_s == b->start_s && a->latency_s == b->latency_s);
  assert_true(a->n_channels == b->n_channels && a->n_bins == b->n_bins && a->source_rate_hz == b->source_rate_hz);
  assert_true(a->channels.n == b->channels.n && a->units.n == b->units.n && a->bins.n == b->bins.n);
  assert_true(!a->bin_hz == !b->bin_hz && a->pairs == b->pairs);
  for (size_t i = 0; i < a->channels.n; i++) assert_string_equal(a->channels.v[i], b->channels.v[i]);
  for (size_t i = 0; i < a->units.n; i++) assert_string_equal(a->units.v[i], b->units.v[i]);
  for (size_t i = 0; i < a->bins.n; i++) assert_string_equal(a->bins.v[i], b->bins.v[i]);
  for (size_t i = 0; a->bin_hz && i < a->n_bins; i++) assert_true(a->bin_hz[i] == b->bin_hz[i]);
}

/* shape is pure, and describes a stream that is whole. */
static void check_shape(void **arg)
{
  const stage_case *r = *arg;
  bench b;
  chain c;
  bl_stream in, again;
  bench_open(&b, r, noise, 0, CHANNELS);
  check_ok(b.ctx, bl_stream_copy(b.ctx, b.in, &in));
  bench_start(&b, &c);
  const bl_stage *st = &c.stage[0];
  const bl_stream *out = chain_stream(&c);
  unsigned char before[1024], after[1024];
  size_t size = st->cls->params_size;
  assert_true(size <= sizeof before);
  memcpy(before, st->params, size);
  const bl_stream *all[1 + MOST_BRANCHES] = {b.in};
  for (size_t k = 0; k < b.n_branches; k++) all[1 + k] = chain_stream(&b.branch[k]);
  check_ok(b.ctx, bl_stage_shape_all(b.ctx, st, all, 1 + b.n_branches, &again));
  memcpy(after, st->params, size);
  assert_memory_equal(before, after, size);
  same_stream(b.in, &in);
  same_stream(&again, out);
  assert_int_equal(out->channels.n, out->n_channels);
  assert_int_equal(out->units.n, out->n_channels);
  if (out->n_bins > 1 && !out->bin_hz) assert_int_equal(out->bins.n, out->n_bins);
  for (size_t k = 1; out->bin_hz && k < out->n_bins; k++) assert_true(out->bin_hz[k] >= out->bin_hz[k - 1]);
  check_near(out->rate_hz, b.in->rate_hz / hop_of(r), 1e-9);
  check_near(out->start_s, b.in->start_s + r->start / b.in->rate_hz, 1e-12);
  check_near(out->source_rate_hz, r->resamples ? out->rate_hz : rate_of(r), 0);
  assert_true(out->latency_s >= b.in->latency_s);
  assert_int_equal(!isfinite(out->latency_s), (st->cls->tags & BL_STAGE_WHOLE) != 0);
  bl_stream_free(b.ctx, &in);
  bl_stream_free(b.ctx, &again);
  chain_stop(b.ctx, &c);
  bench_close(&b);
}

/* The latency is kept: once a frame's time plus the latency has come in, the frame is out. And it is no longer than
 * needed: some frame is still missing two and a half frames of the input before that (the one that is just coming in,
 * the one that ends it, and half of one where the middle of a frame lies between samples). */
static void check_latency(void **arg)
{
  bench b;
  chain c;
  bench_open(&b, *arg, noise, 0, CHANNELS);
  bench_start(&b, &c);
  const bl_stream *out = chain_stream(&c);
  double late = out->latency_s - b.in->latency_s, longest = -INFINITY;
  size_t n = isfinite(late) ? b.x.n + (size_t)(2 * late * b.in->rate_hz) : b.x.n; /* over and over */
  for (size_t i = 0; i < n; i++) {
    check_ok(b.ctx, bench_push(b.ctx, &b, &c, b.x.v + i % b.x.n * b.x.width, 1, false));
    double now = b.in->start_s + (double)i / b.in->rate_hz, n_out = (double)chain_out(&c)->n;
    double due = floor((now - late - out->start_s) * out->rate_hz + 1e-6) + 1;
    if (isfinite(late) && n_out < due) fail_msg("after %zu frames in, %g are out, %g were promised", i + 1, n_out, due);
    longest = fmax(longest, now - (out->start_s + n_out / out->rate_hz));
  }
  double early = (late - longest) * b.in->rate_hz;
  if (!isfinite(late)) assert_int_equal(chain_out(&c)->n, 0);
  else if (early > 2.5 + 1e-6 && !b.r->foreign_blocks)
    fail_msg("all frames come at least %g frames of the input before their latency", early);
  chain_stop(b.ctx, &c);
  bench_close(&b);
}

/* The bench's frames over and over, from frame s to frame n of that, and the end; the first `odd` of them are zeros. */
static void feed_piece(bench *b, chain *c, size_t s, size_t odd, size_t n)
{
  size_t width = b->x.width;
  float *zeros = calloc(odd + 1, width * sizeof *zeros);
  chain_reset(c);
  check_ok(b->ctx, bench_push(b->ctx, b, c, zeros, odd, false));
  for (size_t at = s + odd, k; at < n; at += k) {
    k = b->x.n - at % b->x.n < n - at ? b->x.n - at % b->x.n : n - at;
    check_ok(b->ctx, bench_push(b->ctx, b, c, b->x.v + at % b->x.n * width, k, false));
  }
  check_ok(b->ctx, bench_push(b->ctx, b, c, b->x.v, 0, true));
  free(zeros);
}

/* Frames of a piece that begins with frame `first` of the whole, from frame `good` on. */
static void same_from(const bl_frames *got, size_t first, const bl_frames *want, size_t good, size_t started)
{
  if (got->n + first != want->n)
    fail_msg("started at frame %zu: %zu frames out, wanted %zu", started, got->n, want->n - first);
  for (size_t i = good; i < want->n; i++)
    if (memcmp(got->v + (i - first) * got->width, want->v + i * want->width, got->width * sizeof(float)))
      fail_msg("started at frame %zu: frame %zu of the output is another, and all from %zu on were promised", started,
               i, good);
}

/* A stage that says how much it has to see of a run gives the same bits when it starts in the middle, from where it says
 * on; also where what comes in is not the same at first. Up to the run's end, whatever that is continued by. */
static void check_pieces(void **arg)
{
  bench b;
  chain one, c;
  bl_warm_up w;
  bench_open(&b, *arg, noise, 0, CHANNELS);
  bench_start(&b, &one);
  bench_start(&b, &c);
  const bl_stage_class *cls = c.run[0].cls;
  bool can = cls->warm_up && cls->warm_up(c.run[0].state, &w);
  bl_rng r = bl_rng_make(5, "pieces", 0);
  for (size_t round = 0; can && round < 6; round++) {
    double per = chain_stream(&c)->rate_hz / b.in->rate_hz * (double)w.align; /* frames out for align frames in */
    assert_true(w.align > 0 && fabs(per - rint(per)) <= 1e-9 * per);
    size_t align = (size_t)w.align, n = b.x.n + 4 * ((size_t)w.frames + align);
    size_t k = 1 + bl_rng_below(&r, n / 3 / align + 1), odd = round % 2 ? bl_rng_below(&r, 50) : 0;
    size_t good = (k * align + odd + (size_t)w.frames + align - 1) / align;
    if (round == 0) feed_piece(&b, &one, 0, 0, n);
    feed_piece(&b, &c, k * align, odd, n);
    same_from(chain_out(&c), k * (size_t)rint(per), chain_out(&one), good * (size_t)rint(per), k * align);
    assert_true(good * (size_t)rint(per) < chain_out(&one)->n); /* there is something to compare */
  }
  chain_stop(b.ctx, &one);
  chain_stop(b.ctx, &c);
  bench_close(&b);
}

/* All that a stage finds in the bench's frames, cut as bench_feed() cuts them; and that it keeps to what it says is known. */
static void find_all(bench *b, chain *c, uint64_t cut, bl_findings *out)
{
  const bl_stage_run *run = &c->run[0];
  bl_rng r = bl_rng_make(cut, "cuts", 0);
  double known = -INFINITY, now;
  chain_reset(c);
  for (size_t at = 0, k; at <= b->x.n; at += k) {
    bool end = at == b->x.n;
    k = cut == 0 ? b->x.n : cut == 1 ? 1 : bl_rng_below(&r, 300);
    if (k > b->x.n - at) k = b->x.n - at;
    check_ok(b->ctx, bench_push(b->ctx, b, c, b->x.v + at * b->x.width, k, end));
    size_t before = out->n;
    if (bl_rng_below(&r, 3) || end) check_ok(b->ctx, run->cls->events(b->ctx, run->state, out, &now));
    else continue;
    double reached = b->in->start_s + (double)(at + k) / b->in->rate_hz;
    for (size_t i = before; i < out->n; i++) {
      if (out->v[i].event.onset_s < known)
        fail_msg("an event at %g s is told behind %g s", out->v[i].event.onset_s, known);
      if (cut == 1 && out->v[i].event.onset_s + run->cls->event_lag_s(run->state) + 10 / b->in->rate_hz < reached)
        fail_msg("an event at %g s is told at %g s", out->v[i].event.onset_s, reached);
    }
    assert_true(now >= known);
    known = now;
    if (end) break;
  }
}

/* A stage that finds events finds the same however its input is cut, and whenever it is asked. */
static void check_events(void **arg)
{
  bench b;
  chain c;
  bl_findings want = {0};
  bench_open(&b, *arg, noise, 0, CHANNELS);
  bench_start(&b, &c);
  if (c.run[0].cls->events) {
    find_all(&b, &c, 0, &want);
    assert_true(want.n > 2);
    for (uint64_t cut = 1; cut < 6; cut++) {
      bl_findings got = {0};
      find_all(&b, &c, cut, &got);
      assert_int_equal(got.n, want.n);
      if (memcmp(got.v, want.v, want.n * sizeof *want.v)) fail_msg("cut otherwise, other events are found");
      bl_findings_free(b.ctx, &got);
    }
  }
  bl_findings_free(b.ctx, &want);
  chain_stop(b.ctx, &c);
  bench_close(&b);
}

static bl_status sweep(bl_ctx *ctx, void *arg)
{
  const bench *b = arg;
  chain c;
  bl_status s = bench_try(ctx, b, &c);
  if (!s) s = bench_push(ctx, b, &c, b->x.v, b->x.n < 60 ? b->x.n : 60, true);
  chain_stop(ctx, &c);
  return s;
}

/* Stages that name a thousand bins allocate as often: of many, the first and last, and some between. */
static void check_memory(void **arg)
{
  enum { ENDS = 60, STEP = 23 };
  bench b;
  bench_open(&b, *arg, noise, 0, CHANNELS);
  bl_ctx *ctx = bl_ctx_new();
  bl_ctx_set_threads(ctx, 1);
  bl_ctx_fail_alloc_at(ctx, -1);
  check_ok(ctx, sweep(ctx, &b));
  long n = (long)bl_ctx_allocs(ctx);
  for (long i = 0; i < n; i += i < ENDS || i >= n - ENDS ? 1 : STEP) {
    bl_ctx_fail_alloc_at(ctx, i);
    bl_status s = sweep(ctx, &b);
    bl_ctx_fail_alloc_at(ctx, -1);
    if (bl_ctx_live(ctx)) fail_msg("allocation %ld failing leaves %zu blocks behind", i, bl_ctx_live(ctx));
    if (s && s != BL_E_NOMEM) fail_msg("allocation %ld failing gives %s", i, bl_ctx_error(ctx));
  }
  check_free(ctx);
  bench_close(&b);
}

int stage_suite(const char *name, const stage_case *of_stage, size_t n, const struct CMUnitTest *own, size_t n_own)
{
  static const struct {
    const char *name;
    CMUnitTestFunction f;
  } checks[] = {
      {"any cut into blocks gives the same bits", check_blocks},
      {"short runs give as many frames as the case says", check_short_runs},
      {"silence and a level give finite numbers", check_quiet},
      {"a broken value stays within its reach", check_broken},
      {"a channel alone gives what it gives among others", check_channels},
      {"shape is pure and describes the output", check_shape},
      {"frames come as late as the latency says", check_latency},
      {"each allocation may fail", check_memory},
      {"long runs give the same bits, cut anyhow", check_long_runs},
      {"channels that are not needed change nothing", check_needs},
      {"the stage goes on behind a NaN", check_goes_on},
      {"a run in pieces gives the same bits", check_pieces},
      {"any cut finds the same events", check_events},
  };
  enum { N_CHECKS = sizeof checks / sizeof *checks, MOST = 1024 };
  static struct CMUnitTest tests[MOST];
  static char title[MOST][200];
  size_t k = 0;
  suite = (stage_suite_now){name, of_stage, n};
  if (n * N_CHECKS + n_own + 2 > MOST) return print_error("%s: too many cases and tests\n", suite.stage), 1;
  tests[k++] = (struct CMUnitTest)cmocka_unit_test(check_class);
  tests[k++] = (struct CMUnitTest)cmocka_unit_test(check_options);
  for (size_t i = 0; i < n * N_CHECKS; i++, k++) {
    const stage_case *r = &suite.cases[i / N_CHECKS];
    snprintf(title[k], sizeof title[k], "%s %s: %s", suite.stage, options_of(r), checks[i % N_CHECKS].name);
    tests[k] = (struct CMUnitTest){title[k], checks[i % N_CHECKS].f, NULL, NULL, (void *)(uintptr_t)r};
  }
  for (size_t i = 0; i < n_own; i++) tests[k++] = own[i];
  return _cmocka_run_group_tests(suite.stage, tests, k, NULL, NULL);
}
