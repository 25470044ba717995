/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * cgroup-owner.c - recognise who made a cgroup by the names in its path. Over 500 lines, for the
 * patterns that its table is written in have no other reader.
 */
#include <config.h>

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "analysis/cgroup-owner.h"
#include "lib/macros.h"
#include "lib/number.h"
#include "lib/strview.h"
#include "sandbox/sandbox.h"

struct owner_walk {
	struct cgroup_owner owner;	/* the innermost so far */
	const struct owner_row *row;	/* by which it was found; NULL: none */
	int version;			/* of cgroups, 0: not known */
	bool manager;			/* below a user's systemd */
	bool escaped;			/* the unit's name had escapes */
	struct strview foreign;		/* the path, from the first name on not understood */
	char group[65];			/* an ECS task, a Podman pod, a session, our sandbox */
	char inside[CGROUP_OWNER_TEXT_MAX]; /* ", inside LXC container 101": the owners around */
};

/*
 * A UUID, with dashes or, as in systemd's unit names, underscores; or 32 digits without: the hash
 * that is the UID of a static pod.
 */
static bool owner_is_uid(struct strview text)
{
	for (size_t i = 0; i < text.length; i++) {
		bool dash = text.length == 36 && (i == 8 || i == 13 || i == 18 || i == 23);

		if (dash != (text.at[i] == '-' || text.at[i] == '_'))
			return false;
	}
	return text.length == 32 || text.length == 36;
}

static bool owner_is_qos(struct strview text)
{
	return strview_is(text, "burstable") || strview_is(text, "besteffort");
}

/* What %LETTER stands for in a pattern. */
struct owner_class {
	char letter;
	const char *bytes;		/* of which it consists, never '/' */
	size_t least, most;		/* how many of them */
	bool (*is)(struct strview piece);	/* and what else holds for it, or NULL */
	size_t offset, size;		/* of the text in struct owner_walk; 0, 0: none */
};

#define DIGITS "0123456789"
#define HEX DIGITS "abcdef"
#define ALNUM HEX "ghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define UNIT ALNUM ":-_.\\@"
#define TO(field) offsetof(struct owner_walk, field), sizeof(((struct owner_walk *)NULL)->field)

static const struct owner_class owner_classes[] = {
	/* Containers: an id as docker(1) has it, on Fargate the task's and a number; or a name */
	{ 'c', HEX, 12, 64, NULL, TO(owner.container) },
	{ 'C', HEX, 64, 64, NULL, TO(owner.container) },
	{ 'f', HEX "-", 34, 52, NULL, TO(owner.container) },
	{ 'b', ALNUM, 25, 64, NULL, TO(owner.container) },
	{ 'd', DIGITS, 1, 19, NULL, TO(owner.container) },
	{ 'g', ALNUM "-", 1, 79, NULL, TO(owner.container) },
	{ 'l', ALNUM "._-+@:", 1, 79, NULL, TO(owner.container) },
	{ 'v', ALNUM "._-+@: ", 1, 79, NULL, TO(owner.container) },
	{ 'm', UNIT, 1, 255, NULL, TO(owner.container) },
	{ 'r', ALNUM "-_.", 1, 23, NULL, TO(owner.runtime) },
	/* Kubernetes, Slurm, users */
	{ 'p', HEX "-_", 32, 36, owner_is_uid, TO(owner.pod) },
	{ 'q', ALNUM, 9, 10, owner_is_qos, TO(owner.qos) },
	{ 'j', DIGITS, 1, 19, NULL, TO(owner.job) },
	{ 's', ALNUM "+._", 1, 31, NULL, TO(owner.step) },
	{ 'k', ALNUM "+._", 1, 31, NULL, TO(owner.task) },
	{ 'u', DIGITS, 1, 19, NULL, TO(owner.user) },
	/* An ECS task, a Podman pod, a session, a sandbox of ours and, up to 0.1.0, its number */
	{ 't', HEX "-_", 32, 36, owner_is_uid, TO(group) },
	{ 'w', HEX, 12, 64, NULL, TO(group) },
	{ 'a', ALNUM, 1, 16, NULL, TO(group) },
	{ 'h', HEX, 16, 16, NULL, TO(group) },
	{ 'n', DIGITS, 1, 19, NULL, TO(group) },
	/* Anything, and any number */
	{ 'x', UNIT, 1, 255, NULL, 0, 0 },
	{ '#', DIGITS, 1, 19, NULL, 0, 0 },
};

