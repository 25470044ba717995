/* SPDX-License-Identifier: GPL-2.0-or-later */
/* assemble.c - put lines together to reports */
#include <config.h>

#include <errno.h>
#include <stdlib.h>

#include "base/duration.h"
#include "oom/assemble.h"

/* Kill lines without a report that are further apart are kills of their own. */
#define KILLS_APART_NS (INT64_C(10) * (int64_t)NS_PER_SECOND)

/* A report that got no line for so long is not waiting for any but its reaper's. */
#define STALE_LINES 2000

static struct oom_draft *newest(const struct assembly *assembly)
{
	return assembly->count ? assembly->open[assembly->count - 1] : NULL;
}

static void free_draft(struct oom_draft *draft)
{
	oom_report_free(&draft->report);
	free(draft);
}

/* Takes the report at INDEX out of the list and hands it on, unless it has turned out to be none. */
static int give_out(struct assembly *assembly, size_t index)
{
	struct oom_draft *draft = assembly->open[index];
	struct oom_report report;
	bool firm = draft->firm;

	assembly->count--;
	memmove(&assembly->open[index], &assembly->open[index + 1],
		(assembly->count - index) * sizeof(assembly->open[0]));
	if (!firm) {
		free_draft(draft);
		return 0;
	}
	draft_finish(draft);
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
	assembly->open[assembly->count++] = draft;
	assembly->interleaved = false;
	*ret_draft = draft;
	return 0;
}

static bool has_victims(const struct oom_draft *draft)
{
	return draft->report.victim_count > 0;
}

static bool is_over(const struct oom_draft *draft)
{
	return has_victims(draft) || draft->report.none_killable || draft->report.already_exiting ||
	       draft->report.panic;
}

/* Rows of two tables that are written at once are not further apart. */
#define ROWS_NEAR 256

/* Whether DRAFT has got the row of that process just now. */
static bool has_row(const struct oom_draft *draft, struct text text)
{
	const struct oom_report *report = &draft->report;
	int64_t pid;

	text_skip_blanks(&text);
	text_skip(&text, "[");
	text_skip_blanks(&text);
	if (!text_take_i64(&text, &pid))
		return false;
	for (size_t i = 0; i < ROWS_NEAR && i < report->task_count; i++)
		if (report->tasks[report->task_count - 1 - i].pid == pid)
			return true;
	return false;
}

static bool has_node(const struct oom_draft *draft, struct text text)
{
	uint64_t node;

	text_skip_blanks(&text);
	if (!text_skip(&text, "Node ") || !text_take_u64(&text, &node))
		return false;
	for (size_t i = 0; i < draft->report.node_count; i++)
		if ((uint64_t)draft->report.nodes[i].node == node)
			return true;
	return false;
}

static const struct oom_zone *zone_of(const struct oom_draft *draft, struct text text)
{
	uint64_t node = 0;
	struct text name;

	text_skip_blanks(&text);
	if (text_skip(&text, "Node ")) {
		text_take_u64(&text, &node);
		text_skip_blanks(&text);
	}
	name = text_take_word(&text);
	if (text_byte(name, name.length - 1) == ':')
		name.length--;
	for (size_t i = 0; i < draft->report.zone_count; i++)
		if ((uint64_t)draft->report.zones[i].node == node &&
		    text_is(name, draft->report.zones[i].name))
			return &draft->report.zones[i];
	return NULL;
}

/* Whether a line of the machine's record says something that DRAFT has already. */
static bool has_counts(const struct oom_draft *draft, struct text text)
{
	struct text name;
	char copy[40];

	text_skip_blanks(&text);
	return text_take_until(&text, ":", &name) &&
	       oom_figure(&draft->report.memory, text_copy_to(name, copy, sizeof(copy))) != OOM_UNKNOWN;
}

static bool has_counter(const struct oom_draft *draft, struct text text)
{
	const struct oom_memcg *memcg = &draft->report.memcg;

	text_skip_blanks(&text);
	return (text_starts(text, "memory:") ? &memcg->memory
		: text_starts(text, "memory+swap:") ? &memcg->memsw
		: text_starts(text, "swap:") ? &memcg->swap : &memcg->kmem)->usage != OOM_UNKNOWN;
}

/* A cgroup's report has no line of the machine's memory, and the machine's none of a cgroup. */
static bool is_of_another_kind(const struct oom_draft *draft, enum oom_message class)
{
	switch (class) {
	case OOM_MSG_MEMINFO:
	case OOM_MSG_COUNTS:
	case OOM_MSG_NODE:
	case OOM_MSG_ZONE:
	case OOM_MSG_BLOCKS:
	case OOM_MSG_HUGE:
	case OOM_MSG_PAGES:
		return draft->memcg_said;
	case OOM_MSG_COUNTER:
	case OOM_MSG_STATS:
	case OOM_MSG_MEMCG_TASK:
		return draft->report.has_memory;
	default:
		return false;
	}
}

