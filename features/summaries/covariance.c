/* covariance: the upper triangle, row by row with its diagonal, of the channels' covariance over the segment's samples.
 *
 * Estimators by pyRiemann's names, S = sum (x - m)(x - m)' with center, sum x x' without, over T samples of p channels:
 *   scm    S / (T - ddof)
 *   cov    S / (T - 1), numpy.cov
 *   corr   S_ij / sqrt(S_ii S_jj), no unit
 *   oas, lwf   S / T drawn towards its mean diagonal (baleen/shrinkage.h)
 *   sch    S / (T - 1) drawn towards its own diagonal (there too)
 *   hub, stu, tyl   robust: samples far out weigh less (m_estimator.h); tyl has trace p and no unit
 * With trace, C is divided by its trace. Waveforms only (one bin). A flat channel makes its row of corr NaN, and all of sch
 * (0 / 0, as in pyRiemann 0.11); hub, stu and tyl refuse it.
 * The centred sum is updated sample by sample (Welford 1962), so that offsets cost no digits. lwf, sch, hub, stu and tyl
 * look at each sample once more, and keep the segment. */
#include <math.h>
#include <string.h>

#include "baleen/shrinkage.h"
#include "connectivity.h"
#include "m_estimator.h"
#include "moments.h"
#include "unit.h"

enum { SCM, COV, CORR, OAS, LWF, SCH, HUB, STU, TYL };
static const char *const estimators[] = {"scm", "cov", "corr", "oas", "lwf", "sch", "hub", "stu", "tyl", NULL};

typedef struct covariance_params {
  bool center, trace;
  int64_t ddof;
  int estimator;
} covariance_params;

typedef struct covariance_state {
  const covariance_params *params;
  size_t p;
  uint64_t n;
  double *mean, *d, *c; /* d: differences of the sample in hand; c: upper triangle by rows */
  double *full;         /* the matrix itself, p x p */
  double *kept;         /* samples [n][p] of the estimators that look at them again */
  size_t cap;
} covariance_state;

static const bl_opt opts[] = {
    BL_ENUM(covariance_params, estimator, "scm", estimators,
            "how the matrix is estimated: plain, of correlations, shrunk (oas, lwf, sch), or robust (hub, stu, tyl)"),
    BL_BOOL(covariance_params, center, "true", "whether each channel's mean in the segment is taken off"),
    BL_INT(covariance_params, ddof, "0", 0, 1, "", "scm: sums are divided by the samples less this"),
    BL_BOOL(covariance_params, trace, "false", "whether the matrix is divided by its trace"), BL_OPT_END};

static bool keeps(int estimator) { return estimator >= LWF; }
static bool has_no_unit(const covariance_params *p) { return p->trace || p->estimator == CORR || p->estimator == TYL; }

static bl_status add_pair(bl_ctx *ctx, const covariance_params *p, const bl_stream *in, size_t i, size_t k,
                          bl_feature_names *out)
{
  char *name = bl_pair_name(ctx, in, i, k);
  char *unit =
      has_no_unit(p) ? bl_strdup(ctx, "1") : bl_unit_product(ctx, bl_channel_unit(in, i), bl_channel_unit(in, k));
  bl_status s =
      name && unit ? bl_feature_add(ctx, out, NULL, NULL, name, unit) : bl_fail_nomem(ctx, "covariance: names");
  bl_free(ctx, name);
  bl_free(ctx, unit);
  return s;
}

static bl_status shape(bl_ctx *ctx, const void *params, const bl_stream *in, bl_feature_names *out)
{
  bl_status s = BL_OK;
  if (in->n_bins != 1)
    return bl_fail(ctx, BL_E_SHAPE, "covariance: the stream has %zu bins; it takes waveforms, before any spectrum",
                   in->n_bins);
  const covariance_params *p = params;
  if (p->estimator != SCM) s = bl_opts_refuse_idle(ctx, "covariance", opts, params, "ddof", "estimator: scm");
  for (size_t i = 0; i < in->n_channels; i++)
    for (size_t k = i; !s && k < in->n_channels; k++) s = add_pair(ctx, params, in, i, k, out);
  return s ? s : bl_features_block(ctx, out, "covariance", BL_BLOCK_TRIANGLE, (size_t[3]){in->n_channels});
}

static bl_status init(bl_ctx *ctx, const void *params, const bl_stream *in, void *state)
{
  covariance_state *s = state;
  s->params = params;
  s->p = in->n_channels;
  s->mean = bl_calloc(ctx, s->p, sizeof(double));
  s->d = bl_calloc(ctx, s->p, sizeof(double));
  s->c = bl_calloc(ctx, s->p * (s->p + 1) / 2, sizeof(double));
  s->full = bl_calloc(ctx, s->p, s->p * sizeof(double));
  return s->mean && s->d && s->c && s->full ? BL_OK : bl_fail_nomem(ctx, "covariance: sums");
}

