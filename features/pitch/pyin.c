/* pyin.c: see pyin.h. */
#include "pyin.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "baleen/special.h"
#include "baleen/wide.h"

const char *const bl_pyin_outputs[] = {"f0", "voiced_flag", "voiced_prob", NULL};
const char *const bl_pyin_fills[] = {"nan", "none", NULL};
enum { FILL_NAN, FILL_NONE };

/* librosa adds the smallest normal number to every probability before it takes the logarithm, so that what cannot be is
 * only very unlikely. */
static double log_of(double p) { return log(p + DBL_MIN); }

static double bins_per_semitone(const bl_pyin_params *p) { return ceil(1 / p->resolution); }

static size_t n_pitches_of(const bl_pyin_params *p)
{
  return (size_t)floor(12 * bins_per_semitone(p) * log2(p->yin.fmax / p->yin.fmin)) + 1;
}

bl_status bl_pyin_shape(bl_ctx *ctx, const char *who, const bl_pyin_params *p, const bl_stream *in, bl_stream *out)
{
  enum { MOST_PITCHES = 1 << 15 };
  const char *const names[] = {bl_pyin_outputs[p->output]};
  bl_status s = bl_framing_shape(ctx, who, &p->framing, in, out);
  if (!s) s = bl_yin_check(ctx, who, &p->yin, &p->framing, in);
  if (!s && p->beta_parameters.n != 2)
    s = bl_fail(ctx, BL_E_CONFIG, "%s: beta_parameters must be two numbers, but %zu are given", who,
                p->beta_parameters.n);
  if (!s && n_pitches_of(p) > MOST_PITCHES)
    s = bl_fail(ctx, BL_E_RANGE,
                "%s: fmin to fmax makes %zu pitches, at most %d are possible; take a larger resolution", who,
                n_pitches_of(p), MOST_PITCHES);
  if (!s) s = bl_stream_set_bins(ctx, out, 1, NULL, names);
  return s ? s : bl_stream_set_units(ctx, out, p->output == BL_PYIN_F0 ? "Hz" : "1");
}

/* ---- tables ------------------------------------------------------------------------------------------------------ */

static void fill_thresholds(const bl_pyin_params *p, bl_pyin *y)
{
  double a = p->beta_parameters.v[0], b = p->beta_parameters.v[1], n = (double)p->n_thresholds, before = 0;
  for (size_t i = 0; i < (size_t)p->n_thresholds; i++) {
    double now = bl_beta_below(a, b, (double)(i + 1) / n);
    y->beta[i] = now - before;
    y->beta_sum[i + 1] = y->beta_sum[i] + y->beta[i];
    before = now;
  }
}

/* The triangle of steps, and the sum of each row of the matrix of them, of which the ends are cut off. */
static void fill_steps(bl_pyin *y)
{
  size_t w = y->width, n = y->n_pitches;
  for (size_t k = 0; k <= 2 * w; k++) {
    double d = fabs((double)k - (double)w);
    y->step[k] = log(1 - d / (double)(w + 1));
  }
  for (size_t i = 0; i < n; i++) {
    double sum = 0;
    for (size_t k = 0; k <= 2 * w; k++)
      if (i + k >= w && i + k - w < n) sum += exp(y->step[k]);
    y->rows[i] = log(sum);
  }
}

/* expm1, for the first of n weigh 1 / n at last, as the parameter vanishes. */
static void fill_boltzmann(double lambda, bl_pyin *y)
{
  for (size_t k = 0; k <= y->yin.n; k++) y->decay[k] = exp(-lambda * (double)k);
  for (size_t n = 1; n <= y->yin.n; n++) y->share[n] = expm1(-lambda) / expm1(-lambda * (double)n);
}

