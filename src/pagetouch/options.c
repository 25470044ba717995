/* SPDX-License-Identifier: GPL-2.0-or-later */
/* options.c - the option table, what each option fills, and which mean nothing without another */
#include <config.h>

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/duration.h"
#include "lib/macros.h"
#include "lib/number.h"
#include "pagetouch/plan.h"
#include "sandbox/enter.h"
#include "workload/subject.h"

/* More than anybody would wait for. */
#define PASSES_MAX 1000000

static int parse_rate(const struct option_row *row, const char *text, void *filled,
		      struct error *err)
{
	size_t length = strlen(text);
	struct size rate;
	char size[128];
	int r;

	if (length > 2 && !strcmp(text + length - 2, "/s"))
		length -= 2;
	if (length < sizeof(size)) {
		memcpy(size, text, length);
		size[length] = '\0';
		text = size;
	}
	r = size_parse_above_zero("--rate", text, &rate, err);
	if (r < 0)
		return r;
	if (!rate.permyriad) {
		*(uint64_t *)option_field(filled, row) = rate.bytes;
		return 0;
	}
	return error_set_value(err, -EINVAL, "--rate", text,
			       "is a share of the memory that is left, which has no speed",
			       "write bytes per second, as in 100M/s");
}

/* forward, backward, random or random:SEED */
static int parse_order(const struct option_row *row, const char *text, void *filled,
		       struct error *err)
{
	struct plan *plan = filled;
	uint64_t *seed = &plan->workload.touch_params.seed;
	bool seeded = !strncmp(text, "random:", 7);
	int found = option_find_name(row->name, row->names, seeded ? "random" : text, err);
	char escaped[64];

	if (found < 0)
		return found;
	plan->workload.touch_params.order = (enum order_kind)found;
	plan->has_seed = seeded;
	if (!seeded || (number_parse_u64(text + 7, seed) == 0 && *seed <= INT64_MAX &&
			!strchr(text, '\n')))
		return 0;
	return error_return(err, -EINVAL,
			    "--order '%s': SEED is not a number from 0 to 2^63 - 1\n"
			    "write --order=random:7, or --order=random for a seed by chance",
			    error_escape(escaped, sizeof(escaped), text));
}

/* The size of a huge page, or of a piece of a heap; 0: none was given. */
static int parse_piece(const struct option_row *row, const char *text, void *filled,
		       struct error *err)
{
	bool heap = !strcmp(row->name, "heap");
	struct size size = { 0 };

	if (text && size_parse(heap ? "--heap" : "--hugetlb", text, &size, err) < 0)
		return -EINVAL;
	*(uint64_t *)option_field(filled, row) = size.bytes;
	if (!text || (heap ? !size.permyriad && size.bytes >= HEAP_PIECE_LEAST
			   : size.bytes > (uint64_t)sysconf(_SC_PAGESIZE) &&
			     !(size.bytes & (size.bytes - 1))))
		return 0;
	if (heap)
		return error_set_value(err, -EINVAL, "--heap", text, "is no size of a piece",
				       "PIECE is in bytes, 16 at least, as in --heap=1000");
	return error_set_value(err, -EINVAL, "--hugetlb", text, "is no size of a huge page",
			       "write --hugetlb=2M or --hugetlb=1G, or what else there is in /sys/kernel/mm/hugepages");
}

/* The name of a file that is there, or may be made. */
static int parse_file(const struct option_row *row, const char *text, void *filled,
		      struct error *err)
{
	*(const char **)option_field(filled, row) = text;
	if (*text)
		return 0;
	return error_return(err, -EINVAL, "--%s: %s '' is empty\n%s", row->name, row->argument,
			    strcmp(row->name, "replay") == 0
			    ? "name a file that pagetouch --json has written, or - for standard input"
			    : "name a file; one that is not there is made for the run");
}

static int parse_then(const struct option_row *row, const char *text, void *filled,
		      struct error *err)
{
	struct workload *workload = &((struct plan *)filled)->workload;

	(void)row;
	if (workload->step_count == STEPS_MAX)
		return error_return(err, -EINVAL,
				    "--then: more than %d steps\n"
				    "leave some of them out", STEPS_MAX);
	return step_parse(text, &workload->steps[workload->step_count++], err);
}

static int parse_columns(const struct option_row *row, const char *text, void *filled,
			 struct error *err)
{
	return column_choice_parse(text, false, option_field(filled, row), err);
}

/* What option_choice() and parse_order() know. */
static const char *const thp_names[] = {
	[REGION_THP_NEVER] = "never", [REGION_THP_ALWAYS] = "always",
	[REGION_THP_SYSTEM] = "system", NULL
};
static const char *const lock_names[] = {
	[REGION_UNLOCKED] = "", [REGION_LOCKED] = "", [REGION_LOCKED_ONFAULT] = "onfault", NULL
};
static const char *const plot_x_names[] = {
	[PLOT_X_AUTO] = "", [PLOT_X_TOUCHED] = "touched", [PLOT_X_TIME] = "time",
	[PLOT_X_ROW] = "row", NULL
};

