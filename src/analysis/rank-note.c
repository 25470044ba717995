/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rank-note.c - sentences about a ranking: margins, what an adj did, and reasons to disagree */
#include <config.h>

#include <inttypes.h>
#include <string.h>

#include "analysis/badness.h"
#include "analysis/rank-note.h"
#include "analysis/rank-text.h"

/* "its badness is 12345 pages (48.2 MiB), 824/1000 of RAM and swap" */
static void add_badness(struct oom_ranking *ranking, const struct oom_task *task)
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
	int64_t pages = oom_task_adj_pages(ranking, chosen);

	if (chosen->adj == 0 || ranking->total_pages == OOM_UNKNOWN)
		return;
	if (pages == 0)
		rank_sentence(ranking,
			      "Its oom_score_adj of %d has no effect: it counts thousandths "
			 "of the total, each rounded down to whole pages, and the total is only "
			 "%" PRIu64 " pages.", chosen->adj, ranking->total_pages);
	else if (pages > 0)
		rank_sentence(ranking, "Its oom_score_adj of %d has added %s.", chosen->adj,
			      PAGES(pages));
	else
		rank_sentence(ranking, "Its oom_score_adj of %d has taken %s off.", chosen->adj,
			      PAGES(-pages));
}

static const struct oom_task *find_largest(const struct oom_report *report,
					   const struct oom_task *chosen)
{
	const struct oom_task *largest = chosen;

	for (size_t i = 0; i < report->task_count; i++)
		if (oom_task_held(&report->tasks[i]) > oom_task_held(largest))
			largest = &report->tasks[i];
	return largest;
}

/* Who has more than the chosen one, and why it was not taken. */
static void append_larger(const struct oom_report *report, struct oom_ranking *ranking,
			  const struct oom_task *chosen)
{
	const struct oom_task *largest = find_largest(report, chosen);
	uint64_t held = oom_task_held(largest);

	if (largest == chosen)
		return;
	if (largest->adj <= BADNESS_EXEMPT)
		rank_sentence(ranking, "%s has more (%s with swap and page tables), but is exempt "
			      "(oom_score_adj -1000).", TASK(largest), HUMAN(held));
	else if (largest->rank > 1 && largest->adj != chosen->adj)
		rank_sentence(ranking,
			      "By memory alone it would have been %s, which has %s with swap "
			      "and page tables, and an oom_score_adj of %d.", TASK(largest),
			      HUMAN(held), largest->adj);
	else if (largest->rank > 1)
		rank_sentence(ranking,
			      "By memory alone it would have been %s, which has %s with swap "
			      "and page tables, and root's bonus.", TASK(largest), HUMAN(held));
}

static size_t count_first(const struct oom_report *report, const struct oom_ranking *ranking)
{
	size_t count = 0;

	while (count < ranking->candidates &&
	       report->tasks[ranking->order[count]].rank == 1)
		count++;
	return count;
}

static const char *missing_columns(const struct oom_report *report)
{
	if (report->columns.pgtables)
		return "swap";
	return report->columns.swap ? "page tables" : "swap and page tables";
}

/* Candidates that the kernel cannot tell apart, the chosen one among them. */
static void append_tie(struct oom_ranking *ranking, const struct oom_task *chosen, size_t same)
{
	rank_sentence(ranking, "%s is one of the %zu worst of %zu candidates: ", TASK(chosen),
		      same,
		      ranking->candidates);
	add_badness(ranking, chosen);
	if (ranking->rule != OOM_RULE_SIGNED && chosen->badness <= 1)
		rank_append(ranking,
			    ", for kernels before 5.9 count what is below 1 as 1. They take "
			    "one of the same by the order in which they look.");
	else
		rank_append(ranking,
			    ". The kernel takes one of them by the order in which it looks.");
}

static void rank_note_append_order(const struct oom_report *report, struct oom_ranking *ranking,
				   const struct oom_task *chosen)
{
	size_t same = count_first(report, ranking);
	const struct oom_task *next;

	if (same > 1) {
		append_tie(ranking, chosen, same);
		return;
	}
	if (ranking->candidates == 1)
		rank_sentence(ranking, "%s is the only candidate: ", TASK(chosen));
	else
		rank_sentence(ranking, "%s is the worst of %zu candidates: ", TASK(chosen),
			      ranking->candidates);
	add_badness(ranking, chosen);
	if (ranking->candidates > 1) {
		next = &report->tasks[ranking->order[1]];
		rank_append(ranking, "; next is %s with %s", TASK(next), PAGES(next->badness));
	}
	rank_append(ranking, ".");
}

