/* Opus in Ogg (RFC 7845), by libopus. It comes out at the lowest rate of Opus that is not below that of the recording it
 * was made of. */
#include <opus_multistream.h>
#include <string.h>

#include "baleen/memory.h"
#include "little_endian.h"
#include "ogg_codec.h"

/* The longest packet lasts 120 ms; a decoder has forgotten where it began after 80 (RFC 7845, 4.6). */
enum { RATE = 48000, MOST_SAMPLES = 5760, SETTLE = 3840, MAX_CHANNELS = 255 };

typedef struct opus {
  OpusMSDecoder *decoder;
  unsigned channels;
  int rate, gain;
  int streams, coupled;
  unsigned char mapping[MAX_CHANNELS];
  bool headed;
  float *v;
} opus;

static bool is(const ogg_packet *p) { return p->bytes >= 8 && !memcmp(p->packet, "OpusHead", 8); }

/* Which coded stream each channel comes from; false when it makes no sense. */
static bool read_mapping(opus *w, const unsigned char *h, size_t n)
{
  enum { AT = 21 };
  if (h[18] == 0) { /* mono or stereo */
    w->streams = 1;
    w->coupled = w->channels == 2;
    w->mapping[1] = 1;
    return w->channels <= 2;
  }
  if (n < AT + w->channels) return false;
  w->streams = h[19];
  w->coupled = h[20];
  memcpy(w->mapping, h + AT, w->channels);
  return true;
}

static bl_status read_head(bl_ctx *ctx, opus *w, const ogg_packet *p, bl_ogg_format *format)
{
  static const int rates[] = {8000, 12000, 16000, 24000, 48000};
  const unsigned char *h = p->packet;
  size_t n = (size_t)p->bytes, r = 0;
  if (n < 19 || h[8] >> 4 || !h[9]) return bl_fail(ctx, BL_E_FORMAT, "the header of Opus is none");
  uint32_t rate = bl_le32(h + 12);
  while (r < 4 && (!rate || rate > (uint32_t)rates[r])) r++;
  w->channels = h[9];
  w->rate = rates[r];
  w->gain = (int16_t)bl_le16(h + 16);
  if (!read_mapping(w, h, n)) return bl_fail(ctx, BL_E_FORMAT, "the header of Opus tells of no channels");
  *format = (bl_ogg_format){.rate = (uint32_t)w->rate,
                            .channels = w->channels,
                            .step = (unsigned)(RATE / w->rate),
                            .skip = bl_le16(h + 10),
                            .settle = SETTLE};
  return BL_OK;
}

static bl_status header(bl_ctx *ctx, void *state, ogg_packet *p, bl_ogg_format *format, bool *done)
{
  opus *w = state;
  if (w->headed) { /* the comments */
    *done = true;
    return BL_OK;
  }
  bl_status s = read_head(ctx, w, p, format);
  int error = OPUS_OK;
  if (s) return s;
  w->headed = true;
  w->decoder = opus_multistream_decoder_create(w->rate, (int)w->channels, w->streams, w->coupled, w->mapping, &error);
  if (error == OPUS_ALLOC_FAIL) return bl_fail_nomem(ctx, "an Opus decoder");
  if (error || !w->decoder) return bl_fail(ctx, BL_E_FORMAT, "the header of Opus tells of no channels");
  opus_multistream_decoder_ctl(w->decoder, OPUS_SET_GAIN(w->gain));
  w->v = bl_calloc(ctx, (size_t)MOST_SAMPLES * w->channels, sizeof *w->v);
  return w->v ? BL_OK : bl_fail_nomem(ctx, "samples of Opus");
}

static uint64_t duration(void *state, ogg_packet *p)
{
  (void)state;
  int n = opus_packet_get_nb_samples(p->packet, (opus_int32)p->bytes, RATE);
  return n > 0 ? (uint64_t)n : 0;
}

static void restart(void *state)
{
  opus *w = state;
  if (w->decoder) opus_multistream_decoder_ctl(w->decoder, OPUS_RESET_STATE);
}

static bl_status decode(bl_ctx *ctx, void *state, ogg_packet *p, const float **v, size_t *n)
{
  opus *w = state;
  (void)ctx;
  int got = opus_multistream_decode_float(w->decoder, p->packet, (opus_int32)p->bytes, w->v, MOST_SAMPLES, 0);
  if (got < 0) { /* as long as it says it is, and silent */
    got = opus_packet_get_nb_samples(p->packet, (opus_int32)p->bytes, w->rate);
    if (got > MOST_SAMPLES) got = 0;
    memset(w->v, 0, sizeof *w->v * w->channels * (size_t)(got > 0 ? got : 0));
  }
  *v = w->v;
  *n = got > 0 ? (size_t)got : 0;
  return BL_OK;
}

static void release(bl_ctx *ctx, void *state)
{
  opus *w = state;
  if (w->decoder) opus_multistream_decoder_destroy(w->decoder);
  bl_free(ctx, w->v);
}

const bl_ogg_codec bl_ogg_opus = {.name = "Opus",
                                  .is = is,
                                  .state_size = sizeof(opus),
                                  .header = header,
                                  .duration = duration,
                                  .restart = restart,
                                  .decode = decode,
                                  .release = release};
