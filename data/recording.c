/* Opening by content: every reader looks at the first bytes, the surest one gets the file. What all readers need
 * besides (notes, channels, the start) is here too. */
#include "baleen/recording.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "baleen/text.h"
#include "clock.h"
#include "recording_private.h"
#include "sound.h"

enum { HEAD_BYTES = 512 };

/* ---- for readers ------------------------------------------------------------------------------------------------- */

bl_status bl_recording_note(bl_ctx *ctx, bl_recording *rec, bl_warning code, const char *format, ...)
{
  char text[512];
  bool deviates = code == BL_W_DEVIATION || code == BL_W_TRUNCATED || code == BL_W_FORMAL;
  if (deviates && !rec->n_deviations++) rec->deviation = rec->notes.n;
  if (rec->notes.n > BL_MAX_NOTES) return BL_OK;
  if (rec->notes.n == BL_MAX_NOTES) {
    snprintf(text, sizeof text, "more deviations were found than the %d listed", BL_MAX_NOTES);
  } else {
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
  }
  if (!rec->quiet && rec->mode != BL_OPEN_STRICT && code != BL_W_FORMAL)
    bl_warn(ctx, code, "%s: %s", rec->path ? rec->path : "", text);
  return bl_texts_add(ctx, &rec->notes, text);
}

bl_status bl_recording_text(bl_ctx *ctx, char **to, const char *text)
{
  char *copy = bl_strdup(ctx, text);
  if (!copy) return bl_fail_nomem(ctx, "a recording's header");
  bl_free(ctx, *to);
  *to = copy;
  return BL_OK;
}

bl_status bl_recording_streams(bl_ctx *ctx, bl_recording *rec, size_t n)
{
  rec->streams = bl_calloc(ctx, n, sizeof *rec->streams);
  if (!rec->streams) return bl_fail_nomem(ctx, "a recording's streams");
  rec->n_streams = n;
  return BL_OK;
}

bl_status bl_recording_channels(bl_ctx *ctx, bl_rec_stream *stream, size_t n)
{
  stream->channels = bl_calloc(ctx, n, sizeof *stream->channels);
  if (!stream->channels) return bl_fail_nomem(ctx, "a recording's channels");
  stream->n_channels = n;
  for (size_t i = 0; i < n; i++) {
    bl_channel *c = &stream->channels[i];
    bl_status s = bl_recording_text(ctx, &c->name, "");
    if (!s) s = bl_recording_text(ctx, &c->unit, "");
    if (!s) s = bl_recording_text(ctx, &c->info, "");
    if (s) return s;
    c->lo = c->hi = NAN;
  }
  return BL_OK;
}

bool bl_recording_set_start(bl_recording *rec, const int v[6], double shift_s)
{
  if (!bl_clock_text(v, shift_s, rec->start)) return false;
  *rec->zone = '\0';
  return rec->has_start = true;
}

bool bl_recording_set_moment(bl_recording *rec, const int v[7], int zone)
{
  if (!bl_recording_set_start(rec, v, v[6] * 1e-6)) return false;
  bl_clock_zone_text(zone, rec->zone);
  return true;
}

bool bl_recording_later(const bl_recording *rec, double shift_s, char to[40])
{
  return rec->has_start && bl_clock_later(rec->start, shift_s, to);
}

static void close_file(bl_recording *rec)
{
  if (rec->file) close(rec->file - 1);
  rec->file = 0;
}

void bl_recording_release(bl_ctx *ctx, bl_recording *rec)
{
  close_file(rec);
  if (rec->cls) rec->cls->close(ctx, rec);
  for (size_t s = 0; s < rec->n_streams; s++) {
    bl_rec_stream *stream = &rec->streams[s];
    for (size_t c = 0; c < stream->n_channels; c++) {
      bl_free(ctx, stream->channels[c].name);
      bl_free(ctx, stream->channels[c].unit);
      bl_free(ctx, stream->channels[c].info);
    }
    bl_free(ctx, stream->channels);
    bl_free(ctx, stream->runs);
  }
  bl_free(ctx, rec->streams);
  bl_annotations_free(ctx, &rec->annotations);
  bl_texts_free(ctx, &rec->notes);
  bl_free(ctx, rec->path);
  bl_free(ctx, rec->format);
  *rec = (bl_recording){0};
}

