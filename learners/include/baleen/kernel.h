/* kernel.h: how alike two rows are: what support vector machines and kernel ridge compare rows by. Names, options and
 * numbers are scikit-learn's.
 *
 * To add one: learners/kernels/<name>.c with `const bl_kernel_class bl_kernel_<name>`, a line in kernels.def. A program
 * that links the library may also fill a class of its own and compare rows by it: see bl_kernel_gram(), whose matrix the
 * kernel `precomputed` takes. */
#ifndef BALEEN_KERNEL_H
#define BALEEN_KERNEL_H

#include "baleen/matrix.h"
#include "baleen/option.h"

typedef struct bl_kernel bl_kernel;

enum {
  /* Rows hold the values themselves: entry c of a row is its value with row c of the data as a whole. Neither of the
   * functions below is there. */
  BL_KERNEL_GIVEN = 1
};

typedef struct bl_kernel_class {
  const char *name, *summary, *source;
  unsigned tags;
  /* Options of the names that an estimator has too (gamma, degree, coef0) are given to the estimator, as in
   * scikit-learn, and handed on. An option `gamma` is a bl_word: see bl_kernel.gamma. NULL: none. */
  const bl_opt *opts;
  size_t params_size;
  double auto_gamma; /* what gamma: auto stands for; 0: 1 / columns */
  /* Do these rows suit? NULL: all finite ones do. */
  bl_status (*check)(bl_ctx *ctx, const bl_kernel *k, const bl_cmat *X);
  /* One of these two; neither allocates, both may be called by many threads at once.
   * of_products: v holds the products of one row with n others, whose squares are yy, its own being xx; they become
   * kernel values. An entry's bits depend on that entry alone. */
  void (*of_products)(const bl_kernel *k, double xx, const double *yy, double *v, size_t n);
  /* of_pair: the value of two rows of d columns; symmetric. */
  double (*of_pair)(const bl_kernel *k, const float *x, const float *y, size_t d);
} bl_kernel_class;

/* A kernel with its options. A program that has its own class fills this itself. */
struct bl_kernel {
  const bl_kernel_class *cls;
  void *params;
  double gamma; /* the number that the option gamma stands for; set by bl_kernel_settle() */
};

const bl_kernel_class *bl_kernel_at(size_t i);
const bl_kernel_class *bl_kernel_find(const char *name);
/* Names of all, NULL-terminated: the choices of an option that takes one. */
extern const char *const bl_kernel_names[];

/* With default options. Unknown name: BL_E_CONFIG with the nearest one. */
bl_status bl_kernel_new(bl_ctx *ctx, const char *name, bl_kernel *out) BL_MUST_CHECK;
void bl_kernel_free(bl_ctx *ctx, bl_kernel *x);
/* Checks the rows and works out gamma: scale stands for 1 / (columns x variance of all entries), the rows counted by
 * `weight` (NULL: ones), or 1 where that is 0; auto for 1 / columns. BL_E_RANGE where rows do not suit. */
bl_status bl_kernel_settle(bl_ctx *ctx, bl_kernel *k, const bl_cmat *X, const double *weight) BL_MUST_CHECK;
/* out [X->rows x Y->rows]: the values of each row of X with each of Y. k must be settled. Same bits for any number of
 * threads, and each row's depend on that row and Y alone. BL_E_ARG for kernels that are given. */
bl_status bl_kernel_gram(bl_ctx *ctx, const bl_kernel *k, const bl_cmat *X, const bl_cmat *Y,
                         double *out) BL_MUST_CHECK;

#endif
