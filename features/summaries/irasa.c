/* irasa: the aperiodic part of the spectrum of each channel, by irregular resampling (Wen and Liu 2016), as yasa.irasa.
 *
 * The segment is resampled by each h of hset and by 1/h (scipy.signal.resample_poly, zeros beyond the ends). Spectra of the
 * same number of samples a part then have the aperiodic part in the same bins, changed by factors that cancel in the
 * geometric mean of the two, while an oscillation lands elsewhere each time; the median over the hs is the aperiodic part.
 * Row: [channel][intercept, slope, R^2, deviation of the rest]: of the straight line through the natural logarithm of the
 * aperiodic part over that of the frequency, over the bins from fmin to fmax, both included; the rest is the segment's own
 * spectrum less the aperiodic part, its deviation over bins less 1. Silence: NaN and a warning. YASA's spectra: window_s 4,
 * window hamming, average median. A segment must hold a part when it is shortened by the largest h. */
#include <math.h>
#include <string.h>

#include "baleen/sort.h"
#include "polyphase.h"
#include "series.h"
#include "spectral.h"

typedef struct irasa_params {
  bl_psd_params psd;
  double fmin, fmax;
  bl_reals hset;
} irasa_params;

/* The segment at another rate. */
typedef struct copy {
  bl_polyphase resampler;
  bl_frames frames;
  bl_psd psd;
} copy;

typedef struct irasa_state {
  const irasa_params *params;
  const bl_stream *in;
  bl_psd_params part; /* psd, with the length of a part in samples, the same at all rates */
  bl_psd psd;
  copy *copies; /* by h, by 1/h, for each h */
  size_t n_copies;
  bl_bins bins;
  double *aperiodic, *column; /* [bin], [h] */
} irasa_state;

/* clang-format off */
static const bl_opt opts[] = {
    BL_REAL_ABOVE(irasa_params, fmin, "1", 0, 1e9, "Hz", "lower end of the range that is looked at"),
    BL_REAL_ABOVE(irasa_params, fmax, "30", 0, 1e9, "Hz", "upper end"),
    {"hset", BL_OPT_REALS, offsetof(irasa_params, hset),
     "[1.1, 1.15, 1.2, 1.25, 1.3, 1.35, 1.4, 1.45, 1.5, 1.55, 1.6, 1.65, 1.7, 1.75, 1.8, 1.85, 1.9]", 1, 100,
     BL_OPT_OPEN_LO, NULL, "", "factors by which the segment is resampled, and one over these", NULL},
    BL_PSD_PART_OPTS(irasa_params),
    BL_PSD_WELCH_OPTS(irasa_params),
    BL_OPT_END};
/* clang-format on */

static const char *const what[] = {"irasa_intercept", "irasa_slope", "irasa_r_squared", "irasa_osc_std"};
static const char *const units[] = {"ln %s^2/Hz", "1", "1", "%s^2/Hz"};
enum { N_VALUES = 4 };

static bl_status shape(bl_ctx *ctx, const void *params, const bl_stream *in, bl_feature_names *out)
{
  const irasa_params *p = params;
  bl_psd_plan plan;
  bl_bins bins;
  size_t up, down;
  bl_status s = bl_psd_shape(ctx, "irasa", &p->psd, in, &plan);
  if (!s) s = bl_bins_need(ctx, "irasa", "fmin, fmax", &plan, bl_above_zero_hz(&plan, p->fmin), p->fmax, 3, &bins);
  if (!s && p->hset.n < 2)
    s = bl_fail(ctx, BL_E_CONFIG, "irasa: hset holds %zu factors; two or more are needed", p->hset.n);
  for (size_t i = 0; !s && i < p->hset.n; i++)
    if (!bl_polyphase_ratio(1, p->hset.v[i], &up, &down))
      s = bl_fail(ctx, BL_E_CONFIG, "irasa: hset: %g is no ratio of whole numbers up to %d", p->hset.v[i],
                  BL_POLYPHASE_MAX);
  return s ? s : bl_features_each_of(ctx, in, what, units, N_VALUES, out);
}

