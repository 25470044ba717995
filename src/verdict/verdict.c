/* SPDX-License-Identifier: GPL-2.0-or-later */
/* verdict.c - from how the run ended to outcome, exit status, message and proof */
#include <config.h>

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "base/size.h"
#include "verdict/death.h"
#include "verdict/growth.h"
#include "verdict/mapfail.h"
#include "verdict/stepfail.h"
#include "verdict/summary.h"
#include "verdict/verdict.h"

#define TEXT(bytes) size_say((char[SIZE_TEXT_MAX]){ 0 }, bytes, unit)
#define HUMAN(bytes) size_say((char[SIZE_TEXT_MAX]){ 0 }, bytes, SIZE_HUMAN)

static const char *const outcome_names[] = {
	[OUTCOME_COMPLETED] = "completed",
	[OUTCOME_GUARD] = "guard",
	[OUTCOME_INTERRUPTED] = "interrupted",
	[OUTCOME_OOM_SANDBOX] = "oom-sandbox",
	[OUTCOME_OOM_ANCESTOR] = "oom-ancestor",
	[OUTCOME_OOM_GLOBAL] = "oom-global",
	[OUTCOME_OOMD] = "oomd",
	[OUTCOME_SIGTERM] = "sigterm",
	[OUTCOME_SIGBUS] = "sigbus",
	[OUTCOME_SIGSEGV] = "sigsegv",
	[OUTCOME_KILLED] = "killed",
	[OUTCOME_MAP_REFUSED] = "map-refused",
	[OUTCOME_FAILED] = "failed",
};

const char *verdict_outcome_name(enum outcome outcome)
{
	return outcome_names[outcome];
}

const char *verdict_where(const struct ending *ending, char text[static VERDICT_WHERE_MAX])
{
	snprintf(text, VERDICT_WHERE_MAX, "%s%s", ending->step[0] ? ", in step " : "",
		 ending->step);
	return text;
}

#define WHERE verdict_where(evidence->ending, (char[VERDICT_WHERE_MAX]){ 0 })

void verdict_add_proof(struct verdict *verdict, const char *format, ...)
{
	va_list arguments;

	if (verdict->proofs == VERDICT_PROOF_MAX)
		return;
	va_start(arguments, format);
	vsnprintf(verdict->proof[verdict->proofs++], VERDICT_PROOF_TEXT_MAX, format, arguments);
	va_end(arguments);
}

static void end_with(struct verdict *verdict, enum outcome outcome, int exit_status)
{
	verdict->outcome = outcome;
	verdict->exit_status = exit_status;
}

static void judge_guard(const struct verdict_evidence *evidence, struct verdict *verdict)
{
	enum size_unit unit = evidence->unit;
	const struct room *room = &evidence->ending->room;

	end_with(verdict, OUTCOME_GUARD, EXIT_GUARD);
	if (room->cgroup) {
		verdict_add_proof(verdict, "memory cgroup %s: limit %llu, room %llu, reserve "
				  "%llu bytes", room->name, (unsigned long long)room->limit,
				  (unsigned long long)room->bytes,
				  (unsigned long long)room->reserve);
		trouble_set(&verdict->trouble,
			    "stopped by the guard after touching %s of %s%s: memory "
			    "cgroup %s (limit %s) has %s left, and %s stay in reserve",
			    TEXT(verdict->touched), TEXT(evidence->touch), WHERE, room->name,
			    HUMAN(room->limit), HUMAN(room->bytes), HUMAN(room->reserve));
	} else {
		verdict_add_proof(verdict, "MemAvailable %llu, reserve %llu bytes",
			  (unsigned long long)room->bytes, (unsigned long long)room->reserve);
		trouble_set(&verdict->trouble, "stopped by the guard after touching %s of %s%s: "
			    "MemAvailable is down to %s, and %s stay in reserve for the machine",
			    TEXT(verdict->touched), TEXT(evidence->touch), WHERE,
			    HUMAN(room->bytes), HUMAN(room->reserve));
	}
	trouble_remedy(&verdict->trouble, "ask for less (a smaller SIZE, or --touch), or "
		       "go on with --no-guard until the OOM killer strikes");
}

static void judge_map(const struct verdict_evidence *evidence, struct verdict *verdict)
{
	struct mapfail_evidence mapfail = {
		.error = evidence->ending->error,
		.region = *evidence->region,
		.space = evidence->ending->space,
		.machine = *evidence->machine,
	};

	if (evidence->pool)
		mapfail.pool = *evidence->pool;

	end_with(verdict, OUTCOME_MAP_REFUSED, EXIT_FAILED);
	mapfail_explain(&mapfail, &verdict->trouble);
	verdict_add_proof(verdict, "mmap: %s", strerror(-mapfail.error));
}

/* Nobody sends it but the kernel, to whom has used up his processor time. */
static void explain_xcpu(int signal, struct trouble *trouble)
{
	if (signal == SIGXCPU)
		trouble_remedy(trouble, "raise the limit of processor time: ulimit -t "
			       "(RLIMIT_CPU)");
}

