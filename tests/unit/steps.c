/* SPDX-License-Identifier: GPL-2.0-or-later */
/* steps.c - steps as they are written, what they contradict, and the plan that follows */
#include <config.h>

#include <errno.h>

#include "../tap.h"
#include "command-line.h"
#include "lib/duration.h"
#include "pagetouch/plan.h"
#include "sandbox/sandbox.h"

#define KIB UINT64_C(1024)
#define MIB (KIB * KIB)
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	const char *text;
	enum step_verb verb;
	unsigned what;
	uint64_t bytes, time;
	unsigned permyriad;
} right[] = {
	{ "dontneed", VERB_ADVISE, ADVICE_DONTNEED, 0, 0, 0 },
	{ "dontneed:1M", VERB_ADVISE, ADVICE_DONTNEED, MIB, 0, 0 },
	{ "dontneed:50%", VERB_ADVISE, ADVICE_DONTNEED, 0, 0, 5000 },
	{ "free", VERB_ADVISE, ADVICE_FREE, 0, 0, 0 },
	{ "cold:4096", VERB_ADVISE, ADVICE_COLD, 4096, 0, 0 },
	{ "pageout:0x1000", VERB_ADVISE, ADVICE_PAGEOUT, 4096, 0, 0 },
	{ "remove:1.5K", VERB_ADVISE, ADVICE_REMOVE, 1536, 0, 0 },
	{ "collapse", VERB_ADVISE, ADVICE_COLLAPSE, 0, 0, 0 },
	{ "merge", VERB_ADVISE, ADVICE_MERGE, 0, 0, 0 },
	{ "random", VERB_ADVISE, ADVICE_RANDOM, 0, 0, 0 },
	{ "guard:12.34%", VERB_ADVISE, ADVICE_GUARD, 0, 0, 1234 },
	{ "hold:2s", VERB_HOLD, 0, 0, 2 * NS_PER_SECOND, 0 },
	{ "hold:infinity", VERB_HOLD, 0, 0, DURATION_INFINITE, 0 },
	{ "touch:read", VERB_TOUCH, TOUCH_READ, 0, 0, 0 },
	{ "touch:write:64K", VERB_TOUCH, TOUCH_WRITE, 65536, 0, 0 },
	{ "fork", VERB_FORK, 0, 0, 0, 0 },
	{ "fork:read:100%", VERB_FORK_TOUCH, TOUCH_READ, 0, 0, 10000 },
	{ "fork:write", VERB_FORK_TOUCH, TOUCH_WRITE, 0, 0, 0 },
	{ "protect:none", VERB_ADVISE, ADVICE_PROTECT_NONE, 0, 0, 0 },
	{ "protect:write:1M", VERB_ADVISE, ADVICE_PROTECT_WRITE, MIB, 0, 0 },
	{ "unmap:8K", VERB_ADVISE, ADVICE_UNMAP, 8192, 0, 0 },
	{ "trim", VERB_ADVISE, ADVICE_TRIM, 0, 0, 0 },
	{ "limit:32M", VERB_BOUND, SANDBOX_LIMIT, 32 * MIB, 0, 0 },
	{ "high:10%", VERB_BOUND, SANDBOX_HIGH, 0, 0, 1000 },
};

static void test_right(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(right); i++) {
		struct step step = { 0 };
		struct error err = { "", "" };

		tap_is(step_parse(right[i].text, &step, &err), 0, right[i].text);
		tap_ok(step.rule && step.rule->verb == right[i].verb &&
		       step.rule->what == right[i].what,
		       "%s is what it says", right[i].text);
		tap_ok(step.part.bytes == right[i].bytes &&
		       step.part.permyriad == right[i].permyriad &&
		       step.time == right[i].time, "%s: how much, how long", right[i].text);
		tap_is_text(step.name, right[i].text, "and is called so");
	}
}

static void test_pieces(void)
{
	static const char *const texts[] = { "dontneed:2044K/2M", "free:4K/8K", "cold:4K/8K",
					     "pageout:4K/8K", "remove:4K/8K",
					     "guard:0x1000/0x2000" };
	struct error err = { "", "" };
	struct step step;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		tap_is(step_parse(texts[i], &step, &err), 0, texts[i]);
		tap_is((int64_t)step.part.bytes, i ? 4096 : 2044 * 1024, "the piece");
		tap_is((int64_t)step.every.bytes, i ? 8192 : 2 * MIB, "of each so many bytes");
		tap_is_text(step.name, texts[i], "and is called so");
	}
}

