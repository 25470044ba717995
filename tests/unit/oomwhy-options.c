/* SPDX-License-Identifier: GPL-2.0-or-later */
/* oomwhy-options.c - command lines of oomwhy that are wrong and right, and which boot is meant */
#include <config.h>

#include <errno.h>

#include "../tap.h"
#include "command-line.h"
#include "kernlog/source.h"
#include "oomwhy/options.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* 2026-09-21 13:33:26 UTC */
#define NOW INT64_C(1790000006)
#define SECOND INT64_C(1000000000)

#define LONG_NAME \
	"11111111111111111111111111111111111111111111" \
	"11111111111111111111111111111111111111111111" \
	"11111111111111111111111111111111111111111111" \
	"11111111111111111111111111111111111111111111"

/* Parses LIST (ended by NULL) as the arguments of oomwhy; *words are to be freed. */
static enum options_result parse(const char *const *query_list, struct words *words,
			       struct query *ret_query, struct error *err)
{
	*words = words_of("oomwhy", query_list);
	return query_parse(words->argc, words->argv, NOW * SECOND, ret_query, err);
}

/* What is wrong, and what the first line must name. */
static const struct {
	const char *words[WORDS_MAX + 1];
	const char *pieces[3];
} wrong[] = {
	/* Options that there are not. */
	{ { "--nosuch" }, { "'--nosuch'", "unknown" } },
	{ { "--nosuch=5" }, { "'--nosuch=5'", "unknown" } },
	{ { "--j" }, { "'--j'", "ambiguous" } },
	{ { "--c" }, { "'--c'", "ambiguous" } },
	{ { "-x" }, { "-x", "unknown" } },
	{ { "-5" }, { "'-5'", "-5", "unknown" } },
	{ { "-lx" }, { "-x", "'-lx'", "unknown" } },
	{ { "-\x1b" }, { "\\x1b", "unknown" } },
	{ { "--\x1b[2J" }, { "'--\\x1b[2J'", "unknown" } },
	/* Arguments that are missing or too many. */
	{ { "--last" }, { "'--last'", "needs an argument" } },
	{ { "-n" }, { "'-n'", "needs an argument" } },
	{ { "-ln" }, { "'-ln'", "needs an argument" } },
	{ { "-b" }, { "'-b'", "needs an argument" } },
	{ { "--since" }, { "'--since'", "needs an argument" } },
	{ { "--json=1" }, { "'--json=1'", "no argument" } },
	{ { "--follow=yes" }, { "'--follow=yes'", "no argument" } },
	{ { "--help=me" }, { "'--help=me'", "no argument" } },
	/* Numbers. */
	{ { "--last=" }, { "--last", "''", "empty" } },
	{ { "-n", "" }, { "--last", "''", "empty" } },
	{ { "-n", "0" }, { "--last", "'0'", "nothing" } },
	{ { "-n", "-1" }, { "--last", "'-1'" } },
	{ { "-n", "+1" }, { "--last", "'+1'" } },
	{ { "-n", " 1" }, { "--last", "' 1'" } },
	{ { "-n", "1\n" }, { "--last", "'1\\x0a'" } },
	{ { "-n", "1x" }, { "--last", "'1x'" } },
	{ { "-n", "1.5" }, { "--last", "'1.5'" } },
	{ { "-n", "0x10" }, { "--last", "'0x10'" } },
	{ { "-n", "18446744073709551616" }, { "--last", "too large" } },
	{ { "-n", LONG_NAME }, { "--last", "too large" } },
	{ { "--tasks=" }, { "--tasks", "''", "empty" } },
	{ { "--tasks=0" }, { "--tasks", "'0'", "nothing" } },
	{ { "--tasks=-1" }, { "--tasks", "'-1'" } },
	{ { "--tasks=ten" }, { "--tasks", "'ten'" } },
	{ { "--tasks=4294967296" }, { "--tasks", "too large" } },
	{ { "--pid=" }, { "--pid", "''", "empty" } },
	{ { "--pid=-1" }, { "--pid", "'-1'" } },
	{ { "--pid", "init" }, { "--pid", "'init'" } },
	{ { "--pid=2147483648" }, { "--pid", "too large" } },
	/* Texts. */
	{ { "--comm=" }, { "--comm", "''", "empty" } },
	{ { "--cgroup", "" }, { "--cgroup", "''", "empty" } },
	{ { "" }, { "FILE", "''", "empty" } },
	{ { "a.log", "" }, { "FILE", "''", "empty" } },
	{ { "--color=" }, { "--color", "''" } },
	{ { "--color=sometimes" }, { "--color", "'sometimes'" } },
	{ { "--color=Never" }, { "--color", "'Never'" } },
	{ { "--color=\x1b[2J" }, { "--color", "'\\x1b[2J'" } },
	{ { "-o", "NOSUCH" }, { "--output", "'NOSUCH'" } },
	{ { "-o", "" }, { "--output", "''" } },
	{ { "-o", "PID,,RSS" }, { "--output", "''" } },
	/* Boots. */
	{ { "-b", "" }, { "--boot", "''" } },
	{ { "--boot=last" }, { "--boot", "'last'" } },
	{ { "--boot=1x" }, { "--boot", "'1x'" } },
	{ { "--boot=-" }, { "--boot", "'-'" } },
	{ { "--boot=--1" }, { "--boot", "'--1'" } },
	{ { "--boot=99999999999999999999" }, { "--boot", "'9999" } },
	{ { "--boot=0123456789abcdef0123456789abcde" }, { "--boot", "'0123" } },
	{ { "--boot=0123456789abcdef0123456789abcdef0" }, { "--boot", "'0123" } },
	{ { "--boot=0123456789abcdef0123456789abcdef-" }, { "--boot", "'0123" } },
	/* Times: the rest is in filter.c. */
	{ { "--since=" }, { "--since", "''", "empty" } },
	{ { "--until=soon" }, { "--until", "'soon'" } },
	{ { "--since", "2026-02-30" }, { "--since", "'2026-02-30'" } },
	{ { "--since=now", "--until=yesterday" }, { "--since", "later", "--until" } },
	{ { "--until=@5", "--since=@6" }, { "--since", "later", "--until" } },
	/* Options that contradict each other. */
	{ { "-l", "--json" }, { "--list", "--json" } },
	{ { "--json", "-l" }, { "--list", "--json" } },
	{ { "--list", "--tasks" }, { "--list", "--tasks" } },
	{ { "--summary", "--list" }, { "--summary", "--list" } },
	{ { "--summary=host", "-q" }, { "--summary", "--quiet" } },
	{ { "--summary=" }, { "--summary", "''" } },
	{ { "--summary=hosts" }, { "--summary", "'hosts'" } },
	{ { "--summary", "-o", "pid" }, { "--output", "'pid'" } },
	{ { "--list", "-o", "PID" }, { "--list", "--output" } },
	{ { "-l", "-q" }, { "--list", "--quiet" } },
	{ { "--tasks=5", "--json" }, { "--tasks", "--json" } },
	{ { "--tasks", "-q" }, { "--tasks", "--quiet" } },
	{ { "-o", "PID", "--json" }, { "--output", "--json" } },
	{ { "-o", "+PID", "-q" }, { "--output", "--quiet" } },
	{ { "-q", "--json" }, { "--json", "--quiet" } },
	{ { "-f", "-n", "5" }, { "--follow", "--last" } },
	{ { "-f", "--until=now" }, { "--follow", "--until" } },
	{ { "-f", "kern.log" }, { "--follow", "FILE", "'kern.log'" } },
	{ { "-f", "-", "kern.log" }, { "--follow", "FILE", "'kern.log'" } },
	{ { "-j", "kern.log" }, { "--journal", "FILE", "'kern.log'" } },
	{ { "-j", "-" }, { "--journal", "FILE", "'-'" } },
	{ { "kern.log", "-b", "-1" }, { "--boot", "FILE", "'kern.log'" } },
	{ { "-jf", "\x1b[2J" }, { "--journal", "FILE", "'\\x1b[2J'" } },
};

