/* SPDX-License-Identifier: GPL-2.0-or-later */
/* smaps.c - what kind of memory each mapping of smaps is, and that nothing of it is lost */
#include <config.h>

#include <errno.h>

#include "../tap.h"
#include "lib/cleanup.h"
#include "lib/macros.h"
#include "monitor/where.h"
#include "proc/smaps.h"
#include "tree-maker.h"

/* All mappings of a kind added up. */
struct kind_sums {
	struct mapping_figures kinds[MAPPING_KINDS], all;
	unsigned mappings[MAPPING_KINDS];
	char last_name[64];
};

static int add_mapping(void *context, const struct mapping *mapping, enum mapping_kind kind)
{
	struct kind_sums *sums = context;
	struct mapping_figures *into[] = { &sums->kinds[kind], &sums->all };

	for (size_t i = 0; i < ARRAY_SIZE(into); i++) {
		into[i]->rss += mapping->figures.rss;
		into[i]->pss += mapping->figures.pss;
		into[i]->anon += mapping->figures.anon;
		into[i]->huge += mapping->figures.huge;
		into[i]->hugetlb += mapping->figures.hugetlb;
		into[i]->swap += mapping->figures.swap;
	}
	sums->mappings[kind]++;
	snprintf(sums->last_name, sizeof(sums->last_name), "%.63s", mapping->name);
	return 0;
}

static uint64_t rollup(const struct root *root, const char *key)
{
	CLEANUP_FREE char *text = NULL;
	uint64_t value = UINT64_MAX;

	if (root_read_all(root, "/proc/42/smaps_rollup", &text) == 0)
		keyed_u64(text, key, &value);
	return value;
}

/* Three threads with 40 times 75,000 bytes each, the first one with 50 times 100,000. */
static void test_recorded(void)
{
	struct root root = open_fixture("smaps");
	struct kind_sums sums = { 0 };
	const struct mapping_figures *kinds = sums.kinds;

	tap_is(smaps_read(&root, 42, add_mapping, &sums), 0, "a recorded smaps");
	tap_is((int64_t)sums.all.rss, (int64_t)rollup(&root, "Rss"), "RSS is that of the rollup");
	tap_is((int64_t)sums.all.anon, (int64_t)rollup(&root, "Anonymous"), "so is what is anonymous");
	tap_is((int64_t)sums.all.huge, (int64_t)rollup(&root, "AnonHugePages"), "and what is huge");
	tap_ok(sums.all.pss <= rollup(&root, "Pss") &&
	       sums.all.pss + 44 * 1024 > rollup(&root, "Pss"), "PSS but for what is rounded down");
	tap_is(sums.mappings[MAPPING_HEAP], 1, "one heap");
	tap_is((int64_t)kinds[MAPPING_HEAP].rss / 1024, 4888, "of 50 times 100,000 bytes");
	tap_is(sums.mappings[MAPPING_ARENA], 3, "an arena for each thread");
	tap_is((int64_t)kinds[MAPPING_ARENA].rss / 1024, 3 * 2936, "of 40 times 75,000 bytes");
	tap_is(sums.mappings[MAPPING_STACK], 4, "a stack for each thread, too");
	tap_is((int64_t)kinds[MAPPING_STACK].rss / 1024, 3 * 200 + 4 + 12, "of 200,000 bytes");
	tap_is((int64_t)kinds[MAPPING_ANON].huge / 1024, 4096, "other memory, as huge pages");
	tap_is((int64_t)kinds[MAPPING_SHMEM].rss / 1024, 2048 + 1024 + 512,
	       "memfd, shared memory, System V");
	tap_is((int64_t)kinds[MAPPING_FILE].anon / 1024, 256 + 48, "files, with what was copied");
	tap_is((int64_t)kinds[MAPPING_HUGETLB].hugetlb, 0, "no hugetlb pages");
	tap_is(smaps_read(&root, 43, add_mapping, &sums), -ENOENT, "a process that is not there");
	root_close(&root);
}

#define RW "rw-p 00000000 00:00 0 "
#define NONE "---p 00000000 00:00 0 "

