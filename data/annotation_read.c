/* Tables of annotations, as the programs write them that people mark recordings with: Raven's selection tables
 * (Cornell), Audacity's label tracks, and CSV with named columns (that of BIDS events among them). */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "baleen/annotation.h"
#include "baleen/table.h"
#include "baleen/text.h"

enum { MAX_FIELDS = 1024 };

/* ---- lines of fields between tabs -------------------------------------------------------------------------------- */

/* A text taken apart line by line; the text itself is written to. */
typedef struct lines {
  const char *path;
  char *next;    /* NULL at the end */
  size_t number; /* of the line at hand, from 1 */
  size_t n;
  char *field[MAX_FIELDS];
  char none[1]; /* what a field holds that is not there: "" */
} lines;

/* The next line that is not blank, cut at its tabs; false at the end. Fields past the last place are left joined. */
static bool next_line(lines *l)
{
  while (l->next) {
    char *s = l->next, *end = s + strcspn(s, "\r\n");
    bool crlf = end[0] == '\r' && end[1] == '\n';
    l->next = *end ? end + 1 + crlf : NULL;
    *end = '\0';
    l->number++;
    if (!s[strspn(s, " \t")]) continue;
    l->n = 0;
    for (char *tab; l->n < MAX_FIELDS; s = tab + 1) {
      l->field[l->n++] = s;
      tab = l->n < MAX_FIELDS ? strchr(s, '\t') : NULL;
      if (!tab) break;
      *tab = '\0';
    }
    return true;
  }
  return false;
}

/* Without the blanks around it; writes to the field. */
static char *trim(char *s)
{
  s += strspn(s, " ");
  size_t n = strlen(s);
  while (n && s[n - 1] == ' ') s[--n] = '\0';
  return s;
}

/* Field `column` of the line, "" where the line has none such. */
static char *field(lines *l, long column)
{
  return column >= 0 && (size_t)column < l->n ? trim(l->field[column]) : l->none;
}

/* A number in a field: NAN when it is empty, BL_E_FORMAT when it is something else. */
static bl_status field_number(bl_ctx *ctx, lines *l, long column, const char *name, double *out)
{
  *out = NAN;
  const char *s = field(l, column);
  if (!*s || (bl_parse_real(s, out) && !isinf(*out))) return BL_OK;
  return bl_fail(ctx, BL_E_FORMAT, "%s:%zu: %s is '%s', wanted a number", l->path, l->number, name, s);
}

/* Times in seconds that a mark must have; begin and end. */
static bl_status check_span(bl_ctx *ctx, const char *path, size_t line, double begin, double end)
{
  if (!isfinite(begin)) return bl_fail(ctx, BL_E_FORMAT, "%s:%zu: no begin time; wanted one in seconds", path, line);
  if (!isfinite(end)) return bl_fail(ctx, BL_E_FORMAT, "%s:%zu: no end time; wanted one in seconds", path, line);
  if (end < begin)
    return bl_fail(ctx, BL_E_FORMAT, "%s:%zu: ends at %g s, before it begins at %g s", path, line, end, begin);
  return BL_OK;
}

/* ---- Raven ------------------------------------------------------------------------------------------------------- */

/* Raven's own columns. What else there is, people have added. */
static const char *const raven_own[] = {"Selection",
                                        "View",
                                        "Channel",
                                        "Begin Time (s)",
                                        "End Time (s)",
                                        "Low Freq (Hz)",
                                        "High Freq (Hz)",
                                        "Begin File",
                                        "End File",
                                        "Begin Path",
                                        "End Path",
                                        "File Offset (s)",
                                        "Delta Time (s)",
                                        "Delta Freq (Hz)",
                                        "Begin Date",
                                        "Begin Clock Time",
                                        "End Clock Time",
                                        "Begin Sample (samples)",
                                        "End Sample (samples)",
                                        "Occupancy",
                                        "Score",
                                        "Confidence",
                                        NULL};
/* Raven can add hundreds of measurements, but each carries its unit in parentheses, or "Freq" or "Time". */
static bool is_raven_own(const char *name)
{
  for (const char *const *own = raven_own; *own; own++)
    if (bl_text_equal_nocase(name, *own)) return true;
  size_t n = strlen(name);
  return !n || name[n - 1] == ')' || strstr(name, "Freq") || strstr(name, "Time");
}

