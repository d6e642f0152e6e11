/* Files without names in them: EDF and BDF headers, WAV chunks, FLAC metadata blocks. What is kept is copied byte by
 * byte. */
#include <stdio.h>
#include <string.h>

#include "baleen/file.h"
#include "baleen/text.h"
#include "edf_copy.h"
#include "little_endian.h"
#include "riff.h"
#include "sidecar.h"

/* ---- EDF and BDF ------------------------------------------------------------------------------------------------- */

static void put_field(unsigned char *to, size_t n, const char *text)
{
  size_t len = strlen(text);
  memset(to, ' ', n);
  memcpy(to, text, len < n ? len : n);
}

/* What the standard keeps free, and programs write into: the rest of the file's 44 bytes behind "EDF+C", "24BIT" and
 * their like, and 32 bytes of each signal. */
static void blank_reserved(unsigned char *h, const bl_edf *e)
{
  size_t kept = e->plus || !memcmp(h + 192, "24BIT", 5) ? 5 : 0;
  memset(h + 192 + kept, ' ', 44 - kept);
  memset(h + 256 + e->n_signals * 224, ' ', e->n_signals * 32);
}

static bl_status edf_header(bl_ctx *ctx, const bl_edf *e, const bl_anonymizing *how, bl_out *out, bl_texts *report)
{
  unsigned char *h = bl_calloc(ctx, (size_t)e->header_bytes, 1);
  if (!h) return bl_fail_nomem(ctx, "an EDF header");
  size_t needs = 256 * (e->n_signals + 1);
  memcpy(h, e->bytes, needs);
  put_field(h + 8, 80, e->plus ? "X X X X" : "X");
  put_field(h + 88, 80, e->plus ? "Startdate X X X X" : "X");
  put_field(h + 168, 8, "01.01.85");
  if (!how->keep_time) put_field(h + 176, 8, "00.00.00");
  blank_reserved(h, e);
  memset(h + needs, ' ', (size_t)e->header_bytes - needs);
  bl_status s = bl_out_put(ctx, out, h, (size_t)e->header_bytes);
  bl_free(ctx, h);
  if (!s)
    s = bl_texts_addf(ctx, report, "patient, recording and reserved fields blanked, start date 01.01.85%s",
                      how->keep_time ? ", the time of day kept" : ", start time 00.00.00");
  if (!s && e->header_bytes > needs)
    s = bl_texts_addf(ctx, report, "%llu bytes behind the signal headers blanked",
                      (unsigned long long)(e->header_bytes - needs));
  return s;
}

/* True when the text is to go: it matches the pattern in any case, or, as it stands or without "@@channel", cannot be
 * told. */
static bool is_named(const unsigned char *s, size_t n, const char *pattern)
{
  char text[1024];
  if (n >= sizeof text) n = sizeof text - 1;
  memcpy(text, s, n);
  text[n] = '\0';
  for (char *c = text; *c; c++)
    if (*c >= 'A' && *c <= 'Z') *c = (char)(*c - 'A' + 'a');
  char *of = NULL;
  for (char *c = text; (c = strstr(c, "@@")); c++) of = c;
  bool whole = bl_text_glob(pattern, text);
  if (of) *of = '\0';
  return whole || bl_text_glob(pattern, text);
}

/* The lists of an annotation signal in one record, n bytes, texts that match left out; the rest moves up, NULs fill the
 * end. A list that loses all its texts goes, but for the first, which gives the record its time. */
