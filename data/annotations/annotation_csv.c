/* Events in CSV with named columns, in the tab-separated events.tsv of BIDS (1.8, "Task events"), and as MNE saves
 * annotations: CSV whose onsets are times of the clock, and text whose header stands in comments. */
#include <math.h>
#include <string.h>

#include "annotation_table.h"
#include "baleen/recording.h"
#include "baleen/text.h"
#include "clock.h"

typedef struct events {
  bl_table t;
  bl_event_columns column;
  bool bids, predictions;
  const bl_annotation_reading *how;
  size_t n_without, first_one; /* rows without an onset that say so, and the line of the first */
} events;

static bool is_na(const char *cell) { return bl_text_equal_nocase(cell, "n/a"); }

/* A text, or NULL where there is none. */
static char *text(const events *e, size_t row, int kind)
{
  long column = e->column.at[kind];
  char *cell = column < 0 ? NULL : e->t.cell[row * e->t.columns.n + (size_t)column];
  return cell && *cell && !(e->bids && !strcmp(cell, "n/a")) ? cell : NULL;
}

/* Seconds from the recording's start to a time of the clock. */
static bl_status clock_time(bl_ctx *ctx, const events *e, size_t row, long column, const int v[7], double *out)
{
  int start[7], zone;
  int64_t at, zero;
  const char *from = e->how->start;
  bl_status s =
      from || !e->how->start_of ? BL_OK : e->how->start_of(e->how->user, ctx, text(e, row, BL_EVENT_FILE), &from);
  if (s) return s;
  if (from && bl_clock_parse(from, start, &zone) && bl_clock_us(v, &at) && bl_clock_us(start, &zero)) {
    *out = (double)(at - zero) / 1e6;
    return BL_OK;
  }
  return bl_fail(
      ctx, BL_E_FORMAT,
      "%s:%zu: column '%s' has a time of the clock, '%s', and when the recording began is not known; wanted seconds from its "
      "start, or the recording itself, where its header or its name tells (baleen annotations IN OUT --recording FILE). MNE "
      "writes seconds when it saves annotations as .txt",
      e->t.path, e->t.line[row], e->t.columns.v[column], bl_table_cell(&e->t, row, (size_t)column));
}

/* A number, NAN where there is no such column, or "n/a", which is how BIDS writes nothing. Of times: seconds. */
static bl_status number(bl_ctx *ctx, const events *e, size_t row, int kind, double *out)
{
  long column = e->column.at[kind];
  int clock[7], zone;
  *out = NAN;
  const char *cell = column < 0 ? "n/a" : bl_table_cell(&e->t, row, (size_t)column);
  if (is_na(cell)) return BL_OK;
  if ((kind == BL_EVENT_ONSET || kind == BL_EVENT_END) && bl_clock_parse(cell, clock, &zone) &&
      (zone == 0 || zone == BL_NO_ZONE)) /* the recording's start is compared as it stands */
    return clock_time(ctx, e, row, column, clock, out);
  bl_status s = bl_table_number(ctx, &e->t, row, (size_t)column, out);
  if (e->column.unit_s[kind] != 1) *out *= e->column.unit_s[kind];
  return s;
}

/* Of a row of predictions: the probability of the class predicted, or how odd it is. */
static const char *score_of(const events *e, size_t row, const char *label)
{
  for (size_t i = 0; i < e->t.columns.n; i++) {
    const char *name = e->t.columns.v[i];
    bool its_own = label && !strncmp(name, "p_", 2) && !strcmp(name + 2, label);
    if (its_own || !strcmp(name, "anomaly_score")) return bl_table_cell(&e->t, row, i);
  }
  return NULL;
}

