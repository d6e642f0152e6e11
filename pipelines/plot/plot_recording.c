/* `baleen plot`: what is shown of a recording, the folder that gnuplot works in, and the finished picture. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "baleen/table.h"
#include "baleen/text.h"
#include "picture_file.h"
#include "plot_private.h"
#include "report_private.h"

enum { FILE_MAX = 64 << 20 };

/* "uV" as people write it; other units stay. */
static const char *written(const char *unit)
{
  if (!*unit) return "no unit";
  return !strcmp(unit, "uV") ? "µV" : unit;
}

/* ---- what is shown ----------------------------------------------------------------------------------------------- */

static bool is_picked(const char *pattern, const char *name)
{
  return !strcmp(pattern, name) || bl_text_glob(pattern, name);
}

static bool has_channel(const bl_rec_stream *st, const char *pattern)
{
  for (size_t c = 0; c < st->n_channels; c++)
    if (is_picked(pattern, st->channels[c].name)) return true;
  return false;
}

/* Rate and number of channels of each stream. */
static bl_status no_stream(const bl_plot *p, const char *what)
{
  bl_buf all = {0};
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < p->rec->n_streams; i++)
    s = bl_buf_printf(p->ctx, &all, "%s%g Hz (%zu channel%s)", i ? ", " : "", p->rec->streams[i].rate_hz,
                      p->rec->streams[i].n_channels, p->rec->streams[i].n_channels == 1 ? "" : "s");
  if (!s) s = bl_fail(p->ctx, BL_E_CONFIG, "%s: %s; there are streams of %s", p->rec->path, what, bl_buf_text(&all));
  bl_buf_free(p->ctx, &all);
  return s;
}

/* Of the rate asked for, with the first channel picked; else the one with most channels, the faster of equals. */
static bl_status choose_stream(bl_plot *p)
{
  const bl_plotting *how = p->how;
  const char *first = how->pick && how->pick->n ? how->pick->v[0] : NULL;
  char what[300];
  bool found = false;
  for (size_t i = 0; i < p->rec->n_streams; i++) {
    const bl_rec_stream *st = &p->rec->streams[i];
    if (how->rate_hz > 0 && fabs(st->rate_hz - how->rate_hz) > 1e-6 * how->rate_hz) continue;
    if (first && !has_channel(st, first)) continue;
    bool better = !found || (!first && st->n_frames && st->n_channels > p->rec->streams[p->stream].n_channels);
    if (better) p->stream = i;
    found = true;
  }
  p->st = &p->rec->streams[p->stream];
  if (found) return BL_OK;
  if (first) snprintf(what, sizeof what, "no channel '%.100s'%s", first, how->rate_hz > 0 ? " at that rate" : "");
  else snprintf(what, sizeof what, "no stream of %g Hz", how->rate_hz);
  return no_stream(p, what);
}

/* Channels share a scale, so they are of one unit. Those picked in their order, each once; else those of the first usable
 * channel's. */
static bl_status choose_channels(bl_plot *p)
{
  const bl_rec_stream *st = p->st;
  bl_texts any = {(char *[]){(char[]){"*"}}, 1};
  bool asked = p->how->pick && p->how->pick->n;
  size_t most = p->how->maps ? BL_PLOT_MOST : BL_PLOT_CHANNELS;
  const bl_texts *pick = asked ? p->how->pick : &any;
  for (size_t k = 0; k < pick->n; k++) {
    if (!has_channel(st, pick->v[k]))
      return bl_fail(p->ctx, BL_E_CONFIG,
                     "%s: no channel '%s' in the stream of %g Hz, where '%s' is; 'baleen inspect' lists them",
                     p->rec->path, pick->v[k], st->rate_hz, pick->v[0]);
    for (size_t c = 0; c < st->n_channels && p->n_channels < most; c++) {
      bool known = !is_picked(pick->v[k], st->channels[c].name) || st->channels[c].unusable;
      for (size_t i = 0; !known && i < p->n_channels; i++) known = p->channel[i] == c;
      if (known) continue;
      const bl_channel *one = p->n_channels ? &st->channels[p->channel[0]] : NULL;
      if (one && strcmp(st->channels[c].unit, one->unit) && asked)
        return bl_fail(p->ctx, BL_E_CONFIG,
                       "%s: '%s' is in '%s' and '%s' in '%s'; channels of one picture share a unit: draw them apart",
                       p->rec->path, one->name, one->unit, st->channels[c].name, st->channels[c].unit);
      if (!one || !strcmp(st->channels[c].unit, one->unit)) p->channel[p->n_channels++] = c;
    }
  }
  if (!p->n_channels) return bl_fail(p->ctx, BL_E_FORMAT, "%s: no channel is usable", p->rec->path);
  const char *unit = st->channels[p->channel[0]].unit;
  p->mixed = !p->how->maps && (!strcmp(unit, "FS") || p->how->spectrogram || p->how->stages);
  p->unit = written(unit);
  return BL_OK;
}

