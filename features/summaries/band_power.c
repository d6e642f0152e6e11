/* band_power: power of each channel in bands of frequency, from the spectrum of the segment (psd.h).
 *
 * Peers differ in what they call band power, so `method` chooses; P(f) is the spectrum in u^2/Hz, df its spacing:
 *   simpson  Simpson's integral of P over the bins lo <= f <= hi, in u^2 (YASA). Of an even number of bins it is
 *            the mean of the two ways to put a trapezoid at one end (scipy before 1.11)
 *   sum      sum of P over the bins lo <= f <= hi, in u^2/Hz, not multiplied by df (mne-features)
 *   mean     mean of P over the bins lo <= f < hi, in u^2/Hz (MNE's sleep tutorial)
 * relative divides simpson by the integral, sum and mean by the sum, over the bins of total_hz, both ends included, by
 * default all bins. log is taken last. A band that reaches above half the rate is cut off there, with a warning; one
 * that lies above, or holds too few bins (simpson 2, else 1), is refused. Row: [channel][band]. */
#include <math.h>

#include "moments.h"
#include "psd.h"
#include "unit.h"

static const char *const methods[] = {"simpson", "sum", "mean", NULL};
enum { SIMPSON, SUM, MEAN };
static const char *const logs[] = {"none", "ln", "log10", "db", NULL};
enum { LOG_NONE, LOG_LN, LOG_10, LOG_DB };

typedef struct band_power_params {
  bl_psd_params psd;
  bl_ranges bands;
  bl_reals total_hz;
  int method, log;
  bool relative;
} band_power_params;

/* Bins [first, behind). */
typedef struct bins {
  size_t first, behind;
} bins;

typedef struct band_power_state {
  bl_psd psd;
  const band_power_params *params;
  const bl_stream *in;
  bins total, *band;
} band_power_state;

static const bl_opt opts[] = {
    BL_RANGES(band_power_params, bands,
              "{delta: [0.5, 4], theta: [4, 8], alpha: [8, 13], beta: [13, 30], gamma: [30, 45]}", 0, 1e9, "Hz",
              "names of the bands, with their lower and upper edge"),
    BL_ENUM(band_power_params, method, "simpson", methods, "integral, sum or mean of the spectrum in the band"),
    BL_BOOL(band_power_params, relative, "false", "whether it is divided by the power in total_hz"),
    BL_REALS(band_power_params, total_hz, NULL, 0, 1e9, "Hz",
             "lower and upper edge of the whole for relative; empty: all"),
    BL_ENUM(band_power_params, log, "none", logs, "logarithm of the result: natural, decadic, or 10 times that"),
    BL_PSD_OPTS(band_power_params),
    BL_OPT_END};

/* The bins from lo to hi; a millionth of a bin is rounding noise. */
static bins find_bins(const bl_psd_plan *plan, double lo, double hi, bool hi_included)
{
  double a = ceil(lo / plan->df_hz - 1e-6),
         b = hi_included ? floor(hi / plan->df_hz + 1e-6) + 1 : ceil(hi / plan->df_hz - 1e-6);
  double most = (double)plan->n_bins;
  bins r = {a < most ? (size_t)a : plan->n_bins, b < most ? (size_t)b : plan->n_bins};
  if (r.behind < r.first) r.behind = r.first;
  return r;
}

static bl_status find_band(bl_ctx *ctx, const band_power_params *p, const bl_stream *in, const bl_psd_plan *plan,
                           size_t i, bool warn, bins *out)
{
  const bl_range *r = &p->bands.v[i];
  double half = in->rate_hz / 2;
  size_t need = p->method == SIMPSON ? 2 : 1;
  if (r->lo >= half)
    return bl_fail(ctx, BL_E_RANGE,
                   "band_power: bands: %s begins at %g Hz, but the rate of %g Hz holds nothing above %g; "
                   "leave it out",
                   r->name, r->lo, in->rate_hz, half);
  if (r->hi > half && warn)
    bl_warn(ctx, BL_W_ADJUSTED, "band_power: bands: %s ends at %g Hz; cut off at half the rate, %g Hz", r->name, r->hi,
            half);
  *out = find_bins(plan, r->lo, r->hi, p->method != MEAN);
  if (out->behind - out->first >= need) return BL_OK;
  return bl_fail(ctx, BL_E_RANGE,
                 "band_power: bands: %s (%g to %g Hz) holds %zu bins of the spectrum, %zu or more are "
                 "needed; bins are %g Hz apart: take a longer window_s",
                 r->name, r->lo, r->hi, out->behind - out->first, need, plan->df_hz);
}

