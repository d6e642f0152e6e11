/* Every estimator: its tables, parameters, copies, and what it refuses. Numbering of checks as in the suite's list:
 * 1-11, 37. */
#include "conformance.h"

/* ---- tables and parameters --------------------------------------------------------------------------------------- */

static void tables_are_complete(const subject *s)
{
  const bl_estimator_class *c = s->cls;
  assert_true(c->name && *c->name && c->summary && *c->summary && c->source && *c->source);
  assert_true(c->state_version >= 1 && c->fit && c->width);
  assert_true(c->apply && (!c->release || c->prepare));
  if (c->tags & BL_TAG_RANDOM) assert_non_null(bl_opts_find(c->opts, "random_state"));
  for (const bl_opt *o = c->opts; o && o->name; o++) {
    bool can_be_empty = o->kind == BL_OPT_TEXT || o->kind == BL_OPT_TEXTS || o->kind == BL_OPT_REALS ||
                        o->kind == BL_OPT_RANGES || o->kind == BL_OPT_ESTIMATOR || (o->flags & BL_OPT_NEEDED);
    if (!o->help || !*o->help) fail_msg("option %s has no help", o->name);
    if (!o->def && !can_be_empty) fail_msg("option %s has no default", o->name);
    if ((o->kind == BL_OPT_INT || o->kind == BL_OPT_REAL) && !(o->lo < o->hi))
      fail_msg("option %s has no range", o->name);
  }
  for (const bl_field *f = c->fields; f && f->name; f++)
    if (!f->help || !*f->help) fail_msg("field %s has no help", f->name);
}

static void text_round_trip(const subject *s)
{
  bl_ctx *ctx = bl_ctx_new();
  bl_estimator *e = make(ctx, s), *back;
  bl_buf a = {0}, b = {0};
  check_ok(ctx, bl_estimator_print(ctx, e, &a));
  check_ok(ctx, bl_estimator_parse(ctx, bl_buf_text(&a), &back));
  check_ok(ctx, bl_estimator_print(ctx, back, &b));
  assert_string_equal(bl_buf_text(&a), bl_buf_text(&b));
  assert_true(bl_estimator_equal(e, back));
  bl_buf_free(ctx, &a);
  bl_buf_free(ctx, &b);
  bl_estimator_free(ctx, e);
  bl_estimator_free(ctx, back);
  check_free(ctx);
}

static void options_are_what_was_set(const subject *s)
{
  bl_ctx *ctx = bl_ctx_new();
  bl_estimator *e = make(ctx, s);
  for (const bl_opt *o = s->cls->opts; o && o->name; o++) {
    bl_buf a = {0}, b = {0};
    char other[64], slip[80];
    snprintf(other, sizeof other, "%.17g", isfinite(o->hi) && o->hi < 1e9 ? o->hi : o->lo + 3);
    bool number = (o->kind == BL_OPT_INT || o->kind == BL_OPT_REAL) && !(o->flags & BL_OPT_OPEN_HI);
    if (number) check_ok(ctx, bl_estimator_set(ctx, e, o->name, other));
    check_ok(ctx, bl_estimator_get(ctx, e, o->name, &a));
    check_ok(ctx, bl_estimator_set(ctx, e, o->name, bl_buf_text(&a)));
    check_ok(ctx, bl_estimator_get(ctx, e, o->name, &b));
    assert_string_equal(bl_buf_text(&a), bl_buf_text(&b));
    bl_buf_free(ctx, &a);
    bl_buf_free(ctx, &b);
    snprintf(slip, sizeof slip, "%sz", o->name);
    check_fails(ctx, bl_estimator_set(ctx, e, slip, "1"), BL_E_CONFIG, o->name);
  }
  check_fails(ctx, bl_estimator_set(ctx, e, "no_such_option_at_all", "1"), BL_E_CONFIG, s->cls->name);
  bl_estimator_free(ctx, e);
  check_free(ctx);
}

static void refuse_value(bl_ctx *ctx, bl_estimator *e, const bl_opt *o, double value)
{
  char text[64];
  snprintf(text, sizeof text, "%.17g", value);
  check_fails(ctx, bl_estimator_set(ctx, e, o->name, text), BL_E_CONFIG, o->name);
}

