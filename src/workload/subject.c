/* SPDX-License-Identifier: GPL-2.0-or-later */
/* subject.c - start, ask and end the subject */
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
#include "sandbox/enter.h"
#include "workload/subject.h"

/* How long a child that was killed may take to give its memory back, ms. */
#define CHILD_END_MS 10000

static _Noreturn void become_subject(const struct subject_spec *spec, pid_t observer,
				     struct touch_board *board, int requests, int answers)
{
	struct rlimit core = { .rlim_cur = 1, .rlim_max = 1 }, current;
	sigset_t none;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != observer)
		_exit(0);
	setpgid(0, 0);
	prctl(PR_SET_NAME, SUBJECT_NAME);
	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/*
	 * RLIMIT_CORE 1, not 0: the kernel pipes a core to a handler in core_pattern even at
	 * 0, but not at 1, and a file of one byte is below the least core (core(5)).
	 */
	if (getrlimit(RLIMIT_CORE, &current) == 0 && current.rlim_max < 1)
		core.rlim_cur = core.rlim_max = current.rlim_max;
	setrlimit(RLIMIT_CORE, &core);
	oom_score_adj_set(spec->oom_score_adj);
	worker_run(spec->workload, board, requests, answers);
}

/*
 * Fills SUBJECT as far as it comes. Returns 0, or a negative errno with *ret_what saying what
 * failed.
 */
static int subject_fork(const struct subject_spec *spec, struct subject *subject,
			const char **ret_what)
{
	CLEANUP_FD int requests = -1, answers = -1;	/* the subject's ends */
	pid_t observer = getpid(), pid;
	bool born;
	int r;

	*ret_what = "pipe";
	r = worker_make_pipe(&requests, &subject->requests);
	if (r == 0)
		r = worker_make_pipe(&subject->answers, &answers);
	if (r < 0)
		return r;
	*ret_what = "fork";
	/* What the subject has forked becomes ours to wait for when the subject dies. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	pid = cgroup_fork(spec->cgroup, &born);
	if (pid < 0)
		return -errno;
	if (pid == 0) {
		close(subject->requests);
		close(subject->answers);
		become_subject(spec, observer, subject->board, requests, answers);
	}
	subject->pid = pid;
	setpgid(pid, pid);
	*ret_what = "moving it into its cgroup";
	r = born ? 0 : cgroup_move(spec->cgroup, pid);
	if (r < 0)
		return r;
	*ret_what = "pidfd_open";
	subject->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	return subject->pidfd < 0 ? -errno : 0;
}

int subject_start(const struct subject_spec *spec, struct subject *ret_subject,
		  struct error *err)
{
	struct subject subject = { .pidfd = -1, .requests = -1, .answers = -1,
				   .threads = (unsigned)spec->workload->threads };
	const char *what = "mmap";
	/* Populated: a page that got its second user during the run would halve in PSS. */
	void *memory = mmap(NULL, sizeof(*subject.board), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	int r = -errno;

	if (memory != MAP_FAILED) {
		subject.board = memory;
		r = subject_fork(spec, &subject, &what);
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

int subject_adopt(struct subject *subject, pid_t pid)
{
	struct followed child = { pid, (int)syscall(SYS_pidfd_open, pid, 0) };

	if (child.pidfd < 0)
		return -errno;
	subject->children[subject->child_count++] = child;
	return 0;
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
