/* A dataset as a folder: rows.npy, rows.csv, features.json. The numbers are mapped on reading when the file is as we
 * write it (float32, row-major, aligned); another type or order, as NumPy users may leave it, is converted. */
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "baleen/block_json.h"
#include "baleen/json_print.h"
#include "baleen/table.h"
#include "baleen/text.h"
#include "dataset_private.h"
#include "file.h"
#include "npy.h"

/* ---- writing ----------------------------------------------------------------------------------------------------- */

/* A number with a comma before it; NaN is an empty field. */
static bl_status put_number(bl_ctx *ctx, bl_buf *b, double x)
{
  char text[32];
  bl_status s = bl_buf_puts(ctx, b, ",");
  return s || isnan(x) ? s : bl_buf_puts(ctx, b, bl_format_real(x, text));
}

static bl_status put_text(bl_ctx *ctx, bl_buf *b, const char *text)
{
  bl_status s = bl_buf_puts(ctx, b, ",");
  return s ? s : bl_csv_field(ctx, b, text);
}

static bl_status put_row(bl_ctx *ctx, bl_buf *b, const bl_dataset *d, size_t i)
{
  bl_status s = bl_csv_field(ctx, b, bl_column_text(&d->recording, i));
  if (!s) s = put_number(ctx, b, bl_packed_get(&d->start_s, i));
  if (!s) s = put_number(ctx, b, bl_packed_get(&d->end_s, i));
  if (!s) s = put_text(ctx, b, bl_column_text(&d->label, i));
  if (!s) s = put_text(ctx, b, bl_column_text(&d->group, i));
  if (!s) s = put_number(ctx, b, bl_packed_get(&d->weight, i));
  for (size_t k = 0; !s && k < d->n_extra; k++) s = put_text(ctx, b, bl_column_text(&d->extra[k], i));
  return s ? s : bl_buf_puts(ctx, b, "\n");
}

static bl_status put_head(bl_ctx *ctx, bl_buf *b, const bl_dataset *d)
{
  bl_status s = BL_OK;
  for (size_t k = 0; !s && bl_row_columns[k]; k++) s = bl_buf_printf(ctx, b, "%s%s", k ? "," : "", bl_row_columns[k]);
  for (size_t k = 0; !s && k < d->n_extra; k++) s = put_text(ctx, b, d->extra[k].name);
  return s ? s : bl_buf_puts(ctx, b, "\n");
}

static bl_status write_csv(bl_ctx *ctx, const bl_dataset *d, const char *path)
{
  bl_buf b = {0};
  bl_out o = {.fd = -1};
  bl_status s = bl_out_open(ctx, path, &o);
  if (!s) s = put_head(ctx, &b, d);
  for (size_t i = 0; !s && i < d->X.rows; i++) {
    s = put_row(ctx, &b, d, i);
    if (s || b.len < 65536) continue;
    s = bl_out_put(ctx, &o, b.v, b.len);
    b.len = 0;
  }
  if (!s) s = bl_out_put(ctx, &o, b.v, b.len);
  if (!s) s = bl_out_done(ctx, &o);
  bl_out_drop(ctx, &o);
  bl_buf_free(ctx, &b);
  return s;
}

static bl_status write_features(bl_ctx *ctx, const bl_dataset *d, const char *path)
{
  bl_buf text = {0};
  bl_status s = BL_OK;
  json_t *all = json_object(), *list = json_array();
  bool made = all && list;
  for (size_t j = 0; made && j < d->features.n; j++) {
    json_t *one = json_pack("{s:s, s:s}", "name", d->features.v[j], "unit", d->units.v[j]);
    if (one && d->offset && d->offset[j] != 0) json_object_set_new(one, "offset", json_real(d->offset[j]));
    if (!one) s = bl_fail(ctx, BL_E_FORMAT, "%s: the name or unit of feature %zu is not UTF-8", path, j);
    made = one && !json_array_append_new(list, one);
  }
  made = made && !json_object_set_new(all, "blocks", bl_blocks_to_json(&d->blocks)) &&
         !json_object_set(all, "features", list);
  if (!s) s = bl_json_print(ctx, made ? all : NULL, JSON_INDENT(1) | JSON_REAL_PRECISION(17), path, &text);
  if (!s) s = bl_buf_puts(ctx, &text, "\n");
  if (!s) s = bl_file_write(ctx, path, text.v, text.len);
  json_decref(list);
  json_decref(all);
  bl_buf_free(ctx, &text);
  return s;
}

