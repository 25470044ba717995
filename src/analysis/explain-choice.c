/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * explain-choice.c - why that one: margins, what an adj did, and why a ranking may not agree; and
 * the settings that had a part in it
 */
#include <config.h>

#include <inttypes.h>
#include <string.h>

#include "analysis/explain-parts.h"
#include "lib/macros.h"

/* Processes of one name whose sum is told. */
#define SUM_TASKS 3

/* "1234 pages (4.8 MiB)" */
static const char *pages_text(struct oom_textbuf *buf, int64_t pages)
{
	uint64_t bytes;

	/* A negative badness is a number and no amount of memory. */
	if (pages < 0 ||
	    __builtin_mul_overflow((uint64_t)pages, buf->ranking->scale.page_size, &bytes))
		return oom_words(buf, "%" PRId64 " pages", pages);
	return oom_words(buf, "%" PRId64 " page%s (%s)", pages, PLURAL(pages), BYTES(bytes));
}

#define PAGES(pages) pages_text(buf, pages)

static void explain_worst(struct oom_textbuf *buf)
{
	const struct oom_ranking *ranking = buf->ranking;
	const struct oom_task *worst = ranking->candidates
				       ? &buf->report->tasks[ranking->order[0]] : NULL;

	SAY_IF(worst, "The worst of %zu candidate%s is %s with %s.",
	       ranking->candidates, PLURAL(ranking->candidates), TASK(worst),
	       PAGES(worst->badness));
}

static void explain_missing_rows(struct oom_textbuf *buf)
{
	const struct oom_report *report = buf->report;

	if (report->tasks_listed > report->task_count)
		SAY("Only %zu of the %zu rows of the table were kept.",
		    report->task_count, report->tasks_listed);
	else if (report->missed)
		SAY("Rows of the table may be missing: %" PRIu64 " line%s of this log %s suppressed or lost.",
		    report->missed, PLURAL(report->missed), report->missed == 1 ? "was" : "were");
	else
		SAY_IF(report->cut_start || report->cut_end || !report->has_table,
		       "Rows of the table may be missing, for the report is cut off.");
}

static const char *missing_columns(const struct oom_columns *columns)
{
	if (columns->pgtables)
		return "swap";
	return columns->swap ? "page tables" : "swap and page tables";
}

/* "its badness is 12345 pages (48.2 MiB), 824/1000 of RAM and swap" */
static const char *badness_text(struct oom_textbuf *buf, const struct oom_task *task)
{
	int64_t score = oom_task_score(buf->ranking, task);

	/* A limit that was lowered under its processes makes a share that says nothing. */
	return oom_words(buf, "its badness is %s%s", PAGES(task->badness),
			 PART_IF(score != OOM_NO_NUMBER && score < 10000,
				 ", %" PRId64 "/1000 of %s", score, buf->ranking->total_from));
}

/* What its adj did for the chosen one. */
static void explain_adj(struct oom_textbuf *buf)
{
	const struct oom_task *chosen = buf->chosen;
	const struct badness_scale *scale = &buf->ranking->scale;
	int64_t pages = badness_adj_pages(scale, chosen);

	if (chosen->adj == 0 || scale->total_pages == OOM_UNKNOWN)
		return;
	if (pages == 0)
		SAY("Its oom_score_adj of %d has no effect: it counts thousandths of the total, each rounded down to whole pages, and the total is only %" PRIu64 " pages.",
		    chosen->adj, scale->total_pages);
	else
		SAY(pages > 0 ? "Its oom_score_adj of %d has added %s."
				   : "Its oom_score_adj of %d has taken %s off.",
		    chosen->adj, PAGES(pages > 0 ? pages : -pages));
}

