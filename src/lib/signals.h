/* SPDX-License-Identifier: GPL-2.0-or-later */
/* signals.h - signals that end the program, as events on a descriptor */
#ifndef PT_SIGNALS_H
#define PT_SIGNALS_H

#include <signal.h>
#include <stdbool.h>
#include <sys/signalfd.h>

struct signals {
	int fd;			/* signalfd(2) */
	bool pipe_ignored;	/* SIGPIPE was already ignored when we were started */
	sigset_t mask;		/* that we were started with */
	sigset_t ignored;	/* what of that which is changed was ignored then */
};

/*
 * From here on SIGINT, SIGTERM and SIGHUP (those that are not ignored) arrive on
 * ret_signals->fd only; SIGPIPE and SIGXFSZ are ignored, so that writing returns an error;
 * and children can be waited for, whatever disposition was inherited.
 * Returns 0 or a negative errno.
 */
int signals_take(struct signals *ret_signals);

/*
 * The same for a program that passes its signals on: all arrive that can be caught, and also those
 * that were ignored. SIGCHLD is left out, and SIGCONT continues this process as well.
 */
int signals_take_all(struct signals *ret_signals);

/* In a child, before it executes another program: mask and dispositions as they were before. */
void signals_restore(const struct signals *signals);

/* Reads the signal that has arrived, with who sent it. Returns whether there was one. */
bool signals_read_info(struct signals *signals, struct signalfd_siginfo *ret_info);

/*
 * Reads the signal that has arrived, 0 if there is none. A second one does not kill: timeout(1)
 * sends its signal twice, to the process and to its group, and the summary must still be printed.
 */
int signals_read(struct signals *signals);

/*
 * Waits until FD can be written to without blocking. Returns 0, or -EINTR when a signal that ends
 * the program has arrived before that (it is left to be read).
 */
int signals_wait_writable(const struct signals *signals, int fd);

/* Ends this process by signal NUMBER with its default action, as if it had never been caught. */
_Noreturn void signals_die(int number);

#endif
