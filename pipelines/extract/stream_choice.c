/* stream_choice.c: see stream_choice.h. */
#include "stream_choice.h"

#include <math.h>
#include <string.h>

enum { NAMED = 4 }; /* channels of a stream that a message names */

/* What a choice is made from. */
typedef struct choice {
  const bl_config *config;
  const bl_rec_stream *streams;
  bl_stream *wave; /* the same as waveforms, with all their channels */
  size_t n;
  const bl_wanted *wanted;
  size_t *which;
} choice;

static const bl_branch_stream *asked_of(const choice *c, size_t input)
{
  return &bl_recipe_input_branch(&c->config->recipe, input)->stream;
}
static bool is_plain(const bl_branch_stream *a) { return a->rate_hz.word >= 0 && !a->channels.n; }
/* The rate that a branch asks for, or, where it asks for nothing, the config; 0: none. */
static double asked_rate(const choice *c, size_t input)
{
  const bl_branch_stream *a = asked_of(c, input);
  const bl_word *of_config = &c->config->stream.rate_hz;
  if (a->rate_hz.word < 0) return a->rate_hz.real;
  return is_plain(a) && of_config->word < 0 ? of_config->real : 0;
}
static bool has_rate(const bl_rec_stream *s, double rate_hz)
{
  return !(rate_hz > 0) || fabs(s->rate_hz - rate_hz) <= 1e-6 * rate_hz;
}

/* ---- what there is, for messages --------------------------------------------------------------------------------- */

/* "400 Hz (ECG), 200 Hz (EEG C3, EEG C4, EEG O1)" */
static bl_status list_streams(bl_ctx *ctx, const choice *c, bl_buf *out)
{
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < c->n; i++) {
    const bl_rec_stream *r = &c->streams[i];
    s = bl_buf_printf(ctx, out, "%s%g Hz (", i ? ", " : "", r->rate_hz);
    for (size_t k = 0; !s && k < r->n_channels && k < NAMED; k++)
      s = bl_buf_printf(ctx, out, "%s%s", k ? ", " : "", r->channels[k].name);
    if (!s) s = bl_buf_puts(ctx, out, r->n_channels > NAMED ? " ...)" : ")");
  }
  return s;
}

/* A config asks for what is not there; or a model does, whose recordings are of another kind. */
static bl_status status_of(const choice *c) { return c->wanted ? BL_E_MISMATCH : BL_E_CONFIG; }

static bl_status no_such_rate(bl_ctx *ctx, const choice *c, double rate_hz)
{
  bl_buf text = {0};
  bl_status s = list_streams(ctx, c, &text);
  if (!s && c->wanted)
    s = bl_fail(ctx, status_of(c), "has no stream of %g Hz, which %s; it has %s", rate_hz, c->wanted->whose,
                bl_buf_text(&text));
  else if (!s)
    s = bl_fail(ctx, status_of(c), "has no stream of %g Hz; it has %s; resample it first, or set stream: {rate_hz: %g}",
                rate_hz, bl_buf_text(&text), c->streams[0].rate_hz);
  bl_buf_free(ctx, &text);
  return s;
}

static bl_status no_such_channels(bl_ctx *ctx, const choice *c, size_t input)
{
  bl_buf text = {0};
  const bl_branch *b = bl_recipe_input_branch(&c->config->recipe, input);
  bl_status s = list_streams(ctx, c, &text);
  if (!s)
    s = bl_fail(ctx, status_of(c), "has no channel '%s', which the stream of branch '%s' is chosen by; it has %s",
                b->stream.channels.v[0], b->name, bl_buf_text(&text));
  bl_buf_free(ctx, &text);
  return s;
}

/* ---- choosing ---------------------------------------------------------------------------------------------------- */

/* How many of the wanted channels a stream has. */
static size_t n_wanted(const bl_stream *wanted, const bl_stream *in)
{
  size_t n = 0;
  for (size_t i = 0; i < wanted->n_channels; i++) n += bl_texts_find(&in->channels, wanted->channels.v[i]) >= 0;
  return n;
}

/* The best stream of this rate (0: any): that with most of the channels that are named; of equals the one of the wanted
 * rate; then that with most channels, the first of equals being the fastest. c->n: there is none. */
static size_t best_stream(const choice *c, size_t input, double rate_hz)
{
  const bl_branch_stream *asked = asked_of(c, input);
  const bl_stream *wanted = c->wanted ? &c->wanted->in->v[input] : NULL;
  size_t best = c->n, most[3] = {0};
  for (size_t i = 0; i < c->n; i++) {
    size_t v[] = {asked->channels.n ? bl_branch_stream_fits(asked, &c->wave[i]) : 0,
                  wanted ? 2 * n_wanted(wanted, &c->wave[i]) + has_rate(&c->streams[i], wanted->rate_hz) : 0,
                  c->streams[i].n_channels};
    size_t k = 0;
    while (k < 2 && v[k] == most[k]) k++;
    if (!has_rate(&c->streams[i], rate_hz) || (best < c->n && v[k] <= most[k])) continue;
    best = i;
    memcpy(most, v, sizeof v);
  }
  return best;
}

static bl_status choose_one(bl_ctx *ctx, const choice *c, size_t input)
{
  const bl_branch_stream *asked = asked_of(c, input);
  double rate_hz = asked_rate(c, input);
  size_t at = best_stream(c, input, rate_hz);
  if (at == c->n) return no_such_rate(ctx, c, rate_hz);
  if (asked->channels.n && !bl_branch_stream_fits(asked, &c->wave[at])) return no_such_channels(ctx, c, input);
  c->which[input] = at;
  return BL_OK;
}