bl_status bl_pyin_init(bl_ctx *ctx, const bl_pyin_params *p, const bl_stream *in, bl_pyin *y)
{
  double hop = (double)bl_framing_hop(&p->framing);
  y->p = p;
  y->n_pitches = n_pitches_of(p);
  y->per_octave = 12 * bins_per_semitone(p);
  double semitones = rint(p->max_transition_rate * 12 * hop / in->rate_hz);
  y->width = (size_t)fmin(semitones * bins_per_semitone(p) / 2, (double)y->n_pitches);
  y->log_stay = log_of(1 - p->switch_prob);
  y->log_switch = log_of(p->switch_prob);
  bl_status s = bl_yin_init(ctx, &p->yin, &p->framing, in, &y->yin);
  if (s) return s;
  y->beta = bl_calloc(ctx, (size_t)p->n_thresholds, sizeof *y->beta);
  y->beta_sum = bl_calloc(ctx, (size_t)p->n_thresholds + 1, sizeof *y->beta_sum);
  y->step = bl_calloc(ctx, 2 * y->width + 1, sizeof *y->step);
  y->rows = bl_calloc(ctx, y->n_pitches, sizeof *y->rows);
  y->prob = bl_calloc(ctx, y->yin.n, sizeof *y->prob);
  y->voiced = bl_calloc(ctx, y->n_pitches, sizeof *y->voiced);
  y->trough = bl_calloc(ctx, y->yin.n, sizeof *y->trough);
  y->decay = bl_calloc(ctx, y->yin.n + 1, sizeof *y->decay);
  y->share = bl_calloc(ctx, y->yin.n + 1, sizeof *y->share);
  if (!y->beta || !y->beta_sum || !y->step || !y->rows || !y->prob || !y->voiced || !y->trough || !y->decay ||
      !y->share)
    return bl_fail_nomem(ctx, "the pitches of a path");
  fill_boltzmann(p->boltzmann_parameter, y);
  fill_thresholds(p, y);
  fill_steps(y);
  return BL_OK;
}

void bl_pyin_release(bl_ctx *ctx, bl_pyin *y)
{
  bl_yin_release(ctx, &y->yin);
  bl_free(ctx, y->beta);
  bl_free(ctx, y->beta_sum);
  bl_free(ctx, y->step);
  bl_free(ctx, y->rows);
  bl_free(ctx, y->prob);
  bl_free(ctx, y->voiced);
  bl_free(ctx, y->trough);
  bl_free(ctx, y->decay);
  bl_free(ctx, y->share);
}

/* ---- what a frame says of pitches -------------------------------------------------------------------------------- */

/* Boltzmann's weight of the k-th of n troughs. */
static double boltzmann(const bl_pyin *y, size_t k, size_t n) { return y->share[n] * y->decay[k]; }

/* Thresholds are i / n_thresholds; how many of them, from the first on, are not above d. */
static size_t thresholds_not_above(const bl_pyin *y, double d)
{
  size_t n = (size_t)y->p->n_thresholds, i = 0;
  while (i < n && !(d < (double)(i + 1) / (double)n)) i++;
  return i;
}

/* y->prob of each trough of the frame; returns how many troughs there are. */
static size_t weigh_troughs(bl_pyin *y)
{
  const bl_pyin_params *p = y->p;
  size_t n = 0, least = 0;
  for (size_t i = 0; i < y->yin.n; i++)
    if (bl_yin_is_trough(&y->yin, i)) y->trough[n] = i, y->prob[n] = 0, n++;
  for (size_t j = 1; j < n; j++)
    if (y->yin.depth[y->trough[j]] < y->yin.depth[y->trough[least]]) least = j;
  for (size_t i = 0; n && i < (size_t)p->n_thresholds; i++) {
    double threshold = (double)(i + 1) / (double)p->n_thresholds;
    size_t below = 0, k = 0;
    for (size_t j = 0; j < n; j++) below += y->yin.depth[y->trough[j]] < threshold;
    for (size_t j = 0; below && j < n; j++)
      if (y->yin.depth[y->trough[j]] < threshold) y->prob[j] += boltzmann(y, k++, below) * y->beta[i];
  }
  if (n) y->prob[least] += p->no_trough_prob * y->beta_sum[thresholds_not_above(y, y->yin.depth[y->trough[least]])];
  return n;
}

/* Fills y->voiced; returns the probability of the frame being voiced. Of two periods that fall on one pitch the longer
 * counts, and what falls beyond the last pitch does not, as in librosa. */
