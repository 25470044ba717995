/* SPDX-License-Identifier: GPL-2.0-or-later */
/* oom-evidence.c - counters before and after, and the kernel's own report */
#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "kernlog/source.h"
#include "kernlog/unescape.h"
#include "lib/cleanup.h"
#include "lib/duration.h"
#include "lib/error.h"
#include "lib/macros.h"
#include "monitor/oom-evidence.h"
#include "oomreport/parser.h"
#include "proc/place.h"
#include "proc/process.h"
#include "proc/root.h"

#define REPORT_NS (200 * NS_PER_MS)
#define NAME_MAX_ESCAPED 1024

/* A kill is counted before its victim is told, who is told much sooner than in this time. */
#define OUTLIVED_NS (500 * NS_PER_MS)

void oom_monitor_open(struct oom_monitor *oom_monitor)
{
	memset(oom_monitor, 0, sizeof(*oom_monitor));
	if (root_open("/", &oom_monitor->live) < 0)
		oom_monitor->live.fd = -1;
	oom_monitor->kmsg = kmsg_open("/dev/kmsg");
}

static bool read_vmstat(const struct oom_monitor *oom_monitor, uint64_t *ret_kills)
{
	CLEANUP_FREE char *text = NULL;

	return root_read_all(&oom_monitor->live, "/proc/vmstat", &text) == 0 &&
	       keyed_u64(text, "oom_kill", ret_kills) == 0;
}

/* systemd-oomd counts its kills in an extended attribute of the cgroup. */
static bool read_oomd(const struct oom_monitor *oom_monitor)
{
	char value[32];

	for (size_t i = 0; i < oom_monitor->chain.count; i++)
		if (getxattr(oom_monitor->chain.levels[i].directory, "user.oomd_kill", value,
			     sizeof(value)) > 0)
			return true;
	return false;
}

/*
 * Who lives in the first level: others than the observer, the subject and its child, too? Returns
 * whether the subject itself does; a list that cannot be read does not deny it.
 */
static bool read_members(const struct oom_monitor *oom_monitor, bool *ret_shared)
{
	CLEANUP_FREE char *text = NULL;
	bool found = false;
	char *next;

	*ret_shared = false;
	if (!oom_monitor->chain.count)
		return true;
	if (cgroup_level_read_all(&oom_monitor->live, oom_monitor->chain.levels, "cgroup.procs",
				  &text) < 0)
		return true;
	for (const char *process = text; *process; process = next) {
		long pid = strtol(process, &next, 10);

		if (pid == oom_monitor->observed)
			found = true;
		else if (pid != getpid() && pid != oom_monitor->pid)
			*ret_shared = true;
		next += *next == '\n';
	}
	return found;
}

/* Takes the counters of the chain, as far as the evidence has room for its levels. */
static void oom_monitor_count_before(struct oom_monitor *oom_monitor)
{
	struct oom_evidence *oom_evidence = &oom_monitor->oom_evidence;
	const struct cgroup_chain *chain = &oom_monitor->chain;

	/* The numbers are fixed: include/linux/proc_ns.h. */
	oom_evidence->foreign_pids = !namespace_is_initial("pid");
	oom_evidence->whole_paths = namespace_is_initial("cgroup") ||
				 access("/proc/self/ns/cgroup", F_OK) < 0;
	for (size_t i = 0; oom_evidence->levels && i < chain->count; i++) {
		struct oom_monitor_level *level = &oom_evidence->levels[i];

		level->version = chain->levels[i].version;
		level->name = malloc(NAME_MAX_ESCAPED);
		if (!level->name)
			break;
		error_escape(level->name, NAME_MAX_ESCAPED, chain->levels[i].name);
		cgroup_events_read(&oom_monitor->live, &chain->levels[i], &level->before);
		oom_evidence->count = i + 1;
	}
	oom_evidence->vmstat_known = read_vmstat(oom_monitor, &oom_evidence->vmstat_before);
	oom_monitor->oomd_before = read_oomd(oom_monitor);
}

