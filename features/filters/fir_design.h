/* fir_design.h: linear-phase filters as MNE-Python designs them (fir_design "firwin"). */
#ifndef BL_FEATURES_FIR_DESIGN_H
#define BL_FEATURES_FIR_DESIGN_H

#include "baleen/memory.h"
#include "window.h"

/* Frequencies in Hz. l_freq NAN: low-pass; h_freq NAN: high-pass; l_freq < h_freq: band-pass; l_freq > h_freq:
 * band-stop between h_freq and l_freq. l_trans, h_trans: widths of the transitions, NAN: MNE's automatic ones. */
typedef struct bl_fir_spec {
  double rate_hz, l_freq, h_freq, l_trans, h_trans;
  bl_window window; /* hann, hamming or blackman */
} bl_fir_spec;

/* Checks the spec and says how many taps it takes, an odd number. Errors begin with `who`. */
bl_status bl_fir_length(bl_ctx *ctx, const char *who, const bl_fir_spec *spec, size_t *n) BL_MUST_CHECK;
/* Writes the n taps that bl_fir_length() told; they are symmetric. */
bl_status bl_fir_design(bl_ctx *ctx, const char *who, const bl_fir_spec *spec, size_t n, double *h) BL_MUST_CHECK;
/* An edge of the response: the gain goes from 0 to 1 (rises) or from 1 to 0 between `from` and `to`, Hz. */
typedef struct bl_fir_edge {
  double from, to;
  bool rises;
} bl_fir_edge;
/* The same for any number of edges, in ascending order, falling and rising by turns. */
bl_status bl_fir_edges_length(bl_ctx *ctx, const char *who, double rate_hz, bl_window window, const bl_fir_edge *e,
                              size_t n_edges, size_t *n) BL_MUST_CHECK;
bl_status bl_fir_edges_design(bl_ctx *ctx, double rate_hz, bl_window window, const bl_fir_edge *e, size_t n_edges,
                              size_t n, double *h) BL_MUST_CHECK;
/* The minimum-phase filter whose response is the square root of that of the 2 n - 1 symmetric taps at `from`: the
 * first n of its taps, by folding the cepstrum (Mian and Nainer, IEEE Trans. ASSP 30 (1982) 487;
 * scipy.signal.minimum_phase, homomorphic). MNE-Python designs phase "minimum" so, from bl_fir_design(2 n - 1). Filters
 * that pass 0 Hz agree with it to 1e-10; of others it takes the logarithm of a rounding error, see fir_design.c, and
 * the agreement is that of MNE with itself after a change in the last bit: up to 4e-3 of the output's RMS. n from 2 to
 * BL_FIR_MINIMUM_MAX. */
enum { BL_FIR_MINIMUM_MAX = 1 << 15 };
bl_status bl_fir_minimum_phase(bl_ctx *ctx, const double *from, size_t n, double *h) BL_MUST_CHECK;
/* A windowed-sinc low-pass of n taps with gain 1 at 0 Hz, as scipy.signal.firwin; cutoff as a share of half the
 * rate. */
void bl_firwin_lowpass(size_t n, double cutoff, bl_window window, double *h);
/* The same with a window that h holds. */
void bl_firwin_windowed(size_t n, double cutoff, double *h);

#endif
