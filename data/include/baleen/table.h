/* table.h: small tables of text (CSV, TSV): labels, events, metadata, rows of numbers. */
#ifndef BALEEN_TABLE_H
#define BALEEN_TABLE_H

#include "baleen/file.h"
#include "baleen/matrix.h"
#include "baleen/memory.h"

typedef struct bl_table {
  char *path;       /* where it came from, for messages; may be NULL */
  bl_texts columns; /* names from the header */
  size_t n_rows;
  char **cell;  /* [row][column]; all point into `text` or are owned singly, see table.c */
  size_t *line; /* line of the file each row began at, from 1 */
  char *text;
  char separator; /* of the columns: ',', '\t' or ';' */
} bl_table;

/* RFC 4180 (quotes, quoted line ends), comma, semicolon or tab by what the header line holds most of outside quotes;
 * UTF-8, its byte order mark skipped, or Latin-1 where it is none (with a warning); CRLF fine; blank lines skipped.
 * Short rows, long rows, a quote left open: BL_E_FORMAT with file:line. Ceiling 1 GiB. */
bl_status bl_table_read(bl_ctx *ctx, const char *path, bl_table *out) BL_MUST_CHECK;
bl_status bl_table_parse(bl_ctx *ctx, const char *name, const char *text, size_t n, bl_table *out) BL_MUST_CHECK;
void bl_table_free(bl_ctx *ctx, bl_table *t);
static inline const char *bl_table_cell(const bl_table *t, size_t row, size_t col)
{
  /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): only of a table that was read, whose cells are there */
  return t->cell[row * t->columns.n + col];
}
/* Index of a column by name, or BL_E_CONFIG with the nearest name and the list of columns. */
bl_status bl_table_column(bl_ctx *ctx, const bl_table *t, const char *name, size_t *out) BL_MUST_CHECK;
/* A cell as a number: "" , "NA", "nan" give NAN; else BL_E_FORMAT with file:line and column. Where semicolons
 * separate the columns, a comma may stand for the decimal point. */
bl_status bl_table_number(bl_ctx *ctx, const bl_table *t, size_t row, size_t col, double *out) BL_MUST_CHECK;
/* Appends a field to a CSV line, quoted when it must be; commas and line ends are the caller's. */
bl_status bl_csv_field(bl_ctx *ctx, bl_buf *out, const char *field) BL_MUST_CHECK;

#endif
