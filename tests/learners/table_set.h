/* table_set.h: the bundled tables as tests learn from them. Header only. */
#ifndef BL_TESTS_TABLE_SET_H
#define BL_TESTS_TABLE_SET_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

enum { MAX_ROWS = 1800, MAX_COLS = 64 };

typedef struct table {
  float x[MAX_ROWS * MAX_COLS];
  double y[MAX_ROWS];
  int32_t label[MAX_ROWS];
  size_t rows, cols;
} table;

/* Numbers, then a last column: a number, or one of a few words that are numbered by first appearance. */
static inline table *read_table(const char *name)
{
  static char line[8192], words[8][32];
  char path[512];
  snprintf(path, sizeof path, "%s/tables/%s.csv", BALEEN_SETS, name);
  FILE *f = fopen(path, "r");
  if (!f) fail_msg("%s cannot be opened", path);
  table *t = test_calloc(1, sizeof *t);
  size_t n_words = 0;
  if (!fgets(line, sizeof line, f)) fail_msg("%s is empty", path);
  for (const char *p = line; *p; p++) t->cols += *p == ',';
  for (; fgets(line, sizeof line, f); t->rows++) {
    char *p = line;
    for (size_t j = 0; j < t->cols; j++, p++) t->x[t->rows * t->cols + j] = (float)strtod(p, &p);
    char *end;
    t->y[t->rows] = strtod(p, &end);
    if (end == p) {
      size_t k = 0;
      p[strcspn(p, "\r\n")] = '\0';
      while (k < n_words && strcmp(words[k], p)) k++;
      if (k == n_words) snprintf(words[n_words++], sizeof *words, "%.31s", p);
      t->y[t->rows] = (double)k;
    }
    t->label[t->rows] = (int32_t)t->y[t->rows];
  }
  fclose(f);
  return t;
}

#endif
