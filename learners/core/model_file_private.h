/* model_file_private.h: what the writer and the reader of model files agree on. */
#ifndef BL_MODEL_FILE_PRIVATE_H
#define BL_MODEL_FILE_PRIVATE_H

#include "baleen/model_file.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "model files are little-endian; this machine needs byte swapping here"
#endif

/* 1 (baleen 0.1.0): the caller's metadata were a whole config; 2: they are a recipe; 3: the metadata hold a hash of the
 * whole file. What is the library's own, the estimator and its arrays, is the same in all. */
#define BL_MODEL_VERSION        3
#define BL_MODEL_VERSION_HASHED 3
#define BL_MODEL_ASSET          "asset." /* and a number: the name of an array that is no estimator's */
#define BL_MODEL_HEADER_CEILING ((size_t)100 << 20)
#define BL_MODEL_FILE_CEILING   ((size_t)16 << 30)

/* The hash is 16 hexadecimal digits under the key "hash", over every byte of the file with these digits taken as 0. A
 * change within any one word of 8 bytes changes it for certain, any other but once in 2^64. */
#define BL_MODEL_NO_HASH "0000000000000000"
/* Writes the hash of a whole file into its place; does nothing where there is none. */
void bl_model_seal(char *bytes, size_t n);
/* BL_E_FORMAT when the place is there and holds another hash than the file's, or is not there though `needed`. */
bl_status bl_model_check_seal(bl_ctx *ctx, const char *name, const char *bytes, size_t n, bool needed) BL_MUST_CHECK;

#endif
