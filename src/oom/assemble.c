/* SPDX-License-Identifier: GPL-2.0-or-later */
/* assemble.c - put lines together to reports */
#include <config.h>

#include <errno.h>
#include <stdlib.h>

#include "base/duration.h"
#include "oom/assemble.h"
#include "oom/scan-values.h"

/* A report that got no line for so long is not waiting for any but its reaper's. */
#define STALE_LINES 2000

/* So many lines behind a kernel's command line a report is still of that kernel. */
#define BOOT_LINES 5000

/* Nor one whose last line is so much older by the log's own times. */
#define SILENCE_NS (60 * (int64_t)NS_PER_SECOND)

/* Lines of several CPUs are not in the order of their times; further back is another boot. */
#define DISORDER_NS ((int64_t)NS_PER_SECOND)

static struct oom_draft *newest(const struct assembly *assembly)
{
	return assembly->count ? assembly->open[assembly->count - 1] : NULL;
}

static void free_draft(struct oom_draft *draft)
{
	oom_report_free(&draft->report);
	free(draft);
}

/*
 * Takes the report at INDEX out of the list and hands it on, unless it has turned out to be none.
 */
static int give_out(struct assembly *assembly, size_t index)
{
	struct oom_draft *draft = assembly->open[index];
	struct oom_report report;
	int r;

	assembly->count--;
	memmove(&assembly->open[index], &assembly->open[index + 1],
		(assembly->count - index) * sizeof(assembly->open[0]));
	if (!draft->firm) {
		free_draft(draft);
		return 0;
	}
	r = draft_finish(draft);
	if (r < 0) {
		free_draft(draft);
		return r;
	}
	report = draft->report;
	for (size_t i = 0; i < report.victim_count; i++)
		assembly->told[assembly->told_count++ % ASSEMBLY_TOLD] = report.victims[i].pid;
	free(draft);
	return assembly->on_report(assembly->context, &report);
}

static int open_draft(struct assembly *assembly, struct text caller, struct oom_draft **ret_draft)
{
	struct oom_draft *draft;
	int r = 0;

	/* What only looked like the beginning of a report is not worth a place. */
	if (newest(assembly) && !newest(assembly)->firm)
		r = give_out(assembly, assembly->count - 1);
	if (r == 0 && assembly->count == ASSEMBLY_MAX)
		r = give_out(assembly, 0);
	if (r < 0)
		return r;
	draft = calloc(1, sizeof(*draft));
	if (!draft)
		return -ENOMEM;
	oom_report_init(&draft->report);
	text_copy_to(caller, draft->caller, sizeof(draft->caller));
	draft->opened = assembly->line;
	draft->touched = assembly->line;
	draft->report.crash_kernel = assembly->crash_kernel &&
				     assembly->line - assembly->crash_kernel < BOOT_LINES;
	assembly->open[assembly->count++] = draft;
	assembly->interleaved = false;
	*ret_draft = draft;
	return 0;
}

static bool is_same_caller(const struct oom_draft *draft, struct text caller)
{
	return caller.length && text_is(caller, draft->caller);
}

static bool knows_pid(const struct oom_draft *draft, int64_t pid)
{
	const struct oom_report *report = &draft->report;

	return report->decided.pid == pid || (report->choice.said && report->choice.pid == pid);
}

static bool is_fresh(const struct assembly *assembly, const struct oom_draft *draft)
{
	return assembly->line - draft->touched < STALE_LINES;
}

/* How well the oom-kill line TEXT fits DRAFT: its cgroup, its kind, its table. */
static int fitness(const struct oom_draft *draft, struct text text)
{
	const struct oom_report *report = &draft->report;
	bool memcg = text_has(text, ",oom_memcg=/");
	int fits = 0;

	if (memcg && report->memcg.path && text_has(text, report->memcg.path))
		fits += 4;
	fits += memcg ? draft->memcg_said : report->has_memory;
	fits += oom_find_task(report, read_pid_of(text)) != NULL;
	return fits;
}

