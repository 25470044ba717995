/* SPDX-License-Identifier: GPL-2.0-or-later */
/* why-session.c - wire source, parser and reports together, and say what went wrong */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/duration.h"
#include "base/stdio-guard.h"
#include "oom/turn.h"
#include "why-session.h"

/* For tests: a recorded tree of another machine's /dev and /var. */
#define ROOT_VARIABLE "PAGETOUCH_ROOT"

/* With --follow, what is held back is given out after so long a silence... */
#define SILENCE_NS NS_PER_SECOND

/* ... and in a log that is never silent, after so long. */
#define NOISE_NS (3 * NS_PER_SECOND)

/* What is said of a line: a time and a host, both escaped. */
#define LINE_SAID_MAX 640

static void __attribute__((format(printf, 2, 3)))
note(const struct why_session *session, const char *format, ...)
{
	va_list arguments;

	if (session->query->output.form == WHY_QUIET)
		return;
	fprintf(stderr, "%s: note: ", program_invocation_short_name);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
}

static void fail(struct why_session *session, const struct trouble *trouble)
{
	session->failed = true;
	trouble_print(trouble);
}

/* Gives out what the parser and the session hold back. */
static int give_out(struct why_session *session)
{
	if (oom_parser_pause(session->parser) < 0)
		return why_tell_stop(&session->tell, WHY_MEMORY);
	return why_tell_held(&session->tell);
}

/* How long until LENGTH_NS have passed since FROM_NS, in whole ms, at least 0. */
static int left_ms(uint64_t from_ns, uint64_t length_ns)
{
	uint64_t passed = duration_now() - from_ns;

	return passed >= length_ns ? 0 : (int)((length_ns - passed + NS_PER_MS - 1) / NS_PER_MS);
}

/* Reads the source until it ends or a signal ends this. Returns 0 or a negative errno. */
static int follow(struct why_session *session, struct trouble *trouble)
{
	uint64_t heard_ns = duration_now(), given_ns = heard_ns;
	bool silent = true;
	int supply, r = 0;

	do {
		supply = session->source.supply(&session->source, session->parser, trouble);
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
			r = give_out(session);
			silent = true;
		} else {
			r = why_tell_wait(&session->tell, &session->source,
					  supply == OOM_SUPPLY_MORE ? 0 :
					  silent ? -1 : left_ms(heard_ns, SILENCE_NS));
		}
	} while (supply > OOM_SUPPLY_END && r == 0);
	return r;
}

static int read_to_end(struct why_session *session, struct trouble *trouble)
{
	struct oom_source *source = &session->source;
	struct pollfd readable = { .fd = source->fd, .events = source->events };
	int r;

	while ((r = source->supply(source, session->parser, trouble)) > OOM_SUPPLY_END) {
		if (r == OOM_SUPPLY_IDLE)
			poll(&readable, 1, -1);
		/* The first answer will do: let nothing that is complete be held back. */
		else if (session->query->output.form == WHY_QUIET && give_out(session) < 0)
			return -ECANCELED;
	}
	return r;
}

/* Reads the source, which has just been opened, and closes it. */
static void read_source(struct why_session *session)
{
	struct why_tell *tell = &session->tell;
	struct trouble trouble;
	int r;

	tell->source = &session->source;
	r = session->query->follow ? follow(session, &trouble) : read_to_end(session, &trouble);
	if (r < 0 && tell->stop == WHY_GO_ON)
		fail(session, &trouble);
	/* What is held back when a signal comes is given out all the same. */
	if (tell->stop == WHY_GO_ON || tell->stop == WHY_SIGNAL) {
		r = oom_parser_end(session->parser);
		if (r == 0)
			r = why_tell_held(tell);
		if (r == TURN_REFUSED) {
			oom_source_fail(&session->source, r, &trouble);
			fail(session, &trouble);
		} else if (r < 0) {
			why_tell_stop(tell, WHY_MEMORY);
		}
	}
	session->lost += session->source.lost;
	oom_source_close(&session->source);
}

static void read_file(struct why_session *session, const char *file)
{
	bool following = session->query->follow;
	struct trouble trouble;
	int r;

	if (!strcmp(file, "-"))
		r = source_stdin_open(following, &session->source, &trouble);
	else if (source_is_kmsg(file))
		r = source_kmsg_open(file, following, &session->source, &trouble);
	else
		r = source_file_open(file, &session->source, &trouble);
	if (r < 0)
		fail(session, &trouble);
	else
		read_source(session);
}

static void read_journal(struct why_session *session)
{
	const char *root = getenv(ROOT_VARIABLE);
	struct trouble trouble;
	int r;

	snprintf(session->path, sizeof(session->path), "%s/var/log/journal", root ? root : "");
	r = source_journal_open(root ? session->path : NULL, session->query->boot,
				session->query->follow, &session->source, &trouble);
	if (r < 0)
		fail(session, &trouble);
	else
		read_source(session);
}

