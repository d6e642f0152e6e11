/* FLAC in Ogg (RFC 9639, 10.1): a frame is a packet. */
#include <string.h>

#include "baleen/memory.h"
#include "flac_decoder.h"
#include "ogg_codec.h"

typedef struct oggflac {
  bl_flac_info info;
  unsigned n_headers, of_headers; /* 0: their number is not told */
  bl_flac_decoder *decoder;
  const unsigned char *v; /* the packet at hand */
  size_t n;
} oggflac;

enum { HEAD_BYTES = 13, BLOCK_HEAD = 4 };

static bool is(const ogg_packet *p)
{
  return p->bytes >= 5 && !memcmp(p->packet,
                                  "\x7f"
                                  "FLAC",
                                  5);
}

static bl_status header(bl_ctx *ctx, void *state, ogg_packet *p, bl_ogg_format *format, bool *done)
{
  oggflac *w = state;
  const unsigned char *v = p->packet;
  if (!w->n_headers++) {
    if (p->bytes < HEAD_BYTES + BLOCK_HEAD + BL_FLAC_INFO_BYTES || memcmp(v + 9, "fLaC\0", 4))
      return bl_fail(ctx, BL_E_FORMAT, "the header of FLAC in Ogg is none");
    w->of_headers = (unsigned)v[7] << 8 | v[8];
    w->info = bl_flac_info_of(v + HEAD_BYTES + BLOCK_HEAD);
    *format = (bl_ogg_format){.rate = w->info.rate, .channels = w->info.channels, .step = 1, .bits = (int)w->info.bits};
    return BL_OK;
  }
  *done = w->of_headers ? w->n_headers > w->of_headers : p->bytes > 0 && v[0] & 0x80; /* marked as the last */
  return BL_OK;
}

static uint64_t duration(void *state, ogg_packet *p)
{
  bl_flac_frame h;
  (void)state;
  return p->bytes > 0 && bl_flac_frame_head(p->packet, (size_t)p->bytes, &h) ? h.block : 0;
}

static bl_status more(bl_ctx *ctx, void *arg, unsigned char *to, size_t *n)
{
  oggflac *w = arg;
  (void)ctx;
  if (*n > w->n) *n = w->n;
  if (*n) memcpy(to, w->v, *n);
  w->v += *n;
  w->n -= *n;
  return BL_OK;
}

static void restart(void *state) { (void)state; }

static bl_status decode(bl_ctx *ctx, void *state, ogg_packet *p, const float **v, size_t *n)
{
  oggflac *w = state;
  bl_status s = w->decoder ? BL_OK : bl_flac_decoder_new(ctx, &w->info, more, w, &w->decoder);
  *n = 0;
  if (s) return s;
  w->v = p->packet;
  w->n = (size_t)p->bytes;
  bl_flac_decoder_restart(w->decoder);
  return bl_flac_decoder_next(ctx, w->decoder, v, n);
}

static void release(bl_ctx *ctx, void *state) { bl_flac_decoder_free(ctx, ((oggflac *)state)->decoder); }

const bl_ogg_codec bl_ogg_flac = {.name = "FLAC",
                                  .is = is,
                                  .state_size = sizeof(oggflac),
                                  .header = header,
                                  .duration = duration,
                                  .restart = restart,
                                  .decode = decode,
                                  .release = release};
