/* SPDX-License-Identifier: GPL-2.0-or-later */
/* badness.c - an empty report, each kernel's badness, and the total that it is a share of */
#include <config.h>

#include "../tap.h"
#include "analysis/memory-usage.h"
#include "analysis/rank.h"
#include "oomreport/report.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define PAGE (UINT64_C(4) << 10)
#define MIB (UINT64_C(1) << 20)

static void test_empty(void)
{
	struct oom_report report;

	memset(&report, 0x5a, sizeof(report));
	oom_report_init(&report);
	tap_is((int64_t)report.page_size, (int64_t)PAGE, "a page is guessed");
	tap_ok(!report.page_size_known, "and only guessed");
	tap_ok(report.gfp_value == OOM_UNKNOWN && report.order == OOM_NO_NUMBER &&
	       report.trigger.pid == OOM_NO_NUMBER && report.trigger.uid == OOM_NO_NUMBER &&
	       report.trigger.cpu == OOM_NO_NUMBER && report.trigger.adj == OOM_NO_NUMBER &&
	       report.trigger.old_adj == OOM_NO_NUMBER && !report.trigger.present,
	       "nothing is known of the trigger");
	tap_ok(report.pagecache == OOM_UNKNOWN && report.swapcache == OOM_UNKNOWN &&
	       report.swap_free == OOM_UNKNOWN && report.swap_total == OOM_UNKNOWN &&
	       report.ram == OOM_UNKNOWN && report.ram_reserved == OOM_UNKNOWN &&
	       report.ram_highmem == OOM_UNKNOWN && report.ram_cma == OOM_UNKNOWN &&
	       report.ram_hwpoisoned == OOM_UNKNOWN, "nothing is known of the memory");
	tap_ok(report.memcg.memory.usage == OOM_UNKNOWN &&
	       report.memcg.memory.limit == OOM_UNKNOWN &&
	       report.memcg.memory.failcnt == OOM_UNKNOWN &&
	       report.memcg.swap.usage == OOM_UNKNOWN &&
	       report.memcg.memsw.limit == OOM_UNKNOWN && report.memcg.kmem.usage == OOM_UNKNOWN,
	       "nothing is known of a cgroup");
	tap_ok(report.choice.pid == OOM_NO_NUMBER && report.choice.score == OOM_NO_NUMBER &&
	       !report.choice.present && report.selected.pid == OOM_NO_NUMBER &&
	       report.selected.tgid == OOM_NO_NUMBER && report.selected.uid == OOM_NO_NUMBER &&
	       report.selected.rss == OOM_UNKNOWN && report.selected.swap == OOM_UNKNOWN &&
	       report.selected.badness == OOM_NO_NUMBER, "nothing is known of a choice");
	tap_ok(!report.tasks && !report.victims && !report.kernel && !report.panic &&
	       report.scope == OOM_SCOPE_UNKNOWN, "it holds nothing");
	oom_report_free(&report);
	oom_report_free(&report);
	tap_ok(true, "an empty report can be freed, and again");
}

/* Everything a report can own, for the leak checkers. */
static void test_free(void)
{
	struct oom_report report;

	oom_report_init(&report);
	report.host = strdup("h");
	report.kernel = strdup("6.1");
	report.machine = strdup("m");
	report.constraint = strdup("c");
	report.gfp_mask = strdup("0x0");
	report.nodemask = strdup("0");
	report.cpuset = strdup("/");
	report.mems_allowed = strdup("0");
	report.group_path = strdup("/g");
	report.panic = strdup("p");
	report.memcg.path = strdup("/a");
	report.memcg.task_path = strdup("/a/b");
	report.nodes = calloc(2, sizeof(*report.nodes));
	report.node_count = 2;
	report.zones = calloc(2, sizeof(*report.zones));
	report.zone_count = 2;
	report.huge = calloc(1, sizeof(*report.huge));
	report.huge_count = 1;
	report.slabs.list = calloc(1, sizeof(*report.slabs.list));
	report.allocations.list = calloc(1, sizeof(*report.allocations.list));
	report.tasks = calloc(3, sizeof(*report.tasks));
	report.task_count = 3;
	report.victims = calloc(1, sizeof(*report.victims));
	report.victim_count = 1;
	oom_figure_add(&report.nodes[1].figures, "a", 1, 1);
	oom_figure_add(&report.zones[1].figures, "a", 1, 1);
	oom_figure_add(&report.memory, "a", 1, 1);
	oom_figure_add(&report.memcg.stats, "a", 1, 1);
	oom_report_free(&report);
	tap_ok(!report.task_count && !report.zones && !report.kernel, "a full report is freed");
}

