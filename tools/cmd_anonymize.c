/* baleen anonymize IN OUT: the same samples without the names. */
#include <stdio.h>

#include "baleen/recording_write.h"
#include "command.h"
#include "outputs.h"

typedef struct params {
  bool keep_time;
  char *drop_annotations;
} params;
/* clang-format off */
static const bl_opt opts[] = {
    BL_BOOL(params, keep_time, "false", "keep the time of day, not the date"),
    BL_TEXT(params, drop_annotations, NULL, "drop annotations whose text matches this pattern: '*' drops all, '*smith*' a name"), BL_OPT_END};
/* clang-format on */

static int run(bl_ctx *ctx, const void *vp, const bl_texts *args, bl_status *status)
{
  const params *p = vp;
  bl_texts report = {0};
  bl_anonymizing how = {.keep_time = p->keep_time, .drop = p->drop_annotations};
  bl_status s = bl_output_check(ctx, "anonymize", args->v[0], args->v[1]);
  if (!s) s = bl_anonymize(ctx, args->v[0], args->v[1], &how, &report);
  if (!s) printf("%s\n", args->v[1]);
  for (size_t i = 0; !s && i < report.n; i++) printf("  %s\n", report.v[i]);
  bl_texts_free(ctx, &report);
  *status = s;
  return bl_exit_of(s);
}

static const char *const examples[] = {"baleen anonymize night.edf anonymous.edf",
                                       "baleen anonymize --drop-annotations '*' ward.edf out.edf", NULL};

/* clang-format off */
const bl_command bl_command_anonymize = {
    .name = "anonymize", .summary = "write a recording without the names in it", .arguments = "IN OUT", .min_args = 2, .max_args = 2,
    .about = "EDF, BDF: patient, recording, reserved fields and start date. WAV: every chunk but format and data. FLAC: tags, pictures, cue sheets.\n"
             "All else is copied byte by byte. File names, transducer texts and annotations that are not dropped stay: look at them.",
    .examples = examples, .opts = opts, .params_size = sizeof(params), .run = run};
/* clang-format on */
