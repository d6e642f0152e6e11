/* top_db: what stage.h promises. */
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.input = POWER_SPECTRUM " | db", .options = "top_db=20", .unbounded = "the loudest value sets the floor of all"},
};

int main(void) { return STAGE_SUITE("top_db", cases, NULL, 0); }