static bl_status init_copy(bl_ctx *ctx, const irasa_state *s, double h, bool shorter, copy *c)
{
  bl_stream in = *s->in; /* its rate alone is another */
  size_t up = 1, down = 1;
  if (!bl_polyphase_ratio(1, h, &up, &down)) return bl_fail(ctx, BL_E_INTERNAL, "irasa: hset");
  in.rate_hz *= shorter ? 1 / h : h;
  c->frames.width = in.n_channels;
  bl_status status = bl_polyphase_init_kaiser(ctx, "irasa", shorter ? down : up, shorter ? up : down, BL_PAD_ZERO,
                                              in.n_channels, &c->resampler);
  return status ? status : bl_psd_init(ctx, "irasa", &s->part, &in, &c->psd);
}

static bl_status init(bl_ctx *ctx, const void *params, const bl_stream *in, void *state)
{
  const irasa_params *p = params;
  irasa_state *s = state;
  bl_psd_plan plan;
  s->params = p;
  s->in = in;
  bl_status status = bl_psd_shape(ctx, "irasa", &p->psd, in, &plan);
  if (status) return status;
  s->part = p->psd;
  s->part.method = BL_PSD_WELCH;
  s->part.short_segment = BL_PSD_NEVER;
  s->part.n_per_seg = (bl_word){-1, (double)plan.n_per_seg};
  s->part.n_fft = (bl_word){-1, (double)plan.n_fft};
  s->bins = bl_bins_between(&plan, bl_above_zero_hz(&plan, p->fmin), p->fmax, true);
  s->copies = bl_calloc(ctx, 2 * p->hset.n, sizeof *s->copies);
  s->aperiodic = bl_calloc(ctx, plan.n_bins, sizeof *s->aperiodic);
  s->column = bl_calloc(ctx, p->hset.n, sizeof *s->column);
  if (!s->copies || !s->aperiodic || !s->column) return bl_fail_nomem(ctx, "irasa");
  s->n_copies = 2 * p->hset.n;
  status = bl_psd_init(ctx, "irasa", &s->part, in, &s->psd);
  for (size_t i = 0; !status && i < s->n_copies; i++)
    status = init_copy(ctx, s, p->hset.v[i / 2], i % 2, &s->copies[i]);
  return status;
}

static bl_status begin(bl_ctx *ctx, void *state, const bl_span *span, double first_s)
{
  (void)ctx, (void)span, (void)first_s;
  irasa_state *s = state;
  bl_psd_begin(&s->psd);
  for (size_t i = 0; i < s->n_copies; i++) {
    bl_polyphase_reset(&s->copies[i].resampler);
    bl_psd_begin(&s->copies[i].psd);
  }
  return BL_OK;
}

/* x NULL: the segment ends. */
static bl_status push_copy(bl_ctx *ctx, copy *c, const float *x, size_t n)
{
  c->frames.n = 0;
  bl_status s =
      x ? bl_polyphase_push(ctx, &c->resampler, x, n, &c->frames) : bl_polyphase_finish(ctx, &c->resampler, &c->frames);
  return s ? s : bl_psd_push(ctx, &c->psd, c->frames.v, c->frames.n);
}

static bl_status push(bl_ctx *ctx, void *state, const float *x, size_t n)
{
  irasa_state *s = state;
  bl_status status = bl_psd_push(ctx, &s->psd, x, n);
  for (size_t i = 0; !status && n && i < s->n_copies; i++) status = push_copy(ctx, &s->copies[i], x, n);
  return status;
}

