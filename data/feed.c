/* Feeds: which way a path is to be fed, and ordinary recordings as feeds. */
#include "baleen/feed.h"

#include <math.h>
#include <string.h>
#include <sys/stat.h>

#include "baleen/common_runs.h"
#include "feed_private.h"
#include "recording_private.h"

/* PROBE_BYTES: what the readers' probes need of what can come from a pipe; a header may be hardly longer. */
enum { BLOCK_FLOATS = 1 << 16, LEAST_FRAMES = 64, PROBE_BYTES = 12, HEAD_BYTES = 512 };

static size_t width_of(const bl_feed *f, size_t k) { return f->head->streams[f->part[k].stream].n_channels; }

/* How many frames of the first chosen stream to take at a time, at most `most`. Of several streams, none may need more
 * than a block for the same time. */
static size_t convenient_n(const bl_feed *f, size_t most)
{
  const bl_rec_stream *streams = f->head->streams;
  double n = INFINITY, rate = streams[f->part[0].stream].rate_hz;
  for (size_t k = 0; k < f->n_chosen; k++) {
    size_t width = width_of(f, k), convenient = BLOCK_FLOATS / (width ? width : 1);
    if (convenient < LEAST_FRAMES) convenient = LEAST_FRAMES;
    n = fmin(n, floor((double)convenient * (k ? rate / streams[f->part[k].stream].rate_hz : 1)));
  }
  size_t whole = n >= 1 ? (size_t)n : 1;
  return most < whole ? most : whole;
}

bl_status bl_feed_room(bl_ctx *ctx, bl_feed *f, size_t k, size_t n)
{
  bl_feed_part *p = &f->part[k];
  void *v = p->block;
  bl_status s = bl_grow(ctx, &v, &p->cap, n * width_of(f, k), sizeof *p->block, "a block of samples");
  p->block = v;
  p->at = p->n = 0;
  return s;
}

void bl_feed_give(bl_feed *f, size_t most, bl_feed_item *out)
{
  const bl_feed_part *first = &f->part[0];
  size_t left = first->n - first->at, to = first->at + (left < most ? left : most);
  for (size_t k = f->n_chosen; k-- > 0;) {
    bl_feed_part *p = &f->part[k];
    size_t up_to = to == first->n ? p->n : (size_t)floor((double)to / (double)first->n * (double)p->n);
    if (!k) up_to = to;
    f->given[k] = p->block ? p->block + p->at * width_of(f, k) : NULL; /* an empty feed has made no room */
    f->n_given[k] = up_to - p->at;
    p->at = up_to;
  }
  *out = (bl_feed_item){.kind = f->n_given[0] ? BL_FEED_FRAMES : BL_FEED_END, .v = f->given, .n = f->n_given};
}

/* ---- recordings -------------------------------------------------------------------------------------------------- */

typedef struct replay {
  bl_common_runs runs; /* of the chosen streams */
  size_t run;          /* the run at hand, */
  uint64_t *at;        /* and how many of its frames were given, of each stream */
  bool begun, told_gap, ends_early;
} replay;

static bl_status start_replay(bl_ctx *ctx, bl_feed *f)
{
  f->impl = bl_calloc(ctx, 1, sizeof(replay));
  if (f->head->annotations.n) f->known_s = -INFINITY;
  return f->impl ? BL_OK : bl_fail_nomem(ctx, "a feed");
}

/* Once it is known which streams are wanted. */
static bl_status begin_replay(bl_ctx *ctx, bl_feed *f)
{
  replay *r = f->impl;
  size_t *which = bl_calloc(ctx, f->n_chosen, sizeof *which);
  r->at = bl_calloc(ctx, f->n_chosen, sizeof *r->at);
  bl_status s = which && r->at ? BL_OK : bl_fail_nomem(ctx, "a feed");
  for (size_t k = 0; !s && k < f->n_chosen; k++) which[k] = f->part[k].stream;
  if (!s) s = bl_common_runs_find(ctx, f->head->streams, which, f->n_chosen, &r->runs);
  bl_free(ctx, which);
  return s;
}