/* KIND: of the mapping in question, which is the one with an RSS. */
static const struct { const char *text; enum mapping_kind kind; const char *name; } mappings[] = {
	{ "10000000-10021000 " RW "\nRss: 4 kB\nVmFlags: rd wr nr\n10021000-14000000 " NONE "\n",
	  MAPPING_ARENA, "an arena with a rest" },
	{ "10000000-14000000 " RW "\nRss: 4 kB\nVmFlags: rd wr nr\n", MAPPING_ARENA, "a full one" },
	{ "10000000-15000000 " RW "\nRss: 4 kB\nVmFlags: rd wr nr\n15000000-18000000 " NONE "\n",
	  MAPPING_ARENA, "a full one and another" },
	{ "10000000-18000000 " RW "\nRss: 4 kB\nVmFlags: rd wr nr\n", MAPPING_ANON,
	  "two full ones, or something else" },
	{ "10000000-10021000 " RW "\nRss: 4 kB\nVmFlags: rd wr\n10021000-14000000 " NONE "\n",
	  MAPPING_ANON, "with a reservation, as Go's" },
	{ "10001000-10021000 " RW "\nRss: 4 kB\nVmFlags: rd wr nr\n10021000-14000000 " NONE "\n",
	  MAPPING_ANON, "not at a multiple of its size" },
	{ "10000000-10021000 " RW "\nRss: 4 kB\nVmFlags: rd wr nr\n10021000-20000000 " NONE "\n",
	  MAPPING_ANON, "a rest that is too long, as Java's" },
	{ "10000000-10021000 " RW "\nRss: 4 kB\nVmFlags: rd wr nr\n", MAPPING_ANON, "no rest" },
	{ "0fff0000-0fff1000 " NONE "\n0fff1000-10ff1000 " RW "\nRss: 4 kB\n", MAPPING_STACK,
	  "above a guard page" },
	{ "0fff0000-0fff1000 " NONE "\n0fff2000-10ff1000 " RW "\nRss: 4 kB\n", MAPPING_ANON,
	  "above a hole" },
	{ "0f000000-0fff1000 " NONE "\n0fff1000-10ff1000 " RW "\nRss: 4 kB\n", MAPPING_ANON,
	  "above what is too large for a guard" },
	{ "0fff0000-0fff1000 " NONE "\n0fff1000-10ff1000 r--p 0 00:00 0 \nRss: 4 kB\n", MAPPING_ANON,
	  "above a guard, but not to be written" },
	{ "10000000-10021000 " RW "\nVmFlags: nr\n10021000-14001000 " NONE "\n14001000-15000000 " RW
	  "\nRss: 4 kB\n", MAPPING_STACK, "a guard that an arena's rest hides" },
	{ "10000000-10021000 " RW "\nVmFlags: nr\n10021000-14000000 " NONE "\n14000000-15000000 " RW
	  "\nRss: 4 kB\n", MAPPING_ANON, "the rest of an arena is no guard" },
	{ "10000000-10021000 " RW "  [heap]\nRss: 4 kB\n", MAPPING_HEAP, "[heap]" },
	{ "10000000-10021000 " RW "  [stack]\nRss: 4 kB\n", MAPPING_STACK, "[stack]" },
	{ "10000000-10021000 " RW "  [stack:77]\nRss: 4 kB\n", MAPPING_STACK, "[stack:TID]" },
	{ "10000000-10021000 " RW "  [anon: glibc: pthread stack: 77]\nRss: 4 kB\n", MAPPING_STACK,
	  "glibc's name of a stack" },
	{ "10000000-10021000 " RW "  [anon: glibc: malloc arena]\nRss: 4 kB\n", MAPPING_ARENA,
	  "glibc's name of an arena" },
	{ "10000000-10021000 " RW "  [anon:v8]\nRss: 4 kB\n", MAPPING_ANON, "another name" },
	{ "10000000-10021000 r--p 0 00:00 0  [vvar]\nRss: 4 kB\n", MAPPING_KERNEL, "[vvar]" },
	{ "10000000-10021000 rw-s 0 00:01 9  /memfd:a b (deleted)\nRss: 4 kB\n", MAPPING_SHMEM, "memfd" },
	{ "10000000-10021000 rw-s 0 00:01 9  /SYSV00000000 (deleted)\nRss: 4 kB\n", MAPPING_SHMEM,
	  "System V" },
	{ "10000000-10021000 rw-s 0 fe:01 9  /SYSV\nRss: 4 kB\n", MAPPING_FILE, "a file named so" },
	{ "10000000-10021000 rw-s 0 00:01 9  /dev/shm/x\nRss: 4 kB\n", MAPPING_SHMEM, "/dev/shm" },
	{ "10000000-10021000 r-xp 0 fe:01 9  /usr/bin/x (deleted)\nRss: 4 kB\n", MAPPING_FILE,
	  "a file that is gone" },
	{ "10000000-10021000 rw-s 0 00:01 9  anon_inode:[io_uring]\nRss: 4 kB\n", MAPPING_FILE,
	  "a file without a place" },
	{ "10000000-10200000 rw-p 0 00:01 9  /anon_hugepage (deleted)\nRss: 4 kB\nVmFlags: rd ht\n",
	  MAPPING_HUGETLB, "hugetlb pages" },
};