static size_t drop_texts(unsigned char *s, size_t n, const char *pattern)
{
  size_t dropped = 0, to = 0;
  for (size_t at = 0; at < n;) {
    if (!s[at]) {
      at++;
      continue;
    }
    const unsigned char *nul = memchr(s + at, 0, n - at), *mark;
    size_t end = nul ? (size_t)(nul - s) : n, begin = to;
    mark = memchr(s + at, 0x14, end - at);
    size_t head = mark ? (size_t)(mark - s) + 1 - at : end - at;
    if (!mark && is_named(s + at, head, pattern)) { /* no list, but the name may be in it */
      dropped++;
      at = end;
      continue;
    }
    memmove(s + to, s + at, head);
    to += head, at += head;
    size_t kept = 0, gone = 0;
    while (at < end) {
      const unsigned char *stop = memchr(s + at, 0x14, end - at);
      size_t len = stop ? (size_t)(stop - s) - at : end - at, with = len + (stop ? 1 : 0);
      if (len && is_named(s + at, len, pattern)) gone++;
      else memmove(s + to, s + at, with), to += with, kept++;
      at += with;
    }
    dropped += gone;
    if (gone && !kept) to = begin;
    else if (to < n) s[to++] = 0;
    if (to > at) at = to; /* the last list had no NUL behind it */
  }
  memset(s + to, 0, n - to);
  return dropped;
}

static bl_status edf_records(bl_ctx *ctx, bl_edf *e, const char *pattern, bl_out *out, bl_texts *report)
{
  unsigned char *record = bl_calloc(ctx, (size_t)e->record_bytes + 1, 1);
  bl_status s = record ? BL_OK : bl_fail_nomem(ctx, "an EDF record");
  size_t dropped = 0;
  for (uint64_t r = 0; !s && r < e->n_records; r++) {
    const unsigned char *from;
    if ((s = bl_edf_get(ctx, e, r, 0, (size_t)e->record_bytes, (size_t)e->record_bytes, &from))) break;
    memcpy(record, from, (size_t)e->record_bytes);
    for (size_t i = 0; pattern && i < e->n_signals; i++)
      if (e->signals[i].annotation)
        dropped += drop_texts(record + e->signals[i].offset, (size_t)e->signals[i].spr * e->width, pattern);
    s = bl_out_put(ctx, out, record, (size_t)e->record_bytes);
    if (!s && r % 256 == 0) s = BL_CHECK_CANCEL(ctx);
  }
  bl_free(ctx, record);
  uint64_t behind = e->n_bytes - e->header_bytes - e->n_records * e->record_bytes;
  if (!s && pattern) s = bl_texts_addf(ctx, report, "%zu annotations dropped", dropped);
  if (!s && behind)
    s = bl_texts_addf(ctx, report, "%llu bytes behind the last record left out", (unsigned long long)behind);
  return s;
}

static bl_status anonymize_edf(bl_ctx *ctx, bl_recording *rec, const bl_anonymizing *how, bl_out *out, bl_texts *report)
{
  bl_edf *e = bl_edf_of(rec);
  char *pattern = how->drop ? bl_strdup(ctx, how->drop) : NULL;
  if (how->drop && !pattern) return bl_fail_nomem(ctx, "a pattern");
  for (char *c = pattern; c && *c; c++)
    if (*c >= 'A' && *c <= 'Z') *c = (char)(*c - 'A' + 'a');
  bl_status s = edf_header(ctx, e, how, out, report);
  if (!s) s = edf_records(ctx, e, pattern, out, report);
  bl_free(ctx, pattern);
  return s;
}

/* ---- WAV --------------------------------------------------------------------------------------------------------- */

/* n bytes of a file from `at` on, in pieces. */
static bl_status copy_bytes(bl_ctx *ctx, bl_window *w, uint64_t at, uint64_t n, bl_out *out)
{
  bl_status s = BL_OK;
  for (size_t part; !s && n; at += part, n -= part) {
    const unsigned char *v;
    part = bl_window_part((size_t)n, 1);
    s = bl_window_get(ctx, w, at, part, part, &v);
    if (!s) s = bl_out_put(ctx, out, v, part);
    if (!s) s = BL_CHECK_CANCEL(ctx);
  }
  return s;
}

