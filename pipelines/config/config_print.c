/* Prints a config with every default filled in, as YAML that reads back to the same: block style for the structure,
 * flow style for the options of one plug-in, a plug-in a line. */
#include "baleen/text.h"
#include "config_private.h"

typedef struct printer {
  bl_ctx *ctx;
  bl_buf *out;
  bl_meta *model; /* whose recipe is printed, or NULL; see bl_print_way() */
} printer;

/* An array of a model: its tensor's name. */
static bl_status tensor(printer *p, const bl_array *a)
{
  char name[BL_ASSET_NAME];
  bl_status s = bl_meta_add_asset(p->ctx, p->model, a, name);
  return s ? s : bl_buf_puts(p->ctx, p->out, name);
}

/* A text or an array that was never given. */
static bool is_absent(const bl_opt *o, const void *at)
{
  const bl_array *a = at;
  return o->kind == BL_OPT_TEXT ? !*(char *const *)at : o->kind == BL_OPT_ARRAY && !a->v && !a->path;
}

/* "{a: 1, b: [2, 3]}"; options that were never given and have no default are left out. */
static bl_status options(printer *p, const bl_opt *table, const void *params)
{
  bl_status s = bl_buf_puts(p->ctx, p->out, "{");
  bool first = true;
  for (const bl_opt *o = table; !s && o && o->name; o++) {
    if (is_absent(o, (const char *)params + o->offset) || (p->model && (o->flags & BL_OPT_OF_TRAINING))) continue;
    s = bl_buf_printf(p->ctx, p->out, "%s%s: ", first ? "" : ", ", o->name);
    first = false;
    if (s) break;
    if (o->kind == BL_OPT_TEXT)
      s = bl_flow_print_scalar(p->ctx, *(char *const *)(const void *)((const char *)params + o->offset), p->out);
    else if (o->kind == BL_OPT_ARRAY && p->model)
      s = tensor(p, (const bl_array *)(const void *)((const char *)params + o->offset));
    else s = bl_opts_get(p->ctx, table, params, o->name, p->out);
  }
  return s ? s : bl_buf_puts(p->ctx, p->out, "}");
}

static bl_status plug(printer *p, const char *before, const char *name, const bl_opt *table, const void *params)
{
  bl_status s = bl_buf_printf(p->ctx, p->out, "%s%s", before, name);
  if (!s && table && table->name) {
    s = bl_buf_puts(p->ctx, p->out, ": ");
    if (!s) s = options(p, table, params);
  }
  return s ? s : bl_buf_puts(p->ctx, p->out, "\n");
}

/* "key: {name: {...}}" */
static bl_status named(printer *p, const char *key, const char *name, const bl_opt *table, const void *params)
{
  bl_status s = bl_buf_printf(p->ctx, p->out, "%s: ", key);
  if (!s && (!table || !table->name)) return bl_buf_printf(p->ctx, p->out, "%s\n", name);
  if (!s) s = bl_buf_printf(p->ctx, p->out, "{%s: ", name);
  if (!s) s = options(p, table, params);
  return s ? s : bl_buf_puts(p->ctx, p->out, "}\n");
}

static bl_status section(printer *p, const char *before, const bl_opt *table, const void *params)
{
  bl_status s = bl_buf_puts(p->ctx, p->out, before);
  if (!s) s = options(p, table, params);
  return s ? s : bl_buf_puts(p->ctx, p->out, "\n");
}

bl_status bl_print_options(bl_ctx *ctx, const char *before, const bl_opt *table, const void *params, bl_buf *out)
{
  printer p = {ctx, out, NULL};
  return section(&p, before, table, params);
}

/* Whether a branch is made of the stream that the config names for all, of which nothing is printed. */
static bl_status is_plain(printer *p, const bl_branch *b, bool *out)
{
  bl_branch_stream usual = {0};
  bl_status s = bl_opts_defaults(p->ctx, "stream", bl_branch_stream_opts, &usual);
  *out = !s && bl_opts_equal(bl_branch_stream_opts, &usual, &b->stream);
  bl_opts_release(p->ctx, bl_branch_stream_opts, &usual);
  return s;
}

