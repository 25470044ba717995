/* SPDX-License-Identifier: GPL-2.0-or-later */
/* signals.h - signals that end the program, as events on a descriptor */
#ifndef PT_SIGNALS_H
#define PT_SIGNALS_H

#include <stdbool.h>

struct signals {
	int fd;			/* signalfd(2) */
	bool pipe_ignored;	/* SIGPIPE was already ignored when we were started */
};

/*
 * From here on SIGINT, SIGTERM and SIGHUP (those that are not ignored) arrive on
 * ret_signals->fd only, and SIGPIPE is ignored, so that writing returns EPIPE.
 * Returns 0 or a negative errno.
 */
int signals_take(struct signals *ret_signals);

/*
 * Reads the signal that has arrived, 0 if there is none. A second one kills at once:
 * after the first they have their default action again.
 */
int signals_read(struct signals *signals);

/* Ends this process by signal NUMBER with its default action, as if it had never been caught. */
_Noreturn void signals_die(int number);

#endif
