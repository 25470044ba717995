/* SPDX-License-Identifier: GPL-2.0-or-later */
/* worker.c - the subject's loop: read a request, map, touch, fork or give back, answer */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/macros.h"
#include "workload/subject.h"

/* The process that carries requests out: the subject, or a child of it. */
struct worker {
	const struct workload *workload;
	struct touch_board *board;	/* shared with the observer */
	int requests;			/* read end, struct subject_request */
	int answers;			/* write end, struct subject_answer */
	struct region scratch;
	struct region region;
	struct heap heap;		/* instead of it, if it is that */
	uint64_t probes;		/* pages of the scratch region touched */
	struct thread_pool pool;
	struct {
		int requests, answers;	/* the other ends of its pipes */
	} children[DRIVER_CHILDREN_MAX];
	unsigned child_count;
};

int worker_make_pipe(int *ret_read, int *ret_write)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	*ret_read = ends[0];
	*ret_write = ends[1];
	return 0;
}

/* All slots, also those of the threads that a forked child has not got. */
static void worker_clear_board(struct worker *worker)
{
	for (unsigned i = 0; i < worker->workload->threads; i++)
		atomic_store(&worker->board->slots[i].done, 0);
}

static struct touch_job worker_plan_scratch(const struct worker *worker, enum touch_access access)
{
	uint64_t page_size = worker->workload->page_size;
	struct touch_params touch_params = { .access = access, .unit = page_size,
					     .stride = page_size };
	struct touch_job job = touch_plan(&touch_params, worker->scratch.address,
					  SUBJECT_SCRATCH_PAGES * page_size);

	job.fd = worker->scratch.fd;
	return job;
}

/* On the same way as later the region, so that all that is needed on it is there by then. */
static int worker_touch_scratch_page(struct worker *worker)
{
	worker->probes = MIN(worker->probes + 1, SUBJECT_SCRATCH_PAGES);
	return thread_pool_touch(&worker->pool, worker->probes);
}

/*
 * Anonymous, unless calls need a file: so in any case of small pages. Writable, too: the probes
 * count on it. What is needed later is faulted in now, so that it does not count as growth.
 */
static int worker_map_scratch(struct worker *worker)
{
	const struct workload *workload = worker->workload;
	struct region_spec spec = {
		.bytes = SUBJECT_SCRATCH_PAGES * workload->page_size,
		.backing = touch_calls(workload->touch_params.access) ? REGION_MEMFD
			 : region_is(workload->region.backing, REGION_IS_SHARED) ? REGION_SHARED
								      : REGION_PRIVATE,
		.reserve = workload->region.reserve,
	};
	struct touch_job job;
	int r = region_map(&spec, &worker->scratch);

	if (r < 0)
		return r;
	worker_clear_board(worker);
	r = region_advise(&worker->scratch, ADVICE_PROTECT_WRITE, spec.bytes, 0,
			  &worker->board->stop);
	if (r < 0)
		return r;
	job = worker_plan_scratch(worker, TOUCH_WRITE);
	thread_pool_begin(&worker->pool, &job);
	return worker_touch_scratch_page(worker);
}

/* Accesses the first page as the region will be accessed, counted nowhere. */
static int worker_try_access(const struct worker *worker)
{
	struct touch_job job =
		worker_plan_scratch(worker, worker->workload->touch_params.access);
	struct touch_slot slot = { 0 };
	_Atomic uint32_t stop = 0;
	uint64_t at = 0;

	return touch_visit(&job, &at, 1, &stop, &slot);
}

static int worker_map_region(struct worker *worker, uint64_t *ret_address)
{
	const struct region_spec *spec = &worker->workload->region;
	int r;

	/* What the C library or the kernel maps cannot be advised before it is touched. */
	if (region_is(spec->backing, REGION_IS_GROWING) && spec->thp == REGION_THP_NEVER)
		prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
	if (spec->backing == REGION_HEAP)
		return heap_make(spec, worker->workload->page_size, &worker->heap);
	r = region_map(spec, &worker->region);
	if (r == 0)
		*ret_address = (uint64_t)(uintptr_t)worker->region.address;
	return r;
}

static void worker_begin(struct worker *worker, enum touch_access access, uint64_t span)
{
	struct touch_params touch_params = worker->workload->touch_params;
	const struct region_spec *spec = &worker->workload->region;
	unsigned char *base = worker->region.address;
	struct touch_job job;

	touch_params.access = access;
	/* A stack is touched from its end on. */
	if (spec->backing == REGION_STACK) {
		touch_params.order = ORDER_BACKWARD;
		base += worker->region.bytes - span;
	}
	job = touch_plan(&touch_params, base, span);
	job.heap = spec->backing == REGION_HEAP ? &worker->heap : NULL;
	job.fd = region_is(spec->backing, REGION_IS_FILE) ? spec->fd : worker->region.fd;
	worker_clear_board(worker);
	thread_pool_begin(&worker->pool, &job);
}