static struct oom_draft *find_fittest(const struct assembly *assembly, struct text text)
{
	struct oom_draft *best = NULL;

	for (size_t i = 0; i < assembly->count; i++) {
		struct oom_draft *draft = assembly->open[i];

		if (draft_lacks(draft, OOM_MSG_DECISION, text) && is_fresh(assembly, draft) &&
		    (!best || fitness(draft, text) >= fitness(best, text)))
			best = draft;
	}
	return best;
}

/* Whether DRAFT waits for more of its lines. */
static bool is_unfinished(const struct assembly *assembly, const struct oom_draft *draft)
{
	return !draft_is_over(draft) && is_fresh(assembly, draft);
}

/* A CPU line names who invoked the killer: whose trigger has that name, and no such line yet? */
static struct oom_draft *find_by_name(const struct assembly *assembly, struct text text)
{
	for (size_t i = 0; i < assembly->count; i++) {
		struct oom_draft *draft = assembly->open[i];

		if (draft->report.trigger.comm[0] && is_unfinished(assembly, draft) &&
		    draft_lacks(draft, OOM_MSG_CPU, text))
			return draft;
	}
	return NULL;
}

/*
 * Whether a line is of the last but one report: the newest cannot have come to it yet, or has had
 * it.
 */
static bool is_ahead(const struct assembly *assembly, enum oom_message class, struct text text)
{
	const struct oom_draft *last = newest(assembly);
	const struct oom_draft *older = assembly->open[assembly->count - 2];
	bool early = last->report.trigger.said && !last->has_cpu && class > OOM_MSG_CPU &&
		     last->touched + 2 >= assembly->line;
	bool had = last->other && !draft_lacks(last, class, text);

	return (early || had || draft_is_of_another_kind(last, class)) && older->has_cpu &&
	       is_unfinished(assembly, older) && draft_lacks(older, class, text);
}

/*
 * Which of the open reports a line without a caller's number goes on with. Reports are written one
 * after the other (the kernel holds oom_lock), so it is the newest; unless lines of an older one
 * turn up that the newest cannot have come to yet.
 */
static struct oom_draft *choose(struct assembly *assembly, enum oom_message class,
				struct text text)
{
	struct oom_draft *last = newest(assembly), *named = NULL;

	if (assembly->count == 1)
		return last;
	if (class == OOM_MSG_CPU)
		named = find_by_name(assembly, text);
	else if (class == OOM_MSG_DECISION)
		named = find_fittest(assembly, text);
	else if (is_ahead(assembly, class, text))
		named = assembly->open[assembly->count - 2];
	if (named && named != last)
		assembly->interleaved = true;
	if (named)
		return named;
	for (size_t i = 0; assembly->interleaved && i < assembly->count; i++) {
		struct oom_draft *draft = assembly->open[i];

		if (!draft_is_over(draft) && draft_lacks(draft, class, text))
			return draft;
	}
	return last;
}

static bool is_of_reaper(enum oom_message class)
{
	return class == OOM_MSG_REAPED || class == OOM_MSG_UNREAPED;
}

/* Lines about a process go where that process is known. */
static struct oom_draft *choose_by_pid(const struct assembly *assembly, enum oom_message class,
				       int64_t pid)
{
	for (size_t i = assembly->count; i > 0; i--) {
		struct oom_draft *draft = assembly->open[i - 1];
		const struct oom_report *report = &draft->report;

		if (is_of_reaper(class) ? read_victim_of(report, pid, true) != NULL
					: !report->victim_count && knows_pid(draft, pid))
			return draft;
	}
	return NULL;
}

/* Whether the reaper's line TEXT is of a report that has been given out. */
static bool is_told(const struct assembly *assembly, struct text text)
{
	int64_t pid = read_pid_of(text);
	size_t count = assembly->told_count < ASSEMBLY_TOLD ? assembly->told_count : ASSEMBLY_TOLD;

	for (size_t i = 0; i < count; i++)
		if (assembly->told[i] == pid)
			return true;
	return false;
}

