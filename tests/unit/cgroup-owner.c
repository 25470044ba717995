/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cgroup-owner.c - who made a cgroup, by its path; and text made safe for a terminal */
#include <config.h>

#include "../tap.h"
#include "analysis/cgroup-owner.h"
#include "lib/utf8.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* A container's id, and another one. */
#define ID "2260b35b008a15bd118e629c0c5d74e7f3a1fe18c724fbac61a54862fea196dc"
#define ID2 "9f02d9fa0049eb2655fc83c765f142362b2cb403b57b70ba3185071015ca3b64"

/* A pod's UID as cgroupfs and as systemd has it, and that of a static pod. */
#define UID "dfc377c9-c533-4d51-af9e-6e0e0b3db83b"
#define UID_ "dfc377c9_c533_4d51_af9e_6e0e0b3db83b"
#define HASH "89f4f2cb511c3b0b7e5272cff5ec37bf"

#define IN_SPEC "resources.limits.memory of that container in its pod's spec"
#define SUM "the sum of its containers' limits (resources.limits.memory in the pod's spec)"
#define NODE "the node's allocatable memory (kubelet --kube-reserved, --system-reserved)"
#define BY_DOCKER "docker run --memory, or mem_limit in a Compose file (docker update --memory)"
#define BY_PODMAN "podman run --memory (podman update --memory)"
#define BY_LXC "the container's limits.memory (lxc or incus config set), or " \
	       "lxc.cgroup2.memory.max in its configuration"
#define BY_OCI "the memory limit that the container was made with " \
	       "(linux.resources.memory.limit in its OCI configuration)"
#define BY_JOB "the job's --mem or --mem-per-cpu (sbatch, salloc, srun)"
#define BY_STEP "the step's --mem (srun), within the job's --mem or --mem-per-cpu (sbatch)"
#define BY_VIRSH "<memtune><hard_limit> of the guest (virsh memtune --hard-limit)"

struct row {
	const char *path;
	struct cgroup_owner wanted;	/* all of it */
};

static void check_text(const char *path, const char *field, const char *got, const char *wanted)
{
	if (strcmp(got, wanted) != 0)
		printf("#   %s: %s\n#      got: %s\n#   wanted: %s\n", path, field, got, wanted);
}

static void check(const struct row *row)
{
	const struct cgroup_owner *wanted = &row->wanted;
	char safe[1024];
	struct cgroup_owner got;
	bool same;

	/* What is not set must be empty all the same. */
	memset(&got, 'x', sizeof(got));
	cgroup_owner_find(row->path, 2, &got);
	same = got.kind == wanted->kind && !strcmp(got.pod, wanted->pod) &&
	       !strcmp(got.qos, wanted->qos) && !strcmp(got.container, wanted->container) &&
	       !strcmp(got.runtime, wanted->runtime) && !strcmp(got.unit, wanted->unit) &&
	       !strcmp(got.user, wanted->user) && !strcmp(got.job, wanted->job) &&
	       !strcmp(got.step, wanted->step) && !strcmp(got.task, wanted->task) &&
	       !strcmp(got.what, wanted->what) && !strcmp(got.where, wanted->where);
	if (tap_ok(same, "%s: %s", cgroup_owner_name(wanted->kind),
		   row->path ? safe_text(safe, sizeof(safe), row->path) : "(none)"))
		return;
	check_text(row->path, "kind", cgroup_owner_name(got.kind),
		   cgroup_owner_name(wanted->kind));
	check_text(row->path, "pod", got.pod, wanted->pod);
	check_text(row->path, "qos", got.qos, wanted->qos);
	check_text(row->path, "container", got.container, wanted->container);
	check_text(row->path, "runtime", got.runtime, wanted->runtime);
	check_text(row->path, "unit", got.unit, wanted->unit);
	check_text(row->path, "user", got.user, wanted->user);
	check_text(row->path, "job", got.job, wanted->job);
	check_text(row->path, "step", got.step, wanted->step);
	check_text(row->path, "task", got.task, wanted->task);
	check_text(row->path, "what", got.what, wanted->what);
	check_text(row->path, "where", got.where, wanted->where);
}

#define KUBERNETES .kind = CGROUP_OWNER_KUBERNETES
#define IN_POD KUBERNETES, .pod = UID, .qos = "burstable", .container = ID, \
	.what = "Kubernetes pod " UID " (burstable), container 2260b35b008a", .where = IN_SPEC
#define THE_POD KUBERNETES, .pod = UID, .qos = "burstable", .where = SUM, \
	.what = "Kubernetes pod " UID " (burstable), all its containers together"
#define GUARANTEED KUBERNETES, .pod = UID, .qos = "guaranteed", .container = ID, \
	.what = "Kubernetes pod " UID " (guaranteed), container 2260b35b008a", .where = IN_SPEC

#define SLICES "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" UID_ ".slice"
#define KIND_SLICES "kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-burstable.slice/" \
		    "kubelet-kubepods-burstable-pod" UID_ ".slice"

