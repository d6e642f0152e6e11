/* See wav_notes.h. */
#include "wav_notes.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "baleen/text.h"
#include "clock.h"
#include "little_endian.h"
#include "recording_private.h"
#include "riff.h"

enum { MOST_TEXT = 65536, MOST_MARKS = 4096, POINT_BYTES = 24, VALUE = 64 };

static uint64_t bytes_of(const bl_riff_chunk *c) { return c->n < c->room ? c->n : c->room; }

/* Up to n bytes from `at` on as text, up to a zero among them; to be freed. */
static bl_status text_at(bl_ctx *ctx, bl_glance *g, uint64_t at, uint64_t n, char **out)
{
  size_t most = n < MOST_TEXT ? (size_t)n : MOST_TEXT;
  char *bytes = bl_calloc(ctx, most + 1, 1);
  *out = NULL;
  if (!bytes) return bl_fail_nomem(ctx, "a chunk's text");
  bl_glance_read(g, at, bytes, most);
  *out = bl_utf8_of_text(ctx, bytes, strlen(bytes));
  bl_free(ctx, bytes);
  return *out ? BL_OK : bl_fail_nomem(ctx, "a chunk's text");
}

/* ---- GUANO ------------------------------------------------------------------------------------------------------- */

/* The value of a line "key: value"; "" when there is none. */
static void guano_value(const char *text, const char *key, char to[VALUE])
{
  size_t n = strlen(key);
  *to = '\0';
  for (const char *line = text; line; line = strchr(line, '\n'), line += line != NULL) {
    if (strncmp(line, key, n) || line[n] != ':') continue;
    const char *value = line + n + 1 + strspn(line + n + 1, " ");
    snprintf(to, VALUE, "%.*s", (int)strcspn(value, "\r\n"), value);
    return;
  }
}

static bl_status take_guano(bl_ctx *ctx, bl_recording *rec, bl_glance *g, const bl_riff_chunk *c)
{
  char *text, start[VALUE], slower[VALUE];
  int v[7], zone;
  double times = 1;
  bl_status s = text_at(ctx, g, c->at + 8, bytes_of(c), &text);
  if (s) return s;
  guano_value(text, "Timestamp", start);
  guano_value(text, "TE", slower);
  bl_free(ctx, text);
  if (bl_parse_real(slower, &times) && times > 0 && times != 1)
    s = bl_recording_note(ctx, rec, BL_W_REMARK,
                          "its GUANO metadata say that it plays %g times slower than it was recorded; times and "
                          "frequencies are the file's",
                          times);
  if (s || !*start || (bl_clock_parse(start, v, &zone) && bl_recording_set_moment(rec, v, zone))) return s;
  return bl_recording_note(ctx, rec, BL_W_DEVIATION,
                           "the start '%s' of the GUANO metadata is no date and time, and was passed over", start);
}

/* ---- markers ----------------------------------------------------------------------------------------------------- */

/* A point, by the chunk cue, and what the list adtl says of it. */
typedef struct mark {
  uint32_t id, at, length; /* in frames */
  char *label, *other;     /* by labl; by ltxt or note, where that has none */
} mark;
typedef struct marks {
  mark v[MOST_MARKS];
  size_t n;
  uint64_t told; /* points that the chunk says it has */
} marks;

static void take_points(bl_glance *g, const bl_riff_chunk *c, marks *m)
{
  unsigned char h[POINT_BYTES];
  uint64_t room = bytes_of(c);
  if (room < 4 || bl_glance_read(g, c->at + 8, h, 4) != 4) return;
  m->told = bl_le32(h);
  for (uint64_t i = 0; i < m->told && m->n < MOST_MARKS && 4 + (i + 1) * POINT_BYTES <= room; i++) {
    if (bl_glance_read(g, c->at + 12 + i * POINT_BYTES, h, POINT_BYTES) != POINT_BYTES) return;
    m->v[m->n++] = (mark){.id = bl_le32(h), .at = bl_le32(h + 20)};
  }
}

