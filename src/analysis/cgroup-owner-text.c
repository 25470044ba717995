/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cgroup-owner-text.c - a cgroup's owner in words, and where its limit is set */
#include <config.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "analysis/cgroup-owner-walk.h"

/* Appends to TEXT of CGROUP_OWNER_TEXT_MAX bytes what fits. */
static void __attribute__((format(printf, 2, 3))) say(char *text, const char *format, ...)
{
	size_t used = strlen(text);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text + used, CGROUP_OWNER_TEXT_MAX - used, format, arguments);
	va_end(arguments);
}

/* The id as docker(1) and crictl(1) show it, of 12 digits; a name as it is. */
static void append_container(const struct owner_walk *walk, const char *what, char *text)
{
	const char *id = walk->owner->container;
	bool is_id = owner_is_id(strview_of(id));

	say(text, "%s %.*s", what, is_id ? 12 : (int)strlen(id), id);
}

static void append_user(const struct owner_walk *walk, char *text)
{
	if (walk->owner->user[0])
		say(text, " of user %s", walk->owner->user);
}

static void append_kubernetes(const struct owner_walk *walk, char *what, char *where)
{
	const struct cgroup_owner *owner = walk->owner;

	if (walk->level == OWNER_ALL) {
		say(what, "all pods of this Kubernetes node");
		say(where, "the node's allocatable memory (kubelet --kube-reserved, "
		    "--system-reserved)");
		return;
	}
	if (walk->level == OWNER_CLASS) {
		say(what, "all %s pods of this Kubernetes node", owner->qos);
		say(where, "the kubelet's --qos-reserved for memory");
		return;
	}
	say(what, "Kubernetes pod %s (%s)", owner->pod, owner->qos);
	if (walk->level == OWNER_POD) {
		say(what, ", all its containers together");
		say(where, "the sum of its containers' limits (resources.limits.memory in the "
		    "pod's spec)");
		return;
	}
	append_container(walk, ", container", what);
	say(where, "resources.limits.memory of that container in its pod's spec");
}

static void append_docker(const struct owner_walk *walk, char *what, char *where)
{
	if (walk->level == OWNER_ALL) {
		say(what, "all Docker containers");
		return;
	}
	append_container(walk, "Docker container", what);
	append_user(walk, what);
	say(where, "docker run --memory, or mem_limit in a Compose file (docker update --memory)");
}

static void append_podman(const struct owner_walk *walk, char *what, char *where)
{
	if (walk->level == OWNER_ALL) {
		say(what, "all Podman containers");
		append_user(walk, what);
	} else if (walk->level == OWNER_POD) {
		say(what, "Podman pod %s", walk->group);
		append_user(walk, what);
		say(what, ", all its containers together");
		say(where, "podman pod create --memory");
	} else {
		append_container(walk, "Podman container", what);
		append_user(walk, what);
		say(where, "podman run --memory (podman update --memory)");
	}
}

static void append_ecs(const struct owner_walk *walk, char *what, char *where)
{
	if (walk->level == OWNER_ALL) {
		say(what, "all Amazon ECS tasks");
		return;
	}
	say(what, "Amazon ECS task %s", walk->group);
	if (walk->level == OWNER_ITEM)
		append_container(walk, ", container", what);
	say(where, "\"memory\" of %s in the task definition",
	    walk->level == OWNER_ITEM ? "that container" : "the task");
}

static void append_runtime(const struct owner_walk *walk, char *what, char *where)
{
	static const struct { const char *runtime, *what, *where; } runtimes[] = {
		{ "buildkit", "BuildKit build step", "" },
		{ "garden", "Garden container",
		  "the memory limit of its app (cf scale -m) or task" },
		{ "nerdctl", "nerdctl container",
		  "nerdctl run --memory (nerdctl update --memory)" },
	};
	const char *runtime = walk->owner->runtime;

	if (walk->level == OWNER_ALL) {
		say(what, "all containers of %s", runtime);
		return;
	}
	for (size_t i = 0; i < sizeof(runtimes) / sizeof(runtimes[0]); i++) {
		if (!strcmp(runtimes[i].runtime, runtime)) {
			append_container(walk, runtimes[i].what, what);
			say(where, "%s", runtimes[i].where);
			return;
		}
	}
	append_container(walk, "container", what);
	if (runtime[0])
		say(what, " (%s)", runtime);
	append_user(walk, what);
	say(where, "the memory limit that the container was made with "
	    "(linux.resources.memory.limit in its OCI configuration)");
}