/* What is below a cgroup of its own: other owners, with users of theirs; or units of its user. */
enum owner_inner { OWNER_HOLDER = 1, OWNER_MANAGER };

struct owner_row {
	enum cgroup_owner_kind kind;
	enum owner_inner inner;		/* or 0 */
	/*
	 * It stands for whole names of a path, one or more. In it
	 *	^	is the start: of the path, or of what a container has of it
	 *	/	is one slash or several
	 *	(a|b|)	is "a", or "b", or nothing: the first with which the rest matches, too
	 *	{...}	marks the name of a systemd unit
	 *	%x	is a piece of the class x, as short as the rest lets it be
	 * and any other byte is itself.
	 */
	const char *pattern;
	const char *runtime;	/* or NULL: the path says, or there is none */
	/*
	 * What it is and where its limit is set, or NULL. In these %x is what was captured, %U the
	 * unit, %S how systemctl(1) sets its limit, %L the setting of LXC; [what is in brackets]
	 * is left out when that is not known.
	 */
	const char *what, *where;
};

/* The beginnings of rows: of an owner whose cgroup has others inside, and of one that has none. */
#define HOLDER(kind) CGROUP_OWNER_##kind, OWNER_HOLDER
#define LEAF(kind) CGROUP_OWNER_##kind, 0

#define OF_USER "[ of user %u]"
#define KUBEPODS "(%x-|)kubepods"
#define POD "(kubepods(/%q|)/pod%p|" KUBEPODS "(-%q|)-pod%p.slice)"
#define BY_OCI "the memory limit that the container was made with " \
	       "(linux.resources.memory.limit in its OCI configuration)"
#define BY_LXC "the container's limits.memory (lxc or incus config set), or %L in its " \
	       "configuration"
#define GARDEN_WORDS \
	"Garden container %g", "the memory limit of its app (cf scale -m) or task"
#define PODMAN_WORDS \
	"Podman container %c" OF_USER, "podman run --memory (podman update --memory)"
#define OCI_WORDS "container %c[ (%r)]" OF_USER, BY_OCI
#define LIBVIRT_WORDS "libvirt guest %m", \
	"<memtune><hard_limit> of the guest (virsh memtune --hard-limit)"
#define SLURM "(^slurm(_%x|)|(%x_|)slurmstepd.scope)(/uid_%u|)"
#define GUEST "((qemu|lxc)-%#-|)%v"
#define MACHINE_INNER "(/payload|/supervisor|/libvirt|)(/emulator|)"

/*
 * The first row that matches at a name of the path counts, so that longer ones come first. What a
 * runtime makes below its own cgroup for the same processes (/container, /init, /ns) is a part of
 * the pattern. Every row has samples in tests/unit/cgroup-owner.c.
 */
