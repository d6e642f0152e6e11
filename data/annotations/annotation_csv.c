/* Events in CSV with named columns, and in the tab-separated events.tsv of BIDS (1.8, "Task events"). */
#include <math.h>
#include <string.h>

#include "annotation_table.h"
#include "baleen/table.h"
#include "baleen/text.h"

enum { ONSET, DURATION, END, LABEL, FILE_NAME, LOW, HIGH, CHANNEL, VALUE, SCORE, N_CSV };
static const char *const csv_names[N_CSV][6] = {[ONSET] = {"onset", "onset_s", "start", "start_s", "begin"},
                                                [DURATION] = {"duration", "duration_s"},
                                                [END] = {"end", "end_s", "stop"},
                                                [LABEL] = {"label", "trial_type", "annotation", "description"},
                                                [FILE_NAME] = {"file", "path", "filename", "recording"},
                                                [LOW] = {"low_hz"},
                                                [HIGH] = {"high_hz"},
                                                [CHANNEL] = {"channel"},
                                                [VALUE] = {"value"},
                                                [SCORE] = {"score", "confidence", "probability"}};

static bl_status csv_columns(bl_ctx *ctx, const bl_table *t, const char *label_column, bool bids, long *column)
{
  for (int k = 0; k < N_CSV; k++) {
    column[k] = -1;
    for (size_t i = 0; csv_names[k][i] && column[k] < 0; i++) column[k] = bl_find_nocase(&t->columns, csv_names[k][i]);
  }
  if (label_column) {
    size_t found;
    bl_status s = bl_table_column(ctx, t, label_column, &found);
    if (s) return s;
    column[LABEL] = (long)found;
    column[VALUE] = -1;
  } else if (bids) { /* trial_type before what else may be called a label */
    long type = bl_find_nocase(&t->columns, "trial_type");
    if (type >= 0) column[LABEL] = type;
  } else {
    column[VALUE] = -1;
  }
  if (column[ONSET] < 0)
    return bl_fail(ctx, BL_E_FORMAT,
                   "%s:1: no column of begin times; wanted one named onset, onset_s, start, start_s or begin", t->path);
  return BL_OK;
}

/* A number, NAN where there is no such column, or "n/a", which is how BIDS writes nothing. */
static bl_status csv_number(bl_ctx *ctx, const bl_table *t, size_t row, long column, double *out)
{
  *out = NAN;
  if (column < 0 || bl_text_equal_nocase(bl_table_cell(t, row, (size_t)column), "n/a")) return BL_OK;
  return bl_table_number(ctx, t, row, (size_t)column, out);
}

static bl_status csv_row(bl_ctx *ctx, const bl_table *t, size_t row, const long *column, bool bids, bl_annotations *out)
{
  bl_annotation one = {0};
  double duration, end;
  bl_status s = csv_number(ctx, t, row, column[ONSET], &one.onset_s);
  if (!s) s = csv_number(ctx, t, row, column[DURATION], &duration);
  if (!s) s = csv_number(ctx, t, row, column[END], &end);
  if (!s) s = csv_number(ctx, t, row, column[LOW], &one.low_hz);
  if (!s) s = csv_number(ctx, t, row, column[HIGH], &one.high_hz);
  if (s) return s;
  /* neither, or "n/a" as BIDS has it: a mark without length */
  one.duration_s = !isnan(duration) ? duration : !isnan(end) ? end - one.onset_s : 0;
  if ((s = bl_check_span(ctx, t->path, t->line[row], one.onset_s, one.onset_s + one.duration_s))) return s;
  char *text[N_CSV] = {0};
  for (int k = 0; k < N_CSV; k++) {
    if (column[k] >= 0) text[k] = t->cell[row * t->columns.n + (size_t)column[k]];
    if (text[k] && (!*text[k] || (bids && !strcmp(text[k], "n/a")))) text[k] = NULL;
  }
  one.label = text[LABEL] ? text[LABEL] : text[VALUE];
  one.file = text[FILE_NAME];
  one.channel = text[CHANNEL];
  if (column[SCORE] != column[LABEL]) bl_annotation_take_score(&one, text[SCORE]);
  return bl_annotations_add(ctx, out, &one);
}

/* BIDS: the tab-separated header must have these two columns. */
static bool is_bids(const bl_table *t, const char *text)
{
  size_t header = strcspn(text, "\r\n");
  return memchr(text, '\t', header) && bl_find_nocase(&t->columns, "onset") >= 0 &&
         bl_find_nocase(&t->columns, "duration") >= 0;
}

bl_status bl_read_events(bl_ctx *ctx, const char *path, const char *text, size_t n, const bl_annotation_reading *how,
                         bl_annotations *out)
{
  bl_table t = {0};
  long column[N_CSV];
  bl_status s = bl_table_parse(ctx, path, text, n, &t);
  bool bids = !s && (how->format == BL_ANN_BIDS || (how->format == BL_ANN_AUTO && is_bids(&t, text)));
  if (!s) s = csv_columns(ctx, &t, how->label_column, bids, column);
  for (size_t i = 0; i < t.n_rows && !s; i++) s = csv_row(ctx, &t, i, column, bids, out);
  bl_table_free(ctx, &t);
  return s;
}
