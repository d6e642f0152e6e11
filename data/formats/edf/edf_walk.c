/* See edf_walk.h; rules 1, 3 and 4 of edf_times.c. */
#include "edf_walk.h"

#include <math.h>

static const double EXACT_S = 1.05e-6; /* what numbers of 7 decimals, and EDFlib, call exact */

void bl_edf_walk_deviates(bl_edf_walk *w, bl_edf_deviation kind, uint64_t r)
{
  const bl_edf *e = w->e;
  bl_edf_deviates(w->e, kind, e->header_bytes + r * e->record_bytes + e->signals[w->signal].offset, w->signal);
}

void bl_edf_walk_tolerate(bl_edf_walk *w)
{
  const bl_edf *e = w->e;
  uint64_t most = 1;
  for (size_t i = 0; i < e->n_signals; i++)
    if (!e->signals[i].annotation && e->signals[i].spr > most) most = e->signals[i].spr;
  w->tolerance_s = fmax(0.5 * e->record_s / (double)most, 1e-3);
  w->digit_s = pow(10, -e->stamp_decimals);
  double digits = e->record_s / w->digit_s;
  bool rounds = !e->discontinuous || fabs(digits - rint(digits)) > 1e-6 * digits;
  if (rounds && w->digit_s <= 0.0100001) w->tolerance_s = fmax(w->tolerance_s, w->digit_s);
  w->tolerance_s *= 1 + 1e-6;
}

void bl_edf_walk_begin(bl_edf *e, bl_edf_walk *w)
{
  *w = (bl_edf_walk){.e = e};
  while (!e->signals[w->signal].annotation || !e->signals[w->signal].spr) w->signal++;
  bl_edf_walk_tolerate(w);
}

bl_status bl_edf_walk_run(bl_ctx *ctx, bl_edf_walk *w, uint64_t r)
{
  bl_edf *e = w->e;
  void *v = e->runs;
  bl_status s = bl_grow(ctx, &v, &e->run_cap, e->n_runs + 1, sizeof *e->runs, "an EDF file's runs");
  e->runs = v;
  if (!s) e->runs[e->n_runs++] = (struct bl_edf_run){(double)r * e->record_s + w->gaps_s, r};
  return s;
}

static bl_status add_gap(bl_ctx *ctx, bl_edf_walk *w, uint64_t r, double o)
{
  double length = o - w->expected_s, since = (double)(r - w->e->runs[w->e->n_runs - 1].first) * w->e->record_s;
  if (o - w->last_s <= w->tolerance_s && o - w->run_s > BL_EDF_MAX_DRIFT * since) {
    length = o - w->run_s;
    w->followed_s = 0;
  }
  w->drift_s += w->followed_s;
  w->followed_s = 0;
  w->expected_s = w->run_s = o;
  if (w->owed_s > 0 && length - w->owed_s <= w->tolerance_s) {
    w->owed_s -= length;
    return BL_OK;
  }
  w->gaps_s += length - w->owed_s;
  w->owed_s = 0;
  if (!w->e->discontinuous) bl_edf_walk_deviates(w, BL_EDF_JUMP, r);
  return bl_edf_walk_run(ctx, w, r);
}

/* A stamp within the tolerance. */
static void follow(bl_edf_walk *w, uint64_t r, double o)
{
  double most = BL_EDF_MAX_DRIFT * (double)(r - w->last) * w->e->record_s,
         by = fmax(-most, fmin(most, o - w->expected_s));
  w->expected_s += by;
  w->followed_s += by;
  if (!w->e->discontinuous && fabs(o - w->run_s) > EXACT_S) bl_edf_walk_deviates(w, BL_EDF_ROUNDED, r);
  if (!w->drifted && fabs(w->drift_s + w->followed_s) > w->tolerance_s) w->drifted = r;
}

bl_status bl_edf_walk_step(bl_ctx *ctx, bl_edf_walk *w, uint64_t r, double offset, bool bad, double *stamp_s)
{
  bl_edf *e = w->e;
  double off = offset - w->expected_s;
  bool later = off > w->tolerance_s, earlier = off < -w->tolerance_s, good = !isnan(offset) && !bad;
  bl_status s = BL_OK;
  if (bad) {
    bl_edf_walk_deviates(w, BL_EDF_BAD_STAMP, r);
  } else if (later) {
    s = add_gap(ctx, w, r, offset);
  } else if (earlier) {
    bl_edf_walk_deviates(w, BL_EDF_OVERLAP, r);
    if (-off < e->record_s) w->owed_s -= off;
    w->drift_s += w->followed_s;
    w->followed_s = 0;
    w->expected_s = w->run_s = offset;
  } else if (good && r) {
    follow(w, r, offset);
  }
  bool rounded = !good || fabs(offset - w->expected_s) <= w->digit_s;
  *stamp_s = (double)r * e->record_s + (rounded ? w->expected_s : offset);
  if (good) w->last_s = offset, w->last = r;
  return s;
}
