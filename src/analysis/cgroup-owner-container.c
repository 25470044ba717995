/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cgroup-owner-container.c - cgroups of Kubernetes, Docker, Podman, LXC and other container
 * runtimes
 */
#include <config.h>

#include <string.h>

#include "analysis/cgroup-owner-walk.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/*
 * A UUID, with dashes or, as in systemd's unit names, underscores; or 32 digits without: the hash
 * that is the UID of a static pod.
 */
static bool copy_uid(struct strview text, char uid[static 64])
{
	if (owner_is_hex(text, 32, 32)) {
		strview_copy_to(text, uid, 64);
		return true;
	}
	if (text.length != 36)
		return false;
	for (size_t i = 0; i < text.length; i++) {
		struct strview byte = strview_head(strview_from(text, i), 1);
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? !strview_is(byte, "-") && !strview_is(byte, "_")
		    : !owner_is_hex(byte, 1, 1))
			return false;
		uid[i] = dash ? '-' : text.at[i];
	}
	uid[text.length] = '\0';
	return true;
}

/* What the kubelet's names say: pkg/kubelet/cm/cgroup_manager_linux.go. */
struct pod_name {
	const char *qos;
	char uid[64];
	struct strview runtime, container;
};

/* Takes "-burstable-podUID.slice" apart, behind which ":cri-containerd:ID" may be. */
static bool parse_pod_slice(struct strview name, struct pod_name *ret_pod)
{
	struct strview front;

	*ret_pod = (struct pod_name){ .qos = "" };
	if (strview_take_until(&name, ":", &front)) {
		if (!strview_take_until(&name, ":", &ret_pod->runtime) || !owner_is_id(name))
			return false;
		ret_pod->container = name;
		name = front;
	}
	if (!owner_drop_end(&name, ".slice") || !strview_skip(&name, "-"))
		return false;
	if (strview_skip(&name, "burstable"))
		ret_pod->qos = "burstable";
	else if (strview_skip(&name, "besteffort"))
		ret_pod->qos = "besteffort";
	if (!name.length)
		return ret_pod->qos[0] && !ret_pod->container.length;
	if (ret_pod->qos[0] && !strview_skip(&name, "-"))
		return false;
	return strview_skip(&name, "pod") && copy_uid(name, ret_pod->uid);
}

static bool enter_class(struct owner_walk *walk, const char *qos)
{
	owner_enter(walk, CGROUP_OWNER_KUBERNETES, OWNER_CLASS);
	strview_copy_to(strview_of(qos), walk->owner->qos, sizeof(walk->owner->qos));
	return true;
}

/* A pod without a class between it and kubepods is guaranteed its memory. */
static bool enter_pod(struct owner_walk *walk, const char uid[static 64], const char *qos)
{
	struct cgroup_owner *owner = walk->owner;

	owner_enter(walk, CGROUP_OWNER_KUBERNETES, OWNER_POD);
	memcpy(owner->pod, uid, sizeof(owner->pod));
	if (!owner->qos[0])
		strview_copy_to(strview_of(qos[0] ? qos : "guaranteed"), owner->qos,
				sizeof(owner->qos));
	return true;
}

/* Of the systemd driver: "kubepods-burstable-podUID.slice"; kind has "kubelet-" in front of it. */
static bool find_pod_slice(struct owner_walk *walk)
{
	size_t at = strview_find(walk->component, "kubepods");
	struct strview name = strview_from(walk->component, at);
	char runtime[sizeof(walk->owner->runtime)];
	struct pod_name pod;

	if (at == STRVIEW_NONE || (at > 0 && walk->component.at[at - 1] != '-'))
		return false;
	if (strview_is(name, "kubepods.slice") || strview_is(walk->component, "kubepods")) {
		owner_begin(walk, CGROUP_OWNER_KUBERNETES, OWNER_ALL);
		return true;
	}
	if (!parse_pod_slice(strview_from(name, strlen("kubepods")), &pod))
		return false;
	if (!pod.uid[0])
		return enter_class(walk, pod.qos);
	enter_pod(walk, pod.uid, pod.qos);
	if (!pod.container.length)
		return true;
	walk->level = OWNER_ITEM;
	strview_copy_to(pod.runtime, runtime, sizeof(runtime));
	return owner_set_container(walk, runtime, pod.container);
}

/* Of the cgroupfs driver: kubepods/burstable/podUID/ID. */
static bool find_pod(struct owner_walk *walk)
{
	struct strview name = walk->component;
	char uid[64] = "";

	if (walk->owner->kind != CGROUP_OWNER_KUBERNETES || walk->foreign.length)
		return false;
	if (walk->level == OWNER_ALL && strview_is(name, "burstable"))
		return enter_class(walk, "burstable");
	if (walk->level == OWNER_ALL && strview_is(name, "besteffort"))
		return enter_class(walk, "besteffort");
	if (walk->level == OWNER_POD && owner_is_id(name)) {
		walk->level = OWNER_ITEM;
		return owner_set_container(walk, "", name);
	}
	return walk->level <= OWNER_CLASS && strview_skip(&name, "pod") && copy_uid(name, uid) &&
	       enter_pod(walk, uid, "");
}

