/* Encoders of categories against scikit-learn, with names from blocks, unknown, rare and missing categories; and who takes
 * columns that are categories at all. */
#include "learned.h"

typedef struct row {
  const char *name, *text;
} row;

static const row rows[] = {
    {"plain", "{one_hot_encoder: {handle_unknown: ignore}}"},
    {"first", "{one_hot_encoder: {handle_unknown: ignore, drop: first}}"},
    {"binary", "{one_hot_encoder: {handle_unknown: ignore, drop: if_binary}}"},
    {"rare", "{one_hot_encoder: {handle_unknown: infrequent_if_exist, min_frequency: 4}}"},
    {"share", "{one_hot_encoder: {handle_unknown: infrequent_if_exist, min_frequency: 0.3}}"},
    {"most", "{one_hot_encoder: {handle_unknown: infrequent_if_exist, max_categories: 2}}"},
    {"ordinal", "{ordinal_encoder: {handle_unknown: use_encoded_value}}"},
};

static char *places[] = {"coast", "inland", "island"}, *answers_[] = {"no", "yes"};

/* A category, a number and a category. */
static void three_blocks(bl_ctx *ctx, bl_blocks *out)
{
  char x0[] = "x0", x1[] = "x1", x2[] = "x2";
  *out = (bl_blocks){0};
  bl_block b[] = {{.name = x0, .form = BL_BLOCK_CATEGORY, .dims = {1}, .values = {places, 3}},
                  {.name = x1, .dims = {1}},
                  {.name = x2, .form = BL_BLOCK_CATEGORY, .dims = {1}, .values = {answers_, 2}}};
  for (size_t i = 0; i < 3; i++) check_ok(ctx, bl_blocks_add(ctx, out, &b[i]));
}

static void agrees_with_scikit_learn(void **state)
{
  const row *r = *state;
  bl_ctx *ctx = bl_ctx_new();
  golden *g = golden_open("encoders");
  bl_mat x = golden_rows(ctx, g, "x"), new_rows = golden_rows(ctx, g, "new"), z;
  bl_blocks blocks;
  bl_texts names;
  bl_buf line = {0};
  three_blocks(ctx, &blocks);
  bl_data d = {.X = bl_mat_view(&x), .blocks = &blocks};
  bl_cmat asked = bl_mat_view(&new_rows);
  bl_estimator *e;
  check_ok(ctx, bl_estimator_parse(ctx, r->text, &e));
  check_ok(ctx, bl_fit(ctx, e, &d));
  check_ok(ctx, bl_transform(ctx, e, &asked, NULL, &z));
  const golden_array *want = golden_get(g, joined(r->name, "z"));
  assert_int_equal(z.cols, want->cols);
  golden_compare_f32(want, z.v, r->name);
  check_ok(ctx, bl_estimator_names_out(ctx, e, &names));
  for (size_t i = 0; i < names.n; i++) check_ok(ctx, bl_buf_printf(ctx, &line, "%s%s", i ? "," : "", names.v[i]));
  assert_string_equal(bl_buf_text(&line), golden_text(g, joined(r->name, "names")));
  bl_buf_free(ctx, &line);
  bl_texts_free(ctx, &names);
  bl_blocks_free(ctx, &blocks);
  bl_mat_free(ctx, &z);
  bl_mat_free(ctx, &x);
  bl_mat_free(ctx, &new_rows);
  bl_estimator_free(ctx, e);
  golden_close(g);
  check_free(ctx);
}

