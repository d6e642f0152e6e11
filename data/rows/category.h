/* category.h: which columns of a table are categories. Private to data. */
#ifndef BALEEN_DATA_CATEGORY_H
#define BALEEN_DATA_CATEGORY_H

#include "baleen/category.h"
#include "baleen/dataset.h"
#include "baleen/table.h"

typedef struct bl_category {
  bl_texts values; /* none: the column is numbers */
} bl_category;

/* Of n columns of a table those that are categories: named ones, and those of which most cells are no numbers. Tells
 * each in the log. BL_E_FORMAT of a column with so many values that it tells rows apart: a name, a note. */
bl_status bl_categories_find(bl_ctx *ctx, const bl_table *t, const bl_texts *named, const size_t *column, size_t n,
                             bl_category *out) BL_MUST_CHECK;
/* Says so in the blocks of a dataset that has these columns; without any category the columns have no blocks. */
bl_status bl_categories_to_blocks(bl_ctx *ctx, const bl_texts *columns, const bl_category *category,
                                  bl_dataset *d) BL_MUST_CHECK;

#endif
