/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parser.c - lines become reports: torn, cut, mixed, wrapped, late, and in any prefix */
#include <config.h>

#include <errno.h>
#include <time.h>

#include "../tap.h"
#include "log-maker.h"

#define CHOICE "oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0"
#define SCOPE "/oomt.slice/oomt-1.scope"

/* 6.1, version 2 of cgroups */
static const char *const memcg[] = {
	"main.out invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0",
	"CPU: 1 PID: 91 Comm: main.out Not tainted 6.1.0-50-cloud-amd64 #1  Debian 6.1.176-1",
	"Hardware name: QEMU Standard PC (i440FX + PIIX, 1996), BIOS 1.16.2-debian-1.16.2-1 "
	"04/01/2014",
	"Call Trace:", " <TASK>", " dump_stack_lvl+0x44/0x5c", " dump_header+0x4c/0x22b",
	" </TASK>",
	"memory: usage 32768kB, limit 32768kB, failcnt 58",
	"swap: usage 0kB, limit 9007199254740988kB, failcnt 0",
	"Memory cgroup stats for " SCOPE ":",
	"anon 8388608", "file 24907776", "kernel 155648", "shmem 24907776", "oom_kill 0",
	"Tasks state (memory values in pages):",
	"[  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name",
	"[     87]  1000    87      800      591    40960        0             0 tail) (it",
	"[     86]  1000    86     1824     1647    49152        0           100 Web Content",
	"[     91]     0    91  2097440     6216    86016        0             0 main.out",
	CHOICE ",oom_memcg=" SCOPE ",task_memcg=" SCOPE ",task=main.out,pid=91,uid=0",
	"Memory cgroup out of memory: Killed process 91 (main.out) total-vm:8389760kB, "
	"anon-rss:56kB, "
	"file-rss:0kB, shmem-rss:24808kB, UID:0 pgtables:84kB oom_score_adj:0",
	NULL,
};

/* 6.1, the whole machine, shortened */
static const char *const global[] = {
	"systemd-udevd invoked oom-killer: gfp_mask=0x140dca(GFP_HIGHUSER_MOVABLE|__GFP_COMP|"
	"__GFP_ZERO), order=0, oom_score_adj=-1000",
	"CPU: 0 PID: 84 Comm: systemd-udevd Not tainted 6.1.0-50-cloud-amd64 #1  Debian 6.1.176-1",
	"Hardware name: QEMU Standard PC (i440FX + PIIX, 1996), BIOS 1.16.2-debian-1.16.2-1 "
	"04/01/2014",
	"Mem-Info:",
	"active_anon:28 inactive_anon:49230 isolated_anon:0", " active_file:0 inactive_file:0",
	" slab_reclaimable:2266 slab_unreclaimable:1546", " mapped:1201 shmem:1238 pagetables:165",
	" free:604 free_pcp:120 free_cma:0",
	"Node 0 active_anon:112kB inactive_anon:196920kB active_file:0kB inactive_file:0kB "
	"unevictable:0kB isolated(anon):0kB isolated(file):0kB mapped:4804kB dirty:0kB "
	"writeback:0kB "
	"shmem:4952kB writeback_tmp:0kB kernel_stack:976kB pagetables:660kB all_unreclaimable? "
	"yes",
	"Node 0 DMA free:892kB boost:0kB min:132kB low:164kB high:196kB active_anon:0kB "
	"inactive_anon:14256kB present:15992kB managed:15360kB mlocked:0kB free_pcp:0kB "
	"free_cma:0kB",
	"lowmem_reserve[]: 0 194 194 194",
	"Node 0 DMA32 free:1524kB boost:0kB min:1716kB low:2144kB high:2572kB active_anon:112kB "
	"inactive_anon:182664kB present:245632kB managed:208032kB mlocked:0kB free_pcp:480kB "
	"free_cma:0kB",
	"lowmem_reserve[]: 0 0 0 0",
	"Node 0 DMA: 1*4kB (U) 1*8kB (M) 1*16kB (M) 1*32kB (U) 1*64kB (U) 0*128kB 1*256kB (U) = "
	"892kB",
	"Node 0 DMA32: 1*4kB (E) 2*8kB (UE) 2*16kB (ME) 0*32kB 3*64kB (UME) 2*128kB (UE) = 1524kB",
	"Node 0 hugepages_total=0 hugepages_free=0 hugepages_surp=0 hugepages_size=2048kB",
	"1238 total pagecache pages", "0 pages in swap cache", "Free swap  = 0kB",
	"Total swap = 0kB",
	"65406 pages RAM", "0 pages HighMem/MovableOnly", "9558 pages reserved",
	"Tasks state (memory values in pages):",
	"[  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name",
	"[     84]     0    84      544      394    36864        0         -1000 systemd-udevd",
	"[     85]   101    85      544      394    36864        0          -900 dbus-daemon",
	"[     88]  1000    88     1824     7160    49152        0           100 Web Content",
	"[     92]     0    92  2097440    44202   393216        0             0 main.out",
	"oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom,"
	"task_memcg=/,task=main.out,pid=92,uid=0",
	"Out of memory: Killed process 92 (main.out) total-vm:8389760kB, anon-rss:176360kB, "
	"file-rss:0kB, shmem-rss:452kB, UID:0 pgtables:384kB oom_score_adj:0",
	NULL,
};

static struct found found;

