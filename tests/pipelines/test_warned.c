/* What a recording was warned of, kept: once each, without its name, muted or not, twenty of them. */
#include "warned.h"

#include <stdio.h>
#include <string.h>

#include "check.h"

static void give(bl_ctx *ctx)
{
  bl_warn(ctx, BL_W_TRUNCATED, "/data/a.wav: it is cut off");
  bl_warn(ctx, BL_W_TRUNCATED, "a.wav: it is cut off");
  bl_warn(ctx, BL_W_MISSING, "pick: no channel 'Cz'");
  bl_warn(ctx, BL_W_FORMAL, "a.wav: a blank too many");
  bl_warn(ctx, BL_W_DEVIATION, "/data/call.wav: odd");
}

static bl_status keep(bl_ctx *ctx, void *arg)
{
  bl_warned *t = arg;
  bl_listening ear;
  bl_listen_begin(ctx, &ear, t, "a.wav", "/data/a.wav");
  give(ctx);
  bl_status s = bl_listen_end(&ear);
  give(ctx); /* nobody listens any more */
  return s;
}

static void once_each(void **state)
{
  (void)state;
  for (int muted = 0; muted < 2; muted++) {
    bl_ctx *ctx = bl_ctx_new();
    bl_warned t = {0};
    const char *subject = bl_ctx_set_subject(ctx, "b.wav"); /* of the line on the terminal alone */
    bl_ctx_mute(ctx, muted);
    check_ok(ctx, keep(ctx, &t));
    bl_ctx_set_subject(ctx, subject);
    assert_int_equal(t.texts.n, 3);
    assert_string_equal(t.texts.v[0], "it is cut off");
    assert_string_equal(t.texts.v[1], "pick: no channel 'Cz'");
    assert_string_equal(t.texts.v[2], "/data/call.wav: odd");
    assert_int_equal(bl_ctx_warnings(ctx, BL_W_MISSING), muted ? 0 : 2);
    bl_warned_free(ctx, &t);
    check_free(ctx);
  }
}

static void not_more_than_one_reads(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_warned t = {0}, more = {0};
  char text[40];
  for (int i = 0; i < 25; i++) {
    snprintf(text, sizeof text, "segment %d", i);
    check_ok(ctx, bl_warned_add(ctx, &t, text));
    check_ok(ctx, bl_warned_add(ctx, &t, i < 20 ? text : "segment 3"));
  }
  assert_int_equal(t.texts.n, 20);
  assert_int_equal(t.more, 5);
  check_ok(ctx, bl_warned_add(ctx, &more, "first"));
  check_ok(ctx, bl_warned_join(ctx, &more, &t));
  assert_int_equal(more.texts.n, 20);
  assert_int_equal(more.more, 6);
  bl_warned_free(ctx, &t);
  bl_warned_free(ctx, &more);
  check_free(ctx);
}

static bl_status keep_and_free(bl_ctx *ctx, void *arg)
{
  (void)arg;
  bl_warned t = {0};
  bl_status s = keep(ctx, &t);
  bl_warned_free(ctx, &t);
  return s;
}

static void failing_allocations(void **state)
{
  (void)state;
  check_every_allocation_failing(keep_and_free, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(once_each), cmocka_unit_test(not_more_than_one_reads),
                                     cmocka_unit_test(failing_allocations)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
