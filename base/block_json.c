/* block_json.c: blocks to JSON and back. Nothing that is read is trusted: the columns of a block are counted anew. */
#include "baleen/block_json.h"

static bool set(json_t *o, const char *key, json_t *value) { return !json_object_set_new(o, key, value); }

static json_t *json_of_dims(const bl_block *b)
{
  json_t *dims = json_array();
  bool made = dims != NULL;
  for (size_t i = 0; made && i < bl_block_n_dims(b->form); i++)
    made = !json_array_append_new(dims, json_integer((json_int_t)b->dims[i]));
  if (made) return dims;
  json_decref(dims);
  return NULL;
}

static json_t *json_of_texts(const bl_texts *texts)
{
  json_t *list = json_array();
  bool made = list != NULL;
  for (size_t i = 0; made && i < texts->n; i++) made = !json_array_append_new(list, json_string(texts->v[i]));
  if (made) return list;
  json_decref(list);
  return NULL;
}

static json_t *json_of_block(const bl_block *b)
{
  json_t *o = json_object();
  bool made = o && set(o, "name", json_string(b->name)) && set(o, "form", json_string(bl_block_form_name(b->form))) &&
              set(o, "dims", json_of_dims(b)) && set(o, "first", json_integer((json_int_t)b->first)) &&
              set(o, "columns", json_integer((json_int_t)b->n)) &&
              set(o, b->units.n == 1 ? "unit" : "units",
                  b->units.n == 1 ? json_string(b->units.v[0]) : json_of_texts(&b->units)) &&
              set(o, "source", json_string(b->source)) && (!b->values.n || set(o, "values", json_of_texts(&b->values)));
  if (made) return o;
  json_decref(o);
  return NULL;
}

json_t *bl_blocks_to_json(const bl_blocks *b)
{
  json_t *list = json_array();
  bool made = list != NULL;
  for (size_t i = 0; made && i < b->n; i++) made = !json_array_append_new(list, json_of_block(&b->v[i]));
  if (made) return list;
  json_decref(list);
  return NULL;
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

static bl_status add_unit(bl_ctx *ctx, const char *where, const json_t *unit, bl_texts *out)
{
  if (json_is_string(unit)) return bl_texts_add(ctx, out, json_string_value(unit));
  return bl_fail(ctx, BL_E_FORMAT, "%s: a unit that is no text", where);
}

/* The units of a block that has n columns: one for all, or one for each. */
static bl_status read_units(bl_ctx *ctx, const char *where, const json_t *o, size_t n, bl_texts *out)
{
  const json_t *one = json_object_get(o, "unit"), *each = json_object_get(o, "units");
  bl_status s = BL_OK;
  if (one) return add_unit(ctx, where, one, out);
  if (each && json_array_size(each) != n)
    return bl_fail(ctx, BL_E_FORMAT, "%s: %zu units for %zu columns", where, json_array_size(each), n);
  for (size_t i = 0; !s && i < json_array_size(each); i++) s = add_unit(ctx, where, json_array_get(each, i), out);
  return s;
}

static bl_status read_values(bl_ctx *ctx, const char *where, const json_t *o, bl_texts *out)
{
  const json_t *list = json_object_get(o, "values");
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < json_array_size(list); i++) {
    const char *value = json_string_value(json_array_get(list, i));
    s = value ? bl_texts_add(ctx, out, value) : bl_fail(ctx, BL_E_FORMAT, "%s: a value that is no text", where);
  }
  return s;
}

static bool read_form(const json_t *o, bl_block *b)
{
  const char *form = json_string_value(json_object_get(o, "form"));
  const json_t *dims = json_object_get(o, "dims");
  if (!form || !bl_block_form_find(form, &b->form) || json_array_size(dims) != bl_block_n_dims(b->form)) return false;
  for (size_t i = 0; i < json_array_size(dims); i++) {
    json_int_t dim = json_integer_value(json_array_get(dims, i));
    if (dim < 1) return false;
    b->dims[i] = (size_t)dim;
  }
  b->n = bl_block_columns(b->form, b->dims);
  return b->n && json_integer_value(json_object_get(o, "columns")) == (json_int_t)b->n;
}

static bl_status read_block(bl_ctx *ctx, const char *where, const json_t *o, bl_blocks *out)
{
  bl_block b = {0};
  size_t first = out->n ? out->v[out->n - 1].first + out->v[out->n - 1].n : 0;
  const char *name = json_string_value(json_object_get(o, "name"));
  const char *source = json_string_value(json_object_get(o, "source"));
  if (!name || !*name || !read_form(o, &b) || json_integer_value(json_object_get(o, "first")) != (json_int_t)first)
    return bl_fail(ctx, BL_E_FORMAT,
                   "%s: block %zu ('%s') has no name, no form with its dims, or other columns than these say", where,
                   out->n, name ? name : "");
  b.name = bl_strdup(ctx, name);
  b.source = bl_strdup(ctx, source ? source : "");
  bl_status s = b.name && b.source ? read_units(ctx, where, o, b.n, &b.units) : bl_fail_nomem(ctx, where);
  if (!s) s = read_values(ctx, where, o, &b.values);
  if (!s && (b.form == BL_BLOCK_CATEGORY) != (b.values.n > 0))
    s = bl_fail(ctx, BL_E_FORMAT, "%s: block '%s' is a category without values, or has some and is none", where, name);
  if (!s) s = bl_blocks_add(ctx, out, &b);
  bl_free(ctx, b.name);
  bl_free(ctx, b.source);
  bl_texts_free(ctx, &b.units);
  bl_texts_free(ctx, &b.values);
  return s;
}

bl_status bl_blocks_from_json(bl_ctx *ctx, const char *where, const json_t *list, bl_blocks *out)
{
  *out = (bl_blocks){0};
  bl_status s = BL_OK;
  if (list && !json_is_array(list)) s = bl_fail(ctx, BL_E_FORMAT, "%s: its blocks are no list", where);
  for (size_t i = 0; !s && i < json_array_size(list); i++) s = read_block(ctx, where, json_array_get(list, i), out);
  if (s) bl_blocks_free(ctx, out);
  return s;
}
