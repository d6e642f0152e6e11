/* A real gnuplot is driven: scripts that work, that fail, that end the process; and a machine without one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "gnuplot.h"
#include "markup.h"

static void put(const char *name, const char *text)
{
  FILE *f = fopen(check_tmp_path(name), "w");
  if (!f || fputs(text, f) < 0 || fclose(f)) fail_msg("cannot write %s", name);
}

static const char *folder(void)
{
  static char path[512];
  snprintf(path, sizeof path, "%s", check_tmp_path(""));
  return path;
}

static void test_draws(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_gnuplot *g;
  put("ok.gp", "set terminal svg size 300,200\nset output 'ok.svg'\nplot sin(x) title 'sine 42'\nset output\n");
  check_ok(ctx, bl_gnuplot_open(ctx, folder(), &g));
  assert_non_null(g);
  check_ok(ctx, bl_gnuplot_load(ctx, g, "ok.gp"));
  char *svg = slurp(check_tmp_path("ok.svg"), NULL); /* complete as soon as load returns */
  assert_non_null(strstr(svg, "sine 42"));
  const char *why = unbalanced(svg);
  if (why) fail_msg("%s", why);
  free(svg);
  bl_buf version = {0};
  check_ok(ctx, bl_gnuplot_version(ctx, g, &version));
  assert_true(version.len >= 3 && version.v[0] >= '4' && version.v[0] <= '9' && version.v[1] == '.');
  bl_buf_free(ctx, &version);
  bl_gnuplot_close(ctx, g);
  check_free(ctx);
}

/* SIGPIPE is at its default in this test: a write to a dead process would end it. */
static void test_goes_on_after_mistakes(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_gnuplot *g;
  put("wrong.gp", "set terminal svg\nplot 'no-such-file.dat' using 1:2\n");
  put("syntax.gp", "set grunt\n");
  put("leaves.gp", "exit\n");
  put("fine.gp", "x = 1\n");
  check_ok(ctx, bl_gnuplot_open(ctx, folder(), &g));
  check_fails(ctx, bl_gnuplot_load(ctx, g, "wrong.gp"), BL_E_IO, "no-such-file.dat");
  check_ok(ctx, bl_gnuplot_load(ctx, g, "fine.gp"));
  check_fails(ctx, bl_gnuplot_load(ctx, g, "syntax.gp"), BL_E_IO, "syntax.gp");
  check_fails(ctx, bl_gnuplot_load(ctx, g, "missing.gp"), BL_E_IO, "missing.gp");
  check_ok(ctx, bl_gnuplot_load(ctx, g, "leaves.gp")); /* `exit` in a loaded file ends that file */
  check_ok(ctx, bl_gnuplot_load(ctx, g, "fine.gp"));
  bl_gnuplot_close(ctx, g);
  check_free(ctx);
}

static void test_process_dies(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_gnuplot *g;
  put("dies.gp", "x = system('kill -9 $PPID')\npause 5\n");
  put("fine.gp", "x = 1\n");
  check_ok(ctx, bl_gnuplot_open(ctx, folder(), &g));
  check_ok(ctx, bl_gnuplot_load(ctx, g, "fine.gp"));
  assert_int_equal(bl_gnuplot_load(ctx, g, "dies.gp"), BL_E_IO);
  check_ok(ctx, bl_gnuplot_load(ctx, g, "fine.gp"));
  bl_gnuplot_close(ctx, g);
  check_free(ctx);
}

static void test_cancel(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_gnuplot *g;
  put("slow.gp", "pause 60\n");
  check_ok(ctx, bl_gnuplot_open(ctx, folder(), &g));
  bl_ctx_cancel(ctx);
  assert_int_equal(bl_gnuplot_load(ctx, g, "slow.gp"), BL_E_CANCELLED);
  bl_gnuplot_close(ctx, g);
  check_free(ctx);
}

static void test_no_folder(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_gnuplot *g;
  check_ok(ctx, bl_gnuplot_open(ctx, "/no/such/folder", &g));
  assert_int_equal(bl_gnuplot_load(ctx, g, "x.gp"), BL_E_IO);
  bl_gnuplot_close(ctx, g);
  check_free(ctx);
}

static void test_no_gnuplot(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_gnuplot *g;
  char *path = strdup(getenv("PATH"));
  setenv("PATH", folder(), 1);
  bl_status s = bl_gnuplot_open(ctx, folder(), &g);
  setenv("PATH", path, 1);
  free(path);
  check_ok(ctx, s);
  assert_null(g);
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_SKIPPED), 1);
  check_ok(ctx, bl_gnuplot_load(ctx, g, "fine.gp"));
  bl_gnuplot_close(ctx, g);
  check_free(ctx);
}

static bl_status whole(bl_ctx *ctx, void *arg)
{
  (void)arg;
  bl_gnuplot *g;
  bl_buf version = {0};
  bl_status s = bl_gnuplot_open(ctx, folder(), &g);
  if (!s) s = bl_gnuplot_load(ctx, g, "fine.gp");
  if (!s) s = bl_gnuplot_version(ctx, g, &version);
  bl_buf_free(ctx, &version);
  bl_gnuplot_close(ctx, g);
  return s;
}

static void test_memory(void **state)
{
  (void)state;
  put("fine.gp", "x = 1\n");
  check_every_allocation_failing(whole, NULL);
}

static int tidy(void **state)
{
  (void)state;
  check_tmp_done();
  return 0;
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_draws),        cmocka_unit_test(test_goes_on_after_mistakes),
                                     cmocka_unit_test(test_process_dies), cmocka_unit_test(test_cancel),
                                     cmocka_unit_test(test_no_folder),    cmocka_unit_test(test_no_gnuplot),
                                     cmocka_unit_test(test_memory)};
  return cmocka_run_group_tests(tests, NULL, tidy);
}