static const char *const wrong[] = {
	"", ":", "dontneeds", "dont", "DONTNEED", " dontneed", "dontneed ", "dontneed:",
	"dontneed:0", "dontneed:0%", "dontneed:x", "dontneed:-1", "dontneed:101%",
	"dontneed:50%:50%", "dontneed:1M%", "dontneed:16E", "hold", "hold:", "hold:0", "hold:-1",
	"hold:x", "hold:50%", "touch", "touch:", "touch:populate", "touch:write:", "touch:1M",
	"fork:1M", "fork:50%", "fork:", "fork:exec", "fork:write:", "trim:4K", "trim:", "trim:50%",
	"protect", "protect:", "protect:exec", "protect:none:x", "unmap:0", "merge:q",
	"dontneed\n", "dontneed:1M\x1b[2J", "\xff",
	"hold:0.00000000000000000000000000000000000000000000000000000000000000000000001",
	"dontneed:000000000000000000000000000000000000000000000000001",
	"limit", "limit:", "limit:0", "limit:x", "limit:max", "limit:4M/8M", "high", "high:-1",
	"dontneed:/", "dontneed:/2M", "dontneed:1M/", "dontneed:0/2M", "dontneed:1M/0",
	"dontneed:1M/x", "dontneed:1M/2M/3M", "dontneed:50%/2M", "dontneed:1M/50%",
	"touch:read:4K/8K", "fork:write:4K/8K", "unmap:4K/8K", "merge:4K/8K", "collapse:2M/4M",
	"protect:none:4K/8K", "random:4K/8K", "hold:1s/2s",
	"dontneed:000000000000000000000000000000000000000000000000001/2M",
};

static void test_wrong(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		struct step step = { .time = 77 };
		struct error err = { "", "" };
		int r = step_parse(wrong[i], &step, &err);

		tap_ok(r < 0 && step.time == 77,
		       "wrong step %zu is refused and changes nothing", i);
		tap_has(err.message, "--then", "the message names the option");
		tap_ok(err.hint[0] && !strpbrk(err.message, "\n\x1b"),
		       "there is a way out, and nothing harmful is said");
	}
}

static void test_table(void)
{
	struct error err = { "", "" };
	struct step step;

	step_parse("nosuch", &step, &err);
	for (size_t i = 0; i < step_rule_count; i++) {
		char text[64];

		tap_has(err.hint, step_rules[i].name, "an unknown step lists all of them");
		snprintf(text, sizeof(text), "%s%s", step_rules[i].name,
			 step_rules[i].verb == VERB_HOLD ? ":1s"
			 : step_rules[i].verb == VERB_BOUND ? ":4M" : "");
		tap_is(step_parse(text, &step, &err), 0, text);
		tap_ok(step.rule == &step_rules[i], "%s is itself, and no shorter one", text);
	}
}

/* Parses LIST and makes the plan. Returns 0, or what options_parse or plan_make returned. */
static int make(const char *const *list, struct plan *ret_plan, struct error *err)
{
	struct words words = words_of("pagetouch", list);
	int r;

	r = options_parse(words.argc, words.argv, ret_plan, err) == OPTIONS_RUN
		? plan_make(ret_plan, 1024 * MIB, 4096, err) : -EBADMSG;
	/* The file's name is of the words. */
	if (r == 0)
		ret_plan->workload.file = NULL;
	words_free(&words);
	return r;
}

