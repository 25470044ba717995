/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mapfail.c - why a mapping was refused: each cause with its figures, and their order */
#include <config.h>

#include <errno.h>

#include "../tap.h"
#include "verdict/refusal.h"

#define KIB UINT64_C(1024)
#define MIB (KIB * KIB)
#define GIB (KIB * MIB)
#define TIB (KIB * GIB)
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* A 4 GiB mapping refused with ENOMEM where no limit explains it. */
static struct mapfail_evidence make_evidence(void)
{
	return (struct mapfail_evidence){
		.error = -ENOMEM,
		.region = { .bytes = 4 * GIB, .backing = REGION_PRIVATE },
		.space = { .vm_size = 3 * MIB, .vm_data = 1 * MIB, .maps = 30,
			   .largest_hole = 80 * TIB, .limit_as = PROCESS_UNLIMITED,
			   .limit_data = PROCESS_UNLIMITED },
		.machine = { .mem_total = 16 * GIB, .mem_available = 8 * GIB,
			     .swap_total = 2 * GIB, .commit_limit = 10 * GIB,
			     .committed_as = 5 * GIB, .max_map_count = 65530 },
	};
}

static void check(const struct mapfail_evidence *evidence, enum mapfail_cause cause,
		  const char *name)
{
	struct error err = { "", "" };

	tap_is(mapfail_explain(evidence, &err), cause, name);
	tap_has(err.message, "cannot map", "it says what could not be done");
	tap_ok(err.hint[0] && !strchr(err.message, '\n') &&
	       err.message[strlen(err.message) - 1] != '.', "in two lines as all messages are");
}

/* What the first line and the way out must hold. */
static void check_text(const struct mapfail_evidence *evidence, const char *const *pieces,
		       const char *hint)
{
	struct error err = { "", "" };

	mapfail_explain(evidence, &err);
	for (; *pieces; pieces++)
		tap_has(err.message, *pieces, "the figures are in the text");
	tap_has(err.hint, hint, "the way out fits the cause");
}

static void test_limit_as(void)
{
	struct mapfail_evidence evidence = make_evidence();

	evidence.space.limit_as = 1 * GIB;
	check(&evidence, MAPFAIL_LIMIT_AS, "RLIMIT_AS");
	check_text(&evidence, (const char *const[]){ "4.0 GiB", "RLIMIT_AS", "1.0 GiB", "3.0 MiB",
						     NULL }, "ulimit -v");
	evidence.space.limit_as = 4 * GIB + 3 * MIB;
	check(&evidence, MAPFAIL_OTHER, "a mapping that RLIMIT_AS just allows");
	evidence.space.limit_as--;
	check(&evidence, MAPFAIL_LIMIT_AS, "a mapping one byte above RLIMIT_AS");
	evidence.space.limit_as = 0;
	check(&evidence, MAPFAIL_LIMIT_AS, "RLIMIT_AS of nothing");
	evidence.region.bytes = UINT64_MAX - 0xffff;
	evidence.space.limit_as = UINT64_MAX - 1;
	check(&evidence, MAPFAIL_LIMIT_AS, "the sum does not overflow");
}

static void test_limit_data(void)
{
	struct mapfail_evidence evidence = make_evidence();

	evidence.space.limit_data = 2 * GIB;
	check(&evidence, MAPFAIL_LIMIT_DATA, "RLIMIT_DATA");
	check_text(&evidence, (const char *const[]){ "4.0 GiB", "RLIMIT_DATA", "2.0 GiB",
						     "1.0 MiB", NULL }, "ulimit -d");
	check_text(&evidence, (const char *const[]){ "VmData", NULL }, "--shared");
	evidence.space.limit_data = 4 * GIB + 1 * MIB;
	check(&evidence, MAPFAIL_OTHER, "a mapping that RLIMIT_DATA just allows");
	evidence.space.limit_data = 2 * GIB;
	evidence.region.backing = REGION_SHARED;
	check(&evidence, MAPFAIL_OTHER, "RLIMIT_DATA does not count shared memory");
	evidence.space.limit_as = 2 * GIB;
	check(&evidence, MAPFAIL_LIMIT_AS, "RLIMIT_AS does");
}