static const struct row kubernetes[] = {
	{ "/kubepods", { KUBERNETES, .what = "all pods of this Kubernetes node", .where = NODE } },
	{ "/kubepods.slice",
	  { KUBERNETES, .what = "all pods of this Kubernetes node", .where = NODE } },
	{ "/kubepods/burstable",
	  { KUBERNETES, .qos = "burstable", .what = "all burstable pods of this Kubernetes node",
	    .where = "the kubelet's --qos-reserved for memory" } },
	{ "/kubepods.slice/kubepods-besteffort.slice",
	  { KUBERNETES, .qos = "besteffort", .what = "all besteffort pods of this Kubernetes node",
	    .where = "the kubelet's --qos-reserved for memory" } },
	{ "/kubepods/burstable/pod" UID, { THE_POD } },
	{ SLICES, { THE_POD } },
	{ "/kubepods/burstable/pod" UID "/" ID, { IN_POD } },
	{ SLICES "/cri-containerd-" ID ".scope", { IN_POD, .runtime = "cri-containerd" } },
	{ SLICES "/crio-" ID ".scope", { IN_POD, .runtime = "crio" } },
	{ SLICES "/crio-" ID ".scope/container", { IN_POD, .runtime = "crio" } },
	{ SLICES "/docker-" ID ".scope", { IN_POD, .runtime = "docker" } },
	{ "/kubepods/besteffort/pod" UID "/" ID,
	  { KUBERNETES, .pod = UID, .qos = "besteffort", .container = ID, .where = IN_SPEC,
	    .what = "Kubernetes pod " UID " (besteffort), container 2260b35b008a" } },
	{ "/kubepods/pod" UID "/" ID, { GUARANTEED } },
	{ "/kubepods.slice/kubepods-pod" UID_ ".slice/cri-containerd-" ID ".scope",
	  { GUARANTEED, .runtime = "cri-containerd" } },
	/* A static pod. */
	{ "/kubepods/burstable/pod" HASH "/" ID,
	  { KUBERNETES, .pod = HASH, .qos = "burstable", .container = ID, .where = IN_SPEC,
	    .what = "Kubernetes pod " HASH " (burstable), container 2260b35b008a" } },
	{ "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" HASH ".slice",
	  { KUBERNETES, .pod = HASH, .qos = "burstable", .where = SUM,
	    .what = "Kubernetes pod " HASH " (burstable), all its containers together" } },
	/* kind: a node is a container itself, and the kubelet has a root of its own. */
	{ "/" KIND_SLICES "/cri-containerd-" ID ".scope",
	  { IN_POD, .runtime = "cri-containerd" } },
	{ "/system.slice/docker-" ID2 ".scope/" KIND_SLICES "/cri-containerd-" ID ".scope",
	  { KUBERNETES, .pod = UID, .qos = "burstable", .container = ID,
	    .runtime = "cri-containerd", .where = IN_SPEC,
	    .what = "Kubernetes pod " UID " (burstable), container 2260b35b008a, inside Docker "
	    "container 9f02d9fa0049" } },
	{ "/docker/" ID2 "/kubelet/kubepods/burstable/pod" UID "/" ID,
	  { KUBERNETES, .pod = UID, .qos = "burstable", .container = ID, .where = IN_SPEC,
	    .what = "Kubernetes pod " UID " (burstable), container 2260b35b008a, inside Docker "
	    "container 9f02d9fa0049" } },
	/* The runtime does not know that the names are systemd's. */
	{ "/system.slice/containerd.service/kubepods-burstable-pod" UID_
	  ".slice:cri-containerd:" ID,
	  { IN_POD, .runtime = "cri-containerd" } },
	{ "/kubepods-pod" UID_ ".slice:crio:" ID, { GUARANTEED, .runtime = "crio" } },
	/* What runs in a container may make cgroups, too. */
	{ "/kubepods/burstable/pod" UID "/" ID "/workers/7",
	  { KUBERNETES, .pod = UID, .qos = "burstable", .container = ID,
	    .what = "cgroup workers/7 below Kubernetes pod " UID " (burstable), container "
	    "2260b35b008a" } },
	{ "/kubepods/burstable/pod" UID "/" ID "/docker/" ID2,
	  { .kind = CGROUP_OWNER_DOCKER, .container = ID2, .runtime = "docker", .where = BY_DOCKER,
	    .what = "Docker container 9f02d9fa0049, inside Kubernetes pod " UID " (burstable), "
	    "container 2260b35b008a" } },
	/* No ids. */
	{ "/kubepods/burstable/podling",
	  { KUBERNETES, .qos = "burstable",
	    .what = "cgroup podling below all burstable pods of this Kubernetes node" } },
	{ "/kubepods/pod" UID "0",
	  { KUBERNETES, .what = "cgroup pod" UID "0 below all pods of this Kubernetes node" } },
	{ "/kubepods/burstable/pod" UID "/short",
	  { KUBERNETES, .pod = UID, .qos = "burstable",
	    .what = "cgroup short below Kubernetes pod " UID " (burstable), all its containers "
	    "together" } },
	{ "/kubepods/pod" UID_ "x", { KUBERNETES,
	    .what = "cgroup pod" UID_ "x below all pods of this Kubernetes node" } },
	{ "/kubepods/poddfc377c9+c533+4d51+af9e+6e0e0b3db83b", { KUBERNETES, .what = "cgroup "
	    "poddfc377c9+c533+4d51+af9e+6e0e0b3db83b below all pods of this Kubernetes node" } },
	{ "/kubepods-burstablepod" UID_ ".slice",
	  { .kind = CGROUP_OWNER_SLICE, .unit = "kubepods-burstablepod" UID_ ".slice",
	    .what = "systemd slice kubepods-burstablepod" UID_ ".slice",
	    .where = "MemoryMax= (systemctl edit kubepods-burstablepod" UID_ ".slice)" } },
	{ "/kubepods-evil", { .kind = CGROUP_OWNER_UNKNOWN } },
	{ "/notkubepods.slice",
	  { .kind = CGROUP_OWNER_SLICE, .unit = "notkubepods.slice",
	    .what = "systemd slice notkubepods.slice",
	    .where = "MemoryMax= (systemctl edit notkubepods.slice)" } },
	{ "/kubepods-burstable-pod" UID_ ".slice:cri-containerd:../../etc",
	  { .kind = CGROUP_OWNER_UNKNOWN } },
};

#define DOCKER .kind = CGROUP_OWNER_DOCKER, .container = ID, .runtime = "docker", \
	.what = "Docker container 2260b35b008a", .where = BY_DOCKER
#define PODMAN .kind = CGROUP_OWNER_PODMAN, .container = ID, .runtime = "libpod", .where = \
	BY_PODMAN
#define CONTAINER .kind = CGROUP_OWNER_CONTAINER
#define SESSION "/user.slice/user-1000.slice/user@1000.service/"
#define TASK "9f02d9fa0049eb2655fc83c765f14236"
#define ECS CONTAINER, .runtime = "ecs", .container = ID, \
	.where = "\"memory\" of that container in the task definition"

