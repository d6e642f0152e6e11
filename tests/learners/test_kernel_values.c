/* What kernel machines share: values of a kernel between rows, kept once for all fits, exponentials, and the loops of the
 * solver. */
#include "grams.h"
#include "kernel_cache.h"
#include "learn.h"
#include "smo_scan.h"
#include "vector_exp.h"

enum { ROWS = 150, COLS = 3, PLENTY = 1 << 20 };

static void some_rows(float *x)
{
  bl_rng r = bl_rng_make(5, "kernel values", 0);
  for (size_t i = 0; i < ROWS * COLS; i++) x[i] = (float)fabs(bl_rng_normal(&r));
}

/* A kernel of that name on all rows. */
static void settled(bl_ctx *ctx, const char *name, const bl_cmat *X, bl_kernel *k)
{
  check_ok(ctx, bl_kernel_new(ctx, name, k));
  check_ok(ctx, bl_kernel_settle(ctx, k, X, NULL));
}

/* By products and by pairs, more rows than a tile has: equal to the public matrix but for its rounding to float32, the same
 * to the bit on both sides of the diagonal, and found again under the rows' numbers by any view of the same matrix. */
static void values_are_those_of_the_kernel(void **unused)
{
  (void)unused;
  static const char *const names[] = {"rbf", "linear", "laplacian", "chi2", "poly"};
  bl_ctx *ctx = bl_ctx_new();
  float x[ROWS * COLS];
  uint32_t odd[ROWS / 2], few[3] = {9, 141, 3};
  for (uint32_t i = 0; i < ROWS / 2; i++) odd[i] = 2 * i + 1;
  some_rows(x);
  for (size_t m = 0; m < sizeof names / sizeof *names; m++) {
    bl_cmat all = {x, ROWS, COLS, COLS, NULL}, half = {x, ROWS / 2, COLS, COLS, odd}, part = {x, 3, COLS, COLS, few};
    bl_kernel k;
    bl_grams *g;
    const bl_gram_values *v;
    double *want = test_calloc(ROWS * ROWS, sizeof *want);
    settled(ctx, names[m], &all, &k);
    check_ok(ctx, bl_kernel_gram(ctx, &k, &all, &all, want));
    for (int by_index = 0; by_index < 2; by_index++) {
      const bl_cmat *X = by_index ? &half : &all;
      check_ok(ctx, bl_grams_new(ctx, X, &g));
      check_ok(ctx, bl_gram_take(ctx, g, &k, &part, PLENTY, &v));
      assert_non_null(v);
      for (size_t i = 0; i < X->rows; i++) {
        uint32_t a = bl_gram_place(v, X, i);
        assert_int_equal(a, i);
        for (size_t j = 0; j < X->rows; j++) {
          size_t row = by_index ? odd[i] : i, column = by_index ? odd[j] : j;
          check_near((double)bl_gram_row(v, a)[j], want[row * ROWS + column], 2e-7 * fabs(want[row * ROWS + column]));
          assert_memory_equal(&bl_gram_row(v, a)[j], &bl_gram_row(v, (uint32_t)j)[i], sizeof(float));
        }
        check_near(bl_gram_diagonal(v, a), (double)bl_gram_row(v, a)[i], 1e-7 * bl_gram_diagonal(v, a));
      }
      assert_int_equal(bl_gram_place(v, &part, 1), by_index ? 70 : 141);
      bl_gram_leave(g, v);
      bl_grams_free(ctx, g);
    }
    bl_kernel_free(ctx, &k);
    test_free(want);
  }
  check_free(ctx);
}

/* What is asked for again is not worked out again; what nobody holds goes where room is short; what is held stays. */
static void values_are_kept_while_there_is_room(void **unused)
{
  (void)unused;
  enum { ONE = ROWS * ROWS * sizeof(float) };
  bl_ctx *ctx = bl_ctx_new();
  float x[ROWS * COLS];
  some_rows(x);
  bl_cmat X = {x, ROWS, COLS, COLS, NULL};
  bl_kernel k;
  bl_grams *g;
  const bl_gram_values *first, *second, *third, *again;
  settled(ctx, "rbf", &X, &k);
  check_ok(ctx, bl_grams_new(ctx, &X, &g));
  k.gamma = 1;
  check_ok(ctx, bl_gram_take(ctx, g, &k, &X, 2 * ONE, &first));
  check_ok(ctx, bl_gram_take(ctx, g, &k, &X, 2 * ONE, &again));
  assert_ptr_equal(first, again);
  bl_gram_leave(g, again);
  k.gamma = 2;
  check_ok(ctx, bl_gram_take(ctx, g, &k, &X, 2 * ONE, &second));
  assert_ptr_not_equal(first, second);
  size_t two = bl_ctx_live_bytes(ctx);
  bl_gram_leave(g, second);
  k.gamma = 3;
  check_ok(ctx, bl_gram_take(ctx, g, &k, &X, 2 * ONE, &third)); /* in the place of the second */
  assert_int_equal(bl_ctx_live_bytes(ctx), two);
  k.gamma = 1;
  check_ok(ctx, bl_gram_take(ctx, g, &k, &X, 2 * ONE, &again));
  assert_ptr_equal(first, again);
  bl_gram_leave(g, again);
  bl_gram_leave(g, third);
  bl_gram_leave(g, first);
  bl_grams_free(ctx, g);
  bl_kernel_free(ctx, &k);
  check_free(ctx);
}

