/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * learned-prefix.c - prefixes are learned from unmistakable lines, and taken off their neighbours
 */
#include <config.h>

#include "../tap.h"
#include "kernlog/prefix.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define SECOND INT64_C(1000000000)

/* 2026-11-23 12:00:00 UTC */
#define NOW (INT64_C(1795435200) * SECOND)

static char *text_string(struct strview text)
{
	static char strings[4][256];
	static size_t next;

	return strview_copy_to(text, strings[next++ % ARRAY_SIZE(strings)], sizeof(strings[0]));
}

/* Where '^' stands, the kernel's text begins; without one it is nowhere to be seen. */
static const char *const lines[] = {
	"^oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null)",
	"a|b: ^oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null)",
	"h kernel:^Out of memory: Killed process 1 (a) total-vm:1kB",
	"h ^Memory cgroup out of memory: Killed process 1 (a)",
	"h ^Out of memory (oom_kill_allocating_task): Kill process 1 (a)",
	"{\"m\":\"^oom_reaper: reaped process 1 (a), now anon-rss:0kB\"}",
	"x: ^Tasks state (memory values in pages):",
	"x: ^[  pid  ]   uid  tgid total_vm      rss", "x: ^[ pid ]   uid  tgid total_vm      rss",
	"x: ^CPU: 1 PID: 2 Comm: a Not tainted", "x: ^CPU: 1 UID: 0 PID: 2 Comm: a Not tainted",
	"x: ^Pid: 2, comm: a Not tainted 2.6.32", "x: Pid: 2, comm: a",
	"x: ^Memory cgroup stats for /a:", "x: Memory cgroup stats for a:",
	"x: ^memory: usage 4kB, limit 4kB, failcnt 1", "x: memory: usage high",
	"x: ^active_anon:1 inactive_anon:2 isolated_anon:0", "x: active_anon:1",
	"x: ^Node 0 DMA free:1kB min:1kB", "x: ^Node 0 active_anon:1kB",
	"x: ^Task in /a killed as a result of limit of /b", "x: Task in /a is done",
	"x: ^Tasks in /a are going to be killed due to memory.oom.group set",
	"x: ^7 total pagecache pages", "x: ^lowmem_reserve[]: 0 1 2",
	/* Not at the beginning of a word, nor behind a name or a path that may say anything */
	"x: doom-kill:constraint=CONSTRAINT_NONE", "zoom_reaper: reaped process 1 (a)",
	"a cpuset=/Out of memory: Killed process 1 mems_allowed=0",
	"Out of memory: Kill invoked oom-killer: gfp_mask=0xd0",
	"oom-killer: Out of memory: Killed process 1 (a)",
	/* What programs write */
	"", "x", "Out of memory: giving up", "Out of memory: Kill the process", "Killed process 1",
	"oom_reaper: reaped process a", "oom-kill:constraint=CONSTRAIN", "CPU: a PID: 2 Comm: x",
};

static void test_places(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		const char *mark = strchr(lines[i], '^');
		size_t before = mark ? (size_t)(mark - lines[i]) : strlen(lines[i]);
		char line[128];

		snprintf(line, sizeof(line), "%.*s%s", (int)before, lines[i],
			 mark ? mark + 1 : "");
		tap_is((ptrdiff_t)prefix_find(strview_of(line)), mark ? (int64_t)before : -1,
		       lines[i]);
	}
}

static void test_far_away(void)
{
	static char line[PREFIX_MAX + 64];

	memset(line, 'x', PREFIX_MAX - 1);
	line[PREFIX_MAX - 2] = ' ';
	strcpy(line + PREFIX_MAX - 1, "Tasks state (memory values in pages):");
	tap_is((ptrdiff_t)prefix_find(strview_of(line)), PREFIX_MAX - 1, "the longest prefix");
	memmove(line + 1, line, strlen(line) + 1);
	tap_is((ptrdiff_t)prefix_find(strview_of(line)), -1, "one that is longer");
}

/* Learns from TEACHER, and takes *parts of LINE. Returns whether there was a shape for it. */
static bool split(const char *teacher, const char *line, struct prefix_parts *ret_parts,
		  bool *ret_sure)
{
	struct prefixes prefixes = { .count = 0 };
	size_t at = prefix_find(strview_of(teacher));

	if (at == STRVIEW_NONE)
		return false;
	prefix_learn(&prefixes, strview_of(teacher), at);
	if (prefixes.count != 1 || !prefix_split(&prefixes.shapes[0], strview_of(line), ret_parts))
		return false;
	*ret_sure = prefix_is_sure(&prefixes.shapes[0], ret_parts->front);
	return true;
}