/* Command lines that contradict themselves, and what the first line must name. */
static const struct {
	const char *words[WORDS_MAX + 1];
	const char *pieces[2];
} refused[] = {
	{ { "--hugetlb", "--thp=always" }, { "--hugetlb", "--thp" } },
	{ { "--hugetlb", "--file", "x" }, { "--hugetlb", "--file" } },
	{ { "--hugetlb", "--memfd" }, { "--hugetlb", "--memfd" } },
	{ { "--memfd", "--file=x" }, { "--file", "--memfd" } },
	{ { "--memfd", "--private" }, { "--private", "--memfd" } },
	{ { "--memfd", "--reserve" }, { "--reserve", "memfd" } },
	{ { "--file=x", "--shared", "--reserve" }, { "--reserve", "file" } },
	{ { "--file", "" }, { "--file", "empty" } },
	{ { "--then", "remove" }, { "remove", "private" } },
	{ { "--file=x", "--then", "remove" }, { "remove", "private" } },
	{ { "--hugetlb", "--then", "remove" }, { "remove", "private" } },
	{ { "--shared", "--then", "free" }, { "free", "private anonymous" } },
	{ { "--memfd", "--then", "free:1M" }, { "free:1M", "private anonymous" } },
	{ { "--file=x", "--then", "free" }, { "free", "private anonymous" } },
	{ { "--hugetlb", "--then", "free" }, { "free", "private anonymous" } },
	{ { "--shared", "--then", "merge" }, { "merge", "private" } },
	{ { "--hugetlb", "--then", "pageout" }, { "pageout", "hugetlb" } },
	{ { "--hugetlb", "--then", "cold" }, { "cold", "hugetlb" } },
	{ { "--hugetlb", "--then", "collapse" }, { "collapse", "huge already" } },
	{ { "--hugetlb", "--then", "guard" }, { "guard", "hugetlb" } },
	{ { "--lock", "--then", "dontneed" }, { "dontneed", "locked" } },
	{ { "--lock", "--then", "free" }, { "free", "locked" } },
	{ { "--lock=onfault", "--then", "pageout" }, { "pageout", "locked" } },
	{ { "--lock", "--then", "cold" }, { "cold", "locked" } },
	{ { "--shared", "--lock", "--then", "remove" }, { "remove", "locked" } },
	{ { "1M", "--then", "dontneed:5000/8K" }, { "dontneed:5000/8K", "whole pages" } },
	{ { "1M", "--then", "cold:4K/5000" }, { "cold:4K/5000", "whole pages" } },
	{ { "1M", "--then", "cold:8K/8K" }, { "cold:8K/8K", "no piece" } },
	{ { "1M", "--then", "cold:4K/2M" }, { "cold:4K/2M", "no piece" } },
	{ { "--hugetlb=2M", "8M", "--then", "dontneed:4K/2M" },
	  { "dontneed:4K/2M", "whole pages" } },
	{ { "--lock", "--then", "dontneed:4K/8K" }, { "dontneed:4K/8K", "locked" } },
	{ { "--then", "unmap", "--then", "touch:read" }, { "touch:read", "unmap" } },
	{ { "--then", "unmap:4K", "--then", "dontneed" }, { "dontneed", "unmap" } },
	{ { "--then", "unmap", "--then", "unmap" }, { "unmap", NULL } },
	{ { "--then", "unmap", "--then", "fork:write" }, { "fork:write", "unmap" } },
	{ { "--hold", "infinity", "--then", "cold" }, { "cold", "without end" } },
	{ { "--then", "hold:infinity", "--then", "cold" }, { "cold", "without end" } },
	{ { "1M", "--then", "dontneed:2M" }, { "dontneed:2M", "mapped" } },
	{ { "1M", "--then", "touch:write:1049K" }, { "touch:write:1049K", "mapped" } },
	{ { "--then", "limit:32M" }, { "limit:32M", "no limit" } },
	{ { "--high=32M", "--then", "limit:32M" }, { "limit:32M", "no limit" } },
	{ { "--limit=32M", "--then", "high:32M" }, { "high:32M", "memory.high" } },
	{ { "--limit=32M", "--then", "limit:64K" }, { "--then limit", "65536 bytes" } },
	{ { "--high=32M", "--then", "high:0.01%" }, { "--then high", "less than" } },
	{ { "-o", "CGUSE" }, { "CGUSE", "sandbox" } },
	{ { "-o", "+CGPTE" }, { "CGPTE", "sandbox" } },
	{ { "--every", "1s", "--then", "fork" }, { "--every", "--hold" } },
	{ { "--touch", "2M", "1M" }, { "--touch", "mapped" } },
	{ { "--passes", "0" }, { "--passes", "'0'" } },
	{ { "--passes", "x" }, { "--passes", "'x'" } },
	{ { "--passes", "1000001" }, { "--passes", "1000000" } },
	{ { "-t", "0" }, { "--threads", "'0'" } },
	{ { "-t", "257" }, { "--threads", "256" } },
	{ { "-t", "1\n" }, { "--threads", "'1\\x0a'" } },
	{ { "--order", "sideways" }, { "--order", "'sideways'" } },
	{ { "--order", "random:" }, { "--order", "SEED" } },
	{ { "--order", "random:x" }, { "--order", "SEED" } },
	{ { "--order", "random:-1" }, { "--order", "SEED" } },
	{ { "--order", "random:9223372036854775808" }, { "--order", "SEED" } },
	{ { "--order", "forward:1" }, { "--order", "'forward:1'" } },
	{ { "--access", "execute" }, { "--access", "'execute'" } },
	{ { "--access", "" }, { "--access", "''" } },
	{ { "--access", "pread" }, { "--access pread", "no file" } },
	{ { "--access=pwrite", "--shared" }, { "--access pwrite", "no file" } },
	{ { "--access=pread", "--hugetlb" }, { "--access pread", "no file" } },
	{ { "--stride", "0" }, { "--stride", "'0'" } },
	{ { "--lock=all" }, { "--lock", "'all'" } },
	{ { "--hugetlb=3M" }, { "--hugetlb", "'3M'" } },
	{ { "--hugetlb=4096" }, { "--hugetlb", "'4096'" } },
	{ { "--hugetlb=50%" }, { "--hugetlb", "'50%'" } },
	{ { "--heap=15" }, { "--heap", "'15'" } },
	{ { "--heap=50%" }, { "--heap", "'50%'" } },
	{ { "--heap=x" }, { "--heap", "x" } },
	{ { "--heap=16", "65M" }, { "--heap", "4194304" } },
	{ { "--heap", "--stack" }, { "--heap", "--stack" } },
	{ { "--heap", "--shared" }, { "--heap", "--shared" } },
	{ { "--heap", "--memfd" }, { "--heap", "--memfd" } },
	{ { "--heap", "--file=x" }, { "--heap", "--file" } },
	{ { "--heap", "--hugetlb" }, { "--heap", "--hugetlb" } },
	{ { "--heap", "--lock" }, { "--heap", "--lock" } },
	{ { "--heap", "--reserve" }, { "--heap", "--reserve" } },
	{ { "--heap", "--thp=always" }, { "--heap", "--thp" } },
	{ { "--heap", "--stride=8K" }, { "--heap", "--stride" } },
	{ { "--heap", "--order=random" }, { "--heap", "--order" } },
	{ { "--heap", "--access=populate-write" }, { "--heap", "--access" } },
	{ { "--heap", "--then=dontneed" }, { "dontneed", "malloc(3)" } },
	{ { "--heap", "--then=protect:none" }, { "protect:none", "malloc(3)" } },
	{ { "--heap", "--then=collapse" }, { "collapse", "malloc(3)" } },
	{ { "--heap", "--then=unmap:50%", "--then=touch:read" }, { "touch:read", "unmap" } },
	{ { "--then=trim" }, { "trim", "malloc_trim(3)" } },
	{ { "--memfd", "--then=trim" }, { "trim", "malloc_trim(3)" } },
	{ { "--stack", "--then=trim" }, { "trim", "malloc_trim(3)" } },
	{ { "--stack", "--shared" }, { "--stack", "--shared" } },
	{ { "--stack", "--memfd" }, { "--stack", "--memfd" } },
	{ { "--stack", "--file=x" }, { "--stack", "--file" } },
	{ { "--stack", "--hugetlb" }, { "--stack", "--hugetlb" } },
	{ { "--stack", "--lock=onfault" }, { "--stack", "--lock" } },
	{ { "--stack", "--reserve" }, { "--stack", "--reserve" } },
	{ { "--stack", "--thp=always" }, { "--stack", "--thp" } },
	{ { "--stack", "-t", "2" }, { "--stack", "--threads" } },
	{ { "--stack", "--order=backward" }, { "--stack", "--order" } },
	{ { "--stack", "--stride=8K" }, { "--stack", "--stride" } },
	{ { "--stack", "--access=populate-read" }, { "--stack", "--access" } },
	{ { "--stack", "--then=unmap" }, { "unmap", "stack" } },
	{ { "--stack", "--then=dontneed" }, { "dontneed", "stack" } },
};