/* Whether DRAFT still lacks what the message TEXT of CLASS says. */
static bool lacks(const struct oom_draft *draft, enum oom_message class, struct text text)
{
	const struct oom_report *report = &draft->report;

	if (is_over(draft))
		return class == OOM_MSG_GROUP || class == OOM_MSG_PANIC ||
		       (class == OOM_MSG_DECISION_REST && report->decided.pid == OOM_NO_NUMBER);
	if (is_of_another_kind(draft, class))
		return false;
	switch (class) {
	case OOM_MSG_CPUSET:
		return !draft->has_cpuset;
	case OOM_MSG_CPU:
		return report->trigger.said && !draft->has_cpu;
	case OOM_MSG_HARDWARE:
		return !draft->has_hardware;
	case OOM_MSG_MEMINFO:
		return !report->has_memory;
	case OOM_MSG_COUNTS:
		return !has_counts(draft, text);
	case OOM_MSG_NODE:
		return !has_node(draft, text);
	case OOM_MSG_ZONE:
		return !zone_of(draft, text) || !zone_of(draft, text)->figures.count;
	case OOM_MSG_BLOCKS:
		return !zone_of(draft, text) || !zone_of(draft, text)->has_blocks;
	case OOM_MSG_COUNTER:
		return !has_counter(draft, text);
	case OOM_MSG_MEMCG_TASK:
		return !report->memcg.task_path;
	case OOM_MSG_TABLE:
		return !report->has_table;
	case OOM_MSG_ROW:
		return !report->has_table || !has_row(draft, text);
	case OOM_MSG_DECISION:
		return report->decided.pid == OOM_NO_NUMBER && !report->constraint;
	case OOM_MSG_DECISION_REST:
		return report->decided.pid == OOM_NO_NUMBER;
	case OOM_MSG_CHOICE:
		return !report->choice.said;
	default:
		return true;
	}
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
	bool memcg = text_find(text, ",oom_memcg=/") != TEXT_NONE;
	int fits = 0;

	if (memcg && report->memcg.path && text_find(text, report->memcg.path) != TEXT_NONE)
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

		if (lacks(draft, OOM_MSG_DECISION, text) && is_fresh(assembly, draft) &&
		    (!best || fitness(draft, text) >= fitness(best, text)))
			best = draft;
	}
	return best;
}

/* A CPU line names who invoked the killer: whose trigger has that name, and no such line yet? */
static struct oom_draft *find_by_name(const struct assembly *assembly, struct text text)
{
	for (size_t i = 0; i < assembly->count; i++) {
		struct oom_draft *draft = assembly->open[i];
		const char *comm = draft->report.trigger.comm;

		if (!draft->has_cpu && draft->report.trigger.said && *comm && !is_over(draft) &&
		    text_find(text, comm) != TEXT_NONE)
			return draft;
	}
	return NULL;
}

/* Whether a line is of the last but one report: the newest cannot have come to it yet. */
static bool is_ahead(const struct assembly *assembly, enum oom_message class, struct text text)
{
	const struct oom_draft *last = newest(assembly), *older = assembly->open[assembly->count - 2];
	bool early = last->report.trigger.said && !last->has_cpu && class > OOM_MSG_CPU &&
		     last->touched + 2 >= assembly->line;

	return (early || is_of_another_kind(last, class)) && older->has_cpu && !is_over(older) &&
	       is_fresh(assembly, older) && lacks(older, class, text);
}

/*
 * Which of the open reports a line without a caller's number goes on with. Reports are written one
 * after the other (the kernel holds oom_lock), so it is the newest; unless lines of an older one turn up
 * that the newest cannot have come to yet.
 */
static struct oom_draft *choose(struct assembly *assembly, enum oom_message class, struct text text)
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
	if (assembly->interleaved)
		for (size_t i = 0; i < assembly->count; i++)
			if (!is_over(assembly->open[i]) && lacks(assembly->open[i], class, text))
				return assembly->open[i];
	return last;
}

/* Lines about a process go where that process is known. */
static struct oom_draft *choose_by_pid(const struct assembly *assembly, enum oom_message class,
				       int64_t pid)
{
	for (size_t i = assembly->count; i > 0; i--) {
		struct oom_draft *draft = assembly->open[i - 1];

		if (class == OOM_MSG_REAPED || class == OOM_MSG_UNREAPED) {
			for (size_t v = 0; v < draft->report.victim_count; v++)
				if (draft->report.victims[v].pid == pid &&
				    !draft->report.victims[v].reaped.said)
					return draft;
		} else if (!has_victims(draft) && knows_pid(draft, pid)) {
			return draft;
		}
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
	return class == OOM_MSG_KILLED || class == OOM_MSG_REAPED || class == OOM_MSG_UNREAPED ||
	       class == OOM_MSG_EXITING;
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
	return draft;
}

/* How far apart two times are, as far as they can be compared; 0 where they cannot. */
static int64_t apart_ns(const struct oom_time *first, const struct oom_time *second)
{
	int64_t distance = 0;

	if (first->has_monotonic && second->has_monotonic)
		distance = second->monotonic_ns - first->monotonic_ns;
	else if (first->has_wall && second->has_wall)
		distance = second->wall_ns - first->wall_ns;
	return distance < 0 ? -distance : distance;
}

/*
 * Whether DRAFT can be killed in by a line that names no process it knows: it has no victim yet, or
 * it is of a group, or it consists of kill lines alone that follow each other.
 */
static bool takes_kill(const struct oom_draft *draft, struct text text, const struct oom_time *time)
{
	const struct oom_report *report = &draft->report;
	int64_t pid = read_pid_of(text);

	if (!has_victims(draft))
		return report->decided.pid == OOM_NO_NUMBER || report->decided.pid == pid ||
		       report->choice.said;
	if (report->group)
		return true;
	for (size_t i = 0; i < report->victim_count; i++)
		if (report->victims[i].pid == pid)
			return true;
	return !report->trigger.said && !report->has_table && !report->constraint &&
	       !report->choice.said && report->memcg.memory.usage == OOM_UNKNOWN &&
	       apart_ns(&draft->last, time) <= KILLS_APART_NS;
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
	case OOM_MSG_STAT:
	case OOM_MSG_SLAB:
	case OOM_MSG_ALLOCATION:
	case OOM_MSG_PANIC:
	case OOM_MSG_UNREAPED:
	case OOM_MSG_SUPPRESSED:
	case OOM_MSG_DECISION_REST:
	case OOM_MSG_SYSRQ:
		return true;
	default:
		return false;
	}
}

