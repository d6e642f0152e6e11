/* top_db: what stage.h promises, and its references by hand. */
#include "against.h"
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.input = POWER_SPECTRUM " | db", .options = "top_db=20", .unbounded = "the loudest value sets the floor of all"},
    {.input = POWER_SPECTRUM " | db", .options = "ref=max", .unbounded = "the loudest value is 0 dB"},
    {.input = POWER_SPECTRUM " | db", .options = "top_db=none ref=median", .unbounded = "the median is 0 dB"},
};

/* Of powers 1, 10, 100, 100 the median is 55, the mean of the two in the middle as powers: 17.4036 dB. */
static void check_small(void **arg)
{
  static const float x[] = {0, 10, 20, 20};
  (void)arg;
  against_frames("top_db top_db=none ref=median", x, 2, 2, "-17.404 -7.4036 2.5964 2.5964");
  against_frames("top_db top_db=none ref=max", x, 2, 2, "-20 -10 0 0");
  against_frames("top_db top_db=15", x, 2, 2, "5 10 20 20");
}

int main(void)
{
  const struct CMUnitTest own[] = {cmocka_unit_test(check_small)};
  return STAGE_SUITE("top_db", cases, own, 1);
}
