/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rank.c - tasks in the order of their badness, and what is said of the kernel's choice */
#include <config.h>

#include <time.h>

#include "../tap.h"
#include "analysis/explanation.h"

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define PAGE (UINT64_C(4) << 10)

/* A row: pages of rss, swap and page tables. */
struct row {
	int64_t pid, uid, rss, swap, pgtables;
	int adj;
	const char *comm;
};

static void add_task(struct oom_report *report, const struct row *row)
{
	struct oom_task *task = &report->tasks[report->task_count++];

	*task = report->selected;
	task->pid = task->tgid = row->pid;
	task->uid = row->uid;
	task->total_vm = PAGE * 100000;
	task->rss = PAGE * (uint64_t)row->rss;
	task->swap = report->columns.swap ? PAGE * (uint64_t)row->swap : OOM_UNKNOWN;
	task->pgtables = report->columns.pgtables ? PAGE * (uint64_t)row->pgtables : OOM_UNKNOWN;
	task->adj = row->adj;
	snprintf(task->comm, sizeof(task->comm), "%s", row->comm);
	report->tasks_listed++;
}

/* A machine of 100000 pages without swap, with the COUNT tasks of ROWS. */
static void make(struct oom_report *report, const char *kernel, const struct row *rows,
		 size_t count)
{
	oom_report_init(report);
	report->kernel = kernel ? strdup(kernel) : NULL;
	report->scope = OOM_SCOPE_GLOBAL;
	report->page_size_known = true;
	report->ram = PAGE * 101000;
	report->ram_reserved = PAGE * 1000;
	report->swap_total = 0;
	report->has_table = true;
	report->columns = (struct oom_columns){ .swap = true, .pgtables = true, .adj = true };
	report->tasks = calloc(count + 1, sizeof(*report->tasks));
	if (!report->tasks)
		abort();
	for (size_t i = 0; i < count; i++)
		add_task(report, &rows[i]);
}

static void choose(struct oom_report *report, int64_t pid, int64_t score)
{
	report->choice.present = true;
	report->choice.pid = pid;
	report->choice.score = score;
	snprintf(report->choice.comm, sizeof(report->choice.comm), "chosen");
}

static void kill_task(struct oom_report *report, int64_t pid, const char *comm)
{
	struct oom_victim *victims = realloc(report->victims,
					     (report->victim_count + 1) * sizeof(*victims));

	if (!victims)
		abort();
	report->victims = victims;
	victims[report->victim_count] = (struct oom_victim){
		.pid = pid, .uid = OOM_NO_NUMBER, .score = OOM_NO_NUMBER,
	};
	snprintf(victims[report->victim_count++].comm, OOM_COMM_MAX, "%s", comm);
}

/* What is said of the last ranking. */
static char note[4096];

static struct oom_ranking rank(struct oom_report *report)
{
	struct oom_ranking ranking;
	struct oom_explanation explanation;

	if (oom_rank(report, &ranking) < 0 ||
	    oom_explain(report, &ranking, NULL, &explanation) < 0)
		abort();
	snprintf(note, sizeof(note), "%s", explanation.note);
	oom_explanation_free(&explanation);
	return ranking;
}

static void clear(struct oom_report *report, struct oom_ranking *ranking)
{
	oom_ranking_free(ranking);
	oom_report_free(report);
}

/* Ranks, and looks whether it is judged so and says PIECE; then all is freed. */
static void says(struct oom_report *report, bool judged, bool agrees, const char *piece,
		 const char *what)
{
	struct oom_ranking ranking = rank(report);

	tap_ok(ranking.judged == judged && ranking.agrees == agrees, "%s: %s", what,
	       !judged ? "not judged" : agrees ? "agrees" : "does not agree");
	tap_has(note, piece, "and says so");
	clear(report, &ranking);
}

static const struct row usual[] = {
	{ 1, 0, 900, 0, 10, -1000, "sshd" },
	{ 20, 1000, 5000, 1000, 20, 0, "worker" },
	{ 30, 1000, 40000, 100, 90, 0, "hog" },
	{ 21, 1000, 6000, 0, 20, 0, "worker" },
	{ 40, 0, 300, 0, 5, 100, "browser" },
	{ 22, 1000, 5000, 900, 20, 0, "worker" },
};

