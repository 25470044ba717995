/* SPDX-License-Identifier: GPL-2.0-or-later */
/* process-name.c - how sentences call a process */
#include <config.h>

#include <ctype.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "analysis/process-name.h"

static bool is_plain(const char *comm)
{
	for (const char *at = comm; *at; at++)
		if (!isalnum((unsigned char)*at) && !strchr("._-+:/@#", *at))
			return false;
	return true;
}

const char *oom_name(char text[static OOM_NAME_ROOM], const char *comm)
{
	char safe[SAFE_ROOM(OOM_COMM_MAX)];

	if (!*comm)
		snprintf(text, OOM_NAME_ROOM, "a process");
	else
		snprintf(text, OOM_NAME_ROOM, is_plain(comm) ? "%s" : "\"%s\"",
			 safe_text(safe, sizeof(safe), comm));
	return text;
}

const char *oom_who(char text[static OOM_WHO_ROOM], const char *comm, int64_t pid)
{
	if (pid == OOM_NO_NUMBER)
		snprintf(text, OOM_WHO_ROOM, "%s", NAME(comm));
	else if (*comm)
		snprintf(text, OOM_WHO_ROOM, "%s (pid %" PRId64 ")", NAME(comm), pid);
	else
		snprintf(text, OOM_WHO_ROOM, "process %" PRId64, pid);
	return text;
}