static void unknown_categories_are_told(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  float v[] = {0, 1, 0, 2, 1, 1}, other[] = {0, 3, 0}, text[] = {-1, 1, 0};
  bl_blocks blocks;
  three_blocks(ctx, &blocks);
  bl_data d = {.X = {v, 2, 3, 3, NULL}, .blocks = &blocks};
  bl_cmat a = {other, 1, 3, 3, NULL}, b = {text, 1, 3, 3, NULL};
  bl_mat z;
  static const char *const texts[] = {"one_hot_encoder", "ordinal_encoder"};
  for (size_t i = 0; i < 2; i++) {
    bl_estimator *e;
    check_ok(ctx, bl_estimator_new(ctx, texts[i], &e));
    check_ok(ctx, bl_fit(ctx, e, &d));
    check_fails(ctx, bl_transform(ctx, e, &a, NULL, &z), BL_E_RANGE,
                "row 0, column 1 (counted from 0), has 3.0, which no");
    check_fails(ctx, bl_transform(ctx, e, &b, NULL, &z), BL_E_RANGE, "column 0 (counted from 0), has another text");
    bl_estimator_free(ctx, e);
  }
  bl_blocks_free(ctx, &blocks);
  check_free(ctx);
}

/* Numbers of categories mean nothing to who multiplies them: refused by name; encoders beside others make it work. */
static void others_refuse_categories(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  float v[24];
  double y[8];
  for (size_t i = 0; i < 8; i++) {
    v[3 * i] = (float)(i % 3), v[3 * i + 1] = (float)i, v[3 * i + 2] = (float)(i % 2);
    y[i] = (double)(i / 4);
  }
  bl_blocks blocks;
  bl_estimator *e;
  three_blocks(ctx, &blocks);
  bl_data d = {.X = {v, 8, 3, 3, NULL}, .y = y, .blocks = &blocks};
  bl_outlook of = {.rows = 8, .cols = 3, .blocks = &blocks};
  check_ok(ctx, bl_estimator_parse(ctx, "[standard_scaler, lda]", &e));
  check_fails(ctx, bl_fit(ctx, e, &d), BL_E_SHAPE, "'x0' is a category ('coast' ..), no number; one_hot_encoder");
  check_fails(ctx, bl_estimator_foresee(ctx, e, &of), BL_E_SHAPE, "'x0' is a category");
  bl_estimator_free(ctx, e);
  check_ok(ctx, bl_estimator_parse(ctx,
                                   "[{columns: {transformers: {c: {forms: [category], estimator: one_hot_encoder}}, "
                                   "remainder: passthrough}}, lda]",
                                   &e));
  check_ok(ctx, bl_fit(ctx, e, &d));
  assert_int_equal(e->child[1]->n_features, 6);
  bl_estimator_free(ctx, e);
  bl_blocks_free(ctx, &blocks);
  check_free(ctx);
}

/* Of categories as rare as one another the first are joined. */
static void the_first_of_equals_are_joined(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  float v[] = {0, 1, 2, 3, 4, 4, 3, 2, 1, 0, 4};
  bl_estimator *e;
  bl_texts names;
  check_ok(ctx, bl_estimator_parse(ctx, "{one_hot_encoder: {max_categories: 3}}", &e));
  check_ok(ctx, bl_fit(ctx, e, &(bl_data){.X = {v, 11, 1, 1, NULL}}));
  check_ok(ctx, bl_estimator_names_out(ctx, e, &names));
  assert_int_equal(names.n, 3);
  assert_string_equal(names.v[0], "x0_3.0");
  assert_string_equal(names.v[1], "x0_4.0");
  assert_string_equal(names.v[2], "x0_infrequent");
  bl_texts_free(ctx, &names);
  bl_estimator_free(ctx, e);
  check_free(ctx);
}

int main(void)
{
  enum { N = sizeof rows / sizeof *rows };
  struct CMUnitTest tests[N + 3];
  memset(tests, 0, sizeof tests);
  for (size_t i = 0; i < N; i++)
    tests[i] = (struct CMUnitTest){
        .name = rows[i].name, .test_func = agrees_with_scikit_learn, .initial_state = (void *)(uintptr_t)&rows[i]};
  tests[N] = (struct CMUnitTest)cmocka_unit_test(unknown_categories_are_told);
  tests[N + 1] = (struct CMUnitTest)cmocka_unit_test(others_refuse_categories);
  tests[N + 2] = (struct CMUnitTest)cmocka_unit_test(the_first_of_equals_are_joined);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