/* The facts of a report by itself, for the caller to free. */
static char *facts_alone(const char *const *lines)
{
	struct found alone = { .count = 0 };
	char *facts;

	lines_parse(lines, LOG_SECS, &alone);
	if (alone.count != 1)
		abort();
	facts = strdup(facts_of(&alone.reports[0]));
	found_free(&alone);
	return facts;
}

/* Whether report NUMBER that was found has just these FACTS. */
static bool has_facts(size_t number, const char *facts)
{
	return number < found.count && !strcmp(facts_of(&found.reports[number]), facts);
}

static void check_facts(size_t number, const char *facts, const char *name)
{
	if (number >= found.count)
		tap_ok(false, "%s: there is one", name);
	else
		tap_is_text(facts_of(&found.reports[number]), facts, name);
}

static void test_facts(void)
{
	const struct oom_report *report = &found.reports[0];

	lines_parse(memcg, LOG_SECS, &found);
	tap_is((int64_t)found.count, 1, "a cgroup's report");
	tap_is_text(report->trigger.comm, "main.out", "who asked");
	tap_ok(report->trigger.pid == 91 && report->trigger.cpu == 1 && report->order == 0 &&
	       report->trigger.adj == 0 && report->gfp_value == 0xcc0, "and for what");
	tap_is_text(report->kernel, "6.1.0-50-cloud-amd64", "the kernel");
	tap_ok(report->scope == OOM_SCOPE_MEMCG && !strcmp(report->memcg.path, SCOPE) &&
	       report->memcg.memory.limit == 32768 * KIB && report->memcg.memory.failcnt == 58 &&
	       report->memcg.swap.unlimited && !report->memcg.memory.unlimited, "the limit");
	tap_ok(oom_figure(&report->memcg.stats, "shmem") == 24907776 &&
	       report->memcg.stats.count == 5, "memory.stat");
	tap_ok(report->tasks_listed == 3 && report->tasks[1].adj == 100 &&
	       report->tasks[2].rss == 6216 * 4096 && report->page_size_known, "the table");
	tap_ok(report->victim_count == 1 && report->victims[0].shmem == 24808 * KIB &&
	       report->victims[0].pgtables == 84 * KIB && report->victims[0].adj == 0,
		"the victim");
	tap_ok(report->time.has_monotonic && report->time.monotonic_ns == 6000000000 &&
	       report->victims[0].time.monotonic_ns == 6022000000, "when it all was");
	tap_ok(!report->cut_start && !report->cut_end && !report->missed, "and it is whole");
	found_free(&found);
	lines_parse(global, LOG_SECS, &found);
	tap_ok(found.count == 1 && report->scope == OOM_SCOPE_GLOBAL && report->global_present &&
	       report->ram == 65406 * 4096 && report->zone_count == 2 && report->node_count == 1 &&
	       report->zones[1].blocks[3] == 0 && report->zones[1].blocks[4] == 3 &&
	       oom_figure(&report->zones[1].figures, "min") == 1716 * KIB &&
	       oom_figure(&report->memory, "slab_unreclaimable") == 1546 * 4096 &&
	       report->huge_count == 1 && report->huge[0].page_size == 2048 * KIB,
	       "the machine's report");
	found_free(&found);
}

static void test_styles(void)
{
	static const char *const names[] = { "bare", "dmesg", "kmsg", "syslog", "JSON" };
	const char *const *const reports[] = { memcg, global };

	for (size_t i = 0; i < ARRAY_SIZE(reports); i++) {
		char *facts = facts_alone(reports[i]);

		for (int style = LOG_BARE; style < LOG_STYLES; style++) {
			lines_parse(reports[i], (enum log_style)style, &found);
			tap_ok(found.count == 1, "report %zu, %s: one", i, names[style]);
			check_facts(0, facts, "with the same facts");
			found_free(&found);
		}
		free(facts);
	}
}

/* Fed in two pieces, torn at every byte; and in pieces of any size. */
static void test_torn(void)
{
	struct log log = { .bytes = NULL };
	char *facts = facts_alone(memcg);
	size_t wrong = 0, sizes = 0, whole;

	log_add(&log, "some text in front of it\n");
	log_add_lines(&log, LOG_SECS, 6000000, memcg);
	log_add_line(&log, LOG_SECS, 7000000, "oom_reaper: reaped process 91 (main.out), now "
		     "anon-rss:0kB, file-rss:0kB, shmem-rss:24808kB");
	log_parse(&log, SIZE_MAX, &found);
	whole = found.reports[0].lines;
	found_free(&found);
	for (size_t at = 1; at < log.length; at++) {
		struct oom_parser *parser = parser_to(&found);

		oom_parser_feed(parser, log.bytes, at);
		oom_parser_feed(parser, log.bytes + at, log.length - at);
		oom_parser_end(parser);
		oom_parser_free(parser);
		wrong += found.count != 1 || !found.reports[0].victims[0].reaped.present ||
			 found.reports[0].lines != whole;
		found_free(&found);
	}
	tap_is((int64_t)wrong, 0, "torn anywhere it is one report with all its lines");
	log.length = 0;
	log_add_lines(&log, LOG_SECS, 6000000, memcg);
	for (size_t piece = 1; piece < 200; piece++) {
		log_parse(&log, piece, &found);
		sizes += found.count != 1 || !has_facts(0, facts);
		found_free(&found);
	}
	tap_is((int64_t)sizes, 0, "in pieces of 1 to 199 bytes it has the same facts");
	log_free(&log);
	free(facts);
}

