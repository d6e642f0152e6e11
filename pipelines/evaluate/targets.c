#include "targets.h"

#include <math.h>
#include <string.h>

#include "baleen/text.h"
#include "config_targets.h"

/* ---- which columns ----------------------------------------------------------------------------------------------- */

bl_status bl_targets_find(bl_ctx *ctx, const bl_config *c, const bl_dataset *rows, bl_targets *out)
{
  const bl_texts *names = bl_config_targets(c);
  *out =
      (bl_targets){.n = names->n, .separator = c->rows.label_separator, .empty_is_none = c->source.cls->load != NULL};
  if (names->n > 1) out->names = names;
  if (!(out->column = bl_calloc(ctx, names->n, sizeof(bl_column *)))) return bl_fail_nomem(ctx, "the labels");
  bl_status s = BL_OK;
  for (size_t k = 0; !s && k < names->n; k++) s = bl_dataset_column(ctx, rows, names->v[k], &out->column[k]);
  return s ? bl_fail_in(ctx, s, "rows: label: ") : BL_OK;
}

void bl_targets_free(bl_ctx *ctx, bl_targets *t)
{
  bl_free(ctx, t->column);
  *t = (bl_targets){0};
}

bool bl_targets_several(const bl_targets *t) { return t->n > 1 || t->separator; }

/* A class's name is missing where there is none; a number, or a mark of a label, also where it is written so. */
static bool is_known(const char *text, bool number)
{
  double x;
  if (!*text || !number) return *text != '\0';
  return !bl_text_equal_nocase(text, "NA") && !(bl_parse_real(text, &x) && isnan(x));
}

bool bl_targets_known(const bl_targets *t, const bl_problem *p, size_t row)
{
  if (t->separator && t->empty_is_none) return true;
  for (size_t k = 0; k < t->n; k++)
    if (!is_known(bl_column_text(t->column[k], row), p->task == BL_TASK_REGRESSION || t->n > 1)) return false;
  return true;
}

/* ---- numbers ----------------------------------------------------------------------------------------------------- */

static bl_status make_room(bl_ctx *ctx, bl_problem *p, size_t k)
{
  p->n_targets = k;
  return (p->y = bl_calloc(ctx, p->n, k * sizeof *p->y)) ? BL_OK : bl_fail_nomem(ctx, "the targets");
}

bl_status bl_targets_numbers(bl_ctx *ctx, const bl_targets *t, bl_problem *p)
{
  bl_status s = make_room(ctx, p, t->n);
  if (!s && t->names) s = bl_texts_copy(ctx, &p->targets, t->names);
  for (size_t i = 0; !s && i < p->n * t->n; i++) {
    uint32_t row = p->index[i / t->n];
    const bl_column *column = t->column[i % t->n];
    const char *text = bl_column_text(column, row);
    if (!bl_parse_real(text, &p->y[i]) || !isfinite(p->y[i]))
      s = bl_fail(ctx, BL_E_FORMAT, "%s (row %u): %s%s'%s' is no finite number, which a regressor needs to learn",
                  bl_column_text(&p->rows->recording, row), row, t->names ? column->name : "", t->names ? ": " : "",
                  text);
  }
  return s;
}

/* ---- a column a label -------------------------------------------------------------------------------------------- */

/* "1", "0", "1.0", "true", "no" ..: has the row the label? */
static bl_status read_mark(bl_ctx *ctx, const bl_problem *p, const bl_column *column, uint32_t row, double *out)
{
  const char *text = bl_column_text(column, row);
  bool yes;
  if (bl_parse_real(text, out) && (*out == 0 || *out == 1)) return BL_OK;
  if (bl_parse_bool(text, &yes)) return *out = yes, BL_OK;
  return bl_fail(
      ctx, BL_E_FORMAT,
      "%s (row %u): label '%s': '%s' is neither 1 (the row has it) nor 0; of several labels each has a column "
      "of these, or all stand in one column with rows: label_separator between them",
      bl_column_text(&p->rows->recording, row), row, column->name, text);
}

/* Which columns, in which order: those that the config names, else all. */
static bl_status choose_columns(bl_ctx *ctx, const bl_config *c, const bl_targets *t, size_t *chosen, size_t *n)
{
  const bl_texts *wanted = c->rows.classes.n ? &c->rows.classes : t->names;
  for (*n = 0; *n < wanted->n; ++*n) {
    long at = bl_texts_find(t->names, wanted->v[*n]);
    if (at < 0)
      return bl_fail(ctx, BL_E_CLASSES, "rows: classes: no column of labels is called '%s'; the first is '%s'",
                     wanted->v[*n], t->names->v[0]);
    chosen[*n] = (size_t)at;
  }
  return BL_OK;
}

static bl_status labels_of_columns(bl_ctx *ctx, const bl_config *c, const bl_targets *t, bl_problem *p)
{
  size_t n = 0, *chosen = bl_calloc(ctx, t->n + c->rows.classes.n, sizeof *chosen);
  bl_status s = chosen ? choose_columns(ctx, c, t, chosen, &n) : bl_fail_nomem(ctx, "the labels");
  if (!s) s = make_room(ctx, p, n);
  for (size_t k = 0; !s && k < n; k++) s = bl_texts_add(ctx, &p->classes, t->names->v[chosen[k]]);
  for (size_t i = 0; !s && i < p->n * n; i++)
    s = read_mark(ctx, p, t->column[chosen[i % n]], p->index[i / n], &p->y[i]);
  bl_free(ctx, chosen);
  return s;
}

/* ---- several labels in a cell ------------------------------------------------------------------------------------ */

