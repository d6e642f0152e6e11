/* clicks: what stage.h promises. */
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.reach = 1023},
    {.options = "length=50 threshold=2 power=1.5", .reach = 49},
    {.options = "length=512", .reach = 511, .rate_hz = 44100},
};

int main(void) { return STAGE_SUITE("clicks", cases, NULL, 0); }
