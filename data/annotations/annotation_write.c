/* Tables of annotations, written as the programs that people mark recordings with read them: see annotation.h. */
#include <math.h>
#include <string.h>

#include "annotation_table.h"
#include "baleen/file.h"
#include "baleen/table.h"
#include "baleen/text.h"

static const char *const names[BL_N_ANN_FORMATS] = {"auto", "raven", "audacity", "csv", "bids", "hypnogram"};

const char *bl_annotation_format_name(bl_annotation_format f) { return f < BL_N_ANN_FORMATS ? names[f] : "?"; }

bl_status bl_annotated_file_find(bl_ctx *ctx, const char *where, const bl_annotated_file *files, size_t n_files,
                                 const char *file, size_t *out)
{
  size_t n = 0;
  *out = n_files;
  if (!file) {
    if (n_files == 1) *out = 0;
    return BL_OK;
  }
  for (size_t i = 0; i < n_files; i++)
    if (!strcmp(files[i].path, file)) return *out = i, BL_OK;
  const char *back = strrchr(file, '\\'), *base = bl_path_base(file); /* Raven on Windows */
  if (back && back + 1 > base) base = back + 1;
  for (size_t i = 0; i < n_files; i++)
    if (!strcmp(bl_path_base(files[i].path), base) && !n++) *out = i;
  if (n > 1)
    return bl_fail(ctx, BL_E_FORMAT, "%s: %zu recordings are called '%s'; name it with its folder", where, n, base);
  return BL_OK;
}

/* ---- fields ------------------------------------------------------------------------------------------------------ */

/* A table being written; the first failure sticks. */
typedef struct out {
  bl_ctx *ctx;
  bl_status s;
  bl_buf b;
} out;

static void puts_raw(out *o, const char *text)
{
  if (!o->s) o->s = bl_buf_puts(o->ctx, &o->b, text);
}

/* NAN as `none`. */
static void put_real(out *o, double x, const char *none)
{
  char buf[32];
  puts_raw(o, isnan(x) ? none : bl_format_real(x, buf));
}

/* A duration is often end - begin, with that subtraction's noise behind its last digit: the shortest decimal within
 * it. */
static void put_duration(out *o, const bl_annotation *a)
{
  double x = a->duration_s, noise = 0x1p-51 * (fabs(a->onset_s) + x), ten = 1;
  for (int k = 0; k < 10; k++, ten *= 10)
    if (fabs(rint(x * ten) / ten - x) <= noise) {
      put_real(o, rint(x * ten) / ten, "");
      return;
    }
  put_real(o, x, "");
}

/* Tabs, line ends and other control bytes become blanks: the format has no way to write them. */
static void put_plain(out *o, const char *text)
{
  char *v = o->s ? NULL : bl_annotation_utf8(o->ctx, text);
  if (!o->s && !v) o->s = bl_fail_nomem(o->ctx, "a table of annotations");
  for (char *c = v; c && *c; c++)
    if ((unsigned char)*c < 0x20) *c = ' ';
  if (v) puts_raw(o, v);
  bl_free(o->ctx, v);
}

static void put_csv(out *o, const char *text)
{
  char *v = o->s || !text ? NULL : bl_annotation_utf8(o->ctx, text);
  if (!o->s && text) o->s = v ? bl_csv_field(o->ctx, &o->b, v) : bl_fail_nomem(o->ctx, "a table of annotations");
  bl_free(o->ctx, v);
}

/* ---- Raven ------------------------------------------------------------------------------------------------------- */

typedef struct uses {
  bool channel, file, folder, frequency, score;
  bool numbers; /* every channel is a number, and not each is 1: Raven has a column for these */
} uses;

static bool is_number(const char *text) { return text && *text && !text[strspn(text, "0123456789")]; }

static uses used(const bl_annotations *a, const bl_annotated_file *files, size_t n_files)
{
  uses u = {.file = n_files > 0};
  size_t n_numbers = 0, n_ones = 0;
  for (size_t i = 0; i < a->n; i++) {
    const bl_annotation *x = &a->v[i];
    u.channel |= x->channel != NULL;
    n_numbers += is_number(x->channel);
    n_ones += x->channel && !strcmp(x->channel, "1");
    u.file |= x->file != NULL;
    u.folder |= x->file && (strchr(x->file, '/') || strchr(x->file, '\\'));
    u.frequency |= !isnan(x->low_hz) || !isnan(x->high_hz);
    u.score |= x->has_score;
  }
  u.numbers = n_numbers == a->n && n_ones < a->n;
  for (size_t i = 0; i < n_files; i++) u.folder |= strchr(files[i].path, '/') != NULL;
  return u;
}

