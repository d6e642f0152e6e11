#include "reader_util.h"

#include <stdio.h>
#include <string.h>

#include "recording_private.h"

bl_status bl_reader_runs(bl_ctx *ctx, bl_rec_stream *stream, uint64_t n_frames, const bl_begin *v, size_t n)
{
  stream->n_frames = n_frames;
  if (!n_frames) return BL_OK;
  stream->runs = bl_calloc(ctx, n + 1, sizeof *stream->runs);
  if (!stream->runs) return bl_fail_nomem(ctx, "a recording's runs");
  bl_stretch *run = stream->runs;
  for (size_t i = 0; i < n; i++) {
    if (v[i].frame <= run->first || v[i].frame >= n_frames || !(v[i].start_s >= run->start_s)) continue;
    run->n = v[i].frame - run->first;
    run++;
    *run = (bl_stretch){.start_s = v[i].start_s, .first = v[i].frame};
  }
  run->n = n_frames - run->first;
  stream->n_runs = (size_t)(run - stream->runs) + 1;
  return BL_OK;
}

bl_status bl_reader_one_stream(bl_ctx *ctx, bl_recording *rec, double rate_hz, size_t n_channels)
{
  bl_status s = bl_recording_streams(ctx, rec, 1);
  if (s) return s;
  rec->streams[0].rate_hz = rate_hz;
  return bl_recording_channels(ctx, &rec->streams[0], n_channels);
}

/* How many channels before (and, by *more, in all) have the name of channel c of stream s. */
static size_t same_before(const bl_recording *rec, size_t s, size_t c, size_t *more)
{
  const char *name = rec->streams[s].channels[c].name;
  size_t before = 0;
  *more = 0;
  for (size_t i = 0; i < rec->n_streams; i++)
    for (size_t k = 0; k < rec->streams[i].n_channels; k++) {
      if (strcmp(rec->streams[i].channels[k].name, name)) continue;
      ++*more;
      before += i < s || (i == s && k < c);
    }
  return before;
}

static bool is_taken(const bl_recording *rec, const char *name)
{
  for (size_t i = 0; i < rec->n_streams; i++)
    for (size_t k = 0; k < rec->streams[i].n_channels; k++)
      if (!strcmp(rec->streams[i].channels[k].name, name)) return true;
  return false;
}

/* The name with the n-th number, from 0 on, with which no channel has it; NULL when there is no memory. */
static char *numbered(bl_ctx *ctx, const bl_recording *rec, const char *name, size_t n)
{
  char *fresh = NULL;
  for (size_t number = 0, left = n + 1; left; number++) {
    bl_free(ctx, fresh);
    fresh = bl_strf(ctx, "%s-%zu", name, number);
    if (!fresh) break;
    if (!is_taken(rec, fresh)) left--;
  }
  return fresh;
}

bl_status bl_reader_number_names(bl_ctx *ctx, bl_recording *rec, bool note)
{
  size_t total = 0, at = 0, all;
  for (size_t i = 0; i < rec->n_streams; i++) total += rec->streams[i].n_channels;
  char **fresh = bl_calloc(ctx, total + 1, sizeof *fresh), *first = NULL;
  bl_status s = fresh ? BL_OK : bl_fail_nomem(ctx, "channel names");
  for (size_t i = 0; !s && i < rec->n_streams; i++)
    for (size_t c = 0; !s && c < rec->streams[i].n_channels; c++, at++) {
      size_t before = same_before(rec, i, c, &all);
      if (all < 2) continue;
      if (!first) first = rec->streams[i].channels[c].name;
      fresh[at] = numbered(ctx, rec, rec->streams[i].channels[c].name, before);
      if (!fresh[at]) s = bl_fail_nomem(ctx, "channel names");
    }
  if (!s && first && note)
    s = bl_recording_note(ctx, rec, BL_W_DEVIATION, "channel name '%s' occurs more than once; '-0', '-1' .. were added",
                          first);
  at = 0;
  for (size_t i = 0; fresh && i < rec->n_streams; i++)
    for (size_t c = 0; c < rec->streams[i].n_channels; c++, at++) {
      if (!s && fresh[at]) {
        bl_free(ctx, rec->streams[i].channels[c].name);
        rec->streams[i].channels[c].name = fresh[at];
      } else {
        bl_free(ctx, fresh[at]);
      }
    }
  bl_free(ctx, fresh);
  return s;
}

bl_status bl_reader_unique_names(bl_ctx *ctx, bl_recording *rec) { return bl_reader_number_names(ctx, rec, true); }

void bl_reader_sound_name(size_t i, size_t n, char to[32])
{
  if (n > 2) snprintf(to, 32, "ch%zu", i + 1);
  else snprintf(to, 32, "%s", n == 1 ? "audio" : i ? "right" : "left");
}

void bl_reader_plain_micro(char *unit)
{
  static const char *const micro[] = {"\xc2\xb5", "\xce\xbc", "\xc3\x82\xc2\xb5",
                                      "\xc3\x8e\xc2\xbc"}; /* and UTF-8 seen as Latin-1 */
  for (size_t i = 0; i < sizeof micro / sizeof *micro; i++) {
    size_t n = strlen(micro[i]);
    if (strncmp(unit, micro[i], n)) continue;
    *unit = 'u';
    memmove(unit + 1, unit + n, strlen(unit + n) + 1);
    return;
  }
}
