/* channels.h: finding channels by name.
 *
 * Names are compared with case, after surrounding blanks and trailing dots are taken off both ("Fc5." is "Fc5"). A name
 * that no channel bears may be a pattern: * any run, ? one character, [abc] one of a set. */
#ifndef BL_FEATURES_CHANNELS_H
#define BL_FEATURES_CHANNELS_H

#include "baleen/stream.h"

/* Marks the channels that `name` means: adds their indices to index[] (room for n_channels) unless they are there.
 * BL_E_CONFIG when there is none and `needed` or when `name` is no pattern; the text names the nearest. */
bl_status bl_channels_add(bl_ctx *ctx, const char *who, const bl_stream *in, const char *name, bool needed,
                          size_t *index, size_t *n) BL_MUST_CHECK;
/* True when bl_channels_add() would find at least one. */
bool bl_channels_has(const bl_stream *in, const char *name);
bool bl_channels_is_pattern(const char *name);
/* Keeps of index[0..n) the channels whose name tells one of these types (channel.h), all of them when there are none;
 * indices beyond the stream's channels stay. BL_E_CONFIG for an unknown type, and when nothing is left. */
bl_status bl_channels_keep_types(bl_ctx *ctx, const char *who, const bl_stream *in, const bl_texts *types,
                                 size_t *index, size_t *n) BL_MUST_CHECK;
/* The channels that include means (all, when it is empty), in its order, without those that exclude means. *index is
 * freed by the caller. BL_E_CONFIG when none is left. */
bl_status bl_channels_pick(bl_ctx *ctx, const char *who, const bl_stream *in, const bl_texts *include,
                           const bl_texts *exclude, size_t **index, size_t *n) BL_MUST_CHECK;

#endif
