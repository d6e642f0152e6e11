/* groups.h: which rows belong together. Rows of one group never stand on both sides of a split; a group may be cut into
 * blocks, which then are the groups: by a column that names the block (a session), by stretches of time, or by both. */
#ifndef BL_GROUPS_H
#define BL_GROUPS_H

#include "baleen/run.h"

typedef struct bl_grouping {
  const bl_dataset *rows;
  const bl_column *group, *block, *time; /* block, time: NULL where the config names none */
  double block_s;                        /* 0: time cuts nothing */
} bl_grouping;

/* The columns that the config names, BL_E_CONFIG for one that is not there. */
bl_status bl_grouping_find(bl_ctx *ctx, const bl_config *c, const bl_dataset *rows, bl_grouping *out) BL_MUST_CHECK;
/* The row lies across a border between blocks of time, and so in none. */
bool bl_grouping_across(const bl_grouping *g, size_t row);
/* Sets p->group, p->groups and p->grouped of the rows p->index. A row without group and block is one of its own.
 * BL_E_FORMAT for a row that names no block. */
bl_status bl_grouping_code(bl_ctx *ctx, const bl_grouping *g, bl_problem *p) BL_MUST_CHECK;

#endif
