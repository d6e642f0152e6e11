/* mpeg_frame.h: the frames of MPEG audio (ISO/IEC 11172-3, 13818-3), found without decoding. Private to data/. */
#ifndef BL_DATA_MPEG_FRAME_H
#define BL_DATA_MPEG_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BL_MPEG_HEAD_BYTES = 4, BL_MPEG_INFO_BYTES = 192, BL_MPEG_MOST_BYTES = 2881 };

typedef struct bl_mpeg_frame {
  unsigned version; /* 1; 2; 25: 2.5 */
  unsigned layer, channels;
  uint32_t rate, n; /* samples of each channel */
  size_t bytes;
  size_t side_at, side_bytes; /* of layer III: what stands in front of the coded samples */
} bl_mpeg_frame;
/* The header at v, 4 bytes; false when there is none, or one of free bit rate. */
bool bl_mpeg_frame_head(const unsigned char *v, bl_mpeg_frame *out);
bool bl_mpeg_frames_alike(const bl_mpeg_frame *a, const bl_mpeg_frame *b);
/* Bytes of earlier frames that a frame's samples reach back into (main_data_begin); v: the frame, side information
 * included. */
size_t bl_mpeg_frame_back(const bl_mpeg_frame *f, const unsigned char *v);
/* Whether the side information of a frame of layer III can be: it does not ask for more samples or bits than there are. Of
 * other layers all can. Checksums are not looked at: some encoders write wrong ones. */
bool bl_mpeg_frame_can_be(const bl_mpeg_frame *f, const unsigned char *v);
/* Bytes of a frame that later ones may reach back into. */
static inline size_t bl_mpeg_frame_body(const bl_mpeg_frame *f) { return f->bytes - f->side_at - f->side_bytes; }

/* What an encoder put into a first frame without sound (Xing 2000; LAME 3.90). */
typedef struct bl_mpeg_info {
  bool has_count, has_skips;
  uint64_t n_frames;       /* of sound */
  uint32_t delay, padding; /* samples put in front and behind */
} bl_mpeg_info;
/* False when the n bytes of the frame at v are no such. */
bool bl_mpeg_info_of(const bl_mpeg_frame *f, const unsigned char *v, size_t n, bl_mpeg_info *out);

#endif
