/* yaml_tree.h: a YAML document as a tree of values (option.h), each with its place. Duplicate keys, merge keys, several
 * documents and trees beyond the limits are errors with file:line:column. Scalars stay text, so that `no`, `1e3` or
 * `08:30` surprise nobody. */
#ifndef BL_YAML_TREE_H
#define BL_YAML_TREE_H

#include "baleen/memory.h"
#include "baleen/option.h"

/* slips: keys that stand twice are told in it, all of them, and the first of each counts; NULL: the first is an error. */
bl_status bl_yaml_parse(bl_ctx *ctx, const char *name, const char *text, size_t n, bl_texts *slips,
                        bl_flow *out) BL_MUST_CHECK;
/* Sets what `path=value` says (override.c): names and list positions separated by dots; missing names of maps are made.
 * Below `model` and below each of `models` the path is that of bl_estimator_set(). What it makes
 * stands in line 0, column `number`. */
bl_status bl_yaml_override(bl_ctx *ctx, bl_flow *root, const char *assignment, size_t number) BL_MUST_CHECK;

#endif
