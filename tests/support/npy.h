/* npy: arrays of other libraries as NumPy files, tests/golden/<folder>/<name>.npy, each folder with a README that says
 * library, version, call, input and tolerance of each.
 *
 * Test support: whatever is missing, malformed or different fails the running cmocka test, with the place. */
#ifndef BALEEN_TESTS_NPY_H
#define BALEEN_TESTS_NPY_H

#include <stddef.h>

enum { NPY_MAX_DIMS = 4 };

/* Numbers of any of float32, float64, int64, uint8 and bool as doubles, complex ones as two numbers: then the last
 * dimension counts double. Row-major; a number alone has no dimension and n 1. */
typedef struct npy {
  size_t n_dims, dim[NPY_MAX_DIMS], n;
  double *v;
} npy;

/* "librosa/centroid" is tests/golden/librosa/centroid.npy. Never NULL. */
npy *npy_open(const char *name);
void npy_close(npy *a); /* NULL is fine */
/* The same numbers as float32, to be freed by free(): what was stored exactly stays exact. */
float *npy_f32(const npy *a);

/* `got` holds n numbers in the order of `want`; each may be off by tol times the largest magnitude among the finite wanted
 * ones. NaN equals NaN alone. */
void npy_compare(const npy *want, const float *got, size_t n, double tol, const char *what);
/* The same of got [frame][feature], where want is [feature][frame] as librosa has it (or [frame]). */
void npy_compare_frames(const npy *want, const float *got, size_t n_frames, size_t width, double tol, const char *what);

#endif