static bl_status put_text(bl_ctx *ctx, bl_glance *g, uint64_t at, uint64_t n, char **to)
{
  char *text;
  bl_status s = text_at(ctx, g, at, n, &text);
  if (s) return s;
  if (*to || !*text) {
    bl_free(ctx, text);
    return BL_OK;
  }
  *to = text;
  return BL_OK;
}

/* One chunk of the list: "labl" or "note": a point's id and text; "ltxt": id, length in frames, 12 bytes, text. */
static bl_status take_entry(bl_ctx *ctx, bl_glance *g, const char name[4], uint64_t at, uint64_t n, marks *m)
{
  enum { HEAD = 4, LTXT_HEAD = 20 };
  unsigned char h[8] = {0};
  bool label = !memcmp(name, "labl", 4), span = !memcmp(name, "ltxt", 4);
  size_t head = span ? LTXT_HEAD : HEAD;
  if ((!label && !span && memcmp(name, "note", 4)) || n < head || bl_glance_read(g, at, h, span ? 8 : 4) < 4)
    return BL_OK;
  for (size_t i = 0; i < m->n; i++) {
    mark *p = &m->v[i];
    if (p->id != bl_le32(h)) continue;
    if (span) p->length = bl_le32(h + 4);
    return put_text(ctx, g, at + head, n - head, label ? &p->label : &p->other);
  }
  return BL_OK;
}

static bl_status take_list(bl_ctx *ctx, bl_glance *g, const bl_riff_chunk *c, marks *m)
{
  unsigned char h[8];
  uint64_t at = c->at + 8, end = at + bytes_of(c);
  bl_status s = BL_OK;
  if (end - at < 4 || bl_glance_read(g, at, h, 4) != 4 || memcmp(h, "adtl", 4)) return BL_OK;
  for (at += 4; !s && at + 8 <= end && bl_glance_read(g, at, h, 8) == 8;) {
    uint64_t n = bl_le32(h + 4);
    if (n > end - at - 8) n = end - at - 8;
    s = take_entry(ctx, g, (const char *)h, at + 8, n, m);
    at += 8 + n + (n & 1);
  }
  return s;
}

static bl_status add_marks(bl_ctx *ctx, bl_recording *rec, const marks *m)
{
  const bl_rec_stream *stream = &rec->streams[0];
  uint64_t behind = 0;
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < m->n; i++) {
    const mark *p = &m->v[i];
    behind += p->at >= stream->n_frames;
    if (p->at >= stream->n_frames) continue;
    char *text = p->label ? p->label : p->other ? p->other : (char[]){""};
    bl_annotation one = {.onset_s = p->at / stream->rate_hz, .duration_s = p->length / stream->rate_hz, .label = text};
    one.low_hz = one.high_hz = (double)NAN;
    s = bl_annotations_add(ctx, &rec->annotations, &one);
  }
  bl_annotations_sort(&rec->annotations);
  if (!s && behind)
    s = bl_recording_note(ctx, rec, BL_W_DEVIATION, "%llu of its %zu markers lie behind the end, and were passed over",
                          (unsigned long long)behind, m->n);
  if (!s && m->told > m->n)
    s = bl_recording_note(ctx, rec, BL_W_DEVIATION, "the chunk cue says %llu markers, %zu were read",
                          (unsigned long long)m->told, m->n);
  return s;
}

/* Points first, as the list that names them may stand in front of them. */
static bl_status take_marks(bl_ctx *ctx, bl_recording *rec, bl_glance *g, uint64_t file_bytes)
{
  bl_riff r;
  bl_riff_chunk c;
  marks *m = bl_calloc(ctx, 1, sizeof *m);
  bl_status s = m ? BL_OK : bl_fail_nomem(ctx, "markers");
  if (!s && bl_riff_open(g, file_bytes, &r))
    while (bl_riff_next(&r, &c))
      if (!strcmp(c.name, "cue ")) take_points(g, &c, m);
  if (!s && bl_riff_open(g, file_bytes, &r))
    while (!s && bl_riff_next(&r, &c))
      if (!strcmp(c.name, "LIST")) s = take_list(ctx, g, &c, m);
  if (!s) s = add_marks(ctx, rec, m);
  for (size_t i = 0; m && i < m->n; i++) {
    bl_free(ctx, m->v[i].label);
    bl_free(ctx, m->v[i].other);
  }
  bl_free(ctx, m);
  return s;
}

