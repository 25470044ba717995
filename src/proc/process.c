/* SPDX-License-Identifier: GPL-2.0-or-later */
/* process.c - read /proc/PID/status, /proc/PID/maps and resource limits; rank by oom_score */
#include <config.h>

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "lib/cleanup.h"
#include "lib/error.h"
#include "proc/process.h"
#include "proc/root.h"

/* The text of the file NAME of PID, which may be long: of status, for one in many groups. */
static int process_read_file(const struct root *root, pid_t pid, const char *name,
			     char **ret_text)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	return root_read_all(root, path, ret_text);
}

void process_parse_maps(const char *text, struct process_space *space)
{
	uint64_t previous_end = 0;

	space->maps = 0;
	space->largest_hole = 0;
	for (const char *line = text; *line; line = keyed_next_line(line)) {
		char *rest = NULL;
		uint64_t start = strtoull(line, &rest, 16), end;

		if (*line == '\n' || *rest != '-')
			continue;
		end = strtoull(rest + 1, NULL, 16);
		space->maps++;
		/* The vsyscall page is the kernel's half of the address space. */
		if (start >> 63)
			continue;
		if (start > previous_end && start - previous_end > space->largest_hole)
			space->largest_hole = start - previous_end;
		previous_end = end;
	}
}

static uint64_t process_read_limit(pid_t pid, enum __rlimit_resource resource)
{
	struct rlimit limit;

	if (prlimit(pid, resource, NULL, &limit) < 0 || limit.rlim_cur == RLIM_INFINITY)
		return PROCESS_UNLIMITED;
	return limit.rlim_cur;
}

int process_status_field(const struct root *root, pid_t pid, const char *key,
			 uint64_t *ret_bytes)
{
	CLEANUP_FREE char *text = NULL;
	int r = process_read_file(root, pid, "status", &text);

	return r < 0 ? r : keyed_u64(text, key, ret_bytes);
}

int process_parse_resident(const char *text, uint64_t *ret_rss, uint64_t *ret_peak)
{
	int r = keyed_u64(text, "VmHWM", ret_peak);

	return r < 0 ? r : keyed_u64(text, "VmRSS", ret_rss);
}

int process_resident_read(const struct root *root, pid_t pid, uint64_t *ret_rss,
			  uint64_t *ret_peak)
{
	CLEANUP_FREE char *text = NULL;
	int r = process_read_file(root, pid, "status", &text);

	return r < 0 ? r : process_parse_resident(text, ret_rss, ret_peak);
}

int process_space_read(const struct root *root, pid_t pid, struct process_space *ret_space)
{
	CLEANUP_FREE char *maps = NULL;
	struct process_space space = { 0 };
	int r = process_read_file(root, pid, "maps", &maps);

	if (r == 0)
		r = process_status_field(root, pid, "VmSize", &space.vm_size);
	if (r == 0)
		r = process_status_field(root, pid, "VmData", &space.vm_data);
	if (r < 0)
		return r;
	process_parse_maps(maps, &space);
	space.limit_as = process_read_limit(pid, RLIMIT_AS);
	space.limit_data = process_read_limit(pid, RLIMIT_DATA);
	*ret_space = space;
	return 0;
}

bool process_is_zombie(const struct root *root, pid_t pid)
{
	CLEANUP_FREE char *status = NULL;
	const char *state;

	if (process_read_file(root, pid, "status", &status) < 0)
		return false;
	state = keyed_find(status, "State");
	return state && *state == 'Z';
}

/* A SIGKILL stays pending until the end; a process without memory exits, whatever ended it. */
bool process_is_dying(const struct root *root, pid_t pid)
{
	const uint64_t sigkill = UINT64_C(1) << (SIGKILL - 1);
	CLEANUP_FREE char *status = NULL;
	const char *own, *shared;

	if (process_read_file(root, pid, "status", &status) < 0)
		return false;
	own = keyed_find(status, "SigPnd");
	shared = keyed_find(status, "ShdPnd");
	return (own && strtoull(own, NULL, 16) & sigkill) ||
	       (shared && strtoull(shared, NULL, 16) & sigkill) ||
	       !keyed_find(status, "VmSize");
}

/* A number that is alone in the file NAME of PID. */
static int process_read_number(const struct root *root, pid_t pid, const char *name,
			       uint64_t *ret_number)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	return root_read_u64(root, path, ret_number);
}

int process_extras_read(const struct root *root, pid_t pid, uint64_t *ret_pte, uint64_t *ret_ksm,
			uint64_t *ret_oom_score)
{
	uint64_t pages;
	int r = 0;

	if (ret_pte)
		r = process_status_field(root, pid, "VmPTE", ret_pte);
	if (ret_ksm && process_read_number(root, pid, "ksm_merging_pages", &pages) == 0)
		*ret_ksm = pages * (uint64_t)sysconf(_SC_PAGESIZE);
	if (ret_oom_score)
		process_read_number(root, pid, "oom_score", ret_oom_score);
	return r;
}

uint64_t process_parse_smaps(const char *text, uint64_t address, uint64_t bytes)
{
	uint64_t rss = 0;
	bool inside = false;

	for (const char *line = text; *line; line = keyed_next_line(line)) {
		char *rest = NULL;
		uint64_t start = strtoull(line, &rest, 16);

		/* "7f12345000-7f12346000 rw-p ..." begins a mapping, "Rss: 4 kB" is of it. */
		if (rest != line && *rest == '-')
			inside = start >= address && start - address < bytes;
		else if (inside && !strncmp(line, "Rss:", 4))
			rss += strtoull(line + 4, NULL, 10) * 1024;
	}
	return rss;
}

int process_region_rss(const struct root *root, pid_t pid, uint64_t address, uint64_t bytes,
		       uint64_t *ret_rss)
{
	CLEANUP_FREE char *smaps = NULL;
	int r = process_read_file(root, pid, "smaps", &smaps);

	if (r == 0)
		*ret_rss = process_parse_smaps(smaps, address, bytes);
	return r;
}

int tasks_by_oom_score(const struct root *root, struct task_score *scores, size_t count)
{
	int fd = openat(root->fd, "proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	size_t used = 0;

	if (!directory) {
		cleanup_close_fd(&fd);
		return -errno;
	}
	while ((entry = readdir(directory)) != NULL) {
		struct task_score task = { .pid = strtol(entry->d_name, NULL, 10) };
		char path[64], comm[32];
		size_t place = used;

		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		snprintf(path, sizeof(path), "/proc/%ld/oom_score", task.pid);
		if (root_read_u64(root, path, &task.score) < 0)
			continue;
		while (place > 0 && scores[place - 1].score < task.score)
			place--;
		if (place == count)
			continue;
		snprintf(path, sizeof(path), "/proc/%ld/comm", task.pid);
		if (root_read(root, path, comm, sizeof(comm)) >= 0) {
			comm[strcspn(comm, "\n")] = '\0';
			error_escape(task.comm, sizeof(task.comm), comm);
		}
		/* If the list is full the last one is dropped. */
		used -= used == count;
		memmove(scores + place + 1, scores + place, (used - place) * sizeof(*scores));
		scores[place] = task;
		used++;
	}
	closedir(directory);
	return (int)used;
}
