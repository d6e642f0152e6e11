/* decimate against scipy.signal.decimate. */
#include "condition.h"
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.options = "factor=4", .hop = 4, .reach = 40, .resamples = "250 Hz become 62.5"},
    {.options = "factor=70 pad=edge", .hop = 70, .reach = 700, .resamples = "250 Hz become 3.6"},
    {.options = "factor=4 pad=zero", .hop = 4, .reach = 40, .resamples = "250 Hz become 62.5"},
    {.input = "stft n_fft=16 hop_length=1 output=power", .options = "factor=3", .hop = 3, .reach = 30},
    {.options = "factor=1"},
};

static void check_signals(void **arg)
{
  (void)arg;
  condition_check("resample", "decimate factor=4 pad=zero", 160, 0, "q4.zero");
  condition_check("resample", "decimate factor=7", 160, 0, "q7.odd");
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(check_signals)};
  return STAGE_SUITE("decimate", cases, tests, sizeof tests / sizeof *tests);
}
