/* function_transformer: a function of each number by itself; it learns nothing. What scikit-learn's FunctionTransformer
 * does with a Python function is here a choice among those that features need: logarithms of powers and counts first.
 * NaN is passed on; numbers that the function is not defined for are refused by their place. */
#include <math.h>

#include "columnwise.h"
#include "kit.h"

/* clang-format off */
static double same(double x) { return x; }
static double square(double x) { return x * x; }
static double reciprocal(double x) { return 1 / x; }
/* clang-format on */

/* `from`: the smallest number that it is defined for; `open`: that one itself is not. */
static const struct function {
  double (*of)(double);
  double from;
  bool open, keeps_unit;
} functions[] = {{same, -HUGE_VAL, false, true},
                 {log, 0, true, false},
                 {log10, 0, true, false},
                 {log1p, -1, true, false},
                 {exp, -HUGE_VAL, false, false},
                 {expm1, -HUGE_VAL, false, false},
                 {sqrt, 0, false, false},
                 {cbrt, -HUGE_VAL, false, false},
                 {square, -HUGE_VAL, false, false},
                 {fabs, -HUGE_VAL, false, true},
                 {reciprocal, -HUGE_VAL, false, false}};
static const char *const names[] = {"identity", "log",  "log10",  "log1p", "exp",        "expm1",
                                    "sqrt",     "cbrt", "square", "abs",   "reciprocal", NULL};
typedef struct params {
  int func;
} params;

static const bl_opt opts[] = {BL_ENUM(params, func, "identity", names, "what each number becomes"), BL_OPT_END};

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  (void)ctx, (void)self, (void)t;
  return BL_OK;
}

static bl_status refuse(bl_ctx *ctx, const bl_estimator *self, double x, size_t row, size_t j)
{
  const params *p = self->params;
  bool named = self->feature_names.n > 0;
  return bl_fail(
      ctx, BL_E_RANGE,
      "function_transformer: %s of %g in row %zu, column %zu%s%s%s (counted from 0), is no number that can be "
      "kept; give it the columns that it suits by 'columns'",
      names[p->func], x, row, j, named ? " '" : "", named ? self->feature_names.v[j] : "", named ? "'" : "");
}

static bl_status apply(bl_ctx *ctx, const bl_estimator *self, void *room, const bl_cmat *X, const bl_answer *out)
{
  const struct function *f = &functions[((const params *)self->params)->func];
  (void)room;
  for (size_t i = 0; out->transform.v && i < X->rows; i++) {
    const float *x = bl_crow(X, i);
    float *o = bl_row(&out->transform, i);
    for (size_t j = 0; j < X->cols; j++) {
      double v = (double)x[j];
      bool out_of_it = v < f->from || (f->open && v <= f->from);
      o[j] = out_of_it ? 0 : (float)f->of(v);
      if (out_of_it || (!isfinite(o[j]) && !isnan(v))) return refuse(ctx, self, v, out->first_row + i, j);
    }
  }
  return BL_OK;
}

static bl_status blocks_out(bl_ctx *ctx, const bl_estimator *self, bl_blocks *out)
{
  return bl_kit_input_blocks(ctx, self, functions[((const params *)self->params)->func].keeps_unit ? NULL : "", out);
}

/* clang-format off */
const bl_estimator_class bl_estimator_function_transformer = {
    .name = "function_transformer", .summary = "a function of each number: log1p, log, sqrt ..",
    .source = "scikit-learn FunctionTransformer", .kind = BL_TRANSFORMER, .tags = BL_TAG_NAN_OK, .state_version = 1,
    .opts = opts, .params_size = sizeof(params),
    .fit = fit, .width = bl_kit_same_width, .apply = apply,
    .names_out = bl_kit_input_names, .blocks_out = blocks_out};
/* clang-format on */
