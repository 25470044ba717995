/* SPDX-License-Identifier: GPL-2.0-or-later */
/* owner.c - recognise who made a cgroup by the names in its path */
#include <config.h>

#include <ctype.h>
#include <string.h>

#include "why/owner-walk.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

bool owner_is_hex(struct text text, size_t least, size_t most)
{
	for (size_t i = 0; i < text.length; i++)
		if (!isdigit((unsigned char)text.at[i]) && (text.at[i] < 'a' || text.at[i] > 'f'))
			return false;
	return text.length >= least && text.length <= most;
}

bool owner_is_id(struct text text)
{
	return owner_is_hex(text, 12, 64);
}

bool owner_is_number(struct text text)
{
	for (size_t i = 0; i < text.length; i++)
		if (!isdigit((unsigned char)text.at[i]))
			return false;
	return text.length > 0 && text.length < 20;
}

bool owner_is_name(struct text text, const char *marks, size_t most)
{
	for (size_t i = 0; i < text.length; i++) {
		unsigned char byte = (unsigned char)text.at[i];

		if (!byte || byte > 0x7f || (!isalnum(byte) && !strchr(marks, byte)))
			return false;
	}
	return text.length > 0 && text.length <= most;
}

bool owner_drop_end(struct text *text, const char *end)
{
	size_t length = strlen(end);

	if (text->length <= length || !text_is(text_from(*text, text->length - length), end))
		return false;
	text->length -= length;
	return true;
}

bool owner_is_at(const struct owner_walk *walk, enum oom_owner_kind kind, enum owner_level level)
{
	return walk->owner->kind == kind && walk->level == level && !walk->foreign.length;
}

bool owner_is_holder(const struct owner_walk *walk)
{
	switch (walk->owner->kind) {
	case OOM_OWNER_KUBERNETES:
	case OOM_OWNER_DOCKER:
	case OOM_OWNER_PODMAN:
	case OOM_OWNER_CONTAINER:
	case OOM_OWNER_LXC:
	case OOM_OWNER_NSPAWN:
	case OOM_OWNER_SLURM:
		return walk->level > OWNER_ALL;
	default:
		return false;
	}
}

void owner_begin(struct owner_walk *walk, enum oom_owner_kind kind, enum owner_level level)
{
	struct oom_owner *owner = walk->owner;
	char user[sizeof(owner->user)] = "";

	/* A user's services and containers are theirs, but in a container users are others. */
	if (owner_is_holder(walk)) {
		owner_put_inside(walk);
		walk->manager = false;
	} else {
		memcpy(user, owner->user, sizeof(user));
	}
	*owner = (struct oom_owner){ .kind = kind };
	memcpy(owner->user, user, sizeof(user));
	walk->level = level;
	walk->group[0] = '\0';
	walk->foreign.length = 0;
}

void owner_enter(struct owner_walk *walk, enum oom_owner_kind kind, enum owner_level level)
{
	if (walk->owner->kind != kind || level <= walk->level)
		owner_begin(walk, kind, level);
	walk->level = level;
	walk->foreign.length = 0;
}

bool owner_set_container(struct owner_walk *walk, const char *runtime, struct text id)
{
	struct oom_owner *owner = walk->owner;

	text_copy_to(id, owner->container, sizeof(owner->container));
	text_copy_to(text_of(runtime), owner->runtime, sizeof(owner->runtime));
	return true;
}

/* Cgroups that runtimes make below their own for the same processes. */
static bool find_inner(struct owner_walk *walk)
{
	static const struct { enum oom_owner_kind kind; const char *name; } inner[] = {
		{ OOM_OWNER_PODMAN, "container" },
		{ OOM_OWNER_PODMAN, "ctr" },
		{ OOM_OWNER_PODMAN, "supervisor" },
		{ OOM_OWNER_KUBERNETES, "container" },
		{ OOM_OWNER_CONTAINER, "container" },
		{ OOM_OWNER_DOCKER, "init" },
		{ OOM_OWNER_LXC, "ns" },
		{ OOM_OWNER_NSPAWN, "payload" },
		{ OOM_OWNER_NSPAWN, "supervisor" },
		{ OOM_OWNER_NSPAWN, "libvirt" },
		{ OOM_OWNER_NSPAWN, "emulator" },
		{ OOM_OWNER_SLURM, "user" },
		{ OOM_OWNER_SLURM, "slurm" },
	};

	for (size_t i = 0; i < COUNT(inner); i++)
		if (walk->owner->kind == inner[i].kind && walk->level >= OWNER_ITEM &&
		    !walk->foreign.length && text_is(walk->component, inner[i].name))
			return true;
	return false;
}

/* REST begins with the name to look at. */
static void visit(struct owner_walk *walk, struct text rest)
{
	if (!find_inner(walk) && !owner_find_container(walk) && !owner_find_unit(walk) &&
	    !walk->foreign.length)
		walk->foreign = rest;
	walk->previous = walk->component;
	walk->first = false;
}

void oom_owner_find(const char *path, struct oom_owner *ret_owner)
{
	struct owner_walk walk = { .owner = ret_owner, .first = true };
	struct text rest = text_of(path ? path : "");

	*ret_owner = (struct oom_owner){ .kind = OOM_OWNER_UNKNOWN };
	if (text_is(rest, "/"))
		ret_owner->kind = OOM_OWNER_ROOT;
	for (;;) {
		struct text whole;

		while (text_skip(&rest, "/"))
			;
		if (!rest.length)
			break;
		whole = rest;
		if (!text_take_until(&rest, "/", &walk.component)) {
			walk.component = rest;
			rest.length = 0;
		}
		visit(&walk, whole);
	}
	owner_say(&walk);
}

/* Puts NEW in the place of OLD in TEXT, if there is room for it. */
static void replace(char text[static OOM_OWNER_TEXT_MAX], const char *old, const char *new)
{
	char *at = strstr(text, old);
	size_t gone = strlen(old), come = strlen(new);

	if (!at || strlen(text) - gone + come >= OOM_OWNER_TEXT_MAX)
		return;
	memmove(at + come, at + gone, strlen(at + gone) + 1);
	memcpy(at, new, come);
}

void oom_owner_set_version(struct oom_owner *owner, int version)
{
	if (version != 1)
		return;
	replace(owner->where, "MemoryMax=", "MemoryLimit=");
	replace(owner->where, "lxc.cgroup2.memory.max", "lxc.cgroup.memory.limit_in_bytes");
}

const char *oom_owner_name(enum oom_owner_kind kind)
{
	static const char *const names[] = {
		[OOM_OWNER_UNKNOWN] = "unknown",
		[OOM_OWNER_ROOT] = "root",
		[OOM_OWNER_KUBERNETES] = "kubernetes",
		[OOM_OWNER_DOCKER] = "docker",
		[OOM_OWNER_PODMAN] = "podman",
		[OOM_OWNER_CONTAINER] = "container",
		[OOM_OWNER_LXC] = "lxc",
		[OOM_OWNER_NSPAWN] = "machine",
		[OOM_OWNER_SLURM] = "slurm",
		[OOM_OWNER_SERVICE] = "service",
		[OOM_OWNER_SESSION] = "session",
		[OOM_OWNER_SCOPE] = "scope",
		[OOM_OWNER_SLICE] = "slice",
		[OOM_OWNER_PAGETOUCH] = "pagetouch",
	};

	return names[kind];
}
