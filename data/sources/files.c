/* Recordings from files, with labels from folders, file names, tables of recordings or tables of events.
 *
 * A folder gives the files in it, at any depth, that go by a recording's name (.wav, .edf ..), and of .npy, .csv, .tsv,
 * .raw and .pcm those whose rate (and format) a JSON file beside them tells: a labels.csv is none. A pattern that names
 * such files (*.npy) takes them all. Raw samples that no such file tells of:
 * "pcm:rate=48000,channels=1,format=s16le:raw/" and then any folder or pattern; in quotes where the config has it
 * within { } or [ ]. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "baleen/text.h"
#include "files_private.h"
#include "path.h"

static const char *const label_words[] = {"none",  "folder",   "csv",   "pattern",   "annotations", "triggers",
                                          "raven", "audacity", "table", "hypnogram", NULL};
static const char *const unlabelled_words[] = {"error", "skip", "keep", NULL};

static const bl_opt opts[] = {
    {"recordings", BL_OPT_TEXTS, offsetof(bl_files_params, recordings), NULL, 0, 0, BL_OPT_NEEDED, NULL, "",
     "files, folders or patterns (* ? [ab] {a,b}, ** for any depth), relative to the config's folder; folders give .npy, .csv and raw "
     "samples where a .json beside them tells the rate; \"pcm:rate=48000,channels=1,format=s16le:raw/**/*.pcm\" tells it for all",
     NULL},
    BL_ENUM(
        bl_files_params, labels, "none", label_words,
        "where labels come from: the folder's name, a csv with a row a recording, a pattern on the file's name, "
        "events inside the recording (annotations), codes of a channel (triggers), or tables of events (raven, audacity, table; hypnogram: a stage a line). "
        "With a table the events inside do not count, but for those that begin with 'bad', which always mark bad data; none: "
        "rows carry no label, though events inside still cut epochs"),
    BL_TEXT(bl_files_params, label_file, NULL,
            "the table: a csv with a row a recording (also for columns and group), or one table of events for all "
            "recordings; without it, tables of events are looked for beside each recording"),
    BL_TEXT(bl_files_params, label_column, NULL,
            "the table's column with labels; null: 'label', or what a table of events has"),
    BL_TEXT(bl_files_params, begin_column, NULL,
            "labels: table: the column with begin times; null: onset, start, begin, start_time .."),
    BL_TEXT(bl_files_params, end_column, NULL,
            "labels: table: the column with ends; null: end, stop, offset, end_time .."),
    BL_TEXT(bl_files_params, duration_column, NULL, "labels: table: the column with durations; null: duration"),
    BL_REAL_ABOVE(bl_files_params, epoch_s, "30", 0, 1e6, "s",
                  "labels: hypnogram: how long the stage on one line lasts"),
    BL_TEXT(bl_files_params, trigger_channel, NULL,
            "labels: triggers: the channel with the codes; null: Status, STI 014, Trigger and such"),
    BL_INT(bl_files_params, trigger_mask, "65535", 1, 4294967295, "",
           "labels: triggers: the bits of a code that count; 255 where those above are the amplifier's own"),
    BL_TEXT(bl_files_params, path_column, "path",
            "the csv's column that names the recordings, by path, file name or stem"),
    BL_TEXT(
        bl_files_params, pattern, NULL,
        "fields in file names, such as \"{label}_{speaker}_{take}.wav\"; * skips; fields become columns of the rows"),
    BL_TEXT(
        bl_files_params, group, "recording",
        "what rows must stay together when data are split: recording, folder, a csv column or a field of the pattern"),
    BL_TEXTS(bl_files_params, columns, NULL, "further csv columns to carry along with the rows"),
    BL_ENUM(bl_files_params, unlabelled, "error", unlabelled_words,
            "what becomes of recordings without a label or table of events: error, skip, or keep without labels"),
    BL_TEXT(
        bl_files_params, start_pattern, NULL,
        "when a recording began, by its name where its header does not say: such as \"%Y%m%d_%H%M%S\" (also %y, %f; ? is "
        "any character); null: the patterns of common recorders; none: do not look"),
    BL_OPT_END};

static bool is_event_table(int labels) { return labels >= FROM_RAVEN; }

static void job_release(bl_files_job *j)
{
  bl_ctx *ctx = j->ctx;
  bl_match_free(ctx, &j->match);
  bl_found_free(ctx, &j->found);
  bl_name_pattern_free(ctx, &j->pattern);
  bl_table_free(ctx, &j->table);
  bl_free(ctx, j->row_of);
  bl_free(ctx, j->col);
  bl_free(ctx, j->label_path);
  bl_items_free(ctx, &j->items);
}

/* ---- what the options ask for ------------------------------------------------------------------------------------ */

static bool is_plain_group(const char *group) { return !strcmp(group, "recording") || !strcmp(group, "folder"); }

