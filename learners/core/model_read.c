/* Model files in. Reading trusts nothing: the header's length has a ceiling, the hash must be the file's, the arrays
 * must cover the data exactly, each must fit the class's table of fields, none may be left over, and the class's own check has the last word. */
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "baleen/block_json.h"
#include "baleen/file.h"
#include "baleen/text.h"
#include "estimator_private.h"
#include "model_file_private.h"

typedef struct entry {
  const char *name; /* the header's */
  bl_dtype dtype;
  size_t n_dims, dims[2], begin, end;
  bool used;
} entry;

typedef struct reader {
  bl_ctx *ctx;
  const char *name;
  const unsigned char *data;
  size_t n_data;
  json_t *header;
  entry *entry;    /* as they lie in the file */
  entry **by_name; /* the same in the order of their names, those of one estimator side by side */
  size_t n;
} reader;

static bool to_size(const json_t *j, size_t *out)
{
  if (!json_is_integer(j) || json_integer_value(j) < 0) return false;
  *out = (size_t)json_integer_value(j);
  return true;
}

static bl_status read_entry(reader *r, const char *name, const json_t *j, entry *e)
{
  const json_t *shape = json_object_get(j, "shape"), *span = json_object_get(j, "data_offsets");
  const char *dtype = json_string_value(json_object_get(j, "dtype"));
  *e = (entry){.name = name, .dtype = BL_N_DTYPES};
  for (int i = 0; dtype && i < BL_N_DTYPES; i++)
    if (!strcmp(dtype, bl_dtype_name((bl_dtype)i))) e->dtype = (bl_dtype)i;
  if (e->dtype == BL_N_DTYPES)
    return bl_fail(r->ctx, BL_E_FORMAT, "%s: '%s' has no type that is known here", r->name, name);
  e->n_dims = json_array_size(shape);
  bool ok = json_is_array(shape) && e->n_dims <= 2 && json_array_size(span) == 2;
  for (size_t i = 0; ok && i < e->n_dims; i++) ok = to_size(json_array_get(shape, i), &e->dims[i]);
  ok = ok && to_size(json_array_get(span, 0), &e->begin) && to_size(json_array_get(span, 1), &e->end) &&
       e->begin <= e->end && e->end <= r->n_data;
  if (!ok)
    return bl_fail(r->ctx, BL_E_FORMAT, "%s: '%s' has no sound shape and place in %zu bytes of data", r->name, name,
                   r->n_data);
  return BL_OK;
}

static int by_place(const void *a, const void *b)
{
  const entry *x = a, *y = b;
  if (x->begin != y->begin) return x->begin < y->begin ? -1 : 1;
  return (x->end > y->end) - (x->end < y->end);
}

static int by_name(const void *a, const void *b)
{
  return strcmp((*(entry *const *)a)->name, (*(entry *const *)b)->name);
}

static bl_status read_entries(reader *r)
{
  const char *name;
  json_t *j;
  r->entry = bl_calloc(r->ctx, json_object_size(r->header), sizeof *r->entry);
  r->by_name = bl_calloc(r->ctx, json_object_size(r->header), sizeof *r->by_name);
  if (!r->entry || !r->by_name) return bl_fail_nomem(r->ctx, "a model file");
  json_object_foreach(r->header, name, j)
  {
    if (!strcmp(name, "__metadata__")) continue;
    bl_status s = read_entry(r, name, j, &r->entry[r->n]);
    if (s) return s;
    r->n++;
  }
  if (r->n) qsort(r->entry, r->n, sizeof *r->entry, by_place);
  for (size_t i = 0; i < r->n; i++) r->by_name[i] = &r->entry[i];
  if (r->n) qsort(r->by_name, r->n, sizeof *r->by_name, by_name);
  size_t at = 0;
  for (size_t i = 0; i < r->n; at = r->entry[i++].end)
    if (r->entry[i].begin != at)
      return bl_fail(r->ctx, BL_E_FORMAT,
                     "%s: '%s' begins at byte %zu of the data, not at %zu where the one before it ends", r->name,
                     r->entry[i].name, r->entry[i].begin, at);
  if (at != r->n_data)
    return bl_fail(r->ctx, BL_E_FORMAT,
                   "%s: %zu bytes of data, but its arrays end at %zu; the file is cut or has a tail", r->name,
                   r->n_data, at);
  return BL_OK;
}

