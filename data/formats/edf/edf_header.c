/* The headers of EDF and BDF: 256 bytes for the file, then 256 for each signal, field by field (all labels, then all
 * transducers ...). Numbers are ASCII, left-justified, padded with blanks. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "baleen/text.h"
#include "clock.h"
#include "edf.h"
#include "recording_private.h"

/* ---- deviations -------------------------------------------------------------------------------------------------- */

void bl_edf_deviates(bl_edf *e, bl_edf_deviation kind, uint64_t offset, long signal)
{
  if (!e->found[kind].count++) {
    e->found[kind].offset = offset;
    e->found[kind].signal = signal;
  }
}

static const struct {
  bl_warning code;
  const char *field, *text;
} deviation[] = {
#define ROW(kind, code, field, text) {BL_W_##code, field, text},
    BL_EDF_DEVIATIONS(ROW)
#undef ROW
};

bl_status bl_edf_report(bl_ctx *ctx, bl_recording *rec, bl_edf *e)
{
  bl_status s = BL_OK;
  for (size_t k = 0; !s && k < BL_N_EDF_DEVIATIONS; k++) {
    struct bl_edf_found *f = &e->found[k];
    if (!f->count || f->told) continue;
    f->told = true;
    char who[128] = "", more[64] = "";
    if (f->signal >= 0) snprintf(who, sizeof who, " of signal %ld '%s'", f->signal + 1, e->signals[f->signal].label);
    if (f->count > 1) snprintf(more, sizeof more, " (and %llu more like it)", (unsigned long long)(f->count - 1));
    s = bl_recording_note(ctx, rec, deviation[k].code, "byte %llu: %s%s %s%s", (unsigned long long)f->offset,
                          deviation[k].field, who, deviation[k].text, more);
  }
  return s;
}

/* ---- fields ------------------------------------------------------------------------------------------------------ */

bool bl_edf_text(const unsigned char *s, size_t n, char *to, bool *latin)
{
  while (n && (!s[n - 1] || s[n - 1] == ' ')) n--;
  while (n && (!*s || *s == ' ')) s++, n--;
  bool beyond = false, utf8 = bl_utf8_prefix((const char *)s, n) == n;
  for (size_t i = 0; i < n; i++) {
    unsigned char c = s[i];
    beyond |= c >= 0x80;
    if (c < 0x80 || utf8) *to++ = c < 0x20 || c == 0x7f ? ' ' : (char)c;
    else *to++ = (char)(0xc0 | c >> 6), *to++ = (char)(0x80 | (c & 0x3f));
  }
  *to = '\0';
  if (latin) *latin = !utf8;
  return beyond;
}

static bool has_nul(const unsigned char *s, size_t n) { return memchr(s, 0, n) != NULL; }

static bool has_control(const unsigned char *s, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if ((s[i] && s[i] < 0x20) || s[i] == 0x7f) return true;
  return false;
}

/* A field as text, its oddities counted. */
static void text_field(bl_edf *e, uint64_t at, size_t n, long signal, char *to)
{
  if (bl_edf_text(e->bytes + at, n, to, NULL)) bl_edf_deviates(e, BL_EDF_NOT_ASCII, at, signal);
  if (has_control(e->bytes + at, n)) bl_edf_deviates(e, BL_EDF_CONTROL, at, signal);
  if (has_nul(e->bytes + at, n)) bl_edf_deviates(e, BL_EDF_NUL_PADDED, at, signal);
}

/* A number of up to 16 bytes; NAN when it is none. */
static double number_field(bl_edf *e, uint64_t at, size_t n, long signal)
{
  char text[33];
  bl_edf_text(e->bytes + at, n, text, NULL);
  if (*text && e->bytes[at] == ' ') bl_edf_deviates(e, BL_EDF_BLANKS, at, signal);
  if (has_nul(e->bytes + at, n)) bl_edf_deviates(e, BL_EDF_NUL_PADDED, at, signal);
  char *comma = strchr(text, ',');
  double x;
  if (comma) {
    *comma = '.';
    bl_edf_deviates(e, BL_EDF_COMMA, at, signal);
  }
  return bl_parse_real(text, &x) && isfinite(x) ? x : (double)NAN;
}