typedef struct paths {
  char *npy, *csv, *json;
} paths;

static bl_status make_paths(bl_ctx *ctx, const char *folder, paths *p)
{
  p->npy = bl_strf(ctx, "%s/%s", folder, bl_dataset_files[0]);
  p->csv = bl_strf(ctx, "%s/%s", folder, bl_dataset_files[1]);
  p->json = bl_strf(ctx, "%s/%s", folder, bl_dataset_files[2]);
  return p->npy && p->csv && p->json ? BL_OK : bl_fail_nomem(ctx, folder);
}

static void free_paths(bl_ctx *ctx, paths *p)
{
  bl_free(ctx, p->npy);
  bl_free(ctx, p->csv);
  bl_free(ctx, p->json);
}

bl_status bl_dataset_write(bl_ctx *ctx, const bl_dataset *d, const char *folder)
{
  paths p = {0};
  bl_cmat view = bl_dataset_view(d);
  bl_status s = make_paths(ctx, folder, &p);
  bool there = !s && d->map && d->path && !strcmp(d->path, p.npy);
  if (!s && !there) s = bl_npy_write(ctx, p.npy, &view);
  if (!s) s = write_csv(ctx, d, p.csv);
  if (!s) s = write_features(ctx, d, p.json);
  free_paths(ctx, &p);
  return s;
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

static bl_status take_features(bl_ctx *ctx, const char *path, const json_t *list, bl_dataset *d)
{
  double *offset = bl_calloc(ctx, json_array_size(list), sizeof *offset);
  bl_status s = offset ? BL_OK : bl_fail_nomem(ctx, path);
  if (!s && !json_is_array(list))
    s = bl_fail(ctx, BL_E_FORMAT, "%s: wanted {\"features\": [{\"name\": .., \"unit\": ..}, ..]}", path);
  for (size_t j = 0; !s && j < json_array_size(list); j++) {
    const char *name = NULL, *unit = "";
    if (json_unpack(json_array_get(list, j), "{s:s, s?s, s?F}", "name", &name, "unit", &unit, "offset", &offset[j]))
      s = bl_fail(ctx, BL_E_FORMAT, "%s: entry %zu is not {\"name\": \"..\", \"unit\": \"..\"}", path, j);
    if (!s) s = bl_texts_add(ctx, &d->features, name);
    if (!s) s = bl_texts_add(ctx, &d->units, unit);
  }
  if (!s && json_array_size(list) == d->X.cols) s = bl_dataset_set_offset(ctx, d, offset);
  bl_free(ctx, offset);
  return s;
}

static bl_status read_features(bl_ctx *ctx, const char *path, bl_dataset *d)
{
  char *text = NULL;
  size_t n;
  json_error_t e;
  json_t *all = NULL;
  bl_blocks blocks = {0};
  bl_status s = bl_file_read(ctx, path, 0, &text, &n);
  if (s) goto done;
  all = json_loadb(text, n, 0, &e);
  if (!all) {
    s = bl_fail(ctx, BL_E_FORMAT, "%s:%d: %s", path, e.line, e.text);
    goto done;
  }
  s = take_features(ctx, path, json_object_get(all, "features"), d);
  if (!s) s = bl_blocks_from_json(ctx, path, json_object_get(all, "blocks"), &blocks);
  if (!s && (s = bl_dataset_set_blocks(ctx, d, &blocks)) == BL_E_SHAPE) s = bl_fail_in(ctx, BL_E_FORMAT, "%s: ", path);

done:
  bl_blocks_free(ctx, &blocks);
  json_decref(all);
  bl_free(ctx, text);
  return s;
}

static bl_status read_rows(bl_ctx *ctx, const char *path, bl_dataset *d)
{
  bl_map map;
  bl_npy_info info;
  bl_status s = bl_map_open(ctx, path, &map);
  if (!s) s = bl_npy_parse(ctx, path, map.v, map.n, NULL, &info);
  if (s) goto done;
  bool as_written = info.kind == 'f' && info.size == 4 && !info.big && !info.fortran &&
                    info.offset % sizeof(float) == 0 && map.n - info.offset == info.rows * info.cols * sizeof(float);
  if (as_written) {
    d->X = (bl_mat){NULL, info.rows, info.cols, info.cols};
    d->map = map.v;
    d->map_bytes = map.n;
    return BL_OK;
  }
  s = bl_npy_convert(ctx, path, map.v, &info, NULL, &d->X);

done:
  bl_map_close(&map);
  return s;
}

static bl_status take_texts(bl_ctx *ctx, const bl_table *t, size_t col, bl_column *out)
{
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < t->n_rows; i++) s = bl_column_add(ctx, out, bl_table_cell(t, i, col));
  return s;
}

