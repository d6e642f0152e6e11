/* framer.h: cuts a waveform of several channels into overlapping frames, padded at the run's ends as librosa pads.
 *
 * The padded signal is p[i] = x[i - pad], pad = length / 2 when centred, else 0; frame j covers p[j hop .. j hop +
 * length). Frames that the end cuts off are left out. So L samples give, centred, 1 + (L + 2 pad - length) / hop
 * frames (for an even length 1 + L / hop), uncentred 1 + (L - length) / hop or none. No sample, no frame. */
#ifndef BL_FEATURES_FRAMER_H
#define BL_FEATURES_FRAMER_H

#include "baleen/stream.h"

typedef enum bl_pad { BL_PAD_CONSTANT, BL_PAD_REFLECT, BL_PAD_EDGE } bl_pad; /* numpy.pad's names; constant: zeros */

typedef struct bl_framer {
  size_t n_channels, length, hop, pad;
  bl_pad mode;
  float *v;            /* [channel][cap]: the padded signal from `base` on */
  size_t cap, len;     /* samples there is room for, samples held, a channel */
  uint64_t base, next; /* padded index of v[0]; index of the next frame */
  uint64_t total;      /* samples taken */
  bool padded;         /* the left padding has its values */
} bl_framer;

bl_status bl_framer_init(bl_ctx *ctx, size_t n_channels, size_t length, size_t hop, bool center, bl_pad mode,
                         bl_framer *f) BL_MUST_CHECK;
void bl_framer_reset(bl_framer *f);
/* Takes as many of the n samples x[sample][channel] as there is room for, at least one; call until all are taken, and
 * ask for frames in between. */
size_t bl_framer_take(bl_framer *f, const float *x, size_t n);
/* The run ends: pads the right side. */
void bl_framer_end(bl_framer *f);
/* How many frames can be had now. */
size_t bl_framer_ready(const bl_framer *f);
/* Channel c of the i-th frame that is ready: `length` samples, valid until the next call of another function. */
const float *bl_framer_frame(const bl_framer *f, size_t i, size_t c);
/* The first n ready frames are done with. */
void bl_framer_drop(bl_framer *f, size_t n);
void bl_framer_release(bl_ctx *ctx, bl_framer *f);

/* Describes the frames: rate, start and latency of `out`, which is a copy of `in`. */
void bl_framer_shape(const bl_stream *in, size_t length, size_t hop, bool center, bl_stream *out);

#endif