/* A number that has to be a whole one: digits, behind a sign at most. */
static double whole_field(bl_edf *e, uint64_t at, size_t n, long signal)
{
  double x = number_field(e, at, n, signal);
  if (!isnan(x) && memchr(e->bytes + at, '.', n)) bl_edf_deviates(e, BL_EDF_NOT_WHOLE, at, signal);
  else if (!isnan(x) && (memchr(e->bytes + at, 'e', n) || memchr(e->bytes + at, 'E', n)))
    bl_edf_deviates(e, BL_EDF_NOT_WHOLE, at, signal);
  return x;
}

static double duration_field(bl_edf *e, uint64_t at)
{
  double x = number_field(e, at, 8, -1);
  if (!isnan(x) && (memchr(e->bytes + at, 'e', 8) || memchr(e->bytes + at, 'E', 8)))
    bl_edf_deviates(e, BL_EDF_EXPONENT, at, -1);
  return x;
}

/* ---- the file's start -------------------------------------------------------------------------------------------- */

/* Three numbers of one or two digits with one other character between them; odd when that is not the usual form. */
static bool three_numbers(const char *s, int *v, bool *odd)
{
  *odd = false;
  for (int i = 0; i < 3; i++) {
    if (*s < '0' || *s > '9') return false;
    v[i] = *s++ - '0';
    if (*s >= '0' && *s <= '9') v[i] = v[i] * 10 + (*s++ - '0');
    else *odd = true;
    if (i == 2) return !*s;
    *odd |= *s != '.';
    if (!*s++) return false;
  }
  return false;
}

/* "dd-MMM-yyyy" in front of a blank or the end; MMM in capitals. */
static bool is_date(const char *s)
{
  static const char months[] = "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC";
  for (int i = 0; i < 11; i++) {
    if (i == 2 || i == 6   ? s[i] != '-'
        : i >= 3 && i <= 5 ? !(s[i] >= 'A' && s[i] <= 'Z')
                           : !(s[i] >= '0' && s[i] <= '9'))
      return false;
  }
  bool month = false;
  for (int m = 0; m < 12; m++) month |= !strncmp(months + 3 * m, s + 3, 3);
  int day = (s[0] - '0') * 10 + s[1] - '0';
  return month && day >= 1 && day <= 31 && (!s[11] || s[11] == ' ');
}

/* The word behind the next blank; NULL when there is none, or another blank. */
static const char *next_word(const char *s)
{
  const char *blank = s ? strchr(s, ' ') : NULL;
  return blank && blank[1] && blank[1] != ' ' ? blank + 1 : NULL;
}

bool bl_edf_is_patient(const char *text)
{
  const char *sex = next_word(text), *born = next_word(sex), *name = next_word(born);
  return name && strchr("MFX", *sex) && sex[1] == ' ' && ((*born == 'X' && born[1] == ' ') || is_date(born));
}

bool bl_edf_is_recording(const char *text)
{
  const char *date = next_word(text), *code = next_word(date), *who = next_word(code), *with = next_word(who);
  return !strncmp(text, "Startdate ", 10) && with && ((*date == 'X' && date[1] == ' ') || is_date(date));
}

static void check_identifications(bl_edf *e)
{
  char text[161];
  bl_edf_text(e->bytes + 8, 80, text, NULL);
  if (e->bytes[8] == ' ' || !bl_edf_is_patient(text)) bl_edf_deviates(e, BL_EDF_PATIENT, 8, -1);
  bl_edf_text(e->bytes + 88, 80, text, NULL);
  if (e->bytes[88] == ' ' || !bl_edf_is_recording(text)) bl_edf_deviates(e, BL_EDF_RECORDING, 88, -1);
}

