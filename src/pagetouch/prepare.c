/* SPDX-License-Identifier: GPL-2.0-or-later */
/* prepare.c - read the machine, make the plan, and refuse what would go wrong later */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "lib/duration.h"
#include "lib/program.h"
#include "pagetouch/run.h"
#include "proc/place.h"
#include "sandbox/enter.h"

/* For tests: a recorded tree of another machine's /proc and /sys. */
#define ROOT_VARIABLE "PAGETOUCH_ROOT"

static int read_machine(struct pagetouch_run *run, struct error *err)
{
	const struct plan *plan = &run->plan;
	/* What takes the limits of our cgroups into account. */
	bool heeds = plan->guard || plan->has_limit || plan->has_high || plan_has_share(plan);
	const char *prefix = getenv(ROOT_VARIABLE);
	int r = pid_namespace_check(err);

	if (r < 0)
		return r;
	/* The tree is somebody else's choice. */
	if (prefix && *prefix && secure_execution())
		return error_return(err, -EPERM,
				    ROOT_VARIABLE " is not taken from who has less privilege\n"
				    "unset it");
	prefix = prefix && *prefix ? prefix : "/";
	r = root_open(prefix, &run->root);
	if (r < 0) {
		error_set(err, "cannot open %s: %s", prefix, strerror(-r));
		return r;
	}
	run->opened = true;
	r = available_memory_prepare(&run->root, heeds, &run->machine, &run->chain, err);
	if (r == -EXDEV)
		error_hint(err,
			   "mount that of this cgroup namespace, or use --no-guard, without --limit, --high and N%%");
	return r;
}

/* Completes the plan with what the command line leaves to the machine, or to chance. */
static int complete_plan(struct pagetouch_run *run, struct error *err)
{
	struct plan *plan = &run->plan;
	struct region_spec *region = &plan->workload.region;
	struct touch_params *touch_params = &plan->workload.touch_params;
	struct available_memory_source source = { &run->root, &run->machine, &run->chain };
	struct available_memory available = { 0 };
	uint32_t seed;
	int r = 0;

	if (!region->huge_page)
		region->huge_page = run->machine.huge_page;
	if (touch_params->order == ORDER_RANDOM && !plan->has_seed) {
		if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) != sizeof(seed))
			seed = (uint32_t)duration_now();
		touch_params->seed = seed;
	}
	if (plan_has_share(plan))
		r = available_memory_read(&source, false, &available);
	if (r < 0) {
		available_memory_error(&available, r, err);
		return EXIT_FAILED;
	}
	if (plan_make(plan, available.bytes, (uint64_t)sysconf(_SC_PAGESIZE), err) < 0)
		return EXIT_USAGE;
	region->own_zeros = region_is(region->backing, REGION_IS_ANONYMOUS) && !zero_page_shared();
	if (plan->huge)
		region->alignment = run->machine.thp_size;
	run->guard = (struct guard){ .enabled = plan->guard, .source = source };
	return EXIT_DONE;
}

int pagetouch_prepare(struct pagetouch_run *run, struct error *err)
{
	const struct plan *plan = &run->plan;
	uint64_t panic;
	int status, r;

	if (read_machine(run, err) < 0)
		return EXIT_FAILED;
	status = complete_plan(run, err);
	if (status != EXIT_DONE)
		return status;
	/*
	 * An OOM that slips past the guard would be the end of the machine. 1 panics for the whole
	 * machine's OOM, 2 for a memory cgroup's too (vm.rst).
	 */
	panic = run->machine.panic_on_oom;
	if (plan->guard && panic && (panic != 1 || !plan->sandboxed))
		return error_return(err, EXIT_GUARD,
				    "vm.panic_on_oom is %" PRIu64 ": running out of memory would panic this machine\n"
				    "set it to 0 (sysctl vm.panic_on_oom=0), or use --no-guard if a panic is what you want",
				    panic);
	/* 1000 is allowed to everybody. */
	if (plan->oom_score_adj != 1000 && oom_score_adj_try(plan->oom_score_adj, err) < 0)
		return EXIT_FAILED;
	/* From here on a signal must not end us half-way: something might be left behind. */
	r = signals_take(&run->signals);
	if (r < 0) {
		error_set_errno(err, r, "cannot prepare the run");
		return EXIT_FAILED;
	}
	/* The picture comes last, and is not to be refused then. */
	if (plan->plot.file && plot_check(&plan->plot, err) < 0)
		return EXIT_FAILED;
	if (plan->workload.file) {
		r = backing_file_open(&run->plan.workload, err);
		if (r < 0)
			return r == -EDOM ? EXIT_USAGE : EXIT_FAILED;
		run->file = plan->workload.region.fd;
	}
	host_read(&run->host);
	return EXIT_DONE;
}
