/* analytic.h: the analytic signal x + j h of a whole segment, whose modulus is the envelope and whose angle the phase.
 *
 * h is the Hilbert transform by way of the spectrum: each frequency is turned by -90 degrees, 0 and (n even) half the rate
 * are left out, without padding, as scipy.signal.hilbert. It sees the segment as one turn of a circle: what does not close
 * there disturbs both ends. Marple, IEEE Trans. Signal Process. 47 (1999) 2600-2603. */
#ifndef BL_FEATURES_ANALYTIC_H
#define BL_FEATURES_ANALYTIC_H

#include "fft.h"

/* Room for one length, made anew when the length changes. Zeroed is ready for use. */
typedef struct bl_analytic {
  bl_dfft fft;
} bl_analytic;
/* h [n] of x [n], which may be the same array. n from 1 on. */
bl_status bl_hilbert(bl_ctx *ctx, bl_analytic *a, const double *x, size_t n, double *h) BL_MUST_CHECK;
void bl_analytic_release(bl_ctx *ctx, bl_analytic *a);

#endif
