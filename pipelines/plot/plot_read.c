/* Reading what a picture shows: blocks of a stream, extremes by column, spectra by the stft stage. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "baleen/dataset.h"
#include "baleen/preset.h"
#include "plot_private.h"

enum { BLOCK = 16384 };

/* Frames of a stretch that lie in [from, to). */
static void clip(const bl_plot *p, const bl_stretch *run, uint64_t *first, uint64_t *behind)
{
  double rate = p->st->rate_hz, n = (double)run->n;
  double lo = ceil((p->from_s - run->start_s) * rate - 1e-6), hi = ceil((p->to_s - run->start_s) * rate - 1e-6);
  lo = fmin(fmax(lo, 0), n);
  hi = fmin(fmax(hi, lo), n);
  *first = (uint64_t)lo;
  *behind = (uint64_t)hi;
}

static void pick(const bl_plot *p, const float *x, size_t n, float *out)
{
  size_t all = p->st->n_channels, width = bl_plot_width(p);
  for (size_t i = 0; i < n; i++) {
    double sum = 0;
    for (size_t c = 0; c < p->n_channels; c++) {
      if (p->mixed) sum += (double)x[i * all + p->channel[c]];
      else out[i * width + c] = x[i * all + p->channel[c]];
    }
    if (p->mixed) out[i] = (float)(sum / (double)p->n_channels);
  }
}

bl_status bl_plot_read(const bl_plot *p, bl_plot_stretch_fn on_stretch, bl_plot_block_fn on_block, void *user)
{
  bl_ctx *ctx = p->ctx;
  float *raw = bl_calloc(ctx, (size_t)BLOCK * p->st->n_channels, sizeof *raw);
  float *x = bl_calloc(ctx, BLOCK * bl_plot_width(p), sizeof *x);
  bl_status s = raw && x ? BL_OK : bl_fail_nomem(ctx, "a block of the recording");
  double done = 0;
  for (size_t r = 0; r < p->st->n_runs && !s; r++) {
    const bl_stretch *run = &p->st->runs[r];
    uint64_t at, behind;
    clip(p, run, &at, &behind);
    if (at == behind) continue;
    s = on_stretch(user, ctx, run->start_s + (double)at / p->st->rate_hz, true);
    while (at < behind && !s) {
      size_t n = behind - at < BLOCK ? (size_t)(behind - at) : BLOCK, got = 0;
      s = BL_CHECK_CANCEL(ctx);
      if (!s) s = bl_recording_read(ctx, p->rec, p->stream, run->first + at, n, raw, &got);
      if (s || !got) break;
      pick(p, raw, got, x);
      s = on_block(user, ctx, run->start_s + (double)at / p->st->rate_hz, x, got);
      at += got;
      done += (double)got;
      if (!p->how->quiet) bl_progress(ctx, "frames", done, p->n_frames);
    }
    if (!s) s = on_stretch(user, ctx, run->start_s + (double)at / p->st->rate_hz, false);
  }
  bl_free(ctx, raw);
  bl_free(ctx, x);
  return s;
}

/* ---- extremes by column ------------------------------------------------------------------------------------------ */

bl_status bl_envelope_new(const bl_plot *p, size_t columns, bl_envelope *out)
{
  size_t width = bl_plot_width(p);
  double frames = (p->to_s - p->from_s) * p->st->rate_hz;
  if (frames < (double)columns)
    columns = (size_t)fmax(floor(frames), 1); /* else columns between samples cut the line */
  *out = (bl_envelope){.columns = columns, .width = width};
  out->lo = bl_calloc(p->ctx, columns * width, sizeof *out->lo);
  out->hi = bl_calloc(p->ctx, columns * width, sizeof *out->hi);
  out->sum = bl_calloc(p->ctx, width, sizeof *out->sum);
  out->squares = bl_calloc(p->ctx, width, sizeof *out->squares);
  out->count = bl_calloc(p->ctx, width, sizeof *out->count);
  if (!out->lo || !out->hi || !out->sum || !out->squares || !out->count) {
    bl_envelope_free(p->ctx, out);
    return bl_fail_nomem(p->ctx, "the picture");
  }
  for (size_t i = 0; i < columns * width; i++) out->lo[i] = INFINITY, out->hi[i] = -INFINITY;
  return BL_OK;
}

