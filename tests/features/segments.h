/* segments.h: a run of 20 s with its events, and a segmentation that plans it. */
#ifndef BL_TESTS_SEGMENTS_H
#define BL_TESTS_SEGMENTS_H

#include "check.h"
#include "cut.h"

static const bl_event events[] = {
    {4.2, 4.1, "T1"}, {0.1, 0, "T0"}, {12.5, 4.1, "T2"}, {8.3, 4.2, "T0"}, {19.8, 4.1, "T1"}, {30, 1, "T1"},
};
enum { N_EVENTS = sizeof events / sizeof *events };
static const bl_run_info run = {.start_s = 0, .end_s = 20, .rate_hz = 160};

static inline size_t plan(bl_ctx *ctx, const char *name, const char *options, const bl_run_info *r, bl_segment *g,
                          bl_spans *out)
{
  size_t skipped = 0;
  *out = (bl_spans){0};
  check_ok(ctx, make_segment(ctx, name, options, g));
  check_ok(ctx, cut(ctx, g, r, events, N_EVENTS, out, &skipped));
  return skipped;
}

static inline void done(bl_ctx *ctx, bl_segment *g, bl_spans *out)
{
  bl_spans_free(ctx, out);
  bl_segment_free(ctx, g);
}

#endif