/* A chunk and what of it is kept. */
typedef struct chunk {
  unsigned char c[34]; /* its beginning, as far as a format can change in it */
  uint64_t n, kept;    /* bytes behind its head */
  bool known;
} chunk;

/* Bytes of a format chunk that say what the samples are; what a writer added behind them may be anything. */
static uint64_t format_bytes(const unsigned char *c, uint64_t n)
{
  unsigned tag = n >= 2 ? c[8] | (unsigned)c[9] << 8 : 0;
  uint64_t more = n >= 18 ? c[24] | (uint64_t)c[25] << 8 : 0, whole = tag == 1                           ? 16
                                                                      : tag == 0xfffe                    ? 40
                                                                      : tag == 3 || tag == 6 || tag == 7 ? 18
                                                                                                         : 18 + more;
  return n < whole ? n : whole;
}

/* What is kept of a chunk. A data chunk whose size is unknown or too long runs to the end of its samples, where the walk
 * goes on. */
static bl_status look_at_chunk(bl_ctx *ctx, bl_window *w, bl_riff *r, const bl_riff_chunk *c, chunk *k)
{
  static const char *const keep[] = {"fmt ", "fact", "ds64", "data", NULL};
  size_t head = c->room + 8 < sizeof k->c ? (size_t)c->room + 8 : sizeof k->c;
  const unsigned char *v;
  *k = (chunk){.n = c->n};
  bl_status s = bl_window_get(ctx, w, c->at, head, head, &v);
  if (s) return s;
  memcpy(k->c, v, head);
  if (!strcmp(c->name, "data") && (!c->n || c->n > c->room)) {
    s = bl_riff_samples(ctx, r, c, &k->n);
    r->next = c->at + 8 + k->n;
    if (r->next < r->file_bytes) r->next += k->n & 1;
  }
  if (k->n > c->room) k->n = c->room;
  for (size_t i = 0; keep[i]; i++) k->known |= !strcmp(c->name, keep[i]);
  k->kept = !k->known ? 0 : !strcmp(c->name, "fmt ") ? format_bytes(k->c, k->n) : k->n;
  return s;
}

/* Its head and what is kept of it, even in length. */
static bl_status put_chunk(bl_ctx *ctx, bl_window *w, uint64_t at, const chunk *k, uint64_t total, bl_out *out)
{
  unsigned char head[sizeof k->c];
  uint64_t n = 8 + k->kept, head_n = n < sizeof head ? n : sizeof head, more = k->kept >= 18 ? k->kept - 18 : 0;
  memcpy(head, k->c, sizeof head);
  bool format = !memcmp(head, "fmt ", 4);
  for (int b = 0; b < 4 && format; b++) head[4 + b] = (unsigned char)(k->kept >> 8 * b);
  if (format && k->kept >= 18) head[24] = (unsigned char)more, head[25] = (unsigned char)(more >> 8);
  for (int b = 0; b < 8 && !memcmp(head, "ds64", 4) && k->n >= 8; b++)
    head[8 + b] = (unsigned char)(total >> 8 * b); /* the size of all */
  bl_status s = bl_out_put(ctx, out, head, (size_t)head_n);
  if (!s) s = copy_bytes(ctx, w, at + head_n, n - head_n, out);
  return s || !(k->kept & 1) || at + n >= w->n_bytes ? s : bl_out_put(ctx, out, "", 1);
}

static bl_status tell_left_out(bl_ctx *ctx, const chunk *k, bl_texts *report)
{
  char name[5];
  if (k->kept == k->n && k->known) return BL_OK;
  for (int i = 0; i < 4; i++) name[i] = k->c[i] >= 0x20 && k->c[i] < 0x7f ? (char)k->c[i] : '?';
  name[4] = '\0';
  return k->known ? bl_texts_addf(ctx, report, "the last %llu bytes of chunk '%s' left out",
                                  (unsigned long long)(k->n - k->kept), name)
                  : bl_texts_addf(ctx, report, "chunk '%s' of %llu bytes left out", name, (unsigned long long)k->n);
}

