/* linear_classifier.h: what classifiers with linear scores share (logistic_regression, lda, ridge_classifier): scores
 * X coef' + intercept, codes and probabilities from them. Two classes have one score, of the second class; K > 2 have K
 * scores. */
#ifndef BL_LEARNERS_LINEAR_CLASSIFIER_H
#define BL_LEARNERS_LINEAR_CLASSIFIER_H

#include "kit.h"

/* May begin a classifier's state, under the name `scores`: see the slots at the end. */
typedef struct bl_linear_scores {
  size_t n_outputs, n_features; /* 1 for two classes, else the number of classes */
  double *coef;                 /* [n_outputs x n_features] */
  double *intercept;            /* [n_outputs] */
} bl_linear_scores;

/* How probabilities come from scores. */
typedef enum bl_linear_link {
  BL_LINK_SOFTMAX,     /* of two classes 1 / (1 + exp(-score)) */
  BL_LINK_ONE_VS_REST, /* 1 / (1 + exp(-score)) of each class, divided by their sum */
  BL_LINK_CLIPPED      /* (score clipped to -1 .. 1, plus 1) / 2, divided by their sum; all 0: all alike */
} bl_linear_link;

/* Scores of n_classes classes: 1 or n_classes; 1 before fit, when n_classes is 0. */
size_t bl_linear_outputs(size_t n_classes);
/* Columns of BL_PREDICT, BL_PREDICT_PROBA and BL_DECISION; 0 for other operations. */
size_t bl_linear_width(const bl_estimator *self, bl_op op);
/* The scores made ready to be applied, for prepare slots: numbers it needs behind the room, and the room made of them. */
typedef struct bl_linear_room {
  bl_kit_map map;
  double *z;           /* one row's scores */
  bl_linear_link link; /* softmax unless set otherwise */
} bl_linear_room;
size_t bl_linear_doubles(const bl_linear_scores *m);
void bl_linear_fill(const bl_linear_scores *m, double *doubles, bl_linear_room *out);
/* A prepare slot for those who need no more room than this. */
bl_status bl_linear_prepare(bl_ctx *ctx, const bl_linear_scores *m, void **room) BL_MUST_CHECK;
/* Predictions as codes, probabilities and decisions, those that are asked for. Ties of scores: the lower class. */
void bl_linear_apply(const bl_linear_room *r, const bl_cmat *X, const bl_answer *out);
/* Do the sizes of loaded fields fit the estimator? BL_E_FORMAT when not. */
bl_status bl_linear_check(bl_ctx *ctx, const bl_estimator *self, const bl_linear_scores *m) BL_MUST_CHECK;

/* ---- for states that begin with bl_linear_scores ------------------------------------------------------------------ */

/* Two rows for the table of learnt fields of such a state T. */
/* clang-format off */
#define BL_LINEAR_SCORES_FIELDS(T)                                                                                     \
  {"coef", BL_F64, offsetof(T, scores.coef), offsetof(T, scores.n_outputs), offsetof(T, scores.n_features),            \
   "coefficients; one row for two classes, else one a class"},                                                         \
  {"intercept", BL_F64, offsetof(T, scores.intercept), offsetof(T, scores.n_outputs), BL_NO_DIM, "constants"}
/* clang-format on */
/* Room for what is learnt of so many classes and columns, all 0. */
bl_status bl_linear_scores_begin(bl_ctx *ctx, size_t n_classes, size_t d, bl_linear_scores *m) BL_MUST_CHECK;
/* Slots of classes whose probabilities come by softmax, or that give none (width: bl_linear_scores_width). */
size_t bl_linear_scores_width(const bl_estimator *self, bl_op op);
bl_status bl_linear_scores_prepare(bl_ctx *ctx, const bl_estimator *self, unsigned ops, size_t rows,
                                   void **room) BL_MUST_CHECK;
bl_status bl_linear_scores_apply(bl_ctx *ctx, const bl_estimator *self, void *room, const bl_cmat *X,
                                 const bl_answer *out) BL_MUST_CHECK;
bl_status bl_linear_scores_check(bl_ctx *ctx, const bl_estimator *self) BL_MUST_CHECK;

/* The first of the largest scores, as a code; NaN when a score is NaN or the largest is infinite, for then the
 * probabilities are none and no class may be named. */
double bl_top_class(const double *z, size_t k);
/* z [k] becomes exp(z) / sum exp(z), without overflow; returns log sum exp(z). */
double bl_softmax(double *z, size_t k);
/* 1 / (1 + exp(-z)) without overflow. */
double bl_sigmoid(double z);

#endif
