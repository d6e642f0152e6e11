/* matcher.h: how alike the stretches of a spectrogram are to templates, many templates at once; behind the stage and the
 * summary `template_match`.
 *
 * x is a stretch of a template's size, t the template, n the numbers in either:
 *   ccoeff_normed  sum t' x' / sqrt(sum t'^2 sum x'^2), ' meaning less the own mean
 *   ccorr_normed   sum t x / sqrt(sum t^2 sum x^2)
 *   sqdiff_normed  sum (t - x)^2 / sqrt(sum t^2 sum x^2), 0 where they are alike, at most 1
 * as OpenCV's matchTemplate has them, but for a stretch or template without variance (without power), which scores 0 (1 of
 * sqdiff_normed), and for what is not finite, which makes NaN of the stretches that hold it and of no others.
 *
 * Sums of x and x^2 over a stretch are made of sums over 1, 2, 4 .. frames that all templates share, and likewise along bins.
 * Products of t and x are summed directly, or of large templates by Fourier transforms along the bins: each frame
 * is transformed once, and the products of spectra are added up over the frames before one transform back. Which of the
 * two depends on sizes alone, and every score is made by the same operations however frames come. Double precision; a
 * transform rounds at 1e-16 of the loudest bin, which a stretch 1e8 times quieter sees as 1e-8 of its score. */
#ifndef BL_FEATURES_MATCHER_H
#define BL_FEATURES_MATCHER_H

#include <stdbool.h>

#include "fft.h"

typedef enum bl_match_method { BL_MATCH_CCOEFF, BL_MATCH_CCORR, BL_MATCH_SQDIFF } bl_match_method;
extern const char *const bl_match_methods[]; /* "ccoeff_normed" ..., in that order: the choices of an option */

/* A template [bin][frame], its rows `stride` numbers apart, and where it may lie: with its lowest row on the bins first ..
 * first + places - 1. */
typedef struct bl_template {
  const double *v;
  size_t stride, height, width, first, places;
} bl_template;

typedef struct bl_matcher bl_matcher;

enum { BL_MATCH_CHUNK = 32 }; /* frames that may be taken at once */

/* Copies the templates. n_bins: of what comes in, channel by channel. */
bl_status bl_matcher_new(bl_ctx *ctx, const char *who, bl_match_method method, const bl_template *t, size_t n,
                         size_t n_channels, size_t n_bins, bl_matcher **out) BL_MUST_CHECK;
void bl_matcher_reset(bl_matcher *m);
/* Takes n <= BL_MATCH_CHUNK frames [frame][channel][bin]. */
void bl_matcher_take(bl_matcher *m, const float *x, size_t n);
/* Frames taken so far, and the width of the widest template. */
uint64_t bl_matcher_frames(const bl_matcher *m);
size_t bl_matcher_width(const bl_matcher *m);
/* Scores of a template at each of its places, for the stretch whose last frame is number `last`: one of the last
 * BL_MATCH_CHUNK + widest - width that were taken. to [places]. */
void bl_matcher_scores(bl_matcher *m, size_t template_at, size_t channel, uint64_t last, double *to);
void bl_matcher_free(bl_ctx *ctx, bl_matcher *m);

#endif
