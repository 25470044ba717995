/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cgroup-counters.c - read memory.events, memory.stat and others, or what version 1 has */
#include <config.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "proc/cgroup-counters.h"
#include "proc/root.h"

#define EVENTS_MAX 512

/* What TEXT says of KEY; MISSING: nothing. */
static uint64_t counter_or(const char *text, const char *key, uint64_t missing)
{
	uint64_t value;

	return keyed_u64(text, key, &value) < 0 ? missing : value;
}

void cgroup_events_parse_v2(const char *events, const char *local,
			    struct cgroup_events *ret_events)
{
	*ret_events = (struct cgroup_events){
		.known = true,
		.oom_kill = counter_or(events, "oom_kill", 0),
		.high = counter_or(events, "high", 0),
		.max = counter_or(events, "max", 0),
		.oom = counter_or(events, "oom", 0),
	};
	/* Before 5.2 there was no such file, and memory.events was local itself. */
	ret_events->has_local = local != NULL;
	local = local ? local : events;
	ret_events->local_oom = counter_or(local, "oom", 0);
	ret_events->local_oom_kill = counter_or(local, "oom_kill", 0);
}

void cgroup_events_parse_v1(const char *oom_control, struct cgroup_events *ret_events)
{
	uint64_t oom_kill;

	*ret_events = (struct cgroup_events){ 0 };
	/* The counter came with 4.13; without it v1 counts nothing that could be used. */
	if (keyed_u64(oom_control, "oom_kill", &oom_kill) < 0)
		return;
	ret_events->known = true;
	ret_events->oom_kill = ret_events->local_oom_kill = oom_kill;
}

void cgroup_events_read(const struct root *root, const struct cgroup_level *level,
			struct cgroup_events *ret_events)
{
	bool v1 = level->version == 1, has_local;
	char events[EVENTS_MAX], local[EVENTS_MAX];

	*ret_events = (struct cgroup_events){ 0 };
	if (cgroup_level_read(root, level, v1 ? "memory.oom_control" : "memory.events", events,
			      sizeof(events)) <= 0)
		return;
	if (v1) {
		cgroup_events_parse_v1(events, ret_events);
		return;
	}
	has_local = cgroup_level_read(root, level, "memory.events.local", local,
				      sizeof(local)) > 0;
	cgroup_events_parse_v2(events, has_local ? local : NULL, ret_events);
}

uint64_t cgroup_events_kills(const struct cgroup_events *before, const struct cgroup_events *after)
{
	bool local = before->has_local && after->has_local;
	uint64_t from = local ? before->local_oom_kill : before->oom_kill;
	uint64_t to = local ? after->local_oom_kill : after->oom_kill;

	return before->known && after->known && to > from ? to - from : 0;
}

void cgroup_peak_read(const struct root *root, const struct cgroup_level *level,
		      struct cgroup_peak *ret_peak)
{
	bool v1 = level->version == 1;

	*ret_peak = (struct cgroup_peak){ CGROUP_UNLIMITED, CGROUP_UNLIMITED };
	cgroup_level_read_number(root, level, v1 ? "memory.max_usage_in_bytes" : "memory.peak",
				 &ret_peak->peak);
	cgroup_level_read_number(root, level, v1 ? "memory.limit_in_bytes" : "memory.max",
				 &ret_peak->limit);
}

int cgroup_pressure_read(const struct root *root, const struct cgroup_level *level,
			 unsigned *ret_permyriad)
{
	unsigned whole, hundredths;
	const char *full;
	char text[256];
	int r = cgroup_level_read(root, level, "memory.pressure", text, sizeof(text));

	if (r < 0)
		return r;
	full = strstr(text, "full avg10=");
	if (!full || sscanf(full, "full avg10=%u.%2u", &whole, &hundredths) != 2)
		return -EINVAL;
	*ret_permyriad = whole * 100 + hundredths;
	return 0;
}

int cgroup_stall_parse(const char *text, struct cgroup_stall *ret_stall)
{
	struct cgroup_stall stall;

	if (sscanf(text, "some avg10=%*f avg60=%*f avg300=%*f total=%" SCNu64 " full avg10=%*f avg60=%*f avg300=%*f total=%" SCNu64,
		   &stall.some, &stall.full) != 2)
		return -EINVAL;
	*ret_stall = stall;
	return 0;
}

/* Unlike its neighbours this is counted in pages. */
static uint64_t cgroup_usage_pages(const char *text, const char *key)
{
	uint64_t pages = counter_or(text, key, CGROUP_UNLIMITED);

	return pages == CGROUP_UNLIMITED ? pages : pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

void cgroup_usage_parse(const char *text, int version, struct cgroup_usage *usage)
{
	uint64_t cache = counter_or(text, version == 1 ? "cache" : "file", CGROUP_UNLIMITED);

	usage->anon = counter_or(text, version == 1 ? "rss" : "anon", CGROUP_UNLIMITED);
	usage->shmem = counter_or(text, "shmem", CGROUP_UNLIMITED);
	usage->swpin = cgroup_usage_pages(text, "pswpin");
	usage->swpout = cgroup_usage_pages(text, "pswpout");
	usage->file = CGROUP_UNLIMITED;
	if (cache != CGROUP_UNLIMITED && usage->shmem != CGROUP_UNLIMITED)
		usage->file = cache > usage->shmem ? cache - usage->shmem : 0;
	if (version != 1)
		usage->pte = counter_or(text, "pagetables", CGROUP_UNLIMITED);
}

int cgroup_usage_read_total(const struct root *directory, int version, uint64_t *ret_total)
{
	return root_read_u64(directory, version == 1 ? "memory.usage_in_bytes" : "memory.current",
			     ret_total);
}

int cgroup_usage_read_kinds(const struct root *directory, int version, struct cgroup_usage *usage)
{
	CLEANUP_FREE char *text = NULL;
	int r = root_read_all(directory, "memory.stat", &text);

	if (r < 0)
		return r;
	cgroup_usage_parse(text, version, usage);
	if (version == 1 &&
	    root_read_u64(directory, "memory.kmem.usage_in_bytes", &usage->pte) < 0)
		usage->pte = CGROUP_UNLIMITED;
	return 0;
}