#define MEMORY "memory: usage 4kB, limit 4kB, failcnt 1"
#define STATE "Tasks state (memory values in pages):"

/* NULL: the line has another shape. */
static const struct {
	const char *teacher, *line, *text;
	bool sure;
} pairs[] = {
	/* Talos, a console, a tag without a blank, a bare host, CSV, Go's strings */
	{ "kern:    info: [2026-09-21T14:13:26.9Z]: " STATE,
	  "kern: warning: [2026-09-21T14:13:26.8Z]: a invoked", "a invoked", true },
	{ "In(05) vcpu-0 - Guest: <6>[   6.9] " STATE, "In(05) vcpu-7 - Guest: <4>[  6.8]  <TASK>",
	  " <TASK>", true },
	{ "Sep 21 14:13:26 h kernel:" STATE, "Sep 21 14:13:27 h kernel:a invoked", "a invoked",
	  true },
	{ "vmhost " STATE, "vmhost [     51]     0    51", "[     51]     0    51", true },
	{ "vmhost " STATE, "other [     51]     0    51", "[     51]     0    51", false },
	{ "1;h;kernel;" STATE, "27;h;kernel;Mem-Info:", "Mem-Info:", true },
	{ "1,h,\"" MEMORY "\"", "2,h,Mem-Info:", "Mem-Info:", true },
	{ "1,h,\"" MEMORY "\"", "2,h,\"a, b\"", "a, b", true },
	{ "m=\"" MEMORY "\" x=1", "m=\"a b\" x=22", "a b", true },
	{ "{\"log\"=>\"" MEMORY "\"}]", "{\"log\"=>\"a\"}]", "a", true },
	{ "a|" MEMORY "|h|", "b|a invoked|g|", "a invoked", false },
	/* Nothing in front */
	{ STATE, "a invoked", "a invoked", false },
	/* Another shape: other words and marks, or none of them */
	{ "kern: info: [1]: " STATE, "a invoked oom-killer: gfp_mask=0xd0", NULL, false },
	{ "1;h;kernel;" STATE, "Mem-Info:", NULL, false },
	{ "vmhost " STATE, "[     51]     0    51", NULL, false },
	{ "x", "x", NULL, false },
};

static void test_pairs(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
		struct prefix_parts parts;
		bool sure = false;
		bool found = split(pairs[i].teacher, pairs[i].line, &parts, &sure);

		if (tap_ok(found == (pairs[i].text != NULL), "%s: a shape", pairs[i].line) &&
		    found) {
			tap_is_text(text_string(parts.text), pairs[i].text, "the text");
			tap_is(sure, pairs[i].sure, "whether it is no chance");
		}
	}
}

/* A log of many sources: the oldest shape makes room. */
static void test_many(void)
{
	struct prefixes prefixes = { .count = 0 };

	for (int i = 0; i < PREFIX_SHAPES + 2; i++) {
		char line[64];

		snprintf(line, sizeof(line), "%.*sx " STATE, i + 1, "|||||||||");
		for (int twice = 0; twice < 2; twice++)
			prefix_learn(&prefixes, strview_of(line), prefix_find(strview_of(line)));
	}
	tap_is((int64_t)prefixes.count, PREFIX_SHAPES, "shapes that are kept");
	tap_is((int64_t)prefixes.next, 2, "the third is next to go");
}

/* FIRST, of which the end is known, teaches the shape of what LINE is told by. */
static const struct {
	const char *teacher, *first, *line, *text;
} ends[] = {
	{ "\"t\",\"kernel: " STATE, "\"t\",\"kernel: a invoked, oom_score_adj=0\"",
	  "\"t\",\"kernel: x\"", "x" },
	{ "t,h," STATE, "t,h,\"a invoked, oom_adj=-17\"", "t,h,\"x, y\"", "x, y" },
	{ "| t | " STATE, "| t | a invoked, oomkilladj=0 |", "| t | x |", "x" },
	{ "<e><m>" STATE, "<e><m>a invoked, oom_score_adj=0</m></e>", "<e><m>x</m></e>", "x" },
	/* Nothing is behind it, or it has another shape. */
	{ "t;h;" STATE, "t;h;a invoked, oom_score_adj=0", "t;h;x |", "x |" },
	{ "t;h;" STATE, "a invoked, oom_score_adj=0 |", "t;h;x |", "x |" },
};

