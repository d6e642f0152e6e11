/* Rows from a table: CSV or TSV with a header, or a NumPy array with its targets in a second one. Every column that is
 * not named otherwise is a feature; of text a category (block.h), of which the log tells. Each row counts as a recording of its own, named "<file>:<line>" ("<file>:<row>",
 * from 0, for an array), and is its own group unless a group column says otherwise. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "baleen/source.h"
#include "baleen/table.h"
#include "baleen/text.h"
#include "category.h"
#include "path.h"
#include "wide.h"

typedef struct params {
  char *file, *target_file, *group, *weight;
  bl_texts target, drop, keep, categories;
} params;

static const bl_opt opts[] = {
    {"file", BL_OPT_TEXT, offsetof(params, file), NULL, 0, 0, BL_OPT_NEEDED, NULL, "",
     "the table: .csv or .tsv with a header line, or .npy [row][feature]; relative to the config's folder", NULL},
    BL_TEXTS(
        params, target, NULL,
        "the column to be learnt: class names or numbers; or several: numbers, or labels that a row has (1) or has not "
        "(0); not given: 'label', else 'target', if there is one"),
    BL_TEXT(params, target_file, NULL, "for .npy: a second .npy file with one target a row"),
    BL_TEXT(params, group, NULL, "column whose equal values must stay together when data are split"),
    BL_TEXT(params, weight, NULL, "column with the weight of each row, 0 or more"),
    BL_TEXTS(params, drop, NULL, "columns to leave out"),
    BL_TEXTS(params, keep, NULL, "columns to carry along as text, not as features"),
    BL_TEXTS(
        params, categories, NULL,
        "columns of numbers that are categories all the same: codes of sites, devices; columns of text always are"),
    BL_OPT_END};

/* ---- CSV --------------------------------------------------------------------------------------------------------- */

#define NO_COLUMN ((size_t)-1)

typedef struct columns {
  size_t target, group, weight; /* target: NO_COLUMN also where there are several */
  size_t *extra, *feature;      /* of what is kept, then of several targets */
  bl_category *category;        /* a feature each: what its texts are, none of numbers */
  size_t n_features;
} columns;

/* Finds a named column and marks it as taken for `what`. */
static bl_status take_column(bl_ctx *ctx, const bl_table *t, const char *name, const char *what, const char **taken,
                             size_t *out)
{
  *out = NO_COLUMN;
  if (!name) return BL_OK;
  bl_status s = bl_table_column(ctx, t, name, out);
  if (s) return bl_fail_in(ctx, s, "table: %s: ", what);
  if (taken[*out])
    return bl_fail(ctx, BL_E_CONFIG, "table: the column '%s' is both %s and %s; it can be one of them", name,
                   taken[*out], what);
  taken[*out] = what;
  return BL_OK;
}

/* What is to be learnt when the config does not say. A column that is spoken for otherwise is not it. */
static const char *usual_target(const params *p, const bl_table *t)
{
  static const char *const usual[] = {"label", "target"};
  if (p->target.n) return p->target.n == 1 ? p->target.v[0] : NULL;
  for (size_t i = 0; i < 2; i++) {
    bool other = (p->group && !strcmp(p->group, usual[i])) || (p->weight && !strcmp(p->weight, usual[i])) ||
                 bl_texts_find(&p->drop, usual[i]) >= 0 || bl_texts_find(&p->keep, usual[i]) >= 0;
    if (!other && bl_texts_find(&t->columns, usual[i]) >= 0) return usual[i];
  }
  return NULL;
}

