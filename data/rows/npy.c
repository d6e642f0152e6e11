/* NumPy's .npy format, versions 1.0, 2.0 and 3.0: "\x93NUMPY", version, length of the header (2 or 4 bytes, little
 * endian), the header as a Python dict with the keys descr, fortran_order and shape, then the numbers.
 * Format: numpy.lib.format (NEP 1). */
#include "npy.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "baleen/dataset.h"
#include "baleen/npy_out.h"
#include "file.h"
#include "wide.h"

static const unsigned char magic[6] = {0x93, 'N', 'U', 'M', 'P', 'Y'};
enum { HEADER_CEILING = BL_NPY_HEAD - 12, MAX_DIMS = 32 };

/* ---- the header's dict ------------------------------------------------------------------------------------------- */

typedef struct cursor {
  const char *p, *end;
} cursor;

static void skip_blanks(cursor *c)
{
  while (c->p < c->end && (*c->p == ' ' || *c->p == '\n' || *c->p == '\t' || *c->p == '\r')) c->p++;
}

static bool take(cursor *c, char what)
{
  skip_blanks(c);
  if (c->p >= c->end || *c->p != what) return false;
  c->p++;
  return true;
}

/* 'text' or "text", without escapes: none of the keys and types has any. */
static bool take_text(cursor *c, char *out, size_t room)
{
  skip_blanks(c);
  if (c->p >= c->end || (*c->p != '\'' && *c->p != '"')) return false;
  char quote = *c->p++;
  const char *first = c->p;
  while (c->p < c->end && *c->p != quote) c->p++;
  size_t n = (size_t)(c->p - first);
  if (c->p >= c->end || n >= room) return false;
  memcpy(out, first, n);
  out[n] = '\0';
  c->p++;
  return true;
}

static bool take_word(cursor *c, const char *word)
{
  skip_blanks(c);
  size_t n = strlen(word);
  if ((size_t)(c->end - c->p) < n || memcmp(c->p, word, n)) return false;
  c->p += n;
  return true;
}

static bool take_size(cursor *c, size_t *out)
{
  skip_blanks(c);
  const char *first = c->p;
  size_t x = 0;
  for (; c->p < c->end && *c->p >= '0' && *c->p <= '9'; c->p++) {
    size_t d = (size_t)(*c->p - '0');
    if (x > (SIZE_MAX - d) / 10) return false;
    x = x * 10 + d;
  }
  *out = x;
  return c->p > first;
}

static bool take_shape(cursor *c, size_t *dims, size_t *n_dims)
{
  *n_dims = 0;
  if (!take(c, '(')) return false;
  while (!take(c, ')')) {
    if (*n_dims == MAX_DIMS || !take_size(c, &dims[*n_dims])) return false;
    ++*n_dims;
    if (!take(c, ',')) return take(c, ')');
  }
  return true;
}

typedef struct dict {
  char descr[16];
  bool fortran, has_descr, has_order, has_shape;
  size_t dims[MAX_DIMS], n_dims;
} dict;

static bool take_entry(cursor *c, dict *d, bool *structured)
{
  char key[16];
  if (!take_text(c, key, sizeof key) || !take(c, ':')) return false;
  if (!strcmp(key, "descr")) {
    skip_blanks(c);
    *structured = c->p < c->end && *c->p == '[';
    return !*structured && (d->has_descr = take_text(c, d->descr, sizeof d->descr));
  }
  if (!strcmp(key, "fortran_order")) {
    d->fortran = take_word(c, "True");
    return d->has_order = d->fortran || take_word(c, "False");
  }
  if (!strcmp(key, "shape")) return d->has_shape = take_shape(c, d->dims, &d->n_dims);
  return false;
}

static bool take_dict(cursor *c, dict *d, bool *structured)
{
  if (!take(c, '{')) return false;
  while (!take(c, '}')) {
    if (!take_entry(c, d, structured)) return false;
    if (!take(c, ',')) {
      if (!take(c, '}')) return false;
      break;
    }
  }
  skip_blanks(c);
  return c->p == c->end && d->has_descr && d->has_order && d->has_shape;
}

/* ---- types and shapes -------------------------------------------------------------------------------------------- */

