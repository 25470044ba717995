/* SPDX-License-Identifier: GPL-2.0-or-later */
/* thread-pool.c - threads share the pages out: each is visited once, and all are counted */
#include <config.h>

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../tap.h"
#include "workload/touch.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* 1000 pages do not divide by the threads, nor by the pieces. */
#define PAGES 3001

static struct touch_board board;

static uint64_t counted(unsigned threads)
{
	uint64_t done = 0;

	for (unsigned i = 0; i < threads; i++)
		done += atomic_load(&board.slots[i].done);
	return done;
}

static void clear_board(void)
{
	for (unsigned i = 0; i < TOUCH_THREADS_MAX; i++)
		atomic_store(&board.slots[i].done, 0);
	atomic_store(&board.stop, 0);
}

/* Pages of the first COUNT that hold a 1, in a region in which each page was 0. */
static uint64_t written(const unsigned char *base, uint64_t count, uint64_t page)
{
	uint64_t pages = 0;

	for (uint64_t i = 0; i < count; i++)
		pages += base[i * page] == 1;
	return pages;
}

static unsigned char *map_pages(uint64_t page)
{
	void *base = mmap(NULL, PAGES * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			  -1, 0);

	if (base == MAP_FAILED) {
		printf("Bail out! no memory\n");
		exit(99);
	}
	return base;
}

/* Threads of a thread pool end with the process only, so its memory must stay. */
static struct thread_pool pools[64];
static unsigned pool_count;

/* Visits all in steps of STEP pages, by an access that writes. */
static void test_steps(unsigned threads, enum touch_access access, enum order_kind kind,
		       uint64_t batch, uint64_t step)
{
	struct thread_pool *pool = &pools[pool_count++];
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE), wrong = 0;
	struct touch_params touch_params =
		{ .access = access, .order = kind, .seed = 3, .unit = page,
				       .stride = page, .batch = batch };
	unsigned char *base = map_pages(page);
	struct touch_job job = touch_plan(&touch_params, base, PAGES * page);
	int r = thread_pool_start(pool, threads, &board);

	clear_board();
	if (r == 0)
		thread_pool_begin(pool, &job);
	for (uint64_t to = step; r == 0 && to < PAGES + step; to += step) {
		uint64_t end = to < PAGES ? to : PAGES;

		r = thread_pool_touch(pool, end);
		wrong += counted(threads) != end * page;
	}
	if (r == -EINVAL) {
		tap_skip("populate", "this kernel cannot");
		return;
	}
	tap_ok(r == 0 && !wrong,
	       "%u threads, %s, %s, batches of %" PRIu64 ", steps of %" PRIu64
	       ": counted at every step", threads, touch_access_name(access), order_name(kind),
	       batch, step);
	if (access == TOUCH_WRITE)
		tap_is((int64_t)written(base, PAGES, page), PAGES, "every page was written");
	munmap(base, PAGES * page);
}

/* Stopped before the first page, nothing is done; let go again, all of it is, and no more. */
static void test_stop(void)
{
	struct thread_pool pool;
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	struct touch_params touch_params = { .unit = page, .stride = page };
	unsigned char *base = map_pages(page);
	struct touch_job job = touch_plan(&touch_params, base, PAGES * page);

	clear_board();
	thread_pool_start(&pool, 1, &board);
	thread_pool_begin(&pool, &job);
	thread_pool_touch(&pool, 10);
	atomic_store(&board.stop, 1);
	tap_is(thread_pool_touch(&pool, PAGES), 0, "a stop is no error");
	tap_is((int64_t)(counted(1) / page), 10, "nothing is touched after it");
	atomic_store(&board.stop, 0);
	thread_pool_touch(&pool, 20);
	tap_is((int64_t)(counted(1) / page), 20, "less may be asked for then than before");
	tap_is((int64_t)written(base, PAGES, page), 20, "and no more is done");
	thread_pool_touch(&pool, PAGES);
	tap_is((int64_t)(counted(1) / page), PAGES, "all is done when it is asked for again");
	tap_is((int64_t)written(base, PAGES, page), PAGES, "to every page");
	thread_pool_begin(&pool, &job);
	clear_board();
	thread_pool_touch(&pool, PAGES);
	tap_is((int64_t)(counted(1) / page), PAGES, "a job can be begun anew");
	munmap(base, PAGES * page);
}

/* Bytes of COUNT pages of the file that are 1 where a page begins. */
static uint64_t written_to(int fd, uint64_t count, uint64_t page)
{
	uint64_t pages = 0;
	char byte = 0;

	for (uint64_t i = 0; i < count; i++)
		pages += pread(fd, &byte, 1, (off_t)(i * page)) == 1 && byte == 1;
	return pages;
}

/* Calls reach the file page by page, and leave the memory at base alone. */
static void test_calls(unsigned threads, enum order_kind kind)
{
	struct thread_pool *pool = &pools[pool_count++];
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	struct touch_params touch_params = { .access = TOUCH_PWRITE, .order = kind, .seed = 5,
				       .unit = page, .stride = 2 * page };
	unsigned char *base = map_pages(page);
	struct touch_job job = touch_plan(&touch_params, base, 1000 * page);
	int r;

	mprotect(base, PAGES * page, PROT_NONE);
	job.fd = memfd_create("pagetouch-test", 0);
	thread_pool_start(pool, threads, &board);
	clear_board();
	thread_pool_begin(pool, &job);
	r = thread_pool_touch(pool, 400);
	tap_ok(r == 0 && counted(threads) == 400 * page,
	       "%u threads, pwrite, %s: counted", threads, order_name(kind));
	thread_pool_touch(pool, 500);
	tap_is((int64_t)written_to(job.fd, 1000, page), 500, "every second page was written");
	job.access = TOUCH_PREAD;
	thread_pool_begin(pool, &job);
	tap_is(thread_pool_touch(pool, 500), 0, "pread: all of them are there");
	tap_is(ftruncate(job.fd, (off_t)(10 * page)), 0, "the file is cut");
	thread_pool_begin(pool, &job);
	tap_is(thread_pool_touch(pool, 500), -EFAULT, "a file that ends before the page");
	job.access = TOUCH_PWRITE;
	close(job.fd);
	job.fd = -1;
	thread_pool_begin(pool, &job);
	clear_board();
	tap_is(thread_pool_touch(pool, 500), -EBADF, "the error of a call");
	tap_is((int64_t)counted(threads), 0, "is not counted");
	munmap(base, PAGES * page);
}

