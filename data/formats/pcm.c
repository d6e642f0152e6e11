/* pcm: raw samples without a header, frames one after another: "pcm:rate=48000,channels=2,format=s24le,skip=44:PATH" as
 * a recording's name. PATH - is standard input, which is read to its end first, into a temporary file of at most 1 GiB
 * (in TMPDIR), for recordings are read from anywhere; a stream without end is no recording. Values are parts of full
 * scale, as those of sound files: a 16-bit sample over 32768, u8 less 128 over 128, floats as they are.
 * A .raw or .pcm file opened by its plain name takes rate_hz, channels and format from a JSON file beside it
 * (sidecar.h). In a source of recordings PATH may be a folder or a pattern: "pcm:rate=48000:raw/{a,b}/?.pcm". */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "baleen/option.h"
#include "baleen/text.h"
#include "file.h"
#include "reader_util.h"
#include "recording_private.h"
#include "samples.h"
#include "sidecar.h"
#include "window.h"

#define SPOOL_CEILING ((uint64_t)1 << 30)
enum { SPOOL_BLOCK = 65536 };

static const char *const format_words[] = {"s8",    "u8",    "s16le", "s16be", "s24le", "s24be", "s32le",
                                           "s32be", "f32le", "f32be", "f64le", "f64be", NULL};
static const bl_sample_type types[] = {{BL_I8, false},  {BL_U8, false}, {BL_I16, false}, {BL_I16, true},
                                       {BL_I24, false}, {BL_I24, true}, {BL_I32, false}, {BL_I32, true},
                                       {BL_F32, false}, {BL_F32, true}, {BL_F64, false}, {BL_F64, true}};

typedef struct params {
  double rate;
  int64_t channels, skip;
  int format;
} params;

static const bl_opt opts[] = {
    BL_REAL(params, rate, "0", 0, 1e9, "Hz", "sampling rate"),
    BL_INT(params, channels, "1", 1, 65536, "", "samples a frame"),
    BL_ENUM(params, format, "s16le", format_words, "of a sample"),
    BL_INT(params, skip, "0", 0, 1e15, "bytes", "before the first sample"),
    BL_OPT_END,
};

typedef struct raw {
  bl_map map; /* of standard input, whose temporary file nobody else can make shorter */
  bl_window file;
  params p;
  uint64_t first_at; /* byte of the first sample */
} raw;

/* Surer than the 11 bits that begin a frame of MPEG audio, for samples of -1 begin so too; less sure than a magic
 * word. */
static int probe(const unsigned char *head, size_t n, const char *path)
{
  (void)head, (void)n;
  return bl_text_ends_with(path, ".raw") || bl_text_ends_with(path, ".pcm") ? 50 : 0;
}

/* ---- what it is -------------------------------------------------------------------------------------------------- */

/* "rate=48000,channels=2": the n characters at s, set one by one. */
static bl_status read_spec(bl_ctx *ctx, const char *path, const char *s, size_t n, params *p)
{
  char *spec = bl_strf(ctx, "%.*s", (int)n, s);
  if (!spec) return bl_fail_nomem(ctx, path);
  bl_status e = BL_OK;
  for (char *at = spec; !e && at && *at;) {
    char *comma = strchr(at, ','), *equals = strchr(at, '=');
    if (comma) *comma = '\0';
    if (equals && (!comma || equals < comma)) {
      *equals = '\0';
      e = bl_opts_set(ctx, "pcm", opts, p, at, equals + 1);
    } else {
      e = bl_fail(ctx, BL_E_CONFIG, "pcm: '%s' is no setting, wanted such as rate=48000", at);
    }
    at = comma ? comma + 1 : NULL;
  }
  bl_free(ctx, spec);
  if (!e && !(p->rate > 0)) e = bl_fail(ctx, BL_E_CONFIG, "pcm: the rate must be given, as pcm:rate=48000:PATH");
  return e ? bl_fail_in(ctx, e, "%s: ", path) : BL_OK;
}

static bl_status read_name(bl_ctx *ctx, const char *name, params *p)
{
  const char *spec = name + strlen(BL_PCM_PREFIX), *file = bl_recording_file(name);
  if (file == name || !*file)
    return bl_fail(ctx, BL_E_ARG,
                   "%s: wanted pcm:rate=48000,channels=1,format=s16le:PATH, where PATH may be - for standard input",
                   name);
  return read_spec(ctx, name, spec, (size_t)(file - 1 - spec), p);
}