static bl_status check_type(bl_ctx *ctx, const char *name, const char *descr, bl_npy_info *out)
{
  char order = descr[0];
  bool one_byte = false, known = false;
  if (strlen(descr) == 3 && descr[2] >= '1' && descr[2] <= '8') {
    out->kind = descr[1];
    out->size = (size_t)(descr[2] - '0');
    one_byte = out->size == 1;
    bool whole = out->size == 1 || out->size == 2 || out->size == 4 || out->size == 8;
    known = (out->kind == 'f' && (out->size == 2 || out->size == 4 || out->size == 8)) ||
            ((out->kind == 'i' || out->kind == 'u') && whole) || (out->kind == 'b' && one_byte);
  }
  out->big = order == '>' && !one_byte;
  if (known && (order == '<' || order == '>' || (one_byte && order == '|'))) return BL_OK;
  return bl_fail(ctx, BL_E_UNSUPPORTED,
                 "%s: numbers of type '%s'; wanted f2, f4, f8, i1-i8, u1-u8 or bool: save array.astype('<f4')", name,
                 descr);
}

/* The whole rows of a file that is cut off, where there are some. */
static bool take_whole_rows(size_t have, size_t *lost, bl_npy_info *out)
{
  size_t whole = lost && !out->fortran && out->cols ? have / (out->cols * out->size) : 0;
  if (!whole) return false;
  *lost = out->rows - whole;
  out->rows = whole;
  return true;
}

static bl_status check_shape(bl_ctx *ctx, const char *name, const dict *d, size_t n, size_t *lost, bl_npy_info *out)
{
  if (d->n_dims != 1 && d->n_dims != 2)
    return bl_fail(ctx, BL_E_SHAPE, "%s: an array of %zu dimensions; wanted 2, [row][feature], or 1", name, d->n_dims);
  out->rows = d->dims[0];
  out->cols = d->n_dims == 2 ? d->dims[1] : 1;
  out->n_dims = d->n_dims;
  if (out->cols && out->rows > SIZE_MAX / 8 / out->cols)
    return bl_fail(ctx, BL_E_FORMAT, "%s: a shape of %zu x %zu overflows", name, out->rows, out->cols);
  size_t want = out->rows * out->cols * out->size, have = n - out->offset;
  if (have < want && take_whole_rows(have, lost, out)) return BL_OK;
  if (have < want)
    return bl_fail(ctx, BL_E_FORMAT, "%s: %zu bytes of numbers, where %zu x %zu of %zu bytes need %zu; is it cut off?",
                   name, have, out->rows, out->cols, out->size, want);
  if (have > want) bl_warn(ctx, BL_W_DEVIATION, "%s: %zu bytes behind the array are left out", name, have - want);
  return BL_OK;
}

bl_status bl_npy_parse(bl_ctx *ctx, const char *name, const unsigned char *bytes, size_t n, size_t *lost,
                       bl_npy_info *out)
{
  *out = (bl_npy_info){0};
  if (lost) *lost = 0;
  if (n < 10 || memcmp(bytes, magic, sizeof magic))
    return bl_fail(ctx, BL_E_FORMAT, "%s: not a .npy file: it does not begin as one", name);
  unsigned major = bytes[6], minor = bytes[7];
  if (major < 1 || major > 3 || minor)
    return bl_fail(ctx, BL_E_UNSUPPORTED, "%s: .npy version %u.%u; 1.0, 2.0 and 3.0 can be read", name, major, minor);
  size_t front = major == 1 ? 10 : 12, len = (size_t)bytes[8] | (size_t)bytes[9] << 8;
  if (major > 1 && n >= front) len |= (size_t)bytes[10] << 16 | (size_t)bytes[11] << 24;
  if (n < front || len > n - front || len > HEADER_CEILING)
    return bl_fail(ctx, BL_E_FORMAT, "%s: a header of %zu bytes does not fit in a file of %zu", name, len, n);
  cursor c = {(const char *)bytes + front, (const char *)bytes + front + len};
  dict d = {0};
  bool structured = false;
  if (!take_dict(&c, &d, &structured)) {
    if (structured)
      return bl_fail(ctx, BL_E_UNSUPPORTED, "%s: an array of records; save a plain two-dimensional array", name);
    return bl_fail(ctx, BL_E_FORMAT, "%s: byte %zu: the header is not {'descr': .., 'fortran_order': .., 'shape': ..}",
                   name, (size_t)(c.p - (const char *)bytes));
  }
  out->offset = front + len;
  out->fortran = d.fortran && d.n_dims == 2;
  bl_status s = check_type(ctx, name, d.descr, out);
  return s ? s : check_shape(ctx, name, &d, n, lost, out);
}

/* ---- numbers ----------------------------------------------------------------------------------------------------- */

bl_sample_type bl_npy_type(const bl_npy_info *info)
{
  bl_sample kind;
  switch (info->size) {
  case 1: kind = info->kind == 'i' ? BL_I8 : BL_U8; break;
  case 2: kind = info->kind == 'f' ? BL_F16 : info->kind == 'i' ? BL_I16 : BL_U16; break;
  case 4: kind = info->kind == 'f' ? BL_F32 : info->kind == 'i' ? BL_I32 : BL_U32; break;
  default: kind = info->kind == 'f' ? BL_F64 : info->kind == 'i' ? BL_I64 : BL_U64;
  }
  return (bl_sample_type){kind, info->big};
}

