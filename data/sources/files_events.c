/* files_events.c: see files_private.h. */
#include "baleen/item_start.h"
#include "files_private.h"
#include "path.h"

/* ---- tables of events -------------------------------------------------------------------------------------------- */

static const bl_annotation_format table_formats[] = {BL_ANN_RAVEN, BL_ANN_AUDACITY, BL_ANN_CSV, BL_ANN_HYPNOGRAM};

/* item: the recording that the table is of; NULL: of all. */
static bl_status read_events(const bl_files_job *j, const char *path, const bl_item *item, bl_annotations *out)
{
  bl_item_starts begun = {.items = &j->items, .one = item, .start_pattern = j->p->start_pattern};
  bl_annotation_reading how = {.format =
                                   j->p->labels == FROM_TABLE ? BL_ANN_AUTO : table_formats[j->p->labels - FROM_RAVEN],
                               .label_column = j->p->label_column,
                               .begin_column = j->p->begin_column,
                               .end_column = j->p->end_column,
                               .duration_column = j->p->duration_column,
                               .epoch_s = j->p->epoch_s,
                               .start_of = bl_item_start,
                               .user = &begun};
  return bl_annotations_read_as(j->ctx, path, &how, out);
}

bl_status bl_files_read_beside(bl_files_job *j)
{
  bl_ctx *ctx = j->ctx;
  bl_status s = BL_OK;
  size_t kept = 0;
  for (size_t i = 0; !s && i < j->items.n; i++) {
    bl_item *item = &j->items.v[i];
    char *path;
    s = bl_annotations_beside(ctx, table_formats[j->p->labels - FROM_RAVEN], item->path, &path);
    if (!s && path) s = read_events(j, path, item, &item->annotations);
    if (!s) item->annotated = path != NULL;
    if (!s && !path && bl_files_leave_out(j, i)) {
      bl_item_free(ctx, item);
    } else if (kept != i) {
      j->items.v[kept++] = *item;
      *item = (bl_item){0};
    } else {
      kept++;
    }
    bl_free(ctx, path);
  }
  if (!s) j->items.n = kept;
  return s;
}

/* Each event to its recording; what else the table names must be there. */
static bl_status deal_out(bl_files_job *j, const bl_annotations *all)
{
  bl_ctx *ctx = j->ctx;
  size_t *owner = bl_calloc(ctx, all->n, sizeof *owner);
  char *folder = bl_path_folder(ctx, j->label_path);
  bl_status s = folder && owner ? BL_OK : bl_fail_nomem(ctx, j->label_path);
  if (!s) s = bl_match_deal(ctx, &j->match, j->label_path, all, owner);
  for (size_t k = 0; !s && k < all->n; k++) {
    if (owner[k] == BL_NO_ITEM) {
      s = bl_match_missing(ctx, &j->match, j->label_path, folder, all->v[k].file);
      continue;
    }
    bl_item *item = &j->items.v[owner[k]];
    s = bl_annotations_add(ctx, &item->annotations, &all->v[k]);
    item->annotated = true;
  }
  bl_free(ctx, owner);
  bl_free(ctx, folder);
  return s;
}

/* One table for all recordings. Nothing has been left out yet: recordings and items have the same indices. */
bl_status bl_files_read_for_all(bl_files_job *j)
{
  bl_ctx *ctx = j->ctx;
  bl_annotations all = {0};
  bl_status s = read_events(j, j->label_path, NULL, &all);
  if (!s) s = deal_out(j, &all);
  bl_annotations_free(ctx, &all);
  if (!s && j->items.n == 1) j->items.v[0].annotated = true;
  size_t kept = 0;
  for (size_t i = 0; !s && i < j->items.n; i++) {
    bl_item *item = &j->items.v[i];
    if (item->annotated || !bl_files_leave_out(j, i)) {
      bl_item keep = *item;
      *item = (bl_item){0};
      j->items.v[kept++] = keep;
    } else {
      bl_item_free(ctx, item);
    }
  }
  if (!s) j->items.n = kept;
  return s;
}

/* ---- triggers ---------------------------------------------------------------------------------------------------- */

/* The codes of one recording. One that cannot be opened is told of when its turn to be read comes. */
static bl_status read_triggers_of(const bl_files_job *j, bl_item *item)
{
  bl_ctx *ctx = j->ctx;
  bl_recording *rec = NULL;
  bool before = bl_ctx_mute(ctx, true);
  bl_status s = bl_recording_open(ctx, item->path, &rec);
  bl_ctx_mute(ctx, before);
  if (s) return s == BL_E_NOMEM || s == BL_E_CANCELLED ? s : BL_OK;
  const char *channel = j->p->trigger_channel ? j->p->trigger_channel : bl_recording_trigger_channel(rec);
  if (!channel)
    s = bl_fail(
        ctx, BL_E_CONFIG,
        "files: labels: triggers: '%s' has no channel whose name says that it holds codes; name it: trigger_channel",
        item->name);
  else s = bl_recording_triggers(ctx, rec, channel, (uint32_t)j->p->trigger_mask, &item->annotations);
  item->annotated = true;
  bl_recording_close(ctx, rec);
  return s;
}

bl_status bl_files_read_triggers(bl_files_job *j)
{
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < j->items.n; i++) {
    s = read_triggers_of(j, &j->items.v[i]);
    bl_progress(j->ctx, "triggers", (double)i + 1, (double)j->items.n);
  }
  return s;
}
