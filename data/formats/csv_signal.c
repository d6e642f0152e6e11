#include "csv_signal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "baleen/text.h"

enum { MAX_CELL = 256, MAX_COLUMNS = 65536 };

typedef struct lines {
  const char *name, *p, *end;
  size_t line;
  char separator;
} lines;

/* ---- fields ------------------------------------------------------------------------------------------------------ */

/* Goes to the next line with something on it. */
static bool next_line(lines *l, const char **from, const char **to)
{
  while (l->p < l->end) {
    const char *nl = memchr(l->p, '\n', (size_t)(l->end - l->p));
    *from = l->p;
    *to = nl ? nl : l->end;
    l->p = nl ? nl + 1 : l->end;
    l->line++;
    while (*to > *from && (to[0][-1] == '\r' || to[0][-1] == ' ')) --*to;
    if (*to > *from && **from != '#') return true;
  }
  return false;
}

static char find_separator(const char *from, const char *to)
{
  size_t n[3] = {0};
  static const char kind[] = ",;\t";
  bool quoted = false;
  for (; from < to; from++) {
    if (*from == '"') quoted = !quoted;
    for (size_t k = 0; k < 3 && !quoted; k++) n[k] += *from == kind[k];
  }
  return n[2] && n[2] >= n[0] && n[2] >= n[1] ? '\t' : n[1] && n[1] >= n[0] ? ';' : ',';
}

/* The next field, without blanks and quotes around it, cut to MAX_CELL; false behind the last. */
static bool next_field(const lines *l, const char **p, const char *to, char *cell)
{
  if (*p > to) return false;
  const char *from = *p, *end = from;
  while (from < to && *from == ' ') from++;
  bool quoted = from < to && *from == '"';
  if (quoted) end = ++from;
  while (end < to && (quoted ? *end != '"' : *end != l->separator)) end++;
  const char *behind = end;
  while (behind < to && *behind != l->separator) behind++;
  *p = behind + 1;
  while (end > from && end[-1] == ' ') end--;
  size_t n = (size_t)(end - from) < MAX_CELL - 1 ? (size_t)(end - from) : MAX_CELL - 1;
  memcpy(cell, from, n);
  cell[n] = '\0';
  return true;
}

static bool number(const lines *l, char *cell, double *x)
{
  *x = (double)NAN;
  if (!*cell || bl_text_equal_nocase(cell, "NA")) return true;
  if (l->separator != ',')
    for (char *c = cell; *c; c++)
      if (*c == ',') *c = '.';
  return bl_parse_real(cell, x);
}

/* What the digits of a time can tell: 0.001 for "12.125"; 0 when written with an exponent. */
static double step_of(const char *cell)
{
  const char *dot = strchr(cell, '.');
  if (strpbrk(cell, "eE")) return 0;
  return dot ? pow(10, -(double)strspn(dot + 1, "0123456789")) : 1;
}

/* ---- header ------------------------------------------------------------------------------------------------------ */

/* Seconds that one unit of the column is, or 0 when it is no time. */
static double time_unit(const char *name)
{
  static const char *const seconds[] = {"time_s", "time", "t", "seconds", "time (s)", "time [s]", "t_s"};
  for (size_t i = 0; i < sizeof seconds / sizeof *seconds; i++)
    if (bl_text_equal_nocase(name, seconds[i])) return 1;
  static const char *const ms[] = {"time_ms", "t_ms", "time (ms)", "time [ms]"};
  for (size_t i = 0; i < sizeof ms / sizeof *ms; i++)
    if (bl_text_equal_nocase(name, ms[i])) return 1e-3;
  return 0;
}

typedef struct layout {
  size_t n_columns, time_column; /* SIZE_MAX: none */
  double time_unit_s;
} layout;

/* In UTF-8, or Latin-1 where it is none. */
static bl_status add_name(bl_ctx *ctx, const char *cell, bl_csv_signal *s)
{
  char *plain = bl_utf8_of_text(ctx, cell, strlen(cell));
  bl_status st = plain ? bl_texts_add(ctx, &s->names, plain) : bl_fail_nomem(ctx, "channel names");
  s->is_latin1 |= !bl_text_is_utf8(cell);
  bl_free(ctx, plain);
  return st;
}