/* The "Startdate dd-MMM-yyyy" of EDF+; false when it is not there, or X. */
static bool startdate(const char *recording, int *day, int *month, int *year)
{
  static const char months[] = "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC";
  if (strncmp(recording, "Startdate ", 10)) return false;
  const char *s = recording + 10;
  for (int i = 0; i < 11; i++)
    if (!s[i]) return false;
  if (s[2] != '-' || s[6] != '-') return false;
  for (int i = 0; i < 11; i++)
    if (i != 2 && !(i >= 3 && i <= 6) && (s[i] < '0' || s[i] > '9')) return false;
  *month = 0;
  for (int m = 0; m < 12; m++) {
    bool same = true;
    for (int i = 0; i < 3; i++) same &= (s[3 + i] & ~0x20) == months[3 * m + i];
    if (same) *month = m + 1;
  }
  *day = (s[0] - '0') * 10 + s[1] - '0';
  *year = (s[7] - '0') * 1000 + (s[8] - '0') * 100 + (s[9] - '0') * 10 + s[10] - '0';
  return *month > 0;
}

/* Sets rec->start, to the second; the annotations may shift it later. */
static void read_start(bl_recording *rec, bl_edf *e)
{
  char date[17], time[17], recording[161];
  int d[3] = {0}, t[3] = {0}, day, month, year;
  bool odd_date, odd_time;
  text_field(e, 168, 8, -1, date);
  text_field(e, 176, 8, -1, time);
  text_field(e, 88, 80, -1, recording);
  bool has_time = three_numbers(time, t, &odd_time) && t[0] < 24 && t[1] < 60 && t[2] < 60;
  bool has_date = three_numbers(date, d, &odd_date);
  int full_year = d[2] >= 85 ? 1900 + d[2] : 2000 + d[2]; /* EDF's rule for years of two digits */
  if (e->plus && startdate(recording, &day, &month, &year) && bl_clock_is((const int[6]){year, month, day})) {
    /* past 2084 the short form says "yy": then it cannot disagree */
    if (year < 2085 && !(has_date && d[0] == day && d[1] == month && full_year == year))
      bl_edf_deviates(e, BL_EDF_STARTDATE, 88, -1);
    d[0] = day, d[1] = month, full_year = year;
    has_date = true;
  } else {
    has_date = has_date && bl_clock_is((const int[6]){full_year, d[1], d[0]});
    if (!has_date) bl_edf_deviates(e, BL_EDF_NO_DATE, 168, -1);
  }
  if (!has_time) bl_edf_deviates(e, BL_EDF_NO_TIME, 176, -1);
  else if (odd_time || odd_date) bl_edf_deviates(e, BL_EDF_SEPARATORS, odd_time ? 176 : 168, -1);
  const int start[6] = {full_year, d[1], d[0], t[0], t[1], t[2]};
  if (has_date && has_time) bl_recording_set_start(rec, start, 0);
}

/* ---- signals ----------------------------------------------------------------------------------------------------- */

/* The micro sign in its four spellings (Latin-1, and by now UTF-8; Greek mu; Shift-JIS mu, seen as two Latin-1
 * letters) becomes "u". */
static void plain_micro(char *unit)
{
  static const char *const micro[] = {"\xc2\xb5", "\xce\xbc", "\xc2\x83\xc3\x8a"};
  for (size_t i = 0; i < sizeof micro / sizeof *micro; i++) {
    size_t n = strlen(micro[i]);
    if (strncmp(unit, micro[i], n)) continue;
    *unit = 'u';
    memmove(unit + 1, unit + n, strlen(unit + n) + 1);
    return;
  }
}

