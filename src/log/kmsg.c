/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kmsg.c - read records from /dev/kmsg */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/duration.h"
#include "log/kmsg.h"

int kmsg_open(const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (lseek(fd, 0, SEEK_END) < 0) {
		int error = errno;

		close(fd);
		return -error;
	}
	return fd;
}

/* "6,1234,5678901,-;text\n KEY=value\n": keeps the text. */
static void keep_text(char *record)
{
	char *text = strchr(record, ';');

	if (text)
		memmove(record, text + 1, strlen(text + 1) + 1);
	record[strcspn(record, "\n")] = '\0';
}

int kmsg_next(int fd, uint64_t deadline_ns, char text[static KMSG_RECORD_MAX])
{
	struct pollfd readable = { .fd = fd, .events = POLLIN };

	for (;;) {
		ssize_t length = read(fd, text, KMSG_RECORD_MAX - 1);
		uint64_t now = duration_now();

		if (length > 0) {
			text[length] = '\0';
			keep_text(text);
			return 1;
		}
		if (length < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		if (now >= deadline_ns)
			return 0;
		poll(&readable, 1, (int)((deadline_ns - now) / NS_PER_MS) + 1);
	}
}
