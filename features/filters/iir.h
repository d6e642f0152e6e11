/* iir.h: recursive filters as second-order sections: design as scipy.signal.iirfilter, running in double.
 *
 * A section is H(z) = (b0 + b1 z^-1 + b2 z^-2) / (1 + a1 z^-1 + a2 z^-2), run in transposed direct form II: y = b0 x +
 * z0, z0 = b1 x - a1 y + z1, z1 = b2 x - a2 y (Oppenheim and Schafer, Discrete-Time Signal Processing, 6.3). */
#ifndef BL_FEATURES_IIR_H
#define BL_FEATURES_IIR_H

#include "baleen/stage.h"

typedef struct bl_biquad {
  double b0, b1, b2, a1, a2;
} bl_biquad;

typedef enum bl_iir_type { BL_IIR_BUTTER, BL_IIR_CHEBY1, BL_IIR_CHEBY2, BL_IIR_BESSEL } bl_iir_type;
enum { BL_IIR_MAX_ORDER = 20, BL_IIR_MAX_SECTIONS = BL_IIR_MAX_ORDER /* a band-pass has two poles an order */ };

/* Frequencies in Hz; l_freq NAN: low-pass; h_freq NAN: high-pass; l_freq < h_freq: band-pass; l_freq > h_freq:
 * band-stop between h_freq and l_freq. They are where the gain is -3 dB (butter), leaves the ripple (cheby1), reaches
 * the stop band (cheby2) or where the phase is half way (bessel, norm phase). rp, rs in dB, for cheby1 and cheby2. */
typedef struct bl_iir_spec {
  double rate_hz, l_freq, h_freq;
  bl_iir_type type;
  size_t order;
  double rp, rs;
} bl_iir_spec;

/* Checks the spec, writes the sections, their order and pairing as scipy.signal.zpk2sos(pairing="nearest"). */
bl_status bl_iir_design(bl_ctx *ctx, const char *who, const bl_iir_spec *spec, bl_biquad sos[BL_IIR_MAX_SECTIONS],
                        size_t *n) BL_MUST_CHECK;

/* The options that the stages iir and iir_zero_phase share: put `bl_iir_opts iir;` first into params. */
typedef struct bl_iir_opts {
  int type;
  int64_t order;
  bl_word l_freq, h_freq;
  double rp, rs;
} bl_iir_opts;
extern const char *const bl_iir_types[];
extern const char *const bl_iir_none[];
// clang-format off
#define BL_IIR_OPTS(T) \
  {"type", BL_OPT_ENUM, offsetof(T, iir.type), "butter", 0, 0, 0, bl_iir_types, "", "family of the filter", NULL},     \
  {"order", BL_OPT_INT, offsetof(T, iir.order), "4", 1, BL_IIR_MAX_ORDER, 0, NULL, "",                                 \
   "order of the low-pass it is made from; a band-pass has twice as many poles", NULL},                                \
  {"l_freq", BL_OPT_WORD, offsetof(T, iir.l_freq), "none", 0, 1e9, BL_OPT_OPEN_LO, bl_iir_none, "Hz",                  \
   "lower edge of the pass band; none: a low-pass", NULL},                                                             \
  {"h_freq", BL_OPT_WORD, offsetof(T, iir.h_freq), "none", 0, 1e9, BL_OPT_OPEN_LO, bl_iir_none, "Hz",                  \
   "upper edge of the pass band; none: a high-pass; below l_freq: stops what lies between", NULL},                     \
  {"rp", BL_OPT_REAL, offsetof(T, iir.rp), "1", 0, 100, BL_OPT_OPEN_LO, NULL, "dB", "ripple of the pass band; cheby1", NULL}, \
  {"rs", BL_OPT_REAL, offsetof(T, iir.rs), "40", 0, 400, BL_OPT_OPEN_LO, NULL, "dB",                                   \
   "attenuation of the stop band; cheby2", NULL}
// clang-format on
/* BL_E_CONFIG for rp or rs with a type that has none: a user who gives it expects a ripple. */
bl_status bl_iir_spec_of(bl_ctx *ctx, const char *who, const bl_iir_opts *o, double rate_hz,
                         bl_iir_spec *out) BL_MUST_CHECK;

/* The states z0, z1 of each section when the input has always been 1 (scipy.signal.sosfilt_zi). */
void bl_iir_steady(const bl_biquad *sos, size_t n, double (*zi)[2]);

/* Filters n frames of BL_IIR_LANES series side by side, in place: v[i * step + lane]; a negative step runs backward.
 * z: [section][2][lane]. */
enum { BL_IIR_LANES = 4 };
void bl_iir_lanes(const bl_biquad *sos, size_t n_sections, double *z, double *v, ptrdiff_t step, size_t n);
/* n frames of m series (at most BL_IIR_LANES; the other lanes are 0), out of frames of `width` floats and back. */
void bl_iir_load(const float *x, size_t width, size_t m, size_t n, double *v);
void bl_iir_store(const double *v, size_t m, size_t n, float *y, size_t width);
/* A long silence lets states fall to denormal numbers, which take a hundred times as long: n of them go to zero before.
 * To be called at fixed places of a run, so that blocks make no difference. */
void bl_iir_flush(double *z, size_t n);

/* Sections at work, forward, on any number of series. */
typedef struct bl_iir {
  size_t width, n_sections;
  bl_biquad *sos;
  double (*zi)[2];
  double *z, *work; /* z: [group][section][2][lane] */
  double *last;     /* [series]: the last finite value */
  bool *fresh;      /* [series]: the next finite value is the first */
  bool steady;      /* start as if the first value had always stood there; else from zero */
  uint64_t done;
} bl_iir;
/* Copies sos. On failure bl_iir_release() still has to be called. */
bl_status bl_iir_init(bl_ctx *ctx, const char *who, const bl_biquad *sos, size_t n, size_t width, bool steady,
                      bl_iir *f) BL_MUST_CHECK;
/* y may not be x. A value that is not finite gives NaN, and its series goes on as if the last finite one had stood
 * there: a start from rest would be a step by the whole level, worse than what was marked. The start is at the first
 * finite value. */
void bl_iir_run(bl_iir *f, const float *x, size_t n, float *y);
void bl_iir_reset(bl_iir *f);
void bl_iir_release(bl_ctx *ctx, bl_iir *f); /* zeroed is fine */

#endif
