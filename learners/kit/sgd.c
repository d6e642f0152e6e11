/* One step a row (Bottou 2010): the coefficients shrink by the squared penalty, go against the gradient of the row's loss, and
 * pay what is due of the penalty on magnitudes, never past 0 (Tsuruoka, Tsujii and Ananiadou 2009). They are kept as a
 * vector times a number, so that shrinking costs nothing. Several outputs are as many problems, one a worker. */
#include "sgd.h"

#include <math.h>
#include <string.h>

#include "baleen/pool.h"
#include "baleen/random.h"
#include "linear_classifier.h"

const char *const bl_sgd_penalties[] = {"l2", "l1", "elasticnet", "none", NULL};
const char *const bl_sgd_rates[] = {"optimal", "constant", "invscaling", "adaptive", NULL};
const char *const bl_sgd_none[] = {"none", NULL};

/* ---- losses ------------------------------------------------------------------------------------------------------ */

typedef struct slope {
  double loss, first; /* and its derivative by the score */
} slope;

static slope of_class(int loss, double y, double score)
{
  double z = y * score;
  switch (loss) {
  case BL_SGD_PERCEPTRON: return z <= 0 ? (slope){-z, -y} : (slope){0, 0};
  case BL_SGD_SQUARED_HINGE: return z < 1 ? (slope){(1 - z) * (1 - z), -2 * (1 - z) * y} : (slope){0, 0};
  case BL_SGD_MODIFIED_HUBER:
    if (z >= 1) return (slope){0, 0};
    return z >= -1 ? (slope){(1 - z) * (1 - z), -2 * (1 - z) * y} : (slope){-4 * z, -4 * y};
  case BL_SGD_LOG: return (slope){log1p(exp(-fabs(z))) + (z < 0 ? -z : 0), -y * bl_sigmoid(-z)};
  default: return z <= 1 ? (slope){1 - z, -y} : (slope){0, 0};
  }
}

static slope of_number(const bl_sgd *p, double y, double score)
{
  double r = score - y, size = fabs(r), over = size - p->epsilon, sign = r > 0 ? 1 : -1;
  switch (p->loss) {
  case BL_SGD_HUBER:
    return size <= p->epsilon ? (slope){0.5 * r * r, r}
                              : (slope){p->epsilon * (size - 0.5 * p->epsilon), sign * p->epsilon};
  case BL_SGD_EPSILON: return over > 0 ? (slope){over, sign} : (slope){0, 0};
  case BL_SGD_SQUARED_EPSILON: return over > 0 ? (slope){over * over, 2 * over * sign} : (slope){0, 0};
  default: return (slope){0.5 * r * r, r};
  }
}

static slope slope_of(const bl_sgd *p, double y, double score)
{
  return p->loss <= BL_SGD_PERCEPTRON ? of_class(p->loss, y, score) : of_number(p, y, score);
}

/* ---- steps ------------------------------------------------------------------------------------------------------- */

/* One output while it learns: coefficients are scale * w. */
typedef struct walker {
  const bl_sgd *p;
  size_t d;
  double scale, *w, *mean, *paid, owed; /* mean, paid NULL: not wanted */
  double intercept, mean_intercept, eta, t0;
  int64_t t;
} walker;

static double rate(const walker *k)
{
  const bl_sgd *p = k->p;
  if (p->rate == BL_RATE_OPTIMAL) return 1 / (p->alpha * (k->t0 + (double)k->t - 1));
  return p->rate == BL_RATE_INVSCALING ? p->eta0 / pow((double)k->t, p->power_t) : k->eta;
}

/* The coefficients' own size again. */
static void unscale(walker *k)
{
  for (size_t j = 0; j < k->d; j++) k->w[j] *= k->scale;
  k->scale = 1;
}

