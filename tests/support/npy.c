/* npy: see npy.h. Plain malloc and stdio on purpose: the code under test is what counts allocations. */
#include "npy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

enum { HEAD = 10, MOST_HEADER = 4096, MOST_NUMBERS = 1 << 22 };

typedef double (*read_fn)(const unsigned char *at);
static double read_f4(const unsigned char *at)
{
  float v;
  memcpy(&v, at, sizeof v);
  return (double)v;
}
static double read_f8(const unsigned char *at)
{
  double v;
  memcpy(&v, at, sizeof v);
  return v;
}
static double read_i8(const unsigned char *at)
{
  int64_t v;
  memcpy(&v, at, sizeof v);
  return (double)v;
}
static double read_byte(const unsigned char *at) { return (double)*at; }

static const struct kind {
  const char *name;
  size_t bytes, numbers; /* of one number, and how many make an element */
  read_fn read;
} kinds[] = {{"<f4", 4, 1, read_f4},   {"<f8", 8, 1, read_f8}, {"<i8", 8, 1, read_i8}, {"|b1", 1, 1, read_byte},
             {"|u1", 1, 1, read_byte}, {"<c8", 4, 2, read_f4}, {"<c16", 8, 2, read_f8}};

static const struct kind *kind_of(const char *header, const char *path)
{
  const char *at = strstr(header, "'descr': '");
  for (size_t i = 0; at && i < sizeof kinds / sizeof *kinds; i++) {
    size_t n = strlen(kinds[i].name);
    if (!strncmp(at + 10, kinds[i].name, n) && at[10 + n] == '\'') return &kinds[i];
  }
  fail_msg("npy: %s holds a kind of number that is not read: %s", path, header);
  return NULL; /* not reached: fail_msg leaves the test */
}

/* "'shape': (7, 87), " into a->dim. */
static void read_shape(npy *a, const char *header, const char *path)
{
  const char *at = strstr(header, "'shape': (");
  if (!at || strstr(header, "'fortran_order': True")) fail_msg("npy: %s is not row-major, or says no shape", path);
  else
    for (at += 10; *at != ')';) {
      char *end;
      unsigned long long n = strtoull(at, &end, 10);
      if (end == at || a->n_dims == NPY_MAX_DIMS || n > MOST_NUMBERS) fail_msg("npy: %s: odd shape: %s", path, header);
      a->dim[a->n_dims++] = (size_t)n;
      a->n *= (size_t)n;
      at = end + strspn(end, ", ");
    }
}

static void read_numbers(npy *a, const struct kind *k, FILE *f, const char *path)
{
  if (a->n_dims && k->numbers > 1) a->dim[a->n_dims - 1] *= k->numbers;
  a->n *= k->numbers;
  if (a->n > MOST_NUMBERS) fail_msg("npy: %s holds %zu numbers", path, a->n);
  unsigned char *bytes = malloc(a->n * k->bytes + 1);
  a->v = calloc(a->n + 1, sizeof *a->v);
  if (!bytes || !a->v || fread(bytes, k->bytes, a->n, f) != a->n) fail_msg("npy: cannot read all of %s", path);
  for (size_t i = 0; i < a->n; i++) a->v[i] = k->read(bytes + i * k->bytes);
  free(bytes);
}

npy *npy_open(const char *name)
{
  char path[1024], header[MOST_HEADER + 1] = "";
  unsigned char head[HEAD] = {0};
  npy *a = calloc(1, sizeof *a);
  snprintf(path, sizeof path, "%s/%s.npy", BALEEN_GOLDEN_DIR, name);
  FILE *f = fopen(path, "rb");
  if (!a || !f || fread(head, 1, HEAD, f) != HEAD || memcmp(head, "\x93NUMPY\x01\x00", 8) != 0)
    fail_msg("npy: cannot read %s as a NumPy file of version 1.0", path);
  size_t n = head[8] + 256U * head[9];
  if (n > MOST_HEADER || fread(header, 1, n, f) != n) fail_msg("npy: %s has an odd header", path);
  a->n = 1;
  read_shape(a, header, path);
  read_numbers(a, kind_of(header, path), f, path);
  fclose(f);
  return a;
}

void npy_close(npy *a)
{
  if (a) free(a->v);
  free(a);
}

float *npy_f32(const npy *a)
{
  float *v = calloc(a->n + 1, sizeof *v);
  if (!v) fail_msg("npy: no memory for %zu numbers", a->n);
  for (size_t i = 0; i < a->n; i++) v[i] = (float)a->v[i];
  return v;
}

static double largest(const npy *a)
{
  double most = 0;
  for (size_t i = 0; i < a->n; i++)
    if (isfinite(a->v[i])) most = fmax(most, fabs(a->v[i]));
  return most;
}

static void compare_one(double want, float got, double allowed, size_t i, size_t frames, const char *what)
{
  if (isnan(want) ? isnan(got) : fabs((double)got - want) <= allowed) return;
  fail_msg("%s: [%zu][%zu]: want %.9g, got %.9g, off by %.3g, allowed %.3g", what, i / frames, i % frames, want,
           (double)got, (double)got - want, allowed);
}

void npy_compare(const npy *want, const float *got, size_t n, double tol, const char *what)
{
  if (n != want->n) fail_msg("%s: %zu numbers, not %zu", what, n, want->n);
  double allowed = tol * largest(want);
  for (size_t i = 0; i < n; i++)
    compare_one(want->v[i], got[i], allowed, i, want->n_dims ? want->dim[want->n_dims - 1] : 1, what);
}

void npy_compare_frames(const npy *want, const float *got, size_t n_frames, size_t width, double tol, const char *what)
{
  size_t frames = want->n_dims ? want->dim[want->n_dims - 1] : 1;
  if (n_frames != frames || width * n_frames != want->n)
    fail_msg("%s: %zu frames of %zu, not %zu of %zu", what, n_frames, width, frames, frames ? want->n / frames : 0);
  double allowed = tol * largest(want);
  for (size_t i = 0; i < want->n; i++)
    compare_one(want->v[i], got[i % frames * width + i / frames], allowed, i, frames, what);
}
