/* Of classes i < j the machine with +1 for i, as in libsvm; of two classes alone signs are turned, so that a decision
 * above 0 is for the second. */
#include "svm_classifier.h"

#include <string.h>

#include "baleen/pool.h"
#include "kit.h"
#include "linear_classifier.h"

const bl_field bl_svm_fields[] = {BL_SVM_FIELDS(bl_svm_state), BL_FIELD_END};

/* ---- learning ---------------------------------------------------------------------------------------------------- */

typedef struct machine {
  size_t i, j; /* its classes */
  double rho, gap;
  size_t n_iter;
  bool converged;
} machine;

typedef struct job {
  const bl_estimator *self;
  const bl_train *t;
  const bl_kernel *kernel;
  const bl_gram_values *gram; /* its values; NULL: each machine works out those that it needs */
  bool nu;
  size_t n_classes, n_machines;
  machine *machines;
  uint32_t *position; /* [rows] rows class by class */
  size_t *start;      /* [classes + 1] where each begins in it */
  double *weight;     /* [rows], in the order of position */
  double *coef;       /* [classes - 1][rows] y alpha, likewise, as dual_coef has it */
} job;

static void sort_by_class(job *j)
{
  size_t n = j->t->X.rows, k = j->n_classes;
  for (size_t i = 0; i < n; i++) j->start[(size_t)j->t->y[i] + 1]++;
  for (size_t c = 0; c < k; c++) j->start[c + 1] += j->start[c];
  for (size_t i = 0; i < n; i++) j->position[j->start[(size_t)j->t->y[i]]++] = (uint32_t)i;
  for (size_t c = k; c > 0; c--) j->start[c] = j->start[c - 1];
  j->start[0] = 0;
}

static double class_sum(const job *j, size_t c)
{
  double sum = 0;
  for (size_t i = j->start[c]; i < j->start[c + 1]; i++) sum += j->weight[i];
  return sum;
}

static void weigh(job *j)
{
  for (size_t i = 0; i < j->t->X.rows; i++) j->weight[i] = j->t->weight ? j->t->weight[j->position[i]] : 1;
}

/* The share nu of the weight of both classes is to lie on or within the margin, half of it of either. */
static bl_status check_nu(bl_ctx *ctx, const job *j)
{
  const bl_svm_classifier_params *p = j->self->params;
  double most = 1;
  for (size_t m = 0; m < j->n_machines; m++) {
    double a = class_sum(j, j->machines[m].i), b = class_sum(j, j->machines[m].j);
    most = fmin(most, 2 * fmin(a, b) / (a + b));
  }
  if (p->strength <= most) return BL_OK;
  return bl_fail(ctx, BL_E_RANGE,
                 "%s: nu is %g, but the classes are so unequal that at most %.6g is possible; take less, or "
                 "class_weight: balanced",
                 j->self->cls->name, p->strength, floor(most * 1e6) / 1e6);
}

/* The problem of one machine, its arrays in `block`: y, p, C, alpha. */
static void set_up(const job *j, const machine *m, size_t n_i, size_t n, double *block, bl_smo *q)
{
  const bl_svm_classifier_params *p = j->self->params;
  double *y = block, *linear = y + n, *C = linear + n, *alpha = C + n;
  for (size_t t = 0; t < n; t++) {
    y[t] = t < n_i ? 1 : -1;
    C[t] = j->weight[t < n_i ? j->start[m->i] + t : j->start[m->j] + t - n_i];
    if (j->nu) continue;
    linear[t] = -1;
    C[t] *= p->strength;
  }
  double half = p->strength * (class_sum(j, m->i) + class_sum(j, m->j)) / 2, left[2] = {half, half};
  for (size_t t = 0; j->nu && t < n; t++) {
    alpha[t] = fmin(C[t], left[t >= n_i]);
    left[t >= n_i] -= alpha[t];
  }
  *q = (bl_smo){.n = n,
                .y = y,
                .p = linear,
                .C = C,
                .alpha = alpha,
                .tol = p->solving.tol,
                .max_iter = bl_svm_max_iter(&p->solving, n),
                .shrinking = p->solving.shrinking,
                .by_sign = j->nu};
}

/* The rows of two classes as a view, by an index of their own. */
static bl_cmat rows_of(const job *j, const machine *m, size_t n_i, size_t n, uint32_t *index)
{
  const bl_cmat *X = &j->t->X;
  for (size_t t = 0; t < n; t++) {
    uint32_t at = j->position[t < n_i ? j->start[m->i] + t : j->start[m->j] + t - n_i];
    index[t] = X->index ? X->index[at] : at;
  }
  return (bl_cmat){X->v, n, X->cols, X->stride, index};
}

