/* cut.h: a segmentation over a whole run, all of its events told at once. */
#ifndef BL_TESTS_CUT_H
#define BL_TESTS_CUT_H

#include <stdio.h>
#include <string.h>

#include "baleen/segment.h"

/* options: "name=value;name=value". */
static inline bl_status make_segment(bl_ctx *ctx, const char *name, const char *options, bl_segment *g)
{
  char text[256];
  snprintf(text, sizeof text, "%s", options);
  bl_status s = bl_segment_new(ctx, name, g);
  for (char *at = text, *save; !s && *at; at = save) {
    save = at + strcspn(at, ";");
    if (*save) *save++ = '\0';
    char *eq = at + strcspn(at, "=");
    *eq = '\0';
    s = bl_opts_set(ctx, name, g->cls->opts, g->params, at, eq + 1);
  }
  return s;
}

/* *keep is to be stopped when labels that the segmentation made are no longer read. */
static inline bl_status cut_and_keep(bl_ctx *ctx, const bl_segment *g, const bl_run_info *run, const bl_event *events,
                                     size_t n, bl_segment_run *keep, bl_spans *out)
{
  const bl_news all = {events, n, INFINITY};
  bl_status s = bl_segment_open(ctx, g, run, keep);
  if (!s) s = g->cls->advance(ctx, keep->state, INFINITY, &all, out);
  return s ? s : g->cls->close(ctx, keep->state, run, out);
}

/* Adds to *out; *skipped counts what was left out. */
static inline bl_status cut(bl_ctx *ctx, const bl_segment *g, const bl_run_info *run, const bl_event *events, size_t n,
                            bl_spans *out, size_t *skipped)
{
  bl_segment_run keep = {0};
  size_t before = out->n_left_out;
  bl_status s = cut_and_keep(ctx, g, run, events, n, &keep, out);
  *skipped += out->n_left_out - before;
  bl_segment_stop(ctx, &keep);
  return s;
}

#endif
