/* polyphase.h: change of rate by a ratio of whole numbers: up times the rate with zeros between, a symmetric low-pass,
 * every down-th kept. Only what is kept is computed (Crochiere and Rabiner, Multirate Digital Signal Processing, 1983,
 * 3.3).
 *
 * y[m] = sum_j h[half + m down - j up] x[j]: output m stands at the time of input m down / up, nothing is shifted. A
 * run of n frames gives ceil(n up / down): those whose time lies before the time of frame n.
 * scipy.signal.resample_poly. */
#ifndef BL_FEATURES_POLYPHASE_H
#define BL_FEATURES_POLYPHASE_H

#include "baleen/stage.h"

/* How the run goes on beyond its ends: odd: 2 x[0] - x[k], zeros beyond a short run; zero; edge: x[0]. */
typedef enum bl_polyphase_pad { BL_PAD_ODD, BL_PAD_ZERO, BL_PAD_EDGE } bl_polyphase_pad;
extern const char *const bl_polyphase_pads[]; /* in that order, for options */

enum { BL_POLYPHASE_MAX = 1 << 16 /* of up and down */ };
/* The ratio with the smallest numbers that is within 1e-9 of to_hz / from_hz; false: none up to BL_POLYPHASE_MAX. */
bool bl_polyphase_ratio(double from_hz, double to_hz, size_t *up, size_t *down);

typedef struct bl_polyphase {
  size_t width, up, down, left, right; /* continued values before and behind the run, which an output may take */
  bl_polyphase_pad pad;
  size_t n_taps, lanes, groups; /* n_taps: of each phase, left + right + 1 */
  double *bank, *v;             /* bank: [phase][tap]; v: [group][cap][lane], the continued run from `base` on */
  size_t cap, len;
  uint64_t base, done, total; /* base: index in the continued run; done: outputs given; total: frames taken */
  bool continued;             /* the values before the run are known */
} bl_polyphase;

/* Inputs ahead of its own time that an output waits for, with 2 half + 1 taps. */
size_t bl_polyphase_ahead(size_t half, size_t up);
/* h: 2 half + 1 symmetric taps at up times the rate, of gain `up` at 0 Hz; copied. On failure bl_polyphase_release()
 * still has to be called. */
bl_status bl_polyphase_init(bl_ctx *ctx, const char *who, size_t up, size_t down, const double *h, size_t half,
                            bl_polyphase_pad pad, size_t width, bl_polyphase *f) BL_MUST_CHECK;
/* The same with the low-pass that scipy.signal.resample_poly designs: a Kaiser window of beta 5, `half` being 10 times the
 * larger of up and down (0 when they are alike). */
size_t bl_polyphase_half(size_t up, size_t down);
bl_status bl_polyphase_init_kaiser(bl_ctx *ctx, const char *who, size_t up, size_t down, bl_polyphase_pad pad,
                                   size_t width, bl_polyphase *f) BL_MUST_CHECK;
/* As the slots of a stage; `f` is a bl_polyphase. */
bl_status bl_polyphase_push(bl_ctx *ctx, void *filter, const float *x, size_t n, bl_frames *out) BL_MUST_CHECK;
bl_status bl_polyphase_finish(bl_ctx *ctx, void *filter, bl_frames *out) BL_MUST_CHECK;
void bl_polyphase_reset(void *filter);
bool bl_polyphase_warm_up(const void *filter, bl_warm_up *out);
void bl_polyphase_release(bl_ctx *ctx, void *filter); /* zeroed is fine */

#endif
