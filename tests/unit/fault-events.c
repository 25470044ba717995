/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fault-events.c - page faults of a process, and of its children, wake who waits for them */
#include <config.h>

#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../tap.h"
#include "monitor/fault-events.h"

#define PERIOD 32

/* Takes PAGES faults. */
static void fault_in(size_t pages)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *memory = mmap(NULL, pages * page, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		return;
	madvise(memory, pages * page, MADV_NOHUGEPAGE);
	for (size_t i = 0; i < pages; i++)
		memory[i * page] = 1;
	munmap(memory, pages * page);
}

static bool is_woken(struct fault_events *events)
{
	struct pollfd waited = { .fd = events->fd, .events = POLLIN };
	bool woken = poll(&waited, 1, 0) == 1;

	fault_events_take(events);
	return woken;
}

int main(void)
{
	struct fault_events events = { 0 };
	pid_t child;
	int r, late;

	fault_events_close(&events);
	tap_is(events.fd, -1, "nothing is closed where nothing was opened");
	r = fault_events_open(getpid(), PERIOD, &events);
	if (r < 0) {
		tap_skip("events of page faults", strerror(-r));
		return tap_done();
	}
	tap_ok(events.count > 0, "there is a buffer for each processor");
	is_woken(&events);
	tap_ok(!is_woken(&events), "nobody is woken by nothing");
	/* More than fill the buffers, if they were not emptied: one holds some 500 events. */
	for (int i = 0; i < 3; i++) {
		for (int j = 0; j < 5; j++)
			fault_in(PERIOD * 128);
		tap_ok(is_woken(&events), "faults wake, time %d", i);
	}
	/* An event of another processor may come a little later. */
	for (late = 0; late < 100 && is_woken(&events); late++)
		poll(NULL, 0, 10);
	tap_ok(late < 100, "and no more when there are none");
	fflush(stdout);
	child = fork();
	if (child == 0) {
		fault_in(PERIOD * 8);
		_exit(0);
	}
	waitpid(child, NULL, 0);
	tap_ok(is_woken(&events), "those of a child, too");
	fault_events_close(&events);
	tap_is((int64_t)events.count, 0, "all is closed");
	return tap_done();
}
