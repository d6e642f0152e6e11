/* What every metric must keep, walked over the registry: a new line in metrics.def is tested before its author writes
 * a test. */
#include "check.h"

#include <stdio.h>
#include <string.h>

#include "baleen/memory.h"
#include "baleen/metric.h"
#include "baleen/random.h"

enum { N = 40, MAX_K = 4 };

/* Predictions of some skill for k classes, numbers (k = 0) or LABELS labels a row (k = SEVERAL); small whole weights,
 * zeros among them. */
enum { LABELS = 3, SEVERAL = 1 };
typedef struct sample {
  double y[4 * N * LABELS], pred[4 * N * LABELS], proba[4 * N * MAX_K], decision[4 * N * MAX_K], weight[4 * N];
  size_t n, k;
} sample;

/* Each label is in some row, and missing in some; the first rows have none and all. */
static void draw_labels(bl_rng *r, size_t i, sample *s)
{
  for (size_t c = i * LABELS; c < (i + 1) * LABELS; c++) {
    s->y[c] = i == 1 || (i && bl_rng_uniform(r) < 0.4);
    s->decision[c] = bl_rng_normal(r) + 2 * s->y[c] - 1;
    s->pred[c] = s->decision[c] > 0;
    s->proba[c] = 1 / (1 + exp(-s->decision[c]));
  }
}

static sample draw(size_t k, uint64_t index)
{
  bl_rng r = bl_rng_make(3, "conformance metrics", index);
  sample s = {.n = N, .k = k};
  for (size_t i = 0; i < N; i++) {
    s.weight[i] = (double)bl_rng_below(&r, 4);
    if (k == SEVERAL) {
      draw_labels(&r, i, &s);
      if (i < 2) s.weight[i] = 1;
      continue;
    }
    if (!k) {
      s.y[i] = exp(bl_rng_normal(&r)); /* above 0, as deviances and logarithms want them */
      s.pred[i] = s.y[i] * exp(bl_rng_normal(&r) / 2);
      continue;
    }
    s.y[i] = (double)(i < k ? i : bl_rng_below(&r, k));
    if (i < k) s.weight[i] = 1; /* every class is there */
    double sum = 0, best = -1;
    for (size_t c = 0; c < k; c++) {
      double v = exp(bl_rng_normal(&r) + (s.y[i] == (double)c));
      s.proba[i * k + c] = v;
      sum += v;
      if (v > best) best = v, s.pred[i] = (double)c;
    }
    for (size_t c = 0; c < k; c++) s.proba[i * k + c] /= sum;
    for (size_t c = 0; c < k; c++)
      s.decision[k == 2 ? i : i * k + c] = k == 2 ? s.proba[i * k + 1] - 0.5 : s.proba[i * k + c];
  }
  return s;
}

static bl_scored view(const sample *s, bool weighted)
{
  return (bl_scored){.n = s->n,
                     .n_classes = s->k == SEVERAL ? LABELS : s->k,
                     .n_targets = s->k == SEVERAL ? LABELS : 0,
                     .y = s->y,
                     .pred = s->pred,
                     .proba = s->k ? s->proba : NULL,
                     .decision = s->k ? s->decision : NULL,
                     .weight = weighted ? s->weight : NULL};
}

static void copy_row(const sample *from, size_t i, sample *to, size_t j)
{
  size_t k = from->k == SEVERAL ? LABELS : from->k, width = k == 2 ? 1 : k, n = from->k == SEVERAL ? LABELS : 1;
  memcpy(to->y + j * n, from->y + i * n, n * sizeof *to->y);
  memcpy(to->pred + j * n, from->pred + i * n, n * sizeof *to->pred);
  to->weight[j] = from->weight[i];
  if (k) memcpy(to->proba + j * k, from->proba + i * k, k * sizeof *to->proba);
  if (k) memcpy(to->decision + j * width, from->decision + i * width, width * sizeof *to->decision);
}

