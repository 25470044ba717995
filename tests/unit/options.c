/* SPDX-License-Identifier: GPL-2.0-or-later */
/* options.c - command lines that are wrong and right, and the plan that follows */
#include <config.h>

#include <errno.h>

#include "../tap.h"
#include "command-line.h"
#include "lib/duration.h"
#include "pagetouch/plan.h"
#include "sandbox/enter.h"
#include "workload/subject.h"

#define KIB UINT64_C(1024)
#define MIB (KIB * KIB)
#define GIB (KIB * MIB)
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

#define LONG_RATE \
	"11111111111111111111111111111111111111111111111111111111111111111111111111111111" \
	"11111111111111111111111111111111111111111111111111111111111111111111111111111111/s"

#define LONG_128 \
	"1111111111111111111111111111111111111111111111111111111111111111" \
	"1111111111111111111111111111111111111111111111111111111111111111"

/* Parses LIST (ended by NULL) as the arguments of pagetouch. */
static enum options_result parse(const char *const *options_list, struct plan *ret_plan,
				 struct error *err)
{
	struct words words = words_of("pagetouch", options_list);
	enum options_result result = options_parse(words.argc, words.argv, ret_plan, err);

	words_free(&words);
	return result;
}

/* What is wrong, and what the first line must name. */
static const struct {
	const char *words[WORDS_MAX + 1];
	const char *pieces[3];
} wrong[] = {
	/* SIZE and INTERVAL */
	{ { "" }, { "SIZE", "empty" } },
	{ { "0" }, { "SIZE", "'0'" } },
	{ { "0x0" }, { "SIZE", "'0x0'" } },
	{ { "0K" }, { "SIZE", "'0K'" } },
	{ { "junk" }, { "SIZE", "'junk'" } },
	{ { "12abc" }, { "SIZE", "'12abc'" } },
	{ { "0x" }, { "SIZE", "'0x'" } },
	{ { "1e3" }, { "SIZE", "'1e3'" } },
	{ { "1,5G" }, { "SIZE", "'1,5G'" } },
	{ { "+5" }, { "SIZE", "'+5'" } },
	{ { " 5" }, { "SIZE", "' 5'" } },
	{ { "nan" }, { "SIZE", "'nan'" } },
	{ { "1.5" }, { "SIZE", "'1.5'", "fraction" } },
	{ { "16E" }, { "SIZE", "'16E'", "too large" } },
	{ { "99999999999G" }, { "SIZE", "'99999999999G'", "too large" } },
	{ { "0x10000000000000000" }, { "SIZE", "0x1000", "too large" } },
	{ { "200%" }, { "SIZE", "'200%'", "100%" } },
	{ { "0%" }, { "SIZE", "'0%'" } },
	{ { "\xff" "5" }, { "SIZE", "'\\xff5'" } },
	{ { "5\x1b[2J" }, { "SIZE", "'5\\x1b[2J'" } },
	{ { "-" }, { "SIZE", "'-'" } },
	{ { "--", "-5" }, { "SIZE", "'-5'", "negative" } },
	{ { "64K", "" }, { "INTERVAL", "empty" } },
	{ { "64K", "0" }, { "INTERVAL", "'0'" } },
	{ { "64K", "4X" }, { "INTERVAL", "'4X'" } },
	{ { "64K", "--", "-4K" }, { "INTERVAL", "'-4K'", "negative" } },
	{ { "64K", "4K", "1K" }, { "'1K'" } },
	{ { "64K", "4K", "" }, { "operand", "''" } },
	{ { "64K", "4K", "1K", "2K" }, { "'1K'" } },
	/* A negative number is no option. */
	{ { "-5" }, { "'-5'", "negative" } },
	{ { "-5G" }, { "'-5G'", "negative" } },
	{ { "-1K", "4K" }, { "'-1K'", "negative" } },
	{ { "-0" }, { "'-0'", "negative" } },
	{ { "-9G" }, { "'-9G'", "negative" } },
	{ { "64K", "-5" }, { "'-5'", "negative" } },
	{ { "64K", "-5G" }, { "'-5G'", "negative" } },
	{ { "--bytes", "-5G" }, { "'-5G'", "negative" } },
	{ { "--hold=5", "-5G" }, { "'-5G'", "negative" } },
	{ { "-b", "-5G" }, { "'-5G'", "negative" } },
	/* Options that there are not. */
	{ { "--nosuch" }, { "'--nosuch'", "unknown" } },
	{ { "--nosuch=5" }, { "'--nosuch=5'", "unknown" } },
	{ { "--bytes", "--nosuch" }, { "'--nosuch'", "unknown" } },
	{ { "--h" }, { "'--h'", "ambiguous" } },
	{ { "-x" }, { "-x", "unknown" } },
	{ { "-bx" }, { "-x", "'-bx'", "unknown" } },
	{ { "-xb" }, { "-x", "'-xb'", "unknown" } },
	{ { "64K", "-x" }, { "-x", "unknown" } },
	{ { "-b", "-xy" }, { "-x", "'-xy'", "unknown" } },
	{ { "--bytes", "-xy" }, { "-x", "'-xy'", "unknown" } },
	{ { "-orss", "-sy" }, { "-s", "'-sy'", "unknown" } },
	{ { "-:" }, { "-:", "unknown" } },
	{ { "-\x1b" }, { "\\x1b", "unknown" } },
	{ { "--\x1b[2J" }, { "'--\\x1b[2J'", "unknown" } },
	{ { "--\xc3\xa9" }, { "'--\\xc3\\xa9'", "unknown" } },
	/* Arguments that are missing or too many. */
	{ { "--touch" }, { "'--touch'", "needs an argument" } },
	{ { "64K", "--hold" }, { "'--hold'", "needs an argument" } },
	{ { "-o" }, { "'-o'", "needs an argument" } },
	{ { "-bo" }, { "o'", "needs an argument" } },
	{ { "--bytes=5" }, { "'--bytes=5'", "no argument" } },
	{ { "--shared=yes", "64K" }, { "'--shared=yes'", "no argument" } },
	{ { "--help=me" }, { "'--help=me'", "no argument" } },
	/* Arguments that are wrong. */
	{ { "--touch=" }, { "--touch", "empty" } },
	{ { "--touch", "-4K" }, { "--touch", "'-4K'", "negative" } },
	{ { "--touch=4X" }, { "--touch", "'4X'" } },
	{ { "--touch=101%" }, { "--touch", "'101%'" } },
	{ { "--rate=" }, { "--rate", "empty" } },
	{ { "--rate=0" }, { "--rate", "'0'" } },
	{ { "--rate=0/s" }, { "--rate", "'0" } },
	{ { "--rate=/s" }, { "--rate" } },
	{ { "--rate=5M/min" }, { "--rate", "'5M/min" } },
	{ { "--rate=5M/s/s" }, { "--rate", "'5M/s" } },
	{ { "--rate=1%/s" }, { "--rate", "'1%'" } },
	{ { "--rate=50%" }, { "--rate", "'50%'" } },
	{ { "--rate=" LONG_RATE }, { "--rate" } },
	{ { "--rate=" LONG_128 }, { "--rate" } },
	{ { "--hold=0" }, { "--hold", "'0'" } },
	{ { "--hold=" }, { "--hold", "empty" } },
	{ { "--hold=-1" }, { "--hold", "'-1'" } },
	{ { "--hold=soon" }, { "--hold", "'soon'" } },
	{ { "--hold=200000d" }, { "--hold", "'200000d'", "too long" } },
	{ { "--hold=5", "--every=0" }, { "--every", "'0'" } },
	{ { "--hold=5", "--every=1x" }, { "--every", "'1x'" } },
	{ { "--thp=sometimes" }, { "--thp", "'sometimes'" } },
	{ { "--thp=" }, { "--thp", "''" } },
	{ { "--thp=Never" }, { "--thp", "'Never'" } },
	{ { "--output=nosuch" }, { "--output", "'nosuch'" } },
	{ { "--output=" }, { "--output", "''" } },
	{ { "-o", "RSS,,VSZ" }, { "--output", "''" } },
	{ { "--limit" }, { "'--limit'", "needs an argument" } },
	{ { "--limit=" }, { "--limit", "empty" } },
	{ { "--limit=x" }, { "--limit", "'x'" } },
	{ { "--limit=0" }, { "--limit", "'0'" } },
	{ { "--limit", "-64M" }, { "--limit", "'-64M'", "negative" } },
	{ { "--limit=16E" }, { "--limit", "'16E'", "too large" } },
	{ { "--limit=101%" }, { "--limit", "'101%'" } },
	{ { "--high=0" }, { "--high", "'0'" } },
	{ { "--high=max" }, { "--high", "'max'" } },
	{ { "--limit=64M", "--swap=" }, { "--swap", "empty" } },
	{ { "--limit=64M", "--swap=-1" }, { "--swap", "'-1'", "negative" } },
	{ { "--limit=64M", "--swap=lots" }, { "--swap", "'lots'" } },
	{ { "--expect=nosuch" }, { "--expect", "'nosuch'" } },
	{ { "--expect=" }, { "--expect", "''" } },
	{ { "--expect=OOM" }, { "--expect", "'OOM'" } },
	{ { "--expect=failed" }, { "--expect", "'failed'" } },
	{ { "--expect=\x1b[2J" }, { "--expect", "'\\x1b[2J'" } },
	{ { "--oom-score-adj=1001" }, { "--oom-score-adj", "'1001'" } },
	{ { "--oom-score-adj=-1001" }, { "--oom-score-adj", "'-1001'" } },
	{ { "--oom-score-adj=2000" }, { "--oom-score-adj", "'2000'" } },
	{ { "--oom-score-adj=" }, { "--oom-score-adj", "''" } },
	{ { "--oom-score-adj= 5" }, { "--oom-score-adj", "' 5'" } },
	{ { "--oom-score-adj=\t5" }, { "--oom-score-adj", "'\\x095'" } },
	{ { "--oom-score-adj=5 " }, { "--oom-score-adj", "'5 '" } },
	{ { "--oom-score-adj=0x10" }, { "--oom-score-adj", "'0x10'" } },
	{ { "--oom-score-adj=1.5" }, { "--oom-score-adj", "'1.5'" } },
	{ { "--oom-score-adj=-" }, { "--oom-score-adj", "'-'" } },
	{ { "--oom-score-adj=Keep" }, { "--oom-score-adj", "'Keep'" } },
	{ { "--oom-score-adj=99999999999999999999" }, { "--oom-score-adj", "'9999999" } },
	{ { "--verbose=2" }, { "'--verbose=2'", "no argument" } },
	/* Options that contradict each other, or make no sense alone. */
	{ { "--private", "--shared" }, { "--private", "--shared" } },
	{ { "--shared", "64K", "--private" }, { "--private", "--shared" } },
	{ { "-b", "-H" }, { "--bytes", "--human" } },
	{ { "--json", "--csv" }, { "--json", "--csv" } },
	{ { "--json", "-H" }, { "--json", "--human" } },
	{ { "--csv", "--human" }, { "--csv", "--human" } },
	{ { "-q", "--json" }, { "--quiet", "--json" } },
	{ { "--csv", "-q" }, { "--quiet", "--csv" } },
	{ { "--every=1s" }, { "--every", "--hold" } },
	{ { "-q", "-v" }, { "--quiet", "--verbose" } },
	{ { "-v", "64K", "-q" }, { "--quiet", "--verbose" } },
	{ { "--swap=1G" }, { "--swap", "--limit", "--high" } },
	{ { "--swap=0" }, { "--swap", "--limit" } },
};

