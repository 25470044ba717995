/* SPDX-License-Identifier: GPL-2.0-or-later */
/* explain-choice.c - why that one: margins, what an adj did, and why a ranking may not agree */
#include <config.h>

#include <inttypes.h>
#include <string.h>

#include "analysis/explain-parts.h"
#include "lib/macros.h"

/* Processes of one name whose sum is told. */
#define SUM_TASKS 3

/* "1234 pages (4.8 MiB)" */
#define PAGES_ROOM (SIZE_TEXT_MAX + 40)
#define PAGES(pages) pages_text((char[PAGES_ROOM]){ 0 }, buf->ranking, pages)

static const char *pages_text(char text[static PAGES_ROOM], const struct oom_ranking *ranking,
			      int64_t pages)
{
	uint64_t bytes;

	/* A negative badness is a number and no amount of memory. */
	if (pages < 0 || __builtin_mul_overflow((uint64_t)pages, ranking->scale.page_size, &bytes))
		snprintf(text, PAGES_ROOM, "%" PRId64 " pages", pages);
	else
		snprintf(text, PAGES_ROOM, "%" PRId64 " page%s (%s)", pages, PLURAL(pages),
			 BYTES(bytes));
	return text;
}

static void explain_worst(struct oom_textbuf *buf)
{
	const struct oom_ranking *ranking = buf->ranking;
	const struct oom_task *worst;

	if (!ranking->candidates)
		return;
	worst = &buf->report->tasks[ranking->order[0]];
	oom_sentence(buf, "The worst of %zu candidate%s is %s with %s.", ranking->candidates,
		     PLURAL(ranking->candidates), TASK(worst), PAGES(worst->badness));
}

static void explain_missing_rows(struct oom_textbuf *buf)
{
	const struct oom_report *report = buf->report;

	if (report->tasks_listed > report->task_count)
		oom_sentence(buf, "Only %zu of the %zu rows of the table were kept.",
			     report->task_count, report->tasks_listed);
	else if (report->missed)
		oom_sentence(buf,
			     "Rows of the table may be missing: %"
			     PRIu64 " line%s of this log %s suppressed or lost.",
			     report->missed, PLURAL(report->missed),
			     report->missed == 1 ? "was" : "were");
	else if (report->cut_start || report->cut_end || !report->has_table)
		oom_sentence(buf,
			     "Rows of the table may be missing, for the report is cut off.");
}

static const char *missing_columns(const struct oom_columns *columns)
{
	if (columns->pgtables)
		return "swap";
	return columns->swap ? "page tables" : "swap and page tables";
}

/* "its badness is 12345 pages (48.2 MiB), 824/1000 of RAM and swap" */
static void append_badness(struct oom_textbuf *buf, const struct oom_task *task)
{
	int64_t score = oom_task_score(buf->ranking, task);

	oom_append(buf, "its badness is %s", PAGES(task->badness));
	/* A limit that was lowered under its processes makes a share that says nothing. */
	if (score != OOM_NO_NUMBER && score < 10000)
		oom_append(buf, ", %" PRId64 "/1000 of %s", score, buf->ranking->total_from);
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
		oom_sentence(buf,
			     "Its oom_score_adj of %d has no effect: it counts thousandths of the total, each rounded down to whole pages, and the total is only %"
			     PRIu64 " pages.",
			     chosen->adj, scale->total_pages);
	else if (pages > 0)
		oom_sentence(buf, "Its oom_score_adj of %d has added %s.", chosen->adj,
			     PAGES(pages));
	else
		oom_sentence(buf, "Its oom_score_adj of %d has taken %s off.", chosen->adj,
			     PAGES(-pages));
}