/* The file that a row is about, and where in the file list it begins. */
static bl_status place(bl_ctx *ctx, const char *path, const bl_annotation *a, const bl_annotated_file *files,
                       size_t n_files, size_t *k, double *start)
{
  *start = 0;
  bl_status s = bl_annotated_file_find(ctx, path, files, n_files, a->file, k);
  if (s) return s;
  if (*k == n_files && n_files)
    return a->file ? bl_fail(ctx, BL_E_ARG, "%s: an annotation is of '%s', which is none of the %zu recordings given",
                             path, a->file, n_files)
                   : bl_fail(ctx, BL_E_ARG, "%s: an annotation at %g s does not say in which of %zu recordings it is",
                             path, a->onset_s, n_files);
  for (size_t i = 0; i < *k; i++) {
    if (!(files[i].duration_s >= 0))
      return bl_fail(ctx, BL_E_ARG,
                     "%s: the length of '%s' is not known; Raven's times run over all files, one after the "
                     "other",
                     path, files[i].path);
    *start += files[i].duration_s;
  }
  return BL_OK;
}

static bl_status check_one_file(bl_ctx *ctx, const char *path, const bl_annotations *a, const char *why)
{
  for (size_t i = 1; i < a->n; i++)
    if (!bl_text_equal(a->v[i].file, a->v[0].file))
      return bl_fail(ctx, BL_E_ARG, "%s: annotations of several recordings, '%s' and '%s': %s", path,
                     a->v[0].file ? a->v[0].file : "", a->v[i].file ? a->v[i].file : "", why);
  return BL_OK;
}

static double score_of(const bl_annotation *a) { return a->has_score ? a->score : NAN; }

static void raven_row(out *o, const bl_annotation *a, size_t number, const uses *u, const bl_annotated_file *f,
                      double start)
{
  const char *file = f ? f->path : a->file ? a->file : "", *back = strrchr(file, '\\'), *base = bl_path_base(file);
  if (back && back + 1 > base) base = back + 1;
  double top = f ? f->rate_hz / 2 : NAN, low = a->low_hz;
  char count[32];
  puts_raw(o, bl_format_real((double)number, count));
  puts_raw(o, "\tSpectrogram 1\t");
  puts_raw(o, u->numbers ? a->channel : "1");
  puts_raw(o, "\t");
  put_real(o, start + a->onset_s, "");
  puts_raw(o, "\t");
  put_real(o, start + a->onset_s + a->duration_s, "");
  puts_raw(o, "\t");
  put_real(o, isnan(low) && !isnan(top) ? 0 : low, "");
  puts_raw(o, "\t");
  put_real(o, isnan(a->high_hz) ? top : a->high_hz, "");
  if (u->file) {
    puts_raw(o, "\t");
    put_plain(o, base);
    if (u->folder) {
      puts_raw(o, "\t");
      put_plain(o, file);
    }
    puts_raw(o, "\t");
    put_real(o, a->onset_s, "");
  }
  if (u->channel && !u->numbers) {
    puts_raw(o, "\t");
    put_plain(o, a->channel ? a->channel : "");
  }
  if (u->score) {
    puts_raw(o, "\t");
    put_real(o, score_of(a), "");
  }
  puts_raw(o, "\t");
  put_plain(o, a->label);
  puts_raw(o, "\n");
}

static bl_status write_raven(out *o, const char *path, const bl_annotations *a, const bl_annotated_file *files,
                             size_t n_files)
{
  uses u = used(a, files, n_files);
  bl_status s =
      n_files ? BL_OK : check_one_file(o->ctx, path, a, "Raven's times run over all files; give their lengths");
  puts_raw(o, "Selection\tView\tChannel\tBegin Time (s)\tEnd Time (s)\tLow Freq (Hz)\tHigh Freq (Hz)");
  if (u.file) puts_raw(o, u.folder ? "\tBegin File\tBegin Path\tFile Offset (s)" : "\tBegin File\tFile Offset (s)");
  if (u.channel && !u.numbers) puts_raw(o, "\tChannel Name");
  puts_raw(o, u.score ? "\tScore\tAnnotation\n" : "\tAnnotation\n");
  for (size_t i = 0; !s && !o->s && i < a->n; i++) {
    size_t k = 0;
    double start = 0;
    if (n_files) s = place(o->ctx, path, &a->v[i], files, n_files, &k, &start);
    if (!s) raven_row(o, &a->v[i], i + 1, &u, n_files ? &files[k] : NULL, start);
  }
  return s ? s : o->s;
}

