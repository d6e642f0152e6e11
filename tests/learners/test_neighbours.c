/* Neighbours found by products in float32 are those found one row at a time: the same indices, the same bits of
 * distance, on tables where products mislead. */
#include "check.h"

#include <math.h>
#include <string.h>

#include "baleen/memory.h"
#include "baleen/random.h"
#include "neighbours.h"

enum { N = 1300, ASKED = 60, MAX_D = 40, MAX_K = 600 };

typedef struct found {
  size_t k;
  uint32_t index[ASKED * MAX_K];
  double distance[ASKED * MAX_K];
} found;

static void keep(void *arg, size_t i, const uint32_t *index, const double *distance)
{
  found *f = arg;
  memcpy(f->index + i * f->k, index, f->k * sizeof *index);
  memcpy(f->distance + i * f->k, distance, f->k * sizeof *distance);
}

/* What makes a table hard; x is row i of it. */
static void plain(float *x, size_t d, size_t i) { (void)x, (void)d, (void)i; }
static void all_equal(float *x, size_t d, size_t i)
{
  (void)i;
  for (size_t j = 0; j < d; j++) x[j] = 3;
}
static void a_grid(float *x, size_t d, size_t i)
{
  (void)i;
  for (size_t j = 0; j < d; j++) x[j] = roundf(x[j]);
}
static void ever_nearer(float *x, size_t d, size_t i)
{
  for (size_t j = 0; j < d; j++) x[j] = 0.01F * x[j] + (float)(N - i);
}
static void far_away(float *x, size_t d, size_t i)
{
  (void)i;
  for (size_t j = 0; j < d; j++) x[j] = j ? 0.3F * x[j] : 1.6e7F;
}
static void one_far_off(float *x, size_t d, size_t i)
{
  for (size_t j = 0; j < d && i == 700; j++) x[j] *= 1e12F;
}
static void huge(float *x, size_t d, size_t i)
{
  (void)i;
  for (size_t j = 0; j < d; j++) x[j] *= 1e30F;
}
static void across_all_floats(float *x, size_t d, size_t i)
{
  for (size_t j = 0; j < d; j++) x[j] = (i + j) % 2 ? 3e38F : -3e38F;
}
static void tiny(float *x, size_t d, size_t i)
{
  (void)i;
  for (size_t j = 0; j < d; j++) x[j] *= 1e-25F;
}
static void pairs(float *x, size_t d, size_t i) /* two rows for each direction, a rounding apart */
{
  for (size_t j = 0; j < d; j++) x[j] = (float)((i / 2 * 7 + j) % 11) + (i % 2 ? 1e-6F : 0);
}

typedef struct hard {
  const char *name;
  void (*make)(float *x, size_t d, size_t i);
} hard;
static const hard tables[] = {{"plain", plain},       {"all equal", all_equal},
                              {"a grid", a_grid},     {"ever nearer", ever_nearer},
                              {"far away", far_away}, {"one far off", one_far_off},
                              {"huge", huge},         {"across all floats", across_all_floats},
                              {"tiny", tiny},         {"pairs", pairs}};

static void compare(bl_ctx *ctx, const bl_neighbours *m, const bl_cmat *asked, const char *name)
{
  static found many, one;
  bl_neighbours_room *room;
  many.k = one.k = m->k;
  check_ok(ctx, bl_neighbours_prepare(ctx, m, asked->rows, &room));
  bl_neighbours_find(m, room, asked, keep, &many);
  bl_free(ctx, room);
  check_ok(ctx, bl_neighbours_prepare(ctx, m, 1, &room));
  for (size_t i = 0; i < asked->rows; i++) {
    bl_cmat row = {bl_crow(asked, i), 1, asked->cols, asked->stride, NULL};
    found *f = &one;
    bl_neighbours_find(m, room, &row, keep, f);
    for (size_t q = 0; q < m->k; q++)
      if (many.index[i * m->k + q] != f->index[q] ||
          memcmp(&many.distance[i * m->k + q], &f->distance[q], sizeof(double)) != 0)
        fail_msg("%s, %zu columns, %zu neighbours: neighbour %zu of row %zu is %u at %.17g, wanted %u at %.17g", name,
                 m->d, m->k, q, i, many.index[i * m->k + q], many.distance[i * m->k + q], f->index[q], f->distance[q]);
  }
  bl_free(ctx, room);
}

static void many_rows_find_what_one_finds(void **state)
{
  const hard *h = *state;
  static const size_t ks[] = {1, 5, 64, MAX_K}, ds[] = {1, 3, MAX_D};
  static float table[N * MAX_D], rows[ASKED * MAX_D];
  bl_ctx *ctx = bl_ctx_new();
  for (size_t a = 0; a < 3; a++) {
    size_t d = ds[a];
    bl_rng r = bl_rng_make(7, "neighbours", d);
    for (size_t i = 0; i < N; i++) {
      for (size_t j = 0; j < d; j++) table[i * d + j] = (float)bl_rng_normal(&r);
      h->make(table + i * d, d, i);
    }
    for (size_t i = 0; i < ASKED; i++) /* half of them rows of the table */
      for (size_t j = 0; j < d; j++)
        rows[i * d + j] = i % 2 ? table[(i * 21 % N) * d + j] : 0.7F * table[(i * 17 % N) * d + j] + 0.1F * table[j];
    for (size_t b = 0; b < 4; b++) {
      bl_neighbours m = {table, N, d, ks[b], BL_EUCLIDEAN, 2};
      compare(ctx, &m, &(bl_cmat){rows, ASKED, d, d, NULL}, h->name);
    }
  }
  check_free(ctx);
}

int main(void)
{
  struct CMUnitTest tests[sizeof tables / sizeof *tables];
  for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
    tests[i] = (struct CMUnitTest){.name = tables[i].name,
                                   .test_func = many_rows_find_what_one_finds,
                                   .initial_state = (void *)(uintptr_t)&tables[i]};
  return _cmocka_run_group_tests("neighbours", tests, sizeof tables / sizeof *tables, NULL, NULL);
}
