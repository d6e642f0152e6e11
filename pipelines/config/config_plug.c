/* config_plug.c: mistakes in a config, options, and plug-ins with their options; see config_private.h. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "baleen/text.h"
#include "config_private.h"

/* ---- mistakes ---------------------------------------------------------------------------------------------------- */

static bl_status note_mistake(bl_mistakes *m, const bl_flow *at, const char *text)
{
  char place[600];
  if (at && at->line) snprintf(place, sizeof place, "%s:%zu:%zu: error: %s", m->path, at->line, at->column, text);
  else snprintf(place, sizeof place, at ? "--set: error: %s" : "%s", text); /* without a node the text says where */
  return bl_texts_add(m->ctx, &m->v, place);
}

bl_status bl_mistake(bl_mistakes *m, const bl_flow *at, bl_status status)
{
  if (!status || status == BL_E_NOMEM || status == BL_E_INTERNAL || status == BL_E_CANCELLED) return status;
  return note_mistake(m, at, bl_ctx_error(m->ctx));
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

bl_status bl_read_option(bl_mistakes *m, const char *who, const bl_opt *table, void *params, const bl_flow *key,
                         const bl_flow *value)
{
  const bl_opt *o = bl_opts_find(table, key->text);
  if (o && strcmp(o->name, key->text) && !m->old)
    return bl_mistake_say(m, key, "%s: '%s' is now '%s'", who, key->text, o->name);
  bl_status s = bl_opts_set_flow(m->ctx, who, table, params, key->text, value);
  if (!s) s = bl_read_array(m, bl_opts_array(table, params, key->text));
  return bl_mistake(m, o ? value : key, s);
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

static bl_status note_slip(void *mistakes, const bl_flow *at, bl_status status)
{
  return bl_mistake(mistakes, at, status);
}

bl_status bl_read_estimator(bl_mistakes *m, const bl_flow *n, bl_estimator **out)
{
  bl_build how = {.seed = m->seed, .slip = note_slip, .arg = m};
  return bl_estimator_build(m->ctx, n, &how, out);
}
