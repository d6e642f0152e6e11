/* sndfile: uncompressed sound files, and some others, by libsndfile, as parts of full scale: a 16-bit sample over 32768, a float sample as it is, NaN
 * and infinity included. A JSON file beside one (<file>.json, sidecar.h) gives names, units, what full scale stands for
 * and the start; 'baleen convert' writes such files.
 *
 * Lengths are what can be read. libsndfile mends broken length fields of WAV silently, so those are looked at
 * beforehand (sndfile_view.h). */
#include <errno.h>
#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "baleen/text.h"
#include "feed_private.h"
#include "plain.h"
#include "reader_util.h"
#include "recording_private.h"
#include "sndfile_view.h"
#include "sound.h"
#include "wav_notes.h"

enum { SKIP_FRAMES = 4096 };
/* Frames that one byte of a file may stand for: FLAC codes 65535 equal samples in some 10 bytes. */
#define FRAMES_PER_BYTE 8192.0

typedef struct sound {
  SNDFILE *file;
  SF_INFO info;
  bl_sound_view view;   /* of the file's bytes, as libsndfile gets to see them */
  bl_plain plain;       /* where they can be read without libsndfile */
  uint64_t at;          /* the next frame that libsndfile will give */
  bool from_start_only; /* it cannot be sought in */
  bool told;            /* that it ends early */
  double *full_scale;   /* [channel] what a sample of 1 stands for; NULL: 1 */
} sound;

/* ---- recognition ------------------------------------------------------------------------------------------------- */

