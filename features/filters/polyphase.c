/* polyphase.c: see polyphase.h. Eight series lie side by side; one or two alone are taken with neighbouring outputs
 * side by side instead. Either way an output is the sum of its even products plus the sum of its odd ones, so that a
 * series gives the same bits in any company. */
#include "polyphase.h"

#include <math.h>
#include <string.h>

#include "baleen/wide.h"
#include "fir_design.h"
#include "window.h"

enum { LANES = 8, CHUNK = 2048 };

const char *const bl_polyphase_pads[] = {"reflect_limited", "zero", "edge", NULL};

bool bl_polyphase_ratio(double from_hz, double to_hz, size_t *up, size_t *down)
{
  /* convergents of the continued fraction */
  double want = to_hz / from_hz, rest = want;
  double p0 = 0, q0 = 1, p1 = 1, q1 = 0;
  for (size_t i = 0; i < 40; i++) {
    double whole = floor(rest), p2 = whole * p1 + p0, q2 = whole * q1 + q0;
    if (!(p2 <= BL_POLYPHASE_MAX && q2 <= BL_POLYPHASE_MAX)) return false;
    if (p2 > 0 && fabs(p2 / q2 - want) <= 1e-9 * want) {
      *up = (size_t)p2;
      *down = (size_t)q2;
      return true;
    }
    p0 = p1, q0 = q1, p1 = p2, q1 = q2;
    rest = 1 / (rest - whole);
  }
  return false;
}

size_t bl_polyphase_ahead(size_t half, size_t up) { return (half + up - 1) / up; }

void bl_polyphase_reset(void *filter)
{
  bl_polyphase *f = filter;
  f->base = f->done = f->total = 0;
  f->len = f->left;
  f->continued = f->left == 0;
}

bl_status bl_polyphase_init(bl_ctx *ctx, const char *who, size_t up, size_t down, const double *h, size_t half,
                            bl_polyphase_pad pad, size_t width, bl_polyphase *f)
{
  *f = (bl_polyphase){.width = width, .up = up, .down = down, .pad = pad};
  f->left = half / up;
  f->right = bl_polyphase_ahead(half, up);
  f->n_taps = f->left + f->right + 1;
  f->lanes = width < 3 ? 1 : LANES;
  f->groups = (width + f->lanes - 1) / f->lanes;
  f->cap = 2 * f->n_taps + CHUNK;
  f->bank = bl_calloc(ctx, up, f->n_taps * sizeof *f->bank);
  f->v = bl_calloc(ctx, f->groups * f->lanes, f->cap * sizeof *f->v);
  if (!f->bank || !f->v) return bl_fail_nomem(ctx, who);
  for (size_t r = 0; r < up; r++)
    for (size_t k = 0; k < f->n_taps; k++) { /* h[half + r - (k - left) up], 0 beyond its ends */
      ptrdiff_t at = (ptrdiff_t)(half + r) + (ptrdiff_t)(f->left * up) - (ptrdiff_t)(k * up);
      if (at >= 0 && at <= (ptrdiff_t)(2 * half)) f->bank[r * f->n_taps + k] = h[at];
    }
  bl_polyphase_reset(f);
  return BL_OK;
}

/* Value k beyond an end whose last sample is x, the k-th from it inward being at x + inward * k. */
static double beyond(const bl_polyphase *f, const double *x, ptrdiff_t inward, size_t k)
{
  switch (f->pad) {
  case BL_PAD_ODD: return k < f->total ? 2 * x[0] - x[inward * (ptrdiff_t)k] : 0;
  case BL_PAD_EDGE: return x[0];
  case BL_PAD_ZERO: break;
  }
  return 0;
}

static void continue_left(bl_polyphase *f)
{
  ptrdiff_t step = (ptrdiff_t)f->lanes;
  for (size_t s = 0; s < f->groups * f->lanes; s++) {
    double *x = f->v + s / f->lanes * f->cap * f->lanes + f->left * f->lanes + s % f->lanes; /* base is 0 */
    for (size_t k = 1; k <= f->left; k++) x[-(ptrdiff_t)k * step] = beyond(f, x, step, k);
  }
  f->continued = true;
}