static void nothing_is_shared_where_nothing_can_be(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  float x[ROWS * COLS], other[ROWS * COLS] = {0};
  uint32_t even[2] = {2, 4}, odd[2] = {2, 3};
  some_rows(x);
  bl_cmat X = {x, ROWS, COLS, COLS, NULL}, Y = {other, ROWS, COLS, COLS, NULL};
  bl_cmat some = {x, 2, COLS, COLS, even}, beyond = {x, 2, COLS, COLS, odd};
  bl_kernel k, given;
  bl_grams *g, *narrow;
  const bl_gram_values *v;
  settled(ctx, "rbf", &X, &k);
  check_ok(ctx, bl_kernel_new(ctx, "precomputed", &given));
  check_ok(ctx, bl_grams_new(ctx, &X, &g));
  check_ok(ctx, bl_grams_new(ctx, &some, &narrow));
  assert_true(bl_grams_are_of(g, &X));
  assert_false(bl_grams_are_of(NULL, &X));
  check_ok(ctx, bl_gram_take(ctx, NULL, &k, &X, PLENTY, &v));
  assert_null(v);
  check_ok(ctx, bl_gram_take(ctx, g, &k, &Y, PLENTY, &v)); /* another matrix */
  assert_null(v);
  check_ok(ctx, bl_gram_take(ctx, g, &given, &X, PLENTY, &v));
  assert_null(v);
  check_ok(ctx, bl_gram_take(ctx, g, &k, &X, ROWS * ROWS * sizeof(float) - 1, &v)); /* too much */
  assert_null(v);
  check_ok(ctx, bl_gram_take(ctx, narrow, &k, &beyond, PLENTY, &v)); /* row 3 is none of its rows */
  assert_null(v);
  check_ok(ctx, bl_gram_take(ctx, narrow, &k, &some, PLENTY, &v));
  assert_non_null(v);
  bl_gram_leave(narrow, v);
  bl_grams_free(ctx, narrow);
  bl_grams_free(ctx, g);
  bl_kernel_free(ctx, &k);
  bl_kernel_free(ctx, &given);
  check_free(ctx);
}

/* A cache that takes its rows from shared values holds what it would work out itself. */
static void caches_take_their_rows_from_them(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  float x[ROWS * COLS];
  uint32_t some[40];
  for (uint32_t i = 0; i < 40; i++) some[i] = (i * 7 + 3) % ROWS;
  some_rows(x);
  bl_cmat X = {x, ROWS, COLS, COLS, NULL}, part = {x, 40, COLS, COLS, some};
  bl_kernel k;
  bl_grams *g;
  const bl_gram_values *v;
  bl_kernel_cache *own, *shared;
  settled(ctx, "rbf", &X, &k);
  check_ok(ctx, bl_grams_new(ctx, &X, &g));
  check_ok(ctx, bl_gram_take(ctx, g, &k, &part, PLENTY, &v));
  check_ok(ctx, bl_kernel_cache_new(ctx, &k, &part, PLENTY, NULL, &own));
  check_ok(ctx, bl_kernel_cache_new(ctx, &k, &part, PLENTY, v, &shared));
  for (uint32_t i = 0; i < 40; i++) {
    check_ok(ctx, bl_kernel_cache_fill(ctx, own, &i, 1));
    check_ok(ctx, bl_kernel_cache_fill(ctx, shared, &i, 1));
    for (size_t j = 0; j < 40; j++)
      check_near((double)bl_kernel_cache_row(shared, i)[j], (double)bl_kernel_cache_row(own, i)[j], 1e-7);
    check_near(bl_kernel_cache_diagonal(shared, i), bl_kernel_cache_diagonal(own, i), 1e-12);
  }
  bl_kernel_cache_free(ctx, own);
  bl_kernel_cache_free(ctx, shared);
  bl_gram_leave(g, v);
  bl_grams_free(ctx, g);
  bl_kernel_free(ctx, &k);
  check_free(ctx);
}

