/* SPDX-License-Identifier: GPL-2.0-or-later */
/* owner.h - who made a memory cgroup and set its limit, as far as its path tells */
#ifndef PT_OWNER_H
#define PT_OWNER_H

#define OOM_OWNER_TEXT_MAX 320

enum oom_owner_kind {
	OOM_OWNER_UNKNOWN,
	OOM_OWNER_ROOT,		/* "/" */
	OOM_OWNER_KUBERNETES,	/* kubepods, a QoS class, a pod, or a container of one */
	OOM_OWNER_DOCKER,
	OOM_OWNER_PODMAN,	/* libpod */
	OOM_OWNER_CONTAINER,	/* containerd, CRI-O or another runtime without Kubernetes */
	OOM_OWNER_LXC,		/* lxc, lxc.payload, Proxmox's /lxc/ID */
	OOM_OWNER_NSPAWN,	/* machine.slice, machine-*.scope: nspawn and libvirt */
	OOM_OWNER_SLURM,
	OOM_OWNER_SERVICE,	/* a systemd service */
	OOM_OWNER_SESSION,	/* a login session or a user's manager, or a unit below it */
	OOM_OWNER_SCOPE,	/* another systemd scope */
	OOM_OWNER_SLICE,	/* a systemd slice */
	OOM_OWNER_PAGETOUCH,	/* a sandbox of pagetouch(1) */
};

/* Each text is "" when the path does not say; nothing in it is made safe for a terminal. */
struct oom_owner {
	enum oom_owner_kind kind;
	char pod[64];		/* Kubernetes pod UID, with dashes; a static pod's has none */
	char qos[16];		/* "guaranteed", "burstable", "besteffort" */
	char container[80];	/* container id; the name of a machine or an LXC container */
	char runtime[24];	/* "docker", "cri-containerd", "crio", "libpod", ... */
	char unit[256];		/* systemd unit, the innermost of the path, \xNN escapes undone */
	char user[24];		/* of user-UID.slice, or Slurm's uid_UID */
	char job[32], step[32], task[32];	/* Slurm */
	char what[OOM_OWNER_TEXT_MAX];	/* "Docker container 9f02d9fa0049", ... */
	char where[OOM_OWNER_TEXT_MAX];	/* where its limit is set: "docker run --memory", ... */
};

/*
 * Reads PATH, a cgroup's path below its hierarchy's root; it may be NULL. Never fails: what is not
 * known stays "". Where owners are nested, the innermost counts, and "what" names those around it.
 * A cgroup that its owner made for itself belongs to it, but has no "where".
 */
void oom_owner_find(const char *path, struct oom_owner *ret_owner);

/*
 * Names in *owner's "where" the settings of VERSION of cgroups, 1 or 2; 0: not known. Those of 1
 * are MemoryLimit=, which systemd has always had, and LXC's of that version.
 */
void oom_owner_set_version(struct oom_owner *owner, int version);

/* "kubernetes", "docker", ...: for the record. */
const char *oom_owner_name(enum oom_owner_kind kind);

#endif
