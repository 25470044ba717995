/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fit.c - run a command under one limit after the other */
#include <config.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/duration.h"
#include "lib/macros.h"
#include "lib/terminal.h"
#include "pagewatch/command.h"
#include "pagewatch/fit-tries.h"
#include "pagewatch/fit.h"
#include "pagewatch/run.h"
#include "pagewatch/sandbox-end.h"
#include "proc/available.h"
#include "proc/cgroup-counters.h"
#include "sandbox/sandbox.h"
#include "verdict/verdict.h"

#define MIB (UINT64_C(1) << 20)

/* A try may take so many times what the first one took, and some seconds more. */
#define PATIENCE_TIMES 5
#define PATIENCE_NS (5 * NS_PER_SECOND)

struct fit {
	const struct watch_request *request;
	struct signals signals;
	int interrupted;	/* the signal that ends it all; 0: none */
	off_t input;		/* where standard input was at first; -1: it has no places */
	bool refused;		/* the command could not be executed */
	bool unsteady;		/* with one limit it failed once, and lived once */
	struct fit_tries tries;
};

/*
 * Waits for the command until DEADLINE, from which time that all were stopped is left out, as from
 * *began. A signal that asks for an end ends all tries. Returns whether it has ended.
 */
static bool fit_wait(struct fit *fit, struct command *command, uint64_t deadline, uint64_t *began)
{
	struct pollfd fds[] = {
		{ .fd = command->pidfd, .events = POLLIN },
		{ .fd = fit->signals.fd, .events = POLLIN },
	};
	struct signalfd_siginfo info;

	while (!fds[0].revents) {
		uint64_t now = duration_now();
		int left = (int)MIN((deadline - MIN(now, deadline)) / NS_PER_MS + 1, INT32_MAX);

		if (now >= deadline)
			return false;
		if (poll(fds, 2, left) <= 0 || !signals_read_info(&fit->signals, &info))
			continue;
		now = duration_now();
		command_pass_on(command, &info);
		now = duration_now() - now;
		*began += now;
		deadline += MIN(now, UINT64_MAX - deadline);
		if (command_ends_by((int)info.ssi_signo))
			fit->interrupted = (int)info.ssi_signo;
	}
	return true;
}

/*
 * Whether it has used up its limit, so that pages had to be reclaimed if it went on. What the
 * processors have charged in advance may be missing in the peak. Version 1's failcnt would not
 * tell: it stays 0 where memory.memsw.limit_in_bytes is set, too.
 */
static bool fit_was_at_limit(const struct sandbox *sandbox, const struct fit_try *try)
{
	const struct cgroup_level level = { sandbox->version, (char[]){ "." }, NULL };
	struct cgroup_events events;

	if (try->peak != CGROUP_UNLIMITED)
		return try->peak + MIB >= try->limit;
	cgroup_events_read(&(const struct root){ sandbox->fd }, &level, &events);
	return events.max > 0;
}

/* Whether that is how the command should end: with 0, or as --expect says. */
static bool fit_is_expected(const struct fit *fit, const struct fit_try *try)
{
	const struct expectation *expect = &fit->request->expect;
	enum outcome outcome = try->status == EXIT_SIGNAL_BASE + SIGTERM ? OUTCOME_SIGTERM
		: try->status == EXIT_SIGNAL_BASE + SIGBUS ? OUTCOME_SIGBUS
		: try->status == EXIT_SIGNAL_BASE + SIGSEGV ? OUTCOME_SIGSEGV
		: try->status > EXIT_SIGNAL_BASE ? OUTCOME_KILLED : OUTCOME_EXITED;

	if (!try->status)
		outcome = OUTCOME_COMPLETED;
	return expect->name ? expect->outcomes & 1U << outcome : outcome == OUTCOME_COMPLETED;
}