static void check_wrong(size_t i)
{
	struct query query = { .last = 42 };
	struct error err = { "", "" };
	struct words words;
	char line[256];

	line_of(wrong[i].words, line);
	if (tap_ok(parse(wrong[i].words, &words, &query, &err) == OPTIONS_WRONG, "refused: %s",
		   line)) {
		if (!tap_ok(holds_all(err.message, wrong[i].pieces),
			    "%s: the first line names it", line))
			printf("#   %s\n", err.message);
		tap_ok(err.hint[0], "%s: there is a second line", line);
		tap_ok(is_plain(err.message) && is_plain(err.hint),
		       "%s: both are one line of plain characters", line);
		tap_ok(query.last == 42, "%s: the query is left alone", line);
	}
	words_free(&words);
}

static void describe_output(const struct why_output *output, struct line *line)
{
	static const char *const forms[] = { "", "list", "json", "tasks", "quiet" };
	static const char *const colours[] = { "", "always", "never" };
	struct why_columns usual = task_column_default();

	if (output->form != WHY_TEXT)
		add(line, "%s", forms[output->form]);
	if (output->tasks)
		add(line, "worst=%zu", output->tasks);
	if (output->unit != SIZE_HUMAN)
		add(line, "%s", output->unit == SIZE_BYTES ? "bytes" : "kib");
	if (!output->headings)
		add(line, "noheadings");
	if (output->colour != WHY_COLOUR_AUTO)
		add(line, "colour=%s", colours[output->colour]);
	if (output->columns.count != usual.count ||
	    memcmp(output->columns.index, usual.index, usual.count * sizeof(usual.index[0])) != 0)
		for (size_t i = 0; i < output->columns.count; i++)
			add(line, "%s", task_columns[output->columns.index[i]].name);
}