/* A member of struct plan, and one that says in has_NAME whether it was given. */
#define FIELD(type, member) .field = OPTION_FIELD(plan, type, member)
#define GIVEN(type, member) \
	FIELD(type, member), .given = OPTION_FIELD(plan, bool, has_##member)

/* An option that sets MEMBER to VALUE. */
#define SET(type, member, constant) .parse = option_value, FIELD(type, member), .value = (constant)

static const struct option_row options_rows[] = {
	{ "private", 0, NULL, "map private anonymous memory (default)",
	  .parse = option_seen_only, .excludes = "shared memfd", .section = "Region" },
	{ "shared", 0, NULL, "map shared anonymous memory, or the file shared",
	  .parse = option_seen_only },
	{ "memfd", 0, NULL, "map a memfd, a file without a name",
	  .parse = option_seen_only },
	{ "file", 0, "PATH", "map a file; a new one is gone after the run",
	  .parse = parse_file, FIELD(const char *, workload.file), .excludes = "memfd" },
	{ "hugetlb", 0, "[=2M|1G]", "map reserved huge pages",
	  .parse = parse_piece, FIELD(uint64_t, workload.region.huge_page),
	  .excludes = "memfd file thp" },
	{ "heap", 0, "[=PIECE]", "allocate it with malloc, in pieces of PIECE",
	  .parse = parse_piece, FIELD(uint64_t, workload.region.piece),
	  .excludes = "stack shared memfd file hugetlb" },
	{ "stack", 0, NULL, "let the main thread's stack grow by it",
	  .parse = option_seen_only, .excludes = "shared memfd file hugetlb" },
	{ "reserve", 0, NULL, "let overcommit accounting see the mapping",
	  .parse = option_on, FIELD(bool, workload.region.reserve) },
	{ "thp", 0, "WHEN", "huge pages: never (default), always, system",
	  .parse = option_choice, FIELD(enum region_thp, workload.region.thp),
	  .names = thp_names },
	{ "lock", 0, "[=onfault]", "lock it with mlock, at once or page by page",
	  .parse = option_choice, FIELD(enum region_lock, workload.lock), .names = lock_names,
	  .value = REGION_LOCKED },
	{ "access", 0, "HOW", "write (default), read, populate-*, pread, pwrite",
	  .parse = option_choice, FIELD(enum touch_access, workload.touch_params.access),
	  .names = touch_access_names, .section = "Touching" },
	{ "order", 0, "ORDER", "forward (default), backward, random[:SEED]",
	  .parse = parse_order, .names = order_names },
	{ "stride", 0, "SIZE", "touch one page in every SIZE",
	  .parse = option_size_above_zero, GIVEN(struct size, stride) },
	{ "touch", 0, "SIZE", "touch only the first SIZE of the region",
	  .parse = option_size, GIVEN(struct size, touch) },
	{ "passes", 0, "N", "touch all of it N times",
	  .parse = option_number, FIELD(uint64_t, workload.passes), .value = PASSES_MAX },
	{ "threads", 't', "N", "touch with N threads at once",
	  .parse = option_number, FIELD(uint64_t, workload.threads), .value = TOUCH_THREADS_MAX },
	{ "limit", 0, "SIZE", "give the subject a memory cgroup of SIZE to die in",
	  .parse = option_size_above_zero, GIVEN(struct size, limit), .section = "Sandbox" },
	{ "swap", 0, "SIZE", "let it swap up to SIZE (default 0)",
	  .parse = option_size, GIVEN(struct size, swap) },
	{ "high", 0, "SIZE", "throttle it above SIZE (cgroup v2)",
	  .parse = option_size_above_zero, GIVEN(struct size, high) },
	{ "oom-score-adj", 0, "N", "the subject's: -1000 to 1000 (default), or keep",
	  .parse = option_oom_score_adj, FIELD(int, oom_score_adj) },
	{ "rate", 0, "SIZE/s", "touch evenly, SIZE per second",
	  .parse = parse_rate, FIELD(uint64_t, workload.rate), .section = "Run" },
	{ "hold", 0, "TIME", "keep the memory for TIME, or 'infinity'",
	  .parse = option_duration, FIELD(uint64_t, workload.hold) },
	{ "every", 0, "TIME", "while holding, a sample every TIME (default 1s)",
	  .parse = option_duration, FIELD(uint64_t, every) },
	{ "then", 0, "STEP", "then do STEP, see below; may be given again",
	  .parse = parse_then },
	{ "no-guard", 0, NULL, "go on when memory runs out",
	  .parse = option_off, FIELD(bool, guard) },
	{ "verify", 0, NULL, "exit 1 unless RSS grew by just what was touched",
	  .parse = option_on, FIELD(bool, verify) },
	{ "expect", 0, "OUTCOME", "exit 0 if the run ends so, else 1: ok, oom, ...",
	  .parse = option_expect, FIELD(struct expectation, expect) },
	{ "exact", 0, NULL, "read RSS from smaps_rollup in every row",
	  .parse = option_on, FIELD(bool, exact) },
	{ "output", 'o', "LIST", "columns to show; +LIST appends",
	  .parse = parse_columns, FIELD(struct column_choice, output.columns),
	  .section = "Output" },
	{ "bytes", 'b', NULL, "sizes in bytes instead of KiB",
	  SET(enum size_unit, output.unit, SIZE_BYTES), .excludes = "human" },
	{ "human", 'H', NULL, "sizes as 1.5M, 2.0G",
	  SET(enum size_unit, output.unit, SIZE_HUMAN) },
	{ "noheadings", 'n', NULL, "no header line",
	  .parse = option_off, FIELD(bool, output.headings) },
	{ "quiet", 'q', NULL, "no rows and no summary, errors only",
	  SET(enum output_format, output.format, OUTPUT_NONE), .excludes = "json csv verbose" },
	{ "verbose", 'v', NULL, "name subject and sandbox; all evidence",
	  .parse = option_on, FIELD(bool, verbose) },
	{ "json", 0, NULL, "one JSON object per line, sizes in bytes",
	  SET(enum output_format, output.format, OUTPUT_JSON), .excludes = "csv human" },
	{ "csv", 0, NULL, "comma-separated values",
	  SET(enum output_format, output.format, OUTPUT_CSV), .excludes = "human" },
	{ "plot", 0, "FILE", "draw the run: FILE.svg, FILE.png, FILE.pdf, or - here",
	  .parse = option_plot, FIELD(struct plot_request, plot), .section = "Pictures" },
	{ "plot-x", 0, "AXIS", "draw it over touched, time or row",
	  .parse = option_choice, FIELD(enum plot_x, plot.x), .names = plot_x_names },
	{ "replay", 0, "FILE", "show a run that --json has written, or draw it",
	  .parse = parse_file, FIELD(const char *, replay) },
	{ "run", 0, "N", "of several runs in FILE, number N (default the last)",
	  .parse = option_number, FIELD(uint64_t, run), .value = INT64_MAX },
	{ "help", 'h', NULL, "show this help and exit",
	  .parse = option_end, .value = OPTIONS_HELP, .section = "Other" },
	{ "version", 'V', NULL, "show the version and exit",
	  .parse = option_end, .value = OPTIONS_VERSION },
};

_Static_assert(HEAP_PIECE_LEAST == 16, "as the hint of --heap says");
_Static_assert(ARRAY_SIZE(options_rows) <= OPTION_TABLE_MAX,
	       "the rows fit struct options_seen");

const struct option_table options_table = {
	.program = "pagetouch",
	.rows = options_rows,
	.count = ARRAY_SIZE(options_rows),
	.operand = "SIZE",
};

/*
 * An option that means something only beside another one, or not beside it. OPERANDS: a SIZE was
 * given.
 */
static int check_needs(const struct plan *plan, const struct options_seen *seen, bool operands,
		       struct error *err)
{
	const struct workload *workload = &plan->workload;
	bool text_plot = plan->plot.file && plan->plot.kind == PICTURE_TEXT;
	struct {
		bool wrong;
		const char *what, *hint;
	} faults[] = {
		{ plan->every && !workload->hold, "--every without --hold has no meaning",
		  "add --hold TIME, or give INTERVAL to sample while touching" },
		{ plan->has_swap && !plan->has_limit && !plan->has_high,
		  "--swap without --limit or --high has no meaning",
		  "it is what a sandbox may swap: add --limit SIZE" },
		{ plan->plot.x != PLOT_X_AUTO && !plan->plot.file,
		  "--plot-x without --plot FILE has no meaning",
		  "add --plot FILE, or leave --plot-x out" },
		{ plan->run && !plan->replay, "--run without --replay FILE has no meaning",
		  "add --replay FILE, or leave --run out" },
		{ text_plot && plan->output.format == OUTPUT_JSON,
		  "--plot - and --json both write to standard output",
		  "name a file for the picture, or leave one of them out" },
		{ text_plot && plan->output.format == OUTPUT_CSV,
		  "--plot - and --csv both write to standard output",
		  "name a file for the picture, or leave one of them out" },
	};

	for (size_t i = 0; i < workload->step_count; i++)
		if (workload->steps[i].rule->verb == VERB_HOLD)
			faults[0].wrong = false;
	for (size_t i = 0; i < ARRAY_SIZE(faults); i++)
		if (faults[i].wrong)
			return error_return(err, -EINVAL, "%s\n%s", faults[i].what,
					    faults[i].hint);
	/* What has been done cannot be done otherwise. */
	for (size_t i = 0; plan->replay && i < options_table.count; i++) {
		if (!seen->row[i] ||
		    strview_is_among(strview_of(options_rows[i].name),
				     "replay run plot plot-x output bytes human noheadings quiet csv"))
			continue;
		return error_return(err, -EINVAL,
				    "--replay and --%s contradict each other\n"
				    "--replay shows a run that is over: it goes with --plot and with columns, units and --csv",
				    options_rows[i].name);
	}
	if (!plan->replay || !operands)
		return 0;
	return error_return(err, -EINVAL,
			    "--replay takes no SIZE\n"
			    "it shows a run that is over, which had one");
}

enum options_result options_parse(int argc, char *argv[], struct plan *ret_plan,
				  struct error *err)
{
	/* What the options for it make of the region; they do not contradict each other. */
	static const struct {
		const char *option;
		enum region_backing alone, with_shared;
	} backings[] = {
		{ "private", REGION_PRIVATE, REGION_SHARED },
		{ "hugetlb", REGION_HUGETLB, REGION_HUGETLB_SHARED },
		{ "file", REGION_FILE_PRIVATE, REGION_FILE_SHARED },
		{ "memfd", REGION_MEMFD, REGION_MEMFD },
		{ "heap", REGION_HEAP, REGION_HEAP },
		{ "stack", REGION_STACK, REGION_STACK },
	};
	/* Too large for the stack that some limit leaves. */
	static struct plan plan;
	struct options_seen seen;
	enum options_result result;
	size_t kind = ARRAY_SIZE(backings) - 1;
	char escaped[128];
	int operands;

	plan_default(&plan);
	result = option_table_parse(&options_table, argc, argv, &plan, &seen, err);
	if (result != OPTIONS_RUN)
		return result;
	operands = argc - optind;
	while (kind > 0 && !option_is_seen(&seen, backings[kind].option))
		kind--;
	plan.workload.region.backing = option_is_seen(&seen, "shared") ? backings[kind].with_shared
								      : backings[kind].alone;
	if (check_needs(&plan, &seen, operands > 0, err) < 0 ||
	    (operands > 0 && size_parse_above_zero("SIZE", argv[optind], &plan.size, err) < 0) ||
	    (operands > 1 &&
	     size_parse_above_zero("INTERVAL", argv[optind + 1], &plan.interval, err) < 0))
		return OPTIONS_WRONG;
	plan.has_interval = operands > 1;
	if (operands > 2) {
		error_set(err, "third operand '%s': only SIZE and INTERVAL are taken",
			  error_escape(escaped, sizeof(escaped), argv[optind + 2]));
		option_help_hint(&options_table, err);
		return OPTIONS_WRONG;
	}
	if (contradictions_check(&plan, err) < 0)
		return OPTIONS_WRONG;
	*ret_plan = plan;
	return OPTIONS_RUN;
}

void options_print_help(void)
{
	printf("Usage: pagetouch [OPTION]... [SIZE [INTERVAL]]\n"
	       "Map SIZE of memory lazily, touch it page by page, and show after every INTERVAL\n"
	       "of touched bytes how VSZ stays while RSS grows.\n"
	       "\n"
	       "SIZE (default 64K) and INTERVAL (default a sixteenth of what is touched) are\n"
	       "bytes, decimal or 0x hexadecimal; K M G T P E and KiB MiB ... are powers of\n"
	       "1024, KB MB ... of 1000; N%% is a share of the memory that may still be used.\n"
	       "TIME is seconds, or a number with ms, s, m, h or d.\n");
	option_table_print(&options_table);
	printf("\nSteps (done to all of the region, or to its first part: STEP:SIZE, STEP:N%%;\n"
	       "dontneed, free, cold, pageout, remove, guard also to STEP:SIZE/EVERY):\n");
	for (size_t i = 0; i < step_rule_count; i++) {
		char name[SAMPLE_STEP_MAX];

		snprintf(name, sizeof(name), "%s%s", step_rules[i].name,
			 step_rules[i].argument);
		printf("  %-14s %s\n", name, step_rules[i].help);
	}
	columns_print_help(false);
	printf("\nExit status: 0 done, 1 --verify or --expect unmet, 2 usage, 3 stopped by the\n"
	       "guard, 125 pagetouch failed, 128+N the subject was killed by signal N.\n"
	       "For more see pagetouch(1).\n");
}
