/* knn: a row has the class of most of its nearest rows in training (Cover and Hart 1967), found by brute force. Ties of
 * votes go to the lower class, ties of distance to the row that came first in training; probabilities are shares of the
 * votes. As scikit-learn's KNeighborsClassifier, whose choice among equal distances is its sort's. */
#include "knn_common.h"

typedef struct job {
  const bl_estimator *self;
  bl_op op;
  double *out;
} job;

static void vote(void *arg, size_t row, const uint32_t *index, const double *distance)
{
  const job *j = arg;
  const bl_knn_params *p = j->self->params;
  const bl_knn_state *s = j->self->state;
  size_t classes = j->self->n_classes, k = (size_t)p->n_neighbors, best = 0;
  double *share = j->out + row * classes, sum = 0;
  for (size_t i = 0; i < k; i++) {
    double w = bl_knn_weight(p, distance, i);
    share[(size_t)s->y[index[i]]] += w;
    sum += w;
  }
  for (size_t c = 0; c < classes; c++) {
    share[c] /= sum;
    if (share[c] > share[best]) best = c;
  }
  if (j->op == BL_PREDICT) share[0] = (double)best; /* gathered below */
}

static bl_status apply(bl_ctx *ctx, const bl_estimator *self, bl_op op, const bl_cmat *X, double *out)
{
  size_t classes = self->n_classes, n = X->rows * classes;
  job j = {self, op, bl_calloc(ctx, n, sizeof *j.out)};
  if (!j.out) return bl_fail_nomem(ctx, "votes");
  bl_status s = bl_knn_find(ctx, self, X, vote, &j);
  for (size_t i = 0; !s && op == BL_PREDICT && i < X->rows; i++) out[i] = j.out[i * classes];
  for (size_t i = 0; !s && op != BL_PREDICT && i < n; i++) out[i] = j.out[i];
  bl_free(ctx, j.out);
  return s;
}

static size_t width(const bl_estimator *self, bl_op op)
{
  if (op == BL_PREDICT) return 1;
  if (op == BL_PREDICT_PROBA) return self->n_classes ? self->n_classes : 1;
  return 0;
}

static bl_status check(bl_ctx *ctx, const bl_estimator *self)
{
  const bl_knn_state *s = self->state;
  bl_status status = bl_knn_check(ctx, self);
  for (size_t i = 0; !status && i < s->n_rows; i++)
    if (!(s->y[i] >= 0 && s->y[i] < (double)self->n_classes))
      status = bl_fail(ctx, BL_E_FORMAT, "knn: y of row %zu is %g, which is none of %zu classes", i, s->y[i],
                       self->n_classes);
  return status;
}

const bl_estimator_class bl_estimator_knn = {.name = "knn",
                                             .summary = "the class of most of the nearest rows",
                                             .source = "scikit-learn KNeighborsClassifier; Cover and Hart 1967",
                                             .kind = BL_CLASSIFIER,
                                             .state_version = 1,
                                             .opts = bl_knn_opts,
                                             .params_size = sizeof(bl_knn_params),
                                             .fields = bl_knn_fields,
                                             .state_size = sizeof(bl_knn_state),
                                             .fit = bl_knn_fit,
                                             .width = width,
                                             .apply = apply,
                                             .check = check};
