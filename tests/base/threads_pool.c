/* The pool: same results for any number of threads, the lowest failure wins, nested loops run inline, cancelling. Built
 * with ThreadSanitizer too. */
#include "check.h"

#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "baleen/memory.h"
#include "baleen/pool.h"
#include "baleen/random.h"

enum { ITEMS = 500 };
#define MUCH 1e9 /* work enough to be worth threads */
static const size_t thread_counts[] = {1, 2, 8};

static bl_status fill(bl_ctx *ctx, void *arg, size_t i)
{
  (void)ctx;
  bl_rng r = bl_rng_make(1, "pool", i);
  for (int k = 0; k < 50; k++) ((double *)arg)[i] += bl_rng_normal(&r);
  return BL_OK;
}

static void same_for_any_threads(void **state)
{
  (void)state;
  static double v[3][ITEMS];
  for (size_t t = 0; t < 3; t++) {
    bl_ctx *ctx = bl_ctx_new();
    bl_ctx_set_threads(ctx, thread_counts[t]);
    for (int again = 0; again < 20; again++) { /* jobs follow one another closely */
      memset(v[t], 0, sizeof v[t]);
      check_ok(ctx, bl_pool_for(ctx, ITEMS, MUCH, fill, v[t]));
    }
    check_free(ctx);
    assert_memory_equal(v[t], v[0], sizeof v[0]);
  }
}

typedef struct seen {
  atomic_int count[ITEMS];
  size_t bad[2];
} seen;

static bl_status fail_some(bl_ctx *ctx, void *arg, size_t i)
{
  seen *s = arg;
  atomic_fetch_add(&s->count[i], 1);
  /* the lower one fails later, so that it must take the higher one's place */
  if (i == s->bad[1] && bl_ctx_threads(ctx) > 1) nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
  if (i == s->bad[0] || i == s->bad[1]) return bl_fail(ctx, BL_E_IO, "item %zu is broken", i);
  return BL_OK;
}

static void lowest_failure_wins(void **state)
{
  (void)state;
  for (size_t t = 0; t < 3; t++)
    for (int again = 0; again < 50; again++) {
      bl_ctx *ctx = bl_ctx_new();
      bl_ctx_set_threads(ctx, thread_counts[t]);
      seen s = {.bad = {101, 100}};
      check_fails(ctx, bl_pool_for(ctx, ITEMS, MUCH, fail_some, &s), BL_E_IO, "item 100 is broken");
      assert_non_null(strstr(bl_ctx_error_place(ctx), "threads_pool.c:"));
      for (size_t i = 0; i < ITEMS; i++) {
        int n = atomic_load(&s.count[i]);
        assert_true(i <= 100 ? n == 1 : n <= 1);
      }
      seen fine = {.bad = {ITEMS, ITEMS}};
      check_ok(ctx, bl_pool_for(ctx, ITEMS, MUCH, fail_some, &fine)); /* the pool serves on */
      for (size_t i = 0; i < ITEMS; i++) assert_int_equal(atomic_load(&fine.count[i]), 1);
      check_free(ctx);
    }
}

typedef struct nest {
  double sum[16][16];
} nest;

static bl_status inner(bl_ctx *ctx, void *arg, size_t i)
{
  (void)ctx;
  ((double *)arg)[i] = (double)i;
  return i == 15 ? BL_OK : BL_CHECK_CANCEL(ctx);
}

static bl_status outer(bl_ctx *ctx, void *arg, size_t i)
{
  void *p = bl_calloc(ctx, 8, 8); /* the allocator's books are shared */
  bl_status s = p ? bl_pool_for(ctx, 16, MUCH, inner, ((nest *)arg)->sum[i]) : bl_fail_nomem(ctx, "a test");
  bl_free(ctx, p);
  bl_warn(ctx, BL_W_CONSTANT, "item %zu", i);
  return s;
}

static void nested(void **state)
{
  (void)state;
  for (size_t t = 0; t < 3; t++) {
    bl_ctx *ctx = bl_ctx_new();
    bl_ctx_set_threads(ctx, thread_counts[t]);
    nest n = {{{0}}};
    check_ok(ctx, bl_pool_for(ctx, 16, MUCH, outer, &n));
    for (size_t i = 0; i < 16; i++)
      for (size_t j = 0; j < 16; j++) assert_true(n.sum[i][j] == (double)j);
    assert_int_equal(bl_ctx_warnings(ctx, BL_W_CONSTANT), 16);
    check_free(ctx);
  }
}

/* Items behind the one that cancels wait for it: on a busy machine the other threads could do all of them before. */
static bl_status cancel_at_50(bl_ctx *ctx, void *arg, size_t i)
{
  atomic_fetch_add((atomic_int *)arg, 1);
  if (i == 50) bl_ctx_cancel(ctx);
  while (i > 50 && !bl_ctx_cancelled(ctx)) sched_yield();
  return BL_OK;
}

static void cancelling(void **state)
{
  (void)state;
  for (size_t t = 0; t < 3; t++) {
    bl_ctx *ctx = bl_ctx_new();
    bl_ctx_set_threads(ctx, thread_counts[t]);
    atomic_int ran = 0;
    check_fails(ctx, bl_pool_for(ctx, 100000, MUCH, cancel_at_50, &ran), BL_E_CANCELLED, "stopped");
    assert_true(atomic_load(&ran) >= 51 && atomic_load(&ran) < 100000);
    check_fails(ctx, bl_pool_for(ctx, 1, 1, cancel_at_50, &ran), BL_E_CANCELLED, "stopped");
    check_free(ctx);
  }
}

typedef struct cut {
  size_t lo[64], hi[64];
} cut;

