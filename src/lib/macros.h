/* SPDX-License-Identifier: GPL-2.0-or-later */
/* macros.h - what C has no function for */
#ifndef PT_MACROS_H
#define PT_MACROS_H

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* The lesser and the greater of two numbers of one type; each is evaluated once or twice. */
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))

#endif