/* ---- Audacity, CSV, BIDS ----------------------------------------------------------------------------------------- */

static bl_status write_audacity(out *o, const char *path, const bl_annotations *a)
{
  bl_status s = check_one_file(o->ctx, path, a, "a label track is about one; write a table for each");
  if (s) return s;
  if (used(a, NULL, 0).channel)
    bl_warn(o->ctx, BL_W_ADJUSTED, "%s: label tracks hold no channels; those of the annotations are left out", path);
  if (used(a, NULL, 0).score)
    bl_warn(o->ctx, BL_W_ADJUSTED, "%s: label tracks hold no scores; those of the annotations are left out", path);
  for (size_t i = 0; i < a->n; i++) {
    const bl_annotation *x = &a->v[i];
    put_real(o, x->onset_s, "");
    puts_raw(o, "\t");
    put_real(o, x->onset_s + x->duration_s, "");
    puts_raw(o, "\t");
    put_plain(o, x->label);
    if (!isnan(x->low_hz) || !isnan(x->high_hz)) { /* -1: none, as Audacity has it */
      puts_raw(o, "\n\\\t");
      put_real(o, x->low_hz, "-1");
      puts_raw(o, "\t");
      put_real(o, x->high_hz, "-1");
    }
    puts_raw(o, "\n");
  }
  return o->s;
}

static bl_status write_csv(out *o, const bl_annotations *a)
{
  bool score = used(a, NULL, 0).score;
  puts_raw(o, "onset_s,duration_s,label,low_hz,high_hz,channel,file");
  puts_raw(o, score ? ",score\n" : "\n");
  for (size_t i = 0; i < a->n; i++) {
    const bl_annotation *x = &a->v[i];
    put_real(o, x->onset_s, "");
    puts_raw(o, ",");
    put_duration(o, x);
    puts_raw(o, ",");
    put_csv(o, x->label);
    puts_raw(o, ",");
    put_real(o, x->low_hz, "");
    puts_raw(o, ",");
    put_real(o, x->high_hz, "");
    puts_raw(o, ",");
    put_csv(o, x->channel);
    puts_raw(o, ",");
    put_csv(o, x->file);
    if (score) {
      puts_raw(o, ",");
      put_real(o, score_of(x), "");
    }
    puts_raw(o, "\n");
  }
  return o->s;
}

/* A text of a TSV. Quotes as in CSV only where a quote would otherwise be taken for one. */
static void put_bids(out *o, const char *text)
{
  if (!text || !*text) puts_raw(o, "n/a");
  else if (strchr(text, '"')) put_csv(o, text);
  else put_plain(o, text);
}

static bl_status write_bids(out *o, const bl_annotations *a)
{
  uses u = used(a, NULL, 0);
  puts_raw(o, "onset\tduration\ttrial_type");
  if (u.frequency) puts_raw(o, "\tlow_hz\thigh_hz");
  if (u.channel) puts_raw(o, "\tchannel");
  if (u.score) puts_raw(o, "\tscore");
  puts_raw(o, u.file ? "\tfile\n" : "\n");
  for (size_t i = 0; i < a->n; i++) {
    const bl_annotation *x = &a->v[i];
    put_real(o, x->onset_s, "");
    puts_raw(o, "\t");
    put_duration(o, x);
    puts_raw(o, "\t");
    put_bids(o, x->label);
    if (u.frequency) {
      puts_raw(o, "\t");
      put_real(o, x->low_hz, "n/a");
      puts_raw(o, "\t");
      put_real(o, x->high_hz, "n/a");
    }
    if (u.channel) {
      puts_raw(o, "\t");
      put_bids(o, x->channel);
    }
    if (u.score) {
      puts_raw(o, "\t");
      put_real(o, score_of(x), "n/a");
    }
    if (u.file) {
      puts_raw(o, "\t");
      put_bids(o, x->file);
    }
    puts_raw(o, "\n");
  }
  return o->s;
}

