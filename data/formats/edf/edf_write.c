/* EDF+ and BDF+ files, header first, then record after record: samples, then one annotation signal whose lists begin
 * with the record's time (EDF+ specification 2.1 and 2.2). Each annotation stands in the record in which it begins or,
 * where that one is full, in a later one. The signal is made as long as it takes for all of them to find a place,
 * unless that would make a good part of the file: then annotations also stand in records before their own, as the
 * standard allows. */
#include "edf_write.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "baleen/text.h"

enum { MAX_LIST_BYTES = 1 << 24, MAX_SIGNALS = 4095 };

/* ---- time-stamped annotation lists ------------------------------------------------------------------------------- */

/* Seconds to 100 ns, as EDFlib reads them, without trailing zeros. */
static int put_seconds(char *to, size_t room, double x, bool sign)
{
  long long u = llrint(fabs(x) * 1e7);
  int n = snprintf(to, room, "%s%lld", !sign ? "" : x < 0 && u ? "-" : "+", u / 10000000);
  if (!(u % 10000000)) return n;
  n += snprintf(to + n, room - (size_t)n, ".%07lld", u % 10000000);
  while (to[n - 1] == '0') to[--n] = '\0';
  return n;
}

/* Bytes that an annotation takes as a list; written to `to` unless that is NULL. A list without text would be none, so
 * one without label gets "annotation". */
static size_t put_annotation(const bl_annotation *a, double shift_s, unsigned char *to)
{
  char head[64];
  int n = put_seconds(head, sizeof head, a->onset_s + shift_s, true);
  if (a->duration_s > 0) {
    head[n++] = 0x15;
    n += put_seconds(head + n, sizeof head - (size_t)n, a->duration_s, false);
  }
  head[n++] = 0x14;
  const char *label = a->label && *a->label ? a->label : "annotation", *channel = a->channel ? a->channel : "";
  bool marked = *channel || strstr(label, "@@"); /* the last mark is the channel's, also of none */
  size_t len = strlen(label), of = marked ? strlen(channel) + 2 : 0, total = (size_t)n + len + of + 2;
  if (!to) return total;
  memcpy(to, head, (size_t)n);
  unsigned char *text = to + n;
  memcpy(text, label, len);
  if (of) memcpy(text + len, "@@", 2), memcpy(text + len + 2, channel, of - 2);
  for (size_t i = 0; i < len + of; i++)
    if (text[i] < 0x20 && text[i] != '\t' && text[i] != '\n' && text[i] != '\r')
      text[i] = ' '; /* 2.2.3 allows these three */
  text[len + of] = 0x14;
  text[len + of + 1] = 0;
  return total;
}

static double record_start(const bl_edf_out_spec *p, uint64_t r, size_t *run)
{
  while (*run + 1 < p->n_runs && r >= p->runs[*run + 1].first) ++*run;
  while (*run && r < p->runs[*run].first) --*run;
  if (!p->n_runs) return (double)r * p->record_s;
  return p->runs[*run].start_s + (double)(r - p->runs[*run].first) * p->record_s;
}

/* A record's own time as a list; its bytes. */
static size_t put_stamp(const bl_edf_out *o, double start_s, char stamp[48])
{
  int n = put_seconds(stamp, 44, start_s + o->fraction_s, true);
  stamp[n++] = 0x14, stamp[n++] = 0x14, stamp[n++] = 0;
  return (size_t)n;
}

/* The lists of record r, room bytes of them; to NULL only counts. False when the time stamp does not fit. */
static bool put_lists(const bl_edf_out *o, uint64_t r, size_t room, size_t *run, size_t *next, unsigned char *to)
{
  const bl_edf_out_spec *p = o->spec;
  double start = record_start(p, r, run), end = r + 1 < p->n_records ? start + p->record_s : (double)INFINITY;
  char stamp[48];
  size_t used = put_stamp(o, start, stamp);
  if (used > room) return false;
  if (to) memset(to, 0, room), memcpy(to, stamp, used);
  for (; *next < p->annotations->n; ++*next) {
    const bl_annotation *a = &p->annotations->v[*next];
    bool due = a->onset_s < end || (o->latest && o->latest[*next] <= r);
    size_t need = due ? put_annotation(a, o->fraction_s, NULL) : 0;
    if (!due || need > room - used) break;
    if (to) put_annotation(a, o->fraction_s, to + used);
    used += need;
  }
  return true;
}

/* Whether all find a place in their own record or one behind it. */
static bool fits_behind(const bl_edf_out *o, size_t room)
{
  size_t run = 0, next = 0;
  for (uint64_t r = 0; r < o->spec->n_records; r++)
    if (!put_lists(o, r, room, &run, &next, NULL)) return false;
  return next == o->spec->annotations->n;
}

/* Whether all find a place anywhere, the last one in the last record, each other one as far behind as those after it
 * allow: that is the record that it must be in at the latest. */