static const struct row containers[] = {
	{ "/docker/" ID, { DOCKER } },
	{ "/docker/" ID "/init", { DOCKER } },
	{ "/docker/0123456789abcdef",
	  { .kind = CGROUP_OWNER_DOCKER, .container = "0123456789abcdef", .runtime = "docker",
	    .what = "Docker container 0123456789ab", .where = BY_DOCKER } },
	{ "/system.slice/docker-" ID ".scope", { DOCKER } },
	{ "/custom.slice/docker-" ID ".scope", { DOCKER } },
	{ "/system.slice/snap.docker.dockerd.service/docker/" ID, { DOCKER } },
	{ SESSION "user.slice/docker-" ID ".scope",
	  { .kind = CGROUP_OWNER_DOCKER, .container = ID, .runtime = "docker", .user = "1000",
	    .what = "Docker container 2260b35b008a of user 1000", .where = BY_DOCKER } },
	{ "/docker/" ID2 "/docker/" ID,
	  { .kind = CGROUP_OWNER_DOCKER, .container = ID, .runtime = "docker", .where = BY_DOCKER,
	    .what = "Docker container 2260b35b008a, inside Docker container 9f02d9fa0049" } },
	{ "/docker", { .kind = CGROUP_OWNER_DOCKER, .what = "all Docker containers" } },
	{ "/docker/deadbeef",
	  { .kind = CGROUP_OWNER_DOCKER, .what = "cgroup deadbeef below all Docker containers" } },
	{ "/docker/DEADBEEFDEADBEEF", { .kind = CGROUP_OWNER_DOCKER,
	    .what = "cgroup DEADBEEFDEADBEEF below all Docker containers" } },
	{ "/docker/" ID "0",
	  { .kind = CGROUP_OWNER_DOCKER, .what = "cgroup " ID "0 below all Docker containers" } },
	{ "/docker/buildkit/5cf82fwiumld3vcs5d5l5pzyv",
	  { CONTAINER, .container = "5cf82fwiumld3vcs5d5l5pzyv", .runtime = "buildkit",
	    .what = "BuildKit build step 5cf82fwiumld3vcs5d5l5pzyv" } },
	{ "/buildkit",
	  { CONTAINER, .runtime = "buildkit", .what = "all containers of buildkit" } },
	{ "/mine/docker", { .kind = CGROUP_OWNER_UNKNOWN } },
	/* A runtime that runs in a container begins anew there. */
	{ "/docker/" ID "/buildkit/5cf82fwiumld3vcs5d5l5pzyv",
	  { CONTAINER, .container = "5cf82fwiumld3vcs5d5l5pzyv", .runtime = "buildkit",
	    .what = "BuildKit build step 5cf82fwiumld3vcs5d5l5pzyv, inside Docker container "
	    "2260b35b008a" } },
	{ "/lxc/101/ns/docker",
	  { .kind = CGROUP_OWNER_DOCKER,
	    .what = "all Docker containers, inside LXC container 101" } },
	{ "/mine/buildkit/5cf82fwiumld3vcs5d5l5pzyv", { .kind = CGROUP_OWNER_UNKNOWN } },

	{ "/machine.slice/libpod-" ID ".scope",
	  { PODMAN, .what = "Podman container 2260b35b008a" } },
	{ "/machine.slice/libpod-" ID ".scope/container",
	  { PODMAN, .what = "Podman container 2260b35b008a" } },
	{ "/libpod_parent/libpod-" ID, { PODMAN, .what = "Podman container 2260b35b008a" } },
	{ "/libpod_parent/libpod-" ID "/ctr",
	  { PODMAN, .what = "Podman container 2260b35b008a" } },
	{ "/libpod_parent", { .kind = CGROUP_OWNER_PODMAN, .what = "all Podman containers" } },
	{ "/system.slice/web.service/libpod-payload-" ID,
	  { PODMAN, .what = "Podman container 2260b35b008a" } },
	{ SESSION "user.slice/libpod-" ID ".scope/container",
	  { PODMAN, .user = "1000", .what = "Podman container 2260b35b008a of user 1000" } },
	{ "/machine.slice/machine-libpod_pod_" ID ".slice",
	  { .kind = CGROUP_OWNER_PODMAN, .where = "podman pod create --memory",
	    .what = "Podman pod 2260b35b008a, all its containers together" } },
	{ "/machine.slice/machine-libpod_pod_" ID2 ".slice/libpod-" ID ".scope",
	  { PODMAN, .what = "Podman container 2260b35b008a" } },
	{ "/libpod_parent/libpod-" ID "/system.slice/nginx.service",
	  { .kind = CGROUP_OWNER_SERVICE, .unit = "nginx.service",
	    .what = "systemd service nginx.service, inside Podman container 2260b35b008a",
	    .where = "MemoryMax= (inside it: systemctl edit nginx.service)" } },

	{ "/k8s.io/" ID, { CONTAINER, .container = ID, .runtime = "containerd", .where = BY_OCI,
	    .what = "container 2260b35b008a (containerd)" } },
	{ "/default/" ID, { CONTAINER, .container = ID, .runtime = "containerd", .where = BY_OCI,
	    .what = "container 2260b35b008a (containerd)" } },
	{ "/default/web", { .kind = CGROUP_OWNER_UNKNOWN } },
	{ "/mine/" ID, { CONTAINER, .container = ID, .what = "container 2260b35b008a",
	    .where = BY_OCI } },
	{ "/system.slice/nerdctl-" ID ".scope",
	  { CONTAINER, .container = ID, .runtime = "nerdctl",
	    .what = "nerdctl container 2260b35b008a",
	    .where = "nerdctl run --memory (nerdctl update --memory)" } },
	{ "/system.slice/crio-" ID ".scope", { CONTAINER, .container = ID, .runtime = "crio",
	    .what = "container 2260b35b008a (crio)", .where = BY_OCI } },
	{ "/system.slice/youki-" ID ".scope", { CONTAINER, .container = ID, .runtime = "youki",
	    .what = "container 2260b35b008a (youki)", .where = BY_OCI } },
	{ "/garden/4b3c1a52-6d9e-4c35-56b1-9d3a",
	  { CONTAINER, .container = "4b3c1a52-6d9e-4c35-56b1-9d3a", .runtime = "garden",
	    .what = "Garden container 4b3c1a52-6d9e-4c35-56b1-9d3a",
	    .where = "the memory limit of its app (cf scale -m) or task" } },
	{ "/garden/good/4b3c1a52-6d9e-4c35-56b1-9d3a",
	  { CONTAINER, .container = "4b3c1a52-6d9e-4c35-56b1-9d3a", .runtime = "garden",
	    .what = "Garden container 4b3c1a52-6d9e-4c35-56b1-9d3a",
	    .where = "the memory limit of its app (cf scale -m) or task" } },

	{ "/ecs/" TASK "/" ID,
	  { ECS, .what = "Amazon ECS task " TASK ", container 2260b35b008a" } },
	{ "/ecs/" UID "/" ID, { ECS, .what = "Amazon ECS task " UID ", container 2260b35b008a" } },
	{ "/ecstasks.slice/ecstasks-" TASK ".slice/docker-" ID ".scope",
	  { ECS, .what = "Amazon ECS task " TASK ", container 2260b35b008a" } },
	{ "/ecs/" TASK, { CONTAINER, .runtime = "ecs", .what = "Amazon ECS task " TASK,
	    .where = "\"memory\" of the task in the task definition" } },
	{ "/ecs/" TASK "/" TASK "-1234567",
	  { CONTAINER, .runtime = "ecs", .container = TASK "-1234567",
	    .what = "Amazon ECS task " TASK ", container " TASK "-1234567",
	    .where = "\"memory\" of that container in the task definition" } },
	{ "/ecs", { CONTAINER, .runtime = "ecs", .what = "all Amazon ECS tasks" } },
	{ "/ecs/ecstasks-" TASK, { CONTAINER, .runtime = "ecs",
	    .what = "cgroup ecstasks-" TASK " below all Amazon ECS tasks" } },
};

