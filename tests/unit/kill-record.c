/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * kill-record.c - the kernel's lines about its victims, as kernels 4.4 to 7.0 wrote them, and
 * /dev/kmsg
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../tap.h"
#include "kernlog/source.h"
#include "lib/duration.h"
#include "oomreport/kill-record.h"
#include "oomreport/parser.h"

#define KIB UINT64_C(1024)
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

#define CHOICE "oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0"
#define MACHINE \
	"oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom"
#define SCOPE "/oomt.slice/oomt-1.scope"

/* First lines: recorded ones, then such as hostile names make them. */
static const struct {
	const char *line;
	long pid;
	bool global;
	const char *memcg, *task_memcg;
} choices[] = {
	/* 5.0 */
	{ "6,438,6973814,-;" CHOICE ",oom_memcg=" SCOPE ",task_memcg=" SCOPE
	  ",task=main.out,pid=129,uid=0", 129, false, SCOPE, SCOPE },
	{ MACHINE ",task_memcg=/,task=main.out,pid=130,uid=0", 130, true, "", "/" },
	{ CHOICE ",oom_memcg=/docker/0123456789abcdef,task_memcg=/docker/0123456789abcdef,"
	  "task=main.out,pid=130,uid=0", 130, false, "/docker/0123456789abcdef",
	  "/docker/0123456789abcdef" },
	/* 5.4 */
	{ MACHINE ",task_memcg=/,task=Web Content,pid=127,uid=1000", 127, true, "", "/" },
	{ CHOICE ",oom_memcg=/oomt.slice,task_memcg=" SCOPE ",task=main.out,pid=134,uid=0",
	  134, false, "/oomt.slice", SCOPE },
	{ CHOICE ",oom_memcg=" SCOPE ",task_memcg=" SCOPE
	  ",task=a\\x1b[1mb\\x0ac (d) ,pid=138,uid=0", 138, false, SCOPE, SCOPE },
	{ "oom-kill:constraint=CONSTRAINT_CPUSET,nodemask=(null),cpuset=node1,mems_allowed=1,"
	  "global_oom,task_memcg=/,task=main.out,pid=138,uid=0", 138, true, "", "/" },
	{ "oom-kill:constraint=CONSTRAINT_MEMORY_POLICY,nodemask=1,cpuset=/,mems_allowed=0-1,"
	  "global_oom,task_memcg=/,task=bigadj,pid=98,uid=1000", 98, true, "", "/" },
	/* 6.1, on a console */
	{ "[    4.608957] " MACHINE ",task_memcg=/,task=tail) (it,pid=89,uid=1000", 89, true, "",
	  "/" },
	{ "[    4.650288] " MACHINE ",task_memcg=/,task=kworker/u8:1+ev,pid=90,uid=1000", 90, true,
	  "", "/" },
	/* 7.0 */
	{ MACHINE ",task_memcg=/docker/0123456789abcdef,task=main.out,pid=93,uid=0", 93, true, "",
	  "/docker/0123456789abcdef" },
	/* Lists of nodes hold commas, and 5.0 to 5.3 call a cgroup's OOM CONSTRAINT_NONE. */
	{ "oom-kill:constraint=CONSTRAINT_NONE,nodemask=0-1,4,cpuset=/,mems_allowed=0-1,4,"
	  "oom_memcg=/a,task_memcg=/a/b,task=x,pid=5,uid=0", 5, false, "/a", "/a/b" },
	/* Names that look like what follows them. */
	{ MACHINE ",task_memcg=/,task=,pid=1,uid=0,pid=77,uid=0", 77, true, "", "/" },
	{ MACHINE ",task_memcg=/,task=task=/b,pid=77,uid=0", 77, true, "", "/" },
	{ CHOICE ",oom_memcg=/a,b,task_memcg=/a,b/c,d,task=x,pid=5,uid=0", 5, false, "/a,b",
	  "/a,b/c,d" },
	{ CHOICE ",oom_memcg=/a,pid=1,task_memcg=/a,pid=1/c,task=x,pid=5,uid=0", 5, false,
	  "/a,pid=1", "/a,pid=1/c" },
	{ CHOICE ",oom_memcg=/a,global_oom,task_memcg=/a,global_oom/c,task=x,pid=5,uid=0", 5,
	  false, "/a,global_oom", "/a,global_oom/c" },
	{ MACHINE ",task_memcg=/x,oom_memcg=y,task=x,pid=5,uid=0", 5, true, "",
	  "/x,oom_memcg=y" },
	{ MACHINE ",task_memcg=/x,task=y/pagetouch-7,task=x,pid=5,uid=0", 5, true, "",
	  "/x,task=y/pagetouch-7" },
	{ "oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=x,oom_memcg=y,"
	  "mems_allowed=0,global_oom,task_memcg=/,task=x,pid=5,uid=0", 5, true, "", "/" },
	{ CHOICE ",oom_memcg=/ev\\x1b[2J\\x5cil\\xff%s,task_memcg=/ev\\x1b[2J\\x5cil\\xff%s"
	  ",task=x,pid=5,uid=0", 5, false,
	  "/ev\\x1b[2J\\x5cil\\xff%s", "/ev\\x1b[2J\\x5cil\\xff%s" },
	{ MACHINE ",task_memcg=/,task=x,pid=99999999999999999999999,uid=0", LONG_MAX, true, "",
	  "/" },
	{ MACHINE ",task_memcg=/,task=x,pid=2147483647", 2147483647, true, "", "/" },
};