/* The chosen one is the first, or one of several that the kernel cannot tell apart. */
static void explain_first(struct oom_textbuf *buf)
{
	const struct oom_task *chosen = buf->chosen;
	const struct oom_report *report = buf->report;
	const struct oom_ranking *ranking = buf->ranking;
	const struct oom_task *largest = buf->largest, *next;
	size_t same = 0, candidates = ranking->candidates;
	uint64_t held = oom_task_held(largest);

	while (same < candidates && report->tasks[ranking->order[same]].rank == 1)
		same++;
	if (same > 1)
		oom_sentence(buf, "%s is one of the %zu worst of %zu candidates: ", TASK(chosen),
			     same, candidates);
	else if (candidates == 1)
		oom_sentence(buf, "%s is the only candidate: ", TASK(chosen));
	else
		oom_sentence(buf, "%s is the worst of %zu candidates: ", TASK(chosen), candidates);
	append_badness(buf, chosen);
	if (same <= 1 && candidates > 1) {
		next = &report->tasks[ranking->order[1]];
		oom_append(buf, "; next is %s with %s.", TASK(next), PAGES(next->badness));
	} else if (same <= 1) {
		oom_append(buf, ".");
	} else if (ranking->scale.rule != OOM_RULE_SIGNED && chosen->badness <= 1) {
		oom_append(buf,
			   ", for kernels before 5.9 count what is below 1 as 1. They take one of the same by the order in which they look.");
	} else {
		oom_append(buf, ". The kernel takes one of them by the order in which it looks.");
	}
	explain_adj(buf);
	/* Who has more than the chosen one, and why it was not taken. */
	if (held > oom_task_held(chosen) && largest->adj <= BADNESS_EXEMPT)
		oom_sentence(buf,
			     "%s has more (%s with swap and page tables), but is exempt (oom_score_adj -1000).",
			     TASK(largest), BYTES(held));
	else if (held > oom_task_held(chosen) && largest->rank > 1) {
		oom_sentence(buf,
			     "By memory alone it would have been %s, which has %s with swap and page tables, and ",
			     TASK(largest), BYTES(held));
		if (largest->adj != chosen->adj)
			oom_append(buf, "an oom_score_adj of %d.", largest->adj);
		else
			oom_append(buf, "root's bonus.");
	}
	if (ranking->approximate)
		oom_sentence(buf,
			     "This is approximate, for the table of this kernel does not have %s.",
			     missing_columns(&report->columns));
}

/* The chosen one is not the first, or nobody knows; and why that may be so. */
static void explain_not_first(struct oom_textbuf *buf)
{
	const struct oom_task *chosen = buf->chosen;

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
	const struct oom_task *worst = &buf->report->tasks[ranking->order[0]];
	int64_t more = 0;

	oom_sentence(buf, "Recomputed, %s is number %zu of %zu candidates: ", TASK(chosen),
		     chosen->rank, ranking->candidates);
	append_badness(buf, chosen);
	if (worst != chosen)
		oom_append(buf, "; the first is %s with %s", TASK(worst), PAGES(worst->badness));
	oom_append(buf, ".");
	explain_adj(buf);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (ranking->reasons & rows[i].reason)
			oom_sentence(buf, "%s", rows[i].sentence);
	if (ranking->reasons & OOM_REASON_COLUMNS) {
		oom_sentence(buf,
			     "The table of this kernel does not have %s, in which the difference may lie",
			     missing_columns(&buf->report->columns));
		if (ranking->printed_score != OOM_NO_NUMBER &&
		    ranking->computed_score != OOM_NO_NUMBER &&
		    !__builtin_sub_overflow(ranking->printed_score, ranking->computed_score,
					    &more) && more > 0)
			oom_append(buf,
				   ": by the printed score of %" PRId64 ", %"
				   PRId64 "/1000 of %s are not in the table",
				   ranking->printed_score, more, ranking->total_from);
		oom_append(buf, ".");
	}
	explain_missing_rows(buf);
	if (ranking->reasons & OOM_REASON_PASSED_OVER)
		oom_sentence(buf,
			     "A process that has been killed before, or that is in vfork(2), is passed over, and the table is printed after the choice, so that figures may have moved.");
}