/* What cannot be populated is an error, and counted as far as it came. */
static void test_error(void)
{
	struct thread_pool pool;
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	struct touch_params touch_params = { .access = TOUCH_POPULATE_WRITE,
				       .unit = page,
				       .stride = page };
	unsigned char *base = map_pages(page);
	struct touch_job job = touch_plan(&touch_params, base, PAGES * page);
	int r;

	mprotect(base + 1000 * page, page, PROT_NONE);
	clear_board();
	thread_pool_start(&pool, 1, &board);
	thread_pool_begin(&pool, &job);
	r = thread_pool_touch(&pool, PAGES);
	tap_ok(r < 0, "what may not be accessed cannot be populated");
	tap_ok(counted(1) <= 1000 * page, "and is not counted");
	munmap(base, PAGES * page);
}

/* No signal's default action: the kernel would log it. */
static void end(int number)
{
	_exit(number);
}

static _Noreturn void visit(const struct touch_job *job, struct touch_slot *slot)
{
	_Atomic uint32_t stop = 0;
	uint64_t at = 0;

	signal(SIGSEGV, end);
	touch_visit(job, &at, PAGES, &stop, slot);
	_exit(0);
}

/*
 * A fault at page FATAL kills: what lies before it has been counted, but for the last LATE
 * pages.
 */
static void test_killed(enum touch_access access, uint64_t batch, uint64_t fatal, uint64_t late)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	struct touch_params touch_params = { .access = access, .unit = page, .stride = page,
				       .batch = batch };
	unsigned char *base = map_pages(page);
	struct touch_job job = touch_plan(&touch_params, base, PAGES * page);
	struct touch_slot *slot = mmap(NULL, sizeof(*slot), PROT_READ | PROT_WRITE,
				       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status = 0;
	pid_t pid;

	mprotect(base + fatal * page, page, PROT_NONE);
	/* valgrind would have the child print it again. */
	fflush(stdout);
	pid = fork();
	if (pid == 0)
		visit(&job, slot);
	waitpid(pid, &status, 0);
	tap_is(WEXITSTATUS(status), SIGSEGV, "a page that may not be touched ends it");
	tap_ok(slot->done == (fatal - late) * page,
	       "%s, batches of %" PRIu64 ": counted up to there",
	       touch_access_name(access), batch);
	munmap(slot, sizeof(*slot));
	munmap(base, PAGES * page);
}

int main(void)
{
	static const unsigned threads[] = { 1, 2, 3, 7 };
	static const uint64_t steps[] = { PAGES, 1000, 513, 17 };
	const char *sanitizer = getenv("PAGETOUCH_SANITIZED");
	/* To valgrind the memory of a thread that never ends is lost. */
	bool alone = sanitizer && !strcmp(sanitizer, "valgrind");

	for (size_t i = 0; i < (alone ? 1 : ARRAY_SIZE(threads)); i++)
		for (size_t j = 0; j < ARRAY_SIZE(steps); j++)
			test_steps(threads[i], TOUCH_WRITE, (enum order_kind)(j % 3), 1, steps[j]);
	for (size_t i = 0; i < (alone ? 1 : ARRAY_SIZE(threads)); i++) {
		test_steps(threads[i], TOUCH_READ, ORDER_BACKWARD, 1, 100);
		test_steps(threads[i], TOUCH_READ, ORDER_FORWARD, 1, 100);
		test_steps(threads[i], TOUCH_WRITE, ORDER_FORWARD, TOUCH_BATCH, 1003);
		test_steps(threads[i], TOUCH_READ, ORDER_FORWARD, TOUCH_BATCH, PAGES);
		test_steps(threads[i], TOUCH_WRITE, ORDER_RANDOM, TOUCH_BATCH, 100);
		test_steps(threads[i], TOUCH_POPULATE_WRITE, ORDER_FORWARD, 1, 700);
		test_steps(threads[i], TOUCH_POPULATE_WRITE, ORDER_BACKWARD, 1, 700);
		test_steps(threads[i], TOUCH_POPULATE_READ, ORDER_RANDOM, 1, PAGES);
	}
	test_steps(alone ? 1 : 2, TOUCH_WRITE, ORDER_FORWARD, 0, 1);
	test_calls(1, ORDER_FORWARD);
	test_calls(1, ORDER_RANDOM);
	test_calls(alone ? 1 : 3, ORDER_BACKWARD);
	test_stop();
	test_error();
	test_killed(TOUCH_WRITE, 1, 1007, 0);
	test_killed(TOUCH_READ, 1, 1007, 0);
	test_killed(TOUCH_WRITE, TOUCH_BATCH, 1024, 0);
	test_killed(TOUCH_READ, TOUCH_BATCH, 1024, 0);
	test_killed(TOUCH_WRITE, TOUCH_BATCH, 1007, 15);
	return tap_done();
}
