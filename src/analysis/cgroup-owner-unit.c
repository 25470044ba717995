/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cgroup-owner-unit.c - cgroups of systemd's units, machines, Slurm jobs and our own sandboxes */
#include <config.h>

#include <string.h>

#include "analysis/cgroup-owner-walk.h"
#include "sandbox/sandbox-dir.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* The name that a sandbox is given: 16 hexadecimal digits; up to 0.1.0 its number. */
static bool is_sandbox_name(struct strview name)
{
	if (owner_is_number(name))
		return true;
	for (size_t i = 0; i < name.length; i++)
		if (!strview_is_digit(name.at[i]) && (name.at[i] < 'a' || name.at[i] > 'f'))
			return false;
	return name.length == OWNER_SANDBOX_DIGITS;
}

/* "pagetouch-0a1b2c3d4e5f6789", the same with ".scope" or "observer-": sandbox/sandbox.c */
static bool find_pagetouch(struct owner_walk *walk)
{
	struct strview name = walk->component;
	bool observer;

	if (!strview_skip(&name, SANDBOX_PREFIX))
		return false;
	observer = strview_skip(&name, SANDBOX_OBSERVER);
	if (!observer)
		owner_drop_end(&name, ".scope");
	if (!is_sandbox_name(name))
		return false;
	owner_begin(walk, CGROUP_OWNER_PAGETOUCH, observer ? OWNER_CLASS : OWNER_ITEM);
	strview_copy_to(name, walk->group, sizeof(walk->group));
	return true;
}

/* Takes what is behind PREFIX, a number if it is DIGITS, into *copy, and goes to LEVEL. */
static bool take_slurm(struct owner_walk *walk, const char *prefix, bool digits,
		       enum owner_level level, char *copy, size_t size)
{
	struct strview name = walk->component;

	if (walk->level >= level || !strview_skip(&name, prefix) ||
	    !(digits ? owner_is_number(name) : owner_is_name(name, "+._", size - 1)))
		return false;
	strview_copy_to(name, copy, size);
	walk->level = level;
	return true;
}

static bool find_slurm_part(struct owner_walk *walk)
{
	struct cgroup_owner *is = walk->owner;

	if (is->kind != CGROUP_OWNER_SLURM || walk->foreign.length)
		return false;
	switch (walk->level) {
	case OWNER_ALL:
	case OWNER_CLASS:
		return take_slurm(walk, "uid_", true, OWNER_CLASS, is->user, sizeof(is->user)) ||
		       take_slurm(walk, "job_", true, OWNER_ITEM, is->job, sizeof(is->job));
	case OWNER_ITEM:
		return take_slurm(walk, "step_", false, OWNER_STEP, is->step, sizeof(is->step));
	default:
		return take_slurm(walk, "task_", false, OWNER_TASK, is->task, sizeof(is->task));
	}
}

/* "slurm_NODE/uid_0/job_4/step_batch/task_0", "slurmstepd.scope/job_4/step_0/user/task_0" */
static bool find_slurm(struct owner_walk *walk)
{
	struct strview name = walk->component;

	if (!(walk->first && (strview_is(name, "slurm") || strview_starts(name, "slurm_"))) &&
	    !strview_is(name, "slurmstepd.scope") && !owner_drop_end(&name, "_slurmstepd.scope"))
		return find_slurm_part(walk);
	owner_begin(walk, CGROUP_OWNER_SLURM, OWNER_ALL);
	walk->owner->user[0] = '\0';
	return true;
}

static int owner_unit_hex_value(char byte)
{
	static const char digits[] = "0123456789abcdef";
	const char *found = byte ? strchr(digits, byte) : NULL;

	return found ? (int)(found - digits) : -1;
}

/* Undoes systemd-escape(1)'s \xNN, except for \x00. Returns whether there was none. */
static bool owner_unit_unescape(struct strview text, char *plain, size_t size)
{
	size_t used = 0;
	bool escaped = false;

	for (size_t i = 0; i < text.length && used + 1 < size; i++) {
		struct strview rest = strview_from(text, i);
		int high = owner_unit_hex_value(strview_byte(rest, 2)), low =
			owner_unit_hex_value(strview_byte(rest, 3));

		if (strview_starts(rest, "\\x") && high >= 0 && low >= 0 && high + low > 0) {
			plain[used++] = (char)(high << 4 | low);
			escaped = true;
			i += 3;
		} else {
			plain[used++] = text.at[i];
		}
	}
	plain[used] = '\0';
	return !escaped;
}

static void set_unit(struct owner_walk *walk)
{
	walk->plain =
		owner_unit_unescape(walk->component, walk->owner->unit, sizeof(walk->owner->unit));
}

static bool is_unit(struct strview name, const char *suffix)
{
	return owner_drop_end(&name, suffix) && owner_is_name(name, ":-_.\\@", 255);
}

/* libvirt's first guest since it started is "qemu-1-NAME". */
static bool set_guest(struct owner_walk *walk, struct strview name)
{
	struct strview rest = name;
	uint64_t number;

	if ((strview_skip(&rest, "qemu-") || strview_skip(&rest, "lxc-")) &&
	    strview_take_u64(&rest, &number) && strview_skip(&rest, "-"))
		name = rest;
	return owner_set_container(walk, "libvirt", name);
}

