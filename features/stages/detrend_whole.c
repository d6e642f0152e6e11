/* detrend_whole: takes the mean, the straight line or the polynomial of best fit off the whole run. Shape unchanged.
 *
 * Least squares, as scipy.signal.detrend (constant, linear). The fit is a sum of Gram's polynomials, which are
 * orthonormal over n equally spaced points: with t = i - (n - 1) / 2, b[k]^2 = k^2 (n^2 - k^2) / (4 (4 k^2 - 1)), q[0]
 * = 1 / sqrt(n), b[k] q[k] = t q[k-1] - b[k-1] q[k-2] (Gautschi, Orthogonal Polynomials, 2004, table 1.2). A run with
 * no more frames than the fit has terms becomes 0. A series with a value that is not finite is NaN throughout, and a
 * warning says so, once a run. It needs the whole run, so it cannot run live: detrend or iir can. */
#include <math.h>

#include "stage_util.h"

enum { MAX_ORDER = 20 };
typedef enum trend { CONSTANT, LINEAR, POLYNOMIAL } trend;
typedef struct params {
  int type;
  int64_t order;
} params;

static const char *const types[] = {"constant", "linear", "polynomial", NULL};
static const bl_opt opts[] = {
    BL_ENUM(params, type, "linear", types, "what is taken off: the mean, a straight line, or a polynomial"),
    BL_INT(params, order, "2", 0, MAX_ORDER, "", "degree of the polynomial"),
    BL_OPT_END,
};

typedef struct state {
  bl_frames all; /* the run so far */
  size_t order;
  bl_texts channels;
} state;

static bl_status shape(bl_ctx *ctx, const void *pp, const bl_stream *in, bl_stream *out)
{
  const params *p = pp;
  (void)in;
  out->latency_s = INFINITY;
  bl_status s =
      p->type == POLYNOMIAL ? BL_OK : bl_opts_refuse_idle(ctx, "detrend_whole", opts, p, "order", "type: polynomial");
  return s ? s : bl_stream_set_units(ctx, out, "%d");
}

static bl_status init(bl_ctx *ctx, const void *pp, const bl_stream *in, const bl_stream *out, void *sp)
{
  const params *p = pp;
  state *st = sp;
  (void)out;
  st->order = p->type == POLYNOMIAL ? (size_t)p->order : p->type == LINEAR ? 1 : 0;
  st->all.width = bl_stream_width(in);
  return bl_texts_copy(ctx, &st->channels, &in->channels);
}

static double recurrence(size_t n, size_t k)
{
  double m = (double)n, j = (double)k;
  return j / 2 * sqrt((m - j) * (m + j) / (4 * j * j - 1));
}

/* q[0 .. order] at frame i of n. */
static void polynomials(size_t n, size_t order, const double *b, size_t i, double *q)
{
  double t = (double)i - (double)(n - 1) / 2;
  q[0] = 1 / sqrt((double)n);
  for (size_t k = 1; k <= order; k++) q[k] = (t * q[k - 1] - (k > 1 ? b[k - 1] * q[k - 2] : 0)) / b[k];
}

/* Adds q times the run to fit[order + 1][width]. */
static void project(const state *st, size_t order, const double *b, double *fit)
{
  double q[MAX_ORDER + 1];
  for (size_t i = 0; i < st->all.n; i++) {
    const float *x = st->all.v + i * st->all.width;
    polynomials(st->all.n, order, b, i, q);
    for (size_t k = 0; k <= order; k++)
      for (size_t c = 0; c < st->all.width; c++) fit[k * st->all.width + c] += q[k] * (double)x[c];
  }
}

static void subtract(const state *st, size_t order, const double *b, const double *fit, const bool *broken, float *y)
{
  double q[MAX_ORDER + 1];
  size_t width = st->all.width;
  for (size_t i = 0; i < st->all.n; i++) {
    polynomials(st->all.n, order, b, i, q);
    for (size_t c = 0; c < width; c++) {
      double v = broken[c] ? (double)NAN : (double)st->all.v[i * width + c];
      for (size_t k = 0; k <= order; k++) v -= fit[k * width + c] * q[k];
      y[i * width + c] = (float)v;
    }
  }
}

static bl_status finish(bl_ctx *ctx, void *sp, bl_frames *out)
{
  state *st = sp;
  size_t n = st->all.n, width = st->all.width, order = n > st->order ? st->order : n - (n > 0);
  double b[MAX_ORDER + 1] = {0};
  if (!n) return BL_OK;
  for (size_t k = 1; k <= order; k++) b[k] = recurrence(n, k);
  double *fit = bl_calloc(ctx, order + 1, width * sizeof *fit);
  bool *broken = bl_calloc(ctx, width, sizeof *broken);
  float *y = fit && broken ? bl_frames_add(ctx, out, n) : NULL;
  if (y) {
    project(st, order, b, fit);
    for (size_t c = 0; c < width; c++) broken[c] = !isfinite(fit[c]); /* the sum: no float32 sums up to infinity */
    subtract(st, order, b, fit, broken, y);
    bl_warn_broken(ctx, "detrend_whole", &st->channels, broken, width);
  }
  bl_free(ctx, fit);
  bl_free(ctx, broken);
  return y ? BL_OK : bl_fail_nomem(ctx, "detrend_whole");
}

static void release(bl_ctx *ctx, void *sp)
{
  state *st = sp;
  bl_frames_free(ctx, &st->all);
  bl_texts_free(ctx, &st->channels);
}

const bl_stage_class bl_stage_detrend_whole = {
    .name = "detrend_whole",
    .summary = "Takes the mean, line or polynomial of best fit off the whole run",
    .source = "scipy.signal.detrend",
    .tags = BL_STAGE_WHOLE,
    .opts = opts,
    .params_size = sizeof(params),
    .state_size = sizeof(state),
    .shape = shape,
    .init = init,
    .push = bl_keep_push,
    .finish = finish,
    .reset = bl_keep_reset,
    .release = release,
};
