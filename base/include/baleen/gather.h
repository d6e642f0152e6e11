/* gather.h: warnings of one kind are told once, with how many more there were. */
#ifndef BALEEN_GATHER_H
#define BALEEN_GATHER_H

#include <stdbool.h>
#include <stddef.h>

#include "baleen/context.h"

enum { BL_GATHERED_KINDS = 16, BL_GATHERED_TEXT = 1024 }; /* as long as bl_warn() makes a text, subject and all */
typedef struct bl_gathered_kind {
  bl_warning code;
  const char *format;
  size_t n, at; /* at: where in the text the subject ends */
  char text[BL_GATHERED_TEXT];
} bl_gathered_kind;
/* Zeroed is an empty list. */
typedef struct bl_gathered {
  bool at_once; /* the first of a kind is told when it comes; else all are told together, in the end */
  size_t n;
  bl_gathered_kind v[BL_GATHERED_KINDS];
} bl_gathered;

/* Until it is called again, bl_warn() in this context, and in those of threads at work for it, adds to `to`; NULL: warns
 * at once, as it does without. Warnings count as given each time. Of a kind are those that one place in the source gives
 * under one name; what is no sentence of its own there, or one kind too many, is told at once. Returns what it was
 * before. */
bl_gathered *bl_ctx_gather(bl_ctx *ctx, bl_gathered *to);
/* Tells one line a kind: the first of its texts in alphabetical order, and how many more there were. Empties the list.
 * Called when nothing gathers any more. */
void bl_gathered_tell(bl_ctx *ctx, bl_gathered *g);

#endif