static void check_wrong(size_t i)
{
	struct plan plan = { .workload.hold = 42 };
	struct error err = { "", "" };
	char line[256];

	line_of(wrong[i].words, line);
	if (!tap_ok(parse(wrong[i].words, &plan, &err) == OPTIONS_WRONG, "refused: %s",
		    line))
		return;
	if (!tap_ok(holds_all(err.message, wrong[i].pieces), "%s: the first line names it", line))
		printf("#   %s\n", err.message);
	tap_ok(err.hint[0], "%s: there is a second line", line);
	tap_ok(is_plain(err.message) && is_plain(err.hint),
	       "%s: both are one line of plain characters", line);
	tap_ok(plan.workload.hold == 42, "%s: the plan is left alone", line);
}

static const char *share_text(struct size size, char text[static 32])
{
	if (size.permyriad)
		snprintf(text, 32, "%u/10000", size.permyriad);
	else
		snprintf(text, 32, "%" PRIu64, size.bytes);
	return text;
}

static void describe_output(const struct output *output, struct line *line)
{
	static const char *const formats[] = { "", "json", "csv", "quiet" };
	static const char *const units[] = { "", "bytes", "human" };
	struct column_choice usual = column_choice_default(false);

	if (output->format != OUTPUT_TABLE)
		add(line, "%s", formats[output->format]);
	if (output->unit != SIZE_KIB)
		add(line, "%s", units[output->unit]);
	if (!output->headings)
		add(line, "noheadings");
	if (output->columns.count != usual.count ||
	    memcmp(output->columns.index, usual.index, usual.count) != 0)
		for (size_t i = 0; i < output->columns.count; i++)
			add(line, "%s", columns[output->columns.index[i]].name);
}

