/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reassemble.c - keep the reports of many hosts apart, and give them out */
#include <config.h>

#include <errno.h>
#include <stdlib.h>

#include "oomreport/host-reports.h"

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
