/* WAV and FLAC through libsndfile, which writes into a file that is open beside its place. Whole numbers are rounded
 * here: value / full scale * 2^(bits - 1), half to even, full scale itself to the largest number; nothing is clipped
 * but that. What the file cannot say goes into a JSON file beside it; a recording that says nothing more than a sound
 * file does has none. */
#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "file.h"
#include "reader_util.h"
#include "recording_private.h"
#include "sidecar.h"
#include "write_private.h"

enum { PIECE = 4096 };

typedef struct sound_state {
  bl_out out, beside; /* <path>, <path>.json */
  SNDFILE *file;
  int bits;           /* 0: float32 */
  double *full_scale; /* [n_channels] 1 for floats */
  int *piece;         /* whole numbers of piece_n samples: frames, which is all that libsndfile takes */
  size_t piece_n;
  bool needs_json; /* a file beside it */
  bl_buf json;     /* its text; empty: none */
} sound_state;

/* Whether the channel's values are whole numbers that there is room for as they stand. Sound is in parts of full
 * scale. */
static bool stands(const bl_write_spec *spec, size_t c, double top)
{
  return strcmp(spec->units[c], "FS") && bl_write_is_whole(spec, c) && spec->lo[c] >= -top && spec->hi[c] < top;
}

/* Triggers have a scale of their own, whatever their unit. */
static bool is_status(const char *name) { return !strcmp(name, "Status") || !strcmp(name, "Status system"); }

/* One for all channels of a unit, so that their levels compare: their greatest magnitude, but for sound, which is in
 * parts of full scale already, at least 1; and steps of 1 where all of them are whole numbers. Floats (0 bits) have no
 * scale. */
static void choose_full_scale(const bl_write_spec *spec, int bits, double *out)
{
  double top = ldexp(1, bits - 1);
  for (size_t c = 0; c < spec->n_channels; c++) {
    double most = strcmp(spec->units[c], "FS") ? 0 : 1;
    bool whole = true, own = bits && spec->lo && is_status(spec->names[c]) && stands(spec, c, top);
    for (size_t k = 0; bits && spec->lo && k < spec->n_channels; k++) {
      if (strcmp(spec->units[k], spec->units[c]) ||
          (own ? k != c : is_status(spec->names[k]) && k != c && stands(spec, k, top)))
        continue;
      most = fmax(most, fmax(fabs(spec->lo[k]), fabs(spec->hi[k])));
      whole &= stands(spec, k, top);
    }
    out[c] = !bits || !spec->lo ? 1 : whole ? top : most > 0 ? most : 1;
  }
}

static bl_status choose_format(bl_ctx *ctx, bl_writer *w, const bl_write_spec *spec, sound_state *d, SF_INFO *info)
{
  bool flac = spec->format == BL_WRITE_FLAC;
  double rate = rint(spec->rate_hz);
  int bits = spec->bits ? spec->bits : flac ? 24 : 32;
  if ((bits != 16 && bits != 24 && bits != 32) || (flac && bits == 32))
    return bl_fail(ctx, BL_E_ARG, "%s: %d bits; wanted 16, 24%s", w->path, bits,
                   flac ? ": FLAC holds no float" : " or 32, which is float");
  if (!(rate >= 1 && rate <= (flac ? 655350 : 2147483647.0)) || spec->n_channels > (flac ? 8 : 1024))
    return bl_fail(ctx, BL_E_RANGE, "%s: %g Hz and %zu channels, %s holds up to %s; write .npy, or resample or pick",
                   w->path, spec->rate_hz, spec->n_channels, flac ? "FLAC" : "WAV",
                   flac ? "655350 Hz and 8" : "2147483647 Hz and 1024");
  if (fabs(rate - spec->rate_hz) > 1e-9 * rate)
    return bl_fail(ctx, BL_E_RANGE, "%s: %.9g Hz; WAV and FLAC hold whole rates: resample, or write .npy, .edf or .bdf",
                   w->path, spec->rate_hz);
  d->bits = bits == 32 ? 0 : bits;
  bool large = (double)spec->n_frames * (double)spec->n_channels * bits / 8 > 4.2e9;
  int sub = bits == 16 ? SF_FORMAT_PCM_16 : bits == 24 ? SF_FORMAT_PCM_24 : SF_FORMAT_FLOAT;
  *info = (SF_INFO){.samplerate = (int)rate,
                    .channels = (int)spec->n_channels,
                    .format = (flac    ? SF_FORMAT_FLAC
                               : large ? SF_FORMAT_RF64
                                       : SF_FORMAT_WAV) |
                              sub};
  return BL_OK;
}

static bool all_fs(const bl_write_spec *spec)
{
  for (size_t c = 0; c < spec->n_channels; c++)
    if (strcmp(spec->units[c], "FS")) return false;
  return true;
}

/* Whether an earlier channel has the channel's unit and scale, which have been told. */
static bool told_before(const bl_write_spec *spec, const sound_state *d, size_t channel)
{
  for (size_t k = 0; k < channel; k++)
    if (!strcmp(spec->units[k], spec->units[channel]) && d->full_scale[k] == d->full_scale[channel]) return true;
  return false;
}

static bl_status tell_units(bl_ctx *ctx, bl_writer *w, const bl_write_spec *spec, const sound_state *d)
{
  bl_buf text = {0};
  bl_status s = bl_buf_puts(ctx, &text, "samples are 32-bit float in ");
  for (size_t c = 0; !s && c < spec->n_channels; c++)
    if (!told_before(spec, d, c)) s = bl_buf_printf(ctx, &text, "%s'%s'", c ? ", " : "", spec->units[c]);
  if (!s) s = bl_buf_puts(ctx, &text, ": not within -1 to 1");
  if (!s) s = bl_texts_add(ctx, &w->report, bl_buf_text(&text));
  bl_buf_free(ctx, &text);
  return s;
}

