/* Turning frames into series gives each value its place, whole pieces and what is left over alike, and touches nothing
 * else. Widths and lengths around the pieces of four and eight that are turned at a time. */
#include "turn.h"

#include "check.h"

enum { MOST = 21, STRIDE = 32 };

static void every_size(void **state)
{
  (void)state;
  float x[MOST * MOST], to[MOST * STRIDE];
  double wide[MOST * STRIDE];
  for (size_t i = 0; i < MOST * MOST; i++) x[i] = (float)i + 0.25F;
  for (size_t width = 1; width <= MOST; width++)
    for (size_t n = 0; n <= MOST; n++) {
      for (size_t i = 0; i < MOST * STRIDE; i++) to[i] = -1, wide[i] = -1;
      bl_turn(x, n, width, to, STRIDE);
      bl_turn_to_double(x, n, width, wide, STRIDE);
      for (size_t c = 0; c < MOST; c++)
        for (size_t i = 0; i < STRIDE; i++) {
          float want = c < width && i < n ? x[i * width + c] : -1;
          assert_true(to[c * STRIDE + i] == want);
          assert_true(wide[c * STRIDE + i] == (double)want);
        }
    }
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(every_size)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
