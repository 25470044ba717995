/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hosts.c - find the reports of a line's host */
#include <config.h>

#include <errno.h>
#include <stdlib.h>

#include "oomreport/hosts.h"

static struct host_reports *find_host(const struct hosts *hosts, struct strview name)
{
	for (size_t i = 0; i < hosts->count; i++)
		if (strview_is(name, hosts->list[i]->reassembler.host))
			return hosts->list[i];
	return NULL;
}

/* Ends the reports at INDEX, and forgets the host. */
static int drop_host(struct hosts *hosts, size_t index)
{
	struct host_reports *reports = hosts->list[index];
	int r = reassembler_flush(&reports->reassembler, true);

	hosts->count--;
	memmove(&hosts->list[index], &hosts->list[index + 1],
		(hosts->count - index) * sizeof(hosts->list[0]));
	if (hosts->last == reports)
		hosts->last = NULL;
	reassembler_free(&reports->reassembler);
	free(reports);
	return r;
}

/* Drops the host of which no line has come for longest. */
static int make_place(struct hosts *hosts)
{
	size_t oldest = 0;

	for (size_t i = 1; i < hosts->count; i++)
		if (hosts->list[i]->used < hosts->list[oldest]->used)
			oldest = i;
	return drop_host(hosts, oldest);
}

/* The reports that a line of the host NAME may belong to. */
static int choose_host(struct hosts *hosts, struct strview name, struct host_reports **ret_reports)
{
	struct host_reports *reports;
	int r;

	/* As long as it is kept. */
	name = strview_head(name, sizeof(reports->reassembler.host) - 1);
	*ret_reports = find_host(hosts, name);
	if (*ret_reports)
		return 0;
	r = hosts->count == HOSTS_MAX ? make_place(hosts) : 0;
	if (r < 0)
		return r;
	reports = calloc(1, sizeof(*reports));
	if (!reports)
		return -ENOMEM;
	reports->reassembler.on_report = hosts->on_report;
	reports->reassembler.context = hosts->context;
	strview_copy_to(name, reports->reassembler.host, sizeof(reports->reassembler.host));
	hosts->list[hosts->count++] = reports;
	*ret_reports = reports;
	return 0;
}

int hosts_take(struct hosts *hosts, enum oom_line_type type, struct strview text,
	       const struct oom_time *time, struct strview caller, struct strview host)
{
	struct host_reports *reports;
	int r;

	hosts->clock++;
	/* What is nothing of a report makes no place for its host. */
	if (type == OOM_LINE_NONE && !find_host(hosts, host))
		return 0;
	r = choose_host(hosts, host, &reports);
	if (r < 0)
		return r;
	hosts->last = reports;
	reports->used = hosts->clock;
	return reassembler_take(&reports->reassembler, type, text, time, caller);
}

void hosts_miss(struct hosts *hosts, uint64_t count)
{
	if (hosts->last)
		reassembler_miss(&hosts->last->reassembler, count);
}

void hosts_skip(struct hosts *hosts, uint64_t count)
{
	for (size_t i = 0; i < hosts->count; i++)
		hosts->list[i]->reassembler.line += count;
}

unsigned hosts_expect(const struct hosts *hosts)
{
	unsigned expected = 0;

	for (size_t i = 0; i < hosts->count; i++)
		expected |= reassembler_expects(&hosts->list[i]->reassembler);
	return expected;
}

bool hosts_have_reports(const struct hosts *hosts)
{
	for (size_t i = 0; i < hosts->count; i++)
		if (hosts->list[i]->reassembler.count)
			return true;
	return false;
}

int hosts_flush(struct hosts *hosts, bool all)
{
	int r = 0;

	for (size_t i = 0; !all && r == 0 && i < hosts->count; i++)
		r = reassembler_flush(&hosts->list[i]->reassembler, false);
	while (all && r == 0 && hosts->count)
		r = drop_host(hosts, 0);
	return r;
}

void hosts_free(struct hosts *hosts)
{
	while (hosts->count) {
		struct host_reports *reports = hosts->list[--hosts->count];

		reassembler_free(&reports->reassembler);
		free(reports);
	}
	hosts->last = NULL;
}