/* How far along x a row asks for. */
static double update_of(const walker *k, const float *x, double y, double score, slope s, double eta)
{
  const bl_sgd *p = k->p;
  double square = 0, step;
  if (p->rate < BL_RATE_PA1) return -eta * fmax(-1e12, fmin(1e12, s.first));
  for (size_t j = 0; j < k->d; j++) square += (double)x[j] * (double)x[j];
  if (!(square > 0)) return 0;
  step = p->rate == BL_RATE_PA1 ? fmin(p->eta0, s.loss / square) : s.loss / (square + 0.5 / p->eta0);
  if (p->loss <= BL_SGD_PERCEPTRON) return step * y;
  return y < score ? -step : step;
}

/* Each coefficient pays what is due of the penalty on magnitudes and was not paid yet. */
static void pay(walker *k)
{
  for (size_t j = 0; j < k->d; j++) {
    double before = k->scale * k->w[j], after = before;
    if (before > 0) after = fmax(0, before - (k->owed + k->paid[j]));
    else if (before < 0) after = fmin(0, before + (k->owed - k->paid[j]));
    k->paid[j] += after - before;
    k->w[j] = after / k->scale;
  }
}

/* One row; returns its loss before the step. */
static double step(walker *k, const float *x, double y, double weight)
{
  const bl_sgd *p = k->p;
  double score = 0, eta = rate(k);
  bool squares = p->penalty == BL_SGD_L2 || p->penalty == BL_SGD_ELASTICNET;
  double l1 = p->penalty == BL_SGD_L1 ? 1 : p->penalty == BL_SGD_ELASTICNET ? p->l1_ratio : 0;
  for (size_t j = 0; j < k->d; j++) score += k->w[j] * (double)x[j];
  score = score * k->scale + k->intercept;
  slope s = slope_of(p, y, score);
  double by = update_of(k, x, y, score, s, eta) * weight;
  if (squares) k->scale *= fmax(0, 1 - (1 - l1) * eta * p->alpha);
  if (squares && k->scale < 1e-9) unscale(k);
  for (size_t j = 0; by != 0 && j < k->d; j++) k->w[j] += by / k->scale * (double)x[j];
  if (p->fit_intercept) k->intercept += by - (p->one_class ? 2 * eta * p->alpha : 0);
  if (k->paid) {
    k->owed += l1 * eta * p->alpha;
    pay(k);
  }
  if (k->mean && k->t >= p->average) {
    double share = 1 / (double)(k->t - p->average + 1);
    for (size_t j = 0; j < k->d; j++) k->mean[j] += share * (k->scale * k->w[j] - k->mean[j]);
    k->mean_intercept += share * (k->intercept - k->mean_intercept);
  }
  k->t++;
  return weight * s.loss;
}

/* ---- passes ------------------------------------------------------------------------------------------------------ */

typedef struct job {
  const char *who;
  const bl_sgd *p;
  const bl_train *t;
  bl_sgd_state *s;
  uint32_t *order;  /* [outputs x rows], or NULL: as they come */
  int64_t *n_iter;  /* [outputs] passes; 0: stopped by max_iter */
  int64_t *t_after; /* [outputs] */
} job;

static double target(const job *j, size_t output, size_t row)
{
  double y = j->t->y ? j->t->y[row] : 1;
  if (j->p->one_class) return 1;
  if (!j->t->n_classes) return y;
  return (size_t)y == (j->s->n_outputs > 1 ? output : 1) ? 1 : -1;
}

static walker begin(const job *j, size_t output)
{
  const bl_sgd *p = j->p;
  bl_sgd_state *s = j->s;
  size_t at = output * s->n_features;
  bool average = s->own_coef != NULL;
  walker k = {.p = p,
              .d = s->n_features,
              .scale = 1,
              .w = (average ? s->own_coef : s->coef) + at,
              .mean = average ? s->coef + at : NULL,
              .paid = s->paid ? s->paid + at : NULL,
              .owed = s->owed[output],
              .intercept = average ? s->own_intercept[output] : s->intercept[output],
              .mean_intercept = s->intercept[output],
              .eta = p->eta0,
              .t = s->t};
  if (p->rate == BL_RATE_OPTIMAL) { /* Bottou: the first steps are as large as the coefficients will be */
    double typical = sqrt(1 / sqrt(p->alpha));
    k.t0 = fmax(1, slope_of(p, 1, -typical).first) / (typical * p->alpha);
  }
  return k;
}

