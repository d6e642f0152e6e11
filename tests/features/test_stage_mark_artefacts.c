/* mark_artefacts: what stage.h promises. */
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.options = ""},
    {.options = "amplitude=250 gradient=110 pad_s=0.04", .reach = 11},
    {.options = "mode=zero flat=40 flat_s=0.03 pad_s=0.01",
     .reach = 10,
     .marks = "a NaN is marked, and so is what lies around it"},
    {.options = "mode=zero clip=100 clip_run=4 exclude=Q*", .reach = 4},
    {.options = "mode=hold amplitude=250 clip=230 clip_run=2",
     .unbounded = "a value that is held lasts until the next good one"},
    {.options = "mode=channel amplitude=120 pad_s=0.008", .reach = 2, .mixes = "bad is of all channels"},
    {.options = "mode=zero together=true gradient=120",
     .reach = 1,
     .mixes = "a mark counts for all",
     .marks = "a NaN is marked, and so is what lies around it"},
};

int main(void) { return STAGE_SUITE("mark_artefacts", cases, NULL, 0); }
