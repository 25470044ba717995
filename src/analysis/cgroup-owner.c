/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cgroup-owner.c - recognise who made a cgroup by the names in its path */
#include <config.h>

#include <ctype.h>
#include <string.h>

#include "analysis/cgroup-owner-walk.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

bool owner_is_hex(struct strview text, size_t least, size_t most)
{
	for (size_t i = 0; i < text.length; i++)
		if (!isdigit((unsigned char)text.at[i]) && (text.at[i] < 'a' || text.at[i] > 'f'))
			return false;
	return text.length >= least && text.length <= most;
}

bool owner_is_id(struct strview text)
{
	return owner_is_hex(text, 12, 64);
}

bool owner_is_number(struct strview text)
{
	for (size_t i = 0; i < text.length; i++)
		if (!isdigit((unsigned char)text.at[i]))
			return false;
	return text.length > 0 && text.length < 20;
}

bool owner_is_name(struct strview text, const char *marks, size_t most)
{
	for (size_t i = 0; i < text.length; i++) {
		unsigned char byte = (unsigned char)text.at[i];

		if (!byte || byte > 0x7f || (!isalnum(byte) && !strchr(marks, byte)))
			return false;
	}
	return text.length > 0 && text.length <= most;
}

bool owner_drop_end(struct strview *text, const char *end)
{
	size_t length = strlen(end);

	if (text->length <= length || !strview_is(strview_from(*text, text->length - length), end))
		return false;
	text->length -= length;
	return true;
}

bool owner_is_at(const struct owner_walk *walk, enum cgroup_owner_kind kind,
		 enum owner_level level)
{
	return walk->owner->kind == kind && walk->level == level && !walk->foreign.length;
}

bool owner_is_holder(const struct owner_walk *walk)
{
	switch (walk->owner->kind) {
	case CGROUP_OWNER_KUBERNETES:
	case CGROUP_OWNER_DOCKER:
	case CGROUP_OWNER_PODMAN:
	case CGROUP_OWNER_CONTAINER:
	case CGROUP_OWNER_LXC:
	case CGROUP_OWNER_NSPAWN:
	case CGROUP_OWNER_SLURM:
		return walk->level > OWNER_ALL;
	default:
		return false;
	}
}

void owner_begin(struct owner_walk *walk, enum cgroup_owner_kind kind, enum owner_level level)
{
	struct cgroup_owner *owner = walk->owner;
	char user[sizeof(owner->user)] = "";

	/* A user's services and containers are theirs, but in a container users are others. */
	if (owner_is_holder(walk)) {
		owner_put_inside(walk);
		walk->manager = false;
	} else {
		memcpy(user, owner->user, sizeof(user));
	}
	*owner = (struct cgroup_owner){ .kind = kind };
	memcpy(owner->user, user, sizeof(user));
	walk->level = level;
	walk->group[0] = '\0';
	walk->foreign.length = 0;
}

void owner_enter(struct owner_walk *walk, enum cgroup_owner_kind kind, enum owner_level level)
{
	if (walk->owner->kind != kind || level <= walk->level)
		owner_begin(walk, kind, level);
	walk->level = level;
	walk->foreign.length = 0;
}

bool owner_set_container(struct owner_walk *walk, const char *runtime, struct strview id)
{
	struct cgroup_owner *owner = walk->owner;

	strview_copy_to(id, owner->container, sizeof(owner->container));
	strview_copy_to(strview_of(runtime), owner->runtime, sizeof(owner->runtime));
	return true;
}

