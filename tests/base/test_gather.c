/* Warnings gathered: one line a kind, with a count; the same line for any number of threads. */
#include "check.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "baleen/gather.h"
#include "baleen/memory.h"
#include "baleen/pool.h"

typedef struct heard {
  char text[4000]; /* all lines */
  size_t n;
} heard;

static void listen(void *user, bl_log_level level, const char *text)
{
  heard *h = user;
  (void)level;
  snprintf(h->text + strlen(h->text), sizeof h->text - strlen(h->text), "%s\n", text);
  h->n++;
}

static bl_status warn_of_bin(bl_ctx *ctx, void *arg, size_t i)
{
  char file[16];
  (void)arg;
  snprintf(file, sizeof file, "s%zu.wav", i % 10);
  bl_ctx_set_subject(ctx, file);
  bl_warn(ctx, BL_W_UNDEFINED, "%s: bin %03zu is constant; it gives NaN", i % 2 ? "skewness" : "kurtosis", i);
  bl_ctx_set_subject(ctx, NULL);
  return BL_OK;
}

static void a_line_a_kind(void **state)
{
  (void)state;
  for (size_t threads = 1; threads <= 3; threads += 2) {
    bl_ctx *ctx = bl_ctx_new();
    heard h = {0};
    bl_gathered g = {0};
    bl_ctx_set_log(ctx, listen, &h, BL_LOG_WARN);
    bl_ctx_set_threads(ctx, threads);
    assert_null(bl_ctx_gather(ctx, &g));
    check_ok(ctx, bl_pool_for(ctx, 1000, 1e9, warn_of_bin, NULL));
    bl_warn(ctx, BL_W_UNDEFINED, "%s", "what no kind has");
    assert_string_equal(h.text, "what no kind has\n");
    assert_ptr_equal(bl_ctx_gather(ctx, NULL), &g);
    bl_gathered_tell(ctx, &g);
    assert_int_equal(h.n, 3);
    assert_non_null(strstr(h.text, "s0.wav: kurtosis: bin 000 is constant; it gives NaN (and 499 more alike)\n"));
    assert_non_null(strstr(h.text, "s1.wav: skewness: bin 001 is constant; it gives NaN (and 499 more alike)\n"));
    assert_int_equal(bl_ctx_warnings(ctx, BL_W_UNDEFINED), 1001); /* each counts as given */
    assert_int_equal(g.n, 0);
    check_free(ctx);
  }
}

/* Nobody warns before two threads are at work. */
static bl_status wait_and_warn(bl_ctx *ctx, void *arg, size_t i)
{
  atomic_size_t *here = arg;
  atomic_fetch_add(here, 1);
  while (atomic_load(here) < 2) sched_yield();
  return warn_of_bin(ctx, NULL, i);
}

/* Threads that are there already gather for whom they work for, and only as long as that gathers. */
static void by_threads_of_before(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  heard h = {0};
  bl_gathered g = {0};
  atomic_size_t here[3] = {0};
  bl_ctx_set_log(ctx, listen, &h, BL_LOG_WARN);
  bl_ctx_set_threads(ctx, 2);
  check_ok(ctx, bl_pool_for(ctx, 2, 1e9, wait_and_warn, &here[0]));
  assert_int_equal(h.n, 2);
  bl_ctx_gather(ctx, &g);
  check_ok(ctx, bl_pool_for(ctx, 2, 1e9, wait_and_warn, &here[1]));
  assert_int_equal(h.n, 2);
  assert_int_equal(g.n, 2);
  bl_ctx_gather(ctx, NULL);
  check_ok(ctx, bl_pool_for(ctx, 2, 1e9, wait_and_warn, &here[2]));
  assert_int_equal(h.n, 4);
  assert_int_equal(g.n, 2);
  check_free(ctx);
}

static bl_status meet_and_warn(bl_ctx *ctx, void *arg, size_t i)
{
  atomic_size_t *here = arg;
  atomic_fetch_add(here, 1);
  while (atomic_load(here) < 2) sched_yield();
  bl_warn(ctx, BL_W_SKIPPED, "row %zu is out", i);
  return BL_OK;
}

