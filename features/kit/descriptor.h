/* descriptor.h: what the stages that describe the shape of a spectrum share: spectral_centroid, spectral_flatness and so on.
 *
 * Each turns a frame [channel][bin] into a few numbers a channel, which depend on that frame alone (flux: and on the one
 * before). What comes in are magnitudes, as librosa takes them (stft output=magnitude), or powers; the frequencies of its
 * bins are those of the stream. Sums are double, in a fixed order. A value that is NaN, infinite or (where it stands for
 * a weight) negative makes NaN of its channel's frame, never a silent number. */
#ifndef BL_FEATURES_DESCRIPTOR_H
#define BL_FEATURES_DESCRIPTOR_H

#include "stage_util.h"

/* The first member of the state of such a stage. */
typedef struct bl_descriptor {
  size_t n_series, n_bins, n_out; /* channels; bins that come in, numbers that go out for each of them */
  double *hz;                     /* [n_bins], or NULL where the stage needs none */
} bl_descriptor;

/* Describes the output: n numbers of these names a channel, in this unit (%s stands for the channel's). Fails for what is
 * no spectrum of magnitudes or powers. */
bl_status bl_descriptor_shape(bl_ctx *ctx, const char *who, const bl_stream *in, size_t n, const char *const *names,
                              const char *unit, bl_stream *out) BL_MUST_CHECK;
/* What it allocated is freed by bl_descriptor_release(), also when it fails. */
bl_status bl_descriptor_init(bl_ctx *ctx, const char *who, const bl_stream *in, const bl_stream *out,
                             bl_descriptor *s) BL_MUST_CHECK;
void bl_descriptor_release(bl_ctx *ctx, void *state); /* as the slot of a stage whose state is or begins with one */

/* One channel's frame x [n_bins] to y [n_out]. */
typedef void (*bl_descriptor_fn)(const void *state, const float *x, float *y);
/* As the slot push. */
bl_status bl_descriptor_push(bl_ctx *ctx, const void *state, bl_descriptor_fn fn, const float *x, size_t n,
                             bl_frames *out) BL_MUST_CHECK;

/* Sum of x; NAN when a value of it is negative or not finite. */
double bl_descriptor_sum(const float *x, size_t n);
/* Sum of x[i] w[i]. */
double bl_descriptor_dot(const float *x, const double *w, size_t n);
/* sum x hz / sum x, where sum is that of x; 0 Hz for silence. */
double bl_descriptor_centroid(const float *x, const double *hz, size_t n, double sum);

#endif
