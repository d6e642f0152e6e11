/* shared_steps.h: chains that begin alike, and their common beginnings fitted once a fold.
 *
 * A step is shared by the chains whose steps up to it have the same classes, parameters and names. What it learns in a
 * fold depends on nothing else, so fitting it once gives the bits that each chain would have got alone. */
#ifndef BL_LEARNERS_SHARED_STEPS_H
#define BL_LEARNERS_SHARED_STEPS_H

#include "baleen/cross_validate.h"
#include "grams.h"

typedef struct bl_shared_step {
  const bl_estimator *proto;
  const char *name;
  size_t before, depth; /* the step before it plus one, 0: none; how many steps stand before it */
  size_t users;         /* models */
} bl_shared_step;

typedef struct bl_shared_steps {
  bl_shared_step *v;
  size_t n;
  size_t *last;   /* [models] the last step that a model shares plus one; 0: it shares none */
  size_t *family; /* [models] equal for models that share their first step */
  size_t n_families;
} bl_shared_steps;

/* weighted: rows have weights, which chains that take none must be left to refuse. */
bl_status bl_shared_steps_find(bl_ctx *ctx, const bl_candidate *models, size_t n, bool weighted,
                               bl_shared_steps *out) BL_MUST_CHECK;
void bl_shared_steps_free(bl_ctx *ctx, bl_shared_steps *s);

/* Rows of a fold behind a shared step. */
typedef struct bl_stepped {
  bl_mat train, test;
  bl_grams *grams; /* kernel values between the rows of train, which the models behind this step share */
  bl_texts names;
  bl_blocks blocks;
  double fit_s, apply_s; /* of this step and those before it */
  bl_status status;
  char *error;  /* when it failed */
  size_t users; /* models that have asked for it */
  bool done;
} bl_stepped;

/* Makes done[k], and those before it, where they are not yet made. train and test are the fold's two sides as they
 * are. A step that failed is BL_OK here, with its status and error in done[k]; memory running out is not. */
bl_status bl_shared_step_take(bl_ctx *ctx, const bl_shared_steps *s, size_t k, const bl_data *train,
                              const bl_data *test, bl_stepped *done) BL_MUST_CHECK;
/* Gives up one use of step k and those before it; the rows go with the last. */
void bl_shared_step_leave(bl_ctx *ctx, const bl_shared_steps *s, size_t k, bl_stepped *done);
void bl_stepped_free(bl_ctx *ctx, bl_stepped *d);
/* The chain less its first n steps, nothing learnt. */
bl_status bl_shared_rest(bl_ctx *ctx, const bl_estimator *chain, size_t n, bl_estimator **out) BL_MUST_CHECK;

#endif
