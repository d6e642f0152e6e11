/* rbf: exp(-gamma |x - y|^2), the square of the distance being x.x + y.y - 2 x.y */
#include "vector_exp.h"
#include "vector_options.h"

typedef struct params {
  bl_vector_options v;
} params;

static const bl_opt opts[] = {BL_VECTOR_GAMMA(params, v, "scale"), BL_OPT_END};

static void of_products(const bl_kernel *k, double xx, const double *yy, double *v, size_t n)
{
  double gamma = k->gamma;
  for (size_t i = 0; i < n; i++) {
    double square = xx + yy[i] - 2 * v[i]; /* of equal rows rounding may leave something, also below 0 */
    v[i] = square > 0 ? -gamma * square : 0;
  }
  bl_vector_exp(v, n);
}

const bl_kernel_class bl_kernel_rbf = {.name = "rbf",
                                       .summary = "falls with the square of the distance of two rows",
                                       .source = "scikit-learn rbf_kernel",
                                       .opts = opts,
                                       .params_size = sizeof(params),
                                       .of_products = of_products};
