/* SPDX-License-Identifier: GPL-2.0-or-later */
/* loop.c - the observer's events: wait, order, read, stop */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/duration.h"
#include "monitor/loop.h"
#include "proc/process.h"
#include "proc/root.h"

/* How long the sink may go without a tick. */
#define TICK_NS (100 * NS_PER_MS)

/* So many files, and no more, may be open at once where the library reads a process. */
#define LIBRARY_FILES 4

int run_fail(struct run *run, int error, const char *what)
{
	error_set_errno(&run->result->err, error, what);
	return run_stop(run, STOP_FAILED);
}

int run_fail_room(struct run *run, int error, const struct available_memory *available)
{
	available_memory_error(available, error, &run->result->err);
	return run_stop(run, STOP_FAILED);
}

/* What is waited for: an answer, the subject's death, a signal, a new limit, a child's death. */
enum { WAIT_ANSWER, WAIT_DEATH, WAIT_SIGNAL, WAIT_CHANGE, WAIT_CHILD };

#define WAIT_MAX (WAIT_CHILD + SUBJECT_CHILDREN_MAX)

static void tick(struct run *run, uint64_t now)
{
	if (!run->started_ns || now - run->ticked_ns < TICK_NS)
		return;
	run->ticked_ns = now;
	run->tools->sink->tick(run->tools->sink->context, run_touched(run), now - run->started_ns);
}

int run_wait(struct run *run, uint64_t deadline_ns, enum event *ret_event)
{
	const struct subject *subject = run->subject;
	struct pollfd fds[WAIT_MAX] = {
		[WAIT_ANSWER] = { .fd = subject->answers, .events = POLLIN },
		[WAIT_DEATH] = { .fd = subject->pidfd, .events = POLLIN },
		[WAIT_SIGNAL] = { .fd = run->tools->signals->fd, .events = POLLIN },
		[WAIT_CHANGE] = { .fd = run->change ? run->change->pidfd : -1, .events = POLLIN },
	};
	uint64_t now = duration_now(), left = deadline_ns > now ? deadline_ns - now : 0;
	struct timespec timeout = {
		.tv_sec = (time_t)(left / NS_PER_SECOND),
		.tv_nsec = (long)(left % NS_PER_SECOND),
	};
	int number;

	for (unsigned i = 0; i < subject->child_count; i++)
		fds[WAIT_CHILD + i] = (struct pollfd){ .fd = subject->children[i].pidfd,
						       .events = POLLIN };
	if (ppoll(fds, WAIT_CHILD + subject->child_count, &timeout, NULL) < 0 && errno != EINTR)
		return run_fail(run, -errno, "cannot wait for the subject");
	tick(run, duration_now());
	number = fds[WAIT_SIGNAL].revents ? signals_read(run->tools->signals) : 0;
	if (number)
		return run_signalled(run, number);
	/* An answer comes before the death that may have followed it. */
	*ret_event = EVENT_ANSWER;
	if (fds[WAIT_ANSWER].revents & POLLIN)
		return 0;
	*ret_event = fds[WAIT_CHANGE].revents ? EVENT_CHANGED : EVENT_TIME;
	return run_note_death(run, &fds[WAIT_DEATH], &fds[WAIT_CHILD]);
}

/* A child that does not answer has died, or is about to: its death is why the run ends. */
int run_refused(struct run *run, int error)
{
	uint64_t deadline = duration_now() + NS_PER_SECOND;
	enum event event;
	int r = 0;

	while (r == 0 && error == -EPIPE && duration_now() < deadline)
		r = run_wait(run, deadline, &event);
	if (r < 0)
		return r;
	run->result->error = error;
	return run_stop(run, STOP_STEP);
}

int run_ask(struct run *run, const struct subject_request *request,
	    struct subject_answer *ret_answer)
{
	enum event event = EVENT_TIME;
	int r = 0;

	/* A subject that is dead cannot be asked: its pidfd says so below. */
	subject_resume(run->subject);
	subject_ask(run->subject, request);
	run->asked = true;
	while (r == 0 && event != EVENT_ANSWER)
		r = run_wait(run, DURATION_INFINITE, &event);
	if (r < 0)
		return r;
	run->asked = false;
	return subject_answered(run->subject, ret_answer) < 0
		? run_fail(run, -EPIPE, "the subject does not answer") : 0;
}

