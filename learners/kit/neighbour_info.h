/* neighbour_info.h: mutual information of two series, in nats, by distances to nearest neighbours. For class authors. */
#ifndef BALEEN_NEIGHBOUR_INFO_H
#define BALEEN_NEIGHBOUR_INFO_H

#include "baleen/context.h"

/* Of numbers x [n], which are overwritten, and codes of classes 0 .. (Ross 2014). purpose: names the noise that parts
 * equal numbers. At least 0. */
bl_status bl_info_of_classes(bl_ctx *ctx, double *x, const double *code, size_t n, size_t n_classes, size_t n_neighbors,
                             uint64_t purpose, double *out) BL_MUST_CHECK;
/* Of numbers x [n], which are overwritten, and y (Kraskov, Stoegbauer and Grassberger 2004, their first estimator). */
bl_status bl_info_of_numbers(bl_ctx *ctx, double *x, const double *y, size_t n, size_t n_neighbors, uint64_t purpose,
                             double *out) BL_MUST_CHECK;

#endif
