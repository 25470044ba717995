/* SPDX-License-Identifier: GPL-2.0-or-later */
/* signals.c - take signals as events, and die of them properly */
#include <config.h>

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/signals.h"

static const int ending_signals[] = { SIGINT, SIGTERM, SIGHUP };

static bool is_ignored(int number)
{
	struct sigaction action;

	return sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

static void fill_set(sigset_t *set)
{
	sigemptyset(set);
	for (size_t i = 0; i < sizeof(ending_signals) / sizeof(ending_signals[0]); i++)
		if (!is_ignored(ending_signals[i]))
			sigaddset(set, ending_signals[i]);
}

int signals_take(struct signals *ret_signals)
{
	bool pipe_ignored = is_ignored(SIGPIPE);
	sigset_t set;
	int fd;

	fill_set(&set);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		return -errno;
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	*ret_signals = (struct signals){ .fd = fd, .pipe_ignored = pipe_ignored };
	return 0;
}

int signals_read(struct signals *signals)
{
	struct signalfd_siginfo info;
	sigset_t set;

	if (read(signals->fd, &info, sizeof(info)) != (ssize_t)sizeof(info))
		return 0;
	fill_set(&set);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	return (int)info.ssi_signo;
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
