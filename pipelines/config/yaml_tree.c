#include "yaml_tree.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "baleen/text.h"

enum { MAX_DEPTH = 32, MAX_NODES = 200000 }; /* aliases can make a small file a huge tree */

typedef struct builder {
  bl_ctx *ctx;
  const char *name;
  yaml_document_t *doc;
  size_t n_nodes;
} builder;

static bl_status build(builder *b, int index, int depth, bl_node *out);

static bl_status wrong_at(builder *b, const yaml_node_t *y, const char *what)
{
  return bl_fail(b->ctx, BL_E_CONFIG, "%s:%zu:%zu: error: %s", b->name, y->start_mark.line + 1,
                 y->start_mark.column + 1, what);
}

static bl_status build_map(builder *b, const yaml_node_t *y, int depth, bl_node *out)
{
  size_t n = (size_t)(y->data.mapping.pairs.top - y->data.mapping.pairs.start);
  out->child = bl_calloc(b->ctx, n, sizeof *out->child);
  out->key = bl_calloc(b->ctx, n, sizeof *out->key);
  if (!out->child || !out->key) return bl_fail_nomem(b->ctx, b->name);
  for (size_t i = 0; i < n; i++) {
    const yaml_node_pair_t *pair = &y->data.mapping.pairs.start[i];
    const yaml_node_t *key = yaml_document_get_node(b->doc, pair->key);
    if (key->type != YAML_SCALAR_NODE) return wrong_at(b, key, "a key must be a plain name");
    out->n = i + 1;
    bl_status s = build(b, pair->key, depth + 1, &out->key[i]);
    if (s) return s;
    if (!strcmp(out->key[i].text, "<<"))
      return wrong_at(b, key, "merge keys (<<) are not part of YAML 1.2; write the keys out");
    for (size_t j = 0; j < i; j++)
      if (!strcmp(out->key[j].text, out->key[i].text))
        return bl_fail(b->ctx, BL_E_CONFIG, "%s:%zu:%zu: error: the key '%s' is there already, in line %zu", b->name,
                       out->key[i].line, out->key[i].column, out->key[i].text, out->key[j].line);
    s = build(b, pair->value, depth + 1, &out->child[i]);
    if (s) return s;
  }
  return BL_OK;
}

static bl_status build(builder *b, int index, int depth, bl_node *out)
{
  const yaml_node_t *y = yaml_document_get_node(b->doc, index);
  if (depth > MAX_DEPTH) return wrong_at(b, y, "nested too deeply (or an alias that holds itself)");
  if (++b->n_nodes > MAX_NODES) return wrong_at(b, y, "too many values");
  out->line = y->start_mark.line + 1;
  out->column = y->start_mark.column + 1;
  switch (y->type) {
  case YAML_SCALAR_NODE:
    out->kind = BL_NODE_SCALAR;
    out->quoted = y->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    if (strlen((const char *)y->data.scalar.value) != y->data.scalar.length)
      return wrong_at(b, y, "a NUL byte inside a text");
    out->text = bl_strdup(b->ctx, (const char *)y->data.scalar.value);
    return out->text ? BL_OK : bl_fail_nomem(b->ctx, b->name);
  case YAML_SEQUENCE_NODE: {
    size_t n = (size_t)(y->data.sequence.items.top - y->data.sequence.items.start);
    out->kind = BL_NODE_LIST;
    out->child = bl_calloc(b->ctx, n, sizeof *out->child);
    if (!out->child) return bl_fail_nomem(b->ctx, b->name);
    for (size_t i = 0; i < n; i++) {
      out->n = i + 1;
      bl_status s = build(b, y->data.sequence.items.start[i], depth + 1, &out->child[i]);
      if (s) return s;
    }
    return BL_OK;
  }
  case YAML_MAPPING_NODE: out->kind = BL_NODE_MAP; return build_map(b, y, depth, out);
  default: return wrong_at(b, y, "a node without a kind");
  }
}