static void test_refused(void)
{
	static struct plan plan;

	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		struct error err = { "", "" };
		int r = make(refused[i].words, &plan, &err);

		tap_ok(r < 0 && err.hint[0],
		       "contradiction %zu is refused, with a way out", i);
		for (size_t j = 0; j < 2 && refused[i].pieces[j]; j++)
			tap_has(err.message, refused[i].pieces[j],
				"it names what does not fit");
	}
}

/* Of the sample beside each row of the table just that is said. */
static void test_samples(void)
{
	static struct plan plan;

	for (size_t i = 0; i < contradiction_count; i++) {
		const struct contradiction *row = &contradictions[i];
		char *sample = strdup(row->sample ? row->sample : ""), *rest = sample;
		const char *words[WORDS_MAX + 1] = { NULL };
		struct error err = { "", "" };

		for (size_t j = 0; rest && j < WORDS_MAX; j++)
			words[j] = strsep(&rest, " ");
		if (row->sample) {
			tap_ok(make(words, &plan, &err) < 0, "refused: %s", row->sample);
			tap_has(err.message, row->why, "it says why");
			tap_has(err.hint, row->hint ? row->hint : "leave one of them out",
				"and what to do");
		}
		free(sample);
	}
}

/* Command lines that fit together, however odd. */
static const char *const fitting[][WORDS_MAX + 1] = {
	{ "--memfd", "--shared" }, { "--shared", "--then", "remove" },
	{ "--memfd", "--then", "remove" }, { "--hugetlb", "--shared", "--then", "remove:50%" },
	{ "--hugetlb", "--then", "dontneed" }, { "--file=x", "--shared", "--then", "remove" },
	{ "--file=x", "--then", "dontneed" }, { "--file=x", "--reserve" },
	{ "--hugetlb", "--lock" }, { "--lock", "--then", "unmap" },
	{ "--lock", "--then", "collapse" }, { "--then", "unmap", "--then", "fork" },
	{ "--then", "unmap", "--then", "hold:1s", "--every", "100ms" },
	{ "--then", "protect:none", "--then", "touch:read" },
	{ "--limit", "64M", "-o", "+CGUSE,CGPTE" }, { "--high", "64M", "-o", "CGANON" },
	{ "-t", "256", "--passes", "1000000" },
	{ "--order", "random:9223372036854775807" }, { "--hugetlb=1G" }, { "--hugetlb=64K" },
	{ "--access=pread", "--memfd" }, { "--access=pwrite", "--file=x", "--lock" },
	{ "--limit=8M", "--then=unmap", "--then=limit:4M", "--then=limit:1E", "--then=limit:50%" },
	{ "--high=8M", "--then=high:4M" },
	{ "--then", "dontneed:4K/64K", "--then", "guard:8K/12K" },
	{ "8M", "--hugetlb=2M", "--then=dontneed:2M/4M" },
	{ "--stride", "1G" }, { "--thp=always", "--memfd" }, { "--thp=always", "--file=x" },
	{ "--heap", "-t", "16", "--passes=2" }, { "--heap=16", "64M" }, { "--heap=2M", "1M" },
	{ "--stack", "--access=read", "--then=fork:write" }, { "--stack", "--thp=system" },
	{ "--then", "fork", "--then", "fork:write:50%" },
	{ "--then", "cold", "--then", "hold:infinity" },
};

