/* model_file.h: a fitted estimator as one safetensors file: 8 bytes of header length, a JSON header, raw little-endian
 * arrays. Loading runs no code and checks every bound. Format: the safetensors README (Hugging Face).
 *
 * Tensors are named "<step>.<field>", those of the caller "asset.<number>", those of a step's i-th learnt child
 * "<step>[i].<field>"; metadata (text to text, as the format demands) holds "format" = "baleen", "format_version",
 * "version" (of the library that wrote it), "estimator" (bl_estimator_print's text), "structure" (JSON: per step class,
 * state version, n_features, classes, names, steps; learnt children, each with the "estimator" text that makes it;
 * "fitted": false where a step is only the pattern for learnt ones), "hash" (of the whole file: one that was cut or damaged
 * anywhere is refused) and what the caller adds ("pipeline"). */
#ifndef BALEEN_MODEL_FILE_H
#define BALEEN_MODEL_FILE_H

#include "baleen/estimator.h"

enum { BL_ASSET_NAME = 32 };
typedef struct bl_meta {
  bl_texts keys, values; /* as many of each */
  bl_array *asset;       /* arrays that what the texts say refers to, by the names "asset.0", "asset.1" .. */
  size_t n_assets;
} bl_meta;
bl_status bl_meta_add(bl_ctx *ctx, bl_meta *m, const char *key, const char *value) BL_MUST_CHECK;
/* Copies an array that has numbers; `name` is what it is called in the file. Equal arrays are kept once. */
bl_status bl_meta_add_asset(bl_ctx *ctx, bl_meta *m, const bl_array *a, char name[BL_ASSET_NAME]) BL_MUST_CHECK;
const bl_array *bl_meta_asset(const bl_meta *m, const char *name); /* NULL when there is none */
const char *bl_meta_get(const bl_meta *m, const char *key);        /* NULL when absent */
void bl_meta_free(bl_ctx *ctx, bl_meta *m);

/* Written beside and renamed, so that a stop leaves the old file or the new one. `extra` may be NULL. Same estimator,
 * same bytes. */
bl_status bl_model_save(bl_ctx *ctx, const char *path, const bl_estimator *e, const bl_meta *extra) BL_MUST_CHECK;
/* *extra (may be NULL) gets all metadata. BL_E_FORMAT names what is wrong and where; a newer format or state version is
 * refused by name. */
bl_status bl_model_load(bl_ctx *ctx, const char *path, bl_estimator **out, bl_meta *extra) BL_MUST_CHECK;
/* The same from memory, for tests and fuzzers; `name` is used in messages. */
bl_status bl_model_parse(bl_ctx *ctx, const char *name, const void *bytes, size_t n, bl_estimator **out,
                         bl_meta *extra) BL_MUST_CHECK;

#endif
