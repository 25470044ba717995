/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * touch-order.c - each order visits every page just once, and the same seed gives the same order
 */
#include <config.h>

#include "../tap.h"
#include "workload/touch.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* Whether ORDER takes each of its numbers once. SEEN has a byte for each. */
static bool is_permutation(const struct order *order, unsigned char *seen)
{
	memset(seen, 0, order->count);
	for (uint64_t i = 0; i < order->count; i++) {
		uint64_t at = order_at(order, i);

		if (at >= order->count || seen[at])
			return false;
		seen[at] = 1;
	}
	return true;
}

static void test_every_size(enum order_kind kind, uint64_t most)
{
	unsigned char *seen = malloc(most);
	uint64_t wrong = 0;

	for (uint64_t count = 1; seen && count <= most; count++) {
		struct order order = order_make(kind, count, count * 7);

		wrong += !is_permutation(&order, seen);
	}
	tap_is((int64_t)wrong, 0, order_name(kind));
	free(seen);
}

static const uint64_t odd_counts[] = {
	1, 2, 3, 65535, 65536, 65537, 262143, 262144, 262145, 1000003
};
static const uint64_t seeds[] = { 0, 1, 2, 7, UINT32_MAX, INT64_MAX, UINT64_MAX };

static void test_odd_sizes(void)
{
	unsigned char *seen = malloc(1000003);

	for (size_t i = 0; seen && i < ARRAY_SIZE(odd_counts); i++) {
		int wrong = 0;

		for (size_t j = 0; j < ARRAY_SIZE(seeds); j++) {
			struct order order = order_make(ORDER_RANDOM, odd_counts[i], seeds[j]);

			wrong += !is_permutation(&order, seen);
		}
		tap_ok(!wrong, "%" PRIu64 " pages, with every seed", odd_counts[i]);
	}
	free(seen);
}

/* More than could be counted through: all stay inside, and different ones stay different. */
static void test_huge(void)
{
	struct order order = order_make(ORDER_RANDOM, (UINT64_C(1) << 52) + 12345, 42);
	uint64_t before = UINT64_MAX;
	bool inside = true, differ = true;

	for (uint64_t i = 0; i < 100000; i++) {
		uint64_t at = order_at(&order, i * 1000003);

		inside = inside && at < order.count;
		differ = differ && at != before;
		before = at;
	}
	tap_ok(inside && differ, "2^52 pages and some");
}

static void test_ends(void)
{
	struct order forward = order_make(ORDER_FORWARD, 1000, 0);
	struct order backward = order_make(ORDER_BACKWARD, 1000, 0);

	tap_is((int64_t)order_at(&forward, 0), 0, "forward begins at the beginning");
	tap_is((int64_t)order_at(&forward, 999), 999, "and ends at the end");
	tap_is((int64_t)order_at(&backward, 0), 999, "backward begins at the end");
	tap_is((int64_t)order_at(&backward, 999), 0, "and ends at the beginning");
}

/* In how many of its places ORDER agrees with OTHER. */
static uint64_t agreements(const struct order *order, const struct order *other)
{
	uint64_t same = 0;

	for (uint64_t i = 0; i < order->count; i++)
		same += order_at(order, i) == order_at(other, i);
	return same;
}

static void test_seeds(void)
{
	struct order seven = order_make(ORDER_RANDOM, 10000, 7);
	struct order again = order_make(ORDER_RANDOM, 10000, 7);
	struct order eight = order_make(ORDER_RANDOM, 10000, 8);
	struct order forward = order_make(ORDER_FORWARD, 10000, 0);
	struct order backward = order_make(ORDER_BACKWARD, 10000, 0);

	tap_is((int64_t)agreements(&seven, &again), 10000, "the same seed gives the same order");
	tap_ok(agreements(&seven, &eight) < 20, "another seed gives another one");
	tap_ok(agreements(&seven, &forward) < 20, "it is not forward");
	tap_ok(agreements(&seven, &backward) < 20, "and not backward");
}

