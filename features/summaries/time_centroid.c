/* time_centroid: when the energy of each channel and bin comes in a segment, and how much it is spread: the features of a
 * row of a spectrogram in the right-whale challenge's winner (nmkridler/moby). Of values x at times t of weight w = x:
 *
 * centroid  c = sum w t / sum w, in seconds from the segment's first frame
 * width     sqrt(sum w (t - c)^2 / sum w), in seconds
 * skew      sum w (t - c)^3 / sum w / width^3
 * weight: abs takes |x|, square x^2. Where weights sum to 0 or less, or a spread is negative, they are NaN, and skew where
 * the width is 0. */
#include <math.h>

#include "series.h"

static const char *const weights[] = {"value", "abs", "square", NULL};
enum { VALUE, ABS, SQUARE };

typedef struct time_centroid_params {
  int weight;
} time_centroid_params;

static const bl_opt opts[] = {
    BL_ENUM(time_centroid_params, weight, "value", weights, "what a frame weighs: its value (of a power), |x| or x^2"),
    BL_OPT_END};

static double weight(double x, int how) { return how == ABS ? fabs(x) : how == SQUARE ? x * x : x; }

static bl_status values(bl_ctx *ctx, bl_series *s, double *x, size_t n, double *out)
{
  const time_centroid_params *p = s->params;
  (void)ctx;
  double sum = 0, first = 0, second = 0, third = 0;
  for (size_t i = 0; i < n; i++) {
    x[i] = weight(x[i], p->weight);
    sum += x[i];
    first += x[i] * (double)i;
  }
  double centre = first / sum;
  for (size_t i = 0; i < n; i++) {
    double d = (double)i - centre;
    second += x[i] * d * d;
    third += x[i] * d * d * d;
  }
  double width = sum > 0 ? sqrt(second / sum) : (double)NAN;
  out[0] = sum > 0 ? centre / s->in->rate_hz : (double)NAN;
  out[1] = width / s->in->rate_hz;
  out[2] = width > 0 ? third / sum / (width * width * width) : (double)NAN;
  return BL_OK;
}

static const char *const what[] = {"centroid", "width", "skew"};
static const char *const units[] = {"s", "s", "1"};
static const bl_series_form form = {"time_centroid", what, units, 3, 1, values};

BL_SERIES_FUNCTIONS(form)

const bl_summary_class bl_summary_time_centroid = {
    .name = "time_centroid",
    .summary = "when the values of each channel and bin come, and how spread they are",
    .source = "nmkridler/moby",
    .opts = opts,
    .params_size = sizeof(time_centroid_params),
    BL_SERIES_SLOTS,
};
