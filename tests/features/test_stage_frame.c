/* frame: what stage.h promises. */
#include "stage_conformance.h"

static const stage_case cases[] = {
    {.length = 1024, .hop = 1024, .start = 512, .reach = 512},
    {.options = "frame_length=7 hop_length=3 center=true pad_mode=reflect",
     .length = 7,
     .hop = 3,
     .pad = 3,
     .reach = 3},
    {.options = "frame_length=3 hop_length=50", .length = 3, .hop = 50, .start = 1.5, .reach = 1.5},
    {.options = "frame_length=1 hop_length=1 center=true pad_mode=edge"},
    {.options = "frame_length=7 hop_length=5 pad_end=true",
     .length = 7,
     .hop = 5,
     .start = 3.5,
     .fills_end = true,
     .reach = 7},
};

int main(void) { return STAGE_SUITE("frame", cases, NULL, 0); }
