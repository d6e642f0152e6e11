/* scalp.h: electrodes on a sphere, and spherical splines between them.
 *
 * A spline of stiffness m is u(r) = c0 + sum_i c_i g(cos(r, r_i)) with sum_i c_i = 0, where
 *   g(x) = 1 / (4 pi) sum_{n = 1..N} (2n + 1) / (n (n + 1))^m P_n(x)
 * and its surface Laplacian is that of g, whose exponent is m - 1 (called h). Perrin, Pernier, Bertrand and Echallier,
 * Electroencephalogr. Clin. Neurophysiol. 72 (1989) 184-187; with MNE's numbers of terms and its regularisation. */
#ifndef BL_FEATURES_SCALP_H
#define BL_FEATURES_SCALP_H

#include "baleen/stream.h"

/* Channels of a stream that are electrodes in a known place. */
typedef struct bl_scalp {
  size_t n;
  size_t *index; /* [n], places in the stream, ascending */
  double *at;    /* [n][3], metres in the head frame (channel.h) */
} bl_scalp;

/* All channels of type eeg but those excluded. BL_E_CONFIG when one of them has no known place, when two are the same
 * electrode or have different units, and when there is none. *out is overwritten, and freed by bl_scalp_free(), also after a failure. */
bl_status bl_scalp_pick(bl_ctx *ctx, const char *who, const bl_stream *in, const bl_texts *exclude,
                        bl_scalp *out) BL_MUST_CHECK;
void bl_scalp_free(bl_ctx *ctx, bl_scalp *s);

/* Centre and radius of the sphere to which the electrodes have the least sum of squared distances; those below the head
 * frame's origin and in front of it (on the face) do not count, as in MNE. BL_E_CONFIG for fewer than four that count,
 * and when no sphere of a head's size fits. */
bl_status bl_scalp_fit(bl_ctx *ctx, const char *who, const bl_scalp *s, double sphere[4]) BL_MUST_CHECK;
/* Makes unit vectors from `origin` of the places. BL_E_CONFIG when an electrode lies at the origin. */
bl_status bl_scalp_project(bl_ctx *ctx, const char *who, const bl_stream *in, const double origin[3],
                           bl_scalp *s) BL_MUST_CHECK;

typedef struct bl_spline_params {
  double stiffness, regularisation; /* the latter is added to the diagonal of g */
  size_t n_terms;
} bl_spline_params;

/* w [n_from][n_to]: the spline through values at the unit vectors `from`, at the unit vectors `to`. */
bl_status bl_spline_interpolation(bl_ctx *ctx, const bl_spline_params *p, const double *from, size_t n_from,
                                  const double *to, size_t n_to, double *w) BL_MUST_CHECK;

/* w [n][n], transposed: minus the surface Laplacian at the unit vectors `at`, on a sphere of this radius, of the spline
 * through values there; as MNE's compute_current_source_density, which takes the mean of the values off first. BL_E_RANGE when
 * the kernel cannot be inverted. */
bl_status bl_spline_laplacian(bl_ctx *ctx, const bl_spline_params *p, const double *at, size_t n, double radius,
                              double *w) BL_MUST_CHECK;

/* Some channels, as sums of some channels. */
typedef struct bl_channel_map {
  size_t n_from, n_to;
  size_t *from, *to; /* places in the stream */
  double *w;         /* [n_from][n_to] */
  double *sum;       /* [n_to], of the frame in hand */
} bl_channel_map;
/* Room, zeroed. Freed by release, also after a failure. */
bl_status bl_channel_map_init(bl_ctx *ctx, size_t n_from, size_t n_to, bl_channel_map *m) BL_MUST_CHECK;
void bl_channel_map_release(bl_ctx *ctx, bl_channel_map *m);
/* n frames x [n][n_channels]; channels that it does not make are copied. */
void bl_channel_map_apply(const bl_channel_map *m, const float *x, size_t n, size_t n_channels, float *y);

#endif