/* A machine with a unit of its own, which PREFIX and SUFFIX surround. */
static bool find_machine_unit(struct owner_walk *walk, const char *prefix, const char *suffix)
{
	struct strview name = walk->component;
	char plain[256];

	if (!is_unit(name, suffix) || !strview_skip(&name, prefix) ||
	    !owner_drop_end(&name, suffix))
		return false;
	owner_begin(walk, CGROUP_OWNER_NSPAWN, OWNER_ITEM);
	set_unit(walk);
	owner_unit_unescape(name, plain, sizeof(plain));
	if (!strncmp(plain, "qemu-", strlen("qemu-")) || !strncmp(plain, "lxc-", strlen("lxc-")))
		return set_guest(walk, strview_of(plain));
	return owner_set_container(walk, "systemd-nspawn", strview_of(plain));
}

/* "libvirt/qemu/NAME", "machine/NAME.libvirt-qemu": where libvirt does without systemd */
static bool find_libvirt(struct owner_walk *walk)
{
	bool ours = owner_is_at(walk, CGROUP_OWNER_NSPAWN, OWNER_ALL) &&
		    !strcmp(walk->owner->runtime, "libvirt");
	bool below = strview_is(walk->previous, "qemu") || strview_is(walk->previous, "lxc");
	struct strview name = walk->component;

	if (walk->first && (strview_is(name, "libvirt") || strview_is(name, "machine"))) {
		owner_begin(walk, CGROUP_OWNER_NSPAWN, OWNER_ALL);
		return owner_set_container(walk, "libvirt", strview_of(""));
	}
	if (ours && (strview_is(name, "qemu") || strview_is(name, "lxc")))
		return true;
	if (!owner_drop_end(&name, ".libvirt-qemu") && !owner_drop_end(&name, ".libvirt-lxc") &&
	    !(ours && below))
		return false;
	if (!owner_is_name(name, "._-+@: ", sizeof(walk->owner->container) - 1))
		return false;
	owner_enter(walk, CGROUP_OWNER_NSPAWN, OWNER_ITEM);
	return set_guest(walk, name);
}

static bool find_machine(struct owner_walk *walk)
{
	struct strview name = walk->component;

	if (strview_is(name, "machine.slice") || strview_is(name, "qemu.slice")) {
		owner_begin(walk, CGROUP_OWNER_NSPAWN, OWNER_ALL);
		set_unit(walk);
		return true;
	}
	if (strview_is(walk->previous, "qemu.slice") && owner_drop_end(&name, ".scope") &&
	    owner_is_number(name)) {
		owner_begin(walk, CGROUP_OWNER_NSPAWN, OWNER_ITEM);
		set_unit(walk);
		return owner_set_container(walk, "proxmox", name);
	}
	return find_machine_unit(walk, "machine-", ".scope") ||
	       find_machine_unit(walk, "systemd-nspawn@", ".service") || find_libvirt(walk);
}

/* The number in "user-1000.slice" and "user@1000.service". */
static bool copy_user(struct owner_walk *walk, const char *prefix, const char *suffix)
{
	struct strview name = walk->component;

	if (!strview_skip(&name, prefix) || !owner_drop_end(&name, suffix) ||
	    !owner_is_number(name))
		return false;
	strview_copy_to(name, walk->owner->user, sizeof(walk->owner->user));
	return true;
}

/* Units: systemd.slice(5), systemd.scope(5), systemd.service(5), and others that run programs. */
static enum cgroup_owner_kind unit_kind(struct strview name)
{
	static const struct { const char *suffix; enum cgroup_owner_kind kind; } suffixes[] = {
		{ ".slice", CGROUP_OWNER_SLICE },
		{ ".scope", CGROUP_OWNER_SCOPE },
		{ ".service", CGROUP_OWNER_SERVICE },
		{ ".socket", CGROUP_OWNER_SERVICE },
		{ ".mount", CGROUP_OWNER_SERVICE },
		{ ".swap", CGROUP_OWNER_SERVICE },
	};

	for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++)
		if (is_unit(name, suffixes[i].suffix))
			return suffixes[i].kind;
	return CGROUP_OWNER_UNKNOWN;
}

static bool is_session(struct strview name)
{
	return strview_skip(&name, "session-") && owner_drop_end(&name, ".scope") &&
	       owner_is_name(name, "", 16);
}

static bool owner_unit_find_unit(struct owner_walk *walk)
{
	enum cgroup_owner_kind kind = unit_kind(walk->component);

	if (kind == CGROUP_OWNER_UNKNOWN)
		return false;
	owner_begin(walk, kind, OWNER_ITEM);
	set_unit(walk);
	copy_user(walk, "user-", ".slice");
	if (copy_user(walk, "user@", ".service"))
		walk->manager = true;
	if (walk->manager || is_session(walk->component))
		walk->owner->kind = CGROUP_OWNER_SESSION;
	return true;
}

bool owner_find_unit(struct owner_walk *walk)
{
	return find_pagetouch(walk) || find_slurm(walk) || find_machine(walk) ||
	       owner_unit_find_unit(walk);
}
