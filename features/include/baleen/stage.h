/* stage.h: the contract of a stage, which maps a stream to a stream: filter, STFT, mel, log.
 *
 * A stage takes a block, gives a block, keeps its own carry-over and says its delay, so that an hour or a year takes
 * the same memory and batch and live are one code. The promise each stage is tested for: cutting the input into blocks
 * of any size changes no output bit.
 *
 * To add one: features/stages/<name>.c with `const bl_stage_class bl_stage_<name>`, and a line in
 * features/stages.def. */
#ifndef BALEEN_STAGE_H
#define BALEEN_STAGE_H

#include "baleen/event.h"
#include "baleen/option.h"
#include "baleen/stream.h"

enum {
  BL_STAGE_WHOLE = 1, /* needs the whole run before its first output: refused, by name, in a live run */
  BL_STAGE_CONVERTS =
      2 /* goes by the unit or rate that comes in, so that inputs of different ones are alike behind it */
};

/* What a stage has to see of a run before some place so that what it puts out from there on is the same, bit for bit, as
 * if it had seen all. Where it starts afresh at frame s, a multiple of align, its output is the same from the first
 * multiple of align on that lies `frames` or more behind s; and where the input is the same from frame g on only, from
 * the first multiple that lies `frames` or more behind g. align frames of input give a whole number of frames. */
typedef struct bl_warm_up {
  uint64_t frames, align; /* 0 and 1: it keeps no memory */
} bl_warm_up;

/* What lowers the latency of a stage: another value of one of its options, and what that costs. */
typedef struct bl_quicker {
  const char *option, *value; /* value NULL: a smaller number */
  const char *cost;           /* in a few words, "more work" */
} bl_quicker;

/* One kind of stage. Const, lives as long as the program. params and state are zeroed blocks of the sizes below, owned
 * by the caller; slots get the same two again and again. A slot that fails says so by bl_fail(), naming the stage. */
typedef struct bl_stage_class {
  const char *name;    /* config name, [a-z0-9_] */
  const char *summary; /* one line, no full stop */
  const char *source;  /* paper, standard or peer whose convention it keeps */
  /* Raised by one when equal options come to mean other numbers, so that what was made before is known by it: a model
   * whose recipe says another version is refused by name. */
  unsigned version;
  unsigned tags;
  const bl_opt *opts; /* every default passes its own check; NULL: no options */
  size_t params_size, state_size;

  /* Checks params against the input and describes the output. Pure. `out` comes as a copy of `in`, to be changed:
   * rate, start, latency (add to it), bins, units, channels. May refuse (BL_E_RANGE, BL_E_CONFIG ...). */
  bl_status (*shape)(bl_ctx *ctx, const void *params, const bl_stream *in, bl_stream *out);
  /* Which channels of the input those of the output depend on that are marked in wanted[out->n_channels]: marks them in
   * needed[in->n_channels], which comes cleared. One whose absence an option provides for is not needed. Pure, after
   * shape. NULL: each channel depends on the one in its place alone. */
  bl_status (*needs)(bl_ctx *ctx, const void *params, const bl_stream *in, const bl_stream *out, const bool *wanted,
                     bool *needed);
  /* Once, after shape. What it managed to allocate is freed by release(), also when it fails. */
  bl_status (*init)(bl_ctx *ctx, const void *params, const bl_stream *in, const bl_stream *out, void *state);
  /* Any number of times: takes n frames at x (never written), adds what can be known now to `out`. n may be 0. */
  bl_status (*push)(bl_ctx *ctx, void *state, const float *x, size_t n, bl_frames *out);
  /* The run ends here: adds what is still owed, padding as the stage's convention says. NULL: nothing is ever owed. */
  bl_status (*finish)(bl_ctx *ctx, void *state, bl_frames *out);
  /* Back to the state after init, for a new run (behind a gap, the next recording). NULL: the stage keeps no memory. */
  void (*reset)(void *state);
  /* Exactly once, on any zeroed or partly built state. NULL: nothing to free. */
  void (*release)(bl_ctx *ctx, void *state);
  /* After init: how much it has to see of a run, so that threads can each do a piece of it. False, or NULL: all from the
   * beginning on, as what remembers its whole past has to. */
  bool (*warm_up)(const void *state, bl_warm_up *out);

  /* Of stages with several parents: the names of the branches whose ends they take beside what comes before them. NULL:
   * one parent. */
  const bl_texts *(*branches)(const void *params);
  /* Of these, in the place of shape and push: in[0] is what comes before, in[1 + i] the end of branch i. Rates and first
   * times are the same (bl_stage_shape_all() sees to it); n frames come of each. init gets in[0]. */
  bl_status (*shape_all)(bl_ctx *ctx, const void *params, const bl_stream *const *in, bl_stream *out);
  bl_status (*push_all)(bl_ctx *ctx, void *state, const float *const *x, size_t n, bl_frames *out);

  /* Of stages that find events in what comes in, beside what they put out. NULL: it finds none. */
  const char *const *event_values; /* names of the numbers that each event bears, NULL behind the last; NULL: none */
  /* Adds what was found since the last call, in seconds after the run's first sample; labels stay as long as params. In
   * *known_s: what is found later begins there or behind it. Called after any push and after finish, or not at all;
   * neither calls nor blocks change what is found. */
  bl_status (*events)(bl_ctx *ctx, void *state, bl_findings *out, double *known_s);
  /* How long after its onset an event is told at the latest, counted in what comes in. */
  double (*event_lag_s)(const void *state);

  /* What lowers its latency, the mildest first, option NULL behind the last. NULL: nothing does, or it has none. */
  const bl_quicker *quicker;
} bl_stage_class;