static bl_status learn_machine(bl_ctx *ctx, void *arg, size_t item)
{
  job *j = arg;
  const bl_svm_classifier_params *p = j->self->params;
  machine *m = &j->machines[item];
  size_t rows = j->t->X.rows, n_i = j->start[m->i + 1] - j->start[m->i];
  size_t n = n_i + j->start[m->j + 1] - j->start[m->j];
  bl_kernel_cache *cache = NULL;
  bl_smo q = {0};
  uint32_t *index = bl_calloc(ctx, n, sizeof *index);
  double *block = bl_calloc(ctx, 4 * n, sizeof *block);
  bl_status s = index && block ? BL_OK : bl_fail_nomem(ctx, j->self->cls->name);
  if (s) goto done;
  bl_cmat X = rows_of(j, m, n_i, n, index);
  set_up(j, m, n_i, n, block, &q);
  s = bl_kernel_cache_new(ctx, j->kernel, &X, bl_svm_cache_bytes(&p->solving), j->gram, &cache);
  if (!s) s = bl_smo_solve(ctx, cache, &q);
  if (s) goto done;
  double by = j->nu && q.margin > 0 ? q.margin : 1;
  *m = (machine){m->i, m->j, q.rho / by, q.gap, q.n_iter, q.converged};
  for (size_t t = 0; t < n_i; t++) j->coef[(m->j - 1) * rows + j->start[m->i] + t] = q.alpha[t] / by;
  for (size_t t = n_i; t < n; t++) j->coef[m->i * rows + j->start[m->j] + t - n_i] = -q.alpha[t] / by;
done:
  bl_kernel_cache_free(ctx, cache);
  bl_free(ctx, index);
  bl_free(ctx, block);
  return s;
}

static bool decides(const job *j, size_t at)
{
  for (size_t r = 0; r + 1 < j->n_classes; r++)
    if (j->coef[r * j->t->X.rows + at] != 0) return true;
  return false;
}

static bl_status keep(bl_ctx *ctx, job *j, bl_svm_state *s)
{
  size_t n = j->t->X.rows, k = j->n_classes, n_sv = 0;
  uint32_t *position = bl_calloc(ctx, n, sizeof *position);
  if (!position) return bl_fail_nomem(ctx, j->self->cls->name);
  for (size_t i = 0; i < n; i++)
    if (decides(j, i)) position[n_sv++] = j->position[i];
  bl_status status = bl_svm_keep(ctx, s, j->kernel, j->t, position, n_sv, k - 1, j->n_machines, k);
  bl_free(ctx, position);
  if (status) return status;
  double sign = k == 2 ? -1 : 1;
  for (size_t c = 0, at = 0; c < k; c++)
    for (size_t i = j->start[c]; i < j->start[c + 1]; i++) {
      if (!decides(j, i)) continue;
      for (size_t r = 0; r + 1 < k; r++) s->dual_coef[r * n_sv + at] = sign * j->coef[r * n + i];
      s->n_support[c]++;
      at++;
    }
  for (size_t m = 0; m < j->n_machines; m++) s->intercept[m] = -sign * j->machines[m].rho;
  return BL_OK;
}

static void tell(bl_ctx *ctx, const job *j, bl_svm_state *s)
{
  const bl_svm_classifier_params *p = j->self->params;
  bool converged = true;
  double gap = 0;
  size_t most = 0;
  for (size_t m = 0; m < j->n_machines; m++) {
    converged = converged && j->machines[m].converged;
    gap = fmax(gap, j->machines[m].gap);
    most = j->machines[m].n_iter > most ? j->machines[m].n_iter : most;
  }
  s->n_iter = (int64_t)most;
  bl_svm_warn(ctx, j->self, converged, most, gap, p->solving.tol);
}

/* Every class stands in the machines of all others, so that from three classes on the values are worked out for all
 * machines together, unless they are already there for all fits on these rows. */
static bl_status share_values(bl_ctx *ctx, job *j, bl_grams **own)
{
  const bl_svm_classifier_params *p = j->self->params;
  const bl_train *t = j->t;
  size_t bytes = bl_svm_cache_bytes(&p->solving);
  bl_status s = bl_gram_take(ctx, t->data->grams, j->kernel, &t->X, bytes, &j->gram);
  if (s || j->gram || j->n_classes < 3) return s;
  s = bl_grams_new(ctx, &t->X, own);
  return s ? s : bl_gram_take(ctx, *own, j->kernel, &t->X, bytes, &j->gram);
}

