/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sandbox.c - find a way to a memory cgroup of our own, set its limits, remove it */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/macros.h"
#include "lib/size.h"
#include "proc/place.h"
#include "sandbox/sandbox.h"
#include "sandbox/scope.h"

/* Written to cgroup.procs, it moves the process that writes. */
#define WRITER_ITSELF "0"

const char *sandbox_way_name(enum sandbox_way way)
{
	static const char *const names[] = {
		[SANDBOX_DELEGATED] = "a delegated cgroup v2 subtree",
		[SANDBOX_SCOPE] = "a systemd scope",
		[SANDBOX_ROOT_V2] = "cgroup v2, as root",
		[SANDBOX_V1] = "the cgroup v1 memory controller",
	};

	return names[way];
}

/* What is tried, and what for. */
struct attempt {
	const struct sandbox_spec *spec;
	struct sandbox *sandbox;	/* what comes of it */
	struct error *err;
	struct root live;
	struct cgroup_chain chain;	/* our own */
	bool version_1;			/* the memory controller is that of version 1 */
	int scope_error;		/* why systemd gave no scope; 0: it was not asked */
};

/*
 * Lets the children of sandbox->parent, of version 2, have the memory controller. It stays
 * enabled: disabling it would take it from another run's sandbox, too. Except for the root, a
 * cgroup with controllers for its children holds no process itself (cgroups(7), "no internal
 * processes"): if this process is the only one in it, it moves to a child first.
 */
static int enable_memory(struct sandbox *sandbox)
{
	char members[64];
	int r;

	if (!sandbox_dir_has_word(sandbox->parent, "cgroup.controllers", "memory"))
		return -ENOENT;
	if (sandbox_dir_has_word(sandbox->parent, "cgroup.subtree_control", "memory"))
		return 0;
	r = sandbox_dir_write(sandbox->parent, "cgroup.subtree_control", "+memory");
	if (r != -EBUSY)
		return r;
	if (root_read(&(struct root){ sandbox->parent }, "cgroup.procs", members,
		      sizeof(members)) <= 0 || strtol(members, NULL, 10) != getpid() ||
	    strchr(members, '\n') != strrchr(members, '\n'))
		return -EBUSY;
	/* The lock on it lasts as long as this process: the descriptor stays open. */
	sandbox->leaf_fd = sandbox_dir_make(sandbox->parent, SANDBOX_PREFIX SANDBOX_OBSERVER,
					    sandbox->leaf);
	if (sandbox->leaf_fd < 0)
		return sandbox->leaf_fd;
	r = sandbox_dir_write(sandbox->leaf_fd, "cgroup.procs", WRITER_ITSELF);
	return r < 0 ? r : sandbox_dir_write(sandbox->parent, "cgroup.subtree_control", "+memory");
}

void sandbox_kill(const struct sandbox *sandbox)
{
	/* cgroup.kill, v2 since 5.14, kills in the cgroups below as well. */
	if (sandbox_dir_write(sandbox->fd, "cgroup.kill", "1") < 0)
		sandbox_dir_kill(sandbox->fd, false);
}

int sandbox_remove(struct sandbox *sandbox)
{
	int r = 0;

	if (!sandbox->made)
		return 0;
	if (sandbox->fd >= 0) {
		sandbox_dir_kill(sandbox->fd, true);
		r = sandbox_dir_remove(sandbox->parent, sandbox->name);
		/* Its lock says to other runs that it is in use. */
		cleanup_close_fd(&sandbox->fd);
	}
	/* Writing needs a descriptor, which may be the last one to be had. */
	cleanup_close_fd(&sandbox->leaf_fd);
	if (sandbox->leaf[0]) {
		sandbox_dir_write(sandbox->parent, "cgroup.subtree_control", "-memory");
		sandbox_dir_write(sandbox->parent, "cgroup.procs", WRITER_ITSELF);
		sandbox_dir_remove(sandbox->parent, sandbox->leaf);
	}
	cleanup_close_fd(&sandbox->parent);
	free(sandbox->path);
	*sandbox = (struct sandbox){ .fd = -1, .parent = -1, .leaf_fd = -1 };
	return r;
}

static int make_in_level(struct attempt *attempt, const struct cgroup_level *level,
			 enum sandbox_way way)
{
	const struct sandbox_spec *spec = attempt->spec;
	struct sandbox sandbox = {
		.made = true, .way = way, .version = level->version, .swap = spec->swap,
		.parent = open(level->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC),
		.fd = -1, .leaf_fd = -1,
	};
	int r;

	if (sandbox.parent < 0)
		return -errno;
	r = level->version == 2 ? enable_memory(&sandbox) : 0;
	if (r == 0) {
		sandbox.stale = sandbox_dir_sweep(sandbox.parent);
		sandbox.fd = sandbox_dir_make(sandbox.parent, SANDBOX_PREFIX, sandbox.name);
		r = sandbox.fd < 0 ? sandbox.fd : sandbox_limits_set(&sandbox, spec);
	}
	if (r == 0 && asprintf(&sandbox.path, "%s/%s", strcmp(level->name, "/") ? level->name : "",
			       sandbox.name) < 0) {
		sandbox.path = NULL;
		r = -ENOMEM;
	}
	if (r < 0) {
		sandbox_remove(&sandbox);
		return r;
	}
	*attempt->sandbox = sandbox;
	return 0;
}

