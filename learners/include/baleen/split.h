/* split.h: rows into folds, with scikit-learn's rules for who goes where.
 *
 * To add one: learners/splitters/<name>.c with `const bl_splitter_class bl_splitter_<name>`, a line in
 * splitters.def. */
#ifndef BALEEN_SPLIT_H
#define BALEEN_SPLIT_H

#include "baleen/option.h"

typedef struct bl_split_data {
  size_t n;
  const int32_t *label; /* class codes >= 0, or NULL */
  const int32_t *group; /* or NULL */
  const int32_t *fold;  /* a given fold per row (-1: always in training), or NULL */
  const double *time;   /* when each row was, in seconds of a common clock, or NULL: rows stand in the order of time */
} bl_split_data;

/* Each fold's training and test rows, ascending. */
typedef struct bl_fold {
  uint32_t *train, *test;
  size_t n_train, n_test;
} bl_fold;
typedef struct bl_folds {
  bl_fold *v;
  size_t n;
  bool from_zero; /* a list of splits counts them so; all others count from 1 */
} bl_folds;
/* The number of fold i for people, the same in tables, files and messages. */
static inline size_t bl_fold_number(const bl_folds *f, size_t i) { return i + !f->from_zero; }
/* Adds a fold that tests the given rows (copied) and trains on all other rows of 0..n-1. */
bl_status bl_folds_add(bl_ctx *ctx, bl_folds *f, size_t n, const uint32_t *test, size_t n_test) BL_MUST_CHECK;
void bl_folds_free(bl_ctx *ctx, bl_folds *f);
/* The first group that stands on both sides of a fold: true, with fold and group; else false. */
bool bl_folds_leak(const bl_folds *f, size_t n, const int32_t *group, size_t *fold, int32_t *which);

enum {
  BL_SPLIT_GROUPS = 1 /* keeps groups whole; needs them */,
  BL_SPLIT_LABELS = 2 /* needs labels */,
  BL_SPLIT_GIVEN = 4 /* needs the fold column */,
  BL_SPLIT_TIMES = 8 /* goes by times: a split may leave rows out on both sides */
};
typedef struct bl_splitter_class {
  const char *name, *summary, *source;
  unsigned needs;
  const bl_opt *opts;
  size_t params_size;
  bl_status (*split)(bl_ctx *ctx, const void *params, const bl_split_data *d, bl_folds *out);
} bl_splitter_class;

const bl_splitter_class *bl_splitter_at(size_t i);
const bl_splitter_class *bl_splitter_find(const char *name);
typedef struct bl_splitter {
  const bl_splitter_class *cls;
  void *params;
} bl_splitter;
bl_status bl_splitter_new(bl_ctx *ctx, const char *name, bl_splitter *out) BL_MUST_CHECK;
void bl_splitter_free(bl_ctx *ctx, bl_splitter *x);
/* Checks that what the splitter needs is there, then splits. */
bl_status bl_split(bl_ctx *ctx, const bl_splitter *s, const bl_split_data *d, bl_folds *out) BL_MUST_CHECK;

#endif