static void test_figures(void)
{
	static const char long_name[] = "a_name_of_more_than_thirty_nine_characters_in_all";
	struct oom_figures figures = { .count = 0 };
	char name[16];

	tap_ok(oom_figure(&figures, "free") == OOM_UNKNOWN, "a figure that is not there");
	tap_is(oom_figure_add(&figures, "free:1", 4, 7), 0, "a figure is added");
	tap_is(oom_figure_add(&figures, "free", 4, 8), 0, "and again");
	tap_is((int64_t)oom_figure(&figures, "free"), 7, "the first of a name stays");
	tap_is((int64_t)figures.count, 1, "and is the only one");
	oom_figure_add(&figures, long_name, strlen(long_name), 9);
	tap_is((int64_t)strlen(figures.list[1].name), 39, "a long name is cut");
	oom_figure_add(&figures, long_name, strlen(long_name), 10);
	tap_is((int64_t)figures.count, 2, "and is still the same name");
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "n%d", i);
		oom_figure_add(&figures, name, strlen(name), (uint64_t)i);
	}
	tap_is((int64_t)figures.count, 256, "at most 256 are kept");
	tap_is((int64_t)oom_figure(&figures, "n253"), 253, "those that came first");
	tap_ok(oom_figure(&figures, "n254") == OOM_UNKNOWN, "and no more");
	free(figures.list);
}

static void test_names(void)
{
	static const struct {
		const char *kernel;
		unsigned number;
	} kernels[] = {
		{ "6.1.0-50-cloud-amd64", 601 }, { "2.6.32-642.11.1.el6.x86_64", 206 },
		{ "4.4.0-210-generic", 404 }, { "5.10", 510 }, { "6.8+", 608 }, { "7.0.0", 700 },
		{ "3.10.0-1160.el7", 310 }, { "", 0 }, { "x", 0 }, { "6", 0 }, { "6.", 0 },
		{ "4.x", 0 }, { ".1", 0 }, { "6 1", 0 }, { "99999999999999999999.1", 0 },
		{ "6.99999999999999999999", 0 }, { "6.100", 0 }, { "v6.1", 0 },
	};
	struct oom_task tasks[] = { { .pid = 5, .comm = "a" }, { .pid = 7, .comm = "b" } };
	struct oom_report report;

	for (size_t i = 0; i < ARRAY_SIZE(kernels); i++)
		tap_is(oom_kernel_number(kernels[i].kernel), kernels[i].number, kernels[i].kernel);
	tap_is(oom_kernel_number(NULL), 0, "no kernel");
	tap_is_text(oom_scope_name(OOM_SCOPE_UNKNOWN), "unknown", "scope unknown");
	tap_is_text(oom_scope_name(OOM_SCOPE_GLOBAL), "global", "scope global");
	tap_is_text(oom_scope_name(OOM_SCOPE_MEMCG), "memcg", "scope memcg");
	tap_is_text(oom_scope_name(OOM_SCOPE_CPUSET), "cpuset", "scope cpuset");
	tap_is_text(oom_scope_name(OOM_SCOPE_MEMPOLICY), "mempolicy", "scope mempolicy");
	tap_is_text(oom_scope_name(OOM_SCOPE_SYSRQ), "sysrq", "scope sysrq");
	oom_report_init(&report);
	tap_ok(!oom_find_task(&report, 5), "no task in an empty table");
	report.tasks = tasks;
	report.task_count = 2;
	tap_ok(oom_find_task(&report, 7) == &tasks[1], "a task is found by its pid");
	tap_ok(!oom_find_task(&report, 6) && !oom_find_task(&report, OOM_NO_NUMBER), "or not");
}

#define MODERN { .swap = true, .pgtables = true, .adj = true }
#define EL6 { .adj = true, .old_adj = true }

