/* golden: reference numbers from scipy, scikit-learn and MNE, kept as text in tests/golden/<topic>.txt.
 *
 * The file: `# golden 1`, comment lines, then any number of
 *   array NAME ROWS COLS rtol=R atol=A     followed by ROWS lines of COLS numbers (exact doubles, nan, inf, -inf)
 *   array NAME ROWS COLS rtol=R atol=A f32 the same, but the numbers are float32, in no more digits than those need
 *   text NAME value to the end of the line
 * made by the Python scripts beside it (tests/golden/make_all.sh).
 *
 * Test support: whatever is missing, malformed or different fails the running cmocka test (fail_msg), with the place.
 * Plain malloc and stdio on purpose: the code under test is what counts allocations. */
#ifndef BALEEN_TESTS_GOLDEN_H
#define BALEEN_TESTS_GOLDEN_H

#include <stddef.h>

typedef struct golden golden;

typedef struct {
  const char *name;
  size_t rows, cols;
  double *v;         /* [rows x cols], row-major, owned by the golden */
  double rtol, atol; /* what a comparison allows: |got - want| <= atol + rtol * |want| */
} golden_array;

/* Reads BALEEN_GOLDEN_DIR/<topic>.txt. Never NULL: a missing or malformed file fails the test. */
golden *golden_open(const char *topic);

/* NULL is fine. Every golden_array and text of g goes with it. */
void golden_close(golden *g);

/* The array or text of that name; an unknown name fails the test. */
const golden_array *golden_get(const golden *g, const char *name);
const char *golden_text(const golden *g, const char *name);
/* The name of text i in the file's order, NULL behind the last: for tests that walk cases. */
const char *golden_text_name(const golden *g, size_t i);

/* got holds want->rows * want->cols numbers, row-major. NaN equals NaN, inf equals inf of its sign, all else fails by
 * !(|got - want| <= atol + rtol * |want|). `what` names the comparison in the message. */
void golden_compare(const golden_array *want, const double *got, const char *what);
void golden_compare_f32(const golden_array *want, const float *got, const char *what);

/* The same for one number under a tolerance of the caller's. */
void golden_compare_one(double want, double got, double rtol, double atol, const char *what);

#endif
