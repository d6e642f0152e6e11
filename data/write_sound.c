/* WAV and FLAC through libsndfile, which writes into a file that is open beside its place. Whole numbers are rounded here:
 * value / full scale * 2^(bits - 1), half to even, full scale itself to the largest number; nothing is clipped but that. */
#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <string.h>

#include "file.h"
#include "write_private.h"

enum { PIECE = 4096 };

typedef struct sound_state {
  bl_out out;
  SNDFILE *file;
  int bits;      /* 0: float32 */
  double scale;  /* of whole numbers: 2^(bits - 1) / full scale */
  int *piece;
} sound_state;

/* 1 when nothing exceeds it, else the greatest magnitude. */
static double full_scale(const bl_write_spec *spec)
{
  double most = 1;
  for (size_t c = 0; spec->lo && c < spec->n_channels; c++) most = fmax(most, fmax(fabs(spec->lo[c]), fabs(spec->hi[c])));
  return most;
}

static bl_status choose_format(bl_ctx *ctx, bl_writer *w, const bl_write_spec *spec, sound_state *d, SF_INFO *info)
{
  bool flac = spec->format == BL_WRITE_FLAC;
  double rate = rint(spec->rate_hz);
  int bits = spec->bits ? spec->bits : flac ? 24 : 32;
  if ((bits != 16 && bits != 24 && bits != 32) || (flac && bits == 32))
    return bl_fail(ctx, BL_E_ARG, "%s: %d bits; wanted 16, 24%s", w->path, bits, flac ? ": FLAC holds no float" : " or 32, which is float");
  if (!(rate >= 1 && rate <= (flac ? 655350 : 2147483647.0)) || spec->n_channels > (flac ? 8 : 1024))
    return bl_fail(ctx, BL_E_RANGE, "%s: %g Hz and %zu channels, %s holds up to %s; write .npy, or resample or pick", w->path,
                   spec->rate_hz, spec->n_channels, flac ? "FLAC" : "WAV", flac ? "655350 Hz and 8" : "2147483647 Hz and 1024");
  if (fabs(rate - spec->rate_hz) > 1e-9 * rate)
    return bl_fail(ctx, BL_E_RANGE, "%s: %.9g Hz; WAV and FLAC hold whole rates: resample, or write .npy, .edf or .bdf", w->path,
                   spec->rate_hz);
  d->bits = bits == 32 ? 0 : bits;
  bool large = (double)spec->n_frames * (double)spec->n_channels * bits / 8 > 4.2e9;
  int sub = bits == 16 ? SF_FORMAT_PCM_16 : bits == 24 ? SF_FORMAT_PCM_24 : SF_FORMAT_FLOAT;
  *info = (SF_INFO){.samplerate = (int)rate, .channels = (int)spec->n_channels,
                    .format = (flac ? SF_FORMAT_FLAC : large ? SF_FORMAT_RF64 : SF_FORMAT_WAV) | sub};
  return BL_OK;
}

static bl_status tell_scale(bl_ctx *ctx, bl_writer *w, const bl_write_spec *spec, const sound_state *d)
{
  char text[256];
  bool fs = true;
  for (size_t c = 0; c < spec->n_channels; c++) fs &= !strcmp(spec->units[c], "FS");
  if (!d->bits && fs) return BL_OK;
  if (!d->bits) snprintf(text, sizeof text, "samples are 32-bit float in '%s': not within -1 to 1", spec->units[0]);
  else snprintf(text, sizeof text, "%d bits; full scale is %.9g '%s', a step %.3g", d->bits, full_scale(spec), spec->units[0],
                1 / d->scale);
  return bl_texts_add(ctx, &w->report, text);
}

static bl_status sound_open(bl_ctx *ctx, bl_writer *w, const bl_write_spec *spec)
{
  SF_INFO info;
  sound_state *d = w->state = bl_calloc(ctx, 1, sizeof *d);
  if (!d) return bl_fail_nomem(ctx, "a sound file");
  d->out.fd = -1;
  bl_status s = choose_format(ctx, w, spec, d, &info);
  if (s) return s;
  if (d->bits) d->scale = ldexp(1, d->bits - 1) / full_scale(spec);
  if (!(d->piece = bl_calloc(ctx, PIECE, sizeof *d->piece))) return bl_fail_nomem(ctx, "a sound file");
  if ((s = tell_scale(ctx, w, spec, d))) return s;
  if ((s = bl_out_open(ctx, w->path, &d->out))) return s;
  d->file = sf_open_fd(d->out.fd, SFM_WRITE, &info, SF_FALSE);
  if (!d->file) return bl_fail(ctx, BL_E_IO, "%s: cannot be written: %s", w->path, sf_strerror(NULL));
  sf_command(d->file, SFC_SET_ADD_PEAK_CHUNK, NULL, SF_FALSE); /* it holds the time of writing: two runs would differ */
  return BL_OK;
}

static bl_status put_whole(bl_ctx *ctx, bl_writer *w, sound_state *d, const float *x, size_t n)
{
  double most = ldexp(1, d->bits - 1);
  for (size_t done = 0; done < n;) {
    size_t part = n - done < PIECE ? n - done : PIECE;
    for (size_t i = 0; i < part; i++) {
      double v = rint((double)x[done + i] * d->scale);
      if (isnan(v)) return bl_fail(ctx, BL_E_NONFINITE, "%s: a sample is NaN; whole numbers hold none: write 32 bits", w->path);
      if (v == most) v = most - 1;
      if (!(v >= -most && v < most))
        return bl_fail(ctx, BL_E_RANGE, "%s: a sample of %g is beyond the announced full scale", w->path, (double)x[done + i]);
      d->piece[i] = (int)v * (1 << (32 - d->bits)); /* libsndfile takes the upper bits */
    }
    if (sf_write_int(d->file, d->piece, (sf_count_t)part) != (sf_count_t)part)
      return bl_fail(ctx, BL_E_IO, "%s: cannot be written: %s", w->path, sf_strerror(d->file));
    done += part;
  }
  return BL_OK;
}

static bl_status sound_push(bl_ctx *ctx, bl_writer *w, const float *x, size_t n)
{
  sound_state *d = w->state;
  if (d->bits) return put_whole(ctx, w, d, x, n * w->n_channels);
  if (sf_writef_float(d->file, x, (sf_count_t)n) == (sf_count_t)n) return BL_OK;
  return bl_fail(ctx, BL_E_IO, "%s: cannot be written: %s", w->path, sf_strerror(d->file));
}

static bl_status sound_done(bl_ctx *ctx, bl_writer *w)
{
  sound_state *d = w->state;
  int failed = sf_close(d->file);
  d->file = NULL;
  if (failed) return bl_fail(ctx, BL_E_IO, "%s: cannot be written: %s", w->path, sf_error_number(failed));
  return bl_out_done(ctx, &d->out);
}

static void sound_release(bl_ctx *ctx, bl_writer *w)
{
  sound_state *d = w->state;
  if (!d) return;
  if (d->file) sf_close(d->file);
  bl_out_drop(ctx, &d->out);
  bl_free(ctx, d->piece);
  bl_free(ctx, d);
  w->state = NULL;
}

const bl_write_class bl_write_sound = {sound_open, sound_push, sound_done, sound_release};