static void continue_right(bl_polyphase *f)
{
  ptrdiff_t step = (ptrdiff_t)f->lanes;
  for (size_t s = 0; s < f->groups * f->lanes; s++) {
    double *x = f->v + s / f->lanes * f->cap * f->lanes + (f->len - 1) * f->lanes + s % f->lanes;
    for (size_t k = 1; k <= f->right; k++) x[(ptrdiff_t)k * step] = beyond(f, x, -step, k);
  }
  f->len += f->right;
}

/* Index, in the continued run, of the first value that the next output takes. */
static uint64_t next(const bl_polyphase *f) { return f->done * f->down / f->up; }

static void compact(bl_polyphase *f)
{
  uint64_t keep = f->base + f->len; /* of a long stride the next output may begin beyond what is held */
  keep = next(f) < keep ? next(f) : keep;
  /* the values that the right end is mirrored from stay */
  uint64_t mirror = f->base + f->len > f->right + 1 ? f->base + f->len - f->right - 1 : 0;
  keep = mirror < keep ? mirror : keep;
  if (keep <= f->base) return;
  size_t gone = (size_t)(keep - f->base);
  for (size_t g = 0; g < f->groups; g++) {
    double *v = f->v + g * f->cap * f->lanes;
    memmove(v, v + gone * f->lanes, (f->len - gone) * f->lanes * sizeof *v);
  }
  f->len -= gone;
  f->base = keep;
}

static size_t take(bl_polyphase *f, const float *x, size_t n)
{
  if (f->cap - f->right - f->len < n) compact(f);
  size_t room = f->cap - f->right - f->len;
  if (n > room) n = room;
  for (size_t g = 0; g < f->groups; g++) {
    double *v = f->v + (g * f->cap + f->len) * f->lanes;
    size_t first = g * f->lanes, m = f->width - first < f->lanes ? f->width - first : f->lanes;
    for (size_t i = 0; i < n; i++)
      for (size_t c = 0; c < m; c++) v[i * f->lanes + c] = (double)x[i * f->width + first + c];
  }
  f->len += n;
  f->total += n;
  if (!f->continued && f->total > f->left) continue_left(f);
  return n;
}

/* Where an output's values and taps are. */
typedef struct place {
  size_t at, phase;
} place;
static void step(const bl_polyphase *f, place *p)
{
  p->at += f->down / f->up;
  p->phase += f->down % f->up;
  if (p->phase >= f->up) p->phase -= f->up, p->at++;
}

BL_WIDE static void outputs_of_eight(const bl_polyphase *f, place p, const double *v, size_t m, float *y, size_t n)
{
  for (size_t i = 0; i < n; i++, y += f->width) {
    const double *h = f->bank + p.phase * f->n_taps, *x = v + p.at * LANES;
    double even[LANES] = {0}, odd[LANES] = {0};
    size_t k = 0;
    for (; k + 1 < f->n_taps; k += 2, x += 2 * LANES) {
      for (size_t c = 0; c < LANES; c++) even[c] += h[k] * x[c];
      for (size_t c = 0; c < LANES; c++) odd[c] += h[k + 1] * x[LANES + c];
    }
    if (k < f->n_taps)
      for (size_t c = 0; c < LANES; c++) even[c] += h[k] * x[c];
    for (size_t c = 0; c < m; c++) y[c] = (float)(even[c] + odd[c]);
    step(f, &p);
  }
}

/* One series, four outputs at a time. */
static void outputs_of_one(const bl_polyphase *f, place p, const double *v, float *y, size_t n)
{
  enum { SIDE = 4 };
  for (size_t i = 0; i < n; i += SIDE) {
    const double *h[SIDE], *x[SIDE];
    double sum[SIDE][2] = {{0}};        /* of even, of odd products */
    for (size_t j = 0; j < SIDE; j++) { /* beyond the last output: the last once more */
      h[j] = f->bank + p.phase * f->n_taps;
      x[j] = v + p.at;
      if (i + j + 1 < n) step(f, &p);
    }
    size_t k = 0;
    for (; k + 1 < f->n_taps; k += 2)
      for (size_t j = 0; j < SIDE; j++)
        for (size_t e = 0; e < 2; e++) sum[j][e] += h[j][k + e] * x[j][k + e];
    if (k < f->n_taps)
      for (size_t j = 0; j < SIDE; j++) sum[j][0] += h[j][k] * x[j][k];
    for (size_t j = 0; j < SIDE && i + j < n; j++) y[(i + j) * f->width] = (float)(sum[j][0] + sum[j][1]);
  }
}

