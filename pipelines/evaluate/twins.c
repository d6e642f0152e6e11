/* twins.c: see twins.h. Equal rows, and which of the pairs a fold tears apart. */
#include "twins.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- equal rows -------------------------------------------------------------------------------------------------- */

/* A number's bits, one form for numbers that are equal. */
static uint32_t bits_of(float x)
{
  uint32_t bits;
  if (isnan(x)) return 0x7fc00000u;
  if (x == 0) return 0;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

bool bl_rows_equal(const float *a, const float *b, size_t n)
{
  for (size_t j = 0; j < n; j++)
    if (bits_of(a[j]) != bits_of(b[j])) return false;
  return true;
}

/* FNV-1a over words, with a last stir (Steele et al. 2014) so that all bits count. */
static uint64_t hash_of(const float *row, size_t n)
{
  uint64_t h = 0xcbf29ce484222325u;
  for (size_t j = 0; j < n; j++) h = (h ^ bits_of(row[j])) * 0x100000001b3u;
  h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9u;
  return h ^ (h >> 27);
}

typedef struct keyed {
  uint64_t key;
  uint32_t row;
} keyed;

static int by_key(const void *pa, const void *pb)
{
  const keyed *a = pa, *b = pb;
  if (a->key != b->key) return a->key < b->key ? -1 : 1;
  return a->row < b->row ? -1 : a->row > b->row;
}

/* Of rows with one hash, which are sorted by their number, those equal to the first come to the front. Returns how many. */
static size_t gather_equal(const bl_problem *p, keyed *v, size_t n)
{
  const float *first = bl_crow(&p->X, v[0].row);
  size_t same = 1;
  for (size_t i = 1; i < n; i++)
    if (bl_rows_equal(first, bl_crow(&p->X, v[i].row), p->X.cols)) {
      keyed other = v[same];
      v[same++] = v[i];
      v[i] = other;
    }
  return same;
}

/* Rows that others equal, set after set, each set ascending: twin[begin[k]] .. twin[begin[k + 1] - 1]. */
typedef struct sets {
  uint32_t *twin;
  size_t *begin;
  size_t n;
} sets;

static void free_sets(bl_ctx *ctx, sets *s)
{
  bl_free(ctx, s->twin);
  bl_free(ctx, s->begin);
}

static void collect(const bl_problem *p, keyed *v, sets *out)
{
  size_t n = 0;
  for (size_t i = 0, end; i < p->n; i = end) {
    for (end = i + 1; end < p->n && v[end].key == v[i].key; end++) continue;
    if (end - i < 2) continue;
    end = i + gather_equal(p, v + i, end - i); /* others of the same hash are looked at next */
    if (end - i < 2) continue;
    for (size_t k = i; k < end; k++) out->twin[n++] = v[k].row;
    out->begin[++out->n] = n;
  }
}

static bl_status find_equal(bl_ctx *ctx, const bl_problem *p, sets *out)
{
  keyed *v = bl_calloc(ctx, p->n, sizeof *v);
  *out = (sets){.twin = bl_calloc(ctx, p->n, sizeof *out->twin),
                .begin = bl_calloc(ctx, p->n / 2 + 1, sizeof *out->begin)};
  bl_status s = v && out->twin && out->begin ? BL_OK : bl_fail_nomem(ctx, "the search for equal rows");
  for (size_t i = 0; !s && i < p->n; i++) v[i] = (keyed){hash_of(bl_crow(&p->X, i), p->X.cols), (uint32_t)i};
  if (!s && p->n) qsort(v, p->n, sizeof *v, by_key);
  if (!s) collect(p, v, out);
  bl_free(ctx, v);
  return s;
}

/* ---- which side of a fold ---------------------------------------------------------------------------------------- */

enum { TRAINED = 1, TESTED = 2, TOLD_SAME = 4, TOLD_NEAR = 8 };

static void take_sides(const bl_fold *f, uint8_t *side, size_t n)
{
  for (size_t i = 0; i < n; i++) side[i] &= (uint8_t) ~(TRAINED | TESTED);
  for (size_t i = 0; i < f->n_train; i++) side[f->train[i]] |= TRAINED;
  for (size_t i = 0; i < f->n_test; i++) side[f->test[i]] |= TESTED;
}

/* Counts a tested row once; the pair of the first of all is the example. */
static void tell(uint8_t *side, uint8_t told, uint32_t tested, uint32_t trained, size_t *n, uint32_t example[2])
{
  if (side[tested] & (TOLD_SAME | told)) return;
  if (!*n || tested < example[0]) example[0] = tested, example[1] = trained;
  side[tested] |= told;
  ++*n;
}

static void judge_set(const uint32_t *row, size_t n, uint8_t *side, bl_twins *out)
{
  size_t first = 0;
  while (first < n && !(side[row[first]] & TRAINED)) first++;
  for (size_t i = 0; first < n && i < n; i++)
    if (side[row[i]] & TESTED && i != first) tell(side, TOLD_SAME, row[i], row[first], &out->n_same, out->same);
}

static void judge_pair(const bl_row_pair *q, uint8_t *side, bl_twins *out)
{
  if (side[q->a] & TESTED && side[q->b] & TRAINED) tell(side, TOLD_NEAR, q->a, q->b, &out->n_near, out->near);
  if (side[q->b] & TESTED && side[q->a] & TRAINED) tell(side, TOLD_NEAR, q->b, q->a, &out->n_near, out->near);
}

bl_status bl_twins_find(bl_ctx *ctx, const bl_problem *p, const bl_folds *folds, bl_twins *out)
{
  sets equal = {0};
  bl_row_pairs near = {0};
  uint8_t *side = bl_calloc(ctx, p->n, sizeof *side);
  size_t fold;
  int32_t group;
  *out = (bl_twins){.too_many = p->X.cols && p->n > BL_TWINS_NUMBERS / p->X.cols};
  bl_status s = side ? find_equal(ctx, p, &equal) : bl_fail_nomem(ctx, "the search for equal rows");
  bool leaks = !p->group || bl_folds_leak(folds, p->n, p->group, &fold, &group);
  if (!s && !out->too_many) s = bl_near_rows(ctx, p, leaks, &near);
  for (size_t k = 0; !s && k < folds->n; k++) { /* equal ones first: what is both counts as equal */
    take_sides(&folds->v[k], side, p->n);
    for (size_t i = 0; i < equal.n; i++)
      judge_set(equal.twin + equal.begin[i], equal.begin[i + 1] - equal.begin[i], side, out);
  }
  for (size_t k = 0; !s && near.n && k < folds->n; k++) {
    take_sides(&folds->v[k], side, p->n);
    for (size_t i = 0; i < near.n; i++) judge_pair(&near.v[i], side, out);
  }
  free_sets(ctx, &equal);
  bl_free(ctx, near.v);
  bl_free(ctx, side);
  return s;
}
