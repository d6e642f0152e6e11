/* option.h: option tables, the only place a parameter is described.
 *
 * A plug-in's parameters are a plain struct; a table of bl_opt rows says, for each member, its config name, kind,
 * place, default, bounds or choices, unit and one line of help. Defaults are text and pass through the same parser as
 * the user's text. From the table come: setting by name, messages with the nearest name and the valid choices,
 * printing, copying, help, the config schema, the generated reference and grids. */
#ifndef BALEEN_OPTION_H
#define BALEEN_OPTION_H

#include <math.h>

#include "baleen/memory.h"

typedef struct bl_flow bl_flow; /* below */

typedef enum bl_opt_kind {
  BL_OPT_INT,     /* int64_t */
  BL_OPT_REAL,    /* double */
  BL_OPT_BOOL,    /* bool */
  BL_OPT_ENUM,    /* int: index into choices */
  BL_OPT_WORD,    /* bl_word: one of choices, or a number within the bounds ("auto", "none", 0.3) */
  BL_OPT_TEXT,    /* char *, owned; NULL = not given (default NULL) */
  BL_OPT_REALS,   /* bl_reals: [1, 2.5] */
  BL_OPT_TEXTS,   /* bl_texts: [Fz, Cz] */
  BL_OPT_RANGES,  /* bl_ranges: {alpha: [8, 13], beta: [13, 30]} */
  BL_OPT_NUMBERS, /* bl_numbers: one of choices, or a number for each name: {wake: 1, rem: 2.5} */
  BL_OPT_ARRAY,   /* bl_array: a file of numbers, or [[1, 2], [3, 4]]; of stages and summaries */
  BL_OPT_TREE,    /* bl_flow: whatever is written there, which its owner makes sense of: {svc.C: [1, 10]} */
  /* An estimator, or with BL_OPT_MANY a list of them. It takes no place in the params: such a row marks where the
   * estimator framework (baleen/estimator.h) hangs children, and only there may it stand. Functions that set and print
   * refuse it, those that copy, compare and release pass it by. */
  BL_OPT_ESTIMATOR
} bl_opt_kind;

typedef struct bl_word {
  int word; /* index into choices, or -1: the number counts */
  double real;
} bl_word;
typedef struct bl_reals {
  double *v;
  size_t n;
} bl_reals;
typedef struct bl_range {
  char *name;
  double lo, hi;
} bl_range;
typedef struct bl_ranges {
  bl_range *v;
  size_t n;
} bl_ranges;

typedef struct bl_number {
  char *name;
  double value;
} bl_number;
typedef struct bl_numbers {
  int word; /* index into choices, or -1: the n numbers count */
  bl_number *v;
  size_t n;
} bl_numbers;

/* Numbers [rows x cols], row-major: the content of a file, or what the config holds itself. Base looks at no files: of
 * one, only the path is known until somebody who may look at files fills the array (pipelines does on reading a config,
 * relative to it), and who is given an array without numbers refuses it. A model keeps the numbers and forgets the
 * path. */
typedef struct bl_array {
  char *path; /* NULL: none */
  double *v;  /* NULL: not read yet */
  size_t rows, cols;
} bl_array;

enum {
  BL_OPT_OPEN_LO = 1, /* the lower bound itself is refused */
  BL_OPT_OPEN_HI = 2,
  BL_OPT_WHOLE = 4,       /* a BL_OPT_WORD whose numbers are whole */
  BL_OPT_NEEDED = 8,      /* no default: must be given. The bounds of a whole number that is must leave out 0 */
  BL_OPT_MANY = 16,       /* a BL_OPT_ESTIMATOR that takes several, each with a name */
  BL_OPT_OF_TRAINING = 32 /* says of training only and changes no row: models do not keep it */
};

typedef struct bl_opt {
  const char *name; /* NULL ends the table */
  bl_opt_kind kind;
  size_t offset;   /* offsetof(params, member) */
  const char *def; /* default as text; NULL: none (texts, lists: empty) */
  double lo, hi;   /* bounds of numbers, both inclusive unless flags say otherwise */
  unsigned flags;
  const char *const *choices; /* NULL-terminated; for ENUM, WORD and NUMBERS */
  const char *unit;           /* "Hz", "s", "" */
  const char *help;           /* one line, no full stop */
  const char *was;            /* its name in older versions, or NULL: models know it by that too, configs are told */
} bl_opt;

#define BL_OPT_END                                                                                                     \
  {                                                                                                                    \
    .name = NULL                                                                                                       \
  }