static void test_order(void)
{
	static const int64_t order[] = { 30, 40, 20, 21, 22, 1 };
	struct oom_report report;
	struct oom_ranking ranking;
	bool in_order = true, ranked = true;

	make(&report, "6.1.0", usual, ARRAY_SIZE(usual));
	report.selected.pid = 30;
	ranking = rank(&report);
	for (size_t i = 0; i < ARRAY_SIZE(order); i++) {
		const struct oom_task *task = &report.tasks[ranking.order[i]];

		in_order = in_order && task->pid == order[i];
		ranked = ranked && task->rank == (i == 3 ? 3 : i < 5 ? i + 1 : 0);
	}
	tap_ok(in_order, "the worst first, the exempt last");
	tap_is((int64_t)report.tasks[1].badness, 6020, "a badness");
	tap_is((int64_t)report.tasks[4].badness, 10305, "with its adj");
	tap_is(report.tasks[0].badness, OOM_NO_NUMBER, "the exempt have none");
	tap_ok(ranked && report.tasks[3].rank == 3 && report.tasks[1].rank == 3 &&
	       report.tasks[5].rank == 5, "those with the same badness have the same rank");
	tap_ok(ranking.candidates == 5 && ranking.exempt == 1,
	       "candidates and exempt are counted");
	tap_ok(ranking.judged && ranking.agrees && ranking.rank_of_victim == 1 &&
	       ranking.chosen == 2, "the choice is the first");
	tap_is(ranking.computed_score, 401, "its score");
	tap_is(ranking.printed_score, OOM_NO_NUMBER, "which this kernel does not print");
	tap_is(oom_task_score(&ranking, &report.tasks[4]), 103, "the score of another");
	tap_is(oom_task_score(&ranking, &report.tasks[0]), OOM_NO_NUMBER, "not of the exempt");
	tap_is(badness_adj_pages(&ranking.scale, &report.tasks[4]), 10000, "what an adj adds");
	tap_is_text(note, "hog (pid 30) is the worst of 5 candidates: its badness is "
		    "40190 pages (157 MiB), 401/1000 of RAM; next is browser (pid 40) with 10305 "
		    "pages (40.3 MiB).", "the note");
	clear(&report, &ranking);
	tap_ok(!ranking.order && !ranking.sums, "a ranking is freed");
}

static void test_sums(void)
{
	struct oom_report report;
	struct oom_ranking ranking;

	make(&report, "6.1.0", usual, ARRAY_SIZE(usual));
	ranking = rank(&report);
	tap_is((int64_t)ranking.sum_count, 4, "processes of one name are added up");
	tap_is_text(ranking.sums[0].comm, "hog", "the largest first");
	tap_is_text(ranking.sums[1].comm, "worker", "then one of many processes");
	tap_is((int64_t)ranking.sums[1].tasks, 3, "which are counted");
	tap_is((int64_t)ranking.sums[1].held, (int64_t)PAGE * (6020 + 6020 + 5920), "in bytes");
	tap_is_text(ranking.sums[3].comm, "browser", "the smallest last");
	tap_is((int64_t)ranking.held, (int64_t)PAGE * (910 + 40190 + 6020 + 6020 + 305 + 5920),
	       "all together");
	clear(&report, &ranking);
}

/* What the kernel printed is found with the right rule. */
static const struct {
	const char *what, *kernel;
	int64_t uid, rss, score;
	enum oom_bonus bonus;
} scores[] = {
	{ "3 % of the use", "4.4.0", 0, 50000, 485, OOM_BONUS_OF_USE },
	{ "no bonus without the capability", "4.4.0", 0, 50000, 500, OOM_BONUS_NONE },
	{ "none for another user", "4.4.0", 1000, 50000, 500, OOM_BONUS_OF_USE },
	{ "3 % of the total", "3.10.0", 0, 50000, 470, OOM_BONUS_OF_TOTAL },
	{ "3 % of the use in a stable series", "3.10.0", 0, 50000, 485, OOM_BONUS_OF_USE },
	{ "3 % of the total, which does not show", "3.10.0", 1000, 50000, 500,
	  OOM_BONUS_OF_TOTAL },
	{ "none since 4.17", "4.18.0", 0, 50000, 500, OOM_BONUS_NONE },
};

static void test_scores(void)
{
	struct oom_report report;
	struct oom_ranking ranking;

	for (size_t i = 0; i < ARRAY_SIZE(scores); i++) {
		struct row row = { 7, scores[i].uid, scores[i].rss, 0, 0, 0, "a" };

		make(&report, scores[i].kernel, &row, 1);
		choose(&report, 7, scores[i].score);
		ranking = rank(&report);
		tap_is(ranking.computed_score, scores[i].score, scores[i].what);
		tap_is(ranking.scale.bonus, scores[i].bonus, "by this bonus");
		tap_has(note, "agrees.", "which agrees");
		clear(&report, &ranking);
	}
}

