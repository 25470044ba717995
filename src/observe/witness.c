/* SPDX-License-Identifier: GPL-2.0-or-later */
/* witness.c - counters before and after, and the kernel's own report */
#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/duration.h"
#include "base/trouble.h"
#include "log/kmsg.h"
#include "log/plain.h"
#include "observe/witness.h"
#include "oom/parser.h"
#include "system/keyed.h"
#include "system/process.h"

#define REPORT_NS (200 * NS_PER_MS)
#define NAME_MAX_ESCAPED 1024

/* A kill is counted before its victim is told, who is told much sooner than in this time. */
#define OUTLIVED_NS (500 * NS_PER_MS)

void witness_open(struct witness *witness)
{
	memset(witness, 0, sizeof(*witness));
	if (root_open("/", &witness->live) < 0)
		witness->live.fd = -1;
	witness->kmsg = kmsg_open("/dev/kmsg");
}

static bool read_vmstat(const struct witness *witness, uint64_t *ret_kills)
{
	CLEANUP_FREE char *text = NULL;

	return root_read_all(&witness->live, "/proc/vmstat", &text) == 0 &&
	       keyed_u64(text, "oom_kill", ret_kills) == 0;
}

/* systemd-oomd counts its kills in an extended attribute of the cgroup. */
static bool read_oomd(const struct witness *witness)
{
	char value[32];

	for (size_t i = 0; i < witness->chain.count; i++)
		if (getxattr(witness->chain.levels[i].directory, "user.oomd_kill", value,
			     sizeof(value)) > 0)
			return true;
	return false;
}

static void begin_levels(struct witness *witness)
{
	struct testimony *testimony = &witness->testimony;
	const struct cgroup_chain *chain = &witness->chain;

	testimony->levels = calloc(chain->count ? chain->count : 1, sizeof(*testimony->levels));
	if (!testimony->levels)
		return;
	for (size_t i = 0; i < chain->count; i++) {
		struct witness_level *level = &testimony->levels[i];

		level->version = chain->levels[i].version;
		level->name = malloc(NAME_MAX_ESCAPED);
		if (!level->name)
			return;
		trouble_escape(level->name, NAME_MAX_ESCAPED, chain->levels[i].name);
		cgroup_events_read(&witness->live, &chain->levels[i], &level->before);
		testimony->count = i + 1;
	}
}

/* Whether the process is in the initial namespace of KIND ("pid"), which has its own number. */
static bool is_initial_namespace(const char *kind, uint64_t number)
{
	struct stat status;
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/ns/%s", kind);
	return stat(path, &status) == 0 && status.st_ino == number;
}

/*
 * Who lives in the first level: others than the observer, the subject and its child, too? Returns
 * whether the subject itself does; a list that cannot be read does not deny it.
 */
static bool read_members(const struct witness *witness, bool *ret_shared)
{
	CLEANUP_FREE char *text = NULL;
	bool found = false;
	char *next;

	*ret_shared = false;
	if (!witness->chain.count)
		return true;
	if (cgroup_level_read_all(&witness->live, witness->chain.levels, "cgroup.procs",
				  &text) < 0)
		return true;
	for (const char *process = text; *process; process = next) {
		long pid = strtol(process, &next, 10);

		if (pid == witness->observed)
			found = true;
		else if (pid != getpid() && pid != witness->pid)
			*ret_shared = true;
		next += *next == '\n';
	}
	return found;
}

void witness_begin(struct witness *witness, pid_t pid, const char *comm, bool alone)
{
	struct testimony *testimony = &witness->testimony;
	char process[24];

	witness->pid = witness->observed = pid;
	witness->comm = comm;
	witness->vsz = OOM_UNKNOWN;
	testimony->alone = alone;
	/* The numbers are fixed: include/linux/proc_ns.h. */
	testimony->foreign_pids = !is_initial_namespace("pid", 0xEFFFFFFC);
	testimony->whole_paths = is_initial_namespace("cgroup", 0xEFFFFFFB) ||
				 access("/proc/self/ns/cgroup", F_OK) < 0;
	snprintf(process, sizeof(process), "%d", (int)pid);
	/* A mount that shows another part of the tree has counters of the same names, not ours. */
	if (cgroup_chain_read(&witness->live, process, &witness->chain) == 0 &&
	    read_members(witness, &testimony->shared))
		begin_levels(witness);
	testimony->vmstat_known = read_vmstat(witness, &testimony->vmstat_before);
	witness->oomd_before = read_oomd(witness);
}

static bool is_alive(const struct witness *witness)
{
	uint64_t vsz;

	return process_status_field(&witness->live, witness->observed, "VmSize", &vsz) == 0 &&
	       !process_is_dying(&witness->live, witness->observed);
}

