/* db: what stage.h promises. */
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.input = POWER_SPECTRUM},
    {.options = "ref=2 amin=1e-6 floor_db=-20"},
    {.input = "stft n_fft=64 output=magnitude", .options = "amplitude=true"},
};

int main(void) { return STAGE_SUITE("db", cases, NULL, 0); }