static void test_other_scores(void)
{
	static const struct row other = { 7, 1000, 50000, 0, 0, 0, "a" };
	static const struct row root = { 7, 0, 50000, 0, 0, 0, "a" };
	struct oom_report report;
	struct oom_ranking ranking;

	make(&report, "4.18.0", &other, 1);
	choose(&report, 7, 493);
	says(&report, true, true, "The printed score is 493, the recomputed one 500: figures may "
	     "have moved", "another score");
	make(&report, "4.4.0", &root, 1);
	choose(&report, 7, 493);
	says(&report, true, true, "the recomputed one 485: root's bonus", "another score of root");
	make(&report, "4.4.0", &other, 1);
	report.scope = OOM_SCOPE_MEMCG;
	report.memcg.memory.limit = PAGE * 80000;
	choose(&report, 7, 500);
	report.swap_total = OOM_UNKNOWN;
	says(&report, true, true,
	     "the recomputed one 625: the log does not say exactly of how much",
	     "another score in a cgroup");
	make(&report, "4.18.0", &other, 1);
	choose(&report, 7, 500);
	report.allocating_task = true;
	ranking = rank(&report);
	tap_is(ranking.printed_score, OOM_NO_NUMBER, "no score is compared where none was made");
	tap_ok(!ranking.judged && ranking.rank_of_victim == 1, "and nothing judged");
	clear(&report, &ranking);
}

/* Before 5.0 nothing tells that a node ran out, but the score does. */
static void test_silent_nodes(void)
{
	static const struct row row = { 7, 1000, 20000, 0, 0, 0, "a" };
	struct oom_report report;
	struct oom_ranking ranking;

	make(&report, "4.4.0", &row, 1);
	report.zones = calloc(2, sizeof(*report.zones));
	report.zone_count = 2;
	report.zones[1].node = 1;
	oom_figure_add(&report.zones[0].figures, "present", 7, PAGE * 60000);
	oom_figure_add(&report.zones[1].figures, "present", 7, PAGE * 40000);
	choose(&report, 7, 500);
	ranking = rank(&report);
	tap_is((int64_t)ranking.scale.total_pages, 40000, "the node of the printed score");
	tap_is_text(ranking.total_from, "one node's memory", "is named");
	tap_ok(ranking.total_guessed && ranking.agrees, "as a guess");
	oom_ranking_free(&ranking);
	report.global_present = true;
	ranking = rank(&report);
	tap_is((int64_t)ranking.scale.total_pages, 100000, "but not where the log says global");
	oom_ranking_free(&ranking);
	report.global_present = false;
	report.choice.score = 199;
	report.zone_count = 1;
	report.zones[0].figures.list[0].bytes = PAGE * 100500;
	ranking = rank(&report);
	tap_is((int64_t)ranking.scale.total_pages, 100000, "nor where the node is the machine");
	report.zone_count = 2;
	clear(&report, &ranking);
}

static void test_agreement(void)
{
	static const struct row adjs[] = {
		{ 1, 0, 30000, 0, 0, -1000, "postgres" },
		{ 2, 1000, 9000, 0, 0, -500, "large" },
		{ 3, 1000, 500, 0, 0, 300, "tab" },
	};
	static const struct row saved[] = {
		{ 1, 1000, 60000, 0, 0, -200, "a" }, { 2, 1000, 50000, 0, 0, -500, "b" },
	};
	struct oom_report report;

	make(&report, "6.1.0", adjs, 3);
	report.selected.pid = 3;
	says(&report, true, true, "Its oom_score_adj of 300 has added 30000 pages (117 MiB). "
	     "postgres (pid 1) has more (117 MiB with swap and page tables), but is exempt "
	     "(oom_score_adj -1000).",
	     "an adj decides");
	make(&report, "6.1.0", adjs + 1, 2);
	report.selected.pid = 3;
	says(&report, true, true, "By memory alone it would have been large (pid 2), which has "
	     "35.2 MiB with swap and page tables, and an oom_score_adj of -500.",
	     "an adj saves another");
	make(&report, "6.1.0", saved, 2);
	report.selected.pid = 1;
	says(&report, true, true,
	     "Its oom_score_adj of -200 has taken 20000 pages (78.1 MiB) off.",
	     "an adj does not save");
}

static void test_below_zero(void)
{
	static const struct row low[] = {
		{ 5, 1000, 900, 0, 0, -998, "pause" }, { 6, 1000, 9000, 0, 0, -998, "app" },
	};
	struct oom_report report;

	make(&report, "6.1.0", low, 2);
	report.selected.pid = 6;
	says(&report, true, true, "app (pid 6) is the worst of 2 candidates: its badness is "
	     "-90800 pages, -908/1000 of RAM; next is pause (pid 5) with -98900 pages.",
	     "all below 0");
	make(&report, "5.3.0", low, 2);
	report.selected.pid = 5;
	says(&report, true, true, "pause (pid 5) is one of the 2 worst of 2 candidates: its "
	     "badness is 1 page (4.0 KiB), 0/1000 of RAM, for kernels before 5.9",
	     "all below 0 before 5.9");
	make(&report, NULL, low, 2);
	report.selected.pid = 5;
	says(&report, true, true, "is one of the 2 worst of 2 candidates: its badness is 1 page "
	     "(4.0 KiB), 0/1000 of RAM, for kernels before 5.9 count what is below 1 as 1.",
	     "all below 0 on an unknown kernel");
	make(&report, NULL, low, 2);
	report.selected.pid = 6;
	says(&report, true, true, "its badness is -90800 pages", "unless the worst is chosen");
	make(&report, NULL, low, 2);
	report.columns.rss_kinds = true;
	report.selected.pid = 5;
	says(&report, true, false, "number 2 of 2", "or it is a new one");
	make(&report, NULL, usual, ARRAY_SIZE(usual));
	report.selected.pid = 22;
	report.tasks[5].adj = -900;
	says(&report, true, false, "number 5 of 5", "or somebody is above 0");
}

