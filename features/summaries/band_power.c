/* band_power: power of each channel in bands of frequency, from the spectrum of the segment (psd.h).
 *
 * Peers differ in what they call band power, so `method` chooses; P(f) is the spectrum in u^2/Hz, df its spacing:
 *   simpson  Simpson's integral of P over the bins lo <= f <= hi, in u^2 (YASA). Of an even number of bins it is
 *            the mean of the two ways to put a trapezoid at one end (scipy before 1.11)
 *   sum      sum of P over the bins lo <= f <= hi, in u^2/Hz, not multiplied by df (mne-features)
 *   mean     mean of P over the bins lo <= f < hi, in u^2/Hz (MNE's sleep tutorial)
 * relative divides simpson by the integral, sum and mean by the sum, over the bins of total_hz, both ends included, by
 * default all bins. ratios adds each band's power over each other's. log is taken last, of ratios too. A band that reaches
 * above half the rate is cut off there, with a warning; one that lies above, or holds too few bins (simpson 2, else 1), is
 * refused. Row: [channel][bands, then ratios]. */
#include <math.h>
#include <stdio.h>

#include "moments.h"
#include "spectral.h"
#include "unit.h"

static const char *const methods[] = {"simpson", "sum", "mean", NULL};
enum { SIMPSON, SUM, MEAN };
static const char *const logs[] = {"none", "ln", "log10", "db", NULL};
static const char *const ratio_words[] = {"none", "all", "only", NULL};
enum { RATIOS_NONE, RATIOS_ALL, RATIOS_ONLY };
enum { LOG_NONE, LOG_LN, LOG_10, LOG_DB };

typedef struct band_power_params {
  bl_psd_params psd;
  bl_ranges bands;
  bl_reals total_hz;
  int method, log, ratios;
  bool relative, ratios_triu;
} band_power_params;

typedef struct band_power_state {
  bl_psd psd;
  const band_power_params *params;
  const bl_stream *in;
  bl_bins total, *band;
  double *power; /* of one channel */
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
    BL_ENUM(band_power_params, ratios, "none", ratio_words,
            "powers divided by one another: none, beside the powers, or alone"),
    BL_BOOL(band_power_params, ratios_triu, "false",
            "of each pair of bands only the ratio of the earlier to the later"),
    BL_PSD_OPTS(band_power_params),
    BL_OPT_END};

static bl_status find_band(bl_ctx *ctx, const band_power_params *p, const bl_stream *in, const bl_psd_plan *plan,
                           size_t i, bool warn, bl_bins *out)
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
  *out = bl_bins_between(plan, r->lo, r->hi, p->method != MEAN);
  if (out->behind - out->first >= need) return BL_OK;
  return bl_fail(ctx, BL_E_RANGE,
                 "band_power: bands: %s (%g to %g Hz) holds %zu bins of the spectrum, %zu or more are "
                 "needed; bins are %g Hz apart: take a longer window_s",
                 r->name, r->lo, r->hi, out->behind - out->first, need, plan->df_hz);
}

static bl_status find_total(bl_ctx *ctx, const band_power_params *p, const bl_psd_plan *plan, bl_bins *out)
{
  *out = (bl_bins){0, plan->n_bins};
  if (!p->relative || !p->total_hz.n) return BL_OK;
  if (p->total_hz.n != 2 || !(p->total_hz.v[0] < p->total_hz.v[1]))
    return bl_fail(ctx, BL_E_CONFIG, "band_power: total_hz takes two ascending numbers, as in [0.5, 40]");
  *out = bl_bins_between(plan, p->total_hz.v[0], p->total_hz.v[1], true);
  if (out->behind - out->first >= 2) return BL_OK;
  return bl_fail(ctx, BL_E_RANGE,
                 "band_power: total_hz [%g, %g] holds fewer than 2 bins, which are %g Hz apart; widen it",
                 p->total_hz.v[0], p->total_hz.v[1], plan->df_hz);
}

/* The first band that band i is divided by. */
static size_t first_ratio(const band_power_params *p, size_t i) { return p->ratios_triu ? i + 1 : 0; }

static size_t numbers_of_channel(const band_power_params *p)
{
  size_t n = p->bands.n, pairs = p->ratios_triu ? n * (n - 1) / 2 : n * (n - 1);
  return (p->ratios == RATIOS_ONLY ? 0 : n) + (p->ratios == RATIOS_NONE ? 0 : pairs);
}

static const char *const fronts[] = {"", "ln ", "log10 ", "dB re "}; /* of a unit, by the logarithm */

static bl_status add_ratio_names(bl_ctx *ctx, const band_power_params *p, const char *channel, bl_feature_names *out)
{
  char unit[16];
  bl_status s = BL_OK;
  snprintf(unit, sizeof unit, "%s1", fronts[p->log]);
  for (size_t i = 0; i < p->bands.n; i++)
    for (size_t j = first_ratio(p, i); !s && j < p->bands.n; j++) {
      if (j == i) continue;
      char *pair = bl_strf(ctx, "%s/%s", p->bands.v[i].name, p->bands.v[j].name);
      s = pair ? bl_feature_add(ctx, out, channel, pair, "power_ratio", unit) : bl_fail_nomem(ctx, "band_power: names");
      bl_free(ctx, pair);
    }
  return s;
}

