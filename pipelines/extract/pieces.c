/* pieces.c: see pieces.h. */
#include "pieces.h"

#include <math.h>
#include <string.h>

#define PIECE_FLOATS 2e6 /* samples that a piece holds at least: what opening the file again costs then hardly counts */

/* Compressed sounds are decoded from their start to come to their middle, and a text is read whole. */
static bool starts_anywhere(const bl_recording *rec)
{
  static const char *const others[] = {"Ogg", "MPEG", "text"};
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    if (!strncmp(rec->format, others[i], strlen(others[i]))) return false;
  return true;
}

bl_status bl_known_look(bl_ctx *ctx, const bl_recording *rec, const bl_selection *sel, bl_known *out)
{
  *out = (bl_known){0};
  size_t *which = bl_calloc(ctx, sel->in.n, sizeof *which);
  if (!which) return bl_fail_nomem(ctx, "the runs");
  bl_selection_streams(sel, which);
  bl_status s = bl_common_runs_find(ctx, rec->streams, which, sel->in.n, &out->runs);
  for (size_t i = 0; starts_anywhere(rec) && i < out->runs.n; i++)
    for (size_t k = 0; k < sel->in.n; k++) out->n_floats += (double)out->runs.v[i].of[k].n * (double)sel->of[k].width;
  bl_free(ctx, which);
  return s;
}

void bl_known_free(bl_ctx *ctx, bl_known *k)
{
  bl_common_runs_free(ctx, &k->runs);
  *k = (bl_known){0};
}

/* Where a part, 0 to 1, of what is known of a recording has gone by. */
static void place_of(const bl_common_runs *runs, double part, size_t *run, double *at_s)
{
  double total = 0;
  for (size_t i = 0; i < runs->n; i++) total += runs->v[i].end_s - runs->v[i].start_s;
  double left = part * total;
  *run = 0;
  while (*run + 1 < runs->n && left >= runs->v[*run].end_s - runs->v[*run].start_s) {
    left -= runs->v[*run].end_s - runs->v[*run].start_s;
    (*run)++;
  }
  *at_s = runs->v[*run].start_s + left;
}

enum { MANY = 8 }; /* from so many pieces on, those at the end are smaller */

/* Where piece k of n begins, 0 to 1, of a recording that holds `whole` pieces of full size. Of many, the last quarter is cut
 * into halves: threads end together then, where one would have to wait for another's last piece. */
static double begin_of(size_t k, size_t whole, size_t n)
{
  size_t full = whole - (n - whole);
  return (double)(k < full ? 2 * k : full + k) / (double)(2 * whole);
}

/* Gaps are not counted; a border lies within a run or between two. */
bl_status bl_pieces_make(bl_ctx *ctx, const bl_known *of, bl_piece **out, size_t *n)
{
  double most = fmin(floor(of->n_floats / PIECE_FLOATS), 1e6);
  if (!(most > 1)) return BL_OK;
  size_t whole = (size_t)most;
  *n = whole < MANY ? whole : whole + whole / 4;
  bl_piece *v = *out = bl_calloc(ctx, *n, sizeof *v);
  if (!v) return bl_fail_nomem(ctx, "the pieces of a recording");
  v[0].from_s = -INFINITY;
  for (size_t k = 0; k + 1 < *n; k++) {
    place_of(&of->runs, begin_of(k + 1, whole, *n), &v[k].last_run, &v[k].to_s);
    v[k + 1].first_run = v[k].last_run;
    v[k + 1].from_s = v[k].to_s;
  }
  v[*n - 1].last_run = of->runs.n - 1;
  v[*n - 1].to_s = INFINITY;
  return BL_OK;
}
