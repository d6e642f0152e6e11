/* knn: a row has the class of most of its nearest rows in training (Cover and Hart 1967), found by brute force. Ties of
 * votes go to the lower class, ties of distance to the row that came first in training; probabilities are shares of the
 * votes. Of several labels a row has each that more than half of the votes have. As scikit-learn's KNeighborsClassifier,
 * whose choice among equal distances is its sort's. */
#include <string.h>

#include "knn_common.h"
#include "linear_classifier.h"

typedef struct job {
  const bl_estimator *self;
  const bl_answer *out;
  double *share; /* [classes] of the row at hand */
} job;

static void vote(void *arg, size_t row, const uint32_t *index, const double *distance)
{
  const job *j = arg;
  const bl_knn_params *p = j->self->params;
  const bl_knn_state *s = j->self->state;
  size_t classes = j->self->n_classes, k = (size_t)p->n_neighbors;
  double *predict = j->out->v[BL_PREDICT], *proba = j->out->v[BL_PREDICT_PROBA], sum = 0;
  memset(j->share, 0, classes * sizeof *j->share);
  for (size_t i = 0; i < k; i++) {
    double w = bl_knn_weight(p, distance, i);
    j->share[(size_t)s->y[index[i]]] += w;
    sum += w;
  }
  for (size_t c = 0; c < classes; c++) j->share[c] /= sum;
  if (predict) predict[row] = bl_top_class(j->share, classes);
  if (proba) memcpy(proba + row * classes, j->share, classes * sizeof *j->share);
}

/* Each label by itself: the share of the votes that have it; a tie is no. */
static void vote_labels(void *arg, size_t row, const uint32_t *index, const double *distance)
{
  const job *j = arg;
  const bl_knn_params *p = j->self->params;
  const bl_knn_state *s = j->self->state;
  size_t labels = s->n_targets;
  double *predict = j->out->v[BL_PREDICT], *proba = j->out->v[BL_PREDICT_PROBA];
  for (size_t c = 0; c < labels; c++) {
    double with = 0, without = 0;
    for (size_t i = 0; i < (size_t)p->n_neighbors; i++) {
      double w = bl_knn_weight(p, distance, i);
      *(s->y[index[i] * labels + c] > 0 ? &with : &without) += w;
    }
    if (predict) predict[row * labels + c] = with > without;
    if (proba) proba[row * labels + c] = with / (with + without);
  }
}

static bl_status apply(bl_ctx *ctx, const bl_estimator *self, void *room, const bl_cmat *X, const bl_answer *out)
{
  const bl_knn_room *r = room;
  (void)ctx;
  bl_knn_find(self, r, X, self->n_targets > 1 ? vote_labels : vote, &(job){self, out, r->share});
  return BL_OK;
}

static size_t width(const bl_estimator *self, bl_op op)
{
  if (op == BL_PREDICT) return bl_label_columns(self);
  if (op == BL_PREDICT_PROBA) return self->n_classes ? self->n_classes : 1;
  return 0;
}

static bl_status check(bl_ctx *ctx, const bl_estimator *self)
{
  const bl_knn_state *s = self->state;
  bl_status status = bl_knn_check(ctx, self);
  size_t codes = self->n_targets > 1 ? 2 : self->n_classes;
  for (size_t i = 0; !status && i < s->n_rows * s->n_targets; i++)
    if (!(s->y[i] >= 0 && s->y[i] < (double)codes))
      status = bl_fail(ctx, BL_E_FORMAT, "knn: y of row %zu is %g, which is none of %zu classes", i / s->n_targets,
                       s->y[i], codes);
  return status;
}

/* clang-format off */
const bl_estimator_class bl_estimator_knn = {
    .name = "knn", .summary = "the class of most of the nearest rows",
    .source = "scikit-learn KNeighborsClassifier; Cover and Hart 1967", .kind = BL_CLASSIFIER, .tags = BL_TAG_TARGETS,
    .state_version = 2, .opts = bl_knn_opts, .params_size = sizeof(bl_knn_params), .fields = bl_knn_fields,
    .state_size = sizeof(bl_knn_state), .foresee = bl_knn_foresee, .fit = bl_knn_fit, .width = width, .prepare = bl_knn_prepare,
    .release = bl_knn_release, .apply = apply, .work = bl_knn_work, .migrate = bl_knn_migrate, .check = check};
/* clang-format on */