bl_status bl_pcm_check_name(bl_ctx *ctx, const char *name)
{
  params p;
  bl_status s = bl_opts_defaults(ctx, "pcm", opts, &p);
  return s ? s : read_name(ctx, name, &p);
}

static bl_status spec_from_sidecar(bl_ctx *ctx, const bl_recording *rec, const bl_sidecar *d, params *p)
{
  if (!(d->rate_hz > 0))
    return bl_fail(
        ctx, BL_E_FORMAT,
        "%s: raw samples do not tell their rate; open it as pcm:rate=48000,channels=1,format=s16le:%s, or write "
        "{\"rate_hz\": 48000, \"channels\": 1, \"format\": \"s16le\"} into %s",
        rec->path, rec->path, d->path ? d->path : "a file of its name with .json at the end");
  p->rate = d->rate_hz;
  if (d->n_channels) p->channels = (int64_t)d->n_channels;
  if (!d->format) return BL_OK;
  bl_status s = bl_opts_set(ctx, "pcm", opts, p, "format", d->format);
  return s ? bl_fail_in(ctx, s, "%s: ", d->path) : BL_OK;
}

/* ---- standard input ---------------------------------------------------------------------------------------------- */

static bl_status copy_input(bl_ctx *ctx, int to, uint64_t *total)
{
  static const char *const who = "standard input";
  unsigned char *block = bl_calloc(ctx, SPOOL_BLOCK, 1);
  bl_status s = block ? BL_OK : bl_fail_nomem(ctx, who);
  for (*total = 0; !s;) {
    ssize_t got = read(STDIN_FILENO, block, SPOOL_BLOCK);
    if (got < 0 && errno == EINTR) {
      s = BL_CHECK_CANCEL(ctx);
      continue;
    }
    if (got < 0) s = bl_fail(ctx, BL_E_IO, "%s: cannot be read: %s", who, strerror(errno));
    if (got <= 0) break;
    *total += (uint64_t)got;
    if (*total > SPOOL_CEILING)
      s = bl_fail(ctx, BL_E_UNSUPPORTED,
                  "%s: more than %llu bytes, the most that is kept of it; write it to a file and open that", who,
                  (unsigned long long)SPOOL_CEILING);
    for (ssize_t done = 0; !s && done < got;) {
      ssize_t put = write(to, block + done, (size_t)(got - done));
      if (put < 0 && errno != EINTR)
        s = bl_fail(ctx, BL_E_IO, "%s: cannot be kept in a temporary file: %s", who, strerror(errno));
      if (put > 0) done += put;
    }
    if (!s) s = BL_CHECK_CANCEL(ctx);
  }
  bl_free(ctx, block);
  return s;
}

static bl_status spool_input(bl_ctx *ctx, bl_map *out)
{
  const char *folder = getenv("TMPDIR");
  char *path = bl_strf(ctx, "%s/baleen-input-XXXXXX", folder && *folder ? folder : "/tmp");
  if (!path) return bl_fail_nomem(ctx, "standard input");
  int fd = mkstemp(path);
  bl_status s = fd < 0 ? bl_fail(ctx, BL_E_IO, "%s: no temporary file: %s", path, strerror(errno)) : BL_OK;
  if (!s) unlink(path); /* gone with its last user */
  uint64_t n = 0;
  if (!s) s = copy_input(ctx, fd, &n);
  if (!s && n) {
    void *v = mmap(NULL, (size_t)n, PROT_READ, MAP_PRIVATE, fd, 0);
    if (v == MAP_FAILED) s = bl_fail(ctx, BL_E_IO, "standard input: cannot be mapped: %s", strerror(errno));
    else *out = (bl_map){v, (size_t)n};
  }
  if (fd >= 0) close(fd);
  bl_free(ctx, path);
  return s;
}

/* ---- opening ----------------------------------------------------------------------------------------------------- */

