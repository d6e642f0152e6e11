/* baleen extract CONFIG: the rows of a config, and the frames that its branches end in. */
#include <stdio.h>

#include "baleen/run.h"
#include "command.h"

typedef struct params {
  char *out;
  bl_texts frames, set;
} params;
static const bl_opt opts[] = {
    BL_TEXT(params, out, NULL, "folder for the rows; not given: runs/<name of the config>, numbered when taken"),
    BL_TEXTS(
        params, frames, "[]",
        "branch of the features whose frames are written, too, or all: frames/<recording>.<branch>.npy, with names, "
        "units, rate and times in a .json beside it; may be given again"),
    BL_TEXTS(params, set, "[]", "path=value that replaces a value of the config; may be given again"), BL_OPT_END};

static void show(void *user, const char *text)
{
  (void)user;
  fputs(text, stdout);
  fflush(stdout);
}

static int run(bl_ctx *ctx, const void *vp, const bl_texts *args, bl_status *status)
{
  const params *p = vp;
  bl_config config;
  bl_run_summary done = {0};
  *status = bl_config_read_for_frames(ctx, args->v[0], &p->set, &p->frames, &config);
  if (*status) return bl_exit_of(*status);
  *status = bl_run_rows(ctx, &config, p->out, &p->frames, show, NULL, &done);
  bl_config_free(ctx, &config);
  if (*status) return bl_exit_of(*status);
  printf("\nRows are in %s: rows.npy, rows.csv, features.json\n", done.folder);
  if (p->frames.n) printf("Frames are in %s/frames\n", done.folder);
  int code = done.n_failed ? BL_EXIT_PARTLY : BL_EXIT_OK;
  bl_run_summary_free(ctx, &done);
  return code;
}

static const char *const examples[] = {"baleen extract pipelines/examples/whale_calls.yaml -o rows",
                                       "baleen extract sea.yaml --frames logmel", NULL};

/* clang-format off */
const bl_command bl_command_extract = {
    .name = "extract", .summary = "write the rows of a config, and with --frames its spectrograms", .arguments = "CONFIG",
    .min_args = 1, .max_args = 1,
    .about = "Reads the YAML config and turns the recordings it names into rows (rows.npy, rows.csv, features.json), as run\n"
             "does, but learns nothing, whatever models it names. --frames writes what the stages of a branch end in, frame by\n"
             "frame, as float32 [frame][channel][bin]. Such a branch needs no summaries.",
    .examples = examples, .opts = opts, .letters = "o=out s=set f=frames", .params_size = sizeof(params), .run = run};
/* clang-format on */