void oom_monitor_begin(struct oom_monitor *oom_monitor, pid_t pid, const char *comm, bool alone)
{
	struct oom_evidence *oom_evidence = &oom_monitor->oom_evidence;
	struct cgroup_chain *chain = &oom_monitor->chain;
	char process[24];

	oom_monitor->pid = oom_monitor->observed = pid;
	oom_monitor->comm = comm;
	oom_monitor->vsz = OOM_UNKNOWN;
	oom_evidence->alone = alone;
	snprintf(process, sizeof(process), "%d", (int)pid);
	/* A mount that shows another part of the tree has counters of the same names, not ours. */
	if (cgroup_chain_read(&oom_monitor->live, process, chain) == 0 &&
	    read_members(oom_monitor, &oom_evidence->shared))
		oom_evidence->levels = calloc(MAX(chain->count, 1), sizeof(*oom_evidence->levels));
	oom_monitor_count_before(oom_monitor);
}

void oom_monitor_begin_cgroup(struct oom_monitor *oom_monitor, const struct cgroup_level *level)
{
	struct oom_evidence *oom_evidence = &oom_monitor->oom_evidence;
	struct cgroup_chain *chain = &oom_monitor->chain;

	oom_evidence->is_cgroup = true;
	chain->levels = calloc(1, sizeof(*chain->levels));
	if (chain->levels) {
		chain->count = 1;
		chain->levels->version = level->version;
		chain->levels->directory = strdup(level->directory);
		chain->levels->name = strdup(level->name);
		if (chain->levels->directory && chain->levels->name)
			oom_evidence->levels = calloc(1, sizeof(*oom_evidence->levels));
		else
			cgroup_chain_free(chain);
	}
	oom_monitor_count_before(oom_monitor);
}

void oom_monitor_look(struct oom_monitor *oom_monitor, uint64_t now_ns)
{
	struct oom_evidence *oom_evidence = &oom_monitor->oom_evidence;
	struct cgroup_events now;
	uint64_t kills, vsz;

	if (!oom_evidence->count)
		return;
	if (oom_monitor->seen > oom_evidence->survived &&
	    now_ns - oom_monitor->seen_ns >= OUTLIVED_NS &&
	    process_status_field(&oom_monitor->live, oom_monitor->observed, "VmSize", &vsz) == 0 &&
	    !process_is_dying(&oom_monitor->live, oom_monitor->observed))
		oom_evidence->survived = oom_monitor->seen;
	cgroup_events_read(&oom_monitor->live, &oom_monitor->chain.levels[0], &now);
	kills = cgroup_events_kills(&oom_evidence->levels[0].before, &now);
	if (kills > oom_monitor->seen) {
		oom_monitor->seen = kills;
		oom_monitor->seen_ns = now_ns;
	}
}

/* Whether a victim was one of those that are followed. */
enum victim_place { VICTIM_UNKNOWN, VICTIM_INSIDE, VICTIM_OUTSIDE };

/* By where it lived, if REPORT says that: in the sandbox, or in the cgroup that is followed. */
static enum victim_place find_victim_place(const struct oom_monitor *oom_monitor,
					   const struct oom_report *report)
{
	const struct oom_evidence *oom_evidence = &oom_monitor->oom_evidence;
	const char *place = report->memcg.task_path;
	const char *own = oom_evidence->count ? oom_monitor->chain.levels[0].name : NULL;
	size_t length = own ? strlen(own) : 0;

	if (!own || !place || !place[0] || !oom_evidence->whole_paths)
		return VICTIM_UNKNOWN;
	if (!oom_evidence->is_cgroup)
		return oom_evidence->alone && !strcmp(place, own) ? VICTIM_INSIDE : VICTIM_UNKNOWN;
	/* The kernel cuts a path that a record has no room for. */
	if (strlen(place) < length && !strncmp(place, own, strlen(place)) &&
	    own[strlen(place)] != '/' && strcmp(place, "/"))
		return VICTIM_UNKNOWN;
	if (length == 1 || (!strncmp(place, own, length) &&
			    (!place[length] || place[length] == '/')))
		return VICTIM_INSIDE;
	return VICTIM_OUTSIDE;
}

