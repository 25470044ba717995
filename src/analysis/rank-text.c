/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rank-text.c - sentences about a ranking: margins, what an adj did, and reasons to disagree */
#include <config.h>

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "analysis/explain-parts.h"
#include "analysis/rank-text.h"
#include "lib/macros.h"

#define TASK(task) WHO((task)->comm, (task)->pid)

/* "1234 pages (4.8 MiB)" */
#define RANK_PAGES_ROOM (SIZE_TEXT_MAX + 40)
#define PAGES(pages) rank_pages((char[RANK_PAGES_ROOM]){ 0 }, ranking, pages)

static const char *rank_pages(char text[static RANK_PAGES_ROOM],
			      const struct oom_ranking *ranking, int64_t pages)
{
	uint64_t bytes;

	/* A negative badness is a number and no amount of memory. */
	if (pages < 0 || __builtin_mul_overflow((uint64_t)pages, ranking->scale.page_size, &bytes))
		snprintf(text, RANK_PAGES_ROOM, "%" PRId64 " pages", pages);
	else
		snprintf(text, RANK_PAGES_ROOM, "%" PRId64 " page%s (%s)", pages,
			 pages == 1 ? "" : "s", BYTES(bytes));
	return text;
}

/* Adds to the sentence. */
static void __attribute__((format(printf, 2, 3)))
rank_append(struct oom_ranking *ranking, const char *format, ...)
{
	size_t used = strlen(ranking->note);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(ranking->note + used, sizeof(ranking->note) - used, format, arguments);
	va_end(arguments);
}

/* Those that follow it are kept apart by what a screen has room for. */
static void rank_end_sentence(struct oom_ranking *ranking)
{
	if (ranking->note_end_count < ARRAY_SIZE(ranking->note_ends))
		ranking->note_ends[ranking->note_end_count++] = strlen(ranking->note);
	rank_append(ranking, " ");
}

/* Begins a sentence. */
#define rank_sentence(ranking, ...) \
	do { \
		if ((ranking)->note[0]) \
			rank_end_sentence(ranking); \
		rank_append(ranking, __VA_ARGS__); \
	} while (0)

static void rank_append_worst(const struct oom_report *report, struct oom_ranking *ranking)
{
	const struct oom_task *worst;

	if (!ranking->candidates)
		return;
	worst = &report->tasks[ranking->order[0]];
	rank_sentence(ranking, "The worst of %zu candidate%s is %s with %s.", ranking->candidates,
		      ranking->candidates == 1 ? "" : "s", TASK(worst), PAGES(worst->badness));
}

static void rank_append_gaps(const struct oom_report *report, struct oom_ranking *ranking)
{
	if (report->tasks_listed > report->task_count)
		rank_sentence(ranking, "Only %zu of the %zu rows of the table were kept.",
			      report->task_count, report->tasks_listed);
	else if (report->missed)
		rank_sentence(ranking,
			      "Rows of the table may be missing: %" PRIu64 " line%s of this "
			 "log %s suppressed or lost.", report->missed,
			 report->missed == 1 ? "" : "s", report->missed == 1 ? "was" : "were");
	else if (report->cut_start || report->cut_end || !report->has_table)
		rank_sentence(ranking,
			      "Rows of the table may be missing, for the report is cut off.");
}

/* "its badness is 12345 pages (48.2 MiB), 824/1000 of RAM and swap" */
static void rank_add_badness(struct oom_ranking *ranking, const struct oom_task *task)
{
	int64_t score = oom_task_score(ranking, task);

	rank_append(ranking, "its badness is %s", PAGES(task->badness));
	/* A limit that was lowered under its processes makes a share that says nothing. */
	if (score != OOM_NO_NUMBER && score < 10000)
		rank_append(ranking, ", %" PRId64 "/1000 of %s", score, ranking->total_from);
}

