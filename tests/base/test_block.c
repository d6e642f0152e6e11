/* Blocks: how they tile a row, what is refused, picking columns. */
#include <string.h>

#include "baleen/block_json.h"
#include "check.h"

static bl_status add(bl_ctx *ctx, bl_blocks *b, const char *name, bl_block_form form, size_t d0, size_t d1, size_t d2,
                     const char *unit)
{
  bl_texts units = {0};
  bl_status s = bl_texts_add(ctx, &units, unit);
  bl_block like = {.form = form, .dims = {d0, d1, d2}, .units = units};
  like.name = bl_strdup(ctx, name);
  like.source = bl_strdup(ctx, "test");
  if (!s && (!like.name || !like.source)) s = bl_fail_nomem(ctx, "a name");
  if (!s) s = bl_blocks_add(ctx, b, &like);
  bl_free(ctx, like.name);
  bl_free(ctx, like.source);
  bl_texts_free(ctx, &units);
  return s;
}

/* 0..5 a triangle of 3, 6..9 scalars, 10..21 a series of 4 x 3 */
static bl_status make(bl_ctx *ctx, bl_blocks *b)
{
  *b = (bl_blocks){0};
  bl_status s = add(ctx, b, "covariance", BL_BLOCK_TRIANGLE, 3, 0, 0, "uV^2");
  if (!s) s = add(ctx, b, "power", BL_BLOCK_SCALARS, 4, 0, 0, "uV^2/Hz");
  if (!s) s = add(ctx, b, "wave", BL_BLOCK_SERIES, 4, 3, 0, "uV");
  return s;
}

static void sizes(void **state)
{
  (void)state;
  assert_int_equal(bl_block_columns(BL_BLOCK_SCALARS, (size_t[3]){7}), 7);
  assert_int_equal(bl_block_columns(BL_BLOCK_TRIANGLE, (size_t[3]){22}), 253);
  assert_int_equal(bl_block_columns(BL_BLOCK_SERIES, (size_t[3]){4, 3}), 12);
  assert_int_equal(bl_block_columns(BL_BLOCK_IMAGE, (size_t[3]){4, 3, 2}), 24);
  assert_int_equal(bl_block_columns(BL_BLOCK_GRAPH, (size_t[3]){5}), 25);
  assert_int_equal(bl_block_columns(BL_BLOCK_IMAGE, (size_t[3]){4, 0, 2}), 0);
  assert_int_equal(bl_block_columns(BL_BLOCK_SERIES, (size_t[3]){SIZE_MAX / 2, 3}), 0);
  assert_int_equal(bl_block_columns(BL_BLOCK_TRIANGLE, (size_t[3]){SIZE_MAX / 2}), 0);
  assert_int_equal(bl_block_columns(BL_BLOCK_CATEGORY, (size_t[3]){1}), 1);
  assert_int_equal(bl_block_columns(BL_BLOCK_CATEGORY, (size_t[3]){2}), 0); /* each column has values of its own */
  bl_block_form form;
  for (int i = 0; i < BL_N_BLOCK_FORMS; i++) {
    assert_true(bl_block_form_find(bl_block_form_name((bl_block_form)i), &form));
    assert_int_equal((int)form, i);
  }
  assert_false(bl_block_form_find("cube", &form));
}

/* A category has values, and nothing else has. */
static void categories(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  char name[] = "place", *values[] = {"bay", "sea"};
  bl_blocks b = {0}, c;
  bl_block like = {.name = name, .form = BL_BLOCK_CATEGORY, .dims = {1}};
  assert_null(bl_blocks_category(NULL));
  check_fails(ctx, bl_blocks_add(ctx, &b, &like), BL_E_ARG, "'place': category");
  like.values = (bl_texts){values, 2};
  check_ok(ctx, bl_blocks_add(ctx, &b, &like));
  like.form = BL_BLOCK_SCALARS;
  check_fails(ctx, bl_blocks_add(ctx, &b, &like), BL_E_ARG, "'place': scalars");
  assert_string_equal(bl_blocks_category(&b)->values.v[1], "sea");
  check_ok(ctx, bl_blocks_copy(ctx, &c, &b));
  assert_true(bl_blocks_equal(&b, &c));
  c.v[0].values.v[0][0] = 'c';
  assert_false(bl_blocks_equal(&b, &c));
  bl_blocks_free(ctx, &b);
  bl_blocks_free(ctx, &c);
  check_free(ctx);
}