/* Takes "docker-ID.scope" apart, as runc and crun name scopes. KIND is by the runtime's name. */
static bool parse_scope(struct strview name, struct strview *ret_runtime, struct strview *ret_id,
			enum cgroup_owner_kind *ret_kind)
{
	static const struct { const char *runtime; enum cgroup_owner_kind kind; } runtimes[] = {
		{ "docker", CGROUP_OWNER_DOCKER },
		{ "libpod", CGROUP_OWNER_PODMAN },
		{ "libpod-conmon", CGROUP_OWNER_PODMAN },
		{ "cri-containerd", CGROUP_OWNER_CONTAINER },
		{ "crio", CGROUP_OWNER_CONTAINER },
		{ "crio-conmon", CGROUP_OWNER_CONTAINER },
		{ "nerdctl", CGROUP_OWNER_CONTAINER },
	};
	enum cgroup_owner_kind kind = CGROUP_OWNER_UNKNOWN;
	size_t dash;

	if (!owner_drop_end(&name, ".scope"))
		return false;
	dash = strview_find_last(name, "-");
	if (dash == STRVIEW_NONE)
		return false;
	*ret_id = strview_from(name, dash + 1);
	*ret_runtime = strview_head(name, dash);
	for (size_t i = 0; i < ARRAY_SIZE(runtimes); i++)
		if (strview_is(*ret_runtime, runtimes[i].runtime))
			kind = runtimes[i].kind;
	*ret_kind = kind ? kind : CGROUP_OWNER_CONTAINER;
	/* Any program may have a scope with a short number. */
	return owner_is_name(*ret_runtime, "-_.", 23) &&
	       (kind ? owner_is_id(*ret_id) : owner_is_hex(*ret_id, 64, 64));
}

static bool container_find_scope(struct owner_walk *walk)
{
	struct strview name, id;
	enum cgroup_owner_kind kind;
	char runtime[sizeof(walk->owner->runtime)];

	if (!parse_scope(walk->component, &name, &id, &kind))
		return false;
	strview_copy_to(name, runtime, sizeof(runtime));
	if (owner_is_at(walk, CGROUP_OWNER_KUBERNETES, OWNER_POD) ||
	    (owner_is_at(walk, CGROUP_OWNER_PODMAN, OWNER_POD) && kind == CGROUP_OWNER_PODMAN)) {
		walk->level = OWNER_ITEM;
	} else if (owner_is_at(walk, CGROUP_OWNER_CONTAINER, OWNER_POD)) {
		walk->level = OWNER_ITEM;
		return owner_set_container(walk, "ecs", id);
	} else {
		owner_begin(walk, kind, OWNER_ITEM);
	}
	return owner_set_container(walk, runtime, id);
}

/* "machine-libpod_pod_ID.slice" */
static bool find_podman_pod(struct owner_walk *walk)
{
	size_t at = strview_find(walk->component, "libpod_pod_");
	struct strview name = strview_from(walk->component, at);

	if (at == STRVIEW_NONE || !strview_skip(&name, "libpod_pod_"))
		return false;
	owner_drop_end(&name, ".slice");
	if (!owner_is_id(name))
		return false;
	owner_begin(walk, CGROUP_OWNER_PODMAN, OWNER_POD);
	strview_copy_to(strview_head(name, 12), walk->group, sizeof(walk->group));
	return true;
}

/* "libpod_parent/libpod-ID", and "libpod-payload-ID" below a unit that Podman runs in */
static bool find_podman(struct owner_walk *walk)
{
	struct strview name = walk->component;

	if (strview_is(name, "libpod_parent")) {
		owner_begin(walk, CGROUP_OWNER_PODMAN, OWNER_ALL);
		return true;
	}
	if (!strview_skip(&name, "libpod-"))
		return find_podman_pod(walk);
	strview_skip(&name, "payload-");
	if (!owner_is_id(name))
		return false;
	if (walk->owner->kind != CGROUP_OWNER_PODMAN || !strview_is(name, walk->owner->container))
		owner_enter(walk, CGROUP_OWNER_PODMAN, OWNER_ITEM);
	return owner_set_container(walk, "libpod", name);
}

static bool container_is_of(const struct owner_walk *walk, const char *runtime)
{
	return walk->owner->kind == CGROUP_OWNER_CONTAINER && !walk->foreign.length &&
	       !strcmp(walk->owner->runtime, runtime);
}

/* The parent of all containers of RUNTIME, which has no kind of its own. */
static bool begin_runtime(struct owner_walk *walk, const char *runtime)
{
	owner_begin(walk, CGROUP_OWNER_CONTAINER, OWNER_ALL);
	return owner_set_container(walk, runtime, strview_of(""));
}

