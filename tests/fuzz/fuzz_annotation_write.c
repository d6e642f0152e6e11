/* Any annotations, written in each format and read back: the same times to the last bits and the same labels, or a
 * refusal that names the file. The bytes choose the format, the files, and times and texts of any kind. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "baleen/annotation.h"
#include "baleen/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

enum { MOST = 24, MAX_TEXT = 40, MOST_EPOCHS = 5000 };

/* ---- annotations out of bytes ------------------------------------------------------------------------------------ */

typedef struct input {
  const uint8_t *at, *end;
} input;

static unsigned take(input *in) { return in->at < in->end ? *in->at++ : 0; }

/* Any double at all, or one that a person would write. */
static double take_time(input *in, double epoch_s)
{
  unsigned kind = take(in);
  double x = 0;
  switch (kind % 6) {
  case 0:
    for (unsigned char *p = (unsigned char *)&x; p < (unsigned char *)(&x + 1); p++) *p = (unsigned char)take(in);
    return x;
  case 1: return (double)take(in) * epoch_s;
  case 2: return (double)((int)(take(in) << 8 | take(in)) - 32768) / 1000;
  case 3: return (double)(take(in) << 16 | take(in) << 8 | take(in)) / 500000;
  case 4: return (double)take(in) / 3;
  default: return ldexp((double)take(in), (int)take(in) - 100);
  }
}

/* Text without NUL; NULL now and then, where that may be. */
static char *take_text(input *in, bool may_be_none, char to[MAX_TEXT + 1])
{
  unsigned n = take(in);
  if (may_be_none && n % 3) return NULL;
  n = n / 3 % MAX_TEXT;
  for (unsigned i = 0; i < n; i++) {
    to[i] = (char)take(in);
    if (!to[i]) to[i] = '~';
  }
  to[n] = '\0';
  return to;
}

typedef struct marks {
  bl_annotations list;
  bl_annotation v[MOST];
  char label[MOST][MAX_TEXT + 1], file[MOST][MAX_TEXT + 1], channel[MOST][MAX_TEXT + 1];
  const bl_annotated_file *files;
  size_t n_files;
} marks;

static double take_frequency(input *in) { return take(in) % 4 ? (double)NAN : take_time(in, 1); }

static void make(input *in, double epoch_s, marks *m)
{
  while (in->at < in->end && m->list.n < MOST) {
    size_t k = m->list.n++;
    bl_annotation *a = &m->v[k];
    a->onset_s = take_time(in, epoch_s);
    a->duration_s = take_time(in, epoch_s);
    a->low_hz = take_frequency(in);
    a->high_hz = take_frequency(in);
    a->label = take_text(in, false, m->label[k]);
    a->channel = take_text(in, true, m->channel[k]);
    a->file = take_text(in, true, m->file[k]);
    if (m->n_files && take(in) % 8) a->file = (char *)(uintptr_t)m->files[take(in) % m->n_files].path;
  }
  m->list.v = m->v;
}

/* ---- what must come back ----------------------------------------------------------------------------------------- */

/* A text as the format holds it: see annotation.h. In UTF-8; what is none is Latin-1. */
static void plain(bl_annotation_format f, const char *text, char to[2 * MAX_TEXT + 1])
{
  bool exact = f == BL_ANN_CSV || (f == BL_ANN_BIDS && strchr(text, '"')), utf8 = bl_text_is_utf8(text);
  size_t n = 0;
  for (; *text; text++) {
    unsigned char c = (unsigned char)*text;
    if (!utf8 && c >= 0x80) to[n++] = (char)(c >> 6 | 0xc0), to[n++] = (char)((c & 0x3f) | 0x80);
    else to[n++] = !exact && c < 0x20 ? ' ' : *text;
  }
  to[n] = '\0';
  if (f == BL_ANN_BIDS && !strcmp(to, "n/a")) to[0] = '\0';
  if (f == BL_ANN_CSV || f == BL_ANN_BIDS) return;
  while (n && to[n - 1] == ' ') to[--n] = '\0';
  memmove(to, to + strspn(to, " "), strlen(to + strspn(to, " ")) + 1);
}

static void check_text(bl_annotation_format f, const char *got, const char *want)
{
  char held[2 * MAX_TEXT + 1];
  plain(f, want ? want : "", held);
  if (strcmp(got ? got : "", held)) abort();
}

