/* targets.h: what is to be learnt where a row has more than one of it: several columns of numbers, several columns that
 * say of one label each whether a row has it, or one column with several labels behind one another. */
#ifndef BL_PIPELINES_TARGETS_H
#define BL_PIPELINES_TARGETS_H

#include "baleen/run.h"

enum { BL_MOST_TARGETS = 4096 };
#define BL_BETWEEN_LABELS ";" /* in what is written: predictions, tables */

/* The columns that hold what is to be learnt. */
typedef struct bl_targets {
  const bl_column **column;
  const bl_texts *names; /* of those, or NULL where one column says it all */
  size_t n;
  const char *separator; /* between the labels of a cell, or NULL */
  bool empty_is_none;    /* a cell that holds nothing says that the row has no label, and not that nobody knows */
} bl_targets;
/* BL_E_CONFIG when there is no such column. */
bl_status bl_targets_find(bl_ctx *ctx, const bl_config *c, const bl_dataset *rows, bl_targets *out) BL_MUST_CHECK;
void bl_targets_free(bl_ctx *ctx, bl_targets *t);
/* Rows have several of it. */
bool bl_targets_several(const bl_targets *t);
/* The row's are all known. */
bool bl_targets_known(const bl_targets *t, const bl_problem *p, size_t row);
/* Of rows that are taken: p->y [n x n_targets], and the names. */
bl_status bl_targets_numbers(bl_ctx *ctx, const bl_targets *t, bl_problem *p) BL_MUST_CHECK;
bl_status bl_targets_labels(bl_ctx *ctx, const bl_config *c, const bl_targets *t, bl_problem *p) BL_MUST_CHECK;

/* Labels of which `has` [names->n] is not 0, behind one another; appended. */
bl_status bl_labels_join(bl_ctx *ctx, const bl_texts *names, const double *has, bl_buf *out) BL_MUST_CHECK;

#endif