/* Whether a message of CLASS opens another report although DRAFT is open. */
static bool is_another(const struct assembly *assembly, const struct oom_draft *draft,
		       enum oom_message class, struct text text, const struct oom_time *time)
{
	if (class == OOM_MSG_INVOKED)
		return true;
	if (class == OOM_MSG_REAPED)
		return !draft->firm;
	if (class == OOM_MSG_KILLED)
		return !takes_kill(draft, text, time);
	if (class == OOM_MSG_NONE_KILLABLE)
		return has_victims(draft) || !is_fresh(assembly, draft);
	if (begins_nothing(class))
		return false;
	return !lacks(draft, class, text) || !is_fresh(assembly, draft);
}

/* What another CPU's trouble has in common with an OOM report: it is no part of an open one. */
static bool is_repetition(const struct assembly *assembly, const struct oom_draft *draft,
			  enum oom_message class, struct text text)
{
	if (lacks(draft, class, text))
		return false;
	return begins_nothing(class) ? class != OOM_MSG_UNREAPED
	     : !is_firm(class) && draft->firm && !is_over(draft) && is_fresh(assembly, draft);
}

/* The parsers of lines that need nothing but the line. */
static int (*const readers[])(struct oom_draft *draft, struct text text) = {
	[OOM_MSG_INVOKED] = read_invoked,
	[OOM_MSG_CPUSET] = read_cpuset,
	[OOM_MSG_CPU] = read_cpu,
	[OOM_MSG_HARDWARE] = read_hardware,
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
	case OOM_MSG_SYSRQ:
		draft->report.none_killable |= text_find(text, "OOM request ignored") != TEXT_NONE;
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
	draft->last = *time;
	report->lines++;
	report->missed += class == OOM_MSG_SUPPRESSED && !is_over(draft);
	report->none_killable |= class == OOM_MSG_NONE_KILLABLE;
	report->has_memory |= class == OOM_MSG_MEMINFO;
	if (!report->time.raw[0] && !report->time.has_monotonic && !report->time.has_wall)
		report->time = *time;
	if (!report->host && assembly->host[0])
		report->host = text_copy(text_of(assembly->host));
	note_list(draft, class);
}

int assembly_take(struct assembly *assembly, enum oom_message class, struct text text,
		  const struct oom_time *time, struct text caller, struct text host)
{
	struct oom_draft *draft;
	int r = 0;

	assembly->line++;
	if (class == OOM_MSG_NONE)
		return 0;
	text_copy_to(host, assembly->host, sizeof(assembly->host));
	draft = find_draft(assembly, class, text, caller);
	if (draft ? is_repetition(assembly, draft, class, text) : begins_nothing(class))
		return 0;
	if (!draft && class == OOM_MSG_REAPED && is_told(assembly, text))
		return 0;
	if (!draft || is_another(assembly, draft, class, text, time)) {
		if (begins_nothing(class))
			return 0;
		r = open_draft(assembly, caller, &draft);
	} else if ((class == OOM_MSG_REAPED || class == OOM_MSG_UNREAPED) &&
		   draft != choose_by_pid(assembly, class, read_pid_of(text))) {
		/* A victim of a report that the log does not have. */
		return 0;
	}
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
		expected.stats |= assembly->open[i]->in_stats;
		expected.slabs |= assembly->open[i]->in_slabs;
		expected.allocations |= assembly->open[i]->in_allocations;
		expected.rows |= assembly->open[i]->report.has_table && !is_over(assembly->open[i]);
	}
	return expected;
}

int assembly_flush(struct assembly *assembly, bool all)
{
	int r = 0;

	while (r == 0 && assembly->count && (all || is_over(assembly->open[0])))
		r = give_out(assembly, 0);
	return r;
}

void assembly_free(struct assembly *assembly)
{
	while (assembly->count)
		free_draft(assembly->open[--assembly->count]);
}