/* No estimator learns a number that is none: one in a file was written by damage, and would be believed silently. */
static bl_status check_numbers(reader *r, const entry *x)
{
  const unsigned char *at = r->data + x->begin;
  size_t size = bl_dtype_size(x->dtype), n = (x->end - x->begin) / size;
  for (size_t i = 0; (x->dtype == BL_F64 || x->dtype == BL_F32) && i < n; i++) {
    double v = 0;
    float f;
    if (x->dtype == BL_F64) memcpy(&v, at + i * size, sizeof v);
    else memcpy(&f, at + i * size, sizeof f), v = (double)f;
    if (!isfinite(v))
      return bl_fail(r->ctx, BL_E_FORMAT, "%s: '%s' holds %s at place %zu, so the file is damaged", r->name, x->name,
                     bl_nonfinite_name(v), i);
  }
  return BL_OK;
}

/* What the file holds of one estimator: its arrays under their own names, and where each lies. */
typedef struct held {
  bl_old_state state;
  entry **at;
} held;

/* How a name stands to those that begin with these n letters and a dot. */
static int order_of(const char *name, const char *prefix, size_t n)
{
  int order = strncmp(name, prefix, n);
  return order ? order : (int)(unsigned char)name[n] - '.';
}

/* Which of the names are "<prefix>.<anything>": *first to *last, the last not among them. */
static void find_below(const reader *r, const char *prefix, size_t *first, size_t *last)
{
  size_t n = strlen(prefix), lo = 0, hi = r->n;
  while (lo < hi) {
    size_t mid = lo + (hi - lo) / 2;
    if (order_of(r->by_name[mid]->name, prefix, n) < 0) lo = mid + 1;
    else hi = mid;
  }
  *first = *last = lo;
  while (*last < r->n && !order_of(r->by_name[*last]->name, prefix, n)) (*last)++;
}

/* The arrays "<prefix>.<name>"; those of steps have a further dot or bracket. */
static bl_status hold(reader *r, const char *prefix, held *h)
{
  size_t n = strlen(prefix), first, last;
  find_below(r, prefix, &first, &last);
  h->state.v = bl_calloc(r->ctx, last - first, sizeof *h->state.v);
  h->at = bl_calloc(r->ctx, last - first, sizeof(entry *));
  if (!h->state.v || !h->at) return bl_fail_nomem(r->ctx, "a model file");
  for (size_t i = first; i < last; i++) {
    entry *x = r->by_name[i];
    if (strpbrk(x->name + n + 1, ".[")) continue;
    h->at[h->state.n] = x;
    h->state.v[h->state.n++] = (bl_old_field){
        .name = x->name + n + 1, .dtype = x->dtype, .n_dims = x->n_dims, .dims = {x->dims[0], x->dims[1]}};
  }
  return BL_OK;
}

static bl_status fill_field(reader *r, bl_estimator *e, const bl_field *f, const char *prefix, const held *h)
{
  const bl_old_field *old = bl_old_find(&h->state, f->name);
  if (!old && f->dim_rows == BL_NO_DIM)
    return bl_fail(r->ctx, BL_E_FORMAT, "%s: '%s.%s' is missing", r->name, prefix, f->name);
  if (!old) return BL_OK;
  entry *x = h->at[old - h->state.v];
  bl_status s = check_numbers(r, x);
  if (!s)
    s = bl_field_set(r->ctx, e->cls->fields, f->name, e->state, old->dtype, old->n_dims, old->dims, r->data + x->begin,
                     x->end - x->begin);
  x->used = true;
  return s ? bl_fail_in(r->ctx, s, "%s: %s: ", r->name, prefix) : BL_OK;
}

