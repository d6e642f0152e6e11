/* groups.c: see groups.h. */
#include "groups.h"

#include <math.h>
#include <string.h>

#include "baleen/text.h"

static bl_status find(bl_ctx *ctx, const bl_dataset *rows, const char *option, const char *name, const bl_column **out)
{
  *out = NULL;
  bl_status s = name ? bl_dataset_column(ctx, rows, name, out) : BL_OK;
  return s ? bl_fail_in(ctx, s, "rows: %s: ", option) : BL_OK;
}

bl_status bl_grouping_find(bl_ctx *ctx, const bl_config *c, const bl_dataset *rows, bl_grouping *out)
{
  *out = (bl_grouping){.rows = rows, .block_s = c->rows.block_s};
  bl_status s = find(ctx, rows, "group", c->rows.group, &out->group);
  if (!s) s = find(ctx, rows, "block", c->rows.block, &out->block);
  return s ? s : find(ctx, rows, "time", c->rows.time, &out->time);
}

/* When the row begins, and how long it is: by the column of times where there is one, else by its recording. A row of a
 * table is a moment. False: nobody knows. */
static bool span_of(const bl_grouping *g, size_t row, double *start, double *seconds)
{
  double from = bl_packed_get(&g->rows->start_s, row), to = bl_packed_get(&g->rows->end_s, row);
  *seconds = to > from ? to - from : 0;
  *start = from;
  return g->time ? bl_parse_real(bl_column_text(g->time, row), start) && isfinite(*start) : !isnan(from);
}

/* The block of time that a row lies in, or NaN when it crosses a border. A row that touches a border to within a
 * nanosecond stays: times are quotients of counts and rates, and 0.3 / 0.1 is less than 3. */
static double block_of(const bl_grouping *g, double start, double seconds)
{
  double end = start + seconds, slack = 1e-9 + 1e-12 * fabs(end);
  double first = floor((start + slack) / g->block_s);
  return end <= (first + 1) * g->block_s + slack ? first : (double)NAN;
}

bool bl_grouping_across(const bl_grouping *g, size_t row)
{
  double start, seconds;
  return g->block_s > 0 && span_of(g, row, &start, &seconds) && isnan(block_of(g, start, seconds));
}

/* The group that the row's source gave it; a row of a table that has none bears its own name, which says nothing where
 * the config tells of blocks. */
static const char *group_of(const bl_grouping *g, size_t row)
{
  const char *group = bl_column_text(g->group, row);
  bool cut = g->block || g->block_s > 0, of_table = isnan(bl_packed_get(&g->rows->start_s, row));
  return cut && of_table && !strcmp(group, bl_column_text(&g->rows->recording, row)) ? "" : group;
}

/* The group's name with its blocks behind it; empty where there is neither. */
static bl_status name_of(bl_ctx *ctx, const bl_grouping *g, size_t row, bl_buf *out)
{
  double start, seconds;
  const char *block = g->block ? bl_column_text(g->block, row) : "";
  out->len = 0;
  if (g->block && !*block)
    return bl_fail(ctx, BL_E_FORMAT, "%s (row %zu): rows: block: the column '%s' is empty; give each row its block",
                   bl_column_text(&g->rows->recording, row), row, g->block->name);
  bl_status s = bl_buf_puts(ctx, out, group_of(g, row));
  if (!s && *block) s = bl_buf_printf(ctx, out, "%s%s", out->len ? "@" : "", block);
  if (!s && g->block_s > 0 && span_of(g, row, &start, &seconds))
    s = bl_buf_printf(ctx, out, "@%.0f", block_of(g, start, seconds));
  return s;
}

bl_status bl_grouping_code(bl_ctx *ctx, const bl_grouping *g, bl_problem *p)
{
  bl_column mine = {0};
  bl_buf name = {0};
  bool named = false;
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < p->n; i++) {
    s = name_of(ctx, g, p->index[i], &name);
    named |= name.len > 0;
    if (!s && !name.len) s = bl_buf_printf(ctx, &name, "row %u", p->index[i]);
    if (!s) s = bl_column_add(ctx, &mine, bl_buf_text(&name));
  }
  if (!s) s = bl_encode_rows(ctx, &mine, NULL, p->n, &p->groups, &p->group);
  p->grouped = !s && p->groups.n < p->n;
  if (!s && !named) bl_log(ctx, BL_LOG_DEBUG, "no groups: every row is its own");
  bl_buf_free(ctx, &name);
  bl_column_free(ctx, &mine);
  return s;
}