/* The unit: "uV^2", "uV^2/Hz" or "1" (relative, ratios), under the logarithm's name. */
static bl_status add_names(bl_ctx *ctx, const band_power_params *p, const bl_stream *in, size_t channel,
                           bl_feature_names *out)
{
  const char *what = p->relative ? "relative_power" : "power";
  char c[24];
  const char *power = p->relative ? "1" : p->method == SIMPSON ? "%s^2" : "%s^2/Hz";
  char *format = bl_strf(ctx, "%s%s", fronts[p->log], power);
  char *unit = format ? bl_unit_fill(ctx, format, bl_channel_unit(in, channel)) : NULL;
  bl_status s = unit ? BL_OK : bl_fail_nomem(ctx, "band_power: names");
  for (size_t i = 0; !s && p->ratios != RATIOS_ONLY && i < p->bands.n; i++)
    s = bl_feature_add(ctx, out, bl_channel_name(in, channel, c), p->bands.v[i].name, what, unit);
  if (!s && p->ratios != RATIOS_NONE) s = add_ratio_names(ctx, p, bl_channel_name(in, channel, c), out);
  bl_free(ctx, format);
  bl_free(ctx, unit);
  return s;
}

static bl_status shape(bl_ctx *ctx, const void *params, const bl_stream *in, bl_feature_names *out)
{
  const band_power_params *p = params;
  bl_psd_plan plan;
  bl_bins b;
  bl_status s = bl_psd_shape(ctx, "band_power", &p->psd, in, &plan);
  if (!s) s = bl_psd_refuse_idle(ctx, "band_power", opts, p, p->psd.method);
  if (s) return s;
  if (!p->bands.n)
    return bl_fail(ctx, BL_E_CONFIG, "band_power: bands is empty; name at least one, as {alpha: [8, 13]}");
  if (p->ratios == RATIOS_ONLY && p->bands.n < 2)
    return bl_fail(ctx, BL_E_CONFIG, "band_power: ratios: only takes at least two bands");
  if (p->ratios == RATIOS_NONE && (s = bl_opts_refuse_idle(ctx, "band_power", opts, p, "ratios_triu", "ratios")))
    return s;
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
  s->power = bl_calloc(ctx, s->params->bands.n, sizeof *s->power);
  if (!s->band || !s->power) return bl_fail_nomem(ctx, "band_power: bands");
  status = find_total(ctx, s->params, &s->psd.plan, &s->total);
  for (size_t i = 0; !status && i < s->params->bands.n; i++)
    status = find_band(ctx, s->params, in, &s->psd.plan, i, false, &s->band[i]);
  return status;
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

static double power_in(const band_power_state *s, const double *psd, bl_bins b)
{
  size_t n = b.behind - b.first;
  switch (s->params->method) {
  case SIMPSON: return simpson(psd + b.first, n) * s->psd.plan.df_hz;
  case SUM: return bl_bins_sum(psd, b);
  default: return bl_bins_sum(psd, b) / (double)n;
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

/* What the powers are divided by: 1 unless they are relative. */
static bl_status total_of(bl_ctx *ctx, const band_power_state *s, size_t channel, const double *psd, double *total)
{
  char place[96];
  *total = 1;
  if (!s->params->relative) return BL_OK;
  *total = s->params->method == SIMPSON ? power_in(s, psd, s->total) : bl_bins_sum(psd, s->total);
  if (*total != 0) return BL_OK;
  return bl_fail(ctx, BL_E_RANGE,
                 "band_power: %s has no power at all in this segment, so no relative one; drop it, or "
                 "set relative: false",
                 bl_place_name(s->in, channel, place));
}

static bl_status no_power(bl_ctx *ctx, const band_power_state *s, size_t channel, size_t band, const char *what,
                          const char *option)
{
  char place[96];
  return bl_fail(ctx, BL_E_RANGE,
                 "band_power: %s has no power in %s in this segment, so no %s; drop it, or set %s: none",
                 bl_place_name(s->in, channel, place), s->params->bands.v[band].name, what, option);
}

/* Powers of the bands in s->power, checked for what is to be made of them. */
static bl_status find_powers(bl_ctx *ctx, band_power_state *s, size_t channel)
{
  const band_power_params *p = s->params;
  const double *psd = s->psd.psd + channel * s->psd.plan.n_bins;
  double total;
  bl_status status = total_of(ctx, s, channel, psd, &total);
  for (size_t i = 0; !status && i < p->bands.n; i++) {
    s->power[i] = power_in(s, psd, s->band[i]) / total;
    if (s->power[i] > 0 || isnan(s->power[i])) continue;
    if (p->log != LOG_NONE) status = no_power(ctx, s, channel, i, "logarithm of it", "log");
    else if (p->ratios != RATIOS_NONE) status = no_power(ctx, s, channel, i, "ratio to it", "ratios");
  }
  return status;
}

static bl_status channel_row(bl_ctx *ctx, band_power_state *s, size_t channel, float *row)
{
  const band_power_params *p = s->params;
  size_t n = p->bands.n;
  bl_status status = find_powers(ctx, s, channel);
  if (status) return status;
  for (size_t i = 0; p->ratios != RATIOS_ONLY && i < n; i++) *row++ = (float)take_log(p->log, s->power[i]);
  for (size_t i = 0; p->ratios != RATIOS_NONE && i < n; i++)
    for (size_t j = first_ratio(p, i); j < n; j++)
      if (j != i) *row++ = (float)take_log(p->log, s->power[i] / s->power[j]);
  return BL_OK;
}

static bl_status finish(bl_ctx *ctx, void *state, float *row)
{
  band_power_state *s = state;
  bl_status status = bl_psd_finish(ctx, &s->psd);
  for (size_t c = 0; !status && c < s->psd.n_channels; c++)
    status = channel_row(ctx, s, c, row + c * numbers_of_channel(s->params));
  return status;
}

static void release(bl_ctx *ctx, void *state)
{
  band_power_state *s = state;
  bl_psd_release(ctx, &s->psd);
  bl_free(ctx, s->band);
  bl_free(ctx, s->power);
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
    .begin = bl_spectral_begin,
    .push = bl_spectral_push,
    .finish = finish,
    .release = release,
};
