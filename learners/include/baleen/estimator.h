/* estimator.h: what learns from rows: scalers, projections, classifiers, regressors, outlier detectors, and chains.
 *
 * An estimator is a class (const: name, parameter table, table of learnt fields, slots) and an instance (parameters,
 * learnt state, children). Names, defaults and results follow scikit-learn. An author writes fit, apply and two tables;
 * set, get, help, clone, save, load, compare, validation and the conformance suite walk the tables.
 *
 * To add one: learners/estimators/<name>.c with `const bl_estimator_class bl_estimator_<name>`, a line in
 * estimators.def. */
#ifndef BALEEN_ESTIMATOR_H
#define BALEEN_ESTIMATOR_H

#include "baleen/block.h"
#include "baleen/field.h"
#include "baleen/matrix.h"
#include "baleen/option.h"

typedef enum bl_kind {
  BL_CLASSIFIER,
  BL_REGRESSOR,
  BL_TRANSFORMER,
  BL_OUTLIER_DETECTOR,
  BL_CLUSTERER,
  BL_N_KINDS
} bl_kind;
const char *bl_kind_name(bl_kind k);

enum {
  BL_TAG_NAN_OK = 1,  /* takes NaN in X */
  BL_TAG_WEIGHTS = 2, /* takes sample weights; without it they are refused */
  BL_TAG_NEEDS_Y = 4, /* a transformer that learns from classes (csp); classifiers and regressors always do */
  BL_TAG_RANDOM = 8,  /* draws numbers; has an option random_state */
  BL_TAG_BINARY = 16, /* two classes only */
  BL_TAG_LIST = 32,   /* its children are steps, one behind the other: what a bare list of estimators makes */
  /* a row is the upper triangle (row-major, diagonal included) of a symmetric matrix: rows whose blocks are known are
   * one block of that form, or are refused */
  BL_TAG_COVARIANCE_ROWS = 64,
  BL_TAG_POOR_SCORE = 128,  /* exempt from the score checks of the conformance suite */
  BL_TAG_INCREMENTAL = 256, /* can learn in parts: has the slot partial_fit */
  /* learning in parts is one pass over the rows as they come, where fit makes several in orders of its own: any cut agrees
   * with one part of all rows, not with fit */
  BL_TAG_ONE_PASS = 16384,
  BL_TAG_POSITIVE_Y = 32768, /* a regressor of counts or of amounts: fit refuses targets that are negative */
  BL_TAG_ORDERED = 512,      /* learns from rows in their order, which must be that of time where times are given */
  BL_TAG_TARGETS = 1024, /* learns several targets at once: a regressor numbers, a classifier labels; others refuse */
  BL_TAG_NONNEGATIVE = 2048, /* its X are counts, powers or shares: fit refuses negative numbers by their place */
  /* takes columns that are categories, as numbers of their values (block.h); without it they are refused */
  BL_TAG_CATEGORIES = 4096
};

/* What can be asked of a fitted estimator; each gives doubles except transform. */
typedef enum bl_op {
  /* [n]: class values, numbers, -1/+1 of an outlier detector (+1 = inlier), or a clusterer's number of
   * the cluster from 0 (-1: none). Of several targets [n x targets]:
   * numbers, or for each label 1 (the row has it) or 0 */
  BL_PREDICT,
  /* [n x n_classes], rows sum to 1, columns in the order of classes; of several labels each by itself, and no sum */
  BL_PREDICT_PROBA,
  /* [n] for two classes (> 0: second class) and for outlier detectors (< 0: outlier), else [n x n_classes], also of two
   * labels */
  BL_DECISION,
  BL_SCORE_SAMPLES, /* [n]: higher is more normal; the anomaly score is its negative */
  BL_TRANSFORM,     /* float32 [n x width] */
  BL_N_OPS
} bl_op;
const char *bl_op_name(bl_op op);
/* Sets of operations: BL_ASK(BL_PREDICT) | BL_ASK(BL_PREDICT_PROBA). */
#define BL_ASK(op) (1u << (op))

/* Where one pass over rows puts what is asked for; what is not asked for stays NULL. Arrays of doubles are dense
 * [rows x bl_op_width()]; transform.v is float32 with rows and width set. */
typedef struct bl_answer {
  double *v[BL_TRANSFORM];
  bl_mat transform;
  size_t first_row; /* added to the row's number in messages: a block tells rows as its caller counts them */
} bl_answer;