static void describe_sizes(const struct plan *plan, struct line *line)
{
	char text[32];

	if (plan->size.permyriad || plan->size.bytes != 64 * KIB)
		add(line, "size=%s", share_text(plan->size, text));
	if (plan->has_interval)
		add(line, "interval=%s", share_text(plan->interval, text));
	if (plan->has_touch)
		add(line, "touch=%s", share_text(plan->touch, text));
	if (plan->workload.rate)
		add(line, "rate=%" PRIu64, plan->workload.rate);
}

static void describe_sandbox(const struct plan *plan, struct line *line)
{
	char text[32];

	if (plan->has_limit)
		add(line, "limit=%s", share_text(plan->limit, text));
	if (plan->has_swap)
		add(line, "swap=%s", share_text(plan->swap, text));
	if (plan->has_high)
		add(line, "high=%s", share_text(plan->high, text));
	if (plan->oom_score_adj == OOM_SCORE_ADJ_KEEP)
		add(line, "adj=keep");
	else if (plan->oom_score_adj != 1000)
		add(line, "adj=%d", plan->oom_score_adj);
	if (plan->expect.outcomes)
		add(line, "expect=%#x", plan->expect.outcomes);
}

static void describe_run(const struct plan *plan, struct line *line)
{
	static const char *const thp[] = { "", "always", "system" };

	if (plan->workload.hold)
		add(line, "hold=%" PRIu64, plan->workload.hold);
	if (plan->every)
		add(line, "every=%" PRIu64, plan->every);
	if (plan->workload.region.backing != REGION_PRIVATE)
		add(line, "shared");
	if (plan->workload.region.thp != REGION_THP_NEVER)
		add(line, "thp=%s", thp[plan->workload.region.thp]);
	if (plan->workload.region.reserve)
		add(line, "reserve");
	if (plan->exact)
		add(line, "exact");
	if (!plan->guard)
		add(line, "no-guard");
	if (plan->verify)
		add(line, "verify");
	if (plan->verbose)
		add(line, "verbose");
}

