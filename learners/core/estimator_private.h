/* What the files of the estimator framework share, and class authors leave alone. */
#ifndef BALEEN_ESTIMATOR_PRIVATE_H
#define BALEEN_ESTIMATOR_PRIVATE_H

#include "baleen/estimator.h"

/* The class that a bare list makes (BL_TAG_LIST). */
const bl_estimator_class *bl_estimator_list_class(void);
/* The row of options that takes several children, or the first that takes any (`many` false), or NULL. */
const bl_opt *bl_child_slot(const bl_estimator_class *cls, bool many);
/* Hangs a child into a slot, in the place of the one there if the slot takes one only. Owns child and params from now
 * on, also on failure. name NULL: the option's for a slot of one, else the child's class. params NULL: defaults. */
bl_status bl_estimator_hang(bl_ctx *ctx, bl_estimator *e, const bl_opt *slot, const char *name, bl_estimator *child,
                            void *params) BL_MUST_CHECK;
/* Moves the children of a slot from one estimator into another of its class, which loses its own of that slot. */
bl_status bl_estimator_move_children(bl_ctx *ctx, bl_estimator *to, const bl_opt *slot,
                                     bl_estimator *from) BL_MUST_CHECK;
size_t bl_child_index(const bl_estimator *e, const char *name, size_t len); /* n_children: none */
/* Are all options and children that it needs given, and do they fit together? Asks no child for its own. */
bl_status bl_estimator_complete(bl_ctx *ctx, const bl_estimator *e) BL_MUST_CHECK;
/* Fills a slot from a tree. */
bl_status bl_estimator_fill_slot(bl_ctx *ctx, bl_estimator *e, const bl_opt *slot, const bl_flow *tree,
                                 const bl_build *how) BL_MUST_CHECK;
/* A slot's children, or the i-th child, as flow text. */
bl_status bl_estimator_print_slot(bl_ctx *ctx, const bl_estimator *e, const bl_opt *slot, bl_buf *out) BL_MUST_CHECK;

/* Drops what was learnt, in children too; parameters stand. NULL is fine. */
void bl_estimator_forget(bl_ctx *ctx, bl_estimator *e);
/* BL_E_NOT_FITTED unless fitted. */
bl_status bl_estimator_needs_fit(bl_ctx *ctx, const bl_estimator *e);
/* Refuses another number of columns than was learnt from, or other names (NULL: not checked). */
bl_status bl_check_columns(bl_ctx *ctx, const bl_estimator *e, size_t cols, const bl_texts *names) BL_MUST_CHECK;
/* Where e has an option class_weight that is not none: the rows' weights times those of their classes, in a new array at
 * *weight, which else stays as it is. */
bl_status bl_class_weight(bl_ctx *ctx, const bl_estimator *e, bool in_parts, const bl_train *t,
                          double **weight) BL_MUST_CHECK;
/* Text of an infinity or NaN for messages. */
const char *bl_nonfinite_name(double x);
/* bl_applier_run() whose predictions of a classifier are still codes: what a meta estimator wants of its children. */
bl_status bl_applier_codes(bl_ctx *ctx, bl_applier *a, const bl_cmat *X, const bl_answer *out) BL_MUST_CHECK;
/* Rows of covariance are one triangle: where blocks are known (b) they say so, else the number of columns must do. */
bl_status bl_check_triangle(bl_ctx *ctx, const char *who, const bl_blocks *b, size_t cols) BL_MUST_CHECK;
/* Categories are refused but by those that take them; foresee asks it, too. */
bl_status bl_check_categories(bl_ctx *ctx, const char *who, unsigned tags, const bl_blocks *b) BL_MUST_CHECK;
/* Refuses the first NaN (unless allowed) or infinity by row (counted from first_row on), column and its name. */
bl_status bl_check_finite(bl_ctx *ctx, const char *who, const bl_cmat *X, bool nan_ok, const bl_texts *names,
                          size_t first_row) BL_MUST_CHECK;

#endif
