/* tuning: how far the notes of the segment lie above those of A4 = 440 Hz, from -0.5 to 0.5 of a bin of the octave:
 * librosa.estimate_tuning, for a recording's cqt and chroma, whose option tuning takes it.
 *
 * Of spectra of magnitudes (stft, output magnitude). In each frame the bins between fmin and fmax that stand above their
 * neighbours and above `threshold` of the frame's largest are peaks; a parabola through a peak and its neighbours gives its
 * pitch and height (librosa.piptrack). Of the peaks of the segment that are as high as the median one, the pitches are
 * counted by what they are off the nearest bin, in classes `resolution` wide; the lower edge of the fullest is the tuning.
 *
 * Without a peak it is 0, with a warning, as there; NaN where a frame holds what is not finite. Row: [channel]. */
#include <math.h>

#include "baleen/sort.h"
#include "series.h"
#include "stage_util.h"

typedef struct params {
  double fmin, fmax, threshold, resolution;
  int64_t bins_per_octave;
} params;

static const bl_opt opts[] = {
    BL_REAL(params, fmin, "150", 0, 1e9, "Hz", "lowest pitch"),
    BL_REAL_ABOVE(params, fmax, "4000", 0, 1e9, "Hz", "where pitches end, itself left out"),
    BL_REAL(params, threshold, "0.1", 0, 1, "", "share of the frame's largest value that a peak is above"),
    BL_REAL(params, resolution, "0.01", 1e-6, 1, "bins", "width of a class"),
    BL_INT(params, bins_per_octave, "12", 1, 1000, "", "bins an octave"),
    BL_OPT_END};

/* The peaks of one channel. */
typedef struct peaks {
  double *off, *height; /* how far off the nearest bin, from -0.5 to 0.5; how high */
  size_t n, cap_off, cap_height;
  bool broken;
} peaks;

typedef struct state {
  const params *p;
  const bl_stream *in;
  size_t n_classes;
  uint64_t n; /* frames */
  peaks *peaks;
  size_t *count;
  double *sorted;
  size_t cap_sorted;
} state;

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_feature_names *out)
{
  const params *p = pp;
  if (!in->bin_hz || in->n_bins < 3)
    return bl_fail(ctx, BL_E_SHAPE,
                   "tuning: needs a spectrum, of three bins at least; put stft with output: magnitude before it");
  bl_status s = bl_need_linear(ctx, "tuning", in);
  if (!s && p->fmin >= p->fmax)
    s = bl_fail(ctx, BL_E_CONFIG, "tuning: fmin %g is not below fmax %g; swap them", p->fmin, p->fmax);
  char c[24];
  for (size_t i = 0; !s && i < in->n_channels; i++)
    s = bl_feature_add(ctx, out, bl_channel_name(in, i, c), NULL, "tuning", "bins");
  return s;
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, void *sp)
{
  state *st = sp;
  st->p = pp;
  st->in = in;
  st->n_classes = (size_t)ceil(1 / st->p->resolution);
  st->peaks = bl_calloc(ctx, in->n_channels, sizeof *st->peaks);
  st->count = bl_calloc(ctx, st->n_classes, sizeof *st->count);
  return st->peaks && st->count ? BL_OK : bl_fail_nomem(ctx, "tuning");
}

static bl_status begin(bl_ctx *ctx, void *sp, const bl_span *span, double first_s)
{
  state *st = sp;
  (void)ctx, (void)span, (void)first_s;
  st->n = 0;
  for (size_t c = 0; c < st->in->n_channels; c++) {
    st->peaks[c].n = 0;
    st->peaks[c].broken = false;
  }
  return BL_OK;
}

static bl_status add_peak(bl_ctx *ctx, const state *st, peaks *p, double hz, double height)
{
  void *off = p->off, *heights = p->height;
  bl_status s = bl_grow(ctx, &off, &p->cap_off, p->n + 1, sizeof *p->off, "tuning: peaks");
  p->off = off;
  if (!s) s = bl_grow(ctx, &heights, &p->cap_height, p->n + 1, sizeof *p->height, "tuning: peaks");
  p->height = heights;
  if (s) return s;
  double at = (double)st->p->bins_per_octave * log2(hz / 27.5), over = at - floor(at);
  p->off[p->n] = over >= 0.5 ? over - 1 : over;
  p->height[p->n++] = height;
  return BL_OK;
}