/* What was found of the process PID in the reports that a log has. */
struct search {
	int64_t pid;
	struct oom_kill_record kill_record;
	int reports;
};

static int look(void *context, struct oom_report *report)
{
	struct search *search = context;

	search->reports++;
	oom_kill_record_add(report, &(struct oom_sought){ .pid = search->pid },
			    &search->kill_record);
	oom_report_free(report);
	return 0;
}

/* Reads LINE, as a record of /dev/kmsg unless it has a prefix of its own. */
static void search_line(const char *line, int64_t pid, struct search *ret_search)
{
	struct oom_parser *parser = oom_parser_new(look, ret_search);
	bool prefixed = line[0] == '[' || (line[0] && line[1] == ',');

	memset(ret_search, 0, sizeof(*ret_search));
	ret_search->pid = pid;
	if (!prefixed)
		oom_parser_feed(parser, "6,1,1,-;", 8);
	oom_parser_feed(parser, line, strlen(line));
	oom_parser_feed(parser, "\n", 1);
	oom_parser_end(parser);
	oom_parser_free(parser);
}

static void test_choices(void)
{
	static struct search search;
	const struct oom_chosen *chosen = &search.kill_record.chosen;

	for (size_t i = 0; i < ARRAY_SIZE(choices); i++) {
		search_line(choices[i].line, choices[i].pid, &search);
		if (!tap_ok(search.kill_record.chosen_found, "first line %zu", i))
			continue;
		tap_is(chosen->pid, choices[i].pid, "its pid");
		tap_ok(chosen->global == choices[i].global, "first line %zu: %s", i,
		       choices[i].global ? "for the machine" : "for a cgroup");
		tap_is_text(chosen->memcg, choices[i].memcg, "whose limit it was");
		tap_is_text(chosen->task_memcg, choices[i].task_memcg, "where the victim lived");
	}
}

static const char *const no_choices[] = {
	"", "oom-kill:", "oom-kill:constraint=", "pid=5", ",pid=5", "constraint=NONE,pid=5",
	"oom-kill:constraint=CONSTRAINT_NONE", CHOICE, MACHINE ",task_memcg=/,task=main.out",
	MACHINE ",task_memcg=/,task=main.out,pid=", MACHINE ",task_memcg=/,task=x,pid=-5,uid=0",
	MACHINE ",task_memcg=/,task=x,pid= 5,uid=0", MACHINE ",task_memcg=/,task=x,pid=five",
	(",pid=5," CHOICE), "main.out invoked oom-killer: gfp_mask=0x6280ca, order=0",
	"Memory cgroup out of memory: Killed process 85 (main.out) total-vm:8389760kB",
	"oom_reaper: reaped process 91 (x), now anon-rss:0kB, file-rss:0kB, shmem-rss:0kB",
};

