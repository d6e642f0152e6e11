/* What stage.h promises, tested on the cases of one stage; see stage_conformance.h. */
#include "stage_conformance.h"

#include "baleen/text.h"

enum { N = 3000, CHANNELS = 3 };
static const char names[] = "C3 C4 Cz";

/* The suite at work: one program tests one stage. */
static const char *stage;
static const stage_case *cases;
static size_t n_cases;

static double rate_of(const stage_case *r) { return r->rate_hz > 0 ? r->rate_hz : 250; }
static double length_of(const stage_case *r) { return r->length > 0 ? r->length : 1; }
static double hop_of(const stage_case *r) { return r->hop > 0 ? r->hop : 1; }
static const char *options_of(const stage_case *r) { return r->options ? r->options : ""; }

/* A case at work: the stream and frames that come in. */
typedef struct bench {
  bl_ctx *ctx;
  const stage_case *r;
  char text[256]; /* the stage and its options */
  chain before;
  bl_stream wave;
  const bl_stream *in;
  bl_frames x; /* of `in`; owned */
  chain branch[MOST_BRANCHES];
  size_t n_branches;
} bench;

/* What waveform to feed; channels from `first` on, `n_channels` of them. */
typedef float (*signal_fn)(size_t sample, size_t channel);
static float noise(size_t i, size_t c)
{
  bl_rng r = bl_rng_make(7, "conformance", i * 8 + c);
  return (float)(30 * bl_rng_normal(&r) + 100 * (double)c);
}
static float silence(size_t i, size_t c) { return (void)i, (void)c, 0; }
static float level(size_t i, size_t c) { return (void)i, (float)(c + 1) * -3.25F; }
/* As an amplifier without a high-pass gives it; and with spikes. */
static float offset(size_t i, size_t c) { return noise(i, c) + 5000; }
static float spikes(size_t i, size_t c) { return offset(i, c) + (i % 997 == 5 ? 4000 : 0); }

/* The branches that the stage takes, run on what comes in. */
static void open_branches(bench *b)
{
  for (; b->n_branches < MOST_BRANCHES && b->r->branches[b->n_branches]; b->n_branches++) {
    chain *c = &b->branch[b->n_branches];
    check_ok(b->ctx, chain_run(b->ctx, b->r->branches[b->n_branches], b->in, b->x.v, b->x.n, c));
    assert_int_equal(chain_out(c)->n, b->x.n);
  }
}

static void bench_open(bench *b, const stage_case *r, signal_fn f, size_t first, size_t n_channels)
{
  *b = (bench){.r = r, .ctx = bl_ctx_new()};
  snprintf(b->text, sizeof b->text, "%s %s", stage, options_of(r));
  float *x = calloc(N * n_channels, sizeof *x);
  for (size_t i = 0; i < N * n_channels; i++) x[i] = f(i / n_channels, first + i % n_channels);
  check_ok(b->ctx, chain_wave(b->ctx, rate_of(r), n_channels == 1 ? "C4" : names, "uV", &b->wave));
  b->in = &b->wave;
  const float *from = x;
  size_t n = N;
  if (r->input) {
    check_ok(b->ctx, chain_run(b->ctx, r->input, &b->wave, x, N, &b->before));
    b->in = chain_stream(&b->before);
    from = chain_out(&b->before)->v;
    n = chain_out(&b->before)->n;
  }
  b->x.width = bl_stream_width(b->in);
  float *to = bl_frames_add(b->ctx, &b->x, n);
  assert_non_null(to);
  memcpy(to, from, n * b->x.width * sizeof *to);
  free(x);
  open_branches(b);
}

static void bench_close(bench *b)
{
  for (size_t k = 0; k < b->n_branches; k++) chain_stop(b->ctx, &b->branch[k]);
  bl_frames_free(b->ctx, &b->x);
  chain_stop(b->ctx, &b->before);
  bl_stream_free(b->ctx, &b->wave);
  check_free(b->ctx);
}

