/* spectral_rolloff: the frequency below which a share of a spectrum lies. [frame][channel][bin] -> [frame][channel][1],
 * Hz.
 *
 * librosa.feature.spectral_rolloff, which takes magnitudes: the first bin at which the sum from the lowest bin on is at
 * least roll_percent of the whole. The lowest bin for silence, as there. */
#include "descriptor.h"

typedef struct params {
  double roll_percent;
} params;

static const bl_opt opts[] = {
    {.name = "roll_percent",
     .kind = BL_OPT_REAL,
     .offset = offsetof(params, roll_percent),
     .def = "0.85",
     .lo = 0,
     .hi = 1,
     .flags = BL_OPT_OPEN_LO | BL_OPT_OPEN_HI,
     .unit = "",
     .help = "the share, between 0 and 1 (librosa's name)"},
    BL_OPT_END,
};

typedef struct state {
  bl_descriptor s;
  double share;
} state;

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  static const char *const names[] = {"rolloff"};
  (void)pp;
  return bl_descriptor_shape(ctx, "spectral_rolloff", in, 1, names, "Hz", out);
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  state *st = sp;
  st->share = ((const params *)pp)->roll_percent;
  return bl_descriptor_init(ctx, "spectral_rolloff", in, out, &st->s);
}

/* Whole pieces are passed by their sums; only within the piece that crosses the share are bins looked at one by one. */
static void rolloff(const void *sp, const float *x, float *y)
{
  enum { PIECE = 32 };
  const state *st = sp;
  size_t n = st->s.n_bins, at = 0;
  double before = 0, wanted = st->share * bl_descriptor_sum(x, n);
  while (at + PIECE < n) {
    double more = bl_descriptor_sum(x + at, PIECE);
    if (before + more >= wanted) break;
    before += more;
    at += PIECE;
  }
  while (at + 1 < n && (before += (double)x[at]) < wanted) at++;
  *y = isnan(wanted) ? NAN : (float)st->s.hz[at];
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  return bl_descriptor_push(ctx, sp, rolloff, x, n, out);
}

const bl_stage_class bl_stage_spectral_rolloff = {
    .name = "spectral_rolloff",
    .summary = "Frequency below which a share of each frame of a spectrum lies",
    .source = "librosa.feature.spectral_rolloff",
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(state),
    .shape = shape,
    .init = init,
    .push = push,
    .release = bl_descriptor_release,
    .warm_up = bl_memoryless,
};