/* The chosen one is the first, or one of several that the kernel cannot tell apart. */
static void explain_first(struct oom_textbuf *buf, const struct oom_report *report)
{
	const struct oom_ranking *ranking = buf->ranking;
	const struct oom_task *chosen = buf->chosen, *tasks = report->tasks;
	const struct oom_task *largest = buf->largest, *next;
	size_t same = 0, candidates = ranking->candidates;
	uint64_t held = oom_task_held(largest);
	const char *place = "the only candidate", *end = ".";

	while (same < candidates && tasks[ranking->order[same]].rank == 1)
		same++;
	next = candidates > 1 ? &tasks[ranking->order[1]] : NULL;
	if (same > 1)
		place = oom_words(buf, "one of the %zu worst of %zu candidates", same, candidates);
	else if (next)
		place = oom_words(buf, "the worst of %zu candidates", candidates);
	if (same <= 1 && next)
		end = oom_words(buf, "; next is %s with %s.", TASK(next), PAGES(next->badness));
	else if (same > 1 && ranking->scale.rule != OOM_RULE_SIGNED && chosen->badness <= 1)
		end =
			", for kernels before 5.9 count what is below 1 as 1. They take one of the same by the order in which they look.";
	else if (same > 1)
		end = ". The kernel takes one of them by the order in which it looks.";
	SAY("%s is %s: %s%s", TASK(chosen), place, badness_text(buf, chosen), end);
	explain_adj(buf);
	/* Who has more than the chosen one, and why it was not taken. */
	if (held > oom_task_held(chosen) && largest->adj <= BADNESS_EXEMPT)
		SAY("%s has more (%s with swap and page tables), but is exempt (oom_score_adj -1000).",
		    TASK(largest), BYTES(held));
	else if (held > oom_task_held(chosen) && largest->rank > 1)
		SAY("By memory alone it would have been %s, which has %s with swap and page tables, and %s.",
		    TASK(largest), BYTES(held), largest->adj == chosen->adj ? "root's bonus"
		    : oom_words(buf, "an oom_score_adj of %d", largest->adj));
	SAY_IF(ranking->approximate,
	       "This is approximate, for the table of this kernel does not have %s.",
	       missing_columns(&report->columns));
}

/* The chosen one is not the first, or nobody knows; and why that may be so. */
static void explain_not_first(struct oom_textbuf *buf, const struct oom_report *report)
{
	static const struct { enum oom_reason reason; const char *sentence; } rows[] = {
		{ OOM_REASON_SWAPOFF, "A process in swapoff(2) is killed before all others." },
		{ OOM_REASON_SIGN,
		  "Some kernels on the way from 5.8 to 5.9 took a negative badness for a huge one." },
		{ OOM_REASON_NODES,
		  "Processes that may not use the nodes that ran out are no candidates, whatever they hold." },
		{ OOM_REASON_NO_TOTAL,
		  "What an oom_score_adj counts for could not be weighed, for the log does not say how much memory there was in all." },
		{ OOM_REASON_TOTAL,
		  "What an oom_score_adj counts for is not certain, for the log does not say exactly of how much memory it is a share." },
	};
	const struct oom_ranking *ranking = buf->ranking;
	const struct oom_task *chosen = buf->chosen;
	const struct oom_task *worst = &report->tasks[ranking->order[0]];
	int64_t more = 0;

	SAY("Recomputed, %s is number %zu of %zu candidates: %s%s.", TASK(chosen),
	    chosen->rank, ranking->candidates, badness_text(buf, chosen),
	    PART_IF(worst != chosen, "; the first is %s with %s", TASK(worst),
		    PAGES(worst->badness)));
	explain_adj(buf);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		SAY_IF(ranking->reasons & rows[i].reason, "%s", rows[i].sentence);
	if (ranking->printed_score == OOM_NO_NUMBER || ranking->computed_score == OOM_NO_NUMBER ||
	    __builtin_sub_overflow(ranking->printed_score, ranking->computed_score, &more))
		more = 0;
	SAY_IF(ranking->reasons & OOM_REASON_COLUMNS,
	       "The table of this kernel does not have %s, in which the difference may lie%s.",
	       missing_columns(&report->columns),
	       PART_IF(more > 0,
		       ": by the printed score of %" PRId64 ", %" PRId64 "/1000 of %s are not in the table",
		       ranking->printed_score, more, ranking->total_from));
	explain_missing_rows(buf);
	SAY_IF(ranking->reasons & OOM_REASON_PASSED_OVER,
	       "A process that has been killed before, or that is in vfork(2), is passed over, and the table is printed after the choice, so that figures may have moved.");
}