static bl_status fill_fields(reader *r, bl_estimator *e, unsigned version, const char *prefix)
{
  held h = {0};
  bl_status s = hold(r, prefix, &h);
  if (!s && version < e->cls->state_version) {
    s = e->cls->migrate(r->ctx, version, &h.state);
    if (s) s = bl_fail_in(r->ctx, s, "%s: %s, of version %u: ", r->name, prefix, version);
  }
  for (const bl_field *f = e->cls->fields; !s && f && f->name; f++) s = fill_field(r, e, f, prefix, &h);
  bl_free(r->ctx, h.state.v);
  bl_free(r->ctx, h.at);
  return s;
}

bl_old_field *bl_old_find(const bl_old_state *old, const char *name)
{
  for (size_t i = 0; i < old->n; i++)
    if (!strcmp(old->v[i].name, name)) return &old->v[i];
  return NULL;
}

bl_status bl_old_reshape(bl_ctx *ctx, bl_old_field *f, size_t n_dims, size_t rows, size_t cols)
{
  size_t had = 1, wanted = n_dims > 1 ? rows * cols : rows;
  for (size_t i = 0; i < f->n_dims; i++) had *= f->dims[i];
  if (had != wanted) return bl_fail(ctx, BL_E_FORMAT, "'%s' holds %zu numbers, wanted %zu", f->name, had, wanted);
  f->n_dims = n_dims;
  f->dims[0] = rows;
  f->dims[1] = n_dims > 1 ? cols : 0;
  return BL_OK;
}

static bl_status read_texts(reader *r, const json_t *j, bl_texts *out)
{
  for (size_t i = 0; i < json_array_size(j); i++) {
    const char *text = json_string_value(json_array_get(j, i));
    if (!text) return bl_fail(r->ctx, BL_E_FORMAT, "%s: a name in its structure is no text", r->name);
    bl_status s = bl_texts_add(r->ctx, out, text);
    if (s) return s;
  }
  return BL_OK;
}

static bl_status read_classes(reader *r, bl_estimator *e, const json_t *j)
{
  size_t n = json_array_size(j);
  bool wanted = bl_estimator_kind(e) == BL_CLASSIFIER ||
                (bl_estimator_kind(e) == BL_TRANSFORMER && (bl_estimator_tags(e) & BL_TAG_NEEDS_Y));
  bool two = bl_estimator_tags(e) & BL_TAG_BINARY;
  if (wanted ? n < 2 || (two && n > 2) : n > 0)
    return bl_fail(r->ctx, BL_E_FORMAT, "%s: %s with %zu classes", r->name, e->cls->name, n);
  if (!n) return BL_OK;
  if (!(e->classes = bl_calloc(r->ctx, n, sizeof *e->classes))) return bl_fail_nomem(r->ctx, "a model file");
  e->n_classes = n;
  for (size_t i = 0; i < n; i++) {
    const char *text = json_string_value(json_array_get(j, i));
    if (!text || !bl_parse_real(text, &e->classes[i]) || !isfinite(e->classes[i]) ||
        (i && !(e->classes[i] > e->classes[i - 1])))
      return bl_fail(r->ctx, BL_E_FORMAT, "%s: %s: class %zu is no number above the one before it", r->name,
                     e->cls->name, i);
  }
  return BL_OK;
}

/* Said where there are several; of a classifier they are its labels. */
static bl_status read_targets(reader *r, bl_estimator *e, const json_t *j)
{
  e->n_targets = 1;
  if (!j) return BL_OK;
  bool several = to_size(j, &e->n_targets) && e->n_targets > 1 && (bl_estimator_tags(e) & BL_TAG_TARGETS);
  if (several && (!e->n_classes || e->n_classes == e->n_targets)) return BL_OK;
  return bl_fail(r->ctx, BL_E_FORMAT, "%s: %s does not learn the several targets that are said of it", r->name,
                 e->cls->name);
}

