#include "baleen/stage_chain.h"

#include <string.h>

typedef struct step {
  bl_stage stage;
  bl_stage_run run;
  bl_frames out;
} step;

struct bl_stage_chain {
  bl_stream in;
  step *steps;
  size_t n, cap;
};

bl_status bl_stage_chain_new(bl_ctx *ctx, const bl_stream *in, bl_stage_chain **out)
{
  bl_stage_chain *c = *out = bl_calloc(ctx, 1, sizeof *c);
  if (!c) return bl_fail_nomem(ctx, "stages");
  bl_status s = bl_stream_copy(ctx, in, &c->in);
  if (!s) return BL_OK;
  bl_stage_chain_free(ctx, c);
  *out = NULL;
  return s;
}

const bl_stream *bl_stage_chain_out(const bl_stage_chain *c) { return c->n ? &c->steps[c->n - 1].run.out : &c->in; }

const bl_stage_run *bl_stage_chain_run(const bl_stage_chain *c, size_t i) { return i < c->n ? &c->steps[i].run : NULL; }

bl_status bl_stage_chain_add(bl_ctx *ctx, bl_stage_chain *c, bl_stage *stage)
{
  void *v = c->steps;
  step l = {.stage = *stage};
  *stage = (bl_stage){0};
  bl_status s = bl_grow(ctx, &v, &c->cap, c->n + 1, sizeof *c->steps, "stages");
  c->steps = v;
  if (!s) s = bl_stage_start(ctx, &l.stage, bl_stage_chain_out(c), &l.run);
  if (s) {
    bl_stage_free(ctx, &l.stage);
    return s;
  }
  l.out.width = bl_stream_width(&l.run.out);
  c->steps[c->n++] = l;
  return BL_OK;
}

bl_status bl_stage_chain_add_named(bl_ctx *ctx, bl_stage_chain *c, const char *name, const char *const *options)
{
  bl_stage stage = {0};
  bl_status s = bl_stage_new(ctx, name, &stage);
  for (; !s && *options; options++) {
    size_t n = strcspn(*options, "=");
    char *option = bl_strf(ctx, "%.*s", (int)n, *options);
    s = option ? bl_opts_set(ctx, name, stage.cls->opts, stage.params, option, *options + n + ((*options)[n] == '='))
               : bl_fail_nomem(ctx, name);
    bl_free(ctx, option);
  }
  if (!s) s = bl_stage_chain_add(ctx, c, &stage);
  bl_stage_free(ctx, &stage);
  return s;
}

/* ---- from text --------------------------------------------------------------------------------------------------- */

static bl_status set_options(bl_ctx *ctx, const bl_stage *stage, const bl_flow *options)
{
  const bl_stage_class *c = stage->cls;
  bl_status s = BL_OK;
  if (options->kind != BL_FLOW_MAP) return bl_fail(ctx, BL_E_CONFIG, "stage '%s': wanted {option: value}", c->name);
  for (size_t i = 0; !s && i < options->n; i++)
    s = bl_opts_set_flow(ctx, c->name, c->opts, stage->params, options->key[i].text, &options->child[i]);
  return s;
}

static bl_status read_arrays(bl_ctx *ctx, const bl_stage *stage, bl_array_reader read)
{
  bl_status s = BL_OK;
  for (const bl_opt *o = stage->cls->opts; !s && read && o && o->name; o++) {
    bl_array *a = bl_opts_array(o, stage->params, o->name);
    if (a && a->path && !a->v) s = read(ctx, a->path, a);
  }
  return s;
}

static bl_status add_flow(bl_ctx *ctx, bl_stage_chain *c, const bl_flow *f, size_t number, bl_array_reader read)
{
  bl_stage stage = {0};
  bool named = f->kind == BL_FLOW_SCALAR, with_options = f->kind == BL_FLOW_MAP && f->n == 1;
  if (!named && !with_options)
    return bl_fail(ctx, BL_E_CONFIG, "stage %zu: wanted its name, or {name: {option: value}}", number);
  bl_status s = bl_stage_new(ctx, named ? f->text : f->key[0].text, &stage);
  if (!s && with_options) s = set_options(ctx, &stage, &f->child[0]);
  if (!s) s = read_arrays(ctx, &stage, read);
  if (!s) s = bl_stage_chain_add(ctx, c, &stage);
  bl_stage_free(ctx, &stage);
  return s;
}

bl_status bl_stage_chain_add_text(bl_ctx *ctx, bl_stage_chain *c, const char *text, bl_array_reader read)
{
  bl_flow f = {0};
  bl_status s = bl_flow_parse(ctx, text, &f);
  if (!s && f.kind != BL_FLOW_LIST)
    s = bl_fail(ctx, BL_E_CONFIG, "wanted a list of stages, as in '[{fir: {h_freq: 40}}, mono]'");
  for (size_t i = 0; !s && i < f.n; i++) s = add_flow(ctx, c, &f.child[i], i + 1, read);
  bl_flow_free(ctx, &f);
  return s;
}

/* ---- at work ----------------------------------------------------------------------------------------------------- */

/* Frames through all stages; at the end of the run each gives what it owes when all before it have. */
static bl_status feed(bl_ctx *ctx, bl_stage_chain *c, const float *x, size_t n, bool end, const float **y, size_t *n_y)
{
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < c->n; i++) {
    step *l = &c->steps[i];
    l->out.n = 0;
    if (n) s = l->run.cls->push(ctx, l->run.state, x, n, &l->out);
    if (!s && end && l->run.cls->finish) s = l->run.cls->finish(ctx, l->run.state, &l->out);
    x = l->out.v;
    n = l->out.n;
  }
  *y = x;
  *n_y = n;
  return s;
}

bl_status bl_stage_chain_push(bl_ctx *ctx, bl_stage_chain *c, const float *x, size_t n, const float **y, size_t *n_y)
{
  return feed(ctx, c, x, n, false, y, n_y);
}

bl_status bl_stage_chain_finish(bl_ctx *ctx, bl_stage_chain *c, const float **y, size_t *n_y)
{
  return feed(ctx, c, NULL, 0, true, y, n_y);
}

void bl_stage_chain_reset(bl_stage_chain *c)
{
  for (size_t i = 0; i < c->n; i++)
    if (c->steps[i].run.cls->reset) c->steps[i].run.cls->reset(c->steps[i].run.state);
}

void bl_stage_chain_free(bl_ctx *ctx, bl_stage_chain *c)
{
  if (!c) return;
  for (size_t i = 0; i < c->n; i++) {
    bl_stage_stop(ctx, &c->steps[i].run);
    bl_stage_free(ctx, &c->steps[i].stage);
    bl_frames_free(ctx, &c->steps[i].out);
  }
  bl_stream_free(ctx, &c->in);
  bl_free(ctx, c->steps);
  bl_free(ctx, c);
}
