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

#include "lib/cleanup.h"
#include "lib/size.h"
#include "proc/place.h"
#include "sandbox/sandbox-dir.h"
#include "sandbox/sandbox.h"
#include "sandbox/scope.h"

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

/* What is tried, and what for. */
struct attempt {
	const struct sandbox_spec *spec;
	struct sandbox *sandbox;	/* what comes of it */
	struct error *err;	/* set with -EDQUOT */
	struct root live;
	struct cgroup_chain chain;	/* our own */
	int scope_error;		/* why systemd gave no scope; 0: it was not asked */
};

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

/* Makes the limited cgroup in sandbox->parent, which is LEVEL. */
static int make_limited(const struct sandbox_spec *spec, const struct cgroup_level *level,
			struct sandbox *sandbox)
{
	int fd, r;

	sandbox->stale = sandbox_dir_sweep(sandbox->parent);
	fd = sandbox_dir_make(sandbox->parent, SANDBOX_PREFIX, sandbox->name);
	if (fd < 0)
		return fd;
	r = sandbox->version == 1 ? set_limits_v1(fd, spec) : set_limits_v2(fd, spec);
	if (r == 0 && asprintf(&sandbox->path, "%s/%s", strcmp(level->name, "/") ? level->name :
			"",
			       sandbox->name) < 0)
		r = -ENOMEM;
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

	return root_read(&(struct root){ fd }, "cgroup.procs", text, sizeof(text)) > 0 &&
	       strtol(text, NULL, 10) == getpid() && strchr(text, '\n') == strrchr(text, '\n');
}

/*
 * A cgroup with controllers for its children holds no process itself (cgroups(7), "no
 * internal processes"), so we step aside into a child before we enable them.
 */
static int move_to_leaf(struct sandbox *sandbox)
{
	char pid[24];
	int leaf, r;

	if (!is_alone(sandbox->parent))
		return -EBUSY;
	leaf = sandbox_dir_make(sandbox->parent, SANDBOX_PREFIX SANDBOX_OBSERVER,
				sandbox->leaf);
	if (leaf < 0)
		return leaf;
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	r = sandbox_dir_write(leaf, "cgroup.procs", pid);
	if (r == 0)
		r = sandbox_dir_write(sandbox->parent, "cgroup.subtree_control", "+memory");
	/* The lock on the leaf cgroup lasts as long as this process: the descriptor stays open. */
	sandbox->leaf_fd = leaf;
	return r;
}

/*
 * Gives memory to the children. The root and a cgroup without processes let us do so; it
 * stays enabled, for to take it away again would take it from another run's sandbox, too.
 */
static int enable_memory(struct sandbox *sandbox)
{
	int r = sandbox_dir_write(sandbox->parent, "cgroup.subtree_control", "+memory");

	return r == -EBUSY ? move_to_leaf(sandbox) : r;
}

static void move_from_leaf(struct sandbox *sandbox)
{
	char pid[24];

	if (!sandbox->leaf[0])
		return;
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	/* Writing needs a descriptor, which may be the last one to be had. */
	cleanup_close_fd(&sandbox->leaf_fd);
	sandbox_dir_write(sandbox->parent, "cgroup.subtree_control", "-memory");
	sandbox_dir_write(sandbox->parent, "cgroup.procs", pid);
	sandbox_dir_remove(sandbox->parent, sandbox->leaf);
	sandbox->leaf[0] = '\0';
}

/* Makes the sandbox in LEVEL, into which memory must be given or givable. */
static int make_in_level(const struct sandbox_spec *spec, const struct cgroup_level *level,
			 enum sandbox_way way, struct sandbox *ret_sandbox)
{
	struct sandbox sandbox =
		{ .way = way, .version = level->version, .fd = -1, .leaf_fd = -1 };
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
		r = make_limited(spec, level, &sandbox);
	if (r < 0) {
		move_from_leaf(&sandbox);
		cleanup_close_fd(&sandbox.parent);
		return r;
	}
	*ret_sandbox = sandbox;
	return 0;
}