static const struct owner_row owner_rows[] = {
	/* The kubelet's names by its drivers systemd and cgroupfs: cgroup_manager_linux.go */
	{ HOLDER(KUBERNETES), POD "(/%c|/%r-%c.scope|:%r:%c)(/container|)", NULL,
	  "Kubernetes pod %p (%q), container %c",
	  "resources.limits.memory of that container in its pod's spec" },
	{ HOLDER(KUBERNETES), POD, NULL, "Kubernetes pod %p (%q), all its containers together",
	  "the sum of its containers' limits (resources.limits.memory in the pod's spec)" },
	{ LEAF(KUBERNETES), "(kubepods/%q|" KUBEPODS "-%q.slice)", NULL,
	  "all %q pods of this Kubernetes node", "the kubelet's --qos-reserved for memory" },
	{ LEAF(KUBERNETES), "(kubepods|" KUBEPODS ".slice)", NULL,
	  "all pods of this Kubernetes node",
	  "the node's allocatable memory (kubelet --kube-reserved, --system-reserved)" },

	/* ecs/TASK/ID, ecstasks.slice/ecstasks-TASK.slice/docker-ID.scope */
	{ HOLDER(CONTAINER),
	  "(^ecs/%t|ecstasks.slice/ecstasks-%t.slice)(/%c|/%f|/%x-%c.scope)(/container|)", "ecs",
	  "Amazon ECS task %t, container %c",
	  "\"memory\" of that container in the task definition" },
	{ HOLDER(CONTAINER), "(^ecs/%t|ecstasks.slice/ecstasks-%t.slice)", "ecs",
	  "Amazon ECS task %t", "\"memory\" of the task in the task definition" },
	{ LEAF(CONTAINER), "(^ecs|ecstasks.slice)", "ecs", "all Amazon ECS tasks", NULL },

	/* Docker, and its builder */
	{ HOLDER(DOCKER), "(docker/%c|docker-%c.scope)(/init|)", "docker",
	  "Docker container %c" OF_USER,
	  "docker run --memory, or mem_limit in a Compose file (docker update --memory)" },
	{ HOLDER(CONTAINER), "^(docker/|)buildkit/%b(/container|)", "buildkit",
	  "BuildKit build step %b", NULL },
	{ LEAF(CONTAINER), "^(docker/|)buildkit", "buildkit", "all containers of buildkit", NULL },
	{ LEAF(DOCKER), "^docker", NULL, "all Docker containers", NULL },

	/* machine.slice/machine-libpod_pod_ID.slice/libpod-ID.scope, libpod_parent/libpod-ID */
	{ HOLDER(PODMAN), "((%x-|)libpod_pod_%w(.slice|)/|)libpod-(payload-|)%c(.scope|)"
	  "(/container|/ctr|/supervisor|)", "libpod", PODMAN_WORDS },
	{ HOLDER(PODMAN), "libpod-conmon-%c.scope", "libpod-conmon", PODMAN_WORDS },
	{ HOLDER(PODMAN), "(%x-|)libpod_pod_%w(.slice|)", NULL,
	  "Podman pod %w" OF_USER ", all its containers together", "podman pod create --memory" },
	{ LEAF(PODMAN), "libpod_parent", NULL, "all Podman containers" OF_USER, NULL },

	/* garden/HANDLE of Cloud Foundry and Concourse */
	{ HOLDER(CONTAINER), "^garden/(good|bad)/%g(/container|)", "garden", GARDEN_WORDS },
	{ LEAF(CONTAINER), "^garden/(good|bad)", "garden", "all containers of garden", NULL },
	{ HOLDER(CONTAINER), "^garden/%g(/container|)", "garden", GARDEN_WORDS },
	{ LEAF(CONTAINER), "^garden", "garden", "all containers of garden", NULL },

	/* Scopes as runc and crun name them: any program may have one with a short number. */
	{ HOLDER(CONTAINER), "nerdctl-%c.scope(/container|)", "nerdctl",
	  "nerdctl container %c", "nerdctl run --memory (nerdctl update --memory)" },
	{ HOLDER(CONTAINER), "cri-containerd-%c.scope(/container|)", "cri-containerd", OCI_WORDS },
	{ HOLDER(CONTAINER), "crio-%c.scope(/container|)", "crio", OCI_WORDS },
	{ HOLDER(CONTAINER), "crio-conmon-%c.scope", "crio-conmon", OCI_WORDS },
	{ HOLDER(CONTAINER), "%r-%C.scope(/container|)", NULL, OCI_WORDS },
	/* A name space of containerd, or an id below whichever parent was asked for */
	{ HOLDER(CONTAINER), "(default|k8s.io|moby)/%C(/container|)", "containerd", OCI_WORDS },
	{ HOLDER(CONTAINER), "%C(/container|)", NULL, "container %c" OF_USER, BY_OCI },

	/* Proxmox numbers its LXC containers. */
	{ HOLDER(LXC), "lxc/%d(/ns|)", "lxc",
	  "LXC container %d" OF_USER, "the container's memory (Proxmox: pct set %d --memory)" },
	{ HOLDER(LXC), "(lxc/|lxc.(payload|monitor)(/|.))%l(/ns|)", "lxc",
	  "LXC container %l" OF_USER, BY_LXC },
	{ LEAF(LXC), "lxc(.payload|.monitor|)", NULL, "all LXC containers", NULL },

	/* pagetouch-0a1b2c3d4e5f6789: sandbox/sandbox.h */
	{ LEAF(PAGETOUCH), SANDBOX_PREFIX SANDBOX_OBSERVER "%h", NULL,
	  "pagetouch %h, outside its sandbox", NULL },
	{ LEAF(PAGETOUCH), SANDBOX_PREFIX SANDBOX_OBSERVER "%n", NULL,
	  "pagetouch process %n, outside its sandbox", NULL },
	{ LEAF(PAGETOUCH), SANDBOX_PREFIX "%h(.scope|)", NULL,
	  "the sandbox %h of pagetouch", "pagetouch --limit" },
	{ LEAF(PAGETOUCH), SANDBOX_PREFIX "%n(.scope|)", NULL,
	  "the sandbox of pagetouch process %n", "pagetouch --limit" },

	/* slurm_NODE/uid_0/job_4/step_batch/task_0, slurmstepd.scope/job_4/step_0/user/task_0 */
	{ HOLDER(SLURM), SLURM "/job_%j/step_%s(/user|/slurm|)(/task_%k|)", NULL,
	  "Slurm job %j" OF_USER ", step %s[, task %k]",
	  "the step's --mem (srun), within the job's --mem or --mem-per-cpu (sbatch)" },
	{ HOLDER(SLURM), SLURM "/job_%j(/user|/slurm|)", NULL,
	  "Slurm job %j" OF_USER, "the job's --mem or --mem-per-cpu (sbatch, salloc, srun)" },
	{ LEAF(SLURM), SLURM, NULL, "all Slurm jobs" OF_USER " on this node", NULL },

	/* libvirt's guests, with systemd and without; the first since it began is qemu-1-NAME */
	{ HOLDER(NSPAWN), "{machine-(qemu|lxc)(\\x2d|-)(%#(\\x2d|-)|)%m.scope}" MACHINE_INNER,
	  "libvirt", LIBVIRT_WORDS },
	{ HOLDER(NSPAWN),
	  "(^(libvirt|machine)/(qemu|lxc)/" GUEST "|" GUEST ".libvirt-(qemu|lxc))" MACHINE_INNER,
	  "libvirt", LIBVIRT_WORDS },
	{ LEAF(NSPAWN), "^(libvirt|machine)(/qemu|/lxc|)", "libvirt",
	  "all virtual machines and containers", NULL },
	{ HOLDER(NSPAWN),
	  "{(machine-%m.scope|systemd-nspawn@%m.service)}" MACHINE_INNER, "systemd-nspawn",
	  "systemd-nspawn container %m", "%S" },
	{ HOLDER(NSPAWN), "qemu.slice/{%d.scope}", "proxmox", "Proxmox virtual machine %d", "%S" },
	{ LEAF(NSPAWN), "{(machine|qemu).slice}", NULL,
	  "all virtual machines and containers (%U)", "%S" },

	/* systemd.slice(5), systemd.scope(5), systemd.service(5), and others that run programs */
	{ CGROUP_OWNER_SESSION, OWNER_MANAGER, "{user@%u.service}", NULL,
	  "the systemd" OF_USER " (%U)", "%S" },
	{ LEAF(SESSION), "{session-%a.scope}", NULL, "login session %a" OF_USER, "%S" },
	{ LEAF(SLICE), "{user-%u.slice}", NULL, "all that user %u runs (%U)", "%S" },
	{ LEAF(SLICE), "{%x.slice}", NULL, "systemd slice %U", "%S" },
	{ LEAF(SCOPE), "{%x.scope}", NULL, "systemd scope %U", "%S" },
	{ LEAF(SERVICE), "{%x.(service|socket|mount|swap)}", NULL, "systemd service %U", "%S" },
};

