/* SPDX-License-Identifier: GPL-2.0-or-later */
/* standstill.c - tell a subject that is kept from running from one that is slow */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "lib/cleanup.h"
#include "lib/error.h"
#include "monitor/standstill.h"
#include "proc/root.h"

bool standstill_waits_for_memory(const char *oom_control)
{
	uint64_t disabled = 0, under_oom = 0;

	return keyed_u64(oom_control, "oom_kill_disable", &disabled) == 0 && disabled &&
	       keyed_u64(oom_control, "under_oom", &under_oom) == 0 && under_oom;
}

enum standstill standstill_by_state(const char *status, const char *wchan)
{
	const char *state = strstr(status, "\nState:\t");

	if (strstr(wchan, "refrigerator") || strstr(wchan, "freezer"))
		return STANDSTILL_FROZEN;
	if (state && (state[8] == 'T' || state[8] == 't'))
		return STANDSTILL_STOPPED;
	return STANDSTILL_NONE;
}

/* Room for the name of a cgroup in a sentence. */
#define LEVEL_NAME_MAX 512

/*
 * Finds the first cgroup of version 1 with oom_kill_disable set, and AT_LIMIT: where somebody waits
 * for memory now. NAME is its name, escaped.
 */
static bool find_kill_disabled(const struct root *root, const struct cgroup_chain *chain,
			       bool at_limit, char name[static LEVEL_NAME_MAX])
{
	char control[256];
	uint64_t disabled;

	for (size_t i = 0; i < chain->count; i++) {
		if (chain->levels[i].version != 1 ||
		    cgroup_level_read(root, &chain->levels[i], "memory.oom_control", control,
				      sizeof(control)) <= 0 ||
		    keyed_u64(control, "oom_kill_disable", &disabled) < 0 || !disabled ||
		    (at_limit && !standstill_waits_for_memory(control)))
			continue;
		error_escape(name, LEVEL_NAME_MAX, chain->levels[i].name);
		return true;
	}
	return false;
}

enum standstill standstill_find(const struct root *root, pid_t pid,
				const struct cgroup_chain *chain, char text[static STANDSTILL_MAX])
{
	CLEANUP_FREE char *status = NULL;
	char path[48], wchan[64] = "", name[LEVEL_NAME_MAX];
	enum standstill found;

	if (find_kill_disabled(root, chain, true, name)) {
		snprintf(text, STANDSTILL_MAX,
			 "memory cgroup %s is at its limit, and its oom_kill_disable is set: nobody is killed, the subject waits for memory",
			 name);
		return STANDSTILL_OOM;
	}
	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	if (root_read_all(root, path, &status) < 0)
		return STANDSTILL_NONE;
	snprintf(path, sizeof(path), "/proc/%d/wchan", (int)pid);
	if (root_read(root, path, wchan, sizeof(wchan)) < 0)
		wchan[0] = '\0';
	found = standstill_by_state(status, wchan);
	snprintf(text, STANDSTILL_MAX, found == STANDSTILL_FROZEN
		 ? "the subject (pid %d) is frozen by the cgroup freezer: thaw it to go on"
		 : "the subject (pid %d) is stopped: SIGCONT lets it go on", (int)pid);
	return found;
}

bool standstill_threatens(const struct root *root, const struct cgroup_chain *chain,
			  char text[static STANDSTILL_MAX])
{
	char name[LEVEL_NAME_MAX];

	if (!find_kill_disabled(root, chain, false, name))
		return false;
	snprintf(text, STANDSTILL_MAX,
		 "oom_kill_disable is set on memory cgroup %s: at its limit nobody is killed, and this observer stands still, too",
		 name);
	return true;
}
