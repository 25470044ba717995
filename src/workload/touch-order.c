/* SPDX-License-Identifier: GPL-2.0-or-later */
/* touch-order.c - permute page numbers by arithmetic alone */
#include <config.h>

#include "workload/touch-order.h"

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

const char *order_name(enum order_kind kind)
{
	static const char *const names[] = {
		[ORDER_FORWARD] = "forward",
		[ORDER_BACKWARD] = "backward",
		[ORDER_RANDOM] = "random",
	};

	return names[kind];
}
