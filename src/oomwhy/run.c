/* SPDX-License-Identifier: GPL-2.0-or-later */
/* run.c - read the sources; choose, explain and show each report; say what went wrong */
#include <config.h>

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernlog/source.h"
#include "lib/duration.h"
#include "lib/macros.h"
#include "lib/program.h"
#include "lib/signals.h"
#include "oomreport/parser.h"
#include "oomreport/stages.h"
#include "oomwhy/notes.h"
#include "oomwhy/run.h"
#include "proc/place.h"

/* For tests: a recorded tree of another machine's /dev and /var. */
#define ROOT_VARIABLE "PAGETOUCH_ROOT"

/* By how much a log's dates and the kernel's clock may drift apart between two reports. */
#define SLACK_NS (60 * (double)NS_PER_SECOND)

/* With --follow, what is held back is given out after so long a silence... */
#define SILENCE_NS NS_PER_SECOND

/* ... and in a log that is never silent, after so long. */
#define NOISE_NS (3 * NS_PER_SECOND)

/* A report with all that was made of it. */
struct result {
	struct oom_report report;
	struct oom_ranking ranking;
	struct oom_explanation explanation;
	char *source;		/* the log it is from */
	STAILQ_ENTRY(result) next;
};

/* Why no more is to be read. */
enum stop {
	STOP_NOT,
	STOP_ENOUGH,		/* --quiet has its answer */
	STOP_SIGNAL,		/* died_of says which */
	STOP_OUTPUT,		/* standard output cannot be written; that has been said */
	STOP_MEMORY,		/* there is not enough of it */
};

struct oomwhy_run {
	const struct query *query;
	struct oom_filter filter;	/* the query's, with the pods of this node */
	struct pods pods;
	struct signals signals;		/* taken with --follow */
	struct oom_parser *parser;
	struct oom_source source;	/* the one that is being read */
	char path[PATH_MAX];		/* of the kernel's log or the journal, below
					 * $PAGETOUCH_ROOT */
	struct result *held;		/* waits for the report after it; NULL: none does */
	STAILQ_HEAD(, result) kept;	/* --last: those that are kept, the oldest first */
	uint64_t kept_count;
	struct why_printer printer;
	struct summary summary;		/* --summary */
	size_t shown;
	struct run_notes notes;
	bool failed;			/* something could not be read */
	enum stop stop;
	int died_of;			/* the signal that this process is to die of; 0: none */
};

/* Ends the reading because of WHY, unless it has ended already. Returns -ECANCELED. */
static int run_stop(struct oomwhy_run *run, enum stop why)
{
	if (run->stop == STOP_NOT)
		run->stop = why;
	return -ECANCELED;
}

/* Takes the signal that has come, if one has. */
static int run_take_signal(struct oomwhy_run *run)
{
	int number = signals_read(&run->signals);

	if (!number)
		return 0;
	run->died_of = number;
	return run_stop(run, STOP_SIGNAL);
}

static int run_fail_to_write(struct oomwhy_run *run, int error)
{
	struct error err;

	if (error == -ENOMEM)
		return run_stop(run, STOP_MEMORY);
	run->stop = STOP_OUTPUT;
	run->died_of = 0;
	if (error != -EPIPE) {
		error_set_errno(&err, error, "cannot write to standard output");
		error_print(&err);
	} else if (run->query->follow && !run->signals.pipe_ignored) {
		/* Who closed the pipe wants no message. Without --follow SIGPIPE killed us. */
		run->died_of = SIGPIPE;
	}
	return -ECANCELED;
}

static int result_show(struct oomwhy_run *run, const struct result *result)
{
	struct pollfd output = { .fd = STDOUT_FILENO, .events = POLLOUT };
	struct why_case shown = {
		.number = run->shown + 1, .source = result->source, .report = &result->report,
		.ranking = &result->ranking, .explanation = &result->explanation,
	};
	int r = 0;

	if (run->query->output.summary)
		return summary_add(&run->summary, &result->report) < 0 ? run_stop(run, STOP_MEMORY)
								       : 0;
	/* A reader that has stopped reading must not keep us from being ended by a signal. */
	if (run->query->follow && run->stop == STOP_SIGNAL)
		r = poll(&output, 1, 0) == 1 ? 0 : -ECANCELED;
	else if (run->query->follow && signals_wait_writable(&run->signals, STDOUT_FILENO) < 0)
		r = run_take_signal(run);
	if (r < 0)
		return r;
	r = why_show(&run->printer, &shown);
	if (r < 0)
		return run_fail_to_write(run, r);
	run->shown++;
	return 0;
}

