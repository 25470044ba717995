/* SPDX-License-Identifier: GPL-2.0-or-later */
/* subject.c - start, ask and end the subject */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
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
#include "workload/subject.h"
#include "workload/worker.h"

/* How long a child that was killed may take to give its memory back, ms. */
#define CHILD_END_MS 10000

/*
 * Raising one's own oom_score_adj needs no privilege, lowering it does (proc(5)): the caller has
 * tried it before, so that it does not fail here.
 */
static void set_oom_score_adj(int value)
{
	CLEANUP_FD int fd = -1;
	char text[16];
	int length;

	if (value == SUBJECT_KEEP_ADJ)
		return;
	fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	length = snprintf(text, sizeof(text), "%d", value);
	if (fd >= 0 && write(fd, text, (size_t)length) != length)
		return;
}

int subject_try_adj(int value)
{
	CLEANUP_FD int fd = -1;
	char before[16], text[16];
	ssize_t length;
	int r = 0;

	if (value == SUBJECT_KEEP_ADJ)
		return 0;
	fd = open("/proc/self/oom_score_adj", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	length = read(fd, before, sizeof(before));
	snprintf(text, sizeof(text), "%d", value);
	if (length <= 0 || pwrite(fd, text, strlen(text), 0) < 0)
		r = -errno;
	else if (pwrite(fd, before, (size_t)length, 0) < 0)
		r = -errno;
	return r;
}

static _Noreturn void become_subject(struct worker *worker, pid_t observer, int oom_score_adj)
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
	set_oom_score_adj(oom_score_adj);
	worker_run(worker);
}

static int subject_set_error(struct error *err, const char *what, int error)
{
	error_set(err, "cannot start the subject: %s: %s", what, strerror(error));
	error_hint_errno(err, -error);
	return -error;
}

/*
 * Forks into the cgroup. Returns as fork(2), and in *ret_born whether the child was born there:
 * not on v1, and not on kernels before 5.7.
 */
static pid_t fork_into(int cgroup, bool *ret_born)
{
	struct clone_args arguments = {
		.flags = CLONE_INTO_CGROUP,
		.exit_signal = SIGCHLD,
		.cgroup = (unsigned)cgroup,
	};
	long pid = -1;

	if (cgroup >= 0)
		pid = syscall(SYS_clone3, &arguments, sizeof(arguments));
	*ret_born = cgroup < 0 || pid >= 0;
	return pid >= 0 ? (pid_t)pid : fork();
}

/* Moves PID into the cgroup; all that it has mapped so far is what it was forked with. */
static int move_into(int cgroup, pid_t pid)
{
	CLEANUP_FD int fd = openat(cgroup, "cgroup.procs", O_WRONLY | O_CLOEXEC);
	char text[16];
	int length = snprintf(text, sizeof(text), "%d", (int)pid);

	if (fd < 0 || write(fd, text, (size_t)length) != length)
		return -errno;
	return 0;
}

void subject_halt(struct subject *subject)
{
	atomic_store(&subject->board->stop, 1);
}

/* A filter (seccomp) may deny us to kill: told to stop, and with no more requests, it exits. */
static void kill_subject(struct subject *subject)
{
	subject_halt(subject);
	cleanup_close_fd(&subject->requests);
	subject->requests = -1;
	kill(subject->pid, SIGKILL);
}

static int give_up(struct subject *subject, struct error *err, const char *what, int error)
{
	kill_subject(subject);
	waitpid(subject->pid, NULL, 0);
	return subject_set_error(err, what, error);
}

/* Forks; the child keeps its ends of the pipes, the parent the others. */
static int fork_subject(const struct subject_spec *spec, struct worker *worker,
			struct subject *subject, struct error *err)
{
	pid_t observer = getpid();
	bool born;
	int fd, r;

	/* What the subject has forked becomes ours to wait for when the subject dies. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	subject->pid = fork_into(spec->cgroup, &born);
	if (subject->pid < 0)
		return subject_set_error(err, "fork", errno);
	if (subject->pid == 0) {
		close(subject->requests);
		close(subject->answers);
		become_subject(worker, observer, spec->oom_score_adj);
	}
	setpgid(subject->pid, subject->pid);
	r = born ? 0 : move_into(spec->cgroup, subject->pid);
	if (r < 0)
		return give_up(subject, err, "moving it into its cgroup", -r);
	fd = (int)syscall(SYS_pidfd_open, subject->pid, 0);
	if (fd < 0)
		return give_up(subject, err, "pidfd_open", errno);
	subject->pidfd = fd;
	return 0;
}

/* The observer does not block on either pipe, the subject on its requests. */
static int connect_and_fork(const struct subject_spec *spec, struct subject *subject,
			    struct error *err)
{
	CLEANUP_FD int request_read = -1, answer_write = -1;
	struct worker worker = {
		.workload = spec->workload,
		.board = subject->board,
	};
	int requests[2], answers[2];