int run_call(struct run *run, enum subject_request_type type, struct subject_answer *ret_answer)
{
	struct subject_request request = { .type = type };

	return run_ask(run, &request, ret_answer);
}

uint64_t run_touched(const struct run *run)
{
	return run->step == STEP_TOUCH && run->pass ? subject_touched(run->subject) : run->touched;
}

uint64_t run_covered(const struct run *run)
{
	uint64_t touched = run_touched(run);

	return touched > run->covered ? touched : run->covered;
}

/*
 * 0: process PID has memory, so it lives; -ENOENT or -ESRCH: it has none;
 * else: that cannot be seen.
 */
static int look_for_memory(pid_t pid)
{
	struct root live;
	uint64_t vsz;
	int r = root_open("/", &live);

	if (r < 0)
		return r;
	r = process_status_field(&live, pid, "VmSize", &vsz);
	root_close(&live);
	return r;
}

/* Whether no more than a few files can be opened. */
static bool are_files_short(void)
{
	int fds[LIBRARY_FILES], count = 0;

	while (count < LIBRARY_FILES && (fds[count] = open("/", O_PATH | O_CLOEXEC)) >= 0)
		count++;
	for (int i = 0; i < count; i++)
		close(fds[i]);
	return count < LIBRARY_FILES;
}

/*
 * The library does not tell a process that is gone from one that it had no files or no memory for;
 * SEEN is what look_for_memory() says.
 */
static int fail_to_open(struct run *run, const char *who, int seen)
{
	int error = seen ? seen : are_files_short() ? -EMFILE : -ENOMEM;

	return run_fail(run, error, who);
}

/*
 * Process PID, of which WHO is said, has no memory any more: it is dying, which takes a second for
 * every few GiB that have to be given back. Waits for the death itself, unless /proc does not know
 * the process, or it is alive after all.
 */
static int wait_for_death(struct run *run, pid_t pid, const char *who)
{
	struct subject_answer answer;
	char path[32];
	enum event event;
	int r = 0, seen;

	snprintf(path, sizeof(path), "/proc/%d", (int)pid);
	while (r == 0) {
		r = run_wait(run, duration_now() + NS_PER_SECOND, &event);
		/* One that came too late would be the next event for ever. */
		if (r == 0 && event == EVENT_ANSWER &&
		    subject_answered(run->subject, &answer) == 0)
			run->asked = false;
		if (r == 0 && access(path, F_OK) < 0)
			break;
		seen = r == 0 ? look_for_memory(pid) : -ESRCH;
		if (seen != -ENOENT && seen != -ESRCH)
			return fail_to_open(run, who, seen);
	}
	if (r < 0)
		return r;
	r = run_fail(run, -ESRCH, who);
	error_hint(&run->result->err, "/proc shows another pid namespace: mount proc "
		   "in this one (unshare --mount-proc)");
	return r;
}

/* Of a file the region's own share is known from smaps alone: the program has files mapped too. */
static int read_region(struct run *run, bool exact, struct sample *sample)
{
	struct root live;
	int r;

	if (!exact || !region_is_file(run->plan->backing) || run->step == STEP_THEN)
		return 0;
	r = root_open("/", &live);
	if (r < 0)
		return r;
	r = process_region_rss(&live, run->subject->pid, run->address, run->plan->size,
			       &sample->region_rss);
	root_close(&live);
	return r == -ENOENT ? -ESRCH : r;
}

/* Where it fails *ret_what says with what. */
static int run_read_all(struct run *run, bool exact, struct sample *ret_sample,
			const char **ret_what)
{
	unsigned needs = run->plan->needs | (exact ? NEED_ROLLUP : 0);
	int r = sampler_read(run->sampler, needs, ret_sample);

	*ret_what = exact ? "cannot read the subject's smaps_rollup"
			  : "cannot read the subject's status";
	if (r < 0)
		return r;
	*ret_what = "cannot read the subject's smaps";
	r = read_region(run, exact, ret_sample);
	if (r < 0)
		return r;
	*ret_what = needs & NEED_COMMITTED ? "cannot read the sandbox's memory, or Committed_AS"
					   : "cannot read the sandbox's memory";
	return context_counters_read(run->tools->counters, needs, ret_sample);
}

