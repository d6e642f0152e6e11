/* time_corr: correlations of pairs of channels, and their eigenvalues, as mne-features has them.
 *
 * Channels are brought to mean 0 and standard deviation 1 across channels in every frame first (as the peer does, who means to
 * across time): so these are not the plain correlations, which are `covariance` with estimator corr, and one eigenvalue is 0. A frame
 * in which all channels are alike counts as 0. with_eigenvalues: their moduli, ascending, behind the pairs. A channel that does
 * not vary has no correlation: NaN and a warning. */
#include <math.h>
#include <stdio.h>

#include "baleen/blas.h"
#include "baleen/sort.h"
#include "pairs.h"

typedef struct time_corr_params {
  bool with_eigenvalues;
} time_corr_params;

static const bl_opt opts[] = {
    BL_BOOL(time_corr_params, with_eigenvalues, "true", "whether the eigenvalues stand behind the pairs"), BL_OPT_END};

static const bl_series_form form = {.name = "time_corr", .n_values = 1, .need = 2};

static bl_status shape(bl_ctx *ctx, const void *params, const bl_stream *in, bl_feature_names *out)
{
  const time_corr_params *p = params;
  bl_status s = bl_pairs_shape(ctx, form.name, in, out);
  for (size_t k = 0; !s && p->with_eigenvalues && k < in->n_channels; k++) {
    char name[32];
    snprintf(name, sizeof name, "eig%zu", k);
    s = bl_feature_add(ctx, out, NULL, name, form.name, "1");
  }
  return s;
}

static bl_status init(bl_ctx *ctx, const void *params, const bl_stream *in, void *state)
{
  return bl_series_init(ctx, state, in, &form, 0, params);
}

/* Each frame across channels. */
static void standardise(const bl_series *s, double *x)
{
  double c = (double)s->width;
  for (size_t i = 0; i < s->n; i++) {
    double mean = 0, squares = 0;
    for (size_t k = 0; k < s->width; k++) mean += x[k * s->n + i] / c;
    for (size_t k = 0; k < s->width; k++) {
      double *v = &x[k * s->n + i];
      *v -= mean;
      squares += *v * *v / c;
    }
    for (size_t k = 0; k < s->width; k++) x[k * s->n + i] /= squares > 0 || isnan(squares) ? sqrt(squares) : 1;
  }
}

/* Each channel to mean 0 and length 1. */
static void normalise(const bl_series *s, double *x)
{
  for (size_t k = 0; k < s->width; k++) {
    double *v = x + k * s->n, mean = bl_mean(v, s->n), length = sqrt(bl_variance(v, s->n, 0) * (double)s->n);
    for (size_t i = 0; i < s->n; i++) v[i] = length > 0 ? (v[i] - mean) / length : NAN;
  }
}

static double value(const bl_series *s, const double *of, size_t a, size_t b)
{
  double sum = 0;
  for (size_t i = 0; i < s->n; i++) sum += of[a * s->n + i] * of[b * s->n + i];
  return sum;
}

/* Moduli of the eigenvalues of the matrix of correlations; NaN when one of them is. */
static bl_status eigenvalues(bl_ctx *ctx, const bl_series *s, const double *of, double *room, float *row)
{
  size_t c = s->width;
  double *w = room + c * c, *v = w + c;
  bool defined = true;
  for (size_t a = 0; a < c; a++)
    for (size_t b = a; b < c; b++) {
      room[a * c + b] = a == b ? 1 : value(s, of, a, b);
      defined = defined && isfinite(room[a * c + b]);
    }
  bl_status status = defined ? bl_eigh(ctx, c, room, w, v) : BL_OK;
  for (size_t k = 0; !status && k < c; k++) w[k] = defined ? fabs(w[k]) : NAN;
  if (defined) bl_sort(w, c);
  for (size_t k = 0; !status && k < c; k++) row[k] = (float)w[k];
  return status;
}

static bl_status finish(bl_ctx *ctx, void *state, float *row)
{
  bl_series *s = state;
  const time_corr_params *p = s->params;
  double *x;
  size_t c = s->width, size = c * s->n, more = 2 * c * c + c, planes = size ? 1 + (more + size - 1) / size : 1;
  bl_status status = bl_pairs_channels(ctx, s, planes, &x);
  if (status) return status;
  standardise(s, x);
  normalise(s, x);
  status = bl_pairs_row(ctx, s, value, x, row);
  if (!status && p->with_eigenvalues) status = eigenvalues(ctx, s, x, x + size, row + c * (c - 1) / 2);
  return status;
}

const bl_summary_class bl_summary_time_corr = {
    .name = "time_corr",
    .summary = "correlation of pairs of channels standardised across channels, and eigenvalues",
    .source = "mne_features.bivariate.compute_time_corr",
    .opts = opts,
    .params_size = sizeof(time_corr_params),
    .state_size = sizeof(bl_series),
    .shape = shape,
    .init = init,
    .begin = bl_series_begin,
    .push = bl_series_push,
    .finish = finish,
    .release = bl_series_release,
};
