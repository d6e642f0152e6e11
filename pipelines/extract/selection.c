/* selection.c: the channels of a recording's streams, by the names that are wanted. */
#include "selection.h"

#include <string.h>

#include "baleen/text.h"
#include "stream_choice.h"

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
  const bl_wanted *wanted; /* or NULL */
  /* the input at hand */
  const bl_rec_stream *stream;
  const char **name; /* [channels chosen], borrowed */
} choice;

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

static void take(choice *c, bl_selected *sel, size_t channel, const char *name)
{
  c->name[sel->n] = name;
  sel->channel[sel->n++] = channel;
}

static void take_all(choice *c, bl_selected *sel)
{
  sel->n = 0;
  for (size_t i = 0; i < c->stream->n_channels; i++) take(c, sel, i, c->stream->channels[i].name);
}

/* The wanted channels that are there, in their order; one that is not, and is needed, is an error. */
static bl_status take_by_name(bl_ctx *ctx, choice *c, const bl_stream *wanted, const bool *needed, bl_selected *sel)
{
  for (size_t i = 0; i < wanted->n_channels; i++) {
    size_t at = find_channel(c->stream, wanted->channels.v[i]);
    if (at < c->stream->n_channels) take(c, sel, at, wanted->channels.v[i]);
    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): find_needed() made them, where channels are wanted */
    else if (needed[i]) return no_channel(ctx, c, wanted->channels.v[i]);
  }
  return sel->n ? BL_OK : no_channel(ctx, c, wanted->channels.v[0]);
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
static bl_status take_sound(bl_ctx *ctx, choice *c, const bl_stream *wanted, const bool *needed, bl_selected *sel)
{
  if (c->stream->n_channels == 1 && wanted->n_channels == 1) {
    take(c, sel, 0, wanted->channels.v[0]);
    return BL_OK;
  }
  bl_status s = take_by_name(ctx, c, wanted, needed, sel);
  if (s != BL_E_MISMATCH) return s;
  take_all(c, sel);
  return BL_OK;
}

static bool is_own_order(const bl_selected *sel)
{
  bool own = sel->n == sel->width;
  for (size_t i = 0; i < sel->n; i++) own = own && sel->channel[i] == i;
  return own;
}

/* ---- together ---------------------------------------------------------------------------------------------------- */

static bl_status describe(bl_ctx *ctx, const choice *c, const bl_selected *sel, bl_stream *in)
{
  bl_texts names = {0}, units = {0};
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < sel->n; i++) {
    s = bl_texts_add(ctx, &names, c->name[i]);
    if (!s) s = bl_texts_add(ctx, &units, c->stream->channels[sel->channel[i]].unit);
  }
  if (!s) s = bl_wave_stream(ctx, c->stream->rate_hz, &names, &units, in);
  bl_texts_free(ctx, &names);
  bl_texts_free(ctx, &units);
  return s;
}

/* The channels of one input; `needed` of the wanted ones. */
static bl_status select_channels(bl_ctx *ctx, choice *c, const bl_stream *wanted, const bool *needed, bl_selected *sel,
                                 bl_stream *in)
{
  c->stream = &c->streams[sel->stream];
  sel->width = c->stream->n_channels;
  size_t room = wanted && wanted->n_channels > sel->width ? wanted->n_channels : sel->width;
  sel->channel = bl_calloc(ctx, room, sizeof *sel->channel);
  c->name = bl_calloc(ctx, room, sizeof *c->name);
  bl_status s = sel->channel && c->name ? BL_OK : bl_fail_nomem(ctx, "the channels");
  if (!s && !wanted) take_all(c, sel);
  else if (!s && is_sound(wanted, c->stream)) s = take_sound(ctx, c, wanted, needed, sel);
  else if (!s) s = take_by_name(ctx, c, wanted, needed, sel);
  if (!s) sel->all = is_own_order(sel);
  if (!s) s = describe(ctx, c, sel, in);
  bl_free(ctx, c->name);
  return s;
}

/* Which of the wanted channels features depend on; those of all inputs lie one behind the other. */
static bl_status find_needed(bl_ctx *ctx, const choice *c, bool **out)
{
  bool rejects;
  size_t n = 0;
  for (size_t i = 0; i < c->wanted->in->n; i++) n += c->wanted->in->v[i].n_channels;
  if (!(*out = bl_calloc(ctx, n, sizeof **out))) return bl_fail_nomem(ctx, "the channels");
  bl_status s = bl_config_rejects(ctx, c->config, &rejects);
  return s ? s : bl_recipe_needs(ctx, &c->config->recipe, c->wanted->in->v, rejects, *out);
}

/* The stages must make of them what they make of the wanted streams. */
static bl_status check_wanted(bl_ctx *ctx, const choice *c, const bl_streams *in)
{
  bool rejects;
  bl_status s = bl_config_rejects(ctx, c->config, &rejects);
  if (!s) s = bl_recipe_same(ctx, &c->config->recipe, c->wanted->in->v, in->v, rejects);
  return s == BL_E_MISMATCH ? bl_fail_in(ctx, s, "is not what %s: ", c->wanted->whose) : s;
}

static bl_status select_all(bl_ctx *ctx, choice *c, bl_selection *sel)
{
  bool *needed = NULL;
  size_t before = 0;
  bl_status s = c->wanted ? find_needed(ctx, c, &needed) : BL_OK;
  for (size_t i = 0; !s && i < sel->in.n; i++) {
    const bl_stream *wanted = c->wanted ? &c->wanted->in->v[i] : NULL;
    s = select_channels(ctx, c, wanted, wanted ? needed + before : NULL, &sel->of[i], &sel->in.v[i]);
    before += wanted ? wanted->n_channels : 0;
  }
  if (!s && c->wanted) s = check_wanted(ctx, c, &sel->in);
  bl_free(ctx, needed);
  return s;
}

bl_status bl_selection_make(bl_ctx *ctx, const bl_config *config, const bl_rec_stream *streams, size_t n_streams,
                            const bl_wanted *wanted, bl_selection *out)
{
  choice c = {.config = config, .streams = streams, .wanted = wanted};
  size_t n = bl_recipe_n_inputs(&config->recipe), *which = bl_calloc(ctx, n, sizeof *which);
  *out = (bl_selection){.of = bl_calloc(ctx, n, sizeof *out->of), .in.v = bl_calloc(ctx, n, sizeof *out->in.v)};
  bl_status s = which && out->of && out->in.v ? BL_OK : bl_fail_nomem(ctx, "the channels");
  if (!s) s = bl_choose_streams(ctx, config, streams, n_streams, wanted, which);
  for (; !s && out->in.n < n; out->in.n++) out->of[out->in.n].stream = which[out->in.n];
  if (!s) s = select_all(ctx, &c, out);
  bl_free(ctx, which);
  if (s) bl_selection_free(ctx, out);
  return s;
}

void bl_selection_free(bl_ctx *ctx, bl_selection *s)
{
  for (size_t i = 0; s->of && i < s->in.n; i++) bl_free(ctx, s->of[i].channel);
  bl_free(ctx, s->of);
  bl_streams_free(ctx, &s->in);
  *s = (bl_selection){0};
}

void bl_selection_streams(const bl_selection *s, size_t *which)
{
  for (size_t i = 0; i < s->in.n; i++) which[i] = s->of[i].stream;
}

const float *bl_selection_gather(const bl_selected *s, const float *block, size_t n, float *room)
{
  if (s->all) return block;
  for (size_t i = 0; i < n; i++)
    for (size_t c = 0; c < s->n; c++) room[i * s->n + c] = block[i * s->width + s->channel[c]];
  return room;
}
