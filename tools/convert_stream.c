/* convert_stream.c: which stream of a recording is converted, and what it goes through. */
#include <math.h>

#include "baleen/dataset.h"
#include "baleen/text.h"
#include "convert.h"

/* ---- channels and stages ----------------------------------------------------------------------------------------- */

static bl_status add_channels(bl_ctx *ctx, const bl_rec_stream *from, bl_stream *to)
{
  bl_status s = BL_OK;
  for (size_t k = 0; !s && k < from->n_channels; k++, to->n_channels++) {
    s = bl_texts_add(ctx, &to->channels, from->channels[k].name);
    if (!s) s = bl_texts_add(ctx, &to->units, from->channels[k].unit);
  }
  return s;
}

static bl_status add_pick(bl_ctx *ctx, bl_stage_chain *c, const bl_texts *pick)
{
  bl_buf text = {0};
  bl_status s = bl_buf_puts(ctx, &text, "include=[");
  for (size_t i = 0; !s && i < pick->n; i++) {
    if (i) s = bl_buf_puts(ctx, &text, ", ");
    if (!s) s = bl_flow_print_scalar(ctx, pick->v[i], &text);
  }
  if (!s) s = bl_buf_puts(ctx, &text, "]");
  if (!s) s = bl_stage_chain_add_named(ctx, c, "pick", (const char *const[]){bl_buf_text(&text), NULL});
  bl_buf_free(ctx, &text);
  return s;
}

bl_status bl_convert_names(bl_ctx *ctx, const bl_recording *rec, const bl_texts *pick, bl_texts *names)
{
  bl_stage_chain *chain = NULL;
  bl_stream all = {.rate_hz = 1, .source_rate_hz = 1, .n_bins = 1};
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < rec->n_streams; i++) s = add_channels(ctx, &rec->streams[i], &all);
  if (!s) s = bl_stage_chain_new(ctx, &all, &chain);
  if (!s) s = add_pick(ctx, chain, pick);
  if (!s) s = bl_texts_copy(ctx, names, &bl_stage_chain_out(chain)->channels);
  bl_stage_chain_free(ctx, chain);
  bl_stream_free(ctx, &all);
  return s;
}

bl_status bl_convert_chain(bl_ctx *ctx, const bl_rec_stream *st, const bl_convert *how, bl_stage_chain **out)
{
  bl_stream in = {.rate_hz = st->rate_hz, .source_rate_hz = st->rate_hz, .n_bins = 1};
  *out = NULL;
  bl_status s = add_channels(ctx, st, &in);
  if (!s) s = bl_stage_chain_new(ctx, &in, out);
  if (!s && how->pick && how->pick->n) s = add_pick(ctx, *out, how->pick);
  if (!s && how->stages && (s = bl_stage_chain_add_text(ctx, *out, how->stages, bl_npy_read_array))) {
    if (s == BL_E_RANGE) s = BL_E_CONFIG; /* what was typed is wrong, as with a name that is none */
    s = bl_fail_in(ctx, s, "%s: --stages: ", how->who ? how->who : "convert");
  }
  bl_stream_free(ctx, &in);
  if (!s) return BL_OK;
  bl_stage_chain_free(ctx, *out);
  *out = NULL;
  return s;
}

/* ---- which stream ------------------------------------------------------------------------------------------------ */

static bool ends_all(bl_status s) { return s == BL_E_NOMEM || s == BL_E_CANCELLED; }

/* BL_OK when pick and stages can be carried out on the stream. */
static bl_status try_stream(bl_ctx *ctx, const bl_rec_stream *st, const bl_convert *how)
{
  bl_stage_chain *chain = NULL;
  bool before = bl_ctx_mute(ctx, true);
  bl_status s = bl_convert_chain(ctx, st, how, &chain);
  bl_stage_chain_free(ctx, chain);
  bl_ctx_mute(ctx, before);
  return s;
}

/* The widest stream of a rate (NAN: any), or of those alone that will do; n_streams: there is none. */
static bl_status widest_stream(bl_ctx *ctx, const bl_recording *rec, double rate_hz, const bl_convert *how,
                               bool will_do, size_t *out)
{
  size_t best = rec->n_streams;
  for (size_t i = 0; i < rec->n_streams; i++) {
    const bl_rec_stream *st = &rec->streams[i];
    if (!isnan(rate_hz) && fabs(st->rate_hz - rate_hz) > 1e-6 * rate_hz) continue;
    if (best < rec->n_streams && st->n_channels <= rec->streams[best].n_channels) continue;
    bl_status s = will_do ? try_stream(ctx, st, how) : BL_OK;
    if (ends_all(s)) return s;
    if (!s) best = i;
  }
  bl_ctx_clear_error(ctx);
  *out = best;
  return BL_OK;
}