/* What an estimator learns from. All borrowed. y, weight, group and time are aligned with X's rows as viewed: entry i belongs
 * to bl_crow(&X, i). Group travels with the data so that nothing can forget it. */
typedef struct bl_data {
  bl_cmat X;
  /* class values (any finite numbers) or targets [rows x n_targets]; NULL: none. A classifier's several targets are
   * labels: 1 where the row has it, else 0, and a row may have none, some or all */
  const double *y;
  size_t n_targets;              /* 0: one */
  const double *weight;          /* >= 0, not all zero; NULL: all ones */
  const int32_t *group;          /* rows of one group never stand on both sides of a split; NULL: every row its own */
  const double *time;            /* when each row was, in seconds of any common clock; NULL: not known */
  const bl_texts *feature_names; /* X.cols names, or NULL */
  const bl_blocks *blocks;       /* what the columns are, and in which units; NULL or none: not known */
  const bl_texts *class_names;   /* y is an index into them, or they name the several targets; NULL: none */
  struct bl_grams *grams; /* kernel values that fits on parts of the same X.v share; set by the library. NULL: none */
} bl_data;

/* What a class's fit sees: checked, finite (unless tagged), classes coded 0 .. n_classes-1 in ascending order of value,
 * every one of them present. Several labels: n_classes is n_targets, y has 1 and 0, and a label may be all of one of them.
 * weight is NULL for all ones. group may be NULL. */
typedef struct bl_train {
  bl_cmat X;
  const double *y;  /* [rows x n_targets] */
  size_t n_targets; /* 1, or more with BL_TAG_TARGETS */
  const double *weight;
  const int32_t *group;
  size_t n_classes;    /* 0 for regression and when y is not given */
  const bl_data *data; /* the call's original, for estimators that have children */
} bl_train;

/* What is known of data before there are any numbers. */
typedef struct bl_outlook {
  size_t rows, cols;       /* to learn from, at most; 0: not known */
  const bl_texts *names;   /* of the columns; NULL: not known */
  const bl_blocks *blocks; /* NULL: not known */
} bl_outlook;

typedef struct bl_estimator bl_estimator;

/* Learnt arrays as a file of an older version holds them, for a class's migrate. */
typedef struct bl_old_field {
  const char *name; /* of the field */
  bl_dtype dtype;
  size_t n_dims, dims[2];
} bl_old_field;
typedef struct bl_old_state {
  bl_old_field *v;
  size_t n;
} bl_old_state;
bl_old_field *bl_old_find(const bl_old_state *old, const char *name); /* NULL when the file has none */
/* The same numbers in another shape; BL_E_FORMAT when they are not as many. `cols` counts for two dims alone. */
bl_status bl_old_reshape(bl_ctx *ctx, bl_old_field *f, size_t n_dims, size_t rows, size_t cols) BL_MUST_CHECK;