/* The stage at work on the bench's streams. */
static bl_status start_stage(bl_ctx *ctx, const bench *b, chain *c)
{
  const bl_stream *in[1 + MOST_BRANCHES] = {b->in};
  char copy[sizeof b->text];
  for (size_t k = 0; k < b->n_branches; k++) in[1 + k] = chain_stream(&b->branch[k]);
  memcpy(copy, b->text, sizeof copy);
  *c = (chain){0};
  bl_status s = chain_add(ctx, c, copy, in, 1 + b->n_branches);
  if (s) chain_stop(ctx, c);
  return s;
}

/* n frames at x, of the bench or of a block of one's own, and as many of each branch: those that belong to them, or the
 * same block. */
static bl_status push(bl_ctx *ctx, const bench *b, chain *c, const float *x, size_t n, bool end)
{
  const float *all[1 + MOST_BRANCHES] = {x};
  bool own = x >= b->x.v && x + n * b->x.width <= b->x.v + b->x.n * b->x.width;
  if (!b->n_branches) return chain_push(ctx, c, x, n, end);
  for (size_t k = 0; k < b->n_branches; k++) {
    const bl_frames *y = chain_out(&b->branch[k]);
    all[1 + k] = own ? y->v + (size_t)(x - b->x.v) / b->x.width * y->width : x;
  }
  bl_status s = c->run->cls->push_all(ctx, c->run->state, all, n, &c->mid[0]);
  return !s && end && c->run->cls->finish ? c->run->cls->finish(ctx, c->run->state, &c->mid[0]) : s;
}

/* Runs the first n frames in blocks: 0: one block; 1: frame by frame; else random cuts from this seed. */
static void feed(bench *b, chain *c, size_t n, uint64_t cut)
{
  bl_rng r = bl_rng_make(cut, "cuts", 0);
  size_t at = 0;
  while (at < n) {
    size_t k = cut == 0 ? n : cut == 1 ? 1 : bl_rng_below(&r, cut % 2 ? 40 : 1200); /* now and then 0 frames */
    if (k > n - at) k = n - at;
    check_ok(b->ctx, push(b->ctx, b, c, b->x.v + at * b->x.width, k, false));
    at += k;
  }
  check_ok(b->ctx, push(b->ctx, b, c, b->x.v, 0, true));
}

static void start(bench *b, chain *c) { check_ok(b->ctx, start_stage(b->ctx, b, c)); }

static size_t count(const stage_case *r, size_t n)
{
  double more = (double)(n + 2 * r->pad) - length_of(r);
  return n == 0 || more < 0 ? 0 : 1 + (size_t)floor(more / hop_of(r) + 1e-9);
}

static void same(const bl_frames *got, const bl_frames *want, const char *what)
{
  if (got->n != want->n) fail_msg("%s: %zu frames, not %zu", what, got->n, want->n);
  for (size_t i = 0; i < got->n * got->width; i++)
    if (memcmp(&got->v[i], &want->v[i], sizeof(float)))
      fail_msg("%s: frame %zu, value %zu is %.9g, not %.9g", what, i / got->width, i % got->width, (double)got->v[i],
               (double)want->v[i]);
}

/* ---- the checks -------------------------------------------------------------------------------------------------- */

