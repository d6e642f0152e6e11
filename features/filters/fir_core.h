/* fir_core.h: filters at work, zero-phase or causal, by products or by FFT; for the stages fir and notch. */
#ifndef BL_FEATURES_FIR_CORE_H
#define BL_FEATURES_FIR_CORE_H

#include "baleen/stage.h"
#include "fft.h"

/* Minimum is causal with taps that are not symmetric. */
typedef enum bl_fir_phase { BL_FIR_ZERO, BL_FIR_CAUSAL, BL_FIR_MINIMUM } bl_fir_phase;
typedef enum bl_fir_method { BL_FIR_AUTO, BL_FIR_DIRECT, BL_FIR_FFT } bl_fir_method;
extern const char *const bl_fir_phases[]; /* zero and causal, in the order of the enum, for options */
extern const char *const bl_fir_methods[];
extern const char *const bl_fir_windows[]; /* the designs' windows, in bl_window's order */

/* How long after its own time an output can be known, in samples: look-ahead, and waiting for a full block. */
size_t bl_fir_wait(size_t n_taps, bl_fir_phase phase, bl_fir_method method);

/* BL_E_RANGE, with remedies, when the filter would hold more than a GiB for the stream; to be called in shape. */
bl_status bl_fir_check_room(bl_ctx *ctx, const char *who, size_t n_taps, bl_fir_phase phase, bl_fir_method method,
                            const bl_stream *in) BL_MUST_CHECK;

/* The continued signal e: `left` values before the run, its samples, and for phase zero (N - 1) / 2 behind. Output i is
 * sum_k h[k] e[i + k]; h is symmetric or, for phase minimum, the taps in reverse. */
typedef struct bl_fir {
  const char *who;
  size_t width, n_taps, left, ahead, block; /* block: outputs of an FFT, 0: direct */
  bool continued;                           /* the left values are known */
  double *taps, *v;                         /* v: [series][cap], e from `base` on */
  size_t cap, len;
  uint64_t base, done, total; /* base: index in e; done: outputs given; total: samples taken */
  bl_dfft fft;
  double *response; /* of the taps, over the FFT's frequencies, divided by its size */
  float *turned;    /* blocks of some channels, one behind the other */
} bl_fir;

/* Takes n_taps, an odd number of taps, symmetric unless phase is minimum, for `width` series; `taps` is taken over,
 * whatever comes; `who` must last. On failure bl_fir_release() still has to be called. */
bl_status bl_fir_init(bl_ctx *ctx, const char *who, double *taps, size_t n_taps, bl_fir_phase phase,
                      bl_fir_method method, size_t width, bl_fir *st) BL_MUST_CHECK;
/* As the slots of a stage; `fir` is a bl_fir. The end of the first run that is shorter than the filter warns of it. */
bl_status bl_fir_push(bl_ctx *ctx, void *fir, const float *x, size_t n, bl_frames *out) BL_MUST_CHECK;
bl_status bl_fir_finish(bl_ctx *ctx, void *fir, bl_frames *out) BL_MUST_CHECK;
void bl_fir_reset(void *fir);
bool bl_fir_warm_up(const void *fir, bl_warm_up *out);
void bl_fir_release(bl_ctx *ctx, void *fir); /* zeroed is fine */

#endif
