/* resample: as many rows of each class, in fit alone; weights and groups go with the rows. Works with small estimators of
 * its own that tell what they were taught. */
#include "learned.h"

#include "baleen/random.h"

/* 30 rows of class 0 around 0, 6 of class 1 around (10, 10), two columns; weight and group tell the row. */
typedef struct sample {
  float v[72];
  double y[36], weight[36];
  int32_t group[36];
  bl_data d;
} sample;

static void fill(sample *a)
{
  bl_rng r = bl_rng_make(5, "resample", 0);
  for (size_t i = 0; i < 36; i++) {
    a->y[i] = i % 6 == 5 ? 1 : 0;
    for (size_t j = 0; j < 2; j++) a->v[2 * i + j] = (float)(10 * a->y[i] + bl_rng_normal(&r));
    a->weight[i] = 1 + (double)i;
    a->group[i] = (int32_t)(i / 6);
  }
  a->d = (bl_data){.X = {a->v, 36, 2, 2, NULL}, .y = a->y, .weight = a->weight, .group = a->group};
}

/* ---- a classifier that keeps what it was taught ------------------------------------------------------------------- */

static struct taught {
  size_t n, of_class[2], copies; /* copies: rows that are one of the sample's */
  bool beyond;                   /* a row of class 1 that does not lie between two others */
  bool strangers;                /* weight and group that are not one row's of that class */
} taught;
static const sample *given;

static bool is_given(const float *x)
{
  bool any = false;
  for (size_t k = 0; k < 36; k++) any = any || !memcmp(x, given->v + 2 * k, 2 * sizeof *x);
  return any;
}

static bl_status learn(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  (void)ctx, (void)self;
  taught = (struct taught){.n = t->X.rows};
  for (size_t i = 0; i < t->X.rows; i++) {
    const float *x = bl_crow(&t->X, i);
    size_t k = t->weight ? (size_t)t->weight[i] - 1 : 0;
    taught.of_class[(size_t)t->y[i]]++;
    taught.copies += is_given(x);
    if (t->y[i] > 0) taught.beyond |= fabs((double)x[0] - 10) > 4 || fabs((double)x[1] - 10) > 4;
    taught.strangers |= !t->weight || !t->group || given->y[k] != t->y[i] || given->group[k] != t->group[i];
  }
  return BL_OK;
}

static size_t width(const bl_estimator *self, bl_op op)
{
  (void)self;
  return op == BL_PREDICT;
}

static bl_status apply(bl_ctx *ctx, const bl_estimator *self, void *room, const bl_cmat *X, const bl_answer *out)
{
  (void)ctx, (void)self, (void)room;
  for (size_t i = 0; out->v[BL_PREDICT] && i < X->rows; i++) out->v[BL_PREDICT][i] = bl_crow(X, i)[0] > 5;
  return BL_OK;
}

static const bl_estimator_class witness = {.name = "witness",
                                           .summary = "keeps what it was taught",
                                           .source = "here",
                                           .kind = BL_CLASSIFIER,
                                           .tags = BL_TAG_WEIGHTS,
                                           .state_version = 1,
                                           .fit = learn,
                                           .width = width,
                                           .apply = apply};

static bl_estimator *resample_of(bl_ctx *ctx, const char *method)
{
  bl_estimator *e, *w = bl_calloc(ctx, 1, sizeof *w);
  assert_non_null(w);
  w->cls = &witness;
  check_ok(ctx, bl_estimator_new(ctx, "resample", &e));
  check_ok(ctx, bl_estimator_add_child(ctx, e, NULL, w));
  check_ok(ctx, bl_estimator_set(ctx, e, "method", method));
  return e;
}

static void classes_get_as_many_rows(void **unused)
{
  (void)unused;
  static const struct {
    const char *method;
    size_t each, copies;
  } of[] = {{"over", 30, 60}, {"under", 6, 12}, {"smote", 30, 36}};
  bl_ctx *ctx = bl_ctx_new();
  sample a;
  fill(&a);
  given = &a;
  for (size_t i = 0; i < 3; i++) {
    bl_estimator *e = resample_of(ctx, of[i].method);
    check_ok(ctx, bl_fit(ctx, e, &a.d));
    assert_int_equal(taught.of_class[0], of[i].each);
    assert_int_equal(taught.of_class[1], of[i].each);
    assert_int_equal(taught.copies, of[i].copies);
    assert_false(taught.strangers);
    assert_false(taught.beyond);
    double predicted[36];
    check_ok(ctx, bl_apply(ctx, e, BL_PREDICT, &a.d.X, NULL, predicted)); /* every row, as it comes */
    for (size_t k = 0; k < 36; k++) check_near(predicted[k], a.y[k], 0);
    bl_estimator_free(ctx, e);
  }
  check_free(ctx);
}

/* What smote cannot do is refused; a class of one row is drawn again. */
static void odd_rows(void **unused)
{
  (void)unused;
  bl_ctx *ctx = bl_ctx_new();
  sample a;
  bl_estimator *e;
  fill(&a);
  given = &a;
  e = resample_of(ctx, "smote");
  for (size_t i = 0; i < 36; i++) a.y[i] = i == 35;
  a.d.group = NULL;
  check_ok(ctx, bl_fit(ctx, e, &a.d));
  assert_int_equal(taught.of_class[1], 35);
  assert_int_equal(taught.copies, 70);
  bl_estimator_free(ctx, e);
  check_fails(ctx, bl_estimator_parse(ctx, "{resample: {estimator: ridge}}", &e), BL_E_CONFIG, "takes a classifier");
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(classes_get_as_many_rows), cmocka_unit_test(odd_rows)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
