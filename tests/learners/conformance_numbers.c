/* Every estimator: the same numbers whatever the order of fits, the layout of memory, the batch, the number of threads;
 * weights of rows and classes; iterations. */
#include "conformance.h"

/* ---- fits -------------------------------------------------------------------------------------------------------- */

static void fits_forget(const subject *s)
{
  bl_ctx *ctx = bl_ctx_new();
  sample a = sample_make(ctx, s, 60, 1), b = sample_make(ctx, s, 48, 2);
  bl_estimator *e = make(ctx, s), *fresh = make(ctx, s);
  b.d.feature_names = &b.names;
  check_ok(ctx, bl_fit(ctx, fresh, &a.d));
  check_ok(ctx, bl_fit(ctx, e, &a.d));
  check_ok(ctx, bl_fit(ctx, e, &a.d));
  assert_true(bl_estimator_equal(e, fresh));
  check_ok(ctx, bl_fit(ctx, e, &b.d));
  assert_false(bl_estimator_equal(e, fresh));
  check_ok(ctx, bl_fit(ctx, e, &a.d));
  assert_true(bl_estimator_equal(e, fresh));
  assert_int_equal(e->feature_names.n, 0);
  bl_estimator_free(ctx, e);
  bl_estimator_free(ctx, fresh);
  sample_free(ctx, &a);
  sample_free(ctx, &b);
  check_free(ctx);
}

/* Rows picked by index, rows with gaps between them, and dense copies. */
static void layout_does_not_matter(const subject *s)
{
  bl_ctx *ctx = bl_ctx_new();
  sample a = sample_make(ctx, s, 60, 1);
  enum { KEPT = 45 };
  uint32_t index[KEPT];
  double y[KEPT];
  size_t cols = a.X.cols;
  bl_rng r = bl_rng_make(5, "layout", 0);
  bl_mat dense, wide;
  uint32_t all[60];
  for (uint32_t i = 0; i < 60; i++) all[i] = i;
  bl_rng_shuffle(&r, all, 60);
  check_ok(ctx, bl_mat_new(ctx, KEPT, cols, &dense));
  check_ok(ctx, bl_mat_new(ctx, KEPT, cols + 3, &wide));
  for (size_t i = 0; i < KEPT; i++) {
    index[i] = all[i];
    y[i] = a.y[all[i]];
    memcpy(bl_row(&dense, i), bl_row(&a.X, all[i]), cols * sizeof(float));
    memcpy(bl_row(&wide, i), bl_row(&a.X, all[i]), cols * sizeof(float));
    for (size_t j = 0; j < 3; j++) bl_row(&wide, i)[cols + j] = NAN; /* nobody may look between the rows */
  }
  bl_cmat views[3] = {bl_mat_view(&dense), bl_cmat_rows(&a.d.X, index, KEPT), {wide.v, KEPT, cols, wide.stride, NULL}};
  bl_estimator *e[3];
  answers want = {0};
  for (size_t k = 0; k < 3; k++) {
    bl_data d = {.X = views[k], .y = a.d.y ? y : NULL};
    e[k] = make(ctx, s);
    check_ok(ctx, bl_fit(ctx, e[k], &d));
    assert_true(bl_estimator_equal(e[0], e[k]));
    answers got = ask(ctx, e[k], &views[k]);
    if (!k) {
      want = got;
      continue;
    }
    same_answers(&got, &want, 0, k == 1 ? "rows by index" : "rows with gaps");
    bl_free(ctx, got.v);
  }
  bl_free(ctx, want.v);
  for (size_t k = 0; k < 3; k++) bl_estimator_free(ctx, e[k]);
  bl_mat_free(ctx, &dense);
  bl_mat_free(ctx, &wide);
  sample_free(ctx, &a);
  check_free(ctx);
}

/* Applies to batches of `size` rows in a shuffled order and compares with all rows at once. */
static void apply_in_batches(const subject *s, size_t size, double tol)
{
  bl_ctx *ctx = bl_ctx_new();
  enum { N = 300 };
  sample a = sample_make(ctx, s, N, 1);
  bl_estimator *e = make(ctx, s);
  uint32_t order[N];
  bl_rng r = bl_rng_make(9, "batches", size);
  for (uint32_t i = 0; i < N; i++) order[i] = i;
  bl_rng_shuffle(&r, order, N);
  check_ok(ctx, bl_fit(ctx, e, &a.d));
  answers want = ask(ctx, e, &a.d.X);
  for (size_t lo = 0; lo < N; lo += size) {
    size_t n = N - lo < size ? N - lo : size;
    bl_cmat part = bl_cmat_rows(&a.d.X, order + lo, n);
    answers got = ask(ctx, e, &part);
    for (size_t i = 0; i < n; i++) same_row(&got, i, &want, order[lo + i], tol, "a batch");
    bl_free(ctx, got.v);
  }
  bl_free(ctx, want.v);
  bl_estimator_free(ctx, e);
  sample_free(ctx, &a);
  check_free(ctx);
}