static double number_at(const unsigned char *bytes, const bl_npy_info *info, bl_sample_type type, size_t i, size_t j)
{
  size_t at = info->fortran ? j * info->rows + i : i * info->cols + j;
  double x = bl_sample_at(bytes + info->offset + at * info->size, type);
  return info->kind == 'b' ? x != 0 : x;
}

bl_status bl_npy_convert(bl_ctx *ctx, const char *name, const unsigned char *bytes, const bl_npy_info *info,
                         const double *offset, bl_mat *out)
{
  bl_status s = bl_mat_new(ctx, info->rows, info->cols, out);
  bl_sample_type type = bl_npy_type(info);
  size_t rows = info->cols ? info->rows : 0; /* rows without columns may be any number, and hold nothing */
  for (size_t i = 0; !s && i < rows; i++) {
    float *row = bl_row(out, i);
    for (size_t j = 0; j < info->cols; j++) {
      double x = number_at(bytes, info, type, i, j);
      if (isfinite(x) && fabs(x) > (double)FLT_MAX) {
        s = bl_fail(ctx, BL_E_RANGE, "%s: row %zu, column %zu: %g is beyond float32; scale the data", name, i, j, x);
        break;
      }
      row[j] = (float)(offset ? x - offset[j] : x);
    }
  }
  if (s) bl_mat_free(ctx, out);
  return s;
}

/* The offsets of columns that float32 would lose the digits of; NULL when it holds all. Goes through the numbers as they
 * lie. */
static bl_status find_offsets(bl_ctx *ctx, const unsigned char *bytes, const bl_npy_info *info, double **out)
{
  bl_sample_type type = bl_npy_type(info);
  size_t inner = info->fortran ? info->rows : info->cols, n = info->size >= 4 ? info->rows * info->cols : 0;
  bl_wide *seen = bl_calloc(ctx, info->cols, sizeof *seen);
  bool any = false;
  *out = bl_calloc(ctx, info->cols, sizeof **out);
  bl_status s = seen && *out ? BL_OK : bl_fail_nomem(ctx, "an array");
  for (size_t outer = 0; !s && outer * inner < n; outer++)
    for (size_t k = 0; k < inner; k++) {
      size_t i = info->fortran ? k : outer, j = info->fortran ? outer : k;
      bl_wide_look(&seen[j], number_at(bytes, info, type, i, j));
    }
  for (size_t j = 0; !s && j < info->cols; j++) {
    (*out)[j] = bl_wide_offset(&seen[j]);
    any = any || (*out)[j] != 0;
  }
  bl_free(ctx, seen);
  if (any) return BL_OK;
  bl_free(ctx, *out);
  *out = NULL;
  return s;
}

/* found: where offsets that are found go; NULL: those given are taken where there are as many as columns. */
static bl_status read_less(bl_ctx *ctx, const char *path, const double *given, size_t n, double **found, bl_mat *out)
{
  *out = (bl_mat){0};
  if (found) *found = NULL;
  bl_map map;
  bl_npy_info info;
  bl_status s = bl_map_open(ctx, path, &map);
  if (!s) s = bl_npy_parse(ctx, path, map.v, map.n, NULL, &info);
  if (!s && found) s = find_offsets(ctx, map.v, &info, found);
  if (!s) s = bl_npy_convert(ctx, path, map.v, &info, found ? *found : given && n == info.cols ? given : NULL, out);
  bl_map_close(&map);
  return s;
}

bl_status bl_npy_read(bl_ctx *ctx, const char *path, bl_mat *out) { return read_less(ctx, path, NULL, 0, NULL, out); }

bl_status bl_npy_read_wide(bl_ctx *ctx, const char *path, bl_mat *out, double **offset)
{
  bl_status s = read_less(ctx, path, NULL, 0, offset, out);
  if (!s) return BL_OK;
  bl_free(ctx, *offset);
  *offset = NULL;
  return s;
}

bl_status bl_npy_read_above(bl_ctx *ctx, const char *path, const double *offset, size_t n, bl_mat *out)
{
  return read_less(ctx, path, offset, n, NULL, out);
}

