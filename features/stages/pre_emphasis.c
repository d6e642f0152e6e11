/* pre_emphasis: y[i] = x[i] - coef x[i - 1], which lifts high frequencies. Shape unchanged.
 *
 * The first frame has none before it; start librosa gives librosa.effects.preemphasis: y[0] = x[0] + (2 x[0] - x[1]),
 * the initial state being the line through the first two frames, as it stands, not times -coef. It waits for one frame
 * (a run of one: x[1] is taken to be x[0]). zero: y[0] = x[0] (scipy.signal.lfilter). hold: y[0] = (1 - coef) x[0]
 * (HTK). */
#include <string.h>

#include "baleen/stage.h"

typedef enum start { LIBROSA, ZERO, HOLD } start;
typedef struct params {
  double coef;
  int start;
} params;

static const char *const starts[] = {"librosa", "zero", "hold", NULL};
static const bl_opt opts[] = {
    BL_REAL(params, coef, "0.97", 0, 1, "", "how much of the frame before is taken off"),
    BL_ENUM(params, start, "librosa", starts,
            "what stands before the first frame: librosa's line, zero, or the first frame"),
    BL_OPT_END,
};

typedef struct state {
  double coef;
  int start;
  size_t width, taken; /* taken: of the run, counted to 2 */
  float *last;
} state;

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  (void)ctx;
  if (((const params *)pp)->start == LIBROSA) out->latency_s = in->latency_s + 1 / in->rate_hz;
  return BL_OK;
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  const params *p = pp;
  state *st = sp;
  (void)out;
  *st = (state){.coef = p->coef, .start = p->start, .width = bl_stream_width(in)};
  st->last = bl_calloc(ctx, st->width, sizeof *st->last);
  return st->last ? BL_OK : bl_fail_nomem(ctx, "pre_emphasis");
}

static void emphasize(const state *st, const float *before, const float *x, float *y)
{
  for (size_t c = 0; c < st->width; c++) y[c] = (float)((double)x[c] - st->coef * (double)before[c]);
}

/* The run's first output; `second` is its second frame. */
static void begin(const state *st, const float *x, const float *second, float *y)
{
  for (size_t c = 0; c < st->width; c++) {
    double x0 = (double)x[c];
    y[c] = (float)(st->start == LIBROSA ? 3 * x0 - (double)second[c] : st->start == HOLD ? x0 - st->coef * x0 : x0);
  }
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  state *st = sp;
  size_t width = st->width;
  if (!n) return BL_OK;
  if (st->taken == 0 && st->start == LIBROSA) { /* kept until the second frame */
    memcpy(st->last, x, width * sizeof *x);
    st->taken = 1;
    x += width;
    if (--n == 0) return BL_OK;
  }
  bool first = st->taken < 2 && st->start == LIBROSA, fresh = st->taken == 0;
  float *y = bl_frames_add(ctx, out, n + first);
  if (!y) return BL_E_NOMEM;
  if (first) {
    begin(st, st->last, x, y);
    y += width;
  }
  if (fresh) begin(st, x, NULL, y);
  else emphasize(st, st->last, x, y);
  for (size_t i = 1; i < n; i++) emphasize(st, x + (i - 1) * width, x + i * width, y + i * width);
  memcpy(st->last, x + (n - 1) * width, width * sizeof *x);
  st->taken = 2;
  return BL_OK;
}

static bl_status finish(bl_ctx *ctx, void *sp, bl_frames *out)
{
  state *st = sp;
  if (st->taken != 1) return BL_OK;
  float *y = bl_frames_add(ctx, out, 1);
  if (!y) return BL_E_NOMEM;
  begin(st, st->last, st->last, y);
  return BL_OK;
}

static void reset(void *sp) { ((state *)sp)->taken = 0; }
static void release(bl_ctx *ctx, void *sp) { bl_free(ctx, ((state *)sp)->last); }

static bool warm_up(const void *sp, bl_warm_up *out)
{
  (void)sp;
  *out = (bl_warm_up){1, 1};
  return true;
}

const bl_stage_class bl_stage_pre_emphasis = {
    .name = "pre_emphasis",
    .summary = "First difference with a factor, which lifts high frequencies",
    .source = "librosa.effects.preemphasis",
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