bl_status bl_wav_notes(bl_ctx *ctx, bl_recording *rec, bl_glance *g, uint64_t file_bytes)
{
  bl_riff r;
  bl_riff_chunk c;
  bl_status s = BL_OK;
  bool marked = false;
  if (!bl_riff_open(g, file_bytes, &r)) return BL_OK;
  while (!s && bl_riff_next(&r, &c)) {
    if (!strcmp(c.name, "guan") && !rec->has_start) s = take_guano(ctx, rec, g, &c);
    marked = marked || !strcmp(c.name, "cue ");
  }
  return s || !marked ? s : take_marks(ctx, rec, g, file_bytes);
}

/* ---- the comment of AudioMoth ------------------------------------------------------------------------------------ */

/* "(UTC-5)", "(UTC+5:30)", "(UTC)", of which the first gives -300. */
static int comment_zone(const char *at)
{
  if (strncmp(at, "(UTC", 4)) return BL_NO_ZONE;
  int sign = at[4] == '-' ? -1 : 1, minutes = 0;
  if (at[4] == ')') return 0;
  if (at[4] != '-' && at[4] != '+') return BL_NO_ZONE;
  at += 5;
  int hours = bl_clock_digits(&at, strspn(at, "0123456789") == 1 ? 1 : 2);
  if (*at == ':') at++, minutes = bl_clock_digits(&at, 2);
  return *at == ')' && hours >= 0 && hours <= 14 && minutes >= 0 && minutes < 60 ? sign * (hours * 60 + minutes)
                                                                                 : BL_NO_ZONE;
}

static void take_comment(bl_recording *rec, const char *text)
{
  static const char begins[] = "Recorded at ";
  static const struct {
    int at, digits;
    char behind; /* 0: anything */
  } fields[] = {{3, 2, ':'}, {4, 2, ':'}, {5, 2, 0}, {2, 2, '/'}, {1, 2, '/'}, {0, 4, 0}};
  int v[7] = {0};
  double part = 0;
  const char *at = strstr(text, begins);
  if (!at) return;
  at += sizeof begins - 1;
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
    if ((v[fields[i].at] = bl_clock_digits(&at, fields[i].digits)) < 0) return;
    if (fields[i].behind && *at++ != fields[i].behind) return;
    if (fields[i].at != 5) continue;
    size_t n = *at == '.' ? 1 + strspn(at + 1, "0123456789") : 0; /* of the seconds */
    if (n > 1 && bl_parse_real_n(at, n, &part)) v[6] = (int)(part * 1e6 + 0.5);
    at += n + strspn(at + n, " ");
  }
  bl_recording_set_moment(rec, v, comment_zone(at + strspn(at, " ")));
}

bl_status bl_wav_comment(bl_ctx *ctx, bl_recording *rec, bl_glance *g, uint64_t file_bytes)
{
  bl_riff r;
  bl_riff_chunk c;
  bl_status s = BL_OK;
  unsigned char h[8];
  if (!bl_riff_open(g, file_bytes, &r)) return BL_OK;
  while (!s && !rec->has_start && bl_riff_next(&r, &c)) {
    uint64_t at = c.at + 8, end = at + bytes_of(&c);
    if (strcmp(c.name, "LIST") || end - at < 4 || bl_glance_read(g, at, h, 4) != 4 || memcmp(h, "INFO", 4)) continue;
    for (at += 4; !s && at + 8 <= end && bl_glance_read(g, at, h, 8) == 8;) {
      uint64_t n = bl_le32(h + 4) < end - at - 8 ? bl_le32(h + 4) : end - at - 8;
      char *text = NULL;
      if (!memcmp(h, "ICMT", 4) && !(s = text_at(ctx, g, at + 8, n, &text))) take_comment(rec, text);
      bl_free(ctx, text);
      at += 8 + n + (n & 1);
    }
  }
  return s;
}
