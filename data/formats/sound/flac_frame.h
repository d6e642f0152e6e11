/* flac_frame.h: the frames of FLAC (RFC 9639, 9), found without decoding. Private to data/. */
#ifndef BL_DATA_FLAC_FRAME_H
#define BL_DATA_FLAC_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BL_FLAC_INFO_BYTES = 34, BL_FLAC_MAX_HEAD = 16 };

/* STREAMINFO (8.2). */
typedef struct bl_flac_info {
  uint32_t min_block, max_block, rate;
  unsigned channels, bits;
  uint64_t total; /* samples; 0: not told */
} bl_flac_info;
/* From its BL_FLAC_INFO_BYTES bytes. */
bl_flac_info bl_flac_info_of(const unsigned char *v);

typedef struct bl_flac_frame {
  bool variable; /* number counts samples, else frames */
  uint64_t number;
  uint32_t block;          /* samples of each channel */
  uint32_t rate;           /* 0: as STREAMINFO has it */
  unsigned channels, bits; /* bits 0: as STREAMINFO has them */
  size_t head_bytes;
} bl_flac_frame;
/* The header of a frame at v, of which n bytes are there; false when there is none, by its checksum too. */
bool bl_flac_frame_head(const unsigned char *v, size_t n, bl_flac_frame *out);
/* More bytes than a frame has. */
size_t bl_flac_frame_bound(const bl_flac_frame *f, unsigned info_bits);

/* The checksum at the end of frames, eight bytes at a time. */
typedef struct bl_flac_crc {
  uint16_t table[8][256];
} bl_flac_crc;
void bl_flac_crc_init(bl_flac_crc *c);

/* Where the frame at v ends: where the checksum over it comes out and another header begins, or (last: nothing is
 * behind the n bytes) the bytes end. 0: nowhere in n bytes. */
size_t bl_flac_frame_end(const bl_flac_crc *c, const unsigned char *v, size_t n, size_t head_bytes, bool last);
/* The first byte from `from` on where a header may begin, or n. */
size_t bl_flac_frame_seek(const unsigned char *v, size_t from, size_t n);

#endif
