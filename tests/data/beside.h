/* beside.h: the JSON file that lies beside a recording. */
#ifndef BALEEN_TESTS_BESIDE_H
#define BALEEN_TESTS_BESIDE_H

#include <stdio.h>
#include <sys/stat.h>

#include "check.h"

static inline bool sidecar_is_there(const char *path)
{
  char beside[600];
  struct stat st;
  snprintf(beside, sizeof beside, "%s.json", path);
  return !stat(beside, &st);
}

static inline void write_beside(const char *path, const char *text)
{
  char beside[600];
  snprintf(beside, sizeof beside, "%s.json", path);
  FILE *f = fopen(beside, "w");
  if (!f) fail_msg("%s", beside);
  fputs(text, f);
  fclose(f);
}

#endif
