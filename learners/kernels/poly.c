/* poly: (gamma x . y + coef0)^degree */
#include "vector_options.h"

typedef struct params {
  bl_vector_options v;
} params;

static const bl_opt opts[] = {BL_VECTOR_GAMMA(params, v, "scale"), BL_VECTOR_DEGREE(params, v, "3"),
                              BL_VECTOR_COEF0(params, v, "0"), BL_OPT_END};

/* By squaring: x^13 = x x^4 x^8. */
static double whole_power(double x, int64_t n)
{
  double out = 1;
  for (; n; n /= 2, x *= x)
    if (n % 2) out *= x;
  return out;
}

static void of_products(const bl_kernel *k, double xx, const double *yy, double *v, size_t n)
{
  const params *p = k->params;
  (void)xx, (void)yy;
  for (size_t i = 0; i < n; i++) v[i] = whole_power(k->gamma * v[i] + p->v.coef0, p->v.degree);
}

const bl_kernel_class bl_kernel_poly = {.name = "poly",
                                        .summary = "power of the product of two rows",
                                        .source = "scikit-learn polynomial_kernel",
                                        .opts = opts,
                                        .params_size = sizeof(params),
                                        .of_products = of_products};