void witness_look(struct witness *witness, uint64_t now_ns)
{
	struct testimony *testimony = &witness->testimony;
	struct cgroup_events now;
	uint64_t kills;

	if (!testimony->count)
		return;
	if (witness->seen > testimony->survived && now_ns - witness->seen_ns >= OUTLIVED_NS &&
	    is_alive(witness))
		testimony->survived = witness->seen;
	cgroup_events_read(&witness->live, &witness->chain.levels[0], &now);
	kills = cgroup_events_kills(&testimony->levels[0].before, &now);
	if (kills > witness->seen) {
		witness->seen = kills;
		witness->seen_ns = now_ns;
	}
}

/* Notes a report if it is about the subject. The report is released. */
static int note_report(void *context, struct oom_report *report)
{
	struct witness *witness = context;
	struct testimony *testimony = &witness->testimony;
	struct oom_sought sought = {
		.pid = testimony->foreign_pids ? OOM_NO_NUMBER : witness->pid,
		.comm = witness->comm,
		.total_vm = witness->vsz,
		.cgroup = testimony->count ? witness->chain.levels[0].name : NULL,
		.whole = testimony->whole_paths,
	};

	oom_fate_add(report, &sought, &testimony->fate);
	oom_report_free(report);
	return 0;
}

/* Whether TEXT says that the subject is dead: nothing more is to be waited for. */
static bool is_kill(const struct witness *witness, const char *text)
{
	char words[48];

	snprintf(words, sizeof(words), "Killed process %d ", (int)witness->pid);
	return !witness->testimony.foreign_pids && strstr(text, words) != NULL;
}

static void read_records(struct witness *witness, struct oom_parser *parser)
{
	uint64_t deadline = duration_now() + REPORT_NS;
	struct oom_time time = { .raw = "" };
	CLEANUP_FREE char *text = malloc(KMSG_RECORD_MAX);
	size_t length;
	int r;

	if (!text) {
		witness->testimony.kmsg_error = -ENOMEM;
		return;
	}
	while ((r = kmsg_next(witness->kmsg, deadline, text)) > 0 || r == -EPIPE) {
		/* What was lost may have been about the subject. */
		if (r == -EPIPE) {
			witness->testimony.kmsg_error = r;
			continue;
		}
		length = plain_unescape(text, strlen(text), PLAIN_KMSG);
		if (oom_parser_record(parser, (struct text){ text, length }, &time, NULL) < 0)
			return;
		text[length] = '\0';
		if (is_kill(witness, text))
			return;
	}
}

static void read_report(struct witness *witness)
{
	struct oom_parser *parser;

	if (witness->kmsg < 0) {
		witness->testimony.kmsg_error = witness->kmsg;
		return;
	}
	parser = oom_parser_new(note_report, witness);
	if (!parser) {
		witness->testimony.kmsg_error = -ENOMEM;
		return;
	}
	read_records(witness, parser);
	oom_parser_end(parser);
	oom_parser_free(parser);
}

void witness_end(struct witness *witness, bool killed)
{
	struct testimony *testimony = &witness->testimony;

	for (size_t i = 0; i < testimony->count; i++) {
		struct witness_level *level = &testimony->levels[i];

		cgroup_events_read(&witness->live, &witness->chain.levels[i], &level->after);
		cgroup_peak_read(&witness->live, &witness->chain.levels[i], &level->peak);
		cgroup_pressure_read(&witness->live, &witness->chain.levels[i], &level->pressure);
	}
	if (testimony->vmstat_known)
		testimony->vmstat_known = read_vmstat(witness, &testimony->vmstat_after);
	if (!testimony->shared)
		read_members(witness, &testimony->shared);
	testimony->oomd = !witness->oomd_before && read_oomd(witness);
	if (killed)
		read_report(witness);
}

bool witness_counted(const struct witness *witness)
{
	const struct testimony *testimony = &witness->testimony;
	struct cgroup_events now = { 0 };
	uint64_t kills;

	if (testimony->count && testimony->levels[0].before.known)
		cgroup_events_read(&witness->live, &witness->chain.levels[0], &now);
	if (now.known && now.oom_kill > testimony->levels[0].before.oom_kill)
		return true;
	return testimony->vmstat_known && read_vmstat(witness, &kills) &&
	       kills > testimony->vmstat_before;
}

uint64_t witness_throttled(const struct witness *witness)
{
	struct cgroup_events now;

	if (!witness->testimony.count || !witness->testimony.levels[0].before.known)
		return 0;
	cgroup_events_read(&witness->live, &witness->chain.levels[0], &now);
	if (!now.known || now.high < witness->testimony.levels[0].before.high)
		return 0;
	return now.high - witness->testimony.levels[0].before.high;
}

void witness_close(struct witness *witness)
{
	for (size_t i = 0; i < witness->testimony.count; i++)
		free(witness->testimony.levels[i].name);
	free(witness->testimony.levels);
	cgroup_chain_free(&witness->chain);
	if (witness->kmsg > 0)
		close(witness->kmsg);
	if (witness->live.fd > 0)
		root_close(&witness->live);
	memset(witness, 0, sizeof(*witness));
}
