/* Vorbis in Ogg (Xiph.Org 2020), by libvorbis. */
#include <string.h>
#include <vorbis/codec.h>

#include "baleen/memory.h"
#include "ogg_codec.h"

typedef struct vorbis {
  bool begun, decoding;
  int n_headers;
  vorbis_info info;
  vorbis_comment comment;
  vorbis_dsp_state dsp;
  vorbis_block block;
  long before; /* samples of the packet before, of which a half overlaps; 0: there is none */
  float *v;
  size_t cap;
} vorbis;

static bool is(const ogg_packet *p) { return p->bytes >= 7 && !memcmp(p->packet, "\x01vorbis", 7); }

static bl_status header(bl_ctx *ctx, void *state, ogg_packet *p, bl_ogg_format *format, bool *done)
{
  vorbis *w = state;
  if (!w->begun) {
    vorbis_info_init(&w->info);
    vorbis_comment_init(&w->comment);
    w->begun = true;
  }
  if (vorbis_synthesis_headerin(&w->info, &w->comment, p))
    return bl_fail(ctx, BL_E_FORMAT, "a header of Vorbis cannot be decoded");
  *done = ++w->n_headers == 3;
  if (*done)
    *format = (bl_ogg_format){
        .rate = w->info.rate > 0 ? (uint32_t)w->info.rate : 0, .channels = (unsigned)w->info.channels, .step = 1};
  return BL_OK;
}

static uint64_t duration(void *state, ogg_packet *p)
{
  vorbis *w = state;
  long n = vorbis_packet_blocksize(&w->info, p), before = w->before;
  if (n <= 0) return 0; /* no packet of sound */
  w->before = n;
  return before ? (uint64_t)(before / 4 + n / 4) : 0;
}

static void restart(void *state)
{
  vorbis *w = state;
  w->before = 0;
  if (w->decoding) vorbis_synthesis_restart(&w->dsp);
}

static bl_status decode(bl_ctx *ctx, void *state, ogg_packet *p, const float **v, size_t *n)
{
  vorbis *w = state;
  float **from;
  void *room = w->v;
  *n = 0;
  if (!w->decoding) {
    if (vorbis_synthesis_init(&w->dsp, &w->info)) return bl_fail_nomem(ctx, "a Vorbis decoder");
    w->decoding = true;
    if (vorbis_block_init(&w->dsp, &w->block)) return bl_fail_nomem(ctx, "a Vorbis decoder");
  }
  if (vorbis_synthesis(&w->block, p) || vorbis_synthesis_blockin(&w->dsp, &w->block)) return BL_OK;
  int more = vorbis_synthesis_pcmout(&w->dsp, &from);
  size_t width = (size_t)w->info.channels, most = more > 0 ? (size_t)more : 0;
  bl_status s = bl_grow(ctx, &room, &w->cap, most * width, sizeof *w->v, "samples of Vorbis");
  w->v = room;
  if (s) return s;
  for (size_t c = 0; c < width; c++)
    for (size_t i = 0; i < most; i++) w->v[i * width + c] = from[c][i];
  vorbis_synthesis_read(&w->dsp, more);
  *v = w->v;
  *n = most;
  return BL_OK;
}

static void release(bl_ctx *ctx, void *state)
{
  vorbis *w = state;
  if (w->decoding) {
    vorbis_block_clear(&w->block);
    vorbis_dsp_clear(&w->dsp);
  }
  if (w->begun) {
    vorbis_comment_clear(&w->comment);
    vorbis_info_clear(&w->info);
  }
  bl_free(ctx, w->v);
}

const bl_ogg_codec bl_ogg_vorbis = {.name = "Vorbis",
                                    .is = is,
                                    .state_size = sizeof(vorbis),
                                    .header = header,
                                    .duration = duration,
                                    .restart = restart,
                                    .decode = decode,
                                    .release = release};