/* ---- all --------------------------------------------------------------------------------------------------------- */

bl_annotation_format bl_annotation_format_of(const char *path)
{
  if (bl_text_ends_with(path, ".selections.txt")) return BL_ANN_RAVEN;
  if (bl_annotation_is_hypnogram(path)) return BL_ANN_HYPNOGRAM;
  if (bl_text_ends_with(path, ".tsv")) return BL_ANN_BIDS;
  return bl_text_ends_with(path, ".csv") ? BL_ANN_CSV : BL_ANN_AUTO;
}

static bool is_frequency(double hz) { return isnan(hz) || (hz >= 0 && !isinf(hz)); }

static bl_status check_numbers(bl_ctx *ctx, const char *path, const bl_annotations *a)
{
  for (size_t i = 0; i < a->n; i++) {
    const bl_annotation *x = &a->v[i];
    if (!isfinite(x->onset_s) || !isfinite(x->onset_s + x->duration_s) || x->duration_s < 0)
      return bl_fail(ctx, BL_E_ARG, "%s: annotation %zu ('%s') from %g s on, %g s long; wanted finite times", path,
                     i + 1, x->label, x->onset_s, x->duration_s);
    if (!is_frequency(x->low_hz) || !is_frequency(x->high_hz))
      return bl_fail(ctx, BL_E_ARG,
                     "%s: annotation %zu ('%s') from %g Hz to %g Hz; wanted frequencies of 0 or more, or NaN for none",
                     path, i + 1, x->label, x->low_hz, x->high_hz);
    if (x->has_score && !isfinite(x->score))
      return bl_fail(ctx, BL_E_ARG, "%s: annotation %zu ('%s') has the score %g; wanted a finite number", path, i + 1,
                     x->label, x->score);
  }
  return BL_OK;
}

static bl_status write_hypnogram(out *o, const char *path, const bl_annotation_writing *how, const bl_annotations *a)
{
  bl_status s = check_one_file(o->ctx, path, a, "a hypnogram is about one; write one for each");
  return s ? s : bl_write_hypnogram(o->ctx, path, how, a, &o->b);
}

bl_status bl_annotations_print(bl_ctx *ctx, const char *path, const bl_annotation_writing *how, const bl_annotations *a,
                               bl_buf *text)
{
  out o = {.ctx = ctx, .b = {.max = (size_t)1 << 30}};
  bl_status s = check_numbers(ctx, path, a);
  if (s) return s;
  switch (how->format ? how->format : bl_annotation_format_of(path)) {
  case BL_ANN_RAVEN: s = write_raven(&o, path, a, how->files, how->n_files); break;
  case BL_ANN_AUDACITY: s = write_audacity(&o, path, a); break;
  case BL_ANN_CSV: s = write_csv(&o, a); break;
  case BL_ANN_BIDS: s = write_bids(&o, a); break;
  case BL_ANN_HYPNOGRAM: s = write_hypnogram(&o, path, how, a); break;
  default:
    s = bl_fail(ctx, BL_E_CONFIG,
                "%s: its name does not tell the format; wanted a name ending in .selections.txt (Raven), .tsv "
                "(BIDS), .csv or _hypnogram.txt, or the format said: raven, audacity, csv, bids or hypnogram",
                path);
  }
  if (!s) s = bl_buf_add(ctx, text, bl_buf_text(&o.b), o.b.len);
  bl_buf_free(ctx, &o.b);
  return s;
}

bl_status bl_annotations_write_as(bl_ctx *ctx, const char *path, const bl_annotation_writing *how,
                                  const bl_annotations *a)
{
  bl_buf text = {.max = (size_t)1 << 30};
  bl_status s = bl_annotations_print(ctx, path, how, a, &text);
  if (!s) s = bl_file_write(ctx, path, bl_buf_text(&text), text.len);
  bl_buf_free(ctx, &text);
  return s;
}

bl_status bl_annotations_write(bl_ctx *ctx, const char *path, bl_annotation_format format, const bl_annotations *a,
                               const bl_annotated_file *files, size_t n_files)
{
  bl_annotation_writing how = {.format = format, .files = files, .n_files = n_files};
  return bl_annotations_write_as(ctx, path, &how, a);
}
