/* What is kept of each variable is v_t = -y_t (gradient)_t: moving y_i alpha_i up and y_j alpha_j down by step changes it
 * by -step (K_ti - K_tj), whatever the signs. A variable that can still go up (in y alpha) violates optimality with one
 * that can go down when its v is larger.
 *
 * Variables stand in places. Shrinking moves those left out behind the active ones and no longer keeps their v, which is
 * made up for later from the state in which it was last known of all. */
#include "smo.h"

#include <string.h>

#include "baleen/memory.h"
#include "smo_scan.h"

enum {
  UP = 1,   /* y alpha can grow */
  DOWN = 2, /* or fall */
  GROUP = 2 /* how far the two bits of the second group of by_sign are shifted */
};
enum { SHRINK_EVERY = 1000 };

typedef struct work {
  bl_kernel_cache *rows;
  const bl_smo *s;
  size_t n, active;
  bool in_order; /* place t is variable t, which is row t: rows need not be gathered */
  bool unshrunk; /* near the end all have been looked at again */
  /* by place */
  uint32_t *var, *row;
  double *v, *y, *alpha, *C, *diagonal;
  uint8_t *side;
  float *gathered[2];
  /* by variable: where v was last known of all */
  double *known_v, *known_alpha;
  /* rows that are to be filled in */
  uint32_t *asked, *place; /* [batch] */
  double *urgency;         /* [batch] */
  uint8_t *wanted;         /* by row: is among them */
  double middle;           /* between the v of the last pair */
} work;

static size_t n_groups(const work *w) { return w->s->by_sign ? 2 : 1; }
static int up_of(size_t group) { return UP << (GROUP * group); }
static int down_of(size_t group) { return DOWN << (GROUP * group); }

static void find_side(work *w, size_t t)
{
  bool low = w->alpha[t] > 0, high = w->alpha[t]<w->C[t], positive = w->y[t]> 0;
  int side = ((positive ? high : low) ? UP : 0) | ((positive ? low : high) ? DOWN : 0);
  w->side[t] = (uint8_t)(side << (w->s->by_sign && !positive ? GROUP : 0));
}

/* ---- rows -------------------------------------------------------------------------------------------------------- */

/* How much a variable asks to be moved: its distance from the middle of what v may be, on the side where it violates. */
static double urgency_of(const work *w, size_t t, double middle)
{
  int both = w->side[t];
  double from = w->v[t] - middle;
  if (both & (UP | UP << GROUP) && from > 0) return from;
  return both & (DOWN | DOWN << GROUP) && from < 0 ? -from : 0;
}

/* Puts a row among those to be filled, the most urgent first behind the one that is needed. */
static void want_row(work *w, size_t *n, size_t most, uint32_t row, double u)
{
  if (*n == most) w->wanted[w->asked[most - 1]] = 0;
  size_t at = *n < most ? (*n)++ : most - 1;
  for (; at > 1 && w->urgency[at - 1] < u; at--) {
    w->urgency[at] = w->urgency[at - 1];
    w->asked[at] = w->asked[at - 1];
  }
  w->urgency[at] = u;
  w->asked[at] = row;
  w->wanted[row] = 1;
}

/* The row in place t and, for one product makes many nearly as fast, those that will be asked for next. */
static bl_status fill(bl_ctx *ctx, work *w, size_t t, double middle)
{
  size_t most = bl_kernel_cache_batch(w->rows), n = 1;
  w->asked[0] = w->row[t];
  w->wanted[w->row[t]] = 1;
  for (size_t k = 0; most > 1 && k < w->active; k++) {
    double u = urgency_of(w, k, middle);
    if (!(u > 0) || (n == most && u <= w->urgency[most - 1])) continue;
    if (!w->wanted[w->row[k]] && !bl_kernel_cache_has(w->rows, w->row[k])) want_row(w, &n, most, w->row[k], u);
  }
  for (size_t k = 0; k < n; k++) w->wanted[w->asked[k]] = 0;
  return bl_kernel_cache_fill(ctx, w->rows, w->asked, n);
}

/* The kernel values of the variable in place t with the active ones, by their places; room 0 or 1 holds them. */
static bl_status row_of(bl_ctx *ctx, work *w, size_t t, int room, double middle, const float **out)
{
  const float *row = bl_kernel_cache_row(w->rows, w->row[t]);
  if (!row) {
    bl_status s = fill(ctx, w, t, middle);
    if (s) return s;
    row = bl_kernel_cache_row(w->rows, w->row[t]);
  }
  *out = row;
  if (w->in_order) return BL_OK;
  float *to = w->gathered[room];
  for (size_t k = 0; k < w->active; k++) to[k] = row[w->row[k]];
  *out = to;
  return BL_OK;
}

