/* One recording, block by block, through the tree of stages to rows. Memory does not grow with its length. */
#include <math.h>
#include <string.h>

#include "baleen/text.h"
#include "extract.h"
#include "live.h"
#include "nan_rows.h"

#define BLOCK_FLOATS ((size_t)1 << 16)
#define SOUND_UNIT   "FS" /* of full scale */

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

bool bl_config_asks(const bl_config *c, bl_asked *out)
{
  *out = (bl_asked){0};
  return c->segment.cls && c->segment.cls->asks && c->segment.cls->asks(c->segment.params, out);
}

/* Which stream, and which of its channels in which order. */
typedef struct selection {
  size_t stream;
  const bl_rec_stream *rs;
  size_t *channel, n;
  const char **name; /* what the features know each by; borrowed */
  bool all;          /* every channel in the file's own order: no gathering needed */
} selection;

/* The stream with most channels among those of this rate (0: any); the first of equals is the fastest. */
static size_t widest_stream(const bl_recording *rec, double rate_hz)
{
  size_t best = rec->n_streams;
  for (size_t i = 0; i < rec->n_streams; i++) {
    if (rate_hz > 0 && fabs(rec->streams[i].rate_hz - rate_hz) > 1e-6 * rate_hz) continue;
    if (best == rec->n_streams || rec->streams[i].n_channels > rec->streams[best].n_channels) best = i;
  }
  return best;
}

static bl_status choose_stream(bl_ctx *ctx, const bl_recording_job *j, size_t *out)
{
  const bl_recording *rec = j->rec;
  double asked = j->config->stream.rate_hz.word < 0 ? j->config->stream.rate_hz.real : 0;
  if (!rec->n_streams) return bl_fail(ctx, BL_E_FORMAT, "holds no signal, annotations only");
  *out = widest_stream(rec, asked > 0 ? asked : j->wanted ? j->wanted->rate_hz : 0);
  if (*out == rec->n_streams && !(asked > 0)) *out = widest_stream(rec, 0); /* the stages may resample it */
  if (*out < rec->n_streams) return BL_OK;
  return bl_fail(ctx, BL_E_CONFIG,
                 "has no stream of %g Hz, its first has %g Hz; resample it first, or set stream: "
                 "{rate_hz: %g}",
                 asked, rec->streams[0].rate_hz, rec->streams[0].rate_hz);
}

static const char *channel_at(const void *arg, size_t i)
{
  const bl_rec_stream *s = arg;
  return i < s->n_channels ? s->channels[i].name : NULL;
}

/* n_channels when there is none of this name. */
static size_t find_channel(const bl_rec_stream *rs, const char *name)
{
  size_t i = 0;
  while (i < rs->n_channels && strcmp(rs->channels[i].name, name)) i++;
  return i;
}

static bl_status no_channel(bl_ctx *ctx, const bl_rec_stream *rs, const char *name, const char *whose)
{
  const char *near = bl_nearest(name, channel_at, rs);
  return near ? bl_fail(ctx, BL_E_MISMATCH, "has no channel '%s', which %s; the nearest is '%s'", name, whose, near)
              : bl_fail(ctx, BL_E_MISMATCH, "has no channel '%s', which %s", name, whose);
}

/* The wanted channels that are there, in their order; one that is not, and is needed, is an error. */
static bl_status select_wanted(bl_ctx *ctx, const bl_recording_job *j, const bl_stream *wanted, selection *sel)
{
  bool rejects, *needed = bl_calloc(ctx, wanted->n_channels, sizeof *needed);
  if (!needed) return bl_fail_nomem(ctx, "the channels");
  bl_status s = bl_config_rejects(ctx, j->config, &rejects);
  if (!s) s = bl_recipe_needs(ctx, &j->config->recipe, wanted, rejects, needed);
  for (size_t i = 0; !s && i < wanted->n_channels; i++) {
    const char *name = wanted->channels.v[i];
    size_t at = find_channel(sel->rs, name);
    if (at < sel->rs->n_channels) sel->name[sel->n] = name, sel->channel[sel->n++] = at;
    else if (needed[i]) s = no_channel(ctx, sel->rs, name, j->wanted->whose);
  }
  if (!s && !sel->n) s = no_channel(ctx, sel->rs, wanted->channels.v[0], j->wanted->whose);
  bl_free(ctx, needed);
  return s;
}

