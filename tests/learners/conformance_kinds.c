/* What each kind of estimator owes: classes, probabilities, decisions, scores, names of columns. */
#include "conformance.h"

static size_t top(const double *v, size_t n)
{
  size_t best = 0;
  for (size_t i = 1; i < n; i++)
    if (v[i] > v[best]) best = i;
  return best;
}

static void classifier(const subject *s, bl_ctx *ctx, sample *a)
{
  size_t k = n_classes_of(s), right = 0;
  bl_estimator *e = make(ctx, s);
  check_ok(ctx, bl_fit(ctx, e, &a->d));
  assert_int_equal(e->n_classes, k);
  for (size_t c = 0; c < k; c++) check_near(e->classes[c], class_value(c), 0);
  answers v = ask(ctx, e, &a->d.X);
  assert_int_equal(v.width[BL_PREDICT], 1);
  for (size_t i = 0; i < a->n; i++) {
    double got = v.v[v.at[BL_PREDICT] + i];
    const double *proba = v.v + v.at[BL_PREDICT_PROBA] + i * k,
                 *decision = v.v + v.at[BL_DECISION] + i * v.width[BL_DECISION];
    right += got == a->y[i];
    if (v.width[BL_PREDICT_PROBA]) {
      double sum = 0;
      assert_int_equal(v.width[BL_PREDICT_PROBA], k);
      for (size_t c = 0; c < k; c++) sum += proba[c], assert_true(proba[c] >= 0 && proba[c] <= 1);
      check_near(sum, 1, 1e-12);
      check_near(got, class_value(top(proba, k)), 0);
    }
    if (v.width[BL_DECISION]) {
      assert_int_equal(v.width[BL_DECISION], k == 2 ? 1 : k);
      check_near(got, class_value(k == 2 ? decision[0] > 0 : top(decision, k)), 0);
    }
  }
  if (!(s->tags & BL_TAG_POOR_SCORE) && !((double)right > 0.83 * (double)a->n))
    fail_msg("%zu of %zu are right", right, a->n);
  bl_free(ctx, v.v);
  bl_estimator_free(ctx, e);
}

/* Class names: y indexes into them, one of them never occurs. */
static void classes_by_name(const subject *s, bl_ctx *ctx, sample *a)
{
  char *names[] = {"never", "wake", "rem", "deep"};
  bl_texts t = {names, 4};
  size_t k = n_classes_of(s);
  for (size_t i = 0; i < a->n; i++) a->y[i] = a->y[i] < 0 ? 1 : a->y[i] < 5 ? 2 : 3;
  a->d.class_names = &t;
  bl_estimator *e = make(ctx, s);
  check_ok(ctx, bl_fit(ctx, e, &a->d));
  assert_int_equal(e->class_names.n, k);
  for (size_t c = 0; c < k; c++) assert_string_equal(e->class_names.v[c], names[c + 1]);
  a->d.class_names = NULL; /* these are gone with this call */
  bl_estimator_free(ctx, e);
}

static void regressor(const subject *s, bl_ctx *ctx, sample *a)
{
  bl_estimator *e = make(ctx, s);
  check_ok(ctx, bl_fit(ctx, e, &a->d));
  assert_int_equal(bl_op_width(e, BL_DECISION) + bl_op_width(e, BL_PREDICT_PROBA), 0);
  answers v = ask(ctx, e, &a->d.X);
  double mean = 0, left = 0, whole = 0;
  for (size_t i = 0; i < a->n; i++) mean += a->y[i] / (double)a->n;
  for (size_t i = 0; i < a->n; i++) {
    left += pow(v.v[v.at[BL_PREDICT] + i] - a->y[i], 2);
    whole += pow(a->y[i] - mean, 2);
  }
  if (!(s->tags & BL_TAG_POOR_SCORE) && !(1 - left / whole > 0.5)) fail_msg("R2 is %g", 1 - left / whole);
  bl_free(ctx, v.v);
  bl_estimator_free(ctx, e);
}

