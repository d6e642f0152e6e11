/* Opening by content: every reader looks at the first bytes, the surest one gets the file. What all readers need
 * besides (notes, channels, the calendar) is here too. */
#include "baleen/recording.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "baleen/text.h"
#include "recording_private.h"

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

/* Days since 1 March of the year 0 in the Gregorian calendar: with years that begin in March, the leap day comes last
 * and the lengths of the months before it follow (153 m + 2) / 5. */
static long day_number(long year, long month, long day)
{
  long y = year - (month <= 2), m = (month + 9) % 12;
  return y * 365 + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1;
}

static void day_to_date(long n, long *year, long *month, long *day)
{
  long y = n / 366; /* at or before the year; at most a few steps short per 400 years, so count up */
  while (day_number(y + 1, 3, 1) <= n) y++;
  long in_year = n - day_number(y, 3, 1), m = (5 * in_year + 2) / 153;
  *day = in_year - (153 * m + 2) / 5 + 1;
  *month = m < 10 ? m + 3 : m - 9;
  *year = y + (m >= 10);
}

bool bl_recording_set_start(bl_recording *rec, int year, int month, int day, int hour, int minute, int second,
                            double shift_s)
{
  static const int length[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1) return false;
  bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  if (day > length[month - 1] + (month == 2 && leap)) return false;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return false;
  if (!(fabs(shift_s) < 1e9)) return false;

  int64_t us = (int64_t)llrint(shift_s * 1e6) + ((int64_t)(hour * 60 + minute) * 60 + second) * 1000000;
  int64_t day_us = (int64_t)86400 * 1000000, days = us >= 0 ? us / day_us : -((-us + day_us - 1) / day_us);
  us -= days * day_us;
  long y, m, d, n = day_number(year, month, day) + (long)days;
  if (n < day_number(1, 1, 1)) return false;
  day_to_date(n, &y, &m, &d);
  if (y < 1 || y > 9999) return false;
  int in_day = (int)(us / 1000000), fraction = (int)(us % 1000000);
  int used = snprintf(rec->start, sizeof rec->start, "%04ld-%02ld-%02ldT%02d:%02d:%02d", y, m, d, in_day / 3600,
                      in_day / 60 % 60, in_day % 60);
  if (fraction % 1000) snprintf(rec->start + used, sizeof rec->start - (size_t)used, ".%06d", fraction);
  else if (fraction) snprintf(rec->start + used, sizeof rec->start - (size_t)used, ".%03d", fraction / 1000);
  return rec->has_start = true;
}

bool bl_recording_later(const bl_recording *rec, double shift_s, char to[40])
{
  static const int at[] = {0, 2, 5, 8, 11, 14, 17};
  int v[7];
  if (!rec->has_start) return false;
  for (int i = 0; i < 7; i++) v[i] = (rec->start[at[i]] - '0') * 10 + rec->start[at[i] + 1] - '0';
  double part = 0;
  if (rec->start[19] == '.' && !bl_parse_real(rec->start + 19, &part)) return false;
  bl_recording later = {0};
  if (!bl_recording_set_start(&later, v[0] * 100 + v[1], v[2], v[3], v[4], v[5], v[6], part + shift_s)) return false;
  memcpy(to, later.start, sizeof later.start);
  return true;
}

void bl_recording_release(bl_ctx *ctx, bl_recording *rec)
{
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

/* The first bytes of a regular file that is not empty. */
static bl_status read_head(bl_ctx *ctx, const char *path, unsigned char *head, size_t *n)
{
  struct stat info;
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe without a writer must not hold us up */
  if (fd < 0) return bl_fail(ctx, BL_E_IO, "%s: cannot be opened: %s", path, strerror(errno));
  bl_status s = BL_OK;
  if (fstat(fd, &info)) s = bl_fail(ctx, BL_E_IO, "%s: cannot be examined: %s", path, strerror(errno));
  else if (S_ISDIR(info.st_mode)) s = bl_fail(ctx, BL_E_IO, "%s: is a folder, not a recording", path);
  else if (!S_ISREG(info.st_mode)) s = bl_fail(ctx, BL_E_IO, "%s: is no regular file; copy the recording to one", path);
  else if (!info.st_size) s = bl_fail(ctx, BL_E_FORMAT, "%s: the file is empty (0 bytes)", path);
  for (*n = 0; !s && *n < HEAD_BYTES;) {
    ssize_t got = read(fd, head + *n, HEAD_BYTES - *n);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) s = bl_fail(ctx, BL_E_IO, "%s: cannot be read: %s", path, strerror(errno));
    if (got <= 0) break;
    *n += (size_t)got;
  }
  close(fd);
  return s;
}

