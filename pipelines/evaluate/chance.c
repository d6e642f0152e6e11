#include "chance.h"

#include <string.h>

static bool all_dummies(const bl_config *c)
{
  for (size_t i = 0; i < c->n_learners; i++)
    if (strncmp(c->learners[i].estimator->cls->name, "dummy_", 6) != 0) return false;
  return true;
}

bl_status bl_chance_model(bl_ctx *ctx, const bl_config *c, const bl_problem *p, bl_estimator **out)
{
  *out = NULL;
  if (!p->y || p->task == BL_TASK_ANOMALY || all_dummies(c)) return BL_OK;
  return bl_estimator_new(ctx, p->task == BL_TASK_REGRESSION ? "dummy_regressor" : "dummy_classifier", out);
}