/* All of both are parts of full scale. */
static bool is_sound(const bl_stream *wanted, const bl_rec_stream *rs)
{
  bool sound = true;
  for (size_t i = 0; i < wanted->n_channels; i++) sound = sound && !strcmp(wanted->units.v[i], SOUND_UNIT);
  for (size_t i = 0; i < rs->n_channels; i++) sound = sound && !strcmp(rs->channels[i].unit, SOUND_UNIT);
  return sound;
}

static bl_status select_channels(bl_ctx *ctx, const bl_recording_job *j, const bl_stream *wanted, selection *sel)
{
  bl_status s = choose_stream(ctx, j, &sel->stream);
  if (s) return s;
  sel->rs = &j->rec->streams[sel->stream];
  size_t n = sel->rs->n_channels, room = j->wanted && wanted->n_channels > n ? wanted->n_channels : n;
  sel->channel = bl_calloc(ctx, room, sizeof *sel->channel);
  sel->name = bl_calloc(ctx, room, sizeof *sel->name);
  if (!sel->channel || !sel->name) return bl_fail_nomem(ctx, "the channels");
  bool sound = j->wanted && is_sound(wanted, sel->rs), all = !j->wanted;
  /* a sound's only channel is the one that is meant, whatever the file or a sidecar calls it */
  const char *name = sound && n == 1 && wanted->n_channels == 1 ? wanted->channels.v[0] : NULL;
  if (!all && !name && (s = select_wanted(ctx, j, wanted, sel)) == BL_E_MISMATCH && sound) {
    all = true; /* mono makes one of however many: whether the stages do, check_wanted() sees */
    sel->n = 0;
    s = BL_OK;
  }
  if (s) return s;
  for (; (all || name) && sel->n < n; sel->n++) {
    sel->name[sel->n] = name ? name : sel->rs->channels[sel->n].name;
    sel->channel[sel->n] = sel->n;
  }
  sel->all = sel->n == n;
  for (size_t i = 0; i < sel->n; i++) sel->all = sel->all && sel->channel[i] == i;
  return s;
}

/* Channels bear the names that the model knows them by, since features are named after them. */
static bl_status describe(bl_ctx *ctx, const selection *sel, bl_stream *out)
{
  bl_texts names = {0}, units = {0};
  bl_status s = BL_OK;
  for (size_t i = 0; !s && i < sel->n; i++) {
    s = bl_texts_add(ctx, &names, sel->name[i]);
    if (!s) s = bl_texts_add(ctx, &units, sel->rs->channels[sel->channel[i]].unit);
  }
  if (!s) s = bl_wave_stream(ctx, sel->rs->rate_hz, &names, &units, out);
  bl_texts_free(ctx, &names);
  bl_texts_free(ctx, &units);
  return s;
}

/* The stages must make of it what they make of the wanted stream. */
static bl_status check_wanted(bl_ctx *ctx, const bl_recording_job *j, const bl_stream *wanted, const bl_stream *in)
{
  bool rejects;
  bl_status s = bl_config_rejects(ctx, j->config, &rejects);
  if (!s && (s = bl_recipe_same(ctx, &j->config->recipe, wanted, in, rejects)) == BL_E_MISMATCH)
    bl_fail_in(ctx, s, "is not what %s: ", j->wanted->whose);
  return s;
}

/* Annotations of the file and of a table, as events; labels are borrowed. Where a table speaks of the recording it has
 * the say, but what the file marks as bad stays bad. */