/* Which rule and bonus a kernel has. */
static const struct {
	const char *what, *kernel;
	struct oom_columns columns;
	bool choice, selected;
	enum oom_rule rule;
	enum oom_bonus bonus;
	bool thousandths;
} rules[] = {
	{ "2.6.32", "2.6.32", { .old_adj = true }, true, false, OOM_RULE_UNKNOWN, 0, false },
	{ "EL6", "2.6.32-642.el6", EL6, true, false, OOM_RULE_ROOT_BONUS, OOM_BONUS_OF_TOTAL,
	  true },
	{ "2.6.36", "2.6.36", EL6, true, false, OOM_RULE_ROOT_BONUS, OOM_BONUS_OF_TOTAL, true },
	{ "3.4", "3.4.0", EL6, true, false, OOM_RULE_ROOT_BONUS, OOM_BONUS_OF_TOTAL, true },
	{ "3.5", "3.5.0", EL6, true, false, OOM_RULE_ROOT_BONUS, OOM_BONUS_OF_TOTAL, false },
	{ "EL7", "3.10.0-1160.el7", MODERN, true, false, OOM_RULE_ROOT_BONUS, OOM_BONUS_OF_TOTAL,
	  false },
	{ "3.14", "3.14.1", MODERN, true, false, OOM_RULE_ROOT_BONUS, OOM_BONUS_OF_USE, false },
	{ "4.16", "4.16.0", MODERN, true, false, OOM_RULE_ROOT_BONUS, OOM_BONUS_OF_USE, false },
	{ "4.17", "4.17.0", MODERN, true, false, OOM_RULE_CLAMPED, OOM_BONUS_NONE, false },
	{ "5.8", "5.8.0", MODERN, false, true, OOM_RULE_CLAMPED, OOM_BONUS_NONE, false },
	{ "5.9", "5.9.0", MODERN, false, true, OOM_RULE_SIGNED, OOM_BONUS_NONE, false },
	{ "7.3", "7.3.0", MODERN, false, true, OOM_RULE_SIGNED, OOM_BONUS_NONE, false },
	{ "5.4", "5.4.0", MODERN, false, true, OOM_RULE_CLAMPED, OOM_BONUS_NONE, false },
	{ "no version, before 2.6.36", NULL, { .old_adj = true }, true, false, OOM_RULE_UNKNOWN, 0,
	  false },
	{ "no version, both adjs", NULL, EL6, true, false, OOM_RULE_ROOT_BONUS, OOM_BONUS_OF_TOTAL,
	  true },
	{ "no version, a score", NULL, MODERN, true, false, OOM_RULE_ROOT_BONUS, OOM_BONUS_OF_USE,
	  false },
	{ "no version, a score and oom-kill:", NULL, MODERN, true, true, OOM_RULE_CLAMPED,
	  OOM_BONUS_NONE, false },
	{ "no version, oom-kill:", NULL, MODERN, false, true, OOM_RULE_SIGNED, OOM_BONUS_NONE,
	  false },
	{ "no version, only a kill", NULL, MODERN, false, false, OOM_RULE_SIGNED, OOM_BONUS_NONE,
	  false },
	{ "no version, kinds of rss", NULL, { .rss_kinds = true, .adj = true }, true, false,
	  OOM_RULE_SIGNED, OOM_BONUS_NONE, false },
};

static void test_rules(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		struct oom_report report;
		struct badness_scale scale;

		oom_report_init(&report);
		report.kernel = rules[i].kernel ? strdup(rules[i].kernel) : NULL;
		report.has_table = true;
		report.columns = rules[i].columns;
		report.choice.present = rules[i].choice;
		if (rules[i].selected)
			report.selected.pid = 5;
		scale = badness_scale_of(&report, 1000);
		tap_ok(scale.rule == rules[i].rule && scale.bonus == rules[i].bonus &&
		       scale.thousandths == rules[i].thousandths, "%s", rules[i].what);
		report.has_table = false;
		scale = badness_scale_of(&report, 1000);
		tap_is(scale.rule, OOM_RULE_UNKNOWN, "and none without a table");
		oom_report_free(&report);
	}
}

