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
#include "verdict/growth.h"
#include "verdict/mapfail.h"
#include "verdict/summary.h"
#include "verdict/verdict.h"

#define TEXT(bytes) size_say((char[SIZE_TEXT_MAX]){ 0 }, bytes, unit)
#define HUMAN(bytes) size_say((char[SIZE_TEXT_MAX]){ 0 }, bytes, SIZE_HUMAN)

static const char *const outcome_names[] = {
	[OUTCOME_COMPLETED] = "completed",
	[OUTCOME_GUARD] = "guard",
	[OUTCOME_INTERRUPTED] = "interrupted",
	[OUTCOME_KILLED] = "killed",
	[OUTCOME_MAP_REFUSED] = "map-refused",
	[OUTCOME_FAILED] = "failed",
};

const char *verdict_outcome_name(enum outcome outcome)
{
	return outcome_names[outcome];
}

static void add_proof(struct verdict *verdict, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void add_proof(struct verdict *verdict, const char *format, ...)
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

/* "SIGKILL (9)"; sigabbrev_np(3) is not in every libc that we build with. */
static const char *signal_text(int number, char text[static 64])
{
	static const struct { int number; const char *name; } names[] = {
		{ SIGKILL, "SIGKILL" }, { SIGTERM, "SIGTERM" }, { SIGINT, "SIGINT" },
		{ SIGSEGV, "SIGSEGV" }, { SIGBUS, "SIGBUS" }, { SIGHUP, "SIGHUP" },
		{ SIGQUIT, "SIGQUIT" }, { SIGABRT, "SIGABRT" }, { SIGXCPU, "SIGXCPU" },
		{ SIGALRM, "SIGALRM" }, { SIGUSR1, "SIGUSR1" }, { SIGUSR2, "SIGUSR2" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].number == number) {
			snprintf(text, 64, "%s (signal %d)", names[i].name, number);
			return text;
		}
	}
	snprintf(text, 64, "signal %d", number);
	return text;
}

static void judge_death(const struct verdict_evidence *evidence, struct verdict *verdict)
{
	enum size_unit unit = evidence->unit;
	int status = evidence->ending->wait_status, number;
	char name[64];

	if (!WIFSIGNALED(status)) {
		end_with(verdict, OUTCOME_FAILED, EXIT_FAILED);
		trouble_set(&verdict->trouble, "the subject (pid %d) left by itself with status %d",
			    evidence->pid, WIFEXITED(status) ? WEXITSTATUS(status) : -1);
		return;
	}
	number = WTERMSIG(status);
	end_with(verdict, OUTCOME_KILLED, EXIT_SIGNAL_BASE + number);
	verdict->signal = number;
	add_proof(verdict, "wait status: killed by signal %d", number);
	add_proof(verdict, "the subject's own count: %llu bytes touched",
		  (unsigned long long)verdict->touched);
	trouble_set(&verdict->trouble, "the subject (pid %d) was killed by %s after touching %s of %s: "
		    "exit status %d", evidence->pid, signal_text(number, name),
		    TEXT(verdict->touched), TEXT(evidence->touch),
		    verdict->exit_status);
	if (number == SIGKILL)
		trouble_remedy(&verdict->trouble, "whether it was the OOM killer or somebody's kill -9, "
			       "the kernel log says: dmesg, or journalctl -k");
}

