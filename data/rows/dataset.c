/* Rows in memory with what belongs to them. Each list has exactly X.rows entries, also after a failure. */
#include "baleen/dataset.h"

#include <string.h>
#include <sys/mman.h>

#include "baleen/text.h"
#include "dataset_private.h"

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

static bl_status widen(bl_ctx *ctx, void **v, size_t n, size_t size)
{
  void *wide = bl_realloc(ctx, *v, n, size);
  if (!wide) return bl_fail_nomem(ctx, "the rows of a dataset");
  *v = wide;
  return BL_OK;
}

static bl_status make_room(bl_ctx *ctx, bl_dataset *d)
{
  if (d->X.rows < d->cap_rows) return BL_OK;
  size_t cap = d->X.rows < 8 ? 16 : d->X.rows * 2, row_bytes = d->X.stride * sizeof(float);
  bl_status s = widen(ctx, (void **)&d->X.v, cap, row_bytes);
  if (!s) s = widen(ctx, (void **)&d->start_s, cap, sizeof *d->start_s);
  if (!s) s = widen(ctx, (void **)&d->end_s, cap, sizeof *d->end_s);
  if (!s) s = widen(ctx, (void **)&d->weight, cap, sizeof *d->weight);
  if (!s) d->cap_rows = cap;
  return s;
}

static void cut_texts(bl_ctx *ctx, bl_texts *t, size_t n)
{
  while (t->n > n) bl_free(ctx, t->v[--t->n]);
}

bl_status bl_dataset_add(bl_ctx *ctx, bl_dataset *d, const float *row, const bl_row_info *info)
{
  if (d->map) return bl_fail(ctx, BL_E_ARG, "dataset: rows read from a file cannot grow");
  size_t n = d->X.rows;
  bl_status s = make_room(ctx, d);
  if (!s) s = bl_texts_add(ctx, &d->recording, info->recording ? info->recording : "");
  if (!s) s = bl_texts_add(ctx, &d->label, info->label ? info->label : "");
  if (!s) s = bl_texts_add(ctx, &d->group, info->group ? info->group : "");
  for (size_t k = 0; !s && k < d->n_extra; k++)
    s = bl_texts_add(ctx, &d->extra[k].v, info->extra && info->extra[k] ? info->extra[k] : "");
  if (s) {
    cut_texts(ctx, &d->recording, n);
    cut_texts(ctx, &d->label, n);
    cut_texts(ctx, &d->group, n);
    for (size_t k = 0; k < d->n_extra; k++) cut_texts(ctx, &d->extra[k].v, n);
    return s;
  }
  d->start_s[n] = info->start_s;
  d->end_s[n] = info->end_s;
  d->weight[n] = info->weight;
  if (d->X.cols) memcpy(bl_row(&d->X, n), row, d->X.cols * sizeof *row);
  d->X.rows++;
  return BL_OK;
}

void bl_dataset_free(bl_ctx *ctx, bl_dataset *d)
{
  if (!d) return;
  bl_free(ctx, d->X.v);
  if (d->map) munmap(d->map, d->map_bytes);
  bl_texts *texts[] = {&d->features, &d->units, &d->recording, &d->label, &d->group};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) bl_texts_free(ctx, texts[i]);
  bl_free(ctx, d->start_s);
  bl_free(ctx, d->end_s);
  bl_free(ctx, d->weight);
  for (size_t k = 0; d->extra && k < d->n_extra; k++) {
    bl_free(ctx, d->extra[k].name);
    bl_texts_free(ctx, &d->extra[k].v);
  }
  bl_free(ctx, d->extra);
  *d = (bl_dataset){0};
}

bl_cmat bl_dataset_view(const bl_dataset *d)
{
  bl_cmat m = bl_mat_view(&d->X);
  /* the numbers are the file's last bytes: bl_dataset_read() maps nothing else */
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

bl_status bl_dataset_column(bl_ctx *ctx, const bl_dataset *d, const char *name, const bl_texts **out)
{
  const bl_texts *fixed[] = {&d->recording, &d->label, &d->group};
  const char *have;
  *out = NULL;
  for (size_t i = 0; (have = text_column_name(d, i)) != NULL; i++)
    if (!strcmp(have, name)) {
      *out = i < 3 ? fixed[i] : &d->extra[i - 3].v;
      return BL_OK;
    }
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