/* Runs the command once with LIMIT. Returns 0, or a negative errno with *err set. */
static int fit_try_limit(struct fit *fit, uint64_t limit, struct error *err)
{
	const struct watch_request *request = fit->request;
	struct sandbox_spec spec = {
		.limit = limit, .swap = request->swap.bytes, .high = CGROUP_UNLIMITED,
	};
	struct fit_try try = { .limit = limit, .peak = CGROUP_UNLIMITED };
	struct command_spec command_spec = {
		.argv = request->command, .oom_score_adj = request->oom_score_adj,
		.signals = &fit->signals,
	};
	struct sandbox sandbox = { .fd = -1 };
	struct sandbox_end sandbox_end = SANDBOX_END_NONE;
	struct command command;
	uint64_t began, deadline = DURATION_INFINITE;
	bool ended;
	int r = sandbox_make(&spec, &sandbox, err);

	if (r < 0)
		return r;
	sandbox_end_prepare(&sandbox, &sandbox_end);
	command_spec.cgroup = sandbox.fd;
	/* Each try begins where the first one did. */
	command_rewind_input(fit->input);
	r = command_fork(&command_spec, &command, err);
	began = duration_now();
	if (r == 0) {
		r = command_execute(&command, &fit->signals, err);
		fit->refused = r < 0;
	}
	if (r < 0) {
		sandbox_end_release(&sandbox_end);
		sandbox_remove(&sandbox);
		return r;
	}
	if (fit->tries.count)
		deadline = began + PATIENCE_TIMES * fit->tries.list[0].elapsed_ns + PATIENCE_NS;
	ended = fit_wait(fit, &command, deadline, &began);
	try.elapsed_ns = duration_now() - began;
	try.end = sandbox_kills(&sandbox) ? FIT_KILLED : ended ? FIT_LIVED : FIT_SLOW;
	root_read_u64(&(struct root){ sandbox.fd }, sandbox.version == 1
		      ? "memory.max_usage_in_bytes" : "memory.peak", &try.peak);
	try.at_limit = fit_was_at_limit(&sandbox, &try);
	sandbox_kill(&sandbox);
	sandbox_end_release(&sandbox_end);
	command_reap_all(&command);
	close(command.pidfd);
	sandbox_remove(&sandbox);
	try.status = WIFSIGNALED(command.wait_status)
		     ? EXIT_SIGNAL_BASE + WTERMSIG(command.wait_status)
		     : WEXITSTATUS(command.wait_status);
	if (try.end == FIT_LIVED && !fit_is_expected(fit, &try))
		try.end = FIT_FAILED;
	fit->tries.list[fit->tries.count++] = try;
	if (request->output.format == OUTPUT_TABLE)
		fit_print_try(&fit->tries, request->output.unit);
	return 0;
}

/* The most that may be given: what the machine and our own cgroups leave, less their reserve. */
static int fit_most(uint64_t *ret_bytes, struct error *err)
{
	struct cgroup_chain chain = { 0 };
	struct available_memory available;
	struct machine machine;
	struct root live;
	struct available_memory_source source = { &live, &machine, &chain };
	int r = root_open("/", &live);

	if (r < 0) {
		error_set_errno(err, r, "cannot open /");
		return r;
	}
	r = available_memory_prepare(&live, true, &machine, &chain, err);
	if (r == 0) {
		r = available_memory_read(&source, true, &available);
		if (r < 0) {
			available_memory_error(&available, r, err);
			error_hint(err, "without it no limit can be chosen to begin with");
		}
	}
	if (r == 0)
		*ret_bytes = available_headroom(&available) / MIB * MIB;
	cgroup_chain_free(&chain);
	root_close(&live);
	return r;
}

/* The last try. */
static const struct fit_try *fit_last(const struct fit *fit)
{
	return &fit->tries.list[fit->tries.count - 1];
}