void bl_envelope_add(const bl_plot *p, bl_envelope *e, double time_s, const float *x, size_t n)
{
  double per_second = (double)e->columns / (p->to_s - p->from_s), first = (time_s - p->from_s) * per_second;
  double step = per_second / p->st->rate_hz;
  for (size_t i = 0; i < n; i++) {
    double at = first + step * (double)i + 1e-9;
    size_t column = at < 0 ? 0 : at >= (double)e->columns ? e->columns - 1 : (size_t)at;
    float *lo = e->lo + column * e->width, *hi = e->hi + column * e->width;
    for (size_t c = 0; c < e->width; c++) {
      float v = x[i * e->width + c];
      if (!isfinite(v)) continue;
      if (v < lo[c]) lo[c] = v;
      if (v > hi[c]) hi[c] = v;
      e->sum[c] += (double)v;
      e->squares[c] += (double)v * (double)v;
      e->count[c]++;
    }
  }
}

void bl_envelope_free(bl_ctx *ctx, bl_envelope *e)
{
  bl_free(ctx, e->lo);
  bl_free(ctx, e->hi);
  bl_free(ctx, e->sum);
  bl_free(ctx, e->squares);
  bl_free(ctx, e->count);
  *e = (bl_envelope){0};
}

static void point(bl_sink *k, double t, double v) { bl_sink_printf(k, "%.9g %.6g\n", t, v); }

void bl_envelope_lines(const bl_plot *p, const bl_envelope *e, size_t channel, double offset, double scale,
                       double shift, bl_sink *k)
{
  double step = (p->to_s - p->from_s) / (double)e->columns / p->time_scale, from = p->from_s / p->time_scale;
  bool open = false;
  if (!(e->count[channel] > 0)) bl_sink_puts(k, "0 nan\n"); /* blocks are counted */
  for (size_t i = 0; i < e->columns; i++) {
    double lo = (double)e->lo[i * e->width + channel], hi = (double)e->hi[i * e->width + channel];
    if (lo > hi) {
      if (open) bl_sink_puts(k, "\n");
      open = false;
      continue;
    }
    double t = from + ((double)i + 0.5) * step;
    point(k, t, (lo - offset) * scale + shift);
    if (hi > lo) point(k, t, (hi - offset) * scale + shift);
    open = true;
  }
  bl_sink_puts(k, "\n\n");
}

/* ---- spectra ----------------------------------------------------------------------------------------------------- */

static bl_status describe(const bl_plot *p, bl_stream *in)
{
  bl_status s = BL_OK;
  *in = (bl_stream){
      .rate_hz = p->st->rate_hz, .source_rate_hz = p->st->rate_hz, .n_channels = bl_plot_width(p), .n_bins = 1};
  for (size_t c = 0; c < in->n_channels && !s; c++) {
    s = bl_texts_add(p->ctx, &in->channels, p->st->channels[p->channel[c]].name);
    if (!s) s = bl_texts_add(p->ctx, &in->units, p->unit);
  }
  return s;
}

bl_status bl_spectrum_new(const bl_plot *p, size_t n_fft, size_t hop, bool center, bl_spectrum *out)
{
  bl_ctx *ctx = p->ctx;
  char length[32], step[32];
  bl_stream in = {0};
  snprintf(length, sizeof length, "n_fft=%zu", n_fft);
  snprintf(step, sizeof step, "hop_length=%zu", hop);
  const char *const options[] = {length,
                                 step,
                                 center ? "center=true" : "center=false",
                                 "detrend=constant", /* an offset would own the colours */
                                 "pad_mode=reflect", /* so would a step to zeros at both ends */
                                 "scaling=density",
                                 "output=power",
                                 NULL};
  *out = (bl_spectrum){0};
  bl_status s = describe(p, &in);
  if (!s) s = bl_stage_chain_new(ctx, &in, &out->chain);
  if (!s) s = bl_stage_chain_add_named(ctx, out->chain, "stft", options);
  bl_stream_free(ctx, &in);
  if (s) bl_spectrum_free(ctx, out);
  else out->frames = bl_stage_chain_out(out->chain);
  return s;
}

