/* baleen plot FILE: a recording as a picture. */
#include <math.h>
#include <stdio.h>

#include "baleen/report.h"
#include "baleen/text.h"
#include "command.h"
#include "outputs.h"

typedef struct params {
  char *out;
  bl_word from, to;
} params;
static const char *const edge[] = {"edge", NULL};
static const bl_opt opts[] = {
    BL_TEXT(params, out, NULL, "picture to write, .png or .svg; not given: <recording>.png in the current folder"),
    BL_WORD(params, from, "edge", edge, 0, 1e9, 0, "s", "where to begin"),
    BL_WORD(params, to, "edge", edge, 0, 1e9, 0, "s", "where to end"), BL_OPT_END};

static int run(bl_ctx *ctx, const void *vp, const bl_texts *args, bl_status *status)
{
  const params *p = vp;
  char *out = p->out ? bl_strdup(ctx, p->out) : bl_strf(ctx, "%s.png", bl_path_base(args->v[0]));
  *status = out ? bl_output_check(ctx, "plot", args->v[0], out) : bl_fail_nomem(ctx, "a path");
  if (!*status)
    *status = bl_plot_recording(ctx, args->v[0], p->from.word < 0 ? p->from.real : NAN,
                                p->to.word < 0 ? p->to.real : NAN, out);
  if (!*status) printf("%s\n", out);
  bl_free(ctx, out);
  return bl_exit_of(*status);
}

static const char *const examples[] = {"baleen plot data/sets/orca-calls/FO-S01.flac",
                                       "baleen plot night.edf --from 3600 --to 3630 -o spindle.svg", NULL};

/* clang-format off */
const bl_command bl_command_plot = {
    .name = "plot", .summary = "draw a recording: waveform and spectrogram, or channels and their spectrum", .arguments = "FILE",
    .min_args = 1, .max_args = 1, .about = "Needs gnuplot. Prints the picture's name.", .examples = examples, .opts = opts,
    .letters = "o=out", .params_size = sizeof(params), .run = run};
/* clang-format on */