/* All of QUERY that is not as it is without any option. */
static void describe(const struct query *query, struct line *line)
{
	for (size_t i = 0; i < query->file_count; i++)
		add(line, "file=%s", query->files[i]);
	if (query->journal)
		add(line, "journal");
	if (query->boot.text)
		add(line, "boot=%s", query->boot.text);
	if (query->follow)
		add(line, "follow");
	if (query->last)
		add(line, "last=%" PRIu64, query->last);
	if (query->filter.has_since)
		add(line, "since=%" PRId64, query->filter.since_ns / SECOND - NOW);
	if (query->filter.has_until)
		add(line, "until=%" PRId64, query->filter.until_ns / SECOND - NOW);
	if (query->filter.has_pid)
		add(line, "pid=%" PRId64, query->filter.pid);
	if (query->filter.comm)
		add(line, "comm=%s", query->filter.comm);
	if (query->filter.cgroup)
		add(line, "cgroup=%s", query->filter.cgroup);
	describe_output(&query->output, line);
}

#define ID "0123456789abcdef0123456789abcdef"
#define UUID "01234567-89AB-cdef-0123-456789abcdef"

static const struct {
	const char *words[WORDS_MAX + 1];
	const char *wanted;
} right[] = {
	{ { NULL }, "" },
	{ { "a.log" }, "file=a.log" },
	{ { "a.log", "-", "b.log" }, "file=a.log file=- file=b.log" },
	{ { "a.log", "-l", "b.log" }, "file=a.log file=b.log list" },
	{ { "--", "-l" }, "file=-l" },
	{ { "-" }, "file=-" },
	{ { "-j" }, "journal" },
	{ { "--journal", "-f" }, "journal follow" },
	{ { "-b", "-1" }, "journal boot=-1" },
	{ { "-b-1" }, "journal boot=-1" },
	{ { "--boot=0", "-j" }, "journal boot=0" },
	{ { "--boot=+2" }, "journal boot=+2" },
	{ { "--boot=all" }, "journal boot=all" },
	{ { "--boot=" ID }, "journal boot=" ID },
	{ { "--boot=" ID "-3" }, "journal boot=" ID "-3" },
	{ { "--boot=" UUID "+1" }, "journal boot=" UUID "+1" },
	{ { "-f" }, "follow" },
	{ { "-f", "-" }, "file=- follow" },
	{ { "-f", "--since=now" }, "follow since=0" },
	{ { "-fq" }, "follow quiet" },
	{ { "-n", "1" }, "last=1" },
	{ { "-n1", "--last", "2" }, "last=2" },
	{ { "--last=18446744073709551615" }, "last=18446744073709551615" },
	{ { "--last=007" }, "last=7" },
	{ { "--since=2h", "--until=1h ago" }, "since=-7200 until=-3600" },
	{ { "--since=1h", "--until=1h" }, "since=-3600 until=-3600" },
	{ { "--until", "-90s" }, "until=-90" },
	{ { "--since=@1790000000" }, "since=-6" },
	{ { "--pid=0" }, "pid=0" },
	{ { "--pid", "2147483647" }, "pid=2147483647" },
	{ { "--comm=a b" }, "comm=a b" },
	{ { "--comm", "--json" }, "comm=--json" },
	{ { "--cgroup=/a/b" }, "cgroup=/a/b" },
	{ { "-l" }, "list" },
	{ { "--json" }, "json" },
	{ { "-q" }, "quiet" },
	{ { "--tasks" }, "tasks" },
	{ { "--tasks=10" }, "tasks worst=10" },
	{ { "--tasks", "10" }, "file=10 tasks" },
	{ { "--tasks=10", "--tasks" }, "tasks" },
	{ { "-o", "pid,rss" }, "tasks PID RSS" },
	{ { "--output=PID", "--tasks=3" }, "tasks worst=3 PID" },
	{ { "--tasks=3", "-oNAME" }, "tasks worst=3 NAME" },
	{ { "-B" }, "bytes" },
	{ { "-lB", "--noheadings" }, "list bytes noheadings" },
	{ { "--color" }, "colour=always" },
	{ { "--color", "never" }, "file=never colour=always" },
	{ { "--color=never" }, "colour=never" },
	{ { "--color=always", "--color=auto" }, "" },
	{ { "--noh", "--js", "--si=now" }, "since=0 json noheadings" },
	{ { "-f", "--json", "--comm=x", "--cgroup=y", "--pid=3" },
	  "follow pid=3 comm=x cgroup=y json" },
};