static bool sandbox_ends_with(const char *name, const char *suffix)
{
	size_t length = strlen(name), end = strlen(suffix);

	return length > end && !strcmp(name + length - end, suffix);
}

static bool has_mark(const struct cgroup_level *level)
{
	/*
	 * trusted.* alone before systemd 251; who must not read it takes the unit for not
	 * marked.
	 */
	static const char *const names[] = { "user.delegate", "trusted.delegate" };
	char mark[2];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (getxattr(level->directory, names[i], mark, sizeof(mark)) == 1 &&
		    mark[0] == '1')
			return true;
	return false;
}

/* The systemd unit that level I of CHAIN is or is within, or NULL. */
static const struct cgroup_level *sandbox_find_unit(const struct cgroup_chain *chain, size_t i)
{
	for (; i < chain->count; i++)
		if (sandbox_ends_with(chain->levels[i].name, ".service") ||
		    sandbox_ends_with(chain->levels[i].name, ".scope"))
			return &chain->levels[i];
	return NULL;
}

/*
 * Where systemd runs, every cgroup outside of a unit with the delegation mark is systemd's alone
 * (systemd's CGROUP_DELEGATION document); the user manager's own unit is marked, but is its own.
 */
static bool is_delegated(const struct cgroup_chain *chain, size_t i)
{
	const struct cgroup_level *level = &chain->levels[i], *unit;
	const char *last;

	if (access(level->directory, W_OK) < 0)
		return false;
	if (!place_has_systemd())
		return true;
	unit = sandbox_find_unit(chain, i);
	last = unit ? strrchr(unit->name, '/') : NULL;
	return last && strncmp(last, "/user@", strlen("/user@")) != 0 && has_mark(unit);
}

/*
 * An OOM kill anywhere in a unit that is not delegated is taken for the unit's own, which systemd
 * stops for it; a slice, or the root, is not stopped.
 */
static bool may_use(const struct cgroup_chain *chain, size_t i, enum sandbox_way way)
{
	if (way == SANDBOX_DELEGATED)
		return is_delegated(chain, i);
	return way != SANDBOX_ROOT_V2 || !place_has_systemd() || !sandbox_find_unit(chain, i);
}

/* Whether ERROR says something of the one cgroup, and not of us: then the next may do. */
static bool is_of_level(int error)
{
	static const int of_level[] = { EACCES, EPERM, EROFS, EBUSY, EAGAIN, ENOENT, ENODEV,
					EINVAL, EOPNOTSUPP };

	for (size_t i = 0; i < sizeof(of_level) / sizeof(of_level[0]); i++)
		if (-error == of_level[i])
			return true;
	return false;
}

/* Remembers in *error the first failure of a way that is there at all. Returns r. */
static int keep_error(int r, int *error)
{
	if (r < 0 && r != -ENOENT && r != -ENOSYS && *error == -ENOENT)
		*error = r;
	return r;
}

/*
 * Whether LEVEL has room for all that the sandbox may use. One that is made outside of LEVEL and
 * may use more escapes its limit.
 */
static bool has_room(const struct attempt *attempt, const struct cgroup_level *level)
{
	const struct sandbox_spec *spec = attempt->spec;
	uint64_t most = spec->limit != CGROUP_UNLIMITED ? spec->limit : spec->high;
	struct cgroup_figures figures;
	int r = cgroup_figures_read(&attempt->live, level, &figures);

	return r < 0 ? !cgroup_may_limit(r) : cgroup_available(&figures) >= most;
}