/* What its adj did for the chosen one. */
static void append_adj(struct oom_ranking *ranking, const struct oom_task *chosen)
{
	int64_t pages = badness_adj_pages(&ranking->scale, chosen);

	if (chosen->adj == 0 || ranking->scale.total_pages == OOM_UNKNOWN)
		return;
	if (pages == 0)
		rank_sentence(ranking,
			      "Its oom_score_adj of %d has no effect: it counts thousandths "
			 "of the total, each rounded down to whole pages, and the total is only "
			 "%" PRIu64 " pages.", chosen->adj, ranking->scale.total_pages);
	else if (pages > 0)
		rank_sentence(ranking, "Its oom_score_adj of %d has added %s.", chosen->adj,
			      PAGES(pages));
	else
		rank_sentence(ranking, "Its oom_score_adj of %d has taken %s off.", chosen->adj,
			      PAGES(-pages));
}

/* Who has more than the chosen one, and why it was not taken. */
static void append_larger(const struct oom_report *report, struct oom_ranking *ranking,
			  const struct oom_task *chosen)
{
	const struct oom_task *largest = oom_largest_task(report);
	uint64_t held = oom_task_held(largest);

	if (held <= oom_task_held(chosen))
		return;
	if (largest->adj <= BADNESS_EXEMPT)
		rank_sentence(ranking, "%s has more (%s with swap and page tables), but is exempt "
			      "(oom_score_adj -1000).", TASK(largest), BYTES(held));
	else if (largest->rank > 1 && largest->adj != chosen->adj)
		rank_sentence(ranking,
			      "By memory alone it would have been %s, which has %s with swap "
			      "and page tables, and an oom_score_adj of %d.", TASK(largest),
			      BYTES(held), largest->adj);
	else if (largest->rank > 1)
		rank_sentence(ranking,
			      "By memory alone it would have been %s, which has %s with swap "
			      "and page tables, and root's bonus.", TASK(largest), BYTES(held));
}

static const char *missing_columns(const struct oom_report *report)
{
	if (report->columns.pgtables)
		return "swap";
	return report->columns.swap ? "page tables" : "swap and page tables";
}

/* The chosen one is the first, or one of several that the kernel cannot tell apart. */
static void rank_append_first(const struct oom_report *report, struct oom_ranking *ranking,
			      const struct oom_task *chosen)
{
	size_t same = 0, candidates = ranking->candidates;

	while (same < candidates && report->tasks[ranking->order[same]].rank == 1)
		same++;
	if (same > 1)
		rank_sentence(ranking, "%s is one of the %zu worst of %zu candidates: ",
			      TASK(chosen), same, candidates);
	else if (candidates == 1)
		rank_sentence(ranking, "%s is the only candidate: ", TASK(chosen));
	else
		rank_sentence(ranking, "%s is the worst of %zu candidates: ", TASK(chosen),
			      candidates);
	rank_add_badness(ranking, chosen);
	if (same <= 1 && candidates > 1) {
		const struct oom_task *next = &report->tasks[ranking->order[1]];

		rank_append(ranking, "; next is %s with %s.", TASK(next), PAGES(next->badness));
	} else if (same <= 1) {
		rank_append(ranking, ".");
	} else if (ranking->scale.rule != OOM_RULE_SIGNED && chosen->badness <= 1) {
		rank_append(ranking,
			    ", for kernels before 5.9 count what is below 1 as 1. They take "
			    "one of the same by the order in which they look.");
	} else {
		rank_append(ranking,
			    ". The kernel takes one of them by the order in which it looks.");
	}
	append_adj(ranking, chosen);
	append_larger(report, ranking, chosen);
	if (ranking->approximate)
		rank_sentence(ranking,
			      "This is approximate, for the table of this kernel does not "
			      "have %s.", missing_columns(report));
}