#define LXC(name) .kind = CGROUP_OWNER_LXC, .container = name, .runtime = "lxc"
#define GUEST(name) .kind = CGROUP_OWNER_NSPAWN, .container = name, .runtime = "libvirt", \
	.what = "libvirt guest " name, .where = BY_VIRSH

static const struct row machines[] = {
	{ "/lxc/web1", { LXC("web1"), .what = "LXC container web1", .where = BY_LXC } },
	{ "/lxc.payload/web1", { LXC("web1"), .what = "LXC container web1", .where = BY_LXC } },
	{ "/lxc.payload.web-1", { LXC("web-1"), .what = "LXC container web-1", .where = BY_LXC } },
	{ "/lxc.monitor.web-1", { LXC("web-1"), .what = "LXC container web-1", .where = BY_LXC } },
	{ "/lxc.payload.101", { LXC("101"), .what = "LXC container 101", .where = BY_LXC } },
	{ "/lxc/39004", { LXC("39004"), .what = "LXC container 39004",
	    .where = "the container's memory (Proxmox: pct set 39004 --memory)" } },
	{ "/lxc/101/ns", { LXC("101"), .what = "LXC container 101",
	    .where = "the container's memory (Proxmox: pct set 101 --memory)" } },
	{ "/lxc", { .kind = CGROUP_OWNER_LXC, .what = "all LXC containers" } },
	{ "/lxc/101/ns/system.slice/docker-" ID ".scope",
	  { .kind = CGROUP_OWNER_DOCKER, .container = ID, .runtime = "docker", .where = BY_DOCKER,
	    .what = "Docker container 2260b35b008a, inside LXC container 101" } },
	{ "/lxc/101/ns/lxc/inner/docker/" ID,
	  { .kind = CGROUP_OWNER_DOCKER, .container = ID, .runtime = "docker", .where = BY_DOCKER,
	    .what = "Docker container 2260b35b008a, inside LXC container inner, inside LXC "
	    "container 101" } },
	{ "/lxc.payload.web1/system.slice/nginx.service",
	  { .kind = CGROUP_OWNER_SERVICE, .unit = "nginx.service",
	    .what = "systemd service nginx.service, inside LXC container web1",
	    .where = "MemoryMax= (inside it: systemctl edit nginx.service)" } },
	{ "/lxc.payload.web1/user.slice/user-0.slice/session-c2.scope",
	  { .kind = CGROUP_OWNER_SESSION, .unit = "session-c2.scope", .user = "0",
	    .what = "login session c2 of user 0, inside LXC container web1",
	    .where = "MemoryMax= (inside it: systemctl set-property session-c2.scope)" } },
	{ "/lxc/a b",
	{ .kind = CGROUP_OWNER_LXC, .what = "cgroup a b below all LXC containers" } },

	{ "/machine.slice/machine-qemu\\x2d1\\x2dweb\\x2dserver.scope",
	  { GUEST("web-server"), .unit = "machine-qemu-1-web-server.scope" } },
	{ "/machine.slice/machine-qemu\\x2d12\\x2ddb.scope/libvirt/emulator",
	  { GUEST("db"), .unit = "machine-qemu-12-db.scope" } },
	/* Without the number, as libvirt before 1.3 has it */
	{ "/machine.slice/machine-qemu\\x2dweb.scope",
	  { GUEST("web"), .unit = "machine-qemu-web.scope" } },
	{ "/machine/qemu-2-db.libvirt-qemu/emulator", { GUEST("db") } },
	{ "/machine/db.libvirt-qemu", { GUEST("db") } },
	{ "/libvirt/qemu/db", { GUEST("db") } },
	{ "/machine.slice/machine-debian.scope",
	  { .kind = CGROUP_OWNER_NSPAWN, .container = "debian", .runtime = "systemd-nspawn",
	    .unit = "machine-debian.scope", .what = "systemd-nspawn container debian",
	    .where = "MemoryMax= (systemctl set-property machine-debian.scope)" } },
	{ "/machine.slice/machine-my\\x2ddebian.scope/payload",
	  { .kind = CGROUP_OWNER_NSPAWN, .container = "my-debian", .runtime = "systemd-nspawn",
	    .unit = "machine-my-debian.scope", .what = "systemd-nspawn container my-debian",
	    .where = "MemoryMax= of that unit" } },
	{ "/machine.slice/systemd-nspawn@debian.service/payload",
	  { .kind = CGROUP_OWNER_NSPAWN, .container = "debian", .runtime = "systemd-nspawn",
	    .unit = "systemd-nspawn@debian.service", .what = "systemd-nspawn container debian",
	    .where = "MemoryMax= (systemctl edit systemd-nspawn@debian.service)" } },
	{ "/machine.slice", { .kind = CGROUP_OWNER_NSPAWN, .unit = "machine.slice",
	    .what = "all virtual machines and containers (machine.slice)",
	    .where = "MemoryMax= (systemctl edit machine.slice)" } },
	{ "/qemu.slice/101.scope",
	  { .kind = CGROUP_OWNER_NSPAWN, .container = "101", .runtime = "proxmox",
	    .unit = "101.scope",
	    .what = "Proxmox virtual machine 101",
	    .where = "MemoryMax= (systemctl set-property 101.scope)" } },
};

