/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kmsg.c - the running kernel's log (Documentation/ABI/testing/dev-kmsg) */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "kernlog/source.h"
#include "lib/cleanup.h"
#include "lib/duration.h"

/* Documentation/admin-guide/devices.txt */
bool kmsg_is_device(const struct stat *status)
{
	return S_ISCHR(status->st_mode) && status->st_rdev == makedev(1, 11);
}

int kmsg_open_log(const char *path, bool *ret_device)
{
	CLEANUP_FD int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct stat status;

	if (fd < 0)
		return -errno;
	/* What containers have in its place (a console, /dev/null) says nothing, or for ever. */
	if (fstat(fd, &status) < 0 || !(S_ISREG(status.st_mode) || kmsg_is_device(&status)))
		return -ENXIO;
	*ret_device = S_ISCHR(status.st_mode);
	return take_fd(&fd);
}

int kmsg_open(const char *path)
{
	bool device;
	CLEANUP_FD int fd = kmsg_open_log(path, &device);

	if (fd < 0)
		return fd;
	return lseek(fd, 0, SEEK_END) < 0 ? -errno : take_fd(&fd);
}

int kmsg_next(int fd, uint64_t deadline_ns, char text[static KMSG_RECORD_MAX])
{
	struct pollfd readable = { .fd = fd, .events = POLLIN };

	for (;;) {
		ssize_t length = read(fd, text, KMSG_RECORD_MAX - 1);
		uint64_t now = duration_now();

		if (length > 0) {
			/* "6,1234,5678901,-;text\n KEY=value\n" */
			const char *start;

			text[length] = '\0';
			start = strchr(text, ';');
			if (start)
				memmove(text, start + 1, strlen(start));
			text[strcspn(text, "\n")] = '\0';
			return 1;
		}
		if (length < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		if (now >= deadline_ns)
			return 0;
		poll(&readable, 1, (int)((deadline_ns - now) / NS_PER_MS) + 1);
	}
}
