/* template_bank.c: see template_bank.h. */
#include "template_bank.h"

#include <math.h>

#include "stage_util.h"

const char *const bl_bank_any[] = {"any", NULL};

/* The places from `at` - slack to `at` + slack that there are in n bins. */
static bl_status set_places(bl_ctx *ctx, const char *who, const char *what, double at, int64_t slack, size_t n,
                            bl_template *t)
{
  double last = (double)(n - t->height);
  if (at > last)
    return bl_fail(ctx, BL_E_RANGE, "%s: %s is %g, but a template of %zu bins fits at 0 to %g of the %zu", who, what,
                   at, t->height, last, n);
  double lo = fmax(0, at - (double)slack), hi = fmin(last, at + (double)slack);
  t->first = (size_t)lo;
  t->places = (size_t)(hi - lo) + 1;
  return BL_OK;
}

static bl_status check_height(bl_ctx *ctx, const char *who, const bl_template *t, size_t n)
{
  if (t->height <= n) return BL_OK;
  return bl_fail(ctx, BL_E_RANGE, "%s: the template is %zu bins high, but what comes in has %zu", who, t->height, n);
}

static bl_status one_template(bl_ctx *ctx, const char *who, const bl_bank_params *b, size_t n_bins, bl_template *t)
{
  const bl_array *a = &b->template;
  *t = (bl_template){.v = a->v, .stride = a->cols, .height = a->rows, .width = a->cols};
  bl_status s = check_height(ctx, who, t, n_bins);
  if (s) return s;
  t->places = n_bins - t->height + 1;
  return b->first_bin.word < 0 ? set_places(ctx, who, "first_bin", b->first_bin.real, b->slack, n_bins, t) : BL_OK;
}

/* The template that begins in row `at` of the bank; what is wrong with its rows is told by their number. */
static bl_status read_template(bl_ctx *ctx, const char *who, const bl_array *a, size_t at, bl_template *t)
{
  const double *first = a->v + at * a->cols;
  double width = a->cols > 3 ? first[2] : 0;
  if (!(width >= 1 && width <= (double)(a->cols - 3) && width == floor(width)) || !(first[1] >= 0))
    return bl_fail(ctx, BL_E_CONFIG,
                   "%s: templates: row %zu says template %g, bin %g, %g frames, in %zu columns; rows hold number, bin, "
                   "frames and as many values, as 'baleen templates' writes them",
                   who, at + 1, first[0], a->cols > 1 ? first[1] : 0, width, a->cols);
  *t = (bl_template){.v = first + 3, .stride = a->cols, .width = (size_t)width};
  for (; at + t->height < a->rows && first[t->height * a->cols] == first[0]; t->height++) {
    const double *row = first + t->height * a->cols;
    if (row[1] != first[1] + (double)t->height || row[2] != width)
      return bl_fail(ctx, BL_E_CONFIG,
                     "%s: templates: row %zu does not go on with template %g: bin %g of %g frames follows "
                     "bin %g of %g",
                     who, at + t->height + 1, first[0], row[1], row[2], row[1 - (ptrdiff_t)a->cols], width);
  }
  return BL_OK;
}

static bl_status bank_templates(bl_ctx *ctx, const char *who, const bl_bank_params *b, size_t n_bins, bl_template *t,
                                size_t *n)
{
  const bl_array *a = &b->templates;
  bl_status s = BL_OK;
  *n = 0;
  for (size_t at = 0; !s && at < a->rows; at += t[*n - 1].height) {
    bl_template *one = &t[*n];
    s = read_template(ctx, who, a, at, one);
    if (!s) s = check_height(ctx, who, one, n_bins);
    if (!s) s = set_places(ctx, who, "templates: a bin", a->v[at * a->cols + 1], b->slack, n_bins, one);
    if (!s) ++*n;
    else break;
  }
  return s;
}

static bl_status check(bl_ctx *ctx, const char *who, const bl_bank_params *b, const bl_stream *in)
{
  bool one = b->template.v || b->template.path, several = b->templates.v || b->templates.path;
  const bl_array *a = one ? &b->template : &b->templates;
  if (bl_is_complex(in))
    return bl_fail(ctx, BL_E_CONFIG, "%s: needs real values, but what comes in is complex; put power before it", who);
  if (one == several)
    return bl_fail(ctx, BL_E_CONFIG, "%s: %s; give template, which is one, or templates, a bank of them", who,
                   one ? "has both template and templates" : "has no template");
  if (!a->v) return bl_fail(ctx, BL_E_CONFIG, "%s: the template has not been read from '%s'", who, a->path);
  if (!a->rows || !a->cols) return bl_fail(ctx, BL_E_CONFIG, "%s: the template is empty", who);
  for (size_t i = 0; i < a->rows * a->cols; i++)
    if (!isfinite(a->v[i]))
      return bl_fail(ctx, BL_E_CONFIG, "%s: the template holds %g in row %zu; its values must be numbers", who, a->v[i],
                     i / a->cols + 1);
  return BL_OK;
}

bl_status bl_bank_templates(bl_ctx *ctx, const char *who, const bl_opt *table, const void *params,
                            const bl_bank_params *b, const bl_stream *in, bl_template **t, size_t *n)
{
  bool several = b->templates.v != NULL;
  *t = NULL;
  bl_status s = check(ctx, who, b, in);
  if (!s && several) s = bl_opts_refuse_idle(ctx, who, table, params, "first_bin", "template");
  if (!s && !several && b->first_bin.word >= 0) s = bl_opts_refuse_idle(ctx, who, table, params, "slack", "first_bin");
  if (s) return s;
  *t = bl_calloc(ctx, several ? b->templates.rows + 1 : 1, sizeof **t);
  *n = 1;
  if (!*t) return bl_fail_nomem(ctx, who);
  s = several ? bank_templates(ctx, who, b, in->n_bins, *t, n) : one_template(ctx, who, b, in->n_bins, *t);
  if (!s) return BL_OK;
  bl_free(ctx, *t);
  *t = NULL;
  return s;
}
