/* extract.h: one recording through the stages, for runs (part.c). */
#ifndef BL_EXTRACT_H
#define BL_EXTRACT_H

#include "baleen/common_runs.h"
#include "baleen/run.h"
#include "cutter.h"
#include "prepared.h"
#include "selection.h"

typedef struct bl_recording_job {
  const bl_config *config;
  const char *name; /* for warnings of stages */
  bl_recording *rec;
  const bl_annotations *annotations; /* beside those inside the file */
  bool annotated;                    /* in place of those, but for marks of bad stretches: see bl_item */
  const bl_wanted *wanted;           /* NULL: any channels; branches and config decide */
  const bl_piece *piece;             /* NULL: all of it */
  bl_stock *stock;                   /* where an extractor is lent */
  bool told;                         /* what there is to warn of a new extractor was warned of before */
  bl_row_fn on_row;                  /* called for each row; times of whole-run spans are filled in */
  void *user;
  /* called for each segment that is left out (cut off by a gap, say) once that is known, among the rows; may be NULL */
  bl_status (*on_left_out)(void *user, bl_ctx *ctx, const bl_left_out *one);
  struct bl_frames_writer *frames; /* where ends of branches are written (frames.h); NULL: nowhere */
  bl_annotations *marks;           /* gets the events that the segments ask for; NULL: not wanted */
  /* filled in */
  const bl_feature_names *names; /* of the rows; borrowed from the extractor, for on_row alone */
  double seconds;                /* read */
  double passed_over_s;          /* of a piece that was not read, since no segment begins in it */
  uint64_t n_frames;
  size_t n_rows, n_skipped;
} bl_recording_job;
/* One recording, block by block, through the stages to rows. */
bl_status bl_recording_extract(bl_ctx *ctx, bl_recording_job *j) BL_MUST_CHECK;
/* What segments are told of a run of the recording, before it is read as while it is. */
bl_run_info bl_run_of(const bl_config *c, const bl_common_runs *runs, size_t which, double rate_hz);
/* Annotations of the file and of a table, as events; labels are borrowed. With `annotated` the table has the say, but
 * what the file marks as bad stays bad. `table` may be NULL. To be freed. */
bl_status bl_events_gather(bl_ctx *ctx, const bl_annotations *inside, const bl_annotations *table, bool annotated,
                           bl_event **out, size_t *n) BL_MUST_CHECK;
/* What the config's segments ask of events; false when they ask for none. */
bool bl_config_asks(const bl_config *c, bl_asked *out);

#endif
