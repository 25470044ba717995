/* SPDX-License-Identifier: GPL-2.0-or-later */
/* worker.c - the subject's loop: read a request, map, touch or give back, answer */
#include <config.h>

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "workload/child.h"
#include "workload/heap.h"
#include "workload/memory-advice.h"
#include "workload/protocol.h"
#include "workload/stack.h"
#include "workload/thread-pool.h"
#include "workload/worker.h"

/* Bytes that are locked by one mlock(2): a stop waits for it. */
#define LOCK_CHUNK (UINT64_C(4) << 20)

/* What the process has got. */
struct worker_state {
	struct region scratch;
	struct region region;
	struct heap heap;	/* instead of it, if it is that */
	uint64_t probes;	/* pages of the scratch region touched */
	struct thread_pool pool;
	struct pool_thread self;	/* the thread pool, while it is this thread alone */
	struct child children[SUBJECT_CHILDREN_MAX];
	unsigned forked;
};

static int start_pool(const struct worker *worker, struct worker_state *state)
{
	struct pool_thread *pool_threads = &state->self;
	unsigned threads = (unsigned)worker->workload->threads;

	if (threads > 1)
		pool_threads = aligned_alloc(_Alignof(struct pool_thread),
					     threads * sizeof(*pool_threads));
	if (!pool_threads)
		return -ENOMEM;
	return thread_pool_start(&state->pool, pool_threads, threads, worker->board);
}

static void clear_board(const struct worker *worker)
{
	for (unsigned i = 0; i < worker->workload->threads; i++)
		atomic_store(&worker->board->slots[i].done, 0);
}

static struct touch_job plan_scratch(const struct worker *worker, const struct worker_state *state,
				     enum touch_access access)
{
	struct touch_params touch_params = { .access = access, .unit = worker->workload->page_size,
				       .stride = worker->workload->page_size };

	struct touch_job job = touch_plan(&touch_params, state->scratch.address,
					  SUBJECT_SCRATCH_PAGES * worker->workload->page_size);

	job.fd = state->scratch.fd;
	return job;
}

/* On the same way as later the region, so that all that is needed on it is there by then. */
static int touch_scratch_page(struct worker_state *state)
{
	if (state->probes == SUBJECT_SCRATCH_PAGES)
		return 0;
	return thread_pool_touch(&state->pool, ++state->probes);
}

/* Accesses the first page as the region will be accessed, counted nowhere. */
static int worker_try_access(const struct worker *worker, const struct worker_state *state)
{
	struct touch_job job = plan_scratch(worker, state, worker->workload->touch_params.access);
	struct touch_slot slot = { 0 };
	_Atomic uint32_t stop = 0;
	uint64_t at = 0;

	return touch_visit(&job, &at, 1, &stop, &slot);
}

/* Anonymous, unless calls need a file: so in any case of small pages. */
static enum region_backing scratch_backing(const struct worker *worker)
{
	if (touch_calls(worker->workload->touch_params.access))
		return REGION_MEMFD;
	return region_is_shared(worker->workload->region.backing) ? REGION_SHARED : REGION_PRIVATE;
}

/* Writable, too: the probes count on it. */
static int map_scratch(const struct worker *worker, struct worker_state *state)
{
	struct region_spec spec = {
		.bytes = SUBJECT_SCRATCH_PAGES * worker->workload->page_size,
		.backing = scratch_backing(worker),
		.reserve = worker->workload->region.reserve,
	};
	struct touch_job job;
	int r = region_map(&spec, &state->scratch);

	if (r < 0)
		return r;
	/* What is needed later is faulted in now, so that it does not count as growth. */
	clear_board(worker);
	r = advice_apply(&state->scratch, ADVICE_PROTECT_WRITE, spec.bytes);
	if (r < 0)
		return r;
	job = plan_scratch(worker, state, TOUCH_WRITE);
	thread_pool_begin(&state->pool, &job);
	return touch_scratch_page(state);
}

static void release_scratch(const struct worker *worker, struct worker_state *state)
{
	clear_board(worker);
	region_unmap(&state->scratch);
}

static int worker_map_region(const struct worker *worker, struct worker_state *state,
			     uint64_t *ret_address)
{
	const struct region_spec *spec = &worker->workload->region;
	int r;

	/* What the C library or the kernel maps cannot be advised before it is touched. */
	if (region_grows(spec->backing) && spec->thp == REGION_THP_NEVER)
		prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
	if (spec->backing == REGION_HEAP)
		return heap_make(spec, worker->workload->page_size, &state->heap);
	if (spec->backing == REGION_STACK)
		r = stack_find(spec, worker->workload->page_size, &state->region);
	else
		r = region_map(spec, &state->region);
	if (r == 0)
		*ret_address = (uint64_t)(uintptr_t)state->region.address;
	return r;
}

/* A stack is touched from its end on. */
static struct touch_job plan_region(const struct worker *worker, struct worker_state *state,
				    struct touch_params touch_params, uint64_t span)
{
	struct region *region = &state->region;

	if (worker->workload->region.backing == REGION_HEAP)
		return heap_plan(&touch_params, &state->heap, span);
	if (worker->workload->region.backing != REGION_STACK)
		return touch_plan(&touch_params, region->address, span);
	touch_params.order = ORDER_BACKWARD;
	return touch_plan(&touch_params, region->address + region->bytes - span, span);
}

