/* minimise: both solvers on a badly scaled convex function with a known minimum, on a flat direction, at the cap. */
#include "minimise.h"

#include <string.h>

#include "check.h"

enum { N = 6 };

/* sum_i a_i (cosh(x_i - i) - 1) + (sum_i x_i - i)^2, a from 1e-3 to 1e2: minimum 0 at x_i = i. With `flat`, x_0 is
 * free. */
typedef struct valley {
  bool flat;
  size_t calls;
} valley;

static bl_status value(bl_ctx *ctx, void *arg, const double *x, double *f, double *g, double *h)
{
  valley *v = arg;
  double sum = 0;
  (void)ctx;
  v->calls++;
  *f = 0;
  for (size_t i = v->flat; i < N; i++) sum += x[i] - (double)i;
  if (h) memset(h, 0, N * N * sizeof *h);
  g[0] = 0;
  for (size_t i = v->flat; i < N; i++) {
    double a = pow(10, (double)i - 3), d = x[i] - (double)i;
    *f += a * (cosh(d) - 1);
    g[i] = a * sinh(d) + 2 * sum;
    for (size_t j = v->flat; h && j < N; j++) h[i * N + j] = 2 + (i == j ? a * cosh(d) : 0);
  }
  *f += sum * sum;
  return BL_OK;
}

typedef bl_status (*solver)(bl_ctx *, bl_minimise *, double *);
static const solver solvers[] = {bl_minimise_lbfgs, bl_minimise_newton};

static void the_minimum_is_found(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  for (size_t k = 0; k < 2; k++)
    for (int flat = 0; flat < 2; flat++) {
      valley v = {flat, 0};
      double x[N] = {3, -2, 5, 8, 0, 1};
      bl_minimise m = {.n = N, .fn = value, .arg = &v, .tol = 1e-10, .max_iter = 200};
      check_ok(ctx, solvers[k](ctx, &m, x));
      assert_true(m.converged && m.grad_max <= 1e-10 && m.n_iter >= 1 && m.n_iter < 100);
      for (size_t i = (size_t)flat; i < N; i++) check_near(x[i], (double)i, 2e-7);
    }
  check_free(ctx);
}

static void the_cap_holds_and_is_told(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  for (size_t k = 0; k < 2; k++) {
    valley v = {false, 0};
    double x[N] = {3, -2, 5, 8, 0, 1};
    bl_minimise m = {.n = N, .fn = value, .arg = &v, .tol = 1e-10, .max_iter = 2};
    check_ok(ctx, solvers[k](ctx, &m, x));
    assert_false(m.converged);
    assert_int_equal(m.n_iter, 2);
    assert_true(m.grad_max > 1e-10);
  }
  check_free(ctx);
}

static void cancelling_stops(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  bl_ctx_cancel(ctx);
  for (size_t k = 0; k < 2; k++) {
    valley v = {false, 0};
    double x[N] = {3, -2, 5, 8, 0, 1};
    bl_minimise m = {.n = N, .fn = value, .arg = &v, .tol = 1e-10, .max_iter = 200};
    check_fails(ctx, solvers[k](ctx, &m, x), BL_E_CANCELLED, "stopped");
    assert_int_equal(v.calls, 1);
  }
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(the_minimum_is_found),
                                     cmocka_unit_test(the_cap_holds_and_is_told), cmocka_unit_test(cancelling_stops)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