/*
 * Whether a sandbox may be made in level I of CHAIN. Where systemd runs, every cgroup outside of
 * a unit with the delegation mark is systemd's alone (systemd's CGROUP_DELEGATION document); the
 * user manager's own unit is marked, but is its own. To root this is no obstacle, but an OOM kill
 * anywhere in a unit that is not delegated is taken for the unit's own, and systemd stops the
 * unit for it; it does not stop a slice, or the root.
 */
static bool may_use(const struct cgroup_chain *chain, size_t i, enum sandbox_way way)
{
	/* trusted.* alone before systemd 251; if it may not be read, the unit is not marked. */
	static const char *const marks[] = { "user.delegate", "trusted.delegate" };
	const char *directory = chain->levels[i].directory, *name;
	char mark[2];

	if (way == SANDBOX_V1)
		return true;
	if (way == SANDBOX_DELEGATED && access(directory, W_OK) < 0)
		return false;
	if (!place_has_systemd())
		return true;
	while (i < chain->count && fnmatch("?*.service", chain->levels[i].name, 0) != 0 &&
	       fnmatch("?*.scope", chain->levels[i].name, 0) != 0)
		i++;
	if (way == SANDBOX_ROOT_V2 || i == chain->count)
		return way == SANDBOX_ROOT_V2 && i == chain->count;
	name = strrchr(chain->levels[i].name, '/');
	if (!name || !strncmp(name, "/user@", strlen("/user@")))
		return false;
	for (size_t j = 0; j < ARRAY_SIZE(marks); j++)
		if (getxattr(chain->levels[i].directory, marks[j], mark, sizeof(mark)) == 1 &&
		    mark[0] == '1')
			return true;
	return false;
}

/* Whether ERROR is about this one cgroup, and not about us: another may do then. */
static bool is_of_level(int error)
{
	static const int of_level[] = { EACCES, EPERM, EROFS, EBUSY, EAGAIN, ENOENT, ENODEV,
					EINVAL, EOPNOTSUPP };

	for (size_t i = 0; i < ARRAY_SIZE(of_level); i++)
		if (-error == of_level[i])
			return true;
	return false;
}

/*
 * Whether LEVEL leaves as much as the sandbox may use: one that is made outside of LEVEL, and may
 * use more, escapes its limit. Returns 0, or -EDQUOT with the error set.
 */
static int check_escape(const struct attempt *attempt, const struct cgroup_level *level)
{
	const struct sandbox_spec *spec = attempt->spec;
	uint64_t most = spec->limit != CGROUP_UNLIMITED ? spec->limit : spec->high;
	char name[256], limit[SIZE_TEXT_MAX], left[SIZE_TEXT_MAX];
	struct cgroup_figures figures = { 0 };
	int r = cgroup_figures_read(&attempt->live, level, &figures);

	if (r < 0 ? !cgroup_may_limit(r) : cgroup_available(&figures) >= most)
		return 0;
	error_escape(name, sizeof(name), level->name);
	size_format(limit, figures.limit, SIZE_HUMAN);
	size_format(left, cgroup_available(&figures), SIZE_HUMAN);
	if (r < 0)
		error_set(attempt->err,
			  "the sandbox would have to be outside of our memory cgroup %s, whose limit or usage cannot be read: %s",
			  name, strerror(-r));
	else
		error_set(attempt->err,
			  "the sandbox would have to be outside of our memory cgroup %s, and would escape its limit of %s, of which %s are left",
			  name, limit, left);
	if (place_has_systemd())
		error_hint(attempt->err,
			   "run it in a unit with '-p Delegate=yes', or give a limit that fits into what is left");
	else
		error_hint(attempt->err,
			   "give a limit that fits into what is left, or let this limit be the sandbox: without --limit, with '%s--expect oom'",
			   spec->no_guard ? "--no-guard " : "");
	return -EDQUOT;
}

/* The nearest of our own cgroups that lets us make one in it. */
static int make_in_chain(struct attempt *attempt, enum sandbox_way way)
{
	const struct cgroup_chain *chain = &attempt->chain;
	int error = -ENOENT, escape = 0, r;

	for (size_t i = 0; i < chain->count; i++) {
		const struct cgroup_level *level = &chain->levels[i];

		if (level->version == (way == SANDBOX_V1 ? 1 : 2) && may_use(chain, i, way)) {
			if (escape < 0 && access(level->directory, W_OK) == 0)
				return escape;
			r = make_in_level(attempt, level, way);
			if (r == 0 || !is_of_level(r))
				return r;
			if (error == -ENOENT)
				error = r;
		}
		if (escape == 0)
			escape = check_escape(attempt, level);
	}
	return error;
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
	for (size_t i = 0; r == 0 && i < before.count; i++) {
		bool over_us = false;

		for (size_t j = 0; j < attempt->chain.count && !over_us; j++)
			over_us = !strcmp(attempt->chain.levels[j].directory,
					  before.levels[i].directory);
		if (!over_us)
			r = check_escape(attempt, &before.levels[i]);
	}
	cgroup_chain_free(&before);
	if (r < 0)
		return r;
	return attempt->chain.count ? make_in_level(attempt, &attempt->chain.levels[0],
						    SANDBOX_SCOPE) : -ENOENT;
}