static void check_right(size_t i)
{
	struct query query = { 0 };
	struct error err = { "", "" };
	struct line got = { "" };
	struct words words;
	char line[256];

	line_of(right[i].words, line);
	if (tap_ok(parse(right[i].words, &words, &query, &err) == OPTIONS_RUN, "taken: %s",
		   line)) {
		describe(&query, &got);
		tap_is_text(got.text, right[i].wanted, line);
	} else {
		printf("#   %s\n", err.message);
	}
	words_free(&words);
}

/* "+LIST" appends to what is shown anyway. */
static void test_appended_columns(void)
{
	const char *const query_list[] = { "-o", "+TGID", NULL };
	size_t usual = task_column_default().count;
	struct query query = { 0 };
	struct error err = { "", "" };
	struct words words;

	tap_ok(parse(query_list, &words, &query, &err) == OPTIONS_RUN, "a column may be appended");
	tap_ok(query.output.columns.count == usual + 1 &&
	       !strcmp(task_columns[query.output.columns.index[usual]].name, "TGID"),
	       "it is shown behind the others");
	words_free(&words);
}

static void test_others(void)
{
	static const struct {
		const char *words[WORDS_MAX + 1];
		enum options_result wanted;
	} others[] = {
		{ { "-h" }, OPTIONS_HELP },
		{ { "--help", "--nosuch" }, OPTIONS_HELP },
		{ { "a.log", "--hel" }, OPTIONS_HELP },
		{ { "-V" }, OPTIONS_VERSION },
		{ { "-l", "--vers" }, OPTIONS_VERSION },
		{ { "--nosuch", "--help" }, OPTIONS_WRONG },
		{ { "-n", "0", "--help" }, OPTIONS_WRONG },
	};

	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		struct query query = { 0 };
		struct error err = { "", "" };
		struct words words;
		char line[256];

		line_of(others[i].words, line);
		tap_is(parse(others[i].words, &words, &query, &err), others[i].wanted, line);
		words_free(&words);
	}
}

