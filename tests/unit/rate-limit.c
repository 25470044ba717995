/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rate-limit.c - how fast may be touched, and how far until the guard reads again */
#include <config.h>

#include <errno.h>

#include "../tap.h"
#include "workload/touch-limit.h"

#define KIB UINT64_C(1024)
#define MIB (KIB * KIB)
#define GIB (KIB * MIB)
#define SECOND UINT64_C(1000000000)
#define MS UINT64_C(1000000)
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* Any number will do: page sizes differ between machines. */
static const uint64_t page_sizes[] = { 4096, 16384, 65536 };

static struct rate_limiter limiter_of(uint64_t rate, uint64_t page_size, uint64_t now_ns)
{
	return (struct rate_limiter){ .rate = rate, .page_size = page_size, .start_ns = now_ns };
}

static void test_no_rate(void)
{
	struct rate_limiter limiter = limiter_of(0, page_sizes[0], 5 * SECOND);

	tap_ok(rate_limiter_allows(&limiter, 0, 5 * SECOND) == UINT64_MAX,
	       "without a rate all is allowed at once");
	tap_ok(rate_limiter_allows(&limiter, MIB, 60 * SECOND) == UINT64_MAX, "and later");
}

static void test_allows(void)
{
	uint64_t start = 1000 * SECOND;

	for (size_t i = 0; i < ARRAY_SIZE(page_sizes); i++) {
		uint64_t page = page_sizes[i];
		struct rate_limiter limiter = limiter_of(10 * page, page, start);

		tap_is((int64_t)rate_limiter_allows(&limiter, 0, start), 0,
		       "nothing is allowed at the start");
		tap_is((int64_t)rate_limiter_allows(&limiter, 0, start + SECOND / 10 - 1), 0,
		       "nor before a page is due");
		tap_is((int64_t)rate_limiter_allows(&limiter, 0, start + SECOND / 10),
		       (int64_t)page, "a page after its time");
		tap_is((int64_t)rate_limiter_allows(&limiter, page, start + SECOND / 4),
		       (int64_t)(2 * page), "whole pages only");
		tap_is((int64_t)rate_limiter_allows(&limiter, 29 * page, start + 3 * SECOND),
		       (int64_t)(30 * page), "the rate holds over seconds");
		tap_is((int64_t)rate_limiter_allows(&limiter, 863999 * page,
						    start + 86400 * SECOND),
		       (int64_t)(864000 * page), "and over a day");
	}
}

static void test_huge_rate(void)
{
	struct rate_limiter limiter = limiter_of(UINT64_MAX, page_sizes[0], 0);

	tap_ok(rate_limiter_due(&limiter, 0, GIB) <= RATE_LIMITER_TICK_NS,
	       "at that rate a tick is soon over");
	tap_ok(rate_limiter_allows(&limiter, UINT64_MAX / 2, SECOND / 2) >=
	       UINT64_MAX / 2 - page_sizes[0], "the largest rate does not overflow");
	tap_ok(rate_limiter_allows(&limiter, UINT64_MAX, 100 * SECOND) >=
	       UINT64_MAX - page_sizes[0], "nor does it over time");
}

/* Rates from less than a page per second to many pages per tick. */
static const uint64_t rates[] = {
	1, 100, 4096, 5000, 65536, MIB, 3 * MIB + 7, 100 * MIB, GIB, 64 * GIB,
};

/* Whoever sleeps until the next page is due may then touch it, and had to sleep. */
static void check_due(uint64_t rate, uint64_t page)
{
	uint64_t touched = 0, end = 64 * GIB, now = 7 * SECOND;
	struct rate_limiter limiter = limiter_of(rate, page, now);
	bool moves = true, even = true, waits = true;

	for (int i = 0; i < 20; i++) {
		uint64_t due = rate_limiter_due(&limiter, touched, end);
		uint64_t allowed = rate_limiter_allows(&limiter, touched, due);

		waits = waits && due > now;
		moves = moves && allowed >= touched + page && allowed % page == 0;
		even = even && allowed <= touched + page + rate * 2 *
			RATE_LIMITER_TICK_NS / SECOND;
		touched = allowed;
		now = due;
	}
	tap_ok(waits && moves, "at %" PRIu64 " bytes/s a page of %" PRIu64 " is there when due",
	       rate, page);
	tap_ok(even, "and no more than a tick's worth with it");
}

