/* columns: estimators side by side, each on the columns it is given; what they make stands in one row, in their order.
 *
 * Beside each estimator stand its selectors (the table `entry_opts`): a column is taken when every selector agrees.
 * `columns` chooses by name and sets the order; the others choose by the block that a column belongs to (block.h), its
 * form, and the column's unit, where rows have blocks: rows of a table have none. An estimator that is given whole blocks
 * gets them as blocks, so that csp takes the triangle that it is given. Results follow scikit-learn's ColumnTransformer;
 * weights go to those that take them. */
#include <stdlib.h>
#include <string.h>

#include "baleen/text.h"
#include "composite.h"
#include "kit.h"

typedef struct entry {
  bl_texts columns, blocks, forms, units;
} entry;
static const bl_opt entry_opts[] = {
    BL_TEXTS(entry, columns, "\"*\"",
             "names of the columns it takes, or patterns: * any run, ? one character, [abc] one of a set; columns "
             "without names are x0, x1 .."),
    BL_TEXTS(entry, blocks, "\"*\"", "names or patterns of the blocks that they belong to: \"*.covariance\""),
    BL_TEXTS(entry, forms, "\"*\"", "forms of these blocks: scalars, triangle, series, image, sequence, graph, sparse"),
    BL_TEXTS(entry, units, "\"*\"", "units of the columns, or patterns of units: \"uV^2*\""), BL_OPT_END};

enum { DROP, PASSTHROUGH };
static const char *const remainders[] = {"drop", "passthrough", NULL};
typedef struct params {
  int remainder;
  bool verbose_feature_names_out;
} params;
static const bl_opt opts[] = {
    BL_CHILDREN(transformers, "what is made of which columns: {name: {columns: [..], estimator: ..}}"),
    BL_ENUM(params, remainder, "drop", remainders, "what becomes of columns that none takes: left out, or put behind"),
    BL_BOOL(params, verbose_feature_names_out, "true",
            "names of the result begin with the estimator's: bands__power, remainder__age"),
    BL_OPT_END};

/* Columns of the i-th estimator: index[first[i]] .. before index[first[i + 1]]; behind the last those that pass. */
typedef struct state {
  int64_t *first, *index;
  size_t n_firsts, n_index;
} state;
static const bl_field fields[] = {
    BL_FIELD_VECTOR(state, first, BL_I64, n_firsts, "where the columns of each estimator begin in index"),
    BL_FIELD_VECTOR(state, index, BL_I64, n_index, "columns of each estimator, then those that pass as they are"),
    BL_FIELD_END};

static const int64_t *columns_of(const state *s, size_t i, size_t *n)
{
  size_t lo = (size_t)s->first[i], hi = i + 1 < s->n_firsts ? (size_t)s->first[i + 1] : s->n_index;
  *n = hi - lo;
  return s->index + lo;
}

/* ---- choosing ---------------------------------------------------------------------------------------------------- */

static bool fits_any(const bl_texts *patterns, const char *text)
{
  for (size_t i = 0; i < patterns->n; i++)
    if (!strcmp(patterns->v[i], text) || bl_text_glob(patterns->v[i], text)) return true;
  return false;
}

static bool takes_all(const bl_texts *patterns) { return patterns->n == 1 && !strcmp(patterns->v[0], "*"); }

/* Selectors beside the name. */
static bool suits(const entry *e, const bl_blocks *blocks, size_t column)
{
  const bl_block *b = bl_blocks_at(blocks, column);
  if (!b) return true; /* check_selectors() saw to it that none asks */
  return fits_any(&e->blocks, b->name) && fits_any(&e->forms, bl_block_form_name(b->form)) &&
         fits_any(&e->units, bl_block_unit(b, column - b->first));
}

static const char *form_at(const void *arg, size_t i)
{
  (void)arg;
  return i < BL_N_BLOCK_FORMS ? bl_block_form_name((bl_block_form)i) : NULL;
}

static bl_status no_such_block(bl_ctx *ctx, const char *pattern, const bl_blocks *blocks)
{
  bl_buf there = {0};
  bl_status s = bl_blocks_describe(ctx, blocks, &there);
  if (!s) s = bl_fail(ctx, BL_E_CONFIG, "no block is called '%s'; a row is made of %s", pattern, bl_buf_text(&there));
  bl_buf_free(ctx, &there);
  return s;
}

