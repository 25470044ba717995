/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reassemble.c - put lines together to reports */
#include <config.h>

#include <errno.h>
#include <stdlib.h>

#include "lib/duration.h"
#include "lib/number.h"
#include "oomreport/reassemble.h"
#include "oomreport/scan-values.h"

/* A report that got no line for so long is not waiting for any but its reaper's. */
#define STALE_LINES 2000

/* So many lines behind a kernel's command line a report is still of that kernel. */
#define BOOT_LINES 5000

/* Nor one whose last line is so much older by the log's own times. */
#define SILENCE_NS (60 * (int64_t)NS_PER_SECOND)

/* Lines of several CPUs are not in the order of their times; further back is another boot. */
#define DISORDER_NS ((int64_t)NS_PER_SECOND)

static bool line_has_flag(enum oom_line_type type, enum oom_line_flag flag)
{
	return oom_line_kinds[type].flags & flag;
}

static struct oom_partial *newest(const struct reassembler *reassembler)
{
	return reassembler->count ? reassembler->open[reassembler->count - 1] : NULL;
}

static void free_partial(struct oom_partial *partial)
{
	oom_report_free(&partial->report);
	free(partial);
}

/*
 * Takes the report at INDEX out of the list and hands it on, unless it has turned out to be none.
 */
static int reassembler_give_out(struct reassembler *reassembler, size_t index)
{
	struct oom_partial *partial = reassembler->open[index];
	struct oom_report report;
	int r;

	reassembler->count--;
	memmove(&reassembler->open[index], &reassembler->open[index + 1],
		(reassembler->count - index) * sizeof(reassembler->open[0]));
	if (!partial->confirmed) {
		free_partial(partial);
		return 0;
	}
	r = partial_finish(partial);
	if (r < 0) {
		free_partial(partial);
		return r;
	}
	report = partial->report;
	for (size_t i = 0; i < report.victim_count; i++)
		reassembler->emitted[reassembler->emitted_count++ % REASSEMBLER_EMITTED_MAX] =
			report.victims[i].pid;
	free(partial);
	return reassembler->on_report(reassembler->context, &report);
}

static int open_partial(struct reassembler *reassembler, struct strview caller,
			struct oom_partial **ret_partial)
{
	struct oom_partial *partial;
	int r = 0;

	/* What only looked like the beginning of a report is not worth a place. */
	if (newest(reassembler) && !newest(reassembler)->confirmed)
		r = reassembler_give_out(reassembler, reassembler->count - 1);
	if (r == 0 && reassembler->count == REASSEMBLER_MAX)
		r = reassembler_give_out(reassembler, 0);
	if (r < 0)
		return r;
	partial = calloc(1, sizeof(*partial));
	if (!partial)
		return -ENOMEM;
	oom_report_init(&partial->report);
	strview_copy_to(caller, partial->caller, sizeof(partial->caller));
	partial->opened = reassembler->line;
	partial->touched = reassembler->line;
	partial->report.crash_kernel = reassembler->crash_kernel &&
				     reassembler->line - reassembler->crash_kernel < BOOT_LINES;
	reassembler->open[reassembler->count++] = partial;
	reassembler->interleaved = false;
	*ret_partial = partial;
	return 0;
}

static bool is_fresh(const struct reassembler *reassembler, const struct oom_partial *partial)
{
	return reassembler->line - partial->touched < STALE_LINES;
}

/* How well the oom-kill line TEXT fits PARTIAL: its cgroup, its kind, its table. */
static int fitness(const struct oom_partial *partial, struct strview text)
{
	const struct oom_report *report = &partial->report;
	bool memcg = strview_has(text, ",oom_memcg=/");
	int fits = 0;

	if (memcg && report->memcg.path && strview_has(text, report->memcg.path))
		fits += 4;
	fits += memcg ? partial->memcg_present : report->has_memory;
	fits += oom_find_task(report, read_pid_of(text)) != NULL;
	return fits;
}

static struct oom_partial *find_fittest(const struct reassembler *reassembler, struct strview text)
{
	struct oom_partial *best = NULL;

	for (size_t i = 0; i < reassembler->count; i++) {
		struct oom_partial *partial = reassembler->open[i];

		if (partial_lacks(partial, OOM_LINE_DECISION, text) &&
		    is_fresh(reassembler, partial) &&
		    (!best || fitness(partial, text) >= fitness(best, text)))
			best = partial;
	}
	return best;
}

/* Whether PARTIAL waits for more of its lines. */
static bool is_unfinished(const struct reassembler *reassembler, const struct oom_partial *partial)
{
	return !partial_is_over(partial) && is_fresh(reassembler, partial);
}

