/* SPDX-License-Identifier: GPL-2.0-or-later */
/* options.c - the option table of oomwhy, and what each option asks for */
#include <config.h>

#include <errno.h>
#include <getopt.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include "lib/macros.h"
#include "lib/number.h"
#include "lib/timestamp.h"
#include "oomwhy/options.h"

/* A whole number from LEAST to MOST. */
static int query_number(const struct option_row *row, const char *text, uint64_t least,
			uint64_t most, uint64_t *ret_value, struct error *err)
{
	char escaped[128];
	const char *why;

	if (!*text)
		why = "is empty";
	else if (text[strspn(text, "0123456789")])
		why = "is not a whole number";
	else if (number_parse_u64(text, ret_value) < 0 || *ret_value > most)
		why = "is too large";
	else if (*ret_value < least)
		why = "is nothing";
	else
		return 0;
	error_escape(escaped, sizeof(escaped), text);
	error_set(err, "--%s '%s' %s", row->name, escaped, why);
	error_hint(err, "--%s must be a number from %llu to %llu", row->name,
		   (unsigned long long)least, (unsigned long long)most);
	return -EINVAL;
}

static int parse_last(const struct option_row *row, const char *text, void *filled,
		      struct error *err)
{
	return query_number(row, text, 1, UINT64_MAX, option_field(filled, row), err);
}

static int parse_pid(const struct option_row *row, const char *text, void *filled,
		     struct error *err)
{
	uint64_t pid;
	/* 0 is the idle task, which can ask for memory in an interrupt. */
	int r = query_number(row, text, 0, INT32_MAX, &pid, err);

	if (r == 0)
		*(int64_t *)option_field(filled, row) = (int64_t)pid;
	return r;
}

static int parse_user(const struct option_row *row, const char *text, void *filled,
		      struct error *err)
{
	const struct passwd *user = *text && text[strspn(text, "0123456789")] ? getpwnam(text)
									       : NULL;
	char escaped[128];
	uint64_t uid;

	if (user) {
		*(int64_t *)option_field(filled, row) = user->pw_uid;
		return 0;
	}
	if (number_parse_u64(text, &uid) == 0 && uid <= UINT32_MAX) {
		*(int64_t *)option_field(filled, row) = (int64_t)uid;
		return 0;
	}
	error_set(err, "--user '%s' is neither a UID nor the name of a user here",
		  error_escape(escaped, sizeof(escaped), text));
	error_hint(err, "write the number, which getent passwd NAME shows on the machine of the log");
	return -EINVAL;
}

static int parse_tasks(const struct option_row *row, const char *text, void *filled,
		       struct error *err)
{
	struct why_output *output = option_field(filled, row);
	uint64_t tasks = 0;
	int r = text ? query_number(row, text, 1, UINT32_MAX, &tasks, err) : 0;

	output->form = WHY_TASKS;
	output->tasks = (size_t)tasks;
	return r;
}

static int parse_summary(const struct option_row *row, const char *text, void *filled,
			 struct error *err)
{
	struct why_output *output = option_field(filled, row);
	int r = text ? option_find_name(row->name, summary_by_names, text, err) : SUMMARY_BY_UNIT;

	output->summary = true;
	output->by = r < 0 ? SUMMARY_BY_UNIT : (enum summary_by)r;
	return r < 0 ? r : 0;
}

static int parse_time(const struct option_row *row, const char *text, void *filled,
		      struct error *err)
{
	const struct query *query = filled;
	char name[16];

	snprintf(name, sizeof(name), "--%s", row->name);
	return timestamp_parse(name, text, query->now_ns, option_field(filled, row), err);
}

static int parse_text(const struct option_row *row, const char *text, void *filled,
		      struct error *err)
{
	*(const char **)option_field(filled, row) = text;
	if (*text)
		return 0;
	error_set(err, "--%s '' is empty", row->name);
	option_help_hint(&query_table, err);
	return -EINVAL;
}

static int parse_boot(const struct option_row *row, const char *text, void *filled,
		      struct error *err)
{
	char escaped[128];

	if (boot_parse(text, option_field(filled, row)) == 0)
		return 0;
	error_set(err, "--boot '%s' is not a boot",
		  error_escape(escaped, sizeof(escaped), text));
	error_hint(err, "write 0 for this one, -1 for the one before it, 1 for the first, "
		   "an ID as in journalctl --list-boots, or all");
	return -EINVAL;
}

