/* dwt.c: Haar's and Daubechies' wavelets; see dwt.h. */
#include "dwt.h"

const char *const bl_wavelets[] = {"haar", "db4", NULL};

const bl_opt bl_dwt_opts[] = {BL_DWT_OPTS(bl_dwt_params), BL_OPT_END};

/* The low-pass filter of the synthesis. The other three follow from it: analysis takes it in reverse, and its high-pass is
 * the low-pass with every second sign turned. */
static const struct wavelet {
  size_t n_taps;
  double taps[8];
} wavelets[] = {
    [BL_HAAR] = {2, {0.70710678118654752440, 0.70710678118654752440}},
    [BL_DB4] = {8,
                {0.23037781330885523, 0.7148465705525415, 0.6308807679295904, -0.02798376941698385,
                 -0.18703481171888114, 0.030841381835986965, 0.032883011666982945, -0.010597401784997278}},
};

/* x[i] of the signal continued by mirror images; most i lie within it. */
static double mirrored(const double *x, size_t n, ptrdiff_t i)
{
  ptrdiff_t period = 2 * (ptrdiff_t)n;
  if (i >= 0 && i < (ptrdiff_t)n) return x[i];
  i = (i % period + period) % period;
  return x[i < (ptrdiff_t)n ? i : period - 1 - i];
}

static void split(const struct wavelet *w, const double *x, size_t n, double *approximation, double *detail)
{
  size_t half = (n + w->n_taps - 1) / 2, last = w->n_taps - 1;
  for (size_t k = 0; k < half; k++) {
    double a = 0, d = 0;
    for (size_t j = 0; j <= last; j++) {
      double v = mirrored(x, n, (ptrdiff_t)(2 * k + 1) - (ptrdiff_t)j);
      a += w->taps[last - j] * v;
      d += (j % 2 ? 1 : -1) * w->taps[j] * v;
    }
    approximation[k] = a;
    detail[k] = d;
  }
}

bl_status bl_dwt_run(bl_ctx *ctx, bl_series *s, const bl_dwt_params *p, const double *x, size_t n, bl_dwt *out)
{
  const struct wavelet *w = &wavelets[p->wavelet_name];
  size_t level = (size_t)p->level, half = (n + w->n_taps - 1) / 2;
  double *room;
  bl_status status = bl_series_need(ctx, s, n, (w->n_taps - 1) << level);
  /* every level's details, and two approximations that take turns; each is at most half as long as what it is made of,
   * and a filter more */
  if (!status) status = bl_series_room(ctx, s, 2 * half + n + level * w->n_taps, &room);
  if (status) return status;
  double *turns[2] = {room, room + half}, *at = room + 2 * half;
  for (size_t i = 0; i < level; i++) {
    size_t now = (n + w->n_taps - 1) / 2;
    out->v[level - i] = at;
    out->n[level - i] = now;
    split(w, x, n, turns[i % 2], at);
    at += now;
    x = turns[i % 2];
    n = now;
  }
  out->v[0] = turns[(level - 1) % 2];
  out->n[0] = n;
  return BL_OK;
}