/* "docker/ID", and Docker's builder, whose ids are 25 letters and digits: "docker/buildkit/ID" */
static bool find_docker(struct owner_walk *walk)
{
	struct strview name = walk->component;

	if (strview_is(walk->previous, "docker") && owner_is_id(name)) {
		owner_enter(walk, CGROUP_OWNER_DOCKER, OWNER_ITEM);
		return owner_set_container(walk, "docker", name);
	}
	if (strview_is(name, "docker") && (walk->first || owner_is_holder(walk))) {
		owner_begin(walk, CGROUP_OWNER_DOCKER, OWNER_ALL);
		return true;
	}
	if (strview_is(name, "buildkit") &&
	    (walk->first || owner_is_at(walk, CGROUP_OWNER_DOCKER, OWNER_ALL)))
		return begin_runtime(walk, "buildkit");
	if (!container_is_of(walk, "buildkit") || walk->level != OWNER_ALL || name.length < 25 ||
	    !owner_is_name(name, "", 64))
		return false;
	walk->level = OWNER_ITEM;
	return owner_set_container(walk, "buildkit", name);
}

/* An id, or on Fargate the task's and a number. */
static bool is_ecs_container(struct strview name)
{
	struct strview rest = name, task;

	return owner_is_id(name) || (strview_take_until(&rest, "-", &task) &&
				     owner_is_hex(task, 32, 32) && owner_is_number(rest));
}

/* "ecs/TASK/ID", "ecstasks.slice/ecstasks-TASK.slice/docker-ID.scope" */
static bool find_ecs(struct owner_walk *walk)
{
	struct strview name = walk->component;
	char task[64] = "";

	if ((walk->first && strview_is(name, "ecs")) || strview_is(name, "ecstasks.slice"))
		return begin_runtime(walk, "ecs");
	if (!container_is_of(walk, "ecs"))
		return false;
	if (walk->level == OWNER_POD && is_ecs_container(name)) {
		walk->level = OWNER_ITEM;
		return owner_set_container(walk, "ecs", name);
	}
	if (strview_skip(&name, "ecstasks-") && !owner_drop_end(&name, ".slice"))
		return false;
	if (walk->level != OWNER_ALL || !copy_uid(name, task))
		return false;
	walk->level = OWNER_POD;
	memcpy(walk->group, task, sizeof(walk->group));
	return true;
}

/* "garden/HANDLE" of Cloud Foundry and Concourse: a UUID or a generated name */
static bool find_garden(struct owner_walk *walk)
{
	struct strview name = walk->component;

	if (walk->first && strview_is(name, "garden"))
		return begin_runtime(walk, "garden");
	if (!container_is_of(walk, "garden") || walk->level != OWNER_ALL)
		return false;
	if (strview_is(name, "good") || strview_is(name, "bad"))
		return true;
	if (!owner_is_name(name, "-", sizeof(walk->owner->container) - 1))
		return false;
	walk->level = OWNER_ITEM;
	return owner_set_container(walk, "garden", name);
}

static bool set_lxc(struct owner_walk *walk, struct strview name)
{
	if (!owner_is_name(name, "._-+@:", sizeof(walk->owner->container) - 1))
		return false;
	owner_enter(walk, CGROUP_OWNER_LXC, OWNER_ITEM);
	return owner_set_container(walk, "lxc", name);
}

/* "lxc/NAME", "lxc.payload/NAME", "lxc.payload.NAME"; Proxmox numbers its containers. */
static bool find_lxc(struct owner_walk *walk)
{
	struct strview name = walk->component;

	if (strview_is(name, "lxc") || strview_is(name, "lxc.payload") ||
	    strview_is(name, "lxc.monitor")) {
		owner_begin(walk, CGROUP_OWNER_LXC, OWNER_ALL);
		return true;
	}
	if (owner_is_at(walk, CGROUP_OWNER_LXC, OWNER_ALL)) {
		if (!set_lxc(walk, name))
			return false;
		if (strview_is(walk->previous, "lxc") && owner_is_number(name))
			strview_copy_to(name, walk->group, sizeof(walk->group));
		return true;
	}
	return (strview_skip(&name, "lxc.payload.") || strview_skip(&name, "lxc.monitor.")) &&
	       set_lxc(walk, name);
}

/* "k8s.io/ID": a name space of containerd, or an id below whichever parent was asked for */
static bool find_bare_id(struct owner_walk *walk)
{
	static const char *const spaces[] = { "default", "k8s.io", "moby" };
	const char *runtime = "";

	if (!owner_is_hex(walk->component, 64, 64))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(spaces); i++)
		if (strview_is(walk->previous, spaces[i]))
			runtime = "containerd";
	owner_begin(walk, CGROUP_OWNER_CONTAINER, OWNER_ITEM);
	return owner_set_container(walk, runtime, walk->component);
}

bool owner_find_container(struct owner_walk *walk)
{
	return find_pod_slice(walk) || find_pod(walk) || container_find_scope(walk) ||
	       find_podman(walk) ||
	       find_docker(walk) || find_ecs(walk) || find_garden(walk) || find_lxc(walk) ||
	       find_bare_id(walk);
}