static void test_map_count(void)
{
	struct mapfail_evidence evidence = make_evidence();

	evidence.space.maps = 65531;
	check(&evidence, MAPFAIL_MAP_COUNT, "vm.max_map_count");
	check_text(&evidence, (const char *const[]){ "65531", "65530", "vm.max_map_count", NULL },
		   "vm.max_map_count=131060");
	evidence.space.maps = 65530;
	check(&evidence, MAPFAIL_MAP_COUNT, "just as many mappings as vm.max_map_count");
	evidence.machine.max_map_count = 0;
	check(&evidence, MAPFAIL_OTHER, "an unknown vm.max_map_count explains nothing");
	evidence.machine.max_map_count = 65530;
	evidence.space.maps = 65000;
	check(&evidence, MAPFAIL_OTHER, "fewer mappings than vm.max_map_count");
}

static void test_commit_limit(void)
{
	struct mapfail_evidence evidence = make_evidence();

	evidence.machine.overcommit_memory = 2;
	evidence.region.bytes = 6 * GIB;
	check(&evidence, MAPFAIL_COMMIT_LIMIT, "CommitLimit in mode 2, although MAP_NORESERVE");
	check_text(&evidence, (const char *const[]){ "6.0 GiB", "5.0 GiB", "10.0 GiB",
						     "Committed_AS", "CommitLimit",
						     "vm.overcommit_memory is 2", NULL },
		   "vm.overcommit_ratio");
	evidence.region.reserve = true;
	check(&evidence, MAPFAIL_COMMIT_LIMIT, "with --reserve just the same");
	evidence.region.backing = REGION_SHARED;
	check(&evidence, MAPFAIL_COMMIT_LIMIT, "and for shared memory");
	evidence.region.bytes = 5 * GIB;
	check(&evidence, MAPFAIL_OTHER, "a mapping that CommitLimit just allows");
	evidence.machine.committed_as = 11 * GIB;
	check(&evidence, MAPFAIL_COMMIT_LIMIT, "CommitLimit passed already");
}

static void test_heuristic(void)
{
	struct mapfail_evidence evidence = make_evidence();

	evidence.region.bytes = 64 * GIB;
	evidence.region.reserve = true;
	check(&evidence, MAPFAIL_HEURISTIC, "one request above RAM and swap in mode 0");
	check_text(&evidence, (const char *const[]){ "64.0 GiB", "16.0 GiB", "2.0 GiB",
						     "vm.overcommit_memory is 0", NULL },
		   "--reserve");
	evidence.region.backing = REGION_SHARED;
	check(&evidence, MAPFAIL_HEURISTIC, "shared memory too");
	evidence.region.bytes = 18 * GIB;
	check(&evidence, MAPFAIL_OTHER, "a request of exactly RAM and swap");
	evidence.region.bytes = 17 * GIB;
	check(&evidence, MAPFAIL_OTHER, "swap counts");
}

/* A request above RAM and swap, that is also above CommitLimit, in each mode. */
static const struct {
	uint64_t mode;
	bool reserve;
	enum mapfail_cause cause;
} modes[] = {
	{ 0, false, MAPFAIL_OTHER }, { 0, true, MAPFAIL_HEURISTIC },
	{ 1, false, MAPFAIL_OTHER }, { 1, true, MAPFAIL_OTHER },
	{ 2, false, MAPFAIL_COMMIT_LIMIT }, { 2, true, MAPFAIL_COMMIT_LIMIT },
};

static void test_modes(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		struct mapfail_evidence evidence = make_evidence();
		char name[96];

		evidence.region.bytes = 64 * GIB;
		evidence.region.reserve = modes[i].reserve;
		evidence.machine.overcommit_memory = modes[i].mode;
		snprintf(name, sizeof(name), "overcommit mode %" PRIu64 " %s MAP_NORESERVE",
			 modes[i].mode, modes[i].reserve ? "without" : "with");
		check(&evidence, modes[i].cause, name);
	}
}

static void test_no_hole(void)
{
	struct mapfail_evidence evidence = make_evidence();

	evidence.region.bytes = 100 * TIB;
	check(&evidence, MAPFAIL_NO_HOLE, "no hole of that size");
	check_text(&evidence, (const char *const[]){ "100 TiB", "80.0 TiB", NULL }, "SIZE");
	evidence.region.bytes = 80 * TIB;
	check(&evidence, MAPFAIL_OTHER, "a hole of just that size");
}

