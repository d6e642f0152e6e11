/* Any text as the settings of raw samples, "pcm:<text>:FILE" or (first byte odd) a sidecar's; the rest, behind a line
 * end, is the samples. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "read_some.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void put(const char *path, const uint8_t *v, size_t n)
{
  FILE *f = fopen(path, "wb");
  if (!f) abort();
  fwrite(v, 1, n, f);
  fclose(f);
}

static bl_ctx *context;

static void read_pcm(const bl_recording *rec, size_t stream, uint64_t first, size_t n, float *out)
{
  bl_recording *open = (bl_recording *)(uintptr_t)rec;
  size_t got;
  if (bl_recording_read(context, open, stream, first, n, out, &got) || got != n) abort();
}

static void open_it(const char *name, size_t n_bytes)
{
  bl_recording *rec;
  if (bl_recording_open(context, name, &rec)) {
    if (!*bl_ctx_error(context)) abort();
    return;
  }
  if (rec->n_streams != 1 || rec->streams[0].n_frames > n_bytes / rec->streams[0].n_channels) abort();
  read_some(rec, read_pcm);
  bl_recording_close(context, rec);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
  static char path[256], beside[264], name[4096 + 300];
  const char *folder = getenv("TMPDIR");
  if (!*path) snprintf(path, sizeof path, "%s/baleen-fuzz-%ld.pcm", folder ? folder : "/tmp", (long)getpid());
  if (!*beside) snprintf(beside, sizeof beside, "%s.json", path);
  const uint8_t *line = n ? memchr(bytes, '\n', n) : NULL;
  if (!line || line == bytes || line - bytes > 4000) return 0;
  size_t n_text = (size_t)(line - bytes) - 1, n_samples = n - n_text - 2;
  bool by_sidecar = bytes[0] & 1;
  context = bl_ctx_new();
  if (!context) return 0;
  put(path, line + 1, n_samples);
  if (by_sidecar) put(beside, bytes + 1, n_text);
  if (by_sidecar) snprintf(name, sizeof name, "%s", path);
  else snprintf(name, sizeof name, "pcm:%.*s:%s", (int)n_text, (const char *)bytes + 1, path);
  open_it(name, n_samples);
  if (by_sidecar) unlink(beside);
  if (bl_ctx_live(context)) abort();
  bl_ctx_free(context);
  return 0;
}
