/* spectral.c: numbers of a segment's spectrum; see spectral.h. */
#include "spectral.h"

#include <math.h>

bl_status bl_spectral_init(bl_ctx *ctx, bl_spectral *s, const bl_stream *in, const bl_spectral_form *form,
                           size_t n_values, const bl_psd_params *psd, const void *params)
{
  s->form = form;
  s->params = params;
  s->in = in;
  s->n_values = n_values;
  s->v = bl_calloc(ctx, n_values, sizeof *s->v);
  if (!s->v) return bl_fail_nomem(ctx, form->name);
  return bl_psd_init(ctx, form->name, psd, in, &s->psd);
}

bl_status bl_spectral_begin(bl_ctx *ctx, void *state, const bl_span *span, double first_s)
{
  (void)ctx, (void)span, (void)first_s;
  bl_psd_begin(state);
  return BL_OK;
}

bl_status bl_spectral_push(bl_ctx *ctx, void *state, const float *x, size_t n) { return bl_psd_push(ctx, state, x, n); }

static bool is_finite(const double *v, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if (!isfinite(v[i])) return false;
  return true;
}

static bl_status channel_values(bl_ctx *ctx, bl_spectral *s, size_t channel)
{
  const double *psd = s->psd.psd + channel * s->psd.plan.n_bins;
  char name[96];
  if (!is_finite(psd, s->psd.plan.n_bins)) {
    for (size_t j = 0; j < s->n_values; j++) s->v[j] = (double)NAN;
    return BL_OK;
  }
  bl_status status = s->form->values(ctx, s, psd, s->v);
  if (!status && !is_finite(s->v, s->n_values))
    bl_warn(ctx, BL_W_UNDEFINED, "%s: not defined for the spectrum of %s in a segment (as of silence); it gives NaN",
            s->form->name, bl_place_name(s->in, channel, name));
  return status;
}

bl_status bl_spectral_finish(bl_ctx *ctx, void *state, float *row)
{
  bl_spectral *s = state;
  bl_status status = bl_psd_finish(ctx, &s->psd);
  for (size_t c = 0; !status && c < s->in->n_channels; c++) {
    status = channel_values(ctx, s, c);
    for (size_t j = 0; j < s->n_values; j++) row[c * s->n_values + j] = (float)s->v[j];
  }
  return status;
}

void bl_spectral_release(bl_ctx *ctx, void *state)
{
  bl_spectral *s = state;
  bl_psd_release(ctx, &s->psd);
  bl_free(ctx, s->v);
}

bl_bins bl_bins_between(const bl_psd_plan *plan, double lo_hz, double hi_hz, bool hi_included)
{
  double a = ceil(lo_hz / plan->df_hz - 1e-6),
         b = hi_included ? floor(hi_hz / plan->df_hz + 1e-6) + 1 : ceil(hi_hz / plan->df_hz - 1e-6);
  double most = (double)plan->n_bins;
  bl_bins r = {a < most ? (size_t)a : plan->n_bins, b < most ? (size_t)b : plan->n_bins};
  if (r.behind < r.first) r.behind = r.first;
  return r;
}

bl_status bl_bins_need(bl_ctx *ctx, const char *who, const char *what, const bl_psd_plan *plan, double lo_hz,
                       double hi_hz, size_t need, bl_bins *out)
{
  *out = bl_bins_between(plan, lo_hz, hi_hz, true);
  if (out->behind - out->first >= need) return BL_OK;
  return bl_fail(ctx, BL_E_RANGE,
                 "%s: %s: from %g to %g Hz the spectrum has %zu bins, at least %zu are needed; bins are %g Hz apart: "
                 "take a longer window_s, or a wider range",
                 who, what, lo_hz, hi_hz, out->behind - out->first, need, plan->df_hz);
}

double bl_bins_sum(const double *psd, bl_bins b)
{
  double sum = 0;
  for (size_t i = b.first; i < b.behind; i++) sum += psd[i];
  return sum;
}

bl_line bl_bins_line(const double *v, bl_bins b, double df_hz, double (*to_log)(double))
{
  bl_line l = {.n = (double)(b.behind - b.first)};
  for (size_t k = b.first; k < b.behind; k++) bl_line_mean(&l, to_log((double)k * df_hz), to_log(v[k]));
  for (size_t k = b.first; k < b.behind; k++) bl_line_spread(&l, to_log((double)k * df_hz), to_log(v[k]));
  return l;
}
