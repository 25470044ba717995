/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * program.h - what every program does first and last: privilege that it refuses, standard streams
 * that exist and whose errors are not lost
 */
#ifndef PT_PROGRAM_H
#define PT_PROGRAM_H

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>

#include "lib/error.h"

/* Whether the environment must not be trusted: getauxval(3), AT_SECURE. */
bool secure_execution(void);

/*
 * Returns 0, or -EPERM with *err set if the file gave us privilege that the caller
 * does not have: set-user-ID, set-group-ID, or capabilities.
 */
int secure_check(struct error *err);

/*
 * Opens what is closed of descriptors 0, 1 and 2, so that no other file gets their
 * numbers; writing to one that was closed fails, and execve(2) closes it again. stdout and
 * stderr wait from here on where an open
 * file that does not block (O_NONBLOCK) takes no more; they have no fileno(3).
 */
void stdio_guard_open(void);

/*
 * Another stream to the descriptor *FD, which it does not close, that waits in the same way. NULL:
 * out of memory.
 */
FILE *stdio_open_waiting(int *fd);

/*
 * Flushes standard output. Returns 0, or a negative errno, which it has printed unless it is
 * -EPIPE (whoever closed the pipe wants to read no more).
 */
int stdio_guard_finish(void);

/* Whether writing to FD would not block, as it does on a terminal that was stopped (Ctrl-S). */
bool stdio_is_writable(int fd);

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