static bl_status make_stream(bl_ctx *ctx, bl_recording *rec, raw *f, const bl_sidecar *d)
{
  uint64_t n = f->file.n_bytes, skip = (uint64_t)f->p.skip < n ? (uint64_t)f->p.skip : n;
  size_t n_channels = (size_t)f->p.channels, bytes = bl_sample_bytes(types[f->p.format].kind),
         frame = bytes * n_channels;
  f->first_at = skip;
  bl_status s = bl_reader_one_stream(ctx, rec, f->p.rate, n_channels);
  for (size_t i = 0; i < n_channels && !s; i++) {
    bl_channel *c = &rec->streams[0].channels[i];
    char name[32];
    bl_reader_sound_name(i, n_channels, name);
    s = bl_recording_text(ctx, &c->name, name);
    if (!s) s = bl_recording_text(ctx, &c->unit, "FS");
    if (types[f->p.format].kind >= BL_F32) continue;
    c->lo = -1;
    c->hi = 1 - 2.0 / (double)(1ull << 8 * bytes);
  }
  if (!s) s = bl_reader_runs(ctx, &rec->streams[0], (n - skip) / frame, NULL, 0);
  if (!s) s = bl_sidecar_apply(ctx, rec, d);
  if (!s && !rec->streams[0].n_frames) s = bl_recording_note(ctx, rec, BL_W_TRUNCATED, "it holds no samples");
  if (!s && (n - skip) % frame)
    s = bl_recording_note(ctx, rec, BL_W_TRUNCATED,
                          "byte %llu: it ends with %llu bytes of a frame of %zu; they were left out",
                          (unsigned long long)n, (unsigned long long)((n - skip) % frame), frame);
  if (s) return s;
  rec->format = bl_strf(ctx, "raw PCM, %s", format_words[f->p.format]);
  return rec->format ? BL_OK : bl_fail_nomem(ctx, "raw samples");
}

static bl_status open_file(bl_ctx *ctx, bl_recording *rec)
{
  raw *f = rec->impl = bl_calloc(ctx, 1, sizeof *f);
  if (!f) return bl_fail_nomem(ctx, "raw samples");
  bl_sidecar d = {0};
  const char *path = rec->path;
  bl_status s = bl_opts_defaults(ctx, "pcm", opts, &f->p);
  if (!s && !strncmp(path, BL_PCM_PREFIX, strlen(BL_PCM_PREFIX))) {
    s = read_name(ctx, path, &f->p);
    path = bl_recording_file(path);
  } else if (!s) {
    s = bl_sidecar_read(ctx, path, &d);
    if (!s) s = spec_from_sidecar(ctx, rec, &d, &f->p);
  }
  if (!s && strcmp(path, "-")) {
    s = bl_window_open(ctx, path, &f->file);
  } else if (!s) {
    s = spool_input(ctx, &f->map);
    if (!s) s = bl_window_memory(ctx, path, f->map.v, f->map.n, &f->file);
  }
  if (!s) s = make_stream(ctx, rec, f, &d);
  bl_sidecar_free(ctx, &d);
  return s;
}

static bl_status read_frames(bl_ctx *ctx, bl_recording *rec, size_t stream, uint64_t first, size_t n, float *out,
                             size_t *got)
{
  raw *f = rec->impl;
  bl_sample_type type = types[f->p.format];
  size_t n_channels = rec->streams[stream].n_channels, bytes = bl_sample_bytes(type.kind);
  bl_scale scale = bl_scale_one();
  bl_status s = BL_OK;
  if (type.kind < BL_F32) scale.cal = 2.0 / (double)(1ull << 8 * bytes);
  if (type.kind == BL_U8) scale.off = -1;
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
  bl_free(ctx, f);
  rec->impl = NULL;
}

/* None: nothing of what is called .raw or .pcm can be read without being told what it is. A folder's are taken where a
 * sidecar tells rate and format (bl_sidecar_tells), and where a pattern names them. */
static const char *const extensions[] = {NULL};
const bl_reader_class bl_reader_pcm = {
    .name = "pcm",
    .summary = "raw PCM by the name pcm:rate=48000,channels=1,format=s16le:PATH (- is standard input)",
    .source = "plain samples",
    .extensions = extensions,
    .probe = probe,
    .open = open_file,
    .read = read_frames,
    .close = close_file,
};
