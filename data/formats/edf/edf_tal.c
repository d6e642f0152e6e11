/* Time-stamped annotation lists of EDF+ and BDF+ (EDF+ specification 2.2.2 to 2.2.4). In each record an annotation
 * signal's bytes hold lists, each ended by a NUL:
 *     onset [0x15 duration] 0x14 text 0x14 text 0x14 ... 0x00
 * The first list of a record's first annotation signal has an empty first text: its onset is the record's own time. */
#include <math.h>
#include <string.h>

#include "baleen/text.h"
#include "edf.h"
#include "recording_private.h"

enum { SEPARATOR = 0x14, BEFORE_DURATION = 0x15, AHEAD_BYTES = 64 << 10, SMALL_RECORD = 4096 };

/* The lists of one annotation signal in one record. */
typedef struct lists {
  bl_ctx *ctx;
  bl_recording *rec;
  bl_edf *e;
  uint64_t record;
  long signal;
  const unsigned char *v; /* the first byte, */
  uint64_t at;            /* and where in the file it is */
  double *own;            /* the record's time, while it is due; NULL */
  bl_buf *scratch;
} lists;

static void deviates(const lists *l, bl_edf_deviation kind, const unsigned char *s)
{
  bl_edf_deviates(l->e, kind, l->at + (uint64_t)(s - l->v), l->signal);
}

/* One list's stamp. */
typedef struct stamp {
  double onset_s, duration_s;
  int decimals; /* of the onset, zeros at the end not counted */
} stamp;

/* Digits with at most one point; a sign in front. Forgiven, but *odd: a comma, a point at an end. False when it is
 * none. */
static bool stamp_number(const unsigned char *s, size_t n, double *out, bool *has_sign, bool *odd)
{
  char text[32];
  if (!n || n >= sizeof text) return false;
  *has_sign = *s == '+' || *s == '-';
  *odd |= s[n - 1] == '.' || s[*has_sign] == '.';
  for (size_t i = 0; i < n; i++) {
    text[i] = s[i] == ',' ? '.' : (char)s[i];
    *odd |= s[i] == ',';
    if (!(i == 0 && *has_sign) && text[i] != '.' && !(text[i] >= '0' && text[i] <= '9')) return false;
  }
  return bl_parse_real_n(text, n, out) && fabs(*out) <= 1e9;
}

static int decimals_of(const unsigned char *s, size_t n)
{
  size_t point = 0;
  while (point < n && s[point] != '.' && s[point] != ',') point++;
  while (n > point + 1 && s[n - 1] == '0') n--;
  return n > point ? (int)(n - point - 1) : 0;
}

/* The part of a list before its first separator. */
static bool read_stamp(const lists *l, const unsigned char *s, size_t n, stamp *out)
{
  bool sign, odd = false;
  const unsigned char *mark = memchr(s, BEFORE_DURATION, n);
  size_t onset_n = mark ? (size_t)(mark - s) : n;
  *out = (stamp){0};
  if (!stamp_number(s, onset_n, &out->onset_s, &sign, &odd)) return false;
  if (!sign) deviates(l, BL_EDF_TAL_UNSIGNED, s);
  out->decimals = decimals_of(s, onset_n);
  if (mark && mark + 1 == s + n) {
    deviates(l, BL_EDF_TAL_DURATION, s);
  } else if (mark) {
    if (!stamp_number(mark + 1, n - onset_n - 1, &out->duration_s, &sign, &odd)) return false;
    if (sign) deviates(l, BL_EDF_TAL_DURATION, s);
    if (out->duration_s < 0) out->duration_s = 0;
  }
  if (odd) deviates(l, BL_EDF_TAL_NUMBER, s);
  return true;
}

/* The last "@@" of a text, NULL when it has none: what is before it may be the label's own. */
static char *channel_mark(char *text)
{
  char *last = NULL;
  for (char *at = text; (at = strstr(at, "@@")); at++) last = at;
  return last;
}

/* One text of a list becomes an annotation; "text@@channel" is about one channel. */
static bl_status add_text(const lists *l, const stamp *at, const unsigned char *s, size_t n)
{
  bool latin;
  bl_edf *e = l->e;
  void *v = l->scratch->v, *records = e->label_record;
  bl_status status = bl_grow(l->ctx, &v, &l->scratch->cap, 2 * n + 1, 1, "annotations");
  l->scratch->v = v;
  if (!status)
    status =
        bl_grow(l->ctx, &records, &e->label_cap, l->rec->annotations.n + 1, sizeof *e->label_record, "annotations");
  e->label_record = records;
  if (status) return status;
  bl_edf_text(s, n, l->scratch->v, &latin);
  if (latin) deviates(l, BL_EDF_TAL_ENCODING, s);
  bl_annotation one = {
      .onset_s = at->onset_s, .duration_s = at->duration_s, .low_hz = NAN, .high_hz = NAN, .label = l->scratch->v};
  char *suffix = channel_mark(l->scratch->v);
  if (suffix) {
    *suffix = '\0';
    if (suffix[2]) one.channel = suffix + 2;
  }
  e->label_record[l->rec->annotations.n] = l->record;
  return bl_annotations_add(l->ctx, &l->rec->annotations, &one);
}