/* Each pattern of blocks must fit one, each form be one: a mistyped name is found. */
static bl_status check_selectors(bl_ctx *ctx, const entry *e, const bl_blocks *blocks)
{
  bl_block_form form;
  for (size_t i = 0; i < e->forms.n; i++)
    if (strcmp(e->forms.v[i], "*") && !bl_block_form_find(e->forms.v[i], &form)) {
      const char *near = bl_nearest(e->forms.v[i], form_at, NULL);
      return bl_fail(ctx, BL_E_CONFIG, "there is no form '%s' of blocks%s%s%s", e->forms.v[i],
                     near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    }
  if (!blocks->n && !(takes_all(&e->blocks) && takes_all(&e->forms) && takes_all(&e->units)))
    return bl_fail(
        ctx, BL_E_CONFIG,
        "chooses by blocks, forms or units, but of these rows only the names of columns are known; choose by "
        "'columns'");
  for (size_t i = 0; i < e->blocks.n && blocks->n; i++) {
    bool any = false;
    for (size_t k = 0; k < blocks->n; k++) any = any || fits_any(&(bl_texts){&e->blocks.v[i], 1}, blocks->v[k].name);
    if (!any) return no_such_block(ctx, e->blocks.v[i], blocks);
  }
  return BL_OK;
}

static bl_status no_such_column(bl_ctx *ctx, const char *pattern, const bl_texts *names)
{
  const char *near = bl_nearest(pattern, bl_text_at, names);
  return near ? bl_fail(ctx, BL_E_CONFIG, "no column is called '%s'; did you mean '%s'?", pattern, near)
              : bl_fail(ctx, BL_E_CONFIG, "no column is called '%s'; the first of %zu is '%s'", pattern, names->n,
                        names->v[0]);
}

/* Appends the columns that e takes to index: pattern by pattern, none twice. */
static bl_status choose(bl_ctx *ctx, const entry *e, const bl_texts *names, const bl_blocks *blocks, bool *mine,
                        state *s)
{
  size_t before = s->n_index;
  bl_status status = check_selectors(ctx, e, blocks);
  if (status) return status;
  memset(mine, 0, names->n * sizeof *mine);
  for (size_t p = 0; p < e->columns.n; p++) {
    const char *pattern = e->columns.v[p];
    size_t hits = 0;
    for (size_t j = 0; j < names->n; j++) {
      if (strcmp(pattern, names->v[j]) && !bl_text_glob(pattern, names->v[j])) continue;
      hits++;
      if (mine[j] || !suits(e, blocks, j)) continue;
      mine[j] = true;
      s->index[s->n_index++] = (int64_t)j;
    }
    if (!hits) return no_such_column(ctx, pattern, names);
  }
  if (s->n_index == before)
    return bl_fail(ctx, BL_E_CONFIG,
                   e->columns.n ? "is given no column: none has all that columns, blocks, forms and units ask for"
                                : "is given no column; name some in 'columns'");
  return BL_OK;
}

static bl_status choose_all(bl_ctx *ctx, const bl_estimator *self, const bl_texts *names, const bl_blocks *blocks,
                            state *s)
{
  const params *p = self->params;
  size_t n = self->n_children, d = names->n;
  s->first = bl_calloc(ctx, n + 1, sizeof *s->first);
  s->index = bl_calloc(ctx, (n + 1) * d, sizeof *s->index);
  bool *mine = bl_calloc(ctx, 2 * d, sizeof *mine), *taken = mine ? mine + d : NULL;
  bl_status status = s->first && s->index && mine ? BL_OK : bl_fail_nomem(ctx, "columns");
  s->n_firsts = n + 1;
  for (size_t i = 0; !status && i < n; i++) {
    s->first[i] = (int64_t)s->n_index;
    status = bl_composite_in(ctx, self, i, choose(ctx, self->child_params[i], names, blocks, mine, s));
    for (size_t j = 0; j < d; j++) taken[j] = taken[j] || mine[j];
  }
  if (!status) s->first[n] = (int64_t)s->n_index;
  for (size_t j = 0; !status && p->remainder == PASSTHROUGH && j < d; j++)
    if (!taken[j]) s->index[s->n_index++] = (int64_t)j;
  bl_free(ctx, mine);
  return status;
}

/* ---- cutting ----------------------------------------------------------------------------------------------------- */

/* Side by side in the row as it comes: no copy is needed. */
static bool is_run(const int64_t *column, size_t n)
{
  for (size_t j = 1; j < n; j++)
    if (column[j] != column[j - 1] + 1) return false;
  return true;
}

/* X's columns as a view: of X itself where they are a run, else copied into `to`. */
static bl_cmat cut(const bl_cmat *X, const int64_t *column, size_t n, const bl_mat *to)
{
  bl_cmat view = *X;
  if (is_run(column, n)) {
    view.v += column[0];
    view.cols = n;
    return view;
  }
  for (size_t i = 0; i < X->rows; i++)
    for (size_t j = 0; j < n; j++) bl_row(to, i)[j] = bl_crow(X, i)[column[j]];
  view = bl_mat_view(to);
  view.rows = X->rows;
  return view;
}

static bl_status fit_child(bl_ctx *ctx, bl_estimator *self, size_t i, const bl_data *data, const bl_texts *all)
{
  size_t n;
  const int64_t *column = columns_of(self->state, i, &n);
  bl_data d = *data;
  bl_mat copy = {0};
  bl_texts names = {0};
  bl_blocks blocks;
  bl_status s = bl_composite_blocks(ctx, &self->blocks, column, n, &blocks);
  if (!s && !is_run(column, n)) s = bl_mat_new(ctx, data->X.rows, n, &copy);
  for (size_t j = 0; !s && j < n; j++) s = bl_texts_add(ctx, &names, all->v[column[j]]);
  if (!s) {
    d.X = cut(&data->X, column, n, &copy);
    d.feature_names = &names;
    d.blocks = &blocks;
    s = bl_composite_in(ctx, self, i, bl_composite_fit(ctx, self->child[i], &d));
  }
  bl_mat_free(ctx, &copy);
  bl_texts_free(ctx, &names);
  bl_blocks_free(ctx, &blocks);
  return s;
}

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  bl_texts names = {0};
  bl_status s = bl_kit_input_names(ctx, self, &names);
  if (!s) s = choose_all(ctx, self, &names, &self->blocks, self->state);
  for (size_t i = 0; !s && i < self->n_children; i++) s = fit_child(ctx, self, i, t->data, &names);
  bl_texts_free(ctx, &names);
  return s;
}

