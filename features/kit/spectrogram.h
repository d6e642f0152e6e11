/* spectrogram.h: what the acoustic indices share: summaries that look at all frames of a segment's power spectrum at once.
 *
 * scikit-maad's conventions, which hold for all of them: what comes in are powers, whose square roots are the amplitudes that
 * some indices take. maad's own spectrogram is that of stft with n_fft 1024, hop_length 512, center false, detrend constant,
 * scaling density, one_sided false (it doubles the power at 0 Hz like all others) and output power, times twice the distance of
 * bins, which only numbers in the input's unit show. The bin at half the sampling rate is left out, as there. A
 * channel with a value that is negative or not finite gives NaN for all numbers. Memory: the frames of one segment. */
#ifndef BL_FEATURES_SPECTROGRAM_H
#define BL_FEATURES_SPECTROGRAM_H

#include "moments.h"

typedef struct bl_spectrogram {
  const void *params;
  const bl_stream *in;
  size_t n_bins; /* without the one at half the sampling rate */
  size_t n, cap; /* frames */
  float *frames; /* [frame][channel][in->n_bins] */
  double *room;  /* [2][in->n_bins]: for the functions below, and for whoever wants numbers a bin */
} bl_spectrogram;

/* How many bins of a spectrum count: all but the one at half the sampling rate. */
size_t bl_spectrogram_bins(const bl_stream *in);
/* BL_E_SHAPE for a waveform, as of all summaries; BL_E_CONFIG for decibels or complex values. As the slot shape's first
 * step. */
bl_status bl_spectrogram_check(bl_ctx *ctx, const char *who, const bl_stream *in) BL_MUST_CHECK;
/* Slots of a summary whose state is a bl_spectrogram. */
bl_status bl_spectrogram_init(bl_ctx *ctx, const void *params, const bl_stream *in, void *state) BL_MUST_CHECK;
bl_status bl_spectrogram_begin(bl_ctx *ctx, void *state, const bl_span *span, double first_s) BL_MUST_CHECK;
bl_status bl_spectrogram_push(bl_ctx *ctx, void *state, const float *x, size_t n) BL_MUST_CHECK;
void bl_spectrogram_release(bl_ctx *ctx, void *state);
/* As finish: fn fills n_values numbers for each channel, which has at least `need` frames and no broken value. */
typedef void (*bl_spectrogram_fn)(bl_spectrogram *s, size_t channel, float *out);
bl_status bl_spectrogram_finish(bl_ctx *ctx, const char *who, bl_spectrogram *s, uint64_t need, size_t n_values,
                                bl_spectrogram_fn fn, float *row) BL_MUST_CHECK;

/* The powers of a channel's frame. */
static inline const float *bl_spectrogram_frame(const bl_spectrogram *s, size_t frame, size_t channel)
{
  return s->frames + (frame * s->in->n_channels + channel) * s->in->n_bins;
}
/* The bins from the one nearest to lo to the one nearest to hi, both included. */
void bl_spectrogram_band(const bl_spectrogram *s, double lo, double hi, size_t *first, size_t *last);
/* Mean power of each bin, into s->room [n_bins]. */
const double *bl_spectrogram_mean(bl_spectrogram *s, size_t channel);
/* Shannon's entropy of v, divided by that of n equal numbers: -sum p ln p / ln n with p = v / sum v. 1 for zeros alone,
 * NaN where a number is NaN or infinite. */
double bl_even_entropy(const double *v, size_t n);

/* Options of acoustic_diversity_index and acoustic_evenness_index: bands, and how loud is loud. */
typedef struct bl_loud_params {
  double fmin, bin_step, dB_threshold;
  bl_word fmax;
} bl_loud_params;
extern const char *const bl_loud_auto[];
/* clang-format off */
#define BL_LOUD_OPTS(T, m, step)                                                                                       \
  {"fmin", BL_OPT_REAL, offsetof(T, m.fmin), "0", 0, 1e9, 0, NULL, "Hz", "lower end of the first band", NULL},         \
  {"fmax", BL_OPT_WORD, offsetof(T, m.fmax), "auto", 0, 1e9, BL_OPT_OPEN_LO, bl_loud_auto, "Hz",                       \
   "upper end of the last band; auto: 20000, or the highest bin where that is lower", NULL},                           \
  {"bin_step", BL_OPT_REAL, offsetof(T, m.bin_step), step, 0, 1e9, BL_OPT_OPEN_LO, NULL, "Hz", "width of a band", NULL}, \
  {"dB_threshold", BL_OPT_REAL, offsetof(T, m.dB_threshold), "-50", -1000, 0, 0, NULL, "dB",                           \
   "what is above this, against the loudest value of the segment, counts", NULL}
/* clang-format on */
/* The whole state of a summary whose params begin with them. */
typedef struct bl_loud {
  bl_spectrogram s;
  double *scores; /* [n]: of each band */
  size_t n;
} bl_loud;
/* Slots of such a summary, with one number a channel, called `what`; BL_E_RANGE when there is no band. */
bl_status bl_loud_shape(bl_ctx *ctx, const char *who, const char *what, const bl_loud_params *p, const bl_stream *in,
                        bl_feature_names *out) BL_MUST_CHECK;
bl_status bl_loud_init(bl_ctx *ctx, const char *who, const void *params, const bl_stream *in, bl_loud *s) BL_MUST_CHECK;
void bl_loud_release(bl_ctx *ctx, void *state);
/* The share of loud values in each band of a channel, into st->scores. */
void bl_loud_scores(bl_loud *st, size_t channel);

#endif
