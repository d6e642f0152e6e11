/* baleen predict MODEL FILE...: a model put to new recordings, or to one that is just being made. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "baleen/predictor.h"
#include "command.h"
#include "outputs.h"

typedef struct params {
  char *out, *annotations;
} params;
static const bl_opt opts[] = {
    BL_TEXT(params, out, NULL, "CSV file to write, as rows come to be known; not given: standard output"),
    BL_TEXT(params, annotations, NULL,
            "a table of events to use in place of those inside the recordings, but for bad stretches"),
    BL_OPT_END};

/* Where lines go. The file is opened for the first of them: what is refused leaves an old file as it was. */
typedef struct sink {
  const char *path; /* NULL: standard output */
  FILE *file;
} sink;

static bl_status put_lines(void *user, bl_ctx *ctx, const char *text, size_t n)
{
  sink *k = user;
  const char *name = k->path ? k->path : "standard output";
  if (!k->file) k->file = k->path ? fopen(k->path, "w") : stdout;
  if (!k->file) return bl_fail(ctx, BL_E_IO, "%s: cannot be written: %s", name, strerror(errno));
  if (fwrite(text, 1, n, k->file) == n && !fflush(k->file)) return BL_OK;
  return bl_fail(ctx, BL_E_IO, "%s: cannot be written: %s", name, strerror(errno));
}

static bl_status close_sink(bl_ctx *ctx, sink *k)
{
  if (!k->file || !k->path || !fclose(k->file)) return BL_OK;
  return bl_fail(ctx, BL_E_IO, "%s: cannot be written: %s", k->path, strerror(errno));
}

static int run(bl_ctx *ctx, const void *vp, const bl_texts *args, bl_status *status)
{
  const params *p = vp;
  bl_texts files = {args->v + 1, args->n - 1};
  sink to = {.path = p->out};
  size_t n_failed = 0;
  for (size_t i = 0; !*status && i < args->n; i++) *status = bl_output_check(ctx, "predict", args->v[i], p->out);
  if (!*status && p->annotations) *status = bl_output_check(ctx, "predict", p->annotations, p->out);
  if (!*status) *status = bl_predict_files(ctx, args->v[0], &files, p->annotations, put_lines, &to, &n_failed);
  bl_status closed = close_sink(ctx, &to);
  if (!*status) *status = closed;
  if (*status) return bl_exit_of(*status);
  return n_failed ? BL_EXIT_PARTLY : BL_EXIT_OK;
}

static const char *const examples[] = {
    "baleen predict runs/whale_calls/model.safetensors data/sets/sea-waves/*.ogg",
    "baleen predict model.safetensors night.edf -o night.csv",
    "baleen predict model.safetensors day.wav --annotations day.selections.txt",
    "arecord -q -f S16_LE -r 48000 -c 1 -t raw | baleen predict model.safetensors pcm:rate=48000,channels=1,format=s16le:-",
    "acquire | baleen predict model.safetensors pcm:rate=250,format=f32le,names=C3,Cz,C4,units=uV:-",
    "ssh recorder cat /dev/eeg.edf | baleen predict model.safetensors -",
    NULL};

/* clang-format off */
const bl_command bl_command_predict = {
    .name = "predict", .summary = "put a trained model to recordings, tables or a stream", .arguments = "MODEL FILE...",
    .min_args = 2, .max_args = (size_t)-1,
    .about = "The model file holds the whole recipe; nothing else is needed. Prints CSV: recording, start_s, end_s, prediction\n"
             "and a probability for each class, or an anomaly score (higher is more unusual). A recording without a\n"
             "needed channel is refused by name, and so is another rate or unit, unless the model's stages resample or convert it.\n"
             "Windows are all given, whatever is marked in the recording, but for bad stretches; epochs lie around the events inside\n"
             "it, or around those of a table (Raven, Audacity, BIDS, CSV). Of one that names recordings, each gets its own.\n"
             "\n"
             "FILE may be a pipe that never ends: - is standard input with WAV, EDF, EDF+ or BDF, whose header tells rate and\n"
             "channels; pcm:rate=250,channels=2,format=f32le:- is raw samples, with names=C3,C4 and units=uV where the model\n"
             "asks for them, and full_scale=400 for whole numbers that stand for a unit; a named pipe does too. Each row is\n"
             "printed as soon as it is known, which is so long after its segment as is told first, in memory that does not grow.\n"
             "A model that needs the whole recording is refused. Ctrl-C ends it; what was known is written.",
    .examples = examples, .opts = opts, .letters = "o=out", .params_size = sizeof(params), .run = run};
/* clang-format on */
