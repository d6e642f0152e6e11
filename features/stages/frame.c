/* frame: cuts a waveform into frames. [sample][channel][1] -> [frame][channel][frame_length], bins "s0" .. in time order.
 *
 * For summaries and stages that work on the samples of short frames. Uncentred, frame i starts at sample i hop_length;
 * centred, it is centred there, and the ends are padded (librosa.util.frame, numpy.pad). Each frame is multiplied by a
 * window, if one is asked for. */
#include <string.h>

#include "framer.h"
#include "stage_util.h"
#include "window.h"

typedef struct params {
  int64_t frame_length;
  bl_word hop_length;
  bool center, pad_end, periodic;
  int pad_mode;
  bl_window_spec window;
} params;

static const char *const auto_word[] = {"auto", NULL};
static const char *const pad_modes[] = {"constant", "reflect", "edge", NULL};

static const bl_opt opts[] = {
    {.name = "frame_length",
     .kind = BL_OPT_INT,
     .offset = offsetof(params, frame_length),
     .def = "1024",
     .lo = 1,
     .hi = 1 << 20,
     .unit = "samples",
     .help = "length of a frame",
     .was = "length"},
    {.name = "hop_length",
     .kind = BL_OPT_WORD,
     .offset = offsetof(params, hop_length),
     .def = "auto",
     .lo = 1,
     .hi = 1 << 24,
     .flags = BL_OPT_WHOLE,
     .choices = auto_word,
     .unit = "samples",
     .help = "from one frame to the next; auto: frame_length, so that frames touch",
     .was = "hop"},
    BL_BOOL(params, center, "false", "pad both ends so that frame i is centred at sample i hop_length"),
    BL_ENUM(params, pad_mode, "constant", pad_modes, "what centring pads with"),
    BL_BOOL(params, pad_end, "false", "fill up the last frame with zeros, where samples are left for it"),
    BL_WINDOW_OPTS(params, window, "boxcar", "what each frame is multiplied by; boxcar: nothing"),
    BL_BOOL(params, periodic, "true", "periodic window, as for spectra; false: symmetric"),
    BL_OPT_END,
};

static size_t hop_of(const params *p)
{
  return (size_t)(p->hop_length.word == 0 ? (double)p->frame_length : p->hop_length.real);
}

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  const params *p = pp;
  bl_status s = bl_need_waveform(ctx, "frame", in);
  if (!s) s = bl_window_check(ctx, "frame", &p->window);
  if (!s && p->window.kind == BL_WINDOW_BOXCAR)
    s = bl_opts_refuse_idle(ctx, "frame", opts, pp, "periodic", "a window other than boxcar");
  if (s) return s;
  bl_framer_shape(in, (size_t)p->frame_length, hop_of(p), p->center, out);
  return bl_number_bins(ctx, out, "s", 0, (size_t)p->frame_length, NULL);
}

typedef struct state {
  bl_framer framer;
  float *window; /* NULL: none */
} state;

static bl_status make_window(bl_ctx *ctx, const params *p, state *st)
{
  size_t n = (size_t)p->frame_length;
  double *w = bl_calloc(ctx, n, sizeof *w);
  st->window = bl_calloc(ctx, n, sizeof *st->window);
  bl_status s =
      w && st->window ? bl_window_make(ctx, "frame", &p->window, n, p->periodic, w) : bl_fail_nomem(ctx, "frame");
  for (size_t i = 0; !s && i < n; i++) st->window[i] = (float)w[i];
  bl_free(ctx, w);
  return s;
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  const params *p = pp;
  state *st = sp;
  (void)out;
  bl_status s = bl_framer_init(ctx, in->n_channels, (size_t)p->frame_length, hop_of(p), p->center, (bl_pad)p->pad_mode,
                               &st->framer);
  st->framer.fill_end = p->pad_end;
  return s || p->window.kind == BL_WINDOW_BOXCAR ? s : make_window(ctx, p, st);
}

static void copy(void *user, const bl_framer *f, const float *x, float *to)
{
  const float *w = ((state *)user)->window;
  if (!w) memcpy(to, x, f->length * sizeof *to);
  else
    for (size_t i = 0; i < f->length; i++) to[i] = x[i] * w[i];
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  return bl_framer_push(ctx, &((state *)sp)->framer, x, n, copy, sp, out);
}

static bl_status finish(bl_ctx *ctx, void *sp, bl_frames *out)
{
  return bl_framer_finish(ctx, &((state *)sp)->framer, copy, sp, out);
}

static void reset(void *sp) { bl_framer_reset(&((state *)sp)->framer); }

static void release(bl_ctx *ctx, void *sp)
{
  bl_framer_release(ctx, &((state *)sp)->framer);
  bl_free(ctx, ((state *)sp)->window);
}

static bool warm_up(const void *sp, bl_warm_up *out) { return bl_framer_warm_up(&((const state *)sp)->framer, out); }

const bl_stage_class bl_stage_frame = {
    .name = "frame",
    .summary = "Frames of samples from a waveform",
    .source = "librosa.util.frame",
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(state),
    .shape = shape,
    .init = init,
    .push = push,
    .finish = finish,
    .reset = reset,
    .release = release,
    .warm_up = warm_up,
};
