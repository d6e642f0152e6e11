/* spectral.h: what the summaries share that reduce the power spectral density of a segment (psd.h) to a few numbers: a
 * state that gathers the spectrum, and hands that of each channel to one function.
 *
 * Where a number is not defined for what came in (silence has no spectral edge), the function gives NaN, and a warning
 * names the channel. */
#ifndef BALEEN_SPECTRAL_H
#define BALEEN_SPECTRAL_H

#include <math.h>

#include "moments.h"
#include "psd.h"
#include "series.h"

typedef struct bl_spectral bl_spectral;

/* What one of these summaries is: its name, and its numbers of one channel's spectrum [psd.plan.n_bins]. */
typedef struct bl_spectral_form {
  const char *name;
  bl_status (*values)(bl_ctx *ctx, bl_spectral *s, const double *psd, double *out);
} bl_spectral_form;

/* The whole state of such a summary. */
struct bl_spectral {
  bl_psd psd; /* first */
  const bl_spectral_form *form;
  const void *params;
  const bl_stream *in;
  size_t n_values;
  double *v;
};

/* Slots of a summary whose state is a bl_spectral; psd: the options of its spectrum, in params. */
bl_status bl_spectral_init(bl_ctx *ctx, bl_spectral *s, const bl_stream *in, const bl_spectral_form *form,
                           size_t n_values, const bl_psd_params *psd, const void *params) BL_MUST_CHECK;
/* These two for any state whose first member is a bl_psd. */
bl_status bl_spectral_begin(bl_ctx *ctx, void *state, const bl_span *span, double first_s) BL_MUST_CHECK;
bl_status bl_spectral_push(bl_ctx *ctx, void *state, const float *x, size_t n) BL_MUST_CHECK;

bl_status bl_spectral_finish(bl_ctx *ctx, void *state, float *row) BL_MUST_CHECK;
void bl_spectral_release(bl_ctx *ctx, void *state);

/* Bins [first, behind). */
typedef struct bl_bins {
  size_t first, behind;
} bl_bins;
/* The bins from lo to hi; a millionth of a bin is rounding noise. */
bl_bins bl_bins_between(const bl_psd_plan *plan, double lo_hz, double hi_hz, bool hi_included);
/* The same with both ends; BL_E_RANGE when there are fewer than `need`. what: the options' names, for the message. */
bl_status bl_bins_need(bl_ctx *ctx, const char *who, const char *what, const bl_psd_plan *plan, double lo_hz,
                       double hi_hz, size_t need, bl_bins *out) BL_MUST_CHECK;
/* The lower end of a range whose frequencies are taken the logarithm of: 0 Hz has none, so at least the first bin above. */
static inline double bl_above_zero_hz(const bl_psd_plan *plan, double lo_hz) { return fmax(lo_hz, plan->df_hz); }
double bl_bins_sum(const double *psd, bl_bins b);
/* The line through the logarithms of v over those of the frequencies, of bins above 0 Hz; to_log: to which base. */
bl_line bl_bins_line(const double *v, bl_bins b, double df_hz, double (*to_log)(double));

#endif