/* ---- opening ----------------------------------------------------------------------------------------------------- */

int bl_recording_take_file(bl_recording *rec)
{
  int fd = rec->file ? rec->file - 1 : open(rec->path, O_RDONLY | O_CLOEXEC);
  rec->file = 0;
  return fd;
}

/* Up to HEAD_BYTES of a file from `at` on. */
static bl_status read_bytes(bl_ctx *ctx, const char *path, int fd, uint64_t at, unsigned char *head, size_t *n)
{
  for (*n = 0; *n < HEAD_BYTES;) {
    ssize_t got = pread(fd, head + *n, HEAD_BYTES - *n, (off_t)(at + *n));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return bl_fail(ctx, BL_E_IO, "%s: cannot be read: %s", path, strerror(errno));
    if (!got) break;
    *n += (size_t)got;
  }
  return BL_OK;
}

/* The first bytes of a regular file that is not empty, behind an ID3 tag, which may stand in front of any sound. *file:
 * see bl_recording. */
static bl_status read_head(bl_ctx *ctx, const char *path, unsigned char *head, size_t *n, int *file)
{
  struct stat info;
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe without a writer must not hold us up */
  *file = fd + 1;
  if (fd < 0) return bl_fail(ctx, BL_E_IO, "%s: cannot be opened: %s", path, strerror(errno));
  bl_status s = BL_OK;
  if (fstat(fd, &info)) s = bl_fail(ctx, BL_E_IO, "%s: cannot be examined: %s", path, strerror(errno));
  else if (S_ISDIR(info.st_mode)) s = bl_fail(ctx, BL_E_IO, "%s: is a folder, not a recording", path);
  else if (!S_ISREG(info.st_mode)) s = bl_fail(ctx, BL_E_IO, "%s: is no regular file; copy the recording to one", path);
  else if (!info.st_size) s = bl_fail(ctx, BL_E_FORMAT, "%s: the file is empty (0 bytes)", path);
  uint64_t tag = 1;
  for (uint64_t at = 0; !s && tag; at += tag) {
    s = read_bytes(ctx, path, fd, at, head, n);
    tag = !s && *n >= 10 ? bl_id3_bytes(head) : 0;
    if (tag >= (uint64_t)info.st_size - at) tag = 0;
  }
  return s;
}

static bl_status choose(bl_ctx *ctx, const char *path, int *file, const bl_reader_class **out)
{
  unsigned char head[HEAD_BYTES];
  size_t n = 0;
  if (!strncmp(path, BL_PCM_PREFIX, strlen(BL_PCM_PREFIX))) {
    *out = &bl_reader_pcm;
    return BL_OK;
  }
  if (!strcmp(path, "-"))
    return bl_fail(ctx, BL_E_ARG,
                   "-: standard input does not tell what it is; open it as pcm:rate=48000,channels=1,format=s16le:-");
  bl_status s = read_head(ctx, path, head, &n, file);
  if (s) return s;
  static const char pointer[] = "version https://git-lfs.github.com/spec/";
  if (n >= sizeof pointer - 1 && !memcmp(head, pointer, sizeof pointer - 1))
    return bl_fail(ctx, BL_E_FORMAT, "%s: is a Git LFS pointer, not the recording itself; fetch it with 'git lfs pull'",
                   path);
  int best = 0;
  *out = NULL;
  for (size_t i = 0; bl_reader_at(i); i++) {
    int sure = bl_reader_at(i)->probe(head, n, path);
    if (sure > best) best = sure, *out = bl_reader_at(i);
  }
  if (!*out)
    return bl_fail(
        ctx, BL_E_FORMAT,
        "%s: no known recording: it begins with the bytes %02x %02x %02x %02x; known are WAV, FLAC, Ogg, MP3, "
        "AIFF, CAF, AU, EDF, BDF, GDF, BrainVision, .npy and .csv; raw samples by pcm:rate=..:PATH",
        path, head[0], n > 1 ? head[1] : 0u, n > 2 ? head[2] : 0u, n > 3 ? head[3] : 0u);
  return BL_OK;
}