static bl_status parser_error(bl_ctx *ctx, const char *name, const yaml_parser_t *p)
{
  size_t line = p->problem_mark.line + 1, column = p->problem_mark.column + 1;
  if (p->error == YAML_MEMORY_ERROR) return bl_fail_nomem(ctx, name);
  if (p->error == YAML_READER_ERROR)
    return bl_fail(ctx, BL_E_CONFIG, "%s: error: byte %zu: %s; a config is UTF-8 text", name, p->problem_offset,
                   p->problem ? p->problem : "unreadable");
  return bl_fail(ctx, BL_E_CONFIG, "%s:%zu:%zu: error: %s%s%s", name, line, column,
                 p->problem ? p->problem : "not YAML", p->context ? ", " : "", p->context ? p->context : "");
}

bl_status bl_yaml_parse(bl_ctx *ctx, const char *name, const char *text, size_t n, bl_node *out)
{
  *out = (bl_node){0};
  yaml_parser_t parser;
  if (!yaml_parser_initialize(&parser)) return bl_fail_nomem(ctx, name);
  yaml_parser_set_input_string(&parser, (const unsigned char *)text, n);
  yaml_document_t doc, second;
  bl_status s = BL_OK;
  if (!yaml_parser_load(&parser, &doc)) {
    s = parser_error(ctx, name, &parser);
    yaml_parser_delete(&parser);
    return s;
  }
  builder b = {ctx, name, &doc, 0};
  if (!yaml_document_get_root_node(&doc)) s = bl_fail(ctx, BL_E_CONFIG, "%s:1:1: error: the config is empty", name);
  else s = build(&b, 1, 0, out);
  if (!s) {
    if (!yaml_parser_load(&parser, &second)) s = parser_error(ctx, name, &parser);
    else {
      const yaml_node_t *root = yaml_document_get_root_node(&second);
      if (root) s = wrong_at(&b, root, "a second document; a config is one");
      yaml_document_delete(&second);
    }
  }
  yaml_document_delete(&doc);
  yaml_parser_delete(&parser);
  if (s) bl_node_free(ctx, out);
  return s;
}

void bl_node_free(bl_ctx *ctx, bl_node *node)
{
  for (size_t i = 0; i < node->n; i++) {
    if (node->child) bl_node_free(ctx, &node->child[i]);
    if (node->key) bl_node_free(ctx, &node->key[i]);
  }
  bl_free(ctx, node->child);
  bl_free(ctx, node->key);
  bl_free(ctx, node->text);
  *node = (bl_node){0};
}

bl_node *bl_node_get(const bl_node *map, const char *key)
{
  for (size_t i = 0; map->kind == BL_NODE_MAP && i < map->n; i++)
    if (!strcmp(map->key[i].text, key)) return &map->child[i];
  return NULL;
}

bl_status bl_node_flow(bl_ctx *ctx, const bl_node *node, bl_buf *out)
{
  if (node->kind == BL_NODE_SCALAR) return bl_flow_print_scalar(ctx, node->text, out);
  bool map = node->kind == BL_NODE_MAP;
  bl_status s = bl_buf_puts(ctx, out, map ? "{" : "[");
  for (size_t i = 0; !s && i < node->n; i++) {
    if (i) s = bl_buf_puts(ctx, out, ", ");
    if (!s && map) s = bl_flow_print_scalar(ctx, node->key[i].text, out);
    if (!s && map) s = bl_buf_puts(ctx, out, ": ");
    if (!s) s = bl_node_flow(ctx, &node->child[i], out);
  }
  return s ? s : bl_buf_puts(ctx, out, map ? "}" : "]");
}

/* ---- overrides --------------------------------------------------------------------------------------------------- */