/* How far to go with stream k when the first one has come to frame `now` of the run. */
static uint64_t up_to(const bl_feed *f, const bl_common_run *run, size_t k, uint64_t now)
{
  const bl_rec_stream *streams = f->head->streams;
  if (!k || now == run->of[0].n) return k ? run->of[k].n : now;
  double frames = (double)now / streams[f->part[0].stream].rate_hz * streams[f->part[k].stream].rate_hz;
  return (uint64_t)fmin(floor(frames), (double)run->of[k].n);
}

static bl_status next_frames(bl_ctx *ctx, bl_feed *f, const bl_common_run *run, size_t most, bl_feed_item *out)
{
  replay *r = f->impl;
  uint64_t left = run->of[0].n - r->at[0], now = r->at[0] + convenient_n(f, left < most ? (size_t)left : most);
  bl_status s = BL_OK;
  for (size_t k = 0; !s && k < f->n_chosen; k++) {
    bl_feed_part *p = &f->part[k];
    size_t want = (size_t)(up_to(f, run, k, now) - r->at[k]);
    s = bl_feed_room(ctx, f, k, want);
    if (!s) s = bl_recording_read(ctx, f->head, p->stream, run->of[k].first + r->at[k], want, p->block, &p->n);
    r->at[k] += p->n;
    r->ends_early |= p->n < want; /* before its header says: the reader warned */
  }
  if (!s) bl_feed_give(f, SIZE_MAX, out);
  return s;
}

/* All events first, since all are known; then run after run. */
static bl_status pull_recording(bl_ctx *ctx, bl_feed *f, size_t most, bl_feed_item *out)
{
  replay *r = f->impl;
  const bl_annotations *all = &f->head->annotations;
  if (!r->begun) {
    r->begun = true;
    f->known_s = INFINITY;
    bl_status s = f->head->n_streams ? begin_replay(ctx, f) : BL_OK;
    *out = (bl_feed_item){.kind = BL_FEED_EVENTS, .events = all->v, .n_events = all->n};
    if (s || all->n) return s;
  }
  *out = (bl_feed_item){.kind = BL_FEED_END};
  if (r->run < r->runs.n && r->at[0] >= r->runs.v[r->run].of[0].n) {
    r->run++;
    r->told_gap = false;
    for (size_t k = 0; k < f->n_chosen; k++) r->at[k] = 0;
  }
  if (r->run == r->runs.n || r->ends_early) return BL_OK;
  const bl_common_run *run = &r->runs.v[r->run];
  bool gap = !r->told_gap && (r->run || fabs(run->start_s) > 0);
  r->told_gap = true;
  if (!gap) return next_frames(ctx, f, run, most, out);
  *out = (bl_feed_item){.kind = BL_FEED_GAP, .start_s = run->start_s};
  return BL_OK;
}

static void end_replay(bl_ctx *ctx, bl_feed *f)
{
  replay *r = f->impl;
  if (!r) return;
  bl_common_runs_free(ctx, &r->runs);
  bl_free(ctx, r->at);
  bl_free(ctx, r);
}

static const bl_feed_class of_recording = {start_replay, pull_recording, end_replay};

/* ---- pipes ------------------------------------------------------------------------------------------------------- */

bl_status bl_feed_samples(bl_ctx *ctx, bl_feed *f, bl_sample_type type, const bl_scale *scale, size_t most,
                          bl_feed_item *out)
{
  size_t width = f->head->streams[0].n_channels, bytes = bl_sample_bytes(type.kind), frame = width * bytes;
  size_t n = convenient_n(f, most);
  bl_status s = bl_feed_room(ctx, f, 0, n);
  if (!s) s = bl_intake_want(ctx, &f->in, frame, n * frame);
  if (s) return s;
  if (n > bl_intake_n(&f->in) / frame) n = bl_intake_n(&f->in) / frame;
  bl_samples_get(bl_intake_v(&f->in), type, bytes, n * width, scale, f->part->block, 1);
  bl_intake_take(&f->in, n * frame);
  f->part->n = n;
  bl_feed_give(f, most, out);
  for (size_t k = 1; k < f->n_chosen; k++) f->given[k] = f->given[0], f->n_given[k] = n; /* the only one, once more */
  return BL_OK;
}