typedef struct bl_estimator_class {
  const char *name, *summary, *source;
  bl_kind kind;
  unsigned tags, state_version; /* version of the learnt fields in files */
  const bl_opt *opts;           /* NULL: none. Rows of BL_CHILD and BL_CHILDREN make it hold estimators */
  size_t params_size;
  const bl_field *fields; /* what fit learns; NULL: none */
  size_t state_size;
  /* Learns into the zeroed state. The framework frees the fields on failure and before a new fit. */
  bl_status (*fit)(bl_ctx *ctx, bl_estimator *self, const bl_train *train);
  /* Goes on learning from the state that earlier rows left, zeroed when there were none. Classes are all that were
   * declared, of which some may have no row here. On failure the state must be as it was: make what is new, then put it
   * in. NULL: cannot learn in parts. */
  bl_status (*partial_fit)(bl_ctx *ctx, bl_estimator *self, const bl_train *train);
  /* Columns of an operation's result; 0: not supported (also when only with other parameters). Needs no fit for a
   * 0-or-not answer; the exact number needs a fit. */
  size_t (*width)(const bl_estimator *self, bl_op op);
  /* Makes what apply needs beside its rows: room for the operations in `ops` on blocks of at most `rows` rows, and what
   * can be worked out once. *room is one block from bl_calloc() that starts out NULL; the framework frees it, also when
   * this fails. NULL slot: apply needs nothing. */
  bl_status (*prepare)(bl_ctx *ctx, const bl_estimator *self, unsigned ops, size_t rows, void **room);
  /* Frees what hangs on the room (a meta estimator's appliers), never the room; takes half-built ones. NULL: nothing. */
  void (*release)(bl_ctx *ctx, void *room);
  /* Fills all that is asked for in one pass, without allocating and in this thread alone; the room is this call's own.
   * A row's bits depend on that row alone. A classifier gives codes for BL_PREDICT, which the framework turns into class
   * values. Where a score is NaN the prediction is NaN too, never a class (bl_top_class()): the framework refuses it. */
  bl_status (*apply)(bl_ctx *ctx, const bl_estimator *self, void *room, const bl_cmat *X, const bl_answer *out);
  /* Roughly how many arithmetic operations a row costs, which decides whether threads are worth waking. NULL: some a
   * column; of a meta estimator: what its children cost. */
  double (*work)(const bl_estimator *self);
  /* Names of the columns that transform gives; NULL: "<class name><i>". */
  bl_status (*names_out)(bl_ctx *ctx, const bl_estimator *self, bl_texts *out);
  /* What those columns are. NULL: one block of scalars named after the class. */
  bl_status (*blocks_out)(bl_ctx *ctx, const bl_estimator *self, bl_blocks *out);
  /* After loading from a file: is what the fields hold consistent (indices in bounds, sizes agreeing with n_features
   * and n_classes)? apply may trust what passed. Required where an apply would index by learnt numbers. */
  bl_status (*check)(bl_ctx *ctx, const bl_estimator *self);
  /* Brings what `from_version` (below state_version) learnt to today's fields, by name and shape. It looks at what a file
   * says, so nothing may be taken for granted. NULL: models of older versions are refused. */
  bl_status (*migrate)(bl_ctx *ctx, unsigned from_version, bl_old_state *old);
  /* Of a class with children, where kind and tags follow from them; NULL: `kind` and `tags` as they stand. Asked of
   * unfitted objects too, also of one that has no children yet. */
  bl_kind (*kind_of)(const bl_estimator *self);
  unsigned (*tags_of)(const bl_estimator *self);
  /* Can it learn from data like these, as far as that shows without their numbers: more neighbours than rows, a column
   * that is not there? What fit would refuse, it refuses in the same words. A composite asks its children. NULL: nothing
   * shows; children, if any, are asked about the same data. */
  bl_status (*foresee)(bl_ctx *ctx, const bl_estimator *self, const bl_outlook *of);
  /* Do the configured children suit the class and one another? Asked when they are given and again by fit, with as many
   * of them as the options need. The message names the child. NULL: any do. */
  bl_status (*check_children)(bl_ctx *ctx, const bl_estimator *self);
  /* Options that each child of a BL_CHILDREN row carries beside its estimator (the columns it takes, say); in a config
   * {name: {estimator: ..., option: ...}}. NULL: none. */
  const bl_opt *child_opts;
  size_t child_params_size;
} bl_estimator_class;

/* Open for class authors; others use the functions below. */
struct bl_estimator {
  const bl_estimator_class *cls;
  void *params, *state;
  bool fitted;
  size_t n_features;      /* columns seen in fit */
  bl_texts feature_names; /* of fit's data, when it had any */
  bl_blocks blocks;       /* likewise */
  size_t n_targets; /* of fit's data, from 1; above 1 those of a classifier are labels, which it counts as classes */
  size_t n_classes; /* classifiers and class-learning transformers */
  double *classes;  /* their values, ascending; of labels 0, 1 .. */
  bl_texts class_names; /* names of exactly these classes, or of several targets, when the data had names */
  /* Of an estimator that holds others: the children as configured, in order, with their unique names. A class may fit
   * them where they stand (chain), or leave them unfitted as patterns for the learnt ones below. All owned. */
  bl_estimator **child;
  char **child_name;         /* of a BL_CHILD the option's name */
  const bl_opt **child_slot; /* the row of the class's options that took it; children stand in the rows' order */
  void **child_params;       /* what child_opts describe, else NULL */
  size_t n_children;
  /* Children that fit made (a bag is configured with one estimator and learns fifty); forgotten with the rest of what
   * was learnt, compared, saved and loaded like it, left behind by a clone. */
  bl_estimator **learnt;
  size_t n_learnt;
};

/* A row of options for a classifier that takes weights, over a member `bl_numbers class_weight` of its params: scikit-learn's
 * class_weight. The framework multiplies the rows' weights by it, so that fit and partial_fit see the outcome;
 * the rows' own weights are those of train->data.
 * `balanced` is sum(w) / (K * sum of w in the class); a map names classes by name, or by value where they have none,
 * and those that it leaves out weigh 1. */
