/* model_file_private.h: what the writer and the reader of model files agree on. */
#ifndef BL_MODEL_FILE_PRIVATE_H
#define BL_MODEL_FILE_PRIVATE_H

#include "baleen/model_file.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "model files are little-endian; this machine needs byte swapping here"
#endif

#define BL_MODEL_VERSION        1
#define BL_MODEL_HEADER_CEILING ((size_t)100 << 20)
#define BL_MODEL_FILE_CEILING   ((size_t)16 << 30)

#endif
