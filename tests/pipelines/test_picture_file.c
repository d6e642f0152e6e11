/* Pictures that are whole, cut, empty, or not there. */
#include "picture_file.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check.h"

#define PNG "\x89PNG\r\n\x1a\n....\0\0\0\0IEND\xae\x42\x60\x82"
#define SVG "<?xml version=\"1.0\"?>\n<svg viewBox=\"0 0 1 1\">\n</svg>\n\n"

static const struct row {
  const char *name, *bytes;
  size_t n;
  bool svg, whole;
} rows[] = {
    {"whole.svg", SVG, sizeof SVG - 1, true, true},
    {"whole.png", PNG, sizeof PNG - 1, false, true},
    {"cut.svg", SVG, sizeof SVG - 6, true, false},
    {"cut.png", PNG, sizeof PNG - 2, false, false},
    {"empty.svg", "", 0, true, false},
    {"empty.png", "", 0, false, false},
    {"short.svg", "</sv", 4, true, false},
    {"blank.svg", " \n\n", 3, true, false},
    {"svg.png", SVG, sizeof SVG - 1, false, false},
};

static void put(const struct row *r)
{
  FILE *f = fopen(check_tmp_path(r->name), "wb");
  if (!f || fwrite(r->bytes, 1, r->n, f) != r->n || fclose(f)) fail_msg("cannot write %s", r->name);
}

static void what_is_not_whole_goes(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    put(&rows[i]);
    bl_status s = bl_picture_check(ctx, check_tmp_path(rows[i].name), rows[i].svg);
    if (rows[i].whole) check_ok(ctx, s);
    else check_fails(ctx, s, BL_E_IO, rows[i].name);
    assert_int_equal(!access(check_tmp_path(rows[i].name), F_OK), rows[i].whole);
  }
  check_fails(ctx, bl_picture_check(ctx, check_tmp_path("none.svg"), true), BL_E_IO,
              "none.svg: gnuplot could not write");
  check_fails(ctx, bl_picture_check(ctx, "/dev/full", true), BL_E_IO, "/dev/full: gnuplot could not write");
  assert_int_equal(access("/dev/full", F_OK), 0);
  check_free(ctx);
}

static int tidy(void **state)
{
  (void)state;
  check_tmp_done();
  return 0;
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_not_whole_goes)};
  return cmocka_run_group_tests(tests, NULL, tidy);
}
