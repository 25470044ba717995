/* SPDX-License-Identifier: GPL-2.0-or-later */
/* subject.c - start, ask and end the subject; and its own part: map, touch, fork, give back */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/macros.h"
#include "sandbox/enter.h"
#include "workload/subject.h"

/* How long a child that was killed may take to give its memory back, ms. */
#define CHILD_END_MS 10000

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

static int make_pipe(int *ret_read, int *ret_write)
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

/* On the same way as later the region, so that all that is needed on it is there by then. */
static int worker_probe(struct worker *worker)
{
	return thread_pool_touch(&worker->pool, ++worker->probes);
}

/*
 * The scratch region is anonymous, unless calls need a file: so in any case of small pages.
 * Writable, too: the probes count on it. What is needed later is faulted in now, so that it does
 * not count as growth. The access of the region is tried on the first page, counted nowhere.
 */
static int worker_prepare(struct worker *worker, uint64_t *ret_failed)
{
	const struct workload *workload = worker->workload;
	uint64_t page_size = workload->page_size, at = 0;
	struct touch_params touch_params = { .access = TOUCH_WRITE, .unit = page_size,
					     .stride = page_size };
	enum touch_access access = workload->touch_params.access;
	struct region_spec spec = {
		.bytes = SUBJECT_SCRATCH_PAGES * page_size,
		.backing = touch_calls(access) ? REGION_MEMFD
			 : region_is(workload->region.backing, REGION_IS_SHARED) ? REGION_SHARED
								      : REGION_PRIVATE,
		.reserve = workload->region.reserve,
	};
	struct touch_slot uncounted = { 0 };
	_Atomic uint32_t stop = 0;
	struct touch_job job;
	int r = thread_pool_start(&worker->pool, (unsigned)workload->threads, worker->board);

	*ret_failed = SUBJECT_NO_THREADS;
	if (r < 0)
		return r;
	*ret_failed = SUBJECT_NO_SCRATCH;
	r = region_map(&spec, &worker->scratch);
	if (r == 0)
		r = region_advise(&worker->scratch, ADVICE_PROTECT_WRITE, spec.bytes, 0,
				  &worker->board->stop);
	if (r < 0)
		return r;
	worker_clear_board(worker);
	job = touch_plan(&touch_params, worker->scratch.address, spec.bytes);
	job.fd = worker->scratch.fd;
	thread_pool_begin(&worker->pool, &job);
	r = worker_probe(worker);
	if (r < 0)
		return r;
	*ret_failed = SUBJECT_NO_ACCESS;
	job.access = access;
	return touch_visit(&job, &at, 1, &stop, &uncounted);
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
	int r = worker->child_count < DRIVER_CHILDREN_MAX ? make_pipe(&requests, &to_child)
							  : -EAGAIN;

	if (r == 0)
		r = make_pipe(&from_child, &answers);
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
	case SUBJECT_PREPARE:
		return worker_prepare(worker, ret_value);
	case SUBJECT_PROBE:
		*ret_value = SUBJECT_NO_PROBE;
		return worker_probe(worker);
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

static _Noreturn void become_subject(const struct workload *workload, int oom_score_adj,
				     pid_t observer, struct touch_board *board, int requests,
				     int answers)
{
	struct worker worker = {
		.workload = workload, .board = board, .requests = requests, .answers = answers,
		.scratch.fd = -1, .region.fd = -1,
	};
	struct rlimit core = { .rlim_cur = 1, .rlim_max = 1 }, current;
	struct subject_request request;
	struct subject_answer answer;
	sigset_t none;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != observer)
		_exit(0);
	setpgid(0, 0);
	prctl(PR_SET_NAME, SUBJECT_NAME);
	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_DFL);
	/* A dead child shows as -EPIPE; a memfd above RLIMIT_FSIZE is refused, not fatal. */
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/*
	 * RLIMIT_CORE 1, not 0: the kernel pipes a core to a handler in core_pattern even at
	 * 0, but not at 1, and a file of one byte is below the least core (core(5)).
	 */
	if (getrlimit(RLIMIT_CORE, &current) == 0 && current.rlim_max < 1)
		core.rlim_cur = core.rlim_max = current.rlim_max;
	setrlimit(RLIMIT_CORE, &core);
	oom_score_adj_set(oom_score_adj, false);
	/*
	 * Reading first would bring the pages around, too (do_fault_around() in mm/memory.c),
	 * which a forked child, that writes first, has not got.
	 */
	worker_clear_board(&worker);
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