#define SLURM .kind = CGROUP_OWNER_SLURM

static const struct row slurm[] = {
	{ "/slurm/uid_1000/job_17", { SLURM, .user = "1000", .job = "17",
	    .what = "Slurm job 17 of user 1000", .where = BY_JOB } },
	{ "/slurm_n1/uid_0/job_4/step_0/task_0",
	  { SLURM, .user = "0", .job = "4", .step = "0", .task = "0",
	    .what = "Slurm job 4 of user 0, step 0, task 0", .where = BY_STEP } },
	{ "/slurm/uid_1000/job_17/step_batch/task_0",
	  { SLURM, .user = "1000", .job = "17", .step = "batch", .task = "0",
	    .what = "Slurm job 17 of user 1000, step batch, task 0", .where = BY_STEP } },
	{ "/slurm/uid_1000/job_17/step_extern", { SLURM, .user = "1000", .job = "17",
	    .step = "extern", .what = "Slurm job 17 of user 1000, step extern",
	    .where = BY_STEP } },
	{ "/system.slice/slurmstepd.scope/job_17/step_0/user/task_3",
	  { SLURM, .job = "17", .step = "0", .task = "3", .what = "Slurm job 17, step 0, task 3",
	    .where = BY_STEP } },
	{ "/system.slice/slurmstepd.scope/job_17", { SLURM, .job = "17", .what = "Slurm job 17",
	    .where = BY_JOB } },
	{ "/system.slice/n1_slurmstepd.scope/job_17/step_batch/user/task_special",
	  { SLURM, .job = "17", .step = "batch", .task = "special",
	    .what = "Slurm job 17, step batch, task special", .where = BY_STEP } },
	{ "/slurm/uid_1000", { SLURM, .user = "1000",
	    .what = "all Slurm jobs of user 1000 on this node" } },
	{ "/slurm", { SLURM, .what = "all Slurm jobs on this node" } },
	{ "/system.slice/slurmstepd.scope/system",
	  { SLURM, .what = "cgroup system below all Slurm jobs on this node" } },
	{ "/slurm/uid_1000/job_x", { SLURM, .user = "1000",
	    .what = "cgroup job_x below all Slurm jobs of user 1000 on this node" } },
	{ "/slurm/uid_1000/job_17/step_", { SLURM, .user = "1000", .job = "17",
	    .what = "cgroup step_ below Slurm job 17 of user 1000" } },
	{ "/slurm/job_17/step_0/libpod-" ID,
	  { PODMAN, .what = "Podman container 2260b35b008a, inside Slurm job 17, step 0" } },
	{ "/mine/slurm/job_17", { .kind = CGROUP_OWNER_UNKNOWN } },
	{ "/job_17/step_0", { .kind = CGROUP_OWNER_UNKNOWN } },
};