/* Finds tries.high, with which it lives, and tries.low, with which it does not. */
static int fit_search(struct fit *fit, struct error *err)
{
	struct fit_tries *tries = &fit->tries;
	uint64_t step = fit->request->fit_step.bytes, high = 0, limit;
	uint64_t least = MAX(fit->request->fit_least.bytes, SANDBOX_LEAST);
	/* It is not known whether it lives with that, and not to be found out. */
	uint64_t below = least - MIN(step, least);
	int r = fit_most(&high, err);

	if (r < 0)
		return r;
	limit = fit->request->has_limit ? MIN(fit->request->limit.bytes, high) : high;
	r = fit_try_limit(fit, limit, err);
	if (r < 0 || fit_last(fit)->end != FIT_LIVED)
		return r;
	tries->high = limit;
	/* What it was charged for is a good guess: more it has not needed. */
	limit = fit_last(fit)->peak == CGROUP_UNLIMITED ? 0
		: (fit_last(fit)->peak / step + 1) * step;
	limit = limit ? MAX(limit, least) : 0;
	if (!limit || limit >= tries->high)
		limit = tries->high > below ? fit_next(below, tries->high, step) : 0;
	while (limit >= least && tries->count + 1 < FIT_TRIES_MAX && !fit->interrupted) {
		r = fit_try_limit(fit, limit, err);
		/* A failure without a kill may be chance. */
		if (r == 0 && fit_last(fit)->end == FIT_FAILED && !fit->interrupted) {
			r = fit_try_limit(fit, limit, err);
			fit->unsteady = r == 0 && fit_last(fit)->end != FIT_FAILED;
		}
		if (r < 0 || fit->unsteady)
			return r;
		*(fit_last(fit)->end == FIT_LIVED ? &tries->high : &tries->low) = limit;
		limit = fit_next(MAX(tries->low, below), tries->high, step);
	}
	return 0;
}

/*
 * Finds below which limit it is slower. That it was so once may be chance: it is tried twice.
 * Where it should live and does not, no more is found.
 */
static int fit_search_slower(struct fit *fit, struct error *err)
{
	struct fit_tries *tries = &fit->tries;
	uint64_t limit;
	size_t times;
	int r = 0;

	for (fit_find_slower(tries); r == 0 && tries->fast; fit_find_slower(tries)) {
		fit_is_slower(tries, tries->slower, &times);
		limit = times < 2 ? tries->slower
			: fit_next(tries->slower, tries->fast, fit->request->fit_step.bytes);
		if (!limit || tries->count == FIT_TRIES_MAX || fit->interrupted)
			break;
		r = fit_try_limit(fit, limit, err);
		if (r == 0 && fit_last(fit)->end != FIT_LIVED)
			break;
	}
	return r;
}

int fit_run(const struct watch_request *request)
{
	/* Too large for the stack that some limit leaves. */
	static struct fit fit;
	char text[256], most[SIZE_TEXT_MAX];
	struct fit_tries *tries = &fit.tries;
	struct error err;
	int r;

	fit.request = request;
	if (command_find_input("fit", &fit.input, &err) < 0) {
		error_print(&err);
		return EXIT_USAGE;
	}
	r = signals_take_all(&fit.signals);
	if (r < 0)
		error_set_errno(&err, r, "cannot prepare the run");
	else
		r = fit_search(&fit, &err);
	if (r == 0 && !fit.unsteady)
		r = fit_search_slower(&fit, &err);
	if (r < 0) {
		error_print(&err);
		if (!fit.refused)
			return EXIT_FAILED;
		return r == -ENOENT ? WATCH_NOT_FOUND : WATCH_CANNOT_EXECUTE;
	}
	if (request->output.format == OUTPUT_JSON)
		r = fit_write_record(tries, stderr);
	if (fit.interrupted) {
		terminal_say("", "interrupted: the smallest limit is not known");
		return EXIT_SIGNAL_BASE + fit.interrupted;
	}
	if (fit.unsteady) {
		terminal_say("", "with one limit the command failed once and lived once: no limit can be named for it");
		return EXIT_UNMET;
	}
	if (!tries->high) {
		snprintf(text, sizeof(text),
			 "the command does not live with %s, the most that was tried (%s): there is nothing to find",
			 size_text(most, tries->list[0].limit, request->output.unit),
			 fit_end_name(tries->list[0].end));
		terminal_say("", text);
		return tries->list[0].status ? tries->list[0].status : EXIT_UNMET;
	}
	if (request->output.format != OUTPUT_NONE && request->output.format != OUTPUT_JSON)
		fit_print_result(tries, request->command[0], request->output.unit);
	return r < 0 ? EXIT_FAILED : EXIT_DONE;
}