static void test_other(void)
{
	struct mapfail_evidence evidence = make_evidence();

	check(&evidence, MAPFAIL_OTHER, "none of the causes");
	check_text(&evidence, (const char *const[]){ strerror(ENOMEM), "4.0 GiB", NULL },
		   "RLIMIT_AS");
	evidence.region.thp = REGION_THP_ALWAYS;
	check_text(&evidence, (const char *const[]){ strerror(ENOMEM), NULL }, "RLIMIT_AS");
	evidence.error = -EINVAL;
	evidence.region.thp = REGION_THP_ALWAYS;
	check(&evidence, MAPFAIL_OTHER, "EINVAL of madvise(2)");
	check_text(&evidence, (const char *const[]){ strerror(EINVAL), NULL }, "--thp");
	evidence.error = -EAGAIN;
	evidence.region.thp = REGION_THP_NEVER;
	check_text(&evidence, (const char *const[]){ strerror(EAGAIN), NULL }, "none of the");
}

/* What says no to a stack is not mmap(2) alone. */
static void test_stack(void)
{
	struct mapfail_evidence evidence = make_evidence();
	static const char *const limit[] = { "4.0 GiB", "RLIMIT_STACK", NULL };
	static const char *const taken[] = { "4.0 GiB", "something is mapped", NULL };

	evidence.region.backing = REGION_STACK;
	evidence.error = -EPERM;
	check_text(&evidence, limit, "ulimit -s 4195328");
	evidence.error = -EEXIST;
	check_text(&evidence, taken, "ulimit -s 4197376");
	evidence.error = -ENOMEM;
	evidence.space.limit_as = 1 * GIB;
	check(&evidence, MAPFAIL_LIMIT_AS, "RLIMIT_AS of a stack");
}

/* Every cause at once: they are named one after the other as each is taken away. */
static void test_order(void)
{
	struct mapfail_evidence evidence = make_evidence();

	evidence.region = (struct region_spec){ .bytes = 100 * TIB, .reserve = true };
	evidence.space.limit_as = evidence.space.limit_data = 1 * GIB;
	evidence.space.maps = 70000;
	evidence.machine.overcommit_memory = 2;
	check(&evidence, MAPFAIL_LIMIT_AS, "first RLIMIT_AS");
	evidence.space.limit_as = PROCESS_UNLIMITED;
	check(&evidence, MAPFAIL_LIMIT_DATA, "then RLIMIT_DATA");
	evidence.space.limit_data = PROCESS_UNLIMITED;
	check(&evidence, MAPFAIL_MAP_COUNT, "then the count of mappings");
	evidence.space.maps = 30;
	check(&evidence, MAPFAIL_COMMIT_LIMIT, "then CommitLimit");
	evidence.machine.overcommit_memory = 0;
	check(&evidence, MAPFAIL_HEURISTIC, "or the heuristic");
	evidence.region.reserve = false;
	check(&evidence, MAPFAIL_NO_HOLE, "then the hole");
	evidence.space.largest_hole = 200 * TIB;
	check(&evidence, MAPFAIL_OTHER, "then nothing is left");
	evidence.space.limit_as = 1 * GIB;
	evidence.error = -EPERM;
	check(&evidence, MAPFAIL_OTHER, "an error that is not ENOMEM is none of these");
}

/* The address space could not be read: its zeros are not taken for figures. */
static void test_unread_space(void)
{
	struct mapfail_evidence evidence = make_evidence();

	memset(&evidence.space, 0, sizeof(evidence.space));
	check(&evidence, MAPFAIL_OTHER, "an unread address space explains nothing");
	evidence.region.bytes = 64 * GIB;
	evidence.region.reserve = true;
	check(&evidence, MAPFAIL_HEURISTIC, "the machine still may");
	evidence.machine.overcommit_memory = 2;
	check(&evidence, MAPFAIL_COMMIT_LIMIT, "in mode 2 too");
	memset(&evidence.machine, 0, sizeof(evidence.machine));
	evidence.region.reserve = false;
	check(&evidence, MAPFAIL_OTHER, "with nothing read there is nothing to say");
}

int main(void)
{
	test_limit_as();
	test_limit_data();
	test_map_count();
	test_commit_limit();
	test_heuristic();
	test_modes();
	test_no_hole();
	test_other();
	test_stack();
	test_order();
	test_unread_space();
	return tap_done();
}
