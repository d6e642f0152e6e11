/* Files by NumPy itself (tests/golden/make_npy.py), and byte literals for what NumPy would never write. */
#include "check.h"

#include <stdio.h>
#include <string.h>

#include "baleen/dataset.h"
#include "baleen/table.h"

static const char *file(const char *name)
{
  static char path[512];
  snprintf(path, sizeof path, "%s/npy/%s.npy", BALEEN_TEST_DATA, name);
  return path;
}

static double cell(size_t r, size_t c) { return 37.0 * (double)r - 11.0 * (double)c - 50; }
static double eighth(size_t r, size_t c) { return cell(r, c) / 8; }
static double absolute(size_t r, size_t c) { return fabs(cell(r, c)); }
static double positive(size_t r, size_t c) { return cell(r, c) > 0; }
static double second(size_t r, size_t c) { return cell(r, c + 1); }
static double zero(size_t r, size_t c) { return 0 * (double)(r + c); }

static const struct good {
  const char *name;
  size_t rows, cols;
  double (*want)(size_t, size_t);
} goods[] = {
    {"f4", 4, 3, eighth},       {"f8", 4, 3, eighth},     {"i1", 4, 3, cell},       {"i2", 4, 3, cell},
    {"i4", 4, 3, cell},         {"i8", 4, 3, cell},       {"u1", 4, 3, absolute},   {"u2", 4, 3, absolute},
    {"u4", 4, 3, absolute},     {"u8", 4, 3, absolute},   {"bool", 4, 3, positive}, {"fortran", 4, 3, cell},
    {"one_dim", 4, 1, second},  {"version2", 4, 3, cell}, {"version3", 4, 3, cell}, {"no_rows", 0, 5, zero},
    {"big_endian", 4, 3, cell}, {"half", 4, 3, cell},
};

static void reads_what_numpy_writes(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  for (size_t k = 0; k < sizeof goods / sizeof *goods; k++) {
    bl_mat m;
    check_ok(ctx, bl_npy_read(ctx, file(goods[k].name), &m));
    if (m.rows != goods[k].rows || m.cols != goods[k].cols) fail_msg("%s: %zu x %zu", goods[k].name, m.rows, m.cols);
    for (size_t i = 0; i < m.rows; i++)
      for (size_t j = 0; j < m.cols; j++) check_near((double)bl_row(&m, i)[j], goods[k].want(i, j), 0);
    bl_mat_free(ctx, &m);
  }
  check_free(ctx);
}

/* float16 by hand: bits and value (IEEE 754), in both byte orders. */
static void halves(void **state)
{
  (void)state;
  static const struct {
    unsigned bits;
    double want;
  } rows[] = {{0x0000, 0},        {0x8000, -0.0},      {0x0001, 0x1p-24},      {0x03ff, 1023 * 0x1p-24},
              {0x0400, 0x1p-14},  {0x3c00, 1},         {0xbc01, -1 - 0x1p-10}, {0x7bff, 65504},
              {0x7c00, INFINITY}, {0xfc00, -INFINITY}, {0x3555, 1365.0 / 4096}};
  bl_ctx *ctx = bl_ctx_new();
  enum { N_ROWS = sizeof rows / sizeof *rows };
  for (int big = 0; big < 2; big++) {
    const char *path = check_tmp_path("half.npy");
    char head[129], file_bytes[128 + 2 * N_ROWS + 2] = "";
    snprintf(head, sizeof head, "%-10s{'descr': '%cf2', 'fortran_order': False, 'shape': (%d,)}%*s\n", "",
             big ? '>' : '<', N_ROWS + 1, 52, "");
    memset(file_bytes, ' ', 127);
    memcpy(file_bytes, head, strlen(head) < 127 ? strlen(head) : 127);
    file_bytes[127] = '\n';
    memcpy(file_bytes, "\x93NUMPY\1\0\x76\0", 10);
    for (size_t i = 0; i <= N_ROWS; i++) {
      unsigned bits = i < N_ROWS ? rows[i].bits : 0x7e00;
      file_bytes[128 + 2 * i + (size_t)big] = (char)(bits & 255);
      file_bytes[129 + 2 * i - (size_t)big] = (char)(bits >> 8);
    }
    check_ok(ctx, bl_file_write(ctx, path, file_bytes, sizeof file_bytes));
    bl_mat m;
    check_ok(ctx, bl_npy_read(ctx, path, &m));
    assert_int_equal(m.rows, N_ROWS + 1);
    for (size_t i = 0; i < N_ROWS; i++) check_near((double)m.v[i * m.stride], rows[i].want, 0);
    assert_true(isnan(m.v[N_ROWS * m.stride]));
    bl_mat_free(ctx, &m);
  }
  check_free(ctx);
  check_tmp_done();
}

