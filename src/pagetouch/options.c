/* SPDX-License-Identifier: GPL-2.0-or-later */
/* options.c - the option table, what each option sets, and which exclude each other */
#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/option-table.h"
#include "pagetouch/option-values.h"
#include "pagetouch/options.h"
#include "pagetouch/plot-options.h"

/* More than anybody would wait for. */
#define PASSES_MAX 1000000

enum option_key {
	KEY_PRIVATE = OPTION_LONG_ONLY, KEY_SHARED, KEY_MEMFD, KEY_FILE, KEY_HUGETLB, KEY_RESERVE,
	KEY_HEAP, KEY_STACK,
	KEY_THP, KEY_LOCK, KEY_ACCESS, KEY_ORDER, KEY_STRIDE, KEY_TOUCH, KEY_PASSES, KEY_THEN,
	KEY_RATE, KEY_HOLD, KEY_EVERY, KEY_NO_GUARD, KEY_VERIFY, KEY_EXPECT, KEY_EXACT,
	KEY_LIMIT, KEY_SWAP, KEY_HIGH, KEY_OOM_SCORE_ADJ,
	KEY_JSON, KEY_CSV, KEY_PLOT, KEY_PLOT_X, KEY_REPLAY, KEY_RUN,
	KEY_THREADS = 't', KEY_OUTPUT = 'o', KEY_BYTES = 'b', KEY_HUMAN = 'H',
	KEY_NOHEADINGS = 'n', KEY_QUIET = 'q', KEY_VERBOSE = 'v', KEY_HELP = 'h',
	KEY_VERSION = 'V',
};

static const struct option_description options_list[] = {
	{ "private", KEY_PRIVATE, NULL, "map private anonymous memory (default)", "Region" },
	{ "shared", KEY_SHARED, NULL, "map shared anonymous memory, or the file shared", NULL },
	{ "memfd", KEY_MEMFD, NULL, "map a memfd, a file without a name", NULL },
	{ "file", KEY_FILE, "PATH", "map a file; a new one is gone after the run", NULL },
	{ "hugetlb", KEY_HUGETLB, "[=2M|1G]", "map reserved huge pages", NULL },
	{ "heap", KEY_HEAP, "[=PIECE]", "allocate it with malloc, in pieces of PIECE", NULL },
	{ "stack", KEY_STACK, NULL, "let the main thread's stack grow by it", NULL },
	{ "reserve", KEY_RESERVE, NULL, "let overcommit accounting see the mapping", NULL },
	{ "thp", KEY_THP, "WHEN", "huge pages: never (default), always, system", NULL },
	{ "lock", KEY_LOCK, "[=onfault]", "lock it with mlock, at once or page by page", NULL },
	{ "access", KEY_ACCESS, "HOW", "write (default), read, populate-*, pread, pwrite",
	  "Touching" },
	{ "order", KEY_ORDER, "ORDER", "forward (default), backward, random[:SEED]", NULL },
	{ "stride", KEY_STRIDE, "SIZE", "touch one page in every SIZE", NULL },
	{ "touch", KEY_TOUCH, "SIZE", "touch only the first SIZE of the region", NULL },
	{ "passes", KEY_PASSES, "N", "touch all of it N times", NULL },
	{ "threads", KEY_THREADS, "N", "touch with N threads at once", NULL },
	{ "limit", KEY_LIMIT, "SIZE", "give the subject a memory cgroup of SIZE to die in",
	  "Sandbox" },
	{ "swap", KEY_SWAP, "SIZE", "let it swap up to SIZE (default 0)", NULL },
	{ "high", KEY_HIGH, "SIZE", "throttle it above SIZE (cgroup v2)", NULL },
	{ "oom-score-adj", KEY_OOM_SCORE_ADJ, "N",
	  "the subject's: -1000 to 1000 (default), or keep", NULL },
	{ "rate", KEY_RATE, "SIZE/s", "touch evenly, SIZE per second", "Run" },
	{ "hold", KEY_HOLD, "TIME", "keep the memory for TIME, or 'infinity'", NULL },
	{ "every", KEY_EVERY, "TIME", "while holding, a sample every TIME (default 1s)", NULL },
	{ "then", KEY_THEN, "STEP", "then do STEP, see below; may be given again", NULL },
	{ "no-guard", KEY_NO_GUARD, NULL, "go on when memory runs out", NULL },
	{ "verify", KEY_VERIFY, NULL, "exit 1 unless RSS grew by just what was touched", NULL },
	{ "expect", KEY_EXPECT, "OUTCOME", "exit 0 if the run ends so, else 1: ok, oom, ...",
	  NULL },
	{ "exact", KEY_EXACT, NULL, "read RSS from smaps_rollup in every row", NULL },
	{ "output", KEY_OUTPUT, "LIST", "columns to show; +LIST appends", "Output" },
	{ "bytes", KEY_BYTES, NULL, "sizes in bytes instead of KiB", NULL },
	{ "human", KEY_HUMAN, NULL, "sizes as 1.5M, 2.0G", NULL },
	{ "noheadings", KEY_NOHEADINGS, NULL, "no header line", NULL },
	{ "quiet", KEY_QUIET, NULL, "no rows and no summary, errors only", NULL },
	{ "verbose", KEY_VERBOSE, NULL, "name the subject and its sandbox", NULL },
	{ "json", KEY_JSON, NULL, "one JSON object per line, sizes in bytes", NULL },
	{ "csv", KEY_CSV, NULL, "comma-separated values", NULL },
	{ "plot", KEY_PLOT, "FILE", "draw the run: FILE.svg, FILE.png, FILE.pdf, or - here",
	  "Pictures" },
	{ "plot-x", KEY_PLOT_X, "AXIS", "draw it over touched, time or row", NULL },
	{ "replay", KEY_REPLAY, "FILE", "show a run that --json has written, or draw it", NULL },
	{ "run", KEY_RUN, "N", "of several runs in FILE, number N (default the last)", NULL },
	{ "help", KEY_HELP, NULL, "show this help and exit", "Other" },
	{ "version", KEY_VERSION, NULL, "show the version and exit", NULL },
};