static bl_status drain(bl_ctx *ctx, bl_polyphase *f, bl_frames *out)
{
  uint64_t known = f->base + f->len;
  if (!f->continued || known < f->n_taps) return BL_OK;
  /* output m takes n_taps values from floor(m down / up) on: known are those with m down < (known - n_taps + 1) up */
  uint64_t ready = ((known - f->n_taps + 1) * f->up + f->down - 1) / f->down;
  if (ready <= f->done) return BL_OK;
  size_t n = (size_t)(ready - f->done);
  place p = {(size_t)(next(f) - f->base), (size_t)(f->done * f->down % f->up)};
  float *y = bl_frames_add(ctx, out, n);
  if (!y) return BL_E_NOMEM;
  for (size_t g = 0; g < f->groups; g++) {
    size_t first = g * f->lanes, m = f->width - first < f->lanes ? f->width - first : f->lanes;
    const double *v = f->v + g * f->cap * f->lanes;
    if (f->lanes == 1) outputs_of_one(f, p, v, y + first, n);
    else outputs_of_eight(f, p, v, m, y + first, n);
  }
  f->done = ready;
  return BL_OK;
}

size_t bl_polyphase_half(size_t up, size_t down) { return up == down ? 0 : 10 * (up > down ? up : down); }

static bl_status design(bl_ctx *ctx, const char *who, size_t up, size_t down, double *h)
{
  static const bl_window_spec kaiser = {BL_WINDOW_KAISER, {-1, 5}};
  size_t half = bl_polyphase_half(up, down);
  h[0] = 1;
  if (!half) return BL_OK;
  bl_status s = bl_window_make(ctx, who, &kaiser, 2 * half + 1, false, h);
  if (s) return s;
  bl_firwin_windowed(2 * half + 1, 1 / (double)(up > down ? up : down), h);
  for (size_t i = 0; i <= 2 * half; i++) h[i] *= (double)up;
  return BL_OK;
}

bl_status bl_polyphase_init_kaiser(bl_ctx *ctx, const char *who, size_t up, size_t down, bl_polyphase_pad pad,
                                   size_t width, bl_polyphase *f)
{
  size_t half = bl_polyphase_half(up, down);
  double *h = bl_calloc(ctx, 2 * half + 1, sizeof *h);
  if (!h) return bl_fail_nomem(ctx, who);
  bl_status s = design(ctx, who, up, down, h);
  if (!s) s = bl_polyphase_init(ctx, who, up, down, h, half, pad, width, f);
  bl_free(ctx, h);
  return s;
}

bl_status bl_polyphase_push(bl_ctx *ctx, void *filter, const float *x, size_t n, bl_frames *out)
{
  bl_polyphase *f = filter;
  bl_status s = BL_OK;
  while (!s && n) {
    size_t took = take(f, x, n);
    x += took * f->width;
    n -= took;
    s = drain(ctx, f, out);
  }
  return s;
}

bl_status bl_polyphase_finish(bl_ctx *ctx, void *filter, bl_frames *out)
{
  bl_polyphase *f = filter;
  if (!f->total) return BL_OK;
  if (!f->continued) continue_left(f);
  continue_right(f);
  return drain(ctx, f, out);
}

/* The phases must be the same. What the run is continued by behind its end is mirrored from `right` frames. */
bool bl_polyphase_warm_up(const void *filter, bl_warm_up *out)
{
  const bl_polyphase *f = filter;
  *out = (bl_warm_up){f->right + 1, f->down};
  return true;
}

void bl_polyphase_release(bl_ctx *ctx, void *filter)
{
  bl_polyphase *f = filter;
  bl_free(ctx, f->bank);
  bl_free(ctx, f->v);
}