static void keeps_nan_and_infinity(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_mat m;
  check_ok(ctx, bl_npy_read(ctx, file("special"), &m));
  assert_true(isnan(m.v[0]));
  assert_true(isinf(m.v[1]) && m.v[1] > 0);
  assert_true(isinf(m.v[2]) && m.v[2] < 0);
  assert_true(signbit(m.v[3]));
  check_near((double)m.v[4], 0, 0);
  bl_mat_free(ctx, &m);
  check_free(ctx);
}

static const struct bad {
  const char *name;
  bl_status code;
  const char *part;
} bads[] = {
    {"complex", BL_E_UNSUPPORTED, "'<c8'"},
    {"text", BL_E_UNSUPPORTED, "'<U2'"},
    {"records", BL_E_UNSUPPORTED, "an array of records"},
    {"three_dims", BL_E_SHAPE, "3 dimensions"},
    {"no_dims", BL_E_SHAPE, "0 dimensions"},
    {"too_big", BL_E_RANGE, "row 1, column 1: 1e+300"},
    {"not_there", BL_E_IO, "No such file"},
};

static void refuses_by_reason(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  for (size_t k = 0; k < sizeof bads / sizeof *bads; k++) {
    bl_mat m;
    check_fails(ctx, bl_npy_read(ctx, file(bads[k].name), &m), bads[k].code, bads[k].part);
    assert_null(m.v);
  }
  check_free(ctx);
}

/* The header text of a file with the right magic and length, `data` zero bytes behind. */
static const struct made {
  const char *header;
  size_t data;
  bl_status code;
  const char *part;
} mades[] = {
    {"{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", 24, BL_OK, ""},
    {"{\"shape\":(2,3),\"fortran_order\":True,\"descr\":\"<f4\"}\n", 24, BL_OK, ""},
    {"{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 0)}", 0, BL_OK, ""},
    {"{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)}", 23, BL_E_FORMAT, "23 bytes of numbers"},
    {"{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 3)}", 24, BL_E_FORMAT, "overflows"},
    {"{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999, 3)}", 24, BL_E_FORMAT, "byte 80"},
    {"{'descr': '<f4', 'fortran_order': False, 'shape': (-2, 3)}", 24, BL_E_FORMAT, "the header is not"},
    {"{'descr': '<f4', 'fortran_order': False}", 24, BL_E_FORMAT, "the header is not"},
    {"{'descr': '<f4', 'fortran_order': Maybe, 'shape': (2, 3)}", 24, BL_E_FORMAT, "the header is not"},
    {"{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), 'x': 1}", 24, BL_E_FORMAT, "the header is not"},
    {"{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3", 24, BL_E_FORMAT, "the header is not"},
    {"{'descr': '<f4", 24, BL_E_FORMAT, "the header is not"},
    {"{'descr': '|f4', 'fortran_order': False, 'shape': (2, 3)}", 24, BL_E_UNSUPPORTED, "'|f4'"},
    {"", 24, BL_E_FORMAT, "the header is not"},
};