static void test_fitting(void)
{
	static struct plan plan;

	for (size_t i = 0; i < ARRAY_SIZE(fitting); i++) {
		struct error err = { "", "" };

		tap_ok(make(fitting[i], &plan, &err) == 0, "fits %zu: %s", i, err.message);
	}
}

static void test_children(void)
{
	static struct plan plan;
	struct error err = { "", "" };

	plan_default(&plan);
	for (int i = 0; i < 9; i++)
		step_parse("fork", &plan.workload.steps[plan.workload.step_count++], &err);
	tap_is(contradictions_check(&plan, &err), -EINVAL,
	       "nine forks are too many");
	plan.workload.step_count = 8;
	tap_is(contradictions_check(&plan, &err), 0, "eight are not");
}

/* What follows from a command line: the figures of the plan. */
static const struct {
	const char *words[WORDS_MAX + 1];
	uint64_t size, unit, stride, span, touch, interval;
	enum region_backing backing;
	bool read_only;
} plans[] = {
	{ { "1M" }, MIB, 4096, 4096, MIB, MIB, 65536, REGION_PRIVATE, false },
	{ { "1M", "--stride=64K" }, MIB, 4096, 65536, MIB, 65536, 4096, REGION_PRIVATE, false },
	{ { "1M", "--stride=5000" }, MIB, 4096, 8192, MIB, MIB / 2, 32768, REGION_PRIVATE, false },
	{ { "1M", "--stride=2M" }, MIB, 4096, 2 * MIB, MIB, 4096, 4096, REGION_PRIVATE, false },
	{ { "1M", "--stride=64K", "--touch=100K" }, MIB, 4096, 65536, 102400, 8192, 4096,
	  REGION_PRIVATE, false },
	{ { "1M", "--touch=0" }, MIB, 4096, 4096, 0, 0, 4096, REGION_PRIVATE, false },
	{ { "1M", "--access=read" }, MIB, 4096, 4096, MIB, MIB, 65536, REGION_PRIVATE, true },
	{ { "1M", "--access=populate-read", "--shared" }, MIB, 4096, 4096, MIB, MIB, 65536,
	  REGION_SHARED, true },
	{ { "1M", "--access=read", "--then=touch:write" }, MIB, 4096, 4096, MIB, MIB, 65536,
	  REGION_PRIVATE, false },
	{ { "1M", "--access=read", "--then=fork:read" }, MIB, 4096, 4096, MIB, MIB, 65536,
	  REGION_PRIVATE, true },
	{ { "1M", "--access=read", "--memfd", "--then=remove" }, MIB, 4096, 4096, MIB, MIB, 65536,
	  REGION_MEMFD, false },
	{ { "1M", "--access=pread", "--file=x" }, MIB, 4096, 4096, MIB, MIB, 65536,
	  REGION_FILE_PRIVATE, true },
	{ { "1M", "--file=x" }, MIB, 4096, 4096, MIB, MIB, 65536, REGION_FILE_PRIVATE, false },
	{ { "1M", "--file=x", "--shared" }, MIB, 4096, 4096, MIB, MIB, 65536,
	  REGION_FILE_SHARED, false },
	{ { "1M", "--hugetlb=2M" }, 2 * MIB, 2 * MIB, 2 * MIB, 2 * MIB, 2 * MIB, 2 * MIB,
	  REGION_HUGETLB, false },
	{ { "4M", "--hugetlb=2M", "--lock", "--then=dontneed" }, 4 * MIB, 2 * MIB, 2 * MIB,
	  4 * MIB, 4 * MIB, 2 * MIB, REGION_HUGETLB, false },
	{ { "4M", "--hugetlb=2M", "--shared", "--lock=onfault", "--then=remove" }, 4 * MIB,
	  2 * MIB, 2 * MIB, 4 * MIB, 4 * MIB, 2 * MIB, REGION_HUGETLB_SHARED, false },
	{ { "64M", "4K", "--hugetlb=2M", "--shared", "--stride=3M", "--touch=7M" }, 64 * MIB,
	  2 * MIB, 4 * MIB, 8 * MIB, 4 * MIB, 2 * MIB, REGION_HUGETLB_SHARED, false },
};

