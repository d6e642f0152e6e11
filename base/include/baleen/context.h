/* context.h: everything a call needs besides its data: memory, errors, log, warnings, progress, cancelling, threads.
 *
 * There is no global state in the library. A program makes one context, hands it to every call, and frees it last.
 * One context serves one thread at a time; the thread pool gives its workers child contexts that share the
 * allocator, the log and the cancel flag with their parent but keep an error text of their own. */
#ifndef BALEEN_CONTEXT_H
#define BALEEN_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "baleen/status.h"

typedef struct bl_ctx bl_ctx;

/* A new context with no log, no progress and as many threads as the process may use. NULL when memory ran out. */
bl_ctx *bl_ctx_new(void);
/* Frees the context and stops its threads. Everything allocated through it must have been freed before. NULL is
 * fine. */
void bl_ctx_free(bl_ctx *ctx);

/* ---- errors ------------------------------------------------------------------------------------------------------ */

/* Stores "text" (printf style) with the place in the source and returns `code`, so that a function can say
 * `return bl_fail(ctx, BL_E_SHAPE, "pca: 3 columns, model has 4");`. Replaces an earlier text. */
#ifdef __clang_analyzer__ /* it sees one file at a time: this tells it that what comes back is the code, which is not 0 */
#define bl_fail(ctx, code, ...) ((void)bl_fail_at((ctx), (code), __FILE__, __LINE__, __VA_ARGS__), (code))
#else
#define bl_fail(ctx, code, ...) bl_fail_at((ctx), (code), __FILE__, __LINE__, __VA_ARGS__)
#endif
bl_status bl_fail_at(bl_ctx *ctx, bl_status code, const char *file, int line, const char *format, ...) BL_PRINTF(5, 6);
/* Puts text before the stored error, for a caller who knows more (a file's name, a config line); returns `code`. */
bl_status bl_fail_in(bl_ctx *ctx, bl_status code, const char *format, ...) BL_PRINTF(3, 4);
/* The last error's text ("" when there was none); valid until the next failure. */
const char *bl_ctx_error(const bl_ctx *ctx);
/* Where in the source it was raised, for bug reports: "file.c:123". */
const char *bl_ctx_error_place(const bl_ctx *ctx);
void bl_ctx_clear_error(bl_ctx *ctx);

/* ---- log and warnings -------------------------------------------------------------------------------------------- */

typedef enum bl_log_level { BL_LOG_ERROR, BL_LOG_WARN, BL_LOG_INFO, BL_LOG_DEBUG } bl_log_level;
/* `text` lives only during the call. May be called from pool threads, one at a time. */
typedef void (*bl_log_fn)(void *user, bl_log_level level, const char *text);
void bl_ctx_set_log(bl_ctx *ctx, bl_log_fn fn, void *user, bl_log_level up_to);
void bl_log(bl_ctx *ctx, bl_log_level level, const char *format, ...) BL_PRINTF(3, 4);

/* Warnings are codes, so that programs can count and tests can expect them; each is also logged at BL_LOG_WARN. */
#define BL_WARNING_LIST(X)                                                                                             \
  X(NO_CONVERGENCE, "a solver stopped at its iteration cap")                                                           \
  X(CONSTANT, "a column or channel is constant")                                                                       \
  X(UNDEFINED, "a score is undefined here, and NaN or its stated stand-in")                                            \
  X(COLLINEAR, "columns depend on one another")                                                                        \
  X(FEW_ROWS, "fewer rows than the method was made for")                                                               \
  X(DEVIATION, "a file departs from its standard; an assumption was made")                                             \
  X(TRUNCATED, "a file ends before its header says")                                                                   \
  X(UNITS, "a unit is missing or odd")                                                                                 \
  X(SKIPPED, "a recording or segment was left out")                                                                    \
  X(MISSING, "a channel that was asked for is not there")                                                              \
  X(ADJUSTED, "a parameter was changed to fit the data")                                                               \
  X(FORMAL, "a file departs from its standard where nothing hangs on it; noted, not warned of")                        \
  X(NONFINITE, "values are NaN or infinite, and are kept")                                                             \
  X(LEAKAGE, "what makes scores better than they will be on new recordings")                                           \
  X(REMARK, "nothing wrong, but worth knowing: inverted polarity, two channels of one name")
