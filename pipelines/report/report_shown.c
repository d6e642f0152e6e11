/* What the strongest mistakes look and sound like: of each a picture of its stretch of the recording, and where that is
 * a sound, the sound. They lie in mistakes/, row_<row of rows.csv>.png and .wav, and are made after all numbers. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "baleen/file.h"
#include "baleen/recording_write.h"
#include "baleen/text.h"
#include "plot_private.h"
#include "report_private.h"
#include "run_files.h"

enum { SECONDS_MAX = 60 /* of a sound */, PICTURE_MAX = 1 << 20 };
static const double picture_scale = 0.75; /* 825 x 480 pixels */

static bool ends_all(bl_status s) { return s == BL_E_NOMEM || s == BL_E_CANCELLED; }

/* A mistake that cannot be shown is left out with a word. */
static bl_status warn_of(bl_report *rep, bl_status s, const char *name)
{
  if (!s || ends_all(s)) return s;
  bl_warn(rep->ctx, BL_W_SKIPPED, "report: '%s' is not shown: %s", name, bl_ctx_error(rep->ctx));
  bl_ctx_clear_error(rep->ctx);
  return BL_OK;
}

/* ---- the sound --------------------------------------------------------------------------------------------------- */

/* n frames from `first` on, channels averaged, over the loudest sample: what is quiet is to be heard, too. */
static bl_status read_sound(bl_ctx *ctx, bl_recording *rec, uint64_t first, size_t n, float *out, size_t *got)
{
  size_t channels = rec->streams[0].n_channels, piece;
  float *x = bl_calloc(ctx, n, channels * sizeof *x), top = 0;
  bl_status s = x ? BL_OK : bl_fail_nomem(ctx, "a sound");
  for (*got = 0; !s && *got < n; *got += piece) {
    s = bl_recording_read(ctx, rec, 0, first + *got, n - *got, x + *got * channels, &piece);
    if (s || !piece) break;
  }
  for (size_t i = 0; !s && i < *got; i++) {
    double sum = 0;
    for (size_t c = 0; c < channels; c++) sum += (double)x[i * channels + c] / (double)channels;
    out[i] = isfinite(sum) ? (float)sum : 0;
    top = fmaxf(top, fabsf(out[i]));
  }
  for (size_t i = 0; !s && top > 0 && i < *got; i++) out[i] *= 0.9f / top;
  bl_free(ctx, x);
  return s;
}

static bl_status write_sound(bl_ctx *ctx, bl_recording *rec, double from_s, double to_s, const char *path)
{
  static const char *const name[] = {"audio"}, *const unit[] = {"FS"};
  static const double lo[] = {-1}, hi[] = {1};
  const bl_rec_stream *st = &rec->streams[0];
  uint64_t first = (uint64_t)llround(fmax(from_s, 0) * st->rate_hz);
  size_t n = (size_t)llround(fmin(to_s - from_s, SECONDS_MAX) * st->rate_hz), got = 0;
  if (first > st->n_frames) first = st->n_frames;
  if (n > st->n_frames - first) n = (size_t)(st->n_frames - first);
  bl_writer *w = NULL;
  float *x = bl_calloc(ctx, n, sizeof *x);
  bl_status s = x ? read_sound(ctx, rec, first, n, x, &got) : bl_fail_nomem(ctx, "a sound");
  bl_write_spec spec = {.format = BL_WRITE_WAV,
                        .bits = 16,
                        .rate_hz = st->rate_hz,
                        .n_frames = got,
                        .n_channels = 1,
                        .names = name,
                        .units = unit,
                        .lo = lo,
                        .hi = hi};
  if (!s) s = bl_writer_open(ctx, path, &spec, &w);
  if (!s) s = bl_writer_push(ctx, w, x, got);
  if (!s) s = bl_writer_done(ctx, w);
  bl_writer_free(ctx, w);
  bl_free(ctx, x);
  return s;
}

/* One rate, samples between -1 and 1, a whole rate as WAV wants it. */
static bool is_sound(const bl_recording *rec)
{
  const bl_rec_stream *st = rec->streams;
  return rec->n_streams == 1 && st->n_runs == 1 && st->n_channels && !strcmp(st->channels[0].unit, "FS") &&
         st->rate_hz == rint(st->rate_hz) && st->rate_hz >= 1000;
}

/* ---- one row ----------------------------------------------------------------------------------------------------- */

static bl_item *item_of(bl_items *items, const char *name)
{
  for (size_t i = 0; i < items->n; i++)
    if (!strcmp(items->v[i].name, name)) return &items->v[i];
  return NULL;
}

/* The file of a row in mistakes/, to be freed. */
static char *file_of(const bl_report *rep, size_t row, const char *ending)
{
  return bl_strf(rep->ctx, "%s/" BL_MISTAKES "/row_%zu%s", rep->folder, row, ending);
}

static bl_status draw(bl_report *rep, bl_recording *rec, double from_s, double to_s, bl_shown *shown)
{
  bl_ctx *ctx = rep->ctx;
  char *picture = file_of(rep, shown->row, ".png"), *sound = file_of(rep, shown->row, ".wav");
  bl_status s = picture && sound ? BL_OK : bl_fail_nomem(ctx, "a picture");
  bl_plotting how = bl_plotting_usual();
  bl_texts none = {0};
  how.from_s = from_s;
  how.to_s = to_s;
  how.annotations = &none;
  how.quiet = true;
  if (!s && rep->gnuplot) s = bl_plot_opened(ctx, rec, &how, picture_scale, picture);
  shown->picture = !s && rep->gnuplot;
  if (!s && is_sound(rec)) s = write_sound(ctx, rec, from_s, to_s, sound), shown->sound = !s;
  bl_free(ctx, picture);
  bl_free(ctx, sound);
  return s;
}