/* Feeds the lines of TEXT one by one. Returns what the last call has. */
static int feed_smaps(struct smaps_parser *parser, const char *text)
{
	char line[256];
	int r = 0;

	for (; r == 0 && *text; text = keyed_next_line(text)) {
		snprintf(line, sizeof(line), "%.*s", (int)(keyed_next_line(text) - text), text);
		r = smaps_parser_line(parser, line);
	}
	return r < 0 ? r : smaps_parser_end(parser);
}

static enum mapping_kind resident_kind;

static int find_resident(void *context, const struct mapping *mapping, enum mapping_kind kind)
{
	(void)context;
	if (mapping->figures.rss)
		resident_kind = kind;
	return 0;
}

static void test_kinds(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(mappings); i++) {
		static struct smaps_parser parser;

		parser = (struct smaps_parser){ .sink = find_resident };
		resident_kind = MAPPING_KINDS;
		tap_is(feed_smaps(&parser, mappings[i].text), 0, "smaps");
		tap_is(resident_kind, mappings[i].kind, mappings[i].name);
	}
}

#define HEAP RW "  [heap]\n"

/* As recorded while a heap grew: the kernel goes on in what has grown. RSS: of all, KiB. */
static const struct { const char *text; int rss, count; const char *name; } grown[] = {
	{ "10000000-20000000 " HEAP "Rss: 100 kB\n10000000-20022000 " HEAP "Rss: 120 kB\nSwap: 8 kB\n"
	  "30000000-30001000 " RW "\nRss: 4 kB\n", 124, 2, "a heap that has grown comes again" },
	{ "10000000-20000000 " HEAP "Rss: 100 kB\n10000000-20022000 " HEAP "Rss: 120 kB\n"
	  "10000000-20044000 " HEAP "Rss: 140 kB\n", 140, 1, "and again" },
	{ "0f000000-10000000 " RW "\nRss: 50 kB\n10000000-20000000 " RW "\nRss: 100 kB\n"
	  "0f000000-20022000 " RW "\nRss: 170 kB\n30000000-30001000 " RW "\nRss: 4 kB\n", 154, 3,
	  "one with what was below it" },
	{ "10000000-20000000 " RW "\nRss: 100 kB\n1ff00000-20000000 " NONE "\nRss: 0 kB\n"
	  "20000000-20001000 " RW "\nRss: 4 kB\n", 104, 2, "an arena that has shrunk" },
	{ "10000000-20000000 " RW "\nRss: 100 kB\n1ff00000-20100000 " RW "\nRss: 30 kB\n", 100, 1,
	  "its end has become one with what was above it" },
	{ "10000000-20000000 " RW "\nRss: 100 kB\n0f000000-20022000 " RW "\nRss: 170 kB\n", 170, 1,
	  "grown on both sides" },
	/* The control: neighbours are not the same. */
	{ "10000000-20000000 " HEAP "Rss: 100 kB\n20000000-20022000 " HEAP "Rss: 120 kB\n"
	  "20022000-20023000 " RW "\nRss: 4 kB\n", 224, 3, "neighbours are all there" },
};

static void test_grown(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(grown); i++) {
		static struct smaps_parser parser;
		struct kind_sums sums = { 0 };
		int count = 0;

		parser = (struct smaps_parser){ .sink = add_mapping, .context = &sums };
		tap_is(feed_smaps(&parser, grown[i].text), 0, "smaps of what grows");
		for (size_t kind = 0; kind < MAPPING_KINDS; kind++)
			count += (int)sums.mappings[kind];
		tap_is((int64_t)sums.all.rss / 1024, grown[i].rss, grown[i].name);
		tap_is(count, grown[i].count, "each mapping once");
	}
}

static const char *const hostile[] = {
	"", "\n", "Rss: 4 kB\n", "VmFlags:", "-\n", "10000000-", "10000000-20000000",
	"10000000-20000000 rw-p 0 00:00 0", "20000000-10000000 rw-p 0 00:00 0 \nVmFlags: nr\n",
	"0-0 rwxp 0 00:00 0 \nRss: 99999999999999999999 kB\n", "zz-zz rw-p 0 0 0\n",
};