static bl_status choose_band(bl_plot *p)
{
  const bl_plotting *how = p->how;
  p->f_min = isnan(how->f_min) ? 0 : how->f_min;
  p->f_max = isnan(how->f_max) ? p->st->rate_hz / 2 : fmin(how->f_max, p->st->rate_hz / 2);
  if (!(p->f_max > p->f_min))
    return bl_fail(p->ctx, BL_E_RANGE, "%s: the band from %g to %g Hz is empty: half the rate is %g Hz", p->rec->path,
                   p->f_min, isnan(how->f_max) ? p->f_max : how->f_max, p->st->rate_hz / 2);
  if (how->db_max <= how->db_min)
    return bl_fail(p->ctx, BL_E_RANGE, "plot: the range from %g to %g dB is empty", how->db_min, how->db_max);
  if (how->cmap && !bl_plot_palette(how->cmap))
    return bl_fail(p->ctx, BL_E_CONFIG, "plot: no colour map '%s'; it is one of viridis, magma, inferno, gray, gray_r",
                   how->cmap);
  if (how->maps && (how->spectrogram || how->annotations || !isnan(how->db_min) || !isnan(how->db_max) || how->n_fft))
    return bl_fail(p->ctx, BL_E_CONFIG,
                   "plot: maps of the scalp have no spectrogram, no annotations, and no range of dB; leave these out");
  if (how->maps && (!isnan(how->f_min) || !isnan(how->f_max)))
    return bl_fail(p->ctx, BL_E_CONFIG,
                   "plot: the band of a map is the summary's: say --maps '{band_power: {bands: {own: [8, 13]}}}'");
  if (how->cmap && !p->mixed && !how->maps)
    return bl_fail(p->ctx, BL_E_CONFIG,
                   "plot: a colour map is for spectrograms, and %s is drawn as traces; say spectrogram too",
                   p->rec->path);
  return BL_OK;
}

/* ---- what is marked ---------------------------------------------------------------------------------------------- */

static bl_status add_table(bl_plot *p, const char *path)
{
  bl_annotations all = {0};
  bl_texts only = {(char *[]){p->rec->path}, 1};
  size_t *owner = NULL;
  bl_annotated_file file = {p->rec->path, p->rec->duration_s, p->st->rate_hz};
  bl_annotation_reading how = {
      .epoch_s = 30, .files = &file, .n_files = 1, .start = p->rec->has_start ? p->rec->start : NULL};
  bl_status s = bl_annotations_read_as(p->ctx, path, &how, &all);
  if (!s && !(owner = bl_calloc(p->ctx, all.n, sizeof *owner))) s = bl_fail_nomem(p->ctx, path);
  if (!s) s = bl_annotations_deal(p->ctx, path, &all, &only, owner);
  for (size_t i = 0; !s && i < all.n; i++)
    if (owner[i] == 0) s = bl_annotations_add(p->ctx, &p->marks, &all.v[i]);
  bl_free(p->ctx, owner);
  bl_annotations_free(p->ctx, &all);
  return s;
}