/* Lines without any word that is looked for, far in front of one that is. */
static void add_rows(struct log *log, size_t count)
{
	for (size_t i = 0; i < count; i++)
		log_add(log, "[%7zu]     0 %5zu  2097440    44202   393216        0             0 "
			"process-%zu\n", 1000 + i, 1000 + i, i);
}

/* Rows that a cut or torn line made, which never were. */
static size_t wrong_rows(const struct oom_report *report)
{
	size_t wrong = 0;
	char name[32];

	for (size_t i = 0; i < report->task_count; i++) {
		snprintf(name, sizeof(name), "process-%ld", (long)report->tasks[i].pid - 1000);
		wrong += strcmp(name, report->tasks[i].comm) != 0 ||
			report->tasks[i].rss != 44202 * 4096;
	}
	return wrong;
}

static void test_looking_back(void)
{
	static const size_t pieces[] = { 1000, 4096, 65536, SIZE_MAX };
	static const size_t counts[] = { 10, 1000, 1400, 5000, 20000 };

	for (size_t c = 0; c < ARRAY_SIZE(counts); c++) {
		struct log log = { .bytes = NULL };
		size_t rows[ARRAY_SIZE(pieces)];

		add_rows(&log, counts[c]);
		log_add(&log,
			"Out of memory: Killed process %zu (process-%zu) total-vm:8389760kB\n",
			999 + counts[c], counts[c] - 1);
		for (size_t p = 0; p < ARRAY_SIZE(pieces); p++) {
			log_parse(&log, pieces[p], &found);
			rows[p] = found.count == 1 ? found.reports[0].tasks_listed : 0;
			tap_ok(found.count == 1 && !wrong_rows(&found.reports[0]) &&
			       found.reports[0].victims[0].pid == (int64_t)(999 + counts[c]) &&
				found.reports[0].cut_start,
			       "%zu rows of a cut table, %zu bytes at a time", counts[c],
			pieces[p]);
			found_free(&found);
		}
		tap_ok(rows[0] == rows[3] && rows[1] == rows[3] && rows[2] == rows[3] &&
		       (counts[c] <= 1400 ? rows[0] == counts[c] : rows[0] > 1400 &&
			rows[0] < 1600),
		       "as many of them as 128 KiB hold: %zu", rows[3]);
		log_free(&log);
	}
}

/* The way back may lead over many lines that are nothing. */
static void test_looking_back_over(void)
{
	static const size_t pieces[] = { 10, 4096, SIZE_MAX };

	for (size_t p = 0; p < ARRAY_SIZE(pieces); p++) {
		struct log log = { .bytes = NULL };

		add_rows(&log, 3);
		for (size_t i = 0; i < 1500; i++)
			log_add(&log, "\n");
		log_add(&log,
			"Out of memory: Killed process 1001 (process-1) total-vm:8389760kB\n");
		log_parse(&log, pieces[p], &found);
		tap_ok(found.count == 1 && found.reports[0].tasks_listed == 3,
		       "rows in front of 1500 empty lines, %zu bytes at a time", pieces[p]);
		found_free(&found);
		log_free(&log);
	}
}

static void test_long_lines(void)
{
	struct log log = { .bytes = NULL };
	char *facts = facts_alone(memcg);
	static char junk[200 * 1024];

	memset(junk, 'x', sizeof(junk) - 1);
	log_add_bytes(&log, junk, sizeof(junk) - 1);
	log_add(&log, " Killed process 5\n");
	log_add_lines(&log, LOG_SECS, 6000000, memcg);
	log_add_bytes(&log, junk, sizeof(junk) - 1);
	log_parse(&log, 4096, &found);
	tap_ok(found.count == 1, "lines of 200 KB in front and behind");
	check_facts(0, facts, "change nothing");
	found_free(&found);
	log_free(&log);
	free(facts);
}

/* Reports among the lines of other programs, as many as there are and in their order. */
static void test_many(void)
{
	struct log log = { .bytes = NULL };
	char *facts[] = { facts_alone(memcg), facts_alone(global) };
	size_t wrong = 0;

	for (unsigned i = 0; i < 60; i++) {
		for (unsigned line = 0; line < i * 100; line++)
			log_add_line(&log, LOG_SECS, i * 10000000 + line, "usb 1-1: new device");
		log_add_lines(&log, LOG_SECS, i * 10000000 + 9000000, i % 2 ? global : memcg);
	}
	log_parse(&log, 65536, &found);
	tap_is((int64_t)found.count, 60, "60 reports in a log of 177000 lines");
	for (size_t i = 0; i < found.count; i++)
		wrong += !has_facts(i, facts[i % 2]);
	tap_is((int64_t)wrong, 0, "each has its facts");
	found_free(&found);
	log_free(&log);
	free(facts[0]);
	free(facts[1]);
}

static void test_back_to_back(void)
{
	struct log log = { .bytes = NULL };
	char *facts = facts_alone(memcg);

	for (unsigned i = 0; i < 3; i++)
		log_add_lines(&log, LOG_BARE, 0, memcg);
	log_parse(&log, 100, &found);
	tap_is((int64_t)found.count, 3, "three reports of the same process, one after the other");
	for (size_t i = 0; i < 3; i++)
		check_facts(i, facts, "have the same facts");
	found_free(&found);
	log_free(&log);
	free(facts);
}

