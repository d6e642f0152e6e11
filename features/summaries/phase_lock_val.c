/* phase_lock_val: how steady the difference of phase of pairs of channels is over a segment: |mean of exp(j (phase a - phase b))|, of
 * the analytic signal of the whole segment (analytic.h), as mne-features has it. Filter to a band before. Measures over epochs, and
 * others of one segment: spectral_connectivity_epochs, spectral_connectivity_time. Silence has no phase: NaN and a warning. */
#include <math.h>

#include "analytic.h"
#include "pairs.h"

typedef struct plv_state {
  bl_series series; /* first */
  bl_analytic analytic;
} plv_state;

static const bl_series_form form = {.name = "phase_lock_val", .n_values = 1, .need = 2};

/* of: cosines of all channels, and their sines behind them. */
static double value(const bl_series *s, const double *of, size_t a, size_t b)
{
  const double *x = of + a * s->n, *y = of + b * s->n, *jx = x + s->width * s->n, *jy = y + s->width * s->n;
  double re = 0, im = 0;
  for (size_t i = 0; i < s->n; i++) {
    re += x[i] * y[i] + jx[i] * jy[i];
    im += jx[i] * y[i] - x[i] * jy[i];
  }
  return hypot(re, im) / (double)s->n;
}

static bl_status shape(bl_ctx *ctx, const void *params, const bl_stream *in, bl_feature_names *out)
{
  (void)params;
  return bl_pairs_shape(ctx, form.name, in, out);
}

static bl_status init(bl_ctx *ctx, const void *params, const bl_stream *in, void *state)
{
  return bl_series_init(ctx, &((plv_state *)state)->series, in, &form, 0, params);
}

static bl_status finish(bl_ctx *ctx, void *state, float *row)
{
  plv_state *st = state;
  bl_series *s = &st->series;
  double *x;
  size_t size = s->width * s->n;
  bl_status status = bl_pairs_channels(ctx, s, 2, &x);
  for (size_t c = 0; !status && c < s->width; c++)
    status = bl_hilbert(ctx, &st->analytic, x + c * s->n, s->n, x + size + c * s->n);
  for (size_t i = 0; !status && i < size; i++) {
    double length = hypot(x[i], x[size + i]);
    x[i] = length > 0 ? x[i] / length : NAN;
    x[size + i] /= length;
  }
  return status ? status : bl_pairs_row(ctx, s, value, x, row);
}

static void release(bl_ctx *ctx, void *state)
{
  bl_series_release(ctx, state);
  bl_analytic_release(ctx, &((plv_state *)state)->analytic);
}

const bl_summary_class bl_summary_phase_lock_val = {
    .name = "phase_lock_val",
    .summary = "steadiness of the difference of phase of pairs of channels",
    .source = "mne_features.bivariate.compute_phase_lock_val",
    .state_size = sizeof(plv_state),
    .shape = shape,
    .init = init,
    .begin = bl_series_begin,
    .push = bl_series_push,
    .finish = finish,
    .release = release,
};
