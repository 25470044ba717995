/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * memory-kinds.c - what is read for the new kinds of memory, the files behind them, and refusals
 * in words
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../tap.h"
#include "monitor/columns.h"
#include "proc/cgroup-counters.h"
#include "proc/machine.h"
#include "proc/process.h"
#include "verdict/refusal.h"
#include "workload/workload.h"

#define KIB UINT64_C(1024)
#define MIB (KIB * KIB)
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

static const char smaps[] =
	"00400000-00500000 r-xp 00000000 fd:00 42   /bin/pagetouch\n"
	"Size:               1024 kB\nRss:                 900 kB\nAnonymous:             0 kB\n"
	"7f0000000000-7f0000400000 rw-p 00000000 00:00 0\n"
	"Size:               4096 kB\nRss:                  64 kB\nPss:                  32 kB\n"
	"AnonHugePages:         0 kB\nFilePmdMapped:         0 kB\nVmFlags: rd wr\n"
	"7f0000400000-7f0000800000 ---p 00000000 00:00 0\n"
	"Rss:                   8 kB\n"
	"7f0000800000-7f0000900000 rw-p 00000000 00:00 0\n"
	"Rss:                  16 kB\n"
	"ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0 [vsyscall]\n"
	"Rss:                   0 kB\n";

static void test_smaps(void)
{
	uint64_t start = UINT64_C(0x7f0000000000);

	tap_is((int64_t)process_parse_smaps(smaps, start, 4 * MIB), 64 * 1024, "one mapping");
	tap_is((int64_t)process_parse_smaps(smaps, start, 8 * MIB), 72 * 1024,
	       "a region in two mappings");
	tap_is((int64_t)process_parse_smaps(smaps, start + 4 * MIB, 4 * MIB), 8 * 1024,
	       "the second one");
	tap_is((int64_t)process_parse_smaps(smaps, start + 16 * MIB, MIB), 0,
	       "nothing is mapped there");
	tap_is((int64_t)process_parse_smaps(smaps, 0, 0), 0, "nothing is asked for");
	tap_is((int64_t)process_parse_smaps("", start, MIB), 0, "no text");
	tap_is((int64_t)process_parse_smaps("7f-", 0x7f, 1), 0, "a line that breaks off");
	tap_is((int64_t)process_parse_smaps("7f-80 r\nRss:", 0x7f, 1), 0, "and another");
}

static void test_usage(void)
{
	struct cgroup_usage usage = { .total = 1, .pte = 2 };

	cgroup_usage_parse("anon 100\nfile 70\nkernel 9\nshmem 30\npagetables 8\n", 2, &usage);
	tap_ok(usage.anon == 100 && usage.file == 40 && usage.shmem == 30 && usage.pte == 8,
	       "version 2: the kinds, page cache without shared memory");
	tap_ok(usage.total == 1, "the total is not of memory.stat");
	tap_ok(usage.swpin == CGROUP_UNLIMITED && usage.swpout == CGROUP_UNLIMITED,
	       "before 6.12 nor is swapping");
	cgroup_usage_parse("anon 100\nfile 10\nshmem 30\n", 2, &usage);
	tap_ok(usage.file == 0, "figures that are not of one moment make nothing negative");
	tap_ok(usage.pte == CGROUP_UNLIMITED, "before 5.18 page tables are not known");
	usage.pte = 2;
	cgroup_usage_parse("cache 70\nrss 100\nrss_huge 0\nshmem 30\ntotal_rss 999\n", 1, &usage);
	tap_ok(usage.anon == 100 && usage.file == 40 && usage.shmem == 30 && usage.pte == 2,
	       "version 1: the kinds of this cgroup alone");
	cgroup_usage_parse("", 1, &usage);
	tap_ok(usage.anon == CGROUP_UNLIMITED && usage.file == CGROUP_UNLIMITED &&
	       usage.shmem == CGROUP_UNLIMITED, "what is not there is not known");
}

static void put(const char *directory, const char *name, const char *text)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	file = fopen(path, "w");
	if (!file)
		return;
	fputs(text, file);
	fclose(file);
}

static void make_directories(char *path)
{
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, 0755);
		*slash = '/';
	}
	mkdir(path, 0755);
}

