/* scalp_map.h: values at electrodes as a picture of the head, seen from above with the nose up.
 *
 * Electrodes stand where channel.h has them, on a sphere around the middle of the template head, whose pole is Cz. It is
 * laid flat so that distances from Cz stay what they are (azimuthal equidistant), as in MNE's and EEGLAB's maps. Between
 * them lies the spherical spline of Perrin et al. 1989 that also makes bad channels anew (stiffness 4, 50 terms; 1e-8
 * added to the diagonal, so that the values at the electrodes stay). */
#ifndef BALEEN_SCALP_MAP_H
#define BALEEN_SCALP_MAP_H

#include "baleen/memory.h"

typedef struct bl_scalp_map {
  size_t n;       /* electrodes, of the names those with a known place */
  size_t *which;  /* [n], their numbers among the names */
  double *x, *y;  /* [n]; the head is the circle of radius 1 around 0, its right ear at x = 1, its nose at y = 1 */
  size_t side;    /* of an image of the square around the circle; electrodes below it, such as T9, stand outside */
  double *weight; /* [n][side x side] */
} bl_scalp_map;

/* Names without a known place are passed over. BL_E_CONFIG when fewer than four are left, or two are one electrode.
 * *out is overwritten, and freed by bl_scalp_map_free(), also after a failure. */
bl_status bl_scalp_map_new(bl_ctx *ctx, const char *who, const bl_texts *names, size_t side,
                           bl_scalp_map *out) BL_MUST_CHECK;
void bl_scalp_map_free(bl_ctx *ctx, bl_scalp_map *m);
/* image [side][side], from the back of the head to the front: of v, a value for each of the names. */
void bl_scalp_map_draw(const bl_scalp_map *m, const double *v, double *image);

#endif
