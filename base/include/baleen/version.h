/* version.h: the library's version, at build time (macro) and at run time (function). */
#ifndef BALEEN_VERSION_H
#define BALEEN_VERSION_H

#define BL_VERSION "0.1.0"
const char *bl_version(void);

#endif