static bl_status choose_columns(bl_ctx *ctx, const params *p, const bl_table *t, columns *c)
{
  size_t at;
  const char **taken = bl_calloc(ctx, t->columns.n, sizeof *taken);
  size_t several = p->target.n > 1 ? p->target.n : 0;
  c->extra = bl_calloc(ctx, p->keep.n + several, sizeof *c->extra);
  c->feature = bl_calloc(ctx, t->columns.n, sizeof *c->feature);
  bl_status s = taken && c->extra && c->feature ? BL_OK : bl_fail_nomem(ctx, t->path);
  if (!s) s = take_column(ctx, t, usual_target(p, t), "target", taken, &c->target);
  /* a class may well be what is grouped by, but not weighed by: only target and group may share a column */
  for (size_t k = 0; !s && k < several; k++)
    s = take_column(ctx, t, p->target.v[k], "target", taken, &c->extra[p->keep.n + k]);
  if (!s && p->group && p->target.n == 1 && !strcmp(p->group, p->target.v[0])) c->group = c->target;
  else if (!s) s = take_column(ctx, t, p->group, "group", taken, &c->group);
  if (!s) s = take_column(ctx, t, p->weight, "weight", taken, &c->weight);
  for (size_t k = 0; !s && k < p->drop.n; k++) s = take_column(ctx, t, p->drop.v[k], "drop", taken, &at);
  for (size_t k = 0; !s && k < p->keep.n; k++) s = take_column(ctx, t, p->keep.v[k], "keep", taken, &c->extra[k]);
  for (size_t j = 0; !s && j < t->columns.n; j++)
    if (!taken[j]) c->feature[c->n_features++] = j;
  if (!s && !c->n_features) s = bl_fail(ctx, BL_E_CONFIG, "table: %s: no column is left to be a feature", t->path);
  bl_free(ctx, taken);
  return s;
}

static bl_status feature_cell(bl_ctx *ctx, const bl_table *t, size_t row, size_t col, bl_wide *seen, float *out)
{
  double x;
  bl_status s = bl_table_number(ctx, t, row, col, &x);
  if (s == BL_E_FORMAT)
    return bl_fail(
        ctx, s,
        "%s:%zu: column '%s': '%s' is not a number, as most of the column are; if it says that there is none, "
        "leave the cell empty; if the column is a category, name it in categories; if it is no feature, in "
        "drop, keep or target",
        t->path, t->line[row], t->columns.v[col], bl_table_cell(t, row, col));
  if (s) return s;
  if (isfinite(x) && fabs(x) > (double)FLT_MAX)
    return bl_fail(ctx, BL_E_RANGE, "%s:%zu: column '%s': %g is beyond float32; scale the column", t->path,
                   t->line[row], t->columns.v[col], x);
  bl_wide_look(seen, x);
  *out = (float)x;
  return BL_OK;
}

static bl_status weight_cell(bl_ctx *ctx, const bl_table *t, size_t row, size_t col, double *out)
{
  *out = 1;
  if (col == NO_COLUMN) return BL_OK;
  bl_status s = bl_table_number(ctx, t, row, col, out);
  if (s || (*out >= 0 && isfinite(*out))) return s;
  return bl_fail(ctx, BL_E_FORMAT, "%s:%zu: column '%s': '%s' is no weight; wanted a number of 0 or more", t->path,
                 t->line[row], t->columns.v[col], bl_table_cell(t, row, col));
}

static bl_status add_row(bl_ctx *ctx, const bl_table *t, const columns *c, size_t r, bl_wide *seen, float *row,
                         const char **extra, bl_dataset *d)
{
  bl_row_info info = {.start_s = (double)NAN, .end_s = (double)NAN, .extra = extra};
  char *name = bl_strf(ctx, "%s:%zu", bl_path_base(t->path), t->line[r]);
  bl_status s = name ? weight_cell(ctx, t, r, c->weight, &info.weight) : bl_fail_nomem(ctx, t->path);
  for (size_t j = 0; !s && j < c->n_features; j++) {
    const bl_category *k = &c->category[j];
    if (k->values.n) row[j] = bl_category_code(&k->values, bl_table_cell(t, r, c->feature[j]));
    else s = feature_cell(ctx, t, r, c->feature[j], &seen[j], &row[j]);
  }
  for (size_t k = 0; k < d->n_extra; k++) extra[k] = bl_table_cell(t, r, c->extra[k]);
  info.recording = name;
  info.label = c->target == NO_COLUMN ? "" : bl_table_cell(t, r, c->target);
  info.group = c->group == NO_COLUMN ? name : bl_table_cell(t, r, c->group);
  if (!s && !*info.group)
    s = bl_fail(ctx, BL_E_FORMAT, "%s:%zu: column '%s' is empty; every row wants a group", t->path, t->line[r],
                t->columns.v[c->group]);
  if (!s) s = bl_dataset_add(ctx, d, row, &info);
  bl_free(ctx, name);
  return s;
}

