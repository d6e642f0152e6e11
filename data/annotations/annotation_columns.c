/* Which column of a table of events holds what: by names that such tables have in the field, or by those asked for.
 *
 * A name is compared in small letters, with what is neither letter nor digit as one '_', so that "Start (s)" is
 * "start_s"; a unit at its end is taken off: seconds, or milliseconds. */
#include <string.h>

#include "annotation_table.h"
#include "baleen/text.h"

enum { NAME_ROOM = 64, MAX_NAMES = 18 };

/* clang-format off */
static const char *const known[BL_N_EVENT_COLUMNS][MAX_NAMES] = {
    [BL_EVENT_ONSET] = {"onset", "start", "begin", "start_time", "begin_time", "onset_time", "time_start", "time_begin", "t_start",
                        "t_begin", "starttime", "begintime"},
    [BL_EVENT_DURATION] = {"duration", "dur"},
    [BL_EVENT_END] = {"end", "stop", "offset", "end_time", "stop_time", "offset_time", "time_end", "time_stop", "t_end", "t_stop",
                      "endtime", "stoptime"},
    [BL_EVENT_LABEL] = {"label", "trial_type", "annotation", "description", "event_label", "event_type", "common_name", "species",
                        "scientific_name", "class", "class_name", "call_type", "type",
                        "prediction"},
    [BL_EVENT_FILE] = {"file", "path", "filename", "recording", "file_name", "filepath", "begin_file"},
    [BL_EVENT_LOW] = {"low_hz", "low_freq_hz", "low_frequency_hz"},
    [BL_EVENT_HIGH] = {"high_hz", "high_freq_hz", "high_frequency_hz"},
    [BL_EVENT_CHANNEL] = {"channel"},
    [BL_EVENT_VALUE] = {"value"},
    [BL_EVENT_SCORE] = {"score", "confidence", "probability"}};
/* What a name holds that speaks of the end of an event. */
static const char *const of_ends[] = {"end", "ends", "ended", "stop", "stops", "offset", "off", "finish", "duration", "dur", "length", "until", NULL};
static const struct {
  const char *text;
  double s;
} units[] = {{"_s", 1}, {"_sec", 1}, {"_secs", 1}, {"_second", 1}, {"_seconds", 1}, {"_ms", 1e-3}, {"_msec", 1e-3}, {"_milliseconds", 1e-3}};
/* clang-format on */

static void plain_name(const char *name, char to[NAME_ROOM])
{
  size_t n = 0;
  for (; *name && n + 2 < NAME_ROOM; name++) {
    char c = *name >= 'A' && *name <= 'Z' ? (char)(*name - 'A' + 'a') : *name;
    bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
    if (plain) to[n++] = c;
    else if (n && to[n - 1] != '_') to[n++] = '_';
  }
  while (n && to[n - 1] == '_') n--;
  to[n] = '\0';
}

/* Takes the unit of a time off a plain name; what one of it is in seconds. */
static double take_unit(char *name)
{
  size_t n = strlen(name);
  for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
    size_t k = strlen(units[i].text);
    if (n <= k || strcmp(name + n - k, units[i].text) != 0) continue;
    name[n - k] = '\0';
    return units[i].s;
  }
  return 1;
}

static bool is_time(int kind) { return kind == BL_EVENT_ONSET || kind == BL_EVENT_DURATION || kind == BL_EVENT_END; }

static void set(bl_event_columns *c, int kind, const bl_texts *names, size_t i)
{
  char name[NAME_ROOM];
  plain_name(names->v[i], name);
  c->at[kind] = (long)i;
  c->unit_s[kind] = is_time(kind) ? take_unit(name) : 1;
}

static bool is_used(const bl_event_columns *c, size_t i)
{
  for (int k = 0; k < BL_N_EVENT_COLUMNS; k++)
    if (c->at[k] == (long)i) return true;
  return false;
}

/* The first of the names, in their order, that a column has. One of times is of one time only: "offset" may be where events
 * begin. */
static void find_known(bl_event_columns *c, int kind, const bl_texts *names)
{
  for (const char *const *want = known[kind]; *want && c->at[kind] < 0; want++)
    for (size_t i = 0; i < names->n && c->at[kind] < 0; i++) {
      char name[NAME_ROOM];
      if (is_time(kind) && is_used(c, i)) continue;
      plain_name(names->v[i], name);
      if (is_time(kind)) take_unit(name);
      if (!strcmp(name, *want)) set(c, kind, names, i);
    }
}

