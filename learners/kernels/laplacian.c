/* laplacian: exp(-gamma sum |x - y|) */
#include "vector_options.h"

typedef struct params {
  bl_vector_options v;
} params;

static const bl_opt opts[] = {BL_VECTOR_GAMMA(params, v, "scale"), BL_OPT_END};

static double of_pair(const bl_kernel *k, const float *x, const float *y, size_t d)
{
  double sum[4] = {0}; /* four at a time, so that additions need not wait for one another */
  for (size_t j = 0; j < d; j++) sum[j % 4] += fabs((double)x[j] - (double)y[j]);
  return exp(-k->gamma * ((sum[0] + sum[1]) + (sum[2] + sum[3])));
}

const bl_kernel_class bl_kernel_laplacian = {.name = "laplacian",
                                             .summary = "falls with the sum of the absolute differences of two rows",
                                             .source = "scikit-learn laplacian_kernel",
                                             .opts = opts,
                                             .params_size = sizeof(params),
                                             .of_pair = of_pair};
