/* zero_crossings: how often each channel and bin crosses zero in the segment.
 *
 * antropy (num_zerocross): changes of the sign bit from sample to sample; 0 counts as positive, -0 as negative.
 * mne_features: samples nearer to zero than `threshold` count as zero; a run of zeros is one crossing, and so is a change
 * of sign between neighbours. normalize divides by the samples. */
#include <math.h>

#include "series.h"

typedef struct zero_crossings_params {
  double threshold;
  int convention;
  bool normalize;
} zero_crossings_params;

static const bl_opt opts[] = {
    BL_ENUM(zero_crossings_params, convention, "antropy", bl_peers,
            "antropy: changes of sign; mne_features: runs of zeros count, too"),
    BL_REAL(zero_crossings_params, threshold, "2.220446049250313e-16", 0, 1e300, "",
            "mne_features: what is smaller counts as 0"),
    BL_BOOL(zero_crossings_params, normalize, "false", "whether the count is divided by the samples"), BL_OPT_END};

static double with_runs(double *x, size_t n, double threshold)
{
  size_t count = 0;
  for (size_t i = 0; i < n; i++)
    if (fabs(x[i]) < threshold) x[i] = 0;
  for (size_t i = 0; i < n; i++) {
    if (x[i] == 0) count += !i || x[i - 1] != 0;
    else count += i && x[i - 1] != 0 && (x[i] < 0) != (x[i - 1] < 0);
  }
  return (double)count;
}

static bl_status values(bl_ctx *ctx, bl_series *s, double *x, size_t n, double *out)
{
  (void)ctx;
  const zero_crossings_params *p = s->params;
  *out = p->convention == BL_MNE_FEATURES ? with_runs(x, n, p->threshold) : (double)bl_sign_changes(x, n);
  if (p->normalize) *out /= (double)n;
  return BL_OK;
}

static const char *const what[] = {"zero_crossings"}, *const units[] = {"1"};
static const bl_series_form form = {"zero_crossings", what, units, 1, 1, values};

BL_SERIES_FUNCTIONS(form)

const bl_summary_class bl_summary_zero_crossings = {
    .name = "zero_crossings",
    .summary = "how often each channel and bin crosses zero",
    .source = "antropy.num_zerocross",
    .opts = opts,
    .params_size = sizeof(zero_crossings_params),
    BL_SERIES_SLOTS,
};