static bl_status find_asked(bl_ctx *ctx, const bl_table *t, const bl_annotation_reading *how, bl_event_columns *c)
{
  const char *const asked[BL_N_EVENT_COLUMNS] = {[BL_EVENT_ONSET] = how->begin_column,
                                                 [BL_EVENT_DURATION] = how->duration_column,
                                                 [BL_EVENT_END] = how->end_column,
                                                 [BL_EVENT_LABEL] = how->label_column};
  bl_status s = BL_OK;
  for (int k = 0; !s && k < BL_N_EVENT_COLUMNS; k++) {
    size_t i;
    if (!asked[k]) continue;
    s = bl_table_column(ctx, t, asked[k], &i);
    if (!s) set(c, k, &t->columns, i);
  }
  return s;
}

static bool speaks_of_ends(const char *column)
{
  char name[NAME_ROOM];
  plain_name(column, name);
  for (const char *word = name; *word; word += strcspn(word, "_"), word += *word == '_')
    for (const char *const *end = of_ends; *end; end++)
      if (strlen(*end) == strcspn(word, "_") && !strncmp(word, *end, strlen(*end))) return true;
  return false;
}

/* Marks without length, beside a column that may tell their ends. */
static void tell_ends(bl_ctx *ctx, const bl_table *t, const bl_event_columns *c)
{
  if (c->at[BL_EVENT_DURATION] >= 0 || c->at[BL_EVENT_END] >= 0) return;
  for (size_t i = 0; i < t->columns.n; i++)
    if (!is_used(c, i) && speaks_of_ends(t->columns.v[i])) {
      bl_warn(
          ctx, BL_W_REMARK,
          "%s: its events are marks without length, for no column of ends or durations is known; is it '%s'? Say end_column "
          "(or duration_column)",
          t->path, t->columns.v[i]);
      return;
    }
}

/* The column that labels are likely to be in: the first one of text, else the first that is left. */
static long likely_label(const bl_table *t, const bl_event_columns *c)
{
  long first = -1;
  double x;
  for (size_t i = 0; i < t->columns.n; i++) {
    if (is_used(c, i)) continue;
    if (first < 0) first = (long)i;
    for (size_t r = 0; r < t->n_rows; r++) {
      const char *cell = bl_table_cell(t, r, i);
      if (!*cell || bl_text_equal_nocase(cell, "n/a")) continue;
      if (bl_parse_real_comma(cell, &x)) break;
      return (long)i;
    }
  }
  return first;
}

static void tell_labels(bl_ctx *ctx, const bl_table *t, const bl_event_columns *c)
{
  long likely = c->at[BL_EVENT_LABEL] < 0 && c->at[BL_EVENT_VALUE] < 0 && t->n_rows ? likely_label(t, c) : -1;
  if (likely >= 0)
    bl_warn(
        ctx, BL_W_REMARK,
        "%s: its events have no label, for no column of labels is known; is it '%s'? Say label_column, or --label-column",
        t->path, t->columns.v[likely]);
}

bl_status bl_event_columns_find(bl_ctx *ctx, const bl_table *t, const bl_annotation_reading *how, bool bids,
                                bl_event_columns *c)
{
  for (int k = 0; k < BL_N_EVENT_COLUMNS; k++) c->at[k] = -1, c->unit_s[k] = 1;
  bl_status s = find_asked(ctx, t, how, c);
  if (s) return s;
  bool lasts = how->end_column || how->duration_column;
  for (int k = 0; k < BL_N_EVENT_COLUMNS; k++) {
    bool other = lasts && (k == BL_EVENT_END || k == BL_EVENT_DURATION); /* what was asked for has the say */
    if (c->at[k] < 0 && !other) find_known(c, k, &t->columns);
  }
  long type = bids && !how->label_column ? bl_find_nocase(&t->columns, "trial_type") : -1;
  if (type >= 0) c->at[BL_EVENT_LABEL] = type; /* before what else may be called a label */
  if (!bids || how->label_column) c->at[BL_EVENT_VALUE] = -1;
  if (c->at[BL_EVENT_SCORE] == c->at[BL_EVENT_LABEL]) c->at[BL_EVENT_SCORE] = -1;
  if (c->at[BL_EVENT_ONSET] < 0)
    return bl_fail(
        ctx, BL_E_FORMAT,
        "%s:1: no column of begin times; wanted one named onset, start or begin (with _s, (s) or _ms behind it or without), or "
        "begin_column to say which",
        t->path);
  tell_ends(ctx, t, c);
  tell_labels(ctx, t, c);
  return BL_OK;
}
