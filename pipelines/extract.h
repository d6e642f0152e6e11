/* extract.h: one recording through the stages, for runs (extract.c) and for predictions (predict.c). */
#ifndef BL_EXTRACT_H
#define BL_EXTRACT_H

#include "baleen/run.h"

/* The stream that a model was made on: the same rate, the same channels, found by name in any order. NULL members: any. */
typedef struct bl_wanted {
  double rate_hz;
  const bl_texts *channels, *units;
} bl_wanted;

/* Called for each row; see bl_row_fn. Times of whole-run spans are filled in. */
typedef struct bl_recording_job {
  const bl_config *config;
  bl_recording *rec;
  const bl_annotations *annotations; /* beside those inside the file */
  const bl_wanted *wanted;           /* NULL: the config's stream option decides */
  bl_row_fn on_row;
  void *user;
  /* called for each segment that the plan left out (cut off by a gap, say), before the rows of its run; may be NULL */
  bl_status (*on_left_out)(void *user, bl_ctx *ctx, const bl_left_out *one);
  /* filled in */
  bl_feature_names names;
  double rate_hz, seconds;
  bl_texts channels, units;
  size_t n_rows, n_skipped;
} bl_recording_job;
bl_status bl_recording_extract(bl_ctx *ctx, bl_recording_job *job) BL_MUST_CHECK;
void bl_recording_job_free(bl_ctx *ctx, bl_recording_job *job);

#endif
