/* Rows in memory with what belongs to them. Each list has exactly X.rows entries, also after a failure. */
#include "baleen/dataset.h"

#include <string.h>
#include <sys/mman.h>

#include "baleen/npy_out.h"
#include "baleen/text.h"
#include "dataset_private.h"
#include "file.h"
#include "npy.h"

const char *const bl_dataset_files[] = {"rows.npy", "rows.csv", "features.json", NULL};
const char *const bl_row_columns[] = {"recording", "start_s", "end_s", "label", "group", "weight", NULL};

bl_status bl_extra_names_check(bl_ctx *ctx, const bl_texts *extra)
{
  for (size_t i = 0; i < extra->n; i++) {
    for (size_t k = 0; bl_row_columns[k]; k++)
      if (!strcmp(extra->v[i], bl_row_columns[k]))
        return bl_fail(ctx, BL_E_CONFIG,
                       "a further column cannot be called '%s': rows.csv has one of that name already; "
                       "rename it",
                       extra->v[i]);
    if ((size_t)bl_texts_find(extra, extra->v[i]) < i)
      return bl_fail(ctx, BL_E_CONFIG, "the further column '%s' is asked for twice", extra->v[i]);
  }
  return BL_OK;
}

bl_status bl_dataset_init(bl_ctx *ctx, const bl_texts *features, const bl_texts *units, const bl_texts *extra,
                          bl_dataset *out)
{
  bl_dataset d = {.X = {.cols = features->n, .stride = features->n}};
  bl_status s = BL_OK;
  if (units && units->n != features->n)
    return bl_fail(ctx, BL_E_ARG, "dataset: %zu units for %zu features", units->n, features->n);
  if (extra) s = bl_extra_names_check(ctx, extra);
  if (!s) s = bl_texts_copy(ctx, &d.features, features);
  for (size_t j = 0; !s && j < features->n; j++) s = bl_texts_add(ctx, &d.units, units ? units->v[j] : "");
  if (!s && extra && extra->n && !(d.extra = bl_calloc(ctx, extra->n, sizeof *d.extra)))
    s = bl_fail_nomem(ctx, "a dataset");
  for (; !s && extra && d.n_extra < extra->n; d.n_extra++)
    if (!(d.extra[d.n_extra].name = bl_strdup(ctx, extra->v[d.n_extra]))) {
      s = bl_fail_nomem(ctx, "a dataset");
      break;
    }
  if (s) bl_dataset_free(ctx, &d);
  *out = d;
  return s;
}

bl_status bl_dataset_init_bare(bl_ctx *ctx, size_t n_features, size_t n_extra, bl_dataset *out)
{
  *out = (bl_dataset){.X = {.cols = n_features, .stride = n_features}};
  if (n_extra && !(out->extra = bl_calloc(ctx, n_extra, sizeof *out->extra))) return bl_fail_nomem(ctx, "a dataset");
  out->n_extra = n_extra;
  return BL_OK;
}

bl_status bl_dataset_set_blocks(bl_ctx *ctx, bl_dataset *d, const bl_blocks *blocks)
{
  bl_blocks fresh;
  bl_status s = bl_blocks_check(ctx, "rows", blocks, d->features.n);
  for (size_t i = 0; !s && i < blocks->n; i++)
    for (size_t k = 0, j = blocks->v[i].first; !s && k < blocks->v[i].n; k++, j++)
      if (strcmp(bl_block_unit(&blocks->v[i], k), d->units.v[j]))
        s = bl_fail(ctx, BL_E_SHAPE, "rows: feature '%s' is in '%s', but block '%s' says '%s'", d->features.v[j],
                    d->units.v[j], blocks->v[i].name, bl_block_unit(&blocks->v[i], k));
  if (!s) s = bl_blocks_copy(ctx, &fresh, blocks);
  if (s) return s;
  bl_blocks_free(ctx, &d->blocks);
  d->blocks = fresh;
  return BL_OK;
}