/* There is no table, or nothing to recompute the choice by. */
static void explain_uncompared(struct oom_textbuf *buf)
{
	const struct oom_report *report = buf->report;
	const struct oom_ranking *ranking = buf->ranking;
	size_t place = 0;

	if (ranking->choice == OOM_CHOICE_NO_PAGE_SIZE) {
		oom_sentence(buf,
			     "The task table counts in pages, whose size the log does not say, so that the choice cannot be recomputed.");
		return;
	}
	if (report->task_count && report->columns.old_adj)
		oom_sentence(buf,
			     "Kernels up to 2.6.35 judged by virtual size, children, CPU time, run time and nice value, which a report does not hold: the choice cannot be recomputed.");
	else if (report->task_count)
		oom_sentence(buf,
			     "The task table has no oom_score_adj, so that the choice cannot be recomputed.");
	else if (report->has_table && !report->tasks_listed)
		oom_sentence(buf,
			     "The log has no row of the task table, so that the choice cannot be recomputed.");
	else if (!oom_table_left_out(report))
		oom_sentence(buf,
			     "The log does not have the task table, so that the choice cannot be recomputed.");
	else
		oom_sentence(buf,
			     "There is no task table, so that the choice cannot be recomputed: vm.oom_dump_tasks is 0, or those lines were left out.");
	if (report->task_count) {
		while (place < report->task_count && ranking->order[place] != ranking->chosen)
			place++;
		if (place == 0)
			oom_sentence(buf,
				     "Of the %zu tasks listed the chosen one has the most memory.",
				     report->task_count);
		else if (place < report->task_count)
			oom_sentence(buf,
				     "By memory, the chosen one is number %zu of the %zu tasks listed.",
				     place + 1, report->task_count);
		return;
	}
	if (report->allocating_task)
		oom_sentence(buf,
			     "vm.oom_kill_allocating_task is set: the process that asked for memory is killed, however little it has.");
	if (ranking->printed_score != OOM_NO_NUMBER)
		oom_sentence(buf, "The kernel gave %s a score of %" PRId64 ".",
			     TASK(&report->choice), ranking->printed_score);
}

static void explain_nobody(struct oom_textbuf *buf)
{
	const struct oom_report *report = buf->report;
	size_t tasks = report->task_count, exempt = buf->ranking->exempt;

	if (oom_nobody_killable(report)) {
		if (exempt != tasks)
			oom_sentence(buf,
				     "No process could be killed, although %zu of the %zu listed are not exempt by their oom_score_adj: a process that has been killed before is passed over.",
				     tasks - exempt, tasks);
		else if (tasks == 1)
			oom_sentence(buf,
				     "No process could be killed: the only one listed is exempt (oom_score_adj -1000).");
		else
			oom_sentence(buf,
				     "No process could be killed: all %zu listed are exempt (oom_score_adj -1000).",
				     tasks);
		return;
	}
	if (report->panic && strstr(report->panic, "panic_on_oom"))
		oom_sentence(buf,
			     "The kernel chose nobody, but panicked, as vm.panic_on_oom tells it to.");
	else if (report->panic)
		oom_sentence(buf, "The kernel panicked, and the log does not say whom it chose.");
	else if (report->cut_end)
		oom_sentence(buf, "The log ends before it says whom the kernel chose.");
	else
		oom_sentence(buf, "The log does not say whom the kernel chose.");
	explain_worst(buf);
}

static void explain_not_listed(struct oom_textbuf *buf)
{
	const struct oom_report *report = buf->report;
	const char *name = report->choice.present ? TASK(&report->choice) :
			   report->selected.pid != OOM_NO_NUMBER ? TASK(&report->selected) :
			   TASK(report->victims);

	if (report->allocating_task)
		oom_sentence(buf,
			     "vm.oom_kill_allocating_task is set: the process that asked for memory, %s, is killed, however little it has. It is not in the task table.",
			     name);
	else
		oom_sentence(buf,
			     "%s was chosen, but is not in the task table, so that its badness cannot be recomputed.",
			     name);
	if (buf->ranking->printed_score != OOM_NO_NUMBER)
		oom_sentence(buf, "The kernel gave it a score of %" PRId64 ".",
			     buf->ranking->printed_score);
	explain_missing_rows(buf);
	explain_worst(buf);
}

/* Chosen for another reason than its rank. */
static void explain_unweighed(struct oom_textbuf *buf)
{
	const struct oom_task *chosen = buf->chosen;

	if (chosen->rank) {
		oom_sentence(buf,
			     "vm.oom_kill_allocating_task is set: the process that asked for memory, %s, is killed, however little it has. By badness it is number %zu of %zu candidates.",
			     TASK(chosen), chosen->rank, buf->ranking->candidates);
	} else {
		if (buf->report->allocating_task)
			oom_sentence(buf,
				     "vm.oom_kill_allocating_task is set: the process that asked for memory is killed.");
		oom_sentence(buf,
			     "%s is exempt by the table (oom_score_adj %d), but was chosen: its oom_score_adj has changed in between, or it shares its memory with a process that is not exempt.",
			     TASK(chosen), chosen->adj);
	}
	if (chosen->rank != 1)
		explain_worst(buf);
}