static bl_status take_row(bl_ctx *ctx, events *e, size_t row, bl_annotations *out)
{
  bl_annotation one = {0};
  double duration, end;
  if (is_na(bl_table_cell(&e->t, row, (size_t)e->column.at[BL_EVENT_ONSET]))) {
    if (!e->n_without++) e->first_one = e->t.line[row];
    return BL_OK;
  }
  bl_status s = number(ctx, e, row, BL_EVENT_ONSET, &one.onset_s);
  if (!s) s = number(ctx, e, row, BL_EVENT_DURATION, &duration);
  if (!s) s = number(ctx, e, row, BL_EVENT_END, &end);
  if (!s) s = number(ctx, e, row, BL_EVENT_LOW, &one.low_hz);
  if (!s) s = number(ctx, e, row, BL_EVENT_HIGH, &one.high_hz);
  if (s) return s;
  /* neither, or "n/a" as BIDS has it: a mark without length */
  one.duration_s = !isnan(duration) ? duration : !isnan(end) ? end - one.onset_s : 0;
  s = bl_check_span(ctx, e->t.path, e->t.line[row], one.onset_s, one.onset_s + one.duration_s);
  one.label = text(e, row, BL_EVENT_LABEL) ? text(e, row, BL_EVENT_LABEL) : text(e, row, BL_EVENT_VALUE);
  one.file = text(e, row, BL_EVENT_FILE);
  one.channel = text(e, row, BL_EVENT_CHANNEL);
  bl_annotation_take_score(&one, e->predictions ? score_of(e, row, one.label) : text(e, row, BL_EVENT_SCORE));
  return s ? s : bl_annotations_add(ctx, out, &one);
}

/* BIDS: the tab-separated header must have these two columns. */
static bool is_bids(const bl_table *t)
{
  return t->separator == '\t' && bl_find_nocase(&t->columns, "onset") >= 0 &&
         bl_find_nocase(&t->columns, "duration") >= 0;
}

/* MNE's text begins with comments, the last of which names the columns. Where it stands, else NULL. */
static const char *mne_header(const char *text)
{
  for (const char *at = strncmp(text, "# MNE-Annotations", 17) ? NULL : text; at && *at == '#';) {
    if (!strncmp(at, "# onset", 7)) return at;
    at = strchr(at, '\n');
    if (at) at++;
  }
  return NULL;
}

/* Of MNE's comments the last becomes the header and those before it blank lines, so that lines count as they stand. */
static bl_status parse(bl_ctx *ctx, const char *path, const char *text, size_t n, bl_table *t)
{
  const char *header = mne_header(text);
  if (!header) return bl_table_parse(ctx, path, text, n, t);
  char *copy = bl_strdup(ctx, text), *from = copy ? copy + (header - text) + 2 : NULL, *end = copy ? copy + n : NULL;
  if (!copy) return bl_fail_nomem(ctx, "a table of annotations");
  for (const char *p = text; p < header; p++)
    if (*p == '\n') *--from = '\n';
  bl_status s = bl_table_parse(ctx, path, from, (size_t)(end - from), t);
  for (size_t i = 0; !s && i < t->columns.n; i++) {
    char *name = t->columns.v[i], *plain = bl_trim(name);
    memmove(name, plain, strlen(plain) + 1);
  }
  bl_free(ctx, copy);
  return s;
}

bl_status bl_read_events(bl_ctx *ctx, const char *path, const char *text, size_t n, const bl_annotation_reading *how,
                         bl_annotations *out)
{
  events e = {.how = how};
  bl_status s = parse(ctx, path, text, n, &e.t);
  e.bids = !s && (how->format == BL_ANN_BIDS || (how->format == BL_ANN_AUTO && is_bids(&e.t)));
  if (!s) s = bl_event_columns_find(ctx, &e.t, how, e.bids, &e.column);
  long label = s ? -1 : e.column.at[BL_EVENT_LABEL];
  e.predictions = label >= 0 && !strcmp(e.t.columns.v[label], "prediction") && e.column.at[BL_EVENT_SCORE] < 0;
  for (size_t i = 0; !s && i < e.t.n_rows; i++) s = take_row(ctx, &e, i, out);
  if (!s && e.n_without)
    bl_warn(ctx, BL_W_SKIPPED, "%s: %zu of %zu events have no onset (n/a) and are left out, the first in line %zu",
            path, e.n_without, e.t.n_rows, e.first_one);
  bl_table_free(ctx, &e.t);
  return s;
}
