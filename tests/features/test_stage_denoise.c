/* denoise: what stage.h promises. */
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.input = POWER_SPECTRUM, .unbounded = "what is left out of the background is missing in all that follow"},
    {.input = POWER_SPECTRUM,
     .options = "mode=gate threshold=2 start=1 floor=0.1",
     .unbounded = "what is left out of the background is missing in all that follow"},
    {.input = POWER_SPECTRUM,
     .options = "over=2 floor=0.05 below=4 above=40 start_s=0.7",
     .unbounded = "what is left out of the background is missing in all that follow"},
};

int main(void) { return STAGE_SUITE("denoise", cases, NULL, 0); }
