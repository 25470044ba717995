/* SPDX-License-Identifier: GPL-2.0-or-later */
/* run.c - wire source, parser and reports together, and say what went wrong */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/duration.h"
#include "lib/stdio-guard.h"
#include "lib/timestamp.h"
#include "oomreport/turn.h"
#include "oomwhy/run.h"

/* For tests: a recorded tree of another machine's /dev and /var. */
#define ROOT_VARIABLE "PAGETOUCH_ROOT"

/* With --follow, what is held back is given out after so long a silence... */
#define SILENCE_NS NS_PER_SECOND

/* ... and in a log that is never silent, after so long. */
#define NOISE_NS (3 * NS_PER_SECOND)

/* What is said of a line: a time and a host, both escaped. */
#define LINE_LABEL_MAX 640

static void __attribute__((format(printf, 2, 3)))
note(const struct oomwhy_run *run, const char *format, ...)
{
	va_list arguments;

	if (run->query->output.form == WHY_QUIET)
		return;
	fprintf(stderr, "%s: note: ", program_invocation_short_name);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
}

static void fail(struct oomwhy_run *run, const struct error *err)
{
	run->failed = true;
	error_print(err);
}

/* Gives out what the parser and the session hold back. */
static int oomwhy_give_out(struct oomwhy_run *run)
{
	if (oom_parser_pause(run->parser) < 0)
		return why_results_stop(&run->results, WHY_MEMORY);
	return why_results_held(&run->results);
}

/* How long until LENGTH_NS have passed since FROM_NS, in whole ms, at least 0. */
static int left_ms(uint64_t from_ns, uint64_t length_ns)
{
	uint64_t passed = duration_now() - from_ns;

	return passed >= length_ns ? 0 : (int)((length_ns - passed + NS_PER_MS - 1) / NS_PER_MS);
}

static int feed_parser(void *context, const char *data, size_t length)
{
	return oom_parser_feed(context, data, length);
}

static int record_to_parser(void *context, struct strview message, const struct oom_time *time,
			    const char *host)
{
	return oom_parser_record(context, message, time, host);
}

/* Reads the source until it ends or a signal ends this. Returns 0 or a negative errno. */
static int follow(struct oomwhy_run *run, struct error *err)
{
	const struct log_sink sink = { run->parser, feed_parser, record_to_parser };
	uint64_t heard_ns = duration_now(), given_ns = heard_ns;
	bool silent = true;
	int supply, r = 0;

	do {
		supply = run->source.supply(&run->source, &sink, err);
		if (supply == OOM_SUPPLY_MORE) {
			/* The time of the first of what is held back, and of the last. */
			given_ns = silent ? duration_now() : given_ns;
			heard_ns = duration_now();
			silent = false;
		}
		if (supply <= OOM_SUPPLY_END) {
			r = supply;
		} else if (!silent && (left_ms(heard_ns, SILENCE_NS) == 0 ||
				       left_ms(given_ns, NOISE_NS) == 0)) {
			r = oomwhy_give_out(run);
			silent = true;
		} else {
			r = why_results_wait(&run->results, &run->source,
					     supply == OOM_SUPPLY_MORE ? 0 :
					     silent ? -1 : left_ms(heard_ns, SILENCE_NS));
		}
	} while (supply > OOM_SUPPLY_END && r == 0);
	return r;
}

static int read_to_end(struct oomwhy_run *run, struct error *err)
{
	const struct log_sink sink = { run->parser, feed_parser, record_to_parser };
	struct oom_source *source = &run->source;
	struct pollfd readable = { .fd = source->fd, .events = source->events };
	int r;

	while ((r = source->supply(source, &sink, err)) > OOM_SUPPLY_END) {
		if (r == OOM_SUPPLY_IDLE)
			poll(&readable, 1, -1);
		/* The first answer will do: let nothing that is complete be held back. */
		else if (run->query->output.form == WHY_QUIET && oomwhy_give_out(run) < 0)
			return -ECANCELED;
	}
	return r;
}

/* Says that the log has its newest line first and is too long to be kept. */
static void fail_to_turn(struct oomwhy_run *run)
{
	struct error err;

	error_set(&err, "%s has its newest line first, and cannot be turned here",
		  run->source.label);
	error_hint(&err, "turn it: tac FILE | oomwhy, or journalctl without -r");
	fail(run, &err);
}

/* Whether standard input was given as the log to be read. */
static bool has_input(void)
{
	struct stat status;

	return fstat(STDIN_FILENO, &status) == 0 &&
	       (S_ISFIFO(status.st_mode) || S_ISREG(status.st_mode) || S_ISSOCK(status.st_mode));
}

/* Opens FILE; NULL: the journal if it was asked for, standard input if it is a log, or kmsg. */
static int open_source(struct oomwhy_run *run, const char *file, struct error *err)
{
	const struct query *query = run->query;
	const char *root = getenv(ROOT_VARIABLE);

	if (file ? !strcmp(file, "-") : !query->journal && has_input())
		return source_stdin_open(query->follow, &run->source, err);
	if (file && source_is_kmsg(file))
		return source_kmsg_open(file, query->follow, &run->source, err);
	if (file)
		return source_file_open(file, &run->source, err);
	snprintf(run->path, sizeof(run->path), "%s/%s", root ? root : "",
		 query->journal ? "var/log/journal" : "dev/kmsg");
	if (query->journal)
		return source_journal_open(root ? run->path : NULL, query->boot, query->follow,
					   &run->source, err);
	return source_kmsg_open(run->path, query->follow, &run->source, err);
}