static void reads_headers_as_they_may_be(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  const char *path = check_tmp_path("made.npy");
  for (size_t k = 0; k < sizeof mades / sizeof *mades; k++) {
    bl_buf b = {0};
    bl_mat m;
    size_t n = strlen(mades[k].header);
    char front[10] = "\x93NUMPY\1", nothing[32] = {0};
    front[8] = (char)n;
    check_ok(ctx, bl_buf_add(ctx, &b, front, 10));
    check_ok(ctx, bl_buf_puts(ctx, &b, mades[k].header));
    check_ok(ctx, bl_buf_add(ctx, &b, nothing, mades[k].data));
    check_ok(ctx, bl_file_write(ctx, path, b.v, b.len));
    bl_status s = bl_npy_read(ctx, path, &m);
    if (mades[k].code) check_fails(ctx, s, mades[k].code, mades[k].part);
    else check_ok(ctx, s);
    bl_mat_free(ctx, &m);
    bl_buf_free(ctx, &b);
  }
  static const struct {
    const char *bytes;
    size_t n;
    const char *part;
  } fronts[] = {
      {"", 0, "does not begin as one"},
      {"\x93NUMPY\1\0\x40", 9, "does not begin as one"},
      {"\x93NUMPY\1\0\x40\0{", 11, "a header of 64 bytes does not fit"},
      {"\x93NUMPY\2\0\x01\0\0", 11, "does not fit"},
      {"PK\3\4 a zip, no array", 20, "does not begin as one"},
  };
  for (size_t k = 0; k < sizeof fronts / sizeof *fronts; k++) {
    bl_mat m;
    check_ok(ctx, bl_file_write(ctx, path, fronts[k].bytes, fronts[k].n));
    check_fails(ctx, bl_npy_read(ctx, path, &m), BL_E_FORMAT, fronts[k].part);
  }
  check_free(ctx);
}

/* The bytes that numpy.save() writes of the same array, padding included. */
static void writes_as_numpy_does(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_mat m, wide;
  char *ours, *theirs;
  size_t n_ours, n_theirs;
  const char *path = check_tmp_path("ours.npy");
  check_ok(ctx, bl_npy_read(ctx, file("f4"), &m));
  bl_cmat all = bl_mat_view(&m);
  check_ok(ctx, bl_npy_write(ctx, path, &all));
  check_ok(ctx, bl_file_read(ctx, path, 0, &ours, &n_ours));
  check_ok(ctx, bl_file_read(ctx, file("f4"), 0, &theirs, &n_theirs));
  assert_int_equal(n_ours, n_theirs);
  assert_memory_equal(ours, theirs, n_ours);
  bl_free(ctx, ours);
  /* picked rows of a wider matrix */
  static const uint32_t pick[] = {3, 0};
  bl_cmat part = {m.v, 4, 2, 3, NULL}, rows = bl_cmat_rows(&part, pick, 2);
  check_ok(ctx, bl_npy_write(ctx, path, &rows));
  check_ok(ctx, bl_npy_read(ctx, path, &wide));
  assert_int_equal(wide.rows, 2);
  assert_int_equal(wide.cols, 2);
  check_near((double)wide.v[1], eighth(3, 1), 0);
  check_near((double)wide.v[2], eighth(0, 0), 0);
  bl_mat_free(ctx, &wide);
  bl_mat_free(ctx, &m);
  bl_free(ctx, theirs);
  check_free(ctx);
}

static bl_status round_trip(bl_ctx *ctx, void *arg)
{
  bl_mat m;
  bl_status s = bl_npy_read(ctx, file("fortran"), &m);
  bl_cmat view = bl_mat_view(&m);
  if (!s) s = bl_npy_write(ctx, arg, &view);
  bl_mat_free(ctx, &m);
  return s;
}

static void survives_any_allocation_failing(void **state)
{
  (void)state;
  check_every_allocation_failing(round_trip, (void *)(uintptr_t)check_tmp_path("sweep.npy"));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(reads_what_numpy_writes),         cmocka_unit_test(halves),
      cmocka_unit_test(keeps_nan_and_infinity),          cmocka_unit_test(refuses_by_reason),
      cmocka_unit_test(reads_headers_as_they_may_be),    cmocka_unit_test(writes_as_numpy_does),
      cmocka_unit_test(survives_any_allocation_failing),
  };
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  check_tmp_done();
  return failed;
}
