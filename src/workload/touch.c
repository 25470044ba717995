/* SPDX-License-Identifier: GPL-2.0-or-later */
/* touch.c - in which order pages are visited, and how: written, read, populated or called for */
#include <config.h>

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/macros.h"
#include "workload/touch.h"

/* linux/mman.h of 5.14; older headers lack them, and older kernels say EINVAL. */
#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#define MADV_POPULATE_WRITE 23
#endif

/*
 * With AddressSanitizer each access to what is touched would read its shadow, too, an eighth more
 * memory; it is nobody's variable.
 */
#define UNCHECKED __attribute__((no_sanitize("address")))

/* splitmix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014). */
static uint64_t next_random(uint64_t *state)
{
	uint64_t value = *state += UINT64_C(0x9e3779b97f4a7c15);

	value = (value ^ (value >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	value = (value ^ (value >> 27)) * UINT64_C(0x94d049bb133111eb);
	return value ^ (value >> 31);
}

struct order order_make(enum order_kind kind, uint64_t count, uint64_t seed)
{
	struct order order = { .kind = kind, .count = count };
	unsigned bits = count > 1 ? 64 - (unsigned)__builtin_clzll(count - 1) : 0;

	order.mask = bits ? UINT64_MAX >> (64 - bits) : 0;
	order.shift = bits / 2 ? bits / 2 : 1;
	for (unsigned i = 0; i < ORDER_ROUNDS; i++) {
		order.round[i].factor = next_random(&seed) | 1;
		order.round[i].sum = next_random(&seed);
	}
	return order;
}

/*
 * Each step can be undone among the numbers that the mask lets through: adding, multiplying by an
 * odd number, and xor with one's own upper half. So no two numbers become the same.
 */
static uint64_t mix(const struct order *order, uint64_t number)
{
	for (unsigned i = 0; i < ORDER_ROUNDS; i++) {
		number = (number + order->round[i].sum) * order->round[i].factor & order->mask;
		number ^= number >> order->shift;
	}
	return number;
}

uint64_t order_at(const struct order *order, uint64_t index)
{
	if (order->kind == ORDER_FORWARD)
		return index;
	if (order->kind == ORDER_BACKWARD)
		return order->count - 1 - index;
	/*
	 * The mask lets through less than twice count. A number that is too large is mixed on: on
	 * its cycle INDEX itself, at the latest, is small enough.
	 */
	do
		index = mix(order, index);
	while (index >= order->count);
	return index;
}

uint64_t touch_count(const struct touch_params *touch_params, uint64_t span)
{
	return span / touch_params->stride + (span % touch_params->stride != 0);
}

uint64_t touch_chunk(uint64_t span)
{
	/* Whole pages of any size that is less. */
	uint64_t chunk = span / 2048 / TOUCH_CHUNK * TOUCH_CHUNK;

	return MAX(TOUCH_CHUNK, MIN(chunk, UINT64_C(2) << 20));
}

bool touch_writes(enum touch_access access)
{
	return access == TOUCH_WRITE || access == TOUCH_POPULATE_WRITE || access == TOUCH_PWRITE;
}

bool touch_calls(enum touch_access access)
{
	return access == TOUCH_PREAD || access == TOUCH_PWRITE;
}

struct touch_job touch_plan(const struct touch_params *touch_params, unsigned char *base,
			    uint64_t span)
{
	enum touch_access access = touch_params->access;
	uint64_t chunk = touch_params->chunk ? touch_params->chunk : touch_chunk(span), run = 1;

	if (access == TOUCH_WRITE || access == TOUCH_READ)
		run = touch_params->order == ORDER_FORWARD ? touch_params->batch : 1;
	else if (!touch_calls(access) && touch_params->order != ORDER_RANDOM &&
		 touch_params->stride == touch_params->unit)
		run = chunk / touch_params->unit;
	return (struct touch_job){
		.base = base,
		.unit = touch_params->unit,
		.stride = touch_params->stride,
		.run = MAX(run, 1),
		.access = access,
		.fd = -1,
		.order = order_make(touch_params->order, touch_count(touch_params, span),
				    touch_params->seed),
	};
}

UNCHECKED
int touch_visit(const struct touch_job *job, uint64_t *at, uint64_t to, _Atomic uint32_t *stop,
		struct touch_slot *slot)
{
	int advice = touch_writes(job->access) ? MADV_POPULATE_WRITE : MADV_POPULATE_READ;
	uint64_t stride = job->stride, done;
	unsigned char byte = 1;

	while (*at < to && !atomic_load_explicit(stop, memory_order_relaxed)) {
		uint64_t pages = MIN(job->run, to - *at);
		bool backward = job->order.kind == ORDER_BACKWARD;
		uint64_t first = order_at(&job->order, backward ? *at + pages - 1 : *at);
		volatile unsigned char *page = job->base + first * stride;
		off_t offset = (off_t)(first * stride);
		ssize_t length = 1;

		switch (job->access) {
		case TOUCH_WRITE:
			for (uint64_t i = 0; i < pages; i++, page += stride)
				*page = 1;
			break;
		case TOUCH_READ:
			for (uint64_t i = 0; i < pages; i++, page += stride)
				(void)*page;
			break;
		case TOUCH_PWRITE:
			length = pwrite(job->fd, &byte, 1, offset);
			break;
		case TOUCH_PREAD:
			length = pread(job->fd, &byte, 1, offset);
			break;
		default:
			length = madvise((void *)page, pages * job->unit, advice) < 0 ? -1 : 1;
		}
		if (length < 1)
			return length < 0 ? -errno : -EFAULT;
		*at += pages;
		/* The only writer of its slot adds to it without a locked instruction. */
		done = atomic_load_explicit(&slot->done, memory_order_relaxed);
		atomic_store_explicit(&slot->done, done + pages * job->unit,
				      memory_order_relaxed);
	}
	return 0;
}

const char *order_name(enum order_kind kind)
{
	static const char *const names[] = {
		[ORDER_FORWARD] = "forward",
		[ORDER_BACKWARD] = "backward",
		[ORDER_RANDOM] = "random",
	};

	return names[kind];
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
