/* SPDX-License-Identifier: GPL-2.0-or-later */
/* judge.c - from how the run ended to outcome, exit status, message and evidence */
#include <config.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "lib/size.h"
#include "verdict/death.h"
#include "verdict/growth.h"
#include "verdict/judge.h"
#include "verdict/mapfail.h"
#include "verdict/stepfail.h"
#include "verdict/summary.h"
#include "workload/driver.h"

#define TEXT(bytes) size_text((char[SIZE_TEXT_MAX]){ 0 }, bytes, unit)
#define HUMAN(bytes) size_text((char[SIZE_TEXT_MAX]){ 0 }, bytes, SIZE_HUMAN)
#define WHERE verdict_where(evidence->result, (char[VERDICT_WHERE_MAX]){ 0 })

static void end_with(struct verdict *verdict, enum outcome outcome, int exit_status)
{
	verdict->outcome = outcome;
	verdict->exit_status = exit_status;
}

static void judge_guard(const struct verdict_evidence *evidence, struct verdict *verdict)
{
	enum size_unit unit = evidence->unit;
	const struct available_memory *available = &evidence->result->available;

	end_with(verdict, OUTCOME_GUARD, EXIT_GUARD);
	if (available->cgroup) {
		verdict_add_evidence(verdict, "memory cgroup %s: limit %llu, room %llu, reserve "
				     "%llu bytes", available->name,
				     (unsigned long long)available->limit,
				     (unsigned long long)available->bytes,
				     (unsigned long long)available->reserve);
		error_set(&verdict->err,
			  "stopped by the guard after touching %s of %s%s: memory "
			  "cgroup %s (limit %s) has %s left, and %s stay in reserve",
			  TEXT(verdict->touched), TEXT(evidence->touch), WHERE, available->name,
			  HUMAN(available->limit), HUMAN(available->bytes),
			  HUMAN(available->reserve));
	} else {
		verdict_add_evidence(verdict, "MemAvailable %llu, reserve %llu bytes",
			  (unsigned long long)available->bytes,
				     (unsigned long long)available->reserve);
		error_set(&verdict->err, "stopped by the guard after touching %s of %s%s: "
			  "MemAvailable is down to %s, and %s stay in reserve for the machine",
			  TEXT(verdict->touched), TEXT(evidence->touch), WHERE,
			  HUMAN(available->bytes), HUMAN(available->reserve));
	}
	error_hint(&verdict->err, "ask for less (a smaller SIZE, or --touch), or "
		   "go on with --no-guard until the OOM killer strikes");
}

static void judge_map(const struct verdict_evidence *evidence, struct verdict *verdict)
{
	struct mapfail_evidence mapfail = {
		.error = evidence->result->error,
		.region = evidence->workload->region,
		.space = evidence->workload_result->space,
		.machine = *evidence->machine,
	};

	if (evidence->pool)
		mapfail.pool = *evidence->pool;

	end_with(verdict, OUTCOME_MAP_REFUSED, EXIT_FAILED);
	mapfail_explain(&mapfail, &verdict->err);
	verdict_add_evidence(verdict, "mmap: %s", strerror(-mapfail.error));
}

/* Nobody sends it but the kernel, to whom has used up his processor time. */
static void explain_xcpu(int signal, struct error *err)
{
	if (signal == SIGXCPU)
		error_hint(err, "raise the limit of processor time: ulimit -t "
			   "(RLIMIT_CPU)");
}

static void judge_signal(const struct verdict_evidence *evidence, struct verdict *verdict)
{
	enum size_unit unit = evidence->unit;

	verdict->signal = evidence->result->signal;
	end_with(verdict, OUTCOME_INTERRUPTED, EXIT_SIGNAL_BASE + verdict->signal);
	verdict_add_evidence(verdict, "the observer received signal %d", verdict->signal);
	error_set(&verdict->err, "ended by %s after touching %s of %s%s",
		  verdict_signal_name(verdict->signal), TEXT(verdict->touched),
		  TEXT(evidence->touch), WHERE);
	explain_xcpu(verdict->signal, &verdict->err);
}