static bl_status show_row(bl_report *rep, bl_items *items, size_t row)
{
  bl_ctx *ctx = rep->ctx;
  const bl_dataset *d = rep->p->rows;
  for (size_t i = 0; i < rep->n_shown; i++)
    if (rep->shown[i].row == row) return BL_OK;
  const char *name = bl_column_text(&d->recording, row);
  bl_item *item = item_of(items, name);
  if (!item) return BL_OK;
  bl_status s = bl_grow(ctx, (void **)&rep->shown, &rep->cap_shown, rep->n_shown + 1, sizeof *rep->shown, "mistakes");
  if (s) return s;
  bl_shown *shown = &rep->shown[rep->n_shown++];
  *shown = (bl_shown){.row = row};
  bl_recording *rec = NULL;
  bool before = bl_ctx_mute(ctx, true); /* what there is to say of the recording was said when it was read first */
  s = bl_source_open(ctx, &rep->c->source, rep->c->folder, item, &rec);
  for (size_t i = 0; !s && i < item->annotations.n; i++)
    s = bl_annotations_add(ctx, &rec->annotations, &item->annotations.v[i]);
  if (!s) s = draw(rep, rec, bl_packed_get(&d->start_s, row), bl_packed_get(&d->end_s, row), shown);
  bl_ctx_mute(ctx, before);
  bl_recording_close(ctx, rec);
  return warn_of(rep, s, name);
}

static bl_status show_list(bl_report *rep, bl_items *items, const bl_result *res, bl_worst_kind kind)
{
  bl_worst *all = NULL;
  size_t n = 0;
  bl_status s = bl_worst_entries(rep->ctx, rep->p, &res->cv, kind, &all, &n);
  for (size_t i = 0; !s && i < n && i < (size_t)rep->c->report.n_shown; i++) {
    s = BL_CHECK_CANCEL(rep->ctx);
    if (!s) s = show_row(rep, items, rep->p->index ? rep->p->index[all[i].row] : all[i].row);
  }
  bl_free(rep->ctx, all);
  return s;
}

bl_status bl_draw_mistakes(bl_report *rep)
{
  const bl_config *c = rep->c;
  const bl_results *r = rep->r;
  bl_items items = {0};
  if (!r || !rep->p || !c->evaluate.n_worst || !c->report.n_shown || !c->source.cls || !c->source.cls->list ||
      !rep->p->rows->start_s.n)
    return BL_OK;
  char *path = bl_path_in(rep->ctx, rep->folder, BL_MISTAKES);
  bl_status s = path ? bl_make_folder(rep->ctx, path) : bl_fail_nomem(rep->ctx, "a path");
  bool before = bl_ctx_mute(rep->ctx, true);
  bl_status listed = s ? BL_OK : c->source.cls->list(rep->ctx, c->source.params, c->folder, &items);
  bl_ctx_mute(rep->ctx, before);
  if (!s) s = warn_of(rep, listed, BL_MISTAKES); /* the recordings may have gone since they were read */
  for (size_t i = 0; !s && i < r->n; i++) {
    bl_worst_kind kinds[2];
    size_t n = r->v[i].cv.n_rows ? bl_mistake_kinds(rep, &r->v[i], kinds) : 0;
    for (size_t k = 0; !s && k < n; k++) s = show_list(rep, &items, &r->v[i], kinds[k]);
  }
  if (path) rmdir(path); /* goes when nothing could be shown */
  bl_items_free(rep->ctx, &items);
  bl_free(rep->ctx, path);
  return s;
}

/* ---- on the page ------------------------------------------------------------------------------------------------- */

/* The picture inside the page while there is room for it, else as a file beside it. */
static void image(const bl_report *rep, bl_sink *k, const bl_shown *shown, const char *name, size_t *bytes_left)
{
  char *path = file_of(rep, shown->row, ".png"), *bytes = NULL;
  size_t n = 0;
  if (path && bl_file_read(rep->ctx, path, PICTURE_MAX, &bytes, &n)) {
    bl_ctx_clear_error(rep->ctx);
    bytes = NULL;
  }
  bl_sink_puts(k, "<img alt=\"spectrogram or traces of ");
  bl_sink_html(k, name);
  if (bytes && n + n / 3 <= *bytes_left) {
    *bytes_left -= n + n / 3;
    bl_sink_puts(k, "\" src=\"data:image/png;base64,");
    bl_sink_base64(k, (const unsigned char *)bytes, n);
    bl_sink_puts(k, "\">");
  } else bl_sink_printf(k, "\" loading=\"lazy\" src=\"" BL_MISTAKES "/row_%zu.png\">", shown->row);
  bl_free(rep->ctx, bytes);
  bl_free(rep->ctx, path);
}

void bl_show_mistake(const bl_report *rep, bl_sink *k, size_t place, size_t row, size_t *bytes_left)
{
  const bl_shown *shown = NULL;
  for (size_t i = 0; i < rep->n_shown; i++)
    if (rep->shown[i].row == row) shown = &rep->shown[i];
  if (!shown || (!shown->picture && !shown->sound)) return;
  const char *name = bl_column_text(&rep->p->rows->recording, row);
  bl_sink_puts(k, "<figure>");
  if (shown->picture) image(rep, k, shown, name, bytes_left);
  bl_sink_printf(k, "<figcaption>%zu: ", place + 1);
  bl_sink_html(k, name);
  if (shown->sound)
    bl_sink_printf(k,
                   "<br><audio controls preload=\"none\" src=\"" BL_MISTAKES "/row_%zu.wav\"></audio> "
                   "<a href=\"" BL_MISTAKES "/row_%zu.wav\">sound</a>",
                   row, row);
  bl_sink_puts(k, "</figcaption></figure>\n");
}
