/* moving.h: numbers of a signal in windows that move along it, at every sample: what YASA's moving_transform and stft_power
 * give its spindle detector, interpolated by cubic splines (spline.h); 0 before the first and behind the last window. */
#ifndef BALEEN_MOVING_H
#define BALEEN_MOVING_H

#include "baleen/memory.h"

/* Windows of window_s every step_s; out [n]. NULL for y: root mean square of x; else the correlation of x and y. */
bl_status bl_moving(bl_ctx *ctx, const double *x, const double *y, size_t n, double rate_hz, double window_s,
                    double step_s, double *out) BL_MUST_CHECK;
/* Share of the power between lo and hi (both included) in that between broad_lo and broad_hi, of transforms of window_s (Hann,
 * zeros beyond the ends) every step_s; out [n]. BL_E_SHAPE for a signal of fewer than four steps. */
bl_status bl_moving_share(bl_ctx *ctx, const double *x, size_t n, double rate_hz, double window_s, double step_s,
                          const double band[2], const double broad[2], double *out) BL_MUST_CHECK;

#endif