static void judge_death(const struct verdict_evidence *evidence, struct verdict *verdict)
{
	const struct run_result *result = evidence->result;
	int status = result->wait_status, signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;

	/* Sent to both, it is one signal: to a whole process group or cgroup. */
	if (signal && signal == result->signal) {
		judge_signal(evidence, verdict);
		return;
	}
	if (signal) {
		death_judge(evidence, signal, verdict);
		explain_xcpu(signal, &verdict->err);
		return;
	}
	end_with(verdict, OUTCOME_FAILED, EXIT_FAILED);
	error_set(&verdict->err, "the subject (pid %d) left by itself with status %d",
		  evidence->pid, WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}

static void judge_output(const struct verdict_evidence *evidence, struct verdict *verdict)
{
	int error = evidence->result->error;

	end_with(verdict, OUTCOME_FAILED, EXIT_FAILED);
	if (error == -EPIPE) {
		verdict->quiet_failure = true;
		return;
	}
	error_set_errno(&verdict->err, error, "cannot write to standard output");
	error_hint(&verdict->err, "the run was ended there");
}

static void judge_step(const struct verdict_evidence *evidence, struct verdict *verdict)
{
	const struct run_result *result = evidence->result;
	const struct workload *workload = evidence->workload;
	enum size_unit unit = evidence->unit;

	/* malloc(3) has no more: the mapping that it wanted was refused. */
	if (!result->step[0] && result->error == -ENOMEM &&
	    workload->region.backing == REGION_HEAP) {
		end_with(verdict, OUTCOME_MAP_REFUSED, EXIT_FAILED);
		error_set(&verdict->err, "malloc(3) has no piece of %s after %s: %s",
			  TEXT(workload->region.piece), TEXT(verdict->touched),
			  strerror(ENOMEM));
		error_hint(&verdict->err, "what it asks for is promised (vm.overcommit_memory) "
			   "and within ulimit -v and -d: ask for less, or for smaller pieces");
		verdict_add_evidence(verdict, "malloc: %s", strerror(ENOMEM));
		return;
	}
	end_with(verdict, OUTCOME_FAILED, EXIT_FAILED);
	stepfail_explain(workload, evidence->workload_result->step,
			 evidence->workload_result->then, result->error, &verdict->err);
	verdict_add_evidence(verdict, "%s: %s", result->step[0] ? result->step : "touching",
			     strerror(-result->error));
}

/* How much locking has filled, however far the run came. */
static uint64_t locked_bytes(const struct verdict_evidence *evidence)
{
	const struct workload *workload = evidence->workload;

	if (!region_lock_fills(workload->region.backing, workload->lock))
		return 0;
	return evidence->workload_result->passes ? workload->region.bytes
						 : evidence->result->step_done;
}

static void judge_growth(const struct verdict_evidence *evidence, struct verdict *verdict)
{
	const struct run_result *result = evidence->result;
	const struct sample *filled = &evidence->workload_result->filled;
	struct growth_actions actions = {
		.region = &evidence->workload->region,
		.access = evidence->workload->touch_params.access,
		.covered = filled->covered,
		.locked = locked_bytes(evidence),
		.threads = evidence->workload->threads,
	};
	struct growth_rule rule = growth_expect(&actions);
	struct growth growth = growth_measure(&result->baseline, filled, &rule);
	bool rollup = result->last.rss_rollup != SAMPLE_MISSING;

	verdict->measured = true;
	verdict->exact = rollup;
	verdict->vsz = result->last.vsz;
	verdict->rss = rollup ? result->last.rss_rollup : result->last.rss_status;
	verdict->grew = (int64_t)(verdict->rss - (rollup ? result->baseline.rss_rollup
							 : result->baseline.rss_status));
	verdict_add_evidence(verdict,
			     "the last row%s, by %s: RSS grew by %lld bytes for %llu touched",
			     evidence->workload_result->stepped ? " before the steps" : "",
			     growth.exact ? "smaps_rollup" : "status", (long long)growth.rss,
			     (unsigned long long)filled->covered);
	summary_write(evidence, &growth, verdict);
	if (!evidence->verify || growth_verified(&growth))
		return;
	if (verdict->exit_status != EXIT_DONE && verdict->exit_status != EXIT_GUARD)
		return;
	verdict->exit_status = EXIT_UNMET;
	error_set(&verdict->err, "not verified: %s", verdict->summary);
	verdict->err.message[strlen(verdict->err.message) - 1] = '\0';
}

/* memory.high slows a process down instead of killing it: that must not look like a hang. */
static void judge_throttling(const struct verdict_evidence *evidence, struct verdict *verdict)
{
	const struct oom_evidence *oom_evidence = evidence->oom_evidence;
	const struct oom_monitor_level *own;
	size_t used = strlen(verdict->summary);
	char waited[96] = "";
	uint64_t times;

	if (!oom_evidence || !oom_evidence->count || !oom_evidence->alone)
		return;
	own = oom_evidence->levels;
	times = own->after.high - own->before.high;
	if (!own->before.known || !own->after.known || !times)
		return;
	verdict->throttled = true;
	verdict_add_evidence(verdict, "memory.events: high went up by %llu; memory.pressure: "
			  "full avg10 %u.%02u %%", (unsigned long long)times, own->pressure / 100,
			  own->pressure % 100);
	if (own->pressure)
		snprintf(waited, sizeof(waited), "; all its tasks waited for memory %u.%02u %% "
			 "of the last ten seconds", own->pressure / 100, own->pressure % 100);
	snprintf(verdict->summary + used, sizeof(verdict->summary) - used,
		 "%sThrottled at memory.high %llu time%s: slow, not hung%s.", used ? " " : "",
		 (unsigned long long)times, times == 1 ? "" : "s", waited);
}

/* Sets the exit status by --expect; a failure of pagetouch itself stays one. */
static void judge_expectation(const struct expectation *expect, struct verdict *verdict)
{
	if (!expect->name || verdict->outcome == OUTCOME_FAILED)
		return;
	if (expect->outcomes >> verdict->outcome & 1) {
		if (verdict->exit_status != EXIT_UNMET)
			verdict->exit_status = EXIT_DONE;
		return;
	}
	verdict->exit_status = EXIT_UNMET;
	if (!verdict->err.message[0])
		error_set(&verdict->err, "expected %s, but the run ended as %s",
			  expect->name, verdict_outcome_name(verdict->outcome));
	else
		error_hint(&verdict->err, "expected was %s, but the run ended as %s",
			   expect->name, verdict_outcome_name(verdict->outcome));
}

void verdict_decide(const struct verdict_evidence *evidence, struct verdict *ret_verdict)
{
	const struct run_result *result = evidence->result;

	memset(ret_verdict, 0, sizeof(*ret_verdict));
	ret_verdict->elapsed_ns = result->elapsed_ns;
	ret_verdict->touched = result->touched;
	ret_verdict->child = (int)result->child;
	if (result->reason != STOP_DONE)
		memcpy(ret_verdict->step, result->step, sizeof(ret_verdict->step));
	ret_verdict->oom_evidence = evidence->oom_evidence;
	ret_verdict->oom_limit = SAMPLE_MISSING;
	ret_verdict->limit = result->limit     ? result->limit
			   : evidence->sandbox ? evidence->sandbox->limit : SAMPLE_MISSING;
	switch (result->reason) {
	case STOP_DONE:
		end_with(ret_verdict, OUTCOME_COMPLETED, EXIT_DONE);
		break;
	case STOP_GUARD:
		judge_guard(evidence, ret_verdict);
		break;
	case STOP_SIGNAL:
		judge_signal(evidence, ret_verdict);
		break;
	case STOP_DIED:
		judge_death(evidence, ret_verdict);
		break;
	case STOP_UNSTARTED:
		judge_map(evidence, ret_verdict);
		break;
	case STOP_REFUSED:
		judge_step(evidence, ret_verdict);
		break;
	case STOP_OUTPUT:
		judge_output(evidence, ret_verdict);
		break;
	case STOP_FAILED:
		end_with(ret_verdict, OUTCOME_FAILED, EXIT_FAILED);
		ret_verdict->err = result->err;
		break;
	}
	if (result->measured)
		judge_growth(evidence, ret_verdict);
	judge_throttling(evidence, ret_verdict);
	judge_expectation(&evidence->expect, ret_verdict);
}