static bl_status gather_events(bl_ctx *ctx, const bl_recording_job *j, bl_event **out, size_t *n)
{
  const bl_annotations *lists[] = {&j->rec->annotations, j->annotations};
  size_t total = lists[0]->n + (lists[1] ? lists[1]->n : 0);
  *n = 0;
  *out = bl_calloc(ctx, total, sizeof **out);
  if (!*out) return bl_fail_nomem(ctx, "the events");
  for (size_t k = 0; k < 2; k++)
    for (size_t i = 0; lists[k] && i < lists[k]->n; i++) {
      const bl_annotation *a = &lists[k]->v[i];
      const char *label = a->label ? a->label : "";
      if (!k && j->annotated && !bl_label_is_bad(label)) continue;
      (*out)[(*n)++] = (bl_event){a->onset_s, a->duration_s, label};
    }
  return BL_OK;
}

static bl_status count_events(bl_ctx *ctx, bl_recording_job *j, const bl_event *events, size_t n)
{
  bl_asked asked;
  return bl_config_asks(j->config, &asked) ? bl_tally_events(ctx, events, n, &j->events) : BL_OK;
}

/* Sums of times, 8.3 - 0.2, end in digits that mean nothing: a nanosecond is a hundredth of a sample at 10 MHz. */
static double tidy(double t)
{
  double ns = rint(t * 1e9);
  return fabs(ns) < 9007199254740992.0 /* 2^53 */ ? ns / 1e9 : t;
}

/* Between the extractor and the caller: fills in the times of spans that are "the whole run", counts. */
typedef struct relay {
  bl_recording_job *job;
  double start_s, end_s;
} relay;

static bl_status relay_row(void *user, bl_ctx *ctx, const bl_span *span, bl_status status, const float *row)
{
  relay *r = user;
  bl_span known = *span;
  if (isinf(known.start_s)) known.start_s = known.anchor_s = r->start_s;
  if (isinf(known.end_s)) known.end_s = r->end_s;
  known.start_s = tidy(known.start_s);
  known.end_s = tidy(known.end_s);
  if (!status && (status = bl_check_nan(ctx, r->job->config, &r->job->names.names, row))) row = NULL;
  if (status) r->job->n_skipped++;
  else r->job->n_rows++;
  const char *subject = bl_ctx_set_subject(ctx, NULL);
  bl_status s = r->job->on_row(r->job->user, ctx, &known, status, row);
  bl_ctx_set_subject(ctx, subject);
  return s;
}

/* ---- along one run
 * ---------------------------------------------------------------------------------------------------- */

/* What one recording's runs are read with. */
typedef struct reading {
  bl_recording_job *job;
  const selection *sel;
  bl_extractor *e;
  const bl_event *events;
  size_t n_events;
  float *block, *gathered;
  size_t block_frames;
} reading;

/* The segments of one run, which come out as the frames go by. */
typedef struct cutting {
  const reading *r;
  bl_segment_run seg;
  bl_spans spans; /* of the last step */
  bl_news news;   /* of the next one */
  bool any;       /* a span has come */
} cutting;

/* What the last step gave: spans to the extractor, what is left out to whoever listens. */
static bl_status hand_on(bl_ctx *ctx, cutting *c)
{
  bl_status s = BL_OK;
  bl_recording_job *j = c->r->job;
  j->n_skipped += c->spans.n_left_out;
  for (size_t i = 0; !s && j->on_left_out && i < c->spans.n_left_out; i++) {
    const char *subject = bl_ctx_set_subject(ctx, NULL); /* those who listen name it */
    c->spans.left_out[i].start_s = tidy(c->spans.left_out[i].start_s);
    s = j->on_left_out(j->user, ctx, &c->spans.left_out[i]);
    bl_ctx_set_subject(ctx, subject);
  }
  for (size_t i = 0; !s && i < c->spans.n; i++) s = bl_extractor_add_span(ctx, c->r->e, &c->spans.v[i]);
  c->any |= c->spans.n > 0;
  bl_spans_clear(&c->spans);
  return s;
}