/* Pages; swap or page tables of -1 are not in the table. */
static const struct {
	const char *what;
	enum oom_rule rule;
	enum oom_bonus bonus;
	bool thousandths;
	int64_t total, uid, rss, swap, pgtables;
	int adj;
	int64_t raw, points, score;
} sums[] = {
	{ "rss, swap and page tables", OOM_RULE_SIGNED, 0, false, 100000, 0, 5000, 300, 20, 0,
	  5320, 5320, 53 },
	{ "columns that are not there", OOM_RULE_SIGNED, 0, false, 100000, 0, 5000, -1, -1, 0,
	  5000, 5000, 50 },
	{ "adj counts thousandths", OOM_RULE_SIGNED, 0, false, 100000, 0, 5000, 0, 0, 300,
	  35000, 35000, 350 },
	{ "each rounded down first", OOM_RULE_SIGNED, 0, false, 100999, 0, 5000, 0, 0, 300,
	  35000, 35000, 346 },
	{ "of less than 1000 pages it is nothing", OOM_RULE_SIGNED, 0, false, 999, 0, 500, 0, 0,
	  1000,
	  500, 500, 500 },
	{ "of 1000 it is one page each", OOM_RULE_SIGNED, 0, false, 1000, 0, 500, 0, 0, 999,
	  1499, 1499, 1499 },
	{ "5.9: below 0", OOM_RULE_SIGNED, 0, false, 100000, 0, 5000, 0, 0, -998,
	  -94800, -94800, -948 },
	{ "rounded towards 0", OOM_RULE_SIGNED, 0, false, 100000, 0, 50, 0, 0, -1, -50, -50, 0 },
	{ "before: at least 1", OOM_RULE_CLAMPED, 0, false, 100000, 0, 5000, 0, 0, -998,
	  -94800, 1, 0 },
	{ "4.17: nothing off for root", OOM_RULE_CLAMPED, OOM_BONUS_NONE, false, 60424, 0, 50000,
	  0,
	  0, 0, 50000, 50000, 827 },
	/* A recorded one: 4.4 printed 821. */
	{ "3.14: 3 % of the use off for root", OOM_RULE_ROOT_BONUS, OOM_BONUS_OF_USE, false, 60424,
	  0, 51082, 0, 105, 0, 49652, 49652, 821 },
	{ "but not for others", OOM_RULE_ROOT_BONUS, OOM_BONUS_OF_USE, false, 60424, 1000, 51082,
	  0,
	  105, 0, 51187, 51187, 847 },
	{ "3.13: 3 % of the total off for root", OOM_RULE_ROOT_BONUS, OOM_BONUS_OF_TOTAL, false,
	  100000, 0, 5000, 0, 0, 0, 2000, 2000, 20 },
	{ "on top of its adj", OOM_RULE_ROOT_BONUS, OOM_BONUS_OF_TOTAL, false, 100000, 0, 5000, 0,
	  0,
	  100, 12000, 12000, 120 },
	{ "and not below 1", OOM_RULE_ROOT_BONUS, OOM_BONUS_OF_TOTAL, false, 100000, 0, 2000, 0, 0,
	  0,
	  -1000, 1, 0 },
	{ "3.4: in thousandths", OOM_RULE_ROOT_BONUS, OOM_BONUS_OF_TOTAL, true, 100000, 1000, 5099,
	  0,
	  0, 0, 5099, 50, 0 },
	{ "30 of them off for root", OOM_RULE_ROOT_BONUS, OOM_BONUS_OF_TOTAL, true, 100000, 0,
	  5099,
	  0, 0, 0, 2099, 20, 0 },
	{ "with adj, at most 1000", OOM_RULE_ROOT_BONUS, OOM_BONUS_OF_TOTAL, true, 100000, 1000,
	  5099,
	  0, 0, 990, 104099, 1000, 10 },
	{ "at least 1", OOM_RULE_ROOT_BONUS, OOM_BONUS_OF_TOTAL, true, 100000, 1000, 99, 0, 0, 0,
	  99,
	  1, 0 },
	{ "an adj that no kernel has", OOM_RULE_SIGNED, 0, false, 100000, 0, 0, 0, 0, 2000000000,
	  100000, 100000, 1000 },
	{ "a total of 0 counts as 1", OOM_RULE_SIGNED, 0, false, 0, 0, 5, 0, 0, 100, 5, 5, 5000 },
};