int subject_start(const struct workload *workload, int cgroup, int oom_score_adj,
		  struct subject *ret_subject, struct error *err)
{
	struct subject subject = { .pidfd = -1, .requests = -1, .answers = -1,
				   .threads = (unsigned)workload->threads };
	CLEANUP_FD int requests = -1, answers = -1;	/* the subject's ends */
	const char *what = "mmap";
	/* Populated: a page that got its second user during the run would halve in PSS. */
	void *memory = mmap(NULL, sizeof(*subject.board), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	int r = memory == MAP_FAILED ? -errno : 0;
	pid_t observer = getpid(), pid = -1;
	bool born = false;

	if (r == 0) {
		subject.board = memory;
		what = "pipe";
		r = make_pipe(&requests, &subject.requests);
	}
	if (r == 0)
		r = make_pipe(&subject.answers, &answers);
	if (r == 0) {
		what = "fork";
		/* What the subject has forked becomes ours to wait for when the subject dies. */
		prctl(PR_SET_CHILD_SUBREAPER, 1);
		pid = cgroup_fork(cgroup, &born);
		r = pid < 0 ? -errno : 0;
	}
	if (pid == 0) {
		close(subject.requests);
		close(subject.answers);
		become_subject(workload, oom_score_adj, observer, memory, requests, answers);
	}
	if (r == 0) {
		subject.pid = pid;
		setpgid(pid, pid);
		what = "moving it into its cgroup";
		r = born ? 0 : cgroup_move(cgroup, pid);
	}
	if (r == 0) {
		what = "pidfd_open";
		subject.pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
		r = subject.pidfd < 0 ? -errno : 0;
	}
	if (r < 0) {
		subject_end(&subject);
		error_set(err, "cannot start the subject: %s: %s", what, strerror(-r));
		error_hint_errno(err, r);
		return r;
	}
	*ret_subject = subject;
	return 0;
}

int subject_ask(struct subject *subject, const struct subject_request *request)
{
	atomic_store(&subject->board->stop, 0);
	return write(subject->requests, request, sizeof(*request)) == (ssize_t)sizeof(*request)
		? 0 : -EPIPE;
}

int subject_answered(struct subject *subject, struct subject_answer *ret_answer)
{
	return read(subject->answers, ret_answer, sizeof(*ret_answer)) ==
		(ssize_t)sizeof(*ret_answer) ? 0 : -EPIPE;
}

void subject_halt(struct subject *subject)
{
	atomic_store(&subject->board->stop, 1);
}

uint64_t subject_touched(const struct subject *subject)
{
	uint64_t bytes = 0;

	for (unsigned i = 0; i < subject->threads; i++)
		bytes += atomic_load(&subject->board->slots[i].done);
	return bytes;
}

/* A filter (seccomp) may deny us to kill: told to stop, and with no more requests, it exits. */
static void kill_subject(struct subject *subject)
{
	subject_halt(subject);
	cleanup_close_fd(&subject->requests);
	subject->requests = -1;
	kill(subject->pid, SIGKILL);
}

static int subject_wait_for(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

int subject_reap(struct subject *subject, unsigned process)
{
	if (process && !subject->reaped)
		kill_subject(subject);
	if (!subject->reaped)
		subject->wait_status = subject_wait_for(subject->pid);
	subject->reaped = true;
	return process ? subject_wait_for(subject->children[process - 1].pid)
		       : subject->wait_status;
}

/* The memory of all is given back when this returns. */
void subject_end(struct subject *subject)
{
	if (!subject->board)
		return;
	/*
	 * A pid is the child's as long as nobody has waited for it: its parent never does. If we
	 * are denied to kill it, its parent's death takes it along.
	 */
	for (unsigned i = 0; i < subject->child_count; i++) {
		struct pollfd death = { .fd = subject->children[i].pidfd, .events = POLLIN };

		if (syscall(SYS_pidfd_send_signal, death.fd, SIGKILL, NULL, 0) < 0 &&
		    kill(subject->children[i].pid, SIGKILL) < 0)
			continue;
		while (poll(&death, 1, CHILD_END_MS) < 0 && errno == EINTR)
			;
	}
	if (subject->pid && !subject->reaped) {
		kill_subject(subject);
		subject_reap(subject, 0);
	}
	for (unsigned i = 0; i < subject->child_count; i++) {
		/* Dead, and ours now; one that was waited for before is not there any more. */
		subject_wait_for(subject->children[i].pid);
		close(subject->children[i].pidfd);
	}
	cleanup_close_fd(&subject->pidfd);
	cleanup_close_fd(&subject->requests);
	cleanup_close_fd(&subject->answers);
	munmap(subject->board, sizeof(*subject->board));
	subject->board = NULL;
}