/* There is no table, or nothing to recompute the choice by. */
static void explain_uncompared(struct oom_textbuf *buf, const struct oom_report *report)
{
	const struct oom_ranking *ranking = buf->ranking;
	size_t place = 0, count = report->task_count;

	if (ranking->choice == OOM_CHOICE_NO_PAGE_SIZE) {
		SAY("The task table counts in pages, whose size the log does not say, so that the choice cannot be recomputed.");
		return;
	}
	if (count && report->columns.old_adj)
		SAY("Kernels up to 2.6.35 judged by virtual size, children, CPU time, run time and nice value, which a report does not hold: the choice cannot be recomputed.");
	else if (count)
		SAY("The task table has no oom_score_adj, so that the choice cannot be recomputed.");
	else if (report->has_table && !report->tasks_listed)
		SAY("The log has no row of the task table, so that the choice cannot be recomputed.");
	else if (!oom_table_left_out(report))
		SAY("The log does not have the task table, so that the choice cannot be recomputed.");
	else
		SAY("There is no task table, so that the choice cannot be recomputed: vm.oom_dump_tasks is 0, or those lines were left out.");
	while (place < count && ranking->order[place] != ranking->chosen)
		place++;
	SAY_IF(count && !place, "Of the %zu tasks listed the chosen one has the most memory.",
	       count);
	SAY_IF(place && place < count,
	       "By memory, the chosen one is number %zu of the %zu tasks listed.", place + 1,
	       count);
	SAY_IF(!count && report->allocating_task,
	       "vm.oom_kill_allocating_task is set: the process that asked for memory is killed, however little it has.");
	SAY_IF(!count && ranking->printed_score != OOM_NO_NUMBER,
	       "The kernel gave %s a score of %" PRId64 ".", TASK(&report->choice),
	       ranking->printed_score);
}

static void explain_nobody(struct oom_textbuf *buf, const struct oom_report *report)
{
	size_t tasks = report->task_count, exempt = buf->ranking->exempt;

	if (oom_nobody_killable(report)) {
		if (exempt != tasks)
			SAY("No process could be killed, although %zu of the %zu listed are not exempt by their oom_score_adj: a process that has been killed before is passed over.",
			    tasks - exempt, tasks);
		else
			SAY("No process could be killed: %s exempt (oom_score_adj -1000).",
			    tasks == 1 ? "the only one listed is"
				       : oom_words(buf, "all %zu listed are", tasks));
		return;
	}
	if (report->panic && strstr(report->panic, "panic_on_oom"))
		SAY("The kernel chose nobody, but panicked, as vm.panic_on_oom tells it to.");
	else if (report->panic)
		SAY("The kernel panicked, and the log does not say whom it chose.");
	else
		SAY(report->cut_end
		    ? "The log ends before it says whom the kernel chose."
		    : "The log does not say whom the kernel chose.");
	explain_worst(buf);
}

static void explain_not_listed(struct oom_textbuf *buf, const struct oom_report *report)
{
	const char *name = report->choice.present ? TASK(&report->choice) :
			   report->selected.pid != OOM_NO_NUMBER ? TASK(&report->selected) :
			   TASK(report->victims);

	SAY(report->allocating_task
	    ? "vm.oom_kill_allocating_task is set: the process that asked for memory, %s, is killed, however little it has. It is not in the task table."
	    : "%s was chosen, but is not in the task table, so that its badness cannot be recomputed.",
	    name);
	SAY_IF(buf->ranking->printed_score != OOM_NO_NUMBER,
	       "The kernel gave it a score of %" PRId64 ".", buf->ranking->printed_score);
	explain_missing_rows(buf);
	explain_worst(buf);
}

