/* SPDX-License-Identifier: GPL-2.0-or-later */
/* process-name.c - how sentences call a process */
#include <config.h>

#include <ctype.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "analysis/process-name.h"

const char *oom_name(char text[static OOM_NAME_ROOM], const char *comm)
{
	char safe[SAFE_ROOM(OOM_COMM_MAX)];
	bool plain = true;

	for (const char *at = comm; *at; at++)
		plain = plain && (isalnum((unsigned char)*at) || strchr("._-+:/@#", *at));
	snprintf(text, OOM_NAME_ROOM, !*comm ? "a process" : plain ? "%s" : "\"%s\"",
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