/* A CPU line names who invoked the killer: whose trigger has that name, and no such line yet? */
static struct oom_partial *find_by_name(const struct reassembler *reassembler, struct strview text)
{
	for (size_t i = 0; i < reassembler->count; i++) {
		struct oom_partial *partial = reassembler->open[i];

		if (partial->report.trigger.comm[0] && is_unfinished(reassembler, partial) &&
		    partial_lacks(partial, OOM_LINE_CPU, text))
			return partial;
	}
	return NULL;
}

/*
 * Whether a line is of the last but one report: the newest cannot have come to it yet, or has had
 * it.
 */
static bool is_ahead(const struct reassembler *reassembler, enum oom_line_type type,
		     struct strview text)
{
	const struct oom_partial *last = newest(reassembler);
	const struct oom_partial *older = reassembler->open[reassembler->count - 2];
	bool early = last->report.trigger.present && !last->has_cpu && type > OOM_LINE_CPU &&
		     last->touched + 2 >= reassembler->line;
	bool had = last->other && !partial_lacks(last, type, text);

	return (early || had || partial_is_of_another_kind(last, type)) && older->has_cpu &&
	       is_unfinished(reassembler, older) && partial_lacks(older, type, text);
}

/*
 * Which of the open reports a line without a caller's number goes on with. Reports are written one
 * after the other (the kernel holds oom_lock), so it is the newest; unless lines of an older one
 * turn up that the newest cannot have come to yet.
 */
static struct oom_partial *choose(struct reassembler *reassembler, enum oom_line_type type,
				  struct strview text)
{
	struct oom_partial *last = newest(reassembler), *named = NULL;

	if (reassembler->count == 1)
		return last;
	if (type == OOM_LINE_CPU)
		named = find_by_name(reassembler, text);
	else if (type == OOM_LINE_DECISION)
		named = find_fittest(reassembler, text);
	else if (is_ahead(reassembler, type, text))
		named = reassembler->open[reassembler->count - 2];
	if (named && named != last)
		reassembler->interleaved = true;
	if (named)
		return named;
	for (size_t i = 0; reassembler->interleaved && i < reassembler->count; i++) {
		struct oom_partial *partial = reassembler->open[i];

		if (!partial_is_over(partial) && partial_lacks(partial, type, text))
			return partial;
	}
	return last;
}

/* Lines about a process go where that process is known. */
static struct oom_partial *choose_by_pid(const struct reassembler *reassembler,
					 enum oom_line_type type,
					 int64_t pid)
{
	for (size_t i = reassembler->count; i > 0; i--) {
		struct oom_partial *partial = reassembler->open[i - 1];
		const struct oom_report *report = &partial->report;

		if (line_has_flag(type, OOM_LINE_REAPERS)
		    ? read_victim_of(report, pid, true) != NULL
		    : !report->victim_count &&
		      (report->selected.pid == pid ||
		       (report->choice.present && report->choice.pid == pid)))
			return partial;
	}
	return NULL;
}

/* Whether PID is a victim of a report that has been given out. */
static bool is_emitted(const struct reassembler *reassembler, int64_t pid)
{
	size_t count = reassembler->emitted_count < REASSEMBLER_EMITTED_MAX
		? reassembler->emitted_count : REASSEMBLER_EMITTED_MAX;

	for (size_t i = 0; i < count; i++)
		if (reassembler->emitted[i] == pid)
			return true;
	return false;
}

/* PARTIAL, or the report that goes on in its place because TYPE is nothing for what is none. */
static struct oom_partial *report_for(const struct reassembler *reassembler,
				      struct oom_partial *partial,
				      enum oom_line_type type)
{
	if (!partial || !partial->other || line_has_flag(type, OOM_LINE_STATE))
		return partial;
	for (size_t i = reassembler->count; i > 0; i--) {
		struct oom_partial *older = reassembler->open[i - 1];

		if (!older->other && strview_is(strview_of(older->caller), partial->caller))
			return older;
	}
	return NULL;
}

static struct oom_partial *find_partial(struct reassembler *reassembler, enum oom_line_type type,
					struct strview text, struct strview caller)
{
	struct oom_partial *partial = NULL;

	if (line_has_flag(type, OOM_LINE_PROCESS))
		partial = choose_by_pid(reassembler, type, read_pid_of(text));
	for (size_t i = reassembler->count; !partial && caller.length && i > 0; i--)
		if (strview_is(caller, reassembler->open[i - 1]->caller))
			partial = reassembler->open[i - 1];
	if (!partial && newest(reassembler) && (!caller.length || !newest(reassembler)->caller[0]))
		partial = choose(reassembler, type, text);
	return report_for(reassembler, partial, type);
}

