/* dct: what stage.h promises. */
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.input = POWER_SPECTRUM " | mel n_mels=24 | db"},
    {.input = POWER_SPECTRUM " | mel n_mels=24 | db", .options = "first=1 n_mfcc=13 lifter=22"},
};

int main(void) { return STAGE_SUITE("dct", cases, NULL, 0); }