static bl_status print_branch(printer *p, const bl_branch *b)
{
  bool plain;
  bl_status s = is_plain(p, b, &plain);
  if (!s) s = bl_buf_puts(p->ctx, p->out, "  ");
  if (!s) s = bl_flow_print_scalar(p->ctx, b->name, p->out);
  if (!s) s = bl_buf_puts(p->ctx, p->out, !plain || b->n_stages || b->n_summaries ? ":\n" : ": {}\n");
  if (!s && !plain) s = section(p, "    stream: ", bl_branch_stream_opts, &b->stream);
  if (!s && b->n_stages) s = bl_buf_puts(p->ctx, p->out, "    stages:\n");
  for (size_t k = 0; !s && k < b->n_stages; k++)
    s = plug(p, "      - ", b->stages[k].cls->name, b->stages[k].cls->opts, b->stages[k].params);
  if (!s && b->n_summaries) s = bl_buf_puts(p->ctx, p->out, "    summaries:\n");
  for (size_t k = 0; !s && k < b->n_summaries; k++)
    s = plug(p, "      - ", b->summaries[k].cls->name, b->summaries[k].cls->opts, b->summaries[k].params);
  return s;
}

static bl_status print_features(printer *p, const bl_recipe *r)
{
  bl_status s = r->n_branches ? bl_buf_puts(p->ctx, p->out, "features:\n") : BL_OK;
  for (size_t i = 0; !s && i < r->n_branches; i++) s = print_branch(p, &r->branches[i]);
  return s;
}

/* "name: {options}" of a map of one, else flow text as it is. */
static bl_status print_step(printer *p, const bl_flow *f)
{
  bool one = f->kind == BL_FLOW_MAP && f->n == 1;
  bl_status s = bl_buf_puts(p->ctx, p->out, "    - ");
  if (!s && one) s = bl_flow_print_scalar(p->ctx, f->key[0].text, p->out);
  if (!s && one) s = bl_buf_puts(p->ctx, p->out, ": ");
  if (!s) s = bl_flow_print(p->ctx, one ? &f->child[0] : f, p->out);
  return s ? s : bl_buf_puts(p->ctx, p->out, "\n");
}

static bl_status print_model(printer *p, const bl_learner *l)
{
  bl_buf text = {0};
  bl_flow f = {0};
  bl_status s = bl_buf_puts(p->ctx, p->out, "  ");
  if (!s) s = bl_flow_print_scalar(p->ctx, l->name, p->out);
  if (!s) s = bl_buf_puts(p->ctx, p->out, ":\n");
  if (!s) s = bl_estimator_print(p->ctx, l->estimator, &text);
  if (!s) s = bl_flow_parse(p->ctx, bl_buf_text(&text), &f);
  if (!s && f.kind != BL_FLOW_LIST) s = print_step(p, &f);
  for (size_t i = 0; !s && f.kind == BL_FLOW_LIST && i < f.n; i++) s = print_step(p, &f.child[i]);
  bl_flow_free(p->ctx, &f);
  bl_buf_free(p->ctx, &text);
  return s;
}

static bl_status print_models(printer *p, const bl_config *c)
{
  bl_status s = bl_buf_puts(p->ctx, p->out, "models:\n");
  for (size_t i = 0; !s && i < c->n_learners; i++) s = print_model(p, &c->learners[i]);
  return s;
}