static bl_status find_total(bl_ctx *ctx, const band_power_params *p, const bl_psd_plan *plan, bins *out)
{
  *out = (bins){0, plan->n_bins};
  if (!p->relative || !p->total_hz.n) return BL_OK;
  if (p->total_hz.n != 2 || !(p->total_hz.v[0] < p->total_hz.v[1]))
    return bl_fail(ctx, BL_E_CONFIG, "band_power: total_hz takes two ascending numbers, as in [0.5, 40]");
  *out = find_bins(plan, p->total_hz.v[0], p->total_hz.v[1], true);
  if (out->behind - out->first >= 2) return BL_OK;
  return bl_fail(ctx, BL_E_RANGE,
                 "band_power: total_hz [%g, %g] holds fewer than 2 bins, which are %g Hz apart; widen it",
                 p->total_hz.v[0], p->total_hz.v[1], plan->df_hz);
}

/* The unit: "uV^2", "uV^2/Hz" or "1" (relative), under the logarithm's name. */
static bl_status add_names(bl_ctx *ctx, const band_power_params *p, const bl_stream *in, size_t channel,
                           bl_feature_names *out)
{
  static const char *const fronts[] = {"", "ln ", "log10 ", "dB re "};
  const char *what = p->relative ? "relative_power" : "power";
  char c[24];
  const char *power = p->relative ? "1" : p->method == SIMPSON ? "%s^2" : "%s^2/Hz";
  char *format = bl_strf(ctx, "%s%s", fronts[p->log], power);
  char *unit = format ? bl_unit_fill(ctx, format, bl_channel_unit(in, channel)) : NULL;
  bl_status s = unit ? BL_OK : bl_fail_nomem(ctx, "band_power: names");
  for (size_t i = 0; !s && i < p->bands.n; i++)
    s = bl_feature_add(ctx, out, bl_channel_name(in, channel, c), p->bands.v[i].name, what, unit);
  bl_free(ctx, format);
  bl_free(ctx, unit);
  return s;
}

static bl_status shape(bl_ctx *ctx, const void *params, const bl_stream *in, bl_feature_names *out)
{
  const band_power_params *p = params;
  bl_psd_plan plan;
  bins b;
  bl_status s = bl_psd_shape(ctx, "band_power", &p->psd, in, &plan);
  if (!s) s = bl_psd_refuse_idle(ctx, "band_power", opts, p, p->psd.method);
  if (s) return s;
  if (!p->bands.n)
    return bl_fail(ctx, BL_E_CONFIG, "band_power: bands is empty; name at least one, as {alpha: [8, 13]}");
  s = find_total(ctx, p, &plan, &b);
  for (size_t i = 0; !s && i < p->bands.n; i++) s = find_band(ctx, p, in, &plan, i, true, &b);
  for (size_t c = 0; !s && c < in->n_channels; c++) s = add_names(ctx, p, in, c, out);
  return s;
}

static bl_status init(bl_ctx *ctx, const void *params, const bl_stream *in, void *state)
{
  band_power_state *s = state;
  s->params = params;
  s->in = in;
  bl_status status = bl_psd_init(ctx, "band_power", &s->params->psd, in, &s->psd);
  if (status) return status;
  s->band = bl_calloc(ctx, s->params->bands.n, sizeof *s->band);
  if (!s->band) return bl_fail_nomem(ctx, "band_power: bands");
  status = find_total(ctx, s->params, &s->psd.plan, &s->total);
  for (size_t i = 0; !status && i < s->params->bands.n; i++)
    status = find_band(ctx, s->params, in, &s->psd.plan, i, false, &s->band[i]);
  return status;
}

