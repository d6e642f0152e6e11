/* brent.h: the smallest value of a function of one number. For class authors. */
#ifndef BALEEN_BRENT_H
#define BALEEN_BRENT_H

typedef double (*bl_kit_curve)(const void *arg, double x);

/* Where f, which falls to one side of its minimum and rises to the other, is smallest: goes downhill from a and b in ever
 * longer steps until it rises again, then closes in by parabolas and golden sections to about eight digits (Brent 1973,
 * chapter 5). f may give infinity. Looks no further than `reach` from 0. */
double bl_kit_brent(bl_kit_curve f, const void *arg, double a, double b, double reach);

#endif