/* A failure other than these means that a stream will not do. */
static bool ends_all(bl_status s) { return s == BL_E_NOMEM || s == BL_E_CANCELLED; }

/* Whether the whole recipe can be carried out on streams in[]. */
static bl_status can_be_made(bl_ctx *ctx, const bl_recipe *r, const bl_stream *in, bool *out)
{
  size_t n = 0;
  for (size_t i = 0; i < bl_recipe_n_inputs(r); i++) n += in[i].n_channels;
  bool *needed = bl_calloc(ctx, n, sizeof *needed), before = bl_ctx_mute(ctx, true);
  bl_status s = needed ? bl_recipe_needs(ctx, r, in, false, needed) : bl_fail_nomem(ctx, "the streams");
  bl_ctx_mute(ctx, before);
  bl_free(ctx, needed);
  *out = !s;
  return ends_all(s) ? s : BL_OK;
}

/* Nothing says which stream an input is made of: the widest that its branches can be made of, if there is one. */
static bl_status try_streams(bl_ctx *ctx, const choice *c, size_t input)
{
  size_t n = bl_recipe_n_inputs(&c->config->recipe), best = c->n;
  bl_stream *in = bl_calloc(ctx, n, sizeof *in); /* views */
  bl_status s = in ? BL_OK : bl_fail_nomem(ctx, "the streams");
  for (size_t k = 0; !s && k < n; k++) in[k] = c->wave[c->which[k]];
  for (size_t i = 0; !s && i < c->n; i++) {
    bool can = false;
    if (best < c->n && c->streams[i].n_channels <= c->streams[best].n_channels) continue;
    in[input] = c->wave[i];
    s = can_be_made(ctx, &c->config->recipe, in, &can);
    if (can) best = i;
  }
  if (!s && best < c->n) c->which[input] = best;
  bl_free(ctx, in);
  if (!s) bl_ctx_clear_error(ctx);
  return s;
}

static bl_status try_branch(bl_ctx *ctx, const bl_branch *b, const bl_stream *in)
{
  bool before = bl_ctx_mute(ctx, true);
  bl_status s = bl_branch_check(ctx, b, in);
  bl_ctx_mute(ctx, before);
  return s;
}

/* The first stream that a branch could be made of; c->n: none. */
static bl_status find_other(bl_ctx *ctx, const choice *c, const bl_branch *b, size_t *out)
{
  bl_status s = BL_E_CONFIG;
  for (*out = 0; *out < c->n; (*out)++)
    if (!(s = try_branch(ctx, b, &c->wave[*out])) || ends_all(s)) return s;
  return BL_OK;
}

/* A branch that cannot be made of its stream, but could be of another: says so. Where no stream helps, whoever makes the
 * extractor says what is wrong. */
static bl_status check_branch(bl_ctx *ctx, const choice *c, const bl_branch *b, const bl_stream *own)
{
  size_t other;
  bl_status s = try_branch(ctx, b, own);
  if (!s || ends_all(s)) return s;
  if ((s = find_other(ctx, c, b, &other))) return s;
  if (other == c->n) {
    bl_ctx_clear_error(ctx);
    return BL_OK;
  }
  s = try_branch(ctx, b, own); /* once more, for its words */
  if (ends_all(s)) return s;
  return bl_fail(
      ctx, BL_E_CONFIG,
      "%s; that is the stream of %g Hz, where the one of %g Hz would do: say stream: {rate_hz: %g} in branch "
      "'%s'",
      bl_ctx_error(ctx), own->rate_hz, c->wave[other].rate_hz, c->wave[other].rate_hz, b->name);
}

/* ---- together ---------------------------------------------------------------------------------------------------- */

static bl_status choose_all(bl_ctx *ctx, const choice *c)
{
  const bl_recipe *r = &c->config->recipe;
  size_t n = bl_recipe_n_inputs(r), open = n;
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < n; i++) {
    s = choose_one(ctx, c, i);
    if (is_plain(asked_of(c, i)) && !(asked_rate(c, i) > 0)) open = i;
  }
  if (s || c->n == 1 || c->wanted) return s;
  if (open < n) s = try_streams(ctx, c, open);
  for (size_t b = 0; !s && b < r->n_branches; b++)
    s = check_branch(ctx, c, &r->branches[b], &c->wave[c->which[bl_recipe_input(r, b)]]);
  return s;
}

static bl_status describe(bl_ctx *ctx, const bl_rec_stream *r, bl_stream *out)
{
  bl_texts names = {0}, units = {0};
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < r->n_channels; i++) {
    s = bl_texts_add(ctx, &names, r->channels[i].name);
    if (!s) s = bl_texts_add(ctx, &units, r->channels[i].unit);
  }
  if (!s) s = bl_wave_stream(ctx, r->rate_hz, &names, &units, out);
  bl_texts_free(ctx, &names);
  bl_texts_free(ctx, &units);
  return s;
}

bl_status bl_choose_streams(bl_ctx *ctx, const bl_config *config, const bl_rec_stream *streams, size_t n_streams,
                            const bl_wanted *wanted, size_t *which)
{
  if (!n_streams) return bl_fail(ctx, BL_E_FORMAT, "holds no signal, annotations only");
  bl_streams wave = {.v = bl_calloc(ctx, n_streams, sizeof *wave.v)};
  bl_status s = wave.v ? BL_OK : bl_fail_nomem(ctx, "the streams");
  for (; !s && wave.n < n_streams; wave.n++)
    if ((s = describe(ctx, &streams[wave.n], &wave.v[wave.n]))) break;
  choice c = {config, streams, wave.v, n_streams, wanted, which};
  if (!s) s = choose_all(ctx, &c);
  bl_streams_free(ctx, &wave);
  return s;
}