static void append_lxc(const struct owner_walk *walk, char *what, char *where)
{
	if (walk->level == OWNER_ALL) {
		say(what, "all LXC containers");
		return;
	}
	say(what, "LXC container %s", walk->owner->container);
	append_user(walk, what);
	if (walk->group[0])
		say(where, "the container's memory (Proxmox: pct set %s --memory)", walk->group);
	else
		say(where, "the container's limits.memory (lxc or incus config set), or "
		    "lxc.cgroup2.memory.max in its configuration");
}

/* systemd-run(1) makes up names, "run-u640.service", of which nothing is left to edit. */
static bool is_transient(const char *unit)
{
	struct strview name = strview_of(unit);
	bool counted = strview_skip(&name, "run-u") || strview_skip(&name, "run-p");
	size_t least = counted ? 1 : 16, length = 0;

	if (!counted && !strview_skip(&name, "run-r"))
		return false;
	while (owner_is_hex(strview_head(strview_from(name, length), 1), 1, 1))
		length++;
	name = strview_from(name, length);
	return length >= least && (strview_starts(name, ".") || strview_starts(name, "-"));
}

/* The command that changes a limit; an escaped name cannot be printed so that it can be typed. */
static void append_systemctl(const struct owner_walk *walk, bool user, char *where)
{
	const char *unit = walk->owner->unit, *dot = strrchr(unit, '.');
	bool scope = dot && !strcmp(dot, ".scope");

	if (is_transient(unit))
		say(where, "systemd-run --property=MemoryMax=");
	else if (!walk->plain)
		say(where, "MemoryMax= of that unit");
	else
		say(where, "MemoryMax= (%ssystemctl %s%s %s)",
		    walk->inside[0] ? "inside it: " : "", user ? "--user " : "",
		    scope ? "set-property" : "edit", unit);
}

static void owner_append_machine(const struct owner_walk *walk, char *what, char *where)
{
	const struct cgroup_owner *owner = walk->owner;

	if (walk->level == OWNER_ALL) {
		say(what, "all virtual machines and containers%s%s%s", owner->unit[0] ? " (" : "",
		    owner->unit, owner->unit[0] ? ")" : "");
		if (owner->unit[0])
			append_systemctl(walk, false, where);
	} else if (!strcmp(owner->runtime, "libvirt")) {
		say(what, "libvirt guest %s", owner->container);
		say(where, "<memtune><hard_limit> of the guest (virsh memtune --hard-limit)");
	} else if (!strcmp(owner->runtime, "proxmox")) {
		say(what, "Proxmox virtual machine %s", owner->container);
		append_systemctl(walk, false, where);
	} else {
		say(what, "systemd-nspawn container %s", owner->container);
		append_systemctl(walk, false, where);
	}
}

static void append_slurm(const struct owner_walk *walk, char *what, char *where)
{
	const struct cgroup_owner *owner = walk->owner;

	if (walk->level <= OWNER_CLASS) {
		say(what, "all Slurm jobs");
		append_user(walk, what);
		say(what, " on this node");
		return;
	}
	say(what, "Slurm job %s", owner->job);
	append_user(walk, what);
	if (owner->step[0])
		say(what, ", step %s", owner->step);
	if (owner->task[0])
		say(what, ", task %s", owner->task);
	if (owner->step[0])
		say(where, "the step's --mem (srun), within the job's --mem or --mem-per-cpu "
		    "(sbatch)");
	else
		say(where, "the job's --mem or --mem-per-cpu (sbatch, salloc, srun)");
}