static void judge_guard(const struct verdict_evidence *evidence, struct verdict *verdict)
{
	enum size_unit unit = evidence->unit;
	const struct room *room = &evidence->ending->room;

	end_with(verdict, OUTCOME_GUARD, EXIT_GUARD);
	if (room->cgroup) {
		add_proof(verdict, "memory cgroup %s: limit %llu, room %llu, reserve %llu bytes",
			  room->name, (unsigned long long)room->limit,
			  (unsigned long long)room->bytes, (unsigned long long)room->reserve);
		trouble_set(&verdict->trouble, "stopped by the guard after touching %s of %s: memory "
			    "cgroup %s (limit %s) has %s left, and %s stay in reserve",
			    TEXT(verdict->touched), TEXT(evidence->touch), room->name,
			    HUMAN(room->limit), HUMAN(room->bytes), HUMAN(room->reserve));
	} else {
		add_proof(verdict, "MemAvailable %llu, reserve %llu bytes",
			  (unsigned long long)room->bytes, (unsigned long long)room->reserve);
		trouble_set(&verdict->trouble, "stopped by the guard after touching %s of %s: "
			    "MemAvailable is down to %s, and %s stay in reserve for the machine",
			    TEXT(verdict->touched), TEXT(evidence->touch),
			    HUMAN(room->bytes), HUMAN(room->reserve));
	}
	trouble_remedy(&verdict->trouble, "ask for less (a smaller SIZE, or --touch), or go on with "
		       "--no-guard until the OOM killer strikes");
}

static void judge_map(const struct verdict_evidence *evidence, struct verdict *verdict)
{
	struct mapfail_evidence mapfail = {
		.error = evidence->ending->error,
		.region = *evidence->region,
		.space = evidence->ending->space,
		.machine = *evidence->machine,
	};

	end_with(verdict, OUTCOME_MAP_REFUSED, EXIT_FAILED);
	mapfail_explain(&mapfail, &verdict->trouble);
	add_proof(verdict, "mmap: %s", strerror(-mapfail.error));
}

static void judge_signal(const struct verdict_evidence *evidence, struct verdict *verdict)
{
	enum size_unit unit = evidence->unit;
	char name[64];

	verdict->signal = evidence->ending->signal;
	end_with(verdict, OUTCOME_INTERRUPTED, EXIT_SIGNAL_BASE + verdict->signal);
	add_proof(verdict, "the observer received signal %d", verdict->signal);
	trouble_set(&verdict->trouble, "ended by %s after touching %s of %s",
		    signal_text(verdict->signal, name), TEXT(verdict->touched),
		    TEXT(evidence->touch));
}

static void judge_output(const struct verdict_evidence *evidence, struct verdict *verdict)
{
	int error = evidence->ending->error;

	end_with(verdict, OUTCOME_FAILED, EXIT_FAILED);
	if (error == -EPIPE) {
		verdict->quiet_failure = true;
		return;
	}
	trouble_set(&verdict->trouble, "cannot write to standard output: %s", strerror(-error));
	trouble_remedy(&verdict->trouble, "the run was ended there");
}

static void judge_growth(const struct verdict_evidence *evidence, struct verdict *verdict)
{
	const struct ending *ending = evidence->ending;
	enum region_backing backing = evidence->region->backing;
	struct growth growth = growth_measure(&ending->baseline, &ending->last, backing);

	verdict->measured = true;
	verdict->exact = growth.exact;
	verdict->vsz = ending->last.vsz;
	verdict->rss = growth.exact ? ending->last.rss_rollup : ending->last.rss_status;
	verdict->grew = growth.rss;
	add_proof(verdict, "%s: RSS grew by %lld bytes for %llu touched",
		  growth.exact ? "smaps_rollup" : "status", (long long)growth.rss,
		  (unsigned long long)ending->last.touched);
	summary_write(evidence, &growth, verdict);
	if (!evidence->verify || growth_verified(&growth, ending->last.touched))
		return;
	if (verdict->exit_status != EXIT_DONE && verdict->exit_status != EXIT_GUARD)
		return;
	verdict->exit_status = EXIT_UNMET;
	trouble_set(&verdict->trouble, "not verified: %s", verdict->summary);
	verdict->trouble.what[strlen(verdict->trouble.what) - 1] = '\0';
}

void verdict_decide(const struct verdict_evidence *evidence, struct verdict *ret_verdict)
{
	const struct ending *ending = evidence->ending;

	memset(ret_verdict, 0, sizeof(*ret_verdict));
	ret_verdict->touched = ending->touched;
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
}