static int worker_begin(const struct worker *worker, struct worker_state *state,
			const struct subject_request *request)
{
	struct touch_params touch_params = worker->workload->touch_params;
	const struct region_spec *spec = &worker->workload->region;
	struct touch_job job;

	touch_params.access = (enum touch_access)request->what;
	/* All slots, also those of the threads that a forked child has not got. */
	clear_board(worker);
	job = plan_region(worker, state, touch_params, request->to);
	job.fd = region_is_file(spec->backing) ? spec->fd : state->region.fd;
	thread_pool_begin(&state->pool, &job);
	return 0;
}

/* With MLOCK_ONFAULT nothing becomes resident, so that one call does. */
static int worker_lock(const struct worker *worker, const struct worker_state *state, uint64_t to)
{
	_Atomic uint64_t *done = &worker->board->slots[0].done;
	uint64_t unit = worker->workload->touch_params.unit, at = atomic_load(done), end;
	enum region_lock lock = worker->workload->lock;
	uint64_t most = lock == REGION_LOCKED_ONFAULT ? UINT64_MAX
		: unit > LOCK_CHUNK ? unit : LOCK_CHUNK;
	int r = 0;

	for (; r == 0 && at < to && !atomic_load(&worker->board->stop); at = end) {
		end = to - at < most ? to : at + most;
		r = region_lock(&state->region, at, end, lock);
		if (r == 0)
			atomic_store(done, end);
	}
	return r;
}

static int worker_advise(const struct worker *worker, struct worker_state *state,
			 const struct subject_request *request)
{
	enum memory_advice advice = (enum memory_advice)request->what;

	if (advice == ADVICE_TRIM)
		return heap_trim();
	if (worker->workload->region.backing == REGION_HEAP) {
		if (advice != ADVICE_UNMAP)
			return -EINVAL;
		heap_free(&state->heap, request->to);
		return 0;
	}
	if (request->every)
		return advice_apply_each(&state->region, advice, request->to, request->every,
					 &worker->board->stop);
	return advice_apply(&state->region, advice, request->to);
}

static _Noreturn void serve(struct worker *worker, struct worker_state *state);

static int worker_fork_child(struct worker *worker, struct worker_state *state, uint64_t *ret_pid)
{
	struct child child;
	int r;

	if (state->forked == SUBJECT_CHILDREN_MAX)
		return -EAGAIN;
	r = child_fork(&child);
	if (r < 0)
		return r;
	if (child.pid > 0) {
		*ret_pid = (uint64_t)child.pid;
		state->children[state->forked++] = child;
		return 0;
	}
	/* The child: what its parent talks through is not its own. */
	close(worker->requests);
	close(worker->answers);
	worker->requests = child.requests;
	worker->answers = child.answers;
	state->forked = 0;
	thread_pool_start(&state->pool, &state->self, 1, worker->board);
	serve(worker, state);
}

static int worker_carry_out(struct worker *worker, struct worker_state *state,
			    const struct subject_request *request, uint64_t *ret_value)
{
	switch (request->type) {
	case SUBJECT_POOL:
		return start_pool(worker, state);
	case SUBJECT_SCRATCH:
		return map_scratch(worker, state);
	case SUBJECT_TRY:
		return worker_try_access(worker, state);
	case SUBJECT_PROBE:
		return touch_scratch_page(state);
	case SUBJECT_RELEASE:
		release_scratch(worker, state);
		return 0;
	case SUBJECT_MAP:
		return worker_map_region(worker, state, ret_value);
	case SUBJECT_BEGIN:
		return worker_begin(worker, state, request);
	case SUBJECT_TOUCH:
		return thread_pool_touch(&state->pool,
					 request->to / worker->workload->touch_params.unit);
	case SUBJECT_LOCK:
		return worker_lock(worker, state, request->to);
	case SUBJECT_ADVISE:
		return worker_advise(worker, state, request);
	case SUBJECT_FORK:
		return worker_fork_child(worker, state, ret_value);
	default:
		return -ENOSYS;
	}
}

/* Passes a request that is for a child on to it. */
static int pass_on(const struct worker_state *state, const struct subject_request *request)
{
	struct subject_request to_child = *request;

	to_child.child = 0;
	if (request->child > state->forked)
		return -ECHILD;
	return child_ask(&state->children[request->child - 1], &to_child);
}

static _Noreturn void serve(struct worker *worker, struct worker_state *state)
{
	struct subject_request request;
	struct subject_answer answer;
	ssize_t length;

	for (;;) {
		length = TEMP_FAILURE_RETRY(read(worker->requests, &request, sizeof(request)));
		if (length != (ssize_t)sizeof(request))
			break;
		answer = (struct subject_answer){ .type = request.type };
		answer.error = request.child ? pass_on(state, &request)
					     : worker_carry_out(worker, state, &request,
								&answer.value);
		length = TEMP_FAILURE_RETRY(write(worker->answers, &answer, sizeof(answer)));
		if (length != (ssize_t)sizeof(answer))
			break;
	}
	_exit(0);
}

_Noreturn void worker_run(struct worker *worker)
{
	struct worker_state state = { .scratch.fd = -1, .region.fd = -1 };

	/*
	 * Reading first would bring the pages around, too (do_fault_around() in mm/memory.c),
	 * which a forked child, that writes first, has not got.
	 */
	clear_board(worker);
	/* A child that is dead shows as -EPIPE. */
	signal(SIGPIPE, SIG_IGN);
	/* A memfd above RLIMIT_FSIZE is refused, not fatal. */
	signal(SIGXFSZ, SIG_IGN);
	serve(worker, &state);
}
