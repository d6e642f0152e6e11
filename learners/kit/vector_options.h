/* vector_options.h: the options that kernels of vectors share, under scikit-learn's names. */
#ifndef BL_LEARNERS_VECTOR_OPTIONS_H
#define BL_LEARNERS_VECTOR_OPTIONS_H

#include "baleen/kernel.h"

typedef struct bl_vector_options {
  bl_word gamma;
  int64_t degree;
  double coef0;
} bl_vector_options;

extern const char *const bl_gamma_words[];
/* Rows of a table of options, for a struct T that has a bl_vector_options at m; the defaults are the caller's. */
/* clang-format off */
#define BL_VECTOR_GAMMA(T, m, def) { "gamma", BL_OPT_WORD, offsetof(T, m.gamma), def, 0, 1e300, BL_OPT_OPEN_LO, \
  bl_gamma_words, "", "how fast likeness falls: scale is 1 / (columns x variance), auto 1 / columns (chi2: 1)", NULL }
#define BL_VECTOR_DEGREE(T, m, def) { "degree", BL_OPT_INT, offsetof(T, m.degree), def, 0, 1000, 0, NULL, "", \
  "power of kernel poly", NULL }
#define BL_VECTOR_COEF0(T, m, def) { "coef0", BL_OPT_REAL, offsetof(T, m.coef0), def, -1e15, 1e15, 0, NULL, "", \
  "constant inside the kernels poly and sigmoid", NULL }
/* clang-format on */

#endif
