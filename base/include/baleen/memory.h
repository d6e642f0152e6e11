/* memory.h: the one door to the heap. Blocks are zeroed, counted in the context, and any allocation can be made to fail
 * (bl_ctx_fail_alloc_at). Arrays of 64 bytes or more are aligned to 64 bytes for SIMD; shorter ones, and texts, as
 * malloc() aligns them. A block is freed with a context of the same family. */
#ifndef BALEEN_MEMORY_H
#define BALEEN_MEMORY_H

#include <stdarg.h>

#include "baleen/context.h"

/* n * size zeroed bytes, or NULL (also when the product overflows). n or size 0 gives a valid block to be freed.
 * Sets no error text: the caller knows what it wanted; see bl_fail_nomem(). */
void *bl_calloc(bl_ctx *ctx, size_t n, size_t size);
/* Grows or shrinks, new bytes zeroed. On NULL the old block stands. p may be NULL. */
void *bl_realloc(bl_ctx *ctx, void *p, size_t n, size_t size);
void bl_free(bl_ctx *ctx, void *p);
char *bl_strdup(bl_ctx *ctx, const char *s);
/* A new string, printf style; NULL when memory ran out. */
char *bl_strf(bl_ctx *ctx, const char *format, ...) BL_PRINTF(2, 3);
/* New strings, NULL when memory ran out. The n bytes at s as UTF-8, each taken as a character of Latin-1. */
char *bl_utf8_of_latin1(bl_ctx *ctx, const char *s, size_t n);
/* The n bytes at s as UTF-8: as they are where they are that, else as Latin-1, in which every byte is a character. */
char *bl_utf8_of_text(bl_ctx *ctx, const char *s, size_t n);
/* The same for a whole file's text, in its place, with a warning; n is its length. */
bl_status bl_utf8_of_file(bl_ctx *ctx, const char *path, char **text, size_t *n) BL_MUST_CHECK;
/* The text in Latin-1 where that can hold it, else a copy. */
char *bl_latin1_of_utf8(bl_ctx *ctx, const char *text);
/* A copy that is UTF-8: each byte that is none becomes U+FFFD. For names of files, which may be any bytes. */
char *bl_utf8_visible(bl_ctx *ctx, const char *s);
/* bl_fail() with the usual text for memory that ran out while making `what`. */
#define bl_fail_nomem(ctx, what) bl_fail((ctx), BL_E_NOMEM, "out of memory for %s", (what))

/* A string that grows, always NUL-terminated. `max` is its declared ceiling in bytes (0: 64 MiB). */
typedef struct bl_buf {
  char *v;
  size_t len, cap, max;
} bl_buf;
/* Each returns BL_E_NOMEM, with an error text, when memory or the ceiling was reached; what was there stays. */
bl_status bl_buf_add(bl_ctx *ctx, bl_buf *b, const char *bytes, size_t n) BL_MUST_CHECK;
bl_status bl_buf_puts(bl_ctx *ctx, bl_buf *b, const char *s) BL_MUST_CHECK;
bl_status bl_buf_printf(bl_ctx *ctx, bl_buf *b, const char *format, ...) BL_PRINTF(3, 4) BL_MUST_CHECK;
void bl_buf_free(bl_ctx *ctx, bl_buf *b);
/* The text, "" when empty; owned by the buffer. */
const char *bl_buf_text(const bl_buf *b);

/* Grows `*v` (elements of `size` bytes, `*cap` allocated) so that it holds at least `need`. */
bl_status bl_grow(bl_ctx *ctx, void **v, size_t *cap, size_t need, size_t size, const char *what) BL_MUST_CHECK;

/* A list of owned strings. */
typedef struct bl_texts {
  char **v;
  size_t n;
} bl_texts;
bl_status bl_texts_add(bl_ctx *ctx, bl_texts *t, const char *s) BL_MUST_CHECK;
bl_status bl_texts_addf(bl_ctx *ctx, bl_texts *t, const char *format, ...) BL_PRINTF(3, 4) BL_MUST_CHECK;
bl_status bl_texts_copy(bl_ctx *ctx, bl_texts *to, const bl_texts *from) BL_MUST_CHECK;
/* Index of `s`, or -1. */
long bl_texts_find(const bl_texts *t, const char *s);
/* String i of a bl_texts, NULL behind the last: a list of candidates for bl_nearest(). */
const char *bl_text_at(const void *texts, size_t i);
void bl_texts_free(bl_ctx *ctx, bl_texts *t);

#endif
