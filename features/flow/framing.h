/* framing.h: the options by which stages that describe frames of a waveform cut them, librosa's (rms, yin, lpc ...). */
#ifndef BL_FEATURES_FRAMING_H
#define BL_FEATURES_FRAMING_H

#include "framer.h"

typedef struct bl_framing {
  int64_t frame_length;
  bl_word hop_length;
  bool center;
  int pad_mode;
} bl_framing;

extern const char *const bl_framing_auto[];
extern const char *const bl_framing_pads[]; /* in the order of bl_pad */

/* Rows of a stage whose params hold a bl_framing named framing. */
/* clang-format off */
#define BL_FRAMING_OPTS(T, length)                                                                                     \
  {"frame_length", BL_OPT_INT, offsetof(T, framing.frame_length), length, 2, 1 << 20, 0, NULL, "samples",              \
   "length of a frame", NULL},                                                                                         \
  {"hop_length", BL_OPT_WORD, offsetof(T, framing.hop_length), "auto", 1, 1 << 24, BL_OPT_WHOLE, bl_framing_auto,      \
   "samples", "from one frame to the next; auto: a quarter of frame_length", NULL},                                    \
  {"center", BL_OPT_BOOL, offsetof(T, framing.center), "true", 0, 0, 0, NULL, "",                                      \
   "pad both ends so that frame i is centred at sample i hop_length", NULL},                                           \
  {"pad_mode", BL_OPT_ENUM, offsetof(T, framing.pad_mode), "constant", 0, 0, 0, bl_framing_pads, "",                   \
   "what centring pads with: zeros, the signal reflected, or its ends repeated", NULL}
/* clang-format on */

/* The input must be a waveform; describes time and rate of the frames. */
bl_status bl_framing_shape(bl_ctx *ctx, const char *who, const bl_framing *p, const bl_stream *in,
                           bl_stream *out) BL_MUST_CHECK;
size_t bl_framing_hop(const bl_framing *p);
bl_status bl_framing_init(bl_ctx *ctx, const bl_framing *p, const bl_stream *in, bl_framer *f) BL_MUST_CHECK;

#endif