static void append_first(const struct oom_report *report, struct oom_ranking *ranking,
			 const struct oom_task *chosen)
{
	rank_note_append_order(report, ranking, chosen);
	append_adj(ranking, chosen);
	append_larger(report, ranking, chosen);
	if (ranking->approximate)
		rank_sentence(ranking,
			      "This is approximate, for the table of this kernel does not "
			      "have %s.", missing_columns(report));
}

static void append_not_first(const struct oom_report *report, struct oom_ranking *ranking,
			     const struct oom_task *chosen)
{
	const struct oom_task *worst = &report->tasks[ranking->order[0]];

	rank_sentence(ranking, "Recomputed, %s is number %zu of %zu candidates: ", TASK(chosen),
		      chosen->rank, ranking->candidates);
	add_badness(ranking, chosen);
	if (worst != chosen)
		rank_append(ranking, "; the first is %s with %s.", TASK(worst),
			    PAGES(worst->badness));
	else
		rank_append(ranking, ".");
	append_adj(ranking, chosen);
}

static void append_approximate(const struct oom_report *report, struct oom_ranking *ranking)
{
	int64_t more = 0;

	rank_sentence(ranking,
		      "The table of this kernel does not have %s, in which the difference may "
		      "lie", missing_columns(report));
	if (ranking->printed_score != OOM_NO_NUMBER && ranking->computed_score != OOM_NO_NUMBER &&
	    !__builtin_sub_overflow(ranking->printed_score, ranking->computed_score, &more) &&
	    more > 0)
		rank_append(ranking, ": by the printed score of %" PRId64 ", %" PRId64
			    "/1000 of %s are not in the table", ranking->printed_score, more,
			    ranking->total_from);
	rank_append(ranking, ".");
}

/* Why the recomputed order may not be the kernel's. */
static void append_reasons(const struct oom_report *report, struct oom_ranking *ranking,
			   const struct oom_task *chosen)
{
	struct badness_scale scale = badness_scale_from(ranking);

	if (!strcmp(chosen->comm, "swapoff"))
		rank_sentence(ranking, "A process in swapoff(2) is killed before all others.");
	if (report->kernel && oom_kernel_number(report->kernel) == 508 &&
	    badness_raw(&scale, chosen) < 0)
		rank_sentence(ranking, "Some kernels on the way from 5.8 to 5.9 took a negative "
			      "badness for a huge one.");
	if (report->scope == OOM_SCOPE_CPUSET || report->scope == OOM_SCOPE_MEMPOLICY)
		rank_sentence(ranking, "Processes that may not use the nodes that ran out are no "
			      "candidates, whatever they hold.");
	if (ranking->approximate)
		append_approximate(report, ranking);
	else if (ranking->total_pages == OOM_UNKNOWN)
		rank_sentence(ranking,
			      "What an oom_score_adj counts for could not be weighed, for the "
			      "log does not say how much memory there was in all.");
	else if (ranking->total_guessed)
		rank_sentence(ranking,
			      "What an oom_score_adj counts for is not certain, for the log "
			      "does not say exactly of how much memory it is a share.");
	rank_append_gaps(report, ranking);
	if (!ranking->approximate)
		rank_sentence(ranking,
			      "A process that has been killed before, or that is in vfork(2), "
			      "is passed over, and the table is printed after the choice, so that "
			      "figures may have moved.");
}

static void append_exempt(const struct oom_report *report, struct oom_ranking *ranking,
			  const struct oom_task *chosen)
{
	if (report->allocating_task)
		rank_sentence(ranking,
			      "vm.oom_kill_allocating_task is set: the process that asked for "
			      "memory is killed.");
	rank_sentence(ranking, "%s is exempt by the table (oom_score_adj %d), but was chosen: its "
		 "oom_score_adj has changed in between, or it shares its memory with a process "
		 "that is not exempt.", TASK(chosen), chosen->adj);
	rank_append_worst(report, ranking);
}

static void append_allocating(const struct oom_report *report, struct oom_ranking *ranking,
			      const struct oom_task *chosen)
{
	rank_sentence(ranking,
		      "vm.oom_kill_allocating_task is set: the process that asked for memory, "
		      "%s, is killed, however little it has. By badness it is number %zu of %zu "
		      "candidates.", TASK(chosen), chosen->rank, ranking->candidates);
	if (chosen->rank > 1)
		rank_append_worst(report, ranking);
}