static long find_nocase(const bl_texts *columns, const char *name)
{
  for (size_t i = 0; i < columns->n; i++)
    if (bl_text_equal_nocase(columns->v[i], name)) return (long)i;
  return -1;
}

static const char *column_at(const void *columns, size_t i)
{
  const bl_texts *t = columns;
  return i < t->n ? t->v[i] : NULL;
}

static bl_status raven_label(bl_ctx *ctx, const char *path, const bl_texts *columns, const char *wanted, long *out)
{
  static const char *const usual[] = {"Annotation", "Label", "Species", "Type"};
  *out = -1;
  if (wanted) {
    *out = find_nocase(columns, wanted);
    if (*out >= 0) return BL_OK;
    const char *near = bl_nearest(wanted, column_at, columns);
    return bl_fail(ctx, BL_E_CONFIG, "%s: no column '%s' for the labels%s%s%s", path, wanted, near ? "; is '" : "",
                   near ? near : "", near ? "' meant?" : "");
  }
  for (size_t i = 0; i < sizeof usual / sizeof *usual && *out < 0; i++) *out = find_nocase(columns, usual[i]);
  for (size_t i = 0; i < columns->n && *out < 0; i++)
    if (!is_raven_own(columns->v[i])) *out = (long)i;
  return BL_OK;
}

typedef struct raven_columns {
  long selection, view, begin, end, low, high, file, path, offset, label;
} raven_columns;

static bl_status raven_header(bl_ctx *ctx, lines *l, const char *label_column, raven_columns *c)
{
  bl_texts names = {0};
  bl_status s = BL_OK;
  for (size_t i = 0; i < l->n && !s; i++) s = bl_texts_add(ctx, &names, trim(l->field[i]));
  if (s) goto done;
  *c = (raven_columns){.selection = find_nocase(&names, "Selection"),
                       .view = find_nocase(&names, "View"),
                       .begin = find_nocase(&names, "Begin Time (s)"),
                       .end = find_nocase(&names, "End Time (s)"),
                       .low = find_nocase(&names, "Low Freq (Hz)"),
                       .high = find_nocase(&names, "High Freq (Hz)"),
                       .file = find_nocase(&names, "Begin File"),
                       .path = find_nocase(&names, "Begin Path"),
                       .offset = find_nocase(&names, "File Offset (s)")};
  if (c->begin < 0 || c->end < 0)
    s = bl_fail(ctx, BL_E_FORMAT, "%s:%zu: no Raven selection table: it has no column '%s'", l->path, l->number,
                c->begin < 0 ? "Begin Time (s)" : "End Time (s)");
  else s = raven_label(ctx, l->path, &names, label_column, &c->label);
done:
  bl_texts_free(ctx, &names);
  return s;
}

/* The line at hand becomes an annotation. */
static bl_status raven_row(bl_ctx *ctx, lines *l, const raven_columns *c, bl_annotations *out)
{
  double begin, end, offset;
  bl_annotation one = {0};
  bl_status s = field_number(ctx, l, c->begin, "Begin Time (s)", &begin);
  if (!s) s = field_number(ctx, l, c->end, "End Time (s)", &end);
  if (!s) s = field_number(ctx, l, c->low, "Low Freq (Hz)", &one.low_hz);
  if (!s) s = field_number(ctx, l, c->high, "High Freq (Hz)", &one.high_hz);
  if (!s) s = field_number(ctx, l, c->offset, "File Offset (s)", &offset);
  if (!s) s = check_span(ctx, l->path, l->number, begin, end);
  if (s) return s;
  /* Raven counts begin and end over all files of a view; the offset counts within the file */
  one.onset_s = isnan(offset) ? begin : offset;
  one.duration_s = end - begin;
  one.label = field(l, c->label);
  one.file = *field(l, c->path) ? field(l, c->path) : field(l, c->file);
  if (!*one.file) one.file = NULL;
  return bl_annotations_add(ctx, out, &one);
}

/* One selection gives a row for each view, all with the same number: those after the first are passed over. They follow
 * the first, or come behind all selections of its view when the table is sorted by view: then a view's last row is met
 * again from its first on, which is told by the row that was read first. */
