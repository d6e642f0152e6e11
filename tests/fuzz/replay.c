/* Gives every file of a folder to a fuzzer's entry, so that seeds and finds run as a plain test: replay FOLDER. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static int replay(const char *path)
{
  FILE *f = fopen(path, "rb");
  if (!f) return 0;
  fseek(f, 0, SEEK_END);
  long n = ftell(f);
  rewind(f);
  uint8_t *bytes = n >= 0 ? malloc((size_t)n + 1) : NULL;
  int ok = bytes && fread(bytes, 1, (size_t)n, f) == (size_t)n;
  fclose(f);
  if (ok) LLVMFuzzerTestOneInput(bytes, (size_t)n);
  free(bytes);
  return ok;
}

int main(int argc, char **argv)
{
  char path[4096];
  int n = 0;
  DIR *d = argc > 1 ? opendir(argv[1]) : NULL;
  for (struct dirent *e; d && (e = readdir(d));) {
    if (e->d_name[0] == '.') continue;
    snprintf(path, sizeof path, "%s/%s", argv[1], e->d_name);
    n += replay(path);
  }
  if (d) closedir(d);
  printf("%d inputs\n", n);
  return n ? 0 : 1; /* no seeds: the test would test nothing */
}