/* ---- v of those that were left out ------------------------------------------------------------------------------- */

/* Takes the change of the variables in n places off the v of all that are not active; their rows are there. */
static void take_changes(work *w, const uint32_t *place, size_t n)
{
  for (size_t k = 0; k < n; k++) {
    const float *row = bl_kernel_cache_row(w->rows, w->row[place[k]]);
    double change = w->y[place[k]] * (w->alpha[place[k]] - w->known_alpha[w->var[place[k]]]);
    for (size_t t = w->active; t < w->n; t++) w->v[t] -= change * (double)row[w->row[t]];
  }
}

/* Asks for the rows of n places; at most a batch, so that none that is there falls out again. */
static bl_status have_rows(bl_ctx *ctx, work *w, const uint32_t *place, size_t n)
{
  size_t missing = 0;
  for (size_t k = 0; k < n; k++) {
    uint32_t row = w->row[place[k]];
    if (bl_kernel_cache_row(w->rows, row) || w->wanted[row]) continue;
    w->asked[missing++] = row;
    w->wanted[row] = 1;
  }
  for (size_t k = 0; k < missing; k++) w->wanted[w->asked[k]] = 0;
  return bl_kernel_cache_fill(ctx, w->rows, w->asked, missing);
}

/* Makes all variables active again, with their v. */
static bl_status look_at_all(bl_ctx *ctx, work *w)
{
  size_t batch = bl_kernel_cache_batch(w->rows), n = 0;
  bl_status s = BL_OK;
  if (w->active == w->n) return BL_OK;
  for (size_t t = w->active; t < w->n; t++) w->v[t] = w->known_v[w->var[t]];
  for (size_t t = 0; !s && t <= w->n; t++) {
    if (t < w->n && w->alpha[t] != w->known_alpha[w->var[t]]) w->place[n++] = (uint32_t)t;
    if (n < batch && t < w->n) continue;
    s = BL_CHECK_CANCEL(ctx);
    if (!s) s = have_rows(ctx, w, w->place, n);
    if (!s) take_changes(w, w->place, n);
    n = 0;
  }
  for (size_t t = 0; t < w->n; t++) {
    w->known_v[w->var[t]] = w->v[t];
    w->known_alpha[w->var[t]] = w->alpha[t];
  }
  w->active = w->n;
  return s;
}

/* ---- a pair ------------------------------------------------------------------------------------------------------ */

/* The place of the largest v on that side; n where there is none. */
static size_t largest(const work *w, int side) { return bl_smo_largest(w->v, w->side, side, w->active); }

static double smallest(const work *w, int side)
{
  double least = INFINITY;
  for (size_t t = 0; t < w->active; t++)
    if (w->side[t] & side && w->v[t] < least) least = w->v[t];
  return least;
}

typedef struct pair {
  size_t i, j; /* y alpha of i goes up, of j down; n: none */
  double gain; /* what the target would fall by, times two */
  double curvature, gap;
} pair;

/* The best partner for i, by second-order information. */
static void find_partner(const work *w, size_t i, int side, const float *row, pair *best)
{
  double top = w->v[i], own = w->diagonal[i];
  bl_smo_partner p = {.gain = best->gain};
  bl_smo_find_partner(w->v, w->diagonal, w->side, side, w->active, top, own, row, &p);
  if (p.at < w->active) {
    double curvature = own + w->diagonal[p.at] - 2 * (double)row[p.at];
    *best = (pair){i, p.at, p.gain, curvature > 0 ? curvature : bl_smo_least_curvature, best->gap};
  }
  if (top - p.least > best->gap) best->gap = top - p.least;
}

static bl_status find_pair(bl_ctx *ctx, work *w, pair *out)
{
  bl_status s = BL_OK;
  *out = (pair){w->n, w->n, 0, 0, -INFINITY};
  for (size_t g = 0; !s && g < n_groups(w); g++) {
    size_t i = largest(w, up_of(g));
    const float *row;
    if (i == w->n) continue;
    s = row_of(ctx, w, i, 0, w->middle, &row);
    if (!s) find_partner(w, i, down_of(g), row, out);
  }
  w->middle = out->j < w->n ? (w->v[out->i] + w->v[out->j]) / 2 : 0;
  return s;
}

