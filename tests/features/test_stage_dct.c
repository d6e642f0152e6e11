/* dct: what stage.h promises. */
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.input = POWER_SPECTRUM " | mel n_mels=24 | db"},
    {.input = POWER_SPECTRUM " | mel n_mels=24 | db", .options = "first=1 n_mfcc=13 lifter=22"},
    {.input = POWER_SPECTRUM " | mel n_mels=24 append_energy=true | log",
     .options = "n_mfcc=13 lifter=22 lifter_from=0 append_energy=true c0_last=true"},
    {.input = POWER_SPECTRUM " | mel n_mels=24 | db", .options = "dct_type=1 norm=none"},
    {.input = POWER_SPECTRUM " | mel n_mels=24 | db", .options = "dct_type=3"},
    {.input = POWER_SPECTRUM " | mel n_mels=24 | log", .options = "n_mfcc=13 norm=htk c0_last=true"},
};

int main(void) { return STAGE_SUITE("dct", cases, NULL, 0); }
