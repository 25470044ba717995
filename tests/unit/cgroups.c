/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cgroups.c - memory cgroups and what they leave, read from recorded trees below a root prefix */
#include <config.h>

#include <errno.h>

#include "../tap.h"
#include "proc/available.h"
#include "proc/cgroup.h"
#include "tree-maker.h"

#define KIB UINT64_C(1024)
#define MIB (KIB * KIB)
#define GIB (KIB * MIB)
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define LEVELS_MAX 5
#define DOCKER "/docker/0b1c2d3e4f50"
#define MEMORY "/sys/fs/cgroup/memory"

/* A version 2 machine with 8 GiB, 4 GiB of them available, and the cgroup of "self" at PATH. */
static struct tree make_machine(const char *membership)
{
	struct tree tree = make_tree();

	put(&tree, "/proc/meminfo", "MemTotal: 8388608 kB\nMemAvailable: 4194304 kB\n");
	put(&tree, "/proc/self/mountinfo",
	    "30 25 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
	put(&tree, "/proc/self/cgroup", membership);
	return tree;
}

struct level_wanted {
	const char *directory, *name;
};

/* The levels of VERSION that the chain of PROCESS in a fixture has, in order. */
static const struct chain_case {
	const char *fixture, *process;
	int version;
	struct level_wanted levels[LEVELS_MAX];
} chain_cases[] = {
	{ "v1", "self", 1, {
		{ MEMORY "/user.slice/user-1000.slice/session-2.scope",
		  "/user.slice/user-1000.slice/session-2.scope" },
		{ MEMORY "/user.slice/user-1000.slice", "/user.slice/user-1000.slice" },
		{ MEMORY "/user.slice", "/user.slice" },
		{ MEMORY, "/" } } },
	{ "v2", "self", 2, {
		{ "/sys/fs/cgroup/user.slice/user-1000.slice/session-2.scope",
		  "/user.slice/user-1000.slice/session-2.scope" },
		{ "/sys/fs/cgroup/user.slice/user-1000.slice", "/user.slice/user-1000.slice" },
		{ "/sys/fs/cgroup/user.slice", "/user.slice" },
		{ "/sys/fs/cgroup", "/" } } },
	{ "hybrid", "self", 1, {
		{ MEMORY "/process_api/777aba32", "/process_api/777aba32" },
		{ MEMORY "/process_api", "/process_api" },
		{ MEMORY, "/" } } },
	{ "container-namespace", "self", 2, { { "/sys/fs/cgroup", "/" } } },
	{ "container-host", "self", 1, { { MEMORY, DOCKER } } },
	{ "container-host", "7", 1, {
		{ MEMORY "/job/step", DOCKER "/job/step" },
		{ MEMORY "/job", DOCKER "/job" },
		{ MEMORY, DOCKER } } },
	{ "ancestor", "self", 2, {
		{ "/sys/fs/cgroup/batch/job/step", "/batch/job/step" },
		{ "/sys/fs/cgroup/batch/job", "/batch/job" },
		{ "/sys/fs/cgroup/batch", "/batch" },
		{ "/sys/fs/cgroup", "/" } } },
	{ "spaces", "self", 1, {
		{ "/sys/fs/cgroup/my memory/a b  c", "/with space/a b  c" },
		{ "/sys/fs/cgroup/my memory", "/with space" } } },
};

static bool level_is(const struct cgroup_level *level, const struct level_wanted *wanted)
{
	return !strcmp(level->directory, wanted->directory) &&
	       (!wanted->name || !strcmp(level->name, wanted->name));
}

static void show_level(const struct cgroup_level *level)
{
	printf("#      got: v%d %s in %s\n", level->version, level->name, level->directory);
}

/* All levels are of the one version that has the memory controller. */
static void check_chain(const struct chain_case *wanted, const struct cgroup_chain *chain)
{
	for (size_t i = 0; i < chain->count; i++) {
		if (!tap_ok(i < LEVELS_MAX && wanted->levels[i].directory &&
			    chain->levels[i].version == wanted->version &&
			    level_is(&chain->levels[i], &wanted->levels[i]),
			    "%s: level %zu of process %s", wanted->fixture, i,
			    wanted->process))
			show_level(&chain->levels[i]);
	}
	tap_ok(chain->count == LEVELS_MAX || (chain->count < LEVELS_MAX &&
	       !wanted->levels[chain->count].directory),
	       "%s: no level of process %s is left out", wanted->fixture, wanted->process);
}

static void test_chains(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(chain_cases); i++) {
		struct root root = open_fixture(chain_cases[i].fixture);
		struct cgroup_chain chain = { 0 };

		tap_is(cgroup_chain_read(&root, chain_cases[i].process, &chain), 0,
		       "the chain is read");
		check_chain(&chain_cases[i], &chain);
		cgroup_chain_free(&chain);
		tap_ok(!chain.count && !chain.levels, "a freed chain is empty");
		root_close(&root);
	}
}

/* What "self" may use in TREE. */
static int read_least(const struct tree *tree, bool guarded,
		      struct available_memory *ret_available)
{
	struct machine machine = { .mem_total = 8 * GIB };
	struct cgroup_chain chain = { 0 };
	struct available_memory_source source = { &tree->root, &machine, &chain };
	int r = cgroup_chain_read(&tree->root, "self", &chain);

	if (r == 0)
		r = available_memory_read(&source, guarded, ret_available);
	cgroup_chain_free(&chain);
	return r;
}

