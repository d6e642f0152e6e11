/* param_grid.h: the points of a grid over options of an estimator. A grid is a map of paths (bl_estimator_set()) to lists of
 * values, {svc.C: [1, 10], svc.gamma: [0.01, 0.1]}, or a list of such maps, whose points follow one another. Points stand in
 * scikit-learn's order (ParameterGrid): paths by name, the last of them changing fastest.
 * `who` begins messages: the estimator and its option, "grid_search: param_grid". */
#ifndef BL_LEARNERS_PARAM_GRID_H
#define BL_LEARNERS_PARAM_GRID_H

#include "baleen/estimator.h"

/* How many points; BL_E_CONFIG where the tree is no grid, with its line where it has one. */
bl_status bl_param_grid_count(bl_ctx *ctx, const char *who, const bl_flow *grid, size_t *out) BL_MUST_CHECK;
/* Sets point i on e. */
bl_status bl_param_grid_set(bl_ctx *ctx, const bl_flow *grid, size_t i, bl_estimator *e) BL_MUST_CHECK;
/* Appends point i as "{svc.C: 10, svc.gamma: 0.1}". */
bl_status bl_param_grid_print(bl_ctx *ctx, const bl_flow *grid, size_t i, bl_buf *out) BL_MUST_CHECK;
/* Adds point i to `list`, a list of maps, as a map of lists of one value: what bl_param_grid_count() counts as one. */
bl_status bl_param_grid_pick(bl_ctx *ctx, const bl_flow *grid, size_t i, bl_flow *list) BL_MUST_CHECK;
/* Sets each value of each path once, on a clone of e: every path leads somewhere, and what stands there takes the values. */
bl_status bl_param_grid_check(bl_ctx *ctx, const char *who, const bl_flow *grid, const bl_estimator *e) BL_MUST_CHECK;

#endif
