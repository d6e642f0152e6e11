/* framing.c: see framing.h. */
#include "framing.h"

#include "stage_util.h"

const char *const bl_framing_auto[] = {"auto", NULL};
const char *const bl_framing_pads[] = {"constant", "reflect", "edge", NULL};

size_t bl_framing_hop(const bl_framing *p)
{
  if (p->hop_length.word != 0) return (size_t)p->hop_length.real;
  return p->frame_length >= 4 ? (size_t)p->frame_length / 4 : 1;
}

bl_status bl_framing_shape(bl_ctx *ctx, const char *who, const bl_framing *p, const bl_stream *in, bl_stream *out)
{
  bl_status s = bl_need_waveform(ctx, who, in);
  if (!s) bl_framer_shape(in, (size_t)p->frame_length, bl_framing_hop(p), p->center, out);
  return s;
}

bl_status bl_framing_init(bl_ctx *ctx, const bl_framing *p, const bl_stream *in, bl_framer *f)
{
  return bl_framer_init(ctx, in->n_channels, (size_t)p->frame_length, bl_framing_hop(p), p->center, (bl_pad)p->pad_mode,
                        f);
}
