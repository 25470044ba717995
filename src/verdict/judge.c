/* SPDX-License-Identifier: GPL-2.0-or-later */
/* judge.c - from how the run ended to outcome, exit status, message and evidence */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "lib/size.h"
#include "verdict/death.h"
#include "verdict/growth.h"
#include "verdict/refusal.h"
#include "verdict/verdict.h"
#include "workload/driver.h"

#define TEXT(bytes) size_text((char[SIZE_TEXT_MAX]){ 0 }, bytes, unit)
#define HUMAN(bytes) size_text((char[SIZE_TEXT_MAX]){ 0 }, bytes, SIZE_HUMAN)

static void judge_guard(const struct verdict_evidence *evidence, const char *where,
			struct verdict *verdict)
{
	const struct available_memory *available = &evidence->result->available;
	enum size_unit unit = evidence->unit;
	const char *touched = TEXT(verdict->touched), *touch = TEXT(evidence->touch);

	if (available->cgroup) {
		verdict_add_evidence(verdict,
				     "memory cgroup %s: limit %" PRIu64 ", room %" PRIu64 ", reserve %" PRIu64 " bytes",
				     available->name, available->limit, available->bytes,
				     available->reserve);
		error_set(&verdict->err,
			  "stopped by the guard after touching %s of %s%s: memory cgroup %s (limit %s) has %s left, and %s stay in reserve",
			  touched, touch, where, available->name, HUMAN(available->limit),
			  HUMAN(available->bytes), HUMAN(available->reserve));
	} else {
		verdict_add_evidence(verdict,
				     "MemAvailable %" PRIu64 ", reserve %" PRIu64 " bytes",
				     available->bytes, available->reserve);
		error_set(&verdict->err,
			  "stopped by the guard after touching %s of %s%s: MemAvailable is down to %s, and %s stay in reserve for the machine",
			  touched, touch, where, HUMAN(available->bytes),
			  HUMAN(available->reserve));
	}
	error_hint(&verdict->err,
		   "ask for less (a smaller SIZE, or --touch), or go on with --no-guard until the OOM killer strikes");
}

static void judge_signal(const struct verdict_evidence *evidence, const char *where,
			 struct verdict *verdict)
{
	int signal = evidence->result->signal;
	enum size_unit unit = evidence->unit;

	verdict->outcome = OUTCOME_INTERRUPTED;
	verdict->exit_status = EXIT_SIGNAL_BASE + signal;
	verdict->signal = signal;
	verdict_add_evidence(verdict, "the observer received signal %d", signal);
	error_set(&verdict->err, "ended by %s after touching %s of %s%s",
		  verdict_signal_name(signal), TEXT(verdict->touched), TEXT(evidence->touch),
		  where);
}

/* The subject was killed by SIGNAL. */
static void judge_death(const struct verdict_evidence *evidence, int signal, const char *where,
			struct verdict *verdict)
{
	const struct run_result *result = evidence->result;
	struct death death = death_find(signal, evidence->oom_evidence);
	enum size_unit unit = evidence->unit;
	char how[DEATH_TEXT_MAX], hint[DEATH_TEXT_MAX], status[32] = "";
	int observed = result->signal;

	death_fill(&death, signal, verdict);
	death_describe(&death, evidence->oom_evidence, signal, "the subject", how, hint);
	if (signal == SIGBUS)
		snprintf(hint, sizeof(hint), "a page could not be had: hugetlb pages, a tmpfs or a file system ran out, or a file was truncated");
	else if (signal == SIGSEGV)
		snprintf(hint, sizeof(hint), "touching the mapping was an invalid access, or somebody sent the signal");
	/* With --expect the exit status says whether it was met. */
	if (!evidence->expect.name)
		snprintf(status, sizeof(status), ": exit status %d", verdict->exit_status);
	/* A child counts for itself in the step that makes it touch; else the subject does. */
	if (result->child && result->child_counts)
		error_set(&verdict->err,
			  "the subject's child (pid %d) was %s after touching %s itself%s%s",
			  (int)result->child, how, TEXT(result->step_done), where, status);
	else
		error_set(&verdict->err,
			  "the subject%s (pid %d) was %s after touching %s of %s%s%s",
			  result->child ? "'s child" : "",
			  result->child ? (int)result->child : evidence->pid, how,
			  TEXT(verdict->touched), TEXT(evidence->touch), where, status);
	if (hint[0])
		error_hint(&verdict->err, "%s", hint);
	death_add_proof(evidence->oom_evidence, signal, true, "the subject", verdict);
	verdict_add_evidence(verdict, "the subject's own count: %" PRIu64 " bytes touched",
			     verdict->touched);
	if (observed)
		verdict_add_evidence(verdict,
				     "the observer received %s (signal %d) at the same time, as systemd sends it after an OOM kill (OOMPolicy=stop)",
				     verdict_signal_name(observed), observed);
}

