/* selection.c: a recording's stream, and its channels by the names that are wanted. */
#include "selection.h"

#include <math.h>
#include <string.h>

#include "baleen/text.h"

#define SOUND_UNIT "FS" /* of full scale */

bl_status bl_wave_stream(bl_ctx *ctx, double rate_hz, const bl_texts *channels, const bl_texts *units, bl_stream *out)
{
  *out = (bl_stream){.rate_hz = rate_hz, .source_rate_hz = rate_hz, .n_channels = channels->n, .n_bins = 1};
  bl_status s = bl_texts_copy(ctx, &out->channels, channels);
  if (!s) s = bl_texts_copy(ctx, &out->units, units);
  if (s) bl_stream_free(ctx, out);
  return s;
}

bl_status bl_config_rejects(bl_ctx *ctx, const bl_config *c, bool *out)
{
  bl_epoch_rules rules;
  *out = false;
  if (!c->segment.cls->rules) return BL_OK;
  bl_status s = c->segment.cls->rules(ctx, c->segment.params, &rules);
  if (!s) *out = bl_epoch_rejects(&rules);
  return s;
}

/* What a choice is made from. */
typedef struct choice {
  const bl_config *config;
  const bl_rec_stream *streams;
  size_t n_streams;
  const bl_wanted *wanted; /* or NULL */
  const bl_rec_stream *stream;
  const char **name; /* [channels chosen], borrowed */
} choice;

/* ---- the stream -------------------------------------------------------------------------------------------------- */

/* The stream with most channels among those of this rate (0: any); the first of equals is the fastest. */
static size_t widest_stream(const choice *c, double rate_hz)
{
  size_t best = c->n_streams;
  for (size_t i = 0; i < c->n_streams; i++) {
    if (rate_hz > 0 && fabs(c->streams[i].rate_hz - rate_hz) > 1e-6 * rate_hz) continue;
    if (best == c->n_streams || c->streams[i].n_channels > c->streams[best].n_channels) best = i;
  }
  return best;
}

static bl_status choose_stream(bl_ctx *ctx, const choice *c, size_t *out)
{
  double asked = c->config->stream.rate_hz.word < 0 ? c->config->stream.rate_hz.real : 0;
  if (!c->n_streams) return bl_fail(ctx, BL_E_FORMAT, "holds no signal, annotations only");
  *out = widest_stream(c, asked > 0 ? asked : c->wanted ? c->wanted->rate_hz : 0);
  if (*out == c->n_streams && !(asked > 0)) *out = widest_stream(c, 0); /* the stages may resample it */
  if (*out < c->n_streams) return BL_OK;
  return bl_fail(ctx, BL_E_CONFIG,
                 "has no stream of %g Hz, its first has %g Hz; resample it first, or set stream: "
                 "{rate_hz: %g}",
                 asked, c->streams[0].rate_hz, c->streams[0].rate_hz);
}

/* ---- its channels ------------------------------------------------------------------------------------------------ */

static const char *channel_at(const void *arg, size_t i)
{
  const bl_rec_stream *s = arg;
  return i < s->n_channels ? s->channels[i].name : NULL;
}

/* n_channels when there is none of this name. */
static size_t find_channel(const bl_rec_stream *stream, const char *name)
{
  size_t i = 0;
  while (i < stream->n_channels && strcmp(stream->channels[i].name, name)) i++;
  return i;
}

static bl_status no_channel(bl_ctx *ctx, const choice *c, const char *name)
{
  const char *near = bl_nearest(name, channel_at, c->stream);
  return near ? bl_fail(ctx, BL_E_MISMATCH, "has no channel '%s', which %s; the nearest is '%s'", name,
                        c->wanted->whose, near)
              : bl_fail(ctx, BL_E_MISMATCH, "has no channel '%s', which %s", name, c->wanted->whose);
}

static void take(choice *c, bl_selection *sel, size_t channel, const char *name)
{
  c->name[sel->n] = name;
  sel->channel[sel->n++] = channel;
}

static void take_all(choice *c, bl_selection *sel)
{
  sel->n = 0;
  for (size_t i = 0; i < c->stream->n_channels; i++) take(c, sel, i, c->stream->channels[i].name);
}

/* The wanted channels that are there, in their order; one that is not, and is needed, is an error. */
static bl_status take_by_name(bl_ctx *ctx, choice *c, const bl_stream *wanted, bl_selection *sel)
{
  bool rejects, *needed = bl_calloc(ctx, wanted->n_channels, sizeof *needed);
  if (!needed) return bl_fail_nomem(ctx, "the channels");
  bl_status s = bl_config_rejects(ctx, c->config, &rejects);
  if (!s) s = bl_recipe_needs(ctx, &c->config->recipe, wanted, rejects, needed);
  for (size_t i = 0; !s && i < wanted->n_channels; i++) {
    size_t at = find_channel(c->stream, wanted->channels.v[i]);
    if (at < c->stream->n_channels) take(c, sel, at, wanted->channels.v[i]);
    else if (needed[i]) s = no_channel(ctx, c, wanted->channels.v[i]);
  }
  if (!s && !sel->n) s = no_channel(ctx, c, wanted->channels.v[0]);
  bl_free(ctx, needed);
  return s;
}

