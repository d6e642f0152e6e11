/* Model files out: safetensors (8 bytes of header length, JSON header, raw little-endian arrays).
 *
 * Arrays stand in descending order of element size, so that each is aligned by itself and no hole is needed; the header
 * is padded with blanks to a multiple of 8. Metadata that the format leaves free is told in model_file.h. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "baleen/block_json.h"
#include "baleen/file.h"
#include "baleen/json_print.h"
#include "baleen/text.h"
#include "estimator_private.h"
#include "model_file_private.h"

/* ---- writing ----------------------------------------------------------------------------------------------------- */

typedef struct tensor {
  char *name;
  bl_field_view view;
  size_t begin;
} tensor;

typedef struct tensors {
  tensor *v;
  size_t n, cap;
} tensors;

static void tensors_free(bl_ctx *ctx, tensors *t)
{
  for (size_t i = 0; i < t->n; i++) bl_free(ctx, t->v[i].name);
  bl_free(ctx, t->v);
}

static bl_status collect(bl_ctx *ctx, const bl_estimator *e, const char *prefix, tensors *t)
{
  bl_status s = BL_OK;
  if (!e->fitted) return BL_OK; /* only the pattern for learnt children */
  for (const bl_field *f = e->cls->fields; !s && f && f->name; f++) {
    bl_field_view view = bl_field_get(f, e->state);
    if (!view.v) continue;
    void *v = t->v;
    s = bl_grow(ctx, &v, &t->cap, t->n + 1, sizeof *t->v, "a model file");
    t->v = v;
    if (s) return s;
    char *name = bl_strf(ctx, "%s.%s", prefix, f->name);
    if (!name) return bl_fail_nomem(ctx, "a model file");
    t->v[t->n++] = (tensor){name, view, 0};
  }
  for (size_t i = 0; !s && i < e->n_children; i++) {
    char *path =
        prefix == e->cls->name ? bl_strdup(ctx, e->child_name[i]) : bl_strf(ctx, "%s.%s", prefix, e->child_name[i]);
    s = path ? collect(ctx, e->child[i], path, t) : bl_fail_nomem(ctx, "a model file");
    bl_free(ctx, path);
  }
  for (size_t i = 0; !s && i < e->n_learnt; i++) {
    char *path = bl_strf(ctx, "%s[%zu]", prefix, i);
    s = path ? collect(ctx, e->learnt[i], path, t) : bl_fail_nomem(ctx, "a model file");
    bl_free(ctx, path);
  }
  return s;
}

/* The caller's arrays, under the names that bl_meta_add_asset() gave them. */
static bl_status collect_assets(bl_ctx *ctx, const bl_meta *extra, tensors *t)
{
  static const bl_field field = {.name = "asset", .dtype = BL_F64};
  bl_status s = BL_OK;
  for (size_t i = 0; !s && extra && i < extra->n_assets; i++) {
    const bl_array *a = &extra->asset[i];
    void *v = t->v;
    s = bl_grow(ctx, &v, &t->cap, t->n + 1, sizeof *t->v, "a model file");
    t->v = v;
    if (s) return s;
    char *name = bl_strf(ctx, BL_MODEL_ASSET "%zu", i);
    if (!name) return bl_fail_nomem(ctx, "a model file");
    t->v[t->n++] = (tensor){name,
                            {.field = &field,
                             .v = a->v,
                             .n_dims = 2,
                             .dims = {a->rows, a->cols},
                             .bytes = a->rows * a->cols * sizeof *a->v},
                            0};
  }
  return s;
}

/* Stable order by element size, the largest first. */
static void place(tensors *t)
{
  size_t at = 0;
  for (size_t i = 1; i < t->n; i++)
    for (size_t k = i; k && bl_dtype_size(t->v[k].view.field->dtype) > bl_dtype_size(t->v[k - 1].view.field->dtype);
         k--) {
      tensor x = t->v[k];
      t->v[k] = t->v[k - 1];
      t->v[k - 1] = x;
    }
  for (size_t i = 0; i < t->n; i++) {
    t->v[i].begin = at;
    at += t->v[i].view.bytes;
  }
}

