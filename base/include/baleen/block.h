/* block.h: what the columns of a row are. A row is a series of blocks, one behind the other without a hole: the numbers
 * that one summary gave, or one estimator. A block says how its columns belong together, so that CSP takes a triangle
 * for the matrix that it is, a convolution a series, and a scaler leaves both alone. Blocks are made where columns are
 * made, and travel with them: features.json, a dataset, what learners get, a model file.
 *
 * Rows of a table, which only have names, have no blocks: a pointer to none, or a list of none, says "not known". Where
 * columns of the table are text, they are categories, and all columns have blocks. */
#ifndef BALEEN_BLOCK_H
#define BALEEN_BLOCK_H

#include "baleen/memory.h"

/* Forms: code, name, how many dims, what they are. Columns follow the dims in order, the last one fastest.
 *   scalars   [n]                        numbers that stand for themselves
 *   triangle  [p]                        upper triangle of a symmetric p x p matrix, by rows, diagonal included
 *   series    [times, channels]          a waveform
 *   image     [times, channels, bins]    a spectrogram
 *   sequence  [length]                   symbols, each a whole number
 *   graph     [nodes]                    nodes x nodes weights of edges
 *   sparse    [n]                        counts, nearly all of them 0
 *   category  [1]                        which of the block's `values` it is: 0, 1 ..; NaN where it is missing, -1 where it
 *                                        is none of them */
#define BL_BLOCK_FORMS(X)                                                                                              \
  X(SCALARS, "scalars", 1)                                                                                             \
  X(TRIANGLE, "triangle", 1)                                                                                           \
  X(SERIES, "series", 2)                                                                                               \
  X(IMAGE, "image", 3) X(SEQUENCE, "sequence", 1) X(GRAPH, "graph", 1) X(SPARSE, "sparse", 1) X(CATEGORY, "category", 1)
typedef enum bl_block_form {
#define BL_BLOCK_CODE(code, name, n_dims) BL_BLOCK_##code,
  BL_BLOCK_FORMS(BL_BLOCK_CODE)
#undef BL_BLOCK_CODE
      BL_N_BLOCK_FORMS
} bl_block_form;

typedef struct bl_block {
  char *name; /* "covariance", "<branch>.covariance"; no other block of the row has it */
  bl_block_form form;
  size_t dims[3];  /* as the form says; those that it does not have are 0 */
  size_t first, n; /* its columns: n of them from `first` on */
  bl_texts units;  /* one that all columns share, or one for each: see bl_block_unit() */
  char *source;    /* who made it: the summary, the estimator */
  bl_texts values; /* of a category: what the numbers stand for; else none */
} bl_block;

/* The blocks of a row, ascending, the first at column 0. Owned; a zeroed list is empty. */
typedef struct bl_blocks {
  bl_block *v;
  size_t n;
} bl_blocks;

/* "triangle", or "?" for a number that is no form; and back: false for an unknown name. */
const char *bl_block_form_name(bl_block_form form);
bool bl_block_form_find(const char *name, bl_block_form *out);
size_t bl_block_n_dims(bl_block_form form);
/* How many columns a block of this form and these dims has; 0 when a dim is 0 or the number would overflow. */
size_t bl_block_columns(bl_block_form form, const size_t dims[3]);
/* The unit of the block's i-th column. */
const char *bl_block_unit(const bl_block *b, size_t i);

/* Adds a copy of `like` behind the last block: `first` and `n` are set here, the rest is copied. A name that another
 * block has gets "-2", "-3" behind it. units: one, or as many as columns; those that are all the same are kept as one,
 * and none means "". BL_E_ARG when form, dims and units do not fit together. */
bl_status bl_blocks_add(bl_ctx *ctx, bl_blocks *b, const bl_block *like) BL_MUST_CHECK;
/* Adds `more` behind `all`, each name as "<prefix>.<name>" unless prefix is NULL. */
bl_status bl_blocks_append(bl_ctx *ctx, bl_blocks *all, const char *prefix, const bl_blocks *more) BL_MUST_CHECK;
/* *to is overwritten, not freed first; empty on failure. `from` may be NULL: none. */
bl_status bl_blocks_copy(bl_ctx *ctx, bl_blocks *to, const bl_blocks *from) BL_MUST_CHECK;
/* The blocks of a row made of n columns of this one, in this order: a block whose columns all come, side by side and in
 * their order, stays what it is; of any other there are left scalars of its name, one block for each stretch. */
bl_status bl_blocks_pick(bl_ctx *ctx, const bl_blocks *from, const size_t *columns, size_t n,
                         bl_blocks *out) BL_MUST_CHECK;
/* Empties the list; NULL is fine. */
void bl_blocks_free(bl_ctx *ctx, bl_blocks *b);
bool bl_blocks_equal(const bl_blocks *a, const bl_blocks *b);
/* The first category among the blocks, or NULL. `b` may be NULL. */
const bl_block *bl_blocks_category(const bl_blocks *b);
/* The block that a column belongs to, or NULL when none is known. `b` may be NULL. */
const bl_block *bl_blocks_at(const bl_blocks *b, size_t column);
/* BL_E_SHAPE unless the blocks, if there are any, cover n columns exactly, each as its form and dims say, under names of
 * their own. `who` begins the message. */
bl_status bl_blocks_check(bl_ctx *ctx, const char *who, const bl_blocks *b, size_t n) BL_MUST_CHECK;
/* For messages: "'alpha.covariance' (triangle of 22: 253 columns), 'power' (scalars: 5 columns)"; at most eight are
 * named. */
bl_status bl_blocks_describe(bl_ctx *ctx, const bl_blocks *b, bl_buf *out) BL_MUST_CHECK;

#endif
