/* sigmoid: tanh(gamma x . y + coef0); not positive definite for most options */
#include "vector_options.h"

typedef struct params {
  bl_vector_options v;
} params;

static const bl_opt opts[] = {BL_VECTOR_GAMMA(params, v, "scale"), BL_VECTOR_COEF0(params, v, "0"), BL_OPT_END};

static void of_products(const bl_kernel *k, double xx, const double *yy, double *v, size_t n)
{
  const params *p = k->params;
  (void)xx, (void)yy;
  for (size_t i = 0; i < n; i++) v[i] = tanh(k->gamma * v[i] + p->v.coef0);
}

const bl_kernel_class bl_kernel_sigmoid = {.name = "sigmoid",
                                           .summary = "hyperbolic tangent of the product of two rows",
                                           .source = "scikit-learn sigmoid_kernel",
                                           .opts = opts,
                                           .params_size = sizeof(params),
                                           .of_products = of_products};