static void transformer(const subject *s, bl_ctx *ctx, sample *a)
{
  bl_estimator *e = make(ctx, s);
  bl_texts names;
  assert_true(bl_op_width(e, BL_TRANSFORM) > 0); /* needs no fit to say that it can */
  a->d.blocks = &a->blocks;
  check_ok(ctx, bl_fit(ctx, e, &a->d));
  check_ok(ctx, bl_estimator_names_out(ctx, e, &names));
  assert_int_equal(names.n, bl_op_width(e, BL_TRANSFORM));
  bl_blocks blocks; /* where what came in is known, so is what goes out */
  check_ok(ctx, bl_estimator_blocks_out(ctx, e, &blocks));
  assert_true(blocks.n > 0);
  check_ok(ctx, bl_blocks_check(ctx, s->cls->name, &blocks, names.n));
  bl_blocks_free(ctx, &blocks);
  for (size_t i = 0; i < names.n; i++) assert_int_equal(bl_texts_find(&names, names.v[i]), (long)i); /* no name twice */
  bl_texts_free(ctx, &names);
  bl_estimator_free(ctx, e);
}

static void outlier_detector(const subject *s, bl_ctx *ctx, sample *a)
{
  bl_estimator *e = make(ctx, s);
  check_ok(ctx, bl_fit(ctx, e, &a->d));
  for (size_t i = 0; i < 10; i++)
    for (size_t j = 0; j < a->X.cols; j++) bl_row(&a->X, i)[j] = (float)((i + j) % 2 ? 40 : -40);
  answers v = ask(ctx, e, &a->d.X);
  double gap = 0, far = 0, near = 0;
  assert_int_equal(v.width[BL_SCORE_SAMPLES], 1);
  assert_int_equal(v.width[BL_DECISION], 1);
  for (size_t i = 0; i < a->n; i++) {
    double predicted = v.v[v.at[BL_PREDICT] + i], decision = v.v[v.at[BL_DECISION] + i];
    double score = v.v[v.at[BL_SCORE_SAMPLES] + i];
    check_near(predicted, decision < 0 ? -1 : 1, 0);
    if (!i) gap = score - decision;
    check_near(score - decision, gap, 1e-9);
    if (i < 10) far += score / 10;
    else near += score / (double)(a->n - 10);
    if (i < 10) check_near(predicted, -1, 0);
  }
  assert_true(far < near);
  bl_free(ctx, v.v);
  bl_estimator_free(ctx, e);
}

/* Clusters are numbered from 0, rows of none have -1; rows that lie far apart share none, and equal rows do. */
static void clusterer(const subject *s, bl_ctx *ctx, sample *a)
{
  for (size_t i = 0; i < a->n; i++)
    for (size_t j = 0; j < a->X.cols; j++) bl_row(&a->X, i)[j] += i % 2 ? 1000 : 0;
  memcpy(bl_row(&a->X, 2), bl_row(&a->X, 0), a->X.cols * sizeof(float));
  bl_estimator *e = make(ctx, s);
  check_ok(ctx, bl_fit(ctx, e, &a->d));
  assert_int_equal(bl_op_width(e, BL_DECISION), 0);
  answers v = ask(ctx, e, &a->d.X);
  const double *label = v.v + v.at[BL_PREDICT];
  size_t lost = 0;
  assert_int_equal(v.width[BL_PREDICT], 1);
  check_near(label[2], label[0], 0);
  for (size_t i = 0; i < a->n; i++) {
    assert_true(label[i] >= -1 && label[i] < (double)a->n);
    check_near(label[i], floor(label[i]), 0);
    lost += label[i] < 0;
    for (size_t k = i + 1; label[i] >= 0 && k < a->n; k += 2)
      if (label[k] == label[i]) fail_msg("rows %zu and %zu lie far apart, and are both in cluster %g", i, k, label[i]);
  }
  assert_true(lost < a->n / 2);
  bl_free(ctx, v.v);
  bl_estimator_free(ctx, e);
}