static bl_status read_raven(bl_ctx *ctx, lines *l, const char *label_column, bl_annotations *out)
{
  raven_columns c = {0};
  bl_status s = raven_header(ctx, l, label_column, &c);
  const char *before = NULL, *first = NULL, *first_view = NULL;
  bool by_view = false; /* the rows at hand repeat an earlier view */
  while (!s && next_line(l)) {
    const char *selection = field(l, c.selection), *view = field(l, c.view);
    if (*selection && before && !strcmp(selection, before)) continue;
    if (first && *selection && !strcmp(selection, first)) by_view = strcmp(view, first_view) != 0;
    if (!first) first = selection, first_view = view;
    before = selection;
    if (!by_view) s = raven_row(ctx, l, &c, out);
  }
  return s;
}

/* ---- Audacity ---------------------------------------------------------------------------------------------------- */

static bl_status read_audacity(bl_ctx *ctx, lines *l, bl_annotations *out)
{
  bl_status s = BL_OK;
  size_t before = out->n;
  do {
    if (!strcmp(l->field[0], "\\")) {
      if (out->n == before)
        return bl_fail(ctx, BL_E_FORMAT, "%s:%zu: frequencies without a label before them", l->path, l->number);
      bl_annotation *last = &out->v[out->n - 1];
      s = field_number(ctx, l, 1, "the low frequency", &last->low_hz);
      if (!s) s = field_number(ctx, l, 2, "the high frequency", &last->high_hz);
      if (last->low_hz < 0) last->low_hz = NAN; /* Audacity writes -1 for none */
      if (last->high_hz < 0) last->high_hz = NAN;
      continue;
    }
    double begin = NAN, end = NAN;
    s = field_number(ctx, l, 0, "the begin time", &begin);
    if (!s) s = field_number(ctx, l, 1, "the end time", &end);
    if (!s) s = check_span(ctx, l->path, l->number, begin, end);
    bl_annotation one = {
        .onset_s = begin, .duration_s = end - begin, .low_hz = NAN, .high_hz = NAN, .label = field(l, 2)};
    if (!s) s = bl_annotations_add(ctx, out, &one);
  } while (!s && next_line(l));
  return s;
}

/* ---- CSV --------------------------------------------------------------------------------------------------------- */

enum { ONSET, DURATION, END, LABEL, FILE_NAME, LOW, HIGH, CHANNEL, N_CSV };
static const char *const csv_names[N_CSV][6] = {[ONSET] = {"onset", "onset_s", "start", "start_s", "begin"},
                                                [DURATION] = {"duration", "duration_s"},
                                                [END] = {"end", "end_s", "stop"},
                                                [LABEL] = {"label", "trial_type", "annotation", "description"},
                                                [FILE_NAME] = {"file", "path", "filename", "recording"},
                                                [LOW] = {"low_hz"},
                                                [HIGH] = {"high_hz"},
                                                [CHANNEL] = {"channel"}};

static bl_status csv_columns(bl_ctx *ctx, const bl_table *t, const char *label_column, long *column)
{
  for (int k = 0; k < N_CSV; k++) {
    column[k] = -1;
    for (size_t i = 0; csv_names[k][i] && column[k] < 0; i++) column[k] = find_nocase(&t->columns, csv_names[k][i]);
  }
  if (label_column) {
    size_t found;
    bl_status s = bl_table_column(ctx, t, label_column, &found);
    if (s) return s;
    column[LABEL] = (long)found;
  }
  if (column[ONSET] < 0)
    return bl_fail(ctx, BL_E_FORMAT,
                   "%s:1: no column of begin times; wanted one named onset, onset_s, start, start_s or begin", t->path);
  return BL_OK;
}

/* A number, NAN where there is no such column, or "n/a", which is how BIDS writes nothing. */
static bl_status csv_number(bl_ctx *ctx, const bl_table *t, size_t row, long column, double *out)
{
  *out = NAN;
  if (column < 0 || bl_text_equal_nocase(bl_table_cell(t, row, (size_t)column), "n/a")) return BL_OK;
  return bl_table_number(ctx, t, row, (size_t)column, out);
}

