/* vector_exp.h: exponentials of blocks of doubles, written so that compilers vectorise them. */
#ifndef BL_LEARNERS_VECTOR_EXP_H
#define BL_LEARNERS_VECTOR_EXP_H

#include <stddef.h>

/* v[i] becomes exp(v[i]) for v[i] <= 0, within 1 unit in the last place or two; below -708 it becomes 0, NaN stays NaN.
 * An entry's bits depend on that entry alone. */
void bl_vector_exp(double *v, size_t n);

#endif
