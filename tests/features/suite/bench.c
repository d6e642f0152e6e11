#include "bench.h"

static const char names[] = "C3 C4 Cz";

stage_suite_now suite;

/* The branches that the stage takes, run on what comes in. */
static void open_branches(bench *b)
{
  for (; b->n_branches < MOST_BRANCHES && b->r->branches[b->n_branches]; b->n_branches++) {
    chain *c = &b->branch[b->n_branches];
    check_ok(b->ctx, chain_run(b->ctx, b->r->branches[b->n_branches], b->in, b->x.v, b->x.n, c));
    assert_int_equal(chain_out(c)->n, b->x.n);
  }
}

void bench_open(bench *b, const stage_case *r, signal_fn f, size_t first, size_t n_channels)
{
  *b = (bench){.r = r, .ctx = bl_ctx_new()};
  snprintf(b->text, sizeof b->text, "%s %s", suite.stage, options_of(r));
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

void bench_close(bench *b)
{
  for (size_t k = 0; k < b->n_branches; k++) chain_stop(b->ctx, &b->branch[k]);
  bl_frames_free(b->ctx, &b->x);
  chain_stop(b->ctx, &b->before);
  bl_stream_free(b->ctx, &b->wave);
  check_free(b->ctx);
}

bl_status bench_try(bl_ctx *ctx, const bench *b, chain *c)
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

bl_status bench_push(bl_ctx *ctx, const bench *b, chain *c, const float *x, size_t n, bool end)
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

void bench_feed(bench *b, chain *c, size_t n, uint64_t cut)
{
  bl_rng r = bl_rng_make(cut, "cuts", 0);
  size_t at = 0;
  while (at < n) {
    size_t k = cut == 0 ? n : cut == 1 ? 1 : bl_rng_below(&r, cut % 2 ? 40 : 1200); /* now and then 0 frames */
    if (k > n - at) k = n - at;
    check_ok(b->ctx, bench_push(b->ctx, b, c, b->x.v + at * b->x.width, k, false));
    at += k;
  }
  check_ok(b->ctx, bench_push(b->ctx, b, c, b->x.v, 0, true));
}

void bench_start(bench *b, chain *c) { check_ok(b->ctx, bench_try(b->ctx, b, c)); }

size_t expected_frames(const stage_case *r, size_t n)
{
  double more = (double)(n + 2 * r->pad) - length_of(r);
  if (r->fills_end && n) return more < 0 ? 1 : 1 + (size_t)ceil(more / hop_of(r) - 1e-9);
  return n == 0 || more < 0 ? 0 : 1 + (size_t)floor(more / hop_of(r) + 1e-9);
}

void same_frames(const bl_frames *got, const bl_frames *want, const char *what)
{
  if (got->n != want->n) fail_msg("%s: %zu frames, not %zu", what, got->n, want->n);
  for (size_t i = 0; i < got->n * got->width; i++)
    if (memcmp(&got->v[i], &want->v[i], sizeof(float)))
      fail_msg("%s: frame %zu, value %zu is %.9g, not %.9g", what, i / got->width, i % got->width, (double)got->v[i],
               (double)want->v[i]);
}