/* How far a variable's y alpha can go up or down. */
static double room_up(const work *w, size_t t) { return w->y[t] > 0 ? w->C[t] - w->alpha[t] : w->alpha[t]; }
static double room_down(const work *w, size_t t) { return w->y[t] > 0 ? w->alpha[t] : w->C[t] - w->alpha[t]; }

/* By step, or exactly to the bound where it reaches that far. */
static void move(work *w, size_t t, double step, bool up, bool to_bound)
{
  bool grows = (w->y[t] > 0) == up;
  w->alpha[t] = to_bound ? (grows ? w->C[t] : 0) : w->alpha[t] + (grows ? step : -step);
  find_side(w, t);
}

static bl_status move_pair(bl_ctx *ctx, work *w, const pair *p)
{
  const float *row_i, *row_j;
  double up = room_up(w, p->i), down = room_down(w, p->j);
  double step = (w->v[p->i] - w->v[p->j]) / p->curvature;
  bl_status s = row_of(ctx, w, p->j, 1, w->middle, &row_j);
  if (!s) s = row_of(ctx, w, p->i, 0, w->middle, &row_i);
  if (s) return s;
  if (step > up) step = up;
  if (step > down) step = down;
  move(w, p->i, step, true, step >= up);
  move(w, p->j, step, false, step >= down);
  bl_smo_step(w->v, row_i, row_j, step, w->active);
  return BL_OK;
}

/* ---- shrinking --------------------------------------------------------------------------------------------------- */

static void swap_doubles(double *x, size_t a, size_t b)
{
  double kept = x[a];
  x[a] = x[b];
  x[b] = kept;
}

static void swap_places(work *w, size_t a, size_t b)
{
  uint32_t var = w->var[a], row = w->row[a];
  uint8_t side = w->side[a];
  w->var[a] = w->var[b], w->var[b] = var;
  w->row[a] = w->row[b], w->row[b] = row;
  w->side[a] = w->side[b], w->side[b] = side;
  swap_doubles(w->v, a, b);
  swap_doubles(w->y, a, b);
  swap_doubles(w->alpha, a, b);
  swap_doubles(w->C, a, b);
  swap_doubles(w->diagonal, a, b);
}

/* At a bound that it would only leave if v lay beyond all that it could be paired with. */
static bool is_idle(const work *w, size_t t, const double *top, const double *bottom)
{
  size_t g = w->s->by_sign && w->y[t] < 0;
  bool up = w->side[t] & up_of(g), down = w->side[t] & down_of(g);
  return (!up && w->v[t] > top[g]) || (!down && w->v[t] < bottom[g]);
}

static bl_status shrink(bl_ctx *ctx, work *w)
{
  double top[2] = {0}, bottom[2] = {0}, gap = -INFINITY;
  for (size_t g = 0; g < n_groups(w); g++) {
    size_t i = largest(w, up_of(g));
    top[g] = i < w->n ? w->v[i] : -INFINITY;
    bottom[g] = smallest(w, down_of(g));
    if (top[g] - bottom[g] > gap) gap = top[g] - bottom[g];
  }
  if (!w->unshrunk && gap <= 10 * w->s->tol) {
    w->unshrunk = true;
    return look_at_all(ctx, w);
  }
  for (size_t t = 0; t < w->active;) {
    if (is_idle(w, t, top, bottom)) swap_places(w, t, --w->active);
    else t++;
  }
  if (w->active < w->n) w->in_order = false;
  return BL_OK;
}

/* ---- the whole --------------------------------------------------------------------------------------------------- */

static void release(bl_ctx *ctx, work *w)
{
  bl_free(ctx, w->v);
  bl_free(ctx, w->var);
  bl_free(ctx, w->gathered[0]);
  bl_free(ctx, w->side);
}

