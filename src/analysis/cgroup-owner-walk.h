/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cgroup-owner-walk.h - the walk along a cgroup's path, between the files that make up
 * cgroup-owner.h
 */
#ifndef PT_CGROUP_OWNER_WALK_H
#define PT_CGROUP_OWNER_WALK_H

#include <stdbool.h>
#include <stddef.h>

#include "analysis/cgroup-owner.h"
#include "lib/strview.h"

/* What of its owner's a cgroup is; deeper ones lie below in the tree. */
enum owner_level {
	OWNER_ALL,	/* the parent of all that the owner makes: kubepods, docker, lxc, slurm */
	OWNER_CLASS,	/* a QoS class, a Slurm user, the place beside a sandbox */
	OWNER_POD,	/* a pod, an ECS task */
	OWNER_ITEM,	/* a container, a machine, a unit, a Slurm job, a sandbox */
	OWNER_STEP,
	OWNER_TASK,
};

struct owner_walk {
	struct cgroup_owner *owner;	/* the innermost so far */
	enum owner_level level;		/* in which of its cgroups we are */
	struct strview component;		/* the name looked at */
	struct strview previous;		/* the one before it */
	bool first;			/* there is none before it */
	bool manager;			/* below a user's systemd */
	bool plain;			/* the unit's name had no escapes */
	struct strview foreign;		/* the path, from the first name on not understood */
	char group[64];			/* an ECS task, a Podman pod, Proxmox's number, our pid */
	char inside[CGROUP_OWNER_TEXT_MAX]; /* ", inside LXC container 101": the owners around */
};

/* Ids: 12 (as docker(1) shows them) to 64 hexadecimal digits. Shorter or longer ones are names. */
bool owner_is_id(struct strview text);

/* LEAST to MOST hexadecimal digits, in lower case. */
bool owner_is_hex(struct strview text, size_t least, size_t most);

/* 1 to 19 decimal digits. */
bool owner_is_number(struct strview text);

/* Hexadecimal digits of a sandbox's name; shorter ones are the number of a process. */
#define OWNER_SANDBOX_DIGITS 16

/* 1 to MOST ASCII letters, digits and MARKS. */
bool owner_is_name(struct strview text, const char *marks, size_t most);

/* Takes END from the end of *text, unless it is all of it. */
bool owner_drop_end(struct strview *text, const char *end);

/* Whether we are in a cgroup of KIND at LEVEL, and understood every name since. */
bool owner_is_at(const struct owner_walk *walk, enum cgroup_owner_kind kind,
		 enum owner_level level);

/* Whether what was found so far holds other owners, which then are said to be inside of it. */
bool owner_is_holder(const struct owner_walk *walk);

/* The name is LEVEL of a new owner. */
void owner_begin(struct owner_walk *walk, enum cgroup_owner_kind kind, enum owner_level level);

/* The name is a deeper LEVEL of the same owner, or else of a new one. */
void owner_enter(struct owner_walk *walk, enum cgroup_owner_kind kind, enum owner_level level);

/* Notes a container and its runtime. Returns true. */
bool owner_set_container(struct owner_walk *walk, const char *runtime, struct strview id);

/*
 * The finders look at walk->component, and return whether they understand it:
 * cgroup-owner-container.c and cgroup-owner-unit.c.
 */
bool owner_find_container(struct owner_walk *walk);
bool owner_find_unit(struct owner_walk *walk);

/* Adds the owner found so far to walk->inside (cgroup-owner-text.c). */
void owner_put_inside(struct owner_walk *walk);

/* Sets "what" and "where" (cgroup-owner-text.c). */
void cgroup_owner_describe(struct owner_walk *walk);

#endif
