/* A picture is a script and a data file in plots/, drawn as SVG and PNG beside the report. The scripts stand alone:
 * `cd plots && gnuplot roc.gp` draws again what a scientist has edited. */
#include <string.h>
#include <unistd.h>

#include "baleen/table.h"
#include "picture_file.h"
#include "report_private.h"

const char *bl_plot_colour(size_t i)
{
  static const char *const colours[] = {"#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#333333"};
  return colours[i % (sizeof colours / sizeof *colours)];
}

const char bl_plot_viridis[] =
    "set palette defined (0 '#440154', 1 '#482475', 2 '#414487', 3 '#355f8d', 4 '#2a788e', 5 '#21918c', \\\n"
    "  6 '#22a884', 7 '#44bf70', 8 '#7ad151', 9 '#bddf26', 10 '#fde725')\n";

const char bl_plot_style[] = "reset\n"
                             "set encoding utf8\n"
                             "set border 3 lc rgb '#555555' lw 1\n"
                             "set tics nomirror out scale 0.6 tc rgb '#333333'\n"
                             "set grid lt 1 lc rgb '#e3e3e3' lw 0.7\n"
                             "set key tc rgb '#222222' samplen 2 spacing 1.15\n"
                             "set title font ',16' tc rgb '#222222' offset 0,-0.3\n";

static void terminal(bl_sink *k, const char *name, bl_canvas size)
{
  bl_sink_printf(k,
                 "set terminal svg size %d,%d dynamic noenhanced font 'DejaVu Sans,14' background 'white'\n"
                 "set output '../%s.svg'\n",
                 size.width, size.height, name);
}

static void second_terminal(bl_sink *k, const char *name, bl_canvas size)
{
  bl_sink_printf(k,
                 "set terminal pngcairo size %d,%d noenhanced font 'DejaVu Sans,10.5' fontscale 2 linewidth 2 "
                 "pointscale 2 background 'white'\nset output '../%s.png'\n",
                 2 * size.width, 2 * size.height, name);
}

static bl_status write_text(bl_report *rep, const char *name, const char *ending, const bl_sink *k)
{
  if (k->status) return k->status;
  char *path = bl_strf(rep->ctx, "%s/%s.%s", rep->plots, name, ending);
  if (!path) return bl_fail_nomem(rep->ctx, "a picture");
  bl_status s = bl_file_write(rep->ctx, path, bl_buf_text(&k->buf), k->buf.len);
  bl_free(rep->ctx, path);
  return s;
}

static bl_status note_picture(bl_report *rep, const char *name, const char *caption, bool drawn)
{
  bl_ctx *ctx = rep->ctx;
  bl_status s =
      bl_grow(ctx, (void **)&rep->pictures, &rep->cap_pictures, rep->n_pictures + 1, sizeof *rep->pictures, "pictures");
  if (s) return s;
  bl_picture *p = &rep->pictures[rep->n_pictures++];
  *p = (bl_picture){bl_strdup(ctx, name), bl_strdup(ctx, caption), drawn};
  return p->name && p->caption ? BL_OK : bl_fail_nomem(ctx, "pictures");
}

/* Both files of the picture, whole. Of a picture of which one is not, the other goes, too. */
static bl_status check_files(bl_report *rep, const char *name)
{
  bl_ctx *ctx = rep->ctx;
  char *svg = bl_strf(ctx, "%s/%s.svg", rep->folder, name), *png = bl_strf(ctx, "%s/%s.png", rep->folder, name);
  bl_status s = svg && png ? bl_picture_check(ctx, svg, true) : bl_fail_nomem(ctx, "a picture");
  if (!s) s = bl_picture_check(ctx, png, false);
  if (s && svg) unlink(svg);
  if (s && png) unlink(png);
  bl_free(ctx, svg);
  bl_free(ctx, png);
  return s;
}

/* The script and its data, and what gnuplot makes of them. */
static bl_status draw(bl_report *rep, const char *name, const bl_sink *data, const bl_sink *script)
{
  bl_ctx *ctx = rep->ctx;
  bl_status s = write_text(rep, name, "dat", data);
  if (!s) s = write_text(rep, name, "gp", script);
  char *file = s ? NULL : bl_strf(ctx, "%s.gp", name);
  if (!s && !file) s = bl_fail_nomem(ctx, "a picture");
  if (!s) s = bl_gnuplot_load(ctx, rep->gnuplot, file);
  if (!s && rep->gnuplot) s = check_files(rep, name);
  bl_free(ctx, file);
  return s;
}

bl_status bl_report_draw(bl_report *rep, const char *name, const char *caption, bl_canvas size, bl_sink *data,
                         bl_sink *body)
{
  bl_ctx *ctx = rep->ctx;
  bl_sink k = {.ctx = ctx};
  bl_sink_printf(&k, "# Draws ../%s.svg and ../%s.png from %s.dat: gnuplot %s.gp\n%s", name, name, name, name,
                 bl_plot_style);
  terminal(&k, name, size);
  bl_sink_puts(&k, bl_buf_text(&body->buf));
  second_terminal(&k, name, size);
  bl_sink_puts(&k, size.panels ? bl_buf_text(&body->buf) : "replot\n");
  bl_sink_puts(&k, "set output\n");
  bl_status s = data->status ? data->status : body->status;
  if (!s) s = draw(rep, name, data, &k);
  bool drawn = !s && rep->gnuplot;
  if (s == BL_E_IO) {
    bl_warn(ctx, BL_W_SKIPPED, "report: picture '%s' is left out: %s", name, bl_ctx_error(ctx));
    bl_ctx_clear_error(ctx);
    s = BL_OK;
  }
  if (!s) s = note_picture(rep, name, caption, drawn);
  bl_sink_free(&k);
  bl_sink_free(data);
  bl_sink_free(body);
  return s;
}
