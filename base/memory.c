/* Blocks carry a header with their size, so that the books can be kept in bytes too. What is small, and texts of any
 * length, lie behind it as the C library aligns them: a list of ten thousand names would take six times its room if each
 * were aligned for SIMD. */
#include "baleen/memory.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "baleen/text.h"
#include "context_private.h"

enum { ALIGN = 64, MALLOC_ALIGN = _Alignof(max_align_t), PAGE = 4096, LARGE = 4 << 20 };
enum { SMALL = 64 };           /* bytes under which no array is worth SIMD */
enum { UNSETTLED = 64 << 10 }; /* bytes that a lane counts before it hands them in */
#define BUF_CEILING ((size_t)64 << 20)

typedef struct block_header {
  size_t want; /* bytes asked for */
  void *raw;   /* what the C library gave */
} block_header;
_Static_assert(sizeof(block_header) % MALLOC_ALIGN == 0, "what follows a header is aligned as malloc() aligns");
static block_header *header(void *p) { return (block_header *)p - 1; }

static bl_books *books(bl_ctx *ctx) { return &ctx->core->books[ctx->lane]; }

/* True when this allocation is the one that a test wants to fail. */
static bool doomed(bl_ctx *ctx)
{
  bl_core *core = ctx->core;
  atomic_fetch_add_explicit(&books(ctx)->allocs, 1, memory_order_relaxed);
  if (atomic_load_explicit(&core->fail_at, memory_order_relaxed) < 0) return false;
  return atomic_fetch_sub(&core->fail_at, 1) == 0;
}

static void raise_to(atomic_llong *most, long long now)
{
  long long before = atomic_load_explicit(most, memory_order_relaxed);
  while (now > before && !atomic_compare_exchange_weak(most, &before, now)) continue;
}

/* Adds what the lane has counted to the sum of all. */
static void settle(bl_core *core, bl_books *b)
{
  raise_to(&core->peak_bytes, atomic_load(&core->settled_bytes) + atomic_exchange(&b->high, 0));
  long long bytes = atomic_exchange(&b->bytes, 0);
  raise_to(&core->peak_bytes, atomic_fetch_add(&core->settled_bytes, bytes) + bytes);
}

static void count(bl_ctx *ctx, size_t blocks, long long bytes)
{
  bl_books *b = books(ctx);
  atomic_fetch_add_explicit(&b->live, blocks, memory_order_relaxed);
  long long now = atomic_fetch_add_explicit(&b->bytes, bytes, memory_order_relaxed) + bytes;
  raise_to(&b->high, now);
  if (now > UNSETTLED || now < -UNSETTLED) settle(ctx->core, b);
}

/* Would so many more bytes be too many? Threads that ask at the same time may pass together by a block each. */
static bool too_many(const bl_ctx *ctx, size_t want)
{
  size_t max = atomic_load_explicit(&ctx->core->max_bytes, memory_order_relaxed);
  if (!max) return false;
  size_t live = bl_ctx_live_bytes(ctx);
  return live > max || want > max - live;
}

static char *align_up(char *v) { return v + (ALIGN - (uintptr_t)v % ALIGN) % ALIGN; }

/* Zeroed. The first touch of an array of hundreds of megabytes, page by page of 4 KiB, takes the kernel longer than
 * reading a recording into it takes us. So pages of 2 MiB are asked for, where the machine has them, before anything
 * touches it: calloc() leaves pages that are new from the kernel as they come, zero. */
static char *take_large(size_t bytes, void **raw)
{
  char *v = *raw = calloc(1, bytes + 2 * ALIGN);
  if (!v) return NULL;
  size_t off_page = (size_t)((uintptr_t)v % PAGE), skip = off_page ? PAGE - off_page : 0;
  (void)madvise(v + skip, (bytes - skip) / PAGE * PAGE, MADV_HUGEPAGE); /* a wish: all is well without */
  return align_up(v + sizeof(block_header));
}

/* Aligned by hand: aligned_alloc() cuts each block out of a larger one and gives the rest back, piece by piece, which
 * was a third of the time of setting up stages, with their many short names. */
static char *take_aligned(size_t want, void **raw)
{
  size_t bytes = (want + ALIGN - 1) / ALIGN * ALIGN;
  if (bytes >= LARGE) return take_large(bytes, raw);
  char *v = *raw = malloc(bytes + sizeof(block_header) + ALIGN - MALLOC_ALIGN);
  if (!v) return NULL;
  v = align_up(v + sizeof(block_header));
  memset(v, 0, bytes);
  return v;
}

static char *take_plain(size_t want, void **raw)
{
  char *v = *raw = malloc(want + sizeof(block_header));
  if (!v) return NULL;
  v += sizeof(block_header);
  memset(v, 0, want);
  return v;
}

