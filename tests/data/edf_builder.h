/* edf_builder.h: writes EDF and BDF files, sound ones and ones with any single thing wrong, for the reader's tests. */
#ifndef BL_TEST_EDF_BUILDER_H
#define BL_TEST_EDF_BUILDER_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

typedef struct edf_sig {
  const char *label, *unit, *pmin, *pmax, *dmin, *dmax, *spr, *transducer, *prefilter;
} edf_sig;

/* NULL fields get what is right. tal: one text per record for each annotation signal, records together; '|' stands for
 * byte 20, '^' for 21, '~' for 0. */
typedef struct edf_spec {
  bool bdf;
  const char *version, *patient, *recording, *date, *time, *header_bytes, *reserved, *records, *duration, *n_signals;
  size_t n, n_records;
  edf_sig sig[8];
  const char *tal[16];
  long more; /* bytes added (> 0) or cut off (< 0) at the end */
} edf_spec;

static inline bool edf_is_annotation(const edf_sig *g) { return g->label && strstr(g->label, " Annotations"); }

/* Digital value of a signal's k-th sample: all over the range, other for each signal. */
static inline int32_t edf_digital(const edf_spec *e, size_t signal, size_t k)
{
  uint32_t x = (uint32_t)(k * 2654435761u + signal * 40503u + 12345u);
  x ^= x >> 15;
  x *= 2246822519u;
  x ^= x >> 13;
  return e->bdf ? (int32_t)(x & 0xffffff) - 0x800000 : (int32_t)(x & 0xffff) - 0x8000;
}

static inline void edf_put(unsigned char *to, size_t n, const char *text)
{
  size_t len = strlen(text);
  assert_non_null(to);
  memset(to, ' ', n);
  memcpy(to, text, len < n ? len : n);
  for (size_t i = 0; i < n; i++)
    if (to[i] == '~') to[i] = 0;
}

static inline const char *edf_or(const char *text, const char *usual) { return text ? text : usual; }

/* The file's bytes, from malloc. */
static inline unsigned char *edf_bytes(const edf_spec *e, size_t *n_bytes)
{
  static const size_t width_of[] = {16, 80, 8, 8, 8, 8, 8, 80, 8, 32};
  size_t header = 256 * (e->n + 1), record = 0, width = e->bdf ? 3 : 2;
  for (size_t i = 0; i < e->n; i++) record += (size_t)atol(edf_or(e->sig[i].spr, "10")) * width;
  size_t total = header + record * e->n_records;
  unsigned char *v = calloc(1, total + (e->more > 0 ? (size_t)e->more : 0) + 1);
  if (!v) fail_msg("no memory");
  char number[32];
  edf_put(v, 8,
          e->bdf ? "\xff"
                   "BIOSEMI"
                 : "0");
  if (e->version) edf_put(v, 8, e->version);
  edf_put(v + 8, 80, edf_or(e->patient, "X X X X"));
  bool plus = e->reserved && strchr(e->reserved, '+');
  edf_put(v + 88, 80, edf_or(e->recording, plus ? "Startdate X X X X" : ""));
  edf_put(v + 168, 8, edf_or(e->date, "12.08.09"));
  edf_put(v + 176, 8, edf_or(e->time, "16.15.00"));
  snprintf(number, sizeof number, "%zu", header);
  edf_put(v + 184, 8, edf_or(e->header_bytes, number));
  edf_put(v + 192, 44, edf_or(e->reserved, e->bdf ? "24BIT" : ""));
  snprintf(number, sizeof number, "%zu", e->n_records);
  edf_put(v + 236, 8, edf_or(e->records, number));
  edf_put(v + 244, 8, edf_or(e->duration, "1"));
  snprintf(number, sizeof number, "%zu", e->n);
  edf_put(v + 252, 4, edf_or(e->n_signals, number));
  unsigned char *at = v + 256;
  for (size_t f = 0; f < 10; f++)
    for (size_t i = 0; i < e->n; i++, at += width_of[f]) {
      const edf_sig *g = &e->sig[i];
      const char *fields[] = {edf_or(g->label, "EEG"),
                              edf_or(g->transducer, ""),
                              edf_or(g->unit, edf_is_annotation(g) ? "" : "uV"),
                              edf_or(g->pmin, "-312.7"),
                              edf_or(g->pmax, "298.31"),
                              edf_or(g->dmin, e->bdf ? "-8388608" : "-32768"),
                              edf_or(g->dmax, e->bdf ? "8388607" : "32767"),
                              edf_or(g->prefilter, ""),
                              edf_or(g->spr, "10"),
                              ""};
      edf_put(at, width_of[f], fields[f]);
    }
  size_t n_tal = 0;
  for (size_t r = 0; r < e->n_records; r++)
    for (size_t i = 0; i < e->n; i++) {
      size_t spr = (size_t)atol(edf_or(e->sig[i].spr, "10"));
      if (edf_is_annotation(&e->sig[i])) {
        const char *tal = edf_or(e->tal[n_tal], "");
        n_tal++;
        for (size_t k = 0; tal[k] && k < spr * width; k++)
          at[k] = (unsigned char)(tal[k] == '|' ? 20 : tal[k] == '^' ? 21 : tal[k] == '~' ? 0 : tal[k]);
        at += spr * width;
        continue;
      }
      for (size_t k = 0; k < spr; k++) {
        uint32_t x = (uint32_t)edf_digital(e, i, r * spr + k);
        for (size_t b = 0; b < width; b++) *at++ = (unsigned char)(x >> 8 * b);
      }
    }
  *n_bytes = (size_t)((long)total + e->more);
  return v;
}

static inline void write_bytes(const char *path, const void *v, size_t n)
{
  FILE *f = fopen(path, "wb");
  if (!f || fwrite(v, 1, n, f) != n || fclose(f)) fail_msg("%s cannot be written", path);
}

static inline const char *edf_write(const edf_spec *e, const char *name)
{
  size_t n;
  unsigned char *v = edf_bytes(e, &n);
  const char *path = check_tmp_path(name);
  write_bytes(path, v, n);
  free(v);
  return path;
}

#endif