/* Why the recomputed order may not be the kernel's. */
static void rank_append_reasons(const struct oom_report *report, struct oom_ranking *ranking)
{
	static const struct { enum oom_reason reason; const char *sentence; } rows[] = {
		{ OOM_REASON_SWAPOFF, "A process in swapoff(2) is killed before all others." },
		{ OOM_REASON_SIGN,
		  "Some kernels on the way from 5.8 to 5.9 took a negative badness for a huge "
		  "one." },
		{ OOM_REASON_NODES,
		  "Processes that may not use the nodes that ran out are no candidates, whatever "
		  "they hold." },
		{ OOM_REASON_NO_TOTAL,
		  "What an oom_score_adj counts for could not be weighed, for the log does not "
		  "say how much memory there was in all." },
		{ OOM_REASON_TOTAL,
		  "What an oom_score_adj counts for is not certain, for the log does not say "
		  "exactly of how much memory it is a share." },
	};
	int64_t more = 0;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (ranking->reasons & rows[i].reason)
			rank_sentence(ranking, "%s", rows[i].sentence);
	if (ranking->reasons & OOM_REASON_COLUMNS) {
		rank_sentence(ranking,
			      "The table of this kernel does not have %s, in which the difference "
			      "may lie", missing_columns(report));
		if (ranking->printed_score != OOM_NO_NUMBER &&
		    ranking->computed_score != OOM_NO_NUMBER &&
		    !__builtin_sub_overflow(ranking->printed_score, ranking->computed_score,
					    &more) && more > 0)
			rank_append(ranking, ": by the printed score of %" PRId64 ", %" PRId64
				    "/1000 of %s are not in the table", ranking->printed_score,
				    more, ranking->total_from);
		rank_append(ranking, ".");
	}
	rank_append_gaps(report, ranking);
	if (ranking->reasons & OOM_REASON_PASSED_OVER)
		rank_sentence(ranking,
			      "A process that has been killed before, or that is in vfork(2), "
			      "is passed over, and the table is printed after the choice, so that "
			      "figures may have moved.");
}

static void rank_append_not_first(const struct oom_report *report, struct oom_ranking *ranking,
				  const struct oom_task *chosen)
{
	const struct oom_task *worst = &report->tasks[ranking->order[0]];

	rank_sentence(ranking, "Recomputed, %s is number %zu of %zu candidates: ", TASK(chosen),
		      chosen->rank, ranking->candidates);
	rank_add_badness(ranking, chosen);
	if (worst != chosen)
		rank_append(ranking, "; the first is %s with %s.", TASK(worst),
			    PAGES(worst->badness));
	else
		rank_append(ranking, ".");
	append_adj(ranking, chosen);
	rank_append_reasons(report, ranking);
}

static void append_score(struct oom_ranking *ranking, const struct oom_task *chosen)
{
	int64_t printed = ranking->printed_score, computed = ranking->computed_score;
	const char *why = "figures may have moved before the table was printed";

	if (printed == OOM_NO_NUMBER || computed == OOM_NO_NUMBER)
		return;
	if (printed == computed) {
		rank_sentence(ranking, "The printed score, %" PRId64 ", agrees.", printed);
		return;
	}
	if (ranking->approximate)
		why = "swap and page tables are only in the printed one";
	else if (ranking->total_guessed)
		why = "the log does not say exactly of how much memory it is a share";
	else if (chosen->uid == 0 && ranking->scale.bonus != OOM_BONUS_NONE)
		why = "root's bonus depends on a capability that the table does not show, and "
		      "figures may have moved before the table was printed";
	rank_sentence(ranking,
		      "The printed score is %" PRId64 ", the recomputed one %" PRId64 ": %s.",
		      printed, computed, why);
}

static void append_no_table(const struct oom_report *report, struct oom_ranking *ranking)
{
	if (report->has_table && !report->tasks_listed)
		rank_sentence(ranking,
			      "The log has no row of the task table, so that the choice cannot be "
			      "recomputed.");
	else if (!oom_table_left_out(report))
		rank_sentence(ranking, "The log does not have the task table, so that the choice "
			      "cannot be recomputed.");
	else
		rank_sentence(ranking, "There is no task table, so that the choice cannot be "
			      "recomputed: vm.oom_dump_tasks is 0, or those lines were left out.");
	if (report->allocating_task)
		rank_sentence(ranking,
			      "vm.oom_kill_allocating_task is set: the process that asked for "
			      "memory is killed, however little it has.");
	if (ranking->printed_score != OOM_NO_NUMBER)
		rank_sentence(ranking, "The kernel gave %s a score of %" PRId64 ".",
			 WHO(report->choice.comm, report->choice.pid), ranking->printed_score);
}

