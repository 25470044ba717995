/* SPDX-License-Identifier: GPL-2.0-or-later */
/* host-reports.c - put the lines of one host together to reports */
#include <config.h>

#include <errno.h>
#include <stdlib.h>

#include "lib/number.h"
#include "oomreport/host-reports.h"

/* A report that got no line for so long is not waiting for any but its reaper's. */
#define STALE_LINES 2000

/* So many lines behind a kernel's command line a report is still of that kernel. */
#define BOOT_LINES 5000

/* Lines of several CPUs are not in the order of their times; further back is another boot. */
#define DISORDER_NS ((int64_t)NS_PER_SECOND)

static bool line_has_flag(const struct oom_line *line, unsigned flag)
{
	return oom_line_kinds[line->type].flags & flag;
}

static struct oom_partial *newest(const struct host_reports *host)
{
	return host->count ? host->open[host->count - 1] : NULL;
}

int host_give_out(struct host_reports *host)
{
	struct oom_partial *partial = host->open[0];
	struct oom_report *report = &partial->report;
	int r = partial->confirmed ? partial_finish(partial) : 0;

	memmove(host->open, host->open + 1, --host->count * sizeof(host->open[0]));
	if (r < 0 || !partial->confirmed) {
		oom_report_free(report);
		free(partial);
		return r;
	}
	for (size_t i = 0; i < report->victim_count; i++)
		host->emitted[host->emitted_count++ % EMITTED_MAX] = report->victims[i].pid;
	r = host->reassembler->on_report(host->reassembler->context, report);
	free(partial);
	return r;
}

/* Opens a report for LINE. */
static int host_open_partial(struct host_reports *host, const struct oom_line *line,
			     struct oom_partial **ret_partial)
{
	struct oom_partial *partial = newest(host);
	int r = 0;

	/* What only looked like the beginning of a report is not worth a place. */
	if (partial && !partial->confirmed) {
		oom_report_free(&partial->report);
		free(partial);
		host->count--;
	}
	if (host->count == OPEN_MAX)
		r = host_give_out(host);
	if (r < 0)
		return r;
	partial = calloc(1, sizeof(*partial));
	if (!partial)
		return -ENOMEM;
	oom_report_init(&partial->report);
	strview_copy_to(line->stripped.caller, partial->caller, sizeof(partial->caller));
	partial->report.crash_kernel = host->crash_kernel &&
				       host->line - host->crash_kernel < BOOT_LINES;
	host->open[host->count++] = *ret_partial = partial;
	host->interleaved = false;
	return 0;
}

static bool is_fresh(const struct host_reports *host, const struct oom_partial *partial)
{
	return host->line - partial->touched < STALE_LINES;
}

/* Whether PARTIAL waits for more of its lines. */
static bool is_unfinished(const struct host_reports *host, const struct oom_partial *partial)
{
	return !partial_is_over(partial) && is_fresh(host, partial);
}

/* Whether PARTIAL, which is not waiting in vain, has not got yet what LINE says. */
static bool wants_line(const struct host_reports *host, const struct oom_partial *partial,
		       const struct oom_line *line)
{
	return is_fresh(host, partial) && partial_lacks(partial, line);
}

/*
 * Which of the open reports a line without a caller's number goes on with. Reports are written one
 * after the other (the kernel holds oom_lock), so it is the newest; unless lines of an older one
 * turn up that the newest cannot have come to yet.
 */
static struct oom_partial *choose_partial(struct host_reports *host, const struct oom_line *line)
{
	struct oom_partial *last = newest(host), *named = NULL, *older;
	int best = 0;

	if (host->count < 2)
		return last;
	older = host->open[host->count - 2];
	for (size_t i = 0; i < host->count; i++) {
		struct oom_partial *partial = host->open[i];
		bool decides = line->type == OOM_LINE_DECISION;
		int fits = decides ? partial_fits(partial, line->stripped.message) : 0;

		if ((!decides && line->type != OOM_LINE_CPU) || !wants_line(host, partial, line))
			continue;
		/* That of the CPU names who invoked the killer: the first who has none yet. */
		if (decides ? fits >= best : !named && !partial_is_over(partial) &&
					     partial->report.trigger.comm[0])
			named = partial;
		best = named == partial ? fits : best;
	}
	if (line->type != OOM_LINE_CPU && line->type != OOM_LINE_DECISION && older->has_cpu &&
	    !partial_is_over(older) && wants_line(host, older, line)) {
		/* The newest cannot have it yet, or has had it. */
		bool early = last->report.trigger.present && !last->has_cpu &&
			     line->type > OOM_LINE_CPU && last->touched + 2 >= host->line;

		if (early || (last->other && !partial_lacks(last, line)) ||
		    partial_is_of_another_kind(last, line->type))
			named = older;
	}
	host->interleaved |= named && named != last;
	for (size_t i = 0; !named && host->interleaved && i < host->count; i++)
		if (!partial_is_over(host->open[i]) && partial_lacks(host->open[i], line))
			named = host->open[i];
	return named ? named : last;
}

