/* SPDX-License-Identifier: GPL-2.0-or-later */
/* touch.h - visit the pages of a region, or of pieces from malloc(3), with one or many threads */
#ifndef PT_TOUCH_H
#define PT_TOUCH_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "workload/region.h"

/* So many threads may touch at once. */
#define TOUCH_THREADS_MAX 256

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

/* "forward", "backward" or "random"; ended by NULL. */
extern const char *const order_names[];

const char *order_name(enum order_kind kind);

enum touch_access {
	TOUCH_WRITE,		/* one byte into each page */
	TOUCH_READ,		/* one byte from each page */
	TOUCH_POPULATE_WRITE,	/* madvise(2) MADV_POPULATE_WRITE, Linux 5.14 */
	TOUCH_POPULATE_READ,	/* MADV_POPULATE_READ, the same */
	TOUCH_PREAD,		/* pread(2) a byte of each page of the file that is mapped */
	TOUCH_PWRITE,		/* pwrite(2) one */
};

/* How pages are visited, whichever they are. */
struct touch_params {
	enum touch_access access;
	enum order_kind order;
	uint64_t seed;			/* of ORDER_RANDOM */
	uint64_t unit;			/* bytes of a page */
	uint64_t stride;		/* bytes from one visited page to the next; unit: all */
	uint64_t batch;			/* pages counted at once, if forward; 0: each by itself */
	uint64_t chunk;			/* bytes populated at once; 0: as touch_plan() says */
};

/*
 * A batch for memory of which one fault may bring many pages. It divides their number, so that
 * a fault that ends the process still comes when all pages before it have been counted.
 */
#define TOUCH_BATCH 16

#define TOUCH_ACCESSES (TOUCH_PWRITE + 1)

/*
 * The least size of a piece: no allocator spends more than twice as much on one, which the guard
 * counts on; and how many there may be, so that the table of them stays small.
 */
#define HEAP_PIECE_LEAST 16
#define HEAP_PIECES_MAX (UINT64_C(1) << 22)

/*
 * SIZE bytes in pieces: page number N of them is what lies from byte N * page_size on when the
 * pieces are thought side by side. A piece above a page is of whole pages.
 */
struct heap {
	unsigned char **pieces;	/* NULL: not allocated yet, or freed */
	uint64_t count;
	uint64_t size;		/* bytes of all, a multiple of page_size */
	uint64_t piece;		/* bytes of one, HEAP_PIECE_LEAST at least */
	uint64_t page_size;
};

/* What there is to visit. */
struct touch_job {
	unsigned char *base;
	struct heap *heap;		/* for heap_visit(), instead of base; NULL: none */
	uint64_t unit, stride;
	uint64_t run;			/* pages that are visited, or populated, at once */
	enum touch_access access;
	int fd;				/* of the file whose first byte is at base; -1: none */
	struct order order;		/* order.count is how many pages are visited */
};

/* A counter of one thread, on a cache line (or a pair of them) of its own. */
struct touch_slot {
	_Alignas(128) _Atomic uint64_t done;	/* bytes */
};

/* Shared with whoever watches the touching; all lives in memory seen by two processes. */
struct touch_board {
	_Atomic uint32_t stop;		/* set to 1: stop before the next page, or batch of them */
	struct touch_slot slots[TOUCH_THREADS_MAX];	/* together: what was done so far */
};

/* The least that is populated at once, but for larger pages: see touch_plan(). */
#define TOUCH_CHUNK (UINT64_C(256) << 10)

/* How many pages TOUCH_PARAMS visits in the first SPAN bytes of a region. */
uint64_t touch_count(const struct touch_params *touch_params, uint64_t span);

/*
 * The job of visiting the first SPAN bytes at BASE, of no file or heap yet.
 *
 * With TOUCH_POPULATE_* the kernel takes so many of them at a time (a page, if that is larger):
 * they are counted when it is done with them, and a stop waits for it. A 2048th of them, from
 * TOUCH_CHUNK to 2 MiB: where a page is populated in half a microsecond, the calls would else take
 * a twentieth of the time.
 */