static bl_status print_evaluate(printer *p, const bl_config *c)
{
  bl_status s = bl_buf_puts(p->ctx, p->out, "evaluate:\n");
  if (!s && c->has_split && !c->evaluate.split_file)
    s = c->splitter.cls ? named(p, "  split", c->splitter.cls->name, c->splitter.cls->opts, c->splitter.params)
                        : bl_buf_puts(p->ctx, p->out, "  split: none\n");
  if (!s && c->n_scores) s = bl_buf_puts(p->ctx, p->out, "  metrics:\n");
  for (size_t i = 0; !s && i < c->n_metrics; i++)
    s = plug(p, "    - ", c->metrics[i].cls->name, c->metrics[i].cls->opts, c->metrics[i].params);
  for (size_t i = 0; !s && i < c->n_event_metrics; i++)
    s = plug(p, "    - ", c->event_metrics[i].cls->name, c->event_metrics[i].cls->opts, c->event_metrics[i].params);
  for (const bl_opt *o = bl_evaluate_opts; !s && o->name; o++) {
    const void *at = (const char *)&c->evaluate + o->offset;
    if (o->kind == BL_OPT_TEXT && !*(char *const *)at) continue;
    s = bl_buf_printf(p->ctx, p->out, "  %s: ", o->name);
    if (!s && o->kind == BL_OPT_TEXT) s = bl_flow_print_scalar(p->ctx, *(char *const *)at, p->out);
    else if (!s) s = bl_opts_get(p->ctx, bl_evaluate_opts, &c->evaluate, o->name, p->out);
    if (!s) s = bl_buf_puts(p->ctx, p->out, "\n");
  }
  return s;
}

static bl_status print_report(printer *p, const bl_config *c)
{
  bl_status s = bl_buf_puts(p->ctx, p->out, "report:\n");
  for (const bl_opt *o = bl_report_opts; !s && o->name; o++) {
    const void *at = (const char *)&c->report + o->offset;
    if (o->kind == BL_OPT_TEXT && !*(char *const *)at) continue;
    s = bl_buf_printf(p->ctx, p->out, "  %s: ", o->name);
    if (!s && o->kind == BL_OPT_TEXT) s = bl_flow_print_scalar(p->ctx, *(char *const *)at, p->out);
    else if (!s) s = bl_opts_get(p->ctx, bl_report_opts, &c->report, o->name, p->out);
    if (!s) s = bl_buf_puts(p->ctx, p->out, "\n");
  }
  if (!s && c->n_published) s = bl_buf_puts(p->ctx, p->out, "  published:\n");
  for (size_t i = 0; !s && i < c->n_published; i++) {
    char number[32];
    s = bl_buf_puts(p->ctx, p->out, "    ");
    if (!s) s = bl_flow_print_scalar(p->ctx, c->published[i].name, p->out);
    if (!s) s = bl_buf_puts(p->ctx, p->out, ": [");
    for (size_t k = 0; !s && k < c->published[i].folds.n; k++)
      s = bl_buf_printf(p->ctx, p->out, "%s%s", k ? ", " : "", bl_format_real(c->published[i].folds.v[k], number));
    if (!s) s = bl_buf_puts(p->ctx, p->out, "]\n");
  }
  return s;
}

bl_status bl_print_way(bl_ctx *ctx, const bl_config *c, bl_meta *model, bl_buf *out)
{
  printer p = {ctx, out, model};
  bl_status s = section(&p, "stream: ", bl_stream_opts, &c->stream);
  if (!s) s = named(&p, "segments", c->segment.cls->name, c->segment.cls->opts, c->segment.params);
  return s ? s : print_features(&p, &c->recipe);
}

bl_status bl_config_print(bl_ctx *ctx, const bl_config *c, bl_buf *out)
{
  printer p = {ctx, out, NULL};
  bl_status s = bl_buf_printf(ctx, out, "seed: %lld\n", (long long)c->seed);
  if (!s) s = named(&p, "source", c->source.cls->name, c->source.cls->opts, c->source.params);
  if (!s && !c->source.cls->load) s = bl_print_way(ctx, c, NULL, out);
  if (!s) s = section(&p, "rows: ", bl_rows_opts, &c->rows);
  if (s || !c->n_learners) return s; /* what is said of learners does nothing without one, and is refused */
  s = print_models(&p, c);
  if (!s) s = print_evaluate(&p, c);
  return s ? s : print_report(&p, c);
}