static void test_due(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(rates); i++)
		for (size_t j = 0; j < ARRAY_SIZE(page_sizes); j++)
			check_due(rates[i], page_sizes[j]);
}

static void test_due_times(void)
{
	uint64_t page = page_sizes[0];
	struct rate_limiter limiter = limiter_of(page, page, 100 * SECOND);

	tap_is((int64_t)rate_limiter_due(&limiter, 0, 10 * page), (int64_t)(101 * SECOND),
	       "a page a second: the first is due after one second");
	tap_is((int64_t)rate_limiter_due(&limiter, 5 * page, 10 * page), (int64_t)(106 * SECOND),
	       "the sixth after six");
	limiter = limiter_of(1000 * page, page, 0);
	tap_is((int64_t)rate_limiter_due(&limiter, 0, 1000 * page), (int64_t)RATE_LIMITER_TICK_NS,
	       "many pages a second: a tick's worth at a time");
	tap_is((int64_t)rate_limiter_due(&limiter, 0, 2 * page), (int64_t)(2 * MS),
	       "the last few pages are not waited for longer than they take");
	tap_is((int64_t)rate_limiter_due(&limiter, 998 * page, 1000 * page), (int64_t)SECOND,
	       "nor are they at the end of a long run");
	limiter = limiter_of(1, page, UINT64_MAX - SECOND);
	tap_ok(rate_limiter_due(&limiter, 0, page) == UINT64_MAX,
	       "beyond the end of time is its end");
}

static void test_forgive(void)
{
	uint64_t page = page_sizes[0], rate = 100 * page, touched = 10 * page;
	struct rate_limiter limiter = limiter_of(rate, page, 0);

	tap_is((int64_t)rate_limiter_allows(&limiter, touched, 110 * MS), (int64_t)(11 * page),
	       "who is in time is not set back");
	tap_is((int64_t)rate_limiter_allows(&limiter, touched, 150 * MS), (int64_t)(15 * page),
	       "a little late is made up for");
	tap_is((int64_t)rate_limiter_allows(&limiter, 99 * page, SECOND), (int64_t)(100 * page),
	       "and changes nothing later");
	touched = 100 * page;
	tap_is((int64_t)rate_limiter_allows(&limiter, touched, 10 * SECOND), (int64_t)touched,
	       "after a stall there is no burst");
	tap_is((int64_t)rate_limiter_allows(&limiter, touched + 99 * page, 11 * SECOND),
	       (int64_t)(touched + 100 * page), "and the rate goes on from there");
	tap_is((int64_t)rate_limiter_due(&limiter, touched, GIB), (int64_t)(10010 * MS),
	       "the next page is due a tick later");
}

static void test_grant(void)
{
	bool sane = true;

	tap_is((int64_t)guard_grant(0), 0, "of nothing nothing is granted");
	tap_is((int64_t)guard_grant(4096), 4096, "of little all is granted");
	tap_is((int64_t)guard_grant(8 * GIB), (int64_t)(4 * GIB), "of much half is granted");
	for (uint64_t headroom = 1; headroom < 64 * GIB; headroom = headroom * 3 + 1)
		sane = sane && guard_grant(headroom) <= headroom && guard_grant(headroom);
	tap_ok(sane, "of anything some is granted, and never more than there is");
}

static struct root open_fixture(const char *name)
{
	const char *srcdir = getenv("srcdir");
	struct root root = { .fd = -1 };
	char path[4096];

	snprintf(path, sizeof(path), "%s/tests/fixtures/%s", srcdir ? srcdir : ".", name);
	if (root_open(path, &root) < 0) {
		printf("Bail out! cannot open %s\n", path);
		exit(99);
	}
	return root;
}

/* A guard over a recorded machine. */
struct watch {
	struct root root;
	struct machine machine;
	struct cgroup_chain chain;
	struct guard guard;
};