/* How often the next page of the order is that next to the last, in either direction. */
static void test_shuffled(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(seeds); i++) {
		struct order order = order_make(ORDER_RANDOM, 100000, seeds[i]);
		uint64_t before = order_at(&order, 0), neighbours = 0;
		double distance = 0;

		for (uint64_t j = 1; j < order.count; j++) {
			uint64_t at = order_at(&order, j);
			uint64_t far = at > before ? at - before : before - at;

			neighbours += far == 1;
			distance += (double)far;
			before = at;
		}
		/* By chance: 2 neighbours, and a third of the count as the mean distance. */
		distance /= (double)order.count * (double)order.count;
		tap_ok(neighbours < 100 && distance > 0.28 && distance < 0.39,
		       "as if shuffled: %" PRIu64 " neighbours, %.2f of the whole apart",
		       neighbours, distance);
	}
}

static const struct {
	uint64_t unit, stride, span, pages;
} counts[] = {
	{ 4096, 4096, 0, 0 }, { 4096, 4096, 4096, 1 }, { 4096, 4096, 65536, 16 },
	{ 4096, 8192, 65536, 8 }, { 4096, 12288, 65536, 6 }, { 4096, 65536, 65536, 1 },
	{ 4096, 1 << 20, 65536, 1 }, { 4096, 61440, 65536, 2 },
	{ 2 << 20, 2 << 20, 64 << 20, 32 }, { 2 << 20, 6 << 20, 64 << 20, 11 },
};

static void test_counts(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(counts); i++) {
		struct touch_params touch_params = { .unit = counts[i].unit,
					       .stride = counts[i].stride };

		tap_is((int64_t)touch_count(&touch_params, counts[i].span),
		       (int64_t)counts[i].pages,
		       "pages that a stride visits");
	}
}

/* KiB */
static const struct {
	uint64_t span, chunk;
} chunks[] = {
	{ 4, 256 }, { 1 << 10, 256 }, { 512 << 10, 256 }, { (1 << 20) - 4, 256 }, { 1 << 20, 512 },
	{ 3 << 19, 768 }, { 4 << 20, 2048 }, { UINT64_C(1) << 32, 2048 },
};

static void test_chunks(void)
{
	struct touch_params touch_params = { .access = TOUCH_POPULATE_READ, .unit = 4096,
					     .stride = 4096 };

	for (size_t i = 0; i < ARRAY_SIZE(chunks); i++) {
		struct touch_job job = touch_plan(&touch_params, NULL, chunks[i].span << 10);

		tap_is((int64_t)job.run * 4, (int64_t)chunks[i].chunk,
		       "KiB that are populated at once");
	}
	touch_params.chunk = TOUCH_CHUNK;
	tap_is((int64_t)touch_plan(&touch_params, NULL, UINT64_C(4) << 30).run, 64,
	       "no more than is wanted");
	touch_params.unit = touch_params.stride = 2 << 20;
	tap_is((int64_t)touch_plan(&touch_params, NULL, UINT64_C(4) << 30).run, 1,
	       "of huge pages one");
	touch_params = (struct touch_params){ .unit = 4096, .stride = 8192,
					      .access = TOUCH_POPULATE_READ };
	tap_is((int64_t)touch_plan(&touch_params, NULL, UINT64_C(4) << 30).run, 1,
	       "nor two that do not lie side by side");
	touch_params.stride = 4096;
	touch_params.order = ORDER_RANDOM;
	tap_is((int64_t)touch_plan(&touch_params, NULL, UINT64_C(4) << 30).run, 1,
	       "or not behind each other");
}

int main(void)
{
	test_every_size(ORDER_FORWARD, 1000);
	test_every_size(ORDER_BACKWARD, 1000);
	test_every_size(ORDER_RANDOM, 10000);
	test_odd_sizes();
	test_huge();
	test_ends();
	test_seeds();
	test_shuffled();
	test_counts();
	test_chunks();
	return tap_done();
}
