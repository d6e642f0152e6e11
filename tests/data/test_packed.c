/* Numbers beside rows: each comes back to the bit, in less room than eight bytes where they run as times, weights and
 * codes do. */
#include "check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "baleen/packed.h"

enum { N = 40 * BL_PACKED_ROWS + 17 };

static double hash(size_t i) { return (double)((uint32_t)i * 2654435761u >> 8); }

static double constant(size_t i) { return 0 * (double)i + 1; }
static double nothing(size_t i) { return 0 * (double)i + (double)NAN; }
static double windows(size_t i) { return bl_time_tidy(12.5 + 0.1 * (double)i); }
static double by_rate(size_t i) { return bl_time_tidy((double)i * 512 / 44100); }
static double codes(size_t i) { return (double)(i % 7); }
static double recordings(size_t i) { return (double)i; }
static double ends(size_t i) { return (double)(i / 300 * 3); }
static double events(size_t i) { return bl_time_tidy((double)((size_t)hash(i) % 600000) / 160); }
static double any(size_t i) { return sin(hash(i)); }
static double odd(size_t i) { return i % 500 == 3 ? (double)NAN : i % 500 == 4 ? -0.0 : i % 500 == 5 ? -INFINITY : 1; }

/* bytes: a number may take on the average, what belongs to a piece included */
static const struct {
  const char *name;
  double (*at)(size_t i);
  double bytes;
} rows[] = {
    {"weights, all 1", constant, 0.3},
    {"no times", nothing, 0.3},
    {"windows every 0.1 s", windows, 0.3},
    {"frames of 512 at 44.1 kHz", by_rate, 1.6},
    {"seven labels in turn", codes, 1.6},
    {"a recording a row", recordings, 0.3},
    {"a recording for 300 rows", ends, 1.6},
    {"events at a grid of microseconds", events, 4.6},
    {"any number", any, 8.6},
    {"what is equal and yet other bits", odd, 8.6},
};

static void same(const bl_packed *p, double (*at)(size_t i), size_t n)
{
  assert_int_equal(p->n, n);
  for (size_t i = 0; i < n; i++) {
    double got = bl_packed_get(p, i), want = at(i);
    if (memcmp(&got, &want, sizeof got)) fail_msg("number %zu is %.17g, wanted %.17g", i, got, want);
  }
}

static void comes_back_in_little_room(void **state)
{
  (void)state;
  for (size_t k = 0; k < sizeof rows / sizeof *rows; k++) {
    bl_ctx *ctx = bl_ctx_new();
    bl_packed p = {0}, all = {0};
    for (size_t i = 0; i < N; i++) check_ok(ctx, bl_packed_add(ctx, &p, rows[k].at(i)));
    same(&p, rows[k].at, N);
    /* a buffer of one piece is no part of it */
    double each = ((double)bl_ctx_live_bytes(ctx) - BL_PACKED_ROWS * sizeof(double)) / N;
    if (!(each <= rows[k].bytes)) fail_msg("%s: %g bytes a number, wanted %g", rows[k].name, each, rows[k].bytes);
    check_ok(ctx, bl_packed_append(ctx, &all, &p));
    same(&all, rows[k].at, N);
    static const size_t cuts[] = {N - 1, N - 18, 9000, 8192, 8191, 300, 256, 255, 3, 0};
    for (size_t c = 0; c < sizeof cuts / sizeof *cuts; c++) {
      bl_packed_cut(ctx, &p, cuts[c]);
      same(&p, rows[k].at, cuts[c]);
      for (size_t i = cuts[c]; i < cuts[c] + 2; i++) check_ok(ctx, bl_packed_add(ctx, &p, rows[k].at(i)));
      same(&p, rows[k].at, cuts[c] + 2);
    }
    bl_packed_free(ctx, &p);
    bl_packed_free(ctx, &all);
    check_free(ctx);
  }
}

static bl_status fill(bl_ctx *ctx, void *arg)
{
  (void)arg;
  bl_packed p = {0}, more = {0};
  bl_status s = BL_OK;
  size_t n = 0;
  for (; !s && n < 600; n += !s) s = bl_packed_add(ctx, &more, codes(n));
  if (more.n != n) s = BL_E_INTERNAL;
  if (!s) s = bl_packed_add(ctx, &p, 5);
  if (!s && (s = bl_packed_append(ctx, &p, &more)) && p.n != 1) s = BL_E_INTERNAL;
  bl_packed_free(ctx, &p);
  bl_packed_free(ctx, &more);
  return s;
}

static void survives_any_allocation_failing(void **state)
{
  (void)state;
  check_every_allocation_failing(fill, NULL);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(comes_back_in_little_room),
                                     cmocka_unit_test(survives_any_allocation_failing)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