/* A strict recording must not depart from its standard. */
static bl_status check_strict(bl_ctx *ctx, const bl_recording *rec)
{
  if (rec->mode != BL_OPEN_STRICT || !rec->n_deviations) return BL_OK;
  char more[64] = "";
  size_t others = rec->n_deviations - 1;
  if (others) snprintf(more, sizeof more, "; %zu other kind%s of deviation", others, others > 1 ? "s" : "");
  const char *first = rec->deviation < rec->notes.n ? rec->notes.v[rec->deviation] : "departs from its standard";
  return bl_fail(ctx, BL_E_FORMAT, "%s: %s%s (strict; 'baleen %s' writes a conforming file)", rec->path, first, more,
                 strcmp(rec->cls->name, "edf") ? "convert" : "repair");
}

/* By the first pattern that fits, with a note (no warning); a pattern of the user's own that does not fit is told. */
static bl_status start_from_name(bl_ctx *ctx, bl_recording *rec, const char *pattern)
{
  int v[7], zone;
  const char *used;
  if (!bl_start_from_name(pattern, bl_recording_file(rec->path), v, &zone, &used)) {
    if (pattern)
      bl_warn(ctx, BL_W_REMARK, "%s: '%s' fits nothing in the file's name; when it began is not known", rec->path,
              pattern);
    return BL_OK;
  }
  bl_recording_set_moment(rec, v, zone);
  rec->start_assumed = true;
  char *text =
      bl_strf(ctx, "the start time %s%s is assumed from the file's name, by '%s'", rec->start, rec->zone, used);
  bl_status s = text ? bl_texts_add(ctx, &rec->notes, text) : bl_fail_nomem(ctx, "a note");
  if (!s) bl_log(ctx, BL_LOG_INFO, "%s: %s", rec->path, text);
  bl_free(ctx, text);
  return s;
}

static bool goes_by(const bl_reader_class *cls, const char *file)
{
  for (const char *const *e = cls->extensions; *e; e++)
    if (bl_text_ends_with(file, *e)) return true;
  return false;
}

/* A name that is another format's, and a recording without samples: what was made of them is told. */
static bl_status note_oddities(bl_ctx *ctx, bl_recording *rec)
{
  const char *file = bl_recording_file(rec->path), *dot = strrchr(bl_path_base(file), '.');
  bool other = false, any = !rec->n_streams;
  for (size_t i = 0; dot && bl_reader_at(i); i++) other = other || goes_by(bl_reader_at(i), file);
  for (size_t i = 0; i < rec->n_streams; i++) any = any || rec->streams[i].n_frames;
  bl_status s = BL_OK;
  if (other && rec->cls->extensions[0] && !goes_by(rec->cls, file))
    s = bl_recording_note(ctx, rec, BL_W_REMARK, "its name ends in %s, but it is %s; it was read as what it is", dot,
                          rec->format);
  if (!s && !any && !rec->notes.n) s = bl_recording_note(ctx, rec, BL_W_REMARK, "it holds no samples");
  return s;
}