static bl_status add_key(bl_ctx *ctx, bl_node *map, const char *name, bl_node **out)
{
  bl_node *child = bl_realloc(ctx, map->child, map->n + 1, sizeof *child);
  if (child) map->child = child;
  bl_node *key = child ? bl_realloc(ctx, map->key, map->n + 1, sizeof *key) : NULL;
  if (key) map->key = key;
  char *text = key ? bl_strdup(ctx, name) : NULL;
  if (!text) return bl_fail_nomem(ctx, "--set");
  map->key[map->n] = (bl_node){.kind = BL_NODE_SCALAR, .text = text};
  map->child[map->n] = (bl_node){.kind = BL_NODE_MAP};
  *out = &map->child[map->n++];
  return BL_OK;
}

/* A bare name where options are wanted ("- pca") becomes {pca: {}}, so that a path can go on into it. */
static bl_status open_name(bl_ctx *ctx, bl_node *at, const char *step)
{
  if (at->kind != BL_NODE_SCALAR || strcmp(at->text, step)) return BL_OK;
  bl_free(ctx, at->text);
  *at = (bl_node){.kind = BL_NODE_MAP, .line = at->line, .column = at->column};
  bl_node *inside;
  return add_key(ctx, at, step, &inside);
}

static bl_status one_step(bl_ctx *ctx, bl_node **at, const char *step, const char *assignment)
{
  bl_node *here = *at;
  bl_status s = open_name(ctx, here, step);
  if (s) return s;
  if (here->kind == BL_NODE_LIST) {
    int64_t i;
    if (bl_parse_int(step, &i) && i >= 0 && (size_t)i < here->n) return *at = &here->child[i], BL_OK;
    /* a list of plug-ins may also be entered by name: features.logmel.stages.mel.n_mels */
    for (size_t k = 0; k < here->n; k++) {
      bl_node *item = &here->child[k], *hit = bl_node_get(item, step);
      if (item->kind == BL_NODE_SCALAR && !strcmp(item->text, step)) {
        if ((s = open_name(ctx, item, step)) != BL_OK) return s;
        hit = &item->child[0];
      }
      if (hit) return *at = hit, BL_OK;
    }
    return bl_fail(ctx, BL_E_CONFIG, "--set %s: error: '%s' is neither a position in this list of %zu nor a name in it",
                   assignment, step, here->n);
  }
  if (here->kind == BL_NODE_SCALAR)
    return bl_fail(ctx, BL_E_CONFIG, "--set %s: error: nothing below '%s' can be set", assignment, here->text);
  bl_node *child = bl_node_get(here, step);
  if (child) return *at = child, BL_OK;
  return add_key(ctx, here, step, at);
}

/* What --set gave stands in no file: mistakes in it are placed by its name. */
static void forget_place(bl_node *n)
{
  n->line = n->column = 0;
  for (size_t i = 0; i < n->n; i++) {
    forget_place(&n->child[i]);
    if (n->key) forget_place(&n->key[i]);
  }
}

bl_status bl_node_override(bl_ctx *ctx, bl_node *root, const char *assignment)
{
  const char *equals = strchr(assignment, '=');
  if (!equals || equals == assignment)
    return bl_fail(ctx, BL_E_CONFIG, "--set %s: error: wanted path=value, as in --set seed=3", assignment);
  bl_node value = {0};
  bl_status s = equals[1] ? bl_yaml_parse(ctx, "--set", equals + 1, strlen(equals + 1), &value) : BL_OK;
  if (s) return s;
  if (!equals[1] && !(value.text = bl_strdup(ctx, ""))) return bl_fail_nomem(ctx, "--set");
  bl_node *at = root;
  char *path = bl_strdup(ctx, assignment);
  if (!path) s = bl_fail_nomem(ctx, "--set");
  else path[equals - assignment] = '\0';
  for (char *step = path, *next; !s && step; step = next) {
    next = strchr(step, '.');
    if (next) *next++ = '\0';
    s = one_step(ctx, &at, step, assignment);
  }
  if (!s) {
    forget_place(&value);
    bl_node_free(ctx, at);
    *at = value;
    value = (bl_node){0};
  }
  bl_node_free(ctx, &value);
  bl_free(ctx, path);
  return s;
}