static const struct row units[] = {
	{ "/system.slice/foo.service",
	  { .kind = CGROUP_OWNER_SERVICE, .unit = "foo.service",
	    .what = "systemd service foo.service",
	    .where = "MemoryMax= (systemctl edit foo.service)" } },
	{ "/system.slice/system-getty.slice/getty@tty1.service",
	  { .kind = CGROUP_OWNER_SERVICE, .unit = "getty@tty1.service",
	    .what = "systemd service getty@tty1.service",
	    .where = "MemoryMax= (systemctl edit getty@tty1.service)" } },
	{ "/system.slice/srv-my\\x2ddisk.mount",
	  { .kind = CGROUP_OWNER_SERVICE, .unit = "srv-my-disk.mount",
	    .what = "systemd service srv-my-disk.mount", .where = "MemoryMax= of that unit" } },
	{ "/system.slice/run-u12.service",
	  { .kind = CGROUP_OWNER_SERVICE, .unit = "run-u12.service",
	    .what = "systemd service run-u12.service",
	    .where = "systemd-run --property=MemoryMax=" } },
	{ "/system.slice/run-rd041d7ba0e5d4bdb9e1c4c0b9d8a3c55.scope",
	  { .kind = CGROUP_OWNER_SCOPE, .unit = "run-rd041d7ba0e5d4bdb9e1c4c0b9d8a3c55.scope",
	    .what = "systemd scope run-rd041d7ba0e5d4bdb9e1c4c0b9d8a3c55.scope",
	    .where = "systemd-run --property=MemoryMax=" } },
	{ "/system.slice/run-udev.service",
	  { .kind = CGROUP_OWNER_SERVICE, .unit = "run-udev.service",
	    .what = "systemd service run-udev.service",
	    .where = "MemoryMax= (systemctl edit run-udev.service)" } },
	{ "/system.slice/foo.service/worker/3",
	  { .kind = CGROUP_OWNER_SERVICE, .unit = "foo.service",
	    .what = "cgroup worker/3 below systemd service foo.service" } },
	{ "/oomt.slice/oomt-1.scope",
	  { .kind = CGROUP_OWNER_SCOPE, .unit = "oomt-1.scope", .what =
		  "systemd scope oomt-1.scope",
	    .where = "MemoryMax= (systemctl set-property oomt-1.scope)" } },
	{ "/oomt.slice",
	  { .kind = CGROUP_OWNER_SLICE, .unit = "oomt.slice", .what = "systemd slice oomt.slice",
	    .where = "MemoryMax= (systemctl edit oomt.slice)" } },
	{ "/init.scope",
	  { .kind = CGROUP_OWNER_SCOPE, .unit = "init.scope", .what = "systemd scope init.scope",
	    .where = "MemoryMax= (systemctl set-property init.scope)" } },
	{ "/user.slice/user-1000.slice",
	  { .kind = CGROUP_OWNER_SLICE, .unit = "user-1000.slice", .user = "1000",
	    .what = "all that user 1000 runs (user-1000.slice)",
	    .where = "MemoryMax= (systemctl edit user-1000.slice)" } },
	{ "/user.slice/user-1000.slice/session-3.scope",
	  { .kind = CGROUP_OWNER_SESSION, .unit = "session-3.scope", .user = "1000",
	    .what = "login session 3 of user 1000",
	    .where = "MemoryMax= (systemctl set-property session-3.scope)" } },
	{ "/user.slice/user-1000.slice/user@1000.service",
	  { .kind = CGROUP_OWNER_SESSION, .unit = "user@1000.service", .user = "1000",
	    .what = "the systemd of user 1000 (user@1000.service)",
	    .where = "MemoryMax= (systemctl edit user@1000.service)" } },
	{ SESSION "app.slice/run-u640.service",
	  { .kind = CGROUP_OWNER_USER_UNIT, .unit = "run-u640.service", .user = "1000",
	    .what = "systemd unit run-u640.service of user 1000",
	    .where = "systemd-run --property=MemoryMax=" } },
	{ SESSION "app.slice/web.service",
	  { .kind = CGROUP_OWNER_USER_UNIT, .unit = "web.service", .user = "1000",
	    .what = "systemd unit web.service of user 1000",
	    .where = "MemoryMax= (systemctl --user edit web.service)" } },
	{ SESSION "init.scope",
	  { .kind = CGROUP_OWNER_USER_UNIT, .unit = "init.scope", .user = "1000",
	    .what = "systemd unit init.scope of user 1000",
	    .where = "MemoryMax= (systemctl --user set-property init.scope)" } },
	{ "/pagetouch-12504",
	  { .kind = CGROUP_OWNER_PAGETOUCH, .what = "the sandbox of pagetouch process 12504",
	    .where = "pagetouch --limit" } },
	{ SESSION "app.slice/pagetouch-99.scope/pagetouch-99",
	  { .kind = CGROUP_OWNER_PAGETOUCH, .user = "1000",
	    .what = "the sandbox of pagetouch process 99", .where = "pagetouch --limit" } },
	{ "/user.slice/pagetouch-observer-99",
	  { .kind = CGROUP_OWNER_PAGETOUCH, .what =
		  "pagetouch process 99, outside its sandbox" } },
	{ "/pagetouch-0a1b2c3d4e5f6789",
	  { .kind = CGROUP_OWNER_PAGETOUCH, .what = "the sandbox 0a1b2c3d4e5f6789 of pagetouch",
	    .where = "pagetouch --limit" } },
	{ "/pagetouch-0a1b2c3d4e5f678g", { .kind = CGROUP_OWNER_UNKNOWN } },
	{ "/pagetouch-x", { .kind = CGROUP_OWNER_UNKNOWN } },
	{ "/pagetouch-", { .kind = CGROUP_OWNER_UNKNOWN } },
	{ "/system.slice/pagetouch-7.service",
	  { .kind = CGROUP_OWNER_SERVICE, .unit = "pagetouch-7.service",
	    .what = "systemd service pagetouch-7.service",
	    .where = "MemoryMax= (systemctl edit pagetouch-7.service)" } },
};

static const struct row others[] = {
	{ "/", { .kind = CGROUP_OWNER_ROOT, .what = "the root cgroup: the whole machine" } },
	{ NULL, { .kind = CGROUP_OWNER_UNKNOWN } },
	{ "", { .kind = CGROUP_OWNER_UNKNOWN } },
	{ "//", { .kind = CGROUP_OWNER_UNKNOWN } },
	{ "/..", { .kind = CGROUP_OWNER_UNKNOWN } },
	{ "/../../..", { .kind = CGROUP_OWNER_UNKNOWN } },
	{ "/oomreport", { .kind = CGROUP_OWNER_UNKNOWN } },
	{ "/1/2", { .kind = CGROUP_OWNER_UNKNOWN } },
	{ "(null)", { .kind = CGROUP_OWNER_UNKNOWN } },
	{ "/.service", { .kind = CGROUP_OWNER_UNKNOWN } },
	{ "/.scope/.slice", { .kind = CGROUP_OWNER_UNKNOWN } },
	{ "/\x1b]0;pwned\a.service", { .kind = CGROUP_OWNER_UNKNOWN } },
	{ "/evil\n.scope", { .kind = CGROUP_OWNER_UNKNOWN } },
	{ "/\xff\xfe", { .kind = CGROUP_OWNER_UNKNOWN } },
	{ "//system.slice//foo.service//",
	  { .kind = CGROUP_OWNER_SERVICE, .unit = "foo.service",
	    .what = "systemd service foo.service",
	    .where = "MemoryMax= (systemctl edit foo.service)" } },
	{ "/docker/" ID "/../../system.slice",
	  { .kind = CGROUP_OWNER_SLICE, .unit = "system.slice",
	    .what = "systemd slice system.slice, inside Docker container 2260b35b008a",
	    .where = "MemoryMax= (inside it: systemctl edit system.slice)" } },
	/* An escaped NUL would end the name, half an escape is none. */
	{ "/a\\x00b\\x2.service",
	  { .kind = CGROUP_OWNER_SERVICE, .unit = "a\\x00b\\x2.service",
	    .what = "systemd service a\\x00b\\x2.service",
	    .where = "MemoryMax= (systemctl edit a\\x00b\\x2.service)" } },
	/* The name is as systemd has it; it is for safe_text() to make it fit for a terminal. */
	{ "/a\\x1b\\x5cb.service",
	  { .kind = CGROUP_OWNER_SERVICE, .unit = "a\x1b\\b.service",
	    .what = "systemd service a\x1b\\b.service", .where = "MemoryMax= of that unit" } },
};

static void test_rows(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		check(&rows[i]);
}

static bool ends(const char *text, size_t size)
{
	return strnlen(text, size) < size;
}

