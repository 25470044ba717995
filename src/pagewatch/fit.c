/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fit.c - run a command under one limit after the other */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/duration.h"
#include "lib/macros.h"
#include "lib/terminal.h"
#include "output/json-object.h"
#include "pagewatch/command.h"
#include "pagewatch/fit.h"
#include "pagewatch/run.h"
#include "pagewatch/sandbox-end.h"
#include "proc/available.h"
#include "proc/host.h"
#include "sandbox/sandbox.h"
#include "verdict/verdict.h"

#define MIB (UINT64_C(1) << 20)

/* A try may take so many times what the first one took, and some seconds more. */
#define PATIENCE_TIMES 5
#define PATIENCE_NS (5 * NS_PER_SECOND)

/* So much longer than the first try is called slower: percent, and more than chance. */
#define SLOWER_PERCENT 5
#define SLOWER_NS (200 * NS_PER_MS)

#define TRIES_MAX 64

/* How a try ended. */
enum fit_end { FIT_LIVED, FIT_KILLED, FIT_FAILED, FIT_SLOW };

static const char *const fit_ends[] = {
	[FIT_LIVED] = "lived", [FIT_KILLED] = "OOM-killed", [FIT_FAILED] = "failed",
	[FIT_SLOW] = "too slow",
};

/* Bytes; times in ns. */
struct fit_try {
	uint64_t limit;
	enum fit_end end;
	int status;		/* of the command; 128+N: killed by signal N */
	uint64_t elapsed_ns;
	uint64_t peak;		/* charged to the sandbox; CGROUP_UNLIMITED: not counted */
};

struct fit {
	const struct watch_request *request;
	struct signals signals;
	int interrupted;	/* the signal that ends it all; 0: none */
	off_t input;		/* where standard input was at first; -1: it has no places */
	bool unsteady;		/* with one limit it failed once, and lived once */
	struct fit_try tries[TRIES_MAX];
	size_t count;
};

uint64_t fit_next(uint64_t low, uint64_t high, uint64_t step)
{
	uint64_t middle = low / step * step + (high - low) / 2 / step * step;

	if (high - low <= step)
		return 0;
	return middle <= low ? middle + step : middle;
}

uint64_t fit_suggest(uint64_t limit)
{
	return (limit + limit / 10 + MIB - 1) / MIB * MIB;
}

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