static void test_pool(const char *top)
{
	struct hugetlb_pool pool;
	char directory[200];
	struct root root;

	snprintf(directory, sizeof(directory), "%s/sys/kernel/mm/hugepages/hugepages-2048kB", top);
	make_directories(directory);
	put(directory, "nr_hugepages", "10\n");
	put(directory, "free_hugepages", "7\n");
	put(directory, "resv_hugepages", "3\n");
	put(directory, "nr_overcommit_hugepages", "5\n");
	put(directory, "surplus_hugepages", "1\n");
	if (!tap_ok(root_open(top, &root) == 0, "a machine of our own"))
		return;
	hugetlb_pool_read(&root, 2 * MIB, &pool);
	tap_ok(pool.known && pool.total == 10 && pool.free == 7 && pool.reserved == 3 &&
		       pool.more == 4,
	       "its pool of hugetlb pages");
	tap_is((int64_t)hugetlb_pool_left(&pool), 8, "what a mapping may have of it");
	hugetlb_pool_read(&root, 1024 * MIB, &pool);
	tap_ok(!pool.known && !hugetlb_pool_left(&pool), "there is none of the other size");
	root_close(&root);
}

static const struct {
	enum sample_step step;
	const char *then;	/* of STEP_THEN */
	enum touch_access access;
	enum region_lock lock;
	int error;
	const char *what, *hint;
} refusals[] = {
	{ STEP_TOUCH, NULL, TOUCH_POPULATE_WRITE, 0, -EFAULT,
	  "--access populate-write: cannot touch",
	  "file system is full" },
	{ STEP_TOUCH, NULL, TOUCH_PWRITE, 0, -ENOSPC, "--access pwrite: cannot touch", "is full" },
	{ STEP_TOUCH, NULL, TOUCH_POPULATE_READ, 0, -ENOMEM,
	  "--access populate-read: cannot touch",
	  "ask for less" },
	{ STEP_TOUCH, NULL, TOUCH_POPULATE_WRITE, 0, -EINVAL,
	  "--access populate-write", "--access write" },
	{ STEP_THEN, "limit:32M", TOUCH_WRITE, 0, -EBUSY,
	  "--then limit:32M: the kernel refused", "--swap SIZE" },
	{ STEP_THEN, "high:32M", TOUCH_WRITE, 0, -EACCES,
	  "--then high:32M: the kernel refused", "memory cgroup" },
	{ STEP_LOCK, NULL, TOUCH_WRITE, REGION_LOCKED, -ENOMEM,
	  "--lock: cannot lock", "RLIMIT_MEMLOCK" },
	{ STEP_LOCK, NULL, TOUCH_WRITE, REGION_LOCKED_ONFAULT, -EPERM,
	  "--lock=onfault: cannot lock", "CAP_IPC_LOCK" },
	{ STEP_THEN, "collapse:50%", TOUCH_WRITE, 0, -EINVAL,
	  "--then collapse:50%: the kernel refused",
	  "Linux 6.1" },
	{ STEP_THEN, "collapse", TOUCH_WRITE, 0, -ENOMEM, "--then collapse", "compact" },
	{ STEP_THEN, "guard", TOUCH_WRITE, 0, -EINVAL, "--then guard", "6.13" },
	{ STEP_THEN, "dontneed", TOUCH_WRITE, 0, -EINVAL, "--then dontneed", "5.18" },
	{ STEP_THEN, "fork", TOUCH_WRITE, 0, -EAGAIN, "--then fork", "ulimit -u" },
	{ STEP_THEN, "fork:write", TOUCH_WRITE, 0, -ENOMEM, "--then fork:write", "--reserve" },
	{ STEP_THEN, "remove", TOUCH_WRITE, 0, -EOPNOTSUPP, "--then remove", "holes" },
	{ STEP_THEN, "unmap", TOUCH_WRITE, 0, -ENOMEM,
	  "--then unmap: the kernel refused", "this kind of memory" },
	{ STEP_THEN, "touch:write", TOUCH_READ, 0, -EIO, "--then touch:write: the kernel refused",
	  "this kind of memory" },
};

