#define _XOPEN_SOURCE 700 /* nftw */
#include "tree.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"

static char root[300];

const char *tree_root(void)
{
  if (*root) return root;
  const char *base = getenv("TMPDIR");
  snprintf(root, sizeof root, "%s/baleen-[tree]*{a,b}-XXXXXX", base && *base ? base : "/tmp");
  if (!mkdtemp(root)) fail_msg("no temporary folder");
  return root;
}

static const char *place(const char *name)
{
  static char path[1024];
  snprintf(path, sizeof path, "%s/%s", tree_root(), name);
  for (char *p = path + strlen(root) + 1; (p = strchr(p, '/')) != NULL; p++) {
    *p = '\0';
    mkdir(path, 0777);
    *p = '/';
  }
  return path;
}

void tree_put(const char *name, const void *bytes, size_t n)
{
  FILE *f = fopen(place(name), "wb");
  if (!f || fwrite(bytes, 1, n, f) != n || fclose(f)) fail_msg("cannot write %s", name);
}

void tree_text(const char *name, const char *text) { tree_put(name, text, strlen(text)); }

void tree_link(const char *name, const char *to)
{
  if (symlink(to, place(name))) fail_msg("cannot link %s", name);
}

static void put32(unsigned char *at, size_t x)
{
  for (int i = 0; i < 4; i++) at[i] = (unsigned char)(x >> (8 * i));
}

void tree_wav(const char *name, double rate_hz, size_t channels, size_t frames, const float *v)
{
  size_t bytes = frames * channels * 4;
  unsigned char *wav = calloc(1, 44 + bytes);
  if (!wav) fail_msg("no memory");
  memcpy(wav, "RIFF....WAVEfmt ", 16);
  put32(wav + 4, 36 + bytes);
  put32(wav + 16, 16);
  wav[20] = 3; /* IEEE float */
  wav[22] = (unsigned char)channels;
  put32(wav + 24, (size_t)rate_hz);
  put32(wav + 28, (size_t)rate_hz * channels * 4);
  wav[32] = (unsigned char)(channels * 4);
  wav[34] = 32;
  memcpy(wav + 36, "data", 4);
  put32(wav + 40, bytes);
  memcpy(wav + 44, v, bytes);
  tree_put(name, wav, 44 + bytes);
  free(wav);
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
  (void)st, (void)kind, (void)at;
  return remove(path);
}

void tree_done(void)
{
  if (*root) nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
  *root = '\0';
}
