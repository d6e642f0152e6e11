/* baleen predict MODEL FILE...: a model put to new recordings. */
#include <stdio.h>

#include "baleen/run.h"
#include "baleen/table.h"
#include "command.h"
#include "outputs.h"

typedef struct params {
  char *out, *annotations;
} params;
static const bl_opt opts[] = {
    BL_TEXT(params, out, NULL, "CSV file to write; not given: standard output"),
    BL_TEXT(params, annotations, NULL,
            "a table of events to use in place of those inside the recordings, but for bad stretches"),
    BL_OPT_END};

static int run(bl_ctx *ctx, const void *vp, const bl_texts *args, bl_status *status)
{
  const params *p = vp;
  bl_texts files = {args->v + 1, args->n - 1};
  bl_buf text = {.max = (size_t)1 << 30};
  size_t n_failed = 0;
  for (size_t i = 0; !*status && i < args->n; i++) *status = bl_output_check(ctx, "predict", args->v[i], p->out);
  if (!*status && p->annotations) *status = bl_output_check(ctx, "predict", p->annotations, p->out);
  if (!*status) *status = bl_predict_files(ctx, args->v[0], &files, p->annotations, &text, &n_failed);
  if (!*status && p->out) *status = bl_file_write(ctx, p->out, bl_buf_text(&text), text.len);
  else if (!*status) fputs(bl_buf_text(&text), stdout);
  bl_buf_free(ctx, &text);
  if (*status) return bl_exit_of(*status);
  return n_failed ? BL_EXIT_PARTLY : BL_EXIT_OK;
}

static const char *const examples[] = {"baleen predict runs/whale_calls/model.safetensors data/sets/sea-waves/*.ogg",
                                       "baleen predict model.safetensors night.edf -o night.csv",
                                       "baleen predict model.safetensors day.wav --annotations day.selections.txt",
                                       NULL};

/* clang-format off */
const bl_command bl_command_predict = {
    .name = "predict", .summary = "put a trained model to recordings or tables", .arguments = "MODEL FILE...",
    .min_args = 2, .max_args = (size_t)-1,
    .about = "The model file holds the whole recipe; nothing else is needed. Prints CSV: recording, start_s, end_s, prediction\n"
             "and a probability for each class, or an anomaly score (higher is more unusual). A recording without a\n"
             "needed channel is refused by name, and so is another rate or unit, unless the model's stages resample or convert it.\n"
             "Windows are all given, whatever is marked in the recording, but for bad stretches; epochs lie around the events inside\n"
             "it, or around those of a table (Raven, Audacity, BIDS, CSV). Of one that names recordings, each gets its own.",
    .examples = examples, .opts = opts, .letters = "o=out", .params_size = sizeof(params), .run = run};
/* clang-format on */
