/* preset.h: named recipes, frozen: a peer's features, or a paper's, as one word of a config.
 *
 *   features: librosa_mfcc                                      all branches of the preset, with its summaries
 *   features: {calls: librosa_mfcc, level: {...}}               one of several branches
 *   features: {calls: {stages: [mono, librosa_mfcc], ...}}      its stages, among others of one's own
 *
 * A preset writes out every option that decides its numbers, so that no default of a stage changes them later; what is
 * computed otherwise gets another name, or another version.
 *
 * To add one: pipelines/presets/<name>.c with `const bl_preset bl_preset_<name>`, and a line in presets.def. */
#ifndef BALEEN_PRESET_H
#define BALEEN_PRESET_H

#include "baleen/option.h"

typedef struct bl_preset {
  const char *name;    /* config name, [a-z0-9_]: that of no stage */
  const char *summary; /* one line, no full stop */
  const char *source;  /* the peer and its version, or the paper */
  const char *with; /* what else a config needs to have the peer's numbers, as a sentence or in YAML; NULL: nothing */
  unsigned version; /* raised by one when its numbers change */
  const char *features; /* YAML, as below `features:` of a config; names and lists alone, from the first column on */
} bl_preset;

/* In the order of presets.def; NULL behind the last, or for an unknown name. */
const bl_preset *bl_preset_at(size_t i);
const bl_preset *bl_preset_find(const char *name);
/* The preset that a mistyped name may have meant; NULL: none. */
const char *bl_preset_nearest(const char *name);
/* Its features as a tree, to be freed by bl_flow_free(). */
bl_status bl_preset_read(bl_ctx *ctx, const bl_preset *p, bl_flow *out) BL_MUST_CHECK;

#endif