/* Says in what PLAN differs from that of an empty command line. */
static void describe(const struct plan *plan, struct line *line)
{
	line->text[0] = '\0';
	describe_sizes(plan, line);
	describe_sandbox(plan, line);
	describe_run(plan, line);
	describe_output(&plan->output, line);
}

static const struct {
	const char *words[WORDS_MAX + 1];
	const char *plan;	/* what differs from the default */
} right[] = {
	{ { NULL }, "" },
	{ { "0x1000000000", "0x2000000" }, "size=68719476736 interval=33554432" },
	{ { "--shared", "0x1000000000", "0x2000000" },
	  "size=68719476736 interval=33554432 shared" },
	{ { "64K" }, "" },
	{ { "010" }, "size=10" },
	{ { "1.5G", "1%" }, "size=1610612736 interval=100/10000" },
	{ { "50%" }, "size=5000/10000" },
	{ { "1M", "--touch=512K" }, "size=1048576 touch=524288" },
	{ { "--touch", "25%", "1M" }, "size=1048576 touch=2500/10000" },
	{ { "--touch=0" }, "touch=0" },
	{ { "--rate=5M/s" }, "rate=5242880" },
	{ { "--rate", "5M" }, "rate=5242880" },
	{ { "--hold=2" }, "hold=2000000000" },
	{ { "--hold=infinity", "--every=250ms" },
	  "hold=18446744073709551615 every=250000000" },
	{ { "--every=2", "--hold=1m" }, "hold=60000000000 every=2000000000" },
	{ { "--thp=always" }, "thp=always" },
	{ { "--thp", "system" }, "thp=system" },
	{ { "--thp=never" }, "" },
	{ { "--private" }, "" },
	{ { "--reserve" }, "reserve" },
	{ { "--exact" }, "exact" },
	{ { "--no-guard" }, "no-guard" },
	{ { "--verify" }, "verify" },
	{ { "--limit=64M" }, "limit=67108864" },
	{ { "--limit", "50%", "1G" }, "size=1073741824 limit=5000/10000" },
	{ { "--limit=64M", "--swap=0" }, "limit=67108864 swap=0" },
	{ { "--swap=1G", "--limit=64M" }, "limit=67108864 swap=1073741824" },
	{ { "--high=16M" }, "high=16777216" },
	{ { "--high=16M", "--swap=1M" }, "swap=1048576 high=16777216" },
	{ { "--limit=64M", "--high=16M" }, "limit=67108864 high=16777216" },
	/* What is too small is found by the plan. */
	{ { "--limit=64K" }, "limit=65536" },
	{ { "--limit=1M", "--limit=2M" }, "limit=2097152" },
	{ { "--oom-score-adj=0" }, "adj=0" },
	{ { "--oom-score-adj=-1000" }, "adj=-1000" },
	{ { "--oom-score-adj", "-5" }, "adj=-5" },
	{ { "--oom-score-adj=1000" }, "" },
	{ { "--oom-score-adj=keep" }, "adj=keep" },
	{ { "--expect=ok" }, "expect=0x1" },
	{ { "--expect", "oom" }, "expect=0x38" },
	{ { "--expect=oom", "--expect=enomem" }, "expect=0x800" },
	{ { "-v" }, "verbose" },
	{ { "--verbose", "--json" }, "verbose json" },
	{ { "-b" }, "bytes" },
	{ { "-Hn" }, "human noheadings" },
	{ { "-q" }, "quiet" },
	{ { "--json", "-b" }, "json bytes" },
	{ { "--csv", "-n" }, "csv noheadings" },
	{ { "-o", "rss,pss" }, "RSS PSS" },
	{ { "-oRSS" }, "RSS" },
	{ { "--output=+uss" }, "TOUCHED VSZ RSS GREW MINFLT USS" },
	{ { "-o", "RSS", "-o", "VSZ" }, "VSZ" },
	{ { "64M", "--bytes", "1M" }, "size=67108864 interval=1048576 bytes" },
	{ { "--hum", "--", "64M" }, "size=67108864 human" },
	{ { "--touch=4K", "--touch=8K" }, "touch=8192" },
	{ { "-b", "-b", "-b" }, "bytes" },
};