/* A cgroup that the mount does not show: somebody else's limits are not ours. */
static void test_not_shown(void)
{
	static const char *const fixtures[] = { "container-namespace", "container-host" };

	for (size_t i = 0; i < ARRAY_SIZE(fixtures); i++) {
		struct root root = open_fixture(fixtures[i]);
		struct cgroup_chain chain = { NULL, 77 };

		tap_is(cgroup_chain_read(&root, "8", &chain), -EXDEV, fixtures[i]);
		tap_is((int64_t)chain.count, 77, "the chain is left alone");
		root_close(&root);
	}
}

/* The root of the mount and the path of the process, both relative to a cgroup namespace. */
static const struct {
	const char *top, *path;
	int unknown;		/* -1: not below */
	const char *rest;
} place_cases[] = {
	{ "/", "/", 0, "/" }, { "/", "/a/b", 0, "/a/b" }, { "/", "/..data", 0, "/..data" },
	{ "/a", "/a", 0, "" }, { "/a", "/a/b", 0, "/b" }, { "/a", "/ab", -1, NULL },
	{ "/a/b", "/a", -1, NULL }, { "/a/b", "/c", -1, NULL }, { "/", "/..", -1, NULL },
	{ "/", "/../b", -1, NULL }, { "/a", "/../a", -1, NULL },
	{ "/..", "/", 1, "/" }, { "/../..", "/", 2, "/" }, { "/../..", "/a/b", 2, "/a/b" },
	{ "/../..", "/../b", 1, "/b" }, { "/../..", "/../../b", 0, "/b" },
	{ "/..", "/../..", -1, NULL }, { "/../b", "/", -1, NULL }, { "/../b", "/../b/c", 0, "/c" },
	{ "/../b", "/../c", -1, NULL }, { "/..a", "/..a/b", 0, "/b" },
};

static void test_places(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(place_cases); i++) {
		const char *rest = NULL;
		size_t unknown = 0;
		int r = cgroup_place(place_cases[i].top, place_cases[i].path, &unknown, &rest);

		tap_ok(place_cases[i].unknown < 0 ? r == -EXDEV
			: r == 0 && unknown == (size_t)place_cases[i].unknown &&
			  !strcmp(rest, place_cases[i].rest),
		       "%s below a mount of %s", place_cases[i].path, place_cases[i].top);
	}
}

/* The first mount of several that shows ours, if nothing is mounted over it. */
static const struct {
	const char *mountinfo, *path, *point;	/* NULL: none shows it */
} choice_cases[] = {
	{ "1 2 0:1 /x /a rw - cgroup2 c rw\n1 2 0:1 / /b rw - cgroup2 c rw\n", "/y", "/b" },
	{ "1 2 0:1 /.. /a rw - cgroup2 c rw\n1 2 0:1 / /b rw - cgroup2 c rw\n", "/y", "/b" },
	{ "1 2 0:1 / /a rw - cgroup2 c rw\n1 2 0:1 /.. /b rw - cgroup2 c rw\n", "/y", "/a" },
	{ "1 2 0:1 /.. /a rw - cgroup2 c rw\n1 2 0:1 / /a rw - cgroup2 c rw\n", "/y", "/a" },
	{ "1 2 0:1 / /a rw - cgroup2 c rw\n1 2 0:1 /x /a rw - cgroup2 c rw\n", "/y", NULL },
	{ "1 2 0:1 /x /a rw - cgroup2 c rw\n", "/y", NULL },
};

static void test_mount_choice(void)
{
	static struct cgroup_mount mount;

	for (size_t i = 0; i < ARRAY_SIZE(choice_cases); i++) {
		int r = cgroup_parse_mountinfo(choice_cases[i].mountinfo, 2, choice_cases[i].path,
					       &mount);

		tap_ok(choice_cases[i].point ? r == 0 && !strcmp(mount.point,
				choice_cases[i].point)
					     : r == -EXDEV, "choice of mounts, case %zu", i);
	}
}

