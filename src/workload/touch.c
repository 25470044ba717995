/* SPDX-License-Identifier: GPL-2.0-or-later */
/* touch.c - write, read or populate one page after the other, or call for it */
#include <config.h>

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "workload/touch.h"

/* linux/mman.h of 5.14; older headers lack them, and older kernels say EINVAL. */
#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#define MADV_POPULATE_WRITE 23
#endif

uint64_t touch_count(const struct touch_params *touch_params, uint64_t span)
{
	return span / touch_params->stride + (span % touch_params->stride != 0);
}

uint64_t touch_chunk(uint64_t span)
{
	uint64_t most = UINT64_C(2) << 20;
	/* Whole pages of any size that is less. */
	uint64_t chunk = span / 2048 / TOUCH_CHUNK * TOUCH_CHUNK;

	if (chunk < TOUCH_CHUNK)
		return TOUCH_CHUNK;
	return chunk < most ? chunk : most;
}

/*
 * With AddressSanitizer each access to what is touched would read its shadow, too, an eighth more
 * memory; it is nobody's variable.
 */
#define UNCHECKED __attribute__((no_sanitize("address")))

struct touch_job touch_plan(const struct touch_params *touch_params, unsigned char *base,
			    uint64_t span)
{
	return (struct touch_job){
		.base = base,
		.unit = touch_params->unit,
		.stride = touch_params->stride,
		.batch = touch_params->batch ? touch_params->batch : 1,
		.chunk = (touch_params->chunk ? touch_params->chunk
			  : touch_chunk(span)) / touch_params->unit,
		.access = touch_params->access,
		.fd = -1,
		.order = order_make(touch_params->order, touch_count(touch_params, span),
				    touch_params->seed),
	};
}

static unsigned char *page_at(const struct touch_job *job, uint64_t index)
{
	return job->base + order_at(&job->order, index) * job->stride;
}

static bool touch_may_go_on(_Atomic uint32_t *stop)
{
	return !atomic_load_explicit(stop, memory_order_relaxed);
}

/* The only writer of its slot adds to it without a locked instruction. */
static void count(struct touch_slot *slot, uint64_t bytes)
{
	uint64_t done = atomic_load_explicit(&slot->done, memory_order_relaxed);

	atomic_store_explicit(&slot->done, done + bytes, memory_order_relaxed);
}

/* How many pages come next, which are then counted at once. */
static uint64_t batch_length(const struct touch_job *job, uint64_t at, uint64_t to)
{
	return to - at < job->batch ? to - at : job->batch;
}

/* Where a fault brings many pages, order_at() for each of them cost a tenth of the time. */
UNCHECKED
static void write_forward(const struct touch_job *job, uint64_t *at, uint64_t to,
			  _Atomic uint32_t *stop, struct touch_slot *slot)
{
	uint64_t stride = job->stride;

	while (*at < to && touch_may_go_on(stop)) {
		volatile unsigned char *page = job->base + *at * stride;
		uint64_t pages = batch_length(job, *at, to);

		for (uint64_t i = 0; i < pages; i++, page += stride)
			*page = 1;
		*at += pages;
		count(slot, pages * job->unit);
	}
}

UNCHECKED
static void read_forward(const struct touch_job *job, uint64_t *at, uint64_t to,
			 _Atomic uint32_t *stop, struct touch_slot *slot)
{
	uint64_t stride = job->stride;

	while (*at < to && touch_may_go_on(stop)) {
		const volatile unsigned char *page = job->base + *at * stride;
		uint64_t pages = batch_length(job, *at, to);

		for (uint64_t i = 0; i < pages; i++, page += stride)
			(void)*page;
		*at += pages;
		count(slot, pages * job->unit);
	}
}

UNCHECKED
static void write_bytes(const struct touch_job *job, uint64_t *at, uint64_t to,
			_Atomic uint32_t *stop, struct touch_slot *slot)
{
	for (; *at < to && touch_may_go_on(stop); ++*at) {
		*(volatile unsigned char *)page_at(job, *at) = 1;
		count(slot, job->unit);
	}
}

UNCHECKED
static void read_bytes(const struct touch_job *job, uint64_t *at, uint64_t to,
		       _Atomic uint32_t *stop, struct touch_slot *slot)
{
	for (; *at < to && touch_may_go_on(stop); ++*at) {
		(void)*(volatile unsigned char *)page_at(job, *at);
		count(slot, job->unit);
	}
}

/* How many of the next pages lie side by side, so that one call populates them. */
static uint64_t run_length(const struct touch_job *job, uint64_t at, uint64_t to)
{
	uint64_t most = job->chunk;

	if (job->stride != job->unit || job->order.kind == ORDER_RANDOM || !most)
		return 1;
	return to - at < most ? to - at : most;
}

static int populate(const struct touch_job *job, uint64_t *at, uint64_t to,
		    _Atomic uint32_t *stop, struct touch_slot *slot)
{
	int advice = touch_writes(job->access) ? MADV_POPULATE_WRITE : MADV_POPULATE_READ;

	while (*at < to && touch_may_go_on(stop)) {
		uint64_t pages = run_length(job, *at, to);
		uint64_t first = job->order.kind == ORDER_BACKWARD ? *at + pages - 1 : *at;

		if (madvise(page_at(job, first), pages * job->unit, advice) < 0)
			return -errno;
		*at += pages;
		count(slot, pages * job->unit);
	}
	return 0;
}

static int call(const struct touch_job *job, uint64_t *at, uint64_t to,
		_Atomic uint32_t *stop, struct touch_slot *slot)
{
	unsigned char byte = 1;
	ssize_t length;

	for (; *at < to && touch_may_go_on(stop); ++*at) {
		off_t offset = page_at(job, *at) - job->base;

		length = touch_writes(job->access) ? pwrite(job->fd, &byte, 1, offset)
						   : pread(job->fd, &byte, 1, offset);
		if (length < 1)
			return length < 0 ? -errno : -EFAULT;
		count(slot, job->unit);
	}
	return 0;
}

int touch_visit(const struct touch_job *job, uint64_t *at, uint64_t to, _Atomic uint32_t *stop,
		struct touch_slot *slot)
{
	bool forward = job->order.kind == ORDER_FORWARD;

	switch (job->access) {
	case TOUCH_WRITE:
		(forward ? write_forward : write_bytes)(job, at, to, stop, slot);
		return 0;
	case TOUCH_READ:
		(forward ? read_forward : read_bytes)(job, at, to, stop, slot);
		return 0;
	case TOUCH_PREAD:
	case TOUCH_PWRITE:
		return call(job, at, to, stop, slot);
	default:
		return populate(job, at, to, stop, slot);
	}
}

bool touch_writes(enum touch_access access)
{
	return access == TOUCH_WRITE || access == TOUCH_POPULATE_WRITE || access == TOUCH_PWRITE;
}

bool touch_calls(enum touch_access access)
{
	return access == TOUCH_PREAD || access == TOUCH_PWRITE;
}

const char *touch_access_name(enum touch_access access)
{
	static const char *const names[] = {
		[TOUCH_WRITE] = "write",
		[TOUCH_READ] = "read",
		[TOUCH_POPULATE_WRITE] = "populate-write",
		[TOUCH_POPULATE_READ] = "populate-read",
		[TOUCH_PREAD] = "pread",
		[TOUCH_PWRITE] = "pwrite",
	};

	return names[access];
}