/* A table that was not asked for spoils no picture. */
static bl_status add_beside(bl_plot *p)
{
  char *path = NULL;
  bl_status s = bl_annotations_beside(p->ctx, BL_ANN_AUTO, p->rec->path, &path);
  if (!s && path) s = add_table(p, path);
  if (path && (s == BL_E_FORMAT || s == BL_E_CONFIG)) {
    bl_warn(p->ctx, BL_W_SKIPPED, "%s; it lies beside %s, and is not drawn", bl_ctx_error(p->ctx), p->rec->path);
    s = BL_OK;
  }
  bl_free(p->ctx, path);
  return s;
}

static bl_status gather_marks(bl_plot *p)
{
  const bl_annotations *inside = &p->rec->annotations;
  const bl_texts *tables = p->how->annotations;
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < inside->n; i++) s = bl_annotations_add(p->ctx, &p->marks, &inside->v[i]);
  for (size_t i = 0; !s && tables && i < tables->n; i++) s = add_table(p, tables->v[i]);
  if (!s && !tables) s = add_beside(p);
  bl_annotations_sort(&p->marks);
  return s;
}

/* ---- the picture ------------------------------------------------------------------------------------------------- */

static bl_status choose_span(bl_plot *p, double from_s, double to_s)
{
  double end = p->rec->duration_s, rate = p->st->rate_hz;
  p->from_s = isnan(from_s) ? 0 : fmax(from_s, 0);
  p->to_s = isnan(to_s) ? end : fmin(to_s, end);
  if (!(p->to_s > p->from_s))
    return bl_fail(p->ctx, BL_E_RANGE, "%s: nothing lies between %g s and %g s: the recording lasts %g s", p->rec->path,
                   p->from_s, p->to_s, end);
  for (size_t r = 0; r < p->st->n_runs; r++) {
    const bl_stretch *run = &p->st->runs[r];
    double lo = fmax(p->from_s, run->start_s), hi = fmin(p->to_s, run->start_s + (double)run->n / rate);
    if (hi > lo) p->n_frames += floor((hi - lo) * rate + 0.5);
  }
  if (p->n_frames < 1)
    return bl_fail(p->ctx, BL_E_RANGE, "%s: no samples lie between %g s and %g s", p->rec->path, p->from_s, p->to_s);
  double span = p->to_s - p->from_s;
  p->time_scale = span > 3 * 3600 ? 3600 : span > 600 ? 60 : 1;
  p->time_unit = span > 3 * 3600 ? "h" : span > 600 ? "min" : "s";
  return BL_OK;
}

static bl_status make_folder(bl_plot *p)
{
  const char *base = getenv("TMPDIR");
  p->folder = bl_strf(p->ctx, "%s/baleen-plot-XXXXXX", base && *base ? base : "/tmp");
  if (!p->folder) return bl_fail_nomem(p->ctx, "the picture");
  if (mkdtemp(p->folder)) return BL_OK;
  bl_status s = bl_fail(p->ctx, BL_E_IO, "plot: cannot make the folder %s: %s", p->folder, strerror(errno));
  bl_free(p->ctx, p->folder);
  p->folder = NULL;
  return s;
}

/* Names of all that may lie in the folder. */
static void remove_folder(bl_plot *p)
{
  static const char *const names[] = {"plot.gp",    "wave.dat", "spectrogram.bin", "frames.bin", "course.dat",
                                      "traces.dat", "psd.dat",  "maps.dat",        "picture"};
  if (!p->folder) return;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    char path[4096];
    if (snprintf(path, sizeof path, "%s/%s", p->folder, names[i]) < (int)sizeof path) unlink(path);
  }
  rmdir(p->folder);
  bl_free(p->ctx, p->folder);
}