static void append_old_rule(const struct oom_report *report, struct oom_ranking *ranking)
{
	size_t place = 0;

	if (report->columns.old_adj)
		rank_sentence(ranking,
			      "Kernels up to 2.6.35 judged by virtual size, children, CPU "
			 "time, run time and nice value, which a report does not hold: the choice "
			 "cannot be recomputed.");
	else
		rank_sentence(ranking,
			      "The task table has no oom_score_adj, so that the choice cannot "
			      "be recomputed.");
	while (place < report->task_count && ranking->order[place] != ranking->chosen)
		place++;
	if (place == 0)
		rank_sentence(ranking,
			      "Of the %zu tasks listed the chosen one has the most memory.",
			      report->task_count);
	else if (place < report->task_count)
		rank_sentence(ranking, "By memory, the chosen one is number %zu of the %zu "
			      "tasks listed.", place + 1, report->task_count);
}

static void append_nobody(const struct oom_report *report, struct oom_ranking *ranking)
{
	size_t tasks = report->task_count;

	if (oom_nobody_killable(report)) {
		if (ranking->exempt != tasks)
			rank_sentence(ranking,
				      "No process could be killed, although %zu of the %zu listed "
				      "are not exempt by their oom_score_adj: a process that has "
				      "been killed before is passed over.",
				      tasks - ranking->exempt, tasks);
		else if (tasks == 1)
			rank_sentence(ranking,
				      "No process could be killed: the only one listed is exempt "
				      "(oom_score_adj -1000).");
		else
			rank_sentence(ranking,
				      "No process could be killed: all %zu listed are exempt "
				      "(oom_score_adj -1000).", tasks);
		return;
	}
	if (report->panic && strstr(report->panic, "panic_on_oom"))
		rank_sentence(ranking,
			      "The kernel chose nobody, but panicked, as vm.panic_on_oom tells it "
			      "to.");
	else if (report->panic)
		rank_sentence(ranking,
			      "The kernel panicked, and the log does not say whom it chose.");
	else if (report->cut_end)
		rank_sentence(ranking, "The log ends before it says whom the kernel chose.");
	else
		rank_sentence(ranking, "The log does not say whom the kernel chose.");
	rank_append_worst(report, ranking);
}

static void append_not_listed(const struct oom_report *report, struct oom_ranking *ranking)
{
	char name[OOM_WHO_ROOM];

	if (report->choice.present)
		oom_who(name, report->choice.comm, report->choice.pid);
	else if (report->selected.pid != OOM_NO_NUMBER)
		oom_who(name, report->selected.comm, report->selected.pid);
	else
		oom_who(name, report->victims[0].comm, report->victims[0].pid);
	if (report->allocating_task)
		rank_sentence(ranking,
			      "vm.oom_kill_allocating_task is set: the process that asked for "
			 "memory, %s, is killed, however little it has. It is not in the task "
			 "table.", name);
	else
		rank_sentence(ranking, "%s was chosen, but is not in the task table, so that its "
			      "badness cannot be recomputed.", name);
	if (ranking->printed_score != OOM_NO_NUMBER)
		rank_sentence(ranking, "The kernel gave it a score of %" PRId64 ".",
			      ranking->printed_score);
	rank_append_gaps(report, ranking);
	rank_append_worst(report, ranking);
}

/* Chosen for another reason than its rank. */
static void append_unweighed(const struct oom_report *report, struct oom_ranking *ranking,
			     const struct oom_task *chosen)
{
	if (chosen->rank) {
		rank_sentence(ranking,
			      "vm.oom_kill_allocating_task is set: the process that asked for "
			      "memory, %s, is killed, however little it has. By badness it is "
			      "number %zu of %zu candidates.", TASK(chosen), chosen->rank,
			      ranking->candidates);
	} else {
		if (report->allocating_task)
			rank_sentence(ranking,
				      "vm.oom_kill_allocating_task is set: the process that asked "
				      "for memory is killed.");
		rank_sentence(ranking,
			      "%s is exempt by the table (oom_score_adj %d), but was chosen: its "
			      "oom_score_adj has changed in between, or it shares its memory with "
			      "a process that is not exempt.", TASK(chosen), chosen->adj);
	}
	if (chosen->rank != 1)
		rank_append_worst(report, ranking);
}

