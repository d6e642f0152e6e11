/* Allocation: zeroed, aligned, counted, overflow-proof, failing on demand; buffers and lists that grow. */
#include "check.h"

#include <malloc.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "baleen/memory.h"

static void blocks(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  for (size_t n = 0; n < 300; n += 7) {
    unsigned char *p = bl_calloc(ctx, n, 1);
    assert_non_null(p);
    assert_int_equal((uintptr_t)p % (n < 64 ? _Alignof(max_align_t) : 64), 0);
    for (size_t i = 0; i < n; i++) assert_int_equal(p[i], 0);
    memset(p, 0xAB, n);
    assert_int_equal(bl_ctx_live(ctx), 1);
    assert_int_equal(bl_ctx_live_bytes(ctx), n);
    p = bl_realloc(ctx, p, 2 * n + 1, 1);
    for (size_t i = 0; i < 2 * n + 1; i++) assert_int_equal(p[i], i < n ? 0xAB : 0);
    bl_free(ctx, p);
    assert_int_equal(bl_ctx_live(ctx), 0);
    assert_int_equal(bl_ctx_live_bytes(ctx), 0);
  }
  assert_true(bl_ctx_peak_bytes(ctx) >= 2 * 294 + 1);
  bl_free(ctx, NULL);
  check_free(ctx);
}

/* A folder of ten thousand recordings is a list of names: what a short one costs is what a run's memory grows by. */
static void short_texts_are_small(void **state)
{
  (void)state;
  enum { N = 10000 };
  bl_ctx *ctx = bl_ctx_new();
  bl_texts t = {0};
  size_t before = mallinfo2().uordblks;
  for (int i = 0; i < N; i++) assert_int_equal(bl_texts_addf(ctx, &t, "clip_%05d.wav", i), BL_OK);
  size_t each = (mallinfo2().uordblks - before) / N;
  if (each > 72) fail_msg("a text of 15 bytes takes %zu, wanted 72 at most", each);
  bl_texts_free(ctx, &t);
  check_free(ctx);
}

/* Blocks of many pages, also of sizes that are no whole number of them, keep the same promises. */
static void large_blocks(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  for (size_t n = (4 << 20) - 65; n < 12 << 20; n += 1234567) {
    unsigned char *p = bl_calloc(ctx, n, 1);
    assert_non_null(p);
    assert_int_equal((uintptr_t)p % 64, 0);
    size_t sum = 0;
    for (size_t i = 0; i < n; i++) sum += p[i];
    assert_int_equal(sum, 0);
    memset(p, 0xAB, n);
    p = bl_realloc(ctx, p, n + 3000000, 1);
    assert_non_null(p);
    for (size_t i = 0; i < n + 3000000; i++) sum += p[i] != (i < n ? 0xAB : 0);
    assert_int_equal(sum, 0);
    memset(p, 0xCD, n + 3000000); /* handed back dirty: the next must be zero again */
    bl_free(ctx, p);
  }
  check_free(ctx);
}

static void overflow(void **state)
{
  (void)state;
  static const size_t rows[][2] = {
      {SIZE_MAX, 2}, {SIZE_MAX / 2 + 1, 2}, {SIZE_MAX, 1}, {SIZE_MAX - 64, 1}, {2, SIZE_MAX}};
  bl_ctx *ctx = bl_ctx_new();
  void *p = bl_calloc(ctx, 4, 1);
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    assert_null(bl_calloc(ctx, rows[i][0], rows[i][1]));
    assert_null(bl_realloc(ctx, p, rows[i][0], rows[i][1]));
    assert_int_equal(bl_ctx_live(ctx), 1);
  }
  bl_free(ctx, p);
  check_free(ctx);
}

static void failing(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_ctx_fail_alloc_at(ctx, 1);
  void *a = bl_calloc(ctx, 1, 1), *b = bl_calloc(ctx, 1, 1), *c = bl_calloc(ctx, 1, 1);
  assert_non_null(a);
  assert_null(b);
  assert_non_null(c); /* once */
  assert_int_equal(bl_ctx_allocs(ctx), 3);
  bl_ctx_fail_alloc_at(ctx, 0);
  assert_null(bl_realloc(ctx, a, 100, 1));
  assert_int_equal(bl_ctx_live(ctx), 2); /* the old block stands */
  bl_free(ctx, a);
  bl_free(ctx, c);
  check_free(ctx);
}

