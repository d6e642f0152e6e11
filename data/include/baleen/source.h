/* source.h: where recordings or tables come from. A source lists items; each item opens as a recording and carries its
 * label, group, annotations and further columns.
 *
 * To add one: data/sources/<name>.c with `const bl_source_class bl_source_<name>`, a line in sources.def. */
#ifndef BALEEN_SOURCE_H
#define BALEEN_SOURCE_H

#include "baleen/dataset.h"
#include "baleen/option.h"
#include "baleen/recording.h"

typedef struct bl_item {
  char *name;                 /* unique, shown to people and used for grouping: the path below the source's folder */
  char *path;                 /* of the (background) file, as bl_recording_open() takes it */
  char *label;                /* of the whole recording; NULL: rows take theirs from the annotations, or none */
  char *group;                /* NULL: the item's name */
  bl_annotations annotations; /* from a table; those inside the file come with the recording */
  bool annotated;    /* a table spoke of this item, though maybe to say "nothing there": of the annotations inside the
                                 file those alone count that begin with "bad", in any case */
  bool unlabelled;   /* rows carry no label, whatever the events that cut them are called */
  bl_texts extra;    /* values of the source's extra columns */
  char *foreground;  /* path of the file that is mixed into `path`; NULL where nothing is */
  size_t seed_index; /* for sources that make recordings */
} bl_item;
typedef struct bl_items {
  bl_item *v;
  size_t n, cap;
  bl_texts extra; /* names of the extra columns */
} bl_items;
void bl_items_free(bl_ctx *ctx, bl_items *items);

typedef struct bl_source_class {
  const char *name, *summary, *source;
  const bl_opt *opts;
  size_t params_size;
  /* Recordings: lists the items, in a stable order. Paths in params are relative to `folder`. NULL for tables. */
  bl_status (*list)(bl_ctx *ctx, const void *params, const char *folder, bl_items *out);
  /* Opens one; NULL: bl_recording_open(item->path). The first time, by one thread, it may fill in values of item->extra
   * that the samples alone tell, and that list() left empty; from then on the item stays as it is. */
  bl_status (*open)(bl_ctx *ctx, const void *params, const char *folder, bl_item *item, bl_recording **out);
  /* Tables: the rows themselves. NULL for recordings. */
  bl_status (*load)(bl_ctx *ctx, const void *params, const char *folder, bl_dataset *out);
  bool made; /* recordings are made by the source, which calls them by what they are made of: they are no files */
  /* Tables: the columns to be learnt, borrowed from params; of several each is a further column of the rows, and they
   * have no label. NULL: the label is all there is to learn. */
  const bl_texts *(*targets)(const void *params);
} bl_source_class;

const bl_source_class *bl_source_at(size_t i);
const bl_source_class *bl_source_find(const char *name);
typedef struct bl_source {
  const bl_source_class *cls;
  void *params;
} bl_source;
bl_status bl_source_new(bl_ctx *ctx, const char *name, bl_source *out) BL_MUST_CHECK;
void bl_source_free(bl_ctx *ctx, bl_source *x);
/* Opens an item by its class's way, which may complete item->extra. */
bl_status bl_source_open(bl_ctx *ctx, const bl_source *s, const char *folder, bl_item *item,
                         bl_recording **out) BL_MUST_CHECK;

#endif
