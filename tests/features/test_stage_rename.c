/* rename: what stage.h promises. */
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.options = "strip=C"},
    {.options = "from=[C3,Cz] to=[a,b]", .names_channels = "one channel alone has not the other's name"},
    {.options = "normalise=true modern=true"},
};

int main(void) { return STAGE_SUITE("rename", cases, NULL, 0); }