static void tiling(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_blocks b, c;
  check_ok(ctx, make(ctx, &b));
  check_ok(ctx, bl_blocks_check(ctx, "rows", &b, 22));
  check_ok(ctx, bl_blocks_check(ctx, "rows", NULL, 5)); /* not known */
  check_fails(ctx, bl_blocks_check(ctx, "rows", &b, 23), BL_E_SHAPE,
              "rows: its blocks cover 22 columns, but there are 23");
  assert_string_equal(bl_blocks_at(&b, 9)->name, "power");
  assert_string_equal(bl_blocks_at(&b, 10)->name, "wave");
  assert_null(bl_blocks_at(&b, 22));
  assert_null(bl_blocks_at(NULL, 0));
  check_ok(ctx, add(ctx, &b, "power", BL_BLOCK_SCALARS, 1, 0, 0, ""));
  assert_string_equal(b.v[3].name, "power-2"); /* a name of its own */
  check_fails(ctx, add(ctx, &b, "odd", BL_BLOCK_SERIES, 4, 0, 0, ""), BL_E_ARG, "series of 4, 0, 0");
  check_ok(ctx, bl_blocks_copy(ctx, &c, &b));
  assert_true(bl_blocks_equal(&b, &c));
  c.v[1].first++;
  assert_false(bl_blocks_equal(&b, &c));
  check_fails(ctx, bl_blocks_check(ctx, "rows", &c, 23), BL_E_SHAPE, "'power' begins at column 7, not at 6");
  bl_blocks_free(ctx, &c);
  check_ok(ctx, bl_blocks_copy(ctx, &c, NULL));
  check_ok(ctx, bl_blocks_append(ctx, &c, "alpha", &b));
  assert_string_equal(c.v[0].name, "alpha.covariance");
  bl_buf text = {0};
  check_ok(ctx, bl_blocks_describe(ctx, &c, &text));
  assert_string_equal(bl_buf_text(&text), "'alpha.covariance' (triangle of 3: 6 columns), 'alpha.power' (scalars: 4 "
                                          "columns), 'alpha.wave' (series of 4 x 3: 12 columns), 'alpha.power-2' "
                                          "(scalars: 1 column)");
  bl_buf_free(ctx, &text);
  bl_blocks_free(ctx, &b);
  bl_blocks_free(ctx, &c);
  check_free(ctx);
}

/* Units that are all the same are kept once; others are one for each column. */
static void units(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  char name[] = "mean", a[] = "uV", c[] = "mV", *same[] = {a, a, a}, *mixed[] = {a, c, a};
  bl_blocks b = {0}, part;
  check_ok(ctx, bl_blocks_add(ctx, &b, &(bl_block){.name = name, .dims = {3}, .units = {same, 3}}));
  check_ok(ctx, bl_blocks_add(ctx, &b, &(bl_block){.name = name, .dims = {3}, .units = {mixed, 3}}));
  check_ok(ctx, bl_blocks_add(ctx, &b, &(bl_block){.name = name, .dims = {3}}));
  check_fails(ctx, bl_blocks_add(ctx, &b, &(bl_block){.name = name, .dims = {4}, .units = {mixed, 3}}), BL_E_ARG,
              "3 units");
  assert_int_equal(b.v[0].units.n, 1);
  assert_int_equal(b.v[1].units.n, 3);
  assert_string_equal(bl_block_unit(&b.v[0], 2), "uV");
  assert_string_equal(bl_block_unit(&b.v[1], 1), "mV");
  assert_string_equal(bl_block_unit(&b.v[2], 1), "");
  check_ok(ctx, bl_blocks_pick(ctx, &b, (size_t[]){4, 5}, 2, &part));
  assert_int_equal(part.v[0].units.n, 2);
  assert_string_equal(bl_block_unit(&part.v[0], 0), "mV");
  bl_blocks_free(ctx, &b);
  bl_blocks_free(ctx, &part);
  check_free(ctx);
}

static void picking(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_blocks b, p;
  size_t columns[] = {10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 0, 1, 2, 3, 4, 5, 7, 6, 8, 9};
  check_ok(ctx, make(ctx, &b));
  check_ok(ctx, bl_blocks_pick(ctx, &b, columns, 22, &p));
  check_ok(ctx, bl_blocks_check(ctx, "picked", &p, 22));
  assert_int_equal(p.n, 5);
  assert_string_equal(p.v[0].name, "wave");
  assert_int_equal(p.v[0].form, BL_BLOCK_SERIES);
  assert_int_equal(p.v[1].form, BL_BLOCK_TRIANGLE);
  assert_string_equal(p.v[2].name, "power");
  assert_string_equal(p.v[3].name, "power-2");
  assert_int_equal(p.v[4].n, 2);
  bl_blocks_free(ctx, &p);
  check_ok(ctx, bl_blocks_pick(ctx, &b, (size_t[]){0, 1, 2}, 3, &p)); /* a part of a triangle is none */
  assert_int_equal(p.v[0].form, BL_BLOCK_SCALARS);
  bl_blocks_free(ctx, &p);
  check_ok(ctx, bl_blocks_pick(ctx, NULL, columns, 3, &p));
  assert_int_equal(p.n, 0);
  check_fails(ctx, bl_blocks_pick(ctx, &b, (size_t[]){22}, 1, &p), BL_E_ARG, "no column 22");
  bl_blocks_free(ctx, &b);
  check_free(ctx);
}

