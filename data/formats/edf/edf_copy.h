/* edf_copy.h: what the parts of copying EDF and BDF files share. Private to data/. */
#ifndef BALEEN_EDF_COPY_H
#define BALEEN_EDF_COPY_H

#include "baleen/recording_write.h"
#include "edf.h"
#include "edf_write.h"

/* A copy in the making: edf_copy.c, which carries it out, and the parts of planning it. */
typedef struct bl_edf_copier {
  const bl_recording *rec;
  bl_edf *e;
  const bl_edf_copying *how;
  bl_texts *report;
  size_t *signals;            /* of the source, that are copied [out.n_signals]; behind them, that of Status system */
  bl_edf_out_signal *headers; /* their new ones */
  const bl_stretch *runs;     /* of the source, in frames of its first stream */
  size_t n_runs;
  uint64_t first_spr; /* of that stream */
  size_t status;      /* which of the signals becomes a BDF's Status; SIZE_MAX: none */
  bool has_system;    /* and takes the bits of another in */
  bool by_samples;
  double from_s, to_s;
  bl_edf_out_run *out_runs;
  uint64_t *from_record; /* first source record of each */
  bl_annotations annotations;
  bl_edf_out_spec out;
} bl_edf_copier;

/* Which signals are copied, by which headers: edf_copy_signals.c. */
bl_status bl_edf_choose_signals(bl_ctx *ctx, bl_edf_copier *c) BL_MUST_CHECK;
/* Which records or samples, and with them the times that are written; then what of the annotations lies between these:
 * edf_copy_times.c. */
bl_status bl_edf_plan_times(bl_ctx *ctx, bl_edf_copier *c) BL_MUST_CHECK;
bl_status bl_edf_take_annotations(bl_ctx *ctx, bl_edf_copier *c) BL_MUST_CHECK;
/* Samples of the copy's signal i in the stretch, at its own rate. */
uint64_t bl_edf_samples_of(const bl_edf_copier *c, size_t i);
/* Writes all records: edf_copy_samples.c. */
bl_status bl_edf_write_records(bl_ctx *ctx, bl_edf_copier *c, bl_edf_out *o) BL_MUST_CHECK;

/* What edf_mend.c makes of what a header should not say. Patient and recording as EDF+ subfields. */
bl_status bl_edf_mend_identity(bl_ctx *ctx, const bl_edf *e, bl_edf_out_spec *out, bl_texts *report) BL_MUST_CHECK;
/* The header of signal i. */
bl_status bl_edf_mend_signal(bl_ctx *ctx, const bl_edf *e, size_t i, bool to_bdf, bl_edf_out_signal *to,
                             bl_texts *report) BL_MUST_CHECK;

#endif
