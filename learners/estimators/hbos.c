/* hbos: how rare the values of a row are, column by column: a histogram of equal bins a column, and the score is minus the sum of
 * log2(density + alpha) (Goldstein and Dengel 2012); as PyOD's HBOS. A value beyond the bins counts as in the outermost one as
 * far out as `tol` of a bin's width, and further out as in the emptiest. On a border it belongs to the lower bin. */
#include <math.h>

#include "anomaly.h"
#include "kit.h"

static const char who[] = "hbos";

typedef struct params {
  int64_t n_bins;
  double alpha, tol, contamination;
} params;

typedef struct state {
  size_t n_features, n_bins;
  double *low, *width, *score; /* [n_features], [n_features], [n_features][n_bins]: log2(density + alpha) */
  double offset;
} state;

static const bl_opt opts[] = {BL_INT(params, n_bins, "10", 1, 1000000, "", "bins of each column"),
                              BL_REAL_ABOVE(params, alpha, "0.1", 0, 1e9, "",
                                            "what is added to densities: the larger, the less an empty bin tells"),
                              BL_REAL(params, tol, "0.5", 0, 1, "",
                                      "how far beyond the bins a value is taken for one within, in widths of a bin"),
                              BL_CONTAMINATION(params), BL_OPT_END};

static const bl_field fields[] = {
    BL_FIELD_VECTOR(state, low, BL_F64, n_features, "where the first bin of each column begins"),
    BL_FIELD_VECTOR(state, width, BL_F64, n_features, "width of the bins"),
    BL_FIELD_MATRIX(state, score, BL_F64, n_features, n_bins, "log2(density + alpha) of each bin"),
    BL_ANOMALY_OFFSET(state), BL_FIELD_END};

/* numpy's: bins are open above but the last; where all values are one, half a unit to each side. */
static void count_column(const bl_train *t, const params *p, state *s, size_t c)
{
  size_t n = t->X.rows, bins = s->n_bins;
  double low = INFINITY, high = -INFINITY, *score = s->score + c * bins;
  for (size_t i = 0; i < n; i++) {
    low = fmin(low, (double)bl_crow(&t->X, i)[c]);
    high = fmax(high, (double)bl_crow(&t->X, i)[c]);
  }
  if (!(high > low)) low -= 0.5, high += 0.5;
  s->low[c] = low;
  s->width[c] = (high - low) / (double)bins;
  for (size_t i = 0; i < n; i++) {
    double x = (double)bl_crow(&t->X, i)[c];
    size_t k = (size_t)fmin(floor((x - low) / (high - low) * (double)bins), (double)bins - 1);
    /* a border that rounding missed */
    if (k > 0 && x < low + (double)k * s->width[c]) k--;
    else if (k + 1 < bins && x >= low + (double)(k + 1) * s->width[c]) k++;
    score[k]++;
  }
  for (size_t k = 0; k < bins; k++) score[k] = log2(score[k] / ((double)n * s->width[c]) + p->alpha);
}

static double score_of(const params *p, const state *s, const float *x)
{
  double sum = 0;
  for (size_t c = 0; c < s->n_features; c++) {
    const double *score = s->score + c * s->n_bins;
    double at = ((double)x[c] - s->low[c]) / s->width[c], last = (double)s->n_bins, least = INFINITY;
    if (at >= -p->tol && at <= last + p->tol) {
      size_t k = at <= 0 ? 0 : at >= last ? s->n_bins - 1 : (size_t)ceil(at) - 1;
      sum += score[k];
      continue;
    }
    for (size_t k = 0; k < s->n_bins; k++) least = fmin(least, score[k]);
    sum += least;
  }
  return -sum;
}

static bl_status fit(bl_ctx *ctx, bl_estimator *self, const bl_train *t)
{
  const params *p = self->params;
  state *s = self->state;
  s->n_features = t->X.cols;
  s->n_bins = (size_t)p->n_bins;
  s->low = bl_calloc(ctx, t->X.cols, sizeof *s->low);
  s->width = bl_calloc(ctx, t->X.cols, sizeof *s->width);
  s->score = bl_calloc(ctx, t->X.cols, s->n_bins * sizeof *s->score);
  double *v = bl_calloc(ctx, t->X.rows, sizeof *v);
  bl_status status = s->low && s->width && s->score && v ? BL_OK : bl_fail_nomem(ctx, who);
  for (size_t c = 0; !status && c < t->X.cols; c++) count_column(t, p, s, c);
  for (size_t i = 0; !status && i < t->X.rows; i++) v[i] = score_of(p, s, bl_crow(&t->X, i));
  if (!status) s->offset = bl_anomaly_offset(v, t->X.rows, p->contamination);
  bl_free(ctx, v);
  return status;
}

static bl_status apply(bl_ctx *ctx, const bl_estimator *self, void *room, const bl_cmat *X, const bl_answer *out)
{
  const state *s = self->state;
  (void)ctx, (void)room;
  for (size_t i = 0; i < X->rows; i++) bl_anomaly_answer(score_of(self->params, s, bl_crow(X, i)), s->offset, i, out);
  return BL_OK;
}

static bl_status check(bl_ctx *ctx, const bl_estimator *self)
{
  const state *s = self->state;
  if (s->low && s->width && s->score && s->n_bins && s->n_features == self->n_features) return BL_OK;
  return bl_fail(ctx, BL_E_FORMAT, "%s: its bins do not fit %zu columns", who, self->n_features);
}

/* clang-format off */
const bl_estimator_class bl_estimator_hbos = {
    .name = "hbos", .summary = "outlier detector: how rare the values are, by a histogram a column",
    .source = "PyOD HBOS; Goldstein and Dengel 2012", .kind = BL_OUTLIER_DETECTOR, .state_version = 1, .opts = opts,
    .params_size = sizeof(params), .fields = fields, .state_size = sizeof(state), .fit = fit, .width = bl_anomaly_width,
    .apply = apply, .check = check};
/* clang-format on */
