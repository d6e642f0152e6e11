/* iir.c: second-order sections at work; see iir.h. Series lie side by side, so that the recursion of one hides behind the
 * others'. Results of one series do not depend on its neighbours or on where blocks end. */
#include "iir.h"

#include <math.h>
#include <string.h>

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

static void lanes(const bl_biquad *q, double *z, double *v, ptrdiff_t step, size_t n)
{
  double z0[LANES], z1[LANES], b0 = q->b0, b1 = q->b1, b2 = q->b2, a1 = q->a1, a2 = q->a2;
  memcpy(z0, z, sizeof z0);
  memcpy(z1, z + LANES, sizeof z1);
  for (size_t i = 0; i < n; i++, v += step) {
    for (size_t c = 0; c < LANES; c++) {
      double x = v[c], y = b0 * x + z0[c];
      z0[c] = b1 * x - a1 * y + z1[c];
      z1[c] = b2 * x - a2 * y;
      v[c] = y;
    }
  }
  memcpy(z, z0, sizeof z0);
  memcpy(z + LANES, z1, sizeof z1);
}

/* All sections on a piece that stays in the cache. */
void bl_iir_lanes(const bl_biquad *sos, size_t n_sections, double *z, double *v, ptrdiff_t step, size_t n)
{
  while (n) {
    size_t m = n < CHUNK ? n : CHUNK;
    for (size_t s = 0; s < n_sections; s++) lanes(&sos[s], z + s * 2 * LANES, v, step, m);
    v += (ptrdiff_t)m * step;
    n -= m;
  }
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
  f->fresh = bl_calloc(ctx, width, sizeof *f->fresh);
  if (!f->sos || !f->zi || !f->z || !f->work || !f->fresh) return bl_fail_nomem(ctx, who);
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
      broken[c] = !isfinite(v[c]);
      if (broken[c]) v[c] = 0, *fresh = true;
      else if (*fresh) begin(f, z, c, v[c]), *fresh = false;
    }
    bl_iir_lanes(f->sos, f->n_sections, z, v, LANES, 1);
    for (size_t c = 0; c < m; c++)
      if (broken[c]) v[c] = NAN;
  }
}

/* A long silence lets states fall to denormal numbers, which take a hundred times as long: they go to zero before. Done
 * at fixed places of the run, so that blocks make no difference. */
static void flush(double *z, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if (fabs(z[i]) < 1e-200) z[i] = 0;
}

static void run_group(bl_iir *f, size_t first, const float *x, size_t n, float *y)
{
  size_t m = f->width - first < LANES ? f->width - first : LANES;
  double *z = f->z + first / LANES * f->n_sections * 2 * LANES, *v = f->work, probe = 0;
  bool fresh = false;
  for (size_t i = 0; i < n; i++) {
    const float *from = x + i * f->width + first;
    if (m == LANES)
      for (size_t c = 0; c < LANES; c++) v[i * LANES + c] = (double)from[c];
    else
      for (size_t c = 0; c < LANES; c++) v[i * LANES + c] = c < m ? (double)from[c] : 0;
  }
  for (size_t i = 0; i < n * LANES; i++) probe += v[i] * 0; /* NaN when one is not finite */
  for (size_t c = 0; c < m; c++) fresh = fresh || f->fresh[first + c];
  if (probe == 0 && !fresh) bl_iir_lanes(f->sos, f->n_sections, z, v, LANES, n);
  else run_carefully(f, first, m, z, v, n);
  for (size_t i = 0; i < n; i++) {
    float *to = y + i * f->width + first;
    for (size_t c = 0; c < m; c++) to[c] = (float)v[i * LANES + c];
  }
  if ((f->done + n) % CHUNK == 0) flush(z, f->n_sections * 2 * LANES);
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
  bl_free(ctx, f->fresh);
}