static double score(bl_ctx *ctx, const bl_metric *m, const bl_scored *s)
{
  double out;
  bl_status e = bl_metric_score(ctx, m, s, &out);
  if (e) fail_msg("%s: %s", m->cls->name, bl_ctx_error(ctx));
  return out;
}

static void near(const bl_metric *m, const char *what, double got, double want)
{
  if (!(fabs(got - want) <= 1e-12 * fmax(1, fabs(want))))
    fail_msg("%s: %s: %.17g, not %.17g", m->cls->name, what, got, want);
}

/* Calls fn for every metric with default options, for each number of classes it takes. */
static void each(void (*fn)(bl_ctx *ctx, const bl_metric *m, size_t k))
{
  bl_ctx *ctx = bl_ctx_new();
  size_t count = 0;
  for (const bl_metric_class *c; (c = bl_metric_at(count)) != NULL; count++) {
    bl_metric m;
    check_ok(ctx, bl_metric_new(ctx, c->name, &m));
    if (c->for_numbers) fn(ctx, &m, 0);
    if (c->for_labels) fn(ctx, &m, SEVERAL);
    for (size_t k = 2; c->for_classes && k <= MAX_K; k++) fn(ctx, &m, k);
    bl_metric_free(ctx, &m);
  }
  assert_true(count >= 20);
  check_free(ctx);
}

static void documented(bl_ctx *ctx, const bl_metric *m, size_t k)
{
  (void)ctx;
  (void)k;
  const bl_metric_class *c = m->cls;
  assert_ptr_equal(bl_metric_find(c->name), c);
  assert_true(c->summary && strlen(c->summary) > 5 && c->source && *c->source);
  assert_true((c->for_classes || c->for_labels || c->for_numbers) && c->needs && c->score);
  assert_true(c->bounds[0] < c->bounds[1]);
  assert_int_equal(strspn(c->name, "abcdefghijklmnopqrstuvwxyz0123456789_"), strlen(c->name));
  for (const bl_opt *o = c->opts; o && o->name; o++) assert_true(o->help && strlen(o->help) > 5);
}

/* With skill, and with the classes told for one another, labels turned round, numbers far off. */
static void within_bounds(bl_ctx *ctx, const bl_metric *m, size_t k)
{
  for (uint64_t draw_no = 0; draw_no < 20; draw_no++) {
    sample s = draw(k, draw_no), wrong = s;
    for (size_t i = 0; i < N * (k == SEVERAL ? LABELS : 1); i++)
      wrong.pred[i] = k == SEVERAL ? 1 - s.y[i] : k ? fmod(s.y[i] + 1, (double)k) : 100 + s.y[i];
    for (size_t i = 0; k == SEVERAL && i < N * LABELS; i++)
      wrong.decision[i] = 1 - 2 * s.y[i], wrong.proba[i] = 1 - s.y[i];
    for (size_t i = 0; k > 1 && i < N; i++)
      for (size_t c = 0; c < k; c++) {
        wrong.proba[i * k + c] = wrong.pred[i] == (double)c;
        wrong.decision[k == 2 ? i : i * k + c] = k == 2 ? 2 * wrong.pred[i] - 1 : wrong.proba[i * k + c];
      }
    for (int e = 0; e < 2; e++) {
      bl_scored v = view(e ? &wrong : &s, draw_no % 2);
      double got = score(ctx, m, &v);
      if (!(got >= m->cls->bounds[0] - 1e-12 && got <= m->cls->bounds[1] + 1e-12))
        fail_msg("%s: %.17g is not within its bounds", m->cls->name, got);
    }
  }
}