typedef enum bl_warning {
#define BL_WARNING_CODE(name, text) BL_W_##name,
  BL_WARNING_LIST(BL_WARNING_CODE)
#undef BL_WARNING_CODE
      BL_N_WARNINGS
} bl_warning;
void bl_warn(bl_ctx *ctx, bl_warning code, const char *format, ...) BL_PRINTF(3, 4);
/* Each of the following three is of this context alone, and of the threads at work for it.
 * What bl_warn() puts before its text, as "NAME: ": the recording at work, which the code that warns does not know.
 * Borrowed; NULL: nothing. Returns what it was before. */
const char *bl_ctx_set_subject(bl_ctx *ctx, const char *subject);
/* While muted, bl_warn(), bl_progress() and notes of bl_log() do nothing: for work that is done twice, so that what it says
 * is said once. Returns what it was before. */
bool bl_ctx_mute(bl_ctx *ctx, bool muted);
/* Who hears what bl_warn() says, muted or not, without its subject; fn NULL: nobody. `text` lives only during the call.
 * Threads call one at a time; it must not log or warn itself. Returns who did before. */
typedef struct bl_hearer {
  void (*fn)(void *user, bl_warning code, const char *text);
  void *user;
} bl_hearer;
bl_hearer bl_ctx_set_hearer(bl_ctx *ctx, bl_hearer hearer);
size_t bl_ctx_warnings(const bl_ctx *ctx, bl_warning code);
const char *bl_warning_name(bl_warning code);

/* ---- progress and cancelling ------------------------------------------------------------------------------------- */

/* Told now and then how much of `what` is done; totals in the unit that `what` names ("recordings", "folds"). */
typedef void (*bl_progress_fn)(void *user, const char *what, double done, double total);
void bl_ctx_set_progress(bl_ctx *ctx, bl_progress_fn fn, void *user);
void bl_progress(bl_ctx *ctx, const char *what, double done, double total);

/* Asks all work under this context to stop soon. Safe in a signal handler. */
void bl_ctx_cancel(bl_ctx *ctx);
/* True once cancelled: long loops look here between items, or use BL_CHECK_CANCEL. */
bool bl_ctx_cancelled(const bl_ctx *ctx);
#define BL_CHECK_CANCEL(ctx) (bl_ctx_cancelled(ctx) ? bl_fail((ctx), BL_E_CANCELLED, "stopped on request") : BL_OK)

/* ---- threads ----------------------------------------------------------------------------------------------------- */

/* How many threads bl_pool_for() may use, 256 at most; 0 = as many as the process may run on. Results never depend on it. */
void bl_ctx_set_threads(bl_ctx *ctx, size_t n);
size_t bl_ctx_threads(const bl_ctx *ctx);

/* ---- the allocator's books (memory.h allocates) ------------------------------------------------------------------ */

size_t bl_ctx_live(const bl_ctx *ctx); /* blocks allocated and not yet freed */
size_t bl_ctx_live_bytes(const bl_ctx *ctx);
size_t bl_ctx_peak_bytes(const bl_ctx *ctx); /* with several threads, right to 64 KiB for each */
/* How many bytes may be live at once, in this context and its threads; 0 = as many as there are. An allocation beyond
 * them fails as one does for which there is no memory. */
void bl_ctx_set_max_bytes(bl_ctx *ctx, size_t max);
size_t bl_ctx_allocs(const bl_ctx *ctx); /* allocations asked for since the last bl_ctx_fail_alloc_at() */
/* The n-th allocation from now (0 = the next) fails, once; -1 = none fails. Sets bl_ctx_allocs() to 0. For tests. */
void bl_ctx_fail_alloc_at(bl_ctx *ctx, long n);

#endif