static void batches_agree(const subject *s)
{
  apply_in_batches(s, 1, 1e-9);
  apply_in_batches(s, 37, 1e-9);
  apply_in_batches(s, 300, 1e-9);
}

static void batches_give_the_same_bits(const subject *s)
{
  apply_in_batches(s, 1, 0);
  apply_in_batches(s, 37, 0);
  apply_in_batches(s, 300, 0);
}

static void threads_do_not_matter(const subject *s)
{
  bl_ctx *ctx = bl_ctx_new();
  sample a = sample_make(ctx, s, 5000, 1);
  bl_estimator *e[3];
  answers want = {0};
  for (size_t k = 0; k < 3; k++) {
    bl_ctx_set_threads(ctx, k + 1);
    e[k] = make(ctx, s);
    check_ok(ctx, bl_fit(ctx, e[k], &a.d));
    assert_true(bl_estimator_equal(e[0], e[k]));
    answers got = ask(ctx, e[k], &a.d.X);
    if (!k) {
      want = got;
      continue;
    }
    same_answers(&got, &want, 0, "more threads");
    bl_free(ctx, got.v);
  }
  bl_free(ctx, want.v);
  for (size_t k = 0; k < 3; k++) bl_estimator_free(ctx, e[k]);
  sample_free(ctx, &a);
  check_free(ctx);
}

static void seeds_count(const subject *s)
{
  bl_ctx *ctx = bl_ctx_new();
  /* asked of rows that it has not seen: trees of all rows give back what they learnt, whatever they drew */
  sample a = sample_make(ctx, s, 300, 1), other = sample_make(ctx, s, 300, 2);
  static const char *const seed[] = {"4", "4", "5"};
  bl_estimator *e[3];
  for (size_t k = 0; k < 3; k++) {
    e[k] = make(ctx, s);
    assert_true(set_if_there(ctx, s, e[k], "random_state", seed[k]));
    check_ok(ctx, bl_fit(ctx, e[k], &a.d));
  }
  answers v[3];
  for (size_t k = 0; k < 3; k++) v[k] = ask(ctx, e[k], &other.d.X);
  if (!bl_estimator_equal(e[0], e[1])) fail_msg("random_state %s learns two different things", seed[0]);
  same_answers(&v[1], &v[0], 0, "the same seed");
  if (!memcmp(v[2].v, v[0].v, v[0].n * sizeof(double)))
    fail_msg("random_state %s answers what %s answers", seed[2], seed[0]);
  for (size_t k = 0; k < 3; k++) {
    bl_free(ctx, v[k].v);
    bl_estimator_free(ctx, e[k]);
  }
  sample_free(ctx, &a);
  sample_free(ctx, &other);
  check_free(ctx);
}

/* ---- weights ----------------------------------------------------------------------------------------------------- */

/* Fits on d, sharpened where there is a tolerance. */
static bl_estimator *learn(bl_ctx *ctx, const subject *s, const bl_data *d)
{
  bl_estimator *e = make(ctx, s);
  set_if_there(ctx, s, e, "tol", "1e-10");
  set_if_there(ctx, s, e, "max_iter", "10000");
  check_ok(ctx, bl_fit(ctx, e, d));
  return e;
}

/* The same, and what it answers on X. */
static answers learn_and_ask(bl_ctx *ctx, const subject *s, const bl_data *d, const bl_cmat *X)
{
  bl_estimator *e = learn(ctx, s, d);
  answers a = ask(ctx, e, X);
  bl_estimator_free(ctx, e);
  return a;
}