/* One entry of a list beyond the bounds. */
static void refuse_entry(bl_ctx *ctx, bl_estimator *e, const bl_opt *o, double value)
{
  char text[96];
  snprintf(text, sizeof text, o->kind == BL_OPT_REALS ? "[%.17g]" : "{some: [%.17g, %.17g]}", value, value);
  check_fails(ctx, bl_estimator_set(ctx, e, o->name, text), BL_E_CONFIG, o->name);
}

static void values_out_of_range_are_refused(const subject *s)
{
  bl_ctx *ctx = bl_ctx_new();
  bl_estimator *e = make(ctx, s);
  for (const bl_opt *o = s->cls->opts; o && o->name; o++) {
    bool number = o->kind == BL_OPT_INT || o->kind == BL_OPT_REAL || o->kind == BL_OPT_WORD;
    bl_buf before = {0}, after = {0};
    check_ok(ctx, bl_estimator_get(ctx, e, o->name, &before));
    if (number && isfinite(o->lo)) refuse_value(ctx, e, o, o->flags & BL_OPT_OPEN_LO ? o->lo : o->lo - 1);
    if (number && isfinite(o->hi) && fabs(o->hi) < 1e15)
      refuse_value(ctx, e, o, o->flags & BL_OPT_OPEN_HI ? o->hi : o->hi + 1);
    if (number) refuse_value(ctx, e, o, NAN);
    bool list = o->kind == BL_OPT_REALS || o->kind == BL_OPT_RANGES;
    if (list && isfinite(o->lo)) refuse_entry(ctx, e, o, o->flags & BL_OPT_OPEN_LO ? o->lo : o->lo - 1);
    if (list && isfinite(o->hi) && fabs(o->hi) < 1e15) refuse_entry(ctx, e, o, o->hi + 1);
    if (number || o->kind == BL_OPT_ENUM || o->kind == BL_OPT_BOOL)
      check_fails(ctx, bl_estimator_set(ctx, e, o->name, "qqqq"), BL_E_CONFIG, o->name);
    check_ok(ctx, bl_estimator_get(ctx, e, o->name, &after));
    assert_string_equal(bl_buf_text(&before), bl_buf_text(&after));
    bl_buf_free(ctx, &before);
    bl_buf_free(ctx, &after);
  }
  bl_estimator_free(ctx, e);
  check_free(ctx);
}

/* ---- copies, and who may be written ------------------------------------------------------------------------------ */

static void clones_know_nothing(const subject *s)
{
  bl_ctx *ctx = bl_ctx_new();
  sample a = sample_make(ctx, s, 60, 1);
  bl_estimator *e = make(ctx, s), *c;
  bl_buf p = {0}, q = {0};
  check_ok(ctx, bl_fit(ctx, e, &a.d));
  check_ok(ctx, bl_estimator_clone(ctx, e, &c));
  assert_false(c->fitted || bl_estimator_equal(e, c));
  for (size_t i = 0; i < c->n_children; i++) assert_true(c->child[i] != e->child[i] && !c->child[i]->fitted);
  check_ok(ctx, bl_estimator_print(ctx, e, &p));
  check_ok(ctx, bl_estimator_print(ctx, c, &q));
  assert_string_equal(bl_buf_text(&p), bl_buf_text(&q));
  check_ok(ctx, bl_fit(ctx, c, &a.d)); /* and learn the same from the same */
  assert_true(bl_estimator_equal(e, c));
  bl_buf_free(ctx, &p);
  bl_buf_free(ctx, &q);
  bl_estimator_free(ctx, e);
  bl_estimator_free(ctx, c);
  sample_free(ctx, &a);
  check_free(ctx);
}

static void nothing_given_is_written(const subject *s)
{
  bl_ctx *ctx = bl_ctx_new();
  sample a = sample_make(ctx, s, 60, 1), b = sample_make(ctx, s, 60, 1);
  bl_estimator *e = make(ctx, s), *twin = make(ctx, s);
  bl_buf p = {0}, q = {0};
  check_ok(ctx, bl_estimator_print(ctx, e, &p));
  if (s->tags & BL_TAG_WEIGHTS) a.d.weight = a.weight, b.d.weight = b.weight;
  check_ok(ctx, bl_fit(ctx, e, &a.d));
  check_ok(ctx, bl_fit(ctx, twin, &b.d));
  answers all = ask(ctx, e, &a.d.X);
  assert_true(bl_estimator_equal(e, twin)); /* apply changed nothing in it */
  check_ok(ctx, bl_estimator_print(ctx, e, &q));
  assert_string_equal(bl_buf_text(&p), bl_buf_text(&q));
  assert_memory_equal(a.X.v, b.X.v, a.n * a.X.stride * sizeof(float));
  assert_memory_equal(a.y, b.y, a.n * sizeof(double));
  assert_memory_equal(a.weight, b.weight, a.n * sizeof(double));
  assert_memory_equal(a.group, b.group, a.n * sizeof(int32_t));
  bl_free(ctx, all.v);
  bl_buf_free(ctx, &p);
  bl_buf_free(ctx, &q);
  bl_estimator_free(ctx, e);
  bl_estimator_free(ctx, twin);
  sample_free(ctx, &a);
  sample_free(ctx, &b);
  check_free(ctx);
}

