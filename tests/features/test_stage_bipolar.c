/* bipolar: what stage.h promises. */
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.options = "pairs=[C3-C4]", .mixes = "one channel minus the other", .names_channels = "the options name channels"},
    {.input = POWER_SPECTRUM,
     .options = "pairs=[C3-C4,C4-Q] keep=all missing=zero",
     .mixes = "one channel minus the other",
     .names_channels = "the options name channels"},
    {.options = "pairs=[C3-C4,C4-Q] keep=none missing=skip",
     .mixes = "one channel minus the other",
     .names_channels = "the options name channels"},
    {.options = "pairs=[C3-C4,C4-Q] missing=nan",
     .mixes = "one channel minus the other",
     .names_channels = "the options name channels",
     .missing = "a pair of NaN is asked for"},
};

int main(void) { return STAGE_SUITE("bipolar", cases, NULL, 0); }
