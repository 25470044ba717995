/* SPDX-License-Identifier: GPL-2.0-or-later */
/* picture.h - the file of a picture: its kind by its name, and all of it or nothing */
#ifndef PT_PICTURE_H
#define PT_PICTURE_H

#include <stddef.h>

#include "lib/error.h"

enum picture_kind {
	PICTURE_TEXT,		/* for a terminal; no file */
	PICTURE_SVG,
	PICTURE_PNG,
	PICTURE_PDF,
};

/*
 * Finds the kind by the suffix of FILE, in any case; "-" is a terminal. Returns 0, or -EINVAL with
 * *err set and *ret_kind untouched.
 */
int picture_kind_of(const char *file, enum picture_kind *ret_kind, struct error *err);

/*
 * Tries whether FILE can be written, without leaving a trace. A file that is there must be a
 * regular one that may be written. Returns 0, or a negative errno with *err set.
 */
int picture_check(const char *file, struct error *err);

/*
 * Writes LENGTH BYTES as FILE, in place of one that is there: FILE is all of it, or what it was. A
 * symbolic link is followed. Returns 0, or a negative errno with *err set.
 */
int picture_write(const char *file, const char *bytes, size_t length, struct error *err);

#endif