/* Any unit below a user's systemd. */
static const struct owner_row managed_unit =
	{ CGROUP_OWNER_USER_UNIT, 0, NULL, NULL, "systemd unit %U" OF_USER, "%S" };

/* What a row has found. */
struct owner_match {
	bool at_start;			/* whether "^" matches */
	struct strview pieces[ARRAY_SIZE(owner_classes)];	/* what stands for each, or none */
	struct strview unit, rest;	/* what was in braces, and what is behind it all */
};

/* The next '|' or ')' of the group that PATTERN is in. */
static const char *owner_skip_alternative(const char *pattern)
{
	for (int depth = 0; depth || (*pattern != '|' && *pattern != ')'); pattern++)
		depth += (*pattern == '(') - (*pattern == ')');
	return pattern;
}

/* Whether TEXT begins with names that match, from here in the pattern on. */
static bool owner_matches(const char *pattern, struct strview text, struct owner_match *match)
{
	const struct owner_class *class = owner_classes;
	struct strview *piece;

	for (; *pattern && *pattern != '%'; pattern++) {
		switch (*pattern) {
		case '^':
			if (!match->at_start)
				return false;
			break;
		case '/':
			if (!strview_skip(&text, "/"))
				return false;
			while (strview_skip(&text, "/"))
				;
			break;
		case '(':
			for (; *pattern != ')'; pattern = owner_skip_alternative(pattern + 1))
				if (owner_matches(pattern + 1, text, match))
					return true;
			return false;
		case '|':
			while (*pattern == '|')
				pattern = owner_skip_alternative(pattern + 1);
			break;
		case ')':
			break;
		case '{':
			match->unit = text;
			break;
		case '}':
			match->unit.length = (size_t)(text.at - match->unit.at);
			break;
		default:
			if (strview_byte(text, 0) != *pattern)
				return false;
			text = strview_from(text, 1);
		}
	}
	if (!*pattern) {
		match->rest = text;
		return !text.length || *text.at == '/';
	}
	while (class->letter != pattern[1])
		class++;
	piece = &match->pieces[class - owner_classes];
	for (size_t length = 0; length < class->most && length < text.length;) {
		if (!text.at[length] || !strchr(class->bytes, text.at[length]))
			break;
		*piece = strview_head(text, ++length);
		if (length >= class->least && (!class->is || class->is(*piece)) &&
		    owner_matches(pattern + 2, strview_from(text, length), match))
			return true;
	}
	*piece = (struct strview){ "", 0 };
	return false;
}