/* Notes who of those that are followed was killed by REPORT. */
static void note_victims(struct oom_monitor *oom_monitor, struct oom_report *report)
{
	struct oom_evidence *oom_evidence = &oom_monitor->oom_evidence;
	enum victim_place place = find_victim_place(oom_monitor, report);
	bool explained = false;

	for (size_t i = 0; oom_monitor->is_followed && i < report->victim_count; i++) {
		const struct oom_victim *victim = &report->victims[i];
		struct oom_victim_seen *seen = &oom_evidence->victims[oom_evidence->victim_count];

		if (oom_evidence->victim_count == OOM_VICTIMS_SEEN || victim->presumed)
			continue;
		/* In a cgroup, the place is that of the first one alone: a group may be larger. */
		if (oom_evidence->is_cgroup && i)
			place = VICTIM_UNKNOWN;
		if (place == VICTIM_OUTSIDE ||
		    (place == VICTIM_UNKNOWN &&
		     (oom_evidence->foreign_pids ||
		      !oom_monitor->is_followed(oom_monitor->context, (pid_t)victim->pid))))
			continue;
		seen->pid = victim->pid;
		seen->anon = victim->anon == OOM_UNKNOWN ? 0 : victim->anon;
		seen->rss = seen->anon + (victim->file == OOM_UNKNOWN ? 0 : victim->file) +
			    (victim->shmem == OOM_UNKNOWN ? 0 : victim->shmem);
		seen->scope = report->scope;
		snprintf(seen->comm, sizeof(seen->comm), "%s", victim->comm);
		error_escape(seen->memcg, sizeof(seen->memcg),
			     report->scope == OOM_SCOPE_MEMCG && report->memcg.path
			     ? report->memcg.path : "");
		/* Of all that one report says were killed, the first was chosen. */
		if (oom_monitor->explain && !explained)
			seen->why = oom_monitor->explain(report);
		explained = true;
		oom_evidence->victim_count++;
	}
}

/* Notes a report if it is about the subject. The report is released. */
static int note_report(void *context, struct oom_report *report)
{
	struct oom_monitor *oom_monitor = context;
	struct oom_evidence *oom_evidence = &oom_monitor->oom_evidence;
	struct oom_sought sought = {
		.pid = oom_evidence->foreign_pids ? OOM_NO_NUMBER : oom_monitor->pid,
		.comm = oom_monitor->comm,
		.total_vm = oom_monitor->vsz,
		.cgroup = oom_evidence->count ? oom_monitor->chain.levels[0].name : NULL,
		.whole = oom_evidence->whole_paths,
	};

	/* Where a cgroup is followed, nobody is the one that is sought. */
	if (!oom_evidence->is_cgroup)
		oom_kill_record_add(report, &sought, &oom_evidence->kill_record);
	note_victims(oom_monitor, report);
	oom_report_free(report);
	return 0;
}