static void buffers(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_buf b = {0};
  assert_string_equal(bl_buf_text(&b), "");
  for (int i = 0; i < 200; i++) check_ok(ctx, bl_buf_printf(ctx, &b, "%03d,", i));
  assert_int_equal(b.len, 800);
  assert_memory_equal(b.v + 796, "199,", 5);
  check_ok(ctx, bl_buf_add(ctx, &b, "a\0b", 3));
  assert_int_equal(b.len, 803);
  bl_buf_free(ctx, &b);
  bl_buf small = {.max = 10};
  check_ok(ctx, bl_buf_puts(ctx, &small, "123456789"));
  check_fails(ctx, bl_buf_puts(ctx, &small, "0"), BL_E_NOMEM, "ceiling of 10");
  check_fails(ctx, bl_buf_add(ctx, &small, "", SIZE_MAX), BL_E_NOMEM, "ceiling");
  assert_string_equal(bl_buf_text(&small), "123456789");
  bl_buf_free(ctx, &small);
  char *s = bl_strf(ctx, "%s-%d", "a", 5);
  assert_string_equal(s, "a-5");
  bl_free(ctx, s);
  check_free(ctx);
}

static void growing(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  int *v = NULL;
  size_t cap = 0, grown = 0;
  for (size_t i = 0; i < 1000; i++) {
    size_t before = cap;
    void *at = v;
    check_ok(ctx, bl_grow(ctx, &at, &cap, i + 1, sizeof *v, "numbers"));
    v = at;
    grown += cap != before;
    v[i] = (int)i;
  }
  assert_true(grown < 12); /* doubling */
  for (int i = 0; i < 1000; i++) assert_int_equal(v[i], i);
  void *at = v;
  check_fails(ctx, bl_grow(ctx, &at, &cap, SIZE_MAX / 2, sizeof *v, "numbers"), BL_E_NOMEM, "numbers");
  bl_free(ctx, v);
  check_free(ctx);
}

static bl_status texts_work(bl_ctx *ctx, void *arg)
{
  (void)arg;
  bl_texts a = {0}, b = {0};
  bl_buf name = {0};
  bl_status s = BL_OK;
  for (int i = 0; !s && i < 20; i++) {
    name.len = 0;
    s = bl_buf_printf(ctx, &name, "text %d", i);
    if (!s) s = bl_texts_add(ctx, &a, bl_buf_text(&name));
  }
  if (!s) s = bl_texts_copy(ctx, &b, &a);
  if (!s && (b.n != 20 || bl_texts_find(&b, "text 13") != 13 || bl_texts_find(&b, "text") != -1))
    s = bl_fail(ctx, BL_E_INTERNAL, "texts are wrong");
  bl_texts_free(ctx, &a);
  bl_texts_free(ctx, &b);
  bl_buf_free(ctx, &name);
  return s;
}

static void texts(void **state)
{
  (void)state;
  check_every_allocation_failing(texts_work, NULL);
}

static void check_text(bl_ctx *ctx, char *got, const char *want)
{
  assert_non_null(got);
  assert_string_equal(got, want);
  bl_free(ctx, got);
}

static void encodings(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  check_text(ctx, bl_utf8_of_latin1(ctx, "caf\xe9 \xb5V", 7), "caf\xc3\xa9 \xc2\xb5V");
  check_text(ctx, bl_latin1_of_utf8(ctx, "caf\xc3\xa9 \xc2\xb5V"), "caf\xe9 \xb5V");
  check_text(ctx, bl_latin1_of_utf8(ctx, "\xc3\xa9 costs 1 \xe2\x82\xac"), "\xc3\xa9 costs 1 \xe2\x82\xac");
  check_text(ctx, bl_utf8_visible(ctx, "a\xe9z\xff"), "a\xef\xbf\xbdz\xef\xbf\xbd");
  check_text(ctx, bl_utf8_visible(ctx, "caf\xc3\xa9"), "caf\xc3\xa9");
  check_text(ctx, bl_utf8_visible(ctx, ""), "");
  check_free(ctx);
}

/* A limit refuses what would pass it, and what was freed counts again. */
static void bytes_are_limited(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  char *a = bl_calloc(ctx, 600, 1);
  bl_ctx_set_max_bytes(ctx, 1000);
  assert_null(bl_calloc(ctx, 401, 1));
  char *b = bl_calloc(ctx, 400, 1);
  assert_non_null(b);
  assert_null(bl_calloc(ctx, 1, 1));
  bl_free(ctx, a);
  a = bl_calloc(ctx, 600, 1);
  assert_non_null(a);
  bl_ctx_set_max_bytes(ctx, 500); /* below what is there already */
  assert_null(bl_calloc(ctx, 1, 1));
  bl_ctx_set_max_bytes(ctx, 0);
  char *c = bl_calloc(ctx, 5000, 1);
  assert_non_null(c);
  bl_free(ctx, a);
  bl_free(ctx, b);
  bl_free(ctx, c);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(bytes_are_limited), cmocka_unit_test(blocks),   cmocka_unit_test(short_texts_are_small),
      cmocka_unit_test(large_blocks),      cmocka_unit_test(overflow), cmocka_unit_test(failing),
      cmocka_unit_test(buffers),           cmocka_unit_test(growing),  cmocka_unit_test(texts),
      cmocka_unit_test(encodings)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
