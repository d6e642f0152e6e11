/* iir.c: second-order sections at work; see iir.h. Series lie side by side, so that the recursion of one hides behind
 * the others'. Results of one series do not depend on its neighbours or on where blocks end. */
#include "iir.h"

#include <math.h>
#include <string.h>

#include "baleen/wide.h"
#include "finite.h"

enum { LANES = BL_IIR_LANES, CHUNK = 256 };

void bl_iir_steady(const bl_biquad *sos, size_t n, double (*zi)[2])
{
  double level = 1; /* of what comes into the section */
  for (size_t i = 0; i < n; i++) {
    const bl_biquad *q = &sos[i];
    double gain = (q->b0 + q->b1 + q->b2) / (1 + q->a1 + q->a2);
    zi[i][1] = level * (q->b2 - q->a2 * gain);
    zi[i][0] = level * (q->b1 - q->a1 * gain) + zi[i][1];
    level *= gain;
  }
}

/* One section takes x; z holds its states, a row of LANES each. z0 waits for a1 y alone, which is the shortest chain
 * from one frame to the next. */
static inline double section(const bl_biquad *q, double x, double (*z)[LANES], size_t lane)
{
  double y = q->b0 * x + z[0][lane];
  z[0][lane] = (q->b1 * x + z[1][lane]) - q->a1 * y;
  z[1][lane] = q->b2 * x - q->a2 * y;
  return y;
}

/* Several sections in one go: while one waits for its own last frame, the others work. */
BL_WIDE static void one(const bl_biquad *sos, double *states, double *v, ptrdiff_t step, size_t n)
{
  const bl_biquad a = sos[0];
  double z[2][LANES];
  memcpy(z, states, sizeof z);
  for (size_t i = 0; i < n; i++, v += step)
    for (size_t c = 0; c < LANES; c++) v[c] = section(&a, v[c], z, c);
  memcpy(states, z, sizeof z);
}

BL_WIDE static void two(const bl_biquad *sos, double *states, double *v, ptrdiff_t step, size_t n)
{
  const bl_biquad a = sos[0], b = sos[1];
  double z[4][LANES];
  memcpy(z, states, sizeof z);
  for (size_t i = 0; i < n; i++, v += step)
    for (size_t c = 0; c < LANES; c++) v[c] = section(&b, section(&a, v[c], z, c), z + 2, c);
  memcpy(states, z, sizeof z);
}

BL_WIDE static void four(const bl_biquad *sos, double *states, double *v, ptrdiff_t step, size_t n)
{
  const bl_biquad a = sos[0], b = sos[1], p = sos[2], q = sos[3];
  double z[8][LANES];
  memcpy(z, states, sizeof z);
  for (size_t i = 0; i < n; i++, v += step)
    for (size_t c = 0; c < LANES; c++)
      v[c] = section(&q, section(&p, section(&b, section(&a, v[c], z, c), z + 2, c), z + 4, c), z + 6, c);
  memcpy(states, z, sizeof z);
}

/* All sections on a piece that stays in the cache. */
static void piece(const bl_biquad *sos, size_t n_sections, double *z, double *v, ptrdiff_t step, size_t n)
{
  while (n_sections) {
    size_t at_once = n_sections >= 4 ? 4 : n_sections >= 2 ? 2 : 1;
    (at_once == 4 ? four : at_once == 2 ? two : one)(sos, z, v, step, n);
    sos += at_once;
    z += at_once * 2 * LANES;
    n_sections -= at_once;
  }
}

void bl_iir_lanes(const bl_biquad *sos, size_t n_sections, double *z, double *v, ptrdiff_t step, size_t n)
{
  while (n) {
    size_t m = n < CHUNK ? n : CHUNK;
    piece(sos, n_sections, z, v, step, m);
    v += (ptrdiff_t)m * step;
    n -= m;
  }
}

void bl_iir_load(const float *x, size_t width, size_t m, size_t n, double *v)
{
  if (m == LANES)
    for (size_t i = 0; i < n; i++)
      for (size_t c = 0; c < LANES; c++) v[i * LANES + c] = (double)x[i * width + c];
  else
    for (size_t i = 0; i < n; i++)
      for (size_t c = 0; c < LANES; c++) v[i * LANES + c] = c < m ? (double)x[i * width + c] : 0;
}

void bl_iir_store(const double *v, size_t m, size_t n, float *y, size_t width)
{
  if (m == LANES)
    for (size_t i = 0; i < n; i++)
      for (size_t c = 0; c < LANES; c++) y[i * width + c] = (float)v[i * LANES + c];
  else
    for (size_t i = 0; i < n; i++)
      for (size_t c = 0; c < m; c++) y[i * width + c] = (float)v[i * LANES + c];
}

