/* config_plug.c: mistakes in a config, options, and plug-ins with their options; see config_private.h. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "baleen/text.h"
#include "config_private.h"

/* ---- mistakes ---------------------------------------------------------------------------------------------------- */

/* A program's own node stands nowhere: the text must do. So must it where there is no node. */
static bl_status note_mistake(bl_mistakes *m, const bl_flow *at, const char *text)
{
  const char *set = at && !at->line && at->column && m->set ? m->set->v[at->column - 1] : NULL;
  char *placed = NULL;
  if (at && at->line) placed = bl_strf(m->ctx, "%s:%zu:%zu: error: %s", m->path, at->line, at->column, text);
  else if (set) placed = bl_strf(m->ctx, "--set %s: error: %s", set, text);
  else placed = at ? bl_strf(m->ctx, "%s: error: %s", m->path, text) : bl_strdup(m->ctx, text);
  bl_status s = placed ? BL_OK : bl_fail_nomem(m->ctx, "the mistakes in a config");
  /* what several recordings or rows stumble over alike is one slip */
  if (!s && bl_texts_find(&m->v, placed) < 0) s = bl_texts_add(m->ctx, &m->v, placed);
  bl_free(m->ctx, placed);
  return s;
}

static bool is_mistake(bl_status s) { return s && s != BL_E_NOMEM && s != BL_E_INTERNAL && s != BL_E_CANCELLED; }

bl_status bl_mistake(bl_mistakes *m, const bl_flow *at, bl_status status)
{
  return is_mistake(status) ? note_mistake(m, at, bl_ctx_error(m->ctx)) : status;
}

bl_status bl_mistake_within(bl_mistakes *m, const bl_flow *at, bl_status status)
{
  return bl_mistake(m, at ? bl_flow_blamed(at, bl_ctx_error(m->ctx)) : NULL, status);
}

bl_status bl_mistakes_refuse(bl_mistakes *m)
{
  const bl_texts *v = &m->v;
  bl_status s = BL_OK;
  for (size_t i = 0; i < v->n; i++) bl_log(m->ctx, BL_LOG_ERROR, "%s", v->v[i]);
  if (v->n == 1) s = bl_fail(m->ctx, BL_E_CONFIG, "%s", v->v[0]);
  else if (v->n) s = bl_fail(m->ctx, BL_E_CONFIG, "%zu mistakes in the config; the first: %s", v->n, v->v[0]);
  bl_texts_free(m->ctx, &m->v);
  return s;
}

bl_status bl_mistake_say(bl_mistakes *m, const bl_flow *at, const char *format, ...)
{
  char text[500];
  va_list args;
  va_start(args, format);
  vsnprintf(text, sizeof text, format, args);
  va_end(args);
  return note_mistake(m, at, text);
}

static const char *list_at(const void *arg, size_t i) { return ((const char *const *)arg)[i]; }

bl_status bl_mistake_key(bl_mistakes *m, const bl_flow *key, const char *where, const char *const *known)
{
  const char *near = bl_nearest(key->text, list_at, known);
  if (near) return bl_mistake_say(m, key, "unknown key '%s' in %s; did you mean '%s'?", key->text, where, near);
  bl_buf all = {0};
  bl_status s = BL_OK;
  for (size_t i = 0; !s && known[i]; i++) s = bl_buf_printf(m->ctx, &all, "%s%s", i ? ", " : "", known[i]);
  if (!s) s = bl_mistake_say(m, key, "unknown key '%s' in %s; it takes %s", key->text, where, bl_buf_text(&all));
  bl_buf_free(m->ctx, &all);
  return s;
}

/* ---- options and plug-ins ---------------------------------------------------------------------------------------- */

static bl_status note_slip(void *mistakes, const bl_flow *at, bl_status status)
{
  return bl_mistake(mistakes, at, status);
}

bl_status bl_read_option(bl_mistakes *m, const char *who, const bl_opt *table, void *params, const bl_flow *key,
                         const bl_flow *value)
{
  const bl_opt *o = bl_opts_find(table, key->text);
  if (o && strcmp(o->name, key->text) && !m->old)
    return bl_mistake_say(m, key, "%s: '%s' is now '%s'", who, key->text, o->name);
  size_t slips = m->v.n;
  bl_status s = bl_opts_set_told(m->ctx, who, table, params, key, value, note_slip, m);
  if (s || m->v.n > slips) return s;
  return bl_mistake(m, value, bl_read_array(m, bl_opts_array(table, params, key->text)));
}

bl_status bl_read_options(bl_mistakes *m, const char *who, const bl_opt *table, void *params, const bl_flow *map)
{
  if (!map || bl_flow_is_null(map)) return BL_OK;
  if (map->kind != BL_FLOW_MAP) return bl_mistake_say(m, map, "%s: wanted options as 'name: value'", who);
  for (size_t i = 0; i < map->n; i++) {
    bl_status s = bl_read_option(m, who, table, params, &map->key[i], &map->child[i]);
    if (s) return s;
  }
  return BL_OK;
}

/* The config's seed is the default of every plug-in's own. */
static bl_status seed_options(bl_mistakes *m, const char *who, const bl_opt *table, void *params)
{
  static const char *const names[] = {"random_state", "seed"};
  for (size_t i = 0; i < 2; i++) {
    bl_status s = bl_opts_find(table, names[i]) ? bl_opts_set(m->ctx, who, table, params, names[i], m->seed) : BL_OK;
    if (s) return s;
  }
  return BL_OK;
}

/* "name", or {name: {options}}. *name stays NULL when it is neither, which has been noted. */
static bl_status plug_name(bl_mistakes *m, const bl_flow *n, const char *what, const bl_flow **name,
                           const bl_flow **options)
{
  *name = *options = NULL;
  if (n->kind == BL_FLOW_SCALAR && *n->text) return *name = n, BL_OK;
  if (n->kind == BL_FLOW_MAP && n->n == 1) return *name = &n->key[0], *options = &n->child[0], BL_OK;
  return bl_mistake_say(m, n, "wanted %s: its name, or 'name: {option: value}'", what);
}

/* The same few lines for each kind of plug-in with {cls, params}: look it up, set its options, check that none is
 * missing. */
#define READ_PLUG(kind, what)                                                                                          \
  bl_status bl_read_##kind(bl_mistakes *m, const bl_flow *n, bl_##kind *out)                                           \
  {                                                                                                                    \
    const bl_flow *name, *options;                                                                                     \
    bl_status s = plug_name(m, n, what, &name, &options);                                                              \
    if (s || !name) return s;                                                                                          \
    s = bl_##kind##_new(m->ctx, name->text, out);                                                                      \
    if (s) return bl_mistake(m, name, s);                                                                              \
    s = seed_options(m, name->text, out->cls->opts, out->params);                                                      \
    if (!s) s = bl_read_options(m, name->text, out->cls->opts, out->params, options);                                  \
    return s ? s : bl_mistake(m, name, bl_opts_complete(m->ctx, name->text, out->cls->opts, out->params));             \
  }
READ_PLUG(source, "a source")
READ_PLUG(segment, "a way to cut segments")
READ_PLUG(splitter, "a splitter")
READ_PLUG(metric, "a metric")
READ_PLUG(event_metric, "a metric of events")
READ_PLUG(stage, "a stage")
READ_PLUG(summary, "a summary")

bl_status bl_read_estimator(bl_mistakes *m, const bl_flow *n, bl_estimator **out)
{
  bl_build how = {.seed = m->seed, .slip = note_slip, .arg = m};
  return bl_estimator_build(m->ctx, n, &how, out);
}