/* What the structure says of `e` itself, apart from its steps. */
static bl_status read_node(reader *r, bl_estimator *e, const json_t *j, unsigned *out)
{
  const char *cls = json_string_value(json_object_get(j, "class"));
  size_t version;
  if (!cls || strcmp(cls, e->cls->name))
    return bl_fail(r->ctx, BL_E_FORMAT, "%s: its structure says %s where its estimator says %s", r->name,
                   cls ? cls : "nothing", e->cls->name);
  bool known = to_size(json_object_get(j, "state_version"), &version) && version && version <= e->cls->state_version;
  if (!known || (version < e->cls->state_version && !e->cls->migrate))
    return bl_fail(r->ctx, BL_E_FORMAT,
                   "%s: what %s learnt is of another version than this library's %u; use the baleen that wrote it",
                   r->name, cls, e->cls->state_version);
  *out = (unsigned)version;
  if (!to_size(json_object_get(j, "n_features"), &e->n_features) || !e->n_features)
    return bl_fail(r->ctx, BL_E_FORMAT, "%s: %s without a number of features", r->name, cls);
  bl_status s = read_texts(r, json_object_get(j, "feature_names"), &e->feature_names);
  if (!s) s = read_texts(r, json_object_get(j, "class_names"), &e->class_names);
  if (!s) s = read_classes(r, e, json_object_get(j, "classes"));
  if (!s) s = read_targets(r, e, json_object_get(j, "n_targets"));
  if (!s && e->feature_names.n && e->feature_names.n != e->n_features)
    s = bl_fail(r->ctx, BL_E_FORMAT, "%s: %s: %zu names for %zu features", r->name, cls, e->feature_names.n,
                e->n_features);
  size_t n_named = e->n_classes || e->n_targets < 2 ? e->n_classes : e->n_targets;
  if (!s && e->class_names.n && e->class_names.n != n_named)
    s = bl_fail(r->ctx, BL_E_FORMAT, "%s: %s: %zu names for %zu classes", r->name, cls, e->class_names.n, n_named);
  if (!s) s = bl_blocks_from_json(r->ctx, r->name, json_object_get(j, "blocks"), &e->blocks);
  if (!s && (s = bl_blocks_check(r->ctx, cls, &e->blocks, e->n_features)) == BL_E_SHAPE)
    s = bl_fail_in(r->ctx, BL_E_FORMAT, "%s: ", r->name);
  return s;
}

static bl_status restore(reader *r, bl_estimator *e, const json_t *j, const char *prefix);

/* A configured child, which may have learnt nothing itself. */
static bl_status restore_child(reader *r, bl_estimator *e, size_t i, const json_t *j, const char *prefix)
{
  const char *name = json_string_value(json_object_get(j, "name"));
  if (!name || strcmp(name, e->child_name[i]))
    return bl_fail(r->ctx, BL_E_FORMAT, "%s: step '%s' is not in its structure", r->name, e->child_name[i]);
  if (json_is_false(json_object_get(j, "fitted"))) return BL_OK;
  char *path = prefix == e->cls->name ? bl_strdup(r->ctx, name) : bl_strf(r->ctx, "%s.%s", prefix, name);
  bl_status s = path ? restore(r, e->child[i], j, path) : bl_fail_nomem(r->ctx, "a model file");
  bl_free(r->ctx, path);
  return s;
}

static bl_status restore_learnt(reader *r, bl_estimator *e, size_t i, const json_t *j, const char *prefix)
{
  const char *text = json_string_value(json_object_get(j, "estimator"));
  if (!text)
    return bl_fail(r->ctx, BL_E_FORMAT, "%s: learnt child %zu of %s names no estimator", r->name, i, e->cls->name);
  bl_status s = bl_estimator_parse(r->ctx, text, &e->learnt[i]);
  if (s) return bl_fail_in(r->ctx, s == BL_E_CONFIG ? BL_E_FORMAT : s, "%s: ", r->name);
  char *path = bl_strf(r->ctx, "%s[%zu]", prefix, i);
  s = path ? restore(r, e->learnt[i], j, path) : bl_fail_nomem(r->ctx, "a model file");
  bl_free(r->ctx, path);
  return s;
}

