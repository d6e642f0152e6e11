/* Estimators as flow text: "lda", "{pca: {n_components: 2}}", "[standard_scaler, {lda: {}, as: last}]". What is printed
 * here bl_estimator_parse() (estimator_build.c) reads back. */
#include <stdio.h>
#include <string.h>

#include "estimator_private.h"

static bl_status print_value(bl_ctx *ctx, const bl_opt *table, const bl_opt *o, const void *params, bl_buf *out)
{
  bl_buf text = {0};
  bool is_flow = o->kind == BL_OPT_REALS || o->kind == BL_OPT_TEXTS || o->kind == BL_OPT_RANGES ||
                 o->kind == BL_OPT_NUMBERS || o->kind == BL_OPT_TREE;
  bl_status s = bl_opts_get(ctx, table, params, o->name, &text);
  if (!s) s = is_flow ? bl_buf_puts(ctx, out, bl_buf_text(&text)) : bl_flow_print_scalar(ctx, bl_buf_text(&text), out);
  bl_buf_free(ctx, &text);
  return s;
}

static bool is_empty_slot(const bl_estimator *e, const bl_opt *slot)
{
  size_t n = 0;
  for (size_t i = 0; i < e->n_children; i++) n += e->child_slot[i] == slot;
  return !n;
}

static bl_status print_options(bl_ctx *ctx, const bl_estimator *e, bl_buf *out)
{
  bl_status s = bl_buf_puts(ctx, out, "{");
  bool first = true;
  for (const bl_opt *o = e->cls->opts; !s && o && o->name; o++) {
    if (o->kind == BL_OPT_ESTIMATOR && is_empty_slot(e, o)) continue;
    s = bl_buf_printf(ctx, out, "%s%s: ", first ? "" : ", ", o->name);
    first = false;
    if (s) break;
    s = o->kind == BL_OPT_ESTIMATOR ? bl_estimator_print_slot(ctx, e, o, out)
                                    : print_value(ctx, e->cls->opts, o, e->params, out);
  }
  return s ? s : bl_buf_puts(ctx, out, "}");
}

static bool is_list(const bl_estimator *e) { return e->cls->tags & BL_TAG_LIST && e->n_children; }

/* What stands behind the class's name: its options, or the list that is all it has. */
static bl_status print_body(bl_ctx *ctx, const bl_estimator *e, bl_buf *out)
{
  return is_list(e) ? bl_estimator_print(ctx, e, out) : print_options(ctx, e, out);
}

/* ---- children ---------------------------------------------------------------------------------------------------- */

static bool name_taken(const bl_estimator *e, size_t before, const char *name)
{
  for (size_t i = 0; i < before; i++)
    if (!strcmp(e->child_name[i], name)) return true;
  return false;
}

/* Would the i-th child be given its name by itself? */
static bool has_usual_name(const bl_estimator *e, size_t i)
{
  const char *base = e->child[i]->cls->name;
  char name[128];
  snprintf(name, sizeof name, "%s", base);
  for (size_t k = 2; name_taken(e, i, name); k++) snprintf(name, sizeof name, "%s-%zu", base, k);
  return !strcmp(name, e->child_name[i]);
}

static bl_status print_member(bl_ctx *ctx, const bl_estimator *e, size_t i, bl_buf *out)
{
  const bl_estimator *c = e->child[i];
  if (has_usual_name(e, i)) return bl_estimator_print(ctx, c, out);
  bl_status s = bl_buf_printf(ctx, out, "{%s: ", c->cls->name);
  if (!s) s = print_body(ctx, c, out);
  if (!s) s = bl_buf_puts(ctx, out, ", as: ");
  if (!s) s = bl_flow_print_scalar(ctx, e->child_name[i], out);
  return s ? s : bl_buf_puts(ctx, out, "}");
}

/* "name: {option: .., estimator: ..}" */
static bl_status print_entry(bl_ctx *ctx, const bl_estimator *e, size_t i, bl_buf *out)
{
  bl_status s = bl_flow_print_scalar(ctx, e->child_name[i], out);
  if (!s) s = bl_buf_puts(ctx, out, ": {");
  for (const bl_opt *o = e->cls->child_opts; !s && o->name; o++) {
    s = bl_buf_printf(ctx, out, "%s: ", o->name);
    if (!s) s = print_value(ctx, e->cls->child_opts, o, e->child_params[i], out);
    if (!s) s = bl_buf_puts(ctx, out, ", ");
  }
  if (!s) s = bl_buf_puts(ctx, out, "estimator: ");
  if (!s) s = bl_estimator_print(ctx, e->child[i], out);
  return s ? s : bl_buf_puts(ctx, out, "}");
}

bl_status bl_estimator_print_slot(bl_ctx *ctx, const bl_estimator *e, const bl_opt *slot, bl_buf *out)
{
  bool many = slot->flags & BL_OPT_MANY, entries = e->cls->child_opts, first = true;
  bl_status s = many ? bl_buf_puts(ctx, out, entries ? "{" : "[") : BL_OK;
  for (size_t i = 0; !s && i < e->n_children; i++) {
    if (e->child_slot[i] != slot) continue;
    if (!first) s = bl_buf_puts(ctx, out, ", ");
    first = false;
    if (s) break;
    s = !many     ? bl_estimator_print(ctx, e->child[i], out)
        : entries ? print_entry(ctx, e, i, out)
                  : print_member(ctx, e, i, out);
  }
  if (!s && many) s = bl_buf_puts(ctx, out, entries ? "}" : "]");
  return s;
}

bl_status bl_estimator_print(bl_ctx *ctx, const bl_estimator *e, bl_buf *out)
{
  if (is_list(e)) return bl_estimator_print_slot(ctx, e, bl_child_slot(e->cls, true), out);
  if (!bl_opts_count(e->cls->opts)) return bl_buf_puts(ctx, out, e->cls->name);
  bl_status s = bl_buf_printf(ctx, out, "{%s: ", e->cls->name);
  if (!s) s = print_options(ctx, e, out);
  return s ? s : bl_buf_puts(ctx, out, "}");
}