static void test_sums(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(sums); i++) {
		struct badness_scale scale = {
			.rule = sums[i].rule, .bonus = sums[i].bonus,
			.thousandths = sums[i].thousandths, .page_size = PAGE,
			.total_pages = (uint64_t)sums[i].total,
		};
		struct oom_task task = {
			.uid = sums[i].uid, .adj = sums[i].adj,
			.rss = (uint64_t)sums[i].rss * PAGE,
			.swap = sums[i].swap < 0 ? OOM_UNKNOWN : (uint64_t)sums[i].swap * PAGE,
			.pgtables = sums[i].pgtables < 0 ? OOM_UNKNOWN
				    : (uint64_t)sums[i].pgtables * PAGE,
		};
		int64_t points = badness_points(&scale, &task);

		tap_is(badness_raw(&scale, &task), sums[i].raw, sums[i].what);
		tap_is(points, sums[i].points, "what is compared");
		tap_is(badness_score(&scale, points), sums[i].score, "its score");
	}
}

static void test_candidates(void)
{
	struct badness_scale scale = { .rule = OOM_RULE_SIGNED, .page_size = PAGE };
	struct oom_task task = { .adj = -1000 };

	tap_ok(!badness_is_candidate(&scale, &task), "-1000 is never chosen");
	task.adj = -1001;
	tap_ok(!badness_is_candidate(&scale, &task), "nor what is less");
	task.adj = -999;
	tap_ok(badness_is_candidate(&scale, &task), "-999 may be");
	scale.rule = OOM_RULE_UNKNOWN;
	tap_ok(!badness_is_candidate(&scale, &task), "by a rule that is known");
}

static void test_page_tables(void)
{
	struct badness_scale scale = { .rule = OOM_RULE_SIGNED, .page_size = PAGE * 16,
				       .total_pages = 1000 };
	struct oom_task task = { .rss = PAGE * 16 * 3, .pgtables = PAGE * 31, .swap = PAGE * 17 };

	tap_is(badness_held_pages(&scale, &task), 3 + 1 + 1, "each part is rounded down to pages");
	tap_is((int64_t)oom_task_held(&task), (int64_t)(PAGE * (48 + 31 + 17)),
	       "what a task holds is counted in bytes");
	scale.total_pages = OOM_UNKNOWN;
	task.adj = 500;
	tap_is(badness_raw(&scale, &task), 5, "without a total no adj counts");
	tap_is(badness_score(&scale, 5), OOM_NO_NUMBER, "and there is no score");
}

/* Nothing may overflow: every combination of the largest and the smallest numbers. */
static void test_overflow(void)
{
	static const uint64_t bytes[] = { 0, 1, PAGE, INT64_MAX, UINT64_MAX - 1, UINT64_MAX };
	static const uint64_t totals[] = { 0, 1, 2, 999, 1000, INT64_MAX / 8, INT64_MAX,
					   UINT64_MAX - 1, UINT64_MAX };
	static const uint64_t pages[] = { 1, PAGE, UINT64_MAX };
	static const int adjs[] = { INT32_MIN, -1000, -999, 0, 1000, INT32_MAX };
	int64_t all = 0;
	size_t made = 0;

	for (size_t i = 0; i < 12 * ARRAY_SIZE(bytes) * ARRAY_SIZE(totals) * ARRAY_SIZE(pages) *
	     ARRAY_SIZE(adjs);
	     i++) {
		size_t n = i / 12;
		struct badness_scale scale = {
			.rule = OOM_RULE_ROOT_BONUS + i % 2, .bonus = i % 3,
			.thousandths = i % 4 / 2,
			.page_size = pages[n % 3], .total_pages = totals[n / 3 % 9],
		};
		struct oom_task task = {
			.uid = 0, .rss = bytes[n / 27 % 6], .swap = bytes[n / 27 % 6],
			.pgtables = bytes[n / 27 % 6], .adj = adjs[n / 162 % 6],
		};

		all ^= badness_score(&scale, badness_raw(&scale, &task)) ^
		       badness_score(&scale, badness_points(&scale, &task)) ^
		       badness_score(&scale, (int64_t)i % 2 ? INT64_MAX : INT64_MIN + 1) ^
		       (int64_t)oom_task_held(&task);
		made++;
	}
	tap_ok(made > 10000, "%zu sums of extremes (%" PRIx64 ") do not overflow", made,
	       (uint64_t)all);
}