/* Cgroups that runtimes make below their own for the same processes. */
static bool find_inner(struct owner_walk *walk)
{
	static const struct { enum cgroup_owner_kind kind; const char *name; } inner[] = {
		{ CGROUP_OWNER_PODMAN, "container" },
		{ CGROUP_OWNER_PODMAN, "ctr" },
		{ CGROUP_OWNER_PODMAN, "supervisor" },
		{ CGROUP_OWNER_KUBERNETES, "container" },
		{ CGROUP_OWNER_CONTAINER, "container" },
		{ CGROUP_OWNER_DOCKER, "init" },
		{ CGROUP_OWNER_LXC, "ns" },
		{ CGROUP_OWNER_NSPAWN, "payload" },
		{ CGROUP_OWNER_NSPAWN, "supervisor" },
		{ CGROUP_OWNER_NSPAWN, "libvirt" },
		{ CGROUP_OWNER_NSPAWN, "emulator" },
		{ CGROUP_OWNER_SLURM, "user" },
		{ CGROUP_OWNER_SLURM, "slurm" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(inner); i++)
		if (walk->owner->kind == inner[i].kind && walk->level >= OWNER_ITEM &&
		    !walk->foreign.length && strview_is(walk->component, inner[i].name))
			return true;
	return false;
}

/* REST begins with the name to look at. */
static void owner_visit(struct owner_walk *walk, struct strview rest)
{
	if (!find_inner(walk) && !owner_find_container(walk) && !owner_find_unit(walk) &&
	    !walk->foreign.length)
		walk->foreign = rest;
	walk->previous = walk->component;
	walk->first = false;
}

void cgroup_owner_find(const char *path, struct cgroup_owner *ret_owner)
{
	struct owner_walk walk = { .owner = ret_owner, .first = true };
	struct strview rest = strview_of(path ? path : "");

	*ret_owner = (struct cgroup_owner){ .kind = CGROUP_OWNER_UNKNOWN };
	if (strview_is(rest, "/"))
		ret_owner->kind = CGROUP_OWNER_ROOT;
	for (;;) {
		struct strview whole;

		while (strview_skip(&rest, "/"))
			;
		if (!rest.length)
			break;
		whole = rest;
		if (!strview_take_until(&rest, "/", &walk.component)) {
			walk.component = rest;
			rest.length = 0;
		}
		owner_visit(&walk, whole);
	}
	cgroup_owner_describe(&walk);
}

/* Puts NEW in the place of OLD in TEXT, if there is room for it. */
static void replace(char text[static CGROUP_OWNER_TEXT_MAX], const char *old, const char *new)
{
	char *at = strstr(text, old);
	size_t gone = strlen(old), come = strlen(new);

	if (!at || strlen(text) - gone + come >= CGROUP_OWNER_TEXT_MAX)
		return;
	memmove(at + come, at + gone, strlen(at + gone) + 1);
	memcpy(at, new, come);
}

void cgroup_owner_set_version(struct cgroup_owner *owner, int version)
{
	if (version != 1)
		return;
	replace(owner->where, "MemoryMax=", "MemoryLimit=");
	replace(owner->where, "lxc.cgroup2.memory.max", "lxc.cgroup.memory.limit_in_bytes");
}

const char *cgroup_owner_name(enum cgroup_owner_kind kind)
{
	static const char *const names[] = {
		[CGROUP_OWNER_UNKNOWN] = "unknown",
		[CGROUP_OWNER_ROOT] = "root",
		[CGROUP_OWNER_KUBERNETES] = "kubernetes",
		[CGROUP_OWNER_DOCKER] = "docker",
		[CGROUP_OWNER_PODMAN] = "podman",
		[CGROUP_OWNER_CONTAINER] = "container",
		[CGROUP_OWNER_LXC] = "lxc",
		[CGROUP_OWNER_NSPAWN] = "machine",
		[CGROUP_OWNER_SLURM] = "slurm",
		[CGROUP_OWNER_SERVICE] = "service",
		[CGROUP_OWNER_SESSION] = "session",
		[CGROUP_OWNER_SCOPE] = "scope",
		[CGROUP_OWNER_SLICE] = "slice",
		[CGROUP_OWNER_PAGETOUCH] = "pagetouch",
	};

	return names[kind];
}