/* Told of, since rows.npy holds other numbers than the table. */
static bl_status set_offsets(bl_ctx *ctx, const char *path, const double *offset, bl_dataset *d)
{
  for (size_t j = 0; offset && j < d->X.cols; j++)
    if (offset[j] != 0)
      bl_log(ctx, BL_LOG_INFO, "%s: column '%s' is kept as what is above %.17g: float32 cannot tell its numbers apart",
             path, d->features.v[j], offset[j]);
  return bl_dataset_set_offset(ctx, d, offset);
}

/* Columns that float32 would lose the digits of are read again, less their offset. */
static bl_status take_offsets(bl_ctx *ctx, const bl_table *t, const columns *c, const bl_wide *seen, bl_dataset *d)
{
  double *offset = bl_calloc(ctx, c->n_features, sizeof *offset);
  bl_status s = offset ? BL_OK : bl_fail_nomem(ctx, t->path);
  for (size_t j = 0; !s && j < c->n_features; j++) {
    offset[j] = c->category[j].values.n ? 0 : bl_wide_offset(&seen[j]);
    for (size_t r = 0; !s && offset[j] != 0 && r < t->n_rows; r++) {
      double x = 0;
      s = bl_table_number(ctx, t, r, c->feature[j], &x);
      bl_row(&d->X, r)[j] = (float)(x - offset[j]);
    }
  }
  if (!s) s = set_offsets(ctx, t->path, offset, d);
  bl_free(ctx, offset);
  return s;
}

/* What stands beside the rows: what is kept, and several targets. */
static bl_status extra_names(bl_ctx *ctx, const params *p, bl_texts *out)
{
  bl_status s = bl_texts_copy(ctx, out, &p->keep);
  for (size_t k = 0; !s && p->target.n > 1 && k < p->target.n; k++) s = bl_texts_add(ctx, out, p->target.v[k]);
  return s;
}

static bl_status load_csv(bl_ctx *ctx, const params *p, const char *path, bl_dataset *d)
{
  bl_table t = {0};
  columns c = {.target = NO_COLUMN, .group = NO_COLUMN, .weight = NO_COLUMN};
  bl_texts features = {0}, further = {0};
  float *row = NULL;
  bl_wide *seen = NULL;
  const char **extra = NULL;
  if (p->target_file)
    return bl_fail(ctx, BL_E_CONFIG, "table: target_file belongs to .npy files; name the target's column with target");
  bl_status s = bl_table_read(ctx, path, &t);
  if (s) return bl_fail_in(ctx, s, "table: file: ");
  s = choose_columns(ctx, p, &t, &c);
  if (!s && !(c.category = bl_calloc(ctx, c.n_features, sizeof *c.category))) s = bl_fail_nomem(ctx, path);
  if (!s) s = bl_categories_find(ctx, &t, &p->categories, c.feature, c.n_features, c.category);
  for (size_t j = 0; !s && j < c.n_features; j++) s = bl_texts_add(ctx, &features, t.columns.v[c.feature[j]]);
  if (!s) s = extra_names(ctx, p, &further);
  if (!s) s = bl_dataset_init(ctx, &features, NULL, &further, d);
  if (!s && !t.n_rows) s = bl_fail(ctx, BL_E_FORMAT, "%s: a header without rows", path);
  if (!s &&
      (!(row = bl_calloc(ctx, c.n_features, sizeof *row)) || !(seen = bl_calloc(ctx, c.n_features, sizeof *seen)) ||
       !(extra = bl_calloc(ctx, further.n, sizeof *extra))))
    s = bl_fail_nomem(ctx, path);
  for (size_t r = 0; !s && r < t.n_rows; r++) s = add_row(ctx, &t, &c, r, seen, row, extra, d);
  if (!s) s = take_offsets(ctx, &t, &c, seen, d);
  if (!s) s = bl_categories_to_blocks(ctx, &features, c.category, d);
  for (size_t j = 0; c.category && j < c.n_features; j++) bl_texts_free(ctx, &c.category[j].values);
  bl_free(ctx, c.category);
  bl_free(ctx, row);
  bl_free(ctx, seen);
  bl_free(ctx, extra);
  bl_free(ctx, c.extra);
  bl_free(ctx, c.feature);
  bl_texts_free(ctx, &features);
  bl_texts_free(ctx, &further);
  bl_table_free(ctx, &t);
  return s;
}

/* ---- NumPy ------------------------------------------------------------------------------------------------------- */

