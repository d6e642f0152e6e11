/* Where an estimator runs: on memory that may only be read, within a limit of memory, in any locale, without a word on the
 * terminal, without a change of the processor's mode. */
#include <fcntl.h>
#include <fenv.h>
#include <locale.h>
#include <sys/mman.h>
#include <unistd.h>

#include "baleen/file.h"
#include "baleen/model_file.h"
#include "conformance.h"
#if defined(__SSE__)
#include <xmmintrin.h>
#endif

/* ---- memory that may only be read -------------------------------------------------------------------------------- */

/* A copy of n bytes in pages of their own: a write into them ends the test. */
static void *locked(const void *from, size_t n)
{
  void *v = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  assert_true(v != MAP_FAILED);
  memcpy(v, from, n);
  assert_int_equal(mprotect(v, n, PROT_READ), 0);
  return v;
}

static void mapped_rows_are_only_read(const subject *s)
{
  bl_ctx *ctx = bl_ctx_new();
  sample a = sample_make(ctx, s, 60, 1);
  bl_estimator *e = make(ctx, s), *twin = make(ctx, s);
  if (takes_weights(s)) a.d.weight = a.weight;
  check_ok(ctx, bl_fit(ctx, twin, &a.d));
  answers want = ask(ctx, twin, &a.d.X);
  size_t x_bytes = a.n * a.X.stride * sizeof(float), y_bytes = a.n * sizeof(double), g_bytes = a.n * sizeof(int32_t);
  bl_data d = a.d;
  d.X.v = locked(a.X.v, x_bytes);
  if (d.y) d.y = locked(a.y, y_bytes);
  if (d.weight) d.weight = locked(a.weight, y_bytes);
  d.group = locked(a.group, g_bytes);
  check_ok(ctx, bl_fit(ctx, e, &d));
  assert_true(bl_estimator_equal(e, twin));
  answers got = ask(ctx, e, &d.X);
  same_answers(&got, &want, 0, "rows that may only be read");
  munmap((void *)(uintptr_t)d.X.v, x_bytes);
  if (d.y) munmap((void *)(uintptr_t)d.y, y_bytes);
  if (d.weight) munmap((void *)(uintptr_t)d.weight, y_bytes);
  munmap((void *)(uintptr_t)d.group, g_bytes);
  answers later = ask(ctx, e, &a.d.X); /* and nothing that was learnt lies in the caller's memory */
  same_answers(&later, &want, 0, "after the rows are gone");
  bl_free(ctx, want.v);
  bl_free(ctx, got.v);
  bl_free(ctx, later.v);
  bl_estimator_free(ctx, e);
  bl_estimator_free(ctx, twin);
  sample_free(ctx, &a);
  check_free(ctx);
}

/* ---- a limit of memory ------------------------------------------------------------------------------------------- */

/* At half of what a fit needs it is refused, and the same estimator learns the same once there is room. */
static void a_limit_of_memory_is_kept(const subject *s)
{
  bl_ctx *ctx = bl_ctx_new();
  bl_ctx_set_threads(ctx, 1);
  sample a = sample_make(ctx, s, 2000, 1);
  bl_estimator *e = make(ctx, s), *twin = make(ctx, s);
  size_t before = bl_ctx_live_bytes(ctx), earlier_peak = bl_ctx_peak_bytes(ctx);
  check_ok(ctx, bl_fit(ctx, twin, &a.d));
  size_t peak = bl_ctx_peak_bytes(ctx), need = peak - before, now = bl_ctx_live_bytes(ctx);
  if (peak > earlier_peak) { /* else it needs less than it took to make the rows: next to nothing */
    bl_ctx_set_max_bytes(ctx, now + need / 2);
    check_fails(ctx, bl_fit(ctx, e, &a.d), BL_E_NOMEM, "");
    assert_false(e->fitted);
    assert_true(bl_ctx_live_bytes(ctx) <= now + need / 2);
    bl_ctx_set_max_bytes(ctx, now + need);
  }
  check_ok(ctx, bl_fit(ctx, e, &a.d));
  assert_true(bl_estimator_equal(e, twin));
  bl_ctx_set_max_bytes(ctx, 0);
  bl_estimator_free(ctx, e);
  bl_estimator_free(ctx, twin);
  sample_free(ctx, &a);
  check_free(ctx);
}

