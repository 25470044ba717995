/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cleanup.h - attributes that release what a scope owns, however it is left */
#ifndef PT_CLEANUP_H
#define PT_CLEANUP_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Closes *fd unless it is negative; keeps errno. */
static inline void cleanup_close_fd(int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		close(*fd);
	errno = saved;
}

/* Frees what *pointer points to (pointer is the address of a pointer). */
static inline void cleanup_free_ptr(void *pointer)
{
	free(*(void **)pointer);
}

/* Closes *file unless it is NULL. */
static inline void cleanup_close_file(FILE **file)
{
	if (*file)
		fclose(*file);
}

#define CLEANUP_FD __attribute__((cleanup(cleanup_close_fd)))
#define CLEANUP_FREE __attribute__((cleanup(cleanup_free_ptr)))
#define CLEANUP_FILE __attribute__((cleanup(cleanup_close_file)))

/* Passes the descriptor in *fd to the caller, who owns it from then on. */
static inline int take_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

#endif