/* Why there is no sandbox, and what would give one here. */
static void sandbox_set_error(const struct attempt *attempt, int error)
{
	const struct sandbox_spec *spec = attempt->spec;
	bool limited = spec->limit != CGROUP_UNLIMITED;
	const char *option = limited ? "limit" : "high", *why = NULL;
	const char *program = program_invocation_short_name;
	unsigned user = (unsigned)geteuid();
	const char *whose = user ? " --user" : "";
	struct error *err = attempt->err;
	char size[SIZE_TEXT_MAX];
	/* An ordinary user may not do without systemd where it runs. */
	int scope = error == attempt->scope_error || user ? -attempt->scope_error : 0;

	if (spec->high != CGROUP_UNLIMITED && attempt->version_1) {
		error_set(err, "--high needs cgroup v2, and the memory controller here is that of v1");
		error_hint(err, limited ? "leave --high out: --limit does not need v2"
					: "--limit does not need v2");
		return;
	}
	/* Where the text of an errno would not say it. */
	if (scope == ETIMEDOUT)
		why = "systemd did not answer in time";
	else if (scope == EIO)
		why = "systemd could not start a scope";
	else if (scope == ENOMEDIUM)
		why = "this user's systemd cannot be found: XDG_RUNTIME_DIR is not set";
	else if (user && (scope == ENOENT || scope == ECONNREFUSED))
		why = "this user's systemd does not run";
	size_format(size, limited ? spec->limit : spec->high, SIZE_HUMAN);
	error_set(err, "no memory cgroup can be had here for a sandbox: %s%s",
		  why ? why : strerror(-error),
		  spec->high == CGROUP_UNLIMITED ? "" : " (--high needs cgroup v2)");
	if (scope == ETIMEDOUT || scope == EIO)
		error_hint(err,
			   "see 'systemctl%s list-jobs' and 'journalctl%s -n 20' for what it is busy with, and try again",
			   whose, whose);
	else if (why)
		error_hint(err,
			   "log in as this user (su and sudo start no systemd), or as root run 'loginctl enable-linger %u' and then set XDG_RUNTIME_DIR=/run/user/%u; or run %s as root",
			   user, user, program);
	/* EAGAIN: cgroup.max.descendants or cgroup.max.depth, not the limit of processes. */
	else if (error != -EAGAIN && error_hint_errno(err, error))
		return;
	else if (place_is_container())
		error_hint(err,
			   "in a container its own limit can be the sandbox: start it with one, and run '%s %s--expect oom ...' in it, without --%s",
			   program, spec->no_guard ? "--no-guard " : "", option);
	else if (!user)
		error_hint(err,
			   "root needs the memory controller of cgroup v2, or of v1, mounted and writable below /sys/fs/cgroup");
	else if (place_has_systemd())
		error_hint(err,
			   "run 'systemd-run --user --scope -p Delegate=yes %s --%s %s ...', or 'sudo %s --%s %s ...'",
			   program, option, size, program, option, size);
	else
		error_hint(err,
			   "no systemd runs here that could give one: run 'sudo %s --%s %s ...'",
			   program, option, size);
}

int sandbox_make(const struct sandbox_spec *spec, struct sandbox *ret_sandbox,
		 struct error *err)
{
	struct attempt attempt = { .spec = spec, .sandbox = ret_sandbox, .err = err,
				   .live.fd = -1 };
	int error = -ENOENT, r = root_open("/", &attempt.live);

	if (r == 0)
		r = cgroup_chain_read(&attempt.live, "self", &attempt.chain);
	if (r < 0) {
		root_close(&attempt.live);
		sandbox_set_error(&attempt, r);
		return r;
	}
	for (size_t i = 0; i < attempt.chain.count; i++)
		attempt.version_1 |= attempt.chain.levels[i].version == 1;
	/* One way after the other. The error is that of the first that is there at all. */
	r = -ENOENT;
	for (int way = SANDBOX_DELEGATED; way <= SANDBOX_V1; way++) {
		if ((way == SANDBOX_SCOPE && !is_of_level(r)) ||
		    (way == SANDBOX_V1 && spec->high != CGROUP_UNLIMITED))
			continue;
		r = way == SANDBOX_SCOPE ? make_in_scope(&attempt)
					 : make_in_chain(&attempt, (enum sandbox_way)way);
		if (r == 0 || r == -EDQUOT)
			break;
		if (error == -ENOENT && r != -ENOSYS)
			error = r;
	}
	cgroup_chain_free(&attempt.chain);
	root_close(&attempt.live);
	if (r == 0 || r == -EDQUOT)
		return r;
	sandbox_set_error(&attempt, error);
	return error;
}
