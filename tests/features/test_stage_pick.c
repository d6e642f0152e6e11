/* pick: what stage.h promises. */
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.options = ""},
    {.options = "include=[Cz,C3]", .names_channels = "one channel alone has not the other's name"},
    {.input = POWER_SPECTRUM,
     .options = "exclude=[C3]",
     .names_channels = "one channel alone has not the other's name"},
    {.options = "types=eeg"},
    {.options = "include=[Cz,Q1,C3] missing=zero", .names_channels = "one channel alone has not the other's name"},
    {.options = "include=[Cz,Q1] missing=skip", .names_channels = "one channel alone has not the other's name"},
    {.options = "include=[Q1,C4] missing=nan",
     .names_channels = "the options name channels",
     .missing = "a channel of NaN is asked for"},
};

int main(void) { return STAGE_SUITE("pick", cases, NULL, 0); }
