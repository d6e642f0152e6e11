/* Estimators as flow text: "lda", "{pca: {n_components: 2}}", "[standard_scaler, {lda: {}, as: last}]". */
#include <stdio.h>
#include <string.h>

#include "baleen/estimator.h"
#include "estimator_private.h"

static bl_status build(bl_ctx *ctx, const bl_flow *f, bl_estimator **out, const char **step_name);

static bl_status wrong_form(bl_ctx *ctx, const bl_flow *f)
{
  bl_buf b = {0};
  bl_status s = bl_flow_print(ctx, f, &b);
  if (!s)
    s = bl_fail(ctx, BL_E_CONFIG,
                "'%.80s' is not an estimator; write its name, {name: {option: value}}, or a list of those",
                bl_buf_text(&b));
  bl_buf_free(ctx, &b);
  return s;
}

static bool is_empty(const bl_flow *f) { return f->kind == BL_FLOW_SCALAR && !f->quoted && !*f->text; }

static bl_status set_options(bl_ctx *ctx, bl_estimator *e, const bl_flow *opts)
{
  bl_buf text = {0};
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < opts->n; i++) {
    const bl_flow *v = &opts->child[i];
    text.len = 0;
    if (v->kind != BL_FLOW_SCALAR) s = bl_flow_print(ctx, v, &text);
    if (!s)
      s = bl_opts_set(ctx, e->cls->name, e->cls->opts, e->params, opts->name[i],
                      v->kind == BL_FLOW_SCALAR ? v->text : bl_buf_text(&text));
  }
  bl_buf_free(ctx, &text);
  return s;
}

static bl_status build_list(bl_ctx *ctx, const bl_flow *f, bl_estimator **out)
{
  if (!f->n) return bl_fail(ctx, BL_E_CONFIG, "an empty list of estimators; name at least one");
  bl_status s = bl_estimator_new(ctx, bl_estimator_chain.name, out);
  for (size_t i = 0; !s && i < f->n; i++) {
    bl_estimator *child = NULL;
    const char *name = NULL;
    s = build(ctx, &f->child[i], &child, &name);
    if (!s) s = bl_estimator_add_child(ctx, *out, name, child);
  }
  return s;
}

/* {name: options} or {chain: [..]}, and "as" beside it. */
static bl_status build_map(bl_ctx *ctx, const bl_flow *f, bl_estimator **out, const char **step_name)
{
  size_t body = f->n, as = f->n;
  for (size_t i = 0; i < f->n; i++)
    if (!strcmp(f->name[i], "as")) as = i;
    else if (body == f->n) body = i;
    else return wrong_form(ctx, f);
  if (body == f->n) return wrong_form(ctx, f);
  if (as < f->n) {
    if (!step_name) return bl_fail(ctx, BL_E_CONFIG, "'as' names a step of a list; '%s' stands alone", f->name[body]);
    if (f->child[as].kind != BL_FLOW_SCALAR) return wrong_form(ctx, f);
    *step_name = f->child[as].text;
  }
  const bl_flow *v = &f->child[body];
  if (v->kind == BL_FLOW_LIST && !strcmp(f->name[body], bl_estimator_chain.name)) return build_list(ctx, v, out);
  if (v->kind != BL_FLOW_MAP && !is_empty(v)) return wrong_form(ctx, f);
  bl_status s = bl_estimator_new(ctx, f->name[body], out);
  return s || v->kind != BL_FLOW_MAP ? s : set_options(ctx, *out, v);
}

static bl_status build(bl_ctx *ctx, const bl_flow *f, bl_estimator **out, const char **step_name)
{
  bl_status s = BL_OK;
  *out = NULL;
  if (f->kind == BL_FLOW_LIST) s = build_list(ctx, f, out);
  else if (f->kind == BL_FLOW_MAP) s = build_map(ctx, f, out, step_name);
  else if (!*f->text) s = bl_fail(ctx, BL_E_CONFIG, "an estimator without a name; see 'baleen list'");
  else s = bl_estimator_new(ctx, f->text, out);
  if (s) {
    bl_estimator_free(ctx, *out);
    *out = NULL;
  }
  return s;
}

bl_status bl_estimator_parse(bl_ctx *ctx, const char *text, bl_estimator **out)
{
  bl_flow f;
  *out = NULL;
  bl_status s = bl_flow_parse(ctx, text, &f);
  if (s) return s;
  s = build(ctx, &f, out, NULL);
  bl_flow_free(ctx, &f);
  return s;
}

/* ---- printing ---------------------------------------------------------------------------------------------------- */

static bl_status print_options(bl_ctx *ctx, const bl_estimator *e, bl_buf *out)
{
  bl_status s = bl_buf_puts(ctx, out, "{");
  bl_buf text = {0};
  for (const bl_opt *o = e->cls->opts; !s && o && o->name; o++) {
    text.len = 0;
    s = bl_buf_printf(ctx, out, "%s%s: ", o == e->cls->opts ? "" : ", ", o->name);
    if (!s) s = bl_opts_get(ctx, e->cls->opts, e->params, o->name, &text);
    bool is_flow = o->kind == BL_OPT_REALS || o->kind == BL_OPT_TEXTS || o->kind == BL_OPT_RANGES;
    if (!s)
      s = is_flow ? bl_buf_puts(ctx, out, bl_buf_text(&text)) : bl_flow_print_scalar(ctx, bl_buf_text(&text), out);
  }
  bl_buf_free(ctx, &text);
  return s ? s : bl_buf_puts(ctx, out, "}");
}

static bool name_taken(const bl_estimator *e, size_t before, const char *name)
{
  for (size_t i = 0; i < before; i++)
    if (!strcmp(e->child_name[i], name)) return true;
  return false;
}

/* Would bl_estimator_add_child() give the i-th child its name by itself? */
static bool has_usual_name(const bl_estimator *e, size_t i)
{
  const char *base = e->child[i]->cls->name;
  char name[128];
  snprintf(name, sizeof name, "%s", base);
  for (size_t k = 2; name_taken(e, i, name); k++) snprintf(name, sizeof name, "%s-%zu", base, k);
  return !strcmp(name, e->child_name[i]);
}

bl_status bl_estimator_print(bl_ctx *ctx, const bl_estimator *e, bl_buf *out)
{
  bl_status s = BL_OK;
  if (e->cls != &bl_estimator_chain) {
    if (!bl_opts_count(e->cls->opts)) return bl_buf_puts(ctx, out, e->cls->name);
    s = bl_buf_printf(ctx, out, "{%s: ", e->cls->name);
    if (!s) s = print_options(ctx, e, out);
    return s ? s : bl_buf_puts(ctx, out, "}");
  }
  s = bl_buf_puts(ctx, out, "[");
  for (size_t i = 0; !s && i < e->n_children; i++) {
    const bl_estimator *c = e->child[i];
    if (i) s = bl_buf_puts(ctx, out, ", ");
    if (s) break;
    if (has_usual_name(e, i)) {
      s = bl_estimator_print(ctx, c, out);
      continue;
    }
    s = bl_buf_printf(ctx, out, "{%s: ", c->cls->name);
    if (!s) s = c->cls == &bl_estimator_chain ? bl_estimator_print(ctx, c, out) : print_options(ctx, c, out);
    if (!s) s = bl_buf_puts(ctx, out, ", as: ");
    if (!s) s = bl_flow_print_scalar(ctx, e->child_name[i], out);
    if (!s) s = bl_buf_puts(ctx, out, "}");
  }
  return s ? s : bl_buf_puts(ctx, out, "]");
}