static bool is_about_process(enum oom_message class)
{
	return class == OOM_MSG_KILLED || class == OOM_MSG_EXITING || is_of_reaper(class);
}

/* What is printed when an allocation fails too, and by SysRq-m: nothing about a kill. */
static bool is_state(enum oom_message class)
{
	return class == OOM_MSG_CPU || class == OOM_MSG_HARDWARE ||
	       (class >= OOM_MSG_MEMINFO && class <= OOM_MSG_SLAB);
}

/* DRAFT, or the report that goes on in its place because CLASS is nothing for what is none. */
static struct oom_draft *report_for(const struct assembly *assembly, struct oom_draft *draft,
				    enum oom_message class)
{
	if (!draft || !draft->other || is_state(class))
		return draft;
	for (size_t i = assembly->count; i > 0; i--) {
		struct oom_draft *older = assembly->open[i - 1];

		if (!older->other && text_is(text_of(older->caller), draft->caller))
			return older;
	}
	return NULL;
}

static struct oom_draft *find_draft(struct assembly *assembly, enum oom_message class,
				    struct text text, struct text caller)
{
	struct oom_draft *draft = NULL;

	if (is_about_process(class))
		draft = choose_by_pid(assembly, class, read_pid_of(text));
	for (size_t i = assembly->count; !draft && caller.length && i > 0; i--)
		if (is_same_caller(assembly->open[i - 1], caller))
			draft = assembly->open[i - 1];
	if (!draft && newest(assembly) && (!caller.length || !newest(assembly)->caller[0]))
		draft = choose(assembly, class, text);
	return report_for(assembly, draft, class);
}

/*
 * Whether PID is a thread of the process that was decided upon: its main thread has gone, and
 * find_lock_task_mm() has found another that still has the memory (mm/oom_kill.c, since 5.0). Or
 * the other way round: vm.oom_kill_allocating_task decides on the thread that asks, and the first
 * that is found is the main one.
 */
static bool is_thread_of(const struct oom_report *report, int64_t pid, struct text text)
{
	const struct oom_task *thread = oom_find_task(report, pid);

	if (thread && thread->tgid == report->decided.pid)
		return true;
	return text_has(text, "(oom_kill_allocating_task): Killed process ") &&
	       report->decided.pid == report->trigger.pid &&
	       !oom_find_task(report, report->decided.pid) && (thread || !report->has_table);
}

/*
 * Whether the kill line TEXT may be of DRAFT: it has no victim yet, or is of a group. Kill lines
 * that follow each other are kills of their own, whose reports the kernel did not print (ten in
 * five seconds) or somebody left out.
 */
static bool takes_kill(const struct oom_draft *draft, struct text text)
{
	const struct oom_report *report = &draft->report;
	int64_t pid = read_pid_of(text);

	if (report->group || read_victim_of(report, pid, false))
		return true;
	return !report->victim_count &&
	       (report->decided.pid == OOM_NO_NUMBER || report->decided.pid == pid ||
		report->choice.said || is_thread_of(report, pid, text));
}

/* Lines that only an OOM report has: one of them makes a report, with or without a beginning. */
static bool is_firm(enum oom_message class)
{
	switch (class) {
	case OOM_MSG_INVOKED:
	case OOM_MSG_MEMCG_TASK:
	case OOM_MSG_COUNTER:
	case OOM_MSG_STATS:
	case OOM_MSG_TABLE:
	case OOM_MSG_DECISION:
	case OOM_MSG_CHOICE:
	case OOM_MSG_EXITING:
	case OOM_MSG_KILLED:
	case OOM_MSG_GROUP:
	case OOM_MSG_NONE_KILLABLE:
	case OOM_MSG_OOM_PANIC:
	case OOM_MSG_REAPED:
		return true;
	default:
		return false;
	}
}