/* Scale as MNE has it: physical = digital * cal + off. */
static void read_scale(bl_edf *e, size_t i)
{
  bl_edf_signal *g = &e->signals[i];
  long n = (long)i;
  uint64_t pmin_at = bl_edf_field_at(e, 104, 8, i), dmin_at = bl_edf_field_at(e, 120, 8, i);
  g->pmin = number_field(e, pmin_at, 8, n);
  g->pmax = number_field(e, bl_edf_field_at(e, 112, 8, i), 8, n);
  g->dmin = whole_field(e, dmin_at, 8, n);
  g->dmax = whole_field(e, bl_edf_field_at(e, 128, 8, i), 8, n);
  g->cal = 1;
  double most = e->bdf ? 8388608 : 32768;
  if (g->annotation) {
    if (!(g->dmin == -most && g->dmax == most - 1) || !(g->pmin < g->pmax || g->pmin > g->pmax))
      bl_edf_deviates(e, BL_EDF_TAL_LIMITS, dmin_at, n);
    char text[161];
    for (int k = 0; k < 3; k++) {
      static const size_t before[] = {16, 96, 136}, width[] = {80, 8, 80};
      uint64_t at = bl_edf_field_at(e, before[k], width[k], i);
      bl_edf_text(e->bytes + at, width[k], text, NULL);
      if (*text) bl_edf_deviates(e, BL_EDF_TAL_FIELDS, at, n);
    }
    return;
  }
  if (e->bdf && !strcmp(g->label, "Status")) { /* bits, not a quantity */
    g->status = true;
    return;
  }
  double cal = (g->pmax - g->pmin) / (g->dmax - g->dmin), off = g->pmin - g->dmin * cal;
  if (!(g->dmin < g->dmax || g->dmin > g->dmax)) bl_edf_deviates(e, BL_EDF_UNUSABLE_D, dmin_at, n), g->unusable = true;
  else if (!(g->pmin < g->pmax || g->pmin > g->pmax) || !isfinite(cal) || !isfinite(off) || cal == 0)
    bl_edf_deviates(e, BL_EDF_UNUSABLE_P, pmin_at, n), g->unusable = true;
  if (g->unusable) {
    g->unit[0] = '\0';
    g->pmin = g->pmax = NAN;
    return;
  }
  g->cal = cal;
  g->off = off;
  if (g->dmin > g->dmax) bl_edf_deviates(e, BL_EDF_DIGITAL_SWAPPED, dmin_at, n);
  if (fmin(g->dmin, g->dmax) < -most || fmax(g->dmin, g->dmax) > most - 1)
    bl_edf_deviates(e, BL_EDF_DIGITAL_RANGE, dmin_at, n);
  if (g->pmin > g->pmax) bl_edf_deviates(e, BL_EDF_INVERTED, pmin_at, n);
  if (!*g->unit) bl_edf_deviates(e, BL_EDF_NO_UNIT, bl_edf_field_at(e, 96, 8, i), n);
}

/* Texts that are kept as they stand, or not at all: looked at for what should not be in them. */
static void check_texts(bl_edf *e, size_t i)
{
  static const size_t before[] = {16, 136, 224}, width[] = {80, 80, 32};
  char text[161];
  for (int k = 0; k < 3; k++) text_field(e, bl_edf_field_at(e, before[k], width[k], i), width[k], (long)i, text);
}

static bl_status read_signal(bl_ctx *ctx, bl_recording *rec, bl_edf *e, size_t i)
{
  bl_edf_signal *g = &e->signals[i];
  uint64_t spr_at = bl_edf_field_at(e, 216, 8, i);
  text_field(e, bl_edf_field_at(e, 0, 16, i), 16, (long)i, g->label);
  text_field(e, bl_edf_field_at(e, 96, 8, i), 8, (long)i, g->unit);
  plain_micro(g->unit);
  check_texts(e, i);
  g->annotation = !strcmp(g->label, "EDF Annotations") || !strcmp(g->label, "BDF Annotations");
  read_scale(e, i);
  double spr = whole_field(e, spr_at, 8, (long)i);
  if (!(spr >= 0) || spr != floor(spr) || spr > 99999999) {
    char found[17];
    bl_edf_text(e->bytes + spr_at, 8, found, NULL);
    return bl_fail(ctx, BL_E_FORMAT, "%s: byte %llu: samples per record of signal %zu '%s' is '%s', not a count",
                   rec->path, (unsigned long long)spr_at, i + 1, g->label, found);
  }
  g->spr = (uint64_t)spr;
  g->offset = e->record_bytes;
  e->record_bytes += g->spr * e->width; /* at most 4096 * 1e8 * 3: no overflow */
  if (!g->spr && !g->annotation) bl_edf_deviates(e, BL_EDF_NO_SAMPLES, spr_at, (long)i);
  return BL_OK;
}

/* ---- size of things ---------------------------------------------------------------------------------------------- */