/* Chosen for another reason than its rank. */
static void explain_unweighed(struct oom_textbuf *buf, const struct oom_report *report)
{
	const struct oom_task *chosen = buf->chosen;

	if (chosen->rank) {
		SAY("vm.oom_kill_allocating_task is set: the process that asked for memory, %s, is killed, however little it has. By badness it is number %zu of %zu candidates.",
		    TASK(chosen), chosen->rank, buf->ranking->candidates);
	} else {
		SAY_IF(report->allocating_task,
		       "vm.oom_kill_allocating_task is set: the process that asked for memory is killed.");
		SAY("%s is exempt by the table (oom_score_adj %d), but was chosen: its oom_score_adj has changed in between, or it shares its memory with a process that is not exempt.",
		    TASK(chosen), chosen->adj);
	}
	if (chosen->rank != 1)
		explain_worst(buf);
}

/* What else became of the choice. */
static void explain_sequel(struct oom_textbuf *buf)
{
	const struct oom_task *chosen = buf->chosen;
	const struct oom_report *report = buf->report;
	unsigned kernel = report->kernel ? oom_kernel_number(report->kernel) : 0;
	size_t killed = oom_victims(report);

	if (chosen && chosen->tgid != OOM_NO_NUMBER && chosen->tgid != chosen->pid)
		SAY("The main thread of this process (%" PRId64 ") has exited; the table names thread %" PRId64 ".",
		    chosen->tgid, chosen->pid);
	else
		SAY_IF(oom_names_two_threads(report),
		       "The oom-kill line names %s, the kill line %s: both are threads of one process.",
		       TASK(&report->selected), TASK(report->victims));
	/* oom_kill_process() up to 5.0 */
	SAY_IF(report->choice.present && report->victim_count && kernel <= 500 &&
	       report->victims[0].pid != report->choice.pid &&
	       (!chosen || report->victims[0].pid != chosen->pid),
	       "The kill line names %s in its place: kernels up to 5.0 may sacrifice a child, to lose less work.",
	       TASK(report->victims));
	SAY_IF(report->group,
	       "memory.oom.group is set, so that the whole cgroup was killed with it: %zu process%s by this log.",
	       killed, killed == 1 ? "" : "es");
	SAY_IF(report->already_exiting,
	       "The chosen process was exiting already, so that nobody had to be killed.");
	SAY_IF(report->scope == OOM_SCOPE_SYSRQ || report->order == -1,
	       "SysRq-f asked for this, not a lack of memory; it does not wait for processes that were killed before.");
}

void oom_explain_choice(struct oom_textbuf *buf, const struct oom_report *report)
{
	static oom_explainer *const cases[] = {
		[OOM_CHOICE_NO_TABLE] = explain_uncompared,
		[OOM_CHOICE_OLD_RULE] = explain_uncompared,
		[OOM_CHOICE_NOBODY] = explain_nobody,
		[OOM_CHOICE_NO_PAGE_SIZE] = explain_uncompared,
		[OOM_CHOICE_NOT_LISTED] = explain_not_listed,
		[OOM_CHOICE_EXEMPT] = explain_unweighed,
		[OOM_CHOICE_ALLOCATING] = explain_unweighed,
		[OOM_CHOICE_FIRST] = explain_first,
		[OOM_CHOICE_NOT_FIRST] = explain_not_first,
	};
	const struct oom_ranking *ranking = buf->ranking;
	int64_t printed = ranking->printed_score, computed = ranking->computed_score;
	const char *why = "figures may have moved before the table was printed";

	cases[ranking->choice](buf, report);
	if (ranking->approximate)
		why = "swap and page tables are only in the printed one";
	else if (ranking->total_guessed)
		why = "the log does not say exactly of how much memory it is a share";
	else if (buf->chosen && buf->chosen->uid == 0 && ranking->scale.bonus != OOM_BONUS_NONE)
		why =
			"root's bonus depends on a capability that the table does not show, and figures may have moved before the table was printed";
	/* The printed score; where that is not judged, it has been told among the reasons. */
	if (printed != OOM_NO_NUMBER && computed != OOM_NO_NUMBER &&
	    ranking->choice >= OOM_CHOICE_EXEMPT && (ranking->judged || !ranking->approximate)) {
		if (printed == computed)
			SAY("The printed score, %" PRId64 ", agrees.", printed);
		else
			SAY("The printed score is %" PRId64 ", the recomputed one %" PRId64 ": %s.",
			    printed, computed, why);
	}
	explain_sequel(buf);
	buf->note_begin = buf->begin;
	buf->note_length = buf->length;
}