/* Lines of two CPUs, with the numbers of their callers, in turns of TURN lines. */
static void check_interleaved(const char *const *first, const char *const *second, size_t turn,
			      bool kmsg)
{
	const char *const *lines[] = { first, second };
	struct log log = { .bytes = NULL };
	char *facts[] = { facts_alone(first), facts_alone(second) };
	unsigned us = 6000000;

	for (size_t i = 0; *lines[0] || *lines[1]; i++, us += 1000) {
		size_t which = i / turn % 2;

		if (!*lines[which])
			which = !which;
		log_add(&log, kmsg ? "4,1,%u,-,caller=T%zu;%s\n" : "[%5u.0][ T%zu] %s\n",
			kmsg ? us : us / 1000000, 91 + 7621 * which, *lines[which]);
		lines[which]++;
	}
	log_parse(&log, 4096, &found);
	tap_is((int64_t)found.count, 2, "two reports mixed");
	tap_ok(has_facts(0, facts[0]) && has_facts(1, facts[1]),
	       "%zu lines at a time: all is right",
	       turn);
	found_free(&found);
	log_free(&log);
	free(facts[0]);
	free(facts[1]);
}

static void test_interleaved(void)
{
	for (size_t turn = 1; turn < 20; turn += 3) {
		check_interleaved(memcg, global, turn, false);
		check_interleaved(global, memcg, turn, true);
		check_interleaved(global, global, turn, false);
	}
}

#define REAPED(pid) "oom_reaper: reaped process " #pid " (main.out), now anon-rss:0kB, " \
		    "file-rss:0kB, shmem-rss:24808kB"

static void test_reaper(void)
{
	struct log log = { .bytes = NULL };
	const struct oom_report *report = found.reports;

	log_add_lines(&log, LOG_SECS, 6000000, memcg);
	log_add_lines(&log, LOG_SECS, 7000000, global);
	log_add_line(&log, LOG_SECS, 8000000, REAPED(91));
	log_add_line(&log, LOG_SECS, 8000000, REAPED(12));
	log_add_line(&log, LOG_SECS, 8000000, "oom_reaper: unable to reap pid:92 (process 91)");
	log_parse(&log, 100, &found);
	tap_is((int64_t)found.count, 2, "late lines of the reaper make no report");
	tap_ok(report[0].victims[0].reaped.present && !report[0].victims[0].reaped.failed &&
	       report[0].victims[0].reaped.shmem == 24808 * KIB &&
	       report[0].victims[0].reaped.time.monotonic_ns == 8000000000,
	       "each goes to its victim");
	tap_ok(report[1].victim_count == 1 && report[1].victims[0].reaped.present &&
	       report[1].victims[0].reaped.failed &&
	       report[1].victims[0].reaped.anon == OOM_UNKNOWN,
		"also one that says that it failed");
	found_free(&found);
	log.length = 0;
	log_add_line(&log, LOG_SECS, 8000000, REAPED(91));
	log_parse(&log, 100, &found);
	tap_ok(found.count == 1 && report[0].victims[0].pid == 91 && report[0].cut_start &&
	       !strcmp(report[0].victims[0].comm, "main.out"), "alone it is all there is");
	found_free(&found);
	log.length = 0;
	log_add_line(&log, LOG_SECS, 8000000, "oom_reaper: unable to reap pid:91 (x)");
	log_parse(&log, 100, &found);
	tap_is((int64_t)found.count, 0, "unless it says nothing but that it failed");
	found_free(&found);
	log_free(&log);
}

/* A live log: what is complete is given out when nothing has come for a while. */
static void test_pause(void)
{
	struct log log = { .bytes = NULL };
	struct oom_parser *parser = parser_to(&found);

	log_add_lines(&log, LOG_KMSG, 6000000, memcg);
	oom_parser_feed(parser, log.bytes, log.length - 20);
	oom_parser_pause(parser);
	tap_is((int64_t)found.count, 0, "a kill line that is not there yet is waited for");
	oom_parser_feed(parser, log.bytes + log.length - 20, 20);
	tap_is((int64_t)found.count, 0, "and then for the reaper");
	oom_parser_pause(parser);
	tap_is((int64_t)found.count, 1, "until there is a pause");
	log.length = 0;
	log_add_line(&log, LOG_KMSG, 8000000, REAPED(91));
	oom_parser_feed(parser, log.bytes, log.length);
	oom_parser_pause(parser);
	oom_parser_end(parser);
	tap_is((int64_t)found.count, 1, "its line, late, is no other report");
	oom_parser_feed(parser, log.bytes, log.length);
	oom_parser_end(parser);
	tap_is((int64_t)found.count, 2, "in another log it is");
	oom_parser_free(parser);
	found_free(&found);
	log_free(&log);
}

/* What lacks its end does not hold back what came behind it. */
static void test_pause_order(void)
{
	struct log log = { .bytes = NULL };
	struct oom_parser *parser = parser_to(&found);

	for (size_t i = 0; i < 10; i++)
		log_add_line(&log, LOG_SECS, 6000000, global[i]);
	log_add_lines(&log, LOG_SECS, 9000000, memcg);
	oom_parser_feed(parser, log.bytes, log.length);
	oom_parser_pause(parser);
	tap_ok(found.count == 2 && found.reports[0].cut_end && !found.reports[1].cut_end,
	       "a report without its end is given out when one behind it is");
	oom_parser_end(parser);
	tap_is((int64_t)found.count, 2, "and but once");
	oom_parser_free(parser);
	found_free(&found);
	log_free(&log);
}