static void test_no_choices(void)
{
	static struct search search;

	for (size_t i = 0; i < ARRAY_SIZE(no_choices); i++) {
		search_line(no_choices[i], 5, &search);
		tap_ok(!search.kill_record.chosen_found, "line %zu is no first line", i);
	}
}

/* Second lines; sizes in kB as they are printed. */
static const struct {
	const char *line;
	long pid;
	bool memcg, global, sized;
	uint64_t total_vm, anon, file, shmem, pgtables;
} kills[] = {
	/* 4.4: for whom the line does not say */
	{ "3,446,5970243,-;Killed process 94 (main.out) total-vm:8389752kB, anon-rss:203816kB, "
	  "file-rss:452kB", 94, false, false, true, 8389752, 203816, 452, 0, 0 },
	{ "Killed process 100 (a\\x1b[1mb\\x0ac (d) ) total-vm:8389752kB, anon-rss:12140kB, "
	  "file-rss:580kB", 100, false, false, true, 8389752, 12140, 580, 0, 0 },
	/* 4.18, 5.0 */
	{ "Killed process 135 (main.out) total-vm:8389756kB, anon-rss:24296kB, file-rss:0kB, "
	  "shmem-rss:580kB", 135, false, false, true, 8389756, 24296, 0, 580, 0 },
	{ "Killed process 129 (main.out) total-vm:8389752kB, anon-rss:60kB, file-rss:0kB, "
	  "shmem-rss:24812kB", 129, false, false, true, 8389752, 60, 0, 24812, 0 },
	/* 5.4 */
	{ "Out of memory (oom_kill_allocating_task): Killed process 132 (main.out) "
	  "total-vm:8389752kB, anon-rss:172396kB, file-rss:0kB, shmem-rss:516kB, UID:0 "
	  "pgtables:376kB oom_score_adj:0", 132, false, true, true, 8389752, 172396, 0, 516, 376 },
	/* 5.10 */
	{ "Memory cgroup out of memory: Killed process 81 (tail) (it) total-vm:3200kB, "
	  "anon-rss:1852kB, file-rss:0kB, shmem-rss:516kB, UID:1000 pgtables:40kB oom_score_adj:0",
	  81, true, false, true, 3200, 1852, 0, 516, 40 },
	/* 6.1 */
	{ "[    4.683227] Out of memory: Killed process 86 (dbus-daemon) total-vm:2176kB, "
	  "anon-rss:1060kB, file-rss:0kB, shmem-rss:516kB, UID:101 pgtables:40kB "
	  "oom_score_adj:-900", 86, false, true, true, 2176, 1060, 0, 516, 40 },
	{ "Out of memory: Killed process 91 (main.out) total-vm:8389760kB, anon-rss:56kB, "
	  "file-rss:0kB, shmem-rss:176284kB, UID:0 pgtables:380kB oom_score_adj:0", 91, false,
	  true, true, 8389760, 56, 0, 176284, 380 },
	/* 7.0 */
	{ "Memory cgroup out of memory: Killed process 133 (main.out) total-vm:8389768kB, "
	  "anon-rss:64kB, file-rss:0kB, shmem-rss:25020kB, UID:0 pgtables:96kB oom_score_adj:0",
	  133, true, false, true, 8389768, 64, 0, 25020, 96 },
	/* arm64, pages of 16 KiB */
	{ "Memory cgroup out of memory: Killed process 140 (main.out) total-vm:8389664kB, "
	  "anon-rss:0kB, file-rss:0kB, shmem-rss:24576kB, UID:0 pgtables:144kB oom_score_adj:0",
	  140, true, false, true, 8389664, 0, 0, 24576, 144 },
	/* 3.10 of EL7.9 */
	{ "Killed process 7 (x), UID 0, total-vm:9kB, anon-rss:8kB, file-rss:7kB, shmem-rss:6kB",
	  7, false, false, true, 9, 8, 7, 6, 0 },
	/* Names that look like what follows them, or like what precedes. */
	{ "Out of memory: Killed process 5 () total-vm:1kB) total-vm:9kB, anon-rss:8kB, "
	  "file-rss:7kB, shmem-rss:6kB, UID:0 pgtables:5kB oom_score_adj:0", 5, false, true, true,
	  9, 8, 7, 6, 5 },
	{ "Out of memory: Killed process 5 (anon-rss:77kB, ) total-vm:9kB, anon-rss:8kB, "
	  "file-rss:7kB, shmem-rss:6kB, UID:0 pgtables:5kB oom_score_adj:0", 5, false, true, true,
	  9, 8, 7, 6, 5 },
	{ "Out of memory: Killed process 5 (Killed process ) total-vm:9kB, anon-rss:8kB, "
	  "file-rss:7kB", 5, false, true, true, 9, 8, 7, 0, 0 },
	{ "Out of memory: Killed process 5 (Memory cgroup o) total-vm:9kB, anon-rss:8kB, "
	  "file-rss:7kB", 5, false, true, true, 9, 8, 7, 0, 0 },
	{ "Killed process 5 (Out of memory) total-vm:9kB, anon-rss:8kB, file-rss:7kB", 5, false,
	  false, true, 9, 8, 7, 0, 0 },
	/* Cut lines, and numbers that no machine has. */
	{ "Memory cgroup out of memory: Killed process 12", 12, true, false, false,
	  0, 0, 0, 0, 0 },
	{ "Out of memory: Killed process 12 (main.out) total-vm:9kB, anon-r", 12, false, true,
	  true, 9, 0, 0, 0, 0 },
	{ "Killed process 99999999999999999999 (x)", LONG_MAX, false, false, false,
	  0, 0, 0, 0, 0 },
};

