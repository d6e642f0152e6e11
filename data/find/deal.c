/* Which annotation of a table is which recording's: for sources, convert, plot and predict alike. */
#include <string.h>
#include <sys/stat.h>

#include "baleen/recording.h"
#include "baleen/text.h"
#include "match.h"

/* What was found for a name, as tables say the same one again and again. */
typedef struct last {
  const char *text;
  size_t owner, fit; /* fit: how many of its names agree */
  bool sure;         /* by all of them, or by its place from the table's folder */
} last;

/* A path that is there, and another file than the recording. */
static bool is_another(const char *text, const char *recording)
{
  struct stat said, own;
  return *text == '/' && !stat(text, &said) && !stat(bl_recording_file(recording), &own) &&
         (said.st_dev != own.st_dev || said.st_ino != own.st_ino);
}

static bl_status look(bl_ctx *ctx, const bl_match *m, const char *table, const char *folder, const char *text, last *l)
{
  bool all;
  bl_status s = bl_match_look(ctx, m, table, folder, text, &l->owner);
  if (s) return s;
  l->text = text;
  if (l->owner == BL_NOBODY) return BL_OK;
  const char *recording = m->found->paths.v[l->owner];
  l->fit = bl_annotation_fit(text, recording, &all);
  l->sure = all || !l->fit;
  if (!l->sure && is_another(text, recording)) l->owner = BL_NOBODY;
  return BL_OK;
}

static bl_status unnamed(bl_ctx *ctx, const bl_match *m, const char *table, const bl_annotation *a)
{
  if (m->found->paths.n == 1) return BL_OK;
  return bl_fail(
      ctx, BL_E_CONFIG,
      "%s: an event at %g s does not say in which of the %zu recordings; add a column with the file, or use a table for "
      "each recording",
      table, a->onset_s, m->found->paths.n);
}

bl_status bl_match_deal(bl_ctx *ctx, const bl_match *m, const char *table, const bl_annotations *all, size_t *owner)
{
  size_t *fit = bl_calloc(ctx, all->n, sizeof *fit), /* of those that are not sure */
      *best = bl_calloc(ctx, m->found->paths.n, sizeof *best);
  char *folder = bl_path_folder(ctx, table);
  last l = {0};
  bl_status s = fit && best && folder ? BL_OK : bl_fail_nomem(ctx, table);
  for (size_t i = 0; !s && i < all->n; i++) {
    const char *file = all->v[i].file;
    if (file && (!l.text || strcmp(file, l.text) != 0)) s = look(ctx, m, table, folder, file, &l);
    if (!s && !file) s = unnamed(ctx, m, table, &all->v[i]);
    owner[i] = file ? l.owner : 0;
    fit[i] = file && !l.sure ? l.fit : SIZE_MAX;
    if (!s && file && owner[i] != BL_NOBODY && l.fit > best[owner[i]]) best[owner[i]] = l.fit;
  }
  for (size_t i = 0; !s && i < all->n; i++) /* x/a.wav is there under its name: /old/y/a.wav is not it, moved */
    if (owner[i] != BL_NOBODY && fit[i] < best[owner[i]]) owner[i] = BL_NOBODY;
  bl_free(ctx, fit);
  bl_free(ctx, best);
  bl_free(ctx, folder);
  return s;
}

bl_status bl_annotations_deal(bl_ctx *ctx, const char *table, const bl_annotations *all, const bl_texts *recordings,
                              size_t *owner)
{
  bl_found found = {.paths = *recordings, .base = (char[]){"."}};
  bl_match m = {0};
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < recordings->n; i++)
    s = bl_texts_add(ctx, &found.names, bl_path_base(bl_recording_file(recordings->v[i])));
  if (!s) s = bl_match_new(ctx, &found, &m);
  if (!s) s = bl_match_deal(ctx, &m, table, all, owner);
  bl_match_free(ctx, &m);
  bl_texts_free(ctx, &found.names);
  return s;
}
