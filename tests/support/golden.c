/* golden: the reader of tests/golden/<topic>.txt and the comparison with its numbers. File form: see golden.h. */
#include "golden.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

#ifndef BALEEN_GOLDEN_DIR
#error "BALEEN_GOLDEN_DIR must be the folder of the golden files, as a string"
#endif

enum { MAX_NUMBERS = 1 << 22 }; /* far above the 200 KB a golden file may have */

typedef struct {
  char *name, *value;
} golden_string;

struct golden {
  char path[1024];
  char *data; /* the file, cut in place into zero-ended pieces; names point here */
  golden_array *arrays;
  golden_string *texts;
  size_t n_arrays, n_texts;
};

static void *must_alloc(size_t n, size_t size)
{
  void *p = calloc(n ? n : 1, size);
  if (!p) fail_msg("golden: no memory for %zu x %zu bytes", n, size);
  return p;
}

static char *read_file(const char *path)
{
  FILE *f = fopen(path, "rb");
  if (!f) fail_msg("golden: cannot open %s; tests/golden/make_all.sh writes it", path);
  long size = fseek(f, 0, SEEK_END) ? -1 : ftell(f);
  if (size < 0 || fseek(f, 0, SEEK_SET)) fail_msg("golden: cannot read %s", path);
  char *data = must_alloc((size_t)size + 1, 1);
  if (fread(data, 1, (size_t)size, f) != (size_t)size) fail_msg("golden: cannot read all of %s", path);
  fclose(f);
  return data;
}

/* Cuts the next line off *cursor; NULL at the end. */
static char *next_line(char **cursor)
{
  char *line = *cursor;
  if (!*line) return NULL;
  char *end = strchr(line, '\n');
  if (end) *end++ = '\0';
  *cursor = end ? end : line + strlen(line);
  return line;
}

/* Cuts the next word off *cursor (blanks between words); an empty string at the end. */
static char *next_word(char **cursor)
{
  char *word = *cursor + strspn(*cursor, " ");
  char *end = word + strcspn(word, " ");
  if (*end) *end++ = '\0';
  *cursor = end;
  return word;
}

/* The number after the given prefix ("", "rtol=" or "atol="), rounded once to float32 when narrow. strtod will do:
 * tests run in the C locale. */
static double number_of(const golden *g, const char *word, const char *prefix, const char *where, int narrow)
{
  size_t skip = strlen(prefix);
  char *end = NULL;
  double v = 0;
  if (!strncmp(word, prefix, skip)) v = narrow ? (double)strtof(word + skip, &end) : strtod(word + skip, &end);
  if (!end || end == word + skip || *end)
    fail_msg("golden: %s: %s: '%s' is not %snumber", g->path, where, word, prefix);
  return v;
}

static void read_numbers(const golden *g, golden_array *a, char **cursor, int narrow)
{
  for (size_t i = 0; i < a->rows; i++) {
    char *line = next_line(cursor);
    if (!line) fail_msg("golden: %s: %s ends at row %zu of %zu", g->path, a->name, i, a->rows);
    for (size_t j = 0; j < a->cols; j++) a->v[i * a->cols + j] = number_of(g, next_word(&line), "", a->name, narrow);
    if (*next_word(&line)) fail_msg("golden: %s: %s row %zu has more than %zu numbers", g->path, a->name, i, a->cols);
  }
}

static void read_array(golden *g, char *line, char **cursor)
{
  golden_array *grown = realloc(g->arrays, (g->n_arrays + 1) * sizeof *grown);
  if (!grown) fail_msg("golden: no memory for array %zu", g->n_arrays);
  g->arrays = grown;
  golden_array *a = &g->arrays[g->n_arrays++];
  memset(a, 0, sizeof *a);
  a->name = next_word(&line);
  double rows = number_of(g, next_word(&line), "", a->name, 0);
  double cols = number_of(g, next_word(&line), "", a->name, 0);
  if (!(rows >= 0 && cols >= 0 && rows <= MAX_NUMBERS && cols <= MAX_NUMBERS && rows * cols <= MAX_NUMBERS))
    fail_msg("golden: %s: %s has shape %g x %g", g->path, a->name, rows, cols);
  a->rows = (size_t)rows;
  a->cols = (size_t)cols;
  a->rtol = number_of(g, next_word(&line), "rtol=", a->name, 0);
  a->atol = number_of(g, next_word(&line), "atol=", a->name, 0);
  a->v = must_alloc(a->rows * a->cols, sizeof *a->v);
  const char *kind = next_word(&line);
  if (*kind && strcmp(kind, "f32")) fail_msg("golden: %s: %s: '%s' is not f32", g->path, a->name, kind);
  read_numbers(g, a, cursor, *kind != '\0');
}

