/* plain.h: control characters that come from file names, labels or config values never reach a terminal as they are: a
 * name must not be able to move the cursor, to hide a line or to change a title. They are shown as escapes, \x1b. */
#ifndef BL_PLAIN_H
#define BL_PLAIN_H

#include <stdio.h>

/* Writes a text; line ends and tabs stay. */
void bl_plain_put(const char *text, size_t n, FILE *to);
/* From now on standard output is written so, where it is a terminal. Into files and pipes every byte goes as it is. */
void bl_plain_stdout(void);

#endif