static void take_own(lists *l, const stamp *at)
{
  if (!l->own) return;
  *l->own = at->onset_s;
  if (at->decimals > l->e->stamp_decimals) l->e->stamp_decimals = at->decimals;
}

/* The list s[0 .. n), its NUL not included. Gives the record its time when its first text is empty and one is due. */
static bl_status read_list(lists *l, const unsigned char *s, size_t n)
{
  const unsigned char *end = s + n, *mark = memchr(s, SEPARATOR, n);
  stamp at;
  if (!mark || !read_stamp(l, s, (size_t)(mark - s), &at)) {
    deviates(l, BL_EDF_TAL_BROKEN, s);
    return BL_OK;
  }
  if (mark + 1 == end) deviates(l, BL_EDF_TAL_NO_TEXT, s);
  else if (end[-1] != SEPARATOR) deviates(l, BL_EDF_TAL_OPEN, s);
  bool first = true;
  for (const unsigned char *text = mark + 1; text < end || first; first = false) {
    const unsigned char *stop = text < end ? memchr(text, SEPARATOR, (size_t)(end - text)) : NULL;
    if (!stop) stop = end;
    if (stop > text) {
      bl_status status = add_text(l, &at, text, (size_t)(stop - text));
      if (status) return status;
    } else if (first) {
      take_own(l, &at);
    }
    text = stop < end ? stop + 1 : end;
  }
  return BL_OK;
}

static bl_status read_lists(lists *l, size_t n)
{
  const unsigned char *s = l->v, *end = s + n;
  while (s < end) {
    const unsigned char *begin = s;
    while (s < end && !*s) s++;
    if (s == end) break;
    if (s > begin) deviates(l, BL_EDF_TAL_APART, s);
    const unsigned char *stop = memchr(s, 0, (size_t)(end - s));
    if (!stop && end[-1] == SEPARATOR) deviates(l, BL_EDF_TAL_OPEN, s);
    bl_status status = read_list(l, s, (size_t)((stop ? stop : end) - s));
    if (status) return status;
    l->own = NULL;
    s = stop ? stop + 1 : end;
  }
  return BL_OK;
}

bl_status bl_edf_read_lists(bl_ctx *ctx, bl_recording *rec, bl_edf *e, uint64_t r, size_t i, const unsigned char *v,
                            double *own, bl_buf *scratch)
{
  const bl_edf_signal *g = &e->signals[i];
  lists l = {ctx, rec, e, r, (long)i, v, e->header_bytes + r * e->record_bytes + g->offset, own, scratch};
  bl_status s = read_lists(&l, (size_t)g->spr * e->width);
  if (!s && own && isnan(*own)) bl_edf_deviates(e, BL_EDF_NO_ONSET, l.at, (long)i);
  return s;
}

/* All annotation signals of record r; the first of them has the record's time. */
static bl_status read_record(bl_ctx *ctx, bl_recording *rec, bl_edf *e, uint64_t r, bl_buf *scratch)
{
  double *own = &e->stamp_s[r];
  bl_status s = BL_OK;
  *own = NAN;
  for (size_t i = 0; i < e->n_signals && !s; i++) {
    const bl_edf_signal *g = &e->signals[i];
    const unsigned char *v;
    if (!g->annotation || !g->spr) continue;
    size_t n = (size_t)g->spr * e->width;
    s = bl_edf_get(ctx, e, r, g->offset, n, e->record_bytes <= SMALL_RECORD ? AHEAD_BYTES : n, &v);
    if (!s) s = bl_edf_read_lists(ctx, rec, e, r, i, v, own, scratch);
    own = NULL;
  }
  return s;
}

bl_status bl_edf_annotations(bl_ctx *ctx, bl_recording *rec, bl_edf *e)
{
  bool any = false;
  for (size_t i = 0; i < e->n_signals; i++) any |= e->signals[i].annotation && e->signals[i].spr;
  if (!any || !e->n_records) return BL_OK;
  e->stamp_s = bl_calloc(ctx, (size_t)e->n_records, sizeof *e->stamp_s);
  if (!e->stamp_s) return bl_fail_nomem(ctx, "the times of an EDF file's records");
  bl_buf scratch = {0};
  bl_status s = BL_OK;
  for (uint64_t r = 0; r < e->n_records && !s; r++) {
    s = read_record(ctx, rec, e, r, &scratch);
    if (!s && r % 1024 == 0) s = BL_CHECK_CANCEL(ctx);
  }
  bl_buf_free(ctx, &scratch);
  return s;
}
