/* _GNU_SOURCE for sched_getaffinity and CPU_COUNT alone. */
#define _GNU_SOURCE
#include "context_private.h"

#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const warning_names[] = {
#define NAME(name, text) #name,
    BL_WARNING_LIST(NAME)
#undef NAME
};

/* The processors this process may run on: an affinity mask (containers, taskset) counts, not the machine's number. */
static size_t usable_processors(void)
{
  long n = sysconf(_SC_NPROCESSORS_ONLN);
#ifdef __linux__
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) n = CPU_COUNT(&set);
#endif
  return n < 1 ? 1 : n > BL_MAX_THREADS ? BL_MAX_THREADS : (size_t)n;
}

/* Aligned, so that each lane's books have their cache line alone. */
static bl_core *core_new(void)
{
  bl_core *core = aligned_alloc(BL_CACHE_LINE, sizeof *core);
  if (core) memset(core, 0, sizeof *core);
  return core;
}

bl_ctx *bl_ctx_new(void)
{
  bl_ctx *ctx = calloc(1, sizeof *ctx);
  bl_core *core = core_new();
  if (!ctx || !core || pthread_mutex_init(&core->talk, NULL)) {
    free(ctx);
    free(core);
    return NULL;
  }
  atomic_init(&core->fail_at, -1);
  core->threads = usable_processors();
  core->log_up_to = BL_LOG_INFO;
  ctx->core = core;
  return ctx;
}

void bl_ctx_free(bl_ctx *ctx)
{
  if (!ctx) return;
  bl_pool_free(ctx->core->pool);
  pthread_mutex_destroy(&ctx->core->talk);
  free(ctx->core);
  free(ctx);
}

void bl_ctx_init_child(bl_ctx *child, const bl_ctx *parent)
{
  memset(child, 0, sizeof *child);
  child->core = parent->core;
  child->is_child = true;
  child->lane = parent->lane;
  child->telling = parent->telling;
}

/* ---- errors ------------------------------------------------------------------------------------------------------ */

bl_status bl_fail_at(bl_ctx *ctx, bl_status code, const char *file, int line, const char *format, ...)
{
  char text[sizeof ctx->error]; /* the arguments may point into the old text */
  va_list args;
  va_start(args, format);
  vsnprintf(text, sizeof text, format, args);
  va_end(args);
  memcpy(ctx->error, text, sizeof text);
  const char *slash = strrchr(file, '/');
  snprintf(ctx->place, sizeof ctx->place, "%s:%d", slash ? slash + 1 : file, line);
  return code;
}

bl_status bl_fail_in(bl_ctx *ctx, bl_status code, const char *format, ...)
{
  char front[sizeof ctx->error], text[2 * sizeof ctx->error];
  va_list args;
  va_start(args, format);
  vsnprintf(front, sizeof front, format, args);
  va_end(args);
  snprintf(text, sizeof text, "%s%s", front, ctx->error);
  memcpy(ctx->error, text, sizeof ctx->error - 1);
  ctx->error[sizeof ctx->error - 1] = '\0';
  return code;
}

const char *bl_ctx_error(const bl_ctx *ctx) { return ctx->error; }
const char *bl_ctx_error_place(const bl_ctx *ctx) { return ctx->place; }

void bl_ctx_clear_error(bl_ctx *ctx)
{
  ctx->error[0] = '\0';
  ctx->place[0] = '\0';
}

/* ---- log and warnings -------------------------------------------------------------------------------------------- */

void bl_ctx_set_log(bl_ctx *ctx, bl_log_fn fn, void *user, bl_log_level up_to)
{
  ctx->core->log = fn;
  ctx->core->log_user = user;
  ctx->core->log_up_to = up_to;
}

static void log_text(bl_ctx *ctx, bl_log_level level, const char *text)
{
  bl_core *core = ctx->core;
  if (!core->log || level > core->log_up_to) return;
  pthread_mutex_lock(&core->talk);
  core->log(core->log_user, level, text);
  pthread_mutex_unlock(&core->talk);
}

void bl_log(bl_ctx *ctx, bl_log_level level, const char *format, ...)
{
  char text[1024];
  if (ctx->telling.muted && level != BL_LOG_ERROR) return;
  va_list args;
  va_start(args, format);
  vsnprintf(text, sizeof text, format, args);
  va_end(args);
  log_text(ctx, level, text);
}

/* Several threads may warn for one who listens. */
static void let_hear(bl_ctx *ctx, bl_warning code, const char *text)
{
  bl_hearer hearer = ctx->telling.hearer;
  if (!hearer.fn) return;
  pthread_mutex_lock(&ctx->core->talk);
  hearer.fn(hearer.user, code, text);
  pthread_mutex_unlock(&ctx->core->talk);
}

/* Whether the warning need not be told now. */
static bool gather(bl_ctx *ctx, bl_warning code, const char *format, const char *text, size_t at)
{
  if (!ctx->telling.gathered) return false;
  pthread_mutex_lock(&ctx->core->talk);
  bool taken = bl_gathered_take(ctx->telling.gathered, code, format, text, at);
  pthread_mutex_unlock(&ctx->core->talk);
  return taken;
}

