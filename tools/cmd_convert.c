/* baleen convert IN OUT: any readable recording as WAV, FLAC, EDF+, BDF+ or .npy; cropped, picked, through stages. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "baleen/recording_write.h"
#include "command.h"
#include "convert.h"

typedef struct params {
  bl_word from, to, rate_hz;
  bl_texts pick, annotations;
  char *stages, *triggers;
  int64_t bits;
  bool fill;
  int read_as, table; /* bl_annotation_format */
  double epoch_s;
} params;
static const char *const formats[] = {"auto", "raven", "audacity", "csv", "bids", "hypnogram", NULL};
static const char *const edge[] = {"edge", NULL};
static const char *const automatic[] = {"auto", NULL};
static const bl_opt opts[] = {
    BL_WORD(params, from, "edge", edge, 0, 1e9, 0, "s", "where to begin"),
    BL_WORD(params, to, "edge", edge, 0, 1e9, 0, "s", "where to end"),
    BL_TEXTS(params, pick, NULL, "a channel to keep, by its name or a pattern ('EEG*'); may be given again, order counts"),
    BL_WORD(params, rate_hz, "auto", automatic, 0, 1e9, BL_OPT_OPEN_LO, "Hz", "stream to take, where the recording has several rates; auto: most channels"),
    BL_TEXT(params, stages, NULL, "stages to pass through, as in a config: '[{fir: {h_freq: 40}}, mono]'"),
    BL_TEXTS(params, annotations, NULL, "a table of annotations to take along; may be given again"),
    BL_ENUM(params, read_as, "auto", formats, "format of those tables; auto: by their first line"),
    BL_ENUM(params, table, "auto", formats, "format of the table beside OUT; auto: csv"),
    BL_REAL_ABOVE(params, epoch_s, "30", 0, 1e6, "s", "how long the stage on one line of a hypnogram lasts"),
    BL_TEXT(params, triggers, NULL, "channel whose codes (bits 0 to 15) become annotations: Status"),
    BL_INT(params, bits, "0", 0, 32, "", "of a WAV or FLAC sample: 16, 24, or 32, which is float; 0: WAV 32, FLAC 24"),
    BL_BOOL(params, fill, "false", "EDF to EDF: fill gaps, under annotations 'BAD_ACQ_SKIP'; else gaps stay gaps (EDF+D)"), BL_OPT_END};

static bool same_file(const char *a, const char *b)
{
  struct stat x, y;
  return !stat(a, &x) && !stat(b, &y) && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/* The recording's own annotations and those of tables and triggers, by onset. */
static bl_status gather(bl_ctx *ctx, bl_recording *rec, const params *p, bl_annotations *out)
{
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < rec->annotations.n; i++) s = bl_annotations_add(ctx, out, &rec->annotations.v[i]);
  bl_annotation_reading how = {.format = (bl_annotation_format)p->read_as, .epoch_s = p->epoch_s};
  for (size_t i = 0; !s && i < p->annotations.n; i++) s = bl_annotations_read_as(ctx, p->annotations.v[i], &how, out);
  if (!s && p->triggers) s = bl_recording_triggers(ctx, rec, p->triggers, 0xffff, out);
  bl_annotations_sort(out);
  return s;
}

/* Digital copies: EDF or BDF to as many bits or more, nothing computed. */
static bool is_copy(const bl_recording *rec, const params *p, bl_write_format to)
{
  bool edf = !strncmp(rec->format, "EDF", 3), bdf = !strncmp(rec->format, "BDF", 3);
  return !p->stages && p->rate_hz.word >= 0 && ((edf && (to == BL_WRITE_EDF || to == BL_WRITE_BDF)) || (bdf && to == BL_WRITE_BDF));
}