/* Where the data begin. A file's length tells whether a header that says it is longer is; a pipe has none. */
static bl_status read_header_bytes(bl_ctx *ctx, const bl_recording *rec, bl_edf *e, double records)
{
  uint64_t needs = 256 * ((uint64_t)e->n_signals + 1);
  double says = whole_field(e, 184, 8, -1);
  e->header_bytes = needs;
  if (says == (double)needs) return BL_OK;
  if (e->piped && says > (double)needs)
    return bl_fail(ctx, BL_E_FORMAT,
                   "%s: byte 184: the header says it has %.0f bytes, %zu signals need %llu: in a pipe nothing tells "
                   "which is right; write it to a file, and give that",
                   rec->path, says, e->n_signals, (unsigned long long)needs);
  double data = records >= 1 ? records * (double)e->record_bytes : (double)NAN, length = (double)e->n_bytes;
  if (says > (double)needs && says <= length && says + data == length && (double)needs + data != length) {
    e->header_bytes = (uint64_t)says;
    bl_edf_deviates(e, BL_EDF_HEADER_LONG, 184, -1);
  } else {
    bl_edf_deviates(e, BL_EDF_HEADER_BYTES, 184, -1);
  }
  return BL_OK;
}

/* How many records the header of a pipe promises. Programs that cannot go back to put in the number leave -1 or 0. */
static void promise_records(bl_edf *e, double says)
{
  bool told = says > 0 && says == floor(says);
  if (!told && says != -1 && says != 0) bl_edf_deviates(e, BL_EDF_RECORDS_BROKEN, 236, -1);
  e->promised = told ? (uint64_t)says : UINT64_MAX;
}

/* How many records there are, of those that the header says. */
static bl_status read_records(bl_ctx *ctx, bl_recording *rec, bl_edf *e, double says)
{
  uint64_t data = e->n_bytes - e->header_bytes, whole = e->record_bytes ? data / e->record_bytes : 0;
  uint64_t rest = data - whole * e->record_bytes;
  bl_status s = BL_OK;
  e->n_records = whole;
  if (says == -1) bl_edf_deviates(e, BL_EDF_RECORDS_UNKNOWN, 236, -1);
  else if (!(says >= 0) || says != floor(says)) bl_edf_deviates(e, BL_EDF_RECORDS_BROKEN, 236, -1);
  else if (says == 0 && whole) bl_edf_deviates(e, BL_EDF_RECORDS_ZERO, 236, -1);
  else if (e->record_bytes && says > (double)whole)
    return bl_recording_note(
        ctx, rec, BL_W_TRUNCATED,
        "byte %llu: the file ends early: the header says %.0f records of %llu bytes, %llu are whole "
        "and were kept, %llu bytes behind them were left out",
        (unsigned long long)e->n_bytes, says, (unsigned long long)e->record_bytes, (unsigned long long)whole,
        (unsigned long long)rest);
  else if (e->record_bytes) {
    e->n_records = (uint64_t)says;
    rest = data - e->n_records * e->record_bytes;
  }
  if (rest)
    s = bl_recording_note(ctx, rec, BL_W_DEVIATION, "byte %llu: %llu bytes follow the last record; they were left out",
                          (unsigned long long)(e->n_bytes - rest), (unsigned long long)rest);
  return s;
}

/* True when the header's size and the number of signals fit each other: some programs (Emotiv's) write a date where the
 * version belongs. */
static bool looks_like_edf(const bl_edf *e)
{
  double size, n;
  return bl_parse_real_n((const char *)e->bytes + 184, 8, &size) &&
         bl_parse_real_n((const char *)e->bytes + 252, 4, &n) && n >= 1 && size == 256 * (n + 1);
}

/* The first n bytes of the file, in place of those read before. */
static bl_status load(bl_ctx *ctx, bl_edf *e, size_t n)
{
  const unsigned char *v;
  unsigned char *bytes = bl_calloc(ctx, n, 1);
  if (!bytes) return bl_fail_nomem(ctx, "an EDF header");
  bl_status s = bl_window_get(ctx, &e->file, 0, n, n, &v);
  if (!s) memcpy(bytes, v, n);
  bl_free(ctx, e->bytes);
  e->bytes = bytes;
  return s;
}