static bl_status restore(reader *r, bl_estimator *e, const json_t *j, const char *prefix)
{
  const json_t *steps = json_object_get(j, "steps"), *learnt = json_object_get(j, "learnt");
  unsigned version = 0;
  bl_status s = read_node(r, e, j, &version);
  if (!s && json_array_size(steps) != e->n_children)
    s = bl_fail(r->ctx, BL_E_FORMAT, "%s: %s has %zu steps, its structure %zu", r->name, e->cls->name, e->n_children,
                json_array_size(steps));
  if (!s) s = fill_fields(r, e, version, prefix);
  for (size_t i = 0; !s && i < e->n_children; i++) s = restore_child(r, e, i, json_array_get(steps, i), prefix);
  if (!s && json_array_size(learnt)) s = bl_estimator_learn_children(r->ctx, e, json_array_size(learnt));
  for (size_t i = 0; !s && i < e->n_learnt; i++) s = restore_learnt(r, e, i, json_array_get(learnt, i), prefix);
  if (s) return s;
  e->fitted = true;
  s = e->cls->check ? e->cls->check(r->ctx, e) : BL_OK;
  return s ? bl_fail_in(r->ctx, s, "%s: ", r->name) : BL_OK;
}

/* The text of a metadata key, or NULL with an error. */
static const char *needed(reader *r, const json_t *meta, const char *key, bl_status *s)
{
  const char *v = json_string_value(json_object_get(meta, key));
  if (!v && !*s)
    *s = bl_fail(r->ctx, BL_E_FORMAT, "%s: no '%s' in its metadata; was it written by baleen?", r->name, key);
  return v;
}

/* Arrays that are no estimator's: the caller's, by number. */
static bl_status read_assets(reader *r, bl_meta *extra)
{
  size_t prefix = strlen(BL_MODEL_ASSET), n = 0;
  for (size_t i = 0; i < r->n; i++) n += !r->entry[i].used && !strncmp(r->entry[i].name, BL_MODEL_ASSET, prefix);
  if (n && extra && !(extra->asset = bl_calloc(r->ctx, n, sizeof *extra->asset)))
    return bl_fail_nomem(r->ctx, "a model file");
  if (extra) extra->n_assets = n;
  for (size_t i = 0; i < r->n; i++) {
    entry *x = &r->entry[i];
    int64_t k;
    if (x->used || strncmp(x->name, BL_MODEL_ASSET, prefix)) continue;
    bool named = bl_parse_int(x->name + prefix, &k) && k >= 0 && (size_t)k < n;
    if (!named || x->dtype != BL_F64 || x->n_dims != 2 || x->dims[0] > SIZE_MAX / 16 / (x->dims[1] + 1) ||
        x->dims[0] * x->dims[1] * sizeof(double) != x->end - x->begin)
      return bl_fail(r->ctx, BL_E_FORMAT, "%s: '%s' is no array of a recipe", r->name, x->name);
    bl_status s = check_numbers(r, x);
    double *v = bl_calloc(r->ctx, x->dims[0] * x->dims[1], sizeof *v); /* aligned, as the file's bytes need not be */
    if (!s && !v) s = bl_fail_nomem(r->ctx, "a model file");
    if (!s) memcpy(v, r->data + x->begin, x->end - x->begin);
    if (!s && extra) s = bl_array_fill(r->ctx, &extra->asset[k], x->dims[0], x->dims[1], v);
    bl_free(r->ctx, v);
    if (s) return s == BL_E_SHAPE ? bl_fail_in(r->ctx, BL_E_FORMAT, "%s: '%s': ", r->name, x->name) : s;
    x->used = true;
  }
  return BL_OK;
}

/* Is the file one of ours, of a version that is known here, and whole? */
static bl_status check_format(reader *r, const json_t *meta, const char *bytes, size_t n)
{
  bl_status s = BL_OK;
  int64_t number;
  const char *format = needed(r, meta, "format", &s), *version = needed(r, meta, "format_version", &s);
  if (s) return s;
  if (strcmp(format, "baleen"))
    return bl_fail(r->ctx, BL_E_FORMAT, "%s: a file of '%.40s', not of baleen", r->name, format);
  if (!bl_parse_int(version, &number) || number < 1 || number > BL_MODEL_VERSION) {
    const char *by = json_string_value(json_object_get(meta, "version"));
    return bl_fail(
        r->ctx, BL_E_FORMAT,
        "%s: format version %.20s (written by baleen %.40s), but this library reads 1 to %d; use a newer baleen",
        r->name, version, by ? by : "?", BL_MODEL_VERSION);
  }
  return bl_model_check_seal(r->ctx, r->name, bytes, n, number >= BL_MODEL_VERSION_HASHED);
}

