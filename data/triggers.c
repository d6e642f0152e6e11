/* Trigger codes that lie in a channel (BioSemi's Status, a "STI 014", a digital input) as annotations. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "baleen/recording.h"
#include "baleen/text.h"

enum { BLOCK_FLOATS = 65536 };

static const char *name_at(const void *arg, size_t i)
{
  const bl_recording *rec = arg;
  for (size_t s = 0; s < rec->n_streams; i -= rec->streams[s++].n_channels)
    if (i < rec->streams[s].n_channels) return rec->streams[s].channels[i].name;
  return NULL;
}

static bool find_channel(const bl_recording *rec, const char *name, size_t *stream, size_t *channel)
{
  for (*stream = 0; *stream < rec->n_streams; ++*stream)
    for (*channel = 0; *channel < rec->streams[*stream].n_channels; ++*channel)
      if (!strcmp(rec->streams[*stream].channels[*channel].name, name)) return true;
  return false;
}

const char *bl_recording_trigger_channel(const bl_recording *rec)
{
  static const char *const names[] = {"Status", "STI *", "STI0*", "Stim",   "Trig*",
                                      "TRIG*",  "trig*", "DIN*",  "Marker", "Markers"};
  const char *name;
  for (size_t k = 0; k < sizeof names / sizeof *names; k++)
    for (size_t i = 0; (name = name_at(rec, i)); i++)
      if (bl_text_glob(names[k], name)) return name;
  return NULL;
}

/* Bits that all codes have, though the lowest eight tell them apart: not of the triggers. */
static void tell_common_bits(bl_ctx *ctx, const bl_recording *rec, const char *channel, const bl_annotations *a,
                             size_t from)
{
  int64_t code = 0, common = INT64_MAX;
  for (size_t i = from; i < a->n; i++)
    if (bl_parse_int(a->v[i].label, &code)) common &= code;
  if (a->n < from + 2 || common <= 0xff || (common & 0xff)) return;
  bl_warn(ctx, BL_W_REMARK,
          "%s: all codes of '%s' have the bits 0x%llx in common, as in %s; a mask of 255 takes the lowest eight",
          rec->path, channel, (unsigned long long)common, a->v[from].label);
}

/* A code that stands since a frame of the run; 0: none. */
typedef struct standing {
  uint32_t code;
  uint64_t since;
} standing;

/* Ends what stood at frame `to` of the run, and begins the new code. */
static bl_status turn(bl_ctx *ctx, const bl_rec_stream *s, const bl_stretch *run, standing *st, uint64_t to,
                      uint32_t code, bl_annotations *out)
{
  bl_status status = BL_OK;
  if (st->code) {
    char label[16];
    snprintf(label, sizeof label, "%lu", (unsigned long)st->code);
    bl_annotation one = {.onset_s = run->start_s + (double)st->since / s->rate_hz,
                         .duration_s = (double)(to - st->since) / s->rate_hz,
                         .low_hz = NAN,
                         .high_hz = NAN,
                         .label = label};
    status = bl_annotations_add(ctx, out, &one);
  }
  *st = (standing){code, to};
  return status;
}

static uint32_t code_of(float x, uint32_t mask)
{
  double v = rint((double)x);
  return v >= 0 && v <= 4294967295.0   ? (uint32_t)v & mask
         : v < 0 && v >= -2147483648.0 ? (uint32_t)(int32_t)v & mask
                                       : 0;
}

static bl_status scan_run(bl_ctx *ctx, bl_recording *rec, size_t stream, size_t channel, const bl_stretch *run,
                          uint32_t mask, float *block, size_t frames, bl_annotations *out)
{
  const bl_rec_stream *s = &rec->streams[stream];
  standing st = {0};
  bl_status status = BL_OK;
  size_t got = 1;
  for (uint64_t at = 0; !status && at < run->n && got; at += got) {
    size_t n = run->n - at < frames ? (size_t)(run->n - at) : frames;
    status = BL_CHECK_CANCEL(ctx);
    if (!status) status = bl_recording_read(ctx, rec, stream, run->first + at, n, block, &got);
    for (size_t i = 0; !status && i < got; i++) {
      uint32_t code = code_of(block[i * s->n_channels + channel], mask);
      if (code != st.code) status = turn(ctx, s, run, &st, at + i, code, out);
    }
  }
  return status ? status : turn(ctx, s, run, &st, run->n, 0, out);
}

bl_status bl_recording_triggers(bl_ctx *ctx, bl_recording *rec, const char *channel, uint32_t mask, bl_annotations *out)
{
  size_t stream, c;
  if (!find_channel(rec, channel, &stream, &c)) {
    const char *near = bl_nearest(channel, name_at, rec);
    return bl_fail(ctx, BL_E_CONFIG, "%s: no channel '%s'%s%s%s", rec->path, channel, near ? "; did you mean '" : "",
                   near ? near : "", near ? "'?" : "; 'baleen inspect' lists them");
  }
  const bl_rec_stream *s = &rec->streams[stream];
  size_t frames = BLOCK_FLOATS / s->n_channels + 1;
  float *block = bl_calloc(ctx, frames * s->n_channels, sizeof *block);
  size_t before = out->n;
  bl_status status = block ? BL_OK : bl_fail_nomem(ctx, "a block of samples");
  for (size_t r = 0; !status && r < s->n_runs; r++)
    status = scan_run(ctx, rec, stream, c, &s->runs[r], mask, block, frames, out);
  if (!status) tell_common_bits(ctx, rec, channel, out, before);
  bl_free(ctx, block);
  return status;
}
