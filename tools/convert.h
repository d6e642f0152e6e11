/* convert.h: a stream of a recording through stages into a file, in memory that does not grow with its length. */
#ifndef BL_CONVERT_H
#define BL_CONVERT_H

#include "baleen/recording_write.h"

typedef struct bl_convert {
  double from_s, to_s;   /* NAN: the edges */
  double rate_hz;        /* of the stream; NAN: the one with most channels */
  const bl_texts *pick;  /* channels by name; none: all */
  const char *stages;    /* flow text of a list of stages; NULL: none */
  const bl_annotations *annotations; /* by the recording's time */
  bl_write_format format;
  int bits;
  bl_annotation_format table; /* beside a file that holds no annotations; AUTO: CSV */
  double epoch_s;        /* of a hypnogram's line */
} bl_convert;

/* Each run goes through the stages afresh; between two of them come zeros for as long as the gap lasts (at most a week), under
 * an annotation "BAD_ACQ_SKIP". What was decided is told in *report. */
bl_status bl_convert_run(bl_ctx *ctx, bl_recording *rec, const char *path, const bl_convert *how, bl_texts *report) BL_MUST_CHECK;

/* The channels of all streams that names and patterns mean, in that order, as the stage pick finds them. */
bl_status bl_convert_names(bl_ctx *ctx, const bl_recording *rec, const bl_texts *pick, bl_texts *names) BL_MUST_CHECK;

#endif
