/* baleen convert IN OUT: any readable recording as WAV, FLAC, EDF+, BDF+ or .npy; cropped, picked, through stages. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "baleen/gather.h"
#include "baleen/recording_write.h"
#include "command.h"
#include "convert.h"
#include "outputs.h"

typedef struct params {
  bl_word from, to, rate_hz;
  bl_texts pick, annotations;
  char *stages, *triggers, *start_pattern;
  int64_t bits, trigger_mask;
  bool fill;
  int read_as, table; /* bl_annotation_format */
  double epoch_s;
} params;
static const char *const formats[] = {"auto", "raven", "audacity", "csv", "bids", "hypnogram", NULL};
static const char *const edge[] = {"edge", NULL};
static const char *const automatic[] = {"auto", NULL};
/* clang-format off */
static const bl_opt opts[] = {
    BL_WORD(params, from, "edge", edge, 0, 1e9, 0, "s", "where to begin"),
    BL_WORD(params, to, "edge", edge, 0, 1e9, 0, "s", "where to end"),
    BL_TEXTS(params, pick, NULL, "a channel to keep, by its name or a pattern ('EEG*'); may be given again, order counts"),
    BL_WORD(params, rate_hz, "auto", automatic, 0, 1e9, BL_OPT_OPEN_LO, "Hz", "stream to take, where the recording has several rates; auto: the one with most channels, of those that have what is picked"),
    BL_TEXT(params, stages, NULL, "stages to pass through, as in a config: '[{fir: {h_freq: 40}}, mono]'"),
    BL_TEXTS(params, annotations, NULL, "a table of annotations to take along; may be given again"),
    BL_ENUM(params, read_as, "auto", formats, "format of those tables; auto: a hypnogram by its name, else by their first line"),
    BL_ENUM(params, table, "auto", formats, "format of the table beside OUT; auto: csv"),
    BL_REAL_ABOVE(params, epoch_s, "30", 0, 1e6, "s", "how long the stage on one line of a hypnogram lasts"),
    BL_TEXT(params, triggers, NULL, "channel whose codes become annotations: Status"),
    BL_INT(params, trigger_mask, "65535", 1, 4294967295, "", "the bits of a code that count; 255 where those above are the amplifier's own"),
    BL_TEXT(params, start_pattern, NULL, "when it began, by the file's name where its header does not say: such as '%Y%m%d_%H%M%S' (also %y, "
            "%f; ? is any character); not given: the patterns of common recorders; none: do not look"),
    BL_INT(params, bits, "0", 0, 32, "", "of a WAV or FLAC sample: 16, 24, or 32, which is float; 0: WAV 32, FLAC 24"),
    BL_BOOL(params, fill, "false", "EDF to EDF: fill gaps, under annotations 'BAD_ACQ_SKIP'; else gaps stay gaps (EDF+D)"), BL_OPT_END};
/* clang-format on */

static bl_status add_owned(bl_ctx *ctx, bl_texts *to, char *text)
{
  bl_status s = text ? bl_texts_add(ctx, to, text) : bl_fail_nomem(ctx, "the name of a file");
  bl_free(ctx, text);
  return s;
}

/* Neither OUT nor what goes beside it may be what is read. */
static bl_status check_places(bl_ctx *ctx, const char *in, const char *out, const params *p, bl_write_format to)
{
  bl_texts reads = {0}, writes = {0};
  bool alone = to == BL_WRITE_EDF || to == BL_WRITE_BDF;
  bl_status s = bl_texts_add(ctx, &reads, in);
  for (size_t i = 0; !s && i < p->annotations.n; i++) s = bl_texts_add(ctx, &reads, p->annotations.v[i]);
  if (!s) s = bl_texts_add(ctx, &writes, out);
  if (!s && !alone) s = add_owned(ctx, &writes, bl_strf(ctx, "%s.json", out));
  if (!s && !alone) s = add_owned(ctx, &writes, bl_convert_table_name(ctx, out, (bl_annotation_format)p->table));
  if (!s) s = bl_outputs_check(ctx, "convert", &reads, &writes);
  bl_texts_free(ctx, &reads);
  bl_texts_free(ctx, &writes);
  return s;
}

