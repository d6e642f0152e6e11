/* one_hot_encoder: each category of each column becomes a column of its own, 1 where the row has it, else 0. Missing is a
 * category like another where rows had it in fit. Rare categories may be joined to one. */
#include <math.h>
#include <string.h>

#include "baleen/sort.h"
#include "categories.h"
#include "kit.h"

enum { REFUSE, IGNORE, INFREQUENT };
enum { NONE, FIRST, IF_BINARY };
static const char *const unknowns[] = {"error", "ignore", "infrequent_if_exist", NULL};
static const char *const drops[] = {"none", "first", "if_binary", NULL};
typedef struct params {
  int handle_unknown, drop;
  double min_frequency;
  int64_t max_categories;
} params;

/* output[i]: the column of the result that category i makes 1; -1: none. Those joined share the last of their column. */
typedef struct state {
  bl_categories known;
  size_t n_outputs, n_joined, n_all;
  int64_t *output, *joined; /* joined [columns]: the result's column for what is rare, or -1 */
  int64_t *of;              /* the column that each column of the result comes from */
} state;

static const bl_opt opts[] = {
    BL_ENUM(params, handle_unknown, "error", unknowns,
            "a category that no row had in fit: refused, all columns 0, or taken for a rare one"),
    BL_ENUM(params, drop, "none", drops, "leave out the first category of each column, or of those with two alone"),
    BL_REAL(params, min_frequency, "0", 0, 1e9, "",
            "categories of fewer rows are rare and joined to one; below 1 a share of all rows, 0: none is"),
    BL_INT(params, max_categories, "0", 0, 1000000, "",
           "columns that a column makes at most, of which one is that of rare categories; 0: as many as there are"),
    BL_OPT_END};

static const bl_field fields[] = {
    BL_CATEGORIES_FIELDS(state, known),
    BL_FIELD_VECTOR(state, output, BL_I64, n_all, "the result's column of each category, -1 where it has none"),
    BL_FIELD_VECTOR(state, joined, BL_I64, n_joined, "the result's column of each column's rare categories, or -1"),
    BL_FIELD_VECTOR(state, of, BL_I64, n_outputs, "the column that each column of the result comes from"),
    BL_FIELD_END};

/* Marks the `more` rarest of those not yet marked, of equals the first. sorted holds n numbers meanwhile. */
static void mark_rarest(const double *count, size_t n, size_t more, double *sorted, bool *rare)
{
  size_t left = 0;
  for (size_t k = 0; k < n; k++)
    if (!rare[k]) sorted[left++] = count[k];
  bl_sort(sorted, left);
  double last = sorted[more - 1];
  for (size_t k = 0; k < n; k++)
    if (!rare[k] && count[k] < last) rare[k] = true, more--;
  for (size_t k = 0; k < n && more; k++)
    if (!rare[k] && count[k] == last) rare[k] = true, more--;
}

/* Marks the rare categories of a column of n. How many there are. */
static size_t mark_rare(const params *p, const double *count, size_t n, double rows, double *sorted, bool *rare)
{
  double least = p->min_frequency < 1 ? p->min_frequency * rows : p->min_frequency;
  size_t n_rare = 0, most = (size_t)p->max_categories;
  for (size_t k = 0; k < n; k++) n_rare += rare[k] = count[k] < least;
  if (!most || n_rare == n || n - n_rare + 1 <= most) return n_rare;
  mark_rarest(count, n, n - n_rare + 1 - most, sorted, rare);
  return n + 1 - most;
}

static void lay_out(const params *p, state *s, size_t j, const bool *rare, size_t n_rare)
{
  size_t from = (size_t)s->known.first[j], n = bl_categories_of(&s->known, j), kept = n - n_rare + (n_rare ? 1 : 0);
  bool drop = p->drop == FIRST || (p->drop == IF_BINARY && kept == 2);
  s->joined[j] = -1;
  for (size_t k = 0; k < n; k++) {
    s->output[from + k] = -1;
    if (rare[k]) continue;
    if (drop) {
      drop = false;
      continue;
    }
    s->of[s->n_outputs] = (int64_t)j;
    s->output[from + k] = (int64_t)s->n_outputs++;
  }
  if (!n_rare || drop) return; /* of rare ones alone what is dropped is theirs */
  s->of[s->n_outputs] = (int64_t)j;
  s->joined[j] = (int64_t)s->n_outputs++;
  for (size_t k = 0; k < n; k++)
    if (rare[k]) s->output[from + k] = s->joined[j];
}

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  const params *p = self->params;
  state *s = self->state;
  size_t d = t->X.cols;
  bl_status status = bl_categories_learn(ctx, self, t, &s->known);
  if (status) return status;
  s->n_all = s->known.n_values;
  s->n_joined = d;
  s->output = bl_calloc(ctx, s->n_all, sizeof *s->output);
  s->of = bl_calloc(ctx, s->n_all, sizeof *s->of);
  s->joined = bl_calloc(ctx, d, sizeof *s->joined);
  bool *rare = bl_calloc(ctx, s->n_all, sizeof *rare);
  double *sorted = bl_calloc(ctx, s->n_all, sizeof *sorted);
  if (!s->output || !s->of || !s->joined || !rare || !sorted) status = bl_fail_nomem(ctx, "one_hot_encoder");
  for (size_t j = 0; !status && j < d; j++) {
    size_t from = (size_t)s->known.first[j];
    size_t n =
        mark_rare(p, s->known.count + from, bl_categories_of(&s->known, j), (double)t->X.rows, sorted, rare + from);
    lay_out(p, s, j, rare + from, n);
  }
  bl_free(ctx, rare);
  bl_free(ctx, sorted);
  if (!status && !s->n_outputs)
    status = bl_fail(ctx, BL_E_RANGE,
                     "one_hot_encoder: each column has one category, and drop leaves none of them out of "
                     "%zu columns",
                     d);
  return status;
}

