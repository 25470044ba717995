/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fault-events.h - to be woken when processes fault pages in: perf_event_open(2),
 * PERF_COUNT_SW_PAGE_FAULTS. Not each fault is seen (those that the kernel takes itself are
 * left out where perf_event_paranoid asks for that): a reason to look, never a count.
 */
#ifndef PT_FAULT_EVENTS_H
#define PT_FAULT_EVENTS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct fault_events {
	int fd;			/* to be polled for POLLIN, which is then taken */
	size_t count;		/* of the files and buffers, one for each processor */
	int *files;
	void **buffers;
};

/*
 * Is woken after every PERIOD faults of PID, which has one thread, or of one that descends from
 * it. Returns 0 or a negative errno, with nothing left behind.
 */
int fault_events_open(pid_t pid, uint64_t period, struct fault_events *ret_events);

/* Makes room for further ones. */
void fault_events_take(struct fault_events *events);

/* Also of what is all zero. */
void fault_events_close(struct fault_events *events);

#endif
