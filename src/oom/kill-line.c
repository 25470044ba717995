/* SPDX-License-Identifier: GPL-2.0-or-later */
/* kill-line.c - parse the lines that name the OOM killer's victim */
#include <config.h>

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "oom/kill-line.h"

/* The last occurrence of PIECE in TEXT, or NULL: names in front of it are anybody's text. */
static const char *find_last(const char *text, const char *piece)
{
	const char *last = NULL;

	for (const char *at = strstr(text, piece); at; at = strstr(at + 1, piece))
		last = at;
	return last;
}

/* Copies the path that the "=" behind KEY begins, up to STOP or, when that is NULL, to the end. */
static void copy_path(const char *key, const char *stop, char copy[static OOM_PATH_MAX])
{
	const char *start = strchr(key, '=') + 1;
	size_t length = stop ? (size_t)(stop - start) : strlen(start);

	if (length >= OOM_PATH_MAX)
		length = OOM_PATH_MAX - 1;
	memcpy(copy, start, length);
	copy[length] = '\0';
}

/*
 * Paths may hold anything, but begin with a slash, which no name in front of them holds; the
 * victim's name, which comes last, is too short to pass for a path and a name.
 */
bool oom_parse_choice(const char *line, struct oom_choice *ret_choice)
{
	const char *start = strstr(line, "oom-kill:constraint=");
	const char *pid = find_last(line, ",pid="), *memcg, *global, *task_memcg;

	if (!start || !pid || pid < start || !isdigit((unsigned char)pid[5]))
		return false;
	memset(ret_choice, 0, sizeof(*ret_choice));
	ret_choice->pid = strtol(pid + 5, NULL, 10);
	memcg = strstr(start, ",oom_memcg=/");
	global = strstr(start, ",global_oom,task_memcg=/");
	ret_choice->global = global && (!memcg || global < memcg);
	task_memcg = strstr(ret_choice->global || !memcg ? start : memcg, ",task_memcg=/");
	if (memcg && !ret_choice->global)
		copy_path(memcg, task_memcg, ret_choice->memcg);
	if (task_memcg)
		copy_path(task_memcg, find_last(task_memcg, ",task="), ret_choice->task_memcg);
	return true;
}

/* The figure behind KEY in kB, as bytes; 0 when there is none. */
static uint64_t figure(const char *text, const char *key)
{
	const char *at = strstr(text, key);
	uint64_t kib = at ? strtoull(at + strlen(key), NULL, 10) : 0;

	return kib > UINT64_MAX / 1024 ? UINT64_MAX : kib * 1024;
}

bool oom_parse_killed(const char *line, struct oom_killed *ret_killed)
{
	const char *start = strstr(line, "Killed process "), *sizes;

	if (!start || !isdigit((unsigned char)start[15]))
		return false;
	memset(ret_killed, 0, sizeof(*ret_killed));
	ret_killed->pid = strtol(start + 15, NULL, 10);
	ret_killed->memcg = strstr(line, "Memory cgroup out of memory") != NULL &&
			    strstr(line, "Memory cgroup out of memory") < start;
	ret_killed->global = !ret_killed->memcg && strstr(line, "Out of memory") != NULL &&
			     strstr(line, "Out of memory") < start;
	sizes = find_last(start, "total-vm:");
	if (!sizes)
		return true;
	ret_killed->sized = true;
	ret_killed->total_vm = figure(sizes, "total-vm:");
	ret_killed->anon = figure(sizes, "anon-rss:");
	ret_killed->file = figure(sizes, "file-rss:");
	ret_killed->shmem = figure(sizes, "shmem-rss:");
	ret_killed->pgtables = figure(sizes, "pgtables:");
	return true;
}