static bl_status read_pattern(bl_files_job *j)
{
  bl_ctx *ctx = j->ctx;
  const bl_files_params *p = j->p;
  bl_status s = p->pattern ? bl_name_pattern_new(ctx, "files: pattern", p->pattern, &j->pattern) : BL_OK;
  if (s) return s;
  bool has_label = bl_texts_find(&j->pattern.fields, "label") >= 0;
  if (p->labels == FROM_PATTERN && !has_label)
    return bl_fail(ctx, BL_E_CONFIG,
                   "files: labels: pattern wants a pattern with the field {label}, as in "
                   "pattern: \"{label}_*.wav\"");
  if (p->labels != FROM_PATTERN && has_label)
    return bl_fail(ctx, BL_E_CONFIG,
                   "files: the pattern has the field {label}, but labels is '%s'; say labels: pattern or "
                   "put * in its place",
                   label_words[p->labels]);
  return BL_OK;
}

/* Names the option whose value a failure is about. */
static bl_status of_option(bl_ctx *ctx, const char *option, bl_status s)
{
  return s ? bl_fail_in(ctx, s, "files: %s: ", option) : BL_OK;
}

/* The table of recordings, when labels, columns or group want one. */
static bl_status read_table(bl_files_job *j)
{
  bl_ctx *ctx = j->ctx;
  const bl_files_params *p = j->p;
  bool group_from_table = !is_plain_group(p->group) && j->group_field < 0;
  bool wanted = p->labels == FROM_CSV || p->columns.n || group_from_table;
  if (is_event_table(p->labels) && (p->columns.n || group_from_table))
    return bl_fail(ctx, BL_E_CONFIG,
                   "files: %s '%s' wants a csv of recordings, but label_file is a table of events here; "
                   "use a pattern on the file names",
                   p->columns.n ? "column" : "group", p->columns.n ? p->columns.v[0] : p->group);
  if (is_event_table(p->labels)) return BL_OK;
  if (wanted && !p->label_file && group_from_table && !p->columns.n && p->labels != FROM_CSV)
    return bl_fail(ctx, BL_E_CONFIG,
                   "files: group: '%s' is neither recording nor folder nor a field of the pattern; for a csv "
                   "column give label_file",
                   p->group);
  if (wanted && !p->label_file)
    return bl_fail(ctx, BL_E_CONFIG, "files: %s wants label_file: the csv with a row for each recording",
                   p->labels == FROM_CSV ? "labels: csv" : "columns");
  if (!wanted && p->label_file)
    return bl_fail(ctx, BL_E_CONFIG,
                   "files: label_file is given, but nothing is taken from it; say labels: csv, columns or "
                   "group, or leave it out");
  if (!wanted) return BL_OK;
  bl_status s = bl_table_read(ctx, j->label_path, &j->table);
  if (s) return of_option(ctx, "label_file", s);
  s = bl_match_rows(ctx, &j->match, &j->table, p->path_column, &j->row_of);
  if (s) return of_option(ctx, "path_column", s);
  if (p->labels == FROM_CSV)
    s = of_option(ctx, "label_column",
                  bl_table_column(ctx, &j->table, p->label_column ? p->label_column : "label", &j->label_col));
  if (!s && !(j->col = bl_calloc(ctx, p->columns.n, sizeof *j->col))) s = bl_fail_nomem(ctx, "columns");
  for (size_t k = 0; !s && k < p->columns.n; k++)
    s = of_option(ctx, "columns", bl_table_column(ctx, &j->table, p->columns.v[k], &j->col[k]));
  if (!s && group_from_table) s = of_option(ctx, "group", bl_table_column(ctx, &j->table, p->group, &j->group_col));
  return s;
}

static bool is_extra_field(const char *field) { return strcmp(field, "label") && strcmp(field, "group"); }

static bl_status name_extras(bl_files_job *j)
{
  bl_texts *extra = &j->items.extra;
  bl_status s = bl_texts_copy(j->ctx, extra, &j->p->columns);
  for (size_t k = 0; !s && k < j->pattern.fields.n; k++)
    if (is_extra_field(j->pattern.fields.v[k])) s = bl_texts_add(j->ctx, extra, j->pattern.fields.v[k]);
  if (!s) s = bl_extra_names_check(j->ctx, extra);
  return s ? bl_fail_in(j->ctx, s, "files: ") : BL_OK;
}

/* ---- one recording ----------------------------------------------------------------------------------------------- */

static char *folder_name(bl_ctx *ctx, const char *path)
{
  char real[PATH_MAX], *folder = bl_path_folder(ctx, path), *name = NULL;
  const char *base = folder ? bl_path_base(folder) : NULL;
  if (base && (!strcmp(base, ".") || !strcmp(base, "..")) && realpath(folder, real)) base = bl_path_base(real);
  if (base) name = bl_strdup(ctx, base);
  bl_free(ctx, folder);
  return name;
}

