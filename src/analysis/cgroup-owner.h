/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cgroup-owner.h - who made a memory cgroup and set its limit, as far as its path tells */
#ifndef PT_CGROUP_OWNER_H
#define PT_CGROUP_OWNER_H

#define CGROUP_OWNER_TEXT_MAX 320

enum cgroup_owner_kind {
	CGROUP_OWNER_UNKNOWN,
	CGROUP_OWNER_ROOT,		/* "/" */
	CGROUP_OWNER_KUBERNETES,	/* kubepods, a QoS class, a pod, or a container of one */
	CGROUP_OWNER_DOCKER,
	CGROUP_OWNER_PODMAN,	/* libpod */
	CGROUP_OWNER_CONTAINER,	/* containerd, CRI-O or another runtime without Kubernetes */
	CGROUP_OWNER_LXC,		/* lxc, lxc.payload, Proxmox's /lxc/ID */
	CGROUP_OWNER_NSPAWN,	/* machine.slice, machine-*.scope: nspawn and libvirt */
	CGROUP_OWNER_SLURM,
	CGROUP_OWNER_SERVICE,	/* a systemd service */
	CGROUP_OWNER_SESSION,	/* a login session or a user's manager */
	CGROUP_OWNER_USER_UNIT,	/* a unit below such a manager */
	CGROUP_OWNER_SCOPE,	/* another systemd scope */
	CGROUP_OWNER_SLICE,	/* a systemd slice */
	CGROUP_OWNER_PAGETOUCH,	/* a sandbox of pagetouch(1) */
};

/* Each text is "" when the path does not say; nothing in it is made safe for a terminal. */
struct cgroup_owner {
	enum cgroup_owner_kind kind;
	char pod[64];		/* Kubernetes pod UID, with dashes; a static pod's has none */
	char qos[16];		/* "guaranteed", "burstable", "besteffort" */
	char container[80];	/* container id; the name of a machine or an LXC container */
	char runtime[24];	/* "docker", "cri-containerd", "crio", "libpod", ... */
	char unit[256];		/* systemd unit, the innermost of the path, \xNN escapes undone */
	char user[24];		/* of user-UID.slice, or Slurm's uid_UID */
	char job[32], step[32], task[32];	/* Slurm */
	char what[CGROUP_OWNER_TEXT_MAX];	/* "Docker container 9f02d9fa0049", ... */
	char where[CGROUP_OWNER_TEXT_MAX];	/* where its limit is set: "docker run
						 * --memory", ... */
};

/*
 * Reads PATH, a cgroup's path below its hierarchy's root; it may be NULL. Never fails: what is not
 * known stays "". Where owners are nested, the innermost counts, and "what" names those around it.
 * A cgroup that its owner made for itself belongs to it, but has no "where".
 * There the settings are those of VERSION of cgroups, 1 or 2; 0: not known, as 2.
 */
void cgroup_owner_find(const char *path, int version, struct cgroup_owner *ret_owner);

/* "kubernetes", "docker", ...: for the record, in which a user's units are sessions, too. */
const char *cgroup_owner_name(enum cgroup_owner_kind kind);

#endif
