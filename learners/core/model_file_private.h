/* model_file_private.h: what the writer and the reader of model files agree on. */
#ifndef BL_MODEL_FILE_PRIVATE_H
#define BL_MODEL_FILE_PRIVATE_H

#include "baleen/model_file.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "model files are little-endian; this machine needs byte swapping here"
#endif

/* 1 (baleen 0.1.0): the caller's metadata were a whole config; 2: they are a recipe. What is the library's own, the
 * estimator and its arrays, is the same in both. */
#define BL_MODEL_VERSION        2
#define BL_MODEL_ASSET          "asset." /* and a number: the name of an array that is no estimator's */
#define BL_MODEL_HEADER_CEILING ((size_t)100 << 20)
#define BL_MODEL_FILE_CEILING   ((size_t)16 << 30)

#endif