static void test_refusals(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++) {
		static struct workload workload;
		struct error err = { "", "" };
		struct step then = { 0 };

		workload.touch_params.access = refusals[i].access;
		workload.lock = refusals[i].lock;
		tap_ok(!refusals[i].then || step_parse(refusals[i].then, &then, &err) == 0,
		       "a step that there is");
		stepfail_explain(&workload, refusals[i].step, &then, refusals[i].error, &err);
		tap_has(err.message, refusals[i].what, "what was refused");
		tap_has(err.message, strerror(-refusals[i].error), "how");
		tap_has(err.hint, refusals[i].hint, "and what to do");
	}
}

static void check_hugetlb(struct hugetlb_pool pool, uint64_t page, int error, const char *what,
			  const char *hint)
{
	struct mapfail_evidence evidence = {
		.error = error,
		.region = { .bytes = 64 * MIB, .backing = REGION_HUGETLB, .huge_page = page },
		.machine = { .huge_page = 2 * MIB },
		.pool = pool,
	};
	struct error err = { "", "" };

	tap_is(mapfail_explain(&evidence, &err), MAPFAIL_HUGETLB,
	       "hugetlb pages are the cause");
	tap_has(err.message, what, "what is missing");
	tap_has(err.hint, hint, "and the way to it");
}

static void test_hugetlb(void)
{
	check_hugetlb((struct hugetlb_pool){ .known = true }, 2 * MIB, -ENOMEM,
		      "32 hugetlb pages of 2.0 MiB, and 0 are free", "sysctl vm.nr_hugepages=32");
	check_hugetlb(
		(struct hugetlb_pool){ .known = true, .total = 20, .free = 12, .reserved = 2 },
		2 * MIB, -ENOMEM, "and 10 are free", "sysctl vm.nr_hugepages=42");
	check_hugetlb((struct hugetlb_pool){ .known = true }, 16 * MIB, -ENOMEM,
		      "4 hugetlb pages of 16.0 MiB",
		      "echo 4 >/sys/kernel/mm/hugepages/hugepages-16384kB/nr_hugepages");
	check_hugetlb((struct hugetlb_pool){ .known = false }, 4 * MIB, -EINVAL,
		      "no hugetlb pages of 4.0 MiB", "/sys/kernel/mm/hugepages");
}

/* Opens NAME in DIRECTORY as a region of BYTES needs it. */
static int open_file(const char *directory, const char *name, uint64_t bytes, bool writes,
		     int *ret_fd, struct error *err)
{
	char path[256];
	struct workload workload = {
		.file = path,
		.page_size = 4096,
		.region = { .bytes = bytes, .fd = -1,
			    .backing = writes ? REGION_FILE_SHARED : REGION_FILE_PRIVATE },
	};
	int r;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	r = backing_file_open(&workload, err);
	*ret_fd = workload.region.fd;
	return r;
}

static bool is_there(const char *directory, const char *name)
{
	char path[256];
	struct stat status;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return lstat(path, &status) == 0;
}

