/* Time-stamped annotation lists of EDF+ and BDF+ (EDF+ specification 2.2.2 to 2.2.4). In each record an annotation
 * signal's bytes hold lists, each ended by a NUL:
 *     onset [0x15 duration] 0x14 text 0x14 text 0x14 ... 0x00
 * The first list of a record's first annotation signal has an empty first text: its onset is the record's own time. */
#include <math.h>
#include <string.h>

#include "baleen/text.h"
#include "edf.h"
#include "recording_private.h"

enum { SEPARATOR = 0x14, BEFORE_DURATION = 0x15 };

/* One list's stamp. */
typedef struct stamp {
  double onset_s, duration_s;
  bool has_duration;
} stamp;

/* Digits with at most one point, or, forgiven, comma; a sign in front. False when it is none. */
static bool stamp_number(const unsigned char *s, size_t n, double *out, bool *has_sign)
{
  char text[32];
  if (!n || n >= sizeof text) return false;
  *has_sign = *s == '+' || *s == '-';
  for (size_t i = 0; i < n; i++) {
    text[i] = s[i] == ',' ? '.' : (char)s[i];
    if (!(i == 0 && *has_sign) && text[i] != '.' && !(text[i] >= '0' && text[i] <= '9')) return false;
  }
  return bl_parse_real_n(text, n, out) && fabs(*out) <= 1e9;
}

/* The part of a list before its first separator. */
static bool read_stamp(bl_edf *e, const unsigned char *s, size_t n, long signal, stamp *out)
{
  bool sign;
  uint64_t at = (uint64_t)(s - e->bytes);
  const unsigned char *mark = memchr(s, BEFORE_DURATION, n);
  size_t onset_n = mark ? (size_t)(mark - s) : n;
  *out = (stamp){0};
  if (!stamp_number(s, onset_n, &out->onset_s, &sign)) return false;
  if (!sign) bl_edf_deviates(e, BL_EDF_TAL_UNSIGNED, at, signal);
  if (!mark) return true;
  if (mark + 1 == s + n) {
    bl_edf_deviates(e, BL_EDF_TAL_DURATION, at, signal);
    return true;
  }
  if (!stamp_number(mark + 1, n - onset_n - 1, &out->duration_s, &sign)) return false;
  if (sign) bl_edf_deviates(e, BL_EDF_TAL_DURATION, at, signal);
  if (out->duration_s < 0) out->duration_s = 0;
  out->has_duration = true;
  return true;
}

/* One text of a list becomes an annotation; "text@@channel" is about one channel. */
static bl_status add_text(bl_ctx *ctx, bl_recording *rec, bl_edf *e, const stamp *at, const unsigned char *s, size_t n,
                          long signal, bl_buf *scratch)
{
  bool latin;
  void *v = scratch->v;
  bl_status status = bl_grow(ctx, &v, &scratch->cap, 2 * n + 1, 1, "annotations");
  scratch->v = v;
  if (status) return status;
  bl_edf_text(s, n, scratch->v, &latin);
  if (latin) bl_edf_deviates(e, BL_EDF_TAL_ENCODING, (uint64_t)(s - e->bytes), signal);
  bl_annotation one = {
      .onset_s = at->onset_s, .duration_s = at->duration_s, .low_hz = NAN, .high_hz = NAN, .label = scratch->v};
  char *suffix = strstr(scratch->v, "@@");
  if (suffix) {
    *suffix = '\0';
    if (suffix[2]) one.channel = suffix + 2;
  }
  return bl_annotations_add(ctx, &rec->annotations, &one);
}

/* The list s[0 .. n), its NUL not included. *own is set to its onset when its first text is empty and it is `first`. */
static bl_status read_list(bl_ctx *ctx, bl_recording *rec, bl_edf *e, const unsigned char *s, size_t n, long signal,
                           double *own, bl_buf *scratch)
{
  const unsigned char *end = s + n, *mark = memchr(s, SEPARATOR, n);
  stamp at;
  uint64_t offset = (uint64_t)(s - e->bytes);
  if (!mark || !read_stamp(e, s, (size_t)(mark - s), signal, &at)) {
    bl_edf_deviates(e, BL_EDF_TAL_BROKEN, offset, signal);
    return BL_OK;
  }
  if (end[-1] != SEPARATOR) bl_edf_deviates(e, BL_EDF_TAL_OPEN, offset, signal);
  bool first = true;
  for (const unsigned char *text = mark + 1; text < end || first; first = false) {
    const unsigned char *stop = text < end ? memchr(text, SEPARATOR, (size_t)(end - text)) : NULL;
    if (!stop) stop = end;
    if (stop > text) {
      bl_status status = add_text(ctx, rec, e, &at, text, (size_t)(stop - text), signal, scratch);
      if (status) return status;
    } else if (first && own) {
      *own = at.onset_s;
    }
    text = stop < end ? stop + 1 : end;
  }
  return BL_OK;
}

