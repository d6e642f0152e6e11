/* edf_copy_signals.c: which signals a copy takes, and the headers they get. */
#include <stdio.h>
#include <string.h>

#include "baleen/text.h"
#include "edf_copy.h"

static const char *name_at(const void *arg, size_t i)
{
  const bl_recording *rec = arg;
  for (size_t s = 0; s < rec->n_streams; i -= rec->streams[s++].n_channels)
    if (i < rec->streams[s].n_channels) return rec->streams[s].channels[i].name;
  return NULL;
}

/* The signal of a channel; -1 when there is none. */
static long signal_of(const bl_edf_copier *c, const char *name)
{
  size_t at = 0;
  for (size_t s = 0; s < c->rec->n_streams; s++)
    for (size_t k = 0; k < c->rec->streams[s].n_channels; k++, at++)
      if (!strcmp(c->rec->streams[s].channels[k].name, name)) return (long)c->e->stream_signals[at];
  return -1;
}

/* A signal is copied once, though both channels of a Status may be asked for. */
static bl_status take_signal(bl_ctx *ctx, bl_edf_copier *c, size_t i)
{
  for (size_t k = 0; k < c->out.n_signals; k++)
    if (c->signals[k] == i) return BL_OK;
  c->signals[c->out.n_signals] = i;
  return bl_edf_mend_signal(ctx, c->e, i, c->out.bdf, &c->headers[c->out.n_signals++], c->report);
}

static bl_status take_picked(bl_ctx *ctx, bl_edf_copier *c)
{
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < c->how->pick->n; i++) {
    const char *name = c->how->pick->v[i];
    long signal = signal_of(c, name);
    if (signal >= 0) {
      s = take_signal(ctx, c, (size_t)signal);
      continue;
    }
    const char *near = bl_nearest(name, name_at, c->rec);
    s = bl_fail(ctx, BL_E_CONFIG, "%s: no channel '%s'%s%s%s", c->rec->path, name, near ? "; did you mean '" : "",
                near ? near : "", near ? "'?" : "; 'baleen inspect' lists them");
  }
  return s;
}

static bl_status take_all(bl_ctx *ctx, bl_edf_copier *c)
{
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < c->e->n_signals; i++) {
    const bl_edf_signal *g = &c->e->signals[i];
    if (g->annotation) continue;
    if (g->spr) s = take_signal(ctx, c, i);
    else s = bl_texts_addf(ctx, c->report, "signal %zu '%s' left out: it has no samples", i + 1, g->label);
  }
  return s;
}

/* An EDF's Status is a number like any other, a BDF's is bits that no scale is for: its values are written as they are,
 * those of a "Status system" above them, as a BDF's two channels are once they have been an EDF's. */
static bl_status find_status(bl_ctx *ctx, bl_edf_copier *c)
{
  size_t system = SIZE_MAX, n = c->out.n_signals;
  for (size_t i = 0; i < n && c->out.bdf && !c->e->bdf; i++) {
    if (!strcmp(c->headers[i].label, "Status")) c->status = i;
    if (!strcmp(c->headers[i].label, "Status system")) system = i;
  }
  if (c->status == SIZE_MAX) return BL_OK;
  bl_edf_out_signal *g = &c->headers[c->status];
  snprintf(g->unit, sizeof g->unit, "Boolean");
  bl_edf_number(-8388608, g->dmin), bl_edf_number(8388607, g->dmax);
  memcpy(g->pmin, g->dmin, sizeof g->pmin), memcpy(g->pmax, g->dmax, sizeof g->pmax);
  bl_status s = bl_texts_addf(ctx, c->report, "signal 'Status': its values are bits of the BDF now%s",
                              system == SIZE_MAX ? "" : ", those of 'Status system' above them");
  if (s || system == SIZE_MAX) return s;
  if (c->headers[system].spr != g->spr)
    return bl_fail(
        ctx, BL_E_UNSUPPORTED,
        "%s: 'Status' and 'Status system' have different rates, and a BDF has them in one signal; pick one of them",
        c->rec->path);
  size_t source = c->signals[system];
  for (size_t i = system; i + 1 < n; i++) c->signals[i] = c->signals[i + 1], c->headers[i] = c->headers[i + 1];
  c->signals[--c->out.n_signals] = source;
  if (c->status > system) c->status--;
  c->has_system = true;
  return BL_OK;
}

bl_status bl_edf_choose_signals(bl_ctx *ctx, bl_edf_copier *c)
{
  c->signals = bl_calloc(ctx, c->e->n_signals + 1, sizeof *c->signals);
  c->headers = bl_calloc(ctx, c->e->n_signals + 1, sizeof *c->headers);
  c->status = SIZE_MAX;
  if (!c->signals || !c->headers) return bl_fail_nomem(ctx, "an EDF copy");
  bl_status s = c->how->pick ? take_picked(ctx, c) : take_all(ctx, c);
  return s ? s : find_status(ctx, c);
}