/* jansson's own memory may run out too: each maker below returns NULL then, and takes its parts with it. */
static json_t *json_of_texts(const bl_texts *t)
{
  json_t *a = json_array();
  for (size_t i = 0; a && i < t->n; i++)
    if (json_array_append_new(a, json_string(t->v[i]))) {
      json_decref(a);
      a = NULL;
    }
  return a;
}

static bool put(json_t *o, const char *key, json_t *value) { return !json_object_set_new(o, key, value); }

static json_t *structure_of(bl_ctx *ctx, const bl_estimator *e);

/* The learnt children, each with the text that makes it: its parameters may differ from the configured child's. */
static json_t *learnt_of(bl_ctx *ctx, const bl_estimator *e)
{
  json_t *a = json_array();
  bool ok = a;
  for (size_t i = 0; ok && i < e->n_learnt; i++) {
    bl_buf text = {0};
    json_t *one = structure_of(ctx, e->learnt[i]);
    ok = one && !bl_estimator_print(ctx, e->learnt[i], &text) && put(one, "estimator", json_string(bl_buf_text(&text)));
    bl_buf_free(ctx, &text);
    if (!ok) json_decref(one);
    else ok = !json_array_append_new(a, one);
  }
  if (ok) return a;
  json_decref(a);
  return NULL;
}

/* A child that serves as a pattern for learnt ones has learnt nothing itself: "fitted" says so where it is false. */
static json_t *structure_of(bl_ctx *ctx, const bl_estimator *e)
{
  json_t *o = json_object(), *classes = json_array(), *steps = json_array();
  bool ok = o && classes && steps && (e->fitted || put(o, "fitted", json_false())) &&
            (!e->n_learnt || put(o, "learnt", learnt_of(ctx, e))) &&
            (e->n_targets < 2 || put(o, "n_targets", json_integer((json_int_t)e->n_targets)));
  for (size_t i = 0; ok && i < e->n_classes; i++) {
    char value[32];
    ok = !json_array_append_new(classes, json_string(bl_format_real(e->classes[i], value)));
  }
  for (size_t i = 0; ok && i < e->n_children; i++) {
    json_t *step = structure_of(ctx, e->child[i]);
    ok = step && put(step, "name", json_string(e->child_name[i]));
    if (!ok) json_decref(step);
    else ok = !json_array_append_new(steps, step);
  }
  if (!o) goto fail;
  ok = ok && put(o, "class", json_string(e->cls->name)) &&
       put(o, "state_version", json_integer(e->cls->state_version)) &&
       put(o, "n_features", json_integer((json_int_t)e->n_features)) &&
       put(o, "feature_names", json_of_texts(&e->feature_names)) &&
       put(o, "class_names", json_of_texts(&e->class_names)) &&
       (!e->blocks.n || put(o, "blocks", bl_blocks_to_json(&e->blocks)));
  if (ok) {
    ok = put(o, "classes", classes);
    classes = NULL;
  }
  if (ok) {
    ok = put(o, "steps", steps);
    steps = NULL;
  }
  if (ok) return o;
fail:
  json_decref(o);
  json_decref(classes);
  json_decref(steps);
  return NULL;
}

/* Appends j as JSON, keys sorted, so that the same content gives the same bytes. */
static bl_status dump(bl_ctx *ctx, const json_t *j, bl_buf *out)
{
  return bl_json_print(ctx, j, JSON_SORT_KEYS | JSON_COMPACT, "a model file's header", out);
}

static const char *const own_keys[] = {"format", "format_version", "version", "estimator", "structure", "hash"};

