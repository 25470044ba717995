/* SPDX-License-Identifier: GPL-2.0-or-later */
/* machine.c - files below a root, "key value" text, /proc/meminfo and a process's address space */
#include <config.h>

#include <errno.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../tap.h"
#include "proc/machine.h"
#include "proc/place.h"
#include "proc/process.h"
#include "proc/root.h"
#include "tree-maker.h"

#define KIB UINT64_C(1024)
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

static void test_root_open(void)
{
	struct root root = { -1 };

	tap_is(root_open("/nonexistent/pagetouch", &root), -ENOENT, "no such root");
	tap_is(root_open("/proc/self/status", &root), -ENOTDIR, "a file is no root");
	tap_is(root.fd, -1, "an error leaves the root alone");
	tap_is(root_open("/", &root), 0, "this machine is a root");
	root_close(&root);
	tap_is(root.fd, -1, "a closed root holds nothing");
}

static void test_root_read(void)
{
	struct tree tree = make_tree();
	char buffer[8] = "";

	put(&tree, "/a", "1234567");
	put(&tree, "/b", "12345678");
	put(&tree, "/empty", "");
	tap_is(root_read(&tree.root, "/a", buffer, sizeof(buffer)), 7, "a file that just fits");
	tap_is_text(buffer, "1234567", "its text, with a NUL");
	tap_is(root_read(&tree.root, "/b", buffer, sizeof(buffer)), -EFBIG, "one byte too many");
	tap_is(root_read(&tree.root, "/empty", buffer, sizeof(buffer)), 0, "an empty file");
	tap_is_text(buffer, "", "an empty text");
	tap_is(root_read(&tree.root, "/none", buffer, sizeof(buffer)), -ENOENT, "no such file");
	tap_is(root_read(&tree.root, "/a/b", buffer, sizeof(buffer)), -ENOTDIR,
	       "a file in a file");
	tap_is(root_read(&tree.root, "/", buffer, sizeof(buffer)) < 0, true, "a directory");
	tap_is(root_read(&tree.root, "//a", buffer, sizeof(buffer)), 7,
	       "an absolute path is below the root");
	remove_tree(&tree);
}

static void test_root_read_all(void)
{
	size_t sizes[] = { 0, 1, 4095, 4096, 16382, 16383, 16384, 16385, 32767, 32768, 100000 };
	struct tree tree = make_tree();
	static char bytes[100000];
	char *text = NULL;

	memset(bytes, 'x', sizeof(bytes));
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		int r;

		put_bytes(&tree, "/file", bytes, sizes[i]);
		r = root_read_all(&tree.root, "/file", &text);
		tap_ok(r == 0 && strlen(text) == sizes[i] && !memcmp(text, bytes, sizes[i]),
		       "a whole file of %zu bytes", sizes[i]);
		free(text);
	}
	text = bytes;
	tap_is(root_read_all(&tree.root, "/none", &text), -ENOENT, "no such file");
	tap_ok(text == bytes, "an error leaves the text alone");
	remove_tree(&tree);
}

static const struct {
	const char *text;
	int result;
	uint64_t value;
} number_files[] = {
	{ "0\n", 0, 0 }, { "42", 0, 42 }, { "18446744073709551615\n", 0, UINT64_MAX },
	{ "", -EINVAL, 7 }, { "\n", -EINVAL, 7 }, { "-1\n", -EINVAL, 7 }, { "max\n", -EINVAL, 7 },
	{ "42 43\n", -EINVAL, 7 }, { "18446744073709551616\n", -ERANGE, 7 },
	{ "0000000000000000000000000000000000000000000000000000000000000000000001\n", -EFBIG, 7 },
};

static void test_root_read_u64(void)
{
	struct tree tree = make_tree();

	for (size_t i = 0; i < ARRAY_SIZE(number_files); i++) {
		uint64_t value = 7;

		put(&tree, "/number", number_files[i].text);
		tap_is(root_read_u64(&tree.root, "/number", &value), number_files[i].result,
		       "a file that holds a number, or not");
		tap_ok(value == number_files[i].value, "case %zu: its value", i);
	}
	remove_tree(&tree);
}