bl_status bl_npy_read_array(bl_ctx *ctx, const char *path, bl_array *out)
{
  bl_map map;
  bl_npy_info info;
  bl_status s = bl_map_open(ctx, path, &map);
  if (s) return s;
  s = bl_npy_parse(ctx, path, map.v, map.n, NULL, &info);
  bool flat = !s && info.cols == 1 && info.n_dims == 1;
  if (!s && (!info.rows || !info.cols)) s = bl_fail(ctx, BL_E_SHAPE, "%s: holds no numbers", path);
  if (!s) s = bl_array_fill(ctx, out, flat ? 1 : info.rows, flat ? info.rows : info.cols, NULL);
  for (size_t i = 0; !s && i < info.rows * info.cols; i++) {
    size_t at = info.fortran ? i % info.cols * info.rows + i / info.cols : i;
    double x = bl_sample_at((const unsigned char *)map.v + info.offset + at * info.size, bl_npy_type(&info));
    out->v[i] = info.kind == 'b' ? x != 0 : x;
    if (!isfinite(x))
      s = bl_fail(ctx, BL_E_NONFINITE, "%s: row %zu, column %zu is no finite number", path, i / info.cols,
                  i % info.cols);
  }
  bl_map_close(&map);
  return s;
}

/* ---- writing ----------------------------------------------------------------------------------------------------- */

/* Magic, version 1.0 and length, then the dict, blanks and a line end up to a multiple of 64 bytes: two such units hold
 * the largest numbers. */
enum { OUT_HEADER = 128 };

static void make_header(const bl_npy_out *o, char header[OUT_HEADER])
{
  char second[32] = "";
  if (o->n_dims > 1) snprintf(second, sizeof second, ", %zu", o->dims[1]);
  memset(header, ' ', OUT_HEADER);
  memcpy(header, magic, sizeof magic);
  memcpy(header + 6, "\1\0", 2);
  header[8] = (char)(OUT_HEADER - 10);
  header[9] = 0;
  int n = snprintf(header + 10, OUT_HEADER - 10, "{'descr': '<f4', 'fortran_order': False, 'shape': (%zu, %zu%s), }",
                   o->rows, o->dims[0], second);
  header[10 + n] = ' '; /* where snprintf ended the text */
  header[OUT_HEADER - 1] = '\n';
}

bl_status bl_npy_begin(bl_ctx *ctx, const char *path, const size_t *dims, size_t n_dims, bl_npy_out *out)
{
  static const union {
    uint16_t word;
    unsigned char first;
  } one = {1};
  char header[OUT_HEADER];
  *out = (bl_npy_out){.file = {.fd = -1}, .cols = 1, .n_dims = n_dims};
  for (size_t i = 0; i < n_dims; i++) out->cols *= out->dims[i] = dims[i];
  if (!one.first) return bl_fail(ctx, BL_E_UNSUPPORTED, "%s: .npy on a big-endian machine", path);
  make_header(out, header);
  bl_status s = bl_out_open(ctx, path, &out->file);
  if (!s) s = bl_out_put(ctx, &out->file, header, sizeof header);
  if (s) bl_npy_drop(ctx, out);
  return s;
}

bl_status bl_npy_put(bl_ctx *ctx, bl_npy_out *o, const float *v, size_t rows)
{
  bl_status s = o->cols && rows ? bl_out_put(ctx, &o->file, v, rows * o->cols * sizeof *v) : BL_OK;
  if (!s) o->rows += rows;
  return s;
}

bl_status bl_npy_get(bl_ctx *ctx, bl_npy_out *o, size_t first, size_t rows, float *v)
{
  uint64_t row_bytes = o->cols * sizeof *v;
  return bl_out_get(ctx, &o->file, OUT_HEADER + first * row_bytes, v, rows * (size_t)row_bytes);
}

bl_status bl_npy_end(bl_ctx *ctx, bl_npy_out *o)
{
  char header[OUT_HEADER];
  make_header(o, header);
  bl_status s = bl_out_patch(ctx, &o->file, 0, header, sizeof header);
  if (!s) s = bl_out_done(ctx, &o->file);
  bl_npy_drop(ctx, o);
  return s;
}

void bl_npy_drop(bl_ctx *ctx, bl_npy_out *o) { bl_out_drop(ctx, &o->file); }

bl_status bl_npy_write(bl_ctx *ctx, const char *path, const bl_cmat *m)
{
  bl_npy_out o;
  bl_status s = bl_npy_begin(ctx, path, &m->cols, 1, &o);
  bool dense = !m->index && m->stride == m->cols;
  if (!s && dense) s = bl_npy_put(ctx, &o, m->v, m->rows);
  for (size_t i = 0; !s && !dense && i < m->rows; i++) s = bl_npy_put(ctx, &o, bl_crow(m, i), 1);
  if (!s) s = bl_npy_end(ctx, &o);
  bl_npy_drop(ctx, &o);
  return s;
}
