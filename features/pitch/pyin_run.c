/* pyin_run.c: see pyin_run.h. With a lag, frame t is read off the likeliest path that ends in frame t + lag. Without, all
 * frames are read off the one that ends in the last: but as soon as the paths to all states have come from one state, what
 * lies before it cannot change any more, and is not kept as a path (Sramek, Brejova and Vinar, WABI 2007). A pitch that is there
 * brings them together soon; in long noise each state comes from itself, and two bytes a state and frame are kept. */
#include "pyin_run.h"

#include <string.h>

enum { LOOK_EVERY = 128 }; /* frames after which to see what is decided */

bl_status bl_pyin_run_init(bl_ctx *ctx, const bl_pyin_params *p, size_t lag, const bl_stream *in, bl_pyin_run *r)
{
  r->n_channels = r->sink.width = r->done.width = in->n_channels;
  r->lag = lag;
  bl_status s = bl_framing_init(ctx, &p->framing, in, &r->framer);
  if (!s) s = bl_pyin_init(ctx, p, in, &r->pyin);
  if (s) return s;
  if (!(r->paths = bl_calloc(ctx, r->n_channels, sizeof *r->paths))) return bl_fail_nomem(ctx, "paths of pitches");
  for (size_t c = 0; !s && c < r->n_channels; c++) s = bl_pyin_path_init(ctx, &r->pyin, &r->paths[c]);
  return s;
}

/* The first `count` frames of all channels' paths, to `to`. */
static bl_status give(bl_pyin_run *r, size_t count, bl_frames *to)
{
  void *v = r->column;
  if (!count) return BL_OK;
  bl_status s = bl_grow(r->ctx, &v, &r->cap_column, count, sizeof *r->column, "pitches of a channel");
  r->column = v;
  float *y = s ? NULL : bl_frames_add(r->ctx, to, count);
  if (!y) return s ? s : BL_E_NOMEM;
  for (size_t c = 0; c < r->n_channels; c++) {
    bl_pyin_give(&r->pyin, &r->paths[c], count, r->column);
    for (size_t i = 0; i < count; i++) y[i * r->n_channels + c] = r->column[i];
  }
  return BL_OK;
}

/* All channels have taken a frame. */
static bl_status settle(bl_pyin_run *r)
{
  size_t held = r->paths[0].n, decided = held;
  if (r->lag != BL_PYIN_WHOLE) return held > r->lag ? give(r, held - r->lag, r->out) : BL_OK;
  if (held % LOOK_EVERY) return BL_OK;
  for (size_t c = 0; c < r->n_channels; c++) {
    size_t n = bl_pyin_decided(&r->paths[c]);
    decided = n < decided ? n : decided;
  }
  return give(r, decided, &r->done);
}

static void take(void *user, const bl_framer *f, const float *x, float *to)
{
  bl_pyin_run *r = user;
  bl_pyin_path *path = &r->paths[r->channel];
  (void)f;
  *to = 0;
  r->channel = (r->channel + 1) % r->n_channels;
  if (!r->status) r->status = bl_pyin_path_room(r->ctx, path);
  if (r->status) return;
  bl_pyin_take(&r->pyin, path, x);
  if (!r->channel) r->status = settle(r);
}

static void begin(bl_ctx *ctx, bl_pyin_run *r, bl_frames *out)
{
  r->ctx = ctx;
  r->out = out;
  r->status = BL_OK;
  r->sink.n = 0;
}

bl_status bl_pyin_run_push(bl_ctx *ctx, void *state, const float *x, size_t n, bl_frames *out)
{
  bl_pyin_run *r = state;
  begin(ctx, r, out);
  bl_status s = bl_framer_push(ctx, &r->framer, x, n, take, r, &r->sink);
  return r->status ? r->status : s;
}

bl_status bl_pyin_run_finish(bl_ctx *ctx, void *state, bl_frames *out)
{
  bl_pyin_run *r = state;
  begin(ctx, r, out);
  bl_status s = bl_framer_finish(ctx, &r->framer, take, r, &r->sink);
  if (s || r->status) return r->status ? r->status : s;
  float *y = bl_frames_add(ctx, out, r->done.n);
  if (!y) return BL_E_NOMEM;
  if (r->done.n) memcpy(y, r->done.v, r->done.n * r->done.width * sizeof *y);
  r->done.n = 0;
  return give(r, r->paths[0].n, out);
}

void bl_pyin_run_reset(void *state)
{
  bl_pyin_run *r = state;
  bl_framer_reset(&r->framer);
  for (size_t c = 0; c < r->n_channels; c++) bl_pyin_path_reset(&r->paths[c]);
  r->channel = r->done.n = 0;
}

void bl_pyin_run_release(bl_ctx *ctx, void *state)
{
  bl_pyin_run *r = state;
  for (size_t c = 0; r->paths && c < r->n_channels; c++) bl_pyin_path_release(ctx, &r->paths[c]);
  bl_free(ctx, r->paths);
  bl_pyin_release(ctx, &r->pyin);
  bl_framer_release(ctx, &r->framer);
  bl_frames_free(ctx, &r->sink);
  bl_frames_free(ctx, &r->done);
  bl_free(ctx, r->column);
}
