/* clean_windows.c: windows that are clean enough to be learnt from: those in which few channels are far louder or softer than that
 * channel mostly is. See asr_private.h. */
#include <math.h>

#include "asr_private.h"
#include "baleen/sort.h"
#include "clean_spread.h"

static const double too_soft = -3.5, too_loud = 5; /* standard deviations */

size_t bl_asr_windows(size_t n, size_t length, double by, size_t *starts)
{
  if (n <= length) return 0;
  size_t count = (size_t)ceil((double)(n - length) / by);
  for (size_t i = 0; starts && i < count; i++) starts[i] = (size_t)rint((double)i * by);
  return count;
}

bl_status bl_asr_need_windows(bl_ctx *ctx, size_t n_windows)
{
  if (n_windows >= BL_CLEAN_SPREAD_LEAST) return BL_OK;
  return bl_fail(ctx, BL_E_SHAPE,
                 "asr: %zu windows are too few to learn from; it takes %d, and a minute of mostly clean EEG is better",
                 n_windows, BL_CLEAN_SPREAD_LEAST);
}

void bl_asr_amplitudes(const double *x, size_t c, size_t k, size_t length, const size_t *starts, size_t m, double *to)
{
  for (size_t i = 0; i < m; i++) {
    double sum = 0;
    for (size_t f = starts[i]; f < starts[i] + length; f++) sum += x[f * c + k] * x[f * c + k];
    to[i] = sqrt(sum / (double)length);
  }
}

/* Work: first frames of windows; how far each window of each channel stands out, [window][channel]. */
typedef struct work {
  size_t n, *starts;
  double *z, *amplitude, *sorted;
} work;

static bl_status measure(bl_ctx *ctx, const bl_asr_params *p, const double *x, size_t c, size_t length, work *w)
{
  bl_status s = BL_OK;
  for (size_t k = 0; !s && k < c; k++) {
    double mean, sd;
    bl_asr_amplitudes(x, c, k, length, w->starts, w->n, w->amplitude);
    for (size_t i = 0; i < w->n; i++) w->sorted[i] = w->amplitude[i];
    bl_clean_spread(w->sorted, w->n, p->min_clean_fraction, p->max_dropout_fraction, &mean, &sd);
    if (!(sd > 0)) s = bl_fail(ctx, BL_E_SHAPE, "asr: channel %zu of those to learn from is flat; leave it out", k);
    for (size_t i = 0; i < w->n; i++) w->z[i * c + k] = (w->amplitude[i] - mean) / sd;
    if (!s) s = BL_CHECK_CANCEL(ctx);
  }
  return s;
}

bl_status bl_asr_clean_windows(bl_ctx *ctx, const bl_asr_params *p, const double *x, size_t n, size_t c, double rate_hz,
                               bool *keep)
{
  size_t length = (size_t)(p->win_len_s * rate_hz), most = (size_t)rint((double)c * p->max_bad_chans);
  double by = fmax(1, (double)length * (1 - p->win_overlap));
  work w = {.n = bl_asr_windows(n, length, by, NULL)};
  for (size_t f = 0; f < n; f++) keep[f] = true;
  if (most >= c) return BL_OK;
  bl_status s = bl_asr_need_windows(ctx, w.n);
  if (s) return s;
  w.starts = bl_calloc(ctx, w.n, sizeof *w.starts);
  w.z = bl_calloc(ctx, w.n, c * sizeof *w.z);
  w.amplitude = bl_calloc(ctx, w.n, sizeof *w.amplitude);
  w.sorted = bl_calloc(ctx, w.n, sizeof *w.sorted);
  s = w.starts && w.z && w.amplitude && w.sorted ? BL_OK : bl_fail_nomem(ctx, "asr");
  if (!s) {
    bl_asr_windows(n, length, by, w.starts);
    s = measure(ctx, p, x, c, length, &w);
  }
  for (size_t i = 0; !s && i < w.n; i++) {
    double *z = w.z + i * c;
    bl_sort(z, c);
    bool bad = z[c - 1 - most] > too_loud || z[most] < too_soft;
    for (size_t f = w.starts[i]; bad && f < w.starts[i] + length; f++) keep[f] = false;
  }
  bl_free(ctx, w.starts);
  bl_free(ctx, w.z);
  bl_free(ctx, w.amplitude);
  bl_free(ctx, w.sorted);
  return s;
}
