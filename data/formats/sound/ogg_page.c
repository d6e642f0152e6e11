/* See ogg_page.h. */
#include "ogg_page.h"

#include <string.h>

#include "baleen/memory.h"

enum { HEAD_BYTES = 27, MOST_BYTES = HEAD_BYTES + 255 + 255 * 255, LOOK_AHEAD = 256 << 10 };

bl_status bl_ogg_pages_open(bl_ctx *ctx, bl_window *file, bl_ogg_pages *out)
{
  *out = (bl_ogg_pages){.file = file, .room = bl_calloc(ctx, MOST_BYTES, 1)};
  return out->room ? BL_OK : bl_fail_nomem(ctx, "a page of Ogg");
}

/* Bytes of the page that begins at v; 0: none that is whole within n bytes. */
static size_t page_bytes(const unsigned char *v, size_t n)
{
  if (n < HEAD_BYTES || memcmp(v, "OggS\0", 5) || n < HEAD_BYTES + (size_t)v[26]) return 0;
  size_t bytes = HEAD_BYTES + v[26];
  for (size_t i = 0; i < v[26]; i++) bytes += v[HEAD_BYTES + i];
  return bytes <= n ? bytes : 0;
}

/* Takes the page at v, if its checksum is right. */
static bool take(bl_ogg_pages *p, const unsigned char *v, size_t n)
{
  size_t bytes = page_bytes(v, n), head = bytes ? HEAD_BYTES + (size_t)v[26] : 0;
  if (!bytes) return false;
  memcpy(p->room, v, bytes);
  p->page = (ogg_page){p->room, (long)head, p->room + head, (long)(bytes - head)};
  ogg_page_checksum_set(&p->page);
  return !memcmp(p->room + 22, v + 22, 4);
}

bl_status bl_ogg_pages_next(bl_ctx *ctx, bl_ogg_pages *p, bool *found)
{
  uint64_t from = p->next;
  *found = false;
  while (p->file->n_bytes - p->next >= HEAD_BYTES) {
    const unsigned char *v, *mark;
    uint64_t left = p->file->n_bytes - p->next;
    size_t n = left < MOST_BYTES ? (size_t)left : MOST_BYTES;
    bl_status s = bl_window_get(ctx, p->file, p->next, n, LOOK_AHEAD, &v);
    if (!s) s = BL_CHECK_CANCEL(ctx);
    if (s) return s;
    if (take(p, v, n)) {
      p->at = p->next;
      p->skipped = p->at - from;
      p->next += (uint64_t)(p->page.header_len + p->page.body_len);
      *found = true;
      return BL_OK;
    }
    mark = memchr(v + 1, 'O', n - 1);
    p->next += mark ? (uint64_t)(mark - v) : n;
  }
  p->at = p->next = p->file->n_bytes;
  p->skipped = p->at - from;
  return BL_OK;
}

void bl_ogg_pages_close(bl_ctx *ctx, bl_ogg_pages *p)
{
  bl_free(ctx, p->room);
  p->room = NULL;
}