/* What else became of the choice. */
static void append_sequel(const struct oom_report *report, struct oom_ranking *ranking,
			  const struct oom_task *chosen)
{
	unsigned kernel = report->kernel ? oom_kernel_number(report->kernel) : 0;
	size_t killed = 0;

	if (chosen && chosen->tgid != OOM_NO_NUMBER && chosen->tgid != chosen->pid)
		rank_sentence(ranking,
			      "The main thread of this process (%" PRId64 ") has exited; the "
			      "table names thread %" PRId64 ".", chosen->tgid, chosen->pid);
	else if (oom_names_two_threads(report))
		rank_sentence(ranking,
			      "The oom-kill line names %s, the kill line %s: both are threads "
			      "of one process.", WHO(report->selected.comm, report->selected.pid),
			      WHO(report->victims[0].comm, report->victims[0].pid));
	/* oom_kill_process() up to 5.0 */
	if (report->choice.present && report->victim_count && kernel <= 500 &&
	    report->victims[0].pid != report->choice.pid &&
	    (!chosen || report->victims[0].pid != chosen->pid))
		rank_sentence(ranking, "The kill line names %s in its place: kernels up to 5.0 "
			      "may sacrifice a child, to lose less work.",
			      WHO(report->victims[0].comm, report->victims[0].pid));
	for (size_t i = 0; i < report->victim_count; i++)
		killed += !report->victims[i].repeated;
	if (report->group)
		rank_sentence(ranking,
			      "memory.oom.group is set, so that the whole cgroup was killed with "
			      "it: %zu process%s by this log.", killed, killed == 1 ? "" : "es");
	if (report->already_exiting)
		rank_sentence(ranking,
			      "The chosen process was exiting already, so that nobody had to "
			      "be killed.");
	if (report->scope == OOM_SCOPE_SYSRQ || report->order == -1)
		rank_sentence(ranking,
			      "SysRq-f asked for this, not a lack of memory; it does not wait "
			      "for processes that were killed before.");
}

void oom_ranking_note(const struct oom_report *report, struct oom_ranking *ranking)
{
	const struct oom_task *chosen = ranking->chosen == OOM_NO_TASK
					? NULL : &report->tasks[ranking->chosen];

	ranking->note[0] = '\0';
	ranking->note_end_count = 0;
	switch (ranking->choice) {
	case OOM_CHOICE_NO_TABLE:
		append_no_table(report, ranking);
		break;
	case OOM_CHOICE_OLD_RULE:
		append_old_rule(report, ranking);
		break;
	case OOM_CHOICE_NOBODY:
		append_nobody(report, ranking);
		break;
	case OOM_CHOICE_NO_PAGE_SIZE:
		rank_sentence(ranking,
			      "The task table counts in pages, whose size the log does not "
			      "say, so that the choice cannot be recomputed.");
		break;
	case OOM_CHOICE_NOT_LISTED:
		append_not_listed(report, ranking);
		break;
	case OOM_CHOICE_EXEMPT:
	case OOM_CHOICE_ALLOCATING:
		append_unweighed(report, ranking, chosen);
		break;
	case OOM_CHOICE_FIRST:
		rank_append_first(report, ranking, chosen);
		break;
	case OOM_CHOICE_NOT_FIRST:
		rank_append_not_first(report, ranking, chosen);
		break;
	}
	/* Otherwise the scores have been told among the reasons. */
	if (ranking->choice >= OOM_CHOICE_EXEMPT && (ranking->judged || !ranking->approximate))
		append_score(ranking, chosen);
	append_sequel(report, ranking, chosen);
}