/* Whether every text of the owner ends within its bounds. */
static bool is_sound(const struct cgroup_owner *owner)
{
	return ends(owner->pod, sizeof(owner->pod)) && ends(owner->qos, sizeof(owner->qos)) &&
	       ends(owner->container, sizeof(owner->container)) &&
	       ends(owner->runtime, sizeof(owner->runtime)) &&
	       ends(owner->unit, sizeof(owner->unit)) && ends(owner->user, sizeof(owner->user)) &&
	       ends(owner->job, sizeof(owner->job)) && ends(owner->step, sizeof(owner->step)) &&
	       ends(owner->task, sizeof(owner->task)) && ends(owner->what, sizeof(owner->what)) &&
	       ends(owner->where, sizeof(owner->where)) &&
	       owner->kind <= CGROUP_OWNER_PAGETOUCH;
}

/* PREFIX, LENGTH times BYTE, SUFFIX. */
static bool survives(const char *prefix, char byte, size_t length, const char *suffix)
{
	char *path = malloc(strlen(prefix) + length + strlen(suffix) + 1);
	struct cgroup_owner owner;
	bool sound;

	if (!path)
		return false;
	strcpy(path, prefix);
	memset(path + strlen(prefix), byte, length);
	strcpy(path + strlen(prefix) + length, suffix);
	memset(&owner, 'x', sizeof(owner));
	cgroup_owner_find(path, 2, &owner);
	sound = is_sound(&owner);
	free(path);
	return sound;
}

static void test_long(void)
{
	static const struct { const char *prefix, *suffix; } counters[] = {
		{ "/", "" }, { "/system.slice/", ".service" }, { "/user.slice/user-", ".slice" },
		{ "/user@", ".service" }, { "/lxc/", "" }, { "/lxc.payload.", "" },
		{ "/docker/", "" }, { "/garden/", "" }, { "/slurm/job_", "/step_0" },
		{ "/slurm/job_1/step_", "/task_0" }, { "/slurm/job_1/step_0/task_", "" },
		{ "/kubepods/pod", "" }, { "/kubepods/pod" UID "/", "" },
		{ "/machine-", ".scope" }, { "/machine/", ".libvirt-qemu" },
		{ "/pagetouch-", "" }, { "/ecs/" TASK "/", "" },
		{ "/docker/buildkit/", "" }, { "/", "-" ID ".scope" }, { "/session-", ".scope" },
		{ "/system.slice/foo.service/", "" }, { "/kubepods-pod" UID_ ".slice:", ":" ID },
	};
	static const size_t lengths[] = { 1, 19, 20, 23, 24, 31, 32, 63, 64, 79, 80, 200, 255, 256,
					  319, 320, 321, 70000 };
	bool sound = true;

	for (size_t i = 0; i < ARRAY_SIZE(counters); i++)
		for (size_t j = 0; j < ARRAY_SIZE(lengths); j++)
			for (const char *byte = "a1/\\-\x1b\xe9:"; *byte; byte++)
				sound &= survives(counters[i].prefix, *byte, lengths[j],
						  counters[i].suffix);
	tap_ok(sound, "names of any length stay in bounds");
}

/* The texts are cut when there are more owners around than fit. */
static void test_nested(void)
{
	char path[32 * sizeof("/docker/" ID) + 1] = "";
	struct cgroup_owner owner;

	for (int i = 0; i < 32; i++)
		strcat(path, "/docker/" ID);
	cgroup_owner_find(path, 2, &owner);
	tap_ok(is_sound(&owner), "32 containers in one another stay in bounds");
	tap_ok(!strncmp(owner.what, "Docker container 2260b35b008a, inside Docker container", 54),
	       "and the innermost is named first");
	tap_is_text(owner.container, ID, "and is the one that counts");
}

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 16;
}

/* Names that mean something in any order, and bytes that mean nothing. */
static void test_random(void)
{
	static const char *const pieces[] = {
		"/", "/kubepods", "/kubepods.slice", "/burstable", "/pod" UID, "/" ID,
		"/docker", "-", ".scope", ".slice", ".service", "/lxc", "/ns", "/slurm",
		"/job_1", "/step_0", "/task_0", "/user", "/user@1.service", "/user-1.slice",
		"/machine.slice", "/machine-", "\\x2d", "\\x", "/libvirt", "/qemu", "/ecs",
		"/" TASK, "/garden", "/buildkit", "/libpod-", "/init.scope", "/pagetouch-1",
		"/cri-containerd-" ID ".scope", ":crio:" ID, "/kubepods-pod" UID_ ".slice",
		"/..", "\x1b[31m", "\xc3", "/container", "/machine-libpod_pod_" ID ".slice",
		"lxc.payload.a",
	};
	uint32_t state = 1;
	bool sound = true;

	for (int i = 0; i < 20000; i++) {
		uint32_t count = next_random(&state) % 12;
		char path[4096] = "";
		struct cgroup_owner owner;

		for (uint32_t j = 0; j < count; j++)
			strcat(path, pieces[next_random(&state) % ARRAY_SIZE(pieces)]);
		memset(&owner, 'x', sizeof(owner));
		cgroup_owner_find(path, 2, &owner);
		if (!is_sound(&owner) || (owner.kind && !owner.what[0]) ||
		    (!owner.kind && owner.what[0])) {
			printf("#   %s\n", path);
			sound = false;
		}
	}
	tap_ok(sound, "20000 random paths: in bounds, and named if and only if known");
}

static void test_names(void)
{
	tap_is_text(cgroup_owner_name(CGROUP_OWNER_UNKNOWN), "unknown", "the name of no owner");
	tap_is_text(cgroup_owner_name(CGROUP_OWNER_NSPAWN), "machine", "the name of machines");
	tap_is_text(cgroup_owner_name(CGROUP_OWNER_PAGETOUCH), "pagetouch", "the name of our own");
}