void bl_iir_flush(double *z, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if (fabs(z[i]) < 1e-200) z[i] = 0;
}

void bl_iir_reset(bl_iir *f)
{
  for (size_t c = 0; c < f->width; c++) f->fresh[c] = true;
  f->done = 0;
}

bl_status bl_iir_init(bl_ctx *ctx, const char *who, const bl_biquad *sos, size_t n, size_t width, bool steady,
                      bl_iir *f)
{
  size_t groups = (width + LANES - 1) / LANES;
  *f = (bl_iir){.width = width, .n_sections = n, .steady = steady};
  f->sos = bl_calloc(ctx, n, sizeof *f->sos);
  f->zi = bl_calloc(ctx, n, sizeof *f->zi);
  f->z = bl_calloc(ctx, groups * n, 2 * LANES * sizeof *f->z);
  f->work = bl_calloc(ctx, CHUNK, LANES * sizeof *f->work);
  f->last = bl_calloc(ctx, width, sizeof *f->last);
  f->fresh = bl_calloc(ctx, width, sizeof *f->fresh);
  if (!f->sos || !f->zi || !f->z || !f->work || !f->last || !f->fresh) return bl_fail_nomem(ctx, who);
  if (n) memcpy(f->sos, sos, n * sizeof *sos);
  if (steady) bl_iir_steady(f->sos, n, f->zi);
  bl_iir_reset(f);
  return BL_OK;
}

/* The series starts at its first value x: from zero, or from the steady state. */
static void begin(const bl_iir *f, double *z, size_t lane, double x)
{
  for (size_t s = 0; s < f->n_sections; s++)
    for (size_t k = 0; k < 2; k++) z[(2 * s + k) * LANES + lane] = f->zi[s][k] * x;
}

/* Frame by frame, for pieces with values that are not finite or with a series that starts. */
static void run_carefully(bl_iir *f, size_t first, size_t m, double *z, double *v, size_t n)
{
  for (size_t i = 0; i < n; i++, v += LANES) {
    bool broken[LANES] = {false};
    for (size_t c = 0; c < m; c++) {
      bool *fresh = &f->fresh[first + c];
      double *last = &f->last[first + c];
      broken[c] = !isfinite(v[c]);
      if (!broken[c] && *fresh) begin(f, z, c, v[c]), *fresh = false;
      if (!broken[c]) *last = v[c];
      else v[c] = *fresh ? 0 : *last; /* before the first good value the states wait at rest, or are made anew */
    }
    bl_iir_lanes(f->sos, f->n_sections, z, v, LANES, 1);
    for (size_t c = 0; c < m; c++)
      if (broken[c]) v[c] = NAN;
  }
}

static void run_group(bl_iir *f, size_t first, const float *x, size_t n, float *y)
{
  size_t m = f->width - first < LANES ? f->width - first : LANES;
  double *z = f->z + first / LANES * f->n_sections * 2 * LANES, *v = f->work;
  bool fresh = false;
  bl_iir_load(x + first, f->width, m, n, v);
  for (size_t c = 0; c < m; c++) fresh = fresh || f->fresh[first + c];
  if (bl_all_finite(v, n * LANES) && !fresh) {
    for (size_t c = 0; c < m; c++) f->last[first + c] = v[(n - 1) * LANES + c];
    bl_iir_lanes(f->sos, f->n_sections, z, v, LANES, n);
  } else run_carefully(f, first, m, z, v, n);
  bl_iir_store(v, m, n, y + first, f->width);
  if ((f->done + n) % CHUNK == 0) bl_iir_flush(z, f->n_sections * 2 * LANES);
}

void bl_iir_run(bl_iir *f, const float *x, size_t n, float *y)
{
  while (n) {
    size_t room = CHUNK - (size_t)(f->done % CHUNK), m = n < room ? n : room;
    for (size_t first = 0; first < f->width; first += LANES) run_group(f, first, x, m, y);
    f->done += m;
    x += m * f->width;
    y += m * f->width;
    n -= m;
  }
}

void bl_iir_release(bl_ctx *ctx, bl_iir *f)
{
  bl_free(ctx, f->sos);
  bl_free(ctx, f->zi);
  bl_free(ctx, f->z);
  bl_free(ctx, f->work);
  bl_free(ctx, f->last);
  bl_free(ctx, f->fresh);
}