/* As JSON and back; what does not fit together is refused by its place. */
static void json(void **state)
{
  (void)state;
  static const struct {
    const char *text, *part;
  } bad[] = {
      {"{}", "model: its blocks are no list"},
      {"[1]", "model: block 0 ('')"},
      {"[{\"name\":\"a\",\"form\":\"cube\",\"dims\":[1],\"first\":0,\"columns\":1,\"unit\":\"\"}]", "block 0 ('a')"},
      {"[{\"name\":\"a\",\"form\":\"series\",\"dims\":[2],\"first\":0,\"columns\":2,\"unit\":\"\"}]", "block 0 ('a')"},
      {"[{\"name\":\"a\",\"form\":\"scalars\",\"dims\":[-2],\"first\":0,\"columns\":2,\"unit\":\"\"}]", "block 0"},
      {"[{\"name\":\"a\",\"form\":\"scalars\",\"dims\":[2],\"first\":1,\"columns\":2,\"unit\":\"\"}]", "block 0"},
      {"[{\"name\":\"a\",\"form\":\"triangle\",\"dims\":[2],\"first\":0,\"columns\":2,\"unit\":\"\"}]", "block 0"},
      {"[{\"name\":\"a\",\"form\":\"scalars\",\"dims\":[2],\"first\":0,\"columns\":2,\"units\":[\"\"]}]",
       "1 units for 2"},
      {"[{\"name\":\"a\",\"form\":\"scalars\",\"dims\":[2],\"first\":0,\"columns\":2,\"unit\":7}]", "no text"},
      {"[{\"name\":\"a\",\"form\":\"category\",\"dims\":[1],\"first\":0,\"columns\":1,\"unit\":\"\"}]",
       "block 'a' is a category without values"},
      {"[{\"name\":\"a\",\"form\":\"category\",\"dims\":[1],\"first\":0,\"columns\":1,\"unit\":\"\",\"values\":[3]}]",
       "a value that is no text"},
  };
  bl_ctx *ctx = bl_ctx_new();
  char name[] = "mean", a[] = "uV", c[] = "mV", *mixed[] = {a, c, a};
  bl_blocks b, back;
  check_ok(ctx, make(ctx, &b));
  check_ok(ctx, bl_blocks_add(ctx, &b, &(bl_block){.name = name, .source = name, .dims = {3}, .units = {mixed, 3}}));
  json_t *list = bl_blocks_to_json(&b);
  assert_string_equal(json_string_value(json_object_get(json_array_get(list, 0), "unit")), "uV^2");
  check_ok(ctx, bl_blocks_from_json(ctx, "model", list, &back));
  assert_true(bl_blocks_equal(&b, &back));
  json_decref(list);
  bl_blocks_free(ctx, &back);
  bl_blocks_free(ctx, &b);
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    list = json_loads(bad[i].text, 0, NULL);
    assert_non_null(list);
    check_fails(ctx, bl_blocks_from_json(ctx, "model", list, &back), BL_E_FORMAT, bad[i].part);
    assert_int_equal(back.n, 0);
    json_decref(list);
  }
  check_ok(ctx, bl_blocks_from_json(ctx, "model", NULL, &back)); /* an older file says nothing */
  check_free(ctx);
}

static bl_status work(bl_ctx *ctx, void *arg)
{
  (void)arg;
  bl_blocks b, copy = {0}, p = {0};
  bl_buf text = {0};
  bl_status s = make(ctx, &b);
  if (!s) s = bl_blocks_append(ctx, &copy, "x", &b);
  if (!s) s = bl_blocks_pick(ctx, &copy, (size_t[]){1, 2, 3, 6, 7, 8, 9}, 7, &p);
  if (!s) s = bl_blocks_describe(ctx, &p, &text);
  bl_buf_free(ctx, &text);
  bl_blocks_free(ctx, &b);
  bl_blocks_free(ctx, &copy);
  bl_blocks_free(ctx, &p);
  return s;
}

static void allocations(void **state)
{
  (void)state;
  check_every_allocation_failing(work, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sizes),   cmocka_unit_test(categories), cmocka_unit_test(tiling),     cmocka_unit_test(units),
      cmocka_unit_test(picking), cmocka_unit_test(json),       cmocka_unit_test(allocations)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
