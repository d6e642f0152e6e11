/* frames.h: the streams that branches of features end in, written as they come.
 *
 *   <folder>/frames/<recording>.<branch>.npy    float32 [frame][channel][bin] of all the recording's runs
 *   <folder>/frames/<recording>.<branch>.json   what they are:
 *     {"schema": 1, "recording": "a/b.wav", "branch": "logmel", "stages": "stft > power > mel > db",
 *      "rate_hz": 43.07, "channels": [...], "units": [...], "bins": ["40Hz", ...], "bin_hz": [40.0, ...] or null,
 *      "runs": [{"first": 0, "frames": 216, "start_s": 0.0}]}
 * start_s is the time of a run's first frame (its centre) after the recording's start; a gap begins a new run. What in
 * the names is not fit for a file's becomes '_', a branch's dots too, with a number behind where two recordings, or two
 * branches, would have the same. */
#ifndef BL_FRAMES_H
#define BL_FRAMES_H

#include "baleen/npy_out.h"
#include "survey.h"

/* Which branches of a run's recordings are written. Zeroed is none. */
typedef struct bl_frames_wanted {
  char *folder;
  size_t *branch, n;
  char **name; /* of each wanted branch, in files [n] */
  char **stem; /* of each recording, in files [n_stems] */
  size_t n_stems;
} bl_frames_wanted;
/* Branches by name, or "all"; recordings are read whole from then on, none of them in pieces. Names
 * are those that bl_frames_check() lets pass. The survey borrows *out. */
bl_status bl_frames_want(bl_ctx *ctx, bl_survey *v, const char *run_folder, const bl_texts *branches,
                         bl_frames_wanted *out) BL_MUST_CHECK;
/* BL_E_CONFIG when a recipe has no branch of some name. */
bl_status bl_frames_check(bl_ctx *ctx, const bl_recipe *r, const bl_texts *branches) BL_MUST_CHECK;
void bl_frames_wanted_free(bl_ctx *ctx, bl_frames_wanted *w);

/* A run of one branch's frames: where they begin in the file. */
typedef struct bl_frames_run {
  size_t first;
  double start_s;
} bl_frames_run;
/* One branch of one recording. */
typedef struct bl_frames_file {
  bl_npy_out out;
  bl_frames_run *runs;
  size_t n_runs, cap_runs;
  size_t branch;
  double ahead_s; /* of its first frame's time before that of the first sample */
} bl_frames_file;
/* All wanted branches of one recording. Zeroed is none. */
typedef struct bl_frames_writer {
  const bl_frames_wanted *wanted; /* NULL: nothing is */
  const bl_config *config;
  const char *recording;
  size_t item;
  bl_frames_file *file; /* [wanted->n] */
} bl_frames_writer;
/* From here on frames go out of the extractor to the files, until bl_frames_end(). */
bl_status bl_frames_begin(bl_ctx *ctx, bl_frames_writer *w, bl_extractor *e) BL_MUST_CHECK;
bl_status bl_frames_begin_run(bl_ctx *ctx, bl_frames_writer *w, double start_s) BL_MUST_CHECK;
/* The files lie at their places when status is BL_OK; else they are given up. The extractor is others' again. */
bl_status bl_frames_end(bl_ctx *ctx, bl_frames_writer *w, bl_extractor *e, bl_status status) BL_MUST_CHECK;

#endif