/* ---- the world around -------------------------------------------------------------------------------------------- */

/* All that an estimator does in its life; the bytes of its model. */
static char *life(bl_ctx *ctx, const subject *s, const sample *a, size_t *n)
{
  bl_estimator *e = make(ctx, s);
  check_ok(ctx, bl_fit(ctx, e, &a->d));
  answers v = ask(ctx, e, &a->d.X);
  const char *path = check_tmp_path("model");
  check_ok(ctx, bl_model_save(ctx, path, e, NULL));
  bl_free(ctx, v.v);
  bl_estimator_free(ctx, e);
  check_ok(ctx, bl_model_load(ctx, path, &e, NULL));
  bl_estimator_free(ctx, e);
  char *bytes;
  check_ok(ctx, bl_file_read(ctx, path, 0, &bytes, n));
  return bytes;
}

static void nothing_is_printed(const subject *s)
{
  bl_ctx *ctx = bl_ctx_new();
  sample a = sample_make(ctx, s, 60, 1);
  const char *said = check_tmp_path("said");
  fflush(NULL);
  int keep[2] = {dup(1), dup(2)}, file = open(said, O_CREAT | O_RDWR | O_TRUNC, 0600);
  assert_true(keep[0] >= 0 && keep[1] >= 0 && file >= 0);
  dup2(file, 1), dup2(file, 2);
  size_t n;
  char *bytes = life(ctx, s, &a, &n);
  fflush(NULL);
  off_t printed = lseek(file, 0, SEEK_END);
  for (int i = 0; i < 2; i++) dup2(keep[i], i + 1), close(keep[i]);
  close(file);
  if (printed) fail_msg("%ld bytes were printed; a library logs through the context", (long)printed);
  bl_free(ctx, bytes);
  sample_free(ctx, &a);
  check_tmp_done();
  check_free(ctx);
}

/* The processor's mode, without the notes of what has happened. */
static unsigned mode_of(void)
{
#if defined(__SSE__)
  return _mm_getcsr() & ~0x3fu;
#else
  return 0;
#endif
}

static void locale_and_mode_do_not_matter(const subject *s)
{
  static bool told;
  bl_ctx *ctx = bl_ctx_new();
  sample a = sample_make(ctx, s, 60, 1);
  size_t n, m;
  assert_int_equal(fesetenv(FE_DFL_ENV), 0); /* an estimator before this one may have left another mode */
  unsigned mode = mode_of();
  int rounding = fegetround();
  char *plain = life(ctx, s, &a, &n);
  bool comma = check_comma_locale();
  if (!comma && !told) printf("not tested: a locale with a decimal comma, because localedef made none\n");
  told = !comma;
  char *abroad = life(ctx, s, &a, &m);
  setlocale(LC_ALL, "C");
  assert_int_equal(n, m);
  assert_memory_equal(plain, abroad, n);
  assert_int_equal(fegetround(), rounding);
  if (mode_of() != mode) fail_msg("the processor's mode (rounding, subnormal numbers) was changed");
  bl_free(ctx, plain);
  bl_free(ctx, abroad);
  sample_free(ctx, &a);
  check_tmp_done();
  check_free(ctx);
}

static const conformance_check checks[] = {
    {"mapped_rows_are_only_read", mapped_rows_are_only_read, true,
     "rows, labels, weights and groups may lie in memory that may only be read, and may be gone after fit", NULL},
    {"a_limit_of_memory_is_kept", a_limit_of_memory_is_kept, true,
     "a fit that needs more memory than it may have is refused, and works once it may", NULL},
    {"nothing_is_printed", nothing_is_printed, true, "nothing is written to the terminal", NULL},
    {"locale_and_mode_do_not_matter", locale_and_mode_do_not_matter, false,
     "a locale with a decimal comma changes no byte of a model, and the processor's mode stays as it was", NULL},
};
CONFORMANCE_MAIN(checks)
