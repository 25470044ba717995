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

static bool is_ignored(int number)
{
	struct sigaction action;

	return sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

/*
 * Writing returns an error instead, also beyond a file size limit (EFBIG); and if SIGCHLD were
 * inherited as ignored, children would be reaped unseen.
 */
static const struct { int number; void (*handler)(int); } changes[] = {
	{ SIGPIPE, SIG_IGN }, { SIGXFSZ, SIG_IGN }, { SIGCHLD, SIG_DFL },
};

/* Has the signals of SET arrive on a descriptor, and changes what all programs change. */
static int signals_take_set(const sigset_t *set, struct signals *ret_signals)
{
	struct signals signals = { .pipe_ignored = is_ignored(SIGPIPE) };

	signals.fd = signalfd(-1, set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (signals.fd < 0)
		return -errno;
	sigprocmask(SIG_BLOCK, set, &signals.mask);
	sigemptyset(&signals.ignored);
	for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
		if (is_ignored(changes[i].number))
			sigaddset(&signals.ignored, changes[i].number);
		signal(changes[i].number, changes[i].handler);
	}
	*ret_signals = signals;
	return 0;
}

int signals_take(struct signals *ret_signals)
{
	/* SIGXCPU: RLIMIT_CPU is used up, and SIGKILL will follow. */
	static const int ending_signals[] = { SIGINT, SIGTERM, SIGHUP, SIGXCPU };
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_SIZE(ending_signals); i++)
		if (!is_ignored(ending_signals[i]))
			sigaddset(&set, ending_signals[i]);
	return signals_take_set(&set, ret_signals);
}

int signals_take_all(struct signals *ret_signals)
{
	sigset_t set;

	sigfillset(&set);
	sigdelset(&set, SIGCHLD);
	return signals_take_set(&set, ret_signals);
}

void signals_restore(const struct signals *signals)
{
	for (size_t i = 0; i < ARRAY_SIZE(changes); i++)
		signal(changes[i].number, sigismember(&signals->ignored, changes[i].number)
			? SIG_IGN : SIG_DFL);
	sigprocmask(SIG_SETMASK, &signals->mask, NULL);
}

bool signals_read_info(struct signals *signals, struct signalfd_siginfo *ret_info)
{
	return read(signals->fd, ret_info, sizeof(*ret_info)) == (ssize_t)sizeof(*ret_info);
}

int signals_read(struct signals *signals)
{
	struct signalfd_siginfo info;

	return signals_read_info(signals, &info) ? (int)info.ssi_signo : 0;
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