static void judge_signal(const struct verdict_evidence *evidence, struct verdict *verdict)
{
	enum size_unit unit = evidence->unit;

	verdict->signal = evidence->ending->signal;
	end_with(verdict, OUTCOME_INTERRUPTED, EXIT_SIGNAL_BASE + verdict->signal);
	verdict_add_proof(verdict, "the observer received signal %d", verdict->signal);
	trouble_set(&verdict->trouble, "ended by %s after touching %s of %s%s",
		    verdict_signal_name(verdict->signal), TEXT(verdict->touched),
		    TEXT(evidence->touch), WHERE);
	explain_xcpu(verdict->signal, &verdict->trouble);
}

static void judge_death(const struct verdict_evidence *evidence, struct verdict *verdict)
{
	const struct ending *ending = evidence->ending;
	int status = ending->wait_status, signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;

	/* Sent to both, it is one signal: to a whole process group or cgroup. */
	if (signal && signal == ending->signal) {
		judge_signal(evidence, verdict);
		return;
	}
	if (signal) {
		death_judge(evidence, signal, verdict);
		explain_xcpu(signal, &verdict->trouble);
		return;
	}
	end_with(verdict, OUTCOME_FAILED, EXIT_FAILED);
	trouble_set(&verdict->trouble, "the subject (pid %d) left by itself with status %d",
		    evidence->pid, WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}

static void judge_output(const struct verdict_evidence *evidence, struct verdict *verdict)
{
	int error = evidence->ending->error;

	end_with(verdict, OUTCOME_FAILED, EXIT_FAILED);
	if (error == -EPIPE) {
		verdict->quiet_failure = true;
		return;
	}
	trouble_set_errno(&verdict->trouble, error, "cannot write to standard output");
	trouble_remedy(&verdict->trouble, "the run was ended there");
}

/* malloc(3) has no more: the mapping that it wanted was refused. */
static void judge_malloc(const struct verdict_evidence *evidence, struct verdict *verdict)
{
	enum size_unit unit = evidence->unit;

	end_with(verdict, OUTCOME_MAP_REFUSED, EXIT_FAILED);
	trouble_set(&verdict->trouble, "malloc(3) has no piece of %s after %s: %s",
		    TEXT(evidence->region->piece), TEXT(verdict->touched), strerror(ENOMEM));
	trouble_remedy(&verdict->trouble, "what it asks for is promised (vm.overcommit_memory) "
		       "and within ulimit -v and -d: ask for less, or for smaller pieces");
	verdict_add_proof(verdict, "malloc: %s", strerror(ENOMEM));
}

static void judge_step(const struct verdict_evidence *evidence, struct verdict *verdict)
{
	const struct ending *ending = evidence->ending;

	end_with(verdict, OUTCOME_FAILED, EXIT_FAILED);
	if (!ending->step[0] && ending->error == -ENOMEM &&
	    evidence->region->backing == REGION_HEAP) {
		judge_malloc(evidence, verdict);
		return;
	}
	stepfail_explain(ending->step, touch_access_name(evidence->plan->access), ending->error,
			 &verdict->trouble);
	verdict_add_proof(verdict, "%s: %s", ending->step[0] ? ending->step : "touching",
			  strerror(-ending->error));
}

/* How much locking has filled, however far the run came. */
static uint64_t locked_bytes(const struct verdict_evidence *evidence)
{
	const struct ending *ending = evidence->ending;

	if (!evidence->plan || !region_lock_fills(evidence->region->backing, evidence->plan->lock))
		return 0;
	return ending->passes ? evidence->region->bytes : ending->step_done;
}

static void judge_growth(const struct verdict_evidence *evidence, struct verdict *verdict)
{
	const struct ending *ending = evidence->ending;
	struct growth_deeds deeds = {
		.region = evidence->region,
		.access = evidence->plan ? evidence->plan->access : TOUCH_WRITE,
		.covered = ending->filled.covered,
		.locked = locked_bytes(evidence),
		.threads = evidence->plan ? evidence->plan->threads : 1,
	};
	struct growth_rule rule = growth_expect(&deeds);
	struct growth growth = growth_measure(&ending->baseline, &ending->filled, &rule);
	bool rollup = ending->last.rss_rollup != SAMPLE_MISSING;

	verdict->measured = true;
	verdict->exact = rollup;
	verdict->vsz = ending->last.vsz;
	verdict->rss = rollup ? ending->last.rss_rollup : ending->last.rss_status;
	verdict->grew = (int64_t)(verdict->rss - (rollup ? ending->baseline.rss_rollup
							 : ending->baseline.rss_status));
	verdict_add_proof(verdict, "the last row%s, by %s: RSS grew by %lld bytes for %llu "
			  "touched", ending->stepped ? " before the steps" : "",
			  growth.exact ? "smaps_rollup" : "status", (long long)growth.rss,
			  (unsigned long long)ending->filled.covered);
	summary_write(evidence, &growth, verdict);
	if (!evidence->verify || growth_verified(&growth))
		return;
	if (verdict->exit_status != EXIT_DONE && verdict->exit_status != EXIT_GUARD)
		return;
	verdict->exit_status = EXIT_UNMET;
	trouble_set(&verdict->trouble, "not verified: %s", verdict->summary);
	verdict->trouble.what[strlen(verdict->trouble.what) - 1] = '\0';
}

/* memory.high slows a process down instead of killing it: that must not look like a hang. */
static void judge_throttling(const struct verdict_evidence *evidence, struct verdict *verdict)
{
	const struct testimony *testimony = evidence->testimony;
	const struct witness_level *own;
	size_t used = strlen(verdict->summary);
	char waited[96] = "";
	uint64_t times;

	if (!testimony || !testimony->count || !testimony->alone)
		return;
	own = testimony->levels;
	times = own->after.high - own->before.high;
	if (!own->before.known || !own->after.known || !times)
		return;
	verdict->throttled = true;
	verdict_add_proof(verdict, "memory.events: high went up by %llu; memory.pressure: "
			  "full avg10 %u.%02u %%", (unsigned long long)times, own->pressure / 100,
			  own->pressure % 100);
	if (own->pressure)
		snprintf(waited, sizeof(waited), "; all its tasks waited for memory %u.%02u %% "
			 "of the last ten seconds", own->pressure / 100, own->pressure % 100);
	snprintf(verdict->summary + used, sizeof(verdict->summary) - used,
		 "%sThrottled at memory.high %llu time%s: slow, not hung%s.", used ? " " : "",
		 (unsigned long long)times, times == 1 ? "" : "s", waited);
}

static const struct {
	const char *name;
	unsigned outcomes;
} expectations[] = {
	{ "ok", 1U << OUTCOME_COMPLETED },
	{ "oom", 1U << OUTCOME_OOM_SANDBOX | 1U << OUTCOME_OOM_ANCESTOR |
		 1U << OUTCOME_OOM_GLOBAL },
	{ "enomem", 1U << OUTCOME_MAP_REFUSED },
};

int expectation_parse(const char *name, struct expectation *ret_expectation,
		      struct trouble *trouble)
{
	char escaped[64];

	for (size_t i = 0; i < sizeof(expectations) / sizeof(expectations[0]); i++) {
		if (!strcmp(name, expectations[i].name)) {
			*ret_expectation = (struct expectation){ name, expectations[i].outcomes };
			return 0;
		}
	}
	for (int i = 0; i < OUTCOME_FAILED; i++) {
		if (!strcmp(name, outcome_names[i])) {
			*ret_expectation = (struct expectation){ name, 1U << i };
			return 0;
		}
	}
	trouble_set(trouble, "--expect '%s' is no outcome",
		    trouble_escape(escaped, sizeof(escaped), name));
	trouble_remedy(trouble, "the outcomes are ok (completed), oom, enomem (map-refused), "
		       "guard, oom-sandbox, oom-ancestor, oom-global, oomd, sigterm, sigbus, "
		       "sigsegv, killed and interrupted");
	return -EINVAL;
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
	if (!verdict->trouble.what[0])
		trouble_set(&verdict->trouble, "expected %s, but the run ended as %s",
			    expect->name, outcome_names[verdict->outcome]);
	else
		trouble_remedy(&verdict->trouble, "expected was %s, but the run ended as %s",
			       expect->name, outcome_names[verdict->outcome]);
}

void verdict_decide(const struct verdict_evidence *evidence, struct verdict *ret_verdict)
{
	const struct ending *ending = evidence->ending;

	memset(ret_verdict, 0, sizeof(*ret_verdict));
	ret_verdict->elapsed_ns = ending->elapsed_ns;
	ret_verdict->touched = ending->touched;
	ret_verdict->child = (int)ending->child;
	if (ending->reason != STOP_DONE)
		memcpy(ret_verdict->step, ending->step, sizeof(ret_verdict->step));
	ret_verdict->testimony = evidence->testimony;
	ret_verdict->oom_limit = SAMPLE_MISSING;
	ret_verdict->limit = ending->limit     ? ending->limit
			   : evidence->sandbox ? evidence->sandbox->limit : SAMPLE_MISSING;
	switch (ending->reason) {
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
	case STOP_MAP:
		judge_map(evidence, ret_verdict);
		break;
	case STOP_STEP:
		judge_step(evidence, ret_verdict);
		break;
	case STOP_OUTPUT:
		judge_output(evidence, ret_verdict);
		break;
	case STOP_FAILED:
		end_with(ret_verdict, OUTCOME_FAILED, EXIT_FAILED);
		ret_verdict->trouble = ending->trouble;
		break;
	}
	if (ending->measured)
		judge_growth(evidence, ret_verdict);
	judge_throttling(evidence, ret_verdict);
	judge_expectation(&evidence->expect, ret_verdict);
}