static void open_watch(struct watch *watch, const char *fixture)
{
	memset(watch, 0, sizeof(*watch));
	watch->root = open_fixture(fixture);
	machine_read(&watch->root, &watch->machine);
	cgroup_chain_read(&watch->root, "self", &watch->chain);
	watch->guard = (struct guard){
		.enabled = true,
		.source = { &watch->root, &watch->machine, &watch->chain },
	};
}

static void close_watch(struct watch *watch)
{
	cgroup_chain_free(&watch->chain);
	root_close(&watch->root);
}

static void test_guard_off(void)
{
	struct guard guard = { .enabled = false };
	uint64_t limit = 0;

	tap_is(guard_allows(&guard, GIB, page_sizes[0], SECOND, &limit), 0,
	       "a guard that is off reads nothing");
	tap_ok(limit == UINT64_MAX, "and allows everything");
}

/* In "ancestor" 112 MiB are left and 10737418 bytes stay in reserve: 106702950 of headroom. */
static void test_guard_cgroup(void)
{
	uint64_t page = page_sizes[0], limit = 0, first;
	struct watch watch;

	open_watch(&watch, "ancestor");
	tap_is(guard_allows(&watch.guard, 0, page, SECOND, &limit), 0, "available memory is read");
	tap_ok(limit > 0 && limit % page == 0 && limit <= 106702950 / 2,
	       "half of the headroom is granted, in whole pages");
	tap_is_text(watch.guard.available.name, "/batch", "the guard knows who leaves the least");
	first = limit;
	guard_allows(&watch.guard, page, page, SECOND + MS, &limit);
	tap_ok(limit == first, "a grant is not renewed before it is used up");
	guard_allows(&watch.guard, first, page, SECOND + 2 * MS, &limit);
	tap_ok(limit > first, "a grant that is used up is renewed");
	guard_allows(&watch.guard, page, page, 10 * SECOND, &limit);
	tap_ok(limit < first + 2 * page && limit > page,
	       "an old grant is renewed from where the touching is");
	close_watch(&watch);
}

/* In "reserves" it is the machine that has the least headroom. */
static void test_guard_machine(void)
{
	uint64_t page = page_sizes[2], limit = 0;
	struct watch watch;

	open_watch(&watch, "reserves");
	tap_is(guard_allows(&watch.guard, 0, page, SECOND, &limit), 0, "available memory is read");
	tap_ok(!watch.guard.available.cgroup, "it is the machine's");
	tap_is((int64_t)limit, (int64_t)((3 * GIB - 1717986918) / 2 / page * page),
	       "half of what is above the reserve, in whole pages");
	close_watch(&watch);
}

/* A machine of 1 GiB with half of it available: all of that is reserve. */
static void test_guard_stops(void)
{
	uint64_t page = page_sizes[1], limit = 0;
	struct watch watch;

	open_watch(&watch, "no-sysctls");
	tap_is(guard_allows(&watch.guard, 0, page, SECOND, &limit), 0, "available memory is read");
	tap_is((int64_t)limit, 0, "without headroom nothing may be touched");
	tap_is(guard_allows(&watch.guard, 7 * page, page, SECOND, &limit), 0, "later too");
	tap_is((int64_t)limit, (int64_t)(7 * page), "to stop is to stay where one is");
	close_watch(&watch);
}

static void test_guard_blind(void)
{
	uint64_t limit = 42;
	struct watch watch;

	open_watch(&watch, "old-meminfo");
	tap_ok(guard_allows(&watch.guard, 0, page_sizes[0], SECOND, &limit) < 0,
	       "a guard that cannot see says so");
	tap_is((int64_t)limit, 42, "and allows nothing");
	close_watch(&watch);
}

int main(void)
{
	test_no_rate();
	test_allows();
	test_huge_rate();
	test_due();
	test_due_times();
	test_forgive();
	test_grant();
	test_guard_off();
	test_guard_cgroup();
	test_guard_machine();
	test_guard_stops();
	test_guard_blind();
	return tap_done();
}
