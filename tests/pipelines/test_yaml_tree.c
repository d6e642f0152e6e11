/* YAML to trees with places; overrides. */
#include "check.h"

#include <string.h>

#include "yaml_tree.h"

static bl_status parse(bl_ctx *ctx, const char *text, bl_flow *out)
{
  return bl_yaml_parse(ctx, "t.yaml", text, strlen(text), NULL, out);
}

static void places_and_values(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_flow root;
  check_ok(ctx, parse(ctx, "a: 1\nb:\n  - x\n  - {c: no, d: \"08:30\"}\n", &root));
  assert_int_equal(root.kind, BL_FLOW_MAP);
  const bl_flow *b = bl_flow_get(&root, "b"), *c = bl_flow_get(&b->child[1], "c");
  assert_string_equal(c->text, "no"); /* YAML 1.1 would say false */
  assert_int_equal(c->line, 4);
  assert_int_equal(c->column, 9);
  assert_true(bl_flow_get(&b->child[1], "d")->quoted);
  bl_buf flow = {0};
  check_ok(ctx, bl_flow_print(ctx, b, &flow));
  assert_string_equal(bl_buf_text(&flow), "[x, {c: no, d: \"08:30\"}]");
  bl_buf_free(ctx, &flow);
  bl_flow_free(ctx, &root);
  check_free(ctx);
}

static const struct bad {
  const char *name, *text, *part;
} bads[] = {
    {"duplicate key", "a: 1\nb: 2\na: 3\n", "t.yaml:3:1: error: the key 'a' is there already, in line 1"},
    {"merge key", "x: &x {a: 1}\ny:\n  <<: *x\n", "t.yaml:3:3: error: merge keys"},
    {"unclosed list", "a: [1, 2\nb: 3\n", "t.yaml:2:"},
    {"tab", "a:\n\tb: 1\n", "t.yaml:2:1"},
    {"two documents", "a: 1\n---\nb: 2\n", "t.yaml:3:1: error: a second document"},
    {"empty", "", "the config is empty"},
    {"map as key", "{a: 1}: 2\n", "a key must be a plain name"},
    {"not UTF-8", "a: \xff\xfe\n", "UTF-8"},
    {"self alias", "a: &a [*a]\n", "nested too deeply"},
};

static void bad_yaml(void **state)
{
  const struct bad *b = *state;
  bl_ctx *ctx = bl_ctx_new();
  bl_flow root;
  check_fails(ctx, parse(ctx, b->text, &root), BL_E_CONFIG, b->part);
  check_free(ctx);
}

/* Ten levels of ten aliases each would be 10^10 nodes. */
static void alias_bomb(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_buf text = {0};
  check_ok(ctx, bl_buf_puts(ctx, &text, "l0: &l0 [1,1,1,1,1,1,1,1,1,1]\n"));
  for (int i = 1; i < 10; i++)
    check_ok(ctx, bl_buf_printf(ctx, &text, "l%d: &l%d [*l%d,*l%d,*l%d,*l%d,*l%d,*l%d,*l%d,*l%d,*l%d,*l%d]\n", i, i,
                                i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1));
  bl_flow root;
  check_fails(ctx, parse(ctx, bl_buf_text(&text), &root), BL_E_CONFIG, "too many values");
  bl_buf_free(ctx, &text);
  check_free(ctx);
}

static const struct over {
  const char *set, *want; /* want NULL: refused */
} overs[] = {
    {"seed=3", "{seed: 3, list: [pca, {knn: {k: 5}}]}"},
    {"new.deep=[1, 2]", "{seed: 1, list: [pca, {knn: {k: 5}}], new: {deep: [1, 2]}}"},
    {"list.1.knn.k=7", "{seed: 1, list: [pca, {knn: {k: 7}}]}"},
    {"list.knn.k=7", "{seed: 1, list: [pca, {knn: {k: 7}}]}"},
    {"list.pca.n=2", "{seed: 1, list: [{pca: {n: 2}}, {knn: {k: 5}}]}"},
    {"list.5.k=7", NULL},
    {"seed.x=7", NULL},
    {"seed", NULL},
    {"=3", NULL},
    {"seed=[1", NULL},
};

static void overrides(void **state)
{
  const struct over *o = *state;
  bl_ctx *ctx = bl_ctx_new();
  bl_flow root;
  check_ok(ctx, parse(ctx, "seed: 1\nlist: [pca, {knn: {k: 5}}]\n", &root));
  bl_status s = bl_yaml_override(ctx, &root, o->set, 1);
  if (!o->want) {
    assert_int_equal(s, BL_E_CONFIG);
  } else {
    check_ok(ctx, s);
    bl_buf flow = {0};
    check_ok(ctx, bl_flow_print(ctx, &root, &flow));
    assert_string_equal(bl_buf_text(&flow), o->want);
    bl_buf_free(ctx, &flow);
  }
  bl_flow_free(ctx, &root);
  check_free(ctx);
}

static bl_status all_work(bl_ctx *ctx, void *arg)
{
  (void)arg;
  bl_flow root;
  bl_status s = parse(ctx, "seed: 1\nlist: [pca, {knn: {k: 5}}]\n", &root);
  if (s) return s;
  s = bl_yaml_override(ctx, &root, "list.pca.n=[1, {a: 2}]", 1);
  bl_flow_free(ctx, &root);
  return s;
}

static void failing_allocations(void **state)
{
  (void)state;
  check_every_allocation_failing(all_work, NULL);
}

int main(void)
{
  struct CMUnitTest tests[64] = {cmocka_unit_test(places_and_values), cmocka_unit_test(alias_bomb),
                                 cmocka_unit_test(failing_allocations)};
  size_t n = check_listed(tests);
  for (size_t i = 0; i < sizeof bads / sizeof *bads; i++)
    tests[n++] = (struct CMUnitTest){bads[i].name, bad_yaml, NULL, NULL, (void *)(uintptr_t)&bads[i]};
  for (size_t i = 0; i < sizeof overs / sizeof *overs; i++)
    tests[n++] = (struct CMUnitTest){overs[i].set, overrides, NULL, NULL, (void *)(uintptr_t)&overs[i]};
  return _cmocka_run_group_tests("yaml_tree", tests, n, NULL, NULL);
}
