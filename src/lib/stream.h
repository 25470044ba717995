/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stream.h - stdio streams whose errors are not lost */
#ifndef PT_STREAM_H
#define PT_STREAM_H

#include <errno.h>
#include <stdio.h>

/*
 * Flushes STREAM. Returns 0, or the negative errno of any write that failed since errno was
 * last 0.
 */
static inline int stream_flush(FILE *stream)
{
	if (fflush(stream) == 0 && !ferror(stream))
		return 0;
	return errno ? -errno : -EIO;
}

#endif
