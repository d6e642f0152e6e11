/* ordinal_encoder: each category becomes its number, 0, 1 .., in the order of its name, or of its value where the column
 * holds numbers. The numbers say no more than that two are the same: for trees, not for what multiplies them. */
#include <math.h>

#include "categories.h"
#include "columnwise.h"
#include "kit.h"

enum { REFUSE, USE };
static const char *const unknowns[] = {"error", "use_encoded_value", NULL};
typedef struct params {
  int handle_unknown;
  double unknown_value, encoded_missing_value;
} params;

typedef struct state {
  bl_categories known;
} state;

static const bl_opt opts[] = {
    BL_ENUM(params, handle_unknown, "error", unknowns, "a category that no row had in fit: refused, or unknown_value"),
    BL_REAL(params, unknown_value, "-1", -1e9, 1e9, "", "what unknown categories become with use_encoded_value"),
    BL_REAL(params, encoded_missing_value, "-2", -1e9, 1e9, "",
            "what missing becomes (scikit-learn leaves it NaN, which few estimators take)"),
    BL_OPT_END};

static const bl_field fields[] = {BL_CATEGORIES_FIELDS(state, known), BL_FIELD_END};

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  return bl_categories_learn(ctx, self, t, &((state *)self->state)->known);
}

static bl_status apply(bl_ctx *ctx, const bl_estimator *self, void *room, const bl_cmat *X, const bl_answer *out)
{
  const params *p = self->params;
  const state *s = self->state;
  (void)room;
  for (size_t i = 0; out->transform.v && i < X->rows; i++) {
    const float *x = bl_crow(X, i);
    float *o = bl_row(&out->transform, i);
    for (size_t j = 0; j < X->cols; j++) {
      int64_t k = bl_category_find(&s->known, j, (double)x[j]);
      if (isnan(x[j])) o[j] = (float)p->encoded_missing_value;
      else if (k >= 0) o[j] = (float)k;
      else if (p->handle_unknown == USE) o[j] = (float)p->unknown_value;
      else
        return bl_category_unknown(ctx, self, out->first_row + i, j, (double)x[j],
                                   "handle_unknown: use_encoded_value takes it for unknown_value");
    }
  }
  return BL_OK;
}

/* Numbers from now on. */
static bl_status blocks_out(bl_ctx *ctx, const bl_estimator *self, bl_blocks *out)
{
  return self->blocks.n ? bl_kit_one_block(ctx, self, "1", out) : BL_OK;
}

static bl_status check(bl_ctx *ctx, const bl_estimator *self)
{
  return bl_categories_check(ctx, self, &((const state *)self->state)->known);
}

/* clang-format off */
const bl_estimator_class bl_estimator_ordinal_encoder = {
    .name = "ordinal_encoder", .summary = "a number for each category", .source = "scikit-learn OrdinalEncoder",
    .kind = BL_TRANSFORMER, .tags = BL_TAG_NAN_OK | BL_TAG_CATEGORIES, .state_version = 1,
    .opts = opts, .params_size = sizeof(params), .fields = fields, .state_size = sizeof(state),
    .fit = fit, .width = bl_kit_same_width, .apply = apply, .names_out = bl_kit_input_names, .blocks_out = blocks_out,
    .check = check};
/* clang-format on */
