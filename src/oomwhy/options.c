/* SPDX-License-Identifier: GPL-2.0-or-later */
/* options.c - the option table of oomwhy, and what each option asks for */
#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kernlog/boot.h"
#include "lib/number.h"
#include "lib/option-table.h"
#include "lib/timestamp.h"
#include "oomwhy/options.h"

enum query_key {
	KEY_SINCE = OPTION_LONG_ONLY, KEY_UNTIL, KEY_PID, KEY_COMM, KEY_CGROUP,
	KEY_TASKS, KEY_JSON, KEY_NOHEADINGS, KEY_COLOR,
	KEY_JOURNAL = 'j', KEY_BOOT = 'b', KEY_FOLLOW = 'f', KEY_LAST = 'n', KEY_LIST = 'l',
	KEY_OUTPUT = 'o', KEY_QUIET = 'q', KEY_BYTES = 'B', KEY_VERBOSE = 'v', KEY_HELP = 'h', KEY_VERSION = 'V',
};

static const struct option_description query_list[] = {
	{ "journal", KEY_JOURNAL, NULL, "read the systemd journal", "Source" },
	{ "boot", KEY_BOOT, "BOOT", "of this boot: 0 (default), -1, ..., an ID, or all", NULL },
	{ "follow", KEY_FOLLOW, NULL, "wait for more reports, until interrupted", NULL },
	{ "last", KEY_LAST, "N", "only the last N reports", "Choice" },
	{ "since", KEY_SINCE, "TIME", "only reports at or after TIME", NULL },
	{ "until", KEY_UNTIL, "TIME", "only reports at or before TIME", NULL },
	{ "pid", KEY_PID, "PID", "only where PID was killed or asked for memory", NULL },
	{ "comm", KEY_COMM, "NAME", "only where NAME was killed or asked for memory", NULL },
	{ "cgroup", KEY_CGROUP, "PATH", "only in the cgroup PATH or below it", NULL },
	{ "verbose", KEY_VERBOSE, NULL, "all of the explanation, ten tasks", "Output" },
	{ "list", KEY_LIST, NULL, "a line per report", NULL },
	{ "tasks", KEY_TASKS, "[=N]", "the task table, or its N worst, ranked", NULL },
	{ "output", KEY_OUTPUT, "LIST", "columns of --tasks; +LIST appends", NULL },
	{ "json", KEY_JSON, NULL, "one JSON object per line, sizes in bytes", NULL },
	{ "quiet", KEY_QUIET, NULL, "the exit status alone, errors only", NULL },
	{ "bytes", KEY_BYTES, NULL, "sizes of the tables in bytes", NULL },
	{ "noheadings", KEY_NOHEADINGS, NULL, "no header line", NULL },
	{ "color", KEY_COLOR, "[=WHEN]", "auto (default), always or never", NULL },
	{ "help", KEY_HELP, NULL, "show this help and exit", "Other" },
	{ "version", KEY_VERSION, NULL, "show the version and exit", NULL },
};

_Static_assert(sizeof(query_list) / sizeof(query_list[0]) <= OPTION_TABLE_MAX,
	       "the table fits a walk");

/* Pairs that say contradicting things: each form of output with each, and the end with no end. */
static const int query_exclusive[][2] = {
	{ KEY_LIST, KEY_TASKS },
	{ KEY_LIST, KEY_OUTPUT },
	{ KEY_LIST, KEY_JSON },
	{ KEY_LIST, KEY_QUIET },
	{ KEY_TASKS, KEY_JSON },
	{ KEY_TASKS, KEY_QUIET },
	{ KEY_OUTPUT, KEY_JSON },
	{ KEY_OUTPUT, KEY_QUIET },
	{ KEY_JSON, KEY_QUIET },
	{ KEY_FOLLOW, KEY_LAST },
	{ KEY_FOLLOW, KEY_UNTIL },
};

static const struct option_table query_table = {
	.program = "oomwhy",
	.list = query_list,
	.count = sizeof(query_list) / sizeof(query_list[0]),
	.exclusive = query_exclusive,
	.exclusive_count = sizeof(query_exclusive) / sizeof(query_exclusive[0]),
};