static const char *cell_of(const bl_files_job *j, size_t i, size_t col)
{
  return j->row_of && j->row_of[i] != BL_NO_ITEM ? bl_table_cell(&j->table, j->row_of[i], col) : "";
}

static bl_status set_text(bl_ctx *ctx, char **to, const char *text)
{
  return (*to = bl_strdup(ctx, text)) ? BL_OK : bl_fail_nomem(ctx, "a recording's label");
}

/* The value of a field of the pattern, "" when the name did not match it. */
static const char *field_of(const bl_files_job *j, const bl_texts *values, const char *name)
{
  long k = bl_texts_find(&j->pattern.fields, name);
  return k >= 0 && (size_t)k < values->n ? values->v[k] : "";
}

static bl_status set_label(const bl_files_job *j, size_t i, const bl_texts *fields, bl_item *item)
{
  const char *label = "";
  char *name = NULL;
  if (j->p->labels == FROM_CSV) label = cell_of(j, i, j->label_col);
  if (j->p->labels == FROM_PATTERN) label = field_of(j, fields, "label");
  if (j->p->labels == FROM_FOLDER) {
    if (!(name = folder_name(j->ctx, bl_recording_file(item->path))))
      return bl_fail_nomem(j->ctx, "a recording's label");
    label = name;
  }
  bl_status s = *label ? set_text(j->ctx, &item->label, label) : BL_OK;
  bl_free(j->ctx, name);
  return s;
}

static bl_status set_group(const bl_files_job *j, size_t i, const bl_texts *fields, bl_item *item)
{
  bl_ctx *ctx = j->ctx;
  const char *group = "";
  if (!strcmp(j->p->group, "folder")) {
    item->group = folder_name(ctx, bl_recording_file(item->path));
    return item->group ? BL_OK : bl_fail_nomem(ctx, "a recording's group");
  }
  if (j->group_field >= 0 && (size_t)j->group_field < fields->n) group = fields->v[j->group_field];
  else if (j->group_col != BL_NO_ITEM) group = cell_of(j, i, j->group_col);
  if (!*group && (j->group_field >= 0 || j->group_col != BL_NO_ITEM) && item->label)
    return bl_fail(ctx, BL_E_CONFIG, "files: '%s' has a label but no group '%s'", item->name, j->p->group);
  return *group ? set_text(ctx, &item->group, group) : BL_OK;
}

static bl_status set_extras(const bl_files_job *j, size_t i, const bl_texts *fields, bl_item *item)
{
  bl_status s = BL_OK;
  for (size_t k = 0; !s && k < j->p->columns.n; k++) s = bl_texts_add(j->ctx, &item->extra, cell_of(j, i, j->col[k]));
  for (size_t k = 0; !s && k < j->pattern.fields.n; k++)
    if (is_extra_field(j->pattern.fields.v[k]))
      s = bl_texts_add(j->ctx, &item->extra, k < fields->n ? fields->v[k] : "");
  return s;
}

static bool wants_label(int labels) { return labels == FROM_FOLDER || labels == FROM_CSV || labels == FROM_PATTERN; }

bool bl_files_leave_out(bl_files_job *j, size_t i)
{
  if (!j->n_unlabelled++) j->first_unlabelled = j->found.names.v[i];
  return j->p->unlabelled == UNLABELLED_SKIP;
}

static bl_status make_item(bl_files_job *j, size_t i)
{
  bl_ctx *ctx = j->ctx;
  bl_item item = {.seed_index = i};
  bl_texts fields = {0};
  bool matched = true;
  bl_status s = set_text(ctx, &item.name, j->found.names.v[i]);
  if (!s) s = set_text(ctx, &item.path, j->found.paths.v[i]);
  if (!s && j->p->pattern) s = bl_name_pattern_match(ctx, &j->pattern, bl_recording_file(item.path), &fields, &matched);
  if (!s && !matched && j->p->labels != FROM_PATTERN)
    s = bl_fail(ctx, BL_E_CONFIG, "files: '%s' does not fit the pattern '%s'", item.name, j->p->pattern);
  if (!s) s = set_label(j, i, &fields, &item);
  if (!s) s = set_group(j, i, &fields, &item);
  if (!s) s = set_extras(j, i, &fields, &item);
  if (!s && !(wants_label(j->p->labels) && !item.label && bl_files_leave_out(j, i)))
    s = bl_items_add(ctx, &j->items, &item);
  bl_item_free(ctx, &item);
  bl_texts_free(ctx, &fields);
  return s;
}

/* ---- the source -------------------------------------------------------------------------------------------------- */