/* A cgroup namespace that sees the mount of its host: ours is where our pid is. */
static void test_host_mount(void)
{
	struct tree tree = make_machine("0::/\n");
	struct cgroup_chain chain = { 0 };
	struct available_memory available = { 0 };

	put(&tree, "/proc/self/mountinfo",
	    "30 25 0:26 /../.. /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
	put(&tree, "/proc/self/stat", "42 (x) R\n");
	put(&tree, "/sys/fs/cgroup/42/cgroup.procs", "42\n");
	put(&tree, "/sys/fs/cgroup/a/decoy/cgroup.procs", "4\n142\n421\n2\n");
	put(&tree, "/sys/fs/cgroup/b/deep/below/cgroup.procs", "42\n");
	tap_is(cgroup_chain_read(&tree.root, "self", &chain), -EXDEV,
	       "a pid that is listed nowhere at its depth");
	put(&tree, "/sys/fs/cgroup/b/ours/cgroup.procs", "7\n42\n");
	put(&tree, "/sys/fs/cgroup/b/ours/memory.max", "41943040\n");
	put(&tree, "/sys/fs/cgroup/b/ours/memory.current", "1048576\n");
	tap_is(cgroup_chain_read(&tree.root, "self", &chain), 0, "a pid that is listed");
	tap_ok(chain.count == 3 && !strcmp(chain.levels[0].name, "/b/ours") &&
	       !strcmp(chain.levels[0].directory, "/sys/fs/cgroup/b/ours") &&
	       !strcmp(chain.levels[2].name, "/"), "its levels have the names of the mount");
	cgroup_chain_free(&chain);
	tap_ok(read_least(&tree, true, &available) == 0 && available.cgroup && available.bytes ==
	       39 * MIB,
	       "and its limit counts");
	put(&tree, "/proc/self/cgroup", "0::/inner\n");
	tap_is(cgroup_chain_read(&tree.root, "self", &chain), -EXDEV,
			"the rest of the path counts");
	put(&tree, "/sys/fs/cgroup/b/ours/inner/cgroup.procs", "42");
	tap_ok(cgroup_chain_read(&tree.root, "self", &chain) == 0 && chain.count == 4 &&
	       !strcmp(chain.levels[0].name, "/b/ours/inner"), "below the namespace's root");
	cgroup_chain_free(&chain);
	remove_tree(&tree);
}

/* Mounts of both versions, in which the controller is in one only; 0: in none. */
static const struct {
	const char *mountinfo, *membership;
	int version;
	size_t count;
} both_cases[] = {
	{ "1 2 0:1 / /u rw - cgroup2 c rw\n3 2 0:2 / /m rw - cgroup c rw,memory\n",
	  "4:memory:/a\n0::/b/c\n", 1, 2 },
	{ "3 2 0:2 / /m rw - cgroup c rw,memory\n1 2 0:1 / /u rw - cgroup2 c rw\n",
	  "0::/b/c\n4:memory:/a\n", 1, 2 },
	{ "1 2 0:1 / /u rw - cgroup2 c rw\n3 2 0:2 / /m rw - cgroup c rw,cpu\n",
	  "4:cpu:/a\n0::/b/c\n", 2, 3 },
	{ "3 2 0:2 / /m rw - cgroup c rw,memory\n", "4:memory:/\n0::/b/c\n", 1, 1 },
	{ "1 2 0:1 / /u rw - cgroup2 c rw\n", "0::/b/c\n", 2, 3 },
	{ "3 2 0:2 / /m rw - cgroup c rw,cpu\n", "4:cpu:/a\n0::/b/c\n", 0, 0 },
};

static void test_both_versions(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(both_cases); i++) {
		struct tree tree = make_machine(both_cases[i].membership);
		struct cgroup_chain chain = { 0 };
		bool right = true;

		put(&tree, "/proc/self/mountinfo", both_cases[i].mountinfo);
		tap_is(cgroup_chain_read(&tree.root, "self", &chain), 0, "both versions are read");
		for (size_t j = 0; j < chain.count; j++)
			right = right && chain.levels[j].version == both_cases[i].version;
		tap_ok(right && chain.count == both_cases[i].count,
		       "mounts of both versions, case %zu: %zu levels of v%d", i,
		       both_cases[i].count, both_cases[i].version);
		cgroup_chain_free(&chain);
		remove_tree(&tree);
	}
}

/* What one level of a fixture allows. */
static const struct {
	const char *fixture;
	struct cgroup_level level;
	struct cgroup_figures figures;
} figure_cases[] = {
	{ "v1", { 1, (char[]){ MEMORY "/user.slice/user-1000.slice" }, (char[]){ "/u" } },
	  { 2 * GIB, 1 * GIB, 256 * MIB } },
	{ "v2", { 2, (char[]){ "/sys/fs/cgroup/user.slice/user-1000.slice" }, (char[]){ "/u" } },
	  { 3 * GIB, 1 * GIB, 128 * MIB } },
	{ "ancestor", { 2, (char[]){ "/sys/fs/cgroup/batch/job" }, (char[]){ "/u" } },
	  { 2 * GIB, 200 * MIB, 0 } },
	{ "ancestor", { 2, (char[]){ "/sys/fs/cgroup/batch/job/step" }, (char[]){ "/u" } },
	  { 1 * GIB, 100 * MIB, 0 } },
	{ "reserves", { 2, (char[]){ "/sys/fs/cgroup/job" }, (char[]){ "/job" } },
	  { 4 * GIB, 2 * GIB, 0 } },
	{ "spaces", { 1, (char[]){ "/sys/fs/cgroup/my memory/a b  c" }, (char[]){ "/u" } },
	  { 1 * GIB, 512 * MIB, 0 } },
	{ "garbage", { 2, (char[]){ "/sys/fs/cgroup/a/b/c/d" }, (char[]){ "/u" } },
	  { 1 * GIB, 256 * MIB, 0 } },
};

static void test_figures(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(figure_cases); i++) {
		struct root root = open_fixture(figure_cases[i].fixture);
		const struct cgroup_figures *wanted = &figure_cases[i].figures;
		struct cgroup_figures got = { 1, 1, 1 };
		const char *name = figure_cases[i].level.directory;

		tap_is(cgroup_figures_read(&root, &figure_cases[i].level, &got), 0, name);
		tap_ok(got.limit == wanted->limit, "%s: limit", name);
		tap_ok(got.usage == wanted->usage, "%s: usage", name);
		tap_ok(got.reclaimable == wanted->reclaimable, "%s: page cache", name);
		root_close(&root);
	}
}

