/* giveaway.h: what of a recording predicts the label by itself, although it says nothing of what is to be learnt: its
 * sampling rate, its channels, how long it is, how its file is called. A model may learn the recorder then, and not what
 * was recorded.
 *
 * Each is put to the run's own folds: what a value meant among the training rows is said of the test rows that have it.
 * Scored by balanced accuracy over all folds (R^2 of numbers), and told where that is a fifth of the way at least from
 * chance to certainty, and more than what all but one in twenty runs would give whose labels mean nothing: labels are
 * shuffled among what belongs together, hundreds of times (Ojala and Garriga 2010), and with several questions each must
 * be the surer (Bonferroni). */
#ifndef BL_GIVEAWAY_H
#define BL_GIVEAWAY_H

#include "baleen/run.h"

/* Of a table, and of rows without labels, there is nothing to tell. The strongest label of several is told. */
bl_status bl_giveaways_find(bl_ctx *ctx, const bl_config *c, const bl_extraction *x, const bl_problem *p,
                            const bl_folds *folds, bl_giveaways *out) BL_MUST_CHECK;

/* ---- giveaway_facts.c -------------------------------------------------------------------------------------------- */

typedef enum bl_fact { BL_FACT_RATE, BL_FACT_CHANNELS, BL_FACT_DURATION, BL_FACT_NAME, BL_N_FACTS } bl_fact;
extern const char *const bl_fact_words[BL_N_FACTS];
/* What rows say of themselves without being listened to. */
typedef struct bl_facts {
  size_t n;                    /* rows of the problem */
  uint32_t *recording;         /* [n]: which outcome */
  uint32_t *value[BL_N_FACTS]; /* [n]: codes of its values; NULL: it does not differ, or is no fact */
  size_t n_values[BL_N_FACTS];
} bl_facts;
bl_status bl_facts_gather(bl_ctx *ctx, const bl_config *c, const bl_extraction *x, const bl_problem *p,
                          bl_facts *out) BL_MUST_CHECK;
void bl_facts_free(bl_ctx *ctx, bl_facts *f);
/* A file's name without what counts its kind: runs of digits, and words of hexadecimal digits, are '#'. To be freed. */
char *bl_name_shape(bl_ctx *ctx, const char *name);

/* ---- giveaway_test.c --------------------------------------------------------------------------------------------- */

/* One question: does the value tell the label? */
typedef struct bl_question {
  size_t n;
  const uint32_t *value, *unit; /* [n]; unit: what labels are shuffled among */
  const double *y;              /* [n x stride]: codes below n_classes, or numbers where that is 0 */
  size_t stride, n_classes, n_values, n_units;
  bool keep_labels; /* labels differ within units: values are shuffled among these, not labels */
  const bl_folds *folds;
  double level; /* of the test: how often a word is said of nothing */
} bl_question;
/* *out: the score, NAN where nothing can be scored. *told: it is worth a word. */
bl_status bl_question_ask(bl_ctx *ctx, const bl_question *q, double *out, double *chance, bool *told) BL_MUST_CHECK;

#endif
