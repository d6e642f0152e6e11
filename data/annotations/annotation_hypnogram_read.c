/* Hypnograms read: a stage on each line, alone, with the number of its epoch, or with the second at which it begins or
 * ends. Writing is in annotation_hypnogram.c. */
#include <math.h>
#include <string.h>

#include "annotation_table.h"
#include "baleen/text.h"

/* A line with something on it. */
typedef struct line {
  char *text;
  size_t number; /* in the file, from 1 */
} line;
typedef struct lines {
  line *v;
  size_t n, cap;
  size_t first; /* the first that has a stage */
} lines;

/* Where the number of a line of two fields stands, and what it says. */
typedef enum meaning { STAGE_ALONE, EPOCH_NUMBERS, BEGINS, ENDS, UNKNOWN } meaning;
typedef struct layout {
  char separator; /* '\0': none */
  int stage;      /* field of the stage */
  meaning is;
} layout;

/* ---- lines ------------------------------------------------------------------------------------------------------- */

/* All but comments; the text is taken apart here, as blank lines count. */
static bl_status take_lines(bl_ctx *ctx, const char *path, char *text, lines *out)
{
  size_t number = 0, blank = 0;
  for (char *next = text; next;) {
    char *at = next, *end = at + strcspn(at, "\r\n");
    bool crlf = end[0] == '\r' && end[1] == '\n';
    next = *end ? end + 1 + crlf : NULL;
    *end = '\0';
    number++;
    at += strspn(at, "\t ");
    for (char *p = end; p > at && (p[-1] == ' ' || p[-1] == '\t');) *--p = '\0';
    if (*at == '#') continue;
    if (!*at && !blank) blank = number;
    if (!*at) continue;
    if (blank)
      return bl_fail(ctx, BL_E_FORMAT,
                     "%s:%zu: a blank line between stages; wanted a stage on each line, and a word "
                     "such as '?' where none was scored",
                     path, blank);
    void *v = out->v;
    bl_status s = bl_grow(ctx, &v, &out->cap, out->n + 1, sizeof *out->v, "a hypnogram");
    if (s) return s;
    out->v = v;
    out->v[out->n++] = (line){at, number};
  }
  return BL_OK;
}

/* ---- lines of two fields ----------------------------------------------------------------------------------------- */

/* How many fields a line has. */
static size_t count(const char *s, char separator)
{
  size_t n = 1;
  for (; separator && *s; s++) n += *s == separator;
  return n;
}

/* Field k of two as a number. */
static bool number_of(const char *s, char separator, int k, double *x)
{
  const char *cut = strchr(s, separator);
  return cut && (k ? bl_parse_real(cut + 1, x) : bl_parse_real_n(s, (size_t)(cut - s), x)) && isfinite(*x);
}

/* What field k says, when it is a number on every line from `from` on; UNKNOWN when it is none, or in no order. */
static meaning of_numbers(const lines *l, size_t from, char separator, int k)
{
  double x, first = 0, last = 0;
  bool counts = true;
  for (size_t i = from; i < l->n; i++) {
    if (!number_of(l->v[i].text, separator, k, &x)) return UNKNOWN;
    if (i == from) first = x;
    else if (!(x > last)) return UNKNOWN;
    counts &= x == first + (double)(i - from);
    last = x;
  }
  if (counts && (first == 0 || first == 1)) return EPOCH_NUMBERS;
  return first == 0 ? BEGINS : first > 0 ? ENDS : UNKNOWN;
}

/* The separator that all lines have the same number of; '\0' when there is none. */
static char separator_of(const lines *l)
{
  for (const char *c = "\t;,"; *c; c++) {
    size_t n = l->n ? count(l->v[0].text, *c) : 0, i = 0;
    while (n > 1 && i < l->n && count(l->v[i].text, *c) == n) i++;
    if (n > 1 && i == l->n) return *c;
  }
  return '\0';
}

/* A line such as "*Duration_sec<TAB>300", which the programs Elan and Visbrain put in front. */
static bool is_remark(const char *s) { return *s == '*' && s[1] && strpbrk(s, "\t;,"); }

/* "Stage", "Sleep stages", "Hypnogram": no stage of sleep. */
static bool is_title(const char *s)
{
  static const char *const titles[] = {"stage",       "stages",     "sleep stage", "sleep stages",
                                       "sleep_stage", "sleepstage", "hypnogram",   "scoring",
                                       "label",       "labels",     "description"};
  for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
    if (bl_text_equal_nocase(s, titles[i])) return true;
  return false;
}

static bool has_number(const char *s, char separator)
{
  double x;
  return number_of(s, separator, 0, &x) || number_of(s, separator, 1, &x);
}

