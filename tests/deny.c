/* SPDX-License-Identifier: GPL-2.0-or-later */
/* deny.c - run a command to which some system calls are refused: deny ERRNO CALL,... COMMAND... */
#include <config.h>

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
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
	{ "EAGAIN", EAGAIN }, { "EMFILE", EMFILE }, { "ENOMEM", ENOMEM }, { "ENOSYS", ENOSYS },
	{ "EPERM", EPERM },
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
		denied[count++] = number_of(calls, COUNT(calls), name);
	filter[at++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
						    offsetof(struct seccomp_data, nr));
	for (unsigned short i = 0; i < count; i++)
		filter[at++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, denied[i],
							    (unsigned char)(count - i), 0);
	filter[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	filter[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error);
	return at;
}

int main(int argc, char *argv[])
{
	struct sock_filter filter[CALLS_MAX + 3];
	struct sock_fprog program = { .filter = filter };

	if (argc < 4) {
		fprintf(stderr, "usage: deny ERRNO CALL[,CALL]... COMMAND [ARGUMENT]...\n");
		return STATUS_WRONG;
	}
	program.len = make_filter(filter, argv[2], number_of(errors, COUNT(errors), argv[1]));
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0) {
		perror("deny: seccomp");
		return STATUS_SKIP;
	}
	execvp(argv[3], argv + 3);
	perror(argv[3]);
	return 127;
}
