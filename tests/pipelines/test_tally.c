/* tally: labels counted over recordings, and what a message says of those that are not there. */
#include "tally.h"

#include <string.h>

#include "check.h"

static const bl_event first[] = {{1, 0, "T1"}, {2, 0, "T0"}, {3, 0, "T1"}, {4, 1, "BAD_blink"}},
                      second[] = {{1, 0, "T2"}, {2, 0, "T0"}, {3, 0, ""}};

static bl_status both(bl_ctx *ctx, bl_tally *out)
{
  bl_tally a, b = {0}, none = {0};
  const bl_tally *const all[] = {&a, &none, &b};
  *out = none;
  bl_status s = bl_tally_events(ctx, first, 4, &a);
  if (!s) s = bl_tally_events(ctx, second, 3, &b);
  if (!s) s = bl_tally_sum(ctx, all, 3, out);
  bl_tally_free(ctx, &a);
  bl_tally_free(ctx, &b);
  return s;
}

static void counts(void **state)
{
  (void)state;
  static const struct {
    const char *label;
    size_t n;
  } want[] = {{"", 1}, {"BAD_blink", 1}, {"T0", 2}, {"T1", 2}, {"T2", 1}};
  bl_ctx *ctx = bl_ctx_new();
  bl_tally t;
  check_ok(ctx, both(ctx, &t));
  assert_int_equal(t.labels.n, 5);
  for (size_t i = 0; i < 5; i++) {
    assert_string_equal(t.labels.v[i], want[i].label);
    assert_int_equal(t.count[i], want[i].n);
  }
  bl_tally_free(ctx, &t);
  check_free(ctx);
}

static const struct row {
  const char *names[3];
  bool with_bad, matched;
  const char *text;
  /* clang-format off */
} rows[] = {
  {{"T1", "T0"}, false, true, ""},
  {{"T*"}, false, true, ""},
  {{"all", "T9"}, false, true, ""},
  {{"T1", "T22"}, false, true, "no event is called 'T22' (is 'T2' meant?); there are '' (1), BAD_blink (1), T0 (2), T1 (2), T2 (1)"},
  {{"xyzzy", "X*"}, false, false, "no event is called 'xyzzy', 'X*'; there are '' (1), BAD_blink (1), T0 (2), T1 (2), T2 (1)"},
  {{"T?"}, false, false, "no event is called 'T?' (is 'T0' meant?); there are '' (1), BAD_blink (1), T0 (2), T1 (2), T2 (1)"},
  {{"BAD_blink"}, false, false,
   "'BAD_blink' (1) marks bad stretches and counts as no event; to have it as one say reject_by_annotation: false"},
  {{"BAD_blink"}, true, true, ""},
  {{"B*", "T0"}, false, true, "'B*' (1) marks bad stretches and counts as no event; to have it as one say reject_by_annotation: false"},
};
/* clang-format on */

static void missing(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    bl_ctx *ctx = bl_ctx_new();
    bl_tally t;
    bl_buf text = {0};
    bool matched;
    bl_texts names = {0};
    for (size_t k = 0; k < 3 && rows[i].names[k]; k++) check_ok(ctx, bl_texts_add(ctx, &names, rows[i].names[k]));
    const bl_asked asked = {&names, !rows[i].with_bad};
    check_ok(ctx, both(ctx, &t));
    check_ok(ctx, bl_tally_missing(ctx, &asked, &t, &text, &matched));
    assert_string_equal(bl_buf_text(&text), rows[i].text);
    assert_int_equal(matched, rows[i].matched);
    bl_tally_free(ctx, &t);
    bl_buf_free(ctx, &text);
    bl_texts_free(ctx, &names);
    check_free(ctx);
  }
}

static void nothing_there(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_tally t;
  bl_buf text = {0};
  bool matched;
  char *v[] = {(char *)"a"};
  const bl_texts names = {v, 1};
  const bl_asked asked = {&names, true}, any = {NULL, true};
  check_ok(ctx, bl_tally_events(ctx, NULL, 0, &t));
  check_ok(ctx, bl_tally_missing(ctx, &asked, &t, &text, &matched));
  assert_string_equal(bl_buf_text(&text), "no event is called 'a'; there are no events at all");
  assert_false(matched);
  check_ok(ctx, bl_tally_missing(ctx, &any, &t, &text, &matched));
  assert_false(matched);
  bl_tally_free(ctx, &t);
  bl_buf_free(ctx, &text);
  check_free(ctx);
}

static bl_status work(bl_ctx *ctx, void *arg)
{
  (void)arg;
  bl_tally t = {0};
  bl_buf text = {0};
  bool matched;
  char *v[] = {(char *)"T9", (char *)"BAD*"};
  const bl_texts names = {v, 2};
  const bl_asked asked = {&names, true};
  bl_status s = both(ctx, &t);
  if (!s) s = bl_tally_missing(ctx, &asked, &t, &text, &matched);
  bl_tally_free(ctx, &t);
  bl_buf_free(ctx, &text);
  return s;
}

static void allocations(void **state)
{
  (void)state;
  check_every_allocation_failing(work, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(counts), cmocka_unit_test(missing),
                                     cmocka_unit_test(nothing_there), cmocka_unit_test(allocations)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