/* Rows, shortest form: struct type, member, default, bounds, unit, help. The config name is the member's name. */
/* clang-format off */
#define BL_INT(T, m, def, lo, hi, unit, help)  { #m, BL_OPT_INT, offsetof(T, m), def, lo, hi, 0, NULL, unit, help, NULL }
#define BL_REAL(T, m, def, lo, hi, unit, help) { #m, BL_OPT_REAL, offsetof(T, m), def, lo, hi, 0, NULL, unit, help, NULL }
#define BL_REAL_ABOVE(T, m, def, lo, hi, unit, help) \
  { #m, BL_OPT_REAL, offsetof(T, m), def, lo, hi, BL_OPT_OPEN_LO, NULL, unit, help, NULL }
#define BL_BOOL(T, m, def, help) { #m, BL_OPT_BOOL, offsetof(T, m), def, 0, 0, 0, NULL, "", help, NULL }
#define BL_ENUM(T, m, def, choices, help) { #m, BL_OPT_ENUM, offsetof(T, m), def, 0, 0, 0, choices, "", help, NULL }
#define BL_WORD(T, m, def, choices, lo, hi, flags, unit, help) \
  { #m, BL_OPT_WORD, offsetof(T, m), def, lo, hi, flags, choices, unit, help, NULL }
#define BL_TEXT(T, m, def, help)  { #m, BL_OPT_TEXT, offsetof(T, m), def, 0, 0, 0, NULL, "", help, NULL }
#define BL_REALS(T, m, def, lo, hi, unit, help) { #m, BL_OPT_REALS, offsetof(T, m), def, lo, hi, 0, NULL, unit, help, NULL }
#define BL_TEXTS(T, m, def, help) { #m, BL_OPT_TEXTS, offsetof(T, m), def, 0, 0, 0, NULL, "", help, NULL }
#define BL_CHILD(name, help)    { #name, BL_OPT_ESTIMATOR, 0, NULL, 0, 0, BL_OPT_NEEDED, NULL, "", help, NULL }
#define BL_CHILDREN(name, help) { #name, BL_OPT_ESTIMATOR, 0, NULL, 0, 0, BL_OPT_NEEDED | BL_OPT_MANY, NULL, "", help, NULL }
#define BL_RANGES(T, m, def, lo, hi, unit, help) { #m, BL_OPT_RANGES, offsetof(T, m), def, lo, hi, 0, NULL, unit, help, NULL }
#define BL_NUMBERS(T, m, def, choices, lo, hi, flags, unit, help) \
  { #m, BL_OPT_NUMBERS, offsetof(T, m), def, lo, hi, flags, choices, unit, help, NULL }
#define BL_TREE(T, m, flags, help) { #m, BL_OPT_TREE, offsetof(T, m), NULL, 0, 0, flags, NULL, "", help, NULL }
#define BL_ARRAY(T, m, flags, help) { #m, BL_OPT_ARRAY, offsetof(T, m), NULL, 0, 0, flags, NULL, "", help, NULL }
/* clang-format on */

/* `who` is the plug-in's name for messages ("mel"). `params` is the zeroed or set struct that the table describes.
 * All return BL_E_CONFIG with a message that names option, value found, what is allowed and the nearest name; or
 * BL_E_NOMEM. After a failure params may still be read, set again and released. */
bl_status bl_opts_defaults(bl_ctx *ctx, const char *who, const bl_opt *table, void *params) BL_MUST_CHECK;
bl_status bl_opts_set(bl_ctx *ctx, const char *who, const bl_opt *table, void *params, const char *name,
                      const char *text) BL_MUST_CHECK;
/* BL_E_CONFIG when the option, which without something else has no effect, is given another value than its default all
 * the same: whoever writes it expects something of it. */
bl_status bl_opts_refuse_idle(bl_ctx *ctx, const char *who, const bl_opt *table, const void *params, const char *option,
                              const char *without) BL_MUST_CHECK;
/* The value as text that bl_opts_set() reads back to the same bits; a text that was not given appends "null". */
bl_status bl_opts_get(bl_ctx *ctx, const bl_opt *table, const void *params, const char *name,
                      bl_buf *out) BL_MUST_CHECK;
/* Fails when an option flagged BL_OPT_NEEDED was never given. */
bl_status bl_opts_complete(bl_ctx *ctx, const char *who, const bl_opt *table, const void *params) BL_MUST_CHECK;
/* `to` is zeroed memory of the same struct; members outside the table are left alone. */
bl_status bl_opts_copy(bl_ctx *ctx, const bl_opt *table, void *to, const void *from) BL_MUST_CHECK;
/* True when every option holds the same bits. */
bool bl_opts_equal(const bl_opt *table, const void *a, const void *b);
/* Frees texts and lists and zeroes them. */
void bl_opts_release(bl_ctx *ctx, const bl_opt *table, void *params);
/* The row of that name, of today or of before (`was`); NULL when there is none. */
const bl_opt *bl_opts_find(const bl_opt *table, const char *name);
size_t bl_opts_count(const bl_opt *table);
/* The array of an option of that kind, inside params; NULL when there is no such option. */
bl_array *bl_opts_array(const bl_opt *table, void *params, const char *name);
/* Takes rows x cols numbers in (copied; NULL: zeros) in place of those that it had. */
bl_status bl_array_fill(bl_ctx *ctx, bl_array *a, size_t rows, size_t cols, const double *v) BL_MUST_CHECK;
bl_status bl_array_copy(bl_ctx *ctx, bl_array *to, const bl_array *from) BL_MUST_CHECK; /* `to` is zeroed */
/* The same numbers, wherever they came from; where neither has any, the same path. */
bool bl_array_equal(const bl_array *a, const bl_array *b);
void bl_array_free(bl_ctx *ctx, bl_array *a);
/* What is allowed, in words: "a number from 0 to 1", "one of hann, hamming". */
bl_status bl_opt_allowed(bl_ctx *ctx, const bl_opt *o, bl_buf *out) BL_MUST_CHECK;

/* ---- trees of values ------------------------------------------------------------------------------------------- */

/* What options and plug-ins are read from, whether it came as YAML, as --set, in a model file or as a C string: a tree
 * in which every node knows its place. Scalars stay text: what they mean is said by the option table that takes them. */
typedef enum bl_flow_kind { BL_FLOW_SCALAR, BL_FLOW_LIST, BL_FLOW_MAP } bl_flow_kind;
struct bl_flow {
  bl_flow_kind kind;
  bool quoted;
  size_t line, column; /* in its text, from 1; line 0: it stands in no file: made by a program, or, with a column, by
                          the --set of that number */
  char *text;          /* of a scalar */
  size_t n;            /* children of a list or map */
  bl_flow *child;
  bl_flow *key; /* of a map's children: scalars, with places of their own; else NULL */
};
/* Flow text is the small subset of YAML's flow style in which option values are stored and printed:
 * value = scalar | [value, ...] | {name: value, ...}; scalars may be "double quoted" with \" \\ \n.
 * Depth at most 64. */
bl_status bl_flow_parse(bl_ctx *ctx, const char *text, bl_flow *out) BL_MUST_CHECK;
bl_status bl_flow_print(bl_ctx *ctx, const bl_flow *f, bl_buf *out) BL_MUST_CHECK;
/* Appends s, quoted where flow text needs it. */
bl_status bl_flow_print_scalar(bl_ctx *ctx, const char *s, bl_buf *out) BL_MUST_CHECK;
/* A map's child, or NULL. */
bl_flow *bl_flow_get(const bl_flow *map, const char *key);
/* One more child, an empty node, at the end of a list or map; it stands in no file yet. key: NULL for lists. */
bl_status bl_flow_add(bl_ctx *ctx, bl_flow *f, const char *key, bl_flow **out) BL_MUST_CHECK;
/* The same tree, places and all; `to` is zeroed, and to be freed also after a failure. */
bl_status bl_flow_copy(bl_ctx *ctx, bl_flow *to, const bl_flow *from) BL_MUST_CHECK;
/* The same values, wherever they stand. */
bool bl_flow_equal(const bl_flow *a, const bl_flow *b);
/* Not given: empty, null or ~, without quotes. */
bool bl_flow_is_null(const bl_flow *f);
void bl_flow_free(bl_ctx *ctx, bl_flow *f);

/* bl_opts_set() from a tree; null is "none" where that is a choice. */
bl_status bl_opts_set_flow(bl_ctx *ctx, const char *who, const bl_opt *table, void *params, const char *name,
                           const bl_flow *value) BL_MUST_CHECK;
/* Is told a slip and its place, the text being in the context. BL_OK: go on; other: give up with that. */
typedef bl_status (*bl_slip_fn)(void *arg, const bl_flow *at, bl_status status);
/* bl_opts_set_flow() of a key and its value; what is wrong goes to `slip`, of lists and maps each entry in its place, and
 * its answer is returned. */
bl_status bl_opts_set_told(bl_ctx *ctx, const char *who, const bl_opt *table, void *params, const bl_flow *key,
                           const bl_flow *value, bl_slip_fn slip, void *arg) BL_MUST_CHECK;

#endif