static const char *const colour_names[] = {
	[WHY_COLOUR_AUTO] = "auto", [WHY_COLOUR_ALWAYS] = "always", [WHY_COLOUR_NEVER] = "never",
	NULL
};

/* A member of struct query, and an option that sets one. */
#define FIELD(type, member) .field = OPTION_FIELD(query, type, member)
#define SET(type, member, constant) .parse = option_value, FIELD(type, member), .value = (constant)

static const struct option_row query_rows[] = {
	{ "journal", 'j', NULL, "read the systemd journal",
	  .parse = option_on, FIELD(bool, journal), .section = "Source" },
	{ "boot", 'b', "BOOT", "of this boot: 0 (default), -1, ..., an ID, or all",
	  .parse = parse_boot, FIELD(struct boot_choice, boot),
	  .given = OPTION_FIELD(query, bool, journal) },
	{ "follow", 'f', NULL, "wait for more reports, until interrupted",
	  .parse = option_on, FIELD(bool, follow), .excludes = "last until" },
	{ "last", 'n', "N", "only the last N reports",
	  .parse = parse_last, FIELD(uint64_t, last), .section = "Choice" },
	{ "since", 0, "TIME", "only reports at or after TIME",
	  .parse = parse_time, FIELD(int64_t, filter.since_ns),
	  .given = OPTION_FIELD(query, bool, filter.has_since) },
	{ "until", 0, "TIME", "only reports at or before TIME",
	  .parse = parse_time, FIELD(int64_t, filter.until_ns),
	  .given = OPTION_FIELD(query, bool, filter.has_until) },
	{ "pid", 0, "PID", "only where PID was killed or asked for memory",
	  .parse = parse_pid, FIELD(int64_t, filter.pid),
	  .given = OPTION_FIELD(query, bool, filter.has_pid) },
	{ "comm", 0, "NAME", "only where NAME was killed or asked for memory",
	  .parse = parse_text, FIELD(const char *, filter.comm) },
	{ "cgroup", 0, "PATH", "only in the cgroup PATH or below it",
	  .parse = parse_text, FIELD(const char *, filter.cgroup) },
	{ "unit", 'u', "UNIT", "only of this systemd unit, or below it",
	  .parse = parse_text, FIELD(const char *, filter.unit) },
	{ "pod", 0, "POD", "only of this Kubernetes pod: its UID, or its name on its node",
	  .parse = parse_text, FIELD(const char *, filter.pod) },
	{ "container", 0, "ID", "only of this container: the beginning of its id, or its name",
	  .parse = parse_text, FIELD(const char *, filter.container) },
	{ "job", 0, "JOB", "only of this job of Slurm",
	  .parse = parse_text, FIELD(const char *, filter.job) },
	{ "user", 0, "USER", "only of this user: a UID, or a name that is known here",
	  .parse = parse_user, FIELD(int64_t, filter.user),
	  .given = OPTION_FIELD(query, bool, filter.has_user) },
	{ "host", 0, "HOST", "only on this host, with or without its domain",
	  .parse = parse_text, FIELD(const char *, filter.host) },
	{ "verbose", 'v', NULL, "all of the explanation, ten tasks",
	  .parse = option_on, FIELD(bool, output.verbose), .section = "Output" },
	{ "list", 'l', NULL, "a line per report",
	  SET(enum why_form, output.form, WHY_LIST), .excludes = "tasks output json quiet" },
	{ "tasks", 0, "[=N]", "the task table, or its N worst, ranked",
	  .parse = parse_tasks, FIELD(struct why_output, output), .excludes = "json quiet" },
	{ "summary", 0, "[=BY]", "add up the kills by unit (default), host, pod, comm, cause or day",
	  .parse = parse_summary, FIELD(struct why_output, output),
	  .excludes = "list tasks verbose quiet" },
	{ "output", 'o', "LIST", "columns of --tasks or --summary; +LIST appends",
	  .parse = parse_text, FIELD(const char *, columns), .excludes = "json quiet" },
	{ "json", 0, NULL, "one JSON object per line, sizes in bytes",
	  SET(enum why_form, output.form, WHY_JSON), .excludes = "quiet" },
	{ "quiet", 'q', NULL, "the exit status alone, errors only",
	  SET(enum why_form, output.form, WHY_QUIET) },
	{ "bytes", 'B', NULL, "sizes of the tables in bytes",
	  SET(enum size_unit, output.unit, SIZE_BYTES) },
	{ "noheadings", 0, NULL, "no header line",
	  .parse = option_off, FIELD(bool, output.headings) },
	{ "color", 0, "[=WHEN]", "auto (default), always or never",
	  .parse = option_choice, FIELD(enum why_colour, output.colour), .names = colour_names,
	  .value = WHY_COLOUR_ALWAYS },
	{ "help", 'h', NULL, "show this help and exit",
	  .parse = option_end, .value = OPTIONS_HELP, .section = "Other" },
	{ "version", 'V', NULL, "show the version and exit",
	  .parse = option_end, .value = OPTIONS_VERSION },
};

