/* log: what stage.h promises. */
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.input = POWER_SPECTRUM},
    {.input = POWER_SPECTRUM, .options = "floor=1e3"},
    {.input = POWER_SPECTRUM, .options = "log1p=true"},
};

int main(void) { return STAGE_SUITE("log", cases, NULL, 0); }