static bl_status advance(bl_ctx *ctx, cutting *c, double until_s)
{
  bl_status s = c->seg.cls->advance(ctx, c->seg.state, until_s, &c->news, &c->spans);
  c->news.n = 0; /* all events of a file are told at once */
  return s ? s : hand_on(ctx, c);
}

/* Reads up to `want` frames from frame `at` of the stream; *x are the channels that are wanted. */
static bl_status read_block(bl_ctx *ctx, const reading *r, uint64_t at, size_t want, const float **x, size_t *got)
{
  const selection *sel = r->sel;
  size_t width = sel->rs->n_channels;
  bl_ctx_set_subject(ctx, NULL); /* readers name the file themselves */
  bl_status s = bl_recording_read(ctx, r->job->rec, sel->stream, at, want, r->block, got);
  bl_ctx_set_subject(ctx, r->job->name);
  *x = r->block;
  if (s || sel->all) return s;
  for (size_t i = 0; i < *got; i++)
    for (size_t c = 0; c < sel->n; c++) r->gathered[i * sel->n + c] = r->block[i * width + sel->channel[c]];
  *x = r->gathered;
  return BL_OK;
}

static bl_status feed(bl_ctx *ctx, cutting *c, const bl_stretch *run)
{
  const reading *r = c->r;
  for (uint64_t at = 0; at < run->n;) {
    const float *x;
    size_t take = run->n - at < r->block_frames ? (size_t)(run->n - at) : r->block_frames, got = 0;
    bl_status s = BL_CHECK_CANCEL(ctx);
    if (!s) s = read_block(ctx, r, run->first + at, take, &x, &got);
    if (s) return s;
    if (!got) break; /* the file ends before its header says; the reader warned */
    s = advance(ctx, c, bl_extractor_announce_s(r->e, got));
    if (!s) s = bl_extractor_push(ctx, r->e, x, got);
    if (s) return s;
    at += got;
    r->job->n_frames += got;
    r->job->seconds = (double)r->job->n_frames / r->sel->rs->rate_hz;
  }
  return BL_OK;
}

/* A run that holds no segment is not read. */
static bl_status find_first(bl_ctx *ctx, cutting *c, const bl_run_info *info)
{
  bl_status s = bl_extractor_begin(ctx, c->r->e, info->start_s);
  double from = bl_extractor_announce_s(c->r->e, 0), step = (double)c->r->block_frames / info->rate_hz;
  for (double k = 0; !s && !c->any && from + (k - 1) * step < info->end_s; k++) s = advance(ctx, c, from + k * step);
  return s;
}

static bl_status one_run(bl_ctx *ctx, const reading *r, relay *times, size_t which)
{
  const bl_rec_stream *rs = r->sel->rs;
  const bl_stretch *run = &rs->runs[which];
  bl_run_info info = {.start_s = run->start_s,
                      .end_s = run->start_s + (double)run->n / rs->rate_hz,
                      .rate_hz = rs->rate_hz,
                      .follows = which > 0,
                      .followed = which + 1 < rs->n_runs,
                      .unlabelled = r->job->unlabelled};
  if (info.followed) info.next_start_s = run[1].start_s;
  times->start_s = info.start_s;
  times->end_s = info.end_s;
  cutting c = {.r = r, .news = {r->events, r->n_events, INFINITY}};
  bl_status s = bl_segment_open(ctx, &r->job->config->segment, &info, &c.seg);
  if (!s) s = find_first(ctx, &c, &info);
  if (!s && c.any) s = feed(ctx, &c, run);
  if (!s) s = c.seg.cls->close(ctx, c.seg.state, &info, &c.spans);
  if (!s) s = hand_on(ctx, &c);
  if (!s && c.any) s = bl_extractor_finish(ctx, r->e);
  bl_segment_stop(ctx, &c.seg);
  bl_spans_free(ctx, &c.spans);
  return s;
}