static void perfect(bl_ctx *ctx, const bl_metric *m, size_t k)
{
  sample s = draw(k, 1), p = s;
  double mean_labels = 0;
  for (size_t i = 0; k == SEVERAL && i < N * LABELS; i++) {
    p.pred[i] = p.proba[i] = p.y[i];
    p.decision[i] = 2 * p.y[i] - 1;
    mean_labels += p.y[i] / N;
  }
  for (size_t i = 0; k != SEVERAL && i < N; i++) {
    p.pred[i] = p.y[i];
    for (size_t c = 0; c < k; c++) p.proba[i * k + c] = p.y[i] == (double)c;
    for (size_t c = 0; c < k; c++) p.decision[k == 2 ? i : i * k + c] = k == 2 ? 2 * p.y[i] - 1 : p.proba[i * k + c];
  }
  bl_scored sv = view(&s, false), pv = view(&p, false);
  double best = score(ctx, m, &pv), some = score(ctx, m, &sv);
  bool counts_labels = !strcmp(m->cls->name, "coverage_error"); /* whose best is as many as a row has */
  if (!strcmp(m->cls->name, "dcg")) return;                     /* whose best is another one for each row */
  double labelled = 0;                                          /* rows with a label: to ndcg the others count 0 */
  for (size_t i = 0; k == SEVERAL && i < N; i++)
    labelled += (s.y[i * LABELS] + s.y[i * LABELS + 1] + s.y[i * LABELS + 2] > 0) / (double)N;
  if (!strcmp(m->cls->name, "ndcg")) best /= labelled;
  if (!strcmp(m->cls->name, "top_k_accuracy") && k == 2) return; /* two guesses of two classes are never wrong */
  near(m, "perfect predictions", best, m->cls->greater_is_better ? 1 : counts_labels ? mean_labels : 0);
  if (!(m->cls->greater_is_better ? some < best : some > best))
    fail_msg("%s: %g is not worse than %g", m->cls->name, some, best);
}

static void order_of_rows(bl_ctx *ctx, const bl_metric *m, size_t k)
{
  sample s = draw(k, 2), t = s;
  uint32_t order[N];
  bl_rng r = bl_rng_make(4, "conformance metrics", k);
  for (uint32_t i = 0; i < N; i++) order[i] = i;
  bl_rng_shuffle(&r, order, N);
  for (size_t i = 0; i < N; i++) copy_row(&s, order[i], &t, i);
  bl_scored a = view(&s, true), b = view(&t, true);
  near(m, "rows in another order", score(ctx, m, &b), score(ctx, m, &a));
}

static void weights_are_repeats(bl_ctx *ctx, const bl_metric *m, size_t k)
{
  sample s = draw(k, 3), t = s;
  t.n = 0;
  for (size_t i = 0; i < N; i++)
    for (size_t w = 0; w < (size_t)s.weight[i]; w++) copy_row(&s, i, &t, t.n++);
  bl_scored a = view(&s, true), b = view(&t, false);
  near(m, "weights against repeated rows", score(ctx, m, &a), score(ctx, m, &b));
  for (size_t i = 0; i < N; i++) t.weight[i] = 1, copy_row(&s, i, &t, i), t.weight[i] = 1;
  t.n = N;
  bl_scored ones = view(&t, true), none = view(&t, false);
  near(m, "ones against no weights", score(ctx, m, &ones), score(ctx, m, &none));
}

static void nan_is_refused(bl_ctx *ctx, const bl_metric *m, size_t k)
{
  unsigned needs = m->cls->needs;
  for (int where = 0; where < 4; where++) {
    sample s = draw(k, 4);
    bl_scored v = view(&s, true);
    double *hit[] = {s.y, s.pred, s.proba, s.decision};
    bool read[] = {true, needs & BL_NEEDS_PRED, needs & (BL_NEEDS_PROBA | BL_NEEDS_SCORES),
                   needs & (BL_NEEDS_SCORES | BL_NEEDS_DECISION)};
    if (!read[where]) continue;
    hit[where][7] = (double)NAN;
    double out;
    check_fails(ctx, bl_metric_score(ctx, m, &v, &out), BL_E_NONFINITE, m->cls->name);
    assert_true(isnan(out));
  }
}