static bl_status end(bl_ctx *ctx, const job *j, size_t output, walker *k)
{
  bl_sgd_state *s = j->s;
  bool finite = isfinite(k->intercept);
  unscale(k);
  for (size_t c = 0; c < k->d; c++) finite &= isfinite(k->w[c]) != 0;
  if (!finite)
    return bl_fail(ctx, BL_E_RANGE, "%s: the coefficients overflow; scale the columns, or lower eta0", j->who);
  s->owed[output] = k->owed;
  s->intercept[output] = k->mean && k->t > k->p->average ? k->mean_intercept : k->intercept;
  if (s->own_intercept) s->own_intercept[output] = k->intercept;
  /* until averaging begins the mean is the last step's */
  for (size_t c = 0; k->mean && k->t <= k->p->average && c < k->d; c++) k->mean[c] = k->w[c];
  j->t_after[output] = k->t;
  return BL_OK;
}

static double one_pass(const job *j, size_t output, walker *k, const uint32_t *order)
{
  double loss = 0;
  for (size_t i = 0; i < j->t->X.rows; i++) {
    size_t row = order ? order[i] : i;
    loss += step(k, bl_crow(&j->t->X, row), target(j, output, row), j->t->weight ? j->t->weight[row] : 1);
  }
  return loss;
}

/* Passes until the loss no longer falls. */
static bl_status learn_output(bl_ctx *ctx, void *arg, size_t output)
{
  const job *j = arg;
  const bl_sgd *p = j->p;
  size_t n = j->t->X.rows;
  uint32_t *order = j->order + output * n;
  double best = HUGE_VAL;
  int64_t idle = 0;
  walker k = begin(j, output);
  for (size_t i = 0; i < n; i++) order[i] = (uint32_t)i;
  for (int64_t pass = 0; pass < p->max_iter; pass++) {
    bl_status s = BL_CHECK_CANCEL(ctx);
    if (s) return s;
    if (p->shuffle) { /* the same order for all outputs */
      bl_rng r = bl_rng_make((uint64_t)p->random_state, "sgd order", (uint64_t)pass);
      bl_rng_shuffle(&r, order, n);
    }
    double loss = one_pass(j, output, &k, order);
    bool falls = !(p->tol.word < 0 && loss > best - p->tol.real * (double)n);
    idle = falls ? 0 : idle + 1;
    best = fmin(best, loss);
    if (idle < p->n_iter_no_change) continue;
    if (p->rate == BL_RATE_ADAPTIVE && k.eta > 1e-6) {
      k.eta /= 5;
      idle = 0;
      continue;
    }
    j->n_iter[output] = pass + 1;
    break;
  }
  return end(ctx, j, output, &k);
}

static bl_status part_output(bl_ctx *ctx, void *arg, size_t output)
{
  const job *j = arg;
  walker k = begin(j, output);
  one_pass(j, output, &k, NULL);
  j->n_iter[output] = 1;
  return end(ctx, j, output, &k);
}

/* ---- states ------------------------------------------------------------------------------------------------------ */

static bl_status copied(bl_ctx *ctx, const double *from, size_t n, double **out)
{
  if (!(*out = bl_calloc(ctx, n, sizeof **out))) return bl_fail_nomem(ctx, "a linear model");
  if (from) memcpy(*out, from, n * sizeof **out);
  return BL_OK;
}

static void release(bl_ctx *ctx, bl_sgd_state *s)
{
  bl_free(ctx, s->coef);
  bl_free(ctx, s->intercept);
  bl_free(ctx, s->own_coef);
  bl_free(ctx, s->own_intercept);
  bl_free(ctx, s->paid);
  bl_free(ctx, s->owed);
}