/*
 * Whether PID is a thread of the process that was decided upon: its main thread has gone, and
 * find_lock_task_mm() has found another that still has the memory (mm/oom_kill.c, since 5.0). Or
 * the other way round: vm.oom_kill_allocating_task decides on the thread that asks, and the first
 * that is found is the main one.
 */
static bool is_thread_of(const struct oom_report *report, int64_t pid, struct strview text)
{
	const struct oom_task *thread = oom_find_task(report, pid);

	if (thread && thread->tgid == report->selected.pid)
		return true;
	return strview_has(text, "(oom_kill_allocating_task): Killed process ") &&
	       report->selected.pid == report->trigger.pid &&
	       !oom_find_task(report, report->selected.pid) && (thread || !report->has_table);
}

/*
 * Whether the kill line TEXT may be of PARTIAL: it has no victim yet, or is of a group. Kill lines
 * that follow each other are kills of their own, whose reports the kernel did not print (ten in
 * five seconds) or somebody left out.
 */
static bool takes_kill(const struct oom_partial *partial, struct strview text)
{
	const struct oom_report *report = &partial->report;
	int64_t pid = read_pid_of(text);

	if (report->group || read_victim_of(report, pid, false))
		return true;
	return !report->victim_count &&
	       (report->selected.pid == OOM_NO_NUMBER || report->selected.pid == pid ||
		report->choice.present || is_thread_of(report, pid, text));
}

/* Whether a message of TYPE opens another report although PARTIAL is open. */
static bool is_another(const struct reassembler *reassembler, const struct oom_partial *partial,
		       enum oom_line_type type, struct strview text)
{
	if (type == OOM_LINE_INVOKED || type == OOM_LINE_DUMP)
		return true;
	if (type == OOM_LINE_REAPED)
		return !partial->confirmed;
	if (type == OOM_LINE_KILLED)
		return !takes_kill(partial, text);
	if (type == OOM_LINE_NONE_KILLABLE)
		return partial->report.victim_count || !is_fresh(reassembler, partial);
	if (line_has_flag(type, OOM_LINE_INSIDE))
		return false;
	return !partial_lacks(partial, type, text) || !is_fresh(reassembler, partial);
}

static void reassembler_note_line(struct reassembler *reassembler, struct oom_partial *partial,
				  enum oom_line_type type,
				  const struct oom_time *time)
{
	const struct oom_line_kind *kind = &oom_line_kinds[type];
	struct oom_report *report = &partial->report;

	partial->confirmed |= line_has_flag(type, OOM_LINE_CONFIRMS);
	partial->touched = reassembler->line;
	report->lines += type != OOM_LINE_TRACE && type != OOM_LINE_TASKS;
	if (!report->time.raw[0] && !report->time.has_monotonic && !report->time.has_wall)
		report->time = *time;
	if (!report->host && reassembler->host[0])
		report->host = strview_copy(strview_of(reassembler->host));
	/* That of the statistics has told itself. */
	if (type != OOM_LINE_STATS && !(kind->list & ~(unsigned)OOM_LIST_ROWS))
		partial->list = kind->begins & ~(unsigned)OOM_LIST_ROWS;
}

void reassembler_miss(struct reassembler *reassembler, uint64_t count)
{
	struct oom_partial *last = newest(reassembler);

	if (last && is_unfinished(reassembler, last))
		last->report.missed = number_add_saturated(last->report.missed, count);
}

/* "** 57 printk messages dropped **", "oom_kill_process: 1520 callbacks suppressed" */
static void read_lost(struct reassembler *reassembler, enum oom_line_type type,
		      struct strview text)
{
	struct oom_partial *last = newest(reassembler);
	uint64_t count;

	if (!strview_skip_past(&text, type == OOM_LINE_DROPPED ? "** " : ": ") ||
	    !strview_take_u64(&text, &count))
		return;
	if (type == OOM_LINE_DROPPED)
		reassembler_miss(reassembler, count);
	else if (last && is_unfinished(reassembler, last))
		last->report.suppressed = number_add_saturated(last->report.suppressed, count);
}

/*
 * Whether a line of the reaper's says nothing: it is of a victim that was told of, or that the
 * open report does not have.
 */
static bool is_needless_reaping(const struct reassembler *reassembler,
				const struct oom_partial *partial,
				enum oom_line_type type, struct strview text)
{
	const struct oom_report *report = partial ? &partial->report : NULL;
	int64_t pid = read_pid_of(text);