static void missing_is_refused(bl_ctx *ctx, const bl_metric *m, size_t k)
{
  sample s = draw(k, 5);
  bl_scored v = view(&s, false);
  double out;
  v.pred = v.proba = v.decision = NULL;
  check_fails(ctx, bl_metric_score(ctx, m, &v, &out), BL_E_UNSUPPORTED, m->cls->name);
}

static void bad_weights_are_refused(bl_ctx *ctx, const bl_metric *m, size_t k)
{
  sample s = draw(k, 10);
  bl_scored v = view(&s, true);
  double out;
  s.weight[3] = -0.5;
  check_fails(ctx, bl_metric_score(ctx, m, &v, &out), BL_E_RANGE, "weight of row 3");
  memset(s.weight, 0, sizeof s.weight);
  check_fails(ctx, bl_metric_score(ctx, m, &v, &out), BL_E_RANGE, m->cls->name);
}

/* One class, or one constant target: a value or NaN, never a failure; a value is within the metric's range. */
static void one_class(bl_ctx *ctx, const bl_metric *m, size_t k)
{
  sample s = draw(k, 6);
  for (size_t i = 0; i < N * LABELS; i++) s.y[i] = 0;
  bl_scored v = view(&s, false);
  size_t before = bl_ctx_warnings(ctx, BL_W_UNDEFINED);
  double x = score(ctx, m, &v);
  if (isnan(x)) assert_true(bl_ctx_warnings(ctx, BL_W_UNDEFINED) > before);
  else assert_true(isfinite(x));
}

static void one_row(bl_ctx *ctx, const bl_metric *m, size_t k)
{
  sample s = draw(k, 7);
  s.n = 1;
  bl_scored v = view(&s, false);
  double x = score(ctx, m, &v);
  assert_true(isnan(x) || isfinite(x));
}

static void inputs_stand(bl_ctx *ctx, const bl_metric *m, size_t k)
{
  sample s = draw(k, 8), before = s;
  bl_scored v = view(&s, true);
  double a = score(ctx, m, &v), b = score(ctx, m, &v);
  assert_memory_equal(&a, &b, sizeof a);
  assert_memory_equal(&s, &before, sizeof s);
}

typedef struct once {
  const bl_metric_class *cls;
  size_t k;
} once;

static bl_status score_once(bl_ctx *ctx, void *arg)
{
  const bl_metric_class *c = ((once *)arg)->cls;
  sample s = draw(((once *)arg)->k, 9);
  bl_scored v = view(&s, true);
  bl_metric m;
  bl_status e = bl_metric_new(ctx, c->name, &m);
  if (e) return e;
  double out;
  e = bl_metric_score(ctx, &m, &v, &out);
  bl_metric_free(ctx, &m);
  return e;
}

static void allocations(bl_ctx *ctx, const bl_metric *m, size_t k)
{
  (void)ctx;
  once o = {m->cls, k};
  check_every_allocation_failing(score_once, &o);
}

/* clang-format off */
#define WALK(check) \
  static void walk_##check(void **state) { (void)state; each(check); }
/* clang-format on */
WALK(documented)
WALK(perfect)
WALK(within_bounds)
WALK(order_of_rows)
WALK(weights_are_repeats)
WALK(nan_is_refused)
WALK(missing_is_refused)
WALK(bad_weights_are_refused)
WALK(one_class)
WALK(one_row)
WALK(inputs_stand)
WALK(allocations)

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(walk_documented),          cmocka_unit_test(walk_perfect),
      cmocka_unit_test(walk_within_bounds),       cmocka_unit_test(walk_order_of_rows),
      cmocka_unit_test(walk_weights_are_repeats), cmocka_unit_test(walk_nan_is_refused),
      cmocka_unit_test(walk_missing_is_refused),  cmocka_unit_test(walk_bad_weights_are_refused),
      cmocka_unit_test(walk_one_class),           cmocka_unit_test(walk_one_row),
      cmocka_unit_test(walk_inputs_stand),        cmocka_unit_test(walk_allocations)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