static void test_group(void)
{
	static const char *const kills[] = {
		"Tasks in " SCOPE " are going to be killed due to memory.oom.group set",
		"Memory cgroup out of memory: Killed process 87 (tail) (it) total-vm:3208kB",
		"Memory cgroup out of memory: Killed process 86 (Web Content) total-vm:7304kB",
		"Memory cgroup out of memory: Killed process 91 (main.out) total-vm:8389760kB",
		REAPED(91), REAPED(87), NULL,
	};
	struct log log = { .bytes = NULL };
	const struct oom_report *report = &found.reports[0];

	log_add_lines(&log, LOG_SECS, 6000000, memcg);
	log_add_lines(&log, LOG_SECS, 7000000, kills);
	log_parse(&log, 100, &found);
	tap_ok(found.count == 1 && report->group && !strcmp(report->group_path, SCOPE) &&
	       report->victim_count == 4, "a group is killed in one report");
	tap_ok(!strcmp(report->victims[1].comm, "tail) (it") && report->victims[3].repeated &&
	       !report->victims[0].repeated && !report->victims[2].repeated,
	       "its first victim is named twice");
	tap_ok(report->victims[0].reaped.present && report->victims[1].reaped.present &&
	       !report->victims[3].reaped.present, "and reaped once");
	found_free(&found);
	log_free(&log);
}

/* The kernel prints but ten reports in five seconds: of others there are the kills alone. */
static void test_kills_alone(void)
{
	struct log log = { .bytes = NULL };

	log_add_line(&log, LOG_SECS, 6000000, "Out of memory: Killed process 5 (a) total-vm:9kB");
	log_add_line(&log, LOG_SECS, 15900000, "Out of memory: Killed process 6 (b) total-vm:9kB");
	log_add_line(&log, LOG_SECS, 25900000, "Out of memory: Killed process 7 (c) total-vm:9kB");
	log_add_line(&log, LOG_SECS, 36000000, "Out of memory: Killed process 8 (d) total-vm:9kB");
	log_parse(&log, 100, &found);
	tap_ok(found.count == 4 && found.reports[0].victim_count == 1 &&
	       found.reports[3].victims[0].pid == 8, "each is a kill of its own");
	tap_ok(found.reports[0].scope == OOM_SCOPE_GLOBAL && found.reports[0].cut_start &&
	       !found.reports[0].cut_end, "for the machine, as they say");
	found_free(&found);
	log.length = 0;
	log_add_lines(&log, LOG_SECS, 6000000, memcg);
	log_add_line(&log, LOG_SECS, 6100000,
		     "Memory cgroup out of memory: Killed process 86 (Web Content) total-vm:9kB");
	log_add_line(&log, LOG_SECS, 6200000,
		     "Memory cgroup out of memory: Killed process 87 (x) total-vm:9kB");
	log_parse(&log, 100, &found);
	tap_ok(found.count == 3 && found.reports[0].victim_count == 1 &&
	       found.reports[1].victim_count == 1 && found.reports[1].scope == OOM_SCOPE_MEMCG,
	       "they are none of the report in front of them");
	found_free(&found);
	log_free(&log);
}

/* An allocation that fails prints the machine's memory too. */
static const char *const failure[] = {
	"rb_consumer: page allocation failure: order:4, "
	"mode:0x40dc0(GFP_KERNEL|__GFP_COMP|__GFP_ZERO),"
	"nodemask=(null),cpuset=/,mems_allowed=0",
	"CPU: 3 PID: 4711 Comm: rb_consumer Not tainted 6.1.0-50-cloud-amd64 #1  Debian 6.1.176-1",
	"Hardware name: another", "Call Trace:", " <TASK>", " warn_alloc+0xcd/0x160", " </TASK>",
	"Mem-Info:",
	"active_anon:11 inactive_anon:22 isolated_anon:0", " free:33 free_pcp:44 free_cma:0",
	"Node 0 active_anon:44kB inactive_anon:88kB writeback_tmp:0kB all_unreclaimable? no",
	"Node 0 DMA free:5kB min:1kB free_cma:0kB", "Node 0 DMA: 1*4kB (U) = 4kB",
	"66 total pagecache pages", "0 pages in swap cache", "Free swap  = 0kB",
	"Total swap = 0kB",
	"65406 pages RAM", "0 pages HighMem/MovableOnly", "9558 pages reserved", NULL,
};

static void check_failure(size_t before, const char *name)
{
	struct log log = { .bytes = NULL };
	char *facts[] = { facts_alone(memcg), facts_alone(global) };
	const char *const *const reports[] = { memcg, global };

	for (size_t i = 0; i < 2; i++) {
		log.length = 0;
		for (size_t line = 0; reports[i][line]; line++) {
			if (line == before)
				log_add_lines(&log, LOG_SECS, 6500000, failure);
			log_add_line(&log, LOG_SECS, 6000000, reports[i][line]);
		}
		if (before == SIZE_MAX)
			log_add_lines(&log, LOG_SECS, 6500000, failure);
		log_parse(&log, 4096, &found);
		tap_is((int64_t)found.count, 1, name);
		check_facts(0, facts[i], "the report has its own facts");
		found_free(&found);
		free(facts[i]);
	}
	log_free(&log);
}

