/* edf_copy.h: what the parts of copying EDF and BDF files share. Private to data/. */
#ifndef BALEEN_EDF_COPY_H
#define BALEEN_EDF_COPY_H

#include "baleen/recording_write.h"
#include "edf.h"
#include "edf_write.h"

/* Patient and recording as EDF+ subfields. */
bl_status bl_edf_mend_identity(bl_ctx *ctx, const bl_edf *e, bl_edf_out_spec *out, bl_texts *report) BL_MUST_CHECK;
/* The header of signal i. */
bl_status bl_edf_mend_signal(bl_ctx *ctx, const bl_edf *e, size_t i, bool to_bdf, bl_edf_out_signal *to,
                             bl_texts *report) BL_MUST_CHECK;

#endif