static const char *why_other_score(const struct oom_ranking *ranking,
				   const struct oom_task *chosen)
{
	if (ranking->approximate)
		return "swap and page tables are only in the printed one";
	if (ranking->total_guessed)
		return "the log does not say exactly of how much memory it is a share";
	if (chosen->uid == 0 && ranking->bonus != OOM_BONUS_NONE)
		return "root's bonus depends on a capability that the table does not show, and "
		       "figures may have moved before the table was printed";
	return "figures may have moved before the table was printed";
}

static void append_score(struct oom_ranking *ranking, const struct oom_task *chosen)
{
	int64_t printed = ranking->printed_score, computed = ranking->computed_score;

	if (printed == OOM_NO_NUMBER || computed == OOM_NO_NUMBER)
		return;
	if (printed == computed)
		rank_sentence(ranking, "The printed score, %" PRId64 ", agrees.", printed);
	else
		rank_sentence(ranking,
			      "The printed score is %" PRId64 ", the recomputed one %" PRId64
			      ": %s.", printed, computed, why_other_score(ranking, chosen));
}

/* Whether a child was killed in the place of CHOSEN: oom_kill_process() up to 5.0. */
static bool is_child(const struct oom_report *report, const struct oom_task *chosen)
{
	unsigned kernel = report->kernel ? oom_kernel_number(report->kernel) : 0;

	return report->choice.present && report->victim_count && kernel <= 500 &&
	       report->victims[0].pid != report->choice.pid &&
	       (!chosen || report->victims[0].pid != chosen->pid);
}

static void rank_note_append_group(const struct oom_report *report, struct oom_ranking *ranking)
{
	size_t killed = 0;

	for (size_t i = 0; i < report->victim_count; i++)
		killed += !report->victims[i].repeated;
	rank_sentence(ranking,
		      "memory.oom.group is set, so that the whole cgroup was killed with it: "
		      "%zu process%s by this log.", killed, killed == 1 ? "" : "es");
}

/* What else became of the choice. */
static void append_sequel(const struct oom_report *report, struct oom_ranking *ranking,
			  const struct oom_task *chosen)
{
	if (chosen && chosen->tgid != OOM_NO_NUMBER && chosen->tgid != chosen->pid)
		rank_sentence(ranking,
			      "The main thread of this process (%" PRId64 ") has exited; the "
			      "table names thread %" PRId64 ".", chosen->tgid, chosen->pid);
	else if (oom_names_two_threads(report))
		rank_sentence(ranking,
			      "The oom-kill line names %s, the kill line %s: both are threads "
			      "of one process.", WHO(report->selected.comm, report->selected.pid),
			      WHO(report->victims[0].comm, report->victims[0].pid));
	if (is_child(report, chosen))
		rank_sentence(ranking, "The kill line names %s in its place: kernels up to 5.0 "
			      "may sacrifice a child, to lose less work.",
			      WHO(report->victims[0].comm, report->victims[0].pid));
	if (report->group)
		rank_note_append_group(report, ranking);
	if (report->already_exiting)
		rank_sentence(ranking,
			      "The chosen process was exiting already, so that nobody had to "
			      "be killed.");
	if (report->scope == OOM_SCOPE_SYSRQ || report->order == -1)
		rank_sentence(ranking,
			      "SysRq-f asked for this, not a lack of memory; it does not wait "
			      "for processes that were killed before.");
}

static void append_choice(const struct oom_report *report, struct oom_ranking *ranking,
			  const struct oom_task *chosen)
{
	if (!chosen->rank) {
		append_exempt(report, ranking, chosen);
	} else if (report->allocating_task) {
		append_allocating(report, ranking, chosen);
	} else if (ranking->judged && ranking->agrees) {
		append_first(report, ranking, chosen);
	} else {
		append_not_first(report, ranking, chosen);
		append_reasons(report, ranking, chosen);
	}
	/* Otherwise the scores have been told among the reasons. */
	if (ranking->judged || !ranking->approximate)
		append_score(ranking, chosen);
}

void rank_note(const struct oom_report *report, struct oom_ranking *ranking)
{
	const struct oom_task *chosen = ranking->chosen == OOM_NO_TASK
					? NULL : &report->tasks[ranking->chosen];

	ranking->note[0] = '\0';
	if (!rank_note_unknown(report, ranking) && chosen)
		append_choice(report, ranking, chosen);
	append_sequel(report, ranking, chosen);
}