/* The next label of a cell, without the blanks around it, in *out (which is emptied first); false at the end. */
static bl_status next_label(bl_ctx *ctx, const char **at, const char *separator, bl_buf *out, bool *any)
{
  *any = false;
  out->len = 0;
  while (**at && !*any) {
    const char *from = *at, *end = strstr(from, separator);
    size_t n = end ? (size_t)(end - from) : strlen(from);
    *at = end ? end + strlen(separator) : from + n;
    while (n && *from == ' ') from++, n--;
    while (n && from[n - 1] == ' ') n--;
    bl_status s = n ? bl_buf_add(ctx, out, from, n) : BL_OK;
    if (s) return s;
    *any = n > 0;
  }
  return BL_OK;
}

/* Each different cell is looked at once. */
static bl_status gather_names(bl_ctx *ctx, const bl_targets *t, const bl_problem *p, bl_texts *out)
{
  bl_buf label = {0};
  bl_texts seen = {0};
  int32_t *code = NULL;
  bl_status s = BL_OK;
  bool *looked = bl_calloc(ctx, t->column[0]->values.n, sizeof *looked);
  if (!looked) s = bl_fail_nomem(ctx, "the labels");
  for (size_t i = 0; !s && i < p->n; i++) {
    const char *at = bl_column_text(t->column[0], p->index[i]);
    size_t value = bl_column_code(t->column[0], p->index[i]);
    if (looked[value]) continue;
    looked[value] = true;
    for (bool any = true; !s && any;) {
      s = next_label(ctx, &at, t->separator, &label, &any);
      if (!s && any && bl_texts_find(&seen, bl_buf_text(&label)) < 0) s = bl_texts_add(ctx, &seen, bl_buf_text(&label));
    }
    if (!s && seen.n > BL_MOST_TARGETS)
      s = bl_fail(ctx, BL_E_CLASSES, "rows: label: more than %d different labels; is '%s' what stands between them?",
                  BL_MOST_TARGETS, t->separator);
  }
  if (!s && seen.n) s = bl_encode(ctx, &seen, out, &code); /* in order, numbers by value */
  bl_free(ctx, code);
  bl_free(ctx, looked);
  bl_texts_free(ctx, &seen);
  bl_buf_free(ctx, &label);
  return s;
}

/* The labels of one row's cell among the classes. */
static bl_status mark_cell(bl_ctx *ctx, const bl_targets *t, const bl_problem *p, size_t row, bl_buf *label)
{
  const char *at = bl_column_text(t->column[0], p->index[row]);
  bl_status s = BL_OK;
  for (bool any = true; !s && any;) {
    s = next_label(ctx, &at, t->separator, label, &any);
    long k = any ? bl_texts_find(&p->classes, bl_buf_text(label)) : -1;
    if (!s && k >= 0) p->y[row * p->n_targets + (size_t)k] = 1;
  }
  return s;
}

/* Of rows with the same cell the first is looked at, and copied by the others. */
static bl_status mark_cells(bl_ctx *ctx, const bl_targets *t, const bl_problem *p)
{
  bl_buf label = {0};
  size_t width = p->n_targets, *seen = bl_calloc(ctx, t->column[0]->values.n, sizeof *seen); /* 1 + that row */
  bl_status s = seen ? BL_OK : bl_fail_nomem(ctx, "the labels");
  for (size_t i = 0; !s && i < p->n; i++) {
    size_t *first = &seen[bl_column_code(t->column[0], p->index[i])];
    if (*first) memcpy(p->y + i * width, p->y + (*first - 1) * width, width * sizeof *p->y);
    else s = mark_cell(ctx, t, p, i, &label);
    if (!*first) *first = i + 1;
  }
  bl_free(ctx, seen);
  bl_buf_free(ctx, &label);
  return s;
}

static bl_status labels_of_cells(bl_ctx *ctx, const bl_config *c, const bl_targets *t, bl_problem *p)
{
  bl_texts found = {0};
  bl_status s = gather_names(ctx, t, p, &found);
  for (size_t k = 0; !s && k < c->rows.classes.n; k++)
    if (bl_texts_find(&found, c->rows.classes.v[k]) < 0)
      s = bl_fail(ctx, BL_E_CLASSES, "rows: classes: no row is labelled '%s'", c->rows.classes.v[k]);
  if (!s) s = bl_texts_copy(ctx, &p->classes, c->rows.classes.n ? &c->rows.classes : &found);
  if (!s) s = make_room(ctx, p, p->classes.n);
  if (!s) s = mark_cells(ctx, t, p);
  bl_texts_free(ctx, &found);
  return s;
}

/* ---- labels ------------------------------------------------------------------------------------------------------ */

bl_status bl_targets_labels(bl_ctx *ctx, const bl_config *c, const bl_targets *t, bl_problem *p)
{
  bl_status s = t->separator ? labels_of_cells(ctx, c, t, p) : labels_of_columns(ctx, c, t, p);
  if (s) return s;
  if (p->classes.n < 2)
    return bl_fail(ctx, BL_E_CLASSES,
                   "rows: label: %zu different labels; of several labels a row there must be two at least%s%s%s",
                   p->classes.n, t->separator ? " (is '" : "", t->separator ? t->separator : "",
                   t->separator ? "' what stands between them?)" : "");
  return bl_texts_copy(ctx, &p->targets, &p->classes);
}

bl_status bl_labels_join(bl_ctx *ctx, const bl_texts *names, const double *has, bl_buf *out)
{
  bl_status s = BL_OK;
  const char *before = "";
  for (size_t k = 0; !s && k < names->n; k++) {
    if (!(has[k] > 0)) continue;
    s = bl_buf_puts(ctx, out, before);
    if (!s) s = bl_buf_puts(ctx, out, names->v[k]);
    before = BL_BETWEEN_LABELS;
  }
  return s;
}