/* Limits that are none, and those that cannot be understood. */
static const struct {
	int version;
	const char *limit, *high;	/* NULL: no such file */
	bool error;			/* false: no limit */
} unlimited_cases[] = {
	{ 1, "9223372036854771712\n", NULL, false },
	{ 1, "9223372036854710272\n", NULL, false },	/* pages of 64 KiB */
	{ 1, "9223372036854775807\n", NULL, false },	/* before Linux 3.19 */
	{ 2, "max\n", "max\n", false }, { 2, "max", "max", false },
	{ 2, "max\n", NULL, false }, { 2, NULL, "max\n", false },
	{ 1, NULL, NULL, false }, { 2, NULL, NULL, false },
	{ 1, "-1\n", NULL, true }, { 1, "", NULL, true }, { 1, "banana\n", NULL, true },
	{ 2, "maximum\n", "max\n", true }, { 2, "MAX\n", "max\n", true },
	{ 2, "max\n", "banana\n", true }, { 2, "", "max\n", true },
	{ 2, "1024 2048\n", "max\n", true }, { 2, "0x1000\n", "max\n", true },
	{ 2, "99999999999999999999\n", "max\n", true },
	{ 2, "11111111111111111111111111111111111111111111111111111111111111111111111111\n",
	  "max\n", true },
};

static void check_unlimited(size_t i, const struct root *root)
{
	struct cgroup_level level = { unlimited_cases[i].version, (char[]){ "/c" },
				      (char[]){ "/c" } };
	struct cgroup_figures figures = { 0 };
	int r = cgroup_figures_read(root, &level, &figures);

	if (unlimited_cases[i].error)
		tap_ok(r < 0 && r != -ENOENT, "v%d limit case %zu cannot be understood",
		       level.version, i);
	else
		tap_ok(r == -ENOENT || (r == 0 && cgroup_available(&figures) == CGROUP_UNLIMITED),
		       "v%d limit case %zu is no limit", level.version, i);
}

static void test_unlimited(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(unlimited_cases); i++) {
		struct tree tree = make_tree();
		bool first = unlimited_cases[i].version == 1;

		put(&tree, first ? "/c/memory.usage_in_bytes" : "/c/memory.current", "4096\n");
		if (unlimited_cases[i].limit)
			put(&tree, first ? "/c/memory.limit_in_bytes" : "/c/memory.max",
			    unlimited_cases[i].limit);
		if (unlimited_cases[i].high)
			put(&tree, "/c/memory.high", unlimited_cases[i].high);
		check_unlimited(i, &tree.root);
		remove_tree(&tree);
	}
}

/* memory.high counts where it is the smaller of the two, and alone. */
static const struct {
	const char *max, *high;
	uint64_t limit;
} high_cases[] = {
	{ "2097152\n", "1048576\n", 1048576 }, { "1048576\n", "2097152\n", 1048576 },
	{ "max\n", "1048576\n", 1048576 }, { "1048576\n", "max\n", 1048576 },
	{ "1048576\n", NULL, 1048576 }, { NULL, "1048576\n", 1048576 },
	{ "0\n", "max\n", 0 },
};

static void test_high(void)
{
	struct cgroup_level level = { 2, (char[]){ "/c" }, (char[]){ "/c" } };

	for (size_t i = 0; i < ARRAY_SIZE(high_cases); i++) {
		struct tree tree = make_tree();
		struct cgroup_figures figures = { 7, 7, 7 };

		put(&tree, "/c/memory.current", "4096\n");
		if (high_cases[i].max)
			put(&tree, "/c/memory.max", high_cases[i].max);
		if (high_cases[i].high)
			put(&tree, "/c/memory.high", high_cases[i].high);
		tap_ok(cgroup_figures_read(&tree.root, &level, &figures) == 0 &&
		       figures.limit == high_cases[i].limit && figures.usage == 4096,
		       "memory.max and memory.high, case %zu", i);
		remove_tree(&tree);
	}
}

static void test_missing_figures(void)
{
	struct cgroup_level level = { 2, (char[]){ "/c" }, (char[]){ "/c" } };
	struct cgroup_figures figures = { 7, 7, 7 };
	struct tree tree = make_tree();

	put(&tree, "/c/memory.max", "1048576\n");
	tap_ok(cgroup_figures_read(&tree.root, &level, &figures) < 0,
	       "a limit without a usage tells nothing");
	put(&tree, "/c/memory.current", "banana\n");
	tap_ok(cgroup_figures_read(&tree.root, &level, &figures) < 0,
	       "a usage that is no number tells nothing");
	put(&tree, "/c/memory.current", "8192\n");
	tap_ok(cgroup_figures_read(&tree.root, &level, &figures) == 0 && !figures.reclaimable,
	       "without memory.stat no page cache is given back");
	put(&tree, "/c/memory.stat", "anon 1\nshmem 2\n");
	tap_ok(cgroup_figures_read(&tree.root, &level, &figures) == 0 && !figures.reclaimable,
	       "nor without the line in it");
	put(&tree, "/c/memory.stat", "inactive_file 4096");
	tap_ok(cgroup_figures_read(&tree.root, &level, &figures) == 0 &&
	       figures.reclaimable == 4096, "a last line without a newline is read");
	remove_tree(&tree);
}

