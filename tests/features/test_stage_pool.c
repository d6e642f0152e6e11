/* pool: what stage.h promises. Its values stand in test_stage_local_contrast.c. */
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.input = POWER_SPECTRUM},
    {.input = POWER_SPECTRUM " | db | local_contrast bins=5", .options = "method=mean n_bands=3 fmin=20 fmax=101"},
};

int main(void) { return STAGE_SUITE("pool", cases, NULL, 0); }
