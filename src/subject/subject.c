/* SPDX-License-Identifier: GPL-2.0-or-later */
/* subject.c - start, ask and end the subject */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "subject/subject.h"
#include "subject/worker.h"

/*
 * RLIMIT_CORE 1, not 0: the kernel pipes a core to a handler in core_pattern even at
 * 0, but not at 1, and a file of one byte is below the least core (core(5)).
 */
static void forbid_core(void)
{
	struct rlimit limit = { .rlim_cur = 1, .rlim_max = 1 };
	struct rlimit current;

	if (getrlimit(RLIMIT_CORE, &current) == 0 && current.rlim_max < 1)
		limit.rlim_cur = limit.rlim_max = current.rlim_max;
	setrlimit(RLIMIT_CORE, &limit);
}

/* Raising one's own oom_score_adj needs no privilege (proc(5)). */
static void volunteer_for_oom(void)
{
	CLEANUP_FD int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd >= 0 && write(fd, "1000", 4) != 4)
		return;
}

static void reset_signals(void)
{
	sigset_t none;

	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static _Noreturn void become_subject(struct worker *worker, pid_t observer)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != observer)
		_exit(0);
	setpgid(0, 0);
	prctl(PR_SET_NAME, SUBJECT_NAME);
	reset_signals();
	forbid_core();
	volunteer_for_oom();
	worker_run(worker);
}

static struct touch_board *map_board(void)
{
	void *page = mmap(NULL, sizeof(struct touch_board), PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return page == MAP_FAILED ? NULL : page;
}

static int complain(struct trouble *trouble, const char *what, int error)
{
	trouble_set(trouble, "cannot start the subject: %s: %s", what, strerror(error));
	if (error == EMFILE)
		trouble_remedy(trouble, "raise the limit of open files: ulimit -n");
	else if (error == EAGAIN)
		trouble_remedy(trouble, "no more processes are allowed: see ulimit -u and pids.max of "
			       "the cgroup");
	else if (error == ENOSYS)
		trouble_remedy(trouble, "Linux 5.3 or later is needed");
	return -error;
}

/* Forks; the child keeps its ends of the pipes, the parent the others. */
static int fork_subject(struct worker *worker, struct subject *subject, struct trouble *trouble)
{
	pid_t observer = getpid();
	int fd;

	subject->pid = fork();
	if (subject->pid < 0)
		return complain(trouble, "fork", errno);
	if (subject->pid == 0) {
		close(subject->requests);
		close(subject->answers);
		become_subject(worker, observer);
	}
	setpgid(subject->pid, subject->pid);
	fd = (int)syscall(SYS_pidfd_open, subject->pid, 0);
	if (fd < 0) {
		int error = errno;

		kill(subject->pid, SIGKILL);
		waitpid(subject->pid, NULL, 0);
		return complain(trouble, "pidfd_open", error);
	}
	subject->pidfd = fd;
	return 0;
}

int subject_start(const struct region_spec *region, uint64_t page_size,
		  struct subject *ret_subject, struct trouble *trouble)
{
	struct subject subject = { .pidfd = -1, .board = map_board() };
	int requests[2] = { -1, -1 }, answers[2] = { -1, -1 }, r;

	if (!subject.board)
		return complain(trouble, "mmap", errno);
	if (pipe2(requests, O_CLOEXEC) < 0 || pipe2(answers, O_CLOEXEC) < 0) {
		r = complain(trouble, "pipe", errno);
	} else {
		struct worker worker = {
			.region = *region,
			.page_size = page_size,
			.board = subject.board,
			.requests = requests[0],
			.answers = answers[1],
		};

		subject.requests = requests[1];
		subject.answers = answers[0];
		r = fork_subject(&worker, &subject, trouble);
	}
	cleanup_close_fd(&requests[0]);
	cleanup_close_fd(&answers[1]);
	if (r < 0) {
		cleanup_close_fd(&requests[1]);
		cleanup_close_fd(&answers[0]);
		munmap(subject.board, sizeof(*subject.board));
		return r;
	}
	*ret_subject = subject;
	return 0;
}

int subject_ask(struct subject *subject, enum subject_order order, uint64_t to)
{
	struct subject_request request = { .order = order, .to = to };

	if (write(subject->requests, &request, sizeof(request)) == (ssize_t)sizeof(request))
		return 0;
	return errno ? -errno : -EPIPE;
}

int subject_answered(struct subject *subject, struct subject_answer *ret_answer)
{
	struct subject_answer answer;

	if (read(subject->answers, &answer, sizeof(answer)) != (ssize_t)sizeof(answer))
		return -EPIPE;
	*ret_answer = answer;
	return 0;
}

void subject_halt(struct subject *subject)
{
	atomic_store(&subject->board->stop, 1);
}

uint64_t subject_touched(const struct subject *subject)
{
	return atomic_load(&subject->board->touched);
}

void subject_reap(struct subject *subject)
{
	while (!subject->reaped && waitpid(subject->pid, &subject->wait_status, 0) < 0)
		if (errno != EINTR)
			break;
	subject->reaped = true;
}

void subject_end(struct subject *subject)
{
	if (!subject->board)
		return;
	if (!subject->reaped)
		kill(subject->pid, SIGKILL);
	subject_reap(subject);
	close(subject->pidfd);
	close(subject->requests);
	close(subject->answers);
	munmap(subject->board, sizeof(*subject->board));
	subject->board = NULL;
}