/* The registry, in the order of stages.def; NULL behind the last, or for an unknown name. */
const bl_stage_class *bl_stage_at(size_t i);
const bl_stage_class *bl_stage_find(const char *name);

/* A stage with its options set. */
typedef struct bl_stage {
  const bl_stage_class *cls;
  void *params;
  size_t line; /* of the config that it stands in, for messages; 0: in none */
} bl_stage;
/* With defaults. Unknown name: BL_E_CONFIG with the nearest one. Options are then set by
 * bl_opts_set(ctx, cls->name, cls->opts, params, name, text). */
bl_status bl_stage_new(bl_ctx *ctx, const char *name, bl_stage *out) BL_MUST_CHECK;
void bl_stage_free(bl_ctx *ctx, bl_stage *x);

/* What the stage makes of `in`, without starting it: options completed and checked, *out to be freed by
 * bl_stream_free(). */
bl_status bl_stage_shape(bl_ctx *ctx, const bl_stage *stage, const bl_stream *in, bl_stream *out) BL_MUST_CHECK;
/* The same of a stage with as many parents as it may have. BL_E_CONFIG unless it wants n_in of them, or when their
 * frames do not come in step. */
bl_status bl_stage_shape_all(bl_ctx *ctx, const bl_stage *stage, const bl_stream *const *in, size_t n_in,
                             bl_stream *out) BL_MUST_CHECK;

/* A running stage: shape + init in one; for tests and for the extractor. */
typedef struct bl_stage_run {
  const bl_stage_class *cls;
  void *state;
  bl_stream out; /* what it puts out */
} bl_stage_run;
bl_status bl_stage_start(bl_ctx *ctx, const bl_stage *stage, const bl_stream *in, bl_stage_run *out) BL_MUST_CHECK;
bl_status bl_stage_start_all(bl_ctx *ctx, const bl_stage *stage, const bl_stream *const *in, size_t n_in,
                             bl_stage_run *out) BL_MUST_CHECK;
void bl_stage_stop(bl_ctx *ctx, bl_stage_run *run);

#endif