static bl_status widen(bl_ctx *ctx, void **v, size_t n, size_t size)
{
  void *wide = bl_realloc(ctx, *v, n, size);
  if (!wide) return bl_fail_nomem(ctx, "the rows of a dataset");
  *v = wide;
  return BL_OK;
}

/* ---- the numbers: in memory, or at the end of a file in the making ----------------------------------------------- */

enum { HELD_FLOATS = 1 << 16 }; /* with a file, that many at most wait in memory */

static size_t n_held(const bl_dataset *d) { return d->X.rows - d->n_filed; }

static bl_status open_file(bl_ctx *ctx, bl_dataset *d)
{
  if (d->file) return BL_OK;
  if (!(d->file = bl_calloc(ctx, 1, sizeof *d->file))) return bl_fail_nomem(ctx, d->path);
  bl_status s = bl_npy_begin(ctx, d->path, &d->X.cols, 1, d->file);
  if (!s) return BL_OK;
  bl_free(ctx, d->file);
  d->file = NULL;
  return s;
}

static bl_status file_held(bl_ctx *ctx, bl_dataset *d)
{
  bl_status s = open_file(ctx, d);
  if (!s) s = bl_npy_put(ctx, d->file, d->X.v, n_held(d));
  if (!s) d->n_filed = d->X.rows;
  return s;
}

/* Room for some of `more` rows of numbers; *now tells for how many. */
static bl_status make_number_room(bl_ctx *ctx, bl_dataset *d, size_t more, size_t *now)
{
  size_t width = d->X.cols ? d->X.cols : 1, most = HELD_FLOATS / width ? HELD_FLOATS / width : 1, held = n_held(d);
  bl_status s = BL_OK;
  *now = more;
  if (d->path && held >= most) {
    s = file_held(ctx, d);
    held = 0;
  }
  if (d->path && *now > most - held) *now = most - held;
  size_t need = held + *now, cap = 2 * held < 16 ? 16 : 2 * held;
  if (s || need <= d->cap_numbers) return s;
  if (cap < need) cap = need;
  if (d->path && cap > most) cap = most;
  if (!(s = widen(ctx, (void **)&d->X.v, cap, width * sizeof(float)))) d->cap_numbers = cap;
  return s;
}

bl_status bl_dataset_to_file(bl_ctx *ctx, bl_dataset *d, const char *path)
{
  if (d->X.rows || d->path) return bl_fail(ctx, BL_E_ARG, "dataset: %s: rows were added before it was named", path);
  d->path = bl_strdup(ctx, path);
  return d->path ? BL_OK : bl_fail_nomem(ctx, path);
}

bl_status bl_dataset_settle(bl_ctx *ctx, bl_dataset *d)
{
  if (!d->path || d->map) return BL_OK;
  bl_map map;
  bl_status s = file_held(ctx, d);
  if (!s) s = bl_npy_end(ctx, d->file);
  if (!s) s = bl_map_open(ctx, d->path, &map);
  if (s) return s;
  bl_free(ctx, d->file);
  bl_free(ctx, d->X.v);
  d->file = NULL;
  d->X.v = NULL;
  d->n_filed = d->cap_numbers = 0;
  d->map = map.v;
  d->map_bytes = map.n;
  return BL_OK;
}

bl_status bl_dataset_set_offset(bl_ctx *ctx, bl_dataset *d, const double *offset)
{
  bool any = false;
  for (size_t j = 0; offset && j < d->X.cols; j++) any = any || offset[j] != 0;
  bl_free(ctx, d->offset);
  d->offset = any ? bl_calloc(ctx, d->X.cols, sizeof *offset) : NULL;
  if (any && !d->offset) return bl_fail_nomem(ctx, "a dataset");
  if (any) memcpy(d->offset, offset, d->X.cols * sizeof *offset);
  return BL_OK;
}

/* ---- rows -------------------------------------------------------------------------------------------------------- */

static bool may_grow(const bl_dataset *d) { return !d->map; }

