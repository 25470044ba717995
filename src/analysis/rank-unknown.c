/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rank-unknown.c - sentences about a choice that cannot be compared with a ranking */
#include <config.h>

#include <inttypes.h>
#include <string.h>

#include "analysis/explain-parts.h"
#include "analysis/rank-note.h"
#include "analysis/rank-text.h"

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

static void append_none_killable(const struct oom_report *report, struct oom_ranking *ranking)
{
	if (ranking->exempt == report->task_count && report->task_count == 1)
		rank_sentence(ranking, "No process could be killed: the only one listed is exempt "
			      "(oom_score_adj -1000).");
	else if (ranking->exempt == report->task_count)
		rank_sentence(ranking, "No process could be killed: all %zu listed are exempt "
			      "(oom_score_adj -1000).", report->task_count);
	else
		rank_sentence(ranking,
			      "No process could be killed, although %zu of the %zu listed are "
			      "not exempt by their oom_score_adj: a process that has been killed "
			      "before is passed over.", report->task_count - ranking->exempt,
			      report->task_count);
}

static void append_nobody(const struct oom_report *report, struct oom_ranking *ranking)
{
	/* Before 4.19 that is the text of a panic. */
	if (report->none_killable ||
	    (report->panic && strstr(report->panic, "no killable processes"))) {
		append_none_killable(report, ranking);
		return;
	}
	if (report->panic && strstr(report->panic, "panic_on_oom"))
		rank_sentence(ranking, "The kernel chose nobody, but panicked, as vm.panic_on_oom "
			      "tells it to.");
	else if (report->panic)
		rank_sentence(ranking,
			      "The kernel panicked, and the log does not say whom it chose.");
	else if (report->cut_end)
		rank_sentence(ranking, "The log ends before it says whom the kernel chose.");
	else
		rank_sentence(ranking, "The log does not say whom the kernel chose.");
	rank_append_worst(report, ranking);
}

static const char *chosen_name(const struct oom_report *report, char name[static OOM_WHO_ROOM])
{
	if (report->choice.present)
		return oom_who(name, report->choice.comm, report->choice.pid);
	if (report->selected.pid != OOM_NO_NUMBER)
		return oom_who(name, report->selected.comm, report->selected.pid);
	return oom_who(name, report->victims[0].comm, report->victims[0].pid);
}

static void append_not_listed(const struct oom_report *report, struct oom_ranking *ranking)
{
	char name[OOM_WHO_ROOM];

	chosen_name(report, name);
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

bool rank_note_unknown(const struct oom_report *report, struct oom_ranking *ranking)
{
	if (!report->task_count)
		append_no_table(report, ranking);
	else if (ranking->rule == OOM_RULE_UNKNOWN && report->page_size_known)
		append_old_rule(report, ranking);
	else if (!report->choice.present && report->selected.pid == OOM_NO_NUMBER &&
		 !report->victim_count)
		append_nobody(report, ranking);
	else if (!report->page_size_known)
		rank_sentence(ranking,
			      "The task table counts in pages, whose size the log does not "
			      "say, so that the choice cannot be recomputed.");
	else if (ranking->chosen == OOM_NO_TASK)
		append_not_listed(report, ranking);
	else
		return false;
	return true;
}