	if (pipe2(requests, O_CLOEXEC) < 0)
		return subject_set_error(err, "pipe", errno);
	worker.requests = request_read = requests[0];
	subject->requests = requests[1];
	if (fcntl(requests[1], F_SETFL, O_NONBLOCK) < 0 ||
	    pipe2(answers, O_CLOEXEC | O_NONBLOCK) < 0)
		return subject_set_error(err, "pipe", errno);
	subject->answers = answers[0];
	worker.answers = answer_write = answers[1];
	return fork_subject(spec, &worker, subject, err);
}

int subject_start(const struct subject_spec *spec, struct subject *ret_subject,
		  struct error *err)
{
	struct subject subject = { .pidfd = -1, .requests = -1, .answers = -1,
				   .threads = (unsigned)spec->workload->threads };
	/* Populated: a page that got its second user during the run would halve in PSS. */
	void *memory = mmap(NULL, sizeof(*subject.board), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	int r;

	if (memory == MAP_FAILED)
		return subject_set_error(err, "mmap", errno);
	subject.board = memory;
	r = connect_and_fork(spec, &subject, err);
	if (r < 0) {
		cleanup_close_fd(&subject.requests);
		cleanup_close_fd(&subject.answers);
		munmap(memory, sizeof(*subject.board));
		return r;
	}
	*ret_subject = subject;
	return 0;
}

int subject_ask(struct subject *subject, const struct subject_request *request)
{
	ssize_t length = write(subject->requests, request, sizeof(*request));

	return length == (ssize_t)sizeof(*request) ? 0 : -EPIPE;
}

int subject_answered(struct subject *subject, struct subject_answer *ret_answer)
{
	ssize_t length = read(subject->answers, ret_answer, sizeof(*ret_answer));

	return length == (ssize_t)sizeof(*ret_answer) ? 0 : -EPIPE;
}

void subject_resume(struct subject *subject)
{
	atomic_store(&subject->board->stop, 0);
}

uint64_t subject_touched(const struct subject *subject)
{
	uint64_t bytes = 0;

	for (unsigned i = 0; i < subject->threads; i++)
		bytes += atomic_load(&subject->board->slots[i].done);
	return bytes;
}

_Static_assert(SUBJECT_CHILDREN_MAX == DRIVER_CHILDREN_MAX, "all children are followed");

int subject_adopt(struct subject *subject, pid_t pid)
{
	struct followed child = { .pid = pid };

	if (subject->child_count == SUBJECT_CHILDREN_MAX)
		return -EAGAIN;
	child.pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (child.pidfd < 0)
		return -errno;
	subject->children[subject->child_count++] = child;
	return 0;
}

static int subject_wait_for(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			break;
	return status;
}

void subject_reap(struct subject *subject)
{
	if (!subject->reaped)
		subject->wait_status = subject_wait_for(subject->pid);
	subject->reaped = true;
}

/*
 * The pid is the child's as long as nobody has waited for it: its parent never does. If we are
 * denied to kill it, its parent's death takes it along.
 */
static void kill_child(const struct followed *child)
{
	struct pollfd death = { .fd = child->pidfd, .events = POLLIN };

	if (syscall(SYS_pidfd_send_signal, child->pidfd, SIGKILL, NULL, 0) < 0 &&
	    kill(child->pid, SIGKILL) < 0)
		return;
	while (poll(&death, 1, CHILD_END_MS) < 0 && errno == EINTR)
		;
}

int subject_reap_child(struct subject *subject, unsigned index)
{
	kill_subject(subject);
	subject_reap(subject);
	return subject_wait_for(subject->children[index].pid);
}

/* The memory of both is given back when this returns. */
void subject_end(struct subject *subject)
{
	if (!subject->board)
		return;
	for (unsigned i = 0; i < subject->child_count; i++)
		kill_child(&subject->children[i]);
	if (!subject->reaped)
		kill_subject(subject);
	subject_reap(subject);
	for (unsigned i = 0; i < subject->child_count; i++) {
		/* Dead, and ours now; one that was waited for before is not there any more. */
		subject_wait_for(subject->children[i].pid);
		close(subject->children[i].pidfd);
	}
	close(subject->pidfd);
	cleanup_close_fd(&subject->requests);
	close(subject->answers);
	munmap(subject->board, sizeof(*subject->board));
	subject->board = NULL;
}
