/* Raven's selection tables (Cornell Lab, Raven Pro 1.6 user's manual): tab-separated, one row a selection and view. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "annotation_table.h"
#include "baleen/text.h"

/* Raven's own columns. What else there is, people have added. */
static const char *const raven_own[] = {"Selection",
                                        "View",
                                        "Channel",
                                        "Channel Name",
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

static bl_status raven_label(bl_ctx *ctx, const char *path, const bl_texts *columns, const char *wanted, long *out)
{
  static const char *const usual[] = {"Annotation", "Label", "Species", "Type"};
  *out = -1;
  if (wanted) {
    *out = bl_find_nocase(columns, wanted);
    if (*out >= 0) return BL_OK;
    const char *near = bl_nearest(wanted, bl_text_at, columns);
    return bl_fail(ctx, BL_E_CONFIG, "%s: no column '%s' for the labels%s%s%s", path, wanted, near ? "; is '" : "",
                   near ? near : "", near ? "' meant?" : "");
  }
  for (size_t i = 0; i < sizeof usual / sizeof *usual && *out < 0; i++) *out = bl_find_nocase(columns, usual[i]);
  for (size_t i = 0; i < columns->n && *out < 0; i++)
    if (!is_raven_own(columns->v[i])) *out = (long)i;
  return BL_OK;
}

typedef struct raven_columns {
  long selection, view, begin, end, low, high, file, path, offset, channel, number, label, score;
} raven_columns;

static bl_status raven_header(bl_ctx *ctx, bl_lines *l, const char *label_column, raven_columns *c)
{
  bl_texts names = {0};
  bl_status s = BL_OK;
  for (size_t i = 0; i < l->n && !s; i++) s = bl_texts_add(ctx, &names, bl_trim(l->field[i]));
  if (s) goto done;
  *c = (raven_columns){.selection = bl_find_nocase(&names, "Selection"),
                       .view = bl_find_nocase(&names, "View"),
                       .begin = bl_find_nocase(&names, "Begin Time (s)"),
                       .end = bl_find_nocase(&names, "End Time (s)"),
                       .low = bl_find_nocase(&names, "Low Freq (Hz)"),
                       .high = bl_find_nocase(&names, "High Freq (Hz)"),
                       .file = bl_find_nocase(&names, "Begin File"),
                       .path = bl_find_nocase(&names, "Begin Path"),
                       .offset = bl_find_nocase(&names, "File Offset (s)"),
                       .channel = bl_find_nocase(&names, "Channel Name"),
                       .number = bl_find_nocase(&names, "Channel"),
                       .score = bl_find_nocase(&names, "Score")};
  if (c->begin < 0 || c->end < 0)
    s = bl_fail(ctx, BL_E_FORMAT, "%s:%zu: no Raven selection table: it has no column '%s'", l->path, l->number,
                c->begin < 0 ? "Begin Time (s)" : "End Time (s)");
  else s = raven_label(ctx, l->path, &names, label_column, &c->label);
  if (c->score < 0) c->score = bl_find_nocase(&names, "Confidence");
  if (c->score == c->label) c->score = -1;
done:
  bl_texts_free(ctx, &names);
  return s;
}

/* An annotation whose time runs over the file list is marked until that is resolved. */
typedef struct raven_table {
  bl_annotations rows;
  bool *runs_on; /* of each row: it has no File Offset */
  size_t cap;
} raven_table;

/* The line at hand becomes an annotation. */
static bl_status raven_row(bl_ctx *ctx, bl_lines *l, const raven_columns *c, raven_table *t)
{
  double begin, end, offset;
  bl_annotation one = {0};
  bl_status s = bl_field_number(ctx, l, c->begin, "Begin Time (s)", &begin);
  if (!s) s = bl_field_number(ctx, l, c->end, "End Time (s)", &end);
  if (!s) s = bl_field_number(ctx, l, c->low, "Low Freq (Hz)", &one.low_hz);
  if (!s) s = bl_field_number(ctx, l, c->high, "High Freq (Hz)", &one.high_hz);
  if (!s) s = bl_field_number(ctx, l, c->offset, "File Offset (s)", &offset);
  if (!s) s = bl_check_span(ctx, l->path, l->number, begin, end);
  if (s) return s;
  void *v = t->runs_on;
  s = bl_grow(ctx, &v, &t->cap, t->rows.n + 1, sizeof *t->runs_on, "a selection table");
  t->runs_on = v;
  if (s) return s;
  /* Raven counts begin and end over all files of a view; the offset counts within the file */
  t->runs_on[t->rows.n] = isnan(offset);
  one.onset_s = isnan(offset) ? begin : offset;
  one.duration_s = end - begin;
  one.label = bl_field(l, c->label);
  one.file = *bl_field(l, c->path) ? bl_field(l, c->path) : bl_field(l, c->file);
  if (!*one.file) one.file = NULL;
  one.channel = bl_field(l, c->channel >= 0 ? c->channel : c->number);
  if (!*one.channel) one.channel = NULL;
  bl_annotation_take_score(&one, bl_field(l, c->score));
  return bl_annotations_add(ctx, &t->rows, &one);
}

/* What tells that a row repeats another one in another view. */
typedef struct raven_key {
  const char *selection, *view, *begin;
} raven_key;

static bool repeats(const raven_key *a, const raven_key *of)
{
  return *a->selection && of->selection && !strcmp(a->selection, of->selection) && !strcmp(a->begin, of->begin);
}

/* One selection gives a row for each view, all with the same number and time: those after the first are passed over.
 * They follow the first, or come behind all selections of its view when the table is sorted by view: then the rows from
 * the first selection on are met again. Tables put together from several count from 1 again, at other times or in the
 * same view, and lose nothing. */
static bl_status raven_rows(bl_ctx *ctx, bl_lines *l, const raven_columns *c, raven_table *t)
{
  bl_status s = BL_OK;
  raven_key before = {0}, first = {0};
  bool by_view = false; /* the rows at hand repeat an earlier view */
  while (!s && bl_next_line(l)) {
    raven_key now = {bl_field(l, c->selection), bl_field(l, c->view), bl_field(l, c->begin)};
    bool same_view = before.view && !strcmp(now.view, before.view);
    if (repeats(&now, &before) && (c->view < 0 || !same_view)) continue;
    if (!first.selection) first = now;
    else if (*now.selection && !strcmp(now.selection, first.selection))
      /* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): where it has a selection, it has a view */
      by_view = repeats(&now, &first) && strcmp(now.view, first.view) != 0;
    before = now;
    if (!by_view) s = raven_row(ctx, l, c, t);
  }
  return s;
}

/* ---- times that run over the file list --------------------------------------------------------------------------- */

/* From the list's time to the file's own. Without a name the time itself tells the file. */
static bl_status place_row(bl_ctx *ctx, const char *path, const bl_annotation_reading *how, bl_annotation *a)
{
  double start = 0, t = a->onset_s;
  size_t k = how->n_files;
  if (a->file) {
    bl_status s = bl_annotated_file_find(ctx, path, how->files, how->n_files, a->file, &k);
    if (s) return s;
    if (k == how->n_files)
      return bl_fail(ctx, BL_E_FORMAT, "%s: '%s' is none of the %zu recordings given; its times count over all of them",
                     path, a->file, how->n_files);
  }
  for (size_t i = 0; i < how->n_files; i++) {
    double length = how->files[i].duration_s;
    bool last = i + 1 == how->n_files;
    if (a->file ? i == k : last || t < start + length) {
      k = i;
      break;
    }
    if (!(length >= 0))
      return bl_fail(ctx, BL_E_FORMAT, "%s: its times run over %zu files, and the length of '%s' is not known", path,
                     how->n_files, how->files[i].path);
    start += length;
  }
  /* a tenth of a millisecond: Raven writes that many digits by default */
  double length = how->files[k].duration_s;
  if (t < start - 1e-4 || (length >= 0 && t > start + length + 1e-4))
    return bl_fail(ctx, BL_E_FORMAT,
                   "%s: a selection at %g s of the file list lies outside of '%s' (%g to %g s); are "
                   "these the files, in the table's order?",
                   path, t, how->files[k].path, start, start + length);
  a->onset_s = t > start ? t - start : 0;
  if (a->file) return BL_OK;
  a->file = bl_strdup(ctx, how->files[k].path);
  return a->file ? BL_OK : bl_fail_nomem(ctx, "a selection table");
}

/* The time that all selections of a file take. */
typedef struct reach {
  const char *file;
  double lo, hi;
} reach;

static int by_file(const void *pa, const void *pb)
{
  const reach *a = pa, *b = pb;
  return strcmp(a->file, b->file);
}
static int by_lo(const void *pa, const void *pb)
{
  const reach *a = pa, *b = pb;
  return (a->lo > b->lo) - (a->lo < b->lo);
}

/* Files whose selections overlap cannot lie one behind the other: then their times do not run on. */
static bl_status look_at_files(bl_ctx *ctx, const bl_annotations *a, size_t *n_files, bool *overlap)
{
  size_t n = 0;
  reach *v = bl_calloc(ctx, a->n, sizeof *v);
  if (!v) return bl_fail_nomem(ctx, "a selection table");
  for (size_t i = 0; i < a->n; i++)
    v[i] = (reach){a->v[i].file ? a->v[i].file : "", a->v[i].onset_s, a->v[i].onset_s + a->v[i].duration_s};
  if (a->n) qsort(v, a->n, sizeof *v, by_file);
  for (size_t i = 0; i < a->n; i++) {
    if (!i || strcmp(v[i].file, v[n - 1].file)) {
      v[n++] = v[i];
    } else {
      v[n - 1].lo = fmin(v[n - 1].lo, v[i].lo);
      v[n - 1].hi = fmax(v[n - 1].hi, v[i].hi);
    }
  }
  if (n) qsort(v, n, sizeof *v, by_lo);
  *n_files = n;
  *overlap = false;
  for (size_t i = 1; i < n; i++) {
    *overlap |= v[i].lo < v[i - 1].hi;
    v[i].hi = fmax(v[i].hi, v[i - 1].hi);
  }
  bl_free(ctx, v);
  return BL_OK;
}

static bl_status resolve(bl_ctx *ctx, const char *path, const bl_annotation_reading *how, raven_table *t)
{
  size_t n = 0, n_files = 0;
  bool overlap = false;
  bl_status s = BL_OK;
  for (size_t i = 0; i < t->rows.n; i++) n += t->runs_on[i];
  if (!n) return BL_OK;
  for (size_t i = 0; !s && how->n_files && i < t->rows.n; i++)
    if (t->runs_on[i]) s = place_row(ctx, path, how, &t->rows.v[i]);
  if (s || how->n_files || n < t->rows.n) return s;
  s = look_at_files(ctx, &t->rows, &n_files, &overlap);
  if (s || n_files < 2) return s;
  if (overlap) {
    bl_warn(ctx, BL_W_DEVIATION,
            "%s: has no column 'File Offset (s)', and selections of different files overlap in time: "
            "taken to count from the start of each file",
            path);
    return BL_OK;
  }
  return bl_fail(ctx, BL_E_FORMAT,
                 "%s: is about several files and has no column 'File Offset (s)', so that its times run "
                 "over all of them; save it from Raven with that column, or convert it with 'baleen annotations' and a "
                 "--recording for each file, in order",
                 path);
}

/* Every table numbers a channel; where that is the first throughout, it says nothing. */
static void forget_first_channel(bl_ctx *ctx, bl_annotations *rows)
{
  for (size_t i = 0; i < rows->n; i++)
    if (rows->v[i].channel && strcmp(rows->v[i].channel, "1")) return;
  for (size_t i = 0; i < rows->n; i++) {
    bl_free(ctx, rows->v[i].channel);
    rows->v[i].channel = NULL;
  }
}

bl_status bl_read_raven(bl_ctx *ctx, bl_lines *l, const bl_annotation_reading *how, bl_annotations *out)
{
  raven_columns c = {0};
  raven_table t = {0};
  bl_status s = raven_header(ctx, l, how->label_column, &c);
  if (!s) s = raven_rows(ctx, l, &c, &t);
  if (!s && c.channel < 0) forget_first_channel(ctx, &t.rows);
  if (!s) s = resolve(ctx, l->path, how, &t);
  bl_free(ctx, t.runs_on);
  if (s) {
    bl_annotations_free(ctx, &t.rows);
    return s;
  }
  *out = t.rows;
  return BL_OK;
}