/* In the state that s starts from, nobody active yet. */
static bl_status begin(bl_ctx *ctx, bl_kernel_cache *rows, const bl_smo *s, work *w)
{
  size_t n = s->n, batch = bl_kernel_cache_batch(rows);
  *w = (work){.rows = rows, .s = s, .n = n, .in_order = !s->sample, .middle = 0};
  w->v = bl_calloc(ctx, 7 * n + batch, sizeof *w->v);
  w->var = bl_calloc(ctx, 2 * n + 2 * batch, sizeof *w->var);
  w->gathered[0] = bl_calloc(ctx, 2 * n, sizeof(float));
  w->side = bl_calloc(ctx, n + bl_kernel_cache_rows(rows), sizeof *w->side);
  if (!w->v || !w->var || !w->gathered[0] || !w->side) return bl_fail_nomem(ctx, "a support vector machine");
  w->y = w->v + n;
  w->alpha = w->y + n;
  w->C = w->alpha + n;
  w->diagonal = w->C + n;
  w->known_v = w->diagonal + n;
  w->known_alpha = w->known_v + n;
  w->urgency = w->known_alpha + n;
  w->row = w->var + n;
  w->asked = w->row + n;
  w->place = w->asked + batch;
  w->gathered[1] = w->gathered[0] + n;
  w->wanted = w->side + n;
  for (size_t t = 0; t < n; t++) {
    w->var[t] = (uint32_t)t;
    w->row[t] = s->sample ? s->sample[t] : (uint32_t)t;
    w->y[t] = s->y[t];
    w->C[t] = s->C[t];
    w->alpha[t] = s->alpha[t];
    w->diagonal[t] = bl_kernel_cache_diagonal(rows, w->row[t]);
    w->known_v[t] = -s->y[t] * s->p[t];
    find_side(w, t);
  }
  return look_at_all(ctx, w);
}

/* What v is on the margin of one group: the mean over those between their bounds, else the middle of what it may be. */
static double level(const work *w, size_t group)
{
  double sum = 0, most = INFINITY, least = -INFINITY;
  size_t free = 0;
  for (size_t t = 0; t < w->n; t++) {
    bool up = w->side[t] & up_of(group), down = w->side[t] & down_of(group);
    if (up && down) sum += w->v[t], free++;
    else if (up && w->v[t] > least) least = w->v[t];
    else if (down && w->v[t] < most) most = w->v[t];
  }
  if (free) return sum / (double)free;
  if (isinf(most) || isinf(least)) return isinf(most) ? (isinf(least) ? 0 : least) : most;
  return (most + least) / 2;
}

static void tell(const work *w, bl_smo *s)
{
  double first = -level(w, 0), second = s->by_sign ? -level(w, 1) : first;
  s->rho = (first + second) / 2;
  s->margin = (first - second) / 2;
  s->objective = 0;
  for (size_t t = 0; t < w->n; t++) {
    s->alpha[w->var[t]] = w->alpha[t];
    s->objective += w->alpha[t] * (s->p[w->var[t]] - w->y[t] * w->v[t]) / 2;
  }
}

static bl_status pause_now_and_then(bl_ctx *ctx, work *w, bl_smo *s, size_t *left)
{
  if (--*left) return BL_OK;
  *left = w->n < SHRINK_EVERY ? w->n : SHRINK_EVERY;
  if (w->n >= SHRINK_EVERY)
    bl_progress(ctx, "pairs", (double)s->n_iter, (double)s->max_iter); /* others are soon done */
  bl_status status = BL_CHECK_CANCEL(ctx);
  return !status && s->shrinking ? shrink(ctx, w) : status;
}

bl_status bl_smo_solve(bl_ctx *ctx, bl_kernel_cache *rows, bl_smo *s)
{
  work w;
  pair p = {0};
  size_t left = (s->n < SHRINK_EVERY ? s->n : SHRINK_EVERY) + 1;
  bl_status status = begin(ctx, rows, s, &w);
  s->n_iter = 0;
  s->converged = false;
  while (!status && !s->converged) {
    status = pause_now_and_then(ctx, &w, s, &left);
    if (!status) status = find_pair(ctx, &w, &p);
    if (status) break;
    if (p.gap < s->tol || p.j == w.n) {
      s->converged = w.active == w.n;
      status = look_at_all(ctx, &w);
      left = 2; /* a pair of all is moved before any are left out again: else the same might be, for ever */
    } else if (s->n_iter == s->max_iter) {
      break;
    } else {
      status = move_pair(ctx, &w, &p);
      s->n_iter++;
    }
  }
  if (!status) status = look_at_all(ctx, &w);
  s->gap = p.gap > 0 ? p.gap : 0;
  if (!status) tell(&w, s);
  if (!s->n_iter) s->n_iter = 1;
  release(ctx, &w);
  return status;
}
