/* psd.h: the power spectral density of a segment of a waveform, for every summary that goes by one.
 *
 * The segment is cut into overlapping parts of n_per_seg samples. Each is freed of its mean (detrend constant) or of its
 * straight line (linear), weighted, filled with zeros to n_fft and transformed. |X|^2 in u^2/Hz, twice that for all bins
 * but 0 and (n_fft even) half the rate, is averaged over the parts. A last part that is not full is left out. psd_method
 * chooses the weights:
 *   welch       a periodic window w; powers are divided by rate sum w^2. As scipy.signal.welch, with detrend false (none),
 *               constant or linear; mne.time_frequency.psd_array_welch with hamming and overlap 0;
 *               scipy.signal.periodogram with boxcar and one part. Welch, IEEE Trans. Audio Electroacoust. 15 (1967) 70-73
 *   multitaper  several tapers, of which multitaper.h makes one spectrum. With one part as long as the segment,
 *               mne.time_frequency.psd_array_multitaper with normalization full
 * A segment shorter than a part is refused (BL_E_SHAPE), or with short: shrink is one part of its own length, whose
 * window is made for it (scipy.signal.welch does so) and which is filled up to the same n_fft.
 *
 * Double precision throughout, equal to scipy's doubles to 1e-10 of each bin: weak bands stand beside strong ones, and
 * single precision rounds at 1e-7 of the strongest amplitude.
 * Memory: one part a channel; the median alone keeps the powers of all parts. */
#ifndef BALEEN_PSD_H
#define BALEEN_PSD_H

#include "baleen/option.h"
#include "baleen/summary.h"
#include "fft.h"
#include "multitaper.h"
#include "window.h"

extern const char *const bl_psd_auto[];     /* "auto" */
extern const char *const bl_psd_averages[]; /* "mean", "median" */
extern const char *const bl_psd_detrends[]; /* "constant", "linear", "none" */
extern const char *const bl_psd_shorts[];   /* "refuse", "shrink" */
extern const char *const bl_psd_methods[];  /* "welch", "multitaper" */
enum { BL_PSD_MEAN, BL_PSD_MEDIAN };
enum { BL_PSD_CONSTANT, BL_PSD_LINEAR, BL_PSD_NONE };
/* BL_PSD_NEVER: refused too, in a plug-in that has no option for it and so cannot advise it. */
enum { BL_PSD_REFUSE, BL_PSD_SHRINK, BL_PSD_NEVER };
enum { BL_PSD_WELCH, BL_PSD_MULTITAPER };

typedef struct bl_psd_params {
  double window_s, overlap;
  bl_word n_per_seg, n_fft;
  int detrend, short_segment;
  int method;
  bl_window_spec window;           /* welch */
  int average;                     /* welch */
  bl_multitaper_params multitaper; /* multitaper */
} bl_psd_params;

/* The option rows of a plug-in whose params hold a bl_psd_params named psd: of the parts, of segments that may be short, of
 * each method, and of one that takes either method. */
/* clang-format off */
#define BL_PSD_PART_OPTS(T)                                                                                            \
  {"window_s", BL_OPT_REAL, offsetof(T, psd.window_s), "1", 0, 1e6, BL_OPT_OPEN_LO, NULL, "s",                         \
   "length of a part of which one spectrum is made; bins are 1 / window_s apart", NULL},                               \
  {"n_per_seg", BL_OPT_WORD, offsetof(T, psd.n_per_seg), "auto", 2, 1e8, BL_OPT_WHOLE, bl_psd_auto, "samples",         \
   "the same length in samples; auto: as window_s says", NULL},                                                        \
  {"overlap", BL_OPT_REAL, offsetof(T, psd.overlap), "0.5", 0, 1, BL_OPT_OPEN_HI, NULL, "",                            \
   "share of a part that the next one repeats; in samples it is rounded down", NULL},                                  \
  {"n_fft", BL_OPT_WORD, offsetof(T, psd.n_fft), "auto", 2, 1e8, BL_OPT_WHOLE, bl_psd_auto, "samples",                 \
   "length of the transform, the rest zeros; auto: that of a part", NULL},                                             \
  {"detrend", BL_OPT_ENUM, offsetof(T, psd.detrend), "constant", 0, 0, 0, bl_psd_detrends, "",                         \
   "what is taken off each part: its mean, its straight line, or nothing", NULL}
