/* Maps of the scalp: where electrodes stand, what lies at them and between them, and what is refused. */
#include <math.h>
#include <string.h>

#include "baleen/scalp_map.h"
#include "check.h"

enum { SIDE = 101 };
static const char *const names[] = {"Fp1", "Fp2", "F7", "F3", "Fz", "F4", "F8", "T7", "C3", "Cz",
                                    "C4",  "T8",  "P7", "P3", "Pz", "P4", "P8", "O1", "O2", "EOG left"};
enum { N = sizeof names / sizeof *names };

static bl_texts list(bl_ctx *ctx, const char *const *v, size_t n)
{
  bl_texts t = {0};
  for (size_t i = 0; i < n; i++) check_ok(ctx, bl_texts_add(ctx, &t, v[i]));
  return t;
}

static double pixel(const double *image, double x, double y)
{
  return image[(size_t)((y + 1) / 2 * SIDE) * SIDE + (size_t)((x + 1) / 2 * SIDE)];
}

/* Nose up, right ear right; Cz in the middle; the caps's outer ring inside the head; what has no place is passed over. */
static void places(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_texts t = list(ctx, names, N);
  bl_scalp_map m;
  check_ok(ctx, bl_scalp_map_new(ctx, "test", &t, SIDE, &m));
  assert_int_equal(m.n, N - 1);
  assert_int_equal(m.which[9], 9);
  check_near(m.x[9], 0, 1e-7);
  check_near(m.y[9], 0, 1e-7);
  assert_true(m.y[0] > 0.75 && m.y[17] < -0.75 && m.x[7] < -0.9 && m.x[11] > 0.9);
  check_near(m.x[8], -m.x[10], 0.03); /* C3 and C4 */
  check_near(m.y[4], -m.y[14], 0.06); /* Fz and Pz */
  for (size_t i = 0; i < m.n; i++) assert_true(hypot(m.x[i], m.y[i]) < 1);
  bl_scalp_map_free(ctx, &m);
  bl_texts_free(ctx, &t);
  check_free(ctx);
}

/* At an electrode lies its value, but for half a pixel; the same everywhere stays the same; a hill falls off around it. */
static void values(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  bl_texts t = list(ctx, names, N);
  bl_scalp_map m;
  static double image[SIDE * SIDE];
  double v[N] = {0};
  check_ok(ctx, bl_scalp_map_new(ctx, "test", &t, SIDE, &m));
  for (size_t i = 0; i < N; i++) v[i] = 3;
  bl_scalp_map_draw(&m, v, image);
  for (size_t i = 0; i < (size_t)SIDE * SIDE; i++) check_near(image[i], 3, 1e-9);
  for (size_t i = 0; i < N; i++) v[i] = i == 10; /* C4 */
  v[N - 1] = NAN;                                /* has no place, and no say */
  bl_scalp_map_draw(&m, v, image);
  check_near(pixel(image, 0, 0), 0, 1e-3); /* the middle of the middle pixel is Cz */
  for (size_t i = 0; i < m.n; i++) check_near(pixel(image, m.x[i], m.y[i]), i == 10, 0.06);
  assert_true(pixel(image, m.x[10] / 2, 0) > 0.2 && pixel(image, m.x[10] / 2, 0) < 0.9);
  bl_scalp_map_free(ctx, &m);
  bl_texts_free(ctx, &t);
  check_free(ctx);
}

static void refused(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  static const char *const few[] = {"C3", "C4", "Cz", "left"}, *const twice[] = {"C3", "C4", "Cz", "T3", "T7"};
  bl_texts t = list(ctx, few, 4);
  bl_scalp_map m;
  check_fails(ctx, bl_scalp_map_new(ctx, "test", &t, SIDE, &m), BL_E_CONFIG,
              "test: 3 of 4 channels are electrodes of the 10-5 system, whose places are known; a map needs 4");
  bl_scalp_map_free(ctx, &m);
  bl_texts_free(ctx, &t);
  t = list(ctx, twice, 5);
  check_fails(ctx, bl_scalp_map_new(ctx, "test", &t, SIDE, &m), BL_E_CONFIG,
              "channels 'T3' and 'T7' are the same electrode");
  bl_scalp_map_free(ctx, &m);
  bl_texts_free(ctx, &t);
  t = list(ctx, names, N);
  for (long fail = 0;; fail++) { /* each allocation fails in turn */
    bl_ctx_fail_alloc_at(ctx, fail);
    bl_status s = bl_scalp_map_new(ctx, "test", &t, 5, &m);
    bl_ctx_fail_alloc_at(ctx, -1);
    bl_scalp_map_free(ctx, &m);
    if (!s) break;
    assert_int_equal(s, BL_E_NOMEM);
  }
  bl_texts_free(ctx, &t);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(places), cmocka_unit_test(values), cmocka_unit_test(refused)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