static bl_status choose(bl_ctx *ctx, const char *path, const bl_reader_class **out)
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
  bl_status s = read_head(ctx, path, head, &n);
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

/* pattern: as bl_recording_open_dated() has it. */
static bl_status open_quietly(bl_ctx *ctx, const char *path, bl_open_mode mode, bool quiet, const char *pattern,
                              bl_recording **out)
{
  *out = NULL;
  const bl_reader_class *cls;
  bl_status s = choose(ctx, path, &cls);
  if (s) return s;
  bl_recording *rec = bl_calloc(ctx, 1, sizeof *rec);
  if (!rec) return bl_fail_nomem(ctx, "a recording");
  rec->mode = mode;
  rec->quiet = quiet;
  if ((s = bl_recording_text(ctx, &rec->path, path))) goto done;
  rec->cls = cls;
  if ((s = cls->open(ctx, rec))) goto done;
  if ((s = check_strict(ctx, rec))) goto done;
  bool by_name = !rec->has_start && !(pattern && !strcmp(pattern, "none"));
  if (by_name && (s = bl_recording_start_from_name(ctx, rec, pattern))) goto done;
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

bl_status bl_recording_open_mode(bl_ctx *ctx, const char *path, bl_open_mode mode, bl_recording **out)
{
  return open_quietly(ctx, path, mode, false, NULL, out);
}

bl_status bl_recording_open(bl_ctx *ctx, const char *path, bl_recording **out)
{
  return open_quietly(ctx, path, BL_OPEN_TOLERANT, false, NULL, out);
}

bl_status bl_recording_open_dated(bl_ctx *ctx, const char *path, const char *pattern, bl_recording **out)
{
  return open_quietly(ctx, path, BL_OPEN_TOLERANT, false, pattern, out);
}

bl_status bl_recording_refresh(bl_ctx *ctx, bl_recording *rec)
{
  bl_recording *now, old;
  bool was_piped = !strncmp(rec->path, BL_PCM_PREFIX, strlen(BL_PCM_PREFIX)) && bl_text_ends_with(rec->path, ":-");
  if (was_piped) return BL_OK; /* it was read to its end, and is gone */
  bl_status s = open_quietly(ctx, rec->path, rec->mode, true, NULL, &now);
  if (s) return s;
  old = *rec;
  *rec = *now;
  rec->quiet = old.quiet;
  if (!rec->has_start || rec->start_assumed) { /* what its name tells is for the caller of open to say, and was said */
    rec->has_start = old.has_start;
    rec->start_assumed = old.start_assumed;
    memcpy(rec->start, old.start, sizeof rec->start);
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

const char *bl_recording_file(const char *path)
{
  int depth = 0;
  if (strncmp(path, BL_PCM_PREFIX, strlen(BL_PCM_PREFIX))) return path;
  for (const char *at = path + strlen(BL_PCM_PREFIX); *at; at++) {
    depth += (*at == '[') - (*at == ']');
    if (*at == ':' && depth <= 0) return at + 1;
  }
  return path;
}

bool bl_recording_is_name(const char *path)
{
  const char *base = bl_path_base(path);
  for (size_t i = 0; bl_reader_at(i); i++)
    for (const char *const *e = bl_reader_at(i)->extensions; *e; e++)
      if (strlen(base) > strlen(*e) && bl_text_ends_with(base, *e)) return true;
  return false;
}
