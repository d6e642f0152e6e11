/* Whole files in and out: written beside and renamed, never over what is no file. */
#include "check.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "baleen/file.h"
#include "baleen/memory.h"

static void round_trip(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  static const size_t sizes[] = {0, 1, 65535, 65536, 65537, 300001};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    const char *path = check_tmp_path("round");
    char *v = bl_calloc(ctx, sizes[i], 1), *back;
    size_t n;
    for (size_t k = 0; k < sizes[i]; k++) v[k] = (char)(k * 2385 % 251);
    check_ok(ctx, bl_file_write(ctx, path, v, sizes[i]));
    check_ok(ctx, bl_file_read(ctx, path, 0, &back, &n));
    assert_int_equal(n, sizes[i]);
    assert_memory_equal(back, v, n);
    assert_int_equal(back[n], 0);
    bl_free(ctx, v);
    bl_free(ctx, back);
  }
  check_free(ctx);
}

/* At the ceiling a file is read, one byte beyond it is not. */
static void ceiling(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  const char *path = check_tmp_path("ceiling");
  char *text;
  size_t n;
  check_ok(ctx, bl_file_write(ctx, path, "2.385", 5));
  check_ok(ctx, bl_file_read(ctx, path, 5, &text, &n));
  assert_string_equal(text, "2.385");
  bl_free(ctx, text);
  check_fails(ctx, bl_file_read(ctx, path, 4, &text, &n), BL_E_FORMAT, "larger than 4 bytes");
  check_fails(ctx, bl_file_read(ctx, check_tmp_path("nowhere"), 0, &text, &n), BL_E_IO, "nowhere: cannot open it");
  check_free(ctx);
}

static int n_syncs;

/* Linked in place of the system's fsync(), to be counted. */
int count_sync(int fd) __asm__("fsync");
int count_sync(int fd)
{
  (void)fd;
  n_syncs++;
  return 0;
}

static void synced_unless_told(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  const char *path = check_tmp_path("synced");
  n_syncs = 0;
  check_ok(ctx, bl_file_write(ctx, path, "a", 1));
  assert_int_equal(n_syncs, 1);
  assert_true(bl_files_sync(ctx, false));
  check_ok(ctx, bl_file_write(ctx, path, "b", 1));
  assert_int_equal(n_syncs, 1);
  assert_false(bl_files_sync(ctx, true));
  check_ok(ctx, bl_file_write(ctx, path, "c", 1));
  assert_int_equal(n_syncs, 2);
  check_free(ctx);
}

static void dropped_leaves_the_old(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  const char *path = check_tmp_path("old");
  bl_out o;
  char *text;
  size_t n;
  check_ok(ctx, bl_file_write(ctx, path, "old", 3));
  check_ok(ctx, bl_out_open(ctx, path, &o));
  check_ok(ctx, bl_out_put(ctx, &o, "new", 3));
  bl_out_drop(ctx, &o);
  bl_out_drop(ctx, &o); /* fine when dropped */
  check_ok(ctx, bl_file_read(ctx, path, 0, &text, &n));
  assert_string_equal(text, "old");
  bl_free(ctx, text);
  check_free(ctx);
}

/* A pipe stays a pipe: renaming a file over /dev/stdout or /dev/null would take it from everybody. */
static void never_over_a_device(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  const char *path = check_tmp_path("pipe");
  struct stat st;
  assert_int_equal(mkfifo(path, 0600), 0);
  check_fails(ctx, bl_file_write(ctx, path, "x", 1), BL_E_IO, "is no plain file");
  assert_int_equal(stat(path, &st), 0);
  assert_true(S_ISFIFO(st.st_mode));
  check_fails(ctx, bl_file_write(ctx, check_tmp_path("no/such/folder"), "x", 1), BL_E_IO, "cannot write it");
  check_free(ctx);
}

