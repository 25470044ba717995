/* SPDX-License-Identifier: GPL-2.0-or-later */
/* monitor-end.h - the ends of a run that come from outside: a death, a signal */
#ifndef PT_MONITOR_END_H
#define PT_MONITOR_END_H

#include <poll.h>

#include "monitor/monitor.h"

/*
 * Ends the run because of whom FDS, the pidfds of the subject and of its children, which have been
 * polled, say that he has died. Returns 0 if nobody has, else -ECANCELED.
 */
int monitor_note_death(struct monitor *monitor, const struct pollfd *fds);

/*
 * Ends the run because signal NUMBER has reached the monitor; or because of a death that was
 * under way then, which is waited for. Always returns -ECANCELED.
 */
int monitor_signalled(struct monitor *monitor, int number);

#endif
