/* yaml_tree.h: a YAML document as a tree in which every node knows its place. Scalars stay text: what they mean is said
 * by the option table that takes them, so `no`, `1e3` or `08:30` surprise nobody. Duplicate keys, merge keys, several
 * documents and trees beyond the limits are errors with file:line:column. */
#ifndef BL_YAML_TREE_H
#define BL_YAML_TREE_H

#include "baleen/memory.h"
#include "baleen/option.h"

typedef enum bl_node_kind { BL_NODE_SCALAR, BL_NODE_LIST, BL_NODE_MAP } bl_node_kind;
typedef struct bl_node bl_node;
struct bl_node {
  bl_node_kind kind;
  size_t line, column; /* from 1; line 0: of an override */
  bool quoted;
  char *text; /* of a scalar */
  size_t n;
  bl_node *child;
  bl_node *key; /* of a map's children: scalars, for their places; else NULL */
};

bl_status bl_yaml_parse(bl_ctx *ctx, const char *name, const char *text, size_t n, bl_node *out) BL_MUST_CHECK;
void bl_node_free(bl_ctx *ctx, bl_node *node);
/* A map's child, or NULL. */
bl_node *bl_node_get(const bl_node *map, const char *key);
/* As flow text (option.h), for option values. */
bl_status bl_node_flow(bl_ctx *ctx, const bl_node *node, bl_buf *out) BL_MUST_CHECK;
/* Sets what `path=value` says: names and list positions separated by dots; missing names of maps are made. */
bl_status bl_node_override(bl_ctx *ctx, bl_node *root, const char *assignment) BL_MUST_CHECK;

#endif