static const struct {
	const char *text, *key;
	int result;
	uint64_t value;
} keyed_cases[] = {
	{ "MemTotal:       1024 kB\n", "MemTotal", 0, 1024 * KIB },
	{ "MemTotal:1024 kB", "MemTotal", 0, 1024 * KIB },
	{ "VmRSS:\t    1024 kB\n", "VmRSS", 0, 1024 * KIB },
	{ "a 1\ninactive_file 4096\nb 2\n", "inactive_file", 0, 4096 },
	{ "inactive_file\t4096\n", "inactive_file", 0, 4096 },
	{ "HugePages_Total:       3\n", "HugePages_Total", 0, 3 },
	{ "total_cache 1\ncache 2\n", "cache", 0, 2 },
	{ "cache_old 1\ncache 2\n", "cache", 0, 2 },
	{ "\n\nkey 5\n", "key", 0, 5 },
	{ "key 5\nkey 6\n", "key", 0, 5 }, { "key 98\n", "key", 0, 98 },
	{ "key 18446744073709551615\n", "key", 0, UINT64_MAX },
	{ "key: 18014398509481983 kB\n", "key", 0, UINT64_C(18446744073709550592) },
	{ "key 5 kilobytes\n", "key", 0, 5 },
	{ "key 18446744073709551616\n", "key", -EINVAL, 7 },
	{ "key: 18014398509481984 kB\n", "key", -EINVAL, 7 },
	{ "key -5\n", "key", -EINVAL, 7 }, { "key +5\n", "key", -EINVAL, 7 },
	{ "key\t\n5\n", "key", -EINVAL, 7 }, { "key:\n", "key", -EINVAL, 7 },
	{ "key:", "key", -EINVAL, 7 }, { "key: banana\n", "key", -EINVAL, 7 },
	{ "key: 0x10\n", "key", 0, 0 },
	{ "", "key", -ENOENT, 7 }, { "\n", "key", -ENOENT, 7 }, { "key", "key", -ENOENT, 7 },
	{ "KEY 5\n", "key", -ENOENT, 7 }, { " key 5\n", "key", -ENOENT, 7 },
	{ "keys 5\n", "key", -ENOENT, 7 }, { "xkey 5\n", "key", -ENOENT, 7 },
	{ "key=5\n", "key", -ENOENT, 7 }, { "other 1 key 5\n", "key", -ENOENT, 7 },
};

static void test_keyed(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(keyed_cases); i++) {
		uint64_t value = 7;
		int r = keyed_u64(keyed_cases[i].text, keyed_cases[i].key, &value);

		tap_ok(r == keyed_cases[i].result && value == keyed_cases[i].value,
		       "key-value text %zu: %d", i, keyed_cases[i].result);
	}
}

static void test_machine(void)
{
	struct root root = open_fixture("machine");
	struct machine machine = { 0 };
	uint64_t available = 0;

	tap_is(machine_read(&root, &machine), 0, "a machine is read");
	tap_is((int64_t)machine.mem_total, (int64_t)(16777216 * KIB), "MemTotal in bytes");
	tap_is((int64_t)machine.mem_available, (int64_t)(8388608 * KIB), "MemAvailable");
	tap_is((int64_t)machine.swap_total, (int64_t)(2097152 * KIB), "SwapTotal");
	tap_is((int64_t)machine.commit_limit, (int64_t)(10485760 * KIB), "CommitLimit");
	tap_is((int64_t)machine.committed_as, (int64_t)(5242880 * KIB), "Committed_AS");
	tap_is((int64_t)machine.overcommit_memory, 2, "vm.overcommit_memory");
	tap_is((int64_t)machine.panic_on_oom, 1, "vm.panic_on_oom");
	tap_is((int64_t)machine.max_map_count, 65530, "vm.max_map_count");
	tap_is_text(machine.boot_id, "5f0c3b1e-8a47-4e0a-9b57-0a2d7c9d1f11", "the boot id");
	tap_is(machine_read_meminfo(&root, "MemAvailable", &available), 0,
	       "MemAvailable alone is read");
	tap_is((int64_t)available, (int64_t)(8388608 * KIB), "in bytes");
	root_close(&root);
}

