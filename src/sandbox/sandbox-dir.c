/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sandbox-dir.c - cgroup directories by descriptors: made, locked, limited, swept, removed */
#include <config.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/duration.h"
#include "lib/macros.h"
#include "proc/cgroup-counters.h"
#include "proc/root.h"
#include "sandbox/sandbox.h"

/* After so many random names that are taken we give up. */
#define MAKE_ATTEMPTS 5

#define RANDOM_DIGITS 16

#define REMOVE_ATTEMPTS 200
#define REMOVE_PAUSE_NS 5000000

/* How long a writer that was killed may take to leave the kernel, ms. */
#define WRITER_END_MS 2000

#define LIMIT_V1 "memory.limit_in_bytes"

int sandbox_dir_write(int fd, const char *file, const char *text)
{
	CLEANUP_FD int opened = openat(fd, file, O_WRONLY | O_CLOEXEC);
	size_t length = strlen(text);

	if (opened < 0)
		return -errno;
	return write(opened, text, length) == (ssize_t)length ? 0 : -errno;
}

int sandbox_dir_write_u64(int fd, const char *file, uint64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, value);
	return sandbox_dir_write(fd, file, text);
}

bool sandbox_dir_has_word(int fd, const char *file, const char *word)
{
	char text[1024], *rest = NULL;

	if (root_read(&(struct root){ fd }, file, text, sizeof(text)) < 0)
		return false;
	for (char *found = strtok_r(text, " \n", &rest); found;
	     found = strtok_r(NULL, " \n", &rest))
		if (!strcmp(found, word))
			return true;
	return false;
}

/*
 * Extended attributes of cgroup directories: user.* since 5.7, for whoever may write there;
 * before that trusted.*, for CAP_SYS_ADMIN.
 */
static const char *const marks[] = { "user.pagetouch", "trusted.pagetouch" };

void sandbox_dir_random_name(const char *prefix, char name[static SANDBOX_NAME_MAX])
{
	uint64_t number;

	/* Whoever makes the directory finds out whether the name is new: any number will do. */
	if (getrandom(&number, sizeof(number), GRND_NONBLOCK) != sizeof(number))
		number = duration_now() ^ (uint64_t)getpid() << 40;
	snprintf(name, SANDBOX_NAME_MAX, "%s%0*" PRIx64, prefix, RANDOM_DIGITS, number);
}

int sandbox_dir_make(int parent, const char *prefix, char ret_name[static SANDBOX_NAME_MAX])
{
	char name[SANDBOX_NAME_MAX];
	int fd, r = -EEXIST;

	for (int attempt = 0; r == -EEXIST && attempt < MAKE_ATTEMPTS; attempt++) {
		sandbox_dir_random_name(prefix, name);
		r = mkdirat(parent, name, 0755) < 0 ? -errno : 0;
	}
	if (r < 0)
		return r;
	fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		r = -errno;
		unlinkat(parent, name, AT_REMOVEDIR);
		return r;
	}
	/* It is marked only if it is locked: what has no mark is not swept. */
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		for (size_t i = 0; i < ARRAY_SIZE(marks); i++)
			if (fsetxattr(fd, marks[i], "1", 1, 0) == 0)
				break;
	memcpy(ret_name, name, sizeof(name));
	return fd;
}