/* Lines that go on with a report but begin none, not even a doubtful one. */
static bool begins_nothing(enum oom_message class)
{
	switch (class) {
	case OOM_MSG_CPU:
	case OOM_MSG_CPUSET:
	case OOM_MSG_COMPACTION:
	case OOM_MSG_HARDWARE:
	case OOM_MSG_TRACE:
	case OOM_MSG_STAT:
	case OOM_MSG_SLAB:
	case OOM_MSG_ALLOCATION:
	case OOM_MSG_PANIC:
	case OOM_MSG_UNREAPED:
	case OOM_MSG_DECISION_REST:
	case OOM_MSG_SYSRQ:
		return true;
	default:
		return false;
	}
}

/* Whether a message of CLASS opens another report although DRAFT is open. */
static bool is_another(const struct assembly *assembly, const struct oom_draft *draft,
		       enum oom_message class, struct text text)
{
	if (class == OOM_MSG_INVOKED || class == OOM_MSG_DUMP)
		return true;
	if (class == OOM_MSG_REAPED)
		return !draft->firm;
	if (class == OOM_MSG_KILLED)
		return !takes_kill(draft, text);
	if (class == OOM_MSG_NONE_KILLABLE)
		return draft->report.victim_count || !is_fresh(assembly, draft);
	if (begins_nothing(class))
		return false;
	return !draft_lacks(draft, class, text) || !is_fresh(assembly, draft);
}

/* What another CPU's trouble has in common with an OOM report: it is no part of an open one. */
static bool is_repetition(const struct assembly *assembly, const struct oom_draft *draft,
			  enum oom_message class, struct text text)
{
	if (draft_lacks(draft, class, text))
		return false;
	return begins_nothing(class) ||
	       (!is_firm(class) && draft->firm && is_unfinished(assembly, draft));
}

/* The parsers of lines that need nothing but the line. */
static int (*const readers[])(struct oom_draft *draft, struct text text) = {
	[OOM_MSG_INVOKED] = read_invoked,
	[OOM_MSG_CPUSET] = read_cpuset,
	[OOM_MSG_CPU] = read_cpu,
	[OOM_MSG_HARDWARE] = read_hardware,
	[OOM_MSG_TRACE] = read_trace,
	[OOM_MSG_MEMCG_TASK] = read_memcg_task,
	[OOM_MSG_COUNTER] = read_counter,
	[OOM_MSG_STATS] = read_stats,
	[OOM_MSG_STAT] = read_stat,
	[OOM_MSG_COUNTS] = read_counts,
	[OOM_MSG_NODE] = read_node,
	[OOM_MSG_ZONE] = read_zone,
	[OOM_MSG_BLOCKS] = read_blocks,
	[OOM_MSG_HUGE] = read_huge,
	[OOM_MSG_PAGES] = read_pages,
	[OOM_MSG_ALLOCATION] = read_allocation,
	[OOM_MSG_SLAB] = read_slab,
	[OOM_MSG_TABLE] = read_table,
	[OOM_MSG_ROW] = read_row,
	[OOM_MSG_DECISION] = read_decision,
	[OOM_MSG_DECISION_REST] = read_decision,
	[OOM_MSG_CHOICE] = read_choice,
	[OOM_MSG_EXITING] = read_exiting,
	[OOM_MSG_GROUP] = read_group,
	[OOM_MSG_OOM_PANIC] = read_panic,
	[OOM_MSG_PANIC] = read_panic,
	[OOM_MSG_LAST] = NULL,
};

static int read_message(struct oom_draft *draft, enum oom_message class, struct text text,
			const struct oom_time *time)
{
	switch (class) {
	case OOM_MSG_KILLED:
		return read_killed(draft, text, time);
	case OOM_MSG_REAPED:
	case OOM_MSG_UNREAPED:
		return read_reaped(draft, text, time);
	case OOM_MSG_COMPACTION:
		draft->report.compaction_disabled = true;
		return 0;
	case OOM_MSG_DUMP:
		draft->other = true;
		return 0;
	default:
		return readers[class] ? readers[class](draft, text) : 0;
	}
}

