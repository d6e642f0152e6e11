#include "convert_table.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "baleen/text.h"

char *bl_convert_table_name(bl_ctx *ctx, const char *path, bl_annotation_format format)
{
  static const char *const endings[BL_N_ANN_FORMATS] = {".csv", ".selections.txt", ".txt",
                                                        ".csv", ".events.tsv",     ".hypnogram.txt"};
  return bl_strf(ctx, "%s%s", path, endings[format]);
}

/* Whether a text is a table such as the writer of the format makes; of formats without a header, one that can be
 * read. */
static bl_status is_a_table(bl_ctx *ctx, const char *path, bl_annotation_format format, double epoch_s, bool *is)
{
  static const char *const heads[BL_N_ANN_FORMATS] = {[BL_ANN_CSV] =
                                                          "onset_s,duration_s,label,low_hz,high_hz,channel,file",
                                                      [BL_ANN_BIDS] = "onset\tduration\ttrial_type",
                                                      [BL_ANN_RAVEN] = "Selection\tView\tChannel\tBegin Time (s)\t"};
  bl_annotation_reading how = {.format = format, .epoch_s = epoch_s};
  bl_annotations found = {0};
  char *text = NULL;
  size_t n = 0;
  bl_status s = bl_file_read(ctx, path, 0, &text, &n);
  *is = !s && (!heads[format] || !strncmp(text, heads[format], strlen(heads[format])));
  if (*is) s = bl_annotations_read_as(ctx, path, &how, &found);
  bl_annotations_free(ctx, &found);
  bl_free(ctx, text);
  if (!s || s == BL_E_NOMEM) return s;
  bl_ctx_clear_error(ctx);
  *is = false;
  return BL_OK;
}

bl_status bl_table_look(bl_ctx *ctx, const char *out, const bl_convert *how, bl_table_place *t)
{
  struct stat st;
  bool is = true;
  t->format = how->table ? how->table : BL_ANN_CSV;
  if (!(t->path = bl_convert_table_name(ctx, out, t->format))) return bl_fail_nomem(ctx, out);
  t->is_there = !stat(t->path, &st);
  t->has_owner = !stat(out, &st);
  bl_status s = t->is_there ? is_a_table(ctx, t->path, t->format, how->epoch_s, &is) : BL_OK;
  if (!s && !is)
    s = bl_fail(
        ctx, BL_E_ARG,
        "%s: %s is there and no table that a writer of annotations has made, and would be taken to be about the "
        "new file; move it away, or write under another name",
        out, t->path);
  return s;
}

/* No annotations, and nobody has looked for any: no table may stay that says there are. */
static bl_status plan_clearing(bl_ctx *ctx, const char *out, bl_table_place *t, bl_texts *report)
{
  if (!t->is_there) return BL_OK;
  if (!t->has_owner)
    return bl_fail(
        ctx, BL_E_ARG,
        "%s: %s is there, and would be taken to be about the new file, which has no annotations; move it away, "
        "or give it by --annotations and another OUT",
        out, t->path);
  t->goes = true;
  char *text = bl_strf(ctx, "no annotations: %s removed, which was about the file that is written over", t->path);
  bl_status s = text ? bl_texts_add(ctx, report, text) : bl_fail_nomem(ctx, out);
  bl_free(ctx, text);
  return s;
}

bl_status bl_table_prepare(bl_ctx *ctx, const bl_convert *how, const bl_annotated_file *file, bl_table_place *t,
                           const bl_annotations *marks, bl_texts *report)
{
  if (!marks->n && !how->annotated) return plan_clearing(ctx, file->path, t, report);
  bl_annotation_writing writing = {.format = t->format, .epoch_s = how->epoch_s, .files = file, .n_files = 1};
  char *text = bl_strf(ctx, "%zu annotation%s in %s", marks->n, marks->n == 1 ? "" : "s", t->path);
  bl_buf table = {.max = (size_t)1 << 30};
  bl_status s = text ? bl_annotations_print(ctx, t->path, &writing, marks, &table) : bl_fail_nomem(ctx, file->path);
  if (!s) s = bl_out_open(ctx, t->path, &t->out);
  if (!s) s = bl_out_put(ctx, &t->out, bl_buf_text(&table), table.len);
  if (!s) s = bl_out_close(ctx, &t->out);
  if (!s) s = bl_texts_add(ctx, report, text);
  bl_buf_free(ctx, &table);
  bl_free(ctx, text);
  return s;
}

bl_status bl_table_finish(bl_ctx *ctx, bl_table_place *t)
{
  if (t->out.beside) return bl_out_done(ctx, &t->out);
  if (!t->goes || !unlink(t->path) || errno == ENOENT) return BL_OK;
  return bl_fail(ctx, BL_E_IO, "%s: is about the file that was written over, and cannot be removed: %s", t->path,
                 strerror(errno));
}

void bl_table_drop(bl_ctx *ctx, bl_table_place *t)
{
  bl_out_drop(ctx, &t->out);
  bl_free(ctx, t->path);
}