static void test_no_sysctls(void)
{
	struct root root = open_fixture("no-sysctls");
	struct machine machine = { .max_map_count = 7, .panic_on_oom = 7, .boot_id = "x" };

	tap_is(machine_read(&root, &machine), 0, "the sysctls may be missing");
	tap_is((int64_t)machine.mem_total, (int64_t)(1048576 * KIB), "MemTotal is there");
	tap_ok(!machine.max_map_count && !machine.panic_on_oom && !machine.overcommit_memory,
	       "missing sysctls count as 0");
	tap_is_text(machine.boot_id, "", "a missing boot id is empty");
	root_close(&root);
}

static void test_broken_machines(void)
{
	static const char *const names[] = { "old-meminfo", "garbage-meminfo" };
	struct tree tree = make_tree();
	struct machine machine = { .mem_total = 7 };
	uint64_t available = 7;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct root root = open_fixture(names[i]);

		tap_ok(machine_read(&root, &machine) < 0, "%s is refused", names[i]);
		tap_ok(machine_read_meminfo(&root, "MemAvailable", &available) < 0,
		       "%s has no MemAvailable", names[i]);
		root_close(&root);
	}
	tap_is(machine_read(&tree.root, &machine), -ENOENT, "no /proc/meminfo at all");
	put(&tree, "/proc/meminfo", "");
	tap_ok(machine_read(&tree.root, &machine) < 0, "an empty meminfo is refused");
	tap_ok(machine.mem_total == 7 && available == 7, "errors leave everything alone");
	remove_tree(&tree);
}

static void test_long_boot_id(void)
{
	struct tree tree = make_tree();
	struct machine machine = { 0 };

	put(&tree, "/proc/meminfo", "MemTotal: 4 kB\nMemAvailable: 2 kB\n");
	put(&tree, "/proc/sys/kernel/random/boot_id",
	    "0123456789012345678901234567890123456789012345678901234567890123456789\n");
	tap_is(machine_read(&tree.root, &machine), 0, "a boot id that is too long is no error");
	tap_is_text(machine.boot_id, "", "and is unknown");
	remove_tree(&tree);
}

static const struct {
	const char *name, *text;
	int result;
} meminfo_cases[] = {
	{ "both figures", "MemTotal: 4 kB\nMemAvailable: 2 kB\n", 0 },
	{ "in another order", "MemAvailable: 2 kB\nSwapTotal: 8 kB\nMemTotal: 4 kB\n", 0 },
	{ "no newline at the end", "MemTotal: 4 kB\nMemAvailable: 2 kB", 0 },
	{ "an empty text", "", -EINVAL },
	{ "no MemAvailable", "MemTotal: 4 kB\nMemFree: 2 kB\n", -EINVAL },
	{ "no MemTotal", "MemAvailable: 2 kB\n", -EINVAL },
	{ "a negative figure", "MemTotal: 4 kB\nMemAvailable: -2 kB\n", -EINVAL },
	{ "cut behind the key", "MemTotal: 4 kB\nMemAvailable", -EINVAL },
	{ "cut before the number", "MemTotal: 4 kB\nMemAvailable:   ", -EINVAL },
	{ "an overflow", "MemTotal: 18014398509481984 kB\nMemAvailable: 2 kB\n", -EINVAL },
	{ "binary garbage", "\x7f" "ELF\x02\x01\xff\xfe\n\x1b[2J", -EINVAL },
};

static void test_meminfo(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(meminfo_cases); i++) {
		struct machine machine = { .mem_total = 7, .mem_available = 8, .swap_total = 9 };
		int r = machine_parse_meminfo(meminfo_cases[i].text, &machine);

		tap_is(r, meminfo_cases[i].result, meminfo_cases[i].name);
		if (r == 0)
			tap_ok(machine.mem_total == 4 * KIB && machine.mem_available == 2 * KIB,
			       "%s: the figures", meminfo_cases[i].name);
		else
			tap_ok(machine.mem_total == 7 && machine.mem_available == 8 &&
			       machine.swap_total == 9, "%s: left alone", meminfo_cases[i].name);
	}
}