#define BL_CLASS_WEIGHT_HELP "weights of rows by their class; balanced gives each class the same total weight"
#define BL_CLASS_WEIGHT(T)                                                                                             \
  BL_NUMBERS(T, class_weight, "none", bl_class_weight_words, 0, 1e15, BL_OPT_OPEN_LO, "", BL_CLASS_WEIGHT_HELP)
extern const char *const bl_class_weight_words[];

const bl_estimator_class *bl_estimator_at(size_t i);
const bl_estimator_class *bl_estimator_find(const char *name);
/* Kind and tags of this very object: those of an estimator that holds others may follow from its children. */
bl_kind bl_estimator_kind(const bl_estimator *e);
unsigned bl_estimator_tags(const bl_estimator *e);
/* Appends the names of all classes of a kind whose tags have `tag`, as "knn, one_vs_rest": what would fit instead. */
bl_status bl_estimator_suggest(bl_ctx *ctx, bl_kind kind, unsigned tag, bl_buf *out) BL_MUST_CHECK;
/* For the width slot of a classifier with BL_TAG_TARGETS: columns of BL_PREDICT, one, or one for each of several labels. */
static inline size_t bl_label_columns(const bl_estimator *e) { return e->n_targets > 1 ? e->n_targets : 1; }

/* ---- making ------------------------------------------------------------------------------------------------------ */

/* With default parameters. Unknown name: BL_E_CONFIG with the nearest one. */
bl_status bl_estimator_new(bl_ctx *ctx, const char *name, bl_estimator **out) BL_MUST_CHECK;
/* How a tree is built into an estimator. */
typedef struct bl_build {
  const char *seed; /* the default of every random_state in it, as text; NULL: what the tables say */
  bl_slip_fn slip;  /* NULL: the first slip is the call's failure */
  void *arg;
} bl_build;
/* From a tree, as YAML and flow text give it: a name; {name: {option: value}}; or a list, which makes a chain. The
 * members of lists are named after their classes, equal ones get -2, -3, and {pca: {}, as: eigen} names one itself; where
 * several estimators are taken, a map gives names too: {voting: {estimators: {near: knn, far: lda}}}, and a class that
 * takes several may be given the list alone: {voting: [knn, lda]}. *out is NULL after a failure and after slips. */
bl_status bl_estimator_build(bl_ctx *ctx, const bl_flow *tree, const bl_build *how, bl_estimator **out) BL_MUST_CHECK;
/* The same from flow text (option.h): "lda", "[standard_scaler, {logistic_regression: {C: 0.1}}]". */
bl_status bl_estimator_parse(bl_ctx *ctx, const char *text, bl_estimator **out) BL_MUST_CHECK;
/* The text that bl_estimator_parse() reads back, every parameter filled in. */
bl_status bl_estimator_print(bl_ctx *ctx, const bl_estimator *e, bl_buf *out) BL_MUST_CHECK;
/* Gives e a child (a chain a further step), which e owns from now on, also on failure. name NULL: the class's name. */
bl_status bl_estimator_add_child(bl_ctx *ctx, bl_estimator *e, const char *name, bl_estimator *child) BL_MUST_CHECK;
/* path: "C"; through children "logistic_regression.C" in a chain, "voting.lda.shrinkage", "bagging.estimator.n_neighbors",
 * "columns.bands.columns" (an option beside a child). A path that ends at a child, or at an option that takes them, sets
 * or gets the estimator itself as flow text. A path may begin with e's own name. Drops what was learnt. */
bl_status bl_estimator_set(bl_ctx *ctx, bl_estimator *e, const char *path, const char *text) BL_MUST_CHECK;
bl_status bl_estimator_get(bl_ctx *ctx, const bl_estimator *e, const char *path, bl_buf *out) BL_MUST_CHECK;
/* Where a path of bl_estimator_set() leads in the tree of an estimator that is not built yet; names on the way that the
 * tree leaves out are made. In lists a position serves as well as a name. BL_E_CONFIG when there is no such place. */
bl_status bl_estimator_in_flow(bl_ctx *ctx, bl_flow *tree, const char *path, bl_flow **at) BL_MUST_CHECK;
/* Same parameters, nothing learnt; configured children too. */
bl_status bl_estimator_clone(bl_ctx *ctx, const bl_estimator *e, bl_estimator **out) BL_MUST_CHECK;
/* Same parameters and the same learnt bits. */
bool bl_estimator_equal(const bl_estimator *a, const bl_estimator *b);
void bl_estimator_free(bl_ctx *ctx, bl_estimator *e);

