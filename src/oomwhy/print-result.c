/* SPDX-License-Identifier: GPL-2.0-or-later */
/* print-result.c - choose reports, explain each with the one after it in sight, and show them */
#include <config.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/duration.h"
#include "lib/macros.h"
#include "oomwhy/print-result.h"
#include "proc/boot-time.h"

/* By how much a log's dates and the kernel's clock may drift apart between two reports. */
#define SLACK_NS (60 * (int64_t)NS_PER_SECOND)

/* A report with all that was made of it. */
struct why_result {
	struct oom_report report;
	struct oom_ranking ranking;
	struct oom_explanation explanation;
	const char *source;
	struct why_result *next;
};

int why_results_stop(struct why_results *results, enum why_stop why)
{
	if (results->stop == WHY_GO_ON)
		results->stop = why;
	return -ECANCELED;
}

/* Takes the signal that has come, if one has. */
static int take_signal(struct why_results *results)
{
	int number = signals_read(&results->signals);

	if (!number)
		return 0;
	results->died_of = number;
	return why_results_stop(results, WHY_SIGNAL);
}

/* A reader that has stopped reading must not keep us from being ended by a signal. */
static int results_wait_for_reader(struct why_results *results)
{
	struct pollfd output = { .fd = STDOUT_FILENO, .events = POLLOUT };

	if (!results->query->follow)
		return 0;
	if (results->stop == WHY_SIGNAL)
		return poll(&output, 1, 0) == 1 ? 0 : -ECANCELED;
	if (signals_wait_writable(&results->signals, STDOUT_FILENO) < 0)
		return take_signal(results);
	return 0;
}

static int fail_to_write(struct why_results *results, int error)
{
	struct error err;

	if (error == -ENOMEM)
		return why_results_stop(results, WHY_MEMORY);
	results->stop = WHY_OUTPUT;
	results->died_of = 0;
	if (error != -EPIPE) {
		error_set_errno(&err, error, "cannot write to standard output");
		error_print(&err);
	} else if (results->query->follow && !results->signals.pipe_ignored) {
		/*
		 * Who closed the pipe does not want to know.
		 * Without --follow SIGPIPE killed us.
		 */
		results->died_of = SIGPIPE;
	}
	return -ECANCELED;
}

int why_results_wait(struct why_results *results, const struct oom_source *source, int most_ms)
{
	struct pollfd fds[] = {
		{ .fd = results->signals.fd, .events = POLLIN },
		{ .fd = source->fd, .events = source->events },
		/* Errors only: whether its reader has gone. */
		{ .fd = results->query->output.form == WHY_QUIET ? -1 : STDOUT_FILENO },
	};

	if (source->wake_ms >= 0 && (most_ms < 0 || source->wake_ms < most_ms))
		most_ms = source->wake_ms;
	if (poll(fds, ARRAY_SIZE(fds), most_ms) < 0)
		return 0;
	if (take_signal(results) < 0)
		return -ECANCELED;
	return fds[2].revents & (POLLERR | POLLHUP) ? fail_to_write(results, -EPIPE) : 0;
}

static void result_free(struct why_result *result)
{
	oom_explanation_free(&result->explanation);
	oom_ranking_free(&result->ranking);
	oom_report_free(&result->report);
	free(result);
}

static int show(struct why_results *results, const struct why_result *result)
{
	struct why_case shown = {
		.number = (size_t)results->shown + 1,
		.source = result->source,
		.report = &result->report,
		.ranking = &result->ranking,
		.explanation = &result->explanation,
	};
	int r = results_wait_for_reader(results);

	if (r < 0)
		return r;
	r = why_show(&results->printer, &shown);
	if (r < 0)
		return fail_to_write(results, r);
	results->shown++;
	return 0;
}

/* Keeps *result as one of the last. */
static void keep(struct why_results *results, struct why_result *result)
{
	struct why_result *oldest = results->first;

	if (results->last)
		results->last->next = result;
	else
		results->first = result;
	results->last = result;
	if (results->kept < results->query->last) {
		results->kept++;
		return;
	}
	results->first = oldest->next;
	result_free(oldest);
}

