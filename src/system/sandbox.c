/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sandbox.c - find a way to a memory cgroup of our own, set its limits, remove it */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/size.h"
#include "system/sandbox-dir.h"
#include "system/sandbox.h"
#include "system/scope.h"

static const char *const way_names[] = {
	[SANDBOX_DELEGATED] = "a delegated cgroup v2 subtree",
	[SANDBOX_SCOPE] = "a systemd scope",
	[SANDBOX_ROOT_V2] = "cgroup v2, as root",
	[SANDBOX_V1] = "the cgroup v1 memory controller",
};

const char *sandbox_way_name(enum sandbox_way way)
{
	return way_names[way];
}

static int set_limits_v1(int fd, const struct sandbox_spec *spec)
{
	uint64_t both;
	int r = sandbox_dir_write_u64(fd, "memory.limit_in_bytes", spec->limit);

	if (r < 0)
		return r;
	if (__builtin_add_overflow(spec->limit, spec->swap, &both))
		both = INT64_MAX;
	/* Without swap accounting there is no such file: then the group must not swap at all. */
	r = sandbox_dir_write_u64(fd, "memory.memsw.limit_in_bytes", both);
	if (r < 0 && !spec->swap)
		r = sandbox_dir_write(fd, "memory.swappiness", "0");
	return r;
}

static int set_limits_v2(int fd, const struct sandbox_spec *spec)
{
	int r = sandbox_dir_write_u64(fd, "memory.max", spec->limit);

	if (r == 0)
		r = sandbox_dir_write_u64(fd, "memory.swap.max", spec->swap);
	/* A kernel without swap has no memory.swap.max. */
	if (r == -ENOENT && !spec->swap)
		r = 0;
	if (r == 0 && spec->high != CGROUP_UNLIMITED)
		r = sandbox_dir_write_u64(fd, "memory.high", spec->high);
	return r;
}

/* Makes the limited cgroup in sandbox->parent. */
static int make_limited(const struct sandbox_spec *spec, struct sandbox *sandbox)
{
	int fd, r;

	sandbox_dir_sweep(sandbox->parent);
	snprintf(sandbox->name, sizeof(sandbox->name), SANDBOX_PREFIX "%d", (int)getpid());
	fd = sandbox_dir_make(sandbox->parent, sandbox->name);
	if (fd < 0)
		return fd;
	r = sandbox->version == 1 ? set_limits_v1(fd, spec) : set_limits_v2(fd, spec);
	if (r < 0) {
		cleanup_close_fd(&fd);
		sandbox_dir_remove(sandbox->parent, sandbox->name);
		return r;
	}
	sandbox->fd = fd;
	sandbox->swap = spec->swap;
	sandbox->made = true;
	return 0;
}

/* Whether this process is the only one in the cgroup at FD. */
static bool is_alone(int fd)
{
	char text[64];

	return sandbox_dir_read(fd, "cgroup.procs", text, sizeof(text)) > 0 &&
	       strtol(text, NULL, 10) == getpid() && strchr(text, '\n') == strrchr(text, '\n');
}

/*
 * A cgroup with controllers for its children holds no process itself (cgroups(7), "no
 * internal processes"), so we step aside into a child before we enable them.
 */
static int step_aside(struct sandbox *sandbox)
{
	char pid[24];
	int refuge, r;

	if (!is_alone(sandbox->parent))
		return -EBUSY;
	snprintf(sandbox->refuge, sizeof(sandbox->refuge), SANDBOX_PREFIX SANDBOX_OBSERVER "%d",
		 (int)getpid());
	refuge = sandbox_dir_make(sandbox->parent, sandbox->refuge);
	if (refuge < 0)
		return refuge;
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	r = sandbox_dir_write(refuge, "cgroup.procs", pid);
	if (r == 0)
		r = sandbox_dir_write(sandbox->parent, "cgroup.subtree_control", "+memory");
	/* The lock on the refuge lasts as long as this process: the descriptor stays open. */
	sandbox->home = refuge;
	return r;
}

/*
 * Gives memory to the children. The root and a cgroup without processes let us do so; it
 * stays enabled, for to take it away again would take it from another run's sandbox, too.
 */
static int enable_memory(struct sandbox *sandbox)
{
	int r = sandbox_dir_write(sandbox->parent, "cgroup.subtree_control", "+memory");

	return r == -EBUSY ? step_aside(sandbox) : r;
}

static void step_back(struct sandbox *sandbox)
{
	char pid[24];

	if (!sandbox->refuge[0])
		return;
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	sandbox_dir_write(sandbox->parent, "cgroup.subtree_control", "-memory");
	if (sandbox_dir_write(sandbox->parent, "cgroup.procs", pid) == 0)
		sandbox_dir_remove(sandbox->parent, sandbox->refuge);
	cleanup_close_fd(&sandbox->home);
	sandbox->refuge[0] = '\0';
}

/* Makes the sandbox in LEVEL, into which memory must be given or givable. */
static int make_in_level(const struct sandbox_spec *spec, const struct cgroup_level *level,
			 enum sandbox_way way, struct sandbox *ret_sandbox)
{
	struct sandbox sandbox = { .way = way, .version = level->version, .fd = -1, .home = -1 };
	int r = 0;