static const struct {
	struct cgroup_figures figures;
	uint64_t left;
	const char *name;
} available_cases[] = {
	{ { 1000, 400, 0 }, 600, "limit less usage" },
	{ { 1000, 400, 300 }, 900, "inactive page cache is available" },
	{ { 1000, 400, 500 }, 1000, "no more page cache than is used" },
	{ { 1000, 1000, 0 }, 0, "nothing is left" },
	{ { 1000, 1500, 0 }, 0, "more is used than allowed" },
	{ { 1000, 1500, 600 }, 100, "more is used than allowed, but some can be given back" },
	{ { 0, 0, 0 }, 0, "a limit of 0 leaves nothing" },
	{ { CGROUP_UNLIMITED, 400, 0 }, CGROUP_UNLIMITED, "no limit" },
	{ { 1000, 0, 0 }, 1000, "an empty cgroup" },
};

static void test_cgroup_available(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(available_cases); i++)
		tap_ok(cgroup_available(&available_cases[i].figures) == available_cases[i].left,
		       "available: %s",
		       available_cases[i].name);
}

static void test_reserves(void)
{
	tap_is((int64_t)machine_memory_reserve(64 * GIB), (int64_t)(64 * GIB / 10),
	       "a large machine keeps 10 %");
	tap_is((int64_t)machine_memory_reserve(5 * GIB), 512 * MIB,
	       "5 GiB keep 512 MiB, its 10 %");
	tap_is((int64_t)machine_memory_reserve(2 * GIB), 512 * MIB, "2 GiB keep 512 MiB");
	tap_is((int64_t)machine_memory_reserve(1 * GIB), 512 * MIB, "1 GiB keeps half");
	tap_is((int64_t)machine_memory_reserve(512 * MIB), 256 * MIB, "512 MiB keep half");
	tap_is((int64_t)machine_memory_reserve(0), 0, "nothing keeps nothing");
	tap_is((int64_t)cgroup_memory_reserve(10 * GIB), (int64_t)(10 * GIB / 50),
	       "a large cgroup keeps 2 %");
	tap_is((int64_t)cgroup_memory_reserve(200 * MIB), 4 * MIB, "200 MiB keep 4 MiB, its 2 %");
	tap_is((int64_t)cgroup_memory_reserve(64 * MIB), 4 * MIB, "64 MiB keep 4 MiB");
	tap_is((int64_t)cgroup_memory_reserve(1 * MIB), 4 * MIB, "a tiny cgroup keeps all");
}

static void test_headroom(void)
{
	struct available_memory available = { .bytes = 1000, .reserve = 300 };

	tap_is((int64_t)available_headroom(&available), 700, "headroom is memory less reserve");
	available.reserve = 1000;
	tap_is((int64_t)available_headroom(&available), 0, "a reserve of all leaves nothing");
	available.reserve = 1001;
	tap_is((int64_t)available_headroom(&available), 0, "headroom is never below 0");
}

/* Who leaves the least in a fixture; cgroup NULL: the machine's. */
static const struct least_case {
	const char *fixture, *process;
	bool guarded;
	uint64_t bytes, reserve, limit;
	const char *cgroup;
} least_cases[] = {
	{ "v1", "self", false, 1280 * MIB, 42949672, 2 * GIB, "/user.slice/user-1000.slice" },
	{ "v1", "self", true, 1280 * MIB, 42949672, 2 * GIB, "/user.slice/user-1000.slice" },
	{ "v2", "self", false, 2176 * MIB, 64424509, 3 * GIB, "/user.slice/user-1000.slice" },
	{ "hybrid", "self", false, 256 * MIB, 21474836, 1 * GIB, "/process_api/777aba32" },
	{ "hybrid", "self", true, 256 * MIB, 21474836, 1 * GIB, "/process_api/777aba32" },
	{ "container-namespace", "self", false, 416 * MIB, 10737418, 512 * MIB, "/" },
	{ "container-host", "self", true, 208 * MIB, 5368709, 256 * MIB, DOCKER },
	{ "container-host", "7", true, 96 * MIB, 4 * MIB, 128 * MIB, DOCKER "/job" },
	{ "ancestor", "self", false, 112 * MIB, 10737418, 512 * MIB, "/batch" },
	{ "ancestor", "self", true, 112 * MIB, 10737418, 512 * MIB, "/batch" },
	{ "spaces", "self", false, 512 * MIB, 21474836, 1 * GIB, "/with space/a b  c" },
	{ "garbage", "self", true, 768 * MIB, 21474836, 1 * GIB, "/a/b/c/d" },
	{ "reserves", "self", false, 2 * GIB, 85899345, 4 * GIB, "/job" },
	{ "reserves", "self", true, 3 * GIB, 1717986918, 0, NULL },
};

static bool available_is(const struct available_memory *available, const struct least_case *wanted)
{
	return available->bytes == wanted->bytes && available->reserve == wanted->reserve &&
	       available->limit == wanted->limit && available->cgroup ==
		       (wanted->cgroup != NULL) &&
	       !strcmp(available->name, wanted->cgroup ? wanted->cgroup : "");
}

static void test_available_read(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(least_cases); i++) {
		struct root root = open_fixture(least_cases[i].fixture);
		struct machine machine = { 0 };
		struct cgroup_chain chain = { 0 };
		struct available_memory_source source = { &root, &machine, &chain };
		struct available_memory available = { 0 };

		machine_read(&root, &machine);
		cgroup_chain_read(&root, least_cases[i].process, &chain);
		tap_is(available_memory_read(&source, least_cases[i].guarded, &available), 0,
		       "available memory is read");
		if (!tap_ok(available_is(&available, &least_cases[i]),
			    "%s: who leaves the least%s", least_cases[i].fixture,
			    least_cases[i].guarded ? ", guarded" : ""))
			printf("#      got: %" PRIu64 " bytes, reserve %" PRIu64 ", limit %" PRIu64
			       ", cgroup '%s'\n", available.bytes, available.reserve,
			       available.limit, available.name);
		cgroup_chain_free(&chain);
		root_close(&root);
	}
}