/* The parser's state. */
struct query_parser {
	struct query query;
	struct option_walk walk;
	int64_t now_ns;
	struct error *err;
};

/* Parses a whole number from LEAST to MOST. */
static int parse_number(const char *name, const char *text, uint64_t least, uint64_t most,
			uint64_t *ret_value, struct error *err)
{
	char escaped[128];
	const char *why = NULL;
	uint64_t value = 0;

	if (!*text)
		why = "is empty";
	else if (text[strspn(text, "0123456789")])
		why = "is not a whole number";
	else if (number_parse_u64(text, &value) < 0 || value > most)
		why = "is too large";
	else if (value < least)
		why = "is nothing";
	if (!why) {
		*ret_value = value;
		return 0;
	}
	error_escape(escaped, sizeof(escaped), text);
	error_set(err, "%s '%s' %s", name, escaped, why);
	error_hint(err, "%s must be a number from %llu to %llu", name,
		   (unsigned long long)least, (unsigned long long)most);
	return -EINVAL;
}

static int parse_pid(const char *text, struct query *query, struct error *err)
{
	uint64_t pid;
	/* 0 is the idle task, which can ask for memory in an interrupt. */
	int r = parse_number("--pid", text, 0, INT32_MAX, &pid, err);

	if (r < 0)
		return r;
	query->has_pid = true;
	query->pid = (int64_t)pid;
	return 0;
}

static int parse_tasks(const char *text, struct query *query, struct error *err)
{
	uint64_t tasks = 0;
	int r = text ? parse_number("--tasks", text, 1, UINT32_MAX, &tasks, err) : 0;

	query->output.tasks = (size_t)tasks;
	return r;
}

static int parse_text(const char *name, const char *text, const char **ret_text,
		      struct error *err)
{
	if (*text) {
		*ret_text = text;
		return 0;
	}
	error_set(err, "%s '' is empty", name);
	option_help_hint(&query_table, err);
	return -EINVAL;
}

static int parse_boot(const char *text, struct query *query, struct error *err)
{
	struct boot_choice choice;
	char escaped[128];

	query->boot = text;
	if (boot_parse(text, &choice) == 0)
		return 0;
	error_set(err, "--boot '%s' is not a boot",
		  error_escape(escaped, sizeof(escaped), text));
	error_hint(err, "write 0 for this one, -1 for the one before it, 1 for the first, "
		   "an ID as in journalctl --list-boots, or all");
	return -EINVAL;
}

static int parse_color(const char *text, struct query *query, struct error *err)
{
	static const char *const names[] = {
		[WHY_COLOUR_AUTO] = "auto",
		[WHY_COLOUR_ALWAYS] = "always",
		[WHY_COLOUR_NEVER] = "never",
	};
	char escaped[128];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!strcmp(text ? text : "always", names[i])) {
			query->output.colour = (enum why_colour)i;
			return 0;
		}
	}
	error_set(err, "--color '%s' is not known",
		  error_escape(escaped, sizeof(escaped), text));
	error_hint(err, "write --color=auto, --color=always or --color=never");
	return -EINVAL;
}

static int apply_choice(struct query_parser *parser, int key, const char *text)
{
	struct query *query = &parser->query;
	struct error *err = parser->err;

	switch (key) {
	case KEY_LAST:
		return parse_number("--last", text, 1, UINT64_MAX, &query->last, err);
	case KEY_SINCE:
		query->has_since = true;
		return timestamp_parse("--since", text, parser->now_ns, &query->since_ns, err);
	case KEY_UNTIL:
		query->has_until = true;
		return timestamp_parse("--until", text, parser->now_ns, &query->until_ns, err);
	case KEY_PID:
		return parse_pid(text, query, err);
	case KEY_COMM:
		return parse_text("--comm", text, &query->comm, err);
	default:
		return parse_text("--cgroup", text, &query->cgroup, err);
	}
}