static void fit_print_try(const struct fit *fit, const struct fit_try *try)
{
	enum size_unit unit = fit->request->output.unit;
	char limit[SIZE_TEXT_MAX], peak[SIZE_TEXT_MAX] = "";

	if (fit->request->output.format != OUTPUT_TABLE)
		return;
	if (fit->count == 1)
		fprintf(stderr, "%12s %12s %10s %6s  %s\n", "LIMIT", "CHARGED", "TIME", "STATUS",
			"END");
	if (try->peak != CGROUP_UNLIMITED)
		size_format(peak, try->peak, unit);
	fprintf(stderr, "%12s %12s %6" PRIu64 ".%03" PRIu64 " %6d  %s\n",
		size_format(limit, try->limit, unit), peak, try->elapsed_ns / NS_PER_SECOND,
		try->elapsed_ns % NS_PER_SECOND / NS_PER_MS, try->status, fit_ends[try->end]);
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
	struct sandbox_end sandbox_end = { -1, -1 };
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
	if (r == 0)
		r = command_execute(&command, &fit->signals, err);
	if (r < 0) {
		sandbox_end_release(&sandbox_end);
		sandbox_remove(&sandbox);
		return r;
	}
	if (fit->count)
		deadline = began + PATIENCE_TIMES * fit->tries[0].elapsed_ns + PATIENCE_NS;
	ended = fit_wait(fit, &command, deadline, &began);
	try.elapsed_ns = duration_now() - began;
	try.end = sandbox_kills(&sandbox) ? FIT_KILLED : ended ? FIT_LIVED : FIT_SLOW;
	root_read_u64(&(struct root){ sandbox.fd }, sandbox.version == 1
		      ? "memory.max_usage_in_bytes" : "memory.peak", &try.peak);
	sandbox_kill(&sandbox);
	command_reap_all(&command);
	close(command.pidfd);
	sandbox_end_release(&sandbox_end);
	sandbox_remove(&sandbox);
	try.status = WIFSIGNALED(command.wait_status)
		     ? EXIT_SIGNAL_BASE + WTERMSIG(command.wait_status)
		     : WEXITSTATUS(command.wait_status);
	if (try.end == FIT_LIVED && try.status)
		try.end = FIT_FAILED;
	fit->tries[fit->count++] = try;
	fit_print_try(fit, &try);
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

/* What follows from the tries: LOW did not do, HIGH did. */
static void fit_conclude(const struct fit *fit, uint64_t low, uint64_t high)
{
	const struct fit_try *first = &fit->tries[0], *at_low = NULL;
	enum size_unit unit = fit->request->output.unit;
	uint64_t slower = 0, suggested = fit_suggest(high);
	char text[1024], sizes[2][SIZE_TEXT_MAX], name[256];

	for (size_t i = 0; i < fit->count; i++) {
		const struct fit_try *try = &fit->tries[i];

		if (try->limit == low)
			at_low = try;
		if (try->end == FIT_LIVED && try->limit > slower &&
		    try->elapsed_ns > first->elapsed_ns / 100 * (100 + SLOWER_PERCENT) &&
		    try->elapsed_ns > first->elapsed_ns + SLOWER_NS)
			slower = try->limit;
	}
	snprintf(text, sizeof(text), "%s lives with %s%s%s%s%s.",
		 error_escape(name, sizeof(name), fit->request->command[0]),
		 size_text(sizes[0], high, unit), at_low ? ", and with " : "",
		 at_low ? size_text(sizes[1], low, unit) : "",
		 !at_low ? "" : at_low->end == FIT_KILLED ? " it is OOM-killed"
		 : at_low->end == FIT_SLOW ? " it takes too long" : " it fails",
		 at_low ? "" : "; less was not tried");
	terminal_say("", text);
	if (slower) {
		snprintf(text, sizeof(text),
			 "With %s it took more than %d %% longer than with %s, once each.",
			 size_text(sizes[0], slower, unit), SLOWER_PERCENT,
			 size_text(sizes[1], first->limit, unit));
		terminal_say("", text);
	}
	snprintf(text, sizeof(text),
		 "With a tenth to spare: MemoryMax=%" PRIu64 "M, or a Kubernetes limit of %" PRIu64 "Mi",
		 suggested / MIB, suggested / MIB);
	terminal_say("", text);
}

static int fit_write_record(const struct fit *fit, uint64_t low, uint64_t high, FILE *stream)
{
	uint64_t killed_at = UINT64_MAX;
	struct json_object *record = json_new_record("fit"), *object = json_object_new_object();
	struct json_object *tries = json_object_new_array();
	struct host host;

	host_read(&host);
	json_add_text(record, "run", host.run);
	json_add_text(record, "time", host.time);
	json_add_text(record, "host", host.name);
	json_add_size(object, "limit", high ? high : UINT64_MAX);
	for (size_t i = 0; i < fit->count; i++)
		if (low && fit->tries[i].limit == low && fit->tries[i].end == FIT_KILLED)
			killed_at = low;
	json_add_size(object, "killed_at", killed_at);
	for (size_t i = 0; i < fit->count; i++) {
		const struct fit_try *try = &fit->tries[i];
		struct json_object *one = json_object_new_object();

		json_add_size(one, "limit", try->limit);
		json_add_text(one, "end", fit_ends[try->end]);
		json_add_integer(one, "exit_status", try->status);
		json_add_size(one, "elapsed_ns", try->elapsed_ns);
		json_add_size(one, "peak_cgroup", try->peak);
		json_object_array_add(tries, one);
	}
	json_add(object, "tries", tries);
	json_add(record, "fit", object);
	return json_write_record(stream, record);
}

/* Finds *ret_high, with which it lives, and *ret_low, with which it does not (0: none). */
static int fit_search(struct fit *fit, uint64_t *ret_low, uint64_t *ret_high, struct error *err)
{
	uint64_t step = fit->request->fit_step.bytes, low = 0, high = 0, limit;
	int r = fit_most(&high, err);

	if (r < 0)
		return r;
	limit = fit->request->has_limit ? MIN(fit->request->limit.bytes, high) : high;
	r = fit_try_limit(fit, limit, err);
	if (r < 0 || fit->tries[0].end != FIT_LIVED)
		return r;
	high = limit;
	/* What it was charged for is a good guess: more it has not needed. */
	limit = fit->tries[0].peak == CGROUP_UNLIMITED ? 0
		: (fit->tries[0].peak / step + 1) * step;
	if (limit <= SANDBOX_LEAST || limit >= high)
		limit = fit_next(low, high, step);
	while (limit && fit->count + 1 < TRIES_MAX && !fit->interrupted) {
		if (limit < SANDBOX_LEAST)
			break;
		r = fit_try_limit(fit, limit, err);
		if (r < 0)
			return r;
		/* A failure without a kill may be chance. */
		if (fit->tries[fit->count - 1].end == FIT_FAILED && !fit->interrupted) {
			r = fit_try_limit(fit, limit, err);
			fit->unsteady = r == 0 && fit->tries[fit->count - 1].end != FIT_FAILED;
			if (r < 0 || fit->unsteady)
				return r;
		}
		*(fit->tries[fit->count - 1].end == FIT_LIVED ? &high : &low) = limit;
		limit = fit_next(low, high, step);
	}
	*ret_low = low;
	*ret_high = high;
	return 0;
}

int fit_run(const struct watch_request *request)
{
	/* Too large for the stack that some limit leaves. */
	static struct fit fit;
	char text[256], most[SIZE_TEXT_MAX];
	uint64_t low = 0, high = 0;
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
		r = fit_search(&fit, &low, &high, &err);
	if (r < 0) {
		error_print(&err);
		return r == -ENOENT ? WATCH_NOT_FOUND : r == -EACCES || r == -ENOEXEC
		       ? WATCH_CANNOT_EXECUTE : EXIT_FAILED;
	}
	if (request->output.format == OUTPUT_JSON)
		r = fit_write_record(&fit, low, high, stderr);
	if (fit.interrupted) {
		terminal_say("", "interrupted: the smallest limit is not known");
		return EXIT_SIGNAL_BASE + fit.interrupted;
	}
	if (fit.unsteady) {
		terminal_say("", "with one limit the command failed once and lived once: no limit can be named for it");
		return EXIT_UNMET;
	}
	if (!high) {
		snprintf(text, sizeof(text),
			 "the command does not live with %s, the most that was tried (%s): there is nothing to find",
			 size_text(most, fit.tries[0].limit, request->output.unit),
			 fit_ends[fit.tries[0].end]);
		terminal_say("", text);
		return fit.tries[0].status ? fit.tries[0].status : EXIT_UNMET;
	}
	if (request->output.format != OUTPUT_NONE && request->output.format != OUTPUT_JSON)
		fit_conclude(&fit, low, high);
	return r < 0 ? EXIT_FAILED : EXIT_DONE;
}