static void read_kmsg(struct why_session *session)
{
	const char *root = getenv(ROOT_VARIABLE);
	struct trouble trouble;

	snprintf(session->path, sizeof(session->path), "%s/dev/kmsg", root ? root : "");
	if (source_kmsg_open(session->path, session->query->follow, &session->source,
			     &trouble) < 0)
		fail(session, &trouble);
	else
		read_source(session);
}

/* Whether standard input was given as the log to be read. */
static bool has_input(void)
{
	struct stat status;

	return fstat(STDIN_FILENO, &status) == 0 &&
	       (S_ISFIFO(status.st_mode) || S_ISREG(status.st_mode) || S_ISSOCK(status.st_mode));
}

static void read_all(struct why_session *session)
{
	const struct query *query = session->query;

	if (query->journal)
		read_journal(session);
	else if (!query->file_count && has_input())
		read_file(session, "-");
	else if (!query->file_count)
		read_kmsg(session);
	for (size_t i = 0; i < query->file_count && session->tell.stop == WHY_GO_ON; i++)
		read_file(session, query->files[i]);
	if (session->tell.stop == WHY_GO_ON)
		why_tell_kept(&session->tell);
}

/* ", the first of 2026-11-24T10:20:30, vmhost" */
static void describe_line(char text[static LINE_SAID_MAX], const char *which,
			  const struct seen_line *line)
{
	time_t seconds = (time_t)(line->time.wall_ns / (int64_t)NS_PER_SECOND);
	char when[40], raw[sizeof(line->time.raw) * 4], host[sizeof(line->host) * 4];
	struct tm local;

	if (!line->time.has_wall || !localtime_r(&seconds, &local) ||
	    !strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%S", &local))
		snprintf(when, sizeof(when), "%s", trouble_escape(raw, sizeof(raw),
								  line->time.raw));
	snprintf(text, LINE_SAID_MAX, ", the %s of %s%s%s", which, when, *line->host ? ", " : "",
		 trouble_escape(host, sizeof(host), line->host));
}

static void say_nothing_found(const struct why_session *session)
{
	const struct seen *seen = oom_parser_seen(session->parser);
	char first[LINE_SAID_MAX] = "", last[LINE_SAID_MAX] = "";

	/* Who gave no file may not know that there was an input. */
	if (!seen->lines && session->query->file_count < 2)
		snprintf(first, sizeof(first), ", from %s", session->source.said);
	if (seen->first.said)
		describe_line(first, "first", &seen->first);
	if (seen->last.said)
		describe_line(last, "last", &seen->last);
	if (session->tell.others)
		note(session, "no report that was asked for was found; others: %" PRIu64
		     ", lines read: %" PRIu64 "%s%s", session->tell.others, seen->lines, first,
		     last);
	else
		note(session, "no report of the OOM killer was found; lines read: %" PRIu64 "%s%s",
		     seen->lines, first, last);
}

static void say_notes(const struct why_session *session)
{
	const struct why_tell *tell = &session->tell;

	if (session->lost)
		note(session, "records of the kernel's log that were overwritten unread: %" PRIu64,
		     session->lost);
	if (tell->undated)
		note(session, "reports left out, since their log has no dates to compare with "
		     "--since or --until: %" PRIu64, tell->undated);
	if (tell->unplaced)
		note(session, "reports left out, since they name no cgroup to compare with "
		     "--cgroup (the kernel may have suppressed that line): %" PRIu64,
		     tell->unplaced);
	/* Silence is no answer. */
	if (!tell->found && !tell->undated && !tell->unplaced && !session->failed &&
	    tell->stop == WHY_GO_ON)
		say_nothing_found(session);
}

static int conclude(struct why_session *session)
{
	const struct why_tell *tell = &session->tell;
	struct trouble trouble;

	say_notes(session);
	if (tell->stop == WHY_MEMORY) {
		trouble_set_errno(&trouble, -ENOMEM, "cannot go on");
		fail(session, &trouble);
	}
	if (tell->stop == WHY_OUTPUT || stdio_guard_finish() < 0 || session->failed)
		return WHY_FAILED;
	return tell->found ? WHY_FOUND : WHY_NONE;
}

int why_session_run(struct why_session *session, const struct query *query)
{
	struct trouble trouble;
	int r;

	session->query = query;
	r = why_tell_begin(&session->tell, query);
	if (r == 0)
		session->parser = oom_parser_new(why_tell_report, &session->tell);
	if (!session->parser) {
		trouble_set_errno(&trouble, r < 0 ? r : -ENOMEM, "cannot begin");
		trouble_print(&trouble);
		return WHY_FAILED;
	}
	read_all(session);
	return conclude(session);
}

int why_session_close(struct why_session *session)
{
	oom_parser_free(session->parser);
	why_tell_end(&session->tell);
	return session->tell.died_of;
}
