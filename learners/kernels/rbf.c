/* rbf: exp(-gamma |x - y|^2), the square of the distance being x.x + y.y - 2 x.y */
#include "baleen/wide.h"
#include "vector_exp.h"
#include "vector_options.h"

typedef struct params {
  bl_vector_options v;
} params;

static const bl_opt opts[] = {BL_VECTOR_GAMMA(params, v, "scale"), BL_OPT_END};

/* Of equal rows rounding may leave something of the square of their distance, also below 0. */
BL_WIDE static void rbf_exponents(double gamma, double xx, const double *restrict yy, double *restrict v, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    double square = xx + yy[i] - 2 * v[i];
    v[i] = -gamma * (square > 0 ? square : 0);
  }
}

static void of_products(const bl_kernel *k, double xx, const double *yy, double *v, size_t n)
{
  rbf_exponents(k->gamma, xx, yy, v, n);
  bl_vector_exp(v, n);
}

const bl_kernel_class bl_kernel_rbf = {.name = "rbf",
                                       .summary = "falls with the square of the distance of two rows",
                                       .source = "scikit-learn rbf_kernel",
                                       .opts = opts,
                                       .params_size = sizeof(params),
                                       .of_products = of_products};