static bl_status know_nothing(bl_ctx *ctx, const bl_intake *in)
{
  const unsigned char *v = bl_intake_v(in);
  size_t n = bl_intake_n(in);
  if (!n) return bl_fail(ctx, BL_E_FORMAT, "%s: nothing came", in->path);
  return bl_fail(ctx, BL_E_FORMAT,
                 "%s: no recording that can be read from a pipe: it begins with the bytes %02x %02x %02x %02x; known "
                 "are WAV, EDF and BDF; raw samples by pcm:rate=48000,channels=1,format=s16le:-",
                 in->path, v[0], n > 1 ? v[1] : 0u, n > 2 ? v[2] : 0u, n > 3 ? v[3] : 0u);
}

/* By the first bytes, as files are known. */
static bl_status recognise(bl_ctx *ctx, bl_feed *f)
{
  bl_status s = bl_intake_want(ctx, &f->in, PROBE_BYTES, HEAD_BYTES);
  if (s) return s;
  const bl_reader_class *best = NULL;
  int most = 0;
  for (size_t i = 0; bl_reader_at(i); i++) {
    int sure = bl_reader_at(i)->probe(bl_intake_v(&f->in), bl_intake_n(&f->in), "");
    if (sure > most) most = sure, best = bl_reader_at(i);
  }
  if (!best || !bl_intake_n(&f->in)) return know_nothing(ctx, &f->in);
  if (!(f->cls = best->feed))
    return bl_fail(ctx, BL_E_UNSUPPORTED,
                   "%s: a recording of the kind '%s' cannot be read from a pipe; write it to a file, and give that",
                   f->in.path, best->name);
  return BL_OK;
}

static bl_status open_head(bl_ctx *ctx, const char *path, bl_feed *f)
{
  f->live = true;
  f->head = bl_calloc(ctx, 1, sizeof *f->head);
  return f->head ? bl_recording_text(ctx, &f->head->path, path) : bl_fail_nomem(ctx, "a feed");
}

static bl_status open_pipe(bl_ctx *ctx, const char *path, bl_feed *f)
{
  bool raw = !strncmp(path, BL_PCM_PREFIX, strlen(BL_PCM_PREFIX));
  bl_status s = bl_intake_open(ctx, bl_recording_file(path), &f->in);
  if (!s) s = open_head(ctx, raw ? path : f->in.path, f);
  if (!s && raw) f->cls = &bl_feed_pcm;
  else if (!s) s = recognise(ctx, f);
  return s ? s : f->cls->open(ctx, f);
}

static bl_status open_file(bl_ctx *ctx, const char *path, bl_feed *f)
{
  bl_status s = bl_recording_open(ctx, path, &f->head);
  f->cls = &of_recording;
  return s ? s : f->cls->open(ctx, f);
}

bool bl_feed_is_pipe(const char *path)
{
  struct stat st;
  const char *file = bl_recording_file(path);
  if (!strcmp(file, "-")) return true;
  return !stat(file, &st) && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode);
}

/* ---- all of them ------------------------------------------------------------------------------------------------- */

static void free_parts(bl_ctx *ctx, bl_feed *f)
{
  for (size_t k = 0; f->part && k < f->n_chosen; k++) bl_free(ctx, f->part[k].block);
  bl_free(ctx, f->part);
  bl_free(ctx, f->given);
  bl_free(ctx, f->n_given);
  f->part = NULL;
  f->given = NULL;
  f->n_given = NULL;
  f->n_chosen = 0;
}

