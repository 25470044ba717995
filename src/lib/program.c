/* SPDX-License-Identifier: GPL-2.0-or-later */
/* program.c - AT_SECURE and its reasons; descriptors 0 to 2 in place, and their errors told */
#include <config.h>

#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/macros.h"
#include "lib/program.h"

bool secure_execution(void)
{
	return getauxval(AT_SECURE) != 0;
}

int secure_check(struct error *err)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { 0 };
	bool raised = getuid() != geteuid() || getgid() != getegid();

	if (!secure_execution())
		return 0;
	/* If the capabilities cannot be read, assume that there are some. */
	if (!raised && getuid() != 0)
		raised = syscall(SYS_capget, &header, data) < 0 || data[0].permitted ||
			 data[1].permitted;
	/* A security module's change of domain sets AT_SECURE, too, but gives no privilege. */
	if (!raised)
		return 0;
	error_set(err,
		  "will not run set-user-ID, set-group-ID or with the capabilities of its file");
	error_hint(err,
		   "take them off (chmod ug-s, setcap -r), and use sudo where privilege is needed");
	return -EPERM;
}

/*
 * Any process that shares the open file may make it non-blocking (O_NONBLOCK) at any time, and
 * stdio then discards what is not accepted: this waits instead.
 */
static ssize_t write_waiting(void *cookie, const char *bytes, size_t size)
{
	struct pollfd output = { .fd = *(const int *)cookie, .events = POLLOUT };
	size_t written = 0;

	while (written < size) {
		ssize_t length = write(output.fd, bytes + written, size - written);

		if (length >= 0)
			written += (size_t)length;
		else if (errno == EAGAIN)
			poll(&output, 1, -1);
		else if (errno != EINTR)
			break;
	}
	return (ssize_t)written;
}

FILE *stdio_open_waiting(int *fd)
{
	return fopencookie(fd, "w", (cookie_io_functions_t){ .write = write_waiting });
}

void stdio_guard_open(void)
{
	static int fds[] = { STDOUT_FILENO, STDERR_FILENO };
	FILE **const streams[] = { &stdout, &stderr };

	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) >= 0)
			continue;
		/* The lowest free number is fd. Opened in the wrong direction, using it fails. */
		if (open("/dev/null", O_CLOEXEC |
			 (fd == STDIN_FILENO ? O_WRONLY : O_RDONLY)) != fd)
			return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
		FILE *waiting = stdio_open_waiting(&fds[i]);

		/* Where there is no memory for it, the stream stays as it is. */
		if (!waiting)
			continue;
		setvbuf(waiting, NULL, i ? _IONBF : isatty(fds[i]) ? _IOLBF : _IOFBF, BUFSIZ);
		*streams[i] = waiting;
	}
}

bool stdio_is_writable(int fd)
{
	struct pollfd output = { .fd = fd, .events = POLLOUT };

	return poll(&output, 1, 0) != 0;
}

int stdio_guard_finish(void)
{
	struct error err;
	int r;

	errno = 0;
	r = stream_flush(stdout);
	if (r < 0 && r != -EPIPE) {
		error_set_errno(&err, r, "cannot write to standard output");
		error_print(&err);
	}
	return r;
}
