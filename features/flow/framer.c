/* framer.c: the carry-over of framing stages. One buffer a channel holds the padded signal from the next frame's
 * start. */
#include "framer.h"

#include <string.h>

#include "turn.h"

enum { CHUNK = 8192 }; /* samples taken at a time: small enough for the cache, large enough to move data rarely */

bl_status bl_framer_init(bl_ctx *ctx, size_t n_channels, size_t length, size_t hop, bool center, bl_pad mode,
                         bl_framer *f)
{
  *f =
      (bl_framer){.n_channels = n_channels, .length = length, .hop = hop, .pad = center ? length / 2 : 0, .mode = mode};
  /* carried over: less than a frame, or both halves of a frame that still waits for its left padding */
  f->cap = 2 * length + 2 + f->pad + CHUNK;
  if (!(f->v = bl_calloc(ctx, n_channels, f->cap * sizeof *f->v))) return bl_fail_nomem(ctx, "frames of a waveform");
  bl_framer_reset(f);
  return BL_OK;
}

void bl_framer_reset(bl_framer *f)
{
  f->base = f->next = f->total = 0;
  f->len = f->pad;
  f->padded = f->pad == 0 || f->mode == BL_PAD_CONSTANT;
  for (size_t c = 0; c < f->n_channels; c++) memset(f->v + c * f->cap, 0, f->pad * sizeof *f->v);
}

void bl_framer_release(bl_ctx *ctx, bl_framer *f)
{
  bl_free(ctx, f->v);
  *f = (bl_framer){0};
}

int64_t bl_pad_source(bl_pad mode, int64_t i, int64_t n)
{
  if (mode == BL_PAD_CONSTANT) return -1;
  if (mode == BL_PAD_EDGE || n == 1) return i < 0 ? 0 : n - 1;
  int64_t period = 2 * (n - 1), r = i % period;
  if (r < 0) r += period;
  return r < n ? r : period - r;
}

/* Gives the left padding its values, from the `total` samples there are. */
static void pad_left(bl_framer *f)
{
  for (size_t c = 0; c < f->n_channels; c++) {
    float *v = f->v + c * f->cap; /* base is 0 until the first frame is dropped */
    for (size_t i = 0; i < f->pad; i++) {
      int64_t from = bl_pad_source(f->mode, (int64_t)i - (int64_t)f->pad, (int64_t)f->total);
      v[i] = from < 0 ? 0 : v[f->pad + (size_t)from];
    }
  }
  f->padded = true;
}

/* Moves what is still needed to the buffer's start: from the next frame on, and what the right padding mirrors. */
static void compact(bl_framer *f)
{
  uint64_t end = f->base + f->len, keep = f->next * f->hop, mirror = f->pad + 1;
  if (!f->padded) return;
  if (end - f->base > mirror && keep > end - mirror) keep = end - mirror;
  else if (end - f->base <= mirror) keep = f->base;
  size_t gone = (size_t)(keep - f->base);
  if (!gone) return;
  for (size_t c = 0; c < f->n_channels; c++) {
    float *v = f->v + c * f->cap;
    memmove(v, v + gone, (f->len - gone) * sizeof *v);
  }
  f->len -= gone;
  f->base = keep;
}

/* Takes as many samples as there is room for, at least one. */
static size_t take(bl_framer *f, const float *x, size_t n)
{
  size_t room = f->cap - f->pad - f->len;
  if (room < n && room < CHUNK) {
    compact(f);
    room = f->cap - f->pad - f->len;
  }
  if (n > room) n = room;
  if (f->n_channels == 1) memcpy(f->v + f->len, x, n * sizeof *x);
  else bl_turn(x, n, f->n_channels, f->v + f->len, f->cap);
  f->len += n;
  f->total += n;
  if (!f->padded && f->total > (f->mode == BL_PAD_REFLECT ? f->pad : 0)) pad_left(f);
  return n;
}

static void pad_right(bl_framer *f)
{
  if (!f->total) return;
  if (!f->padded) pad_left(f);
  for (size_t c = 0; c < f->n_channels; c++) {
    float *v = f->v + c * f->cap;
    for (size_t i = 0; i < f->pad; i++) {
      int64_t from = bl_pad_source(f->mode, (int64_t)(f->total + i), (int64_t)f->total);
      v[f->len + i] = from < 0 ? 0 : v[(uint64_t)from + f->pad - f->base];
    }
  }
  f->len += f->pad;
}

static size_t ready(const bl_framer *f)
{
  uint64_t end = f->base + f->len, from = f->next * f->hop;
  if (!f->padded || !f->total || from + f->length > end) return 0;
  return (size_t)((end - from - f->length) / f->hop) + 1;
}

static bl_status drain(bl_ctx *ctx, bl_framer *f, bl_frame_fn fn, void *user, bl_frames *out)
{
  size_t n = ready(f), n_bins = out->width / f->n_channels;
  if (!n) return BL_OK;
  float *to = bl_frames_add(ctx, out, n);
  if (!to) return BL_E_NOMEM;
  for (size_t i = 0; i < n; i++, f->next++)
    for (size_t c = 0; c < f->n_channels; c++, to += n_bins)
      fn(user, f, f->v + c * f->cap + (f->next * f->hop - f->base), to);
  return BL_OK;
}

bl_status bl_framer_push(bl_ctx *ctx, bl_framer *f, const float *x, size_t n, bl_frame_fn fn, void *user,
                         bl_frames *out)
{
  bl_status s = BL_OK;
  while (!s && n) {
    size_t took = take(f, x, n);
    x += took * f->n_channels;
    n -= took;
    s = drain(ctx, f, fn, user, out);
  }
  return s;
}

/* Zeros behind the end, as many as the frame wants that samples are left for; false when none are left. */
static bool fill(bl_framer *f)
{
  uint64_t end = f->base + f->len, from = f->next * f->hop, covered = f->next ? from - f->hop + f->length : 0;
  if (!f->total || end <= covered || end <= from) return false;
  size_t left = (size_t)(end - from), at = f->len - left;
  for (size_t c = 0; c < f->n_channels; c++) {
    float *v = f->v + c * f->cap;
    memmove(v, v + at, left * sizeof *v);
    memset(v + left, 0, (f->length - left) * sizeof *v);
  }
  f->base = from;
  f->len = f->length;
  return true;
}

bl_status bl_framer_finish(bl_ctx *ctx, bl_framer *f, bl_frame_fn fn, void *user, bl_frames *out)
{
  pad_right(f);
  bl_status s = drain(ctx, f, fn, user, out);
  if (s || !f->fill_end || !fill(f)) return s;
  return drain(ctx, f, fn, user, out);
}

void bl_framer_shape(const bl_stream *in, size_t length, size_t hop, bool center, bl_stream *out)
{
  out->rate_hz = in->rate_hz / (double)hop;
  if (!center) out->start_s = in->start_s + (double)length / 2 / in->rate_hz;
  size_t behind_middle = length - length / 2; /* whole frames, the middle one among them */
  out->latency_s = in->latency_s + (double)behind_middle / in->rate_hz;
}

/* What is put behind the run's end is mirrored from pad + 1 samples; whether samples are left at the end is seen from the
 * frame before. */
bool bl_framer_warm_up(const bl_framer *f, bl_warm_up *out)
{
  size_t pad = f->pad ? f->pad + 1 : 0;
  *out = (bl_warm_up){f->fill_end && f->length > pad ? f->length : pad, f->hop};
  return true;
}
