/* csv: signals as text (csv_signal.h), their rate from a column of times or from a JSON file beside them
 * (sidecar.h). */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "baleen/file.h"
#include "baleen/text.h"
#include "csv_signal.h"
#include "reader_util.h"
#include "recording_private.h"
#include "sidecar.h"

typedef struct work {
  char *text; /* the whole file */
  bl_csv_signal signal;
  bl_clock clock;
  bl_sidecar side;
} work;

static int probe(const unsigned char *head, size_t n, const char *path)
{
  bool text = !memchr(head, 0, n);
  return text && (bl_text_ends_with(path, ".csv") || bl_text_ends_with(path, ".tsv")) ? 1 : 0;
}

/* "Cz (uV)" or "Cz [uV]" as name and unit. */
static bl_status name_channel(bl_ctx *ctx, bl_channel *c, const char *text)
{
  size_t n = strlen(text);
  const char *open = n ? strrchr(text, text[n - 1] == ')' ? '(' : text[n - 1] == ']' ? '[' : '\n') : NULL;
  if (!open || open == text) return bl_recording_text(ctx, &c->name, text);
  size_t at = (size_t)(open - text);
  while (at && text[at - 1] == ' ') at--;
  char *name = bl_strf(ctx, "%.*s", (int)at, text),
       *unit = bl_strf(ctx, "%.*s", (int)(n - (size_t)(open - text) - 2), open + 1);
  bl_status s = name && unit ? bl_recording_text(ctx, &c->name, name) : bl_fail_nomem(ctx, "channel names");
  if (!s) bl_reader_plain_micro(unit);
  if (!s) s = bl_recording_text(ctx, &c->unit, unit);
  bl_free(ctx, name);
  bl_free(ctx, unit);
  return s;
}

/* What the times tell besides the rate. */
static bl_status report(bl_ctx *ctx, bl_recording *rec, const work *w, double rate)
{
  const bl_clock *k = &w->clock;
  bl_status s = BL_OK;
  if (w->signal.is_latin1)
    s = bl_recording_note(ctx, rec, BL_W_DEVIATION, "names of channels are no UTF-8; read as Latin-1");
  if (!s && w->signal.loses_steps)
    s = bl_recording_note(
        ctx, rec, BL_W_ADJUSTED,
        "samples lie so close together, so far from 0, that 32 bits cannot hold the steps between them: they are lost; "
        "take what they have in common off before");
  if (s || !(k->rate_hz > 0)) return s;
  if (k->stray_s > fmax(w->signal.step_s, 0.01 / rate))
    s = bl_recording_note(ctx, rec, BL_W_DEVIATION,
                          "the times stray up to %.3g ms from a rate of %.9g Hz; frames were taken to be evenly spaced",
                          1e3 * k->stray_s, k->rate_hz);
  if (!s && fabs(k->rate_hz / rate - 1) > 0.01)
    s = bl_recording_note(ctx, rec, BL_W_DEVIATION, "%s says %.9g Hz, the times %.9g Hz; the former was taken",
                          w->side.path, rate, k->rate_hz);
  if (!s && w->signal.time_s[0] != 0)
    s = bl_recording_note(ctx, rec, BL_W_DEVIATION, "the times begin at %.9g s; they were counted from there",
                          w->signal.time_s[0]);
  return s;
}

static bl_status make_stream(bl_ctx *ctx, bl_recording *rec, work *w)
{
  bl_csv_signal *g = &w->signal;
  double rate = w->side.rate_hz > 0 ? w->side.rate_hz : w->clock.rate_hz;
  if (!(rate > 0))
    return bl_fail(
        ctx, BL_E_FORMAT,
        "%s: no sampling rate: give it a column time_s (with two times at least), or write {\"rate_hz\": 256} into %s",
        rec->path, w->side.path ? w->side.path : "a file of its name with .json at the end");
  bl_status s = bl_reader_one_stream(ctx, rec, rate, g->n_channels);
  for (size_t i = 0; i < g->names.n && !s; i++) s = name_channel(ctx, &rec->streams[0].channels[i], g->names.v[i]);
  if (!s) s = bl_reader_runs(ctx, &rec->streams[0], g->n_frames, w->clock.runs, w->clock.n_runs);
  if (!s) s = bl_sidecar_apply(ctx, rec, &w->side);
  if (!s) s = bl_reader_unique_names(ctx, rec);
  return s ? s : report(ctx, rec, w, rate);
}

static bl_status open_file(bl_ctx *ctx, bl_recording *rec)
{
  work w = {0};
  size_t n;
  bl_status s = bl_file_read(ctx, rec->path, SIZE_MAX / 2, &w.text, &n);
  bool cut = !s && n && w.text[n - 1] != '\n' && w.text[n - 1] != '\r';
  if (!s) s = bl_csv_signal_parse(ctx, rec->path, w.text, n, &w.signal);
  bl_free(ctx, w.text);
  w.text = NULL;
  if (!s) s = bl_clock_infer(ctx, &w.signal, &w.clock);
  if (!s) s = bl_sidecar_read(ctx, rec->path, &w.side);
  if (!s) s = make_stream(ctx, rec, &w);
  if (!s && !(rec->format = bl_strdup(ctx, "text"))) s = bl_fail_nomem(ctx, "a CSV signal");
  if (!s && cut)
    s = bl_recording_note(ctx, rec, BL_W_FORMAL, "its last line has no end: a number there may have been cut off");
  rec->impl = w.signal.v;
  w.signal.v = NULL;
  bl_csv_signal_free(ctx, &w.signal);
  bl_free(ctx, w.clock.runs);
  bl_sidecar_free(ctx, &w.side);
  return s;
}

static bl_status read_frames(bl_ctx *ctx, bl_recording *rec, size_t stream, uint64_t first, size_t n, float *out,
                             size_t *got)
{
  size_t n_channels = rec->streams[stream].n_channels;
  (void)ctx;
  memcpy(out, (const float *)rec->impl + first * n_channels, n * n_channels * sizeof *out);
  *got = n;
  return BL_OK;
}

static void close_file(bl_ctx *ctx, bl_recording *rec)
{
  bl_free(ctx, rec->impl);
  rec->impl = NULL;
}

/* None: a folder's tables are mostly labels. Those are signals whose rate a sidecar tells (bl_sidecar_tells), and those
 * that a pattern names (*.csv). */
static const char *const extensions[] = {NULL};
const bl_reader_class bl_reader_csv = {
    .name = "csv",
    .summary = "CSV and TSV, a column a channel, with a column time_s or a rate in a .json beside them",
    .source = "RFC 4180",
    .extensions = extensions,
    .probe = probe,
    .open = open_file,
    .read = read_frames,
    .close = close_file,
};
