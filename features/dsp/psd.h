/* psd.h: Welch's power spectral density of a segment of a waveform, shared by the summaries `welch` and `band_power`.
 *
 * The segment is cut into overlapping parts of n_per_seg samples. Each is freed of its mean (detrend constant),
 * weighted by a periodic window w, filled with zeros to n_fft and transformed. The powers |X|^2 / (rate sum w^2) in
 * u^2/Hz, twice that for all bins but 0 and (n_fft even) half the rate, are averaged over the parts. A last part that
 * is not full is left out. As scipy.signal.welch, and mne.time_frequency.psd_array_welch with hamming and overlap 0.
 * Welch, IEEE Trans. Audio Electroacoust. 15 (1967) 70-73.
 *
 * Double precision throughout, equal to scipy's doubles to 1e-10 of each bin: weak bands stand beside strong ones, and
 * single precision rounds at 1e-7 of the strongest amplitude.
 * Memory: one part a channel; the median alone keeps the powers of all parts. */
#ifndef BALEEN_PSD_H
#define BALEEN_PSD_H

#include "baleen/option.h"
#include "baleen/stream.h"
#include "fft.h"
#include "window.h"

extern const char *const bl_psd_auto[];     /* "auto" */
extern const char *const bl_psd_averages[]; /* "mean", "median" */
extern const char *const bl_psd_detrends[]; /* "constant", "none" */
enum { BL_PSD_MEAN, BL_PSD_MEDIAN };
enum { BL_PSD_CONSTANT, BL_PSD_NONE };

typedef struct bl_psd_params {
  double window_s, overlap;
  bl_word n_per_seg, n_fft;
  bl_window_spec window;
  int average, detrend;
} bl_psd_params;

/* The option rows of a summary whose params hold a bl_psd_params named psd. */
/* clang-format off */
#define BL_PSD_OPTS(T)                                                                                                 \
  {"window_s", BL_OPT_REAL, offsetof(T, psd.window_s), "1", 0, 1e6, BL_OPT_OPEN_LO, NULL, "s",                         \
   "length of a part of which one spectrum is made; bins are 1 / window_s apart", NULL},                               \
  {"n_per_seg", BL_OPT_WORD, offsetof(T, psd.n_per_seg), "auto", 2, 1e8, BL_OPT_WHOLE, bl_psd_auto, "samples",         \
   "the same length in samples; auto: as window_s says", NULL},                                                        \
  {"overlap", BL_OPT_REAL, offsetof(T, psd.overlap), "0.5", 0, 1, BL_OPT_OPEN_HI, NULL, "",                            \
   "share of a part that the next one repeats; in samples it is rounded down", NULL},                                  \
  {"n_fft", BL_OPT_WORD, offsetof(T, psd.n_fft), "auto", 2, 1e8, BL_OPT_WHOLE, bl_psd_auto, "samples",                 \
   "length of the transform, the rest zeros; auto: that of a part", NULL},                                             \
  BL_WINDOW_OPTS(T, psd.window, "hann", "weights of a part, periodic"),                                                \
  {"detrend", BL_OPT_ENUM, offsetof(T, psd.detrend), "constant", 0, 0, 0, bl_psd_detrends, "",                         \
   "constant: each part's mean is taken off", NULL},                                                                   \
  {"average", BL_OPT_ENUM, offsetof(T, psd.average), "mean", 0, 0, 0, bl_psd_averages, "",                             \
   "how the spectra of the parts become one; the median is divided by its bias", NULL}
/* clang-format on */

/* Sizes in samples. BL_E_SHAPE for a stream that is no waveform, BL_E_RANGE for parts too short or too long. */
typedef struct bl_psd_plan {
  size_t n_per_seg, hop, n_fft, n_bins;
  double df_hz;
} bl_psd_plan;
bl_status bl_psd_shape(bl_ctx *ctx, const char *who, const bl_psd_params *p, const bl_stream *in,
                       bl_psd_plan *out) BL_MUST_CHECK;

typedef struct bl_psd {
  const char *who;
  bl_psd_plan plan;
  int average, detrend;
  size_t n_channels, filled; /* samples in hand of the part that is next */
  uint64_t n, n_parts;       /* samples, parts */
  double *w, *part;          /* [n_per_seg], [channel][n_per_seg] */
  double *power;             /* [bin] of one part of one channel, not yet scaled */
  double scale;              /* 1 / (rate sum w^2) */
  double *psd;               /* [channel][bin]: sum of the parts; after finish u^2/Hz */
  double *all, *column;      /* median: [part][channel][bin], and one bin of all parts */
  size_t cap_all, cap_column;
  bl_rfft64 fft;
} bl_psd;
/* `who` is borrowed. What it managed to allocate is freed by release, also when it fails. */
bl_status bl_psd_init(bl_ctx *ctx, const char *who, const bl_psd_params *p, const bl_stream *in,
                      bl_psd *s) BL_MUST_CHECK;
void bl_psd_begin(bl_psd *s);
/* n samples [sample][channel]. */
bl_status bl_psd_push(bl_ctx *ctx, bl_psd *s, const float *x, size_t n) BL_MUST_CHECK;
/* Fills s->psd; BL_E_SHAPE when the segment held no full part. */
bl_status bl_psd_finish(bl_ctx *ctx, bl_psd *s) BL_MUST_CHECK;
void bl_psd_release(bl_ctx *ctx, bl_psd *s);

#endif
