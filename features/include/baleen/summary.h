/* summary.h: the contract of a summary, which turns the frames of one segment into named numbers.
 *
 * Frames come block by block, in order; sums are double, in frame order, so block sizes change no bit. Overlapping
 * segments each have a state of their own. params and stream given to init stay where they are until release.
 *
 * To add one: features/summaries/<name>.c with `const bl_summary_class bl_summary_<name>`, a line in summaries.def. */
#ifndef BALEEN_SUMMARY_H
#define BALEEN_SUMMARY_H

#include "baleen/block.h"
#include "baleen/option.h"
#include "baleen/segment.h"
#include "baleen/stream.h"

/* The numbers that a summary gives: n names without blanks, each with a unit, and the blocks that they make (block.h).
 * Owned. */
typedef struct bl_feature_names {
  bl_texts names, units;
  bl_blocks blocks;
} bl_feature_names;

/* Slots as in bl_stage_class: zeroed params and state owned by the caller, failures said by bl_fail(). */
typedef struct bl_summary_class {
  const char *name, *summary, *source;
  unsigned version; /* as in bl_stage_class */
  const bl_opt *opts;
  size_t params_size, state_size;

  /* Checks params against the stream, adds the names and units of the features in the order of finish()'s row:
   * "<what>", "<what>.<bin>", "<channel>.<what>", "<channel>.<bin>.<what>" by bl_feature_add(), and says by
   * bl_features_block() what form they have where they are more than scalars. Pure. Called by bl_summary_shape(). */
  bl_status (*shape)(bl_ctx *ctx, const void *params, const bl_stream *in, bl_feature_names *out);
  bl_status (*init)(bl_ctx *ctx, const void *params, const bl_stream *in, void *state);
  /* A new segment begins: its span, and the time of the first frame that will be pushed, in seconds after the span's
   * anchor (the event): frame i then lies at first_s + i / rate. Keeps allocated room. May refuse a span that it can
   * make nothing of (BL_E_SHAPE): the segment then gives no row, and the others go on. */
  bl_status (*begin)(bl_ctx *ctx, void *state, const bl_span *span, double first_s);
  bl_status (*push)(bl_ctx *ctx, void *state, const float *x, size_t n);
  /* Writes the row (as many floats as shape() gave names). A segment with too few frames: BL_E_SHAPE. NaN or infinity
   * that came in shows in the row, or is refused (BL_E_NONFINITE): never a silent number. */
  bl_status (*finish)(bl_ctx *ctx, void *state, float *row);
  void (*release)(bl_ctx *ctx, void *state);
  /* Of summaries that take events: each that a stage before it found and that shares time with the segment, by onset, with
   * the numbers that the stage names; after the frames, before finish(). NULL: it takes none. */
  bl_status (*event)(bl_ctx *ctx, void *state, const bl_event *event, const double *values);
} bl_summary_class;

const bl_summary_class *bl_summary_at(size_t i);
const bl_summary_class *bl_summary_find(const char *name);

/* A summary with its options set; see bl_stage_new(). */
typedef struct bl_summary {
  const bl_summary_class *cls;
  void *params;
  size_t line; /* as in bl_stage */
} bl_summary;
bl_status bl_summary_new(bl_ctx *ctx, const char *name, bl_summary *out) BL_MUST_CHECK;
void bl_summary_free(bl_ctx *ctx, bl_summary *x);
/* What the summary makes of `in`, without starting it: options completed, names, units, and blocks that cover all of
 * them; those that the class says nothing of are scalars, named after the class. *out is overwritten, and is freed by
 * bl_feature_names_free(). */
bl_status bl_summary_shape(bl_ctx *ctx, const bl_summary *m, const bl_stream *in, bl_feature_names *out) BL_MUST_CHECK;

/* Adds one feature. channel is left out when the stream has one channel without a name, bin when it has one bin:
 * NULL leaves a part out. */
bl_status bl_feature_add(bl_ctx *ctx, bl_feature_names *f, const char *channel, const char *bin, const char *what,
                         const char *unit) BL_MUST_CHECK;
/* The features added since the last block are one, of this name, form and dims (block.h). */
bl_status bl_features_block(bl_ctx *ctx, bl_feature_names *f, const char *name, bl_block_form form,
                            const size_t dims[3]) BL_MUST_CHECK;
void bl_feature_names_free(bl_ctx *ctx, bl_feature_names *f);

#endif
