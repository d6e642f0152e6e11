/* baleen predict MODEL FILE...: a model put to new recordings, or to one that is just being made. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "baleen/annotation.h"
#include "baleen/feed.h"
#include "baleen/predictor.h"
#include "baleen/recording.h"
#include "command.h"
#include "outputs.h"

typedef struct params {
  char *out, *annotations;
} params;
static const bl_opt opts[] = {
    BL_TEXT(
        params, out, NULL,
        "file to write: CSV, as rows come to be known; .selections.txt (Raven), .tsv (BIDS), _hypnogram.txt: predictions as events, "
        "in the end; not given: CSV to standard output"),
    BL_TEXT(params, annotations, NULL,
            "a table of events to use in place of those inside the recordings, but for bad stretches"),
    BL_OPT_END};

/* Where lines go. The file is opened for the first of them: what is refused leaves an old file as it was. */
typedef struct sink {
  const char *path; /* NULL: standard output */
  FILE *file;
  bool table;  /* of events: all lines are gathered first */
  bl_buf text; /* gathered */
} sink;

static bl_status put_lines(void *user, bl_ctx *ctx, const char *text, size_t n)
{
  sink *k = user;
  const char *name = k->path ? k->path : "standard output";
  if (k->table) return bl_buf_add(ctx, &k->text, text, n);
  if (!k->file) k->file = k->path ? fopen(k->path, "w") : stdout;
  if (!k->file) return bl_fail(ctx, BL_E_IO, "%s: cannot be written: %s", name, strerror(errno));
  if (fwrite(text, 1, n, k->file) == n && !fflush(k->file)) return BL_OK;
  return bl_fail(ctx, BL_E_IO, "%s: cannot be written: %s", name, strerror(errno));
}

/* A name that says a table of events. A table's rows have no times to make events of. */
static bool is_table_name(const char *path)
{
  bl_annotation_format f = path ? bl_annotation_format_of(path) : BL_ANN_AUTO;
  return f != BL_ANN_AUTO && f != BL_ANN_CSV;
}

/* How long each file is and at which rate, as Raven's times run over all of them; one that failed was told of. */
static void measure(bl_ctx *ctx, const bl_texts *paths, bl_annotated_file *out)
{
  bool before = bl_ctx_mute(ctx, true);
  for (size_t i = 0; i < paths->n; i++) {
    bl_recording *rec = NULL;
    bl_status s = bl_feed_is_pipe(paths->v[i]) ? BL_E_IO : bl_recording_open(ctx, paths->v[i], &rec);
    out[i] =
        (bl_annotated_file){paths->v[i], s ? 0 : rec->duration_s, s || !rec->n_streams ? NAN : rec->streams[0].rate_hz};
    bl_recording_close(ctx, rec);
  }
  bl_ctx_mute(ctx, before);
}

static bl_status write_table(bl_ctx *ctx, const sink *k, const bl_texts *paths)
{
  bl_annotations a = {0};
  bl_annotated_file *files = bl_calloc(ctx, paths->n, sizeof *files);
  bl_annotation_reading how = {.format = BL_ANN_CSV};
  bl_status s = files ? BL_OK : bl_fail_nomem(ctx, k->path);
  if (!s && !k->text.len) s = bl_fail(ctx, BL_E_SHAPE, "%s: there is no prediction to write", k->path);
  if (!s) s = bl_annotations_parse(ctx, k->path, bl_buf_text(&k->text), k->text.len, &how, &a);
  if (s == BL_E_FORMAT)
    s = bl_fail(ctx, BL_E_CONFIG,
                "%s: the model is one of tables, whose rows have no times to make events of; write a .csv", k->path);
  if (!s) measure(ctx, paths, files);
  bl_annotation_writing as = {.files = files, .n_files = paths->n};
  if (!s && a.n) as.epoch_s = a.v[0].duration_s;
  if (!s) s = bl_annotations_write_as(ctx, k->path, &as, &a);
  bl_annotations_free(ctx, &a);
  bl_free(ctx, files);
  return s;
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
  sink to = {.path = p->out, .table = is_table_name(p->out), .text = {.max = (size_t)1 << 30}};
  size_t n_failed = 0;
  for (size_t i = 0; !*status && i < args->n; i++) *status = bl_output_check(ctx, "predict", args->v[i], p->out);
  if (!*status && p->annotations) *status = bl_output_check(ctx, "predict", p->annotations, p->out);
  if (!*status) *status = bl_predict_files(ctx, args->v[0], &files, p->annotations, put_lines, &to, &n_failed);
  if (!*status && to.table) *status = write_table(ctx, &to, &files);
  bl_buf_free(ctx, &to.text);
  bl_status closed = close_sink(ctx, &to);
  if (!*status) *status = closed;
  if (*status) return bl_exit_of(*status);
  return n_failed ? BL_EXIT_PARTLY : BL_EXIT_OK;
}

static const char *const examples[] = {
    "baleen predict runs/whale_calls/model.safetensors data/sets/sea-waves/*.ogg",
    "baleen predict model.safetensors night.edf -o night.csv",
    "baleen predict model.safetensors day.wav --annotations day.selections.txt",
    "baleen predict model.safetensors day.wav -o day.selections.txt",
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
             "With -o and the name of a Raven or BIDS table or a hypnogram, each prediction is an event with label and score; what is\n"
             "printed as CSV 'baleen annotations' turns into events, too, joined and chosen by label and score.\n"
             "\n"
             "FILE may be a pipe that never ends: - is standard input with WAV, EDF, EDF+ or BDF, whose header tells rate and\n"
             "channels; pcm:rate=250,channels=2,format=f32le:- is raw samples, with names=C3,C4 and units=uV where the model\n"
             "asks for them, and full_scale=400 for whole numbers that stand for a unit; a named pipe does too. Each row is\n"
             "printed as soon as it is known, which is so long after its segment as is told first, in memory that does not grow.\n"
             "A model that needs the whole recording is refused. Ctrl-C ends it; what was known is written.",
    .examples = examples, .opts = opts, .letters = "o=out", .params_size = sizeof(params), .run = run};
/* clang-format on */
