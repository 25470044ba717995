/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reassemble.c - put lines together to reports */
#include <config.h>

#include <errno.h>
#include <stdlib.h>

#include "lib/duration.h"
#include "lib/number.h"
#include "oomreport/stages.h"

/* More reports are not kept open; reaper lines may come late, others do not. */
#define OPEN_MAX 4

/* Victims whose reaper lines may come when their report has been given out. */
#define EMITTED_MAX 64

/* A report that got no line for so long is not waiting for any but its reaper's. */
#define STALE_LINES 2000

/* So many lines behind a kernel's command line a report is still of that kernel. */
#define BOOT_LINES 5000

/* Nor one whose last line is so much older by the log's own times. */
#define SILENCE_NS (60 * (int64_t)NS_PER_SECOND)

/* Lines of several CPUs are not in the order of their times; further back is another boot. */
#define DISORDER_NS ((int64_t)NS_PER_SECOND)

/* One host of a log, or what has no host's name. */
struct host_reports {
	const struct reassembler *reassembler;
	char name[72];				/* ""; as long as a name is kept */
	uint64_t used;				/* when a line of it came last, by the clock */
	uint64_t line;				/* lines so far, with those left out */
	struct oom_partial *open[OPEN_MAX];	/* owned; the oldest first */
	size_t count;
	bool interleaved;			/* lines of the newest two have been seen mixed */
	int64_t emitted[EMITTED_MAX];		/* a ring: the last victims given out */
	size_t emitted_count;
	uint64_t crash_kernel;			/* the line with kdump's command line; 0: none */
	struct oom_time last;			/* of the last line of a report */
};

static bool line_has_flag(const struct oom_line *line, unsigned flag)
{
	return oom_line_kinds[line->type].flags & flag;
}

static struct oom_partial *newest(const struct host_reports *host)
{
	return host->count ? host->open[host->count - 1] : NULL;
}

/* Takes the oldest report out of the list, and hands it on unless it was none after all. */
static int host_give_out(struct host_reports *host)
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
	const struct oom_report *report = &partial->report;
	bool another;
	int64_t pid;

	if (line_has_flag(line, OOM_LINE_REAPERS))
		return use_of_reapers_line(host, partial, line);
	if (!partial)
		return line_has_flag(line, OOM_LINE_INSIDE) ? LINE_SAYS_NOTHING
							    : LINE_OPENS_ANOTHER;
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
		/* What another CPU's trouble has in common with a report is no part of it. */
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

/* Lines were lost, or held back by the kernel, while the newest report was written. */
static void host_lose(struct host_reports *host, uint64_t missed, uint64_t suppressed)
{
	struct oom_partial *last = newest(host);

	if (!last || !is_unfinished(host, last))
		return;
	last->report.missed = number_add_saturated(last->report.missed, missed);
	last->report.suppressed = number_add_saturated(last->report.suppressed, suppressed);
}

/* LINE is of one of the reports of HOST, or begins one. */
static int host_take(struct host_reports *host, const struct oom_line *line)
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

/* How many of HOST's reports are done, with those that began before one that is. */
static size_t host_done(const struct host_reports *host)
{
	size_t done = host->count;

	while (done && !partial_is_over(host->open[done - 1]))
		done--;
	return done;
}

/* Gives out the first COUNT reports of HOST. */
static int host_flush(struct host_reports *host, size_t count)
{
	int r = 0;

	for (; r == 0 && count; count--)
		r = host_give_out(host);
	return r;
}

/* Forgets the host at INDEX, with the reports that it still has. */
static void drop_host(struct reassembler *reassembler, size_t index)
{
	struct host_reports *host = reassembler->hosts[index];

	for (size_t i = 0; i < host->count; i++) {
		oom_report_free(&host->open[i]->report);
		free(host->open[i]);
	}
	free(host);
	reassembler->host_count--;
	memmove(&reassembler->hosts[index], &reassembler->hosts[index + 1],
		(reassembler->host_count - index) * sizeof(host));
}

/* By how much the date of TIME is after that of EARLIER; 0: not known. */
static int64_t passed_since(const struct oom_time *earlier, const struct oom_time *time)
{
	int64_t passed;

	return time->has_wall && earlier->has_wall &&
	       !__builtin_sub_overflow(time->wall_ns, earlier->wall_ns, &passed) ? passed : 0;
}

