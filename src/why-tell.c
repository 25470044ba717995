/* SPDX-License-Identifier: GPL-2.0-or-later */
/* why-tell.c - choose reports, explain each with the one after it in sight, and show them */
#include <config.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/duration.h"
#include "oom/filter.h"
#include "system/boot-time.h"
#include "why-tell.h"
#include "why/explain.h"
#include "why/rank.h"

/* By how much a log's dates and the kernel's clock may drift apart between two reports. */
#define SLACK_NS (60 * (int64_t)NS_PER_SECOND)

/* A report with all that was made of it. */
struct why_told {
	struct oom_report report;
	struct oom_ranking ranking;
	struct oom_story story;
	const char *source;
	struct why_told *next;
};

int why_tell_stop(struct why_tell *tell, enum why_stop why)
{
	if (tell->stop == WHY_GO_ON)
		tell->stop = why;
	return -ECANCELED;
}

/* Takes the signal that has come, if one has. */
static int take_signal(struct why_tell *tell)
{
	int number = signals_read(&tell->signals);

	if (!number)
		return 0;
	tell->died_of = number;
	return why_tell_stop(tell, WHY_SIGNAL);
}

/* A reader that has stopped reading must not keep us from being ended by a signal. */
static int wait_for_reader(struct why_tell *tell)
{
	struct pollfd output = { .fd = STDOUT_FILENO, .events = POLLOUT };

	if (!tell->query->follow)
		return 0;
	if (tell->stop == WHY_SIGNAL)
		return poll(&output, 1, 0) == 1 ? 0 : -ECANCELED;
	if (signals_wait_writable(&tell->signals, STDOUT_FILENO) < 0)
		return take_signal(tell);
	return 0;
}

static int fail_to_write(struct why_tell *tell, int error)
{
	struct trouble trouble;

	if (error == -ENOMEM)
		return why_tell_stop(tell, WHY_MEMORY);
	tell->stop = WHY_OUTPUT;
	tell->died_of = 0;
	if (error != -EPIPE) {
		trouble_set_errno(&trouble, error, "cannot write to standard output");
		trouble_print(&trouble);
	} else if (tell->query->follow && !tell->signals.pipe_ignored) {
		/*
		 * Who closed the pipe does not want to know.
		 * Without --follow SIGPIPE killed us.
		 */
		tell->died_of = SIGPIPE;
	}
	return -ECANCELED;
}

int why_tell_wait(struct why_tell *tell, const struct oom_source *source, int most_ms)
{
	struct pollfd fds[] = {
		{ .fd = tell->signals.fd, .events = POLLIN },
		{ .fd = source->fd, .events = source->events },
		/* Errors only: whether its reader has gone. */
		{ .fd = tell->query->output.form == WHY_QUIET ? -1 : STDOUT_FILENO },
	};

	if (source->wake_ms >= 0 && (most_ms < 0 || source->wake_ms < most_ms))
		most_ms = source->wake_ms;
	if (poll(fds, sizeof(fds) / sizeof(fds[0]), most_ms) < 0)
		return 0;
	if (take_signal(tell) < 0)
		return -ECANCELED;
	return fds[2].revents & (POLLERR | POLLHUP) ? fail_to_write(tell, -EPIPE) : 0;
}

static void told_free(struct why_told *told)
{
	oom_story_free(&told->story);
	oom_ranking_free(&told->ranking);
	oom_report_free(&told->report);
	free(told);
}

static int show(struct why_tell *tell, const struct why_told *told)
{
	struct why_case shown = {
		.number = (size_t)tell->shown + 1,
		.source = told->source,
		.report = &told->report,
		.ranking = &told->ranking,
		.story = &told->story,
	};
	int r = wait_for_reader(tell);

	if (r < 0)
		return r;
	r = why_show(&tell->printer, &shown);
	if (r < 0)
		return fail_to_write(tell, r);
	tell->shown++;
	return 0;
}

/* Keeps *told as one of the last. */
static void keep(struct why_tell *tell, struct why_told *told)
{
	struct why_told *oldest = tell->first;

	if (tell->last)
		tell->last->next = told;
	else
		tell->first = told;
	tell->last = told;
	if (tell->kept < tell->query->last) {
		tell->kept++;
		return;
	}
	tell->first = oldest->next;
	told_free(oldest);
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
static int tell_held(struct why_tell *tell, const struct oom_report *next)
{
	struct why_told *told;
	int r;

	if (!tell->holding)
		return 0;
	told = calloc(1, sizeof(*told));
	if (!told)
		return why_tell_stop(tell, WHY_MEMORY);
	told->report = tell->held;
	told->source = tell->source->name;
	tell->holding = false;
	if (next && !is_same_boot(&told->report.time, &next->time))
		next = NULL;
	r = oom_rank(&told->report, &told->ranking);
	if (r == 0)
		r = oom_explain(&told->report, &told->ranking, next, &told->story);
	if (r < 0)
		r = why_tell_stop(tell, WHY_MEMORY);
	if (r == 0 && tell->query->last) {
		keep(tell, told);
		return 0;
	}
	if (r == 0)
		r = show(tell, told);
	told_free(told);
	return r;
}

int why_tell_held(struct why_tell *tell)
{
	return tell_held(tell, NULL);
}

void why_tell_kept(struct why_tell *tell)
{
	int r = 0;

	for (struct why_told *told = tell->first; told && r == 0; told = told->next)
		r = show(tell, told);
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

static enum oom_match match(const struct query *query, const struct oom_report *report)
{
	struct oom_filter filter = {
		.has_since = query->has_since, .since_ns = query->since_ns,
		.has_until = query->has_until, .until_ns = query->until_ns,
		.has_pid = query->has_pid, .pid = query->pid,
		.comm = query->comm, .cgroup = query->cgroup,
	};

	return oom_filter_match(&filter, report);
}

int why_tell_report(void *context, struct oom_report *report)
{
	struct why_tell *tell = context;
	enum oom_match matches;
	int r;

	if (tell->source->live)
		date_report(report);
	matches = match(tell->query, report);
	tell->found += matches == OOM_MATCHES;
	tell->others += matches == OOM_DIFFERS;
	tell->undated += matches == OOM_UNDATED;
	tell->unplaced += matches == OOM_UNPLACED;
	/* Wanted or not, it is what followed the one before it. */
	r = tell_held(tell, report);
	if (matches == OOM_MATCHES && tell->query->output.form == WHY_QUIET)
		r = why_tell_stop(tell, WHY_ENOUGH);
	if (r < 0 || matches != OOM_MATCHES) {
		oom_report_free(report);
		return r;
	}
	tell->held = *report;
	tell->holding = true;
	return 0;
}

int why_tell_begin(struct why_tell *tell, const struct query *query)
{
	int r = 0;

	tell->query = query;
	tell->signals.fd = -1;
	/* A file size limit is an error of writing, EFBIG. */
	signal(SIGXFSZ, SIG_IGN);
	if (query->follow)
		r = signals_take(&tell->signals);
	if (r == 0)
		r = why_open(&tell->printer, &query->output, stdout);
	tell->printing = r == 0;
	return r;
}

void why_tell_end(struct why_tell *tell)
{
	if (tell->holding)
		oom_report_free(&tell->held);
	while (tell->first) {
		struct why_told *told = tell->first;

		tell->first = told->next;
		told_free(told);
	}
	if (tell->printing)
		why_close(&tell->printer);
	if (tell->signals.fd >= 0)
		close(tell->signals.fd);
}