static bl_status note(bl_ctx *ctx, void *arg, size_t lo, size_t hi)
{
  (void)ctx;
  cut *c = arg;
  c->lo[lo / 7] = lo;
  c->hi[lo / 7] = hi;
  return BL_OK;
}

static void chunks(void **state)
{
  (void)state;
  for (size_t t = 0; t < 3; t++) {
    bl_ctx *ctx = bl_ctx_new();
    bl_ctx_set_threads(ctx, thread_counts[t]);
    for (size_t n = 0; n < 100; n += 9) {
      cut c = {{0}, {0}};
      check_ok(ctx, bl_pool_chunks(ctx, n, 7, MUCH, note, &c));
      size_t pieces = (n + 6) / 7;
      for (size_t k = 0; k < pieces; k++) {
        assert_int_equal(c.lo[k], 7 * k);
        assert_int_equal(c.hi[k], 7 * k + 7 < n ? 7 * k + 7 : n);
      }
      assert_int_equal(c.hi[pieces], 0);
    }
    check_free(ctx);
  }
}

static bl_status count_thread(bl_ctx *ctx, void *arg, size_t i)
{
  (void)i;
  *(bl_ctx **)arg = ctx;
  return BL_OK;
}

static void small_work_stays_here(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new(), *seen_ctx = NULL;
  bl_ctx_set_threads(ctx, 8);
  check_ok(ctx, bl_pool_for(ctx, 10, 10, count_thread, &seen_ctx));
  assert_ptr_equal(seen_ctx, ctx);
  check_ok(ctx, bl_pool_for(ctx, 0, MUCH, count_thread, NULL));
  check_free(ctx);
}

typedef struct line {
  size_t next, bad, ahead;
  atomic_size_t begun, joined;
  bool too_early, out_of_order;
} line;

/* Every seventh item takes long, so that others finish before it. */
static bl_status make(bl_ctx *ctx, void *arg, size_t i)
{
  line *l = arg;
  if (i >= atomic_load(&l->joined) + l->ahead) l->too_early = true;
  atomic_fetch_add(&l->begun, 1);
  if (i % 7 == 0 && bl_ctx_threads(ctx) > 1) nanosleep(&(struct timespec){.tv_nsec = 200000}, NULL);
  return BL_OK;
}

static bl_status join(bl_ctx *ctx, void *arg, size_t i)
{
  line *l = arg;
  if (i == l->bad) return bl_fail(ctx, BL_E_IO, "item %zu cannot be joined", i);
  if (i != l->next++) l->out_of_order = true;
  atomic_fetch_add(&l->joined, 1);
  return BL_OK;
}

static void joins_in_order(void **state)
{
  (void)state;
  for (size_t t = 0; t < 3; t++)
    for (size_t ahead = 1; ahead < 20; ahead += 6) {
      bl_ctx *ctx = bl_ctx_new();
      line l = {.bad = ITEMS, .ahead = ahead};
      bl_ctx_set_threads(ctx, thread_counts[t]);
      check_ok(ctx, bl_pool_in_order(ctx, ITEMS, ahead, MUCH, make, join, &l));
      assert_int_equal(l.next, ITEMS);
      assert_false(l.out_of_order || l.too_early);
      l = (line){.bad = 50, .ahead = ahead};
      check_fails(ctx, bl_pool_in_order(ctx, ITEMS, ahead, MUCH, make, join, &l), BL_E_IO, "item 50 cannot be joined");
      assert_int_equal(l.next, 50);
      bl_ctx_cancel(ctx);
      assert_int_equal(bl_pool_in_order(ctx, ITEMS, ahead, MUCH, make, join, &l), BL_E_CANCELLED);
      check_free(ctx);
    }
}

enum { BLOCKS = 4000, BLOCK = 1000 };

static bl_status take_blocks(bl_ctx *ctx, void *arg, size_t i)
{
  char **block = arg;
  block[i] = bl_calloc(ctx, BLOCK, 1);
  char *gone = bl_calloc(ctx, BLOCK, 1);
  bl_free(ctx, gone);
  return block[i] && gone ? BL_OK : bl_fail_nomem(ctx, "a block");
}

/* Each thread keeps its own books; what one made and another freed must come out even in their sum. */
static void books_of_all_threads(void **state)
{
  (void)state;
  static char *block[BLOCKS];
  for (size_t t = 0; t < 3; t++) {
    bl_ctx *ctx = bl_ctx_new();
    bl_ctx_set_threads(ctx, thread_counts[t]);
    bl_ctx_fail_alloc_at(ctx, -1);
    check_ok(ctx, bl_pool_for(ctx, BLOCKS, MUCH, take_blocks, block));
    assert_int_equal(bl_ctx_live(ctx), BLOCKS);
    assert_int_equal(bl_ctx_live_bytes(ctx), BLOCKS * BLOCK);
    assert_int_equal(bl_ctx_allocs(ctx), 2 * BLOCKS);
    assert_true(bl_ctx_peak_bytes(ctx) >= BLOCKS * BLOCK);
    size_t inexact = thread_counts[t] == 1 ? 0 : thread_counts[t] * ((64 << 10) + BLOCK);
    assert_true(bl_ctx_peak_bytes(ctx) <= (BLOCKS + 1) * BLOCK + inexact);
    for (size_t i = 0; i < BLOCKS; i++) bl_free(ctx, block[i]);
    assert_int_equal(bl_ctx_live_bytes(ctx), 0);
    check_free(ctx);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(same_for_any_threads),
                                     cmocka_unit_test(lowest_failure_wins),
                                     cmocka_unit_test(nested),
                                     cmocka_unit_test(cancelling),
                                     cmocka_unit_test(chunks),
                                     cmocka_unit_test(joins_in_order),
                                     cmocka_unit_test(books_of_all_threads),
                                     cmocka_unit_test(small_work_stays_here)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