static int query_apply(struct query_parser *parser, int key, const char *argument)
{
	struct query *query = &parser->query;
	struct why_output *output = &query->output;

	switch (key) {
	case KEY_JOURNAL:
		query->journal = true;
		return 0;
	case KEY_BOOT:
		query->journal = true;
		return parse_boot(argument, query, parser->err);
	case KEY_FOLLOW:
		query->follow = true;
		return 0;
	case KEY_VERBOSE:
		output->verbose = true;
		return 0;
	case KEY_LIST:
		output->form = WHY_LIST;
		return 0;
	case KEY_TASKS:
		output->form = WHY_TASKS;
		return parse_tasks(argument, query, parser->err);
	case KEY_OUTPUT:
		output->form = WHY_TASKS;
		return task_column_parse(argument, &output->columns, parser->err);
	case KEY_JSON:
		output->form = WHY_JSON;
		return 0;
	case KEY_QUIET:
		output->form = WHY_QUIET;
		return 0;
	case KEY_BYTES:
		output->unit = SIZE_BYTES;
		return 0;
	case KEY_NOHEADINGS:
		output->headings = false;
		return 0;
	case KEY_COLOR:
		return parse_color(argument, query, parser->err);
	default:
		return apply_choice(parser, key, argument);
	}
}

static int check_times(const struct query *query, struct error *err)
{
	if (!query->has_since || !query->has_until || query->since_ns <= query->until_ns)
		return 0;
	error_set(err, "--since is later than --until");
	error_hint(err, "nothing can be between them: exchange the two");
	return -EINVAL;
}

static int query_file_error(const char *option, const char *file, const char *hint,
			    struct error *err)
{
	char escaped[128];

	error_set(err, "%s and FILE '%s' contradict each other", option,
		  error_escape(escaped, sizeof(escaped), file));
	error_hint(err, "%s", hint);
	return -EINVAL;
}

static int check_files(const struct query_parser *parser)
{
	const struct query *query = &parser->query;

	for (size_t i = 0; i < query->file_count; i++) {
		const char *file = query->files[i];

		if (!*file) {
			error_set(parser->err, "FILE '' is empty");
			error_hint(parser->err, "write - for standard input");
			return -EINVAL;
		}
		if (query->journal)
			return query_file_error(query->boot ? "--boot" : "--journal", file,
					   "leave one of them out; a journal's file is read so: "
					   "journalctl --file FILE -o export | oomwhy",
					   parser->err);
		if (query->follow && strcmp(file, "-"))
			return query_file_error("--follow", file,
						"a file that grows is followed so: "
						"tail -n +1 -F FILE | oomwhy --follow -",
						parser->err);
	}
	return 0;
}

enum query_result query_parse(int argc, char *argv[], int64_t now_ns, struct query *ret_query,
			      struct error *err)
{
	struct query_parser parser = { .now_ns = now_ns, .err = err };
	struct query *query = &parser.query;
	int key;

	query->output = (struct why_output){ .unit = SIZE_HUMAN, .headings = true,
					     .columns = task_column_default() };
	option_walk_begin(&parser.walk, &query_table, argc, argv);
	while ((key = option_walk_next(&parser.walk, err)) != OPTION_END) {
		if (key == OPTION_FAULT)
			return QUERY_WRONG;
		if (key == KEY_HELP)
			return QUERY_HELP;
		if (key == KEY_VERSION)
			return QUERY_VERSION;
		if (query_apply(&parser, key, optarg) < 0)
			return QUERY_WRONG;
	}
	query->files = argv + optind;
	query->file_count = (size_t)(argc - optind);
	if (option_check_exclusive(&parser.walk, err) < 0 || check_times(query, err) < 0 ||
	    check_files(&parser) < 0)
		return QUERY_WRONG;
	*ret_query = *query;
	return QUERY_RUN;
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
	printf("\nExit status: 0 reports were found, 1 none was, 2 usage, 125 something "
	       "could not\n"
	       "be read or written.\n"
	       "For more see oomwhy(1).\n");
}
