/* dataset.h: rows with what belongs to them: label, group, recording, time, weight and any further columns.
 * On disk: rows.npy (float32, [row][feature]), rows.csv (one line a row), features.json ("features": name and unit of
 * each column, and its offset: what is to be added to the numbers of a column whose digits float32 would lose;
 * "blocks": see block_json.h). */
#ifndef BALEEN_DATASET_H
#define BALEEN_DATASET_H

#include "baleen/block.h"
#include "baleen/matrix.h"
#include "baleen/memory.h"
#include "baleen/option.h"
#include "baleen/packed.h"

/* One text a row. Each different text is held once: recordings, labels and groups repeat. */
typedef struct bl_column {
  char *name;
  bl_texts values; /* in the order in which rows first had them; some may be no row's any more */
  bl_packed code;  /* per row: which of the values */
  uint32_t *slot;  /* to find a value by its text: a hash table of their numbers, from 1; NULL while they are few */
  size_t n_slots;
} bl_column;
static inline size_t bl_column_code(const bl_column *c, size_t row) { return (size_t)bl_packed_get(&c->code, row); }
static inline const char *bl_column_text(const bl_column *c, size_t row) { return c->values.v[bl_column_code(c, row)]; }
bl_status bl_column_add(bl_ctx *ctx, bl_column *c, const char *text) BL_MUST_CHECK;
/* The rows of another behind one's own. After a failure there are as many as before. */
bl_status bl_column_append(bl_ctx *ctx, bl_column *c, const bl_column *more) BL_MUST_CHECK;
void bl_column_free(bl_ctx *ctx, bl_column *c);

typedef struct bl_dataset {
  bl_mat X; /* rows grow: X.rows used, cap_rows allocated; v holds those from n_filed on, NULL when mapped, see `map` */
  size_t cap_numbers;      /* rows of numbers that there is room for in v */
  size_t n_filed;          /* rows whose numbers lie in the file in the making, see bl_dataset_to_file() */
  char *path;              /* of that file, NULL: none */
  struct bl_npy_out *file; /* once a row lies in it */
  void *map;               /* a memory-mapped rows.npy, or NULL */
  size_t map_bytes;
  bl_texts features, units;
  bl_blocks blocks;         /* what the columns are, or none when it is not known */
  double *offset;           /* per feature: what was taken off its numbers, so that float32 holds them; NULL: nothing */
  bl_column recording;      /* the recording's name */
  bl_packed start_s, end_s; /* per row, NAN for tables */
  bl_column label;          /* class name, or a number as text; "" = not labelled */
  bl_column group;
  bl_packed weight; /* per row, 1 unless given */
  bl_column *extra; /* further columns, "fold", "snr_db" ... */
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
/* The same without a name for anything: rows that only wait to be appended to others, which have the names. */
bl_status bl_dataset_init_bare(bl_ctx *ctx, size_t n_features, size_t n_extra, bl_dataset *out) BL_MUST_CHECK;
/* Says what the columns are; blocks are copied. BL_E_SHAPE unless they cover the features, in the units of those. */
bl_status bl_dataset_set_blocks(bl_ctx *ctx, bl_dataset *d, const bl_blocks *blocks) BL_MUST_CHECK;
bl_status bl_dataset_add(bl_ctx *ctx, bl_dataset *d, const float *row, const bl_row_info *info) BL_MUST_CHECK;
/* What was taken off each feature's numbers, copied; NULL, or all 0: nothing. */
bl_status bl_dataset_set_offset(bl_ctx *ctx, bl_dataset *d, const double *offset) BL_MUST_CHECK;
/* All rows of `more`, which has the same features and further columns, behind one's own. */
bl_status bl_dataset_append(bl_ctx *ctx, bl_dataset *d, bl_dataset *more) BL_MUST_CHECK;
/* From the time they are many, the numbers of rows grow in a file instead of in memory; the columns beside them stay.
 * The file comes to be at `path` by bl_dataset_settle(), and never without it. Called before the first row is added. */
bl_status bl_dataset_to_file(bl_ctx *ctx, bl_dataset *d, const char *path) BL_MUST_CHECK;
/* All rows are added: the file is written to its end and mapped. Does nothing without a file. */
bl_status bl_dataset_settle(bl_ctx *ctx, bl_dataset *d) BL_MUST_CHECK;
void bl_dataset_free(bl_ctx *ctx, bl_dataset *d);
/* Not for rows that lie in a file in the making. */
bl_cmat bl_dataset_view(const bl_dataset *d);
/* The texts of a column of rows.csv by name: recording, label, group or an extra one; BL_E_CONFIG with the nearest, or with
 * what to do about one that is a feature. */
bl_status bl_dataset_column(bl_ctx *ctx, const bl_dataset *d, const char *name, const bl_column **out) BL_MUST_CHECK;

/* The files of a dataset in its folder, NULL-terminated. */
extern const char *const bl_dataset_files[];
/* Into / out of a folder; a rows.npy there that the dataset was settled in is not written again. Reading maps rows.npy. BL_E_FORMAT when the three files do not agree. */
bl_status bl_dataset_write(bl_ctx *ctx, const bl_dataset *d, const char *folder) BL_MUST_CHECK;
bl_status bl_dataset_read(bl_ctx *ctx, const char *folder, bl_dataset *out) BL_MUST_CHECK;

/* Texts to codes: distinct values in ascending order (numbers by value when all are numbers, else by bytes), codes
 * aligned with the rows; "" gives -1. */
bl_status bl_encode(bl_ctx *ctx, const bl_texts *v, bl_texts *values, int32_t **codes) BL_MUST_CHECK;
/* The same of n rows of a column, row[0] ..; row NULL: of the first n. Only values that these rows have count. */
bl_status bl_encode_rows(bl_ctx *ctx, const bl_column *c, const uint32_t *row, size_t n, bl_texts *values,
                         int32_t **codes) BL_MUST_CHECK;

/* NumPy .npy: version 1.0 written; 1.0-3.0 read, little-endian f4, f8, i1-i8, u1-u8, bool; C or Fortran order; one or
 * two dims (one dim: a column). Converted to float32. A file that is cut off is refused, though its first rows are there:
 * what belongs to rows stands in other files, and which of them are left nobody would see. (As a recording it is read as
 * far as it goes.) */
bl_status bl_npy_write(bl_ctx *ctx, const char *path, const bl_cmat *m) BL_MUST_CHECK;
bl_status bl_npy_read(bl_ctx *ctx, const char *path, bl_mat *out) BL_MUST_CHECK;
/* The same, but of the columns that float32 would lose the digits of (64-bit numbers that lie close together, far from
 * 0) what is above *offset, one a column; *offset is NULL when there are none, else to be freed. */
bl_status bl_npy_read_wide(bl_ctx *ctx, const char *path, bl_mat *out, double **offset) BL_MUST_CHECK;
/* The same, the n offsets given; without effect on an array of another width. */
bl_status bl_npy_read_above(bl_ctx *ctx, const char *path, const double *offset, size_t n, bl_mat *out) BL_MUST_CHECK;
/* The same in doubles, into an array of an option; one dimension is one row. Numbers that are not finite, and arrays
 * without any, are refused. */
bl_status bl_npy_read_array(bl_ctx *ctx, const char *path, bl_array *out) BL_MUST_CHECK;

#endif
