/* iir_zero_phase: what stage.h promises. */
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.options = "l_freq=1 h_freq=40", .reach = ALL_CHANNEL},
    {.input = POWER_SPECTRUM, .options = "h_freq=2 type=cheby2 rs=50 padlen=10", .reach = ALL_CHANNEL},
    {.options = "h_freq=20 type=cheby1 rp=0.5 order=3", .reach = ALL_CHANNEL},
    {.options = "l_freq=55 h_freq=45 type=bessel order=2", .reach = ALL_CHANNEL},
};

int main(void) { return STAGE_SUITE("iir_zero_phase", cases, NULL, 0); }