/* Copies TEXT without systemd-escape(1)'s \xNN, except for \x00. Returns whether there was one. */
static bool owner_unescape(struct strview text, char *plain, size_t size)
{
	bool escaped = false;
	size_t used = 0;

	for (size_t i = 0; i < text.length && used + 1 < size; i++) {
		int high = number_hex_digit(strview_byte(text, i + 2));
		int low = number_hex_digit(strview_byte(text, i + 3));

		plain[used] = text.at[i];
		if (strview_starts(strview_from(text, i), "\\x") && high >= 0 && low >= 0 &&
		    (high || low)) {
			plain[used] = (char)(high * 16 + low);
			i += 3;
			escaped = true;
		}
		used++;
	}
	plain[used] = '\0';
	return escaped;
}

/* Appends to TEXT of CGROUP_OWNER_TEXT_MAX bytes, as far as it fits. */
__attribute__((format(printf, 2, 3)))
static void owner_print(char *text, const char *format, ...)
{
	size_t used = strlen(text);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text + used, CGROUP_OWNER_TEXT_MAX - used, format, arguments);
	va_end(arguments);
}

/* The command that changes a limit; an escaped name cannot be printed so that it can be typed. */
static void owner_print_systemctl(const struct owner_walk *walk, char *text)
{
	const char *unit = walk->owner.unit, *dot = strrchr(unit, '.');
	/* MemoryLimit= is what systemd has always had. */
	const char *setting = walk->version == 1 ? "MemoryLimit=" : "MemoryMax=";
	/* systemd-run(1) makes up names, "run-u640.service", of which nothing is left to edit. */
	bool run = !strncmp(unit, "run-", 4) && unit[4] && strchr("upr", unit[4]);
	size_t digits = run ? strspn(unit + 5, HEX) : 0;

	if (run && digits >= (unit[4] == 'r' ? 16 : 1) && strchr(".-", unit[5 + digits]))
		owner_print(text, "systemd-run --property=%s", setting);
	else if (walk->escaped)
		owner_print(text, "%s of that unit", setting);
	else
		owner_print(text, "%s (%ssystemctl %s%s %s)", setting,
			    walk->inside[0] ? "inside it: " : "",
			    walk->manager && walk->row->inner != OWNER_MANAGER ? "--user " : "",
			    dot && !strcmp(dot, ".scope") ? "set-property" : "edit", unit);
}