/* Reads a source to its end. */
static void read_source(struct oomwhy_run *run, const char *file)
{
	struct why_results *results = &run->results;
	struct error err;
	int r = open_source(run, file, &err);

	if (r < 0) {
		fail(run, &err);
		return;
	}
	results->source = &run->source;
	r = run->query->follow ? follow(run, &err) : read_to_end(run, &err);
	if (r == TURN_REFUSED && results->stop == WHY_GO_ON)
		fail_to_turn(run);
	else if (r < 0 && results->stop == WHY_GO_ON)
		fail(run, &err);
	/* What is held back when a signal comes is given out all the same. */
	if (results->stop == WHY_GO_ON || results->stop == WHY_SIGNAL) {
		r = oom_parser_end(run->parser);
		if (r == 0)
			r = why_results_held(results);
		if (r == TURN_REFUSED)
			fail_to_turn(run);
		else if (r < 0)
			why_results_stop(results, WHY_MEMORY);
	}
	run->lost += run->source.lost;
	oom_source_close(&run->source);
}

/* ", the first of 2026-11-24T10:20:30, vmhost" */
static void describe_line(char text[static LINE_LABEL_MAX], const char *which,
			  const struct seen_line *line)
{
	char when[TIMESTAMP_TEXT_MAX], raw[sizeof(line->time.raw) * 4];
	char host[sizeof(line->host) * 4];

	snprintf(text, LINE_LABEL_MAX, ", the %s of %s%s%s", which, line->time.has_wall ?
		 timestamp_format(when, line->time.wall_ns, TIMESTAMP_LOCAL) :
		 error_escape(raw, sizeof(raw), line->time.raw), *line->host ? ", " : "",
		 error_escape(host, sizeof(host), line->host));
}

static void append_nothing_found(const struct oomwhy_run *run)
{
	const struct seen *seen = oom_parser_seen(run->parser);
	char first[LINE_LABEL_MAX] = "", last[LINE_LABEL_MAX] = "";

	/* Who gave no file may not know that there was an input. */
	if (!seen->lines && run->query->file_count < 2)
		snprintf(first, sizeof(first), ", from %s", run->source.label);
	if (seen->first.has_time)
		describe_line(first, "first", &seen->first);
	if (seen->last.has_time)
		describe_line(last, "last", &seen->last);
	if (run->results.others)
		note(run, "no report that was asked for was found; others: %" PRIu64
		     ", lines read: %" PRIu64 "%s%s", run->results.others, seen->lines, first,
		     last);
	else
		note(run, "no report of the OOM killer was found; lines read: %" PRIu64 "%s%s",
		     seen->lines, first, last);
}

/* Says what was left out, or that nothing was found. Returns the exit status. */
static int oomwhy_conclude(struct oomwhy_run *run)
{
	const struct why_results *results = &run->results;
	struct error err;

	if (run->lost)
		note(run, "records of the kernel's log that were overwritten unread: %" PRIu64,
		     run->lost);
	if (results->undated)
		note(run, "reports left out, since their log has no dates to compare with "
		     "--since or --until: %" PRIu64, results->undated);
	if (results->unplaced)
		note(run, "reports left out, since they name no cgroup to compare with "
		     "--cgroup (the kernel may have suppressed that line): %" PRIu64,
		     results->unplaced);
	/* Silence is no answer. */
	if (!results->found && !results->undated && !results->unplaced && !run->failed &&
	    results->stop == WHY_GO_ON)
		append_nothing_found(run);
	if (results->stop == WHY_MEMORY) {
		error_set_errno(&err, -ENOMEM, "cannot go on");
		fail(run, &err);
	}
	if (results->stop == WHY_OUTPUT || stdio_guard_finish() < 0 || run->failed)
		return WHY_FAILED;
	return results->found ? WHY_FOUND : WHY_NONE;
}

int oomwhy_run(struct oomwhy_run *run, const struct query *query)
{
	struct error err;
	int r;

	run->query = query;
	r = why_results_begin(&run->results, query);
	if (r == 0)
		run->parser = oom_parser_new(why_results_report, &run->results);
	if (!run->parser) {
		error_set_errno(&err, r < 0 ? r : -ENOMEM, "cannot begin");
		error_print(&err);
		return WHY_FAILED;
	}
	if (!query->file_count)
		read_source(run, NULL);
	for (size_t i = 0; i < query->file_count && run->results.stop == WHY_GO_ON; i++)
		read_source(run, query->files[i]);
	if (run->results.stop == WHY_GO_ON)
		why_results_kept(&run->results);
	return oomwhy_conclude(run);
}

int oomwhy_close(struct oomwhy_run *run)
{
	oom_parser_free(run->parser);
	why_results_end(&run->results);
	return run->results.died_of;
}
