/* The linear models against scikit-learn's optima: each case of linear_models.txt says which model learns from which rows
 * of linear_data.txt, and what it must have learnt. Fields compare as numbers in their order. */
#include <math.h>

#include "baleen/split.h"
#include "learn.h"

typedef struct linear_case {
  const golden *data, *models;
  const char *name;
} linear_case;

static const char *said(const linear_case *c, const char *what)
{
  char full[96];
  snprintf(full, sizeof full, "%s.%s", c->name, what);
  return golden_text(c->models, full);
}

/* Whatever its type, element i of a learnt field. */
static double element(const bl_field_view *f, size_t i)
{
  return f->field->dtype == BL_I64 ? (double)((const int64_t *)f->v)[i] : ((const double *)f->v)[i];
}

/* A penalty on magnitudes: coefficients that are 0 there are exactly 0 here. */
static bool leaves_out(const linear_case *c)
{
  const char *model = said(c, "model");
  return strstr(model, "lasso") || strstr(model, "elastic") || strstr(model, "penalty: l1");
}

static void compare(const linear_case *c, const bl_estimator *e, const char *field)
{
  char full[96];
  snprintf(full, sizeof full, "%s.%s", c->name, field);
  const golden_array *want = golden_get(c->models, full);
  bl_field_view f = learn_field(e, field);
  assert_non_null(f.v);
  size_t n = f.n_dims ? f.dims[0] * (f.n_dims > 1 ? f.dims[1] : 1) : 1;
  assert_int_equal(n, want->rows * want->cols);
  for (size_t i = 0; i < n; i++) {
    double got = element(&f, i);
    golden_compare_one(want->v[i], got, want->rtol, want->atol, full);
    if (want->v[i] == 0 && got != 0 && leaves_out(c)) fail_msg("%s[%zu] is %g, wanted 0", full, i, got);
  }
}

static void agrees_with_scikit_learn(void **state)
{
  const linear_case *c = *state;
  bl_ctx *ctx = bl_ctx_new();
  char name[32] = "", full[48], fields[160];
  const char *where = said(c, "data");
  sscanf(where, "%31s", name);
  learn_set s = learn_open(ctx, c->data, name);
  snprintf(full, sizeof full, "%s.w", name);
  bl_estimator *e = learn_parse(ctx, said(c, "model"));
  bl_data d = {.X = s.X, .y = s.y, .weight = strstr(where, " weighted") ? golden_get(c->data, full)->v : NULL};
  check_ok(ctx, bl_fit(ctx, e, &d));
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_NO_CONVERGENCE), 0);
  snprintf(fields, sizeof fields, "%s", said(c, "fields"));
  for (char *rest = NULL, *f = strtok_r(fields, " ", &rest); f; f = strtok_r(NULL, " ", &rest)) compare(c, e, f);
  bl_estimator_free(ctx, e);
  learn_close(ctx, &s);
  check_free(ctx);
}

/* Each of them has a case. */
static void none_is_left_out(void **state)
{
  static const char *const held[] = {"ridge_cv",
                                     "ridge_classifier",
                                     "ridge_classifier_cv",
                                     "lasso",
                                     "lasso_cv",
                                     "elastic_net",
                                     "elastic_net_cv",
                                     "logistic_regression_cv",
                                     "poisson_regressor",
                                     "gamma_regressor",
                                     "tweedie_regressor",
                                     "linear_svc",
                                     "linear_svr",
                                     "sgd_classifier",
                                     "sgd_regressor",
                                     "sgd_one_class_svm",
                                     "passive_aggressive_classifier",
                                     "passive_aggressive_regressor",
                                     "perceptron"};
  const golden *models = *state;
  for (size_t k = 0; k < sizeof held / sizeof *held; k++) {
    char begin[48];
    bool found = false;
    snprintf(begin, sizeof begin, "{%s: ", held[k]);
    for (size_t i = 0; golden_text_name(models, i); i++)
      found |= !strncmp(golden_text(models, golden_text_name(models, i)), begin, strlen(begin));
    if (!found) fail_msg("%s has no case", held[k]);
  }
}

int main(void)
{
  static linear_case cases[200];
  static struct CMUnitTest tests[200];
  static char names[200][64];
  golden *data = golden_open("linear_data"), *models = golden_open("linear_models");
  size_t n = 0;
  for (size_t i = 0; golden_text_name(models, i) && n < 200; i++) {
    const char *text = golden_text_name(models, i), *end = strstr(text, ".model");
    if (!end) continue;
    snprintf(names[n], sizeof names[n], "%.*s", (int)(end - text), text);
    cases[n] = (linear_case){data, models, names[n]};
    tests[n] = (struct CMUnitTest){.name = names[n], .test_func = agrees_with_scikit_learn, .initial_state = &cases[n]};
    n++;
  }
  if (n < 200)
    tests[n++] =
        (struct CMUnitTest){.name = "none_is_left_out", .test_func = none_is_left_out, .initial_state = models};
  int failed = n ? _cmocka_run_group_tests("linear models", tests, n, NULL, NULL) : 1;
  golden_close(data);
  golden_close(models);
  return failed;
}
