/* pcm.h: what the parts that read raw samples share: the settings, the file's reader, the pipe's feed. Private to the
 * data layer. */
#ifndef BL_DATA_PCM_H
#define BL_DATA_PCM_H

#include "baleen/option.h"
#include "baleen/recording.h"
#include "file.h"
#include "samples.h"
#include "sidecar.h"

typedef struct bl_pcm_spec {
  double rate;
  int64_t channels, skip;
  int format;
  bl_texts names, units; /* of the channels; none: as in sound files */
  bl_word full_scale;    /* what a sample of 1 stands for; none: nothing but 1 */
} bl_pcm_spec;

/* Defaults; then the settings of "pcm:rate=48000,..:PATH". BL_E_CONFIG for what is no setting, BL_E_ARG when no path
 * follows. Freed by bl_pcm_spec_free() also after a failure. */
bl_status bl_pcm_spec_init(bl_ctx *ctx, bl_pcm_spec *out) BL_MUST_CHECK;
bl_status bl_pcm_spec_read(bl_ctx *ctx, const char *name, bl_pcm_spec *out) BL_MUST_CHECK;
/* The settings that a sidecar makes. */
bl_status bl_pcm_spec_of_sidecar(bl_ctx *ctx, const bl_recording *rec, const bl_sidecar *d,
                                 bl_pcm_spec *out) BL_MUST_CHECK;
void bl_pcm_spec_free(bl_ctx *ctx, bl_pcm_spec *p);

/* The stream's rate and channels, and the format in words; the length is the caller's. */
bl_status bl_pcm_describe(bl_ctx *ctx, bl_recording *rec, const bl_pcm_spec *p) BL_MUST_CHECK;
bl_sample_type bl_pcm_type(const bl_pcm_spec *p);
size_t bl_pcm_frame_bytes(const bl_pcm_spec *p);
/* From a stored number to the value that it stands for. */
bl_scale bl_pcm_scale(const bl_pcm_spec *p);

/* Standard input to its end, in a temporary file without a name, mapped. */
bl_status bl_pcm_spool_input(bl_ctx *ctx, bl_map *out) BL_MUST_CHECK;

#endif
