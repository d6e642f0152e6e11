#include <math.h>
#include <string.h>

#include "check.h"
#include "sink.h"

static void check_text(bl_sink *k, const char *want)
{
  assert_int_equal(k->status, BL_OK);
  assert_string_equal(bl_buf_text(&k->buf), want);
  bl_sink_free(k);
}

/* RFC 4648, section 10. */
static void test_base64(void **state)
{
  (void)state;
  static const char *const pairs[][2] = {{"", ""},
                                         {"f", "Zg=="},
                                         {"fo", "Zm8="},
                                         {"foo", "Zm9v"},
                                         {"foob", "Zm9vYg=="},
                                         {"fooba", "Zm9vYmE="},
                                         {"foobar", "Zm9vYmFy"}};
  bl_ctx *ctx = bl_ctx_new();
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
    bl_sink k = {.ctx = ctx};
    bl_sink_base64(&k, (const unsigned char *)pairs[i][0], strlen(pairs[i][0]));
    check_text(&k, pairs[i][1]);
  }
  unsigned char block[10000]; /* longer than the writer's own room */
  for (size_t i = 0; i < sizeof block; i++) block[i] = (unsigned char)(i * 151 >> 3);
  bl_sink k = {.ctx = ctx};
  bl_sink_base64(&k, block, sizeof block);
  assert_int_equal(k.buf.len, (sizeof block + 2) / 3 * 4);
  bl_sink tail = {.ctx = ctx};
  bl_sink_base64(&tail, block + 9000, 1000);
  assert_string_equal(k.buf.v + 12000, tail.buf.v);
  bl_sink_free(&tail);
  bl_sink_free(&k);
  check_free(ctx);
}

static void test_html(void **state)
{
  (void)state;
  static const char *const rows[][3] = {
      {"<b>&\"x'</b>", "&lt;b&gt;&amp;&quot;x&#39;&lt;/b&gt;", "markup"},
      {"\xc2\xb5V\xe2\x82\xac\xf0\x9f\x90\x8b", "\xc2\xb5V\xe2\x82\xac\xf0\x9f\x90\x8b",
       "two, three and four bytes stay"},
      {"a\xff"
       "b",
       "a\xef\xbf\xbd"
       "b",
       "a byte that is no UTF-8"},
      {"\xe2\x82", "\xef\xbf\xbd\xef\xbf\xbd", "a character cut short"},
      {"\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd", "an overlong slash"},
      {"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd", "half a surrogate pair"},
      {"a\x01"
       "b\x7f\nc",
       "a b \nc", "control bytes"},
  };
  bl_ctx *ctx = bl_ctx_new();
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    bl_sink k = {.ctx = ctx};
    bl_sink_html(&k, rows[i][0]);
    if (strcmp(bl_buf_text(&k.buf), rows[i][1])) fail_msg("%s: got %s", rows[i][2], bl_buf_text(&k.buf));
    bl_sink_free(&k);
  }
  check_free(ctx);
}

static void test_quoted(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_sink k = {.ctx = ctx};
  bl_sink_quoted(&k, "it's `x` \"y\"\nsystem('rm')\xff");
  check_text(&k, "'it''s `x` \"y\" system(''rm'')?'");
  check_free(ctx);
}

static void test_numbers(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_sink k = {.ctx = ctx};
  bl_sink_fixed(&k, 2.0 / 3, 4, "-");
  bl_sink_puts(&k, " ");
  bl_sink_fixed(&k, NAN, 4, "none");
  bl_sink_puts(&k, " ");
  bl_sink_real(&k, -1234567.0);
  bl_sink_puts(&k, " ");
  bl_sink_real(&k, INFINITY);
  check_text(&k, "0.6667 none -1.23457e+06 nan");
  check_free(ctx);
}

static void test_long_printf(void **state)
{
  (void)state;
  char text[5000];
  memset(text, 'q', sizeof text - 1);
  text[sizeof text - 1] = '\0';
  bl_ctx *ctx = bl_ctx_new();
  bl_sink k = {.ctx = ctx};
  bl_sink_printf(&k, "<%s>", text);
  assert_int_equal(k.buf.len, sizeof text + 1);
  assert_int_equal(k.buf.v[k.buf.len - 1], '>');
  bl_sink_free(&k);
  check_free(ctx);
}

static bl_status write_some(bl_ctx *ctx, void *arg)
{
  (void)arg;
  bl_sink k = {.ctx = ctx};
  bl_sink_html(&k, "a & b");
  for (int i = 0; i < 100; i++) bl_sink_printf(&k, "%060d", i);
  bl_sink_printf(&k, "%05000d", 1);
  bl_status s = k.status;
  bl_sink_free(&k);
  return s;
}

static void test_memory(void **state)
{
  (void)state;
  check_every_allocation_failing(write_some, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_base64),      cmocka_unit_test(test_html),
                                     cmocka_unit_test(test_quoted),      cmocka_unit_test(test_numbers),
                                     cmocka_unit_test(test_long_printf), cmocka_unit_test(test_memory)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
