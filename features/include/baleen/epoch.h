/* epoch.h: what is done to the frames of one segment before its summaries see them: baseline correction, and rejection
 * by peak-to-peak amplitude. Formulas and edges as mne.Epochs and mne.baseline.rescale (1.3). */
#ifndef BALEEN_EPOCH_H
#define BALEEN_EPOCH_H

#include "baleen/option.h"
#include "baleen/stream.h"

/* With m the mean over the baseline and s its standard deviation (ddof 0) after the first step: what becomes of a
 * value, and of its unit. Summaries make theirs of that one, as of any other: the variance of a zscore is in sd^2. */
typedef enum bl_baseline_mode {
  BL_BASELINE_MEAN,     /* x - m: the unit stays */
  BL_BASELINE_RATIO,    /* x / m: a plain number, "1" */
  BL_BASELINE_LOGRATIO, /* log10(x / m): "log10", decades */
  BL_BASELINE_PERCENT,  /* (x - m) / m: "1"; a share, as in MNE, not hundredths */
  BL_BASELINE_ZSCORE,   /* (x - m) / s: "sd" of the baseline */
  BL_BASELINE_ZLOGRATIO /* log10(x / m) / s: "sd" */
} bl_baseline_mode;
/* The unit of what has been corrected; NULL: the one that came in. */
const char *bl_baseline_unit(bl_baseline_mode mode);

/* Times in seconds after the segment's anchor (the event), both ends included, but that of reject_to_s, whose last
 * frame stays out as in mne.Epochs (1.3); -INFINITY and INFINITY: its own ends, both included. */
typedef struct bl_epoch_rules {
  bool baseline;
  bl_baseline_mode mode;
  double baseline_from_s, baseline_to_s;
  /* peak-to-peak above / below which the segment is left out, in the channel's unit; NAN: no limit */
  double reject, flat;
  const bl_ranges
      *limits; /* name: channel's name or pattern (* ? [ab]); lo: flat, hi: reject, in place of those two. The
                              first that fits counts. NULL or borrowed for as long as the rules are in use */
  double reject_from_s, reject_to_s;
} bl_epoch_rules;

/* Corrects n frames [frame][channel][bin], each channel and bin by itself, in place; first_s is the first frame's time
 * after the anchor. Sums are double. BL_E_SHAPE when no frame lies in the baseline; BL_E_NONFINITE, naming channel and
 * bin, when the formula divides by zero or takes the logarithm of what is not above zero. */
bl_status bl_epoch_correct(bl_ctx *ctx, const bl_epoch_rules *rules, const bl_stream *stream, double first_s, float *x,
                           size_t n) BL_MUST_CHECK;

/* The limits of one channel: *flat and *reject, NAN where there is none. */
void bl_epoch_limits(const bl_epoch_rules *rules, const char *channel, double *flat, double *reject);
static inline bool bl_epoch_rejects(const bl_epoch_rules *r)
{
  return !isnan(r->reject) || !isnan(r->flat) || (r->limits && r->limits->n);
}

#endif