static void test_few(void)
{
	struct oom_report report;

	make(&report, "6.1.0", usual + 1, 1);
	report.selected.pid = 20;
	says(&report, true, true,
	     "worker (pid 20) is the only candidate: its badness is 6020 pages",
	     "one candidate");
	make(&report, "4.18.0", usual, 2);
	report.tasks[0].adj = 0;
	report.tasks[0].rss = report.tasks[1].rss;
	report.tasks[0].swap = report.tasks[1].swap;
	report.tasks[0].pgtables = report.tasks[1].pgtables;
	report.selected.pid = 20;
	says(&report, true, true, "worker (pid 20) is one of the 2 worst of 2 candidates: its "
	     "badness is 6020 pages (23.5 MiB), 60/1000 of RAM. The kernel takes one of them by "
	     "the order",
	     "a tie");
}

static void test_ties(void)
{
	static const struct row rows[] = {
		{ 1, 1000, 50, 0, 0, -1, "a" }, { 2, 1000, 60, 0, 0, -1, "b" },
		{ 3, 1000, 20, 0, 0, -1, "c" },
	};
	struct oom_report report;
	struct oom_ranking ranking;

	make(&report, "4.18.0", rows, 3);
	report.selected.pid = 1;
	ranking = rank(&report);
	tap_ok(ranking.agrees && ranking.order[0] == 0,
	       "of those that are as bad the chosen is first");
	tap_ok(ranking.order[1] == 1 && ranking.order[2] == 2,
	       "and the others by their true size");
	tap_ok(report.tasks[0].badness == 1 && report.tasks[2].badness == 1 &&
	       report.tasks[2].rank == 1, "all count as 1");
	clear(&report, &ranking);
}

static void test_small_cgroup(void)
{
	static const struct row rows[] = {
		{ 1, 1000, 400, 0, 0, 0, "a" }, { 2, 1000, 300, 0, 0, 1000, "b" },
	};
	struct oom_report report;

	make(&report, "6.1.0", rows, 2);
	report.scope = OOM_SCOPE_MEMCG;
	report.memcg.memory.limit = PAGE * 999;
	report.memcg.swap.usage = report.memcg.swap.limit = 0;
	report.selected.pid = 1;
	says(&report, true, true, "a (pid 1) is the worst of 2 candidates: its badness is 400 "
	     "pages (1.6 MiB), 400/1000 of the limit of the cgroup; next is b (pid 2)",
	     "no adj counts");
	make(&report, "6.1.0", rows + 1, 1);
	report.scope = OOM_SCOPE_MEMCG;
	report.memcg.memory.limit = PAGE * 999;
	report.selected.pid = 2;
	says(&report, true, true, "Its oom_score_adj of 1000 has no effect", "and that is said");
	make(&report, "6.1.0", rows, 1);
	report.scope = OOM_SCOPE_MEMCG;
	report.memcg.memory.limit = PAGE;
	report.selected.pid = 1;
	says(&report, true, true, "its badness is 400 pages (1.6 MiB).",
	     "a limit far below what is held");
}

static void test_reasons(void)
{
	struct oom_report report;

	make(&report, "6.1.0", usual, ARRAY_SIZE(usual));
	report.selected.pid = 22;
	says(&report, true, false, "Recomputed, worker (pid 22) is number 5 of 5 candidates: its "
	     "badness is 5920 pages (23.1 MiB), 59/1000 of RAM; the first is hog (pid 30) with "
	     "40190 pages (157 MiB). A process that has been killed before, or that is in "
	     "vfork(2), is passed over", "another was worse");
	make(&report, "6.1.0", usual, ARRAY_SIZE(usual));
	report.selected.pid = 22;
	report.scope = OOM_SCOPE_CPUSET;
	says(&report, true, false, "Processes that may not use the nodes", "a cpuset");
	make(&report, "6.1.0", usual, ARRAY_SIZE(usual));
	report.selected.pid = 22;
	report.tasks_listed = 200000;
	says(&report, true, false, "Only 6 of the 200000 rows", "rows left out");
	make(&report, "6.1.0", usual, ARRAY_SIZE(usual));
	report.selected.pid = 22;
	report.missed = 1;
	says(&report, true, false, "1 line of this log was suppressed", "lines lost");
	make(&report, "6.1.0", usual, ARRAY_SIZE(usual));
	report.selected.pid = 22;
	report.cut_start = true;
	says(&report, true, false, "the report is cut off", "a beginning lost");
	make(&report, "6.1.0", usual, ARRAY_SIZE(usual));
	report.selected.pid = 22;
	snprintf(report.tasks[5].comm, OOM_COMM_MAX, "swapoff");
	says(&report, true, false, "swapoff(2) is killed before all others", "swapoff");
	make(&report, "5.8.0", usual, ARRAY_SIZE(usual));
	report.tasks[5].adj = -900;
	report.selected.pid = 22;
	says(&report, true, false, "from 5.8 to 5.9 took a negative badness for a huge one",
	     "a kernel with a mistake");
	make(&report, "6.1.0", usual, ARRAY_SIZE(usual));
	report.selected.pid = 1;
	says(&report, false, false, "sshd (pid 1) is exempt by the table (oom_score_adj -1000), "
	     "but was chosen", "an exempt one");
	make(&report, "6.1.0", usual, ARRAY_SIZE(usual));
	report.scope = OOM_SCOPE_MEMCG;
	report.memcg.memory.limit = PAGE * 80000;
	report.swap_total = OOM_UNKNOWN;
	report.selected.pid = 22;
	says(&report, true, false, "counts for is not certain", "a total that is guessed");
}

