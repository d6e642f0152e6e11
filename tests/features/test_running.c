/* Windows that move, against looking at all of their values each time: medians, and sums over frames. */
#include <math.h>
#include <stdlib.h>

#include "baleen/random.h"
#include "box_sum.h"
#include "check.h"
#include "running_median.h"

static int by_size(const void *a, const void *b)
{
  float x = *(const float *)a, y = *(const float *)b;
  return (x > y) - (x < y);
}

static void check_medians(void **arg)
{
  (void)arg;
  enum { N = 3000, MOST = 41 };
  float x[N], sorted[MOST], all[MOST];
  bl_rng r = bl_rng_make(1, "median", 0);
  for (size_t i = 0; i < N; i++) x[i] = i % 50 == 7 ? NAN : (float)bl_rng_below(&r, 30) - 10; /* many are equal */
  for (size_t n = 1; n <= MOST; n += 8) {
    for (size_t k = 0; k < n; k++) sorted[k] = x[k];
    bl_running_median_begin(sorted, n);
    for (size_t at = 0; at + n < N; at++) {
      for (size_t k = 0; k < n; k++) all[k] = isnan(x[at + k]) ? INFINITY : x[at + k];
      qsort(all, n, sizeof *all, by_size);
      assert_memory_equal(all, sorted, n * sizeof *all);
      assert_true(bl_running_median(sorted, n) == all[n / 2]);
      bl_running_median_replace(sorted, n, x[at], x[at + n]);
    }
  }
}

/* Sums of whole numbers are exact in any order. */
static void check_sums(void **arg)
{
  (void)arg;
  enum { N = 200, WIDTH = 3 };
  bl_ctx *ctx = bl_ctx_new();
  float x[N * WIDTH];
  for (size_t i = 0; i < N * WIDTH; i++) x[i] = (float)(i * i % 101);
  for (size_t frames = 1; frames < 40; frames += 6) {
    bl_box_sum b;
    check_ok(ctx, bl_box_sum_init(ctx, "sums", frames, WIDTH, &b));
    for (size_t turn = 0; turn < 2; turn++, bl_box_sum_reset(&b)) {
      for (size_t last = 0; last < N; last++) {
        bl_box_sum_add(&b, x + last * WIDTH);
        for (size_t first = last + 1 > frames ? last + 1 - frames : 0; first <= last; first++) {
          if (last + 1 < N && first > last / frames * frames)
            break; /* of the present block only once the run is over */
          const double *got = bl_box_sum_from(&b, first);
          for (size_t k = 0; k < WIDTH; k++) {
            double want = 0;
            for (size_t i = first; i <= last; i++) want += (double)x[i * WIDTH + k];
            check_near(got[k], want, 0);
          }
        }
      }
    }
    bl_box_sum_release(ctx, &b);
  }
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(check_medians), cmocka_unit_test(check_sums)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
