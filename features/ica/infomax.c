/* infomax.c: the weights follow the natural gradient of the information that goes through, block of samples by block, in
 * a new order each pass, with a rate that falls where passes disagree in direction. Every constant is that of
 * mne.preprocessing.infomax (and EEGLAB's runica). */
#include <math.h>
#include <string.h>

#include "baleen/blas.h"
#include "baleen/random.h"
#include "fast_tanh.h"
#include "ica_private.h"

static const double anneal_degrees = 60, anneal = 0.9, blowup = 1e4, blowup_factor = 0.5, restart_factor = 0.9;
static const double most_weight = 1e8, least_rate = 1e-10, momentum = 0.5, sign_bias = 0.02;
enum { MOST_SMALL_ANGLES = 20, KURTOSIS_SAMPLES = 6000, SIGNS_SETTLED = 25 };

typedef struct search {
  const bl_white *x;
  bool extended;
  size_t k, block, n_blocks;
  bl_rng rng;
  double rate;
  double *v;                       /* weights [k][k]: sources = x' v, the transpose of what is wanted */
  double *bias, *u, *y, *g, *step; /* [k], [block][k] twice, [k][k] twice */
  uint32_t *order;
  /* of the extended form */
  double *sign, *old_sign, *kurtosis, *picked; /* [k] thrice, [samples][k] */
  uint64_t blocks_done, every, calm;
} search;

static void restart(search *s)
{
  size_t k = s->k;
  memset(s->v, 0, k * k * sizeof *s->v);
  memset(s->bias, 0, k * sizeof *s->bias);
  for (size_t i = 0; i < k; i++) {
    s->v[i * k + i] = 1;
    s->sign[i] = i ? 1 : -1; /* one source is taken to be flatter than a Gaussian until looked at */
    s->old_sign[i] = 0;
  }
  s->blocks_done = 0;
  s->every = 1;
}

static void gather(const search *s, const uint32_t *which, size_t n, double *to)
{
  for (size_t i = 0; i < n; i++)
    for (size_t c = 0; c < s->k; c++) to[i * s->k + c] = s->x->x[c * s->x->n + which[i]];
}

/* y = the nonlinearity of u; g = what the gradient takes beside the identity; slope adds to the bias. */
static void gradient(search *s, double *slope)
{
  size_t k = s->k, b = s->block;
  memcpy(s->y, s->u, b * k * sizeof *s->y);
  if (!s->extended)
    for (size_t i = 0; i < b * k; i++) s->y[i] *= 0.5;
  bl_fast_tanh(s->y, b * k); /* 1 - 2 / (1 + exp -u) = -tanh(u / 2) */
  for (size_t i = 0; i < b; i++)
    for (size_t c = 0; c < k; c++) slope[c] -= (s->extended ? 2 : 1) * s->y[i * k + c];
  bl_gemm(true, false, k, k, b, -1, s->u, k, s->y, k, 0, s->g, k);
  if (s->extended) {
    for (size_t i = 0; i < k * k; i++) s->g[i] *= s->sign[i % k];
    bl_gemm(true, false, k, k, b, -1, s->u, k, s->u, k, 1, s->g, k);
  }
  for (size_t i = 0; i < k; i++) s->g[i * k + i] += (double)b;
}

static void update_signs(search *s)
{
  size_t k = s->k, n = s->x->n < KURTOSIS_SAMPLES ? s->x->n : KURTOSIS_SAMPLES, changed = 0;
  for (size_t i = 0; i < n; i++) {
    size_t at = s->x->n > n ? (size_t)(bl_rng_uniform(&s->rng) * (double)(s->x->n - 1)) : i;
    for (size_t c = 0; c < k; c++) s->picked[i * k + c] = s->x->x[c * s->x->n + at];
  }
  bl_gemm(false, false, n, k, k, 1, s->picked, k, s->v, k, 0, s->picked + n * k, k);
  const double *a = s->picked + n * k;
  for (size_t c = 0; c < k; c++) {
    double mean = 0, m2 = 0, m4 = 0;
    for (size_t i = 0; i < n; i++) mean += a[i * k + c] / (double)n;
    for (size_t i = 0; i < n; i++) {
      double d = (a[i * k + c] - mean) * (a[i * k + c] - mean);
      m2 += d / (double)n;
      m4 += d * d / (double)n;
    }
    s->kurtosis[c] = momentum * s->kurtosis[c] + (1 - momentum) * (m4 / (m2 * m2) - 3);
    double sign = s->kurtosis[c] + sign_bias;
    s->sign[c] = sign > 0 ? 1 : sign < 0 ? -1 : 0;
    changed += s->sign[c] != s->old_sign[c];
    s->old_sign[c] = s->sign[c];
  }
  s->calm = changed ? 0 : s->calm + 1;
  if (s->calm < SIGNS_SETTLED) return;
  s->every *= 2;
  s->calm = 0;
}

static bool too_large(const double *v, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if (!(fabs(v[i]) <= most_weight)) return true;
  return false;
}