static int sandbox_escape_error(const struct attempt *attempt, const struct cgroup_level *level)
{
	struct cgroup_figures figures = { 0 };
	char name[256], limit[SIZE_TEXT_MAX], left[SIZE_TEXT_MAX];
	int r;

	error_escape(name, sizeof(name), level->name);
	r = cgroup_figures_read(&attempt->live, level, &figures);
	size_format(limit, figures.limit, SIZE_HUMAN);
	size_format(left, cgroup_available(&figures), SIZE_HUMAN);
	if (r < 0)
		error_set(attempt->err, "the sandbox would have to be outside of our memory "
			  "cgroup %s, whose limit or usage cannot be read: %s", name,
			  strerror(-r));
	else
		error_set(attempt->err, "the sandbox would have to be outside of our memory "
			  "cgroup %s, and would escape its limit of %s, of which %s are left",
			  name, limit, left);
	if (place_has_systemd())
		error_hint(attempt->err,
			    "run it in a unit with '-p Delegate=yes', or give "
			   "a limit that fits into what is left");
	else
		error_hint(attempt->err,
			    "give a limit that fits into what is left, or let "
			   "this limit be the sandbox: without --limit, with '--no-guard "
			   "--expect oom'");
	return -EDQUOT;
}

/* The nearest of our own cgroups that lets us make one in it. */
static int make_in_chain(struct attempt *attempt, enum sandbox_way way)
{
	const struct cgroup_chain *chain = &attempt->chain;
	const struct cgroup_level *left = NULL;
	int error = -ENOENT, r;

	for (size_t i = 0; i < chain->count; i++) {
		const struct cgroup_level *level = &chain->levels[i];

		if (level->version == (way == SANDBOX_V1 ? 1 : 2) && may_use(chain, i, way)) {
			if (left && access(level->directory, W_OK) == 0)
				return sandbox_escape_error(attempt, left);
			r = make_in_level(attempt->spec, level, way, attempt->sandbox);
			if (keep_error(r, &error) == 0 || !is_of_level(r))
				return r;
		}
		if (!left && !has_room(attempt, level))
			left = level;
	}
	return error;
}

/* Whether LEVEL is over us still, CHAIN being our cgroups of now. */
static bool is_in_chain(const struct cgroup_chain *chain, const struct cgroup_level *level)
{
	for (size_t i = 0; i < chain->count; i++)
		if (!strcmp(chain->levels[i].directory, level->directory))
			return true;
	return false;
}

/* A scope in our own slice, so that no more than the limit of our unit is left behind. */
static int make_in_scope(struct attempt *attempt)
{
	struct cgroup_chain before = attempt->chain;
	int r;

	if (!before.count || before.levels[0].version != 2)
		return -ENOENT;
	r = attempt->scope_error = scope_enter(before.levels[0].name);
	if (r < 0)
		return r;
	attempt->chain = (struct cgroup_chain){ 0 };
	r = cgroup_chain_read(&attempt->live, "self", &attempt->chain);
	for (size_t i = 0; r == 0 && i < before.count; i++)
		if (!is_in_chain(&attempt->chain, &before.levels[i]) &&
		    !has_room(attempt, &before.levels[i]))
			r = sandbox_escape_error(attempt, &before.levels[i]);
	cgroup_chain_free(&before);
	if (r < 0)
		return r;
	return attempt->chain.count ? make_in_level(attempt->spec, &attempt->chain.levels[0],
						    SANDBOX_SCOPE, attempt->sandbox) : -ENOENT;
}

static int try_ways(struct attempt *attempt)
{
	int error = -ENOENT;
	int r = keep_error(make_in_chain(attempt, SANDBOX_DELEGATED), &error);

	if (r < 0 && r != -EDQUOT && is_of_level(r))
		r = keep_error(make_in_scope(attempt), &error);
	if (r < 0 && r != -EDQUOT)
		r = keep_error(make_in_chain(attempt, SANDBOX_ROOT_V2), &error);
	if (r < 0 && r != -EDQUOT && attempt->spec->high == CGROUP_UNLIMITED)
		r = keep_error(make_in_chain(attempt, SANDBOX_V1), &error);
	return r == 0 || r == -EDQUOT ? r : error;
}

/* Why systemd gave no scope, where the text of an errno would not say it; or NULL. */
static const char *why_no_scope(int error)
{
	switch (-error) {
	case ETIMEDOUT:
		return "systemd did not answer in time";
	case EIO:
		return "systemd could not start a scope";
	case ENOMEDIUM:
		return "this user's systemd cannot be found: XDG_RUNTIME_DIR is not set";
	case ENOENT:
	case ECONNREFUSED:
		return geteuid() != 0 ? "this user's systemd does not run" : NULL;
	default:
		return NULL;
	}
}