/* What was denied may be the least; what is not there is not. */
static void test_may_limit(void)
{
	static const int denied[] = { EACCES, EPERM, EMFILE, ENOMEM, EIO };
	static const int none[] = { ENOENT, ENODEV, EINVAL, ERANGE };

	for (size_t i = 0; i < ARRAY_SIZE(denied); i++)
		tap_ok(cgroup_may_limit(-denied[i]), "a limit behind '%s'", strerror(denied[i]));
	for (size_t i = 0; i < ARRAY_SIZE(none); i++)
		tap_ok(!cgroup_may_limit(-none[i]), "no limit behind '%s'", strerror(none[i]));
}

static void test_machine_available(void)
{
	struct tree tree = make_machine("0::/\n");
	struct available_memory available = { .cgroup = true };

	tap_is(read_least(&tree, true, &available), 0, "a machine without limits is read");
	tap_ok(!available.cgroup && !available.limit && !available.name[0] && available.bytes ==
	       4 * GIB &&
	       available.reserve == 8 * GIB / 10, "it is MemAvailable, and 10 %% stay in reserve");
	put(&tree, "/proc/meminfo", "MemAvailable: lots\n");
	tap_ok(read_least(&tree, true, &available) < 0,
	       "without MemAvailable there is an error");
	put(&tree, "/proc/meminfo", "");
	tap_ok(read_least(&tree, false, &available) < 0, "an empty meminfo is an error");
	remove_tree(&tree);
}

/* Names with terminal escapes, quotes and newlines: read as they are, shown harmless. */
static void test_hostile_names(void)
{
	struct tree tree = make_machine("0::/evil\x1b[2J/it's \xff\n");
	struct available_memory available = { 0 };
	bool harmless = true;

	put(&tree, "/proc/self/mountinfo",
	    "30 25 0:26 / /sys/fs/cg\\012\\011\\134roup rw - cgroup2 cgroup2 rw\n");
	put(&tree, "/sys/fs/cg\n\t\\roup/evil\x1b[2J/it's \xff/memory.max", "1073741824\n");
	put(&tree, "/sys/fs/cg\n\t\\roup/evil\x1b[2J/it's \xff/memory.current", "1048576\n");
	tap_is(read_least(&tree, false, &available), 0, "a tree with hostile names is read");
	tap_ok(available.cgroup && available.bytes == 1023 * MIB,
	       "a cgroup with a hostile name is found");
	for (const char *c = available.name; *c; c++)
		harmless = harmless && *c >= ' ' && *c < 127;
	tap_ok(harmless, "a hostile name is shown without control characters");
	tap_has(available.name, "/evil\\x1b[2J/it\\x27s \\xff", "it is shown escaped");
	remove_tree(&tree);
}

/* Kernels let a cgroup's name begin with two points. */
static void test_dotted_name(void)
{
	struct tree tree = make_machine("0::/..data/job\n");
	struct available_memory available = { 0 };

	put(&tree, "/sys/fs/cgroup/..data/job/memory.max", "1073741824\n");
	put(&tree, "/sys/fs/cgroup/..data/job/memory.current", "1048576\n");
	tap_ok(read_least(&tree, false, &available) == 0 && available.cgroup && available.bytes ==
	       1023 * MIB,
	       "a cgroup named '..data' is not taken for one outside the namespace");
	remove_tree(&tree);
}

/* Makes the path of a cgroup with DEPTH components of LENGTH characters each. */
static void make_long_path(char *path, int depth, int length)
{
	for (int i = 0; i < depth; i++) {
		*path++ = '/';
		memset(path, 'a' + i % 26, (size_t)length);
		path += length;
	}
	*path = '\0';
}

static void test_long_name(void)
{
	char path[2048], membership[2100], file[2100];
	struct available_memory available = { 0 };
	struct tree tree;

	make_long_path(path, 5, 200);
	snprintf(membership, sizeof(membership), "0::%s\n", path);
	tree = make_machine(membership);
	snprintf(file, sizeof(file), "/sys/fs/cgroup%s/memory.max", path);
	put(&tree, file, "1073741824\n");
	snprintf(file, sizeof(file), "/sys/fs/cgroup%s/memory.current", path);
	put(&tree, file, "1048576\n");
	tap_ok(read_least(&tree, false, &available) == 0 && available.bytes == 1023 * MIB,
	       "a cgroup with a path of 1005 bytes is read");
	tap_ok(strlen(available.name) < AVAILABLE_NAME_MAX && strstr(available.name, "..."),
	       "its name is cut, and says so");
	remove_tree(&tree);
}

static void test_deep_path(void)
{
	static char path[8192], membership[8200];
	struct cgroup_chain chain = { 0 };
	struct tree tree;
	int r;

	make_long_path(path, 25, 200);
	snprintf(membership, sizeof(membership), "0::%s\n", path);
	tree = make_machine(membership);
	r = cgroup_chain_read(&tree.root, "self", &chain);
	tap_ok(r == -ENAMETOOLONG || (r == 0 && chain.count == 0),
	       "a path longer than any path is not followed");
	cgroup_chain_free(&chain);
	remove_tree(&tree);
}