/* Walks the chunks; the first pass (out NULL) sums the bytes kept, the second, given it, copies them. */
static bl_status wav_chunks(bl_ctx *ctx, bl_window *w, bl_out *out, uint64_t *kept, bl_texts *report)
{
  bl_glance g = {.fd = w->file - 1};
  bl_riff r;
  bl_riff_chunk c;
  uint64_t total = *kept;
  bl_status s = BL_OK;
  *kept = 4; /* "WAVE" */
  if (!bl_riff_open(&g, w->n_bytes, &r)) return BL_OK;
  while (!s && bl_riff_next(&r, &c)) {
    chunk k;
    if ((s = look_at_chunk(ctx, w, &r, &c, &k))) break;
    if (k.known) *kept += 8 + k.kept + (k.kept & 1 && c.at + 8 + k.kept < w->n_bytes);
    if (k.known && out) s = put_chunk(ctx, w, c.at, &k, total, out);
    if (!s && out) s = tell_left_out(ctx, &k, report);
  }
  return s;
}

static bl_status anonymize_wav(bl_ctx *ctx, bl_window *w, bl_out *out, bl_texts *report)
{
  uint64_t kept = 0;
  const unsigned char *v;
  unsigned char head[12];
  bl_status s = wav_chunks(ctx, w, NULL, &kept, report);
  if (!s) s = bl_window_get(ctx, w, 0, sizeof head, sizeof head, &v);
  if (s) return s;
  memcpy(head, v, sizeof head);
  if (bl_le32(head + 4) != 0xffffffff) /* which RF64 and streams have */
    for (int b = 0; b < 4; b++) head[4 + b] = (unsigned char)(kept >> 8 * b);
  s = bl_out_put(ctx, out, head, 12);
  return s ? s : wav_chunks(ctx, w, out, &kept, report);
}

/* ---- FLAC -------------------------------------------------------------------------------------------------------- */

/* Metadata blocks: a byte of type, with bit 7 on the last, 24 bits of length (RFC 9639, 8). Kept: STREAMINFO, PADDING,
 * SEEKTABLE. */
static bl_status anonymize_flac(bl_ctx *ctx, bl_window *w, bl_out *out, bl_texts *report)
{
  static const char *const names[] = {"streaminfo", "padding",   "application", "seek table",
                                      "tags",       "cue sheet", "picture"};
  uint64_t at = 4, end = w->n_bytes;
  bool last = false;
  bl_status s = bl_out_put(ctx, out, "fLaC", 4);
  for (size_t n; !s && !last; at += 4 + n) {
    const unsigned char *b;
    if (end - at < 4)
      return bl_fail(ctx, BL_E_FORMAT, "%s: byte %llu: the file ends inside its metadata", w->path,
                     (unsigned long long)at);
    if ((s = bl_window_get(ctx, w, at, 4, 4, &b))) break;
    unsigned char type = b[0] & 0x7f, head[4] = {type, b[1], b[2], b[3]};
    n = (size_t)b[1] << 16 | (size_t)b[2] << 8 | b[3];
    last = b[0] & 0x80;
    if (end - at - 4 < n)
      return bl_fail(ctx, BL_E_FORMAT, "%s: byte %llu: the file ends inside its metadata", w->path,
                     (unsigned long long)at);
    if (type == 0 || type == 3) {
      s = bl_out_put(ctx, out, head, 4);
      if (!s) s = copy_bytes(ctx, w, at + 4, n, out);
    } else if (type != 1) {
      s = bl_texts_addf(ctx, report, "block '%s' of %zu bytes left out", type < 7 ? names[type] : "unknown", n);
    }
  }
  static const unsigned char padding[4] = {0x81, 0, 0, 0}; /* an empty one is the last block */
  if (!s) s = bl_out_put(ctx, out, padding, sizeof padding);
  return s ? s : copy_bytes(ctx, w, at, end - at, out);
}