/* ---- what is refused --------------------------------------------------------------------------------------------- */

/* Works, or says no with a code for such things and a message that names the estimator. */
static void works_or_names_itself(bl_ctx *ctx, const subject *s, bl_estimator *e, const bl_data *d)
{
  bl_status status = bl_fit(ctx, e, d);
  if (!status) {
    answers a = ask(ctx, e, &d->X);
    for (size_t i = 0; i < a.n; i++) assert_true(a.v[i] == a.v[i]); /* no NaN */
    bl_free(ctx, a.v);
    return;
  }
  assert_false(e->fitted);
  if (status != BL_E_SHAPE && status != BL_E_CLASSES && status != BL_E_RANGE)
    fail_msg("%s: %s", bl_status_name(status), bl_ctx_error(ctx));
  if (!strstr(bl_ctx_error(ctx), s->cls->name) && !s->in_chain) fail_msg("'%s' does not name it", bl_ctx_error(ctx));
}

static void small_shapes(const subject *s)
{
  bl_ctx *ctx = bl_ctx_new();
  sample a = sample_make(ctx, s, 60, 1);
  bl_estimator *e = make(ctx, s);
  bl_data d = a.d;
  d.X.rows = 0;
  check_fails(ctx, bl_fit(ctx, e, &d), BL_E_SHAPE, "0 rows");
  d = a.d;
  d.X.cols = 0;
  check_fails(ctx, bl_fit(ctx, e, &d), BL_E_SHAPE, "0 columns");
  for (size_t rows = 1; rows <= 5; rows++) {
    d = a.d;
    d.X.rows = rows;
    works_or_names_itself(ctx, s, e, &d);
  }
  d = a.d;
  d.X.cols = 1;
  works_or_names_itself(ctx, s, e, &d);
  if (s->tags & BL_TAG_COVARIANCE_ROWS) {
    d.X.cols = 5;
    check_fails(ctx, bl_fit(ctx, e, &d), BL_E_SHAPE, "5 columns");
  }
  bl_estimator_free(ctx, e);
  sample_free(ctx, &a);
  check_free(ctx);
}

/* Blocks that do not cover the row are refused; so are two of them by who takes one triangle, with their names. */
static void blocks_must_fit(const subject *s)
{
  bl_ctx *ctx = bl_ctx_new();
  sample a = sample_make(ctx, s, 60, 1);
  bl_estimator *e = make(ctx, s);
  a.d.blocks = &a.blocks;
  check_ok(ctx, bl_fit(ctx, e, &a.d));
  assert_true(bl_blocks_equal(&e->blocks, &a.blocks));
  if (s->tags & BL_TAG_COVARIANCE_ROWS) {
    bl_blocks_free(ctx, &a.blocks);
    add_block(ctx, &a.blocks, BL_BLOCK_TRIANGLE, 2, "alpha", "uV^2");
    add_block(ctx, &a.blocks, BL_BLOCK_SCALARS, 3, "power", "uV^2");
    check_fails(ctx, bl_fit(ctx, e, &a.d), BL_E_SHAPE,
                "made of 'alpha' (triangle of 2: 3 columns), 'power' (scalars: 3 columns); let 'columns'");
  }
  add_block(ctx, &a.blocks, BL_BLOCK_SCALARS, 1, "more", "uV");
  check_fails(ctx, bl_fit(ctx, e, &a.d), BL_E_SHAPE, s->tags & BL_TAG_COVARIANCE_ROWS ? "7 columns" : "5 columns");
  assert_int_equal(e->blocks.n, 0);
  bl_estimator_free(ctx, e);
  sample_free(ctx, &a);
  check_free(ctx);
}