static bl_status build(reader *r, const json_t *meta, bl_estimator **out, bl_meta *extra)
{
  bl_status s = BL_OK;
  const char *text = needed(r, meta, "estimator", &s), *structure = needed(r, meta, "structure", &s);
  if (s) return s;
  s = bl_estimator_parse(r->ctx, text, out);
  if (s) return bl_fail_in(r->ctx, s == BL_E_CONFIG ? BL_E_FORMAT : s, "%s: ", r->name);
  json_t *j = json_loads(structure, JSON_REJECT_DUPLICATES, NULL);
  if (!json_is_object(j)) s = bl_fail(r->ctx, BL_E_FORMAT, "%s: its structure is not JSON", r->name);
  if (!s) s = restore(r, *out, j, (*out)->cls->name);
  json_decref(j);
  if (!s) s = read_assets(r, extra);
  for (size_t i = 0; !s && i < r->n; i++)
    if (!r->entry[i].used) s = bl_fail(r->ctx, BL_E_FORMAT, "%s: '%s' belongs to no step", r->name, r->entry[i].name);
  return s;
}

static bl_status read_meta(reader *r, const json_t *meta, bl_meta *extra)
{
  const char *key;
  json_t *value;
  json_object_foreach((json_t *)(uintptr_t)meta, key, value)
  {
    const char *text = json_string_value(value);
    if (!text) return bl_fail(r->ctx, BL_E_FORMAT, "%s: the metadata '%s' is no text", r->name, key);
    bl_status s = extra ? bl_meta_add(r->ctx, extra, key, text) : BL_OK;
    if (s) return s;
  }
  return BL_OK;
}

bl_status bl_model_parse(bl_ctx *ctx, const char *name, const void *bytes, size_t n, bl_estimator **out, bl_meta *extra)
{
  reader r = {.ctx = ctx, .name = name};
  json_error_t error;
  uint64_t length = 0;
  bl_status s = BL_OK;
  *out = NULL;
  if (extra) *extra = (bl_meta){0};
  if (n >= sizeof length) memcpy(&length, bytes, sizeof length);
  if (n < sizeof length || length > n - sizeof length || length > BL_MODEL_HEADER_CEILING)
    return bl_fail(ctx, BL_E_FORMAT, "%s: not a model file, or cut: %zu bytes, of which its header claims %llu", name,
                   n, (unsigned long long)length);
  r.data = (const unsigned char *)bytes + sizeof length + length;
  r.n_data = n - sizeof length - (size_t)length;
  r.header = json_loadb((const char *)bytes + sizeof length, (size_t)length, JSON_REJECT_DUPLICATES, &error);
  const json_t *meta = json_object_get(r.header, "__metadata__");
  if (!json_is_object(r.header))
    s = bl_fail(ctx, BL_E_FORMAT, "%s: its header is not JSON: byte %d: %s", name, error.position + 8, error.text);
  else if (!json_is_object(meta))
    s = bl_fail(ctx, BL_E_FORMAT, "%s: without metadata; was it written by baleen?", name);
  if (!s) s = check_format(&r, meta, bytes, n);
  if (!s) s = read_entries(&r);
  if (!s) s = read_meta(&r, meta, extra);
  if (!s) s = build(&r, meta, out, extra);
  if (s) {
    bl_estimator_free(ctx, *out);
    *out = NULL;
    if (extra) bl_meta_free(ctx, extra);
  }
  bl_free(ctx, r.entry);
  bl_free(ctx, r.by_name);
  json_decref(r.header);
  return s;
}

bl_status bl_model_load(bl_ctx *ctx, const char *path, bl_estimator **out, bl_meta *extra)
{
  char *bytes;
  size_t n;
  *out = NULL;
  if (extra) *extra = (bl_meta){0};
  bl_status s = bl_file_read(ctx, path, BL_MODEL_FILE_CEILING, &bytes, &n);
  if (!s) s = bl_model_parse(ctx, path, bytes, n, out, extra);
  bl_free(ctx, bytes);
  return s;
}
