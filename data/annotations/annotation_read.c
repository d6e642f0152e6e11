/* Tables of annotations, as the programs write them that people mark recordings with. Here:
 * Audacity's label tracks, and which format a table is; annotation_raven.c, annotation_csv.c and
 * annotation_hypnogram_read.c read the rest, and what all of them share is annotation_table.c. */
#include <math.h>
#include <string.h>

#include "annotation_table.h"
#include "baleen/file.h"
#include "baleen/text.h"

/* ---- Audacity ---------------------------------------------------------------------------------------------------- */

static bl_status read_audacity(bl_ctx *ctx, bl_lines *l, bl_annotations *out)
{
  bl_status s = BL_OK;
  size_t before = out->n;
  do {
    if (!strcmp(l->field[0], "\\")) {
      if (out->n == before)
        return bl_fail(ctx, BL_E_FORMAT, "%s:%zu: frequencies without a label before them", l->path, l->number);
      bl_annotation *last = &out->v[out->n - 1];
      s = bl_field_number(ctx, l, 1, "the low frequency", &last->low_hz);
      if (!s) s = bl_field_number(ctx, l, 2, "the high frequency", &last->high_hz);
      if (last->low_hz < 0) last->low_hz = NAN; /* Audacity writes -1 for none */
      if (last->high_hz < 0) last->high_hz = NAN;
      continue;
    }
    double begin = NAN, end = NAN;
    s = bl_field_number(ctx, l, 0, "the begin time", &begin);
    if (!s) s = bl_field_number(ctx, l, 1, "the end time", &end);
    if (!s) s = bl_check_span(ctx, l->path, l->number, begin, end);
    bl_annotation one = {
        .onset_s = begin, .duration_s = end - begin, .low_hz = NAN, .high_hz = NAN, .label = bl_field(l, 2)};
    if (!s) s = bl_annotations_add(ctx, out, &one);
  } while (!s && bl_next_line(l));
  return s;
}

/* ---- all --------------------------------------------------------------------------------------------------------- */

static bool asks_for_columns(const bl_annotation_reading *how)
{
  return how->begin_column || how->end_column || how->duration_column;
}

/* By the columns asked for; by the name that a hypnogram is written under; else by the first line: Raven's has its
 * column of begin times, Audacity's begins with two numbers. A hypnogram of two numbers a line is no label track. */
static bl_annotation_format recognise(const bl_lines *l, const bl_annotation_reading *how)
{
  double x;
  bool hypnogram = how->epoch_s > 0 && bl_annotation_is_hypnogram(l->path);
  if (asks_for_columns(how)) return BL_ANN_AUTO;
  for (size_t i = 0; i < l->n; i++)
    if (bl_text_equal_nocase(l->field[i], "Begin Time (s)")) return BL_ANN_RAVEN;
  if (l->n >= (hypnogram ? 3 : 2) && bl_parse_real_comma(l->field[0], &x) && bl_parse_real_comma(l->field[1], &x))
    return BL_ANN_AUDACITY;
  return hypnogram ? BL_ANN_HYPNOGRAM : BL_ANN_AUTO;
}

static bl_status check(bl_ctx *ctx, const char *path, const char *text, size_t n, const bl_annotation_reading *how)
{
  bl_annotation_format f = how->format;
  if (f != BL_ANN_AUTO && f != BL_ANN_CSV && f != BL_ANN_BIDS && asks_for_columns(how))
    return bl_fail(
        ctx, BL_E_CONFIG,
        "%s: begin_column, end_column and duration_column are for CSV and BIDS; a table of format %s has columns of its own",
        path, bl_annotation_format_name(f));
  if (memchr(text, 0, n))
    return bl_fail(ctx, BL_E_FORMAT, "%s: holds zero bytes: no table of text (save it as UTF-8)", path);
  return BL_OK;
}

/* A text in UTF-8, without a byte order mark. */
static bl_status parse(bl_ctx *ctx, const char *path, const char *text, size_t n, const bl_annotation_reading *how,
                       bl_annotations *out)
{
  bl_annotation_format format = how->format;
  bl_lines *l = bl_calloc(ctx, 1, sizeof *l);
  char *cut = bl_strdup(ctx, text);
  bl_status s = l && cut ? BL_OK : bl_fail_nomem(ctx, "a table of annotations");
  if (!s) *l = (bl_lines){.path = path, .next = cut};
  bool any = !s && (format == BL_ANN_HYPNOGRAM || bl_next_line(l)); /* else nothing at all: nothing there */
  if (any && format == BL_ANN_AUTO) format = recognise(l, how);
  if (any && format == BL_ANN_HYPNOGRAM) {
    memcpy(cut, text, n + 1); /* whole again */
    s = bl_read_hypnogram(ctx, path, cut, how->epoch_s, out);
  } else if (any && format == BL_ANN_RAVEN) {
    s = bl_read_raven(ctx, l, how, out);
  } else if (any && format == BL_ANN_AUDACITY) {
    s = read_audacity(ctx, l, out);
  } else if (any) {
    s = bl_read_events(ctx, path, text, n, how, out);
  }
  bl_free(ctx, cut);
  bl_free(ctx, l);
  return s;
}

/* Takes the text as UTF-8: where it is none, as Latin-1. A file's name in it is told apart by neither: see
 * bl_annotation_names(). */
bl_status bl_annotations_parse(bl_ctx *ctx, const char *path, const char *text, size_t n,
                               const bl_annotation_reading *how, bl_annotations *out)
{
  bl_annotations found = {0};
  char *plain = bl_calloc(ctx, n + 1, 1);
  bl_status s = plain ? check(ctx, path, text, n, how) : bl_fail_nomem(ctx, "a table of annotations");
  if (!s && n) memcpy(plain, text, n);
  if (!s) s = bl_utf8_of_file(ctx, path, &plain, &n);
  size_t mark = !s && n >= 3 && !memcmp(plain, "\xef\xbb\xbf", 3) ? 3 : 0; /* UTF-8's byte order mark */
  if (!s) s = parse(ctx, path, plain + mark, n - mark, how, &found);
  for (size_t i = 0; i < found.n && !s; i++) s = bl_annotations_add(ctx, out, &found.v[i]);
  bl_annotations_free(ctx, &found);
  bl_free(ctx, plain);
  return s;
}

bl_status bl_annotations_read_as(bl_ctx *ctx, const char *path, const bl_annotation_reading *how, bl_annotations *out)
{
  char *text = NULL;
  size_t n = 0;
  bl_status s = bl_file_read(ctx, path, 0, &text, &n);
  if (!s) s = bl_annotations_parse(ctx, path, text, n, how, out);
  bl_free(ctx, text);
  return s;
}

bl_status bl_annotations_read(bl_ctx *ctx, const char *path, bl_annotation_format format, const char *label_column,
                              bl_annotations *out)
{
  bl_annotation_reading how = {.format = format, .label_column = label_column};
  return bl_annotations_read_as(ctx, path, &how, out);
}
