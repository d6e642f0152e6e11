/* extract.h: one recording through the stages, for runs (extract.c) and for predictions (predict.c). */
#ifndef BL_EXTRACT_H
#define BL_EXTRACT_H

#include "baleen/run.h"
#include "tally.h"

/* The stream that is wanted of a recording, its channels found by name in any order: the one a model was made on, or
 * that of most recordings of a run. What no feature needs may be missing, and so may what an option of a stage provides
 * for; another rate or unit does where the stages make the same of it (bl_recipe_same). */
typedef struct bl_wanted {
  double rate_hz;
  const bl_texts *channels, *units;
  const char *whose; /* for messages: "the model needs" */
} bl_wanted;

/* Called for each row; see bl_row_fn. Times of whole-run spans are filled in. */
typedef struct bl_recording_job {
  const bl_config *config;
  const char *name; /* for warnings of stages */
  bl_recording *rec;
  const bl_annotations *annotations; /* beside those inside the file */
  bool annotated;                    /* in place of those, but for marks of bad stretches: see bl_item */
  const bl_wanted *wanted;           /* NULL: any channels; the config's stream option decides */
  bool unlabelled;                   /* to predict: see bl_run_info */
  bl_row_fn on_row;
  void *user;
  /* called for each segment that is left out (cut off by a gap, say) once that is known, among the rows; may be NULL */
  bl_status (*on_left_out)(void *user, bl_ctx *ctx, const bl_left_out *one);
  /* filled in */
  bl_feature_names names;
  double rate_hz, seconds;
  uint64_t n_frames;
  bl_texts channels, units;
  bl_live live;
  bl_tally events; /* all there are, when the segments ask for some */
  size_t n_rows, n_skipped;
} bl_recording_job;
bl_status bl_recording_extract(bl_ctx *ctx, bl_recording_job *job) BL_MUST_CHECK;
void bl_recording_job_free(bl_ctx *ctx, bl_recording_job *job);
/* A waveform of these channels. Freed by bl_stream_free(). */
bl_status bl_wave_stream(bl_ctx *ctx, double rate_hz, const bl_texts *channels, const bl_texts *units,
                         bl_stream *out) BL_MUST_CHECK;
/* What the config's segments ask of events; false when they ask for none. */
bool bl_config_asks(const bl_config *c, bl_asked *out);
/* True when the config's segments are rejected by their amplitudes. */
bl_status bl_config_rejects(bl_ctx *ctx, const bl_config *c, bool *out) BL_MUST_CHECK;

#endif
