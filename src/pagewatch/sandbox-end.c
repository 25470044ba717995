/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sandbox-end.c - what lives in a sandbox does not outlive us, even if we are killed */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/duration.h"
#include "pagewatch/sandbox-end.h"
#include "proc/root.h"

/* So often, and so long, the sandbox is looked at for processes that were being born. */
#define END_ATTEMPTS 500
#define END_PAUSE_NS (20 * NS_PER_MS)

static bool sandbox_is_empty(const struct sandbox *sandbox)
{
	CLEANUP_FREE char *text = NULL;

	return root_read_all(&(struct root){ sandbox->fd }, "cgroup.procs", &text) < 0 || !*text;
}

static _Noreturn void become_sandbox_end(const struct sandbox *sandbox, int alive)
{
	const struct timespec pause = { .tv_nsec = END_PAUSE_NS };
	struct sandbox copy = *sandbox;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	sigset_t all;
	char byte;
	ssize_t got;

	/* What the terminal sends is not for us, and nobody may wait for us to close his pipe. */
	setsid();
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	prctl(PR_SET_NAME, "pagewatch-end");
	for (int fd = 0; null >= 0 && fd <= STDERR_FILENO; fd++)
		dup2(null, fd);
	do
		got = read(alive, &byte, 1);
	while (got < 0 && errno == EINTR);
	/* A byte is a farewell. */
	if (got == 1)
		_exit(0);
	for (int i = 0; i < END_ATTEMPTS && !sandbox_is_empty(&copy); i++) {
		sandbox_kill(&copy);
		nanosleep(&pause, NULL);
	}
	sandbox_remove(&copy);
	_exit(0);
}

int sandbox_end_prepare(const struct sandbox *sandbox, struct sandbox_end *ret_end)
{
	CLEANUP_FD int alive_read = -1, alive_write = -1;
	int alive[2];
	pid_t pid;

	if (pipe2(alive, O_CLOEXEC) < 0)
		return -errno;
	alive_read = alive[0];
	alive_write = alive[1];
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid == 0) {
		close(alive_write);
		become_sandbox_end(sandbox, alive_read);
	}
	ret_end->pid = pid;
	ret_end->alive = take_fd(&alive_write);
	return 0;
}

void sandbox_end_release(struct sandbox_end *end)
{
	if (end->alive < 0)
		return;
	if (write(end->alive, "", 1) == 1)
		while (waitpid(end->pid, NULL, 0) < 0 && errno == EINTR)
			;
	cleanup_close_fd(&end->alive);
	*end = SANDBOX_END_NONE;
}
