/* scale: what stage.h promises. */
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.options = "factor=1e6 unit=V"},
};

int main(void) { return STAGE_SUITE("scale", cases, NULL, 0); }