/* Blocks of any size, and a run after reset, give the same bits; inputs stay as they are. */
static void check_blocks_of(const stage_case *r, signal_fn signal, uint64_t cuts)
{
  bench b;
  chain one, c;
  bench_open(&b, r, signal, 0, CHANNELS);
  size_t n = b.x.n, bytes = n * b.x.width * sizeof(float);
  float *copy = malloc(bytes);
  memcpy(copy, b.x.v, bytes);
  start(&b, &one);
  feed(&b, &one, n, 0);
  for (uint64_t cut = 1; cut <= cuts; cut++) {
    start(&b, &c);
    feed(&b, &c, n, cut);
    same(chain_out(&c), chain_out(&one), cut == 1 ? "frame by frame" : "random blocks");
    chain_reset(&c);
    feed(&b, &c, n, cut + 10);
    same(chain_out(&c), chain_out(&one), "after reset");
    chain_reset(&c);
    check_ok(b.ctx, push(b.ctx, &b, &c, b.x.v, n / 3, false));
    chain_reset(&c); /* in the middle of a run */
    feed(&b, &c, n, 0);
    same(chain_out(&c), chain_out(&one), "after reset within a run");
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
  start(&b, &one);
  start(&b, &c);
  for (size_t turn = 0; turn < 2; turn++) {
    bl_rng r = bl_rng_make(turn, "long", 0);
    size_t rounds = (b.r->input ? 9000 : 20000) / b.x.n + 1, rest = bl_rng_below(&r, b.x.n);
    size_t total = rounds * b.x.n + rest;
    chain_reset(&one);
    chain_reset(&c);
    for (size_t i = 0; i <= rounds; i++)
      check_ok(b.ctx, push(b.ctx, &b, &one, b.x.v, i < rounds ? b.x.n : rest, false));
    for (size_t i = 0; i <= rounds; i++)
      for (size_t at = 0, n = i < rounds ? b.x.n : rest, k; at < n; at += k) {
        k = 1 + bl_rng_below(&r, 1700);
        if (k > n - at) k = n - at;
        check_ok(b.ctx, push(b.ctx, &b, &c, b.x.v + at * b.x.width, k, false));
      }
    check_ok(b.ctx, push(b.ctx, &b, &one, b.x.v, 0, true));
    check_ok(b.ctx, push(b.ctx, &b, &c, b.x.v, 0, true));
    same(chain_out(&c), chain_out(&one), "a long run");
    assert_int_equal(chain_out(&c)->n, count(b.r, total));
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
  start(&b, &one);
  start(&b, &c);
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    size_t n = sizes[i] < b.x.n ? sizes[i] : b.x.n;
    chain_reset(&one);
    chain_reset(&c);
    feed(&b, &one, n, 0);
    feed(&b, &c, n, 1);
    same(chain_out(&c), chain_out(&one), "a short run");
    if (chain_out(&one)->n != count(b.r, n))
      fail_msg("%zu frames in: %zu out, not %zu", n, chain_out(&one)->n, count(b.r, n));
  }
  chain_reset(&one);
  feed(&b, &one, b.x.n, 0);
  assert_int_equal(chain_out(&one)->n, count(b.r, b.x.n));
  chain_stop(b.ctx, &one);
  chain_stop(b.ctx, &c);
  bench_close(&b);
}

/* Silence and a constant give numbers. */
static void check_quiet(void **arg)
{
  if (((const stage_case *)*arg)->missing) return; /* for the reason that the case gives */
  static const signal_fn quiet[] = {silence, level};
  for (size_t k = 0; k < 2; k++) {
    bench b;
    chain c;
    bench_open(&b, *arg, quiet[k], 0, CHANNELS);
    start(&b, &c);
    feed(&b, &c, b.x.n, 0);
    for (size_t i = 0; i < chain_out(&c)->n * chain_out(&c)->width; i++)
      if (!isfinite(chain_out(&c)->v[i])) fail_msg("%s gives a value that is not finite", k ? "a level" : "silence");
    chain_stop(b.ctx, &c);
    bench_close(&b);
  }
}

/* One broken value, at `frame`, does no harm beyond its reach, nor to other channels. */
static void check_broken_at(bench *b, const chain *clean, chain *c, size_t frame)
{
  static const float odd[] = {NAN, INFINITY, -INFINITY, 3e38F};
  const stage_case *r = b->r;
  const bl_stream *out = chain_stream(c);
  size_t n_bins = b->in->n_bins, at = frame * b->x.width + 1 * n_bins + n_bins / 2;
  float kept = b->x.v[at];
  long channel = out->n_channels == CHANNELS ? 1 : bl_texts_find(&out->channels, b->in->channels.v[1]);
  for (size_t k = 0; k < 4; k++) {
    b->x.v[at] = odd[k];
    chain_reset(c);
    feed(b, c, b->x.n, 0);
    assert_int_equal(chain_out(c)->n, chain_out(clean)->n);
    /* a huge number is no broken one: its rounding errors may be all over a block, but nothing may crash */
    bool smears = !isnan(odd[k]) && !isinf(odd[k]);
    for (size_t i = 0; i < chain_out(c)->n * out->n_channels && !r->unbounded && !smears; i++) {
      double time = out->start_s + (double)(i / out->n_channels) / out->rate_hz;
      double broken = b->in->start_s + (double)frame / b->in->rate_hz;
      bool near = fabs(time - broken) * b->in->rate_hz <= r->reach + 1e-6;
      bool ours = r->mixes || (long)(i % out->n_channels) == channel;
      if (near && ours) continue;
      for (size_t j = i * out->n_bins; ours && r->rounds && j < (i + 1) * out->n_bins; j++)
        check_near((double)chain_out(c)->v[j], (double)chain_out(clean)->v[j], 1e-5);
      if (ours && r->rounds) continue;
      if (memcmp(chain_out(c)->v + i * out->n_bins, chain_out(clean)->v + i * out->n_bins, out->n_bins * sizeof(float)))
        fail_msg("%g at frame %zu shows in frame %zu, channel %zu", (double)odd[k], frame, i / out->n_channels,
                 i % out->n_channels);
    }
  }
  b->x.v[at] = kept;
}

static void check_broken(void **arg)
{
  bench b;
  chain clean, c;
  bench_open(&b, *arg, noise, 0, CHANNELS);
  start(&b, &clean);
  start(&b, &c);
  feed(&b, &clean, b.x.n, 0);
  const size_t frames[] = {b.x.n / 2, 0, b.x.n - 1};
  for (size_t i = 0; i < 3; i++) check_broken_at(&b, &clean, &c, frames[i]);
  chain_stop(b.ctx, &clean);
  chain_stop(b.ctx, &c);
  bench_close(&b);
}

/* Behind a frame of NaN on a level far from zero no stage starts anew: what is finite differs from what the last good
 * frame in its place would have given by less than the signal's own range. */
static void check_goes_on(void **arg)
{
  bench b;
  chain held, c;
  if (((const stage_case *)*arg)->marks) return; /* for the reason that the case gives */
  bench_open(&b, *arg, offset, 0, CHANNELS);
  start(&b, &held);
  start(&b, &c);
  size_t frame = b.x.n / 2, width = b.x.width, out_width = bl_stream_width(chain_stream(&c));
  memcpy(b.x.v + frame * width, b.x.v + (frame - 1) * width, width * sizeof(float));
  feed(&b, &held, b.x.n, 0);
  for (size_t k = 0; k < width; k++) b.x.v[frame * width + k] = NAN;
  feed(&b, &c, b.x.n, 0);
  const float *y = chain_out(&c)->v, *want = chain_out(&held)->v;
  size_t n = chain_out(&c)->n;
  for (size_t k = 0; k < out_width; k++) {
    double lo = INFINITY, hi = -INFINITY;
    for (size_t i = n / 3; i < n; i++) { /* behind the start of the run */
      lo = fmin(lo, (double)want[i * out_width + k]);
      hi = fmax(hi, (double)want[i * out_width + k]);
    }
    for (size_t i = n / 3; i < n; i++) {
      double off = fabs((double)y[i * out_width + k] - (double)want[i * out_width + k]);
      if (isfinite(y[i * out_width + k]) && off > 0.5 * (hi - lo) + 1e-6 * fabs(hi))
        fail_msg("frame %zu is off by %g, and the whole range is %g", i, off, hi - lo);
    }
  }
  chain_stop(b.ctx, &held);
  chain_stop(b.ctx, &c);
  bench_close(&b);
}

/* A channel alone gives the bits that it gives among others. */
static void check_channels(void **arg)
{
  const stage_case *r = *arg;
  if (r->mixes || r->names_channels) return; /* for the reason that the case gives */
  bench b, alone;
  chain c, d;
  bench_open(&b, r, noise, 0, CHANNELS);
  bench_open(&alone, r, noise, 1, 1);
  start(&b, &c);
  start(&alone, &d);
  feed(&b, &c, b.x.n, 0);
  feed(&alone, &d, alone.x.n, 0);
  size_t n_bins = chain_stream(&c)->n_bins;
  assert_int_equal(chain_out(&c)->n, chain_out(&d)->n);
  for (size_t i = 0; i < chain_out(&d)->n; i++)
    assert_memory_equal(chain_out(&c)->v + (i * CHANNELS + 1) * n_bins, chain_out(&d)->v + i * n_bins,
                        n_bins * sizeof(float));
  chain_stop(b.ctx, &c);
  chain_stop(alone.ctx, &d);
  bench_close(&b);
  bench_close(&alone);
}

/* What a stage says that it does not need changes no bit: for each channel that comes out, all input channels that it
 * does not depend on are spoilt. */
static void check_needs(void **arg)
{
  const stage_case *r = *arg;
  if (strstr(options_of(r), "missing=")) return; /* such channels may be absent, but count where they are there */
  bench b;
  chain clean, c;
  bool wanted[CHANNELS + 1] = {false}, needed[CHANNELS];
  bench_open(&b, r, noise, 0, CHANNELS);
  start(&b, &clean);
  start(&b, &c);
  feed(&b, &clean, b.x.n, 0);
  const bl_stage *st = &c.stage[0];
  const bl_stream *out = chain_stream(&c);
  size_t n_bins = b.in->n_bins, bytes = b.x.n * b.x.width * sizeof(float);
  float *kept = malloc(bytes);
  memcpy(kept, b.x.v, bytes);
  assert_true(out->n_channels <= CHANNELS + 1);
  for (size_t k = 0; k < out->n_channels; k++) {
    memset(needed, 0, sizeof needed);
    wanted[k] = true;
    if (st->cls->needs) check_ok(b.ctx, st->cls->needs(b.ctx, st->params, b.in, out, wanted, needed));
    else memcpy(needed, wanted, sizeof needed);
    wanted[k] = false;
    for (size_t i = 0; i < b.x.n * CHANNELS; i++)
      for (size_t j = 0; !needed[i % CHANNELS] && j < n_bins; j++)
        b.x.v[i * n_bins + j] = i % 101 == 50 ? NAN : 3 * kept[i * n_bins + j] + 7000;
    chain_reset(&c);
    feed(&b, &c, b.x.n, 0);
    for (size_t i = 0; i < chain_out(&c)->n; i++) {
      size_t at = (i * out->n_channels + k) * out->n_bins;
      if (memcmp(chain_out(&c)->v + at, chain_out(&clean)->v + at, out->n_bins * sizeof(float)))
        fail_msg("channel '%s' changes in frame %zu by channels that it does not need", out->channels.v[k], i);
    }
    memcpy(b.x.v, kept, bytes);
  }
  free(kept);
  chain_stop(b.ctx, &clean);
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
  start(&b, &c);
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
  start(&b, &c);
  const bl_stream *out = chain_stream(&c);
  double late = out->latency_s - b.in->latency_s, longest = -INFINITY;
  size_t n = isfinite(late) ? b.x.n + (size_t)(2 * late * b.in->rate_hz) : b.x.n; /* over and over */
  for (size_t i = 0; i < n; i++) {
    check_ok(b.ctx, push(b.ctx, &b, &c, b.x.v + i % b.x.n * b.x.width, 1, false));
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
  check_ok(b->ctx, push(b->ctx, b, c, zeros, odd, false));
  for (size_t at = s + odd, k; at < n; at += k) {
    k = b->x.n - at % b->x.n < n - at ? b->x.n - at % b->x.n : n - at;
    check_ok(b->ctx, push(b->ctx, b, c, b->x.v + at % b->x.n * width, k, false));
  }
  check_ok(b->ctx, push(b->ctx, b, c, b->x.v, 0, true));
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
  start(&b, &one);
  start(&b, &c);
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

/* All that a stage finds in the bench's frames, cut as feed() cuts them; and that it keeps to what it says is known. */
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
    check_ok(b->ctx, push(b->ctx, b, c, b->x.v + at * b->x.width, k, end));
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
  start(&b, &c);
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
  bl_status s = start_stage(ctx, b, &c);
  if (!s) s = push(ctx, b, &c, b->x.v, b->x.n < 60 ? b->x.n : 60, true);
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

/* Sets a case's options: words "name=value". */
static void set_options(bl_ctx *ctx, const stage_case *r, const bl_stage *st)
{
  char text[256], *save = NULL;
  snprintf(text, sizeof text, "%s", options_of(r));
  for (char *word = strtok_r(text, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
    char *eq = strchr(word, '=');
    *eq = '\0';
    check_ok(ctx, bl_opts_set(ctx, stage, st->cls->opts, st->params, word, eq + 1));
  }
}

static void text_of(bl_ctx *ctx, const bl_stage *st, const bl_opt *o, char out[256])
{
  bl_buf text = {0};
  check_ok(ctx, bl_opts_get(ctx, st->cls->opts, st->params, o->name, &text));
  snprintf(out, 256, "%s", bl_buf_text(&text));
  bl_buf_free(ctx, &text);
}

/* Some case gives the option this value, or, when it is NULL, any other than its default. */
static bool some_case(bl_ctx *ctx, const bl_opt *o, const char *value)
{
  bool found = false;
  char usual[256], own[256];
  bl_stage st;
  check_ok(ctx, bl_stage_new(ctx, stage, &st));
  text_of(ctx, &st, o, usual);
  bl_stage_free(ctx, &st);
  for (size_t i = 0; i < n_cases && !found; i++) {
    check_ok(ctx, bl_stage_new(ctx, stage, &st));
    set_options(ctx, &cases[i], &st);
    text_of(ctx, &st, o, own);
    found = value ? !strcmp(own, value) : strcmp(own, usual) != 0;
    bl_stage_free(ctx, &st);
  }
  return found;
}

/* Every option is in some case with another value than its default, and every choice in some case. */
static void check_options(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  size_t missing = 0;
  for (const bl_opt *o = bl_stage_find(stage)->opts; o && o->name; o++) {
    if (!some_case(ctx, o, NULL)) print_message("%s: no case sets %s\n", stage, o->name), missing++;
    for (size_t k = 0; o->kind == BL_OPT_ENUM && o->choices[k]; k++)
      if (!some_case(ctx, o, o->choices[k]))
        print_message("%s: no case has %s=%s\n", stage, o->name, o->choices[k]), missing++;
  }
  if (missing) fail_msg("%zu options or choices are in no case", missing);
  check_free(ctx);
}

/* The class says what the registry, the help and the reference need of it; its default options parse. */
static void check_class(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  const bl_stage_class *c = bl_stage_find(stage);
  if (!c) fail_msg("there is no stage '%s' in features/stages.def", stage);
  assert_string_equal(c->name, stage);
  if (!c->summary || !*c->summary || c->summary[strlen(c->summary) - 1] == '.')
    fail_msg("%s: the summary must be one line without a full stop", stage);
  if (!c->source || !*c->source) fail_msg("%s: the source must name a paper, a standard or a peer", stage);
  bool alone = c->shape && c->push, taking = c->branches && c->shape_all && c->push_all;
  if (!alone && !taking)
    fail_msg("%s: the slots shape and push must be there; or branches, shape_all and push_all", stage);
  if (c->release && !c->state_size) fail_msg("%s: release without a state to release", stage);
  for (const bl_opt *o = c->opts; o && o->name; o++)
    if (!o->help || !*o->help || !o->unit) fail_msg("%s: option %s lacks its help, or its unit", stage, o->name);
  bl_stage st;
  check_ok(ctx, bl_stage_new(ctx, c->name, &st));
  bl_stage_free(ctx, &st);
  check_free(ctx);
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
  stage = name;
  cases = of_stage;
  n_cases = n;
  if (n * N_CHECKS + n_own + 2 > MOST) return print_error("%s: too many cases and tests\n", stage), 1;
  tests[k++] = (struct CMUnitTest)cmocka_unit_test(check_class);
  tests[k++] = (struct CMUnitTest)cmocka_unit_test(check_options);
  for (size_t i = 0; i < n * N_CHECKS; i++, k++) {
    const stage_case *r = &cases[i / N_CHECKS];
    snprintf(title[k], sizeof title[k], "%s %s: %s", stage, options_of(r), checks[i % N_CHECKS].name);
    tests[k] = (struct CMUnitTest){title[k], checks[i % N_CHECKS].f, NULL, NULL, (void *)(uintptr_t)r};
  }
  for (size_t i = 0; i < n_own; i++) tests[k++] = own[i];
  return _cmocka_run_group_tests(stage, tests, k, NULL, NULL);
}
