/* edf_walk.h: from record to record along their time stamps: whether the samples go on, or a gap lies between. What the
 * rules are, and what comes of looking ahead, is in edf_times.c. Private to data/. */
#ifndef BL_EDF_WALK_H
#define BL_EDF_WALK_H

#include "edf.h"

#define BL_EDF_MAX_DRIFT 1e-3 /* of any clock that deserves the name */

typedef struct bl_edf_walk {
  bl_edf *e;
  double tolerance_s, digit_s; /* see rule 1 of edf_times.c; the stamps' last digit */
  double expected_s;           /* offset */
  double last_s;               /* offset of the last good stamp, which record `last` has */
  uint64_t last;
  double run_s;               /* offset at which the run began */
  double gaps_s;              /* in all */
  double owed_s;              /* to be taken off the next gaps */
  double followed_s, drift_s; /* what the expected offset followed within this run, and in all before it */
  uint64_t drifted;           /* first record where that was more than the tolerance; 0: none */
  long signal;                /* which has the stamps */
} bl_edf_walk;

/* Before record 0, once the first annotation signal's stamps' digits are known as far as they are. */
void bl_edf_walk_begin(bl_edf *e, bl_edf_walk *w);
/* The tolerance, anew: after more digits were seen. */
void bl_edf_walk_tolerate(bl_edf_walk *w);
/* Record r begins a run. */
bl_status bl_edf_walk_run(bl_ctx *ctx, bl_edf_walk *w, uint64_t r) BL_MUST_CHECK;
/* Record r, whose stamp is `offset` later than the samples before it last (NAN: it has none); bad: other stamps
 * contradict it. A gap adds a run to e->runs. *stamp_s: what the stamp is taken for. */
bl_status bl_edf_walk_step(bl_ctx *ctx, bl_edf_walk *w, uint64_t r, double offset, bool bad,
                           double *stamp_s) BL_MUST_CHECK;
/* Counts a deviation of record r's stamp. */
void bl_edf_walk_deviates(bl_edf_walk *w, bl_edf_deviation kind, uint64_t r);

#endif