static void *take(bl_ctx *ctx, size_t want, bool plain)
{
  if (doomed(ctx) || want > SIZE_MAX / 2 || too_many(ctx, want)) return NULL;
  void *raw;
  char *block = plain ? take_plain(want, &raw) : take_aligned(want, &raw);
  if (!block) return NULL;
  *header(block) = (block_header){want, raw};
  count(ctx, 1, (long long)want);
  return block;
}

void *bl_calloc(bl_ctx *ctx, size_t n, size_t size)
{
  size_t want = size && n > SIZE_MAX / size ? SIZE_MAX : n * size; /* more than can be had */
  return take(ctx, want, want < SMALL);
}

/* Bytes of a text, zeroed. */
static char *take_text(bl_ctx *ctx, size_t n) { return take(ctx, n, true); }

void *bl_realloc(bl_ctx *ctx, void *p, size_t n, size_t size)
{
  void *q = bl_calloc(ctx, n, size);
  if (!q || !p) return q;
  size_t old = header(p)->want, want = n * size;
  memcpy(q, p, old < want ? old : want);
  bl_free(ctx, p);
  return q;
}

void bl_free(bl_ctx *ctx, void *p)
{
  if (!p) return;
  count(ctx, (size_t)-1, -(long long)header(p)->want);
  free(header(p)->raw);
}

char *bl_strdup(bl_ctx *ctx, const char *s)
{
  size_t n = strlen(s) + 1;
  char *copy = take_text(ctx, n);
  if (copy) memcpy(copy, s, n);
  return copy;
}

static char *format_new(bl_ctx *ctx, const char *format, va_list args)
{
  va_list again;
  va_copy(again, args);
  int n = vsnprintf(NULL, 0, format, args);
  char *s = n < 0 ? NULL : take_text(ctx, (size_t)n + 1);
  if (s) vsnprintf(s, (size_t)n + 1, format, again);
  va_end(again);
  return s;
}

char *bl_strf(bl_ctx *ctx, const char *format, ...)
{
  va_list args;
  va_start(args, format);
  char *s = format_new(ctx, format, args);
  va_end(args);
  return s;
}

/* ---- encodings --------------------------------------------------------------------------------------------------- */

char *bl_utf8_of_latin1(bl_ctx *ctx, const char *s, size_t n)
{
  char *v = bl_calloc(ctx, n + 1, 2), *to = v;
  for (size_t i = 0; v && i < n; i++) {
    unsigned char c = (unsigned char)s[i];
    if (c < 0x80) *to++ = (char)c;
    else *to++ = (char)(0xc0 | c >> 6), *to++ = (char)(0x80 | (c & 0x3f));
  }
  return v;
}

char *bl_utf8_of_text(bl_ctx *ctx, const char *s, size_t n)
{
  if (bl_utf8_prefix(s, n) < n) return bl_utf8_of_latin1(ctx, s, n);
  char *v = bl_calloc(ctx, n + 1, 1);
  if (v) memcpy(v, s, n);
  return v;
}

bl_status bl_utf8_of_file(bl_ctx *ctx, const char *path, char **text, size_t *n)
{
  if (bl_utf8_prefix(*text, *n) == *n) return BL_OK;
  bl_warn(ctx, BL_W_DEVIATION, "%s: is no UTF-8; read as Latin-1", path);
  char *plain = bl_utf8_of_latin1(ctx, *text, *n);
  if (!plain) return bl_fail_nomem(ctx, path);
  bl_free(ctx, *text);
  *text = plain;
  *n = strlen(plain);
  return BL_OK;
}

char *bl_latin1_of_utf8(bl_ctx *ctx, const char *text)
{
  char *v = bl_strdup(ctx, text), *to = v;
  for (const char *s = text; v && *s; s++) {
    unsigned char c = (unsigned char)*s, next = (unsigned char)s[1];
    bool two = (c == 0xc2 || c == 0xc3) && (next & 0xc0) == 0x80; /* U+0080 to U+00FF */
    if (c >= 0x80 && !two) {
      memcpy(v, text, strlen(text) + 1);
      return v;
    }
    *to++ = (char)(two ? (c & 3) << 6 | (next & 0x3f) : c);
    s += two;
  }
  if (v) *to = '\0';
  return v;
}

char *bl_utf8_visible(bl_ctx *ctx, const char *s)
{
  size_t n = strlen(s);
  char *v = bl_calloc(ctx, n + 1, 3), *to = v;
  while (v && n) {
    size_t good = bl_utf8_prefix(s, n), bad = good < n;
    memcpy(to, s, good);
    to += good;
    if (bad) memcpy(to, "\xef\xbf\xbd", 3), to += 3;
    s += good + bad;
    n -= good + bad;
  }
  return v;
}