static void count(void *user, bl_warning code, const char *text)
{
  size_t *n = user;
  assert_int_equal(code, BL_W_SKIPPED);
  assert_int_equal(strncmp(text, "row ", 4), 0);
  ++*n;
}

/* Threads tell warnings as the one whom they work for does: by its subject, to who hears it, and not while it is muted. */
static void by_threads_as_by_the_caller(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  heard h = {0};
  size_t n = 0;
  atomic_size_t here[3] = {0};
  bl_ctx_set_log(ctx, listen, &h, BL_LOG_WARN);
  bl_ctx_set_threads(ctx, 2);
  bl_ctx_set_subject(ctx, "a.edf");
  bl_ctx_set_hearer(ctx, (bl_hearer){count, &n});
  check_ok(ctx, bl_pool_for(ctx, 2, 1e9, meet_and_warn, &here[0]));
  assert_non_null(strstr(h.text, "a.edf: row 0 is out\n"));
  assert_non_null(strstr(h.text, "a.edf: row 1 is out\n"));
  assert_int_equal(n, 2);
  bl_ctx_mute(ctx, true);
  check_ok(ctx, bl_pool_for(ctx, 2, 1e9, meet_and_warn, &here[1]));
  assert_int_equal(n, 4);
  bl_ctx_set_hearer(ctx, (bl_hearer){0});
  check_ok(ctx, bl_pool_for(ctx, 2, 1e9, meet_and_warn, &here[2]));
  assert_int_equal(n, 4);
  assert_int_equal(h.n, 2);
  assert_int_equal(bl_ctx_warnings(ctx, BL_W_SKIPPED), 2);
  check_free(ctx);
}

/* Live: the first at once, how many more in the end. Kinds beyond the room are told as they come. */
static void told_at_once(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  heard h = {0};
  bl_gathered g = {.at_once = true};
  bl_ctx_set_log(ctx, listen, &h, BL_LOG_WARN);
  bl_ctx_gather(ctx, &g);
  for (int i = 0; i < 3; i++) bl_warn(ctx, BL_W_SKIPPED, "row %d is out", i);
  assert_string_equal(h.text, "row 0 is out\n");
  bl_ctx_gather(ctx, NULL);
  bl_gathered_tell(ctx, &g);
  assert_string_equal(h.text, "row 0 is out\n2 more like: row 0 is out\n");
  h = (heard){0};
  g.at_once = false;
  bl_ctx_gather(ctx, &g);
  for (int i = 0; i < BL_GATHERED_KINDS + 2; i++) {
    char who[16];
    snprintf(who, sizeof who, "who %d", i);
    for (int k = 0; k < 2; k++) bl_warn(ctx, BL_W_SKIPPED, "%s: is out", who);
  }
  assert_int_equal(h.n, 4);
  bl_ctx_gather(ctx, NULL);
  bl_gathered_tell(ctx, &g);
  assert_int_equal(h.n, 4 + BL_GATHERED_KINDS);
  check_free(ctx);
}

/* Recordings lie deep: a path as subject leaves the sentence behind it whole, and of its kind. */
static void long_subject(void **state)
{
  (void)state;
  bl_ctx *ctx = bl_ctx_new();
  heard h = {0};
  bl_gathered g = {0};
  char path[481], want[600];
  memset(path, 'x', sizeof path - 1);
  path[sizeof path - 1] = '\0';
  bl_ctx_set_log(ctx, listen, &h, BL_LOG_WARN);
  bl_ctx_gather(ctx, &g);
  bl_ctx_set_subject(ctx, path);
  for (int i = 0; i < 3; i++) bl_warn(ctx, BL_W_UNDEFINED, "mean: bin %d is constant", i);
  bl_ctx_set_subject(ctx, NULL);
  bl_ctx_gather(ctx, NULL);
  bl_gathered_tell(ctx, &g);
  snprintf(want, sizeof want, "%s: mean: bin 0 is constant (and 2 more alike)\n", path);
  assert_string_equal(h.text, want);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(a_line_a_kind), cmocka_unit_test(by_threads_of_before),
                                     cmocka_unit_test(by_threads_as_by_the_caller), cmocka_unit_test(told_at_once),
                                     cmocka_unit_test(long_subject)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
