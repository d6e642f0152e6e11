/* json_text.h: texts of any bytes as JSON, which is UTF-8. */
#ifndef BL_JSON_TEXT_H
#define BL_JSON_TEXT_H

#include "baleen/json_print.h"

/* Puts `value`, which is taken over, into an object; false when it is NULL or memory ran out. */
bool bl_json_put(json_t *object, const char *key, json_t *value);
/* A file's name as "path"; one that is no UTF-8 as "path_bytes" too, in hexadecimal, so that it can be found again. */
bool bl_json_put_path(bl_ctx *ctx, json_t *object, const char *path);
/* A number; null when it is not finite. */
json_t *bl_json_real(double x);

#endif