/* What is replaced keeps its rights, whatever umask is; a new file has those that umask leaves. */
static void rights_stay(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  const char *path = check_tmp_path("rights");
  static const mode_t kept[] = {0600, 0640, 0664, 0444};
  mode_t was = umask(022);
  struct stat st;
  check_ok(ctx, bl_file_write(ctx, path, "x", 1));
  assert_int_equal(stat(path, &st), 0);
  assert_int_equal(st.st_mode & 0777, 0644);
  for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
    assert_int_equal(chmod(path, kept[i]), 0);
    check_ok(ctx, bl_file_write(ctx, path, "y", 1));
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, kept[i]);
  }
  umask(was);
  check_free(ctx);
}

static void check_is_link(const char *path, const char *to)
{
  char link[600];
  ssize_t n = readlink(path, link, sizeof link - 1);
  assert_true(n > 0);
  link[n] = '\0';
  assert_string_equal(link, to);
}

/* Through a link, a link to it, and one to a file that is not there yet, in another folder. */
static void links_stay(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  char folder[600], to[700], one[700], two[700], *text;
  size_t n;
  snprintf(folder, sizeof folder, "%s", check_tmp_path("deep"));
  snprintf(to, sizeof to, "%s/target", folder);
  snprintf(one, sizeof one, "%s", check_tmp_path("one"));
  snprintf(two, sizeof two, "%s", check_tmp_path("two"));
  assert_int_equal(mkdir(folder, 0700), 0);
  assert_int_equal(symlink("deep/target", one), 0);
  assert_int_equal(symlink(one, two), 0);
  for (int i = 0; i < 2; i++) {
    check_ok(ctx, bl_file_write(ctx, i ? one : two, i ? "b" : "a", 1));
    check_is_link(one, "deep/target");
    check_is_link(two, one);
    check_ok(ctx, bl_file_read(ctx, to, 0, &text, &n));
    assert_string_equal(text, i ? "b" : "a");
    bl_free(ctx, text);
  }
  unlink(to);
  rmdir(folder);
  check_free(ctx);
}

/* 255 bytes are the longest name there is, also where the 200th byte is in the middle of a character. */
static void longest_names(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  char name[256];
  memset(name, 'x', 255);
  for (size_t i = 199; i < 203; i += 2) memcpy(name + i, "\xc3\xa9", 2);
  name[255] = '\0';
  const char *path = check_tmp_path(name);
  struct stat st;
  bl_out o;
  check_ok(ctx, bl_out_open(ctx, path, &o));
  const char *at = strstr(o.beside, ".new-");
  assert_non_null(at);
  assert_int_equal(at[-1], 'x'); /* no half character */
  check_ok(ctx, bl_out_done(ctx, &o));
  assert_int_equal(stat(path, &st), 0);
  check_free(ctx);
}

static bl_status write_and_read(bl_ctx *ctx, void *path)
{
  char *text = NULL;
  size_t n;
  bl_status s = bl_file_write(ctx, path, "2.385", 5);
  if (!s) s = bl_file_read(ctx, path, 0, &text, &n);
  bl_free(ctx, text);
  return s;
}

static void failing_allocations(void **state)
{
  (void)state;
  char path[600];
  snprintf(path, sizeof path, "%s", check_tmp_path("sweep"));
  assert_int_equal(symlink("swept", path), 0);
  check_every_allocation_failing(write_and_read, path);
}

int main(void)
{
  static const struct CMUnitTest tests[] = {
      cmocka_unit_test(round_trip),          cmocka_unit_test(ceiling),
      cmocka_unit_test(synced_unless_told),  cmocka_unit_test(dropped_leaves_the_old),
      cmocka_unit_test(never_over_a_device), cmocka_unit_test(rights_stay),
      cmocka_unit_test(links_stay),          cmocka_unit_test(longest_names),
      cmocka_unit_test(failing_allocations)};
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  check_tmp_done();
  return failed;
}
