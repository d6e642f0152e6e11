/* least_squares.c: Levenberg-Marquardt, and what it shares with the method with bounds; see least_squares.h. */
#include "least_squares.h"

#include <math.h>
#include <string.h>

#include "baleen/blas.h"

enum { MAX_STEPS = 2000, MAX_TRIES = 40, ROOM_ROWS = 9 };
static const double FIRST_LAMBDA = 1e-3, LEAST_LAMBDA = 1e-12, SETTLED = 1e-14;

bl_status bl_least_squares_init(bl_ctx *ctx, size_t max_data, size_t max_params, bl_least_squares *s)
{
  s->max_data = max_data;
  s->max_params = max_params;
  s->r = bl_calloc(ctx, max_data, sizeof(double));
  s->trial_r = bl_calloc(ctx, max_data, sizeof(double));
  s->jacobian = bl_calloc(ctx, max_data * max_params, sizeof(double));
  s->normal = bl_calloc(ctx, max_params * max_params, sizeof(double));
  s->damped = bl_calloc(ctx, max_params * max_params, sizeof(double));
  s->gradient = bl_calloc(ctx, max_params, sizeof(double));
  s->step = bl_calloc(ctx, max_params, sizeof(double));
  s->trial = bl_calloc(ctx, max_params, sizeof(double));
  s->room = bl_calloc(ctx, max_params * (max_params + ROOM_ROWS), sizeof(double));
  bool whole =
      s->r && s->trial_r && s->jacobian && s->normal && s->damped && s->gradient && s->step && s->trial && s->room;
  return whole ? BL_OK : bl_fail_nomem(ctx, "least squares");
}

void bl_least_squares_release(bl_ctx *ctx, bl_least_squares *s)
{
  bl_free(ctx, s->r);
  bl_free(ctx, s->trial_r);
  bl_free(ctx, s->jacobian);
  bl_free(ctx, s->normal);
  bl_free(ctx, s->damped);
  bl_free(ctx, s->gradient);
  bl_free(ctx, s->step);
  bl_free(ctx, s->trial);
  bl_free(ctx, s->room);
}

bl_status bl_least_squares_fits(bl_ctx *ctx, const bl_least_squares *s, size_t n_data, size_t n_params)
{
  if (n_data <= s->max_data && n_params <= s->max_params) return BL_OK;
  return bl_fail(ctx, BL_E_INTERNAL, "least squares: %zu data and %zu parameters, room for %zu and %zu", n_data,
                 n_params, s->max_data, s->max_params);
}

double bl_least_squares_sum(const double *r, size_t n)
{
  double sum = 0;
  for (size_t i = 0; i < n; i++) sum += r[i] * r[i];
  return sum;
}

void bl_least_squares_normal(bl_least_squares *s, size_t n, size_t m)
{
  memset(s->normal, 0, m * m * sizeof(double));
  memset(s->gradient, 0, m * sizeof(double));
  for (size_t i = 0; i < n; i++) {
    const double *j = s->jacobian + i * m;
    for (size_t a = 0; a < m; a++) {
      s->gradient[a] += j[a] * s->r[i];
      for (size_t b = a; b < m; b++) s->normal[a * m + b] += j[a] * j[b];
    }
  }
}

/* The step of this lambda, in s->step. */
static bl_status find_step(bl_ctx *ctx, bl_least_squares *s, size_t m, double lambda)
{
  for (size_t a = 0; a < m; a++) {
    s->step[a] = -s->gradient[a];
    for (size_t b = a; b < m; b++) s->damped[a * m + b] = s->damped[b * m + a] = s->normal[a * m + b];
    double own = s->normal[a * m + a] > 0 ? s->normal[a * m + a] : 1;
    s->damped[a * m + a] = own * (1 + lambda);
  }
  return bl_solve_spd(ctx, m, s->damped, 1, s->step);
}

/* Puts the parameters a step ahead in s->trial; says whether any moves by more than rounding. */
static bool move(bl_least_squares *s, size_t m, const double *p)
{
  bool moved = false;
  for (size_t a = 0; a < m; a++) {
    s->trial[a] = p[a] + s->step[a];
    moved = moved || fabs(s->step[a]) > SETTLED * (fabs(p[a]) + SETTLED);
  }
  return moved;
}

/* Looks for a step that lessens the sum; false when there is none worth taking. */
static bool improve(bl_ctx *ctx, bl_least_squares *s, bl_residuals *f, const void *arg, size_t n, size_t m,
                    const double *p, double *lambda, double *sum)
{
  for (size_t i = 0; i < MAX_TRIES; i++, *lambda *= 10) {
    if (find_step(ctx, s, m, *lambda)) continue;
    if (!move(s, m, p)) return false;
    f(arg, s->trial, n, m, s->trial_r, NULL);
    double now = bl_least_squares_sum(s->trial_r, n);
    if (!(now < *sum)) continue;
    *lambda = fmax(*lambda / 10, LEAST_LAMBDA);
    *sum = now;
    return true;
  }
  return false;
}

bl_status bl_least_squares_run(bl_ctx *ctx, bl_least_squares *s, bl_residuals *f, const void *arg, size_t n_data,
                               size_t n_params, double *p)
{
  double lambda = FIRST_LAMBDA;
  bl_status status = bl_least_squares_fits(ctx, s, n_data, n_params);
  if (status) return status;
  f(arg, p, n_data, n_params, s->r, s->jacobian);
  double sum = bl_least_squares_sum(s->r, n_data);
  for (size_t i = 0; i < MAX_STEPS && isfinite(sum); i++) {
    bl_least_squares_normal(s, n_data, n_params);
    if (!improve(ctx, s, f, arg, n_data, n_params, p, &lambda, &sum)) break;
    memcpy(p, s->trial, n_params * sizeof *p);
    f(arg, p, n_data, n_params, s->r, s->jacobian);
  }
  return BL_OK;
}