static void append_session(const struct owner_walk *walk, char *what, char *where)
{
	const char *unit = walk->owner->unit;
	bool manager = !strncmp(unit, "user@", strlen("user@"));

	if (manager) {
		say(what, "the systemd");
		append_user(walk, what);
		say(what, " (%s)", unit);
	} else if (walk->manager) {
		say(what, "systemd unit %s", unit);
		append_user(walk, what);
	} else {
		say(what, "login session %.*s", (int)strcspn(unit + strlen("session-"), "."),
		    unit + strlen("session-"));
		append_user(walk, what);
	}
	append_systemctl(walk, walk->manager && !manager, where);
}

static void append_unit(const struct owner_walk *walk, const char *kind, char *what, char *where)
{
	const struct cgroup_owner *owner = walk->owner;

	if (owner->kind == CGROUP_OWNER_SLICE && !strncmp(owner->unit, "user-", strlen("user-")) &&
	    owner->user[0])
		say(what, "all that user %s runs (%s)", owner->user, owner->unit);
	else
		say(what, "systemd %s %s", kind, owner->unit);
	append_systemctl(walk, false, where);
}

static void append_pagetouch(const struct owner_walk *walk, char *what, char *where)
{
	if (walk->level == OWNER_CLASS) {
		say(what, strlen(walk->group) == OWNER_SANDBOX_DIGITS
			  ? "pagetouch %s, outside its sandbox"
			  : "pagetouch process %s, outside its sandbox", walk->group);
	} else {
		say(what, strlen(walk->group) == OWNER_SANDBOX_DIGITS
			  ? "the sandbox %s of pagetouch" : "the sandbox of pagetouch process %s",
		    walk->group);
		say(where, "pagetouch --limit");
	}
}

static void append_owner(const struct owner_walk *walk, char *what, char *where)
{
	switch (walk->owner->kind) {
	case CGROUP_OWNER_UNKNOWN:
		break;
	case CGROUP_OWNER_ROOT:
		say(what, "the root cgroup: the whole machine");
		break;
	case CGROUP_OWNER_KUBERNETES:
		append_kubernetes(walk, what, where);
		break;
	case CGROUP_OWNER_DOCKER:
		append_docker(walk, what, where);
		break;
	case CGROUP_OWNER_PODMAN:
		append_podman(walk, what, where);
		break;
	case CGROUP_OWNER_CONTAINER:
		if (!strcmp(walk->owner->runtime, "ecs"))
			append_ecs(walk, what, where);
		else
			append_runtime(walk, what, where);
		break;
	case CGROUP_OWNER_LXC:
		append_lxc(walk, what, where);
		break;
	case CGROUP_OWNER_NSPAWN:
		owner_append_machine(walk, what, where);
		break;
	case CGROUP_OWNER_SLURM:
		append_slurm(walk, what, where);
		break;
	case CGROUP_OWNER_SERVICE:
		append_unit(walk, "service", what, where);
		break;
	case CGROUP_OWNER_SESSION:
		append_session(walk, what, where);
		break;
	case CGROUP_OWNER_SCOPE:
		append_unit(walk, "scope", what, where);
		break;
	case CGROUP_OWNER_SLICE:
		append_unit(walk, "slice", what, where);
		break;
	case CGROUP_OWNER_PAGETOUCH:
		append_pagetouch(walk, what, where);
		break;
	}
}

void owner_put_inside(struct owner_walk *walk)
{
	char inside[CGROUP_OWNER_TEXT_MAX] = ", inside ", where[CGROUP_OWNER_TEXT_MAX] = "";

	append_owner(walk, inside, where);
	say(inside, "%s", walk->inside);
	memcpy(walk->inside, inside, sizeof(walk->inside));
}

void cgroup_owner_describe(struct owner_walk *walk)
{
	struct cgroup_owner *owner = walk->owner;
	struct strview foreign = walk->foreign;

	if (owner->kind == CGROUP_OWNER_UNKNOWN)
		return;
	if (foreign.length) {
		/* The name of the owner is worth more than all of a long path. */
		if (foreign.length > 120)
			foreign.length = 120;
		say(owner->what, "cgroup %.*s below ", (int)foreign.length, foreign.at);
	}
	append_owner(walk, owner->what, owner->where);
	say(owner->what, "%s", walk->inside);
	if (foreign.length)
		owner->where[0] = '\0';
}
