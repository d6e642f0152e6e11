/* category.h: columns of a table that are text: each of a few values, none of which is a number. */
#ifndef BALEEN_CATEGORY_H
#define BALEEN_CATEGORY_H

#include "baleen/memory.h"

/* Which of the values, ascending in bytes, a cell is: 0, 1 ..; NaN of one that is empty or "NA", -1 of any other text. */
float bl_category_code(const bl_texts *values, const char *cell);

#endif