static void read_report(struct oom_monitor *oom_monitor)
{
	struct oom_evidence *oom_evidence = &oom_monitor->oom_evidence;
	uint64_t deadline = duration_now() + REPORT_NS;
	struct oom_time time = { .raw = "" };
	CLEANUP_FREE char *text = NULL;
	struct oom_parser *parser;
	char killed[48];
	bool dead = false;
	size_t length;
	int r;

	if (oom_monitor->kmsg < 0) {
		oom_evidence->kmsg_error = oom_monitor->kmsg;
		return;
	}
	text = malloc(KMSG_RECORD_MAX);
	parser = text ? oom_parser_new(note_report, oom_monitor) : NULL;
	if (!parser) {
		oom_evidence->kmsg_error = -ENOMEM;
		return;
	}
	snprintf(killed, sizeof(killed), "Killed process %d ", (int)oom_monitor->pid);
	/* Once the log says that the subject is dead, nothing more is to be waited for. */
	while (!dead &&
	       ((r = kmsg_next(oom_monitor->kmsg, deadline, text)) > 0 || r == -EPIPE)) {
		/* What was lost may have been about the subject. */
		if (r == -EPIPE) {
			oom_evidence->kmsg_error = r;
			continue;
		}
		length = unescape_bytes(text, strlen(text), UNESCAPE_KMSG);
		if (oom_parser_record(parser, (struct strview){ text, length }, &time, NULL) < 0)
			break;
		text[length] = '\0';
		dead = !oom_evidence->foreign_pids && strstr(text, killed);
	}
	oom_parser_end(parser);
	oom_parser_free(parser);
}

void oom_monitor_end(struct oom_monitor *oom_monitor, bool killed)
{
	struct oom_evidence *oom_evidence = &oom_monitor->oom_evidence;

	for (size_t i = 0; i < oom_evidence->count; i++) {
		const struct cgroup_level *cgroup = &oom_monitor->chain.levels[i];
		struct oom_monitor_level *level = &oom_evidence->levels[i];

		cgroup_events_read(&oom_monitor->live, cgroup, &level->after);
		cgroup_peak_read(&oom_monitor->live, cgroup, &level->peak);
		cgroup_pressure_read(&oom_monitor->live, cgroup, &level->pressure);
	}
	if (oom_evidence->vmstat_known)
		oom_evidence->vmstat_known = read_vmstat(oom_monitor, &oom_evidence->vmstat_after);
	if (!oom_evidence->shared)
		read_members(oom_monitor, &oom_evidence->shared);
	oom_evidence->oomd = !oom_monitor->oomd_before && read_oomd(oom_monitor);
	if (killed)
		read_report(oom_monitor);
}

/* What the first level has counted by now; not known, unless it was at the beginning. */
static struct cgroup_events count_first_level(const struct oom_monitor *oom_monitor)
{
	const struct oom_evidence *oom_evidence = &oom_monitor->oom_evidence;
	struct cgroup_events now = { 0 };

	if (oom_evidence->count && oom_evidence->levels[0].before.known)
		cgroup_events_read(&oom_monitor->live, &oom_monitor->chain.levels[0], &now);
	return now;
}

bool oom_monitor_counted(const struct oom_monitor *oom_monitor)
{
	const struct oom_evidence *oom_evidence = &oom_monitor->oom_evidence;
	struct cgroup_events now = count_first_level(oom_monitor);
	uint64_t kills;

	if (now.known && now.oom_kill > oom_evidence->levels[0].before.oom_kill)
		return true;
	return oom_evidence->vmstat_known && read_vmstat(oom_monitor, &kills) &&
	       kills > oom_evidence->vmstat_before;
}

uint64_t oom_monitor_throttled(const struct oom_monitor *oom_monitor)
{
	const struct oom_monitor_level *own = oom_monitor->oom_evidence.levels;
	struct cgroup_events now = count_first_level(oom_monitor);

	return now.known && now.high > own->before.high ? now.high - own->before.high : 0;
}

void oom_monitor_close(struct oom_monitor *oom_monitor)
{
	for (size_t i = 0; i < oom_monitor->oom_evidence.count; i++)
		free(oom_monitor->oom_evidence.levels[i].name);
	for (size_t i = 0; i < oom_monitor->oom_evidence.victim_count; i++)
		free(oom_monitor->oom_evidence.victims[i].why);
	free(oom_monitor->oom_evidence.levels);
	cgroup_chain_free(&oom_monitor->chain);
	if (oom_monitor->kmsg > 0)
		close(oom_monitor->kmsg);
	if (oom_monitor->live.fd > 0)
		root_close(&oom_monitor->live);
	memset(oom_monitor, 0, sizeof(*oom_monitor));
}