bl_status bl_svm_classifier_fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t, bool nu)
{
  size_t n = t->X.rows, k = t->n_classes;
  bl_kernel kernel = {0};
  bl_grams *own = NULL;
  job j = {.self = self, .t = t, .kernel = &kernel, .nu = nu, .n_classes = k, .n_machines = k * (k - 1) / 2};
  bl_status s = bl_svm_settle(ctx, self, t, &kernel);
  if (s) goto done;
  j.machines = bl_calloc(ctx, j.n_machines, sizeof *j.machines);
  j.position = bl_calloc(ctx, n, sizeof *j.position);
  j.start = bl_calloc(ctx, k + 1, sizeof *j.start);
  j.weight = bl_calloc(ctx, n, sizeof *j.weight);
  j.coef = bl_calloc(ctx, k - 1, n * sizeof *j.coef);
  if (!j.machines || !j.position || !j.start || !j.weight || !j.coef) s = bl_fail_nomem(ctx, self->cls->name);
  if (s) goto done;
  for (size_t a = 0, m = 0; a < k; a++)
    for (size_t b = a + 1; b < k; b++) j.machines[m++] = (machine){.i = a, .j = b};
  sort_by_class(&j);
  weigh(&j);
  if (nu) s = check_nu(ctx, &j);
  if (!s) s = share_values(ctx, &j, &own);
  double rows = 2 * (double)n / (double)k; /* of one machine; about a third of them decide */
  if (!s) s = bl_pool_for(ctx, j.n_machines, rows * rows * (double)t->X.cols, learn_machine, &j);
  if (!s) s = keep(ctx, &j, self->state);
  if (!s) tell(ctx, &j, self->state);
done:
  bl_gram_leave(own ? own : t->data->grams, j.gram);
  bl_grams_free(ctx, own);
  if (kernel.cls) bl_kernel_free(ctx, &kernel);
  bl_free(ctx, j.machines);
  bl_free(ctx, j.position);
  bl_free(ctx, j.start);
  bl_free(ctx, j.weight);
  bl_free(ctx, j.coef);
  return s;
}

/* ---- applying ---------------------------------------------------------------------------------------------------- */

size_t bl_svm_classifier_width(const bl_estimator *self, bl_op op)
{
  if (op == BL_PREDICT) return 1;
  return op == BL_DECISION ? (self->n_classes > 2 ? self->n_classes : 1) : 0;
}

/* Votes of the machines, and for each class how sure they are: below 1/3 either way, so that it only breaks ties. */
static double count_votes(const bl_estimator *self, const double *sums, bool break_ties, double *decision)
{
  const bl_svm_state *s = self->state;
  size_t k = self->n_classes, m = 0, first = 0;
  double most = -1;
  bool nan = false;
  for (size_t c = 0; c < k; c++) {
    double votes = 0, sure = 0;
    m = 0;
    for (size_t i = 0; i < k; i++)
      for (size_t j = i + 1; j < k; j++, m++) {
        if (i != c && j != c) continue;
        double z = sums[i * s->n_rows + j - 1] + sums[j * s->n_rows + i] + s->intercept[m];
        nan |= isnan(z);
        votes += (z > 0) == (i == c);
        sure += i == c ? z : -z;
      }
    double all = isinf(sure) ? votes + copysign(1.0 / 3, sure) : votes + sure / (3 * (fabs(sure) + 1));
    if (decision) decision[c] = all;
    if ((break_ties ? all : votes) > most) most = break_ties ? all : votes, first = c;
  }
  return nan ? (double)NAN : (double)first;
}

bl_status bl_svm_classifier_apply(bl_ctx *ctx, const bl_estimator *self, void *room, const bl_cmat *X,
                                  const bl_answer *out)
{
  const bl_svm_classifier_params *p = self->params;
  const bl_svm_state *s = self->state;
  const bl_svm_room *r = room;
  size_t k = self->n_classes;
  double *predict = out->v[BL_PREDICT], *decision = out->v[BL_DECISION];
  (void)ctx;
  bl_svm_sums(self, r, X);
  for (size_t i = 0; i < X->rows; i++) {
    const double *sums = r->sums + i * k * (k - 1);
    double code, z = sums[0] + sums[1] + s->intercept[0];
    if (k > 2) code = count_votes(self, sums, p->break_ties, decision ? decision + i * k : NULL);
    else code = isnan(z) ? z : z > 0;
    if (k == 2 && decision) decision[i] = z;
    if (predict) predict[i] = code;
  }
  return BL_OK;
}

bl_status bl_svm_classifier_check(bl_ctx *ctx, const bl_estimator *self)
{
  size_t k = self->n_classes;
  if (k < 2) return bl_fail(ctx, BL_E_FORMAT, "%s: %zu classes", self->cls->name, k);
  return bl_svm_check(ctx, self, k - 1, k * (k - 1) / 2, k);
}
