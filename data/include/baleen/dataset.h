/* dataset.h: rows with what belongs to them: label, group, recording, time, weight and any further columns.
 * On disk: rows.npy (float32, [row][feature]), rows.csv (one line a row), features.json (name and unit of each
 * column). */
#ifndef BALEEN_DATASET_H
#define BALEEN_DATASET_H

#include "baleen/matrix.h"
#include "baleen/memory.h"

typedef struct bl_column {
  char *name;
  bl_texts v; /* one text a row */
} bl_column;

typedef struct bl_dataset {
  bl_mat X; /* rows grow: X.rows used, cap_rows allocated; NULL v when mapped, see `map` */
  size_t cap_rows;
  void *map; /* a memory-mapped rows.npy, or NULL */
  size_t map_bytes;
  bl_texts features, units;
  bl_texts recording;      /* per row: the recording's name */
  double *start_s, *end_s; /* per row, NAN for tables */
  bl_texts label;          /* per row: class name, or a number as text; "" = not labelled */
  bl_texts group;          /* per row */
  double *weight;          /* per row, 1 unless given */
  bl_column *extra;        /* further columns, "fold", "snr_db" ... */
  size_t n_extra;
} bl_dataset;

/* One row's worth; pointers are copied from. extra: as many as the dataset's extra columns. */
typedef struct bl_row_info {
  const char *recording, *label, *group;
  double start_s, end_s, weight;
  const char *const *extra;
} bl_row_info;

/* An empty dataset with these features (copied; units may be NULL) and extra columns. */
bl_status bl_dataset_init(bl_ctx *ctx, const bl_texts *features, const bl_texts *units, const bl_texts *extra,
                          bl_dataset *out) BL_MUST_CHECK;
bl_status bl_dataset_add(bl_ctx *ctx, bl_dataset *d, const float *row, const bl_row_info *info) BL_MUST_CHECK;
void bl_dataset_free(bl_ctx *ctx, bl_dataset *d);
bl_cmat bl_dataset_view(const bl_dataset *d);
/* The texts of a column of rows.csv by name: recording, label, group or an extra one; BL_E_CONFIG with the nearest. */
bl_status bl_dataset_column(bl_ctx *ctx, const bl_dataset *d, const char *name, const bl_texts **out) BL_MUST_CHECK;

/* Into / out of a folder. Reading maps rows.npy. BL_E_FORMAT when the three files do not agree. */
bl_status bl_dataset_write(bl_ctx *ctx, const bl_dataset *d, const char *folder) BL_MUST_CHECK;
bl_status bl_dataset_read(bl_ctx *ctx, const char *folder, bl_dataset *out) BL_MUST_CHECK;

/* Texts to codes: distinct values in ascending order (numbers by value when all are numbers, else by bytes), codes
 * aligned with the rows; "" gives -1. */
bl_status bl_encode(bl_ctx *ctx, const bl_texts *v, bl_texts *values, int32_t **codes) BL_MUST_CHECK;

/* NumPy .npy: version 1.0 written; 1.0-3.0 read, little-endian f4, f8, i1-i8, u1-u8, bool; C or Fortran order; one or
 * two dims (one dim: a column). Converted to float32. */
bl_status bl_npy_write(bl_ctx *ctx, const char *path, const bl_cmat *m) BL_MUST_CHECK;
bl_status bl_npy_read(bl_ctx *ctx, const char *path, bl_mat *out) BL_MUST_CHECK;

#endif