	sandbox.parent = open(level->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (sandbox.parent < 0)
		return -errno;
	if (level->version == 2 &&
	    !sandbox_dir_has_word(sandbox.parent, "cgroup.controllers", "memory"))
		r = -ENOENT;
	else if (level->version == 2 &&
		 !sandbox_dir_has_word(sandbox.parent, "cgroup.subtree_control", "memory"))
		r = enable_memory(&sandbox);
	if (r == 0)
		r = make_limited(spec, &sandbox);
	if (r < 0) {
		step_back(&sandbox);
		cleanup_close_fd(&sandbox.parent);
		return r;
	}
	*ret_sandbox = sandbox;
	return 0;
}

static bool is_alone_in(const struct cgroup_level *level)
{
	CLEANUP_FD int fd = open(level->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd >= 0 && is_alone(fd);
}

static bool has_systemd(void)
{
	return access("/run/systemd/system", F_OK) == 0;
}

/*
 * Where systemd runs, every cgroup without the delegation mark is systemd's alone
 * (systemd's CGROUP_DELEGATION document); the user manager's own is marked, but is its own. Not
 * all versions set the mark, so one that holds nobody but us is taken for ours: whoever made it
 * for this run alone may have limited it, and leaving it would escape that limit.
 */
static bool is_ours(const struct cgroup_level *level, bool own)
{
	const char *last = strrchr(level->name, '/');
	char mark[2];

	if (access(level->directory, W_OK) < 0)
		return false;
	if (!has_systemd() || (own && is_alone_in(level)))
		return true;
	if (last && !strncmp(last, "/user@", 6))
		return false;
	return getxattr(level->directory, "user.delegate", mark, sizeof(mark)) == 1 &&
	       mark[0] == '1';
}

static int make_delegated(const struct sandbox_spec *spec, const struct cgroup_chain *chain,
			  struct sandbox *ret_sandbox)
{
	int r = -ENOENT;

	for (size_t i = 0; r < 0 && i < chain->count; i++)
		if (chain->levels[i].version == 2 && is_ours(&chain->levels[i], i == 0))
			r = make_in_level(spec, &chain->levels[i], SANDBOX_DELEGATED, ret_sandbox);
	return r;
}

static int make_in_scope(const struct sandbox_spec *spec, struct sandbox *ret_sandbox)
{
	struct cgroup_chain chain = { 0 };
	struct root live;
	int r = root_open("/", &live);

	if (r < 0)
		return r;
	r = scope_enter();
	if (r == 0)
		r = cgroup_chain_read(&live, "self", &chain);
	root_close(&live);
	if (r == 0)
		r = chain.count && chain.levels[0].version == 2
			? make_in_level(spec, &chain.levels[0], SANDBOX_SCOPE, ret_sandbox)
			: -ENOENT;
	cgroup_chain_free(&chain);
	return r;
}

/* Remembers in *error the first failure of a way that is there at all. Returns r. */
static int keep_error(int r, int *error)
{
	if (r < 0 && r != -ENOENT && r != -ENOSYS && *error == -ENOENT)
		*error = r;
	return r;
}

/* The nearest of our own cgroups of VERSION that lets us make one in it. */
static int make_in_chain(const struct sandbox_spec *spec, const struct cgroup_chain *chain,
			 int version, struct sandbox *ret_sandbox)
{
	enum sandbox_way way = version == 1 ? SANDBOX_V1 : SANDBOX_ROOT_V2;
	int error = -ENOENT;

	for (size_t i = 0; i < chain->count; i++)
		if (chain->levels[i].version == version &&
		    keep_error(make_in_level(spec, &chain->levels[i], way, ret_sandbox),
			       &error) == 0)
			return 0;
	return error;
}

static void complain(const struct sandbox_spec *spec, int error, struct trouble *trouble)
{
	bool limited = spec->limit != CGROUP_UNLIMITED;
	const char *option = limited ? "limit" : "high";
	char size[SIZE_TEXT_MAX];

	trouble_set(trouble, "no memory cgroup can be had here for a sandbox: %s%s",
		    strerror(-error),
		    spec->high == CGROUP_UNLIMITED ? "" : " (--high needs cgroup v2)");
	if (geteuid() == 0) {
		trouble_remedy(trouble, "root needs the memory controller of cgroup v2, or of v1, "
			       "mounted and writable below /sys/fs/cgroup");
		return;
	}
	size_format(size, limited ? spec->limit : spec->high, SIZE_HUMAN);
	trouble_remedy(trouble, "run 'systemd-run --user --scope -p Delegate=yes "
		       "pagetouch --%s %s ...', or 'sudo pagetouch --%s %s ...'",
		       option, size, option, size);
}

int sandbox_make(const struct sandbox_spec *spec, const struct cgroup_chain *chain,
		 struct sandbox *ret_sandbox, struct trouble *trouble)
{
	int error = -ENOENT;
	int r = keep_error(make_delegated(spec, chain, ret_sandbox), &error);

	if (r < 0)
		r = keep_error(make_in_scope(spec, ret_sandbox), &error);
	if (r < 0)
		r = keep_error(make_in_chain(spec, chain, 2, ret_sandbox), &error);
	if (r < 0 && spec->high == CGROUP_UNLIMITED)
		r = keep_error(make_in_chain(spec, chain, 1, ret_sandbox), &error);
	if (r < 0)
		complain(spec, error, trouble);
	return r < 0 ? error : 0;
}

void sandbox_remove(struct sandbox *sandbox)
{
	if (!sandbox->made)
		return;
	sandbox_dir_kill(sandbox->fd);
	sandbox_dir_remove(sandbox->parent, sandbox->name);
	step_back(sandbox);
	cleanup_close_fd(&sandbox->fd);
	cleanup_close_fd(&sandbox->parent);
	*sandbox = (struct sandbox){ .fd = -1, .parent = -1, .home = -1 };
}