/* Whether two reports are of one run of the kernel, as far as their times tell. */
static bool is_same_boot(const struct oom_time *first, const struct oom_time *second)
{
	int64_t dates_ns, clocks_ns, apart_ns;

	if (!first->has_wall || !second->has_wall || !first->has_monotonic ||
	    !second->has_monotonic)
		return true;
	return !__builtin_sub_overflow(second->wall_ns, first->wall_ns, &dates_ns) &&
	       !__builtin_sub_overflow(second->monotonic_ns, first->monotonic_ns, &clocks_ns) &&
	       !__builtin_sub_overflow(dates_ns, clocks_ns, &apart_ns) &&
	       apart_ns > -SLACK_NS && apart_ns < SLACK_NS;
}

/* Explains the report that is held, if one is; NEXT follows it, or NULL. */
static int explain_held(struct why_results *results, const struct oom_report *next)
{
	struct why_result *result;
	int r;

	if (!results->holding)
		return 0;
	result = calloc(1, sizeof(*result));
	if (!result)
		return why_results_stop(results, WHY_MEMORY);
	result->report = results->held;
	result->source = results->source->name;
	results->holding = false;
	if (next && !is_same_boot(&result->report.time, &next->time))
		next = NULL;
	r = oom_rank(&result->report, &result->ranking);
	if (r == 0)
		r = oom_explain(&result->report, &result->ranking, next, &result->explanation);
	if (r < 0)
		r = why_results_stop(results, WHY_MEMORY);
	if (r == 0 && results->query->last) {
		keep(results, result);
		return 0;
	}
	if (r == 0)
		r = show(results, result);
	result_free(result);
	return r;
}

int why_results_held(struct why_results *results)
{
	return explain_held(results, NULL);
}

void why_results_kept(struct why_results *results)
{
	int r = 0;

	for (struct why_result *result = results->first; result && r == 0; result = result->next)
		r = show(results, result);
}

/* Gives *time a date, if it has only the time since the boot, which was at BOOT_NS. */
static void date(struct oom_time *time, int64_t boot_ns)
{
	if (time->has_wall || !time->has_monotonic ||
	    __builtin_add_overflow(time->monotonic_ns, boot_ns, &time->wall_ns))
		return;
	time->has_wall = true;
	/* The kernel's log stops its clock during suspend. */
	time->wall_derived = true;
}

/* Dates all of a report of the running kernel, as dmesg -T does. */
static void date_report(struct oom_report *report)
{
	int64_t boot_ns;

	if (boot_time_read(&boot_ns) < 0)
		return;
	date(&report->time, boot_ns);
	for (size_t i = 0; i < report->victim_count; i++) {
		date(&report->victims[i].time, boot_ns);
		date(&report->victims[i].reaped.time, boot_ns);
	}
}

int why_results_report(void *context, struct oom_report *report)
{
	struct why_results *results = context;
	enum oom_match matches;
	int r;

	if (results->source->live)
		date_report(report);
	matches = oom_filter_match(&results->query->filter, report);
	results->found += matches == OOM_MATCHES;
	results->others += matches == OOM_DIFFERS;
	results->undated += matches == OOM_UNDATED;
	results->unplaced += matches == OOM_UNPLACED;
	/* Wanted or not, it is what followed the one before it. */
	r = explain_held(results, report);
	if (matches == OOM_MATCHES && results->query->output.form == WHY_QUIET)
		r = why_results_stop(results, WHY_ENOUGH);
	if (r < 0 || matches != OOM_MATCHES) {
		oom_report_free(report);
		return r;
	}
	results->held = *report;
	results->holding = true;
	return 0;
}

int why_results_begin(struct why_results *results, const struct query *query)
{
	int r = 0;

	results->query = query;
	results->signals.fd = -1;
	/* A file size limit is an error of writing, EFBIG. */
	signal(SIGXFSZ, SIG_IGN);
	if (query->follow)
		r = signals_take(&results->signals);
	if (r == 0)
		why_open(&results->printer, &query->output, stdout);
	return r;
}

void why_results_end(struct why_results *results)
{
	if (results->holding)
		oom_report_free(&results->held);
	while (results->first) {
		struct why_result *result = results->first;

		results->first = result->next;
		result_free(result);
	}
	if (results->signals.fd >= 0)
		close(results->signals.fd);
}