static void test_failure(void)
{
	struct log log = { .bytes = NULL };

	check_failure(0, "a failed allocation in front of a report");
	check_failure(SIZE_MAX, "behind it");
	check_failure(2, "inside it");
	check_failure(3, "inside it, later");
	check_failure(18, "inside it, in the table");
	log_add_lines(&log, LOG_SECS, 6000000, failure);
	log_add_line(&log, LOG_SECS, 6100000, "Out of memory: Killed process 5 (a) total-vm:9kB");
	log_add_lines(&log, LOG_SECS, 6200000, failure);
	log_add_line(&log, LOG_SECS, 6300000, REAPED(5));
	log_parse(&log, 4096, &found);
	tap_ok(found.count == 1 && !found.reports[0].has_memory && !found.reports[0].zone_count &&
	       found.reports[0].victims[0].reaped.present,
		"a kill beside it has none of its figures");
	found_free(&found);
	log.length = 0;
	log_add_lines(&log, LOG_SECS, 6000000, failure);
	log_parse(&log, 4096, &found);
	tap_is((int64_t)found.count, 0, "alone it is no report");
	log_free(&log);
}

/* Lines of one CPU's report between those of another's failure, one by one. */
static void test_failure_mixed(void)
{
	const char *const *lines[] = { global, failure };
	struct log log = { .bytes = NULL };
	const struct oom_report *report = &found.reports[0];

	for (size_t i = 0; *lines[0] || *lines[1]; i++)
		if (*lines[i % 2])
			log_add_line(&log, LOG_SECS, 6000000, *lines[i % 2]++);
	log_parse(&log, 4096, &found);
	tap_ok(found.count == 1 && !strcmp(report->trigger.comm, "systemd-udevd") &&
	       report->trigger.pid == 84 && report->task_count == 4 && report->victim_count == 1 &&
	       report->victims[0].pid == 92 && report->scope == OOM_SCOPE_GLOBAL,
	       "mixed line by line, who asked and who was killed is right");
	found_free(&found);
	log_free(&log);
}

static void test_dropped(void)
{
	struct log log = { .bytes = NULL };
	const struct oom_report *report = &found.reports[0];

	log_add(&log, "** 3 printk messages dropped **\n");
	for (size_t i = 0; memcg[i]; i++) {
		if (i == 19)
			log_add(&log, "** 57 printk messages dropped **\n");
		log_add(&log, "%s[    6.000000] %s\n",
			i == 20 ? "** 1000 printk messages dropped ** " : "", memcg[i]);
	}
	log_add(&log, "** 9 printk messages dropped **\n");
	log_add_line(&log, LOG_SECS, 6000000, "net_ratelimit: 12 callbacks suppressed");
	log_parse(&log, 100, &found);
	tap_ok(found.count == 1 && report->tasks_listed == 3, "a row behind what says so is read");
	tap_is((int64_t)report->missed, 1057, "the lines lost inside a report are counted");
	found_free(&found);
	log.length = 0;
	log_add_line(&log, LOG_SECS, 6000000, memcg[0]);
	log_add(&log, "** 18446744073709551615 printk messages dropped **\n");
	log_add(&log, "** 18446744073709551615 printk messages dropped **\n");
	log_parse(&log, 100, &found);
	tap_ok(found.count == 1 && report->missed == UINT64_MAX, "however many they are");
	found_free(&found);
	log_free(&log);
}

/* Another program quotes the kernel while it reports. */
static void test_quoted(void)
{
	struct log log = { .bytes = NULL };
	char *facts = facts_alone(memcg);

	for (size_t i = 0; memcg[i]; i++) {
		log_add_line(&log, LOG_SYSLOG, 6000000, memcg[i]);
		log_add(&log, "Nov 23 07:00:06 vmhost kubelet[12]: the kernel said: %s\n",
			memcg[i]);
		log_add(&log, "Nov 23 07:00:06 vmhost x[12]: Out of memory: Killed process 5 (y) "
			"total-vm:1kB\n");
	}
	log_parse(&log, 4096, &found);
	tap_is((int64_t)found.count, 1, "what other programs say is not the kernel's");
	check_facts(0, facts, "and changes no fact");
	found_free(&found);
	log.length = 0;
	for (size_t i = 0; memcg[i]; i++)
		log_add(&log, "2026-11-23 07:00:06 %s\n", memcg[i]);
	log_parse(&log, 4096, &found);
	check_facts(0, facts, "a line with nothing but a time is");
	found_free(&found);
	log_free(&log);
	free(facts);
}

/* Where a line of LENGTH bytes at TEXT is broken: behind a blank; LENGTH: nowhere. */
static size_t find_break(const char *text, size_t length, size_t width)
{
	size_t end = width;

	if (length <= width)
		return length;
	while (end && text[end - 1] != ' ')
		end--;
	/* A word that is too long has a line to itself. */
	if (!end)
		for (end = width; end < length && text[end - 1] != ' '; end++)
			;
	return end;
}

/* Wraps LOG at WIDTH; the blanks at the breaks are kept or not. FRONT stands before each line. */
static struct log wrap(const struct log *log, size_t width, bool keep, const char *front)
{
	struct log wrapped = { .bytes = NULL };
	size_t at = 0;

	while (at < log->length) {
		const char *text = log->bytes + at,
			*newline = memchr(text, '\n', log->length - at);
		size_t length = (size_t)(newline - text), end = find_break(text, length, width);
		bool cut = end < length && !keep;

		log_add(&wrapped, "%s%.*s\n", front, (int)(cut ? end - 1 : end), text);
		at += end + (end == length);
	}
	return wrapped;
}

