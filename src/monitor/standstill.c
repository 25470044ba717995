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

bool standstill_threatens(const struct root *root, const struct cgroup_chain *chain, bool now,
			  char text[static STANDSTILL_MAX])
{
	char control[256], name[512];
	uint64_t disabled;

	for (size_t i = 0; i < chain->count; i++) {
		if (chain->levels[i].version != 1 ||
		    cgroup_level_read(root, &chain->levels[i], "memory.oom_control", control,
				      sizeof(control)) <= 0 ||
		    keyed_u64(control, "oom_kill_disable", &disabled) < 0 || !disabled ||
		    (now && !standstill_waits_for_memory(control)))
			continue;
		error_escape(name, sizeof(name), chain->levels[i].name);
		snprintf(text, STANDSTILL_MAX, now
			 ? "memory cgroup %s is at its limit, and its oom_kill_disable is set: nobody is killed, the subject waits for memory"
			 : "oom_kill_disable is set on memory cgroup %s: at its limit nobody is killed, and this observer stands still, too",
			 name);
		return true;
	}
	return false;
}

enum standstill standstill_find(const struct root *root, pid_t pid,
				const struct cgroup_chain *chain, char text[static STANDSTILL_MAX])
{
	CLEANUP_FREE char *status = NULL;
	char path[48], wchan[64] = "";
	enum standstill found;

	if (standstill_threatens(root, chain, true, text))
		return STANDSTILL_OOM;
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
