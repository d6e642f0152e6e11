/* packed.c: see packed.h. */
#include "baleen/packed.h"

#include <math.h>
#include <string.h>

/* Number i is base + i step + count / per, tidied, for what is no whole number is a time for the most part. Counts are
 * whole numbers of `bytes` bytes, none of 0; of 8 it is the numbers as they are. */
struct bl_packed_piece {
  double base, step, per;
  size_t bytes;
  void *v;
};

double bl_time_tidy(double t)
{
  double ns = rint(t * 1e9);
  return fabs(ns) < 9007199254740992.0 /* 2^53 */ ? ns / 1e9 : t;
}

/* To the bit: NaN is NaN, and 0 is not -0. */
static bool same(double a, double b) { return !memcmp(&a, &b, sizeof a); }

/* ---- one piece --------------------------------------------------------------------------------------------------- */

static uint32_t count_at(const struct bl_packed_piece *p, size_t i)
{
  switch (p->bytes) {
  case 0: return 0;
  case 1: return ((const uint8_t *)p->v)[i];
  case 2: return ((const uint16_t *)p->v)[i];
  default: return ((const uint32_t *)p->v)[i];
  }
}

static void set_count(struct bl_packed_piece *p, size_t i, uint32_t x)
{
  switch (p->bytes) {
  case 0: break;
  case 1: ((uint8_t *)p->v)[i] = (uint8_t)x; break;
  case 2: ((uint16_t *)p->v)[i] = (uint16_t)x; break;
  default: ((uint32_t *)p->v)[i] = x;
  }
}

static double number_at(const struct bl_packed_piece *p, size_t i, double count)
{
  return bl_time_tidy(p->base + p->step * (double)i + count / p->per);
}

static double piece_get(const struct bl_packed_piece *p, size_t i)
{
  return p->bytes == sizeof(double) ? ((const double *)p->v)[i] : number_at(p, i, (double)count_at(p, i));
}

static double count_of(const struct bl_packed_piece *p, const double *v, size_t i)
{
  return rint((v[i] - p->base - p->step * (double)i) * p->per);
}

/* Sets `bytes` to what the counts take; false where some number would come back otherwise, or they take more than
 * `most`. */
static bool fits(const double *v, struct bl_packed_piece *p, size_t most)
{
  double last = 0;
  for (size_t i = 0; i < BL_PACKED_ROWS; i++) {
    double count = count_of(p, v, i);
    if (!(count >= 0 && count <= UINT32_MAX)) count = 0; /* so it is for what is not finite */
    if (!same(number_at(p, i, count), v[i])) return false;
    if (count > last) last = count;
  }
  p->bytes = !(last > 0) ? 0 : last <= UINT8_MAX ? 1 : last <= UINT16_MAX ? 2 : 4;
  return p->bytes <= most;
}

/* The ways to hold a piece, the shortest first: even steps, or one number; whole numbers that lie together; steps of
 * times that are rounded to nanoseconds; times of whole microseconds. */
static bool choose(const double *v, struct bl_packed_piece *p)
{
  double last = v[BL_PACKED_ROWS - 1], step = same(v[0], last) ? 0 : (last - v[0]) / (BL_PACKED_ROWS - 1), least = v[0];
  for (size_t i = 0; i < BL_PACKED_ROWS; i++) least = v[i] < least ? v[i] : least;
  *p = (struct bl_packed_piece){.base = v[0], .step = step, .per = 1};
  if (fits(v, p, 0)) return true;
  *p = (struct bl_packed_piece){.base = least, .per = 1};
  if (fits(v, p, 4)) return true;
  *p = (struct bl_packed_piece){.base = v[0] - 4e-9, .step = step, .per = 1e9};
  if (fits(v, p, 1)) return true;
  *p = (struct bl_packed_piece){.base = least, .per = 1e6};
  return fits(v, p, 4);
}