/*
 * A report of HOST begins at TIME: gives out those of the others that were done a while before, so
 * that they come in the order of their dates.
 */
static int flush_others(struct reassembler *reassembler, const struct host_reports *host,
			const struct oom_time *time)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < reassembler->host_count; i++)
		if (reassembler->hosts[i] != host &&
		    passed_since(&reassembler->hosts[i]->last, time) > SILENCE_NS)
			r = host_flush(reassembler->hosts[i],
				       host_done(reassembler->hosts[i]));
	return r;
}

int reassembler_take(struct reassembler *reassembler, const struct oom_line *line)
{
	struct host_reports *host = NULL;
	struct strview name = strview_head(line->stripped.host, sizeof(host->name) - 1);
	size_t oldest = 0;
	int r;

	for (size_t i = 0; i < reassembler->host_count; i++) {
		if (strview_is(name, reassembler->hosts[i]->name))
			host = reassembler->hosts[i];
		if (reassembler->hosts[i]->used < reassembler->hosts[oldest]->used)
			oldest = i;
	}
	/* What is nothing of a report makes no place for its host. */
	if (!host && line->type == OOM_LINE_NONE)
		return 0;
	if (!host && reassembler->host_count == REASSEMBLER_HOSTS_MAX) {
		r = host_flush(reassembler->hosts[oldest], reassembler->hosts[oldest]->count);
		drop_host(reassembler, oldest);
		if (r < 0)
			return r;
	}
	if (!host) {
		host = calloc(1, sizeof(*host));
		if (!host)
			return -ENOMEM;
		host->reassembler = reassembler;
		strview_copy_to(name, host->name, sizeof(host->name));
		reassembler->hosts[reassembler->host_count++] = host;
	}
	host->used = ++reassembler->clock;
	r = line->type == OOM_LINE_INVOKED && reassembler->host_count > 1
	    ? flush_others(reassembler, host, &line->stripped.time) : 0;
	return r < 0 ? r : host_take(host, line);
}

void reassembler_miss(struct reassembler *reassembler, uint64_t count)
{
	for (size_t i = 0; i < reassembler->host_count; i++)
		if (reassembler->hosts[i]->used == reassembler->clock)
			host_lose(reassembler->hosts[i], count, 0);
}

void reassembler_skip(struct reassembler *reassembler, uint64_t count)
{
	for (size_t i = 0; i < reassembler->host_count; i++)
		reassembler->hosts[i]->line += count;
}

unsigned reassembler_expects(const struct reassembler *reassembler)
{
	unsigned expected = 0;

	for (size_t i = 0; i < reassembler->host_count; i++) {
		const struct host_reports *host = reassembler->hosts[i];

		for (size_t k = 0; k < host->count; k++) {
			const struct oom_partial *partial = host->open[k];

			expected |= partial->list;
			if (partial->report.has_table && !partial_is_over(partial))
				expected |= OOM_LIST_ROWS;
		}
	}
	return expected;
}

bool reassembler_has_reports(const struct reassembler *reassembler)
{
	for (size_t i = 0; i < reassembler->host_count; i++)
		if (reassembler->hosts[i]->count)
			return true;
	return false;
}

int reassembler_flush(struct reassembler *reassembler, bool all)
{
	struct host_reports *first;
	int r = 0;

	/* Of several hosts the report with the earliest date comes first. */
	do {
		first = NULL;
		for (size_t i = 0; i < reassembler->host_count; i++) {
			struct host_reports *host = reassembler->hosts[i];

			if ((all ? host->count : host_done(host)) &&
			    (!first || passed_since(&host->open[0]->report.time,
						    &first->open[0]->report.time) > 0))
				first = host;
		}
		if (first)
			r = host_give_out(first);
	} while (r == 0 && first);
	if (r == 0 && all)
		reassembler_free(reassembler);
	return r;
}

void reassembler_free(struct reassembler *reassembler)
{
	while (reassembler->host_count)
		drop_host(reassembler, reassembler->host_count - 1);
}