static void check_right(size_t i)
{
	struct plan plan;
	struct error err = { "", "" };
	char words[256], name[300];
	struct line line;

	snprintf(name, sizeof(name), "taken: %s", line_of(right[i].words, words));
	if (!tap_ok(parse(right[i].words, &plan, &err) == OPTIONS_RUN, "%s", name)) {
		printf("#   %s\n", err.message);
		return;
	}
	describe(&plan, &line);
	tap_is_text(line.text, right[i].plan, name);
}

static const struct {
	const char *words[WORDS_MAX + 1];
	enum options_result result;
} others[] = {
	{ { "--help" }, OPTIONS_HELP }, { { "-h" }, OPTIONS_HELP },
	{ { "64K", "-h" }, OPTIONS_HELP }, { { "-bh", "64K" }, OPTIONS_HELP },
	{ { "--version" }, OPTIONS_VERSION }, { { "-V" }, OPTIONS_VERSION },
	{ { "--version", "--help" }, OPTIONS_VERSION },
	{ { "--help", "--nosuch" }, OPTIONS_HELP },
};

static void test_others(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		struct plan plan = { .workload.hold = 42 };
		struct error err = { "", "" };
		char line[256];

		tap_ok(parse(others[i].words, &plan, &err) == others[i].result,
		       "help or version: %s", line_of(others[i].words, line));
		tap_ok(plan.workload.hold == 42 && !err.message[0], "nothing else is filled");
	}
}

static void test_default(void)
{
	struct plan plan;

	plan_default(&plan);
	tap_is((int64_t)plan.size.bytes, (int64_t)(64 * KIB), "the default SIZE is 64 KiB");
	tap_ok(plan.workload.region.backing == REGION_PRIVATE &&
	       plan.workload.region.thp == REGION_THP_NEVER && !plan.workload.region.reserve, "private, without huge pages, not reserved");
	tap_ok(plan.guard && !plan.verify && !plan.exact && !plan.verbose,
	       "guarded, not verified");
	tap_ok(!plan.has_limit && !plan.has_swap && !plan.has_high &&
	       !plan.expect.name && !plan.expect.outcomes,
	       "without a sandbox, and nothing is expected");
	tap_is(plan.oom_score_adj, 1000, "the OOM killer's first choice");
	tap_ok(plan.output.format == OUTPUT_TABLE && plan.output.unit == SIZE_KIB &&
	       plan.output.headings, "a table in KiB with a header");
	tap_ok(!plan_has_share(&plan), "and no share of anything");
}