/* Fills in what is known without the kernel, and what follows from both. */
static void complete(const struct run *run, bool exact, struct sample *sample)
{
	const struct sample *baseline = &run->result->baseline;

	sample->step = run->step;
	memcpy(sample->name, run->step_name, sizeof(sample->name));
	sample->exact = exact;
	sample->rss = exact ? sample->rss_rollup : sample->rss_status;
	if (run->result->measured)
		sample->grew = (int64_t)(sample->rss - (exact ? baseline->rss_rollup
							      : baseline->rss_status));
}

int run_read(struct run *run, bool exact, struct sample *ret_sample)
{
	uint64_t now = duration_now();
	const char *what;
	int r = run_read_all(run, exact, ret_sample, &what);

	if (r == -ESRCH)
		return wait_for_death(run, run->subject->pid, "cannot read the subject");
	if (r < 0)
		return run_fail(run, r, what);
	/* The moment is that in which reading begins: walking the page tables takes time. */
	ret_sample->elapsed_ns = run->started_ns ? now - run->started_ns : 0;
	ret_sample->touched = run_touched(run);
	ret_sample->covered = run_covered(run);
	complete(run, exact, ret_sample);
	return 0;
}

bool run_is_exact(const struct run *run)
{
	return run->plan->exact || run->result->lagging;
}

static int emit(struct run *run, struct sample *sample)
{
	struct run_result *result = run->result;
	int number;

	sample->seq = run->seq++;
	result->error = run->tools->sink->sample(run->tools->sink->context, sample);
	/* EINTR: standard output was stalled and a signal came. */
	if (result->error == -EINTR && (number = signals_read(run->tools->signals)) != 0)
		return run_signalled(run, number);
	return result->error < 0 ? run_stop(run, STOP_OUTPUT) : 0;
}

int run_emit(struct run *run, const struct sample *sample)
{
	struct run_result *result = run->result;
	struct sample row = *sample;
	int r;

	run->shown = sample->touched;
	r = emit(run, &row);
	result->last = row;
	if (!result->stepped)
		result->filled = row;
	return r;
}

static int child_row(struct run *run, unsigned index, bool exact, const struct sample *parent)
{
	unsigned needs = run->plan->needs | (exact ? NEED_ROLLUP : 0);
	struct sample sample;
	int r = sampler_read(run->child_samplers[index], needs, &sample);

	if (r == -ESRCH)
		return wait_for_death(run, run->subject->children[index].pid,
				      "cannot read the subject's child");
	if (r < 0)
		return run_fail(run, r, "cannot read the subject's child");
	sample.of_child = true;
	sample.elapsed_ns = parent->elapsed_ns;
	sample.touched = sample.covered = run->child_touched[index];
	/* What is around both was read a moment ago. */
	sample.cg_usage = parent->cg_usage;
	sample.cg_anon = parent->cg_anon;
	sample.cg_file = parent->cg_file;
	sample.cg_shmem = parent->cg_shmem;
	sample.cg_pte = parent->cg_pte;
	sample.committed = parent->committed;
	complete(run, exact, &sample);
	return emit(run, &sample);
}

int run_row(struct run *run, bool exact)
{
	struct sample sample;
	int r;

	exact = exact || run_is_exact(run);
	r = run_read(run, exact, &sample);
	if (r == 0)
		r = run_emit(run, &sample);
	for (unsigned i = 0; r == 0 && i < run->subject->child_count; i++)
		r = child_row(run, i, exact, &sample);
	return r;
}

int run_adopt(struct run *run, pid_t pid)
{
	struct run_result *result = run->result;
	unsigned index = run->subject->child_count;
	int r = subject_adopt(run->subject, pid);

	if (r < 0)
		return run_fail(run, r, "cannot watch the subject's child");
	r = sampler_new(pid, run->plan->needs | NEED_ROLLUP, &run->child_samplers[index],
			&result->err);
	return r < 0 ? run_stop(run, STOP_FAILED) : 0;
}
