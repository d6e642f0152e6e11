/* program.h: the program as a user runs it, and what it said. */
#ifndef BL_TEST_PROGRAM_H
#define BL_TEST_PROGRAM_H

#include "check.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

/* Runs "<before> baleen <printf>"; what it prints, errors too, is in said. Returns the exit status. */
static char said[200000];
static inline int said_by(const char *command)
{
  FILE *p = popen(command, "r");
  if (!p) fail_msg("cannot run %s", command);
  size_t got = fread(said, 1, sizeof said - 1, p);
  said[got] = '\0';
  int s = pclose(p);
  return WIFEXITED(s) ? WEXITSTATUS(s) : -1;
}

static inline int baleen(const char *format, ...) BL_PRINTF(1, 2);
static inline int baleen(const char *format, ...)
{
  char command[8192];
  int n = snprintf(command, sizeof command, "'%s' ", BALEEN_BIN);
  va_list args;
  va_start(args, format);
  n += vsnprintf(command + n, sizeof command - (size_t)n, format, args);
  va_end(args);
  snprintf(command + n, sizeof command - (size_t)n, " 2>&1");
  return said_by(command);
}

/* clang-format off */
#define check_says(part) do { if (!strstr(said, part)) fail_msg("wanted '%s' in: %s", part, said); } while (0)
#define check_says_not(part) do { if (strstr(said, part)) fail_msg("wanted no '%s' in: %s", part, said); } while (0)
/* clang-format on */

/* A file becomes what was said. */
static inline void read_said(const char *path)
{
  FILE *f = fopen(path, "rb");
  if (!f) fail_msg("cannot read %s", path);
  size_t n = fread(said, 1, sizeof said - 1, f);
  said[n] = '\0';
  fclose(f);
}

#endif
