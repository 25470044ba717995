/* SPDX-License-Identifier: GPL-2.0-or-later */
/* explain-followup.c - what followed a report, and what its log does not have */
#include <config.h>

#include <inttypes.h>
#include <string.h>

#include "analysis/explain-parts.h"
#include "lib/duration.h"

/* A report that comes later is an event of its own. */
#define AT_ONCE_NS (10 * (int64_t)NS_PER_SECOND)

/* The last that was heard of this report before the next one began. */
static const struct oom_time *last_heard(const struct oom_report *report,
					 const struct oom_report *next, const char **ret_event)
{
	const struct oom_time *last = &report->time;

	*ret_event = "this report";
	for (size_t i = 0; i < report->victim_count; i++) {
		const struct oom_victim *victim = &report->victims[i];
		const struct oom_time *times[] = { &victim->time, &victim->reaped.time };

		for (size_t j = 0; j < 2; j++) {
			if (!times[j]->has_monotonic || !last->has_monotonic ||
			    times[j]->monotonic_ns < last->monotonic_ns ||
			    (next->time.has_monotonic &&
			     times[j]->monotonic_ns > next->time.monotonic_ns))
				continue;
			last = times[j];
			*ret_event = j ? "the reaper was done" : "the kill";
		}
	}
	return last;
}

/* The task that both tables have and that has grown most in between; NULL: none has. */
static const struct oom_task *find_most_grown(const struct oom_report *report,
					      const struct oom_report *next, uint64_t *ret_bytes)
{
	const struct oom_task *grown = NULL;

	*ret_bytes = 0;
	for (size_t i = 0; i < report->task_count; i++) {
		const struct oom_task *now = oom_find_task(next, report->tasks[i].pid);
		uint64_t before = oom_task_held(&report->tasks[i]);

		if (!now || strcmp(now->comm, report->tasks[i].comm) != 0 ||
		    oom_task_held(now) <= before || oom_task_held(now) - before <= *ret_bytes)
			continue;
		*ret_bytes = oom_task_held(now) - before;
		grown = now;
	}
	return grown;
}

/* Why the kill of VICTIM was not enough, by the most certain of what can be told. */
static void explain_cause(struct oom_textbuf *buf, const struct oom_victim *victim, int64_t ns)
{
	const struct oom_report *report = buf->report, *next = buf->next;
	const struct oom_task *largest = buf->largest, *grown;
	uint64_t shmem = oom_shmem_kept(report), held = oom_victim_held(report, victim), bytes;
	char who[OOM_WHO_ROOM];

	oom_who(who, victim->comm, victim->pid);
	if (largest && largest->pid != victim->pid && held != OOM_UNKNOWN &&
	    oom_task_held(largest) / 2 > held) {
		oom_sentence(buf,
			     "That kill had spared %s, which had more: %s with swap and page tables.",
			     TASK(largest), BYTES(oom_task_held(largest)));
	} else if (buf->killed && oom_table_whole(next) && !oom_find_task(next, victim->pid)) {
		grown = find_most_grown(report, next, &bytes);
		if (grown && oom_at_least(bytes, 25, held))
			oom_sentence(buf, "%s had exited by then, and %s had grown by %s.", who,
				     TASK(grown), BYTES(bytes));
		else
			oom_sentence(buf,
				     "%s had exited by then: what it gave back was not enough.",
				     who);
	} else if (oom_at_least(shmem, 50, held)) {
		oom_sentence(buf,
			     "Likely because the %s of shared memory of %s had not come back yet: the reaper cannot free it, so %s had to exit first, and others were killed meanwhile.",
			     BYTES(shmem), who, NAME(victim->comm));
	} else if (oom_find_task(next, victim->pid)) {
		oom_sentence(buf, "%s had not exited yet: the next report's table still has it.",
			     who);
	} else if (ns < (int64_t)NS_PER_SECOND && !victim->reaped.present) {
		oom_sentence(buf, "Likely because the memory of %s had not come back yet.", who);
	} else {
		oom_sentence(buf, "So that kill did not give back enough of what was missing.");
	}
}