static void nonfinite_is_refused_by_place(const subject *s)
{
  static const float bad[] = {NAN, INFINITY, -INFINITY};
  bl_ctx *ctx = bl_ctx_new();
  sample a = sample_make(ctx, s, 60, 1);
  bl_estimator *e = make(ctx, s);
  a.d.feature_names = &a.names;
  for (size_t k = s->tags & BL_TAG_NAN_OK ? 1 : 0; k < 3; k++) {
    float *at = bl_row(&a.X, 41) + 2, good = *at;
    answers none;
    *at = bad[k];
    check_fails(ctx, bl_fit(ctx, e, &a.d), BL_E_NONFINITE, "row 41, column 2 'column c'");
    assert_false(e->fitted);
    *at = good;
    check_ok(ctx, bl_fit(ctx, e, &a.d));
    *at = bad[k];
    check_fails(ctx, answers_try(ctx, e, &a.d.X, &none), BL_E_NONFINITE, "row 41, column 2 'column c'");
    *at = good;
  }
  bl_estimator_free(ctx, e);
  sample_free(ctx, &a);
  check_free(ctx);
}

static void negative_numbers_are_refused_by_place(const subject *s)
{
  bl_ctx *ctx = bl_ctx_new();
  sample a = sample_make(ctx, s, 60, 1);
  bl_estimator *e = make(ctx, s);
  a.d.feature_names = &a.names;
  check_ok(ctx, bl_fit(ctx, e, &a.d));
  bl_row(&a.X, 41)[2] = -0.25F;
  check_fails(ctx, bl_fit(ctx, e, &a.d), BL_E_RANGE, "-0.25 in row 41, column 2 'column c'");
  bl_estimator_free(ctx, e);
  sample_free(ctx, &a);
  check_free(ctx);
}

static void bad_y_is_refused(const subject *s)
{
  bl_ctx *ctx = bl_ctx_new();
  sample a = sample_make(ctx, s, 60, 1);
  bl_estimator *e = make(ctx, s);
  bl_data d = a.d;
  d.y = NULL;
  check_fails(ctx, bl_fit(ctx, e, &d), BL_E_ARG, "y was not given");
  a.y[17] = NAN;
  check_fails(ctx, bl_fit(ctx, e, &a.d), BL_E_NONFINITE, "row 17");
  a.y[17] = -INFINITY;
  check_fails(ctx, bl_fit(ctx, e, &a.d), BL_E_NONFINITE, "row 17");
  if (learns_classes(s)) {
    for (size_t i = 0; i < a.n; i++) a.y[i] = 3;
    check_fails(ctx, bl_fit(ctx, e, &a.d), BL_E_CLASSES, "one class");
    for (size_t i = 0; i < a.n; i++) a.y[i] = (double)(i % 3);
    if (s->tags & BL_TAG_BINARY) check_fails(ctx, bl_fit(ctx, e, &a.d), BL_E_CLASSES, "3 classes");
    char *two[] = {"no", "yes"};
    bl_texts names = {two, 2};
    a.d.class_names = &names;
    check_fails(ctx, bl_fit(ctx, e, &a.d), BL_E_CLASSES, "none of the 2 class names");
  }
  bl_estimator_free(ctx, e);
  sample_free(ctx, &a);
  check_free(ctx);
}

static void other_columns_are_refused(const subject *s)
{
  bl_ctx *ctx = bl_ctx_new();
  sample a = sample_make(ctx, s, 60, 1);
  bl_estimator *e = make(ctx, s);
  answers none;
  a.d.feature_names = &a.names;
  check_fails(ctx, answers_try(ctx, e, &a.d.X, &none), BL_E_NOT_FITTED, "fit it first");
  check_ok(ctx, bl_fit(ctx, e, &a.d));
  bl_cmat narrow = a.d.X;
  narrow.cols = 3;
  check_fails(ctx, answers_try(ctx, e, &narrow, &none), BL_E_SHAPE, "3 columns");
  char *keep = a.names.v[0];
  a.names.v[0] = a.names.v[1];
  a.names.v[1] = keep;
  for (int op = 0; op < BL_N_OPS; op++) {
    double out[60 * 8] = {0};
    bl_mat z;
    if (!bl_op_width(e, (bl_op)op)) continue;
    bl_status status = op == BL_TRANSFORM ? bl_transform(ctx, e, &a.d.X, &a.names, &z)
                                          : bl_apply(ctx, e, (bl_op)op, &a.d.X, &a.names, out);
    check_fails(ctx, status, BL_E_MISMATCH, "column 0 is 'column b', but the model learnt from 'column a'");
  }
  bl_estimator_free(ctx, e);
  sample_free(ctx, &a);
  check_free(ctx);
}

