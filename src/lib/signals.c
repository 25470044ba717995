/* SPDX-License-Identifier: GPL-2.0-or-later */
/* signals.c - take signals as events, and die of them properly */
#include <config.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "lib/macros.h"
#include "lib/signals.h"

/* SIGXCPU: RLIMIT_CPU is used up, and SIGKILL will follow. */
static const int ending_signals[] = { SIGINT, SIGTERM, SIGHUP, SIGXCPU };

static bool is_ignored(int number)
{
	struct sigaction action;

	return sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

int signals_take(struct signals *ret_signals)
{
	bool pipe_ignored = is_ignored(SIGPIPE);
	sigset_t set;
	int fd;

	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_SIZE(ending_signals); i++)
		if (!is_ignored(ending_signals[i]))
			sigaddset(&set, ending_signals[i]);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		return -errno;
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	/* A file size limit is an error of writing, EFBIG. */
	signal(SIGXFSZ, SIG_IGN);
	/* If it were inherited as ignored, children would be reaped unseen. */
	signal(SIGCHLD, SIG_DFL);
	*ret_signals = (struct signals){ .fd = fd, .pipe_ignored = pipe_ignored };
	return 0;
}

int signals_read(struct signals *signals)
{
	struct signalfd_siginfo info;

	if (read(signals->fd, &info, sizeof(info)) != (ssize_t)sizeof(info))
		return 0;
	return (int)info.ssi_signo;
}

int signals_wait_writable(const struct signals *signals, int fd)
{
	struct pollfd fds[2] = {
		{ .fd = fd, .events = POLLOUT },
		{ .fd = signals->fd, .events = POLLIN },
	};

	while (poll(fds, 2, -1) < 0)
		if (errno != EINTR)
			return 0;
	/* An error on FD counts as writable: write(2) will return it. */
	return fds[0].revents ? 0 : -EINTR;
}

_Noreturn void signals_die(int number)
{
	sigset_t set;

	signal(number, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, number);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	raise(number);
	_exit(128 + number);
}
