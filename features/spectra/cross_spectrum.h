/* cross_spectrum.h: how channels go together at a frequency, from observations of their complex spectra.
 *
 * An observation is a spectrum x of each channel: of one epoch ("over epochs") or at one sample ("over time"). Of each
 * pair, S = x_a conj(x_b), or its sum over the tapers of an observation; E is the mean over the n observations,
 * u = S / |S|. The measures have mne-connectivity's names and formulas; a is the first named of the pair, so that what has
 * a sign is positive where a leads b.
 *   coh    |E S| / sqrt(E Saa E Sbb)                      plv    |E u|
 *   imcoh  Im E S / sqrt(E Saa E Sbb)                     ciplv  |Im E u| / sqrt(1 - (Re E u)^2)
 *   cohy   E S / sqrt(E Saa E Sbb): cohy_re, cohy_im      ppc    (|sum u|^2 - n) / (n (n - 1))
 *   pli    |E sign Im S|                                  wpli   |sum Im S| / sum |Im S|
 *   pli2_unbiased  (n pli^2 - 1) / (n - 1)                dpli   E H(Im S), H(0) = 1/2
 *   wpli2_debiased ((sum Im S)^2 - sum Im^2 S) / ((sum |Im S|)^2 - sum Im^2 S)
 *   psi    Im of the sum of conj(c(f)) c(f + df) over a band, c the coherency; the band's first and last bin are left out,
 *          as mne-connectivity 0.8.1 does
 * Nolte and others, Clin. Neurophysiol. 115 (2004) 2292 (imcoh), Phys. Rev. Lett. 100 (2008) 234101 (psi); Lachaux and
 * others, Hum. Brain Mapp. 8 (1999) 194 (plv); Bruna, Maestu and Pereda, J. Neural Eng. 15 (2018) 056011 (ciplv); Stam and
 * others, Hum. Brain Mapp. 28 (2007) 1178 (pli); Stam and van Straaten, NeuroImage 62 (2012) 1415 (dpli); Vinck and others,
 * NeuroImage 51 (2010) 112 (ppc) and 55 (2011) 1548 (wpli, debiased).
 *
 * A flat channel has no phase: its coh, imcoh, cohy, plv, ciplv, ppc and psi are NaN, its pli and wpli 0, its dpli 1/2. */
#ifndef BL_FEATURES_CROSS_SPECTRUM_H
#define BL_FEATURES_CROSS_SPECTRUM_H

#include "baleen/memory.h"

typedef enum bl_con {
  BL_CON_COH,
  BL_CON_COHY_RE,
  BL_CON_COHY_IM,
  BL_CON_IMCOH,
  BL_CON_PLV,
  BL_CON_CIPLV,
  BL_CON_PPC,
  BL_CON_PLI,
  BL_CON_PLI2_UNBIASED,
  BL_CON_DPLI,
  BL_CON_WPLI,
  BL_CON_WPLI2_DEBIASED,
  BL_CON_PSI,
  BL_N_CON
} bl_con;
/* Their names in this order, NULL behind the last. */
extern const char *const bl_con_names[];
/* Which of the measures asked for are named: of each name one, of "cohy" both parts. BL_E_CONFIG for an unknown name or
 * none. */
bl_status bl_con_find(bl_ctx *ctx, const char *who, const bl_texts *names, bool asked[BL_N_CON]) BL_MUST_CHECK;

/* The sums over observations that some measures need, of n_bins bins. Pairs a < b stand in the order (0, 1), (0, 2) ... */
enum {
  BL_CROSS_RE,
  BL_CROSS_IM,
  BL_CROSS_PHASE_RE,
  BL_CROSS_PHASE_IM,
  BL_CROSS_SIGN,
  BL_CROSS_ABS,
  BL_CROSS_SQUARES,
  BL_N_CROSS
};
typedef struct bl_cross {
  size_t n_channels, n_bins, n_wide; /* n_wide: the bins that there is room for */
  uint64_t n;
  double *power;           /* [channel][bin] sum of Saa, NULL where no measure needs it */
  double *sum[BL_N_CROSS]; /* [pair][bin], NULL likewise */
  double *re, *im;         /* S of one pair */
} bl_cross;
/* What it managed to allocate is freed by release, also when it fails. */
bl_status bl_cross_init(bl_ctx *ctx, const char *who, size_t n_channels, size_t n_bins, const bool asked[BL_N_CON],
                        bl_cross *c) BL_MUST_CHECK;
void bl_cross_begin(bl_cross *c);
/* Bins [first, first + count) of one observation: re and im at [taper * taper_stride + channel * channel_stride + bin].
 * Whoever has added all bins of it counts it by c->n++. */
void bl_cross_add(bl_cross *c, size_t first, size_t count, size_t n_tapers, const double *re, const double *im,
                  size_t taper_stride, size_t channel_stride);
/* Observations that were added side by side, each `lanes` bins the same frequency, become one: n_bins is a lanes-th then,
 * until begin. */
void bl_cross_fold(bl_cross *c, size_t lanes);
/* A measure of channels a < b at one bin; of PSI over bins [bin, behind). n from 1 on; ppc, pli2_unbiased and
 * wpli2_debiased of one observation are NaN or 0. */
double bl_cross_measure(const bl_cross *c, bl_con what, size_t a, size_t b, size_t bin, size_t behind);
void bl_cross_release(bl_ctx *ctx, bl_cross *c);

#endif
