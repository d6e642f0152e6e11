/* convert_table.h: the table of annotations beside a file that holds none, under its name and the format's ending. */
#ifndef BL_CONVERT_TABLE_H
#define BL_CONVERT_TABLE_H

#include "baleen/file.h"
#include "convert.h"

typedef struct bl_table_place {
  char *path;
  bl_annotation_format format;
  bool is_there, has_owner; /* owner: an OUT that is there too */
  bool goes;                /* once OUT is in place */
  bl_out out;               /* the new one, until then beside its place */
} bl_table_place;

/* Before anything is written. A table that people made is not to be lost, nor to be taken for one about the new
 * file. */
bl_status bl_table_look(bl_ctx *ctx, const char *out, const bl_convert *how, bl_table_place *t) BL_MUST_CHECK;
/* Writes the new one beside its place, or plans that the old one goes; `file` is OUT. */
bl_status bl_table_prepare(bl_ctx *ctx, const bl_convert *how, const bl_annotated_file *file, bl_table_place *t,
                           const bl_annotations *marks, bl_texts *report) BL_MUST_CHECK;
/* OUT is in place: its table follows, or that of what it was written over goes. */
bl_status bl_table_finish(bl_ctx *ctx, bl_table_place *t) BL_MUST_CHECK;
void bl_table_drop(bl_ctx *ctx, bl_table_place *t);

#endif