static void add_zone(struct oom_report *report, int node, uint64_t managed, uint64_t present)
{
	struct oom_zone *zones = realloc(report->zones,
					 (report->zone_count + 1) * sizeof(*report->zones));

	if (!zones)
		abort();
	report->zones = zones;
	report->zones[report->zone_count] = (struct oom_zone){ .node = node };
	if (managed)
		oom_figure_add(&report->zones[report->zone_count].figures, "managed", 7, managed);
	oom_figure_add(&report->zones[report->zone_count++].figures, "present", 7, present);
}

static void has_totalpages(const struct oom_report *report, uint64_t pages, bool guessed,
			   const char *name, const char *what)
{
	struct oom_totalpages totalpages = oom_totalpages_of(report);

	tap_is((int64_t)totalpages.pages, (int64_t)pages, what);
	tap_is(totalpages.guessed, guessed, guessed ? "a guess" : "for certain");
	tap_is_text(totalpages.name, name, "by this name");
}

static void test_machine(void)
{
	struct oom_report report;

	oom_report_init(&report);
	has_totalpages(&report, OOM_UNKNOWN, true, "RAM", "nothing said");
	add_zone(&report, 0, 0, 100 * MIB);
	has_totalpages(&report, 25600, true, "RAM", "zones before 3.9");
	oom_report_free(&report);
	add_zone(&report, 0, 15 * MIB, 16 * MIB);
	add_zone(&report, 1, 60 * MIB, 64 * MIB);
	has_totalpages(&report, 75 * 256, true, "RAM", "zones only");
	report.ram = 80 * MIB;
	report.ram_reserved = 8 * MIB;
	has_totalpages(&report, 72 * 256, false, "RAM", "pages RAM, reserved");
	report.swap_total = 0;
	has_totalpages(&report, 72 * 256, false, "RAM", "a machine without swap");
	report.swap_total = 28 * MIB;
	has_totalpages(&report, 100 * 256, false, "RAM and swap", "with swap");
	report.ram_reserved = 90 * MIB;
	has_totalpages(&report, 108 * 256, false, "RAM and swap", "more reserved than there is");
	report.scope = OOM_SCOPE_SYSRQ;
	report.ram_reserved = 8 * MIB;
	has_totalpages(&report, 100 * 256, false, "RAM and swap", "SysRq-f");
	report.page_size = PAGE * 16;
	has_totalpages(&report, 1600, false, "RAM and swap", "in pages of another size");
	report.swap_total = UINT64_MAX - 1;
	has_totalpages(&report, OOM_UNKNOWN, false, "RAM and swap", "more than there can be");
	oom_report_free(&report);
}

static void test_nodes(void)
{
	struct oom_totalpages totalpages;
	struct oom_report report;

	oom_report_init(&report);
	report.kernel = strdup("6.1.0");
	add_zone(&report, 0, 15 * MIB, 16 * MIB);
	add_zone(&report, 1, 60 * MIB, 64 * MIB);
	add_zone(&report, 1, 10 * MIB, 12 * MIB);
	report.ram = 92 * MIB;
	report.ram_reserved = 7 * MIB;
	report.swap_total = 0;
	report.scope = OOM_SCOPE_CPUSET;
	report.mems_allowed = strdup("1");
	has_totalpages(&report, 76 * 256, false, "the nodes of the cpuset",
		       "what a node has present");
	report.swap_total = 4 * MIB;
	has_totalpages(&report, 80 * 256, false, "the nodes of the cpuset, and swap", "and swap");
	report.scope = OOM_SCOPE_MEMPOLICY;
	has_totalpages(&report, 89 * 256, true, "RAM and swap",
		       "a policy whose nodes are not said");
	report.nodemask = strdup("0-1");
	has_totalpages(&report, 96 * 256, false, "the nodes of the memory policy, and swap",
		       "all nodes");
	free(report.nodemask);
	report.nodemask = strdup("7");
	has_totalpages(&report, 89 * 256, true, "RAM and swap",
		       "nodes that are not in the report");
	free(report.kernel);
	report.kernel = strdup("4.4.0");
	report.scope = OOM_SCOPE_CPUSET;
	has_totalpages(&report, 80 * 256, true, "the nodes of the cpuset, and swap",
		       "before 5.4 the holes counted too");
	free(report.kernel);
	report.kernel = strdup("5.4.0");
	has_totalpages(&report, 80 * 256, false, "the nodes of the cpuset, and swap",
		       "since 5.4 not");
	free(report.kernel);
	report.kernel = strdup("4.4.0");
	report.scope = OOM_SCOPE_GLOBAL;
	tap_ok(oom_totalpages_other(&report, 0, &totalpages) && totalpages.pages == 80 * 256,
	       "the nodes of mems_allowed are another total");
	tap_ok(oom_totalpages_other(&report, 1, &totalpages) && totalpages.pages == 20 * 256,
	       "and node 0");
	tap_ok(oom_totalpages_other(&report, 2, &totalpages) && totalpages.pages == 80 * 256,
	       "and node 1");
	tap_ok(!oom_totalpages_other(&report, 3, &totalpages), "and there is no more");
	report.global_present = true;
	tap_ok(!oom_totalpages_other(&report, 0, &totalpages), "nor any when the scope was said");
	oom_report_free(&report);
}