static bl_status begin(bl_ctx *ctx, void *state, const bl_span *span, double first_s)
{
  (void)ctx, (void)span, (void)first_s;
  bl_psd_begin(&((band_power_state *)state)->psd);
  return BL_OK;
}

static bl_status push(bl_ctx *ctx, void *state, const float *x, size_t n)
{
  return bl_psd_push(ctx, &((band_power_state *)state)->psd, x, n);
}

static double sum_of(const double *p, size_t n)
{
  double sum = 0;
  for (size_t i = 0; i < n; i++) sum += p[i];
  return sum;
}

/* Simpson's rule over an odd number of points, spacing 1. */
static double simpson_odd(const double *p, size_t n)
{
  double sum = 0;
  for (size_t i = 0; i + 2 < n; i += 2) sum += (p[i] + 4 * p[i + 1] + p[i + 2]) / 3;
  return sum;
}

static double simpson(const double *p, size_t n)
{
  if (n % 2) return simpson_odd(p, n);
  double first = (p[0] + p[1]) / 2 + simpson_odd(p + 1, n - 1);
  double last = simpson_odd(p, n - 1) + (p[n - 2] + p[n - 1]) / 2;
  return (first + last) / 2;
}

static double power_in(const band_power_state *s, const double *psd, bins b)
{
  size_t n = b.behind - b.first;
  switch (s->params->method) {
  case SIMPSON: return simpson(psd + b.first, n) * s->psd.plan.df_hz;
  case SUM: return sum_of(psd + b.first, n);
  default: return sum_of(psd + b.first, n) / (double)n;
  }
}

static double take_log(int kind, double x)
{
  switch (kind) {
  case LOG_LN: return log(x);
  case LOG_10: return log10(x);
  case LOG_DB: return 10 * log10(x);
  default: return x;
  }
}

static bl_status channel_row(bl_ctx *ctx, const band_power_state *s, size_t channel, float *row)
{
  const band_power_params *p = s->params;
  const double *psd = s->psd.psd + channel * s->psd.plan.n_bins;
  double total = 1;
  char place[96];
  if (p->relative) {
    total = p->method == SIMPSON ? power_in(s, psd, s->total)
                                 : sum_of(psd + s->total.first, s->total.behind - s->total.first);
    if (total == 0)
      return bl_fail(ctx, BL_E_RANGE,
                     "band_power: %s has no power at all in this segment, so no relative one; drop it, or "
                     "set relative: false",
                     bl_place_name(s->in, channel, place));
  }
  for (size_t i = 0; i < p->bands.n; i++) {
    double x = power_in(s, psd, s->band[i]) / total;
    if (p->log != LOG_NONE && x <= 0)
      return bl_fail(ctx, BL_E_RANGE,
                     "band_power: %s has no power in %s in this segment, so no logarithm of it; drop it, "
                     "or set log: none",
                     bl_place_name(s->in, channel, place), p->bands.v[i].name);
    row[i] = (float)take_log(p->log, x);
  }
  return BL_OK;
}

static bl_status finish(bl_ctx *ctx, void *state, float *row)
{
  band_power_state *s = state;
  bl_status status = bl_psd_finish(ctx, &s->psd);
  for (size_t c = 0; !status && c < s->psd.n_channels; c++)
    status = channel_row(ctx, s, c, row + c * s->params->bands.n);
  return status;
}

static void release(bl_ctx *ctx, void *state)
{
  band_power_state *s = state;
  bl_psd_release(ctx, &s->psd);
  bl_free(ctx, s->band);
}

const bl_summary_class bl_summary_band_power = {
    .name = "band_power",
    .summary = "power of each channel in bands of frequency",
    .source = "Welch 1967; yasa.bandpower, mne_features, MNE's sleep tutorial",
    .opts = opts,
    .params_size = sizeof(band_power_params),
    .state_size = sizeof(band_power_state),
    .shape = shape,
    .init = init,
    .begin = begin,
    .push = push,
    .finish = finish,
    .release = release,
};
