/* SPDX-License-Identifier: GPL-2.0-or-later */
/* touch-order.h - in which order the pages of a region are visited: a pure permutation */
#ifndef PT_TOUCH_ORDER_H
#define PT_TOUCH_ORDER_H

#include <stdint.h>

enum order_kind {
	ORDER_FORWARD,
	ORDER_BACKWARD,
	ORDER_RANDOM,		/* as if shuffled; the same SEED gives the same order */
};

#define ORDER_ROUNDS 4

/* A permutation of 0 to count - 1 that needs no memory, however many there are. */
struct order {
	enum order_kind kind;
	uint64_t count;
	uint64_t mask;		/* all numbers of as many bits as count - 1 has */
	unsigned shift;		/* half of these bits, at least one */
	struct {
		uint64_t factor, sum;	/* factor is odd */
	} round[ORDER_ROUNDS];
};

/* The order of COUNT visits. SEED matters for ORDER_RANDOM alone. */
struct order order_make(enum order_kind kind, uint64_t count, uint64_t seed);

/* What is visited at INDEX (below count): each number below count at just one index. */
uint64_t order_at(const struct order *order, uint64_t index);

/* "forward", "backward" or "random". */
const char *order_name(enum order_kind kind);

#endif
