/* files_private.h: what the two halves of the source of files share: files.c lists recordings and labels them as a whole,
 * files_events.c gives them the events that lie in tables or in a channel of codes. */
#ifndef BL_FILES_PRIVATE_H
#define BL_FILES_PRIVATE_H

#include "dataset_private.h"
#include "items.h"
#include "match.h"
#include "name_pattern.h"

/* Where labels come from; from FROM_RAVEN on it is a table of events. */
enum {
  FROM_NONE,
  FROM_FOLDER,
  FROM_CSV,
  FROM_PATTERN,
  FROM_ANNOTATIONS,
  FROM_TRIGGERS,
  FROM_RAVEN,
  FROM_AUDACITY,
  FROM_TABLE,
  FROM_HYPNOGRAM
};
enum { UNLABELLED_ERROR, UNLABELLED_SKIP, UNLABELLED_KEEP };

typedef struct bl_files_params {
  bl_texts recordings;
  int labels;
  char *label_file, *label_column, *begin_column, *end_column, *duration_column, *path_column, *pattern, *group,
      *start_pattern, *trigger_channel;
  bl_texts columns;
  int64_t trigger_mask;
  int unlabelled;
  double epoch_s;
} bl_files_params;

/* All that list() works with; one release for all of it. */
typedef struct bl_files_job {
  bl_ctx *ctx;
  const bl_files_params *p;
  const char *folder;
  bl_found found;
  bl_match match;
  bl_name_pattern pattern;
  bl_table table;         /* rows about recordings; columns.n 0 when there is none */
  size_t *row_of;         /* per recording, into table */
  size_t label_col, *col; /* col: of p->columns */
  long group_field;       /* field of the pattern, or -1 */
  size_t group_col;       /* column of the table, or BL_NO_ITEM */
  size_t n_unlabelled;    /* recordings without a label, and the first of them */
  const char *first_unlabelled;
  char *label_path;
  bl_items items;
} bl_files_job;

/* Counts the i-th recording that was found as one without label; true when it is to be left out. */
bool bl_files_leave_out(bl_files_job *j, size_t i);

/* The events of each recording, from the tables beside it, from one table for all, or from its channel of codes. */
bl_status bl_files_read_beside(bl_files_job *j) BL_MUST_CHECK;
bl_status bl_files_read_for_all(bl_files_job *j) BL_MUST_CHECK;
bl_status bl_files_read_triggers(bl_files_job *j) BL_MUST_CHECK;

#endif
