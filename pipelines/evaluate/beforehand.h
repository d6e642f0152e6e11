/* beforehand.h: a config against what headers and tables tell, before anything is written. What is wrong is told in its place:
 * "x.yaml:7:16: error: ...". */
#ifndef BL_BEFOREHAND_H
#define BL_BEFOREHAND_H

#include "baleen/run.h"

/* The recipe on the streams of the most common kind; `example` is a recording of that kind. All that it cannot do is
 * logged, and BL_E_CONFIG returned. */
bl_status bl_check_recipe(bl_ctx *ctx, const bl_config *c, const bl_stream *in, const char *example) BL_MUST_CHECK;

/* The rows that are to be learnt from: a table's, or those foreseen. */
typedef struct bl_rows_known {
  const bl_dataset *rows;
  bool foreseen;         /* what samples decide may yet leave some out */
  bool cut;              /* there are more than these: of what they lack nothing can be said */
  const bl_texts *names; /* of the features */
  const bl_blocks *blocks;
  const char *aside; /* more to say where something is missing: what was left out, and why; or NULL */
} bl_rows_known;
/* Labels, groups and classes against `rows`, the split against these, models against the columns. BL_E_CONFIG, or
 * BL_E_LEAKAGE. */
bl_status bl_check_learning(bl_ctx *ctx, const bl_config *c, const bl_rows_known *known) BL_MUST_CHECK;

/* Puts the place that the context's text speaks of before it, unless it names one already; `section` (or NULL) is where
 * it stands when it speaks of none. Whatever a config could be at
 * fault for becomes BL_E_CONFIG; leakage stays what it is, as do memory, cancelling and what the system refuses. */
bl_status bl_check_place(bl_ctx *ctx, const bl_config *c, const char *section, bl_status s) BL_MUST_CHECK;

#endif
