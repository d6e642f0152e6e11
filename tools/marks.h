/* marks.h: the annotations that a converted recording takes along: its own, those of tables and triggers, within a
 * crop. */
#ifndef BL_MARKS_H
#define BL_MARKS_H

#include "baleen/recording.h"

/* Where annotations come from besides the recording. */
typedef struct bl_mark_sources {
  const bl_texts *tables;
  bl_annotation_reading reading; /* of the tables */
  const char *triggers;          /* a channel; NULL: none */
  uint32_t mask;                 /* the bits of its codes that count */
} bl_mark_sources;
/* All of them by onset, appended to *out. What a table says of other recordings, which it names, is left out and told
 * in *report. */
bl_status bl_marks_gather(bl_ctx *ctx, bl_recording *rec, const bl_mark_sources *from, bl_annotations *out,
                          bl_texts *report) BL_MUST_CHECK;

/* A part of a recording, by its own time; NAN: not cut there. */
typedef struct bl_crop {
  double from_s, to_s;
} bl_crop;
/* To the samples next to it, as MNE's crop has them: the first is rint(from rate), the first behind the end rint(to
 * rate). */
bl_crop bl_crop_to_samples(const bl_crop *crop, double rate_hz);
/* What is left of them in the crop, times as before; how many were left out and cut is told. Without a crop all stay,
 * and how many lie outside of the recording is told. */
bl_status bl_marks_crop(bl_ctx *ctx, const bl_recording *rec, const bl_crop *crop, bl_annotations *marks,
                        bl_texts *report) BL_MUST_CHECK;

#endif