static bl_status tell_scale(bl_ctx *ctx, bl_writer *w, const bl_write_spec *spec, const sound_state *d)
{
  char text[256];
  bl_status s = BL_OK;
  if (!d->bits) return all_fs(spec) ? BL_OK : tell_units(ctx, w, spec, d);
  for (size_t c = 0; !s && c < spec->n_channels; c++) {
    if (told_before(spec, d, c)) continue;
    double most = d->full_scale[c];
    int n = snprintf(text, sizeof text, "%d bits; full scale is %.9g '%s', a step %.3g", d->bits, most, spec->units[c],
                     ldexp(most, 1 - d->bits));
    if (!strcmp(spec->units[c], "FS") && most > 1) /* the sidecar says so to us; others play it so much softer */
      snprintf(text + n, sizeof text - (size_t)n, "; without the .json file beside it, levels are %.2f dB lower",
               20 * log10(most));
    s = bl_texts_add(ctx, &w->report, text);
  }
  return s;
}

/* Whether the reader finds the same start by the file's name. */
static bool name_tells_start(const char *path, const bl_write_spec *spec)
{
  char by_name[BL_CLOCK_ROOM], ahead[8];
  const char *used;
  int v[7], zone;
  if (!bl_start_from_name(NULL, path, v, &zone, &used) || !bl_clock_text(v, v[6] * 1e-6, by_name)) return false;
  bl_clock_zone_text(zone, ahead);
  return !strcmp(by_name, spec->start) && !strcmp(ahead, spec->zone ? spec->zone : "");
}

/* Whether a sound file by itself would be read with other names, units, values or another start. */
static bool needs_sidecar(const char *path, const bl_write_spec *spec, const double *full_scale)
{
  if (!all_fs(spec) || (spec->has_start && !name_tells_start(path, spec))) return true;
  for (size_t c = 0; c < spec->n_channels; c++) {
    char usual[32];
    bl_reader_sound_name(c, spec->n_channels, usual);
    if (strcmp(spec->names[c], usual) || full_scale[c] != 1) return true;
  }
  return false;
}

static bl_status prepare_sidecar(bl_ctx *ctx, bl_writer *w, const bl_write_spec *spec, sound_state *d)
{
  bl_status s = bl_sidecar_check_place(ctx, w->path);
  d->needs_json = needs_sidecar(w->path, spec, d->full_scale);
  return s || !d->needs_json
             ? s
             : bl_texts_add(ctx, &w->report, "channel names, units and start are in the .json file beside it");
}

static bl_status sound_open(bl_ctx *ctx, bl_writer *w, const bl_write_spec *spec)
{
  SF_INFO info;
  sound_state *d = w->state = bl_calloc(ctx, 1, sizeof *d);
  if (!d) return bl_fail_nomem(ctx, "a sound file");
  d->out.fd = d->beside.fd = -1;
  bl_status s = choose_format(ctx, w, spec, d, &info);
  if (s) return s;
  d->full_scale = bl_calloc(ctx, spec->n_channels, sizeof *d->full_scale);
  d->piece_n = (PIECE / spec->n_channels + 1) * spec->n_channels;
  d->piece = bl_calloc(ctx, d->piece_n, sizeof *d->piece);
  if (!d->full_scale || !d->piece) return bl_fail_nomem(ctx, "a sound file");
  choose_full_scale(spec, d->bits, d->full_scale);
  if ((s = tell_scale(ctx, w, spec, d))) return s;
  if ((s = prepare_sidecar(ctx, w, spec, d))) return s;
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
    size_t part = n - done < d->piece_n ? n - done : d->piece_n;
    for (size_t i = 0; i < part; i++) {
      double v = rint((double)x[done + i] * (most / d->full_scale[(done + i) % w->n_channels]));
      if (isnan(v))
        return bl_fail(ctx, BL_E_NONFINITE, "%s: a sample is NaN; whole numbers hold none: write 32 bits", w->path);
      if (v == most) v = most - 1;
      if (!(v >= -most && v < most))
        return bl_fail(ctx, BL_E_RANGE, "%s: a sample of %g is beyond the announced full scale", w->path,
                       (double)x[done + i]);
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
  bl_status s = BL_OK;
  if (d->needs_json) s = bl_sidecar_text(ctx, &w->spec, d->bits ? d->full_scale : NULL, &d->json);
  if (!s) s = bl_sidecar_prepare(ctx, w->path, &d->json, &d->beside);
  if (!s) s = bl_out_done(ctx, &d->out);
  return s ? s : bl_sidecar_done(ctx, w->path, &d->beside);
}

static void sound_release(bl_ctx *ctx, bl_writer *w)
{
  sound_state *d = w->state;
  if (!d) return;
  if (d->file) sf_close(d->file);
  bl_out_drop(ctx, &d->out);
  bl_out_drop(ctx, &d->beside);
  bl_free(ctx, d->full_scale);
  bl_free(ctx, d->piece);
  bl_buf_free(ctx, &d->json);
  bl_free(ctx, d);
  w->state = NULL;
}

const bl_write_class bl_write_sound = {.names = {{".wav", BL_WRITE_WAV}, {".flac", BL_WRITE_FLAC}},
                                       .open = sound_open,
                                       .push = sound_push,
                                       .done = sound_done,
                                       .release = sound_release};