/* Every beginning of a meminfo, in memory of exactly its size. */
static void test_truncated_meminfo(void)
{
	static const char whole[] =
		"MemTotal:       1024 kB\nMemFree: 1 kB\nMemAvailable: 512 kB\n"
		"SwapTotal: 64 kB\nCommitted_AS: 9 kB\n";
	size_t needed = strlen("MemTotal:       1024 kB\nMemFree: 1 kB\nMemAvailable: 5");
	bool sane = true;

	for (size_t length = 0; length < sizeof(whole); length++) {
		struct machine machine = { 0 };
		char *text = strndup(whole, length);
		int r = text ? machine_parse_meminfo(text, &machine) : -EINVAL;

		sane = sane && r == (length < needed ? -EINVAL : 0) &&
		       (r < 0 || machine.mem_total == 1024 * KIB);
		free(text);
	}
	tap_ok(sane, "a truncated meminfo is refused until MemAvailable has a number");
}

static const struct {
	const char *name, *text;
	uint64_t maps, hole;
} maps_cases[] = {
	{ "no mappings", "", 0, 0 },
	{ "adjacent mappings", "0-1000 r--p 0 0:0 0\n1000-3000 rw-p 0 0:0 0\n", 2, 0 },
	{ "one hole", "0-1000 r--p 0 0:0 0\n5000-6000 rw-p 0 0:0 0 [heap]\n", 2, 0x4000 },
	{ "the larger of two holes",
	  "0-1000 r--p 0 0:0 0\n3000-4000 rw-p 0 0:0 0\nf000-10000 rw-p 0 0:0 0\n", 3, 0xb000 },
	{ "the larger hole first",
	  "0-1000 r--p 0 0:0 0\n9000-a000 rw-p 0 0:0 0\nb000-c000 rw-p 0 0:0 0\n", 3, 0x8000 },
	{ "the vsyscall page is beyond all holes",
	  "0-1000 r--p 0 0:0 0\n2000-3000 rw-p 0 0:0 0\n"
	  "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0 [vsyscall]\n", 3, 0x1000 },
	{ "no newline at the end", "0-1000 r--p 0 0:0 0\n2000-3000 rw-p", 2, 0x1000 },
	{ "capital digits", "0-A000 r--p 0 0:0 0\nF000-10000 rw-p 0 0:0 0\n", 2, 0x5000 },
	{ "lines that are none", "banana\n0-1000 r--p 0 0:0 0\nzz\n2000-3000 r\n", 2, 0x1000 },
	{ "a path that looks like a range",
	  "0-1000 r--p 0 8:1 1 /tmp/7000-8000\n2000-3000 r--p 0 0:0 0\n", 2, 0x1000 },
};

static void test_maps(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(maps_cases); i++) {
		struct process_space space = { .maps = 7, .largest_hole = 7, .vm_size = 7 };

		process_parse_maps(maps_cases[i].text, &space);
		tap_is((int64_t)space.maps, (int64_t)maps_cases[i].maps, maps_cases[i].name);
		tap_is((int64_t)space.largest_hole, (int64_t)maps_cases[i].hole,
		       "its largest hole");
		tap_is((int64_t)space.vm_size, 7, "other figures stay");
	}
}

static void test_process(void)
{
	struct root root = open_fixture("machine");
	struct process_space space = { 0 };
	uint64_t bytes = 7;

	tap_is(process_space_read(&root, 42, &space), 0, "an address space is read");
	tap_is((int64_t)space.vm_size, (int64_t)(2048 * KIB), "VmSize");
	tap_is((int64_t)space.vm_data, (int64_t)(256 * KIB), "VmData");
	tap_is((int64_t)space.maps, 6, "lines of maps");
	tap_is((int64_t)space.largest_hole, 0x7f0000000000 - 0x60000, "the largest hole");
	tap_is(process_status_field(&root, 42, "VmPTE", &bytes), 0, "a field of status is read");
	tap_is((int64_t)bytes, (int64_t)(44 * KIB), "in bytes");
	tap_is(process_status_field(&root, 42, "VmNone", &bytes), -ENOENT, "no such field");
	tap_is(process_status_field(&root, 43, "VmPTE", &bytes), -ENOENT, "no such process");
	tap_is((int64_t)bytes, (int64_t)(44 * KIB), "errors leave the figure alone");
	tap_ok(process_space_read(&root, 43, &space) < 0, "no such address space");
	root_close(&root);
}