static bl_status read_targets(bl_ctx *ctx, const params *p, const char *folder, size_t rows, bl_mat *out)
{
  *out = (bl_mat){0};
  if (!p->target_file) return BL_OK;
  char *path = bl_path_join(ctx, folder, p->target_file);
  if (!path) return bl_fail_nomem(ctx, p->target_file);
  bl_status s = bl_npy_read(ctx, path, out);
  if (s) s = bl_fail_in(ctx, s, "table: target_file: ");
  if (!s && (out->rows != rows || out->cols != 1))
    s = bl_fail(ctx, BL_E_SHAPE, "%s: %zu x %zu targets for %zu rows; wanted one a row", path, out->rows, out->cols,
                rows);
  bl_free(ctx, path);
  return s;
}

static bl_status add_npy_rows(bl_ctx *ctx, const char *path, const bl_mat *x, const bl_mat *y, bl_dataset *d)
{
  bl_status s = BL_OK;
  for (size_t r = 0; !s && r < x->rows; r++) {
    char label[32] = "", *name = bl_strf(ctx, "%s:%zu", bl_path_base(path), r);
    if (y->v && !isnan(bl_row(y, r)[0])) bl_format_real((double)bl_row(y, r)[0], label);
    bl_row_info info = {
        .recording = name, .label = label, .group = name, .start_s = (double)NAN, .end_s = (double)NAN, .weight = 1};
    s = name ? bl_dataset_add(ctx, d, bl_row(x, r), &info) : bl_fail_nomem(ctx, path);
    bl_free(ctx, name);
  }
  return s;
}

static bl_status load_npy(bl_ctx *ctx, const params *p, const char *folder, const char *path, bl_dataset *d)
{
  bl_mat x = {0}, y = {0};
  bl_texts features = {0};
  double *offset = NULL;
  if (p->target.n || p->group || p->weight || p->drop.n || p->keep.n || p->categories.n)
    return bl_fail(
        ctx, BL_E_CONFIG,
        "table: '%s' has no named columns: of target, group, weight, drop, keep and categories none applies; "
        "targets come from target_file",
        p->file);
  bl_status s = bl_npy_read_wide(ctx, path, &x, &offset);
  if (s) s = bl_fail_in(ctx, s, "table: file: ");
  if (!s && (!x.rows || !x.cols)) s = bl_fail(ctx, BL_E_SHAPE, "%s: an empty array, %zu x %zu", path, x.rows, x.cols);
  if (!s) s = read_targets(ctx, p, folder, x.rows, &y);
  for (size_t j = 0; !s && j < x.cols; j++) {
    char *name = bl_strf(ctx, "x%zu", j);
    s = name ? bl_texts_add(ctx, &features, name) : bl_fail_nomem(ctx, path);
    bl_free(ctx, name);
  }
  if (!s) s = bl_dataset_init(ctx, &features, NULL, NULL, d);
  if (!s) s = set_offsets(ctx, path, offset, d);
  if (!s) s = add_npy_rows(ctx, path, &x, &y, d);
  bl_free(ctx, offset);
  bl_texts_free(ctx, &features);
  bl_mat_free(ctx, &x);
  bl_mat_free(ctx, &y);
  return s;
}

static bl_status load(bl_ctx *ctx, const void *vp, const char *folder, bl_dataset *out)
{
  const params *p = vp;
  bl_dataset d = {0};
  *out = d;
  bl_status s = bl_opts_complete(ctx, "table", opts, p);
  if (s) return s;
  char *path = bl_path_join(ctx, folder, p->file);
  if (!path) return bl_fail_nomem(ctx, p->file);
  s = bl_text_ends_with(path, ".npy") ? load_npy(ctx, p, folder, path, &d) : load_csv(ctx, p, path, &d);
  if (s) bl_dataset_free(ctx, &d);
  *out = d;
  bl_free(ctx, path);
  return s;
}

static const bl_texts *targets(const void *params_) { return &((const params *)params_)->target; }

const bl_source_class bl_source_table = {
    .name = "table",
    .summary = "rows that are there already: a CSV, TSV or NumPy file",
    .source = "RFC 4180; NumPy format 1.0 to 3.0",
    .opts = opts,
    .params_size = sizeof(params),
    .load = load,
    .targets = targets,
};
