/* onset_strength: how much of a spectrum in decibels is louder than it was. [frame][channel][bin] -> [frame][channel][1].
 *
 * librosa.onset.onset_strength, whose input is that of stft, power, mel, db, top_db (or db with a floor, live): of each
 * frame what stands above the frame `lag` before, bin by bin, max(0, x[t] - ref[t - lag]), put together by the mean or the
 * median of bins. ref is x, or with max_size the largest of so many neighbouring bins, so that a tone that glides is no
 * onset (Boeck and Widmer, DAFx 2013). With center everything is shifted back by n_fft / (2 hop) frames, as librosa does
 * (n_fft is that of stft; 2048 there as here where nothing is said): a frame's time is then that of its last samples.
 * detrend takes off the slow part, y[t] = x[t] - x[t-1] + 0.99 y[t-1]. Frames without one before them give 0. */
#include <math.h>
#include <string.h>

#include "select.h"
#include "stage_util.h"

enum { MEAN, MEDIAN };
static const char *const aggregates[] = {"mean", "median", NULL};

typedef struct params {
  int64_t lag, max_size, n_fft;
  bool detrend, center;
  int aggregate;
} params;

static const bl_opt opts[] = {
    BL_INT(params, lag, "1", 1, 4096, "frames", "how far back the frame lies that is compared with"),
    BL_INT(params, max_size, "1", 1, 4096, "bins", "width of the maximum over bins of the frame before; 1: none"),
    BL_BOOL(params, detrend, "false", "take off the slow part"),
    BL_BOOL(params, center, "true", "shift by half a window, so that onsets lie where they are heard"),
    BL_INT(params, n_fft, "2048", 2, 1 << 20, "samples", "the window that center goes by (librosa's default)"),
    BL_ENUM(params, aggregate, "mean", aggregates, "of the bins of a frame"),
    BL_OPT_END,
};

typedef struct state {
  params p;
  size_t n_series, n_bins, shift;
  uint64_t total;
  float *last;            /* [lag][n_series][n_bins]: of what is compared with; frame t at t mod lag */
  float *rise;            /* [n_bins] */
  double *waiting;        /* [n_series][shift + 1] */
  double *before, *after; /* [n_series]: of the filter that detrends */
} state;

static size_t shift_of(const params *p, const bl_stream *in)
{
  return p->center ? (size_t)floor((double)p->n_fft / 2 * in->rate_hz / in->source_rate_hz + 1e-9) : 0;
}

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  static const char *const names[] = {"onset_strength"};
  (void)pp;
  if (bl_is_complex(in))
    return bl_fail(ctx, BL_E_CONFIG, "onset_strength: what comes in is complex; put power, mel and db before it");
  bl_status s = bl_stream_set_bins(ctx, out, 1, NULL, names);
  return s ? s : bl_stream_set_units(ctx, out, "%d");
}

static void reset(void *sp)
{
  state *st = sp;
  st->total = 0;
  memset(st->waiting, 0, st->n_series * (st->shift + 1) * sizeof *st->waiting);
  memset(st->before, 0, st->n_series * sizeof *st->before);
  memset(st->after, 0, st->n_series * sizeof *st->after);
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  state *st = sp;
  (void)out;
  *st = (state){.p = *(const params *)pp, .n_series = in->n_channels, .n_bins = in->n_bins};
  st->shift = shift_of(&st->p, in);
  st->last = bl_calloc(ctx, (size_t)st->p.lag * st->n_series, st->n_bins * sizeof *st->last);
  st->rise = bl_calloc(ctx, st->n_bins, sizeof *st->rise);
  st->waiting = bl_calloc(ctx, st->n_series, (st->shift + 1) * sizeof *st->waiting);
  st->before = bl_calloc(ctx, st->n_series, sizeof *st->before);
  st->after = bl_calloc(ctx, st->n_series, sizeof *st->after);
  if (!st->last || !st->rise || !st->waiting || !st->before || !st->after) return bl_fail_nomem(ctx, "onset_strength");
  return BL_OK;
}

/* What later frames are compared with: scipy.ndimage.maximum_filter1d, of an even size one further to the left. NaN stays. */
static void keep(const state *st, const float *x, float *to)
{
  size_t n = st->n_bins, left = (size_t)st->p.max_size / 2, right = (size_t)st->p.max_size - left - 1;
  for (size_t k = 0; k < n; k++) {
    float most = x[k];
    size_t from = k > left ? k - left : 0, end = k + right + 1 < n ? k + right + 1 : n;
    for (size_t j = from; j < end; j++) most = x[j] > most || isnan(x[j]) ? x[j] : most;
    to[k] = most;
  }
}

static double rise_of(const state *st, const float *x, const float *before)
{
  double sum = 0;
  size_t n = st->n_bins;
  for (size_t k = 0; k < n; k++) {
    float d = x[k] - before[k];
    st->rise[k] = d < 0 ? 0 : d;
  }
  if (st->p.aggregate == MEDIAN) return bl_median(st->rise, n);
  for (size_t k = 0; k < n; k++) sum += (double)st->rise[k];
  return sum / (double)n;
}

/* A value of series c goes in, one that has waited long enough comes out. A NaN passes the filter without staying in it. */
static double delay(state *st, size_t c, double v)
{
  double *ring = st->waiting + c * (st->shift + 1), y;
  ring[st->total % (st->shift + 1)] = v;
  v = ring[(st->total + 1) % (st->shift + 1)];
  if (!st->p.detrend || !isfinite(v)) return v;
  y = v - st->before[c] + 0.99 * st->after[c];
  st->before[c] = v;
  st->after[c] = y;
  return y;
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n, bl_frames *out)
{
  state *st = sp;
  size_t lag = (size_t)st->p.lag, width = st->n_series * st->n_bins;
  float *y = bl_frames_add(ctx, out, n);
  if (!y) return BL_E_NOMEM;
  for (size_t i = 0; i < n; i++, st->total++)
    for (size_t c = 0; c < st->n_series; c++, x += st->n_bins) {
      float *before = st->last + st->total % lag * width + c * st->n_bins;
      double v = st->total >= lag ? rise_of(st, x, before) : 0;
      keep(st, x, before);
      *y++ = (float)delay(st, c, v);
    }
  return BL_OK;
}

static void release(bl_ctx *ctx, void *sp)
{
  state *st = sp;
  bl_free(ctx, st->last);
  bl_free(ctx, st->rise);
  bl_free(ctx, st->waiting);
  bl_free(ctx, st->before);
  bl_free(ctx, st->after);
}

static bool warm_up(const void *sp, bl_warm_up *out)
{
  const state *st = sp;
  *out = (bl_warm_up){(uint64_t)st->p.lag + st->shift, 1};
  return !st->p.detrend;
}

const bl_stage_class bl_stage_onset_strength = {
    .name = "onset_strength",
    .summary = "How much of a spectrum in decibels is louder than it was",
    .source = "librosa.onset.onset_strength; Boeck and Widmer, DAFx 2013",
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(state),
    .shape = shape,
    .init = init,
    .push = push,
    .reset = reset,
    .release = release,
    .warm_up = warm_up,
};