static bl_status cannot_grow(bl_ctx *ctx)
{
  return bl_fail(ctx, BL_E_ARG, "dataset: rows read from a file cannot grow");
}

/* What stands beside the numbers. */
enum { BESIDE = 6 };

static void list_beside(bl_dataset *d, bl_packed *v[BESIDE])
{
  bl_packed *all[BESIDE] = {&d->recording.code, &d->label.code, &d->group.code, &d->start_s, &d->end_s, &d->weight};
  memcpy(v, all, sizeof all);
}

/* Columns back to n rows, after a failure. */
static void cut_columns(bl_ctx *ctx, bl_dataset *d, size_t n)
{
  bl_packed *beside[BESIDE];
  list_beside(d, beside);
  for (size_t k = 0; k < BESIDE; k++)
    if (beside[k]->n > n) bl_packed_cut(ctx, beside[k], n);
  for (size_t k = 0; k < d->n_extra; k++)
    if (d->extra[k].code.n > n) bl_packed_cut(ctx, &d->extra[k].code, n);
}

static bl_status add_columns(bl_ctx *ctx, bl_dataset *d, const bl_row_info *info)
{
  bl_status s = bl_column_add(ctx, &d->recording, info->recording ? info->recording : "");
  if (!s) s = bl_column_add(ctx, &d->label, info->label ? info->label : "");
  if (!s) s = bl_column_add(ctx, &d->group, info->group ? info->group : "");
  if (!s) s = bl_packed_add(ctx, &d->start_s, info->start_s);
  if (!s) s = bl_packed_add(ctx, &d->end_s, info->end_s);
  if (!s) s = bl_packed_add(ctx, &d->weight, info->weight);
  for (size_t k = 0; !s && k < d->n_extra; k++)
    s = bl_column_add(ctx, &d->extra[k], info->extra && info->extra[k] ? info->extra[k] : "");
  return s;
}

bl_status bl_dataset_add(bl_ctx *ctx, bl_dataset *d, const float *row, const bl_row_info *info)
{
  if (!may_grow(d)) return cannot_grow(ctx);
  size_t now;
  bl_status s = make_number_room(ctx, d, 1, &now);
  if (!s) s = add_columns(ctx, d, info);
  if (s) {
    cut_columns(ctx, d, d->X.rows);
    return s;
  }
  if (d->X.cols) memcpy(d->X.v + n_held(d) * d->X.cols, row, d->X.cols * sizeof *row);
  d->X.rows++;
  return BL_OK;
}

/* n rows of numbers from `first` on, wherever they lie. */
static bl_status get_numbers(bl_ctx *ctx, bl_dataset *d, size_t first, size_t n, float *out)
{
  bl_cmat all = bl_dataset_view(d);
  size_t filed = first >= d->n_filed ? 0 : d->n_filed - first < n ? d->n_filed - first : n;
  bl_status s = filed ? bl_npy_get(ctx, d->file, first, filed, out) : BL_OK;
  if (!s && filed < n && d->X.cols)
    memcpy(out + filed * d->X.cols, all.v + (first + filed - d->n_filed) * d->X.cols,
           (n - filed) * d->X.cols * sizeof *out);
  return s;
}

static bl_status append_columns(bl_ctx *ctx, bl_dataset *d, const bl_dataset *more)
{
  bl_status s = bl_column_append(ctx, &d->recording, &more->recording);
  if (!s) s = bl_column_append(ctx, &d->label, &more->label);
  if (!s) s = bl_column_append(ctx, &d->group, &more->group);
  if (!s) s = bl_packed_append(ctx, &d->start_s, &more->start_s);
  if (!s) s = bl_packed_append(ctx, &d->end_s, &more->end_s);
  if (!s) s = bl_packed_append(ctx, &d->weight, &more->weight);
  for (size_t k = 0; !s && k < d->n_extra; k++) s = bl_column_append(ctx, &d->extra[k], &more->extra[k]);
  return s;
}

