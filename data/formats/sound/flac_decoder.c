/* See flac_decoder.h. */
#include "flac_decoder.h"

#include <FLAC/stream_decoder.h>
#include <math.h>
#include <string.h>

#include "baleen/memory.h"

/* A frame of which libFLAC cannot even find the end makes it try the bytes behind, each of them. */
enum { TRIES = 4 };

struct bl_flac_decoder {
  FLAC__StreamDecoder *flac;
  bl_ctx *ctx;
  bl_flac_more more;
  void *arg;
  unsigned channels;
  unsigned char front[42]; /* the head of a FLAC file, which libFLAC gets to see first */
  size_t front_at;
  uint64_t given;   /* bytes since the last restart */
  bool bad;         /* libFLAC found fault with what it gets */
  bl_status status; /* of `more` and of memory, which libFLAC's callbacks cannot return */
  float *v;
  size_t cap, n;
};

static FLAC__StreamDecoderReadStatus read_bytes(const FLAC__StreamDecoder *flac, FLAC__byte to[], size_t *n, void *user)
{
  (void)flac;
  bl_flac_decoder *d = user;
  size_t left = sizeof d->front - d->front_at;
  if (left) {
    if (*n > left) *n = left;
    memcpy(to, d->front + d->front_at, *n);
    d->front_at += *n;
  } else if ((d->status = d->more(d->ctx, d->arg, to, n))) {
    *n = 0;
    return FLAC__STREAM_DECODER_READ_STATUS_ABORT;
  }
  if (!left) d->given += *n;
  return *n ? FLAC__STREAM_DECODER_READ_STATUS_CONTINUE : FLAC__STREAM_DECODER_READ_STATUS_END_OF_STREAM;
}

static FLAC__StreamDecoderTellStatus tell(const FLAC__StreamDecoder *flac, FLAC__uint64 *at, void *user)
{
  (void)flac;
  *at = ((bl_flac_decoder *)user)->given;
  return FLAC__STREAM_DECODER_TELL_STATUS_OK;
}

static FLAC__StreamDecoderWriteStatus take_frame(const FLAC__StreamDecoder *flac, const FLAC__Frame *frame,
                                                 const FLAC__int32 *const from[], void *user)
{
  (void)flac;
  bl_flac_decoder *d = user;
  void *v = d->v;
  size_t n = frame->header.blocksize;
  if (d->bad || frame->header.channels != d->channels) return FLAC__STREAM_DECODER_WRITE_STATUS_CONTINUE;
  d->status = bl_grow(d->ctx, &v, &d->cap, n * d->channels, sizeof *d->v, "samples of FLAC");
  d->v = v;
  if (d->status) return FLAC__STREAM_DECODER_WRITE_STATUS_ABORT;
  float step = ldexpf(1, 1 - (int)frame->header.bits_per_sample);
  for (size_t c = 0; c < d->channels; c++)
    for (size_t i = 0; i < n; i++) d->v[i * d->channels + c] = (float)from[c][i] * step;
  d->n = n;
  return FLAC__STREAM_DECODER_WRITE_STATUS_CONTINUE;
}

static void note_error(const FLAC__StreamDecoder *flac, FLAC__StreamDecoderErrorStatus status, void *user)
{
  (void)flac, (void)status;
  ((bl_flac_decoder *)user)->bad = true;
}

/* "fLaC" and a STREAMINFO that is the only block. Its counts are left open: they may be wrong in the file. */
static void put_front(bl_flac_decoder *d, const bl_flac_info *info)
{
  unsigned char *v = d->front + 8;
  memcpy(d->front, "fLaC\x80\0\0\x22", 8);
  v[1] = 16, v[2] = v[3] = 0xff; /* blocks of 16 to 65535 samples */
  v[10] = (unsigned char)(info->rate >> 12), v[11] = (unsigned char)(info->rate >> 4);
  v[12] = (unsigned char)((info->rate & 15) << 4 | (info->channels - 1) << 1 | (info->bits - 1) >> 4);
  v[13] = (unsigned char)((info->bits - 1) << 4);
}

bl_status bl_flac_decoder_new(bl_ctx *ctx, const bl_flac_info *info, bl_flac_more more, void *arg,
                              bl_flac_decoder **out)
{
  bl_flac_decoder *d = bl_calloc(ctx, 1, sizeof *d);
  bl_status s = BL_E_NOMEM;
  *out = NULL;
  if (!d || !(d->flac = FLAC__stream_decoder_new())) goto done;
  d->ctx = ctx, d->more = more, d->arg = arg, d->channels = info->channels;
  put_front(d, info);
  if (FLAC__stream_decoder_init_stream(d->flac, read_bytes, NULL, tell, NULL, NULL, take_frame, NULL, note_error, d))
    goto done;
  if (!FLAC__stream_decoder_process_until_end_of_metadata(d->flac)) goto done;
  *out = d, d = NULL;
  s = BL_OK;
done:
  bl_flac_decoder_free(ctx, d);
  return s ? bl_fail_nomem(ctx, "a FLAC decoder") : BL_OK;
}

void bl_flac_decoder_restart(bl_flac_decoder *d)
{
  FLAC__stream_decoder_flush(d->flac);
  d->given = 0;
}

size_t bl_flac_decoder_used(const bl_flac_decoder *d)
{
  FLAC__uint64 at;
  return FLAC__stream_decoder_get_decode_position(d->flac, &at) ? (size_t)at : 0;
}

bl_status bl_flac_decoder_next(bl_ctx *ctx, bl_flac_decoder *d, const float **v, size_t *n)
{
  d->n = 0;
  d->bad = false;
  d->status = BL_OK;
  d->ctx = ctx;
  for (int i = 0; i < TRIES && !d->n && !d->bad && !d->status; i++)
    if (!FLAC__stream_decoder_process_single(d->flac) ||
        FLAC__stream_decoder_get_state(d->flac) >= FLAC__STREAM_DECODER_END_OF_STREAM)
      break;
  *v = d->v;
  *n = d->bad ? 0 : d->n;
  return d->status;
}

void bl_flac_decoder_free(bl_ctx *ctx, bl_flac_decoder *d)
{
  if (!d) return;
  if (d->flac) FLAC__stream_decoder_delete(d->flac);
  bl_free(ctx, d->v);
  bl_free(ctx, d);
}