static bl_status open_quietly(bl_ctx *ctx, const char *path, const bl_opening *how, bool quiet, bl_recording **out)
{
  *out = NULL;
  const bl_reader_class *cls;
  bl_recording *rec = bl_calloc(ctx, 1, sizeof *rec);
  if (!rec) return bl_fail_nomem(ctx, "a recording");
  bl_status s = choose(ctx, path, &rec->file, &cls);
  if (s) goto done;
  rec->mode = how->mode;
  rec->opening = how;
  rec->quiet = quiet;
  if ((s = bl_recording_text(ctx, &rec->path, path))) goto done;
  rec->cls = cls;
  s = cls->open(ctx, rec);
  rec->opening = NULL;
  close_file(rec);
  if (!s) s = note_oddities(ctx, rec);
  if (s) goto done;
  if ((s = check_strict(ctx, rec))) goto done;
  bool by_name = !rec->has_start && !(how->start_pattern && !strcmp(how->start_pattern, "none"));
  if (by_name && (s = start_from_name(ctx, rec, how->start_pattern))) goto done;
  for (size_t i = 0; i < rec->n_streams; i++) {
    const bl_rec_stream *stream = &rec->streams[i];
    if (!stream->n_runs) continue;
    const bl_stretch *last = &stream->runs[stream->n_runs - 1];
    rec->duration_s = fmax(rec->duration_s, last->start_s + (double)last->n / stream->rate_hz);
  }
  *out = rec;
  rec = NULL;
done:
  bl_recording_close(ctx, rec);
  return s;
}

bl_status bl_recording_open_as(bl_ctx *ctx, const char *path, const bl_opening *how, bl_recording **out)
{
  return open_quietly(ctx, path, how, false, out);
}

bl_status bl_recording_open(bl_ctx *ctx, const char *path, bl_recording **out)
{
  return bl_recording_open_as(ctx, path, &(bl_opening){0}, out);
}

bl_status bl_recording_refresh(bl_ctx *ctx, bl_recording *rec)
{
  bl_recording *now, old;
  bool was_piped = !strncmp(rec->path, BL_PCM_PREFIX, strlen(BL_PCM_PREFIX)) && bl_text_ends_with(rec->path, ":-");
  if (was_piped) return BL_OK; /* it was read to its end, and is gone */
  bl_status s = open_quietly(ctx, rec->path, &(bl_opening){.mode = rec->mode}, true, &now);
  if (s) return s;
  old = *rec;
  *rec = *now;
  rec->quiet = old.quiet;
  if (!rec->has_start || rec->start_assumed) { /* what its name tells is for the caller of open to say, and was said */
    rec->has_start = old.has_start;
    rec->start_assumed = old.start_assumed;
    memcpy(rec->start, old.start, sizeof rec->start);
    memcpy(rec->zone, old.zone, sizeof rec->zone);
  }
  *now = old;
  bl_recording_close(ctx, now);
  return BL_OK;
}

void bl_recording_close(bl_ctx *ctx, bl_recording *rec)
{
  if (!rec) return;
  bl_recording_release(ctx, rec);
  bl_free(ctx, rec);
}

bl_status bl_recording_read(bl_ctx *ctx, bl_recording *rec, size_t stream, uint64_t first, size_t n, float *out,
                            size_t *got)
{
  *got = 0;
  if (stream >= rec->n_streams)
    return bl_fail(ctx, BL_E_ARG, "%s: stream %zu asked for, there are %zu", rec->path, stream, rec->n_streams);
  uint64_t total = rec->streams[stream].n_frames;
  if (first >= total || !n) return BL_OK;
  if (n > total - first) n = (size_t)(total - first);
  bl_status s = rec->cls->read(ctx, rec, stream, first, n, out, got);
  return s ? s : check_strict(ctx, rec);
}

bool bl_recording_is_name(const char *path)
{
  const char *base = bl_path_base(path);
  for (size_t i = 0; bl_reader_at(i); i++)
    for (const char *const *e = bl_reader_at(i)->extensions; *e; e++)
      if (strlen(base) > strlen(*e) && bl_text_ends_with(base, *e)) return true;
  return false;
}