static bool fits_anywhere(const bl_edf_out *o, size_t room)
{
  const bl_edf_out_spec *p = o->spec;
  size_t left = p->annotations->n, run = 0;
  char stamp[48];
  for (uint64_t r = p->n_records; r-- > 0;) {
    size_t used = put_stamp(o, record_start(p, r, &run), stamp);
    if (used > room) return false;
    for (size_t need; left && (need = put_annotation(&p->annotations->v[left - 1], o->fraction_s, NULL)) <= room - used;
         used += need)
      o->latest[--left] = r;
  }
  return !left;
}

/* The smallest of the doubled sizes at which all annotations find a place. Lists are not to be more than a quarter of
 * the samples for want of annotations standing in earlier records. */
static bl_status find_tal_bytes(bl_ctx *ctx, bl_edf_out *o, const char *path)
{
  const bl_edf_out_spec *p = o->spec;
  size_t width = p->bdf ? 3 : 2, n = p->annotations->n;
  uint64_t *latest = bl_calloc(ctx, n + 1, sizeof *latest);
  if (!latest) return bl_fail_nomem(ctx, "annotations of an EDF file");
  for (size_t room = 60; room <= MAX_LIST_BYTES; room *= 2) {
    bool fits = fits_behind(o, room);
    if (!fits && 2 * room > o->data_bytes / 4) {
      o->latest = latest;
      fits = fits_anywhere(o, room);
      if (!fits) o->latest = NULL;
    }
    if (!fits) continue;
    if (!o->latest) bl_free(ctx, latest);
    o->tal_bytes = (room + width - 1) / width * width;
    return BL_OK;
  }
  bl_free(ctx, latest);
  return bl_fail(ctx, BL_E_RANGE, "%s: %zu annotations do not fit into %llu records", path, p->annotations->n,
                 (unsigned long long)p->n_records);
}

/* ---- header ------------------------------------------------------------------------------------------------------ */

static void field(unsigned char *to, size_t n, const char *text)
{
  size_t len = strlen(text);
  memset(to, ' ', n);
  memcpy(to, text, len < n ? len : n);
}

static int two_digits(const char *s) { return (s[0] - '0') * 10 + s[1] - '0'; }