/* A preset stands for the stages of its first branch. */
static bl_status stages_text(bl_ctx *ctx, const char *stages, bl_buf *out)
{
  const bl_preset *preset = bl_preset_find(stages);
  const char *near = preset ? NULL : bl_preset_nearest(stages);
  bl_flow features = {0};
  if (near) return bl_fail(ctx, BL_E_CONFIG, "no preset is called '%s'; did you mean '%s'?", stages, near);
  if (!preset) return bl_buf_puts(ctx, out, stages);
  bl_status s = bl_preset_read(ctx, preset, &features);
  if (!s) s = bl_flow_print(ctx, bl_flow_get(&features.child[0], "stages"), out);
  bl_flow_free(ctx, &features);
  return s;
}

bl_status bl_spectrum_of_stages(const bl_plot *p, const char *stages, bl_spectrum *out)
{
  bl_stream in = {0};
  bl_buf text = {0};
  *out = (bl_spectrum){0};
  bl_status s = stages_text(p->ctx, stages, &text);
  if (!s) s = describe(p, &in);
  if (!s) s = bl_stage_chain_new(p->ctx, &in, &out->chain);
  if (!s) s = bl_stage_chain_add_text(p->ctx, out->chain, bl_buf_text(&text), bl_npy_read_array);
  if (s == BL_E_RANGE) s = BL_E_CONFIG; /* what was asked for is wrong, as with a name that is none */
  bl_stream_free(p->ctx, &in);
  bl_buf_free(p->ctx, &text);
  if (s) bl_spectrum_free(p->ctx, out);
  else out->frames = bl_stage_chain_out(out->chain);
  return s;
}

static void hand_on(bl_spectrum *s, const float *v, size_t n)
{
  for (size_t i = 0; i < n; i++, s->seen++)
    s->on_frame(s->user, s->stretch_s + s->frames->start_s + s->seen / s->frames->rate_hz,
                v + i * bl_stream_width(s->frames));
}

bl_status bl_spectrum_stretch(bl_ctx *ctx, bl_spectrum *s, double time_s, bool begin)
{
  const float *v;
  size_t n;
  if (begin) {
    s->stretch_s = time_s;
    s->seen = 0;
    bl_stage_chain_reset(s->chain);
    return BL_OK;
  }
  bl_status e = bl_stage_chain_finish(ctx, s->chain, &v, &n);
  if (!e) hand_on(s, v, n);
  return e;
}

bl_status bl_spectrum_push(bl_ctx *ctx, bl_spectrum *s, const float *x, size_t n)
{
  const float *v;
  size_t n_v;
  bl_status e = bl_stage_chain_push(ctx, s->chain, x, n, &v, &n_v);
  if (!e) hand_on(s, v, n_v);
  return e;
}

void bl_spectrum_free(bl_ctx *ctx, bl_spectrum *s)
{
  bl_stage_chain_free(ctx, s->chain);
  *s = (bl_spectrum){0};
}

bl_status bl_spectrum_db(bl_ctx *ctx, const bl_spectrum *s, float *v, size_t n)
{
  bl_stage_chain *db = NULL;
  const float *y;
  size_t n_y;
  bl_status e = bl_stage_chain_new(ctx, s->frames, &db);
  if (!e) e = bl_stage_chain_add_named(ctx, db, "db", (const char *const[]){"amin=1e-20", NULL});
  if (!e) e = bl_stage_chain_push(ctx, db, v, n, &y, &n_y);
  if (!e && n_y != n) e = bl_fail(ctx, BL_E_INTERNAL, "plot: %zu frames of dB came from %zu", n_y, n);
  if (!e) memcpy(v, y, n * bl_stream_width(s->frames) * sizeof *v);
  bl_stage_chain_free(ctx, db);
  return e;
}