static int probe(const unsigned char *head, size_t n, const char *path)
{
  static const struct {
    const char *at0;
    size_t n0;
    const char *at8;
  } magic[] = {{"RIFF", 4, "WAVE"},
               {"RIFX", 4, "WAVE"},
               {"RF64", 4, "WAVE"},
               {"riff\x2e\x91\xcf\x11", 8, NULL},
               {"FORM", 4, "AIFF"},
               {"FORM", 4, "AIFC"},
               {"caff", 4, NULL},
               {".snd", 4, NULL},
               {"dns.", 4, NULL},
               {"NIST_1A", 7, NULL},
               {"Creative Voice File", 19, NULL}};
  for (size_t i = 0; i < sizeof magic / sizeof *magic; i++)
    if (n >= magic[i].n0 && !memcmp(head, magic[i].at0, magic[i].n0) &&
        (!magic[i].at8 || (n >= 12 && !memcmp(head + 8, magic[i].at8, 4))))
      return 100;
  /* by its name alone: what is wrong with it can be said better here */
  static const char *const names[] = {".wav", ".aif", ".aiff"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (bl_text_ends_with(path, names[i])) return 1;
  return 0;
}

/* ---- header ------------------------------------------------------------------------------------------------------ */

/* "WAV, 16 bit". */
static bl_status describe(bl_ctx *ctx, bl_recording *rec, int format)
{
  static const struct {
    int code;
    const char *text;
  } kinds[] = {{SF_FORMAT_WAV, "WAV"}, {SF_FORMAT_WAVEX, "WAV"},        {SF_FORMAT_RF64, "RF64"},
               {SF_FORMAT_W64, "W64"}, {SF_FORMAT_AIFF, "AIFF"},        {SF_FORMAT_CAF, "CAF"},
               {SF_FORMAT_AU, "AU"},   {SF_FORMAT_NIST, "NIST SPHERE"}, {SF_FORMAT_VOC, "VOC"}},
    codings[] = {{SF_FORMAT_PCM_S8, "8 bit"},        {SF_FORMAT_PCM_U8, "8 bit"},  {SF_FORMAT_PCM_16, "16 bit"},
                 {SF_FORMAT_PCM_24, "24 bit"},       {SF_FORMAT_PCM_32, "32 bit"}, {SF_FORMAT_FLOAT, "32 bit float"},
                 {SF_FORMAT_DOUBLE, "64 bit float"}, {SF_FORMAT_ULAW, "u-law"},    {SF_FORMAT_ALAW, "A-law"}};
  const char *kind = "sound", *coding = "coded";
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
    if (kinds[i].code == (format & SF_FORMAT_TYPEMASK)) kind = kinds[i].text;
  SF_FORMAT_INFO info = {.format = format & SF_FORMAT_SUBMASK};
  if (!sf_command(NULL, SFC_GET_FORMAT_INFO, &info, sizeof info) && info.name) coding = info.name;
  for (size_t i = 0; i < sizeof codings / sizeof *codings; i++)
    if (codings[i].code == (format & SF_FORMAT_SUBMASK)) coding = codings[i].text;
  rec->format = bl_strf(ctx, "%s, %s", kind, coding);
  return rec->format ? BL_OK : bl_fail_nomem(ctx, "a recording's header");
}

/* Bits of a sample stored as a whole number; 0 for all else. */
static int whole_bits(int format)
{
  switch (format & SF_FORMAT_SUBMASK) {
  case SF_FORMAT_PCM_S8:
  case SF_FORMAT_PCM_U8: return 8;
  case SF_FORMAT_PCM_16: return 16;
  case SF_FORMAT_PCM_24: return 24;
  case SF_FORMAT_PCM_32: return 32;
  default: return 0;
  }
}

/* Of an uncompressed sample; 0 for all else. */
static uint64_t sample_bytes(int format)
{
  int bits = whole_bits(format), coding = format & SF_FORMAT_SUBMASK;
  if (bits) return (uint64_t)bits / 8;
  return coding == SF_FORMAT_FLOAT                              ? 4
         : coding == SF_FORMAT_DOUBLE                           ? 8
         : coding == SF_FORMAT_ULAW || coding == SF_FORMAT_ALAW ? 1
                                                                : 0;
}

/* Whether a text of up to n characters says nothing: blanks, zeros and what stands between the parts of a date. */
static bool is_unset(const char *s, size_t n)
{
  for (size_t i = 0; i < n && s[i]; i++)
    if (!strchr(" 0-:/._", s[i])) return false;
  return true;
}

/* "yyyy-mm-dd" and "hh-mm-ss", whatever the separators; false when a digit is none. */
static bool read_origination(const SF_BROADCAST_INFO *b, int v[6])
{
  static const struct {
    int at, n;
  } date_part[] = {{0, 4}, {5, 2}, {8, 2}}, time_part[] = {{0, 2}, {3, 2}, {6, 2}};
  for (int i = 0; i < 6; i++) {
    const char *s = i < 3 ? b->origination_date + date_part[i].at : b->origination_time + time_part[i - 3].at;
    int n = i < 3 ? date_part[i].n : time_part[i - 3].n;
    v[i] = 0;
    for (int k = 0; k < n; k++) {
      if (s[k] < '0' || s[k] > '9') return false;
      v[i] = v[i] * 10 + (s[k] - '0');
    }
  }
  return true;
}

/* Origination date and time of the Broadcast Wave extension (EBU Tech 3285). */
static bl_status read_bext(bl_ctx *ctx, bl_recording *rec)
{
  SF_BROADCAST_INFO b = {0};
  int v[6];
  if (sf_command(((sound *)rec->impl)->file, SFC_GET_BROADCAST_INFO, &b, sizeof b) != SF_TRUE) return BL_OK;
  if (is_unset(b.origination_date, sizeof b.origination_date)) return BL_OK;
  if (read_origination(&b, v) && bl_recording_set_start(rec, v, 0)) return BL_OK;
  return bl_recording_note(ctx, rec, BL_W_DEVIATION,
                           "the start '%.10s %.8s' of the chunk bext is no date and time, and was passed over",
                           b.origination_date, b.origination_time);
}

/* ---- length ------------------------------------------------------------------------------------------------------ */

/* Begins at the start, again. */
static bl_status reopen(bl_ctx *ctx, bl_recording *rec)
{
  sound *f = rec->impl;
  SF_VIRTUAL_IO io = bl_sound_view_io;
  if (f->file) sf_close(f->file);
  f->info = (SF_INFO){0};
  f->at = f->view.offset = 0;
  f->file = sf_open_virtual(&io, SFM_READ, &f->info, &f->view);
  if (f->file) return BL_OK;
  return bl_fail(ctx, BL_E_FORMAT, "%s: no sound file that can be read: %s", rec->path, sf_strerror(NULL));
}

/* Decodes all of it to count its frames. */
static bl_status count_frames(bl_ctx *ctx, bl_recording *rec, uint64_t *total)
{
  sound *f = rec->impl;
  size_t n_channels = (size_t)f->info.channels;
  float *waste = bl_calloc(ctx, SKIP_FRAMES * n_channels, sizeof *waste);
  if (!waste) return bl_fail_nomem(ctx, "counting a recording's frames");
  bl_status s = BL_OK;
  *total = 0;
  for (sf_count_t got; !s && (got = sf_readf_float(f->file, waste, SKIP_FRAMES)) > 0; *total += (uint64_t)got)
    s = BL_CHECK_CANCEL(ctx);
  bl_free(ctx, waste);
  return s ? s : reopen(ctx, rec);
}

/* True when the length that libsndfile tells is none, or more than such a file can hold. */
static bool length_is_guess(const sound *f)
{
  return f->info.frames < 0 || (double)f->info.frames > (double)f->view.file_bytes * FRAMES_PER_BYTE;
}

/* libsndfile 1.2 gives other samples than were stored for packets of ALAC that are not compressed, as those of noise. */
static bl_status check_alac(bl_ctx *ctx, const bl_recording *rec)
{
  const sound *f = rec->impl;
  int coding = f->info.format & SF_FORMAT_SUBMASK;
  int bits = coding == SF_FORMAT_ALAC_32 ? 32 : coding == SF_FORMAT_ALAC_24 ? 24 : coding == SF_FORMAT_ALAC_20 ? 20 : 0;
  if (bits < 32 && (!bits || f->info.channels < 2)) return BL_OK;
  return bl_fail(
      ctx, BL_E_UNSUPPORTED,
      "%s: ALAC of %d bits in %d channel%s: libsndfile decodes parts of it wrongly; convert it to WAV or FLAC by "
      "another program (ffmpeg -i IN OUT.flac)",
      rec->path, bits, f->info.channels, f->info.channels > 1 ? "s" : "");
}

static bl_status open_sound(bl_ctx *ctx, bl_recording *rec)
{
  sound *f = rec->impl = bl_calloc(ctx, 1, sizeof *f);
  if (!f) return bl_fail_nomem(ctx, "a sound file");
  struct stat info;
  f->view.bytes.fd = bl_recording_take_file(rec);
  if (f->view.bytes.fd < 0 || fstat(f->view.bytes.fd, &info))
    return bl_fail(ctx, BL_E_IO, "%s: cannot be opened: %s", rec->path, strerror(errno));
  f->view.file_bytes = (uint64_t)info.st_size;
  bl_status s = bl_sound_view_mend(ctx, rec, &f->view);
  if (s || (s = reopen(ctx, rec))) return s;
  uint64_t frames = 0;
  if ((s = bl_sound_check(ctx, rec, f->info.samplerate, f->info.channels))) return s;
  f->from_start_only = !f->info.seekable;
  if ((s = check_alac(ctx, rec))) return s;
  if ((s = describe(ctx, rec, f->info.format))) return s;
  if (!length_is_guess(f)) frames = (uint64_t)f->info.frames;
  else if ((s = count_frames(ctx, rec, &frames))) return s;

  uint64_t frame = sample_bytes(f->info.format) * (uint64_t)f->info.channels;
  if (f->view.data_bytes && frame && frames > f->view.data_bytes / frame) frames = f->view.data_bytes / frame;
  f->plain = bl_plain_of(&f->view.riff, f->info.format, (size_t)f->info.channels, frames);
  if ((s = bl_recording_streams(ctx, rec, 1))) return s;
  bl_rec_stream *stream = &rec->streams[0];
  stream->rate_hz = f->info.samplerate;
  stream->n_frames = frames;
  if ((s = bl_sound_channels(ctx, stream, (size_t)f->info.channels, whole_bits(f->info.format)))) return s;
  s = bl_wav_notes(ctx, rec, &f->view.bytes, f->view.file_bytes);
  if (!s && !rec->has_start) s = read_bext(ctx, rec);
  if (!s && !rec->has_start) s = bl_wav_comment(ctx, rec, &f->view.bytes, f->view.file_bytes);
  if (s || (s = bl_sound_beside(ctx, rec, &f->full_scale))) return s;
  if (!frames) return bl_recording_note(ctx, rec, BL_W_TRUNCATED, "the file holds no samples");
  stream->runs = bl_calloc(ctx, 1, sizeof *stream->runs);
  if (!stream->runs) return bl_fail_nomem(ctx, "a sound file");
  stream->runs[0].n = frames;
  stream->n_runs = 1;
  return BL_OK;
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

/* Reads on to a frame; when it lies behind, begins at the start. */
static bl_status skip_to(bl_ctx *ctx, bl_recording *rec, uint64_t frame)
{
  sound *f = rec->impl;
  bl_status s = frame < f->at ? reopen(ctx, rec) : BL_OK;
  if (s) return s;
  float *waste = bl_calloc(ctx, SKIP_FRAMES * rec->streams[0].n_channels, sizeof *waste);
  if (!waste) return bl_fail_nomem(ctx, "skipping a recording's frames");
  while (!s && f->at < frame) {
    sf_count_t n = frame - f->at < SKIP_FRAMES ? (sf_count_t)(frame - f->at) : SKIP_FRAMES;
    sf_count_t got = sf_readf_float(f->file, waste, n);
    if (got <= 0) break; /* the read that follows tells */
    f->at += (uint64_t)got;
    s = BL_CHECK_CANCEL(ctx);
  }
  bl_free(ctx, waste);
  return s;
}

static bl_status go_to(bl_ctx *ctx, bl_recording *rec, uint64_t frame)
{
  sound *f = rec->impl;
  if (frame == f->at) return BL_OK;
  if (!f->from_start_only) {
    if (sf_seek(f->file, (sf_count_t)frame, SEEK_SET) == (sf_count_t)frame) {
      f->at = frame;
      return BL_OK;
    }
    f->from_start_only = true; /* damaged where it must be found: read up to it instead */
    f->at = UINT64_MAX;
  }
  return skip_to(ctx, rec, frame);
}

/* By libsndfile. */
static bl_status decode(bl_ctx *ctx, bl_recording *rec, uint64_t first, size_t n, float *out, size_t *got)
{
  sound *f = rec->impl;
  size_t n_channels = rec->streams[0].n_channels;
  if (!f->file) {
    bl_status again = reopen(ctx, rec);
    if (again) return again;
  }
  bl_status s = go_to(ctx, rec, first);
  if (s) return s;
  for (*got = 0; f->at == first + *got && *got < n;) {
    sf_count_t more = sf_readf_float(f->file, out + *got * n_channels, (sf_count_t)(n - *got));
    if (more <= 0) break;
    *got += (size_t)more;
    f->at += (uint64_t)more;
  }
  return BL_OK;
}

static bl_status read_frames(bl_ctx *ctx, bl_recording *rec, size_t stream, uint64_t first, size_t n, float *out,
                             size_t *got)
{
  sound *f = rec->impl;
  size_t n_channels = rec->streams[stream].n_channels;
  bl_status s = BL_OK;
  if (f->plain.frame_bytes) {
    *got = bl_plain_read(&f->plain, &f->view.bytes, first, n, n_channels, out);
    f->at = first + *got;
  } else if ((s = decode(ctx, rec, first, n, out, got))) {
    return s;
  }
  bl_sound_scale(f->full_scale, n_channels, *got, out);
  if (*got == n || f->told) return BL_OK;
  f->told = true;
  return bl_recording_note(ctx, rec, BL_W_TRUNCATED,
                           "frame %llu: the header says %llu frames, no more could be decoded (%s)",
                           (unsigned long long)f->at, (unsigned long long)rec->streams[stream].n_frames,
                           sf_error(f->file) ? sf_strerror(f->file) : "the file ends there");
}

static void close_sound(bl_ctx *ctx, bl_recording *rec)
{
  sound *f = rec->impl;
  if (!f) return;
  if (f->file) sf_close(f->file);
  if (f->view.bytes.fd >= 0) close(f->view.bytes.fd);
  bl_free(ctx, f->full_scale);
  bl_free(ctx, f);
  rec->impl = NULL;
}

static const char *const extensions[] = {".wav", ".wave", ".aif",  ".aiff", ".aifc", ".caf", ".au",
                                         ".snd", ".w64",  ".rf64", ".sph",  ".voc",  NULL};
const bl_reader_class bl_reader_sndfile = {
    .name = "sndfile",
    .summary = "WAV, RF64, W64, AIFF, CAF, AU, NIST and VOC by libsndfile",
    .source = "libsndfile 1.2",
    .extensions = extensions,
    .probe = probe,
    .open = open_sound,
    .read = read_frames,
    .close = close_sound,
    .feed = &bl_feed_wav,
};