static void test_safe(void)
{
	static const struct { const char *text, *safe, *name; } rows[] = {
		{ "", "", "nothing" },
		{ "mongod", "mongod", "ASCII" },
		{ "(a) [b] 'c' \"d\" $e `f` <g>", "(a) [b] 'c' \"d\" $e `f` <g>", "ASCII marks" },
		{ "a\x1b[31mb", "a\\x1b[31mb", "ESC" },
		{ "a\nb\r\tc\a", "a\\x0ab\\x0d\\x09c\\x07", "line ends, tab and bell" },
		{ "\x01\x1f\x7f~ ", "\\x01\\x1f\\x7f~ ", "the edges of C0, and DEL" },
		{ "C:\\x41", "C:\\x5cx41", "a backslash, so that no escape can be forged" },
		{ "caf\xc3\xa9 \xe6\x97\xa5 \xf0\x9f\x90\xa7",
		  "caf\xc3\xa9 \xe6\x97\xa5 \xf0\x9f\x90\xa7",
		  "UTF-8 of two, three and four bytes" },
		{ "\xc2\x80\xc2\x9b\xc2\x9f\xc2\xa0", "\\xc2\\x80\\xc2\\x9b\\xc2\\x9f\xc2\xa0",
		  "C1, and what comes after it" },
		{ "\xe2\x80\x8a\xe2\x80\x8b\xe2\x80\x8f\xe2\x80\x90",
		  "\xe2\x80\x8a\\xe2\\x80\\x8b\\xe2\\x80\\x8f\xe2\x80\x90", "U+200B to U+200F" },
		{ "\xe2\x80\xa7\xe2\x80\xa8\xe2\x80\xae\xe2\x80\xaf",
		  "\xe2\x80\xa7\\xe2\\x80\\xa8\\xe2\\x80\\xae\xe2\x80\xaf", "U+2028 to U+202E" },
		{ "\xe2\x81\x9f\xe2\x81\xa0\xe2\x81\xaf\xe2\x81\xb0",
		  "\xe2\x81\x9f\\xe2\\x81\\xa0\\xe2\\x81\\xaf\xe2\x81\xb0", "U+2060 to U+206F" },
		{ "\xef\xbb\xbf\xef\xbb\xbe", "\\xef\\xbb\\xbf\xef\xbb\xbe", "U+FEFF" },
		{ "\xff\xfe", "\\xff\\xfe", "bytes that are never UTF-8" },
		{ "\x9b" "31m", "\\x9b31m", "an eight-bit CSI" },
		{ "a\xc3", "a\\xc3", "cut off after one byte of two" },
		{ "a\xe6\x97", "a\\xe6\\x97", "cut off after two bytes of three" },
		{ "\xc0\x9b", "\\xc0\\x9b", "an overlong ESC" },
		{ "\xed\xa0\x80", "\\xed\\xa0\\x80", "a surrogate" },
		{ "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80", "above U+10FFFF" },
		{ "\xc3\x1b[31m", "\\xc3\\x1b[31m", "ESC in the middle of a character" },
	};
	char safe[256];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		safe_text(safe, sizeof(safe), rows[i].text);
		tap_is_text(safe, rows[i].safe, rows[i].name);
		if (strlen(safe) >= SAFE_ROOM(strlen(rows[i].text)))
			tap_ok(false, "SAFE_ROOM is enough for: %s", rows[i].name);
	}
}

static void test_safe_room(void)
{
	static const struct { size_t size; const char *text, *safe; } rows[] = {
		{ 1, "abc", "" }, { 2, "abc", "a" }, { 4, "abc", "abc" }, { 3, "abc", "ab" },
		{ 4, "\n", "" }, { 5, "\n", "\\x0a" }, { 8, "a\n\n", "a\\x0a" },
		{ 3, "a\xc3\xa9", "a" }, { 4, "a\xc3\xa9", "a\xc3\xa9" },
		{ 8, "\xc2\x9b", "" }, { 9, "\xc2\x9b", "\\xc2\\x9b" },
		/* What comes behind what does not fit is left out, too. */
		{ 4, "ab\nc", "ab" },
	};
	char byte = 'x', text[3] = "\xff\xff";

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char *safe = malloc(rows[i].size);

		if (!safe)
			exit(99);
		tap_is_text(safe_text(safe, rows[i].size, rows[i].text), rows[i].safe,
			    "nothing is cut in the middle");
		free(safe);
	}
	safe_text(&byte, 0, text);
	tap_ok(byte == 'x', "nothing is written where there is no room");
}

static void test_safe_all(void)
{
	bool clean = true;

	for (int first = 1; first < 256; first++) {
		for (int second = 1; second < 256; second++) {
			char text[] = { (char)first, (char)second, '\0' };
			char safe[SAFE_ROOM(2)];

			safe_text(safe, sizeof(safe), text);
			for (const char *at = safe; *at; at++)
				clean &= ((unsigned char)*at >= 0x20 && *at != 0x7f);
			clean &= (strstr(safe, "\xc2\x9b") == NULL);
		}
	}
	tap_ok(clean, "no two bytes make a control character");
}

/* The settings of version 1; 2 and not known are as they are. */
static void test_versions(void)
{
	static const struct { const char *path, *piece; int version; } cases[] = {
		{ "/system.slice/foo.service", "MemoryMax= (systemctl edit foo.service)", 2 },
		{ "/system.slice/foo.service", "MemoryMax= (systemctl edit foo.service)", 0 },
		{ "/system.slice/foo.service", "MemoryLimit= (systemctl edit foo.service)", 1 },
		{ "/lxc.payload.web", "lxc.cgroup.memory.limit_in_bytes in its", 1 },
		{ "/lxc.payload.web", "lxc.cgroup2.memory.max in its", 2 },
	};
	struct cgroup_owner owner;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cgroup_owner_find(cases[i].path, cases[i].version, &owner);
		tap_has(owner.where, cases[i].piece, "the setting of its version");
	}
}

int main(void)
{
	test_versions();
	test_rows(kubernetes, ARRAY_SIZE(kubernetes));
	test_rows(containers, ARRAY_SIZE(containers));
	test_rows(machines, ARRAY_SIZE(machines));
	test_rows(slurm, ARRAY_SIZE(slurm));
	test_rows(units, ARRAY_SIZE(units));
	test_rows(others, ARRAY_SIZE(others));
	test_long();
	test_nested();
	test_random();
	test_names();
	test_safe();
	test_safe_room();
	test_safe_all();
	return tap_done();
}