#define BL_PSD_SHORT_OPT(T)                                                                                            \
  {"short", BL_OPT_ENUM, offsetof(T, psd.short_segment), "refuse", 0, 0, 0, bl_psd_shorts, "",                         \
   "a segment shorter than a part gives no row, or is one part of its own length", NULL}
#define BL_PSD_WELCH_OPTS(T)                                                                                           \
  BL_WINDOW_OPTS(T, psd.window, "hann", "weights of a part, periodic"),                                                \
  {"average", BL_OPT_ENUM, offsetof(T, psd.average), "mean", 0, 0, 0, bl_psd_averages, "",                             \
   "how the spectra of the parts become one; the median is divided by its bias", NULL}
#define BL_PSD_METHOD_OPT(T)                                                                                           \
  {"psd_method", BL_OPT_ENUM, offsetof(T, psd.method), "welch", 0, 0, 0, bl_psd_methods, "",                           \
   "what weights a part: one window, or several tapers whose spectra are averaged", NULL}
#define BL_PSD_OPTS(T)                                                                                                 \
  BL_PSD_METHOD_OPT(T), BL_PSD_PART_OPTS(T), BL_PSD_SHORT_OPT(T), BL_PSD_WELCH_OPTS(T),                                \
  BL_MULTITAPER_OPTS(T, psd.multitaper)
/* clang-format on */

/* Sizes in samples. BL_E_SHAPE for a stream that is no waveform, BL_E_RANGE for parts too short or too long. */
typedef struct bl_psd_plan {
  size_t n_per_seg, hop, n_fft, n_bins;
  double df_hz;
} bl_psd_plan;
bl_status bl_psd_shape(bl_ctx *ctx, const char *who, const bl_psd_params *p, const bl_stream *in,
                       bl_psd_plan *out) BL_MUST_CHECK;

/* BL_E_CONFIG where an option of the other method was set. Of summaries that take either (BL_PSD_OPTS). */
bl_status bl_psd_refuse_idle(bl_ctx *ctx, const char *who, const bl_opt *table, const void *params,
                             int method) BL_MUST_CHECK;

typedef struct bl_psd {
  const char *who;
  bl_psd_plan plan;
  const bl_psd_params *params;
  double rate_hz;
  size_t n_channels, filled; /* samples in hand of the part that is next */
  uint64_t n, n_parts;       /* samples, parts */
  double *part;              /* [channel][n_per_seg] */
  double *w, *power;         /* welch: [n_per_seg]; [bin] of one part of one channel, not yet scaled */
  double scale;              /* what makes powers densities: 1 / (rate sum w^2) */
  double noise_bandwidth_hz; /* welch: rate sum w^2 / (sum w)^2, by which a density becomes a power */
  size_t weighted;           /* length of the parts that the weights in hand are for */
  bl_multitaper multitaper;
  double *psd;          /* [channel][bin]: sum of the parts; after finish u^2/Hz */
  double *all, *column; /* median: [part][channel][bin], and one bin of all parts */
  size_t cap_all, cap_column;
  bl_rfft64 fft;
} bl_psd;
/* `who` and `p` are borrowed. What it managed to allocate is freed by release, also when it fails. */
bl_status bl_psd_init(bl_ctx *ctx, const char *who, const bl_psd_params *p, const bl_stream *in,
                      bl_psd *s) BL_MUST_CHECK;
void bl_psd_begin(bl_psd *s);
/* n samples [sample][channel]. */
bl_status bl_psd_push(bl_ctx *ctx, bl_psd *s, const float *x, size_t n) BL_MUST_CHECK;
/* Fills s->psd; BL_E_SHAPE when the segment held no full part. */
bl_status bl_psd_finish(bl_ctx *ctx, bl_psd *s) BL_MUST_CHECK;
/* Names "<channel>.<frequency>.psd" for every channel and bin, in the order of s->psd. unit: %s stands for the channel's
 * own. */
bl_status bl_psd_names(bl_ctx *ctx, const bl_psd_plan *plan, const bl_stream *in, const char *unit,
                       bl_feature_names *out) BL_MUST_CHECK;
void bl_psd_release(bl_ctx *ctx, bl_psd *s);

#endif