static void unfitted_answers_nothing(const subject *s)
{
  bl_ctx *ctx = bl_ctx_new();
  sample a = sample_make(ctx, s, 10, 1);
  bl_estimator *e = make(ctx, s);
  double out[10 * 16];
  bl_mat z;
  bl_texts names;
  for (int op = 0; op < BL_TRANSFORM; op++)
    check_fails(ctx, bl_apply(ctx, e, (bl_op)op, &a.d.X, NULL, out), BL_E_NOT_FITTED, "fit it first");
  check_fails(ctx, bl_transform(ctx, e, &a.d.X, NULL, &z), BL_E_NOT_FITTED, "fit it first");
  check_fails(ctx, bl_estimator_names_out(ctx, e, &names), BL_E_NOT_FITTED, "fit it first");
  bl_estimator_free(ctx, e);
  sample_free(ctx, &a);
  check_free(ctx);
}

static void bad_weights_are_refused(const subject *s)
{
  bl_ctx *ctx = bl_ctx_new();
  sample a = sample_make(ctx, s, 60, 1);
  bl_estimator *e = make(ctx, s);
  a.d.weight = a.weight;
  if (!(bl_estimator_tags(e) & BL_TAG_WEIGHTS)) {
    check_fails(ctx, bl_fit(ctx, e, &a.d), BL_E_UNSUPPORTED, "takes no sample weights");
  } else {
    a.weight[9] = -1;
    check_fails(ctx, bl_fit(ctx, e, &a.d), BL_E_RANGE, "row 9");
    a.weight[9] = NAN;
    check_fails(ctx, bl_fit(ctx, e, &a.d), BL_E_NONFINITE, "row 9");
    for (size_t i = 0; i < a.n; i++) a.weight[i] = 0;
    check_fails(ctx, bl_fit(ctx, e, &a.d), BL_E_RANGE, "zero");
  }
  bl_estimator_free(ctx, e);
  sample_free(ctx, &a);
  check_free(ctx);
}

static const conformance_check checks[] = {
    {"tables_are_complete", tables_are_complete, false,
     "name, summary, source, help and defaults are there, and the slots that the kind asks for", NULL},
    {"text_round_trip", text_round_trip, true, "what bl_estimator_print() writes is read back to the same estimator",
     NULL},
    {"options_are_what_was_set", options_are_what_was_set, false,
     "an option gives back what it was set to, and a misspelt name is refused with the nearest one", NULL},
    {"values_out_of_range_are_refused", values_out_of_range_are_refused, false,
     "a value beyond its bounds is refused by the name of its option, and changes nothing", NULL},
    {"clones_know_nothing", clones_know_nothing, true,
     "a clone has the same options, has learnt nothing, and learns the same from the same rows", NULL},
    {"nothing_given_is_written", nothing_given_is_written, true,
     "fit writes none of the rows, labels, weights and groups, and apply none of what was learnt", NULL},
    {"small_shapes", small_shapes, true, "0 to 5 rows, or one column: it works, or refuses them by its own name", NULL},
    {"blocks_must_fit", blocks_must_fit, true,
     "blocks that do not cover the row are refused, and so is more than one triangle where one is learnt from", NULL},
    {"nonfinite_is_refused_by_place", nonfinite_is_refused_by_place, true,
     "NaN and infinity are refused with their row and column, in fit and in apply", NULL},
    {"negative_numbers_are_refused_by_place", negative_numbers_are_refused_by_place, true,
     "who learns from counts, powers or shares refuses negative numbers by their row and column", wants_nonnegative},
    {"bad_y_is_refused", bad_y_is_refused, true, "labels that are missing, NaN, infinite, or all alike are refused",
     learns_y},
    {"other_columns_are_refused", other_columns_are_refused, true,
     "a model refuses rows of another width, and columns of other names", NULL},
    {"unfitted_answers_nothing", unfitted_answers_nothing, true, "before fit every question is refused", NULL},
    {"bad_weights_are_refused", bad_weights_are_refused, true,
     "weights that are negative, NaN or all zero are refused, and all of them where none are taken", NULL},
};
CONFORMANCE_MAIN(checks)