/* All of both are parts of full scale. */
static bool is_sound(const bl_stream *wanted, const bl_rec_stream *stream)
{
  for (size_t i = 0; i < wanted->n_channels; i++)
    if (strcmp(wanted->units.v[i], SOUND_UNIT)) return false;
  for (size_t i = 0; i < stream->n_channels; i++)
    if (strcmp(stream->channels[i].unit, SOUND_UNIT)) return false;
  return true;
}

/* Channels of sounds have no names that one could rely on. The only channel of a sound is the one that is meant,
 * whatever the file or a sidecar calls it; and where names do not fit, all channels are taken: a stage such as mono
 * makes one of however many there are, and whether the stages do that is checked afterwards. */
static bl_status take_sound(bl_ctx *ctx, choice *c, const bl_stream *wanted, bl_selection *sel)
{
  if (c->stream->n_channels == 1 && wanted->n_channels == 1) {
    take(c, sel, 0, wanted->channels.v[0]);
    return BL_OK;
  }
  bl_status s = take_by_name(ctx, c, wanted, sel);
  if (s != BL_E_MISMATCH) return s;
  take_all(c, sel);
  return BL_OK;
}

static bl_status take_channels(bl_ctx *ctx, choice *c, const bl_stream *wanted, bl_selection *sel)
{
  if (!c->wanted) {
    take_all(c, sel);
    return BL_OK;
  }
  return is_sound(wanted, c->stream) ? take_sound(ctx, c, wanted, sel) : take_by_name(ctx, c, wanted, sel);
}

static bool is_own_order(const bl_selection *sel)
{
  bool own = sel->n == sel->width;
  for (size_t i = 0; i < sel->n; i++) own = own && sel->channel[i] == i;
  return own;
}

/* ---- together ---------------------------------------------------------------------------------------------------- */

static bl_status describe(bl_ctx *ctx, const choice *c, bl_selection *sel)
{
  bl_texts names = {0}, units = {0};
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < sel->n; i++) {
    s = bl_texts_add(ctx, &names, c->name[i]);
    if (!s) s = bl_texts_add(ctx, &units, c->stream->channels[sel->channel[i]].unit);
  }
  if (!s) s = bl_wave_stream(ctx, c->stream->rate_hz, &names, &units, &sel->in);
  bl_texts_free(ctx, &names);
  bl_texts_free(ctx, &units);
  return s;
}

/* The stages must make of it what they make of the wanted stream. */
static bl_status check_wanted(bl_ctx *ctx, const choice *c, const bl_stream *wanted, const bl_stream *in)
{
  bool rejects;
  bl_status s = bl_config_rejects(ctx, c->config, &rejects);
  if (!s) s = bl_recipe_same(ctx, &c->config->recipe, wanted, in, rejects);
  return s == BL_E_MISMATCH ? bl_fail_in(ctx, s, "is not what %s: ", c->wanted->whose) : s;
}

static bl_status select_from(bl_ctx *ctx, choice *c, const bl_stream *wanted, bl_selection *sel)
{
  bl_status s = choose_stream(ctx, c, &sel->stream);
  if (s) return s;
  c->stream = &c->streams[sel->stream];
  sel->width = c->stream->n_channels;
  size_t room = wanted->n_channels > sel->width ? wanted->n_channels : sel->width;
  sel->channel = bl_calloc(ctx, room, sizeof *sel->channel);
  c->name = bl_calloc(ctx, room, sizeof *c->name);
  s = sel->channel && c->name ? take_channels(ctx, c, wanted, sel) : bl_fail_nomem(ctx, "the channels");
  sel->all = is_own_order(sel);
  if (!s) s = describe(ctx, c, sel);
  if (!s && c->wanted) s = check_wanted(ctx, c, wanted, &sel->in);
  bl_free(ctx, c->name);
  return s;
}

bl_status bl_selection_make(bl_ctx *ctx, const bl_config *config, const bl_rec_stream *streams, size_t n_streams,
                            const bl_wanted *wanted, bl_selection *out)
{
  choice c = {.config = config, .streams = streams, .n_streams = n_streams, .wanted = wanted};
  bl_stream of_wanted = {0};
  *out = (bl_selection){0};
  bl_status s = wanted ? bl_wave_stream(ctx, wanted->rate_hz, wanted->channels, wanted->units, &of_wanted) : BL_OK;
  if (!s) s = select_from(ctx, &c, &of_wanted, out);
  bl_stream_free(ctx, &of_wanted);
  if (s) bl_selection_free(ctx, out);
  return s;
}

void bl_selection_free(bl_ctx *ctx, bl_selection *s)
{
  bl_free(ctx, s->channel);
  bl_stream_free(ctx, &s->in);
  *s = (bl_selection){0};
}

const float *bl_selection_gather(const bl_selection *s, const float *block, size_t n, float *room)
{
  if (s->all) return block;
  for (size_t i = 0; i < n; i++)
    for (size_t c = 0; c < s->n; c++) room[i * s->n + c] = block[i * s->width + s->channel[c]];
  return room;
}