static void check_sizes(size_t i, const struct oom_killed *killed)
{
	tap_ok(killed->total_vm == kills[i].total_vm * KIB &&
	       killed->anon == kills[i].anon * KIB && killed->file == kills[i].file * KIB &&
	       killed->shmem == kills[i].shmem * KIB &&
	       killed->pgtables == kills[i].pgtables * KIB, "second line %zu: sizes", i);
}

static void test_kills(void)
{
	static struct search search;
	const struct oom_killed *killed = &search.kill_record.killed;

	for (size_t i = 0; i < ARRAY_SIZE(kills); i++) {
		search_line(kills[i].line, kills[i].pid, &search);
		if (!tap_ok(search.kill_record.killed_found, "second line %zu", i))
			continue;
		tap_is(killed->pid, kills[i].pid, "its pid");
		tap_ok(killed->memcg == kills[i].memcg && killed->global == kills[i].global,
		       "second line %zu: for %s", i, kills[i].memcg ? "a cgroup"
		       : kills[i].global ? "the machine" : "whom it does not say");
		tap_ok(killed->sized == kills[i].sized, "second line %zu: with%s sizes", i,
		       kills[i].sized ? "" : "out");
		check_sizes(i, killed);
	}
}

static const char *const no_kills[] = {
	"", "Killed process", "Killed process ", "Killed process x (y)", "Killed process -5 (x)",
	"killed process 5 (x)", "Kill process 94 (main.out) score 821",
	"Memory cgroup out of memory: Kill process 100 (x) score 378 or sacrifice child",
	"Out of memory: OOM victim 7 (x) is already exiting. Skip killing the task",
	"Tasks in /oomt.slice/oomt-1.scope are going to be killed due to memory.oom.group set",
	MACHINE ",task_memcg=/,task=x,pid=5,uid=0",
};

static void test_no_kills(void)
{
	static struct search search;

	for (size_t i = 0; i < ARRAY_SIZE(no_kills); i++) {
		search_line(no_kills[i], 5, &search);
		tap_ok(!search.kill_record.killed_found, "line %zu is no second line", i);
	}
}

/* More than a machine can have is no figure, and too many kB for 64 bits are not little. */
static void test_huge_sizes(void)
{
	static struct search search;
	const struct oom_killed *killed = &search.kill_record.killed;

	search_line("Killed process 5 (x) total-vm:18446744073709551615kB, "
		    "anon-rss:18014398509481984kB, file-rss:4398046511104kB, "
		    "shmem-rss:99999999999999999999999kB", 5, &search);
	tap_ok(search.kill_record.killed_found, "huge numbers");
	tap_ok(!killed->sized && !killed->anon && !killed->shmem, "they are none");
	tap_ok(killed->file == UINT64_C(4398046511104) * KIB, "the largest that may be is exact");
}