static void test_ends(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		struct prefixes prefixes = { .count = 0 };
		struct strview teacher = strview_of(ends[i].teacher);
		struct prefix_parts parts = { .quote = '\0' };

		prefix_learn(&prefixes, teacher, prefix_find(teacher));
		prefix_learn_end(&prefixes, strview_of(ends[i].first));
		tap_ok(prefix_split(&prefixes.shapes[0], strview_of(ends[i].line), &parts),
		       "%s: a shape", ends[i].line);
		parts.text = strview_trim(parts.text);
		tap_is_text(text_string(parts.text), ends[i].text, "what is behind it is gone");
	}
}

static void test_foreign(void)
{
	static const char *const foreign[] = {
		"/* ", "\t/* EL6: \"", " * \"", "pr_info(\"", "x = \"", "\t{ \"", "// ",
		"Subject: a ", "Re: ", "Fwd: [1] ",
	};
	static const char *const logs[] = {
		"", "* ", "- ", "> ", "[    1.5] ", "{\"log\"=>\"", "msg=\"", "h kernel: ", "(b) ",
		"Sep 21 14:13:26 h kernel: ", "\"", "b'", "Result: ",
	};

	for (size_t i = 0; i < ARRAY_SIZE(foreign); i++)
		tap_ok(prefix_is_foreign(strview_of(foreign[i])), "no log: %s", foreign[i]);
	for (size_t i = 0; i < ARRAY_SIZE(logs); i++)
		tap_ok(!prefix_is_foreign(strview_of(logs[i])), "a log: %s", logs[i]);
}

static const struct {
	const char *before, *after;
	char quote;
} strings[] = {
	{ "", "", '"' }, { "a", "a", '"' }, { "a\\\"b", "a\"b", '"' }, { "a\\\\b", "a\\b", '"' },
	{ "a\\nb\\tc", "a\nb\tc", '"' }, { "a\"\"b", "a\"b", '"' }, { "a\\xb", "a\\xb", '"' },
	{ "a\\'b", "a\\'b", '"' }, { "a\\'b", "a'b", '\'' }, { "a\\", "a\\", '"' },
	{ "a\"b", "a\"b", '"' },
};

static void test_strings(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(strings); i++) {
		char text[32];
		size_t length;

		snprintf(text, sizeof(text), "%s", strings[i].before);
		length = prefix_unquote(text, strlen(text), strings[i].quote);
		text[length] = '\0';
		tap_is_text(text, strings[i].after, "unquoted");
	}
}

static const struct {
	const char *front, *host, *caller;
	int64_t monotonic_ns, wall_s;
} fronts[] = {
	{ "", "", "", -1, -1 }, { "foo|bar: ", "", "", -1, -1 },
	{ "[    6.966596] ", "", "", 6966596000, -1 },
	{ "<4>[  6.5][  T52] ", "", "T52", 6500000000, -1 },
	{ "kern: info: [2026-09-21T14:13:26Z]: ", "", "", -1, 1790000006 },
	{ "2026-09-21T14:13:26Z vmhost kernel ", "vmhost", "", -1, 1790000006 },
	{ "Sep 21 14:13:26 vmhost kern.warn kernel:", "vmhost", "", -1, 1790000006 },
	{ "Jan 6 14:13:26 [hostname] kernel: [6.5] ", "hostname", "", 6500000000, 1767708806 },
	{ "CEF:0|Linux|kernel|6.1|1|kern|4|msg=", "", "", -1, -1 },
	{ "level=info host=vmhost msg=", "vmhost", "", -1, -1 },
	{ "x: [C1]: ", "", "C1", -1, -1 }, { "x: [D1]: ", "", "", -1, -1 },
	{ "vmhost - kernel: ", "", "", -1, -1 }, { "version 6.5 kernel: ", "", "", -1, -1 },
	{ "10.0.0.1 kernel: ", "10.0.0.1", "", -1, -1 },
};

static void test_fronts(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(fronts); i++) {
		struct log_prefix log_prefix = { .indent = 0 };

		log_prefix.host = log_prefix.caller = strview_of("");
		prefix_read(strview_of(fronts[i].front), NOW, &log_prefix);
		tap_is_text(text_string(log_prefix.host), fronts[i].host, fronts[i].front);
		tap_is_text(text_string(log_prefix.caller), fronts[i].caller, "the caller");
		tap_is(log_prefix.time.has_monotonic ? log_prefix.time.monotonic_ns : -1,
		       fronts[i].monotonic_ns, "since boot");
		tap_is(log_prefix.time.has_wall ? log_prefix.time.wall_ns / SECOND : -1,
		       fronts[i].wall_s, "since 1970");
	}
}

int main(void)
{
	setenv("TZ", "UTC", 1);
	test_places();
	test_far_away();
	test_pairs();
	test_many();
	test_ends();
	test_foreign();
	test_strings();
	test_fronts();
	return tap_done();
}
