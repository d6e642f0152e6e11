/* catalog.h: every plug-in of every kind in one list, for help, lists and the generated reference. */
#ifndef BL_CATALOG_H
#define BL_CATALOG_H

#include "baleen/option.h"

typedef struct bl_entry {
  const char *kind, *name, *summary, *source;
  const bl_opt *opts;
  const char *traits;   /* in words: "classifier; takes weights" */
  const bl_opt *beside; /* options beside each estimator that it holds, or NULL */
  const char *expands;  /* what a preset stands for, in YAML, or NULL */
} bl_entry;

/* The i-th kind's name in plural ("stages"), or NULL. */
const char *bl_catalog_kind(size_t i);
/* The i-th entry of the k-th kind; false behind the last. `traits` lies in buf. */
bool bl_catalog_at(size_t kind, size_t i, bl_entry *out, char buf[240]);
/* By name over all kinds; false when there is none. *from continues a search: names may stand in several kinds. */
bool bl_catalog_find(const char *name, size_t *from, bl_entry *out, char buf[240]);
/* One entry in full: summary, source, traits, options. As text, or as Markdown. */
bl_status bl_catalog_print(bl_ctx *ctx, const bl_entry *e, bool markdown, bl_buf *out) BL_MUST_CHECK;

#endif