static void test_has_share(void)
{
	struct size share = { .permyriad = 100 };
	struct plan plan;

	plan_default(&plan);
	plan.interval = plan.touch = plan.limit = plan.swap = plan.high = share;
	tap_ok(!plan_has_share(&plan), "shares that were not given do not count");
	plan.has_interval = true;
	tap_ok(plan_has_share(&plan), "a share as INTERVAL");
	plan.has_interval = false;
	plan.has_touch = true;
	tap_ok(plan_has_share(&plan), "a share as --touch");
	plan.has_touch = false;
	plan.has_limit = true;
	tap_ok(plan_has_share(&plan), "a share as --limit");
	plan.has_limit = false;
	plan.has_swap = true;
	tap_ok(plan_has_share(&plan), "a share as --swap");
	plan.has_swap = false;
	plan.has_high = true;
	tap_ok(plan_has_share(&plan), "a share as --high");
	plan.has_high = false;
	plan.size = share;
	tap_ok(plan_has_share(&plan), "a share as SIZE");
}

static const uint64_t page_sizes[] = { 4096, 16384, 65536 };

/* Makes the plan of a command line. */
static int plan_line(const char *const *words, uint64_t available, uint64_t page_size,
		     struct plan *ret_plan, struct error *err)
{
	if (parse(words, ret_plan, err) != OPTIONS_RUN)
		return -ENOTSUP;
	return plan_make(ret_plan, available, page_size, err);
}

/* With pages of 4 KiB and 1 GiB of available memory. */
static const struct {
	const char *words[WORDS_MAX + 1];
	uint64_t size, touch, interval, rate;
	bool note;
} plans[] = {
	{ { NULL }, 65536, 65536, 4096, 0, false },
	{ { "0x1000000000", "0x2000000" }, 64 * GIB, 64 * GIB, 32 * MIB, 0, false },
	{ { "1" }, 4096, 4096, 4096, 0, false },
	{ { "4096" }, 4096, 4096, 4096, 0, false },
	{ { "4097" }, 8192, 8192, 4096, 0, false },
	{ { "1M" }, MIB, MIB, 65536, 0, false },
	{ { "1000000" }, 1003520, 1003520, 65536, 0, false },
	{ { "64K", "1" }, 65536, 65536, 4096, 0, false },
	{ { "64K", "5000" }, 65536, 65536, 8192, 0, false },
	{ { "64K", "64K" }, 65536, 65536, 65536, 0, false },
	{ { "64K", "65K" }, 65536, 65536, 69632, 0, true },
	{ { "64K", "1G" }, 65536, 65536, GIB, 0, true },
	{ { "1M", "--touch=512K" }, MIB, 512 * KIB, 32768, 0, false },
	{ { "1M", "--touch=1M" }, MIB, MIB, 65536, 0, false },
	{ { "1M", "--touch=1" }, MIB, 4096, 4096, 0, false },
	{ { "1M", "512K", "--touch=256K" }, MIB, 256 * KIB, 512 * KIB, 0, true },
	{ { "1M", "--touch=0" }, MIB, 0, 4096, 0, false },
	{ { "50%" }, 512 * MIB, 512 * MIB, 32 * MIB, 0, false },
	{ { "100%", "1%" }, GIB, GIB, 10739712, 0, false },
	{ { "0.01%" }, 110592, 110592, 8192, 0, false },
	{ { "1G", "--touch=25%" }, GIB, 256 * MIB, 16 * MIB, 0, false },
	{ { "1G", "--rate=100M/s" }, GIB, GIB, 64 * MIB, 100 * MIB, false },
	{ { "1G", "--rate=1" }, GIB, GIB, 64 * MIB, 1, false },
};

