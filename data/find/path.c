/* Paths as text. Nothing here looks at the disk. */
#include "path.h"

#include <string.h>

#include "baleen/text.h"
#include "recording_private.h"

char *bl_path_join(bl_ctx *ctx, const char *folder, const char *path)
{
  if (*path == '/' || !folder || !*folder) return bl_strdup(ctx, path);
  size_t n = strlen(folder);
  return bl_strf(ctx, "%s%s%s", folder, folder[n - 1] == '/' ? "" : "/", path);
}

char *bl_path_normal(bl_ctx *ctx, const char *path)
{
  size_t n = strlen(path), len = 0, root = *path == '/', floor_len = root; /* below floor_len all is "../" */
  char *out = bl_calloc(ctx, n + 2, 1);
  if (!out) return NULL;
  if (root) out[len++] = '/';
  for (const char *p = path; *p;) {
    size_t part = strcspn(p, "/");
    bool up = part == 2 && !memcmp(p, "..", 2);
    if (up && len > floor_len) {
      while (len > floor_len && out[len - 1] != '/') len--;
      if (len > floor_len) len--;
    } else if (part && !(part == 1 && *p == '.') && !(up && root)) {
      if (len > root) out[len++] = '/';
      memcpy(out + len, p, part);
      len += part;
      if (up) floor_len = len;
    }
    p += part + (p[part] == '/');
  }
  if (!len) out[len++] = '.';
  out[len] = '\0';
  return out;
}

char *bl_path_folder(bl_ctx *ctx, const char *path)
{
  const char *slash = strrchr(path, '/');
  if (!slash) return bl_strdup(ctx, ".");
  size_t n = slash == path ? 1 : (size_t)(slash - path);
  char *out = bl_calloc(ctx, n + 1, 1);
  if (out) memcpy(out, path, n);
  return out;
}

char *bl_path_stem(bl_ctx *ctx, const char *path)
{
  const char *base = bl_path_base(path), *dot = strrchr(base, '.');
  size_t n = dot && dot > base ? (size_t)(dot - path) : strlen(path);
  char *out = bl_calloc(ctx, n + 1, 1);
  if (out) memcpy(out, path, n);
  return out;
}

const char *bl_recording_file(const char *path)
{
  int depth = 0;
  if (strncmp(path, BL_PCM_PREFIX, strlen(BL_PCM_PREFIX))) return path;
  for (const char *at = path + strlen(BL_PCM_PREFIX); *at; at++) {
    depth += (*at == '[') - (*at == ']');
    if (*at == ':' && depth <= 0) return at + 1;
  }
  return path;
}