static void test_node_lists(void)
{
	tap_ok(oom_node_listed("0", 0) && oom_node_listed("0-3", 2) && oom_node_listed("0-1,4",
										       4) &&
	       oom_node_listed("1,3-5,9", 5), "nodes that are in a list");
	tap_ok(!oom_node_listed("0", 1) && !oom_node_listed("0-1,4", 3) && !oom_node_listed("",
											    0) &&
	       !oom_node_listed(NULL, 0) && !oom_node_listed("(null)", 0) &&
	       !oom_node_listed("0-3", -1) && !oom_node_listed("5-2", 3), "and that are not");
	tap_ok(!oom_node_listed("x0", 0) && !oom_node_listed("-0", 0) && !oom_node_listed(" 0",
											  0) &&
	       oom_node_listed("0-", 0) && oom_node_listed("1,,0", 1) && !oom_node_listed("1,,0",
											  0) &&
	       oom_node_listed("0-99999999999999999999", 7) && !oom_node_listed("9,x", 7),
	       "and no list at all");
}

static void test_memcg(void)
{
	struct oom_report report;
	struct oom_memcg *memcg = &report.memcg;

	oom_report_init(&report);
	report.scope = OOM_SCOPE_MEMCG;
	has_totalpages(&report, OOM_UNKNOWN, false, "the limit of the cgroup", "no limit said");
	memcg->memory.limit = 32 * MIB;
	has_totalpages(&report, 32 * 256, true, "the limit of the cgroup",
		       "nothing said of the swap that a cgroup may use");
	memcg->swap.usage = 0;
	memcg->swap.limit = 0;
	has_totalpages(&report, 32 * 256, false, "the limit of the cgroup",
		       "version 2 without swap");
	memcg->swap.limit = 8 * MIB;
	has_totalpages(&report, 40 * 256, true, "the limit of the cgroup and its swap",
		       "version 2 with swap, if the machine has it");
	memcg->swap.unlimited = true;
	has_totalpages(&report, 32 * 256, true, "the limit of the cgroup",
		       "with all the machine has");
	report.swap_total = 4 * MIB;
	has_totalpages(&report, 36 * 256, false, "the limit of the cgroup and its swap",
		       "which some report says");
	report.swap_total = OOM_UNKNOWN;
	memcg->swap = memcg->memsw;
	memcg->memsw.limit = 32 * MIB;
	has_totalpages(&report, 32 * 256, false, "the limit of the cgroup",
		       "version 1 without swap");
	memcg->memsw.limit = 48 * MIB;
	has_totalpages(&report, 48 * 256, true, "the limit of the cgroup and its swap",
		       "version 1 with swap");
	memcg->memsw.limit = 16 * MIB;
	has_totalpages(&report, 32 * 256, false, "the limit of the cgroup",
		       "less than without swap");
	memcg->memsw.unlimited = true;
	has_totalpages(&report, 32 * 256, true, "the limit of the cgroup", "no limit for swap");
	memcg->memory.limit = 0;
	has_totalpages(&report, 1, true, "the limit of the cgroup",
		       "a limit of 0 counts as a page");
	memcg->memory.unlimited = true;
	has_totalpages(&report, OOM_UNKNOWN, false, "the limit of the cgroup", "no limit at all");
	oom_report_free(&report);
}

int main(void)
{
	test_empty();
	test_free();
	test_figures();
	test_names();
	test_rules();
	test_sums();
	test_candidates();
	test_page_tables();
	test_overflow();
	test_machine();
	test_nodes();
	test_node_lists();
	test_memcg();
	return tap_done();
}
