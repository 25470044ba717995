/* SPDX-License-Identifier: GPL-2.0-or-later */
/* prepare.c - read the machine, make the plan, and refuse what would go wrong later */
#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "lib/duration.h"
#include "lib/secure.h"
#include "pagetouch/run.h"
#include "proc/pid-namespace.h"

/* For tests: a recorded tree of another machine's /proc and /sys. */
#define ROOT_VARIABLE "PAGETOUCH_ROOT"

static int read_cgroups(struct pagetouch_run *run, struct error *err)
{
	const struct plan *plan = &run->plan;
	/* What takes the limits of our cgroups into account. */
	bool heeds = plan->guard || plan->has_limit || plan->has_high || plan_has_share(plan);
	int r = cgroup_chain_read(&run->root, "self", &run->chain);

	/* Without /proc/self/cgroup there is no cgroup to respect. */
	if (r == 0 || r == -ENOENT || (r == -EXDEV && !heeds))
		return 0;
	if (r != -EXDEV) {
		error_set_errno(err, r, "cannot read which memory cgroups we are in");
		return r;
	}
	error_set(err, "cannot find out which memory cgroups we are in: the cgroup file "
		  "system that is mounted does not show ours");
	error_hint(err, "mount that of this cgroup namespace, or use --no-guard, without "
		   "--limit, --high and N%%");
	return r;
}

static int read_machine(struct pagetouch_run *run, struct error *err)
{
	const char *prefix = getenv(ROOT_VARIABLE);
	int r = pid_namespace_check(err);

	if (r < 0)
		return r;
	/* The tree is somebody else's choice. */
	if (prefix && *prefix && secure_execution()) {
		error_set(err, ROOT_VARIABLE " is not taken from who has less privilege");
		error_hint(err, "unset it");
		return -EPERM;
	}
	prefix = prefix && *prefix ? prefix : "/";
	r = root_open(prefix, &run->root);
	if (r < 0) {
		error_set(err, "cannot open %s: %s", prefix, strerror(-r));
		return r;
	}
	run->opened = true;
	r = machine_read(&run->root, &run->machine);
	if (r < 0) {
		error_set(err, "cannot read /proc/meminfo: %s", strerror(-r));
		if (!error_hint_errno(err, r))
			error_hint(err,
				    "is proc mounted on /proc, and without subset=pid?");
		return r;
	}
	return read_cgroups(run, err);
}

/* vm.panic_on_oom: an OOM that slips past the guard would be the end of the machine. */
static int respect_panic(const struct pagetouch_run *run, struct error *err)
{
	uint64_t panic = run->machine.panic_on_oom;

	/* 1 panics for the whole machine's OOM, 2 for a memory cgroup's too (vm.rst). */
	if (!run->plan.guard || !panic || (panic == 1 && run->plan.sandboxed))
		return 0;
	error_set(err, "vm.panic_on_oom is %llu: running out of memory would panic "
		  "this machine", (unsigned long long)run->machine.panic_on_oom);
	error_hint(err, "set it to 0 (sysctl vm.panic_on_oom=0), or use --no-guard "
		   "if a panic is what you want");
	return -EPERM;
}

static int check_adj(const struct pagetouch_run *run, struct error *err)
{
	int r = subject_try_adj(run->plan.oom_score_adj);

	if (r == 0 || run->plan.oom_score_adj == 1000)
		return 0;
	error_set(err, "cannot set oom_score_adj to %d: %s", run->plan.oom_score_adj,
		  strerror(-r));
	error_hint(err, "lowering it needs CAP_SYS_RESOURCE; "
		   "--oom-score-adj=keep leaves it");
	return r;
}

/* What the command line leaves to the machine, or to chance. */
static void resolve(struct pagetouch_run *run)
{
	struct workload *workload = &run->plan.workload;
	uint32_t seed = 0;

	if (!workload->region.huge_page)
		workload->region.huge_page = run->machine.huge_page;
	if (workload->touch_params.order != ORDER_RANDOM || run->plan.has_seed)
		return;
	if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) != sizeof(seed))
		seed = (uint32_t)duration_now();
	workload->touch_params.seed = seed;
}

static int open_file(struct pagetouch_run *run, struct error *err)
{
	struct workload *workload = &run->plan.workload;
	int r = workload->file ? backing_file_open(workload, err) : 0;

	if (r < 0)
		return r == -EDOM ? EXIT_USAGE : EXIT_FAILED;
	run->file = workload->file ? workload->region.fd : 0;
	return EXIT_DONE;
}

static int make_plan(struct pagetouch_run *run, struct error *err)
{
	struct region_spec *region = &run->plan.workload.region;
	struct available_memory_source source = { &run->root, &run->machine, &run->chain };
	uint64_t page_size = (uint64_t)sysconf(_SC_PAGESIZE);
	struct available_memory available = { 0 };
	int r = 0;

	resolve(run);
	if (plan_has_share(&run->plan))
		r = available_memory_read(&source, false, &available);
	if (r < 0) {
		available_memory_error(&available, r, err);
		return EXIT_FAILED;
	}
	if (plan_make(&run->plan, available.bytes, page_size, err) < 0)
		return EXIT_USAGE;
	region->own_zeros = region_is_anonymous(region->backing) && !zero_page_shared();
	if (run->plan.huge)
		region->alignment = run->machine.thp_size;
	run->guard = (struct guard){ .enabled = run->plan.guard, .source = source };
	return EXIT_DONE;
}

int pagetouch_prepare(struct pagetouch_run *run, struct error *err)
{
	int status, r;

	if (read_machine(run, err) < 0)
		return EXIT_FAILED;
	status = make_plan(run, err);
	if (status == EXIT_DONE && respect_panic(run, err) < 0)
		status = EXIT_GUARD;
	if (status == EXIT_DONE && check_adj(run, err) < 0)
		status = EXIT_FAILED;
	/* From here on a signal must not end us half-way: something might be left behind. */
	if (status == EXIT_DONE && (r = signals_take(&run->signals)) < 0) {
		error_set_errno(err, r, "cannot prepare the run");
		status = EXIT_FAILED;
	}
	/* The picture comes last, and is not to be refused then. */
	if (status == EXIT_DONE && run->plan.plot.file && plot_check(&run->plan.plot, err) < 0)
		status = EXIT_FAILED;
	if (status == EXIT_DONE)
		status = open_file(run, err);
	if (status == EXIT_DONE)
		host_read(&run->host);
	return status;
}