static void check_one(bl_annotation_format f, const marks *m, const bl_annotation *got, const bl_annotation *want)
{
  double start =
      f == BL_ANN_RAVEN && m->n_files ? 1e6 : 0; /* more than the files last, behind which Raven's times lie */
  double end = want->onset_s + want->duration_s, noise = 0x1p-49 * (fabs(want->onset_s) + want->duration_s + start);
  if (got->onset_s != want->onset_s || !(fabs(got->onset_s + got->duration_s - end) <= noise)) abort();
  if (!isnan(want->low_hz) && got->low_hz != want->low_hz) abort();
  if (!isnan(want->high_hz) && got->high_hz != want->high_hz) abort();
  check_text(f, got->label, want->label);
  if (f != BL_ANN_AUDACITY) check_text(f, got->channel, want->channel);
  if (f == BL_ANN_CSV || f == BL_ANN_BIDS || (f == BL_ANN_RAVEN && !m->n_files)) check_text(f, got->file, want->file);
}

/* Every epoch of every annotation has its label; what is left is '?'. */
static void check_hypnogram(const marks *m, double epoch_s, const bl_annotations *got)
{
  static bool taken[MOST_EPOCHS + 1];
  memset(taken, 0, sizeof taken);
  for (size_t i = 0; i < m->list.n; i++) {
    const bl_annotation *a = &m->v[i];
    size_t first = (size_t)rint(a->onset_s / epoch_s), end = (size_t)rint((a->onset_s + a->duration_s) / epoch_s);
    if (end > got->n) abort();
    for (; first < end; first++) {
      if (taken[first]) abort();
      taken[first] = true;
      check_text(BL_ANN_HYPNOGRAM, got->v[first].label, a->label);
    }
  }
  for (size_t k = 0; k < got->n; k++)
    if (got->v[k].onset_s != (double)k * epoch_s || (!taken[k] && strcmp(got->v[k].label, "?"))) abort();
}

static void check_back(bl_ctx *ctx, const char *path, const marks *m, const bl_annotation_writing *how, bool by_itself)
{
  bl_annotations got = {0};
  bl_annotation_format f = how->format;
  bl_annotation_reading as = {.format = by_itself && m->list.n && f != BL_ANN_HYPNOGRAM ? BL_ANN_AUTO : f,
                              .epoch_s = how->epoch_s,
                              .files = how->files,
                              .n_files = how->n_files};
  if (bl_annotations_read_as(ctx, path, &as, &got)) {
    fprintf(stderr, "not read back: %s\n", bl_ctx_error(ctx));
    abort();
  }
  if (f == BL_ANN_HYPNOGRAM) check_hypnogram(m, how->epoch_s, &got);
  else if (got.n != m->list.n) abort();
  for (size_t i = 0; f != BL_ANN_HYPNOGRAM && i < got.n; i++) check_one(f, m, &got.v[i], &m->v[i]);
  bl_annotations_free(ctx, &got);
}

/* Millions of lines take long, and tell no more than thousands. */
static bool is_long(const marks *m, double epoch_s)
{
  for (size_t i = 0; i < m->list.n; i++)
    if (m->v[i].onset_s + m->v[i].duration_s > epoch_s * MOST_EPOCHS) return true;
  return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
  static const bl_annotated_file files[] = {{"a.wav", 3600.5, 8000}, {"d/b.wav", 12.25, NAN}, {"c.wav", 86400, 256}};
  static const double epochs[] = {30, 20, 0.1, 1.0 / 3};
  static char path[256];
  const char *folder = getenv("TMPDIR");
  if (!*path) snprintf(path, sizeof path, "%s/baleen-fuzz-%ld.txt", folder ? folder : "/tmp", (long)getpid());
  input in = {bytes, bytes + n};
  unsigned choice = take(&in), more = take(&in);
  marks *m = calloc(1, sizeof *m);
  bl_ctx *ctx = bl_ctx_new();
  if (!ctx || !m) abort();
  m->files = files;
  m->n_files = more % 3 == 2 ? 3 : more % 3;
  bl_annotation_writing how = {.format = (bl_annotation_format)(1 + choice % (BL_N_ANN_FORMATS - 1)),
                               .epoch_s = epochs[more / 4 % 4],
                               .files = files,
                               .n_files = m->n_files};
  make(&in, how.epoch_s, m);
  if (how.format != BL_ANN_HYPNOGRAM || !is_long(m, how.epoch_s)) {
    if (!bl_annotations_write_as(ctx, path, &how, &m->list)) check_back(ctx, path, m, &how, more & 128);
    else if (!strstr(bl_ctx_error(ctx), path)) abort(); /* every refusal names the file */
  }
  free(m);
  if (bl_ctx_live(ctx)) abort();
  bl_ctx_free(ctx);
  return 0;
}