static bl_status piece_make(bl_ctx *ctx, const double *v, struct bl_packed_piece *p)
{
  bool counts = choose(v, p);
  if (!counts) *p = (struct bl_packed_piece){.bytes = sizeof *v};
  if (!p->bytes) return BL_OK;
  if (!(p->v = bl_calloc(ctx, BL_PACKED_ROWS, p->bytes))) return bl_fail_nomem(ctx, "what stands beside rows");
  if (!counts) memcpy(p->v, v, BL_PACKED_ROWS * sizeof *v);
  for (size_t i = 0; counts && i < BL_PACKED_ROWS; i++) set_count(p, i, (uint32_t)count_of(p, v, i));
  return BL_OK;
}

/* ---- behind the pieces ------------------------------------------------------------------------------------------- */

static size_t n_open(const bl_packed *p) { return p->n - p->n_pieces * BL_PACKED_ROWS; }

/* Room for `need` numbers behind the pieces. Once there is a piece, there is room for all of one: a cut through a piece
 * must not fail. */
static bl_status make_open(bl_ctx *ctx, bl_packed *p, size_t need)
{
  size_t cap = 2 * p->cap_open > need ? 2 * p->cap_open : need, before = n_open(p);
  bool fresh = !p->open;
  if (p->open && need <= p->cap_open) return BL_OK;
  if (cap < 8) cap = 8;
  if (cap > BL_PACKED_ROWS) cap = BL_PACKED_ROWS;
  double *v = bl_realloc(ctx, p->open, cap, sizeof *v);
  if (!v) return bl_fail_nomem(ctx, "what stands beside rows");
  for (size_t i = 0; fresh && i < before; i++) v[i] = p->same;
  p->open = v;
  p->cap_open = cap;
  return BL_OK;
}

static bl_status close_piece(bl_ctx *ctx, bl_packed *p)
{
  bl_status s = make_open(ctx, p, BL_PACKED_ROWS);
  if (!s)
    s = bl_grow(ctx, (void **)&p->pieces, &p->cap_pieces, p->n_pieces + 1, sizeof *p->pieces,
                "what stands beside rows");
  if (!s) s = piece_make(ctx, p->open, &p->pieces[p->n_pieces]);
  if (!s) p->n_pieces++;
  return s;
}

bl_status bl_packed_add(bl_ctx *ctx, bl_packed *p, double x)
{
  bl_status s = n_open(p) == BL_PACKED_ROWS ? close_piece(ctx, p) : BL_OK;
  if (s) return s;
  if (!p->n) p->same = x;
  bool needs_no_room = !p->open && same(x, p->same);
  if (!needs_no_room && (s = make_open(ctx, p, n_open(p) + 1))) return s;
  if (p->open) p->open[n_open(p)] = x;
  p->n++;
  return BL_OK;
}

bl_status bl_packed_append(bl_ctx *ctx, bl_packed *p, const bl_packed *more)
{
  size_t n = p->n;
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < more->n; i++) s = bl_packed_add(ctx, p, bl_packed_get(more, i));
  if (s) bl_packed_cut(ctx, p, n);
  return s;
}

double bl_packed_get(const bl_packed *p, size_t i)
{
  size_t piece = i / BL_PACKED_ROWS, k = i % BL_PACKED_ROWS;
  if (piece < p->n_pieces) return piece_get(&p->pieces[piece], k);
  return p->open ? p->open[k] : p->same;
}

void bl_packed_cut(bl_ctx *ctx, bl_packed *p, size_t n)
{
  size_t whole = n / BL_PACKED_ROWS;
  if (whole < p->n_pieces) {
    for (size_t k = 0; k < n % BL_PACKED_ROWS; k++) p->open[k] = piece_get(&p->pieces[whole], k);
    for (size_t i = whole; i < p->n_pieces; i++) bl_free(ctx, p->pieces[i].v);
    p->n_pieces = whole;
  }
  p->n = n;
}

void bl_packed_free(bl_ctx *ctx, bl_packed *p)
{
  for (size_t i = 0; i < p->n_pieces; i++) bl_free(ctx, p->pieces[i].v);
  bl_free(ctx, p->pieces);
  bl_free(ctx, p->open);
  *p = (bl_packed){0};
}