/* Which list the next lines may go on with. */
static void note_list(struct oom_draft *draft, enum oom_message class)
{
	if (class == OOM_MSG_STAT || class == OOM_MSG_SLAB || class == OOM_MSG_ALLOCATION)
		return;
	if (class != OOM_MSG_STATS)
		draft->in_stats = false;
	draft->in_slabs = class == OOM_MSG_SLABS;
	draft->in_allocations = class == OOM_MSG_ALLOCATIONS;
}

static void note_line(struct assembly *assembly, struct oom_draft *draft, enum oom_message class,
		      const struct oom_time *time)
{
	struct oom_report *report = &draft->report;

	draft->firm |= is_firm(class);
	draft->touched = assembly->line;
	report->lines += class != OOM_MSG_TRACE;
	report->none_killable |= class == OOM_MSG_NONE_KILLABLE;
	report->has_memory |= class == OOM_MSG_MEMINFO;
	if (!report->time.raw[0] && !report->time.has_monotonic && !report->time.has_wall)
		report->time = *time;
	if (!report->host && assembly->host[0])
		report->host = text_copy(text_of(assembly->host));
	note_list(draft, class);
}

/* "** 57 printk messages dropped **" */
static void read_dropped(struct assembly *assembly, struct text text)
{
	uint64_t count;

	if (text_skip_past(&text, "** ") && text_take_u64(&text, &count))
		assembly_miss(assembly, count);
}

void assembly_miss(struct assembly *assembly, uint64_t count)
{
	struct oom_draft *last = newest(assembly);

	if (last && is_unfinished(assembly, last))
		last->report.missed = value_plus(last->report.missed, count);
}

/* "oom_kill_process: 1520 callbacks suppressed" */
static void read_suppressed(struct assembly *assembly, struct text text)
{
	struct oom_draft *last = newest(assembly);
	uint64_t count;

	if (last && is_unfinished(assembly, last) && text_skip_past(&text, ": ") &&
	    text_take_u64(&text, &count))
		last->report.suppressed = value_plus(last->report.suppressed, count);
}

/* Whether DRAFT has no victim yet, and PID was chosen or, where that is not known, could be. */
static bool awaits_victim(const struct oom_draft *draft, int64_t pid)
{
	const struct oom_report *report = &draft->report;

	if (draft_is_over(draft))
		return false;
	if (report->decided.pid == OOM_NO_NUMBER)
		return oom_find_task(report, pid) != NULL;
	return report->decided.pid == pid || is_thread_of(report, pid, (struct text){ "", 0 });
}

/*
 * Whether a line of the reaper's says nothing: it is of a victim that was told of, or that the
 * open report does not have.
 */
static bool is_needless_reaping(const struct assembly *assembly, const struct oom_draft *draft,
				enum oom_message class, struct text text)
{
	if (draft && read_victim_of(&draft->report, read_pid_of(text), true))
		return false;
	/* Only victims are reaped: what is reaped now is the one whose own line was suppressed. */
	if (draft && draft->firm && class == OOM_MSG_REAPED && !is_told(assembly, text))
		return !awaits_victim(draft, read_pid_of(text));
	return class == OOM_MSG_UNREAPED || (draft && draft->firm) || is_told(assembly, text);
}

/* Whether a message that would go to DRAFT (NULL: to none that is open) says nothing. */
static bool is_needless(const struct assembly *assembly, const struct oom_draft *draft,
			enum oom_message class, struct text text)
{
	if (is_of_reaper(class))
		return is_needless_reaping(assembly, draft, class, text);
	if (!draft)
		return begins_nothing(class);
	return is_repetition(assembly, draft, class, text) ||
	       (begins_nothing(class) && !is_fresh(assembly, draft));
}

