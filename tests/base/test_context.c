/* Contexts: errors, log, warnings, progress, cancelling. */
#include "check.h"

#include <stdio.h>
#include <string.h>

#include "baleen/context.h"
#include "baleen/memory.h"

static void errors(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  assert_string_equal(bl_ctx_error(ctx), "");
  assert_int_equal(bl_fail(ctx, BL_E_SHAPE, "pca: %d columns, model has %d", 3, 4), BL_E_SHAPE);
  assert_string_equal(bl_ctx_error(ctx), "pca: 3 columns, model has 4");
  assert_non_null(strstr(bl_ctx_error_place(ctx), "test_context.c:"));
  assert_null(strchr(bl_ctx_error_place(ctx), '/'));
  assert_int_equal(bl_fail_in(ctx, BL_E_CONFIG, "%s:%d: ", "a.yaml", 7), BL_E_CONFIG);
  assert_string_equal(bl_ctx_error(ctx), "a.yaml:7: pca: 3 columns, model has 4");
  bl_fail(ctx, BL_E_IO, "again: %s", bl_ctx_error(ctx)); /* the old text as argument of the new one */
  assert_string_equal(bl_ctx_error(ctx), "again: a.yaml:7: pca: 3 columns, model has 4");
  bl_ctx_clear_error(ctx);
  assert_string_equal(bl_ctx_error(ctx), "");
  assert_string_equal(bl_ctx_error_place(ctx), "");
  check_free(ctx);
}

static void long_texts_are_cut(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  char text[4000];
  memset(text, 'x', sizeof text);
  text[sizeof text - 1] = '\0';
  bl_fail(ctx, BL_E_IO, "%s", text);
  size_t n = strlen(bl_ctx_error(ctx));
  assert_in_range(n, 500, 1023);
  for (int i = 0; i < 5; i++) bl_fail_in(ctx, BL_E_IO, "front%d: ", i);
  assert_in_range(strlen(bl_ctx_error(ctx)), 500, 1023);
  assert_memory_equal(bl_ctx_error(ctx), "front4: front3: ", 16);
  check_free(ctx);
}

typedef struct heard {
  char text[2000];
  size_t n;
  bl_log_level level;
} heard;
static void listen(void *user, bl_log_level level, const char *text)
{
  heard *h = user;
  snprintf(h->text, sizeof h->text, "%s", text);
  h->level = level;
  h->n++;
}

static void log_and_warnings(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  heard h = {.n = 0};
  bl_log(ctx, BL_LOG_ERROR, "nobody listens");
  bl_ctx_set_log(ctx, listen, &h, BL_LOG_WARN);
  bl_log(ctx, BL_LOG_INFO, "too quiet");
  assert_int_equal(h.n, 0);
  bl_log(ctx, BL_LOG_WARN, "%d files", 3);
  assert_string_equal(h.text, "3 files");
  bl_warn(ctx, BL_W_CONSTANT, "column %s", "a");
  assert_string_equal(h.text, "column a");
  assert_int_equal(h.level, BL_LOG_WARN);
  assert_int_equal(h.n, 2);
  assert_null(bl_ctx_set_subject(ctx, "a.edf"));
  bl_ctx_mute(ctx, true);
  bl_warn(ctx, BL_W_UNITS, "told before");
  bl_ctx_mute(ctx, false);
  bl_warn(ctx, BL_W_UNITS, "no unit");
  assert_string_equal(h.text, "a.edf: no unit");
  bl_log(ctx, BL_LOG_WARN, "a line of its own");
  assert_string_equal(h.text, "a line of its own");
  assert_string_equal(bl_ctx_set_subject(ctx, NULL), "a.edf");
  bl_ctx_set_log(ctx, NULL, NULL, BL_LOG_DEBUG);
  bl_warn(ctx, BL_W_CONSTANT, "still counted");
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_CONSTANT), 2);
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_UNITS), 1);
  assert_int_equal(bl_ctx_warnings(ctx, (bl_warning)999), 0);
  for (int i = 0; i < BL_N_WARNINGS; i++) assert_true(strlen(bl_warning_name((bl_warning)i)) > 2);
  assert_string_equal(bl_warning_name(BL_W_NO_CONVERGENCE), "NO_CONVERGENCE");
  assert_string_equal(bl_warning_name(BL_N_WARNINGS), "?");
  check_free(ctx);
}

static void tell(void *user, const char *what, double done, double total)
{
  assert_string_equal(what, "folds");
  *(double *)user = done / total;
}

static void progress_and_cancel(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  double share = 0;
  bl_progress(ctx, "folds", 1, 2);
  bl_ctx_set_progress(ctx, tell, &share);
  bl_progress(ctx, "folds", 3, 4);
  check_near(share, 0.75, 0);
  assert_false(bl_ctx_cancelled(ctx));
  assert_int_equal(BL_CHECK_CANCEL(ctx), BL_OK);
  bl_ctx_cancel(ctx);
  assert_true(bl_ctx_cancelled(ctx));
  check_fails(ctx, BL_CHECK_CANCEL(ctx), BL_E_CANCELLED, "stopped");
  check_free(ctx);
}

static void threads(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  assert_in_range(bl_ctx_threads(ctx), 1, 256);
  bl_ctx_set_threads(ctx, 3);
  assert_int_equal(bl_ctx_threads(ctx), 3);
  bl_ctx_set_threads(ctx, 0);
  assert_in_range(bl_ctx_threads(ctx), 1, 256);
  check_free(ctx);
  bl_ctx_free(NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(errors), cmocka_unit_test(long_texts_are_cut),
                                     cmocka_unit_test(log_and_warnings), cmocka_unit_test(progress_and_cancel),
                                     cmocka_unit_test(threads)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
