/* random_projection.h: what random projections share. For class authors. */
#ifndef BALEEN_RANDOM_PROJECTION_H
#define BALEEN_RANDOM_PROJECTION_H

#include "baleen/estimator.h"

/* Their params begin with it, their states are the other. */
typedef struct bl_projection_params {
  bl_word n_components;
  double eps;
  int64_t random_state;
} bl_projection_params;
typedef struct bl_projection {
  size_t n_components, n_features;
  double *components;
} bl_projection;
/* clang-format off */
#define BL_PROJECTION_OPTS(T)                                                                                          \
  { "n_components", BL_OPT_WORD, offsetof(T, own.n_components), "auto", 1, 1e6, BL_OPT_WHOLE, bl_projection_words, "", \
    "columns that are made; auto: as many as keep the distances of the rows within eps (Johnson and Lindenstrauss)", NULL }, \
  { "eps", BL_OPT_REAL, offsetof(T, own.eps), "0.1", 0, 1, BL_OPT_OPEN_LO | BL_OPT_OPEN_HI, NULL, "",                  \
    "auto: by what share a squared distance may change", NULL },                                                       \
  { "random_state", BL_OPT_INT, offsetof(T, own.random_state), "0", 0, 9007199254740992.0, 0, NULL, "", "seed of what is drawn", NULL }
/* clang-format on */
extern const char *const bl_projection_words[];
extern const bl_field bl_projection_fields[];

/* Room for the components, zeros, of as many columns as wanted; BL_E_RANGE when those would be more than there are. */
bl_status bl_projection_begin(bl_ctx *ctx, bl_estimator *self, const bl_train *t) BL_MUST_CHECK;
size_t bl_projection_width(const bl_estimator *self, bl_op op);
bl_status bl_projection_prepare(bl_ctx *ctx, const bl_estimator *self, unsigned ops, size_t rows,
                                void **room) BL_MUST_CHECK;
bl_status bl_projection_apply(bl_ctx *ctx, const bl_estimator *self, void *room, const bl_cmat *X,
                              const bl_answer *out) BL_MUST_CHECK;
double bl_projection_work(const bl_estimator *self);
bl_status bl_projection_check(bl_ctx *ctx, const bl_estimator *self) BL_MUST_CHECK;

#endif
