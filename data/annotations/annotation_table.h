/* annotation_table.h: what the readers of annotation tables share: lines of fields between tabs. Private to data. */
#ifndef BL_DATA_ANNOTATION_TABLE_H
#define BL_DATA_ANNOTATION_TABLE_H

#include "baleen/annotation.h"
#include "baleen/table.h"

enum { BL_MAX_FIELDS = 1024 };

/* A text taken apart line by line; the text itself is written to. */
typedef struct bl_lines {
  const char *path;
  char *next;    /* NULL at the end */
  size_t number; /* of the line at hand, from 1 */
  size_t n;
  char *field[BL_MAX_FIELDS];
  char none[1]; /* what a field holds that is not there: "" */
} bl_lines;

/* The next line that is not blank, cut at its tabs; false at the end. Fields past the last place are left joined. */
bool bl_next_line(bl_lines *l);
/* Without the blanks around it; writes to the field. */
char *bl_trim(char *s);
/* Field `column` of the line, "" where the line has none such. */
char *bl_field(bl_lines *l, long column);
/* A number in a field: NAN when it is empty, BL_E_FORMAT when it is something else. */
bl_status bl_field_number(bl_ctx *ctx, bl_lines *l, long column, const char *name, double *out) BL_MUST_CHECK;
/* Times in seconds that a mark must have; begin and end. */
bl_status bl_check_span(bl_ctx *ctx, const char *path, size_t line, double begin, double end) BL_MUST_CHECK;
/* Index of a column, its name in any case, or -1. */
long bl_find_nocase(const bl_texts *columns, const char *name);

/* The score of an annotation, where the text (NULL: none) is a finite number: people write "high" there as well. */
void bl_annotation_take_score(bl_annotation *a, const char *text);

/* annotation_raven.c: from the line at hand, which is the header, to the end. */
bl_status bl_read_raven(bl_ctx *ctx, bl_lines *l, const bl_annotation_reading *how, bl_annotations *out) BL_MUST_CHECK;
/* annotation_columns.c: which column of a table of events holds what. */
enum {
  BL_EVENT_ONSET,
  BL_EVENT_DURATION,
  BL_EVENT_END,
  BL_EVENT_LABEL,
  BL_EVENT_FILE,
  BL_EVENT_LOW,
  BL_EVENT_HIGH,
  BL_EVENT_CHANNEL,
  BL_EVENT_VALUE,
  BL_EVENT_SCORE,
  BL_N_EVENT_COLUMNS
};
typedef struct bl_event_columns {
  long at[BL_N_EVENT_COLUMNS];       /* -1: there is none */
  double unit_s[BL_N_EVENT_COLUMNS]; /* what one of a time is in seconds */
} bl_event_columns;
/* Warns of events that get no end or label though a column may hold them. BL_E_CONFIG for a column that was asked for
 * and is not there, BL_E_FORMAT where none of begin times is known. */
bl_status bl_event_columns_find(bl_ctx *ctx, const bl_table *t, const bl_annotation_reading *how, bool bids,
                                bl_event_columns *c) BL_MUST_CHECK;
/* annotation_hypnogram_read.c: a whole text, which is written to. */
bl_status bl_read_hypnogram(bl_ctx *ctx, const char *path, char *text, double epoch_s,
                            bl_annotations *out) BL_MUST_CHECK;
/* annotation_csv.c: a whole text, CSV or BIDS. */
bl_status bl_read_events(bl_ctx *ctx, const char *path, const char *text, size_t n, const bl_annotation_reading *how,
                         bl_annotations *out) BL_MUST_CHECK;
/* A table is UTF-8, so a text that is none is taken as Latin-1. NULL when memory ran out. */
char *bl_annotation_utf8(bl_ctx *ctx, const char *text);
/* Whether a table's name says that it is a hypnogram. */
bool bl_annotation_is_hypnogram(const char *path);
/* annotation_hypnogram.c: the whole table, appended to *out. */
bl_status bl_write_hypnogram(bl_ctx *ctx, const char *path, const bl_annotation_writing *how, const bl_annotations *a,
                             bl_buf *out) BL_MUST_CHECK;

#endif