/* The file beside a sound file, which has its start and may have names, stays behind; what is beside the place will
 * go. */
static bl_status leave_sidecar(bl_ctx *ctx, const char *path, const char *out, bl_texts *report)
{
  bl_sidecar d;
  bl_status s = bl_sidecar_check_place(ctx, out);
  if (s) return s;
  s = bl_sidecar_read_full_name(ctx, path, &d);
  if (s == BL_E_FORMAT || s == BL_E_IO) return BL_OK; /* no such file of ours */
  if (!s && d.path)
    s = bl_texts_addf(ctx, report, "channel names, units, full scale and start left out, which %s has", d.path);
  bl_sidecar_free(ctx, &d);
  return s;
}

/* Refuses an OUT whose name says another format than the file will have; a name that says none will do. */
static bl_status check_name(bl_ctx *ctx, const char *out, const bl_recording *rec, bool edf, bool wav)
{
  static const char *const of[][4] = {
      {".edf", ".rec", NULL}, {".bdf", NULL}, {".wav", ".wave", ".rf64", NULL}, {".flac", NULL}};
  const char *const *own = of[edf ? !strncmp(rec->format, "BDF", 3) : wav ? 2 : 3];
  bool fits = !bl_recording_is_name(out) && !bl_write_format_of(out) && !bl_text_ends_with(out, ".csv");
  for (size_t i = 0; own[i] && !fits; i++) fits = bl_text_ends_with(out, own[i]);
  return fits ? BL_OK
              : bl_fail(ctx, BL_E_ARG, "anonymize: %s: %s stays what it is; wanted a name that ends in %s", out,
                        rec->format, own[0]);
}

/* ---- all of it --------------------------------------------------------------------------------------------------- */

bl_status bl_anonymize(bl_ctx *ctx, const char *path, const char *out, const bl_anonymizing *how, bl_texts *report)
{
  bl_recording *rec = NULL;
  bl_window w = {0};
  const unsigned char *head = NULL;
  bl_out o = {.fd = -1}, none = o; /* no file beside OUT */
  bl_status s = bl_recording_open(ctx, path, &rec);
  if (s) return s;
  bool edf = bl_edf_of(rec) != NULL;
  if (!edf) s = bl_window_open(ctx, path, &w);
  if (!s && w.n_bytes >= 12) s = bl_window_get(ctx, &w, 0, 12, 12, &head);
  bool wav = head && (!memcmp(head, "RIFF", 4) || !memcmp(head, "RF64", 4)) && !memcmp(head + 8, "WAVE", 4);
  bool flac = head && !memcmp(head, "fLaC", 4);
  if (!s && !edf && !wav && !flac)
    s = bl_fail(ctx, BL_E_UNSUPPORTED,
                "%s: %s cannot be anonymized in place; 'baleen convert' it to WAV, and remove the .json file "
                "beside that, which has the start",
                path, rec->format);
  if (!s && how->drop && !edf)
    s = bl_fail(ctx, BL_E_UNSUPPORTED, "%s: annotations are dropped from EDF and BDF only", path);
  if (!s) s = check_name(ctx, out, rec, edf, wav);
  if (!s) s = bl_out_open(ctx, out, &o);
  if (!s && edf) s = anonymize_edf(ctx, rec, how, &o, report);
  if (!s && wav) s = anonymize_wav(ctx, &w, &o, report);
  if (!s && flac) s = anonymize_flac(ctx, &w, &o, report);
  if (!s && !edf) s = leave_sidecar(ctx, path, out, report);
  if (!s) s = bl_out_done(ctx, &o);
  if (!s && !edf) s = bl_sidecar_done(ctx, out, &none);
  bl_out_drop(ctx, &o);
  bl_window_close(ctx, &w);
  bl_recording_close(ctx, rec);
  return s;
}