static void check_plan(size_t i)
{
	struct plan plan = { 0 };
	struct error err = { "", "" };
	char line[256];

	line_of(plans[i].words, line);
	if (!tap_ok(plan_line(plans[i].words, GIB, page_sizes[0], &plan, &err) == 0,
		    "planned: %s", line))
		return;
	tap_is((int64_t)plan.workload.region.bytes, (int64_t)plans[i].size, "SIZE in whole pages");
	tap_is((int64_t)plan.workload.touch, (int64_t)plans[i].touch, "what is to be touched");
	tap_is((int64_t)plan.workload.interval, (int64_t)plans[i].interval, "INTERVAL");
	tap_is((int64_t)plan.workload.rate, (int64_t)plans[i].rate, "rate");
	tap_ok((plan.note != NULL) == plans[i].note, "%s: %s", line,
	       plans[i].note ? "a note" : "no note");
}

/* What can only be seen to be wrong with available memory and the page size. */
static const struct {
	const char *words[WORDS_MAX + 1];
	uint64_t capacity;
	int error;
	const char *piece;
} impossible[] = {
	{ { "18446744073709551615" }, GIB, -ERANGE, "SIZE" },
	{ { "64K", "18446744073709551615" }, GIB, -ERANGE, "INTERVAL" },
	{ { "64K", "--touch=18446744073709551615" }, GIB, -ERANGE, "--touch" },
	{ { "64K", "--touch=65K" }, GIB, -EINVAL, "--touch" },
	{ { "64K", "--touch=50%" }, GIB, -EINVAL, "--touch" },
	{ { "50%" }, 0, -ERANGE, "SIZE" },
	{ { "1%" }, 50, -ERANGE, "SIZE" },
	{ { "64K", "50%" }, 0, -ERANGE, "INTERVAL" },
	{ { "64K", "--touch=50%" }, 0, -ERANGE, "--touch" },
	{ { "--limit=64K" }, GIB, -EINVAL, "--limit" },
	{ { "--limit=2097151" }, GIB, -EINVAL, "--limit" },
	{ { "--limit=1" }, GIB, -EINVAL, "--limit" },
	{ { "--high=64K" }, GIB, -EINVAL, "--high" },
	{ { "--limit=64M", "--high=2097151" }, GIB, -EINVAL, "--high" },
	{ { "--limit=50%" }, 0, -EINVAL, "--limit" },
	{ { "--limit=0.01%" }, GIB, -EINVAL, "--limit" },
};

static void check_impossible(size_t i)
{
	struct plan plan = { 0 };
	struct error err = { "", "" };
	char line[256];
	int r = plan_line(impossible[i].words, impossible[i].capacity, page_sizes[0], &plan, &err);

	line_of(impossible[i].words, line);
	if (!tap_ok(r == impossible[i].error, "not to be planned: %s", line))
		return;
	tap_has(err.message, impossible[i].piece, "the first line names it");
	tap_ok(err.hint[0], "%s: there is a second line", line);
}

/* Whatever the page size: whole pages, above 0, and SIZE/16 between two samples. */
static void test_page_sizes(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(page_sizes); i++) {
		uint64_t page = page_sizes[i];
		struct plan plan;
		struct error err;

		plan_default(&plan);
		plan.size.bytes = 32 * page - 1;
		tap_is(plan_make(&plan, 0, page, &err), 0, "another page size");
		tap_is((int64_t)plan.workload.region.bytes, (int64_t)(32 * page),
		       "SIZE is 32 pages");
		tap_is((int64_t)plan.workload.interval, (int64_t)(2 * page), "INTERVAL is two");
		tap_is((int64_t)plan.workload.page_size, (int64_t)page, "the plan knows it");
		plan_default(&plan);
		plan.size.bytes = 1;
		plan_make(&plan, 0, page, &err);
		tap_ok(plan.workload.region.bytes == page && plan.workload.interval == page,
		       "one byte is a page, and so is INTERVAL");
	}
}

static void test_plan_passes_on(void)
{
	const char *const words[] = { "--shared", "--thp=always", "--reserve", "--exact",
				      "--hold=5", "--verify", "-opss", "--no-guard", NULL };
	struct plan plan = { 0 };
	struct error err = { "", "" };

	tap_is(plan_line(words, 0, page_sizes[0], &plan, &err), 0, "a plan of many options");
	tap_ok(plan.workload.region.backing == REGION_SHARED &&
	       plan.workload.region.thp == REGION_THP_ALWAYS && plan.workload.region.reserve,
	       "the region is as asked for");
	tap_ok(plan.exact && plan.verify && !plan.guard, "so are exactness and guard");
	tap_is((int64_t)plan.workload.hold, (int64_t)(5 * NS_PER_SECOND),
	       "so is the time of holding");
	tap_is((int64_t)plan.every, (int64_t)NS_PER_SECOND,
	       "while holding, a sample every second unless asked otherwise");
	tap_is(plan.needs, NEED_ROLLUP, "the plan knows what the columns need");
	tap_is((int64_t)plan.output.columns.count, 1, "and which are shown");
}