/* A path longer than there is room for is cut and stays in its buffer. */
static void test_long_path(void)
{
	static struct search search;
	static char line[4 * OOM_PATH_MAX], path[OOM_PATH_MAX + 200];

	memset(path, 'x', sizeof(path) - 1);
	path[0] = '/';
	snprintf(line, sizeof(line), "%s,oom_memcg=%s,task_memcg=%s/y,task=x,pid=5,uid=0", CHOICE,
		 path, path);
	search_line(line, 5, &search);
	tap_ok(search.kill_record.chosen_found && search.kill_record.chosen.pid == 5,
	       "a path of 1223 bytes");
	tap_ok(strlen(search.kill_record.chosen.memcg) < OOM_PATH_MAX &&
	       strlen(search.kill_record.chosen.memcg) > OOM_PATH_MAX - 8, "is cut");
}

/* Every beginning of a line: nothing is read beyond its end. */
static void test_cut_lines(void)
{
	static struct search search;
	int found = 0;

	for (size_t i = 0; i < 2; i++) {
		const char *line = i ? kills[5].line : choices[0].line;

		for (size_t length = 0; length <= strlen(line); length++) {
			char *text = strndup(line, length);

			if (!text)
				continue;
			search_line(text, i ? kills[5].pid : choices[0].pid, &search);
			found += search.kill_record.chosen_found ||
				search.kill_record.killed_found;
			free(text);
		}
	}
	tap_ok(found > 2, "cut lines are parsed or refused");
}

/* Whom a record means: by pid where that is known, else by whole path and name. */
static const struct {
	const char *name;
	int64_t pid;			/* OOM_NO_NUMBER: not known in the log */
	const char *cgroup;
	bool whole;
	const char *task_path, *comm;	/* of the record, whose victim is 4711 */
	bool found, elsewhere;
	uint64_t others;
	uint64_t total_vm;		/* ours; the record's is 9; 0: not known */
} meant[] = {
	{ "our pid", 4711, "/a/b", true, "/a/b", "subj", true, false, 0, 0 },
	{ "our pid, moved out", 4711, "/a/b", true, "/c", "subj", true, true, 0, 0 },
	{ "our pid, no path", 4711, "/a/b", true, NULL, "subj", true, false, 0, 0 },
	{ "another pid in our cgroup", 1, "/a/b", true, "/a/b", "subj", false, false, 1, 0 },
	{ "another pid elsewhere", 1, "/a/b", true, "/c/b", "subj", false, false, 0, 0 },
	{ "pid namespace", OOM_NO_NUMBER, "/a/b", true, "/a/b", "subj", true, false, 0, 0 },
	{ "pid namespace, another's name", OOM_NO_NUMBER, "/a/b", true, "/a/b", "x", false, false,
	  1, 0 },
	{ "pid namespace, the same size", OOM_NO_NUMBER, "/a/b", true, "/a/b", "subj", true, false,
	  0, 9 },
	{ "pid namespace, another size", OOM_NO_NUMBER, "/a/b", true, "/a/b", "subj", false, false,
	  1, 8 },
	{ "our pid, another size", 4711, "/a/b", true, "/a/b", "subj", true, false, 0, 8 },
	{ "pid namespace, no path", OOM_NO_NUMBER, "/a/b", true, NULL, "subj", false, false, 0,
			0 },
	{ "pid namespace, same last component", OOM_NO_NUMBER, "/a/b", true, "/c/b", "subj",
	  false, false, 0, 0 },
	{ "pid namespace, the same end", OOM_NO_NUMBER, "/a/b", true, "/c/a/b", "subj", false,
	  false, 0, 0 },
	{ "both namespaces, the same end", OOM_NO_NUMBER, "/a/b", false, "/c/a/b", "subj", true,
	  false, 0, 0 },
	{ "both namespaces, half a name", OOM_NO_NUMBER, "/b", false, "/c/bb", "subj", false,
	  false, 0, 0 },
	{ "both namespaces, at their beginning", OOM_NO_NUMBER, "/", false, "/c", "subj", false,
	  false, 0, 0 },
	{ "outside of its namespace", OOM_NO_NUMBER, "/../x", false, "/../x", "subj", false, false,
	  0, 0 },
	{ "cgroup namespace, our pid", 4711, "/", false, "/c", "subj", true, false, 0, 0 },
};