static void weights_mean_repetition(const subject *s)
{
  bl_ctx *ctx = bl_ctx_new();
  enum { N = 60 };
  sample a = sample_make(ctx, s, N, 1);
  uint32_t kept[N], repeated[3 * N];
  double y_kept[N], y_repeated[3 * N], w_kept[N], ones[N];
  size_t n_kept = 0, n_repeated = 0;
  for (uint32_t i = 0; i < N; i++) {
    ones[i] = 1;
    if (a.weight[i] > 0) kept[n_kept] = i, w_kept[n_kept] = a.weight[i], y_kept[n_kept++] = a.y[i];
    for (size_t k = 0; k < (size_t)a.weight[i]; k++) repeated[n_repeated] = i, y_repeated[n_repeated++] = a.y[i];
  }
  assert_true(n_kept < N && n_repeated > n_kept);
  bl_data none = a.d, all_one = a.d, weighted = a.d, removed = a.d, copied = a.d;
  none.group = all_one.group = weighted.group = removed.group = copied.group = NULL;
  all_one.weight = ones;
  weighted.weight = a.weight;
  removed.X = bl_cmat_rows(&a.d.X, kept, n_kept);
  removed.weight = w_kept;
  copied.X = bl_cmat_rows(&a.d.X, repeated, n_repeated);
  if (a.d.y) removed.y = y_kept, copied.y = y_repeated;
  answers v[5];
  const bl_data *d[5] = {&none, &all_one, &weighted, &removed, &copied};
  for (size_t k = 0; k < 5; k++) v[k] = learn_and_ask(ctx, s, d[k], &a.d.X);
  same_answers(&v[1], &v[0], 0, "weights of one");
  same_answers(&v[3], &v[2], 0, "rows of weight zero left out");
  /* who draws rows or columns draws others from more rows: the same in distribution only */
  if (!(s->tags & BL_TAG_RANDOM)) same_answers(&v[4], &v[2], 1e-6, "rows repeated");
  /* Weights change what is learnt; a classifier that only predicts may well answer the same. */
  bl_estimator *without = learn(ctx, s, &none), *with = learn(ctx, s, &weighted);
  if (bl_estimator_equal(without, with)) fail_msg("weights of 0 to 3 change nothing of what is learnt");
  bl_estimator_free(ctx, without);
  bl_estimator_free(ctx, with);
  for (size_t k = 0; k < 5; k++) bl_free(ctx, v[k].v);
  sample_free(ctx, &a);
  check_free(ctx);
}

/* The learnt n_iter, or 0 where there is none. */
static double iterations(const subject *s, const bl_estimator *e)
{
  const bl_estimator *own = s->in_chain ? e->child[e->n_children - 1] : e;
  for (const bl_field *f = s->cls->fields; f && f->name; f++) {
    if (strcmp(f->name, "n_iter") || f->dim_rows != BL_NO_DIM) continue;
    const void *v = bl_field_get(f, own->state).v;
    return f->dtype == BL_I64   ? (double)*(const int64_t *)v
           : f->dtype == BL_I32 ? (double)*(const int32_t *)v
                                : *(const double *)v;
  }
  return 0;
}

/* Counted; and stopping early is a warning, not an error. */
static void iterations_are_told(const subject *s)
{
  bl_ctx *ctx = bl_ctx_new();
  sample a = sample_make(ctx, s, 60, 1);
  bl_estimator *e = make(ctx, s);
  check_ok(ctx, bl_fit(ctx, e, &a.d));
  double n = iterations(s, e);
  if (n > 0) { /* 0: it has no n_iter of its own, as who solves in one step */
    bl_buf most = {0};
    char path[200];
    snprintf(path, sizeof path, "%s%smax_iter", s->in_chain ? s->cls->name : "", s->in_chain ? "." : "");
    check_ok(ctx, bl_estimator_get(ctx, e, path, &most));
    if (atof(bl_buf_text(&most)) > 0 && n > atof(bl_buf_text(&most)))
      fail_msg("%g of %s iterations", n, bl_buf_text(&most));
    bl_buf_free(ctx, &most);
  }
  size_t before = bl_ctx_warnings(ctx, BL_W_NO_CONVERGENCE);
  if (n > 1 && set_if_there(ctx, s, e, "max_iter", "1")) {
    check_ok(ctx, bl_fit(ctx, e, &a.d));
    check_near(iterations(s, e), 1, 0);
    assert_int_equal(bl_ctx_warnings(ctx, BL_W_NO_CONVERGENCE), before + 1);
  } else if (bl_opts_find(s->cls->opts, "max_iter")) {
    assert_true(n >= 1);
  }
  bl_estimator_free(ctx, e);
  sample_free(ctx, &a);
  check_free(ctx);
}

/* ---- weights of classes -------------------------------------------------------------------------------------------- */

