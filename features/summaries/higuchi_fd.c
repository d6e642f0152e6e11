/* higuchi_fd: Higuchi's fractal dimension: how the length of a curve grows as it is looked at more closely.
 *
 * L(k) is the mean over m < k of (n - 1) / (k^2 N) times the sum of the steps of every k-th sample from m on, N =
 * floor((n - m - 1) / k); the last of the N steps is left out, as antropy and mne-features both do. The dimension is the
 * slope of log L(k) over log(1/k), k = 1 .. kmax. NaN and a warning where a length is 0. */
#include <math.h>

#include "series.h"

typedef struct higuchi_fd_params {
  int64_t kmax;
} higuchi_fd_params;

static const bl_opt opts[] = {BL_INT(higuchi_fd_params, kmax, "10", 2, 10000, "samples",
                                     "the longest step; a segment needs twice as many samples"),
                              BL_OPT_END};

static double length_at(const double *x, size_t n, size_t k)
{
  double mean = 0;
  for (size_t m = 0; m < k; m++) {
    size_t steps = (n - m - 1) / k;
    double sum = 0;
    for (size_t j = 1; j < steps; j++) sum += fabs(x[m + j * k] - x[m + (j - 1) * k]);
    mean += sum / (double)k * ((double)(n - 1) / (double)(k * steps)) / (double)k;
  }
  return mean;
}

static bl_status values(bl_ctx *ctx, bl_series *s, double *x, size_t n, double *out)
{
  size_t kmax = (size_t)((const higuchi_fd_params *)s->params)->kmax;
  double *log_k;
  bl_status status = bl_series_need(ctx, s, n, 2 * kmax);
  if (!status) status = bl_series_room(ctx, s, 2 * kmax, &log_k);
  if (status) return status;
  double *log_l = log_k + kmax;
  for (size_t k = 1; k <= kmax; k++) {
    log_k[k - 1] = log(1 / (double)k);
    log_l[k - 1] = log(length_at(x, n, k));
  }
  *out = bl_slope(log_k, log_l, kmax);
  return BL_OK;
}

static const char *const what[] = {"higuchi_fd"}, *const units[] = {"1"};
static const bl_series_form form = {"higuchi_fd", what, units, 1, 2, values};

BL_SERIES_FUNCTIONS(form)

const bl_summary_class bl_summary_higuchi_fd = {
    .name = "higuchi_fd",
    .summary = "fractal dimension after Higuchi of each channel and bin",
    .source = "Higuchi 1988; antropy.higuchi_fd",
    .opts = opts,
    .params_size = sizeof(higuchi_fd_params),
    BL_SERIES_SLOTS,
};
