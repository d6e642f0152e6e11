/* text.h: numbers and names as text, the same under every locale. */
#ifndef BALEEN_TEXT_H
#define BALEEN_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The whole of `s` (blanks around it allowed) as a number; "nan", "inf", "-inf" in any case count, hexadecimal does
 * not. False when it is none. The nearest double, whatever the locale. */
bool bl_parse_real(const char *s, double *out);
/* The same for the n bytes at s, which need no NUL. */
bool bl_parse_real_n(const char *s, size_t n, double *out);
/* The same where, without a point in it, one comma may stand for the point: "43352,824". For numbers that commas do not
 * separate. */
bool bl_parse_real_comma(const char *s, double *out);
bool bl_parse_int(const char *s, int64_t *out);
/* true/false, yes/no, on/off, in any case. */
bool bl_parse_bool(const char *s, bool *out);

/* The shortest text that bl_parse_real() reads back to the same double. buf holds at least 32 bytes. Returns buf. */
char *bl_format_real(double x, char *buf);

/* Edit distance with transpositions (Damerau 1964, optimal string alignment), letters compared without case. */
size_t bl_edit_distance(const char *a, const char *b);
/* The candidate nearest to `name`, or NULL when none is near enough to be worth naming. The n-th candidate comes from
 * at(arg, n); NULL ends the list. */
const char *bl_nearest(const char *name, const char *(*at)(const void *arg, size_t n), const void *arg);

bool bl_text_equal(const char *a, const char *b); /* NULL equals NULL only */
bool bl_text_equal_nocase(const char *a, const char *b);
bool bl_text_ends_with(const char *s, const char *tail); /* ASCII letters without case */
/* Shell-like pattern: * any run, ? one byte, [abc] [a-z] [!x] one of a set; the whole of s must match. */
bool bl_text_glob(const char *pattern, const char *s);
bool bl_text_glob_plain(const char *pattern, const char *s); /* the same, but that ? is a plain character */
/* How many of the n bytes at s, from the first on, are UTF-8 as RFC 3629 has it: n when all are. */
size_t bl_utf8_prefix(const char *s, size_t n);
bool bl_text_is_utf8(const char *s);
/* The part of a path behind its last slash. */
const char *bl_path_base(const char *path);

#endif