static void test_new_file(const char *directory)
{
	int fd = -1;
	struct error err = { "", "" };
	struct stat status = { 0 };

	tap_is(open_file(directory, "new", 64 * KIB, true, &fd, &err), 0,
	       "a file that was not there");
	tap_ok(fstat(fd, &status) == 0 && status.st_size == 64 * 1024 &&
	       status.st_nlink == 0, "it has its size and no name");
	tap_ok(!is_there(directory, "new"), "nothing is left of it");
	tap_ok((fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDWR, "it may be written to");
	close(fd);
	err = (struct error){ "", "" };
	tap_ok(open_file(directory, "no/such/place", 4096, true, &fd, &err) < 0 &&
	       err.hint[0], "none can be made where there is no directory");
	tap_ok(open_file(directory, "huge", UINT64_MAX - 4095, true, &fd, &err) < 0 &&
	       !is_there(directory, "huge"), "one that is too large leaves nothing either");
}

static const struct {
	const char *name;
	uint64_t bytes;
	bool writes;
	int result;
	const char *piece;
} existing[] = {
	{ "existing", 4096, false, 0, "" },
	{ "existing", 12288, false, 0, "" },		/* 10000 bytes are three pages */
	{ "existing", 16384, false, -EDOM, "10000" },
	{ "existing", 4096, true, -EDOM, "written to" },
	{ "empty", 4096, false, -EDOM, "only 0" },
	{ "directory", 4096, false, -EDOM, "no regular file" },
	{ "fifo", 4096, false, -EDOM, "no regular file" },
	{ "dangling", 4096, false, -EEXIST, "leads nowhere" },
	{ "new/", 4096, false, -EISDIR, "" },
};

static void test_existing_file(const char *directory)
{
	char path[256], text[10001];

	memset(text, 'x', 10000);
	text[10000] = '\0';
	put(directory, "existing", text);
	put(directory, "empty", "");
	snprintf(path, sizeof(path), "%s/directory", directory);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/fifo", directory);
	mkfifo(path, 0644);
	snprintf(path, sizeof(path), "%s/dangling", directory);
	tap_ok(symlink("nowhere", path) == 0, "files of all kinds");
	for (size_t i = 0; i < ARRAY_SIZE(existing); i++) {
		int fd = -1;
		struct error err = { "", "" };
		int r = open_file(directory, existing[i].name, existing[i].bytes,
				  existing[i].writes, &fd, &err);

		tap_is(r, existing[i].result, existing[i].name);
		tap_has(err.message, existing[i].piece, "it says why");
		if (r == 0)
			tap_ok((fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDONLY,
			       "it is opened for reading only");
		if (fd >= 0)
			close(fd);
	}
	tap_ok(is_there(directory, "existing") && is_there(directory, "dangling") &&
	       !is_there(directory, "nowhere"), "all is as it was");
}

static void test_step_names(void)
{
	struct sample sample = sample_blank(42);

	tap_is_text(sample_step_name(&sample), "touch", "a sample is of the touching");
	sample.step = STEP_HOLD;
	tap_is_text(sample_step_name(&sample), "hold", "or of holding");
	sample.step = STEP_LOCK;
	tap_is_text(sample_step_name(&sample), "lock", "or of locking");
	sample.step = STEP_THEN;
	snprintf(sample.name, sizeof(sample.name), "dontneed:50%%");
	tap_is_text(sample_step_name(&sample), "dontneed:50%", "or of a step by its name");
	tap_ok(sample.pid == 42 && sample.ksm == SAMPLE_MISSING &&
		       sample.committed == SAMPLE_NO_GROWTH,
	       "what has not been read is missing");
}

/* Maps what is mapped without a file, and gives it back. */
static void test_regions(void)
{
	static const enum region_backing backings[] = { REGION_PRIVATE, REGION_SHARED,
							REGION_MEMFD };
	struct region region = { .fd = -1 };

	for (size_t i = 0; i < ARRAY_SIZE(backings); i++) {
		struct region_spec spec = { .bytes = 4 * MIB,
					    .backing = backings[i],
					    .alignment = 2 * MIB };

		tap_is(region_map(&spec, &region), 0, region_backing_name(backings[i]));
		tap_ok((uintptr_t)region.address % (2 * MIB) == 0,
		       "it lies on a huge page's boundary");
		tap_ok((region.fd >= 0) == (backings[i] == REGION_MEMFD), "a memfd stays open");
		region.address[0] = region.address[4 * MIB - 1] = 1;
		region_unmap(&region);
		tap_ok(!region.address && region.fd < 0, "and is given back");
	}
	tap_is(region_map(&(struct region_spec){ .bytes = UINT64_MAX - 4095 }, &region), -ENOMEM,
	       "more than there are addresses");
	tap_ok(!region.address, "maps nothing");
}

static void remove_tree(const char *directory)
{
	char command[300];

	snprintf(command, sizeof(command), "rm -rf '%s'", directory);
	tap_ok(system(command) == 0, "and all is removed");
}

int main(void)
{
	const char *tmp = getenv("TMPDIR");
	char directory[128];

	snprintf(directory, sizeof(directory), "%s/pagetouch-unit.XXXXXX",
		 tmp && strlen(tmp) < 64 ? tmp : "/tmp");
	if (!mkdtemp(directory))
		tap_skip_all("no directory for files");
	test_smaps();
	test_usage();
	test_pool(directory);
	test_refusals();
	test_hugetlb();
	test_new_file(directory);
	test_existing_file(directory);
	test_step_names();
	test_regions();
	remove_tree(directory);
	return tap_done();
}
