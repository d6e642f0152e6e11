/* stage_chain.h: a list of running stages, each fed by what the one before it puts out. For whoever wants the frames
 * themselves; rows come from an extractor (extractor.h), whose stages form a tree. */
#ifndef BALEEN_STAGE_CHAIN_H
#define BALEEN_STAGE_CHAIN_H

#include "baleen/stage.h"

typedef struct bl_stage_chain bl_stage_chain;

/* An empty chain, which puts out what comes in. `in` is copied. */
bl_status bl_stage_chain_new(bl_ctx *ctx, const bl_stream *in, bl_stage_chain **out) BL_MUST_CHECK;
/* Starts the stage on what the chain puts out so far. The stage is taken over, also when that fails. */
bl_status bl_stage_chain_add(bl_ctx *ctx, bl_stage_chain *c, bl_stage *stage) BL_MUST_CHECK;
/* The same for a stage by name, with options "name=value" up to NULL: {"n_fft=1024", "center=false", NULL}. */
bl_status bl_stage_chain_add_named(bl_ctx *ctx, bl_stage_chain *c, const char *name,
                                   const char *const *options) BL_MUST_CHECK;
/* Fills an array of an option from the file of that name. */
typedef bl_status (*bl_array_reader)(bl_ctx *ctx, const char *path, bl_array *out);
/* The same for a list of stages in flow text, as in a config: "[{fir: {h_freq: 40}}, mono]". BL_E_CONFIG says which
 * stage is wrong. `read` fills the arrays that options name by a file, for features look at none; NULL: a stage that
 * needs one refuses. */
bl_status bl_stage_chain_add_text(bl_ctx *ctx, bl_stage_chain *c, const char *text, bl_array_reader read) BL_MUST_CHECK;
/* What the chain puts out; valid until a stage is added. */
const bl_stream *bl_stage_chain_out(const bl_stage_chain *c);

/* Stage i at work, for what it finds (bl_stage_class.events); NULL behind the last. Valid until a stage is added. */
const bl_stage_run *bl_stage_chain_run(const bl_stage_chain *c, size_t i);

/* n frames of the input; *y is what comes out of it, *n_y frames, valid until the next call. */
bl_status bl_stage_chain_push(bl_ctx *ctx, bl_stage_chain *c, const float *x, size_t n, const float **y,
                              size_t *n_y) BL_MUST_CHECK;
/* The run ends: what the stages still owe. */
bl_status bl_stage_chain_finish(bl_ctx *ctx, bl_stage_chain *c, const float **y, size_t *n_y) BL_MUST_CHECK;
/* For a new run. */
void bl_stage_chain_reset(bl_stage_chain *c);
void bl_stage_chain_free(bl_ctx *ctx, bl_stage_chain *c); /* NULL is fine */

#endif