static void test_no_total(void)
{
	struct oom_report report;

	make(&report, "6.1.0", usual, ARRAY_SIZE(usual));
	report.ram = report.swap_total = OOM_UNKNOWN;
	report.selected.pid = 30;
	says(&report, false, false, "number 1 of 5 candidates: its badness is 40190 pages (157 "
	     "MiB). What an oom_score_adj counts for could not be weighed",
	     "no total, another adj");
	make(&report, "6.1.0", usual, 4);
	report.ram = report.swap_total = OOM_UNKNOWN;
	report.selected.pid = 30;
	says(&report, true, true, "is the worst of 3 candidates: its badness is 40190 pages (157 "
	     "MiB); next is", "no total, the same adj");
	make(&report, "6.1.0", usual, 4);
	report.ram = report.swap_total = OOM_UNKNOWN;
	report.tasks[1].adj = -200;
	report.selected.pid = 30;
	says(&report, true, true, "is the worst of 3", "no total, a lower adj");
	make(&report, "6.1.0", usual, 4);
	report.ram = report.swap_total = OOM_UNKNOWN;
	report.selected.pid = 20;
	says(&report, true, false, "number 2 of 3", "no total, and not the first");
	make(&report, "6.1.0", usual, ARRAY_SIZE(usual));
	report.ram = report.swap_total = OOM_UNKNOWN;
	report.selected.pid = 40;
	says(&report, false, false, "number 5 of 5", "no total, not the first, but a high adj");
}

static void test_approximate(void)
{
	static const struct row rows[] = {
		{ 1, 1000, 300, 0, 0, 0, "mysqld" }, { 2, 1000, 5000, 0, 0, 0, "php" },
		{ 3, 1000, 5050, 0, 0, 0, "php" }, { 4, 0, 5200, 0, 0, 0, "scan" },
	};
	struct oom_report report;
	struct oom_ranking ranking;

	make(&report, "2.6.32-642.el6.x86_64", rows, 4);
	report.columns = (struct oom_columns){ .adj = true, .old_adj = true };
	for (size_t i = 0; i < 4; i++)
		report.tasks[i].swap = report.tasks[i].pgtables = OOM_UNKNOWN;
	choose(&report, 2, 50);
	ranking = rank(&report);
	tap_ok(ranking.scale.thousandths && ranking.approximate && ranking.judged &&
	       ranking.agrees,
	       "EL6 compares thousandths");
	tap_has(note, "one of the 2 worst of 4", "of which some are the same");
	tap_has(note, "scan (pid 4), which has 20.3 MiB with swap and page tables, "
		"and root's bonus",
		"and root's");
	tap_has(note, "This is approximate, for the table of this kernel does not have "
		"swap and page tables.", "is approximate");
	oom_ranking_free(&ranking);
	choose(&report, 1, 160);
	ranking = rank(&report);
	tap_ok(!ranking.judged, "what is not in the table cannot be judged");
	tap_has(note, "by the printed score of 160, 157/1000 of RAM are not in the table",
		"but measured by the printed score");
	oom_ranking_free(&ranking);
	report.columns.pgtables = true;
	ranking = rank(&report);
	tap_has(note, "does not have swap, in", "the missing column is named");
	oom_ranking_free(&ranking);
	report.columns.pgtables = false;
	report.columns.swap = true;
	ranking = rank(&report);
	tap_has(note, "does not have page tables, in", "or the other");
	clear(&report, &ranking);
}

/* A score that lacks what the table lacks says nothing of the bonus. */
static void test_approximate_score(void)
{
	static const struct row row = { 1, 0, 5000, 0, 0, 0, "a" };
	struct oom_report report;
	struct oom_ranking ranking;

	make(&report, "2.6.32-642.el6.x86_64", &row, 1);
	report.columns = (struct oom_columns){ .adj = true, .old_adj = true };
	report.tasks[0].swap = report.tasks[0].pgtables = OOM_UNKNOWN;
	choose(&report, 1, 50);
	ranking = rank(&report);
	tap_is(ranking.scale.bonus, OOM_BONUS_OF_TOTAL,
	       "an approximate score does not choose a bonus");
	tap_is(ranking.computed_score, 20, "nor does it change the recomputed one");
	clear(&report, &ranking);
}