/* Each estimator is asked about the columns that it would be given. */
static bl_status foresee_child(bl_ctx *ctx, const bl_estimator *self, size_t i, const state *st, const bl_outlook *of)
{
  size_t n;
  const int64_t *column = columns_of(st, i, &n);
  bl_texts names = {0};
  bl_blocks blocks = {0};
  bl_status s = of->blocks ? bl_composite_blocks(ctx, of->blocks, column, n, &blocks) : BL_OK;
  for (size_t j = 0; !s && j < n; j++) s = bl_texts_add(ctx, &names, of->names->v[column[j]]);
  bl_outlook mine = {.rows = of->rows, .cols = n, .names = &names, .blocks = of->blocks ? &blocks : NULL};
  if (!s) s = bl_composite_in(ctx, self, i, bl_estimator_foresee(ctx, self->child[i], &mine));
  bl_texts_free(ctx, &names);
  bl_blocks_free(ctx, &blocks);
  return s;
}

static bl_status foresee(bl_ctx *ctx, const bl_estimator *self, const bl_outlook *of)
{
  static const bl_blocks none = {0};
  state st = {0};
  if (!of->names) return BL_OK;
  bl_status s = choose_all(ctx, self, of->names, of->blocks ? of->blocks : &none, &st);
  for (size_t i = 0; !s && i < self->n_children; i++) s = foresee_child(ctx, self, i, &st, of);
  bl_free(ctx, st.first);
  bl_free(ctx, st.index);
  return s;
}

/* ---- applying ---------------------------------------------------------------------------------------------------- */

static size_t n_passed(const bl_estimator *self)
{
  size_t n;
  columns_of(self->state, self->n_children, &n);
  return n;
}

