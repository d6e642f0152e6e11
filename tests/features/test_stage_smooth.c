/* smooth: what stage.h promises. */
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.reach = 1},
    {.input = POWER_SPECTRUM, .reach = 1},
    {.input = POWER_SPECTRUM, .options = "frames=1 bins=9"},
    {.input = POWER_SPECTRUM " | mel n_mels=9", .options = "method=median frames=7 bins=5", .reach = 3},
    {.input = POWER_SPECTRUM, .options = "method=mean frames=5 bins=7 mode=constant", .reach = 2},
    {.options = "method=median frames=7 bins=1 mode=constant", .reach = 3},
};

int main(void) { return STAGE_SUITE("smooth", cases, NULL, 0); }