static void test_sequel(void)
{
	struct oom_report report;
	struct oom_ranking ranking;

	make(&report, "5.10.0", usual, ARRAY_SIZE(usual));
	choose(&report, 30, OOM_NO_NUMBER);
	kill_task(&report, 31, "other");
	ranking = rank(&report);
	tap_ok(!strstr(note, "child"), "no child is sacrificed since 5.1");
	clear(&report, &ranking);
	make(&report, "4.4.0", usual, ARRAY_SIZE(usual));
	choose(&report, 30, 401);
	kill_task(&report, 31, "child");
	says(&report, true, true,
	     "The kill line names child (pid 31) in its place: kernels up to 5.0",
	     "a child sacrificed");
	make(&report, "4.4.0", usual, ARRAY_SIZE(usual));
	report.tasks[2].pid = 31;
	choose(&report, 30, 401);
	kill_task(&report, 31, "hog");
	says(&report, true, true, "The main thread of this process (30) has exited; the table "
	     "names thread 31.", "a thread in the place of its leader");
	make(&report, "6.1.0", usual, ARRAY_SIZE(usual));
	report.selected.pid = 35;
	snprintf(report.selected.comm, OOM_COMM_MAX, "asker");
	report.allocating_task = true;
	kill_task(&report, 30, "hog");
	ranking = rank(&report);
	tap_has(note, "The oom-kill line names asker (pid 35), the kill line hog (pid "
		"30): both are threads of one process.", "a thread that asked");
	tap_is((int64_t)ranking.rank_of_victim, 1, "and the process is in the table");
	clear(&report, &ranking);
	make(&report, "6.1.0", usual, ARRAY_SIZE(usual));
	report.selected.pid = 30;
	report.group = true;
	kill_task(&report, 30, "hog");
	kill_task(&report, 20, "worker");
	kill_task(&report, 30, "hog");
	report.victims[2].repeated = true;
	says(&report, true, true, "memory.oom.group is set, so that the whole cgroup was killed "
	     "with it: 2 processes by this log.", "oom.group");
	make(&report, "6.1.0", usual, ARRAY_SIZE(usual));
	report.selected.pid = 30;
	report.already_exiting = true;
	says(&report, true, true, "was exiting already", "a victim that exits");
	make(&report, "6.1.0", usual, ARRAY_SIZE(usual));
	report.selected.pid = 30;
	report.scope = OOM_SCOPE_SYSRQ;
	says(&report, true, true, "SysRq-f asked for this", "SysRq");
	make(&report, "6.1.0", usual, ARRAY_SIZE(usual));
	report.allocating_task = true;
	choose(&report, 20, 0);
	kill_task(&report, 20, "worker");
	says(&report, false, false, "vm.oom_kill_allocating_task is set: the process that asked "
	     "for memory, worker (pid 20), is killed, however little it has. By badness it is "
	     "number 3 of 5 candidates. The worst of 5 candidates is hog (pid 30)",
	     "the allocating task");
}

static void test_nobody(void)
{
	struct oom_report report;

	make(&report, "6.1.0", usual, 1);
	report.none_killable = true;
	says(&report, false, false, "No process could be killed: the only one listed is exempt",
	     "the only one exempt");
	make(&report, "6.1.0", usual, 2);
	report.none_killable = true;
	report.tasks[1].adj = -1000;
	says(&report, false, false, "No process could be killed: all 2 listed are exempt",
	     "all exempt");
	make(&report, "6.1.0", usual, 3);
	report.none_killable = true;
	says(&report, false, false, "although 2 of the 3 listed are not exempt", "none, though");
	make(&report, "6.1.0", usual, 3);
	report.panic = strdup("Out of memory: system-wide panic_on_oom is enabled");
	says(&report, false, false, "as vm.panic_on_oom tells it to. The worst of 2 candidates is "
	     "hog (pid 30) with 40190 pages", "panic_on_oom");
	make(&report, "6.1.0", usual, 3);
	report.panic = strdup("Attempted to kill init!");
	says(&report, false, false, "The kernel panicked, and the log does not say whom",
	     "a panic");
	make(&report, "6.1.0", usual, 3);
	report.cut_end = true;
	says(&report, false, false, "The log ends before it says whom the kernel chose. The worst",
	     "an end lost");
	make(&report, "6.1.0", usual, 3);
	says(&report, false, false, "The log does not say whom the kernel chose. The worst",
	     "no choice");
	make(&report, "6.1.0", usual, 3);
	report.selected.pid = 99;
	snprintf(report.selected.comm, OOM_COMM_MAX, "gone");
	says(&report, false, false, "gone (pid 99) was chosen, but is not in the task table",
	     "a choice that is not listed");
	make(&report, "6.1.0", usual, 3);
	report.selected.pid = 99;
	report.allocating_task = true;
	says(&report, false, false, "process 99, is killed, however little it has. It is not in "
	     "the task table.", "an allocating task neither");
	make(&report, "4.4.0", usual, 3);
	choose(&report, 99, 865);
	says(&report, false, false, "chosen (pid 99) was chosen, but is not in the task table, so "
	     "that its badness cannot be recomputed. The kernel gave it a score of 865. The worst",
	     "a choice with a score");
	make(&report, "6.1.0", usual, 3);
	kill_task(&report, 98, "victim");
	says(&report, false, false, "victim (pid 98) was chosen", "a victim that is not listed");
	make(&report, "4.4.0", usual, 1);
	report.panic = strdup("Out of memory and no killable processes...");
	says(&report, false, false, "No process could be killed", "a panic for want of victims");
}