static void check_wrapped(const char *const *lines, enum log_style style, size_t width, bool keep,
			  const char *front)
{
	struct log log = { .bytes = NULL }, wrapped;
	char *facts = facts_alone(lines);

	log_add_lines(&log, style, 6000000, lines);
	wrapped = wrap(&log, width, keep, front);
	log_parse(&wrapped, 4096, &found);
	tap_ok(found.count == 1, "wrapped at %zu, \"%s\" in front, blanks %s: one report", width,
	       front, keep ? "kept" : "cut");
	check_facts(0, facts, "with the same facts");
	found_free(&found);
	log_free(&log);
	log_free(&wrapped);
	free(facts);
}

static void test_wrapped(void)
{
	static const size_t widths[] = { 60, 72, 76, 80, 100, 120 };
	static const char *const fronts[] = { "", "> ", "> > ", "    " };
	static const enum log_style styles[] = { LOG_BARE, LOG_SECS, LOG_SYSLOG };

	for (size_t w = 0; w < ARRAY_SIZE(widths); w++)
		for (size_t s = 0; s < ARRAY_SIZE(styles); s++)
			for (size_t f = 0; f < ARRAY_SIZE(fronts); f++) {
				/* Bare, the first that is broken has to be one without an end. */
				if (styles[s] != LOG_BARE || widths[w] <= 80)
					check_wrapped(memcg, styles[s], widths[w], f % 2,
						      fronts[f]);
				check_wrapped(global, styles[s], widths[w], !(f % 2), fronts[f]);
			}
}

/* A log that is not wrapped, with text of a person below it. */
static void test_prose(void)
{
	static const char *const prose[] = {
		"Any idea", "why this happens?", "...", "5 of them", "total-vm:1kB, they say", "",
		"Thanks",
		NULL,
	};
	struct log log = { .bytes = NULL };
	char *facts = facts_alone(memcg);

	for (int style = LOG_BARE; style <= LOG_SECS; style++) {
		log.length = 0;
		log_add_lines(&log, (enum log_style)style, 6000000, memcg);
		log_add_lines(&log, LOG_BARE, 0, prose);
		log_parse(&log, 4096, &found);
		tap_is((int64_t)found.count, 1, "a report with prose below it");
		check_facts(0, facts, "has but its own facts");
		found_free(&found);
	}
	log_free(&log);
	free(facts);
}

static void test_prose_in_table(void)
{
	struct log log = { .bytes = NULL };
	char *facts = facts_alone(memcg);

	for (size_t i = 0; memcg[i]; i++) {
		log_add_line(&log, LOG_SECS, 6000000, memcg[i]);
		if (i >= 18 && i <= 20)
			log_add(&log, i == 18 ? "[...]\n" : i == 19 ? "(and others)\n" : "...\n");
	}
	log_parse(&log, 4096, &found);
	check_facts(0, facts, "what is left out of a table is no part of a name");
	found_free(&found);
	log_free(&log);
	free(facts);
}

/*
 * One JSON string with all the lines of a log, bare or with a prefix; and one record that has a
 * newline.
 */
static void test_json_lines(void)
{
	char *facts = facts_alone(memcg);

	for (int prefixed = 0; prefixed < 2; prefixed++) {
		struct log log = { .bytes = NULL };

		log_add(&log, "{\"log\":\"");
		for (size_t i = 0; memcg[i]; i++)
			log_add(&log, "%s%s\\n", prefixed ? "[    6.000000] " : "", memcg[i]);
		log_add(&log, "\",\"host\":\"vmhost\",\"time\":\"2026-11-23T07:05:30Z\"}\n");
		log_parse(&log, 100, &found);
		tap_ok(found.count == 1 && !strcmp(found.reports[0].host, "vmhost") &&
		       found.reports[0].time.has_wall &&
		       found.reports[0].time.has_monotonic == (prefixed == 1),
		       "a message of many lines, %s", prefixed ? "with times" : "bare");
		check_facts(0, facts, "has all their facts");
		found_free(&found);
		log_free(&log);
	}
	free(facts);
}

static void test_records(void)
{
	static const char name[] = "a\nCPU: 1 PID: 2", kill[] =
		"Out of memory: Killed process 5 (a\nCPU: 1 PID: 2) total-vm:9kB, anon-rss:8kB";
	static const char text[] = "back\\x41 invoked oom-killer: gfp_mask=0x0, order=0, "
		"oom_score_adj=0";
	struct oom_parser *parser = parser_to(&found);
	struct oom_time time = { .has_monotonic = true, .monotonic_ns = 5 };
	struct log log = { .bytes = NULL };

	oom_parser_record(parser, strview_of(text), &time, "vmhost");
	oom_parser_record(parser, strview_of(kill), &time, "vmhost");
	oom_parser_end(parser);
	tap_ok(found.count == 1 && !strcmp(found.reports[0].trigger.comm, "back\\x41") &&
	       !strcmp(found.reports[0].host, "vmhost") &&
	       !strcmp(found.reports[0].victims[0].comm, name), "a record is taken as it is");
	oom_parser_free(parser);
	found_free(&found);
	log_add(&log, "{\"MESSAGE\":\"back\\\\x41 invoked oom-killer: gfp_mask=0x0, order=0\"}\n");
	log_add(&log, "{\"MESSAGE\":\"Out of memory: Killed process 5 (a\\nCPU: 1 PID: 2) "
		"total-vm:9kB\"}\n");
	log_parse(&log, 100, &found);
	tap_ok(found.count == 1 && !strcmp(found.reports[0].trigger.comm, "back\\x41") &&
	       !strcmp(found.reports[0].victims[0].comm, name), "and so is the journal's JSON");
	found_free(&found);
	log_free(&log);
}

