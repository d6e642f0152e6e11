/* plain.c: see plain.h. */
#include "plain.h"

#include <sndfile.h>

enum { PART_BYTES = 16384 };

/* The numbers of a WAV file, which are little-endian; false for what is coded otherwise. */
static bool type_of(int format, bl_plain *p)
{
  static const struct {
    int coding;
    bl_sample kind;
    double cal, off;
  } kinds[] = {{SF_FORMAT_PCM_U8, BL_U8, 1.0 / 128, -1},
               {SF_FORMAT_PCM_16, BL_I16, 1.0 / 32768, 0},
               {SF_FORMAT_PCM_24, BL_I24, 1.0 / 8388608, 0},
               {SF_FORMAT_PCM_32, BL_I32, 1.0 / 2147483648, 0},
               {SF_FORMAT_FLOAT, BL_F32, 1, 0},
               {SF_FORMAT_DOUBLE, BL_F64, 1, 0}};
  int file = format & SF_FORMAT_TYPEMASK;
  if (file != SF_FORMAT_WAV && file != SF_FORMAT_WAVEX && file != SF_FORMAT_RF64) return false;
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    if (kinds[i].coding != (format & SF_FORMAT_SUBMASK)) continue;
    p->type = (bl_sample_type){.kind = kinds[i].kind};
    p->scale = bl_scale_one();
    p->scale.cal = kinds[i].cal;
    p->scale.off = kinds[i].off;
    return true;
  }
  return false;
}

bl_plain bl_plain_of(const bl_riff_data *d, int format, size_t n_channels, uint64_t n_frames)
{
  bl_plain p = {0}, none = {0};
  if (!d->size_at || d->wrapped || d->unclosed || d->no_ds64 || !type_of(format, &p)) return none;
  uint64_t bytes = d->says < d->holds ? d->says : d->holds;
  p.frame_bytes = n_channels * bl_sample_bytes(p.type.kind);
  p.first = d->size_at + 4;
  return d->frame_bytes == p.frame_bytes && bytes / p.frame_bytes == n_frames ? p : none;
}

size_t bl_plain_read(const bl_plain *p, bl_glance *file, uint64_t first, size_t n, size_t n_channels, float *out)
{
  unsigned char part[PART_BYTES];
  size_t bytes = p->frame_bytes / n_channels, most = PART_BYTES / bytes, left = n * n_channels, done = 0;
  while (left) {
    size_t some = left < most ? left : most;
    size_t got = bl_glance_read(file, p->first + first * p->frame_bytes + done * bytes, part, some * bytes) / bytes;
    bl_samples_get(part, p->type, bytes, got, &p->scale, out + done, 1);
    done += got;
    left -= some;
    if (got < some) break;
  }
  return done / n_channels;
}
