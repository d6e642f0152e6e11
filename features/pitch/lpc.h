/* lpc.h: linear prediction of a frame by Burg's method, in double precision (in single precision it is unreliable, as
 * librosa's own float32 results show), and the roots of what it gives: what the stages lpc and formants share. */
#ifndef BL_FEATURES_LPC_H
#define BL_FEATURES_LPC_H

#include <complex.h>

#include "baleen/memory.h"

enum { BL_LPC_MAX_ORDER = 64 };

extern const char *const bl_lpc_windows[]; /* "boxcar", "hann", "hamming": symmetric */
enum { BL_LPC_BOXCAR, BL_LPC_HANN, BL_LPC_HAMMING };

typedef struct bl_lpc {
  size_t n, order;
  double *window;             /* [n], NULL for a boxcar */
  double *forward, *backward; /* [n]: prediction errors */
} bl_lpc;

/* Frames of n samples, order below n. Freed by release, also when it fails. */
bl_status bl_lpc_init(bl_ctx *ctx, size_t n, size_t order, int window, bl_lpc *l) BL_MUST_CHECK;
/* a[order + 1], a[0] = 1: x[t] is predicted as - sum a[k] x[t - k]. Silence gives 1, 0, 0 ... False, and nothing written,
 * when the frame holds what is not finite. */
bool bl_lpc_run(bl_lpc *l, const float *x, double *a);
void bl_lpc_release(bl_ctx *ctx, bl_lpc *l); /* zeroed is fine */

/* The zeros of a[0] z^order + a[1] z^(order - 1) + ... + a[order], a[0] not 0, order at most BL_LPC_MAX_ORDER, by the
 * iteration of Ehrlich and Aberth; in no order. */
void bl_lpc_roots(const double *a, size_t order, double complex *roots);

#endif
