/* bands.h: banks of bands on a spectrum, even on some scale of frequency; what the stages mel, bark, erb, log_bands and
 * linear_bands share.
 *
 * n + 2 points lie even on the scale from fmin to fmax; band i goes from point i over its peak at i + 1 to i + 2. Shapes:
 *   hz     a triangle, linear in Hz (librosa, torchaudio)
 *   scale  a triangle, linear on the scale itself (HTK, Kaldi)
 *   bins   a triangle between whole bins floor((n_fft + 1) f / rate) (python_speech_features)
 *   gammatone  the power response of a gammatone filter of order 4 at the peak, (1 + ((f - peak) / b)^2)^-4, b 1.019 times
 *          the equivalent rectangular bandwidth there (Patterson et al. 1992); below 1e-6 it is left out
 * Norms: none: height 1; slaney: equal area, of triangles 2 / (f[i + 2] - f[i]) high; 1, 2, inf: the vector norm of each
 * filter's weights is 1 (librosa.util.normalize). */
#ifndef BL_FEATURES_BANDS_H
#define BL_FEATURES_BANDS_H

#include "baleen/option.h"
#include "baleen/stream.h"
#include "filter_bank.h"

typedef enum bl_scale {
  BL_SCALE_HZ,
  BL_SCALE_MEL_SLANEY, /* linear below 1000 Hz, logarithmic above: Auditory Toolbox, 1998 */
  BL_SCALE_MEL_HTK,    /* 2595 log10(1 + f / 700) */
  BL_SCALE_BARK,       /* 26.81 f / (1960 + f) - 0.53: Traunmueller, J. Acoust. Soc. Am. 88 (1990) 97-100 */
  BL_SCALE_ERB,        /* 21.4 log10(1 + 0.00437 f): Glasberg and Moore, Hear. Res. 47 (1990) 103-138 */
  BL_SCALE_OCTAVE      /* log2 f */
} bl_scale;
double bl_scale_from_hz(bl_scale scale, double hz);
double bl_scale_to_hz(bl_scale scale, double at);

enum { BL_BAND_HZ, BL_BAND_SCALE, BL_BAND_BINS, BL_BAND_GAMMATONE };
enum { BL_BAND_SLANEY, BL_BAND_NONE, BL_BAND_L1, BL_BAND_L2, BL_BAND_MAX };
extern const char *const bl_band_norms[];     /* "slaney", "none", "1", "2", "inf" */
extern const char *const bl_band_shapes[];    /* "hz", "scale", "bins" */
extern const char *const bl_band_fmax_auto[]; /* "auto" */

typedef struct bl_bands_spec {
  const char *who, *prefix; /* of the stage, of its bins' names */
  bl_scale scale;
  int shape, norm;
  size_t n;
  double fmin, fmax;  /* the first and the last point, Hz; fmax 0: half the sampling rate */
  bool append_energy; /* one more bin behind the bands, "energy": the sum of all bins that come in */
  bool centroids;     /* not the sum of each band but its centre of gravity, in Hz */
} bl_bands_spec;

/* Describes the bands as bins of `out`, at their peaks. BL_E_CONFIG unless a spectrum comes in, BL_E_RANGE where the
 * points do not lie within it. */
bl_status bl_bands_shape(bl_ctx *ctx, const bl_bands_spec *spec, const bl_stream *in, bl_stream *out) BL_MUST_CHECK;
/* Makes the bank; warns of bands that hold no bin. */
bl_status bl_bands_init(bl_ctx *ctx, const bl_bands_spec *spec, const bl_stream *in, bl_filter_bank *b) BL_MUST_CHECK;

/* The state of a stage that is nothing but a bank, and its slots. A band's centroid is sum w f x / sum w x over its bins of
 * frequency f and weight w; where there is no power, that of a flat spectrum, and of a band that holds no bin, its peak. */
typedef struct bl_bands_state {
  size_t n_channels;
  bl_filter_bank bank;
  bl_filter_bank moments; /* centroids: the weights times the frequencies */
  double *flat;           /* centroids: of a flat spectrum; NULL: sums are wanted */
  bl_frames sums;
} bl_bands_state;
bl_status bl_bands_start(bl_ctx *ctx, const bl_bands_spec *spec, const bl_stream *in, void *state) BL_MUST_CHECK;
bl_status bl_bands_push(bl_ctx *ctx, void *state, const float *x, size_t n, bl_frames *out) BL_MUST_CHECK;
void bl_bands_release(bl_ctx *ctx, void *state);

#endif