_Static_assert(sizeof(options_list) / sizeof(options_list[0]) <= OPTION_TABLE_MAX,
	       "the table fits a walk");

/* Pairs that say contradicting things. */
static const int options_exclusive[][2] = {
	{ KEY_PRIVATE, KEY_SHARED },
	{ KEY_PRIVATE, KEY_MEMFD },
	{ KEY_FILE, KEY_MEMFD },
	{ KEY_HUGETLB, KEY_MEMFD },
	{ KEY_HUGETLB, KEY_FILE },
	{ KEY_HUGETLB, KEY_THP },
	{ KEY_HEAP, KEY_STACK },
	{ KEY_HEAP, KEY_SHARED },
	{ KEY_HEAP, KEY_MEMFD },
	{ KEY_HEAP, KEY_FILE },
	{ KEY_HEAP, KEY_HUGETLB },
	{ KEY_STACK, KEY_SHARED },
	{ KEY_STACK, KEY_MEMFD },
	{ KEY_STACK, KEY_FILE },
	{ KEY_STACK, KEY_HUGETLB },
	{ KEY_BYTES, KEY_HUMAN },
	{ KEY_JSON, KEY_CSV },
	{ KEY_JSON, KEY_HUMAN },
	{ KEY_CSV, KEY_HUMAN },
	{ KEY_QUIET, KEY_JSON },
	{ KEY_QUIET, KEY_CSV },
	{ KEY_QUIET, KEY_VERBOSE },
};

static const struct option_table options_table = {
	.program = "pagetouch",
	.list = options_list,
	.count = sizeof(options_list) / sizeof(options_list[0]),
	.exclusive = options_exclusive,
	.exclusive_count = sizeof(options_exclusive) / sizeof(options_exclusive[0]),
	.number = "SIZE",
};

/* The parser's state. */
struct options_parser {
	struct request request;
	bool shared, memfd, heap, stack;
	struct option_walk walk;
	struct error *err;
};

static int apply_sandbox(struct request *request, int key, const char *text,
			 struct error *err)
{
	switch (key) {
	case KEY_LIMIT:
		request->has_limit = true;
		return value_some("--limit", text, &request->limit, err);
	case KEY_SWAP:
		request->has_swap = true;
		return size_parse("--swap", text, &request->swap, err);
	case KEY_HIGH:
		request->has_high = true;
		return value_some("--high", text, &request->high, err);
	default:
		return value_adj(text, request, err);
	}
}

static int apply_region(struct request *request, int key, const char *text,
			struct error *err)
{
	switch (key) {
	case KEY_FILE:
		return value_file(text, request, err);
	case KEY_HUGETLB:
		return value_hugetlb(text, request, err);
	case KEY_LOCK:
		return value_lock(text, request, err);
	default:
		return value_thp(text, request, err);
	}
}

