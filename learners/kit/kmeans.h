/* kmeans.h: Lloyd's algorithm from centres that are given, drawn at random or by k-means++ (Arthur and Vassilvitskii 2007), for
 * estimators that are clusterers or start from one. */
#ifndef BL_LEARNERS_KMEANS_H
#define BL_LEARNERS_KMEANS_H

#include "baleen/matrix.h"

typedef enum bl_kmeans_init { BL_KMEANS_PLUS_PLUS, BL_KMEANS_RANDOM } bl_kmeans_init;

typedef struct bl_kmeans_call {
  const char *who;
  const bl_cmat *X;     /* at least n_clusters rows, finite */
  const double *weight; /* above 0; NULL: ones */
  size_t n_clusters;
  bl_kmeans_init init;
  const double *centers; /* [n_clusters x columns] to start from, once; NULL: as init says */
  size_t n_init;         /* how often it starts; the least inertia stays */
  size_t max_iter;
  double tol; /* ends where the centres' squared shift is at most tol times the mean variance of the columns */
  uint64_t seed;
} bl_kmeans_call;

/* centers [n_clusters x columns] and labels [rows] are the caller's. inertia: the weighted sum of squared distances to the
 * nearest centre. A row belongs to the centre that is nearest by double arithmetic, of equal ones to the first. A cluster
 * that loses all rows moves to the row farthest from its own centre. Same bits for any number of threads. */
typedef struct bl_kmeans_found {
  double *centers, inertia;
  int32_t *labels;
  size_t n_iter;
  bool converged;
} bl_kmeans_found;
bl_status bl_kmeans(bl_ctx *ctx, const bl_kmeans_call *call, bl_kmeans_found *out) BL_MUST_CHECK;

/* sum (x - c)^2 in double. */
double bl_kmeans_distance2(const float *x, const double *center, size_t d);

#endif