/* Who was spared, and what holds most by name. */
void oom_explain_names(struct oom_textbuf *buf, const struct oom_report *report)
{
	const struct oom_ranking *ranking = buf->ranking;
	const struct oom_sum *sum = ranking->sums;
	const struct oom_task *task = buf->killed;

	SAY_IF(ranking->exempt && !oom_nobody_killable(report),
	       "%zu process%s exempt (oom_score_adj -1000).", ranking->exempt,
	       ranking->exempt == 1 ? " was" : "es were");
	/* One service is many processes, and the kernel weighs each by itself. */
	SAY_IF(ranking->sum_count && sum->tasks >= SUM_TASKS && sum->held &&
	       (!task || sum->held > oom_task_held(task)),
	       "By name, the %zu processes called %s had most: %s together with swap and page tables, shared pages counted for each%s.",
	       sum->tasks, NAME(sum->comm), BYTES(sum->held),
	       PART_IF(task, ", against %s of %s", BYTES(oom_task_held(task)), TASK(buf->victim)));
}

/* What was set so that it came to this. */
void oom_advise_settings(struct oom_textbuf *buf, const struct oom_report *report)
{
	const struct oom_task *largest = buf->largest, *killed = buf->killed;
	size_t exempt = buf->ranking->exempt;

	ADVISE_IF(report->scope == OOM_SCOPE_SYSRQ, 0,
		  "If nobody should be able to kill by SysRq-f, take 64 out of the sum in kernel.sysrq; /proc/sysrq-trigger stays open to root.");
	ADVISE_IF(report->allocating_task && buf->ranking->rank_of_victim != 1, 0,
		  "Set vm.oom_kill_allocating_task to 0 if the largest process should go first%s%s.",
		  PART_IF(buf->victim, ": %s was chosen because it asked, not for its size",
			  report->choice.present ? TASK(&report->choice) : TASK(buf->victim)),
		  PART_IF(killed && largest && oom_task_held(largest) > oom_task_held(killed),
			  ", and %s had more, %s with swap and page tables", TASK(largest),
			  BYTES(oom_task_held(largest))));
	ADVISE_IF(oom_nobody_killable(report) && exempt && exempt >= report->tasks_listed, 0,
		  "Raise the oom_score_adj of a process that may be killed: %s exempt at -1000. With nobody to kill a machine panics and a memory cgroup stands still.",
		  exempt == 1 ? "the only one listed is"
			      : oom_words(buf, "all %zu listed are", exempt));
	ADVISE_IF(report->panic && strstr(report->panic, "panic_on_oom"), 0,
		  "Set vm.panic_on_oom to 0 if a process should be killed instead of the machine: the panic names this sysctl.");
}

/* Who was spared or died with the one chosen by a setting. */
void oom_advise_others(struct oom_textbuf *buf, const struct oom_report *report)
{
	const struct oom_task *killed = buf->killed, *largest = buf->largest;
	size_t victims = oom_victims(report);

	/* A process that is spared, or nearly so, holds more than the one that was killed. */
	ADVISE_IF(killed && largest && report->columns.adj && largest != killed &&
		  largest->adj <= -500 && oom_task_held(largest) / 2 >= oom_task_held(killed) &&
		  !report->allocating_task, 0,
		  "Ask whether %s should keep its oom_score_adj of %d: with swap and page tables it had %s, while %s was killed for %s.",
		  TASK(largest), largest->adj, BYTES(oom_task_held(largest)), TASK(buf->victim),
		  BYTES(oom_task_held(killed)));
	ADVISE_IF(report->group && victims >= 2, 0,
		  "If one process should die instead of %zu, set memory.oom.group to 0%s: systemd sets it for OOMPolicy=kill, a kubelet unless singleProcessOOMKill is true.",
		  victims, PART_IF(report->group_path, " in %s", PATH(report->group_path)));
}