/* ---- growing buffers --------------------------------------------------------------------------------------------- */

static bl_status reserve(bl_ctx *ctx, bl_buf *b, size_t more)
{
  size_t max = b->max ? b->max : BUF_CEILING, need = b->len + more + 1;
  if (more > max || need > max) return bl_fail(ctx, BL_E_NOMEM, "a text grows beyond its ceiling of %zu bytes", max);
  if (need <= b->cap) return BL_OK;
  size_t cap = b->cap * 2 > need ? b->cap * 2 : need < 128 ? 128 : need;
  char *v = bl_realloc(ctx, b->v, cap, 1);
  if (!v) return bl_fail_nomem(ctx, "a text");
  b->v = v;
  b->cap = cap;
  return BL_OK;
}

bl_status bl_buf_add(bl_ctx *ctx, bl_buf *b, const char *bytes, size_t n)
{
  bl_status s = reserve(ctx, b, n);
  if (s) return s;
  if (n) memcpy(b->v + b->len, bytes, n);
  b->len += n;
  b->v[b->len] = '\0';
  return BL_OK;
}

bl_status bl_buf_puts(bl_ctx *ctx, bl_buf *b, const char *s) { return bl_buf_add(ctx, b, s, strlen(s)); }

bl_status bl_buf_printf(bl_ctx *ctx, bl_buf *b, const char *format, ...)
{
  va_list args;
  va_start(args, format);
  int n = vsnprintf(NULL, 0, format, args);
  va_end(args);
  if (n < 0) return bl_fail(ctx, BL_E_INTERNAL, "a text could not be formatted");
  bl_status s = reserve(ctx, b, (size_t)n);
  if (s) return s;
  va_start(args, format);
  vsnprintf(b->v + b->len, (size_t)n + 1, format, args);
  va_end(args);
  b->len += (size_t)n;
  return BL_OK;
}

void bl_buf_free(bl_ctx *ctx, bl_buf *b)
{
  bl_free(ctx, b->v);
  b->v = NULL;
  b->len = b->cap = 0;
}

const char *bl_buf_text(const bl_buf *b) { return b->v ? b->v : ""; }

bl_status bl_grow(bl_ctx *ctx, void **v, size_t *cap, size_t need, size_t size, const char *what)
{
  if (need <= *cap) return BL_OK;
  size_t now = *cap > SIZE_MAX / 2 ? need : *cap * 2;
  if (now < need) now = need;
  if (now < 8) now = 8;
  void *grown = bl_realloc(ctx, *v, now, size);
  if (!grown) return bl_fail_nomem(ctx, what);
  *v = grown;
  *cap = now;
  return BL_OK;
}

/* ---- lists of strings -------------------------------------------------------------------------------------------- */

bl_status bl_texts_add(bl_ctx *ctx, bl_texts *t, const char *s)
{
  /* room grows at powers of two, so that n alone says how much there is */
  if ((t->n & (t->n - 1)) == 0) {
    char **v = bl_realloc(ctx, t->v, t->n ? t->n * 2 : 1, sizeof *v);
    if (!v) return bl_fail_nomem(ctx, "a list of texts");
    t->v = v;
  }
  char *copy = bl_strdup(ctx, s);
  if (!copy) return bl_fail_nomem(ctx, "a list of texts");
  t->v[t->n++] = copy;
  return BL_OK;
}

bl_status bl_texts_addf(bl_ctx *ctx, bl_texts *t, const char *format, ...)
{
  va_list args;
  va_start(args, format);
  char *text = format_new(ctx, format, args);
  va_end(args);
  bl_status s = text ? bl_texts_add(ctx, t, text) : bl_fail_nomem(ctx, "a list of texts");
  bl_free(ctx, text);
  return s;
}

bl_status bl_texts_copy(bl_ctx *ctx, bl_texts *to, const bl_texts *from)
{
  for (size_t i = 0; i < from->n; i++) {
    bl_status s = bl_texts_add(ctx, to, from->v[i]);
    if (s) return s;
  }
  return BL_OK;
}

long bl_texts_find(const bl_texts *t, const char *s)
{
  for (size_t i = 0; i < t->n; i++)
    if (!strcmp(t->v[i], s)) return (long)i;
  return -1;
}

const char *bl_text_at(const void *texts, size_t i)
{
  const bl_texts *t = texts;
  return i < t->n ? t->v[i] : NULL;
}

void bl_texts_free(bl_ctx *ctx, bl_texts *t)
{
  for (size_t i = 0; i < t->n; i++) bl_free(ctx, t->v[i]);
  bl_free(ctx, t->v);
  t->v = NULL;
  t->n = 0;
}
