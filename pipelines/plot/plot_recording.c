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
#include "plot_private.h"
#include "report_private.h"

enum { FILE_MAX = 64 << 20 };

/* "uV" as people write it; other units stay. */
static const char *written(const char *unit)
{
  if (!*unit) return "no unit";
  return !strcmp(unit, "uV") ? "µV" : unit;
}

/* The stream with most channels, the faster of equals; sounds have one. */
static void choose_stream(bl_plot *p)
{
  for (size_t i = 1; i < p->rec->n_streams; i++)
    if (p->rec->streams[i].n_channels > p->rec->streams[p->stream].n_channels && p->rec->streams[i].n_frames)
      p->stream = i;
  p->st = &p->rec->streams[p->stream];
}

/* Channels of one unit can share a scale: those of the first usable channel's. */
static bool choose_channels(bl_plot *p)
{
  const bl_rec_stream *st = p->st;
  for (size_t c = 0; c < st->n_channels && p->n_channels < BL_PLOT_CHANNELS; c++) {
    if (st->channels[c].unusable) continue;
    if (p->n_channels && strcmp(st->channels[c].unit, st->channels[p->channel[0]].unit)) continue;
    p->channel[p->n_channels++] = c;
  }
  if (!p->n_channels) return false;
  const char *unit = st->channels[p->channel[0]].unit;
  p->mixed = !strcmp(unit, "FS");
  p->unit = written(unit);
  return true;
}

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
  static const char *const names[] = {"plot.gp", "wave.dat", "spectrogram.bin", "traces.dat", "psd.dat", "picture"};
  if (!p->folder) return;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    char path[4096];
    if (snprintf(path, sizeof path, "%s/%s", p->folder, names[i]) < (int)sizeof path) unlink(path);
  }
  rmdir(p->folder);
  bl_free(p->ctx, p->folder);
}

static bl_status draw(bl_plot *p, const char *out, bool svg)
{
  bl_ctx *ctx = p->ctx;
  bl_gnuplot *g = NULL;
  bl_sink body = {.ctx = ctx}, script = {.ctx = ctx};
  int width = 0, height = 0;
  char *bytes = NULL, *path = NULL;
  size_t n = 0;
  bl_status s = bl_gnuplot_open(ctx, p->folder, &g);
  if (!s && !g) s = bl_fail(ctx, BL_E_UNSUPPORTED, "plot: gnuplot is not on PATH; install gnuplot-nox");
  if (!s) s = p->mixed ? bl_plot_sound(p, &body, &width, &height) : bl_plot_channels(p, &body, &width, &height);
  if (s) goto done;
  bl_sink_puts(&script, bl_plot_style);
  bl_sink_puts(&script, "set title font ',14'\nset tics font ',11'\n");
  if (svg)
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

bl_status bl_plot_opened(bl_ctx *ctx, bl_recording *rec, double from_s, double to_s, double scale, const char *out)
{
  bool svg = bl_text_ends_with(out, ".svg");
  bl_plot p = {.ctx = ctx, .rec = rec, .scale = scale};
  if (!svg && !bl_text_ends_with(out, ".png"))
    return bl_fail(ctx, BL_E_ARG, "plot: %s: a picture's name ends in .png or .svg", out);
  if (!rec->n_streams) return bl_fail(ctx, BL_E_FORMAT, "%s: there is no signal in it to draw", rec->path);
  choose_stream(&p);
  if (!choose_channels(&p)) return bl_fail(ctx, BL_E_FORMAT, "%s: no channel is usable", rec->path);
  bl_status s = choose_span(&p, from_s, to_s);
  if (!s) s = make_folder(&p);
  if (!s) s = draw(&p, out, svg);
  remove_folder(&p);
  return s;
}

bl_status bl_plot_recording(bl_ctx *ctx, const char *path, double from_s, double to_s, const char *out)
{
  bl_recording *rec = NULL;
  bl_status s = bl_recording_open(ctx, path, &rec);
  if (!s) s = bl_plot_opened(ctx, rec, from_s, to_s, 1.5, out);
  bl_recording_close(ctx, rec);
  return s;
}
