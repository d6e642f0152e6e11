/* top_db: what stage.h promises. */
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.input = POWER_SPECTRUM " | db", .options = "top_db=20", .unbounded = "the loudest value sets the floor of all"},
    {.input = POWER_SPECTRUM " | db", .options = "ref=max", .unbounded = "the loudest value is 0 dB"},
    {.input = POWER_SPECTRUM " | db", .options = "top_db=none ref=median", .unbounded = "the median is 0 dB"},
};

int main(void) { return STAGE_SUITE("top_db", cases, NULL, 0); }