static bl_status copy_names(bl_ctx *ctx, const bl_extractor *e, bl_recording_job *j, const bl_stream *in)
{
  bl_status s = bl_texts_copy(ctx, &j->names.names, &bl_extractor_names(e)->names);
  if (!s) s = bl_texts_copy(ctx, &j->names.units, &bl_extractor_names(e)->units);
  if (!s) s = bl_texts_copy(ctx, &j->channels, &in->channels);
  if (!s) s = bl_texts_copy(ctx, &j->units, &in->units);
  j->rate_hz = in->rate_hz;
  return s;
}

static bl_status extract(bl_ctx *ctx, bl_recording_job *j)
{
  selection sel = {0};
  bl_stream in = {0}, wanted = {0};
  bl_extractor *e = NULL;
  bl_event *events = NULL;
  float *block = NULL, *gathered = NULL;
  size_t n_events = 0;
  relay times = {.job = j};
  bl_epoch_rules rules;
  bl_status s = BL_OK;
  if (j->wanted) s = bl_wave_stream(ctx, j->wanted->rate_hz, j->wanted->channels, j->wanted->units, &wanted);
  if (!s) s = select_channels(ctx, j, &wanted, &sel);
  if (!s) s = describe(ctx, &sel, &in);
  if (!s && j->wanted) s = check_wanted(ctx, j, &wanted, &in);
  if (!s) s = bl_extractor_new(ctx, &j->config->recipe, &in, relay_row, &times, &e);
  if (!s && j->config->segment.cls->rules) s = j->config->segment.cls->rules(ctx, j->config->segment.params, &rules);
  if (!s && j->config->segment.cls->rules) s = bl_extractor_set_rules(ctx, e, &rules);
  if (!s) s = copy_names(ctx, e, j, &in);
  if (!s) s = bl_live_of(ctx, j->config, e, &j->live);
  if (!s) s = gather_events(ctx, j, &events, &n_events);
  if (!s) s = count_events(ctx, j, events, n_events);
  if (s) goto done;
  size_t width = sel.rs->n_channels ? sel.rs->n_channels : 1, block_frames = BLOCK_FLOATS / width;
  if (block_frames < 64) block_frames = 64;
  block = bl_calloc(ctx, block_frames * width, sizeof *block);
  gathered = bl_calloc(ctx, block_frames * (sel.n ? sel.n : 1), sizeof *gathered);
  if (!block || !gathered) s = bl_fail_nomem(ctx, "a block of samples");
  reading r = {j, &sel, e, events, n_events, block, gathered, block_frames};
  for (size_t i = 0; !s && i < sel.rs->n_runs; i++) s = one_run(ctx, &r, &times, i);
done:
  bl_extractor_free(ctx, e);
  bl_stream_free(ctx, &in);
  bl_stream_free(ctx, &wanted);
  bl_free(ctx, events);
  bl_free(ctx, block);
  bl_free(ctx, gathered);
  bl_free(ctx, sel.channel);
  bl_free(ctx, sel.name);
  return s;
}

bl_status bl_recording_extract(bl_ctx *ctx, bl_recording_job *j)
{
  const char *before = bl_ctx_set_subject(ctx, j->name);
  bl_status s = extract(ctx, j);
  bl_ctx_set_subject(ctx, before);
  return s;
}

void bl_recording_job_free(bl_ctx *ctx, bl_recording_job *j)
{
  bl_feature_names_free(ctx, &j->names);
  bl_texts_free(ctx, &j->channels);
  bl_texts_free(ctx, &j->units);
  bl_live_free(ctx, &j->live);
  bl_tally_free(ctx, &j->events);
}
