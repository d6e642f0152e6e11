/* template_bank.h: the templates of the stage and the summary `template_match`, and the options by which they get them.
 *
 * One template is an array [bin][frame], as an image of a spectrogram stands, lowest frequency first. A bank holds any
 * number of any size, a row for each bin of each: number of the template, bin of the spectrogram that it was cut from (from
 * 0), how many frames, and the values, zeros behind them. Rows of a template follow one another, bins rising. `baleen
 * templates` writes such an array. */
#ifndef BL_FEATURES_TEMPLATE_BANK_H
#define BL_FEATURES_TEMPLATE_BANK_H

#include "baleen/stage.h"
#include "matcher.h"

typedef struct bl_bank_params {
  bl_array template, templates;
  bl_word first_bin;
  int64_t slack;
  int method;
  bl_texts cut_from;
} bl_bank_params;
extern const char *const bl_bank_any[]; /* "any" */

/* The option rows of a plug-in whose params hold a bl_bank_params named b. */
/* clang-format off */
#define BL_BANK_OPTS(T)                                                                                                \
  {"template", BL_OPT_ARRAY, offsetof(T, b.template), NULL, 0, 0, 0, NULL, "",                                         \
   "one template, [bin][frame], lowest frequency first", NULL},                                                        \
  {"templates", BL_OPT_ARRAY, offsetof(T, b.templates), NULL, 0, 0, 0, NULL, "",                                       \
   "a bank of them, as 'baleen templates' cuts it: rows of number, bin, frames, values", NULL},                        \
  {"first_bin", BL_OPT_WORD, offsetof(T, b.first_bin), "any", 0, 1 << 20, BL_OPT_WHOLE, bl_bank_any, "bins",           \
   "of one template: bin of the input (from 0) on which its lowest row lies; any: all places are scored", NULL},       \
  {"slack", BL_OPT_INT, offsetof(T, b.slack), "0", 0, 1 << 20, 0, NULL, "bins",                                        \
   "how far up and down of its bin a template may lie", NULL},                                                         \
  {"method", BL_OPT_ENUM, offsetof(T, b.method), "ccoeff_normed", 0, 0, 0, bl_match_methods, "",                       \
   "correlation of what deviates from the means, of the values themselves, or their squared difference", NULL},        \
  {"cut_from", BL_OPT_TEXTS, offsetof(T, b.cut_from), NULL, 0, 0, BL_OPT_OF_TRAINING, NULL, "",                        \
   "recordings that the templates were cut from: a split that tests on them is refused as leakage", NULL}
/* clang-format on */

/* The templates and the places where they may lie in a spectrum of n_bins, *t to be freed; the numbers stay the params'.
 * BL_E_CONFIG or BL_E_RANGE where there are none, or some do not fit. table, params: those of the plug-in. */
bl_status bl_bank_templates(bl_ctx *ctx, const char *who, const bl_opt *table, const void *params,
                            const bl_bank_params *b, const bl_stream *in, bl_template **t, size_t *n) BL_MUST_CHECK;

#endif