static void test_meant(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(meant); i++) {
		struct oom_victim victim = { .pid = 4711, .total_vm = 9, .anon = 8,
					     .file = OOM_UNKNOWN, .shmem = 1,
					     .pgtables = OOM_UNKNOWN };
		struct oom_sought sought = { .pid = meant[i].pid, .comm = "subj",
					     .cgroup = meant[i].cgroup, .whole = meant[i].whole,
					     .total_vm = meant[i].total_vm ? meant[i].total_vm
									   : OOM_UNKNOWN };
		struct oom_kill_record kill_record = { 0 };
		struct oom_report report;

		oom_report_init(&report);
		report.scope = OOM_SCOPE_MEMCG;
		report.memcg.path = (char[]){ "/limit" };
		report.memcg.task_path = (char *)meant[i].task_path;
		report.selected.pid = 4711;
		report.victims = &victim;
		report.victim_count = 1;
		snprintf(victim.comm, sizeof(victim.comm), "%s", meant[i].comm);
		oom_kill_record_add(&report, &sought, &kill_record);
		tap_ok(kill_record.chosen_found == meant[i].found && kill_record.killed_found ==
		       meant[i].found,
		       "%s: %s", meant[i].name, meant[i].found ? "found" : "not found");
		tap_ok(kill_record.elsewhere == meant[i].elsewhere && kill_record.others ==
		       meant[i].others,
		       "%s: elsewhere, others", meant[i].name);
		if (meant[i].found)
			tap_ok(kill_record.killed.pid == 4711 && kill_record.killed.sized &&
			       kill_record.killed.anon == 8 && !kill_record.killed.file &&
			       kill_record.killed.memcg,
			       "%s: what it held", meant[i].name);
	}
}

/* A record has no room for a long path: what there is of it does not say that it is another. */
static void test_meant_by_cut_path(void)
{
	struct oom_sought sought = { .pid = OOM_NO_NUMBER, .comm = "subj", .whole = true,
				     .total_vm = OOM_UNKNOWN };
	char own[1201], cut[901];
	struct oom_kill_record kill_record = { 0 };
	struct oom_report report;

	memset(own, 'x', sizeof(own) - 1);
	own[0] = '/';
	own[sizeof(own) - 1] = '\0';
	memcpy(cut, own, sizeof(cut) - 1);
	cut[sizeof(cut) - 1] = '\0';
	sought.cgroup = own;
	oom_report_init(&report);
	report.memcg.task_path = cut;
	report.selected.pid = 4711;
	oom_kill_record_add(&report, &sought, &kill_record);
	tap_ok(!kill_record.chosen_found && !kill_record.others,
	       "a cut path: neither ours nor another's");
	report.memcg.task_path = own;
	oom_kill_record_add(&report, &sought, &kill_record);
	tap_ok(!kill_record.chosen_found && kill_record.others == 1,
	       "a whole one, without a name: another's");
}

/* A stand-in for /dev/kmsg: a packet is a record. ret_ends[0] is read. */
static bool open_log(int ret_ends[static 2])
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ret_ends) == 0)
		return true;
	tap_skip("reading records", "no seqpacket sockets here");
	return false;
}

static void add_record(int fd, const char *record)
{
	if (write(fd, record, strlen(record)) != (ssize_t)strlen(record))
		printf("# cannot add a record: %s\n", strerror(errno));
}

static const struct {
	const char *record, *text;
} records[] = {
	{ "6,1234,5678901,-;Out of memory: Killed process 5 (x)\n",
	  "Out of memory: Killed process 5 (x)" },
	{ "6,1234,5678901,-;text\n SUBSYSTEM=memory\n DEVICE=+x:y\n", "text" },
	{ "6,1235,5678902,-,caller=T5;a;b\n", "a;b" }, { "6,1236,5678903,-;\n", "" },
	{ "6,1237,5678904,c;no newline", "no newline" }, { "no prefix\n", "no prefix" },
	{ ";", "" },
};