static bl_status read_fixed(bl_ctx *ctx, bl_recording *rec, bl_edf *e)
{
  if (e->n_bytes < 256)
    return bl_fail(ctx, BL_E_FORMAT, "%s: the file ends at byte %llu, inside the header of 256 bytes", rec->path,
                   (unsigned long long)e->n_bytes);
  bl_status s = load(ctx, e, 256);
  if (s) return s;
  char version[17], reserved[89], count[9], patient[161];
  e->bdf = e->bytes[0] == 0xff && !memcmp(e->bytes + 1, "BIOSEMI", 7);
  bl_edf_text(e->bytes, 8, version, NULL);
  bool known = e->bdf || !strcmp(version, "0");
  if (!known && looks_like_edf(e)) bl_edf_deviates(e, BL_EDF_VERSION, 0, -1);
  else if (!known)
    return bl_fail(ctx, BL_E_FORMAT, "%s: byte 0: version is '%s', EDF has '0' there and BDF a byte 255 and 'BIOSEMI'",
                   rec->path, version);
  e->width = e->bdf ? 3 : 2;
  text_field(e, 192, 44, -1, reserved);
  text_field(e, 8, 80, -1, patient);
  e->plus = !strncmp(reserved, e->bdf ? "BDF+" : "EDF+", 4);
  e->discontinuous = e->plus && reserved[4] == 'D';
  if (e->plus) check_identifications(e);
  read_start(rec, e);
  double n = whole_field(e, 252, 4, -1);
  bl_edf_text(e->bytes + 252, 4, count, NULL);
  if (!(n >= 1 && n <= BL_EDF_MAX_SIGNALS) || n != floor(n))
    return bl_fail(ctx, BL_E_FORMAT, "%s: byte 252: number of signals is '%s', wanted 1 to %d", rec->path, count,
                   BL_EDF_MAX_SIGNALS);
  e->n_signals = (size_t)n;
  if (e->n_bytes < 256 * ((uint64_t)e->n_signals + 1))
    return bl_fail(ctx, BL_E_FORMAT, "%s: the file ends at byte %llu, inside the headers of %zu signals (%llu bytes)",
                   rec->path, (unsigned long long)e->n_bytes, e->n_signals,
                   256 * ((unsigned long long)e->n_signals + 1));
  return load(ctx, e, 256 * (e->n_signals + 1));
}

bl_status bl_edf_header(bl_ctx *ctx, bl_recording *rec, bl_edf *e)
{
  bl_status s = read_fixed(ctx, rec, e);
  if (s) return s;
  e->signals = bl_calloc(ctx, e->n_signals, sizeof *e->signals);
  if (!e->signals) return bl_fail_nomem(ctx, "an EDF header");
  bool samples = false, annotations = false;
  for (size_t i = 0; i < e->n_signals; i++) {
    if ((s = read_signal(ctx, rec, e, i))) return s;
    annotations |= e->signals[i].annotation;
    samples |= !e->signals[i].annotation && e->signals[i].spr;
  }
  if (e->plus && !annotations) bl_edf_deviates(e, BL_EDF_NO_ANNOTATIONS, 192, -1);
  if (!e->plus && annotations) bl_edf_deviates(e, BL_EDF_NOT_PLUS, 192, -1);
  e->record_s = duration_field(e, 244);
  if (!samples && !(e->record_s >= 0)) e->record_s = 0;
  if (samples && !(e->record_s >= 1e-6 && e->record_s <= 1e7)) {
    bl_edf_deviates(e, BL_EDF_DURATION, 244, -1);
    e->record_s = 1;
  }
  double records = whole_field(e, 236, 8, -1);
  if ((s = read_header_bytes(ctx, rec, e, records))) return s;
  if (e->piped) promise_records(e, records);
  else if ((s = read_records(ctx, rec, e, records))) return s;
  const char *kind = !e->plus ? "" : e->discontinuous ? "+D" : "+C";
  rec->format = bl_strf(ctx, "%s%s", e->bdf ? "BDF" : "EDF", kind);
  return rec->format ? BL_OK : bl_fail_nomem(ctx, "an EDF header");
}