/* A state that may be learnt into: a copy of `from`, or where that is empty one for t. */
static bl_status next_state(bl_ctx *ctx, const bl_sgd *p, const bl_train *t, const bl_sgd_state *from, bl_sgd_state *s)
{
  bool first = !from->coef;
  *s = (bl_sgd_state){.n_outputs = first ? t->n_classes ? bl_linear_outputs(t->n_classes) : 1 : from->n_outputs,
                      .n_features = t->X.cols,
                      .t = first ? 1 : from->t};
  size_t k = s->n_outputs, all = k * s->n_features;
  bool l1 = p->penalty == BL_SGD_L1 || p->penalty == BL_SGD_ELASTICNET;
  bl_status status = copied(ctx, from->coef, all, &s->coef);
  if (!status) status = copied(ctx, from->intercept, k, &s->intercept);
  if (!status) status = copied(ctx, from->owed, k, &s->owed);
  if (!status && p->average) status = copied(ctx, from->own_coef, all, &s->own_coef);
  if (!status && p->average) status = copied(ctx, from->own_intercept, k, &s->own_intercept);
  if (!status && l1) status = copied(ctx, from->paid, all, &s->paid);
  for (size_t i = 0; !status && first && p->one_class && i < k; i++) { /* scikit-learn begins with an offset of 0 */
    s->intercept[i] = 1;
    if (s->own_intercept) s->own_intercept[i] = 1;
  }
  return status;
}

static bl_status run(bl_ctx *ctx, const char *who, const bl_sgd *p, const bl_train *t, bool parts, bl_sgd_state *s)
{
  bl_sgd_state next;
  job j = {.who = who, .p = p, .t = t, .s = &next};
  if (!(p->rate == BL_RATE_OPTIMAL) && !(p->eta0 > 0))
    return bl_fail(ctx, BL_E_RANGE, "%s: eta0 is %g; with this learning_rate it must be above 0", who, p->eta0);
  bl_status status = next_state(ctx, p, t, s, &next);
  size_t k = next.n_outputs;
  j.n_iter = bl_calloc(ctx, 2 * k, sizeof *j.n_iter);
  if (!parts) j.order = bl_calloc(ctx, k, t->X.rows * sizeof *j.order);
  if (!status && (!j.n_iter || (!parts && !j.order))) status = bl_fail_nomem(ctx, who);
  j.t_after = j.n_iter ? j.n_iter + k : NULL;
  double work = 8.0 * (double)t->X.rows * (double)t->X.cols * (parts ? 1 : 20);
  if (!status) status = bl_pool_for(ctx, k, work, parts ? part_output : learn_output, &j);
  bool capped = false;
  for (size_t c = 0; !status && c < k; c++) {
    int64_t passes = j.n_iter[c] ? j.n_iter[c] : p->max_iter;
    capped |= !j.n_iter[c] && p->tol.word < 0;
    next.n_iter = passes > next.n_iter ? passes : next.n_iter;
    next.t = j.t_after[c] > next.t ? j.t_after[c] : next.t;
  }
  if (capped)
    bl_warn(ctx, BL_W_NO_CONVERGENCE, "%s: the loss still fell after %lld passes; raise max_iter or tol", who,
            (long long)p->max_iter);
  bl_free(ctx, j.n_iter);
  bl_free(ctx, j.order);
  release(ctx, status ? &next : s);
  if (!status) *s = next;
  return status;
}

bl_status bl_sgd_fit(bl_ctx *ctx, const char *who, const bl_sgd *p, const bl_train *t, bl_sgd_state *s)
{
  return run(ctx, who, p, t, false, s);
}

bl_status bl_sgd_part(bl_ctx *ctx, const char *who, const bl_sgd *p, const bl_train *t, bl_sgd_state *s)
{
  return run(ctx, who, p, t, true, s);
}
