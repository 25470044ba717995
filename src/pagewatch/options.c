/* SPDX-License-Identifier: GPL-2.0-or-later */
/* options.c - the option table of pagewatch, and which options go together */
#include <config.h>

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/duration.h"
#include "lib/macros.h"
#include "lib/number.h"
#include "lib/strview.h"
#include "pagewatch/options.h"
#include "sandbox/enter.h"

static int parse_followed_pid(const struct option_row *row, const char *text, void *filled,
		     struct error *err)
{
	uint64_t *pid = option_field(filled, row);
	char escaped[64];

	if (number_parse_u64(text, pid) == 0 && *pid && *pid <= INT_MAX && !strchr(text, '\n'))
		return 0;
	error_set(err, "--pid '%s' is no process id",
		  error_escape(escaped, sizeof(escaped), text));
	error_hint(err, "write the number that ps(1) or pgrep(1) shows, as in -p 1234");
	return -EINVAL;
}

static int parse_followed_name(const struct option_row *row, const char *text, void *filled,
		      struct error *err)
{
	*(const char **)option_field(filled, row) = text;
	if (*text)
		return 0;
	error_set(err, "--%s: %s '' is empty", row->name, row->argument);
	error_hint(err, "write --%s=%s", row->name, row->argument);
	return -EINVAL;
}

static int parse_number_of_rows(const struct option_row *row, const char *text, void *filled,
				struct error *err)
{
	uint64_t *number = option_field(filled, row);
	char escaped[64];

	if (number_parse_u64(text, number) == 0 && *number && !strchr(text, '\n'))
		return 0;
	error_set(err, "--number '%s' is no number of rows",
		  error_escape(escaped, sizeof(escaped), text));
	error_hint(err, "write a whole number above 0, as in -n 5");
	return -EINVAL;
}

/* A share in percent, also a fraction, with or without its sign. */
static int parse_tolerance(const struct option_row *row, const char *text, void *filled,
			   struct error *err)
{
	double *percent = option_field(filled, row);
	size_t digits = strspn(text, "0123456789."), length = strlen(text);
	char *end = NULL, escaped[64];

	*percent = digits ? strtod(text, &end) : 0;
	if (digits && digits <= 16 && end == text + digits &&
	    (digits == length || !strcmp(end, "%")))
		return 0;
	error_set(err, "--%s '%s' is no share in percent", row->name,
		  error_escape(escaped, sizeof(escaped), text));
	error_hint(err, "write --%s=5%% or --%s=2.5%%", row->name, row->name);
	return -EINVAL;
}

static int parse_tree_columns(const struct option_row *row, const char *text, void *filled,
			      struct error *err)
{
	return column_choice_parse(text, true, option_field(filled, row), err);
}

/* A size that is no share: of what would be a question. */
static int parse_bytes(const struct option_row *row, const char *text, void *filled,
		       struct error *err)
{
	char name[40];

	snprintf(name, sizeof(name), "--%s", row->name);
	return size_parse_bytes(name, text, option_field(filled, row), err);
}

static int parse_bound(const struct option_row *row, const char *text, void *filled,
		       struct error *err)
{
	struct size *size = option_field(filled, row);
	int r = parse_bytes(row, text, filled, err);

	if (r < 0 || size->bytes)
		return r;
	return error_return(err, -EINVAL, "--%s '%s' is nothing\n--%s must be above 0", row->name,
			    text, row->name);
}

/* So many runs are kept in memory. */
#define RUNS_MAX 100000

static int parse_warmup(const struct option_row *row, const char *text, void *filled,
			struct error *err)
{
	uint64_t number;
	char escaped[64];

	if (number_parse_u64(text, &number) < 0 || number > row->value || strchr(text, '\n'))
		return error_return(err, -EINVAL,
				    "--%s '%s' is not a number from 0 to %llu\n"
				    "write digits alone, as in --%s=2", row->name,
				    error_escape(escaped, sizeof(escaped), text),
				    (unsigned long long)row->value, row->name);
	*(uint64_t *)option_field(filled, row) = number;
	return 0;
}

