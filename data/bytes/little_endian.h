/* little_endian.h: whole numbers of bytes in a row, the lowest first, at any address. Private to data. */
#ifndef BL_DATA_LITTLE_ENDIAN_H
#define BL_DATA_LITTLE_ENDIAN_H

#include <stdint.h>

static inline uint32_t bl_le16(const unsigned char *p) { return (uint32_t)p[0] | (uint32_t)p[1] << 8; }
static inline uint32_t bl_le32(const unsigned char *p) { return bl_le16(p) | bl_le16(p + 2) << 16; }
static inline uint64_t bl_le64(const unsigned char *p) { return bl_le32(p) | (uint64_t)bl_le32(p + 4) << 32; }

#endif