/* Digital copies: EDF or BDF to as many bits or more, nothing computed. */
static bool is_copy(const bl_recording *rec, const params *p, bl_write_format to)
{
  bool edf = !strncmp(rec->format, "EDF", 3), bdf = !strncmp(rec->format, "BDF", 3);
  return !p->stages && p->rate_hz.word >= 0 &&
         ((edf && (to == BL_WRITE_EDF || to == BL_WRITE_BDF)) || (bdf && to == BL_WRITE_BDF));
}

static double word_or_nan(const bl_word *w) { return w->word < 0 ? w->real : (double)NAN; }

/* The crop at samples of what is written. A copy takes all streams: the first, which is the fastest, has the finest
 * grid. */
static bl_crop crop_of(const bl_recording *rec, const params *p, size_t stream)
{
  bl_crop crop = {word_or_nan(&p->from), word_or_nan(&p->to)};
  return rec->n_streams ? bl_crop_to_samples(&crop, rec->streams[stream].rate_hz) : crop;
}

/* The annotations in the crop. */
static bl_status gather(bl_ctx *ctx, bl_recording *rec, const params *p, const bl_crop *crop, bl_annotations *marks,
                        bl_texts *report)
{
  bl_mark_sources from = {.tables = &p->annotations,
                          .triggers = p->triggers,
                          .mask = (uint32_t)p->trigger_mask,
                          .reading = {.format = (bl_annotation_format)p->read_as, .epoch_s = p->epoch_s}};
  bl_status s = bl_marks_gather(ctx, rec, &from, marks, report);
  return s ? s : bl_marks_crop(ctx, rec, crop, marks, report);
}

static bl_status copy(bl_ctx *ctx, bl_recording *rec, const params *p, const char *out, bl_write_format to,
                      bl_texts *report)
{
  bl_annotations marks = {0};
  bl_texts names = {0};
  bl_crop crop = crop_of(rec, p, 0), written = crop;
  bl_edf_copying how = {.bdf = to == BL_WRITE_BDF,
                        .from_s = crop.from_s,
                        .to_s = crop.to_s,
                        .annotations = &marks,
                        .fill = p->fill,
                        .pick = p->pick.n ? &names : NULL};
  bl_status s = p->pick.n ? bl_convert_names(ctx, rec, &p->pick, &names) : BL_OK;
  bool cropped = rec->n_streams && (!isnan(crop.from_s) || !isnan(crop.to_s));
  if (!s && cropped)
    s = bl_edf_copy_times(ctx, rec, &how, &written.from_s, &written.to_s); /* whole records where there is a gap */
  if (!s) s = gather(ctx, rec, p, &written, &marks, report);
  if (!s) s = bl_edf_copy(ctx, rec, out, &how, report);
  if (!s) s = bl_texts_add(ctx, report, "digital values copied untouched");
  bl_annotations_free(ctx, &marks);
  bl_texts_free(ctx, &names);
  return s;
}

static bl_status convert(bl_ctx *ctx, bl_recording *rec, const params *p, const char *out, bl_write_format to,
                         bl_texts *report)
{
  bl_annotations marks = {0};
  bl_convert how = {.pick = &p->pick,
                    .stages = p->stages,
                    .annotations = &marks,
                    .format = to,
                    .bits = (int)p->bits,
                    .annotated = p->annotations.n || p->triggers || rec->annotations.n,
                    .table = (bl_annotation_format)p->table,
                    .epoch_s = p->epoch_s};
  bl_status s = bl_convert_stream(ctx, rec, word_or_nan(&p->rate_hz), &how, report);
  if (!s) how.crop = crop_of(rec, p, how.stream);
  if (!s) s = gather(ctx, rec, p, &how.crop, &marks, report);
  bl_gathered warnings = {.at_once = true}, *before = bl_ctx_gather(ctx, &warnings); /* of stages, one a run */
  if (!s) s = bl_convert_run(ctx, rec, out, &how, report);
  bl_ctx_gather(ctx, before);
  bl_gathered_tell(ctx, &warnings);
  bl_annotations_free(ctx, &marks);
  return s;
}