static void test_plans(void)
{
	static struct plan plan;

	for (size_t i = 0; i < ARRAY_SIZE(plans); i++) {
		struct error err = { "", "" };

		tap_ok(make(plans[i].words, &plan, &err) == 0,
		       "plan %zu: %s", i, err.message);
		tap_is((int64_t)plan.workload.region.bytes, (int64_t)plans[i].size, "its size");
		tap_is((int64_t)plan.workload.touch_params.unit, (int64_t)plans[i].unit,
		       "one page");
		tap_is((int64_t)plan.workload.touch_params.stride, (int64_t)plans[i].stride,
		       "from one to the next");
		tap_is((int64_t)plan.workload.span, (int64_t)plans[i].span,
		       "how much is walked over");
		tap_is((int64_t)plan.workload.touch, (int64_t)plans[i].touch,
		       "how much is touched");
		tap_is((int64_t)plan.workload.interval, (int64_t)plans[i].interval,
		       "between two rows");
		tap_ok(plan.workload.region.backing == plans[i].backing, "what is mapped");
		tap_ok(plan.workload.region.read_only == plans[i].read_only,
		       "whether for reading only");
	}
}

/* A bound is of the room, not of the region, and need not be in pages. */
static void test_bounds(void)
{
	static const char *const words[] = { "1M", "--limit=8M", "--high=8M",
					     "--then=limit:5000001", "--then=limit:50%",
					     "--then=high:25%", NULL };
	static const uint64_t bytes[] = { 5000001, 512 * MIB, 256 * MIB };
	static struct plan plan;
	struct error err = { "", "" };

	tap_is(make(words, &plan, &err), 0, "bounds");
	for (size_t i = 0; i < ARRAY_SIZE(bytes); i++)
		tap_is((int64_t)plan.workload.steps[i].bytes, (int64_t)bytes[i],
		       "as they are written");
	plan_default(&plan);
	step_parse("limit:4M", &plan.workload.steps[plan.workload.step_count++], &err);
	step_parse("cold:50%", &plan.workload.steps[plan.workload.step_count++], &err);
	tap_ok(!plan_has_share(&plan), "a share of the region needs no room");
	step_parse("limit:50%", &plan.workload.steps[plan.workload.step_count++], &err);
	tap_ok(plan_has_share(&plan), "a share of the room does");
}

