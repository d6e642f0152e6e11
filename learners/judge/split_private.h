/* split_private.h: what the splitters share. */
#ifndef BL_SPLIT_PRIVATE_H
#define BL_SPLIT_PRIVATE_H

#include "baleen/memory.h"
#include "baleen/random.h"
#include "baleen/split.h"

typedef struct bl_n_splits_params {
  int64_t n_splits, random_state;
  bool shuffle;
} bl_n_splits_params;
/* n_splits 5, shuffle false, random_state 0 */
extern const bl_opt bl_n_splits_opts[];

typedef struct bl_shuffle_params {
  int64_t n_splits, random_state;
  double test_size;
} bl_shuffle_params;

/* Codes 0 .. n_codes-1 for the distinct values, and the rows of each. */
typedef struct bl_coded {
  uint32_t *code; /* [n] */
  int32_t *value; /* [n_codes] */
  size_t *count;  /* [n_codes] */
  size_t n_codes;
} bl_coded;
/* Ascending by value. */
bl_status bl_coded_new(bl_ctx *ctx, size_t n, const int32_t *v, bl_coded *out) BL_MUST_CHECK;
void bl_coded_free(bl_ctx *ctx, bl_coded *c);

/* Folds 0 .. n_folds-1 from the number of each row's test fold; rows of -1 always train. An empty fold is refused. */
bl_status bl_folds_assign(bl_ctx *ctx, const char *who, size_t n, const int32_t *fold_of, size_t n_folds,
                          bl_folds *out) BL_MUST_CHECK;
/* Adds a fold of these rows (copied, and brought into ascending order). */
bl_status bl_folds_add_sides(bl_ctx *ctx, bl_folds *f, const uint32_t *train, size_t n_train, const uint32_t *test,
                             size_t n_test) BL_MUST_CHECK;
/* How many of n (rows, groups: `what`) a test_size takes: a share below 1 rounds up, 1 or more is a count. Both sides
 * must get some. */
bl_status bl_test_count(bl_ctx *ctx, const char *who, const char *what, double test_size, size_t n,
                        size_t *out) BL_MUST_CHECK;
/* An array 0 .. n-1 to be freed; shuffled when r is given. */
bl_status bl_order_new(bl_ctx *ctx, size_t n, bl_rng *r, uint32_t **out) BL_MUST_CHECK;

/* BL_E_SHAPE when there are fewer of `what` ("rows", "groups") than folds: with a remedy that itself is allowed. */
bl_status bl_check_enough(bl_ctx *ctx, const char *who, const char *what, size_t n, size_t folds) BL_MUST_CHECK;

#endif
