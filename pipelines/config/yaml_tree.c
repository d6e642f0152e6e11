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
  bl_texts *slips; /* or NULL */
} builder;

static bl_status build(builder *b, int index, int depth, bl_flow *out);

static bl_status wrong_at(builder *b, const yaml_node_t *y, const char *what)
{
  return bl_fail(b->ctx, BL_E_CONFIG, "%s:%zu:%zu: error: %s", b->name, y->start_mark.line + 1,
                 y->start_mark.column + 1, what);
}

/* Whether `key` stands in `out` already, which is told. */
static bl_status check_twice(builder *b, const bl_flow *out, const bl_flow *key, bool *twice)
{
  size_t j = 0;
  while (j < out->n && strcmp(out->key[j].text, key->text) != 0) j++;
  *twice = j < out->n;
  if (!*twice) return BL_OK;
  bl_status s = bl_fail(b->ctx, BL_E_CONFIG, "%s:%zu:%zu: error: the key '%s' is there already, in line %zu", b->name,
                        key->line, key->column, key->text, out->key[j].line);
  return b->slips ? bl_texts_add(b->ctx, b->slips, bl_ctx_error(b->ctx)) : s;
}

/* A key that comes twice counts once: whoever reads the tree makes what it says once and not over itself. */
static bl_status add_pair(builder *b, const yaml_node_pair_t *pair, int depth, bl_flow *out)
{
  const yaml_node_t *key = yaml_document_get_node(b->doc, pair->key);
  bl_flow *name = &out->key[out->n];
  bool twice = false;
  if (key->type != YAML_SCALAR_NODE) return wrong_at(b, key, "a key must be a plain name");
  bl_status s = build(b, pair->key, depth + 1, name);
  if (!s && !strcmp(name->text, "<<"))
    s = wrong_at(b, key, "merge keys (<<) are not part of YAML 1.2; write the keys out");
  if (!s) s = check_twice(b, out, name, &twice);
  if (s || twice) {
    bl_flow_free(b->ctx, name);
    return s;
  }
  return build(b, pair->value, depth + 1, &out->child[out->n++]);
}

static bl_status build_map(builder *b, const yaml_node_t *y, int depth, bl_flow *out)
{
  size_t n = (size_t)(y->data.mapping.pairs.top - y->data.mapping.pairs.start);
  out->child = bl_calloc(b->ctx, n, sizeof *out->child);
  out->key = bl_calloc(b->ctx, n, sizeof *out->key);
  if (!out->child || !out->key) return bl_fail_nomem(b->ctx, b->name);
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < n; i++) s = add_pair(b, &y->data.mapping.pairs.start[i], depth, out);
  return s;
}

static bl_status build(builder *b, int index, int depth, bl_flow *out)
{
  const yaml_node_t *y = yaml_document_get_node(b->doc, index);
  if (depth > MAX_DEPTH) return wrong_at(b, y, "nested too deeply (or an alias that holds itself)");
  if (++b->n_nodes > MAX_NODES) return wrong_at(b, y, "too many values");
  out->line = y->start_mark.line + 1;
  out->column = y->start_mark.column + 1;
  switch (y->type) {
  case YAML_SCALAR_NODE:
    out->kind = BL_FLOW_SCALAR;
    out->quoted = y->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    if (strlen((const char *)y->data.scalar.value) != y->data.scalar.length)
      return wrong_at(b, y, "a NUL byte inside a text");
    out->text = bl_strdup(b->ctx, (const char *)y->data.scalar.value);
    return out->text ? BL_OK : bl_fail_nomem(b->ctx, b->name);
  case YAML_SEQUENCE_NODE: {
    size_t n = (size_t)(y->data.sequence.items.top - y->data.sequence.items.start);
    out->kind = BL_FLOW_LIST;
    out->child = bl_calloc(b->ctx, n, sizeof *out->child);
    if (!out->child) return bl_fail_nomem(b->ctx, b->name);
    for (size_t i = 0; i < n; i++) {
      out->n = i + 1;
      bl_status s = build(b, y->data.sequence.items.start[i], depth + 1, &out->child[i]);
      if (s) return s;
    }
    return BL_OK;
  }
  case YAML_MAPPING_NODE: out->kind = BL_FLOW_MAP; return build_map(b, y, depth, out);
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

bl_status bl_yaml_parse(bl_ctx *ctx, const char *name, const char *text, size_t n, bl_texts *slips, bl_flow *out)
{
  *out = (bl_flow){0};
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
  builder b = {ctx, name, &doc, 0, slips};
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
  if (s) bl_flow_free(ctx, out);
  return s;
}
