/* csv_line.h: a line of a run's tables, field by field: a comma before each but the first. */
#ifndef BL_PIPELINES_CSV_LINE_H
#define BL_PIPELINES_CSV_LINE_H

#include <math.h>

#include "baleen/table.h"
#include "baleen/text.h"

static inline bl_status bl_put_field(bl_ctx *ctx, bl_buf *out, const char *text)
{
  bl_status s = out->len && out->v[out->len - 1] != '\n' ? bl_buf_puts(ctx, out, ",") : BL_OK;
  return s ? s : bl_csv_field(ctx, out, text);
}

/* Nothing where it is NaN. */
static inline bl_status bl_put_number(bl_ctx *ctx, bl_buf *out, double x)
{
  char buf[32];
  return bl_put_field(ctx, out, isnan(x) ? "" : bl_format_real(x, buf));
}

#endif
