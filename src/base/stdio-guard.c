/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stdio-guard.c - keep descriptors 0 to 2 in place, report a failed standard output */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/stdio-guard.h"
#include "base/trouble.h"

void stdio_guard_open(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) >= 0)
			continue;
		/* The lowest free number is fd; the wrong direction makes its use fail. */
		if (open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
			return;
	}
}

bool stdio_is_writable(int fd)
{
	struct pollfd output = { .fd = fd, .events = POLLOUT };

	return poll(&output, 1, 0) != 0;
}

int stdio_guard_finish(void)
{
	struct trouble trouble;
	int error;

	errno = 0;
	if (fflush(stdout) == 0 && !ferror(stdout))
		return 0;
	error = errno ? errno : EIO;
	if (error != EPIPE) {
		trouble_set(&trouble, "cannot write to standard output: %s", strerror(error));
		trouble_print(&trouble);
	}
	return -error;
}
