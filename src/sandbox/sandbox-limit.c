/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sandbox-limit.c - the limits of a sandbox: set, changed by another process, read */
#include <config.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "proc/cgroup-counters.h"
#include "sandbox/sandbox.h"

/* How long a writer that was killed may take to leave the kernel, ms. */
#define WRITER_END_MS 2000

#define LIMIT_V1 "memory.limit_in_bytes"

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