static size_t width(const bl_estimator *self, bl_op op)
{
  size_t sum = self->fitted ? n_passed(self) : 1;
  for (size_t i = 0; self->fitted && i < self->n_children; i++) sum += bl_op_width(self->child[i], BL_TRANSFORM);
  return op == BL_TRANSFORM ? sum : 0;
}

/* For each estimator its applier and a place for its columns; n counts those that are made. */
typedef struct room {
  size_t n;
  struct part {
    bl_applier *applier;
    bl_mat in;
  } part[];
} room;

static bl_status prepare(bl_ctx *ctx, const bl_estimator *self, unsigned ops, size_t rows, void **out)
{
  size_t n = self->n_children, k;
  room *r = *out = bl_calloc(ctx, 1, sizeof *r + n * sizeof *r->part);
  bl_status s = r ? BL_OK : bl_fail_nomem(ctx, "columns");
  for (size_t i = 0; !s && ops && i < n; i++) {
    const int64_t *column = columns_of(self->state, i, &k);
    r->n = i + 1;
    s = bl_composite_in(ctx, self, i, bl_applier_new(ctx, self->child[i], ops, rows, NULL, &r->part[i].applier));
    if (!s && !is_run(column, k)) s = bl_mat_new(ctx, rows, k, &r->part[i].in);
  }
  return s;
}

static void release(bl_ctx *ctx, void *made)
{
  room *r = made;
  for (size_t i = 0; i < r->n; i++) {
    bl_applier_free(ctx, r->part[i].applier);
    bl_mat_free(ctx, &r->part[i].in);
  }
}

/* Each estimator writes into its stretch of the result's rows. */
static bl_status apply(bl_ctx *ctx, const bl_estimator *self, void *made, const bl_cmat *X, const bl_answer *out)
{
  const room *r = made;
  bl_answer part = {.transform = out->transform, .first_row = out->first_row};
  bl_status s = BL_OK;
  size_t k;
  for (size_t i = 0; !s && i < r->n; i++) {
    const int64_t *column = columns_of(self->state, i, &k);
    bl_cmat view = cut(X, column, k, &r->part[i].in);
    part.transform.cols = bl_op_width(self->child[i], BL_TRANSFORM);
    s = bl_composite_in(ctx, self, i, bl_applier_run(ctx, r->part[i].applier, &view, &part));
    part.transform.v += part.transform.cols;
  }
  const int64_t *column = columns_of(self->state, self->n_children, &k);
  for (size_t i = 0; !s && i < X->rows; i++)
    for (size_t j = 0; j < k; j++) bl_row(&part.transform, i)[j] = bl_crow(X, i)[column[j]];
  return s;
}

static bl_status add_name(bl_ctx *ctx, const bl_estimator *self, const char *from, const char *name, bl_texts *out)
{
  const params *p = self->params;
  return p->verbose_feature_names_out ? bl_texts_addf(ctx, out, "%s__%s", from, name) : bl_texts_add(ctx, out, name);
}