/* The text that LETTER stands for in the words of a row. */
static const char *owner_field(const struct owner_walk *walk, char letter)
{
	for (size_t i = 0; i < ARRAY_SIZE(owner_classes); i++)
		if (owner_classes[i].letter == letter)
			return (const char *)walk + owner_classes[i].offset;
	if (letter == 'L')
		return walk->version == 1 ? "lxc.cgroup.memory.limit_in_bytes"
					  : "lxc.cgroup2.memory.max";
	return walk->owner.unit;
}

/* Appends WORDS, those of a row or NULL, to TEXT. */
static void owner_append(const struct owner_walk *walk, const char *words, char *text)
{
	for (; words && *words; words++) {
		const char *field;

		if (*words == '[' && !*owner_field(walk, strchr(words, '%')[1])) {
			words = strchr(words, ']');
		} else if (*words == '%' && words[1] == 'S') {
			owner_print_systemctl(walk, text);
			words++;
		} else if (*words == '%') {
			field = owner_field(walk, *++words);
			/* Ids as docker(1) and crictl(1) show them; names as they are */
			owner_print(text, strchr("bcgw", *words) && !field[strspn(field, HEX)]
					  ? "%.12s" : "%s", field);
		} else if (*words != '[' && *words != ']') {
			owner_print(text, "%c", *words);
		}
	}
}