/* Peaks of one frame x [n_bins]. Of the first and last bin there is no parabola: they are where they are. */
static bl_status take(bl_ctx *ctx, const state *st, peaks *p, const float *x)
{
  size_t n = st->in->n_bins;
  const double *hz = st->in->bin_hz;
  double most = 0, step = hz[1] - hz[0];
  for (size_t k = 0; k < n; k++) {
    if (!isfinite(x[k])) p->broken = true;
    most = fmax(most, (double)x[k]);
  }
  bl_status s = BL_OK;
  for (size_t k = 1; !s && k < n; k++) { /* bin 0 is no peak: nothing lies below it */
    double v = (double)x[k], before = (double)x[k - 1], next = k + 1 < n ? (double)x[k + 1] : v,
           least = st->p->threshold * most;
    if (hz[k] < st->p->fmin || !(hz[k] < st->p->fmax) || !(v > least)) continue;
    if (!(v > (before > least ? before : 0)) || !(v >= (next > least ? next : 0))) continue;
    double bend = next + before - 2 * v, slope = (next - before) / 2;
    double shift = k + 1 < n && fabs(slope) < fabs(bend) ? -slope / bend : 0;
    s = add_peak(ctx, st, p, hz[k] + shift * step, v + 0.5 * slope * shift);
  }
  return s;
}

static bl_status push(bl_ctx *ctx, void *sp, const float *x, size_t n)
{
  state *st = sp;
  bl_status s = BL_OK;
  st->n += n;
  for (size_t i = 0; !s && i < n; i++)
    for (size_t c = 0; !s && c < st->in->n_channels; c++, x += st->in->n_bins) s = take(ctx, st, &st->peaks[c], x);
  return s;
}

static bl_status median_height(bl_ctx *ctx, state *st, const peaks *p, double *median)
{
  void *v = st->sorted;
  bl_status s = bl_grow(ctx, &v, &st->cap_sorted, p->n, sizeof *st->sorted, "tuning: peaks");
  st->sorted = v;
  if (s) return s;
  for (size_t i = 0; i < p->n; i++) st->sorted[i] = p->height[i];
  bl_sort(st->sorted, p->n);
  *median = p->n % 2 ? st->sorted[p->n / 2] : (st->sorted[p->n / 2 - 1] + st->sorted[p->n / 2]) / 2;
  return BL_OK;
}

static bl_status estimate(bl_ctx *ctx, state *st, size_t channel, float *row)
{
  const peaks *p = &st->peaks[channel];
  double least;
  char place[96];
  *row = p->broken ? NAN : 0;
  if (p->broken) return BL_OK;
  if (!p->n) {
    bl_warn(ctx, BL_W_UNDEFINED, "tuning: %s has no peak from %g to %g Hz in this segment; its tuning is taken to be 0",
            bl_place_name(st->in, channel * st->in->n_bins, place), st->p->fmin, st->p->fmax);
    return BL_OK;
  }
  bl_status s = median_height(ctx, st, p, &least);
  if (s) return s;
  for (size_t k = 0; k < st->n_classes; k++) st->count[k] = 0;
  for (size_t i = 0; i < p->n; i++) {
    double at = (p->off[i] + 0.5) * (double)st->n_classes;
    if (p->height[i] >= least) st->count[at < (double)st->n_classes ? (size_t)at : st->n_classes - 1]++;
  }
  size_t best = 0;
  for (size_t k = 1; k < st->n_classes; k++)
    if (st->count[k] > st->count[best]) best = k;
  *row = (float)((double)best / (double)st->n_classes - 0.5);
  return BL_OK;
}

static bl_status finish(bl_ctx *ctx, void *sp, float *row)
{
  state *st = sp;
  bl_status s = bl_need_frames(ctx, "tuning", st->n, 1);
  for (size_t c = 0; !s && c < st->in->n_channels; c++) s = estimate(ctx, st, c, row + c);
  return s;
}

static void release(bl_ctx *ctx, void *sp)
{
  state *st = sp;
  for (size_t c = 0; st->peaks && c < st->in->n_channels; c++) {
    bl_free(ctx, st->peaks[c].off);
    bl_free(ctx, st->peaks[c].height);
  }
  bl_free(ctx, st->peaks);
  bl_free(ctx, st->count);
  bl_free(ctx, st->sorted);
}

const bl_summary_class bl_summary_tuning = {
    .name = "tuning",
    .summary = "how far the notes lie above those of 440 Hz",
    .source = "librosa.estimate_tuning",
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(state),
    .shape = shape,
    .init = init,
    .begin = begin,
    .push = push,
    .finish = finish,
    .release = release,
};