bl_status bl_dataset_append(bl_ctx *ctx, bl_dataset *d, bl_dataset *more)
{
  if (!may_grow(d)) return cannot_grow(ctx);
  if (d->X.cols != more->X.cols || d->n_extra != more->n_extra)
    return bl_fail(ctx, BL_E_SHAPE, "dataset: rows of %zu features and %zu further columns behind rows of %zu and %zu",
                   more->X.cols, more->n_extra, d->X.cols, d->n_extra);
  size_t all = more->X.rows;
  bl_status s = append_columns(ctx, d, more);
  for (size_t at = 0, now; !s && at < all; at += now) {
    if ((s = make_number_room(ctx, d, all - at, &now))) break;
    s = get_numbers(ctx, more, at, now, d->X.v + n_held(d) * d->X.cols);
    if (!s) d->X.rows += now;
  }
  if (s) cut_columns(ctx, d, d->X.rows);
  return s;
}

void bl_dataset_free(bl_ctx *ctx, bl_dataset *d)
{
  if (!d) return;
  bl_free(ctx, d->X.v);
  if (d->map) munmap(d->map, d->map_bytes);
  if (d->file) bl_npy_drop(ctx, d->file);
  bl_free(ctx, d->file);
  bl_free(ctx, d->path);
  bl_texts_free(ctx, &d->features);
  bl_texts_free(ctx, &d->units);
  bl_free(ctx, d->offset);
  bl_blocks_free(ctx, &d->blocks);
  bl_column *fixed[] = {&d->recording, &d->label, &d->group};
  for (size_t i = 0; i < 3; i++) bl_column_free(ctx, fixed[i]);
  bl_packed_free(ctx, &d->start_s);
  bl_packed_free(ctx, &d->end_s);
  bl_packed_free(ctx, &d->weight);
  for (size_t k = 0; d->extra && k < d->n_extra; k++) bl_column_free(ctx, &d->extra[k]);
  bl_free(ctx, d->extra);
  *d = (bl_dataset){0};
}

bl_cmat bl_dataset_view(const bl_dataset *d)
{
  bl_cmat m = bl_mat_view(&d->X);
  /* the numbers are the file's last bytes: nothing else is mapped */
  if (d->map)
    m.v = (const float *)(const void *)((const char *)d->map + d->map_bytes - d->X.rows * d->X.cols * sizeof(float));
  return m;
}

static const char *text_column_name(const void *arg, size_t i)
{
  static const char *const fixed[] = {"recording", "label", "group"};
  const bl_dataset *d = arg;
  if (i < 3) return fixed[i];
  return i - 3 < d->n_extra ? d->extra[i - 3].name : NULL;
}

bl_status bl_dataset_column(bl_ctx *ctx, const bl_dataset *d, const char *name, const bl_column **out)
{
  const bl_column *fixed[] = {&d->recording, &d->label, &d->group};
  const char *have;
  *out = NULL;
  for (size_t i = 0; (have = text_column_name(d, i)) != NULL; i++)
    if (!strcmp(have, name)) {
      *out = i < 3 ? fixed[i] : &d->extra[i - 3];
      return BL_OK;
    }
  if (bl_texts_find(&d->features, name) >= 0)
    return bl_fail(ctx, BL_E_CONFIG,
                   "'%s' is a feature of the rows; name it in the table's keep, to have it beside them", name);
  const char *near = bl_nearest(name, text_column_name, d);
  bl_buf all = {0};
  bl_status s = BL_OK;
  for (size_t i = 0; !s && (have = text_column_name(d, i)) != NULL; i++)
    s = bl_buf_printf(ctx, &all, "%s%s", i ? ", " : "", have);
  if (!s)
    s = bl_fail(ctx, BL_E_CONFIG, "the rows have no column '%s'%s%s%s; they have %s", name,
                near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "", bl_buf_text(&all));
  bl_buf_free(ctx, &all);
  return s;
}
