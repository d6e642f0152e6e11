/* chi2: exp(-gamma sum (x - y)^2 / (x + y)), of histograms: entries are 0 or more, and where both are 0 nothing is added */
#include "vector_options.h"

typedef struct params {
  bl_vector_options v;
} params;

static const bl_opt opts[] = {BL_VECTOR_GAMMA(params, v, "auto"), BL_OPT_END};

static bl_status check(bl_ctx *ctx, const bl_kernel *k, const bl_cmat *X)
{
  (void)k;
  for (size_t i = 0; i < X->rows; i++)
    for (size_t j = 0; j < X->cols; j++)
      if (bl_crow(X, i)[j] < 0)
        return bl_fail(ctx, BL_E_RANGE,
                       "kernel chi2: row %zu, column %zu is %g; it compares histograms, whose entries are 0 or more", i,
                       j, (double)bl_crow(X, i)[j]);
  return BL_OK;
}

static double of_pair(const bl_kernel *k, const float *x, const float *y, size_t d)
{
  double sum = 0;
  for (size_t j = 0; j < d; j++) {
    double less = (double)x[j] - (double)y[j], more = (double)x[j] + (double)y[j];
    if (more != 0) sum += less * less / more;
  }
  return exp(-k->gamma * sum);
}

const bl_kernel_class bl_kernel_chi2 = {.name = "chi2",
                                        .summary = "likeness of two histograms",
                                        .source =
                                            "scikit-learn chi2_kernel; Zhang, Marszalek, Lazebnik and Schmid 2007",
                                        .opts = opts,
                                        .params_size = sizeof(params),
                                        .auto_gamma = 1,
                                        .check = check,
                                        .of_pair = of_pair};
