/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fault-events.c - software events of page faults, in one buffer for each processor */
#include <config.h>

#include <errno.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "monitor/fault-events.h"

/* A page of control data and the least of events: that there are some is all that matters. */
static size_t fault_buffer_size(void)
{
	return 2 * (size_t)sysconf(_SC_PAGESIZE);
}

static int fault_event_open(pid_t pid, int processor, uint64_t period)
{
	struct perf_event_attr attributes = {
		.type = PERF_TYPE_SOFTWARE, .size = sizeof(attributes),
		.config = PERF_COUNT_SW_PAGE_FAULTS,
		.sample_period = period,
		.inherit = 1, .exclude_hv = 1, .wakeup_events = 1,
	};
	int fd = (int)syscall(SYS_perf_event_open, &attributes, pid, processor, -1,
			      PERF_FLAG_FD_CLOEXEC);

	if (fd < 0 && (errno == EACCES || errno == EPERM)) {
		attributes.exclude_kernel = 1;
		fd = (int)syscall(SYS_perf_event_open, &attributes, pid, processor, -1,
				  PERF_FLAG_FD_CLOEXEC);
	}
	return fd < 0 ? -errno : fd;
}

/* Adds the events of PROCESSOR. Returns 0 or a negative errno. */
static int fault_events_add(struct fault_events *events, pid_t pid, int processor,
			    uint64_t period)
{
	struct epoll_event epoll_event = { .events = EPOLLIN };
	CLEANUP_FD int file = fault_event_open(pid, processor, period);
	void *buffer;

	/* A processor that is switched off. */
	if (file == -ENODEV)
		return 0;
	if (file < 0)
		return file;
	/* An inherited event has a buffer only if it is of one processor. */
	buffer = mmap(NULL, fault_buffer_size(), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	if (buffer == MAP_FAILED)
		return -errno;
	events->buffers[events->count] = buffer;
	events->files[events->count++] = file;
	if (epoll_ctl(events->fd, EPOLL_CTL_ADD, take_fd(&file), &epoll_event) < 0)
		return -errno;
	return 0;
}

int fault_events_open(pid_t pid, uint64_t period, struct fault_events *ret_events)
{
	long processors = sysconf(_SC_NPROCESSORS_CONF);
	struct fault_events events = { .fd = -1 };
	int r;

	events.files = calloc((size_t)processors, sizeof(*events.files));
	events.buffers = calloc((size_t)processors, sizeof(*events.buffers));
	r = events.files && events.buffers ? 0 : -ENOMEM;
	if (r == 0) {
		events.fd = epoll_create1(EPOLL_CLOEXEC);
		r = events.fd < 0 ? -errno : 0;
	}
	for (int i = 0; r == 0 && i < processors; i++)
		r = fault_events_add(&events, pid, i, period);
	if (r < 0)
		fault_events_close(&events);
	else
		*ret_events = events;
	return r;
}

void fault_events_take(struct fault_events *events)
{
	for (size_t i = 0; i < events->count; i++) {
		struct perf_event_mmap_page *page = events->buffers[i];
		uint64_t head = __atomic_load_n(&page->data_head, __ATOMIC_ACQUIRE);

		/* From a buffer that is full nobody is woken. */
		__atomic_store_n(&page->data_tail, head, __ATOMIC_RELEASE);
	}
}

void fault_events_close(struct fault_events *events)
{
	for (size_t i = 0; i < events->count; i++) {
		munmap(events->buffers[i], fault_buffer_size());
		close(events->files[i]);
	}
	if (events->files && events->fd >= 0)
		close(events->fd);
	free(events->files);
	free(events->buffers);
	*events = (struct fault_events){ .fd = -1 };
}