#define OLDEST "00000000000000000000000000000001"
#define OLDER "00000000000000000000000000000002"
#define THIS "000000000000000000000000000000fe"

static const struct boot boots[] = { { OLDEST, 0 }, { OLDER, 0 }, { THIS, 0 } };

/* Which of the boots is meant; HERE is the index of this one. */
static const struct {
	const char *text;
	size_t here;
	int wanted;
} meant[] = {
	{ "0", 2, 2 },
	{ "-0", 2, 2 },
	{ "-1", 2, 1 },
	{ "-2", 2, 0 },
	{ "-3", 2, -ENOENT },
	{ "-2147483647", 2, -ENOENT },
	{ "1", 2, 0 },
	{ "+1", 2, 0 },
	{ "3", 2, 2 },
	{ "4", 2, -ENOENT },
	{ "+2147483647", 2, -ENOENT },
	{ OLDER, 2, 1 },
	{ OLDER "-1", 2, 0 },
	{ OLDER "+1", 2, 2 },
	{ OLDER "+2", 2, -ENOENT },
	{ OLDER "-2", 2, -ENOENT },
	{ OLDER "+0", 2, 1 },
	{ "000000000000000000000000000000FE", 2, 2 },
	{ "00000000-0000-0000-0000-0000000000fe", 2, 2 },
	{ "00000000-0000-0000-0000-0000000000fe-1", 2, 1 },
	{ "000000000000000000000000000000ff", 2, -ENOENT },
	/* A journal in which nothing was written since this boot. */
	{ "0", 3, -ENOENT },
	{ "-1", 3, 2 },
	{ "1", 3, 0 },
};

static const char *const no_boots[] = {
	"", " ", "x", "-", "+", "+-1", "-+1", "1 ", " 1", "1-1", "0x1", "ALL", "all+1",
	"2147483648", "-2147483648", OLDER " ", OLDER "1", OLDER "x", OLDER "-x", OLDER "--1",
	"0000000-00000-0000-0000-0000000000fe", "00000000-0000-0000-0000-0000000000f",
	"00000000-0000-0000-0000-0000000000fg",
};

static void test_boots(void)
{
	struct boot_choice choice;

	for (size_t i = 0; i < ARRAY_SIZE(meant); i++) {
		if (!tap_ok(boot_parse(meant[i].text, &choice) == 0 && !choice.all, "a boot: %s",
			    meant[i].text))
			continue;
		tap_is(boot_find(&choice, boots, ARRAY_SIZE(boots), meant[i].here),
		       meant[i].wanted,
		       meant[i].text);
	}
	for (size_t i = 0; i < ARRAY_SIZE(no_boots); i++) {
		choice = (struct boot_choice){ .offset = 42 };
		tap_ok(boot_parse(no_boots[i], &choice) == -EINVAL && choice.offset == 42,
		       "no boot: '%s'", no_boots[i]);
	}
	tap_ok(boot_parse("all", &choice) == 0 && choice.all, "all boots");
	choice = (struct boot_choice){ 0 };
	tap_is(boot_find(&choice, NULL, 0, 0), -ENOENT, "a journal without any boot");
}

int main(void)
{
	unsetenv("POSIXLY_CORRECT");
	check_table(&query_table);
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		check_wrong(i);
	for (size_t i = 0; i < ARRAY_SIZE(right); i++)
		check_right(i);
	test_appended_columns();
	test_others();
	test_boots();
	return tap_done();
}