/* The region could not be mapped, locked or touched, or a step not carried out. */
static void judge_refusal(const struct verdict_evidence *evidence, struct verdict *verdict)
{
	const struct run_result *result = evidence->result;
	const struct workload *workload = evidence->workload;
	enum size_unit unit = evidence->unit;

	if (result->reason == STOP_UNSTARTED) {
		struct mapfail_evidence mapfail = {
			.error = result->error,
			.region = workload->region,
			.space = evidence->workload_result->space,
			.machine = *evidence->machine,
		};

		if (evidence->pool)
			mapfail.pool = *evidence->pool;
		verdict->outcome = OUTCOME_MAP_REFUSED;
		mapfail_explain(&mapfail, &verdict->err);
		verdict_add_evidence(verdict, "mmap: %s", strerror(-result->error));
		return;
	}
	/* malloc(3) has no more: the mapping that it wanted was refused. */
	if (!result->step[0] && result->error == -ENOMEM &&
	    workload->region.backing == REGION_HEAP) {
		verdict->outcome = OUTCOME_MAP_REFUSED;
		error_set(&verdict->err, "malloc(3) has no piece of %s after %s: %s",
			  TEXT(workload->region.piece), TEXT(verdict->touched),
			  strerror(ENOMEM));
		error_hint(&verdict->err,
			   "what it asks for is promised (vm.overcommit_memory) and within ulimit -v and -d: ask for less, or for smaller pieces");
		verdict_add_evidence(verdict, "malloc: %s", strerror(ENOMEM));
		return;
	}
	stepfail_explain(workload, evidence->workload_result->step,
			 evidence->workload_result->then, result->error, &verdict->err);
	verdict_add_evidence(verdict, "%s: %s", result->step[0] ? result->step : "touching",
			     strerror(-result->error));
}

/* Why the run ended: outcome, exit status, and the words for it. */
static void judge_end(const struct verdict_evidence *evidence, struct verdict *verdict)
{
	const struct run_result *result = evidence->result;
	int status = result->wait_status, killed_by = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	char where[SAMPLE_STEP_MAX + 16] = "";

	/* When it was not the first touching that was under way at the end. */
	if (result->step[0])
		snprintf(where, sizeof(where), ", in step %s", result->step);
	verdict->outcome = OUTCOME_FAILED;
	verdict->exit_status = EXIT_FAILED;
	switch (result->reason) {
	case STOP_DONE:
		verdict->outcome = OUTCOME_COMPLETED;
		verdict->exit_status = EXIT_DONE;
		break;
	case STOP_GUARD:
		verdict->outcome = OUTCOME_GUARD;
		verdict->exit_status = EXIT_GUARD;
		judge_guard(evidence, where, verdict);
		break;
	case STOP_SIGNAL:
		judge_signal(evidence, where, verdict);
		break;
	case STOP_DIED:
		/* Sent to both, it is one signal: to a whole process group or cgroup. */
		if (killed_by && killed_by == result->signal)
			judge_signal(evidence, where, verdict);
		else if (killed_by)
			judge_death(evidence, killed_by, where, verdict);
		else
			error_set(&verdict->err,
				  "the subject (pid %d) left by itself with status %d",
				  evidence->pid, WIFEXITED(status) ? WEXITSTATUS(status) : -1);
		break;
	case STOP_UNSTARTED:
	case STOP_REFUSED:
		judge_refusal(evidence, verdict);
		break;
	case STOP_OUTPUT:
		verdict->quiet_failure = result->error == -EPIPE;
		if (verdict->quiet_failure)
			break;
		error_set_errno(&verdict->err, result->error, "cannot write to standard output");
		error_hint(&verdict->err, "the run was ended there");
		break;
	case STOP_FAILED:
		verdict->err = result->err;
		break;
	}
	/* Nobody sends it but the kernel, to whom has used up his processor time. */
	if (verdict->signal == SIGXCPU)
		error_hint(&verdict->err,
			   "raise the limit of processor time: ulimit -t (RLIMIT_CPU)");
}

void verdict_decide(const struct verdict_evidence *evidence, struct verdict *ret_verdict)
{
	const struct run_result *result = evidence->result;
	const struct oom_evidence *oom_evidence = evidence->oom_evidence;
	const struct oom_monitor_level *own =
		oom_evidence && oom_evidence->count && oom_evidence->alone
		? oom_evidence->levels : NULL;
	char *summary = ret_verdict->summary, waited[96] = "";
	uint64_t times = own && own->before.known && own->after.known
			 ? own->after.high - own->before.high : 0;

	memset(ret_verdict, 0, sizeof(*ret_verdict));
	ret_verdict->elapsed_ns = result->elapsed_ns;
	ret_verdict->touched = result->touched;
	ret_verdict->child = (int)result->child;
	ret_verdict->oom_evidence = oom_evidence;
	ret_verdict->oom_limit = SAMPLE_MISSING;
	ret_verdict->limit = result->limit     ? result->limit
			   : evidence->sandbox ? evidence->sandbox->limit : SAMPLE_MISSING;
	if (result->reason != STOP_DONE)
		memcpy(ret_verdict->step, result->step, sizeof(ret_verdict->step));
	judge_end(evidence, ret_verdict);
	if (result->measured)
		growth_judge(evidence, ret_verdict);
	/* memory.high slows a process down instead of killing it: that looks like a hang. */
	if (times) {
		size_t used = strlen(summary);

		verdict_add_evidence(ret_verdict,
				     "memory.events: high went up by %" PRIu64 "; memory.pressure: full avg10 %u.%02u %%",
				     times, own->pressure / 100, own->pressure % 100);
		if (own->pressure)
			snprintf(waited, sizeof(waited),
				 "; all its tasks waited for memory %u.%02u %% of the last ten seconds",
				 own->pressure / 100, own->pressure % 100);
		snprintf(summary + used, sizeof(ret_verdict->summary) - used,
			 "%sThrottled at memory.high %" PRIu64 " time%s: slow, not hung%s.",
			 used ? " " : "", times, times == 1 ? "" : "s", waited);
	}
	verdict_judge_expectation(&evidence->expect, ret_verdict);
}
