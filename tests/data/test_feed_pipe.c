/* Feeds of real pipes: standard input, and one that says nothing. */
#include <pthread.h>
#include <unistd.h>

#include "feed_help.h"

/* What a child would write: bytes into standard input, in small pieces. */
typedef struct writer {
  const unsigned char *v;
  size_t n;
  int to;
} writer;

static void *write_all(void *arg)
{
  const writer *w = arg;
  for (size_t done = 0; done < w->n; done += 700)
    if (write(w->to, w->v + done, w->n - done < 700 ? w->n - done : 700) < 0) break;
  close(w->to);
  return NULL;
}

/* The feed of `name` while `v` comes through standard input; returns what opening it did. */
static bl_status from_input(bl_ctx *ctx, const char *name, const unsigned char *v, size_t n, heard *h)
{
  int ends[2], kept = dup(0);
  pthread_t thread;
  if (pipe(ends)) fail_msg("no pipe");
  writer w = {v, n, ends[1]};
  dup2(ends[0], 0);
  close(ends[0]);
  pthread_create(&thread, NULL, write_all, &w);
  bl_feed *f;
  bl_status s = bl_feed_open(ctx, name, &f);
  if (!s) hear_all(ctx, f, 0, h);
  bl_feed_close(ctx, f);
  pthread_join(thread, NULL);
  dup2(kept, 0);
  close(kept);
  return s;
}

static void standard_input(void **arg)
{
  (void)arg;
  static heard h, want;
  bl_ctx *ctx = bl_ctx_new();
  size_t n;
  bl_feed *f;
  unsigned char *v = file_bytes(write_sound("x.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16), &n);
  check_ok(ctx, bl_feed_open(ctx, at("x.wav"), &f)); /* an ordinary file, the same way */
  assert_false(bl_feed_is_live(f));
  hear_all(ctx, f, 0, &want);
  bl_feed_close(ctx, f);
  check_ok(ctx, from_input(ctx, "-", v, n, &h));
  assert_memory_equal(&h, &want, sizeof h);
  check_ok(ctx, from_input(ctx, "/dev/stdin", v, n, &h)); /* no regular file either */
  assert_memory_equal(&h, &want, sizeof h);
  char name[80];
  snprintf(name, sizeof name, "pcm:rate=8000,channels=2,skip=%d:-", (int)(size_field(v, n) + 4 - v));
  check_ok(ctx, from_input(ctx, name, v, n, &h));
  assert_true(h.n >= want.n);
  assert_memory_equal(h.v, want.v, want.n * 2 * sizeof *h.v);
  check_fails(ctx, from_input(ctx, "-", (const unsigned char *)"GDF 2.20........", 16, &h), BL_E_UNSUPPORTED,
              "a recording of the kind 'gdf' cannot be read from a pipe; write it to a file");
  check_fails(ctx, from_input(ctx, "-", (const unsigned char *)"abcdefghijklmnop", 16, &h), BL_E_FORMAT,
              "standard input: no recording that can be read from a pipe: it begins with the bytes 61 62 63 64");
  check_fails(ctx, from_input(ctx, "-", v, 0, &h), BL_E_FORMAT, "standard input: nothing came");
  free(v);
  check_free(ctx);
  tree_done();
}

static void *cancel_soon(void *arg)
{
  usleep(50000);
  bl_ctx_cancel(arg);
  return NULL;
}

/* A pipe that says nothing holds nobody up. */
static void cancelled(void **arg)
{
  (void)arg;
  bl_ctx *ctx = bl_ctx_new();
  int ends[2], kept = dup(0);
  pthread_t thread;
  bl_feed *f;
  bl_feed_item item;
  if (pipe(ends)) fail_msg("no pipe");
  dup2(ends[0], 0);
  check_ok(ctx, bl_feed_open(ctx, "pcm:rate=8000:-", &f));
  pthread_create(&thread, NULL, cancel_soon, ctx);
  check_fails(ctx, bl_feed_pull(ctx, f, 0, &item), BL_E_CANCELLED, "stopped");
  pthread_join(thread, NULL);
  bl_feed_close(ctx, f);
  dup2(kept, 0);
  close(kept), close(ends[0]), close(ends[1]);
  check_free(ctx);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(standard_input), cmocka_unit_test(cancelled)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