/* The next report, if it is of the same machine and follows at once, as far as the log tells. */
void oom_explain_next(struct oom_textbuf *buf)
{
	const struct oom_report *report = buf->report, *next = buf->next;
	const char *event, *host = report->host;
	const struct oom_time *last;
	const struct oom_victim *victim;
	bool same, overflows = true;
	struct cgroup_owner owner;
	int64_t ns = 0;

	if (report->panic)
		oom_sentence(buf, "The kernel panicked: \"%s\".", SAFE(report->panic));
	oom_paragraph(buf);
	if (!next)
		return;
	last = last_heard(report, next, &event);
	victim = next->victim_count ? next->victims : NULL;
	same = report->scope == next->scope && next->scope != OOM_SCOPE_SYSRQ &&
	       (next->scope != OOM_SCOPE_MEMCG ||
		(report->memcg.path && next->memcg.path &&
		 !strcmp(report->memcg.path, next->memcg.path)));
	if (host && next->host ? strcmp(host, next->host) != 0 : host != next->host)
		return;
	if (last->has_monotonic && next->time.has_monotonic)
		overflows = __builtin_sub_overflow(next->time.monotonic_ns, last->monotonic_ns,
						   &ns);
	else if (last->has_wall && next->time.has_wall)
		overflows = __builtin_sub_overflow(next->time.wall_ns, last->wall_ns, &ns);
	if (overflows || ns < 0 || ns > AT_ONCE_NS)
		return;
	if (!last->has_monotonic && ns == 0)
		oom_sentence(buf, "Within the same second,");
	else if (ns < 1000)
		oom_sentence(buf, "At the same time, as far as the log tells,");
	else
		oom_sentence(buf, "%s after %s,", SPAN((uint64_t)ns), event);
	if (next->trigger.present)
		oom_append(buf, " %s invoked the OOM killer again", TASK(&next->trigger));
	else
		oom_append(buf, " the OOM killer ran again");
	if (victim && next->trigger.pid == victim->pid)
		oom_append(buf, ", and was killed itself");
	else if (victim)
		oom_append(buf, ", and %s was killed%s", TASK(victim), buf->victim ? " too" : "");
	if (next->scope == OOM_SCOPE_MEMCG && !same) {
		cgroup_owner_find(next->memcg.path, 0, &owner);
		oom_append(buf, ", at the limit of %s",
			   oom_memcg_name((char[OOM_MEMCG_ROOM]){ 0 }, next->memcg.path, &owner));
	}
	oom_append(buf, ".");
	if (same && buf->victim)
		explain_cause(buf, buf->victim, ns);
}

/* What is cut off, lost, or suppressed. */
void oom_explain_cuts(struct oom_textbuf *buf)
{
	const struct oom_report *report = buf->report;

	if (report->cut_start)
		oom_sentence(buf, "The beginning of this report is cut off%s.",
			     report->trigger.present ? ""
						     : ": who asked, and for what, is lost");
	if (report->cut_end)
		oom_sentence(buf, "The end of this report is cut off.");
	if (report->missed)
		oom_sentence(buf, "%" PRIu64 " line%s of it %s suppressed or lost.",
			     report->missed, PLURAL(report->missed),
			     report->missed == 1 ? "was" : "were");
	if (report->suppressed)
		oom_sentence(buf,
			     "The kernel says that it suppressed %"
			     PRIu64
			     " message%s here or before (\"callbacks suppressed\"): lines of this report may be among them.",
			     report->suppressed, PLURAL(report->suppressed));
}

/* What is missing of the table of processes, and of the memory's figures. */
void oom_explain_missing(struct oom_textbuf *buf)
{
	const struct oom_report *report = buf->report;
	bool asked = report->trigger.present;

	if (report->victim_count && !asked && !report->cut_start && !report->has_table &&
	    !report->has_memory)
		oom_sentence(buf,
			     "There is only the kill: either the rest was filtered out, or the kernel left it out, which prints at most 10 reports in 5 seconds.");
	if (asked && !report->has_table && oom_table_left_out(report))
		oom_sentence(buf,
			     "There is no table of processes: vm.oom_dump_tasks is 0, or those lines were left out.");
	else if (asked && !report->has_table)
		oom_sentence(buf, "The table of processes is missing or not whole.");
	else if (report->task_count < report->tasks_listed)
		oom_sentence(buf, "Of the table's %zu rows %zu were kept.", report->tasks_listed,
			     report->task_count);
	if (asked && !report->has_memory && report->scope == OOM_SCOPE_GLOBAL)
		oom_sentence(buf,
			     "The figures of the memory (Mem-Info) are missing, so what filled it cannot be said.");
	if (buf->memory_usage.torn)
		oom_sentence(buf,
			     "Lines of the memory's figures are missing: the zones add up to less than the whole.");
}

/* What cannot be right, or is not known. */
void oom_explain_doubts(struct oom_textbuf *buf)
{
	const struct oom_report *report = buf->report;
	const struct oom_time *when = &report->time;

	if (report->implausible == 1)
		oom_sentence(buf, "One figure cannot be right and is left out: %s.",
			     SAFE(report->implausible_name));
	else if (report->implausible)
		oom_sentence(buf, "%zu figures cannot be right and are left out, %s among them.",
			     report->implausible, SAFE(report->implausible_name));
	if (!report->page_size_known && (report->task_count || report->has_memory))
		oom_sentence(buf,
			     "How large a page was, the log does not say: what it counts in pages alone, as the table of processes, is not given in bytes.");
	if (!when->has_monotonic && !when->has_wall && !when->raw[0])
		oom_sentence(buf, "When it was is not in the log.");
}