static bl_status convert(bl_ctx *ctx, bl_recording *rec, const params *p, const char *out, bl_write_format to, bl_texts *report)
{
  bl_annotations marks = {0};
  double from = p->from.word < 0 ? p->from.real : (double)NAN, until = p->to.word < 0 ? p->to.real : (double)NAN;
  bl_status s = gather(ctx, rec, p, &marks);
  if (!s && is_copy(rec, p, to)) {
    bl_texts names = {0};
    bl_edf_copying how = {.bdf = to == BL_WRITE_BDF, .from_s = from, .to_s = until, .annotations = &marks, .fill = p->fill,
                          .pick = p->pick.n ? &names : NULL};
    if (p->pick.n) s = bl_convert_names(ctx, rec, &p->pick, &names);
    if (!s) s = bl_edf_copy(ctx, rec, out, &how, report);
    bl_texts_free(ctx, &names);
    if (!s) s = bl_texts_add(ctx, report, "digital values copied untouched");
  } else if (!s) {
    bl_convert how = {.from_s = from, .to_s = until, .rate_hz = p->rate_hz.word < 0 ? p->rate_hz.real : (double)NAN, .pick = &p->pick,
                      .stages = p->stages, .annotations = &marks, .format = to, .bits = (int)p->bits,
                      .table = (bl_annotation_format)p->table, .epoch_s = p->epoch_s};
    s = bl_convert_run(ctx, rec, out, &how, report);
  }
  bl_annotations_free(ctx, &marks);
  return s;
}

static int run(bl_ctx *ctx, const void *vp, const bl_texts *args, bl_status *status)
{
  const params *p = vp;
  const char *in = args->v[0], *out = args->v[1];
  bl_recording *rec = NULL;
  bl_texts report = {0};
  bl_write_format to = bl_write_format_of(out);
  bl_status s = BL_OK;
  if (to == BL_WRITE_AUTO) s = bl_fail(ctx, BL_E_ARG, "convert: %s: wanted a name that ends in .wav, .flac, .npy, .edf or .bdf", out);
  else if (same_file(in, out)) s = bl_fail(ctx, BL_E_ARG, "convert: %s and %s are one file; the original is kept: name another", in, out);
  else if (p->table && (to == BL_WRITE_EDF || to == BL_WRITE_BDF))
    s = bl_fail(ctx, BL_E_ARG, "convert: --table: %s holds its annotations itself; 'baleen annotations' writes a table of them", out);
  if (!s) s = bl_recording_open(ctx, in, &rec);
  if (!s) s = convert(ctx, rec, p, out, to, &report);
  if (!s) printf("%s\n", out);
  for (size_t i = 0; !s && i < report.n; i++) printf("  %s\n", report.v[i]);
  bl_texts_free(ctx, &report);
  bl_recording_close(ctx, rec);
  *status = s;
  return bl_exit_of(s);
}

static const char *const examples[] = {"baleen convert night.edf hour.edf --from 3600 --to 7200 --pick C3 --pick C4",
                                       "baleen convert call.flac call.wav --bits 16",
                                       "baleen convert S001R06.edf low.edf --stages '[{fir: {l_freq: 1, h_freq: 40}}]'", NULL};

const bl_command bl_command_convert = {
    .name = "convert", .summary = "write a recording in another format, cropped, picked, through stages", .arguments = "IN OUT",
    .min_args = 2, .max_args = 2,
    .about = "EDF to EDF or BDF without stages copies the digital values. Else one stream of float32 is written: WAV as float unless\n"
             "--bits says otherwise; EDF with the limits of each channel from a first pass, so that nothing is clipped. Gaps become zeros\n"
             "there, under annotations 'BAD_ACQ_SKIP'. Annotations go into EDF and BDF files, else into a table beside OUT (OUT.csv);\n"
             "names, units, full scale and start that a WAV, FLAC or .npy file cannot hold go into OUT.json beside it (call.wav.json),\n"
             "where they are found again. Scale and resolution are told.",
    .examples = examples, .opts = opts, .params_size = sizeof(params), .run = run};