struct touch_job touch_plan(const struct touch_params *touch_params, unsigned char *base,
			    uint64_t span);

/*
 * Visits number *at to number TO - 1 of JOB, and counts each page in SLOT when it (or its batch)
 * has been visited, and in *at, which says how far it came. Returns 0 when TO is reached or *stop
 * is set, or the negative errno of madvise(2), pread(2) or pwrite(2) (-EFAULT: the file ends
 * before the page).
 */
int touch_visit(const struct touch_job *job, uint64_t *at, uint64_t to, _Atomic uint32_t *stop,
		struct touch_slot *slot);

/* How many pieces of PIECE bytes SIZE bytes are. */
uint64_t heap_count(uint64_t size, uint64_t piece);

/*
 * Makes the table for what SPEC says, of 8 bytes for each piece: mapped apart and resident when
 * this returns, so that it is no growth later. What malloc(3) has to spare is given back, if it
 * can be, so that the pieces are new memory. Allocates no piece. Returns 0 or a negative errno.
 */
int heap_make(const struct region_spec *spec, uint64_t page_size, struct heap *ret_heap);

/* A piece always falls to the same of several threads: which of how many this one is. */
struct heap_share {
	unsigned number, of;
};

/*
 * Visits those of the pages *at to TO - 1 of a JOB of a heap that are SHARE's: allocates the
 * pieces that begin in the page, unless they are there, and accesses the first byte of each and
 * of the page. Counts in SLOT and in *at as touch_visit() does. Returns 0 when TO is reached or
 * *stop is set, or -ENOMEM when malloc(3) has no more.
 */
int heap_visit(const struct touch_job *job, struct heap_share share, uint64_t *at, uint64_t to,
	       _Atomic uint32_t *stop, struct touch_slot *slot);

/* Gives the pieces that lie wholly in the first BYTES back with free(3), in their order. */
void heap_free(struct heap *heap, uint64_t bytes);

/* Whether there is malloc_trim(3): the GNU C library has it. */
bool heap_can_trim(void);

/* malloc_trim(3), which leaves nothing to spare. Returns 0, or -ENOSYS without it. */
int heap_trim(void);

/* One thread, and which pages it has taken upon itself: it visits them sooner or later. */
struct pool_thread {
	_Alignas(128) uint64_t at, end;
	int error;		/* of the last order: 0 or a negative errno */
	unsigned number;	/* its slot on the board */
	struct thread_pool *pool;
};

/* The calling thread is thread 0; the others wait until there is something to touch. */
struct thread_pool {
	struct touch_board *board;
	struct touch_job job;
	struct pool_thread *pool_threads;	/* count of them */
	struct pool_thread self;	/* all of them, if the calling thread is alone */
	unsigned count;
	uint64_t to, share;	/* of the current order: touch up to here, in pieces of so many */
	_Atomic uint64_t next;	/* the first page that nobody has taken */
	pthread_barrier_t begin, end;
};

/*
 * Makes a thread pool of COUNT threads, which count on BOARD, and starts all but the first.
 * Returns 0, -ENOMEM or the negative errno of pthread_create(3); threads and pool end with the
 * process.
 */
int thread_pool_start(struct thread_pool *pool, unsigned count, struct touch_board *board);

/* Takes up JOB from its beginning; the counters on the board are the caller's to clear. */
void thread_pool_begin(struct thread_pool *pool, const struct touch_job *job);

/*
 * Visits the pages up to number TO of the job. If board->stop is set before that, some of the
 * pages in between may have been visited and others not; the board counts those that have, and the
 * next call goes on with the others. Returns 0 or a negative errno.
 */
int thread_pool_touch(struct thread_pool *pool, uint64_t to);

/* Whether ACCESS changes what it visits. */
bool touch_writes(enum touch_access access);

/* Whether ACCESS is a call on the file behind the memory, which it leaves alone. */
bool touch_calls(enum touch_access access);

/* "write", "read", "populate-write", "populate-read", "pread" or "pwrite"; ended by NULL. */
extern const char *const touch_access_names[TOUCH_ACCESSES + 1];

const char *touch_access_name(enum touch_access access);

#endif
