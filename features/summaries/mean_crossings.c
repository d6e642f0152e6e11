/* mean_crossings: how often each channel and bin crosses its own mean: changes of sign from frame to frame once the mean is
 * taken off; 0 counts as positive. zero_crossings counts those of zero. normalize divides by the frames. */
#include "series.h"

typedef struct mean_crossings_params {
  bool normalize;
} mean_crossings_params;

static const bl_opt opts[] = {
    BL_BOOL(mean_crossings_params, normalize, "false", "whether the count is divided by the frames"), BL_OPT_END};

static bl_status values(bl_ctx *ctx, bl_series *s, double *x, size_t n, double *out)
{
  const mean_crossings_params *p = s->params;
  (void)ctx;
  double sum = 0, lo = x[0], hi = x[0];
  for (size_t i = 0; i < n; i++) {
    sum += x[i];
    lo = x[i] < lo ? x[i] : lo;
    hi = x[i] > hi ? x[i] : hi;
  }
  double mean = sum / (double)n;
  for (size_t i = 0; i < n; i++) x[i] = hi > lo ? x[i] - mean + 0.0 : 0; /* rounding must not let a constant cross */
  *out = (double)bl_sign_changes(x, n);
  if (p->normalize) *out /= (double)n;
  return BL_OK;
}

static const char *const what[] = {"mean_crossings"};
static const char *const units[] = {"1"};
static const bl_series_form form = {"mean_crossings", what, units, 1, 1, values};

BL_SERIES_FUNCTIONS(form)

const bl_summary_class bl_summary_mean_crossings = {
    .name = "mean_crossings",
    .summary = "how often each channel and bin crosses its mean",
    .source = "openSMILE Crossings (mcr)",
    .opts = opts,
    .params_size = sizeof(mean_crossings_params),
    BL_SERIES_SLOTS,
};