static bl_status judge_unlabelled(const bl_files_job *j)
{
  bl_ctx *ctx = j->ctx;
  if (!j->n_unlabelled || j->p->unlabelled == UNLABELLED_KEEP) return BL_OK;
  if (j->p->unlabelled == UNLABELLED_SKIP) {
    bl_warn(ctx, BL_W_SKIPPED, "files: %zu recordings have no label and are left out, the first is '%s'",
            j->n_unlabelled, j->first_unlabelled);
    return j->items.n ? BL_OK
                      : bl_fail(ctx, BL_E_CONFIG, "files: none of the %zu recordings has a label", j->n_unlabelled);
  }
  return bl_fail(ctx, BL_E_CONFIG,
                 "files: %zu of %zu recordings have no label in %s, the first is '%s'; label them, or say "
                 "unlabelled: skip or keep",
                 j->n_unlabelled, j->found.paths.n,
                 j->label_path                  ? j->label_path
                 : j->p->labels == FROM_PATTERN ? "their names (pattern)"
                                                : "a table beside them",
                 j->first_unlabelled);
}

/* Columns of times are those of a table whose columns are free. */
static bl_status check_columns(bl_ctx *ctx, const bl_files_params *p)
{
  if (p->trigger_channel && p->labels != FROM_TRIGGERS)
    return bl_fail(ctx, BL_E_CONFIG, "files: trigger_channel is for labels: triggers, and labels is '%s'; leave it out",
                   label_words[p->labels]);
  const char *name = p->begin_column      ? "begin_column"
                     : p->end_column      ? "end_column"
                     : p->duration_column ? "duration_column"
                                          : NULL;
  if (!name || p->labels == FROM_TABLE) return BL_OK;
  return bl_fail(ctx, BL_E_CONFIG, "files: %s is for labels: table, and labels is '%s'; leave it out", name,
                 label_words[p->labels]);
}

static bl_status prepare(bl_files_job *j)
{
  bl_ctx *ctx = j->ctx;
  const bl_files_params *p = j->p;
  bl_status s = bl_opts_complete(ctx, "files", opts, p);
  if (!s) s = check_columns(ctx, p);
  if (!s) s = bl_start_pattern_check(ctx, "files: start_pattern", p->start_pattern);
  if (!s) s = read_pattern(j);
  if (!s && p->label_file && !(j->label_path = bl_path_join(ctx, j->folder, p->label_file)))
    s = bl_fail_nomem(ctx, "files");
  if (!s) s = bl_find_recordings(ctx, "files: recordings", j->folder, &p->recordings, &j->found);
  /* only a table names recordings, and its keys take more room than all else that is listed */
  if (!s && j->label_path) s = bl_match_new(ctx, &j->found, &j->match);
  j->group_col = BL_NO_ITEM;
  j->group_field = bl_texts_find(&j->pattern.fields, strcmp(p->group, "recording") ? p->group : "group");
  if (!s) s = read_table(j);
  if (!s) s = name_extras(j);
  return s;
}

/* Events inside a recording label rows only where nothing else was chosen to. */
static void silence(bl_files_job *j)
{
  for (size_t i = 0; i < j->items.n; i++) {
    bl_item *item = &j->items.v[i];
    item->unlabelled = !item->label && !item->annotated && j->p->labels != FROM_ANNOTATIONS;
  }
}

static bl_status list(bl_ctx *ctx, const void *vp, const char *folder, bl_items *out)
{
  bl_files_job j = {.ctx = ctx, .p = vp, .folder = folder};
  *out = (bl_items){0};
  bl_status s = prepare(&j);
  for (size_t i = 0; !s && i < j.found.paths.n; i++) s = make_item(&j, i);
  if (!s && is_event_table(j.p->labels)) s = j.label_path ? bl_files_read_for_all(&j) : bl_files_read_beside(&j);
  if (!s && j.p->labels == FROM_TRIGGERS) s = bl_files_read_triggers(&j);
  if (!s) s = judge_unlabelled(&j);
  if (!s) {
    silence(&j);
    *out = j.items;
    j.items = (bl_items){0};
  }
  job_release(&j);
  return s;
}

/* With the start time by start_pattern, unless the header tells one. */
static bl_status open_item(bl_ctx *ctx, const void *vp, const char *folder, bl_item *item, bl_recording **out)
{
  (void)folder;
  return bl_recording_open_as(ctx, item->path,
                              &(bl_opening){.start_pattern = ((const bl_files_params *)vp)->start_pattern}, out);
}

const bl_source_class bl_source_files = {
    .name = "files",
    .summary = "recordings from files, labelled by folder, file name, csv or tables of events",
    .source = "Raven Pro selection tables; Audacity label tracks; EDF+ annotations; BIDS events",
    .opts = opts,
    .params_size = sizeof(bl_files_params),
    .list = list,
    .open = open_item,
};
