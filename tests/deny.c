/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * deny.c - run a command to which some system calls are refused: deny ERRNO CALL,... COMMAND...
 * A CALL that is :TEXT refuses to open what has TEXT in its path; it stands alone.
 */
#include <config.h>

#include <errno.h>
#include <limits.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define CALLS_MAX 16

/* Nothing under test exits so. */
enum { STATUS_SKIP = 77, STATUS_WRONG = 99 };

struct number {
	const char *name;
	unsigned number;
};

static const struct number calls[] = {
	{ "clone", SYS_clone },
	{ "clone3", SYS_clone3 },
	{ "fcntl", SYS_fcntl },
	{ "flock", SYS_flock },
	{ "fsetxattr", SYS_fsetxattr },
	{ "getrandom", SYS_getrandom },
	{ "kill", SYS_kill },
	{ "madvise", SYS_madvise },
	{ "memfd_create", SYS_memfd_create },
	{ "mkdirat", SYS_mkdirat },
	{ "mlock", SYS_mlock },
	{ "mlock2", SYS_mlock2 },
	{ "openat", SYS_openat },
	{ "pidfd_open", SYS_pidfd_open },
	{ "pidfd_send_signal", SYS_pidfd_send_signal },
	{ "pipe2", SYS_pipe2 },
	{ "prctl", SYS_prctl },
	{ "prlimit64", SYS_prlimit64 },
	{ "signalfd4", SYS_signalfd4 },
	{ "tgkill", SYS_tgkill },
	{ "unlinkat", SYS_unlinkat },
	{ "unshare", SYS_unshare },
	{ "waitid", SYS_waitid },
};

static const struct number errors[] = {
	{ "EACCES", EACCES }, { "EAGAIN", EAGAIN }, { "EMFILE", EMFILE }, { "ENOMEM", ENOMEM },
	{ "ENOSYS", ENOSYS }, { "EPERM", EPERM },
};

static unsigned number_of(const struct number *list, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(list[i].name, name))
			return list[i].number;
	fprintf(stderr, "deny: '%s' is not known\n", name);
	exit(STATUS_WRONG);
}

/* Each call is one instruction that jumps to the last, all else falls through to that before. */
static unsigned short make_filter(struct sock_filter *filter, char *names, unsigned error)
{
	unsigned denied[CALLS_MAX];
	unsigned short count = 0, at = 0;

	for (char *name = strtok(names, ","); name && count < CALLS_MAX; name = strtok(NULL, ","))
		denied[count++] = number_of(calls, ARRAY_SIZE(calls), name);
	filter[at++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						    offsetof(struct seccomp_data, nr));
	for (unsigned short i = 0; i < count; i++)
		filter[at++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, denied[i],
							    (unsigned char)(count - i), 0);
	filter[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	filter[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error);
	return at;
}

/* The path at ADDRESS in PID, or as much of it as can be read. */
static void read_path(pid_t pid, uint64_t address, char path[static PATH_MAX])
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), first = page - address % page;
	struct iovec local = { path, PATH_MAX - 1 };
	struct iovec remote[] = {
		{ (void *)(uintptr_t)address, first },
		{ (void *)(uintptr_t)(address + first), page },
	};
	ssize_t length = process_vm_readv(pid, &local, 1, remote, 2, 0);

	path[length > 0 ? length : 0] = '\0';
}

/* Judges every openat() that LISTENER tells of, until nobody is left who could call it. */
static void judge_opens(int listener, const char *text, int error)
{
	struct pollfd ready = { .fd = listener, .events = POLLIN };
	char path[PATH_MAX];

	while (poll(&ready, 1, -1) > 0 && !(ready.revents & (POLLHUP | POLLERR))) {
		struct seccomp_notif call = { 0 };
		struct seccomp_notif_resp answer = { 0 };

		if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call) < 0)
			continue;
		read_path((pid_t)call.pid, call.data.args[1], path);
		answer.id = call.id;
		if (strstr(path, text))
			answer.error = -error;
		else
			answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
		ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
	}
}

static int load_filter(struct sock_filter *filter, unsigned short length, unsigned flags)
{
	struct sock_fprog program = { .len = length, .filter = filter };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -1;
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
}

/* The judge takes over the listener of PID, whose number comes through the socket, and says so. */
static void run_judge(pid_t pid, int socket, const char *text, int error)
{
	int number, listener;

	if (read(socket, &number, sizeof(number)) != sizeof(number))
		return;
	listener = (int)syscall(__NR_pidfd_getfd, syscall(SYS_pidfd_open, pid, 0), number, 0);
	if (listener < 0 || write(socket, &number, sizeof(number)) < 0)
		return;
	close(socket);
	judge_opens(listener, text, error);
}

/* The judge is nobody's child: the command has no child that it does not know. */
static int deny_paths(const char *text, int error)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	pid_t self = getpid(), child;
	int ends[2], listener;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0 || (child = fork()) < 0)
		return -1;
	if (child == 0) {
		close(ends[1]);
		if (fork() == 0)
			run_judge(self, ends[0], text, error);
		_exit(0);
	}
	waitpid(child, NULL, 0);
	close(ends[0]);
	/* The kernel makes it so that exec closes the listener. */
	listener = load_filter(filter, ARRAY_SIZE(filter), SECCOMP_FILTER_FLAG_NEW_LISTENER);
	if (listener < 0 || write(ends[1], &listener, sizeof(listener)) < 0)
		return -1;
	return read(ends[1], &listener, sizeof(listener)) > 0 ? 0 : -1;
}

int main(int argc, char *argv[])
{
	struct sock_filter filter[CALLS_MAX + 3];
	unsigned error;
	int r;

	if (argc < 4) {
		fprintf(stderr, "usage: deny ERRNO :TEXT|CALL[,CALL]... COMMAND [ARGUMENT]...\n");
		return STATUS_WRONG;
	}
	error = number_of(errors, ARRAY_SIZE(errors), argv[1]);
	if (argv[2][0] == ':')
		r = deny_paths(argv[2] + 1, (int)error);
	else
		r = load_filter(filter, make_filter(filter, argv[2], error), 0);
	if (r < 0) {
		perror("deny: seccomp");
		return STATUS_SKIP;
	}
	execvp(argv[3], argv + 3);
	perror(argv[3]);
	return 127;
}
