/* pyin.h: probabilistic YIN (Mauch and Dixon, ICASSP 2014) as librosa.pyin computes it: what the stages pyin and pyin_live
 * share, for one channel.
 *
 * Each frame's troughs of d' (yin.h) become probabilities of pitches: for every threshold up to 1, weighted by a beta
 * distribution, the troughs below it by Boltzmann's, the shorter the more; no trough: the lowest. Pitches are bins of a grid
 * of `resolution` semitones from fmin to fmax. The path through 2 n states (a bin, voiced or not) is Viterbi's: a step
 * weighs by a triangle of the distance, voicing changes with switch_prob, all states are equally likely at first. */
#ifndef BL_FEATURES_PYIN_H
#define BL_FEATURES_PYIN_H

#include "yin.h"

typedef struct bl_pyin_params {
  bl_yin_params yin;
  bl_framing framing;
  int64_t n_thresholds;
  bl_reals beta_parameters;
  double boltzmann_parameter, resolution, max_transition_rate, switch_prob, no_trough_prob;
  bl_word fill_na;
  int output;
} bl_pyin_params;

enum { BL_PYIN_F0, BL_PYIN_FLAG, BL_PYIN_PROB };
extern const char *const bl_pyin_outputs[];
extern const char *const bl_pyin_fills[]; /* "nan", "none" */

/* Rows of a stage whose params are, or begin with, a bl_pyin_params. */
/* clang-format off */
#define BL_PYIN_OPTS                                                                                                   \
  BL_YIN_OPTS(bl_pyin_params), BL_FRAMING_OPTS(bl_pyin_params, "2048"),                                                \
  BL_INT(bl_pyin_params, n_thresholds, "100", 2, 10000, "", "how many thresholds, evenly up to 1"),                    \
  BL_REALS(bl_pyin_params, beta_parameters, "[2, 18]", 1e-3, 1e4, "", "shape of the beta distribution of thresholds"), \
  BL_REAL_ABOVE(bl_pyin_params, boltzmann_parameter, "2", 0, 1e3, "", "how much shorter periods weigh more"),          \
  BL_REAL_ABOVE(bl_pyin_params, resolution, "0.1", 0.001, 1, "semitones", "distance of pitches; 0.01: a cent"),        \
  BL_REAL_ABOVE(bl_pyin_params, max_transition_rate, "35.92", 0, 1e6, "octaves/s", "how fast a pitch may change"),     \
  {"switch_prob", BL_OPT_REAL, offsetof(bl_pyin_params, switch_prob), "0.01", 0, 1, BL_OPT_OPEN_LO | BL_OPT_OPEN_HI,   \
   NULL, "", "probability that voicing changes from one frame to the next", NULL},                                     \
  BL_REAL(bl_pyin_params, no_trough_prob, "0.01", 0, 1, "", "what a lowest trough above a threshold adds, of its share"), \
  BL_WORD(bl_pyin_params, fill_na, "nan", bl_pyin_fills, 0, 1e9, 0, "Hz",                                              \
          "pitch of unvoiced frames; none: the best guess is kept"),                                                   \
  BL_ENUM(bl_pyin_params, output, "f0", bl_pyin_outputs, "pitch, 1 where voiced, or probability of being voiced")
/* clang-format on */

/* As the slot shape. */
bl_status bl_pyin_shape(bl_ctx *ctx, const char *who, const bl_pyin_params *p, const bl_stream *in,
                        bl_stream *out) BL_MUST_CHECK;

/* What does not change: tables, and room for one frame. */
typedef struct bl_pyin {
  const bl_pyin_params *p;
  bl_yin yin;
  size_t n_pitches, width; /* a pitch moves by at most `width` bins a frame */
  double per_octave;       /* bins */
  double *beta, *beta_sum; /* [n_thresholds] weight of each threshold; of all before it, [n_thresholds + 1] */
  double *step, *rows;     /* [2 width + 1] log of the triangle; [n_pitches] log of the sum of each row of it */
  double log_stay, log_switch;
  double *prob, *voiced; /* [yin.n] of each period; [n_pitches] of each pitch */
  double *decay, *share; /* [yin.n + 1] Boltzmann's exponential; the first weight of so many */
  size_t *trough;        /* [yin.n] */
} bl_pyin;
/* p stays where it is. Freed by release, also when it fails. */
bl_status bl_pyin_init(bl_ctx *ctx, const bl_pyin_params *p, const bl_stream *in, bl_pyin *y) BL_MUST_CHECK;
void bl_pyin_release(bl_ctx *ctx, bl_pyin *y); /* zeroed is fine */

/* The path of one channel: frames that are not decided yet. */
typedef struct bl_pyin_path {
  size_t n_states, cap, n; /* frames held, and room for them */
  uint16_t *from;          /* [cap][n_states]: the best state before */
  float *prob;             /* [cap] */
  bool *broken;            /* [cap]: the frame held what is not finite */
  double *value, *next;    /* [n_states] */
  double *best;            /* [2][n_pitches] */
  uint32_t *arg, *states;  /* [2][n_pitches]; [n_states] */
  bool begun;
} bl_pyin_path;
bl_status bl_pyin_path_init(bl_ctx *ctx, const bl_pyin *y, bl_pyin_path *path) BL_MUST_CHECK;
/* Room for one more frame. */
bl_status bl_pyin_path_room(bl_ctx *ctx, bl_pyin_path *path) BL_MUST_CHECK;
void bl_pyin_path_reset(bl_pyin_path *path);
void bl_pyin_path_release(bl_ctx *ctx, bl_pyin_path *path);
/* One more frame of samples; there must be room for it. */
void bl_pyin_take(bl_pyin *y, bl_pyin_path *path, const float *x);
/* The likeliest path as known now: frames 0 .. count - 1 of those held go to `to`, as the option output says, and are
 * dropped. */
void bl_pyin_give(const bl_pyin *y, bl_pyin_path *path, size_t count, float *to);
/* How many of the frames held are the same whichever state the path ends in, so that nothing to come can change them. */
size_t bl_pyin_decided(bl_pyin_path *path);

#endif
