/* detector.h: what the stages share that look through a whole run of waveforms, channel by channel, for events: they hold
 * the frames until the run ends, put them out unchanged, and tell what they found then.
 *
 * A channel with a value that is not finite, or whose deviation without its lowest and highest twentieth lies outside
 * 0.1 to 1000 uV (as of no EEG: volts, or nothing), is passed over with a warning, as YASA does. */
#ifndef BALEEN_DETECTOR_H
#define BALEEN_DETECTOR_H

#include "baleen/stage.h"
#include "fir_core.h"

enum { BL_DETECTOR_FILTERS = 2 };

typedef struct bl_detector bl_detector;
/* Looks through channel `channel`, n samples x, and adds what it finds by bl_detector_add(). */
typedef bl_status bl_detect(bl_ctx *ctx, bl_detector *d, size_t channel, const float *x, size_t n);

struct bl_detector {
  bl_frames all; /* the run so far */
  const char *who, *label;
  const void *params;
  bl_detect *detect;
  double rate_hz, start_s;
  bl_texts channels;
  bl_findings found; /* since the last call of events */
  bool ended;
  bl_fir filters[BL_DETECTOR_FILTERS];
  size_t n_filters;
  bl_frames filtered; /* a channel */
};

/* Slots of a stage whose state is a bl_detector, beside bl_keep_push(). Shape: the frames come when the run has ended; channels known to be in
 * another unit than uV are refused (BL_E_CONFIG). */
bl_status bl_detector_shape(bl_ctx *ctx, const char *who, const bl_stream *in, bl_stream *out) BL_MUST_CHECK;
bl_status bl_detector_init(bl_ctx *ctx, bl_detector *d, const char *who, const char *label, bl_detect *detect,
                           const bl_stream *in, const void *params) BL_MUST_CHECK;
bl_status bl_detector_finish(bl_ctx *ctx, void *state, bl_frames *out) BL_MUST_CHECK;
bl_status bl_detector_events(bl_ctx *ctx, void *state, bl_findings *out, double *known_s) BL_MUST_CHECK;
double bl_detector_event_lag_s(const void *state);
void bl_detector_reset(void *state);
void bl_detector_release(bl_ctx *ctx, void *state);

/* An event from sample `from` to sample `to`; value [n_values]. */
bl_status bl_detector_add(bl_ctx *ctx, bl_detector *d, size_t from, size_t to, const double *value,
                          size_t n_values) BL_MUST_CHECK;
/* Whether the rate allows the filter of bl_detector_add_filter(); to be asked in shape. */
bl_status bl_detector_check_filter(bl_ctx *ctx, const char *who, const bl_stream *in, double l_hz, double h_hz,
                                   double transition_hz) BL_MUST_CHECK;
/* Designs the next filter, BL_DETECTOR_FILTERS at most, behind bl_detector_init(): the band-pass l_hz to h_hz of MNE,
 * zero-phase. transition_hz: the width of both edges, NAN: MNE's own. */
bl_status bl_detector_add_filter(bl_ctx *ctx, bl_detector *d, double l_hz, double h_hz,
                                 double transition_hz) BL_MUST_CHECK;
/* x through the k-th filter, into y [n]. */
bl_status bl_detector_filter(bl_ctx *ctx, bl_detector *d, size_t k, const float *x, size_t n, double *y) BL_MUST_CHECK;
/* Deviation (over n - 1) of v without a share of the lowest and as many of the highest; v is put in order of size. */
double bl_trimmed_deviation(double *v, size_t n, double share);

/* Two ascending numbers, or BL_E_CONFIG. */
bl_status bl_need_two(bl_ctx *ctx, const char *who, const char *option, const bl_reals *v) BL_MUST_CHECK;

#endif