/* All lists of one signal in one record. own: see read_list(), NULL for all but the first annotation signal. */
static bl_status read_lists(bl_ctx *ctx, bl_recording *rec, bl_edf *e, const unsigned char *s, size_t n, long signal,
                            double *own, bl_buf *scratch)
{
  const unsigned char *end = s + n;
  while (s < end) {
    if (!*s) {
      s++;
      continue;
    }
    const unsigned char *stop = memchr(s, 0, (size_t)(end - s));
    if (!stop) {
      stop = end;
      if (end[-1] == SEPARATOR) bl_edf_deviates(e, BL_EDF_TAL_OPEN, (uint64_t)(s - e->bytes), signal);
    }
    bl_status status = read_list(ctx, rec, e, s, (size_t)(stop - s), signal, own, scratch);
    if (status) return status;
    own = NULL;
    s = stop;
  }
  return BL_OK;
}

/* Times count from the first record's own stamp, which may hold the fraction of the start's second. */
static void shift_times(bl_recording *rec, bl_edf *e)
{
  e->first_onset_s = isfinite(e->record_start_s[0]) ? e->record_start_s[0] : 0;
  size_t first = 0;
  while (!e->signals[first].annotation || !e->signals[first].spr) first++;
  if (!e->discontinuous && !(e->first_onset_s >= 0 && e->first_onset_s < 1))
    bl_edf_deviates(e, BL_EDF_FIRST_ONSET, e->header_bytes + e->signals[first].offset, (long)first);
  for (uint64_t r = 0; r < e->n_records; r++) e->record_start_s[r] -= e->first_onset_s;
  for (size_t i = 0; i < rec->annotations.n; i++) rec->annotations.v[i].onset_s -= e->first_onset_s;
  if (!rec->has_start || !(fabs(e->first_onset_s) > 0)) return;
  rec->has_start = bl_recording_later(rec, e->first_onset_s, rec->start);
}

bl_status bl_edf_annotations(bl_ctx *ctx, bl_recording *rec, bl_edf *e)
{
  bool any = false;
  for (size_t i = 0; i < e->n_signals; i++) any |= e->signals[i].annotation && e->signals[i].spr;
  if (!any || !e->n_records) return BL_OK;
  e->record_start_s = bl_calloc(ctx, (size_t)e->n_records, sizeof *e->record_start_s);
  if (!e->record_start_s) return bl_fail_nomem(ctx, "the times of an EDF file's records");
  bl_buf scratch = {0};
  bl_status s = BL_OK;
  for (uint64_t r = 0; r < e->n_records && !s; r++) {
    const unsigned char *record = e->bytes + e->header_bytes + r * e->record_bytes;
    double *own = &e->record_start_s[r];
    bl_edf_let_go(e, (uint64_t)(record - e->bytes));
    *own = NAN;
    for (size_t i = 0; i < e->n_signals && !s; i++) {
      const bl_edf_signal *g = &e->signals[i];
      if (!g->annotation || !g->spr) continue;
      s = read_lists(ctx, rec, e, record + g->offset, (size_t)g->spr * e->width, (long)i, own, &scratch);
      if (own && isnan(*own)) bl_edf_deviates(e, BL_EDF_NO_ONSET, (uint64_t)(record - e->bytes) + g->offset, (long)i);
      own = NULL;
    }
    if (!s && r % 1024 == 0) s = BL_CHECK_CANCEL(ctx);
  }
  bl_buf_free(ctx, &scratch);
  if (s) return s;
  shift_times(rec, e);
  bl_annotations_sort(&rec->annotations);
  return BL_OK;
}
