/* changes.h: the conventions in which peers differ, each as a change to a chain of stages. */
#ifndef BL_CHANGES_H
#define BL_CHANGES_H

#include "baleen/option.h"

typedef enum bl_change_kind {
  BL_CHANGE_SET,
  BL_CHANGE_DROP,
  BL_CHANGE_INSTEAD,
  BL_CHANGE_AFTER,
  BL_CHANGE_FIRST
} bl_change_kind;
typedef struct bl_change {
  const char *stage; /* that it is done to; FIRST: that must not be there yet */
  bl_change_kind kind;
  const char *what;  /* SET: option=value; INSTEAD, AFTER, FIRST: a stage in flow text */
  const char *words; /* what the change is, for a person */
} bl_change;
/* NULL behind the last. */
const bl_change *bl_change_at(size_t i);
/* Does it to `root`, a map whose `stages` are a list. *done: false when it does not apply, and nothing was changed. */
bl_status bl_change_apply(bl_ctx *ctx, const bl_change *c, bl_flow *root, bool *done) BL_MUST_CHECK;
/* Two that would change the same thing. */
bool bl_changes_clash(const bl_change *a, const bl_change *b);

#endif
