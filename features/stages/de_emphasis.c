/* de_emphasis: y[i] = x[i] + coef y[i - 1], which undoes pre_emphasis. Shape unchanged.
 *
 * start says from what pre_emphasis began, so that its first frames are undone as well: librosa (librosa.effects.
 * deemphasis): ((2 - coef) x[0] - x[1]) / (3 - coef) is taken off the first frame, and what follows from that off the
 * others; it waits for one frame (a run of one: x[1] is taken to be x[0]). zero: y[0] = x[0]. hold: y[0] = x[0] / (1 -
 * coef), which coef 1 does not allow. A NaN or infinity comes out as NaN and leaves y. */
#include <string.h>

#include "stage_util.h"

typedef enum start { LIBROSA, ZERO, HOLD } start;
typedef struct params {
  double coef;
  int start;
} params;

static const char *const starts[] = {"librosa", "zero", "hold", NULL};
static const bl_opt opts[] = {
    BL_REAL(params, coef, "0.97", 0, 1, "", "how much of the output before is added"),
    BL_ENUM(params, start, "librosa", starts, "what pre_emphasis began from: librosa's line, zero, or the first frame"),
    BL_OPT_END,
};

typedef struct state {
  double coef, *y; /* y: of the frame before */
  int start;
  size_t width, taken; /* taken: of the run, counted to 2 */
  float *first;
} state;

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  const params *p = pp;
  if (p->start == HOLD && p->coef >= 1)
    return bl_fail(ctx, BL_E_CONFIG, "de_emphasis: start hold cannot be undone with coef 1; take less");
  if (p->start == LIBROSA) out->latency_s = in->latency_s + 1 / in->rate_hz;
  return BL_OK;
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  const params *p = pp;
  state *st = sp;
  (void)out;
  *st = (state){.coef = p->coef, .start = p->start, .width = bl_stream_width(in)};
  st->first = bl_calloc(ctx, st->width, sizeof *st->first);
  st->y = bl_calloc(ctx, st->width, sizeof *st->y);
  return st->first && st->y ? BL_OK : bl_fail_nomem(ctx, "de_emphasis");
}

static float step(state *st, size_t c, double x)
{
  if (!isfinite(x)) return NAN;
  return (float)(st->y[c] = x + st->coef * st->y[c]);
}

/* The run's first output; `second` is its second frame. */
static void begin(state *st, const float *x, const float *second, float *y)
{
  for (size_t c = 0; c < st->width; c++) {
    double x0 = (double)x[c], x1 = isfinite(second[c]) ? (double)second[c] : x0;
    st->y[c] = 0;
    if (st->start == LIBROSA) x0 -= ((2 - st->coef) * x0 - x1) / (3 - st->coef);
    if (st->start == HOLD) x0 /= 1 - st->coef;
    y[c] = step(st, c, x0);
  }
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  state *st = sp;
  size_t width = st->width;
  if (!n) return BL_OK;
  if (st->taken == 0 && st->start == LIBROSA) { /* kept until the second frame */
    memcpy(st->first, x, width * sizeof *x);
    st->taken = 1;
    x += width;
    if (--n == 0) return BL_OK;
  }
  bool held = st->taken == 1;
  float *y = bl_frames_add(ctx, out, n + held);
  if (!y) return BL_E_NOMEM;
  if (held) {
    begin(st, st->first, x, y);
    y += width;
  } else if (st->taken == 0) {
    begin(st, x, x, y);
    x += width, y += width, n--;
  }
  st->taken = 2;
  for (size_t i = 0; i < n; i++, x += width, y += width)
    for (size_t c = 0; c < width; c++) y[c] = step(st, c, (double)x[c]);
  return BL_OK;
}

static bl_status finish(bl_ctx *ctx, void *sp, bl_frames *out)
{
  state *st = sp;
  if (st->taken != 1) return BL_OK;
  float *y = bl_frames_add(ctx, out, 1);
  if (!y) return BL_E_NOMEM;
  begin(st, st->first, st->first, y);
  return BL_OK;
}

static void reset(void *sp) { ((state *)sp)->taken = 0; }

static void release(bl_ctx *ctx, void *sp)
{
  state *st = sp;
  bl_free(ctx, st->first);
  bl_free(ctx, st->y);
}

const bl_stage_class bl_stage_de_emphasis = {
    .name = "de_emphasis",
    .summary = "Running sum with a factor, which undoes pre_emphasis",
    .source = "librosa.effects.deemphasis",
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(state),
    .shape = shape,
    .init = init,
    .push = push,
    .finish = finish,
    .reset = reset,
    .release = release,
};
