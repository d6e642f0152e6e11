/* run_files.h: what a run writes into its folder beside rows and report, and says on the terminal. */
#ifndef BL_RUN_FILES_H
#define BL_RUN_FILES_H

#include "baleen/run.h"

/* All of a finished run, for writers. */
typedef struct bl_run_parts {
  const bl_config *config;
  const bl_extraction *extraction;
  const bl_problem *problem; /* NULL when nothing is learnt */
  const bl_results *results;
} bl_run_parts;

/* All files that lie in a run's folder itself, but for those of its dataset (bl_dataset_files) and the pictures. Whoever
 * writes one has its name from here, and a later run that takes the folder over removes them all. */
#define BL_RUN_FILES(X)                                                                                                \
  X(CONFIG, "config.yaml")                                                                                             \
  X(RECORDINGS, "recordings.csv")                                                                                      \
  X(DROPPED, "dropped.csv")                                                                                            \
  X(FOLDS, "folds.csv")                                                                                                \
  X(PREDICTIONS, "predictions.csv")                                                                                    \
  X(METRICS, "metrics.json")                                                                                           \
  X(MODEL, "model.safetensors")                                                                                        \
  X(REPORT, "report.html")
typedef enum bl_run_file {
#define BL_RUN_FILE(name, file) BL_RUN_##name,
  BL_RUN_FILES(BL_RUN_FILE)
#undef BL_RUN_FILE
      BL_N_RUN_FILES
} bl_run_file;
extern const char *const bl_run_file_name[BL_N_RUN_FILES];
/* Its folder of mistakes as they look and sound. */
#define BL_MISTAKES "mistakes"
/* Its folder of frames (frames.h). */
#define BL_FRAMES "frames"
/* The first line of a run's config.yaml holds this: the mark by which a later run knows the folder for a run's. */
#define BL_RUN_MARK ", every default filled in by Baleen "
/* <folder>/<file>, to be freed; NULL when memory ran out. */
static inline char *bl_path_in(bl_ctx *ctx, const char *folder, const char *file)
{
  return bl_strf(ctx, "%s/%s", folder, file);
}
/* With all folders above it; fine when it is there. */
bl_status bl_make_folder(bl_ctx *ctx, const char *path) BL_MUST_CHECK;

/* ---- run_folder.c: the folder of a run --------------------------------------------------------------------------- */

/* A folder that is a run's alone as long as it holds this. */
typedef struct bl_run_folder {
  char *path;
  char *made; /* the topmost folder that was made for it; NULL: it was there */
  int lock;   /* of the file that tells others; -1: the file system knows no locks */
} bl_run_folder;
/* Makes the folder ready: what an earlier run left in it is removed, file by file as a run writes them, and so is what a
 * run that was killed left half written. path NULL: runs/<name>, or runs/<name>-2 ... when that is taken. BL_E_ARG when
 * the folder holds anything but a run, or when another run is at work in it. */
bl_status bl_take_folder(bl_ctx *ctx, const char *path, const char *name, bl_run_folder *out) BL_MUST_CHECK;
/* It is others' again. With `away` all that the run wrote goes, and so do the folders that were made for it. */
void bl_leave_folder(bl_ctx *ctx, bl_run_folder *f, bool away);

/* recordings.csv: recording, status, rows, skipped segments, seconds, message. */
bl_status bl_write_recordings(bl_ctx *ctx, const bl_run_parts *r, const char *path) BL_MUST_CHECK;
/* dropped.csv: each segment that gave no row: recording, start_s, label, reason. Only the header when none was
 * dropped. */
bl_status bl_write_dropped(bl_ctx *ctx, const bl_run_parts *r, const char *path) BL_MUST_CHECK;
/* folds.csv: model, fold, rows trained on and tested, each metric, status. */
bl_status bl_write_folds(bl_ctx *ctx, const bl_run_parts *r, const char *path) BL_MUST_CHECK;
/* predictions.csv: model, fold, row, recording, times, label, group, further columns, prediction, probabilities,
 * score. Of several labels: those predicted behind one another, then of each its probability and its decision; of several
 * numbers a prediction each. */
bl_status bl_write_predictions(bl_ctx *ctx, const bl_run_parts *r, const char *path) BL_MUST_CHECK;
/* metrics.json: everything the report shows as numbers; NaN is null. */
bl_status bl_write_metrics(bl_ctx *ctx, const bl_run_parts *r, const char *path) BL_MUST_CHECK;
/* Tables for a person. */
bl_status bl_run_text(bl_ctx *ctx, const bl_run_parts *r, bl_buf *out) BL_MUST_CHECK;

#endif