/* What has passed between the last line of a report and TIME; 0: not known. */
static int64_t time_since(const struct oom_time *last, const struct oom_time *time)
{
	int64_t passed;

	if (last->has_monotonic && time->has_monotonic)
		return time->monotonic_ns - last->monotonic_ns;
	if (last->has_wall && time->has_wall &&
	    !__builtin_sub_overflow(time->wall_ns, last->wall_ns, &passed))
		return passed;
	return 0;
}

/* Gives out all reports that are open. */
static int end_reports(struct assembly *assembly)
{
	int r = 0;

	while (r == 0 && assembly->count)
		r = give_out(assembly, 0);
	return r;
}

/* Ends the open reports where TEXT, of CLASS and TIME, cannot be of any. */
static int end_event(struct assembly *assembly, enum oom_message class, struct text text,
		     const struct oom_time *time)
{
	int64_t passed = time->inherited ? 0 : time_since(&assembly->last, time);
	bool rebooted = class == OOM_MSG_BOOT || passed < -DISORDER_NS;
	int r = 0;

	if (rebooted || class == OOM_MSG_CUT ||
	    (passed > SILENCE_NS && !(is_of_reaper(class) &&
				      choose_by_pid(assembly, class, read_pid_of(text)))))
		r = end_reports(assembly);
	/* A number is another process's after a boot. */
	if (rebooted) {
		assembly->told_count = 0;
		assembly->crash_kernel = text_has(text, "ommand line: ") &&
					 text_has(text, " elfcorehdr=") ? assembly->line : 0;
	}
	/* A report that begins in a line without a time may be of any. */
	if (!time->inherited)
		assembly->last = *time;
	else if (class == OOM_MSG_INVOKED)
		assembly->last = (struct oom_time){ .raw = "" };
	return r;
}

int assembly_take(struct assembly *assembly, enum oom_message class, struct text text,
		  const struct oom_time *time, struct text caller)
{
	struct oom_draft *draft;
	int r;

	assembly->line++;
	if (class == OOM_MSG_DROPPED)
		read_dropped(assembly, text);
	if (class == OOM_MSG_SUPPRESSED)
		read_suppressed(assembly, text);
	if (class == OOM_MSG_NONE || class == OOM_MSG_DROPPED || class == OOM_MSG_SUPPRESSED)
		return 0;
	r = end_event(assembly, class, text, time);
	if (r < 0 || class == OOM_MSG_BOOT || class == OOM_MSG_CUT)
		return r;
	draft = find_draft(assembly, class, text, caller);
	if (is_needless(assembly, draft, class, text))
		return 0;
	if (!draft || is_another(assembly, draft, class, text))
		r = open_draft(assembly, caller, &draft);
	if (r == 0)
		r = read_message(draft, class, text, time);
	if (r == 0)
		note_line(assembly, draft, class, time);
	return r;
}

struct oom_expected assembly_expects(const struct assembly *assembly)
{
	struct oom_expected expected = { 0 };

	for (size_t i = 0; i < assembly->count; i++) {
		const struct oom_draft *draft = assembly->open[i];

		expected.stats |= draft->in_stats;
		expected.slabs |= draft->in_slabs;
		expected.allocations |= draft->in_allocations;
		expected.rows |= draft->report.has_table && !draft_is_over(draft);
	}
	return expected;
}

int assembly_flush(struct assembly *assembly, bool all)
{
	size_t done = assembly->count;
	int r = 0;

	while (!all && done && !draft_is_over(assembly->open[done - 1]))
		done--;
	for (; r == 0 && done; done--)
		r = give_out(assembly, 0);
	if (all)
		assembly->told_count = 0;
	return r;
}

void assembly_free(struct assembly *assembly)
{
	while (assembly->count)
		free_draft(assembly->open[--assembly->count]);
}
