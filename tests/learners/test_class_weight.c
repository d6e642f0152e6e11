/* The option class_weight that the framework carries out: weights by value and by name, what is refused, parts. That
 * `balanced` is scikit-learn's is shown for every classifier by conformance_numbers and golden numbers. */
#include "learn.h"

enum { ROWS = 40 };

typedef struct rows {
  bl_mat X;
  double y[ROWS], weight[ROWS];
  bl_data d;
} rows;

/* Three classes, -1, 2 and 7, of unlike sizes, with weights of rows. */
static void make_rows(bl_ctx *ctx, rows *r)
{
  learn_noise(ctx, "class_weight", ROWS, 2, &r->X);
  for (size_t i = 0; i < ROWS; i++) {
    size_t c = i % 5 < 3 ? 0 : i % 5 - 2;
    r->y[i] = (double[]){-1, 2, 7}[c];
    r->weight[i] = 0.5 + (double)(i % 3);
    bl_row(&r->X, i)[0] += (float)c;
  }
  r->d = (bl_data){.X = bl_mat_view(&r->X), .y = r->y, .weight = r->weight};
}

/* What `text` learns from d must be what the class without the option learns from rows of these weights. */
static void same_as_weights(bl_ctx *ctx, const char *text, const bl_data *d, const double *weight)
{
  bl_data explicit_ = *d;
  explicit_.weight = weight;
  bl_estimator *e = learn_parse(ctx, text), *plain = learn_parse(ctx, "gaussian_nb");
  check_ok(ctx, bl_fit(ctx, e, d));
  check_ok(ctx, bl_fit(ctx, plain, &explicit_));
  bl_field_view a = learn_field(e, "theta"), b = learn_field(plain, "theta");
  assert_memory_equal(a.v, b.v, a.bytes);
  a = learn_field(e, "class_prior"), b = learn_field(plain, "class_prior");
  assert_memory_equal(a.v, b.v, a.bytes);
  bl_estimator_free(ctx, e);
  bl_estimator_free(ctx, plain);
}

static void classes_weigh_by_value_and_by_name(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  char *three[] = {"sea", "call", "boat"};
  bl_texts names = {three, 3};
  double want[ROWS], code[ROWS];
  rows r;
  make_rows(ctx, &r);
  for (size_t i = 0; i < ROWS; i++) {
    code[i] = r.y[i] < 0 ? 0 : r.y[i] < 5 ? 1 : 2;
    want[i] = r.weight[i] * (double[]){1, 3.5, 0.25}[(size_t)code[i]];
  }
  same_as_weights(ctx, "{gaussian_nb: {class_weight: {2: 3.5, 7: 0.25}}}", &r.d, want);
  r.d.y = code;
  r.d.class_names = &names;
  same_as_weights(ctx, "{gaussian_nb: {class_weight: {boat: 0.25, call: 3.5, sea: 1}}}", &r.d, want);
  r.d.weight = NULL;
  for (size_t i = 0; i < ROWS; i++) want[i] = (double[]){40. / 3 / 24, 40. / 3 / 8, 40. / 3 / 8}[(size_t)code[i]];
  same_as_weights(ctx, "{gaussian_nb: {class_weight: balanced}}", &r.d, want);
  bl_mat_free(ctx, &r.X);
  check_free(ctx);
}

/* A name that is no class is a slip, unless all classes there have their weights: a fold may lack one. */
static void names_that_are_no_class(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  rows r;
  make_rows(ctx, &r);
  bl_estimator *e = learn_parse(ctx, "{gaussian_nb: {class_weight: {-1: 2, 3: 2}}}");
  check_fails(ctx, bl_fit(ctx, e, &r.d), BL_E_CLASSES, "there is no class '3'; the classes are -1, 2, 7");
  check_ok(ctx, bl_estimator_set(ctx, e, "class_weight", "{-1: 2, 2: 1, 7: 1, 9: 4, \"7 \": 1}"));
  check_ok(ctx, bl_fit(ctx, e, &r.d));
  check_fails(ctx, bl_estimator_set(ctx, e, "class_weight", "{-1: 0}"), BL_E_CONFIG, "numbers above 0");
  check_fails(ctx, bl_estimator_set(ctx, e, "class_weight", "balance"), BL_E_CONFIG, "did you mean 'balanced'");
  bl_buf text = {0};
  check_ok(ctx, bl_estimator_print(ctx, e, &text));
  assert_non_null(strstr(bl_buf_text(&text), "class_weight: {-1: 2, 2: 1, 7: 1, 9: 4, \"7 \": 1}"));
  bl_buf_free(ctx, &text);
  bl_estimator_free(ctx, e);
  bl_mat_free(ctx, &r.X);
  check_free(ctx);
}

static void parts_take_given_weights_alone(void **unused)
{
  (void)unused;
  static const double classes[] = {-1, 2, 7};
  bl_ctx *ctx = bl_ctx_new();
  rows r;
  make_rows(ctx, &r);
  bl_estimator *e = learn_parse(ctx, "{gaussian_nb: {class_weight: balanced}}");
  check_fails(ctx, bl_partial_fit(ctx, e, &r.d, classes, 3), BL_E_CONFIG, "class_weight balanced needs all rows");
  check_ok(ctx, bl_estimator_set(ctx, e, "class_weight", "{2: 5}"));
  bl_estimator *whole = learn_parse(ctx, "{gaussian_nb: {class_weight: {2: 5}}}");
  check_ok(ctx, bl_partial_fit(ctx, e, &r.d, classes, 3));
  check_ok(ctx, bl_fit(ctx, whole, &r.d));
  bl_field_view a = learn_field(e, "class_count"), b = learn_field(whole, "class_count");
  assert_memory_equal(a.v, b.v, a.bytes);
  bl_estimator_free(ctx, e);
  bl_estimator_free(ctx, whole);
  bl_mat_free(ctx, &r.X);
  check_free(ctx);
}

static bl_status weigh(bl_ctx *ctx, void *arg)
{
  const rows *r = arg;
  bl_estimator *e = NULL, *copy = NULL;
  bl_status s = bl_estimator_parse(ctx, "{gaussian_nb: {class_weight: {2: 5, 7: 2}}}", &e);
  if (!s) s = bl_estimator_clone(ctx, e, &copy);
  if (!s) s = bl_fit(ctx, copy, &r->d);
  if (!s) s = bl_estimator_set(ctx, copy, "class_weight", "balanced");
  if (!s) s = bl_fit(ctx, copy, &(bl_data){.X = r->d.X, .y = r->y});
  bl_estimator_free(ctx, e);
  bl_estimator_free(ctx, copy);
  return s;
}

static void every_allocation_may_fail(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  rows r;
  make_rows(ctx, &r);
  check_every_allocation_failing(weigh, &r);
  bl_mat_free(ctx, &r.X);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(classes_weigh_by_value_and_by_name), cmocka_unit_test(names_that_are_no_class),
      cmocka_unit_test(parts_take_given_weights_alone), cmocka_unit_test(every_allocation_may_fail)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
