/* One job at a time: a shared counter hands out items in ascending order, workers wait on a condition variable.
 * Because an item is always taken after all lower ones, the lowest item that fails is always reached, whatever the
 * number of threads: that one is reported. */
#include "baleen/pool.h"

#include <stdlib.h>
#include <string.h>

#include "context_private.h"

#define SERIAL_WORK 2e5 /* arithmetic operations under which waking a thread (some 10 us) does not pay */

enum { STACK_BYTES = 2 << 20 };

typedef struct job {
  bl_item_fn fn;
  void *arg;
  size_t n_items;
  bl_telling telling; /* the caller's: all who work for it tell their warnings as it does */
  atomic_size_t next;
  atomic_int stop;    /* an item failed: hand out no more */
  size_t failed_item; /* guarded by the pool's lock */
  bl_status status;
  bl_ctx failed; /* its context, for the texts */
} job;

typedef struct bl_pool {
  pthread_mutex_t lock;
  pthread_cond_t wake, done;
  job *job;
  unsigned long generation;      /* counts jobs, so that a worker joins each job once */
  size_t busy, n_threads, lanes; /* lanes: of the workers that have begun, and the caller's */
  bool quit;
  bl_core *core;
  pthread_t thread[];
} bl_pool;

size_t bl_pool_lane(const bl_ctx *ctx) { return ctx->lane; }

static bl_status run_item(bl_ctx *ctx, bl_item_fn fn, void *arg, size_t i)
{
  bl_status s = BL_CHECK_CANCEL(ctx);
  return s ? s : fn(ctx, arg, i);
}

static void work_on(job *j, bl_ctx *ctx, pthread_mutex_t *lock)
{
  while (!atomic_load(&j->stop)) {
    size_t i = atomic_fetch_add(&j->next, 1);
    if (i >= j->n_items) return;
    bl_status s = run_item(ctx, j->fn, j->arg, i);
    if (!s) continue;
    atomic_store(&j->stop, 1);
    pthread_mutex_lock(lock);
    if (!j->status || i < j->failed_item) {
      j->status = s;
      j->failed_item = i;
      j->failed = *ctx;
    }
    pthread_mutex_unlock(lock);
  }
}

static void *worker(void *arg)
{
  bl_pool *p = arg;
  bl_ctx ctx = {.core = p->core, .is_child = true};
  unsigned long seen = 0;
  pthread_mutex_lock(&p->lock);
  ctx.lane = ++p->lanes;
  for (;;) {
    while (!p->quit && (p->generation == seen || !p->job)) pthread_cond_wait(&p->wake, &p->lock);
    if (p->quit) break;
    seen = p->generation;
    job *j = p->job;
    ctx.telling = j->telling;
    p->busy++;
    pthread_mutex_unlock(&p->lock);
    work_on(j, &ctx, &p->lock);
    pthread_mutex_lock(&p->lock);
    if (--p->busy == 0) pthread_cond_signal(&p->done);
  }
  pthread_mutex_unlock(&p->lock);
  return NULL;
}

/* Threads take their stack's size from the limit of the process ('ulimit -s'), which may be as little as 128 KiB:
 * OpenBLAS and what libraries read recordings with need more. */
static int start_thread(pthread_t *t, bl_pool *p)
{
  pthread_attr_t attr;
  size_t bytes = 0;
  int why = pthread_attr_init(&attr);
  if (why) return why;
  if (!pthread_attr_getstacksize(&attr, &bytes) && bytes < STACK_BYTES) pthread_attr_setstacksize(&attr, STACK_BYTES);
  why = pthread_create(t, &attr, worker, p);
  pthread_attr_destroy(&attr);
  return why;
}

/* NULL when threads cannot be had: the loop then runs serially, with the same result. */
static bl_pool *pool_new(const bl_ctx *ctx, size_t n_threads)
{
  bl_pool *p = calloc(1, sizeof *p + n_threads * sizeof *p->thread);
  if (!p) return NULL;
  pthread_mutex_init(&p->lock, NULL);
  pthread_cond_init(&p->wake, NULL);
  pthread_cond_init(&p->done, NULL);
  p->core = ctx->core;
  for (size_t i = 0; i < n_threads; i++) {
    if (start_thread(&p->thread[i], p)) break;
    p->n_threads++;
  }
  return p;
}

void bl_pool_free(bl_pool *p)
{
  if (!p) return;
  pthread_mutex_lock(&p->lock);
  p->quit = true;
  pthread_cond_broadcast(&p->wake);
  pthread_mutex_unlock(&p->lock);
  for (size_t i = 0; i < p->n_threads; i++) pthread_join(p->thread[i], NULL);
  pthread_cond_destroy(&p->wake);
  pthread_cond_destroy(&p->done);
  pthread_mutex_destroy(&p->lock);
  free(p);
}

bl_status bl_pool_for(bl_ctx *ctx, size_t n_items, double work, bl_item_fn fn, void *arg)
{
  bl_core *core = ctx->core;
  bool serial = ctx->is_child || core->threads < 2 || n_items < 2 || work * (double)n_items < SERIAL_WORK;
  if (!serial && !core->pool) core->pool = pool_new(ctx, core->threads - 1);
  if (serial || !core->pool) {
    for (size_t i = 0; i < n_items; i++) {
      bl_status s = run_item(ctx, fn, arg, i);
      if (s) return s;
    }
    return BL_OK;
  }
  bl_pool *p = core->pool;
  job j = {.fn = fn, .arg = arg, .n_items = n_items, .telling = ctx->telling};
  bl_ctx own; /* the caller works too, as a child, so that nested loops run inline */
  bl_ctx_init_child(&own, ctx);
  pthread_mutex_lock(&p->lock);
  p->job = &j;
  p->generation++;
  pthread_cond_broadcast(&p->wake);
  pthread_mutex_unlock(&p->lock);
  work_on(&j, &own, &p->lock);
  pthread_mutex_lock(&p->lock);
  p->job = NULL; /* late wakers find nothing */
  while (p->busy) pthread_cond_wait(&p->done, &p->lock);
  pthread_mutex_unlock(&p->lock);
  if (j.status) {
    memcpy(ctx->error, j.failed.error, sizeof ctx->error);
    memcpy(ctx->place, j.failed.place, sizeof ctx->place);
  }
  return j.status;
}

typedef struct chunks {
  bl_chunk_fn fn;
  void *arg;
  size_t n, chunk;
} chunks;

static bl_status one_chunk(bl_ctx *ctx, void *arg, size_t item)
{
  const chunks *c = arg;
  size_t lo = item * c->chunk, hi = lo + c->chunk < c->n ? lo + c->chunk : c->n;
  return c->fn(ctx, c->arg, lo, hi);
}

bl_status bl_pool_chunks(bl_ctx *ctx, size_t n, size_t chunk, double work, bl_chunk_fn fn, void *arg)
{
  chunks c = {fn, arg, n, chunk};
  return bl_pool_for(ctx, (n + chunk - 1) / chunk, work * (double)chunk, one_chunk, &c);
}