/* Texts of /proc/self/cgroup in which there is no memory cgroup. */
static const char *const no_membership[] = {
	"", "\n", "\n\n\n", ":", "::", "0", "0:", "0:\n:/x\n", "4", "4:memo",
	"1:name=systemd:/memory\n", "1:name=memory:/x\n", "3:cpu:/x,memory:/y\n",
	"3:memoryless:/x\n", "3:cpu,xmemory:/x\n", "banana\n", "\x1b[2J\n",
	"4:cpu:/a:memory:/b\n",
};

static void test_no_membership(void)
{
	static char path[CGROUP_PATH_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(no_membership); i++)
		tap_ok(cgroup_parse_membership(no_membership[i], 1, path) == -ENOENT,
		       "text %zu without a v1 memory cgroup has none", i);
	tap_is(cgroup_parse_membership("4:memory:/x\n", 2, path), -ENOENT,
	       "no v2 cgroup in a text of v1");
	tap_is(cgroup_parse_membership("10:cpu:/x\n", 2, path), -ENOENT, "hierarchy 10 is not 0");
	tap_is(cgroup_parse_membership("1::/x\n", 2, path), -ENOENT, "nor is hierarchy 1");
}

static const struct {
	const char *text;
	int version;
	const char *path;
} membership_cases[] = {
	{ "4:memory:/a/b\n", 1, "/a/b" }, { "4:memory:/a/b", 1, "/a/b" },
	{ "4:cpu,memory:/a\n", 1, "/a" }, { "4:memory,cpu:/a\n", 1, "/a" },
	{ "4:cpu,memory,pids:/a\n", 1, "/a" }, { "3:cpu:/x\n4:memory:/\n0::/y\n", 1, "/" },
	{ "4:memory:/a:b,c d\n", 1, "/a:b,c d" }, { "0::/\n", 2, "/" },
	{ "4:memory:/x\n0::/a b\n", 2, "/a b" }, { "0::/a:b\n", 2, "/a:b" },
	{ "0::/../sibling\n", 2, "/../sibling" }, { "4:memory:/a\\040b\n", 1, "/a\\040b" },
};

static void test_membership(void)
{
	static char path[CGROUP_PATH_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(membership_cases); i++) {
		int r = cgroup_parse_membership(membership_cases[i].text,
						membership_cases[i].version, path);

		tap_ok(r == 0 && !strcmp(path, membership_cases[i].path),
		       "v%d path %s is found (case %zu)", membership_cases[i].version,
		       membership_cases[i].path, i);
	}
}

static const struct {
	const char *text;
	int version;
	const char *top, *point;	/* NULL: none is found */
} mount_cases[] = {
	{ "1 2 0:1 / /m rw - cgroup cgroup rw,memory\n", 1, "/", "/m" },
	{ "1 2 0:1 / /m rw - cgroup cgroup rw,cpu,memory\n", 1, "/", "/m" },
	{ "1 2 0:1 / /m rw - cgroup none rw,memory,cpu", 1, "/", "/m" },
	{ "1 2 0:1 /t /m rw shared:1 master:2 - cgroup cgroup rw,memory\n", 1, "/t", "/m" },
	{ "1 2 0:1 / /x rw - ext4 /dev/memory rw\n1 2 0:1 / /m rw - cgroup c rw,memory\n", 1,
	  "/", "/m" },
	{ "1 2 0:1 / /a\\040b\\011c\\012d\\134e rw - cgroup2 c rw\n", 2, "/", "/a b\tc\nd\\e" },
	{ "1 2 0:1 / /first rw - cgroup2 c rw\n1 2 0:1 / /second rw - cgroup2 c rw\n", 2,
	  "/", "/first" },
	{ "1 2 0:1 / /u rw - cgroup2 c rw\n1 2 0:1 / /m rw - cgroup c rw,memory\n", 1,
	  "/", "/m" },
	{ "", 1, NULL, NULL }, { "\n\n", 2, NULL, NULL }, { "banana\n", 1, NULL, NULL },
	{ "1 2 0:1 / /m rw - cgroup cgroup rw,cpu\n", 1, NULL, NULL },
	{ "1 2 0:1 / /m rw - cgroup cgroup rw,memoryless\n", 1, NULL, NULL },
	{ "1 2 0:1 / /memory rw - cgroup memory rw\n", 1, NULL, NULL },
	{ "1 2 0:1 / /m rw - cgroup2 cgroup2 rw\n", 1, NULL, NULL },
	{ "1 2 0:1 / /m rw - cgroup cgroup rw,memory\n", 2, NULL, NULL },
	{ "1 2 0:1 / /m rw\n - cgroup2 cgroup2 rw\n", 2, NULL, NULL },
	{ "1 2 0:1 / /m rw - \n", 2, NULL, NULL }, { "1 2 0:1 / /m", 2, NULL, NULL },
};

static void test_mounts(void)
{
	static struct cgroup_mount mount;

	for (size_t i = 0; i < ARRAY_SIZE(mount_cases); i++) {
		int r = cgroup_parse_mountinfo(mount_cases[i].text, mount_cases[i].version,
					       NULL, &mount);

		if (!mount_cases[i].top)
			tap_ok(r == -ENOENT, "mountinfo case %zu has no such mount", i);
		else
			tap_ok(r == 0 && mount.version == mount_cases[i].version &&
			       !strcmp(mount.top, mount_cases[i].top) &&
			       !strcmp(mount.point, mount_cases[i].point),
			       "mountinfo case %zu is found", i);
	}
}