/* Lines about a process, PID, go where that process is known. */
static struct oom_partial *choose_by_pid(const struct host_reports *host,
					 const struct oom_line *line, int64_t pid)
{
	for (size_t i = host->count; i > 0; i--) {
		const struct oom_report *report = &host->open[i - 1]->report;

		if (line_has_flag(line, OOM_LINE_REAPERS)
		    ? read_victim_of(report, pid, true) != NULL
		    : !report->victim_count &&
		      (report->selected.pid == pid ||
		       (report->choice.present && report->choice.pid == pid)))
			return host->open[i - 1];
	}
	return NULL;
}

/* The open report that LINE belongs to, if to any. */
static struct oom_partial *find_partial(struct host_reports *host, const struct oom_line *line)
{
	struct strview caller = line->stripped.caller;
	struct oom_partial *partial = NULL;

	if (oom_line_kinds[line->type].pid)
		partial = choose_by_pid(host, line, partial_pid_of(line));
	for (size_t i = host->count; !partial && caller.length && i > 0; i--)
		if (strview_is(caller, host->open[i - 1]->caller))
			partial = host->open[i - 1];
	if (!partial && newest(host) && (!caller.length || !newest(host)->caller[0]))
		partial = choose_partial(host, line);
	if (!partial || !partial->other || line_has_flag(line, OOM_LINE_STATE))
		return partial;
	/* It is nothing for what is no report: one goes on in its place. */
	for (size_t i = host->count; i > 0; i--)
		if (!host->open[i - 1]->other &&
		    !strcmp(host->open[i - 1]->caller, partial->caller))
			return host->open[i - 1];
	return NULL;
}

/* What a line is to the report that it would go to. */
enum line_use { LINE_SAYS_NOTHING, LINE_GOES_ON, LINE_OPENS_ANOTHER };

/* The same for a line of the reaper's; PARTIAL may be NULL. */
static enum line_use use_of_reapers_line(const struct host_reports *host,
					 const struct oom_partial *partial,
					 const struct oom_line *line)
{
	const struct oom_report *report = partial ? &partial->report : NULL;
	int64_t pid = partial_pid_of(line);

	if (!report || !read_victim_of(report, pid, true)) {
		if (line->type == OOM_LINE_UNREAPED)
			return LINE_SAYS_NOTHING;
		/* A victim of a report that has been given out has been told of. */
		for (size_t i = 0; i < EMITTED_MAX && i < host->emitted_count; i++)
			if (host->emitted[i] == pid)
				return LINE_SAYS_NOTHING;
		/*
		 * Only victims are reaped: what is reaped now is the one whose own line was
		 * suppressed, if it was chosen or, where that is not known, could be.
		 */
		if (partial && partial->confirmed &&
		    (partial_is_over(partial) ||
		     (report->selected.pid == OOM_NO_NUMBER
		      ? !oom_find_task(report, pid)
		      : report->selected.pid != pid &&
			!partial_chose_thread(report, pid, strview_of("")))))
			return LINE_SAYS_NOTHING;
	}
	return partial && (partial->confirmed || line->type == OOM_LINE_UNREAPED)
	       ? LINE_GOES_ON : LINE_OPENS_ANOTHER;
}

/* What LINE is to PARTIAL; NULL: no report is open for it. */
static enum line_use use_of_line(const struct host_reports *host,
				 const struct oom_partial *partial, const struct oom_line *line)
{
	const struct oom_report *report;
	bool another;
	int64_t pid;

	if (line_has_flag(line, OOM_LINE_REAPERS))
		return use_of_reapers_line(host, partial, line);
	if (!partial)
		return line_has_flag(line, OOM_LINE_INSIDE) ? LINE_SAYS_NOTHING
							    : LINE_OPENS_ANOTHER;
	report = &partial->report;
	switch (line->type) {
	case OOM_LINE_INVOKED:
	case OOM_LINE_DUMP:
		return LINE_OPENS_ANOTHER;
	case OOM_LINE_KILLED:
		/*
		 * It has no victim yet, or is of a group. Kill lines that follow each other are
		 * kills of their own, whose reports the kernel did not print (ten in five
		 * seconds) or somebody left out.
		 */
		pid = partial_pid_of(line);
		another = !report->group && !read_victim_of(report, pid, false) &&
			  (report->victim_count ||
			   (report->selected.pid != OOM_NO_NUMBER && report->selected.pid != pid &&
			    !report->choice.present &&
			    !partial_chose_thread(report, pid, line->stripped.message)));
		break;
	case OOM_LINE_NONE_KILLABLE:
		another = report->victim_count || !is_fresh(host, partial);
		break;
	default:
		another = !wants_line(host, partial, line);
		/* What another CPU's warning has in common with a report is no part of it. */
		if (another && (line_has_flag(line, OOM_LINE_INSIDE) ||
				(!line_has_flag(line, OOM_LINE_CONFIRMS) && partial->confirmed &&
				 is_unfinished(host, partial))))
			return LINE_SAYS_NOTHING;
	}
	return another ? LINE_OPENS_ANOTHER : LINE_GOES_ON;
}

