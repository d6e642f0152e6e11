/* pool.h: one parallel loop, with results that never depend on how many threads ran it. */
#ifndef BALEEN_POOL_H
#define BALEEN_POOL_H

#include "baleen/context.h"

/* Carries out one item. `ctx` is the worker's own child context. May write only to what belongs to this item. */
typedef bl_status (*bl_item_fn)(bl_ctx *ctx, void *arg, size_t item);

/* Calls fn for items 0 .. n_items-1 and blocks until all are done. Threads wait passively (no spinning).
 * `work` is a rough count of arithmetic operations an item costs: below a threshold for the whole loop it runs in the
 * calling thread. A nested call runs inline. To sum in parallel, let each item fill its slot and fold the slots in
 * index order afterwards: same bits for any number of threads.
 * Once the context is cancelled no further item starts, and the loop returns BL_E_CANCELLED.
 * Returns the failure of the lowest item that failed, with its error text; items behind it may not have run. */
bl_status bl_pool_for(bl_ctx *ctx, size_t n_items, double work, bl_item_fn fn, void *arg) BL_MUST_CHECK;

/* The same with a second step for what must happen in order, such as joining what the items made: `then` is called for
 * each item once fn is done with it and `then` with all items before it, by one thread at a time and in whichever
 * context has come to it. No item starts while one that lies `ahead` (at least 1) places before it still waits for its
 * `then`, so that no more than so many finished items wait. */
bl_status bl_pool_in_order(bl_ctx *ctx, size_t n_items, size_t ahead, double work, bl_item_fn fn, bl_item_fn then,
                           void *arg) BL_MUST_CHECK;

/* Cuts 0..n into fixed chunks of `chunk` (the last may be shorter) and calls fn with each [lo, hi). The cut depends on
 * n and chunk alone. `work` is per index. */
typedef bl_status (*bl_chunk_fn)(bl_ctx *ctx, void *arg, size_t lo, size_t hi);
bl_status bl_pool_chunks(bl_ctx *ctx, size_t n, size_t chunk, double work, bl_chunk_fn fn, void *arg) BL_MUST_CHECK;

/* Which of the threads that work on a parallel loop this is, below bl_ctx_threads(): `ctx` is what the item was given.
 * No two items that run at the same time have the same, so that room made once a thread can be found by it. */
size_t bl_pool_lane(const bl_ctx *ctx);

#endif