/* The first line: fields counted, and names kept when it has any. */
static bl_status first_line(bl_ctx *ctx, const lines *l, const char *from, const char *to, bl_csv_signal *s, layout *y)
{
  char cell[MAX_CELL];
  const char *p = from;
  bool named = false;
  double x;
  *y = (layout){.time_column = SIZE_MAX};
  while (next_field(l, &p, to, cell)) {
    named |= !number(l, cell, &x);
    y->n_columns++;
  }
  if (y->n_columns > MAX_COLUMNS)
    return bl_fail(ctx, BL_E_FORMAT, "%s:%zu: %zu columns; at most %d can be read", l->name, l->line, y->n_columns,
                   MAX_COLUMNS);
  s->n_channels = y->n_columns;
  if (!named) return BL_OK;
  p = from;
  bl_status st = BL_OK;
  for (size_t i = 0; !st && next_field(l, &p, to, cell); i++) {
    double unit = time_unit(cell);
    if (unit > 0 && y->time_column == SIZE_MAX) {
      y->time_column = i;
      y->time_unit_s = unit;
      s->n_channels--;
    } else {
      st = add_name(ctx, cell, s);
    }
  }
  return st;
}

/* ---- lines ------------------------------------------------------------------------------------------------------- */

/* A column's last number, and how many differed from the one before: as doubles, and as doubles only. */
typedef struct steps {
  double last;
  uint64_t differ, lost;
} steps;

typedef struct room {
  size_t v, t;
  steps *steps; /* [channel] */
} room;

static bl_status take_time(bl_ctx *ctx, const lines *l, const layout *y, bl_csv_signal *s, const char *cell, double x)
{
  double t = x * y->time_unit_s, step = step_of(cell) * y->time_unit_s, *at = &s->time_s[s->n_frames];
  if (!isfinite(t)) return bl_fail(ctx, BL_E_FORMAT, "%s:%zu: the time is missing", l->name, l->line);
  if (s->n_frames && !(t > at[-1]))
    return bl_fail(ctx, BL_E_FORMAT,
                   "%s:%zu: time %.9g s is not behind the one before, %.9g s; sort the lines, or leave the column out",
                   l->name, l->line, t, at[-1]);
  if (!s->n_frames || step < s->step_s) s->step_s = step;
  *at = t;
  return BL_OK;
}

static float take_number(steps *c, double x)
{
  if (isfinite(x) && isfinite(c->last) && x != c->last) {
    c->differ++;
    c->lost += (float)x == (float)c->last;
  }
  c->last = x;
  return (float)x;
}

static bl_status take_line(bl_ctx *ctx, const lines *l, const char *from, const char *to, const layout *y,
                           bl_csv_signal *s, room *r)
{
  char cell[MAX_CELL];
  size_t k = 0, c = 0;
  bl_status st =
      bl_grow(ctx, (void **)&s->v, &r->v, (size_t)(s->n_frames + 1) * s->n_channels, sizeof *s->v, "a CSV signal");
  if (!st && y->time_column != SIZE_MAX)
    st = bl_grow(ctx, (void **)&s->time_s, &r->t, (size_t)s->n_frames + 1, sizeof *s->time_s, "a CSV signal");
  for (const char *p = from; !st && next_field(l, &p, to, cell); k++) {
    double x;
    if (k >= y->n_columns) continue;
    if (!number(l, cell, &x)) st = bl_fail(ctx, BL_E_FORMAT, "%s:%zu: '%.60s' is not a number", l->name, l->line, cell);
    else if (k == y->time_column) st = take_time(ctx, l, y, s, cell, x);
    else {
      s->v[s->n_frames * s->n_channels + c] = take_number(&r->steps[c], x);
      c++;
    }
  }
  if (!st && k != y->n_columns)
    st = bl_fail(ctx, BL_E_FORMAT, "%s:%zu: %zu fields, where the first line has %zu", l->name, l->line, k,
                 y->n_columns);
  s->n_frames++;
  return st;
}

