/* found.h: what stages find in a recording, as annotations of it. */
#ifndef BALEEN_FOUND_H
#define BALEEN_FOUND_H

#include "baleen/annotation.h"
#include "baleen/stage.h"

/* Adds what a running stage has found since the last call, in seconds: its run begins from_s after what times count from.
 * What it names min_hz and max_hz becomes low_hz and high_hz, in Hz. Nothing is added by a stage that finds no events.
 * BL_E_NOMEM. */
bl_status bl_found_annotations(bl_ctx *ctx, const bl_stage_run *run, double from_s, bl_annotations *out) BL_MUST_CHECK;

#endif
