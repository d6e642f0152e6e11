/* epoch.c: baseline correction of one segment's frames, and which amplitudes its channels may have. */
#include "baleen/epoch.h"

#include <math.h>
#include <stdio.h>

#include "baleen/text.h"

const char *bl_baseline_unit(bl_baseline_mode mode)
{
  static const char *const units[] = {
      [BL_BASELINE_MEAN] = NULL,   [BL_BASELINE_RATIO] = "1",   [BL_BASELINE_LOGRATIO] = "log10",
      [BL_BASELINE_PERCENT] = "1", [BL_BASELINE_ZSCORE] = "sd", [BL_BASELINE_ZLOGRATIO] = "sd"};
  return units[mode];
}

/* Frames first .. behind - 1 lie in [from, to]. A millionth of a frame is rounding noise. */
static void inside(double first_s, double rate_hz, size_t n, double from, double to, size_t *first, size_t *behind)
{
  double lo = ceil((from - first_s) * rate_hz - 1e-6), hi = floor((to - first_s) * rate_hz + 1e-6) + 1;
  *first = lo > 0 ? lo < (double)n ? (size_t)lo : n : 0;
  *behind = hi > 0 ? hi < (double)n ? (size_t)hi : n : 0;
}

static bl_status undefined(bl_ctx *ctx, const bl_stream *stream, size_t i, const char *what)
{
  char buf[BL_BIN_NAME];
  const char *channel = stream->channels.v[i / stream->n_bins], *bin = bl_stream_bin(stream, i % stream->n_bins, buf);
  if (stream->n_bins == 1 || !*bin)
    return bl_fail(ctx, BL_E_NONFINITE, "baseline: %s of channel '%s' %s", what, channel,
                   "leaves nothing to divide by; leave the channel out, or take baseline_mode: mean");
  return bl_fail(ctx, BL_E_NONFINITE, "baseline: %s of channel '%s', bin '%s' %s", what, channel, bin,
                 "leaves nothing to divide by; take baseline_mode: mean");
}

/* One channel and bin: every `step`-th float. */
static bl_status correct(bl_ctx *ctx, bl_baseline_mode mode, const bl_stream *stream, size_t at, float *x, size_t n,
                         size_t first, size_t behind)
{
  size_t step = bl_stream_width(stream);
  double sum = 0, mean, sum1 = 0, sum2 = 0, m;
  for (size_t f = first; f < behind; f++) sum += (double)x[f * step];
  mean = sum / (double)(behind - first);
  bool divides = mode != BL_BASELINE_MEAN && mode != BL_BASELINE_ZSCORE;
  bool log = mode == BL_BASELINE_LOGRATIO || mode == BL_BASELINE_ZLOGRATIO;
  if (divides && !(fabs(mean) > 0) && !isnan(mean)) return undefined(ctx, stream, at, "a mean of zero");
  double scale = 1;
  if (mode == BL_BASELINE_ZSCORE || mode == BL_BASELINE_ZLOGRATIO) {
    for (size_t f = first; f < behind; f++) {
      double v = (double)x[f * step];
      sum1 += log ? log10(v / mean) : v - mean;
    }
    m = sum1 / (double)(behind - first);
    for (size_t f = first; f < behind; f++) {
      double v = (double)x[f * step], d = (log ? log10(v / mean) : v - mean) - m;
      sum2 += d * d;
    }
    scale = sqrt(sum2 / (double)(behind - first));
    if (!(scale > 0) && !isnan(scale))
      return undefined(ctx, stream, at, behind - first == 1 ? "one frame as the baseline" : "a constant baseline");
  }
  for (size_t f = 0; f < n; f++) {
    double v = (double)x[f * step];
    if (log && !(v / mean > 0) && !isnan(v))
      return bl_fail(ctx, BL_E_NONFINITE,
                     "baseline: channel '%s' has values that are not above zero, which have no logarithm; "
                     "take baseline_mode: mean or percent",
                     stream->channels.v[at / stream->n_bins]);
    if (log) v = log10(v / mean);
    else if (mode == BL_BASELINE_RATIO) v /= mean;
    else v -= mean;
    if (mode == BL_BASELINE_PERCENT) v /= mean;
    x[f * step] = (float)(v / scale);
  }
  return BL_OK;
}

static bl_status empty_baseline(bl_ctx *ctx, const bl_epoch_rules *rules)
{
  double from = rules->baseline_from_s, to = rules->baseline_to_s;
  char lo[40] = "the segment's start", hi[40] = "its end";
  if (isfinite(from)) snprintf(lo, sizeof lo, "%g", from);
  if (isfinite(to)) snprintf(hi, sizeof hi, "%g s of the event", to);
  return bl_fail(ctx, BL_E_SHAPE, "baseline: no frame lies between %s and %s; widen it", lo, hi);
}

bl_status bl_epoch_correct(bl_ctx *ctx, const bl_epoch_rules *rules, const bl_stream *stream, double first_s, float *x,
                           size_t n)
{
  size_t first, behind;
  inside(first_s, stream->rate_hz, n, rules->baseline_from_s, rules->baseline_to_s, &first, &behind);
  if (first >= behind) return empty_baseline(ctx, rules);
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < bl_stream_width(stream); i++)
    s = correct(ctx, rules->mode, stream, i, x + i, n, first, behind);
  return s;
}

void bl_epoch_limits(const bl_epoch_rules *rules, const char *channel, double *flat, double *reject)
{
  *flat = rules->flat;
  *reject = rules->reject;
  for (size_t i = 0; rules->limits && i < rules->limits->n; i++) {
    const bl_range *r = &rules->limits->v[i];
    if (!bl_text_glob(r->name, channel)) continue;
    *flat = r->lo;
    *reject = r->hi;
    return;
  }
}
