/* context_private.h: what base's own files share of a context. */
#ifndef BL_CONTEXT_PRIVATE_H
#define BL_CONTEXT_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "baleen/gather.h"

struct bl_pool;

enum { BL_MAX_THREADS = 256, BL_CACHE_LINE = 64 };

/* What one thread (lane) has allocated and freed. Each has a cache line of its own: were the sums kept in one place, the
 * threads would pass that line to and fro at each allocation, which took two of them half of what the second brings.
 * The counts may wrap below zero, for a block may be freed by another thread than the one that made it; their sums over
 * the lanes are right. */
typedef struct bl_books {
  _Alignas(BL_CACHE_LINE) atomic_size_t allocs, live;
  atomic_llong bytes; /* live ones that are not in the core's `settled_bytes` yet */
  atomic_llong high;  /* the most that `bytes` has been since it was last settled */
} bl_books;

/* Shared by a context and the child contexts of its pool workers. */
typedef struct bl_core {
  bl_books books[BL_MAX_THREADS];
  /* live bytes as the lanes have handed them in, and the most of them; written once in many allocations */
  _Alignas(BL_CACHE_LINE) atomic_llong settled_bytes, peak_bytes;
  _Alignas(BL_CACHE_LINE) atomic_size_t max_bytes; /* 0: no limit */
  atomic_long fail_at;                             /* countdown to the allocation that fails; negative: none */
  atomic_size_t warnings[BL_N_WARNINGS];
  atomic_int cancelled;
  atomic_bool unsynced; /* files take their place without waiting for the disk; see bl_files_sync() */
  pthread_mutex_t talk; /* one log or progress call at a time */
  bl_log_fn log;
  void *log_user;
  bl_log_level log_up_to;
  bl_progress_fn progress;
  void *progress_user;
  size_t threads;
  struct bl_pool *pool; /* made at first use */
} bl_core;

/* What becomes of the warnings of a context; those who work for it do the same. */
typedef struct bl_telling {
  bool muted;            /* they are told by nobody */
  const char *subject;   /* of them, or NULL */
  bl_hearer hearer;      /* of them, before all else; called under the core's `talk` */
  bl_gathered *gathered; /* where they go, or NULL; guarded by the core's `talk` */
} bl_telling;

struct bl_ctx {
  bl_core *core;
  bool is_child; /* a pool worker's: nested loops run inline */
  size_t lane;   /* which of the pool's threads this is; 0: the caller's */
  bl_telling telling;
  char place[96];
  char error[1024];
};

void bl_ctx_init_child(bl_ctx *child, const bl_ctx *parent);
/* gather.c: adds a warning, its subject before `at`; false: it is to be told now. */
bool bl_gathered_take(bl_gathered *g, bl_warning code, const char *format, const char *text, size_t at);
/* Stops the workers and frees the pool; NULL is fine. */
void bl_pool_free(struct bl_pool *p);

#endif
