/* Bytes a few at a time: those of the file, whatever was read before, and one read of the system for many of them. */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "edf_builder.h"
#include "glance.h"

enum { BYTES = 3 * BL_GLANCE_BYTES + 17 };

static unsigned char *open_some(const char *path, bl_glance *g)
{
  unsigned char *v = malloc(BYTES);
  for (size_t i = 0; v && i < BYTES; i++) v[i] = (unsigned char)(i * 2654435761u >> 13);
  if (!v) fail_msg("no memory");
  write_bytes(path, v, BYTES);
  *g = (bl_glance){.fd = open(path, O_RDONLY)};
  assert_true(g->fd >= 0);
  return v;
}

static void same_bytes(void **arg)
{
  (void)arg;
  static const size_t n[] = {0,     1,        4, 24, 700, BL_GLANCE_BYTES - 1, BL_GLANCE_BYTES, BL_GLANCE_BYTES + 1,
                             BYTES, BYTES + 9};
  bl_glance g;
  unsigned char *v = open_some(check_tmp_path("glance"), &g), got[BYTES + 9];
  for (unsigned k = 0; k < 3000; k++) {
    size_t at = (size_t)(k * 2654435761u >> 7) % (BYTES + 50), many = n[k % (sizeof n / sizeof *n)];
    size_t there = at < BYTES ? BYTES - at : 0, want = many < there ? many : there;
    assert_int_equal(bl_glance_read(&g, at, got, many), want);
    if (want) assert_memory_equal(got, v + at, want);
  }
  assert_int_equal(bl_glance_read(&g, UINT64_MAX - 3, got, 8), 0);
  close(g.fd);
  free(v);
  check_tmp_done();
}

/* What lies near what was read is there already, though the file is gone. */
static void one_read_for_many(void **arg)
{
  (void)arg;
  bl_glance g;
  unsigned char *v = open_some(check_tmp_path("once"), &g), got[24];
  assert_int_equal(bl_glance_read(&g, 0, got, 12), 12);
  close(g.fd);
  for (size_t at = 0; at + 24 <= BL_GLANCE_BYTES; at += 24) {
    assert_int_equal(bl_glance_read(&g, at, got, 24), 24);
    assert_memory_equal(got, v + at, 24);
  }
  free(v);
  check_tmp_done();
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(same_bytes), cmocka_unit_test(one_read_for_many)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
