/* discrete_nb.h: naive Bayes of counts and of what is there or not (multinomial_nb, bernoulli_nb, complement_nb). All learn the
 * same sums, so that any cut into parts teaches what all rows do; what they make of them is linear in the row:
 *   log likelihood of class k = constant_k + sum_j coef_kj x_j. */
#ifndef BL_LEARNERS_DISCRETE_NB_H
#define BL_LEARNERS_DISCRETE_NB_H

#include "kit.h"

typedef struct bl_discrete_nb {
  size_t n_classes, n_features;
  double *class_count,
      *feature_count; /* [n_classes]; [n_classes x n_features] sums of weights, and of weight times x */
} bl_discrete_nb;
extern const bl_field bl_discrete_nb_fields[];

/* The prior options of a class's params T, over a member `bl_nb_priors prior`. */
typedef struct bl_nb_priors {
  bl_reals class_prior;
  bool fit_prior;
} bl_nb_priors;
/* clang-format off */
#define BL_NB_ALPHA(T) \
  BL_REAL(T, alpha, "1", 1e-10, 1e9, "", "added to every count (Laplace, Lidstone)")
#define BL_NB_PRIORS(T) \
  {"class_prior", BL_OPT_REALS, offsetof(T, prior.class_prior), NULL, 0, 1, 0, NULL, "", \
   "share of each class, in ascending order of classes; empty: see fit_prior", NULL}, \
  {"fit_prior", BL_OPT_BOOL, offsetof(T, prior.fit_prior), "true", 0, 0, 0, NULL, "", \
   "shares of classes as in the data; false: all alike", NULL}
/* clang-format on */

/* Adds the rows to the sums, from nothing or on from the rows before; x counts as it is, or where `from` is not NULL as 1
 * when it lies above *from, else 0. What was learnt is changed only once all is there. */
bl_status bl_discrete_nb_learn(bl_ctx *ctx, bl_estimator *self, const bl_train *t, const double *from) BL_MUST_CHECK;
/* As many priors as classes, each above 0, which sum to 1; or none. */
bl_status bl_nb_priors_check(bl_ctx *ctx, const char *who, const bl_nb_priors *p, size_t n_classes) BL_MUST_CHECK;
/* Logarithms of the shares of classes into out [n_classes]; of a class without rows -infinity. */
void bl_nb_log_priors(const bl_nb_priors *p, const bl_discrete_nb *s, double *out);

/* A room with coef [n_classes x n_features] and constant [n_classes], to be filled by the prepare slot. */
typedef struct bl_nb_room {
  double *coef, *constant, *z;
  const double *from; /* as bl_discrete_nb_learn() */
} bl_nb_room;
bl_status bl_nb_room_new(bl_ctx *ctx, const bl_estimator *self, void **room, bl_nb_room **out) BL_MUST_CHECK;
/* Slots. */
bl_status bl_nb_apply(bl_ctx *ctx, const bl_estimator *self, void *room, const bl_cmat *X,
                      const bl_answer *out) BL_MUST_CHECK;
size_t bl_nb_width(const bl_estimator *self, bl_op op);
bl_status bl_nb_check(bl_ctx *ctx, const bl_estimator *self) BL_MUST_CHECK;

#endif
