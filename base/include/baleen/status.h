/* status.h: what every function that can fail returns.
 *
 * One list makes the codes, their names and their texts, so the three cannot drift apart. The text of the very case
 * (file, line, channel, parameter, remedy) is in the context: see bl_ctx_error() in context.h. */
#ifndef BALEEN_STATUS_H
#define BALEEN_STATUS_H

/*        code          what it means, with two examples */
#define BL_STATUS_LIST(X)                                                                                              \
  X(OK, "all well")                                                                                                    \
  X(ARG, "a caller's mistake: NULL where a matrix is needed, an unknown operation")                                    \
  X(SHAPE, "sizes do not fit: 3 columns where the model learnt 4, no rows at all")                                     \
  X(RANGE, "a value out of bounds: an edge above half the rate, a negative C")                                         \
  X(NONFINITE, "NaN or infinity where a number is needed: a dropped electrode, a label that is missing")               \
  X(CLASSES, "labels that cannot be learnt from: one class only, a class never seen in training")                      \
  X(NOT_FITTED, "asked before fit: predict on a new estimator, saving it")                                             \
  X(NOMEM, "memory ran out: an allocation failed, a size would overflow")                                              \
  X(IO, "the system said no: a file that is not there, a full disk")                                                   \
  X(FORMAT, "bytes that are not what they should be: a cut WAV header, a model file with a wrong checksum")            \
  X(CONFIG, "a config that cannot be carried out: an unknown key, a value of the wrong kind")                          \
  X(UNSUPPORTED, "known but not done: a codec that is not built in, predict_proba of a ridge")                         \
  X(LEAKAGE, "refused: rows of one recording would stand on both sides of a split")                                    \
  X(MISMATCH, "refused: a model and data that do not belong together: other channels, another rate")                   \
  X(REJECTED, "a segment that a rule leaves out: an amplitude above the limit, a flat channel")                        \
  X(CANCELLED, "stopped on request: an interrupt, a callback that said stop")                                          \
  X(INTERNAL, "our own bug; please report it")

typedef enum bl_status {
#define BL_STATUS_CODE(name, text) BL_E_##name,
  BL_STATUS_LIST(BL_STATUS_CODE)
#undef BL_STATUS_CODE
      BL_N_STATUS,
  BL_OK = BL_E_OK
} bl_status;

#if defined(__GNUC__)
#define BL_MUST_CHECK                      __attribute__((warn_unused_result))
#define BL_PRINTF(format_index, first_arg) __attribute__((format(printf, format_index, first_arg)))
#else
#define BL_MUST_CHECK
#define BL_PRINTF(format_index, first_arg)
#endif

/* The code's name without prefix ("SHAPE") and its text; never NULL, also for numbers that are no code. */
const char *bl_status_name(bl_status s);
const char *bl_status_text(bl_status s);

#endif