static bl_status choose(bl_ctx *ctx, bl_feed *f, const size_t *streams, size_t n)
{
  free_parts(ctx, f);
  f->part = bl_calloc(ctx, n, sizeof *f->part);
  f->given = bl_calloc(ctx, n, sizeof *f->given);
  f->n_given = bl_calloc(ctx, n, sizeof *f->n_given);
  if (!f->part || !f->given || !f->n_given) return bl_fail_nomem(ctx, "a feed");
  for (; f->n_chosen < n; f->n_chosen++) f->part[f->n_chosen].stream = streams[f->n_chosen];
  return BL_OK;
}

bl_status bl_feed_open(bl_ctx *ctx, const char *path, bl_feed **out)
{
  *out = NULL;
  bl_feed *f = bl_calloc(ctx, 1, sizeof *f);
  if (!f) return bl_fail_nomem(ctx, "a feed");
  f->known_s = INFINITY;
  bl_status s = bl_feed_is_pipe(path) ? open_pipe(ctx, path, f) : open_file(ctx, path, f);
  if (!s) s = choose(ctx, f, (const size_t[]){0}, 1);
  if (!s) *out = f;
  else bl_feed_close(ctx, f);
  return s;
}

bl_status bl_feed_open_bytes(bl_ctx *ctx, const bl_feed_class *cls, const char *path, const unsigned char *bytes,
                             size_t n, size_t cut, bl_feed **out)
{
  *out = NULL;
  bl_feed *f = bl_calloc(ctx, 1, sizeof *f);
  if (!f) return bl_fail_nomem(ctx, "a feed");
  f->known_s = INFINITY;
  f->cls = cls;
  bl_status s = bl_intake_memory(ctx, path, bytes, n, cut, &f->in);
  if (!s) s = open_head(ctx, path, f);
  if (!s) s = cls->open(ctx, f);
  if (!s) s = choose(ctx, f, (const size_t[]){0}, 1);
  if (!s) *out = f;
  else bl_feed_close(ctx, f);
  return s;
}

void bl_feed_close(bl_ctx *ctx, bl_feed *f)
{
  if (!f) return;
  if (f->cls) f->cls->close(ctx, f);
  bl_recording_close(ctx, f->head);
  bl_intake_close(ctx, &f->in);
  free_parts(ctx, f);
  bl_free(ctx, f);
}

const bl_recording *bl_feed_head(const bl_feed *f) { return f->head; }
bool bl_feed_is_live(const bl_feed *f) { return f->live; }
double bl_feed_delay_s(const bl_feed *f) { return f->delay_s; }
bl_status bl_feed_triggers(bl_ctx *ctx, bl_feed *f, const char *channel, uint32_t mask, bl_annotations *out)
{
  if (f->live)
    return bl_fail(
        ctx, BL_E_UNSUPPORTED,
        "codes of a channel are not read from a pipe: give the events as a table, or write the recording to a "
        "file, and give that");
  if (!channel) channel = bl_recording_trigger_channel(f->head);
  if (!channel) return bl_fail(ctx, BL_E_CONFIG, "no channel's name says that it holds trigger codes");
  return bl_recording_triggers(ctx, f->head, channel, mask, out);
}

double bl_feed_known_s(const bl_feed *f) { return f->known_s; }

bl_status bl_feed_choose(bl_ctx *ctx, bl_feed *f, const size_t *streams, size_t n)
{
  for (size_t k = 0; k < n; k++)
    if (streams[k] >= f->head->n_streams)
      return bl_fail(ctx, BL_E_ARG, "%s: stream %zu asked for, there are %zu", f->head->path, streams[k],
                     f->head->n_streams);
  return choose(ctx, f, streams, n);
}

bl_status bl_feed_pull(bl_ctx *ctx, bl_feed *f, size_t most, bl_feed_item *out)
{
  *out = (bl_feed_item){.kind = BL_FEED_END};
  bl_status s = BL_CHECK_CANCEL(ctx);
  if (!s && !f->ended) s = f->cls->pull(ctx, f, most ? most : SIZE_MAX, out);
  f->ended = f->ended || (!s && out->kind == BL_FEED_END);
  return s;
}
