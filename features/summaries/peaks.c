/* peaks: how many peaks each channel and bin has, how far apart they are and how high: openSMILE's Peaks, of the peaks
 * that scipy.signal.find_peaks finds.
 *
 * A peak is higher than its neighbours; of a flat top the middle frame counts (rounded down), and the first and last frames
 * are none. Of these stay those at least `height` high; then, from the highest down, those that have no higher one nearer
 * than distance_s; then those whose prominence, the height over the higher of the two lowest points between the peak
 * and the next higher value on either side, is `prominence` at least.
 *
 * numPeaks            how many
 * meanPeakDist        mean seconds from peak to peak; of fewer than two NaN, or with none: zero 0
 * peakMean            mean height; of none NaN, or 0 likewise
 * peakMeanMeanDist    the mean height less the mean of all values */
#include <math.h>

#include "peaks.h"
#include "series.h"

static const char *const any[] = {"any", NULL};
static const char *const nones[] = {"nan", "zero", NULL};
enum { NONE_NAN, ZERO };

typedef struct peaks_params {
  bl_word height;
  double distance_s, prominence;
  int none;
} peaks_params;

static const bl_opt opts[] = {
    BL_WORD(peaks_params, height, "any", any, -1e300, 1e300, 0, "", "least height of a peak; any: no bound"),
    BL_REAL(peaks_params, distance_s, "0", 0, 1e9, "s", "least distance of peaks; of nearer ones the highest stays"),
    BL_REAL(peaks_params, prominence, "0", 0, 1e300, "", "least height of a peak over what surrounds it"),
    BL_ENUM(peaks_params, none, "nan", nones, "what distance and height are where there are no peaks"), BL_OPT_END};

static bl_status values(bl_ctx *ctx, bl_series *s, double *x, size_t n, double *out)
{
  const peaks_params *p = s->params;
  double *at, sum = 0, heights = 0;
  bl_status status = bl_series_room(ctx, s, 2 * n, &at);
  if (status) return status;
  size_t kept = 0, found = bl_peaks_find(x, n, p->height.word < 0 ? p->height.real : -INFINITY, at);
  double distance = ceil(p->distance_s * s->in->rate_hz - 1e-6); /* a millionth of a frame is rounding noise */
  if (distance > 1) found = bl_peaks_thin(x, at, found, distance, at + n);
  for (size_t i = 0; i < found; i++)
    if (p->prominence == 0 || bl_peak_prominence(x, n, (size_t)at[i]) >= p->prominence) at[kept++] = at[i];
  for (size_t i = 0; i < n; i++) sum += x[i];
  for (size_t i = 0; i < kept; i++) heights += x[(size_t)at[i]];
  double none = p->none == ZERO ? 0 : (double)NAN;
  out[0] = (double)kept;
  out[1] = kept > 1 ? (at[kept - 1] - at[0]) / (double)(kept - 1) / s->in->rate_hz : none;
  out[2] = kept ? heights / (double)kept : none;
  out[3] = kept ? out[2] - sum / (double)n : none;
  return BL_OK;
}

static const char *const what[] = {"numPeaks", "meanPeakDist", "peakMean", "peakMeanMeanDist"};
static const char *const units[] = {"1", "s", "%s", "%d"};
static const bl_series_form form = {"peaks", what, units, 4, 1, values};

BL_SERIES_FUNCTIONS(form)

const bl_summary_class bl_summary_peaks = {
    .name = "peaks",
    .summary = "number of peaks of each channel and bin, their mean distance and height",
    .source = "scipy.signal.find_peaks, openSMILE Peaks2",
    .opts = opts,
    .params_size = sizeof(peaks_params),
    BL_SERIES_SLOTS,
};
