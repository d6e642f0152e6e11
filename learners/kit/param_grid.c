#include "param_grid.h"

#include <string.h>

enum { MOST_POINTS = 1000000 };

/* "who: line 12: " where the node stands in a file. */
static bl_status refuse(bl_ctx *ctx, const char *who, const bl_flow *at, const char *what)
{
  if (at->line) return bl_fail(ctx, BL_E_CONFIG, "%s: line %zu: %s", who, at->line, what);
  return bl_fail(ctx, BL_E_CONFIG, "%s: %s", who, what);
}

static size_t n_maps(const bl_flow *grid) { return grid->kind == BL_FLOW_LIST ? grid->n : 1; }
static const bl_flow *map_at(const bl_flow *grid, size_t i)
{
  return grid->kind == BL_FLOW_LIST ? &grid->child[i] : grid;
}

static bl_status count_map(bl_ctx *ctx, const char *who, const bl_flow *map, size_t *out)
{
  *out = 1;
  if (map->kind != BL_FLOW_MAP || !map->n)
    return refuse(ctx, who, map,
                  "wanted a map of options to lists of values, as {svc.C: [1, 10]}, or a list of such maps");
  for (size_t i = 0; i < map->n; i++) {
    if (map->child[i].kind != BL_FLOW_LIST || !map->child[i].n)
      return refuse(ctx, who, &map->key[i], "each option has a list of values, as {svc.C: [1, 10]}");
    if (map->child[i].n > MOST_POINTS / *out) return refuse(ctx, who, map, "more than a million points");
    *out *= map->child[i].n;
  }
  return BL_OK;
}

bl_status bl_param_grid_count(bl_ctx *ctx, const char *who, const bl_flow *grid, size_t *out)
{
  *out = 0;
  if (!n_maps(grid)) return refuse(ctx, who, grid, "an empty list; name at least one option");
  for (size_t m = 0; m < n_maps(grid); m++) {
    size_t n;
    bl_status s = count_map(ctx, who, map_at(grid, m), &n);
    if (s) return s;
    *out += n;
    if (*out > MOST_POINTS) return refuse(ctx, who, grid, "more than a million points");
  }
  return BL_OK;
}

/* The map that point i belongs to; *i becomes its place among that map's points. */
static const bl_flow *map_of(const bl_flow *grid, size_t *i)
{
  for (size_t m = 0;; m++) {
    const bl_flow *map = map_at(grid, m);
    size_t n = 1;
    for (size_t k = 0; k < map->n; k++) n *= map->child[k].n;
    if (*i < n || m + 1 == n_maps(grid)) return map;
    *i -= n;
  }
}

/* The k-th path of a map by name. Grids have a handful. */
static size_t path_by_name(const bl_flow *map, size_t k)
{
  for (size_t i = 0; i < map->n; i++) {
    size_t before = 0;
    for (size_t j = 0; j < map->n; j++) {
      int order = strcmp(map->key[j].text, map->key[i].text);
      before += order < 0 || (order == 0 && j < i);
    }
    if (before == k) return i;
  }
  return 0;
}

/* Which of its values a path has at point i of its map: the last path by name changes fastest. */
static const bl_flow *value_at(const bl_flow *map, size_t k, size_t i)
{
  for (size_t j = map->n; j-- > k + 1;) i /= map->child[path_by_name(map, j)].n;
  const bl_flow *values = &map->child[path_by_name(map, k)];
  return &values->child[i % values->n];
}

static bl_status set_value(bl_ctx *ctx, bl_estimator *e, const char *path, const bl_flow *value)
{
  bl_buf text = {0};
  if (value->kind == BL_FLOW_SCALAR) return bl_estimator_set(ctx, e, path, value->text ? value->text : "");
  bl_status s = bl_flow_print(ctx, value, &text);
  if (!s) s = bl_estimator_set(ctx, e, path, bl_buf_text(&text));
  bl_buf_free(ctx, &text);
  return s;
}

bl_status bl_param_grid_set(bl_ctx *ctx, const bl_flow *grid, size_t i, bl_estimator *e)
{
  const bl_flow *map = map_of(grid, &i);
  bl_status s = BL_OK;
  for (size_t k = 0; !s && k < map->n; k++)
    s = set_value(ctx, e, map->key[path_by_name(map, k)].text, value_at(map, k, i));
  return s;
}

bl_status bl_param_grid_print(bl_ctx *ctx, const bl_flow *grid, size_t i, bl_buf *out)
{
  const bl_flow *map = map_of(grid, &i);
  bl_status s = bl_buf_puts(ctx, out, "{");
  for (size_t k = 0; !s && k < map->n; k++) {
    if (k) s = bl_buf_puts(ctx, out, ", ");
    if (!s) s = bl_flow_print_scalar(ctx, map->key[path_by_name(map, k)].text, out);
    if (!s) s = bl_buf_puts(ctx, out, ": ");
    if (!s) s = bl_flow_print(ctx, value_at(map, k, i), out);
  }
  return s ? s : bl_buf_puts(ctx, out, "}");
}

bl_status bl_param_grid_pick(bl_ctx *ctx, const bl_flow *grid, size_t i, bl_flow *list)
{
  const bl_flow *map = map_of(grid, &i);
  bl_flow *point, *values, *value;
  bl_status s = bl_flow_add(ctx, list, NULL, &point);
  if (!s) point->kind = BL_FLOW_MAP;
  for (size_t k = 0; !s && k < map->n; k++) {
    s = bl_flow_add(ctx, point, map->key[path_by_name(map, k)].text, &values);
    if (!s) values->kind = BL_FLOW_LIST;
    if (!s) s = bl_flow_add(ctx, values, NULL, &value);
    if (!s) s = bl_flow_copy(ctx, value, value_at(map, k, i));
  }
  return s;
}

bl_status bl_param_grid_check(bl_ctx *ctx, const char *who, const bl_flow *grid, const bl_estimator *e)
{
  bl_estimator *one = NULL;
  size_t n;
  bl_status s = bl_param_grid_count(ctx, who, grid, &n);
  if (!s) s = bl_estimator_clone(ctx, e, &one);
  for (size_t m = 0; !s && m < n_maps(grid); m++) {
    const bl_flow *map = map_at(grid, m);
    for (size_t k = 0; !s && k < map->n; k++)
      for (size_t v = 0; !s && v < map->child[k].n; v++) {
        s = set_value(ctx, one, map->key[k].text, &map->child[k].child[v]);
        if (s == BL_E_CONFIG && map->key[k].line)
          s = bl_fail_in(ctx, s, "%s: line %zu: estimator: ", who, map->key[k].line);
        else if (s == BL_E_CONFIG) s = bl_fail_in(ctx, s, "%s: estimator: ", who);
      }
  }
  bl_estimator_free(ctx, one);
  return s;
}