/* The start date and time, and the identification with its Startdate. */
static void put_start(const bl_edf_out_spec *p, unsigned char *h)
{
  static const char *const months[] = {"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                       "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
  char date[12] = "01.01.85", time[12] = "00.00.00", long_date[24] = "X", text[128];
  if (p->has_start) { /* "2009-08-12T16:15:00" */
    const char *s = p->start;
    int year = two_digits(s) * 100 + two_digits(s + 2), month = two_digits(s + 5);
    snprintf(date, sizeof date, "%.2s.%.2s.%.2s", s + 8, s + 5, year > 2084 ? "yy" : s + 2);
    snprintf(time, sizeof time, "%.2s.%.2s.%.2s", s + 11, s + 14, s + 17);
    snprintf(long_date, sizeof long_date, "%.2s-%s-%.4s", s + 8, months[month - 1], s);
  }
  field(h + 168, 8, date);
  field(h + 176, 8, time);
  snprintf(text, sizeof text, "Startdate %s %s", long_date, p->recording);
  field(h + 88, 80, text);
}

static void put_signals(const bl_edf_out *o, unsigned char *h)
{
  static const size_t widths[] = {16, 80, 8, 8, 8, 8, 8, 80, 8, 32};
  const bl_edf_out_spec *p = o->spec;
  bl_edf_out_signal tal = {.pmin = "-1", .pmax = "1", .spr = o->tal_bytes / (p->bdf ? 3 : 2)};
  snprintf(tal.label, sizeof tal.label, "%s Annotations", p->bdf ? "BDF" : "EDF");
  snprintf(tal.dmin, sizeof tal.dmin, "%s", p->bdf ? "-8388608" : "-32768");
  snprintf(tal.dmax, sizeof tal.dmax, "%s", p->bdf ? "8388607" : "32767");
  unsigned char *at = h + 256;
  for (size_t f = 0; f < 10; f++)
    for (size_t i = 0; i <= p->n_signals; i++, at += widths[f]) {
      const bl_edf_out_signal *g = i < p->n_signals ? &p->signals[i] : &tal;
      char spr[24];
      snprintf(spr, sizeof spr, "%llu", (unsigned long long)g->spr);
      const char *text[] = {g->label, g->transducer, g->unit,      g->pmin, g->pmax,
                            g->dmin,  g->dmax,       g->prefilter, spr,     ""};
      field(at, widths[f], text[f]);
    }
}

static bl_status put_header(bl_ctx *ctx, bl_edf_out *o)
{
  const bl_edf_out_spec *p = o->spec;
  size_t n = 256 * (p->n_signals + 2);
  unsigned char *h = bl_calloc(ctx, n, 1);
  if (!h) return bl_fail_nomem(ctx, "an EDF header");
  char text[24];
  field(h, 8,
        p->bdf ? "\xff"
                 "BIOSEMI"
               : "0");
  field(h + 8, 80, p->patient);
  put_start(p, h);
  snprintf(text, sizeof text, "%zu", n);
  field(h + 184, 8, text);
  snprintf(text, sizeof text, "%s+%s", p->bdf ? "BDF" : "EDF", p->n_runs > 1 ? "D" : "C");
  field(h + 192, 44, text);
  snprintf(text, sizeof text, "%llu", (unsigned long long)p->n_records);
  field(h + 236, 8, text);
  field(h + 244, 8, p->record_text);
  snprintf(text, sizeof text, "%zu", p->n_signals + 1);
  field(h + 252, 4, text);
  put_signals(o, h);
  bl_status s = bl_out_put(ctx, &o->file, h, n);
  bl_free(ctx, h);
  return s;
}

/* ---- the file ---------------------------------------------------------------------------------------------------- */

static bl_status check_spec(bl_ctx *ctx, const char *path, const bl_edf_out_spec *p)
{
  if (!p->n_records || p->n_records > 99999999)
    return bl_fail(ctx, BL_E_RANGE, "%s: %llu records to write; wanted 1 to 99999999", path,
                   (unsigned long long)p->n_records);
  if (p->n_signals > MAX_SIGNALS)
    return bl_fail(ctx, BL_E_RANGE, "%s: %zu signals to write; at most %d are", path, p->n_signals, MAX_SIGNALS);
  for (size_t i = 0; i < p->n_signals; i++)
    if (!p->signals[i].spr || p->signals[i].spr > 99999999)
      return bl_fail(ctx, BL_E_RANGE, "%s: %llu samples per record of '%s'; wanted 1 to 99999999", path,
                     (unsigned long long)p->signals[i].spr, p->signals[i].label);
  return BL_OK;
}

bl_status bl_edf_out_open(bl_ctx *ctx, const char *path, const bl_edf_out_spec *spec, bl_edf_out *out)
{
  bl_edf_out o = {.spec = spec, .file = {.fd = -1}};
  *out = o;
  bl_status s = check_spec(ctx, path, spec);
  if (s) return s;
  double part;
  if (spec->has_start && spec->start[19] == '.' && bl_parse_real(spec->start + 19, &part)) o.fraction_s = part;
  for (size_t i = 0; i < spec->n_signals; i++) o.data_bytes += (size_t)spec->signals[i].spr * (spec->bdf ? 3 : 2);
  s = find_tal_bytes(ctx, &o, path);
  if (!s && !(o.tal = bl_calloc(ctx, o.tal_bytes, 1))) s = bl_fail_nomem(ctx, "annotations of an EDF record");
  if (!s) s = bl_out_open(ctx, path, &o.file);
  if (!s) s = put_header(ctx, &o);
  if (s) bl_edf_out_drop(ctx, &o);
  else *out = o;
  return s;
}

bl_status bl_edf_out_record(bl_ctx *ctx, bl_edf_out *o, const unsigned char *samples)
{
  if (o->record >= o->spec->n_records)
    return bl_fail(ctx, BL_E_INTERNAL, "%s: more than the %llu records announced", o->file.path,
                   (unsigned long long)o->spec->n_records);
  put_lists(o, o->record++, o->tal_bytes, &o->run, &o->annotation, o->tal);
  bl_status s = bl_out_put(ctx, &o->file, samples, o->data_bytes);
  return s ? s : bl_out_put(ctx, &o->file, o->tal, o->tal_bytes);
}

bl_status bl_edf_out_done(bl_ctx *ctx, bl_edf_out *o)
{
  bl_recording *rec = NULL;
  bl_status s = BL_OK;
  if (o->record != o->spec->n_records)
    s = bl_fail(ctx, BL_E_INTERNAL, "%s: %llu of %llu records written", o->file.path, (unsigned long long)o->record,
                (unsigned long long)o->spec->n_records);
  if (!s) s = bl_recording_open_as(ctx, o->file.beside, &(bl_opening){.mode = BL_OPEN_STRICT}, &rec);
  if (s == BL_E_FORMAT) s = bl_fail_in(ctx, BL_E_INTERNAL, "what was written does not conform: ");
  bl_recording_close(ctx, rec);
  if (!s) s = bl_out_done(ctx, &o->file);
  bl_edf_out_drop(ctx, o);
  return s;
}

void bl_edf_out_drop(bl_ctx *ctx, bl_edf_out *o)
{
  bl_out_drop(ctx, &o->file);
  bl_free(ctx, o->tal);
  bl_free(ctx, o->latest);
  o->tal = NULL;
  o->latest = NULL;
}
