/* Flow text: what it reads, what it refuses, and printing back to the same tree. */
#include "check.h"

#include <string.h>

#include "baleen/option.h"
#include "baleen/random.h"

static void printed(bl_ctx *ctx, const char *text, const char *want)
{
  bl_flow f;
  bl_buf b = {0};
  bl_status s = bl_flow_parse(ctx, text, &f);
  if (s) fail_msg("'%s': %s", text, bl_ctx_error(ctx));
  check_ok(ctx, bl_flow_print(ctx, &f, &b));
  if (strcmp(bl_buf_text(&b), want)) fail_msg("'%s' prints as '%s', not '%s'", text, bl_buf_text(&b), want);
  bl_buf_free(ctx, &b);
  bl_flow_free(ctx, &f);
}

static void reads(void **state)
{
  (void)state;
  static const char *const rows[][2] = {{"a", "a"},
                                        {"  a b  ", "a b"},
                                        {"\"a, b\"", "\"a, b\""},
                                        {"\"\"", "\"\""},
                                        {"[]", "[]"},
                                        {"{}", "{}"},
                                        {"[a,b , c]", "[a, b, c]"},
                                        {"[a, b,]", "[a, b]"},
                                        {"{a: 1, b: [x, {c: d}]}", "{a: 1, b: [x, {c: d}]}"},
                                        {"[[1, 2], [3]]", "[[1, 2], [3]]"},
                                        {"{\"a: b\": 1}", "{\"a: b\": 1}"},
                                        {"[\"q\\\"\\\\\\n\\t\\r\"]", "[\"q\\\"\\\\\\n\\t\\r\"]"},
                                        {"{a: c:d}", "{a: \"c:d\"}"},
                                        {"\n[a\n, b]\n", "[a, b]"},
                                        {"[\"\"]", "[\"\"]"},
                                        {"1.5e-3", "1.5e-3"}};
  bl_ctx *ctx = bl_ctx_new();
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    printed(ctx, rows[i][0], rows[i][1]);
    printed(ctx, rows[i][1], rows[i][1]);
  }
  check_free(ctx);
}

#define TEN "[[[[[[[[[["
static void refuses(void **state)
{
  (void)state;
  static const char *const rows[][2] = {{"[a", "comma is missing"},
                                        {"{a: 1", "comma is missing"},
                                        {"[", "not closed by ]"},
                                        {"{", "not closed by }"},
                                        {"{a}", "a name without ':'"},
                                        {"{a, b: 1}", "a name without ':'"},
                                        {"[a] b", "text behind the end"},
                                        {"\"abc", "quote that is not closed"},
                                        {"\"a\\x\"", "unknown escape"},
                                        {"[\"a\" b]", "comma is missing"},
                                        {"[a, , b]", "value is missing"},
                                        {"[,]", "value is missing"},
                                        {"{,}", "value is missing"},
                                        {"\"a\" b", "text behind"},
                                        {"\"a\\", "escape"},
                                        {TEN TEN TEN TEN TEN TEN TEN "a", "too deeply"},
                                        {"[{a: 1]", "comma is missing"}};
  bl_ctx *ctx = bl_ctx_new();
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    bl_flow f;
    bl_status s = bl_flow_parse(ctx, rows[i][0], &f);
    if (s != BL_E_CONFIG || !strstr(bl_ctx_error(ctx), rows[i][1]))
      fail_msg("'%s': status %s, '%s'", rows[i][0], bl_status_name(s), bl_ctx_error(ctx));
    assert_true(!f.child && !f.text);
  }
  check_free(ctx);
}

static void places(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_flow f;
  check_ok(ctx, bl_flow_parse(ctx, " {a: 1,\n  b: [x,\n y]}", &f));
  assert_int_equal(f.line, 1);
  assert_int_equal(f.column, 2);
  assert_int_equal(f.key[1].line, 2);
  assert_int_equal(f.key[1].column, 3);
  const bl_flow *y = &bl_flow_get(&f, "b")->child[1];
  assert_string_equal(y->text, "y");
  assert_int_equal(y->line, 3);
  assert_int_equal(y->column, 2);
  assert_null(bl_flow_get(&f, "c"));
  bl_flow_free(ctx, &f);
  check_free(ctx);
}

/* Random bytes of the grammar's alphabet: read or refused, and what is read prints to a fixed point. */
static void random_texts(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_rng r = bl_rng_make(1, "test flow", 0);
  size_t read = 0;
  for (int i = 0; i < 20000; i++) {
    char s[24];
    size_t n = bl_rng_below(&r, sizeof s);
    for (size_t k = 0; k < n; k++) s[k] = "[]{}:,\"\\ ab\r\nn"[bl_rng_below(&r, 14)];
    s[n] = '\0';
    bl_flow f;
    if (bl_flow_parse(ctx, s, &f)) continue;
    read++;
    bl_buf b = {0};
    check_ok(ctx, bl_flow_print(ctx, &f, &b));
    bl_flow_free(ctx, &f);
    printed(ctx, bl_buf_text(&b), bl_buf_text(&b));
    bl_buf_free(ctx, &b);
  }
  assert_true(read > 1000);
  check_free(ctx);
}

static bl_status work(bl_ctx *ctx, void *arg)
{
  (void)arg;
  bl_flow f;
  bl_buf b = {0};
  bl_status s = bl_flow_parse(ctx, "{a: [1, \"x, y\", {b: c}], d: []}", &f);
  if (!s) s = bl_flow_print(ctx, &f, &b);
  if (!s) bl_flow_free(ctx, &f);
  else if (f.child) bl_flow_free(ctx, &f);
  bl_buf_free(ctx, &b);
  return s;
}

static void allocations(void **state)
{
  (void)state;
  check_every_allocation_failing(work, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(reads), cmocka_unit_test(places), cmocka_unit_test(refuses),
                                     cmocka_unit_test(random_texts), cmocka_unit_test(allocations)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