static int by_text(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

/* Names without their estimator's before them may be the same twice. */
static bl_status check_names(bl_ctx *ctx, const bl_texts *names)
{
  const char **sorted = bl_calloc(ctx, names->n, sizeof *sorted);
  bl_status s = sorted ? BL_OK : bl_fail_nomem(ctx, "columns");
  for (size_t i = 0; !s && i < names->n; i++) sorted[i] = names->v[i];
  if (!s && names->n) qsort(sorted, names->n, sizeof *sorted, by_text);
  for (size_t i = 1; !s && i < names->n; i++)
    if (!strcmp(sorted[i], sorted[i - 1]))
      s = bl_fail(ctx, BL_E_CONFIG, "columns: two of its columns are named '%s'; set verbose_feature_names_out",
                  sorted[i]);
  bl_free(ctx, sorted);
  return s;
}

static bl_status names_out(bl_ctx *ctx, const bl_estimator *self, bl_texts *out)
{
  bl_texts in = {0};
  size_t k;
  bl_status s = bl_kit_input_names(ctx, self, &in);
  for (size_t i = 0; !s && i < self->n_children; i++) {
    bl_texts part = {0};
    s = bl_composite_in(ctx, self, i, bl_estimator_names_out(ctx, self->child[i], &part));
    for (size_t j = 0; !s && j < part.n; j++) s = add_name(ctx, self, self->child_name[i], part.v[j], out);
    bl_texts_free(ctx, &part);
  }
  const int64_t *column = columns_of(self->state, self->n_children, &k);
  for (size_t j = 0; !s && j < k; j++) s = add_name(ctx, self, "remainder", in.v[column[j]], out);
  if (!s && !((const params *)self->params)->verbose_feature_names_out) s = check_names(ctx, out);
  bl_texts_free(ctx, &in);
  return s;
}

/* "<estimator>.<block>", one behind the other; none when of some columns it is not known what they are. */
static bl_status blocks_out(bl_ctx *ctx, const bl_estimator *self, bl_blocks *out)
{
  bool known = true;
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < self->n_children; i++) {
    bl_blocks part;
    s = bl_composite_in(ctx, self, i, bl_estimator_blocks_out(ctx, self->child[i], &part));
    known = known && part.n;
    if (!s) s = bl_blocks_append(ctx, out, self->child_name[i], &part);
    bl_blocks_free(ctx, &part);
  }
  size_t k;
  const int64_t *column = columns_of(self->state, self->n_children, &k);
  bl_blocks rest = {0};
  if (!s && k) s = bl_composite_blocks(ctx, &self->blocks, column, k, &rest);
  if (!s) s = bl_blocks_append(ctx, out, "remainder", &rest);
  known = known && (!k || rest.n);
  bl_blocks_free(ctx, &rest);
  if (!known) bl_blocks_free(ctx, out);
  return s;
}

/* ---- what it is -------------------------------------------------------------------------------------------------- */

static unsigned tags_of(const bl_estimator *self)
{
  return bl_composite_tags(self, BL_TAG_WEIGHTS | BL_TAG_NEEDS_Y | BL_TAG_RANDOM | BL_TAG_BINARY | BL_TAG_ORDERED,
                           BL_TAG_NAN_OK) |
         BL_TAG_CATEGORIES; /* which of its children take them is theirs to say */
}

static bl_status check_children(bl_ctx *ctx, const bl_estimator *self)
{
  for (size_t i = 0; i < self->n_children; i++)
    if (!bl_op_width(self->child[i], BL_TRANSFORM))
      return bl_fail(ctx, BL_E_CONFIG, "columns: '%s' (%s) does not transform; put what predicts behind, in a chain",
                     self->child_name[i], self->child[i]->cls->name);
  return BL_OK;
}

static bl_status check(bl_ctx *ctx, const bl_estimator *self)
{
  const state *s = self->state;
  bool sound = s->first && s->index && s->n_firsts == self->n_children + 1 && !s->first[0];
  for (size_t i = 0; sound && i < s->n_firsts; i++)
    sound = s->first[i] >= (i ? s->first[i - 1] + 1 : 0) && (size_t)s->first[i] <= s->n_index;
  for (size_t j = 0; sound && j < s->n_index; j++) sound = s->index[j] >= 0 && (size_t)s->index[j] < self->n_features;
  for (size_t i = 0; sound && i < self->n_children; i++) {
    size_t n;
    columns_of(s, i, &n);
    sound = self->child[i]->fitted && self->child[i]->n_features == n && bl_op_width(self->child[i], BL_TRANSFORM);
  }
  return sound ? BL_OK : bl_fail(ctx, BL_E_FORMAT, "columns: its columns do not fit the estimators in it");
}

/* clang-format off */
const bl_estimator_class bl_estimator_columns = {
    .name = "columns", .summary = "estimators side by side, each on columns of its own",
    .source = "scikit-learn ColumnTransformer", .kind = BL_TRANSFORMER, .state_version = 1, .opts = opts,
    .params_size = sizeof(params), .child_opts = entry_opts, .child_params_size = sizeof(entry), .fields = fields,
    .state_size = sizeof(state), .foresee = foresee, .fit = fit, .width = width, .prepare = prepare, .release = release, .apply = apply,
    .names_out = names_out, .blocks_out = blocks_out, .check = check, .tags_of = tags_of, .check_children = check_children};
/* clang-format on */
