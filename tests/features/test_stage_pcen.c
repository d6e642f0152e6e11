/* pcen: what stage.h promises. */
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.input = POWER_SPECTRUM, .unbounded = "what is left out of the mean is missing in all that follow"},
    {.input = POWER_SPECTRUM " | mel n_mels=9",
     .options = "power=0 time_constant=2",
     .unbounded = "what is left out of the mean is missing in all that follow"},
    {.input = POWER_SPECTRUM,
     .options = "bias=0 power=0.25 gain=0.5",
     .unbounded = "what is left out of the mean is missing in all that follow"},
    {.input = POWER_SPECTRUM,
     .options = "eps=1e-3 scale=100",
     .unbounded = "what is left out of the mean is missing in all that follow"},
};

int main(void) { return STAGE_SUITE("pcen", cases, NULL, 0); }