static void read_text(golden *g, char *line)
{
  golden_string *grown = realloc(g->texts, (g->n_texts + 1) * sizeof *grown);
  if (!grown) fail_msg("golden: no memory for text %zu", g->n_texts);
  g->texts = grown;
  golden_string *t = &g->texts[g->n_texts++];
  t->name = next_word(&line);
  t->value = line;
}

golden *golden_open(const char *topic)
{
  golden *g = must_alloc(1, sizeof *g);
  int n = snprintf(g->path, sizeof g->path, "%s/%s.txt", BALEEN_GOLDEN_DIR, topic);
  if (n < 0 || (size_t)n >= sizeof g->path) fail_msg("golden: the path of topic %s is too long", topic);
  g->data = read_file(g->path);
  char *cursor = g->data, *line = next_line(&cursor);
  if (!line || strcmp(line, "# golden 1")) fail_msg("golden: %s does not begin with '# golden 1'", g->path);
  while ((line = next_line(&cursor))) {
    if (!*line || *line == '#') continue;
    const char *kind = next_word(&line);
    if (!strcmp(kind, "array")) read_array(g, line, &cursor);
    else if (!strcmp(kind, "text")) read_text(g, line);
    else fail_msg("golden: %s: '%s' is neither array nor text", g->path, kind);
  }
  return g;
}

void golden_close(golden *g)
{
  if (!g) return;
  for (size_t i = 0; i < g->n_arrays; i++) free(g->arrays[i].v);
  free(g->arrays);
  free(g->texts);
  free(g->data);
  free(g);
}

const golden_array *golden_get(const golden *g, const char *name)
{
  for (size_t i = 0; i < g->n_arrays; i++)
    if (!strcmp(g->arrays[i].name, name)) return &g->arrays[i];
  fail_msg("golden: %s has no array '%s'", g->path, name);
  return NULL; /* not reached: fail_msg leaves the test */
}

const char *golden_text_name(const golden *g, size_t i) { return i < g->n_texts ? g->texts[i].name : NULL; }

const char *golden_text(const golden *g, const char *name)
{
  for (size_t i = 0; i < g->n_texts; i++)
    if (!strcmp(g->texts[i].name, name)) return g->texts[i].value;
  fail_msg("golden: %s has no text '%s'", g->path, name);
  return NULL; /* not reached */
}

/* The negated test fails on a NaN that is not wanted; infinities have no difference and must be equal. */
static int differs(double want, double got, double rtol, double atol)
{
  if (isnan(want)) return !isnan(got);
  if (isinf(want) || isinf(got)) return !(want <= got && want >= got);
  return !(fabs(got - want) <= atol + rtol * fabs(want));
}

void golden_compare(const golden_array *want, const double *got, const char *what)
{
  for (size_t i = 0; i < want->rows * want->cols; i++) {
    if (!differs(want->v[i], got[i], want->rtol, want->atol)) continue;
    fail_msg("%s: %s[%zu][%zu]: want %.17g, got %.17g, off by %.3g, allowed %.3g (rtol %g, atol %g)", what, want->name,
             i / want->cols, i % want->cols, want->v[i], got[i], got[i] - want->v[i],
             want->atol + want->rtol * fabs(want->v[i]), want->rtol, want->atol);
  }
}

void golden_compare_f32(const golden_array *want, const float *got, const char *what)
{
  size_t n = want->rows * want->cols;
  double *wide = must_alloc(n, sizeof *wide);
  for (size_t i = 0; i < n; i++) wide[i] = (double)got[i];
  golden_compare(want, wide, what); /* leaks `wide` when it fails: the test has ended then */
  free(wide);
}

void golden_compare_one(double want, double got, double rtol, double atol, const char *what)
{
  if (differs(want, got, rtol, atol))
    fail_msg("%s: want %.17g, got %.17g, off by %.3g, allowed %.3g", what, want, got, got - want,
             atol + rtol * fabs(want));
}