/* One pass over all blocks; false when the weights grew beyond all bounds. */
static bool go_over(search *s)
{
  size_t k = s->k;
  bl_rng_shuffle(&s->rng, s->order, s->x->n);
  for (size_t b = 0; b < s->n_blocks; b++) {
    gather(s, s->order + b * s->block, s->block, s->y);
    for (size_t i = 0; i < s->block; i++) memcpy(s->u + i * k, s->bias, k * sizeof *s->u);
    bl_gemm(false, false, s->block, k, k, 1, s->y, k, s->v, k, 1, s->u, k);
    memset(s->step, 0, k * sizeof *s->step);
    gradient(s, s->step);
    for (size_t i = 0; i < k; i++) s->bias[i] += s->rate * s->step[i];
    bl_gemm(false, false, k, k, k, s->rate, s->v, k, s->g, k, 0, s->step, k);
    for (size_t i = 0; i < k * k; i++) s->v[i] += s->step[i];
    s->blocks_done++;
    if (too_large(s->v, k * k)) return false;
    if (s->extended && s->blocks_done % s->every == 0) update_signs(s);
  }
  return true;
}

/* What passes did to the weights: the last change kept for comparison, and how large it was. */
typedef struct course {
  double *before, *change, *old; /* [k * k] */
  double old_size;
  size_t step, small;
} course;

/* After a pass: falls with the rate, and says whether the search is at its end. */
static bool look(search *s, course *c, const bl_ica_search *how)
{
  size_t size = s->k * s->k;
  double change = 0, dot = 0, degrees = 0;
  for (size_t i = 0; i < size; i++) {
    c->change[i] = s->v[i] - c->before[i];
    change += c->change[i] * c->change[i];
    dot += c->change[i] * c->old[i];
  }
  memcpy(c->before, s->v, size * sizeof *s->v);
  if (++c->step > 2) degrees = acos(fmax(-1, fmin(1, dot / sqrt(change * c->old_size)))) * 180 / 3.14159265358979323846;
  bool wide = degrees > anneal_degrees;
  if (wide || c->step == 1) {
    memcpy(c->old, c->change, size * sizeof *c->old);
    c->old_size = change;
  }
  if (wide) s->rate *= anneal;
  c->small = wide ? 0 : c->small + 1;
  if (c->small > MOST_SMALL_ANGLES || (c->step > 2 && change < how->tol)) return true;
  if (change > blowup) s->rate *= blowup_factor;
  return false;
}

static bl_status run(bl_ctx *ctx, search *s, course *c, bl_ica_search *how)
{
  size_t size = s->k * s->k;
  s->rate = 0.01 / log(fmax(2, (double)size));
  restart(s);
  memcpy(c->before, s->v, size * sizeof *s->v);
  while (!how->converged && c->step < how->max_iter) {
    if (go_over(s)) {
      how->converged = look(s, c, how);
    } else {
      s->rate *= restart_factor;
      if (s->rate < least_rate)
        return bl_fail(ctx, BL_E_RANGE, "ica: the weights grow without end; keep fewer components");
      restart(s);
      memcpy(c->before, s->v, size * sizeof *s->v);
      c->step = c->small = 0;
    }
    if (bl_ctx_cancelled(ctx)) return bl_fail(ctx, BL_E_CANCELLED, "ica: stopped");
  }
  how->n_iter = c->step;
  return BL_OK;
}

bl_status bl_infomax(bl_ctx *ctx, const bl_white *x, bool extended, bl_ica_search *how, double *w)
{
  size_t k = x->k, block = (size_t)floor(sqrt((double)x->n / 3)),
         most = x->n < KURTOSIS_SAMPLES ? x->n : KURTOSIS_SAMPLES;
  search s = {.x = x,
              .extended = extended,
              .k = k,
              .block = block,
              .n_blocks = x->n / block,
              .v = w,
              .rng = bl_rng_make(how->seed, "infomax", 0)};
  course c = {0};
  double *room = bl_calloc(ctx, 1, (4 * k + 2 * block * k + 5 * k * k + 2 * most * k) * sizeof *room);
  s.order = bl_calloc(ctx, x->n, sizeof *s.order);
  bl_status status = room && s.order ? BL_OK : bl_fail_nomem(ctx, "ica");
  if (!status) {
    double *at = room;
    s.bias = at, at += k;
    s.sign = at, at += k;
    s.old_sign = at, at += k;
    s.kurtosis = at, at += k;
    s.u = at, at += block * k;
    s.y = at, at += block * k;
    s.g = at, at += k * k;
    s.step = at, at += k * k;
    c.before = at, at += k * k;
    c.change = at, at += k * k;
    c.old = at, at += k * k;
    s.picked = at;
    for (size_t i = 0; i < x->n; i++) s.order[i] = (uint32_t)i;
    status = run(ctx, &s, &c, how);
  }
  for (size_t i = 0; !status && i < k; i++) /* w = v' */
    for (size_t j = i + 1; j < k; j++) {
      double held = w[i * k + j];
      w[i * k + j] = w[j * k + i];
      w[j * k + i] = held;
    }
  bl_free(ctx, room);
  bl_free(ctx, s.order);
  return status;
}
