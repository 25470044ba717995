/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gnuplot.h - run gnuplot(1): a program in, a picture out */
#ifndef PT_GNUPLOT_H
#define PT_GNUPLOT_H

#include <limits.h>
#include <stddef.h>

#include "lib/error.h"

/* Bytes of memory, owned. */
struct gnuplot_picture {
	char *bytes;
	size_t length;
};

/* Finds gnuplot in $PATH. Returns 0, or -ENOENT with *err set. */
int gnuplot_find(char ret_path[static PATH_MAX], struct error *err);

/*
 * Runs the gnuplot at PATH, without the user's settings, with SCRIPT of LENGTH bytes as its
 * standard input. What it writes to its standard output is the picture; free its bytes. It is
 * ended when CANCEL (-1: none) becomes readable. SIGPIPE must be ignored, and children waited for.
 * Returns 0, -EINTR (cancelled), or another negative errno; *err says what gnuplot said.
 */
int gnuplot_run(const char *path, const char *script, size_t length, int cancel,
		struct gnuplot_picture *ret_picture, struct error *err);

#endif