/* What --by takes. */
static const char *const figure_names[] = {
	[FIGURE_RSS] = "rss", [FIGURE_PSS] = "pss", [FIGURE_CGROUP] = "cgroup",
	[FIGURE_TIME] = "time", [FIGURE_MINFLT] = "minflt", [FIGURE_MAJFLT] = "majflt", NULL
};

/* A member of struct watch_request, and one that says in has_NAME whether it was given. */
#define FIELD(type, member) .field = OPTION_FIELD(watch_request, type, member)
#define GIVEN(type, member) \
	FIELD(type, member), .given = OPTION_FIELD(watch_request, bool, has_##member)
#define SET(type, member, constant) .parse = option_value, FIELD(type, member), .value = (constant)

static const struct option_row watch_rows[] = {
	{ "pid", 'p', "PID", "follow process PID instead of running a command",
	  .parse = parse_followed_pid, FIELD(uint64_t, pid), .excludes = "cgroup unit",
	  .section = "Following" },
	{ "tree", 0, NULL, "and all that descends from it",
	  .parse = option_on, FIELD(bool, tree) },
	{ "cgroup", 0, "PATH", "follow all that lives in a cgroup and below it",
	  .parse = parse_followed_name, FIELD(const char *, cgroup), .excludes = "unit" },
	{ "unit", 0, "UNIT", "follow all processes of a systemd unit",
	  .parse = parse_followed_name, FIELD(const char *, unit) },
	{ "every", 0, "TIME", "a row every TIME (default 1s)",
	  .parse = option_duration, FIELD(uint64_t, every) },
	{ "step", 0, "SIZE", "a row, too, when RSS grew or shrank by SIZE",
	  .parse = parse_bound, FIELD(struct size, step), .excludes = "fit" },
	{ "each", 0, NULL, "a row per process instead of their sum",
	  .parse = option_on, FIELD(bool, each), .excludes = "fit" },
	{ "number", 'n', "N", "with --each: only the N largest",
	  .parse = parse_number_of_rows, FIELD(uint64_t, number) },
	{ "peak", 0, NULL, "reset the peak of processes that are not ours",
	  .parse = option_on, FIELD(bool, peak) },
	{ "where", 0, NULL, "say what grew, by kind of mapping",
	  .parse = option_on, FIELD(bool, where), .excludes = "quiet csv fit" },
	{ "limit", 0, "SIZE", "run the command in a memory cgroup of SIZE",
	  .parse = parse_bound, GIVEN(struct size, limit), .excludes = "pid cgroup unit",
	  .section = "Sandbox" },
	{ "swap", 0, "SIZE", "let it swap up to SIZE (default 0)",
	  .parse = parse_bytes, GIVEN(struct size, swap), .excludes = "pid cgroup unit" },
	{ "high", 0, "SIZE", "throttle it above SIZE (cgroup v2)",
	  .parse = parse_bound, GIVEN(struct size, high), .excludes = "pid cgroup unit" },
	{ "oom-score-adj", 0, "N", "the command's: -1000 to 1000, or keep (default)",
	  .parse = option_oom_score_adj, FIELD(int, oom_score_adj),
	  .excludes = "pid cgroup unit" },
	{ "expect", 0, "OUTCOME", "exit 0 if it ends so, else 1: ok, oom, ...",
	  .parse = option_expect, FIELD(struct expectation, expect), .value = true,
	  .section = "Demands" },
	{ "max-rss", 0, "SIZE", "exit 1 if the peak of RSS was higher",
	  .parse = parse_bound, FIELD(struct size, max_rss) },
	{ "max-pss", 0, "SIZE", "exit 1 if the peak of PSS was higher",
	  .parse = parse_bound, FIELD(struct size, max_pss) },
	{ "runs", 0, "N", "run it N times: least, median and most of what it needs",
	  .parse = option_number, FIELD(uint64_t, runs), .value = RUNS_MAX,
	  .excludes = "pid cgroup unit fit output csv plot replay each live where", .section = "Repeating" },
	{ "warmup", 0, "N", "before that N times, which are not counted",
	  .parse = parse_warmup, FIELD(uint64_t, warmup), .value = RUNS_MAX },
	{ "ignore-failure", 'i', NULL, "count a run that fails, and go on",
	  .parse = option_on, FIELD(bool, ignore_failure) },
	{ "compare", 0, "A", "compare recording A with recording B, the operand",
	  .parse = parse_followed_name, FIELD(const char *, compare[0]), .section = "Comparing" },
	{ "by", 0, "FIGURE", "what decides: rss (default), pss, cgroup, time, ...",
	  .parse = option_choice, FIELD(enum run_figure, compare_by), .names = figure_names },
	{ "tolerance", 0, "N%", "exit 1 if B needs more than N% more",
	  .parse = parse_tolerance, GIVEN(double, tolerance) },
	{ "fit", 0, NULL, "find the smallest limit that the command lives with",
	  .parse = option_on, FIELD(bool, fit),
	  .excludes = "pid cgroup unit high max-rss max-pss csv log-file plot",
	  .section = "Fitting" },
	{ "fit-step", 0, "SIZE", "to within SIZE (default 4M); --limit is the most",
	  .parse = parse_bound, GIVEN(struct size, fit_step) },
	{ "fit-least", 0, "SIZE", "do not try less than SIZE",
	  .parse = parse_bound, GIVEN(struct size, fit_least) },
	{ "output", 'o', "LIST", "columns to show; +LIST appends",
	  .parse = parse_tree_columns, FIELD(struct column_choice, output.columns),
	  .section = "Output" },
	{ "bytes", 'b', NULL, "sizes in bytes instead of KiB",
	  SET(enum size_unit, output.unit, SIZE_BYTES), .excludes = "human" },
	{ "human", 'H', NULL, "sizes as 1.5M, 2.0G",
	  SET(enum size_unit, output.unit, SIZE_HUMAN) },
	{ "noheadings", 0, NULL, "no header line",
	  .parse = option_off, FIELD(bool, output.headings) },
	{ "quiet", 'q', NULL, "no rows and no summary, errors only",
	  SET(enum output_format, output.format, OUTPUT_NONE), .excludes = "json csv verbose" },
	{ "verbose", 'v', NULL, "name the sandbox and its like; all evidence",
	  .parse = option_on, FIELD(bool, verbose) },
	{ "json", 0, NULL, "one JSON object per line, sizes in bytes",
	  SET(enum output_format, output.format, OUTPUT_JSON), .excludes = "csv human" },
	{ "csv", 0, NULL, "comma-separated values",
	  SET(enum output_format, output.format, OUTPUT_CSV), .excludes = "human" },
	{ "plot", 0, "FILE", "draw the run: FILE.svg, FILE.png, FILE.pdf, or - here",
	  .parse = option_plot, FIELD(struct plot_request, plot) },
	{ "replay", 0, "FILE", "show a run that --json has written, or draw it",
	  .parse = parse_followed_name, FIELD(const char *, replay) },
	{ "run", 0, "N", "of several runs in FILE, number N (default the last)",
	  .parse = option_number, FIELD(uint64_t, run), .value = INT64_MAX },
	{ "log-file", 0, "FILE", "write rows or records to FILE, not to standard error",
	  .parse = parse_followed_name, FIELD(const char *, log_file) },
	{ "live", 0, NULL, "on a terminal, one line that changes instead of rows",
	  .parse = option_on, FIELD(bool, live), .excludes = "quiet each fit" },
	{ "help", 'h', NULL, "show this help and exit",
	  .parse = option_end, .value = OPTIONS_HELP, .section = "Other" },
	{ "version", 'V', NULL, "show the version and exit",
	  .parse = option_end, .value = OPTIONS_VERSION },
};

static const struct option_table watch_table = {
	.program = "pagewatch",
	.rows = watch_rows,
	.count = ARRAY_SIZE(watch_rows),
	.first_operand_ends = true,
};

/* What is over is shown by these options alone. */
static const struct {
	const char *option, *goes_with, *hint;
} of_recordings[] = {
	{ "replay", "replay run plot output bytes human noheadings quiet csv",
	  "--replay shows a run that is over: it goes with --plot and with columns, units and --csv" },
	{ "compare", "compare by tolerance bytes human noheadings quiet json",
	  "--compare runs nothing: it goes with --by, --tolerance, units and --json" },
};

/* WHICH of them is given. */
static int check_recording(size_t which, const struct options_seen *seen, struct error *err)
{
	for (size_t i = 0; i < watch_table.count; i++) {
		if (!seen->row[i] ||
		    strview_is_among(strview_of(watch_rows[i].name),
				     of_recordings[which].goes_with))
			continue;
		error_set(err, "--%s and --%s contradict each other", of_recordings[which].option,
			  watch_rows[i].name);
		error_hint(err, "%s", of_recordings[which].hint);
		return -EINVAL;
	}
	return 0;
}

/* The second recording is the operand. */
static int check_compare(const struct watch_request *request, struct error *err)
{
	char escaped[128];

	if (!request->command) {
		error_set(err, "--compare '%s': with what?",
			  error_escape(escaped, sizeof(escaped), request->compare[0]));
		error_hint(err, "write --compare A.json B.json");
		return -EINVAL;
	}
	if (!request->command[1])
		return 0;
	error_set(err, "--compare takes two recordings, and '%s' is a third word",
		  error_escape(escaped, sizeof(escaped), request->command[1]));
	error_hint(err, "options come first, as in --tolerance 5%% --compare A.json B.json");
	return -EINVAL;
}

/* What is asked for, and has no meaning by itself or beside something else. */
static int check_meaning(const struct watch_request *request, const struct options_seen *seen,
			 struct error *err)
{
	static const unsigned oom = 1U << OUTCOME_OOM_SANDBOX | 1U << OUTCOME_OOM_ANCESTOR |
				    1U << OUTCOME_OOM_GLOBAL;
	bool attaches = request->pid || request->cgroup || request->unit;
	const struct {
		bool wrong;
		const char *what, *hint;
	} faults[] = {
		{ request->has_tolerance && !request->compare[0],
		  "--tolerance without --compare has no meaning", "add --compare A.json B.json" },
		{ option_is_seen(seen, "by") && !request->compare[0],
		  "--by without --compare has no meaning", "add --compare A.json B.json" },
		{ request->run && !request->replay, "--run without --replay has no meaning",
		  "add --replay FILE, or leave --run out" },
		{ !attaches && !request->command,
		  "nothing to follow: neither a command nor -p, --cgroup or --unit",
		  "write pagewatch COMMAND, or pagewatch -p PID" },
		{ request->tree && !request->pid, "--tree without --pid has no meaning",
		  "a command, a cgroup and a unit are followed with all their processes" },
		{ request->peak && !attaches,
		  "--peak without --pid, --cgroup or --unit has no meaning",
		  "the peaks of a command are always known" },
		{ request->number && !request->each, "--number without --each has no meaning",
		  "add --each: the sum of all processes is one row" },
		{ option_is_seen(seen, "warmup") && !request->runs, "--warmup without --runs has no meaning",
		  "add --runs N: how often it is to be run" },
		{ request->log_file && request->plot.file && strcmp(request->plot.file, "-") &&
		  !strcmp(request->log_file, request->plot.file),
		  "--log-file and --plot are the same file", "give each a file of its own" },
		{ request->ignore_failure && !request->runs,
		  "--ignore-failure without --runs has no meaning",
		  "add --runs N: how often it is to be run" },
		{ request->has_fit_step && !request->fit, "--fit-step without --fit has no meaning",
		  "add --fit, or leave --fit-step out" },
		{ request->has_fit_least && !request->fit,
		  "--fit-least without --fit has no meaning",
		  "add --fit, or leave --fit-least out" },
		{ request->fit && request->expect.name && request->expect.outcomes & oom,
		  "--expect with --fit: an OOM kill is what --fit avoids",
		  "expect ok, or exited for a command that ends with another status than 0" },
		{ request->has_fit_least && request->has_limit &&
		  request->fit_least.bytes >= request->limit.bytes,
		  "--fit-least is not below --limit",
		  "--limit is the most that is tried, --fit-least the least" },
		{ request->has_swap && !request->has_limit && !request->has_high && !request->fit,
		  "--swap without --limit or --high has no meaning",
		  "it is what a sandbox may swap: add --limit SIZE" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(faults); i++)
		if (faults[i].wrong)
			return error_return(err, -EINVAL, "%s\n%s", faults[i].what,
					    faults[i].hint);
	return 0;
}

static int check_request(const struct watch_request *request, const struct options_seen *seen,
			 struct error *err)
{
	const char *attached = request->pid ? "pid" : request->cgroup ? "cgroup"
		: request->unit ? "unit" : NULL;

	if (request->replay && request->command)
		return error_return(err, -EINVAL,
				    "--replay and a command contradict each other\n%s",
				    of_recordings[0].hint);
	if (request->replay)
		return check_recording(0, seen, err);
	if (request->compare[0] && check_compare(request, err) < 0)
		return -EINVAL;
	if (request->compare[0])
		return check_recording(1, seen, err);
	if (attached && request->command)
		return error_return(err, -EINVAL,
				    "a command and --%s contradict each other\n"
				    "leave one of them out", attached);
	if (request->live && request->output.format != OUTPUT_TABLE && !request->log_file)
		return error_return(err, -EINVAL,
				    "--live and %s contradict each other on standard error\n"
				    "add --log-file FILE: what is for programs goes there",
				    request->output.format == OUTPUT_JSON ? "--json" : "--csv");
	return check_meaning(request, seen, err);
}

enum options_result watch_options_parse(int argc, char *argv[], struct watch_request *ret_request,
					struct error *err)
{
	struct watch_request request = {
		.every = NS_PER_SECOND,
		.fit_step.bytes = UINT64_C(4) << 20,
		.oom_score_adj = OOM_SCORE_ADJ_KEEP,
		.output = { .headings = true, .tree = true,
			    .columns = column_choice_default(true) },
	};
	struct options_seen seen;
	enum options_result result;

	result = option_table_parse(&watch_table, argc, argv, &request, &seen, err);
	if (result != OPTIONS_RUN)
		return result;
	if (argv[optind])
		request.command = argv + optind;
	if (check_request(&request, &seen, err) < 0)
		return OPTIONS_WRONG;
	request.output.each = request.each;
	if (request.each)
		column_choice_for_processes(&request.output.columns);
	if (request.compare[0])
		request.compare[1] = request.command[0];
	/* Standard output is the command's, if there is one. */
	request.plot.terminal = request.replay ? STDOUT_FILENO : STDERR_FILENO;
	*ret_request = request;
	return OPTIONS_RUN;
}

bool watch_has_records_alone(const struct watch_request *request)
{
	return request->output.format == OUTPUT_JSON && !request->log_file;
}

void watch_print_help(void)
{
	printf("Usage: pagewatch [OPTION]... [--] COMMAND [ARGUMENT]...\n"
	       "       pagewatch [OPTION]... -p PID | --cgroup PATH | --unit UNIT\n"
	       "       pagewatch [OPTION]... --replay FILE\n"
	       "       pagewatch [OPTION]... --compare A.json B.json\n"
	       "Run a command, or follow what runs already, and show the memory of all its\n"
	       "processes, how it ended, and what killed it.\n"
	       "\n"
	       "SIZE is bytes, or a number with K M G T (powers of 1024) or KB MB (of 1000).\n"
	       "TIME is seconds, or a number with ns, us, ms, s, m, h or d; or infinity.\n");
	option_table_print(&watch_table);
	columns_print_help(true);
	printf("\nExit status: 0 done, 1 a demand unmet or the process that was followed OOM-killed,\n"
	       "2 usage, 125 pagewatch failed, 126 the command cannot be executed, 127 it was not\n"
	       "found, 128+N it was killed by signal N; else the command's own.\n"
	       "For more see pagewatch(1).\n");
}