/* For the fit of a class with learnt children: room for n of them, all NULL. Fit fills each, say with a fitted clone of
 * a configured child; workers of the pool may fill different ones. What stays NULL is freed as nothing. */
bl_status bl_estimator_learn_children(bl_ctx *ctx, bl_estimator *e, size_t n) BL_MUST_CHECK;

/* ---- using ------------------------------------------------------------------------------------------------------- */

/* Learns, forgetting what was learnt before. Data are borrowed for the call and never written. On failure the
 * parameters stand and the estimator is not fitted. BL_W_NO_CONVERGENCE is a warning: the model is usable. */
bl_status bl_fit(bl_ctx *ctx, bl_estimator *e, const bl_data *data) BL_MUST_CHECK;
/* Whether e can learn from data like these, as far as that shows without numbers: what bl_fit() would say of it. */
bl_status bl_estimator_foresee(bl_ctx *ctx, const bl_estimator *e, const bl_outlook *of) BL_MUST_CHECK;
/* Learns from some more rows, going on from what was learnt (fit, partial_fit or a model file) or from nothing. Rows may
 * come in any cut: what is learnt agrees with bl_fit() on all of them to rounding (BL_TAG_ONE_PASS: with one part of all). A classifier must be told all its
 * classes at the first call, in any order; later `classes` may be NULL or must be the same. NULL at the first call
 * stands for all of data's class_names. On failure what was learnt before stands. BL_E_UNSUPPORTED without
 * BL_TAG_INCREMENTAL. */
bl_status bl_partial_fit(bl_ctx *ctx, bl_estimator *e, const bl_data *data, const double *classes,
                         size_t n_classes) BL_MUST_CHECK;
/* Columns of an operation's result, 0 when not supported. */
size_t bl_op_width(const bl_estimator *e, bl_op op);

/* A fitted estimator made ready to be applied: it holds all the room that `ops` (a set of BL_ASK) need on blocks of at
 * most `rows` rows, so that bl_applier_run() allocates nothing and a row costs what its arithmetic costs. Serves one
 * thread at a time; make one a thread. The estimator is borrowed and must not be fitted anew or freed before it.
 * `names` (NULL: not checked) are those of the columns to come, checked here once: a reordered table is refused, not
 * mispredicted. */
typedef struct bl_applier bl_applier;
bl_status bl_applier_new(bl_ctx *ctx, const bl_estimator *e, unsigned ops, size_t rows, const bl_texts *names,
                         bl_applier **out) BL_MUST_CHECK;
/* One pass over X that fills what `out` asks for, which must be among the operations it was made for. More rows than it
 * has room for are taken block by block; no bit depends on the blocks. Checks columns and finiteness. */
bl_status bl_applier_run(bl_ctx *ctx, bl_applier *a, const bl_cmat *X, const bl_answer *out) BL_MUST_CHECK;
void bl_applier_free(bl_ctx *ctx, bl_applier *a);

/* All of `out` in one pass over the pool, for callers who ask once: makes an applier a thread and frees them. */
bl_status bl_apply_all(bl_ctx *ctx, const bl_estimator *e, const bl_cmat *X, const bl_texts *names,
                       const bl_answer *out) BL_MUST_CHECK;
/* bl_apply_all() of one operation, BL_PREDICT .. BL_SCORE_SAMPLES, into out [X->rows x bl_op_width()]. */
bl_status bl_apply(bl_ctx *ctx, const bl_estimator *e, bl_op op, const bl_cmat *X, const bl_texts *names,
                   double *out) BL_MUST_CHECK;
/* bl_apply_all() of BL_TRANSFORM into a new matrix [X->rows x width], to be freed. */
bl_status bl_transform(bl_ctx *ctx, const bl_estimator *e, const bl_cmat *X, const bl_texts *names,
                       bl_mat *out) BL_MUST_CHECK;
/* Names of transform's columns. */
bl_status bl_estimator_names_out(bl_ctx *ctx, const bl_estimator *e, bl_texts *out) BL_MUST_CHECK;
/* Blocks of transform's columns; none where they are passed on and fit knew of none. Freed by bl_blocks_free(). */
bl_status bl_estimator_blocks_out(bl_ctx *ctx, const bl_estimator *e, bl_blocks *out) BL_MUST_CHECK;

#endif