void oom_explain_choice(struct oom_textbuf *buf)
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

	cases[buf->ranking->choice](buf);
}

/* The score that the kernel printed, against ours. */
void oom_explain_score(struct oom_textbuf *buf)
{
	const struct oom_task *chosen = buf->chosen;
	const struct oom_ranking *ranking = buf->ranking;
	int64_t printed = ranking->printed_score, computed = ranking->computed_score;
	const char *why = "figures may have moved before the table was printed";

	/* Where that is not judged, the scores have been told among the reasons. */
	if (printed == OOM_NO_NUMBER || computed == OOM_NO_NUMBER ||
	    ranking->choice < OOM_CHOICE_EXEMPT || (!ranking->judged && ranking->approximate))
		return;
	if (printed == computed) {
		oom_sentence(buf, "The printed score, %" PRId64 ", agrees.", printed);
		return;
	}
	if (ranking->approximate)
		why = "swap and page tables are only in the printed one";
	else if (ranking->total_guessed)
		why = "the log does not say exactly of how much memory it is a share";
	else if (chosen->uid == 0 && ranking->scale.bonus != OOM_BONUS_NONE)
		why =
			"root's bonus depends on a capability that the table does not show, and figures may have moved before the table was printed";
	oom_sentence(buf, "The printed score is %" PRId64 ", the recomputed one %" PRId64 ": %s.",
		     printed, computed, why);
}

/* What else became of the choice; with it the note ends. */
void oom_explain_sequel(struct oom_textbuf *buf)
{
	const struct oom_task *chosen = buf->chosen;
	const struct oom_report *report = buf->report;
	unsigned kernel = report->kernel ? oom_kernel_number(report->kernel) : 0;
	size_t killed = oom_victims(report);

	if (chosen && chosen->tgid != OOM_NO_NUMBER && chosen->tgid != chosen->pid)
		oom_sentence(buf,
			     "The main thread of this process (%"
			     PRId64 ") has exited; the table names thread %" PRId64 ".",
			     chosen->tgid, chosen->pid);
	else if (oom_names_two_threads(report))
		oom_sentence(buf,
			     "The oom-kill line names %s, the kill line %s: both are threads of one process.",
			     TASK(&report->selected), TASK(report->victims));
	/* oom_kill_process() up to 5.0 */
	if (report->choice.present && report->victim_count && kernel <= 500 &&
	    report->victims[0].pid != report->choice.pid &&
	    (!chosen || report->victims[0].pid != chosen->pid))
		oom_sentence(buf,
			     "The kill line names %s in its place: kernels up to 5.0 may sacrifice a child, to lose less work.",
			     TASK(report->victims));
	if (report->group)
		oom_sentence(buf,
			     "memory.oom.group is set, so that the whole cgroup was killed with it: %zu process%s by this log.",
			     killed, killed == 1 ? "" : "es");
	if (report->already_exiting)
		oom_sentence(buf,
			     "The chosen process was exiting already, so that nobody had to be killed.");
	if (report->scope == OOM_SCOPE_SYSRQ || report->order == -1)
		oom_sentence(buf,
			     "SysRq-f asked for this, not a lack of memory; it does not wait for processes that were killed before.");
	buf->note_begin = buf->begin;
	buf->note_length = buf->length;
}

/* Who was spared, and what holds most by name. */
void oom_explain_names(struct oom_textbuf *buf)
{
	const struct oom_ranking *ranking = buf->ranking;
	const struct oom_sum *sum = ranking->sums;
	const struct oom_task *task = buf->killed;

	if (ranking->exempt && !oom_nobody_killable(buf->report))
		oom_sentence(buf, "%zu process%s exempt (oom_score_adj -1000).", ranking->exempt,
			     ranking->exempt == 1 ? " was" : "es were");
	/* One service is many processes, and the kernel weighs each by itself. */
	if (ranking->sum_count && sum->tasks >= SUM_TASKS && sum->held &&
	    (!task || sum->held > oom_task_held(task))) {
		oom_sentence(buf,
			     "By name, the %zu processes called %s had most: %s together with swap and page tables, shared pages counted for each",
			     sum->tasks, NAME(sum->comm), BYTES(sum->held));
		if (task)
			oom_append(buf, ", against %s of %s", BYTES(oom_task_held(task)),
				   TASK(buf->victim));
		oom_append(buf, ".");
	}
}