static bl_status begin(bl_ctx *ctx, void *state, const bl_span *span, double first_s)
{
  (void)ctx, (void)span, (void)first_s;
  covariance_state *s = state;
  s->n = 0;
  memset(s->mean, 0, s->p * sizeof(double));
  memset(s->c, 0, s->p * (s->p + 1) / 2 * sizeof(double));
  return BL_OK;
}

static bl_status keep(bl_ctx *ctx, covariance_state *s, const float *x, size_t n)
{
  void *v = s->kept;
  size_t held = (size_t)s->n * s->p;
  bl_status status = bl_grow(ctx, &v, &s->cap, held + n * s->p, sizeof *s->kept, "covariance: a segment's samples");
  if (status) return status;
  s->kept = v;
  for (size_t i = 0; i < n * s->p; i++) s->kept[held + i] = (double)x[i];
  return BL_OK;
}

static bl_status push(bl_ctx *ctx, void *state, const float *x, size_t n)
{
  covariance_state *s = state;
  bl_status status = keeps(s->params->estimator) ? keep(ctx, s, x, n) : BL_OK;
  if (status) return status;
  for (size_t f = 0; f < n; f++, x += s->p) {
    double count = (double)++s->n, weight = s->params->center ? (count - 1) / count : 1;
    for (size_t i = 0; i < s->p; i++) {
      s->d[i] = (double)x[i] - s->mean[i];
      if (s->params->center) s->mean[i] += s->d[i] / count;
    }
    double *c = s->c;
    for (size_t i = 0; i < s->p; i++) {
      double w = weight * s->d[i];
      for (size_t k = i; k < s->p; k++) *c++ += w * s->d[k];
    }
  }
  return BL_OK;
}

/* S / by, both triangles. */
static void fill(const covariance_state *s, double by)
{
  for (size_t i = 0, at = 0; i < s->p; i++)
    for (size_t k = i; k < s->p; k++, at++) s->full[i * s->p + k] = s->full[k * s->p + i] = s->c[at] / by;
}

static void center(const covariance_state *s)
{
  for (size_t f = 0; s->params->center && f < (size_t)s->n; f++)
    for (size_t i = 0; i < s->p; i++) s->kept[f * s->p + i] -= s->mean[i];
}

static void correlate(double *c, size_t p)
{
  for (size_t i = 0; i < p; i++)
    for (size_t k = i + 1; k < p; k++) c[i * p + k] /= sqrt(c[i * p + i] * c[k * p + k]);
  for (size_t i = 0; i < p; i++) c[i * p + i] /= c[i * p + i];
}

static bl_status estimate(bl_ctx *ctx, covariance_state *s)
{
  size_t n = (size_t)s->n, p = s->p;
  int kind = s->params->estimator;
  fill(s, (double)(kind == SCM ? s->n - (uint64_t)s->params->ddof : kind == COV ? s->n - 1 : s->n));
  if (keeps(kind)) center(s);
  if (kind == CORR) correlate(s->full, p);
  if (kind == OAS) bl_shrink(s->full, p, bl_oas(s->full, n, p));
  if (kind == LWF) bl_shrink(s->full, p, bl_ledoit_wolf(s->kept, n, p, s->full));
  if (kind == SCH) {
    double intensity = bl_schaefer_strimmer(s->kept, n, p, s->full);
    fill(s, (double)(n - 1));
    bl_shrink_to_diagonal(s->full, p, intensity);
  }
  if (kind < HUB) return BL_OK;
  return bl_m_estimate(ctx, "covariance", (bl_m_kind)(kind - HUB), s->kept, n, p, s->full);
}

static bl_status finish(bl_ctx *ctx, void *state, float *row)
{
  covariance_state *s = state;
  bool unbiased = s->params->estimator == COV || s->params->estimator == SCH;
  bl_status status = bl_need_frames(ctx, "covariance", s->n, unbiased ? 2 : (uint64_t)s->params->ddof + 1);
  if (!status) status = estimate(ctx, s);
  if (status) return status;
  double by = 1;
  if (s->params->trace) {
    by = 0;
    for (size_t i = 0; i < s->p; i++) by += s->full[i * s->p + i];
    if (by == 0)
      return bl_fail(ctx, BL_E_RANGE, "covariance: all channels are flat in this segment; there is no trace");
  }
  for (size_t i = 0, at = 0; i < s->p; i++)
    for (size_t k = i; k < s->p; k++) row[at++] = (float)(s->full[i * s->p + k] / by);
  return BL_OK;
}

static void release(bl_ctx *ctx, void *state)
{
  covariance_state *s = state;
  bl_free(ctx, s->mean);
  bl_free(ctx, s->d);
  bl_free(ctx, s->c);
  bl_free(ctx, s->full);
  bl_free(ctx, s->kept);
}

const bl_summary_class bl_summary_covariance = {
    .name = "covariance",
    .summary = "covariance of the channels, plain, shrunk or robust: the upper triangle by rows",
    .source = "numpy.cov, pyriemann.utils.covariance",
    .opts = opts,
    .params_size = sizeof(covariance_params),
    .state_size = sizeof(covariance_state),
    .shape = shape,
    .init = init,
    .begin = begin,
    .push = push,
    .finish = finish,
    .release = release,
};