static json_t *metadata_of(bl_ctx *ctx, const bl_estimator *e, const bl_meta *extra, bl_status *s)
{
  bl_buf text = {0}, structure_text = {0};
  char version[16];
  snprintf(version, sizeof version, "%d", BL_MODEL_VERSION);
  json_t *o = json_object(), *structure = structure_of(ctx, e);
  *s = dump(ctx, structure, &structure_text);
  if (!*s) *s = bl_estimator_print(ctx, e, &text);
  if (*s) goto done;
  bool ok = o && put(o, "format", json_string("baleen")) && put(o, "format_version", json_string(version)) &&
            put(o, "version", json_string(BALEEN_VERSION)) && put(o, "hash", json_string(BL_MODEL_NO_HASH)) &&
            put(o, "estimator", json_string(bl_buf_text(&text))) &&
            put(o, "structure", json_string(bl_buf_text(&structure_text)));
  for (size_t i = 0; ok && extra && i < extra->keys.n; i++) {
    for (size_t k = 0; k < sizeof own_keys / sizeof *own_keys; k++)
      if (!strcmp(extra->keys.v[i], own_keys[k])) {
        *s = bl_fail(ctx, BL_E_ARG, "model file: the metadata '%s' is the library's own; choose another key",
                     own_keys[k]);
        goto done;
      }
    ok = put(o, extra->keys.v[i], json_string(extra->values.v[i]));
  }
  if (!ok) *s = bl_fail(ctx, BL_E_FORMAT, "model file: no memory for the header, or a text in it is not UTF-8");
done:
  json_decref(structure);
  bl_buf_free(ctx, &structure_text);
  bl_buf_free(ctx, &text);
  if (!*s) return o;
  json_decref(o);
  return NULL;
}

static bool put_tensor(json_t *header, const tensor *t)
{
  json_t *o = json_object(), *shape = json_array(), *span = json_array();
  bool ok = o && shape && span;
  for (size_t i = 0; ok && i < t->view.n_dims; i++)
    ok = !json_array_append_new(shape, json_integer((json_int_t)t->view.dims[i]));
  ok = ok && !json_array_append_new(span, json_integer((json_int_t)t->begin)) &&
       !json_array_append_new(span, json_integer((json_int_t)(t->begin + t->view.bytes))) &&
       put(o, "dtype", json_string(bl_dtype_name(t->view.field->dtype))) && !json_object_set(o, "shape", shape) &&
       !json_object_set(o, "data_offsets", span) && !json_object_set(header, t->name, o);
  json_decref(o);
  json_decref(shape);
  json_decref(span);
  return ok;
}

static bl_status write_header(bl_ctx *ctx, const bl_estimator *e, const bl_meta *extra, const tensors *t, bl_buf *out)
{
  bl_status s = BL_OK;
  json_t *header = json_object(), *meta = metadata_of(ctx, e, extra, &s);
  bl_buf text = {.max = BL_MODEL_HEADER_CEILING};
  if (s) goto done;
  bool ok = header && !json_object_set(header, "__metadata__", meta);
  for (size_t i = 0; ok && i < t->n; i++) ok = put_tensor(header, &t->v[i]);
  s = ok ? dump(ctx, header, &text) : bl_fail_nomem(ctx, "a model file's header");
  if (s) goto done;
  uint64_t n = (text.len + 7) / 8 * 8;
  if (n > BL_MODEL_HEADER_CEILING)
    s = bl_fail(ctx, BL_E_RANGE, "model file: a header of %llu bytes; at most %zu are allowed", (unsigned long long)n,
                BL_MODEL_HEADER_CEILING);
  if (!s) s = bl_buf_add(ctx, out, (const char *)&n, sizeof n);
  if (!s) s = bl_buf_add(ctx, out, text.v, text.len);
  while (!s && out->len % 8) s = bl_buf_add(ctx, out, " ", 1);
done:
  bl_buf_free(ctx, &text);
  json_decref(meta);
  json_decref(header);
  return s;
}

bl_status bl_model_save(bl_ctx *ctx, const char *path, const bl_estimator *e, const bl_meta *extra)
{
  tensors t = {0};
  bl_buf out = {.max = BL_MODEL_FILE_CEILING};
  bl_status s = bl_estimator_needs_fit(ctx, e);
  if (!s) s = collect(ctx, e, e->cls->name, &t);
  if (!s) s = collect_assets(ctx, extra, &t);
  if (!s) {
    place(&t);
    s = write_header(ctx, e, extra, &t, &out);
  }
  for (size_t i = 0; !s && i < t.n; i++)
    if (t.v[i].view.bytes) s = bl_buf_add(ctx, &out, t.v[i].view.v, t.v[i].view.bytes);
  if (!s) {
    bl_model_seal(out.v, out.len);
    s = bl_file_write(ctx, path, out.v, out.len);
  }
  tensors_free(ctx, &t);
  bl_buf_free(ctx, &out);
  return s;
}
