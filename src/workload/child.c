/* SPDX-License-Identifier: GPL-2.0-or-later */
/* child.c - fork a child of the subject and pass requests on to it */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "workload/child.h"

static int make_pipe(int *ret_read, int *ret_write)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	*ret_read = ends[0];
	*ret_write = ends[1];
	return 0;
}

int child_fork(struct child *ret_child)
{
	CLEANUP_FD int request_read = -1, request_write = -1, answer_read = -1, answer_write = -1;
	pid_t parent = getpid(), pid;
	int r = make_pipe(&request_read, &request_write);

	if (r == 0)
		r = make_pipe(&answer_read, &answer_write);
	if (r < 0)
		return r;
	pid = fork();
	if (pid < 0)
		return -errno;
	ret_child->pid = pid;
	/* What is not taken is the other's, and closed here. */
	ret_child->requests = take_fd(pid ? &request_write : &request_read);
	ret_child->answers = take_fd(pid ? &answer_read : &answer_write);
	if (pid)
		return 0;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(0);
	prctl(PR_SET_NAME, CHILD_NAME);
	return 0;
}

int child_ask(const struct child *child, const struct subject_request *request)
{
	struct subject_answer answer;

	if (write(child->requests, request, sizeof(*request)) != (ssize_t)sizeof(*request) ||
	    read(child->answers, &answer, sizeof(answer)) != (ssize_t)sizeof(answer))
		return -EPIPE;
	return answer.error;
}