static bl_status take_numbers(bl_ctx *ctx, const bl_table *t, size_t col, bl_packed *out)
{
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < t->n_rows; i++) {
    double x;
    s = bl_table_number(ctx, t, i, col, &x);
    if (!s) s = bl_packed_add(ctx, out, x);
  }
  return s;
}

static bl_status read_csv(bl_ctx *ctx, const char *path, bl_dataset *d)
{
  bl_table t;
  bl_status s = bl_table_read(ctx, path, &t);
  size_t fixed = 0;
  for (; !s && bl_row_columns[fixed]; fixed++)
    if (fixed >= t.columns.n || strcmp(t.columns.v[fixed], bl_row_columns[fixed]))
      s = bl_fail(ctx, BL_E_FORMAT, "%s:1: column %zu is not '%s'", path, fixed + 1, bl_row_columns[fixed]);
  if (!s) s = take_texts(ctx, &t, 0, &d->recording);
  if (!s) s = take_numbers(ctx, &t, 1, &d->start_s);
  if (!s) s = take_numbers(ctx, &t, 2, &d->end_s);
  if (!s) s = take_texts(ctx, &t, 3, &d->label);
  if (!s) s = take_texts(ctx, &t, 4, &d->group);
  if (!s) s = take_numbers(ctx, &t, 5, &d->weight);
  if (!s && t.columns.n > fixed && !(d->extra = bl_calloc(ctx, t.columns.n - fixed, sizeof *d->extra)))
    s = bl_fail_nomem(ctx, path);
  for (size_t col = fixed; !s && col < t.columns.n; col++) {
    bl_column *c = &d->extra[d->n_extra];
    if (!(c->name = bl_strdup(ctx, t.columns.v[col]))) {
      s = bl_fail_nomem(ctx, path);
      break;
    }
    d->n_extra++;
    s = take_texts(ctx, &t, col, c);
  }
  bl_table_free(ctx, &t);
  return s;
}

bl_status bl_dataset_read(bl_ctx *ctx, const char *folder, bl_dataset *out)
{
  paths p = {0};
  bl_dataset d = {0};
  *out = d;
  bl_status s = make_paths(ctx, folder, &p);
  if (!s) s = read_rows(ctx, p.npy, &d);
  if (!s) s = read_csv(ctx, p.csv, &d);
  if (!s) s = read_features(ctx, p.json, &d);
  if (!s && d.recording.code.n != d.X.rows)
    s = bl_fail(ctx, BL_E_FORMAT, "%s: rows.csv has %zu rows, rows.npy %zu; extract the features again", folder,
                d.recording.code.n, d.X.rows);
  if (!s && d.features.n != d.X.cols)
    s = bl_fail(ctx, BL_E_FORMAT, "%s: features.json names %zu columns, rows.npy has %zu; extract the features again",
                folder, d.features.n, d.X.cols);
  if (s) {
    bl_dataset_free(ctx, &d);
  } else {
    *out = d;
  }
  free_paths(ctx, &p);
  return s;
}