static void test_no_table(void)
{
	struct oom_report report;

	make(&report, "4.4.0", usual, 0);
	report.has_table = false;
	report.trigger.present = report.has_memory = true;
	report.trigger.pid = 7;
	choose(&report, 30, 824);
	says(&report, false, false, "recomputed: vm.oom_dump_tasks is 0, or those lines were left "
	     "out. The kernel gave chosen (pid 30) a score of 824.", "no table");
	make(&report, "4.4.0", usual, 0);
	says(&report, false, false, "The log has no row of the task table", "an empty table");
	make(&report, "6.1.0", usual, 0);
	report.has_table = false;
	report.trigger.present = report.has_memory = report.table_begun = true;
	report.trigger.pid = 7;
	says(&report, false, false, "The log does not have the task table",
	     "a table that was printed and is not in the log");
	make(&report, "4.4.0", usual, 0);
	report.has_table = false;
	says(&report, false, false, "The log does not have the task table",
	     "no table, and nothing around it");
	make(&report, "4.4.0", usual, 0);
	report.has_table = false;
	report.cut_start = true;
	says(&report, false, false, "The log does not have the task table", "a table lost");
	make(&report, "4.4.0", usual, 0);
	report.has_table = false;
	report.allocating_task = true;
	says(&report, false, false, "vm.oom_kill_allocating_task is set",
	     "no table, allocating task");
	make(&report, "2.6.32", usual, ARRAY_SIZE(usual));
	report.columns = (struct oom_columns){ .old_adj = true };
	choose(&report, 30, 98765);
	says(&report, false, false, "Kernels up to 2.6.35 judged by virtual size, children, CPU "
	     "time, run time and nice value, which a report does not hold: the choice cannot be "
	     "recomputed. Of the 6 tasks listed the chosen one has the most memory.",
	     "an old rule");
	make(&report, "2.6.32", usual, ARRAY_SIZE(usual));
	report.columns = (struct oom_columns){ .old_adj = true };
	choose(&report, 22, 98765);
	says(&report, false, false, "the chosen one is number 4 of the 6 tasks",
	     "an old rule, not first");
	make(&report, "6.1.0", usual, ARRAY_SIZE(usual));
	report.columns.adj = false;
	says(&report, false, false, "has no oom_score_adj", "a table without adj");
	make(&report, "6.1.0", usual, ARRAY_SIZE(usual));
	report.has_table = false;
	report.selected.pid = 30;
	says(&report, true, true, "is the worst of 5", "a table without its header");
}

/* The order of all tasks is there even when nothing can be judged. */
static void test_old_order(void)
{
	struct oom_report report;
	struct oom_ranking ranking;

	make(&report, "2.6.32", usual, ARRAY_SIZE(usual));
	report.columns = (struct oom_columns){ .old_adj = true };
	ranking = rank(&report);
	tap_ok(report.tasks[ranking.order[0]].pid == 30 &&
	       report.tasks[ranking.order[5]].pid == 40,
	       "an old kernel's tasks are in the order of what they hold");
	tap_ok(!ranking.candidates && !report.tasks[2].rank &&
	       report.tasks[2].badness == OOM_NO_NUMBER && !ranking.exempt, "without ranks");
	clear(&report, &ranking);
}

static void test_precedence(void)
{
	struct oom_report report;
	struct oom_ranking ranking;

	make(&report, "5.0.0", usual, ARRAY_SIZE(usual));
	kill_task(&report, 21, "worker");
	ranking = rank(&report);
	tap_is((int64_t)ranking.chosen, 3, "the first victim is compared");
	oom_ranking_free(&ranking);
	report.selected.pid = 20;
	ranking = rank(&report);
	tap_is((int64_t)ranking.chosen, 1, "or rather the oom-kill line");
	oom_ranking_free(&ranking);
	choose(&report, 30, 401);
	ranking = rank(&report);
	tap_is((int64_t)ranking.chosen, 2, "or rather the Kill process line");
	clear(&report, &ranking);
}