/* Returns in the child, too, with pid 0: WORKER is then the child, which dies with its parent. */
static int worker_fork(struct worker *worker, uint64_t *ret_pid)
{
	CLEANUP_FD int requests = -1, answers = -1, to_child = -1, from_child = -1;
	pid_t parent = getpid(), pid;
	int r = worker->child_count < DRIVER_CHILDREN_MAX ? worker_make_pipe(&requests, &to_child)
							  : -EAGAIN;

	if (r == 0)
		r = worker_make_pipe(&from_child, &answers);
	if (r < 0)
		return r;
	pid = fork();
	if (pid < 0)
		return -errno;
	*ret_pid = (uint64_t)pid;
	if (pid > 0) {
		worker->children[worker->child_count].requests = take_fd(&to_child);
		worker->children[worker->child_count++].answers = take_fd(&from_child);
		return 0;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(0);
	prctl(PR_SET_NAME, CHILD_NAME);
	/* What its parent talks through is not its own. */
	close(worker->requests);
	close(worker->answers);
	worker->requests = take_fd(&requests);
	worker->answers = take_fd(&answers);
	worker->child_count = 0;
	return thread_pool_start(&worker->pool, 1, worker->board);
}

/* Passes a request that is for a child on to it. Returns its answer's error. */
static int worker_ask_child(const struct worker *worker, struct subject_request request)
{
	unsigned index = request.child - 1;
	struct subject_answer answer;

	request.child = 0;
	if (index >= worker->child_count)
		return -ECHILD;
	if (write(worker->children[index].requests, &request, sizeof(request)) !=
		    (ssize_t)sizeof(request) ||
	    read(worker->children[index].answers, &answer, sizeof(answer)) !=
		    (ssize_t)sizeof(answer))
		return -EPIPE;
	return answer.error;
}

static int worker_carry_out(struct worker *worker, const struct subject_request *request,
			    uint64_t *ret_value)
{
	const struct workload *workload = worker->workload;

	if (request->child)
		return worker_ask_child(worker, *request);
	switch ((enum subject_request_type)request->type) {
	case SUBJECT_POOL:
		return thread_pool_start(&worker->pool, (unsigned)workload->threads,
					 worker->board);
	case SUBJECT_SCRATCH:
		return worker_map_scratch(worker);
	case SUBJECT_TRY:
		return worker_try_access(worker);
	case SUBJECT_PROBE:
		return worker_touch_scratch_page(worker);
	case SUBJECT_RELEASE:
		worker_clear_board(worker);
		region_unmap(&worker->scratch);
		return 0;
	case SUBJECT_MAP:
		return worker_map_region(worker, ret_value);
	case SUBJECT_BEGIN:
		worker_begin(worker, (enum touch_access)request->what, request->to);
		return 0;
	case SUBJECT_TOUCH:
		return thread_pool_touch(&worker->pool,
					 request->to / workload->touch_params.unit);
	case SUBJECT_LOCK:
		return region_lock(&worker->region, workload->lock, request->to,
				   workload->touch_params.unit, &worker->board->slots[0].done,
				   &worker->board->stop);
	case SUBJECT_ADVISE:
		if (request->what == ADVICE_TRIM)
			return heap_trim();
		if (workload->region.backing != REGION_HEAP)
			return region_advise(&worker->region, (enum memory_advice)request->what,
					     request->to, request->every, &worker->board->stop);
		if (request->what != ADVICE_UNMAP)
			return -EINVAL;
		heap_free(&worker->heap, request->to);
		return 0;
	case SUBJECT_FORK:
		return worker_fork(worker, ret_value);
	}
	return -ENOSYS;
}

_Noreturn void worker_run(const struct workload *workload, struct touch_board *board, int requests,
			  int answers)
{
	struct worker worker = {
		.workload = workload, .board = board, .requests = requests, .answers = answers,
		.scratch.fd = -1, .region.fd = -1,
	};
	struct subject_request request;
	struct subject_answer answer;

	/*
	 * Reading first would bring the pages around, too (do_fault_around() in mm/memory.c),
	 * which a forked child, that writes first, has not got.
	 */
	worker_clear_board(&worker);
	/* A child that is dead shows as -EPIPE. */
	signal(SIGPIPE, SIG_IGN);
	/* A memfd above RLIMIT_FSIZE is refused, not fatal. */
	signal(SIGXFSZ, SIG_IGN);
	while (TEMP_FAILURE_RETRY(read(worker.requests, &request, sizeof(request))) ==
	       (ssize_t)sizeof(request)) {
		answer = (struct subject_answer){ .type = request.type };
		answer.error = worker_carry_out(&worker, &request, &answer.value);
		/* The child, which nobody has asked yet. */
		if (request.type == SUBJECT_FORK && !request.child && answer.error == 0 &&
		    answer.value == 0)
			continue;
		if (TEMP_FAILURE_RETRY(write(worker.answers, &answer, sizeof(answer))) !=
		    (ssize_t)sizeof(answer))
			break;
	}
	_exit(0);
}
