/* mono: what stage.h promises. */
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.mixes = "it is the mean of all channels"},
    {.input = POWER_SPECTRUM, .mixes = "it is the mean of all channels"},
};

int main(void) { return STAGE_SUITE("mono", cases, NULL, 0); }