/* What becomes of the sandbox with 1 GiB of available memory. */
static const struct {
	const char *words[WORDS_MAX + 1];
	bool sandboxed;
	struct sandbox_spec spec;
} sandboxes[] = {
	{ { NULL }, false, { CGROUP_UNLIMITED, 0, CGROUP_UNLIMITED, true } },
	{ { "--limit=2M" }, true, { 2 * MIB, 0, CGROUP_UNLIMITED, true } },
	{ { "--limit=64M" }, true, { 64 * MIB, 0, CGROUP_UNLIMITED, true } },
	{ { "--limit=50%" }, true, { 512 * MIB, 0, CGROUP_UNLIMITED, true } },
	{ { "--limit=64M", "--swap=1G" }, true, { 64 * MIB, GIB, CGROUP_UNLIMITED, true } },
	{ { "--limit=64M", "--swap=25%" }, true, { 64 * MIB, 256 * MIB, CGROUP_UNLIMITED, true } },
	{ { "--high=16M" }, true, { CGROUP_UNLIMITED, 0, 16 * MIB, true } },
	{ { "--high=16M", "--swap=1M" }, true, { CGROUP_UNLIMITED, MIB, 16 * MIB, true } },
	{ { "--limit=64M", "--high=1%" }, true, { 64 * MIB, 0, GIB / 100, true } },
	/* A sandbox may be smaller than what is touched: that is what it is for. */
	{ { "--limit=2M", "1G" }, true, { 2 * MIB, 0, CGROUP_UNLIMITED, true } },
};

static void test_sandboxes(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(sandboxes); i++) {
		struct plan plan = { 0 };
		struct error err = { "", "" };
		char line[256];

		line_of(sandboxes[i].words, line);
		if (!tap_ok(plan_line(sandboxes[i].words, GIB, page_sizes[0], &plan,
				      &err) == 0, "a sandbox: %s", line))
			continue;
		tap_ok(plan.sandboxed == sandboxes[i].sandboxed, "%s: %s", line,
		       sandboxes[i].sandboxed ? "there is one" : "there is none");
		tap_ok(plan.sandbox.limit == sandboxes[i].spec.limit &&
		       plan.sandbox.swap == sandboxes[i].spec.swap &&
		       plan.sandbox.high == sandboxes[i].spec.high, "%s: its limits", line);
	}
}

/* The texts of the command line are gone when it is looked at: only its bits are. */
static void test_plan_expects(void)
{
	const char *const words[] = { "--expect=oom-sandbox", "--oom-score-adj=-7", "-v", NULL };
	struct plan plan = { 0 };
	struct error err = { "", "" };

	tap_is(plan_line(words, 0, page_sizes[0], &plan, &err), 0, "a plan that expects");
	tap_is(plan.expect.outcomes, 1 << OUTCOME_OOM_SANDBOX, "what is expected is passed on");
	tap_is(plan.oom_score_adj, -7, "so is oom_score_adj");
	tap_ok(plan.verbose, "so is verbosity");
	tap_is(plan_line((const char *const[]){ NULL }, 0, page_sizes[0], &plan, &err), 0,
	       "a plan of nothing");
	tap_ok(!plan.expect.outcomes && !plan.verbose && plan.oom_score_adj == 1000,
	       "expects nothing and says nothing");
}

int main(void)
{
	unsetenv("POSIXLY_CORRECT");
	check_table(&options_table);
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		check_wrong(i);
	for (size_t i = 0; i < ARRAY_SIZE(right); i++)
		check_right(i);
	test_others();
	test_default();
	test_has_share();
	for (size_t i = 0; i < ARRAY_SIZE(plans); i++)
		check_plan(i);
	for (size_t i = 0; i < ARRAY_SIZE(impossible); i++)
		check_impossible(i);
	test_page_sizes();
	test_plan_passes_on();
	test_sandboxes();
	test_plan_expects();
	return tap_done();
}
