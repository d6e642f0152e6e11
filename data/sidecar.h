/* sidecar.h: what a file of bare numbers does not say about itself, from a JSON file beside it. Private to the data layer.
 *
 *   {"rate_hz": 256, "channels": ["Cz", "Pz"], "units": ["uV", "uV"], "start": "2018-06-02T15:30:00",
 *    "order": "frames", "format": "s16le"}
 *
 * All but rate_hz may be left out; "unit" gives one unit to all; "channels" may be a count. "order" is "frames", [frame]
 * [channel], or "channels", [channel][frame]; "format" is for raw PCM. Unknown keys are passed over: others keep more there. */
#ifndef BL_DATA_SIDECAR_H
#define BL_DATA_SIDECAR_H

#include "baleen/recording.h"

typedef struct bl_sidecar {
  char *path;       /* NULL: there is none */
  double rate_hz;   /* 0: not said */
  size_t n_channels; /* 0: not said */
  bl_texts channels, units;
  char *start, *format; /* NULL: not said */
  bool by_channel;
} bl_sidecar;
/* <file>.json, or the file's name with .json for its extension. A value of the wrong kind is BL_E_FORMAT. */
bl_status bl_sidecar_read(bl_ctx *ctx, const char *file, bl_sidecar *out) BL_MUST_CHECK;
/* Parses a text; `name` is for messages. */
bl_status bl_sidecar_parse(bl_ctx *ctx, const char *name, const char *text, size_t n, bl_sidecar *out) BL_MUST_CHECK;
/* Names and units of the only stream's channels, and the start. Names that the file has itself may be there already; where
 * neither knows one, they are ch1, ch2 .. . BL_E_FORMAT when the numbers of channels differ. */
bl_status bl_sidecar_apply(bl_ctx *ctx, bl_recording *rec, const bl_sidecar *s) BL_MUST_CHECK;
void bl_sidecar_free(bl_ctx *ctx, bl_sidecar *s);

#endif
