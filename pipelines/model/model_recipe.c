/* model_recipe.c: see model_recipe.h. */
#include "model_recipe.h"

#include <jansson.h>
#include <string.h>

static bl_status read_stream(bl_ctx *ctx, const char *path, const char *text, bl_model_recipe *r)
{
  json_error_t error;
  json_t *o = json_loads(text, 0, &error), *channels = json_object_get(o, "channels"),
         *units = json_object_get(o, "units");
  r->rate_hz = json_number_value(json_object_get(o, "rate_hz"));
  bl_status s = BL_OK;
  if (!json_array_size(channels) || json_array_size(channels) != json_array_size(units) || !(r->rate_hz > 0))
    s = bl_fail(ctx, BL_E_FORMAT, "%s: its description of the stream is broken", path);
  for (size_t i = 0; !s && i < json_array_size(channels); i++) {
    const char *name = json_string_value(json_array_get(channels, i)),
               *unit = json_string_value(json_array_get(units, i));
    if (!name || !unit) s = bl_fail(ctx, BL_E_FORMAT, "%s: its description of the stream is broken", path);
    if (!s) s = bl_texts_add(ctx, &r->channels, name);
    if (!s) s = bl_texts_add(ctx, &r->units, unit);
  }
  json_decref(o);
  return s;
}

/* One number a feature. */
static bl_status read_offset(bl_ctx *ctx, const char *path, const char *text, bl_model_recipe *r)
{
  json_t *list = json_loads(text, 0, NULL);
  bool numbers = json_is_array(list);
  r->n_offset = json_array_size(list);
  r->offset = bl_calloc(ctx, r->n_offset, sizeof *r->offset);
  for (size_t i = 0; r->offset && i < r->n_offset; i++) {
    numbers = numbers && json_is_number(json_array_get(list, i));
    r->offset[i] = json_number_value(json_array_get(list, i));
  }
  json_decref(list);
  if (!r->offset) return bl_fail_nomem(ctx, "a model");
  return numbers ? BL_OK : bl_fail(ctx, BL_E_FORMAT, "%s: its offsets of columns are broken", path);
}

/* Lines of the config inside a model are lines of no file that the user has. */
static void forget_lines(bl_recipe *r)
{
  for (size_t b = 0; b < r->n_branches; b++) {
    for (size_t k = 0; k < r->branches[b].n_stages; k++) r->branches[b].stages[k].line = 0;
    for (size_t k = 0; k < r->branches[b].n_summaries; k++) r->branches[b].summaries[k].line = 0;
  }
}

/* Whether the model's recordings had their events from tables, whatever is inside the files. */
static bl_status had_tables(bl_ctx *ctx, const bl_config *c, bool *out)
{
  static const char *const tables[] = {"raven", "audacity", "table", "hypnogram"};
  bl_buf labels = {0};
  bl_status s = BL_OK;
  *out = false;
  if (bl_opts_find(c->source.cls->opts, "labels"))
    s = bl_opts_get(ctx, c->source.cls->opts, c->source.params, "labels", &labels);
  for (size_t i = 0; !s && i < sizeof tables / sizeof *tables; i++) *out |= !strcmp(bl_buf_text(&labels), tables[i]);
  bl_buf_free(ctx, &labels);
  return s;
}

bl_status bl_model_recipe_read(bl_ctx *ctx, const char *path, const bl_meta *meta, bl_model_recipe *out)
{
  const char *config = bl_meta_get(meta, "config"), *stream = bl_meta_get(meta, "stream"),
             *offset = bl_meta_get(meta, "offset");
  bl_status s = BL_OK;
  *out = (bl_model_recipe){0};
  if (!config) s = bl_fail(ctx, BL_E_FORMAT, "%s: holds an estimator but no pipeline; train it by 'baleen run'", path);
  if (!s) s = bl_config_parse(ctx, path, config, strlen(config), NULL, &out->rows);
  if (!s) forget_lines(&out->rows.recipe);
  if (!s) out->table = out->rows.source.cls->load;
  if (!s) s = had_tables(ctx, &out->rows, &out->events_elsewhere);
  if (!s && stream) s = read_stream(ctx, path, stream, out);
  if (!s && offset) s = read_offset(ctx, path, offset, out);
  if (!s && !stream && !out->table) s = bl_fail(ctx, BL_E_FORMAT, "%s: does not say which stream it was made on", path);
  if (s) bl_model_recipe_free(ctx, out);
  return s;
}

void bl_model_recipe_free(bl_ctx *ctx, bl_model_recipe *r)
{
  bl_texts_free(ctx, &r->channels);
  bl_texts_free(ctx, &r->units);
  bl_free(ctx, r->offset);
  bl_config_free(ctx, &r->rows);
  *r = (bl_model_recipe){0};
}