_Static_assert(ARRAY_SIZE(query_rows) <= OPTION_TABLE_MAX,
	       "the rows fit struct options_seen");

const struct option_table query_table = {
	.program = "oomwhy",
	.rows = query_rows,
	.count = ARRAY_SIZE(query_rows),
};

static int query_check_files(const struct query *query, struct error *err)
{
	for (size_t i = 0; i < query->file_count; i++) {
		const char *file = query->files[i], *option, *hint;
		char escaped[128];

		if (!*file) {
			error_set(err, "FILE '' is empty");
			error_hint(err, "write - for standard input");
			return -EINVAL;
		}
		if (query->journal) {
			option = query->boot.text ? "--boot" : "--journal";
			hint = "leave one of them out; a journal's file is read so: journalctl --file FILE -o export | oomwhy";
		} else if (query->follow && strcmp(file, "-")) {
			option = "--follow";
			hint = "a file that grows is followed so: tail -n +1 -F FILE | oomwhy --follow -";
		} else {
			continue;
		}
		error_set(err, "%s and FILE '%s' contradict each other", option,
			  error_escape(escaped, sizeof(escaped), file));
		error_hint(err, "%s", hint);
		return -EINVAL;
	}
	return 0;
}

enum options_result query_parse(int argc, char *argv[], int64_t now_ns, struct query *ret_query,
				struct error *err)
{
	struct query query = {
		.now_ns = now_ns,
		.output = { .unit = SIZE_HUMAN, .headings = true,
			    .columns = task_column_default(),
			    .summary_columns = summary_column_default() },
	};
	struct options_seen seen;
	enum options_result result = option_table_parse(&query_table, argc, argv, &query, &seen,
							err);

	if (result != OPTIONS_RUN)
		return result;
	if (query.filter.has_since && query.filter.has_until &&
	    query.filter.since_ns > query.filter.until_ns) {
		error_set(err, "--since is later than --until");
		error_hint(err, "nothing can be between them: exchange the two");
		return OPTIONS_WRONG;
	}
	if (query.columns && query.output.summary) {
		if (summary_column_parse(query.columns, &query.output.summary_columns, err) < 0)
			return OPTIONS_WRONG;
	} else if (query.columns) {
		query.output.form = WHY_TASKS;
		if (task_column_parse(query.columns, &query.output.columns, err) < 0)
			return OPTIONS_WRONG;
	}
	query.files = argv + optind;
	query.file_count = (size_t)(argc - optind);
	if (query_check_files(&query, err) < 0)
		return OPTIONS_WRONG;
	*ret_query = query;
	return OPTIONS_RUN;
}

void query_print_help(void)
{
	printf("Usage: oomwhy [OPTION]... [FILE]...\n"
	       "Find the OOM killer's reports in a kernel log and explain each: who asked for\n"
	       "memory, what ran out, who was killed, why that one, and what to change.\n"
	       "\n"
	       "FILE is a log in any form; - is standard input. Without FILE: standard input if\n"
	       "it is a pipe or a file, else the running kernel's log, /dev/kmsg.\n"
	       "TIME is '2026-11-24 10:20:30', a part of it, @SECONDS, now, today, yesterday,\n"
	       "or 2h (or 30min, 3d, 1w) ago.\n");
	option_table_print(&query_table);
	printf("\nColumns of --tasks (sizes as 1.5G unless -B):\n");
	for (size_t i = 0; i < task_column_count; i++)
		printf("  %-9s %-38s [%s]\n", task_columns[i].name, task_columns[i].help,
		       task_columns[i].source);
	printf("\nColumns of --summary:");
	for (size_t i = 0; summary_columns[i]; i++)
		printf(" %s", summary_columns[i]);
	printf("\n");
	printf("\nExit status: 0 reports were found, 1 none was, 2 usage, 125 something "
	       "could not\n"
	       "be read or written.\n"
	       "For more see oomwhy(1).\n");
}