static bl_status csv_row(bl_ctx *ctx, const bl_table *t, size_t row, const long *column, bl_annotations *out)
{
  bl_annotation one = {0};
  double duration, end;
  bl_status s = csv_number(ctx, t, row, column[ONSET], &one.onset_s);
  if (!s) s = csv_number(ctx, t, row, column[DURATION], &duration);
  if (!s) s = csv_number(ctx, t, row, column[END], &end);
  if (!s) s = csv_number(ctx, t, row, column[LOW], &one.low_hz);
  if (!s) s = csv_number(ctx, t, row, column[HIGH], &one.high_hz);
  if (s) return s;
  /* neither, or "n/a" as BIDS has it: a mark without length */
  one.duration_s = !isnan(duration) ? duration : !isnan(end) ? end - one.onset_s : 0;
  if ((s = check_span(ctx, t->path, t->line[row], one.onset_s, one.onset_s + one.duration_s))) return s;
  char *text[N_CSV] = {0};
  for (int k = 0; k < N_CSV; k++)
    if (column[k] >= 0) text[k] = t->cell[row * t->columns.n + (size_t)column[k]];
  one.label = text[LABEL];
  one.file = text[FILE_NAME] && *text[FILE_NAME] ? text[FILE_NAME] : NULL;
  one.channel = text[CHANNEL] && *text[CHANNEL] ? text[CHANNEL] : NULL;
  return bl_annotations_add(ctx, out, &one);
}

static bl_status read_csv(bl_ctx *ctx, const char *path, const char *text, size_t n, const char *label_column,
                          bl_annotations *out)
{
  bl_table t = {0};
  long column[N_CSV];
  bl_status s = bl_table_parse(ctx, path, text, n, &t);
  if (!s) s = csv_columns(ctx, &t, label_column, column);
  for (size_t i = 0; i < t.n_rows && !s; i++) s = csv_row(ctx, &t, i, column, out);
  bl_table_free(ctx, &t);
  return s;
}

/* ---- all --------------------------------------------------------------------------------------------------------- */

/* By the first line: Raven's has its column of begin times, Audacity's begins with two numbers. */
static bl_annotation_format recognise(const lines *l)
{
  double x;
  for (size_t i = 0; i < l->n; i++)
    if (bl_text_equal_nocase(l->field[i], "Begin Time (s)")) return BL_ANN_RAVEN;
  if (l->n >= 2 && bl_parse_real(l->field[0], &x) && bl_parse_real(l->field[1], &x)) return BL_ANN_AUDACITY;
  return BL_ANN_CSV;
}

bl_status bl_annotations_read(bl_ctx *ctx, const char *path, bl_annotation_format format, const char *label_column,
                              bl_annotations *out)
{
  char *text = NULL, *cut = NULL;
  size_t n = 0;
  lines *l = NULL;
  bl_annotations found = {0};
  bl_status s = bl_file_read(ctx, path, 0, &text, &n);
  if (s) goto done;
  if (memchr(text, 0, n)) {
    s = bl_fail(ctx, BL_E_FORMAT, "%s: holds zero bytes: no table of text (save it as UTF-8)", path);
    goto done;
  }
  size_t mark = n >= 3 && !memcmp(text, "\xef\xbb\xbf", 3) ? 3 : 0; /* UTF-8's byte order mark */
  l = bl_calloc(ctx, 1, sizeof *l);
  cut = bl_strdup(ctx, text + mark);
  if (!l || !cut) {
    s = bl_fail_nomem(ctx, "a table of annotations");
    goto done;
  }
  *l = (lines){.path = path, .next = cut};
  if (!next_line(l)) goto done; /* nothing at all: nothing there */
  if (format == BL_ANN_AUTO) format = recognise(l);
  if (format == BL_ANN_RAVEN) s = read_raven(ctx, l, label_column, &found);
  else if (format == BL_ANN_AUDACITY) s = read_audacity(ctx, l, &found);
  else s = read_csv(ctx, path, text, n, label_column, &found);
done:
  for (size_t i = 0; i < found.n && !s; i++) s = bl_annotations_add(ctx, out, &found.v[i]);
  bl_annotations_free(ctx, &found);
  bl_free(ctx, text);
  bl_free(ctx, cut);
  bl_free(ctx, l);
  return s;
}
