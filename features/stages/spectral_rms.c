/* spectral_rms: the root mean square of a waveform, from the magnitudes of its frames' spectra. [frame][channel][bin] ->
 * [frame][channel][1], unit unchanged.
 *
 * librosa.feature.rms(S=...): sqrt(2 sum |S|^2) / frame_length, the power at 0 Hz and (even frame_length) at half the
 * sampling rate counting half, by Parseval's theorem. What the window took away is not made up for: about 0.6 of the true
 * value for a Hann window. Of samples: the stage rms. */
#include "descriptor.h"
#include "squares.h"

typedef struct params {
  bl_word frame_length;
} params;

static const char *const auto_word[] = {"auto", NULL};
static const bl_opt opts[] = {
    BL_WORD(params, frame_length, "auto", auto_word, 2, 1 << 20, BL_OPT_WHOLE, "samples",
            "of the transform that made the spectrum; auto: the even one of so many bins"),
    BL_OPT_END,
};

typedef struct state {
  bl_descriptor d;
  size_t frame_length;
} state;

static size_t length_of(const params *p, const bl_stream *in)
{
  return p->frame_length.word == 0 ? 2 * (in->n_bins - 1) : (size_t)p->frame_length.real;
}

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  static const char *const names[] = {"rms"};
  size_t n = length_of(pp, in);
  bl_status s = bl_need_linear(ctx, "spectral_rms", in);
  if (!s && (in->n_bins < 2 || n / 2 + 1 != in->n_bins))
    s = bl_fail(
        ctx, BL_E_RANGE,
        "spectral_rms: a transform of frame_length %zu gives %zu bins, but %zu come in; put it right behind stft", n,
        n / 2 + 1, in->n_bins);
  return s ? s : bl_descriptor_shape(ctx, "spectral_rms", in, 1, names, "%s", out);
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  state *st = sp;
  st->frame_length = length_of(pp, in);
  return bl_descriptor_init(ctx, "spectral_rms", in, out, &st->d);
}

static void level(const void *sp, const float *x, float *y)
{
  const state *st = sp;
  size_t n = st->d.n_bins;
  double first = (double)x[0], last = (double)x[n - 1], sum = bl_squares(x, n) - first * first / 2;
  if (st->frame_length % 2 == 0) sum -= last * last / 2;
  *y = (float)(sqrt(2 * sum) / (double)st->frame_length);
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  return bl_descriptor_push(ctx, sp, level, x, n, out);
}

const bl_stage_class bl_stage_spectral_rms = {
    .name = "spectral_rms",
    .summary = "Root mean square of a waveform, from the magnitudes of its spectra",
    .source = "librosa.feature.rms, parameter S",
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(state),
    .shape = shape,
    .init = init,
    .push = push,
    .release = bl_descriptor_release,
    .warm_up = bl_memoryless,
};
