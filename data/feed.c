/* Feeds: which way a path is to be fed, and ordinary recordings as feeds. */
#include "baleen/feed.h"

#include <math.h>
#include <string.h>
#include <sys/stat.h>

#include "feed_private.h"
#include "recording_private.h"

/* PROBE_BYTES: what the readers' probes need of what can come from a pipe; a header may be hardly longer. */
enum { BLOCK_FLOATS = 1 << 16, LEAST_FRAMES = 64, PROBE_BYTES = 12, HEAD_BYTES = 512 };

bl_status bl_feed_room(bl_ctx *ctx, bl_feed *f, size_t most, size_t *n)
{
  size_t width = f->head->streams[f->stream].n_channels, convenient = BLOCK_FLOATS / (width ? width : 1);
  if (convenient < LEAST_FRAMES) convenient = LEAST_FRAMES;
  *n = most < convenient ? most : convenient;
  void *v = f->block;
  bl_status s = bl_grow(ctx, &v, &f->block_cap, *n * width, sizeof *f->block, "a block of samples");
  f->block = v;
  return s;
}

/* ---- recordings -------------------------------------------------------------------------------------------------- */

typedef struct replay {
  size_t run;  /* the run at hand, */
  uint64_t at; /* and how many of its frames were given */
  bool told_events, told_gap;
} replay;

static bl_status start_replay(bl_ctx *ctx, bl_feed *f)
{
  f->impl = bl_calloc(ctx, 1, sizeof(replay));
  if (f->head->annotations.n) f->known_s = -INFINITY;
  return f->impl ? BL_OK : bl_fail_nomem(ctx, "a feed");
}

static bl_status next_frames(bl_ctx *ctx, bl_feed *f, const bl_stretch *run, size_t most, bl_feed_item *out)
{
  replay *r = f->impl;
  size_t n;
  bl_status s = bl_feed_room(ctx, f, run->n - r->at < most ? (size_t)(run->n - r->at) : most, &n);
  if (!s) s = bl_recording_read(ctx, f->head, f->stream, run->first + r->at, n, f->block, &n);
  if (s) return s;
  *out = (bl_feed_item){.kind = n ? BL_FEED_FRAMES : BL_FEED_END, .v = f->block, .n = n};
  r->at += n; /* none: the file ends before its header says, of which the reader warned */
  return BL_OK;
}

/* All events first, since all are known; then run after run. */
static bl_status pull_recording(bl_ctx *ctx, bl_feed *f, size_t most, bl_feed_item *out)
{
  replay *r = f->impl;
  const bl_annotations *all = &f->head->annotations;
  if (!r->told_events) {
    r->told_events = true;
    f->known_s = INFINITY;
    *out = (bl_feed_item){.kind = BL_FEED_EVENTS, .events = all->v, .n_events = all->n};
    if (all->n) return BL_OK;
  }
  *out = (bl_feed_item){.kind = BL_FEED_END};
  if (f->stream >= f->head->n_streams) return BL_OK;
  const bl_rec_stream *s = &f->head->streams[f->stream];
  while (r->run < s->n_runs && r->at >= s->runs[r->run].n) r->run++, r->at = 0, r->told_gap = false;
  if (r->run == s->n_runs) return BL_OK;
  const bl_stretch *run = &s->runs[r->run];
  bool gap = !r->told_gap && (r->run || fabs(run->start_s) > 0);
  r->told_gap = true;
  if (!gap) return next_frames(ctx, f, run, most, out);
  *out = (bl_feed_item){.kind = BL_FEED_GAP, .start_s = run->start_s};
  return BL_OK;
}

static void end_replay(bl_ctx *ctx, bl_feed *f) { bl_free(ctx, f->impl); }

static const bl_feed_class of_recording = {start_replay, pull_recording, end_replay};

/* ---- pipes ------------------------------------------------------------------------------------------------------- */

bl_status bl_feed_samples(bl_ctx *ctx, bl_feed *f, bl_sample_type type, const bl_scale *scale, size_t most,
                          bl_feed_item *out)
{
  size_t n, width = f->head->streams[0].n_channels, bytes = bl_sample_bytes(type.kind), frame = width * bytes;
  bl_status s = bl_feed_room(ctx, f, most, &n);
  if (!s) s = bl_intake_want(ctx, &f->in, frame, n * frame);
  if (s) return s;
  if (n > bl_intake_n(&f->in) / frame) n = bl_intake_n(&f->in) / frame;
  bl_samples_get(bl_intake_v(&f->in), type, bytes, n * width, scale, f->block, 1);
  bl_intake_take(&f->in, n * frame);
  *out = (bl_feed_item){.kind = n ? BL_FEED_FRAMES : BL_FEED_END, .v = f->block, .n = n};
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

bl_status bl_feed_open(bl_ctx *ctx, const char *path, bl_feed **out)
{
  *out = NULL;
  bl_feed *f = bl_calloc(ctx, 1, sizeof *f);
  if (!f) return bl_fail_nomem(ctx, "a feed");
  f->known_s = INFINITY;
  bl_status s = bl_feed_is_pipe(path) ? open_pipe(ctx, path, f) : open_file(ctx, path, f);
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
  bl_free(ctx, f->block);
  bl_free(ctx, f);
}

const bl_recording *bl_feed_head(const bl_feed *f) { return f->head; }
bool bl_feed_is_live(const bl_feed *f) { return f->live; }
double bl_feed_delay_s(const bl_feed *f) { return f->delay_s; }
double bl_feed_known_s(const bl_feed *f) { return f->known_s; }

bl_status bl_feed_choose(bl_ctx *ctx, bl_feed *f, size_t stream)
{
  if (stream >= f->head->n_streams)
    return bl_fail(ctx, BL_E_ARG, "%s: stream %zu asked for, there are %zu", f->head->path, stream, f->head->n_streams);
  f->stream = stream;
  return BL_OK;
}

bl_status bl_feed_pull(bl_ctx *ctx, bl_feed *f, size_t most, bl_feed_item *out)
{
  *out = (bl_feed_item){.kind = BL_FEED_END};
  bl_status s = BL_CHECK_CANCEL(ctx);
  if (!s && !f->ended) s = f->cls->pull(ctx, f, most ? most : SIZE_MAX, out);
  f->ended = f->ended || (!s && out->kind == BL_FEED_END);
  return s;
}