static int apply_touching(struct request *request, int key, const char *text,
			  struct error *err)
{
	switch (key) {
	case KEY_ACCESS:
		return value_access(text, request, err);
	case KEY_ORDER:
		return value_order(text, request, err);
	case KEY_STRIDE:
		request->has_stride = true;
		return value_some("--stride", text, &request->stride, err);
	case KEY_TOUCH:
		request->has_touch = true;
		return size_parse("--touch", text, &request->touch, err);
	case KEY_PASSES:
		return value_number("--passes", text, PASSES_MAX, &request->passes, err);
	case KEY_THREADS:
		return value_number("--threads", text, TOUCH_THREADS_MAX, &request->threads,
				    err);
	default:
		return value_then(text, request, err);
	}
}

static int apply_picture(struct request *request, int key, const char *text,
			 struct error *err)
{
	switch (key) {
	case KEY_PLOT:
		return value_plot(text, request, err);
	case KEY_PLOT_X:
		return value_plot_x(text, request, err);
	case KEY_REPLAY:
		return value_replay(text, request, err);
	default:
		return value_number("--run", text, INT64_MAX, &request->run, err);
	}
}

static int apply_heap(struct options_parser *parser, const char *text)
{
	parser->heap = true;
	return value_heap(text, &parser->request, parser->err);
}

static int apply_with_argument(struct options_parser *parser, int key, const char *text)
{
	struct request *request = &parser->request;
	struct error *err = parser->err;

	switch (key) {
	case KEY_THP:
	case KEY_FILE:
	case KEY_HUGETLB:
	case KEY_LOCK:
		return apply_region(request, key, text, err);
	case KEY_ACCESS:
	case KEY_ORDER:
	case KEY_STRIDE:
	case KEY_TOUCH:
	case KEY_PASSES:
	case KEY_THREADS:
	case KEY_THEN:
		return apply_touching(request, key, text, err);
	case KEY_RATE:
		return value_rate(text, request, err);
	case KEY_HOLD:
		return value_time("--hold", text, &request->hold, err);
	case KEY_EVERY:
		return value_time("--every", text, &request->every, err);
	case KEY_EXPECT:
		return expectation_parse(text, &request->expect, err);
	case KEY_LIMIT:
	case KEY_SWAP:
	case KEY_HIGH:
	case KEY_OOM_SCORE_ADJ:
		return apply_sandbox(request, key, text, err);
	case KEY_PLOT:
	case KEY_PLOT_X:
	case KEY_REPLAY:
	case KEY_RUN:
		return apply_picture(request, key, text, err);
	default:
		return column_choice_parse(text, &request->output.columns, err);
	}
}

static int options_apply(struct options_parser *parser, int key, const char *argument)
{
	struct request *request = &parser->request;

	switch (key) {
	case KEY_PRIVATE:
		return 0;
	case KEY_SHARED:
		parser->shared = true;
		return 0;
	case KEY_MEMFD:
		parser->memfd = true;
		return 0;
	case KEY_HEAP:
		return apply_heap(parser, argument);
	case KEY_STACK:
		parser->stack = true;
		return 0;
	case KEY_RESERVE:
		request->reserve = true;
		return 0;
	case KEY_NO_GUARD:
		request->guard = false;
		return 0;
	case KEY_VERIFY:
		request->verify = true;
		return 0;
	case KEY_EXACT:
		request->exact = true;
		return 0;
	case KEY_VERBOSE:
		request->verbose = true;
		return 0;
	case KEY_BYTES:
		request->output.unit = SIZE_BYTES;
		return 0;
	case KEY_HUMAN:
		request->output.unit = SIZE_HUMAN;
		return 0;
	case KEY_NOHEADINGS:
		request->output.headings = false;
		return 0;
	case KEY_QUIET:
		request->output.format = OUTPUT_NONE;
		return 0;
	case KEY_JSON:
		request->output.format = OUTPUT_JSON;
		return 0;
	case KEY_CSV:
		request->output.format = OUTPUT_CSV;
		return 0;
	default:
		return apply_with_argument(parser, key, argument);
	}
}

/* What the options for it make of the region together; they do not contradict each other. */
static enum region_backing backing_of(const struct options_parser *parser)
{
	const struct request *request = &parser->request;

