/* Recordings out: one door to the formats, which formats.def lists. */
#include "baleen/recording_write.h"

#include <math.h>
#include <string.h>

#include "baleen/text.h"
#include "write_private.h"

static const bl_write_class *const writers[] = {
#define BL_READER(name)
#define BL_WRITER(name) &bl_write_##name,
#include "formats.def"
#undef BL_WRITER
#undef BL_READER
};
enum { N_WRITERS = sizeof writers / sizeof *writers };

bl_write_format bl_write_format_of(const char *path)
{
  for (size_t i = 0; i < N_WRITERS; i++)
    for (const bl_write_name *n = writers[i]->names; n->extension; n++)
      if (bl_text_ends_with(path, n->extension)) return n->format;
  return BL_WRITE_AUTO;
}

static const bl_write_class *writer_of(bl_write_format format)
{
  for (size_t i = 0; i < N_WRITERS; i++)
    for (const bl_write_name *n = writers[i]->names; n->extension; n++)
      if (n->format == format) return writers[i];
  return NULL;
}

bool bl_write_needs_limits(bl_write_format format, int bits)
{
  return format != BL_WRITE_NPY && !(format == BL_WRITE_WAV && (bits == 0 || bits == 32));
}

bool bl_write_is_whole(const bl_write_spec *spec, size_t channel)
{
  double lo = spec->lo[channel], hi = spec->hi[channel];
  if (!(lo == rint(lo) && hi == rint(hi) && isfinite(hi - lo))) return false;
  return lo == hi || (spec->whole ? spec->whole[channel] : !strcmp(spec->names[channel], "Status"));
}

bl_status bl_writer_open(bl_ctx *ctx, const char *path, const bl_write_spec *spec, bl_writer **out)
{
  *out = NULL;
  bl_write_format format = spec->format ? spec->format : bl_write_format_of(path);
  if (format == BL_WRITE_AUTO)
    return bl_fail(ctx, BL_E_ARG, "%s: no format goes by this name; wanted .wav, .flac, .npy, .edf or .bdf", path);
  if (!spec->n_channels || !spec->n_frames)
    return bl_fail(ctx, BL_E_RANGE, "%s: nothing to write: %zu channels, %llu frames", path, spec->n_channels,
                   (unsigned long long)spec->n_frames);
  bl_writer *w = bl_calloc(ctx, 1, sizeof *w);
  if (!w || !(w->path = bl_strdup(ctx, path))) {
    bl_writer_free(ctx, w);
    return bl_fail_nomem(ctx, path);
  }
  w->cls = writer_of(format);
  w->n_channels = spec->n_channels;
  w->spec = *spec;
  w->spec.format = format;
  bl_status s = w->cls->open(ctx, w, &w->spec);
  if (s) bl_writer_free(ctx, w);
  else *out = w;
  return s;
}

bl_status bl_writer_push(bl_ctx *ctx, bl_writer *w, const float *x, size_t n)
{
  if (!w->spec.guess && n > w->spec.n_frames - w->pushed)
    return bl_fail(ctx, BL_E_ARG, "%s: more than the %llu frames announced", w->path,
                   (unsigned long long)w->spec.n_frames);
  w->pushed += n;
  return w->cls->push(ctx, w, x, n);
}

bl_status bl_writer_done(bl_ctx *ctx, bl_writer *w)
{
  if (!w->spec.guess && w->pushed != w->spec.n_frames)
    return bl_fail(ctx, BL_E_ARG, "%s: %llu frames came of the %llu announced", w->path, (unsigned long long)w->pushed,
                   (unsigned long long)w->spec.n_frames);
  w->spec.n_frames = w->pushed;
  return w->cls->done(ctx, w);
}

const bl_texts *bl_writer_report(const bl_writer *w) { return &w->report; }

void bl_writer_free(bl_ctx *ctx, bl_writer *w)
{
  if (!w) return;
  if (w->cls) w->cls->release(ctx, w);
  bl_texts_free(ctx, &w->report);
  bl_free(ctx, w->path);
  bl_free(ctx, w);
}
