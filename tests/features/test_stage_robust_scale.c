/* robust_scale: what stage.h promises. */
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.unbounded = "what is left out of the mean is missing in all that follow"},
    {.options = "method=median time_s=0.1", .reach = 25},
    {.options = "time_s=2 eps=20", .unbounded = "what is left out of the mean is missing in all that follow"},
    {.input = POWER_SPECTRUM, .options = "method=median", .reach = 84},
};

int main(void) { return STAGE_SUITE("robust_scale", cases, NULL, 0); }