/* Median over the hs of the geometric means, at one bin of [channel][bin]. */
static double median_at(const irasa_state *s, size_t at)
{
  size_t n = s->n_copies / 2;
  for (size_t i = 0; i < n; i++) {
    s->column[i] = sqrt(s->copies[2 * i].psd.psd[at] * s->copies[2 * i + 1].psd.psd[at]);
    if (!isfinite(s->column[i])) return (double)NAN;
  }
  bl_sort(s->column, n);
  return n % 2 ? s->column[n / 2] : (s->column[n / 2 - 1] + s->column[n / 2]) / 2;
}

/* Intercept, slope and R^2 of the line through the logarithms of the aperiodic part. */
static void fit_line(const irasa_state *s, double df_hz, double *out)
{
  bl_line l = bl_bins_line(s->aperiodic, s->bins, df_hz, log);
  out[1] = l.xy / l.xx;
  out[0] = l.y - out[1] * l.x;
  out[2] = l.xy * l.xy / (l.xx * l.yy);
}

static double deviation_of_rest(const irasa_state *s, const double *psd)
{
  double n = (double)(s->bins.behind - s->bins.first), mean = 0, squares = 0;
  for (size_t k = s->bins.first; k < s->bins.behind; k++) mean += (psd[k] - s->aperiodic[k]) / n;
  for (size_t k = s->bins.first; k < s->bins.behind; k++) {
    double d = psd[k] - s->aperiodic[k] - mean;
    squares += d * d;
  }
  return sqrt(squares / (n - 1));
}

static void channel_row(bl_ctx *ctx, const irasa_state *s, size_t channel, float *row)
{
  const bl_psd_plan *plan = &s->psd.plan;
  double v[N_VALUES];
  char name[96];
  for (size_t k = s->bins.first; k < s->bins.behind; k++) s->aperiodic[k] = median_at(s, channel * plan->n_bins + k);
  fit_line(s, plan->df_hz, v);
  v[3] = deviation_of_rest(s, s->psd.psd + channel * plan->n_bins);
  bool defined = isfinite(v[0]) && isfinite(v[1]) && isfinite(v[2]);
  if (!defined)
    bl_warn(ctx, BL_W_UNDEFINED, "irasa: not defined for the spectrum of %s in a segment (as of silence); it gives NaN",
            bl_place_name(s->in, channel, name));
  for (size_t j = 0; j < N_VALUES; j++) row[j] = defined ? (float)v[j] : NAN;
}

static bl_status finish(bl_ctx *ctx, void *state, float *row)
{
  irasa_state *s = state;
  bl_status status = bl_psd_finish(ctx, &s->psd);
  for (size_t i = 0; !status && i < s->n_copies; i++) {
    status = push_copy(ctx, &s->copies[i], NULL, 0);
    if (!status) status = bl_psd_finish(ctx, &s->copies[i].psd);
  }
  for (size_t c = 0; !status && c < s->in->n_channels; c++) channel_row(ctx, s, c, row + c * N_VALUES);
  return status;
}

static void release(bl_ctx *ctx, void *state)
{
  irasa_state *s = state;
  bl_psd_release(ctx, &s->psd);
  for (size_t i = 0; i < s->n_copies; i++) {
    bl_polyphase_release(ctx, &s->copies[i].resampler);
    bl_frames_free(ctx, &s->copies[i].frames);
    bl_psd_release(ctx, &s->copies[i].psd);
  }
  bl_free(ctx, s->copies);
  bl_free(ctx, s->aperiodic);
  bl_free(ctx, s->column);
}

const bl_summary_class bl_summary_irasa = {
    .name = "irasa",
    .summary = "aperiodic part of the spectrum of each channel, by irregular resampling",
    .source = "Wen and Liu 2016, Separating fractal and oscillatory components; yasa.irasa",
    .opts = opts,
    .params_size = sizeof(irasa_params),
    .state_size = sizeof(irasa_state),
    .shape = shape,
    .init = init,
    .begin = begin,
    .push = push,
    .finish = finish,
    .release = release,
};