static bl_status take_and_leave(bl_ctx *ctx, void *arg)
{
  uint32_t some[20];
  for (uint32_t i = 0; i < 20; i++) some[i] = 5 * i;
  bl_cmat X = {arg, 20, COLS, COLS, some};
  bl_kernel k = {0};
  bl_grams *g = NULL;
  const bl_gram_values *v = NULL;
  bl_status s = bl_kernel_new(ctx, "rbf", &k);
  if (!s) s = bl_kernel_settle(ctx, &k, &X, NULL);
  if (!s) s = bl_grams_new(ctx, &X, &g);
  if (!s) s = bl_gram_take(ctx, g, &k, &X, PLENTY, &v);
  bl_gram_leave(g, v);
  bl_grams_free(ctx, g);
  if (k.cls) bl_kernel_free(ctx, &k);
  return s;
}

static void memory_may_run_out(void **unused)
{
  (void)unused;
  float x[ROWS * COLS];
  some_rows(x);
  check_every_allocation_failing(take_and_leave, x);
}

/* ---- exponentials ------------------------------------------------------------------------------------------------ */

/* Against the C library, from 0 down to where the result is 0; each entry by itself has the bits that it has among others,
 * at any place of a block of any length. */
static void exponentials_are_right_to_the_last_bits(void **unused)
{
  (void)unused;
  enum { N = 4001, LONGEST = 11 };
  double *v = test_calloc(N, sizeof *v), block[LONGEST];
  for (size_t i = 0; i < N; i++) v[i] = -708 * (double)i * (double)i / ((double)(N - 1) * (double)(N - 1));
  for (size_t i = 0; i < N; i++) {
    double alone = v[i], want = exp(v[i]);
    size_t n = 1 + i % LONGEST, at = i % n;
    for (size_t k = 0; k < n; k++) block[k] = -(double)k;
    block[at] = v[i];
    bl_vector_exp(&alone, 1);
    bl_vector_exp(block, n);
    check_near(alone, want, 4.5e-16 * want);
    assert_memory_equal(&alone, &block[at], sizeof alone);
  }
  double odd[5] = {-708.5, (double)NAN, -1e308, -INFINITY, 0};
  bl_vector_exp(odd, 5);
  assert_true(odd[0] == 0 && isnan(odd[1]) && odd[2] == 0 && odd[3] == 0 && odd[4] == 1);
  test_free(v);
}

/* ---- the solver's loops ------------------------------------------------------------------------------------------ */

enum { MOST = 23 };

/* v has ties, so that it shows whether the first of equals is taken; each variable stands on one side, both or none. */
static void some_variables(bl_rng *r, size_t n, double *v, double *diagonal, uint8_t *side, float *row)
{
  for (size_t t = 0; t < n; t++) {
    v[t] = (double)bl_rng_below(r, 5) - 2;
    diagonal[t] = 1 + (double)bl_rng_below(r, 2);
    side[t] = (uint8_t)bl_rng_below(r, 4);
    row[t] = (float)bl_rng_below(r, 5) / 2; /* so that some curvatures are 0 or less */
  }
}

static void loops_by_four_find_what_plain_ones_find(void **unused)
{
  (void)unused;
  bl_rng r = bl_rng_make(6, "smo_scan", 0);
  double v[MOST], diagonal[MOST];
  uint8_t side[MOST];
  float row[MOST];
  for (size_t round = 0; round < 2000; round++) {
    size_t n = round % (MOST + 1), top = n, at = n;
    int sides = 1 + (int)(round % 2);
    double gain = round % 3 == 0 ? 2 : 0, least = INFINITY, own = 1, high = 1.5;
    some_variables(&r, n, v, diagonal, side, row);
    bl_smo_partner p = {.gain = gain};
    for (size_t t = 0; t < n; t++) {
      if (!(side[t] & sides)) continue;
      if (top == n || v[t] > v[top]) top = t;
      if (v[t] < least) least = v[t];
      double curvature = own + diagonal[t] - 2 * (double)row[t], apart = high - v[t];
      if (!(curvature > 0)) curvature = bl_smo_least_curvature;
      if (apart > 0 && apart * apart / curvature > gain) gain = apart * apart / curvature, at = t;
    }
    assert_int_equal(bl_smo_largest(v, side, sides, n), top);
    bl_smo_find_partner(v, diagonal, side, sides, n, high, own, row, &p);
    assert_int_equal(p.at, at);
    assert_memory_equal(&p.gain, &gain, sizeof gain);
    assert_memory_equal(&p.least, &least, sizeof least);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(values_are_those_of_the_kernel),
      cmocka_unit_test(values_are_kept_while_there_is_room),
      cmocka_unit_test(nothing_is_shared_where_nothing_can_be),
      cmocka_unit_test(caches_take_their_rows_from_them),
      cmocka_unit_test(memory_may_run_out),
      cmocka_unit_test(exponentials_are_right_to_the_last_bits),
      cmocka_unit_test(loops_by_four_find_what_plain_ones_find),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