/* dmesg -e: the minute, then the distances; a bare report far below has no time at all. */
static void test_times(void)
{
	struct log log = { .bytes = NULL };

	log_add(&log, "[Nov 3 07:05] usb\n");
	for (size_t i = 0; memcg[i]; i++)
		log_add(&log, "[  +0.000100] %s\n", memcg[i]);
	for (size_t i = 0; i < 6000; i++)
		log_add(&log, "nothing of the kind, %zu times, and this is said at some length\n",
			i);
	log_add_lines(&log, LOG_BARE, 0, memcg);
	log_parse(&log, 4096, &found);
	tap_ok(found.count == 2 && !strcmp(found.reports[0].time.raw, "Nov 3 07:05") &&
	       found.reports[0].time.has_wall, "the time of the line before");
	tap_ok(found.count == 2 && !found.reports[1].time.raw[0] &&
	       !found.reports[1].time.has_wall,
	       "but not that of another report");
	found_free(&found);
	log_free(&log);
}

static void test_hosts(void)
{
	struct log log = { .bytes = NULL };

	log_add_lines(&log, LOG_SYSLOG, 6000000, memcg);
	log_add_lines(&log, LOG_SECS, 6000000, memcg);
	log_parse(&log, 4096, &found);
	tap_ok(found.count == 2 && found.reports[0].host &&
	       !strcmp(found.reports[0].host, "vmhost") &&
	       !found.reports[1].host, "a report has the host of its lines");
	found_free(&found);
	log_free(&log);
}

static void test_cut(void)
{
	struct log log = { .bytes = NULL };
	size_t wrong = 0, reports = 0, count;

	for (count = 0; global[count]; count++)
		;
	for (size_t from = 0; from < count; from++)
		for (size_t to = from; to < count; to++) {
			log.length = 0;
			for (size_t i = from; i <= to; i++)
				log_add_line(&log, LOG_SECS, 6000000, global[i]);
			log_parse(&log, 4096, &found);
			for (size_t i = 0; i < found.count; i++) {
				const struct oom_report *report = &found.reports[i];

				wrong += report->cut_start != (from > 0) ||
					 report->cut_end != (to < count - 1) ||
					 (report->ram != OOM_UNKNOWN &&
					  report->ram != 65406 * 4096);
			}
			reports += found.count;
			wrong += found.count > 1;
			found_free(&found);
		}
	tap_ok(!wrong && reports > 200, "cut at either end and at both (%zu reports), it says so",
	       reports);
	log_free(&log);
}

static void test_errors(void)
{
	struct log log = { .bytes = NULL };

	log_add_lines(&log, LOG_SECS, 6000000, memcg);
	found.fail = -EPIPE;
	tap_is(log_parse(&log, 100, &found), -EPIPE, "what the receiver returns is passed on");
	found_free(&found);
	for (unsigned i = 0; i < 6; i++)
		log_add_lines(&log, LOG_SECS, 6000000, memcg);
	tap_is(log_parse(&log, 100, &found), -EPIPE, "also before the end");
	tap_is((int64_t)found.count, 1, "and nothing comes behind it");
	found_free(&found);
	found.fail = 0;
	log_free(&log);
}

static void test_nothing(void)
{
	struct oom_parser *parser = parser_to(&found);

	oom_parser_free(NULL);
	tap_ok(oom_parser_pause(parser) == 0 && oom_parser_feed(parser, "", 0) == 0 &&
	       oom_parser_feed(parser, "\n\n", 2) == 0 &&
		oom_parser_feed(parser, "\0\0\n", 3) == 0 &&
	       oom_parser_end(parser) == 0 && oom_parser_end(parser) == 0 && found.count == 0,
	       "nothing is nothing");
	oom_parser_free(parser);
	parser = parser_to(&found);
	oom_parser_feed(parser, "Out of memory: Killed process 5", 31);
	oom_parser_free(parser);
	tap_is((int64_t)found.count, 0, "a parser may be freed in the middle");
}

/* Bytes are changed, lost, doubled: whatever comes out of it, nothing breaks. */
static void test_broken(void)
{
	struct log log = { .bytes = NULL };
	uint32_t state = 4711;
	size_t reports = 0;

	for (size_t round = 0; round < 300; round++) {
		log.length = 0;
		log_add_lines(&log, (enum log_style)(round % LOG_STYLES), 6000000,
			      round % 2 ? memcg : global);
		for (size_t i = 0; i < 1 + round / 4; i++) {
			state = state * 1664525 + 1013904223;
			log.bytes[(state >> 8) % log.length] = (char)(state >> 3);
		}
		log_parse(&log, 1 + state % 5000, &found);
		reports += found.count;
		found_free(&found);
	}
	tap_ok(reports > 200, "300 broken logs");
	log_free(&log);
}

int main(void)
{
	setenv("TZ", "UTC0", 1);
	tzset();
	test_facts();
	test_styles();
	test_torn();
	test_looking_back();
	test_looking_back_over();
	test_long_lines();
	test_many();
	test_back_to_back();
	test_interleaved();
	test_reaper();
	test_pause();
	test_pause_order();
	test_group();
	test_kills_alone();
	test_failure();
	test_failure_mixed();
	test_dropped();
	test_quoted();
	test_wrapped();
	test_prose();
	test_prose_in_table();
	test_json_lines();
	test_records();
	test_times();
	test_hosts();
	test_cut();
	test_errors();
	test_nothing();
	test_broken();
	return tap_done();
}