/* What would let systemd give one. */
static void sandbox_append_scope(const struct attempt *attempt)
{
	unsigned user = (unsigned)geteuid();
	const char *whose = user ? " --user" : "";

	if (attempt->scope_error == -ETIMEDOUT || attempt->scope_error == -EIO)
		error_hint(attempt->err, "see 'systemctl%s list-jobs' and 'journalctl%s "
			   "-n 20' for what it is busy with, and try again", whose, whose);
	else
		error_hint(attempt->err, "log in as this user (su and sudo start no "
			   "systemd), or as root run 'loginctl enable-linger %u' and then set "
			   "XDG_RUNTIME_DIR=/run/user/%u; or run pagetouch as root",
			   user, user);
}

/* What would give a sandbox here. */
static void append_way(const struct sandbox_spec *spec, const struct attempt *attempt)
{
	bool limited = spec->limit != CGROUP_UNLIMITED;
	const char *option = limited ? "limit" : "high";
	char size[SIZE_TEXT_MAX];

	size_format(size, limited ? spec->limit : spec->high, SIZE_HUMAN);
	if (place_is_container())
		error_hint(attempt->err,
			    "in a container its own limit can be the sandbox: "
"start it with one, and run 'pagetouch --no-guard --expect oom ...' "
			   "in it, without --%s", option);
	else if (geteuid() == 0)
		error_hint(attempt->err,
			    "root needs the memory controller of cgroup v2, or "
			   "of v1, mounted and writable below /sys/fs/cgroup");
	else if (place_has_systemd())
		error_hint(attempt->err, "run 'systemd-run --user --scope -p Delegate=yes "
			   "pagetouch --%s %s ...', or 'sudo pagetouch --%s %s ...'",
			   option, size, option, size);
	else
		error_hint(attempt->err, "no systemd runs here that could give one: run "
			   "'sudo pagetouch --%s %s ...'", option, size);
}

static void sandbox_set_error(const struct attempt *attempt, int error)
{
	const char *why = why_no_scope(attempt->scope_error);

	/* An ordinary user may not do without systemd where it runs. */
	if (error != attempt->scope_error && geteuid() == 0)
		why = NULL;
	error_set(attempt->err, "no memory cgroup can be had here for a sandbox: %s%s",
		  why ? why : strerror(-error), attempt->spec->high == CGROUP_UNLIMITED
				    ? "" : " (--high needs cgroup v2)");
	/* EAGAIN: cgroup.max.descendants or cgroup.max.depth. */
	if (why)
		sandbox_append_scope(attempt);
	else if (error == -EAGAIN || !error_hint_errno(attempt->err, error))
		append_way(attempt->spec, attempt);
}

int sandbox_make(const struct sandbox_spec *spec, struct sandbox *ret_sandbox,
		 struct error *err)
{
	struct attempt attempt = { .spec = spec, .sandbox = ret_sandbox, .err = err };
	int r = root_open("/", &attempt.live);

	if (r == 0) {
		r = cgroup_chain_read(&attempt.live, "self", &attempt.chain);
		if (r == 0)
			r = try_ways(&attempt);
		cgroup_chain_free(&attempt.chain);
		root_close(&attempt.live);
	}
	if (r < 0 && r != -EDQUOT)
		sandbox_set_error(&attempt, r);
	return r;
}

int sandbox_remove(struct sandbox *sandbox)
{
	int r;

	if (!sandbox->made)
		return 0;
	sandbox_dir_kill(sandbox->fd);
	r = sandbox_dir_remove(sandbox->parent, sandbox->name);
	move_from_leaf(sandbox);
	cleanup_close_fd(&sandbox->fd);
	cleanup_close_fd(&sandbox->parent);
	free(sandbox->path);
	*sandbox = (struct sandbox){ .fd = -1, .parent = -1, .leaf_fd = -1 };
	return r;
}