static size_t width(const bl_estimator *self, bl_op op)
{
  return op != BL_TRANSFORM ? 0 : self->fitted ? ((const state *)self->state)->n_outputs : 1;
}

static bl_status apply(bl_ctx *ctx, const bl_estimator *self, void *room, const bl_cmat *X, const bl_answer *out)
{
  const params *p = self->params;
  const state *s = self->state;
  (void)room;
  for (size_t i = 0; out->transform.v && i < X->rows; i++) {
    const float *x = bl_crow(X, i);
    float *o = bl_row(&out->transform, i);
    memset(o, 0, s->n_outputs * sizeof *o);
    for (size_t j = 0; j < X->cols; j++) {
      int64_t k = bl_category_find(&s->known, j, (double)x[j]);
      int64_t to = k >= 0 ? s->output[s->known.first[j] + k] : p->handle_unknown == INFREQUENT ? s->joined[j] : -1;
      if (k < 0 && p->handle_unknown == REFUSE)
        return bl_category_unknown(ctx, self, out->first_row + i, j, (double)x[j],
                                   "handle_unknown: ignore takes it for none of those");
      if (to >= 0) o[to] = 1;
    }
  }
  return BL_OK;
}

static bl_status names_out(bl_ctx *ctx, const bl_estimator *self, bl_texts *out)
{
  const state *s = self->state;
  bl_texts in = {0};
  char buf[32];
  bl_status status = bl_kit_input_names(ctx, self, &in);
  for (size_t j = 0; !status && j < in.n; j++) {
    for (size_t k = 0; !status && k < bl_categories_of(&s->known, j); k++) {
      int64_t to = s->output[s->known.first[j] + (int64_t)k];
      if (to >= 0 && to != s->joined[j])
        status = bl_texts_addf(ctx, out, "%s_%s", in.v[j], bl_category_name(self, &s->known, j, k, buf));
    }
    if (!status && s->joined[j] >= 0) status = bl_texts_addf(ctx, out, "%s_infrequent", in.v[j]);
  }
  bl_texts_free(ctx, &in);
  return status;
}

/* A block for each column that was taken apart, under its name. */
static bl_status blocks_out(bl_ctx *ctx, const bl_estimator *self, bl_blocks *out)
{
  const state *s = self->state;
  bl_texts in = {0};
  char source[] = "one_hot_encoder", unit[] = "1", *one = unit;
  bl_status status = self->blocks.n ? bl_kit_input_names(ctx, self, &in) : BL_OK;
  for (size_t i = 0, n; !status && self->blocks.n && i < s->n_outputs; i += n) {
    for (n = 1; i + n < s->n_outputs && s->of[i + n] == s->of[i]; n++) continue;
    bl_block like = {.name = in.v[s->of[i]], .source = source, .dims = {n}, .units = {&one, 1}};
    status = bl_blocks_add(ctx, out, &like);
  }
  bl_texts_free(ctx, &in);
  return status;
}

static bl_status check(bl_ctx *ctx, const bl_estimator *self)
{
  const state *s = self->state;
  bl_status status = bl_categories_check(ctx, self, &s->known);
  if (status) return status;
  bool good = s->output && s->joined && s->of && s->n_all == s->known.n_values && s->n_joined == self->n_features &&
              s->n_outputs > 0;
  for (size_t i = 0; good && i < s->n_outputs; i++) good = s->of[i] >= 0 && (size_t)s->of[i] < self->n_features;
  for (size_t i = 0; good && i < s->n_all; i++) good = s->output[i] < (int64_t)s->n_outputs;
  for (size_t i = 0; good && i < s->n_joined; i++) good = s->joined[i] < (int64_t)s->n_outputs;
  return good ? BL_OK : bl_fail(ctx, BL_E_FORMAT, "one_hot_encoder: its columns do not fit its categories");
}

/* clang-format off */
const bl_estimator_class bl_estimator_one_hot_encoder = {
    .name = "one_hot_encoder", .summary = "a column for each category, 1 where a row has it", .source = "scikit-learn OneHotEncoder",
    .kind = BL_TRANSFORMER, .tags = BL_TAG_NAN_OK | BL_TAG_CATEGORIES, .state_version = 1,
    .opts = opts, .params_size = sizeof(params), .fields = fields, .state_size = sizeof(state),
    .fit = fit, .width = width, .apply = apply, .names_out = names_out, .blocks_out = blocks_out, .check = check};
/* clang-format on */