/* Rows that stand higher by decision do not stand lower by probability, and the other way round. */
static void decisions_rank_as_probabilities(const subject *s)
{
  bl_ctx *ctx = bl_ctx_new();
  sample a = sample_make(ctx, s, 120, 1);
  for (size_t i = 0; i < a.n; i++) a.y[i] = a.y[i] < 0; /* two classes, of which one has a third or half of the rows */
  bl_estimator *e = make(ctx, s);
  check_ok(ctx, bl_fit(ctx, e, &a.d));
  answers v = ask(ctx, e, &a.d.X);
  const double *proba = v.v + v.at[BL_PREDICT_PROBA], *decision = v.v + v.at[BL_DECISION];
  bool both = v.width[BL_PREDICT_PROBA] && v.width[BL_DECISION];
  for (size_t i = 0; both && i < a.n; i++)
    for (size_t j = 0; j < a.n; j++)
      if (decision[i] > decision[j] && proba[2 * i + 1] < proba[2 * j + 1] - 1e-12)
        fail_msg("row %zu stands above row %zu by decision (%g, %g), and below it by probability (%g, %g)", i, j,
                 decision[i], decision[j], proba[2 * i + 1], proba[2 * j + 1]);
  bl_free(ctx, v.v);
  bl_estimator_free(ctx, e);
  sample_free(ctx, &a);
  check_free(ctx);
}

/* contamination c: a share c of the rows it learnt from lies below the threshold, bar ties. */
static bool has_contamination(const subject *s) { return bl_opts_find(s->cls->opts, "contamination") != NULL; }
static void contamination_is_the_share_flagged(const subject *s)
{
  static const double share[] = {0.05, 0.2};
  for (size_t k = 0; k < 2; k++) {
    bl_ctx *ctx = bl_ctx_new();
    sample a = sample_make(ctx, s, 200, 1);
    bl_estimator *e = make(ctx, s);
    char text[16];
    snprintf(text, sizeof text, "%g", share[k]);
    assert_true(set_if_there(ctx, s, e, "contamination", text));
    check_ok(ctx, bl_fit(ctx, e, &a.d));
    answers v = ask(ctx, e, &a.d.X);
    double flagged = 0, ties = 0;
    for (size_t i = 0; i < a.n; i++) {
      flagged += v.v[v.at[BL_PREDICT] + i] < 0;
      ties += fabs(v.v[v.at[BL_DECISION] + i]) < 1e-9;
    }
    if (fabs(flagged - share[k] * 200) > 1 + ties) fail_msg("contamination %s flags %g of 200 rows", text, flagged);
    bl_free(ctx, v.v);
    bl_estimator_free(ctx, e);
    sample_free(ctx, &a);
    check_free(ctx);
  }
}

static void kind_keeps_its_promises(const subject *s)
{
  bl_ctx *ctx = bl_ctx_new();
  sample a = sample_make(ctx, s, 300, 1);
  bl_estimator *e = make(ctx, s);
  assert_int_equal(bl_estimator_kind(e), s->kind);
  bl_estimator_free(ctx, e);
  switch (s->kind) {
  case BL_CLASSIFIER: classifier(s, ctx, &a); break;
  case BL_REGRESSOR: regressor(s, ctx, &a); break;
  case BL_TRANSFORMER: transformer(s, ctx, &a); break;
  case BL_OUTLIER_DETECTOR: outlier_detector(s, ctx, &a); break;
  case BL_CLUSTERER: clusterer(s, ctx, &a); break;
  case BL_N_KINDS: fail_msg("no kind");
  }
  if (learns_classes(s)) classes_by_name(s, ctx, &a);
  sample_free(ctx, &a);
  check_free(ctx);
}

static const conformance_check checks[] = {
    {"kind_keeps_its_promises", kind_keeps_its_promises, true,
     "classes, probabilities, decisions and scores are what the kind says: sums of 1, signs, orders", NULL},
    {"decisions_rank_as_probabilities", decisions_rank_as_probabilities, true,
     "of two classes, decision and probability put the rows in the same order", is_classifier},
    {"contamination_is_the_share_flagged", contamination_is_the_share_flagged, false,
     "contamination is the share of the rows learnt from that is called outliers", has_contamination},
};
CONFORMANCE_MAIN(checks)