static void result_free(struct result *result)
{
	oom_explanation_free(&result->explanation);
	oom_ranking_free(&result->ranking);
	oom_report_free(&result->report);
	free(result->source);
	free(result);
}

/* Whether two reports are of one run of the kernel, as far as their times tell. */
static bool is_same_boot(const struct oom_time *first, const struct oom_time *second)
{
	double first_boot_ns = (double)first->wall_ns - (double)first->monotonic_ns;
	double second_boot_ns = (double)second->wall_ns - (double)second->monotonic_ns;

	if (!first->has_wall || !second->has_wall || !first->has_monotonic ||
	    !second->has_monotonic)
		return true;
	return second_boot_ns - first_boot_ns > -SLACK_NS &&
	       second_boot_ns - first_boot_ns < SLACK_NS;
}

/*
 * Explains the report that is held, if one is, and shows it, or keeps it as one of the last; NEXT
 * follows it, or NULL. Returns 0, or -ECANCELED with run->stop set.
 */
static int run_explain_held(struct oomwhy_run *run, const struct oom_report *next)
{
	struct result *result = run->held;
	int r;

	if (!result)
		return 0;
	run->held = NULL;
	if (next && !is_same_boot(&result->report.time, &next->time))
		next = NULL;
	r = run->query->output.summary ? 0 : oom_rank(&result->report, &result->ranking);
	if (r == 0 && !run->query->output.summary)
		r = oom_explain(&result->report, &result->ranking, next, &result->explanation);
	if (r < 0) {
		r = run_stop(run, STOP_MEMORY);
	} else if (run->query->last) {
		STAILQ_INSERT_TAIL(&run->kept, result, next);
		if (run->kept_count < run->query->last) {
			run->kept_count++;
			return 0;
		}
		result = STAILQ_FIRST(&run->kept);
		STAILQ_REMOVE_HEAD(&run->kept, next);
	} else {
		r = result_show(run, result);
	}
	result_free(result);
	return r;
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

/* Takes a report from the parser: an oom_report_fn. */
static int run_take_report(void *context, struct oom_report *report)
{
	struct oomwhy_run *run = context;
	enum oom_match matches;
	int64_t boot_ns;
	int r;

	/* Those of the running kernel get dates, as dmesg -T does. */
	if (run->source.live && boot_time_read(&boot_ns) == 0) {
		date(&report->time, boot_ns);
		for (size_t i = 0; i < report->victim_count; i++) {
			date(&report->victims[i].time, boot_ns);
			date(&report->victims[i].reaped.time, boot_ns);
		}
	}
	matches = oom_filter_match(&run->filter, report);
	run->notes.reports[matches]++;
	/* Wanted or not, it is what followed the one before it. */
	r = run_explain_held(run, report);
	if (matches == OOM_MATCHES && run->query->output.form == WHY_QUIET)
		r = run_stop(run, STOP_ENOUGH);
	if (r == 0 && matches == OOM_MATCHES) {
		run->held = calloc(1, sizeof(*run->held));
		if (run->held)
			run->held->source = strdup(run->source.name);
		r = run->held && run->held->source ? 0 : run_stop(run, STOP_MEMORY);
	}
	if (r < 0 || matches != OOM_MATCHES)
		oom_report_free(report);
	else
		run->held->report = *report;
	return r;
}

static int run_feed(void *context, const char *data, size_t length)
{
	return oom_parser_feed(context, data, length);
}

static int run_feed_record(void *context, struct strview message, const struct oom_time *time,
			   const char *host)
{
	return oom_parser_record(context, message, time, host);
}

/* Gives out what the parser and we hold back. */
static int run_give_out(struct oomwhy_run *run)
{
	if (oom_parser_pause(run->parser) < 0)
		return run_stop(run, STOP_MEMORY);
	return run_explain_held(run, NULL);
}

/* How long until LENGTH_NS have passed since FROM_NS, in whole ms, at least 0. */
static int left_ms(uint64_t from_ns, uint64_t length_ns)
{
	uint64_t passed = duration_now() - from_ns;

	return passed >= length_ns ? 0 : (int)((length_ns - passed + NS_PER_MS - 1) / NS_PER_MS);
}

/*
 * Waits until the source has more, MOST_MS (-1: forever) have passed, a signal comes or whoever
 * reads our output is gone.
 */
static int run_wait(struct oomwhy_run *run, int most_ms)
{
	const struct oom_source *source = &run->source;
	struct pollfd fds[] = {
		{ .fd = run->signals.fd, .events = POLLIN },
		{ .fd = source->fd, .events = source->events },
		/* Errors only: whether its reader has gone. */
		{ .fd = run->query->output.form == WHY_QUIET ? -1 : STDOUT_FILENO },
	};

	if (source->wake_ms >= 0 && (most_ms < 0 || source->wake_ms < most_ms))
		most_ms = source->wake_ms;
	if (poll(fds, ARRAY_SIZE(fds), most_ms) < 0)
		return 0;
	if (run_take_signal(run) < 0)
		return -ECANCELED;
	return fds[2].revents & (POLLERR | POLLHUP) ? run_fail_to_write(run, -EPIPE) : 0;
}

/* Says why reading ended: ERROR, with *err set, or that the log cannot be turned. */
static void run_fail_to_read(struct oomwhy_run *run, int error, struct error *err)
{
	if (error == TURN_REFUSED) {
		error_set(err, "%s has its newest line first, and cannot be turned here",
			  run->source.label);
		error_hint(err, "turn it: tac FILE | oomwhy, or journalctl without -r");
	}
	run->failed = true;
	error_print(err);
}

/* A log has ended: gives out what is held back of it. */
static void run_end_log(struct oomwhy_run *run)
{
	int r = oom_parser_end(run->parser);
	struct error err;

	if (r == 0)
		r = run_explain_held(run, NULL);
	if (r == TURN_REFUSED)
		run_fail_to_read(run, r, &err);
	else if (r < 0)
		run_stop(run, STOP_MEMORY);
}

/* Reads the source until it ends or the run stops. Returns 0 or a negative errno. */
static int run_read(struct oomwhy_run *run, struct error *err)
{
	const struct log_sink sink = { run->parser, run_feed, run_feed_record };
	struct oom_source *source = &run->source;
	struct pollfd readable = { .fd = source->fd, .events = source->events };
	uint64_t heard_ns = duration_now(), given_ns = heard_ns;
	bool silent = true;
	int supply, r = 0;

	while (r == 0 && (supply = source->supply(source, &sink, err)) != OOM_SUPPLY_END) {
		if (supply < 0)
			return supply;
		if (supply == OOM_SUPPLY_LOG_END) {
			run_end_log(run);
			r = run->stop == STOP_NOT ? 0 : -ECANCELED;
			continue;
		}
		if (!run->query->follow) {
			if (supply == OOM_SUPPLY_IDLE)
				poll(&readable, 1, -1);
			/* The first answer will do: let nothing complete be held back. */
			else if (run->query->output.form == WHY_QUIET)
				r = run_give_out(run);
			continue;
		}
		if (supply == OOM_SUPPLY_MORE) {
			/* The time of the first of what is held back, and of the last. */
			given_ns = silent ? duration_now() : given_ns;
			heard_ns = duration_now();
			silent = false;
		}
		if (!silent && (left_ms(heard_ns, SILENCE_NS) == 0 ||
				left_ms(given_ns, NOISE_NS) == 0)) {
			r = run_give_out(run);
			silent = true;
		} else {
			r = run_wait(run, supply == OOM_SUPPLY_MORE ? 0 : silent ? -1
					  : left_ms(heard_ns, SILENCE_NS));
		}
	}
	return r;
}

/* Opens FILE; NULL: the journal if it was asked for, standard input if it is a log, or kmsg. */
static int run_open(struct oomwhy_run *run, const char *file, struct error *err)
{
	const struct query *query = run->query;
	const char *root = getenv(ROOT_VARIABLE);
	struct stat status;

	if (!file && !query->journal && fstat(STDIN_FILENO, &status) == 0 &&
	    (S_ISFIFO(status.st_mode) || S_ISREG(status.st_mode) || S_ISSOCK(status.st_mode)))
		file = "-";
	if (file)
		return source_file_open(file, false, query->follow, &run->source, err);
	snprintf(run->path, sizeof(run->path), "%s/%s", root ? root : "",
		 query->journal ? "var/log/journal" : "dev/kmsg");
	if (query->journal)
		return source_journal_open(root ? run->path : NULL, &query->boot, query->follow,
					   &run->source, err);
	return source_file_open(run->path, true, query->follow, &run->source, err);
}

/* Reads a source to its end. */
static void run_read_source(struct oomwhy_run *run, const char *file)
{
	struct error err;
	int r = run_open(run, file, &err);

	if (r < 0) {
		run_fail_to_read(run, r, &err);
		return;
	}
	r = run_read(run, &err);
	if (r < 0 && run->stop == STOP_NOT)
		run_fail_to_read(run, r, &err);
	/* What is held back when a signal comes is given out all the same. */
	if (run->stop == STOP_NOT || run->stop == STOP_SIGNAL)
		run_end_log(run);
	run->notes.lost += run->source.lost;
	oom_source_close(&run->source);
}

/* Reads which pods this node knows by name. Returns 0 or a negative errno. */
static int run_read_pods(struct oomwhy_run *run)
{
	const char *prefix = getenv(ROOT_VARIABLE);
	struct root root;
	int r = root_open(prefix ? prefix : "/", &root);

	if (r < 0)
		return r;
	r = pods_read(&root, &run->pods);
	root_close(&root);
	return r;
}

/* Shows what is shown when all has been read: the last reports, or all of them added up. */
static void run_show_rest(struct oomwhy_run *run)
{
	struct result *result;
	int r;

	while ((result = STAILQ_FIRST(&run->kept))) {
		STAILQ_REMOVE_HEAD(&run->kept, next);
		if (run->stop == STOP_NOT)
			result_show(run, result);
		result_free(result);
	}
	if (!run->query->output.summary || (run->stop != STOP_NOT && run->stop != STOP_SIGNAL))
		return;
	summary_sort(&run->summary);
	r = why_summary(&run->printer, &run->summary);
	if (r < 0)
		run_fail_to_write(run, r);
}

int oomwhy_run(const struct query *query, int *ret_died_of)
{
	/* Too large for the stack that some limit leaves. */
	static struct oomwhy_run run;
	struct error err;
	int status, r = 0;

	run = (struct oomwhy_run){
		.query = query, .signals.fd = -1, .summary.by = query->output.by,
	};
	STAILQ_INIT(&run.kept);
	/* A file size limit is an error of writing, EFBIG. */
	signal(SIGXFSZ, SIG_IGN);
	if (query->follow)
		r = signals_take(&run.signals);
	if (r == 0 && query->filter.pod)
		r = run_read_pods(&run);
	if (r == 0)
		run.parser = oom_parser_new(run_take_report, &run);
	if (!run.parser) {
		error_set_errno(&err, r < 0 ? r : -ENOMEM, "cannot begin");
		error_print(&err);
		return WHY_FAILED;
	}
	run.filter = query->filter;
	run.filter.pods = &run.pods;
	why_open(&run.printer, &query->output, stdout);
	if (!query->file_count)
		run_read_source(&run, NULL);
	for (size_t i = 0; i < query->file_count && run.stop == STOP_NOT; i++)
		run_read_source(&run, query->files[i]);
	run_show_rest(&run);
	if (query->output.form != WHY_QUIET)
		run_notes_print(&run.notes, oom_parser_seen(run.parser),
				query->file_count < 2 ? run.source.label : NULL,
				!run.failed && run.stop == STOP_NOT);
	if (run.stop == STOP_MEMORY) {
		error_set_errno(&err, -ENOMEM, "cannot go on");
		error_print(&err);
	}
	if (run.stop == STOP_OUTPUT || stdio_guard_finish() < 0 || run.failed ||
	    run.stop == STOP_MEMORY)
		status = WHY_FAILED;
	else
		status = run.notes.reports[OOM_MATCHES] ? WHY_FOUND : WHY_NONE;
	oom_parser_free(run.parser);
	summary_free(&run.summary);
	pods_free(&run.pods);
	if (run.held)
		result_free(run.held);
	if (run.signals.fd >= 0)
		close(run.signals.fd);
	*ret_died_of = run.died_of;
	return status;
}