int sandbox_dir_remove(int parent, const char *name)
{
	for (int attempt = 0; attempt < REMOVE_ATTEMPTS; attempt++) {
		struct timespec pause = { .tv_nsec = REMOVE_PAUSE_NS };

		if (unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
			return 0;
		if (errno != EBUSY)
			return -errno;
		nanosleep(&pause, NULL);
	}
	return -EBUSY;
}

void sandbox_dir_kill(int fd, bool children)
{
	CLEANUP_FREE char *text = NULL;
	char *rest = NULL;

	if (root_read_all(&(struct root){ fd }, "cgroup.procs", &text) < 0)
		return;
	for (char *word = strtok_r(text, "\n", &rest); word; word = strtok_r(NULL, "\n", &rest)) {
		pid_t pid = (pid_t)strtol(word, NULL, 10);
		siginfo_t info;

		/*
		 * 0 is a process outside of our pid namespace. Ours is also what the subject has
		 * left to us when it died: we are its subreaper.
		 */
		if (pid > 1 && pid != getpid() &&
		    (!children ||
		     waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0))
			kill(pid, SIGKILL);
	}
}

/* PREFIX and a random number, nothing else. */
static bool sandbox_dir_is_named(const char *name, const char *prefix)
{
	size_t length = strlen(prefix);

	return !strncmp(name, prefix, length) && strlen(name + length) == RANDOM_DIGITS &&
	       !name[length + strspn(name + length, "0123456789abcdef")];
}

unsigned sandbox_dir_sweep(int parent)
{
	int fd = openat(parent, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	unsigned stay = 0;

	if (!directory) {
		cleanup_close_fd(&fd);
		return 0;
	}
	while ((entry = readdir(directory)) != NULL) {
		CLEANUP_FD int left = -1;
		bool marked = false;
		char value[2];

		if (!sandbox_dir_is_named(entry->d_name, SANDBOX_PREFIX) &&
		    !sandbox_dir_is_named(entry->d_name, SANDBOX_PREFIX SANDBOX_OBSERVER))
			continue;
		left = openat(parent, entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		for (size_t i = 0; left >= 0 && i < ARRAY_SIZE(marks) && !marked; i++)
			marked = fgetxattr(left, marks[i], value, sizeof(value)) == 1 &&
				 value[0] == '1';
		if (marked && flock(left, LOCK_EX | LOCK_NB) == 0 &&
		    unlinkat(parent, entry->d_name, AT_REMOVEDIR) < 0 && errno == EBUSY)
			stay++;
	}
	closedir(directory);
	return stay;
}

/* Memory and swap together, v1; -ENOENT: there is no swap accounting. */
static int write_memory_and_swap(const struct sandbox *sandbox, uint64_t limit)
{
	uint64_t both;

	if (__builtin_add_overflow(limit, sandbox->swap, &both))
		both = INT64_MAX;
	return sandbox_dir_write_u64(sandbox->fd, "memory.memsw.limit_in_bytes", both);
}

int sandbox_limits_set(const struct sandbox *sandbox, const struct sandbox_spec *spec)
{
	int fd = sandbox->fd, r;

	if (sandbox->version == 1) {
		r = sandbox_dir_write_u64(fd, LIMIT_V1, spec->limit);
		if (r < 0)
			return r;
		r = write_memory_and_swap(sandbox, spec->limit);
		/* Without swap accounting it must not swap at all. */
		return r < 0 && !spec->swap ? sandbox_dir_write(fd, "memory.swappiness", "0") : r;
	}
	r = sandbox_dir_write_u64(fd, "memory.max", spec->limit);
	if (r == 0)
		r = sandbox_dir_write_u64(fd, "memory.swap.max", spec->swap);
	/* A kernel without swap has no memory.swap.max. */
	if (r == -ENOENT && !spec->swap)
		r = 0;
	if (r == 0 && spec->high != CGROUP_UNLIMITED)
		r = sandbox_dir_write_u64(fd, "memory.high", spec->high);
	return r;
}

/* At no time may the limit of memory be above that of memory and swap (memcg_test.rst). */
static int write_limit_v1(const struct sandbox *sandbox, uint64_t limit)
{
	uint64_t before = sandbox_limit_read(sandbox);
	int r = limit > before ? write_memory_and_swap(sandbox, limit) : 0;

	if (r < 0 && r != -ENOENT)
		return r;
	r = sandbox_dir_write_u64(sandbox->fd, LIMIT_V1, limit);
	if (r < 0 || limit > before)
		return r;
	r = write_memory_and_swap(sandbox, limit);
	if (r < 0 && r != -ENOENT) {
		sandbox_dir_write_u64(sandbox->fd, LIMIT_V1, before);
		return r;
	}
	/* A peak from before would pass for this limit having been reached. */
	sandbox_dir_write(sandbox->fd, "memory.max_usage_in_bytes", "0");
	return 0;
}

int sandbox_limit_begin(const struct sandbox *sandbox, enum sandbox_bound bound, uint64_t bytes,
			struct limit_change *ret_change)
{
	pid_t observer = getpid(), writer = fork();
	int pidfd, r;

	if (writer < 0)
		return -errno;
	if (writer == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != observer)
			_exit(EINTR);
		if (bound == SANDBOX_LIMIT && sandbox->version == 1)
			r = write_limit_v1(sandbox, bytes);
		else
			r = sandbox_dir_write_u64(sandbox->fd, bound == SANDBOX_HIGH
						  ? "memory.high" : "memory.max", bytes);
		/* All errno values fit into an exit status. */
		_exit(-r);
	}
	pidfd = (int)syscall(SYS_pidfd_open, writer, 0);
	r = pidfd < 0 ? -errno : 0;
	*ret_change = (struct limit_change){ .writer = writer, .pidfd = pidfd };
	if (r < 0)
		sandbox_limit_end(ret_change);
	return r;
}

int sandbox_limit_end(struct limit_change *change)
{
	struct pollfd death = { .fd = change->pidfd, .events = POLLIN };
	int status = 0;

	/* If it has left by itself, what it left with stays. */
	kill(change->writer, SIGKILL);
	while (poll(&death, 1, WRITER_END_MS) < 0 && errno == EINTR)
		;
	cleanup_close_fd(&change->pidfd);
	/* If it is still in the kernel it dies later, unreaped. */
	if (waitpid(change->writer, &status, WNOHANG) != change->writer || !WIFEXITED(status))
		return -EINTR;
	return -WEXITSTATUS(status);
}

uint64_t sandbox_limit_read(const struct sandbox *sandbox)
{
	const struct cgroup_level level = { sandbox->version, (char[]){ "." }, NULL };
	struct cgroup_peak peak;

	cgroup_peak_read(&(struct root){ sandbox->fd }, &level, &peak);
	return peak.limit;
}

uint64_t sandbox_kills(const struct sandbox *sandbox)
{
	const struct cgroup_level level = { sandbox->version, (char[]){ "." }, NULL };
	struct cgroup_events events;

	cgroup_events_read(&(struct root){ sandbox->fd }, &level, &events);
	return events.oom_kill;
}
