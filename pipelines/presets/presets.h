/* presets.h: presets (baleen/preset.h) in the tree of a config. */
#ifndef BL_PRESETS_H
#define BL_PRESETS_H

#include "baleen/preset.h"
#include "config_private.h"

/* The word of a preset at `features:`, and among the stages of a branch, by what it stands for; each part bears the place
 * of the word. One that cannot stand there is a mistake, and stays. */
bl_status bl_presets_expand(bl_mistakes *m, bl_flow *root) BL_MUST_CHECK;
/* The preset that a node is the word of; NULL: none. */
const bl_preset *bl_preset_of(const bl_flow *n);

#endif
