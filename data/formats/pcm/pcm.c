/* pcm: raw samples without a header, frames one after another: "pcm:rate=48000,channels=2,format=s24le,skip=44:PATH" as
 * a recording's name (pcm_spec.c has the settings). PATH - is standard input, which is read to its end first, into a
 * temporary file of at most 1 GiB (in TMPDIR), for recordings are read from anywhere; a stream without end is a feed's
 * (pcm_feed.c). Values are parts of full scale, as those of sound files: a 16-bit sample over 32768, u8 less 128 over
 * 128, floats as they are; times full_scale, where that is given.
 * A .raw or .pcm file opened by its plain name takes rate_hz, channels and format from a JSON file beside it
 * (sidecar.h). In a source of recordings PATH may be a folder or a pattern: "pcm:rate=48000:raw/{a,b}/?.pcm". */
#include <string.h>

#include "baleen/text.h"
#include "feed_private.h"
#include "pcm.h"
#include "reader_util.h"
#include "recording_private.h"
#include "window.h"

typedef struct raw {
  bl_map map; /* of standard input, whose temporary file nobody else can make shorter */
  bl_window file;
  bl_pcm_spec p;
  uint64_t first_at; /* byte of the first sample */
} raw;

/* Surer than the 11 bits that begin a frame of MPEG audio, for samples of -1 begin so too; less sure than a magic
 * word. */
static int probe(const unsigned char *head, size_t n, const char *path)
{
  (void)head, (void)n;
  return bl_text_ends_with(path, ".raw") || bl_text_ends_with(path, ".pcm") ? 50 : 0;
}

static bl_status make_stream(bl_ctx *ctx, bl_recording *rec, raw *f, const bl_sidecar *d)
{
  uint64_t n = f->file.n_bytes, skip = (uint64_t)f->p.skip < n ? (uint64_t)f->p.skip : n;
  size_t frame = bl_pcm_frame_bytes(&f->p);
  f->first_at = skip;
  bl_status s = bl_reader_runs(ctx, &rec->streams[0], (n - skip) / frame, NULL, 0);
  if (!s) s = bl_sidecar_apply(ctx, rec, d);
  if (!s && !rec->streams[0].n_frames) s = bl_recording_note(ctx, rec, BL_W_TRUNCATED, "it holds no samples");
  if (!s && (n - skip) % frame)
    s = bl_recording_note(ctx, rec, BL_W_TRUNCATED,
                          "byte %llu: it ends with %llu bytes of a frame of %zu; they were left out",
                          (unsigned long long)n, (unsigned long long)((n - skip) % frame), frame);
  return s;
}

/* All of standard input, unless who opens it does not want what is known of it. */
static bl_status open_input(bl_ctx *ctx, bl_recording *rec, raw *f)
{
  const bl_opening *how = rec->opening;
  bl_status s = how->look ? how->look(how->user, ctx, rec) : BL_OK;
  if (!s) s = bl_pcm_spool_input(ctx, &f->map);
  return s ? s : bl_window_memory(ctx, "-", f->map.v, f->map.n, &f->file);
}

static bl_status open_file(bl_ctx *ctx, bl_recording *rec)
{
  raw *f = rec->impl = bl_calloc(ctx, 1, sizeof *f);
  if (!f) return bl_fail_nomem(ctx, "raw samples");
  bl_sidecar d = {0};
  const char *path = rec->path;
  bl_status s = bl_pcm_spec_init(ctx, &f->p);
  if (!s && !strncmp(path, BL_PCM_PREFIX, strlen(BL_PCM_PREFIX))) {
    s = bl_pcm_spec_read(ctx, path, &f->p);
    path = bl_recording_file(path);
  } else if (!s) {
    s = bl_sidecar_read(ctx, path, &d);
    if (!s) s = bl_pcm_spec_of_sidecar(ctx, rec, &d, &f->p);
  }
  if (!s) s = bl_pcm_describe(ctx, rec, &f->p);
  if (!s) s = strcmp(path, "-") ? bl_window_open(ctx, path, &f->file) : open_input(ctx, rec, f);
  if (!s) s = make_stream(ctx, rec, f, &d);
  bl_sidecar_free(ctx, &d);
  return s;
}

static bl_status read_frames(bl_ctx *ctx, bl_recording *rec, size_t stream, uint64_t first, size_t n, float *out,
                             size_t *got)
{
  raw *f = rec->impl;
  bl_sample_type type = bl_pcm_type(&f->p);
  size_t n_channels = rec->streams[stream].n_channels, bytes = bl_sample_bytes(type.kind);
  bl_scale scale = bl_pcm_scale(&f->p);
  bl_status s = BL_OK;
  for (size_t done = 0, part; done < n * n_channels && !s; done += part) {
    part = bl_window_part(n * n_channels - done, bytes);
    s = bl_window_samples(ctx, &f->file, f->first_at + (first * n_channels + done) * bytes, type, bytes, part,
                          part * bytes, &scale, out + done, 1);
  }
  *got = s ? 0 : n;
  return s;
}

static void close_file(bl_ctx *ctx, bl_recording *rec)
{
  raw *f = rec->impl;
  if (!f) return;
  bl_window_close(ctx, &f->file);
  bl_map_close(&f->map);
  bl_pcm_spec_free(ctx, &f->p);
  bl_free(ctx, f);
  rec->impl = NULL;
}

/* None: nothing of what is called .raw or .pcm can be read without being told what it is. A folder's are taken where a
 * sidecar tells rate and format (bl_sidecar_tells), and where a pattern names them. */
static const char *const extensions[] = {NULL};
const bl_reader_class bl_reader_pcm = {
    .name = "pcm",
    .summary = "raw PCM by the name pcm:rate=48000,channels=2,format=s16le:PATH, or with names=[C3, C4], units=uV, "
               "full_scale=400, skip=44 among the settings (- is standard input)",
    .source = "plain samples",
    .extensions = extensions,
    .probe = probe,
    .open = open_file,
    .read = read_frames,
    .close = close_file,
    .feed = &bl_feed_pcm,
};