static void test_long_mount(void)
{
	static struct cgroup_mount mount;
	static char path[8192], text[8300];

	make_long_path(path, 25, 200);
	snprintf(text, sizeof(text), "1 2 0:1 / %s rw - cgroup2 c rw\n", path);
	tap_is(cgroup_parse_mountinfo(text, 2, NULL, &mount), -ENAMETOOLONG,
	       "a mount point longer than any path");
	snprintf(text, sizeof(text), "4:memory:%s\n", path);
	tap_is(cgroup_parse_membership(text, 1, path), -ENAMETOOLONG,
	       "a cgroup longer than any path");
}

/* The longest path that fits, and one byte more. */
static void test_longest_path(void)
{
	static struct { char path[CGROUP_PATH_MAX], guard; } membership;
	static struct cgroup_mount mount;
	static char path[CGROUP_PATH_MAX + 1], text[CGROUP_PATH_MAX + 100];

	memset(path, 'x', CGROUP_PATH_MAX);
	membership.guard = '~';
	for (size_t length = CGROUP_PATH_MAX; length >= CGROUP_PATH_MAX - 1; length--) {
		int wanted = length < CGROUP_PATH_MAX ? 0 : -ENAMETOOLONG;

		path[length] = '\0';
		snprintf(text, sizeof(text), "0::%s\n", path);
		tap_is(cgroup_parse_membership(text, 2, membership.path), wanted,
		       "a cgroup at the limit of length");
		tap_ok(membership.guard == '~', "it stays in its buffer");
		snprintf(text, sizeof(text), "1 2 0:1 / %s rw - cgroup2 c rw\n", path);
		tap_is(cgroup_parse_mountinfo(text, 2, NULL, &mount), wanted,
		       "a mount point at the limit of length");
	}
	tap_ok(!strcmp(membership.path, path) && !strcmp(mount.point, path),
	       "the longest that fit are whole");
}

/* Every beginning of a text, in memory of exactly its size: nothing is read beyond its end. */
static void test_truncated(void)
{
	static const char mountinfo[] =
		"35 31 0:32 /with\\040space /my\\040memory rw shared:1 - cgroup cgroup rw,memory\n"
		"30 25 0:26 / /sys/fs/cgroup rw,relatime shared:9 - cgroup2 cgroup2 rw\n";
	static const char membership[] = "9:name=systemd:/\n4:cpu,memory:/a/b\n0::/c\n";
	static struct cgroup_mount mount;
	static char path[CGROUP_PATH_MAX];
	bool sane = true;

	for (size_t length = 0; length <= strlen(mountinfo); length++) {
		char *text = strndup(mountinfo, length);

		for (int version = 1; text && version <= 2; version++) {
			int r = cgroup_parse_mountinfo(text, version, NULL, &mount);

			sane = sane && (r == 0 || r == -ENOENT);
			if (length <= strlen(membership)) {
				text[length] = '\0';
				memcpy(text, membership, length);
				r = cgroup_parse_membership(text, version, path);
				sane = sane && (r == 0 || r == -ENOENT);
				memcpy(text, mountinfo, length);
			}
		}
		free(text);
	}
	tap_ok(sane, "truncated texts are parsed or refused");
}

static void test_missing_files(void)
{
	struct tree tree = make_tree();
	struct cgroup_chain chain = { NULL, 77 };

	tap_is(cgroup_chain_read(&tree.root, "self", &chain), -ENOENT, "no /proc/self/cgroup");
	put(&tree, "/proc/self/cgroup", "4:memory:/a\n0::/b\n");
	tap_is(cgroup_chain_read(&tree.root, "self", &chain), -ENOENT, "no /proc/self/mountinfo");
	tap_is((int64_t)chain.count, 77, "an error leaves the chain alone");
	put(&tree, "/proc/self/mountinfo", "");
	tap_ok(cgroup_chain_read(&tree.root, "self", &chain) == 0 && chain.count == 0,
	       "without a mount there is no level");
	tap_is(cgroup_chain_read(&tree.root, "4711", &chain), -ENOENT, "no such process");
	put(&tree, "/proc/self/cgroup", "1:name=systemd:/\n");
	put(&tree, "/proc/self/mountinfo", "1 2 0:1 / /m rw - cgroup cgroup rw,memory\n");
	tap_ok(cgroup_chain_read(&tree.root, "self", &chain) == 0 && chain.count == 0,
	       "without a membership there is no level");
	remove_tree(&tree);
}

int main(void)
{
	test_chains();
	test_not_shown();
	test_places();
	test_mount_choice();
	test_host_mount();
	test_both_versions();
	test_figures();
	test_unlimited();
	test_high();
	test_missing_figures();
	test_cgroup_available();
	test_reserves();
	test_headroom();
	test_available_read();
	test_may_limit();
	test_machine_available();
	test_hostile_names();
	test_dotted_name();
	test_long_name();
	test_deep_path();
	test_no_membership();
	test_membership();
	test_mounts();
	test_long_mount();
	test_longest_path();
	test_truncated();
	test_missing_files();
	return tap_done();
}