	if (request->hugetlb)
		return parser->shared ? REGION_HUGETLB_SHARED : REGION_HUGETLB;
	if (request->file)
		return parser->shared ? REGION_FILE_SHARED : REGION_FILE_PRIVATE;
	if (parser->memfd)
		return REGION_MEMFD;
	if (parser->heap)
		return REGION_HEAP;
	if (parser->stack)
		return REGION_STACK;
	return parser->shared ? REGION_SHARED : REGION_PRIVATE;
}

static bool has_hold_step(const struct request *request)
{
	for (size_t i = 0; i < request->step_count; i++)
		if (request->steps[i].rule->verb == VERB_HOLD)
			return true;
	return false;
}

/* An option that means something only beside another one. */
static int check_needs(const struct options_parser *parser)
{
	const struct request *request = &parser->request;

	if (option_seen(&parser->walk, KEY_EVERY) && !option_seen(&parser->walk, KEY_HOLD) &&
	    !has_hold_step(request)) {
		error_set(parser->err, "--every without --hold has no meaning");
		error_hint(parser->err, "add --hold TIME, or give INTERVAL to sample "
			   "while touching");
		return -EINVAL;
	}
	if (!request->has_swap || request->has_limit || request->has_high)
		return 0;
	error_set(parser->err, "--swap without --limit or --high has no meaning");
	error_hint(parser->err, "it is what a sandbox may swap: add --limit SIZE");
	return -EINVAL;
}

static int parse_operands(struct options_parser *parser, char *argv[])
{
	struct request *request = &parser->request;
	char escaped[128];

	if (!argv[0])
		return 0;
	if (value_some("SIZE", argv[0], &request->size, parser->err) < 0)
		return -EINVAL;
	if (!argv[1])
		return 0;
	if (value_some("INTERVAL", argv[1], &request->interval, parser->err) < 0)
		return -EINVAL;
	request->has_interval = true;
	if (!argv[2])
		return 0;
	error_set(parser->err, "third operand '%s': only SIZE and INTERVAL are taken",
		  error_escape(escaped, sizeof(escaped), argv[2]));
	option_help_hint(&options_table, parser->err);
	return -EINVAL;
}

enum options_result options_parse(int argc, char *argv[], struct request *ret_request,
				  struct error *err)
{
	/* Too large for the stack that some limit leaves. */
	static struct options_parser parser;
	int key;

	memset(&parser, 0, sizeof(parser));
	parser.err = err;
	request_default(&parser.request);
	option_walk_begin(&parser.walk, &options_table, argc, argv);
	while ((key = option_walk_next(&parser.walk, err)) != OPTION_END) {
		if (key == OPTION_FAULT)
			return OPTIONS_WRONG;
		if (key == KEY_HELP)
			return OPTIONS_HELP;
		if (key == KEY_VERSION)
			return OPTIONS_VERSION;
		if (options_apply(&parser, key, optarg) < 0)
			return OPTIONS_WRONG;
	}
	if (option_check_exclusive(&parser.walk, err) < 0 || check_needs(&parser) < 0 ||
	    pictures_check(&parser.walk, &parser.request, argv[optind] != NULL, err) < 0 ||
	    parse_operands(&parser, argv + optind) < 0)
		return OPTIONS_WRONG;
	parser.request.backing = backing_of(&parser);
	*ret_request = parser.request;
	return OPTIONS_RUN;
}

static void print_steps(void)
{
	printf("\nSteps (done to all of the region, or to its first part: STEP:SIZE, STEP:N%%;\n"
	       "dontneed, free, cold, pageout, remove, guard also to STEP:SIZE/EVERY):\n");
	for (size_t i = 0; i < step_rule_count; i++) {
		const struct step_rule *rule = &step_rules[i];
		char name[SAMPLE_STEP_MAX];

		snprintf(name, sizeof(name), "%s%s", rule->name, step_argument(rule));
		printf("  %-14s %s\n", name, rule->help);
	}
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
	print_steps();
	printf("\nColumns (sizes in KiB unless -b or -H; sources as in proc(5)):\n");
	for (size_t i = 0; i < column_count; i++)
		printf("  %-10s %-38s [%s]\n", columns[i].name, columns[i].help,
		       columns[i].source);
	printf("\nExit status: 0 done, 1 --verify or --expect unmet, 2 usage, 3 stopped by the\n"
	       "guard, 125 pagetouch failed, 128+N the subject was killed by signal N.\n"
	       "For more see pagetouch(1).\n");
}
