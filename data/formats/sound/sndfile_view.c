/* sndfile_view.c: see sndfile_view.h. */
#include "sndfile_view.h"

#include <stdio.h>
#include <string.h>

#include "recording_private.h"
#include "sound.h"

static unsigned long long ull(uint64_t x) { return x; }

/* ---- what is wrong with lengths ---------------------------------------------------------------------------------- */

static void put_le(unsigned char *to, uint64_t x, size_t n)
{
  for (size_t i = 0; i < n; i++, x >>= 8) to[i] = (unsigned char)x;
}

/* Shows libsndfile a RIFF file as the RF64 (EBU Tech 3306) that it ought to be: with a chunk ds64 behind the first 12
 * bytes. */
static void as_rf64(bl_sound_view *f, uint64_t data_bytes)
{
  f->n_front = BL_SOUND_FRONT;
  memcpy(f->front, "RF64\xff\xff\xff\xffWAVEds64", 16);
  put_le(f->front + 16, 28, 4);
  put_le(f->front + 20, f->file_bytes + BL_SOUND_FRONT - 12 - 8, 8);
  put_le(f->front + 28, data_bytes, 8); /* the rest, count of frames and of further sizes, is 0 */
}

/* What libsndfile gets to read instead of the length fields of a WAV file that are wrong. */
static void mend_length(bl_sound_view *f, const bl_riff_data *d)
{
  if (d->wrapped || (d->unclosed && !d->size64_at && d->holds > UINT32_MAX)) {
    as_rf64(f, d->wrapped ? d->wrapped : d->holds);
    f->patch_at = d->size_at + BL_SOUND_FRONT - 12;
    f->patch = UINT32_MAX;
    f->patch_bytes = 4;
  } else if (d->size64_at && d->says != d->holds && (d->unclosed || d->says > d->holds)) {
    f->patch_at = d->size64_at;
    f->patch = d->holds;
    f->patch_bytes = 8;
  } else if (d->unclosed) {
    f->patch_at = d->size_at;
    f->patch = d->holds;
    f->patch_bytes = 4;
  }
}

/* libsndfile leaves out the last 8 bytes of a CAF file whose data chunk, with its size at size_at, says more than there
 * is. */
static void mend_caf(bl_sound_view *f, uint64_t size_at)
{
  char kind[4];
  uint64_t n = f->file_bytes - size_at - 8;
  if (bl_glance_read(&f->bytes, 0, kind, 4) != 4 || memcmp(kind, "caff", 4) || size_at + 8 > f->file_bytes) return;
  f->patch_at = size_at;
  f->patch_bytes = 8;
  f->patch = 0;
  for (int b = 0; b < 8; b++, n >>= 8) f->patch = f->patch << 8 | (n & 255); /* the highest byte comes first there */
}

/* Notes what is wrong with the length of the file or of a WAV file's data. libsndfile takes what the file holds when
 * the header says more; when it says nothing, the size is put right in what libsndfile gets to read. */
static bl_status check_length(bl_ctx *ctx, bl_recording *rec, bl_sound_view *f)
{
  bl_riff_data d;
  uint64_t size_at, says;
  bool told = bl_sound_length(&f->bytes, f->file_bytes, &size_at, &says);
  if (told && says > f->file_bytes) mend_caf(f, size_at);
  if (told && (says > f->file_bytes + 1 || !says)) /* a pad byte at the end may be missing */
    return bl_recording_note(ctx, rec, BL_W_TRUNCATED,
                             "byte %llu: the header says a file of %llu bytes, it has %llu; those were taken",
                             ull(size_at), ull(says), ull(f->file_bytes));
  if (bl_w64_find_data(&f->bytes, f->file_bytes, &d)) {
    if (d.says < d.holds) f->data_bytes = d.says; /* libsndfile would read to the file's end */
    return bl_riff_note(ctx, rec, &d);
  }
  if (!bl_riff_find_data(&f->bytes, f->file_bytes, &d)) return BL_OK;
  f->riff = d;
  mend_length(f, &d);
  return bl_riff_note(ctx, rec, &d);
}

/* ID3 tags in front of the file's own header: all places count from behind them. */
static bl_status pass_tags(bl_ctx *ctx, bl_recording *rec, bl_sound_view *f)
{
  unsigned char h[10];
  for (uint64_t tag = 1; tag; f->bytes.base += tag, f->file_bytes -= tag) {
    f->bytes.n = 0;
    tag = bl_glance_read(&f->bytes, 0, h, sizeof h) == sizeof h ? bl_id3_bytes(h) : 0;
    if (tag >= f->file_bytes) tag = 0;
  }
  if (!f->bytes.base) return BL_OK;
  return bl_recording_note(
      ctx, rec, BL_W_DEVIATION,
      "an ID3 tag of %llu bytes stands in front of it, and was passed over; bytes count from its end",
      ull(f->bytes.base));
}

bl_status bl_sound_view_mend(bl_ctx *ctx, bl_recording *rec, bl_sound_view *f)
{
  bl_status s = pass_tags(ctx, rec, f);
  return s ? s : check_length(ctx, rec, f);
}

/* ---- what libsndfile calls --------------------------------------------------------------------------------------- */

/* Bytes that libsndfile sees more than the file has. */
static uint64_t more_bytes(const bl_sound_view *f) { return f->n_front ? f->n_front - 12 : 0; }
static sf_count_t io_length(void *user)
{
  const bl_sound_view *f = user;
  return (sf_count_t)(f->file_bytes + more_bytes(f));
}
static sf_count_t io_tell(void *user) { return (sf_count_t)((const bl_sound_view *)user)->offset; }

static sf_count_t io_seek(sf_count_t to, int whence, void *user)
{
  bl_sound_view *f = user;
  sf_count_t from = whence == SEEK_CUR ? (sf_count_t)f->offset : whence == SEEK_END ? io_length(f) : 0;
  if ((to > 0 && from > INT64_MAX - to) || from + to < 0) return -1;
  f->offset = (uint64_t)(from + to);
  return from + to;
}

static sf_count_t io_read(void *to, sf_count_t n, void *user)
{
  bl_sound_view *f = user;
  sf_count_t done = 0;
  for (; done < n && f->offset + (uint64_t)done < f->n_front; done++)
    ((unsigned char *)to)[done] = f->front[f->offset + (uint64_t)done];
  uint64_t from = f->offset + (uint64_t)done - more_bytes(f);
  done += (sf_count_t)bl_glance_read(&f->bytes, from, (unsigned char *)to + done, (size_t)(n - done));
  for (uint64_t k = 0; f->patch_at && k < f->patch_bytes; k++) {
    uint64_t at = f->patch_at + k;
    if (at >= f->offset && at < f->offset + (uint64_t)done)
      ((unsigned char *)to)[at - f->offset] = (unsigned char)(f->patch >> 8 * k);
  }
  f->offset += (uint64_t)done;
  return done;
}

static sf_count_t io_write(const void *from, sf_count_t n, void *user)
{
  (void)from, (void)n, (void)user;
  return 0;
}

const SF_VIRTUAL_IO bl_sound_view_io = {io_length, io_seek, io_read, io_write, io_tell};