/* Ends the open reports where LINE cannot be of any. */
static int host_end_event(struct host_reports *host, const struct oom_line *line)
{
	const struct oom_time *last = &host->last, *time = &line->stripped.time;
	struct strview text = line->stripped.message;
	int64_t passed = 0;
	bool rebooted;
	int r = 0;

	if (!time->inherited && last->has_monotonic && time->has_monotonic)
		passed = time->monotonic_ns - last->monotonic_ns;
	else if (!time->inherited && last->has_wall && time->has_wall &&
		 __builtin_sub_overflow(time->wall_ns, last->wall_ns, &passed))
		passed = 0;
	rebooted = line->type == OOM_LINE_BOOT || passed < -DISORDER_NS;
	if (rebooted || line->type == OOM_LINE_CUT ||
	    (passed > SILENCE_NS && !(line_has_flag(line, OOM_LINE_REAPERS) &&
				      choose_by_pid(host, line, partial_pid_of(line)))))
		while (r == 0 && host->count)
			r = host_give_out(host);
	/* A number is another process's after a boot. */
	if (rebooted) {
		host->emitted_count = 0;
		host->crash_kernel = strview_has(text, "ommand line: ") &&
				     strview_has(text, " elfcorehdr=") ? host->line : 0;
	}
	/* A report that begins in a line without a time may be of any. */
	if (!time->inherited)
		host->last = *time;
	else if (line->type == OOM_LINE_INVOKED)
		host->last = (struct oom_time){ .raw = "" };
	return r;
}

void host_lose(struct host_reports *host, uint64_t missed, uint64_t suppressed)
{
	struct oom_partial *last = newest(host);

	if (!last || !is_unfinished(host, last))
		return;
	last->report.missed = number_add_saturated(last->report.missed, missed);
	last->report.suppressed = number_add_saturated(last->report.suppressed, suppressed);
}

int host_take(struct host_reports *host, const struct oom_line *line)
{
	const struct oom_line_kind *kind = &oom_line_kinds[line->type];
	struct strview text = line->stripped.message;
	struct oom_partial *partial;
	struct oom_report *report;
	bool dropped = line->type == OOM_LINE_DROPPED;
	uint64_t lost;
	enum line_use use;
	int r;

	host->line++;
	/* "** 57 printk messages dropped **", "oom_kill_process: 1520 callbacks suppressed" */
	if (dropped || line->type == OOM_LINE_SUPPRESSED) {
		if (strview_skip_past(&text, dropped ? "** " : ": ") &&
		    strview_take_u64(&text, &lost))
			host_lose(host, dropped ? lost : 0, dropped ? 0 : lost);
		return 0;
	}
	if (line->type == OOM_LINE_NONE)
		return 0;
	r = host_end_event(host, line);
	if (r < 0 || line->type == OOM_LINE_BOOT || line->type == OOM_LINE_CUT)
		return r;
	partial = find_partial(host, line);
	use = use_of_line(host, partial, line);
	if (use == LINE_SAYS_NOTHING)
		return 0;
	if (use == LINE_OPENS_ANOTHER)
		r = host_open_partial(host, line, &partial);
	if (r == 0)
		r = partial_read(partial, line);
	if (r < 0)
		return r;
	report = &partial->report;
	partial->confirmed |= line_has_flag(line, OOM_LINE_CONFIRMS);
	partial->touched = host->line;
	report->lines += line->type != OOM_LINE_TRACE && line->type != OOM_LINE_TASKS;
	if (!report->time.raw[0] && !report->time.has_monotonic && !report->time.has_wall)
		report->time = line->stripped.time;
	if (!report->host && host->name[0])
		report->host = strview_copy(strview_of(host->name));
	/* That of the statistics has told itself. */
	if (line->type != OOM_LINE_STATS && !(kind->list & ~(unsigned)OOM_LIST_ROWS))
		partial->list = kind->begins & ~(unsigned)OOM_LIST_ROWS;
	return 0;
}

size_t host_done(const struct host_reports *host)
{
	size_t done = host->count;

	while (done && !partial_is_over(host->open[done - 1]))
		done--;
	return done;
}

int host_flush(struct host_reports *host, size_t count)
{
	int r = 0;

	for (; r == 0 && count; count--)
		r = host_give_out(host);
	return r;
}