static bl_status draw(bl_plot *p, const char *out)
{
  bl_ctx *ctx = p->ctx;
  bl_gnuplot *g = NULL;
  bl_sink body = {.ctx = ctx}, script = {.ctx = ctx};
  int width = 0, height = 0;
  char *bytes = NULL, *path = NULL;
  size_t n = 0;
  bl_status s = bl_gnuplot_open(ctx, p->folder, &g);
  if (!s && !g) s = bl_fail(ctx, BL_E_UNSUPPORTED, "plot: gnuplot is not on PATH; install gnuplot-nox");
  if (!s && p->how->maps) s = bl_plot_maps(p, &body, &width, &height);
  else if (!s && p->how->stages) s = bl_plot_stages(p, &body, &width, &height);
  else if (!s) s = p->mixed ? bl_plot_sound(p, &body, &width, &height) : bl_plot_channels(p, &body, &width, &height);
  if (s) goto done;
  bl_sink_puts(&script, bl_plot_style);
  bl_sink_puts(&script, "set title font ',14'\nset tics font ',11'\n");
  if (p->svg)
    bl_sink_printf(&script, "set terminal svg size %d,%d dynamic noenhanced font 'DejaVu Sans,13' background 'white'\n",
                   width, height);
  else
    bl_sink_printf(&script,
                   "set terminal pngcairo size %d,%d noenhanced font 'DejaVu Sans,9.8' fontscale %.3g linewidth %.3g "
                   "background 'white'\n",
                   (int)(width * p->scale), (int)(height * p->scale), p->scale, p->scale);
  bl_sink_puts(&script, "set output 'picture'\n");
  bl_sink_puts(&script, bl_buf_text(&body.buf));
  bl_sink_puts(&script, "set output\n");
  s = body.status ? body.status : script.status;
  if (!s) s = bl_plot_write(p, "plot.gp", script.buf.v, script.buf.len);
  if (!s) s = bl_gnuplot_load(ctx, g, "plot.gp");
  if (!s && !(path = bl_strf(ctx, "%s/picture", p->folder))) s = bl_fail_nomem(ctx, "the picture");
  if (!s) s = bl_picture_check(ctx, path, p->svg);
  if (!s) s = bl_file_read(ctx, path, FILE_MAX, &bytes, &n);
  if (!s) s = bl_file_write(ctx, out, bytes, n);
done:
  bl_gnuplot_close(ctx, g);
  bl_free(ctx, bytes);
  bl_free(ctx, path);
  bl_sink_free(&body);
  bl_sink_free(&script);
  return s;
}

bl_plotting bl_plotting_usual(void)
{
  return (bl_plotting){.from_s = NAN, .to_s = NAN, .f_min = NAN, .f_max = NAN, .db_min = NAN, .db_max = NAN};
}

/* What a header tells is enough for. */
static bl_status choose(bl_plot *p)
{
  bl_recording *rec = p->rec;
  if (!rec->n_streams) return bl_fail(p->ctx, BL_E_FORMAT, "%s: there is no signal in it to draw", rec->path);
  bl_status s = choose_stream(p);
  if (!s) s = choose_channels(p);
  return s ? s : choose_band(p);
}

static bl_status check_name(bl_ctx *ctx, const char *out)
{
  if (bl_text_ends_with(out, ".svg") || bl_text_ends_with(out, ".png")) return BL_OK;
  return bl_fail(ctx, BL_E_ARG, "plot: %s: a picture's name ends in .png or .svg", out);
}

bl_status bl_plot_opened(bl_ctx *ctx, bl_recording *rec, const bl_plotting *how, double scale, const char *out)
{
  bl_plot p = {.ctx = ctx, .how = how, .rec = rec, .scale = scale, .svg = bl_text_ends_with(out, ".svg")};
  bl_status s = check_name(ctx, out);
  if (!s) s = choose(&p);
  if (!s) s = choose_span(&p, how->from_s, how->to_s);
  if (!s) s = gather_marks(&p);
  if (!s) s = make_folder(&p);
  if (!s) s = draw(&p, out);
  remove_folder(&p);
  bl_annotations_free(ctx, &p.marks);
  return s;
}

/* Of what comes but once. */
static bl_status look(void *user, bl_ctx *ctx, bl_recording *rec)
{
  bl_plot p = {.ctx = ctx, .how = user, .rec = rec};
  return choose(&p);
}

bl_status bl_plot_recording(bl_ctx *ctx, const char *path, const bl_plotting *how, const char *out)
{
  bl_recording *rec = NULL;
  bl_plotting copy = *how;
  bl_status s = check_name(ctx, out);
  if (!s) s = bl_recording_open_as(ctx, path, &(bl_opening){.look = look, .user = &copy}, &rec);
  if (!s) s = bl_plot_opened(ctx, rec, how, 1.5, out);
  bl_recording_close(ctx, rec);
  return s;
}