static void balanced_is_the_weights_it_stands_for(const subject *given)
{
  bl_ctx *ctx = bl_ctx_new();
  subject fixed = *given, *s = &fixed;
  /* Classes of few rows leave nu_svc no share of a half; and what `scale` measures of rows that have weights is not what
   * it measures of those that have none. */
  const char *name = given->cls->name, *options = !strcmp(name, "nu_svc") ? "gamma: 0.25, nu: 0.2" : "gamma: 0.25";
  if (bl_opts_find(given->cls->opts, "gamma"))
    snprintf(fixed.text, sizeof fixed.text, given->in_chain ? "[standard_scaler, {%s: {%s}}]" : "{%s: {%s}}", name,
             options);
  sample a = sample_make(ctx, s, 90, 1), other = sample_make(ctx, s, 90, 2);
  size_t k = n_classes_of(s), n = 0;
  double count[3] = {0}, weight[90];
  uint32_t index[90];
  for (uint32_t i = 0; i < 90; i++) {
    if (a.y[i] > 0 && i % 3) continue; /* fewer of the later classes */
    index[n] = i;
    a.y[n++] = a.y[i];
  }
  for (size_t i = 0; i < n; i++)
    for (size_t c = 0; c < k; c++) count[c] += a.y[i] == class_value(c);
  for (size_t i = 0; i < n; i++)
    for (size_t c = 0; c < k; c++)
      if (a.y[i] == class_value(c)) weight[i] = (double)n / ((double)k * count[c]);
  bl_data d = {.X = bl_cmat_rows(&a.d.X, index, n), .y = a.y};
  answers plain = learn_and_ask(ctx, s, &d, &other.d.X);
  d.weight = weight;
  answers want = learn_and_ask(ctx, s, &d, &other.d.X);
  d.weight = NULL;
  bl_estimator *e = make(ctx, s);
  assert_true(set_if_there(ctx, s, e, "class_weight", "balanced"));
  set_if_there(ctx, s, e, "tol", "1e-10");
  set_if_there(ctx, s, e, "max_iter", "10000");
  check_ok(ctx, bl_fit(ctx, e, &d));
  answers got = ask(ctx, e, &other.d.X);
  if (!s->in_chain) same_answers(&got, &want, 1e-6, "balanced"); /* in a chain the scaler sees the weights, too */
  assert_true(memcmp(got.v, plain.v, got.n * sizeof(double)));
  bl_free(ctx, got.v);
  bl_free(ctx, want.v);
  bl_free(ctx, plain.v);
  bl_estimator_free(ctx, e);
  sample_free(ctx, &a);
  sample_free(ctx, &other);
  check_free(ctx);
}

/* Labels that no column knows anything of: what is predicted is what weighs most. */
static void class_weights_decide(const subject *s)
{
  bl_ctx *ctx = bl_ctx_new();
  sample a = sample_make(ctx, s, 150, 1), other = sample_make(ctx, s, 150, 2);
  bl_rng r = bl_rng_make(3, "labels", 0);
  size_t first = 0;
  for (size_t i = 0; i < a.n; i++) a.y[i] = class_value(bl_rng_below(&r, n_classes_of(s)));
  bl_estimator *e = make(ctx, s);
  const char *weights = n_classes_of(s) == 2 ? "{-1: 1000, 2: 1e-4}" : "{-1: 1000, 2: 1e-4, 7: 1e-4}";
  assert_true(set_if_there(ctx, s, e, "class_weight", weights));
  set_if_there(ctx, s, e, "max_iter", "1000");
  set_if_there(ctx, s, e, "min_weight_fraction_leaf", "0.01");
  check_ok(ctx, bl_fit(ctx, e, &a.d));
  answers got = ask(ctx, e, &other.d.X);
  for (size_t i = 0; i < a.n; i++) first += got.v[got.at[BL_PREDICT] + i] == class_value(0);
  if (!((double)first > 0.87 * (double)a.n)) fail_msg("%zu of %zu are of the class that weighs all", first, a.n);
  bl_free(ctx, got.v);
  bl_estimator_free(ctx, e);
  sample_free(ctx, &a);
  sample_free(ctx, &other);
  check_free(ctx);
}

static const conformance_check checks[] = {
    {"fits_forget", fits_forget, true, "a second fit gives what a first one would have given", NULL},
    {"layout_does_not_matter", layout_does_not_matter, true,
     "rows given through an index or with a wide stride give the same bits", NULL},
    {"batches_agree", batches_agree, true, "rows asked one by one give the answers of all together, to rounding", NULL},
    {"batches_give_the_same_bits", batches_give_the_same_bits, true, "rows asked in any batches give the same bits",
     NULL},
    {"threads_do_not_matter", threads_do_not_matter, true, "one, two and three threads learn and answer the same bits",
     NULL},
    {"seeds_count", seeds_count, true, "the same random_state gives the same bits, another one gives others", draws},
    {"weights_mean_repetition", weights_mean_repetition, true,
     "weight 2 is as good as the row twice, weight 0 as the row left out, all ones as no weights; other weights learn something else",
     takes_weights},
    {"iterations_are_told", iterations_are_told, true,
     "a fit that stops before it has converged warns of it, and counts its iterations", iterates},
    {"balanced_is_the_weights_it_stands_for", balanced_is_the_weights_it_stands_for, true,
     "class_weight: balanced gives what the weights n / (classes x count) give", has_class_weight},
    {"class_weights_decide", class_weights_decide, true,
     "a class of weight 1000 beside others of 1e-4 is what is predicted, where columns know nothing of the classes",
     has_class_weight},
};
CONFORMANCE_MAIN(checks)