/* Takes what MATCH has found of ROW for the owner, inside of the ones before it. */
static void owner_take(struct owner_walk *walk, const struct owner_row *row,
		       const struct owner_match *match)
{
	struct cgroup_owner *owner = &walk->owner;
	char inside[CGROUP_OWNER_TEXT_MAX] = ", inside ", user[sizeof(owner->user)];

	/* A user's services and containers are theirs, but in a container users are others. */
	memcpy(user, owner->user, sizeof(user));
	if (walk->row && walk->row->inner == OWNER_HOLDER) {
		owner_append(walk, walk->row->what, inside);
		owner_print(inside, "%s", walk->inside);
		memcpy(walk->inside, inside, sizeof(inside));
		walk->manager = false;
		user[0] = '\0';
	}
	*owner = (struct cgroup_owner){ .kind = row->kind };
	memcpy(owner->user, user, sizeof(user));
	for (size_t i = 0; i < ARRAY_SIZE(owner_classes); i++)
		if (match->pieces[i].length && owner_classes[i].size)
			owner_unescape(match->pieces[i], (char *)walk + owner_classes[i].offset,
				       owner_classes[i].size);
	walk->escaped = owner_unescape(match->unit, owner->unit, sizeof(owner->unit));
	if (row->runtime)
		strview_copy_to(strview_of(row->runtime), owner->runtime, sizeof(owner->runtime));
	for (char *byte = owner->pod; *byte; byte++)
		*byte = *byte == '_' ? '-' : *byte;
	/* A pod without a class between it and kubepods is guaranteed its memory. */
	if (owner->pod[0] && !owner->qos[0])
		memcpy(owner->qos, "guaranteed", sizeof("guaranteed"));
	walk->manager |= row->inner == OWNER_MANAGER;
	walk->row = row;
	if (walk->manager && row->inner != OWNER_MANAGER && row->kind >= CGROUP_OWNER_SERVICE &&
	    row->kind <= CGROUP_OWNER_SLICE)
		walk->row = &managed_unit;
	owner->kind = walk->row->kind;
	walk->foreign.length = 0;
}

void cgroup_owner_find(const char *path, int version, struct cgroup_owner *ret_owner)
{
	struct owner_walk walk = { .version = version };
	struct owner_match match = { .at_start = true };
	struct strview rest = strview_of(path ? path : ""), name;

	while (rest.length) {
		size_t i = 0;

		if (strview_skip(&rest, "/"))
			continue;
		for (; i < ARRAY_SIZE(owner_rows); i++) {
			match = (struct owner_match){ .at_start = match.at_start };
			if (owner_matches(owner_rows[i].pattern, rest, &match))
				break;
		}
		if (i < ARRAY_SIZE(owner_rows)) {
			owner_take(&walk, &owner_rows[i], &match);
			rest = match.rest;
		} else {
			if (!walk.foreign.length)
				walk.foreign = rest;
			if (!strview_take_until(&rest, "/", &name))
				rest.length = 0;
		}
		match.at_start = walk.row && walk.row->inner == OWNER_HOLDER &&
				 !walk.foreign.length;
	}
	if (path && !strcmp(path, "/")) {
		walk.owner.kind = CGROUP_OWNER_ROOT;
		owner_print(walk.owner.what, "the root cgroup: the whole machine");
	} else if (walk.row) {
		/* The name of the owner is worth more than all of a long path. */
		name = strview_head(walk.foreign, 120);
		if (name.length)
			owner_print(walk.owner.what, "cgroup %.*s below ", (int)name.length,
				    name.at);
		else
			owner_append(&walk, walk.row->where, walk.owner.where);
		owner_append(&walk, walk.row->what, walk.owner.what);
		owner_print(walk.owner.what, "%s", walk.inside);
	}
	*ret_owner = walk.owner;
}

const char *cgroup_owner_name(enum cgroup_owner_kind kind)
{
	static const char *const names[] = {
		[CGROUP_OWNER_UNKNOWN] = "unknown", [CGROUP_OWNER_ROOT] = "root",
		[CGROUP_OWNER_KUBERNETES] = "kubernetes", [CGROUP_OWNER_DOCKER] = "docker",
		[CGROUP_OWNER_PODMAN] = "podman", [CGROUP_OWNER_CONTAINER] = "container",
		[CGROUP_OWNER_LXC] = "lxc", [CGROUP_OWNER_NSPAWN] = "machine",
		[CGROUP_OWNER_SLURM] = "slurm", [CGROUP_OWNER_SERVICE] = "service",
		[CGROUP_OWNER_SESSION] = "session", [CGROUP_OWNER_SCOPE] = "scope",
		[CGROUP_OWNER_SLICE] = "slice", [CGROUP_OWNER_PAGETOUCH] = "pagetouch",
		[CGROUP_OWNER_USER_UNIT] = "session",
	};

	return names[kind];
}
