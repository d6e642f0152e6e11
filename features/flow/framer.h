/* framer.h: cuts a waveform of several channels into overlapping frames, padded at the run's ends as librosa pads.
 *
 * The padded signal is p[i] = x[i - pad], pad = length / 2 when centred, else 0; frame j covers p[j hop .. j hop +
 * length). Frames that the end cuts off are left out. So L samples give, centred, 1 + (L + 2 pad - length) / hop
 * frames (for an even length 1 + L / hop), uncentred 1 + (L - length) / hop or none. No sample, no frame.
 *
 * fill_end: where samples are left at the end that no frame holds, one more frame holds them, filled up with zeros; so
 * fewer samples than a frame give one frame (scipy.signal.stft's `padded`, python_speech_features). */
#ifndef BL_FEATURES_FRAMER_H
#define BL_FEATURES_FRAMER_H

#include "baleen/stage.h"

typedef enum bl_pad { BL_PAD_CONSTANT, BL_PAD_REFLECT, BL_PAD_EDGE } bl_pad; /* numpy.pad's names; constant: zeros */

/* Where sample i < 0 or i >= n of a signal of n samples takes its value from; numpy.pad's rules, which reflect again
 * and again where the padding is longer than the signal. -1: a zero. */
int64_t bl_pad_source(bl_pad mode, int64_t i, int64_t n);

typedef struct bl_framer {
  size_t n_channels, length, hop, pad;
  bl_pad mode;
  float *v;            /* [channel][cap]: the padded signal from `base` on */
  size_t cap, len;     /* samples there is room for, samples held, a channel */
  uint64_t base, next; /* padded index of v[0]; index of the next frame */
  uint64_t total;      /* samples taken */
  bool padded;         /* the left padding has its values */
  bool fill_end;       /* set, if wanted, after init */
} bl_framer;

bl_status bl_framer_init(bl_ctx *ctx, size_t n_channels, size_t length, size_t hop, bool center, bl_pad mode,
                         bl_framer *f) BL_MUST_CHECK;
void bl_framer_reset(bl_framer *f);
/* Turns the samples of one channel's frame (f->length of them) into that channel's bins at `to`. */
typedef void (*bl_frame_fn)(void *user, const bl_framer *f, const float *x, float *to);
/* Takes n samples x[sample][channel]; each frame that is whole goes channel by channel through fn into `out`, whose
 * width is the channels times the bins. */
bl_status bl_framer_push(bl_ctx *ctx, bl_framer *f, const float *x, size_t n, bl_frame_fn fn, void *user,
                         bl_frames *out) BL_MUST_CHECK;
/* The run ends: pads the right side and gives the frames that are still owed. */
bl_status bl_framer_finish(bl_ctx *ctx, bl_framer *f, bl_frame_fn fn, void *user, bl_frames *out) BL_MUST_CHECK;
void bl_framer_release(bl_ctx *ctx, bl_framer *f);

/* As the slot of a stage. */
bool bl_framer_warm_up(const bl_framer *f, bl_warm_up *out);

/* Describes the frames: rate, start and latency of `out`, which is a copy of `in`. */
void bl_framer_shape(const bl_stream *in, size_t length, size_t hop, bool center, bl_stream *out);

#endif