static double observe(bl_pyin *y)
{
  double sum = 0;
  size_t n = weigh_troughs(y);
  memset(y->voiced, 0, y->n_pitches * sizeof *y->voiced);
  for (size_t j = 0; j < n; j++) {
    if (!(y->prob[j] > 0)) continue;
    double bin = rint(y->per_octave * log2(bl_yin_hz(&y->yin, y->trough[j]) / y->p->yin.fmin));
    size_t k = (size_t)fmin(fmax(bin, 0), (double)y->n_pitches);
    if (k < y->n_pitches) y->voiced[k] = y->prob[j];
  }
  for (size_t k = 0; k < y->n_pitches; k++) sum += y->voiced[k];
  return fmin(fmax(sum, 0), 1);
}

/* ---- the path ---------------------------------------------------------------------------------------------------- */

bl_status bl_pyin_path_init(bl_ctx *ctx, const bl_pyin *y, bl_pyin_path *path)
{
  size_t n = path->n_states = 2 * y->n_pitches;
  path->value = bl_calloc(ctx, n, sizeof *path->value);
  path->next = bl_calloc(ctx, n, sizeof *path->next);
  path->best = bl_calloc(ctx, n, sizeof *path->best);
  path->arg = bl_calloc(ctx, n, sizeof *path->arg);
  path->states = bl_calloc(ctx, n, sizeof *path->states);
  if (!path->value || !path->next || !path->best || !path->arg || !path->states)
    return bl_fail_nomem(ctx, "the path of a pitch");
  return BL_OK;
}

bl_status bl_pyin_path_room(bl_ctx *ctx, bl_pyin_path *path)
{
  size_t caps[3] = {path->cap, path->cap, path->cap};
  void *from = path->from, *prob = path->prob, *broken = path->broken;
  static const char what[] = "the path of a pitch";
  bl_status s = bl_grow(ctx, &from, &caps[0], path->n + 1, path->n_states * sizeof *path->from, what);
  path->from = from;
  if (!s) s = bl_grow(ctx, &prob, &caps[1], path->n + 1, sizeof *path->prob, what);
  path->prob = prob;
  if (!s) s = bl_grow(ctx, &broken, &caps[2], path->n + 1, sizeof *path->broken, what);
  path->broken = broken;
  if (!s) path->cap = caps[0] < caps[1] ? caps[0] : caps[1];
  if (!s && caps[2] < path->cap) path->cap = caps[2];
  return s;
}

void bl_pyin_path_release(bl_ctx *ctx, bl_pyin_path *path)
{
  bl_free(ctx, path->from);
  bl_free(ctx, path->prob);
  bl_free(ctx, path->broken);
  bl_free(ctx, path->value);
  bl_free(ctx, path->next);
  bl_free(ctx, path->best);
  bl_free(ctx, path->arg);
  bl_free(ctx, path->states);
}

void bl_pyin_path_reset(bl_pyin_path *path)
{
  path->n = 0;
  path->begun = false;
}

/* best[j] = max over steps of value[k] + step, k = j - width .. j + width, the lowest k of equal ones in arg. */
BL_WIDE static void best_steps(const double *restrict value, const double *restrict step, size_t n, size_t width,
                               double *restrict best, uint32_t *restrict arg)
{
  for (size_t j = 0; j < n; j++) best[j] = -INFINITY, arg[j] = 0;
  for (size_t s = 0; s <= 2 * width; s++) {
    /* k = j + s - width */
    size_t from = s < width ? width - s : 0, to = s > width ? n > s - width ? n - (s - width) : 0 : n;
    double add = step[s];
    for (size_t j = from; j < to; j++) {
      double v = value[j + s - width] + add;
      bool better = v > best[j];
      best[j] = better ? v : best[j];
      arg[j] = better ? (uint32_t)(j + s - width) : arg[j];
    }
  }
}

/* One step of Viterbi's recursion, from path->value to path->next. What no step of the triangle allows is as likely as
 * DBL_MIN: the best state of all, where that is better. */