static int stop_with_error(void *context, const struct mapping *mapping, enum mapping_kind kind)
{
	(void)context, (void)mapping, (void)kind;
	return -ENOMEM;
}

static void test_hostile(void)
{
	static struct smaps_parser parser;

	for (size_t i = 0; i < ARRAY_SIZE(hostile); i++) {
		struct kind_sums sums = { 0 };

		parser = (struct smaps_parser){ .sink = add_mapping, .context = &sums };
		feed_smaps(&parser, hostile[i]);
		tap_is((int64_t)sums.all.rss, 0, "no figure of what is no smaps");
	}
	parser = (struct smaps_parser){ .sink = stop_with_error };
	tap_is(feed_smaps(&parser, "10000000-20000000 rw-p 0 00:00 0 \n"), -ENOMEM,
	       "the sink's error is passed on");
}

/* Puts smaps of process PID into TREE: a heap of HEAP KiB and a library of LIBRARY KiB. */
static void put_smaps(const struct tree *tree, int pid, int heap, int library)
{
	char path[32], text[512];

	snprintf(path, sizeof(path), "/proc/%d/smaps", pid);
	snprintf(text, sizeof(text),
		 "10000000-20000000 " RW "  [heap]\nRss: %d kB\nPss: %d kB\n"
		 "30000000-30001000 r-xp 0 fe:01 9  /lib/b\nRss: %d kB\nPss: 1 kB\n"
		 "40000000-40001000 " NONE "\nRss: 0 kB\n"
		 "50000000-50001000 r--p 0 fe:01 8  /lib/a\nRss: 4 kB\nPss: 1 kB\n", heap, heap, library);
	put(tree, path, text);
}

static int64_t heap_of(const struct where *where, enum where_moment moment)
{
	return (int64_t)where->entries[0].shares[moment].figures.rss / 1024;
}

static void test_where(void)
{
	struct tree tree = make_tree();
	struct tree_process processes[] = { { .pid = 1 }, { .pid = 2 },
					   { .pid = 3, .zombie = true },
					    { .pid = 4 } };
	const struct process_tree followed = { .processes = processes,
					       .count = ARRAY_SIZE(processes) };
	struct where where = { .root = &tree.root };

	tap_ok(where_is_due(&where, 0), "what was never read is to be read");
	put_smaps(&tree, 1, 100, 8);
	put_smaps(&tree, 2, 20, 8);
	put_smaps(&tree, 3, 1000, 8);
	tap_is(where_read(&where, &followed, 1000, 5), 0,
	       "two processes, a zombie, and one that is gone");
	tap_is((int64_t)where.readings[WHERE_FIRST].processes, 2, "two were read");
	tap_is(heap_of(&where, WHERE_FIRST), 120, "their heaps together");
	tap_is((int64_t)where_held(&where.readings[WHERE_PEAK].all) / 1024, 144, "all of them");
	tap_is((int64_t)where.count, 4, "heap, anonymous memory, and two files");
	tap_is_text(where.entries[3].name, "/lib/b", "files in order of their names");
	tap_is((int64_t)where.entries[1].shares[WHERE_LAST].mappings, 0, "a guard is no memory");
	tap_ok(where_is_due(&where, 1251), "a quarter more is read at once");
	tap_ok(!where_is_due(&where, 1000), "the same is not read again");
	put_smaps(&tree, 2, 500, 8);
	tap_is(where_read(&where, &followed, 2000, 6), 0, "it has grown");
	put_smaps(&tree, 1, 1, 16);
	put_smaps(&tree, 2, 1, 16);
	tap_is(where_read(&where, &followed, 500, 7), 0, "and shrunk");
	tap_is(heap_of(&where, WHERE_FIRST), 120, "the first one stays");
	tap_is(heap_of(&where, WHERE_PEAK), 600, "so does the largest");
	tap_is(heap_of(&where, WHERE_LAST), 2, "the last is the last");
	tap_is((int64_t)where.readings[WHERE_PEAK].elapsed_ns, 6, "when the largest was read");
	tap_is((int64_t)where.entries[3].shares[WHERE_LAST].figures.rss / 1024, 32, "a file that grew");
	tap_is((int64_t)where.read_count, 3, "three readings");
	where_free(&where);
	remove_tree(&tree);
}

int main(void)
{
	test_recorded();
	test_kinds();
	test_grown();
	test_hostile();
	test_where();
	return tap_done();
}