static uint64_t own_limit(enum __rlimit_resource resource)
{
	struct rlimit limit;

	if (getrlimit(resource, &limit) < 0 || limit.rlim_cur == RLIM_INFINITY)
		return PROCESS_UNLIMITED;
	return limit.rlim_cur;
}

/* This process on this machine: plausible figures, and its true limits. */
static void test_own_process(void)
{
	struct root root = { -1 };
	struct process_space space = { 0 };

	if (root_open("/", &root) < 0 || process_space_read(&root, getpid(), &space) < 0) {
		tap_skip("the own address space", "no readable /proc");
		root_close(&root);
		return;
	}
	tap_ok(space.maps > 3 && space.vm_size > 0 && space.largest_hole > 0,
	       "the own address space has mappings and holes");
	tap_ok(space.limit_as == own_limit(RLIMIT_AS), "the own RLIMIT_AS");
	tap_ok(space.limit_data == own_limit(RLIMIT_DATA), "the own RLIMIT_DATA");
	root_close(&root);
}

/* Limits far above anything that this process uses. */
static void test_own_limits(void)
{
	struct rlimit as = { .rlim_cur = (rlim_t)1 << 61 }, data = { .rlim_cur = (rlim_t)1 << 60 };
	struct root root = { -1 };
	struct process_space space = { 0 };

	as.rlim_max = data.rlim_max = RLIM_INFINITY;
	if (setrlimit(RLIMIT_AS, &as) < 0 || setrlimit(RLIMIT_DATA, &data) < 0 ||
	    root_open("/", &root) < 0 || process_space_read(&root, getpid(), &space) < 0) {
		tap_skip("own limits", "they cannot be set or read");
		root_close(&root);
		return;
	}
	tap_is((int64_t)space.limit_as, (int64_t)as.rlim_cur, "RLIMIT_AS as set");
	tap_is((int64_t)space.limit_data, (int64_t)data.rlim_cur, "RLIMIT_DATA as set");
	root_close(&root);
}

/* A user in very many groups has a long status file. */
static void test_long_status(void)
{
	struct tree tree = make_tree();
	static char text[65536];
	size_t used = (size_t)snprintf(text, sizeof(text), "Name:\tx\nGroups:\t");
	uint64_t bytes = 0;

	for (unsigned group = 0; group < 4000; group++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%u ", 1000000 + group);
	snprintf(text + used, sizeof(text) - used, "\nVmPTE:\t      44 kB\n");
	put(&tree, "/proc/42/status", text);
	tap_is(process_status_field(&tree.root, 42, "VmPTE", &bytes), 0,
	       "the status of a process in 4000 groups is read");
	tap_is((int64_t)bytes, (int64_t)(44 * KIB), "its field in bytes");
	remove_tree(&tree);
}

/* What a time namespace adds to the time since the boot. */
static void test_boot_time(void)
{
	static const struct { const char *text; int64_t ns; } cases[] = {
		{ "monotonic           0         0\nboottime            0         0\n", 0 },
		{ "monotonic       86400         0\nboottime        86400 500000000\n",
		  INT64_C(86400500000000) },
		{ "monotonic           0         0\nboottime         -100         0\n",
		  -INT64_C(100000000000) },
		{ "", 7 }, { "boottime", 7 }, { "boottime 9999999999999999 0", 7 },
	};
	int64_t ns;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ns = 7;
		tap_is(boot_time_parse_offset(cases[i].text, &ns), cases[i].ns == 7 ? -EINVAL : 0,
		       "offsets of a time namespace");
		tap_is(ns, cases[i].ns, "and what they are, untouched if they are none");
	}
}

int main(void)
{
	test_boot_time();
	test_root_open();
	test_root_read();
	test_root_read_all();
	test_root_read_u64();
	test_keyed();
	test_machine();
	test_no_sysctls();
	test_broken_machines();
	test_long_boot_id();
	test_meminfo();
	test_truncated_meminfo();
	test_maps();
	test_process();
	test_own_process();
	test_own_limits();
	test_long_status();
	return tap_done();
}