/* Names are attacker's text, and the note is as long as it has to be. */
static void test_hostile(void)
{
	static const char evil[] = "\033[2J\n(pid 1)\\\x07\x80\x9b\xff\xfe\x01\x02\x03\x04\x05";
	static const struct row rows[] = {
		{ 1, 1000, 900, 0, 0, 0, "a" }, { 2, 1000, 800, 0, 0, 0, "b" },
	};
	struct oom_report report;
	struct oom_ranking ranking;
	bool safe = true;

	make(&report, "6.1.0", rows, 2);
	report.selected.pid = 1;
	for (size_t i = 0; i < 2; i++) {
		memset(report.tasks[i].comm, 1, OOM_COMM_MAX - 1);
		snprintf(report.tasks[i].comm, OOM_COMM_MAX, "%s%zu", evil, i);
	}
	ranking = rank(&report);
	for (const char *at = note; *at; at++)
		safe = safe && (unsigned char)*at >= 32 && (unsigned char)*at < 127;
	tap_ok(safe, "names are made safe");
	tap_has(note, "\\x1b[2J\\x0a(pid 1)", "and shown");
	oom_ranking_free(&ranking);
	for (size_t i = 0; i < 2; i++)
		memset(report.tasks[i].comm, 1, OOM_COMM_MAX - 1);
	report.tasks[0].adj = 1;
	report.group = report.already_exiting = true;
	report.order = -1;
	ranking = rank(&report);
	tap_ok(note[strlen(note) - 1] == '.' && strlen(note) < sizeof(note) - 1,
	       "the longest note is whole");
	clear(&report, &ranking);
}

static void test_extremes(void)
{
	static const uint64_t extremes[] = { 0, 1, INT64_MAX, UINT64_MAX - 1, UINT64_MAX };
	struct oom_report report;
	struct oom_ranking ranking;
	bool sane = true;

	for (size_t i = 0; i < ARRAY_SIZE(extremes) * ARRAY_SIZE(extremes) * 3; i++) {
		make(&report, i % 3 ? "6.1.0" : "4.4.0", usual, ARRAY_SIZE(usual));
		for (size_t j = 0; j < ARRAY_SIZE(usual); j++)
			report.tasks[j].rss = report.tasks[j].swap = extremes[i % 5];
		report.ram = extremes[i / 5 % 5];
		report.ram_reserved = extremes[(i + 1) % 5];
		report.page_size = i % 3;
		report.tasks[2].adj = INT32_MIN;
		report.tasks[3].adj = INT32_MAX;
		report.tasks[4].pid = INT64_MAX;
		choose(&report, 30, INT64_MAX);
		ranking = rank(&report);
		sane = sane && ranking.candidates == 4 && ranking.held != OOM_UNKNOWN &&
		       ranking.scale.page_size > 0;
		clear(&report, &ranking);
	}
	tap_ok(sane, "no extreme number does harm");
}

static void test_many(void)
{
	struct oom_report report;
	struct oom_ranking ranking;
	clock_t began;
	double took;

	make(&report, "6.1.0", usual, 0);
	free(report.tasks);
	report.tasks = calloc(OOM_TASKS_MAX, sizeof(*report.tasks));
	if (!report.tasks)
		abort();
	report.task_count = report.tasks_listed = 0;
	for (int64_t i = 0; i < OOM_TASKS_MAX; i++) {
		struct row row = { i + 1, 1000, i * 7919 % 4096, 0, 1, (int)(i % 9), "" };
		char comm[16];

		snprintf(comm, sizeof(comm), "c%d", (int)(i % 500));
		row.comm = comm;
		add_task(&report, &row);
	}
	report.selected.pid = 9;
	began = clock();
	ranking = rank(&report);
	took = (double)(clock() - began) / CLOCKS_PER_SEC;
	tap_ok(took < 5, "%d tasks are ranked in %.3f s", OOM_TASKS_MAX, took);
	tap_is((int64_t)ranking.candidates, OOM_TASKS_MAX, "all of them");
	tap_is((int64_t)ranking.sum_count, 500, "and added up");
	for (size_t i = 1; i < ranking.candidates; i++)
		if (report.tasks[ranking.order[i - 1]].badness <
		    report.tasks[ranking.order[i]].badness)
			took = -1;
	tap_ok(took >= 0, "in order");
	clear(&report, &ranking);
}

int main(void)
{
	test_order();
	test_sums();
	test_scores();
	test_other_scores();
	test_silent_nodes();
	test_agreement();
	test_below_zero();
	test_few();
	test_ties();
	test_small_cgroup();
	test_reasons();
	test_no_total();
	test_approximate();
	test_approximate_score();
	test_sequel();
	test_nobody();
	test_no_table();
	test_old_order();
	test_precedence();
	test_hostile();
	test_extremes();
	test_many();
	return tap_done();
}