static uint64_t piece_of(const char *option, const char *size)
{
	const char *const words[] = { option, size, NULL };
	static struct plan plan;
	struct error err = { "", "" };

	return make(words, &plan, &err) == 0 ? plan.workload.region.piece : 0;
}

static void test_heap_pieces(void)
{
	tap_is((int64_t)piece_of("--heap", "1M"), (int64_t)MIB, "one piece is all of it");
	tap_is((int64_t)piece_of("--heap=1000", "1M"), 1000, "a piece below a page is what it is");
	tap_is((int64_t)piece_of("--heap=5000", "1M"), 8192, "above it is of whole pages");
	tap_is((int64_t)piece_of("--heap=1G", "1M"), (int64_t)MIB, "and never more than all");
	tap_is((int64_t)piece_of("--stack", "1M"), 0, "a stack has no pieces");
}

/* Without malloc_trim(3), which the GNU C library alone has, the step is refused. */
static void test_trim(void)
{
	static const char *const words[] = { "--heap=1000", "--then=unmap:99%", "--then=trim",
					     NULL };
	static struct plan plan;
	struct error err = { "", "" };
	int r = make(words, &plan, &err);

	if (heap_can_trim())
		tap_is(r, 0, "trim fits behind unmap");
	else
		tap_has(err.message, "malloc_trim", "trim is refused with the reason");
}

static void test_parts(void)
{
	static const char *const words[] = { "1M", "--then=dontneed", "--then=dontneed:1",
					     "--then=cold:50%", "--then=touch:read:0.01%",
					     "--then=unmap:100%", NULL };
	static const uint64_t bytes[] = { MIB, 4096, MIB / 2, 4096, MIB };
	static struct plan plan;
	struct error err = { "", "" };

	tap_is(make(words, &plan, &err), 0, "steps with their parts");
	tap_is((int64_t)plan.workload.step_count, ARRAY_SIZE(bytes), "all of them, in order");
	for (size_t i = 0; i < ARRAY_SIZE(bytes); i++)
		tap_is((int64_t)plan.workload.steps[i].bytes, (int64_t)bytes[i],
		       "in whole pages of the region");
}

int main(void)
{
	test_right();
	test_pieces();
	test_wrong();
	test_table();
	test_refused();
	test_samples();
	test_fitting();
	test_children();
	test_plans();
	test_heap_pieces();
	test_trim();
	test_parts();
	test_bounds();
	return tap_done();
}