/* Lines of several fields. Whose fields hold no number anywhere are stages with a comma in them. */
static bl_status find_fields(bl_ctx *ctx, const char *path, const lines *l, layout *y, bool *header)
{
  char c = y->separator;
  *header = l->n > 1 && !has_number(l->v[0].text, c) && has_number(l->v[1].text, c);
  meaning is[2] = {of_numbers(l, *header, c, 0), of_numbers(l, *header, c, 1)};
  int k = is[0] == UNKNOWN || (is[1] == EPOCH_NUMBERS && is[0] != EPOCH_NUMBERS);
  if (is[k] != UNKNOWN && count(l->v[0].text, c) == 2) {
    y->stage = !k;
    y->is = is[k];
    return BL_OK;
  }
  if (has_number(l->v[*header].text, c))
    return bl_fail(
        ctx, BL_E_FORMAT,
        "%s:%zu: %zu fields on each line, and none alone numbers the epochs or tells when stages begin or end; wanted a stage on "
        "each line, or a table to be read as csv, with a header that names its columns",
        path, l->v[0].number, count(l->v[0].text, c));
  *y = (layout){.is = STAGE_ALONE};
  return BL_OK;
}

/* Which of the lines begin the stages, and what stands on them. */
static bl_status find_layout(bl_ctx *ctx, const char *path, lines *l, layout *y)
{
  size_t n_remarks = 0;
  while (n_remarks < l->n && is_remark(l->v[n_remarks].text)) n_remarks++;
  l->first = n_remarks;
  *y = (layout){.is = STAGE_ALONE};
  if (n_remarks == l->n) return BL_OK; /* nothing was scored */
  lines body = {.v = l->v + n_remarks, .n = l->n - n_remarks};
  *y = (layout){.separator = separator_of(&body), .is = STAGE_ALONE};
  bool header = body.n && !y->separator && is_title(body.v[0].text);
  bl_status s = y->separator ? find_fields(ctx, path, &body, y, &header) : BL_OK;
  if (!s && header)
    bl_warn(ctx, BL_W_REMARK, "%s:%zu: '%s' is taken for a header, and is no stage", path, body.v[0].number,
            body.v[0].text);
  l->first += header;
  return s;
}

/* ---- stages ------------------------------------------------------------------------------------------------------ */

/* The stage of a line, cut out of it. */
static char *stage_of(char *s, const layout *y)
{
  char *cut = y->separator ? strchr(s, y->separator) : NULL;
  if (!cut) return s;
  *cut = '\0';
  return bl_trim(y->stage ? cut + 1 : s);
}

/* When the stage on line i begins and ends. */
static void span_of(const lines *l, size_t i, const layout *y, double epoch_s, const double *told, double *from,
                    double *to)
{
  *from = (double)(i - l->first) * epoch_s;
  *to = *from + epoch_s;
  if (y->is == BEGINS) {
    *from = told[i];
    *to = i + 1 < l->n ? told[i + 1] : told[i] + epoch_s;
  } else if (y->is == ENDS) {
    *from = i > l->first ? told[i - 1] : 0;
    *to = told[i];
  }
}

static bl_status take_stages(bl_ctx *ctx, const char *path, const lines *l, const layout *y, double epoch_s,
                             bl_annotations *out)
{
  double *told = bl_calloc(ctx, l->n, sizeof *told);
  bl_status s = told ? BL_OK : bl_fail_nomem(ctx, "a hypnogram");
  for (size_t i = l->first; !s && y->separator && i < l->n; i++)
    number_of(l->v[i].text, y->separator, !y->stage, &told[i]);
  for (size_t i = l->first; !s && i < l->n; i++) {
    double from, to;
    span_of(l, i, y, epoch_s, told, &from, &to);
    char *stage = stage_of(l->v[i].text, y);
    if (!*stage)
      s = bl_fail(ctx, BL_E_FORMAT, "%s:%zu: no stage; wanted a word such as '?' where none was scored", path,
                  l->v[i].number);
    bl_annotation one = {.onset_s = from, .duration_s = to - from, .low_hz = NAN, .high_hz = NAN, .label = stage};
    if (!s) s = bl_annotations_add(ctx, out, &one);
  }
  bl_free(ctx, told);
  return s;
}

bl_status bl_read_hypnogram(bl_ctx *ctx, const char *path, char *text, double epoch_s, bl_annotations *out)
{
  lines l = {0};
  layout y;
  if (!(epoch_s > 0) || isinf(epoch_s))
    return bl_fail(ctx, BL_E_CONFIG, "%s: a hypnogram's line lasts %g s; wanted a length above 0, such as 30", path,
                   epoch_s);
  bl_status s = take_lines(ctx, path, text, &l);
  if (!s) s = find_layout(ctx, path, &l, &y);
  if (!s) s = take_stages(ctx, path, &l, &y, epoch_s, out);
  bl_free(ctx, l.v);
  return s;
}
