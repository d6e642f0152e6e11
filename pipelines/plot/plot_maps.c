/* What a summary makes of each channel, as maps of the scalp: one for each number that it gives, band power in five bands,
 * say. Stretches between gaps are summed up each for itself; their numbers are averaged by how long they last. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "baleen/extractor.h"
#include "config_private.h"
#include "plot_private.h"
#include "scalp_panels.h"

enum { SIDE_PNG = 160, SIDE_SVG = 80 /* which draws each pixel as a box */ };

typedef struct maps {
  const bl_plot *p;
  bl_spectrum frames; /* behind the stages */
  bl_recipe recipe;   /* the summary alone */
  bl_extractor *extractor;
  double *sum, *seconds; /* of each number of the row, where it is finite */
  bl_status failed;      /* of a frame: the chain's own calls tell of no failure */
} maps;

/* ---- numbers ----------------------------------------------------------------------------------------------------- */

static bl_status read_summary(bl_ctx *ctx, const char *text, bl_summary *out)
{
  bl_flow f = {0};
  bl_mistakes m = {.ctx = ctx, .path = "plot: --maps", .seed = "0"};
  bl_status s = bl_flow_parse(ctx, text, &f);
  if (!s) s = bl_read_summary(&m, &f, out);
  if (!s) s = bl_mistakes_refuse(&m);
  bl_texts_free(ctx, &m.v);
  bl_flow_free(ctx, &f);
  return s;
}

static bl_status make_recipe(bl_ctx *ctx, const char *text, bl_recipe *out)
{
  bl_branch *b;
  bl_status s = bl_recipe_add_branch(ctx, out, "maps", &b);
  if (s) return s;
  b->summaries = bl_calloc(ctx, 1, sizeof *b->summaries);
  if (!b->summaries) return bl_fail_nomem(ctx, "a map of the scalp");
  b->n_summaries = 1;
  return read_summary(ctx, text, b->summaries);
}

static bl_status on_row(void *user, bl_ctx *ctx, const bl_span *span, bl_status status, const float *row)
{
  maps *m = user;
  (void)span, (void)ctx;
  for (size_t i = 0; !status && i < bl_extractor_width(m->extractor); i++)
    if (isfinite(row[i])) {
      double seconds = m->frames.seen / m->frames.frames->rate_hz;
      m->sum[i] += seconds * (double)row[i];
      m->seconds[i] += seconds;
    }
  return status;
}

static void on_frame(void *user, double time_s, const float *frame)
{
  maps *m = user;
  (void)time_s;
  if (!m->failed) m->failed = bl_extractor_push(m->p->ctx, m->extractor, frame, 1);
}

static bl_status on_block(void *user, bl_ctx *ctx, double time_s, const float *x, size_t n)
{
  maps *m = user;
  (void)time_s;
  bl_status s = bl_spectrum_push(ctx, &m->frames, x, n);
  return s ? s : m->failed;
}

static bl_status on_stretch(void *user, bl_ctx *ctx, double time_s, bool begin)
{
  maps *m = user;
  bl_span all = {.start_s = -INFINITY, .end_s = INFINITY, .anchor_s = time_s, .event = BL_NO_EVENT};
  bl_status s = begin ? bl_extractor_begin(ctx, m->extractor, time_s) : BL_OK;
  if (!s && begin) s = bl_extractor_add_span(ctx, m->extractor, &all);
  if (!s) s = bl_spectrum_stretch(ctx, &m->frames, time_s, begin);
  if (!s) s = m->failed;
  return s || begin ? s : bl_extractor_finish(ctx, m->extractor);
}

static bl_status measure(maps *m)
{
  bl_ctx *ctx = m->p->ctx;
  const bl_plotting *how = m->p->how;
  bl_status s = bl_spectrum_of_stages(m->p, how->stages ? how->stages : "[]", &m->frames);
  m->frames.on_frame = on_frame;
  m->frames.user = m;
  if (!s) s = make_recipe(ctx, how->maps, &m->recipe);
  if (!s) s = bl_extractor_new(ctx, &m->recipe, m->frames.frames, on_row, m, &m->extractor);
  if (s) return s;
  m->sum = bl_calloc(ctx, bl_extractor_width(m->extractor), sizeof *m->sum);
  m->seconds = bl_calloc(ctx, bl_extractor_width(m->extractor), sizeof *m->seconds);
  return m->sum && m->seconds ? bl_plot_read(m->p, on_stretch, on_block, m) : bl_fail_nomem(ctx, "a map of the scalp");
}

static double value(const maps *m, size_t i) { return m->seconds[i] > 0 ? m->sum[i] / m->seconds[i] : (double)NAN; }

/* ---- which number is whose --------------------------------------------------------------------------------------- */

/* What stands behind the channel's name in that of a feature: "alpha.band_power"; NULL: it is not this channel's. */
static const char *behind(const char *feature, const char *channel)
{
  size_t n = 0;
  for (; channel[n] && (feature[n] == channel[n] || (channel[n] == ' ' && feature[n] == '_')); n++) continue;
  return channel[n] || feature[n] != '.' ? NULL : feature + n + 1;
}

