/* baleen annotations IN OUT: a table of annotations, or those inside a recording, written as another table. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "baleen/annotation.h"
#include "baleen/recording.h"
#include "baleen/text.h"
#include "command.h"
#include "outputs.h"

static const char *const none[] = {"none", NULL};
static const char *const words[] = {"auto", "raven", "audacity", "csv", "bids", "hypnogram", NULL};

typedef struct params {
  int from, to; /* bl_annotation_format */
  bl_texts recording, only;
  bl_word min_score, join_s;
  char *label_column, *begin_column, *end_column, *duration_column, *triggers;
  int64_t trigger_mask;
  double epoch_s;
} params;
/* clang-format off */
static const bl_opt opts[] = {
    BL_ENUM(params, from, "auto", words, "format of IN; auto: a hypnogram by its name, else by its first line, or a recording with annotations inside"),
    BL_ENUM(params, to, "auto", words, "format of OUT; auto: .selections.txt is raven, .tsv bids, .csv csv, _hypnogram.txt hypnogram"),
    BL_TEXTS(params, recording, NULL, "a recording that the table is about; given again: Raven's file list, in order"),
    BL_TEXT(params, label_column, NULL, "the column with the labels; not given: what such tables usually have"),
    BL_TEXT(params, begin_column, NULL, "the column of a CSV or BIDS table with begin times; not given: onset, start, begin, start_time .."),
    BL_TEXT(params, end_column, NULL, "the column of a CSV or BIDS table with ends; not given: end, stop, offset, end_time .."),
    BL_TEXT(params, duration_column, NULL, "the column of a CSV or BIDS table with durations; not given: duration"),
    BL_TEXT(params, triggers, NULL, "of a recording: the channel whose codes become annotations too: Status"),
    BL_INT(params, trigger_mask, "65535", 1, 4294967295, "", "the bits of a code that count; 255 where those above are the amplifier's own"),
    BL_TEXTS(params, only, NULL, "labels to keep, or patterns of them (call*); may be given again; not given: all"),
    BL_WORD(params, min_score, "none", none, -1e300, 1e300, 0, "", "annotations of a lower score, or of none, are left out"),
    BL_WORD(params, join_s, "none", none, 0, 1e9, 0, "s", "those of one label and recording that overlap, or lie no farther apart than this, become one, with the highest score"),
    BL_REAL_ABOVE(params, epoch_s, "30", 0, 1e6, "s", "how long the stage on one line of a hypnogram lasts"), BL_OPT_END};
/* clang-format on */

/* Lengths and rates of the recordings, which Raven's times need, and when the last began, "" where that is not known. */
static bl_status measure(bl_ctx *ctx, const bl_texts *paths, bl_annotated_file *out, char start[40])
{
  bl_status s = BL_OK;
  *start = '\0';
  for (size_t i = 0; !s && i < paths->n; i++) {
    bl_recording *rec = NULL;
    s = bl_recording_open(ctx, paths->v[i], &rec);
    if (!s) out[i] = (bl_annotated_file){paths->v[i], rec->duration_s, rec->n_streams ? rec->streams[0].rate_hz : NAN};
    if (!s) bl_recording_later(rec, 0, start);
    bl_recording_close(ctx, rec);
  }
  return s;
}

/* What is marked in a recording, and its trigger codes where they are asked for. */
static bl_status read_inside(bl_ctx *ctx, const char *path, const params *p, bl_annotations *a)
{
  bl_recording *rec = NULL;
  bl_status s = bl_recording_open(ctx, path, &rec);
  const char *codes = s || p->triggers ? NULL : bl_recording_trigger_channel(rec);
  if (!s && p->triggers) s = bl_recording_triggers(ctx, rec, p->triggers, (uint32_t)p->trigger_mask, &rec->annotations);
  if (!s && codes && !rec->annotations.n)
    bl_warn(ctx, BL_W_REMARK, "%s: holds no annotations, but '%s' may hold trigger codes; --triggers '%s' takes them",
            path, codes, codes);
  if (!s) { /* the list changes hands */
    bl_annotations_sort(&rec->annotations);
    *a = rec->annotations;
    rec->annotations = (bl_annotations){0};
  }
  bl_recording_close(ctx, rec);
  return s;
}

/* ---- fewer of them ----------------------------------------------------------------------------------------------- */

static bool is_wanted(const params *p, const bl_annotation *a)
{
  bool label = !p->only.n;
  for (size_t i = 0; !label && i < p->only.n; i++) label = bl_text_glob_plain(p->only.v[i], a->label);
  return label && (p->min_score.word >= 0 || (a->has_score && a->score >= p->min_score.real));
}

/* Whether a goes on where `open` ends. */
static bool goes_on(const bl_annotation *open, const bl_annotation *a, double join_s)
{
  return bl_text_equal(open->file, a->file) && bl_text_equal(open->channel, a->channel) &&
         !strcmp(open->label, a->label) && a->onset_s <= open->onset_s + open->duration_s + join_s + 1e-9;
}