static void step_on(const bl_pyin *y, bl_pyin_path *path, uint16_t *from, double log_unvoiced)
{
  size_t n = y->n_pitches, top = 0;
  double *value = path->value, far;
  for (size_t k = 1; k < 2 * n; k++) top = value[k] > value[top] ? k : top;
  far = value[top] + log(DBL_MIN);
  for (size_t k = 0; k < n; k++) value[k] -= y->rows[k], value[n + k] -= y->rows[k];
  best_steps(value, y->step, n, y->width, path->best, path->arg);
  best_steps(value + n, y->step, n, y->width, path->best + n, path->arg + n);
  for (size_t j = 0; j < 2 * n; j++) {
    bool voiced = j < n;
    size_t k = voiced ? j : j - n;
    double a = path->best[k] + (voiced ? y->log_stay : y->log_switch);
    double b = path->best[n + k] + (voiced ? y->log_switch : y->log_stay);
    double most = a >= b ? a : b;
    from[j] = (uint16_t)(a >= b ? path->arg[k] : n + path->arg[n + k]);
    if (far > most) most = far, from[j] = (uint16_t)top;
    path->next[j] = most + (voiced ? log_of(y->voiced[k]) : log_unvoiced);
  }
}

void bl_pyin_take(bl_pyin *y, bl_pyin_path *path, const float *x)
{
  size_t n = y->n_pitches, at = path->n++;
  uint16_t *from = path->from + at * 2 * n;
  bool whole = bl_yin_run(&y->yin, x);
  double voiced = 0;
  memset(y->voiced, 0, n * sizeof *y->voiced);
  if (whole) voiced = observe(y); /* a broken frame is unvoiced */
  double log_unvoiced = log_of((1 - voiced) / (double)n);
  path->prob[at] = (float)voiced;
  path->broken[at] = !whole;
  if (path->begun) step_on(y, path, from, log_unvoiced);
  else
    for (size_t j = 0; j < 2 * n; j++) {
      from[j] = 0;
      path->next[j] = (j < n ? log_of(y->voiced[j]) : log_unvoiced) + log_of(1 / (double)(2 * n));
    }
  path->begun = true;
  /* the best is brought back to 0, or else sums of a long run lose their digits */
  double most = path->next[0];
  for (size_t j = 1; j < 2 * n; j++) most = path->next[j] > most ? path->next[j] : most;
  for (size_t j = 0; j < 2 * n; j++) path->value[j] = path->next[j] - most;
}

static float output_of(const bl_pyin *y, const bl_pyin_path *path, size_t at, size_t state)
{
  const bl_pyin_params *p = y->p;
  bool voiced = state < y->n_pitches;
  if (path->broken[at]) return NAN;
  if (p->output == BL_PYIN_FLAG) return voiced;
  if (p->output == BL_PYIN_PROB) return path->prob[at];
  if (!voiced && p->fill_na.word != FILL_NONE) return p->fill_na.word == FILL_NAN ? NAN : (float)p->fill_na.real;
  return (float)(p->yin.fmin * exp2((double)(state % y->n_pitches) / y->per_octave));
}

void bl_pyin_give(const bl_pyin *y, bl_pyin_path *path, size_t count, float *to)
{
  size_t n = path->n_states, state = 0;
  for (size_t j = 1; j < n; j++) state = path->value[j] > path->value[state] ? j : state;
  for (size_t t = path->n; t-- > 0;) {
    if (t < count) to[t] = output_of(y, path, t, state);
    state = path->from[t * n + state];
  }
  path->n -= count;
  memmove(path->from, path->from + count * n, path->n * n * sizeof *path->from);
  memmove(path->prob, path->prob + count, path->n * sizeof *path->prob);
  memmove(path->broken, path->broken + count, path->n * sizeof *path->broken);
}

/* All states are followed back together until they are one. */
size_t bl_pyin_decided(bl_pyin_path *path)
{
  size_t n = path->n_states, alive = n;
  uint32_t *s = path->states;
  for (size_t j = 0; j < n; j++) s[j] = (uint32_t)j;
  for (size_t t = path->n; t-- > 0;) {
    if (alive == 1) return t + 1;
    size_t kept = 0;
    for (size_t j = 0; j < alive; j++) {
      uint32_t before = path->from[t * n + s[j]];
      if (!kept || s[kept - 1] != before) s[kept++] = before;
    }
    alive = kept;
  }
  return 0;
}
