/* What odd inputs, and absent ones, do to a stage; see stage_conformance.h. */
#include "bench.h"

#include "baleen/text.h"

/* Silence and a constant give numbers. */
void check_quiet(void **arg)
{
  if (((const stage_case *)*arg)->missing) return; /* for the reason that the case gives */
  static const signal_fn quiet[] = {silence, level};
  for (size_t k = 0; k < 2; k++) {
    bench b;
    chain c;
    bench_open(&b, *arg, quiet[k], 0, CHANNELS);
    bench_start(&b, &c);
    bench_feed(&b, &c, b.x.n, 0);
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
    bench_feed(b, c, b->x.n, 0);
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

void check_broken(void **arg)
{
  bench b;
  chain clean, c;
  bench_open(&b, *arg, noise, 0, CHANNELS);
  bench_start(&b, &clean);
  bench_start(&b, &c);
  bench_feed(&b, &clean, b.x.n, 0);
  const size_t frames[] = {b.x.n / 2, 0, b.x.n - 1};
  for (size_t i = 0; i < 3; i++) check_broken_at(&b, &clean, &c, frames[i]);
  chain_stop(b.ctx, &clean);
  chain_stop(b.ctx, &c);
  bench_close(&b);
}

/* Behind a frame of NaN on a level far from zero no stage starts anew: what is finite differs from what the last good
 * frame in its place would have given by less than the signal's own range. */
void check_goes_on(void **arg)
{
  bench b;
  chain held, c;
  if (((const stage_case *)*arg)->marks) return; /* for the reason that the case gives */
  bench_open(&b, *arg, offset, 0, CHANNELS);
  bench_start(&b, &held);
  bench_start(&b, &c);
  size_t frame = b.x.n / 2, width = b.x.width, out_width = bl_stream_width(chain_stream(&c));
  memcpy(b.x.v + frame * width, b.x.v + (frame - 1) * width, width * sizeof(float));
  bench_feed(&b, &held, b.x.n, 0);
  for (size_t k = 0; k < width; k++) b.x.v[frame * width + k] = NAN;
  bench_feed(&b, &c, b.x.n, 0);
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
void check_channels(void **arg)
{
  const stage_case *r = *arg;
  if (r->mixes || r->names_channels) return; /* for the reason that the case gives */
  bench b, alone;
  chain c, d;
  bench_open(&b, r, noise, 0, CHANNELS);
  bench_open(&alone, r, noise, 1, 1);
  bench_start(&b, &c);
  bench_start(&alone, &d);
  bench_feed(&b, &c, b.x.n, 0);
  bench_feed(&alone, &d, alone.x.n, 0);
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
void check_needs(void **arg)
{
  const stage_case *r = *arg;
  if (strstr(options_of(r), "missing=")) return; /* such channels may be absent, but count where they are there */
  bench b;
  chain clean, c;
  bool wanted[CHANNELS + 1] = {false}, needed[CHANNELS];
  bench_open(&b, r, noise, 0, CHANNELS);
  bench_start(&b, &clean);
  bench_start(&b, &c);
  bench_feed(&b, &clean, b.x.n, 0);
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
    bench_feed(&b, &c, b.x.n, 0);
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