static void join(bl_annotation *open, const bl_annotation *a)
{
  open->duration_s = fmax(open->onset_s + open->duration_s, a->onset_s + a->duration_s) - open->onset_s;
  if (a->has_score && (!open->has_score || a->score > open->score)) open->score = a->score;
  open->has_score |= a->has_score;
  open->low_hz = fmin(open->low_hz, a->low_hz); /* of NaN: the other */
  open->high_hz = fmax(open->high_hz, a->high_hz);
}

/* Those wanted, by time when any are joined. */
static bl_status choose(bl_ctx *ctx, const params *p, bl_annotations *a)
{
  bl_annotations kept = {0};
  bl_status s = BL_OK;
  if (!p->only.n && p->min_score.word >= 0 && p->join_s.word >= 0) return BL_OK;
  if (p->join_s.word < 0) bl_annotations_sort(a);
  for (size_t i = 0; !s && i < a->n; i++) {
    size_t k = kept.n;
    if (!is_wanted(p, &a->v[i])) continue;
    while (p->join_s.word < 0 && k > 0 && !goes_on(&kept.v[k - 1], &a->v[i], p->join_s.real)) k--;
    if (p->join_s.word < 0 && k > 0) join(&kept.v[k - 1], &a->v[i]);
    else s = bl_annotations_add(ctx, &kept, &a->v[i]);
  }
  bl_annotations_free(ctx, s ? &kept : a);
  if (!s) *a = kept;
  return s;
}

static bl_status check_places(bl_ctx *ctx, const char *in, const bl_texts *recordings, const char *out)
{
  bl_status s = bl_output_check(ctx, "annotations", in, out);
  for (size_t i = 0; !s && i < recordings->n; i++) s = bl_output_check(ctx, "annotations", recordings->v[i], out);
  return s;
}

static int run(bl_ctx *ctx, const void *vp, const bl_texts *args, bl_status *status)
{
  const params *p = vp;
  const char *in = args->v[0], *out = args->v[1];
  bl_texts own = {args->v, 1};
  bool inside = p->from == BL_ANN_AUTO && bl_recording_is_name(in);
  const bl_texts *about = inside && !p->recording.n ? &own : &p->recording;
  bl_annotated_file *files = bl_calloc(ctx, about->n, sizeof *files);
  char start[40] = "";
  bl_annotations a = {0};
  bl_status s = files ? check_places(ctx, in, &p->recording, out) : bl_fail_nomem(ctx, "a list of recordings");
  if (!s && p->triggers && !inside)
    s = bl_fail(ctx, BL_E_ARG, "annotations: --triggers is for a recording, and '%s' is a table", in);
  if (!s) s = measure(ctx, about, files, start);
  bl_annotation_reading how = {.format = (bl_annotation_format)p->from,
                               .label_column = p->label_column,
                               .begin_column = p->begin_column,
                               .end_column = p->end_column,
                               .duration_column = p->duration_column,
                               .start = about->n == 1 && *start ? start : NULL,
                               .epoch_s = p->epoch_s,
                               .files = files,
                               .n_files = about->n};
  if (!s) s = inside ? read_inside(ctx, in, p, &a) : bl_annotations_read_as(ctx, in, &how, &a);
  if (!s) s = choose(ctx, p, &a);
  bl_annotation_writing as = {
      .format = (bl_annotation_format)p->to, .epoch_s = p->epoch_s, .files = files, .n_files = about->n};
  if (!s) s = bl_annotations_write_as(ctx, out, &as, &a);
  if (!s) bl_log(ctx, BL_LOG_INFO, "%s: %zu annotation%s", out, a.n, a.n == 1 ? "" : "s");
  bl_annotations_free(ctx, &a);
  bl_free(ctx, files);
  *status = s;
  return bl_exit_of(s);
}

static const char *const examples[] = {
    "baleen annotations labels.txt calls.selections.txt --recording dive.wav",
    "baleen annotations night.edf night_events.tsv",
    "baleen annotations night.edf night_hypnogram.txt --epoch-s 30",
    "baleen annotations calls.selections.txt calls.csv --recording a.wav --recording b.wav",
    "baleen annotations predictions.csv calls.selections.txt --recording day.wav --only call --min-score 0.8 --join-s 0",
    NULL};

/* clang-format off */
const bl_command bl_command_annotations = {
    .name = "annotations", .summary = "turn a table of annotations into another format", .arguments = "IN OUT",
    .min_args = 2, .max_args = 2,
    .about = "Raven selection tables, Audacity labels, BIDS events.tsv, CSV and hypnograms, each to each; the annotations\n"
             "inside a recording (EDF+, BDF+) to any of them. Times keep their last digit. Raven counts times over all files\n"
             "of a list: name each with --recording, in order. A hypnogram wants stages of whole epochs (--epoch-s), one at a time.\n"
             "What predict printed becomes events with label and score; --only, --min-score and --join-s choose and join them.\n"
             "An empty table stays one: annotated, nothing there.",
    .examples = examples, .opts = opts, .letters = NULL, .params_size = sizeof(params), .run = run};
/* clang-format on */