	if (report && read_victim_of(report, pid, true))
		return false;
	if (!partial || !partial->confirmed || type != OOM_LINE_REAPED ||
	    is_emitted(reassembler, pid))
		return type == OOM_LINE_UNREAPED || (partial && partial->confirmed) ||
		       is_emitted(reassembler, pid);
	/*
	 * Only victims are reaped: what is reaped now is the one whose own line was suppressed, if
	 * it was chosen or, where that is not known, could be.
	 */
	if (partial_is_over(partial))
		return true;
	if (report->selected.pid == OOM_NO_NUMBER)
		return !oom_find_task(report, pid);
	return report->selected.pid != pid && !is_thread_of(report, pid, strview_of(""));
}

/* Whether a message that would go to PARTIAL (NULL: to none that is open) says nothing. */
static bool is_needless(const struct reassembler *reassembler, const struct oom_partial *partial,
			enum oom_line_type type, struct strview text)
{
	if (line_has_flag(type, OOM_LINE_REAPERS))
		return is_needless_reaping(reassembler, partial, type, text);
	if (!partial)
		return line_has_flag(type, OOM_LINE_INSIDE);
	if (line_has_flag(type, OOM_LINE_INSIDE))
		return !partial_lacks(partial, type, text) || !is_fresh(reassembler, partial);
	/* What another CPU's trouble has in common with a report is no part of an open one. */
	return !line_has_flag(type, OOM_LINE_CONFIRMS) && partial->confirmed &&
	       is_unfinished(reassembler, partial) && !partial_lacks(partial, type, text);
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

/* Ends the open reports where TEXT, of TYPE and TIME, cannot be of any. */
static int end_event(struct reassembler *reassembler, enum oom_line_type type, struct strview text,
		     const struct oom_time *time)
{
	int64_t passed = time->inherited ? 0 : time_since(&reassembler->last, time);
	bool rebooted = type == OOM_LINE_BOOT || passed < -DISORDER_NS;
	int r = 0;

	if (rebooted || type == OOM_LINE_CUT ||
	    (passed > SILENCE_NS && !(line_has_flag(type, OOM_LINE_REAPERS) &&
				      choose_by_pid(reassembler, type, read_pid_of(text)))))
		while (r == 0 && reassembler->count)
			r = reassembler_give_out(reassembler, 0);
	/* A number is another process's after a boot. */
	if (rebooted) {
		reassembler->emitted_count = 0;
		reassembler->crash_kernel = strview_has(text, "ommand line: ") &&
					 strview_has(text, " elfcorehdr=") ? reassembler->line : 0;
	}
	/* A report that begins in a line without a time may be of any. */
	if (!time->inherited)
		reassembler->last = *time;
	else if (type == OOM_LINE_INVOKED)
		reassembler->last = (struct oom_time){ .raw = "" };
	return r;
}

int reassembler_take(struct reassembler *reassembler, enum oom_line_type type, struct strview text,
		     const struct oom_time *time, struct strview caller)
{
	struct oom_partial *partial;
	int r;

	reassembler->line++;
	if (type == OOM_LINE_DROPPED || type == OOM_LINE_SUPPRESSED) {
		read_lost(reassembler, type, text);
		return 0;
	}
	if (type == OOM_LINE_NONE)
		return 0;
	r = end_event(reassembler, type, text, time);
	if (r < 0 || type == OOM_LINE_BOOT || type == OOM_LINE_CUT)
		return r;
	partial = find_partial(reassembler, type, text, caller);
	if (is_needless(reassembler, partial, type, text))
		return 0;
	if (!partial || is_another(reassembler, partial, type, text))
		r = open_partial(reassembler, caller, &partial);
	if (r == 0)
		r = partial_read(partial, type, text, time);
	if (r == 0)
		reassembler_note_line(reassembler, partial, type, time);
	return r;
}

unsigned reassembler_expects(const struct reassembler *reassembler)
{
	unsigned expected = 0;

	for (size_t i = 0; i < reassembler->count; i++) {
		const struct oom_partial *partial = reassembler->open[i];

		expected |= partial->list;
		if (partial->report.has_table && !partial_is_over(partial))
			expected |= OOM_LIST_ROWS;
	}
	return expected;
}

int reassembler_flush(struct reassembler *reassembler, bool all)
{
	size_t done = reassembler->count;
	int r = 0;

	while (!all && done && !partial_is_over(reassembler->open[done - 1]))
		done--;
	for (; r == 0 && done; done--)
		r = reassembler_give_out(reassembler, 0);
	if (all)
		reassembler->emitted_count = 0;
	return r;
}

void reassembler_free(struct reassembler *reassembler)
{
	while (reassembler->count)
		free_partial(reassembler->open[--reassembler->count]);
}
