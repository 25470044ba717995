/* SPDX-License-Identifier: GPL-2.0-or-later */
/* command.c - start a command, wait for it and its orphans */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "pagewatch/command.h"
#include "sandbox/enter.h"

static int command_set_error(struct error *err, const char *what, int error)
{
	error_set(err, "cannot start the command: %s: %s", what, strerror(error));
	error_hint_errno(err, -error);
	return -error;
}

/* Waits until it is let go, then executes the command, or says by FAILURES why not. */
static _Noreturn void become_command(const struct command_spec *spec, pid_t monitor, int go,
				     int failures)
{
	char byte;
	int error;

	/* What lives in a sandbox does not outlive us; else the command is its own. */
	if (spec->cgroup >= 0)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (read(go, &byte, 1) != 1 || getppid() != monitor)
		_exit(0);
	oom_score_adj_set(spec->oom_score_adj, false);
	signals_restore(spec->signals);
	execvp(spec->argv[0], spec->argv);
	error = errno;
	_exit(write(failures, &error, sizeof(error)) == (ssize_t)sizeof(error) ? 127 : 126);
}

int command_fork(const struct command_spec *spec, struct command *ret_command, struct error *err)
{
	CLEANUP_FD int go_read = -1, go_write = -1, failure_read = -1, failure_write = -1;
	struct command command = { .name = spec->argv[0], .go = -1, .failures = -1 };
	int go[2], failures[2], r;
	pid_t monitor = getpid();
	bool born;

	r = oom_score_adj_try(spec->oom_score_adj, err);
	if (r < 0)
		return r;
	if (pipe2(go, O_CLOEXEC) < 0)
		return command_set_error(err, "pipe", errno);
	go_read = go[0];
	go_write = go[1];
	if (pipe2(failures, O_CLOEXEC) < 0)
		return command_set_error(err, "pipe", errno);
	failure_read = failures[0];
	failure_write = failures[1];
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	command.pid = cgroup_fork(spec->cgroup, &born);
	if (command.pid < 0)
		return command_set_error(err, "fork", errno);
	if (command.pid == 0) {
		close(go_write);
		become_command(spec, monitor, go_read, failure_write);
	}
	command.pidfd = (int)syscall(SYS_pidfd_open, command.pid, 0);
	if (command.pidfd < 0)
		r = command_set_error(err, "pidfd_open", errno);
	else if (!born && (r = cgroup_move(spec->cgroup, command.pid)) < 0)
		r = command_set_error(err, "moving it into its cgroup", -r);
	if (r < 0) {
		close(take_fd(&go_write));
		command_reap(&command);
		cleanup_close_fd(&command.pidfd);
		return r;
	}
	command.go = take_fd(&go_write);
	command.failures = take_fd(&failure_read);
	*ret_command = command;
	return 0;
}

void command_pass_on(const struct command *command, const struct signalfd_siginfo *info)
{
	int number = (int)info->ssi_signo;

	if (info->ssi_code != SI_KERNEL && (pid_t)info->ssi_pid != command->pid)
		syscall(SYS_pidfd_send_signal, command->pidfd, number, NULL, 0);
	if (number == SIGTSTP || number == SIGTTIN || number == SIGTTOU)
		raise(SIGSTOP);
}

bool command_ends_by(int number)
{
	return number == SIGINT || number == SIGTERM || number == SIGHUP || number == SIGQUIT;
}

int command_execute(struct command *command, struct signals *signals, struct error *err)
{
	CLEANUP_FD int go = take_fd(&command->go), failures = take_fd(&command->failures);
	struct pollfd fds[] = {
		{ .fd = failures, .events = POLLIN }, { .fd = signals->fd, .events = POLLIN },
	};
	struct signalfd_siginfo info;
	char escaped[256];
	ssize_t length = -1;
	int error = EPIPE;

	/* It may be stopped before it is executed: whoever waits for us must see that. */
	if (write(go, "", 1) == 1) {
		while (poll(fds, 2, -1) < 0 || !fds[0].revents)
			if (fds[1].revents && signals_read_info(signals, &info))
				command_pass_on(command, &info);
		length = read(failures, &error, sizeof(error));
	}
	/* The other end was closed by execve(2). */
	if (length == 0)
		return 0;
	command_reap(command);
	error_set(err, "cannot run '%s': %s",
		  error_escape(escaped, sizeof(escaped), command->name), strerror(error));
	return -error;
}

/* Waits as wait4(2), and adds up what is told. Returns whether one had ended. */
static bool command_wait(struct command *command, pid_t pid, int options)
{
	const uint64_t hz = (uint64_t)sysconf(_SC_CLK_TCK);
	struct rusage usage;
	struct timeval cpu;
	int status;

	do
		pid = wait4(pid, &status, options, &usage);
	while (pid < 0 && errno == EINTR);
	if (pid <= 0)
		return false;
	command->minflt += (uint64_t)usage.ru_minflt;
	command->majflt += (uint64_t)usage.ru_majflt;
	timeradd(&usage.ru_utime, &usage.ru_stime, &cpu);
	command->ticks += (uint64_t)cpu.tv_sec * hz + (uint64_t)cpu.tv_usec * hz / 1000000;
	if (pid == command->pid) {
		command->wait_status = status;
		command->reaped = true;
	}
	return true;
}

void command_reap_ended(struct command *command)
{
	while (command_wait(command, -1, WNOHANG))
		;
}

int command_reap(struct command *command)
{
	if (!command->reaped)
		command_wait(command, command->pid, 0);
	return command->wait_status;
}

void command_reap_all(struct command *command)
{
	while (command_wait(command, -1, 0))
		;
}

int command_find_input(const char *option, off_t *ret_offset, struct error *err)
{
	struct stat input;

	*ret_offset = lseek(STDIN_FILENO, 0, SEEK_CUR);
	if (*ret_offset >= 0 || fstat(STDIN_FILENO, &input) < 0 || S_ISCHR(input.st_mode))
		return 0;
	error_set(err, "--%s runs the command several times, and its input comes once", option);
	error_hint(err, "give it from a file, as in <FILE, or </dev/null");
	return -ESPIPE;
}

void command_rewind_input(off_t offset)
{
	if (offset >= 0)
		lseek(STDIN_FILENO, offset, SEEK_SET);
}
