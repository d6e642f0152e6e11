/* Philox against the published vectors (Random123's known-answer file), and the distributions made of it. */
#include "check.h"

#include <string.h>

#include "baleen/random.h"

static void known_answers(void **state)
{
  (void)state;
  static const struct {
    uint64_t counter, index;
    uint32_t key[2], want[4];
  } rows[] = {
      {0, 0, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
      {UINT64_MAX, UINT64_MAX, {UINT32_MAX, UINT32_MAX}, {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
      {0x85a308d3243f6a88,
       0x0370734413198a2e,
       {0xa4093822, 0x299f31d0},
       {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
  };
  for (size_t i = 0; i < 3; i++) {
    bl_rng r = {.key = {rows[i].key[0], rows[i].key[1]}, .counter = rows[i].counter, .index = rows[i].index};
    for (size_t k = 0; k < 4; k++) assert_int_equal(bl_rng_u32(&r), rows[i].want[k]);
    assert_true(r.counter == rows[i].counter + 1 && r.index == rows[i].index);
  }
}

static void streams_are_apart(void **state)
{
  (void)state;
  bl_rng a = bl_rng_make(1, "tree", 0), same = bl_rng_make(1, "tree", 0);
  bl_rng other[] = {bl_rng_make(2, "tree", 0), bl_rng_make(1, "trees", 0), bl_rng_make(1, "tree", 1)};
  for (int i = 0; i < 100; i++) {
    uint64_t x = bl_rng_u64(&a);
    assert_true(bl_rng_u64(&same) == x);
    for (size_t k = 0; k < 3; k++) assert_true(bl_rng_u64(&other[k]) != x);
  }
}

static void moments(void **state)
{
  (void)state;
  enum { N = 200000 };
  bl_rng r = bl_rng_make(3, "moments", 0);
  double m1 = 0, m2 = 0, g1 = 0, g2 = 0, g4 = 0, lag = 0, last = 0;
  for (int i = 0; i < N; i++) {
    double u = bl_rng_uniform(&r), g = bl_rng_normal(&r), b = bl_rng_between(&r, -3, 5);
    assert_true(u >= 0 && u < 1 && b >= -3 && b < 5);
    m1 += u / N, m2 += u * u / N, g1 += g / N, g2 += g * g / N, g4 += g * g * g * g / N, lag += g * last / N;
    last = g;
  }
  check_near(m1, 0.5, 0.003); /* four standard errors and more */
  check_near(m2, 1.0 / 3, 0.003);
  check_near(g1, 0, 0.01);
  check_near(g2, 1, 0.015);
  check_near(g4, 3, 0.12);
  check_near(lag, 0, 0.01);
}

static void below_is_even(void **state)
{
  (void)state;
  enum { N = 140000 };
  bl_rng r = bl_rng_make(4, "below", 0);
  size_t count[7] = {0};
  for (int i = 0; i < N; i++) count[bl_rng_below(&r, 7)]++;
  double chi2 = 0;
  for (int k = 0; k < 7; k++) chi2 += pow((double)count[k] - N / 7.0, 2) / (N / 7.0);
  assert_true(chi2 < 22.5); /* 6 degrees of freedom, p = 0.001 */
  for (int i = 0; i < 100; i++) assert_int_equal(bl_rng_below(&r, 1), 0);
  uint64_t big = (UINT64_C(1) << 63) + 1;
  for (int i = 0; i < 100; i++) assert_true(bl_rng_below(&r, big) < big);
}

static void shuffles(void **state)
{
  (void)state;
  size_t count[6] = {0};
  for (uint64_t i = 0; i < 12000; i++) {
    bl_rng r = bl_rng_make(5, "shuffle", i);
    uint32_t v[3] = {0, 1, 2};
    bl_rng_shuffle(&r, v, 3);
    assert_int_equal((1u << v[0]) | (1u << v[1]) | (1u << v[2]), 7);
    count[v[0] * 2 + (v[1] > v[2])]++;
  }
  double chi2 = 0;
  for (int k = 0; k < 6; k++) chi2 += pow((double)count[k] - 2000, 2) / 2000;
  assert_true(chi2 < 20.6); /* 5 degrees of freedom, p = 0.001 */
  bl_rng r = bl_rng_make(5, "shuffle", 0);
  bl_rng_shuffle(&r, NULL, 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(known_answers), cmocka_unit_test(streams_are_apart),
                                     cmocka_unit_test(moments), cmocka_unit_test(below_is_even),
                                     cmocka_unit_test(shuffles)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