void bl_warn(bl_ctx *ctx, bl_warning code, const char *format, ...)
{
  char text[1024] = "";
  if (ctx->telling.muted && !ctx->telling.hearer.fn) return;
  if (ctx->telling.subject) snprintf(text, sizeof text / 2, "%s: ", ctx->telling.subject);
  size_t at = strlen(text);
  va_list args;
  va_start(args, format);
  vsnprintf(text + at, sizeof text - at, format, args);
  va_end(args);
  let_hear(ctx, code, text + at);
  if (ctx->telling.muted) return;
  if ((unsigned)code < BL_N_WARNINGS) atomic_fetch_add(&ctx->core->warnings[code], 1);
  if (!gather(ctx, code, format, text, at)) log_text(ctx, BL_LOG_WARN, text);
}

const char *bl_ctx_set_subject(bl_ctx *ctx, const char *subject)
{
  const char *before = ctx->telling.subject;
  ctx->telling.subject = subject;
  return before;
}

bool bl_ctx_mute(bl_ctx *ctx, bool muted)
{
  bool before = ctx->telling.muted;
  ctx->telling.muted = muted;
  return before;
}

bl_hearer bl_ctx_set_hearer(bl_ctx *ctx, bl_hearer hearer)
{
  bl_hearer before = ctx->telling.hearer;
  ctx->telling.hearer = hearer;
  return before;
}

size_t bl_ctx_warnings(const bl_ctx *ctx, bl_warning code)
{
  return (unsigned)code < BL_N_WARNINGS ? atomic_load(&ctx->core->warnings[code]) : 0;
}

const char *bl_warning_name(bl_warning code) { return (unsigned)code < BL_N_WARNINGS ? warning_names[code] : "?"; }

/* ---- progress, cancelling, threads ------------------------------------------------------------------------------- */

void bl_ctx_set_progress(bl_ctx *ctx, bl_progress_fn fn, void *user)
{
  ctx->core->progress = fn;
  ctx->core->progress_user = user;
}

void bl_progress(bl_ctx *ctx, const char *what, double done, double total)
{
  bl_core *core = ctx->core;
  if (!core->progress || ctx->telling.muted) return;
  pthread_mutex_lock(&core->talk);
  core->progress(core->progress_user, what, done, total);
  pthread_mutex_unlock(&core->talk);
}

void bl_ctx_cancel(bl_ctx *ctx) { atomic_store(&ctx->core->cancelled, 1); }
bool bl_ctx_cancelled(const bl_ctx *ctx) { return atomic_load_explicit(&ctx->core->cancelled, memory_order_relaxed); }

void bl_ctx_set_threads(bl_ctx *ctx, size_t n)
{
  if (ctx->is_child) return;
  bl_pool_free(ctx->core->pool); /* made anew, with the new number, at the next parallel loop */
  ctx->core->pool = NULL;
  ctx->core->threads = !n ? usable_processors() : n < BL_MAX_THREADS ? n : BL_MAX_THREADS;
}

size_t bl_ctx_threads(const bl_ctx *ctx) { return ctx->core->threads; }

/* ---- the allocator's books --------------------------------------------------------------------------------------- */

size_t bl_ctx_live(const bl_ctx *ctx)
{
  size_t sum = 0;
  for (size_t i = 0; i < BL_MAX_THREADS; i++)
    sum += atomic_load_explicit(&ctx->core->books[i].live, memory_order_relaxed);
  return sum;
}

size_t bl_ctx_live_bytes(const bl_ctx *ctx)
{
  long long sum = atomic_load(&ctx->core->settled_bytes);
  for (size_t i = 0; i < BL_MAX_THREADS; i++)
    sum += atomic_load_explicit(&ctx->core->books[i].bytes, memory_order_relaxed);
  return sum > 0 ? (size_t)sum : 0;
}

/* Exact for one thread. With several, the highest counts of two lanes may be of different moments, and what the others
 * had counted and not yet handed in may be lacking. */
size_t bl_ctx_peak_bytes(const bl_ctx *ctx)
{
  long long settled = atomic_load(&ctx->core->settled_bytes), most = atomic_load(&ctx->core->peak_bytes);
  for (size_t i = 0; i < BL_MAX_THREADS; i++) {
    long long here = settled + atomic_load_explicit(&ctx->core->books[i].high, memory_order_relaxed);
    if (here > most) most = here;
  }
  size_t now = bl_ctx_live_bytes(ctx);
  return now > (size_t)most ? now : (size_t)most;
}

void bl_ctx_set_max_bytes(bl_ctx *ctx, size_t max) { atomic_store(&ctx->core->max_bytes, max); }

size_t bl_ctx_allocs(const bl_ctx *ctx)
{
  size_t sum = 0;
  for (size_t i = 0; i < BL_MAX_THREADS; i++)
    sum += atomic_load_explicit(&ctx->core->books[i].allocs, memory_order_relaxed);
  return sum;
}

void bl_ctx_fail_alloc_at(bl_ctx *ctx, long n)
{
  for (size_t i = 0; i < BL_MAX_THREADS; i++) atomic_store(&ctx->core->books[i].allocs, 0);
  atomic_store(&ctx->core->fail_at, n);
}
