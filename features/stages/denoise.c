/* denoise: spectral subtraction of a running background, bin by bin. Shape unchanged.
 *
 * The background B of a bin starts at `start` times its first value. A value s above threshold times B is taken for a
 * sound: B += (s - B) / above; any other is noise: B += (s - B) / below; what comes out is made before B moves.
 *   mode subtract: y = max(s - over B, floor s)     mode gate: y = s where s > threshold B, else floor s
 * Gillespie, Canadian Acoustics 32(2) (2004) 39-47, with the constants of PAMGuard's right-whale edge detector: 16,
 * 160, 4 (6 dB of a power), 10. Counts are in frames. A NaN or infinity comes out as NaN and leaves B. */
#include "stage_util.h"

enum { SUBTRACT, GATE };
static const char *const modes[] = {"subtract", "gate", NULL};

typedef struct params {
  int mode;
  double threshold, below, above, start, over, floor;
} params;

static const bl_opt opts[] = {
    BL_ENUM(params, mode, "subtract", modes, "take the background off, or pass what stands above it as it is"),
    BL_REAL_ABOVE(params, threshold, "4", 0, 1e9, "", "times the background: what lies above is a sound"),
    BL_REAL(params, below, "16", 1, 1e9, "frames", "how slowly the background follows what lies below"),
    BL_REAL(params, above, "160", 1, 1e9, "frames", "how slowly it follows what lies above"),
    BL_REAL(params, start, "10", 0, 1e9, "", "the background's first value, times the first frame"),
    BL_REAL(params, over, "1", 0, 1e9, "", "how many backgrounds to take off"),
    BL_REAL(params, floor, "0", 0, 1, "", "the share of the input that is left at least"),
    BL_OPT_END,
};

typedef struct state {
  params p;
  double *background; /* NaN until a value has come */
  size_t width;
} state;

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  (void)pp, (void)out;
  return bl_need_linear(ctx, "denoise", in);
}

static void reset(void *sp)
{
  state *st = sp;
  for (size_t k = 0; k < st->width; k++) st->background[k] = (double)NAN;
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  state *st = sp;
  (void)out;
  st->p = *(const params *)pp;
  st->width = bl_stream_width(in);
  st->background = bl_calloc(ctx, st->width, sizeof *st->background);
  if (!st->background) return bl_fail_nomem(ctx, "denoise");
  reset(st);
  return BL_OK;
}

static float step(const params *p, double s, double *background)
{
  if (isnan(*background)) *background = p->start * s;
  double b = *background, least = p->floor * s;
  bool sound = s > p->threshold * b;
  *background += (s - b) / (sound ? p->above : p->below);
  if (p->mode == GATE) return (float)(sound ? s : least);
  return (float)fmax(s - p->over * b, least);
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  state *st = sp;
  float *y = bl_frames_add(ctx, out, n);
  if (!y) return BL_E_NOMEM;
  for (size_t i = 0; i < n; i++, x += st->width, y += st->width)
    for (size_t k = 0; k < st->width; k++) y[k] = isfinite(x[k]) ? step(&st->p, (double)x[k], &st->background[k]) : NAN;
  return BL_OK;
}

static void release(bl_ctx *ctx, void *sp) { bl_free(ctx, ((state *)sp)->background); }

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
    .reset = reset,
    .release = release,
};