bl_status bl_csv_signal_parse(bl_ctx *ctx, const char *name, const char *text, size_t n, bl_csv_signal *out)
{
  *out = (bl_csv_signal){0};
  if (n >= 3 && !memcmp(text, "\xef\xbb\xbf", 3)) text += 3, n -= 3;
  lines l = {.name = name, .p = text, .end = text + n};
  const char *from, *to;
  layout y;
  room r = {0};
  if (!next_line(&l, &from, &to)) return bl_fail(ctx, BL_E_FORMAT, "%s: holds no line", name);
  l.separator = find_separator(from, to);
  bl_status s = first_line(ctx, &l, from, to, out, &y);
  if (!s && !out->n_channels) s = bl_fail(ctx, BL_E_FORMAT, "%s:%zu: no column besides the time", name, l.line);
  if (!s && !(r.steps = bl_calloc(ctx, out->n_channels, sizeof *r.steps))) s = bl_fail_nomem(ctx, "a CSV signal");
  for (size_t c = 0; !s && c < out->n_channels; c++) r.steps[c].last = (double)NAN;
  bool more = !s;
  if (!s && (out->names.n || y.time_column != SIZE_MAX)) more = next_line(&l, &from, &to);
  for (; more && !s; more = next_line(&l, &from, &to)) {
    if (!(out->n_frames % 4096)) s = BL_CHECK_CANCEL(ctx);
    if (!s) s = take_line(ctx, &l, from, to, &y, out, &r);
  }
  for (size_t c = 0; !s && c < out->n_channels; c++)
    out->loses_steps |= r.steps[c].lost >= 8 && r.steps[c].lost * 10 >= r.steps[c].differ;
  bl_free(ctx, r.steps);
  if (s) bl_csv_signal_free(ctx, out);
  return s;
}

void bl_csv_signal_free(bl_ctx *ctx, bl_csv_signal *s)
{
  bl_texts_free(ctx, &s->names);
  bl_free(ctx, s->v);
  bl_free(ctx, s->time_s);
  *s = (bl_csv_signal){0};
}

/* ---- clock ------------------------------------------------------------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* The farthest that a time lies from where the rate puts it, each run from its own beginning. */
static double stray(const bl_csv_signal *s, const bl_clock *k, double rate_hz)
{
  double most = 0;
  size_t first = 0, run = 0;
  for (size_t i = 0; i < s->n_frames; i++) {
    if (run < k->n_runs && k->runs[run].frame == i) first = i, run++;
    most = fmax(most, fabs(s->time_s[i] - s->time_s[first] - (double)(i - first) / rate_hz));
  }
  return most;
}

/* A whole number of hertz when it is the same but for rounding, or when the times are rounded and it fits their
 * digits. */
static double settle(const bl_csv_signal *s, const bl_clock *k, double rate)
{
  double whole = round(rate);
  if (whole < 1) return rate;
  bool rounded = stray(s, k, rate) > 0.25 * s->step_s && stray(s, k, whole) <= s->step_s * (1 + 1e-9);
  return fabs(rate - whole) <= 1e-9 * rate || rounded ? whole : rate;
}

bl_status bl_clock_infer(bl_ctx *ctx, const bl_csv_signal *s, bl_clock *out)
{
  *out = (bl_clock){0};
  if (!s->time_s || s->n_frames < 2) return BL_OK;
  size_t n = (size_t)s->n_frames - 1;
  const double *t = s->time_s;
  double *step = bl_calloc(ctx, n, sizeof *step), span = 0, n_steps = 0;
  if (!step) return bl_fail_nomem(ctx, "a CSV signal's clock");
  for (size_t i = 0; i < n; i++) step[i] = t[i + 1] - t[i];
  qsort(step, n, sizeof *step, by_value);
  double gap = 1.5 * step[n / 2];
  for (size_t i = 0; i < n && step[i] <= gap; i++) n_steps++;
  out->n_runs = n - (size_t)n_steps;
  bl_free(ctx, step);
  out->runs = bl_calloc(ctx, out->n_runs, sizeof *out->runs);
  if (!out->runs) return bl_fail_nomem(ctx, "a CSV signal's clock");
  for (size_t i = 1, k = 0; i <= n; i++)
    if (t[i] - t[i - 1] > gap) out->runs[k++] = (bl_begin){i, t[i] - t[0]};
    else span += t[i] - t[i - 1];
  out->rate_hz = settle(s, out, n_steps / span);
  out->stray_s = stray(s, out, out->rate_hz);
  return BL_OK;
}
