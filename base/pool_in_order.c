/* pool_in_order.c: items in parallel, what follows each of them in order. Whoever finishes the item whose turn it is also
 * takes the turns of those that were finished before and have waited for it. */
#include <pthread.h>
#include <time.h>

#include "baleen/memory.h"
#include "baleen/pool.h"

typedef struct turns {
  bl_item_fn fn, then;
  void *arg;
  size_t n_items, ahead;
  pthread_mutex_t lock; /* guards what follows */
  pthread_cond_t moved;
  size_t next;  /* the item whose turn it is */
  bool *ready;  /* [n_items] fn is done with it */
  bool at_work; /* some thread takes turns */
  bool stopped; /* an item failed: no turn comes any more */
} turns;

/* False when waiting is in vain. A cancelled loop may never come to the item that is waited for, so that has to be
 * looked at now and then. */
static bool wait_for_room(bl_ctx *ctx, turns *t, size_t item)
{
  pthread_mutex_lock(&t->lock);
  while (!t->stopped && !bl_ctx_cancelled(ctx) && item >= t->next + t->ahead) {
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec++;
    pthread_cond_timedwait(&t->moved, &t->lock, &until);
  }
  bool go = !t->stopped;
  pthread_mutex_unlock(&t->lock);
  return go;
}

static void stop(turns *t)
{
  pthread_mutex_lock(&t->lock);
  t->stopped = true;
  pthread_cond_broadcast(&t->moved);
  pthread_mutex_unlock(&t->lock);
}

/* Takes all turns that have come, unless another thread is at it. */
static bl_status take_turns(bl_ctx *ctx, turns *t, size_t item)
{
  bl_status s = BL_OK;
  pthread_mutex_lock(&t->lock);
  t->ready[item] = true;
  bool mine = !t->at_work;
  if (mine) t->at_work = true;
  while (mine && !s && !t->stopped && t->next < t->n_items && t->ready[t->next]) {
    size_t now = t->next;
    pthread_mutex_unlock(&t->lock);
    s = t->then(ctx, t->arg, now);
    pthread_mutex_lock(&t->lock);
    if (!s) t->next++;
    pthread_cond_broadcast(&t->moved);
  }
  if (mine) t->at_work = false;
  pthread_mutex_unlock(&t->lock);
  return s;
}

static bl_status one_item(bl_ctx *ctx, void *arg, size_t item)
{
  turns *t = arg;
  if (!wait_for_room(ctx, t, item)) return BL_OK; /* the failure that stopped it is another item's */
  bl_status s = BL_CHECK_CANCEL(ctx);
  if (!s) s = t->fn(ctx, t->arg, item);
  if (!s) s = take_turns(ctx, t, item);
  if (s) stop(t);
  return s;
}

bl_status bl_pool_in_order(bl_ctx *ctx, size_t n_items, size_t ahead, double work, bl_item_fn fn, bl_item_fn then,
                           void *arg)
{
  turns t = {.fn = fn, .then = then, .arg = arg, .n_items = n_items, .ahead = ahead};
  if (!(t.ready = bl_calloc(ctx, n_items, sizeof *t.ready))) return bl_fail_nomem(ctx, "the turns of a loop");
  pthread_mutex_init(&t.lock, NULL);
  pthread_cond_init(&t.moved, NULL);
  bl_status s = bl_pool_for(ctx, n_items, work, one_item, &t);
  pthread_mutex_destroy(&t.lock);
  pthread_cond_destroy(&t.moved);
  bl_free(ctx, t.ready);
  return s;
}