static void test_records(void)
{
	static char text[KMSG_RECORD_MAX];
	int ends[2];

	if (!open_log(ends))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(records); i++)
		add_record(ends[1], records[i].record);
	for (size_t i = 0; i < ARRAY_SIZE(records); i++) {
		int r = kmsg_next(ends[0], duration_now() + NS_PER_SECOND, text);

		tap_is(r, 1, "a record is read");
		tap_is_text(text, records[i].text, "its text");
	}
	close(ends[0]);
	close(ends[1]);
}

static void test_long_record(void)
{
	static char record[2 * KMSG_RECORD_MAX], text[KMSG_RECORD_MAX];
	int ends[2];

	if (!open_log(ends))
		return;
	memset(record, 'x', sizeof(record) - 1);
	memcpy(record, "6,1,1,-;", 8);
	add_record(ends[1], record);
	tap_ok(kmsg_next(ends[0], duration_now() + NS_PER_SECOND, text) == 1 &&
	       strlen(text) == KMSG_RECORD_MAX - 1 - 8, "a record that is too long is cut");
	close(ends[0]);
	close(ends[1]);
}

static void test_deadline(void)
{
	static char text[KMSG_RECORD_MAX];
	uint64_t start = duration_now(), took;
	int ends[2];

	if (!open_log(ends))
		return;
	tap_is(kmsg_next(ends[0], start + 50 * NS_PER_MS, text), 0, "no record, no text");
	took = duration_now() - start;
	tap_ok(took >= 50 * NS_PER_MS && took < 20 * NS_PER_SECOND, "the deadline is waited for");
	tap_is(kmsg_next(ends[0], 0, text), 0, "a deadline that is over is not");
	add_record(ends[1], "6,1,1,-;late\n");
	tap_ok(kmsg_next(ends[0], 0, text) == 1 && !strcmp(text, "late"),
	       "but what is there is read");
	close(ends[0]);
	tap_ok(kmsg_next(ends[0], duration_now() + NS_PER_SECOND, text) == -EBADF,
	       "an error is passed on");
	close(ends[1]);
}

/* kmsg_open() begins at the end: older reports are about others. */
static void test_open(void)
{
	static char text[KMSG_RECORD_MAX];
	const char *directory = getenv("TMPDIR");
	char path[300];
	int writer, reader;

	snprintf(path, sizeof(path), "%s/pagetouch-kmsg.XXXXXX",
		 directory && *directory ? directory : "/tmp");
	writer = mkstemp(path);
	add_record(writer, "6,1,1,-;Killed process 1 (old) total-vm:1kB\n");
	reader = kmsg_open(path);
	tap_ok(reader >= 0, "a log is opened");
	tap_is(kmsg_next(reader, 0, text), 0, "what is old is left out");
	add_record(writer, "6,2,2,-;new\n");
	tap_ok(kmsg_next(reader, duration_now() + NS_PER_SECOND, text) == 1 &&
	       !strcmp(text, "new"), "what is new is read");
	tap_ok(fcntl(reader, F_GETFD) & FD_CLOEXEC, "the subject does not inherit it");
	close(reader);
	close(writer);
	unlink(path);
	tap_is(kmsg_open(path), -ENOENT, "no log is an error");
	tap_is(kmsg_open("/dev/null"), -ENXIO, "nor is /dev/null one");
	tap_is(kmsg_open("/dev/zero"), -ENXIO, "nor what never ends");
	if (mkfifo(path, 0600) < 0)
		tap_skip("a log without an end", "no FIFO can be made");
	else
		tap_is(kmsg_open(path), -ENXIO, "a FIFO is none");
	unlink(path);
}

int main(void)
{
	test_choices();
	test_no_choices();
	test_kills();
	test_no_kills();
	test_huge_sizes();
	test_long_path();
	test_cut_lines();
	test_meant();
	test_meant_by_cut_path();
	test_records();
	test_long_record();
	test_deadline();
	test_open();
	return tap_done();
}
