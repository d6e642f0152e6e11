/* EDF files of other lengths than their headers say: still growing, past 4 GiB, cut while they are read. */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "edf_check.h"
#include "edf_rows.h"

/* A recorder that still writes: number of records -1, more of them each time. */
static void growing(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  edf_spec e = {PLUS("EDF+C"), .records = "-1", .tal = {"+0||~+0.5|a|~", "+1||~", "+2||~+2.5|b|~", "+3||~"}};
  size_t n, got;
  unsigned char *v = edf_bytes(&e, &n);
  const char *path = check_tmp_path("growing.edf");
  float before[40], after[40];
  write_bytes(path, v, 768 + 2 * 80 + 33);
  bl_recording *rec = open_ok(ctx, path);
  assert_int_equal(rec->streams[0].n_frames, 20);
  assert_int_equal(rec->annotations.n, 1);
  check_ok(ctx, bl_recording_read(ctx, rec, 0, 0, 40, before, &got));
  size_t warned = bl_ctx_warnings(ctx, BL_W_DEVIATION);
  FILE *f = fopen(path, "ab");
  assert_int_equal(fwrite(v + 768 + 2 * 80 + 33, 1, 80 + 80 - 33, f), 127);
  fclose(f);
  check_ok(ctx, bl_recording_refresh(ctx, rec));
  assert_int_equal(rec->streams[0].n_frames, 40);
  assert_int_equal(rec->annotations.n, 2);
  check_near(rec->duration_s, 4, 1e-12);
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_DEVIATION), warned);
  check_ok(ctx, bl_recording_read(ctx, rec, 0, 0, 40, after, &got));
  assert_int_equal(got, 40);
  assert_memory_equal(before, after, 20 * sizeof *before);
  check_samples(ctx, rec, &e);
  remove(path); /* a failure leaves what was */
  check_fails(ctx, bl_recording_refresh(ctx, rec), BL_E_IO, "cannot be opened");
  check_ok(ctx, bl_recording_read(ctx, rec, 0, 0, 40, after, &got));
  assert_int_equal(got, 40);
  free(v);
  bl_recording_close(ctx, rec);
  check_free(ctx);
  check_tmp_done();
}

/* Offsets past 4 GiB: a file with holes, its last record written. */
static void large(void **arg)
{
  (void)arg;
  enum { SPR = 1000000, RECORDS = 2400 }; /* of 2 MB: 4.8e9 bytes */
  edf_spec e = {.records = "2400", .n = 1, .sig = {{.label = "EEG", .spr = "1000000"}}};
  size_t n, got;
  unsigned char *v = edf_bytes(&e, &n);
  const char *path = check_tmp_path("large.edf");
  write_bytes(path, v, n);
  free(v);
  off_t size = 512 + (off_t)RECORDS * SPR * 2;
  int fd = open(path, O_WRONLY);
  static const unsigned char last[6] = {1, 0, 0xff, 0x7f, 0, 0x80};
  bool done = fd >= 0 && !ftruncate(fd, size) && pwrite(fd, last, 6, size - 6) == 6;
  struct stat st;
  done = done && !fstat(fd, &st) && st.st_blocks < 1 << 16;
  if (fd >= 0) close(fd);
  if (!done) {
    check_tmp_done();
    print_message("this file system has no holes\n");
    skip();
  }
  bl_ctx *ctx = bl_ctx_new();
  bl_recording *rec = open_ok(ctx, path);
  assert_int_equal(rec->notes.n, 0);
  assert_true(rec->streams[0].n_frames == (uint64_t)RECORDS * SPR);
  float x[8];
  check_ok(ctx, bl_recording_read(ctx, rec, 0, (uint64_t)RECORDS * SPR - 3, 8, x, &got));
  assert_int_equal(got, 3);
  double cal = (298.31 + 312.7) / 65535, off = -312.7 + 32768 * cal;
  static const double digital[] = {1, 32767, -32768};
  for (int i = 0; i < 3; i++) check_near((double)x[i], digital[i] * cal + off, 1e-4);
  bl_recording_close(ctx, rec);
  check_free(ctx);
  check_tmp_done();
}

/* Somebody makes the file shorter while it is read: an error, where a map would have been the program's death. */
static void shrinks(void **arg)
{
  (void)arg;
  edf_spec e = {.n = 2, .n_records = 40, .sig = {{.label = "A", .spr = "5000"}, {.label = "B", .spr = "5000"}}};
  for (int k = 0; k < 2; k++) { /* whole records, and channels one by one as of very long ones */
    if (k) e.sig[0].spr = "600000", e.n_records = 2;
    bl_ctx *ctx = bl_ctx_new();
    const char *path = edf_write(&e, "shrinks.edf");
    bl_recording *rec = open_ok(ctx, path);
    uint64_t n = rec->streams[0].n_frames;
    float x[200];
    size_t got;
    check_ok(ctx, bl_recording_read(ctx, rec, 0, 0, 50, x, &got));
    assert_int_equal(got, 50);
    assert_int_equal(truncate(path, 20000), 0);
    check_fails(ctx, bl_recording_read(ctx, rec, 0, n - 50, 50, x, &got), BL_E_IO,
                "shrinks.edf: the file became shorter while it was read");
    bl_recording_close(ctx, rec);
    check_free(ctx);
    check_tmp_done();
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(growing), cmocka_unit_test(large), cmocka_unit_test(shrinks)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
