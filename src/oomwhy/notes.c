/* SPDX-License-Identifier: GPL-2.0-or-later */
/* notes.c - what is said beside the reports */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "lib/error.h"
#include "lib/timestamp.h"
#include "oomwhy/notes.h"

/* What is said of a line: a time and a host, both escaped. */
#define LINE_LABEL_MAX 640

/* ", the first of 2026-11-24T10:20:30, vmhost" */
static void describe_line(char text[static LINE_LABEL_MAX], const char *which,
			  const struct seen_line *line)
{
	char when[TIMESTAMP_TEXT_MAX], raw[sizeof(line->time.raw) * 4];
	char host[sizeof(line->host) * 4];

	if (line->has_time)
		snprintf(text, LINE_LABEL_MAX, ", the %s of %s%s%s", which, line->time.has_wall ?
			 timestamp_format(when, line->time.wall_ns, TIMESTAMP_LOCAL) :
			 error_escape(raw, sizeof(raw), line->time.raw), *line->host ? ", " : "",
			 error_escape(host, sizeof(host), line->host));
}

#define NOTE(format, ...) \
	fprintf(stderr, "%s: note: " format "\n", program_invocation_short_name, __VA_ARGS__)

void run_notes_print(const struct run_notes *notes, const struct seen *seen, const char *label,
		     bool complete)
{
	const uint64_t *reports = notes->reports;
	uint64_t others = reports[OOM_DIFFERS], undated = reports[OOM_UNDATED];
	uint64_t unplaced = reports[OOM_UNPLACED], hostless = reports[OOM_HOSTLESS];
	char first[LINE_LABEL_MAX] = "", last[LINE_LABEL_MAX] = "";

	if (notes->lost)
		NOTE("records of the kernel's log that were overwritten unread: %" PRIu64,
		     notes->lost);
	if (undated)
		NOTE("reports left out, since their log has no dates to compare with --since or --until: %" PRIu64,
		     undated);
	if (unplaced)
		NOTE("reports left out, since they name no cgroup (the kernel may have suppressed that line): %" PRIu64,
		     unplaced);
	if (hostless)
		NOTE("reports left out, since their log names no host to compare with --host: %" PRIu64,
		     hostless);
	if (reports[OOM_MATCHES] || undated || unplaced || hostless || !complete)
		return;
	/* Who gave no file may not know that there was an input. */
	if (!seen->lines && label)
		snprintf(first, sizeof(first), ", from %s", label);
	describe_line(first, "first", &seen->first);
	describe_line(last, "last", &seen->last);
	if (others)
		NOTE("no report that was asked for was found; others: %" PRIu64 ", lines read: %" PRIu64 "%s%s",
		     others, seen->lines, first, last);
	else
		NOTE("no report of the OOM killer was found; lines read: %" PRIu64 "%s%s",
		     seen->lines, first, last);
}