static bl_status open_in(bl_ctx *ctx, const char *in, const params *p, bl_recording **rec)
{
  bl_convert how = {.pick = &p->pick, .stages = p->stages};
  bl_convert_look look = {&how, word_or_nan(&p->rate_hz)};
  bl_opening as = {.start_pattern = p->start_pattern, .look = bl_convert_look_at, .user = &look};
  return bl_recording_open_as(ctx, in, &as, rec);
}

/* Options that say nothing about this conversion: told, as a script may give them for all. */
static void warn_unused(bl_ctx *ctx, const bl_recording *rec, const params *p, const char *out, bl_write_format to)
{
  if (p->bits && to != BL_WRITE_WAV && to != BL_WRITE_FLAC)
    bl_warn(ctx, BL_W_ADJUSTED, "%s: --bits is for WAV and FLAC, and was passed over", out);
  if (p->fill && !is_copy(rec, p, to))
    bl_warn(ctx, BL_W_ADJUSTED, "%s: --fill is for copies of EDF; here gaps are filled with zeros anyway", out);
}

static int run(bl_ctx *ctx, const void *vp, const bl_texts *args, bl_status *status)
{
  const params *p = vp;
  const char *in = args->v[0], *out = args->v[1];
  bl_recording *rec = NULL;
  bl_texts report = {0};
  bl_write_format to = bl_write_format_of(out);
  bl_status s = BL_OK;
  if (to == BL_WRITE_AUTO)
    s = bl_fail(ctx, BL_E_ARG, "convert: %s: wanted a name that ends in .wav, .flac, .npy, .edf or .bdf", out);
  else if (p->table && (to == BL_WRITE_EDF || to == BL_WRITE_BDF))
    s = bl_fail(ctx, BL_E_ARG,
                "convert: --table: %s holds its annotations itself; 'baleen annotations' writes a table of them", out);
  if (!s) s = check_places(ctx, in, out, p, to);
  if (!s) s = bl_start_pattern_check(ctx, "convert: --start-pattern", p->start_pattern);
  if (!s) s = open_in(ctx, in, p, &rec);
  if (!s) warn_unused(ctx, rec, p, out, to);
  if (!s) s = is_copy(rec, p, to) ? copy(ctx, rec, p, out, to, &report) : convert(ctx, rec, p, out, to, &report);
  if (!s) printf("%s\n", out);
  for (size_t i = 0; !s && i < report.n; i++) printf("  %s\n", report.v[i]);
  bl_texts_free(ctx, &report);
  bl_recording_close(ctx, rec);
  *status = s;
  return bl_exit_of(s);
}

static const char *const examples[] = {"baleen convert night.edf hour.edf --from 3600 --to 7200 --pick C3 --pick C4",
                                       "baleen convert call.flac call.wav --bits 16",
                                       "baleen convert S001R06.edf low.edf --stages '[{fir: {l_freq: 1, h_freq: 40}}]'",
                                       NULL};

/* clang-format off */
const bl_command bl_command_convert = {
    .name = "convert", .summary = "write a recording in another format, cropped, picked, through stages", .arguments = "IN OUT",
    .min_args = 2, .max_args = 2,
    .about = "EDF to EDF or BDF without stages copies the digital values. Else one stream of float32 is written: WAV as float unless\n"
             "--bits says otherwise; EDF, and WAV and FLAC of whole numbers, with the limits of each channel from a first pass, so that\n"
             "nothing is clipped. Gaps become zeros\n"
             "there, under annotations 'BAD_ACQ_SKIP'. A crop begins at the sample next to --from and ends before the one next to --to. Annotations go\n"
             "into EDF and BDF files, else into a table beside OUT (OUT.csv), an empty one where none were found; without a crop all of them\n"
             "are kept. Of a table that names recordings, those of IN are taken, by\n"
             "file name and the folders that the table gives;\n"
             "names, units, full scale and start that a WAV, FLAC or .npy file cannot hold go into OUT.json beside it (call.wav.json),\n"
             "where they are found again. Scale and resolution are told.",
    .examples = examples, .opts = opts, .params_size = sizeof(params), .run = run};
/* clang-format on */
