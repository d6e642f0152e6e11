/* denoise: spectral subtraction of a running background, bin by bin. Shape unchanged.
 *
 * A value s above threshold times the background B of its bin is taken for a sound: B += (s - B) / above; any other is
 * noise: B += (s - B) / below; what comes out is made before B moves.
 *   mode subtract: y = max(s - over B, floor s)     mode gate: y = s where s > threshold B, else floor s
 * Gillespie, Canadian Acoustics 32(2) (2004) 39-47, with the constants of PAMGuard's right-whale edge detector: 16,
 * 160, 4 (6 dB of a power). Counts are in frames. A NaN or infinity comes out as NaN and leaves B.
 *
 * Start: level: B starts from the level of its bin in the first start_s (warmup.h: the mean of the values up to
 * threshold times their median), which wait until all are known: latency start_s. A number: from so many times the
 * first value, at once; PAMGuard has 10, and nothing comes out until B has come down, nor of a call that stands in the
 * first frame. */
#include <math.h>

#include "stage_util.h"
#include "warmup.h"

enum { SUBTRACT, GATE };
static const char *const modes[] = {"subtract", "gate", NULL};

typedef struct params {
  int mode;
  double threshold, below, above, over, floor, start_s;
  bl_word start;
} params;

static const char *const level_word[] = {"level", NULL};
static const bl_opt opts[] = {
    BL_ENUM(params, mode, "subtract", modes, "take the background off, or pass what stands above it as it is"),
    BL_REAL_ABOVE(params, threshold, "4", 0, 1e9, "", "times the background: what lies above is a sound"),
    BL_REAL(params, below, "16", 1, 1e9, "frames", "how slowly the background follows what lies below"),
    BL_REAL(params, above, "160", 1, 1e9, "frames", "how slowly it follows what lies above"),
    BL_WORD(params, start, "level", level_word, 0, 1e9, 0, "",
            "the background starts from the level of the first start_s, or from this many times the first frame"),
    BL_REAL_ABOVE(params, start_s, "3", 0, 1e9, "s", "for start level: how long the level is taken over"),
    BL_REAL(params, over, "1", 0, 1e9, "", "how many backgrounds to take off"),
    BL_REAL(params, floor, "0", 0, 1, "", "the share of the input that is left at least"),
    BL_OPT_END,
};

typedef struct state {
  params p;
  double *background; /* NaN until a value has come */
  size_t width;
  bl_warmup first;
} state;

static double wait_of(const params *p) { return p->start.word == 0 ? p->start_s : 0; }

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  size_t wanted;
  bl_status s = bl_need_linear(ctx, "denoise", in);
  if (!s && ((const params *)pp)->start.word != 0)
    s = bl_opts_refuse_idle(ctx, "denoise", opts, pp, "start_s", "start: level");
  return s ? s : bl_warmup_shape(ctx, "denoise", wait_of(pp), in, out, &wanted);
}

static void reset(void *sp)
{
  state *st = sp;
  for (size_t k = 0; k < st->width; k++) st->background[k] = (double)NAN;
  bl_warmup_reset(&st->first);
}

static void begin(void *sp)
{
  state *st = sp;
  for (size_t k = 0; k < st->width; k++) st->background[k] = bl_warmup_level(&st->first, k, st->p.threshold);
}

static float one(const params *p, double s, double *background)
{
  if (isnan(*background)) *background = p->start.word == 0 ? s : p->start.real * s;
  double b = *background, least = p->floor * s;
  bool sound = s > p->threshold * b;
  *background += (s - b) / (sound ? p->above : p->below);
  if (p->mode == GATE) return (float)(sound ? s : least);
  return (float)fmax(s - p->over * b, least);
}

static void step(void *sp, const float *x, float *y)
{
  state *st = sp;
  for (size_t k = 0; k < st->width; k++) y[k] = isfinite(x[k]) ? one(&st->p, (double)x[k], &st->background[k]) : NAN;
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  state *st = sp;
  (void)out;
  st->p = *(const params *)pp;
  st->width = bl_stream_width(in);
  st->first.begin = begin;
  st->first.step = step;
  st->background = bl_calloc(ctx, st->width, sizeof *st->background);
  if (!st->background) return bl_fail_nomem(ctx, "denoise");
  bl_status s = bl_warmup_init(ctx, "denoise", (size_t)rint(wait_of(&st->p) * in->rate_hz), st->width, &st->first);
  if (!s) reset(st);
  return s;
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  return bl_warmup_push(ctx, &((state *)sp)->first, sp, x, n, out);
}

static bl_status finish(bl_ctx *ctx, void *sp, bl_frames *out)
{
  return bl_warmup_finish(ctx, &((state *)sp)->first, sp, out);
}

static void release(bl_ctx *ctx, void *sp)
{
  state *st = sp;
  bl_free(ctx, st->background);
  bl_warmup_release(ctx, &st->first);
}

const bl_stage_class bl_stage_denoise = {
    .name = "denoise",
    .summary = "A running background taken off a spectrum",
    .source = "Gillespie 2004; PAMGuard",
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
