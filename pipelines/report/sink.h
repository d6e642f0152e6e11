/* sink.h: text written piece by piece (HTML, gnuplot scripts, data files). The first failure sticks and silences
 * the rest, so that a page reads as a page; look at `status` at the end. */
#ifndef BALEEN_SINK_H
#define BALEEN_SINK_H

#include "baleen/memory.h"

typedef struct bl_sink {
  bl_ctx *ctx;
  bl_buf buf;
  bl_status status;
} bl_sink;

void bl_sink_printf(bl_sink *k, const char *format, ...) BL_PRINTF(2, 3);
void bl_sink_puts(bl_sink *k, const char *raw);
/* & < > " ' become entities, control bytes blanks, bytes that are no UTF-8 the replacement character. */
void bl_sink_html(bl_sink *k, const char *text);
/* A gnuplot string in single quotes, which nothing inside can leave. */
void bl_sink_quoted(bl_sink *k, const char *text);
/* A number with so many digits after the point, the point a point under every locale; NaN as the dash. */
void bl_sink_fixed(bl_sink *k, double x, int digits, const char *nan_text);
/* Six significant digits, "nan" where there is none: for data files. */
void bl_sink_real(bl_sink *k, double x);
void bl_sink_base64(bl_sink *k, const unsigned char *bytes, size_t n);
void bl_sink_free(bl_sink *k);

#endif