/* The kinds of numbers that all channels have, by the first's; *unit of each. */
static bl_status list_kinds(const maps *m, bl_texts *kinds, bl_texts *units)
{
  const bl_feature_names *f = bl_extractor_names(m->extractor);
  const bl_texts *channels = &m->frames.frames->channels;
  bl_status s = BL_OK;
  for (size_t i = 0; !s && channels->n && i < f->names.n; i++) {
    const char *kind = behind(f->names.v[i], channels->v[0]);
    if (!kind) continue;
    s = bl_texts_add(m->p->ctx, kinds, kind);
    if (!s) s = bl_texts_add(m->p->ctx, units, f->units.v[i]);
  }
  if (s || (kinds->n && kinds->n <= BL_SCALP_PANELS)) return s;
  return bl_fail(m->p->ctx, BL_E_CONFIG,
                 kinds->n
                     ? "plot: --maps: '%s' gives %zu numbers for each channel; one picture holds %d maps"
                     : "plot: --maps: '%s' gives no number for each channel (%zu); band_power and rms do, at most %d",
                 m->recipe.branches[0].summaries[0].cls->name, kinds->n, BL_SCALP_PANELS);
}

/* v [kinds][channels]; a channel without a finite number of each kind bears the name "" afterwards, which has no place. */
static void fill(const maps *m, const bl_texts *kinds, bl_texts *channels, double *v)
{
  const bl_feature_names *f = bl_extractor_names(m->extractor);
  for (size_t i = 0; i < kinds->n * channels->n; i++) v[i] = NAN;
  for (size_t c = 0; c < channels->n; c++) {
    for (size_t i = 0; i < f->names.n; i++) {
      const char *kind = behind(f->names.v[i], channels->v[c]);
      long k = kind ? bl_texts_find(kinds, kind) : -1;
      if (k >= 0) v[(size_t)k * channels->n + c] = value(m, i);
    }
    bool whole = true;
    for (size_t k = 0; k < kinds->n; k++) whole = whole && isfinite(v[k * channels->n + c]);
    if (!whole) *channels->v[c] = '\0';
  }
}

/* ---- the picture ------------------------------------------------------------------------------------------------- */

/* What all kinds end in says nothing: "alpha", not "alpha.band_power", where there are several. */
static void shorten(bl_texts *kinds)
{
  const char *last = strrchr(kinds->v[0], '.');
  for (size_t k = 0; last && k < kinds->n; k++) {
    const char *own = strrchr(kinds->v[k], '.');
    if (!own || strcmp(own, last) != 0) return;
  }
  for (size_t k = 0; last && kinds->n > 1 && k < kinds->n; k++) *strrchr(kinds->v[k], '.') = '\0';
}

/* "uV^2" as people write it, in place where there is room; what has no unit is a number. */
static bl_status write_units(bl_ctx *ctx, bl_texts *units)
{
  bl_texts written = {0};
  bl_status s = BL_OK;
  for (size_t k = 0; !s && k < units->n; k++) {
    bl_buf b = {0};
    for (const char *u = units->v[k]; !s && *u; u++) {
      bool square = u[0] == '^' && u[1] == '2' && (u[2] < '0' || u[2] > '9');
      if (square) u++;
      s = square ? bl_buf_puts(ctx, &b, "²") : bl_buf_add(ctx, &b, u, 1);
    }
    if (!s) s = bl_texts_add(ctx, &written, !b.len || !strcmp(bl_buf_text(&b), "1") ? "" : bl_buf_text(&b));
    bl_buf_free(ctx, &b);
  }
  bl_texts_free(ctx, units);
  *units = written;
  return s;
}

static bl_status draw(const maps *m, bl_texts *kinds, bl_texts *units, bl_texts *channels, bl_sink *script, int *width,
                      int *height)
{
  bl_ctx *ctx = m->p->ctx;
  bl_scalp_panel panels[BL_SCALP_PANELS];
  bl_scalp_map map = {0};
  bl_sink data = {.ctx = ctx}, title = {.ctx = ctx};
  double *v = bl_calloc(ctx, kinds->n * channels->n, sizeof *v);
  if (!v) return bl_fail_nomem(ctx, "a map of the scalp");
  fill(m, kinds, channels, v);
  shorten(kinds);
  bl_status s = write_units(ctx, units);
  if (!s) s = bl_scalp_map_new(ctx, "plot: --maps", channels, m->p->svg ? SIDE_SVG : SIDE_PNG, &map);
  for (size_t k = 0; !s && k < kinds->n && k < units->n; k++)
    panels[k] = (bl_scalp_panel){kinds->v[k], units->v[k], v + k * channels->n};
  bl_plot_title(m->p, &title);
  if (!s) s = title.status;
  if (!s)
    s = bl_scalp_panels(ctx, &map, panels, kinds->n, bl_buf_text(&title.buf), m->p->how->cmap, "maps.dat", &data,
                        script, width, height);
  if (!s) s = bl_plot_write(m->p, "maps.dat", data.buf.v, data.buf.len);
  bl_scalp_map_free(ctx, &map);
  bl_sink_free(&data);
  bl_sink_free(&title);
  bl_free(ctx, v);
  return s;
}

bl_status bl_plot_maps(const bl_plot *p, bl_sink *script, int *width, int *height)
{
  bl_ctx *ctx = p->ctx;
  maps m = {.p = p};
  bl_texts kinds = {0}, units = {0}, channels = {0};
  bl_status s = measure(&m);
  if (!s) s = list_kinds(&m, &kinds, &units);
  if (!s) s = bl_texts_copy(ctx, &channels, &m.frames.frames->channels);
  if (!s) s = draw(&m, &kinds, &units, &channels, script, width, height);
  bl_texts_free(ctx, &kinds);
  bl_texts_free(ctx, &units);
  bl_texts_free(ctx, &channels);
  bl_extractor_free(ctx, m.extractor);
  bl_recipe_free(ctx, &m.recipe);
  bl_spectrum_free(ctx, &m.frames);
  bl_free(ctx, m.sum);
  bl_free(ctx, m.seconds);
  return s;
}