/* The stream that was asked for will not do, but another would: says so. */
static bl_status check_asked(bl_ctx *ctx, const bl_recording *rec, const bl_convert *how)
{
  size_t other;
  const bl_rec_stream *own = &rec->streams[how->stream];
  bl_status s = try_stream(ctx, own, how);
  if (!s || ends_all(s)) return s;
  s = widest_stream(ctx, rec, (double)NAN, how, true, &other);
  if (s || other == rec->n_streams) return s;
  s = try_stream(ctx, own, how); /* once more, for its words */
  if (ends_all(s)) return s;
  return bl_fail(ctx, BL_E_CONFIG, "%s; that is the stream of %g Hz, where the one of %g Hz would do: say --rate-hz %g",
                 bl_ctx_error(ctx), own->rate_hz, rec->streams[other].rate_hz, rec->streams[other].rate_hz);
}

bl_status bl_convert_stream(bl_ctx *ctx, const bl_recording *rec, double rate_hz, bl_convert *how, bl_texts *report)
{
  bool any = isnan(rate_hz);
  bl_status s = widest_stream(ctx, rec, rate_hz, how, any && rec->n_streams > 1, &how->stream);
  if (!s && how->stream == rec->n_streams && any) s = widest_stream(ctx, rec, rate_hz, how, false, &how->stream);
  if (s) return s;
  if (!rec->n_streams) return bl_fail(ctx, BL_E_SHAPE, "%s: holds no signal", rec->path);
  if (how->stream == rec->n_streams)
    return bl_fail(ctx, BL_E_MISMATCH, "%s: no stream of %g Hz; 'baleen inspect' lists them", rec->path, rate_hz);
  if (rec->n_streams == 1) return BL_OK;
  if ((s = check_asked(ctx, rec, how))) return s;
  return bl_texts_addf(ctx, report,
                       "the stream of %g Hz, %zu channels; %zu of other rates left out (--rate-hz takes another)",
                       rec->streams[how->stream].rate_hz, rec->streams[how->stream].n_channels, rec->n_streams - 1);
}

bl_status bl_convert_look_at(void *user, bl_ctx *ctx, bl_recording *rec)
{
  const bl_convert_look *l = user;
  bl_convert how = *l->how;
  bl_texts report = {0}; /* told when it is open */
  bl_stage_chain *chain = NULL;
  bool before = bl_ctx_mute(ctx, true);
  bl_status s = bl_convert_stream(ctx, rec, l->rate_hz, &how, &report);
  if (!s) s = bl_convert_chain(ctx, &rec->streams[how.stream], &how, &chain);
  bl_ctx_mute(ctx, before);
  bl_stage_chain_free(ctx, chain);
  bl_texts_free(ctx, &report);
  return s;
}

/* ---- for those that learn from recordings ------------------------------------------------------------------------- */

bl_status bl_convert_open(bl_ctx *ctx, const char *path, double rate_hz, bl_convert *how, bl_recording **rec,
                          bl_stage_chain **chain)
{
  bl_texts report = {0}; /* of other streams: who learns names what was learnt from */
  bl_convert_look look = {how, rate_hz};
  *chain = NULL;
  bl_status s = bl_recording_open_as(ctx, path, &(bl_opening){.look = bl_convert_look_at, .user = &look}, rec);
  if (!s) s = bl_convert_stream(ctx, *rec, rate_hz, how, &report);
  if (!s) s = bl_convert_chain(ctx, &(*rec)->streams[how->stream], how, chain);
  bl_texts_free(ctx, &report);
  return s;
}

bl_status bl_convert_channel(bl_ctx *ctx, const char *who, const bl_stream *behind, const char *name, size_t *out)
{
  long at = bl_texts_find(&behind->channels, name);
  const char *near = at < 0 ? bl_nearest(name, bl_text_at, &behind->channels) : NULL;
  if (near) return bl_fail(ctx, BL_E_CONFIG, "%s: no channel '%s'; did you mean '%s'?", who, name, near);
  if (at < 0)
    return bl_fail(ctx, BL_E_CONFIG, "%s: no channel '%s' behind the stages; the first is '%s'", who, name,
                   behind->channels.v[0]);
  *out = (size_t)at;
  return BL_OK;
}
