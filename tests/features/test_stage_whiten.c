/* whiten: what stage.h promises. */
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.input = POWER_SPECTRUM, .unbounded = "what is left out of the background is missing in all that follow"},
    {.input = POWER_SPECTRUM,
     .options = "time_s=2 start_s=1.5 floor_db=20 eps=1e-3",
     .unbounded = "what is left out of the background is missing in all that follow"},
    {.input = POWER_SPECTRUM,
     .options = "start_s=0 floor_db=none",
     .unbounded = "what is left out of the background is missing in all that follow"},
};

int main(void) { return STAGE_SUITE("whiten", cases, NULL, 0); }
